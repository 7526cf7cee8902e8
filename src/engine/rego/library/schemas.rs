//! JSON Schema. A schema that refers to anything outside of itself is refused: nothing is fetched.

use std::collections::BTreeMap;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use regorus::Value;
use serde_json::Value as Json;

use super::{Answer, Builtin, Refusal, owned, refuse};

pub(super) const TABLE: &[Builtin] = &[
    Builtin { name: "json.match_schema", arity: 2, run: match_schema },
    Builtin { name: "json.verify_schema", arity: 1, run: verify_schema },
];

/// Most violations that are told.
const MAX_VIOLATIONS: usize = 1_000;

/// A value, or the text that holds one.
fn json(values: &[Value], at: usize) -> Result<Json, Refusal> {
    match values.get(at) {
        Some(Value::String(text)) => serde_json::from_str(text)
            .or_else(|_| refuse(format!("operand {} is not JSON", at + 1))),
        Some(value @ Value::Object(_)) => {
            serde_json::to_value(value).or_else(|_| refuse("the value cannot be written as JSON"))
        }
        _ => refuse(format!("operand {} must be one of {{string, object}}", at + 1)),
    }
}

fn compile(schema: &Json) -> Result<Validator, String> {
    jsonschema::validator_for(schema).map_err(|error| format!("jsonschema: {error}"))
}

/// `[true, null]`, or `[false, why]`.
fn verify_schema(values: &[Value]) -> Answer {
    let verdict = json(values, 0).map_err(|_| "jsonschema: the schema is not JSON".to_owned());
    Ok(Value::from(match verdict.and_then(|schema| compile(&schema)) {
        Ok(_) => vec![Value::from(true), Value::Null],
        Err(message) => vec![Value::from(false), owned(message)],
    }))
}

/// `[fits, violations]`.
fn match_schema(values: &[Value]) -> Answer {
    let (document, schema) = (json(values, 0)?, json(values, 1)?);
    let validator = compile(&schema).or_else(refuse)?;
    let errors = validator.iter_errors(&document).take(MAX_VIOLATIONS);
    let mut found: Vec<Value> = errors.map(|error| violation(&error)).collect();
    found.sort();
    Ok(Value::from(vec![Value::from(found.is_empty()), Value::from(found)]))
}

fn violation(error: &ValidationError<'_>) -> Value {
    let path = error.instance_path().to_string();
    let field = path.trim_start_matches('/').replace('/', ".");
    let field = if field.is_empty() { "(root)".to_owned() } else { field };
    let (kind, said) = match error.kind() {
        ValidationErrorKind::Type { kind } => {
            let expected = match kind {
                TypeKind::Single(one) => one.to_string(),
                TypeKind::Multiple(several) => {
                    several.iter().map(|kind| kind.to_string()).collect::<Vec<_>>().join("/")
                }
            };
            let given = type_name(error.instance());
            (
                "invalid_type".to_owned(),
                format!("Invalid type. Expected: {expected}, given: {given}"),
            )
        }
        ValidationErrorKind::Required { property } => {
            let property = property.as_str().unwrap_or_default();
            ("required".to_owned(), format!("{property} is required"))
        }
        _ => (error.kind().keyword().to_owned(), error.masked().to_string()),
    };
    let said =
        [("error", format!("{field}: {said}")), ("type", kind), ("field", field), ("desc", said)];
    Value::from(
        said.map(|(key, text)| (owned(key), owned(text))).into_iter().collect::<BTreeMap<_, _>>(),
    )
}

fn type_name(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(number) if number.is_f64() => "number",
        Json::Number(_) => "integer",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}
