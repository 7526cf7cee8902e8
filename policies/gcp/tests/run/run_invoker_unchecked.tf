resource "google_cloud_run_v2_service" "open" {
  name                 = "open"
  location             = "europe-west1"
  invoker_iam_disabled = true # expect: gcp/run-invoker-unchecked
  template {
    containers {
      image = "api"
    }
  }
}

resource "google_cloud_run_v2_service" "asked_by_proxy" {
  # ok: gcp/run-invoker-unchecked
  name                 = "asked-by-proxy"
  location             = "europe-west1"
  invoker_iam_disabled = true
  iap_enabled          = true
  template {
    containers {
      image = "api"
    }
  }
}

resource "google_cloud_run_v2_service" "inside" {
  # ok: gcp/run-invoker-unchecked
  name                 = "inside"
  location             = "europe-west1"
  ingress              = "INGRESS_TRAFFIC_INTERNAL_ONLY"
  invoker_iam_disabled = true
  template {
    containers {
      image = "api"
    }
  }
}

resource "google_cloud_run_v2_service" "asks" {
  # ok: gcp/run-invoker-unchecked
  name     = "asks"
  location = "europe-west1"
  template {
    containers {
      image = "api"
    }
  }
}

resource "google_cloud_run_service" "old" {
  name     = "old"
  location = "europe-west1"
  metadata {
    annotations = { "run.googleapis.com/invoker-iam-disabled" = "true" } # expect: gcp/run-invoker-unchecked
  }
}

resource "google_cloud_run_service" "old_inside" {
  # ok: gcp/run-invoker-unchecked
  name     = "old-inside"
  location = "europe-west1"
  metadata {
    annotations = {
      "run.googleapis.com/invoker-iam-disabled" = "true"
      "run.googleapis.com/ingress"              = "internal"
    }
  }
}

resource "google_cloud_run_service" "old_asks" {
  # ok: gcp/run-invoker-unchecked
  name     = "old-asks"
  location = "europe-west1"
}

variable "trusting" {
  type = bool
}

resource "google_cloud_run_v2_service" "perhaps" {
  # inconclusive: gcp/run-invoker-unchecked
  name                 = "perhaps"
  location             = "europe-west1"
  invoker_iam_disabled = var.trusting
  template {
    containers {
      image = "api"
    }
  }
}
