resource "azurerm_private_link_service" "open" {
  name                           = "open"
  resource_group_name            = "rg"
  location                       = "westeurope"
  auto_approval_subscription_ids = ["*"] # expect: azure/private-link-takes-everybody
}

resource "azurerm_private_link_service" "listed" {
  # ok: azure/private-link-takes-everybody
  name                           = "listed"
  resource_group_name            = "rg"
  location                       = "westeurope"
  auto_approval_subscription_ids = ["00000000-0000-0000-0000-000000000001"]
}

# Who sees it is not who is let in.
resource "azurerm_private_link_service" "seen_by_all" {
  # ok: azure/private-link-takes-everybody
  name                        = "seen-by-all"
  resource_group_name         = "rg"
  location                    = "westeurope"
  visibility_subscription_ids = ["*"]
}
