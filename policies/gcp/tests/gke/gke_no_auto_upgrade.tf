resource "google_container_node_pool" "bad" {
  name    = "bad"
  cluster = google_container_cluster.none.name
  management {
    auto_upgrade = false # expect: gcp/gke-no-auto-upgrade
  }
}

resource "google_container_node_pool" "good" {
  # ok: gcp/gke-no-auto-upgrade
  name    = "good"
  cluster = "core"
  management {
    auto_upgrade = true
  }
}

# Upgrade is the default.
resource "google_container_node_pool" "default" {
  # ok: gcp/gke-no-auto-upgrade
  name    = "default"
  cluster = "core"
}

resource "google_container_cluster" "none" {
  # ok: gcp/gke-no-auto-upgrade
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

resource "google_container_cluster" "channel" {
  name = "channel"
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

# The channel of its cluster keeps upgrades on.
resource "google_container_node_pool" "channel" {
  # ok: gcp/gke-no-auto-upgrade
  name    = "channel"
  cluster = google_container_cluster.channel.name
  management {
    auto_upgrade = false
  }
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
      auto_upgrade = false # expect: gcp/gke-no-auto-upgrade
    }
  }
}

resource "google_container_cluster" "good" {
  # ok: gcp/gke-no-auto-upgrade
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
      auto_upgrade = true
    }
  }
}

resource "google_container_cluster" "inline_channel" {
  # ok: gcp/gke-no-auto-upgrade
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
      auto_upgrade = false
    }
  }
}

