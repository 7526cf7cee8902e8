resource "google_compute_instance" "web" {
  name         = "web"
  machine_type = "e2-small"
  network_interface { # expect: gcp/vm-project-keys
    network = "main"
  }
}

# keys decide
resource "google_compute_project_metadata" "main" {
  metadata = { # expect: gcp/project-without-os-login
    enable-oslogin = "FALSE"
  }
}
