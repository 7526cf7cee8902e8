//! Terraform configurations beyond single cases: installed modules, moved resources, override files, variants of files.

use dreadnought::document::{Document, Value};
use dreadnought::project::{Options, Project};
use dreadnought::source::{MemoryFileSystem, ProblemKind, ProblemSeverity};
use rstest::rstest;

fn load(files: &[(&str, &str)]) -> Project {
    let files = MemoryFileSystem::from(files);
    let options = Options { paths: vec![String::new()], ..Options::default() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(64 << 20).build().unwrap();
    pool.install(|| Project::load(&files, &options))
}

fn root(project: &Project) -> &Document {
    project.documents.iter().find(|document| &*document.root == ".").unwrap()
}

fn output<'p>(project: &'p Project, name: &str) -> &'p Value {
    &root(project).outputs.iter().find(|output| &*output.name == name).unwrap().value
}

fn problems(project: &Project) -> Vec<(ProblemKind, String)> {
    let of_documents = project.documents.iter().flat_map(|document| &document.problems);
    let all = project.problems.iter().chain(of_documents);
    all.map(|problem| (problem.kind, problem.message.clone())).collect()
}

const CALL: &str = r#"
module "net" {
  source  = "acme/net/aws"
  version = "~> 2.1"
  cidr    = "10.0.0.0/16"
}
output "name" { value = module.net.name }
"#;

const MODULE: &str = r#"
variable "cidr" {}
module "inner" {
  source = "git::https://example.com/inner.git?ref=v1"
}
module "local" {
  source = "./modules/local"
}
resource "aws_vpc" "main" {
  cidr_block = var.cidr
}
output "name" { value = "${var.cidr}-${module.inner.word}-${module.local.word}" }
"#;

fn installed(version: &str, source: &str) -> String {
    serde_json::json!({"Modules": [
        {"Key": "", "Source": "", "Dir": "."},
        {"Key": "net", "Source": source, "Version": version, "Dir": ".terraform/modules/net"},
        {"Key": "net.inner", "Source": "git::https://example.com/inner.git?ref=v1", "Dir": ".terraform/modules/net.inner"},
        {"Key": "net.local", "Source": "./modules/local", "Dir": ".terraform/modules/net/modules/local"},
        {"Key": "unused", "Source": "registry.terraform.io/acme/unused/aws", "Version": "1.0.0", "Dir": ".terraform/modules/unused"},
    ]})
    .to_string()
}

fn with_modules(manifest: &str) -> Project {
    load(&[
        ("main.tf", CALL),
        (".terraform/modules/modules.json", manifest),
        (".terraform/modules/net/main.tf", MODULE),
        (".terraform/modules/net/modules/local/main.tf", "output \"word\" { value = \"local\" }"),
        (".terraform/modules/net.inner/main.tf", "output \"word\" { value = \"inner\" }"),
        (".terraform/modules/unused/main.tf", "this is = = not read"),
    ])
}

#[test]
fn an_installed_module_is_evaluated_where_it_is_called() {
    let project = with_modules(&installed("2.1.4", "registry.terraform.io/acme/net/aws"));
    assert_eq!(problems(&project), []);
    assert_eq!(project.documents.len(), 1, "what is installed is no root");
    assert_eq!(output(&project, "name").as_str(), Some("10.0.0.0/16-inner-local"));
    let document = root(&project);
    let vpc =
        document.resources.iter().find(|it| &*it.address == "module.net.aws_vpc.main").unwrap();
    assert_eq!(&*project.sources.get(vpc.place.file).path, ".terraform/modules/net/main.tf");
    assert_eq!(&*project.sources.get(vpc.called_from[0].place.file).path, "main.tf");
    assert!(document.modules.iter().all(|module| module.resolved));
}

#[rstest]
#[case::version("3.0.0", "registry.terraform.io/acme/net/aws", "3.0.0 is installed, not ~> 2.1")]
#[case::source(
    "2.1.4",
    "registry.terraform.io/other/net/aws",
    "registry.terraform.io/other/net/aws is installed instead of acme/net/aws"
)]
fn what_is_installed_but_not_asked_for_is_not_used(
    #[case] version: &str,
    #[case] source: &str,
    #[case] why: &str,
) {
    let project = with_modules(&installed(version, source));
    let message = format!("module \"net\" is not resolved: {why}");
    assert_eq!(problems(&project), [(ProblemKind::ModuleUnresolved, message.clone())]);
    assert!(
        matches!(output(&project, "name"), Value::Unknown(unknown) if *unknown.reason == *message)
    );
    let module = &root(&project).modules[0];
    assert!(!module.resolved);
    assert_eq!(module.inputs.get("cidr").and_then(Value::as_str), Some("10.0.0.0/16"));
}

#[test]
fn a_manifest_that_cannot_be_read_is_a_problem() {
    let project = with_modules("{");
    let kinds: Vec<ProblemKind> = problems(&project).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [ProblemKind::ModuleUnresolved, ProblemKind::ModuleUnresolved]);
}

#[rstest]
#[case::shorthand("github.com/acme/net", "git::https://github.com/acme/net.git")]
#[case::shorthand_with_folder(
    "github.com/acme/net//modules/x?ref=v1",
    "git::https://github.com/acme/net.git//modules/x?ref=v1"
)]
#[case::ssh("git@github.com:acme/net.git", "git::ssh://git@github.com/acme/net.git")]
#[case::written_out(
    "git::https://example.com/net.git?ref=v1",
    "git::https://example.com/net.git?ref=v1"
)]
#[case::registry_folder("acme/net/aws//modules/x", "registry.terraform.io/acme/net/aws//modules/x")]
#[case::other_registry("registry.example.com/acme/net/aws", "registry.example.com/acme/net/aws")]
fn sources_are_the_same_however_they_are_written(#[case] written: &str, #[case] installed: &str) {
    let call = format!(
        "module \"net\" {{\n  source = \"{written}\"\n}}\noutput \"x\" {{ value = module.net.x }}\n"
    );
    let manifest = serde_json::json!({"Modules": [
        {"Key": "net", "Source": installed, "Dir": ".terraform/modules/net"},
    ]});
    let project = load(&[
        ("main.tf", &call),
        (".terraform/modules/modules.json", &manifest.to_string()),
        (".terraform/modules/net/main.tf", "output \"x\" { value = 7 }"),
    ]);
    assert_eq!(problems(&project), []);
    assert_eq!(*output(&project, "x"), Value::Int(7));
}

#[rstest]
#[case::commit(
    "git::https://example.com/x.git?ref=0123456789abcdef0123456789abcdef01234567",
    None,
    Some("0123456789abcdef0123456789abcdef01234567"),
    true
)]
#[case::tag("git::https://example.com/x.git?depth=1&ref=v1.2.0", None, Some("v1.2.0"), false)]
#[case::nothing("git::https://example.com/x.git", None, None, false)]
#[case::exact("acme/net/aws", Some("1.2.0"), None, true)]
#[case::range("acme/net/aws", Some("~> 1.2"), None, false)]
fn the_pin_of_a_source_is_kept(
    #[case] source: &str,
    #[case] version: Option<&str>,
    #[case] revision: Option<&str>,
    #[case] pinned: bool,
) {
    let version = version.map(|version| format!("version = \"{version}\"")).unwrap_or_default();
    let text = format!("module \"net\" {{\n  source = \"{source}\"\n  {version}\n}}\n");
    let project = load(&[("main.tf", &text)]);
    let module = &root(&project).modules[0];
    assert_eq!((module.revision.as_deref(), module.pinned), (revision, pinned));
}

/// Every shape of statement: by name, by key, through modules, in a chain; and what no statement is about.
#[test]
fn a_moved_resource_knows_where_it_was() {
    let project = load(&[
        (
            "main.tf",
            r#"
resource "terraform_data" "renamed" { count = 2 }
resource "terraform_data" "keyed" { for_each = toset(["x.y", "z"]) }
resource "terraform_data" "still" {}
module "new" {
  for_each = toset(["a"])
  source   = "./m"
}
moved {
  from = terraform_data.first
  to   = terraform_data.second
}
moved {
  from = terraform_data.second
  to   = terraform_data.renamed
}
moved {
  from = terraform_data.single
  to   = terraform_data.keyed["x.y"]
}
moved {
  from = module.old
  to   = module.new["a"]
}
moved {
  from = terraform_data.top
  to   = module.old.terraform_data.lifted
}
"#,
        ),
        (
            "m/main.tf",
            r#"
resource "terraform_data" "own" {}
resource "terraform_data" "lifted" {}
moved {
  from = terraform_data.before
  to   = terraform_data.own
}
"#,
        ),
    ]);
    assert_eq!(problems(&project), []);
    let moves: Vec<(&str, Option<&str>)> = root(&project)
        .resources
        .iter()
        .filter(|resource| &*resource.kind == "terraform_data")
        .map(|resource| (&*resource.address, resource.previous_address.as_deref()))
        .collect();
    assert_eq!(
        moves,
        [
            ("module.new[\"a\"].terraform_data.lifted", Some("terraform_data.top")),
            ("module.new[\"a\"].terraform_data.own", Some("module.old.terraform_data.before")),
            ("terraform_data.keyed[\"x.y\"]", Some("terraform_data.single")),
            ("terraform_data.keyed[\"z\"]", None),
            ("terraform_data.renamed[0]", Some("terraform_data.first[0]")),
            ("terraform_data.renamed[1]", Some("terraform_data.first[1]")),
            ("terraform_data.still", None),
        ]
    );
}

#[test]
fn a_tofu_file_takes_the_place_of_its_namesake() {
    let project = load(&[
        ("main.tf", "output \"a\" { value = \"tf\" }\n"),
        ("main.tofu", "output \"a\" { value = \"tofu\" }\n"),
        ("other.tf", "output \"b\" { value = \"tf\" }\n"),
        ("third.tf.json", "{\"output\": {\"c\": {\"value\": \"tf\"}}}"),
        ("third.tofu.json", "{\"output\": {\"c\": {\"value\": \"tofu\"}}}"),
    ]);
    assert_eq!(problems(&project), []);
    let values = ["a", "b", "c"].map(|name| output(&project, name).as_str().unwrap());
    assert_eq!(values, ["tofu", "tf", "tofu"]);
}

/// What an override file puts into a block is evaluated with its own file: places are right.
#[test]
fn what_overrides_is_found_where_it_stands() {
    let project = load(&[
        ("main.tf", "\n\n\nresource \"terraform_data\" \"a\" {\n  input = 1\n}\n"),
        ("override.tf", "resource \"terraform_data\" \"a\" {\n  input = local.nope\n}\n"),
    ]);
    let document = root(&project);
    let place = document.problems[0].place.unwrap();
    assert_eq!(&*project.sources.get(place.file).path, "override.tf");
    let pointer = dreadnought::document::Pointer::root().key("input");
    let place = document.resources[0].place_of(&pointer);
    assert_eq!(&*project.sources.get(place.file).path, "override.tf");
}

/// A module's folder by itself, whose variables nobody sets: that its defaults do not fit together is only a remark.
#[rstest]
#[case::settled("", ProblemKind::Configuration)]
#[case::unset("variable \"needed\" {}\n", ProblemKind::Note)]
fn a_condition_that_fails_where_nothing_is_set(#[case] more: &str, #[case] kind: ProblemKind) {
    let text = format!(
        "variable \"a\" {{\n  default = 1\n  validation {{\n    condition     = var.a > 1\n    error_message = \"too small\"\n  }}\n}}\n{more}"
    );
    let project = load(&[("main.tf", &text)]);
    let found = problems(&project);
    let refused = "the value of variable \"a\" is refused: too small";
    assert!(found.contains(&(kind, refused.to_owned())), "{found:?}");
}

/// No message tells what is sensitive.
#[rstest]
#[case::validation(
    "variable \"s\" {\n  default = \"hush-hush\"\n  sensitive = true\n  validation {\n    condition = length(var.s) > 99\n    error_message = \"${var.s} is short\"\n  }\n}\n"
)]
#[case::conversion(
    "variable \"s\" {\n  default = \"hush-hush\"\n  sensitive = true\n}\nlocals {\n  n = tonumber(var.s)\n}\n"
)]
#[case::index(
    "variable \"s\" {\n  default = \"hush-hush\"\n  sensitive = true\n}\nlocals {\n  n = { a = 1 }[var.s]\n}\n"
)]
#[case::list_index(
    "variable \"s\" {\n  default = 31337\n  sensitive = true\n}\nlocals {\n  n = [1][var.s]\n}\n"
)]
#[case::function(
    "variable \"s\" {\n  default = \"hush-hush\"\n  sensitive = true\n}\nlocals {\n  n = cidrhost(var.s, 1)\n}\n"
)]
#[case::template(
    "variable \"s\" {\n  default = [\"hush-hush\"]\n  sensitive = true\n}\nlocals {\n  n = \"x${var.s}\"\n}\n"
)]
#[case::operator(
    "variable \"s\" {\n  default = \"hush-hush\"\n  sensitive = true\n}\nlocals {\n  n = 1 + var.s\n}\n"
)]
#[case::key(
    "variable \"s\" {\n  default = \"hush-hush\"\n  sensitive = true\n}\nlocals {\n  n = {for x in [1, 2] : var.s => x}\n}\n"
)]
fn no_message_tells_a_secret(#[case] text: &str) {
    let project = load(&[("main.tf", text)]);
    let found = problems(&project);
    assert!(!found.is_empty());
    for (_, message) in found {
        assert!(!message.contains("hush") && !message.contains("31337"), "{message}");
    }
}

const CALLER: &str = r#"
data "aws_caller_identity" "me" {}
data "aws_vpc" "main" {
  count = 1
}
output "account" { value = data.aws_caller_identity.me.account_id }
output "range" { value = data.aws_vpc.main[0].cidr_block }
output "other" { value = data.aws_caller_identity.me.arn }
"#;

const STATED: &str = r#"
assumptions:
  data.aws_caller_identity: {account_id: "123456789012"}
  data.aws_vpc.main:
    cidr_block: 10.0.0.0/16
"#;

#[test]
fn what_the_project_states_is_what_a_data_source_returns() {
    let project = load(&[("main.tf", CALLER), ("dreadnought.yaml", STATED)]);
    assert_eq!(problems(&project), []);
    assert_eq!(output(&project, "account").as_str(), Some("123456789012"));
    assert_eq!(output(&project, "range").as_str(), Some("10.0.0.0/16"));
    assert!(matches!(output(&project, "other"), Value::Unknown(_)));
    let assumptions: Vec<&str> = root(&project).assumptions.iter().map(|it| &**it).collect();
    assert_eq!(
        assumptions,
        [
            "data.aws_caller_identity.me: account_id as the project's configuration states",
            "data.aws_vpc.main[0]: cidr_block as the project's configuration states",
        ]
    );
}

#[test]
fn a_configuration_file_can_be_left_alone() {
    let files = MemoryFileSystem::from(&[("main.tf", CALLER), ("dreadnought.yaml", STATED)]);
    let options = Options { paths: vec![String::new()], no_config: true, ..Options::default() };
    let project = Project::load(&files, &options);
    assert!(matches!(output(&project, "account"), Value::Unknown(_)));
    assert!(root(&project).assumptions.is_empty());
}

/// The nearest file above all paths holds, and none beside or below them.
#[rstest]
#[case::in_the_folder(&["a/b"], &["a/b/dreadnought.yaml", "dreadnought.yaml"], Some("a/b/dreadnought.yaml"))]
#[case::above(&["a/b"], &["a/dreadnought.yaml", "c/dreadnought.yaml"], Some("a/dreadnought.yaml"))]
#[case::of_a_file(&["a/b/main.tf"], &["a/b/dreadnought.yaml"], Some("a/b/dreadnought.yaml"))]
#[case::of_two(&["a/b", "a/bc"], &["a/b/dreadnought.yaml", "a/dreadnought.yaml"], Some("a/dreadnought.yaml"))]
#[case::of_everything(&["a", "c"], &["a/dreadnought.yaml"], None)]
#[case::below(&[""], &["a/dreadnought.yaml"], None)]
fn the_nearest_configuration_holds(
    #[case] paths: &[&str],
    #[case] configurations: &[&str],
    #[case] expected: Option<&str>,
) {
    let mut files = MemoryFileSystem::default();
    for path in ["a/b/main.tf", "a/bc/main.tf", "c/main.tf"] {
        files.files.insert(path.to_owned(), b"locals {}".to_vec());
    }
    for path in configurations {
        files.files.insert((*path).to_owned(), b"assumptions: {}".to_vec());
    }
    let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
    assert_eq!(dreadnought::config::find(&files, &paths).as_deref(), expected);
}

/// What is wrong with a configuration, at its line; and the schema says the same of it.
#[rstest]
#[case::nothing("", None, true)]
#[case::empty("assumptions:\n", None, true)]
#[case::whole("assumptions:\n  module.a[\"x.y\"].data.aws_vpc.main[0]: {id: vpc-1}\n", None, true)]
#[case::misspelled("assumption: {}\n", Some((1, "there is no key `assumption`", Some("did you mean `assumptions`?"))), false)]
#[case::unknown("\nwaivers: []\n", Some((2, "there is no key `waivers`", Some("there are: assumptions, bands, compliance, context, packs, params, rules, trust, unsigned"))), false)]
#[case::no_data("assumptions:\n  aws_vpc.main: {}\n", Some((2, "`aws_vpc.main` is no data source", Some("write a type, `data.aws_caller_identity`, or an address, `module.net.data.aws_vpc.main`"))), false)]
#[case::no_map("assumptions:\n  data.aws_vpc: 3\n", Some((2, "what a data source returns must be a map", None)), false)]
#[case::list("assumptions: [1]\n", Some((1, "`assumptions` must be a map", None)), false)]
#[case::no_compliance("compliance:\n", None, true)]
#[case::attestation(
    "compliance:\n  attestations:\n    - {baseline: a, control: B-1, verdict: met, author: me, evidence: https://x, expires: 2027-01-01}\n",
    None,
    true
)]
#[case::misspelled_record("compliance:\n  waiver: []\n", Some((2, "unknown field `waiver` in `compliance`", Some("did you mean `waivers`?"))), false)]
#[case::no_author("compliance:\n  attestations:\n    - {baseline: a, control: B-1, verdict: met, evidence: https://x, expires: 2027-01-01}\n", Some((3, "an attestation needs `author`", None)), false)]
#[case::no_end("compliance:\n  attestations:\n    - {baseline: a, control: B-1, verdict: met, author: me, evidence: https://x}\n", Some((3, "an attestation needs `expires`", None)), false)]
#[case::no_evidence("compliance:\n  attestations:\n    - {baseline: a, control: B-1, verdict: met, author: me, expires: 2027-01-01, evidence: seen it}\n", Some((3, "`seen it` is not a link that starts with https://", None)), false)]
#[case::no_verdict("compliance:\n  attestations:\n    - {baseline: a, control: B-1, verdict: meet, author: me, expires: 2027-01-01, evidence: https://x}\n", Some((3, "`verdict` is `meet`, which is none of its words", Some("did you mean `met`?"))), false)]
#[case::no_reason("compliance:\n  waivers:\n    - {baseline: a, control: B-1, owner: me, expires: 2027-01-01}\n", Some((3, "a waiver needs `reason`", None)), false)]
#[case::no_moment("compliance:\n  waivers:\n    - {baseline: a, control: B-1, owner: me, reason: why, expires: soon}\n", Some((3, "`expires` is `soon`, which is no moment", Some("write a date, 2027-03-01, or a moment with its zone, 2027-03-01T12:00:00+02:00"))), false)]
#[case::text("hello\n", Some((1, "the configuration must be a map", None)), false)]
fn mistakes_in_a_configuration_are_at_their_line(
    #[case] text: &str,
    #[case] expected: Option<(u32, &str, Option<&str>)>,
    #[case] fits: bool,
) {
    let project = load(&[("main.tf", "locals {}\n"), ("dreadnought.yaml", text)]);
    let errors: Vec<_> = project
        .problems
        .iter()
        .filter(|problem| problem.kind == ProblemKind::Configuration)
        .map(|problem| {
            let place = problem.place.unwrap();
            let line = project.sources.get(place.file).position(place.span.start).line;
            (line, problem.message.as_str(), problem.help.as_deref())
        })
        .collect();
    assert_eq!(errors, expected.into_iter().collect::<Vec<_>>());
    let schema = std::fs::read_to_string("schemas/config.schema.json").unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let (trees, _) = dreadnought::syntax::yaml::parse(dreadnought::source::FileId(0), text);
    let instance = trees
        .first()
        .map_or(serde_json::Value::Null, |tree| dreadnought::pack::to_value(tree).to_json());
    assert_eq!(jsonschema::is_valid(&schema, &instance), fits);
}

#[test]
fn an_assumption_that_nothing_uses_is_a_warning() {
    let text = "assumptions:\n  data.aws_region.other: {name: eu-west-1}\n";
    let project = load(&[("main.tf", CALLER), ("dreadnought.yaml", text)]);
    let message = "nothing uses the assumption about `data.aws_region.other`";
    assert_eq!(problems(&project), [(ProblemKind::Note, message.to_owned())]);
    let place = project.problems[0].place.unwrap();
    assert_eq!(project.sources.get(place.file).position(place.span.start).line, 2);
}

/// A policy for Google is looked into like one for AWS.
#[test]
fn a_policy_of_google_is_computed() {
    let project = load(&[(
        "main.tf",
        r#"
resource "google_storage_bucket" "b" {}
data "google_iam_policy" "p" {
  binding {
    role    = "roles/viewer"
    members = ["user:b@x.y", "allUsers"]
  }
  binding {
    role    = "roles/editor"
    members = ["user:a@x.y"]
    condition {
      title      = "t"
      expression = "true"
    }
  }
  audit_config {
    service = "allServices"
    audit_log_configs {
      log_type = "DATA_READ"
    }
  }
}
resource "google_storage_bucket_iam_policy" "p" {
  bucket      = google_storage_bucket.b.name
  policy_data = data.google_iam_policy.p.policy_data
}
output "p" { value = jsondecode(data.google_iam_policy.p.policy_data) }
"#,
    )]);
    assert_eq!(problems(&project), []);
    let document = root(&project);
    let policy = document
        .resources
        .iter()
        .find(|resource| &*resource.address == "google_storage_bucket_iam_policy.p")
        .unwrap();
    let expected = serde_json::json!({
        "auditConfigs": [{"auditLogConfigs": [{"logType": "DATA_READ"}], "service": "allServices"}],
        "bindings": [
            {"condition": {"expression": "true", "title": "t"}, "members": ["user:a@x.y"], "role": "roles/editor"},
            {"members": ["allUsers", "user:b@x.y"], "role": "roles/viewer"},
        ],
    });
    assert_eq!(policy.parsed.get("policy_data").unwrap().to_json(), expected);
    assert_eq!(output(&project, "p").to_json(), expected);
}

/// What AWS data sources give follows the provider configuration that they have.
#[test]
fn data_sources_follow_their_provider() {
    let project = load(&[
        (
            "main.tf",
            r#"
provider "aws" {
  region = "cn-north-1"
}
provider "aws" {
  alias  = "us"
  region = "us-gov-west-1"
}
data "aws_partition" "here" {}
data "aws_partition" "there" {
  provider = aws.us
}
module "m" {
  source    = "./m"
  providers = { aws = aws.us }
}
output "all" {
  value = [data.aws_partition.here.partition, data.aws_partition.there.partition, module.m.region]
}
"#,
        ),
        (
            "m/main.tf",
            "data \"aws_region\" \"r\" {}\noutput \"region\" { value = data.aws_region.r.name }\n",
        ),
    ]);
    assert_eq!(problems(&project), []);
    let expected = serde_json::json!(["aws-cn", "aws-us-gov", "us-gov-west-1"]);
    assert_eq!(output(&project, "all").to_json(), expected);
    assert!(root(&project).assumptions.is_empty());
}

#[rstest]
#[case::of_the_project("dreadnought.yaml", "assumptions: []\n", 0)]
#[case::of_a_folder("envs/dreadnought.yaml", "assumptions: []\n", 0)]
#[case::another("envs/words.yaml", "words: []\n", 1)]
fn what_a_project_says_about_itself_is_no_skipped_file(
    #[case] path: &str,
    #[case] text: &str,
    #[case] skipped: usize,
) {
    let project = load(&[("main.tf", "output \"x\" {\n  value = 1\n}\n"), (path, text)]);
    assert_eq!((project.read, project.skipped), (1, skipped));
}

/// A module that is made to be called, whose defaults do not fit together.
const MADE_TO_BE_CALLED: &str = r#"
variable "zones" {
  type    = list(string)
  default = []
}
variable "name" {
  type    = string
  default = null
  validation {
    condition     = var.name != null
    error_message = "A name is needed."
  }
}
resource "aws_subnet" "all" {
  availability_zone = var.zones[0]
  tags              = { Name = "${var.name}-subnet" }
  lifecycle {
    precondition {
      condition     = length(var.zones) > 0
      error_message = "Zones are needed."
    }
  }
}
"#;

/// Nobody applies a module with nothing but its defaults: that they do not fit is a remark where it is evident that it is one.
#[rstest]
#[case::by_itself(&[("main.tf", MADE_TO_BE_CALLED)], ProblemKind::Note)]
#[case::called_by_an_example(
    &[("main.tf", MADE_TO_BE_CALLED), ("examples/a/main.tf", "module \"a\" {\n  source = \"../..\"\n  name = \"a\"\n  zones = [\"z\"]\n}\n")],
    ProblemKind::Note
)]
#[case::made_of_modules(
    &[("main.tf", "variable \"name\" {\n  default = null\n}\nmodule \"a\" {\n  source = \"./a\"\n  name = var.name\n}\n"), ("a/main.tf", MADE_TO_BE_CALLED)],
    ProblemKind::Note
)]
#[case::leaves_a_provider_to_its_caller(
    &[("main.tf", MADE_TO_BE_CALLED), ("provider.tf", "provider \"aws\" {\n  alias = \"other\"\n}\n")],
    ProblemKind::Note
)]
#[case::configures_its_provider(
    &[("main.tf", MADE_TO_BE_CALLED), ("provider.tf", "provider \"aws\" {\n  region = \"eu-central-1\"\n}\n")],
    ProblemKind::Configuration
)]
#[case::has_a_backend(
    &[("main.tf", MADE_TO_BE_CALLED), ("state.tf", "terraform {\n  backend \"s3\" {}\n}\n")],
    ProblemKind::Configuration
)]
#[case::has_values(
    &[("main.tf", MADE_TO_BE_CALLED), ("terraform.tfvars", "zones = []\n")],
    ProblemKind::Configuration
)]
#[case::is_called(
    &[("a/main.tf", MADE_TO_BE_CALLED), ("main.tf", "provider \"aws\" {\n  region = \"eu-central-1\"\n}\nmodule \"a\" {\n  source = \"./a\"\n}\n")],
    ProblemKind::Configuration
)]
fn defaults_of_a_module_that_nobody_calls(
    #[case] files: &[(&str, &str)],
    #[case] expected: ProblemKind,
) {
    let project = load(files);
    let found = problems(&project);
    for words in ["no element 0", "null cannot be written", "A name is needed", "Zones are needed"]
    {
        let kinds: Vec<ProblemKind> = found
            .iter()
            .filter(|(_, message)| message.contains(words))
            .map(|(kind, _)| *kind)
            .collect();
        assert_eq!(kinds, [expected], "{words}: {found:?}");
    }
}

/// What no value makes right is refused also there.
#[rstest]
#[case("output \"x\" {\n  value = local.nowhere\n}\n", "no local value named")]
#[case("module \"a\" {\n  source = \"./a\"\n  size = 1\n}\n", "no variable named \"size\"")]
#[case("module \"a\" {\n  source = \"./b\"\n}\n", "no Terraform files in ./b")]
fn faults_of_a_module_that_nobody_calls(#[case] more: &str, #[case] words: &str) {
    let project =
        load(&[("main.tf", MADE_TO_BE_CALLED), ("more.tf", more), ("a/main.tf", "locals {}\n")]);
    let of_documents = project.documents.iter().flat_map(|document| &document.problems);
    let mut all = project.problems.iter().chain(of_documents);
    let found = all.find(|problem| problem.message.contains(words)).unwrap();
    assert_eq!(found.severity(), ProblemSeverity::Error);
}

/// What an optional attribute is by default is written out.
#[rstest]
#[case(
    "list(object({ a = optional(map(any), tomap({ x = 1 })) }))",
    "functions cannot be called here"
)]
#[case(
    "object({ a = optional(object({ b = optional(string, var.v) }), {}) })",
    "nothing can be referred to here"
)]
#[case("tuple([object({ a = optional(list(string), [\"x\"]) })])", "")]
fn defaults_of_optional_attributes(#[case] kind: &str, #[case] words: &str) {
    let text = format!("variable \"v\" {{\n  type = {kind}\n}}\n");
    let found = problems(&load(&[("main.tf", &text)]));
    let refused = |it: &&(ProblemKind, String)| it.0 == ProblemKind::Configuration;
    match found.iter().find(refused) {
        Some((_, message)) => assert!(!words.is_empty() && message.contains(words), "{message}"),
        None => assert!(words.is_empty(), "{found:?}"),
    }
}

/// What a dynamic block holds is looked at where it makes a block.
#[rstest]
#[case::none("[]", false)]
#[case::none_by_a_variable("var.none", false)]
#[case::one("[1]", true)]
#[case::one_in_a_set("toset([\"1\"])", true)]
#[case::one_by_a_variable("var.one", true)]
#[case::perhaps_some("terraform_data.late.output", false)]
fn names_in_dynamic_blocks(#[case] for_each: &str, #[case] refused: bool) {
    let text = format!(
        "variable \"none\" {{\n  default = []\n}}\nvariable \"one\" {{\n  default = [1]\n}}\n\
         resource \"terraform_data\" \"late\" {{\n  input = [1]\n}}\n\
         resource \"aws_security_group\" \"a\" {{\n  dynamic \"ingress\" {{\n    for_each = {for_each}\n    content {{\n      \
         description = aws_vpc.nowhere.id\n      from_port = 1\n      to_port = 1\n      protocol = \"tcp\"\n    }}\n  }}\n}}\n\
         provider \"aws\" {{\n  region = \"eu-central-1\"\n}}\n"
    );
    let found = problems(&load(&[("main.tf", &text)]));
    let is_refused = found.iter().any(|(kind, message)| {
        *kind == ProblemKind::Configuration && message.contains("no resource aws_vpc.nowhere")
    });
    assert_eq!(is_refused, refused, "{found:?}");
}

/// What is refused before evaluation is said once.
#[rstest]
#[case::attribute(
    "data \"terraform_remote_state\" \"x\" {\n  backend = \"s3\"\n}\noutput \"x\" {\n  value = data.terraform_remote_state.x.name\n}\n"
)]
#[case::variable("output \"x\" {\n  value = var.nowhere\n}\n")]
#[case::local("output \"x\" {\n  value = [local.nowhere]\n}\n")]
#[case::function("output \"x\" {\n  value = nowhere(1)\n}\n")]
#[case::module("output \"x\" {\n  value = module.nowhere.id\n}\n")]
fn a_mistake_is_told_once(#[case] text: &str) {
    let found = problems(&load(&[("main.tf", text)]));
    assert_eq!(found.len(), 1, "{found:?}");
}
