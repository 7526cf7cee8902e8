resource "google_storage_bucket" "loose" {
  project                     = "own"
  name                        = "loose"
  uniform_bucket_level_access = true
}

resource "google_org_policy_policy" "p" {
  name   = "projects/other/policies/storage.publicAccessPrevention"
  parent = "projects/other"
  spec {
    rules { enforce = "TRUE" }
  }
}

resource "google_storage_bucket_iam_member" "open" {
  bucket = google_storage_bucket.loose.name
  role   = "roles/storage.objectViewer"
  member = "allUsers" # expect: gcp/storage-public-iam
}
