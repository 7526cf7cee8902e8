terraform {
  backend "azurerm" {
    sas_token                   = "sv=2024-11-04&sig=bm90cmVhbA" # expect: terraform/backend-access-key
    client_secret               = "Sh0p~Client~Secret"           # expect: terraform/backend-access-key
    client_certificate_password = "Sh0p~Client~Secret"           # expect: terraform/backend-access-key
  }
}
