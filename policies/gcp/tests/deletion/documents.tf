# expect: gcp/firestore-without-backup
resource "google_firestore_database" "plain" {
  name        = "plain"
  location_id = "eur3"
  type        = "FIRESTORE_NATIVE"
}

resource "google_firestore_database" "any_point" {
  # ok: gcp/firestore-without-backup
  name                              = "any-point"
  location_id                       = "eur3"
  type                              = "FIRESTORE_NATIVE"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
}

resource "google_firestore_database" "off" {
  name                              = "off"
  location_id                       = "eur3"
  type                              = "FIRESTORE_NATIVE"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_DISABLED" # expect: gcp/firestore-without-backup
}

resource "google_firestore_database" "daily" {
  # ok: gcp/firestore-without-backup
  name        = "daily"
  location_id = "eur3"
  type        = "FIRESTORE_NATIVE"
}

resource "google_firestore_backup_schedule" "daily" {
  database  = google_firestore_database.daily.name
  retention = "604800s"
  daily_recurrence {}
}
