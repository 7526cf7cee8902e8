resource "azurerm_subnet" "bare" {
  name                 = "snet-bare"
  resource_group_name  = "rg-core"
  virtual_network_name = "vnet-core"
  address_prefixes     = ["10.0.1.0/24"]
}

resource "azurerm_network_interface" "bare" {
  name                = "nic-bare"
  resource_group_name = "rg-core"
  location            = "westeurope"
  ip_configuration {
    name                          = "internal"
    subnet_id                     = azurerm_subnet.bare.id # expect: azure/nic-without-security-group
    private_ip_address_allocation = "Dynamic"
  }
}

# A group at the interface does as well.
resource "azurerm_network_interface" "own" {
  # ok: azure/nic-without-security-group
  name                = "nic-own"
  resource_group_name = "rg-core"
  location            = "westeurope"
  ip_configuration {
    name                          = "internal"
    subnet_id                     = azurerm_subnet.bare.id
    private_ip_address_allocation = "Dynamic"
  }
}

resource "azurerm_network_interface_security_group_association" "own" {
  network_interface_id      = azurerm_network_interface.own.id
  network_security_group_id = azurerm_network_security_group.app.id
}

resource "azurerm_subnet" "app" {
  name                 = "snet-app"
  resource_group_name  = "rg-core"
  virtual_network_name = "vnet-core"
  address_prefixes     = ["10.0.2.0/24"]
}

resource "azurerm_network_security_group" "app" {
  name                = "nsg-app"
  resource_group_name = "rg-core"
  location            = "westeurope"
}

resource "azurerm_subnet_network_security_group_association" "app" {
  subnet_id                 = azurerm_subnet.app.id
  network_security_group_id = azurerm_network_security_group.app.id
}

resource "azurerm_network_interface" "app" {
  # ok: azure/nic-without-security-group
  name                = "nic-app"
  resource_group_name = "rg-core"
  location            = "westeurope"
  ip_configuration {
    name                          = "internal"
    subnet_id                     = azurerm_subnet.app.id
    private_ip_address_allocation = "Dynamic"
  }
}

# The network's own subnets name their groups inside it.
resource "azurerm_virtual_network" "inline" {
  name                = "vnet-inline"
  resource_group_name = "rg-core"
  location            = "westeurope"
  address_space       = ["10.1.0.0/16"]
  subnet {
    name             = "snet-inline"
    address_prefixes = ["10.1.1.0/24"]
    security_group   = azurerm_network_security_group.app.id
  }
}

resource "azurerm_network_interface" "inline" {
  # ok: azure/nic-without-security-group
  name                = "nic-inline"
  resource_group_name = "rg-core"
  location            = "westeurope"
  ip_configuration {
    name                          = "internal"
    subnet_id                     = one(azurerm_virtual_network.inline.subnet).id
    private_ip_address_allocation = "Dynamic"
  }
}

# Somebody else's subnet: its group is not in this configuration.
data "azurerm_subnet" "shared" {
  name                 = "snet-shared"
  resource_group_name  = "rg-hub"
  virtual_network_name = "vnet-hub"
}

resource "azurerm_network_interface" "shared" {
  # ok: azure/nic-without-security-group
  name                = "nic-shared"
  resource_group_name = "rg-core"
  location            = "westeurope"
  ip_configuration {
    name                          = "internal"
    subnet_id                     = data.azurerm_subnet.shared.id
    private_ip_address_allocation = "Dynamic"
  }
}
