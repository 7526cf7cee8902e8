terraform {
  backend "http" {
    password = "bm90LWEtcmVhbC1zZWNyZXQ=" # expect: terraform/backend-access-key
  }
}
