resource "google_storage_bucket" "loose" {
  name                        = "loose"
  uniform_bucket_level_access = true
  public_access_prevention    = "inherited"
}

resource "google_org_policy_policy" "p" {
  name   = "projects/p/policies/storage.publicAccessPrevention"
  parent = "projects/p"
  spec {
    rules { enforce = "FALSE" }
  }
}

resource "google_organization_policy" "p" {
  org_id     = "1"
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
