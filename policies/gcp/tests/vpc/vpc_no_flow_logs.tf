# expect: gcp/vpc-no-flow-logs
resource "google_compute_subnetwork" "silent" {
  name          = "silent"
  network       = "core"
  ip_cidr_range = "10.0.1.0/24"
}

resource "google_compute_subnetwork" "logged" {
  # ok: gcp/vpc-no-flow-logs
  name          = "logged"
  network       = "core"
  ip_cidr_range = "10.0.2.0/24"
  log_config {
    flow_sampling = 0.5
  }
}

# Subnets of managed proxies cannot have flow logs.
resource "google_compute_subnetwork" "proxy" {
  # ok: gcp/vpc-no-flow-logs
  name          = "proxy"
  network       = "core"
  ip_cidr_range = "10.0.3.0/24"
  purpose       = "REGIONAL_MANAGED_PROXY"
}
