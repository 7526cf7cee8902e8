resource "google_folder" "live" {
  display_name = "live"
  parent       = "organizations/1"
}

resource "google_folder" "lab" {
  display_name = "lab"
  parent       = "organizations/1"
}

resource "google_project" "shop" {
  project_id = "shop"
  name       = "shop"
  folder_id  = google_folder.live.name
}

resource "google_org_policy_policy" "p" {
  name   = "folders/1/policies/storage.publicAccessPrevention"
  parent = google_folder.lab.name
  spec {
    rules { enforce = "TRUE" }
  }
}

resource "google_storage_bucket" "shop" {
  project                     = google_project.shop.project_id
  name                        = "shop"
  uniform_bucket_level_access = true
}

resource "google_storage_bucket_iam_member" "shop" {
  bucket = google_storage_bucket.shop.name
  role   = "roles/storage.objectViewer"
  member = "allUsers" # expect: gcp/storage-public-iam
}
