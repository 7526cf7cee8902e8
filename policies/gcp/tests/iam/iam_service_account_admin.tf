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
  role    = "roles/storage.admin" # expect: gcp/iam-service-account-service-admin
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

# inconclusive: gcp/iam-service-account-admin, gcp/iam-service-account-service-admin, gcp/iam-impersonation-on-project
resource "google_project_iam_member" "unknown" {
  project = "core"
  role    = var.role
  member  = "serviceAccount:app@core.iam.gserviceaccount.com"
}

# An administrator in name alone.
resource "google_project_iam_member" "objects" {
  # ok: gcp/iam-service-account-admin
  project = "core"
  role    = "roles/storage.objectAdmin"
  member  = "serviceAccount:app@core.iam.gserviceaccount.com"
}

resource "google_project_iam_member" "instances" {
  project = "core"
  role    = "roles/compute.instanceAdmin.v1" # expect: gcp/iam-service-account-service-admin
  member  = "serviceAccount:app@core.iam.gserviceaccount.com"
}

resource "google_project_iam_binding" "own" {
  project = "core"
  role    = "roles/owner" # expect: gcp/iam-service-account-admin
  members = [google_service_account.app.member]
}

resource "google_project_iam_policy" "json" {
  project = "core"
  # expect: gcp/iam-service-account-admin
  policy_data = jsonencode({
    bindings = [{ role = "roles/owner", members = ["serviceAccount:${google_service_account.app.email}"] }]
  })
}

resource "google_project_iam_policy" "json_person" {
  # ok: gcp/iam-service-account-admin
  project = "core"
  policy_data = jsonencode({
    bindings = [{ role = "roles/owner", members = ["user:jane@example.org"] }]
  })
}

variable "member" {}

# Whoever it is gets no administrator's role.
resource "google_project_iam_member" "whoever" {
  # ok: gcp/iam-service-account-admin
  project = "core"
  role    = "roles/viewer"
  member  = var.member
}

# inconclusive: gcp/iam-service-account-admin
resource "google_project_iam_member" "somebody" {
  project = "core"
  role    = "roles/owner"
  member  = var.member
}

variable "project" {}

# A role of the project's own.
resource "google_project_iam_member" "custom" {
  # ok: gcp/iam-service-account-admin, gcp/iam-impersonation-on-project
  project = "core"
  role    = "projects/${var.project}/roles/admin"
  member  = "serviceAccount:app@core.iam.gserviceaccount.com"
}

resource "google_project_iam_member" "of_project" {
  project = "core"
  role    = "roles/owner" # expect: gcp/iam-service-account-admin
  member  = "serviceAccount:app@${var.project}.iam.gserviceaccount.com"
}

resource "google_project_iam_member" "person_of_project" {
  # ok: gcp/iam-service-account-admin
  project = "core"
  role    = "roles/owner"
  member  = "user:jane@${var.project}.example.org"
}

# Who administers identities gives itself the rest.
resource "google_project_iam_member" "roles" {
  project = "core"
  role    = "roles/iam.roleAdmin" # expect: gcp/iam-service-account-admin
  member  = "serviceAccount:app@core.iam.gserviceaccount.com"
}

resource "google_project_iam_member" "grants" {
  project = "core"
  role    = "roles/resourcemanager.projectIamAdmin" # expect: gcp/iam-service-account-admin
  member  = "serviceAccount:app@core.iam.gserviceaccount.com"
}

resource "google_project_iam_member" "tags" {
  project = "core"
  role    = "roles/resourcemanager.tagAdmin" # expect: gcp/iam-service-account-service-admin
  member  = "serviceAccount:app@core.iam.gserviceaccount.com"
}

resource "google_project_iam_member" "reader" {
  # ok: gcp/iam-service-account-service-admin
  project = "core"
  role    = "roles/storage.objectViewer"
  member  = "serviceAccount:app@core.iam.gserviceaccount.com"
}

resource "google_project_iam_binding" "administrators" {
  # ok: gcp/iam-service-account-service-admin
  project = "core"
  role    = "roles/storage.admin"
  members = ["user:jane@example.org"]
}

data "google_iam_policy" "service" {
  binding {
    role    = "roles/storage.admin"
    members = ["serviceAccount:app@core.iam.gserviceaccount.com"]
  }
}

data "google_iam_policy" "objects" {
  binding {
    role    = "roles/storage.objectAdmin"
    members = ["serviceAccount:app@core.iam.gserviceaccount.com"]
  }
}

resource "google_project_iam_policy" "service" {
  project     = "core"
  policy_data = data.google_iam_policy.service.policy_data # expect: gcp/iam-service-account-service-admin
}

resource "google_project_iam_policy" "objects" {
  # ok: gcp/iam-service-account-service-admin, gcp/iam-service-account-admin
  project     = "core"
  policy_data = data.google_iam_policy.objects.policy_data
}

# Of an own project.
resource "google_project_iam_member" "objects_of_project" {
  # ok: gcp/iam-service-account-service-admin
  project = "core"
  role    = "roles/storage.objectAdmin"
  member  = "serviceAccount:app@${var.project}.iam.gserviceaccount.com"
}
