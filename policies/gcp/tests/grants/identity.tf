variable "who" {}

resource "google_project_iam_member" "all" {
  project = "shop"
  role = "roles/viewer"
  member = "allUsers" # expect: gcp/identity-open-to-everyone
}

resource "google_project_iam_member" "anyone" {
  project = "shop"
  role = "roles/viewer"
  member = "allAuthenticatedUsers" # expect: gcp/identity-open-to-everyone
}

resource "google_project_iam_member" "group" {
  # ok: gcp/identity-open-to-everyone
  project = "shop"
  role = "roles/viewer"
  member = "group:staff@example.org"
}

# inconclusive: gcp/identity-open-to-everyone
resource "google_project_iam_member" "somebody" {
  project = "shop"
  role = "roles/viewer"
  member = var.who
}

resource "google_project_iam_binding" "all" {
  project = "shop"
  role = "roles/viewer"
  members = ["allUsers"] # expect: gcp/identity-open-to-everyone
}

resource "google_project_iam_binding" "anyone" {
  project = "shop"
  role = "roles/viewer"
  members = ["allAuthenticatedUsers"] # expect: gcp/identity-open-to-everyone
}

resource "google_project_iam_binding" "group" {
  # ok: gcp/identity-open-to-everyone
  project = "shop"
  role = "roles/viewer"
  members = ["group:staff@example.org"]
}

# inconclusive: gcp/identity-open-to-everyone
resource "google_project_iam_binding" "somebody" {
  project = "shop"
  role = "roles/viewer"
  members = [var.who]
}

resource "google_service_account_iam_member" "all" {
  service_account_id = "projects/shop/serviceAccounts/app@shop.iam.gserviceaccount.com"
  role = "roles/iam.serviceAccountUser"
  member = "allUsers" # expect: gcp/identity-open-to-everyone
}

resource "google_service_account_iam_member" "anyone" {
  service_account_id = "projects/shop/serviceAccounts/app@shop.iam.gserviceaccount.com"
  role = "roles/iam.serviceAccountUser"
  member = "allAuthenticatedUsers" # expect: gcp/identity-open-to-everyone
}

resource "google_service_account_iam_member" "group" {
  # ok: gcp/identity-open-to-everyone
  service_account_id = "projects/shop/serviceAccounts/app@shop.iam.gserviceaccount.com"
  role = "roles/iam.serviceAccountUser"
  member = "group:staff@example.org"
}

# inconclusive: gcp/identity-open-to-everyone
resource "google_service_account_iam_member" "somebody" {
  service_account_id = "projects/shop/serviceAccounts/app@shop.iam.gserviceaccount.com"
  role = "roles/iam.serviceAccountUser"
  member = var.who
}

resource "google_service_account_iam_binding" "all" {
  service_account_id = "projects/shop/serviceAccounts/app@shop.iam.gserviceaccount.com"
  role = "roles/iam.serviceAccountUser"
  members = ["allUsers"] # expect: gcp/identity-open-to-everyone
}

resource "google_service_account_iam_binding" "anyone" {
  service_account_id = "projects/shop/serviceAccounts/app@shop.iam.gserviceaccount.com"
  role = "roles/iam.serviceAccountUser"
  members = ["allAuthenticatedUsers"] # expect: gcp/identity-open-to-everyone
}

resource "google_service_account_iam_binding" "group" {
  # ok: gcp/identity-open-to-everyone
  service_account_id = "projects/shop/serviceAccounts/app@shop.iam.gserviceaccount.com"
  role = "roles/iam.serviceAccountUser"
  members = ["group:staff@example.org"]
}

# inconclusive: gcp/identity-open-to-everyone
resource "google_service_account_iam_binding" "somebody" {
  service_account_id = "projects/shop/serviceAccounts/app@shop.iam.gserviceaccount.com"
  role = "roles/iam.serviceAccountUser"
  members = [var.who]
}

# One account, whichever it is.
resource "google_service_account" "app" {
  account_id = "app"
}

resource "google_project_iam_member" "account" {
  # ok: gcp/identity-open-to-everyone
  project = "shop"
  role    = "roles/viewer"
  member  = "serviceAccount:${google_service_account.app.email}"
}
