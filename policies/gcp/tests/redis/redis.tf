# expect: gcp/redis-in-transit
resource "google_redis_instance" "off" {
  name           = "off"
  memory_size_gb = 1
  auth_enabled   = false # expect: gcp/redis-without-authentication
}

resource "google_redis_instance" "on" {
  # ok: gcp/redis-without-authentication
  # ok: gcp/redis-in-transit
  name                    = "on"
  memory_size_gb          = 1
  transit_encryption_mode = "SERVER_AUTHENTICATION"
  auth_enabled            = true
}

# expect: gcp/redis-without-authentication
# expect: gcp/redis-in-transit
resource "google_redis_instance" "silent" {
  name           = "silent"
  memory_size_gb = 1
}

# A text that Terraform reads as true.
resource "google_redis_instance" "as_text" {
  # ok: gcp/redis-without-authentication
  name           = "as-text"
  memory_size_gb = 1
  auth_enabled   = "true"
  # expect: gcp/redis-in-transit
  transit_encryption_mode = "DISABLED"
}

# expect: gcp/redis-in-transit
resource "google_redis_instance" "asks" {
  # ok: gcp/redis-without-authentication
  name           = "off"
  memory_size_gb = 1
  auth_enabled   = true
}
