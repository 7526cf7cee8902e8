variable "on" {}

resource "azurerm_key_vault" "open" {
  name = "open"
  purge_protection_enabled = false # expect: azure/keyvault-purge-unprotected
}

resource "azurerm_key_vault" "guarded" {
  # ok: azure/keyvault-purge-unprotected
  name = "guarded"
  purge_protection_enabled = true
}

# That it is kept for long protects from nothing.
# expect: azure/keyvault-purge-unprotected
resource "azurerm_key_vault" "silent" {
  name = "silent"
  soft_delete_retention_days = 90
}

# A text that Terraform reads as true.
resource "azurerm_key_vault" "text" {
  # ok: azure/keyvault-purge-unprotected
  name = "text"
  purge_protection_enabled = "true"
}

# inconclusive: azure/keyvault-purge-unprotected
resource "azurerm_key_vault" "unknown" {
  name = "unknown"
  purge_protection_enabled = var.on
}

resource "azurerm_recovery_services_vault" "off" {
  name = "off"
  sku = "Standard"
  soft_delete_enabled = false # expect: azure/backups-deleted-at-once
}

resource "azurerm_recovery_services_vault" "on" {
  # ok: azure/backups-deleted-at-once
  name = "on"
  sku = "Standard"
  soft_delete_enabled = true
}

# On where nothing is written.
resource "azurerm_recovery_services_vault" "silent" {
  # ok: azure/backups-deleted-at-once
  name = "silent"
  sku = "Standard"
}

resource "azurerm_data_protection_backup_vault" "off" {
  name = "off"
  soft_delete = "Off" # expect: azure/backups-deleted-at-once
}

resource "azurerm_data_protection_backup_vault" "on" {
  # ok: azure/backups-deleted-at-once
  name = "on"
  soft_delete = "AlwaysOn"
}

# inconclusive: azure/backups-deleted-at-once
resource "azurerm_recovery_services_vault" "unknown" {
  name = "unknown"
  sku = "Standard"
  soft_delete_enabled = var.on
}

resource "azurerm_storage_account" "silent" {
  name = "silent" # expect: azure/storage-keeps-nothing
  account_kind = "StorageV2"
}

resource "azurerm_storage_account" "files" {
  # ok: azure/storage-keeps-nothing
  name = "files"
  account_kind = "FileStorage"
}

resource "azurerm_storage_account" "soft" {
  # ok: azure/storage-keeps-nothing
  name = "soft"
  blob_properties {
    delete_retention_policy {
      days = 7
    }
  }
}

resource "azurerm_storage_account" "versions" {
  # ok: azure/storage-keeps-nothing
  name = "versions"
  blob_properties {
    versioning_enabled = true
  }
}

# A block that says something else.
resource "azurerm_storage_account" "feed" {
  name = "feed"
  blob_properties { # expect: azure/storage-keeps-nothing
    change_feed_enabled = true
  }
}

resource "azurerm_storage_account" "locked" {
  # ok: azure/storage-keeps-nothing
  name = "locked"
  immutability_policy {
    state = "Locked"
    period_since_creation_in_days = 30
    allow_protected_append_writes = false
  }
}

# inconclusive: azure/storage-keeps-nothing
resource "azurerm_storage_account" "unknown" {
  name = "unknown"
  blob_properties {
    versioning_enabled = var.on
  }
}

