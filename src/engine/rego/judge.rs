//! Judging: one run over the document, then, for each resource, whether the verdict holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::input::Changes;
use super::overlap::{Met, Scope};
use super::proof::Prover;
use super::run::{Denials, Run};
use super::{Input, Judgement, Policies, RuleRef};
use crate::document::{Existence, Index, Pointer};
use crate::engine::Failure;

/// Resources of unknown existence of which every combination is tried.
const MAX_COMBINED: usize = 4;
/// Most resources of unknown existence that are tried one by one.
const MAX_SINGLE: usize = 64;

impl Policies {
    /// Run a rule over a document: one judgement for every resource of its types, by position.
    pub fn judge(
        &self,
        rule: &RuleRef,
        input: &Input,
        index: &Index<'_>,
    ) -> Vec<(usize, Judgement)> {
        let mut subjects: Vec<usize> =
            rule.applies_to.iter().flat_map(|kind| index.of_type(kind)).copied().collect();
        subjects.sort_unstable();
        subjects.dedup();
        if subjects.is_empty() {
            return Vec::new();
        }
        let run = Run { policies: self, rule, input, index };
        let mut judgements = first(&run, &subjects);
        // What a rule reads matters only where something is unknown.
        if !input.settled
            && let Some(reads) = self.reads(&rule.package)
        {
            let scope = Scope::new(reads, input, index);
            values(&run, &scope, &mut judgements);
            existence(&run, &scope, &mut judgements);
            unresolved(&run, &scope, &mut judgements);
            unnamed(&run, &scope, &mut judgements);
        }
        judgements.into_iter().collect()
    }
}

/// What a rule did with one resource.
#[derive(Clone, Debug, Default)]
pub struct RegoTrace {
    /// What each part gave, by position among the marks of the policies.
    pub given: Vec<(usize, Vec<String>)>,
    /// Attribute paths that the rule reads, from its text: `aws_s3_bucket.attributes.acl`.
    pub reads: Vec<String>,
    /// Unknown values that it meets: the resource, where, and why.
    pub unknown: Vec<(usize, Pointer, Arc<str>)>,
}

impl Policies {
    /// Attribute paths that the rule of a package reads, from its text: `aws_s3_bucket.attributes.acl`.
    pub fn read_paths(&self, package: &str) -> Vec<String> {
        self.reads(package).map(super::reads::Reads::shown).unwrap_or_default()
    }

    /// Run a rule for one resource and tell what its parts gave. Only marked policies know.
    pub fn trace(&self, rule: &RuleRef, input: &Input, index: &Index<'_>, at: usize) -> RegoTrace {
        let run = Run { policies: self, rule, input, index };
        let changes = Changes { only: Some(at), ..Changes::default() };
        let (_, given) = super::record(|| run.over(&changes));
        let Some(reads) = self.reads(&rule.package) else {
            return RegoTrace { given, ..RegoTrace::default() };
        };
        let scope = Scope::new(reads, input, index);
        let met = scope.met(at).into_iter();
        let unknown = met.map(|met| {
            (met.resource, met.unknown.at.clone(), Arc::clone(&met.unknown.known.reason))
        });
        RegoTrace { given, reads: reads.shown(), unknown: unknown.collect() }
    }
}

type Judgements = BTreeMap<usize, Judgement>;

/// Verdicts as if nothing were unknown.
fn first(run: &Run<'_>, subjects: &[usize]) -> Judgements {
    match run.over(&Changes::default()) {
        Ok(denials) => {
            let mut judgements: Judgements =
                subjects.iter().map(|at| (*at, verdict(&denials, *at))).collect();
            if let (Some(message), Some(at)) = (denials.malformed, subjects.first()) {
                judgements.insert(*at, failed(message));
            }
            judgements
        }
        Err(failure) if failure.budget => {
            subjects.iter().map(|at| (*at, Judgement::Failed(failure.clone()))).collect()
        }
        // One bad resource loses the whole run: judge each by itself.
        Err(_) => subjects.iter().map(|at| (*at, alone(run, *at))).collect(),
    }
}

fn alone(run: &Run<'_>, at: usize) -> Judgement {
    match run.over(&Changes { only: Some(at), ..Changes::default() }) {
        Ok(Denials { malformed: Some(message), .. }) => failed(message),
        Ok(denials) => verdict(&denials, at),
        Err(failure) => Judgement::Failed(failure),
    }
}

fn verdict(denials: &Denials, at: usize) -> Judgement {
    let found = denials.of(at);
    if found.is_empty() { Judgement::Pass } else { Judgement::Finding(found) }
}

fn failed(message: String) -> Judgement {
    Judgement::Failed(Failure { budget: false, message })
}

fn decided(judgement: &Judgement) -> bool {
    matches!(judgement, Judgement::Pass | Judgement::Finding(_))
}

/// Verdicts that meet unknown values hold if that can be proven.
fn values(run: &Run<'_>, scope: &Scope<'_>, judgements: &mut Judgements) {
    let mut prover = Prover { run, scope, trials: 0 };
    for (at, judgement) in judgements.iter_mut().filter(|(_, judgement)| decided(judgement)) {
        let met = scope.met(*at);
        if met.is_empty() {
            continue;
        }
        *judgement = prover.prove(*at, &met).unwrap_or_else(|| unknown(&met));
    }
}

fn unknown(met: &[Met]) -> Judgement {
    let all: BTreeSet<(usize, Pointer, Arc<str>)> = met
        .iter()
        .map(|met| (met.resource, met.unknown.at.clone(), Arc::clone(&met.unknown.known.reason)))
        .collect();
    Judgement::Unknown(all.into_iter().collect())
}

/// Verdicts that change with the existence of another resource, which is unknown.
fn existence(run: &Run<'_>, scope: &Scope<'_>, judgements: &mut Judgements) {
    let resources = run.index.document.resources.iter().enumerate();
    if !scope.joins() {
        return;
    }
    // What cannot matter is not tried.
    let uncertain: Vec<usize> = resources
        .filter(|(at, resource)| resource.existence == Existence::Unknown && scope.may_matter(*at))
        .map(|(at, _)| at)
        .collect();
    if uncertain.is_empty() {
        return;
    }
    let base = judgements.clone();
    let mut changed: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    let distance = scope.distance(&uncertain.iter().copied().collect());
    // Whether some of these can be near enough to a resource to matter to it.
    let matter_to = |others: &BTreeSet<usize>, at: usize| match distance {
        Some(hops) => !scope.reachable(at, hops).is_disjoint(others),
        None => true,
    };
    let keep_addresses = !scope.by_address();
    let without = |removed: &BTreeSet<usize>| Changes {
        removed: removed.clone(),
        keep_addresses,
        ..Changes::default()
    };
    for removed in combinations(&uncertain) {
        let mut mattering = removed.clone();
        let is_near = |near: &BTreeSet<usize>| {
            let others = near.difference(&removed).filter_map(|at| base.get(at));
            others.into_iter().any(decided)
        };
        let alone = mattering.first().filter(|_| mattering.len() == 1).zip(distance);
        if alone.is_none_or(|(other, hops)| is_near(&scope.reachable(*other, hops))) {
            compare(run, &base, &without(&removed), &mut changed);
        }
        // A resource that is itself uncertain is judged as if it existed.
        for at in removed.iter().filter(|at| base.get(at).is_some_and(decided)) {
            let itself = mattering.remove(at);
            if !mattering.is_empty() && matter_to(&mattering, *at) {
                let mut others = removed.clone();
                others.remove(at);
                let own = BTreeMap::from([(*at, base[at].clone())]);
                let alone = scope.alone(&run.index.resource(*at).kind);
                let changes = Changes { only: alone.then_some(*at), ..without(&others) };
                compare(run, &own, &changes, &mut changed);
            }
            if itself {
                mattering.insert(*at);
            }
        }
    }
    untried(scope, &uncertain, distance, judgements);
    for (at, others) in changed {
        let reason = |other: usize| -> Arc<str> {
            format!("whether {} exists is unknown", run.index.resource(other).address).into()
        };
        let all: Vec<_> = others
            .into_iter()
            .filter(|other| scope.existence_matters(at, *other))
            .map(|other| (other, Pointer::root(), reason(other)))
            .collect();
        if !all.is_empty() {
            judgements.insert(at, Judgement::Unknown(all));
        }
    }
}

/// Verdicts to which more resources of unknown existence matter than are tried one by one.
fn untried(
    scope: &Scope<'_>,
    uncertain: &[usize],
    distance: Option<usize>,
    judgements: &mut Judgements,
) {
    let Some(rest) = uncertain.get(MAX_SINGLE..).filter(|rest| !rest.is_empty()) else { return };
    let all: BTreeSet<usize> = uncertain.iter().copied().collect();
    let rest: BTreeSet<usize> = rest.iter().copied().collect();
    for (at, judgement) in judgements.iter_mut().filter(|(_, judgement)| decided(judgement)) {
        let near = distance.map(|hops| scope.reachable(*at, hops));
        let other = match &near {
            Some(near) => {
                // One alone was tried with all.
                let several = near.intersection(&all).filter(|other| *other != at).count() > 1;
                near.intersection(&rest).find(|other| several && *other != at)
            }
            None => rest.iter().find(|other| *other != at),
        };
        if let Some(other) = other {
            let reason = format!(
                "whether each of {} resources exists is unknown, which are too many to try",
                uncertain.len()
            );
            *judgement = Judgement::Unknown(vec![(*other, Pointer::root(), reason.into())]);
        }
    }
}

fn combinations(uncertain: &[usize]) -> Vec<BTreeSet<usize>> {
    let all: BTreeSet<usize> = uncertain.iter().copied().collect();
    if uncertain.len() > MAX_COMBINED {
        let single = uncertain.iter().take(MAX_SINGLE).map(|at| BTreeSet::from([*at]));
        return std::iter::once(all).chain(single).collect();
    }
    let chosen = |mask: u32| {
        let numbered = uncertain.iter().enumerate();
        numbered.filter(|(bit, _)| mask & (1 << bit) != 0).map(|(_, at)| *at).collect()
    };
    (1..1_u32 << uncertain.len()).map(chosen).collect()
}

fn compare(
    run: &Run<'_>,
    base: &Judgements,
    changes: &Changes,
    changed: &mut BTreeMap<usize, BTreeSet<usize>>,
) {
    let denials = run.over(changes);
    for (at, before) in base {
        if changes.removed.contains(at) || !decided(before) {
            continue;
        }
        let same = denials.as_ref().is_ok_and(|denials| match before {
            Judgement::Finding(found) => {
                let places: BTreeSet<Pointer> = found.iter().map(|own| own.at.clone()).collect();
                !places.is_disjoint(&denials.places(*at))
            }
            _ => denials.places(*at).is_empty(),
        });
        if !same {
            changed.entry(*at).or_default().extend(&changes.removed);
        }
    }
}

/// Findings that rest on the absence of something, where a module that is not at hand may hold it.
fn unresolved(run: &Run<'_>, scope: &Scope<'_>, judgements: &mut Judgements) {
    if !scope.joins() {
        return;
    }
    for call in run.index.document.modules.iter().filter(|call| !call.resolved) {
        let reason: Arc<str> =
            format!("{} is not resolved and receives a reference to it", call.address).into();
        let named: BTreeSet<&str> = call.references.iter().map(|to| &*to.to).collect();
        for (at, judgement) in judgements.iter_mut() {
            let address = &*run.index.resource(*at).address;
            let block = address.strip_suffix(']').and_then(|inner| inner.rfind('['));
            let block = block.map_or(address, |end| &address[..end]);
            let receives = named.contains(address) || named.contains(block);
            if receives && matches!(judgement, Judgement::Finding(_)) && rests_on_absence(run, *at)
            {
                *judgement = Judgement::Unknown(vec![(*at, Pointer::root(), Arc::clone(&reason))]);
            }
        }
    }
}

/// Findings that rest on the absence of something, where what names its owner by an unknown value may be it.
fn unnamed(run: &Run<'_>, scope: &Scope<'_>, judgements: &mut Judgements) {
    if !scope.joins() {
        return;
    }
    for kind in &run.rule.applies_to {
        let mut open = run.index.open_names(kind);
        open.retain(|(other, ..)| {
            run.index.of_type(kind).iter().any(|at| scope.existence_matters(*at, *other))
        });
        if open.is_empty() {
            continue;
        }
        for at in run.index.of_type(kind) {
            let finding = matches!(judgements.get(at), Some(Judgement::Finding(_)));
            if finding && rests_on_absence(run, *at) {
                judgements.insert(*at, Judgement::Unknown(open.clone()));
            }
        }
    }
}

/// Whether a resource is denied also where there is nothing else.
fn rests_on_absence(run: &Run<'_>, at: usize) -> bool {
    let others = (0..run.index.document.resources.len()).filter(|other| *other != at);
    let changes = Changes { removed: others.collect(), ..Changes::default() };
    run.over(&changes).map_or(true, |denials| !denials.places(at).is_empty())
}
