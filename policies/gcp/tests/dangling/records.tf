resource "google_dns_managed_zone" "public" {
  name     = "public-${var.target}"
  dns_name = "example.org."
}

resource "google_dns_managed_zone" "private" {
  name       = "private-${var.target}"
  dns_name   = "example.internal."
  visibility = "private"
}

resource "google_dns_record_set" "open" {
  managed_zone = google_dns_managed_zone.public.name
  name         = "shop.example.org."
  type         = "CNAME"
  ttl          = 300
  rrdatas      = ["harbour-shop.github.io."] # expect: gcp/record-of-claimable-name
}

# The same in a zone that answers nobody outside.
resource "google_dns_record_set" "inside" {
  # ok: gcp/record-of-claimable-name
  managed_zone = google_dns_managed_zone.private.name
  name         = "shop.example.org."
  type         = "CNAME"
  ttl          = 300
  rrdatas      = ["harbour-shop.github.io."]
}

resource "google_dns_record_set" "own" {
  # ok: gcp/record-of-claimable-name
  managed_zone = google_dns_managed_zone.public.name
  name         = "own.example.org."
  type         = "CNAME"
  ttl          = 300
  rrdatas      = ["www.example.org."]
}

# Made of something that there is.
resource "google_dns_record_set" "made" {
  # ok: gcp/record-of-claimable-name
  managed_zone = google_dns_managed_zone.public.name
  name         = "made.example.org."
  type         = "CNAME"
  ttl          = 300
  rrdatas      = ["${google_dns_managed_zone.public.name}.github.io."]
}

resource "google_dns_record_set" "text" {
  # ok: gcp/record-of-claimable-name
  managed_zone = google_dns_managed_zone.public.name
  name         = "text.example.org."
  type         = "TXT"
  ttl          = 300
  rrdatas      = ["harbour-shop.github.io."]
}

variable "target" {}

resource "google_dns_record_set" "unknown" { # inconclusive: gcp/record-of-claimable-name
  managed_zone = google_dns_managed_zone.public.name
  name         = "unknown.example.org."
  type         = "CNAME"
  ttl          = 300
  rrdatas      = [var.target]
}

# Whoever makes a bucket by the name of the record answers for it.
resource "google_dns_record_set" "bucket" {
  managed_zone = google_dns_managed_zone.public.name
  name         = "files.example.org."
  type         = "CNAME"
  ttl          = 300
  rrdatas      = ["c.storage.googleapis.com."] # expect: gcp/record-of-claimable-name
}
