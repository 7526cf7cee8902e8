resource "azurerm_postgresql_configuration" "off" {
  name        = "connection_throttling"
  server_name = "psql-core"
  value       = "off" # expect: azure/postgres-connection-throttling
}

resource "azurerm_postgresql_configuration" "on" {
  # ok: azure/postgres-connection-throttling
  name        = "connection_throttling"
  server_name = "psql-core"
  value       = "on"
}

resource "azurerm_postgresql_flexible_server_configuration" "off" {
  name      = "connection_throttle.enable"
  server_id = "psql-core"
  value     = "off" # expect: azure/postgres-connection-throttling
}

resource "azurerm_postgresql_flexible_server_configuration" "on" {
  # ok: azure/postgres-connection-throttling
  name      = "connection_throttle.enable"
  server_id = "psql-core"
  value     = "on"
}

# Another parameter.
resource "azurerm_postgresql_configuration" "other" {
  # ok: azure/postgres-connection-throttling
  name        = "log_duration"
  server_name = "psql-core"
  value       = "off"
}

# The platform reads capitals too.
resource "azurerm_postgresql_configuration" "capitals" {
  name        = "connection_throttling"
  server_name = "psql-core"
  value       = "OFF" # expect: azure/postgres-connection-throttling
}
