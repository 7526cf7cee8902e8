resource "azurerm_mysql_server" "off" {
  name                    = "mysql-off"
  ssl_enforcement_enabled = false # expect: azure/mysql-tls-off
}

resource "azurerm_mysql_server" "on" {
  # ok: azure/mysql-tls-off
  name                    = "mysql-on"
  ssl_enforcement_enabled = true
}

resource "azurerm_mariadb_server" "off" {
  name            = "maria-off"
  ssl_enforcement = "Disabled" # expect: azure/mysql-tls-off
}

resource "azurerm_mariadb_server" "on" {
  # ok: azure/mysql-tls-off
  name            = "maria-on"
  ssl_enforcement = "Enabled"
}

resource "azurerm_mysql_flexible_server_configuration" "off" {
  name        = "require_secure_transport" # expect: azure/mysql-tls-off
  server_name = "mysql-core"
  value       = "OFF"
}

resource "azurerm_mysql_flexible_server_configuration" "on" {
  # ok: azure/mysql-tls-off
  name        = "require_secure_transport"
  server_name = "mysql-core"
  value       = "ON"
}

# Another parameter.
resource "azurerm_mysql_flexible_server_configuration" "other" {
  # ok: azure/mysql-tls-off
  name        = "slow_query_log"
  server_name = "mysql-core"
  value       = "OFF"
}

# The name before version 2.
resource "azurerm_mysql_server" "old" {
  name            = "old"
  ssl_enforcement = "Disabled" # expect: azure/mysql-tls-off
}
