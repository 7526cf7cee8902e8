variable "who" {}

resource "google_cloud_run_service_iam_member" "all" {
  service = "web"
  role = "roles/run.invoker"
  member = "allUsers" # expect: gcp/service-open-to-everyone
}

resource "google_cloud_run_service_iam_member" "anyone" {
  service = "web"
  role = "roles/run.invoker"
  member = "allAuthenticatedUsers" # expect: gcp/service-open-to-everyone
}

resource "google_cloud_run_service_iam_member" "group" {
  # ok: gcp/service-open-to-everyone
  service = "web"
  role = "roles/run.invoker"
  member = "group:staff@example.org"
}

# inconclusive: gcp/service-open-to-everyone
resource "google_cloud_run_service_iam_member" "somebody" {
  service = "web"
  role = "roles/run.invoker"
  member = var.who
}

resource "google_cloud_run_service_iam_binding" "all" {
  service = "web"
  role = "roles/run.invoker"
  members = ["allUsers"] # expect: gcp/service-open-to-everyone
}

resource "google_cloud_run_service_iam_binding" "anyone" {
  service = "web"
  role = "roles/run.invoker"
  members = ["allAuthenticatedUsers"] # expect: gcp/service-open-to-everyone
}

resource "google_cloud_run_service_iam_binding" "group" {
  # ok: gcp/service-open-to-everyone
  service = "web"
  role = "roles/run.invoker"
  members = ["group:staff@example.org"]
}

# inconclusive: gcp/service-open-to-everyone
resource "google_cloud_run_service_iam_binding" "somebody" {
  service = "web"
  role = "roles/run.invoker"
  members = [var.who]
}

resource "google_cloud_run_v2_service_iam_member" "all" {
  name = "web"
  role = "roles/run.invoker"
  member = "allUsers" # expect: gcp/service-open-to-everyone
}

resource "google_cloud_run_v2_service_iam_member" "anyone" {
  name = "web"
  role = "roles/run.invoker"
  member = "allAuthenticatedUsers" # expect: gcp/service-open-to-everyone
}

resource "google_cloud_run_v2_service_iam_member" "group" {
  # ok: gcp/service-open-to-everyone
  name = "web"
  role = "roles/run.invoker"
  member = "group:staff@example.org"
}

# inconclusive: gcp/service-open-to-everyone
resource "google_cloud_run_v2_service_iam_member" "somebody" {
  name = "web"
  role = "roles/run.invoker"
  member = var.who
}

resource "google_cloud_run_v2_service_iam_binding" "all" {
  name = "web"
  role = "roles/run.invoker"
  members = ["allUsers"] # expect: gcp/service-open-to-everyone
}

resource "google_cloud_run_v2_service_iam_binding" "anyone" {
  name = "web"
  role = "roles/run.invoker"
  members = ["allAuthenticatedUsers"] # expect: gcp/service-open-to-everyone
}

resource "google_cloud_run_v2_service_iam_binding" "group" {
  # ok: gcp/service-open-to-everyone
  name = "web"
  role = "roles/run.invoker"
  members = ["group:staff@example.org"]
}

# inconclusive: gcp/service-open-to-everyone
resource "google_cloud_run_v2_service_iam_binding" "somebody" {
  name = "web"
  role = "roles/run.invoker"
  members = [var.who]
}

resource "google_cloudfunctions_function_iam_member" "all" {
  cloud_function = "web"
  role = "roles/cloudfunctions.invoker"
  member = "allUsers" # expect: gcp/service-open-to-everyone
}

resource "google_cloudfunctions_function_iam_member" "anyone" {
  cloud_function = "web"
  role = "roles/cloudfunctions.invoker"
  member = "allAuthenticatedUsers" # expect: gcp/service-open-to-everyone
}

resource "google_cloudfunctions_function_iam_member" "group" {
  # ok: gcp/service-open-to-everyone
  cloud_function = "web"
  role = "roles/cloudfunctions.invoker"
  member = "group:staff@example.org"
}

# inconclusive: gcp/service-open-to-everyone
resource "google_cloudfunctions_function_iam_member" "somebody" {
  cloud_function = "web"
  role = "roles/cloudfunctions.invoker"
  member = var.who
}

resource "google_cloudfunctions_function_iam_binding" "all" {
  cloud_function = "web"
  role = "roles/cloudfunctions.invoker"
  members = ["allUsers"] # expect: gcp/service-open-to-everyone
}

resource "google_cloudfunctions_function_iam_binding" "anyone" {
  cloud_function = "web"
  role = "roles/cloudfunctions.invoker"
  members = ["allAuthenticatedUsers"] # expect: gcp/service-open-to-everyone
}

resource "google_cloudfunctions_function_iam_binding" "group" {
  # ok: gcp/service-open-to-everyone
  cloud_function = "web"
  role = "roles/cloudfunctions.invoker"
  members = ["group:staff@example.org"]
}

# inconclusive: gcp/service-open-to-everyone
resource "google_cloudfunctions_function_iam_binding" "somebody" {
  cloud_function = "web"
  role = "roles/cloudfunctions.invoker"
  members = [var.who]
}

resource "google_cloudfunctions2_function_iam_member" "all" {
  cloud_function = "web"
  role = "roles/run.invoker"
  member = "allUsers" # expect: gcp/service-open-to-everyone
}

resource "google_cloudfunctions2_function_iam_member" "anyone" {
  cloud_function = "web"
  role = "roles/run.invoker"
  member = "allAuthenticatedUsers" # expect: gcp/service-open-to-everyone
}

resource "google_cloudfunctions2_function_iam_member" "group" {
  # ok: gcp/service-open-to-everyone
  cloud_function = "web"
  role = "roles/run.invoker"
  member = "group:staff@example.org"
}

# inconclusive: gcp/service-open-to-everyone
resource "google_cloudfunctions2_function_iam_member" "somebody" {
  cloud_function = "web"
  role = "roles/run.invoker"
  member = var.who
}

resource "google_cloudfunctions2_function_iam_binding" "all" {
  cloud_function = "web"
  role = "roles/run.invoker"
  members = ["allUsers"] # expect: gcp/service-open-to-everyone
}

resource "google_cloudfunctions2_function_iam_binding" "anyone" {
  cloud_function = "web"
  role = "roles/run.invoker"
  members = ["allAuthenticatedUsers"] # expect: gcp/service-open-to-everyone
}

resource "google_cloudfunctions2_function_iam_binding" "group" {
  # ok: gcp/service-open-to-everyone
  cloud_function = "web"
  role = "roles/run.invoker"
  members = ["group:staff@example.org"]
}

# inconclusive: gcp/service-open-to-everyone
resource "google_cloudfunctions2_function_iam_binding" "somebody" {
  cloud_function = "web"
  role = "roles/run.invoker"
  members = [var.who]
}

# To look at its settings is not to call it.
resource "google_cloud_run_v2_service_iam_member" "viewer" {
  # ok: gcp/service-open-to-everyone
  name   = "web"
  role   = "roles/run.viewer"
  member = "allUsers"
}

resource "google_cloud_run_v2_service" "inside" {
  name    = "inside"
  ingress = "INGRESS_TRAFFIC_INTERNAL_ONLY"
}

resource "google_cloud_run_v2_service_iam_member" "inside" {
  # ok: gcp/service-open-to-everyone
  name   = google_cloud_run_v2_service.inside.name
  role   = "roles/run.invoker"
  member = "allUsers"
}

resource "google_cloud_run_v2_service" "outside" {
  name    = "outside"
  ingress = "INGRESS_TRAFFIC_ALL"
}

resource "google_cloud_run_v2_service_iam_member" "outside" {
  name   = google_cloud_run_v2_service.outside.name
  role   = "roles/run.invoker"
  member = "allUsers" # expect: gcp/service-open-to-everyone
}

resource "google_cloud_run_service" "balanced" {
  name = "balanced"
  metadata {
    annotations = { "run.googleapis.com/ingress" = "internal-and-cloud-load-balancing" }
  }
}

resource "google_cloud_run_service_iam_member" "balanced" {
  # ok: gcp/service-open-to-everyone
  service = google_cloud_run_service.balanced.name
  role    = "roles/run.invoker"
  member  = "allUsers"
}

resource "google_cloudfunctions_function" "inside" {
  name             = "inside"
  ingress_settings = "ALLOW_INTERNAL_ONLY"
}

resource "google_cloudfunctions_function_iam_member" "inside" {
  # ok: gcp/service-open-to-everyone
  cloud_function = google_cloudfunctions_function.inside.name
  role           = "roles/cloudfunctions.invoker"
  member         = "allUsers"
}

resource "google_cloudfunctions2_function" "inside" {
  name = "inside"
  service_config {
    ingress_settings = "ALLOW_INTERNAL_AND_GCLB"
  }
}

resource "google_cloudfunctions2_function_iam_member" "inside" {
  # ok: gcp/service-open-to-everyone
  cloud_function = google_cloudfunctions2_function.inside.name
  role           = "roles/run.invoker"
  member         = "allUsers"
}

resource "google_cloud_run_v2_service_iam_binding" "viewers" {
  # ok: gcp/service-open-to-everyone
  name    = "web"
  role    = "roles/run.viewer"
  members = ["allUsers"]
}

resource "google_cloud_run_v2_service_iam_binding" "inside" {
  # ok: gcp/service-open-to-everyone
  name    = google_cloud_run_v2_service.inside.name
  role    = "roles/run.invoker"
  members = ["allUsers"]
}

resource "google_cloud_run_service" "open" {
  name = "open"
  metadata {
    annotations = { "run.googleapis.com/ingress" = "all" }
  }
}

resource "google_cloud_run_service_iam_member" "open" {
  service = google_cloud_run_service.open.name
  role    = "roles/run.invoker"
  member  = "allUsers" # expect: gcp/service-open-to-everyone
}

resource "google_cloudfunctions_function" "open" {
  name             = "open"
  ingress_settings = "ALLOW_ALL"
}

resource "google_cloudfunctions_function_iam_member" "open" {
  cloud_function = google_cloudfunctions_function.open.name
  role           = "roles/cloudfunctions.invoker"
  member         = "allUsers" # expect: gcp/service-open-to-everyone
}

resource "google_cloudfunctions2_function" "open" {
  name = "open"
  service_config {
    ingress_settings = "ALLOW_ALL"
  }
}

resource "google_cloudfunctions2_function_iam_member" "open" {
  cloud_function = google_cloudfunctions2_function.open.name
  role           = "roles/run.invoker"
  member         = "allUsers" # expect: gcp/service-open-to-everyone
}

data "google_iam_policy" "google_cloud_run_service_iam_policy_all" {
  binding {
    role    = "roles/run.invoker"
    members = ["allUsers"]
  }
}

data "google_iam_policy" "google_cloud_run_service_iam_policy_staff" {
  binding {
    role    = "roles/run.invoker"
    members = ["group:staff@example.org"]
  }
}

resource "google_cloud_run_service_iam_policy" "all" {
  service     = "app"
  policy_data = data.google_iam_policy.google_cloud_run_service_iam_policy_all.policy_data # expect: gcp/service-open-to-everyone
}

# ok: gcp/service-open-to-everyone
resource "google_cloud_run_service_iam_policy" "staff" {
  service     = "app"
  policy_data = data.google_iam_policy.google_cloud_run_service_iam_policy_staff.policy_data
}

# inconclusive: gcp/service-open-to-everyone
resource "google_cloud_run_service_iam_policy" "somebody" {
  service     = "app"
  policy_data = var.who
}

data "google_iam_policy" "google_cloud_run_v2_service_iam_policy_all" {
  binding {
    role    = "roles/run.invoker"
    members = ["allUsers"]
  }
}

data "google_iam_policy" "google_cloud_run_v2_service_iam_policy_staff" {
  binding {
    role    = "roles/run.invoker"
    members = ["group:staff@example.org"]
  }
}

resource "google_cloud_run_v2_service_iam_policy" "all" {
  name        = "app"
  policy_data = data.google_iam_policy.google_cloud_run_v2_service_iam_policy_all.policy_data # expect: gcp/service-open-to-everyone
}

# ok: gcp/service-open-to-everyone
resource "google_cloud_run_v2_service_iam_policy" "staff" {
  name        = "app"
  policy_data = data.google_iam_policy.google_cloud_run_v2_service_iam_policy_staff.policy_data
}

# inconclusive: gcp/service-open-to-everyone
resource "google_cloud_run_v2_service_iam_policy" "somebody" {
  name        = "app"
  policy_data = var.who
}

data "google_iam_policy" "google_cloudfunctions_function_iam_policy_all" {
  binding {
    role    = "roles/cloudfunctions.invoker"
    members = ["allUsers"]
  }
}

data "google_iam_policy" "google_cloudfunctions_function_iam_policy_staff" {
  binding {
    role    = "roles/cloudfunctions.invoker"
    members = ["group:staff@example.org"]
  }
}

resource "google_cloudfunctions_function_iam_policy" "all" {
  cloud_function = "app"
  policy_data = data.google_iam_policy.google_cloudfunctions_function_iam_policy_all.policy_data # expect: gcp/service-open-to-everyone
}

# ok: gcp/service-open-to-everyone
resource "google_cloudfunctions_function_iam_policy" "staff" {
  cloud_function = "app"
  policy_data = data.google_iam_policy.google_cloudfunctions_function_iam_policy_staff.policy_data
}

# inconclusive: gcp/service-open-to-everyone
resource "google_cloudfunctions_function_iam_policy" "somebody" {
  cloud_function = "app"
  policy_data = var.who
}

data "google_iam_policy" "google_cloudfunctions2_function_iam_policy_all" {
  binding {
    role    = "roles/cloudfunctions.invoker"
    members = ["allUsers"]
  }
}

data "google_iam_policy" "google_cloudfunctions2_function_iam_policy_staff" {
  binding {
    role    = "roles/cloudfunctions.invoker"
    members = ["group:staff@example.org"]
  }
}

resource "google_cloudfunctions2_function_iam_policy" "all" {
  cloud_function = "app"
  policy_data = data.google_iam_policy.google_cloudfunctions2_function_iam_policy_all.policy_data # expect: gcp/service-open-to-everyone
}

# ok: gcp/service-open-to-everyone
resource "google_cloudfunctions2_function_iam_policy" "staff" {
  cloud_function = "app"
  policy_data = data.google_iam_policy.google_cloudfunctions2_function_iam_policy_staff.policy_data
}

# inconclusive: gcp/service-open-to-everyone
resource "google_cloudfunctions2_function_iam_policy" "somebody" {
  cloud_function = "app"
  policy_data = var.who
}

# To see a service is not to call it.
data "google_iam_policy" "seen_by_all" {
  binding {
    role    = "roles/run.viewer"
    members = ["allUsers"]
  }
}

# ok: gcp/service-open-to-everyone
resource "google_cloud_run_v2_service_iam_policy" "seen" {
  name        = "app"
  policy_data = data.google_iam_policy.seen_by_all.policy_data
}

resource "google_cloud_run_v2_service" "for_policy" {
  name     = "for-policy"
  location = "europe-west1"
  ingress  = "INGRESS_TRAFFIC_INTERNAL_ONLY"
  template {
    containers { image = "europe-docker.pkg.dev/p/apps/app:1.2.3" }
  }
}

# ok: gcp/service-open-to-everyone
resource "google_cloud_run_v2_service_iam_policy" "inside" {
  name        = google_cloud_run_v2_service.for_policy.name
  policy_data = data.google_iam_policy.google_cloud_run_v2_service_iam_policy_all.policy_data
}
