//! Proofs that a verdict holds whatever its unknown values are.
//!
//! Two ways: knowing more can only add denials, so those found without the unknown values stay; or the values are only
//! compared with literals, so a few substitutes stand for all values there are, and all of them are tried.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use regorus::Value;

use super::input::{Changes, Near, Section};
use super::overlap::{Met, Scope};
use super::run::{Denials, Run};
use super::substitutes;
use super::{Denial, Judgement};
use crate::document::{self, Pointer};

/// Most evaluations for one verdict, and for all verdicts of a rule on a document.
const MAX_TRIALS: usize = 1024;
const MAX_TRIALS_IN_ALL: usize = 16_384;
/// Most records that these evaluations look through, each as often as they do: enough for every trial of a few hundred resources.
pub(super) const MAX_GIVEN: usize = 5_000_000;
/// Most messages that a finding has where they depend on what is unknown.
const MAX_MESSAGES: usize = 3;
/// As messages of rules in CEL show it.
const UNKNOWN: &str = "(unknown)";

/// Tries to prove verdicts; counts what that costs.
pub(super) struct Prover<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) scope: &'a Scope<'a>,
    pub(super) trials: usize,
    pub(super) given: usize,
    /// What the verdict that is being proven can depend on.
    pub(super) near: Option<Near>,
}

impl Prover<'_> {
    /// The verdict on a resource that holds for all values, if one can be proven.
    pub(super) fn prove(&mut self, subject: usize, met: &[Met]) -> Option<Judgement> {
        self.near = self.scope.near(subject, &self.run.rule.applies_to);
        if self.given > MAX_GIVEN {
            return None;
        }
        if met.iter().all(|met| met.monotone)
            && let Some(finding) = self.without(subject, met)
        {
            return Some(finding);
        }
        self.substitute(subject, met)
    }

    /// Denials that are there without the unknown values, list elements taken out too. Of a list that is partly known, the elements
    /// that it has stay.
    fn without(&mut self, subject: usize, met: &[Met]) -> Option<Judgement> {
        let mut changes = self.base(subject);
        let mut removed: BTreeSet<Pointer> = BTreeSet::new();
        for met in met.iter().filter(|met| met.by_members && !met.unknown.element) {
            let own = met.unknown.known.elements().iter().filter_map(substitutes::scalar);
            let own: Vec<Value> = own.collect();
            if !own.is_empty() {
                edit(self.record(&mut changes, met.resource), met, Some(&own.into()));
            }
        }
        let mut elements: Vec<&Met> = met.iter().filter(|met| met.unknown.element).collect();
        // The last element first, so that positions stay true.
        elements.sort_by_key(|met| std::cmp::Reverse(positions(met)));
        for met in elements {
            let record = self.record(&mut changes, met.resource);
            edit(record, met, None);
            if met.resource == subject {
                removed.insert(met.unknown.at.clone());
            }
        }
        let denials = self.over(&changes)?;
        let mut found = denials.of(subject);
        for denial in &mut found {
            denial.at = restored(&denial.at, &removed);
        }
        found.sort();
        (!found.is_empty()).then_some(Judgement::Finding(found))
    }

    fn substitute(&mut self, subject: usize, met: &[Met]) -> Option<Judgement> {
        let choices = |met| choices(met, self.default_of(met));
        let choices: Vec<Vec<Option<Value>>> = met.iter().map(choices).collect::<Option<_>>()?;
        let total = choices.iter().try_fold(1_usize, |all, own| {
            all.checked_mul(own.len()).filter(|all| *all <= MAX_TRIALS)
        })?;
        let given = self.run.size(&self.base(subject)).saturating_mul(total);
        if self.trials + total > MAX_TRIALS_IN_ALL || self.given.saturating_add(given) > MAX_GIVEN {
            return None;
        }
        let mut common: Option<BTreeSet<Pointer>> = None;
        let mut said = Said::default();
        let mut denied = false;
        for number in 0..total {
            let denials = self.over(&self.chosen(subject, met, &choices, number))?;
            let places = denials.places(subject);
            denied |= !places.is_empty();
            said.add(denials.of(subject));
            let kept = match common {
                Some(common) => common.intersection(&places).cloned().collect(),
                None => places,
            };
            if denied && kept.is_empty() {
                return None;
            }
            common = Some(kept);
        }
        let common = common?;
        if common.is_empty() {
            return Some(Judgement::Pass);
        }
        let in_words = if said.is_settled(&common) {
            Vec::new()
        } else {
            // A message does not say that an unknown value is one of those that stand for it.
            let shown = vec![vec![Some(Value::from(UNKNOWN))]; met.len()];
            let denials = self.over(&self.chosen(subject, met, &shown, 0)).unwrap_or_default();
            denials.of(subject)
        };
        Some(Judgement::Finding(said.about(common, &in_words)))
    }

    fn over(&mut self, changes: &Changes) -> Option<Denials> {
        self.trials += 1;
        self.given += self.run.size(changes);
        self.run.over(changes).ok()
    }

    /// What the provider fills in where the unknown value turns out to be null.
    fn default_of(&self, met: &Met) -> Option<&document::Value> {
        let defaults = &self.run.index.resource(met.resource).defaults;
        let unknown = Some(&met.unknown).filter(|it| it.section == Section::Attributes)?;
        defaults.at(&unknown.at).filter(|default| !matches!(default, document::Value::Null))
    }

    fn chosen(
        &self,
        subject: usize,
        met: &[Met],
        choices: &[Vec<Option<Value>>],
        mut number: usize,
    ) -> Changes {
        let mut changes = self.base(subject);
        for (met, own) in met.iter().zip(choices) {
            if let Some(value) = &own[number % own.len()] {
                edit(self.record(&mut changes, met.resource), met, Some(value));
            }
            number /= own.len();
        }
        changes
    }

    fn base(&self, subject: usize) -> Changes {
        let kind = &self.run.index.resource(subject).kind;
        Changes {
            records: BTreeMap::new(),
            removed: BTreeSet::new(),
            only: self.scope.alone(kind).then_some(subject),
            keep_addresses: !self.scope.by_address(),
            near: self.near.clone(),
        }
    }

    fn record<'c>(&self, changes: &'c mut Changes, at: usize) -> &'c mut Value {
        changes.records.entry(at).or_insert_with(|| self.run.input.record(at).clone())
    }
}

/// What denials say, over all trials.
#[derive(Default)]
struct Said {
    /// Those that are the same in all.
    sure: Option<BTreeSet<Denial>>,
    /// Some of the others' messages by place.
    some: BTreeMap<Pointer, BTreeSet<String>>,
}

impl Said {
    fn add(&mut self, denials: Vec<Denial>) {
        for denial in &denials {
            let own = self.some.entry(denial.at.clone()).or_default();
            // What stands for a text that no rule names is no word of the configuration.
            if own.len() <= MAX_MESSAGES && !denial.message.contains(substitutes::OTHER) {
                own.insert(denial.message.clone());
            }
        }
        let own: BTreeSet<Denial> = denials.into_iter().collect();
        self.sure = Some(match self.sure.take() {
            Some(sure) => sure.intersection(&own).cloned().collect(),
            None => own,
        });
    }

    fn sure_at<'s>(&'s self, at: &'s Pointer) -> impl Iterator<Item = &'s Denial> {
        self.sure.iter().flatten().filter(move |denial| denial.at == *at)
    }

    /// Whether each place has a denial that is the same in all.
    fn is_settled(&self, places: &BTreeSet<Pointer>) -> bool {
        places.iter().all(|at| self.sure_at(at).next().is_some())
    }

    /// What is denied at these places: in the same words in all, else in those that name what is unknown so, else in those of some.
    fn about(self, places: BTreeSet<Pointer>, in_words: &[Denial]) -> Vec<Denial> {
        let mut all = Vec::new();
        for at in places {
            let sure: Vec<Denial> = self.sure_at(&at).cloned().collect();
            let named = || in_words.iter().filter(|denial| denial.at == at).cloned();
            let some = || {
                let messages: Vec<&str> =
                    self.some.get(&at).into_iter().flatten().map(String::as_str).collect();
                let message = match messages.as_slice() {
                    [] => "denied, whatever unknown values are".to_owned(),
                    few if few.len() <= MAX_MESSAGES => few.join(", or "),
                    more => format!("{}, or …", more[..MAX_MESSAGES].join(", or ")),
                };
                Denial { at: at.clone(), message }
            };
            match (sure.is_empty(), named().next()) {
                (false, _) => all.extend(sure),
                (true, Some(_)) => all.extend(named()),
                (true, None) => all.push(some()),
            }
        }
        all
    }
}

/// What stands for all values: null, which is left out (`None`), and values that differ in all that the rule asks.
fn choices(met: &Met, default: Option<&document::Value>) -> Option<Vec<Option<Value>>> {
    let default = match default {
        Some(default) => Some(substitutes::scalar(default)?),
        None => None,
    };
    let known = &met.unknown.known;
    let all = match substitutes::all(known).filter(|_| !met.aside) {
        Some(all) => all,
        None => substitutes::representatives(known, met)?,
    };
    // Null reads as the default.
    let null = (!known.not_null).then_some(default);
    Some(null.into_iter().chain(all.into_iter().map(Some)).collect())
        .filter(|choices: &Vec<_>| !choices.is_empty())
}

/// Put a value where the unknown one is missing, or take its place out of the list.
fn edit(record: &mut Value, met: &Met, value: Option<&Value>) {
    let Ok(record) = record.as_object_mut() else { return };
    let Some(mut holder) = record.get_mut(&met.unknown.section.name().into()) else { return };
    let Some((last, path)) = met.unknown.parts.split_last() else { return };
    for part in path {
        let next = match holder {
            Value::Object(_) => holder
                .as_object_mut()
                .ok()
                .and_then(|members| members.get_mut(&Value::String(Arc::clone(part)))),
            Value::Array(_) => part
                .parse::<usize>()
                .ok()
                .and_then(|at| holder.as_array_mut().ok().and_then(|items| items.get_mut(at))),
            _ => None,
        };
        let Some(next) = next else { return };
        holder = next;
    }
    match (&*holder, value) {
        (Value::Object(_), Some(value)) => {
            if let Ok(members) = holder.as_object_mut() {
                members.insert(Value::String(Arc::clone(last)), value.clone());
            }
        }
        (Value::Array(items), value) => {
            let Ok(at) = last.parse::<usize>() else { return };
            let mut items: Vec<Value> = items.iter().cloned().collect();
            match value {
                Some(value) if at < items.len() => items[at] = value.clone(),
                None if at < items.len() => {
                    items.remove(at);
                }
                _ => {}
            }
            *holder = items.into();
        }
        _ => {}
    }
}

/// Parts of a pointer with list positions as numbers, for sorting.
fn positions(met: &Met) -> Vec<(usize, String)> {
    let parts = met.unknown.parts.iter();
    parts.map(|part| (part.parse().unwrap_or(0), part.to_string())).collect()
}

/// A pointer into lists without some elements, as a pointer into the lists with them.
fn restored(at: &Pointer, removed: &BTreeSet<Pointer>) -> Pointer {
    let mut pointer = Pointer::root();
    for part in at.parts() {
        let mut index = part.parse::<usize>().ok();
        if let Some(index) = &mut index {
            let mut gone: Vec<usize> = removed
                .iter()
                .filter(|gone| gone.parent().is_some_and(|parent| parent == pointer))
                .filter_map(|gone| gone.parts().last()?.parse().ok())
                .collect();
            gone.sort_unstable();
            for gone in gone {
                *index += usize::from(gone <= *index);
            }
        }
        pointer = match index {
            Some(index) if !removed.is_empty() => pointer.index(index),
            _ => pointer.key(&part),
        };
    }
    pointer
}
