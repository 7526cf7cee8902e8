variable "share" {}

resource "azuredevops_build_definition" "shared" {
  project_id = "x"
  name = "shared"
  pull_request_trigger {
    forks {
      enabled = true
      share_secrets = true # expect: azure/pipeline-gives-secrets-to-forks
    }
  }
}

# ok: azure/pipeline-gives-secrets-to-forks
resource "azuredevops_build_definition" "kept" {
  project_id = "x"
  name = "kept"
  pull_request_trigger {
    forks {
      enabled = true
      share_secrets = false
    }
  }
}

# Forks are not built.
# ok: azure/pipeline-gives-secrets-to-forks
resource "azuredevops_build_definition" "none" {
  project_id = "x"
  name = "none"
  pull_request_trigger {
    forks {
      enabled = false
      share_secrets = true
    }
  }
}

# inconclusive: azure/pipeline-gives-secrets-to-forks
resource "azuredevops_build_definition" "unknown" {
  project_id = "x"
  name = "unknown"
  pull_request_trigger {
    forks {
      enabled = true
      share_secrets = var.share
    }
  }
}

