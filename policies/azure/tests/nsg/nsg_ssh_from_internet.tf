# One finding per rule that is open, at its name; ports of every spelling.
resource "azurerm_network_security_group" "open" {
  name                = "nsg-open"
  resource_group_name = "rg-core"
  location            = "westeurope"
  security_rule {
    # expect: azure/nsg-ssh-from-internet
    name                       = "one"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
  security_rule {
    name                       = "https"
    priority                   = 110
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "443"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
  security_rule {
    # expect: azure/nsg-ssh-from-internet
    name                       = "list"
    priority                   = 120
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_ranges    = ["8443", "22"]
    source_address_prefix      = "Internet"
    destination_address_prefix = "*"
  }
  security_rule {
    # expect: azure/nsg-ssh-from-internet
    name                       = "span"
    priority                   = 130
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "*"
    source_port_range          = "*"
    destination_port_range     = "20-25"
    source_address_prefixes    = ["10.0.0.0/8", "0.0.0.0/0"]
    destination_address_prefix = "*"
  }
}

resource "azurerm_network_security_group" "named" {
  # ok: azure/nsg-ssh-from-internet
  name                = "nsg-named"
  resource_group_name = "rg-core"
  location            = "westeurope"
  security_rule {
    name                       = "one"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = "198.51.100.0/24"
    destination_address_prefix = "*"
  }
}

# ICMP and UDP carry no such session; outbound and denied traffic is not let in.
resource "azurerm_network_security_group" "other" {
  # ok: azure/nsg-ssh-from-internet
  name                = "nsg-other"
  resource_group_name = "rg-core"
  location            = "westeurope"
  security_rule {
    name                       = "ping"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Icmp"
    source_port_range          = "*"
    destination_port_range     = "*"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
  security_rule {
    name                       = "udp"
    priority                   = 110
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Udp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
  security_rule {
    name                       = "out"
    priority                   = 120
    direction                  = "Outbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
  security_rule {
    name                       = "deny"
    priority                   = 130
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
  security_rule {
    name                       = "vnet"
    priority                   = 140
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = "VirtualNetwork"
    destination_address_prefix = "*"
  }
}

# The deny rule comes first and covers the port.
resource "azurerm_network_security_group" "shut" {
  # ok: azure/nsg-ssh-from-internet
  name                = "nsg-shut"
  resource_group_name = "rg-core"
  location            = "westeurope"
  security_rule {
    name                       = "deny"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "*"
    source_port_range          = "*"
    destination_port_range     = "*"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
  security_rule {
    name                       = "one"
    priority                   = 200
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
}

# The deny rule comes too late.
resource "azurerm_network_security_group" "late" {
  name                = "nsg-late"
  resource_group_name = "rg-core"
  location            = "westeurope"
  security_rule {
    name                       = "deny"
    priority                   = 300
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "*"
    source_port_range          = "*"
    destination_port_range     = "*"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
  security_rule {
    # expect: azure/nsg-ssh-from-internet
    name                       = "one"
    priority                   = 200
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
}

# The deny rule is for another port.
resource "azurerm_network_security_group" "beside" {
  name                = "nsg-beside"
  resource_group_name = "rg-core"
  location            = "westeurope"
  security_rule {
    name                       = "deny"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "3389"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
  security_rule {
    # expect: azure/nsg-ssh-from-internet
    name                       = "one"
    priority                   = 200
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
}

variable "origin" {}

# Nothing written about the source decides nothing, unless the port does.
# inconclusive: azure/nsg-ssh-from-internet
resource "azurerm_network_security_group" "unknown" {
  name                = "nsg-unknown"
  resource_group_name = "rg-core"
  location            = "westeurope"
  security_rule {
    name                       = "one"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = var.origin
    destination_address_prefix = "*"
  }
}

resource "azurerm_network_security_group" "unknown_elsewhere" {
  # ok: azure/nsg-ssh-from-internet
  name                = "nsg-unknown-elsewhere"
  resource_group_name = "rg-core"
  location            = "westeurope"
  security_rule {
    name                       = "https"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "443"
    source_address_prefix      = var.origin
    destination_address_prefix = "*"
  }
}

resource "azurerm_network_security_group" "sources" {
  name                = "nsg-sources"
  resource_group_name = "rg-core"
  location            = "westeurope"
  security_rule {
    # expect: azure/nsg-ssh-from-internet
    name                       = "plural"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefixes    = ["Internet"]
    destination_address_prefix = "*"
  }
  security_rule {
    # expect: azure/nsg-ssh-from-internet
    name                       = "star"
    priority                   = 110
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefixes    = ["*"]
    destination_address_prefix = "*"
  }
  security_rule {
    # expect: azure/nsg-ssh-from-internet
    name                       = "any"
    priority                   = 120
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = "Any"
    destination_address_prefix = "*"
  }
}

# The deny rule is for another destination, or for some sources alone.
resource "azurerm_network_security_group" "elsewhere" {
  name                = "nsg-elsewhere"
  resource_group_name = "rg-core"
  location            = "westeurope"
  security_rule {
    name                       = "deny"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = "*"
    destination_address_prefix = "10.0.1.0/24"
  }
  security_rule {
    # expect: azure/nsg-ssh-from-internet
    name                       = "one"
    priority                   = 200
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
}

resource "azurerm_network_security_group" "some_sources" {
  name                = "nsg-some-sources"
  resource_group_name = "rg-core"
  location            = "westeurope"
  security_rule {
    name                       = "deny"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = "198.51.100.0/24"
    destination_address_prefix = "*"
  }
  security_rule {
    # expect: azure/nsg-ssh-from-internet
    name                       = "one"
    priority                   = 200
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
}

# The deny rule is for the same destination.
resource "azurerm_network_security_group" "same_destination" {
  # ok: azure/nsg-ssh-from-internet
  name                = "nsg-same-destination"
  resource_group_name = "rg-core"
  location            = "westeurope"
  security_rule {
    name                       = "deny"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = "Internet"
    destination_address_prefix = "10.0.1.0/24"
  }
  security_rule {
    name                       = "one"
    priority                   = 200
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = "*"
    destination_address_prefix = "10.0.1.0/24"
  }
}
