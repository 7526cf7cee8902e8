//! YAML scalars as Kubernetes reads them: YAML 1.1 the way of the library behind `kubectl`, then JSON.

use std::sync::Arc;

use crate::document::Value;
use crate::syntax::Scalar;
use crate::syntax::yaml::{Plain, number, resolve as resolve_plain};

/// What a scalar means.
pub(super) fn resolve(scalar: &Scalar) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Bool(bool) => Value::Bool(*bool),
        Scalar::String(text) => Value::String(Arc::clone(text)),
        Scalar::Number(text) => {
            value(number(text)).unwrap_or_else(|| Value::String(Arc::clone(text)))
        }
        Scalar::Plain { text, tag: None } => plain(text),
        Scalar::Plain { text, tag: Some(tag) } => tagged(text, tag),
    }
}

/// What a key becomes: JSON has texts only, so `on` is `true` and `0x10` is `16`.
pub(super) fn key(scalar: &Scalar) -> Arc<str> {
    match (resolve(scalar), scalar) {
        (Value::String(text), _) => text,
        (Value::Bool(bool), _) => Arc::from(if bool { "true" } else { "false" }),
        (Value::Int(int), _) => int.to_string().into(),
        (_, Scalar::Plain { text, .. } | Scalar::Number(text)) => Arc::clone(text),
        _ => Arc::from("null"),
    }
}

fn tagged(text: &Arc<str>, tag: &str) -> Value {
    match tag.strip_prefix("tag:yaml.org,2002:") {
        Some("bool" | "int" | "float" | "null") => plain(text),
        _ => Value::String(Arc::clone(text)),
    }
}

fn plain(text: &Arc<str>) -> Value {
    value(resolve_plain(text)).unwrap_or_else(|| Value::String(Arc::clone(text)))
}

fn value(plain: Plain) -> Option<Value> {
    Some(match plain {
        Plain::Null => Value::Null,
        Plain::Bool(bool) => Value::Bool(bool),
        Plain::Int(int) => Value::Int(int),
        Plain::Float(float) => Value::Float(float),
        Plain::Text => return None,
    })
}
