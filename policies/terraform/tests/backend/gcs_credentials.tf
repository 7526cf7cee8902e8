terraform {
  backend "gcs" {
    bucket      = "tfstate"
    credentials = "{\"type\": \"service_account\", \"private_key\": \"bm90IHJlYWw=\"}" # expect: terraform/backend-access-key
  }
}
