resource "google_storage_bucket_acl" "ready" {
  bucket         = "ready"
  predefined_acl = "publicRead" # expect: gcp/storage-public-acl
}

resource "google_storage_default_object_acl" "listed" {
  bucket = "listed"
  role_entity = [
    "OWNER:project-owners-1",
    "READER:allUsers", # expect: gcp/storage-public-acl
  ]
}

resource "google_storage_bucket_access_control" "one" {
  bucket = "one"
  role   = "READER"
  entity = "allAuthenticatedUsers" # expect: gcp/storage-public-acl
}

resource "google_storage_bucket_acl" "own" {
  # ok: gcp/storage-public-acl
  bucket         = "own"
  predefined_acl = "projectPrivate"
}

resource "google_storage_bucket_access_control" "group" {
  # ok: gcp/storage-public-acl
  bucket = "group"
  role   = "READER"
  entity = "group-readers@example.org"
}

# expect: gcp/storage-uniform-access
resource "google_storage_bucket" "prevented" {
  name                     = "prevented"
  location                 = "EU"
  public_access_prevention = "enforced"
}

resource "google_storage_bucket_acl" "prevented" {
  # ok: gcp/storage-public-acl
  bucket         = google_storage_bucket.prevented.name
  predefined_acl = "publicRead"
}

resource "google_storage_bucket" "uniform" {
  name                        = "uniform"
  location                    = "EU"
  uniform_bucket_level_access = true
}

resource "google_storage_default_object_acl" "uniform" {
  # ok: gcp/storage-public-acl
  bucket      = google_storage_bucket.uniform.name
  role_entity = ["READER:allUsers"]
}

resource "google_storage_bucket_access_control" "uniform" {
  # ok: gcp/storage-public-acl
  bucket = google_storage_bucket.uniform.name
  role   = "READER"
  entity = "allAuthenticatedUsers"
}

# A bucket that neither prevents nor is uniform closes nothing.
# expect: gcp/storage-uniform-access
resource "google_storage_bucket" "mixed" {
  name     = "mixed"
  location = "EU"
}

resource "google_storage_bucket_acl" "mixed" {
  bucket         = google_storage_bucket.mixed.name
  predefined_acl = "publicRead" # expect: gcp/storage-public-acl
}

resource "google_storage_default_object_access_control" "everybody" {
  bucket = "one"
  role   = "READER"
  entity = "allUsers" # expect: gcp/storage-public-acl
}

resource "google_storage_bucket_acl" "blocked" {
  # ok: gcp/storage-public-acl
  bucket      = google_storage_bucket.prevented.name
  role_entity = ["READER:allUsers"]
}

resource "google_storage_bucket_acl" "ready_and_uniform" {
  # ok: gcp/storage-public-acl
  bucket         = google_storage_bucket.uniform.name
  predefined_acl = "publicRead"
}
