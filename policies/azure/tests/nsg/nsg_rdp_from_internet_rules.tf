resource "azurerm_network_security_group" "core" {
  name                = "nsg-core"
  resource_group_name = "rg-core"
  location            = "westeurope"
}

resource "azurerm_network_security_rule" "open" {
  name                   = "open"
  priority               = 100
  direction              = "Inbound"
  access                 = "Allow"
  protocol               = "Tcp"
  source_port_range      = "*"
  destination_port_range = "3389"
  # expect: azure/nsg-rdp-from-internet
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
  resource_group_name         = "rg-core"
  network_security_group_name = azurerm_network_security_group.core.name
}

resource "azurerm_network_security_rule" "closed" {
  # ok: azure/nsg-rdp-from-internet
  name                        = "closed"
  priority                    = 110
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "3389"
  source_address_prefix       = "10.1.0.0/16"
  destination_address_prefix  = "*"
  resource_group_name         = "rg-core"
  network_security_group_name = azurerm_network_security_group.core.name
}

resource "azurerm_network_security_rule" "plural" {
  name                    = "plural"
  priority                = 120
  direction               = "Inbound"
  access                  = "Allow"
  protocol                = "Tcp"
  source_port_range       = "*"
  destination_port_ranges = ["443", "3389"]
  # expect: azure/nsg-rdp-from-internet
  source_address_prefixes     = ["::/0"]
  destination_address_prefix  = "*"
  resource_group_name         = "rg-core"
  network_security_group_name = azurerm_network_security_group.core.name
}

resource "azurerm_network_security_rule" "ping" {
  # ok: azure/nsg-rdp-from-internet
  name                        = "ping"
  priority                    = 130
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Icmp"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
  resource_group_name         = "rg-core"
  network_security_group_name = azurerm_network_security_group.core.name
}

resource "azurerm_network_security_group" "shut" {
  name                = "nsg-shut"
  resource_group_name = "rg-core"
  location            = "westeurope"
}

# Its group denies all before; the rule of the same number in the other group does nothing for that one.
resource "azurerm_network_security_rule" "deny" {
  # ok: azure/nsg-rdp-from-internet
  name                        = "deny"
  priority                    = 90
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
  resource_group_name         = "rg-core"
  network_security_group_name = azurerm_network_security_group.shut.name
}

resource "azurerm_network_security_rule" "covered" {
  # ok: azure/nsg-rdp-from-internet
  name                        = "covered"
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "3389"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
  resource_group_name         = "rg-core"
  network_security_group_name = azurerm_network_security_group.shut.name
}

resource "azurerm_network_security_rule" "deny_elsewhere" {
  # ok: azure/nsg-rdp-from-internet
  name                        = "deny_elsewhere"
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "3389"
  source_address_prefix       = "*"
  destination_address_prefix  = "10.0.1.0/24"
  resource_group_name         = "rg-core"
  network_security_group_name = "nsg-shared"
}

# Denied before, for the same destination.
resource "azurerm_network_security_rule" "same_destination" {
  # ok: azure/nsg-rdp-from-internet
  name                        = "same_destination"
  priority                    = 110
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "3389"
  source_address_prefix       = "*"
  destination_address_prefix  = "10.0.1.0/24"
  resource_group_name         = "rg-core"
  network_security_group_name = "nsg-shared"
}

# Denied before, but for one destination alone.
resource "azurerm_network_security_rule" "everywhere" {
  name                   = "everywhere"
  priority               = 120
  direction              = "Inbound"
  access                 = "Allow"
  protocol               = "*"
  source_port_range      = "*"
  destination_port_range = "3389"
  # expect: azure/nsg-rdp-from-internet
  source_address_prefix       = "Internet"
  destination_address_prefix  = "*"
  resource_group_name         = "rg-core"
  network_security_group_name = "nsg-shared"
}
