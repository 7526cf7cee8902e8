//! Checks JSON against `schemas/document.schema.json`, which is embedded; nothing is ever fetched.

use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::Value as Json;

/// The schema of the document model, as published.
pub const SCHEMA: &str = include_str!("../../schemas/document.schema.json");

/// What in a document (or in a set of documents, as `normalize` prints it) does not fit the schema: one sentence each,
/// with the pointer first; empty where all fits. Values are not shown, for they may be secret.
pub fn check(json: &Json) -> Vec<String> {
    static VALIDATOR: OnceLock<Result<Validator, String>> = OnceLock::new();
    match VALIDATOR.get_or_init(|| compile(SCHEMA)) {
        Ok(validator) => violations(validator, json),
        Err(message) => vec![message.clone()],
    }
}

/// A validator from a schema's text. A schema that refers to anything outside of itself is an error.
pub fn compile(schema: &str) -> Result<Validator, String> {
    let schema: Json =
        serde_json::from_str(schema).map_err(|error| format!("the schema is not JSON: {error}"))?;
    jsonschema::validator_for(&schema).map_err(|error| format!("the schema is not valid: {error}"))
}

/// What does not fit, in the order of the instance.
pub fn violations(validator: &Validator, json: &Json) -> Vec<String> {
    let sentence = |error: jsonschema::ValidationError<'_>| {
        let at = error.instance_path().to_string();
        let at = if at.is_empty() { "/" } else { &at };
        format!("{at}: {}", error.masked())
    };
    validator.iter_errors(json).map(sentence).collect()
}
