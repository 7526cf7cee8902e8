resource "google_iam_workload_identity_pool_provider" "all" {
  workload_identity_pool_id          = "ci"
  workload_identity_pool_provider_id = "github"
  attribute_mapping                  = { "google.subject" = "assertion.sub" }
  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com" # expect: gcp/federation-without-condition
  }
}

resource "google_iam_workload_identity_pool_provider" "owner" {
  # ok: gcp/federation-without-condition
  workload_identity_pool_id          = "ci"
  workload_identity_pool_provider_id = "github"
  attribute_mapping                  = { "google.subject" = "assertion.sub" }
  attribute_condition                = "assertion.repository_owner == 'acme'"
  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

# An issuer of one's own signs for nobody else.
resource "google_iam_workload_identity_pool_provider" "own" {
  # ok: gcp/federation-without-condition
  workload_identity_pool_id          = "ci"
  workload_identity_pool_provider_id = "own"
  oidc {
    issuer_uri = "https://gitlab.example.org"
  }
}

resource "google_iam_workload_identity_pool_provider" "cloud" {
  # ok: gcp/federation-without-condition
  workload_identity_pool_id          = "ci"
  workload_identity_pool_provider_id = "aws"
  aws {
    account_id = "111122223333"
  }
}

variable "condition" {}

# inconclusive: gcp/federation-without-condition
resource "google_iam_workload_identity_pool_provider" "unknown" {
  workload_identity_pool_id          = "ci"
  workload_identity_pool_provider_id = "gitlab"
  attribute_condition                = var.condition
  oidc {
    issuer_uri = "https://gitlab.com/"
  }
}
