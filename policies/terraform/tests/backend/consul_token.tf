terraform {
  backend "consul" {
    access_token = "bm90LWEtcmVhbC1zZWNyZXQ=" # expect: terraform/backend-access-key
  }
}
