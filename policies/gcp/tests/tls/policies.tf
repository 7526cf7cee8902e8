resource "google_compute_ssl_policy" "old" {
  name            = "old"
  profile         = "MODERN"
  min_tls_version = "TLS_1_1" # expect: gcp/ssl-policy-weak
}

resource "google_compute_ssl_policy" "new" {
  # ok: gcp/ssl-policy-weak
  name            = "new"
  profile         = "MODERN"
  min_tls_version = "TLS_1_2"
}

# TLS 1.0 where nothing is written.
# expect: gcp/ssl-policy-weak
resource "google_compute_ssl_policy" "silent" {
  name    = "silent"
  profile = "MODERN"
}

resource "google_compute_region_ssl_policy" "old" {
  name            = "old"
  region          = "europe-west1"
  min_tls_version = "TLS_1_0" # expect: gcp/ssl-policy-weak
}

resource "google_compute_region_ssl_policy" "new" {
  # ok: gcp/ssl-policy-weak
  name            = "new"
  region          = "europe-west1"
  min_tls_version = "TLS_1_3"
}

variable "lowest" {}

# inconclusive: gcp/ssl-policy-weak
resource "google_compute_ssl_policy" "unknown" {
  name            = "unknown"
  min_tls_version = var.lowest
}
