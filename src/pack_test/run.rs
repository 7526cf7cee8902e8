//! Runs the samples of a pack: each through the real pipeline, each comment compared with what the rules said.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::{Observed, SIDECAR, Sample, compare, expectations, rules_under_test, sidecar};
use crate::document::Document;
use crate::evaluate::{self, evaluate};
use crate::finding::{Outcome, ResourceRef};
use crate::pack::{Pack, PackSet};
use crate::project::{self, Project};
use crate::source::{FileSystem, MemoryFileSystem, Place, ProblemSeverity, Sources, folder_of};

/// What running one sample gave.
#[derive(Debug)]
pub struct SampleResult {
    /// `service/name`.
    pub name: String,
    /// Expectations that were checked.
    pub checked: usize,
    /// Differences, by file and line, in words.
    pub failures: Vec<String>,
}

/// Run samples of a pack. `rule_files` are the files of the pack's rules, where `set` has their places.
pub fn run(
    files: &dyn FileSystem,
    samples: &[Sample],
    pack: &Pack,
    set: &PackSet,
    sources: &Sources,
) -> Vec<SampleResult> {
    samples.par_iter().map(|sample| run_one(files, sample, pack, set, sources)).collect()
}

fn run_one(
    files: &dyn FileSystem,
    sample: &Sample,
    pack: &Pack,
    set: &PackSet,
    sources: &Sources,
) -> SampleResult {
    let name = format!("{}/{}", sample.service, sample.name);
    let under_test = rules_under_test(pack, &sample.service, sources);
    let mut failures = Vec::new();
    if under_test.is_empty() {
        failures.push(format!(
            "no rules lie in rules/{}.yaml, rules/{0}.rego or rules/{0}_*",
            sample.service
        ));
    }
    let texts = read(files, sample, &mut failures);
    let observed = observe(&texts, set, &under_test, &mut failures);
    let checked = check(&texts, &observed, &under_test, &mut failures);
    if checked == 0 {
        failures.push("no comment states a verdict".to_owned());
    }
    SampleResult { name, checked, failures }
}

/// The sample's files by name, sidecars among them.
fn read(
    files: &dyn FileSystem,
    sample: &Sample,
    failures: &mut Vec<String>,
) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    let base = sample.files.first().map_or("", |first| folder_of_sample(first, &sample.name));
    for path in &sample.files {
        match files.read(path).map(String::from_utf8) {
            Ok(Ok(text)) => {
                let inner = path.strip_prefix(base).unwrap_or(path).trim_start_matches('/');
                texts.insert(inner.to_owned(), text);
            }
            Ok(Err(_)) => failures.push(format!("{path} is not UTF-8")),
            Err(error) => failures.push(format!("{path} cannot be read: {error}")),
        }
    }
    texts
}

/// The folder that becomes the sample's root: its own, or the service's for a single file.
fn folder_of_sample<'p>(path: &'p str, name: &str) -> &'p str {
    match path.find(&format!("/{name}/")) {
        Some(at) => &path[..=at + name.len()],
        None => folder_of(path),
    }
}

fn observe(
    texts: &BTreeMap<String, String>,
    set: &PackSet,
    under_test: &[Arc<str>],
    failures: &mut Vec<String>,
) -> Vec<Observed> {
    let configuration = texts.iter().filter(|(path, _)| !path.ends_with(SIDECAR));
    let tree: MemoryFileSystem =
        configuration.map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let options = project::Options { paths: vec![String::new()], ..project::Options::default() };
    let project = Project::load(&tree, &options);
    let only = under_test.iter().map(ToString::to_string).collect();
    let options = evaluate::Options { only, list_passes: true, ..evaluate::Options::default() };
    let outcome = evaluate(&project.documents, set, &options);
    let of_documents = project.documents.iter().flat_map(|document| &document.problems);
    let problems = project.problems.iter().chain(of_documents).chain(&outcome.problems);
    for problem in problems.filter(|problem| problem.severity() == ProblemSeverity::Error) {
        let line = problem.place.map(|place| {
            let file = project.sources.get(place.file);
            format!("{}:{}: ", file.path, file.position(place.span.start).line)
        });
        failures.push(format!("{}problem: {}", line.unwrap_or_default(), problem.message));
    }
    observed(&outcome, &project.documents, &project.sources)
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
        .map(|pass| Observed::pass(&pass.rule.id, &pass.resource.address, pass.block, sources));
    findings.chain(inconclusive).chain(passes).collect()
}

fn check(
    texts: &BTreeMap<String, String>,
    observed: &[Observed],
    under_test: &[Arc<str>],
    failures: &mut Vec<String>,
) -> usize {
    let mut checked = 0;
    for (path, text) in texts.iter().filter(|(path, _)| !path.ends_with(SIDECAR)) {
        let (expected, mistakes) = match texts.get(&format!("{path}{SIDECAR}")) {
            Some(text) => sidecar(text),
            None => expectations(text),
        };
        failures.extend(
            mistakes.iter().map(|mistake| format!("{path}:{}: {}", mistake.line, mistake.message)),
        );
        checked += expected.len();
        let mismatches = compare(path, &expected, observed, under_test);
        failures.extend(
            mismatches
                .iter()
                .map(|mismatch| format!("{path}:{}: {}", mismatch.line, mismatch.message)),
        );
    }
    checked
}
