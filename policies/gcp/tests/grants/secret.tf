variable "who" {}

resource "google_secret_manager_secret_iam_member" "all" {
  secret_id = "app"
  role      = "roles/secretmanager.secretAccessor"
  member    = "allUsers" # expect: gcp/secret-open-to-everyone
}

resource "google_secret_manager_secret_iam_member" "anyone" {
  secret_id = "app"
  role      = "roles/secretmanager.secretAccessor"
  member    = "allAuthenticatedUsers" # expect: gcp/secret-open-to-everyone
}

# ok: gcp/secret-open-to-everyone
resource "google_secret_manager_secret_iam_member" "group" {
  secret_id = "app"
  role      = "roles/secretmanager.secretAccessor"
  member    = "group:staff@example.org"
}

# inconclusive: gcp/secret-open-to-everyone
resource "google_secret_manager_secret_iam_member" "somebody" {
  secret_id = "app"
  role      = "roles/secretmanager.secretAccessor"
  member    = var.who
}

resource "google_secret_manager_secret_iam_binding" "all" {
  secret_id = "app"
  role      = "roles/secretmanager.secretAccessor"
  members   = ["allUsers"] # expect: gcp/secret-open-to-everyone
}

resource "google_secret_manager_secret_iam_binding" "anyone" {
  secret_id = "app"
  role      = "roles/secretmanager.secretAccessor"
  members   = ["allAuthenticatedUsers"] # expect: gcp/secret-open-to-everyone
}

# ok: gcp/secret-open-to-everyone
resource "google_secret_manager_secret_iam_binding" "group" {
  secret_id = "app"
  role      = "roles/secretmanager.secretAccessor"
  members   = ["group:staff@example.org"]
}

# inconclusive: gcp/secret-open-to-everyone
resource "google_secret_manager_secret_iam_binding" "somebody" {
  secret_id = "app"
  role      = "roles/secretmanager.secretAccessor"
  members   = [var.who]
}

resource "google_secret_manager_regional_secret_iam_member" "all" {
  secret_id = "app"
  role      = "roles/secretmanager.secretAccessor"
  member    = "allUsers" # expect: gcp/secret-open-to-everyone
}

resource "google_secret_manager_regional_secret_iam_member" "anyone" {
  secret_id = "app"
  role      = "roles/secretmanager.secretAccessor"
  member    = "allAuthenticatedUsers" # expect: gcp/secret-open-to-everyone
}

# ok: gcp/secret-open-to-everyone
resource "google_secret_manager_regional_secret_iam_member" "group" {
  secret_id = "app"
  role      = "roles/secretmanager.secretAccessor"
  member    = "group:staff@example.org"
}

# inconclusive: gcp/secret-open-to-everyone
resource "google_secret_manager_regional_secret_iam_member" "somebody" {
  secret_id = "app"
  role      = "roles/secretmanager.secretAccessor"
  member    = var.who
}

resource "google_secret_manager_regional_secret_iam_binding" "all" {
  secret_id = "app"
  role      = "roles/secretmanager.secretAccessor"
  members   = ["allUsers"] # expect: gcp/secret-open-to-everyone
}

resource "google_secret_manager_regional_secret_iam_binding" "anyone" {
  secret_id = "app"
  role      = "roles/secretmanager.secretAccessor"
  members   = ["allAuthenticatedUsers"] # expect: gcp/secret-open-to-everyone
}

# ok: gcp/secret-open-to-everyone
resource "google_secret_manager_regional_secret_iam_binding" "group" {
  secret_id = "app"
  role      = "roles/secretmanager.secretAccessor"
  members   = ["group:staff@example.org"]
}

# inconclusive: gcp/secret-open-to-everyone
resource "google_secret_manager_regional_secret_iam_binding" "somebody" {
  secret_id = "app"
  role      = "roles/secretmanager.secretAccessor"
  members   = [var.who]
}

data "google_iam_policy" "google_secret_manager_secret_iam_policy_all" {
  binding {
    role    = "roles/secretmanager.secretAccessor"
    members = ["allUsers"]
  }
}

data "google_iam_policy" "google_secret_manager_secret_iam_policy_staff" {
  binding {
    role    = "roles/secretmanager.secretAccessor"
    members = ["group:staff@example.org"]
  }
}

resource "google_secret_manager_secret_iam_policy" "all" {
  secret_id   = "app"
  policy_data = data.google_iam_policy.google_secret_manager_secret_iam_policy_all.policy_data # expect: gcp/secret-open-to-everyone
}

# ok: gcp/secret-open-to-everyone
resource "google_secret_manager_secret_iam_policy" "staff" {
  secret_id   = "app"
  policy_data = data.google_iam_policy.google_secret_manager_secret_iam_policy_staff.policy_data
}

# inconclusive: gcp/secret-open-to-everyone
resource "google_secret_manager_secret_iam_policy" "somebody" {
  secret_id   = "app"
  policy_data = var.who
}
