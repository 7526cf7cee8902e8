//! Equality of values and the order of the elements of a set.

use std::cmp::Ordering;
use std::fmt::Write as _;

use super::number::Number;
use super::types::Type;
use super::value::{Bounds, Items, Kind, Mapping, SequenceKind, Unknown, Value};

/// Whether two values are equal, marks apart; `None` where something unknown decides. A list is never equal to a tuple, nor a map
/// to an object.
pub fn equal(a: &Value, b: &Value) -> Option<bool> {
    match (&a.kind, &b.kind) {
        (Kind::Null(_), Kind::Null(_)) => Some(true),
        (Kind::Unknown(unknown), Kind::Null(_)) | (Kind::Null(_), Kind::Unknown(unknown)) => {
            unknown.not_null.then_some(false)
        }
        (Kind::Null(_), _) | (_, Kind::Null(_)) => Some(false),
        (Kind::Unknown(_), Kind::Unknown(_)) => None,
        (Kind::Unknown(unknown), _) => may_be(unknown, b),
        (_, Kind::Unknown(unknown)) => may_be(unknown, a),
        (Kind::Bool(a), Kind::Bool(b)) => Some(a == b),
        (Kind::Number(a), Kind::Number(b)) => Some(a == b),
        (Kind::String(a), Kind::String(b)) => Some(a == b),
        (Kind::Sequence(of_a, items_a), Kind::Sequence(of_b, items_b)) if of_a == of_b => {
            match types(a, b) {
                Some(true) => equal_sequences(*of_a, items_a, items_b),
                other => other,
            }
        }
        (Kind::Mapping(map_a), Kind::Mapping(map_b)) if a.is_open() || b.is_open() => {
            let both =
                map_a.entries.iter().filter_map(|(key, a)| Some((a, map_b.entries.get(key)?)));
            all_equal(both).filter(|equal| !equal)
        }
        (Kind::Mapping(map_a), Kind::Mapping(map_b)) => match types(a, b) {
            Some(true) => equal_mappings(map_a, map_b),
            other => other,
        },
        _ => Some(false),
    }
}

/// Whether two collections are of the same type; `None` where a type in them that is not known decides.
fn types(a: &Value, b: &Value) -> Option<bool> {
    let (of_a, of_b) = (Type::of(a), Type::of(b));
    if a.is_of_known_type() && b.is_of_known_type() {
        return Some(of_a == of_b);
    }
    if conforms(&of_a, &of_b) || conforms(&of_b, &of_a) { None } else { Some(false) }
}

/// Whether a value of the one type can be one of the other, where `Any` stands for every type.
fn conforms(kind: &Type, wanted: &Type) -> bool {
    match (kind, wanted) {
        (_, Type::Any) => true,
        (Type::List(a), Type::List(b))
        | (Type::Set(a), Type::Set(b))
        | (Type::Map(a), Type::Map(b)) => conforms(a, b),
        (Type::Tuple(a), Type::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| conforms(a, b))
        }
        (Type::Object(a), Type::Object(b)) => {
            a.keys().eq(b.keys())
                && a.values().zip(b.values()).all(|(a, b)| conforms(&a.kind, &b.kind))
        }
        _ => kind == wanted,
    }
}

/// What is known of whether an unknown is a known value that is not null: `Some(false)` or nothing.
fn may_be(unknown: &Unknown, value: &Value) -> Option<bool> {
    let kind = unknown.kind.as_ref()?;
    if value.is_open() || !value.is_of_known_type() {
        return None;
    }
    let fits = conforms(&Type::of(value), kind)
        && match &value.kind {
            Kind::String(text) => text.starts_with(&*unknown.prefix),
            Kind::Number(number) => holds(unknown.bounds.as_deref(), number),
            Kind::Sequence(SequenceKind::List, items) => {
                holds(unknown.bounds.as_deref(), &Number::from(items.len()))
            }
            Kind::Sequence(SequenceKind::Set, items) if value.is_wholly_known() => {
                holds(unknown.bounds.as_deref(), &Number::from(items.len()))
            }
            Kind::Mapping(map) if map.is_map => {
                holds(unknown.bounds.as_deref(), &Number::from(map.entries.len()))
            }
            _ => true,
        };
    if fits { None } else { Some(false) }
}

fn holds(bounds: Option<&Bounds>, number: &Number) -> bool {
    let Some(bounds) = bounds else { return true };
    let above = bounds
        .lower
        .as_ref()
        .is_none_or(|(lower, itself)| number > lower || *itself && number == lower);
    let below = bounds
        .upper
        .as_ref()
        .is_none_or(|(upper, itself)| number < upper || *itself && number == upper);
    above && below
}

fn equal_sequences(kind: SequenceKind, a: &Items, b: &Items) -> Option<bool> {
    if kind == SequenceKind::Set {
        if !a.iter().chain(b.iter()).all(Value::is_wholly_known) {
            return None;
        }
        return Some(a.len() == b.len() && all_equal(a.iter().zip(b.iter())) == Some(true));
    }
    if a.len() != b.len() {
        return Some(false);
    }
    // In order: what follows an unknown pair decides nothing, as for Terraform.
    let undecided = a.iter().zip(b.iter()).map(|(a, b)| equal(a, b)).find(|it| *it != Some(true));
    undecided.unwrap_or(Some(true))
}

fn equal_mappings(a: &Mapping, b: &Mapping) -> Option<bool> {
    if a.entries.keys().ne(b.entries.keys()) {
        return Some(false);
    }
    all_equal(a.entries.values().zip(b.entries.values()))
}

fn all_equal<'a>(pairs: impl Iterator<Item = (&'a Value, &'a Value)>) -> Option<bool> {
    let mut all = Some(true);
    for (a, b) in pairs {
        match equal(a, b) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => all = None,
        }
    }
    all
}

/// The order of the elements of a set: null after all values, and unknowns last.
pub fn set_order(a: &Value, b: &Value) -> Ordering {
    let rank = |value: &Value| match value.kind {
        Kind::Unknown(_) => 2,
        Kind::Null(_) => 1,
        _ => 0,
    };
    let (rank_a, rank_b) = (rank(a), rank(b));
    if rank_a + rank_b > 0 {
        return rank_a.cmp(&rank_b);
    }
    match (&a.kind, &b.kind) {
        (Kind::Bool(a), Kind::Bool(b)) => a.cmp(b),
        (Kind::Number(a), Kind::Number(b)) => a.cmp(b),
        (Kind::String(a), Kind::String(b)) => a.cmp(b),
        _ => sort_key(a).cmp(&sort_key(b)),
    }
}

/// Positions of values in the order of sets; of equal ones, the first stays first. Texts by which values are sorted are made once each.
pub fn set_positions(values: &[Value]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    if values.len() < 2 {
        return order;
    }
    let key = |value: &Value| {
        matches!(value.kind, Kind::Sequence(..) | Kind::Mapping(_)).then(|| sort_key(value))
    };
    let keys: Vec<Option<String>> = values.iter().map(key).collect();
    order.sort_by(|a, b| match (&keys[*a], &keys[*b]) {
        (Some(a), Some(b)) => a.cmp(b),
        _ => set_order(&values[*a], &values[*b]),
    });
    order
}

/// The text by which elements that have no order of their own are sorted.
fn sort_key(value: &Value) -> String {
    let mut key = String::new();
    write_sort_key(value, &mut key);
    key
}

fn write_sort_key(value: &Value, key: &mut String) {
    match &value.kind {
        Kind::Unknown(_) => key.push('?'),
        Kind::Null(_) => key.push('~'),
        Kind::Bool(bool) => key.push(if *bool { 'T' } else { 'F' }),
        Kind::Number(number) => key.push_str(&number.to_string()),
        Kind::String(text) => {
            let _ = write!(key, "{:?}", &**text);
        }
        Kind::Sequence(kind, items) => {
            let [open, close] = if *kind == SequenceKind::Tuple { ['<', '>'] } else { ['[', ']'] };
            key.push(open);
            for item in items.iter() {
                write_sort_key(item, key);
                key.push(';');
            }
            key.push(close);
        }
        Kind::Mapping(map) => {
            let [open, close] = if map.is_map { ['{', '}'] } else { ['<', '>'] };
            key.push(open);
            for (name, value) in &map.entries {
                if map.is_map {
                    let _ = write!(key, "{:?}:", &**name);
                }
                write_sort_key(value, key);
                key.push(';');
            }
            key.push(close);
        }
    }
}
