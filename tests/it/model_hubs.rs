//! Hubs of Azure in a model: firewalls that pass on, let out and join networks, routes that lead to them. Groups of identities.

use rstest::rstest;

use crate::model_systems::{differs, has, terraform};

/// A network of its own for two spokes, each with a machine, and for the hub, where the firewall stands.
const HUB: &str = r#"
resource "azurerm_resource_group" "g" {
  name     = "g"
  location = "westeurope"
}
resource "azurerm_virtual_network" "hub" {
  name                = "hub"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  address_space       = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "hub" {
  name                 = "AzureFirewallSubnet"
  resource_group_name  = azurerm_resource_group.g.name
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes     = ["10.0.0.0/26"]
}
resource "azurerm_virtual_network" "spoke" {
  for_each            = local.spokes
  name                = each.key
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  address_space       = [each.value]
}
resource "azurerm_subnet" "spoke" {
  for_each             = local.spokes
  name                 = each.key
  resource_group_name  = azurerm_resource_group.g.name
  virtual_network_name = azurerm_virtual_network.spoke[each.key].name
  address_prefixes     = [cidrsubnet(each.value, 8, 0)]
}
locals {
  spokes = { web = "10.1.0.0/16", data = "10.2.0.0/16" }
}
resource "azurerm_virtual_network_peering" "web" {
  name                      = "web"
  resource_group_name       = azurerm_resource_group.g.name
  virtual_network_name      = azurerm_virtual_network.hub.name
  remote_virtual_network_id = azurerm_virtual_network.spoke["web"].id
}
resource "azurerm_virtual_network_peering" "data" {
  name                      = "data"
  resource_group_name       = azurerm_resource_group.g.name
  virtual_network_name      = azurerm_virtual_network.hub.name
  remote_virtual_network_id = azurerm_virtual_network.spoke["data"].id
}
resource "azurerm_virtual_network_peering" "hub" {
  for_each                  = local.spokes
  name                      = "hub"
  resource_group_name       = azurerm_resource_group.g.name
  virtual_network_name      = azurerm_virtual_network.spoke[each.key].name
  remote_virtual_network_id = azurerm_virtual_network.hub.id
}
resource "azurerm_public_ip" "hub" {
  name                = "hub"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  allocation_method   = "Static"
  sku                 = "Standard"
}
resource "azurerm_firewall" "hub" {
  name                = "hub"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  sku_name            = "AZFW_VNet"
  sku_tier            = "Standard"
  firewall_policy_id  = azurerm_firewall_policy.hub.id
  ip_configuration {
    name                 = "hub"
    subnet_id            = azurerm_subnet.hub.id
    public_ip_address_id = azurerm_public_ip.hub.id
  }
}
resource "azurerm_route_table" "web" {
  name                = "web"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  route {
    name                   = "out"
    address_prefix         = "0.0.0.0/0"
    next_hop_type          = "VirtualAppliance"
    next_hop_in_ip_address = azurerm_firewall.hub.ip_configuration[0].private_ip_address
  }
}
resource "azurerm_route_table" "data" {
  name                = "data"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
}
resource "azurerm_route" "data" {
  name                   = "back"
  resource_group_name    = azurerm_resource_group.g.name
  route_table_name       = azurerm_route_table.data.name
  address_prefix         = "10.1.0.0/16"
  next_hop_type          = "VirtualAppliance"
  next_hop_in_ip_address = "10.0.0.4"
}
resource "azurerm_subnet_route_table_association" "web" {
  subnet_id      = azurerm_subnet.spoke["web"].id
  route_table_id = azurerm_route_table.web.id
}
resource "azurerm_subnet_route_table_association" "data" {
  subnet_id      = azurerm_subnet.spoke["data"].id
  route_table_id = azurerm_route_table.data.id
}
resource "azurerm_network_interface" "machine" {
  for_each            = local.spokes
  name                = each.key
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  ip_configuration {
    name                          = "own"
    subnet_id                     = azurerm_subnet.spoke[each.key].id
    private_ip_address_allocation = "Static"
    private_ip_address            = cidrhost(cidrsubnet(each.value, 8, 0), 10)
  }
}
resource "azurerm_network_security_group" "data" {
  name                = "data"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  security_rule {
    name                       = "database"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "5432"
    source_address_prefix      = "10.1.0.0/24"
    destination_address_prefix = "*"
  }
}
resource "azurerm_network_interface_security_group_association" "data" {
  network_interface_id      = azurerm_network_interface.machine["data"].id
  network_security_group_id = azurerm_network_security_group.data.id
}
resource "azurerm_linux_virtual_machine" "machine" {
  for_each              = local.spokes
  name                  = each.key
  resource_group_name   = azurerm_resource_group.g.name
  location              = azurerm_resource_group.g.location
  size                  = "Standard_B2s"
  admin_username        = "app"
  network_interface_ids = [azurerm_network_interface.machine[each.key].id]
  admin_ssh_key {
    username   = "app"
    public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0000000000000000000000000000000000000000000 app"
  }
  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "Standard_LRS"
  }
  source_image_reference {
    publisher = "Canonical"
    offer     = "ubuntu-24_04-lts"
    sku       = "server"
    version   = "24.04.202411030"
  }
}
"#;

/// The firewall's rules in a policy.
const POLICY: &str = r#"
resource "azurerm_ip_group" "data" {
  name                = "data"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  cidrs               = ["10.2.0.0/16"]
}
resource "azurerm_firewall_policy" "base" {
  name                = "base"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
}
resource "azurerm_firewall_policy" "hub" {
  name                = "hub"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  base_policy_id      = azurerm_firewall_policy.base.id
}
resource "azurerm_firewall_policy_rule_collection_group" "base" {
  name               = "base"
  firewall_policy_id = azurerm_firewall_policy.base.id
  priority           = 900
  network_rule_collection {
    name     = "closed"
    priority = 900
    action   = "Deny"
    rule {
      name                  = "closed"
      protocols             = ["TCP"]
      source_addresses      = ["*"]
      destination_addresses = ["*"]
      destination_ports     = ["23"]
    }
  }
}
resource "azurerm_firewall_policy_rule_collection_group" "hub" {
  name               = "hub"
  firewall_policy_id = azurerm_firewall_policy.hub.id
  priority           = 200
  nat_rule_collection {
    name     = "in"
    priority = 100
    action   = "Dnat"
    rule {
      name                = "web"
      protocols           = ["TCP"]
      source_addresses    = ["*"]
      destination_address = azurerm_public_ip.hub.ip_address
      destination_ports   = ["443"]
      translated_address  = azurerm_network_interface.machine["web"].private_ip_address
      translated_port     = "8443"
    }
  }
  network_rule_collection {
    name     = "between"
    priority = 200
    action   = "Allow"
    rule {
      name                  = "database"
      protocols             = ["TCP"]
      source_addresses      = ["10.1.0.0/24"]
      destination_ip_groups = [azurerm_ip_group.data.id]
      destination_ports     = ["5432"]
    }
  }
  application_rule_collection {
    name     = "out"
    priority = 300
    action   = "Allow"
    rule {
      name              = "updates"
      source_addresses  = ["10.1.0.0/16"]
      destination_fqdns = ["packages.example.com"]
      protocols {
        type = "Https"
        port = 8444
      }
    }
  }
}
"#;

const WEB: &str = "azurerm_linux_virtual_machine.machine[\"web\"]";
const DATA: &str = "azurerm_linux_virtual_machine.machine[\"data\"]";

fn flow(from: &str, to: &str, port: &str) -> String {
    format!("{from} > {to} network tcp/{port}")
}

/// What a firewall passes on comes from the internet, where its rule, its address, its network and the machine's filter let it.
#[rstest]
#[case::the_network("azurerm_virtual_network.spoke[\"web\"].id", "\"/elsewhere\"")]
#[case::the_other_half(
    "remote_virtual_network_id = azurerm_virtual_network.hub.id",
    "remote_virtual_network_id = \"/elsewhere\""
)]
#[case::the_machine(
    "translated_address  = azurerm_network_interface.machine[\"web\"]",
    "translated_address  = azurerm_network_interface.machine[\"data\"]"
)]
#[case::the_port("translated_port     = \"8443\"", "translated_port     = \"9443\"")]
#[case::the_rule("nat_rule_collection {", "application_rule_collection {")]
fn a_firewall_passes_on(#[case] from: &str, #[case] to: &str) {
    let tree = format!("{HUB}{POLICY}");
    differs(&tree, from, to, &flow("azurerm_firewall.hub", WEB, "8443"), terraform);
    assert!(has(&terraform(&tree), &flow("internet", "azurerm_firewall.hub", "443")));
    assert!(!has(&terraform(&tree), &flow("internet", WEB, "")));
    assert!(has(&terraform(&tree), "T028 azurerm_firewall.hub: 4 7 5 9 8 = 6.6"));
}

/// The machine that says that it has the address, and the one that stands at the place in its subnet that the address names.
#[rstest]
#[case::written(
    "\"10.1.0.10\"",
    "\"10.1.0.11\"",
    "cidrhost(cidrsubnet(each.value, 8, 0), 10)",
    true
)]
#[case::only_one("\"10.1.0.10\"", "\"10.3.0.10\"", "null", true)]
fn an_address_is_of_a_machine(
    #[case] address: &str,
    #[case] other: &str,
    #[case] own: &str,
    #[case] meant: bool,
) {
    let named = "azurerm_network_interface.machine[\"web\"].private_ip_address";
    let tree = format!("{HUB}{POLICY}").replace("cidrhost(cidrsubnet(each.value, 8, 0), 10)", own);
    let line = flow("azurerm_firewall.hub", WEB, "8443");
    assert_eq!(has(&terraform(&tree.replace(named, address)), &line), meant);
    let far = terraform(&tree.replace(named, other));
    assert_eq!(has(&far, &line), other.starts_with("10.1."));
}

/// Named sources are named ones behind the firewall, too.
#[test]
fn a_firewall_takes_from_whom_its_rule_names() {
    let tree =
        format!("{HUB}{POLICY}").replace("\"443\"]", "\"22\"]").replace("\"8443\"", "\"22\"");
    let start = "      source_addresses    = [\"*\"]";
    let line = format!("T001 {WEB}: 5 8 6 9 9 = 7.4 exposure=internet_open");
    differs(&tree, start, &start.replace('*', "203.0.113.0/24"), &line, terraform);
}

/// Networks that no peering joins reach each other over a firewall that lets them, where both have routes over it.
#[rstest]
#[case::the_rule(
    "action   = \"Allow\"\n    rule {\n      name                  = \"database\"",
    "action   = \"Deny\"\n    rule {\n      name                  = \"database\""
)]
#[case::the_source(
    "source_addresses      = [\"10.1.0.0/24\"]",
    "source_addresses      = [\"10.9.0.0/24\"]"
)]
#[case::the_target(
    "cidrs               = [\"10.2.0.0/16\"]",
    "cidrs               = [\"10.3.0.0/16\"]"
)]
#[case::the_port(
    "      destination_ports     = [\"5432\"]",
    "      destination_ports     = [\"5433\"]"
)]
#[case::denied_before(
    "      destination_ports     = [\"23\"]",
    "      destination_ports     = [\"5000-6000\"]"
)]
#[case::the_way(
    "address_prefix         = \"0.0.0.0/0\"",
    "address_prefix         = \"10.4.0.0/16\""
)]
#[case::the_way_back(
    "address_prefix         = \"10.1.0.0/16\"",
    "address_prefix         = \"10.4.0.0/16\""
)]
#[case::another_hop(
    "next_hop_in_ip_address = \"10.0.0.4\"",
    "next_hop_in_ip_address = \"10.0.1.4\""
)]
#[case::the_network(
    "remote_virtual_network_id = azurerm_virtual_network.spoke[\"data\"].id",
    "remote_virtual_network_id = \"/elsewhere\""
)]
#[case::the_filter(
    "source_address_prefix      = \"10.1.0.0/24\"",
    "source_address_prefix      = \"10.9.0.0/24\""
)]
fn a_firewall_joins_networks(#[case] from: &str, #[case] to: &str) {
    differs(&format!("{HUB}{POLICY}"), from, to, &flow(WEB, DATA, "5432"), terraform);
}

/// Machines behind a firewall get out where it lets everyone be asked, not hosts by their names.
#[rstest]
#[case::the_name("packages.example.com", "*", "tcp/8444")]
#[case::the_address(
    "destination_ip_groups = [azurerm_ip_group.data.id]",
    "destination_addresses = [\"*\"]",
    "tcp/5432"
)]
#[case::by_itself(
    "next_hop_type          = \"VirtualAppliance\"\n    next",
    "next_hop_type          = \"Internet\"\n    next",
    "any/any"
)]
fn a_firewall_lets_out(#[case] from: &str, #[case] to: &str, #[case] port: &str) {
    let tree = format!("{HUB}{POLICY}");
    let line = format!("{WEB} > internet network {port}");
    assert!(!has(&terraform(&tree), &format!("{WEB} > internet network")));
    assert_eq!(tree.matches(from).count(), 1);
    assert!(has(&terraform(&tree.replace(from, to)), &line));
}

/// The same rules as resources of their own.
#[test]
fn a_firewall_may_hold_its_rules_itself() {
    let classic = r#"
resource "azurerm_firewall_nat_rule_collection" "in" {
  name                = "in"
  resource_group_name = azurerm_resource_group.g.name
  azure_firewall_name = azurerm_firewall.hub.name
  priority            = 100
  action              = "Dnat"
  rule {
    name                  = "web"
    protocols             = ["TCP"]
    source_addresses      = ["*"]
    destination_addresses = [azurerm_public_ip.hub.ip_address]
    destination_ports     = ["443"]
    translated_address    = "10.1.0.10"
    translated_port       = "8443"
  }
}
resource "azurerm_firewall_network_rule_collection" "between" {
  name                = "between"
  resource_group_name = azurerm_resource_group.g.name
  azure_firewall_name = azurerm_firewall.hub.name
  priority            = 100
  action              = "Allow"
  rule {
    name                  = "database"
    protocols             = ["TCP"]
    source_addresses      = ["10.1.0.0/24"]
    destination_addresses = ["10.2.0.0/16"]
    destination_ports     = ["5432"]
  }
}
resource "azurerm_firewall_application_rule_collection" "out" {
  name                = "out"
  resource_group_name = azurerm_resource_group.g.name
  azure_firewall_name = azurerm_firewall.hub.name
  priority            = 100
  action              = "Allow"
  rule {
    name             = "all"
    source_addresses = ["10.1.0.0/16"]
    target_fqdns     = ["*"]
    protocol {
      type = "Https"
      port = 443
    }
  }
}
"#;
    let policy = "  firewall_policy_id  = azurerm_firewall_policy.hub.id\n";
    let tree = format!("{}{classic}", HUB.replace(policy, ""));
    for (named, line) in [
        ("    translated_address    = \"10.1.0.10\"", flow("azurerm_firewall.hub", WEB, "8443")),
        ("    destination_addresses = [\"10.2.0.0/16\"]", flow(WEB, DATA, "5432")),
        ("    target_fqdns     = [\"*\"]", format!("{WEB} > internet network tcp/443")),
    ] {
        differs(&tree, named, "", &line, terraform);
    }
}

/// Who asks a machine whose answers leave by another way, or by none, gets no answer.
#[rstest]
#[case::none("None\"\n")]
#[case::a_firewall("VirtualAppliance\"\n    next_hop_in_ip_address = \"10.0.0.4\"\n")]
fn answers_need_a_way_back(#[case] hop: &str) {
    let group = "resource \"azurerm_network_security_group\" \"data\" {";
    let open = format!(
        "{HUB}{POLICY}\nresource \"azurerm_public_ip\" \"own\" {{\n  name = \"own\"\n  resource_group_name = azurerm_resource_group.g.name\n  location = azurerm_resource_group.g.location\n  allocation_method = \"Static\"\n  sku = \"Standard\"\n}}\n"
    )
    .replace("source_address_prefix      = \"10.1.0.0/24\"", "source_address_prefix      = \"*\"")
    .replace("    name                          = \"own\"\n", "    name                          = \"own\"\n    public_ip_address_id = azurerm_public_ip.own.id\n")
    .replace("  location            = azurerm_resource_group.g.location\n}\nresource \"azurerm_route\"", "  location            = azurerm_resource_group.g.location\n  route {\n    name = \"out\"\n    address_prefix = \"0.0.0.0/0\"\n    next_hop_type = \"Internet\"\n  }\n}\nresource \"azurerm_route\"");
    assert!(open.contains(group));
    let (from, to) = ("next_hop_type = \"Internet\"\n", format!("next_hop_type = \"{hop}"));
    differs(&open, from, &to, &flow("internet", DATA, "5432"), terraform);
}

/// Networks of one hub of a virtual WAN reach each other over it.
#[test]
fn a_hub_joins_networks() {
    let hub = r#"
resource "azurerm_virtual_wan" "w" {
  name                = "w"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
}
resource "azurerm_virtual_hub" "h" {
  name                = "h"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  virtual_wan_id      = azurerm_virtual_wan.w.id
  address_prefix      = "10.9.0.0/23"
}
resource "azurerm_virtual_hub_connection" "spoke" {
  for_each                  = local.spokes
  name                      = each.key
  virtual_hub_id            = azurerm_virtual_hub.h.id
  remote_virtual_network_id = azurerm_virtual_network.spoke[each.key].id
}
"#;
    let start = HUB.find("resource \"azurerm_virtual_network_peering\" \"web\"").unwrap();
    let end = HUB.find("resource \"azurerm_network_interface\" \"machine\"").unwrap();
    let tree = format!("{}{}{hub}", &HUB[..start], &HUB[end..]);
    differs(
        &tree,
        "for_each                  = local.spokes",
        "for_each = { web = \"\" }",
        &flow(WEB, DATA, "5432"),
        terraform,
    );
}

const GROUPS: &str = r#"
resource "azurerm_resource_group" "g" {
  name     = "g"
  location = "westeurope"
}
resource "azurerm_user_assigned_identity" "api" {
  name                = "api"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
}
resource "azurerm_user_assigned_identity" "job" {
  name                = "job"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
}
resource "azuread_group" "readers" {
  display_name     = "readers"
  security_enabled = true
  members          = [azurerm_user_assigned_identity.api.principal_id]
}
resource "azuread_group_member" "job" {
  group_object_id  = azuread_group.readers.object_id
  member_object_id = azurerm_user_assigned_identity.job.principal_id
}
resource "azurerm_role_assignment" "readers" {
  scope                = azurerm_storage_account.s.id
  role_definition_name = "Storage Blob Data Reader"
  principal_id         = azuread_group.readers.object_id
}
resource "azurerm_storage_account" "s" {
  name                     = "s"
  resource_group_name      = azurerm_resource_group.g.name
  location                 = azurerm_resource_group.g.location
  account_tier             = "Standard"
  account_replication_type = "LRS"
}
"#;

/// Whoever is in a group may what the group may.
#[rstest]
#[case::listed("members          = [azurerm_user_assigned_identity.api.principal_id]", "api")]
#[case::by_itself("member_object_id = azurerm_user_assigned_identity.job.principal_id", "job")]
fn members_may_what_their_group_may(#[case] named: &str, #[case] who: &str) {
    let line = format!("azurerm_user_assigned_identity.{who} > azuread_group.readers identity");
    differs(GROUPS, named, "", &line, terraform);
    let line = "azuread_group.readers > azurerm_storage_account.s permission";
    assert!(has(&terraform(GROUPS), line));
}

const MEMBERS: &str = r#"
resource "google_service_account" "job" {
  account_id = "job"
}
resource "google_cloud_identity_group" "readers" {
  parent = "customers/C01"
  group_key {
    id = "readers@example.com"
  }
  labels = { "cloudidentity.googleapis.com/groups.discussion_forum" = "" }
}
resource "google_cloud_identity_group_membership" "job" {
  group = google_cloud_identity_group.readers.id
  preferred_member_key {
    id = google_service_account.job.email
  }
  roles {
    name = "MEMBER"
  }
}
resource "google_storage_bucket" "b" {
  name     = "b"
  location = "EU"
}
resource "google_storage_bucket_iam_member" "readers" {
  bucket = google_storage_bucket.b.name
  role   = "roles/storage.objectViewer"
  member = "group:${google_cloud_identity_group.readers.group_key[0].id}"
}
resource "google_storage_hmac_key" "job" {
  service_account_email = google_service_account.job.email
}
"#;

/// A group of Google's, by its members; a key for storage is one of its account.
#[rstest]
#[case(
    "group = google_cloud_identity_group.readers.id",
    "google_service_account.job > group:readers@example.com identity"
)]
#[case(
    "id = google_service_account.job.email",
    "google_service_account.job > group:readers@example.com identity"
)]
#[case(
    "service_account_email = google_service_account.job.email",
    "google_storage_hmac_key.job > google_service_account.job identity"
)]
fn members_of_google_may_what_their_group_may(#[case] named: &str, #[case] line: &str) {
    differs(MEMBERS, named, "", line, terraform);
    assert!(has(
        &terraform(MEMBERS),
        "group:readers@example.com > google_storage_bucket.b permission"
    ));
}

const GATEWAY: &str = r#"
resource "azurerm_resource_group" "g" {
  name     = "g"
  location = "westeurope"
}
resource "azurerm_public_ip" "p" {
  name                = "p"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  allocation_method   = "Static"
  sku                 = "Standard"
}
resource "azurerm_application_gateway" "front" {
  name                = "front"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  frontend_port {
    name = "web"
    port = 8443
  }
  frontend_ip_configuration {
    name                 = "own"
    public_ip_address_id = azurerm_public_ip.p.id
  }
  backend_address_pool {
    name         = "elsewhere"
    ip_addresses = ["10.9.0.4"]
  }
  backend_http_settings {
    name                  = "web"
    cookie_based_affinity = "Disabled"
    port                  = 80
    protocol              = "Http"
  }
  http_listener {
    name                           = "web"
    frontend_ip_configuration_name = "own"
    frontend_port_name             = "web"
    protocol                       = "Https"
  }
  request_routing_rule {
    name                       = "web"
    rule_type                  = "Basic"
    http_listener_name         = "web"
    backend_address_pool_name  = "elsewhere"
    backend_http_settings_name = "web"
    priority                   = 1
  }
}
resource "azurerm_public_ip" "q" {
  name                = "q"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  allocation_method   = "Static"
  sku                 = "Standard"
}
resource "azurerm_lb" "front" {
  name                = "front"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  sku                 = "Standard"
  frontend_ip_configuration {
    name                 = "own"
    public_ip_address_id = azurerm_public_ip.q.id
  }
}
resource "azurerm_lb_rule" "web" {
  name                           = "web"
  loadbalancer_id                = azurerm_lb.front.id
  frontend_ip_configuration_name = "own"
  protocol                       = "Tcp"
  frontend_port                  = 80
  backend_port                   = 8080
}
"#;

/// A front is there whatever stands behind it.
#[rstest]
#[case(
    "http_listener_name         = \"web\"",
    "http_listener_name         = \"other\"",
    "internet > azurerm_application_gateway.front network tcp/8443 yes"
)]
#[case(
    "  frontend_port                  = 80\n",
    "  frontend_port                  = 81\n",
    "internet > azurerm_lb.front network tcp/80"
)]
#[case(
    "resource \"azurerm_lb_rule\" \"web\"",
    "resource \"azurerm_lb_probe\" \"web\"",
    "internet > azurerm_lb.front network tcp/80"
)]
fn a_front_stands_alone(#[case] from: &str, #[case] to: &str, #[case] line: &str) {
    differs(GATEWAY, from, to, line, terraform);
}

/// Doors to services that stand in a network serve those that are joined to it.
#[rstest]
#[case::the_peering("azurerm_virtual_network.spoke[\"web\"].id", "\"/elsewhere\"")]
#[case::the_door(
    "private_connection_resource_id = azurerm_storage_account.s.id",
    "private_connection_resource_id = \"/elsewhere\""
)]
fn a_door_serves_networks_that_are_joined(#[case] from: &str, #[case] to: &str) {
    let doors = r#"
resource "azurerm_subnet" "doors" {
  name                 = "doors"
  resource_group_name  = azurerm_resource_group.g.name
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes     = ["10.0.5.0/24"]
}
resource "azurerm_storage_account" "s" {
  name                          = "s"
  resource_group_name           = azurerm_resource_group.g.name
  location                      = azurerm_resource_group.g.location
  account_tier                  = "Standard"
  account_replication_type      = "LRS"
  public_network_access_enabled = false
}
resource "azurerm_private_endpoint" "s" {
  name                = "s"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  subnet_id           = azurerm_subnet.doors.id
  private_service_connection {
    name                           = "s"
    private_connection_resource_id = azurerm_storage_account.s.id
    subresource_names              = ["blob"]
    is_manual_connection           = false
  }
}
"#;
    let names = "  admin_username        = \"app\"\n";
    let named = format!(
        "{names}  custom_data = base64encode(azurerm_storage_account.s.primary_blob_endpoint)\n"
    );
    let tree = format!("{HUB}{POLICY}{doors}").replace(names, &named);
    differs(&tree, from, to, &flow(WEB, "azurerm_storage_account.s", "443"), terraform);
}
