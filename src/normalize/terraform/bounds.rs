//! Between what an unknown number lies, as far as the configuration decides.

use super::number::Number;
use super::operators::unknown_of;
use super::types::{Type, equal};
use super::value::{Bounds, Kind, SequenceKind, Value};
use crate::syntax::BinaryOperator;

/// Longest list that is made of its length alone.
const MAX_LENGTH: usize = 1 << 16;

/// The least and the greatest value of a number; `None` for no bound.
type Range = (Option<Number>, Option<Number>);

/// An operator of numbers of which one is unknown: a comparison may be decided all the same.
pub fn numeric(operator: BinaryOperator, left: &Value, right: &Value) -> Value {
    use BinaryOperator as Op;
    let cause = if left.unknown_reason().is_some() { left } else { right };
    let (a, b) = (range(left), range(right));
    let compare = |decided: Option<bool>| match decided {
        Some(bool) => Value::bool(bool),
        None => unknown_of(cause, Type::Bool),
    };
    match operator {
        Op::Less => compare(less(&a, &b)),
        Op::Greater => compare(less(&b, &a)),
        Op::LessOrEqual => compare(or(less(&a, &b), equal(left, right))),
        Op::GreaterOrEqual => compare(or(less(&b, &a), equal(left, right))),
        // A sum or product has no bounds for Terraform.
        _ => unknown_of(cause, Type::Number),
    }
}

fn or(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

fn range(value: &Value) -> Range {
    match &value.kind {
        Kind::Number(number) => (Some(number.clone()), Some(number.clone())),
        Kind::Unknown(unknown) => match unknown.bounds.as_deref() {
            Some(bounds) => {
                let bound = |bound: &Option<(Number, bool)>| {
                    bound.as_ref().map(|(number, _)| number.clone())
                };
                (bound(&bounds.lower), bound(&bounds.upper))
            }
            None => (None, None),
        },
        _ => (None, None),
    }
}

/// Whether all of the one are less than all of the other.
fn less(a: &Range, b: &Range) -> Option<bool> {
    match (&a.1, &b.0, &a.0, &b.1) {
        (Some(greatest), Some(least), _, _) if greatest < least => Some(true),
        (_, _, Some(least), Some(greatest)) if least > greatest => Some(false),
        _ => None,
    }
}

/// The bounds of a value that is one of two.
pub fn either(a: &Value, b: &Value) -> Option<Box<Bounds>> {
    let (a, b) = (of(a)?, of(b)?);
    let lower = match (a.lower, b.lower) {
        (Some(a), Some(b)) if a.0 == b.0 => Some((a.0, a.1 || b.1)),
        (Some(a), Some(b)) => Some(if a.0 < b.0 { a } else { b }),
        _ => None,
    };
    let upper = match (a.upper, b.upper) {
        (Some(a), Some(b)) if a.0 == b.0 => Some((a.0, a.1 || b.1)),
        (Some(a), Some(b)) => Some(if a.0 > b.0 { a } else { b }),
        _ => None,
    };
    (lower.is_some() || upper.is_some()).then(|| Box::new(Bounds { lower, upper }))
}

/// An unknown whose bounds leave one number is that number, and one of a known length is a list of unknown elements.
pub fn settled(value: Value) -> Value {
    let Kind::Unknown(unknown) = &value.kind else { return value };
    let (Some(bounds), Some(kind), true) = (&unknown.bounds, &unknown.kind, unknown.not_null)
    else {
        return value;
    };
    let (Some((lower, true)), Some((upper, true))) = (&bounds.lower, &bounds.upper) else {
        return value;
    };
    if lower != upper {
        return value;
    }
    let count = lower.to_i64().and_then(|count| usize::try_from(count).ok());
    let element = |kind: &Type| super::operators::nullable_of(&value, kind.clone());
    let known = match (kind, count) {
        (Type::Number, _) => Value::number(lower.clone()),
        (Type::List(element), Some(0)) => {
            Value::empty_sequence(SequenceKind::List, Type::clone(element))
        }
        (Type::Set(element), Some(0)) => {
            Value::empty_sequence(SequenceKind::Set, Type::clone(element))
        }
        (Type::Map(element), Some(0)) => Value::empty_map(Type::clone(element)),
        (Type::List(kind), Some(count)) if count <= MAX_LENGTH => {
            Value::list(vec![element(kind); count])
        }
        (Type::Set(kind), Some(1)) => Value::sequence(SequenceKind::Set, vec![element(kind)]),
        _ => return value,
    };
    known.with_marks(&value.marks)
}

/// The bounds of a number, or of the length of a list, set or map.
pub fn of(value: &Value) -> Option<Bounds> {
    match &value.kind {
        Kind::Unknown(unknown) => unknown.bounds.as_deref().cloned(),
        Kind::Number(number) => {
            let bound = Some((number.clone(), true));
            Some(Bounds { lower: bound.clone(), upper: bound })
        }
        Kind::Sequence(SequenceKind::Set, items) if items.len() > 1 && !value.is_wholly_known() => {
            Some(*Bounds::lengths(0, None)).filter(|_| !items.is_empty())
        }
        Kind::Sequence(_, items) => Some(*Bounds::lengths(items.len(), Some(items.len()))),
        Kind::Mapping(map) if map.is_map => {
            Some(*Bounds::lengths(map.entries.len(), Some(map.entries.len())))
        }
        _ => None,
    }
}
