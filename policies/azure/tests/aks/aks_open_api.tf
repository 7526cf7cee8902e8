# expect: azure/aks-open-api
resource "azurerm_kubernetes_cluster" "bare" {
  name = "aks-bare"
}

resource "azurerm_kubernetes_cluster" "private" {
  # ok: azure/aks-open-api
  name                    = "aks-private"
  private_cluster_enabled = true
}

resource "azurerm_kubernetes_cluster" "open" {
  name = "aks-open"
  api_server_access_profile {
    authorized_ip_ranges = ["198.51.100.0/24", "0.0.0.0/0"] # expect: azure/aks-open-api
  }
}

resource "azurerm_kubernetes_cluster" "named" {
  # ok: azure/aks-open-api
  name = "aks-named"
  api_server_access_profile {
    authorized_ip_ranges = ["198.51.100.0/24"]
  }
}

# The name before version 4 of the provider.
resource "azurerm_kubernetes_cluster" "old" {
  # ok: azure/aks-open-api
  name                            = "aks-old"
  api_server_authorized_ip_ranges = ["198.51.100.0/24"]
}

resource "azurerm_kubernetes_cluster" "empty" {
  name = "aks-empty"
  api_server_access_profile {
    authorized_ip_ranges = [] # expect: azure/aks-open-api
  }
}
