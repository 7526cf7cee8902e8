resource "google_cloudbuild_trigger" "open" {
  name     = "open"
  filename = "build.yaml"
  github {
    owner = "acme"
    name  = "shop"
    # expect: gcp/build-of-outside-pull-requests
    pull_request {
      branch = "^main$"
    }
  }
}

resource "google_cloudbuild_trigger" "looked_at" {
  # ok: gcp/build-of-outside-pull-requests
  name     = "looked-at"
  filename = "build.yaml"
  github {
    owner = "acme"
    name  = "shop"
    pull_request {
      branch          = "^main$"
      comment_control = "COMMENTS_ENABLED_FOR_EXTERNAL_CONTRIBUTORS_ONLY"
    }
  }
}

resource "google_cloudbuild_trigger" "disabled" {
  name     = "disabled"
  filename = "build.yaml"
  github {
    owner = "acme"
    name  = "shop"
    pull_request {
      branch          = "^main$"
      comment_control = "COMMENTS_DISABLED" # expect: gcp/build-of-outside-pull-requests
    }
  }
}

# Pushes are those of members.
resource "google_cloudbuild_trigger" "push" {
  # ok: gcp/build-of-outside-pull-requests, gcp/build-secret-in-substitution
  name     = "push"
  filename = "build.yaml"
  github {
    owner = "acme"
    name  = "shop"
    push {
      branch = "^main$"
    }
  }
}

resource "google_cloudbuild_trigger" "secret" {
  name     = "secret"
  filename = "build.yaml"
  substitutions = { # expect: gcp/build-secret-in-substitution
    _API_KEY = "qT7harbour9Lm"
  }
}

# The name of a secret is none.
resource "google_cloudbuild_trigger" "named" {
  # ok: gcp/build-secret-in-substitution
  name     = "named"
  filename = "build.yaml"
  substitutions = {
    _API_KEY = "projects/shop/secrets/api/versions/1"
  }
}

resource "google_cloudbuild_trigger" "words" {
  # ok: gcp/build-secret-in-substitution
  name     = "words"
  filename = "build.yaml"
  substitutions = {
    _DB_PASSWORD = "db-password"
    _SECRET_NAME = "qT7harbour9Lm"
  }
}

variable "control" {}
variable "key" {}

# inconclusive: gcp/build-of-outside-pull-requests, gcp/build-secret-in-substitution
resource "google_cloudbuild_trigger" "unknown" {
  name     = "unknown"
  filename = "build.yaml"
  github {
    pull_request {
      comment_control = var.control
    }
  }
  substitutions = {
    _API_KEY = var.key
  }
}
