variable "rights" {}

resource "azurerm_key_vault_access_policy" "purge" {
  key_vault_id = "x"
  object_id = "y"
  key_permissions = ["Get", "Purge"] # expect: azure/vault-policy-may-purge
}

# ok: azure/vault-policy-may-purge
resource "azurerm_key_vault_access_policy" "get" {
  key_vault_id = "x"
  object_id = "y"
  key_permissions = ["Get", "List"]
}

resource "azurerm_key_vault_access_policy" "small" {
  key_vault_id = "x"
  object_id = "y"
  key_permissions = ["purge", "list"] # expect: azure/vault-policy-may-purge
}

# Can be taken back for weeks.
# ok: azure/vault-policy-may-purge
resource "azurerm_key_vault_access_policy" "deletes" {
  key_vault_id = "x"
  object_id = "y"
  key_permissions = ["Get", "Delete"]
}

resource "azurerm_key_vault" "purge" {
  name = "purge"
  access_policy {
    object_id = "y"
    key_permissions = ["Get", "Purge"] # expect: azure/vault-policy-may-purge
  }
}

# ok: azure/vault-policy-may-purge
resource "azurerm_key_vault" "get" {
  name = "get"
  access_policy {
    object_id = "y"
    key_permissions = ["Get", "List"]
  }
}

resource "azurerm_key_vault" "small" {
  name = "small"
  access_policy {
    object_id = "y"
    key_permissions = ["purge", "list"] # expect: azure/vault-policy-may-purge
  }
}

# Can be taken back for weeks.
# ok: azure/vault-policy-may-purge
resource "azurerm_key_vault" "deletes" {
  name = "deletes"
  access_policy {
    object_id = "y"
    key_permissions = ["Get", "Delete"]
  }
}

# inconclusive: azure/vault-policy-may-purge
resource "azurerm_key_vault_access_policy" "unknown" {
  key_vault_id = "x"
  object_id = "y"
  key_permissions = var.rights
}

resource "azurerm_key_vault_key" "still" {
  name = "still" # expect: azure/key-rotation
  key_type = "RSA"
  key_opts = ["wrapKey", "unwrapKey"]
}

resource "azurerm_key_vault_key" "rotated" {
  # ok: azure/key-rotation
  name = "rotated"
  key_type = "RSA"
  key_opts = ["wrapKey", "unwrapKey"]
  rotation_policy {
    automatic {
      time_before_expiry = "P30D"
    }
  }
}

