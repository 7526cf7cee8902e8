resource "google_container_node_pool" "bad" {
  name    = "bad"
  cluster = "core"
  management {
    auto_repair = false # expect: gcp/gke-no-auto-repair
  }
}

resource "google_container_node_pool" "good" {
  # ok: gcp/gke-no-auto-repair
  name    = "good"
  cluster = "core"
  management {
    auto_repair = true
  }
}

# Repair is the default.
resource "google_container_node_pool" "default" {
  # ok: gcp/gke-no-auto-repair
  name    = "default"
  cluster = "core"
}

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
  node_pool {
    name = "a"
    management {
      auto_repair = false # expect: gcp/gke-no-auto-repair
    }
  }
}

resource "google_container_cluster" "good" {
  # ok: gcp/gke-no-auto-repair
  name = "good"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "198.51.100.0/24"
    }
  }
  private_cluster_config {
    enable_private_nodes = true
  }
  node_pool {
    name = "a"
    management {
      auto_repair = true
    }
  }
}
