terraform {
  backend "remote" {
    token = "bm90LWEtcmVhbC1zZWNyZXQ=" # expect: terraform/backend-access-key
  }
}
