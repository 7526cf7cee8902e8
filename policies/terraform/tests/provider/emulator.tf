# What an emulator is given.
provider "aws" {
  # ok: terraform/provider-static-credentials
  region     = "eu-west-1"
  access_key = "AKIAIOSFODNN7EXAMPLE"
  secret_key = "mock_secret_key"
}

# What whoever runs passes in is not in the code.
variable "token" {
  type = string
}

provider "gitlab" {
  # ok: terraform/provider-static-credentials
  token = var.token
}
