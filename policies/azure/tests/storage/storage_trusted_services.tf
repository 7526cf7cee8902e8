resource "azurerm_storage_account_network_rules" "shut" {
  storage_account_id = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st1"
  default_action     = "Deny"
  bypass             = ["None"] # expect: azure/storage-trusted-services
}

resource "azurerm_storage_account_network_rules" "trusted" {
  # ok: azure/storage-trusted-services
  storage_account_id = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st1"
  default_action     = "Deny"
  bypass             = ["AzureServices"]
}

# What lets everyone in needs no exceptions.
resource "azurerm_storage_account_network_rules" "open" {
  # ok: azure/storage-trusted-services
  storage_account_id = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st1"
  default_action     = "Allow" # expect: azure/storage-open-firewall
  bypass             = ["None"]
}
