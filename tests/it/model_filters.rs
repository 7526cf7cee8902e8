//! Filters of Azure and Google Cloud in a model: whom a rule is for, who is in a group, addresses of instances, policies that send traffic on.

use rstest::rstest;

use crate::model_systems::{differs, has, terraform};

/// Two machines in subnets with one security group: a rule lets those of one application security group in to those of another.
const GROUPS: &str = r#"
resource "azurerm_resource_group" "rg" {
  name     = "rg"
  location = "westeurope"
}
resource "azurerm_virtual_network" "v" {
  name                = "v"
  resource_group_name = azurerm_resource_group.rg.name
  location            = "westeurope"
  address_space       = ["10.60.0.0/16"]
}
resource "azurerm_subnet" "web" {
  name                 = "web"
  resource_group_name  = azurerm_resource_group.rg.name
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.60.1.0/24"]
}
resource "azurerm_subnet_network_security_group_association" "web" {
  subnet_id                 = azurerm_subnet.web.id
  network_security_group_id = azurerm_network_security_group.n.id
}
resource "azurerm_subnet" "db" {
  name                 = "db"
  resource_group_name  = azurerm_resource_group.rg.name
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.60.3.0/24"]
}
resource "azurerm_subnet_network_security_group_association" "db" {
  subnet_id                 = azurerm_subnet.db.id
  network_security_group_id = azurerm_network_security_group.n.id
}
resource "azurerm_network_security_group" "n" {
  name                = "n"
  resource_group_name = azurerm_resource_group.rg.name
  location            = "westeurope"
  security_rule {
    name                                       = "a"
    priority                                   = 100
    direction                                  = "Inbound"
    access                                     = "Allow"
    protocol                                   = "Tcp"
    source_port_range                          = "*"
    destination_port_range                     = "5432"
    source_application_security_group_ids      = [azurerm_application_security_group.web.id]
    destination_application_security_group_ids = [azurerm_application_security_group.db.id]
  }
  security_rule {
    name                       = "deny"
    priority                   = 4000
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "*"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
}
resource "azurerm_application_security_group" "web" {
  name                = "web"
  resource_group_name = azurerm_resource_group.rg.name
  location            = "westeurope"
}
resource "azurerm_application_security_group" "db" {
  name                = "db"
  resource_group_name = azurerm_resource_group.rg.name
  location            = "westeurope"
}
resource "azurerm_network_interface" "web" {
  name                = "web"
  resource_group_name = azurerm_resource_group.rg.name
  location            = "westeurope"
  ip_configuration {
    name                          = "i"
    subnet_id                     = azurerm_subnet.web.id
    private_ip_address_allocation = "Dynamic"
  }
}
resource "azurerm_linux_virtual_machine" "web" {
  name                            = "web"
  resource_group_name             = azurerm_resource_group.rg.name
  location                        = "westeurope"
  size                            = "Standard_D2s_v5"
  admin_username                  = "ops"
  disable_password_authentication = true
  network_interface_ids           = [azurerm_network_interface.web.id]
  admin_ssh_key {
    username   = "ops"
    public_key = "ssh-ed25519 AAAA"
  }
  os_disk {
    caching              = "None"
    storage_account_type = "Premium_LRS"
  }
}
resource "azurerm_network_interface_application_security_group_association" "web" {
  network_interface_id          = azurerm_network_interface.web.id
  application_security_group_id = azurerm_application_security_group.web.id
}
resource "azurerm_network_interface" "db" {
  name                = "db"
  resource_group_name = azurerm_resource_group.rg.name
  location            = "westeurope"
  ip_configuration {
    name                          = "i"
    subnet_id                     = azurerm_subnet.db.id
    private_ip_address_allocation = "Dynamic"
  }
}
resource "azurerm_linux_virtual_machine" "db" {
  name                            = "db"
  resource_group_name             = azurerm_resource_group.rg.name
  location                        = "westeurope"
  size                            = "Standard_D2s_v5"
  admin_username                  = "ops"
  disable_password_authentication = true
  network_interface_ids           = [azurerm_network_interface.db.id]
  admin_ssh_key {
    username   = "ops"
    public_key = "ssh-ed25519 AAAA"
  }
  os_disk {
    caching              = "None"
    storage_account_type = "Premium_LRS"
  }
}
resource "azurerm_network_interface_application_security_group_association" "db" {
  network_interface_id          = azurerm_network_interface.db.id
  application_security_group_id = azurerm_application_security_group.db.id
}
"#;

const WEB: &str = "azurerm_linux_virtual_machine.web";
const DB: &str = "azurerm_linux_virtual_machine.db";

/// Who is in a group that a rule names as its source or destination is let in by it, and nobody else.
#[rstest]
#[case::the_source(
    "network_interface_id          = azurerm_network_interface.web.id",
    "network_interface_id          = \"elsewhere\""
)]
#[case::the_destination(
    "network_interface_id          = azurerm_network_interface.db.id",
    "network_interface_id          = \"elsewhere\""
)]
#[case::another_source(
    "[azurerm_application_security_group.web.id]",
    "[azurerm_application_security_group.db.id]"
)]
#[case::another_destination(
    "[azurerm_application_security_group.db.id]",
    "[azurerm_application_security_group.web.id]"
)]
fn members_of_groups(#[case] from: &str, #[case] to: &str) {
    let line = format!("{WEB} > {DB} network tcp/5432");
    differs(GROUPS, from, to, &line, terraform);
}

/// The rule of the groups, for another destination.
fn rule(access: &str, source: &str, destination: &str) -> String {
    let from = GROUPS.find("  security_rule {").unwrap();
    let to = from + GROUPS[from..].find("  }\n").unwrap() + 4;
    let rule = format!(
        r#"  security_rule {{
    name                       = "a"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "{access}"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "5432"
    source_address_prefix      = "{source}"
    destination_address_prefix = "{destination}"
  }}
"#
    );
    format!("{}{rule}{}", &GROUPS[..from], &GROUPS[to..])
}

/// A rule is for the hosts that its destination holds.
#[rstest]
#[case::the_subnet("Allow", "10.60.3.0/24", true)]
#[case::more("Allow", "10.60.0.0/16", true)]
#[case::any("Allow", "*", true)]
#[case::one_of_it("Allow", "10.60.3.9/32", true)]
#[case::another("Allow", "10.60.1.0/24", false)]
#[case::denied("Deny", "10.60.3.0/24", false)]
fn destinations_of_rules(#[case] access: &str, #[case] destination: &str, #[case] there: bool) {
    let tree = rule(access, "10.60.1.0/24", destination);
    let line = format!("{WEB} > {DB} network tcp/5432");
    assert_eq!(has(&terraform(&tree), &line), there);
}

/// What has another address of its own is none of a rule for one address.
#[test]
fn addresses_that_are_written() {
    let tree = rule("Allow", "10.60.1.0/24", "10.60.3.9/32");
    let dynamic = "subnet_id                     = azurerm_subnet.db.id\n    private_ip_address_allocation = \"Dynamic\"";
    let line = format!("{WEB} > {DB} network tcp/5432");
    assert!(tree.contains(dynamic));
    for (address, there) in [("10.60.3.9", true), ("10.60.3.10", false)] {
        let written = format!(
            "subnet_id                     = azurerm_subnet.db.id\n    private_ip_address_allocation = \"Static\"\n    private_ip_address = \"{address}\""
        );
        assert_eq!(has(&terraform(&tree.replace(dynamic, &written)), &line), there, "{address}");
    }
}

/// A scale set in a pool; a translation of the balancer leads to its instances.
const SCALE_SET: &str = r#"
resource "azurerm_resource_group" "rg" {
  name     = "rg"
  location = "westeurope"
}
resource "azurerm_virtual_network" "v" {
  name                = "v"
  resource_group_name = azurerm_resource_group.rg.name
  location            = "westeurope"
  address_space       = ["10.60.0.0/16"]
}
resource "azurerm_subnet" "web" {
  name                 = "web"
  resource_group_name  = azurerm_resource_group.rg.name
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.60.1.0/24"]
}
resource "azurerm_subnet_network_security_group_association" "web" {
  subnet_id                 = azurerm_subnet.web.id
  network_security_group_id = azurerm_network_security_group.n.id
}
resource "azurerm_network_security_group" "n" {
  name                = "n"
  resource_group_name = azurerm_resource_group.rg.name
  location            = "westeurope"
  security_rule {
    name                       = "a"
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
    name                       = "deny"
    priority                   = 4000
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "*"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
}
resource "azurerm_public_ip" "lb" {
  name                = "lb"
  resource_group_name = azurerm_resource_group.rg.name
  location            = "westeurope"
  allocation_method   = "Static"
  sku                 = "Standard"
}
resource "azurerm_lb" "ops" {
  name                = "ops"
  resource_group_name = azurerm_resource_group.rg.name
  location            = "westeurope"
  sku                 = "Standard"
  frontend_ip_configuration {
    name                 = "pub"
    public_ip_address_id = azurerm_public_ip.lb.id
  }
}
resource "azurerm_lb_backend_address_pool" "app" {
  name            = "app"
  loadbalancer_id = azurerm_lb.ops.id
}
resource "azurerm_lb_nat_rule" "ssh" {
  resource_group_name            = azurerm_resource_group.rg.name
  loadbalancer_id                = azurerm_lb.ops.id
  name                           = "ssh"
  protocol                       = "Tcp"
  frontend_port_start            = 50000
  frontend_port_end              = 50119
  backend_port                   = 22
  backend_address_pool_id        = azurerm_lb_backend_address_pool.app.id
  frontend_ip_configuration_name = "pub"
}
resource "azurerm_linux_virtual_machine_scale_set" "web" {
  name                            = "web"
  resource_group_name             = azurerm_resource_group.rg.name
  location                        = "westeurope"
  sku                             = "Standard_D2s_v5"
  instances                       = 3
  admin_username                  = "ops"
  disable_password_authentication = true
  admin_ssh_key {
    username   = "ops"
    public_key = "ssh-ed25519 AAAA"
  }
  os_disk {
    caching              = "ReadOnly"
    storage_account_type = "Premium_LRS"
  }
  network_interface {
    name    = "n"
    primary = true
    ip_configuration {
      name                                   = "i"
      primary                                = true
      subnet_id                              = azurerm_subnet.web.id
      load_balancer_backend_address_pool_ids = [azurerm_lb_backend_address_pool.app.id]
    }
  }
}
"#;

const SET: &str = "azurerm_linux_virtual_machine_scale_set.web";

/// Translations lead to the instances of a pool, and to scale sets that name them.
#[test]
fn instances_behind_translations() {
    let line = format!("azurerm_lb.ops > {SET} network tcp/22");
    let pool = "backend_address_pool_id        = azurerm_lb_backend_address_pool.app.id";
    differs(SCALE_SET, pool, "", &line, terraform);
    let entry = format!("T001 {SET}: 5 8 6 7 9 = 7.0 exposure=internet_open");
    differs(SCALE_SET, pool, "", &entry, terraform);
    let by_pool = SCALE_SET
        .replace("azurerm_lb_nat_rule", "azurerm_lb_nat_pool")
        .replace(&format!("  {pool}\n"), "")
        .replace(
            "load_balancer_backend_address_pool_ids = [azurerm_lb_backend_address_pool.app.id]",
            "load_balancer_inbound_nat_rules_ids    = [azurerm_lb_nat_pool.ssh.id]",
        );
    differs(&by_pool, "[azurerm_lb_nat_pool.ssh.id]", "[]", &line, terraform);
}

/// Instances have addresses of their own where their interface asks for one.
#[test]
fn addresses_of_instances() {
    let tree = SCALE_SET.replace(
        "      primary                                = true\n",
        "      primary                                = true\n      public_ip_address {\n        name = \"own\"\n      }\n",
    );
    let entry = format!("internet > {SET} network tcp/22");
    differs(
        &tree,
        "      public_ip_address {\n        name = \"own\"\n      }\n",
        "",
        &entry,
        terraform,
    );
}

/// A policy above sends traffic on to the next, where 22 is denied.
const POLICIES: &str = r#"
resource "google_folder" "f" {
  display_name = "prod"
  parent       = "organizations/123"
}
resource "google_project" "p" {
  name       = "p"
  project_id = "acme-p"
  folder_id  = google_folder.f.name
}
resource "google_compute_network" "n" {
  project                                   = google_project.p.project_id
  name                                      = "n"
  auto_create_subnetworks                   = false
  network_firewall_policy_enforcement_order = "BEFORE_CLASSIC_FIREWALL"
}
resource "google_compute_subnetwork" "s" {
  project       = google_project.p.project_id
  name          = "s"
  network       = google_compute_network.n.id
  ip_cidr_range = "10.0.0.0/24"
}
resource "google_compute_firewall" "ssh" {
  project       = google_project.p.project_id
  name          = "ssh"
  network       = google_compute_network.n.name
  source_ranges = ["0.0.0.0/0"]
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}
resource "google_compute_instance" "v" {
  project      = google_project.p.project_id
  name         = "v"
  machine_type = "e2-small"
  zone         = "europe-west1-b"
  boot_disk {
    initialize_params { image = "debian-cloud/debian-12" }
  }
  network_interface {
    subnetwork = google_compute_subnetwork.s.id
    access_config {}
  }
}
resource "google_compute_firewall_policy" "o" {
  parent     = google_folder.f.name
  short_name = "base"
}
resource "google_compute_firewall_policy_association" "o" {
  name              = "o"
  firewall_policy   = google_compute_firewall_policy.o.id
  attachment_target = google_folder.f.name
}
resource "google_compute_firewall_policy_rule" "o" {
  firewall_policy = google_compute_firewall_policy.o.id
  priority        = 100
  action          = "goto_next"
  direction       = "INGRESS"
  match {
    src_ip_ranges = ["0.0.0.0/0"]
    layer4_configs {
      ip_protocol = "tcp"
      ports       = ["80"]
    }
  }
}
resource "google_compute_network_firewall_policy" "g" {
  project = google_project.p.project_id
  name    = "g"
}
resource "google_compute_network_firewall_policy_association" "g" {
  project           = google_project.p.project_id
  name              = "g"
  attachment_target = google_compute_network.n.id
  firewall_policy   = google_compute_network_firewall_policy.g.name
}
resource "google_compute_network_firewall_policy_rule" "g" {
  project         = google_project.p.project_id
  firewall_policy = google_compute_network_firewall_policy.g.name
  priority        = 10
  action          = "deny"
  direction       = "INGRESS"
  match {
    src_ip_ranges = ["0.0.0.0/0"]
    layer4_configs {
      ip_protocol = "tcp"
      ports       = ["22"]
    }
  }
}
"#;

/// Rules of the policy above that come after the one that sends on.
fn later(ports: &str) -> String {
    format!(
        r#"
resource "google_compute_firewall_policy_rule" "later" {{
  firewall_policy = google_compute_firewall_policy.o.id
  priority        = 200
  action          = "allow"
  direction       = "INGRESS"
  match {{
    src_ip_ranges = ["0.0.0.0/0"]
    layer4_configs {{
      ip_protocol = "tcp"
      ports       = ["{ports}"]
    }}
  }}
}}
"#
    )
}

/// Sending some traffic on changes nothing where no later rule of the policy is about it.
#[rstest]
#[case::nothing_comes_later(String::new(), "isolated")]
#[case::something_else(later("8080-8090"), "isolated")]
#[case::the_same(later("79-81"), "unknown")]
#[case::another_that_is_open(later("22"), "internet_open")]
fn policies_that_send_on(#[case] more: String, #[case] exposure: &str) {
    let lines = terraform(&format!("{POLICIES}{more}"));
    let found = lines.iter().find(|line| line.starts_with("T001 google_compute_instance.v"));
    let found = found.unwrap_or_else(|| panic!("{lines:#?}"));
    assert!(found.contains(&format!("exposure={exposure}")), "{found}");
}

/// A front that speaks TLS only and redirects nobody.
const FRONT: &str = r#"
resource "azurerm_resource_group" "rg" {
  name     = "rg"
  location = "westeurope"
}
resource "azurerm_cdn_frontdoor_profile" "fd" {
  name                = "fd"
  resource_group_name = azurerm_resource_group.rg.name
  sku_name            = "Premium_AzureFrontDoor"
}
resource "azurerm_cdn_frontdoor_endpoint" "shop" {
  name                     = "shop"
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.fd.id
}
resource "azurerm_cdn_frontdoor_origin_group" "shop" {
  name                     = "shop"
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.fd.id
  load_balancing {}
}
resource "azurerm_cdn_frontdoor_origin" "shop" {
  name                           = "shop"
  cdn_frontdoor_origin_group_id  = azurerm_cdn_frontdoor_origin_group.shop.id
  host_name                      = "shop.example.com"
  certificate_name_check_enabled = true
}
resource "azurerm_cdn_frontdoor_route" "shop" {
  name                          = "shop"
  cdn_frontdoor_endpoint_id     = azurerm_cdn_frontdoor_endpoint.shop.id
  cdn_frontdoor_origin_group_id = azurerm_cdn_frontdoor_origin_group.shop.id
  cdn_frontdoor_origin_ids      = [azurerm_cdn_frontdoor_origin.shop.id]
  supported_protocols           = ["Http", "Https"]
  forwarding_protocol           = "HttpsOnly"
  https_redirect_enabled        = false
  patterns_to_match             = ["/*"]
}
"#;

/// What does not speak HTTP has no door for it, whether it redirects or not.
#[rstest]
#[case::not_spoken("[\"Http\", \"Https\"]", "[\"Https\"]")]
#[case::redirected("https_redirect_enabled        = false", "https_redirect_enabled        = true")]
fn doors_without_tls(#[case] from: &str, #[case] to: &str) {
    let line = "internet > azurerm_cdn_frontdoor_profile.fd network tcp/80 no";
    differs(FRONT, from, to, line, terraform);
}
