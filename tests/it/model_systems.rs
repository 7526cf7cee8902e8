//! What systems of common shapes have in their models: each case is a small tree, with lines that have to be there and such that may not.

use std::collections::{BTreeMap, BTreeSet};

use rstest::rstest;

use crate::aws_shop::lines;
use crate::model::model_of;

const ASPECTS: [&str; 5] = ["assets", "boundaries", "flows", "threats", "paths"];

/// All lines of a tree's model.
fn all(tree: &BTreeMap<String, String>) -> BTreeSet<String> {
    let made = model_of(tree, None);
    assert_eq!(made.problems, []);
    ASPECTS.iter().flat_map(|aspect| lines(&made.model, aspect)).collect()
}

fn terraform(text: &str) -> BTreeSet<String> {
    all(&BTreeMap::from([("main.tf".to_owned(), text.to_owned())]))
}

fn manifests(text: &str) -> BTreeSet<String> {
    all(&BTreeMap::from([("all.yaml".to_owned(), text.to_owned())]))
}

/// Whether a line, or the start of one, is among others.
fn has(lines: &BTreeSet<String>, start: &str) -> bool {
    lines.iter().any(|line| line.starts_with(start))
}

/// With one change the model says something, without it does not.
fn differs(base: &str, from: &str, to: &str, line: &str, made: fn(&str) -> BTreeSet<String>) {
    assert_eq!(base.matches(from).count(), 1, "{from}");
    let (before, after) = (made(base), made(&base.replace(from, to)));
    assert!(has(&before, line), "{line}\n{before:#?}");
    assert!(!has(&after, line), "{from} -> {to}: {line}");
}

/// A task that polls a queue by its role.
const POLLER: &str = r#"
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

const SUBSCRIBER: &str = r#"
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

const RECEIVER: &str = r#"
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
