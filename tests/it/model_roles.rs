//! What roles reach in a model: those of Azure over groups and vaults, projects of Google Cloud and lists of its datasets.

use rstest::rstest;

use crate::model_systems::{differs, has, terraform};

/// An app with a role over the group of its stores.
const GROUP: &str = r#"
resource "azurerm_resource_group" "rg" {
  name     = "rg"
  location = "westeurope"
}
resource "azurerm_linux_web_app" "a" {
  name                = "a"
  resource_group_name = azurerm_resource_group.rg.name
  location            = "westeurope"
  service_plan_id     = "p"
  https_only          = true
  identity { type = "SystemAssigned" }
  site_config {}
}
resource "azurerm_storage_account" "st" {
  name                          = "st"
  resource_group_name           = azurerm_resource_group.rg.name
  location                      = "westeurope"
  account_tier                  = "Standard"
  account_replication_type      = "LRS"
  public_network_access_enabled = false
  tags                          = { data = "confidential" }
}
resource "azurerm_mssql_server" "sql" {
  name                          = "sql"
  resource_group_name           = azurerm_resource_group.rg.name
  location                      = "westeurope"
  version                       = "12.0"
  public_network_access_enabled = false
  azuread_administrator {
    login_username              = "g"
    object_id                   = "11111111-1111-1111-1111-111111111111"
    azuread_authentication_only = true
  }
}
resource "azurerm_key_vault" "kv" {
  name                          = "kv"
  resource_group_name           = azurerm_resource_group.rg.name
  location                      = "westeurope"
  tenant_id                     = "22222222-2222-2222-2222-222222222222"
  sku_name                      = "standard"
  rbac_authorization_enabled    = true
  purge_protection_enabled      = true
  public_network_access_enabled = false
}
resource "azurerm_role_assignment" "a" {
  scope                = azurerm_resource_group.rg.id
  role_definition_name = "AcrPull"
  principal_id         = azurerm_linux_web_app.a.identity[0].principal_id
}
"#;

const APP: &str = "azurerm_linux_web_app.a";

/// A role over a group is about what its actions name.
#[rstest]
#[case("AcrPull", &[])]
#[case("Network Contributor", &[])]
#[case("Monitoring Metrics Publisher", &[])]
#[case("Azure Service Bus Data Sender", &[])]
#[case("Storage Blob Data Reader", &["storage_account.st"])]
#[case("Storage Account Contributor", &["storage_account.st"])]
#[case("SQL DB Contributor", &["mssql_server.sql"])]
#[case("Key Vault Secrets User", &["key_vault.kv"])]
#[case("Key Vault Contributor", &["key_vault.kv"])]
#[case("Contributor", &["key_vault.kv", "mssql_server.sql", "storage_account.st"])]
#[case("Owner", &["key_vault.kv", "mssql_server.sql", "storage_account.st"])]
fn roles_over_a_group(#[case] role: &str, #[case] stores: &[&str]) {
    let lines = terraform(&GROUP.replace("AcrPull", role));
    let start = format!("{APP} > azurerm_");
    let found: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.strip_prefix(&start)?.strip_suffix(" permission not_applicable"))
        .collect();
    assert_eq!(found, stores, "{lines:#?}");
}

/// Who manages a group manages its vaults, and has none of what those keep that ask for roles.
#[test]
fn roles_that_manage_vaults() {
    let tree = GROUP.replace("AcrPull", "Contributor");
    let line = format!("internet > {APP} > azurerm_key_vault.kv:");
    let (from, to) =
        ("rbac_authorization_enabled    = true", "rbac_authorization_enabled    = false");
    assert!(!has(&terraform(&tree), &line));
    assert!(has(&terraform(&tree.replace(from, to)), &line));
}

/// A role of the configuration's own is about what its actions name beyond looking.
#[rstest]
#[case::nothing("\"Microsoft.Network/*\"", "", &[])]
#[case::keys("\"Microsoft.Storage/storageAccounts/listKeys/action\"", "", &["storage_account.st"])]
#[case::looks("\"Microsoft.Storage/storageAccounts/read\"", "", &[])]
#[case::everything("\"*\"", "", &["key_vault.kv", "mssql_server.sql", "storage_account.st"])]
#[case::data("", "\"Microsoft.KeyVault/vaults/secrets/*\"", &["key_vault.kv"])]
#[case::reads_data("", "\"Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read\"", &["storage_account.st"])]
fn own_roles_over_a_group(
    #[case] actions: &str,
    #[case] data_actions: &str,
    #[case] stores: &[&str],
) {
    let role = format!(
        r#"
resource "azurerm_role_definition" "own" {{
  name  = "own"
  scope = azurerm_resource_group.rg.id
  permissions {{
    actions      = [{actions}]
    data_actions = [{data_actions}]
  }}
}}
"#
    );
    let by_name = "role_definition_name = \"AcrPull\"";
    assert!(GROUP.contains(by_name));
    let by_id = "role_definition_id = azurerm_role_definition.own.role_definition_resource_id";
    let lines = terraform(&format!("{}{role}", GROUP.replace(by_name, by_id)));
    let start = format!("{APP} > azurerm_");
    let found: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.strip_prefix(&start)?.strip_suffix(" permission not_applicable"))
        .collect();
    assert_eq!(found, stores, "{lines:#?}");
}

/// Who manages a vault that asks for roles has none of what it keeps; a vault that asks for policies heeds no roles over its data, and one
/// that asks for roles no policies.
#[rstest]
#[case::over_data("Key Vault Secrets User", "true", true, true)]
#[case::managing("Key Vault Contributor", "true", true, false)]
#[case::contributor("Contributor", "true", true, false)]
#[case::owner("Owner", "true", true, true)]
#[case::void("Key Vault Secrets User", "false", false, false)]
#[case::either("Key Vault Secrets User", "var.unknown", true, true)]
fn roles_over_a_vault(
    #[case] role: &str,
    #[case] asks: &str,
    #[case] flow: bool,
    #[case] path: bool,
) {
    let tree = GROUP
        .replace(
            "scope                = azurerm_resource_group.rg.id",
            "scope                = azurerm_key_vault.kv.id",
        )
        .replace("AcrPull", role);
    let asked = "rbac_authorization_enabled    = true";
    assert!(tree.contains(asked));
    let tree = tree.replace(asked, &format!("rbac_authorization_enabled    = {asks}"));
    let lines = terraform(&format!("{tree}variable \"unknown\" {{}}\n"));
    let right = format!("{APP} > azurerm_key_vault.kv permission");
    assert_eq!(has(&lines, &right), flow, "{lines:#?}");
    let way = format!("internet > {APP} > azurerm_key_vault.kv:");
    assert_eq!(has(&lines, &way), path, "{lines:#?}");
}

/// Policies of a vault that asks for roles give nothing.
#[test]
fn policies_of_a_vault() {
    let policy = r#"
resource "azurerm_key_vault_access_policy" "a" {
  key_vault_id       = azurerm_key_vault.kv.id
  tenant_id          = "22222222-2222-2222-2222-222222222222"
  object_id          = azurerm_linux_web_app.a.identity[0].principal_id
  secret_permissions = ["Get"]
}
"#;
    let tree = format!("{GROUP}{policy}")
        .replace("rbac_authorization_enabled    = true", "rbac_authorization_enabled    = false");
    let line = format!("{APP} > azurerm_key_vault.kv permission");
    differs(
        &tree,
        "rbac_authorization_enabled    = false",
        "rbac_authorization_enabled    = true",
        &line,
        terraform,
    );
}

/// An app in an environment of its own.
const CONTAINER: &str = r#"
resource "azurerm_resource_group" "rg" {
  name     = "rg"
  location = "northeurope"
}
resource "azurerm_container_app_environment" "env" {
  name                           = "env"
  resource_group_name            = azurerm_resource_group.rg.name
  location                       = "northeurope"
  internal_load_balancer_enabled = false
  public_network_access          = "Enabled"
}
resource "azurerm_container_app" "a" {
  name                         = "a"
  resource_group_name          = azurerm_resource_group.rg.name
  container_app_environment_id = azurerm_container_app_environment.env.id
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
      image  = "registry.example.com/a:1.2"
      cpu    = 0.5
      memory = "1Gi"
    }
  }
}
"#;

/// An app answers on the internet where it and its environment do.
#[rstest]
#[case::of_the_network(
    "internal_load_balancer_enabled = false",
    "internal_load_balancer_enabled = true"
)]
#[case::closed(
    "public_network_access          = \"Enabled\"",
    "public_network_access          = \"Disabled\""
)]
#[case::for_others("external_enabled = true", "external_enabled = false")]
fn apps_that_answer(#[case] from: &str, #[case] to: &str) {
    differs(CONTAINER, from, to, "internet > azurerm_container_app.a network tcp/443", terraform);
}

/// Rules that allow keep everybody else out.
#[rstest]
#[case::a_range("Allow", "203.0.113.0/24", "internet_restricted")]
#[case::all("Allow", "0.0.0.0/0", "internet_open")]
#[case::all_but_a_range("Deny", "203.0.113.0/24", "internet_open")]
fn addresses_that_apps_let_in(#[case] action: &str, #[case] range: &str, #[case] exposure: &str) {
    let rule = format!(
        "    ip_security_restriction {{\n      name             = \"a\"\n      action           = \"{action}\"\n      ip_address_range = \"{range}\"\n    }}\n    traffic_weight {{"
    );
    let lines = terraform(&CONTAINER.replace("    traffic_weight {", &rule));
    let start = "T032 azurerm_container_app.a: ";
    let found = lines.iter().find(|line| line.starts_with(start));
    let found = found.unwrap_or_else(|| panic!("{lines:#?}"));
    assert!(found.contains(&format!("exposure={exposure}")), "{found}");
}

/// Two projects, with a right on one of them.
const PROJECTS: &str = r#"
resource "google_project" "app" {
  name       = "app"
  project_id = "acme-app"
}
resource "google_project" "data" {
  name       = "data"
  project_id = "acme-data"
}
resource "google_service_account" "app" {
  project    = google_project.app.project_id
  account_id = "app"
}
resource "google_project_iam_member" "app" {
  project = google_project.app.project_id
  role    = "roles/storage.admin"
  member  = "serviceAccount:${google_service_account.app.email}"
}
resource "google_storage_bucket" "own" {
  project  = google_project.app.project_id
  name     = "acme-own"
  location = "EU"
}
resource "google_storage_bucket" "other" {
  project  = google_project.data.project_id
  name     = "acme-other"
  location = "EU"
}
"#;

/// A right on a project is one over what lies in it.
#[test]
fn rights_on_projects() {
    let line = |bucket: &str| {
        format!("google_service_account.app > google_storage_bucket.{bucket} permission")
    };
    assert!(!has(&terraform(PROJECTS), &line("other")));
    let own = "  project  = google_project.app.project_id\n  name     = \"acme-own\"";
    let moved = own.replace("google_project.app", "google_project.data");
    differs(PROJECTS, own, &moved, &line("own"), terraform);
    assert!(has(
        &terraform(PROJECTS),
        "google_storage_bucket.own datastore_object in google_project.app"
    ));
}

/// A dataset with a list of its own.
const DATASET: &str = r#"
resource "google_service_account" "mine" {
  account_id = "mine"
}
resource "google_bigquery_dataset" "d" {
  dataset_id = "d"
  labels     = { data = "confidential" }
  access {
    role          = "WRITER"
    user_by_email = google_service_account.mine.email
  }
  access {
    role          = "READER"
    user_by_email = "reader@partner.iam.gserviceaccount.com"
  }
}
resource "google_bigquery_dataset_access" "group" {
  dataset_id     = google_bigquery_dataset.d.dataset_id
  role           = "READER"
  group_by_email = "analysts@example.com"
}
"#;

/// Whom the list of a dataset names may read it, as by a binding.
#[rstest]
#[case::own(
    "google_service_account.mine.email",
    "\"\"",
    "google_service_account.mine > google_bigquery_dataset.d permission"
)]
#[case::foreign(
    "\"reader@partner.iam.gserviceaccount.com\"",
    "null",
    "serviceAccount:reader@partner.iam.gserviceaccount.com > google_bigquery_dataset.d permission"
)]
#[case::group(
    "\"analysts@example.com\"",
    "null",
    "group:analysts@example.com > google_bigquery_dataset.d permission"
)]
fn lists_of_datasets(#[case] from: &str, #[case] to: &str, #[case] line: &str) {
    differs(DATASET, from, to, line, terraform);
}

/// Services that an API of HTTP passes on to by itself.
const API: &str = r#"
resource "aws_apigatewayv2_api" "a" {
  name          = "a"
  protocol_type = "HTTP"
}
resource "aws_apigatewayv2_integration" "a" {
  api_id              = aws_apigatewayv2_api.a.id
  integration_type    = "AWS_PROXY"
  integration_subtype = "SQS-SendMessage"
  credentials_arn     = aws_iam_role.a.arn
  request_parameters = {
    QueueUrl    = aws_sqs_queue.jobs.url
    MessageBody = "$request.body"
  }
}
resource "aws_sqs_queue" "jobs" {
  name = "jobs"
}
resource "aws_iam_role" "a" {
  name               = "a"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "apigateway.amazonaws.com" } }] })
}
"#;

#[rstest]
#[case::queue(
    "aws_sqs_queue.jobs.url",
    "\"elsewhere\"",
    "aws_apigatewayv2_api.a > aws_sqs_queue.jobs data"
)]
#[case::role(
    "credentials_arn     = aws_iam_role.a.arn",
    "",
    "aws_apigatewayv2_api.a > aws_iam_role.a identity"
)]
fn what_an_api_passes_on_to(#[case] from: &str, #[case] to: &str, #[case] line: &str) {
    differs(API, from, to, line, terraform);
}

/// A block of which nobody knows whether it is there says to whom it leads.
#[test]
fn blocks_that_may_be_there() {
    let tree = r#"
resource "aws_lb" "l" {
  name = "l"
}
resource "aws_lb_target_group" "t" {
  port     = 8080
  protocol = "HTTP"
}
resource "aws_lb_listener" "h" {
  load_balancer_arn = aws_lb.l.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.t.arn
  }
}
variable "expose" {
  type = bool
}
resource "aws_ecs_service" "s" {
  name    = "s"
  cluster = "c"
  dynamic "load_balancer" {
    for_each = var.expose ? [aws_lb_target_group.t.arn] : []
    content {
      target_group_arn = load_balancer.value
      container_name   = "s"
      container_port   = 8080
    }
  }
}
"#;
    let line = "aws_lb.l > aws_ecs_service.s network tcp/8080";
    differs(tree, "[aws_lb_target_group.t.arn] : []", "[] : []", line, terraform);
}

/// A lake whose folders have lists of their own.
const LAKE: &str = r#"
resource "azurerm_resource_group" "rg" {
  name     = "rg"
  location = "westeurope"
}
resource "azurerm_linux_web_app" "a" {
  name                = "a"
  resource_group_name = azurerm_resource_group.rg.name
  location            = "westeurope"
  service_plan_id     = "p"
  https_only          = true
  identity { type = "SystemAssigned" }
  site_config {}
}
resource "azurerm_storage_account" "lake" {
  name                          = "lake"
  resource_group_name           = azurerm_resource_group.rg.name
  location                      = "westeurope"
  account_tier                  = "Standard"
  account_replication_type      = "LRS"
  is_hns_enabled                = true
  public_network_access_enabled = false
  tags                          = { data = "restricted" }
}
resource "azurerm_storage_data_lake_gen2_filesystem" "fs" {
  name               = "curated"
  storage_account_id = azurerm_storage_account.lake.id
  ace {
    scope       = "access"
    type        = "user"
    id          = azurerm_linux_web_app.a.identity[0].principal_id
    permissions = "rwx"
  }
}
"#;

/// Whom the list of a file system names reaches the lake.
#[rstest]
#[case::nobody("id          = azurerm_linux_web_app.a.identity[0].principal_id", "")]
#[case::of_another(
    "storage_account_id = azurerm_storage_account.lake.id",
    "storage_account_id = \"elsewhere\""
)]
fn lists_of_lakes(#[case] from: &str, #[case] to: &str) {
    let line = "azurerm_linux_web_app.a > azurerm_storage_account.lake permission";
    differs(LAKE, from, to, line, terraform);
}
