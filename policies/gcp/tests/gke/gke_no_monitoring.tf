resource "google_container_cluster" "bad" {
  name = "bad"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "198.51.100.0/24"
    }
  }
  private_cluster_config {
    enable_private_nodes = true
  }
  monitoring_service = "none" # expect: gcp/gke-no-monitoring
}

resource "google_container_cluster" "good" {
  # ok: gcp/gke-no-monitoring
  name = "good"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "198.51.100.0/24"
    }
  }
  private_cluster_config {
    enable_private_nodes = true
  }
  monitoring_service = "monitoring.googleapis.com/kubernetes"
}

# Metrics are kept by default.
resource "google_container_cluster" "default" {
  # ok: gcp/gke-no-monitoring
  name = "default"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "198.51.100.0/24"
    }
  }
  private_cluster_config {
    enable_private_nodes = true
  }
}

resource "google_container_cluster" "empty" {
  name = "empty"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "198.51.100.0/24"
    }
  }
  private_cluster_config {
    enable_private_nodes = true
  }
  monitoring_config {
    enable_components = [] # expect: gcp/gke-no-monitoring
  }
}

resource "google_container_cluster" "some" {
  # ok: gcp/gke-no-monitoring
  name = "some"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "198.51.100.0/24"
    }
  }
  private_cluster_config {
    enable_private_nodes = true
  }
  monitoring_config {
    enable_components = ["SYSTEM_COMPONENTS"]
  }
}
