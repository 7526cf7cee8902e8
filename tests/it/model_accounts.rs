//! Several accounts, subscriptions and projects in one configuration: rights over all of one end there.

use rstest::rstest;

use crate::model_systems::{differs, has, terraform};

/// A job with rights over every bucket, and buckets in its own account and in another one.
const TWO: &str = r#"
variable "unset" {}
provider "aws" { region = "eu-west-1" }
provider "aws" {
  alias  = "prod"
  region = "eu-west-1"
  # other
}
resource "aws_s3_bucket" "own" { bucket = "own" }
resource "aws_s3_bucket" "other" {
  provider = aws.prod
  bucket   = "other"
}
resource "aws_codebuild_project" "build" {
  name         = "build"
  service_role = aws_iam_role.build.arn
  artifacts { type = "NO_ARTIFACTS" }
  source { type = "NO_SOURCE" }
  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/standard:7.0"
    type         = "LINUX_CONTAINER"
  }
}
resource "aws_iam_role" "build" {
  name = "build"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "codebuild.amazonaws.com" }
  }] })
}
resource "aws_iam_role_policy" "build" {
  role   = aws_iam_role.build.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = ["s3:*"], Resource = "*" }] })
}
resource "aws_iam_role" "deploy" {
  provider = aws.prod
  name     = "deploy"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "arn:aws:iam::111111111111:root" }
  }] })
}
resource "aws_iam_role_policy_attachment" "deploy" {
  provider   = aws.prod
  role       = aws_iam_role.deploy.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
"#;

const ROLE: &str = r#"assume_role { role_arn = "arn:aws:iam::222222222222:role/Deploy" }"#;
const OWN: &str = "aws_iam_role.build > aws_s3_bucket.own permission";
const ACROSS: &str = "aws_iam_role.build > aws_s3_bucket.other permission";

#[rstest]
#[case::a_role_there(ROLE, true)]
#[case::its_number_alone("allowed_account_ids = [\"222222222222\"]", false)]
#[case::a_profile("profile = \"prod\"", true)]
#[case::a_role_that_is_not_known_yet("assume_role { role_arn = var.unset }", true)]
#[case::nothing("# here", false)]
#[case::tags("default_tags { tags = { Stage = \"prod\" } }", false)]
fn rights_over_everything_end_with_the_account(#[case] provider: &str, #[case] apart: bool) {
    let model = terraform(&TWO.replace("# other", provider));
    assert!(has(&model, OWN), "{model:#?}");
    assert_eq!(has(&model, ACROSS), !apart);
}

/// The same words in two configurations of a provider, as for two regions, are one account.
#[rstest]
#[case(ROLE)]
#[case("profile = \"prod\"")]
#[case("assume_role { role_arn = var.unset }")]
fn one_account_in_two_regions_is_one(#[case] account: &str) {
    let tree = TWO
        .replace(
            "provider \"aws\" { region = \"eu-west-1\" }",
            &format!("provider \"aws\" {{\n region = \"us-east-1\"\n {account}\n}}"),
        )
        .replace("# other", account);
    assert!(has(&terraform(&tree), ACROSS));
}

#[test]
fn who_names_a_thing_of_another_account_may_use_it() {
    let tree = TWO.replace("# other", ROLE);
    for named in ["\"arn:aws:s3:::other/*\"", "\"${aws_s3_bucket.other.arn}/*\""] {
        let named = tree
            .replace("[\"s3:*\"], Resource = \"*\"", &format!("[\"s3:*\"], Resource = {named}"));
        assert!(has(&terraform(&named), ACROSS), "{named}");
    }
}

/// A function with an administrator's rights in the account of the principal or another one.
#[test]
fn what_runs_in_another_account_is_not_taken_over() {
    let tree =
        TWO.replace("# other", ROLE).replace("[\"s3:*\"]", "[\"lambda:UpdateFunctionCode\"]")
            + r#"
resource "aws_lambda_function" "ops" {
  provider      = aws.prod
  function_name = "ops"
  role          = aws_iam_role.deploy.arn
  handler       = "main.handler"
  runtime       = "python3.12"
  filename      = "ops.zip"
}
"#;
    let raised = "T011 aws_iam_role.build";
    assert!(!has(&terraform(&tree), raised), "{:#?}", terraform(&tree));
    let same = tree.replace("provider      = aws.prod\n", "").replace(
        "resource \"aws_iam_role\" \"deploy\" {\n  provider = aws.prod",
        "resource \"aws_iam_role\" \"deploy\" {",
    );
    let same = same.replace("\"deploy\" {\n  provider   = aws.prod", "\"deploy\" {");
    assert!(has(&terraform(&same), raised), "{:#?}", terraform(&same));
}

/// Two projects of Google Cloud, by what resources say themselves.
const PROJECTS: &str = r#"
provider "google" { project = "acme-app" }
resource "google_service_account" "app" { account_id = "app" }
resource "google_project_iam_member" "app" {
  project = "acme-app"
  role    = "roles/storage.admin"
  member  = google_service_account.app.member
}
resource "google_storage_bucket" "own" {
  name     = "acme-own"
  location = "EU"
}
resource "google_storage_bucket" "other" {
  project  = "acme-data"
  name     = "acme-other"
  location = "EU"
}
"#;

#[test]
fn rights_over_a_project_end_there() {
    let across = "google_service_account.app > google_storage_bucket.other permission";
    let model = terraform(PROJECTS);
    assert!(has(&model, "google_service_account.app > google_storage_bucket.own permission"));
    assert!(!has(&model, across));
    for same in [
        PROJECTS.replace("\"acme-data\"", "\"acme-app\""),
        PROJECTS.replace("\"acme-app\"\n  role", "\"acme-data\"\n  role"),
    ] {
        assert!(has(&terraform(&same), across), "{same}");
    }
    // One project, whether the provider names it or not.
    let silent = PROJECTS
        .replace("provider \"google\" { project = \"acme-app\" }", "")
        .replace("\"acme-data\"", "\"acme-app\"");
    assert!(has(&terraform(&silent), across));
}

#[test]
fn rights_over_a_subscription_end_there() {
    let tree = r#"
provider "azurerm" {
  features {}
  subscription_id = "00000000-0000-0000-0000-000000000001"
}
provider "azurerm" {
  alias           = "data"
  subscription_id = "00000000-0000-0000-0000-000000000002"
  features {}
}
data "azurerm_subscription" "own" {}
resource "azurerm_resource_group" "data" {
  provider = azurerm.data
  name     = "data"
  location = "westeurope"
}
resource "azurerm_storage_account" "data" {
  provider                 = azurerm.data
  name                     = "acmedata"
  resource_group_name      = azurerm_resource_group.data.name
  location                 = "westeurope"
  account_tier             = "Standard"
  account_replication_type = "LRS"
}
resource "azurerm_user_assigned_identity" "app" {
  name                = "app"
  resource_group_name = "app"
  location            = "westeurope"
}
resource "azurerm_role_assignment" "app" {
  scope                = data.azurerm_subscription.own.id
  role_definition_name = "Storage Blob Data Owner"
  principal_id         = azurerm_user_assigned_identity.app.principal_id
}
"#;
    let across = "azurerm_user_assigned_identity.app > azurerm_storage_account.data permission";
    differs(
        &tree.replace("000000000002", "000000000001"),
        "alias           = \"data\"\n  subscription_id = \"00000000-0000-0000-0000-000000000001\"",
        "alias = \"data\"\n  subscription_id = \"00000000-0000-0000-0000-000000000002\"",
        across,
        terraform,
    );
}

/// Accounts of the configuration are no third parties: who in them may ask for the role takes it.
#[test]
fn accounts_of_the_configuration_are_known() {
    let tree = TWO.replace("# other", ROLE).replace("111111111111", "333333333333")
        + r#"
resource "aws_iam_role" "reader" {
  name = "reader"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "arn:aws:iam::222222222222:root" }
  }] })
}
"#;
    let model = terraform(&tree);
    assert!(has(&model, "aws_iam_role.deploy > aws_iam_role.reader identity"), "{model:#?}");
    assert!(has(&model, "account:333333333333 > aws_iam_role.deploy identity"), "{model:#?}");
    assert!(!has(&model, "account:222222222222"));
    // Nobody in the role's own account is meant.
    assert!(!has(&model, "aws_iam_role.build > aws_iam_role.reader"));
}
