//! Provider configurations: what reaches resources through aliases and modules.

use std::sync::Arc;

use dreadnought::document::{self, Document, Resource, Value};
use dreadnought::project::{Options, Project};
use dreadnought::source::{MemoryFileSystem, Problem, ProblemSeverity};
use rstest::rstest;
use serde_json::{Value as Json, json};

fn load(files: &[(&str, &str)]) -> Project {
    let files = MemoryFileSystem::from(files);
    Project::load(&files, &Options { paths: vec![String::new()], ..Options::default() })
}

fn root(project: &Project) -> &Document {
    project.documents.iter().find(|document| &*document.root == ".").unwrap()
}

fn resource<'p>(project: &'p Project, address: &str) -> &'p Resource {
    root(project).resources.iter().find(|resource| &*resource.address == address).unwrap()
}

/// Tags, with `unknown: …` for what is not known.
fn tags(resource: &Resource) -> Json {
    let tag = |(key, value): (&Arc<str>, &Value)| {
        let text = match value {
            Value::Unknown(unknown) => format!("unknown: {}", unknown.reason),
            _ => value.as_str().unwrap().to_owned(),
        };
        (key.to_string(), Json::from(text))
    };
    Json::Object(resource.tags.iter().map(tag).collect())
}

const PROVIDERS: &str = r#"
provider "aws" {
  region = "eu-west-1"
  default_tags {
    tags = { owner = "platform", env = "prod" }
  }
}
provider "aws" {
  alias  = "west"
  region = "us-west-2"
  default_tags {
    tags = { owner = "west" }
  }
}
"#;

#[rstest]
#[case::own_tags_win("tags = { env = \"dev\" }", json!({"owner": "platform", "env": "dev"}), "eu-west-1")]
#[case::no_tags("", json!({"owner": "platform", "env": "prod"}), "eu-west-1")]
#[case::alias("provider = aws.west", json!({"owner": "west"}), "us-west-2")]
#[case::alias_as_text("provider = \"aws.west\"", json!({"owner": "west"}), "us-west-2")]
#[case::unknown_alias("provider = aws.east", json!({}), "")]
#[case::one_unknown("tags = { a = aws_vpc.other.id }",
    json!({"owner": "platform", "env": "prod", "a": "unknown: computed by aws_vpc.other"}), "eu-west-1")]
fn default_tags_reach_resources(#[case] body: &str, #[case] expected: Json, #[case] region: &str) {
    let text = format!(
        "{PROVIDERS}\nresource \"aws_vpc\" \"a\" {{\n {body}\n}}\nresource \"aws_vpc\" \"other\" {{}}\n"
    );
    let project = load(&[("main.tf", &text)]);
    let resource = resource(&project, "aws_vpc.a");
    assert_eq!(tags(resource), expected);
    assert_eq!(resource.scope.region.as_deref().unwrap_or_default(), region);
    let all = resource.attributes.get("tags_all");
    if expected.to_string().contains("unknown") {
        assert!(matches!(all, Some(Value::Unknown(_))), "{all:?}");
    } else if expected != json!({}) {
        assert_eq!(all.unwrap().to_json(), expected);
    }
}

#[test]
fn what_reads_no_tags_gets_none() {
    let text = format!(
        "{PROVIDERS}\nresource \"aws_iam_role_policy\" \"a\" {{}}\nresource \"aws_autoscaling_group\" \"b\" {{}}\ndata \"aws_vpc\" \"c\" {{}}\n"
    );
    let project = load(&[("main.tf", &text)]);
    for address in ["aws_iam_role_policy.a", "aws_autoscaling_group.b"] {
        assert_eq!(tags(resource(&project, address)), json!({}), "{address}");
        assert_eq!(resource(&project, address).attributes.get("tags_all"), None, "{address}");
    }
}

#[rstest]
#[case::inherited("", "", json!({"owner": "platform", "env": "prod"}))]
#[case::passed("providers = { aws = aws.west }", "", json!({"owner": "west"}))]
#[case::passed_as_alias("providers = { aws.other = aws.west }", "provider = aws.other", json!({"owner": "west"}))]
#[case::aliases_are_not_inherited("", "provider = aws.west", json!({}))]
fn modules_pass_configurations_on(#[case] call: &str, #[case] body: &str, #[case] expected: Json) {
    let main = format!("{PROVIDERS}\nmodule \"net\" {{\n source = \"./net\"\n {call}\n}}\n");
    let net = format!(
        "module \"inner\" {{\n source = \"./inner\"\n}}\nresource \"aws_vpc\" \"a\" {{\n {body}\n}}\n"
    );
    let inner = "resource \"aws_vpc\" \"b\" {}\n";
    let project = load(&[("main.tf", &main), ("net/main.tf", &net), ("net/inner/main.tf", inner)]);
    assert_eq!(tags(resource(&project, "module.net.aws_vpc.a")), expected);
    if body.is_empty() {
        assert_eq!(tags(resource(&project, "module.net.module.inner.aws_vpc.b")), expected);
    }
}

#[test]
fn a_proxy_stands_for_what_is_passed_and_a_real_block_for_itself() {
    let main = format!(
        "{PROVIDERS}\nmodule \"m\" {{\n source = \"./m\"\n providers = {{ aws.p = aws.west }}\n}}\n"
    );
    let module = "provider \"aws\" {\n alias = \"p\"\n}\nprovider \"aws\" {\n alias = \"own\"\n default_tags {\n tags = { owner = \"m\" }\n }\n}\n\
        resource \"aws_vpc\" \"p\" {\n provider = aws.p\n}\nresource \"aws_vpc\" \"own\" {\n provider = aws.own\n}\n";
    let project = load(&[("main.tf", &main), ("m/main.tf", module)]);
    assert_eq!(tags(resource(&project, "module.m.aws_vpc.p")), json!({"owner": "west"}));
    assert_eq!(tags(resource(&project, "module.m.aws_vpc.own")), json!({"owner": "m"}));
}

#[test]
fn an_unknown_default_tag_is_unknown_in_its_resources() {
    let text = "variable \"owner\" {}\nprovider \"aws\" {\n default_tags {\n tags = { owner = var.owner, env = \"prod\" }\n }\n}\nresource \"aws_vpc\" \"a\" {}\n";
    let project = load(&[("main.tf", text)]);
    let resource = resource(&project, "aws_vpc.a");
    assert_eq!(
        tags(resource),
        json!({"owner": "unknown: variable 'owner' has no default", "env": "prod"})
    );
    assert!(matches!(resource.attributes.get("tags_all"), Some(Value::Unknown(_))));
}

#[test]
fn unknown_tags_may_win_over_every_default() {
    let text = format!(
        "{PROVIDERS}\nvariable \"t\" {{}}\nresource \"aws_vpc\" \"a\" {{\n tags = var.t\n}}\n"
    );
    let project = load(&[("main.tf", &text)]);
    let resource = resource(&project, "aws_vpc.a");
    assert_eq!(
        resource.unknown_tags().map(|unknown| &*unknown.reason),
        Some("variable 't' has no default")
    );
    assert!(resource.tags.values().all(|value| matches!(value, Value::Unknown(_))));
}

#[test]
fn a_configuration_that_depends_on_its_own_resource_is_a_problem() {
    let text = "provider \"aws\" {\n default_tags {\n tags = { vpc = aws_vpc.a.tags_all[\"x\"] }\n }\n}\nresource \"aws_vpc\" \"a\" {}\n";
    let project = load(&[("main.tf", text)]);
    let problems = &root(&project).problems;
    assert!(problems.iter().any(|problem| problem.message.contains("in a circle")), "{problems:?}");
}

#[test]
fn no_sensitive_default_tag_is_shown() {
    let text = "variable \"s\" {\n default = \"hush-hush\"\n sensitive = true\n}\nprovider \"aws\" {\n secret_key = var.s\n default_tags {\n tags = { s = var.s }\n }\n}\n\
        provider \"other\" {\n token = var.s\n}\nmodule \"x\" {\n source = \"acme/x/y\"\n s = var.s\n}\n\
        terraform {\n backend \"s3\" {\n key = \"x\"\n }\n}\nresource \"aws_vpc\" \"a\" {}\n";
    let project = load(&[("main.tf", text)]);
    let json = document::json::documents(&project.documents, &project.sources, &project.problems)
        .to_json();
    assert!(!json.to_string().contains("hush-hush"), "{json:#}");
}

#[test]
fn labels_of_the_google_provider_reach_what_can_have_labels() {
    let text = "provider \"google\" {\n region = \"europe-west1\"\n default_labels = { owner = \"data\", env = \"prod\" }\n}\n\
        resource \"google_storage_bucket\" \"a\" {\n labels = { env = \"dev\" }\n}\nresource \"google_compute_network\" \"b\" {}\n";
    let project = load(&[("main.tf", text)]);
    let bucket = resource(&project, "google_storage_bucket.a");
    assert_eq!(tags(bucket), json!({"owner": "data", "env": "dev"}));
    assert_eq!(bucket.scope.region.as_deref(), Some("europe-west1"));
    assert_eq!(tags(resource(&project, "google_compute_network.b")), json!({}));
}

/// A rule that asks for `attr.tags` sees them as one that asks for `resource.tags` does.
#[rstest]
#[case::given("tags = { x = \"y\" }", Some(json!({"owner": "platform", "env": "prod"})))]
#[case::alias("provider = aws.west", Some(json!({"owner": "west"})))]
#[case::none("provider = aws.none", None)]
fn default_tags_stand_among_the_defaults(#[case] body: &str, #[case] expected: Option<Json>) {
    let text = format!("{PROVIDERS}\nresource \"aws_vpc\" \"a\" {{\n {body}\n}}\n");
    let project = load(&[("main.tf", &text)]);
    let defaults = &resource(&project, "aws_vpc.a").defaults;
    assert_eq!(defaults.get("tags").map(Value::to_json), expected);
}

/// Blocks of a provider configuration may be dynamic, also where nothing is known of what they are made of.
#[rstest]
#[case::known("compact([\"arn:aws:iam::123456789012:role/deploy\"])")]
#[case::unknown("compact([module.elsewhere.role])")]
fn a_dynamic_block_of_a_provider_knows_its_iterator(#[case] roles: &str) {
    let text = format!(
        "provider \"aws\" {{\n dynamic \"assume_role\" {{\n for_each = {roles}\n content {{\n role_arn = assume_role.value\n }}\n }}\n}}\n\
         module \"elsewhere\" {{\n source = \"acme/roles/aws\"\n version = \"1.0.0\"\n}}\nresource \"aws_vpc\" \"a\" {{}}\n"
    );
    let project = load(&[("main.tf", &text)]);
    let problems = project.documents[0].problems.iter().chain(&project.problems);
    let errors: Vec<_> =
        problems.filter(|problem| problem.severity() == ProblemSeverity::Error).collect();
    assert_eq!(errors, Vec::<&Problem>::new());
}
