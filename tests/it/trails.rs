//! Logs: who writes where, and who may alter what is written about him.

use std::collections::BTreeMap;

use dreadnought::model::{FlowKind, ThreatModel};
use rstest::rstest;

use crate::model::model_of;

fn model(text: &str) -> ThreatModel {
    model_of(&BTreeMap::from([("main.tf".to_owned(), text.to_owned())]), None).model
}

fn logs(model: &ThreatModel) -> Vec<String> {
    let logs = model.flows.iter().filter(|flow| flow.kind == FlowKind::Log);
    logs.map(|flow| format!("{} > {}", flow.source, flow.target)).collect()
}

fn targets<'m>(model: &'m ThreatModel, class: &str) -> Vec<&'m str> {
    let of_class = model.threats.iter().filter(|threat| &*threat.class.id == class);
    of_class.map(|threat| &*threat.target).collect()
}

/// Where something stands that writes to a log group, and the group.
fn with_group(name: &str, writer: &str) -> String {
    format!(
        "variable \"name\" {{}}\nresource \"aws_cloudwatch_log_group\" \"g\" {{\n  name = {name}\n}}\n{writer}\n"
    )
}

const FUNCTION: &str = "resource \"aws_lambda_function\" \"f\" {\n  function_name = \"orders\"\n  role = \"arn:aws:iam::123456789012:role/x\"\n}";
const NAMELESS: &str = "resource \"aws_lambda_function\" \"f\" {\n  function_name = var.name\n  role = \"arn:aws:iam::123456789012:role/x\"\n}";
const SERVICE: &str = r#"
resource "aws_ecs_service" "s" {
  name            = "s"
  task_definition = aws_ecs_task_definition.t.arn
}
resource "aws_ecs_task_definition" "t" {
  family = "t"
  container_definitions = jsonencode([{
    name             = "app"
    image            = "app"
    logConfiguration = { logDriver = "awslogs", options = { "awslogs-group" = GROUP, "awslogs-region" = "eu-west-1" } }
  }])
}
"#;

#[rstest]
#[case::by_name("\"/aws/lambda/orders\"", FUNCTION, &["aws_lambda_function.f"])]
#[case::by_reference("\"/aws/lambda/${aws_lambda_function.f.function_name}\"", FUNCTION, &["aws_lambda_function.f"])]
#[case::by_reference_to_what_is_not_known("\"/aws/lambda/${aws_lambda_function.f.function_name}\"", NAMELESS, &["aws_lambda_function.f"])]
#[case::of_another_function("\"/aws/lambda/bills\"", FUNCTION, &[])]
#[case::of_another_service("\"/aws/codebuild/orders\"", FUNCTION, &[])]
#[case::a_longer_name("\"/aws/lambda/orders-2\"", FUNCTION, &[])]
#[case::not_known("var.name", FUNCTION, &[])]
#[case::container_by_name("\"/ecs/app\"", &SERVICE.replace("GROUP", "\"/ecs/app\""), &["aws_ecs_service.s"])]
#[case::container_by_reference("\"/ecs/app\"", &SERVICE.replace("GROUP", "aws_cloudwatch_log_group.g.name"), &["aws_ecs_service.s"])]
#[case::container_by_a_name_not_known("var.name", &SERVICE.replace("GROUP", "aws_cloudwatch_log_group.g.name"), &["aws_ecs_service.s"])]
#[case::container_elsewhere("\"/ecs/app\"", &SERVICE.replace("GROUP", "\"/ecs/other\""), &[])]
#[case::database(
    "\"/aws/rds/instance/shop/postgresql\"",
    "resource \"aws_db_instance\" \"d\" {\n  identifier = \"shop\"\n}",
    &["aws_db_instance.d"]
)]
#[case::setting(
    "\"functions\"",
    "resource \"aws_lambda_function\" \"f\" {\n  function_name = \"orders\"\n  logging_config {\n    log_format = \"JSON\"\n    log_group = aws_cloudwatch_log_group.g.name\n  }\n}",
    &["aws_lambda_function.f"]
)]
fn who_writes_to_a_log_group(#[case] name: &str, #[case] writer: &str, #[case] writers: &[&str]) {
    let found = logs(&model(&with_group(name, writer)));
    let wanted: Vec<String> =
        writers.iter().map(|writer| format!("{writer} > aws_cloudwatch_log_group.g")).collect();
    assert_eq!(found, wanted);
}

/// The role by which a service writes its log is not where it writes.
#[test]
fn a_role_is_no_log() {
    let text = "resource \"aws_iam_role\" \"r\" {}\nresource \"aws_appsync_graphql_api\" \"a\" {\n  log_config {\n    cloudwatch_logs_role_arn = aws_iam_role.r.arn\n  }\n}\n";
    assert_eq!(logs(&model(text)), Vec::<String>::new());
}

const TRAIL: &str = r#"
resource "aws_cloudtrail" "t" {
  name           = "t"
  s3_bucket_name = aws_s3_bucket.trail.id
  enable_log_file_validation = true
}
resource "aws_s3_bucket" "trail" {
  bucket = "trail"
}
resource "aws_s3_bucket" "other" {
  bucket = "other"
}
resource "aws_cloudwatch_log_group" "g" {
  name = "/aws/lambda/orders"
}
resource "aws_cloudwatch_log_group" "foreign" {
  name = "/aws/lambda/bills"
}
resource "aws_lambda_function" "f" {
  function_name = "orders"
  role          = aws_iam_role.f.arn
}
resource "aws_iam_role" "f" {
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }] })
}
resource "aws_iam_role_policy" "f" {
  role   = aws_iam_role.f.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = ACTION, Resource = RESOURCE }MORE] })
}
"#;

const IN_TRAIL: &str = "\"${aws_s3_bucket.trail.arn}/*\"";
const IN_GROUP: &str = "\"${aws_cloudwatch_log_group.g.arn}:*\"";
const BUCKET: &[&str] = &["aws_s3_bucket.trail"];
const GROUP: &[&str] = &["aws_cloudwatch_log_group.g"];

#[rstest]
#[case::deletes("[\"s3:DeleteObject\"]", IN_TRAIL, BUCKET)]
#[case::overwrites("[\"s3:PutObject\"]", IN_TRAIL, BUCKET)]
#[case::by_wildcard("\"s3:*\"", IN_TRAIL, BUCKET)]
#[case::by_part("\"s3:Delete*\"", IN_TRAIL, BUCKET)]
#[case::reads("[\"s3:GetObject\", \"s3:ListBucket\"]", IN_TRAIL, &[])]
#[case::another_bucket("\"s3:*\"", "\"${aws_s3_bucket.other.arn}/*\"", &[])]
#[case::everything_is_another_threat("\"s3:*\"", "\"*\"", &[])]
#[case::deletes_its_log("\"logs:DeleteLogStream\"", IN_GROUP, GROUP)]
#[case::all_of_its_log("\"logs:*\"", IN_GROUP, GROUP)]
#[case::only_adds("[\"logs:CreateLogStream\", \"logs:PutLogEvents\"]", IN_GROUP, &[])]
#[case::the_log_of_another("\"logs:*\"", "\"${aws_cloudwatch_log_group.foreign.arn}:*\"", &[])]
fn who_is_watched_may_alter_the_log(
    #[case] action: &str,
    #[case] resource: &str,
    #[case] wanted: &[&str],
) {
    let text = TRAIL.replace("ACTION", action).replace("RESOURCE", resource).replace("MORE", "");
    assert_eq!(targets(&model(&text), "T024"), wanted);
}

#[rstest]
#[case::denied(
    ", { Effect = \"Deny\", Action = \"s3:Delete*\", Resource = \"${aws_s3_bucket.trail.arn}/*\" }",
    ""
)]
#[case::locked(
    "",
    "resource \"aws_s3_bucket_object_lock_configuration\" \"l\" {\n  bucket = aws_s3_bucket.trail.id\n  rule {\n    default_retention {\n      mode = \"COMPLIANCE\"\n      days = 30\n    }\n  }\n}"
)]
fn what_keeps_a_trail_whole(#[case] statement: &str, #[case] block: &str) {
    let text = TRAIL.replace("ACTION", "[\"s3:DeleteObject\"]").replace("RESOURCE", IN_TRAIL);
    let text = format!("{}{block}\n", text.replace("MORE", statement));
    assert_eq!(targets(&model(&text), "T024"), Vec::<&str>::new());
}

/// Without a trail and without its own log there, a bucket is a bucket.
#[test]
fn a_bucket_without_logs() {
    let text = TRAIL.replace("ACTION", "\"s3:*\"").replace("RESOURCE", IN_TRAIL);
    let from = text.find("resource \"aws_s3_bucket\" \"trail\"").unwrap();
    assert_eq!(targets(&model(&text[from..].replace("MORE", "")), "T024"), Vec::<&str>::new());
}

const WORKSPACE: &str = r#"
resource "azurerm_resource_group" "g" {
  name     = "g"
  location = "westeurope"
}
resource "azurerm_log_analytics_workspace" "w" {
  name                = "w"
  resource_group_name = azurerm_resource_group.g.name
  location            = "westeurope"
}
resource "azurerm_linux_web_app" "a" {
  name                = "a"
  resource_group_name = azurerm_resource_group.g.name
  location            = "westeurope"
  service_plan_id     = "plan"
  site_config {}
  identity {
    type = "SystemAssigned"
  }
}
resource "azurerm_monitor_diagnostic_setting" "d" {
  name                       = "d"
  target_resource_id         = WATCHED
  log_analytics_workspace_id = azurerm_log_analytics_workspace.w.id
}
data "azurerm_subscription" "s" {}
resource "azurerm_role_assignment" "r" {
  scope                = SCOPE
  role_definition_name = "ROLE"
  principal_id         = azurerm_linux_web_app.a.identity[0].principal_id
}
"#;

#[rstest]
#[case::its_own(
    "azurerm_linux_web_app.a.id",
    "azurerm_log_analytics_workspace.w.id",
    "Log Analytics Contributor",
    true
)]
#[case::of_the_subscription(
    "data.azurerm_subscription.s.id",
    "azurerm_log_analytics_workspace.w.id",
    "Log Analytics Contributor",
    true
)]
#[case::of_something_else(
    "azurerm_resource_group.g.id",
    "azurerm_log_analytics_workspace.w.id",
    "Log Analytics Contributor",
    false
)]
#[case::reads(
    "azurerm_linux_web_app.a.id",
    "azurerm_log_analytics_workspace.w.id",
    "Log Analytics Reader",
    false
)]
#[case::publishes(
    "azurerm_linux_web_app.a.id",
    "azurerm_log_analytics_workspace.w.id",
    "Monitoring Metrics Publisher",
    false
)]
#[case::more_than_the_log(
    "azurerm_linux_web_app.a.id",
    "azurerm_resource_group.g.id",
    "Contributor",
    false
)]
fn workspaces(#[case] watched: &str, #[case] scope: &str, #[case] role: &str, #[case] found: bool) {
    let text = WORKSPACE.replace("WATCHED", watched).replace("SCOPE", scope).replace("ROLE", role);
    let wanted: &[&str] = if found { &["azurerm_log_analytics_workspace.w"] } else { &[] };
    assert_eq!(targets(&model(&text), "T024"), wanted);
}

const SINK: &str = r#"
resource "google_storage_bucket" "b" {
  name     = "audit"
  location = "EU"
  retention_policy {
    retention_period = 86400
    is_locked        = LOCKED
  }
}
resource "google_logging_project_sink" "s" {
  name        = "audit"
  destination = "storage.googleapis.com/${google_storage_bucket.b.name}"
}
resource "google_service_account" "a" {
  account_id = "app"
}
resource "google_cloud_run_v2_service" "a" {
  name     = "app"
  location = "europe-west1"
  template {
    service_account = google_service_account.a.email
  }
}
resource "google_storage_bucket_iam_member" "a" {
  bucket = google_storage_bucket.b.name
  role   = "ROLE"
  member = "serviceAccount:${google_service_account.a.email}"
}
"#;

#[rstest]
#[case::deletes("roles/storage.objectAdmin", "false", true)]
#[case::deletes_what_is_locked("roles/storage.objectAdmin", "true", false)]
#[case::adds("roles/storage.objectCreator", "true", false)]
#[case::reads("roles/storage.objectViewer", "true", false)]
fn sinks(#[case] role: &str, #[case] locked: &str, #[case] found: bool) {
    let text = SINK.replace("ROLE", role).replace("LOCKED", locked);
    let wanted: &[&str] = if found { &["google_storage_bucket.b"] } else { &[] };
    assert_eq!(targets(&model(&text), "T024"), wanted);
}
