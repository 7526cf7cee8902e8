resource "azurerm_storage_account" "weak" {
  name                       = "stweak"
  min_tls_version            = "TLS1_1" # expect: azure/storage-weak-tls
  https_traffic_only_enabled = false    # expect: azure/storage-plain-http
  network_rules {
    default_action = "Deny"
    bypass         = ["Logging"] # expect: azure/storage-trusted-services
  }
}

resource "azurerm_storage_account" "strong" {
  # ok: azure/storage-weak-tls, azure/storage-plain-http
  # ok: azure/storage-trusted-services, azure/storage-open-firewall
  name                       = "ststrong"
  min_tls_version            = "TLS1_2"
  https_traffic_only_enabled = true
  network_rules {
    default_action = "Deny"
    bypass         = ["Logging", "AzureServices"]
  }
}

resource "azurerm_storage_account" "weakest" {
  name            = "stweakest"
  min_tls_version = "TLS1_0" # expect: azure/storage-weak-tls
  network_rules {
    default_action = "Deny"
  }
}

# The provider's defaults: TLS 1.2, HTTPS alone, trusted services pass.
resource "azurerm_storage_account" "defaults" {
  # ok: azure/storage-weak-tls, azure/storage-plain-http
  # ok: azure/storage-trusted-services, azure/storage-open-firewall
  name = "stdefaults"
  network_rules {
    default_action = "Deny"
  }
}

# The name before version 4 of the provider.
resource "azurerm_storage_account" "old" {
  name                      = "stold"
  enable_https_traffic_only = false # expect: azure/storage-plain-http
  network_rules {
    default_action = "Deny"
  }
}

variable "tls" {}

# inconclusive: azure/storage-weak-tls
resource "azurerm_storage_account" "unknown" {
  name            = "stunknown"
  min_tls_version = var.tls
  network_rules {
    default_action = "Deny"
  }
}
