//! Ways in, and ways of pods out: blocks of addresses in policies, several entries to one program, redirects, what carries what gateways take.

use std::collections::BTreeMap;

use dreadnought::model::{ThreatModel, ThreatState};
use rstest::rstest;

use crate::model::model_of;
use crate::model_systems::{differs, has, manifests, terraform};

/// The model of a file.
fn model(name: &str, text: &str) -> ThreatModel {
    let made = model_of(&BTreeMap::from([(name.to_owned(), text.to_owned())]), None);
    assert_eq!(made.problems, []);
    made.model
}

/// Whether flows from one asset to another one rest on what is not known.
fn assumed(text: &str, source: &str, target: &str) -> Vec<bool> {
    let flows = model("main.tf", text).flows;
    let own = flows.iter().filter(|it| &*it.source == source && &*it.target == target);
    own.map(|flow| flow.assumed).collect()
}

/// How exposed a target is to an open threat of a class, if there is one.
fn exposed(model: &ThreatModel, class: &str, target: &str) -> Option<String> {
    let mut all = model.threats.iter().filter(|threat| threat.state == ThreatState::Open);
    let threat = all.find(|it| &*it.class.id == class && &*it.target == target)?;
    let said = threat.context.iter().find(|(name, _)| *name == "exposure");
    Some(said.map_or_else(String::new, |(_, state)| state.to_string()))
}

/// A change of a text that has to change it.
fn changed(text: &str, from: &str, to: &str) -> String {
    assert!(from.is_empty() || text.contains(from), "{from}");
    if from.is_empty() { text.to_owned() } else { text.replace(from, to) }
}

/// Some manifests as one text.
fn tree(parts: &[&str]) -> String {
    parts.join("---\n")
}

/// A Deployment with one container that listens.
fn workload(name: &str, more: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: shop}}\nspec:\n  \
         selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec:\n      \
         containers: [{{name: x, image: acme/{name}:1, ports: [{{containerPort: 8080}}]{more}}}]\n"
    )
}

/// A Service before it.
fn service(name: &str, to: &str, more: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: shop}}\n\
         spec: {{selector: {{app: {to}}}, ports: [{{port: 443, targetPort: 8080}}]{more}}}\n"
    )
}

/// What pods of an app let in.
fn policy(app: &str, rules: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {app}, namespace: shop}}\n\
         spec: {{podSelector: {{matchLabels: {{app: {app}}}}}, policyTypes: [Ingress], ingress: [{rules}]}}\n"
    )
}

/// From one range outside.
const OFFICE: &str = "{from: [{ipBlock: {cidr: 198.51.100.0/24}}]}";

/// Pods of the one cluster of a network in which a database stands, which their settings name, with a policy over what they send.
const LEAVING: &str = r#"
resource "aws_vpc" "main" {
  cidr_block = "10.40.0.0/16"
}
resource "aws_subnet" "main" {
  count      = 2
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.40.${count.index}.0/24"
}
resource "aws_subnet" "other" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.40.9.0/24"
}
resource "aws_eks_cluster" "main" {
  name     = "main"
  role_arn = "arn:aws:iam::111122223333:role/cluster"
  vpc_config {
    subnet_ids = aws_subnet.main[*].id
  }
}
resource "aws_eks_node_group" "main" {
  cluster_name  = aws_eks_cluster.main.name
  node_role_arn = "arn:aws:iam::111122223333:role/nodes"
  subnet_ids    = aws_subnet.main[*].id
  scaling_config {
    desired_size = 2
    max_size     = 2
    min_size     = 2
  }
}
resource "aws_db_subnet_group" "main" {
  subnet_ids = aws_subnet.main[*].id
}
resource "aws_security_group" "db" {
  vpc_id = aws_vpc.main.id
  ingress {
    security_groups = [aws_eks_cluster.main.vpc_config[0].cluster_security_group_id]
    protocol        = "tcp"
    from_port       = 5432
    to_port         = 5432
  }
}
resource "aws_db_instance" "main" {
  engine                 = "postgres"
  db_subnet_group_name   = aws_db_subnet_group.main.name
  vpc_security_group_ids = [aws_security_group.db.id]
}
variable "range" {
  type = string
}
provider "kubernetes" {
  host = aws_eks_cluster.main.endpoint
}
resource "kubernetes_deployment_v1" "api" {
  metadata {
    name      = "api"
    namespace = "shop"
  }
  spec {
    selector {
      match_labels = { app = "api" }
    }
    template {
      metadata {
        labels = { app = "api" }
      }
      spec {
        container {
          name  = "api"
          image = "acme/api:1"
          env {
            name  = "DB_HOST"
            value = aws_db_instance.main.address
          }
        }
      }
    }
  }
}
resource "kubernetes_network_policy_v1" "api" {
  metadata {
    name      = "api"
    namespace = "shop"
  }
  spec {
    pod_selector {}
    policy_types = ["Egress"]
    egress {
      to {
        ip_block {
          BLOCK
        }
      }
      ports {
        port = "5432"
      }
    }
  }
}
"#;

fn leaving(block: &str) -> String {
    LEAVING.replace("BLOCK", block)
}

/// What lies in a range that a policy lets pods out to is reached; whether it does may not be known.
#[rstest]
#[case::network("cidr = aws_vpc.main.cidr_block", Some(false))]
#[case::its_own("cidr = \"10.40.0.0/23\"", Some(false))]
#[case::around("cidr = \"10.0.0.0/8\"", Some(false))]
#[case::another_subnet("cidr = aws_subnet.other.cidr_block", None)]
#[case::another_network("cidr = \"10.41.0.0/16\"", None)]
#[case::outside("cidr = \"203.0.113.0/24\"", None)]
#[case::everything("cidr = \"0.0.0.0/0\"", Some(false))]
#[case::all_but_an_address("cidr = \"0.0.0.0/0\"\nexcept = [\"169.254.169.254/32\"]", Some(false))]
#[case::all_but_the_inside(
    "cidr = \"0.0.0.0/0\"\nexcept = [\"10.0.0.0/8\", \"172.16.0.0/12\"]",
    None
)]
#[case::without_it("cidr = \"10.40.0.0/16\"\nexcept = [\"10.40.0.0/23\"]", None)]
#[case::without_another("cidr = \"10.40.0.0/16\"\nexcept = [\"10.40.9.0/24\"]", Some(false))]
#[case::without_a_part("cidr = \"10.40.0.0/16\"\nexcept = [\"10.40.0.0/24\"]", Some(false))]
#[case::nothing_left("cidr = \"10.40.0.0/16\"\nexcept = [\"10.0.0.0/8\"]", None)]
#[case::another_family("cidr = \"fd00::/8\"", None)]
#[case::not_known("cidr = var.range", Some(true))]
#[case::its_address("cidr = \"${aws_db_instance.main.address}/32\"", Some(false))]
#[case::the_others_address("cidr = \"${aws_eks_cluster.main.endpoint}/32\"", Some(true))]
fn pods_reach_what_lies_in_a_block(#[case] block: &str, #[case] wanted: Option<bool>) {
    let found = assumed(&leaving(block), "kubernetes_deployment_v1.api", "aws_db_instance.main");
    assert_eq!(found, wanted.into_iter().collect::<Vec<_>>());
}

/// A machine that may send to some range only, and a database that takes its address from one that its network reserves.
const PRIVATE: &str = r#"
resource "google_compute_network" "main" {
  name = "main"
}
resource "google_compute_subnetwork" "apps" {
  name          = "apps"
  network       = google_compute_network.main.id
  ip_cidr_range = "10.30.0.0/20"
}
resource "google_compute_global_address" "range" {
  name          = "range"
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  address       = "10.60.0.0"
  prefix_length = 16
  network       = google_compute_network.main.id
}
resource "google_compute_global_address" "more" {
  name          = "more"
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  address       = "10.70.0.0"
  prefix_length = 16
  network       = google_compute_network.main.id
}
resource "google_service_networking_connection" "main" {
  network                 = google_compute_network.main.id
  service                 = "servicenetworking.googleapis.com"
  reserved_peering_ranges = [google_compute_global_address.range.name]
}
resource "google_sql_database_instance" "db" {
  name             = "db"
  database_version = "POSTGRES_17"
  settings {
    tier = "db-custom-2-7680"
    ip_configuration {
      ipv4_enabled    = false
      private_network = google_compute_network.main.id
      ssl_mode        = "ENCRYPTED_ONLY"
    }
  }
}
resource "google_compute_firewall" "out" {
  name               = "out"
  network            = google_compute_network.main.name
  direction          = "EGRESS"
  priority           = 900
  destination_ranges = ["10.60.0.0/16"]
  allow {
    protocol = "tcp"
    ports    = ["5432"]
  }
}
resource "google_compute_firewall" "nothing_else" {
  name               = "nothing-else"
  network            = google_compute_network.main.name
  direction          = "EGRESS"
  destination_ranges = ["0.0.0.0/0"]
  deny {
    protocol = "all"
  }
}
resource "google_compute_instance" "app" {
  name         = "app"
  machine_type = "e2-small"
  network_interface {
    subnetwork = google_compute_subnetwork.apps.id
  }
  metadata_startup_script = "run ${google_sql_database_instance.db.private_ip_address}"
}
"#;

#[rstest]
#[case::reserved("", "", Some(false))]
#[case::let_out_elsewhere("[\"10.60.0.0/16\"]", "[\"10.70.0.0/16\"]", None)]
#[case::by_name("[google_compute_global_address.range.name]", "[\"range\"]", Some(true))]
#[case::of_more(
    "[google_compute_global_address.range.name]",
    "[google_compute_global_address.range.name, google_compute_global_address.more.name]",
    Some(true)
)]
#[case::of_more_one_is_asked_for(
    "      ssl_mode        = \"ENCRYPTED_ONLY\"\n",
    "      ssl_mode        = \"ENCRYPTED_ONLY\"\n      allocated_ip_range = \"more\"\n",
    None
)]
#[case::one_that_is_not_there(
    "      ssl_mode        = \"ENCRYPTED_ONLY\"\n",
    "      ssl_mode        = \"ENCRYPTED_ONLY\"\n      allocated_ip_range = \"elsewhere\"\n",
    Some(true)
)]
#[case::one_of_them_elsewhere(
    "[google_compute_global_address.range.name]",
    "[google_compute_global_address.range.name, \"elsewhere\"]",
    Some(true)
)]
#[case::an_address_of_googles_choice("  address       = \"10.60.0.0\"\n", "", Some(true))]
#[case::without_a_length(
    "  address       = \"10.60.0.0\"\n  prefix_length = 16\n",
    "  address       = \"10.60.0.0\"\n",
    Some(true)
)]
fn a_service_stands_in_the_range_that_its_network_reserves(
    #[case] from: &str,
    #[case] to: &str,
    #[case] wanted: Option<bool>,
) {
    let text = changed(PRIVATE, from, to);
    let found = assumed(&text, "google_compute_instance.app", "google_sql_database_instance.db");
    assert_eq!(found, wanted.into_iter().collect::<Vec<_>>());
}

/// Pods behind an Ingress with a web firewall, and behind a balancer that lets some in.
fn twice() -> String {
    tree(&[
        &workload("web", ", volumeMounts: [{name: d, mountPath: /d}]").replace(
            "      containers:",
            "      volumes: [{name: d, persistentVolumeClaim: {claimName: d}}]\n      containers:",
        ),
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: d, namespace: shop, labels: {data: confidential}}\n\
         spec: {accessModes: [ReadWriteMany]}\n",
        &service("web", "web", ", type: LoadBalancer, loadBalancerSourceRanges: [203.0.113.0/24]"),
        &service("inner", "web", ""),
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\n  namespace: shop\n  annotations:\n    \
         nginx.ingress.kubernetes.io/enable-modsecurity: 'true'\n    \
         nginx.ingress.kubernetes.io/enable-owasp-core-rules: 'true'\n    \
         nginx.ingress.kubernetes.io/modsecurity-snippet: SecRuleEngine On\nspec:\n  ingressClassName: nginx\n  \
         tls: [{secretName: tls}]\n  \
         rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: inner, port: {number: 443}}}}]}}]\n",
    ])
}

/// A way that is open to fewer, past which no firewall stands, is a way all the same.
#[rstest]
#[case::both("", "", Some("internet_restricted"))]
#[case::to_all(", loadBalancerSourceRanges: [203.0.113.0/24]", "", Some("internet_open"))]
#[case::to_nobody_outside("[203.0.113.0/24]", "[10.0.0.0/8]", None)]
#[case::of_the_cluster_only("type: LoadBalancer", "type: ClusterIP", None)]
#[case::which_may_not_be_there("type: LoadBalancer", "type: NodePort", None)]
#[case::without_the_other("kind: Ingress", "kind: Nothing", Some("internet_restricted"))]
fn each_way_in_is_judged(#[case] from: &str, #[case] to: &str, #[case] wanted: Option<&str>) {
    let text = changed(&twice(), from, to);
    let found = exposed(&model("all.yaml", &text), "T032", "Deployment/shop/web");
    assert_eq!(found.as_deref(), wanted);
    let path = "internet > Service/shop/web > Deployment/shop/web > PersistentVolumeClaim/shop/d";
    assert_eq!(has(&manifests(&text), path), wanted.is_some());
}

/// Two balancers before one machine, one with a web firewall for all, one for some without.
const BALANCERS: &str = r#"
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}
resource "aws_subnet" "out" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.0.0/24"
}
resource "aws_route_table" "out" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}
resource "aws_route_table_association" "out" {
  subnet_id      = aws_subnet.out.id
  route_table_id = aws_route_table.out.id
}
resource "aws_security_group" "all" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["10.0.0.0/16"]
  }
}
resource "aws_security_group" "some" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["203.0.113.0/24"]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["10.0.0.0/16"]
  }
}
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port       = 8080
    to_port         = 8080
    protocol        = "tcp"
    security_groups = [aws_security_group.all.id, aws_security_group.some.id]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["10.0.0.0/16"]
  }
}
resource "aws_security_group" "db" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port       = 5432
    to_port         = 5432
    protocol        = "tcp"
    security_groups = [aws_security_group.web.id]
  }
}
resource "aws_lb" "all" {
  subnets         = [aws_subnet.out.id]
  security_groups = [aws_security_group.all.id]
}
resource "aws_lb" "some" {
  subnets         = [aws_subnet.out.id]
  security_groups = [aws_security_group.some.id]
}
resource "aws_lb_target_group" "all" {
  port     = 8080
  protocol = "HTTP"
  vpc_id   = aws_vpc.main.id
}
resource "aws_lb_target_group" "some" {
  port     = 8080
  protocol = "HTTP"
  vpc_id   = aws_vpc.main.id
}
resource "aws_lb_listener" "all" {
  load_balancer_arn = aws_lb.all.arn
  port              = 443
  protocol          = "HTTPS"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.all.arn
  }
}
resource "aws_lb_listener" "some" {
  load_balancer_arn = aws_lb.some.arn
  port              = 443
  protocol          = "HTTPS"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.some.arn
  }
}
resource "aws_lb_target_group_attachment" "all" {
  target_group_arn = aws_lb_target_group.all.arn
  target_id        = aws_instance.web.id
}
resource "aws_lb_target_group_attachment" "some" {
  target_group_arn = aws_lb_target_group.some.arn
  target_id        = aws_instance.web.id
}
resource "aws_instance" "web" {
  ami                    = "ami-1"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.out.id
  vpc_security_group_ids = [aws_security_group.web.id]
  user_data              = "run ${aws_db_instance.db.address}"
}
resource "aws_db_subnet_group" "db" {
  subnet_ids = [aws_subnet.out.id]
}
resource "aws_db_instance" "db" {
  engine                 = "postgres"
  db_subnet_group_name   = aws_db_subnet_group.db.name
  vpc_security_group_ids = [aws_security_group.db.id]
  tags                   = { data = "confidential" }
}
resource "aws_wafv2_web_acl" "main" {
  name  = "main"
  scope = "REGIONAL"
  default_action {
    allow {}
  }
  rule {
    name     = "common"
    priority = 1
    override_action {
      none {}
    }
    statement {
      managed_rule_group_statement {
        name        = "AWSManagedRulesCommonRuleSet"
        vendor_name = "AWS"
      }
    }
    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "common"
      sampled_requests_enabled   = true
    }
  }
  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "main"
    sampled_requests_enabled   = true
  }
}
resource "aws_wafv2_web_acl_association" "main" {
  resource_arn = aws_lb.all.arn
  web_acl_arn  = aws_wafv2_web_acl.main.arn
}
"#;

/// Of several ways, the threat is as exposed as the widest that no firewall stands on, and a path leads over such ways alone.
#[rstest]
#[case::past_the_other("", "", Some("internet_restricted"), (false, true))]
#[case::past_none("resource_arn = aws_lb.all.arn", "resource_arn = \"arn:aws:x\"", Some("internet_open"), (true, false))]
#[case::past_the_narrow("resource_arn = aws_lb.all.arn", "resource_arn = aws_lb.some.arn", Some("internet_open"), (true, false))]
#[case::one_alone("security_groups = [aws_security_group.some.id]", "security_groups = []\n  internal = true", None, (false, false))]
fn the_widest_way_past_no_firewall_counts(
    #[case] from: &str,
    #[case] to: &str,
    #[case] wanted: Option<&str>,
    #[case] paths: (bool, bool),
) {
    let text = changed(BALANCERS, from, to);
    let found = exposed(&model("main.tf", &text), "T032", "aws_instance.web");
    assert_eq!(found.as_deref(), wanted);
    let lines = terraform(&text);
    let over = |name: &str| {
        has(&lines, &format!("internet > aws_lb.{name} > aws_instance.web > aws_db_instance.db"))
    };
    // Of ways with equal steps one stands for all.
    assert_eq!((over("all"), over("some")), paths, "{lines:#?}");
}

/// A gateway that listens for clear text and for TLS, with a route for each.
const REDIRECTING: &str = "apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public, namespace: shop}
spec:
  gatewayClassName: envoy
  listeners:
    - {name: http, protocol: HTTP, port: 80}
    - {name: https, protocol: HTTPS, port: 443, tls: {certificateRefs: [{name: tls}]}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: redirect, namespace: shop}
spec:
  parentRefs: [{name: public, sectionName: http}]
  rules:
    - filters: [{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 301}}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec:
  parentRefs: [{name: public, sectionName: https}]
  rules:
    - backendRefs: [{name: web, port: 443}]
";

/// What only sends to TLS serves nothing in clear text.
#[rstest]
#[case::redirects("", "", false)]
#[case::to_clear_text("scheme: https, ", "", true)]
#[case::another_filter("type: RequestRedirect", "type: URLRewrite", true)]
#[case::and_serves(
    "    - filters: [{type: RequestRedirect",
    "    - backendRefs: [{name: web, port: 443}]\n    - filters: [{type: RequestRedirect",
    true
)]
#[case::by_filters_of_the_others(
    "    - filters:",
    "    - {matches: [], backendRefs: [{name: web, port: 443}]}\n    - filters:",
    true
)]
#[case::another_route_serves("{name: public, sectionName: https}", "{name: public}", true)]
#[case::no_route("sectionName: http}", "sectionName: none}", true)]
#[case::no_rule(
    "  rules:\n    - filters: [{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 301}}]\n",
    "  rules: []\n",
    true
)]
fn a_gateway_that_redirects_serves_no_clear_text(
    #[case] from: &str,
    #[case] to: &str,
    #[case] plain: bool,
) {
    let gateway = changed(REDIRECTING, from, to);
    let lines = manifests(&tree(&[&gateway, &service("web", "web", ""), &workload("web", "")]));
    assert_eq!(
        has(&lines, "internet > Gateway/shop/public network tcp/80 no"),
        plain,
        "{lines:#?}"
    );
    assert!(has(&lines, "internet > Gateway/shop/public network tcp/443 yes"), "{lines:#?}");
}

/// One that does nothing but redirect is there, too.
#[test]
fn a_gateway_may_only_redirect() {
    let alone = REDIRECTING.replace(
        "    - {name: https, protocol: HTTPS, port: 443, tls: {certificateRefs: [{name: tls}]}}\n",
        "",
    );
    let lines = manifests(&tree(&[&alone, &service("web", "web", ""), &workload("web", "")]));
    assert!(has(&lines, "internet > Gateway/shop/public network tcp/80 no"), "{lines:#?}");
}

/// A gateway of a mesh, with the pods that it is configured on behind a balancer, and a policy over these.
fn meshed(policy: &str) -> String {
    tree(&[
        &workload("edge", ""),
        &service("edge", "edge", ", type: LoadBalancer"),
        "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: public, namespace: shop}\nspec:\n  \
         selector: {app: edge}\n  servers:\n    \
         - {port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.example], tls: {mode: SIMPLE, credentialName: a}}\n    \
         - {port: {number: 80, name: http, protocol: HTTP}, hosts: [a.example], tls: {httpsRedirect: false}}\n",
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: web, namespace: shop}\n\
         spec: {hosts: [a.example], gateways: [public], http: [{route: [{destination: {host: web, port: {number: 443}}}]}]}\n",
        &service("web", "web", ""),
        &workload("web", ""),
        policy,
    ])
}

#[rstest]
#[case::says_no("httpsRedirect: false", true)]
#[case::redirects("httpsRedirect: true", false)]
fn a_server_of_a_mesh_that_redirects_serves_no_clear_text(#[case] word: &str, #[case] plain: bool) {
    let text = meshed(&service("none", "none", "")).replace("httpsRedirect: false", word);
    let lines = manifests(&text);
    assert_eq!(
        has(&lines, "internet > Gateway/shop/public network tcp/80 no"),
        plain,
        "{lines:#?}"
    );
}

/// A balancer is as open as what its pods hear.
#[rstest]
#[case::nothing(service("none", "none", ""), "internet_open")]
#[case::some(policy("web", OFFICE), "internet_restricted")]
#[case::everybody(policy("web", "{ports: [{port: 8080}]}"), "internet_open")]
#[case::machines_around(policy("web", "{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}"), "internet_open")]
#[case::some_on_another_port(
    policy(
        "web",
        "{from: [{ipBlock: {cidr: 198.51.100.0/24}}], ports: [{port: 9090}]}, {ports: [{port: 8080}]}"
    ),
    "internet_open"
)]
fn a_balancer_is_as_open_as_its_pods(#[case] policy: String, #[case] wanted: &str) {
    let balancer = service("web", "web", ", type: LoadBalancer");
    let text = tree(&[&workload("web", ""), &balancer, &policy]);
    let found = exposed(&model("all.yaml", &text), "T028", "Service/shop/web");
    assert_eq!(found.as_deref(), Some(wanted));
}

/// One of two programs behind it that hears all is enough.
#[test]
fn a_balancer_is_as_open_as_the_widest_of_its_pods() {
    let both = |text: String| text.replace("labels: {app: ", "labels: {tier: front, app: ");
    let (web, more) = (both(workload("web", "")), both(workload("more", "")));
    let balancer = service("web", "web", ", type: LoadBalancer")
        .replace("selector: {app: web}", "selector: {tier: front}");
    let text = |own: &[&str]| tree(&[&[&*web, &*more, &*balancer][..], own].concat());
    let exposed = |text: &str| exposed(&model("all.yaml", text), "T028", "Service/shop/web");
    let (first, second) = (policy("web", OFFICE), policy("more", OFFICE));
    assert_eq!(exposed(&text(&[&first])).as_deref(), Some("internet_open"));
    assert_eq!(exposed(&text(&[&first, &second])).as_deref(), Some("internet_restricted"));
}

/// What a mesh's policy lets in.
fn authorization(rules: &str) -> String {
    format!(
        "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {{name: edge, namespace: shop}}\n\
         spec: {{selector: {{matchLabels: {{app: edge}}}}, action: ALLOW, rules: [{rules}]}}\n"
    )
}

/// What carries what a gateway takes hears no more than its pods' policies let in, and so does the gateway.
#[rstest]
#[case::nothing(service("none", "none", ""), Some("internet_open"))]
#[case::some(policy("edge", OFFICE), Some("internet_restricted"))]
#[case::everybody(policy("edge", "{ports: [{port: 8080}]}"), Some("internet_open"))]
#[case::another_port(policy("edge", "{ports: [{port: 9090}]}"), None)]
#[case::nobody(policy("edge", ""), None)]
#[case::other_pods(policy("web", OFFICE), Some("internet_open"))]
#[case::machines_around(
    policy("edge", "{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}"),
    Some("internet_open")
)]
#[case::by_the_mesh(
    authorization("{from: [{source: {ipBlocks: [198.51.100.0/24]}}]}"),
    Some("internet_restricted")
)]
#[case::behind_a_proxy(
    authorization("{from: [{source: {remoteIpBlocks: [198.51.100.0/24]}}]}"),
    Some("internet_restricted")
)]
#[case::of_all(
    authorization("{from: [{source: {remoteIpBlocks: [0.0.0.0/0]}}]}"),
    Some("internet_open")
)]
#[case::both(
    authorization(
        "{from: [{source: {ipBlocks: [198.51.100.0/24], remoteIpBlocks: [203.0.113.0/24]}}]}"
    ),
    Some("internet_open")
)]
#[case::nobody_in_the_mesh(authorization(""), None)]
fn a_gateway_hears_what_its_pods_hear(#[case] policy: String, #[case] wanted: Option<&str>) {
    let text = meshed(&policy);
    let model = model("all.yaml", &text);
    let found = ["T028", "T032"].map(|class| exposed(&model, class, "Gateway/shop/public"));
    assert_eq!(found.each_ref().map(Option::as_deref), [wanted; 2]);
    let flow = "internet > Gateway/shop/public network tcp/443";
    assert_eq!(has(&manifests(&text), flow), wanted.is_some());
}

/// Programs behind a proxy of their own cluster are asked for whoever that names: whom, is not known there.
#[rstest]
#[case::for_whom("remoteIpBlocks: [198.51.100.0/24]", true)]
#[case::by_whom("ipBlocks: [198.51.100.0/24]", false)]
fn a_proxy_passes_on_who_asks(#[case] source: &str, #[case] passes: bool) {
    let own = authorization(&format!("{{from: [{{source: {{{source}}}}}]}}"));
    let own = own.replace("app: edge", "app: web");
    let ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, namespace: shop}\n\
         spec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 443}}}}]}}]}\n";
    let text = tree(&[ingress, &service("web", "web", ""), &workload("web", ""), &own]);
    let line = "Ingress/shop/web > Deployment/shop/web network tcp/8080";
    assert_eq!(has(&manifests(&text), line), passes);
}

/// A program that reads where its database is, and how to speak to it, from a config map.
fn client(settings: &str, own: &str) -> String {
    tree(&[
        &format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: api, namespace: shop}}\ndata: {{PGHOST: db{settings}}}\n"
        ),
        &workload("api", &format!(", envFrom: [{{configMapRef: {{name: api}}}}], env: [{own}]")),
        &workload("db", "").replace("8080", "5432"),
        &service("db", "db", "").replace("443, targetPort: 8080", "5432"),
    ])
}

/// Where no address says whether a connection is encrypted, a variable of the client does.
#[rstest]
#[case::nothing("", "", "unknown")]
#[case::never(", PGSSLMODE: disable", "", "no")]
#[case::always(", PGSSLMODE: require", "", "yes")]
#[case::with_a_certificate(", PGSSLMODE: verify-full", "", "yes")]
#[case::if_it_may(", PGSSLMODE: prefer", "", "optional")]
#[case::no_mode(", PGSSLMODE: sometimes", "", "unknown")]
#[case::another_name(", MY_PGSSLMODE: disable", "", "unknown")]
#[case::its_own("", "{name: PGSSLMODE, value: disable}", "no")]
#[case::its_own_comes_first(", PGSSLMODE: disable", "{name: PGSSLMODE, value: require}", "yes")]
#[case::not_here(", PGSSLMODE: disable", "{name: PGSSLMODE, value: ''}", "unknown")]
#[case::by_an_address_too(
    ", PGSSLMODE: disable",
    "{name: DB_URL, value: 'postgres://db:5432/x?sslmode=require'}",
    "no"
)]
fn a_variable_of_the_client_says_how_it_speaks(
    #[case] settings: &str,
    #[case] own: &str,
    #[case] wanted: &str,
) {
    let line = "Deployment/shop/api > Deployment/shop/db network tcp/5432 ";
    let found = manifests(&client(settings, own));
    let found: Vec<&str> = found.iter().filter_map(|it| it.strip_prefix(line)).collect();
    assert_eq!(found, [wanted]);
}

/// An address that says it is believed; a store at another port is none of the client's.
#[rstest]
#[case::by_its_address(
    "PGHOST: db",
    "DB_URL: 'postgres://db:5432/x?sslmode=require'",
    "tcp/5432 yes"
)]
#[case::another_store("5432", "6379", "tcp/6379 unknown")]
fn a_variable_of_the_client_says_no_more(#[case] from: &str, #[case] to: &str, #[case] line: &str) {
    let text = changed(&client(", PGSSLMODE: disable", ""), from, to);
    let line = format!("Deployment/shop/api > Deployment/shop/db network {line}");
    assert!(has(&manifests(&text), &line), "{:#?}", manifests(&text));
}

#[test]
fn a_secret_holds_variables_encoded() {
    let text = client(", PGSSLMODE: disable", "");
    let text = text.replace("kind: ConfigMap", "kind: Secret").replace("configMapRef", "secretRef");
    let line = "Deployment/shop/api > Deployment/shop/db network tcp/5432 no";
    assert!(!has(&manifests(&text), line));
    let text = text.replace("PGHOST: db", "PGHOST: ZGI=").replace("disable", "ZGlzYWJsZQ==");
    assert!(has(&manifests(&text), line), "{:#?}", manifests(&text));
}

/// A database outside of the cluster is spoken to in the same way.
#[test]
fn a_variable_of_the_client_says_how_it_speaks_to_what_stands_outside() {
    let variable = "          env {\n            name  = \"PGSSLMODE\"\n            value = \"disable\"\n          }\n";
    let base = leaving("cidr = aws_vpc.main.cidr_block").replace(
        "engine                 = \"postgres\"\n",
        "engine                 = \"postgres\"\n  parameter_group_name   = aws_db_parameter_group.main.name\n",
    );
    let base = base
        + "resource \"aws_db_parameter_group\" \"main\" {\n  family = \"postgres16\"\n  parameter {\n    \
           name  = \"rds.force_ssl\"\n    value = \"0\"\n  }\n}\n";
    let own = base.replace(
        "          env {\n            name  = \"DB_HOST\"",
        &format!("{variable}          env {{\n            name  = \"DB_HOST\""),
    );
    let line = "kubernetes_deployment_v1.api > aws_db_instance.main network tcp/5432 no";
    differs(&own, variable, "", line, terraform);
}

/// Two programs of a namespace without a word about a mesh, one of which calls the other in clear text, and another namespace that is in it.
fn beside(other: &str, own: &str, pods: &str) -> String {
    let call = ", env: [{name: API_URL, value: 'http://api:443'}]";
    let both = tree(&[&workload("web", call), &workload("api", ""), &service("api", "api", "")]);
    let both = both.replace(
        "metadata: {labels: {app: ",
        &format!("metadata: {{{pods}labels: {{note: none, app: "),
    );
    tree(&[
        &format!(
            "apiVersion: v1\nkind: Namespace\nmetadata: {{name: other, labels: {{{other}}}}}\n"
        ),
        &format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: shop{own}}}\n"),
        "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: all, namespace: istio-system}\n\
         spec: {mtls: {mode: STRICT}}\n",
        &both,
    ])
}

const ASKS: &str = "istio-injection: enabled";

/// Where the configuration says which namespaces are in a mesh, those of which it says nothing are not.
#[rstest]
#[case::of_another(ASKS, "", "", "", "no")]
#[case::of_none("trade: wood", "", "", "", "yes")]
#[case::of_one_that_refuses("istio-injection: disabled", "", "", "", "yes")]
#[case::of_another_by_revision("istio.io/rev: stable", "", "", "", "no")]
#[case::of_another_without_proxies("istio.io/dataplane-mode: ambient", "", "", "", "no")]
#[case::itself(ASKS, ", labels: {istio-injection: enabled}", "", "", "yes")]
#[case::itself_by_revision(ASKS, ", labels: {istio.io/rev: stable}", "", "", "yes")]
#[case::other_labels(ASKS, ", labels: {trade: wood}", "", "", "no")]
#[case::pods_that_ask(ASKS, "", "", "sidecar.istio.io/inject: 'true'", "yes")]
#[case::pods_with_a_revision(ASKS, "", "", "istio.io/rev: stable", "yes")]
#[case::pods_that_are_annotated(
    ASKS,
    "",
    "annotations: {sidecar.istio.io/inject: 'true'}, ",
    "",
    "yes"
)]
fn who_says_nothing_is_no_part_of_a_mesh(
    #[case] other: &str,
    #[case] own: &str,
    #[case] pods: &str,
    #[case] label: &str,
    #[case] wanted: &str,
) {
    let text = beside(other, own, pods);
    let text = if label.is_empty() { text } else { text.replace("note: none", label) };
    let line = "Deployment/shop/web > Deployment/shop/api network tcp/8080 ";
    let found = manifests(&text);
    let found: Vec<&str> = found.iter().filter_map(|it| it.strip_prefix(line)).collect();
    assert_eq!(found, [wanted]);
}

/// Of a namespace that no manifest declares nothing is known, and a proxy may be written by hand.
#[rstest]
#[case::not_declared(
    "kind: Namespace\nmetadata: {name: shop",
    "kind: Nothing\nmetadata: {name: shop",
    "yes"
)]
#[case::by_hand(
    "containers: [{name: x",
    "containers: [{name: istio-proxy, image: proxy}, {name: x",
    "yes"
)]
#[case::another_container(
    "containers: [{name: x",
    "containers: [{name: helper, image: proxy}, {name: x",
    "no"
)]
fn what_is_not_said_may_be_elsewhere(#[case] from: &str, #[case] to: &str, #[case] wanted: &str) {
    let line = format!("Deployment/shop/web > Deployment/shop/api network tcp/8080 {wanted}");
    let found = manifests(&changed(&beside(ASKS, "", ""), from, to));
    assert!(has(&found, &line), "{found:#?}");
}
