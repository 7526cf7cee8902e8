resource "google_bigquery_dataset" "open" {
  dataset_id = "open"
  access {
    role          = "OWNER"
    user_by_email = "data@example.org"
  }
  access {
    role          = "READER"
    special_group = "allAuthenticatedUsers" # expect: gcp/bigquery-public-dataset
  }
  access {
    role       = "READER"
    iam_member = "allUsers" # expect: gcp/bigquery-public-dataset
  }
}

resource "google_bigquery_dataset" "project" {
  # ok: gcp/bigquery-public-dataset
  dataset_id = "project"
  access {
    role          = "READER"
    special_group = "projectReaders"
  }
}

resource "google_bigquery_dataset_access" "open" {
  dataset_id    = google_bigquery_dataset.project.dataset_id
  role          = "READER"
  special_group = "allAuthenticatedUsers" # expect: gcp/bigquery-public-dataset
}

resource "google_bigquery_dataset_access" "project" {
  # ok: gcp/bigquery-public-dataset
  dataset_id    = google_bigquery_dataset.project.dataset_id
  role          = "READER"
  special_group = "projectOwners"
}

resource "google_bigquery_dataset_iam_member" "open" {
  dataset_id = google_bigquery_dataset.project.dataset_id
  role       = "roles/bigquery.dataViewer"
  member     = "allUsers" # expect: gcp/bigquery-public-dataset
}

resource "google_bigquery_dataset_iam_member" "user" {
  # ok: gcp/bigquery-public-dataset
  dataset_id = google_bigquery_dataset.project.dataset_id
  role       = "roles/bigquery.dataViewer"
  member     = "user:jane@example.org"
}

resource "google_service_account" "app" {
  account_id = "app"
}

resource "google_bigquery_dataset_iam_binding" "open" {
  dataset_id = google_bigquery_dataset.project.dataset_id
  role       = "roles/bigquery.dataViewer"
  members = [
    "serviceAccount:${google_service_account.app.email}",
    "allUsers", # expect: gcp/bigquery-public-dataset
  ]
}

# Its address is not known yet, but it is an account.
resource "google_bigquery_dataset_iam_binding" "account" {
  # ok: gcp/bigquery-public-dataset
  dataset_id = google_bigquery_dataset.project.dataset_id
  role       = "roles/bigquery.dataViewer"
  members = [
    "serviceAccount:${google_service_account.app.email}",
    "group:data@example.org",
  ]
}

resource "google_bigquery_dataset" "made" {
  # ok: gcp/bigquery-public-dataset
  dataset_id = "made"
  access {
    role       = "READER"
    iam_member = google_service_account.app.member
  }
}

resource "google_bigquery_dataset_access" "member" {
  dataset_id = google_bigquery_dataset.project.dataset_id
  role       = "READER"
  iam_member = "allUsers" # expect: gcp/bigquery-public-dataset
}

resource "google_bigquery_dataset_access" "made" {
  # ok: gcp/bigquery-public-dataset
  dataset_id = google_bigquery_dataset.project.dataset_id
  role       = "READER"
  iam_member = google_service_account.app.member
}

resource "google_bigquery_dataset_iam_member" "made" {
  # ok: gcp/bigquery-public-dataset
  dataset_id = google_bigquery_dataset.project.dataset_id
  role       = "roles/bigquery.dataViewer"
  member     = google_service_account.app.member
}

resource "google_bigquery_dataset_iam_member" "open_kind" {
  dataset_id = google_bigquery_dataset.project.dataset_id
  role       = "roles/bigquery.dataViewer"
  member     = "iamMember:allUsers" # expect: gcp/bigquery-public-dataset
}

resource "google_service_account" "odd" {
  account_id   = "odd"
  display_name = "allUsers"
}

# Read from an account, and everyone all the same.
resource "google_bigquery_dataset_iam_member" "odd" {
  dataset_id = google_bigquery_dataset.project.dataset_id
  role       = "roles/bigquery.dataViewer"
  member     = google_service_account.odd.display_name # expect: gcp/bigquery-public-dataset
}

variable "domain" {}

# Whoever it is, it is one user.
resource "google_bigquery_dataset_access" "somebody" {
  # ok: gcp/bigquery-public-dataset
  dataset_id = google_bigquery_dataset.project.dataset_id
  role       = "READER"
  iam_member = "user:jane@${var.domain}"
}

resource "google_bigquery_table" "sales" {
  dataset_id = google_bigquery_dataset.project.dataset_id
  table_id   = "sales"
}

resource "google_bigquery_table_iam_member" "open" {
  dataset_id = google_bigquery_dataset.project.dataset_id
  table_id   = google_bigquery_table.sales.table_id
  role       = "roles/bigquery.dataViewer"
  member     = "allAuthenticatedUsers" # expect: gcp/bigquery-public-dataset
}

resource "google_bigquery_table_iam_member" "user" {
  # ok: gcp/bigquery-public-dataset
  dataset_id = google_bigquery_dataset.project.dataset_id
  table_id   = google_bigquery_table.sales.table_id
  role       = "roles/bigquery.dataViewer"
  member     = "user:jane@example.org"
}

resource "google_bigquery_table_iam_binding" "open" {
  dataset_id = google_bigquery_dataset.project.dataset_id
  table_id   = google_bigquery_table.sales.table_id
  role       = "roles/bigquery.dataViewer"
  members    = ["user:jane@example.org", "allUsers"] # expect: gcp/bigquery-public-dataset
}

resource "google_bigquery_table_iam_binding" "users" {
  # ok: gcp/bigquery-public-dataset
  dataset_id = google_bigquery_dataset.project.dataset_id
  table_id   = google_bigquery_table.sales.table_id
  role       = "roles/bigquery.dataViewer"
  members    = ["user:jane@example.org", "group:data@example.org"]
}
