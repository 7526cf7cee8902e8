//! What small parts of common systems mean in a model: each case is one change to a small tree, and a line that comes or goes with it.

use std::collections::BTreeSet;

use rstest::rstest;

use crate::model_systems::{
    APPS, CONTROLLER, INGRESS, POLLER, RECEIVER, SUBSCRIBER, differs, has, manifests, terraform,
};

/// A machine and a database with the same open way out, in a network with a gateway.
const WAY_OUT: &str = r#"
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "s" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "t" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.2.0/24"
}
resource "aws_internet_gateway" "i" {
  vpc_id = aws_vpc.v.id
}
resource "aws_route_table" "t" {
  vpc_id = aws_vpc.v.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.i.id
  }
}
resource "aws_route_table_association" "t" {
  subnet_id      = aws_subnet.t.id
  route_table_id = aws_route_table.t.id
}
resource "aws_nat_gateway" "n" {
  subnet_id = aws_subnet.t.id
}
resource "aws_route_table" "r" {
  vpc_id = aws_vpc.v.id
  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.n.id
  }
}
resource "aws_route_table_association" "r" {
  subnet_id      = aws_subnet.s.id
  route_table_id = aws_route_table.r.id
}
resource "aws_security_group" "out" {
  vpc_id = aws_vpc.v.id
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "a" {
  ami                    = "ami-1"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.s.id
  vpc_security_group_ids = [aws_security_group.out.id]
}
resource "aws_db_subnet_group" "d" {
  subnet_ids = [aws_subnet.s.id]
}
resource "aws_db_instance" "d" {
  engine                 = "postgres"
  instance_class         = "db.t3.micro"
  db_subnet_group_name   = aws_db_subnet_group.d.name
  vpc_security_group_ids = [aws_security_group.out.id]
}
"#;

#[test]
fn a_filter_lets_nothing_out_where_there_is_no_way() {
    let line = "T022 aws_instance.a";
    let (from, to) = ("nat_gateway_id = aws_nat_gateway.n.id", "gateway_id = \"local\"");
    differs(WAY_OUT, from, to, line, terraform);
    // A database that a provider runs opens no connections.
    assert!(!has(&terraform(WAY_OUT), "T022 aws_db_instance.d"));
}

/// A network that nobody watches.
const WATCHED: &str = r#"
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_guardduty_detector" "g" {
  enable = false
}
"#;

#[rstest]
#[case::detection("enable = false", "enable = true")]
#[case::flow_log(
    "resource \"aws_guardduty_detector\"",
    "resource \"aws_flow_log\" \"l\" {\n vpc_id = aws_vpc.v.id\n traffic_type = \"ALL\"\n}\nresource \"aws_guardduty_detector\""
)]
fn what_watches_a_network_closes_the_threat(#[case] from: &str, #[case] to: &str) {
    differs(WATCHED, from, to, "T025 aws_vpc.v: 4 9 5", terraform);
    differs(WATCHED, from, to, "T025", terraform);
}

/// A program on machines that a provider runs, at a port that everybody reaches.
const PUBLISHED: &str = r#"
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "s" {
  vpc_id     = aws_vpc.v.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "in" {
  vpc_id = aws_vpc.v.id
  ingress {
    from_port   = 5432
    to_port     = 5432
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_ecs_service" "a" {
  name = "a"
  network_configuration {
    subnets         = [aws_subnet.s.id]
    security_groups = [aws_security_group.in.id]
  }
}
"#;

/// A database behind the same filter.
const PUBLISHED_STORE: &str = r#"
resource "aws_internet_gateway" "i" {
  vpc_id = aws_vpc.v.id
}
resource "aws_default_route_table" "m" {
  default_route_table_id = aws_vpc.v.default_route_table_id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.i.id
  }
}
resource "aws_db_subnet_group" "d" {
  subnet_ids = [aws_subnet.s.id]
}
resource "aws_db_instance" "d" {
  engine                 = "postgres"
  instance_class         = "db.t3.micro"
  db_subnet_group_name   = aws_db_subnet_group.d.name
  vpc_security_group_ids = [aws_security_group.in.id]
  publicly_accessible    = var.open
}
variable "open" {
  type = bool
}
"#;

#[test]
fn a_filter_harms_what_a_class_speaks_of() {
    assert!(!has(&terraform(PUBLISHED), "T046"));
    let stored = format!("{PUBLISHED}{PUBLISHED_STORE}");
    let (from, to) = ("publicly_accessible    = var.open", "publicly_accessible    = false");
    differs(&stored, from, to, "T046 aws_db_instance.d", terraform);
    // Before nothing, it is whoever attaches it.
    let alone = PUBLISHED.replace("[aws_security_group.in.id]", "[]");
    assert!(has(&terraform(&alone), "T046 aws_security_group.in"));
}

/// A machine of Google Cloud that leaves through a gateway.
const TRANSLATED: &str = r#"
resource "google_compute_network" "n" {
  name                    = "n"
  auto_create_subnetworks = false
}
resource "google_compute_subnetwork" "a" {
  name          = "a"
  network       = google_compute_network.n.id
  ip_cidr_range = "10.0.1.0/24"
}
resource "google_compute_subnetwork" "b" {
  name          = "b"
  network       = google_compute_network.n.id
  ip_cidr_range = "10.0.2.0/24"
}
resource "google_compute_router" "r" {
  name    = "r"
  network = google_compute_network.n.id
}
resource "google_compute_router_nat" "r" {
  name                               = "r"
  router                             = google_compute_router.r.name
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "LIST_OF_SUBNETWORKS"
  subnetwork {
    name                    = google_compute_subnetwork.a.self_link
    source_ip_ranges_to_nat = ["ALL_IP_RANGES"]
  }
}
resource "google_compute_instance" "m" {
  name         = "m"
  machine_type = "e2-small"
  boot_disk {
    initialize_params {
      image = "debian-cloud/debian-12"
    }
  }
  network_interface {
    subnetwork = google_compute_subnetwork.a.id
  }
}
"#;

#[rstest]
#[case::another_subnet(
    "name                    = google_compute_subnetwork.a.self_link",
    "name = google_compute_subnetwork.b.self_link"
)]
#[case::stands_elsewhere(
    "subnetwork = google_compute_subnetwork.a.id",
    "subnetwork = google_compute_subnetwork.b.id"
)]
#[case::between_networks(
    "name                               = \"r\"",
    "name = \"r\"\n  type = \"PRIVATE\""
)]
fn a_gateway_translates_for_the_subnets_that_it_lists(#[case] from: &str, #[case] to: &str) {
    differs(
        TRANSLATED,
        from,
        to,
        "google_compute_instance.m > internet network any/any",
        terraform,
    );
}

#[test]
fn a_gateway_for_all_subnets_lists_none() {
    let all = TRANSLATED
        .replace("LIST_OF_SUBNETWORKS", "ALL_SUBNETWORKS_ALL_IP_RANGES")
        .replace("google_compute_subnetwork.a.self_link", "google_compute_subnetwork.b.self_link");
    assert!(has(&terraform(&all), "google_compute_instance.m > internet network any/any"));
}

/// A site that answers on 443, and sends who comes by 80 there.
const REDIRECTED: &str = r#"
resource "google_compute_global_address" "a" {
  name = "a"
}
resource "google_storage_bucket" "b" {
  name     = "b"
  location = "EU"
}
resource "google_compute_backend_bucket" "b" {
  name        = "b"
  bucket_name = google_storage_bucket.b.name
}
resource "google_compute_url_map" "site" {
  name            = "site"
  default_service = google_compute_backend_bucket.b.id
}
resource "google_compute_target_https_proxy" "site" {
  name             = "site"
  url_map          = google_compute_url_map.site.id
  ssl_certificates = ["projects/p/global/sslCertificates/c"]
}
resource "google_compute_global_forwarding_rule" "https" {
  name       = "https"
  ip_address = google_compute_global_address.a.id
  port_range = "443"
  target     = google_compute_target_https_proxy.site.id
}
resource "google_compute_url_map" "redirect" {
  name = "redirect"
  default_url_redirect {
    https_redirect = true
    strip_query    = false
  }
}
resource "google_compute_target_http_proxy" "redirect" {
  name    = "redirect"
  url_map = google_compute_url_map.redirect.id
}
resource "google_compute_global_forwarding_rule" "http" {
  name       = "http"
  ip_address = google_compute_global_address.a.address
  port_range = "80"
  target     = google_compute_target_http_proxy.redirect.id
}
"#;

#[rstest]
#[case::another_address("google_compute_global_address.a.address", "\"198.51.100.7\"")]
#[case::inside(
    "port_range = \"80\"",
    "port_range = \"80\"\n  load_balancing_scheme = \"INTERNAL_MANAGED\""
)]
fn who_is_sent_elsewhere_comes_in_at_the_same_address(#[case] from: &str, #[case] to: &str) {
    let line = "internet > google_compute_backend_bucket.b network tcp/80 unknown";
    differs(REDIRECTED, from, to, line, terraform);
    let lines = terraform(REDIRECTED);
    assert!(has(&lines, "internet > google_compute_backend_bucket.b network tcp/443 yes"));
    assert!(!has(&lines, "T006"));
}

/// A database in a cluster, and an application with the same password.
const PASSWORD: &str = r"
apiVersion: v1
kind: Secret
metadata: {name: login, namespace: blog}
data: {password: V3ByLTIwMjYtcGFzcyE=}
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: blog}
spec:
  clusterIP: None
  selector: {app: db}
  ports: [{port: 3306}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: blog, labels: {data: confidential}}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
        - name: db
          image: mysql:8
          env: [{name: MYSQL_ROOT_PASSWORD, valueFrom: {secretKeyRef: {name: login, key: password}}}]
          volumeMounts: [{name: data, mountPath: /var/lib/mysql}]
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: blog}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: wordpress:6
          env:
            - {name: WORDPRESS_DB_HOST, value: db}
            - {name: WORDPRESS_DB_PASSWORD, valueFrom: {secretKeyRef: {name: login, key: password}}}
";

#[rstest]
#[case::nobody_calls(
    "{name: WORDPRESS_DB_HOST, value: db}",
    "{name: WORDPRESS_DB_HOST, value: elsewhere}"
)]
#[case::another_secret(
    "MYSQL_ROOT_PASSWORD, valueFrom: {secretKeyRef: {name: login,",
    "MYSQL_ROOT_PASSWORD, valueFrom: {secretKeyRef: {name: other,"
)]
fn a_secret_that_both_sides_take_opens_the_store(#[case] from: &str, #[case] to: &str) {
    let line = "T008 Secret/blog/login: 8 8 4 8 6 = 6.8 exposure=internal data=confidential";
    differs(PASSWORD, from, to, line, manifests);
}

#[test]
fn whether_a_port_of_machines_is_open_is_not_known() {
    let balancer = PASSWORD.replace("clusterIP: None", "type: LoadBalancer").replace("3306", "80");
    let machine = balancer.replace("type: LoadBalancer", "type: NodePort");
    let clear = |lines: &BTreeSet<String>, exposure: &str| {
        lines.iter().any(|line| line.starts_with("T006 internet > ") && line.contains(exposure))
    };
    assert!(clear(&manifests(&balancer), "exposure=internet_open"));
    assert!(clear(&manifests(&machine), "exposure=unknown"));
}

/// A second thing that holds messages, beside the one that is read.
const OTHER_QUEUE: &str = "resource \"aws_sqs_queue\" \"other\" {\n  name = \"other\"\n}\n";
const OTHER_TOPIC: &str = "resource \"google_pubsub_topic\" \"other\" {\n  name = \"other\"\n}\n";

/// What the worker of `POLLER` gets when it names the queue in its settings.
fn named(text: &str) -> String {
    text.replace(
        "image = \"worker\" }",
        "image = \"worker\", environment = [{ name = \"Q\", value = aws_sqs_queue.jobs.url }] }",
    )
}

#[rstest]
#[case::one_by_name("aws_sqs_queue.jobs.arn", false, false, true)]
#[case::all_there_is("\"*\"", false, false, true)]
#[case::one_of_several("\"*\"", true, false, false)]
#[case::named_of_several("\"*\"", true, true, true)]
fn who_may_do_all_with_queues_reads_the_one_that_is_meant(
    #[case] resource: &str,
    #[case] several: bool,
    #[case] settings: bool,
    #[case] reads: bool,
) {
    let list = "[\"sqs:DeleteMessage\", \"sqs:GetQueueAttributes\", \"sqs:ChangeMessageVisibility\", \"sqs:ReceiveMessage\"]";
    let mut text = POLLER.replace(list, "\"sqs:*\"");
    text = text.replace("Resource = aws_sqs_queue.jobs.arn", &format!("Resource = {resource}"));
    if settings {
        text = named(&text);
    }
    if several {
        text.push_str(OTHER_QUEUE);
    }
    let lines = terraform(&text);
    assert_eq!(has(&lines, "aws_sqs_queue.jobs > aws_ecs_service.worker data"), reads);
    assert!(!has(&lines, "aws_sqs_queue.other > aws_ecs_service.worker data"));
}

#[test]
fn whom_another_reads_for_is_read_by_no_right_that_says_more() {
    let producer = POLLER
        .replace("\"worker\"", "\"producer\"")
        .replace("worker", "producer")
        .replace("resource \"aws_sqs_queue\" \"jobs\" {\n  name = \"jobs\"\n}\n", "")
        .replace("[\"sqs:DeleteMessage\", \"sqs:GetQueueAttributes\", \"sqs:ChangeMessageVisibility\", \"sqs:ReceiveMessage\"]", "\"sqs:*\"");
    let lines = terraform(&format!("{POLLER}{producer}"));
    assert!(has(&lines, "aws_sqs_queue.jobs > aws_ecs_service.worker data"));
    assert!(!has(&lines, "aws_sqs_queue.jobs > aws_ecs_service.producer data"));
}

#[rstest]
#[case::project("", true)]
#[case::two_topics(OTHER_TOPIC, false)]
fn a_right_over_a_project_reads_its_only_topic(#[case] more: &str, #[case] reads: bool) {
    let text = SUBSCRIBER
        .replace("google_pubsub_subscription_iam_member", "google_project_iam_member")
        .replace("subscription = google_pubsub_subscription.jobs.id", "project      = \"acme\"");
    let lines = terraform(&format!("{text}{more}"));
    assert_eq!(
        has(&lines, "google_pubsub_topic.jobs > google_cloud_run_v2_service.worker data"),
        reads
    );
}

#[rstest]
#[case::group("azurerm_resource_group.jobs.id", "Azure Service Bus Data Receiver", true)]
#[case::sends("azurerm_resource_group.jobs.id", "Azure Service Bus Data Sender", false)]
fn a_right_over_a_group_reads_its_only_bus(
    #[case] scope: &str,
    #[case] role: &str,
    #[case] reads: bool,
) {
    let text = RECEIVER
        .replace("azurerm_servicebus_queue.jobs.id", scope)
        .replace("Azure Service Bus Data Receiver", role);
    let lines = terraform(&text);
    let flow = "azurerm_servicebus_namespace.jobs > azurerm_linux_function_app.worker data";
    assert_eq!(has(&lines, flow), reads);
}

/// A machine that people reach through Google's proxy.
const TUNNELLED: &str = r#"
resource "google_compute_network" "n" {
  name                    = "n"
  auto_create_subnetworks = false
}
resource "google_compute_subnetwork" "a" {
  name          = "a"
  network       = google_compute_network.n.id
  ip_cidr_range = "10.0.1.0/24"
}
resource "google_compute_firewall" "iap" {
  name          = "iap"
  network       = google_compute_network.n.name
  source_ranges = ["35.235.240.0/20"]
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}
resource "google_compute_instance" "m" {
  name         = "m"
  zone         = "europe-west1-b"
  machine_type = "e2-small"
  boot_disk {
    initialize_params {
      image = "debian-cloud/debian-12"
    }
  }
  network_interface {
    subnetwork = google_compute_subnetwork.a.id
  }
}
resource "google_project_iam_member" "ops" {
  project = "acme"
  role    = "roles/iap.tunnelResourceAccessor"
  member  = "group:ops@example.org"
}
"#;

#[rstest]
#[case::another_role("roles/iap.tunnelResourceAccessor", "roles/iap.httpsResourceAccessor")]
#[case::nobody_comes_in("35.235.240.0/20", "192.0.2.0/24")]
fn who_may_tunnel_reaches_machines_that_take_tunnels(#[case] from: &str, #[case] to: &str) {
    let flow = "group:ops@example.org > google_compute_instance.m permission";
    differs(TUNNELLED, from, to, flow, terraform);
}

#[rstest]
#[case::one_machine(
    "resource \"google_iap_tunnel_instance_iam_member\" \"ops\" {\n  instance = google_compute_instance.m.name\n  zone = \"europe-west1-b\"\n"
)]
#[case::all_machines("resource \"google_iap_tunnel_iam_member\" \"ops\" {\n")]
fn tunnels_have_bindings_of_their_own(#[case] binding: &str) {
    let text = TUNNELLED.replace("resource \"google_project_iam_member\" \"ops\" {\n", binding);
    assert!(has(&terraform(&text), "group:ops@example.org > google_compute_instance.m permission"));
}

/// A search domain with a door on the internet.
const SEARCH: &str = r#"
resource "aws_iam_role" "reader" {
  name = "reader"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}
resource "aws_opensearch_domain" "d" {
  domain_name = "d"
  domain_endpoint_options {
    enforce_https = true
  }
  advanced_security_options {
    enabled                        = false
    internal_user_database_enabled = false
  }
}
resource "aws_opensearch_domain_policy" "d" {
  domain_name = aws_opensearch_domain.d.domain_name
  access_policies = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = "es:ESHttp*"
      Resource  = "${aws_opensearch_domain.d.arn}/*"
      Condition = {}
    }]
  })
}
"#;

const OFFICE: &str = "Condition = { IpAddress = { \"aws:SourceIp\" = [\"203.0.113.0/24\"] } }";

#[rstest]
#[case::anybody("Condition = {}", "Condition = {}", Some("internet_open auth=none"))]
#[case::from_an_office("Condition = {}", OFFICE, Some("internet_restricted auth=none"))]
#[case::from_inside(
    "Condition = {}",
    "Condition = { IpAddress = { \"aws:SourceIp\" = \"10.0.0.0/8\" } }",
    None
)]
#[case::of_an_organization(
    "Condition = {}",
    "Condition = { StringEquals = { \"aws:PrincipalOrgID\" = \"o-1\" } }",
    None
)]
#[case::named("Principal = { AWS = \"*\" }", "Principal = { AWS = aws_iam_role.reader.arn }", None)]
#[case::with_users(
    "    enabled                        = false\n    internal_user_database_enabled = false",
    "    enabled                        = true\n    internal_user_database_enabled = true",
    Some("internet_open auth=password")
)]
fn a_domain_asks_as_its_policy_says(
    #[case] from: &str,
    #[case] to: &str,
    #[case] wanted: Option<&str>,
) {
    assert_eq!(SEARCH.matches(from).count(), 1);
    let lines = terraform(&SEARCH.replace(from, to));
    let threat = lines.iter().find(|line| line.starts_with("T002 aws_opensearch_domain.d"));
    match wanted {
        Some(wanted) => assert!(threat.unwrap().contains(wanted), "{threat:?}"),
        None => assert_eq!(threat, None),
    }
}

#[test]
fn an_ingress_without_a_certificate_may_still_offer_no_clear_text() {
    let threat = "T006 Ingress/shop/web";
    let plain = "T006 internet > Ingress/shop/web network tcp/80";
    let alone = manifests(INGRESS);
    assert!(has(&alone, plain));
    let behind = manifests(&format!("{INGRESS}{CONTROLLER}"));
    assert!(!has(&behind, threat) && !has(&behind, plain));
}

#[test]
fn what_is_only_looked_up_is_no_boundary_of_its_own() {
    let project = "data \"google_project\" \"p\" {}\nresource \"google_pubsub_topic\" \"t\" {\n  name = \"t\"\n}\n";
    assert!(!has(&terraform(project), "data.google_project.p"));
    let network = "data \"aws_vpc\" \"v\" {\n  default = true\n}\nresource \"aws_subnet\" \"s\" {\n  vpc_id = data.aws_vpc.v.id\n  cidr_block = \"10.0.0.0/24\"\n}\n";
    assert!(has(&terraform(network), "data.aws_vpc.v vpc in"));
}

/// A service that Google runs, which reaches into a network.
const REACHES_IN: &str = r#"
resource "google_compute_network" "n" {
  name                    = "n"
  auto_create_subnetworks = false
}
resource "google_compute_subnetwork" "a" {
  name          = "a"
  network       = google_compute_network.n.id
  ip_cidr_range = "10.0.1.0/24"
}
resource "google_cloud_run_v2_service" "s" {
  name     = "s"
  location = "europe-west1"
  template {
    containers {
      image = "s"
    }
    vpc_access {
      egress = "PRIVATE_RANGES_ONLY"
      network_interfaces {
        subnetwork = google_compute_subnetwork.a.id
      }
    }
  }
}
"#;

#[test]
fn nothing_leaves_a_network_that_stands_in_none() {
    let access = "    vpc_access {\n      egress = \"PRIVATE_RANGES_ONLY\"\n      network_interfaces {\n        subnetwork = google_compute_subnetwork.a.id\n      }\n    }\n";
    differs(REACHES_IN, access, "", "T022 google_cloud_run_v2_service.s", terraform);
    let inward = REACHES_IN.replace("PRIVATE_RANGES_ONLY", "ALL_TRAFFIC");
    assert!(!has(&terraform(&inward), "T022"));
    // Where a network is meant that is not known, the service stands in it.
    let elsewhere = REACHES_IN
        .replace("google_compute_subnetwork.a.id", "\"projects/p/regions/r/subnetworks/s\"");
    assert!(has(&terraform(&elsewhere), "T022 google_cloud_run_v2_service.s"));
}

#[test]
fn apps_lie_in_their_environment_and_write_where_it_does() {
    let logs = "resource \"azurerm_log_analytics_workspace\" \"logs\" {\n  name = \"logs\"\n  resource_group_name = azurerm_resource_group.main.name\n  location = azurerm_resource_group.main.location\n}\n";
    let subnet = "  infrastructure_subnet_id = azurerm_subnet.apps.id\n";
    let workspace =
        format!("{subnet}  log_analytics_workspace_id = azurerm_log_analytics_workspace.logs.id\n");
    let lines = terraform(&format!("{}{logs}", APPS.replace(subnet, &workspace)));
    for line in [
        "azurerm_container_app.api compute_container in azurerm_container_app_environment.main",
        "azurerm_container_app_environment.main cluster in azurerm_subnet.apps",
        "azurerm_container_app.api > azurerm_log_analytics_workspace.logs log",
    ] {
        assert!(has(&lines, line), "{line}\n{lines:#?}");
    }
    assert!(!has(&terraform(APPS), "azurerm_container_app.api > azurerm_log_analytics_workspace"));
}

/// A program in a cluster that the configuration makes, behind Google's front ends.
const CLINIC: &str = r#"
resource "google_container_cluster" "main" {
  name     = "main"
  location = "europe-west4"
}
resource "google_artifact_registry_repository" "apps" {
  repository_id = "apps"
  format        = "DOCKER"
}
resource "google_service_account" "api" {
  account_id = "api"
}
resource "google_project_iam_member" "api" {
  project = "acme"
  role    = "roles/storage.admin"
  member  = google_service_account.api.member
}
resource "google_service_account_iam_member" "api" {
  service_account_id = google_service_account.api.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "serviceAccount:acme.svc.id.goog[clinic/api]"
}
resource "google_sql_database_instance" "main" {
  database_version = "POSTGRES_15"
  settings {
    tier        = "db-f1-micro"
    user_labels = { data = "restricted" }
    ip_configuration {
      ipv4_enabled = true
      authorized_networks {
        value = "0.0.0.0/0"
      }
    }
  }
}
resource "kubernetes_namespace" "clinic" {
  metadata {
    name = "clinic"
  }
}
resource "kubernetes_service_account" "api" {
  metadata {
    name        = "api"
    namespace   = kubernetes_namespace.clinic.metadata[0].name
    annotations = { "iam.gke.io/gcp-service-account" = google_service_account.api.email }
  }
}
resource "kubernetes_deployment" "api" {
  metadata {
    name      = "api"
    namespace = kubernetes_namespace.clinic.metadata[0].name
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
        service_account_name = kubernetes_service_account.api.metadata[0].name
        container {
          name  = "api"
          image = "europe-docker.pkg.dev/acme/${google_artifact_registry_repository.apps.repository_id}/api:1"
        }
      }
    }
  }
}
resource "kubernetes_service" "api" {
  metadata {
    name      = "api"
    namespace = kubernetes_namespace.clinic.metadata[0].name
  }
  spec {
    selector = { app = "api" }
    port {
      port        = 80
      target_port = 8080
    }
  }
}
resource "kubernetes_ingress_v1" "api" {
  metadata {
    name      = "api"
    namespace = kubernetes_namespace.clinic.metadata[0].name
  }
  spec {
    default_backend {
      service {
        name = kubernetes_service.api.metadata[0].name
        port {
          number = 80
        }
      }
    }
  }
}
resource "kubernetes_network_policy" "api" {
  metadata {
    name      = "api"
    namespace = kubernetes_namespace.clinic.metadata[0].name
  }
  spec {
    pod_selector {
      match_labels = { app = "api" }
    }
    policy_types = ["Ingress"]
    ingress {
      from {
        ip_block {
          cidr = "35.191.0.0/16"
        }
      }
    }
  }
}
"#;

#[rstest]
#[case::front_ends(
    "35.191.0.0/16",
    "198.51.100.0/24",
    "kubernetes_ingress_v1.api > kubernetes_deployment.api network tcp/8080"
)]
#[case::image(
    "${google_artifact_registry_repository.apps.repository_id}",
    "apps",
    "google_artifact_registry_repository.apps > kubernetes_deployment.api supply_chain"
)]
#[case::rights(
    "acme.svc.id.goog[clinic/api]",
    "acme.svc.id.goog[clinic/other]",
    "T015 kubernetes_deployment.api: 7 8 6 9 4 = 6.8 data=none privilege=broad"
)]
#[case::stands_for(
    "acme.svc.id.goog[clinic/api]",
    "acme.svc.id.goog[clinic/other]",
    "kubernetes_service_account.api > google_service_account.api identity"
)]
#[case::label(
    "    user_labels = { data = \"restricted\" }\n",
    "",
    "T002 google_sql_database_instance.main: 10 10 7 10 8 = 9.0"
)]
#[case::nested(
    "resource \"kubernetes_namespace\"",
    "resource \"google_container_cluster\" \"other\" {\n  name = \"other\"\n}\nresource \"kubernetes_namespace\"",
    "kubernetes_namespace.clinic namespace in google_container_cluster.main"
)]
fn a_cluster_of_google_works_with_what_is_around_it(
    #[case] from: &str,
    #[case] to: &str,
    #[case] line: &str,
) {
    differs(CLINIC, from, to, line, terraform);
}

/// A pool of identities with a role for guests.
const GUESTS: &str = r#"
resource "aws_cognito_user_pool" "u" {
  name = "u"
}
resource "aws_cognito_identity_pool" "p" {
  identity_pool_name               = "p"
  allow_unauthenticated_identities = true
  cognito_identity_providers {
    provider_name = aws_cognito_user_pool.u.endpoint
  }
}
resource "aws_iam_role" "guest" {
  name = "guest"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = "cognito-identity.amazonaws.com" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = { StringEquals = { "cognito-identity.amazonaws.com:aud" = aws_cognito_identity_pool.p.id } }
    }]
  })
}
resource "aws_cognito_identity_pool_roles_attachment" "p" {
  identity_pool_id = aws_cognito_identity_pool.p.id
  roles            = { unauthenticated = aws_iam_role.guest.arn }
}
"#;

#[rstest]
#[case::nobody(
    "allow_unauthenticated_identities = true",
    "allow_unauthenticated_identities = false"
)]
#[case::who_logs_in("{ unauthenticated =", "{ authenticated =")]
fn everybody_may_be_a_guest(#[case] from: &str, #[case] to: &str) {
    differs(GUESTS, from, to, "T012 aws_iam_role.guest", terraform);
    let changed = terraform(&GUESTS.replace(from, to));
    for line in [
        "aws_cognito_identity_pool.p > aws_iam_role.guest identity",
        "aws_cognito_user_pool.u > aws_cognito_identity_pool.p identity",
    ] {
        assert!(has(&changed, line), "{line}\n{changed:#?}");
    }
    assert!(!has(&changed, "oidc:"));
}

/// An account of a cluster that stands for an identity of Azure.
const FEDERATED: &str = r#"
resource "azurerm_resource_group" "g" {
  name     = "g"
  location = "westeurope"
}
resource "azurerm_user_assigned_identity" "api" {
  name                = "api"
  resource_group_name = azurerm_resource_group.g.name
  location            = "westeurope"
}
resource "azurerm_federated_identity_credential" "api" {
  name                = "api"
  resource_group_name = azurerm_resource_group.g.name
  parent_id           = azurerm_user_assigned_identity.api.id
  audience            = ["api://AzureADTokenExchange"]
  issuer              = "https://oidc.example.org/"
  subject             = "system:serviceaccount:clinic:api"
}
resource "kubernetes_service_account" "api" {
  metadata {
    name        = "api"
    namespace   = "clinic"
    annotations = { "azure.workload.identity/client-id" = azurerm_user_assigned_identity.api.client_id }
  }
}
"#;

#[rstest]
#[case::of_another_account("clinic:api\"", "clinic:other\"")]
#[case::of_another_namespace("clinic:api\"", "lab:api\"")]
fn an_identity_of_azure_lets_in_whom_it_names(#[case] from: &str, #[case] to: &str) {
    let line = "kubernetes_service_account.api > azurerm_user_assigned_identity.api identity";
    differs(FEDERATED, from, to, line, terraform);
    // Where nothing says whom it trusts, the annotation is believed.
    let start = FEDERATED.find("resource \"azurerm_federated").unwrap();
    let end = FEDERATED.find("resource \"kubernetes_service_account").unwrap();
    assert!(has(&terraform(&format!("{}{}", &FEDERATED[..start], &FEDERATED[end..])), line));
}

/// Pods on machines that leave through a gateway.
const SHUT_IN: &str = r#"
resource "google_compute_network" "n" {
  name                    = "n"
  auto_create_subnetworks = false
}
resource "google_compute_subnetwork" "a" {
  name          = "a"
  network       = google_compute_network.n.id
  ip_cidr_range = "10.0.1.0/24"
}
resource "google_compute_router" "r" {
  name    = "r"
  network = google_compute_network.n.id
}
resource "google_compute_router_nat" "r" {
  name                               = "r"
  router                             = google_compute_router.r.name
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"
}
resource "google_container_cluster" "c" {
  name       = "c"
  location   = "europe-west4"
  network    = google_compute_network.n.id
  subnetwork = google_compute_subnetwork.a.id
  private_cluster_config {
    enable_private_nodes = true
  }
}
resource "google_container_node_pool" "p" {
  cluster = google_container_cluster.c.id
  node_config {}
}
resource "kubernetes_deployment" "api" {
  metadata {
    name      = "api"
    namespace = "clinic"
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
          image = "api"
        }
      }
    }
  }
}
"#;

#[test]
fn pods_get_no_further_than_their_machines() {
    let (from, to) = ("ALL_SUBNETWORKS_ALL_IP_RANGES", "LIST_OF_SUBNETWORKS");
    for line in ["google_container_node_pool.p > internet", "kubernetes_deployment.api > internet"]
    {
        differs(SHUT_IN, from, to, line, terraform);
    }
    // A cluster of which the machines are not known may have any.
    let start = SHUT_IN.find("resource \"google_container_node_pool").unwrap();
    let end = SHUT_IN.find("resource \"kubernetes_deployment").unwrap();
    let own = format!("{}{}", &SHUT_IN[..start], &SHUT_IN[end..]).replace(from, to);
    let line = "kubernetes_deployment.api > internet";
    assert!(!has(&terraform(&own), line));
    let name = "  name       = \"c\"\n";
    let unknown = own.replace(name, &format!("{name}  remove_default_node_pool = true\n"));
    assert!(has(&terraform(&unknown), line));
}

/// A program in a cluster that is given a secret, beside a state.
const STATE: &str = r#"
terraform {
  backend "gcs" {
    bucket = "state"
  }
}
resource "kubernetes_deployment" "api" {
  metadata {
    name      = "api"
    namespace = "clinic"
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
          image = "api"
          env {
            name = "TOKEN"
            value_from {
              secret_key_ref {
                name = "token"
                key  = "token"
              }
            }
          }
        }
      }
    }
  }
}
"#;

#[test]
fn a_state_holds_the_secrets_that_are_made_and_not_their_names() {
    let made = "resource \"kubernetes_secret\" \"token\" {\n  metadata {\n    name = \"token\"\n    namespace = \"clinic\"\n  }\n  data = { token = var.token }\n}\nvariable \"token\" {\n  type = string\n  default = null\n}\n";
    assert!(!has(&terraform(STATE), "T037"));
    assert!(has(&terraform(&format!("{STATE}{made}")), "T037 backend.gcs"));
}

/// Rights over a cluster in the configuration that makes it.
const RULED: &str = r#"
resource "aws_eks_cluster" "c" {
  name     = "c"
  role_arn = "arn:aws:iam::123456789012:role/cluster"
  vpc_config {
    subnet_ids = []
  }
}
resource "kubernetes_service_account" "deployer" {
  metadata {
    name      = "deployer"
    namespace = "ops"
  }
}
resource "kubernetes_cluster_role_binding" "deployer" {
  metadata {
    name = "deployer"
  }
  role_ref {
    api_group = "rbac.authorization.k8s.io"
    kind      = "ClusterRole"
    name      = "cluster-admin"
  }
  subject {
    kind      = "ServiceAccount"
    name      = "deployer"
    namespace = "ops"
  }
}
"#;

/// Whoever rules the cluster rules the one that is made; of two, it is not known which.
#[rstest]
#[case::the_only_one("", "aws_eks_cluster.c")]
#[case::one_of_two(
    "resource \"aws_eks_cluster\" \"d\" {\n  name = \"d\"\n  role_arn = \"arn:aws:iam::123456789012:role/cluster\"\n}\n",
    "cluster"
)]
fn rights_over_a_cluster_are_over_the_one_that_is_made(#[case] more: &str, #[case] target: &str) {
    let found = terraform(&format!("{RULED}{more}"));
    let line = format!("kubernetes_service_account.deployer > {target} permission");
    assert!(has(&found, &line), "{found:#?}");
    let plain = found.iter().any(|it| it.contains("> cluster "));
    assert_eq!(plain, target == "cluster", "{found:#?}");
}

/// What a route names says what it is, also where the configuration does not hold it: address translation lets nobody in, and out.
#[rstest]
#[case::known("nat_gateway_id = aws_nat_gateway.n.id", true)]
#[case::by_its_id("nat_gateway_id = \"nat-0123456789abcdef0\"", true)]
#[case::transit("transit_gateway_id = \"tgw-0123456789abcdef0\"", false)]
#[case::nowhere("gateway_id = \"local\"", false)]
fn a_translation_by_its_id_leads_out(#[case] to: &str, #[case] out: bool) {
    let text = WAY_OUT.replace("nat_gateway_id = aws_nat_gateway.n.id", to);
    let found = terraform(&text);
    assert_eq!(has(&found, "aws_instance.a > internet network any/any"), out, "{found:#?}");
    let text = text.replace(
        "  ami                    = \"ami-1\"",
        "  ami                    = \"ami-1\"\n  associate_public_ip_address = true",
    );
    let open = "  egress {\n    from_port   = 0\n";
    let text = text.replace(
        open,
        &format!("  ingress {{\n    from_port   = 443\n    to_port     = 443\n    protocol    = \"tcp\"\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }}\n{open}"),
    );
    assert!(!has(&terraform(&text), "internet > aws_instance.a"), "{text}");
    let public = text.replace(to, "gateway_id = aws_internet_gateway.i.id");
    assert!(has(&terraform(&public), "internet > aws_instance.a network tcp/443"), "{public}");
}

/// A list before a subnet that denies one port of those that are open, in or out, leaves the way out as it is.
#[rstest]
#[case::inward("false", "22")]
#[case::outward("true", "25")]
fn a_list_that_denies_one_port_leaves_the_others(#[case] egress: &str, #[case] port: &str) {
    let rule = |name: &str, number: u32, egress: &str, action: &str, port: &str| {
        let ports = if port == "0" {
            "protocol = \"-1\"".to_owned()
        } else {
            format!("protocol = \"tcp\"\n  from_port = {port}\n  to_port = {port}")
        };
        format!(
            "resource \"aws_network_acl_rule\" \"{name}\" {{\n  network_acl_id = aws_network_acl.l.id\n  rule_number = {number}\n  egress = {egress}\n  rule_action = \"{action}\"\n  cidr_block = \"0.0.0.0/0\"\n  {ports}\n}}\n"
        )
    };
    let list = "resource \"aws_network_acl\" \"l\" {\n  vpc_id = aws_vpc.v.id\n  subnet_ids = [aws_subnet.s.id]\n}\n";
    let rules = rule("in", 100, "false", "allow", "0") + &rule("out", 100, "true", "allow", "0");
    let denial = rule("no", 90, egress, "deny", port);
    let found = terraform(&format!("{WAY_OUT}{list}{rules}{denial}"));
    assert!(has(&found, "aws_instance.a > internet network any/any"), "{found:#?}");
    assert!(has(&found, "T022 aws_instance.a: 4 8 7 5 4"), "{found:#?}");
    let closed = rules.replace("\"out\" {", "\"out\" {\n  count = 0\n");
    let found = terraform(&format!("{WAY_OUT}{list}{closed}"));
    assert!(!has(&found, "aws_instance.a > internet"), "{found:#?}");
}

/// Rights over a project that is looked up are rights over what the configuration makes in it.
#[rstest]
#[case::without_a_name("", "data.google_project.p.project_id")]
#[case::by_a_variable("project_id = var.project", "data.google_project.p.project_id")]
#[case::by_its_id("", "\"clinic-prod\"")]
fn rights_over_a_project_that_is_looked_up(#[case] asked: &str, #[case] project: &str) {
    let text = format!(
        "variable \"project\" {{\n  type = string\n}}\ndata \"google_project\" \"p\" {{\n  {asked}\n}}\n\
         resource \"google_service_account\" \"a\" {{\n  account_id = \"a\"\n}}\n\
         resource \"google_storage_bucket\" \"b\" {{\n  name = \"b\"\n  location = \"EU\"\n}}\n\
         resource \"google_project_iam_member\" \"a\" {{\n  project = {project}\n  role = \"roles/storage.objectViewer\"\n  member = google_service_account.a.member\n}}\n"
    );
    let found = terraform(&text);
    let line = "google_service_account.a > google_storage_bucket.b permission";
    assert!(has(&found, line), "{found:#?}");
}

#[test]
fn rights_over_another_of_several_projects_say_nothing_of_what_is_made() {
    let text = "data \"google_project\" \"p\" {\n}\ndata \"google_project\" \"q\" {\n  project_id = \"other\"\n}\nresource \"google_service_account\" \"a\" {\n  account_id = \"a\"\n}\nresource \"google_storage_bucket\" \"b\" {\n  name = \"b\"\n  location = \"EU\"\n}\nresource \"google_project_iam_member\" \"a\" {\n  project = data.google_project.q.project_id\n  role = \"roles/storage.objectViewer\"\n  member = google_service_account.a.member\n}\n";
    let line = "google_service_account.a > google_storage_bucket.b permission";
    assert!(!has(&terraform(text), line));
    let own = text.replace("project = data.google_project.q", "project = data.google_project.p");
    assert!(has(&terraform(&own), line));
}

/// A binding that names everybody beside others opens the bucket, and says nothing of the others.
#[rstest]
#[case::beside_an_account("[google_service_account.a.member, \"allUsers\"]")]
#[case::beside_a_group("[\"group:g@example.org\", \"allAuthenticatedUsers\"]")]
#[case::alone("[\"allUsers\"]")]
fn a_binding_that_names_everybody_is_about_the_bucket(#[case] members: &str) {
    let text = format!(
        "resource \"google_service_account\" \"a\" {{\n  account_id = \"a\"\n}}\n\
         resource \"google_storage_bucket\" \"b\" {{\n  name = \"b\"\n  location = \"EU\"\n}}\n\
         resource \"google_storage_bucket_iam_binding\" \"b\" {{\n  bucket = google_storage_bucket.b.name\n  role = \"roles/storage.objectAdmin\"\n  members = {members}\n}}\n"
    );
    let found = terraform(&text);
    for threat in ["T003", "T004"] {
        assert!(has(&found, &format!("{threat} google_storage_bucket.b: ")), "{found:#?}");
        assert!(!has(&found, &format!("{threat} google_service_account.a")), "{found:#?}");
    }
    let by_account = "google_service_account.a > google_storage_bucket.b permission";
    assert_eq!(has(&found, by_account), members.contains("account"), "{found:#?}");
}

/// Accounts of a namespace that get rights as a group.
const GROUPED: &str = "
apiVersion: v1
kind: ServiceAccount
metadata: {name: a, namespace: shop}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: b, namespace: other}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: r}
rules:
  - apiGroups: [\"\"]
    resources: [secrets]
    verbs: [get]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: r}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: r}
subjects:
  - {kind: Group, apiGroup: rbac.authorization.k8s.io, name: \"system:serviceaccounts:shop\"}
";

#[rstest]
#[case::of_a_namespace("system:serviceaccounts:shop", "name: r}\nsubjects", false)]
#[case::of_the_cluster("system:serviceaccounts", "name: r}\nsubjects", true)]
#[case::as_administrators("system:serviceaccounts:shop", "name: cluster-admin}\nsubjects", false)]
fn what_a_group_of_accounts_may_do_each_of_them_may(
    #[case] group: &str,
    #[case] role: &str,
    #[case] both: bool,
) {
    let text =
        GROUPED.replace("system:serviceaccounts:shop", group).replace("name: r}\nsubjects", role);
    let found = manifests(&text);
    assert!(has(&found, "T018 ServiceAccount/shop/a: "), "{found:#?}");
    assert_eq!(has(&found, "T018 ServiceAccount/other/b: "), both, "{found:#?}");
    assert!(!has(&found, "T018 ClusterRoleBinding"), "{found:#?}");
}

/// A program that nobody calls, with a token of somebody else in its settings: who takes the token is not known.
#[test]
fn a_secret_is_not_isolated_because_its_program_is() {
    let text = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: w, namespace: shop}
spec:
  selector: {matchLabels: {app: w}}
  template:
    metadata: {labels: {app: w}}
    spec:
      containers:
        - name: w
          image: ghcr.io/example/w:1.0.3
          env:
            - name: GITHUB_TOKEN
              value: ghp_16C7e42F292c6912E7710c838347Ae178B4a
";
    let found = manifests(text);
    assert!(has(&found, "T008 Deployment/shop/w: "), "{found:#?}");
    let line = found.iter().find(|it| it.starts_with("T008 Deployment/shop/w: "));
    assert!(line.is_some_and(|it| it.contains("exposure=unknown")), "{line:?}");
}

/// A role that another account takes on, with rights over what the account holds.
const AUDITED: &str = r#"
resource "aws_iam_role" "a" {
  name = "a"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "arn:aws:iam::444455556666:root" } }]
  })
}
resource "aws_iam_role_policy_attachment" "a" {
  role       = aws_iam_role.a.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
resource "aws_s3_bucket" "b" {
  bucket = "b"
  tags   = { data = "confidential" }
}
"#;

#[test]
fn nobody_gets_to_data_by_a_right_to_look_at_settings() {
    let path = "account:444455556666 > aws_iam_role.a > aws_s3_bucket.b: T012 T015";
    differs(AUDITED, "policy/ReadOnlyAccess", "policy/SecurityAudit", path, terraform);
    let audited = terraform(&AUDITED.replace("policy/ReadOnlyAccess", "policy/SecurityAudit"));
    assert!(has(&audited, "T012 aws_iam_role.a: "), "{audited:#?}");
    assert!(has(&audited, "aws_iam_role.a > aws_s3_bucket.b permission"), "{audited:#?}");
}

/// What a balancer takes at a port of the web is a request of the web at any port behind it.
#[rstest]
#[case::of_the_web("443", true)]
#[case::clear("80", true)]
#[case::another("9443", false)]
fn web_attacks_reach_what_is_behind_a_balancer_at_any_port(
    #[case] port: &str,
    #[case] is_web: bool,
) {
    let text = format!(
        "
apiVersion: v1
kind: Secret
metadata: {{name: s, namespace: shop}}
stringData: {{password: S3cr3t-Value-42}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: w, namespace: shop}}
spec:
  selector: {{matchLabels: {{app: w}}}}
  template:
    metadata: {{labels: {{app: w}}}}
    spec:
      automountServiceAccountToken: false
      containers:
        - name: w
          image: ghcr.io/example/w:1.0.3
          ports: [{{containerPort: 9090}}]
          envFrom: [{{secretRef: {{name: s}}}}]
---
apiVersion: v1
kind: Service
metadata: {{name: w, namespace: shop}}
spec:
  type: LoadBalancer
  selector: {{app: w}}
  ports: [{{port: {port}, targetPort: 9090}}]
"
    );
    let found = manifests(&text);
    assert_eq!(has(&found, "T032 Deployment/shop/w: "), is_web, "{found:#?}");
    let path = "internet > Service/shop/w > Deployment/shop/w > Secret/shop/s: T032 T015";
    assert_eq!(has(&found, path), is_web, "{found:#?}");
}

/// Whoever publishes a store by a balancer harms the store.
#[test]
fn a_store_that_a_service_publishes_is_what_is_harmed() {
    let text = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: redis, namespace: shop}
spec:
  selector: {matchLabels: {app: redis}}
  template:
    metadata: {labels: {app: redis}}
    spec:
      automountServiceAccountToken: false
      containers:
        - name: redis
          image: redis:7.2.5
          ports: [{containerPort: 6379}]
---
apiVersion: v1
kind: Service
metadata: {name: redis, namespace: shop}
spec:
  type: LoadBalancer
  selector: {app: redis}
  ports: [{port: 6379}]
";
    let found = manifests(text);
    assert!(has(&found, "T002 Deployment/shop/redis: "), "{found:#?}");
    assert!(!has(&found, "T002 Service/shop/redis"), "{found:#?}");
}

/// Whoever may use a key that its policy opens to everybody has what the key protects.
#[test]
fn a_key_that_everybody_may_use_is_on_a_path() {
    let text = "resource \"google_kms_key_ring\" \"r\" {\n  name = \"r\"\n  location = \"europe\"\n}\nresource \"google_kms_crypto_key\" \"k\" {\n  name = \"k\"\n  key_ring = google_kms_key_ring.r.id\n}\nresource \"google_kms_crypto_key_iam_member\" \"k\" {\n  crypto_key_id = google_kms_crypto_key.k.id\n  role = \"roles/cloudkms.cryptoKeyDecrypter\"\n  member = \"allUsers\"\n}\n";
    let path = "internet > google_kms_crypto_key.k: T039";
    differs(text, "\"allUsers\"", "\"group:g@example.org\"", path, terraform);
}

/// A password that is the default of a variable is a secret in the code there, and not once more in each script that it gets into.
#[rstest]
#[case::by_the_variable("${var.db_password}", false)]
#[case::written("S3cr3t-Value-43", true)]
fn a_default_in_a_start_script_is_one_secret(#[case] password: &str, #[case] twice: bool) {
    let text = format!(
        "variable \"db_password\" {{\n  type = string\n  default = \"S3cr3t-Value-42\"\n}}\nresource \"aws_instance\" \"a\" {{\n  ami = \"ami-1\"\n  instance_type = \"t3.micro\"\n  user_data = \"export DB_PASSWORD={password}\"\n}}\n"
    );
    let found = terraform(&text);
    assert!(has(&found, "T008 var.db_password: "), "{found:#?}");
    assert_eq!(has(&found, "T008 aws_instance.a: "), twice, "{found:#?}");
}

/// An identity that believes tokens of pipelines.
const VOUCHED: &str = r#"
resource "azurerm_resource_group" "g" {
  name     = "g"
  location = "westeurope"
}
resource "azurerm_user_assigned_identity" "i" {
  name                = "i"
  resource_group_name = azurerm_resource_group.g.name
  location            = azurerm_resource_group.g.location
}
resource "azurerm_federated_identity_credential" "f" {
  name                = "f"
  resource_group_name = azurerm_resource_group.g.name
  parent_id           = azurerm_user_assigned_identity.i.id
  issuer              = "https://token.actions.githubusercontent.com"
  subject             = "repo:example/app:pull_request"
  audience            = ["api://AzureADTokenExchange"]
}
resource "azurerm_role_assignment" "i" {
  scope                = azurerm_storage_account.s.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = azurerm_user_assigned_identity.i.principal_id
}
resource "azurerm_storage_account" "s" {
  name                     = "s"
  resource_group_name      = azurerm_resource_group.g.name
  location                 = azurerm_resource_group.g.location
  account_tier             = "Standard"
  account_replication_type = "LRS"
  tags                     = { data = "confidential" }
}
"#;

#[rstest]
#[case::threat("T013 azurerm_user_assigned_identity.i: ")]
#[case::path(
    "azurerm_federated_identity_credential.f > azurerm_user_assigned_identity.i > azurerm_storage_account.s: T013 T015"
)]
fn requests_that_nobody_looked_at_act_as_the_identity(#[case] line: &str) {
    let (from, to) = ("app:pull_request", "app:ref:refs/heads/main");
    differs(VOUCHED, from, to, line, terraform);
    assert!(!has(&terraform(VOUCHED), "T013 azurerm_federated_identity_credential"));
}

/// Containers that run by themselves answer on the internet where their group has a public address, which it has unless it is said.
#[rstest]
#[case::silent("", true)]
#[case::public("ip_address_type = \"Public\"", true)]
#[case::private("ip_address_type = \"Private\"", false)]
#[case::none("ip_address_type = \"None\"", false)]
fn groups_of_containers_answer_at_their_address(#[case] address: &str, #[case] open: bool) {
    let text = format!(
        "resource \"azurerm_container_group\" \"c\" {{\n  name = \"c\"\n  resource_group_name = \"g\"\n  location = \"westeurope\"\n  os_type = \"Linux\"\n  {address}\n  container {{\n    name = \"web\"\n    image = \"example/web:1.2.3\"\n    cpu = 1\n    memory = 1\n    ports {{\n      port = 80\n      protocol = \"TCP\"\n    }}\n  }}\n}}\n"
    );
    let found = terraform(&text);
    let flow = "internet > azurerm_container_group.c network tcp/80 no";
    for line in [flow, "T032 azurerm_container_group.c: ", "T028 azurerm_container_group.c: "] {
        assert_eq!(has(&found, line), open, "{line}: {found:#?}");
    }
}
