variable "on" {}

resource "azurerm_container_registry" "both" {
  name = "both"
  sku = "Standard"
  admin_enabled = true # expect: azure/registry-admin-user
  anonymous_pull_enabled = true # expect: azure/registry-anonymous-pull
}

resource "azurerm_container_registry" "pull" {
  # ok: azure/registry-admin-user
  name = "pull"
  sku = "Standard"
  admin_enabled = false
  anonymous_pull_enabled = true # expect: azure/registry-anonymous-pull
}

resource "azurerm_container_registry" "none" {
  # ok: azure/registry-admin-user, azure/registry-anonymous-pull
  name = "none"
  sku = "Standard"
  admin_enabled = false
  anonymous_pull_enabled = false
}

# Both are off where nothing is written; that everybody reaches it is another matter.
resource "azurerm_container_registry" "silent" {
  # ok: azure/registry-admin-user, azure/registry-anonymous-pull
  name = "silent"
  sku = "Premium"
  public_network_access_enabled = true
}

# inconclusive: azure/registry-admin-user, azure/registry-anonymous-pull
resource "azurerm_container_registry" "unknown" {
  name = "unknown"
  sku = "Standard"
  admin_enabled = var.on
  anonymous_pull_enabled = var.on
}

