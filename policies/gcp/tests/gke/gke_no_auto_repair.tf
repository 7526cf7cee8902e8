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

resource "google_container_cluster" "regular" {
  name = "regular"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "198.51.100.0/24"
    }
  }
  private_cluster_config {
    enable_private_nodes = true
  }
  release_channel {
    channel = "REGULAR"
  }
}

resource "google_container_cluster" "none" {
  name = "none"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "198.51.100.0/24"
    }
  }
  private_cluster_config {
    enable_private_nodes = true
  }
  release_channel {
    channel = "UNSPECIFIED"
  }
}

# The channel of its cluster keeps repair on.
resource "google_container_node_pool" "channel" {
  # ok: gcp/gke-no-auto-repair
  name    = "pool"
  cluster = google_container_cluster.regular.name
  management {
    auto_repair = false
  }
}

resource "google_container_node_pool" "no_channel" {
  name    = "pool"
  cluster = google_container_cluster.none.name
  management {
    auto_repair = false # expect: gcp/gke-no-auto-repair
  }
}

resource "google_container_cluster" "inline_channel" {
  # ok: gcp/gke-no-auto-repair
  name = "inline_channel"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "198.51.100.0/24"
    }
  }
  private_cluster_config {
    enable_private_nodes = true
  }
  release_channel {
    channel = "STABLE"
  }
  node_pool {
    name = "a"
    management {
      auto_repair = false
    }
  }
}

