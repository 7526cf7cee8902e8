//! Parts of clouds that decide who gets where: groups before what Azure runs, routes of Google's networks, filters of the machines under pods;
//! and what protects an entry, or asks who calls it.

use rstest::rstest;

use crate::model_systems::{differs, has, manifests, terraform};

/// Each change leaves a line where it is.
fn stays(base: &str, changes: &[(&str, &str)], line: &str) {
    let mut tree = base.to_owned();
    for (from, to) in changes {
        assert_eq!(tree.matches(from).count(), 1, "{from}");
        tree = tree.replace(from, to);
    }
    let made = terraform(&tree);
    assert!(has(&made, line), "{line}\n{made:#?}");
}

const AZURE: &str = r#"
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
resource "azurerm_subnet" "door" {
  name                 = "AzureBastionSubnet"
  resource_group_name  = azurerm_resource_group.g.name
  virtual_network_name = azurerm_virtual_network.n.name
  address_prefixes     = ["10.4.1.0/24"]
}
resource "azurerm_network_security_group" "door" {
  name                = "door"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  security_rule {
    name                       = "callers"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "443"
    source_address_prefix      = "Internet"
    destination_address_prefix = "*"
  }
}
resource "azurerm_subnet_network_security_group_association" "door" {
  subnet_id                 = azurerm_subnet.door.id
  network_security_group_id = azurerm_network_security_group.door.id
}
resource "azurerm_public_ip" "door" {
  name                = "door"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  allocation_method   = "Static"
}
"#;

const APPLICATION_GATEWAY: &str = r#"
resource "azurerm_application_gateway" "door" {
  name                = "door"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  gateway_ip_configuration {
    name      = "own"
    subnet_id = azurerm_subnet.door.id
  }
  frontend_ip_configuration {
    name                 = "public"
    public_ip_address_id = azurerm_public_ip.door.id
  }
  frontend_port {
    name = "https"
    port = 443
  }
  backend_address_pool {
    name  = "app"
    fqdns = [azurerm_linux_web_app.w.default_hostname]
  }
  backend_http_settings {
    name                  = "https"
    cookie_based_affinity = "Disabled"
    port                  = 443
    protocol              = "Https"
  }
  http_listener {
    name                           = "https"
    frontend_ip_configuration_name = "public"
    frontend_port_name             = "https"
    protocol                       = "Https"
  }
  request_routing_rule {
    name                       = "all"
    rule_type                  = "Basic"
    http_listener_name         = "https"
    backend_address_pool_name  = "app"
    backend_http_settings_name = "https"
    priority                   = 10
  }
  # POLICY
}
resource "azurerm_linux_web_app" "w" {
  name                = "w"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  service_plan_id     = "/plans/p"
  https_only          = true
  site_config {
    ip_restriction_default_action = "Deny"
    ip_restriction {
      action                    = "Allow"
      priority                  = 100
      virtual_network_subnet_id = azurerm_subnet.door.id
    }
  }
}
"#;

const BASTION: &str = r#"
resource "azurerm_bastion_host" "door" {
  name                = "door"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  ip_configuration {
    name                 = "own"
    subnet_id            = azurerm_subnet.door.id
    public_ip_address_id = azurerm_public_ip.door.id
  }
}
"#;

const JOINED: &str = r#"resource "azurerm_subnet_network_security_group_association" "door" {
  subnet_id                 = azurerm_subnet.door.id
  network_security_group_id = azurerm_network_security_group.door.id
}
"#;

/// The group of a subnet stands before what Azure itself runs there; where there is none, whoever asks is answered.
#[rstest]
#[case::of_front_door(&[("\"Internet\"", "\"AzureFrontDoor.Backend\"")], None)]
#[case::of_a_site(&[("\"Internet\"", "\"10.99.0.0/16\"")], None)]
#[case::another_port(&[("= \"443\"", "= \"8443\"")], None)]
#[case::refused(&[("\"Allow\"\n    protocol", "\"Deny\"\n    protocol")], None)]
#[case::the_internet(&[], Some("internet_open"))]
#[case::an_office(&[("\"Internet\"", "\"203.0.113.0/24\"")], Some("internet_restricted"))]
#[case::no_group(&[(JOINED, "")], Some("internet_open"))]
fn groups_stand_before_what_azure_runs(
    #[case] changes: &[(&str, &str)],
    #[case] open: Option<&str>,
) {
    for (door, id) in [
        (APPLICATION_GATEWAY, "azurerm_application_gateway.door"),
        (BASTION, "azurerm_bastion_host.door"),
    ] {
        let mut tree = AZURE.to_owned();
        for (from, to) in changes {
            assert_eq!(tree.matches(from).count(), 1, "{from}");
            tree = tree.replace(from, to);
        }
        let made = terraform(&format!("{tree}{door}"));
        let flow = format!("internet > {id} network tcp/443");
        assert_eq!(has(&made, &flow), open.is_some(), "{made:#?}");
        if let Some(open) = open.filter(|_| door == APPLICATION_GATEWAY) {
            let says = |line: &String| line.starts_with("T028 ") && line.contains(open);
            assert!(made.iter().any(says), "{made:#?}");
        }
    }
}

const GOOGLE: &str = r#"
resource "google_compute_network" "n" {
  name                            = "n"
  auto_create_subnetworks         = false
  delete_default_routes_on_create = true
}
resource "google_compute_subnetwork" "s" {
  name          = "s"
  network       = google_compute_network.n.id
  ip_cidr_range = "10.1.0.0/24"
}
resource "google_compute_route" "out" {
  name             = "out"
  network          = google_compute_network.n.id
  dest_range       = "0.0.0.0/0"
  next_hop_gateway = "default-internet-gateway"
  priority         = 900
  tags             = ["web"]
}
resource "google_compute_firewall" "ssh" {
  name          = "ssh"
  network       = google_compute_network.n.id
  source_ranges = ["0.0.0.0/0"]
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}
resource "google_compute_router" "r" {
  name    = "r"
  network = google_compute_network.n.id
}
resource "google_compute_router_nat" "r" {
  name                               = "r"
  router                             = google_compute_router.r.name
  source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"
}
resource "google_compute_instance" "m" {
  name = "m"
  tags = ["web"]
  network_interface {
    subnetwork = google_compute_subnetwork.s.id
    access_config {}
  }
}
"#;

const IN: &str = "internet > google_compute_instance.m network tcp/22";
const OUT: &str = "google_compute_instance.m > internet network";

/// Without a route for it to the gateway of the internet, a machine is not there, whatever address it has.
#[rstest]
#[case::other_tags("tags             = [\"web\"]", "tags             = [\"desk\"]")]
#[case::googles_own("\"0.0.0.0/0\"\n  next", "\"199.36.153.8/30\"\n  next")]
#[case::an_appliance(
    "next_hop_gateway = \"default-internet-gateway\"",
    "next_hop_ip = \"10.1.0.9\""
)]
#[case::another_network(
    "  network          = google_compute_network.n.id\n  dest",
    "  network          = \"projects/p/global/networks/x\"\n  dest"
)]
fn routes_lead_to_the_internet(#[case] from: &str, #[case] to: &str) {
    let inside = GOOGLE.replace("    access_config {}\n", "");
    for (base, line) in [(GOOGLE, IN), (GOOGLE, OUT), (inside.as_str(), OUT)] {
        differs(base, from, to, line, terraform);
    }
}

/// What keeps, or gives, a way.
#[rstest]
#[case::for_all(&[("  tags             = [\"web\"]\n", "")])]
#[case::kept(&[("= true\n}", "= false\n}"), ("tags             = [\"web\"]", "tags             = [\"desk\"]")])]
#[case::in_halves(&[("\"0.0.0.0/0\"\n  next", "\"0.0.0.0/1\"\n  next"), ("resource \"google_compute_firewall\"", "resource \"google_compute_route\" \"other\" {\n  name             = \"other\"\n  network          = google_compute_network.n.id\n  dest_range       = \"128.0.0.0/1\"\n  next_hop_gateway = \"default-internet-gateway\"\n}\nresource \"google_compute_firewall\"")])]
#[case::less_urgent(&[("= true\n}", "= false\n}"), ("next_hop_gateway = \"default-internet-gateway\"\n  priority         = 900", "next_hop_ip = \"10.1.0.9\"\n  priority         = 1100")])]
fn routes_still_lead_to_the_internet(#[case] changes: &[(&str, &str)]) {
    stays(GOOGLE, changes, IN);
    stays(GOOGLE, changes, OUT);
}

/// A more urgent route for all addresses to somewhere else takes the way of the one that a network begins with.
#[test]
fn an_urgent_route_leads_elsewhere() {
    let begun = GOOGLE.replace("= true\n}", "= false\n}");
    let from = "next_hop_gateway = \"default-internet-gateway\"";
    differs(&begun, from, "next_hop_ip = \"10.1.0.9\"", IN, terraform);
}

const SCALE_SET: &str = r#"
resource "azurerm_lb" "b" {
  name                = "b"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  sku                 = "Standard"
  frontend_ip_configuration {
    name                 = "public"
    public_ip_address_id = azurerm_public_ip.door.id
  }
}
resource "azurerm_lb_backend_address_pool" "b" {
  name            = "b"
  loadbalancer_id = azurerm_lb.b.id
}
resource "azurerm_lb_rule" "b" {
  name                           = "b"
  loadbalancer_id                = azurerm_lb.b.id
  protocol                       = "Tcp"
  frontend_port                  = 443
  backend_port                   = 443
  frontend_ip_configuration_name = "public"
  backend_address_pool_ids       = [azurerm_lb_backend_address_pool.b.id]
}
resource "azurerm_linux_virtual_machine_scale_set" "m" {
  name                = "m"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  sku                 = "Standard_B2s"
  instances           = 3
  zones               = ["1", "2"]
  admin_username      = "care"
  network_interface {
    name    = "own"
    primary = true
    ip_configuration {
      name                                   = "own"
      subnet_id                              = azurerm_subnet.door.id
      load_balancer_backend_address_pool_ids = [azurerm_lb_backend_address_pool.b.id]
    }
  }
}
"#;

/// A rule of a balancer lets out what stands behind it, unless it says otherwise.
#[rstest]
#[case::silent("", true)]
#[case::off("disable_outbound_snat = true", false)]
#[case::not_known("disable_outbound_snat = var.quiet", true)]
fn balancers_translate(#[case] said: &str, #[case] out: bool) {
    let rule = "backend_port                   = 443";
    let tree = format!("{AZURE}{SCALE_SET}variable \"quiet\" {{ type = bool }}\n");
    let tree = tree.replace(rule, &format!("{rule}\n  {said}"));
    let line = "azurerm_linux_virtual_machine_scale_set.m > internet network";
    assert_eq!(has(&terraform(&tree), line), out, "{said}");
}

const QUIET: &[(&str, &str)] = &[(
    "backend_port                   = 443",
    "backend_port                   = 443\n  disable_outbound_snat = true",
)];

/// What lets hosts out all the same: a rule made for it, a balancer of the old kind.
#[rstest]
#[case::made_for_it(&[], "resource \"azurerm_lb_outbound_rule\" \"b\" {\n  name                    = \"out\"\n  loadbalancer_id         = azurerm_lb.b.id\n  protocol                = \"All\"\n  backend_address_pool_id = azurerm_lb_backend_address_pool.b.id\n}\n")]
#[case::old(&[("\"Standard\"\n  frontend", "\"Basic\"\n  frontend")], "")]
#[case::gateway(&[], "resource \"azurerm_subnet_nat_gateway_association\" \"d\" {\n  subnet_id      = azurerm_subnet.door.id\n  nat_gateway_id = azurerm_nat_gateway.d.id\n}\nresource \"azurerm_nat_gateway\" \"d\" {\n  name                = \"d\"\n  resource_group_name = azurerm_resource_group.g.name\n  location            = azurerm_resource_group.g.location\n}\n")]
fn others_let_out(#[case] changes: &[(&str, &str)], #[case] more: &str) {
    let all: Vec<(&str, &str)> = QUIET.iter().chain(changes).copied().collect();
    let tree = format!("{AZURE}{SCALE_SET}{more}");
    stays(&tree, &all, "azurerm_linux_virtual_machine_scale_set.m > internet network");
}

const ROUTED: &str = r#"
resource "azurerm_subnet" "data" {
  name                 = "data"
  resource_group_name  = azurerm_resource_group.g.name
  virtual_network_name = azurerm_virtual_network.n.name
  address_prefixes     = ["10.4.2.0/24"]
  delegation {
    name = "db"
    service_delegation { name = "Microsoft.DBforPostgreSQL/flexibleServers" }
  }
}
resource "azurerm_postgresql_flexible_server" "db" {
  name                          = "db"
  resource_group_name           = azurerm_resource_group.g.name
  location                      = azurerm_resource_group.g.location
  delegated_subnet_id           = azurerm_subnet.data.id
  public_network_access_enabled = false
}
resource "azurerm_network_interface" "m" {
  name                = "m"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  ip_configuration {
    name                          = "own"
    subnet_id                     = azurerm_subnet.door.id
    private_ip_address_allocation = "Dynamic"
  }
}
resource "azurerm_linux_virtual_machine" "m" {
  name                  = "m"
  resource_group_name   = azurerm_resource_group.g.name
  location              = azurerm_resource_group.g.location
  size                  = "Standard_B2s"
  admin_username        = "care"
  network_interface_ids = [azurerm_network_interface.m.id]
  custom_data           = base64encode("DB=${azurerm_postgresql_flexible_server.db.fqdn}")
}
resource "azurerm_route_table" "t" {
  name                = "t"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  route {
    name           = "data"
    address_prefix = "10.4.2.0/24"
    next_hop_type  = "VnetLocal"
  }
  # MORE
}
resource "azurerm_subnet_route_table_association" "t" {
  subnet_id      = azurerm_subnet.door.id
  route_table_id = azurerm_route_table.t.id
}
"#;

/// Where the most exact route for a store's addresses leads nowhere, nobody of the subnet gets there.
#[rstest]
#[case::of_the_subnet("10.4.2.0/24", "", false)]
#[case::of_the_network("10.4.0.0/16", "", false)]
#[case::less_exact_than_the_networks_own("10.0.0.0/8", "", true)]
#[case::of_others("10.4.3.0/24", "", true)]
#[case::a_part("10.4.2.128/25", "", true)]
#[case::a_more_exact_one(
    "10.4.0.0/16",
    "route {\n    name           = \"near\"\n    address_prefix = \"10.4.2.0/24\"\n    next_hop_type  = \"VnetLocal\"\n  }",
    true
)]
fn routes_that_lead_nowhere(#[case] range: &str, #[case] more: &str, #[case] there: bool) {
    let base = format!("{AZURE}{ROUTED}");
    let line =
        "azurerm_linux_virtual_machine.m > azurerm_postgresql_flexible_server.db network tcp/5432";
    let dropping = base
        .replace(
            "\"10.4.2.0/24\"\n    next_hop_type  = \"VnetLocal\"",
            &format!("\"{range}\"\n    next_hop_type  = \"None\""),
        )
        .replace("# MORE", more);
    assert!(has(&terraform(&base), line));
    assert_eq!(has(&terraform(&dropping), line), there, "{range}");
}

const POD: &str = r#"
resource "kubernetes_deployment_v1" "web" {
  metadata { name = "web" }
  spec {
    selector { match_labels = { app = "web" } }
    template {
      metadata { labels = { app = "web" } }
      spec {
        container {
          name  = "web"
          image = "web:1"
        }
      }
    }
  }
}
"#;

const GKE: &str = r#"
resource "google_compute_network" "n" {
  name                    = "n"
  auto_create_subnetworks = false
}
resource "google_compute_subnetwork" "s" {
  name          = "s"
  network       = google_compute_network.n.id
  ip_cidr_range = "10.0.0.0/20"
}
resource "google_compute_firewall" "deny" {
  name               = "deny"
  network            = google_compute_network.n.id
  direction          = "EGRESS"
  priority           = 65000
  target_tags        = ["others"]
  destination_ranges = ["0.0.0.0/0"]
  deny { protocol = "all" }
}
resource "google_container_cluster" "c" {
  name                     = "c"
  location                 = "europe-west1"
  network                  = google_compute_network.n.id
  subnetwork               = google_compute_subnetwork.s.id
  remove_default_node_pool = true
  initial_node_count       = 1
}
resource "google_container_node_pool" "p" {
  name       = "p"
  cluster    = google_container_cluster.c.id
  node_count = 1
  node_config { tags = ["nodes"] }
}
"#;

const AKS: &str = r#"
resource "azurerm_kubernetes_cluster" "c" {
  name                = "c"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  dns_prefix          = "c"
  default_node_pool {
    name           = "sys"
    vm_size        = "Standard_D4s_v5"
    node_count     = 3
    vnet_subnet_id = azurerm_subnet.door.id
  }
  network_profile {
    network_plugin = "azure"
    outbound_type  = "loadBalancer"
  }
  identity { type = "SystemAssigned" }
}
"#;

const RULE: &str = "    direction                  = \"Inbound\"
    access                     = \"Allow\"
    protocol                   = \"Tcp\"
    source_port_range          = \"*\"
    destination_port_range     = \"443\"
    source_address_prefix      = \"Internet\"
    destination_address_prefix = \"*\"
";

const DENIAL: &str = "    direction                  = \"Outbound\"
    access                     = \"Deny\"
    protocol                   = \"*\"
    source_port_range          = \"*\"
    destination_port_range     = \"*\"
    source_address_prefix      = \"*\"
    destination_address_prefix = \"Internet\"
";

const POD_OUT: &str = "kubernetes_deployment_v1.web > internet network";

/// What pods send leaves by their machines, past the filters of these.
#[test]
fn pods_leave_past_the_filters_of_their_machines() {
    let gke = format!("{GKE}{POD}");
    differs(&gke, "[\"others\"]", "[\"nodes\"]", POD_OUT, terraform);
    differs(&gke, "  target_tags        = [\"others\"]\n", "", POD_OUT, terraform);
    let aks = format!("{AZURE}{AKS}{POD}");
    differs(&aks, RULE, DENIAL, POD_OUT, terraform);
    // Who may ask for a few ports may do no more in the pods.
    let some = format!(
        "{DENIAL}  }}\n  security_rule {{\n    name = \"web\"\n    priority = 90\n{}",
        RULE.replace("Inbound", "Outbound")
    );
    let some = some.replacen(
        "source_address_prefix      = \"Internet\"\n    destination_address_prefix = \"*\"",
        "source_address_prefix      = \"*\"\n    destination_address_prefix = \"Internet\"",
        1,
    );
    let some = aks.replace(RULE, &some);
    let made = terraform(&some);
    assert!(has(&made, &format!("{POD_OUT} tcp/443")), "{made:#?}");
    assert!(!has(&made, &format!("{POD_OUT} any")), "{made:#?}");
}

/// Of two kinds of machines one lets out, and so do the pods, which may run on either.
#[test]
fn pods_leave_by_whatever_machine_lets_them() {
    let other = "resource \"google_container_node_pool\" \"q\" {\n  name    = \"q\"\n  cluster = google_container_cluster.c.id\n  node_config { tags = [\"else\"] }\n}\n";
    let gke = format!("{GKE}{POD}{other}");
    stays(&gke, &[("[\"others\"]", "[\"nodes\"]")], POD_OUT);
    differs(&gke, "[\"others\"]", "[\"nodes\", \"else\"]", POD_OUT, terraform);
}

/// A cluster makes a way out for its machines, unless it is told not to.
#[test]
fn clusters_make_a_way_out() {
    let closed = AZURE.replace(
        "  address_prefixes     = [\"10.4.1.0/24\"]\n",
        "  address_prefixes     = [\"10.4.1.0/24\"]\n  default_outbound_access_enabled = false\n",
    );
    let aks = format!("{closed}{AKS}{POD}");
    differs(&aks, "\"loadBalancer\"", "\"userDefinedRouting\"", POD_OUT, terraform);
}

const GATEWAY: &str = r#"
resource "google_api_gateway_api" "a" {
  api_id = "a"
}
resource "google_api_gateway_api_config" "a" {
  api = google_api_gateway_api.a.api_id
  openapi_documents {
    document {
      path     = "spec.yaml"
      contents = CONTENTS
    }
  }
}
resource "google_api_gateway_gateway" "g" {
  gateway_id = "g"
  api_config = google_api_gateway_api_config.a.id
}
"#;

const DESCRIPTION: &str =
    "base64encode(\"swagger: '2.0'\\npaths: {/orders: {post: {operationId: create}}}\")";

/// An API whose description says nothing of how callers are asked asks nobody.
#[rstest]
#[case::asks_nobody(DESCRIPTION, true)]
#[case::asked(
    "base64encode(\"swagger: '2.0'\\nsecurity: [{key: []}]\\npaths: {/orders: {post: {operationId: create}}}\")",
    false
)]
#[case::not_known("base64encode(var.description)", false)]
#[case::no_base_64("\"?\"", false)]
#[case::cut_off("\"QUJD=\"", false)]
#[case::no_text("\"//79/A==\"", false)]
fn apis_that_ask_nobody(#[case] contents: &str, #[case] open: bool) {
    let tree =
        GATEWAY.replace("CONTENTS", contents) + "variable \"description\" { type = string }\n";
    let made = terraform(&tree);
    assert_eq!(has(&made, "T031 google_api_gateway_gateway.g"), open, "{made:#?}");
}

const RUN: &str = r#"
resource "google_cloud_run_v2_service" "api" {
  name                 = "api"
  location             = "europe-west1"
  ingress              = "INGRESS_TRAFFIC_ALL"
  invoker_iam_disabled = true
  template {
    containers {
      image = "api"
    }
  }
}
"#;

/// A service that does not check who invokes it is everybody's.
#[rstest]
#[case::checks("invoker_iam_disabled = true", "invoker_iam_disabled = false")]
#[case::inside("\"INGRESS_TRAFFIC_ALL\"", "\"INGRESS_TRAFFIC_INTERNAL_ONLY\"")]
#[case::behind_a_balancer("\"INGRESS_TRAFFIC_ALL\"", "\"INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER\"")]
#[case::asks_by_proxy(
    "invoker_iam_disabled = true",
    "invoker_iam_disabled = true\n  iap_enabled = true"
)]
fn services_that_check_no_invoker(#[case] from: &str, #[case] to: &str) {
    differs(RUN, from, to, "T031 google_cloud_run_v2_service.api", terraform);
}

const GROUP: &str = r#"
resource "google_compute_instance_template" "t" {
  machine_type = "e2-small"
  network_interface { network = "default" }
}
resource "google_compute_region_instance_group_manager" "m" {
  name               = "m"
  base_instance_name = "m"
  region             = "europe-west1"
  target_size        = 3
  version { instance_template = google_compute_instance_template.t.self_link }
  named_port {
    name = "http"
    port = 8080
  }
}
resource "google_compute_backend_service" "web" {
  name      = "web"
  protocol  = "HTTP"
  port_name = "http"
  backend { group = google_compute_region_instance_group_manager.m.instance_group }
}
resource "google_compute_url_map" "web" {
  name            = "web"
  default_service = google_compute_backend_service.web.id
}
resource "google_compute_target_https_proxy" "web" {
  name             = "web"
  url_map          = google_compute_url_map.web.id
  ssl_certificates = ["projects/p/global/sslCertificates/c"]
}
resource "google_compute_global_forwarding_rule" "web" {
  name       = "web"
  port_range = "443"
  target     = google_compute_target_https_proxy.web.id
}
"#;

const SCALED: &str = r#"
resource "google_compute_region_autoscaler" "m" {
  name   = "m"
  target = google_compute_region_instance_group_manager.m.id
  autoscaling_policy {
    min_replicas = LEAST
    max_replicas = 4
  }
}
"#;

/// One zone, or one instance, carries a service of Google's machines.
#[rstest]
#[case::spread(&[], "", false)]
#[case::one(&[("= 3", "= 1")], "", true)]
#[case::one_zone(&[("target_size        = 3", "target_size        = 3\n  distribution_policy_zones = [\"europe-west1-b\"]")], "", true)]
#[case::two_zones(&[("target_size        = 3", "target_size        = 3\n  distribution_policy_zones = [\"europe-west1-b\", \"europe-west1-c\"]")], "", false)]
#[case::scaled_down_to_one(&[("  target_size        = 3\n", "")], "1", true)]
#[case::scaled_down_to_two(&[("  target_size        = 3\n", "")], "2", false)]
#[case::scaled_from_one(&[("= 3", "= 1")], "2", false)]
#[case::not_known(&[("= 3", "= var.size")], "", false)]
#[case::zonal(&[("region             = \"europe-west1\"", "zone = \"europe-west1-b\"")], "", true)]
fn groups_in_one_place(
    #[case] changes: &[(&str, &str)],
    #[case] least: &str,
    #[case] is_one: bool,
) {
    let mut tree = GROUP.to_owned() + "variable \"size\" { type = number }\n";
    for (from, to) in changes {
        assert_eq!(tree.matches(from).count(), 1, "{from}");
        tree = tree.replace(from, to);
    }
    if !least.is_empty() {
        tree += &SCALED.replace("LEAST", least);
    }
    if tree.contains("zone = ") {
        tree = tree.replace("region_instance_group_manager", "instance_group_manager");
    }
    let made = terraform(&tree);
    let threat =
        made.iter().any(|line| line.starts_with("T030 ") && line.contains("group_manager.m:"));
    assert_eq!(threat, is_one, "{made:#?}");
}

const AUTOSCALE: &str = r#"
resource "azurerm_monitor_autoscale_setting" "m" {
  name                = "m"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  target_resource_id  = azurerm_linux_virtual_machine_scale_set.m.id
  profile {
    name = "all"
    capacity {
      default = 2
      minimum = LEAST
      maximum = 4
    }
  }
}
"#;

/// The same of Azure's.
#[rstest]
#[case::spread(&[], "", false)]
#[case::one(&[("instances           = 3", "instances           = 1")], "", true)]
#[case::no_zones(&[("  zones               = [\"1\", \"2\"]\n", "")], "", true)]
#[case::one_zone(&[("[\"1\", \"2\"]", "[\"1\"]")], "", true)]
#[case::scaled_down_to_one(&[], "1", true)]
#[case::scaled_from_one(&[("instances           = 3", "instances           = 1")], "2", false)]
fn scale_sets_in_one_place(
    #[case] changes: &[(&str, &str)],
    #[case] least: &str,
    #[case] is_one: bool,
) {
    let mut tree = format!("{AZURE}{SCALE_SET}");
    for (from, to) in changes {
        assert_eq!(tree.matches(from).count(), 1, "{from}");
        tree = tree.replace(from, to);
    }
    if !least.is_empty() {
        tree += &AUTOSCALE.replace("LEAST", least);
    }
    let made = terraform(&tree);
    let line = "T030 azurerm_linux_virtual_machine_scale_set.m:";
    assert_eq!(has(&made, line), is_one, "{made:#?}");
}

const POLICY: &str = r#"
resource "azurerm_web_application_firewall_policy" "w" {
  name                = "w"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  policy_settings {
    enabled = true
    mode    = "Prevention"
  }
  custom_rules {
    name      = "rate"
    priority  = 10
    rule_type = "RateLimitRule"
    action    = "Block"
    match_conditions {
      operator     = "IPMatch"
      match_values = ["0.0.0.0/0"]
      match_variables { variable_name = "RemoteAddr" }
    }
  }
  # MANAGED
}
"#;

const MANAGED: &str =
    "managed_rules {\n    managed_rule_set {\n      version = \"3.2\"\n    }\n  }";

/// Of a gateway's policy, rules that look for attacks are one thing, and limits of rates another.
#[rstest]
#[case::only_a_limit(&[], true, false)]
#[case::both(&[("# MANAGED", MANAGED)], false, false)]
#[case::no_limit(&[("# MANAGED", MANAGED), ("\"RateLimitRule\"", "\"MatchRule\"")], false, true)]
#[case::only_noted(&[("# MANAGED", MANAGED), ("\"Block\"", "\"Log\"")], false, true)]
#[case::switched_off(&[("\"Block\"", "\"Block\"\n    enabled = false")], true, true)]
#[case::only_looks(&[("# MANAGED", MANAGED), ("\"Prevention\"", "\"Detection\"")], true, true)]
#[case::of_the_listener(&[("  # POLICY\n", ""), ("    protocol                       = \"Https\"\n", "    protocol                       = \"Https\"\n    firewall_policy_id = azurerm_web_application_firewall_policy.w.id\n")], true, false)]
fn policies_of_gateways(
    #[case] changes: &[(&str, &str)],
    #[case] attacks: bool,
    #[case] floods: bool,
) {
    let mut tree = format!("{AZURE}{APPLICATION_GATEWAY}{POLICY}");
    for (from, to) in changes {
        assert_eq!(tree.matches(from).count(), 1, "{from}");
        tree = tree.replace(from, to);
    }
    let policy = "firewall_policy_id = azurerm_web_application_firewall_policy.w.id";
    let made = terraform(&tree.replace("# POLICY", policy));
    assert_eq!(has(&made, "T032 azurerm_linux_web_app.w"), attacks, "{made:#?}");
    assert_eq!(has(&made, "T028 azurerm_application_gateway.door"), floods, "{made:#?}");
}

const FRONT_DOOR: &str = r#"
resource "azurerm_cdn_frontdoor_profile" "p" {
  name                = "p"
  resource_group_name = azurerm_resource_group.g.name
  sku_name            = "Premium_AzureFrontDoor"
}
resource "azurerm_cdn_frontdoor_endpoint" "e" {
  name                     = "e"
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.p.id
}
resource "azurerm_cdn_frontdoor_origin_group" "o" {
  name                     = "o"
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.p.id
}
resource "azurerm_cdn_frontdoor_origin" "o" {
  name                           = "o"
  cdn_frontdoor_origin_group_id  = azurerm_cdn_frontdoor_origin_group.o.id
  host_name                      = azurerm_linux_web_app.w.default_hostname
  certificate_name_check_enabled = true
}
resource "azurerm_cdn_frontdoor_route" "r" {
  name                          = "r"
  cdn_frontdoor_endpoint_id     = azurerm_cdn_frontdoor_endpoint.e.id
  cdn_frontdoor_origin_group_id = azurerm_cdn_frontdoor_origin_group.o.id
  cdn_frontdoor_origin_ids      = [azurerm_cdn_frontdoor_origin.o.id]
  supported_protocols           = ["Https"]
  patterns_to_match             = ["/*"]
}
resource "azurerm_linux_web_app" "w" {
  name                      = "w"
  resource_group_name       = azurerm_resource_group.g.name
  location                  = azurerm_resource_group.g.location
  service_plan_id           = "/plans/p"
  https_only                = true
  virtual_network_subnet_id = azurerm_subnet.door.id
  site_config {
    ip_restriction_default_action = "Deny"
    ip_restriction {
      action      = "Allow"
      priority    = 100
      service_tag = "AzureFrontDoor.Backend"
      headers { x_azure_fdid = [azurerm_cdn_frontdoor_profile.p.resource_guid] }
    }
  }
}
resource "azurerm_cdn_frontdoor_firewall_policy" "w" {
  name                = "w"
  resource_group_name = azurerm_resource_group.g.name
  sku_name            = "Premium_AzureFrontDoor"
  mode                = "Prevention"
  custom_rule {
    name     = "rate"
    type     = "RateLimitRule"
    action   = "Block"
    priority = 10
    match_condition {
      match_variable = "SocketAddr"
      operator       = "IPMatch"
      match_values   = ["0.0.0.0/0"]
    }
  }
  # MANAGED
}
resource "azurerm_cdn_frontdoor_security_policy" "w" {
  name                     = "w"
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.p.id
  security_policies {
    firewall {
      cdn_frontdoor_firewall_policy_id = azurerm_cdn_frontdoor_firewall_policy.w.id
      association {
        patterns_to_match = ["/*"]
        domain { cdn_frontdoor_domain_id = azurerm_cdn_frontdoor_endpoint.e.id }
      }
    }
  }
}
"#;

/// The same of Front Door's.
#[rstest]
#[case::only_a_limit(&[], true, false)]
#[case::both(&[("# MANAGED", "managed_rule {\n    type    = \"Microsoft_DefaultRuleSet\"\n    version = \"2.1\"\n    action  = \"Block\"\n  }")], false, false)]
#[case::only_noted(&[("# MANAGED", "managed_rule {\n    type    = \"Microsoft_DefaultRuleSet\"\n    version = \"2.1\"\n    action  = \"Log\"\n  }")], true, false)]
#[case::patterns(&[("\"RateLimitRule\"", "\"MatchRule\""), ("\"IPMatch\"", "\"RegEx\"")], false, true)]
#[case::addresses(&[("\"RateLimitRule\"", "\"MatchRule\"")], true, true)]
#[case::only_looks(&[("\"Prevention\"", "\"Detection\"")], true, true)]
fn policies_of_front_door(
    #[case] changes: &[(&str, &str)],
    #[case] attacks: bool,
    #[case] floods: bool,
) {
    let mut tree = format!("{AZURE}{FRONT_DOOR}");
    for (from, to) in changes {
        assert_eq!(tree.matches(from).count(), 1, "{from}");
        tree = tree.replace(from, to);
    }
    let made = terraform(&tree);
    assert_eq!(has(&made, "T032 azurerm_linux_web_app.w"), attacks, "{made:#?}");
    assert_eq!(has(&made, "T028 azurerm_cdn_frontdoor_profile.p"), floods, "{made:#?}");
}

/// A plan for a network protects addresses in it, and neither Front Door's nor those of apps that only send from there.
#[test]
fn plans_protect_addresses_of_their_network() {
    let plan = "address_space       = [\"10.4.0.0/16\"]\n  ddos_protection_plan {\n    id     = \"/plans/d\"\n    enable = true\n  }";
    let guarded = AZURE.replace("address_space       = [\"10.4.0.0/16\"]", plan);
    let quiet = FRONT_DOOR.replace("RateLimitRule", "MatchRule");
    let made = terraform(&format!("{guarded}{quiet}"));
    assert!(has(&made, "T028 azurerm_cdn_frontdoor_profile.p"), "{made:#?}");
    let app = APPLICATION_GATEWAY.split_once("resource \"azurerm_linux_web_app\"").unwrap().1;
    let app = format!("resource \"azurerm_linux_web_app\"{app}")
        .replace(
            "ip_restriction_default_action = \"Deny\"",
            "ip_restriction_default_action = \"Allow\"",
        )
        .replace(
            "  https_only          = true\n",
            "  https_only          = true\n  virtual_network_subnet_id = azurerm_subnet.door.id\n",
        );
    let app = app
        .split_once("    ip_restriction {")
        .map_or(String::new(), |(head, _)| format!("{head}  }}\n}}\n"));
    let made = terraform(&format!("{guarded}{app}"));
    assert!(has(&made, "T028 azurerm_linux_web_app.w"), "{made:#?}");
    let made = terraform(&format!("{guarded}{SCALE_SET}"));
    assert!(!has(&made, "T028 "), "{made:#?}");
}

const ENTRY: &str = r#"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: shop
  annotations: {NOTES}
spec:
  # CLASS
  tls: [{hosts: [a.example], secretName: t}]
  rules:
  - host: a.example
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "web:1", ports: [{containerPort: 8080}]}
---
apiVersion: networking.gke.io/v1beta1
kind: FrontendConfig
metadata: {name: front, namespace: shop}
spec: {redirectToHttps: {enabled: ENABLED}}
"#;

/// An entry with a certificate serves clear text beside it where its controller is told so, or is not told otherwise.
#[rstest]
#[case::nginx("nginx.ingress.kubernetes.io/ssl-redirect: \"false\"", "", false, true)]
#[case::nginx_silent("team: shop", "", false, false)]
#[case::nginx_sends_on("nginx.ingress.kubernetes.io/ssl-redirect: \"true\"", "", false, false)]
#[case::nginx_forced(
    "nginx.ingress.kubernetes.io/ssl-redirect: \"false\", nginx.ingress.kubernetes.io/force-ssl-redirect: \"true\"",
    "",
    false,
    false
)]
#[case::google("kubernetes.io/ingress.class: gce", "", false, true)]
#[case::google_by_certificate("networking.gke.io/managed-certificates: web", "", false, true)]
#[case::google_of_another_class(
    "networking.gke.io/managed-certificates: web",
    "ingressClassName: nginx",
    false,
    false
)]
#[case::google_refuses(
    "kubernetes.io/ingress.class: gce, kubernetes.io/ingress.allow-http: \"false\"",
    "",
    false,
    false
)]
#[case::google_sends_on(
    "kubernetes.io/ingress.class: gce, networking.gke.io/v1beta1.FrontendConfig: front",
    "",
    true,
    false
)]
#[case::google_does_not(
    "kubernetes.io/ingress.class: gce, networking.gke.io/v1beta1.FrontendConfig: front",
    "",
    false,
    true
)]
#[case::google_elsewhere(
    "kubernetes.io/ingress.class: gce, networking.gke.io/v1beta1.FrontendConfig: other",
    "",
    false,
    false
)]
fn entries_in_clear_text(
    #[case] notes: &str,
    #[case] class: &str,
    #[case] redirects: bool,
    #[case] plain: bool,
) {
    let tree = ENTRY.replace("NOTES", notes).replace("# CLASS", class);
    let made = manifests(&tree.replace("ENABLED", &redirects.to_string()));
    assert!(has(&made, "internet > Ingress/shop/web network tcp/443 yes"), "{made:#?}");
    assert_eq!(has(&made, "internet > Ingress/shop/web network tcp/80 no"), plain, "{made:#?}");
    assert_eq!(has(&made, "T006 internet > Ingress/shop/web network tcp/80"), plain);
}

const SCALED_PODS: &str = r"
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: LEAST
  maxReplicas: 4
";

/// Who scales pods says how few there are, whatever they begin with.
#[rstest]
#[case::by_itself("1", "", true)]
#[case::many("2", "", false)]
#[case::scaled_to_two("1", "2", false)]
#[case::scaled_to_one("2", "1", true)]
fn pods_that_are_one(#[case] begun: &str, #[case] least: &str, #[case] is_one: bool) {
    let spec = "spec:\n  selector: {matchLabels: {app: web}}";
    let mut tree = ENTRY.replace(
        spec,
        &format!("spec:\n  replicas: {begun}\n  selector: {{matchLabels: {{app: web}}}}"),
    );
    if !least.is_empty() {
        tree += &SCALED_PODS.replace("LEAST", least);
    }
    let made = manifests(&tree.replace("NOTES", "team: shop").replace("ENABLED", "true"));
    let line = "T030 Deployment/shop/web: 5 4 3 8 2";
    assert_eq!(has(&made, line), is_one, "{made:#?}");
}

const PROXIED: &str = r#"
resource "google_sql_database_instance" "db" {
  name             = "db"
  database_version = "POSTGRES_16"
  settings { tier = "db-custom-2-7680" }
}
resource "google_service_account" "api" {
  account_id = "api"
}
resource "google_project_iam_member" "api" {
  project = "shop"
  role    = "roles/cloudsql.client"
  member  = google_service_account.api.member
}
resource "google_cloud_run_v2_service" "api" {
  name     = "api"
  location = "europe-west1"
  template {
    service_account = google_service_account.api.email
    volumes {
      name = "cloudsql"
      cloud_sql_instance { instances = [google_sql_database_instance.db.connection_name] }
    }
    containers {
      image = "api"
    }
  }
}
variable "role" { type = string }
resource "google_project_iam_custom_role" "own" {
  role_id     = "own"
  title       = "own"
  permissions = ["cloudsql.instances.connect"]
}
"#;

const TO_DATABASE: &str =
    "google_cloud_run_v2_service.api > google_sql_database_instance.db network";

/// Google's proxy carries nobody whose account has no right to connect, where it is known what rights it has.
#[rstest]
#[case::client("\"roles/cloudsql.client\"", true)]
#[case::editor("\"roles/editor\"", true)]
#[case::its_own("google_project_iam_custom_role.own.id", true)]
#[case::not_known("var.role", true)]
#[case::from_elsewhere("\"organizations/1/roles/own\"", true)]
#[case::of_others("\"roles/logging.logWriter\"", false)]
fn the_proxy_asks_for_a_right(#[case] role: &str, #[case] there: bool) {
    let tree = PROXIED.replace("\"roles/cloudsql.client\"", role);
    let made = terraform(&tree);
    assert_eq!(has(&made, TO_DATABASE), there, "{made:#?}");
}

/// Where accounts, or who else has rights, are written elsewhere, nothing is known.
#[rstest]
#[case::another_account(&[("service_account = google_service_account.api.email", "service_account = \"api@shop.iam.gserviceaccount.com\"")])]
#[case::a_group(&[("= google_service_account.api.member", "= google_service_account.api.member\n}\nresource \"google_project_iam_member\" \"all\" {\n  project = \"shop\"\n  role    = \"roles/cloudsql.client\"\n  member  = \"group:apis@example.com\"")])]
#[case::no_rights_here(&[("google_project_iam_member\" \"api\"", "google_storage_bucket_iam_member\" \"api\""), ("project = \"shop\"", "bucket = \"b\"")])]
fn rights_to_connect_elsewhere(#[case] changes: &[(&str, &str)]) {
    let tree = PROXIED.replace(
        "\"roles/cloudsql.client\"\n  member  = google",
        "\"roles/logging.logWriter\"\n  member  = google",
    );
    stays(&tree, changes, TO_DATABASE);
}

const ENDPOINTS: &str = r#"
data "google_compute_network_endpoint_group" "web" {
  name = "web"
  zone = "europe-west1-b"
}
resource "google_compute_backend_service" "web" {
  name     = "web"
  protocol = "HTTP"
  backend { group = data.google_compute_network_endpoint_group.web.id }
}
resource "google_compute_url_map" "web" {
  name            = "web"
  default_service = google_compute_backend_service.web.id
}
resource "google_compute_target_https_proxy" "web" {
  name             = "web"
  url_map          = google_compute_url_map.web.id
  ssl_certificates = ["projects/p/global/sslCertificates/c"]
}
resource "google_compute_global_forwarding_rule" "web" {
  name       = "web"
  port_range = "443"
  target     = google_compute_target_https_proxy.web.id
}
resource "kubernetes_deployment_v1" "web" {
  metadata { name = "web" }
  spec {
    selector { match_labels = { app = "web" } }
    template {
      metadata { labels = { app = "web" } }
      spec {
        container {
          name  = "web"
          image = "web:1"
          port { container_port = 8080 }
        }
      }
    }
  }
}
resource "kubernetes_service_v1" "web" {
  metadata {
    name        = "web"
    annotations = { "cloud.google.com/neg" = jsonencode({ exposed_ports = { "80" = { name = "web" } } }) }
  }
  spec {
    selector = { app = "web" }
    port {
      port        = 80
      target_port = 8080
    }
  }
}
"#;

const TO_PODS: &str =
    "google_compute_backend_service.web > kubernetes_deployment_v1.web network tcp/8080";

/// A balancer leads to the pods of a Service that makes the group of endpoints that it names.
#[rstest]
#[case::another_name("{ name = \"web\" } }", "{ name = \"desk\" } }")]
#[case::another_port("\"80\" = {", "\"81\" = {")]
#[case::no_name("{ name = \"web\" } }", "{} }")]
#[case::another_note("cloud.google.com/neg", "cloud.google.com/other")]
#[case::another_group("  name = \"web\"\n  zone", "  name = \"desk\"\n  zone")]
fn groups_that_services_make(#[case] from: &str, #[case] to: &str) {
    differs(ENDPOINTS, from, to, TO_PODS, terraform);
}

/// However the group is named.
#[rstest]
#[case::of_the_configuration(&[("data \"google_compute_network_endpoint_group\" \"web\" {\n  name = \"web\"", "resource \"google_compute_network_endpoint_group\" \"web\" {\n  network = \"default\"\n  name = \"web\""), ("data.google", "google")])]
#[case::as_text(&[("data.google_compute_network_endpoint_group.web.id", "\"projects/p/zones/z/networkEndpointGroups/web\"")])]
fn groups_by_resource_and_text(#[case] changes: &[(&str, &str)]) {
    stays(ENDPOINTS, changes, TO_PODS);
}

const SCOPED: &str = r#"
resource "google_service_account" "m" {
  account_id = "m"
}
resource "google_storage_bucket" "files" {
  name     = "files"
  location = "EU"
}
resource "google_storage_bucket_iam_member" "m" {
  bucket = google_storage_bucket.files.name
  role   = "roles/storage.objectUser"
  member = google_service_account.m.member
}
resource "google_project_iam_member" "m" {
  project = "p"
  role    = "roles/logging.logWriter"
  member  = google_service_account.m.member
}
resource "google_compute_instance" "m" {
  name = "m"
  network_interface { network = "default" }
  service_account {
    email  = google_service_account.m.email
    scopes = SCOPES
  }
}
variable "scope" { type = string }
"#;

/// A machine acts as its account as far as its scopes leave rights their meaning.
#[rstest]
#[case::everything("[\"cloud-platform\"]", true)]
#[case::logs("[\"logging-write\"]", false)]
#[case::logs_by_address("[\"https://www.googleapis.com/auth/logging.write\"]", false)]
#[case::none("[]", false)]
#[case::the_service("[\"logging-write\", \"storage-rw\"]", true)]
#[case::the_service_by_address("[\"https://www.googleapis.com/auth/devstorage.read_write\"]", true)]
#[case::another_service("[\"pubsub\"]", false)]
#[case::one_that_nobody_knows("[\"logging-write\", \"something\"]", true)]
#[case::not_known("[var.scope]", true)]
fn scopes_limit_tokens(#[case] scopes: &str, #[case] acts: bool) {
    let made = terraform(&SCOPED.replace("SCOPES", scopes));
    let line = "google_compute_instance.m > google_service_account.m identity";
    assert_eq!(has(&made, line), acts, "{made:#?}");
}

/// A right over a whole project counts, and of what is not known nothing is taken.
#[rstest]
#[case::over_all("roles/compute.admin", "[\"compute-rw\"]", true)]
#[case::over_all_of_another("roles/compute.admin", "[\"storage-ro\"]", true)]
#[case::over_everything("roles/editor", "[\"pubsub\"]", true)]
#[case::over_everything_without_use("roles/editor", "[\"logging-write\"]", false)]
#[case::another_service("roles/compute.admin", "[\"pubsub\"]", false)]
fn scopes_of_wide_rights(#[case] role: &str, #[case] scopes: &str, #[case] acts: bool) {
    let tree = SCOPED.replace("roles/logging.logWriter", role).replace("SCOPES", scopes);
    let line = "google_compute_instance.m > google_service_account.m identity";
    assert_eq!(has(&terraform(&tree), line), acts, "{role} {scopes}");
}

/// Roles of Google's are known by their names, also those that name a version or what one does.
#[rstest]
#[case::version("roles/compute.instanceAdmin.v1", Some("privilege=broad"))]
#[case::deployer("roles/appengine.deployer", Some("privilege=broad"))]
#[case::reporter("roles/servicemanagement.reporter", None)]
#[case::not_googles("roles/compute.nothingOfTheKindX", Some("privilege=unknown"))]
fn roles_are_known(#[case] role: &str, #[case] says: Option<&str>) {
    let tree = SCOPED.replace("roles/logging.logWriter", role);
    let tree = tree.replace("SCOPES", "[\"cloud-platform\"]");
    let bucket = tree.find("resource \"google_storage_bucket\"").unwrap();
    let project = tree.find("resource \"google_project_iam_member\"").unwrap();
    let made = terraform(&format!("{}{}", &tree[..bucket], &tree[project..]));
    let about = |line: &&String| line.contains(" google_compute_instance.m:");
    let says_it = |word: &str| made.iter().filter(about).any(|line| line.contains(word));
    match says {
        Some(says) => assert!(says_it(says), "{made:#?}"),
        None => assert!(!says_it("privilege=unknown"), "{made:#?}"),
    }
}
