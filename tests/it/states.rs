//! Which facts derive each state of each dimension in each cloud, and which prove each control: the tables `fixtures/states/CLOUD.txt`.
//!
//! A table begins with configurations (`@base NAME`, lines, `@end`). A row begins with `== DIMENSION STATE | the fact in words`, and
//! holds either `cannot: REASON`, where a cloud has no such fact, or `of: CLASS TARGET`, whose state is asked for, `from: BASE`, pairs of
//! `- LINE` and `+ LINE` (a line of the base by its start, and what stands there instead), and lines `> …` that are added at the end.
//! `== control NAME | …` asks whether a control lowers the threat, `== no-control NAME | …` whether it does not.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use dreadnought::evaluate::{self, evaluate};
use dreadnought::finding::context::Dimension;
use dreadnought::pack::{Location, PackSet};
use dreadnought::project::{Options, Project};
use dreadnought::source::MemoryFileSystem;
use dreadnought::threat;
use rstest::rstest;

use crate::graphs::vocabulary;
use crate::model::Made;

/// One row of a table.
#[derive(Clone, Debug, Default)]
struct Row {
    dimension: String,
    state: String,
    fact: String,
    cannot: Option<String>,
    class: String,
    target: String,
    base: String,
    changes: Vec<(String, String)>,
    added: String,
}

/// The table of a cloud: its configurations by name, its rows.
struct Table {
    bases: BTreeMap<String, String>,
    rows: Vec<Row>,
}

const CLOUDS: [&str; 4] = ["aws", "azure", "gcp", "kubernetes"];

fn table(cloud: &str) -> Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/states/{cloud}.txt"));
    let text = fs::read_to_string(&path).unwrap();
    let mut table = Table { bases: BTreeMap::new(), rows: Vec::new() };
    let mut base: Option<String> = None;
    for line in text.lines() {
        if let Some(name) = &base {
            if line == "@end" {
                base = None;
            } else {
                let text = table.bases.entry(name.clone()).or_default();
                text.push_str(line);
                text.push('\n');
            }
        } else if let Some(name) = line.strip_prefix("@base ") {
            base = Some(name.to_owned());
        } else if let Some(head) = line.strip_prefix("== ") {
            let (what, fact) = head.split_once(" | ").unwrap();
            let (dimension, state) = what.split_once(' ').unwrap();
            let (dimension, state, fact) = (dimension.into(), state.into(), fact.into());
            table.rows.push(Row { dimension, state, fact, ..Row::default() });
        } else if !line.is_empty() && !line.starts_with('#') {
            let row = table.rows.last_mut().unwrap();
            fill(row, line);
        }
    }
    table
}

fn fill(row: &mut Row, line: &str) {
    if let Some(reason) = line.strip_prefix("cannot: ") {
        row.cannot = Some(reason.to_owned());
    } else if let Some(what) = line.strip_prefix("of: ") {
        let (class, target) = what.split_once(' ').unwrap();
        (row.class, row.target) = (class.to_owned(), target.to_owned());
    } else if let Some(base) = line.strip_prefix("from: ") {
        base.clone_into(&mut row.base);
    } else if let Some(from) = line.strip_prefix("- ") {
        row.changes.push((from.to_owned(), String::new()));
    } else if let Some(to) = line.strip_prefix("+ ") {
        let change = row.changes.last_mut().unwrap();
        change.1.push_str(to);
        change.1.push('\n');
    } else if let Some(more) = line.strip_prefix('>') {
        row.added.push_str(more.strip_prefix(' ').unwrap_or(more));
        row.added.push('\n');
    } else {
        panic!("neither base, row nor part of one: {line}");
    }
}

/// The configuration of a row: the base with its changes.
fn configuration(table: &Table, row: &Row) -> String {
    let mut text = String::new();
    let mut used = BTreeSet::new();
    for line in table.bases[&row.base].lines() {
        let change =
            row.changes.iter().position(|(from, _)| line.trim_start().starts_with(&**from));
        if let Some(at) = change {
            used.insert(at);
            let indent = &line[..line.len() - line.trim_start().len()];
            for new in row.changes[at].1.lines() {
                text.push_str(indent);
                text.push_str(new);
                text.push('\n');
            }
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
    assert_eq!(used.len(), row.changes.len(), "{}: a line to change is not there", row.fact);
    text.push_str(&row.added);
    text
}

/// The model of a file by the built-in packs and one more, which asks a threat with an exposure of every asset.
fn probed(file: &str, text: &str) -> Made {
    let tree: MemoryFileSystem = [(file, text)].into_iter().collect();
    let options = Options { paths: vec![String::new()], ..Options::default() };
    let mut project = Project::load(&tree, &options);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/states/probe");
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap();
    let texts = ["pack.yaml", "vocabulary/probe.yaml"].map(|path| (path, read(path)));
    let probe: MemoryFileSystem = texts.iter().map(|(path, text)| (*path, &**text)).collect();
    let extra = [Location { files: &probe, folder: "", shown: "probe" }];
    let (packs, mut problems) = PackSet::load(&mut project.sources, true, &extra);
    let (vocabulary, more) = packs.meanings(&project.sources);
    problems.extend(more);
    let outcome = evaluate(&project.documents, &packs, &evaluate::Options::default());
    let input = threat::Input {
        documents: &project.documents,
        findings: &outcome.findings,
        classes: &packs.threats,
        vocabulary: &vocabulary,
        context: &project.config.context,
        sources: &project.sources,
    };
    let (model, more) = threat::build(&input, &threat::Options::default());
    problems.extend(more);
    Made { model, problems }
}

#[rstest]
fn facts_derive_states(
    #[values("aws", "azure", "gcp", "kubernetes")] cloud: &str,
    #[values(
        "exposure",
        "auth",
        "data",
        "privilege",
        "blast",
        "environment",
        "control",
        "no-control"
    )]
    dimension: &str,
) {
    let table = table(cloud);
    let file = if cloud == "kubernetes" { "all.yaml" } else { "main.tf" };
    let mut failures = Vec::new();
    for row in &table.rows {
        if row.dimension != dimension || row.cannot.is_some() {
            continue;
        }
        let text = configuration(&table, row);
        let made = probed(file, &text);
        let threat = made
            .model
            .threats
            .iter()
            .find(|threat| *threat.class.id == row.class && *threat.target == row.target);
        let state = threat.and_then(|threat| {
            let known = threat.context.iter().find(|(name, _)| *name == dimension);
            let reason = format!("control: {}", row.state);
            let lowers = threat.dread.steps.iter().any(|step| *step.reason == *reason);
            match dimension {
                "control" => lowers.then(|| row.state.clone()),
                "no-control" => (!lowers).then(|| row.state.clone()),
                _ => known.map(|(_, state)| state.to_string()),
            }
        });
        if state.as_deref() != Some(&*row.state) {
            let there: Vec<String> = made
                .model
                .threats
                .iter()
                .map(|threat| format!("{} {}", threat.class.id, threat.target))
                .collect();
            let wanted = &row.state;
            failures.push(format!("{}: {state:?} for {wanted}; threats: {there:?}", row.fact));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Every state of every dimension has a row in every cloud: facts, or the reason why there are none; never both.
#[test]
fn no_state_is_left_out() {
    let mut missing = Vec::new();
    let weights = &vocabulary().weights;
    let controls: Vec<&str> = weights.controls.iter().map(|control| &*control.name).collect();
    assert_eq!(controls.len(), 9);
    for cloud in CLOUDS {
        let table = table(cloud);
        for dimension in Dimension::ALL {
            for state in dimension.states() {
                let rows: Vec<&Row> = table
                    .rows
                    .iter()
                    .filter(|row| row.dimension == dimension.name() && row.state == *state)
                    .collect();
                let reasons = rows.iter().filter(|row| row.cannot.is_some()).count();
                let derived = rows.len() - reasons;
                if !((derived > 0 && reasons == 0) || (derived == 0 && reasons == 1)) {
                    missing.push(format!("{cloud}: {} {state}", dimension.name()));
                }
            }
        }
        for name in &controls {
            let rows =
                table.rows.iter().filter(|row| row.dimension == "control" && row.state == **name);
            if rows.count() == 0 {
                missing.push(format!("{cloud}: control {name}"));
            }
        }
        for row in table.rows.iter().filter(|row| !row.dimension.ends_with("control")) {
            let dimension = Dimension::ALL.into_iter().find(|it| it.name() == row.dimension);
            let known = dimension.is_some_and(|it| it.states().contains(&&*row.state));
            assert!(known, "{cloud}: there is no {} {}", row.dimension, row.state);
            assert!(row.cannot.as_deref().is_none_or(|reason| reason.len() > 20), "{row:?}");
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}
