//! What stands at the edges of systems in a model: firewalls before entries of clusters, gateways that stay inside, doors of managed stores,
//! addresses made of parts, who may call what.

use rstest::rstest;

use crate::model_systems::{differs, has, manifests, terraform};

/// A workload behind a Service, for entries to lead to.
const PODS: &str = r#"
---
apiVersion: v1
kind: Service
metadata:
  name: till
  namespace: kiosk
  annotations:
    cloud.google.com/backend-config: '{"default": "guard"}'
spec:
  selector: {app: till}
  ports:
  - {name: web, port: 80, targetPort: 8080}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: till, namespace: kiosk}
spec:
  replicas: 2
  selector: {matchLabels: {app: till}}
  template:
    metadata: {labels: {app: till}}
    spec:
      containers:
      - {name: till, image: "till:3", ports: [{containerPort: 8080}]}
"#;

const INGRESS: &str = r"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: door
  namespace: kiosk
  annotations:
    kubernetes.io/ingress.class: gce
spec:
  rules:
  - http:
      paths:
      - path: /
        pathType: Prefix
        backend: {service: {name: till, port: {number: 80}}}
---
apiVersion: cloud.google.com/v1
kind: BackendConfig
metadata: {name: guard, namespace: kiosk}
spec:
  securityPolicy: {name: edge}
";

const GATEWAY: &str = r#"
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: door
  namespace: kiosk
  annotations: {team: kiosk}
spec:
  gatewayClassName: gke-l7-regional-external-managed
  infrastructure:
    annotations: {team: kiosk}
  listeners:
  - {name: tls, protocol: HTTPS, port: 443}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: till, namespace: kiosk}
spec:
  parentRefs: [{name: door}]
  rules:
  - backendRefs: [{name: till, port: 80}]
---
apiVersion: networking.gke.io/v1
kind: GCPBackendPolicy
metadata: {name: guard, namespace: kiosk}
spec:
  default: {securityPolicy: edge}
  targetRef: {group: "", kind: Service, name: till}
"#;

/// A change after which the entry of a cluster has no web firewall before it.
#[rstest]
#[case::elsewhere(INGRESS, "securityPolicy: {name: edge}", "timeoutSec: 40")]
#[case::taken_away(INGRESS, "securityPolicy: {name: edge}", "securityPolicy: {name: \"\"}")]
#[case::other_controller(
    INGRESS,
    "kubernetes.io/ingress.class: gce",
    "kubernetes.io/ingress.class: nginx"
)]
#[case::not_named(
    INGRESS,
    "backend-config: '{\"default\": \"guard\"}'",
    "neg: '{\"ingress\": true}'"
)]
#[case::gateway(GATEWAY, "securityPolicy: edge", "timeoutSec: 40")]
#[case::gateway_for_another(GATEWAY, "kind: Service, name: till}", "kind: Service, name: shelf}")]
#[case::gateway_of_others(GATEWAY, "gke-l7-regional-external-managed", "contour")]
fn an_entry_of_gke_has_a_firewall_before_it(
    #[case] entry: &str,
    #[case] from: &str,
    #[case] to: &str,
) {
    let base = [entry, PODS].concat();
    assert_eq!(base.matches(from).count(), 1, "{from}");
    let kind = if entry == GATEWAY { "Gateway" } else { "Ingress" };
    let open = format!("T032 {kind}/kiosk/door");
    assert!(!has(&manifests(&base), &open));
    let after = manifests(&base.replace(from, to));
    assert!(has(&after, &open), "{from} -> {to}: {after:#?}");
}

#[rstest]
#[case::by_number("{\"ports\": {\"80\": \"guard\"}}", true)]
#[case::by_name("{\"ports\": {\"web\": \"guard\"}}", true)]
#[case::another_port("{\"ports\": {\"81\": \"guard\"}}", false)]
#[case::no_json("guard", false)]
fn a_port_has_a_config_of_its_own(#[case] said: &str, #[case] guarded: bool) {
    let tree = [INGRESS, PODS].concat().replace("{\"default\": \"guard\"}", said);
    assert_eq!(!has(&manifests(&tree), "T032 Ingress/kiosk/door"), guarded);
}

#[rstest]
#[case::class("gke-l7-regional-external-managed", "gke-l7-rilb")]
#[case::class_over_regions(
    "gke-l7-regional-external-managed",
    "gke-l7-cross-regional-internal-managed-mc"
)]
#[case::waypoint("gke-l7-regional-external-managed", "istio-waypoint")]
#[case::azure(
    "  infrastructure:\n    annotations: {team: kiosk}",
    "  infrastructure:\n    annotations: {service.beta.kubernetes.io/azure-load-balancer-internal: \"true\"}"
)]
#[case::aws(
    "  infrastructure:\n    annotations: {team: kiosk}",
    "  infrastructure:\n    annotations: {service.beta.kubernetes.io/aws-load-balancer-scheme: internal}"
)]
#[case::cluster_only(
    "  annotations: {team: kiosk}\nspec",
    "  annotations: {networking.istio.io/service-type: ClusterIP}\nspec"
)]
fn a_gateway_stays_inside(#[case] from: &str, #[case] to: &str) {
    let base = [GATEWAY, PODS].concat();
    differs(&base, from, to, "internet > Gateway/kiosk/door network tcp/443", manifests);
    assert!(has(&manifests(&base.replace(from, to)), "Gateway/kiosk/door > Deployment/kiosk/till"));
}

/// A gateway of a mesh on pods of another namespace.
const MESH: &str = r#"
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: door, namespace: kiosk}
spec:
  selector: {istio: front}
  servers:
  - {port: {number: 443, name: https, protocol: HTTPS}, hosts: ["*"]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: till, namespace: kiosk}
spec:
  hosts: ["*"]
  gateways: [door]
  http:
  - route: [{destination: {host: till, port: {number: 80}}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: front, namespace: mesh}
spec:
  selector: {matchLabels: {istio: front}}
  template:
    metadata: {labels: {istio: front, tier: edge}}
    spec:
      containers: [{name: istio-proxy, image: auto}]
---
apiVersion: v1
kind: Service
metadata:
  name: front
  namespace: mesh
  annotations: {team: mesh}
spec:
  type: LoadBalancer
  selector: {tier: edge}
  ports: [{name: https, port: 443}]
"#;

#[rstest]
#[case::internal_balancer(
    "annotations: {team: mesh}",
    "annotations: {networking.gke.io/load-balancer-type: Internal}"
)]
#[case::of_the_cluster("type: LoadBalancer", "type: ClusterIP")]
fn a_gateway_of_a_mesh_is_where_its_pods_are(#[case] from: &str, #[case] to: &str) {
    let base = [MESH, PODS].concat();
    let line = "internet > Gateway/kiosk/door network tcp/443";
    differs(&base, from, to, line, manifests);
    let other =
        base.replace(from, to).replace("selector: {istio: front}", "selector: {istio: back}");
    // What runs it is not there.
    assert!(has(&manifests(&other), line));
}

#[test]
fn pods_of_a_mesh_may_stand_behind_groups_of_ends() {
    let neg = "annotations: {cloud.google.com/neg: '{\"exposed_ports\": {\"443\": {}}}'}";
    let tree = [MESH, PODS].concat().replace("type: LoadBalancer", "type: ClusterIP");
    let tree = tree.replace("annotations: {team: mesh}", neg);
    assert!(has(&manifests(&tree), "internet > Gateway/kiosk/door network tcp/443"));
}

/// The same entry and pods from Terraform, with a policy of Cloud Armor in the tree.
const ARMOR: &str = r#"
resource "google_compute_security_policy" "guard" {
  name = "guard"
  rule {
    action   = "deny(403)"
    priority = 10
    match {
      expr {
        expression = "evaluatePreconfiguredWaf('xss-v33-stable')"
      }
    }
  }
  rule {
    action   = "allow"
    priority = 2147483647
    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
  }
}
resource "kubernetes_manifest" "guard" {
  manifest = {
    apiVersion = "cloud.google.com/v1"
    kind       = "BackendConfig"
    metadata   = { name = "guard", namespace = "kiosk" }
    spec       = { securityPolicy = { name = google_compute_security_policy.guard.name } }
  }
}
resource "kubernetes_service_v1" "till" {
  metadata {
    name        = "till"
    namespace   = "kiosk"
    annotations = { "cloud.google.com/backend-config" = jsonencode({ default = "guard" }) }
  }
  spec {
    selector = { app = "till" }
    port {
      port        = 80
      target_port = 8080
    }
  }
}
resource "kubernetes_deployment_v1" "till" {
  metadata {
    name      = "till"
    namespace = "kiosk"
  }
  spec {
    selector {
      match_labels = { app = "till" }
    }
    template {
      metadata {
        labels = { app = "till" }
      }
      spec {
        container {
          name  = "till"
          image = "till:3"
          port {
            container_port = 8080
          }
        }
      }
    }
  }
}
resource "kubernetes_ingress_v1" "door" {
  metadata {
    name        = "door"
    namespace   = "kiosk"
    annotations = { "kubernetes.io/ingress.class" = "gce" }
  }
  spec {
    default_backend {
      service {
        name = "till"
        port {
          number = 80
        }
      }
    }
  }
}
"#;

#[rstest]
#[case::only_watches(
    "    action   = \"deny(403)\"\n",
    "    action   = \"deny(403)\"\n    preview  = true\n"
)]
#[case::filters_nothing("evaluatePreconfiguredWaf('xss-v33-stable')", "origin.region_code == 'AQ'")]
fn a_policy_in_the_tree_has_to_filter(#[case] from: &str, #[case] to: &str) {
    let open = "T032 kubernetes_ingress_v1.door";
    assert_eq!(ARMOR.matches(from).count(), 1, "{from}");
    assert!(!has(&terraform(ARMOR), open));
    assert!(has(&terraform(&ARMOR.replace(from, to)), open));
}

#[test]
fn a_policy_in_the_tree_may_let_few_in() {
    let few = ARMOR
        .replace("action   = \"allow\"", "action   = \"deny(403)\"")
        .replace(
            "    action   = \"deny(403)\"\n    priority = 10\n    match {\n      expr {\n        expression = \"evaluatePreconfiguredWaf('xss-v33-stable')\"\n      }\n    }",
            "    action   = \"allow\"\n    priority = 10\n    match {\n      versioned_expr = \"SRC_IPS_V1\"\n      config {\n        src_ip_ranges = [\"203.0.113.0/24\"]\n      }\n    }",
        );
    assert!(has(&terraform(ARMOR), "internet > kubernetes_ingress_v1.door network tcp/80"));
    let lines = terraform(&few);
    let door = "T006 internet > kubernetes_ingress_v1.door network tcp/80";
    let line = lines.iter().find(|line| line.starts_with(door)).expect("clear text");
    assert!(line.contains("exposure=internet_restricted"), "{line}");
}

/// A cluster of Azure that is given an application gateway, and what it serves.
const GIVEN: &str = r#"
resource "azurerm_resource_group" "g" {
  name     = "g"
  location = "westeurope"
}
resource "azurerm_virtual_network" "v" {
  name                = "v"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  address_space       = ["10.0.0.0/16"]
}
resource "azurerm_subnet" "gate" {
  name                 = "gate"
  resource_group_name  = azurerm_resource_group.g.name
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.0.1.0/24"]
}
resource "azurerm_public_ip" "gate" {
  name                = "gate"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  allocation_method   = "Static"
}
resource "azurerm_web_application_firewall_policy" "gate" {
  name                = "gate"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  policy_settings {
    enabled = true
    mode    = "Prevention"
  }
  managed_rules {
    managed_rule_set {
      version = "3.2"
    }
  }
}
resource "azurerm_application_gateway" "gate" {
  name                = "gate"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  firewall_policy_id  = azurerm_web_application_firewall_policy.gate.id
  sku {
    name = "WAF_v2"
    tier = "WAF_v2"
  }
  gateway_ip_configuration {
    name      = "in"
    subnet_id = azurerm_subnet.gate.id
  }
  frontend_ip_configuration {
    name                 = "front"
    public_ip_address_id = azurerm_public_ip.gate.id
  }
  frontend_port {
    name = "any"
    port = 8088
  }
  backend_address_pool {
    name = "any"
  }
  backend_http_settings {
    name                  = "any"
    port                  = 80
    protocol              = "Http"
    cookie_based_affinity = "Disabled"
  }
  http_listener {
    name                           = "any"
    frontend_ip_configuration_name = "front"
    frontend_port_name             = "any"
    protocol                       = "Http"
  }
  request_routing_rule {
    name                       = "any"
    rule_type                  = "Basic"
    http_listener_name         = "any"
    backend_address_pool_name  = "any"
    backend_http_settings_name = "any"
  }
}
resource "azurerm_kubernetes_cluster" "c" {
  name                = "c"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
  dns_prefix          = "c"
  default_node_pool {
    name    = "sys"
    vm_size = "Standard_D2s_v5"
  }
  identity {
    type = "SystemAssigned"
  }
  ingress_application_gateway {
    gateway_id = azurerm_application_gateway.gate.id
  }
}
"#;

const SERVED: &str = r#"
resource "kubernetes_ingress_v1" "door" {
  metadata {
    name        = "door"
    namespace   = "kiosk"
  }
  spec {
    ingress_class_name = "azure-application-gateway"
    tls {
      secret_name = "door"
    }
    default_backend {
      service {
        name = "till"
        port {
          number = 80
        }
      }
    }
  }
}
"#;

#[test]
fn an_ingress_is_what_its_application_gateway_serves() {
    let pods = ARMOR.split("resource \"kubernetes_ingress_v1\"").next().unwrap_or_default();
    let base = [GIVEN, pods, SERVED].concat();
    let served = terraform(&base);
    let gate = "azurerm_application_gateway.gate";
    let inner = format!("{gate} > kubernetes_ingress_v1.door network tcp/443 yes");
    assert!(has(&served, &inner), "{served:#?}");
    assert!(has(&served, &format!("internet > {gate} network tcp/443 yes")));
    assert!(has(&served, "kubernetes_ingress_v1.door > kubernetes_deployment_v1.till network"));
    for line in [
        "internet > kubernetes_ingress_v1.door",
        "T032 kubernetes_ingress_v1.door",
        "T006 internet > azurerm_application_gateway.gate",
        "internet > azurerm_application_gateway.gate network tcp/8088",
    ] {
        assert!(!has(&served, line), "{line}");
    }
    // Another controller's Ingress is an entry beside the gateway, which stays what it was made.
    let other = base.replace("\"azure-application-gateway\"", "\"nginx\"");
    let other = terraform(&other);
    assert!(has(&other, "internet > kubernetes_ingress_v1.door network tcp/443"));
    assert!(has(&other, "internet > azurerm_application_gateway.gate network tcp/8088"));
    // What the gateway does not look at is open through it.
    let watched = terraform(&base.replace("\"Prevention\"", "\"Detection\""));
    assert!(has(&watched, "T032 "), "{watched:#?}");
}

/// Two machines of a network, of which one speaks to the other.
const PAIR: &str = r#"
resource "google_compute_network" "n" {
  name                    = "n"
  auto_create_subnetworks = false
}
resource "google_compute_subnetwork" "s" {
  name          = "s"
  network       = google_compute_network.n.id
  ip_cidr_range = "10.1.0.0/24"
}
resource "google_compute_instance" "web" {
  name         = "web"
  machine_type = "e2-small"
  boot_disk {}
  network_interface {
    subnetwork = google_compute_subnetwork.s.id
  }
  metadata = { base = SETTING }
}
"#;

const STORE: &str = r#"
resource "google_sql_database_instance" "q" {
  name             = "q"
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-2-7680"
    ip_configuration {
      ipv4_enabled = false
      psc_config {
        psc_enabled = true
      }
    }
  }
}
resource "google_compute_address" "q" {
  name         = "q"
  address_type = "INTERNAL"
  subnetwork   = google_compute_subnetwork.s.id
}
resource "google_compute_forwarding_rule" "q" {
  name                  = "q"
  load_balancing_scheme = ""
  network               = google_compute_network.n.id
  ip_address            = google_compute_address.q.id
  target                = google_sql_database_instance.q.psc_service_attachment_link
}
"#;

#[rstest]
#[case::address("google_compute_address.q.address")]
#[case::rule("google_compute_forwarding_rule.q.ip_address")]
#[case::name("google_sql_database_instance.q.dns_name")]
fn a_database_behind_an_attachment_is_reached_where_its_rule_stands(#[case] setting: &str) {
    let base = [PAIR, STORE].concat().replace("SETTING", setting);
    let flow = "google_compute_instance.web > google_sql_database_instance.q network tcp/5432";
    let rule = "target                = google_sql_database_instance.q.psc_service_attachment_link";
    differs(&base, rule, "target                = \"other\"", flow, terraform);
    assert!(!has(&terraform(&base.replace(setting, "\"none\"")), flow));
}

#[test]
fn a_rule_in_another_network_leads_nobody_of_this_one_there() {
    let base = [PAIR, STORE].concat().replace("SETTING", "google_compute_address.q.address");
    let away =
        [&*base, "resource \"google_compute_network\" \"m\" {\n  name = \"m\"\n}\n"].concat();
    let rule = "network               = google_compute_network.n.id";
    let away = away.replace(rule, "network               = google_compute_network.m.id");
    let flow = "google_compute_instance.web > google_sql_database_instance.q network";
    assert!(has(&terraform(&base), flow));
    assert!(!has(&terraform(&away), flow));
}

const PEER: &str = r#"
resource "google_compute_firewall" "f" {
  name          = "f"
  network       = google_compute_network.n.id
  source_ranges = ["10.1.0.0/24"]
  allow {
    protocol = "tcp"
    ports    = ["9000"]
  }
}
resource "google_compute_instance" "back" {
  name         = "back"
  machine_type = "e2-small"
  boot_disk {}
  network_interface {
    subnetwork = google_compute_subnetwork.s.id
  }
}
locals {
  ip  = google_compute_instance.back.network_interface[0].network_ip
  url = "http://${local.ip}:9000"
}
"#;

/// Ways to write an address of which a part is not known.
#[rstest]
#[case::template("\"http://${local.ip}:9000\"")]
#[case::format("format(\"http://%s:%d\", local.ip, 9000)")]
#[case::join("join(\"\", [\"http://\", local.ip, \":9000\"])")]
#[case::base64("base64encode(\"BACK=http://${local.ip}:9000\")")]
#[case::base64_of_format("base64encode(format(\"BACK=http://%s:9000\", local.ip))")]
#[case::text_of_texts("\"BACK=${local.url}\"")]
#[case::format_of_texts("format(\"BACK=%s\", local.url)")]
#[case::join_of_texts("join(\";\", [\"A=1\", local.url])")]
#[case::loop_over_a_map("\"%{for k, v in { BACK = local.url }}${k}=${v};%{endfor}\"")]
#[case::list_of_formats("formatlist(\"http://%s:9000\", [local.ip])[0]")]
fn an_address_made_of_parts_keeps_its_scheme(#[case] setting: &str) {
    let base = [PAIR, PEER].concat().replace("SETTING", setting);
    let flow = "google_compute_instance.web > google_compute_instance.back network tcp/9000 no";
    let made = terraform(&base);
    assert!(has(&made, flow), "{setting}: {made:#?}");
    assert!(!has(&terraform(&base.replace("http://", "https://")), flow), "{setting}");
}

/// An account whose tokens another one makes, and what that may.
const STAND_IN: &str = r#"
resource "google_service_account" "jump" {
  account_id = "jump"
}
resource "google_service_account" "keeper" {
  account_id = "keeper"
}
resource "google_service_account_iam_member" "jump" {
  service_account_id = google_service_account.keeper.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = google_service_account.jump.member
}
resource "google_compute_instance" "jump" {
  name         = "jump"
  machine_type = "e2-small"
  boot_disk {}
  network_interface {
    network = google_compute_network.n.id
    access_config {}
  }
  service_account {
    email  = google_service_account.jump.email
    scopes = ["cloud-platform"]
  }
}
resource "google_compute_network" "n" {
  name = "n"
}
resource "google_compute_firewall" "f" {
  name          = "f"
  network       = google_compute_network.n.id
  source_ranges = ["0.0.0.0/0"]
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}
"#;

#[rstest]
#[case::makes_tokens("roles/iam.serviceAccountTokenCreator", "scoped")]
#[case::acts_as("roles/iam.serviceAccountUser", "scoped")]
#[case::only_looks("roles/iam.serviceAccountViewer", "none")]
fn acting_as_an_account_is_a_right(#[case] role: &str, #[case] privilege: &str) {
    let lines = terraform(&STAND_IN.replace("roles/iam.serviceAccountTokenCreator", role));
    let open = lines.iter().find(|line| line.starts_with("T001 google_compute_instance.jump"));
    let open = open.expect("open to the internet");
    assert!(open.contains(&format!("privilege={privilege}")), "{open}");
}

/// A service that calls another one, which asks who calls.
const CALLER: &str = r#"
resource "google_service_account" "a" {
  for_each   = toset(["front", "back", "night"])
  account_id = each.key
}
resource "google_cloud_run_v2_service" "back" {
  name     = "back"
  location = "europe-west1"
  template {
    service_account = google_service_account.a["back"].email
    containers {
      image = "back"
    }
  }
}
resource "google_cloud_run_v2_service" "front" {
  name     = "front"
  location = "europe-west1"
  template {
    service_account = google_service_account.a["front"].email
    containers {
      image = "front"
      env {
        name  = "BACK"
        value = google_cloud_run_v2_service.back.uri
      }
    }
  }
}
resource "google_cloud_run_v2_service_iam_binding" "back" {
  name     = google_cloud_run_v2_service.back.name
  location = "europe-west1"
  role     = "roles/run.invoker"
  members  = [google_service_account.a["front"].member]
}
"#;

const CALL: &str = "google_cloud_run_v2_service.front > google_cloud_run_v2_service.back network";
const ELSE: (&str, &str) = (
    "members  = [google_service_account.a[\"front\"].member]",
    "members  = [google_service_account.a[\"night\"].member]",
);

#[test]
fn who_may_not_call_a_service_does_not() {
    differs(CALLER, ELSE.0, ELSE.1, CALL, terraform);
}

/// What lets the front call all the same, where the service's binding names another account.
#[rstest]
#[case::over_the_project(
    "resource \"google_project_iam_member\" \"f\" {\n  project = \"p\"\n  role = \"roles/run.invoker\"\n  member = google_service_account.a[\"front\"].member\n}",
    true
)]
#[case::as_editor(
    "resource \"google_project_iam_member\" \"f\" {\n  project = \"p\"\n  role = \"roles/editor\"\n  member = google_service_account.a[\"front\"].member\n}",
    true
)]
#[case::to_look(
    "resource \"google_project_iam_member\" \"f\" {\n  project = \"p\"\n  role = \"roles/run.viewer\"\n  member = google_service_account.a[\"front\"].member\n}",
    false
)]
#[case::a_group(
    "resource \"google_cloud_run_v2_service_iam_member\" \"f\" {\n  name = google_cloud_run_v2_service.back.name\n  role = \"roles/run.invoker\"\n  member = \"group:all@kiosk.example\"\n}",
    true
)]
#[case::as_who_may(
    "resource \"google_service_account_iam_member\" \"f\" {\n  service_account_id = google_service_account.a[\"night\"].name\n  role = \"roles/iam.serviceAccountTokenCreator\"\n  member = google_service_account.a[\"front\"].member\n}",
    true
)]
fn others_may_let_a_caller_in(#[case] more: &str, #[case] calls: bool) {
    let tree = [&*CALLER.replace(ELSE.0, ELSE.1), more].concat();
    assert_eq!(has(&terraform(&tree), CALL), calls, "{more}");
}

#[test]
fn a_service_that_asks_nobody_takes_all_calls() {
    let open = CALLER.replace(
        "  name     = \"back\"\n",
        "  name     = \"back\"\n  invoker_iam_disabled = true\n",
    );
    assert!(has(&terraform(&open.replace(ELSE.0, ELSE.1)), CALL));
}

const TASKS: &str = r#"
resource "google_cloud_tasks_queue" "q" {
  name     = "q"
  location = "europe-west1"
  http_target {
    uri_override {
      host = trimprefix(google_cloud_run_v2_service.back.uri, "https://")
    }
    oidc_token {
      service_account_email = google_service_account.a["night"].email
    }
  }
}
"#;

#[rstest]
#[case::calls(
    "host = trimprefix(google_cloud_run_v2_service.back.uri, \"https://\")",
    "host = \"back.kiosk.example\"",
    "google_cloud_tasks_queue.q > google_cloud_run_v2_service.back data"
)]
#[case::as_an_account(
    "service_account_email = google_service_account.a[\"night\"].email",
    "service_account_email = \"night@kiosk.example\"",
    "google_cloud_tasks_queue.q > google_service_account.a[\"night\"] identity"
)]
fn a_queue_of_tasks_calls_its_target(#[case] from: &str, #[case] to: &str, #[case] line: &str) {
    differs(&[CALLER, TASKS].concat(), from, to, line, terraform);
}

/// A pool for pipelines of a repository, and the account that they take.
const PIPELINES: &str = r#"
resource "google_iam_workload_identity_pool" "p" {
  workload_identity_pool_id = "p"
}
resource "google_iam_workload_identity_pool_provider" "p" {
  workload_identity_pool_id          = google_iam_workload_identity_pool.p.workload_identity_pool_id
  workload_identity_pool_provider_id = "p"
  attribute_condition                = "assertion.repository == 'kiosk/till' && assertion.ref == 'refs/heads/main'"
  attribute_mapping = {
    "google.subject"       = "assertion.sub"
    "attribute.repository" = "assertion.repository"
    "attribute.exact"      = "assertion.repository + '@' + assertion.environment"
  }
  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}
resource "google_service_account" "ship" {
  account_id = "ship"
}
resource "google_service_account_iam_member" "ship" {
  service_account_id = google_service_account.ship.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.p.name}/attribute.repository/kiosk/till"
}
"#;

/// What is asked of a token, whom the binding names, and whether pipelines of any branch take the account.
#[rstest]
#[case::branch(
    "assertion.repository == 'kiosk/till' && assertion.ref == 'refs/heads/main'",
    "attribute.repository/kiosk/till",
    false
)]
#[case::repository("assertion.repository == 'kiosk/till'", "attribute.repository/kiosk/till", true)]
#[case::owner("assertion.repository_owner == 'kiosk'", "attribute.repository/kiosk/till", true)]
#[case::all_of_a_repository("assertion.repository == 'kiosk/till'", "*", true)]
#[case::mapped("attribute.repository == 'kiosk/till'", "*", true)]
#[case::mapped_subject("google.subject.startsWith('repo:kiosk/till:environment:live')", "*", false)]
#[case::environment(
    "assertion.repository == 'kiosk/till' && assertion.environment == 'live'",
    "*",
    false
)]
#[case::by_the_member(
    "assertion.repository == 'kiosk/till'",
    "attribute.exact/kiosk/till@live",
    false
)]
#[case::workflow(
    "assertion.job_workflow_ref == 'kiosk/till/.github/workflows/ship.yml@refs/heads/main'",
    "attribute.repository/kiosk/till",
    false
)]
fn pipelines_of_any_branch(#[case] condition: &str, #[case] member: &str, #[case] open: bool) {
    let tree = PIPELINES
        .replace(
            "assertion.repository == 'kiosk/till' && assertion.ref == 'refs/heads/main'",
            condition,
        )
        .replace("attribute.repository/kiosk/till\"", &format!("{member}\""));
    assert_eq!(has(&terraform(&tree), "T013 google_service_account.ship"), open);
}

#[rstest]
#[case::one_identity("principalSet://", "principal://")]
#[case::other_issuer("token.actions.githubusercontent.com", "tokens.kiosk.example")]
fn pools_of_others_say_nothing_of_branches(#[case] from: &str, #[case] to: &str) {
    let tree = PIPELINES.replace(" && assertion.ref == 'refs/heads/main'", "");
    differs(&tree, from, to, "T013 google_service_account.ship", terraform);
}
