resource "azurerm_storage_account" "data" {
  name                       = "data"
  resource_group_name        = "main"
  location                   = "westeurope"
  account_tier               = "Standard"
  account_replication_type   = "LRS"
  https_traffic_only_enabled = false
  min_tls_version            = "TLS1_2"
}
