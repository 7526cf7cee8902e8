//! Static evaluation against real plans (`fixtures/terraform/plans`, made by `tests/plans.py`): the same resources, values, unknowns,
//! references and findings, wherever the plan knows no more.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use dreadnought::document::{Document, Mode, Resource, Value};
use dreadnought::evaluate::{Options as Judge, evaluate};
use dreadnought::finding::Outcome;
use dreadnought::pack::PackSet;
use dreadnought::project::{Options, Project};
use dreadnought::source::{MemoryFileSystem, ProblemKind};
use rstest::rstest;
use serde_json::Value as Json;

const PLAN: &str = "plan.json";

fn files(folder: &Path, at: &Path, found: &mut Vec<(String, String)>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(at).unwrap().map(|it| it.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(folder, &path, found);
        } else {
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            found.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

/// A case: its files, and what its plan says.
struct Case {
    files: Vec<(String, String)>,
    plan: Json,
    workspace: String,
}

impl Case {
    fn read(folder: &Path) -> Self {
        let mut all = Vec::new();
        files(folder, folder, &mut all);
        let text =
            |name: &str| all.iter().find(|(path, _)| path == name).map(|(_, text)| text.clone());
        let plan =
            serde_json::from_str(&text(PLAN).expect("tests/plans.py makes the plan")).unwrap();
        let options: Json = text("plan.args.json")
            .map(|text| serde_json::from_str(&text).unwrap())
            .unwrap_or_default();
        let workspace = options["workspace"].as_str().unwrap_or_default().to_owned();
        all.retain(|(path, _)| path != "plan.args.json");
        Self { files: all, plan, workspace }
    }

    /// The project of those files that are chosen.
    fn load(&self, chosen: impl Fn(&str) -> bool) -> Project {
        let chosen = self.files.iter().filter(|(path, _)| chosen(path));
        let files: MemoryFileSystem =
            chosen.map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let options = Options {
            paths: vec![String::new()],
            workspace: self.workspace.clone(),
            ..Options::default()
        };
        let pool =
            rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(64 << 20).build().unwrap();
        pool.install(|| Project::load(&files, &options))
    }
}

fn document(project: &Project) -> &Document {
    assert_eq!(project.documents.len(), 1, "{:?}", project.problems);
    &project.documents[0]
}

fn resources(document: &Document) -> impl Iterator<Item = &Resource> {
    document.resources.iter().filter(|resource| resource.mode != Mode::Declaration)
}

/// Changes of a plan by address.
fn changes(plan: &Json) -> BTreeMap<&str, &Json> {
    let all = plan["resource_changes"].as_array().into_iter().flatten();
    all.map(|change| (change["address"].as_str().unwrap(), change)).collect()
}

/// Data sources that were read.
fn read(plan: &Json) -> BTreeMap<String, Json> {
    fn walk(module: &Json, found: &mut BTreeMap<String, Json>) {
        for resource in module["resources"].as_array().into_iter().flatten() {
            found.insert(
                resource["address"].as_str().unwrap().to_owned(),
                resource["values"].clone(),
            );
        }
        for child in module["child_modules"].as_array().into_iter().flatten() {
            walk(child, found);
        }
    }
    let mut found = BTreeMap::new();
    walk(&plan["prior_state"]["values"]["root_module"], &mut found);
    found
}

/// The configuration of a resource block.
fn written<'p>(plan: &'p Json, address: &str) -> Option<&'p Json> {
    let mut module = &plan["configuration"]["root_module"];
    let plain = without_keys(address);
    let mut rest: Vec<&str> = plain.split('.').collect();
    while rest.first() == Some(&"module") {
        module = &module["module_calls"][rest[1]]["module"];
        rest.drain(..2);
    }
    let block = rest.join(".");
    module["resources"]
        .as_array()?
        .iter()
        .find(|it| it["address"] == block.as_str())
        .map(|it| &it["expressions"])
}

fn without_keys(address: &str) -> String {
    let mut plain = String::new();
    let mut depth = 0;
    let mut quoted = false;
    for c in address.chars() {
        match c {
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth -= 1,
            c if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    plain
}

fn is_empty(json: &Json) -> bool {
    match json {
        Json::Null => true,
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// Scalars are equal as the provider's schema converts them; JSON texts by what they say.
fn same_scalar(ours: &Json, theirs: &Json) -> bool {
    let parsed = |json: &Json| {
        let text = json.as_str()?;
        let is_json = text.trim_start().starts_with(['{', '[']);
        is_json.then(|| serde_json::from_str::<Json>(text).ok()).flatten()
    };
    ours == theirs
        || matches!((parsed(ours), parsed(theirs)), (Some(ours), Some(theirs)) if ours == theirs)
}

/// What a provider makes of a value in code of its own, beyond its schema: case, attribute, and what it does.
const MADE_BY_THE_PROVIDER: &[(&str, &str, &str)] = &[
    ("adjusted", "aws_instance.encoded/user_data", "kept as a digest"),
    ("adjusted", "aws_instance.script/user_data", "kept as a digest"),
    ("autoscaling", "aws_launch_configuration.old/user_data", "kept as a digest"),
    (
        "security-groups",
        "aws_security_group.attribute/ingress/0/self",
        "false where null is written",
    ),
];

/// How a static value differs from the planned one.
fn difference(at: &str, ours: &Value, theirs: &Json, unknown: &Json, found: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::Unknown(_), _) if *unknown == Json::Bool(true) || holds_true(unknown) => {}
        (Value::Unknown(refined), _) if !refined.admits(&Value::from(theirs.clone())) => {
            found.push(format!("{at}: {theirs} in the plan, not as it is known here: {refined:?}"));
        }
        // What a data source returns, the plan knows and static evaluation does not.
        (Value::Unknown(unknown), _) if unknown.reason.starts_with("read from data.") => {}
        (Value::Unknown(unknown), _) => {
            let reason = &unknown.reason;
            found.push(format!("{at}: {theirs} in the plan, unknown here: {reason}"));
        }
        (Value::Null, _) if is_empty(theirs) => {}
        // The provider computes what is empty as if it were not written.
        (Value::Array(items), _) if items.is_empty() && *unknown == Json::Bool(true) => {}
        (_, _) if *unknown == Json::Bool(true) => {
            // A list of which an element is unknown is unknown as a whole where it is a set.
            if ours.is_wholly_known() {
                found.push(format!("{at}: unknown in the plan, here {}", ours.to_json()));
            }
        }
        (Value::Array(items), Json::Array(wanted)) => {
            elements(at, items, wanted, unknown, found);
        }
        // A block of which there can be one only.
        (Value::Array(items), Json::Object(_)) if items.len() == 1 => {
            difference(&format!("{at}/0"), &items[0], theirs, unknown, found);
        }
        (Value::Object(map), Json::Object(wanted)) => {
            for (key, value) in &**map {
                let theirs = wanted.get(&**key).unwrap_or(&Json::Null);
                difference(&format!("{at}/{key}"), value, theirs, &unknown[&**key], found);
            }
        }
        (Value::Array(_) | Value::Object(_), _) => {
            if !(is_empty(&ours.to_json()) && is_empty(theirs)) {
                found.push(format!("{at}: {theirs} in the plan, here {}", ours.to_json()));
            }
        }
        _ if same_scalar(&ours.to_json(), theirs) => {}
        _ if is_empty(&ours.to_json()) && is_empty(theirs) => {}
        _ => found.push(format!("{at}: {theirs} in the plan, here {}", ours.to_json())),
    }
}

fn holds_true(json: &Json) -> bool {
    match json {
        Json::Bool(flag) => *flag,
        Json::Array(items) => items.iter().any(holds_true),
        Json::Object(map) => map.values().any(holds_true),
        _ => false,
    }
}

fn elements(at: &str, items: &[Value], wanted: &[Json], unknown: &Json, found: &mut Vec<String>) {
    if items.len() != wanted.len() {
        found.push(format!(
            "{at}: {} elements in the plan, here {}",
            Json::Array(wanted.to_vec()),
            Value::array(items.to_vec()).to_json()
        ));
        return;
    }
    for (position, item) in items.iter().enumerate() {
        let at = format!("{at}/{position}");
        difference(&at, item, &wanted[position], &unknown[position], found);
    }
}

/// Every resource, and every written value of it.
fn compare_values(case: &Case, document: &Document, found: &mut Vec<String>) {
    let changes = changes(&case.plan);
    let read = read(&case.plan);
    let planned: BTreeSet<&str> =
        changes.keys().copied().chain(read.keys().map(String::as_str)).collect();
    let ours: BTreeSet<&str> = resources(document).map(|resource| &*resource.address).collect();
    found.extend(planned.difference(&ours).map(|address| format!("{address} is missing")));
    found.extend(ours.difference(&planned).map(|address| format!("{address} is not in the plan")));
    for resource in resources(document) {
        let address = &*resource.address;
        let (after, unknown) = match (changes.get(address), read.get(address)) {
            (Some(change), _) => (&change["change"]["after"], &change["change"]["after_unknown"]),
            (None, Some(values)) => (values, &Json::Null),
            (None, None) => continue,
        };
        for (name, value) in resource.attributes.as_object().unwrap() {
            // What a document says is computed here, also where Terraform waits with reading it.
            let computed = &*resource.kind == "data.aws_iam_policy_document"
                && (name.ends_with("json") || unknown["json"] == Json::Bool(true));
            if !computed {
                difference(
                    &format!("{address}/{name}"),
                    value,
                    &after[&**name],
                    &unknown[&**name],
                    found,
                );
            }
        }
        let Some(expressions) = written(&case.plan, address).and_then(Json::as_object) else {
            continue;
        };
        for name in expressions.keys() {
            // An expression may be null, and what the plan has then is the provider's default.
            let default = resource.defaults.get(name).map(Value::to_json);
            let is_known =
                resource.attributes.get(name).is_some() || default.as_ref() == Some(&after[name]);
            if !is_empty(&after[name]) && !is_known {
                found.push(format!("{address}/{name}: {} in the plan, here nothing", after[name]));
            }
        }
    }
}

/// Edges as both sides can know them: resource, its attribute, block referred to.
fn edges(document: &Document) -> BTreeSet<(String, String, String)> {
    let mut found = BTreeSet::new();
    for resource in resources(document) {
        for reference in &resource.references {
            let from = reference.from.parts().next().unwrap_or_default();
            found.insert((resource.address.to_string(), from, without_keys(&reference.to)));
        }
    }
    found
}

fn compare_references(
    fixed: &Document,
    beside: &Document,
    alone: &Document,
    found: &mut Vec<String>,
) {
    for resource in resources(fixed) {
        let other = resources(beside).find(|other| other.address == resource.address);
        let theirs = other.map(|other| &other.references);
        if theirs.is_some_and(|theirs| *theirs != resource.references) {
            found.push(format!(
                "{}: references {:?}, beside a plan {theirs:?}",
                resource.address, resource.references
            ));
        }
    }
    // What is joined by a local is open in a plan; data sources that were read are no edges worth comparing.
    let open: BTreeSet<&str> = resources(alone)
        .filter(|resource| resource.existence != dreadnought::document::Existence::Known)
        .map(|resource| &*resource.address)
        .collect();
    // Of an expression that came out empty, and which the provider therefore computes, a plan keeps the names but not the value.
    let is_empty = |edge: &(String, String, String)| {
        resources(fixed).any(|resource| {
            let value = resource.attributes.get(&edge.1).and_then(Value::as_array);
            *resource.address == *edge.0 && value.is_some_and(<[Value]>::is_empty)
        })
    };
    let emptied: BTreeSet<_> = edges(alone).into_iter().filter(is_empty).collect();
    let (fixed, mut alone) = (edges(fixed), edges(alone));
    alone.retain(|edge| !emptied.contains(edge));
    for edge in alone.difference(&fixed).filter(|edge| !open.contains(&*edge.0)) {
        found.push(format!("{edge:?} is a reference in the plan alone"));
    }
}

type Target = (String, String);

fn verdicts(project: &Project, packs: &PackSet) -> (Outcome, BTreeSet<Target>) {
    let outcome = evaluate(&project.documents, packs, &Judge::default());
    let undecided = outcome
        .inconclusive
        .iter()
        .map(|it| (it.rule.id.to_string(), it.resource.address.to_string()))
        .collect();
    (outcome, undecided)
}

/// Findings with all that a reader sees of them but the words.
fn findings(project: &Project, outcome: &Outcome) -> BTreeMap<Target, BTreeSet<String>> {
    let mut all: BTreeMap<Target, BTreeSet<String>> = BTreeMap::new();
    for finding in &outcome.findings {
        let file = project.sources.get(finding.place.file);
        let line = file.position(finding.place.span.start).line;
        let calls: Vec<&str> = finding.called_from.iter().map(|call| &*call.module).collect();
        let shown =
            format!("{} {}:{line} {calls:?} {}", finding.attribute, file.path, finding.fingerprint);
        let target = (finding.rule.id.to_string(), finding.resource.address.to_string());
        all.entry(target).or_default().insert(shown);
    }
    all
}

fn compare_findings(fixed: &Project, beside: &Project, alone: &Project, found: &mut Vec<String>) {
    let mut sources = dreadnought::source::Sources::default();
    let (packs, problems) = PackSet::load(&mut sources, true, &[]);
    assert_eq!(problems, []);
    let (ours, ours_undecided) = verdicts(fixed, &packs);
    let (theirs, theirs_undecided) = verdicts(beside, &packs);
    let (kept, kept_undecided) = verdicts(alone, &packs);
    let (ours, theirs) = (findings(fixed, &ours), findings(beside, &theirs));
    let kept = findings(alone, &kept);
    for target in ours.keys().chain(theirs.keys()).collect::<BTreeSet<_>>() {
        match (ours.get(target), theirs.get(target)) {
            (Some(ours), Some(theirs)) if ours == theirs => {}
            (Some(_), None) if theirs_undecided.contains(target) => {}
            (None, Some(_)) if ours_undecided.contains(target) => {}
            (ours, theirs) => {
                found.push(format!("{target:?}: {ours:?}, beside a plan {theirs:?}"));
            }
        }
    }
    for target in ours.keys().chain(kept.keys()).collect::<BTreeSet<_>>() {
        let is_declaration = target.1.contains("var.") || target.1.contains("provider.");
        let agree = match (ours.contains_key(target), kept.contains_key(target)) {
            (true, false) => kept_undecided.contains(target),
            (false, true) => ours_undecided.contains(target),
            _ => true,
        };
        if !agree && !is_declaration {
            found.push(format!(
                "{target:?}: here {}, in the plan alone {}",
                ours.contains_key(target),
                kept.contains_key(target)
            ));
        }
    }
}

#[rstest]
fn static_evaluation_agrees_with_the_plan(
    #[files("fixtures/terraform/plans/*")]
    #[dirs]
    folder: PathBuf,
) {
    let case = Case::read(&folder);
    let fixed = case.load(|path| path != PLAN);
    let beside = case.load(|_| true);
    let alone = case.load(|path| path == PLAN);
    let mut found = Vec::new();
    for project in [&fixed, &beside, &alone] {
        let all = project.problems.iter().chain(&document(project).problems);
        let faults = all.filter(|it| it.kind != ProblemKind::Note);
        found.extend(faults.map(|problem| format!("problem: {}", problem.message)));
    }
    assert_eq!(document(&beside).root, document(&fixed).root);
    compare_values(&case, document(&fixed), &mut found);
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    found.retain(|difference| {
        !MADE_BY_THE_PROVIDER.iter().any(|(case, attribute, _)| {
            *case == name && difference.starts_with(&format!("{attribute}:"))
        })
    });
    compare_references(document(&fixed), document(&beside), document(&alone), &mut found);
    compare_findings(&fixed, &beside, &alone, &mut found);
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
}
