//! Conversions, and functions that set or take away marks.

use super::Host;
use super::argument::{Survey, words};
use crate::normalize::terraform::types::{self, Type};
use crate::normalize::terraform::value::{Kind, Marks, Unknown, Value};

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
    to(&arguments[0], &Type::List(Box::new(Type::Any)))
}

pub(super) fn toset(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    to(&arguments[0], &Type::Set(Box::new(Type::Any)))
}

pub(super) fn tomap(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    to(&arguments[0], &Type::Map(Box::new(Type::Any)))
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
        let (reason, kind) = (std::sync::Arc::clone(&unknown.reason), Some(Type::of(&value)));
        let decided = Some(value.kind.into());
        let unknown = Unknown { reason, kind, decided, ..Unknown::default() };
        return Value { kind: Kind::Unknown(std::sync::Arc::new(unknown)), marks: value.marks };
    }
    if let Kind::Unknown(unknown) = &mut value.kind {
        let unknown = std::sync::Arc::make_mut(unknown);
        unknown.prefix = std::sync::Arc::from("");
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
pub(super) fn issensitive(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let marks = arguments[0].marks.without_sensitive();
    match &arguments[0].kind {
        Kind::Unknown(unknown) if !arguments[0].marks.is_sensitive() => {
            let reason = std::sync::Arc::clone(&unknown.reason);
            Ok(super::unknown(reason, Some(Type::Bool)).with_marks(&marks))
        }
        _ => Ok(Value::bool(arguments[0].marks.is_sensitive()).with_marks(&marks)),
    }
}
