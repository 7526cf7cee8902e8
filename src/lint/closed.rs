//! Attributes of which a rule in CEL asks only whether they are what it names: a few values stand for all.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::document::Value;
use crate::pack::WrittenProgram;

/// Most combinations of values that are tried.
const MAX_TRIED: usize = 256;

/// For each attribute of which this holds, the values that it is compared with, another of each type, and that it is missing (`Null`).
/// Empty where there are too many to try.
pub(super) fn closed(programs: &[WrittenProgram<'_>]) -> BTreeMap<Arc<str>, Vec<Value>> {
    let mut all: BTreeMap<Arc<str>, Option<Vec<Value>>> = BTreeMap::new();
    for WrittenProgram { program, .. } in programs {
        let parts = program.parts();
        let text = |at: usize| program.source().get(parts[at].start..parts[at].end);
        for (at, part) in parts.iter().enumerate().filter(|(_, part)| part.reads) {
            let Some(path) = text(at).and_then(|text| text.strip_prefix("attr.")) else { continue };
            let name: String =
                path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let around = part.parent.and_then(text).unwrap_or_default();
            let own = if path == name { literals(around, path) } else { None };
            let known = all.entry(name.into()).or_insert_with(|| Some(Vec::new()));
            match (known.as_mut(), own) {
                (Some(known), Some(own)) => known.extend(own),
                _ => *known = None,
            }
        }
        // `has()` selects nothing, and asks for more than a value.
        for (at, _) in program.source().match_indices("has(attr.") {
            let rest = program.source()[at + "has(attr.".len()..].chars();
            let name: String = rest.take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            all.insert(name.into(), None);
        }
    }
    let mut closed: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
    for (name, values) in all {
        let Some(mut values) = values else { continue };
        values.extend([Value::Null, Value::string("\u{1}other"), Value::Int(7_717_177)]);
        values.extend([Value::Bool(true), Value::Bool(false), Value::array(Vec::new())]);
        let mut own: Vec<Value> = Vec::new();
        for value in values {
            if !own.contains(&value) {
                own.push(value);
            }
        }
        closed.insert(name, own);
    }
    let tried = closed.values().try_fold(1_usize, |all, own| all.checked_mul(own.len()));
    if tried.is_some_and(|tried| tried <= MAX_TRIED) { closed } else { BTreeMap::new() }
}

/// The literals that an attribute is compared with, where that is all that is asked of it.
fn literals(around: &str, path: &str) -> Option<Vec<Value>> {
    let attribute = format!("attr.{path}");
    let (rest, is_left) = match around.strip_prefix(&attribute) {
        Some(rest) => (rest.trim(), true),
        None => (around.strip_suffix(&attribute)?.trim(), false),
    };
    for operator in ["==", "!="] {
        let other = if is_left { rest.strip_prefix(operator) } else { rest.strip_suffix(operator) };
        if let Some(other) = other {
            return Some(vec![literal(other.trim())?]);
        }
    }
    let list = rest.strip_prefix("in").filter(|_| is_left)?.trim();
    let items = list.strip_prefix('[')?.strip_suffix(']')?;
    items.split(',').map(|item| literal(item.trim())).collect()
}

/// A text without an escape, a number, `true`, `false` or `null`.
fn literal(text: &str) -> Option<Value> {
    for quote in ['"', '\''] {
        let inner = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        if let Some(inner) = inner {
            let is_plain = !inner.contains([quote, '\\', ',']);
            return is_plain.then(|| Value::string(inner));
        }
    }
    match text {
        "true" => Some(Value::Bool(true)),
        "false" => Some(Value::Bool(false)),
        "null" => Some(Value::Null),
        number => number.parse().ok().map(Value::Int),
    }
}

/// Every combination of a value for each.
pub(super) fn combinations(closed: &BTreeMap<Arc<str>, Vec<Value>>) -> Vec<Vec<(Arc<str>, Value)>> {
    let mut all: Vec<Vec<(Arc<str>, Value)>> = vec![Vec::new()];
    for (name, values) in closed {
        all = all
            .into_iter()
            .flat_map(|before| {
                values.iter().map(move |value| {
                    let mut one = before.clone();
                    one.push((Arc::clone(name), value.clone()));
                    one
                })
            })
            .collect();
    }
    all
}
