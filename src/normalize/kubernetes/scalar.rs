//! YAML scalars as Kubernetes reads them: YAML 1.1 the way of the library behind `kubectl`, then JSON.

use std::sync::Arc;

use crate::document::Value;
use crate::syntax::Scalar;

/// What a scalar means.
pub(super) fn resolve(scalar: &Scalar) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Bool(bool) => Value::Bool(*bool),
        Scalar::String(text) => Value::String(Arc::clone(text)),
        Scalar::Number(text) => number(text).unwrap_or_else(|| Value::String(Arc::clone(text))),
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
    match &**text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Value::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Value::Bool(false)
        }
        _ => number(text).unwrap_or_else(|| Value::String(Arc::clone(text))),
    }
}

fn number(text: &str) -> Option<Value> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return None;
    }
    let digits = text.replace('_', "");
    integer(&digits).map(Value::Int).or_else(|| float(&digits))
}

/// `12`, `-0x1f`, `0o17`, `0b101`, and `0644`, which is octal.
fn integer(text: &str) -> Option<i64> {
    let (sign, body) = match text.as_bytes().first()? {
        b'-' => ("-", &text[1..]),
        b'+' => ("", &text[1..]),
        _ => ("", text),
    };
    let lower = body.to_ascii_lowercase();
    let (radix, digits) = if let Some(digits) = lower.strip_prefix("0x") {
        (16, digits)
    } else if let Some(digits) = lower.strip_prefix("0o") {
        (8, digits)
    } else if let Some(digits) = lower.strip_prefix("0b") {
        (2, digits)
    } else if lower.len() > 1 && lower.starts_with('0') {
        (8, &lower[1..])
    } else {
        (10, lower.as_str())
    };
    let bare = digits.starts_with(|c: char| c.is_ascii_alphanumeric());
    bare.then(|| i64::from_str_radix(&format!("{sign}{digits}"), radix).ok()).flatten()
}

/// A decimal number; whole ones become integers, because JSON does not tell `1e3` from `1000`.
fn float(text: &str) -> Option<Value> {
    let allowed = |c: char| c.is_ascii_digit() || matches!(c, '.' | '+' | '-' | 'e' | 'E');
    if !text.contains(|c: char| c.is_ascii_digit()) || !text.chars().all(allowed) {
        return None;
    }
    let float = text.parse::<f64>().ok().filter(|float| float.is_finite())?;
    let exact = 9_007_199_254_740_992.0;
    if float.fract() == 0.0 && float.abs() < exact {
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
        return Some(Value::Int(float as i64));
    }
    Some(Value::Float(float))
}
