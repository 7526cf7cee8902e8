terraform {
  backend "azurerm" {
    # ok: terraform/backend-access-key
    storage_account_name = "sttfstate"
    container_name       = "tfstate"
    key                  = "shop.tfstate"
    use_azuread_auth     = true
  }
}
