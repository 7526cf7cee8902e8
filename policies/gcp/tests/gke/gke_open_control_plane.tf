resource "google_container_cluster" "open" {
  name = "open"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "198.51.100.0/24"
    }
    cidr_blocks {
      cidr_block = "0.0.0.0/0" # expect: gcp/gke-open-control-plane
    }
  }
  private_cluster_config {
    enable_private_nodes = true
  }
}

resource "google_container_cluster" "named" {
  # ok: gcp/gke-open-control-plane
  name = "named"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "198.51.100.0/24"
    }
    cidr_blocks {
      cidr_block = "203.0.113.0/24"
    }
  }
  private_cluster_config {
    enable_private_nodes = true
  }
}

# The public endpoint is off.
resource "google_container_cluster" "private" {
  # ok: gcp/gke-open-control-plane
  name = "private"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "198.51.100.0/24"
    }
    cidr_blocks {
      cidr_block = "0.0.0.0/0"
    }
  }
  private_cluster_config {
    enable_private_nodes    = true
    enable_private_endpoint = true
  }
}

# It has a DNS name and no address.
resource "google_container_cluster" "by_name" {
  # ok: gcp/gke-open-control-plane
  # ok: gcp/gke-no-authorized-networks
  name = "by-name"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "0.0.0.0/0"
    }
  }
  control_plane_endpoints_config {
    ip_endpoints_config {
      enabled = false
    }
  }
  private_cluster_config {
    enable_private_nodes = true
  }
}

# It has a DNS name and an address.
resource "google_container_cluster" "by_both" {
  name = "by-both"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "0.0.0.0/0" # expect: gcp/gke-open-control-plane
    }
  }
  control_plane_endpoints_config {
    ip_endpoints_config {
      enabled = true
    }
  }
  private_cluster_config {
    enable_private_nodes = true
  }
}
