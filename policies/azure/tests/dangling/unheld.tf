# As in the other sample, but nothing here has the name.
resource "azurerm_dns_cname_record" "held" {
  zone_name           = "example.org"
  resource_group_name = "rg"
  name                = "held"
  ttl                 = 300
  record              = "harbour-held.azurewebsites.net" # expect: azure/record-of-claimable-name
}
