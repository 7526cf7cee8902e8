# expect: gcp/vm-unshielded
resource "google_compute_instance" "bare" {
  boot_disk {
    kms_key_self_link = "projects/core/locations/global/keyRings/k/cryptoKeys/disk"
  }
}

resource "google_compute_instance" "shielded" {
  # ok: gcp/vm-unshielded
  boot_disk {
    kms_key_self_link = "projects/core/locations/global/keyRings/k/cryptoKeys/disk"
  }
  shielded_instance_config {}
}

resource "google_compute_instance" "no_vtpm" {
  boot_disk {
    kms_key_self_link = "projects/core/locations/global/keyRings/k/cryptoKeys/disk"
  }
  # expect: gcp/vm-unshielded
  shielded_instance_config {
    enable_vtpm = false
  }
}

# Secure boot does not suit every driver.
resource "google_compute_instance" "boot" {
  # ok: gcp/vm-unshielded
  boot_disk {
    kms_key_self_link = "projects/core/locations/global/keyRings/k/cryptoKeys/disk"
  }
  shielded_instance_config {
    enable_secure_boot = false
  }
}

# expect: gcp/vm-unshielded
resource "google_compute_instance_template" "bare" {
}

resource "google_compute_instance_template" "shielded" {
  # ok: gcp/vm-unshielded
  shielded_instance_config {}
}

resource "google_compute_instance_template" "no_vtpm" {
  # expect: gcp/vm-unshielded
  shielded_instance_config {
    enable_vtpm = false
  }
}

# Secure boot does not suit every driver.
resource "google_compute_instance_template" "boot" {
  # ok: gcp/vm-unshielded
  shielded_instance_config {
    enable_secure_boot = false
  }
}

resource "google_compute_instance" "no_integrity" {
  boot_disk {
    kms_key_self_link = "projects/core/locations/global/keyRings/k/cryptoKeys/disk"
  }
  # expect: gcp/vm-unshielded
  shielded_instance_config {
    enable_integrity_monitoring = false
  }
}

# expect: gcp/vm-unshielded
resource "google_compute_region_instance_template" "bare" {
  region = "europe-west1"
}

resource "google_compute_region_instance_template" "shielded" {
  # ok: gcp/vm-unshielded
  region = "europe-west1"
  shielded_instance_config {}
}

resource "google_compute_instance_from_template" "no_vtpm" {
  source_instance_template = google_compute_instance_template.shielded.self_link_unique
  # expect: gcp/vm-unshielded
  shielded_instance_config {
    enable_vtpm = false
  }
}

# As its template is.
resource "google_compute_instance_from_template" "inherited" {
  # ok: gcp/vm-unshielded
  source_instance_template = google_compute_instance_template.shielded.self_link_unique
}
