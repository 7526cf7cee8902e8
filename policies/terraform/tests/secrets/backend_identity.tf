terraform {
  # ok: terraform/backend-secret
  backend "azurerm" {
    storage_account_name = "state"
    use_azuread_auth     = true
  }
}
