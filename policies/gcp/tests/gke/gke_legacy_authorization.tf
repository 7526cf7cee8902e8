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
  enable_legacy_abac = true # expect: gcp/gke-legacy-authorization
}

resource "google_container_cluster" "good" {
  # ok: gcp/gke-legacy-authorization
  name = "good"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "198.51.100.0/24"
    }
  }
  private_cluster_config {
    enable_private_nodes = true
  }
  enable_legacy_abac = false
}

resource "google_container_cluster" "default" {
  # ok: gcp/gke-legacy-authorization
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
