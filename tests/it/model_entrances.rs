//! Entrances and what lies behind them: stores without a medium, requests of the web on any port, services of Azure in a network, secrets
//! in states, conditions over who may be given what.

use std::collections::BTreeSet;

use rstest::rstest;

use crate::model_systems::{differs, has, manifests, terraform};

/// A database in pods without a claim, on the internet.
const MONGO: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: mongo, namespace: data}
spec:
  selector: {matchLabels: {app: mongo}}
  template:
    metadata: {labels: {app: mongo}}
    spec:
      automountServiceAccountToken: false
      containers:
        - name: mongo
          image: mongo:7
          ports: [{containerPort: 27017}]
          volumeMounts: [{name: d, mountPath: /data/db}]
      volumes: [{name: d, emptyDir: {}}]
---
apiVersion: v1
kind: Service
metadata: {name: mongo, namespace: data}
spec:
  type: LoadBalancer
  selector: {app: mongo}
  ports: [{port: 27017}]
";

const TO_MONGO: &str = "internet > Service/data/mongo > Deployment/data/mongo";

#[rstest]
#[case("type: LoadBalancer", "type: ClusterIP")]
#[case("image: mongo:7", "image: acme/web:1")]
#[case("image: mongo:7", "image: memcached:1")]
fn pods_that_keep_data_are_what_attackers_want(#[case] from: &str, #[case] to: &str) {
    differs(MONGO, from, to, TO_MONGO, manifests);
}

#[test]
fn what_lies_on_a_medium_is_wanted_there() {
    let claimed = MONGO.replace("emptyDir: {}", "persistentVolumeClaim: {claimName: d}");
    let lines = manifests(&format!(
        "{claimed}---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: d, namespace: data}}\n\
         spec: {{accessModes: [ReadWriteOnce]}}\n"
    ));
    let all: Vec<&String> = lines.iter().filter(|line| line.starts_with(TO_MONGO)).collect();
    assert!(!all.is_empty());
    let whole = format!("{TO_MONGO} > PersistentVolumeClaim/data/d");
    assert!(all.iter().all(|line| line.starts_with(&whole)), "{all:?}");
}

/// A program that asks such a database.
const SHOP: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: shop
          image: acme/shop:1
          ports: [{containerPort: 8080}]
          env: [{name: DATABASE_URL, value: 'postgres://db/shop'}]
---
apiVersion: v1
kind: Service
metadata: {name: shop, namespace: shop}
spec: {selector: {app: shop}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, namespace: shop}
spec:
  rules: [{host: a.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: shop, port: {number: 80}}}}]}}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec:
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
        - name: db
          image: postgres:16
          ports: [{containerPort: 5432}]
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {selector: {app: db}, ports: [{port: 5432}]}
";

#[rstest]
#[case("image: postgres:16", "image: acme/db:1")]
#[case("'postgres://db/shop'", "'postgres://other/shop'")]
fn so_are_those_behind_an_entry(#[case] from: &str, #[case] to: &str) {
    let base = SHOP.replace("StatefulSet", "Deployment");
    let line = "internet > Ingress/shop/shop > Deployment/shop/shop > Deployment/shop/db";
    differs(&base, from, to, line, manifests);
}

/// A balancer on a port of its own.
const BALANCER: &str = r#"
resource "aws_vpc" "m" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_internet_gateway" "g" {
  vpc_id = aws_vpc.m.id
}
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.m.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_route_table" "r" {
  vpc_id = aws_vpc.m.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.g.id
  }
}
resource "aws_route_table_association" "r" {
  subnet_id      = aws_subnet.a.id
  route_table_id = aws_route_table.r.id
}
resource "aws_security_group" "lb" {
  vpc_id = aws_vpc.m.id
  ingress {
    from_port   = 9000
    to_port     = 9000
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "a" {
  vpc_id = aws_vpc.m.id
  ingress {
    from_port       = 9100
    to_port         = 9100
    protocol        = "tcp"
    security_groups = [aws_security_group.lb.id]
  }
}
resource "aws_lb" "l" {
  load_balancer_type = "application"
  subnets            = [aws_subnet.a.id]
  security_groups    = [aws_security_group.lb.id]
}
resource "aws_lb_target_group" "t" {
  port     = 9100
  protocol = "HTTP"
  vpc_id   = aws_vpc.m.id
}
resource "aws_lb_listener" "l" {
  load_balancer_arn = aws_lb.l.arn
  port              = 9000
  protocol          = "HTTP" # listener
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.t.arn
  }
}
resource "aws_instance" "a" {
  ami                    = "ami-1"
  instance_type          = "t3.small"
  subnet_id              = aws_subnet.a.id
  vpc_security_group_ids = [aws_security_group.a.id]
}
resource "aws_lb_target_group_attachment" "a" {
  target_group_arn = aws_lb_target_group.t.arn
  target_id        = aws_instance.a.id
}
"#;

#[rstest]
#[case("protocol          = \"HTTP\" # listener", "protocol          = \"TCP\"")]
#[case("target_id        = aws_instance.a.id", "target_id        = \"i-1\"")]
fn what_takes_requests_takes_those_of_the_web_on_any_port(#[case] from: &str, #[case] to: &str) {
    differs(BALANCER, from, to, "T032 aws_instance.a", terraform);
}

/// The same in Google Cloud.
const PROXY: &str = r#"
resource "google_compute_network" "m" {
  name                    = "m"
  auto_create_subnetworks = false
}
resource "google_compute_subnetwork" "a" {
  name          = "a"
  network       = google_compute_network.m.id
  region        = "europe-west1"
  ip_cidr_range = "10.40.1.0/24"
}
resource "google_compute_firewall" "health" {
  name          = "health"
  network       = google_compute_network.m.id
  source_ranges = ["130.211.0.0/22", "35.191.0.0/16"]
  allow {
    protocol = "tcp"
    ports    = ["9100"]
  }
}
resource "google_compute_instance" "api" {
  name         = "api"
  machine_type = "e2-small"
  zone         = "europe-west1-b"
  boot_disk {
    initialize_params {
      image = "debian-cloud/debian-12"
    }
  }
  network_interface {
    subnetwork = google_compute_subnetwork.a.id
  }
}
resource "google_compute_instance_group" "api" {
  name      = "api"
  zone      = "europe-west1-b"
  instances = [google_compute_instance.api.self_link]
  named_port {
    name = "app"
    port = 9100
  }
}
resource "google_compute_backend_service" "api" {
  name                  = "api"
  protocol              = "HTTP"
  port_name             = "app"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  backend {
    group = google_compute_instance_group.api.self_link
  }
}
resource "google_compute_url_map" "api" {
  name            = "api"
  default_service = google_compute_backend_service.api.id
}
resource "google_compute_target_http_proxy" "api" {
  name    = "api"
  url_map = google_compute_url_map.api.id
}
resource "google_compute_global_forwarding_rule" "api" {
  name                  = "api"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  target                = google_compute_target_http_proxy.api.id
  port_range            = "9000"
}
"#;

#[test]
fn so_does_a_proxy_of_google_cloud() {
    let line = "T032 google_compute_instance.api";
    assert!(has(&terraform(PROXY), line));
    let plain = PROXY
        .replace("google_compute_target_http_proxy", "google_compute_target_tcp_proxy")
        .replace(
            "  url_map = google_compute_url_map.api.id",
            "  backend_service = google_compute_backend_service.api.id",
        );
    let lines = terraform(&plain);
    assert!(has(&lines, "internet > google_compute_backend_service.api network tcp/9000"));
    assert!(!has(&lines, line));
}

/// A cache of Azure with a rule.
const CACHE: &str = r#"
resource "azurerm_redis_cache" "c" {
  name                = "c"
  location            = "westeurope"
  resource_group_name = "rg"
  capacity            = 1
  family              = "C"
  sku_name            = "Standard"
}
resource "azurerm_redis_firewall_rule" "o" {
  name                = "office"
  redis_cache_name    = azurerm_redis_cache.c.name
  resource_group_name = "rg"
  start_ip            = "198.51.100.1"
  end_ip              = "198.51.100.20"
}
"#;

/// How exposed a cache is.
fn exposure(text: &str) -> BTreeSet<String> {
    let made = crate::model::model_of(
        &std::collections::BTreeMap::from([("main.tf".to_owned(), text.to_owned())]),
        None,
    );
    let all = made.model.threats.iter().filter(|threat| &*threat.class.id == "T002");
    let all = all.flat_map(|threat| threat.context.iter());
    all.filter(|(name, _)| *name == "exposure").map(|(_, state)| state.to_string()).collect()
}

#[rstest]
#[case("", "", "internet_restricted")]
#[case(
    "redis_cache_name    = azurerm_redis_cache.c.name",
    "redis_cache_name    = \"other\"",
    "internet_open"
)]
#[case("198.51.100.1\"", "0.0.0.0\"", "internet_restricted")]
#[case("198.51.100.20\"", "255.255.255.255\"", "internet_restricted")]
fn a_cache_with_rules_hears_named_addresses(
    #[case] from: &str,
    #[case] to: &str,
    #[case] wanted: &str,
) {
    let text = if from.is_empty() { CACHE.to_owned() } else { CACHE.replace(from, to) };
    assert_eq!(exposure(&text), BTreeSet::from([wanted.to_owned()]));
}

#[test]
fn a_rule_for_all_addresses_keeps_nobody_out() {
    let text = CACHE.replace("198.51.100.1\"", "0.0.0.0\"");
    let text = text.replace("198.51.100.20\"", "255.255.255.255\"");
    assert_eq!(exposure(&text), BTreeSet::from(["internet_open".to_owned()]));
}

/// API Management in a network, and an app in an environment there.
const APIS: &str = r#"
resource "azurerm_virtual_network" "v" {
  name                = "v"
  location            = "westeurope"
  resource_group_name = "rg"
  address_space       = ["10.20.0.0/16"]
}
resource "azurerm_virtual_network" "w" {
  name                = "w"
  location            = "westeurope"
  resource_group_name = "rg"
  address_space       = ["10.30.0.0/16"]
}
resource "azurerm_subnet" "apps" {
  name                 = "apps"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.20.0.0/23"]
}
resource "azurerm_subnet" "x" {
  name                 = "x"
  resource_group_name  = "rg"
  virtual_network_name = azurerm_virtual_network.v.name # own
  address_prefixes     = ["10.20.2.0/24"]
}
resource "azurerm_network_security_group" "x" {
  name                = "x"
  location            = "westeurope"
  resource_group_name = "rg"
  security_rule {
    name                       = "https"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "443"
    source_address_prefix      = "Internet"
    destination_address_prefix = "VirtualNetwork"
  }
  security_rule {
    name                       = "out"
    priority                   = 100
    direction                  = "Outbound"
    access                     = "Allow" # out
    protocol                   = "*"
    source_port_range          = "*"
    destination_port_range     = "*"
    source_address_prefix      = "*"
    destination_address_prefix = "10.20.0.0/16"
  }
}
resource "azurerm_subnet_network_security_group_association" "x" {
  subnet_id                 = azurerm_subnet.x.id
  network_security_group_id = azurerm_network_security_group.x.id
}
resource "azurerm_container_app_environment" "e" {
  name                           = "e"
  location                       = "westeurope"
  resource_group_name            = "rg"
  infrastructure_subnet_id       = azurerm_subnet.apps.id
  internal_load_balancer_enabled = true
}
resource "azurerm_container_app" "a" {
  name                         = "a"
  resource_group_name          = "rg"
  container_app_environment_id = azurerm_container_app_environment.e.id
  revision_mode                = "Single"
  ingress {
    external_enabled = true
    target_port      = 8080
    traffic_weight {
      latest_revision = true
      percentage      = 100
    }
  }
  template {
    container {
      name   = "a"
      image  = "acme.azurecr.io/a:1"
      cpu    = 0.5
      memory = "1Gi"
    }
  }
}
resource "azurerm_api_management" "m" {
  name                 = "m"
  location             = "westeurope"
  resource_group_name  = "rg"
  publisher_name       = "Acme"
  publisher_email      = "a@acme.example"
  sku_name             = "Premium_1"
  virtual_network_type = "External"
  virtual_network_configuration {
    subnet_id = azurerm_subnet.x.id
  }
}
resource "azurerm_api_management_api" "a" {
  name                  = "a"
  resource_group_name   = "rg"
  api_management_name   = azurerm_api_management.m.name
  revision              = "1"
  display_name          = "A"
  path                  = "a"
  protocols             = ["https"]
  service_url           = "https://${azurerm_container_app.a.ingress[0].fqdn}"
}
"#;

#[rstest]
#[case("\"External\"", "\"Internal\"")]
#[case(
    "source_address_prefix      = \"Internet\"",
    "source_address_prefix      = \"VirtualNetwork\""
)]
#[case(
    "virtual_network_type = \"External\"",
    "virtual_network_type = \"External\"\n  public_network_access_enabled = false"
)]
fn an_external_gateway_in_a_network_is_on_the_internet(#[case] from: &str, #[case] to: &str) {
    let line = "internet > azurerm_api_management.m network tcp/443 yes";
    differs(APIS, from, to, line, terraform);
}

#[test]
fn an_internal_gateway_is_not_by_the_address_of_its_management() {
    let address = r#"
resource "azurerm_public_ip" "p" {
  name                = "p"
  location            = "westeurope"
  resource_group_name = "rg"
  allocation_method   = "Static"
}
"#;
    let line = "internet > azurerm_api_management.m network tcp/443";
    for (kind, wanted) in [("External", true), ("Internal", false)] {
        let to = format!("\"{kind}\"\n  public_ip_address_id = azurerm_public_ip.p.id");
        let lines = terraform(&(APIS.replace("\"External\"", &to) + address));
        assert_eq!(has(&lines, line), wanted, "{kind}");
    }
}

#[rstest]
#[case("external_enabled = true", "external_enabled = false")]
#[case("azurerm_virtual_network.v.name # own", "azurerm_virtual_network.w.name")]
#[case("\"Allow\" # out", "\"Deny\"")]
#[case("https://${azurerm_container_app.a.ingress[0].fqdn}", "https://a.example")]
fn an_app_of_an_internal_environment_answers_its_network(#[case] from: &str, #[case] to: &str) {
    let line = "azurerm_api_management.m > azurerm_container_app.a network tcp/443 yes";
    differs(APIS, from, to, line, terraform);
}

#[test]
fn it_answers_networks_that_are_joined() {
    let line = "azurerm_api_management.m > azurerm_container_app.a network tcp/443";
    let other =
        APIS.replace("azurerm_virtual_network.v.name # own", "azurerm_virtual_network.w.name");
    let peering = r#"
resource "azurerm_virtual_network_peering" "vw" {
  name                      = "vw"
  resource_group_name       = "rg"
  virtual_network_name      = azurerm_virtual_network.v.name
  remote_virtual_network_id = azurerm_virtual_network.w.id
}
resource "azurerm_virtual_network_peering" "wv" {
  name                      = "wv"
  resource_group_name       = "rg"
  virtual_network_name      = azurerm_virtual_network.w.name
  remote_virtual_network_id = azurerm_virtual_network.v.id
}
"#;
    assert!(has(&terraform(&(other + peering)), line));
}

/// An app and a machine beside it that name it.
const BESIDE: &str = r#"
resource "azurerm_linux_web_app" "w" {
  name                      = "w-acme"
  location                  = "westeurope"
  resource_group_name       = "rg"
  service_plan_id           = "p"
  virtual_network_subnet_id = azurerm_subnet.x.id
  site_config {}
  app_settings = {
    API_URL = "https://${azurerm_container_app.a.ingress[0].fqdn}"
  }
}
resource "azurerm_network_interface" "n" {
  name                = "n"
  location            = "westeurope"
  resource_group_name = "rg"
  ip_configuration {
    name                          = "i"
    subnet_id                     = azurerm_subnet.x.id
    private_ip_address_allocation = "Dynamic"
  }
}
resource "azurerm_linux_virtual_machine" "vm" {
  name                  = "vm"
  location              = "westeurope"
  resource_group_name   = "rg"
  size                  = "Standard_B2s"
  admin_username        = "ops"
  network_interface_ids = [azurerm_network_interface.n.id]
  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "Premium_LRS"
  }
  custom_data = base64encode("API_URL=https://${azurerm_container_app.a.ingress[0].fqdn}")
}
"#;

#[rstest]
#[case("azurerm_linux_web_app.w", "external_enabled = true", "external_enabled = false")]
#[case("azurerm_linux_virtual_machine.vm", "external_enabled = true", "external_enabled = false")]
#[case(
    "azurerm_linux_web_app.w",
    "azurerm_virtual_network.v.name # own",
    "azurerm_virtual_network.w.name"
)]
#[case(
    "azurerm_linux_virtual_machine.vm",
    "azurerm_virtual_network.v.name # own",
    "azurerm_virtual_network.w.name"
)]
#[case("azurerm_linux_web_app.w", "\"Allow\" # out", "\"Deny\"")]
fn programs_in_the_network_call_it(#[case] source: &str, #[case] from: &str, #[case] to: &str) {
    let base = format!("{APIS}{BESIDE}");
    let line = format!("{source} > azurerm_container_app.a network tcp/443");
    differs(&base, from, to, &line, terraform);
}

/// A secret whose value lies in the state.
const KEPT: &str = r#"
terraform {
  backend "azurerm" {
    resource_group_name  = "rg-tfstate"
    storage_account_name = "sttf"
    container_name       = "tf"
    key                  = "a"
  }
}
resource "azurerm_key_vault" "k" {
  name                = "kv"
  location            = "westeurope"
  resource_group_name = "rg"
  tenant_id           = "00000000-0000-0000-0000-000000000000"
  sku_name            = "standard"
}
resource "azurerm_key_vault_secret" "s" {
  name         = "smtp"
  key_vault_id = azurerm_key_vault.k.id
  value        = data.external.s.result["smtp"]
}
data "external" "s" {
  program = ["./smtp"]
}
"#;

#[rstest]
#[case("  value        = ", "  value_wo_version = 1\n  value_wo     = ")]
#[case("\"azurerm_key_vault_secret\" \"s\"", "\"azurerm_key_vault_key\" \"s\"")]
fn what_a_vault_keeps_lies_in_the_state(#[case] from: &str, #[case] to: &str) {
    differs(KEPT, from, to, "T037 backend.azurerm", terraform);
}

#[rstest]
#[case("aws_ssm_parameter", "type = \"SecureString\"", true)]
#[case("aws_ssm_parameter", "type = \"String\"", false)]
#[case("azurerm_automation_variable_string", "encrypted = true", true)]
#[case("azurerm_automation_variable_string", "encrypted = false", false)]
#[case("azurerm_automation_variable_string", "", false)]
fn so_does_what_is_kept_as_a_secret(#[case] kind: &str, #[case] said: &str, #[case] wanted: bool) {
    let start = KEPT.find("resource \"azurerm_key_vault\"").unwrap();
    let own = format!(
        "resource \"{kind}\" \"s\" {{\n  name  = \"smtp\"\n  value = data.external.s.result[\"smtp\"]\n  {said}\n}}\n\
         data \"external\" \"s\" {{\n  program = [\"./smtp\"]\n}}\n"
    );
    let lines = terraform(&format!("{}{own}", &KEPT[..start]));
    assert_eq!(has(&lines, "T037 backend.azurerm"), wanted, "{lines:#?}");
}

/// Who may give others one role.
const GIVING: &str = r#"
resource "azurerm_resource_group" "r" {
  name     = "rg-shop-prod"
  location = "westeurope"
}
resource "azurerm_user_assigned_identity" "i" {
  name                = "i"
  location            = "westeurope"
  resource_group_name = azurerm_resource_group.r.name
}
resource "azurerm_role_assignment" "x" {
  scope                = azurerm_resource_group.r.id
  role_definition_name = "Role Based Access Control Administrator"
  principal_id         = azurerm_user_assigned_identity.i.principal_id
  condition_version    = "2.0"
  condition            = <<-EOT
    (
     (
      !(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})
     )
     OR
     (
      @Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {acdd72a7-3385-48ef-bd42-f606fba81ae7}
     )
    )
    AND
    (
     (
      !(ActionMatches{'Microsoft.Authorization/roleAssignments/delete'})
     )
     OR
     (
      @Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {acdd72a7-3385-48ef-bd42-f606fba81ae7}
     )
    )
  EOT
}
"#;

#[rstest]
// Another role, alone or beside it; another question; another action; what holds beside it or in its place; nothing that is known.
#[case("{acdd72a7-3385-48ef-bd42-f606fba81ae7}", "{8e3af657-a8ff-443c-a75c-2fe8c4bcb635}", true)]
#[case(
    "{acdd72a7-3385-48ef-bd42-f606fba81ae7}",
    "{acdd72a7-3385-48ef-bd42-f606fba81ae7, b7e6dc6d-f1e8-4753-8033-0f276bb0955b}",
    true
)]
#[case(
    "{acdd72a7-3385-48ef-bd42-f606fba81ae7}",
    "{acdd72a7-3385-48ef-bd42-f606fba81ae7, 43D0D8AD-25C7-4714-9337-8BA259A9FE05}",
    false
)]
#[case("GuidEquals", "GuidNotEquals", true)]
#[case("@Request[", "@Resource[", true)]
#[case("roleAssignments/write'", "roleAssignments/read'", true)]
#[case("    AND\n", "    OR\n", true)]
#[case("    AND\n", "    &&\n", false)]
#[case("  EOT\n", "     OR true\n  EOT\n", true)]
#[case("<<-EOT\n", "<<-EOT\n    ${data.external.x.result.c}\n", true)]
#[case("Role Based Access Control Administrator", "User Access Administrator", false)]
#[case("", "", false)]
fn who_may_give_only_roles_that_look_raises_nothing(
    #[case] from: &str,
    #[case] to: &str,
    #[case] raises: bool,
) {
    let text = if from.is_empty() { GIVING.to_owned() } else { GIVING.replace(from, to) };
    assert!(from.is_empty() || text != GIVING, "{from}");
    let lines = terraform(&text);
    assert_eq!(has(&lines, "T011 azurerm_user_assigned_identity.i"), raises, "{lines:#?}");
}

/// A client of a broker, whose variable says how it speaks.
const CLIENT: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: app, namespace: shop}
spec:
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec:
      containers:
        - name: app
          image: acme/app:1
          env: [{name: KAFKA_BOOTSTRAP_SERVERS, value: 'kafka:9092'}, {name: KAFKA_SECURITY_PROTOCOL, value: SASL_SSL}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: kafka, namespace: shop}
spec:
  selector: {matchLabels: {app: kafka}}
  template:
    metadata: {labels: {app: kafka}}
    spec:
      containers: [{name: kafka, image: 'apache/kafka:3.8.0', ports: [{containerPort: 9092}]}]
---
apiVersion: v1
kind: Service
metadata: {name: kafka, namespace: shop}
spec: {selector: {app: kafka}, ports: [{port: 9092}]}
";

#[rstest]
#[case("SASL_SSL", "SASL_SSL", "yes")]
#[case("SASL_SSL", "SSL", "yes")]
#[case("SASL_SSL", "sasl_plaintext", "no")]
#[case("SASL_SSL", "PLAINTEXT", "no")]
#[case("SASL_SSL", "'', valueFrom: {}", "unknown")]
#[case("KAFKA_SECURITY_PROTOCOL", "SPRING_KAFKA_SECURITY_PROTOCOL", "yes")]
#[case("KAFKA_SECURITY_PROTOCOL", "SECURITY", "unknown")]
#[case("9092", "9999", "unknown")]
#[case("'kafka:9092'", "'SASL_SSL://kafka:9092'", "yes")]
#[case("'kafka:9092'", "'PLAINTEXT://kafka:9092'", "no")]
fn clients_of_brokers_say_whether_they_encrypt(
    #[case] from: &str,
    #[case] to: &str,
    #[case] wanted: &str,
) {
    let lines = manifests(&CLIENT.replace(from, to));
    let start = "Deployment/shop/app > StatefulSet/shop/kafka network tcp/";
    let own: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix(start)).collect();
    assert_eq!(own.len(), 1, "{lines:#?}");
    assert!(own[0].ends_with(wanted), "{own:?}");
}
