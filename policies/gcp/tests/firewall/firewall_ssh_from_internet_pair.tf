# The same rules beside addresses that are there and ones that are not: what is left of the second is no source at all.
resource "google_compute_global_address" "made" {
  count         = 1
  name          = "made"
  address_type  = "INTERNAL"
  purpose       = "VPC_PEERING"
  prefix_length = 22
}

resource "google_compute_global_address" "left_out" {
  count         = 0
  name          = "left-out"
  address_type  = "INTERNAL"
  purpose       = "VPC_PEERING"
  prefix_length = 22
}

resource "google_compute_firewall" "peers" {
  # ok: gcp/firewall-ssh-from-internet
  name    = "peers"
  network = "core"
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
  source_ranges = [for peer in google_compute_global_address.made : "${peer.address}/22"]
}

resource "google_compute_firewall" "nobody" {
  name    = "nobody"
  network = "core"
  allow {
    protocol = "tcp"
    ports    = ["22"] # expect: gcp/firewall-ssh-from-internet
  }
  source_ranges = [for peer in google_compute_global_address.left_out : "${peer.address}/22"]
}

# What a route leads to may be everyone.
resource "google_compute_route" "any" {
  name       = "any"
  network    = "core"
  dest_range = "0.0.0.0/0"
}

resource "google_compute_firewall" "by_route" {
  name    = "by-route"
  network = "core"
  allow {
    protocol = "tcp"
    ports    = ["22"] # expect: gcp/firewall-ssh-from-internet
  }
  source_ranges = [google_compute_route.any.dest_range]
}

# Two reserved addresses in one range, and everyone beside it.
resource "google_compute_global_address" "first" {
  name = "first"
}

resource "google_compute_global_address" "second" {
  name = "second"
}

resource "google_compute_firewall" "two_in_one" {
  name    = "two-in-one"
  network = "core"
  allow {
    protocol = "tcp"
    ports    = ["22"] # expect: gcp/firewall-ssh-from-internet
  }
  source_ranges = [
    cidrhost("${google_compute_global_address.first.address}/8", google_compute_global_address.second.prefix_length),
    "0.0.0.0/0",
  ]
}

variable "range" {}

resource "google_compute_subnetwork" "given" {
  name          = "given"
  network       = "core"
  ip_cidr_range = var.range
}

# Not known yet, but the range of a subnet.
resource "google_compute_firewall" "given" {
  # ok: gcp/firewall-ssh-from-internet
  name    = "given"
  network = "core"
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
  source_ranges = [google_compute_subnetwork.given.ip_cidr_range]
}
