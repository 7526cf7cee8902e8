resource "google_compute_firewall" "out" {
  name               = "out"
  network            = "main"
  direction          = "EGRESS"
  destination_ranges = ["0.0.0.0/0"]
  allow {
    protocol = "all" # expect: gcp/egress-to-internet
  }
}

resource "google_compute_firewall" "inside" {
  # ok: gcp/egress-to-internet
  name               = "inside"
  network            = "main"
  direction          = "EGRESS"
  destination_ranges = ["10.0.0.0/8"]
  allow {
    protocol = "all"
  }
}

# Every address where none is named.
resource "google_compute_firewall" "silent" {
  name      = "silent"
  network   = "main"
  direction = "EGRESS"
  allow {
    protocol = "all" # expect: gcp/egress-to-internet
  }
}

resource "google_compute_firewall" "web" {
  # ok: gcp/egress-to-internet
  name               = "web"
  network            = "main"
  direction          = "EGRESS"
  destination_ranges = ["0.0.0.0/0"]
  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}

resource "google_compute_firewall" "off" {
  # ok: gcp/egress-to-internet
  name               = "off"
  network            = "main"
  direction          = "EGRESS"
  disabled           = true
  destination_ranges = ["0.0.0.0/0"]
  allow {
    protocol = "all"
  }
}

resource "google_compute_firewall" "in" {
  # ok: gcp/egress-to-internet
  name          = "in"
  network       = "main"
  source_ranges = ["10.0.0.0/8"]
  allow {
    protocol = "all"
  }
}

variable "ranges" {}

# inconclusive: gcp/egress-to-internet
resource "google_compute_firewall" "unknown" {
  name               = "unknown"
  network            = "main"
  direction          = "EGRESS"
  destination_ranges = var.ranges
  allow {
    protocol = "all"
  }
}
