resource "google_bigquery_dataset" "project" {
  dataset_id = "project"
  access {
    role          = "READER"
    special_group = "projectReaders"
  }
}

data "google_iam_policy" "open" {
  binding {
    role    = "roles/bigquery.dataViewer"
    members = ["allAuthenticatedUsers"]
  }
}

data "google_iam_policy" "group" {
  binding {
    role    = "roles/bigquery.dataViewer"
    members = ["group:data@example.org"]
  }
}

resource "google_bigquery_dataset_iam_policy" "open" {
  dataset_id  = google_bigquery_dataset.project.dataset_id
  policy_data = data.google_iam_policy.open.policy_data # expect: gcp/bigquery-public-policy
}

resource "google_bigquery_dataset_iam_policy" "group" {
  # ok: gcp/bigquery-public-policy
  dataset_id  = google_bigquery_dataset.project.dataset_id
  policy_data = data.google_iam_policy.group.policy_data
}

resource "google_bigquery_dataset_iam_policy" "json" {
  dataset_id = google_bigquery_dataset.project.dataset_id
  # expect: gcp/bigquery-public-policy
  policy_data = jsonencode({
    bindings = [{ role = "roles/bigquery.dataViewer", members = ["allUsers"] }]
  })
}

resource "google_bigquery_dataset_iam_policy" "json_group" {
  # ok: gcp/bigquery-public-policy
  dataset_id = google_bigquery_dataset.project.dataset_id
  policy_data = jsonencode({
    bindings = [{ role = "roles/bigquery.dataViewer", members = ["group:data@example.org"] }]
  })
}

resource "google_bigquery_table_iam_policy" "open" {
  dataset_id  = google_bigquery_dataset.project.dataset_id
  table_id    = "sales"
  policy_data = data.google_iam_policy.open.policy_data # expect: gcp/bigquery-public-policy
}

resource "google_bigquery_table_iam_policy" "group" {
  # ok: gcp/bigquery-public-policy
  dataset_id  = google_bigquery_dataset.project.dataset_id
  table_id    = "sales"
  policy_data = data.google_iam_policy.group.policy_data
}
