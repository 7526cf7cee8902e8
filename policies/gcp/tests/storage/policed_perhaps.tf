# Whether the policy is there is not known, and nothing may rest on it.
resource "google_storage_bucket" "loose" {
  project                     = "p"
  name                        = "loose"
  uniform_bucket_level_access = true
}

variable "on" {}

resource "google_org_policy_policy" "p" {
  count  = var.on ? 1 : 0
  name   = "projects/p/policies/storage.publicAccessPrevention"
  parent = "projects/p"
  spec {
    rules { enforce = "TRUE" }
  }
}

resource "google_storage_bucket_iam_member" "open" {
  bucket = google_storage_bucket.loose.name
  role   = "roles/storage.objectViewer"
  member = "allUsers" # expect: gcp/storage-public-iam
}
