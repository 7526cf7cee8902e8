resource "google_project_iam_member" "user" {
  project = "core"
  role    = "roles/iam.serviceAccountUser" # expect: gcp/iam-impersonation-on-project
  member  = "group:developers@example.org"
}

resource "google_project_iam_member" "viewer" {
  # ok: gcp/iam-impersonation-on-project
  project = "core"
  role    = "roles/iam.serviceAccountViewer"
  member  = "group:developers@example.org"
}

resource "google_project_iam_binding" "token" {
  project = "core"
  role    = "roles/iam.serviceAccountTokenCreator" # expect: gcp/iam-impersonation-on-project
  members = ["group:developers@example.org"]
}

resource "google_project_iam_binding" "viewer" {
  # ok: gcp/iam-impersonation-on-project
  project = "core"
  role    = "roles/viewer"
  members = ["group:developers@example.org"]
}

data "google_iam_policy" "user" {
  binding {
    role    = "roles/iam.serviceAccountUser"
    members = ["group:developers@example.org"]
  }
}

data "google_iam_policy" "viewer" {
  binding {
    role    = "roles/viewer"
    members = ["group:developers@example.org"]
  }
}

resource "google_project_iam_policy" "user" {
  project     = "core"
  policy_data = data.google_iam_policy.user.policy_data # expect: gcp/iam-impersonation-on-project
}

resource "google_project_iam_policy" "viewer" {
  # ok: gcp/iam-impersonation-on-project
  project     = "core"
  policy_data = data.google_iam_policy.viewer.policy_data
}

resource "google_project_iam_policy" "json" {
  project = "core"
  # expect: gcp/iam-impersonation-on-project
  policy_data = jsonencode({
    bindings = [{ role = "roles/iam.serviceAccountUser", members = ["user:jane@example.org"] }]
  })
}

resource "google_project_iam_policy" "json_viewer" {
  # ok: gcp/iam-impersonation-on-project
  project = "core"
  policy_data = jsonencode({
    bindings = [{ role = "roles/viewer", members = ["user:jane@example.org"] }]
  })
}
