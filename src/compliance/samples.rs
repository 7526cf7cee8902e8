//! The tests of baselines: `tests/baselines/<baseline>/<sample>/` of a pack holds configuration and `expected.yaml`.
//!
//! `expected.yaml` says which controls are what. Every control that is violated, or whose rule failed, has to stand there.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::judge::{Judgement, State, judge, rules};
use super::resolve::{Choice, Library, resolve};
use crate::config::{Instant, Records};
use crate::evaluate::{self, evaluate};
use crate::pack::PackSet;
use crate::pack::read::{Fields, Reader, Shape};
use crate::project::{self, Project};
use crate::source::{
    EntryKind, FileId, FileSystem, MemoryFileSystem, Problem, ProblemSeverity, SourceFile, Sources,
};

/// Where the tests of baselines lie in a pack.
pub const FOLDER: &str = "tests/baselines";
/// What a sample expects.
const EXPECTED: &str = "expected.yaml";
/// Deepest folder of a sample.
const MAX_DEPTH: usize = 16;

const SHAPE: Shape =
    Shape { what: "what a sample expects", required: &["controls"], optional: &["profile", "now"] };
const STATES: [&str; 6] =
    ["violated", "evidenced", "not-decidable", "error", "not-applicable", "waived"];

/// A sample of a baseline.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sample {
    /// The baseline's id.
    pub baseline: String,
    /// Its folder.
    pub folder: String,
}

/// What running one sample gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleResult {
    /// `baselines/<baseline>/<sample>`.
    pub name: String,
    /// Controls that were checked.
    pub checked: usize,
    /// Differences in words.
    pub failures: Vec<String>,
}

/// The samples of the baselines of the pack in a tree, sorted.
pub fn samples(files: &dyn FileSystem) -> std::io::Result<Vec<Sample>> {
    let mut found = Vec::new();
    if files.kind(FOLDER) != Some(EntryKind::Folder) {
        return Ok(found);
    }
    for baseline in files.list(FOLDER)?.into_iter().filter(|it| it.kind == EntryKind::Folder) {
        let id = baseline.path.rsplit('/').next().unwrap_or_default().to_owned();
        let samples = files.list(&baseline.path)?;
        let folders = samples.into_iter().filter(|it| it.kind == EntryKind::Folder);
        found.extend(folders.map(|it| Sample { baseline: id.clone(), folder: it.path }));
    }
    found.sort();
    Ok(found)
}

/// Run one sample: its configuration through the whole pipeline, each control compared with what is expected of it.
pub fn run(
    files: &dyn FileSystem,
    sample: &Sample,
    library: &Library,
    set: &PackSet,
) -> SampleResult {
    let name = sample.folder.trim_start_matches("tests/").to_owned();
    let mut failures = Vec::new();
    let checked = match check(files, sample, library, set, &mut failures) {
        Ok(checked) => checked,
        Err(message) => {
            failures.push(message);
            0
        }
    };
    if checked == 0 && failures.is_empty() {
        failures.push(format!("{EXPECTED} expects nothing"));
    }
    SampleResult { name, checked, failures }
}

fn check(
    files: &dyn FileSystem,
    sample: &Sample,
    library: &Library,
    set: &PackSet,
    failures: &mut Vec<String>,
) -> Result<usize, String> {
    let mut tree = MemoryFileSystem::default();
    collect(files, &sample.folder, "", 0, &mut tree).map_err(|error| error.to_string())?;
    let text = tree.files.remove(EXPECTED).ok_or_else(|| format!("there is no {EXPECTED}"))?;
    let text = String::from_utf8(text).map_err(|_| format!("{EXPECTED} is not UTF-8"))?;
    let expected = expected(&text)?;
    let baseline = library.find(&sample.baseline).map_err(|problem| problem.message)?;
    let choice = Choice { profile: expected.profile.clone(), params: Vec::new() };
    let (resolved, problems) = resolve(library, baseline, &choice, set);
    failures.extend(problems.iter().map(|problem| problem.message.clone()));
    let options = project::Options { paths: vec![String::new()], ..project::Options::default() };
    let project = Project::load(&tree, &options);
    let options = evaluate::Options {
        only: rules(&resolved),
        list_passes: true,
        ..evaluate::Options::default()
    };
    let outcome = evaluate(&project.documents, set, &options);
    let records: &Records = &project.config.compliance;
    let (judgement, problems) =
        judge(&resolved, &outcome, &project.documents, &project.sources, records, expected.now);
    let of_documents = project.documents.iter().flat_map(|document| &document.problems);
    let all = project.problems.iter().chain(of_documents).chain(&problems);
    let is_error = |problem: &&Problem| problem.severity() == ProblemSeverity::Error;
    failures.extend(all.filter(is_error).map(|problem| format!("problem: {}", problem.message)));
    compare(&judgement, &expected.controls, failures);
    Ok(expected.controls.len())
}

fn compare(
    judgement: &Judgement<'_>,
    expected: &BTreeMap<Arc<str>, &'static str>,
    failures: &mut Vec<String>,
) {
    for judged in &judgement.controls {
        let name = judged.name();
        match expected.get(judged.control.id()) {
            Some(wanted) if *wanted == name => {}
            Some(wanted) => {
                let because = judged.state.reason().map(|it| format!(" ({it})"));
                let because = because.unwrap_or_default();
                let id = judged.control.id();
                failures.push(format!("control {id}: expected {wanted}, got {name}{because}"));
            }
            None if matches!(judged.state, State::Violated | State::Error) => {
                let id = judged.control.id();
                failures.push(format!("control {id} is {name}, {EXPECTED} does not say so"));
            }
            None => {}
        }
    }
    let is_known =
        |id: &Arc<str>| judgement.controls.iter().any(|judged| judged.control.id() == id);
    for id in expected.keys().filter(|id| !is_known(id)) {
        failures.push(format!("there is no control {id}"));
    }
}

struct Expected {
    controls: BTreeMap<Arc<str>, &'static str>,
    profile: Option<String>,
    now: Instant,
}

fn expected(text: &str) -> Result<Expected, String> {
    let source = SourceFile::new(EXPECTED, text);
    let mut reader = Reader::new(FileId(0), &source);
    let read = read_expected(&mut reader);
    let problems = reader.into_problems();
    let mut sources = Sources::default();
    sources.add(source);
    match (read, problems.first()) {
        (Some(expected), None) => Ok(expected),
        (_, Some(problem)) => {
            let line = problem
                .place
                .map_or(1, |place| sources.get(place.file).position(place.span.start).line);
            Err(format!("{EXPECTED}:{line}: {}", problem.message))
        }
        (None, None) => Err(format!("{EXPECTED} cannot be read")),
    }
}

fn read_expected(reader: &mut Reader<'_>) -> Option<Expected> {
    let node = reader.document(&Arc::clone(&reader.source.text))?;
    let fields = reader.mapping(&node, &SHAPE)?;
    let mut controls = BTreeMap::new();
    let entries = fields.get("controls").and_then(|node| reader.entries(node, "`controls`"));
    for (id, _) in entries.iter().flat_map(Fields::iter) {
        let state = entries.as_ref().and_then(|entries| reader.word(entries, id, &STATES));
        controls.extend(state.map(|state| (Arc::clone(id), state)));
    }
    let profile = reader.text(&fields, "profile").map(|text| text.text.to_string());
    let now = reader.text(&fields, "now");
    let instant = now.as_ref().and_then(|text| Instant::parse(&text.text));
    if let (Some(text), None) = (&now, instant) {
        reader.report(text.node.span, format!("`{}` is no moment", text.text));
    }
    Some(Expected { controls, profile, now: instant.unwrap_or(Instant(0)) })
}

fn collect(
    files: &dyn FileSystem,
    folder: &str,
    inner: &str,
    depth: usize,
    tree: &mut MemoryFileSystem,
) -> std::io::Result<()> {
    for entry in files.list(folder)? {
        let name = entry.path.rsplit('/').next().unwrap_or_default();
        let path = if inner.is_empty() { name.to_owned() } else { format!("{inner}/{name}") };
        match entry.kind {
            EntryKind::File => drop(tree.files.insert(path, files.read(&entry.path)?)),
            EntryKind::Folder if depth < MAX_DEPTH => {
                collect(files, &entry.path, &path, depth + 1, tree)?;
            }
            EntryKind::Folder => {}
        }
    }
    Ok(())
}
