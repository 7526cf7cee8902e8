//! What systems of common shapes have in their models: each case is a small tree, with lines that have to be there and such that may not.

use std::collections::{BTreeMap, BTreeSet};

use rstest::rstest;

use crate::aws_shop::lines;
use crate::model::model_of;

const ASPECTS: [&str; 5] = ["assets", "boundaries", "flows", "threats", "paths"];

/// All lines of a tree's model.
pub(crate) fn all(tree: &BTreeMap<String, String>) -> BTreeSet<String> {
    let made = model_of(tree, None);
    assert_eq!(made.problems, []);
    ASPECTS.iter().flat_map(|aspect| lines(&made.model, aspect)).collect()
}

pub(crate) fn terraform(text: &str) -> BTreeSet<String> {
    all(&BTreeMap::from([("main.tf".to_owned(), text.to_owned())]))
}

pub(crate) fn manifests(text: &str) -> BTreeSet<String> {
    all(&BTreeMap::from([("all.yaml".to_owned(), text.to_owned())]))
}

/// Whether a line, or the start of one, is among others.
pub(crate) fn has(lines: &BTreeSet<String>, start: &str) -> bool {
    lines.iter().any(|line| line.starts_with(start))
}

/// With one change the model says something, without it does not.
pub(crate) fn differs(
    base: &str,
    from: &str,
    to: &str,
    line: &str,
    made: fn(&str) -> BTreeSet<String>,
) {
    assert_eq!(base.matches(from).count(), 1, "{from}");
    let (before, after) = (made(base), made(&base.replace(from, to)));
    assert!(has(&before, line), "{line}\n{before:#?}");
    assert!(!has(&after, line), "{from} -> {to}: {line}");
}

/// A task that polls a queue by its role.
pub(crate) const POLLER: &str = r#"
resource "aws_sqs_queue" "jobs" {
  name = "jobs"
}
resource "aws_iam_role" "worker" {
  name = "worker"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }]
  })
}
resource "aws_iam_role_policy" "worker" {
  role = aws_iam_role.worker.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility", "sqs:ReceiveMessage"]
      Resource = aws_sqs_queue.jobs.arn
    }]
  })
}
resource "aws_ecs_task_definition" "worker" {
  family                = "worker"
  task_role_arn         = aws_iam_role.worker.arn
  container_definitions = jsonencode([{ name = "worker", image = "worker" }])
}
resource "aws_ecs_service" "worker" {
  name            = "worker"
  task_definition = aws_ecs_task_definition.worker.arn
}
"#;

pub(crate) const SUBSCRIBER: &str = r#"
resource "google_pubsub_topic" "jobs" {
  name = "jobs"
}
resource "google_pubsub_subscription" "jobs" {
  name  = "jobs"
  topic = google_pubsub_topic.jobs.id
}
resource "google_service_account" "worker" {
  account_id = "worker"
}
resource "google_pubsub_subscription_iam_member" "worker" {
  subscription = google_pubsub_subscription.jobs.id
  role         = "roles/pubsub.subscriber"
  member       = google_service_account.worker.member
}
resource "google_cloud_run_v2_service" "worker" {
  name     = "worker"
  location = "europe-west1"
  ingress  = "INGRESS_TRAFFIC_INTERNAL_ONLY"
  template {
    service_account = google_service_account.worker.email
    containers {
      image = "worker"
    }
  }
}
"#;

pub(crate) const RECEIVER: &str = r#"
resource "azurerm_resource_group" "jobs" {
  name     = "jobs"
  location = "westeurope"
}
resource "azurerm_servicebus_namespace" "jobs" {
  name                = "jobs"
  resource_group_name = azurerm_resource_group.jobs.name
  location            = azurerm_resource_group.jobs.location
  sku                 = "Standard"
}
resource "azurerm_servicebus_queue" "jobs" {
  name         = "jobs"
  namespace_id = azurerm_servicebus_namespace.jobs.id
}
resource "azurerm_linux_function_app" "worker" {
  name                = "worker"
  resource_group_name = azurerm_resource_group.jobs.name
  location            = azurerm_resource_group.jobs.location
  identity {
    type = "SystemAssigned"
  }
  site_config {}
}
resource "azurerm_role_assignment" "worker" {
  scope                = azurerm_servicebus_queue.jobs.id
  role_definition_name = "Azure Service Bus Data Receiver"
  principal_id         = azurerm_linux_function_app.worker.identity[0].principal_id
}
"#;

#[rstest]
#[case::sqs(
    POLLER,
    ", \"sqs:ReceiveMessage\"",
    ", \"sqs:SendMessage\"",
    "aws_sqs_queue.jobs > aws_ecs_service.worker data"
)]
#[case::sqs_without_the_role(
    POLLER,
    "  task_role_arn         = aws_iam_role.worker.arn\n",
    "",
    "aws_sqs_queue.jobs > aws_ecs_service.worker data"
)]
#[case::pubsub(
    SUBSCRIBER,
    "roles/pubsub.subscriber",
    "roles/pubsub.viewer",
    "google_pubsub_topic.jobs > google_cloud_run_v2_service.worker data"
)]
#[case::service_bus(
    RECEIVER,
    "Data Receiver",
    "Data Sender",
    "azurerm_servicebus_namespace.jobs > azurerm_linux_function_app.worker data"
)]
fn messages_go_to_whoever_may_take_them_out(
    #[case] base: &str,
    #[case] from: &str,
    #[case] to: &str,
    #[case] line: &str,
) {
    differs(base, from, to, line, terraform);
}

/// A stream into a search domain in a network, over a delivery stream there.
const DELIVERY: &str = r#"
resource "aws_vpc" "main" {
  cidr_block = "10.30.0.0/16"
}
resource "aws_subnet" "data" {
  for_each   = { a = "10.30.1.0/24", b = "10.30.2.0/24" }
  vpc_id     = aws_vpc.main.id
  cidr_block = each.value
}
resource "aws_security_group" "delivery" {
  name   = "delivery"
  vpc_id = aws_vpc.main.id
  egress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["10.30.0.0/16"]
  }
}
resource "aws_security_group" "search" {
  name   = "search"
  vpc_id = aws_vpc.main.id
  ingress {
    from_port       = 443
    to_port         = 443
    protocol        = "tcp"
    security_groups = [aws_security_group.delivery.id]
  }
}
resource "aws_kinesis_stream" "clicks" {
  name = "clicks"
}
resource "aws_s3_bucket" "failed" {
  bucket = "clicks-failed"
}
resource "aws_iam_role" "delivery" {
  name = "delivery"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "firehose.amazonaws.com" } }]
  })
}
resource "aws_opensearch_domain" "clicks" {
  domain_name = "clicks"
  vpc_options {
    subnet_ids         = [for subnet in aws_subnet.data : subnet.id]
    security_group_ids = [aws_security_group.search.id]
  }
  domain_endpoint_options {
    enforce_https = true
  }
  access_policies = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = "*" }, Action = "es:*", Resource = "*" }]
  })
}
resource "aws_kinesis_firehose_delivery_stream" "clicks" {
  name        = "clicks"
  destination = "opensearch"
  kinesis_source_configuration {
    kinesis_stream_arn = aws_kinesis_stream.clicks.arn
    role_arn           = aws_iam_role.delivery.arn
  }
  opensearch_configuration {
    domain_arn = aws_opensearch_domain.clicks.arn
    role_arn   = aws_iam_role.delivery.arn
    index_name = "clicks"
    s3_configuration {
      role_arn   = aws_iam_role.delivery.arn
      bucket_arn = aws_s3_bucket.failed.arn
    }
    vpc_config {
      role_arn           = aws_iam_role.delivery.arn
      subnet_ids         = [for subnet in aws_subnet.data : subnet.id]
      security_group_ids = [aws_security_group.delivery.id]
    }
  }
}
"#;

#[test]
fn a_delivery_stream_writes_where_its_destination_says() {
    let lines = terraform(DELIVERY);
    let stream = "aws_kinesis_firehose_delivery_stream.clicks";
    for line in [
        &*format!("aws_kinesis_stream.clicks > {stream} data"),
        &*format!("{stream} > aws_opensearch_domain.clicks network tcp/443 yes"),
        &*format!("{stream} > aws_opensearch_domain.clicks data"),
        &*format!("{stream} > aws_s3_bucket.failed data"),
        &*format!("{stream} > aws_iam_role.delivery identity"),
    ] {
        assert!(has(&lines, line), "{line}\n{lines:#?}");
    }
    let way = format!("{stream} > aws_opensearch_domain.clicks network tcp/443");
    let rule = "    security_groups = [aws_security_group.delivery.id]";
    differs(DELIVERY, rule, "    cidr_blocks     = [\"10.31.0.0/16\"]", &way, terraform);
}

/// Whoever may use a domain by its policy has to be in its network first.
#[test]
fn a_domain_in_a_network_has_no_door_on_the_internet() {
    let door = "internet > aws_opensearch_domain.clicks network tcp/443 yes";
    let within = terraform(DELIVERY);
    assert!(!has(&within, door) && !has(&within, "T002 aws_opensearch_domain.clicks"));
    let start = DELIVERY.find("  vpc_options {").unwrap();
    let end = DELIVERY.find("  domain_endpoint_options {").unwrap();
    let outside = terraform(&format!("{}{}", &DELIVERY[..start], &DELIVERY[end..]));
    assert!(has(&outside, door) && has(&outside, "T002 aws_opensearch_domain.clicks"));
}

const SITE: &str = r#"
resource "aws_s3_bucket" "site" {
  bucket = "site"
}
resource "aws_cloudfront_distribution" "site" {
  enabled = true
  origin {
    origin_id   = "site"
    domain_name = aws_s3_bucket.site.bucket_regional_domain_name
  }
  default_cache_behavior {
    target_origin_id       = "site"
    viewer_protocol_policy = "redirect-to-https"
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
  }
  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }
  viewer_certificate {
    cloudfront_default_certificate = true
  }
}
"#;

/// A content network asks a bucket as viewers ask for what is in it.
#[rstest]
#[case::redirected("redirect-to-https", &["tcp/443 yes"])]
#[case::only_encrypted("https-only", &["tcp/443 yes"])]
#[case::both("allow-all", &["tcp/443 yes", "tcp/80 no"])]
fn a_bucket_is_asked_as_viewers_ask(#[case] policy: &str, #[case] wanted: &[&str]) {
    let lines = terraform(&SITE.replace("redirect-to-https", policy));
    let start = "aws_cloudfront_distribution.site > aws_s3_bucket.site network ";
    let seen: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix(start)).collect();
    assert_eq!(seen, wanted);
}

/// Tasks without an address of their own, on machines of a group.
const MACHINES: &str = r#"
resource "aws_vpc" "main" {
  cidr_block = "10.40.0.0/16"
}
resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}
resource "aws_subnet" "public" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.40.0.0/24"
}
resource "aws_subnet" "private" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.40.1.0/24"
}
resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}
resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}
resource "aws_security_group" "balancer" {
  name   = "balancer"
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "machines" {
  name   = "machines"
  vpc_id = aws_vpc.main.id
  ingress {
    from_port       = 32768
    to_port         = 65535
    protocol        = "tcp"
    security_groups = [aws_security_group.balancer.id]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["10.40.0.0/16"]
  }
}
resource "aws_security_group" "files" {
  name   = "files"
  vpc_id = aws_vpc.main.id
  ingress {
    from_port       = 2049
    to_port         = 2049
    protocol        = "tcp"
    security_groups = [aws_security_group.machines.id]
  }
}
resource "aws_efs_file_system" "files" {
  encrypted = true
}
resource "aws_efs_mount_target" "files" {
  file_system_id  = aws_efs_file_system.files.id
  subnet_id       = aws_subnet.private.id
  security_groups = [aws_security_group.files.id]
}
resource "aws_lb" "web" {
  name            = "web"
  subnets         = [aws_subnet.public.id]
  security_groups = [aws_security_group.balancer.id]
}
resource "aws_lb_target_group" "web" {
  name     = "web"
  port     = 80
  protocol = "HTTP"
  vpc_id   = aws_vpc.main.id
}
resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.web.arn
  port              = 443
  protocol          = "HTTPS"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
resource "aws_ecs_cluster" "main" {
  name = "main"
}
resource "aws_launch_template" "machines" {
  name                   = "machines"
  image_id               = "ami-0aaaaaaaaaaaaaaaa"
  vpc_security_group_ids = [aws_security_group.machines.id]
}
resource "aws_autoscaling_group" "machines" {
  name                = "machines"
  min_size            = 2
  max_size            = 4
  vpc_zone_identifier = [aws_subnet.private.id]
  launch_template {
    id = aws_launch_template.machines.id
  }
}
resource "aws_ecs_capacity_provider" "machines" {
  name = "machines"
  auto_scaling_group_provider {
    auto_scaling_group_arn = aws_autoscaling_group.machines.arn
  }
}
resource "aws_ecs_cluster_capacity_providers" "main" {
  cluster_name       = aws_ecs_cluster.main.name
  capacity_providers = [aws_ecs_capacity_provider.machines.name]
}
resource "aws_cloudwatch_log_group" "web" {
  name = "web"
}
resource "aws_ecs_task_definition" "web" {
  family       = "web"
  network_mode = "bridge"
  container_definitions = jsonencode([{
    name         = "web"
    image        = "web"
    portMappings = [{ containerPort = 8080, hostPort = 0 }]
    logConfiguration = {
      logDriver = "awslogs"
      options   = { "awslogs-group" = aws_cloudwatch_log_group.web.name }
    }
  }])
  volume {
    name = "files"
    efs_volume_configuration {
      file_system_id     = aws_efs_file_system.files.id
      transit_encryption = "ENABLED"
    }
  }
}
resource "aws_ecs_service" "web" {
  name            = "web"
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.web.arn
  desired_count   = 2
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "web"
    container_port   = 8080
  }
}
"#;

const TO_TASK: &str = "aws_lb.web > aws_ecs_service.web network tcp/8080 no";
const TO_FILES: &str = "aws_ecs_service.web > aws_efs_file_system.files network tcp/2049 yes";

/// What filters of the machines say counts for the tasks on them.
#[rstest]
#[case::filter("    from_port       = 32768\n", "    from_port       = 65535\n", TO_TASK)]
#[case::filter_of_all(
    "    security_groups = [aws_security_group.balancer.id]",
    "    cidr_blocks     = [\"10.41.0.0/16\"]",
    TO_TASK
)]
#[case::port_of_the_machine("hostPort = 0 }", "hostPort = 8080 }", TO_TASK)]
#[case::group_of_the_files(
    "    security_groups = [aws_security_group.machines.id]",
    "    security_groups = [aws_security_group.balancer.id]",
    TO_FILES
)]
#[case::plain("      transit_encryption = \"ENABLED\"\n", "", TO_FILES)]
#[case::logs(
    "\"awslogs-group\" = aws_cloudwatch_log_group.web.name",
    "\"awslogs-group\" = \"other\"",
    "aws_ecs_service.web > aws_cloudwatch_log_group.web log"
)]
fn tasks_stand_where_their_machines_do(#[case] from: &str, #[case] to: &str, #[case] line: &str) {
    differs(MACHINES, from, to, line, terraform);
}

#[test]
fn a_file_system_that_is_mounted_in_clear_text_is_a_threat() {
    let threat = "T006 aws_ecs_service.web > aws_efs_file_system.files network tcp/2049";
    let plain = MACHINES.replace("      transit_encryption = \"ENABLED\"\n", "");
    assert!(has(&terraform(&plain), threat));
    assert!(!has(&terraform(MACHINES), threat));
}

/// Apps of one environment in a network.
pub(crate) const APPS: &str = r#"
resource "azurerm_resource_group" "main" {
  name     = "rg-claims-prod"
  location = "westeurope"
}
resource "azurerm_virtual_network" "main" {
  name                = "main"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  address_space       = ["10.90.0.0/16"]
}
resource "azurerm_subnet" "apps" {
  name                 = "apps"
  resource_group_name  = azurerm_resource_group.main.name
  virtual_network_name = azurerm_virtual_network.main.name
  address_prefixes     = ["10.90.0.0/23"]
}
resource "azurerm_subnet" "db" {
  name                 = "db"
  resource_group_name  = azurerm_resource_group.main.name
  virtual_network_name = azurerm_virtual_network.main.name
  address_prefixes     = ["10.90.4.0/24"]
}
resource "azurerm_postgresql_flexible_server" "main" {
  name                          = "claims"
  resource_group_name           = azurerm_resource_group.main.name
  location                      = azurerm_resource_group.main.location
  delegated_subnet_id           = azurerm_subnet.db.id
  public_network_access_enabled = false
}
resource "azurerm_container_app_environment" "main" {
  name                     = "claims"
  resource_group_name      = azurerm_resource_group.main.name
  location                 = azurerm_resource_group.main.location
  infrastructure_subnet_id = azurerm_subnet.apps.id
}
resource "azurerm_container_app" "web" {
  name                         = "web"
  resource_group_name          = azurerm_resource_group.main.name
  container_app_environment_id = azurerm_container_app_environment.main.id
  revision_mode                = "Single"
  ingress {
    external_enabled = true
    target_port      = 3000
  }
  template {
    container {
      name   = "web"
      image  = "web"
      cpu    = 0.5
      memory = "1Gi"
      env {
        name  = "API"
        value = "https://${azurerm_container_app.api.ingress[0].fqdn}"
      }
    }
  }
}
resource "azurerm_container_app" "api" {
  name                         = "api"
  resource_group_name          = azurerm_resource_group.main.name
  container_app_environment_id = azurerm_container_app_environment.main.id
  revision_mode                = "Single"
  ingress {
    external_enabled = false
    target_port      = 8080
  }
  template {
    container {
      name   = "api"
      image  = "api"
      cpu    = 0.5
      memory = "1Gi"
      env {
        name  = "DB"
        value = azurerm_postgresql_flexible_server.main.fqdn
      }
    }
  }
}
"#;

#[rstest]
#[case::store(
    "        value = azurerm_postgresql_flexible_server.main.fqdn\n",
    "        value = \"other\"\n",
    "azurerm_container_app.api > azurerm_postgresql_flexible_server.main network tcp/5432 yes"
)]
#[case::network(
    "  infrastructure_subnet_id = azurerm_subnet.apps.id\n",
    "",
    "azurerm_container_app.api > azurerm_postgresql_flexible_server.main network tcp/5432 yes"
)]
#[case::call(
    "https://${azurerm_container_app.api.ingress[0].fqdn}",
    "https://example.org",
    "azurerm_container_app.web > azurerm_container_app.api network tcp/443 yes"
)]
#[case::path(
    "    external_enabled = true",
    "    external_enabled = false",
    "internet > azurerm_container_app.web > azurerm_container_app.api > azurerm_postgresql_flexible_server.main: T032"
)]
#[case::outbound(
    "  infrastructure_subnet_id = azurerm_subnet.apps.id\n",
    "",
    "T022 azurerm_container_app.api"
)]
fn container_apps_stand_in_the_network_of_their_environment(
    #[case] from: &str,
    #[case] to: &str,
    #[case] line: &str,
) {
    differs(APPS, from, to, line, terraform);
}

/// A cluster whose machines Google makes, with a program that speaks to a database beside the network.
const AUTOPILOT: &str = r#"
provider "google" {
  project = "acme-tickets-prod"
}
resource "google_compute_network" "main" {
  name                    = "main"
  auto_create_subnetworks = false
}
resource "google_compute_subnetwork" "main" {
  name          = "main"
  network       = google_compute_network.main.id
  ip_cidr_range = "10.70.0.0/20"
}
resource "google_container_cluster" "main" {
  name             = "main"
  location         = "europe-west1"
  enable_autopilot = true
  network          = google_compute_network.main.id
  subnetwork       = google_compute_subnetwork.main.id
  private_cluster_config {
    enable_private_nodes    = true
    enable_private_endpoint = false
  }
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "203.0.113.0/28"
    }
  }
}
resource "google_sql_database_instance" "main" {
  name             = "main"
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-2-7680"
    ip_configuration {
      ipv4_enabled    = false
      private_network = google_compute_network.main.id
      ssl_mode        = "ENCRYPTED_ONLY"
    }
  }
}
resource "kubernetes_secret" "db" {
  metadata {
    name      = "db"
    namespace = "tickets"
  }
  data = {
    HOST = google_sql_database_instance.main.private_ip_address
  }
}
resource "kubernetes_deployment" "web" {
  metadata {
    name      = "web"
    namespace = "tickets"
  }
  spec {
    selector {
      match_labels = { app = "web" }
    }
    template {
      metadata {
        labels = { app = "web" }
      }
      spec {
        container {
          name  = "web"
          image = "web"
          env_from {
            secret_ref {
              name = "db"
            }
          }
        }
      }
    }
  }
}
"#;

#[rstest]
#[case::autopilot(
    "  enable_autopilot = true\n",
    "  remove_default_node_pool = true\n",
    "kubernetes_deployment.web > google_sql_database_instance.main network tcp/5432 yes"
)]
#[case::named(
    "    HOST = google_sql_database_instance.main.private_ip_address",
    "    HOST = \"other\"",
    "kubernetes_deployment.web > google_sql_database_instance.main network tcp/5432 yes"
)]
fn pods_leave_by_machines_that_google_makes(
    #[case] from: &str,
    #[case] to: &str,
    #[case] line: &str,
) {
    differs(AUTOPILOT, from, to, line, terraform);
}

/// A project is named for what it holds; names that contradict each other say nothing.
#[rstest]
#[case::production("acme-tickets-prod", "prod")]
#[case::staging("acme-stg-tickets", "staging")]
#[case::neither("acme-tickets", "unknown")]
#[case::both("acme-dev-prod", "unknown")]
#[case::denied("acme-nonprod", "unknown")]
fn a_project_names_its_environment(#[case] project: &str, #[case] wanted: &str) {
    let lines = terraform(&AUTOPILOT.replace("acme-tickets-prod", project));
    let threat = lines.iter().find(|line| line.starts_with("T025")).unwrap();
    assert!(threat.ends_with(&format!("environment={wanted}")), "{threat}");
}

/// The API of a cluster answers on the internet as far as the cluster says, wherever its machines stand.
#[test]
fn a_cluster_with_machines_of_its_own_keeps_its_door() {
    let open = terraform(&AUTOPILOT.replace("203.0.113.0/28", "0.0.0.0/0"));
    assert!(has(&open, "T019 google_container_cluster.main"));
    assert!(!has(&terraform(AUTOPILOT), "T019 google_container_cluster.main"));
    let threat = open.iter().find(|line| line.starts_with("T019")).unwrap();
    assert!(
        threat.contains("exposure=internet_open") && threat.contains("data=confidential"),
        "{threat}"
    );
}

pub(crate) const INGRESS: &str = r#"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: shop
  annotations: {example.org/owner: shop}
spec:
  ingressClassName: shop
  rules:
    - http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: web, port: {number: 80}}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 3000}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: "web:1", ports: [{containerPort: 3000}], env: [{name: CACHE, value: "redis://cache:6379/0"}]}]
---
apiVersion: v1
kind: Service
metadata: {name: cache, namespace: shop}
spec:
  selector: {app: cache}
  ports: [{port: 6379}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cache, namespace: shop}
spec:
  selector: {matchLabels: {app: cache}}
  template:
    metadata: {labels: {app: cache}}
    spec:
      containers: [{name: cache, image: "redis:7", ports: [{containerPort: 6379}]}]
"#;

/// What runs the Ingress, behind a balancer.
pub(crate) const CONTROLLER: &str = r#"
---
apiVersion: v1
kind: Service
metadata: {name: controller, namespace: ingress}
spec:
  type: LoadBalancer
  selector: {app: controller}
  ports: [{name: https, port: 443, targetPort: 8443}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: controller, namespace: ingress}
spec:
  selector: {matchLabels: {app: controller}}
  template:
    metadata: {labels: {app: controller}}
    spec:
      containers: [{name: controller, image: "registry.k8s.io/ingress-nginx/controller:v1.10.0", ports: [{containerPort: 8443}, {containerPort: 8080}]}]
"#;

#[rstest]
#[case::nothing("example.org/owner: shop", &["tcp/80 no"])]
#[case::aws(
    "alb.ingress.kubernetes.io/scheme: internet-facing, alb.ingress.kubernetes.io/listen-ports: '[{\"HTTPS\": 443}]'",
    &["tcp/443 yes"]
)]
#[case::aws_both(
    "alb.ingress.kubernetes.io/listen-ports: '[{\"HTTP\": 80}, {\"HTTPS\": 443}]'",
    &["tcp/443 yes", "tcp/80 no"]
)]
#[case::aws_redirected(
    "alb.ingress.kubernetes.io/ssl-redirect: '443', alb.ingress.kubernetes.io/listen-ports: '[{\"HTTP\": 80}, {\"HTTPS\": 443}]'",
    &["tcp/443 yes"]
)]
#[case::google("networking.gke.io/managed-certificates: shop", &["tcp/443 yes"])]
#[case::google_own("ingress.gcp.kubernetes.io/pre-shared-cert: shop", &["tcp/443 yes"])]
#[case::azure("appgw.ingress.kubernetes.io/appgw-ssl-certificate: shop", &["tcp/443 yes"])]
fn an_ingress_listens_as_its_annotations_say(#[case] annotation: &str, #[case] wanted: &[&str]) {
    let lines = manifests(&INGRESS.replace("example.org/owner: shop", annotation));
    let seen: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("internet > Ingress/shop/web network "))
        .collect();
    assert_eq!(seen, wanted);
}

#[rstest]
#[case::encrypted("{name: https, port: 443, targetPort: 8443}", "tcp/443 yes")]
#[case::both(
    "{name: https, port: 443, targetPort: 8443}, {name: http, port: 80, targetPort: 8080}",
    "tcp/80 no"
)]
#[case::plain("{name: http, port: 80, targetPort: 8080}", "tcp/80 no")]
fn an_ingress_listens_where_its_controller_does(#[case] ports: &str, #[case] wanted: &str) {
    let controller = CONTROLLER.replace("{name: https, port: 443, targetPort: 8443}", ports);
    let lines = manifests(&format!("{INGRESS}{controller}"));
    let seen: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("internet > Ingress/shop/web network "))
        .collect();
    assert_eq!(seen, [wanted]);
}

#[rstest]
#[case::plain("redis://", "no")]
#[case::encrypted("rediss://", "yes")]
#[case::silent("", "unknown")]
fn a_scheme_says_whether_a_cache_is_spoken_to_in_clear_text(
    #[case] scheme: &str,
    #[case] wanted: &str,
) {
    let lines = manifests(&INGRESS.replace("redis://", scheme));
    let flow = format!("Deployment/shop/web > Deployment/shop/cache network tcp/6379 {wanted}");
    assert!(has(&lines, &flow), "{flow}\n{lines:#?}");
}

/// A key of a cloud is accepted on the internet, a password of the cluster's own database where that is.
#[rstest]
#[case::cloud("AWS_SECRET_ACCESS_KEY: vT0yJb8dP4q1ZrX7nL2mKfG6sC9hW3eUaRi5oQpB", "internet_open")]
#[case::own("POSTGRES_PASSWORD: kR7-pine-9vQz", "internal")]
fn a_key_of_a_cloud_is_accepted_on_the_internet(#[case] entry: &str, #[case] wanted: &str) {
    let secret = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: backup, namespace: shop}}\nstringData: {{{entry}}}\n"
    );
    let lines = manifests(&format!("{secret}---{INGRESS}"));
    let threat = lines.iter().find(|line| line.starts_with("T008 Secret/shop/backup"));
    assert!(threat.unwrap().contains(&format!("exposure={wanted}")), "{threat:?}");
}

/// A data lake: an event starts a workflow, which starts a crawler and a job and writes a log.
const LAKE: &str = r#"
resource "aws_s3_bucket" "raw" {
  bucket = "raw"
}
resource "aws_s3_bucket" "curated" {
  bucket = "curated"
}
resource "aws_iam_role" "glue" {
  name = "glue"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "glue.amazonaws.com" } }]
  })
}
resource "aws_glue_crawler" "raw" {
  name          = "raw"
  database_name = "lake"
  role          = aws_iam_role.glue.arn
  s3_target {
    path = "s3://${aws_s3_bucket.raw.bucket}/events/"
  }
}
resource "aws_glue_job" "curate" {
  name     = "curate"
  role_arn = aws_iam_role.glue.arn
  command {
    script_location = "s3://scripts/curate.py"
  }
  default_arguments = {
    "--TARGET" = "s3://${aws_s3_bucket.curated.bucket}/"
  }
}
resource "aws_cloudwatch_log_group" "lake" {
  name = "lake"
}
resource "aws_sfn_state_machine" "lake" {
  name     = "lake"
  role_arn = "arn:aws:iam::111122223333:role/lake"
  definition = jsonencode({
    StartAt = "Crawl"
    States  = { Crawl = { Type = "Task", Resource = "arn:aws:states:::aws-sdk:glue:startCrawler", Parameters = { Name = aws_glue_crawler.raw.name }, End = true } }
  })
  logging_configuration {
    log_destination = "${aws_cloudwatch_log_group.lake.arn}:*"
    level           = "ERROR"
  }
}
resource "aws_cloudwatch_event_rule" "landed" {
  name          = "landed"
  event_pattern = jsonencode({ source = ["aws.s3"], detail = { bucket = { name = [aws_s3_bucket.raw.bucket] } } })
}
resource "aws_ecr_repository" "apps" {
  name = "apps"
}
resource "aws_lambda_function" "notify" {
  function_name = "notify"
  role          = "arn:aws:iam::111122223333:role/notify"
  package_type  = "Image"
  image_uri     = "${aws_ecr_repository.apps.repository_url}@sha256:0000"
  environment {
    variables = { BUCKET = aws_s3_bucket.curated.bucket }
  }
}
resource "aws_cloudwatch_log_group" "notify" {
  name = "/aws/lambda/notify"
}
"#;

#[rstest]
#[case::crawled(
    "s3://${aws_s3_bucket.raw.bucket}/events/",
    "s3://other/",
    "aws_glue_crawler.raw > aws_s3_bucket.raw data"
)]
#[case::crawler_acts(
    "  role          = aws_iam_role.glue.arn",
    "  role          = \"other\"",
    "aws_glue_crawler.raw > aws_iam_role.glue identity"
)]
#[case::written(
    "s3://${aws_s3_bucket.curated.bucket}/",
    "s3://other/",
    "aws_glue_job.curate > aws_s3_bucket.curated data"
)]
#[case::log_of_a_workflow(
    "${aws_cloudwatch_log_group.lake.arn}:*",
    "other",
    "aws_sfn_state_machine.lake > aws_cloudwatch_log_group.lake log"
)]
#[case::event(
    "name = [aws_s3_bucket.raw.bucket]",
    "name = [\"other\"]",
    "aws_s3_bucket.raw > aws_cloudwatch_event_rule.landed data"
)]
#[case::image(
    "${aws_ecr_repository.apps.repository_url}@",
    "other@",
    "aws_ecr_repository.apps > aws_lambda_function.notify supply_chain"
)]
#[case::log_by_name(
    "/aws/lambda/notify",
    "/aws/lambda/other",
    "aws_lambda_function.notify > aws_cloudwatch_log_group.notify log"
)]
fn what_a_lake_is_made_of_works_together(#[case] from: &str, #[case] to: &str, #[case] line: &str) {
    differs(LAKE, from, to, line, terraform);
}

/// A workflow of Google Cloud on machines of its own, from a queue into a warehouse.
const PIPELINE: &str = r#"
resource "google_compute_network" "main" {
  name                    = "main"
  auto_create_subnetworks = false
}
resource "google_compute_subnetwork" "main" {
  name          = "main"
  network       = google_compute_network.main.id
  ip_cidr_range = "10.60.0.0/24"
}
resource "google_pubsub_topic" "events" {
  name = "events"
}
resource "google_pubsub_subscription" "events" {
  name  = "events"
  topic = google_pubsub_topic.events.id
}
resource "google_bigquery_dataset" "events" {
  dataset_id = "events"
}
resource "google_service_account" "worker" {
  account_id = "worker"
}
resource "google_dataflow_job" "load" {
  name                  = "load"
  template_gcs_path     = "gs://templates/load"
  temp_gcs_location     = "gs://temp"
  service_account_email = google_service_account.worker.email
  subnetwork            = "regions/europe-west4/subnetworks/${google_compute_subnetwork.main.name}"
  ip_configuration      = "WORKER_IP_PUBLIC"
  parameters = {
    inputSubscription = google_pubsub_subscription.events.id
    outputTableSpec   = "acme:${google_bigquery_dataset.events.dataset_id}.events"
  }
}
resource "google_cloud_run_v2_job" "report" {
  name     = "report"
  location = "europe-west4"
  template {
    template {
      containers {
        image = "report"
      }
    }
  }
}
resource "google_service_account" "deploy" {
  account_id = "deploy"
}
resource "google_project_iam_member" "deploy" {
  project = "acme"
  role    = "roles/run.developer"
  member  = google_service_account.deploy.member
}
"#;

#[rstest]
#[case::reads(
    "google_pubsub_subscription.events.id",
    "\"other\"",
    "google_pubsub_topic.events > google_dataflow_job.load data"
)]
#[case::writes(
    "acme:${google_bigquery_dataset.events.dataset_id}.events",
    "acme:other.events",
    "google_dataflow_job.load > google_bigquery_dataset.events data"
)]
#[case::stands(
    "regions/europe-west4/subnetworks/${google_compute_subnetwork.main.name}",
    "other",
    "google_dataflow_job.load compute_batch in google_compute_subnetwork.main"
)]
#[case::leaves("WORKER_IP_PUBLIC", "WORKER_IP_PRIVATE", "T022 google_dataflow_job.load")]
#[case::deploys(
    "roles/run.developer",
    "roles/pubsub.viewer",
    "google_service_account.deploy > google_cloud_run_v2_job.report permission"
)]
fn what_a_pipeline_is_made_of_works_together(
    #[case] from: &str,
    #[case] to: &str,
    #[case] line: &str,
) {
    differs(PIPELINE, from, to, line, terraform);
}

/// A cluster behind a gateway, with a vault whose log goes to a workspace.
const PORTAL: &str = r#"
resource "azurerm_resource_group" "main" {
  name     = "rg-portal-prod"
  location = "westeurope"
}
resource "azurerm_virtual_network" "main" {
  name                = "main"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  address_space       = ["10.80.0.0/16"]
}
resource "azurerm_subnet" "gateway" {
  name                 = "gateway"
  resource_group_name  = azurerm_resource_group.main.name
  virtual_network_name = azurerm_virtual_network.main.name
  address_prefixes     = ["10.80.0.0/24"]
}
resource "azurerm_subnet" "cluster" {
  name                 = "cluster"
  resource_group_name  = azurerm_resource_group.main.name
  virtual_network_name = azurerm_virtual_network.main.name
  address_prefixes     = ["10.80.16.0/20"]
}
resource "azurerm_public_ip" "gateway" {
  name                = "gateway"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  allocation_method   = "Static"
}
resource "azurerm_web_application_firewall_policy" "main" {
  name                = "main"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  policy_settings {
    enabled = true
    mode    = "Detection"
  }
  managed_rules {
    managed_rule_set {
      type    = "OWASP"
      version = "3.2"
    }
  }
}
resource "azurerm_application_gateway" "main" {
  name                = "main"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  firewall_policy_id  = azurerm_web_application_firewall_policy.main.id
  sku {
    name = "WAF_v2"
    tier = "WAF_v2"
  }
  gateway_ip_configuration {
    name      = "gateway"
    subnet_id = azurerm_subnet.gateway.id
  }
  frontend_port {
    name = "https"
    port = 443
  }
  frontend_ip_configuration {
    name                 = "public"
    public_ip_address_id = azurerm_public_ip.gateway.id
  }
  backend_address_pool {
    name = "pods"
  }
  backend_http_settings {
    name                  = "pods"
    cookie_based_affinity = "Disabled"
    port                  = 80
    protocol              = "Http"
  }
  http_listener {
    name                           = "https"
    frontend_ip_configuration_name = "public"
    frontend_port_name             = "https"
    protocol                       = "Https"
  }
  request_routing_rule {
    name                       = "pods"
    rule_type                  = "Basic"
    http_listener_name         = "https"
    backend_address_pool_name  = "pods"
    backend_http_settings_name = "pods"
  }
}
resource "azurerm_kubernetes_cluster" "main" {
  name                    = "main"
  resource_group_name     = azurerm_resource_group.main.name
  location                = azurerm_resource_group.main.location
  private_cluster_enabled = true
  default_node_pool {
    name           = "system"
    vm_size        = "Standard_D4s_v5"
    vnet_subnet_id = azurerm_subnet.cluster.id
  }
  identity {
    type = "SystemAssigned"
  }
  ingress_application_gateway {
    gateway_id = azurerm_application_gateway.main.id
  }
}
resource "azurerm_log_analytics_workspace" "main" {
  name                = "main"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
}
resource "azurerm_key_vault" "main" {
  name                          = "main"
  resource_group_name           = azurerm_resource_group.main.name
  location                      = azurerm_resource_group.main.location
  tenant_id                     = "00000000-0000-0000-0000-000000000000"
  sku_name                      = "standard"
  public_network_access_enabled = false
}
resource "azurerm_monitor_diagnostic_setting" "vault" {
  name                       = "vault"
  target_resource_id         = azurerm_key_vault.main.id
  log_analytics_workspace_id = azurerm_log_analytics_workspace.main.id
  enabled_log {
    category_group = "audit"
  }
}
resource "azurerm_role_assignment" "cluster" {
  scope                = azurerm_key_vault.main.id
  role_definition_name = "Key Vault Secrets User"
  principal_id         = azurerm_kubernetes_cluster.main.identity[0].principal_id
}
resource "azurerm_application_insights" "main" {
  name                = "main"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  application_type    = "web"
}
resource "azurerm_linux_function_app" "mail" {
  name                = "mail"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  site_config {
    application_insights_connection_string = azurerm_application_insights.main.connection_string
  }
}
"#;

/// Of a cluster of which the configuration holds no pods, web attacks reach itself, and no firewall that only looks stops them.
#[rstest]
#[case::firewall("\"Detection\"", "\"Prevention\"", "T032 azurerm_kubernetes_cluster.main")]
#[case::path(
    "\"Detection\"",
    "\"Prevention\"",
    "internet > azurerm_application_gateway.main > azurerm_kubernetes_cluster.main > azurerm_key_vault.main: T032"
)]
#[case::insights(
    "    application_insights_connection_string = azurerm_application_insights.main.connection_string\n",
    "",
    "azurerm_linux_function_app.mail > azurerm_application_insights.main log"
)]
fn a_cluster_behind_a_gateway_takes_web_attacks(
    #[case] from: &str,
    #[case] to: &str,
    #[case] line: &str,
) {
    differs(PORTAL, from, to, line, terraform);
}

/// A vault opens nothing by keeping a log.
#[test]
fn a_vault_with_a_log_is_as_sensitive_as_one_without() {
    let start = PORTAL.find("resource \"azurerm_monitor_diagnostic_setting\"").unwrap();
    let end = PORTAL.find("resource \"azurerm_role_assignment\"").unwrap();
    let threat = |text: &str| {
        let lines = terraform(text);
        lines
            .into_iter()
            .find(|line| line.starts_with("T032 azurerm_kubernetes_cluster.main"))
            .unwrap()
    };
    let silent = threat(&format!("{}{}", &PORTAL[..start], &PORTAL[end..]));
    assert!(silent.contains("data=restricted"));
    assert_eq!(threat(PORTAL), silent);
}

/// A service in a network of a module that is not there: its groups are.
const FOREIGN: &str = r#"
module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.8.1"
}
resource "aws_security_group" "balancer" {
  name   = "balancer"
  vpc_id = module.vpc.vpc_id
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "app" {
  name   = "app"
  vpc_id = module.vpc.vpc_id
  ingress {
    from_port       = 8080
    to_port         = 8080
    protocol        = "tcp"
    security_groups = [aws_security_group.balancer.id]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "db" {
  name   = "db"
  vpc_id = module.vpc.vpc_id
  ingress {
    from_port       = 5432
    to_port         = 5432
    protocol        = "tcp"
    security_groups = [aws_security_group.app.id]
  }
}
resource "aws_lb" "web" {
  name            = "web"
  subnets         = module.vpc.public_subnets
  security_groups = [aws_security_group.balancer.id]
}
resource "aws_lb_target_group" "app" {
  name        = "app"
  port        = 8080
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = module.vpc.vpc_id
}
resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.web.arn
  port              = 443
  protocol          = "HTTPS"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.app.arn
  }
}
resource "aws_ecs_task_definition" "app" {
  family                = "app"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{ name = "app", image = "app", portMappings = [{ containerPort = 8080 }] }])
}
resource "aws_ecs_service" "app" {
  name            = "app"
  task_definition = aws_ecs_task_definition.app.arn
  launch_type     = "FARGATE"
  network_configuration {
    subnets         = module.vpc.private_subnets
    security_groups = [aws_security_group.app.id]
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.app.arn
    container_name   = "app"
    container_port   = 8080
  }
}
resource "aws_db_instance" "db" {
  identifier             = "db"
  engine                 = "postgres"
  db_subnet_group_name   = module.vpc.database_subnet_group_name
  vpc_security_group_ids = [aws_security_group.db.id]
}
"#;

fn unresolved(text: &str) -> BTreeSet<String> {
    let made = model_of(&BTreeMap::from([("main.tf".to_owned(), text.to_owned())]), None);
    ASPECTS.iter().flat_map(|aspect| lines(&made.model, aspect)).collect()
}

/// A balancer faces the internet whatever its subnets are, and who names a group lets it in, whatever the network is.
#[rstest]
#[case::internal(
    "  subnets         = module.vpc.public_subnets\n",
    "  internal        = true\n  subnets         = module.vpc.public_subnets\n"
)]
#[case::balancer(
    "    cidr_blocks = [\"0.0.0.0/0\"]\n  }\n}\nresource \"aws_security_group\" \"app\"",
    "    cidr_blocks = [\"10.0.0.0/8\"]\n  }\n}\nresource \"aws_security_group\" \"app\""
)]
#[case::app(
    "    security_groups = [aws_security_group.balancer.id]",
    "    cidr_blocks     = [\"10.9.0.0/16\"]"
)]
#[case::db(
    "    to_port         = 5432\n    protocol        = \"tcp\"\n    security_groups = [aws_security_group.app.id]",
    "    to_port         = 5432\n    protocol        = \"tcp\"\n    security_groups = [aws_security_group.balancer.id]"
)]
fn a_network_of_a_module_that_is_not_there_keeps_its_ways(#[case] from: &str, #[case] to: &str) {
    let path = "internet > aws_lb.web > aws_ecs_service.app > aws_db_instance.db: T032";
    differs(FOREIGN, from, to, path, unresolved);
}

/// Whoever takes the key of an account is the account.
#[rstest]
#[case::grant("\"s3:GetObject\"", "\"s3:ListAllMyBuckets\"")]
#[case::key("${aws_iam_access_key.app.secret}", "elsewhere")]
fn a_way_goes_on_through_the_key_of_an_account(#[case] from: &str, #[case] to: &str) {
    let base = r#"
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_route_table" "main" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}
resource "aws_route_table_association" "main" {
  subnet_id      = aws_subnet.main.id
  route_table_id = aws_route_table.main.id
}
resource "aws_security_group" "web" {
  name   = "web"
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "web" {
  ami                         = "ami-0aaaaaaaaaaaaaaaa"
  subnet_id                   = aws_subnet.main.id
  vpc_security_group_ids      = [aws_security_group.web.id]
  associate_public_ip_address = true
  user_data                   = "export KEY=${aws_iam_access_key.app.secret}"
}
resource "aws_ebs_volume" "data" {
  availability_zone = "eu-west-1a"
  size              = 40
}
resource "aws_volume_attachment" "data" {
  device_name = "/dev/sdf"
  volume_id   = aws_ebs_volume.data.id
  instance_id = aws_instance.web.id
}
resource "aws_iam_user" "app" {
  name = "app"
}
resource "aws_iam_access_key" "app" {
  user = aws_iam_user.app.name
}
resource "aws_iam_user_policy" "app" {
  user = aws_iam_user.app.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["s3:GetObject"], Resource = "${aws_s3_bucket.media.arn}/*" }]
  })
}
resource "aws_s3_bucket" "media" {
  bucket = "media"
  tags   = { data_classification = "confidential" }
}
"#;
    assert!(has(&terraform(base), "aws_instance.web > aws_ebs_volume.data data"));
    let path = "internet > aws_instance.web > aws_iam_access_key.app > aws_iam_user.app > aws_s3_bucket.media: T032 T015";
    differs(base, from, to, path, terraform);
}

/// Google's front ends speak to what Google runs in its own network, whatever protocol is written.
#[rstest]
#[case::nothing("")]
#[case::plain("  protocol = \"HTTP\"\n")]
fn a_balancer_speaks_to_a_service_that_google_runs_in_private(#[case] protocol: &str) {
    let text = r#"
resource "google_cloud_run_v2_service" "api" {
  name     = "api"
  location = "us-central1"
  template {
    containers {
      image = "api"
    }
  }
}
resource "google_compute_region_network_endpoint_group" "api" {
  name                  = "api"
  region                = "us-central1"
  network_endpoint_type = "SERVERLESS"
  cloud_run {
    service = google_cloud_run_v2_service.api.name
  }
}
resource "google_compute_backend_service" "api" {
  name = "api"
PROTOCOL
  backend {
    group = google_compute_region_network_endpoint_group.api.id
  }
}
resource "google_compute_url_map" "web" {
  name            = "web"
  default_service = google_compute_backend_service.api.id
}
resource "google_compute_target_https_proxy" "web" {
  name             = "web"
  url_map          = google_compute_url_map.web.id
  ssl_certificates = ["web"]
}
resource "google_compute_global_forwarding_rule" "web" {
  name       = "web"
  target     = google_compute_target_https_proxy.web.id
  port_range = "443"
}
"#;
    let lines = terraform(&text.replace("PROTOCOL\n", protocol));
    let flow =
        "google_compute_backend_service.api > google_cloud_run_v2_service.api network tcp/443 yes";
    assert!(has(&lines, flow), "{lines:#?}");
    assert!(!has(&lines, "T006"));
}
