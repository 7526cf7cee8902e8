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

data "google_project" "own" {}

# What Google's own services act as is given the role by their documentation.
# ok: gcp/iam-impersonation-on-project
resource "google_project_iam_binding" "agent" {
  project = "core"
  role    = "roles/iam.serviceAccountTokenCreator"
  members = ["serviceAccount:service-${data.google_project.own.number}@gcp-sa-pubsub.iam.gserviceaccount.com"]
}

# ok: gcp/iam-impersonation-on-project
resource "google_project_iam_member" "agent" {
  project = "core"
  role    = "roles/iam.serviceAccountTokenCreator"
  member  = "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
}

resource "google_project_iam_binding" "others_too" {
  project = "core"
  role    = "roles/iam.serviceAccountTokenCreator" # expect: gcp/iam-impersonation-on-project
  members = ["serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com", "group:developers@example.org"]
}
