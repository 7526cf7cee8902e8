resource "google_compute_network_firewall_policy" "edge" {
  name = "edge"
}

resource "google_compute_network_firewall_policy_rule" "open" {
  firewall_policy = google_compute_network_firewall_policy.edge.name
  priority        = 1000
  direction       = "INGRESS"
  action          = "allow"
  match {
    src_ip_ranges = ["0.0.0.0/0"]
    layer4_configs {
      ip_protocol = "tcp"
      ports       = ["20-25"] # expect: gcp/firewall-ssh-from-internet
    }
    layer4_configs {
      ip_protocol = "tcp"
      ports       = ["3389"] # expect: gcp/firewall-rdp-from-internet
    }
    layer4_configs {
      ip_protocol = "udp"
      ports       = ["22"]
    }
  }
}

resource "google_compute_region_network_firewall_policy_rule" "all" {
  firewall_policy = "edge"
  region          = "europe-west1"
  priority        = 1000
  direction       = "INGRESS"
  action          = "allow"
  match {
    src_ip_ranges = ["10.0.0.0/8", "::/0"]
    layer4_configs {
      ip_protocol = "all" # expect: gcp/firewall-ssh-from-internet, gcp/firewall-rdp-from-internet
    }
  }
}

# ok: gcp/firewall-ssh-from-internet
resource "google_compute_firewall_policy_rule" "proxy" {
  firewall_policy = "organizations/1/edge"
  priority        = 1000
  direction       = "INGRESS"
  action          = "allow"
  match {
    src_ip_ranges = ["35.235.240.0/20"]
    layer4_configs {
      ip_protocol = "tcp"
      ports       = ["22"]
    }
  }
}

# ok: gcp/firewall-ssh-from-internet
resource "google_compute_firewall_policy_rule" "denied" {
  firewall_policy = "organizations/1/edge"
  priority        = 1000
  direction       = "INGRESS"
  action          = "deny"
  match {
    src_ip_ranges = ["0.0.0.0/0"]
    layer4_configs {
      ip_protocol = "tcp"
      ports       = ["22"]
    }
  }
}

# ok: gcp/firewall-ssh-from-internet
resource "google_compute_firewall_policy_rule" "off" {
  firewall_policy = "organizations/1/edge"
  priority        = 1001
  direction       = "INGRESS"
  action          = "allow"
  disabled        = true
  match {
    src_ip_ranges = ["0.0.0.0/0"]
    layer4_configs {
      ip_protocol = "tcp"
      ports       = ["22"]
    }
  }
}

resource "google_compute_firewall_policy_rule" "open" {
  firewall_policy = "organizations/1/edge"
  priority        = 1002
  direction       = "INGRESS"
  action          = "allow"
  match {
    src_ip_ranges = ["0.0.0.0/0"]
    layer4_configs {
      ip_protocol = "tcp" # expect: gcp/firewall-ssh-from-internet, gcp/firewall-rdp-from-internet
    }
  }
}

# ok: gcp/firewall-ssh-from-internet
resource "google_compute_firewall_policy_rule" "out" {
  firewall_policy = "organizations/1/edge"
  priority        = 1003
  direction       = "EGRESS"
  action          = "allow"
  match {
    dest_ip_ranges = ["0.0.0.0/0"]
    layer4_configs {
      ip_protocol = "tcp"
      ports       = ["22"]
    }
  }
}
