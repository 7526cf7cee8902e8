//! Values that stand for all that an unknown one can turn out to be.

use std::collections::BTreeMap;
use std::sync::Arc;

use regorus::Value;

use super::overlap::Met;
use crate::document::{self, Unknown, ValueType};

/// Most members or characters of a substitute.
const MAX_LENGTH: usize = 64;

/// All values but null that it can be, where these are few.
pub(super) fn all(known: &Unknown) -> Option<Vec<Value>> {
    if let Some(values) = &known.one_of {
        return values.iter().map(scalar).collect();
    }
    (known.kind == Some(ValueType::Boolean)).then(|| vec![Value::from(true), Value::from(false)])
}

/// A scalar of a document as rules see it.
pub(super) fn scalar(value: &document::Value) -> Option<Value> {
    Some(match value {
        document::Value::Bool(bool) => Value::from(*bool),
        document::Value::Int(int) => Value::from(*int),
        document::Value::Float(float) => Value::from(*float),
        document::Value::String(text) => Value::String(Arc::clone(text)),
        _ => return None,
    })
}

/// One value of each type, and the literals that it is compared with: as far as they fit what is known. `None` where the rule asks
/// more than these can tell.
pub(super) fn representatives(known: &Unknown, met: &Met) -> Option<Vec<Value>> {
    let against = met.against.as_ref()?;
    let mut all = vec![Value::from(true), Value::from(false)];
    all.extend(numbers(known));
    all.extend(texts(known, met));
    all.extend(collections(known, met));
    for literal in against {
        // A number may also be written as text.
        let text = literal.as_f64().ok().map(|number| Value::from(number.to_string()));
        all.extend(std::iter::once(literal.clone()).chain(text));
    }
    let mut fitting: Vec<Value> = Vec::new();
    for value in all {
        if fits(known, &value) && !fitting.contains(&value) {
            fitting.push(value);
        }
    }
    if !met.members.is_empty() {
        members(known, met, &mut fitting);
    }
    Some(fitting)
}

/// What no text in a configuration holds.
pub(super) const OTHER: char = '\u{1}';

/// A text that no rule names.
fn other() -> Value {
    Value::from(format!("{OTHER}other"))
}

/// A number that no rule names, and the ends of what is possible.
fn numbers(known: &Unknown) -> impl Iterator<Item = Value> {
    let ends = [known.bounds.least, known.bounds.most].into_iter().flatten();
    let ends = ends.flat_map(|end| [end, end.saturating_add(1), end.saturating_sub(1)]);
    std::iter::once(7_717_177).chain(ends).map(Value::from)
}

fn texts(known: &Unknown, met: &Met) -> Vec<Value> {
    let text = |middle: &str| Value::from(format!("{}{middle}{}", known.prefix, known.suffix));
    let mut all = vec![text("\u{1}other")];
    for count in lengths(known, met) {
        let own = known.prefix.chars().count() + known.suffix.chars().count();
        if let Some(more) = count.checked_sub(own) {
            all.push(text(&"\u{1}".repeat(more)));
        } else if count >= known.prefix.chars().count() {
            // Beginning and end share characters.
            let rest: String = known.suffix.chars().skip(own - count).collect();
            all.push(Value::from(format!("{}{rest}", known.prefix)));
        }
    }
    all
}

/// Lengths that are told apart.
fn lengths(known: &Unknown, met: &Met) -> Vec<usize> {
    let bounds = known.length();
    let ends = [bounds.least, bounds.most].into_iter().flatten();
    let each = met.counts.iter().copied().chain(ends);
    let mut all: Vec<usize> = each.filter_map(|count| usize::try_from(count).ok()).collect();
    all.retain(|count| *count <= MAX_LENGTH);
    all.sort_unstable();
    all.dedup();
    all
}

fn collections(known: &Unknown, met: &Met) -> Vec<Value> {
    let mut all = Vec::new();
    let mut counts = vec![0, 1];
    counts.extend(lengths(known, met));
    counts.sort_unstable();
    counts.dedup();
    let own: Vec<Value> = known.elements().iter().filter_map(scalar).collect();
    for count in counts {
        let mut items = own.clone();
        items.resize(count.max(own.len()), other());
        all.push(items.into());
        let member = |at: usize| {
            let name = if at == 0 { other() } else { Value::from(format!("\u{1}other{at}")) };
            (name, other())
        };
        all.push((0..count).map(member).collect::<BTreeMap<_, _>>().into());
    }
    all
}

/// More members can only add denials: between the fewest and all that there can be, nothing differs.
fn members(known: &Unknown, met: &Met, all: &mut Vec<Value>) {
    let named = met.members.iter().filter(|literal| **literal != Value::Undefined);
    let mut each: Vec<Value> = named.cloned().collect();
    each.extend([Value::from(true), Value::from(false), Value::from(7_717_177_i64), other()]);
    each.extend([Value::Null, Value::new_array(), Value::new_object()]);
    let of = |kind: ValueType| known.kind.is_none_or(|own| own == kind);
    let object = |members: &[Value]| -> Value {
        let named = members.iter().enumerate();
        let named = named.map(|(at, value)| (Value::from(at.to_string()), value.clone()));
        named.collect::<BTreeMap<_, _>>().into()
    };
    // What is null in an object is left out of it.
    let own = i64::try_from(known.elements().len()).unwrap_or(i64::MAX);
    let is_filled =
        known.kind == Some(ValueType::Array) && known.bounds.least.is_some_and(|it| it > own);
    let fewest: Vec<&[Value]> =
        if is_filled { each.iter().map(std::slice::from_ref).collect() } else { vec![&[]] };
    for members in fewest.into_iter().chain([each.as_slice()]) {
        if of(ValueType::Array) {
            let own = known.elements().iter().filter_map(scalar);
            all.push(own.chain(members.iter().cloned()).collect::<Vec<_>>().into());
        }
        if of(ValueType::Object) {
            all.push(object(members));
        }
    }
}

/// Whether it can be this value.
fn fits(known: &Unknown, value: &Value) -> bool {
    let of = |kind: ValueType| known.kind.is_none_or(|own| own == kind);
    let length = |count: usize| known.bounds.holds(i64::try_from(count).unwrap_or(i64::MAX));
    match value {
        Value::Null | Value::Undefined => false,
        Value::Bool(_) => of(ValueType::Boolean),
        Value::Number(_) => of(ValueType::Number) && value.as_f64().is_ok_and(|it| lies(known, it)),
        Value::String(text) => known.admits_text(text),
        Value::Array(items) => {
            of(ValueType::Array)
                && length(items.len())
                && known.elements().iter().filter_map(scalar).all(|own| items.contains(&own))
        }
        // What is null is left out.
        Value::Object(map) => {
            let bounds = document::Bounds { least: None, ..known.bounds };
            of(ValueType::Object) && bounds.holds(i64::try_from(map.len()).unwrap_or(i64::MAX))
        }
        // None comes out of JSON; what is compared with one is compared with nothing.
        Value::Set(_) => true,
    }
}

#[expect(clippy::cast_precision_loss, reason = "documents round numbers too")]
fn lies(known: &Unknown, number: f64) -> bool {
    known.bounds.least.is_none_or(|least| number >= least as f64)
        && known.bounds.most.is_none_or(|most| number <= most as f64)
}
