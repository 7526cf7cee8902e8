//! Azure: which facts derive each state of each dimension; a listed fact that stays unknown is a fault. And what bad input does.

use std::collections::BTreeMap;

use dreadnought::model::{Threat, ThreatModel};
use rstest::rstest;

use crate::model::{model_of, shape};
use crate::model_systems::{has, terraform};

const NETWORK: &str = r#"
resource "azurerm_resource_group" "main" {
  name     = "rg"
  location = "westeurope"
}

resource "azurerm_virtual_network" "main" {
  name                = "vnet"
  resource_group_name = azurerm_resource_group.main.name
  location            = "westeurope"
  address_space       = ["10.1.0.0/16"]
}

resource "azurerm_subnet" "app" {
  name                 = "app"
  resource_group_name  = azurerm_resource_group.main.name
  virtual_network_name = azurerm_virtual_network.main.name
  address_prefixes     = ["10.1.1.0/24"]
}

resource "azurerm_network_security_group" "app" {
  name                = "app"
  resource_group_name = azurerm_resource_group.main.name
  location            = "westeurope"

  security_rule {
    name                       = "manage"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = "SOURCE"
    destination_address_prefix = "*"
  }
  MORE_RULES
}

resource "azurerm_subnet_network_security_group_association" "app" {
  subnet_id                 = azurerm_subnet.app.id
  network_security_group_id = azurerm_network_security_group.app.id
}

ADDRESS

resource "azurerm_network_interface" "app" {
  name                = "nic"
  resource_group_name = azurerm_resource_group.main.name
  location            = "westeurope"

  ip_configuration {
    name                          = "internal"
    subnet_id                     = azurerm_subnet.app.id
    private_ip_address_allocation = "Dynamic"
    NIC_ADDRESS
  }
}

resource "azurerm_linux_virtual_machine" "app" {
  name                            = "vm"
  resource_group_name             = azurerm_resource_group.main.name
  location                        = "westeurope"
  size                            = "Standard_B1s"
  admin_username                  = "someone"
  disable_password_authentication = PASSWORDS_OFF
  network_interface_ids           = [azurerm_network_interface.app.id]
  tags                            = { environment = "ENVIRONMENT" }
  CUSTOM
  IDENTITY

  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "Premium_LRS"
  }
}
"#;

const ADDRESS: &str = r#"
resource "azurerm_public_ip" "app" {
  name                = "ip"
  resource_group_name = azurerm_resource_group.main.name
  location            = "westeurope"
  allocation_method   = "Static"
}
"#;

const OTHER_HOST: &str = r#"
resource "azurerm_network_interface" "other" {
  name                = "other"
  resource_group_name = azurerm_resource_group.main.name
  location            = "westeurope"

  ip_configuration {
    name                          = "internal"
    subnet_id                     = azurerm_subnet.app.id
    private_ip_address_allocation = "Dynamic"
  }
}

resource "azurerm_linux_virtual_machine" "other" {
  name                  = "other"
  resource_group_name   = azurerm_resource_group.main.name
  location              = "westeurope"
  size                  = "Standard_B1s"
  admin_username        = "someone"
  network_interface_ids = [azurerm_network_interface.other.id]

  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "Premium_LRS"
  }
}
"#;

const STORE: &str = r#"
resource "azurerm_storage_account" "data" {
  name                     = "data"
  resource_group_name      = azurerm_resource_group.main.name
  location                 = "westeurope"
  account_tier             = "Standard"
  account_replication_type = "GRS"
  tags                     = { classification = "CLASS" }
}

resource "azurerm_role_assignment" "data" {
  scope                = SCOPE
  role_definition_name = "ROLE"
  principal_id         = azurerm_user_assigned_identity.app.principal_id
}

resource "azurerm_user_assigned_identity" "app" {
  name                = "app"
  resource_group_name = azurerm_resource_group.main.name
  location            = "westeurope"
}
"#;

/// What is put into the configuration; the rest has defaults.
#[derive(Clone, Copy)]
struct Case {
    source: &'static str,
    more_rules: &'static str,
    public: bool,
    passwords_off: &'static str,
    environment: &'static str,
    other: bool,
    store: Option<(&'static str, &'static str, &'static str)>,
}

const PLAIN: Case = Case {
    source: "*",
    more_rules: "",
    public: true,
    passwords_off: "false",
    environment: "prod",
    other: true,
    store: None,
};

fn configuration(case: Case) -> BTreeMap<String, String> {
    let mut text = NETWORK
        .replace("SOURCE", case.source)
        .replace("MORE_RULES", case.more_rules)
        .replace("PASSWORDS_OFF", case.passwords_off)
        .replace("ENVIRONMENT", case.environment)
        .replace("CUSTOM", "")
        .replace(
            "NIC_ADDRESS",
            if case.public { "public_ip_address_id = azurerm_public_ip.app.id" } else { "" },
        )
        .replace("ADDRESS", if case.public { ADDRESS } else { "" });
    let identity = "identity {\n    type         = \"UserAssigned\"\n    identity_ids = [azurerm_user_assigned_identity.app.id]\n  }";
    text = text.replace("IDENTITY", if case.store.is_some() { identity } else { "" });
    if case.other {
        text.push_str(OTHER_HOST);
    }
    if let Some((class, role, scope)) = case.store {
        text.push_str(&STORE.replace("CLASS", class).replace("ROLE", role).replace("SCOPE", scope));
    }
    BTreeMap::from([("main.tf".to_owned(), text)])
}

/// The threat of a class on the machine.
fn on_machine<'m>(model: &'m ThreatModel, class: &str) -> Option<&'m Threat> {
    model.threats.iter().find(|threat| {
        &*threat.class.id == class && &*threat.target == "azurerm_linux_virtual_machine.app"
    })
}

fn state(threat: &Threat, dimension: &str) -> String {
    let known = threat.context.iter().find(|(name, _)| *name == dimension);
    known.map_or_else(|| "does not apply".to_owned(), |(_, state)| state.to_string())
}

const ALLOW_ALL: &str = r#"security_rule {
    name                       = "all"
    priority                   = 120
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "3389"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }"#;
const DENY_NETWORK: &str = r#"security_rule {
    name                       = "nobody"
    priority                   = 110
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "*"
    source_port_range          = "*"
    destination_port_range     = "*"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }"#;
const ACCOUNT: &str = "azurerm_storage_account.data.id";
const GROUP: &str = "azurerm_resource_group.main.id";

#[rstest]
#[case::anyone("exposure", "internet_open", PLAIN)]
#[case::not_routed("exposure", "internal", Case { public: false, ..PLAIN })]
#[case::alone_and_not_routed("exposure", "isolated", Case { public: false, other: false, ..PLAIN })]
#[case::passwords("auth", "password", PLAIN)]
#[case::keys("auth", "key_or_cert", Case { passwords_off: "true", ..PLAIN })]
#[case::no_store("data", "none", PLAIN)]
#[case::internal_store("data", "internal", Case { store: Some(("internal", "Storage Blob Data Reader", ACCOUNT)), ..PLAIN })]
#[case::confidential_store("data", "confidential", Case { store: Some(("confidential", "Storage Blob Data Reader", ACCOUNT)), ..PLAIN })]
#[case::restricted_store("data", "restricted", Case { store: Some(("secret", "Storage Blob Data Reader", ACCOUNT)), ..PLAIN })]
#[case::looked_at("data", "none", Case { store: Some(("secret", "Reader", ACCOUNT)), ..PLAIN })]
#[case::no_identity("privilege", "none", PLAIN)]
#[case::reader("privilege", "scoped", Case { store: Some(("internal", "Reader", GROUP)), ..PLAIN })]
#[case::writer_of_one("privilege", "scoped", Case { store: Some(("internal", "Storage Blob Data Contributor", ACCOUNT)), ..PLAIN })]
#[case::writer_of_a_group("privilege", "broad", Case { store: Some(("internal", "Contributor", GROUP)), ..PLAIN })]
#[case::owner_of_a_group("privilege", "admin", Case { store: Some(("internal", "Owner", GROUP)), ..PLAIN })]
#[case::administrator_of_access("privilege", "admin", Case { store: Some(("internal", "User Access Administrator", GROUP)), ..PLAIN })]
#[case::leaf("blast", "few", PLAIN)]
#[case::user_of_a_store("blast", "majority", Case { store: Some(("internal", "Reader", ACCOUNT)), ..PLAIN })]
#[case::production("environment", "prod", PLAIN)]
#[case::staging("environment", "staging", Case { environment: "uat", ..PLAIN })]
#[case::development("environment", "dev", Case { environment: "sandbox", ..PLAIN })]
fn facts_derive_states(#[case] dimension: &str, #[case] wanted: &str, #[case] case: Case) {
    let made = model_of(&configuration(case), None);
    let threat =
        on_machine(&made.model, "T001").unwrap_or_else(|| panic!("no T001: {:#?}", made.problems));
    assert_eq!(state(threat, dimension), wanted, "{:?}", threat.context);
}

const WEB_FROM_A_RANGE: &str = r#"security_rule {
    name                       = "web"
    priority                   = 130
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "443"
    source_address_prefix      = "203.0.113.0/24"
    destination_address_prefix = "*"
  }"#;

/// A named outside range is no finding, and an entry all the same; on other ports, what everyone reaches is open.
#[rstest]
#[case::web_from_a_range("T032", "internet_restricted", WEB_FROM_A_RANGE)]
#[case::another_port_from_everywhere("T001", "internet_open", ALLOW_ALL)]
fn named_ranges_are_restricted(
    #[case] class: &str,
    #[case] wanted: &str,
    #[case] more_rules: &'static str,
) {
    let case = Case { source: "203.0.113.0/24", more_rules, ..PLAIN };
    let made = model_of(&configuration(case), None);
    let exposure = on_machine(&made.model, class).map(|threat| state(threat, "exposure"));
    assert_eq!(exposure.as_deref(), Some(wanted));
}

/// Rules that contradict each other: the first by priority decides.
#[rstest]
#[case::denied_after("", true)]
#[case::denied_after_all(DENY_NETWORK, true)]
#[case::denied_before(
    "security_rule {\n    name = \"no\"\n    priority = 90\n    direction = \"Inbound\"\n    access = \"Deny\"\n    protocol = \"*\"\n    source_port_range = \"*\"\n    destination_port_range = \"*\"\n    source_address_prefix = \"*\"\n    destination_address_prefix = \"*\"\n  }",
    false
)]
fn the_first_rule_decides(#[case] more_rules: &'static str, #[case] open: bool) {
    let made = model_of(&configuration(Case { more_rules, ..PLAIN }), None);
    let entries = made
        .model
        .flows
        .iter()
        .any(|flow| &*flow.source == "internet" && flow.port.as_deref() == Some("22"));
    assert_eq!(entries, open);
}

#[test]
fn people_state_what_the_code_does_not_say() {
    let store = Some(("internal", "Storage Blob Data Reader", ACCOUNT));
    let mut files = configuration(Case { store, ..PLAIN });
    let context = "context:\n  assets:\n    - select: {type: azurerm_storage_account}\n      sensitivity: restricted\n      owner: team-data\n    - select: {address: azurerm_linux_virtual_machine.*}\n      environment: dev\n    - select: {address: nothing.at.all}\n      environment: dev\n";
    files.insert("dreadnought.yaml".to_owned(), context.to_owned());
    let made = model_of(&files, None);
    let threat = on_machine(&made.model, "T001").unwrap();
    assert_eq!(
        (state(threat, "data").as_str(), state(threat, "environment").as_str()),
        ("restricted", "dev")
    );
    let store = made.model.asset("azurerm_storage_account.data").unwrap();
    assert_eq!(
        (store.owner.as_deref(), store.sensitivity.as_deref()),
        (Some("team-data"), Some("restricted"))
    );
    let notes: Vec<&str> = made.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(notes, ["the selector of `context` selects nothing"]);
}

#[test]
fn trusted_networks_are_not_outside() {
    let mut files = configuration(Case { source: "203.0.113.0/24", ..PLAIN });
    let outside = |model: &ThreatModel| {
        model
            .flows
            .iter()
            .any(|flow| &*flow.source == "internet" && flow.port.as_deref() == Some("22"))
    };
    assert!(outside(&model_of(&files, None).model));
    files.insert(
        "dreadnought.yaml".to_owned(),
        "context: {trusted_networks: [203.0.113.0/24]}\n".to_owned(),
    );
    assert!(!outside(&model_of(&files, None).model));
}

/// What does not hold together is not known, and nothing breaks.
#[rstest]
#[case::zones_in_a_circle(
    "resource \"azurerm_management_group\" \"a\" {\n  parent_management_group_id = azurerm_management_group.b.id\n}\n\nresource \"azurerm_management_group\" \"b\" {\n  parent_management_group_id = azurerm_management_group.a.id\n}\n"
)]
#[case::parts_in_a_circle(
    "resource \"azurerm_network_interface_security_group_association\" \"a\" {\n  network_interface_id      = azurerm_network_interface_security_group_association.b.id\n  network_security_group_id = azurerm_network_interface_security_group_association.b.id\n}\n\nresource \"azurerm_network_interface_security_group_association\" \"b\" {\n  network_interface_id      = azurerm_network_interface_security_group_association.a.id\n  network_security_group_id = azurerm_network_interface_security_group_association.a.id\n}\n"
)]
#[case::nothing_referred_to(
    "resource \"azurerm_role_assignment\" \"a\" {\n  scope                = azurerm_storage_account.missing.id\n  role_definition_name = 5\n  principal_id         = null\n}\n"
)]
#[case::rules_that_are_none(
    "resource \"azurerm_network_security_group\" \"a\" {\n  name = \"a\"\n  security_rule {\n    priority = \"first\"\n    direction = \"Sideways\"\n  }\n  security_rule {\n    direction = \"Inbound\"\n    access = \"Allow\"\n    destination_port_range = \"70000-1\"\n    source_address_prefix = \"not an address\"\n  }\n}\n"
)]
fn bad_input_breaks_nothing(#[case] text: &str) {
    let files = BTreeMap::from([("main.tf".to_owned(), text.to_owned())]);
    let made = model_of(&files, None);
    let json = dreadnought::model::to_json(&made.model);
    assert!(json["assets"].is_array());
    let internal = made.problems.iter().filter(|problem| problem.kind.name() == "internal").count();
    assert_eq!(internal, 0, "{:#?}", made.problems);
}

/// Where blocks stand does not matter: in the root, or in a module that it calls.
#[test]
fn a_module_gives_the_same_model() {
    let case = Case { store: Some(("confidential", "Contributor", GROUP)), ..PLAIN };
    let flat = configuration(case);
    let nested = BTreeMap::from([
        ("main.tf".to_owned(), "module \"app\" {\n  source = \"./modules/app\"\n}\n".to_owned()),
        ("modules/app/main.tf".to_owned(), flat["main.tf"].clone()),
    ]);
    let names = [("module.app.".to_owned(), String::new())];
    let (flat, nested) = (model_of(&flat, None).model, model_of(&nested, None).model);
    assert_eq!(shape(&nested, &names), shape(&flat, &[]));
    assert!(!flat.paths.is_empty(), "there is something to compare");
}

/// Many resources: time and memory grow about linearly, so that this ends at all; the search says where it stops.
#[test]
fn many_resources_end() {
    let many =
        NETWORK.replace("SOURCE", "*").replace("MORE_RULES", "").replace("PASSWORDS_OFF", "false");
    let many = many.replace("ENVIRONMENT", "prod").replace("CUSTOM", "").replace("IDENTITY", "");
    let many = many.replace("NIC_ADDRESS", "").replace("ADDRESS", "");
    let many = many.replace(
        "resource \"azurerm_network_interface\" \"app\" {",
        "resource \"azurerm_network_interface\" \"app\" {\n  count = 1500",
    );
    let many = many.replace(
        "resource \"azurerm_linux_virtual_machine\" \"app\" {",
        "resource \"azurerm_linux_virtual_machine\" \"app\" {\n  count = 1500",
    );
    let many = many.replace(
        "azurerm_network_interface.app.id",
        "azurerm_network_interface.app[count.index].id",
    );
    let made = model_of(&BTreeMap::from([("main.tf".to_owned(), many)]), None);
    let machines = made.model.assets.iter().filter(|asset| &*asset.kind == "compute_vm").count();
    assert_eq!(machines, 1500);
}

const GUARDED: &str = r#"
resource "azurerm_resource_group" "main" {
  name     = "rg-quay-prod"
  location = "northeurope"
}
resource "azurerm_network_ddos_protection_plan" "main" {
  name                = "plan"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
}
resource "azurerm_virtual_network" "main" {
  name                = "net"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  address_space       = ["10.7.0.0/16"]
  PLAN
}
resource "azurerm_subnet" "app" {
  name                 = "app"
  resource_group_name  = azurerm_resource_group.main.name
  virtual_network_name = azurerm_virtual_network.main.name
  address_prefixes     = ["10.7.1.0/24"]
}
resource "azurerm_network_security_group" "app" {
  name                = "app"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  security_rule {
    name                       = "web"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "443"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
}
resource "azurerm_subnet_network_security_group_association" "app" {
  subnet_id                 = azurerm_subnet.app.id
  network_security_group_id = azurerm_network_security_group.app.id
}
resource "azurerm_network_interface" "app" {
  name                = "app"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  ip_configuration {
    name                          = "internal"
    subnet_id                     = azurerm_subnet.app.id
    private_ip_address_allocation = "Dynamic"
  }
}
resource "azurerm_linux_virtual_machine" "app" {
  name                  = "app"
  resource_group_name   = azurerm_resource_group.main.name
  location              = azurerm_resource_group.main.location
  size                  = "Standard_B2s"
  admin_username        = "ops"
  network_interface_ids = [azurerm_network_interface.app.id]
}
resource "azurerm_public_ip" "front" {
  name                 = "front"
  resource_group_name  = azurerm_resource_group.main.name
  location             = azurerm_resource_group.main.location
  allocation_method    = "Static"
  sku                  = "Standard"
  ddos_protection_mode = "MODE"
}
resource "azurerm_lb" "front" {
  name                = "front"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  sku                 = "Standard"
  frontend_ip_configuration {
    name                 = "public"
    public_ip_address_id = azurerm_public_ip.front.id
  }
}
resource "azurerm_lb_backend_address_pool" "app" {
  name            = "app"
  loadbalancer_id = azurerm_lb.front.id
}
resource "azurerm_network_interface_backend_address_pool_association" "app" {
  network_interface_id    = azurerm_network_interface.app.id
  ip_configuration_name   = "internal"
  backend_address_pool_id = azurerm_lb_backend_address_pool.app.id
}
resource "azurerm_lb_rule" "web" {
  name                           = "web"
  loadbalancer_id                = azurerm_lb.front.id
  protocol                       = "Tcp"
  frontend_port                  = 443
  backend_port                   = 443
  frontend_ip_configuration_name = "public"
  backend_address_pool_ids       = [azurerm_lb_backend_address_pool.app.id]
}
resource "azurerm_route_table" "app" {
  name                = "app"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
}
resource "azurerm_route" "out" {
  name                = "out"
  resource_group_name = azurerm_resource_group.main.name
  route_table_name    = azurerm_route_table.app.name
  address_prefix      = "0.0.0.0/0"
  next_hop_type       = "HOP"
}
resource "azurerm_subnet_route_table_association" "app" {
  subnet_id      = azurerm_subnet.app.id
  route_table_id = azurerm_route_table.app.id
}
"#;
const PLAN: &str = "ddos_protection_plan {\n    id     = azurerm_network_ddos_protection_plan.main.id\n    enable = ON\n  }";

/// A plan for the network behind a balancer, or for its address, guards the balancer; a route decides whether hosts get out.
#[rstest]
#[case::nothing("", "VirtualNetworkInherited", "Internet", true, true)]
#[case::plan("true", "VirtualNetworkInherited", "Internet", false, true)]
#[case::plan_that_is_off("false", "VirtualNetworkInherited", "Internet", true, true)]
#[case::address("", "Enabled", "Internet", false, true)]
#[case::appliance("", "VirtualNetworkInherited", "VirtualAppliance", true, false)]
#[case::nowhere("", "VirtualNetworkInherited", "None", true, false)]
fn plans_and_routes_count(
    #[case] plan: &str,
    #[case] mode: &str,
    #[case] hop: &str,
    #[case] flooded: bool,
    #[case] gets_out: bool,
) {
    let plan = if plan.is_empty() { String::new() } else { PLAN.replace("ON", plan) };
    let text = GUARDED.replace("PLAN", &plan).replace("MODE", mode).replace("HOP", hop);
    let made = model_of(&BTreeMap::from([("main.tf".to_owned(), text)]), None);
    let has = |class: &str, target: &str| {
        made.model.threats.iter().any(|threat| {
            &*threat.class.id == class
                && &*threat.target == target
                && threat.state == dreadnought::model::ThreatState::Open
        })
    };
    assert_eq!(has("T028", "azurerm_lb.front"), flooded);
    assert_eq!(has("T022", "azurerm_linux_virtual_machine.app"), gets_out);
}

/// An app that names a database which lets in whatever runs at Azure.
const TENANTS: &str = r#"
resource "azurerm_service_plan" "p" {
  name     = "p"
  os_type  = "Linux"
  sku_name = "P1v3"
}
resource "azurerm_linux_web_app" "a" {
  name            = "a"
  service_plan_id = azurerm_service_plan.p.id
  https_only      = true
  site_config {}
  connection_string {
    name  = "db"
    type  = "SQLAzure"
    value = "Server=tcp:${azurerm_mssql_server.s.fully_qualified_domain_name},1433"
  }
}
resource "azurerm_mssql_server" "s" {
  name    = "s"
  version = "12.0"
}
resource "azurerm_mssql_firewall_rule" "f" {
  name             = "f"
  server_id        = azurerm_mssql_server.s.id
  start_ip_address = "0.0.0.0"
  end_ip_address   = "0.0.0.0"
}
resource "azurerm_cosmosdb_account" "c" {
  name            = "c"
  offer_type      = "Standard"
  ip_range_filter = ["0.0.0.0"]
}
"#;

/// Programs of other tenants are neither everybody nor named ranges, and one's own are among them.
#[rstest]
#[case::everybody(
    "end_ip_address   = \"0.0.0.0\"",
    "end_ip_address   = \"255.255.255.255\"",
    "azurerm_mssql_server.s",
    "internet_open"
)]
#[case::others_too(
    "  end_ip_address   = \"0.0.0.0\"\n}",
    "  end_ip_address   = \"0.0.0.0\"\n}\nresource \"azurerm_mssql_firewall_rule\" \"g\" {\n  name = \"g\"\n  server_id = azurerm_mssql_server.s.id\n  start_ip_address = \"198.51.100.1\"\n  end_ip_address = \"198.51.100.9\"\n}",
    "azurerm_mssql_server.s",
    "internet_restricted"
)]
#[case::named(
    "[\"0.0.0.0\"]",
    "[\"0.0.0.0\", \"198.51.100.0/24\"]",
    "azurerm_cosmosdb_account.c",
    "internet_restricted"
)]
#[case::nobody_written("[\"0.0.0.0\"]", "[]", "azurerm_cosmosdb_account.c", "internet_open")]
fn who_lets_all_tenants_in_is_open_to_other_accounts(
    #[case] from: &str,
    #[case] to: &str,
    #[case] store: &str,
    #[case] exposure: &str,
) {
    let found = |text: &str, exposure: &str| {
        let exposure = format!("exposure={exposure}");
        let own = |it: &&String| it.starts_with(&format!("T002 {store}:"));
        let found = terraform(text);
        assert!(found.iter().find(own).is_some_and(|it| it.contains(&exposure)), "{found:#?}");
        assert!(has(
            &found,
            "azurerm_linux_web_app.a > azurerm_mssql_server.s network tcp/1433 yes"
        ));
    };
    found(TENANTS, "cross_account");
    assert!(TENANTS.contains(from));
    found(&TENANTS.replacen(from, to, 1), exposure);
}

/// Machines whose group is not that of their network, with an extension, and a vault with policies of its own.
const GROUPS: &str = r#"
resource "azurerm_resource_group" "net" {
  name     = "net"
  location = "westeurope"
}
resource "azurerm_resource_group" "app" {
  name     = "app"
  location = "westeurope"
}
resource "azurerm_virtual_network" "v" {
  name                = "v"
  resource_group_name = azurerm_resource_group.net.name
  location            = "westeurope"
  address_space       = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "s" {
  name                 = "s"
  resource_group_name  = azurerm_resource_group.net.name
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.1.0/24"]
}
resource "azurerm_network_interface" "m" {
  name                = "m"
  resource_group_name = azurerm_resource_group.app.name
  location            = "westeurope"
  ip_configuration {
    name      = "m"
    subnet_id = azurerm_subnet.s.id
  }
}
resource "azurerm_linux_virtual_machine" "m" {
  name                  = "m"
  resource_group_name   = azurerm_resource_group.app.name
  location              = "westeurope"
  size                  = "Standard_B1s"
  admin_username        = "someone"
  network_interface_ids = [azurerm_network_interface.m.id]
}
resource "azurerm_virtual_machine_extension" "m" {
  name               = "m"
  virtual_machine_id = azurerm_linux_virtual_machine.m.id
  publisher          = "Microsoft.Azure.Extensions"
  type               = "CustomScript"
}
resource "azurerm_virtual_machine_scale_set" "old" {
  name                = "old"
  resource_group_name = azurerm_resource_group.app.name
  location            = "westeurope"
  network_profile {
    name    = "old"
    primary = true
    ip_configuration {
      name      = "old"
      primary   = true
      subnet_id = azurerm_subnet.s.id
    }
  }
}
data "azurerm_client_config" "current" {}
resource "azurerm_user_assigned_identity" "f" {
  name                = "f"
  resource_group_name = azurerm_resource_group.app.name
  location            = "westeurope"
}
resource "azurerm_windows_function_app" "f" {
  name                        = "f"
  resource_group_name         = azurerm_resource_group.app.name
  location                    = "westeurope"
  storage_key_vault_secret_id = azurerm_key_vault_secret.f.id
  site_config {}
}
resource "azurerm_key_vault" "k" {
  name                = "k"
  resource_group_name = azurerm_resource_group.app.name
  location            = "westeurope"
  tenant_id           = data.azurerm_client_config.current.tenant_id
  sku_name            = "standard"
  access_policy {
    tenant_id          = data.azurerm_client_config.current.tenant_id
    object_id          = data.azurerm_client_config.current.object_id
    secret_permissions = ["Get", "Set"]
  }
  access_policy {
    tenant_id          = data.azurerm_client_config.current.tenant_id
    object_id          = azurerm_user_assigned_identity.f.principal_id
    secret_permissions = ["Get"]
  }
}
resource "azurerm_key_vault_secret" "f" {
  name         = "f"
  key_vault_id = azurerm_key_vault.k.id
}
"#;

/// A machine stands where its network is, whatever group manages it; what extends it is a part of it; a vault's own policies are rights.
#[test]
fn where_machines_stand_and_who_may_use_a_vault() {
    let found = terraform(GROUPS);
    for line in [
        "azurerm_linux_virtual_machine.m compute_vm in azurerm_subnet.s [azurerm_network_interface.m azurerm_virtual_machine_extension.m]",
        "azurerm_virtual_machine_scale_set.old compute_vm in azurerm_subnet.s",
        "azurerm_key_vault.k secret_store in azurerm_resource_group.app",
        "azurerm_user_assigned_identity.f > azurerm_key_vault.k permission",
        "azurerm_windows_function_app.f > azurerm_key_vault.k secret",
    ] {
        assert!(has(&found, line), "{line}\n{found:#?}");
    }
    // Who runs Terraform is nobody of the configuration.
    assert!(!has(&found, "data.azurerm_client_config.current > azurerm_key_vault.k"), "{found:#?}");
}

/// What Azure's machines, containers and apps work with: disks and shares.
const MOUNTS: &str = r#"
resource "azurerm_linux_virtual_machine" "m" {
  name                  = "m"
  size                  = "Standard_B1s"
  admin_username        = "someone"
  network_interface_ids = []
}
resource "azurerm_managed_disk" "d" {
  name = "d"
}
resource "azurerm_virtual_machine_data_disk_attachment" "d" {
  managed_disk_id    = azurerm_managed_disk.d.id
  virtual_machine_id = azurerm_linux_virtual_machine.m.id
  lun                = 10
  caching            = "ReadWrite"
}
resource "azurerm_storage_account" "s" {
  name = "s"
}
resource "azurerm_container_group" "g" {
  name    = "g"
  os_type = "Linux"
  container {
    name  = "g"
    image = "g:1.2.3"
    volume {
      name                 = "v"
      mount_path           = "/v"
      share_name           = "v"
      storage_account_name = azurerm_storage_account.s.name
      storage_account_key  = azurerm_storage_account.s.primary_access_key
    }
  }
}
resource "azurerm_linux_web_app" "a" {
  name            = "a"
  service_plan_id = "p"
  site_config {}
  storage_account {
    name         = "v"
    type         = "AzureFiles"
    account_name = azurerm_storage_account.s.name
    access_key   = azurerm_storage_account.s.primary_access_key
    share_name   = "v"
  }
}
"#;

#[test]
fn what_is_mounted_is_worked_with() {
    let found = terraform(MOUNTS);
    for line in [
        "azurerm_linux_virtual_machine.m > azurerm_managed_disk.d data",
        "azurerm_container_group.g > azurerm_storage_account.s data",
        "azurerm_linux_web_app.a > azurerm_storage_account.s data",
    ] {
        assert!(has(&found, line), "{line}\n{found:#?}");
    }
    // A key beside it says the same.
    assert!(!has(&found, "azurerm_container_group.g > azurerm_storage_account.s network"));
}
