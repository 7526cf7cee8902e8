resource "google_dns_managed_zone" "signed" {
  # ok: gcp/dns-unsigned-zone, gcp/dns-key-signed-with-sha1, gcp/dns-zone-signed-with-sha1
  name     = "signed"
  dns_name = "example.org."
  dnssec_config {
    state = "on"
    default_key_specs {
      key_type   = "keySigning"
      algorithm  = "rsasha256"
      key_length = 2048
    }
    default_key_specs {
      key_type   = "zoneSigning"
      algorithm  = "rsasha256"
      key_length = 2048
    }
  }
}

resource "google_dns_managed_zone" "weak_key" {
  name     = "weak-key"
  dns_name = "example.org."
  dnssec_config { # expect: gcp/dns-key-signed-with-sha1
    state = "on"
    default_key_specs {
      key_type   = "keySigning"
      algorithm  = "rsasha1"
      key_length = 2048
    }
    default_key_specs {
      key_type   = "zoneSigning"
      algorithm  = "rsasha256"
      key_length = 2048
    }
  }
}

resource "google_dns_managed_zone" "weak_records" {
  name     = "weak-records"
  dns_name = "example.org."
  dnssec_config { # expect: gcp/dns-zone-signed-with-sha1
    state = "on"
    default_key_specs {
      key_type   = "keySigning"
      algorithm  = "rsasha256"
      key_length = 2048
    }
    default_key_specs {
      key_type   = "zoneSigning"
      algorithm  = "rsasha1"
      key_length = 2048
    }
  }
}

resource "google_dns_managed_zone" "unsigned" {
  name     = "unsigned"
  dns_name = "example.org."
  dnssec_config { # expect: gcp/dns-unsigned-zone
    state = "off"
    default_key_specs {
      key_type   = "keySigning"
      algorithm  = "rsasha256"
      key_length = 2048
    }
    default_key_specs {
      key_type   = "zoneSigning"
      algorithm  = "rsasha256"
      key_length = 2048
    }
  }
}

resource "google_dns_managed_zone" "by_default" {
  name     = "by-default"
  dns_name = "example.org." # expect: gcp/dns-unsigned-zone
}

# Names of a network of one's own are asked for by its machines alone.
resource "google_dns_managed_zone" "inside" {
  name       = "inside"
  dns_name   = "corp.example.org."
  visibility = "private"
}
