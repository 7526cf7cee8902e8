variable "who" {}

resource "google_kms_crypto_key_iam_member" "all" {
  crypto_key_id = "projects/p/locations/eu/keyRings/r/cryptoKeys/k"
  role = "roles/cloudkms.cryptoKeyDecrypter"
  member = "allUsers" # expect: gcp/kms-key-open-to-everyone
}

resource "google_kms_crypto_key_iam_member" "anyone" {
  crypto_key_id = "projects/p/locations/eu/keyRings/r/cryptoKeys/k"
  role = "roles/cloudkms.cryptoKeyDecrypter"
  member = "allAuthenticatedUsers" # expect: gcp/kms-key-open-to-everyone
}

resource "google_kms_crypto_key_iam_member" "group" {
  # ok: gcp/kms-key-open-to-everyone
  crypto_key_id = "projects/p/locations/eu/keyRings/r/cryptoKeys/k"
  role = "roles/cloudkms.cryptoKeyDecrypter"
  member = "group:staff@example.org"
}

# inconclusive: gcp/kms-key-open-to-everyone
resource "google_kms_crypto_key_iam_member" "somebody" {
  crypto_key_id = "projects/p/locations/eu/keyRings/r/cryptoKeys/k"
  role = "roles/cloudkms.cryptoKeyDecrypter"
  member = var.who
}

resource "google_kms_crypto_key_iam_binding" "all" {
  crypto_key_id = "projects/p/locations/eu/keyRings/r/cryptoKeys/k"
  role = "roles/cloudkms.cryptoKeyDecrypter"
  members = ["allUsers"] # expect: gcp/kms-key-open-to-everyone
}

resource "google_kms_crypto_key_iam_binding" "anyone" {
  crypto_key_id = "projects/p/locations/eu/keyRings/r/cryptoKeys/k"
  role = "roles/cloudkms.cryptoKeyDecrypter"
  members = ["allAuthenticatedUsers"] # expect: gcp/kms-key-open-to-everyone
}

resource "google_kms_crypto_key_iam_binding" "group" {
  # ok: gcp/kms-key-open-to-everyone
  crypto_key_id = "projects/p/locations/eu/keyRings/r/cryptoKeys/k"
  role = "roles/cloudkms.cryptoKeyDecrypter"
  members = ["group:staff@example.org"]
}

# inconclusive: gcp/kms-key-open-to-everyone
resource "google_kms_crypto_key_iam_binding" "somebody" {
  crypto_key_id = "projects/p/locations/eu/keyRings/r/cryptoKeys/k"
  role = "roles/cloudkms.cryptoKeyDecrypter"
  members = [var.who]
}

resource "google_kms_key_ring_iam_member" "all" {
  key_ring_id = "projects/p/locations/eu/keyRings/r"
  role = "roles/cloudkms.admin"
  member = "allUsers" # expect: gcp/kms-key-open-to-everyone
}

resource "google_kms_key_ring_iam_member" "anyone" {
  key_ring_id = "projects/p/locations/eu/keyRings/r"
  role = "roles/cloudkms.admin"
  member = "allAuthenticatedUsers" # expect: gcp/kms-key-open-to-everyone
}

resource "google_kms_key_ring_iam_member" "group" {
  # ok: gcp/kms-key-open-to-everyone
  key_ring_id = "projects/p/locations/eu/keyRings/r"
  role = "roles/cloudkms.admin"
  member = "group:staff@example.org"
}

# inconclusive: gcp/kms-key-open-to-everyone
resource "google_kms_key_ring_iam_member" "somebody" {
  key_ring_id = "projects/p/locations/eu/keyRings/r"
  role = "roles/cloudkms.admin"
  member = var.who
}

resource "google_kms_key_ring_iam_binding" "all" {
  key_ring_id = "projects/p/locations/eu/keyRings/r"
  role = "roles/cloudkms.admin"
  members = ["allUsers"] # expect: gcp/kms-key-open-to-everyone
}

resource "google_kms_key_ring_iam_binding" "anyone" {
  key_ring_id = "projects/p/locations/eu/keyRings/r"
  role = "roles/cloudkms.admin"
  members = ["allAuthenticatedUsers"] # expect: gcp/kms-key-open-to-everyone
}

resource "google_kms_key_ring_iam_binding" "group" {
  # ok: gcp/kms-key-open-to-everyone
  key_ring_id = "projects/p/locations/eu/keyRings/r"
  role = "roles/cloudkms.admin"
  members = ["group:staff@example.org"]
}

# inconclusive: gcp/kms-key-open-to-everyone
resource "google_kms_key_ring_iam_binding" "somebody" {
  key_ring_id = "projects/p/locations/eu/keyRings/r"
  role = "roles/cloudkms.admin"
  members = [var.who]
}
