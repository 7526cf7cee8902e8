//! Our own: the helpers of CEL rules under `dreadnought.*`. Those that look at other resources are functions of `data.dreadnought.lib`.

use regorus::Value;

use super::{Answer, Builtin, Refusal, elements, owned, refuse, text};
use crate::document;
use crate::engine::cel::grants::{self, Answer as Grant, Question};
use crate::engine::cel::network::Net;
use crate::engine::cel::{fits, statements};
use crate::engine::secrets::{self, Elsewhere};
use crate::engine::semver::Version;

pub(super) const TABLE: &[Builtin] = &[
    Builtin {
        name: "dreadnought.cidr_is_any",
        arity: 1,
        run: |values| of_range(values, Net::is_any),
    },
    Builtin {
        name: "dreadnought.cidr_is_public",
        arity: 1,
        run: |values| of_range(values, Net::is_public),
    },
    Builtin { name: "dreadnought.cidr_contains", arity: 2, run: contains },
    Builtin { name: "dreadnought.glob", arity: 2, run: glob },
    Builtin {
        name: "dreadnought.statements",
        arity: 1,
        run: |values| normalized(values).map(|list| foreign(&list)),
    },
    Builtin { name: "dreadnought.policy_allows", arity: 3, run: |values| allows(values, false) },
    Builtin {
        name: "dreadnought.policy_allows_always",
        arity: 3,
        run: |values| allows(values, true),
    },
    Builtin { name: "dreadnought.policy_allows_to", arity: 4, run: |values| allows(values, false) },
    Builtin {
        name: "dreadnought.policy_allows_always_to",
        arity: 4,
        run: |values| allows(values, true),
    },
    Builtin { name: "dreadnought.semver", arity: 1, run: semver },
    Builtin { name: "dreadnought.semver_satisfies", arity: 2, run: satisfies },
    Builtin { name: "dreadnought.is_secret", arity: 2, run: is_secret },
    Builtin {
        name: "dreadnought.holds_secret",
        arity: 1,
        run: |values| of_text(values, secrets::holds_secret),
    },
    Builtin {
        name: "dreadnought.script_holds_secret",
        arity: 1,
        run: |values| of_text(values, secrets::script_holds_secret),
    },
];

/// Characters of patterns times characters asked for.
const MAX_WORK: usize = 10_000_000;

/// Of a text that names a range; what names none is nowhere.
fn of_range(values: &[Value], ask: fn(Net) -> bool) -> Answer {
    Ok(Value::from(match values.first() {
        Some(Value::String(text)) => Net::parse(text).is_some_and(ask),
        _ => false,
    }))
}

fn contains(values: &[Value]) -> Answer {
    let range = |at: usize| Ok::<_, Refusal>(Net::parse(text(values, at)?));
    let (outer, inner) = (range(0)?, range(1)?);
    Ok(Value::from(outer.zip(inner).is_some_and(|(outer, inner)| outer.holds(inner))))
}

fn glob(values: &[Value]) -> Answer {
    let (pattern, text) = (text(values, 0)?, text(values, 1)?);
    bounded(pattern.len().saturating_mul(text.len()))?;
    Ok(Value::from(fits(pattern, text)))
}

fn bounded(work: usize) -> Result<(), Refusal> {
    if work > MAX_WORK {
        return Err(Refusal::Bound(
            "dreadnought: a pattern and a text that are too long".to_owned(),
        ));
    }
    Ok(())
}

/// The statements of a policy document, or of the text that holds one.
fn normalized(values: &[Value]) -> Result<document::Value, Refusal> {
    let policy = match values.first() {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        Some(value) => serde_json::to_value(value).unwrap_or_default(),
        None => return refuse("an operand is needed"),
    };
    Ok(statements(&document::Value::from(policy)))
}

fn foreign(value: &document::Value) -> Value {
    Value::from(value.to_json())
}

fn allows(values: &[Value], always: bool) -> Answer {
    let statements = match values.first() {
        // Already statements.
        Some(list @ Value::Array(_)) => {
            elements(list, 0)?;
            document::Value::from(serde_json::to_value(list).unwrap_or_default())
        }
        _ => normalized(values)?,
    };
    let principal = if values.len() > 3 { Some(text(values, 3)?) } else { None };
    let question =
        Question { action: text(values, 1)?, resource: text(values, 2)?, principal, always };
    let statements = statements.as_array().unwrap_or_default();
    let patterns: usize =
        statements.iter().map(|statement| statement.to_json().to_string().len()).sum();
    let asked = question.action.len() + question.resource.len() + principal.map_or(0, str::len);
    bounded(patterns.saturating_mul(asked + 1))?;
    match grants::allows(statements, &question) {
        Grant::Yes => Ok(Value::from(true)),
        Grant::No => Ok(Value::from(false)),
        Grant::Open(_) => Ok(Value::Undefined),
    }
}

fn semver(values: &[Value]) -> Answer {
    match Version::normalized(text(values, 0)?) {
        Some(version) => Ok(owned(version.to_string())),
        None => refuse("not a version"),
    }
}

fn satisfies(values: &[Value]) -> Answer {
    let (version, constraint) = (Version::normalized(text(values, 0)?), text(values, 1)?);
    bounded(constraint.len().saturating_mul(64))?;
    match version.and_then(|version| version.satisfies(constraint)) {
        Some(fits) => Ok(Value::from(fits)),
        None => refuse("not a version, or not a constraint such as `>= 1.2, < 2`"),
    }
}

/// Whether a setting is a secret that is written out; numbers and switches are none.
fn is_secret(values: &[Value]) -> Answer {
    let name = text(values, 0)?;
    let Some(Value::String(value)) = values.get(1) else { return Ok(Value::from(false)) };
    bounded(name.len() + value.len())?;
    known(secrets::is_secret(name, value, &|_| false))
}

/// Of a text; of what is none, no.
fn of_text(values: &[Value], ask: fn(&str, Elsewhere<'_>) -> Result<bool, &'static str>) -> Answer {
    let Some(Value::String(text)) = values.first() else { return Ok(Value::from(false)) };
    bounded(text.len())?;
    known(ask(text, &|_| false))
}

fn known(found: Result<bool, &'static str>) -> Answer {
    found.map(Value::from).map_err(|broken| Refusal::Bound(broken.to_owned()))
}
