resource "google_storage_bucket" "loose" {
  name                        = "loose"
  uniform_bucket_level_access = true
}

resource "google_org_policy_policy" "p" {
  name   = "organizations/1/policies/storage.publicAccessPrevention"
  parent = "organizations/1"
  spec {
    rules { enforce = "TRUE" }
  }
}

resource "google_organization_policy" "l" {
  org_id     = "1"
  constraint = "storage.uniformBucketLevelAccess"
  boolean_policy {
    enforced = false
  }
}

resource "google_storage_bucket_iam_member" "open" {
  # ok: gcp/storage-public-iam
  bucket = google_storage_bucket.loose.name
  role   = "roles/storage.objectViewer"
  member = "allUsers"
}
