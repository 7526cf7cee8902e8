resource "google_compute_firewall" "open" {
  name    = "open"
  network = "core"
  allow {
    protocol = "tcp"
    ports    = ["22"] # expect: gcp/firewall-ssh-from-internet
  }
  source_ranges = ["0.0.0.0/0"]
}

resource "google_compute_firewall" "named" {
  # ok: gcp/firewall-ssh-from-internet
  name    = "named"
  network = "core"
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
  source_ranges = ["198.51.100.0/24"]
}

resource "google_compute_firewall" "span" {
  name    = "span"
  network = "core"
  allow {
    protocol = "tcp"
    ports    = ["80", "20-25"] # expect: gcp/firewall-ssh-from-internet
  }
  source_ranges = ["10.0.0.0/8", "::/0"]
}

resource "google_compute_firewall" "all_ports" {
  name    = "all-ports"
  network = "core"
  allow {
    protocol = "6" # expect: gcp/firewall-ssh-from-internet, gcp/firewall-rdp-from-internet
  }
  source_ranges = ["0.0.0.0/0"]
}

resource "google_compute_firewall" "all_protocols" {
  name    = "all-protocols"
  network = "core"
  allow {
    protocol = "all" # expect: gcp/firewall-ssh-from-internet, gcp/firewall-rdp-from-internet
  }
  source_ranges = ["0.0.0.0/0"]
}

# No source at all is every source.
resource "google_compute_firewall" "nobody_named" {
  name    = "nobody-named"
  network = "core"
  allow {
    protocol = "tcp"
    ports    = ["22"] # expect: gcp/firewall-ssh-from-internet
  }
  target_tags = ["app"]
}

resource "google_compute_firewall" "tags" {
  # ok: gcp/firewall-ssh-from-internet
  name    = "tags"
  network = "core"
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
  source_tags = ["bastion"]
}

# A tag beside a range does not narrow it.
resource "google_compute_firewall" "either" {
  name    = "either"
  network = "core"
  allow {
    protocol = "tcp"
    ports    = ["22"] # expect: gcp/firewall-ssh-from-internet
  }
  source_ranges = ["0.0.0.0/0"]
  source_tags   = ["bastion"]
}

resource "google_compute_firewall" "udp" {
  # ok: gcp/firewall-ssh-from-internet
  name    = "udp"
  network = "core"
  allow {
    protocol = "udp"
    ports    = ["22"]
  }
  source_ranges = ["0.0.0.0/0"]
}

resource "google_compute_firewall" "web" {
  # ok: gcp/firewall-ssh-from-internet
  name    = "web"
  network = "core"
  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
  source_ranges = ["0.0.0.0/0"]
}

resource "google_compute_firewall" "off" {
  # ok: gcp/firewall-ssh-from-internet
  name     = "off"
  network  = "core"
  disabled = true
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
  source_ranges = ["0.0.0.0/0"]
}

resource "google_compute_firewall" "out" {
  # ok: gcp/firewall-ssh-from-internet
  name      = "out"
  network   = "core"
  direction = "EGRESS"
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
  destination_ranges = ["0.0.0.0/0"]
}

resource "google_compute_firewall" "deny" {
  # ok: gcp/firewall-ssh-from-internet
  name    = "deny"
  network = "core"
  deny {
    protocol = "tcp"
  }
  source_ranges = ["0.0.0.0/0"]
}

variable "office" {}

# inconclusive: gcp/firewall-ssh-from-internet
resource "google_compute_firewall" "unknown" {
  name    = "unknown"
  network = "core"
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
  source_ranges = [var.office]
}

resource "google_compute_firewall" "account" {
  # ok: gcp/firewall-ssh-from-internet
  name    = "account"
  network = "core"
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
  source_service_accounts = ["bastion@core.iam.gserviceaccount.com"]
}

resource "google_compute_global_address" "peers" {
  name          = "peers"
  prefix_length = 22
}

# The range is not known yet, but it is one of the network's own.
resource "google_compute_firewall" "peers" {
  # ok: gcp/firewall-ssh-from-internet
  name    = "peers"
  network = "core"
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
  source_ranges = ["${google_compute_global_address.peers.address}/22"]
}

resource "google_compute_firewall" "peers_and_all" {
  name    = "peers-and-all"
  network = "core"
  allow {
    protocol = "tcp"
    ports    = ["22"] # expect: gcp/firewall-ssh-from-internet
  }
  source_ranges = ["${google_compute_global_address.peers.address}/22", "0.0.0.0/0"]
}

data "google_netblock_ip_ranges" "iap" {
  range_type = "iap-forwarders"
}

# A data source may give any range.
# inconclusive: gcp/firewall-ssh-from-internet
resource "google_compute_firewall" "read" {
  name    = "read"
  network = "core"
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
  source_ranges = [data.google_netblock_ip_ranges.iap.cidr_blocks[0]]
}

resource "google_compute_firewall" "ingress" {
  name      = "ingress"
  network   = "core"
  direction = "INGRESS"
  allow {
    protocol = "tcp"
    ports    = ["22"] # expect: gcp/firewall-ssh-from-internet
  }
  source_ranges = ["0.0.0.0/0"]
}
