resource "azurerm_linux_web_app" "debugged" {
  https_only = true
  site_config {
    remote_debugging_enabled = true # expect: azure/app-remote-debugging
  }
}

resource "azurerm_linux_web_app" "debugged_not" {
  # ok: azure/app-remote-debugging
  https_only = true
  site_config {
    remote_debugging_enabled = false
  }
}

resource "azurerm_linux_web_app" "ftp" {
  https_only = true
  site_config {
    ftps_state = "AllAllowed" # expect: azure/app-plain-ftp
  }
}

resource "azurerm_linux_web_app" "ftp_not" {
  # ok: azure/app-plain-ftp
  https_only = true
  site_config {
    ftps_state = "FtpsOnly"
  }
}

resource "azurerm_windows_web_app" "debugged" {
  https_only = true
  site_config {
    remote_debugging_enabled = true # expect: azure/app-remote-debugging
  }
}

resource "azurerm_windows_web_app" "debugged_not" {
  # ok: azure/app-remote-debugging
  https_only = true
  site_config {
    remote_debugging_enabled = false
  }
}

resource "azurerm_windows_web_app" "ftp" {
  https_only = true
  site_config {
    ftps_state = "AllAllowed" # expect: azure/app-plain-ftp
  }
}

resource "azurerm_windows_web_app" "ftp_not" {
  # ok: azure/app-plain-ftp
  https_only = true
  site_config {
    ftps_state = "FtpsOnly"
  }
}

resource "azurerm_linux_function_app" "debugged" {
  https_only = true
  site_config {
    remote_debugging_enabled = true # expect: azure/app-remote-debugging
  }
}

resource "azurerm_linux_function_app" "debugged_not" {
  # ok: azure/app-remote-debugging
  https_only = true
  site_config {
    remote_debugging_enabled = false
  }
}

resource "azurerm_linux_function_app" "ftp" {
  https_only = true
  site_config {
    ftps_state = "AllAllowed" # expect: azure/app-plain-ftp
  }
}

resource "azurerm_linux_function_app" "ftp_not" {
  # ok: azure/app-plain-ftp
  https_only = true
  site_config {
    ftps_state = "FtpsOnly"
  }
}

resource "azurerm_windows_function_app" "debugged" {
  https_only = true
  site_config {
    remote_debugging_enabled = true # expect: azure/app-remote-debugging
  }
}

resource "azurerm_windows_function_app" "debugged_not" {
  # ok: azure/app-remote-debugging
  https_only = true
  site_config {
    remote_debugging_enabled = false
  }
}

resource "azurerm_windows_function_app" "ftp" {
  https_only = true
  site_config {
    ftps_state = "AllAllowed" # expect: azure/app-plain-ftp
  }
}

resource "azurerm_windows_function_app" "ftp_not" {
  # ok: azure/app-plain-ftp
  https_only = true
  site_config {
    ftps_state = "FtpsOnly"
  }
}

# Both are off unless they are switched on.
resource "azurerm_linux_web_app" "silent" {
  # ok: azure/app-remote-debugging, azure/app-plain-ftp
  https_only = true
  site_config {}
}
