# expect: gcp/gke-no-authorized-networks
resource "google_container_cluster" "none" {
  name = "none"
  private_cluster_config {
    enable_private_nodes = true
  }
}

resource "google_container_cluster" "some" {
  # ok: gcp/gke-no-authorized-networks
  name = "some"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "198.51.100.0/24"
    }
  }
  private_cluster_config {
    enable_private_nodes = true
  }
}

# The public endpoint is off.
resource "google_container_cluster" "private" {
  # ok: gcp/gke-no-authorized-networks
  name = "private"
  private_cluster_config {
    enable_private_nodes    = true
    enable_private_endpoint = true
  }
}

resource "google_container_cluster" "by_name" {
  # ok: gcp/gke-no-authorized-networks
  name = "by-name"
  control_plane_endpoints_config {
    ip_endpoints_config {
      enabled = false
    }
  }
  private_cluster_config {
    enable_private_nodes = true
  }
}

# Nobody but Google and the nodes.
resource "google_container_cluster" "nobody" {
  # ok: gcp/gke-no-authorized-networks
  name = "nobody"
  master_authorized_networks_config {}
  private_cluster_config {
    enable_private_nodes = true
  }
}

# expect: gcp/gke-no-authorized-networks
resource "google_container_cluster" "by_address" {
  name = "by-address"
  control_plane_endpoints_config {
    ip_endpoints_config {
      enabled = true
    }
  }
  private_cluster_config {
    enable_private_nodes = true
  }
}
