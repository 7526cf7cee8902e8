resource "google_binary_authorization_policy" "open" {
  project = "open"
  default_admission_rule {
    evaluation_mode  = "ALWAYS_ALLOW" # expect: gcp/binary-authorization-allows-all
    enforcement_mode = "ENFORCED_BLOCK_AND_AUDIT_LOG"
  }
}

resource "google_binary_authorization_policy" "closed" {
  # ok: gcp/binary-authorization-allows-all
  project = "closed"
  default_admission_rule {
    evaluation_mode  = "ALWAYS_DENY"
    enforcement_mode = "ENFORCED_BLOCK_AND_AUDIT_LOG"
  }
}

resource "google_binary_authorization_policy" "only_records" {
  project = "only-records"
  default_admission_rule {
    evaluation_mode  = "ALWAYS_DENY" # expect: gcp/binary-authorization-allows-all
    enforcement_mode = "DRYRUN_AUDIT_LOG_ONLY"
  }
}

# A rule for one cluster may let everything in; the default still holds for the others.
resource "google_binary_authorization_policy" "one_cluster" {
  # ok: gcp/binary-authorization-allows-all
  project = "one-cluster"
  cluster_admission_rules {
    cluster          = "europe-west1-b.lab"
    evaluation_mode  = "ALWAYS_ALLOW"
    enforcement_mode = "ENFORCED_BLOCK_AND_AUDIT_LOG"
  }
  default_admission_rule {
    evaluation_mode         = "REQUIRE_ATTESTATION"
    enforcement_mode        = "ENFORCED_BLOCK_AND_AUDIT_LOG"
    require_attestations_by = ["projects/x/attestors/build"]
  }
}
