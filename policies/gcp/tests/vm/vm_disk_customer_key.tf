# expect: gcp/vm-disk-customer-key
resource "google_compute_disk" "google" {
  name = "google"
}

resource "google_compute_disk" "own" {
  # ok: gcp/vm-disk-customer-key
  name = "own"
  disk_encryption_key {
    kms_key_self_link = google_kms_crypto_key.disk.id
  }
}

resource "google_kms_crypto_key" "disk" {
  name     = "disk"
  key_ring = "projects/core/locations/global/keyRings/k"
}

resource "google_compute_instance" "google" {
  shielded_instance_config {}
  # expect: gcp/vm-disk-customer-key
  boot_disk {
    initialize_params {
      image = "debian-cloud/debian-12"
    }
  }
}

resource "google_compute_instance" "own" {
  # ok: gcp/vm-disk-customer-key
  shielded_instance_config {}
  boot_disk {
    kms_key_self_link = google_kms_crypto_key.disk.id
    initialize_params {
      image = "debian-cloud/debian-12"
    }
  }
}

# The disk is judged itself.
resource "google_compute_instance" "made" {
  # ok: gcp/vm-disk-customer-key
  shielded_instance_config {}
  boot_disk {
    source = google_compute_disk.own.id
  }
}
