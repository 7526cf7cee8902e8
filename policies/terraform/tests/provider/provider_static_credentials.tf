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

provider "datadog" {
  api_key = "9f86d081884c7d659a2feaa0c55ad015"         # expect: terraform/provider-static-credentials
  app_key = "9f86d081884c7d659a2feaa0c55ad0159f86d081"
}

provider "cloudflare" {
  api_token = "v1.0-9f86d081884c7d65" # expect: terraform/provider-static-credentials
}

provider "vault" {
  token = "hvs.CAESIJ2" # expect: terraform/provider-static-credentials
}

provider "snowflake" {
  password    = "Sh0p-Warehouse"                   # expect: terraform/provider-static-credentials
  private_key = "-----BEGIN PRIVATE KEY-----\nbm8"
}

provider "azuread" {
  client_certificate_password = "Sh0p-Certificate" # expect: terraform/provider-static-credentials
}

provider "google-beta" {
  access_token = "ya29.not-real" # expect: terraform/provider-static-credentials
}

# An emulator takes anything.
provider "aws" {
  # ok: terraform/provider-static-credentials
  alias      = "emulator"
  access_key = "mock"
  secret_key = "mock_secret_key"
}

# Something is to be filled in here.
provider "okta" {
  alias = "template"
  # ok: terraform/provider-static-credentials
  api_token = "<OKTA_API_TOKEN>"
}

provider "datadog" {
  alias = "template"
  # ok: terraform/provider-static-credentials
  api_key = "{{ datadog_api_key }}"
}
