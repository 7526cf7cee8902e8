provider "aws" {
  region     = "eu-west-1"
  access_key = "AKIAIOSFODNN7EXAMPLE"
  secret_key = "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" # expect: terraform/provider-secret
}

# ok: terraform/provider-secret
provider "aws" {
  alias      = "local"
  region     = "eu-west-1"
  access_key = "AKIAIOSFODNN7EXAMPLE"
  secret_key = "mock_secret_key"
}

# ok: terraform/provider-secret
provider "google" {
  credentials = "account.json"
}

provider "google" {
  alias       = "inline"
  credentials = "{\"type\": \"service_account\", \"private_key\": \"-----BEGIN\"}" # expect: terraform/provider-secret
}

variable "token" {
  type = string
}

# inconclusive: terraform/provider-secret
provider "github" {
  token = var.token
}
