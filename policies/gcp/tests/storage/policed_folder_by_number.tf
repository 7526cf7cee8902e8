resource "google_storage_bucket" "loose" {
  name                        = "loose"
  uniform_bucket_level_access = true
}

resource "google_org_policy_policy" "q" {
  name   = "folders/1/policies/storage.publicAccessPrevention"
  parent = "folders/1"
  spec {
    rules { enforce = "TRUE" }
  }
}

resource "google_storage_bucket_iam_member" "open" {
  bucket = google_storage_bucket.loose.name
  role   = "roles/storage.objectViewer"
  member = "allUsers" # expect: gcp/storage-public-iam
}
