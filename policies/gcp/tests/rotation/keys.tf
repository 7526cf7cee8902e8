# expect: gcp/kms-key-rotation
resource "google_kms_crypto_key" "still" {
  name     = "still"
  key_ring = "ring"
}

resource "google_kms_crypto_key" "rotated" {
  # ok: gcp/kms-key-rotation
  name            = "rotated"
  key_ring        = "ring"
  rotation_period = "7776000s"
}

# Nothing rotates keys that sign.
resource "google_kms_crypto_key" "signing" {
  # ok: gcp/kms-key-rotation
  name     = "signing"
  key_ring = "ring"
  purpose  = "ASYMMETRIC_SIGN"
}

# expect: gcp/kms-key-rotation
resource "google_kms_crypto_key" "stated" {
  name     = "stated"
  key_ring = "ring"
  purpose  = "ENCRYPT_DECRYPT"
}

resource "google_kms_crypto_key" "imported" {
  # ok: gcp/kms-key-rotation
  name        = "imported"
  key_ring    = "ring"
  import_only = true
}

variable "period" {}

# inconclusive: gcp/kms-key-rotation, gcp/kms-key-rotation-slow
resource "google_kms_crypto_key" "unknown" {
  name            = "unknown"
  key_ring        = "ring"
  rotation_period = var.period
}

resource "google_kms_crypto_key" "seldom" {
  name            = "seldom"
  key_ring        = "projects/shop/locations/europe/keyRings/shop"
  rotation_period = "7776001s" # expect: gcp/kms-key-rotation-slow
}

# Ninety days to the second.
resource "google_kms_crypto_key" "often" {
  # ok: gcp/kms-key-rotation-slow
  name            = "often"
  key_ring        = "projects/shop/locations/europe/keyRings/shop"
  rotation_period = "7776000s"
}
