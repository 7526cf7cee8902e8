resource "google_compute_firewall_policy_rule" "open" {
  firewall_policy = "organizations/1/edge"
  priority        = 1000
  direction       = "INGRESS"
  action          = "allow"
  match {
    src_ip_ranges = ["0.0.0.0/0"]
    layer4_configs {
      ip_protocol = "tcp" # expect: gcp/firewall-ssh-from-internet, gcp/firewall-rdp-from-internet
    }
  }
}
