resource "google_service_account" "app" {
  account_id = "app"
}

resource "google_service_account_key" "app" {
  service_account_id = google_service_account.app.name # expect: gcp/service-account-key
}

# Its private half never comes here.
resource "google_service_account_key" "uploaded" {
  # ok: gcp/service-account-key
  service_account_id = google_service_account.app.name
  public_key_data    = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t"
}

resource "tls_self_signed_cert" "app" {
  private_key_pem = "made elsewhere"
}

resource "google_service_account_key" "made" {
  # ok: gcp/service-account-key
  service_account_id = google_service_account.app.name
  public_key_data    = base64encode(tls_self_signed_cert.app.cert_pem)
}

variable "certificate" {
  default = null
}

variable "unknown" {}

# inconclusive: gcp/service-account-key
resource "google_service_account_key" "unknown" {
  service_account_id = google_service_account.app.name
  public_key_data    = var.unknown
}

resource "google_service_account_key" "null" {
  service_account_id = google_service_account.app.name # expect: gcp/service-account-key
  public_key_data    = var.certificate
}
