resource "google_service_account" "app" {
  account_id = "app"
}

data "google_compute_default_service_account" "default" {}

resource "google_compute_instance" "default" {
  boot_disk {
    kms_key_self_link = "projects/core/locations/global/keyRings/k/cryptoKeys/disk"
  }
  shielded_instance_config {}
  service_account {
    email  = "123456789012-compute@developer.gserviceaccount.com" # expect: gcp/vm-default-service-account
    scopes = ["cloud-platform"]
  }
}

resource "google_compute_instance" "own" {
  # ok: gcp/vm-default-service-account
  boot_disk {
    kms_key_self_link = "projects/core/locations/global/keyRings/k/cryptoKeys/disk"
  }
  shielded_instance_config {}
  service_account {
    email  = "app@core.iam.gserviceaccount.com"
    scopes = ["cloud-platform"]
  }
}

resource "google_compute_instance_template" "default" {
  shielded_instance_config {}
  service_account {
    email  = "123456789012-compute@developer.gserviceaccount.com" # expect: gcp/vm-default-service-account
    scopes = ["cloud-platform"]
  }
}

resource "google_compute_instance_template" "own" {
  # ok: gcp/vm-default-service-account
  shielded_instance_config {}
  service_account {
    email  = "app@core.iam.gserviceaccount.com"
    scopes = ["cloud-platform"]
  }
}

resource "google_compute_instance_from_template" "default" {
  service_account {
    email  = "123456789012-compute@developer.gserviceaccount.com" # expect: gcp/vm-default-service-account
    scopes = ["cloud-platform"]
  }
}

resource "google_compute_instance_from_template" "own" {
  # ok: gcp/vm-default-service-account
  service_account {
    email  = "app@core.iam.gserviceaccount.com"
    scopes = ["cloud-platform"]
  }
}

# An account without a name is the default one.
resource "google_compute_instance" "unnamed" {
  boot_disk {
    kms_key_self_link = "projects/core/locations/global/keyRings/k/cryptoKeys/disk"
  }
  shielded_instance_config {}
  # expect: gcp/vm-default-service-account
  service_account {
    scopes = ["cloud-platform"]
  }
}

resource "google_compute_instance" "looked_up" {
  boot_disk {
    kms_key_self_link = "projects/core/locations/global/keyRings/k/cryptoKeys/disk"
  }
  shielded_instance_config {}
  service_account {
    email  = data.google_compute_default_service_account.default.email # expect: gcp/vm-default-service-account
    scopes = ["cloud-platform"]
  }
}

# Its address is not known yet, but it is not the default one.
resource "google_compute_instance" "made" {
  # ok: gcp/vm-default-service-account
  boot_disk {
    kms_key_self_link = "projects/core/locations/global/keyRings/k/cryptoKeys/disk"
  }
  shielded_instance_config {}
  service_account {
    email  = google_service_account.app.email
    scopes = ["cloud-platform"]
  }
}

# No block, no account.
resource "google_compute_instance" "none" {
  # ok: gcp/vm-default-service-account
  boot_disk {
    kms_key_self_link = "projects/core/locations/global/keyRings/k/cryptoKeys/disk"
  }
  shielded_instance_config {}
}

resource "google_compute_region_instance_template" "default" {
  shielded_instance_config {}
  service_account {
    email  = "123456789012-compute@developer.gserviceaccount.com" # expect: gcp/vm-default-service-account
    scopes = ["cloud-platform"]
  }
}

resource "google_compute_region_instance_template" "own" {
  # ok: gcp/vm-default-service-account
  shielded_instance_config {}
  service_account {
    email  = "app@core.iam.gserviceaccount.com"
    scopes = ["cloud-platform"]
  }
}

variable "project" {}

# Whatever the project is, it is an account of its own.
resource "google_compute_instance" "of_project" {
  # ok: gcp/vm-default-service-account
  boot_disk {
    kms_key_self_link = "projects/core/locations/global/keyRings/k/cryptoKeys/disk"
  }
  shielded_instance_config {}
  service_account {
    email  = "app@${var.project}.iam.gserviceaccount.com"
    scopes = ["cloud-platform"]
  }
}

resource "google_compute_instance" "default_of_project" {
  boot_disk {
    kms_key_self_link = "projects/core/locations/global/keyRings/k/cryptoKeys/disk"
  }
  shielded_instance_config {}
  service_account {
    email  = "${var.project}-compute@developer.gserviceaccount.com" # expect: gcp/vm-default-service-account
    scopes = ["cloud-platform"]
  }
}
