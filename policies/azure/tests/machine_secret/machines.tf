variable "text" {}

resource "azurerm_linux_virtual_machine" "password" {
  name = "password"
  custom_data = base64encode("export DB_PASSWORD=qT7-harbour-9") # expect: azure/vm-custom-data-secret
}

resource "azurerm_linux_virtual_machine" "fetched" {
  # ok: azure/vm-custom-data-secret
  name = "fetched"
  custom_data = base64encode("export DB_PASSWORD=$(fetch-from-the-vault db)")
}

resource "azurerm_windows_virtual_machine" "password" {
  name = "password"
  custom_data = base64encode("export DB_PASSWORD=qT7-harbour-9") # expect: azure/vm-custom-data-secret
}

resource "azurerm_windows_virtual_machine" "fetched" {
  # ok: azure/vm-custom-data-secret
  name = "fetched"
  custom_data = base64encode("export DB_PASSWORD=$(fetch-from-the-vault db)")
}

resource "azurerm_linux_virtual_machine_scale_set" "password" {
  name = "password"
  custom_data = base64encode("export DB_PASSWORD=qT7-harbour-9") # expect: azure/vm-custom-data-secret
}

resource "azurerm_linux_virtual_machine_scale_set" "fetched" {
  # ok: azure/vm-custom-data-secret
  name = "fetched"
  custom_data = base64encode("export DB_PASSWORD=$(fetch-from-the-vault db)")
}

resource "azurerm_linux_virtual_machine" "key" {
  name = "key"
  custom_data = base64encode("-----BEGIN RSA PRIVATE KEY-----") # expect: azure/vm-custom-data-secret
}

resource "azurerm_linux_virtual_machine" "certificate" {
  # ok: azure/vm-custom-data-secret
  name = "certificate"
  custom_data = base64encode("-----BEGIN CERTIFICATE-----")
}

# inconclusive: azure/vm-custom-data-secret
resource "azurerm_linux_virtual_machine" "unknown" {
  name = "unknown"
  custom_data = base64encode(var.text)
}


# A default is judged where the variable is.
variable "db_password" {
  default = "qT7-harbour-12"
}

resource "azurerm_linux_virtual_machine" "by_variable" {
  # ok: azure/vm-custom-data-secret
  name = "by-variable"
  custom_data = base64encode("export DB_PASSWORD=${var.db_password}")
}

variable "boat" {
  default = "qT7-harbour-13"
}

resource "azurerm_linux_virtual_machine" "by_another_variable" {
  name = "by-another-variable"
  custom_data = base64encode("export DB_PASSWORD=${var.boat}") # expect: azure/vm-custom-data-secret
}

resource "azurerm_mssql_server" "orders" {
  name = "orders"
}

# Of a text that is known in part, the lines that are known count.
resource "azurerm_linux_virtual_machine" "known_in_part" {
  name = "known-in-part"
  # expect: azure/vm-custom-data-secret
  custom_data = base64encode(<<-EOT
    #!/bin/sh
    export DB_HOST=${azurerm_mssql_server.orders.fully_qualified_domain_name}
    export DB_PASSWORD=kingfisher-7731-lane
  EOT
  )
}
