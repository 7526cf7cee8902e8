resource "google_compute_instance" "forwards" {
  machine_type   = "e2-small"
  can_ip_forward = true # expect: gcp/vm-forwards-packets
}

resource "google_compute_instance" "plain" {
  # ok: gcp/vm-forwards-packets
  machine_type   = "e2-small"
  can_ip_forward = false
}

resource "google_compute_instance_template" "forwards" {
  machine_type   = "e2-small"
  can_ip_forward = true # expect: gcp/vm-forwards-packets
}

resource "google_compute_instance_template" "plain" {
  # ok: gcp/vm-forwards-packets
  machine_type   = "e2-small"
  can_ip_forward = false
}

resource "google_compute_region_instance_template" "forwards" {
  machine_type   = "e2-small"
  can_ip_forward = true # expect: gcp/vm-forwards-packets
}

resource "google_compute_region_instance_template" "plain" {
  # ok: gcp/vm-forwards-packets
  machine_type   = "e2-small"
  can_ip_forward = false
}

# Off unless it is switched on.
resource "google_compute_instance" "silent" {
  # ok: gcp/vm-forwards-packets
  machine_type = "e2-small"
}

# A gateway: a route leads to it.
resource "google_compute_instance" "gateway" {
  # ok: gcp/vm-forwards-packets
  machine_type   = "e2-small"
  can_ip_forward = true
}

resource "google_compute_route" "gateway" {
  name              = "by-the-gateway"
  network           = "core"
  dest_range        = "10.9.0.0/16"
  next_hop_instance = google_compute_instance.gateway.self_link
}
