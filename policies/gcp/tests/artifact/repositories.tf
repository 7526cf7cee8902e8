resource "google_artifact_registry_repository" "loose" {
  repository_id = "loose"
  format        = "DOCKER"
  docker_config {
    immutable_tags = false # expect: gcp/artifact-tags-mutable
  }
}

resource "google_artifact_registry_repository" "fixed" {
  # ok: gcp/artifact-tags-mutable
  repository_id = "fixed"
  format        = "DOCKER"
  docker_config {
    immutable_tags = true
  }
}

resource "google_artifact_registry_repository" "silent" {
  repository_id = "silent"
  format        = "DOCKER" # expect: gcp/artifact-tags-mutable
}

resource "google_artifact_registry_repository" "standard" {
  repository_id = "standard"
  format        = "DOCKER" # expect: gcp/artifact-tags-mutable
  mode          = "STANDARD_REPOSITORY"
}

resource "google_artifact_registry_repository" "packages" {
  # ok: gcp/artifact-tags-mutable
  repository_id = "packages"
  format        = "PYTHON"
}

# Nobody pushes there.
resource "google_artifact_registry_repository" "remote" {
  # ok: gcp/artifact-tags-mutable
  repository_id = "remote"
  format        = "DOCKER"
  mode          = "REMOTE_REPOSITORY"
}

variable "fixed" {}

# inconclusive: gcp/artifact-tags-mutable
resource "google_artifact_registry_repository" "unknown" {
  repository_id = "unknown"
  format        = "DOCKER"
  docker_config {
    immutable_tags = var.fixed
  }
}
