# expect: azure/audit-logs-deletable
resource "azurerm_storage_account" "sql" {
  name = "stsql"
}

resource "azurerm_mssql_server_extended_auditing_policy" "sql" {
  server_id        = "x"
  storage_endpoint = azurerm_storage_account.sql.primary_blob_endpoint
}

# The same without logs.
resource "azurerm_storage_account" "other" {
  # ok: azure/audit-logs-deletable
  name = "stother"
}

# expect: azure/audit-logs-deletable
resource "azurerm_storage_account" "settings" {
  name = "stsettings"
}

resource "azurerm_monitor_diagnostic_setting" "vault" {
  name               = "vault"
  target_resource_id = "x"
  storage_account_id = azurerm_storage_account.settings.id
  enabled_log {
    category = "AuditEvent"
  }
}

resource "azurerm_log_analytics_workspace" "main" {
  name = "main"
}

# Its own logs go elsewhere.
resource "azurerm_storage_account" "watched" {
  # ok: azure/audit-logs-deletable
  name = "stwatched"
}

resource "azurerm_monitor_diagnostic_setting" "watched" {
  name                       = "watched"
  target_resource_id         = azurerm_storage_account.watched.id
  log_analytics_workspace_id = azurerm_log_analytics_workspace.main.id
}

# A setting of its own that goes to another account: the other keeps logs.
# expect: azure/audit-logs-deletable
resource "azurerm_storage_account" "far" {
  name = "stfar"
}

resource "azurerm_storage_account" "near" {
  # ok: azure/audit-logs-deletable
  name = "stnear"
}

resource "azurerm_monitor_diagnostic_setting" "near" {
  name               = "near"
  target_resource_id = azurerm_storage_account.near.id
  storage_account_id = azurerm_storage_account.far.id
}

resource "azurerm_storage_account" "immutable" {
  # ok: azure/audit-logs-deletable
  name = "stimmutable"
  immutability_policy {
    state                         = "Locked"
    period_since_creation_in_days = 365
    allow_protected_append_writes = true
  }
}

resource "azurerm_monitor_log_profile" "immutable" {
  name               = "activity"
  storage_account_id = azurerm_storage_account.immutable.id
}

resource "azurerm_storage_account" "held" {
  # ok: azure/audit-logs-deletable
  name = "stheld"
}

resource "azurerm_storage_container" "held" {
  name               = "logs"
  storage_account_id = azurerm_storage_account.held.id
}

resource "azurerm_storage_container_immutability_policy" "held" {
  storage_container_resource_manager_id = azurerm_storage_container.held.resource_manager_id
  immutability_period_in_days           = 365
}

resource "azurerm_mssql_database_extended_auditing_policy" "held" {
  database_id      = "x"
  storage_endpoint = azurerm_storage_account.held.primary_blob_endpoint
}

variable "hold" {
  type = bool
}

# inconclusive: azure/audit-logs-deletable
resource "azurerm_storage_account" "unknown" {
  name = "stunknown"
}

resource "azurerm_storage_container" "unknown" {
  name               = "logs"
  storage_account_id = azurerm_storage_account.unknown.id
}

resource "azurerm_storage_container_immutability_policy" "unknown" {
  count                                 = var.hold ? 1 : 0
  storage_container_resource_manager_id = azurerm_storage_container.unknown.resource_manager_id
  immutability_period_in_days           = 365
}

resource "azurerm_monitor_log_profile" "unknown" {
  name               = "unknown"
  storage_account_id = azurerm_storage_account.unknown.id
}
