resource "google_storage_bucket" "loose" {
  name                        = "loose"
  project                     = "p"
  uniform_bucket_level_access = true
  public_access_prevention    = "inherited"
}

resource "google_org_policy_policy" "p" {
  name   = "projects/p/policies/storage.publicAccessPrevention"
  parent = "projects/p"
  spec {
    rules { enforce = "TRUE" }
  }
}

resource "google_storage_bucket_iam_member" "open" {
  # ok: gcp/storage-public-iam
  bucket = google_storage_bucket.loose.name
  role   = "roles/storage.objectViewer"
  member = "allUsers"
}
