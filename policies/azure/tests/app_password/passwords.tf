variable "end" {}

resource "azuread_application_password" "years" {
  application_id = "x"
  end_date_relative = "17520h" # expect: azure/application-password-lasts
}

# ok: azure/application-password-lasts
resource "azuread_application_password" "months" {
  application_id = "x"
  end_date_relative = "2160h"
}

# Two years where nothing is written.
# expect: azure/application-password-lasts
resource "azuread_application_password" "silent" {
  application_id = "x"
}

resource "azuread_application_password" "forever" {
  application_id = "x"
  end_date = "2299-12-31T00:00:00Z" # expect: azure/application-password-lasts
}

# ok: azure/application-password-lasts
resource "azuread_application_password" "quarter" {
  application_id = "x"
  start_date = "2026-01-01T00:00:00Z"
  end_date = "2026-04-01T00:00:00Z"
}

resource "azuread_application_password" "two_years" {
  application_id = "x"
  start_date = "2026-01-01T00:00:00Z"
  end_date = "2028-01-01T00:00:00Z" # expect: azure/application-password-lasts
}

# From when on is not known, but it ends.
# ok: azure/application-password-lasts
resource "azuread_application_password" "ends" {
  application_id = "x"
  end_date = "2027-01-01T00:00:00Z"
}

# inconclusive: azure/application-password-lasts
resource "azuread_application_password" "unknown" {
  application_id = "x"
  end_date = var.end
}

resource "azuread_service_principal_password" "years" {
  service_principal_id = "x"
  end_date_relative = "17520h" # expect: azure/application-password-lasts
}

# ok: azure/application-password-lasts
resource "azuread_service_principal_password" "months" {
  service_principal_id = "x"
  end_date_relative = "2160h"
}

# Two years where nothing is written.
# expect: azure/application-password-lasts
resource "azuread_service_principal_password" "silent" {
  service_principal_id = "x"
}

resource "azuread_service_principal_password" "forever" {
  service_principal_id = "x"
  end_date = "2299-12-31T00:00:00Z" # expect: azure/application-password-lasts
}

# ok: azure/application-password-lasts
resource "azuread_service_principal_password" "quarter" {
  service_principal_id = "x"
  start_date = "2026-01-01T00:00:00Z"
  end_date = "2026-04-01T00:00:00Z"
}

resource "azuread_service_principal_password" "two_years" {
  service_principal_id = "x"
  start_date = "2026-01-01T00:00:00Z"
  end_date = "2028-01-01T00:00:00Z" # expect: azure/application-password-lasts
}

# From when on is not known, but it ends.
# ok: azure/application-password-lasts
resource "azuread_service_principal_password" "ends" {
  service_principal_id = "x"
  end_date = "2027-01-01T00:00:00Z"
}

# inconclusive: azure/application-password-lasts
resource "azuread_service_principal_password" "unknown" {
  service_principal_id = "x"
  end_date = var.end
}

