resource "google_storage_bucket" "loose" {
  name                        = "loose"
  uniform_bucket_level_access = true
  public_access_prevention    = "inherited"
}

resource "google_storage_bucket_iam_member" "open" {
  bucket = google_storage_bucket.loose.name
  role   = "roles/storage.objectViewer"
  member = "allUsers" # expect: gcp/storage-public-iam
}

resource "google_storage_bucket_iam_member" "user" {
  # ok: gcp/storage-public-iam
  bucket = google_storage_bucket.loose.name
  role   = "roles/storage.objectViewer"
  member = "user:jane@example.org"
}

resource "google_service_account" "app" {
  account_id = "app"
}

# Its address is not known yet, but it is an account.
resource "google_storage_bucket_iam_member" "account" {
  # ok: gcp/storage-public-iam
  bucket = google_storage_bucket.loose.name
  role   = "roles/storage.objectViewer"
  member = "serviceAccount:${google_service_account.app.email}"
}

resource "google_storage_bucket_iam_binding" "open" {
  bucket  = google_storage_bucket.loose.name
  role    = "roles/storage.objectViewer"
  members = ["user:jane@example.org", "allAuthenticatedUsers"] # expect: gcp/storage-public-iam
}

resource "google_storage_bucket_iam_binding" "users" {
  # ok: gcp/storage-public-iam
  bucket  = google_storage_bucket.loose.name
  role    = "roles/storage.objectViewer"
  members = ["user:jane@example.org", "group:data@example.org"]
}

resource "google_storage_bucket" "strict" {
  name                        = "strict"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
}

# The bucket overrules it.
resource "google_storage_bucket_iam_member" "overruled" {
  # ok: gcp/storage-public-iam
  bucket = google_storage_bucket.strict.name
  role   = "roles/storage.objectViewer"
  member = "allUsers"
}

variable "reader" {}

# inconclusive: gcp/storage-public-iam
resource "google_storage_bucket_iam_member" "unknown" {
  bucket = google_storage_bucket.loose.name
  role   = "roles/storage.objectViewer"
  member = var.reader
}

data "google_project" "core" {}

# Everyone is known, whoever the other is.
resource "google_storage_bucket_iam_binding" "beside" {
  bucket  = google_storage_bucket.loose.name
  role    = "roles/storage.objectViewer"
  members = [var.reader, "allUsers"] # expect: gcp/storage-public-iam
}

# An agent of Google's, named by the project's number.
resource "google_storage_bucket_iam_binding" "agent" {
  # ok: gcp/storage-public-iam
  bucket  = google_storage_bucket.loose.name
  role    = "roles/storage.objectViewer"
  members = ["serviceAccount:service-${data.google_project.core.number}@dlp-api.iam.gserviceaccount.com"]
}

resource "google_storage_bucket_iam_binding" "overruled" {
  # ok: gcp/storage-public-iam
  bucket  = google_storage_bucket.strict.name
  role    = "roles/storage.objectViewer"
  members = ["user:jane@example.org", "allAuthenticatedUsers"]
}

data "google_storage_transfer_project_service_account" "mover" {
  project = "core"
}

# Its address is not known, but it is an account.
resource "google_storage_bucket_iam_binding" "mover" {
  # ok: gcp/storage-public-iam
  bucket  = google_storage_bucket.loose.name
  role    = "roles/storage.objectViewer"
  members = [data.google_storage_transfer_project_service_account.mover.member]
}

resource "google_logging_project_sink" "audit" {
  name                   = "audit"
  destination            = "storage.googleapis.com/${google_storage_bucket.loose.name}"
  unique_writer_identity = true
}

# The provider says how it begins.
resource "google_storage_bucket_iam_member" "sink" {
  # ok: gcp/storage-public-iam
  bucket = google_storage_bucket.loose.name
  role   = "roles/storage.objectAdmin"
  member = google_logging_project_sink.audit.writer_identity
}

resource "google_storage_bucket_iam_binding" "made" {
  # ok: gcp/storage-public-iam
  bucket  = google_storage_bucket.loose.name
  role    = "roles/storage.objectViewer"
  members = [google_service_account.app.member, "group:${var.reader}"]
}

# Nothing says what the group's key is.
# inconclusive: gcp/storage-public-iam
resource "google_storage_bucket_iam_binding" "whoever" {
  bucket  = google_storage_bucket.loose.name
  role    = "roles/storage.objectViewer"
  members = ["user:jane@example.org", var.reader]
}

# Who may only create objects reads none.
resource "google_storage_bucket_iam_member" "drop" {
  # ok: gcp/storage-public-iam
  bucket = google_storage_bucket.loose.name
  role   = "roles/storage.objectCreator"
  member = "allUsers"
}

resource "google_storage_bucket_iam_binding" "drop" {
  # ok: gcp/storage-public-iam
  bucket  = google_storage_bucket.loose.name
  role    = "roles/storage.objectCreator"
  members = ["allUsers"]
}
