//! Threats of a model: findings and rules over the graph, scored by where things sit; what covers STRIDE; paths of attack.
//!
//! Takes documents, findings and the vocabulary of packs, gives a [`ThreatModel`].

mod asked;
mod assemble;
mod claims;
mod closed;
mod controls;
mod coverage;
mod crossing;
mod drafts;
mod lateral;
mod lookups;
mod machines;
mod opened;
mod paths;
mod records;
mod secrets;
mod situation;
mod standing;
mod surroundings;
mod trail;
mod ways;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::config::Context;
use crate::document::Document;
use crate::finding::context::{Profile, Situation, assess};
use crate::finding::{Assessment, Bands, Finding, Score, ThreatClass};
use crate::graph::{self, Graph};
use crate::model::{ThreatModel, ThreatState, Work};
use crate::pack::Meanings;
use crate::source::{Problem, ProblemKind, Sources};

use drafts::{Draft, Drafts};
use situation::Target;
use surroundings::Surroundings;
use words::Words;

/// What a model is asked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Which factors count.
    pub profile: Profile,
    /// Bands of severity.
    pub bands: Bands,
    /// Whether threats that a proven control closes are listed.
    pub show_mitigated: bool,
    /// How far the model goes.
    pub bounds: graph::Bounds,
}

/// What a model is made of.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// All documents.
    pub documents: &'a [Document],
    /// All findings.
    pub findings: &'a [Finding],
    /// All threat classes.
    pub classes: &'a BTreeMap<Arc<str>, Arc<ThreatClass>>,
    /// The vocabulary.
    pub vocabulary: &'a Meanings,
    /// What people state about where things sit.
    pub context: &'a Context,
    /// All texts.
    pub sources: &'a Sources,
}

/// A threat with its score.
#[derive(Clone, Debug)]
pub(crate) struct Scored {
    target: Target,
    draft: Draft,
    situation: Situation,
    assessment: Assessment,
    score: Score,
}

/// One document's part of the model, by position.
pub(crate) struct Part<'a> {
    graph: Graph<'a>,
    threats: Vec<Scored>,
    mitigated: Vec<Scored>,
    paths: Vec<paths::Found>,
    stopped: bool,
    work: Work,
    facts: Vec<assemble::NodeFacts>,
    zones: Vec<Option<Arc<str>>>,
}

/// Make the model of all documents. What could not be done is among the problems.
pub fn build(input: &Input<'_>, options: &Options) -> (ThreatModel, Vec<Problem>) {
    let mut words = Words::new(input.vocabulary);
    let idle = words.state(input.context, input.documents, input.sources);
    let findings = by_document(input.findings);
    let made: Vec<Result<(Part<'_>, Vec<Problem>), Problem>> = input
        .documents
        .par_iter()
        .map(|document| {
            let own = own(&findings, document).map(|at| &input.findings[at]).collect::<Vec<_>>();
            caught(document, || part(document, &own, input, &words, options))
        })
        .collect();
    let mut problems: Vec<Problem> = idle.into_iter().map(unused).collect();
    let mut parts = Vec::new();
    for part in made {
        match part {
            Ok((part, more)) => {
                parts.push(part);
                problems.extend(more);
            }
            Err(problem) => problems.push(problem),
        }
    }
    let model = assemble::model(&parts, input, options);
    problems.sort();
    problems.dedup();
    (model, problems)
}

/// Score findings by where what they harm sits: the highest of what each harms. Their order stays.
pub fn in_context(input: &Input<'_>, options: &Options) -> (Vec<Assessment>, Vec<Problem>) {
    let mut words = Words::new(input.vocabulary);
    let idle = words.state(input.context, input.documents, input.sources);
    let mut problems: Vec<Problem> = idle.into_iter().map(unused).collect();
    let by_document = by_document(input.findings);
    let of_document = |document: &Document| -> (Vec<(usize, Assessment)>, Vec<Problem>) {
        let own: Vec<usize> = own(&by_document, document).collect();
        if own.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let findings: Vec<&Finding> = own.iter().map(|at| &input.findings[*at]).collect();
        let (graph, problems) = prepared(document, input, &findings, options.bounds);
        let around = Surroundings::new(&graph, &words);
        let secrets = secrets::find(&around);
        let score = |finding: &Finding| {
            let class = &finding.rule.threat;
            let assessed = drafts::targets(&around, finding).into_iter().map(|target| {
                let mut situation = situation::of(&around, target, class, &[finding.place]);
                secrets::apply(&around, &secrets, target, &mut situation, &mut Vec::new());
                let weights = &input.vocabulary.weights;
                assess(
                    &class.id,
                    &class.assumptions,
                    finding.rule.dread,
                    &situation,
                    weights,
                    options.profile,
                )
            });
            assessed.max_by_key(|assessment| options.profile.score(assessment.dread))
        };
        let scored = own.iter().zip(findings).filter_map(|(at, it)| Some((*at, score(it)?)));
        (scored.collect(), problems)
    };
    let mut assessments: Vec<Assessment> =
        input.findings.iter().map(|finding| finding.assessment.clone()).collect();
    let documents = input.documents.par_iter();
    let found: Vec<_> =
        documents.map(|document| caught(document, || of_document(document))).collect();
    for made in found {
        let (scored, more) = made.unwrap_or_else(|problem| (Vec::new(), vec![problem]));
        problems.extend(more);
        for (at, assessment) in scored {
            assessments[at] = assessment;
        }
    }
    problems.sort();
    problems.dedup();
    (assessments, problems)
}

fn unused(place: crate::source::Place) -> Problem {
    Problem::new(ProblemKind::Note, "the selector of `context` selects nothing").at(place)
}

/// Findings, by position, by format and root of their document.
type ByDocument<'f> = BTreeMap<(&'f str, &'f str), Vec<usize>>;

fn by_document(findings: &[Finding]) -> ByDocument<'_> {
    let mut all: ByDocument<'_> = BTreeMap::new();
    for (at, finding) in findings.iter().enumerate() {
        let key = (finding.resource.format, &*finding.resource.document);
        all.entry(key).or_default().push(at);
    }
    all
}

/// The findings of a document.
fn own(findings: &ByDocument<'_>, document: &Document) -> impl Iterator<Item = usize> {
    let own = findings.get(&(document.format, &*document.root)).cloned();
    own.unwrap_or_default().into_iter()
}

/// A panic over one document is a problem; its findings keep their base factors, and the others have their models.
fn caught<T>(document: &Document, make: impl FnOnce() -> T) -> Result<T, Problem> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(make)).map_err(|_| {
        let message = format!("the model of {} could not be made", document.root);
        Problem::new(ProblemKind::Internal, message)
            .help("please report this as a fault of Dreadnought")
    })
}

/// A document's graph, with nodes for what findings are about.
fn prepared<'a>(
    document: &'a Document,
    input: &Input<'a>,
    findings: &[&Finding],
    bounds: graph::Bounds,
) -> (Graph<'a>, Vec<Problem>) {
    let trusted: Vec<ipnet::IpNet> =
        input.context.trusted_networks.iter().filter_map(|range| range.parse().ok()).collect();
    let mut graph = graph::build_within(document, input.vocabulary, &trusted, bounds);
    let problems = std::mem::take(&mut graph.problems);
    drafts::nodes(&mut graph.scene, findings);
    graph.network.presences.resize(graph.scene.nodes.len(), None);
    (graph, problems)
}

fn part<'a>(
    document: &'a Document,
    findings: &[&Finding],
    input: &Input<'a>,
    words: &Words,
    options: &Options,
) -> (Part<'a>, Vec<Problem>) {
    let (graph, mut problems) = prepared(document, input, findings, options.bounds);
    let around = Surroundings::new(&graph, words);
    let secrets = secrets::find(&around);
    let mut found = Drafts::new();
    drafts::from_findings(&around, findings, &mut found);
    problems.extend(drafts::from_rules(&around, input.classes, &mut found));
    drafts::close(&graph.scene, &mut found);
    drafts::gather(&graph.scene, &mut found);
    drafts::drop_unsupported(&mut found);
    let weights = &input.vocabulary.weights;
    let score = |(key, mut draft): ((Arc<str>, Target), Draft)| {
        let target = key.1;
        let mut situation = situation::of(&around, target, &draft.class, &draft.evidence);
        secrets::apply(&around, &secrets, target, &mut situation, &mut draft.evidence);
        situation::evidence(&around, target, &draft.class, &situation, &mut draft.evidence);
        let class = &draft.class;
        let assessment =
            assess(&class.id, &class.assumptions, draft.base, &situation, weights, options.profile);
        let score = options.profile.score(assessment.dread);
        Scored { target, draft, situation, assessment, score }
    };
    let all: Vec<Scored> = found.into_iter().map(score).collect();
    let (threats, mitigated): (Vec<Scored>, Vec<Scored>) =
        all.into_iter().partition(|threat| threat.draft.state == ThreatState::Open);
    let goal = |node: usize, class: &ThreatClass| {
        let mut situation = situation::of(&around, Target::Node(node), class, &[]);
        secrets::apply(&around, &secrets, Target::Node(node), &mut situation, &mut Vec::new());
        let situation = paths::at_goal(situation);
        assess(&class.id, &class.assumptions, class.dread, &situation, weights, options.profile)
            .dread
    };
    let (paths, searched) = paths::search(&around, &threats, input.classes, &goal, options);
    let stopped = searched == options.bounds.searched;
    let facts = assemble::facts(&around);
    let zones = assemble::zone_environments(&around);
    if graph.left_out {
        let message = format!(
            "the model of {} leaves flows out: there are too many pairs of hosts, or of principals and what they may use",
            document.root
        );
        problems.push(Problem::new(ProblemKind::Limit, message));
    }
    let work = Work {
        pairs: graph.pairs,
        rights: graph.identity.pairs,
        walked: around.asked.walked.get(),
        searched,
    };
    let part = Part { graph, threats, mitigated, paths, stopped, work, facts, zones };
    (part, problems)
}
