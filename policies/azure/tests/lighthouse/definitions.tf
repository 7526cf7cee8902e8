variable "role" {}

resource "azurerm_lighthouse_definition" "contributor" {
  name = "contributor"
  managing_tenant_id = "00000000-0000-0000-0000-000000000001"
  scope = "/subscriptions/00000000-0000-0000-0000-000000000002"
  authorization {
    principal_id = "00000000-0000-0000-0000-000000000003"
    role_definition_id = "b24988ac-6180-42a0-ab88-20f7382dd24c" # expect: azure/lighthouse-broad-role
  }
}

# ok: azure/lighthouse-broad-role
resource "azurerm_lighthouse_definition" "reader" {
  name = "reader"
  managing_tenant_id = "00000000-0000-0000-0000-000000000001"
  scope = "/subscriptions/00000000-0000-0000-0000-000000000002"
  authorization {
    principal_id = "00000000-0000-0000-0000-000000000003"
    role_definition_id = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
  }
}

# Asked for when it is needed.
# ok: azure/lighthouse-broad-role
resource "azurerm_lighthouse_definition" "eligible" {
  name = "eligible"
  managing_tenant_id = "00000000-0000-0000-0000-000000000001"
  scope = "/subscriptions/00000000-0000-0000-0000-000000000002"
  eligible_authorization {
    principal_id = "00000000-0000-0000-0000-000000000003"
    role_definition_id = "b24988ac-6180-42a0-ab88-20f7382dd24c"
  }
}

# inconclusive: azure/lighthouse-broad-role
resource "azurerm_lighthouse_definition" "unknown" {
  name = "unknown"
  managing_tenant_id = "00000000-0000-0000-0000-000000000001"
  scope = "/subscriptions/00000000-0000-0000-0000-000000000002"
  authorization {
    principal_id = "00000000-0000-0000-0000-000000000003"
    role_definition_id = var.role
  }
}

