//! Optional values: `a.?b`, `a[?b]`, `[?a]`, `{?k: a}`, `optional.of()` and what is asked of them.
//!
//! In the document, what is not there and what is null are one: neither has a value. Whether an unknown value is there is known only
//! where it cannot be null; else the optional is unknown as a whole.

use std::rc::Rc;

use super::evaluate::{self, Machine, Undecided};
use super::functions::mismatch;
use super::node::Node;
use super::value::{List, Mapping, Outcome, Val};
use crate::engine::Failure;

/// What a key holds, as an optional value.
fn found(value: Option<Val<'_>>, may_be_null: bool) -> Val<'_> {
    match value {
        Some(Val::Unknown(open))
            if may_be_null && !open.value().is_some_and(|known| known.not_null) =>
        {
            Val::unknown(open.reasons)
        }
        Some(value) => Val::some(value),
        None => Val::Optional(None),
    }
}

/// `operand.?field`, and `operand.field` for an optional operand.
pub(super) fn select<'a>(operand: &Val<'a>, field: &str) -> Outcome<'a> {
    match operand {
        Val::Null | Val::Optional(None) => Ok(Val::Optional(None)),
        Val::Optional(Some(value)) => select(value, field),
        Val::Unknown(open) => Ok(Val::unknown(open.reasons.clone())),
        Val::Map(map) => Ok(found(map.find(field), map.is_of_document())),
        Val::Policy(_) => evaluate::select(operand, field).map(Val::some),
        other => Err(Failure::error(format!("`.?{field}` needs a map, not {}", other.described()))),
    }
}

/// `operand[?index]`, and `operand[index]` for an optional operand.
pub(super) fn lookup<'a>(operand: &Val<'a>, index: &Val<'a>) -> Outcome<'a> {
    match (operand, index) {
        (Val::Null | Val::Optional(None), _) | (Val::List(_) | Val::Map(_), Val::Null) => {
            Ok(Val::Optional(None))
        }
        (Val::Optional(Some(value)), index) => lookup(value, index),
        (Val::Unknown(open), _) | (_, Val::Unknown(open)) => Ok(Val::unknown(open.reasons.clone())),
        (Val::Map(_), Val::Text(key)) => select(operand, key),
        (Val::Map(Mapping::Made(_)), key) => {
            Ok(evaluate::lookup(operand, key).map_or(Val::Optional(None), Val::some))
        }
        (Val::Map(_), _) => Ok(Val::Optional(None)),
        (Val::List(items), Val::Int(_) | Val::Uint(_) | Val::Double(_)) => {
            let of_document = !matches!(items, List::Made(_));
            let element = evaluate::element(items, index).ok();
            Ok(found(element.filter(|value| !(of_document && value.is_null())), of_document))
        }
        (other, _) => Err(Failure::error(format!(
            "`[?…]` does not take {} and {}",
            other.described(),
            index.described()
        ))),
    }
}

impl<'a> Machine<'a> {
    pub(super) fn optional_index(&mut self, [operand, index]: &'a [Node; 2]) -> Outcome<'a> {
        match self.both(operand, index)? {
            Ok((operand, index)) => lookup(&operand, &index),
            Err(unknown) => Ok(Val::unknown(unknown)),
        }
    }

    /// What an element or entry adds: `Ok(None)` where there is none or where it is left open.
    fn entry(
        &mut self,
        node: &'a Node,
        optional: bool,
        undecided: &mut Undecided,
    ) -> Result<Option<Val<'a>>, Failure> {
        if !optional {
            return self.evaluate(node).map(Some);
        }
        let outcome = self.evaluate(node);
        match undecided.note(outcome)? {
            Some(Val::Optional(value)) => Ok(value.map(|value| Val::clone(&value))),
            Some(other) => {
                undecided.error.get_or_insert_with(|| needed("?", &other));
                Ok(None)
            }
            None => Ok(None),
        }
    }

    pub(super) fn optional_list(&mut self, items: &'a [(Node, bool)]) -> Outcome<'a> {
        let (mut undecided, mut made) = (Undecided::default(), Vec::with_capacity(items.len()));
        for (item, optional) in items {
            made.extend(self.entry(item, *optional, &mut undecided)?);
        }
        undecided.or(|| Val::list(made))
    }

    pub(super) fn optional_map(&mut self, entries: &'a [(Node, Node, bool)]) -> Outcome<'a> {
        let (mut undecided, mut made) = (Undecided::default(), Vec::with_capacity(entries.len()));
        for (key, value, optional) in entries {
            let key = self.evaluate(key);
            let value = self.entry(value, *optional, &mut undecided)?;
            let key = undecided.note(key)?;
            if let (Some(key), Some(value)) = (key, value) {
                self.add_entry(&mut made, key, value)?;
            }
        }
        undecided.or(|| Val::Map(Mapping::Made(Rc::new(made))))
    }

    /// `a.or(b)`, `a.orValue(b)`: the second is looked at only where the first has no value.
    pub(super) fn or_else(
        &mut self,
        [first, second]: &'a [Node; 2],
        value_wanted: bool,
    ) -> Outcome<'a> {
        let name = if value_wanted { "orValue" } else { "or" };
        match self.evaluate(first)? {
            Val::Unknown(open) => Ok(Val::unknown(open.reasons)),
            Val::Optional(Some(value)) if value_wanted => Ok(Val::clone(&value)),
            value @ Val::Optional(Some(_)) => Ok(value),
            Val::Optional(None) => match self.evaluate(second)? {
                other if value_wanted => Ok(other),
                other @ (Val::Optional(_) | Val::Unknown(_)) => Ok(other),
                other => Err(needed(name, &other)),
            },
            other => Err(needed(name, &other)),
        }
    }

    /// `a.optMap(x, b)`, `a.optFlatMap(x, b)`.
    pub(super) fn optional_mapped(
        &mut self,
        [operand, body]: &'a [Node; 2],
        flat: bool,
    ) -> Outcome<'a> {
        let name = if flat { "optFlatMap" } else { "optMap" };
        let value = match self.evaluate(operand)? {
            Val::Unknown(open) => return Ok(Val::unknown(open.reasons)),
            Val::Optional(None) => return Ok(Val::Optional(None)),
            Val::Optional(Some(value)) => Val::clone(&value),
            other => return Err(needed(name, &other)),
        };
        self.locals.push(value);
        let outcome = self.evaluate(body);
        self.locals.pop();
        match outcome? {
            value if !flat => Ok(Val::some(value)),
            value @ (Val::Optional(_) | Val::Unknown(_)) => Ok(value),
            other => Err(needed(name, &other)),
        }
    }
}

fn needed(name: &str, other: &Val<'_>) -> Failure {
    Failure::error(format!("`{name}` needs an optional value, not {}", other.described()))
}

/// `optional.of()`
#[expect(clippy::unnecessary_wraps, reason = "all functions of the table have one signature")]
pub(super) fn of<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    Ok(arguments.first().cloned().map_or(Val::Optional(None), Val::some))
}

/// `optional.none()`
#[expect(clippy::unnecessary_wraps, reason = "all functions of the table have one signature")]
pub(super) fn none<'a>(_: &mut Machine<'a>, _: &[Val<'a>]) -> Outcome<'a> {
    Ok(Val::Optional(None))
}

/// `optional.ofNonZeroValue()`: none for null, false, 0 and what is empty.
#[expect(clippy::unnecessary_wraps, reason = "all functions of the table have one signature")]
pub(super) fn of_non_zero<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let value = arguments.first().cloned().unwrap_or(Val::Null);
    let zero = match &value {
        Val::Unknown(open) => return Ok(Val::unknown(open.reasons.clone())),
        Val::Null | Val::Bool(false) | Val::Int(0) | Val::Uint(0) | Val::Optional(None) => true,
        Val::Double(double) => *double == 0.0,
        Val::Text(text) => text.is_empty(),
        Val::Bytes(bytes) => bytes.is_empty(),
        Val::List(items) => items.len() == 0,
        Val::Map(map) => map.len() == 0,
        Val::Duration(span) => span.is_zero(),
        _ => false,
    };
    Ok(if zero { Val::Optional(None) } else { Val::some(value) })
}

/// `o.hasValue()`
pub(super) fn has_value<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    match arguments {
        [Val::Unknown(open)] => Ok(Val::unknown(open.reasons.clone())),
        [Val::Optional(value)] => Ok(Val::Bool(value.is_some())),
        _ => Err(mismatch("hasValue", arguments)),
    }
}

/// `o.value()`
pub(super) fn value<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    match arguments {
        [Val::Unknown(open)] => Ok(Val::unknown(open.reasons.clone())),
        [Val::Optional(Some(value))] => Ok(Val::clone(value)),
        [Val::Optional(None)] => Err(Failure::error("an optional value is not there")),
        _ => Err(mismatch("value", arguments)),
    }
}

/// `optional.unwrap(list)`, `list.unwrapOpt()`: the values of those that have one.
pub(super) fn unwrap<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let [Val::List(items)] = arguments else { return Err(mismatch("optional.unwrap", arguments)) };
    machine.charge_list(items.len())?;
    let mut values = Vec::new();
    for item in items.iter() {
        match item {
            Val::Optional(value) => values.extend(value.map(|value| Val::clone(&value))),
            other => return Err(needed("optional.unwrap", &other)),
        }
    }
    Ok(Val::list(values))
}

/// `list.first()`
pub(super) fn first<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    end("first", arguments, |items| items.get(0))
}

/// `list.last()`
pub(super) fn last<'a>(_: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    end("last", arguments, |items| items.get(items.len().checked_sub(1)?))
}

fn end<'a>(
    name: &str,
    arguments: &[Val<'a>],
    take: impl Fn(&List<'a>) -> Option<Val<'a>>,
) -> Outcome<'a> {
    match arguments {
        [Val::Null] => Ok(Val::Optional(None)),
        [Val::Unknown(open)] => Ok(Val::unknown(open.reasons.clone())),
        [Val::List(items)] => Ok(take(items).map_or(Val::Optional(None), Val::some)),
        _ => Err(mismatch(name, arguments)),
    }
}
