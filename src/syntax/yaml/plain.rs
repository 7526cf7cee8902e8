//! Plain scalars of YAML 1.1, the way of the library behind `kubectl`, and whole texts as JSON.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::source::{FileId, Problem};
use crate::syntax::{Node, NodeKind, Scalar};

/// What a plain scalar means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Plain {
    /// Nothing.
    Null,
    /// True or false, in any of their spellings.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction, or too large.
    Float(f64),
    /// A text.
    Text,
}

/// What a plain scalar means: YAML 1.1.
pub fn resolve(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Plain::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Plain::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Plain::Bool(false)
        }
        _ => number(text),
    }
}

/// What a number means; a text that is none is a text.
pub fn number(text: &str) -> Plain {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return Plain::Text;
    }
    let digits = text.replace('_', "");
    integer(&digits).map_or_else(|| float(&digits), Plain::Int)
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
fn float(text: &str) -> Plain {
    let allowed = |c: char| c.is_ascii_digit() || matches!(c, '.' | '+' | '-' | 'e' | 'E');
    if !text.contains(|c: char| c.is_ascii_digit()) || !text.chars().all(allowed) {
        return Plain::Text;
    }
    let Some(float) = text.parse::<f64>().ok().filter(|float| float.is_finite()) else {
        return Plain::Text;
    };
    let exact = 9_007_199_254_740_992.0;
    if float.fract() == 0.0 && float.abs() < exact {
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
        return Plain::Int(float as i64);
    }
    Plain::Float(float)
}

/// The documents of a YAML stream as JSON: keys become texts, of equal keys the last holds.
///
/// What does not read is a problem; the other documents are given all the same.
pub fn to_json(text: &str) -> (Vec<Json>, Vec<Problem>) {
    let (nodes, problems) = super::parse(FileId(0), text);
    (nodes.iter().map(json).collect(), problems)
}

/// A tree of data as JSON.
pub fn json(node: &Node) -> Json {
    match &node.kind {
        NodeKind::Scalar(scalar) => json_scalar(scalar),
        NodeKind::Sequence(items) => Json::Array(items.iter().map(json).collect()),
        NodeKind::Mapping(entries) => {
            let mut map = Map::new();
            for entry in entries {
                map.insert(key(&entry.key), json(&entry.value));
            }
            Json::Object(map)
        }
        _ => Json::Null,
    }
}

/// A scalar as JSON.
pub fn json_scalar(scalar: &Scalar) -> Json {
    match scalar {
        Scalar::Null => Json::Null,
        Scalar::Bool(bool) => Json::Bool(*bool),
        Scalar::String(text) => text_of(text),
        Scalar::Number(text) => serde_json::from_str(text).unwrap_or_else(|_| text_of(text)),
        Scalar::Plain { text, tag: None } => json_plain(text),
        Scalar::Plain { text, tag: Some(tag) } => match tag.strip_prefix("tag:yaml.org,2002:") {
            Some("bool" | "int" | "float" | "null") => json_plain(text),
            _ => text_of(text),
        },
    }
}

fn text_of(text: &Arc<str>) -> Json {
    Json::String(text.to_string())
}

fn json_plain(text: &Arc<str>) -> Json {
    match resolve(text) {
        Plain::Null => Json::Null,
        Plain::Bool(bool) => Json::Bool(bool),
        Plain::Int(int) => Json::from(int),
        Plain::Float(float) => Json::from(float),
        Plain::Text => text_of(text),
    }
}

/// JSON has texts as keys only, so `on` is `true` and `0x10` is `16`.
fn key(node: &Node) -> String {
    match json(node) {
        Json::String(text) => text,
        other => other.to_string(),
    }
}
