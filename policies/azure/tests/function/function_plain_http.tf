resource "azurerm_function_app" "plain" {
  name       = "func-plain"
  https_only = false # expect: azure/function-plain-http
}

resource "azurerm_function_app" "https" {
  # ok: azure/function-plain-http
  name       = "func-https"
  https_only = true
}

resource "azurerm_function_app_slot" "plain" {
  name       = "func-plain"
  https_only = false # expect: azure/function-plain-http
}

resource "azurerm_function_app_slot" "https" {
  # ok: azure/function-plain-http
  name       = "func-https"
  https_only = true
}

resource "azurerm_linux_function_app" "plain" {
  name       = "func-plain"
  https_only = false # expect: azure/function-plain-http
}

resource "azurerm_linux_function_app" "https" {
  # ok: azure/function-plain-http
  name       = "func-https"
  https_only = true
}

resource "azurerm_linux_function_app_slot" "plain" {
  name       = "func-plain"
  https_only = false # expect: azure/function-plain-http
}

resource "azurerm_linux_function_app_slot" "https" {
  # ok: azure/function-plain-http
  name       = "func-https"
  https_only = true
}

resource "azurerm_windows_function_app" "plain" {
  name       = "func-plain"
  https_only = false # expect: azure/function-plain-http
}

resource "azurerm_windows_function_app" "https" {
  # ok: azure/function-plain-http
  name       = "func-https"
  https_only = true
}

resource "azurerm_windows_function_app_slot" "plain" {
  name       = "func-plain"
  https_only = false # expect: azure/function-plain-http
}

resource "azurerm_windows_function_app_slot" "https" {
  # ok: azure/function-plain-http
  name       = "func-https"
  https_only = true
}

# Nothing written leaves it off.
# expect: azure/function-plain-http
resource "azurerm_linux_function_app" "default" {
  name = "func-default"
}

# A text that spells it.
resource "azurerm_linux_function_app" "text" {
  # ok: azure/function-plain-http
  name       = "func-text"
  https_only = "true"
}
