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
  networking_mode = "ROUTES" # expect: gcp/gke-routes-based
}

resource "google_container_cluster" "good" {
  # ok: gcp/gke-routes-based
  name = "good"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "198.51.100.0/24"
    }
  }
  private_cluster_config {
    enable_private_nodes = true
  }
  networking_mode = "VPC_NATIVE"
}

# VPC-native is the default.
resource "google_container_cluster" "default" {
  # ok: gcp/gke-routes-based
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

resource "google_container_cluster" "ranges" {
  # ok: gcp/gke-routes-based
  name = "ranges"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "198.51.100.0/24"
    }
  }
  private_cluster_config {
    enable_private_nodes = true
  }
  ip_allocation_policy {
    cluster_ipv4_cidr_block = "10.4.0.0/14"
  }
}
