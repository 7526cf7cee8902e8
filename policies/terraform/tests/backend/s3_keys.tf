terraform {
  backend "s3" {
    bucket     = "tfstate"
    key        = "shop.tfstate"
    access_key = "AKIAIOSFODNN7EXAMPLE"
    secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" # expect: terraform/backend-access-key
  }
}
