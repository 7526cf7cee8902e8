resource "google_storage_bucket" "loose" {
  name                        = "loose"
  uniform_bucket_level_access = true
  public_access_prevention    = "inherited"
}

resource "google_storage_bucket" "strict" {
  name                        = "strict"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
}

data "google_iam_policy" "open" {
  binding {
    role    = "roles/storage.objectViewer"
    members = ["allUsers"]
  }
}

data "google_iam_policy" "users" {
  binding {
    role    = "roles/storage.objectViewer"
    members = ["user:jane@example.org"]
  }
}

resource "google_storage_bucket_iam_policy" "open" {
  bucket      = google_storage_bucket.loose.name
  policy_data = data.google_iam_policy.open.policy_data # expect: gcp/storage-public-policy
}

resource "google_storage_bucket_iam_policy" "users" {
  # ok: gcp/storage-public-policy
  bucket      = google_storage_bucket.loose.name
  policy_data = data.google_iam_policy.users.policy_data
}

resource "google_storage_bucket_iam_policy" "overruled" {
  # ok: gcp/storage-public-policy
  bucket      = google_storage_bucket.strict.name
  policy_data = data.google_iam_policy.open.policy_data
}

resource "google_service_account" "app" {
  account_id = "app"
}

resource "google_storage_bucket_iam_policy" "json" {
  bucket = google_storage_bucket.loose.name
  # expect: gcp/storage-public-policy
  policy_data = jsonencode({
    bindings = [{ role = "roles/storage.objectViewer", members = [google_service_account.app.member, "allUsers"] }]
  })
}

resource "google_storage_bucket_iam_policy" "json_account" {
  # ok: gcp/storage-public-policy
  bucket = google_storage_bucket.loose.name
  policy_data = jsonencode({
    bindings = [{ role = "roles/storage.objectViewer", members = ["serviceAccount:${google_service_account.app.email}"] }]
  })
}

variable "policy" {}

# inconclusive: gcp/storage-public-policy
resource "google_storage_bucket_iam_policy" "unknown" {
  bucket      = google_storage_bucket.loose.name
  policy_data = var.policy
}
