# expect: azure/aks-open-api
resource "azurerm_kubernetes_cluster" "off" {
  name                              = "aks-roles"
  role_based_access_control_enabled = false # expect: azure/aks-without-rbac
}

# expect: azure/aks-open-api
resource "azurerm_kubernetes_cluster" "on" {
  # ok: azure/aks-without-rbac
  name                              = "aks-roles"
  role_based_access_control_enabled = true
}

# The provider's default.
# expect: azure/aks-open-api
resource "azurerm_kubernetes_cluster" "silent" {
  # ok: azure/aks-without-rbac
  name = "aks-silent"
}
