//! Plans and states: what they become, beside their configuration and alone, and what is no plan.

use dreadnought::document::{Document, Existence, Pointer, Resource, Value, json};
use dreadnought::project::{Options, Project};
use dreadnought::source::{MemoryFileSystem, ProblemKind, ProblemSeverity};
use rstest::rstest;
use serde_json::{Value as Json, json};

/// A bucket that nobody has made yet, and what is made of it.
const MAIN: &str = r#"variable "token" {
  sensitive = true
}
locals {
  name = aws_s3_bucket.logs.id
}
resource "aws_s3_bucket" "logs" {
  bucket        = "logs"
  force_destroy = null
}
resource "aws_s3_bucket_versioning" "logs" {
  bucket = aws_s3_bucket.logs.id
  versioning_configuration {
    status = "Suspended"
  }
}
resource "aws_s3_bucket_public_access_block" "logs" {
  bucket            = local.name
  block_public_acls = true
}
resource "aws_ssm_parameter" "token" {
  name  = "token"
  value = var.token
}
"#;

/// Members of a plan that differ from test to test.
fn plan(changes: &Json, resources: &Json) -> Json {
    json!({
        "format_version": "1.2", "terraform_version": "1.11.4",
        "variables": {"token": {"value": "s3cr3t-value"}},
        "planned_values": {"root_module": {}}, "resource_changes": changes,
        "configuration": {"root_module": {
            "resources": resources, "variables": {"token": {"sensitive": true}}}},
    })
}

fn change(address: &str, actions: &Json, after: &Json, unknown: &Json, sensitive: &Json) -> Json {
    let (kind, name) = address.split('[').next().unwrap().split_once('.').unwrap();
    json!({"address": address, "mode": "managed", "type": kind, "name": name,
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {"actions": actions, "before": null, "after": after,
            "after_unknown": unknown, "after_sensitive": sensitive}})
}

fn block(address: &str, expressions: &Json) -> Json {
    let (kind, name) = address.split_once('.').unwrap();
    json!({"address": address, "mode": "managed", "type": kind, "name": name,
        "provider_config_key": "aws", "expressions": expressions})
}

fn logs() -> Json {
    let create = json!(["create"]);
    plan(
        &json!([
            change(
                "aws_s3_bucket.logs",
                &create,
                &json!({"bucket": "logs", "force_destroy": false, "tags": null}),
                &json!({"id": true, "arn": true, "policy": true}),
                &json!({})
            ),
            change(
                "aws_s3_bucket_versioning.logs",
                &create,
                &json!({"expected_bucket_owner": null, "mfa": null,
                    "versioning_configuration": [{"mfa_delete": null, "status": "Suspended"}]}),
                &json!({"bucket": true, "id": true, "versioning_configuration": [{"mfa_delete": true}]}),
                &json!({"versioning_configuration": [{}]})
            ),
            change(
                "aws_s3_bucket_public_access_block.logs",
                &create,
                &json!({"block_public_acls": true, "block_public_policy": false}),
                &json!({"bucket": true, "id": true}),
                &json!({})
            ),
            change(
                "aws_ssm_parameter.token",
                &create,
                &json!({"name": "token", "value": "s3cr3t-value"}),
                &json!({"id": true}),
                &json!({"value": true})
            ),
        ]),
        &json!([
            block("aws_s3_bucket.logs", &json!({"bucket": {"constant_value": "logs"}})),
            block(
                "aws_s3_bucket_versioning.logs",
                &json!({
                "bucket": {"references": ["aws_s3_bucket.logs.id", "aws_s3_bucket.logs"]},
                "versioning_configuration": [{"status": {"constant_value": "Suspended"}}]})
            ),
            block(
                "aws_s3_bucket_public_access_block.logs",
                &json!({
                "bucket": {"references": ["local.name"]},
                "block_public_acls": {"constant_value": true}})
            ),
            block(
                "aws_ssm_parameter.token",
                &json!({
                "name": {"constant_value": "token"}, "value": {"references": ["var.token"]}})
            ),
        ]),
    )
}

fn load_with(files: &[(&str, &str)], options: &Options) -> Project {
    let files: MemoryFileSystem = files.iter().copied().collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(64 << 20).build().unwrap();
    let project = pool.install(|| Project::load(&files, options));
    let unfit: Vec<_> =
        project.problems.iter().filter(|problem| problem.kind == ProblemKind::Schema).collect();
    assert!(unfit.is_empty(), "documents that do not fit their schema: {unfit:?}");
    project
}

fn load(files: &[(&str, &str)], path: &str) -> Project {
    load_with(files, &Options { paths: vec![path.to_owned()], ..Options::default() })
}

fn only(project: &Project) -> &Document {
    assert_eq!(project.documents.len(), 1, "{:?}", project.problems);
    &project.documents[0]
}

fn find<'d>(document: &'d Document, address: &str) -> &'d Resource {
    let found = document.resources.iter().find(|resource| &*resource.address == address);
    found.unwrap_or_else(|| panic!("no {address}"))
}

fn edges(resource: &Resource) -> Vec<(&str, &str, &str)> {
    resource
        .references
        .iter()
        .map(|it| (it.from.as_str(), &*it.to, it.attribute.as_str()))
        .collect()
}

fn line_of(project: &Project, resource: &Resource, at: &str) -> (String, u32) {
    let place = resource.place_of(&Pointer::parse(at).unwrap());
    let file = project.sources.get(place.file);
    (file.path.to_string(), file.position(place.span.start).line)
}

#[test]
fn beside_its_configuration_a_plan_stands_for_it() {
    let text = logs().to_string();
    let files = [("app/main.tf", MAIN), ("app/plan.json", &*text)];
    for path in ["", "app", "app/plan.json"] {
        let project = load(&files, path);
        let document = only(&project);
        assert_eq!(&*document.root, "app");
        assert_eq!(document.problems, []);
        let versioning = find(document, "aws_s3_bucket_versioning.logs");
        assert_eq!(
            versioning.attributes.to_json(),
            json!({"versioning_configuration": [{"status": "Suspended"}]})
        );
        assert_eq!(edges(versioning), [("/bucket", "aws_s3_bucket.logs", "/id")]);
        assert_eq!(
            line_of(&project, versioning, "/versioning_configuration/0/status"),
            ("app/main.tf".to_owned(), 14)
        );
        let access = find(document, "aws_s3_bucket_public_access_block.logs");
        assert_eq!(edges(access), [("/bucket", "aws_s3_bucket.logs", "/id")]);
        assert_eq!(access.existence, Existence::Known);
        assert_eq!(access.defaults.get("block_public_policy"), Some(&Value::Bool(false)));
    }
}

#[test]
fn alone_a_plan_says_what_it_keeps() {
    let project = load(&[("plan.json", &logs().to_string())], "");
    let document = only(&project);
    assert_eq!(&*document.root, "plan.json");
    let bucket = find(document, "aws_s3_bucket.logs");
    assert_eq!(bucket.attributes.to_json(), json!({"bucket": "logs"}));
    assert_eq!(bucket.defaults.get("force_destroy"), Some(&Value::Bool(false)));
    assert_eq!(bucket.attributes.get("policy"), None, "what nobody wrote is missing, not unknown");
    assert!(matches!(bucket.attributes.get("arn"), Some(Value::Unknown(_))), "but its own outputs");
    let versioning = find(document, "aws_s3_bucket_versioning.logs");
    assert_eq!(
        versioning.attributes.to_json(),
        json!({"versioning_configuration": [{"status": "Suspended"}]})
    );
    let reason = Value::unknown("computed by aws_s3_bucket.logs");
    assert_eq!(versioning.attributes.get("bucket"), Some(&reason));
    assert_eq!(edges(versioning), [("/bucket", "aws_s3_bucket.logs", "/id")]);
}

/// What a local value is made of is not in a plan: nothing that rests on the edge's absence is certain.
#[test]
fn alone_a_local_leaves_an_edge_open() {
    let project = load(&[("plan.json", &logs().to_string())], "");
    let access = find(only(&project), "aws_s3_bucket_public_access_block.logs");
    assert_eq!(access.existence, Existence::Unknown);
    assert!(edges(access).contains(&("/bucket", "aws_s3_bucket.logs", "")));
}

#[rstest]
#[case::beside(&[("main.tf", MAIN)])]
#[case::alone(&[])]
fn what_is_sensitive_never_shows(#[case] more: &[(&str, &str)]) {
    let text = logs().to_string();
    let files: Vec<_> = more.iter().copied().chain([("plan.json", &*text)]).collect();
    let project = load(&files, "");
    let shown = json::documents(&project.documents, &project.sources, &project.problems).to_json();
    assert!(!shown.to_string().contains("s3cr3t"), "{shown}");
    let token = find(only(&project), "aws_ssm_parameter.token");
    assert_eq!(token.attributes.get("value").and_then(Value::as_str), Some("s3cr3t-value"));
    let file = project.sources.find("plan.json").unwrap();
    assert!(project.sources.is_withheld(file), "its text is never shown");
}

#[test]
fn what_is_removed_is_named_and_not_judged() {
    let mut plan = logs();
    plan["resource_changes"].as_array_mut().unwrap().push(change(
        "aws_s3_bucket.old",
        &json!(["delete"]),
        &json!(null),
        &json!({}),
        &json!(false),
    ));
    let project = load(&[("plan.json", &plan.to_string())], "");
    let document = only(&project);
    assert!(document.resources.iter().all(|resource| &*resource.address != "aws_s3_bucket.old"));
    let notes: Vec<&str> = document.problems.iter().map(|problem| &*problem.message).collect();
    assert_eq!(notes, ["the plan removes aws_s3_bucket.old"]);
    assert_eq!(document.problems[0].severity(), ProblemSeverity::Warning);
}

#[test]
fn a_plan_that_failed_is_a_problem() {
    let mut plan = logs();
    plan["errored"] = json!(true);
    let project = load(&[("plan.json", &plan.to_string())], "");
    let problem = &only(&project).problems[0];
    assert_eq!(problem.severity(), ProblemSeverity::Error);
    assert!(problem.message.contains("planning failed"));
}

fn cut(text: &str) -> String {
    text[..text.len() - 40].to_owned()
}

#[rstest]
#[case::cut_off(cut(&logs().to_string()), "cut off or damaged")]
#[case::next_major(logs().to_string().replace("\"1.2\"", "\"2.0\""), "format 2.0")]
#[case::no_version(logs().to_string().replace("\"1.2\"", "null"), "format ?")]
#[case::old_state(json!({"version": 3, "terraform_version": "0.11.1", "modules": []}).to_string(), "format 3")]
#[case::log("{\"@level\":\"info\",\"@message\":\"Terraform 1.11.4\",\"terraform\":\"1.11.4\",\"type\":\"version\"}\n{\"@level\":\"info\"}\n".to_owned(), "the log of")]
#[case::nested(format!("{{\"format_version\":\"1.2\",\"terraform_version\":\"1.11.4\",\"planned_values\":{}{}}}", "[".repeat(5000), "]".repeat(5000)), "nested more than")]
fn what_cannot_be_read_is_one_error(#[case] text: String, #[case] words: &str) {
    let project = load(&[("plan.json", &text)], "");
    assert_eq!(project.documents.len(), 0);
    assert_eq!(project.problems.len(), 1, "{:?}", project.problems);
    assert_eq!(project.problems[0].severity(), ProblemSeverity::Error);
    assert!(project.problems[0].message.contains(words), "{:?}", project.problems);
}

/// Shapes that no Terraform writes are no reason to fail.
#[rstest]
#[case::lists(json!({"format_version": "1.2", "terraform_version": "1", "planned_values": [], "resource_changes": {}, "configuration": [], "variables": 3, "output_changes": []}))]
#[case::changes(json!({"format_version": "1.2", "planned_values": {"root_module": {"resources": [1, {"address": 4}, {"address": "x"}, {"address": "a.b[", "values": []}, {"address": "module.a.b.c[\"\\"}]}}, "resource_changes": [null, {"address": "a.b", "change": 3}, {"address": "a.c", "change": {"actions": [3], "after": [1], "after_unknown": {"x": [true]}, "after_sensitive": "x"}}]}))]
#[case::circle(json!({"format_version": "1.2", "planned_values": {}, "resource_changes": [{"address": "a.b", "change": {"actions": ["create"], "after": {}, "after_unknown": {"x": true}}}], "configuration": {"root_module": {"resources": [{"address": "a.b", "expressions": {"x": {"references": ["module.m.o"]}}}], "module_calls": {"m": {"expressions": {"v": {"references": ["module.m.o"]}}, "module": {"outputs": {"o": {"expression": {"references": ["var.v", "module.m.o"]}}}}}}}}}))]
#[case::state(json!({"version": 4, "terraform_version": "1", "resources": [1, {"type": "a", "name": "b", "instances": [{"attributes": 3, "index_key": [], "sensitive_attributes": [[{"type": "get_attr", "value": "x"}], 3], "dependencies": ["a.b", 3]}]}], "outputs": [1]}))]
fn odd_shapes_are_read_all_the_same(#[case] json: Json) {
    let project = load(&[("plan.json", &json.to_string())], "");
    only(&project);
}

fn state() -> Json {
    let aws = "provider[\"registry.terraform.io/hashicorp/aws\"]";
    json!({
        "version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "x",
        "outputs": {"key": {"value": "s3cr3t-value", "type": "string", "sensitive": true}},
        "resources": [
            {"mode": "managed", "type": "aws_s3_bucket", "name": "logs", "provider": aws,
             "instances": [{"index_key": "a", "attributes": {"id": "logs-a", "bucket": "logs-a", "tags": {}}},
                           {"index_key": "b", "attributes": {"id": "logs-b", "bucket": "logs-b", "tags": null}}]},
            {"module": "module.safe[0]", "mode": "managed", "type": "aws_s3_bucket_public_access_block",
             "name": "b", "provider": aws,
             "instances": [{"attributes": {"id": "logs-b", "bucket": "logs-b", "block_public_acls": true},
                            "dependencies": ["aws_s3_bucket.logs"]}]},
            {"mode": "managed", "type": "aws_db_instance", "name": "d", "provider": aws,
             "instances": [{"attributes": {"id": "d", "password": "s3cr3t-value", "username": "s3cr3t-name"},
                            "sensitive_attributes": [[{"type": "get_attr", "value": "username"}]]}]},
        ],
    })
}

#[test]
fn a_state_is_what_was_applied() {
    let project = load(&[("terraform.tfstate", &state().to_string())], "");
    let document = only(&project);
    let addresses: Vec<&str> = document.resources.iter().map(|each| &*each.address).collect();
    assert_eq!(
        addresses,
        [
            "aws_db_instance.d",
            "aws_s3_bucket.logs[\"a\"]",
            "aws_s3_bucket.logs[\"b\"]",
            "module.safe[0].aws_s3_bucket_public_access_block.b",
        ]
    );
    let access = &document.resources[3];
    assert_eq!(&*access.scope.module[0], "safe[0]");
    assert!(edges(access).contains(&("/bucket", "aws_s3_bucket.logs[\"b\"]", "/id")));
    assert!(edges(access).iter().all(|(_, to, _)| *to == "aws_s3_bucket.logs[\"b\"]"));
    let shown = json::documents(&project.documents, &project.sources, &project.problems).to_json();
    assert!(!shown.to_string().contains("s3cr3t"), "{shown}");
}

#[test]
fn a_state_beside_its_configuration_is_judged_where_it_is_named() {
    let text = state().to_string();
    let main = "resource \"aws_s3_bucket\" \"logs\" {\n  for_each = toset([\"a\", \"b\"])\n  bucket   = \"logs-${each.key}\"\n}\nresource \"aws_db_instance\" \"d\" {\n}\nmodule \"safe\" {\n  count  = 1\n  source = \"./safe\"\n}\n";
    let files = [
        ("main.tf", main),
        ("safe/main.tf", "resource \"aws_s3_bucket_public_access_block\" \"b\" {\n}\n"),
        ("terraform.tfstate", &*text),
    ];
    let project = load(&files, "");
    let id = find(only(&project), "aws_s3_bucket.logs[\"a\"]").attributes.get("id");
    assert!(matches!(id, Some(Value::Unknown(_))));
    assert!(
        project
            .problems
            .iter()
            .any(|problem| problem.message.contains("the state terraform.tfstate is not judged"))
    );
    let project = load(&files, "terraform.tfstate");
    let bucket = find(only(&project), "aws_s3_bucket.logs[\"a\"]");
    assert_eq!(bucket.attributes.get("id").and_then(Value::as_str), Some("logs-a"));
    assert_eq!(line_of(&project, bucket, "/bucket"), ("main.tf".to_owned(), 3));
}

#[test]
fn a_configuration_elsewhere_is_named() {
    let text = logs().to_string();
    let files = [("app/main.tf", MAIN), ("out/plan.json", &*text), ("out/other.tf", "locals {}\n")];
    let options = Options {
        paths: vec!["out/plan.json".to_owned()],
        configuration: Some("app".to_owned()),
        ..Options::default()
    };
    let project = load_with(&files, &options);
    assert_eq!(&*only(&project).root, "app");
    let bucket = find(only(&project), "aws_s3_bucket.logs");
    assert_eq!(line_of(&project, bucket, ""), ("app/main.tf".to_owned(), 7));
    let missing = Options { configuration: Some("nowhere".to_owned()), ..options };
    let project = load_with(&files, &missing);
    assert!(project.problems.iter().any(|problem| problem.kind == ProblemKind::NotFound));
}

/// A configuration that is not the plan's stays a document of its own.
#[test]
fn a_plan_of_something_else_does_not_stand_for_a_configuration() {
    let text = logs().to_string();
    let project =
        load(&[("main.tf", "resource \"aws_vpc\" \"a\" {}\n"), ("plan.json", &*text)], "");
    let roots: Vec<&str> = project.documents.iter().map(|document| &*document.root).collect();
    assert_eq!(roots, [".", "plan.json"]);
}

#[test]
fn two_plans_of_one_configuration_are_told_apart() {
    let text = logs().to_string();
    let files = [("main.tf", MAIN), ("a.json", &*text), ("b.json", &*text)];
    let project = load(&files, "");
    let roots: Vec<&str> = project.documents.iter().map(|document| &*document.root).collect();
    assert_eq!(roots, ["a.json", "b.json"]);
}
