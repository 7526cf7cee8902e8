//! Terraform configurations beyond single cases: installed modules, moved resources, override files, variants of files.

use dreadnought::document::{Document, Value};
use dreadnought::project::{Options, Project};
use dreadnought::source::{MemoryFileSystem, ProblemKind};
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
    assert!(matches!(output(&project, "name"), Value::Unknown(reason) if **reason == *message));
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
