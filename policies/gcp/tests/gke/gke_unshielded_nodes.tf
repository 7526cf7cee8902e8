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
  enable_shielded_nodes = false # expect: gcp/gke-unshielded-nodes
}

resource "google_container_cluster" "good" {
  # ok: gcp/gke-unshielded-nodes
  name = "good"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "198.51.100.0/24"
    }
  }
  private_cluster_config {
    enable_private_nodes = true
  }
  enable_shielded_nodes = true
}

# Shielded is the default.
resource "google_container_cluster" "default" {
  # ok: gcp/gke-unshielded-nodes
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
