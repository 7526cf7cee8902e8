resource "google_secret_manager_secret_iam_member" "open" {
  secret_id = "open"
  role      = "roles/secretmanager.secretAccessor"
  member    = "allUsers" # expect: gcp/secret-open-to-everyone
}

resource "google_secret_manager_secret_iam_binding" "open" {
  secret_id = "open"
  role      = "roles/secretmanager.secretAccessor"
  members = [
    "serviceAccount:app@example.iam.gserviceaccount.com",
    "allAuthenticatedUsers", # expect: gcp/secret-open-to-everyone
  ]
}

resource "google_secret_manager_secret_iam_member" "app" {
  # ok: gcp/secret-open-to-everyone
  secret_id = "app"
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:app@example.iam.gserviceaccount.com"
}
