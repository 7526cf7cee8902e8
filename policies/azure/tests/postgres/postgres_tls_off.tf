resource "azurerm_postgresql_flexible_server_configuration" "off" {
  name      = "require_secure_transport" # expect: azure/postgres-tls-off
  server_id = "psql-core"
  value     = "OFF"
}

resource "azurerm_postgresql_flexible_server_configuration" "on" {
  # ok: azure/postgres-tls-off
  name      = "require_secure_transport"
  server_id = "psql-core"
  value     = "ON"
}

# Another parameter.
resource "azurerm_postgresql_flexible_server_configuration" "other" {
  # ok: azure/postgres-tls-off
  name      = "log_duration"
  server_id = "psql-core"
  value     = "off"
}

resource "azurerm_postgresql_server" "off" {
  name                    = "psql-off"
  ssl_enforcement_enabled = false # expect: azure/postgres-tls-off
}

resource "azurerm_postgresql_server" "on" {
  # ok: azure/postgres-tls-off
  name                    = "psql-on"
  ssl_enforcement_enabled = true
}

# The name before version 2.
resource "azurerm_postgresql_server" "old" {
  name            = "old"
  ssl_enforcement = "Disabled" # expect: azure/postgres-tls-off
}
