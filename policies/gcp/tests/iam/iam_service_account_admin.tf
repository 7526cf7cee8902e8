resource "google_service_account" "app" {
  account_id = "app"
}

resource "google_project_iam_member" "editor" {
  project = "core"
  role    = "roles/editor" # expect: gcp/iam-service-account-admin
  member  = "serviceAccount:${google_service_account.app.email}"
}

resource "google_project_iam_member" "viewer" {
  # ok: gcp/iam-service-account-admin
  project = "core"
  role    = "roles/viewer"
  member  = "serviceAccount:${google_service_account.app.email}"
}

# People are judged elsewhere.
resource "google_project_iam_member" "person" {
  # ok: gcp/iam-service-account-admin
  project = "core"
  role    = "roles/editor"
  member  = "user:jane@example.org"
}

resource "google_project_iam_binding" "admin" {
  project = "core"
  role    = "roles/storage.admin" # expect: gcp/iam-service-account-admin
  members = ["user:jane@example.org", "serviceAccount:app@core.iam.gserviceaccount.com"]
}

resource "google_project_iam_binding" "people" {
  # ok: gcp/iam-service-account-admin
  project = "core"
  role    = "roles/storage.admin"
  members = ["user:jane@example.org", "user:joe@example.org"]
}

data "google_iam_policy" "admin" {
  binding {
    role    = "roles/owner"
    members = ["serviceAccount:app@core.iam.gserviceaccount.com"]
  }
}

data "google_iam_policy" "viewer" {
  binding {
    role    = "roles/viewer"
    members = ["serviceAccount:app@core.iam.gserviceaccount.com"]
  }
}

resource "google_project_iam_policy" "admin" {
  project     = "core"
  policy_data = data.google_iam_policy.admin.policy_data # expect: gcp/iam-service-account-admin
}

resource "google_project_iam_policy" "viewer" {
  # ok: gcp/iam-service-account-admin
  project     = "core"
  policy_data = data.google_iam_policy.viewer.policy_data
}

variable "role" {}

# inconclusive: gcp/iam-service-account-admin, gcp/iam-impersonation-on-project
resource "google_project_iam_member" "unknown" {
  project = "core"
  role    = var.role
  member  = "serviceAccount:app@core.iam.gserviceaccount.com"
}
