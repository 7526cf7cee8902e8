resource "google_storage_bucket" "loose" {
  name                        = "loose"
  uniform_bucket_level_access = true
  public_access_prevention    = "inherited"
}

resource "google_organization_policy" "p" {
  org_id     = "1"
  constraint = "constraints/storage.publicAccessPrevention"
  boolean_policy {
    enforced = true
  }
}

resource "google_storage_bucket_iam_member" "open" {
  # ok: gcp/storage-public-iam
  bucket = google_storage_bucket.loose.name
  role   = "roles/storage.objectViewer"
  member = "allUsers"
}
