//! Proofs that a verdict holds whatever its unknown values are.
//!
//! Two ways: knowing more can only add denials, so those found without the unknown values stay; or the values are only
//! compared with literals, so a few substitutes stand for all values there are, and all of them are tried.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use regorus::Value;

use super::Judgement;
use super::input::Changes;
use super::overlap::{Met, Scope};
use super::run::Run;
use crate::document::Pointer;

/// Most evaluations for one verdict, and for all verdicts of a rule on a document.
const MAX_TRIALS: usize = 1024;
const MAX_TRIALS_IN_ALL: usize = 16_384;

/// Tries to prove verdicts; counts what that costs.
pub(super) struct Prover<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) scope: &'a Scope<'a>,
    pub(super) trials: usize,
}

impl Prover<'_> {
    /// The verdict on a resource that holds for all values, if one can be proven.
    pub(super) fn prove(&mut self, subject: usize, met: &[Met]) -> Option<Judgement> {
        if met.iter().all(|met| met.monotone)
            && let Some(finding) = self.without(subject, met)
        {
            return Some(finding);
        }
        self.substitute(subject, met)
    }

    /// Denials that are there without the unknown values, list elements taken out too.
    fn without(&mut self, subject: usize, met: &[Met]) -> Option<Judgement> {
        let mut changes = self.base(subject);
        let mut removed: BTreeSet<Pointer> = BTreeSet::new();
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
        self.trials += 1;
        let denials = self.run.over(&changes).ok()?;
        let mut found = denials.of(subject);
        for denial in &mut found {
            denial.at = restored(&denial.at, &removed);
        }
        found.sort();
        (!found.is_empty()).then_some(Judgement::Finding(found))
    }

    fn substitute(&mut self, subject: usize, met: &[Met]) -> Option<Judgement> {
        let choices: Vec<Vec<Option<Value>>> = met.iter().map(choices).collect::<Option<_>>()?;
        let total = choices.iter().try_fold(1_usize, |all, own| {
            all.checked_mul(own.len()).filter(|all| *all <= MAX_TRIALS)
        })?;
        if self.trials + total > MAX_TRIALS_IN_ALL {
            return None;
        }
        let mut common: Option<BTreeSet<Pointer>> = None;
        let mut denied = false;
        let mut first = Vec::new();
        for number in 0..total {
            self.trials += 1;
            let denials = self.run.over(&self.chosen(subject, met, &choices, number)).ok()?;
            let places = denials.places(subject);
            denied |= !places.is_empty();
            if number == 0 {
                first = denials.of(subject);
            }
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
        first.retain(|denial| common.contains(&denial.at));
        Some(if first.is_empty() { Judgement::Pass } else { Judgement::Finding(first) })
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
        }
    }

    fn record<'c>(&self, changes: &'c mut Changes, at: usize) -> &'c mut Value {
        changes.records.entry(at).or_insert_with(|| self.run.input.record(at).clone())
    }
}

/// What stands for all values: left out (`None`), one of each type, and the literals.
fn choices(met: &Met) -> Option<Vec<Option<Value>>> {
    let other = Value::from("\u{1}other");
    let mut all = vec![
        Value::Null,
        Value::from(true),
        Value::from(false),
        // A number and a text that no rule names.
        Value::from(7_717_177_i64),
        other.clone(),
        Value::new_array(),
        Value::from(vec![other.clone()]),
        Value::new_object(),
        Value::from(BTreeMap::from([(other.clone(), other)])),
    ];
    let against = met.against.as_ref()?;
    for literal in against {
        // A number may also be written as text.
        let text = literal.as_f64().ok().map(|number| Value::from(number.to_string()));
        for value in std::iter::once(literal.clone()).chain(text) {
            if !all.contains(&value) {
                all.push(value);
            }
        }
    }
    if !met.members.is_empty() {
        // More members can only add denials: between none and all that there can be, nothing differs.
        let known = met.members.iter().filter(|literal| **literal != Value::Undefined);
        let each: Vec<Value> = known.chain(&all).cloned().collect();
        let named = each.iter().enumerate();
        let named = named.map(|(at, value)| (Value::from(at.to_string()), value.clone()));
        all.push(Value::from(named.collect::<BTreeMap<_, _>>()));
        all.push(Value::from(each));
    }
    Some(std::iter::once(None).chain(all.into_iter().map(Some)).collect())
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
