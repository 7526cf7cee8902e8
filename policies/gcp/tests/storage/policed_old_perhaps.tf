resource "google_storage_bucket" "loose" {
  project                     = "p"
  name                        = "loose"
  uniform_bucket_level_access = true
}

variable "on" {}

resource "google_project_organization_policy" "l" {
  count      = var.on ? 1 : 0
  project    = "p"
  constraint = "storage.publicAccessPrevention"
  boolean_policy {
    enforced = true
  }
}

resource "google_storage_bucket_iam_member" "open" {
  bucket = google_storage_bucket.loose.name
  role   = "roles/storage.objectViewer"
  member = "allUsers" # expect: gcp/storage-public-iam
}
