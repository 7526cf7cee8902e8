resource "google_folder" "live" {
  display_name = "live"
  parent       = "organizations/1"
}

resource "google_project" "shop" {
  project_id = "shop"
  name       = "shop"
  folder_id  = google_folder.live.name
}

resource "google_project" "lab" {
  project_id = "lab"
  name       = "lab"
  org_id     = "1"
}

resource "google_folder_organization_policy" "p" {
  folder     = google_folder.live.name
  constraint = "storage.publicAccessPrevention"
  boolean_policy {
    enforced = true
  }
}

resource "google_storage_bucket" "shop" {
  project                     = google_project.shop.project_id
  name                        = "shop"
  uniform_bucket_level_access = true
}

resource "google_storage_bucket" "lab" {
  project                     = google_project.lab.project_id
  name                        = "lab"
  uniform_bucket_level_access = true
}

data "google_iam_policy" "open" {
  binding {
    role    = "roles/storage.objectViewer"
    members = ["allUsers"]
  }
}

resource "google_storage_bucket_iam_member" "shop" {
  # ok: gcp/storage-public-iam
  bucket = google_storage_bucket.shop.name
  role   = "roles/storage.objectViewer"
  member = "allUsers"
}

resource "google_storage_bucket_iam_member" "lab" {
  bucket = google_storage_bucket.lab.name
  role   = "roles/storage.objectViewer"
  member = "allUsers" # expect: gcp/storage-public-iam
}

resource "google_storage_bucket_iam_policy" "shop" {
  # ok: gcp/storage-public-policy
  bucket      = google_storage_bucket.shop.name
  policy_data = data.google_iam_policy.open.policy_data
}

resource "google_storage_bucket_iam_policy" "lab" {
  bucket      = google_storage_bucket.lab.name
  policy_data = data.google_iam_policy.open.policy_data # expect: gcp/storage-public-policy
}
