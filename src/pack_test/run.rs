//! Runs the samples of a pack: each through the real pipeline, each comment compared with what the rules said.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::compare::{Mismatch, lines};
use super::result::{Failure, State, TestKind, TestResult};
use super::{
    Expectation, Observed, SIDECAR, Sample, compare, expectations, rules_under_test, sidecar,
};
use crate::document::{Document, Index};
use crate::evaluate::{self, RuleTrace, StepGiven, evaluate};
use crate::finding::{Outcome, ResourceRef};
use crate::pack::{Pack, PackSet};
use crate::project::{self, Project};
use crate::source::{FileSystem, MemoryFileSystem, Place, ProblemSeverity, Sources, folder_of};

/// A pack that is tested, with what its tests need.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The pack.
    pub pack: &'a Pack,
    /// It and all that it needs.
    pub set: &'a PackSet,
    /// Their files.
    pub sources: &'a Sources,
    /// The same with marks; made when a failure has to be explained.
    pub marked: OnceLock<PackSet>,
    /// Whether failures are explained: costs compiling all rules once more.
    pub explain: bool,
}

impl<'a> Subject<'a> {
    /// A pack of a set.
    pub fn new(pack: &'a Pack, set: &'a PackSet, sources: &'a Sources) -> Self {
        Self { pack, set, sources, marked: OnceLock::new(), explain: true }
    }

    /// How a rule judged a resource.
    pub(super) fn trace(
        &self,
        document: &Document,
        address: &str,
        rule: &str,
    ) -> Option<RuleTrace> {
        if !self.explain {
            return None;
        }
        let marked = self.marked.get_or_init(|| self.set.marked());
        evaluate::trace(document, address, marked, rule, self.sources)
    }
}

/// What running one sample gave.
#[derive(Debug)]
pub struct SampleRun {
    /// As every test.
    pub result: TestResult,
    /// Its files as paths in the pack.
    pub files: Vec<String>,
    /// Their texts by path in the sample.
    pub texts: BTreeMap<String, String>,
    /// All verdicts of the rules under test.
    pub observed: Vec<Observed>,
    /// Rules that its comments name.
    pub named: Vec<Arc<str>>,
    /// Full ids of the rules that it tests.
    pub under_test: Vec<Arc<str>>,
}

/// Run samples of a pack; failures are not explained.
pub fn run(
    files: &dyn FileSystem,
    samples: &[Sample],
    pack: &Pack,
    set: &PackSet,
    sources: &Sources,
) -> Vec<TestResult> {
    let subject = Subject { explain: false, ..Subject::new(pack, set, sources) };
    run_samples(files, samples, &subject).into_iter().map(|run| run.result).collect()
}

/// Run samples of a pack, and keep what they are made of.
pub fn run_samples(
    files: &dyn FileSystem,
    samples: &[Sample],
    subject: &Subject<'_>,
) -> Vec<SampleRun> {
    samples.par_iter().map(|sample| run_one(files, sample, subject)).collect()
}

fn run_one(files: &dyn FileSystem, sample: &Sample, subject: &Subject<'_>) -> SampleRun {
    let mut result = TestResult::new(TestKind::Sample, &*sample.service, &*sample.name);
    result.path = sample.files.first().cloned().unwrap_or_default();
    let under_test = rules_under_test(subject.pack, &sample.service, subject.sources);
    if under_test.is_empty() {
        result.failures.push(Failure::new(format!(
            "no rules lie in rules/{}.yaml, rules/{0}.rego or rules/{0}_*",
            sample.service
        )));
    }
    let texts = read(files, sample, &mut result.failures);
    let project = load(&texts);
    let outcome = judge(&project, subject.set, &under_test);
    problems(&project, &outcome, &mut result.failures);
    let observed = observed(&outcome, &project.documents, &project.sources);
    let case = Case { subject, project: &project, observed: &observed, under_test: &under_test };
    let named = case.check(&texts, &mut result.failures);
    result.checked = named.len();
    if named.is_empty() {
        let mut message = "no comment states a verdict".to_owned();
        if observed.is_empty() {
            message.push_str(", and no rule judges anything in it");
        }
        result.failures.push(Failure::new(message));
    }
    if !result.failures.is_empty() {
        result.state = State::Failed;
    }
    let base = folder_of_sample(&result.path, &sample.name).to_owned();
    let mut told: Vec<Vec<(usize, String, String)>> = Vec::new();
    for failure in &mut result.failures {
        failure.path = failure.path.take().and_then(|path| crate::source::join(&base, &path));
        // What one resource gave is told once.
        if told.contains(&failure.values) {
            failure.values.clear();
        } else {
            told.push(failure.values.clone());
        }
    }
    let files = sample.files.clone();
    SampleRun { result, files, texts, observed, named, under_test }
}

/// The sample's files by name, sidecars among them.
fn read(
    files: &dyn FileSystem,
    sample: &Sample,
    failures: &mut Vec<Failure>,
) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    let base = sample.files.first().map_or("", |first| folder_of_sample(first, &sample.name));
    for path in &sample.files {
        match files.read(path).map(String::from_utf8) {
            Ok(Ok(text)) => {
                let inner = path.strip_prefix(base).unwrap_or(path).trim_start_matches('/');
                texts.insert(inner.to_owned(), text);
            }
            Ok(Err(_)) => failures.push(Failure::new(format!("{path} is not UTF-8"))),
            Err(error) => failures.push(Failure::new(format!("{path} cannot be read: {error}"))),
        }
    }
    texts
}

/// The folder that becomes the sample's root: its own, or the service's for a single file.
pub(super) fn folder_of_sample<'p>(path: &'p str, name: &str) -> &'p str {
    match path.find(&format!("/{name}/")) {
        Some(at) => &path[..=at + name.len()],
        None => folder_of(path),
    }
}

fn load(texts: &BTreeMap<String, String>) -> Project {
    let configuration = texts.iter().filter(|(path, _)| !path.ends_with(SIDECAR));
    let tree: MemoryFileSystem =
        configuration.map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let options = project::Options { paths: vec![String::new()], ..project::Options::default() };
    Project::load(&tree, &options)
}

fn judge(project: &Project, set: &PackSet, under_test: &[Arc<str>]) -> Outcome {
    let only: Vec<String> = under_test.iter().map(ToString::to_string).collect();
    if only.is_empty() {
        return Outcome::default();
    }
    let options = evaluate::Options { only, list_passes: true, ..evaluate::Options::default() };
    evaluate(&project.documents, set, &options)
}

fn problems(project: &Project, outcome: &Outcome, failures: &mut Vec<Failure>) {
    let of_documents = project.documents.iter().flat_map(|document| &document.problems);
    let problems = project.problems.iter().chain(of_documents).chain(&outcome.problems);
    for problem in problems.filter(|problem| problem.severity() == ProblemSeverity::Error) {
        let failure = Failure::new(format!("problem: {}", problem.message));
        failures.push(match problem.place {
            Some(place) => {
                let file = project.sources.get(place.file);
                let line = file.position(place.span.start).line;
                failure.at(&file.path, line).in_text(&file.text)
            }
            None => failure,
        });
    }
}

fn observed(outcome: &Outcome, documents: &[Document], sources: &Sources) -> Vec<Observed> {
    let block = |resource: &ResourceRef, fallback: Place| {
        let document = documents.iter().find(|document| document.root == resource.document);
        let found = document.and_then(|document| {
            document.resources.iter().find(|each| each.address == resource.address)
        });
        found.map_or(fallback, |resource| resource.place)
    };
    let findings = outcome.findings.iter().map(|finding| {
        Observed::finding(finding, block(&finding.resource, finding.place), sources)
    });
    let inconclusive = outcome.inconclusive.iter().map(|verdict| {
        Observed::inconclusive(verdict, block(&verdict.resource, verdict.place), sources)
    });
    let passes = outcome
        .passes
        .iter()
        .map(|pass| Observed::pass(&pass.rule, &pass.resource.address, pass.block, sources));
    let mut all: Vec<Observed> = findings.chain(inconclusive).chain(passes).collect();
    join(&mut all, documents, sources);
    all
}

/// Says of each verdict which blocks of its file are joined to that of its resource.
fn join(all: &mut [Observed], documents: &[Document], sources: &Sources) {
    type Blocks = Vec<RangeInclusive<u32>>;
    let mut joined: BTreeMap<(&Arc<str>, &Arc<str>), Blocks> = BTreeMap::new();
    for document in documents {
        let index = Index::new(document);
        for (at, resource) in document.resources.iter().enumerate() {
            let own = resource.place;
            let to = index.outgoing(at).iter().map(|edge| edge.to);
            let from = index.incoming(at).iter().map(|edge| edge.from);
            let blocks = to.chain(from).map(|other| index.resource(other).place);
            let path = &sources.get(own.file).path;
            let mut blocks: Blocks = blocks
                .filter(|place| place.file == own.file && place.span != own.span)
                .map(|place| lines(place, sources))
                .collect();
            blocks.sort_by_key(|block| *block.start());
            blocks.dedup();
            joined.entry((path, &resource.address)).or_default().append(&mut blocks);
        }
    }
    for observed in all {
        if let Some(blocks) = joined.get(&(&observed.path, &observed.address)) {
            observed.joined.clone_from(blocks);
        }
    }
}

/// The expectations of a file of a sample.
pub(super) fn expected_in(
    texts: &BTreeMap<String, String>,
    path: &str,
    text: &str,
) -> (Vec<Expectation>, Vec<super::Mistake>) {
    match texts.get(&format!("{path}{SIDECAR}")) {
        Some(text) => sidecar(text),
        None => expectations(text),
    }
}

struct Case<'c, 's> {
    subject: &'c Subject<'s>,
    project: &'c Project,
    observed: &'c [Observed],
    under_test: &'c [Arc<str>],
}

impl Case<'_, '_> {
    /// The rule of every expectation that was checked.
    fn check(
        &self,
        texts: &BTreeMap<String, String>,
        failures: &mut Vec<Failure>,
    ) -> Vec<Arc<str>> {
        let mut named = Vec::new();
        for (path, text) in texts.iter().filter(|(path, _)| !path.ends_with(SIDECAR)) {
            let (expected, mistakes) = expected_in(texts, path, text);
            failures.extend(
                mistakes.into_iter().map(|mistake| {
                    Failure::new(mistake.message).at(path, mistake.line).in_text(text)
                }),
            );
            named.extend(expected.iter().map(|expectation| Arc::clone(&expectation.rule)));
            let mismatches = compare(path, &expected, self.observed, self.under_test);
            failures.extend(mismatches.iter().map(|mismatch| self.failure(path, text, mismatch)));
        }
        named
    }

    fn failure(&self, path: &str, text: &str, mismatch: &Mismatch) -> Failure {
        let mut failure = Failure::new(&*mismatch.message).at(path, mismatch.line).in_text(text);
        failure.expected.clone_from(&mismatch.expected);
        failure.got.clone_from(&mismatch.got);
        if let Some(trace) = self.trace(path, mismatch) {
            failure.values = decisive(&trace);
        }
        failure
    }

    /// How the rule judged the resource whose block holds the line.
    fn trace(&self, path: &str, mismatch: &Mismatch) -> Option<RuleTrace> {
        let sources = &self.project.sources;
        let file = sources.find(path)?;
        let holds =
            |place: Place| place.file == file && lines(place, sources).contains(&mismatch.line);
        self.project.documents.iter().find_map(|document| {
            let resource = document.resources.iter().find(|resource| holds(resource.place))?;
            self.subject.trace(document, &resource.address, &mismatch.rule)
        })
    }
}

/// Values that a reader needs to see why a verdict is what it is: the parts that were evaluated.
pub(super) fn decisive(trace: &RuleTrace) -> Vec<(usize, String, String)> {
    let mut values = Vec::new();
    for run in &trace.runs {
        for step in run.steps.iter().filter(|step| !step.plain) {
            let given = match &step.given {
                StepGiven::Values(all) => evaluate::shortened(&all.join(", ")),
                StepGiven::Not(why) => format!("not evaluated: {why}"),
            };
            // What was not evaluated is told once, not for all that is in it.
            let inside = values.last().is_some_and(|(depth, _, last): &(usize, String, String)| {
                *depth < step.depth && last.starts_with("not evaluated")
            });
            if !inside {
                values.push((step.depth, step.text.clone(), given));
            }
        }
    }
    for unknown in &trace.unknown {
        let place = format!("{}{}", unknown.address, unknown.at.as_str());
        values.push((0, place, format!("unknown: {}", unknown.reason)));
    }
    values.truncate(24);
    values
}
