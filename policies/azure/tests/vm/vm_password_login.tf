resource "azurerm_linux_virtual_machine" "password" {
  name                            = "vm-password"
  disable_password_authentication = false # expect: azure/vm-password-login
}

resource "azurerm_linux_virtual_machine" "keys" {
  # ok: azure/vm-password-login
  name                            = "vm-keys"
  disable_password_authentication = true
}

# Keys alone are the default.
resource "azurerm_linux_virtual_machine" "default" {
  # ok: azure/vm-password-login
  name = "vm-default"
}

resource "azurerm_linux_virtual_machine_scale_set" "password" {
  name                            = "vmss-password"
  disable_password_authentication = false # expect: azure/vm-password-login
}

resource "azurerm_linux_virtual_machine_scale_set" "keys" {
  # ok: azure/vm-password-login
  name                            = "vmss-keys"
  disable_password_authentication = true
}

resource "azurerm_virtual_machine" "password" {
  name = "vm-old-password"
  os_profile_linux_config {
    disable_password_authentication = false # expect: azure/vm-password-login
  }
}

resource "azurerm_virtual_machine" "keys" {
  # ok: azure/vm-password-login
  name = "vm-old-keys"
  os_profile_linux_config {
    disable_password_authentication = true
  }
}
