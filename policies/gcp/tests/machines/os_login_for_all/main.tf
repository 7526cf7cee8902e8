# ok: gcp/vm-project-keys
resource "google_compute_instance" "web" {
  name         = "web"
  machine_type = "e2-small"
  network_interface {
    network = "main"
  }
}

# ok: gcp/project-without-os-login
resource "google_compute_project_metadata" "main" {
  metadata = {
    enable-oslogin = "TRUE"
  }
}
