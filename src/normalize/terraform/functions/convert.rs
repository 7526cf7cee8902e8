//! Conversions, and functions that set or take away marks.

use std::sync::Arc;

use super::Host;
use super::argument::{Survey, words};
use crate::document::Piece;
use crate::normalize::terraform::types::{self, Type};
use crate::normalize::terraform::value::{Kind, Mapping, Marks, Unknown, Value};

pub(super) fn tobool(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    to(&arguments[0], &Type::Bool)
}

pub(super) fn tonumber(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    to(&arguments[0], &Type::Number)
}

pub(super) fn tostring(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    to(&arguments[0], &Type::String)
}

pub(super) fn tolist(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    to(&arguments[0], &Type::List(Arc::new(Type::Any)))
}

pub(super) fn toset(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    to(&arguments[0], &Type::Set(Arc::new(Type::Any)))
}

pub(super) fn tomap(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    to(&arguments[0], &Type::Map(Arc::new(Type::Any)))
}

fn to(value: &Value, wanted: &Type) -> Result<Value, String> {
    Survey::default().visit(value)?;
    types::convert(value, wanted).map(|converted| unrefined(value, converted)).map_err(|error| match (&value.kind, wanted) {
        (Kind::String(text), Type::Number) => {
            format!("cannot convert {text:?} to number; given string must be a decimal representation of a number")
        }
        (Kind::String(text), Type::Bool) => {
            format!("cannot convert {text:?} to bool; only the strings \"true\" or \"false\" are allowed")
        }
        _ => format!("cannot convert {} to {}: {error}", words(value), wanted.words()),
    })
}

/// An unknown of the type; nothing else is known of it any more, not even how many elements it has.
fn unrefined(from: &Value, mut value: Value) -> Value {
    if let (Kind::Unknown(unknown), false) = (&from.kind, value.unknown_reason().is_some()) {
        let (reason, kind) = (Arc::clone(&unknown.reason), Some(Type::of(&value)));
        let decided = Some(value.kind.into());
        let unknown = Unknown { reason, kind, decided, ..Unknown::default() };
        return Value { kind: Kind::Unknown(Arc::new(unknown)), marks: value.marks };
    }
    if let Kind::Unknown(unknown) = &mut value.kind {
        let unknown = Arc::make_mut(unknown);
        unknown.prefix = Piece::default();
        unknown.bounds = None;
        unknown.not_null = false;
    }
    value
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of every function")]
pub(super) fn sensitive(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    Ok(arguments[0].clone().with_marks(&Marks::sensitive()))
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of every function")]
pub(super) fn nonsensitive(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    Ok(Value { kind: arguments[0].kind.clone(), marks: arguments[0].marks.without_sensitive() })
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of every function")]
pub(super) fn ephemeralasnull(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    Ok(without_ephemeral(&arguments[0]))
}

/// The value with null for each part that exists at run time only.
fn without_ephemeral(value: &Value) -> Value {
    if !value.deep_marks().is_ephemeral() {
        return value.clone();
    }
    if value.marks.is_ephemeral() {
        return Value::null_of(Type::of(value)).with_marks(&value.marks.without_ephemeral());
    }
    let kind = match &value.kind {
        Kind::Sequence(kind, items) => {
            Kind::Sequence(*kind, Arc::new(items.iter().map(without_ephemeral).collect()))
        }
        Kind::Mapping(map) => {
            let entries = map.entries.iter();
            let entries =
                entries.map(|(name, item)| (Arc::clone(name), without_ephemeral(item))).collect();
            Kind::Mapping(Arc::new(Mapping { entries, ..Mapping::clone(map) }))
        }
        kind => kind.clone(),
    };
    Value { kind, marks: value.marks.clone() }
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of every function")]
pub(super) fn issensitive(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let marks = arguments[0].marks.without_sensitive();
    match &arguments[0].kind {
        Kind::Unknown(unknown) if !arguments[0].marks.is_sensitive() => {
            let reason = Arc::clone(&unknown.reason);
            Ok(super::unknown(reason, Some(Type::Bool)).with_marks(&marks))
        }
        _ => Ok(Value::bool(arguments[0].marks.is_sensitive()).with_marks(&marks)),
    }
}
