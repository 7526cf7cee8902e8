terraform {
  backend "gcs" {
    access_token   = "ya29.not-real"            # expect: terraform/backend-access-key
    encryption_key = "bm90LWEtcmVhbC1zZWNyZXQ=" # expect: terraform/backend-access-key
  }
}
