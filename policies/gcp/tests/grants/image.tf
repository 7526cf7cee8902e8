variable "who" {}

resource "google_compute_image_iam_member" "all" {
  image = "base"
  role = "roles/compute.imageUser"
  member = "allUsers" # expect: gcp/image-open-to-everyone
}

resource "google_compute_image_iam_member" "anyone" {
  image = "base"
  role = "roles/compute.imageUser"
  member = "allAuthenticatedUsers" # expect: gcp/image-open-to-everyone
}

resource "google_compute_image_iam_member" "group" {
  # ok: gcp/image-open-to-everyone
  image = "base"
  role = "roles/compute.imageUser"
  member = "group:staff@example.org"
}

# inconclusive: gcp/image-open-to-everyone
resource "google_compute_image_iam_member" "somebody" {
  image = "base"
  role = "roles/compute.imageUser"
  member = var.who
}

resource "google_compute_image_iam_binding" "all" {
  image = "base"
  role = "roles/compute.imageUser"
  members = ["allUsers"] # expect: gcp/image-open-to-everyone
}

resource "google_compute_image_iam_binding" "anyone" {
  image = "base"
  role = "roles/compute.imageUser"
  members = ["allAuthenticatedUsers"] # expect: gcp/image-open-to-everyone
}

resource "google_compute_image_iam_binding" "group" {
  # ok: gcp/image-open-to-everyone
  image = "base"
  role = "roles/compute.imageUser"
  members = ["group:staff@example.org"]
}

# inconclusive: gcp/image-open-to-everyone
resource "google_compute_image_iam_binding" "somebody" {
  image = "base"
  role = "roles/compute.imageUser"
  members = [var.who]
}

resource "google_compute_snapshot_iam_member" "all" {
  name = "nightly"
  role = "roles/compute.storageAdmin"
  member = "allUsers" # expect: gcp/image-open-to-everyone
}

resource "google_compute_snapshot_iam_member" "anyone" {
  name = "nightly"
  role = "roles/compute.storageAdmin"
  member = "allAuthenticatedUsers" # expect: gcp/image-open-to-everyone
}

resource "google_compute_snapshot_iam_member" "group" {
  # ok: gcp/image-open-to-everyone
  name = "nightly"
  role = "roles/compute.storageAdmin"
  member = "group:staff@example.org"
}

# inconclusive: gcp/image-open-to-everyone
resource "google_compute_snapshot_iam_member" "somebody" {
  name = "nightly"
  role = "roles/compute.storageAdmin"
  member = var.who
}

resource "google_compute_snapshot_iam_binding" "all" {
  name = "nightly"
  role = "roles/compute.storageAdmin"
  members = ["allUsers"] # expect: gcp/image-open-to-everyone
}

resource "google_compute_snapshot_iam_binding" "anyone" {
  name = "nightly"
  role = "roles/compute.storageAdmin"
  members = ["allAuthenticatedUsers"] # expect: gcp/image-open-to-everyone
}

resource "google_compute_snapshot_iam_binding" "group" {
  # ok: gcp/image-open-to-everyone
  name = "nightly"
  role = "roles/compute.storageAdmin"
  members = ["group:staff@example.org"]
}

# inconclusive: gcp/image-open-to-everyone
resource "google_compute_snapshot_iam_binding" "somebody" {
  name = "nightly"
  role = "roles/compute.storageAdmin"
  members = [var.who]
}

resource "google_artifact_registry_repository_iam_member" "all" {
  repository = "app"
  role = "roles/artifactregistry.reader"
  member = "allUsers" # expect: gcp/image-open-to-everyone
}

resource "google_artifact_registry_repository_iam_member" "anyone" {
  repository = "app"
  role = "roles/artifactregistry.reader"
  member = "allAuthenticatedUsers" # expect: gcp/image-open-to-everyone
}

resource "google_artifact_registry_repository_iam_member" "group" {
  # ok: gcp/image-open-to-everyone
  repository = "app"
  role = "roles/artifactregistry.reader"
  member = "group:staff@example.org"
}

# inconclusive: gcp/image-open-to-everyone
resource "google_artifact_registry_repository_iam_member" "somebody" {
  repository = "app"
  role = "roles/artifactregistry.reader"
  member = var.who
}

resource "google_artifact_registry_repository_iam_binding" "all" {
  repository = "app"
  role = "roles/artifactregistry.reader"
  members = ["allUsers"] # expect: gcp/image-open-to-everyone
}

resource "google_artifact_registry_repository_iam_binding" "anyone" {
  repository = "app"
  role = "roles/artifactregistry.reader"
  members = ["allAuthenticatedUsers"] # expect: gcp/image-open-to-everyone
}

resource "google_artifact_registry_repository_iam_binding" "group" {
  # ok: gcp/image-open-to-everyone
  repository = "app"
  role = "roles/artifactregistry.reader"
  members = ["group:staff@example.org"]
}

# inconclusive: gcp/image-open-to-everyone
resource "google_artifact_registry_repository_iam_binding" "somebody" {
  repository = "app"
  role = "roles/artifactregistry.reader"
  members = [var.who]
}
