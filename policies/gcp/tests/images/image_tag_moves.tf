resource "google_cloud_run_v2_service" "moves" {
  name     = "moves"
  location = "europe-west1"
  # expect: gcp/image-tag-moves
  template {
    containers {
      image = "europe-docker.pkg.dev/p/apps/web:latest"
    }
  }
}

resource "google_cloud_run_v2_service" "pinned" {
  # ok: gcp/image-tag-moves
  name     = "pinned"
  location = "europe-west1"
  template {
    containers {
      image = "europe-docker.pkg.dev/p/apps/web:1.4.2"
    }
  }
}

resource "google_cloud_run_v2_job" "moves" {
  name     = "moves"
  location = "europe-west1"
  # expect: gcp/image-tag-moves
  template {
    template {
      containers {
        image = "europe-docker.pkg.dev/p/apps/job"
      }
    }
  }
}

resource "google_cloud_run_v2_job" "pinned" {
  # ok: gcp/image-tag-moves
  name     = "pinned"
  location = "europe-west1"
  template {
    template {
      containers {
        image = "europe-docker.pkg.dev/p/apps/job:1.4.2"
      }
    }
  }
}

resource "google_cloud_run_service" "moves" {
  name     = "moves"
  location = "europe-west1"
  # expect: gcp/image-tag-moves
  template {
    spec {
      containers {
        image = "europe-docker.pkg.dev/p/apps/web:main"
      }
    }
  }
}

resource "google_cloud_run_service" "pinned" {
  # ok: gcp/image-tag-moves
  name     = "pinned"
  location = "europe-west1"
  template {
    spec {
      containers {
        image = "europe-docker.pkg.dev/p/apps/web:1.4.2"
      }
    }
  }
}
