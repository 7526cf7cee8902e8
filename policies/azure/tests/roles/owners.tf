resource "azurerm_role_assignment" "owner" {
  scope                = "/subscriptions/00000000-0000-0000-0000-000000000001"
  role_definition_name = "Owner" # expect: azure/role-owns-subscription
  principal_id         = "00000000-0000-0000-0000-000000000002"
}

resource "azurerm_role_assignment" "reader" {
  # ok: azure/role-owns-subscription
  scope                = "/subscriptions/00000000-0000-0000-0000-000000000001"
  role_definition_name = "Reader"
  principal_id         = "00000000-0000-0000-0000-000000000002"
}

resource "azurerm_role_assignment" "of_group" {
  # ok: azure/role-owns-subscription
  scope                = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/shop"
  role_definition_name = "Owner"
  principal_id         = "00000000-0000-0000-0000-000000000002"
}

resource "azurerm_role_assignment" "management_group" {
  scope                = "/providers/Microsoft.Management/managementGroups/landing"
  role_definition_name = "User Access Administrator" # expect: azure/role-owns-subscription
  principal_id         = "00000000-0000-0000-0000-000000000002"
}

data "azurerm_subscription" "current" {}

resource "azurerm_role_assignment" "current" {
  scope                = data.azurerm_subscription.current.id
  role_definition_name = "Owner" # expect: azure/role-owns-subscription
  principal_id         = "00000000-0000-0000-0000-000000000002"
}

# The same, put together.
resource "azurerm_role_assignment" "made" {
  scope                = "/subscriptions/${data.azurerm_subscription.current.subscription_id}"
  role_definition_name = "Owner" # expect: azure/role-owns-subscription
  principal_id         = "00000000-0000-0000-0000-000000000002"
}

variable "path" {}

# Of the whole, or of something in it.
# inconclusive: azure/role-owns-subscription
resource "azurerm_role_assignment" "somewhere" {
  scope                = "${data.azurerm_subscription.current.id}${var.path}"
  role_definition_name = "Owner"
  principal_id         = "00000000-0000-0000-0000-000000000002"
}

resource "azurerm_resource_group" "shop" {
  name     = "shop"
  location = "westeurope"
}

# The same on a group.
resource "azurerm_role_assignment" "group" {
  # ok: azure/role-owns-subscription
  scope                = azurerm_resource_group.shop.id
  role_definition_name = "Owner"
  principal_id         = "00000000-0000-0000-0000-000000000002"
}

# Made of the subscription, and less.
resource "azurerm_role_assignment" "below" {
  # ok: azure/role-owns-subscription
  scope                = "${data.azurerm_subscription.current.id}/resourceGroups/shop"
  role_definition_name = "Owner"
  principal_id         = "00000000-0000-0000-0000-000000000002"
}

# Which roles it gives is limited.
resource "azurerm_role_assignment" "limited" {
  # ok: azure/role-owns-subscription
  scope                = data.azurerm_subscription.current.id
  role_definition_name = "User Access Administrator"
  principal_id         = "00000000-0000-0000-0000-000000000002"
  condition_version    = "2.0"
  condition            = "(!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'}))"
}

resource "azurerm_role_assignment" "limited_too" {
  # ok: azure/role-owns-subscription
  scope                = "/subscriptions/00000000-0000-0000-0000-000000000001"
  role_definition_name = "Owner"
  principal_id         = "00000000-0000-0000-0000-000000000002"
  condition            = "(!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'}))"
}

variable "role" {}

# inconclusive: azure/role-owns-subscription
resource "azurerm_role_assignment" "unknown" {
  scope                = data.azurerm_subscription.current.id
  role_definition_name = var.role
  principal_id         = "00000000-0000-0000-0000-000000000002"
}

resource "azurerm_user_assigned_identity" "app" {
  name                = "app"
  resource_group_name = "shop"
  location            = "westeurope"
}

resource "azuread_group" "operators" {
  display_name     = "operators"
  security_enabled = true
}

resource "azurerm_role_assignment" "app" {
  # ok: azure/role-owns-subscription
  scope                = "/subscriptions/00000000-0000-0000-0000-000000000001"
  role_definition_name = "Contributor" # expect: azure/identity-contributor-on-subscription
  principal_id         = azurerm_user_assigned_identity.app.principal_id
}

# The same for people.
resource "azurerm_role_assignment" "operators" {
  # ok: azure/identity-contributor-on-subscription
  scope                = "/subscriptions/00000000-0000-0000-0000-000000000001"
  role_definition_name = "Contributor"
  principal_id         = azuread_group.operators.object_id
}

resource "azurerm_role_assignment" "app_in_group" {
  # ok: azure/identity-contributor-on-subscription
  scope                = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/shop"
  role_definition_name = "Contributor"
  principal_id         = azurerm_user_assigned_identity.app.principal_id
}

resource "azurerm_role_assignment" "app_current" {
  scope                = data.azurerm_subscription.current.id
  role_definition_name = "Contributor" # expect: azure/identity-contributor-on-subscription
  principal_id         = azurerm_user_assigned_identity.app.principal_id
}

resource "azurerm_role_definition" "all" {
  name  = "all"
  scope = "/subscriptions/00000000-0000-0000-0000-000000000001"
  permissions {
    actions     = ["*"] # expect: azure/role-with-all-actions
    not_actions = []
  }
}

# As Contributor has it.
resource "azurerm_role_definition" "less" {
  # ok: azure/role-with-all-actions
  name  = "less"
  scope = "/subscriptions/00000000-0000-0000-0000-000000000001"
  permissions {
    actions     = ["*"]
    not_actions = ["Microsoft.Authorization/*/Write"]
  }
}

resource "azurerm_role_definition" "reads" {
  # ok: azure/role-with-all-actions
  name  = "reads"
  scope = "/subscriptions/00000000-0000-0000-0000-000000000001"
  permissions {
    actions     = ["*/read"]
    not_actions = []
  }
}

variable "actions" {}

# inconclusive: azure/role-with-all-actions
resource "azurerm_role_definition" "unknown" {
  name  = "unknown"
  scope = "/subscriptions/00000000-0000-0000-0000-000000000001"
  permissions {
    actions = var.actions
  }
}

data "azurerm_client_config" "current" {}

resource "azurerm_role_assignment" "by_client" {
  scope                = "/subscriptions/${data.azurerm_client_config.current.subscription_id}"
  role_definition_name = "Owner" # expect: azure/role-owns-subscription
  principal_id         = "00000000-0000-0000-0000-000000000002"
}

resource "azurerm_role_assignment" "by_client_on_a_group" {
  # ok: azure/role-owns-subscription
  scope                = "/subscriptions/${data.azurerm_client_config.current.subscription_id}/resourceGroups/shop"
  role_definition_name = "Owner"
  principal_id         = "00000000-0000-0000-0000-000000000002"
}
