//! Terraform against what Terraform itself says (`fixtures/terraform`), and what of it is kept in documents.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use dreadnought::document::{Document, Mode, Value};
use dreadnought::project::{Input, Options, Project};
use dreadnought::source::{DiskFileSystem, MemoryFileSystem, ProblemKind};
use dreadnought::vocabulary::Vocabulary;
use rstest::rstest;
use serde_json::Value as Json;

/// Cases that are not right yet, with the reason. One that becomes right has to leave the list.
const PENDING: &[(&str, &str)] = &[
    ("023_policy_json", "needs the provider: what a data source returns"),
    ("013_fn_file", "the working directory is unknown here, by design"),
];

fn json(path: &Path) -> Option<Json> {
    fs::read_to_string(path).ok().map(|text| serde_json::from_str(&text).unwrap())
}

/// The options that a case's arguments and environment stand for.
fn inputs(folder: &Path) -> Vec<Input> {
    let case = json(&folder.join("case.json")).unwrap_or_default();
    let mut inputs = Vec::new();
    for (name, value) in case["env"].as_object().into_iter().flatten() {
        if let Some(name) = name.strip_prefix("TF_VAR_") {
            inputs.push(Input::Assignment(name.to_owned(), value.as_str().unwrap().to_owned()));
        }
    }
    let texts: Vec<&str> =
        case["args"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let mut arguments = texts.into_iter();
    while let Some(argument) = arguments.next() {
        if let Some(file) = argument.strip_prefix("-var-file=") {
            inputs
                .push(Input::File(file.to_owned(), fs::read_to_string(folder.join(file)).unwrap()));
        } else if argument == "-var" {
            let (name, value) = arguments.next().unwrap().split_once('=').unwrap();
            inputs.push(Input::Assignment(name.to_owned(), value.to_owned()));
        }
    }
    inputs
}

/// Provider facts of the made-up provider that cases with `"mock": true` use.
fn mock_vocabulary() -> Arc<Vocabulary> {
    static MOCK: LazyLock<Arc<Vocabulary>> = LazyLock::new(|| {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/terraform/mock-schema.json");
        let text = fs::read_to_string(path).unwrap();
        Arc::new(Vocabulary::new([text.as_str()]).unwrap())
    });
    Arc::clone(&MOCK)
}

fn is_mock(folder: &Path) -> bool {
    json(&folder.join("case.json")).is_some_and(|case| case["mock"] == true)
}

fn load(folder: &Path) -> Project {
    let vocabulary = if is_mock(folder) { mock_vocabulary() } else { Arc::default() };
    load_with(folder, vocabulary)
}

fn load_with(folder: &Path, vocabulary: Arc<Vocabulary>) -> Project {
    let files = DiskFileSystem::new(folder).unwrap();
    let options = Options {
        paths: vec![String::new()],
        variables: inputs(folder),
        vocabulary,
        ..Options::default()
    };
    let project = Project::load(&files, &options);
    let unfit: Vec<_> =
        project.problems.iter().filter(|problem| problem.kind == ProblemKind::Schema).collect();
    assert!(unfit.is_empty(), "documents that do not fit their schema: {unfit:?}");
    project
}

/// Every document made of any fixture fits the schema.
#[rstest]
fn documents_fit_their_schema(
    #[files("fixtures/field/*")]
    #[files("fixtures/azure-shop")]
    #[dirs]
    folder: PathBuf,
) {
    on_large_stack(|| load(&folder));
}

/// On a stack as large as the command's.
pub fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(64 << 20).build().unwrap();
    pool.install(work)
}

/// How a value differs from what Terraform says, in words; `unknown` is its structure of unknown parts.
fn difference(at: &str, value: &Value, expected: &Json, unknown: &Json, found: &mut Vec<String>) {
    if *unknown == Json::Bool(true) {
        if !matches!(value, Value::Unknown(_)) {
            found.push(format!("{at}: unknown for Terraform, here {}", value.to_json()));
        }
        return;
    }
    match (value, expected) {
        (Value::Unknown(unknown), _) => {
            let reason = &unknown.reason;
            found.push(format!("{at}: {expected} for Terraform, here unknown: {reason}"));
        }
        (Value::Array(items), Json::Array(wanted)) if items.len() == wanted.len() => {
            for (position, (item, wanted)) in items.iter().zip(wanted).enumerate() {
                difference(&format!("{at}/{position}"), item, wanted, &unknown[position], found);
            }
        }
        (Value::Object(map), Json::Object(wanted)) => {
            let mut keys: Vec<&str> =
                map.keys().map(|key| &**key).chain(wanted.keys().map(String::as_str)).collect();
            if let Json::Object(unknown) = unknown {
                keys.extend(
                    unknown
                        .iter()
                        .filter(|(_, is)| **is == Json::Bool(true))
                        .map(|(key, _)| key.as_str()),
                );
            }
            keys.sort_unstable();
            keys.dedup();
            for key in keys {
                let value = map.get(key).cloned().unwrap_or(Value::Null);
                let wanted = wanted.get(key).unwrap_or(&Json::Null);
                difference(&format!("{at}/{key}"), &value, wanted, &unknown[key], found);
            }
        }
        (Value::Int(_) | Value::Float(_) | Value::Digits(_), Json::Number(wanted)) => {
            let (ours, theirs) = (value.to_json().as_f64().unwrap(), wanted.as_f64().unwrap());
            if (ours - theirs).abs() > theirs.abs() * 1e-15 {
                found.push(format!("{at}: {theirs} for Terraform, here {ours}"));
            }
        }
        _ if value.to_json() == *expected => {}
        _ => found.push(format!("{at}: {expected} for Terraform, here {}", value.to_json())),
    }
}

fn compare_outputs(document: &Document, expected: &Json, found: &mut Vec<String>) {
    for (name, wanted) in expected["outputs"].as_object().into_iter().flatten() {
        match document.outputs.iter().find(|output| *output.name == **name) {
            None => found.push(format!("output {name} is missing")),
            Some(output) => {
                difference(
                    &format!("output {name}"),
                    &output.value,
                    &wanted["value"],
                    &wanted["unknown"],
                    found,
                );
                if Json::Bool(output.sensitive) != wanted["sensitive"]
                    && wanted["sensitive"].is_boolean()
                {
                    found.push(format!("output {name}: sensitive is {}", output.sensitive));
                }
            }
        }
    }
}

fn compare_resources(document: &Document, expected: &Json, found: &mut Vec<String>) {
    let wanted: Vec<&Json> = expected["resources"].as_array().into_iter().flatten().collect();
    for resource in document.resources.iter().filter(|resource| resource.mode != Mode::Declaration)
    {
        if !wanted.iter().any(|wanted| wanted["address"] == *resource.address) {
            found.push(format!("{} does not exist for Terraform", resource.address));
        }
    }
    for wanted in wanted {
        let address = wanted["address"].as_str().unwrap();
        let Some(resource) =
            document.resources.iter().find(|resource| *resource.address == *address)
        else {
            found.push(format!("{address} is missing"));
            continue;
        };
        // What is written has to be right. What the provider's schema adds (computed, empty) is not known without it.
        for (name, value) in resource.attributes.as_object().unwrap() {
            let (expected, unknown) = (&wanted["values"][&**name], &wanted["unknown"][&**name]);
            written_difference(&format!("{address}/{name}"), value, expected, unknown, found);
        }
        for (name, value) in wanted["values"].as_object().unwrap() {
            let empty = matches!(value, Json::Null)
                || *value == Json::Array(vec![])
                || *value == serde_json::json!({});
            if !empty && resource.attributes.get(name).is_none() {
                found.push(format!("{address}/{name}: {value} for Terraform, here nothing"));
            }
        }
    }
}

/// The same, but members that only Terraform has and that are null, empty or unknown may be missing, and texts may stand for
/// numbers and booleans as the provider's schema would convert them.
fn written_difference(
    at: &str,
    value: &Value,
    expected: &Json,
    unknown: &Json,
    found: &mut Vec<String>,
) {
    match (value, expected) {
        (Value::Object(map), Json::Object(wanted)) => {
            for (key, value) in &**map {
                let wanted = wanted.get(&**key).unwrap_or(&Json::Null);
                written_difference(&format!("{at}/{key}"), value, wanted, &unknown[&**key], found);
            }
        }
        (Value::Array(items), Json::Array(wanted))
            if items.len() == wanted.len() && !unknown.is_boolean() =>
        {
            for (position, (item, wanted)) in items.iter().zip(wanted).enumerate() {
                written_difference(
                    &format!("{at}/{position}"),
                    item,
                    wanted,
                    &unknown[position],
                    found,
                );
            }
        }
        (
            Value::String(_) | Value::Int(_) | Value::Float(_) | Value::Digits(_) | Value::Bool(_),
            Json::String(_) | Json::Number(_) | Json::Bool(_),
        ) if *unknown != Json::Bool(true) => {
            let text = |json: &Json| json.as_str().map_or_else(|| json.to_string(), str::to_owned);
            if text(&value.to_json()) != text(expected) {
                difference(at, value, expected, unknown, found);
            }
        }
        _ => difference(at, value, expected, unknown, found),
    }
}

/// Every refusal of Terraform has a problem on its line.
fn compare_diagnostics(project: &Project, expected: &Json, found: &mut Vec<String>) {
    let of_documents = project.documents.iter().flat_map(|document| &document.problems);
    let problems: Vec<(String, u32)> = project
        .problems
        .iter()
        .chain(of_documents)
        .filter_map(|problem| {
            let place = problem.place?;
            let file = project.sources.get(place.file);
            Some((file.path.to_string(), file.position(place.span.start).line))
        })
        .collect();
    for wanted in expected["diagnostics"].as_array().into_iter().flatten() {
        if let (Some(file), Some(line)) =
            (wanted["file"].as_str(), wanted["start"]["line"].as_u64())
            && !problems.iter().any(|(path, at)| path == file && u64::from(*at) == line)
        {
            found.push(format!(
                "no problem at {file}:{line}: {}; there are {problems:?}",
                wanted["summary"]
            ));
        }
    }
    let of_documents = project.documents.iter().flat_map(|document| &document.problems);
    if project.problems.iter().chain(of_documents).next().is_none() {
        found.push("no problem, though Terraform refuses it".to_owned());
    }
}

/// Where Terraform refuses nothing, problems stand only where it warns; and each check that fails has one.
fn compare_warnings(project: &Project, expected: &Json, found: &mut Vec<String>) {
    let warnings: Vec<&Json> = expected["warnings"].as_array().into_iter().flatten().collect();
    let root = project.documents.iter().filter(|document| &*document.root == ".");
    let of_documents = root.flat_map(|document| &document.problems);
    let mut seen = Vec::new();
    for problem in project.problems.iter().chain(of_documents) {
        let Some(place) = problem.place else { continue };
        let file = project.sources.get(place.file);
        let line = file.position(place.span.start).line;
        let is_there = |warning: &&Json| {
            warning["file"] == *file.path && warning["start"]["line"] == u64::from(line)
        };
        match warnings.iter().position(is_there) {
            Some(at) => seen.push(at),
            None => found.push(format!("problem at line {line}: {}", problem.message)),
        }
    }
    for (at, warning) in warnings.iter().enumerate() {
        if warning["summary"] == "Check block assertion failed" && !seen.contains(&at) {
            found.push(format!("no problem where Terraform warns: {warning}"));
        }
    }
}

fn differences(folder: &Path) -> Vec<String> {
    let expected = json(&folder.join("expected.json")).unwrap();
    let project = load(folder);
    let mut found = Vec::new();
    if expected["status"] == "error" {
        compare_diagnostics(&project, &expected, &mut found);
        return found;
    }
    let root = project.documents.iter().find(|document| &*document.root == ".");
    match root {
        None => found.push("there is no document for the root".to_owned()),
        Some(document) => {
            compare_outputs(document, &expected, &mut found);
            compare_resources(document, &expected, &mut found);
        }
    }
    compare_warnings(&project, &expected, &mut found);
    found
}

#[rstest]
fn agrees_with_terraform(
    #[files("fixtures/terraform/language/*")]
    #[files("fixtures/terraform/blocks/*")]
    #[files("fixtures/terraform/configuration/*")]
    #[files("fixtures/terraform/values/*")]
    #[dirs]
    folder: PathBuf,
) {
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    let found = on_large_stack(|| differences(&folder));
    match PENDING.iter().find(|(pending, _)| *pending == name) {
        None => assert!(found.is_empty(), "{name} differs:\n{}", found.join("\n")),
        Some((_, reason)) => {
            assert!(!found.is_empty(), "{name} is right now; take it off the list ({reason})");
        }
    }
}

/// What the provider itself gives, text for text.
#[rstest]
fn data_sources_give_what_the_provider_gives(
    #[files("fixtures/terraform/data_sources/*")]
    #[dirs]
    folder: PathBuf,
) {
    let expected = json(&folder.join("expected.json")).unwrap();
    let project = on_large_stack(|| load(&folder));
    let document = &project.documents[0];
    assert_eq!(document.problems, []);
    let mut found = Vec::new();
    compare_outputs(document, &expected, &mut found);
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert_eq!(document.assumptions, [], "all of it is decided by the configuration");
}

/// Without the provider's schema, too, what is written and what follows from it are right; what only the schema says is not known.
#[rstest]
fn what_is_written_needs_no_schema(
    #[files("fixtures/terraform/blocks/*")]
    #[dirs]
    folder: PathBuf,
) {
    let expected = json(&folder.join("expected.json")).unwrap();
    let project = on_large_stack(|| load_with(&folder, Arc::default()));
    let Some(document) = project.documents.iter().find(|document| &*document.root == ".") else {
        panic!("there is no document for the root");
    };
    let mut found = Vec::new();
    for wanted in expected["resources"].as_array().into_iter().flatten() {
        let address = wanted["address"].as_str().unwrap();
        let resource = document.resources.iter().find(|it| *it.address == *address);
        assert!(resource.is_some(), "{address} is missing");
        for (name, value) in resource.unwrap().attributes.as_object().unwrap() {
            let wanted = &wanted["values"][&**name];
            // Which lists are sets and which objects are blocks is the schema's word.
            if is_scalar(value) && !wanted.is_null() {
                written_difference(
                    &format!("{address}/{name}"),
                    value,
                    wanted,
                    &Json::Null,
                    &mut found,
                );
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

fn is_scalar(value: &Value) -> bool {
    matches!(value, Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_))
}

#[test]
fn an_assumption_that_is_used_is_listed() {
    let text = "data \"aws_partition\" \"here\" {}\noutput \"arn\" {\n  value = \"arn:${data.aws_partition.here.partition}:iam::aws:policy/ReadOnlyAccess\"\n}\n";
    let files = MemoryFileSystem::from(&[("main.tf", text)]);
    let options = Options { paths: vec![String::new()], ..Options::default() };
    let project = on_large_stack(|| Project::load(&files, &options));
    let document = &project.documents[0];
    assert_eq!(document.outputs[0].value.as_str(), Some("arn:aws:iam::aws:policy/ReadOnlyAccess"));
    let assumptions: Vec<&str> = document.assumptions.iter().map(|words| &**words).collect();
    assert_eq!(
        assumptions,
        ["data.aws_partition.here: the partition is aws, not that of China or the government"]
    );
}

/// What a module's caller sees of a value that only its source documents leave open.
#[test]
fn a_policy_made_of_unknown_documents_is_an_unknown_text() {
    let text = "variable \"more\" {}\ndata \"aws_iam_policy_document\" \"all\" {\n  source_policy_documents = compact([\"\", var.more])\n}\n\
                output \"policy\" {\n  value = replace(data.aws_iam_policy_document.all.json, \"a\", \"b\")\n}\n";
    let files = MemoryFileSystem::from(&[("main.tf", text)]);
    let options = Options { paths: vec![String::new()], ..Options::default() };
    let project = on_large_stack(|| Project::load(&files, &options));
    let kinds: Vec<ProblemKind> =
        project.documents[0].problems.iter().map(|problem| problem.kind).collect();
    assert_eq!(kinds, [ProblemKind::VariableUnset]);
    assert!(matches!(project.documents[0].outputs[0].value, Value::Unknown(_)));
}
