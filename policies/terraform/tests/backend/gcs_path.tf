terraform {
  backend "gcs" {
    # ok: terraform/backend-access-key
    bucket      = "tfstate"
    credentials = "account.json"
  }
}
