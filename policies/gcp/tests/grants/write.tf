variable "who" {}

resource "google_storage_bucket_iam_member" "all" {
  bucket = "uploads"
  role = "roles/storage.objectAdmin"
  member = "allUsers" # expect: gcp/storage-public-write
}

resource "google_storage_bucket_iam_member" "anyone" {
  bucket = "uploads"
  role = "roles/storage.objectAdmin"
  member = "allAuthenticatedUsers" # expect: gcp/storage-public-write
}

resource "google_storage_bucket_iam_member" "group" {
  # ok: gcp/storage-public-write
  bucket = "uploads"
  role = "roles/storage.objectAdmin"
  member = "group:staff@example.org"
}

# inconclusive: gcp/storage-public-write
resource "google_storage_bucket_iam_member" "somebody" {
  bucket = "uploads"
  role = "roles/storage.objectAdmin"
  member = var.who
}

resource "google_storage_bucket_iam_binding" "all" {
  bucket = "uploads"
  role = "roles/storage.objectAdmin"
  members = ["allUsers"] # expect: gcp/storage-public-write
}

resource "google_storage_bucket_iam_binding" "anyone" {
  bucket = "uploads"
  role = "roles/storage.objectAdmin"
  members = ["allAuthenticatedUsers"] # expect: gcp/storage-public-write
}

resource "google_storage_bucket_iam_binding" "group" {
  # ok: gcp/storage-public-write
  bucket = "uploads"
  role = "roles/storage.objectAdmin"
  members = ["group:staff@example.org"]
}

# inconclusive: gcp/storage-public-write
resource "google_storage_bucket_iam_binding" "somebody" {
  bucket = "uploads"
  role = "roles/storage.objectAdmin"
  members = [var.who]
}

# Reading is another threat.
resource "google_storage_bucket_iam_member" "reader" {
  # ok: gcp/storage-public-write
  bucket = "uploads"
  role   = "roles/storage.objectViewer"
  member = "allUsers"
}

resource "google_storage_bucket" "closed" {
  name                     = "closed"
  location                 = "EU"
  public_access_prevention = "enforced"
}

resource "google_storage_bucket_iam_member" "closed" {
  # ok: gcp/storage-public-write
  bucket = google_storage_bucket.closed.name
  role   = "roles/storage.objectAdmin"
  member = "allUsers"
}

resource "google_storage_bucket" "open" {
  name                     = "open"
  location                 = "EU"
  public_access_prevention = "inherited"
}

resource "google_storage_bucket_iam_member" "open" {
  bucket = google_storage_bucket.open.name
  role   = "roles/storage.objectAdmin"
  member = "allUsers" # expect: gcp/storage-public-write
}

resource "google_storage_bucket_acl" "all" {
  bucket         = "uploads"
  predefined_acl = "publicReadWrite" # expect: gcp/storage-public-write
}

resource "google_storage_bucket_acl" "private" {
  # ok: gcp/storage-public-write
  bucket         = "uploads"
  predefined_acl = "projectPrivate"
}

resource "google_storage_bucket_acl" "closed" {
  # ok: gcp/storage-public-write
  bucket         = google_storage_bucket.closed.name
  predefined_acl = "publicReadWrite"
}

resource "google_storage_bucket_acl" "listed" {
  bucket = "uploads"
  role_entity = [
    "OWNER:user-data@example.org",
    "WRITER:allUsers", # expect: gcp/storage-public-write
    "READER:allAuthenticatedUsers",
  ]
}

resource "google_storage_bucket_acl" "readers" {
  # ok: gcp/storage-public-write
  bucket      = "uploads"
  role_entity = ["READER:allUsers"]
}

resource "google_storage_bucket_acl" "listed_closed" {
  # ok: gcp/storage-public-write
  bucket      = google_storage_bucket.closed.name
  role_entity = ["OWNER:allUsers"]
}

# inconclusive: gcp/storage-public-write
resource "google_storage_bucket_acl" "somebody" {
  bucket         = "uploads"
  predefined_acl = var.who
}

resource "google_storage_bucket_iam_binding" "readers" {
  # ok: gcp/storage-public-write
  bucket  = "uploads"
  role    = "roles/storage.objectViewer"
  members = ["allUsers"]
}

resource "google_storage_bucket_iam_binding" "closed" {
  # ok: gcp/storage-public-write
  bucket  = google_storage_bucket.closed.name
  role    = "roles/storage.objectAdmin"
  members = ["allUsers"]
}
