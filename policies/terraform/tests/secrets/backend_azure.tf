terraform {
  backend "azurerm" {
    storage_account_name = "state"
    access_key           = "bm90LWEtcmVhbC1rZXk=" # expect: terraform/backend-secret
  }
}
