# Passwords that are written down, and those that come from elsewhere.
resource "google_sql_user" "written" {
  name = "a"
  instance = "a"
  password = "qT7-harbour-9" # expect: gcp/credential-in-code
}

resource "google_sql_database_instance" "written" {
  database_version = "MYSQL_8_0"
  root_password = "qT7-harbour-9" # expect: gcp/credential-in-code
}

resource "google_secret_manager_secret_version" "written" {
  secret = "db"
  secret_data = "qT7-harbour-9" # expect: gcp/credential-in-code
}

resource "google_alloydb_cluster" "written" {
  cluster_id = "a"
  location   = "europe-west4"
  initial_user { # expect: gcp/credential-in-code
    password = "qT7-harbour-9"
  }
}

resource "random_password" "made" {
  length = 24
}

resource "google_sql_user" "made" {
  # ok: gcp/credential-in-code
  name     = "a"
  instance = "a"
  password = random_password.made.result
}

resource "google_sql_user" "iam" {
  # ok: gcp/credential-in-code
  name     = "a"
  instance = "a"
  type     = "CLOUD_IAM_USER"
}

resource "google_sql_user" "later" {
  # ok: gcp/credential-in-code
  name = "a"
  instance = "a"
  password = "change-me-soon"
}

resource "google_sql_database_instance" "later" {
  # ok: gcp/credential-in-code
  database_version = "MYSQL_8_0"
  root_password = "change-me-soon"
}

resource "google_secret_manager_secret_version" "later" {
  # ok: gcp/credential-in-code
  secret = "db"
  secret_data = "change-me-soon"
}

resource "google_alloydb_cluster" "later" {
  # ok: gcp/credential-in-code
  cluster_id = "a"
  location   = "europe-west4"
  initial_user {
    password = "change-me-soon"
  }
}
