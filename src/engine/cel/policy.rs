//! `statements()`: policy documents of the IAM kind in one shape.
//!
//! Takes a parsed policy, whose statements, actions, resources and principals may be written alone or as lists;
//! gives a list of maps with `effect`, `actions`, `not_actions`, `resources`, `not_resources`, `principals`,
//! `not_principals`, `has_condition` and `conditions`. What is unknown stays an unknown element or value, so that a
//! known `*` beside it is still seen.

use std::sync::Arc;

use super::evaluate::Machine;
use super::functions::mismatch;
use super::value::{Outcome, Val};
use crate::document::{Map, Value};
use crate::engine::Failure;

/// The statements of a policy.
pub(super) fn statements<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let [policy] = arguments else { return Err(mismatch("statements", arguments)) };
    let policy = match policy {
        Val::Unknown(_) => return Ok(policy.clone()),
        Val::Map(_) => machine.export(policy)?,
        // No policy, or a text that does not hold one.
        _ => return Ok(Val::list(Vec::new())),
    };
    match member(&policy, "Statement") {
        None | Some(Value::Null) => Ok(Val::list(Vec::new())),
        Some(Value::Array(items)) => {
            let statements = items.iter().map(|item| normalize(machine, item));
            Ok(Val::owned(Value::array(statements.collect::<Result<_, _>>()?)))
        }
        Some(unknown @ Value::Unknown(_)) => Ok(Val::owned(unknown.clone())),
        Some(one) => Ok(Val::owned(Value::array(vec![normalize(machine, one)?]))),
    }
}

/// A member by its name, in whatever case.
fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let map = value.as_object()?;
    map.get(name).or_else(|| {
        map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    })
}

fn normalize(machine: &mut Machine<'_>, statement: &Value) -> Result<Value, Failure> {
    machine.charge(50)?;
    if let Value::Unknown(_) = statement {
        return Ok(statement.clone());
    }
    let texts = |name: &str| member(statement, name).map_or_else(none, |value| listed(value, keep));
    let actions =
        |name: &str| member(statement, name).map_or_else(none, |value| listed(value, lowered));
    let condition = member(statement, "Condition").filter(|value| !is_empty(value));
    let fields = [
        ("effect", member(statement, "Effect").map_or(Value::Null, effect)),
        ("actions", actions("Action")),
        ("not_actions", actions("NotAction")),
        ("resources", texts("Resource")),
        ("not_resources", texts("NotResource")),
        ("principals", member(statement, "Principal").map_or_else(none, principals)),
        ("not_principals", member(statement, "NotPrincipal").map_or_else(none, principals)),
        (
            "has_condition",
            match condition {
                Some(unknown @ Value::Unknown(_)) => unknown.clone(),
                other => Value::Bool(other.is_some()),
            },
        ),
        ("conditions", condition.cloned().unwrap_or(Value::Null)),
    ];
    let fields: Map = fields.into_iter().map(|(name, value)| (Arc::from(name), value)).collect();
    machine.charge(fields.values().filter_map(Value::as_array).map(<[Value]>::len).sum())?;
    Ok(Value::object(fields))
}

fn none() -> Value {
    Value::array(Vec::new())
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// `Allow` or `Deny`, however it is written.
fn effect(value: &Value) -> Value {
    match value.as_str() {
        Some(text) if text.eq_ignore_ascii_case("allow") => Value::string("Allow"),
        Some(text) if text.eq_ignore_ascii_case("deny") => Value::string("Deny"),
        _ => value.clone(),
    }
}

/// A list of texts from one or several; a value unknown as a whole stays so.
fn listed(value: &Value, each: impl Fn(&Value) -> Value) -> Value {
    match value {
        Value::Array(items) => Value::array(items.iter().map(each).collect()),
        Value::Unknown(_) => value.clone(),
        Value::Null => none(),
        one => Value::array(vec![each(one)]),
    }
}

fn keep(value: &Value) -> Value {
    match value {
        Value::Int(int) => Value::string(int.to_string()),
        other => other.clone(),
    }
}

fn lowered(value: &Value) -> Value {
    value.as_str().map_or_else(|| value.clone(), |text| Value::string(text.to_lowercase()))
}

/// `"*"`, `"arn:…"`, `"service:…"`, `"federated:…"`, `"canonical:…"`. Principals of a kind that are unknown as a
/// whole are one unknown element.
fn principals(value: &Value) -> Value {
    let Value::Object(kinds) = value else { return listed(value, keep) };
    let mut all = Vec::new();
    for (kind, names) in kinds.iter() {
        let prefix = match kind.to_ascii_lowercase().as_str() {
            "service" => "service:",
            "federated" => "federated:",
            "canonicaluser" => "canonical:",
            _ => "",
        };
        match listed(names, |name| prefixed(prefix, name)) {
            Value::Array(items) => all.extend(items.iter().cloned()),
            unknown => all.push(unknown),
        }
    }
    Value::array(all)
}

fn prefixed(prefix: &str, name: &Value) -> Value {
    match keep(name) {
        Value::String(text) if prefix.is_empty() => Value::String(text),
        Value::String(text) => Value::string(format!("{prefix}{text}")),
        other => other,
    }
}
