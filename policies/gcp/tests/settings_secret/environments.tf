resource "google_cloud_run_service" "password" {
  name     = "password"
  location = "europe-west1"
  template { # expect: gcp/environment-secret
    spec {
      containers {
        image = "web:1.0.0"
        env {
          name  = "DB_PASSWORD"
          value = "qT7-harbour-9"
        }
      }
    }
  }
}

resource "google_cloud_run_service" "stored" {
  # ok: gcp/environment-secret
  name     = "stored"
  location = "europe-west1"
  template {
    spec {
      containers {
        image = "web:1.0.0"
        env {
          name  = "DB_PASSWORD"
          value = "projects/p/secrets/db"
        }
      }
    }
  }
}

resource "google_cloud_run_v2_service" "url" {
  name     = "url"
  location = "europe-west1"
  template { # expect: gcp/environment-secret
    containers {
      image = "web:1.0.0"
      env {
        name  = "REDIS_URL"
        value = "rediss://:qT7-harbour-9@cache.internal:6379"
      }
    }
  }
}

resource "google_cloud_run_v2_service" "url_without" {
  # ok: gcp/environment-secret
  name     = "url"
  location = "europe-west1"
  template {
    containers {
      image = "web:1.0.0"
      env {
        name  = "REDIS_URL"
        value = "rediss://cache.internal:6379"
      }
    }
  }
}

resource "google_cloud_run_v2_service" "fetched" {
  # ok: gcp/environment-secret
  name     = "fetched"
  location = "europe-west1"
  template {
    containers {
      image = "web:1.0.0"
      env {
        name = "REDIS_PASSWORD"
        value_source {
          secret_key_ref {
            secret  = "redis"
            version = "latest"
          }
        }
      }
    }
  }
}

resource "google_cloud_run_v2_job" "token" {
  name     = "token"
  location = "europe-west1"
  template { # expect: gcp/environment-secret
    template {
      containers {
        image = "job:1.0.0"
        env {
          name  = "API_TOKEN"
          value = "9f2Kc81TqLw0aZx4"
        }
      }
    }
  }
}

resource "google_cloud_run_v2_job" "placeholder" {
  # ok: gcp/environment-secret
  name     = "token"
  location = "europe-west1"
  template {
    template {
      containers {
        image = "job:1.0.0"
        env {
          name  = "API_TOKEN"
          value = "<9f2Kc81TqLw0aZx4>"
        }
      }
    }
  }
}

resource "google_cloudfunctions_function" "key" {
  name                  = "key"
  runtime               = "python312"
  environment_variables = { SIGNING_KEY = "9f2Kc81TqLw0aZx4" } # expect: gcp/environment-secret
}

resource "google_cloudfunctions_function" "build" {
  name                        = "build"
  runtime                     = "python312"
  build_environment_variables = { REGISTRY_TOKEN = "9f2Kc81TqLw0aZx4" } # expect: gcp/environment-secret
}

resource "google_cloudfunctions_function" "public_key" {
  # ok: gcp/environment-secret
  name                  = "key"
  runtime               = "python312"
  environment_variables = { PUBLIC_KEY = "9f2Kc81TqLw0aZx4" }
}

resource "google_cloudfunctions2_function" "key" {
  name     = "key"
  location = "europe-west1"
  service_config {
    environment_variables = { API_KEY = "9f2Kc81TqLw0aZx4" } # expect: gcp/environment-secret
  }
}

resource "google_cloudfunctions2_function" "build" {
  name     = "build"
  location = "europe-west1"
  build_config {
    environment_variables = { API_KEY = "9f2Kc81TqLw0aZx4" } # expect: gcp/environment-secret
  }
}

resource "google_cloudfunctions2_function" "named" {
  # ok: gcp/environment-secret
  name     = "named"
  location = "europe-west1"
  service_config {
    secret_environment_variables {
      key        = "API_KEY"
      project_id = "p"
      secret     = "9f2Kc81TqLw0aZx4"
      version    = "latest"
    }
  }
}

resource "google_app_engine_standard_app_version" "password" {
  service       = "web"
  runtime       = "python312"
  env_variables = { DB_PASSWORD = "qT7-harbour-9" } # expect: gcp/environment-secret
}

resource "google_app_engine_standard_app_version" "short" {
  # ok: gcp/environment-secret
  service       = "web"
  runtime       = "python312"
  env_variables = { DB_PASSWORD = "" }
}

resource "google_app_engine_flexible_app_version" "password" {
  service       = "web"
  runtime       = "python"
  env_variables = { DB_PASSWORD = "qT7-harbour-9" } # expect: gcp/environment-secret
}

resource "google_app_engine_flexible_app_version" "file" {
  # ok: gcp/environment-secret
  service       = "web"
  runtime       = "python"
  env_variables = { DB_PASSWORD = "/run/secrets/db" }
}
