variable "state" {}

resource "azuread_conditional_access_policy" "off" {
  display_name = "off"
  state = "disabled"
  conditions {
    client_app_types = ["all"]
  }
  grant_controls {
    operator = "OR"
    built_in_controls = ["mfa"] # expect: azure/second-factor-not-enforced
  }
}

resource "azuread_conditional_access_policy" "reports" {
  display_name = "reports"
  state = "enabledForReportingButNotEnforced"
  conditions {
    client_app_types = ["all"]
  }
  grant_controls {
    operator = "OR"
    built_in_controls = ["mfa"] # expect: azure/second-factor-not-enforced
  }
}

# ok: azure/second-factor-not-enforced
resource "azuread_conditional_access_policy" "on" {
  display_name = "on"
  state = "enabled"
  conditions {
    client_app_types = ["all"]
  }
  grant_controls {
    operator = "OR"
    built_in_controls = ["mfa"]
  }
}

# Asks for something else.
# ok: azure/second-factor-not-enforced
resource "azuread_conditional_access_policy" "blocks" {
  display_name = "blocks"
  state = "disabled"
  conditions {
    client_app_types = ["all"]
  }
  grant_controls {
    operator = "OR"
    built_in_controls = ["block"]
  }
}

# inconclusive: azure/second-factor-not-enforced
resource "azuread_conditional_access_policy" "unknown" {
  display_name = "unknown"
  state = var.state
  conditions {
    client_app_types = ["all"]
  }
  grant_controls {
    operator = "OR"
    built_in_controls = ["mfa"]
  }
}

