resource "azurerm_dns_cname_record" "open" {
  zone_name           = "example.org"
  resource_group_name = "rg"
  name                = "shop"
  ttl                 = 300
  record              = "harbour-shop.azurewebsites.net" # expect: azure/record-of-claimable-name
}

resource "azurerm_dns_cname_record" "own" {
  # ok: azure/record-of-claimable-name
  zone_name           = "example.org"
  resource_group_name = "rg"
  name                = "own"
  ttl                 = 300
  record              = "www.example.org"
}

resource "azurerm_linux_web_app" "held" {
  name = "harbour-held"
}

resource "azurerm_dns_cname_record" "held" {
  # ok: azure/record-of-claimable-name
  zone_name           = "example.org"
  resource_group_name = "rg"
  name                = "held"
  ttl                 = 300
  record              = "harbour-held.azurewebsites.net"
}

resource "azurerm_dns_cname_record" "referred" {
  # ok: azure/record-of-claimable-name
  zone_name           = "example.org"
  resource_group_name = "rg"
  name                = "referred"
  ttl                 = 300
  record              = azurerm_linux_web_app.held.default_hostname
}

resource "azurerm_public_ip" "held" {
  name              = "held"
  domain_name_label = "harbour-ip"
}

resource "azurerm_dns_cname_record" "address" {
  # ok: azure/record-of-claimable-name
  zone_name           = "example.org"
  resource_group_name = "rg"
  name                = "address"
  ttl                 = 300
  record              = "harbour-ip.westeurope.cloudapp.azure.com"
}

# An alias goes with what it names.
resource "azurerm_dns_cname_record" "alias" {
  # ok: azure/record-of-claimable-name
  zone_name           = "example.org"
  resource_group_name = "rg"
  name                = "alias"
  ttl                 = 300
  target_resource_id  = "x"
}

variable "target" {}

# inconclusive: azure/record-of-claimable-name
resource "azurerm_dns_cname_record" "unknown" {
  zone_name           = "example.org"
  resource_group_name = "rg"
  name                = "unknown"
  ttl                 = 300
  record              = var.target
}
