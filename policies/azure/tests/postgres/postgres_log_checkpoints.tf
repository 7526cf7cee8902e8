resource "azurerm_postgresql_configuration" "off" {
  name        = "log_checkpoints"
  server_name = "psql-core"
  value       = "off" # expect: azure/postgres-log-checkpoints
}

resource "azurerm_postgresql_configuration" "on" {
  # ok: azure/postgres-log-checkpoints
  name        = "log_checkpoints"
  server_name = "psql-core"
  value       = "on"
}

resource "azurerm_postgresql_flexible_server_configuration" "off" {
  name      = "log_checkpoints"
  server_id = "psql-core"
  value     = "off" # expect: azure/postgres-log-checkpoints
}

resource "azurerm_postgresql_flexible_server_configuration" "on" {
  # ok: azure/postgres-log-checkpoints
  name      = "log_checkpoints"
  server_id = "psql-core"
  value     = "on"
}

# Another parameter.
resource "azurerm_postgresql_configuration" "other" {
  # ok: azure/postgres-log-checkpoints
  name        = "log_duration"
  server_name = "psql-core"
  value       = "off"
}

# The platform reads capitals too.
resource "azurerm_postgresql_configuration" "capitals" {
  name        = "log_checkpoints"
  server_name = "psql-core"
  value       = "OFF" # expect: azure/postgres-log-checkpoints
}
