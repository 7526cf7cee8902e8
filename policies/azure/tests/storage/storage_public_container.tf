resource "azurerm_storage_account" "loose" {
  name                          = "stloose"
  public_network_access_enabled = true
  network_rules {
    default_action = "Deny"
  }
}

resource "azurerm_storage_container" "listed" {
  name                  = "listed"
  storage_account_name  = azurerm_storage_account.loose.name
  container_access_type = "container" # expect: azure/storage-public-container
}

resource "azurerm_storage_container" "blobs" {
  name                  = "blobs"
  storage_account_id    = azurerm_storage_account.loose.id
  container_access_type = "blob" # expect: azure/storage-public-container
}

resource "azurerm_storage_container" "private" {
  # ok: azure/storage-public-container
  name                  = "private"
  storage_account_id    = azurerm_storage_account.loose.id
  container_access_type = "private"
}

resource "azurerm_storage_container" "default" {
  # ok: azure/storage-public-container
  name                 = "default"
  storage_account_name = "stelsewhere"
}

resource "azurerm_storage_account" "strict" {
  name                            = "ststrict"
  allow_nested_items_to_be_public = false
  network_rules {
    default_action = "Deny"
  }
}

# The account overrules it.
resource "azurerm_storage_container" "overruled" {
  # ok: azure/storage-public-container
  name                  = "overruled"
  storage_account_id    = azurerm_storage_account.strict.id
  container_access_type = "blob"
}

# The name before version 3 of the provider.
resource "azurerm_storage_account" "old" {
  name                     = "stold"
  allow_blob_public_access = false
  network_rules {
    default_action = "Deny"
  }
}

resource "azurerm_storage_container" "old" {
  # ok: azure/storage-public-container
  name                  = "old"
  storage_account_name  = azurerm_storage_account.old.name
  container_access_type = "blob"
}

resource "azurerm_storage_account" "private" {
  name                          = "stprivate"
  public_network_access_enabled = false
}

# Nobody outside gets to the account.
resource "azurerm_storage_container" "private_account" {
  # ok: azure/storage-public-container
  name                  = "private"
  storage_account_id    = azurerm_storage_account.private.id
  container_access_type = "blob"
}
