resource "google_identity_platform_config" "password" {
  project = "shop"
  sign_in {
    email {
      enabled = true
    }
  }
  mfa {
    state = "DISABLED" # expect: gcp/users-without-second-factor
  }
}

resource "google_identity_platform_config" "second" {
  # ok: gcp/users-without-second-factor
  project = "shop"
  sign_in {
    email {
      enabled = true
    }
  }
  mfa {
    state = "MANDATORY"
  }
}

resource "google_identity_platform_config" "silent" {
  project = "shop"
  sign_in {
    # expect: gcp/users-without-second-factor
    email {
      enabled = true
    }
  }
}

# Nobody has a password there.
resource "google_identity_platform_config" "elsewhere" {
  # ok: gcp/users-without-second-factor
  project = "shop"
  sign_in {
    email {
      enabled = false
    }
  }
}

variable "state" {}

# inconclusive: gcp/users-without-second-factor
resource "google_identity_platform_config" "unknown" {
  project = "shop"
  sign_in {
    email {
      enabled = true
    }
  }
  mfa {
    state = var.state
  }
}
