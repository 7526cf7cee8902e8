resource "azurerm_storage_account" "inline" {
  name = "stinline"
  network_rules {
    default_action = "Allow" # expect: azure/storage-open-firewall
  }
}

resource "azurerm_storage_account" "inline_deny" {
  # ok: azure/storage-open-firewall
  name = "stinlinedeny"
  network_rules {
    default_action = "Deny"
  }
}

# Nothing written lets every network in.
# expect: azure/storage-open-firewall
resource "azurerm_storage_account" "bare" {
  name = "stbare"
}

resource "azurerm_storage_account" "private" {
  # ok: azure/storage-open-firewall
  name                          = "stprivate"
  public_network_access_enabled = false
}

# No public endpoint, whatever the rules say; a text spells it as well.
resource "azurerm_storage_account" "private_allow" {
  # ok: azure/storage-open-firewall
  name                          = "stprivateallow"
  public_network_access_enabled = "false"
  network_rules {
    default_action = "Allow"
  }
}

resource "azurerm_storage_account" "separate" {
  # ok: azure/storage-open-firewall
  name = "stseparate"
}

resource "azurerm_storage_account_network_rules" "separate" {
  # ok: azure/storage-open-firewall
  storage_account_id = azurerm_storage_account.separate.id
  default_action     = "Deny"
}

# The rules are judged, not the account a second time.
resource "azurerm_storage_account" "separate_open" {
  # ok: azure/storage-open-firewall
  name = "stseparateopen"
}

resource "azurerm_storage_account_network_rules" "separate_open" {
  storage_account_id = azurerm_storage_account.separate_open.id
  default_action     = "Allow" # expect: azure/storage-open-firewall
}

resource "azurerm_storage_account_network_rules" "private" {
  # ok: azure/storage-open-firewall
  storage_account_id = azurerm_storage_account.private.id
  default_action     = "Allow"
}

variable "lock" {
  type = bool
}

# Network rules that may or may not be there.
# inconclusive: azure/storage-open-firewall
resource "azurerm_storage_account" "perhaps" {
  name = "stperhaps"
}

resource "azurerm_storage_account_network_rules" "perhaps" {
  count              = var.lock ? 1 : 0
  storage_account_id = azurerm_storage_account.perhaps.id
  default_action     = "Deny"
}
