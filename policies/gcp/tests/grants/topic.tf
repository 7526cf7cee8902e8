variable "who" {}

resource "google_pubsub_topic_iam_member" "all" {
  topic = "orders"
  role = "roles/pubsub.publisher"
  member = "allUsers" # expect: gcp/topic-open-to-everyone
}

resource "google_pubsub_topic_iam_member" "anyone" {
  topic = "orders"
  role = "roles/pubsub.publisher"
  member = "allAuthenticatedUsers" # expect: gcp/topic-open-to-everyone
}

resource "google_pubsub_topic_iam_member" "group" {
  # ok: gcp/topic-open-to-everyone
  topic = "orders"
  role = "roles/pubsub.publisher"
  member = "group:staff@example.org"
}

# inconclusive: gcp/topic-open-to-everyone
resource "google_pubsub_topic_iam_member" "somebody" {
  topic = "orders"
  role = "roles/pubsub.publisher"
  member = var.who
}

resource "google_pubsub_topic_iam_binding" "all" {
  topic = "orders"
  role = "roles/pubsub.publisher"
  members = ["allUsers"] # expect: gcp/topic-open-to-everyone
}

resource "google_pubsub_topic_iam_binding" "anyone" {
  topic = "orders"
  role = "roles/pubsub.publisher"
  members = ["allAuthenticatedUsers"] # expect: gcp/topic-open-to-everyone
}

resource "google_pubsub_topic_iam_binding" "group" {
  # ok: gcp/topic-open-to-everyone
  topic = "orders"
  role = "roles/pubsub.publisher"
  members = ["group:staff@example.org"]
}

# inconclusive: gcp/topic-open-to-everyone
resource "google_pubsub_topic_iam_binding" "somebody" {
  topic = "orders"
  role = "roles/pubsub.publisher"
  members = [var.who]
}

resource "google_pubsub_subscription_iam_member" "all" {
  subscription = "orders"
  role = "roles/pubsub.subscriber"
  member = "allUsers" # expect: gcp/topic-open-to-everyone
}

resource "google_pubsub_subscription_iam_member" "anyone" {
  subscription = "orders"
  role = "roles/pubsub.subscriber"
  member = "allAuthenticatedUsers" # expect: gcp/topic-open-to-everyone
}

resource "google_pubsub_subscription_iam_member" "group" {
  # ok: gcp/topic-open-to-everyone
  subscription = "orders"
  role = "roles/pubsub.subscriber"
  member = "group:staff@example.org"
}

# inconclusive: gcp/topic-open-to-everyone
resource "google_pubsub_subscription_iam_member" "somebody" {
  subscription = "orders"
  role = "roles/pubsub.subscriber"
  member = var.who
}

resource "google_pubsub_subscription_iam_binding" "all" {
  subscription = "orders"
  role = "roles/pubsub.subscriber"
  members = ["allUsers"] # expect: gcp/topic-open-to-everyone
}

resource "google_pubsub_subscription_iam_binding" "anyone" {
  subscription = "orders"
  role = "roles/pubsub.subscriber"
  members = ["allAuthenticatedUsers"] # expect: gcp/topic-open-to-everyone
}

resource "google_pubsub_subscription_iam_binding" "group" {
  # ok: gcp/topic-open-to-everyone
  subscription = "orders"
  role = "roles/pubsub.subscriber"
  members = ["group:staff@example.org"]
}

# inconclusive: gcp/topic-open-to-everyone
resource "google_pubsub_subscription_iam_binding" "somebody" {
  subscription = "orders"
  role = "roles/pubsub.subscriber"
  members = [var.who]
}
