resource "google_compute_instance" "open" {
  boot_disk {
    kms_key_self_link = "projects/core/locations/global/keyRings/k/cryptoKeys/disk"
  }
  shielded_instance_config {}
  metadata = {
    serial-port-enable = "TRUE" # expect: gcp/vm-serial-port
  }
}

resource "google_compute_instance" "shut" {
  # ok: gcp/vm-serial-port
  boot_disk {
    kms_key_self_link = "projects/core/locations/global/keyRings/k/cryptoKeys/disk"
  }
  shielded_instance_config {}
  metadata = {
    serial-port-enable = "FALSE"
  }
}

resource "google_compute_instance_template" "open" {
  shielded_instance_config {}
  metadata = {
    serial-port-enable = "TRUE" # expect: gcp/vm-serial-port
  }
}

resource "google_compute_instance_template" "shut" {
  # ok: gcp/vm-serial-port
  shielded_instance_config {}
  metadata = {
    serial-port-enable = "FALSE"
  }
}

resource "google_compute_instance_from_template" "open" {
  metadata = {
    serial-port-enable = "TRUE" # expect: gcp/vm-serial-port
  }
}

resource "google_compute_instance_from_template" "shut" {
  # ok: gcp/vm-serial-port
  metadata = {
    serial-port-enable = "FALSE"
  }
}

resource "google_compute_project_metadata" "open" {
  metadata = {
    serial-port-enable = "TRUE" # expect: gcp/vm-serial-port
  }
}

resource "google_compute_project_metadata" "shut" {
  # ok: gcp/vm-serial-port
  metadata = {
    serial-port-enable = "FALSE"
  }
}

resource "google_compute_project_metadata_item" "open" {
  key   = "serial-port-enable"
  value = true # expect: gcp/vm-serial-port
}

resource "google_compute_project_metadata_item" "shut" {
  # ok: gcp/vm-serial-port
  key   = "serial-port-enable"
  value = false
}

# Another key.
resource "google_compute_project_metadata_item" "other" {
  # ok: gcp/vm-serial-port
  key   = "enable-oslogin"
  value = true
}

resource "google_compute_instance" "number" {
  boot_disk {
    kms_key_self_link = "projects/core/locations/global/keyRings/k/cryptoKeys/disk"
  }
  shielded_instance_config {}
  metadata = {
    serial-port-enable = 1 # expect: gcp/vm-serial-port
  }
}

resource "google_compute_region_instance_template" "open" {
  shielded_instance_config {}
  metadata = {
    serial-port-enable = "Y" # expect: gcp/vm-serial-port
  }
}

resource "google_compute_region_instance_template" "shut" {
  # ok: gcp/vm-serial-port
  shielded_instance_config {}
  metadata = {
    serial-port-enable = "N"
  }
}
