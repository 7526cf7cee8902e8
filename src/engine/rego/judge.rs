//! Judging: one run over the document, then, for each resource, whether the verdict holds.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::input::Changes;
use super::overlap::{Met, Scope};
use super::proof::{MAX_GIVEN, Prover};
use super::run::{Denials, Run};
use super::{Input, Judgement, Policies, RuleRef};
use crate::document::{Existence, Index, Pointer};
use crate::engine::Failure;

/// Resources of unknown existence of which every combination is tried.
const MAX_COMBINED: usize = 4;
/// Most resources of unknown existence that are tried one by one.
const MAX_SINGLE: usize = 64;
/// Most values and resources that one verdict is said to depend on; the last of them tells how many more there are.
const MAX_SAID: usize = 64;

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
    let mut prover = Prover { run, scope, trials: 0, given: 0, near: None };
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
    Judgement::Unknown(said(all.into_iter()))
}

/// What a verdict depends on: a few, and how many more.
fn said(all: impl Iterator<Item = (usize, Pointer, Arc<str>)>) -> Vec<(usize, Pointer, Arc<str>)> {
    let mut all = all.fuse();
    let mut said: Vec<_> = all.by_ref().take(MAX_SAID).collect();
    let more = all.count();
    if let Some((.., reason)) = said.last_mut().filter(|_| more > 0) {
        *reason = format!("{reason}; the same goes for {more} more").into();
    }
    said
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
    let mut changed = Changed::new();
    let mut given = 0;
    let mut left: BTreeSet<usize> = BTreeSet::new();
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
        let removed = Rc::new(removed);
        let mut mattering = BTreeSet::clone(&removed);
        let is_near = |near: &BTreeSet<usize>| {
            let others = near.difference(&removed).filter_map(|at| base.get(at));
            others.into_iter().any(decided)
        };
        let alone = mattering.first().filter(|_| mattering.len() == 1).zip(distance);
        if alone.is_none_or(|(other, hops)| is_near(&scope.reachable(*other, hops))) {
            compare(run, &base, &without(&removed), &removed, &mut changed);
        }
        // A resource that is itself uncertain is judged as if it existed.
        for at in removed.iter().filter(|at| base.get(at).is_some_and(decided)) {
            let itself = mattering.remove(at);
            if !mattering.is_empty() && matter_to(&mattering, *at) {
                let own = BTreeMap::from([(*at, base[at].clone())]);
                let near = scope.near(*at, &run.rule.applies_to);
                // What is farther away than what matters is not looked at.
                let mut others: BTreeSet<usize> = match (&near, distance) {
                    (Some(near), Some(_)) => {
                        near.records.iter().filter(|at| removed.contains(at)).copied().collect()
                    }
                    _ => BTreeSet::clone(&removed),
                };
                others.remove(at);
                let alone = scope.alone(&run.index.resource(*at).kind);
                let changes = Changes { only: alone.then_some(*at), near, ..without(&others) };
                given += run.size(&changes);
                if given > MAX_GIVEN {
                    left.insert(*at);
                } else {
                    compare(run, &own, &changes, &Rc::new(others), &mut changed);
                }
            }
            if itself {
                mattering.insert(*at);
            }
        }
    }
    untried(scope, &uncertain, distance, &left, judgements);
    // Near is near both ways: of few others, all that is near to them is found once.
    let few = uncertain.len() <= MAX_SINGLE;
    let others = uncertain.iter().filter(|_| few && !changed.is_empty());
    let reached: BTreeMap<usize, BTreeSet<usize>> =
        others.filter_map(|other| Some((*other, scope.reachable(*other, distance?)))).collect();
    for (at, sets) in changed {
        let reason = |other: usize| -> Arc<str> {
            format!("whether {} exists is unknown", run.index.resource(other).address).into()
        };
        let near = distance.filter(|_| !few).map(|hops| scope.reachable(at, hops));
        let is_near = |other: &usize| match &near {
            Some(near) => near.contains(other),
            None => reached.get(other).is_none_or(|reached| reached.contains(&at)),
        };
        let others = uncertain.iter().copied().filter(|other| {
            is_near(other)
                && sets.iter().any(|set| set.contains(other))
                && scope.existence_matters(at, *other)
        });
        let all = said(others.map(|other| (other, Pointer::root(), reason(other))));
        if !all.is_empty() {
            judgements.insert(at, Judgement::Unknown(all));
        }
    }
}

/// By resource, sets of resources without which the verdict on it is another.
type Changed = BTreeMap<usize, Vec<Rc<BTreeSet<usize>>>>;

/// Verdicts to which more resources of unknown existence matter than are tried one by one.
fn untried(
    scope: &Scope<'_>,
    uncertain: &[usize],
    distance: Option<usize>,
    left: &BTreeSet<usize>,
    judgements: &mut Judgements,
) {
    let too_many = |other: usize| {
        let reason = format!(
            "whether each of {} resources exists is unknown, which are too many to try",
            uncertain.len()
        );
        Judgement::Unknown(vec![(other, Pointer::root(), reason.into())])
    };
    for at in left {
        if let Some(other) = uncertain.iter().find(|other| *other != at) {
            judgements.insert(*at, too_many(*other));
        }
    }
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
            *judgement = too_many(*other);
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
    removed: &Rc<BTreeSet<usize>>,
    changed: &mut Changed,
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
            changed.entry(*at).or_default().push(Rc::clone(removed));
        }
    }
}

/// Findings that rest on the absence of something, where a module that is not at hand may hold it.
fn unresolved(run: &Run<'_>, scope: &Scope<'_>, judgements: &mut Judgements) {
    if !scope.joins() {
        return;
    }
    let calls = run.index.document.modules.iter().filter(|call| !call.resolved);
    // By address, and by that of the block: the resources that are denied.
    let mut denied: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    let finding =
        |(_, judgement): &(&usize, &Judgement)| matches!(judgement, Judgement::Finding(_));
    for (at, _) in judgements.iter().filter(finding) {
        let address = &*run.index.resource(*at).address;
        denied.entry(address).or_default().push(*at);
        let block = address.strip_suffix(']').and_then(|inner| inner.rfind('['));
        if let Some(end) = block {
            denied.entry(&address[..end]).or_default().push(*at);
        }
    }
    let mut resting: FxHashMap<usize, bool> = FxHashMap::default();
    for call in calls {
        let named: BTreeSet<&str> = call.references.iter().map(|to| &*to.to).collect();
        let receives = named.iter().filter_map(|name| denied.get(name)).flatten();
        for at in receives {
            // The first call that receives it is the reason.
            if resting.contains_key(at) {
                continue;
            }
            let rests = rests_on_absence(run, *at);
            resting.insert(*at, rests);
            if rests {
                let reason =
                    format!("{} is not resolved and receives a reference to it", call.address);
                let all = vec![(*at, Pointer::root(), reason.into())];
                judgements.insert(*at, Judgement::Unknown(all));
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
            scope.may_matter(*other) && run.index.of_type(kind).iter().any(|at| at != other)
        });
        if open.is_empty() {
            continue;
        }
        let open = said(open.into_iter());
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
    run.over_nothing_but(at).map_or(true, |denials| !denials.places(at).is_empty())
}
