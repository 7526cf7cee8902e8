//! `statements()`: policy documents of the IAM kind in one shape.
//!
//! Takes a parsed policy, whose statements, actions, resources and principals may be written alone or as lists;
//! gives a list of maps with `effect`, `actions`, `not_actions`, `resources`, `not_resources`, `principals`,
//! `not_principals`, `has_condition` and `conditions`. What is unknown stays an unknown element or value, so that a
//! known `*` beside it is still seen.

use std::sync::Arc;

use super::evaluate::Machine;
use super::functions::mismatch;
use super::refine;
use super::value::{Outcome, Val};
use crate::document::{Map, Piece, Unknown, Value, ValueType};
use crate::engine::Failure;

/// The statements of a policy.
pub(super) fn statements<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let [policy] = arguments else { return Err(mismatch("statements", arguments)) };
    let policy = match policy {
        Val::Unknown(open) => return Ok(Val::unknown(open.reasons.clone())),
        Val::Map(_) => machine.export(policy)?,
        // No policy, or a text that does not hold one.
        _ => return Ok(Val::list(Vec::new())),
    };
    Ok(Val::owned(list(&policy, &mut |steps| machine.charge(steps))?))
}

/// The statements of a policy, whatever that costs; at most a constant times its size.
pub(in crate::engine) fn normalized(policy: &Value) -> Value {
    list(policy, &mut |_| Ok(())).unwrap_or_else(|_| none())
}

type Charge<'c> = &'c mut dyn FnMut(usize) -> Result<(), Failure>;

fn list(policy: &Value, charge: Charge<'_>) -> Result<Value, Failure> {
    match member(policy, "Statement") {
        None | Some(Value::Null) => Ok(none()),
        Some(Value::Array(items)) => {
            let statements = items.iter().map(|item| normalize(charge, item));
            Ok(Value::array(statements.collect::<Result<_, _>>()?))
        }
        Some(Value::Unknown(unknown)) => Ok(match unknown.kind {
            Some(ValueType::Object) if unknown.not_null => Value::array(vec![statement(unknown)]),
            _ => several(unknown),
        }),
        Some(one) => Ok(Value::array(vec![normalize(charge, one)?])),
    }
}

/// A member by its name, in whatever case.
fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let map = value.as_object()?;
    map.get(name).or_else(|| {
        map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    })
}

fn normalize(charge: Charge<'_>, statement: &Value) -> Result<Value, Failure> {
    charge(50)?;
    if let Value::Unknown(unknown) = statement {
        return Ok(self::statement(unknown));
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
                Some(Value::Unknown(unknown)) => is_there(unknown),
                other => Value::Bool(other.is_some()),
            },
        ),
        ("conditions", condition.cloned().unwrap_or(Value::Null)),
    ];
    let fields: Map = fields.into_iter().map(|(name, value)| (Arc::from(name), value)).collect();
    charge(fields.values().filter_map(Value::as_array).map(<[Value]>::len).sum())?;
    Ok(Value::object(fields))
}

/// A statement of which nothing is known but that it is one.
fn statement(unknown: &Unknown) -> Value {
    let kind = Some(ValueType::Object);
    Value::Unknown(Arc::new(Unknown { kind, not_null: true, ..unknown.bare() }))
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
        // Its letters may change.
        None => match value {
            Value::Unknown(unknown) => Value::Unknown(Arc::new(Unknown {
                prefix: Piece::default(),
                suffix: Piece::default(),
                segment: false,
                one_of: None,
                ..Unknown::clone(unknown)
            })),
            other => other.clone(),
        },
        _ => value.clone(),
    }
}

/// A list of texts from one or several; a value unknown as a whole stays so.
fn listed(value: &Value, each: impl Fn(&Value) -> Value) -> Value {
    match value {
        Value::Array(items) => Value::array(items.iter().map(each).collect()),
        // Surely one.
        Value::Unknown(unknown)
            if unknown.not_null && unknown.kind.is_some_and(|kind| kind != ValueType::Array) =>
        {
            Value::array(vec![each(value)])
        }
        Value::Unknown(unknown) => several(unknown),
        Value::Null => none(),
        one => Value::array(vec![each(one)]),
    }
}

/// A list made of what may be one or several: as long as that, where it surely is a list.
fn several(unknown: &Unknown) -> Value {
    let is_list = unknown.not_null && unknown.kind == Some(ValueType::Array);
    Value::Unknown(Arc::new(if is_list { unknown.clone() } else { unknown.bare() }))
}

/// Whether a condition that is unknown is there: null and the empty one are none.
fn is_there(condition: &Unknown) -> Value {
    let has_members = condition.kind == Some(ValueType::Object)
        && condition.bounds.least.is_some_and(|least| least > 0);
    let other = condition.kind.is_some_and(|kind| kind != ValueType::Object);
    if condition.not_null && (has_members || other) {
        return Value::Bool(true);
    }
    Value::Unknown(Arc::new(condition.bare()))
}

fn keep(value: &Value) -> Value {
    match value {
        Value::Int(int) => Value::string(int.to_string()),
        Value::Unknown(unknown) if unknown.kind == Some(ValueType::Number) => {
            Value::Unknown(Arc::new(Unknown { not_null: unknown.not_null, ..unknown.bare() }))
        }
        other => other.clone(),
    }
}

fn lowered(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::string(text.to_lowercase()),
        Value::Unknown(unknown) => Value::Unknown(Arc::new(refine::lowered(unknown))),
        other => other.clone(),
    }
}

/// `"*"`, `"arn:…"`, `"service:…"`, `"federated:…"`, `"canonical:…"`. Principals of a kind that are unknown as a
/// whole are one unknown element.
fn principals(value: &Value) -> Value {
    let kinds = match value {
        Value::Object(kinds) => kinds,
        Value::Unknown(unknown) if unknown.is_text() => return listed(value, keep),
        Value::Unknown(unknown) => return Value::Unknown(Arc::new(unknown.bare())),
        one => return listed(one, keep),
    };
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
            Value::Unknown(several) => all.push(Value::Unknown(Arc::new(several.bare()))),
            one => all.push(one),
        }
    }
    Value::array(all)
}

fn prefixed(prefix: &str, name: &Value) -> Value {
    match keep(name) {
        Value::String(text) if prefix.is_empty() => Value::String(text),
        Value::String(text) => Value::string(format!("{prefix}{text}")),
        Value::Unknown(unknown) if unknown.is_text() => Value::Unknown(Arc::new(Unknown {
            prefix: format!("{prefix}{}", unknown.prefix).into(),
            one_of: None,
            ..Unknown::clone(&unknown)
        })),
        // A text gets the prefix, anything else does not.
        Value::Unknown(unknown) if !prefix.is_empty() && unknown.kind.is_none() => {
            Value::Unknown(Arc::new(Unknown { not_null: unknown.not_null, ..unknown.bare() }))
        }
        other => other,
    }
}
