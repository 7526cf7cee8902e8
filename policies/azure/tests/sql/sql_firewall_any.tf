resource "azurerm_mssql_server" "public" {
  name                          = "public"
  public_network_access_enabled = true
}

resource "azurerm_mssql_firewall_rule" "open" {
  name             = "everyone"
  server_id        = azurerm_mssql_server.public.id
  start_ip_address = "0.0.0.0" # expect: azure/sql-firewall-any
  end_ip_address   = "255.255.255.255"
}

resource "azurerm_mssql_firewall_rule" "office" {
  # ok: azure/sql-firewall-any
  name             = "office"
  server_id        = azurerm_mssql_server.public.id
  start_ip_address = "198.51.100.0"
  end_ip_address   = "198.51.100.255"
}

resource "azurerm_mssql_server" "private" {
  name                          = "private"
  public_network_access_enabled = false
}

# The server has no public endpoint.
resource "azurerm_mssql_firewall_rule" "private" {
  # ok: azure/sql-firewall-any
  name             = "everyone"
  server_id        = azurerm_mssql_server.private.id
  start_ip_address = "0.0.0.0"
  end_ip_address   = "255.255.255.255"
}

resource "azurerm_sql_server" "public" {
  name                          = "public"
  public_network_access_enabled = true
}

resource "azurerm_sql_firewall_rule" "open" {
  name             = "everyone"
  server_name      = azurerm_sql_server.public.name
  start_ip_address = "0.0.0.0" # expect: azure/sql-firewall-any
  end_ip_address   = "255.255.255.255"
}

resource "azurerm_sql_firewall_rule" "office" {
  # ok: azure/sql-firewall-any
  name             = "office"
  server_name      = azurerm_sql_server.public.name
  start_ip_address = "198.51.100.0"
  end_ip_address   = "198.51.100.255"
}

resource "azurerm_sql_server" "private" {
  name                          = "private"
  public_network_access_enabled = false
}

# The server has no public endpoint.
resource "azurerm_sql_firewall_rule" "private" {
  # ok: azure/sql-firewall-any
  name             = "everyone"
  server_name      = azurerm_sql_server.private.name
  start_ip_address = "0.0.0.0"
  end_ip_address   = "255.255.255.255"
}

resource "azurerm_mysql_server" "public" {
  name                          = "public"
  public_network_access_enabled = true
}

resource "azurerm_mysql_firewall_rule" "open" {
  name             = "everyone"
  server_name      = azurerm_mysql_server.public.name
  start_ip_address = "0.0.0.0" # expect: azure/sql-firewall-any
  end_ip_address   = "255.255.255.255"
}

resource "azurerm_mysql_firewall_rule" "office" {
  # ok: azure/sql-firewall-any
  name             = "office"
  server_name      = azurerm_mysql_server.public.name
  start_ip_address = "198.51.100.0"
  end_ip_address   = "198.51.100.255"
}

resource "azurerm_mysql_server" "private" {
  name                          = "private"
  public_network_access_enabled = false
}

# The server has no public endpoint.
resource "azurerm_mysql_firewall_rule" "private" {
  # ok: azure/sql-firewall-any
  name             = "everyone"
  server_name      = azurerm_mysql_server.private.name
  start_ip_address = "0.0.0.0"
  end_ip_address   = "255.255.255.255"
}

resource "azurerm_mysql_flexible_server" "public" {
  name                  = "public"
  public_network_access = "Enabled"
}

resource "azurerm_mysql_flexible_server_firewall_rule" "open" {
  name             = "everyone"
  server_name      = azurerm_mysql_flexible_server.public.name
  start_ip_address = "0.0.0.0" # expect: azure/sql-firewall-any
  end_ip_address   = "255.255.255.255"
}

resource "azurerm_mysql_flexible_server_firewall_rule" "office" {
  # ok: azure/sql-firewall-any
  name             = "office"
  server_name      = azurerm_mysql_flexible_server.public.name
  start_ip_address = "198.51.100.0"
  end_ip_address   = "198.51.100.255"
}

resource "azurerm_mysql_flexible_server" "private" {
  name                  = "private"
  public_network_access = "Disabled"
}

# The server has no public endpoint.
resource "azurerm_mysql_flexible_server_firewall_rule" "private" {
  # ok: azure/sql-firewall-any
  name             = "everyone"
  server_name      = azurerm_mysql_flexible_server.private.name
  start_ip_address = "0.0.0.0"
  end_ip_address   = "255.255.255.255"
}

resource "azurerm_postgresql_server" "public" {
  name                          = "public"
  public_network_access_enabled = true
}

resource "azurerm_postgresql_firewall_rule" "open" {
  name             = "everyone"
  server_name      = azurerm_postgresql_server.public.name
  start_ip_address = "0.0.0.0" # expect: azure/sql-firewall-any
  end_ip_address   = "255.255.255.255"
}

resource "azurerm_postgresql_firewall_rule" "office" {
  # ok: azure/sql-firewall-any
  name             = "office"
  server_name      = azurerm_postgresql_server.public.name
  start_ip_address = "198.51.100.0"
  end_ip_address   = "198.51.100.255"
}

resource "azurerm_postgresql_server" "private" {
  name                          = "private"
  public_network_access_enabled = false
}

# The server has no public endpoint.
resource "azurerm_postgresql_firewall_rule" "private" {
  # ok: azure/sql-firewall-any
  name             = "everyone"
  server_name      = azurerm_postgresql_server.private.name
  start_ip_address = "0.0.0.0"
  end_ip_address   = "255.255.255.255"
}

resource "azurerm_postgresql_flexible_server" "public" {
  name                          = "public"
  public_network_access_enabled = true
}

resource "azurerm_postgresql_flexible_server_firewall_rule" "open" {
  name             = "everyone"
  server_id        = azurerm_postgresql_flexible_server.public.id
  start_ip_address = "0.0.0.0" # expect: azure/sql-firewall-any
  end_ip_address   = "255.255.255.255"
}

resource "azurerm_postgresql_flexible_server_firewall_rule" "office" {
  # ok: azure/sql-firewall-any
  name             = "office"
  server_id        = azurerm_postgresql_flexible_server.public.id
  start_ip_address = "198.51.100.0"
  end_ip_address   = "198.51.100.255"
}

resource "azurerm_postgresql_flexible_server" "private" {
  name                          = "private"
  public_network_access_enabled = false
}

# The server has no public endpoint.
resource "azurerm_postgresql_flexible_server_firewall_rule" "private" {
  # ok: azure/sql-firewall-any
  name             = "everyone"
  server_id        = azurerm_postgresql_flexible_server.private.id
  start_ip_address = "0.0.0.0"
  end_ip_address   = "255.255.255.255"
}

resource "azurerm_mariadb_server" "public" {
  name                          = "public"
  public_network_access_enabled = true
}

resource "azurerm_mariadb_firewall_rule" "open" {
  name             = "everyone"
  server_name      = azurerm_mariadb_server.public.name
  start_ip_address = "0.0.0.0" # expect: azure/sql-firewall-any
  end_ip_address   = "255.255.255.255"
}

resource "azurerm_mariadb_firewall_rule" "office" {
  # ok: azure/sql-firewall-any
  name             = "office"
  server_name      = azurerm_mariadb_server.public.name
  start_ip_address = "198.51.100.0"
  end_ip_address   = "198.51.100.255"
}

resource "azurerm_mariadb_server" "private" {
  name                          = "private"
  public_network_access_enabled = false
}

# The server has no public endpoint.
resource "azurerm_mariadb_firewall_rule" "private" {
  # ok: azure/sql-firewall-any
  name             = "everyone"
  server_name      = azurerm_mariadb_server.private.name
  start_ip_address = "0.0.0.0"
  end_ip_address   = "255.255.255.255"
}

# Services of Azure, not everyone.
resource "azurerm_mssql_firewall_rule" "azure" {
  # ok: azure/sql-firewall-any
  name             = "azure"
  server_id        = azurerm_mssql_server.public.id
  start_ip_address = "0.0.0.0"
  end_ip_address   = "0.0.0.0"
}

# Wide, but not everyone.
resource "azurerm_mssql_firewall_rule" "wide" {
  # ok: azure/sql-firewall-any
  name             = "wide"
  server_id        = azurerm_mssql_server.public.id
  start_ip_address = "198.51.100.0"
  end_ip_address   = "255.255.255.255"
}

# All but a few.
resource "azurerm_mssql_firewall_rule" "nearly" {
  name             = "nearly"
  server_id        = azurerm_mssql_server.public.id
  start_ip_address = "1.0.0.1" # expect: azure/sql-firewall-any
  end_ip_address   = "254.255.255.254"
}

variable "end" {}

# The start decides.
resource "azurerm_mssql_firewall_rule" "unknown_end" {
  # ok: azure/sql-firewall-any
  name             = "unknown-end"
  server_id        = azurerm_mssql_server.public.id
  start_ip_address = "198.51.100.0"
  end_ip_address   = var.end
}

# inconclusive: azure/sql-firewall-any
resource "azurerm_mssql_firewall_rule" "unknown" {
  name             = "unknown"
  server_id        = azurerm_mssql_server.public.id
  start_ip_address = "0.0.0.0"
  end_ip_address   = var.end
}
