# The key of an object and an empty text are no secrets.
terraform {
  backend "s3" {
    # ok: terraform/backend-access-key
    bucket     = "tfstate"
    key        = "shop.tfstate"
    profile    = "shop"
    secret_key = ""
  }
}
