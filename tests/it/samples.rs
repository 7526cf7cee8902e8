//! The samples of the built-in packs, and tests over all rules that show that none is hollow.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dreadnought::document::{Document, Map, Pointer, Resource, SpanTable, Value};
use dreadnought::evaluate::{Options, evaluate};
use dreadnought::finding::{Outcome, Stride};
use dreadnought::pack::{Location, Logic, Pack, PackSet, Rule};
use dreadnought::pack_test::{self, Sample};
use dreadnought::project::{self, Project};
use dreadnought::source::{
    DiskFileSystem, FileId, FileSystem, MemoryFileSystem, Place, Sources, Span,
};
use dreadnought::syntax::{Node, NodeKind, Scalar, yaml};
use rayon::prelude::*;
use rstest::rstest;

const PACKS: [&str; 5] = ["aws", "azure", "gcp", "kubernetes", "terraform"];

fn folder(pack: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("policies").join(pack)
}

/// On stacks as large as the command's.
fn on_large_stacks<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().stack_size(64 << 20).build().unwrap().install(work)
}

/// A pack's files without samples, by path.
fn files(pack: &str) -> BTreeMap<String, String> {
    let disk = DiskFileSystem::new(folder(pack)).unwrap();
    let (paths, _) = disk.walk("");
    let is_rule = |path: &String| !path.starts_with("tests/");
    let text = |path: String| (path.clone(), String::from_utf8(disk.read(&path).unwrap()).unwrap());
    paths.into_iter().filter(is_rule).map(text).collect()
}

/// A pack from files, alone with `core`.
fn load(files: &BTreeMap<String, String>) -> (PackSet, Sources, Vec<String>) {
    let tree: MemoryFileSystem =
        files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let mut sources = Sources::default();
    let location = Location { files: &tree, folder: "", shown: "" };
    let (set, problems) = PackSet::load(&mut sources, false, &[location]);
    (set, sources, problems.into_iter().map(|problem| problem.message).collect())
}

fn samples(pack: &str) -> (DiskFileSystem, Vec<Sample>) {
    let disk = DiskFileSystem::new(folder(pack)).unwrap();
    let samples = pack_test::samples(&disk, "").unwrap();
    (disk, samples)
}

fn own(set: &PackSet) -> &Pack {
    set.packs.last().unwrap()
}

#[rstest]
fn samples_hold(#[values("aws", "azure", "gcp", "kubernetes", "terraform")] pack: &str) {
    let results = on_large_stacks(|| {
        let (set, sources, problems) = load(&files(pack));
        assert!(problems.is_empty(), "{pack} does not load: {problems:?}");
        let (disk, samples) = samples(pack);
        assert!(!samples.is_empty(), "{pack} has no samples");
        pack_test::run(&disk, &samples, own(&set), &set, &sources)
    });
    let failed: Vec<String> = results
        .iter()
        .filter(|result| !result.failures.is_empty())
        .map(|result| {
            let failures: Vec<String> = result.failures.iter().map(ToString::to_string).collect();
            format!("{}:\n  {}", result.full_name(), failures.join("\n  "))
        })
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// A pack with one thing changed in one rule file.
struct Mutant {
    what: String,
    file: String,
    text: String,
}

/// Every `when` and `only_if` (each branch of a map by type) replaced by true and by false.
fn cel_mutants(path: &str, text: &str) -> Vec<Mutant> {
    let (documents, problems) = yaml::parse(FileId(0), text);
    assert!(problems.is_empty(), "{path}: {problems:?}");
    let mut mutants = Vec::new();
    let rules = documents.iter().filter_map(|document| member(document, "rules"));
    for rule in rules.flat_map(|rules| match &rules.kind {
        NodeKind::Sequence(rules) => rules.as_slice(),
        _ => &[],
    }) {
        let id = member(rule, "id").and_then(scalar).unwrap_or_default();
        let conditions = ["when", "only_if"].into_iter();
        let conditions = conditions.filter_map(|field| Some((field, member(rule, field)?)));
        let branches = conditions.flat_map(|(field, condition)| match &condition.kind {
            NodeKind::Mapping(entries) => entries
                .iter()
                .map(|entry| (field, &entry.value, scalar(&entry.key).unwrap_or_default()))
                .collect(),
            _ => vec![(field, condition, String::new())],
        });
        for (field, node, branch) in branches {
            let written = scalar(node).unwrap_or_default();
            // Without `only_if` more passes, which no comment speaks of.
            let values = if field == "when" { &["true", "false"][..] } else { &["false"] };
            for value in values.iter().filter(|value| written.trim() != **value) {
                let mut changed = text.to_owned();
                changed.replace_range(node.span.range(), &format!("\"{value}\""));
                // A block scalar ends at the next line: what follows it must start on a line of its own.
                let end = node.span.start as usize + value.len() + 2;
                if !changed[end..].starts_with('\n')
                    && text[..node.span.end as usize].ends_with('\n')
                {
                    changed.insert(end, '\n');
                }
                let what = format!("{id}: `{field}` {branch} is {value}");
                mutants.push(Mutant { what, file: path.to_owned(), text: changed });
            }
        }
    }
    mutants
}

fn member<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    let NodeKind::Mapping(entries) = &node.kind else { return None };
    entries
        .iter()
        .find(|entry| scalar(&entry.key).as_deref() == Some(name))
        .map(|entry| &entry.value)
}

fn scalar(node: &Node) -> Option<String> {
    match &node.kind {
        NodeKind::Scalar(Scalar::String(text) | Scalar::Plain { text, .. }) => {
            Some(text.to_string())
        }
        _ => None,
    }
}

/// Every line of a body that is a condition of its own, dropped in turn.
fn rego_mutants(path: &str, text: &str) -> Vec<Mutant> {
    let lines: Vec<&str> = text.lines().collect();
    let mut mutants = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let code = line.trim();
        let indented = line.starts_with([' ', '\t']);
        let is_condition = indented
            && !code.is_empty()
            && !code.starts_with(['#', '}', ']', ')', '"', '{', '|'])
            && !code.ends_with(['{', '[', '(', ',', '|'])
            && !code.starts_with("some ")
            && !code.contains(":=");
        if is_condition {
            let mut changed: Vec<&str> = lines.clone();
            changed[at] = "\ttrue";
            let what = format!("{path}:{}: `{code}` dropped", at + 1);
            mutants.push(Mutant { what, file: path.to_owned(), text: changed.join("\n") });
        }
    }
    mutants
}

#[rstest]
fn every_condition_matters(#[values("aws", "azure", "gcp", "kubernetes", "terraform")] pack: &str) {
    let files = files(pack);
    let mut mutants = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| path.starts_with("rules/")) {
        if Path::new(path).extension().is_some_and(|ending| ending == "yaml") {
            mutants.extend(cel_mutants(path, text));
        } else {
            mutants.extend(rego_mutants(path, text));
        }
    }
    let survivors: Vec<String> = on_large_stacks(|| {
        let (disk, samples) = samples(pack);
        let survives = |mutant: &Mutant| {
            let mut changed: BTreeMap<String, String> = files
                .iter()
                .filter(|(path, _)| !path.starts_with("rules/"))
                .map(|(a, b)| (a.clone(), b.clone()))
                .collect();
            changed.insert(mutant.file.clone(), mutant.text.clone());
            let (set, sources, problems) = load(&changed);
            if !problems.is_empty() {
                return false;
            }
            let tests = |sample: &&Sample| pack_test::is_under_test(&sample.service, &mutant.file);
            let chosen: Vec<Sample> = samples.iter().filter(tests).cloned().collect();
            let results = pack_test::run(&disk, &chosen, own(&set), &set, &sources);
            let about_others = |failure: &pack_test::Failure| {
                failure.message.contains("is not a rule of this service")
            };
            results.iter().all(|result| result.failures.iter().all(about_others))
        };
        mutants
            .par_iter()
            .filter(|mutant| survives(mutant))
            .map(|mutant| mutant.what.clone())
            .collect()
    });
    assert!(
        survivors.is_empty(),
        "{} of {} changes break no sample:\n{survivors:#?}",
        survivors.len(),
        mutants.len()
    );
}

/// Every sample's documents with what the rules of its service say, for a whole pack.
fn outcomes(pack: &str, set: &PackSet, sources: &Sources) -> Vec<(Vec<Document>, Outcome)> {
    let (disk, samples) = samples(pack);
    let judge = |sample: &Sample| {
        let tree: MemoryFileSystem = sample
            .files
            .iter()
            .map(|path| (path.clone(), String::from_utf8(disk.read(path).unwrap()).unwrap()))
            .collect::<Vec<_>>()
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        let options =
            project::Options { paths: vec![String::new()], ..project::Options::default() };
        let project = Project::load(&tree, &options);
        let only = pack_test::rules_under_test(own(set), &sample.service, sources);
        let only = only.iter().map(ToString::to_string).collect();
        let options = Options { only, list_passes: true, ..Options::default() };
        let outcome = evaluate(&project.documents, set, &options);
        (project.documents, outcome)
    };
    samples.par_iter().map(judge).collect()
}

#[rstest]
fn every_type_has_a_failing_sample_and_every_rule_a_pass(
    #[values("aws", "azure", "gcp", "kubernetes", "terraform")] pack: &str,
) {
    let (set, sources, _) = load(&files(pack));
    let outcomes = on_large_stacks(|| outcomes(pack, &set, &sources));
    let mut failing: BTreeSet<(Arc<str>, Arc<str>)> = BTreeSet::new();
    let mut passing: BTreeSet<Arc<str>> = BTreeSet::new();
    for (_, outcome) in &outcomes {
        failing.extend(
            outcome
                .findings
                .iter()
                .map(|finding| (Arc::clone(&finding.rule.id), Arc::clone(&finding.resource.kind))),
        );
        passing.extend(outcome.passes.iter().map(|pass| Arc::clone(&pass.rule.id)));
    }
    let mut missing = Vec::new();
    for rule in &own(&set).rules {
        for kind in &rule.applies_to {
            if !failing.contains(&(Arc::clone(&rule.info.id), Arc::clone(kind))) {
                missing.push(format!("{} has no failing {kind}", rule.info.id));
            }
        }
        if !passing.contains(&rule.info.id) {
            missing.push(format!("{} has no passing sample", rule.info.id));
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

fn leaves(value: &Value, at: &Pointer, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            map.iter().for_each(|(key, item)| leaves(item, &at.key(key), found));
        }
        Value::Array(items) if !items.is_empty() => {
            items
                .iter()
                .enumerate()
                .for_each(|(position, item)| leaves(item, &at.index(position), found));
        }
        // What is unknown is what another resource makes of it; an empty list says as little as none.
        Value::Unknown(_) | Value::Array(_) | Value::Object(_) => {}
        _ => {
            found.insert(at.to_string(), value.to_json().to_string());
        }
    }
}

/// How many values of two resources differ, names aside.
fn distance(a: &Resource, b: &Resource) -> usize {
    let all = |resource: &Resource| {
        let mut found = BTreeMap::new();
        leaves(&resource.attributes, &Pointer::root(), &mut found);
        found.retain(|path, value| {
            let key = path.rsplit('/').next().unwrap_or_default();
            let is_name = matches!(
                key,
                "name"
                    | "bucket"
                    | "identifier"
                    | "cluster_name"
                    | "table_name"
                    | "namespace"
                    | "app"
                    | "cluster_id"
                    | "dataset_id"
                    | "server_id"
                    | "description"
                    // What the evaluator derives from the text.
                    | "pinned"
                    | "literal"
            ) || path.starts_with("/literal/")
                || key.ends_with("_name")
                || key.ends_with("_id")
                || value.contains(&*resource.name);
            !is_name
        });
        found
    };
    let (a, b) = (all(a), all(b));
    let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    keys.into_iter().filter(|key| a.get(*key) != b.get(*key)).count()
}

/// For every rule, in how many values the nearest pair of a failing and a passing resource of one type differs.
fn nearest_pairs(outcomes: &[(Vec<Document>, Outcome)]) -> BTreeMap<String, usize> {
    let mut failing: BTreeMap<&str, Vec<&Resource>> = BTreeMap::new();
    let mut passing: BTreeMap<&str, Vec<&Resource>> = BTreeMap::new();
    for (documents, outcome) in outcomes {
        let find = |address: &str| {
            let mut all = documents.iter().flat_map(|document| &document.resources);
            all.find(|resource| *resource.address == *address)
        };
        for finding in &outcome.findings {
            failing.entry(&finding.rule.id).or_default().extend(find(&finding.resource.address));
        }
        for pass in &outcome.passes {
            passing.entry(&pass.rule.id).or_default().extend(find(&pass.resource.address));
        }
    }
    let mut nearest: BTreeMap<String, usize> = BTreeMap::new();
    for (rule, resources) in &failing {
        for (one, other) in resources
            .iter()
            .flat_map(|one| passing.get(rule).into_iter().flatten().map(move |other| (one, other)))
        {
            if one.kind == other.kind {
                let near = nearest.entry((*rule).to_owned()).or_insert(usize::MAX);
                *near = (*near).min(distance(one, other));
            }
        }
    }
    nearest
}

#[rstest]
fn every_rule_has_a_passing_twin(
    #[values("aws", "azure", "gcp", "kubernetes", "terraform")] pack: &str,
) {
    let (set, sources, _) = load(&files(pack));
    let outcomes = on_large_stacks(|| outcomes(pack, &set, &sources));
    let nearest = nearest_pairs(&outcomes);
    let far: Vec<String> = own(&set)
        .rules
        .iter()
        .filter(|rule| nearest.get(&*rule.info.id).is_none_or(|distance| *distance > 1))
        .map(|rule| {
            format!(
                "{}: nearest pass differs in {:?} values",
                rule.info.id,
                nearest.get(&*rule.info.id)
            )
        })
        .collect();
    assert!(far.is_empty(), "{far:#?}");
}

/// Whether a rule looks at other resources than the one that it judges.
fn joins(rule: &Rule, sources: &Sources) -> bool {
    match &rule.logic {
        Logic::Cel(logic) => rule
            .applies_to
            .iter()
            .filter_map(|kind| logic.for_type(kind))
            .any(|rule| rule.when.joins()),
        Logic::Rego { .. } => {
            let text = &sources.get(rule.place.file).text;
            text.contains("lib.related(")
                || text.contains("lib.references(")
                || text.contains("input.edges")
        }
    }
}

/// Joining rules whose subject has to say something, too, with the reason.
const SAYS_SOMETHING: &[(&str, &str)] = &[
    (
        "gcp/bigquery-public-dataset",
        "what is found is written in the resource itself; the join only settles members made from an account",
    ),
    (
        "gcp/identity-open-to-everyone",
        "what is found is written in the resource itself; the join only settles members made from an account",
    ),
    (
        "aws/credential-in-code",
        "what is found is written in the resource itself; the join only settles what another resource makes",
    ),
    (
        "azure/credential-in-code",
        "what is found is written in the resource itself; the join only settles what another resource makes",
    ),
    (
        "gcp/credential-in-code",
        "what is found is written in the resource itself; the join only settles what another resource makes",
    ),
    (
        "azure/role-owns-subscription",
        "a scope that is read from a subscription may be anything in it, so that only a text decides; the join keeps apart the two",
    ),
];

#[rstest]
fn every_joining_rule_has_a_pair_that_differs_elsewhere(
    #[values("aws", "azure", "gcp", "kubernetes", "terraform")] pack: &str,
) {
    let (set, sources, _) = load(&files(pack));
    let outcomes = on_large_stacks(|| outcomes(pack, &set, &sources));
    let nearest = nearest_pairs(&outcomes);
    let missing: Vec<String> = own(&set)
        .rules
        .iter()
        .filter(|rule| joins(rule, &sources) && nearest.get(&*rule.info.id) != Some(&0))
        .map(|rule| format!("{}: {:?}", rule.info.id, nearest.get(&*rule.info.id)))
        .filter(|rule| !SAYS_SOMETHING.iter().any(|(id, _)| rule.starts_with(&format!("{id}:"))))
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

/// A document with one resource.
fn bare(kind: &str, attributes: Value, parsed: Value) -> Document {
    let place = Place { file: FileId(0), span: Span::default() };
    let resource = Resource {
        address: format!("{kind}.x").into(),
        kind: kind.into(),
        name: "x".into(),
        mode: dreadnought::document::Mode::Managed,
        provider: "test".into(),
        attributes,
        parsed,
        defaults: Value::object(Map::new()),
        sensitive: Vec::new(),
        references: Vec::new(),
        tags: Map::new(),
        scope: dreadnought::document::Scope::default(),
        existence: dreadnought::document::Existence::Known,
        previous_address: None,
        place,
        header: place,
        spans: Arc::new(SpanTable::default()),
        called_from: Arc::from([]),
    };
    Document {
        format: "terraform",
        root: ".".into(),
        resources: vec![resource],
        variables: Vec::new(),
        outputs: Vec::new(),
        providers: Vec::new(),
        modules: Vec::new(),
        backend: None,
        absent: Vec::new(),
        called: Vec::new(),
        manifests: None,
        assumptions: Vec::new(),
        is_cut: false,
        problems: Vec::new(),
    }
}

/// Attributes (and texts in them) that resources of a type have in the samples.
fn attributes_of<'a>(outcomes: &'a [(Vec<Document>, Outcome)], kind: &str) -> Vec<&'a Resource> {
    outcomes
        .iter()
        .flat_map(|(documents, _)| documents)
        .flat_map(|document| &document.resources)
        .filter(|resource| &*resource.kind == kind)
        .collect()
}

fn replaced(value: &Value, by: &Value) -> Value {
    let map = value.as_object().unwrap();
    Value::object(map.keys().map(|key| (Arc::clone(key), by.clone())).collect())
}

/// Rules that decide without reading any attribute of the resource itself, with the reason.
const READS_NOTHING: &[(&str, &str)] = &[
    ("aws/iam-policy-on-user", "a policy on a user is one whatever it says"),
    ("aws/s3-no-public-access-block", "a bucket that no block refers to has none"),
    ("aws/vpc-flow-logs", "a network that no flow log refers to has none"),
    ("azure/audit-logs-deletable", "an account that no log leads to keeps none"),
    (
        "azure/identity-contributor-on-subscription",
        "an assignment that leads to no workload is of none",
    ),
];

#[rstest]
fn rules_survive_resources_without_sense(
    #[values("aws", "azure", "gcp", "kubernetes", "terraform")] pack: &str,
) {
    let (set, sources, _) = load(&files(pack));
    let faults: Vec<String> = on_large_stacks(|| {
        let outcomes = outcomes(pack, &set, &sources);
        own(&set).rules.par_iter().flat_map(|rule| nonsense(rule, &set, &outcomes)).collect()
    });
    assert!(faults.is_empty(), "{faults:#?}");
}

fn nonsense(rule: &Rule, set: &PackSet, outcomes: &[(Vec<Document>, Outcome)]) -> Vec<String> {
    let options = Options { only: vec![rule.info.id.to_string()], ..Options::default() };
    let counts = |document: Document| evaluate(&[document], set, &options).rules[&rule.info.id];
    let empty = || Value::object(Map::new());
    let mut faults = Vec::new();
    for kind in &rule.applies_to {
        let samples = attributes_of(outcomes, kind);
        let mut all = Map::new();
        let mut parsed = Map::new();
        for resource in samples {
            all.extend(
                resource
                    .attributes
                    .as_object()
                    .unwrap()
                    .iter()
                    .map(|(a, b)| (Arc::clone(a), b.clone())),
            );
            parsed.extend(
                resource
                    .parsed
                    .as_object()
                    .unwrap()
                    .iter()
                    .map(|(a, b)| (Arc::clone(a), b.clone())),
            );
        }
        let (all, parsed) = (Value::object(all), Value::object(parsed));
        if counts(bare(kind, empty(), empty())).error > 0 {
            faults.push(format!("{} fails on a {kind} without attributes", rule.info.id));
        }
        if counts(bare(kind, replaced(&all, &Value::Null), empty())).error > 0 {
            faults.push(format!("{} fails on a {kind} whose attributes are null", rule.info.id));
        }
        let unknown = Value::unknown("a test");
        let judged = counts(bare(kind, replaced(&all, &unknown), replaced(&parsed, &unknown)));
        let reads_nothing = READS_NOTHING.iter().any(|(id, _)| *id == &*rule.info.id);
        if (judged.finding > 0 || judged.pass > 0 || judged.error > 0) && !reads_nothing {
            faults.push(format!(
                "{} decides about a {kind} of which nothing is known: {judged:?}",
                rule.info.id
            ));
        }
        for wrong in
            [Value::Int(7), Value::string("x"), Value::array(vec![Value::Bool(true)]), empty()]
        {
            // Any verdict but a panic, which would be an error that says so.
            let outcome = evaluate(
                &[bare(kind, replaced(&all, &wrong), replaced(&parsed, &wrong))],
                set,
                &options,
            );
            if outcome.problems.iter().any(|problem| problem.message.contains("panicked")) {
                faults.push(format!("{} panics on a {kind} of wrong types", rule.info.id));
            }
        }
    }
    faults
}

#[test]
fn the_built_in_rules_are_enough() {
    let mut sources = Sources::default();
    let (set, problems) = PackSet::load(&mut sources, true, &[]);
    assert!(problems.is_empty(), "{problems:?}");
    let rules: Vec<&Rule> = set.rules().map(|(_, rule)| rule).collect();
    let concepts: BTreeSet<&str> =
        rules.iter().filter_map(|rule| rule.info.concept.as_deref()).collect();
    let rego = rules.iter().filter(|rule| matches!(rule.logic, Logic::Rego { .. })).count();
    assert!(concepts.len() >= 80, "{} distinct concepts", concepts.len());
    assert!(rego * 3 >= rules.len(), "{rego} of {} rules are in Rego", rules.len());
    for stride in Stride::ALL {
        let has = rules.iter().any(|rule| rule.info.stride.iter().any(|other| other == stride));
        assert!(has, "no rule for {}", stride.name());
    }
    assert_eq!(set.threats.len(), 48, "threat classes");
    let packs: Vec<&str> = set.packs.iter().map(|pack| &*pack.name).collect();
    for pack in PACKS {
        assert!(packs.contains(&pack), "{pack} is not built in");
    }
    // Ranks are those of the concepts table, where that is at hand.
    let Some(shared) = crate::reports::shared() else { return };
    let table = fs::read_to_string(shared.join("concepts-top300.tsv")).unwrap();
    let top: BTreeSet<&str> =
        table.lines().skip(1).take(100).filter_map(|line| line.split('\t').nth(1)).collect();
    let covered = concepts.intersection(&top).count();
    assert!(covered >= 60, "{covered} of the top 100 concepts");
}
