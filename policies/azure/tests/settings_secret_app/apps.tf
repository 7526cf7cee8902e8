resource "azurerm_app_service" "token" {
  name         = "token"
  app_settings = { STAGE = "prod", QUEUE_TOKEN = "9f2Kc81TqLw0aZx4" } # expect: azure/app-settings-secret
}

resource "azurerm_app_service" "vault" {
  # ok: azure/app-settings-secret
  name         = "vault"
  app_settings = { STAGE = "prod", QUEUE_TOKEN = "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/q)" }
}

resource "azurerm_function_app" "token" {
  name         = "token"
  app_settings = { STAGE = "prod", QUEUE_TOKEN = "9f2Kc81TqLw0aZx4" } # expect: azure/app-settings-secret
}

resource "azurerm_function_app" "vault" {
  # ok: azure/app-settings-secret
  name         = "vault"
  app_settings = { STAGE = "prod", QUEUE_TOKEN = "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/q)" }
}

resource "azurerm_linux_function_app" "token" {
  name         = "token"
  app_settings = { STAGE = "prod", QUEUE_TOKEN = "9f2Kc81TqLw0aZx4" } # expect: azure/app-settings-secret
}

resource "azurerm_linux_function_app" "vault" {
  # ok: azure/app-settings-secret
  name         = "vault"
  app_settings = { STAGE = "prod", QUEUE_TOKEN = "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/q)" }
}

resource "azurerm_linux_function_app_slot" "token" {
  name         = "token"
  app_settings = { STAGE = "prod", QUEUE_TOKEN = "9f2Kc81TqLw0aZx4" } # expect: azure/app-settings-secret
}

resource "azurerm_linux_function_app_slot" "vault" {
  # ok: azure/app-settings-secret
  name         = "vault"
  app_settings = { STAGE = "prod", QUEUE_TOKEN = "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/q)" }
}

resource "azurerm_linux_web_app" "token" {
  name         = "token"
  app_settings = { STAGE = "prod", QUEUE_TOKEN = "9f2Kc81TqLw0aZx4" } # expect: azure/app-settings-secret
}

resource "azurerm_linux_web_app" "vault" {
  # ok: azure/app-settings-secret
  name         = "vault"
  app_settings = { STAGE = "prod", QUEUE_TOKEN = "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/q)" }
}

resource "azurerm_linux_web_app_slot" "token" {
  name         = "token"
  app_settings = { STAGE = "prod", QUEUE_TOKEN = "9f2Kc81TqLw0aZx4" } # expect: azure/app-settings-secret
}

resource "azurerm_linux_web_app_slot" "vault" {
  # ok: azure/app-settings-secret
  name         = "vault"
  app_settings = { STAGE = "prod", QUEUE_TOKEN = "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/q)" }
}

resource "azurerm_windows_function_app" "token" {
  name         = "token"
  app_settings = { STAGE = "prod", QUEUE_TOKEN = "9f2Kc81TqLw0aZx4" } # expect: azure/app-settings-secret
}

resource "azurerm_windows_function_app" "vault" {
  # ok: azure/app-settings-secret
  name         = "vault"
  app_settings = { STAGE = "prod", QUEUE_TOKEN = "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/q)" }
}

resource "azurerm_windows_function_app_slot" "token" {
  name         = "token"
  app_settings = { STAGE = "prod", QUEUE_TOKEN = "9f2Kc81TqLw0aZx4" } # expect: azure/app-settings-secret
}

resource "azurerm_windows_function_app_slot" "vault" {
  # ok: azure/app-settings-secret
  name         = "vault"
  app_settings = { STAGE = "prod", QUEUE_TOKEN = "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/q)" }
}

resource "azurerm_windows_web_app" "token" {
  name         = "token"
  app_settings = { STAGE = "prod", QUEUE_TOKEN = "9f2Kc81TqLw0aZx4" } # expect: azure/app-settings-secret
}

resource "azurerm_windows_web_app" "vault" {
  # ok: azure/app-settings-secret
  name         = "vault"
  app_settings = { STAGE = "prod", QUEUE_TOKEN = "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/q)" }
}

resource "azurerm_windows_web_app_slot" "token" {
  name         = "token"
  app_settings = { STAGE = "prod", QUEUE_TOKEN = "9f2Kc81TqLw0aZx4" } # expect: azure/app-settings-secret
}

resource "azurerm_windows_web_app_slot" "vault" {
  # ok: azure/app-settings-secret
  name         = "vault"
  app_settings = { STAGE = "prod", QUEUE_TOKEN = "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/q)" }
}

resource "azurerm_linux_web_app" "connected" {
  name = "connected"
  connection_string { # expect: azure/app-settings-secret
    name  = "db"
    type  = "SQLAzure"
    value = "Server=tcp:db.example.org;User Id=web;Password=qT7-harbour-9;"
  }
}

resource "azurerm_linux_web_app" "connected_by_identity" {
  # ok: azure/app-settings-secret
  name = "connected"
  connection_string {
    name  = "db"
    type  = "SQLAzure"
    value = "Server=tcp:db.example.org;Authentication=Active Directory Managed Identity;"
  }
}

# inconclusive: azure/app-settings-secret
resource "azurerm_linux_web_app" "from_elsewhere" {
  name = "elsewhere"
  app_settings = { STORAGE_KEY = "x", QUEUE_TOKEN = azurerm_storage_account.files.primary_access_key }
}

resource "azurerm_storage_account" "files" {
  name                     = "files"
  account_tier             = "Standard"
  account_replication_type = "LRS"
}
