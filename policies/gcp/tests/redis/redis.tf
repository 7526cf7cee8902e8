resource "google_redis_instance" "off" {
  name           = "off"
  memory_size_gb = 1
  auth_enabled   = false # expect: gcp/redis-without-authentication
}

resource "google_redis_instance" "on" {
  # ok: gcp/redis-without-authentication
  name           = "on"
  memory_size_gb = 1
  auth_enabled   = true
}

# expect: gcp/redis-without-authentication
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
}
