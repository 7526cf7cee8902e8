resource "google_storage_bucket" "gone" {
  name     = "gone"
  location = "EU"
  soft_delete_policy {
    retention_duration_seconds = 0 # expect: gcp/bucket-keeps-nothing
  }
}

resource "google_storage_bucket" "kept" {
  # ok: gcp/bucket-keeps-nothing
  name     = "kept"
  location = "EU"
  soft_delete_policy {
    retention_duration_seconds = 604800
  }
}

# A week by default.
resource "google_storage_bucket" "silent" {
  # ok: gcp/bucket-keeps-nothing
  name     = "silent"
  location = "EU"
}

resource "google_storage_bucket" "versions" {
  # ok: gcp/bucket-keeps-nothing
  name     = "versions"
  location = "EU"
  versioning {
    enabled = true
  }
  soft_delete_policy {
    retention_duration_seconds = 0
  }
}

resource "google_storage_bucket" "retained" {
  # ok: gcp/bucket-keeps-nothing
  name     = "retained"
  location = "EU"
  retention_policy {
    retention_period = 86400
  }
  soft_delete_policy {
    retention_duration_seconds = 0
  }
}

variable "seconds" {}

# inconclusive: gcp/bucket-keeps-nothing
resource "google_storage_bucket" "unknown" {
  name     = "unknown"
  location = "EU"
  soft_delete_policy {
    retention_duration_seconds = var.seconds
  }
}
