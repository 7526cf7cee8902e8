//! Sites of one's own that tunnels join to networks: what of a network the filters let them reach.

use rstest::rstest;

use crate::model_ways::check;

const AWS: &str = r#"
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "s" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "app" {
  vpc_id = aws_vpc.v.id
  ingress {
    from_port   = 8443
    to_port     = 8443
    protocol    = "tcp"
    cidr_blocks = ["RANGE"]
  }
}
resource "aws_instance" "app" {
  subnet_id              = aws_subnet.s.id
  vpc_security_group_ids = [aws_security_group.app.id]
}
resource "aws_customer_gateway" "office" {
  bgp_asn    = 65000
  ip_address = "198.51.100.7"
  type       = "ipsec.1"
}
resource "aws_vpn_connection" "office" {
  customer_gateway_id = aws_customer_gateway.office.id
  JOIN
  type                = "ipsec.1"
  static_routes_only  = true
}
MORE
"#;

const OFFICE: &str = "192.168.0.0/16";
const PRIVATE: &str = "vpn_gateway_id = aws_vpn_gateway.g.id";
const TRANSIT: &str = "transit_gateway_id = aws_ec2_transit_gateway.t.id";
const BY_ROUTE: &str = "resource \"aws_vpn_gateway\" \"g\" {\n  vpc_id = aws_vpc.v.id\n}\nresource \"aws_vpn_connection_route\" \"r\" {\n  destination_cidr_block = \"192.168.0.0/16\"\n  vpn_connection_id = aws_vpn_connection.office.id\n}";
const BY_TABLE: &str = "resource \"aws_vpn_gateway\" \"g\" {}\nresource \"aws_vpn_gateway_attachment\" \"a\" {\n  vpc_id = aws_vpc.v.id\n  vpn_gateway_id = aws_vpn_gateway.g.id\n}\nresource \"aws_route_table\" \"t\" {\n  vpc_id = aws_vpc.v.id\n  route {\n    cidr_block = \"192.168.0.0/16\"\n    gateway_id = aws_vpn_gateway.g.id\n  }\n}";
const BY_TRANSIT: &str = "resource \"aws_ec2_transit_gateway\" \"t\" {}\nresource \"aws_ec2_transit_gateway_vpc_attachment\" \"a\" {\n  vpc_id = aws_vpc.v.id\n  subnet_ids = [aws_subnet.s.id]\n  transit_gateway_id = aws_ec2_transit_gateway.t.id\n}\nresource \"aws_route\" \"r\" {\n  route_table_id = \"rtb-1\"\n  destination_cidr_block = \"192.168.0.0/16\"\n  transit_gateway_id = aws_ec2_transit_gateway.t.id\n}";

#[rstest]
#[case::by_a_route_of_the_connection(OFFICE, PRIVATE, BY_ROUTE, true)]
#[case::by_a_table(OFFICE, PRIVATE, BY_TABLE, true)]
#[case::over_a_transit_gateway(OFFICE, TRANSIT, BY_TRANSIT, true)]
#[case::a_range_that_holds_the_office("192.168.0.0/12", PRIVATE, BY_ROUTE, true)]
#[case::another_range("172.16.0.0/12", PRIVATE, BY_ROUTE, false)]
#[case::of_another_network(OFFICE, "vpn_gateway_id = \"vgw-1\"", "", false)]
fn an_office_on_aws(
    #[case] range: &str,
    #[case] join: &str,
    #[case] more: &str,
    #[case] reached: bool,
) {
    let text = AWS.replace("RANGE", range).replace("JOIN", join).replace("MORE", more);
    let line = "aws_customer_gateway.office > aws_instance.app network tcp/8443";
    let (wanted, forbidden): (&[&str], &[&str]) =
        if reached { (&[line], &["T047 "]) } else { (&[], &[line, "T047 "]) };
    check(&text, wanted, forbidden);
}

const AZURE: &str = r#"
resource "azurerm_virtual_network" "hub" {
  name          = "hub"
  address_space = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "gateway" {
  name                 = "GatewaySubnet"
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes     = ["10.0.255.0/27"]
}
resource "azurerm_virtual_network" "spoke" {
  name          = "spoke"
  address_space = ["10.1.0.0/16"]
}
resource "azurerm_subnet" "app" {
  name                 = "app"
  virtual_network_name = azurerm_virtual_network.spoke.name
  address_prefixes     = ["10.1.1.0/24"]
}
resource "azurerm_virtual_network_peering" "p" {
  name                      = "p"
  virtual_network_name      = azurerm_virtual_network.spoke.name
  remote_virtual_network_id = azurerm_virtual_network.hub.id
  use_remote_gateways       = USES
}
resource "azurerm_virtual_network_gateway" "g" {
  name = "g"
  type = "Vpn"
  sku  = "VpnGw1"
  ip_configuration {
    subnet_id = azurerm_subnet.gateway.id
  }
}
resource "azurerm_local_network_gateway" "office" {
  name            = "office"
  gateway_address = "198.51.100.7"
  address_space   = ["192.168.0.0/16"]
}
resource "azurerm_virtual_network_gateway_connection" "c" {
  name                       = "c"
  type                       = "IPsec"
  virtual_network_gateway_id = azurerm_virtual_network_gateway.g.id
  local_network_gateway_id   = azurerm_local_network_gateway.office.id
}
resource "azurerm_network_security_group" "app" {
  name = "app"
  security_rule {
    name                       = "office"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "1433"
    source_address_prefix      = "192.168.0.0/16"
    destination_address_prefix = "*"
  }
  security_rule {
    name                       = "rest"
    priority                   = 200
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "*"
    source_port_range          = "*"
    destination_port_range     = "*"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
}
resource "azurerm_subnet_network_security_group_association" "app" {
  subnet_id                 = azurerm_subnet.app.id
  network_security_group_id = azurerm_network_security_group.app.id
}
resource "azurerm_network_interface" "n" {
  name = "n"
  ip_configuration {
    name                          = "i"
    subnet_id                     = azurerm_subnet.app.id
    private_ip_address_allocation = "Dynamic"
  }
}
resource "azurerm_linux_virtual_machine" "m" {
  name                  = "m"
  network_interface_ids = [azurerm_network_interface.n.id]
}
"#;

#[rstest]
#[case::over_the_gateway_of_the_hub("true", true)]
#[case::only_the_hub("false", false)]
fn an_office_on_azure(#[case] uses: &str, #[case] reached: bool) {
    let line =
        "azurerm_local_network_gateway.office > azurerm_linux_virtual_machine.m network tcp/1433";
    let (wanted, forbidden): (&[&str], &[&str]) =
        if reached { (&[line], &["T047 "]) } else { (&[], &[line]) };
    check(&AZURE.replace("USES", uses), wanted, forbidden);
}

const GOOGLE: &str = r#"
resource "google_compute_network" "n" {
  name                    = "n"
  auto_create_subnetworks = false
}
resource "google_compute_subnetwork" "s" {
  name          = "s"
  network       = google_compute_network.n.id
  ip_cidr_range = "10.0.0.0/24"
}
resource "google_compute_firewall" "office" {
  name          = "office"
  network       = google_compute_network.n.id
  source_ranges = ["192.168.0.0/16"]
  allow {
    protocol = "tcp"
    ports    = ["8443"]
  }
}
resource "google_compute_instance" "m" {
  name         = "m"
  machine_type = "e2-small"
  network_interface {
    subnetwork = google_compute_subnetwork.s.id
  }
}
resource "google_compute_ha_vpn_gateway" "g" {
  name    = "g"
  network = google_compute_network.n.id
}
resource "google_compute_external_vpn_gateway" "office" {
  name = "office"
}
resource "google_compute_vpn_tunnel" "t" {
  name                  = "t"
  vpn_gateway           = google_compute_ha_vpn_gateway.g.id
  peer_external_gateway = google_compute_external_vpn_gateway.office.id
}
resource "google_compute_route" "office" {
  name                = "office"
  network             = google_compute_network.n.id
  dest_range          = "DESTINATION"
  next_hop_vpn_tunnel = google_compute_vpn_tunnel.t.id
}
"#;

#[rstest]
#[case::from_the_range_that_the_rule_names("192.168.0.0/16", true)]
#[case::from_another_range("172.16.0.0/16", false)]
fn an_office_on_google_cloud(#[case] destination: &str, #[case] reached: bool) {
    let line =
        "google_compute_external_vpn_gateway.office > google_compute_instance.m network tcp/8443";
    let (wanted, forbidden): (&[&str], &[&str]) =
        if reached { (&[line], &["T047 "]) } else { (&[], &[line]) };
    check(&GOOGLE.replace("DESTINATION", destination), wanted, forbidden);
}
