resource "google_storage_bucket" "mixed" {
  name                        = "mixed"
  uniform_bucket_level_access = false # expect: gcp/storage-uniform-access
}

resource "google_storage_bucket" "uniform" {
  # ok: gcp/storage-uniform-access
  name                        = "uniform"
  uniform_bucket_level_access = true
}

# expect: gcp/storage-uniform-access
resource "google_storage_bucket" "default" {
  name = "default"
}

# The name before version 4 of the provider.
resource "google_storage_bucket" "old" {
  # ok: gcp/storage-uniform-access
  name               = "old"
  bucket_policy_only = true
}
