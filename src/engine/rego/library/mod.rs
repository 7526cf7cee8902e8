//! Built-in functions of Rego that regorus does not have, and our own under `dreadnought.*`.
//!
//! Each takes values and gives one, or says why not: a value that it does not take (then the call is undefined, as for every built-in
//! function) or a bound that is exceeded (then the rule ends). None looks at anything but its arguments.
#![expect(clippy::unnecessary_wraps, reason = "all functions of the tables have one signature")]

mod crypto;
mod globs;
mod houses;
mod networks;
mod schemas;
mod texts;
mod times;
mod tokens;
mod trees;

use std::sync::Arc;

use regorus::Value;

/// A built-in function.
pub(super) struct Builtin {
    pub(super) name: &'static str,
    pub(super) arity: u8,
    pub(super) run: fn(&[Value]) -> Answer,
}

/// Why there is no value.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The arguments are not what it takes.
    Type(String),
    /// A bound is exceeded.
    Bound(String),
}

/// What a built-in function gives.
pub(super) type Answer = Result<Value, Refusal>;

/// All of them.
pub(super) fn all() -> impl Iterator<Item = &'static Builtin> {
    let tables = [
        crypto::TABLE,
        networks::TABLE,
        texts::TABLE,
        times::TABLE,
        schemas::TABLE,
        tokens::TABLE,
        trees::TABLE,
        houses::TABLE,
    ];
    tables.into_iter().flatten()
}

/// The one of a name.
pub(super) fn find(name: &str) -> Option<&'static Builtin> {
    all().find(|builtin| builtin.name == name)
}

fn refuse<T>(message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Type(message.into()))
}

fn text(values: &[Value], at: usize) -> Result<&str, Refusal> {
    match values.get(at) {
        Some(Value::String(text)) => Ok(text),
        _ => refuse(format!("operand {} must be string", at + 1)),
    }
}

/// The elements of an array or set.
fn elements(value: &Value, at: usize) -> Result<Vec<&Value>, Refusal> {
    match value {
        Value::Array(items) => Ok(items.iter().collect()),
        Value::Set(items) => Ok(items.iter().collect()),
        _ => refuse(format!("operand {} must be one of {{array, set}}", at + 1)),
    }
}

fn owned(text: impl AsRef<str>) -> Value {
    Value::String(Arc::from(text.as_ref()))
}
