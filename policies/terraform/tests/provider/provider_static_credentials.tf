provider "aws" {
  region     = "eu-west-1"
  access_key = "AKIAIOSFODNN7EXAMPLE"
  secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" # expect: terraform/provider-static-credentials
}

provider "aws" {
  # ok: terraform/provider-static-credentials
  alias   = "profile"
  region  = "eu-west-1"
  profile = "shop"
}

provider "azurerm" {
  features {}
  client_id     = "00000000-0000-0000-0000-000000000001"
  client_secret = "Sh0p~Client~Secret" # expect: terraform/provider-static-credentials
}

provider "google" {
  credentials = "{\"type\": \"service_account\", \"private_key\": \"bm90IHJlYWw=\"}" # expect: terraform/provider-static-credentials
}

# A path is no secret.
provider "google" {
  # ok: terraform/provider-static-credentials
  alias       = "file"
  credentials = "account.json"
}

# Set by whoever runs.
provider "github" {
  # ok: terraform/provider-static-credentials
  owner = "example"
  token = ""
}
