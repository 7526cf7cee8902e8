//! What belongs to whom in models of Azure: addresses and interfaces to the machines that take them, requests to the pools that rules name,
//! web firewalls to what they stand before.

use std::collections::BTreeSet;

use rstest::rstest;

use crate::model_systems::{differs, has, terraform};

/// A machine with an address on the internet, over which it is managed.
const MACHINE: &str = r#"
resource "azurerm_resource_group" "g" {
  name     = "g"
  location = "westeurope"
}
resource "azurerm_virtual_network" "n" {
  name                = "n"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  address_space       = ["10.4.0.0/16"]
}
resource "azurerm_subnet" "web" {
  name                 = "web"
  resource_group_name  = azurerm_resource_group.g.name
  virtual_network_name = azurerm_virtual_network.n.name
  address_prefixes     = ["10.4.1.0/24"]
}
resource "azurerm_subnet" "front" {
  name                 = "front"
  resource_group_name  = azurerm_resource_group.g.name
  virtual_network_name = azurerm_virtual_network.n.name
  address_prefixes     = ["10.4.2.0/24"]
}
resource "azurerm_network_security_group" "web" {
  name                = "web"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  security_rule {
    name                       = "manage"
    priority                   = 200
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_ranges    = ["22", "8443", "8080"]
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
}
resource "azurerm_subnet_network_security_group_association" "web" {
  subnet_id                 = azurerm_subnet.web.id
  network_security_group_id = azurerm_network_security_group.web.id
}
resource "azurerm_public_ip" "m" {
  name                = "m"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  allocation_method   = "Static"
}
resource "azurerm_network_interface" "m" {
  name                = "m"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  ip_configuration {
    name                          = "own"
    subnet_id                     = azurerm_subnet.web.id
    private_ip_address_allocation = "Dynamic"
    public_ip_address_id          = azurerm_public_ip.m.id
  }
}
resource "azurerm_linux_virtual_machine" "m" {
  name                  = "m"
  resource_group_name   = azurerm_resource_group.g.name
  location              = azurerm_resource_group.g.location
  size                  = "Standard_B2s"
  admin_username        = "care"
  network_interface_ids = [azurerm_network_interface.m.id]
  admin_ssh_key {
    username   = "care"
    public_key = "ssh-ed25519 AAAA"
  }
  os_disk {
    caching              = "None"
    storage_account_type = "Premium_LRS"
  }
}
"#;

const MANAGED: &str = "internet > azurerm_linux_virtual_machine.m network tcp/22";

/// Who only mentions an address takes it from nobody; without the interface, the machine has none.
#[rstest]
#[case::a_name(
    r#"
resource "azurerm_dns_zone" "z" {
  name                = "z.example"
  resource_group_name = azurerm_resource_group.g.name
}
resource "azurerm_dns_a_record" "r" {
  name                = "r"
  zone_name           = azurerm_dns_zone.z.name
  resource_group_name = azurerm_resource_group.g.name
  ttl                 = 300
  target_resource_id  = azurerm_public_ip.m.id
}
"#
)]
#[case::a_vault(
    r#"
resource "azurerm_key_vault" "k" {
  name                = "k"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  tenant_id           = "00000000-0000-0000-0000-000000000002"
  sku_name            = "standard"
  network_acls {
    default_action = "Deny"
    bypass         = "None"
    ip_rules       = [azurerm_public_ip.m.ip_address]
  }
}
"#
)]
#[case::a_setting(
    r#"
resource "azurerm_linux_web_app" "a" {
  name                = "a"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  service_plan_id     = "/plans/p"
  app_settings        = { PEER = azurerm_public_ip.m.ip_address }
  site_config {}
}
"#
)]
#[case::a_log(
    r#"
resource "azurerm_log_analytics_workspace" "a" {
  name                = "a"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
}
resource "azurerm_monitor_diagnostic_setting" "a" {
  name                       = "a"
  target_resource_id         = azurerm_public_ip.m.id
  log_analytics_workspace_id = azurerm_log_analytics_workspace.a.id
  enabled_log { category = "DDoSProtectionNotifications" }
}
"#
)]
fn an_address_belongs_to_who_takes_it(#[case] mention: &str) {
    let tree = format!("{MACHINE}{mention}");
    differs(
        &tree,
        "    public_ip_address_id          = azurerm_public_ip.m.id\n",
        "",
        MANAGED,
        terraform,
    );
}

/// A program whose settings name the private address of a machine does not stand in its subnet.
#[test]
fn an_interface_belongs_to_who_takes_it() {
    let app = r#"
resource "azurerm_linux_function_app" "a" {
  name                      = "a"
  resource_group_name       = azurerm_resource_group.g.name
  location                  = azurerm_resource_group.g.location
  service_plan_id           = "/plans/p"
  virtual_network_subnet_id = azurerm_subnet.front.id
  app_settings              = { PEER = "http://${azurerm_network_interface.m.private_ip_address}:9000" }
  site_config {}
}
"#;
    let made = terraform(&format!("{MACHINE}{app}"));
    assert!(has(&made, MANAGED), "{made:#?}");
    let places = |line: &&String| {
        line.contains("azurerm_linux_function_app.a") && line.contains("azurerm_subnet.web")
    };
    assert_eq!(made.iter().filter(places).collect::<Vec<_>>(), Vec::<&String>::new());
}

/// A machine on AWS keeps its interface and address, whoever mentions these.
#[test]
fn a_function_does_not_stand_where_an_interface_does_that_it_mentions() {
    let tree = r#"
resource "aws_vpc" "v" { cidr_block = "10.9.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.9.1.0/24"
}
resource "aws_network_interface" "m" { subnet_id = aws_subnet.a.id }
resource "aws_instance" "m" {
  ami           = "ami-1"
  instance_type = "t3.small"
  network_interface {
    network_interface_id = aws_network_interface.m.id
    device_index         = 0
  }
}
resource "aws_lambda_function" "a" {
  function_name = "a"
  role          = "arn:aws:iam::123456789012:role/a"
  filename      = "a.zip"
  handler       = "a.b"
  runtime       = "python3.13"
  environment { variables = { PEER = aws_network_interface.m.private_ip } }
}
"#;
    let made = terraform(tree);
    let in_subnet = |name: &str| {
        made.iter().any(|line| line.starts_with(name) && line.contains("aws_subnet.a"))
    };
    assert!(in_subnet("aws_instance.m"), "{made:#?}");
    assert!(!in_subnet("aws_lambda_function.a"), "{made:#?}");
}

/// A gateway with an address on the internet and one inside, with two pools.
const GATEWAY: &str = r#"
resource "azurerm_network_interface" "admin" {
  name                = "admin"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  ip_configuration {
    name                          = "own"
    subnet_id                     = azurerm_subnet.web.id
    private_ip_address_allocation = "Dynamic"
  }
}
resource "azurerm_linux_virtual_machine" "admin" {
  name                  = "admin"
  resource_group_name   = azurerm_resource_group.g.name
  location              = azurerm_resource_group.g.location
  size                  = "Standard_B2s"
  admin_username        = "care"
  network_interface_ids = [azurerm_network_interface.admin.id]
}
resource "azurerm_public_ip" "front" {
  name                = "front"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  allocation_method   = "Static"
}
resource "azurerm_web_application_firewall_policy" "w" {
  name                = "w"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  policy_settings {
    enabled = true
    mode    = "Prevention"
  }
  managed_rules {
    managed_rule_set {
      type    = "OWASP"
      version = "3.2"
    }
  }
}
resource "azurerm_application_gateway" "front" {
  name                = "front"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  # POLICY
  sku {
    name     = "WAF_v2"
    tier     = "WAF_v2"
    capacity = 1
  }
  gateway_ip_configuration {
    name      = "own"
    subnet_id = azurerm_subnet.front.id
  }
  frontend_ip_configuration {
    name                 = "outside"
    public_ip_address_id = azurerm_public_ip.front.id
  }
  frontend_ip_configuration {
    name                          = "inside"
    subnet_id                     = azurerm_subnet.front.id
    private_ip_address_allocation = "Static"
    private_ip_address            = "10.4.2.9"
  }
  frontend_port {
    name = "secure"
    port = 443
  }
  frontend_port {
    name = "plain"
    port = 80
  }
  backend_address_pool {
    name         = "shop"
    ip_addresses = [azurerm_network_interface.m.private_ip_address]
  }
  backend_address_pool {
    name         = "admin"
    ip_addresses = [azurerm_network_interface.admin.private_ip_address]
  }
  backend_http_settings {
    name                  = "secure"
    port                  = 8443
    protocol              = "Https"
    cookie_based_affinity = "Disabled"
  }
  backend_http_settings {
    name                  = "plain"
    port                  = 8080
    protocol              = "Http"
    cookie_based_affinity = "Disabled"
  }
  http_listener {
    name                           = "shop"
    frontend_ip_configuration_name = "outside"
    frontend_port_name             = "secure"
    protocol                       = "Https"
    host_name                      = "shop.example"
    # OF SHOP
  }
  http_listener {
    name                           = "admin"
    frontend_ip_configuration_name = "outside" # OF ADMIN
    frontend_port_name             = "secure"
    protocol                       = "Https"
    host_name                      = "admin.example"
  }
  # RULES
  request_routing_rule {
    name                       = "shop"
    rule_type                  = "Basic"
    priority                   = 1
    http_listener_name         = "shop"
    backend_address_pool_name  = "shop"
    backend_http_settings_name = "secure"
  }
  request_routing_rule {
    name                       = "admin"
    rule_type                  = "Basic"
    priority                   = 2
    http_listener_name         = "admin"
    backend_address_pool_name  = "admin"
    backend_http_settings_name = "plain"
  }
}
"#;

const TO_SHOP: &str = "azurerm_application_gateway.front > azurerm_linux_virtual_machine.m network";
const TO_ADMIN: &str =
    "azurerm_application_gateway.front > azurerm_linux_virtual_machine.admin network";

fn gateway(changes: &[(&str, &str)]) -> BTreeSet<String> {
    let mut tree = format!("{MACHINE}{GATEWAY}")
        .replace("    public_ip_address_id          = azurerm_public_ip.m.id\n", "");
    for (from, to) in changes {
        assert_eq!(tree.matches(from).count(), 1, "{from}");
        tree = tree.replace(from, to);
    }
    terraform(&tree)
}

/// Each rule passes on to its own pool, by its own settings.
#[test]
fn rules_of_gateways_lead_to_their_pools() {
    let made = gateway(&[]);
    let flows: Vec<&str> = made
        .iter()
        .filter_map(|line| line.strip_prefix("azurerm_application_gateway.front > "))
        .filter_map(|line| line.split(" network ").nth(1).map(|_| line))
        .collect();
    for (line, is) in [
        (format!("{TO_SHOP} tcp/8443"), true),
        (format!("{TO_SHOP} tcp/8080"), false),
        (format!("{TO_ADMIN} tcp/8080"), true),
        (format!("{TO_ADMIN} tcp/8443"), false),
    ] {
        assert_eq!(has(&made, &line), is, "{line} {flows:?}");
    }
}

/// Paths lead to their own pools, and what is left to that of the map.
#[rstest]
#[case::to_both("admin", "plain", true)]
#[case::to_one("shop", "secure", false)]
fn paths_of_gateways_lead_to_their_pools(
    #[case] pool: &str,
    #[case] settings: &str,
    #[case] is: bool,
) {
    let map = format!(
        r#"url_path_map {{
    name                               = "paths"
    default_backend_address_pool_name  = "shop"
    default_backend_http_settings_name = "secure"
    path_rule {{
      name                       = "admin"
      paths                      = ["/admin/*"]
      backend_address_pool_name  = "{pool}"
      backend_http_settings_name = "{settings}"
    }}
  }}"#
    );
    let by_path = "    url_path_map_name = \"paths\"\n  }\n";
    let rule = "    backend_address_pool_name  = \"shop\"\n    backend_http_settings_name = \"secure\"\n  }\n";
    let other = "    http_listener_name         = \"admin\"\n    backend_address_pool_name  = \"admin\"\n    backend_http_settings_name = \"plain\"\n";
    let same = "    http_listener_name         = \"admin\"\n    backend_address_pool_name  = \"shop\"\n    backend_http_settings_name = \"secure\"\n";
    let made = gateway(&[(rule, by_path), ("# RULES", &map), (other, same)]);
    assert!(has(&made, &format!("{TO_SHOP} tcp/8443")), "{made:#?}");
    assert_eq!(has(&made, &format!("{TO_ADMIN} tcp/8080")), is, "{made:#?}");
}

/// What listens inside only is not on the internet, though the gateway is.
#[rstest]
#[case::outside("outside", true)]
#[case::inside("inside", false)]
fn a_listener_inside_is_not_on_the_internet(#[case] front: &str, #[case] is: bool) {
    let own = "frontend_ip_configuration_name = \"outside\" # OF ADMIN";
    let made = gateway(&[(own, &format!("frontend_ip_configuration_name = \"{front}\""))]);
    assert!(has(&made, "T032 azurerm_linux_virtual_machine.m"), "{made:#?}");
    assert!(has(&made, &format!("{TO_ADMIN} tcp/8080")), "{made:#?}");
    assert_eq!(has(&made, "T032 azurerm_linux_virtual_machine.admin"), is, "{made:#?}");
}

/// A rule that only sends on to the encrypted listener answers nobody in clear text.
#[rstest]
#[case::sends("redirect_configuration_name = \"secure\"", false)]
#[case::serves(
    "backend_address_pool_name = \"shop\"\n    backend_http_settings_name = \"secure\"",
    true
)]
fn a_redirect_is_no_clear_text(#[case] action: &str, #[case] is: bool) {
    let rules = format!(
        r#"http_listener {{
    name                           = "plain"
    frontend_ip_configuration_name = "outside"
    frontend_port_name             = "plain"
    protocol                       = "Http"
  }}
  redirect_configuration {{
    name                 = "secure"
    redirect_type        = "Permanent"
    target_listener_name = "shop"
  }}
  request_routing_rule {{
    name               = "plain"
    rule_type          = "Basic"
    priority           = 3
    http_listener_name = "plain"
    {action}
  }}"#
    );
    let made = gateway(&[("# RULES", &rules)]);
    assert!(has(&made, "internet > azurerm_application_gateway.front network tcp/80"), "{made:#?}");
    let clear = "T006 internet > azurerm_application_gateway.front network tcp/80";
    assert_eq!(has(&made, clear), is, "{made:#?}");
}

/// Of policies of a gateway and a listener, the nearer counts.
#[rstest]
#[case::none(false, None, true, true)]
#[case::of_all(true, None, false, false)]
#[case::of_one(false, Some("Prevention"), false, true)]
#[case::of_one_that_looks(true, Some("Detection"), true, false)]
fn web_firewalls_stand_before_listeners(
    #[case] of_all: bool,
    #[case] mode: Option<&str>,
    #[case] shop: bool,
    #[case] admin: bool,
) {
    let own = r#"
resource "azurerm_web_application_firewall_policy" "own" {
  name                = "own"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  policy_settings {
    enabled = true
    mode    = "MODE"
  }
  managed_rules {
    managed_rule_set {
      type    = "OWASP"
      version = "3.2"
    }
  }
}
resource "azurerm_application_gateway" "front" {"#;
    let own = own.replace("MODE", mode.unwrap_or("Prevention"));
    let mut changes =
        vec![("resource \"azurerm_application_gateway\" \"front\" {", own.trim_start())];
    if of_all {
        let id = "firewall_policy_id = azurerm_web_application_firewall_policy.w.id";
        changes.push(("# POLICY", id));
    }
    if mode.is_some() {
        let id = "firewall_policy_id = azurerm_web_application_firewall_policy.own.id";
        changes.push(("# OF SHOP", id));
    }
    let made = gateway(&changes);
    assert_eq!(has(&made, "T032 azurerm_linux_virtual_machine.m"), shop, "{made:#?}");
    assert_eq!(has(&made, "T032 azurerm_linux_virtual_machine.admin"), admin, "{made:#?}");
}

/// Addresses in a pool are machines behind the balancer.
#[test]
fn an_address_in_a_pool_is_a_machine() {
    let tree = format!(
        r#"{MACHINE}
resource "azurerm_public_ip" "l" {{
  name                = "l"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  allocation_method   = "Static"
}}
resource "azurerm_lb" "l" {{
  name                = "l"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  frontend_ip_configuration {{
    name                 = "f"
    public_ip_address_id = azurerm_public_ip.l.id
  }}
}}
resource "azurerm_lb_backend_address_pool" "l" {{
  name            = "p"
  loadbalancer_id = azurerm_lb.l.id
}}
resource "azurerm_lb_backend_address_pool_address" "l" {{
  name                    = "a"
  backend_address_pool_id = azurerm_lb_backend_address_pool.l.id
  virtual_network_id      = azurerm_virtual_network.n.id
  ip_address              = azurerm_network_interface.m.private_ip_address
}}
resource "azurerm_lb_rule" "l" {{
  name                           = "r"
  loadbalancer_id                = azurerm_lb.l.id
  protocol                       = "Tcp"
  frontend_port                  = 8443
  backend_port                   = 8443
  frontend_ip_configuration_name = "f"
  backend_address_pool_ids       = [azurerm_lb_backend_address_pool.l.id]
}}
"#
    );
    differs(
        &tree,
        "azurerm_network_interface.m.private_ip_address",
        "\"10.77.0.1\"",
        "azurerm_lb.l > azurerm_linux_virtual_machine.m network tcp/8443",
        terraform,
    );
}

/// Clusters of databases answer whom their rules let in.
#[rstest]
#[case::postgresql(
    "azurerm_cosmosdb_postgresql",
    "cluster_id",
    "administrator_login_password = var.p\n  node_count = 0",
    "5432"
)]
#[case::mongo(
    "azurerm_mongo",
    "mongo_cluster_id",
    "administrator_username = \"a\"\n  administrator_password = var.p",
    "10260"
)]
fn clusters_of_databases_answer_by_their_rules(
    #[case] kind: &str,
    #[case] id: &str,
    #[case] more: &str,
    #[case] port: &str,
) {
    let tree = format!(
        r#"
variable "p" {{ sensitive = true }}
resource "{kind}_cluster" "c" {{
  name                = "c"
  resource_group_name = "g"
  location            = "westeurope"
  {more}
}}
resource "{kind}_firewall_rule" "c" {{
  name             = "all"
  {id} = {kind}_cluster.c.id
  start_ip_address = "0.0.0.0"
  end_ip_address   = "255.255.255.255"
}}
"#
    );
    let tree = tree.replace("azurerm_mongo_firewall_rule", "azurerm_mongo_cluster_firewall_rule");
    let end = "  end_ip_address   = \"255.255.255.255\"";
    let open = format!("internet > {kind}_cluster.c network tcp/{port}");
    assert!(has(&terraform(&tree), &open), "{:#?}", terraform(&tree));
    let threat = format!("T002 {kind}_cluster.c");
    let exposure = |tree: &str| {
        let made = terraform(tree);
        made.iter().any(|line| line.starts_with(&threat) && line.contains("internet_open"))
    };
    assert!(exposure(&tree), "{:#?}", terraform(&tree));
    assert!(!exposure(&tree.replace(end, "  end_ip_address   = \"0.0.0.0\"")));
}

/// A scale set of the newer kind is machines with addresses.
#[test]
fn a_scale_set_of_any_kind_is_machines() {
    let set = r#"
resource "azurerm_orchestrated_virtual_machine_scale_set" "s" {
  name                        = "s"
  resource_group_name         = azurerm_resource_group.g.name
  location                    = azurerm_resource_group.g.location
  platform_fault_domain_count = 1
  sku_name                    = "Standard_D2s_v5"
  instances                   = 2
  network_interface {
    name    = "own"
    primary = true
    ip_configuration {
      name      = "own"
      primary   = true
      subnet_id = azurerm_subnet.web.id
      public_ip_address { name = "own" }
    }
  }
}
"#;
    differs(
        &format!("{MACHINE}{set}"),
        "      public_ip_address { name = \"own\" }\n",
        "",
        "internet > azurerm_orchestrated_virtual_machine_scale_set.s network tcp/22",
        terraform,
    );
}

/// An API of API Management that asks a backend of its own by a policy.
const API: &str = r#"
resource "azurerm_linux_web_app" "a" {
  name                = "a"
  resource_group_name = "g"
  location            = "westeurope"
  service_plan_id     = "/plans/p"
  site_config {}
}
resource "azurerm_api_management" "m" {
  name                = "m"
  resource_group_name = "g"
  location            = "westeurope"
  publisher_name      = "m"
  publisher_email     = "m@m.example"
  sku_name            = "Developer_1"
}
resource "azurerm_api_management_api" "m" {
  name                = "m"
  resource_group_name = "g"
  api_management_name = azurerm_api_management.m.name
  revision            = "1"
  protocols           = ["https"]
}
resource "azurerm_api_management_backend" "m" {
  name                = "behind"
  resource_group_name = "g"
  api_management_name = azurerm_api_management.m.name
  protocol            = "http"
  url                 = "https://${azurerm_linux_web_app.a.default_hostname}"
}
resource "azurerm_api_management_api_policy" "m" {
  api_name            = azurerm_api_management_api.m.name
  api_management_name = azurerm_api_management.m.name
  resource_group_name = "g"
  xml_content         = "<policies><inbound><set-backend-service backend-id=\"behind\" /></inbound></policies>"
}
"#;

#[rstest]
#[case::used("backend-id=\\\"behind\\\"", "backend-id=\\\"other\\\"")]
#[case::encrypted("url                 = \"https:", "url                 = \"http:")]
fn a_backend_is_asked_where_a_policy_says_so(#[case] from: &str, #[case] to: &str) {
    let line = "azurerm_api_management.m > azurerm_linux_web_app.a network tcp/443 yes";
    differs(API, from, to, line, terraform);
}

/// Bastions reach machines of networks that are peered both ways.
#[rstest]
#[case::there("hub", "spoke")]
#[case::back("spoke", "hub")]
fn bastions_reach_peered_networks(#[case] own: &str, #[case] other: &str) {
    let tree = r#"
resource "azurerm_virtual_network" "hub" {
  name                = "hub"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  address_space       = ["10.5.0.0/16"]
}
resource "azurerm_subnet" "bastion" {
  name                 = "AzureBastionSubnet"
  resource_group_name  = azurerm_resource_group.g.name
  virtual_network_name = azurerm_virtual_network.hub.name
  address_prefixes     = ["10.5.0.0/26"]
}
resource "azurerm_public_ip" "bastion" {
  name                = "bastion"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  allocation_method   = "Static"
}
resource "azurerm_bastion_host" "b" {
  name                = "b"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  ip_configuration {
    name                 = "own"
    subnet_id            = azurerm_subnet.bastion.id
    public_ip_address_id = azurerm_public_ip.bastion.id
  }
}
resource "azurerm_virtual_network_peering" "hub" {
  name                      = "hub"
  resource_group_name       = azurerm_resource_group.g.name
  virtual_network_name      = azurerm_virtual_network.hub.name
  remote_virtual_network_id = azurerm_virtual_network.spoke.id
}
resource "azurerm_virtual_network_peering" "spoke" {
  name                      = "spoke"
  resource_group_name       = azurerm_resource_group.g.name
  virtual_network_name      = azurerm_virtual_network.spoke.name
  remote_virtual_network_id = azurerm_virtual_network.hub.id
}
"#;
    let machine = MACHINE
        .replace("azurerm_virtual_network\" \"n\"", "azurerm_virtual_network\" \"spoke\"")
        .replace("azurerm_virtual_network.n.", "azurerm_virtual_network.spoke.");
    let from = format!(
        "virtual_network_name      = azurerm_virtual_network.{own}.name\n  remote_virtual_network_id = azurerm_virtual_network.{other}.id"
    );
    let to = format!(
        "virtual_network_name      = azurerm_virtual_network.{own}.name\n  remote_virtual_network_id = \"/elsewhere\""
    );
    let line = "azurerm_bastion_host.b > azurerm_linux_virtual_machine.m network tcp/22";
    differs(&format!("{machine}{tree}"), &from, &to, line, terraform);
}

/// A role over a network is no role over all that stands there.
#[rstest]
#[case::a_subnet("azurerm_subnet.web.id", false)]
#[case::a_network("azurerm_virtual_network.n.id", false)]
#[case::a_group("azurerm_resource_group.g.id", true)]
fn a_role_over_a_network_is_not_broad(#[case] scope: &str, #[case] is: bool) {
    let tree = format!(
        r#"{MACHINE}
resource "azurerm_user_assigned_identity" "i" {{
  name                = "i"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
}}
resource "azurerm_role_assignment" "i" {{
  scope                = {scope}
  role_definition_name = "Network Contributor"
  principal_id         = azurerm_user_assigned_identity.i.principal_id
}}
"#
    );
    let tree = tree.replace(
        "  admin_username        = \"care\"\n",
        "  admin_username        = \"care\"\n  identity {\n    type         = \"UserAssigned\"\n    identity_ids = [azurerm_user_assigned_identity.i.id]\n  }\n",
    );
    let made = terraform(&tree);
    let broad = |line: &String| {
        line.starts_with("T001 azurerm_linux_virtual_machine.m") && line.contains("broad")
    };
    assert_eq!(made.iter().any(broad), is, "{made:#?}");
}

/// Pods get the identity of Azure that their account stands for where their label asks for it.
#[rstest]
#[case::asks("\"azure.workload.identity/use\" = \"true\"", "", true)]
#[case::does_not("\"azure.workload.identity/use\" = \"false\"", "", false)]
#[case::says_nothing("", "", false)]
#[case::mounts_a_token(
    "",
    r#"volume {
          name = "t"
          projected {
            sources {
              service_account_token {
                audience = "api://AzureADTokenExchange"
                path     = "t"
              }
            }
          }
        }"#,
    true
)]
fn pods_ask_for_an_identity_of_azure(#[case] label: &str, #[case] volume: &str, #[case] is: bool) {
    let tree = format!(
        r#"
resource "azurerm_user_assigned_identity" "i" {{
  name                = "i"
  resource_group_name = "g"
  location            = "westeurope"
}}
resource "azurerm_federated_identity_credential" "i" {{
  name                = "i"
  resource_group_name = "g"
  parent_id           = azurerm_user_assigned_identity.i.id
  audience            = ["api://AzureADTokenExchange"]
  issuer              = "https://issuer.example"
  subject             = "system:serviceaccount:shop:app"
}}
resource "kubernetes_service_account_v1" "app" {{
  metadata {{
    name        = "app"
    namespace   = "shop"
    annotations = {{ "azure.workload.identity/client-id" = azurerm_user_assigned_identity.i.client_id }}
  }}
}}
resource "kubernetes_deployment_v1" "app" {{
  metadata {{
    name      = "app"
    namespace = "shop"
  }}
  spec {{
    selector {{ match_labels = {{ app = "app" }} }}
    template {{
      metadata {{
        labels = {{
          app = "app"
          {label}
        }}
      }}
      spec {{
        service_account_name = "app"
        container {{
          name  = "app"
          image = "registry.example/app:1"
        }}
        {volume}
      }}
    }}
  }}
}}
"#
    );
    let made = terraform(&tree);
    let line = "kubernetes_service_account_v1.app > azurerm_user_assigned_identity.i identity";
    assert_eq!(has(&made, line), is, "{made:#?}");
}

/// Two programs behind Front Door, each at an endpoint of its own, with a policy before one.
const FRONT_DOOR: &str = r#"
locals { all = toset(["shop", "admin"]) }
resource "azurerm_cdn_frontdoor_profile" "f" {
  name                = "f"
  resource_group_name = "g"
  sku_name            = "Premium_AzureFrontDoor"
}
resource "azurerm_cdn_frontdoor_endpoint" "e" {
  for_each                 = local.all
  name                     = each.key
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.f.id
}
resource "azurerm_cdn_frontdoor_origin_group" "o" {
  for_each                 = local.all
  name                     = each.key
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.f.id
  load_balancing {}
}
resource "azurerm_cdn_frontdoor_origin" "o" {
  for_each                       = local.all
  name                           = each.key
  cdn_frontdoor_origin_group_id  = azurerm_cdn_frontdoor_origin_group.o[each.key].id
  host_name                      = azurerm_linux_web_app.a[each.key].default_hostname
  certificate_name_check_enabled = true
}
resource "azurerm_cdn_frontdoor_custom_domain" "d" {
  name                     = "d"
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.f.id
  host_name                = "shop.example"
  tls {}
}
resource "azurerm_cdn_frontdoor_route" "admin" {
  name                          = "admin"
  cdn_frontdoor_endpoint_id     = azurerm_cdn_frontdoor_endpoint.e["admin"].id
  cdn_frontdoor_origin_group_id = azurerm_cdn_frontdoor_origin_group.o["admin"].id
  cdn_frontdoor_origin_ids      = [azurerm_cdn_frontdoor_origin.o["admin"].id]
  supported_protocols           = ["Https"]
  patterns_to_match             = ["/*"]
  https_redirect_enabled        = false
}
resource "azurerm_cdn_frontdoor_route" "shop" {
  name                          = "shop"
  cdn_frontdoor_endpoint_id     = azurerm_cdn_frontdoor_endpoint.e["shop"].id
  cdn_frontdoor_origin_group_id = azurerm_cdn_frontdoor_origin_group.o["shop"].id
  cdn_frontdoor_origin_ids      = [azurerm_cdn_frontdoor_origin.o["shop"].id]
  supported_protocols           = ["Https"]
  patterns_to_match             = ["/*"]
  https_redirect_enabled        = false
  # DOMAINS
}
resource "azurerm_cdn_frontdoor_firewall_policy" "w" {
  name                = "w"
  resource_group_name = "g"
  sku_name            = azurerm_cdn_frontdoor_profile.f.sku_name
  enabled             = true
  mode                = "Prevention"
  managed_rule {
    type    = "Microsoft_DefaultRuleSet"
    version = "2.1"
    action  = "Block"
  }
}
resource "azurerm_cdn_frontdoor_security_policy" "w" {
  name                     = "w"
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.f.id
  security_policies {
    firewall {
      cdn_frontdoor_firewall_policy_id = azurerm_cdn_frontdoor_firewall_policy.w.id
      association {
        patterns_to_match = ["/*"]
        domain { cdn_frontdoor_domain_id = azurerm_cdn_frontdoor_endpoint.e["shop"].id }
        # ASSOCIATED
      }
    }
  }
}
resource "azurerm_linux_web_app" "a" {
  for_each            = local.all
  name                = each.key
  resource_group_name = "g"
  location            = "westeurope"
  service_plan_id     = "/plans/p"
  https_only          = true
  site_config {
    ip_restriction_default_action = "Deny"
    ip_restriction {
      service_tag = "AzureFrontDoor.Backend"
      action      = "Allow"
      priority    = 1
      headers { x_azure_fdid = [azurerm_cdn_frontdoor_profile.f.resource_guid] }
    }
  }
}
"#;

/// A policy protects the domains that it names, where it is on and blocks.
#[rstest]
#[case::one(&[], false, true)]
#[case::both(&[("# ASSOCIATED", "domain { cdn_frontdoor_domain_id = azurerm_cdn_frontdoor_endpoint.e[\"admin\"].id }")], false, false)]
#[case::only_looks(&[("\"Prevention\"", "\"Detection\"")], true, true)]
#[case::is_off(&[("enabled             = true", "enabled             = false")], true, true)]
#[case::another_domain(&[("# DOMAINS", "cdn_frontdoor_custom_domain_ids = [azurerm_cdn_frontdoor_custom_domain.d.id]")], true, true)]
#[case::both_domains(&[
    ("# DOMAINS", "cdn_frontdoor_custom_domain_ids = [azurerm_cdn_frontdoor_custom_domain.d.id]"),
    ("# ASSOCIATED", "domain { cdn_frontdoor_domain_id = azurerm_cdn_frontdoor_custom_domain.d.id }"),
], false, true)]
fn policies_of_front_door_protect_domains(
    #[case] changes: &[(&str, &str)],
    #[case] shop: bool,
    #[case] admin: bool,
) {
    let mut tree = FRONT_DOOR.to_owned();
    for (from, to) in changes {
        assert_eq!(tree.matches(from).count(), 1, "{from}");
        tree = tree.replace(from, to);
    }
    let made = terraform(&tree);
    assert_eq!(has(&made, "T032 azurerm_linux_web_app.a[\"shop\"]"), shop, "{made:#?}");
    assert_eq!(has(&made, "T032 azurerm_linux_web_app.a[\"admin\"]"), admin, "{made:#?}");
}
