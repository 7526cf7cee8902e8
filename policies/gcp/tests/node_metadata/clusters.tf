# expect: gcp/gke-node-credentials
resource "google_container_cluster" "plain" {
  name     = "plain"
  location = "europe-west1"
}

resource "google_container_cluster" "identity" {
  # ok: gcp/gke-node-credentials
  name     = "identity"
  location = "europe-west1"
  workload_identity_config {
    workload_pool = "shop.svc.id.goog"
  }
}

resource "google_container_cluster" "autopilot" {
  # ok: gcp/gke-node-credentials
  name             = "autopilot"
  location         = "europe-west1"
  enable_autopilot = true
}

resource "google_container_cluster" "concealed" {
  # ok: gcp/gke-node-credentials
  name     = "concealed"
  location = "europe-west1"
  node_config {
    workload_metadata_config {
      mode = "GKE_METADATA"
    }
  }
}

# The name before version 4 of the provider.
resource "google_container_cluster" "secure" {
  # ok: gcp/gke-node-credentials
  name     = "secure"
  location = "europe-west1"
  node_config {
    workload_metadata_config {
      node_metadata = "SECURE"
    }
  }
}

resource "google_container_node_pool" "open" {
  cluster = "main"
  node_config {
    # expect: gcp/gke-node-credentials
    workload_metadata_config {
      mode = "GCE_METADATA"
    }
  }
}

resource "google_container_node_pool" "closed" {
  # ok: gcp/gke-node-credentials
  cluster = "main"
  node_config {
    workload_metadata_config {
      mode = "GKE_METADATA"
    }
  }
}

# As the cluster has it.
resource "google_container_node_pool" "silent" {
  # ok: gcp/gke-node-credentials
  cluster = "main"
}

resource "google_container_node_pool" "old" {
  cluster = "main"
  node_config {
    # expect: gcp/gke-node-credentials
    workload_metadata_config {
      node_metadata = "EXPOSE"
    }
  }
}

variable "mode" {}

# inconclusive: gcp/gke-node-credentials
resource "google_container_node_pool" "unknown" {
  cluster = "main"
  node_config {
    workload_metadata_config {
      mode = var.mode
    }
  }
}
