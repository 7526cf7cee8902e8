# expect: gcp/log-bucket-unlocked
resource "google_storage_bucket" "trail" {
  name     = "trail"
  location = "EU"
}

resource "google_logging_project_sink" "trail" {
  name        = "trail"
  destination = "storage.googleapis.com/${google_storage_bucket.trail.name}"
}

# The same without a sink.
resource "google_storage_bucket" "other" {
  # ok: gcp/log-bucket-unlocked
  name     = "other"
  location = "EU"
}

resource "google_storage_bucket" "locked" {
  # ok: gcp/log-bucket-unlocked
  name     = "locked"
  location = "EU"
  retention_policy {
    retention_period = 31536000
    is_locked        = true
  }
}

resource "google_logging_project_sink" "locked" {
  name        = "locked"
  destination = "storage.googleapis.com/${google_storage_bucket.locked.name}"
}

# Can be taken off.
resource "google_storage_bucket" "loose" {
  name     = "loose"
  location = "EU"
  retention_policy { # expect: gcp/log-bucket-unlocked
    retention_period = 31536000
  }
}

resource "google_logging_organization_sink" "loose" {
  name        = "loose"
  org_id      = "123456789"
  destination = "storage.googleapis.com/${google_storage_bucket.loose.name}"
}

variable "locked" {}

# inconclusive: gcp/log-bucket-unlocked
resource "google_storage_bucket" "unknown" {
  name     = "unknown"
  location = "EU"
  retention_policy {
    retention_period = 31536000
    is_locked        = var.locked
  }
}

resource "google_logging_folder_sink" "unknown" {
  name        = "unknown"
  folder      = "folders/1"
  destination = "storage.googleapis.com/${google_storage_bucket.unknown.name}"
}
