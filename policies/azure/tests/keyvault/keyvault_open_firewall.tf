# expect: azure/keyvault-open-firewall
resource "azurerm_key_vault" "bare" {
  name = "kv-bare"
}

resource "azurerm_key_vault" "open" {
  name = "kv-open"
  network_acls {
    default_action = "Allow" # expect: azure/keyvault-open-firewall
    bypass         = "AzureServices"
  }
}

resource "azurerm_key_vault" "shut" {
  # ok: azure/keyvault-open-firewall
  name = "kv-shut"
  network_acls {
    default_action = "Deny"
    bypass         = "AzureServices"
  }
}

# No public endpoint, no need of a firewall.
resource "azurerm_key_vault" "private" {
  # ok: azure/keyvault-open-firewall
  name                          = "kv-private"
  public_network_access_enabled = false
}
