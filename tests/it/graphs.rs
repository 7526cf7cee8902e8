//! Graphs of small trees as text, for tests of what platforms mean.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use dreadnought::finding::context::Dimension;
use dreadnought::graph::{self, Graph};
use dreadnought::pack::{Meanings, PackSet};
use dreadnought::project::{Options, Project};
use dreadnought::source::{MemoryFileSystem, Sources};

/// The vocabulary of the built-in packs.
pub(crate) fn vocabulary() -> &'static Meanings {
    static MEANINGS: OnceLock<Meanings> = OnceLock::new();
    MEANINGS.get_or_init(|| {
        let mut sources = Sources::default();
        let (packs, problems) = PackSet::load(&mut sources, true, &[]);
        assert!(problems.is_empty(), "{problems:?}");
        let (meanings, problems) = packs.meanings(&sources);
        assert!(problems.is_empty(), "{problems:?}");
        meanings
    })
}

/// A graph as text and by parts.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    /// Everything, line by line.
    pub(crate) text: String,
    /// `source > target kind port [encrypted] [assumed|restricted]`.
    pub(crate) flows: Vec<String>,
    /// Assets by id: `kind in zone: parts`.
    pub(crate) assets: BTreeMap<String, String>,
    /// Zones by id: `kind in parent`.
    pub(crate) zones: BTreeMap<String, String>,
    /// States of privilege by id.
    pub(crate) privileges: BTreeMap<String, &'static str>,
    /// Who gets to act as whom, and the class that opens it.
    pub(crate) opened: Vec<(String, &'static str)>,
    /// Names of facts that hold, by id.
    pub(crate) facts: BTreeMap<String, Vec<String>>,
}

impl Shown {
    /// Whether some flow goes so, on this port.
    pub(crate) fn has(&self, source: &str, target: &str, port: &str) -> bool {
        let start = format!("{source} > {target} network {port}");
        self.flows.iter().any(|flow| {
            flow.strip_prefix(&*start).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        })
    }

    /// Whether a line stands among the flows.
    pub(crate) fn flow(&self, line: &str) -> bool {
        self.flows.iter().any(|flow| flow == line)
    }
}

/// A tree of files by path, sorted.
pub(crate) type Tree = Vec<(String, String)>;

/// A folder of fixtures.
pub(crate) fn folder(path: &str) -> Tree {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let mut files: Tree = fs::read_dir(&root)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// A tree in which one text, which stands in it once, is another.
pub(crate) fn with(tree: &Tree, from: &str, to: &str) -> Tree {
    let count: usize = tree.iter().map(|(_, text)| text.matches(from).count()).sum();
    assert_eq!(count, 1, "`{from}` does not stand in the tree once");
    tree.iter().map(|(path, text)| (path.clone(), text.replace(from, to))).collect()
}

/// Compare with what is expected of an example, which lies beside it.
pub(crate) fn expect(example: &str, shown: &Shown) {
    let settings = {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(format!("../../fixtures/models/{example}"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings
    };
    settings.bind(|| insta::assert_snapshot!("expected", shown.text));
}

/// The graph of a tree.
pub(crate) fn of(tree: &Tree) -> Shown {
    let files: Vec<(&str, &str)> =
        tree.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    shown(&files)
}

/// What a change does to a graph: lines of flows that go and that come; every other flow stays.
pub(crate) fn changes(tree: &Tree, from: &str, to: &str, gone: &[&str], new: &[&str]) {
    let (before, after) = (of(tree), of(&with(tree, from, to)));
    let without = |these: &Shown, those: &Shown| -> Vec<String> {
        these.flows.iter().filter(|flow| !those.flows.contains(flow)).cloned().collect()
    };
    assert_eq!(without(&before, &after), gone, "gone");
    assert_eq!(without(&after, &before), new, "new");
}

/// The graph of the only document of a tree.
pub(crate) fn shown(files: &[(&str, &str)]) -> Shown {
    let project = Project::load(
        &MemoryFileSystem::from(files),
        &Options { paths: vec![String::new()], ..Options::default() },
    );
    let [document] = project.documents.as_slice() else {
        panic!("not one document: {:?}", project.problems)
    };
    let graph = graph::build(document, vocabulary(), &[]);
    assert!(graph.problems.is_empty(), "{:?}", graph.problems);
    show(&graph)
}

fn show(graph: &Graph<'_>) -> Shown {
    let scene = &graph.scene;
    let mut shown = Shown::default();
    let zone_id = |zone: Option<usize>| {
        zone.map_or_else(|| "nothing".to_owned(), |zone| scene.zones[zone].id.to_string())
    };
    for zone in &scene.zones {
        shown
            .zones
            .insert(zone.id.to_string(), format!("{} in {}", zone.kind, zone_id(zone.parent)));
    }
    for (at, node) in scene.nodes.iter().enumerate() {
        let parts: Vec<&str> = node
            .parts
            .iter()
            .filter(|part| Some(**part) != node.resource)
            .map(|part| &*scene.index.resource(*part).address)
            .collect();
        let mut line = format!("{} in {}", node.kind, zone_id(node.zone));
        if !parts.is_empty() {
            write!(line, ": {}", parts.join(", ")).unwrap();
        }
        shown.assets.insert(node.id.to_string(), line);
        if let Some((state, _)) = graph.identity.privilege.get(&at) {
            let word = Dimension::Privilege.states()[usize::from(state.0)];
            shown.privileges.insert(node.id.to_string(), word);
        }
        let facts = node.facts.iter().map(|(name, fact)| {
            let value = fact.value.as_ref().map_or("?".to_owned(), |it| it.to_json().to_string());
            format!("{name}={value}")
        });
        shown.facts.insert(node.id.to_string(), facts.collect());
    }
    for trust in &graph.identity.trusts {
        if let Some(class) = trust.opened_by {
            let (source, target) = (&scene.nodes[trust.source].id, &scene.nodes[trust.target].id);
            shown.opened.push((format!("{source} > {target}"), class));
        }
    }
    for flow in &scene.flows {
        let (source, target) = (&scene.nodes[flow.source].id, &scene.nodes[flow.target].id);
        let mut line = format!("{source} > {target} {} ", flow.kind.name());
        match (&flow.protocol, &flow.port) {
            (Some(protocol), Some(port)) => {
                write!(line, "{protocol}/{port} {}", flow.encrypted.name()).unwrap();
            }
            _ => line.push_str(&flow.label),
        }
        for (holds, word) in [(flow.assumed, " assumed"), (flow.restricted, " restricted")] {
            line.push_str(if holds { word } else { "" });
        }
        shown.flows.push(line);
    }
    shown.flows.sort();
    for (title, map) in [("zones", &shown.zones), ("assets", &shown.assets)] {
        writeln!(shown.text, "{title}").unwrap();
        for (id, line) in map {
            writeln!(shown.text, "  {id}: {line}").unwrap();
        }
    }
    writeln!(shown.text, "flows").unwrap();
    for flow in &shown.flows {
        writeln!(shown.text, "  {flow}").unwrap();
    }
    writeln!(shown.text, "privileges").unwrap();
    for (id, word) in &shown.privileges {
        writeln!(shown.text, "  {id}: {word}").unwrap();
    }
    writeln!(shown.text, "facts").unwrap();
    for (id, facts) in shown.facts.iter().filter(|(_, facts)| !facts.is_empty()) {
        writeln!(shown.text, "  {id}: {}", facts.join(" ")).unwrap();
    }
    shown
}
