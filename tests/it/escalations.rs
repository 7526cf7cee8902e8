//! Ways to raise one's rights: each is there with exactly the permissions that it takes, and gone with one of them less.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use dreadnought::finding::ThreatClass;
use dreadnought::model::{Threat, ThreatState};
use dreadnought::pack::PackSet;
use dreadnought::project::{Options, Project};
use dreadnought::source::{MemoryFileSystem, Sources};
use dreadnought::threat;
use rstest::rstest;

use crate::graph_aws::{Seen, graph_of};
use crate::graphs::vocabulary;

/// Who has the permissions: a user, or a role where a primitive helps only roles.
const USER: &str = r#"
resource "aws_iam_group" "own" {
  name = "own"
}
resource "aws_iam_user" "low" {
  name = "low"
}
resource "aws_iam_user_group_membership" "low" {
  user   = aws_iam_user.low.name
  groups = [aws_iam_group.own.name]
}
resource "aws_iam_user_policy" "low" {
  user   = aws_iam_user.low.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [STATEMENTS] })
}
resource "aws_iam_user_policy_attachment" "low" {
  user       = aws_iam_user.low.name
  policy_arn = aws_iam_policy.own.arn
}
"#;
const ROLE: &str = r#"
resource "aws_iam_role" "low" {
  name               = "low"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }] })
}
resource "aws_iam_role_policy" "low" {
  role   = aws_iam_role.low.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [STATEMENTS] })
}
resource "aws_iam_role_policy_attachment" "low" {
  role       = aws_iam_role.low.name
  policy_arn = aws_iam_policy.own.arn
}
"#;
/// Those whose rights are worth having, and what runs with them.
const OTHERS: &str = r#"
data "aws_caller_identity" "current" {}
resource "aws_iam_policy" "own" {
  name   = "own"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sqs:SendMessage", Resource = "arn:aws:sqs:eu-west-1:111122223333:jobs" }] })
}
resource "aws_iam_policy" "all" {
  name   = "all"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })
}
resource "aws_iam_user" "boss" {
  name = "boss"
}
resource "aws_iam_user_policy_attachment" "boss" {
  user       = aws_iam_user.boss.name
  policy_arn = aws_iam_policy.all.arn
}
resource "aws_iam_group" "bosses" {
  name = "bosses"
}
resource "aws_iam_group_policy_attachment" "bosses" {
  group      = aws_iam_group.bosses.name
  policy_arn = aws_iam_policy.all.arn
}
resource "aws_iam_role" "boss" {
  name               = "boss"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { TRUST } }] })
}
resource "aws_iam_role_policy_attachment" "boss" {
  role       = aws_iam_role.boss.name
  policy_arn = aws_iam_policy.all.arn
}
resource "aws_iam_instance_profile" "boss" {
  name = "boss"
  role = aws_iam_role.boss.name
}
"#;
const WORKLOADS: &str = r#"
resource "aws_lambda_function" "job" {
  function_name = "job"
  role          = aws_iam_role.boss.arn
  handler       = "job.main"
  runtime       = "python3.13"
  filename      = "job.zip"
}
resource "aws_instance" "job" {
  ami                  = "ami-00000009"
  instance_type        = "t3.small"
  iam_instance_profile = aws_iam_instance_profile.boss.name
}
resource "aws_launch_template" "job" {
  image_id      = "ami-00000009"
  instance_type = "t3.small"
  iam_instance_profile {
    name = aws_iam_instance_profile.boss.name
  }
}
resource "aws_autoscaling_group" "job" {
  min_size = 1
  max_size = 2
  launch_template {
    id = aws_launch_template.job.id
  }
}
resource "aws_codebuild_project" "job" {
  name         = "job"
  service_role = aws_iam_role.boss.arn
}
resource "aws_apprunner_service" "job" {
  service_name = "job"
  instance_configuration {
    instance_role_arn = aws_iam_role.boss.arn
  }
}
resource "aws_sagemaker_notebook_instance" "job" {
  name          = "job"
  role_arn      = aws_iam_role.boss.arn
  instance_type = "ml.t3.medium"
}
resource "aws_cloudformation_stack" "job" {
  name         = "job"
  iam_role_arn = aws_iam_role.boss.arn
}
resource "aws_glue_dev_endpoint" "job" {
  name     = "job"
  role_arn = aws_iam_role.boss.arn
}
resource "aws_bedrockagentcore_code_interpreter" "job" {
  name               = "job"
  execution_role_arn = aws_iam_role.boss.arn
}
"#;

/// What the actions of a primitive are about: the attacker's own things, or those of others.
fn resource(category: &str, who: &str, action: &str) -> &'static str {
    let own = category == "self";
    match action {
        "iam:CreatePolicyVersion" if own => "aws_iam_policy.own.arn",
        "iam:CreatePolicyVersion" => "aws_iam_policy.all.arn",
        "iam:AttachGroupPolicy" | "iam:PutGroupPolicy" => "aws_iam_group.own.arn",
        "iam:AddUserToGroup" => "aws_iam_group.bosses.arn",
        _ if own && who == "role" => "aws_iam_role.low.arn",
        _ if own => "aws_iam_user.low.arn",
        "iam:PassRole"
        | "sts:AssumeRole"
        | "iam:UpdateAssumeRolePolicy"
        | "iam:AttachRolePolicy"
        | "iam:PutRolePolicy" => "aws_iam_role.boss.arn",
        "iam:CreateAccessKey"
        | "iam:DeleteAccessKey"
        | "iam:CreateLoginProfile"
        | "iam:UpdateLoginProfile"
        | "iam:AttachUserPolicy"
        | "iam:PutUserPolicy" => "aws_iam_user.boss.arn",
        _ => "\"*\"",
    }
}

/// The name under which a service takes roles.
fn service(actions: &[&str]) -> String {
    let named = actions.iter().filter_map(|action| action.split(':').next());
    let service = named.into_iter().find(|name| !matches!(*name, "iam" | "sts")).unwrap_or("ec2");
    match service {
        "ecs" => "ecs-tasks.amazonaws.com".to_owned(),
        "apprunner" => "tasks.apprunner.amazonaws.com".to_owned(),
        other => format!("{other}.amazonaws.com"),
    }
}

/// A configuration in which somebody has exactly these permissions.
fn configuration(category: &str, who: &str, all: &[&str], held: &[&str]) -> String {
    let mut statements = String::new();
    for action in held {
        let about = resource(category, who, action);
        write!(statements, "{{ Effect = \"Allow\", Action = \"{action}\", Resource = {about} }}, ")
            .unwrap();
    }
    let principal = if who == "role" { ROLE } else { USER };
    let assumes = all.contains(&"sts:AssumeRole");
    let trust = if assumes {
        "AWS = \"arn:aws:iam::${data.aws_caller_identity.current.account_id}:root\"".to_owned()
    } else {
        format!("Service = \"{}\"", service(all))
    };
    let mut text = principal.replace("STATEMENTS", &statements);
    text.push_str(&OTHERS.replace("TRUST", &trust));
    if category == "existing" || !all.contains(&"iam:PassRole") && category == "new" {
        text.push_str(WORKLOADS);
    }
    text
}

/// The threat classes of the embedded packs.
fn classes() -> &'static BTreeMap<Arc<str>, Arc<ThreatClass>> {
    static CLASSES: OnceLock<BTreeMap<Arc<str>, Arc<ThreatClass>>> = OnceLock::new();
    CLASSES.get_or_init(|| PackSet::load(&mut Sources::default(), true, &[]).0.threats)
}

/// Targets of threats of raising one's own rights (`T011`) in the model of a configuration, by the graph alone.
fn threatened(file: &str, text: &str) -> BTreeSet<String> {
    let files = MemoryFileSystem::from(&[(file, text)][..]);
    let options = Options { paths: vec![String::new()], ..Options::default() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(64 << 20).build().unwrap();
    pool.install(|| {
        let project = Project::load(&files, &options);
        let input = threat::Input {
            documents: &project.documents,
            findings: &[],
            classes: classes(),
            vocabulary: vocabulary(),
            context: &project.config.context,
            sources: &project.sources,
        };
        let (model, problems) = threat::build(&input, &threat::Options::default());
        assert!(problems.is_empty(), "{problems:?}");
        let raises =
            |threat: &&Threat| &*threat.class.id == "T011" && threat.state == ThreatState::Open;
        model.threats.iter().filter(raises).map(|threat| threat.target.to_string()).collect()
    })
}

/// Compare what the model says with the ways that there are: a threat on whoever has one, and on nobody else.
fn compare(text: &str, principal: &str, ways: &BTreeSet<String>, what: &str) -> Option<String> {
    compare_in("main.tf", text, principal, ways, what)
}

fn compare_in(
    file: &str,
    text: &str,
    principal: &str,
    ways: &BTreeSet<String>,
    what: &str,
) -> Option<String> {
    let wanted: BTreeSet<String> =
        (!ways.is_empty()).then(|| principal.to_owned()).into_iter().collect();
    let found = threatened(file, text);
    (found != wanted).then(|| format!("{what}: threats on {found:?} by {ways:?}"))
}

/// Ids of the primitives by which the attacker raises its rights.
fn ids(seen: &Seen, who: &str) -> BTreeSet<String> {
    let principal = format!("aws_iam_{}.low", if who == "role" { "role" } else { "user" });
    let by = seen.fact(&principal, "escalates_by");
    by.split(", ").filter(|id| *id != "none").map(str::to_owned).collect()
}

#[test]
fn every_primitive_of_aws_takes_exactly_its_permissions() {
    let rows = vocabulary().table("aws_escalations");
    assert!(rows.len() >= 65, "{}", rows.len());
    let mut failures = Vec::new();
    for row in rows {
        let [id, category, who, actions @ ..] = row.as_slice() else { panic!("{row:?}") };
        let actions: Vec<&str> = actions.iter().map(|action| &**action).collect();
        let principal = format!("aws_iam_{}.low", if &**who == "role" { "role" } else { "user" });
        let mut differences = Vec::new();
        let mut seen = |held: &[&str]| {
            let text = configuration(category, who, &actions, held);
            let found = ids(&graph_of(&[("main.tf", &text)], vocabulary()), who);
            differences.extend(compare(&text, &principal, &found, &format!("{id} {held:?}")));
            found
        };
        let whole = seen(&actions);
        if !whole.contains(&**id) {
            failures.push(format!("{id}: not found among {whole:?}"));
        }
        for left_out in 0..actions.len() {
            let mut held = actions.clone();
            let gone = held.remove(left_out);
            if seen(&held).contains(&**id) {
                failures.push(format!("{id}: found without {gone}"));
            }
        }
        failures.extend(differences);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The table has all that the catalogue of ways names, with the same permissions, where that is at hand.
#[test]
fn the_table_of_aws_is_the_whole_catalogue() {
    let Some(shared) = std::env::var_os("DREADNOUGHT_SHARED") else { return };
    let path = Path::new(&shared).join("threats/aws-privilege-escalation.tsv");
    let text = fs::read_to_string(path).unwrap();
    let catalogue: BTreeSet<(String, BTreeSet<String>)> = text
        .lines()
        .skip(1)
        .map(|line| {
            let mut fields = line.split('\t');
            let id = fields.next().unwrap().to_owned();
            let actions = fields.nth(1).unwrap().split('+').map(str::to_owned).collect();
            (id, actions)
        })
        .collect();
    let own: BTreeSet<(String, BTreeSet<String>)> = vocabulary()
        .table("aws_escalations")
        .iter()
        .map(|row| (row[0].to_string(), row[3..].iter().map(ToString::to_string).collect()))
        .collect();
    assert_eq!(own, catalogue);
}

/// Conditions, denials and boundaries take a primitive away.
#[rstest]
#[case::as_it_is("", true)]
#[case::denied(
    ", { Effect = \"Deny\", Action = \"lambda:InvokeFunction\", Resource = \"*\" }",
    false
)]
#[case::passing_denied(
    ", { Effect = \"Deny\", Action = \"iam:PassRole\", Resource = \"*\" }",
    false
)]
fn what_takes_a_primitive_away(#[case] more: &str, #[case] there: bool) {
    let all = ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"];
    let text = configuration("new", "any", &all, &all);
    let text = text.replace(
        "Action = \"lambda:InvokeFunction\", Resource = \"*\" }, ",
        &format!("Action = \"lambda:InvokeFunction\", Resource = \"*\" }}{more}"),
    );
    let found = ids(&graph_of(&[("main.tf", &text)], vocabulary()), "any");
    assert_eq!(found.contains("lambda-001"), there, "{found:?}");
}

/// Configurations of Azure around a role of somebody's own: what may be taken over, each with an identity that owns the group.
const AZURE: &str = r#"
resource "azurerm_resource_group" "main" {
  name     = "rg"
  location = "westeurope"
}
resource "azurerm_user_assigned_identity" "low" {
  name                = "low"
  resource_group_name = azurerm_resource_group.main.name
  location            = "westeurope"
}
resource "azurerm_user_assigned_identity" "boss" {
  name                = "boss"
  resource_group_name = azurerm_resource_group.main.name
  location            = "westeurope"
}
resource "azurerm_role_assignment" "boss" {
  scope                = azurerm_resource_group.main.id
  role_definition_name = "Owner"
  principal_id         = azurerm_user_assigned_identity.boss.principal_id
}
resource "azurerm_linux_virtual_machine" "job" {
  name                  = "job"
  resource_group_name   = azurerm_resource_group.main.name
  location              = "westeurope"
  size                  = "Standard_B1s"
  admin_username        = "someone"
  network_interface_ids = []
  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.boss.id]
  }
}
resource "azurerm_linux_virtual_machine_scale_set" "job" {
  name                = "jobs"
  resource_group_name = azurerm_resource_group.main.name
  location            = "westeurope"
  sku                 = "Standard_B1s"
  instances           = 2
  admin_username      = "someone"
  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.boss.id]
  }
}
resource "azurerm_automation_account" "job" {
  name                = "job"
  resource_group_name = azurerm_resource_group.main.name
  location            = "westeurope"
  sku_name            = "Basic"
  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.boss.id]
  }
}
resource "azurerm_logic_app_workflow" "job" {
  name                = "job"
  resource_group_name = azurerm_resource_group.main.name
  location            = "westeurope"
  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.boss.id]
  }
}
resource "azurerm_linux_web_app" "job" {
  name                = "job"
  resource_group_name = azurerm_resource_group.main.name
  location            = "westeurope"
  service_plan_id     = "plan"
  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.boss.id]
  }
}
resource "azurerm_key_vault" "job" {
  name                = "job"
  resource_group_name = azurerm_resource_group.main.name
  location            = "westeurope"
  tenant_id           = "00000000-0000-0000-0000-000000000001"
  sku_name            = "standard"
}
resource "azuread_application" "job" {
  display_name = "job"
}
resource "azuread_service_principal" "job" {
  client_id = azuread_application.job.client_id
}
"#;

/// Ids of the ways by which a principal raises its rights.
fn raised(text: &str, principal: &str) -> BTreeSet<String> {
    let seen = graph_of(&[("main.tf", text)], vocabulary());
    let by = seen.fact(principal, "escalates_by");
    by.split(", ").filter(|id| *id != "none").map(str::to_owned).collect()
}

/// Somebody with exactly these actions in the resource group.
fn with_azure_role(actions: &[&str]) -> String {
    let list: Vec<String> = actions.iter().map(|action| format!("\"{action}\"")).collect();
    let role = format!(
        "resource \"azurerm_role_definition\" \"own\" {{\n  name  = \"own\"\n  scope = azurerm_resource_group.main.id\n  permissions {{\n    actions = [{}]\n  }}\n}}\n\
         resource \"azurerm_role_assignment\" \"own\" {{\n  scope              = azurerm_resource_group.main.id\n  role_definition_id = azurerm_role_definition.own.role_definition_resource_id\n  principal_id       = azurerm_user_assigned_identity.low.principal_id\n}}\n",
        list.join(", ")
    );
    format!("{AZURE}{role}")
}

/// Somebody with a role of the tenant.
fn with_directory_role(role: &str) -> String {
    format!(
        "{AZURE}resource \"azuread_directory_role\" \"own\" {{\n  display_name = \"{role}\"\n}}\n\
         resource \"azuread_directory_role_assignment\" \"own\" {{\n  role_id             = azuread_directory_role.own.template_id\n  principal_object_id = azurerm_user_assigned_identity.low.principal_id\n}}\n"
    )
}

#[test]
fn every_way_of_azure_takes_exactly_its_actions() {
    let rows = vocabulary().table("azure_escalations");
    assert!(rows.len() >= 12, "{}", rows.len());
    let low = "azurerm_user_assigned_identity.low";
    let mut failures = Vec::new();
    for row in rows {
        let actions: Vec<&str> = row[2].split('+').collect();
        if actions[0].starts_with("microsoft.directory/") {
            continue;
        }
        let whole = raised(&with_azure_role(&actions), low);
        failures.extend(compare(&with_azure_role(&actions), low, &whole, &row[0]));
        if !whole.contains(&*row[0]) {
            failures.push(format!("{}: not found among {whole:?}", row[0]));
        }
        for left_out in 0..actions.len() {
            let mut held = actions.clone();
            let gone = held.remove(left_out);
            let found = raised(&with_azure_role(&held), low);
            if found.contains(&*row[0]) {
                failures.push(format!("{}: found without {gone}", row[0]));
            }
            let what = format!("{} without {gone}", row[0]);
            failures.extend(compare(&with_azure_role(&held), low, &found, &what));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[rstest]
#[case::gives_roles("Privileged Role Administrator", Some("directory-role"))]
#[case::gives_credentials("Application Administrator", Some("application-credential"))]
#[case::reads("Directory Readers", None)]
fn roles_of_the_tenant(#[case] role: &str, #[case] id: Option<&str>) {
    let text = with_directory_role(role);
    let found = raised(&text, "azurerm_user_assigned_identity.low");
    let difference = compare(&text, "azurerm_user_assigned_identity.low", &found, role);
    assert_eq!(difference, None);
    assert_eq!(found.iter().next().map(String::as_str), id, "{found:?}");
}

/// Roles of the provider's own that raise rights, by name; and one scope too small.
#[rstest]
#[case::machines("Virtual Machine Contributor", "azurerm_resource_group.main.id", "vm-run-command")]
#[case::one_machine(
    "Virtual Machine Contributor",
    "azurerm_linux_virtual_machine.job.id",
    "vm-run-command"
)]
#[case::another_thing("Virtual Machine Contributor", "azurerm_key_vault.job.id", "")]
#[case::runbooks("Automation Contributor", "azurerm_resource_group.main.id", "automation-runbook")]
#[case::workflows("Logic App Contributor", "azurerm_resource_group.main.id", "logic-app-workflow")]
#[case::vaults("Key Vault Contributor", "azurerm_resource_group.main.id", "vault-access-policy")]
#[case::access("User Access Administrator", "azurerm_resource_group.main.id", "role-assignment")]
#[case::reader("Reader", "azurerm_resource_group.main.id", "")]
fn roles_of_azure(#[case] role: &str, #[case] scope: &str, #[case] id: &str) {
    let text = format!(
        "{AZURE}resource \"azurerm_role_assignment\" \"own\" {{\n  scope                = {scope}\n  role_definition_name = \"{role}\"\n  principal_id         = azurerm_user_assigned_identity.low.principal_id\n}}\n"
    );
    let found = raised(&text, "azurerm_user_assigned_identity.low");
    assert_eq!(found.contains(id), !id.is_empty(), "{found:?}");
    assert!(!id.is_empty() || found.is_empty(), "{found:?}");
}

/// Somebody with exactly these permissions in the project.
fn with_permissions(permissions: &[&str]) -> String {
    let list: Vec<String> = permissions.iter().map(|it| format!("\"{it}\"")).collect();
    format!(
        "resource \"google_service_account\" \"low\" {{\n  account_id = \"low\"\n}}\n\
         resource \"google_service_account\" \"boss\" {{\n  account_id = \"boss\"\n}}\n\
         resource \"google_project_iam_custom_role\" \"own\" {{\n  role_id     = \"own\"\n  title       = \"own\"\n  permissions = [{}]\n}}\n\
         resource \"google_project_iam_member\" \"own\" {{\n  project = \"p\"\n  role    = google_project_iam_custom_role.own.id\n  member  = \"serviceAccount:${{google_service_account.low.email}}\"\n}}\n",
        list.join(", ")
    )
}

#[test]
fn every_way_of_google_cloud_takes_exactly_its_permissions() {
    let rows = vocabulary().table("gcp_escalations");
    assert!(rows.len() >= 18, "{}", rows.len());
    let low = "google_service_account.low";
    let mut failures = Vec::new();
    for row in rows {
        let permissions: Vec<&str> = row[2].split('+').collect();
        let whole = raised(&with_permissions(&permissions), low);
        failures.extend(compare(&with_permissions(&permissions), low, &whole, &row[0]));
        if !whole.contains(&*row[0]) {
            failures.push(format!("{}: not found among {whole:?}", row[0]));
        }
        for left_out in 0..permissions.len() {
            let mut held = permissions.clone();
            let gone = held.remove(left_out);
            let found = raised(&with_permissions(&held), low);
            if found.contains(&*row[0]) {
                failures.push(format!("{}: found without {gone}", row[0]));
            }
            let what = format!("{} without {gone}", row[0]);
            failures.extend(compare(&with_permissions(&held), low, &found, &what));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Two roles of the provider's own do together what neither does alone.
#[rstest]
#[case::both(&["roles/iam.serviceAccountUser", "roles/compute.instanceAdmin.v1"], true)]
#[case::acts_only(&["roles/iam.serviceAccountUser"], false)]
#[case::makes_machines_only(&["roles/compute.instanceAdmin.v1"], false)]
#[case::edits_which_is_broad_and_no_more(&["roles/editor"], false)]
fn roles_together(#[case] roles: &[&str], #[case] raises: bool) {
    let mut text = with_permissions(&["storage.objects.get"]);
    for (at, role) in roles.iter().enumerate() {
        write!(
            text,
            "resource \"google_project_iam_member\" \"more{at}\" {{\n  project = \"p\"\n  role    = \"{role}\"\n  member  = \"serviceAccount:${{google_service_account.low.email}}\"\n}}\n"
        )
        .unwrap();
    }
    let found = raised(&text, "google_service_account.low");
    assert_eq!(!found.is_empty(), raises, "{found:?}");
}

/// A role of a cluster with some rights, bound to an account of its own that pods run as. A right is a verb, a group, a resource, and
/// a name where it is about one.
fn with_rights(rights: &[&str]) -> String {
    let rule = |right: &&str| {
        let words: Vec<&str> = right.split(' ').collect();
        let name =
            words.get(3).map_or(String::new(), |name| format!("    resourceNames: [\"{name}\"]\n"));
        format!(
            "  - apiGroups: [\"{}\"]\n    resources: [\"{}\"]\n    verbs: [\"{}\"]\n{name}",
            words[1], words[2], words[0]
        )
    };
    let rules: String = rights.iter().map(rule).collect();
    format!(
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: low, namespace: desk}}\n---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: own}}\nrules:\n{rules}---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {{name: own}}\n\
         roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: own}}\nsubjects: [{{kind: ServiceAccount, name: low, namespace: desk}}]\n---\n\
         apiVersion: v1\nkind: Pod\nmetadata: {{name: web, namespace: desk}}\nspec: {{serviceAccountName: low, containers: [{{name: web, image: web}}]}}\n"
    )
}

const LOW: &str = "ServiceAccount/desk/low";

/// Ids of the ways by which somebody in a cluster raises its rights; the model has the threat on whoever has one.
fn in_cluster(text: &str, principal: &str) -> BTreeSet<String> {
    let seen = graph_of(&[("all.yaml", text)], vocabulary());
    let by = seen.fact(principal, "escalates_by");
    by.split(", ").filter(|id| *id != "none").map(str::to_owned).collect()
}

#[test]
fn every_right_of_kubernetes_takes_exactly_its_verb() {
    let rows = vocabulary().table("kubernetes_escalations");
    assert!(rows.len() >= 48, "{}", rows.len());
    let mut failures = Vec::new();
    for row in rows {
        let [verb, group, resource, power, words, _, also @ ..] = row.as_slice() else {
            panic!("{row:?}")
        };
        let also: Vec<&str> = also.iter().map(|right| &**right).collect();
        let text = |verb: &str, also: &[&str]| {
            let own = format!("{verb} {group} {resource}");
            with_rights(&[&[&*own], also].concat())
        };
        let seen = |text: &str| {
            let seen = graph_of(&[("all.yaml", text)], vocabulary());
            let state = seen.privileges[LOW].clone();
            let said = seen.flows.iter().any(|flow| {
                flow.starts_with("ServiceAccount/desk/low > cluster permission")
                    && flow.contains(&**words)
            });
            (state, said)
        };
        let whole = seen(&text(verb, &[]));
        if whole != (power.to_string(), true) {
            failures.push(format!("{verb} {resource}: {whole:?}, {power} wanted"));
        }
        let less = seen(&text("proxy", &[]));
        if **verb != *"*" && (less.0 == **power || less.1) {
            failures.push(format!("without {verb} {resource}: {less:?}"));
        }
        // Who may do everything raises nothing.
        let id = format!("{verb} {resource}");
        let mut judge = |text: &str, wanted: bool, what: &str| {
            let ways = in_cluster(text, LOW);
            if ways.contains(&id) != wanted || !wanted && !ways.is_empty() {
                failures.push(format!("{id}, {what}: {ways:?}"));
            }
            failures.extend(compare_in("all.yaml", text, LOW, &ways, what));
        };
        judge(&text(verb, &also), **verb != *"*", "whole");
        judge(&text("deletecollection", &also), false, "without the verb");
        for left_out in 0..also.len() {
            let mut held = also.clone();
            let gone = held.remove(left_out);
            judge(&text(verb, &held), false, &format!("without {gone}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Two accounts of a namespace: `low` with the rules given, by a role of the namespace, and `boss`, which reads secrets everywhere;
/// `peer` has no rights. Pods run as `boss` and `peer`.
fn in_namespace(namespace: &str, rules: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: low, namespace: {namespace}}}\n---\n\
         apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: boss, namespace: desk}}\n---\n\
         apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: peer, namespace: desk}}\n---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: own, namespace: {namespace}}}\nrules: [{rules}]\n---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: own, namespace: {namespace}}}\n\
         roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: own}}\nsubjects: [{{kind: ServiceAccount, name: low, namespace: {namespace}}}]\n---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: boss}}\nrules: [{{apiGroups: [''], resources: [configmaps], verbs: [get, list]}}]\n---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {{name: boss}}\n\
         roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: boss}}\nsubjects: [{{kind: ServiceAccount, name: boss, namespace: desk}}]\n---\n\
         apiVersion: v1\nkind: Secret\nmetadata: {{name: boss-token, namespace: desk, annotations: {{kubernetes.io/service-account.name: boss}}}}\ntype: kubernetes.io/service-account-token\n---\n\
         apiVersion: v1\nkind: Secret\nmetadata: {{name: other, namespace: desk}}\n---\n\
         apiVersion: v1\nkind: Pod\nmetadata: {{name: one, namespace: desk}}\nspec: {{serviceAccountName: boss, containers: [{{name: a, image: a}}]}}\n---\n\
         apiVersion: v1\nkind: Pod\nmetadata: {{name: two, namespace: desk}}\nspec: {{serviceAccountName: peer, containers: [{{name: a, image: a}}]}}\n"
    )
}

const PODS: &str = "{apiGroups: [''], resources: [pods], verbs: [create]}";

/// In one namespace somebody raises its rights by those of somebody else there, or by secrets that its pods may mount.
#[rstest]
#[case::runs_pods(PODS, "create pods")]
#[case::changes_one_workload(
    "{apiGroups: [apps], resources: [deployments], resourceNames: [web], verbs: [patch]}",
    "patch deployments"
)]
#[case::commands("{apiGroups: [''], resources: [pods/exec], verbs: [create]}", "create pods/exec")]
#[case::tokens(
    "{apiGroups: [''], resources: [serviceaccounts/token], verbs: [create]}",
    "create serviceaccounts/token"
)]
#[case::token_of_that_one(
    "{apiGroups: [''], resources: [serviceaccounts/token], resourceNames: [boss], verbs: [create]}",
    "create serviceaccounts/token"
)]
#[case::token_of_another(
    "{apiGroups: [''], resources: [serviceaccounts/token], resourceNames: [peer], verbs: [create]}",
    ""
)]
#[case::acts_as_it(
    "{apiGroups: [''], resources: [serviceaccounts], verbs: [impersonate]}",
    "impersonate serviceaccounts"
)]
#[case::users_are_of_no_namespace(
    "{apiGroups: [''], resources: [users, groups], verbs: [impersonate]}",
    ""
)]
#[case::nodes_are_of_no_namespace("{apiGroups: [''], resources: [nodes/proxy], verbs: [get]}", "")]
#[case::reads_its_token("{apiGroups: [''], resources: [secrets], verbs: [list]}", "list secrets")]
#[case::reads_another_secret(
    "{apiGroups: [''], resources: [secrets], resourceNames: [other], verbs: [get]}",
    ""
)]
#[case::raises_roles(
    "{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [escalate]}",
    "escalate roles"
)]
#[case::reads("{apiGroups: [''], resources: [pods], verbs: [get, list, watch]}", "")]
#[case::makes_config("{apiGroups: [''], resources: [configmaps], verbs: ['*']}", "")]
fn ways_within_a_namespace(#[case] rules: &str, #[case] id: &str) {
    let text = in_namespace("desk", rules);
    let found = in_cluster(&text, LOW);
    assert_eq!(found.iter().next().map_or("", String::as_str), id, "{found:?}");
    assert_eq!(compare_in("all.yaml", &text, LOW, &found, rules), None);
}

/// What takes a way away: nobody there with other rights, having them already, another namespace, rights that are not known.
#[rstest]
#[case::as_it_is("", "", true)]
#[case::nobody_has_rights(
    "name: boss, namespace: desk}]\n",
    "name: boss, namespace: other}]\n",
    false
)]
#[case::has_them_already(
    "subjects: [{kind: ServiceAccount, name: boss, namespace: desk}]",
    "subjects: [{kind: ServiceAccount, name: boss, namespace: desk}, {kind: ServiceAccount, name: low, namespace: desk}]",
    false
)]
#[case::rights_that_nobody_knows(
    "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: boss}",
    "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: elsewhere}",
    false
)]
#[case::a_role_of_a_cloud(
    "metadata: {name: peer, namespace: desk}",
    "metadata: {name: peer, namespace: desk, annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/peer'}}",
    true
)]
fn what_there_is_to_gain(#[case] old: &str, #[case] new: &str, #[case] raises: bool) {
    // Without secrets that pods may mount.
    let whole = in_namespace("desk", PODS).replace("kind: Secret", "kind: ConfigMap");
    assert!(whole.contains(old), "{old}");
    let text = if old.is_empty() { whole } else { whole.replace(old, new) };
    assert_eq!(!in_cluster(&text, LOW).is_empty(), raises, "{text}");
}

/// What pods of another namespace run as is out of reach; in that of the cluster itself everything is in reach.
#[rstest]
#[case("front", false)]
#[case("kube-system", true)]
fn namespaces_of_a_way(#[case] namespace: &str, #[case] raises: bool) {
    let text = in_namespace(namespace, PODS);
    let low = format!("ServiceAccount/{namespace}/low");
    let found = in_cluster(&text, &low);
    assert_eq!(!found.is_empty(), raises, "{found:?}");
    assert_eq!(compare_in("all.yaml", &text, &low, &found, namespace), None);
}

/// Who takes over an administrator is one, also at second hand.
#[test]
fn taking_over_leads_on() {
    let text = in_namespace("desk", PODS).replace(
        "resources: [configmaps], verbs: [get, list]",
        "resources: [pods], verbs: [create]",
    );
    let seen = graph_of(&[("all.yaml", &text)], vocabulary());
    assert_eq!(seen.privileges[LOW], "admin");
    let less = in_namespace("desk", PODS);
    let seen = graph_of(&[("all.yaml", &less)], vocabulary());
    assert_eq!(seen.privileges[LOW], "broad");
}

/// A role that changes the code of a function, which runs as another role with as many rights elsewhere.
const TAKER: &str = r#"
resource "aws_iam_role" "low" {
  name               = "low"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] })
}
resource "aws_iam_role_policy" "low" {
  role   = aws_iam_role.low.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "s3:GetObject", Resource = "${aws_s3_bucket.own.arn}/*" },
    { Effect = "Allow", Action = ["lambda:UpdateFunctionCode", "lambda:InvokeFunction"], Resource = aws_lambda_function.job.arn },
    { Effect = "Allow", Action = "iam:GetRole", Resource = aws_iam_role.job.arn },
  ] })
}
resource "aws_s3_bucket" "own" {
  bucket = "own"
}
resource "aws_dynamodb_table" "people" {
  name     = "people"
  hash_key = "id"
}
resource "aws_iam_role" "job" {
  name               = "job"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }] })
}
resource "aws_iam_role_policy" "job" {
  role   = aws_iam_role.job.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "logs:PutLogEvents", Resource = "*" },
    { Effect = "Allow", Action = "dynamodb:GetItem", Resource = aws_dynamodb_table.people.arn },
  ] })
}
resource "aws_lambda_function" "job" {
  function_name = "job"
  role          = aws_iam_role.job.arn
}
"#;

/// Who takes over a role gains what that may do and itself may not; and may give more to what it takes over.
#[rstest]
#[case::another_table("", "", "lambda-003, lambda-004")]
#[case::nothing_but_logs("dynamodb:GetItem", "logs:CreateLogStream", "")]
#[case::what_it_has("aws_dynamodb_table.people.arn", "\"${aws_s3_bucket.own.arn}/*\"", "")]
#[case::not_its_code("lambda:UpdateFunctionCode", "lambda:GetFunction", "")]
#[case::gives_more("iam:GetRole", "iam:AttachRolePolicy", "iam-014, lambda-003, lambda-004")]
#[case::of_nothing_that_it_takes(
    "\"iam:GetRole\", Resource = aws_iam_role.job.arn",
    "\"iam:AttachRolePolicy\", Resource = \"arn:aws:iam::111122223333:role/other\"",
    "lambda-003, lambda-004"
)]
fn who_takes_over_a_role_has_its_rights(#[case] from: &str, #[case] to: &str, #[case] ids: &str) {
    assert!(TAKER.contains(from));
    let mut text = TAKER.replacen(from, to, 1);
    if to.contains("own.arn") {
        text = text.replace("dynamodb:GetItem", "s3:GetObject");
    }
    let found = raised(&text, "aws_iam_role.low");
    let ids: BTreeSet<String> =
        ids.split(", ").filter(|id| !id.is_empty()).map(str::to_owned).collect();
    assert_eq!(found, ids);
}
