# expect: gcp/gke-public-nodes
resource "google_container_cluster" "none" {
  name = "none"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "198.51.100.0/24"
    }
  }
}

resource "google_container_cluster" "off" {
  name = "off"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "198.51.100.0/24"
    }
  }
  private_cluster_config {
    enable_private_nodes = false # expect: gcp/gke-public-nodes
  }
}

resource "google_container_cluster" "on" {
  # ok: gcp/gke-public-nodes
  name = "on"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "198.51.100.0/24"
    }
  }
  private_cluster_config {
    enable_private_nodes = true
  }
}

# Its only pool is private.
resource "google_container_cluster" "by_pool" {
  # ok: gcp/gke-public-nodes
  name = "by-pool"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "198.51.100.0/24"
    }
  }
  remove_default_node_pool = true
}

resource "google_container_node_pool" "by_pool" {
  name    = "by-pool"
  cluster = google_container_cluster.by_pool.id
  network_config {
    enable_private_nodes = true
  }
}

# expect: gcp/gke-public-nodes
resource "google_container_cluster" "public_pool" {
  name = "public-pool"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "198.51.100.0/24"
    }
  }
  remove_default_node_pool = true
}

resource "google_container_node_pool" "public_pool" {
  name    = "public-pool"
  cluster = google_container_cluster.public_pool.id
  network_config {
    enable_private_nodes = false
  }
}

# The default pool stays.
# expect: gcp/gke-public-nodes
resource "google_container_cluster" "two_pools" {
  name = "two-pools"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "198.51.100.0/24"
    }
  }
}

resource "google_container_node_pool" "two_pools" {
  name    = "two-pools"
  cluster = google_container_cluster.two_pools.id
  network_config {
    enable_private_nodes = true
  }
}

# Whatever pools come, they are made elsewhere.
# expect: gcp/gke-public-nodes
resource "google_container_cluster" "no_pool" {
  name = "no-pool"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "198.51.100.0/24"
    }
  }
  remove_default_node_pool = true
}
