resource "google_compute_instance" "password" {
  name                    = "password"
  machine_type            = "e2-small"
  metadata_startup_script = "export DB_PASSWORD=qT7-harbour-9" # expect: gcp/vm-startup-secret
}

resource "google_compute_instance" "fetched" {
  # ok: gcp/vm-startup-secret
  name                    = "fetched"
  machine_type            = "e2-small"
  metadata_startup_script = "export DB_PASSWORD=$(gcloud secrets versions access latest --secret=db)"
}

resource "google_compute_instance_template" "key" {
  machine_type = "e2-small"
  metadata = {
    startup-script = "echo '-----BEGIN RSA PRIVATE KEY-----' > /etc/key" # expect: gcp/vm-startup-secret
  }
}

resource "google_compute_instance_template" "certificate" {
  # ok: gcp/vm-startup-secret
  machine_type = "e2-small"
  metadata = {
    startup-script = "echo '-----BEGIN CERTIFICATE-----' > /etc/certificate"
  }
}

resource "google_compute_region_instance_template" "cloud_init" {
  machine_type = "e2-small"
  metadata = {
    user-data = "#cloud-config\nchpasswd: { password: harbour-qT7-9 }" # expect: gcp/vm-startup-secret
  }
}

# Something else has such a word in it.
resource "google_compute_region_instance_template" "description" {
  # ok: gcp/vm-startup-secret
  machine_type = "e2-small"
  metadata = {
    description = "password=harbour-qT7-9"
  }
}

variable "script" {}

# inconclusive: gcp/vm-startup-secret
resource "google_compute_instance" "unknown" {
  name                    = "unknown"
  machine_type            = "e2-small"
  metadata_startup_script = var.script
}

# A default is judged where the variable is, the rest of the script here.
variable "db_password" {
  type    = string
  default = "qT7-harbour-12"
}

resource "google_compute_instance" "by_variable" {
  # ok: gcp/vm-startup-secret
  name                    = "by-variable"
  machine_type            = "e2-small"
  metadata_startup_script = "export DB_PASSWORD=${var.db_password}"
}

variable "boat" {
  type    = string
  default = "qT7-harbour-13"
}

resource "google_compute_instance" "by_another_variable" {
  name                    = "by-another-variable"
  machine_type            = "e2-small"
  metadata_startup_script = "export DB_PASSWORD=${var.boat}" # expect: gcp/vm-startup-secret
}

resource "google_sql_database_instance" "orders" {
  name = "orders"
}

# Of a script that is known in part, the lines that are known count.
resource "google_compute_instance" "known_in_part" {
  name = "known-in-part"
  # expect: gcp/vm-startup-secret
  metadata_startup_script = <<-EOT
    #!/bin/sh
    export DB_HOST=${google_sql_database_instance.orders.private_ip_address}
    export DB_PASSWORD=kingfisher-7731-lane
  EOT
}
