//! The graph on AWS: who reaches whom, who may do what, what is true of each asset.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use dreadnought::document::Value;
use dreadnought::finding::context::Dimension;
use dreadnought::graph::{self, Graph};
use dreadnought::pack::{Meanings, PackSet};
use dreadnought::project::{Options, Project};
use dreadnought::source::{MemoryFileSystem, ProblemSeverity, Sources};
use rstest::rstest;
use serde_json::Value as Json;

/// The vocabulary of the embedded packs.
fn vocabulary() -> &'static Meanings {
    static MEANINGS: OnceLock<Meanings> = OnceLock::new();
    MEANINGS.get_or_init(|| {
        let mut sources = Sources::default();
        let (set, problems) = PackSet::load(&mut sources, true, &[]);
        assert!(problems.is_empty(), "{problems:?}");
        let (meanings, problems) = set.meanings(&sources);
        assert!(problems.is_empty(), "{problems:?}");
        meanings
    })
}

/// What a configuration's graph looks like, in words.
#[derive(Debug, Default)]
pub struct Seen {
    /// `source > target kind port`, then `?` where assumed, `~` where restricted.
    pub flows: Vec<String>,
    /// Nodes: id, kind, zone.
    pub nodes: Vec<String>,
    /// Zones: id, kind, parent.
    pub zones: Vec<String>,
    /// Privilege by id; `unknown` where it is not known.
    pub privileges: BTreeMap<String, String>,
    /// Facts by id and name.
    pub facts: BTreeMap<(String, String), String>,
    /// Problems of building it.
    pub problems: Vec<String>,
}

impl Seen {
    fn of(graph: &Graph<'_>) -> Self {
        let scene = &graph.scene;
        let id = |node: usize| scene.nodes[node].id.to_string();
        let mut seen = Self::default();
        for flow in &scene.flows {
            let what = match (&flow.protocol, &flow.port) {
                (Some(protocol), Some(port)) => format!("{protocol}/{port}"),
                _ => format!("{}: {}", flow.kind.name(), flow.label),
            };
            let mark = match (flow.assumed, flow.restricted) {
                (true, _) => " ?",
                (_, true) => " ~",
                _ => "",
            };
            seen.flows.push(format!("{} > {} {what}{mark}", id(flow.source), id(flow.target)));
        }
        for (at, node) in scene.nodes.iter().enumerate() {
            let zone = node.zone.map_or("-", |zone| &scene.zones[zone].id);
            seen.nodes.push(format!("{} {} in {zone}", node.id, node.kind));
            let privilege = graph.identity.privilege.get(&at).map_or("unknown", |(state, _)| {
                Dimension::Privilege.states()[usize::from(state.0)]
            });
            seen.privileges.insert(node.id.to_string(), privilege.to_owned());
            for (name, fact) in &node.facts {
                let value = match &fact.value {
                    None => "unknown".to_owned(),
                    Some(Value::String(text)) => text.to_string(),
                    Some(value) => value.to_json().to_string(),
                };
                seen.facts.insert((node.id.to_string(), name.to_string()), value);
            }
        }
        for zone in &scene.zones {
            let parent = zone.parent.map_or("-", |parent| &scene.zones[parent].id);
            seen.zones.push(format!("{} {} in {parent}", zone.id, zone.kind));
        }
        seen.flows.sort();
        seen.nodes.sort();
        seen.zones.sort();
        seen.problems = graph.problems.iter().map(|problem| problem.message.clone()).collect();
        seen
    }

    /// A fact, `none` where it is not there.
    pub fn fact(&self, id: &str, name: &str) -> &str {
        self.facts.get(&(id.to_owned(), name.to_owned())).map_or("none", String::as_str)
    }
}

/// The graph of files.
pub fn graph_of(files: &[(&str, &str)], vocabulary: &Meanings) -> Seen {
    let files = MemoryFileSystem::from(files);
    let options = Options { paths: vec![String::new()], ..Options::default() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(64 << 20).build().unwrap();
    pool.install(|| {
        let project = Project::load(&files, &options);
        assert!(!project.documents.is_empty(), "{:?}", project.problems);
        let problems = project.documents[0].problems.iter();
        let problems: Vec<_> = problems
            .filter(|each| each.kind.severity() == ProblemSeverity::Error)
            .map(|each| &each.message)
            .collect();
        assert!(problems.is_empty(), "{problems:?}");
        Seen::of(&graph::build(&project.documents[0], vocabulary, &[]))
    })
}

/// What a case expects. A variant replaces a few texts of the configuration (`replace`: pairs); `flows` and `there` are flows that are
/// there, `gone` and `absent` those that are not (`gone` ones are there in the whole), `nodes` and `zones` are there, `privileges` are
/// by id, `facts` by `id name`.
struct Case<'j>(&'j Json);

impl Case<'_> {
    fn texts(&self, name: &str) -> Vec<&str> {
        let items = self.0[name].as_array().map(Vec::as_slice).unwrap_or_default();
        items.iter().map(|item| item.as_str().unwrap()).collect()
    }

    fn pairs(&self, name: &str) -> Vec<(&str, &str)> {
        let entries = self.0[name].as_object().into_iter().flatten();
        entries.map(|(key, value)| (key.as_str(), value.as_str().unwrap())).collect()
    }

    fn replace(&self) -> Vec<(&str, &str)> {
        let items = self.0["replace"].as_array().map(Vec::as_slice).unwrap_or_default();
        items.iter().map(|item| (item[0].as_str().unwrap(), item[1].as_str().unwrap())).collect()
    }

    fn check(&self, what: &str, seen: &Seen) -> Vec<String> {
        let mut failures = Vec::new();
        let mut fail = |message: String| failures.push(format!("{what}: {message}"));
        for problem in &seen.problems {
            fail(format!("problem {problem}"));
        }
        let has = |all: &[String], one: &str| all.iter().any(|each| each == one);
        for flow in [self.texts("flows"), self.texts("there")].concat() {
            if !has(&seen.flows, flow) {
                fail(format!("no flow {flow}"));
            }
        }
        for flow in [self.texts("gone"), self.texts("absent")].concat() {
            if has(&seen.flows, flow) {
                fail(format!("there is a flow {flow}"));
            }
        }
        for (kind, all) in [("nodes", &seen.nodes), ("zones", &seen.zones)] {
            for each in self.texts(kind).into_iter().filter(|each| !has(all, each)) {
                fail(format!("not among {kind}: {each}"));
            }
        }
        for (id, wanted) in self.pairs("privileges") {
            match seen.privileges.get(id) {
                Some(privilege) if privilege == wanted => {}
                other => fail(format!("privilege of {id}: {other:?}, not {wanted}")),
            }
        }
        for (key, wanted) in self.pairs("facts") {
            let (id, name) = key.rsplit_once(' ').unwrap();
            let value = seen.fact(id, name);
            if value != wanted {
                fail(format!("{key} is {value}, not {wanted}"));
            }
        }
        failures
    }
}

/// Check one folder of cases. Every variant has to change something: a text to replace that is not there is a failure.
pub fn check(folder: &str, vocabulary: &Meanings) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/graph").join(folder);
    let text = fs::read_to_string(path.join("main.tf")).unwrap();
    let cases = fs::read_to_string(path.join("cases.json")).unwrap();
    let cases: Json = serde_json::from_str(&cases).unwrap();
    let whole = Case(&cases);
    let base = graph_of(&[("main.tf", &text)], vocabulary);
    let mut failures = whole.check(folder, &base);
    for case in cases["variants"].as_array().unwrap().iter().map(Case) {
        let what = format!("{folder}: {}", case.0["name"]);
        let mut changed = text.clone();
        for (from, to) in case.replace() {
            if !changed.contains(from) {
                failures.push(format!("{what}: nothing to replace: {from}"));
            }
            changed = changed.replace(from, to);
        }
        for flow in case.texts("gone") {
            if base.flows.iter().any(|each| each == flow) {
                continue;
            }
            failures.push(format!("{what}: {flow} was never there"));
        }
        failures.extend(case.check(&what, &graph_of(&[("main.tf", &changed)], vocabulary)));
    }
    failures
}

#[rstest]
fn cases_hold(
    #[values("instances", "balancers", "services", "networks", "rights", "trust", "stores")]
    folder: &str,
) {
    let failures = check(&format!("aws/{folder}"), vocabulary());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
