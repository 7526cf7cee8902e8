# Pools that differ in their cluster's release channel.
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

resource "google_container_cluster" "by_hand" {
  name = "by-hand"
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

resource "google_container_node_pool" "channel" {
  # ok: gcp/gke-no-auto-repair
  name    = "pool"
  cluster = google_container_cluster.channel.id
  management {
    auto_repair = false
  }
}

resource "google_container_node_pool" "by_hand" {
  name    = "pool"
  cluster = google_container_cluster.by_hand.id
  management {
    auto_repair = false # expect: gcp/gke-no-auto-repair
  }
}
