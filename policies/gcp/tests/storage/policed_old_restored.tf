resource "google_storage_bucket" "loose" {
  name                        = "loose"
  uniform_bucket_level_access = true
}

resource "google_project_organization_policy" "l" {
  project    = "p"
  constraint = "storage.publicAccessPrevention"
  restore_policy {
    default = true
  }
}

resource "google_storage_bucket_iam_member" "open" {
  bucket = google_storage_bucket.loose.name
  role   = "roles/storage.objectViewer"
  member = "allUsers" # expect: gcp/storage-public-iam
}
