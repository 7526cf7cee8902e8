resource "google_compute_service_attachment" "open" {
  name                  = "open"
  connection_preference = "ACCEPT_AUTOMATIC" # expect: gcp/service-attachment-for-everybody
  enable_proxy_protocol = false
  nat_subnets           = ["s"]
  target_service        = "t"
}

resource "google_compute_service_attachment" "listed" {
  # ok: gcp/service-attachment-for-everybody
  name                  = "listed"
  connection_preference = "ACCEPT_MANUAL"
  enable_proxy_protocol = false
  nat_subnets           = ["s"]
  target_service        = "t"
}

# Whom it takes is listed by network.
resource "google_compute_service_attachment" "by_network" {
  # ok: gcp/service-attachment-for-everybody
  name                  = "by-network"
  connection_preference = "ACCEPT_MANUAL"
  enable_proxy_protocol = false
  nat_subnets           = ["s"]
  target_service        = "t"
  consumer_accept_lists {
    network_url      = "projects/partner/global/networks/main"
    connection_limit = 1
  }
}
