terraform {
  backend "cos" {
    secret_key = "bm90LWEtcmVhbC1zZWNyZXQ=" # expect: terraform/backend-access-key
  }
}
