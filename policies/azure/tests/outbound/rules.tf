variable "destination" {}

resource "azurerm_network_security_rule" "any" {
  network_security_group_name = "nsg"
  resource_group_name = "rg"
  name = "out"
  priority = 100
  direction = "Outbound"
  access = "Allow"
  protocol = "*"
  source_port_range = "*"
  destination_port_range = "*"
  source_address_prefix = "*"
  destination_address_prefix = "*" # expect: azure/nsg-outbound-any
}

resource "azurerm_network_security_group" "any" {
  name = "any"
  resource_group_name = "rg"
  location = "westeurope"
  security_rule {
    name = "out"
    priority = 100
    direction = "Outbound"
    access = "Allow"
    protocol = "*"
    source_port_range = "*"
    destination_port_range = "*"
    source_address_prefix = "*"
    destination_address_prefix = "*" # expect: azure/nsg-outbound-any
  }
}

resource "azurerm_network_security_rule" "internet" {
  network_security_group_name = "nsg"
  resource_group_name = "rg"
  name = "out"
  priority = 100
  direction = "Outbound"
  access = "Allow"
  protocol = "*"
  source_port_range = "*"
  destination_port_range = "*"
  source_address_prefix = "*"
  destination_address_prefix = "Internet" # expect: azure/nsg-outbound-any
}

resource "azurerm_network_security_group" "internet" {
  name = "internet"
  resource_group_name = "rg"
  location = "westeurope"
  security_rule {
    name = "out"
    priority = 100
    direction = "Outbound"
    access = "Allow"
    protocol = "*"
    source_port_range = "*"
    destination_port_range = "*"
    source_address_prefix = "*"
    destination_address_prefix = "Internet" # expect: azure/nsg-outbound-any
  }
}

resource "azurerm_network_security_rule" "range" {
  network_security_group_name = "nsg"
  resource_group_name = "rg"
  name = "out"
  priority = 100
  direction = "Outbound"
  access = "Allow"
  protocol = "*"
  source_port_range = "*"
  destination_port_range = "*"
  source_address_prefix = "*"
  destination_address_prefix = "0.0.0.0/0" # expect: azure/nsg-outbound-any
}

resource "azurerm_network_security_group" "range" {
  name = "range"
  resource_group_name = "rg"
  location = "westeurope"
  security_rule {
    name = "out"
    priority = 100
    direction = "Outbound"
    access = "Allow"
    protocol = "*"
    source_port_range = "*"
    destination_port_range = "*"
    source_address_prefix = "*"
    destination_address_prefix = "0.0.0.0/0" # expect: azure/nsg-outbound-any
  }
}

# ok: azure/nsg-outbound-any
resource "azurerm_network_security_rule" "named" {
  network_security_group_name = "nsg"
  resource_group_name = "rg"
  name = "out"
  priority = 100
  direction = "Outbound"
  access = "Allow"
  protocol = "*"
  source_port_range = "*"
  destination_port_range = "*"
  source_address_prefix = "*"
  destination_address_prefix = "10.0.0.0/8"
}

# ok: azure/nsg-outbound-any
resource "azurerm_network_security_group" "named" {
  name = "named"
  resource_group_name = "rg"
  location = "westeurope"
  security_rule {
    name = "out"
    priority = 100
    direction = "Outbound"
    access = "Allow"
    protocol = "*"
    source_port_range = "*"
    destination_port_range = "*"
    source_address_prefix = "*"
    destination_address_prefix = "10.0.0.0/8"
  }
}

# ok: azure/nsg-outbound-any
resource "azurerm_network_security_rule" "web" {
  network_security_group_name = "nsg"
  resource_group_name = "rg"
  name = "out"
  priority = 100
  direction = "Outbound"
  access = "Allow"
  protocol = "*"
  source_port_range = "*"
  destination_port_range = "443"
  source_address_prefix = "*"
  destination_address_prefix = "*"
}

# ok: azure/nsg-outbound-any
resource "azurerm_network_security_group" "web" {
  name = "web"
  resource_group_name = "rg"
  location = "westeurope"
  security_rule {
    name = "out"
    priority = 100
    direction = "Outbound"
    access = "Allow"
    protocol = "*"
    source_port_range = "*"
    destination_port_range = "443"
    source_address_prefix = "*"
    destination_address_prefix = "*"
  }
}

# ok: azure/nsg-outbound-any
resource "azurerm_network_security_rule" "tcp" {
  network_security_group_name = "nsg"
  resource_group_name = "rg"
  name = "out"
  priority = 100
  direction = "Outbound"
  access = "Allow"
  protocol = "Tcp"
  source_port_range = "*"
  destination_port_range = "*"
  source_address_prefix = "*"
  destination_address_prefix = "*"
}

# ok: azure/nsg-outbound-any
resource "azurerm_network_security_group" "tcp" {
  name = "tcp"
  resource_group_name = "rg"
  location = "westeurope"
  security_rule {
    name = "out"
    priority = 100
    direction = "Outbound"
    access = "Allow"
    protocol = "Tcp"
    source_port_range = "*"
    destination_port_range = "*"
    source_address_prefix = "*"
    destination_address_prefix = "*"
  }
}

# ok: azure/nsg-outbound-any
resource "azurerm_network_security_rule" "denied" {
  network_security_group_name = "nsg"
  resource_group_name = "rg"
  name = "out"
  priority = 100
  direction = "Outbound"
  access = "Deny"
  protocol = "*"
  source_port_range = "*"
  destination_port_range = "*"
  source_address_prefix = "*"
  destination_address_prefix = "*"
}

# ok: azure/nsg-outbound-any
resource "azurerm_network_security_group" "denied" {
  name = "denied"
  resource_group_name = "rg"
  location = "westeurope"
  security_rule {
    name = "out"
    priority = 100
    direction = "Outbound"
    access = "Deny"
    protocol = "*"
    source_port_range = "*"
    destination_port_range = "*"
    source_address_prefix = "*"
    destination_address_prefix = "*"
  }
}

# ok: azure/nsg-outbound-any
resource "azurerm_network_security_rule" "in" {
  network_security_group_name = "nsg"
  resource_group_name = "rg"
  name = "out"
  priority = 100
  direction = "Inbound"
  access = "Allow"
  protocol = "*"
  source_port_range = "*"
  destination_port_range = "*"
  source_address_prefix = "*"
  destination_address_prefix = "*"
}

# ok: azure/nsg-outbound-any
resource "azurerm_network_security_group" "in" {
  name = "in"
  resource_group_name = "rg"
  location = "westeurope"
  security_rule {
    name = "out"
    priority = 100
    direction = "Inbound"
    access = "Allow"
    protocol = "*"
    source_port_range = "*"
    destination_port_range = "*"
    source_address_prefix = "*"
    destination_address_prefix = "*"
  }
}

# inconclusive: azure/nsg-outbound-any
resource "azurerm_network_security_rule" "unknown" {
  network_security_group_name = "nsg"
  resource_group_name = "rg"
  name = "out"
  priority = 100
  direction = "Outbound"
  access = "Allow"
  protocol = "*"
  source_port_range = "*"
  destination_port_range = "*"
  source_address_prefix = "*"
  destination_address_prefix = var.destination
}
