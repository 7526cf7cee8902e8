resource "azurerm_container_group" "password" {
  name    = "password"
  os_type = "Linux"
  container { # expect: azure/container-environment-secret
    name                  = "web"
    image                 = "web:1.0.0"
    environment_variables = { STAGE = "prod", DB_PASSWORD = "qT7-harbour-9" }
  }
}

# Kept apart, and not shown to whoever looks at the group.
resource "azurerm_container_group" "secure" {
  # ok: azure/container-environment-secret
  name    = "secure"
  os_type = "Linux"
  container {
    name                         = "web"
    image                        = "web:1.0.0"
    secure_environment_variables = { STAGE = "prod", DB_PASSWORD = "qT7-harbour-9" }
  }
}

resource "azurerm_container_app" "key" {
  name = "key"
  template { # expect: azure/container-environment-secret
    container {
      name  = "web"
      image = "web:1.0.0"
      env {
        name  = "API_KEY"
        value = "9f2Kc81TqLw0aZx4"
      }
    }
  }
}

resource "azurerm_container_app" "named" {
  # ok: azure/container-environment-secret
  name = "named"
  template {
    container {
      name  = "web"
      image = "web:1.0.0"
      env {
        name        = "API_KEY"
        secret_name = "9f2Kc81TqLw0aZx4"
      }
    }
  }
}

resource "azurerm_container_app_job" "key" {
  name = "key"
  template { # expect: azure/container-environment-secret
    container {
      name  = "web"
      image = "web:1.0.0"
      env {
        name  = "API_KEY"
        value = "9f2Kc81TqLw0aZx4"
      }
    }
  }
}

resource "azurerm_container_app_job" "word" {
  # ok: azure/container-environment-secret
  name = "word"
  template {
    container {
      name  = "web"
      image = "web:1.0.0"
      env {
        name  = "API_KEY"
        value = "web-api-key"
      }
    }
  }
}
