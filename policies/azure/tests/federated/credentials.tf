variable "subject" {}

resource "azurerm_federated_identity_credential" "requests" {
  parent_id = "x"
  issuer = "https://token.actions.githubusercontent.com"
  audience = ["api://AzureADTokenExchange"]
  subject = "repo:acme/shop:pull_request" # expect: azure/federation-for-pull-requests
}

# ok: azure/federation-for-pull-requests
resource "azurerm_federated_identity_credential" "main" {
  parent_id = "x"
  issuer = "https://token.actions.githubusercontent.com"
  audience = ["api://AzureADTokenExchange"]
  subject = "repo:acme/shop:ref:refs/heads/main"
}

# A branch that is called so.
# ok: azure/federation-for-pull-requests
resource "azurerm_federated_identity_credential" "branch" {
  parent_id = "x"
  issuer = "https://token.actions.githubusercontent.com"
  audience = ["api://AzureADTokenExchange"]
  subject = "repo:acme/shop:ref:refs/heads/pull_request"
}

# inconclusive: azure/federation-for-pull-requests
resource "azurerm_federated_identity_credential" "unknown" {
  parent_id = "x"
  issuer = "https://token.actions.githubusercontent.com"
  audience = ["api://AzureADTokenExchange"]
  subject = var.subject
}

resource "azuread_application_federated_identity_credential" "requests" {
  application_id = "x"
  issuer = "https://token.actions.githubusercontent.com"
  audiences = ["api://AzureADTokenExchange"]
  subject = "repo:acme/shop:pull_request" # expect: azure/federation-for-pull-requests
}

# ok: azure/federation-for-pull-requests
resource "azuread_application_federated_identity_credential" "main" {
  application_id = "x"
  issuer = "https://token.actions.githubusercontent.com"
  audiences = ["api://AzureADTokenExchange"]
  subject = "repo:acme/shop:ref:refs/heads/main"
}

# A branch that is called so.
# ok: azure/federation-for-pull-requests
resource "azuread_application_federated_identity_credential" "branch" {
  application_id = "x"
  issuer = "https://token.actions.githubusercontent.com"
  audiences = ["api://AzureADTokenExchange"]
  subject = "repo:acme/shop:ref:refs/heads/pull_request"
}

# inconclusive: azure/federation-for-pull-requests
resource "azuread_application_federated_identity_credential" "unknown" {
  application_id = "x"
  issuer = "https://token.actions.githubusercontent.com"
  audiences = ["api://AzureADTokenExchange"]
  subject = var.subject
}

