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

# Before version 3 of the provider.
resource "google_compute_subnetwork" "old" {
  # ok: gcp/vpc-no-flow-logs
  ip_cidr_range    = "10.0.4.0/24"
  enable_flow_logs = true
}

# expect: gcp/vpc-no-flow-logs
resource "google_compute_subnetwork" "old_off" {
  ip_cidr_range    = "10.0.5.0/24"
  enable_flow_logs = false
}

variable "global" {}

# The role tells a subnet of proxies too.
resource "google_compute_subnetwork" "some_proxy" {
  # ok: gcp/vpc-no-flow-logs
  ip_cidr_range = "10.0.6.0/24"
  purpose       = var.global ? "GLOBAL_MANAGED_PROXY" : "REGIONAL_MANAGED_PROXY"
  role          = "ACTIVE"
}

resource "google_compute_network" "logged" {
  name                    = "logged"
  auto_create_subnetworks = false
}

resource "google_network_management_vpc_flow_logs_config" "logged" {
  vpc_flow_logs_config_id = "logged"
  location                = "global"
  network                 = google_compute_network.logged.id
}

# Its network is logged as a whole.
resource "google_compute_subnetwork" "as_network" {
  # ok: gcp/vpc-no-flow-logs
  ip_cidr_range = "10.0.7.0/24"
  network       = google_compute_network.logged.id
}

resource "google_compute_network" "paused" {
  name                    = "paused"
  auto_create_subnetworks = false
}

resource "google_network_management_vpc_flow_logs_config" "paused" {
  vpc_flow_logs_config_id = "paused"
  location                = "global"
  network                 = google_compute_network.paused.id
  state                   = "DISABLED"
}

# expect: gcp/vpc-no-flow-logs
resource "google_compute_subnetwork" "paused" {
  ip_cidr_range = "10.0.7.0/24"
  network       = google_compute_network.paused.id
}

resource "google_network_management_vpc_flow_logs_config" "named" {
  vpc_flow_logs_config_id = "named"
  location                = "global"
  subnet                  = google_compute_subnetwork.named.id
}

resource "google_compute_subnetwork" "named" {
  # ok: gcp/vpc-no-flow-logs
  ip_cidr_range = "10.0.8.0/24"
  network       = google_compute_network.paused.id
}

# Of proxies, whichever kind it is.
resource "google_compute_subnetwork" "one_of_two" {
  # ok: gcp/vpc-no-flow-logs
  ip_cidr_range = "10.0.9.0/24"
  purpose       = var.global ? "GLOBAL_MANAGED_PROXY" : "REGIONAL_MANAGED_PROXY"
}

# inconclusive: gcp/vpc-no-flow-logs
resource "google_compute_subnetwork" "one_of_two_kinds" {
  ip_cidr_range = "10.0.10.0/24"
  purpose       = var.global ? "GLOBAL_MANAGED_PROXY" : "PRIVATE"
}
