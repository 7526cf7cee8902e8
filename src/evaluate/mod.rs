//! Rules over documents, in parallel: which rule meets which resource, and what it says.
//!
//! Takes documents and packs, gives an [`Outcome`] whose order depends on neither threads nor the order of files.

mod cel;
mod order;
mod outside;
mod rego;
mod trace;
mod verdict;
pub mod worlds;

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::document::{Document, Index, Resource};
use crate::engine::around::Records;
use crate::engine::rego::Input;
use crate::finding::{Bands, Finding, Outcome, ResourceRef, fingerprint};
use crate::pack::{Logic, Pack, PackSet, Rule};
pub use outside::Outside;
pub use trace::{RuleTrace, Step, StepGiven, TracedRun, shortened, trace, why_not_evaluated};
use verdict::{Verdict, VerdictKind};

/// Resources that one task of CEL rules judges.
const CHUNK: usize = 64;

/// What an evaluation is asked for.
#[derive(Debug, Default)]
pub struct Options {
    /// Only these rules (full ids); all where empty.
    pub only: Vec<String>,
    /// Not these.
    pub skip: Vec<String>,
    /// Bands of severity.
    pub bands: Bands,
    /// Whether passes are listed, not only counted.
    pub list_passes: bool,
    /// Resources that rules are narrowed not to judge.
    pub outside: Outside,
}

impl Options {
    /// Whether a rule is asked for.
    pub fn wants(&self, rule: &Rule) -> bool {
        let named = |list: &[String]| list.iter().any(|id| **id == *rule.info.id);
        rule.disabled.is_none() && (self.only.is_empty() || named(&self.only)) && !named(&self.skip)
    }
}

/// One document with its lookups.
struct Subject<'a> {
    index: Index<'a>,
    records: Records,
}

/// Evaluate all rules over all documents.
pub fn evaluate(documents: &[Document], packs: &PackSet, options: &Options) -> Outcome {
    let rules: Vec<(&Pack, &Rule)> =
        packs.rules().filter(|(_, rule)| options.wants(rule)).collect();
    let cel_by_type = cel_rules_by_type(&rules);
    let mut verdicts: Vec<Verdict> = documents
        .par_iter()
        .flat_map(|document| {
            let mut found = judge_document(document, &rules, &cel_by_type, packs);
            found.extend(judge_manifests(document, &rules, packs));
            found
        })
        .collect();
    verdicts.retain(|verdict| !options.outside.holds(&verdict.rule.id, &verdict.resource));
    order::sort(&mut verdicts);
    outcome(documents, packs, &rules, verdicts, options)
}

fn judge_document(
    document: &Document,
    rules: &[(&Pack, &Rule)],
    cel_by_type: &ByType<'_>,
    packs: &PackSet,
) -> Vec<Verdict> {
    let subject = Subject { index: Index::new(document), records: Records::new(document) };
    let (mut from_cel, from_rego) = rayon::join(
        || judge_with_cel(&subject, cel_by_type),
        || judge_with_rego(&subject, rules, packs),
    );
    from_cel.extend(from_rego);
    from_cel
}

fn written_as<'d>(document: &'d Document, address: &str) -> Option<&'d Resource> {
    let at = document.resources.binary_search_by(|each| (*each.address).cmp(address)).ok()?;
    document.resources.get(at)
}

/// Objects of Kubernetes that a document of another format makes, in the form of manifests, each with the document that holds that form.
pub fn made_objects(document: &Document) -> impl Iterator<Item = (&Document, &Resource)> {
    let manifests = document.manifests.as_deref();
    let all =
        manifests.into_iter().flat_map(|made| made.resources.iter().map(move |it| (made, it)));
    all.filter(|(_, object)| {
        written_as(document, &object.address).is_none_or(|own| own.kind != object.kind)
    })
}

/// What rules about Kubernetes say of objects that Terraform makes: in the form of manifests, under the names of Terraform.
fn judge_manifests(document: &Document, rules: &[(&Pack, &Rule)], packs: &PackSet) -> Vec<Verdict> {
    let Some(manifests) = document.manifests.as_deref() else { return Vec::new() };
    let kinds: FxHashSet<&str> = made_objects(document).map(|(_, object)| &*object.kind).collect();
    let about = |rule: &Rule| rule.applies_to.iter().any(|kind| kinds.contains(&**kind));
    let rules: Vec<(&Pack, &Rule)> =
        rules.iter().filter(|(_, rule)| about(rule)).copied().collect();
    let mut by_type = cel_rules_by_type(&rules);
    by_type.retain(|kind, _| kinds.contains(&**kind));
    let mut verdicts = judge_document(manifests, &rules, &by_type, packs);
    verdicts.retain(|verdict| kinds.contains(&*verdict.resource.kind));
    for verdict in &mut verdicts {
        if let Some(own) = written_as(document, &verdict.resource.address) {
            verdict.resource.kind = own.type_name().into();
        }
    }
    verdicts
}

type ByType<'r> = FxHashMap<Arc<str>, Vec<(&'r Pack, &'r Rule)>>;

fn cel_rules_by_type<'r>(rules: &[(&'r Pack, &'r Rule)]) -> ByType<'r> {
    let mut by_type: ByType<'r> = FxHashMap::default();
    for (pack, rule) in rules {
        if matches!(rule.logic, Logic::Cel(_)) {
            for kind in &rule.applies_to {
                by_type.entry(Arc::clone(kind)).or_default().push((pack, rule));
            }
        }
    }
    by_type
}

fn judge_with_cel(subject: &Subject<'_>, rules: &ByType<'_>) -> Vec<Verdict> {
    let resources: Vec<usize> = (0..subject.index.document.resources.len())
        .filter(|at| rules.contains_key(&subject.index.resource(*at).kind))
        .collect();
    let judge = |at: &usize| {
        let applicable = &rules[&subject.index.resource(*at).kind];
        applicable
            .iter()
            .filter_map(|(pack, rule)| cel::judge(subject, *at, pack, rule))
            .collect::<Vec<_>>()
    };
    resources.par_chunks(CHUNK).flat_map_iter(|chunk| chunk.iter().flat_map(judge)).collect()
}

fn judge_with_rego(
    subject: &Subject<'_>,
    rules: &[(&Pack, &Rule)],
    packs: &PackSet,
) -> Vec<Verdict> {
    let applies =
        |rule: &Rule| rule.applies_to.iter().any(|kind| !subject.index.of_type(kind).is_empty());
    let applicable: Vec<&Rule> = rules
        .iter()
        .filter(|(_, rule)| matches!(rule.logic, Logic::Rego { .. }) && applies(rule))
        .map(|(_, rule)| *rule)
        .collect();
    if applicable.is_empty() {
        return Vec::new();
    }
    let input = Input::new(&subject.index);
    applicable.par_iter().flat_map_iter(|rule| rego::judge(subject, &input, rule, packs)).collect()
}

/// Count and fill in what stands around the verdicts.
fn outcome<'d>(
    documents: &'d [Document],
    packs: &PackSet,
    rules: &[(&Pack, &Rule)],
    verdicts: Vec<Verdict>,
    options: &Options,
) -> Outcome {
    let mut outcome = Outcome::default();
    for (_, rule) in rules {
        outcome.rules.insert(Arc::clone(&rule.info.id), crate::finding::RuleCounts::default());
    }
    for verdict in verdicts {
        outcome.evaluated += usize::from(!matches!(verdict.kind, VerdictKind::PassIfAny(_)));
        let counts = outcome.rules.entry(Arc::clone(&verdict.rule.id)).or_default();
        match &verdict.kind {
            VerdictKind::Finding(_) => counts.finding += 1,
            VerdictKind::Pass => counts.pass += 1,
            VerdictKind::PassIfAny(_) => {}
            VerdictKind::Unknown(_) => counts.inconclusive += 1,
            VerdictKind::Failed(_) => counts.error += 1,
        }
        verdict.add_to(&mut outcome, options);
    }
    outcome.disabled = packs
        .rules()
        .filter_map(|(_, rule)| Some((Arc::clone(&rule.info.id), rule.disabled.clone()?)))
        .collect();
    outcome.disabled.sort();
    let by_document: FxHashMap<(&str, &str), &'d Document> =
        documents.iter().map(|document| ((document.format, &*document.root), document)).collect();
    let of = |document: &'d Document, address: &str| {
        let at = document.resources.binary_search_by(|each| (*each.address).cmp(address)).ok()?;
        document.resources.get(at)
    };
    let lookup = |finding: &Finding| {
        let ResourceRef { format, document, address, .. } = &finding.resource;
        let document: &'d Document = by_document.get(&(*format, &**document)).copied()?;
        let own = of(document, address);
        let has = |it: &&Resource| it.attributes.at(&finding.attribute).is_some();
        let manifest = || of(document.manifests.as_deref()?, address).filter(has);
        own.filter(has).or_else(manifest).or(own)
    };
    order::sort_findings(&mut outcome.findings);
    fingerprint::assign(&mut outcome.findings, lookup);
    outcome.problems.sort();
    outcome.problems.dedup();
    outcome
}
