variable "on" {}
variable "days" {}

resource "azurerm_mssql_database" "plain" {
  name = "plain"
  transparent_data_encryption_enabled = false # expect: azure/database-not-encrypted
}

resource "azurerm_mssql_database" "encrypted" {
  # ok: azure/database-not-encrypted
  name = "encrypted"
  transparent_data_encryption_enabled = true
}

# On where nothing is written.
resource "azurerm_mssql_database" "silent" {
  # ok: azure/database-not-encrypted
  name = "silent"
}

# Off where nothing is written.
# expect: azure/database-not-encrypted
resource "azurerm_synapse_sql_pool" "plain" {
  name = "plain"
}

resource "azurerm_synapse_sql_pool" "encrypted" {
  # ok: azure/database-not-encrypted
  name = "encrypted"
  data_encrypted = true
}

# inconclusive: azure/database-not-encrypted, azure/database-short-retention
resource "azurerm_mssql_database" "unknown" {
  name = "unknown"
  transparent_data_encryption_enabled = var.on
  short_term_retention_policy {
    retention_days = var.days
  }
}

resource "azurerm_mssql_database" "short" {
  name = "short"
  short_term_retention_policy {
    retention_days = 1 # expect: azure/database-short-retention
  }
}

resource "azurerm_mssql_database" "week" {
  # ok: azure/database-short-retention
  name = "week"
  short_term_retention_policy {
    retention_days = 7
  }
}

# A long-term policy does not shorten the week.
resource "azurerm_mssql_database" "long" {
  # ok: azure/database-short-retention
  name = "long"
  long_term_retention_policy {
    weekly_retention = "P1W"
  }
}

