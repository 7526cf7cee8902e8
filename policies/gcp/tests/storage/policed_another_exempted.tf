resource "google_storage_bucket" "loose" {
  project                     = google_project.own.project_id
  name                        = "loose"
  uniform_bucket_level_access = true
}

resource "google_project" "own" {
  project_id = "own"
  name       = "own"
}

resource "google_project" "other" {
  project_id = "other"
  name       = "other"
}

resource "google_org_policy_policy" "p" {
  name   = "organizations/1/policies/storage.publicAccessPrevention"
  parent = "organizations/1"
  spec {
    rules { enforce = "TRUE" }
  }
}

resource "google_org_policy_policy" "q" {
  name   = "projects/${google_project.other.project_id}/policies/storage.publicAccessPrevention"
  parent = "projects/${google_project.other.project_id}"
  spec {
    rules { enforce = "FALSE" }
  }
}

resource "google_storage_bucket_iam_member" "open" {
  # ok: gcp/storage-public-iam
  bucket = google_storage_bucket.loose.name
  role   = "roles/storage.objectViewer"
  member = "allUsers"
}
