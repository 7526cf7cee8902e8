resource "google_storage_bucket" "loose" {
  name                        = "loose"
  uniform_bucket_level_access = true
  public_access_prevention    = "inherited"
}

resource "google_org_policy_policy" "p" {
  name   = "organizations/1/policies/storage.uniformBucketLevelAccess"
  parent = "organizations/1"
  spec {
    rules { enforce = "TRUE" }
  }
}

resource "google_storage_bucket_iam_member" "open" {
  bucket = google_storage_bucket.loose.name
  role   = "roles/storage.objectViewer"
  member = "allUsers" # expect: gcp/storage-public-iam
}
