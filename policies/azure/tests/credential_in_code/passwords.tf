# Passwords that are written down, and those that come from elsewhere.
resource "azurerm_postgresql_flexible_server" "written" {
  name = "a"
  resource_group_name = "a"
  location = "westeurope"
  administrator_password = "qT7-harbour-9" # expect: azure/credential-in-code
}

resource "azurerm_postgresql_server" "written" {
  name = "a"
  resource_group_name = "a"
  location = "westeurope"
  administrator_login_password = "qT7-harbour-9" # expect: azure/credential-in-code
}

resource "azurerm_mysql_flexible_server" "written" {
  name = "a"
  resource_group_name = "a"
  location = "westeurope"
  administrator_password = "qT7-harbour-9" # expect: azure/credential-in-code
}

resource "azurerm_mysql_server" "written" {
  name = "a"
  resource_group_name = "a"
  location = "westeurope"
  administrator_login_password = "qT7-harbour-9" # expect: azure/credential-in-code
}

resource "azurerm_mariadb_server" "written" {
  name = "a"
  resource_group_name = "a"
  location = "westeurope"
  administrator_login_password = "qT7-harbour-9" # expect: azure/credential-in-code
}

resource "azurerm_mssql_server" "written" {
  name = "a"
  resource_group_name = "a"
  location = "westeurope"
  administrator_login_password = "qT7-harbour-9" # expect: azure/credential-in-code
}

resource "azurerm_sql_server" "written" {
  name = "a"
  resource_group_name = "a"
  location = "westeurope"
  administrator_login_password = "qT7-harbour-9" # expect: azure/credential-in-code
}

resource "azurerm_synapse_workspace" "written" {
  name = "a"
  resource_group_name = "a"
  location = "westeurope"
  sql_administrator_login_password = "qT7-harbour-9" # expect: azure/credential-in-code
}

resource "azurerm_linux_virtual_machine" "written" {
  name = "a"
  resource_group_name = "a"
  location = "westeurope"
  admin_password = "qT7-harbour-9" # expect: azure/credential-in-code
}

resource "azurerm_windows_virtual_machine" "written" {
  name = "a"
  resource_group_name = "a"
  location = "westeurope"
  admin_password = "qT7-harbour-9" # expect: azure/credential-in-code
}

resource "azurerm_linux_virtual_machine_scale_set" "written" {
  name = "a"
  resource_group_name = "a"
  location = "westeurope"
  admin_password = "qT7-harbour-9" # expect: azure/credential-in-code
}

resource "azurerm_windows_virtual_machine_scale_set" "written" {
  name = "a"
  resource_group_name = "a"
  location = "westeurope"
  admin_password = "qT7-harbour-9" # expect: azure/credential-in-code
}

resource "azurerm_key_vault_secret" "written" {
  name = "db"
  key_vault_id = "a"
  value = "qT7-harbour-9" # expect: azure/credential-in-code
}

resource "azurerm_virtual_machine" "written" {
  name                = "a"
  resource_group_name = "a"
  location            = "westeurope"
  os_profile { # expect: azure/credential-in-code
    computer_name  = "a"
    admin_username = "a"
    admin_password = "qT7-harbour-9"
  }
}

resource "random_password" "made" {
  length = 24
}

resource "azurerm_mssql_server" "made" {
  # ok: azure/credential-in-code
  name                         = "a"
  resource_group_name          = "a"
  location                     = "westeurope"
  administrator_login_password = random_password.made.result
}

resource "azurerm_mssql_server" "entra" {
  # ok: azure/credential-in-code
  name                = "a"
  resource_group_name = "a"
  location            = "westeurope"
}

resource "azurerm_postgresql_flexible_server" "later" {
  # ok: azure/credential-in-code
  name = "a"
  resource_group_name = "a"
  location = "westeurope"
  administrator_password = "change-me-soon"
}

resource "azurerm_postgresql_server" "later" {
  # ok: azure/credential-in-code
  name = "a"
  resource_group_name = "a"
  location = "westeurope"
  administrator_login_password = "change-me-soon"
}

resource "azurerm_mysql_flexible_server" "later" {
  # ok: azure/credential-in-code
  name = "a"
  resource_group_name = "a"
  location = "westeurope"
  administrator_password = "change-me-soon"
}

resource "azurerm_mysql_server" "later" {
  # ok: azure/credential-in-code
  name = "a"
  resource_group_name = "a"
  location = "westeurope"
  administrator_login_password = "change-me-soon"
}

resource "azurerm_mariadb_server" "later" {
  # ok: azure/credential-in-code
  name = "a"
  resource_group_name = "a"
  location = "westeurope"
  administrator_login_password = "change-me-soon"
}

resource "azurerm_mssql_server" "later" {
  # ok: azure/credential-in-code
  name = "a"
  resource_group_name = "a"
  location = "westeurope"
  administrator_login_password = "change-me-soon"
}

resource "azurerm_sql_server" "later" {
  # ok: azure/credential-in-code
  name = "a"
  resource_group_name = "a"
  location = "westeurope"
  administrator_login_password = "change-me-soon"
}

resource "azurerm_synapse_workspace" "later" {
  # ok: azure/credential-in-code
  name = "a"
  resource_group_name = "a"
  location = "westeurope"
  sql_administrator_login_password = "change-me-soon"
}

resource "azurerm_linux_virtual_machine" "later" {
  # ok: azure/credential-in-code
  name = "a"
  resource_group_name = "a"
  location = "westeurope"
  admin_password = "change-me-soon"
}

resource "azurerm_windows_virtual_machine" "later" {
  # ok: azure/credential-in-code
  name = "a"
  resource_group_name = "a"
  location = "westeurope"
  admin_password = "change-me-soon"
}

resource "azurerm_linux_virtual_machine_scale_set" "later" {
  # ok: azure/credential-in-code
  name = "a"
  resource_group_name = "a"
  location = "westeurope"
  admin_password = "change-me-soon"
}

resource "azurerm_windows_virtual_machine_scale_set" "later" {
  # ok: azure/credential-in-code
  name = "a"
  resource_group_name = "a"
  location = "westeurope"
  admin_password = "change-me-soon"
}

resource "azurerm_key_vault_secret" "later" {
  # ok: azure/credential-in-code
  name = "db"
  key_vault_id = "a"
  value = "change-me-soon"
}

resource "azurerm_virtual_machine" "later" {
  # ok: azure/credential-in-code
  name                = "a"
  resource_group_name = "a"
  location            = "westeurope"
  os_profile {
    computer_name  = "a"
    admin_username = "a"
    admin_password = "change-me-soon"
  }
}
