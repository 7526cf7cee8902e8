variable "scope" {}

# ok: gcp/vm-public-address, gcp/vm-default-account-full-scope, gcp/vm-project-keys
resource "google_compute_instance" "inside" {
  name         = "inside"
  machine_type = "e2-small"
  metadata = {
    block-project-ssh-keys = "true"
  }
  network_interface {
    network = "main"
  }
  service_account {
    email  = "web@example.iam.gserviceaccount.com"
    scopes = ["cloud-platform"]
  }
}

resource "google_compute_instance" "outside" {
  name         = "outside"
  machine_type = "e2-small"
  metadata = {
    block-project-ssh-keys = "true"
  }
  network_interface { # expect: gcp/vm-public-address
    network = "main"
    access_config {}
  }
  service_account {
    email  = "web@example.iam.gserviceaccount.com"
    scopes = ["cloud-platform"]
  }
}

resource "google_compute_instance" "outside_by_ipv6" {
  name         = "outside-by-ipv6"
  machine_type = "e2-small"
  metadata = {
    block-project-ssh-keys = "true"
  }
  network_interface { # expect: gcp/vm-public-address
    network = "main"
    ipv6_access_config {
      network_tier = "PREMIUM"
    }
  }
}

resource "google_compute_instance" "default_account" {
  name         = "default-account"
  machine_type = "e2-small"
  metadata = {
    block-project-ssh-keys = "true"
  }
  network_interface {
    network = "main"
  }
  service_account {
    scopes = ["cloud-platform"] # expect: gcp/vm-default-account-full-scope
  }
}

resource "google_compute_instance" "default_account_by_name" {
  name         = "default-account-by-name"
  machine_type = "e2-small"
  metadata = {
    block-project-ssh-keys = "true"
  }
  network_interface {
    network = "main"
  }
  service_account {
    email = "123456789012-compute@developer.gserviceaccount.com"
    # expect: gcp/vm-default-account-full-scope
    scopes = ["https://www.googleapis.com/auth/cloud-platform"]
  }
}

# ok: gcp/vm-default-account-full-scope
resource "google_compute_instance" "default_account_that_reads" {
  name         = "default-account-that-reads"
  machine_type = "e2-small"
  metadata = {
    block-project-ssh-keys = "true"
  }
  network_interface {
    network = "main"
  }
  service_account {
    scopes = ["storage-ro"]
  }
}

resource "google_compute_instance" "open_scope" {
  name         = "open-scope"
  machine_type = "e2-small"
  metadata = {
    block-project-ssh-keys = "true"
  }
  network_interface {
    network = "main"
  }
  service_account {
    scopes = [var.scope] # inconclusive: gcp/vm-default-account-full-scope
  }
}

resource "google_compute_instance" "keys_of_the_project" {
  name         = "keys-of-the-project"
  machine_type = "e2-small"
  metadata = { # expect: gcp/vm-project-keys
    block-project-ssh-keys = "false"
  }
  network_interface {
    network = "main"
  }
}

resource "google_compute_instance" "keys_by_default" {
  name         = "keys-by-default"
  machine_type = "e2-small"
  network_interface { # expect: gcp/vm-project-keys
    network = "main"
  }
}

# ok: gcp/vm-project-keys
resource "google_compute_instance" "os_login" {
  name         = "os-login"
  machine_type = "e2-small"
  metadata = {
    enable-oslogin = "TRUE"
  }
  network_interface {
    network = "main"
  }
}
