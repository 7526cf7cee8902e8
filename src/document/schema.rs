//! Checks JSON against `schemas/document.schema.json`, which is embedded; nothing is ever fetched.

use std::sync::OnceLock;

use jsonschema::{ValidationError, Validator};
use serde_json::Value as Json;

use super::view::{Representation, View};

/// The schema of the document model, as published.
pub const SCHEMA: &str = include_str!("../../schemas/document.schema.json");

/// What in a document (or in a set of documents, as `normalize` prints it) does not fit the schema: one sentence each,
/// with the pointer first; empty where all fits. Values are not shown, for they may be secret.
pub fn check(view: &View<'_>) -> Vec<String> {
    static VALIDATOR: OnceLock<Result<Validator<Representation>, String>> = OnceLock::new();
    let compile = || {
        let options = jsonschema::options_for::<Representation>();
        parse(SCHEMA).and_then(|schema| options.build(&schema).map_err(|error| invalid(&error)))
    };
    match VALIDATOR.get_or_init(compile) {
        // To know that all fits takes half of what it takes to say what does not.
        Ok(validator) if validator.is_valid(view.into()) => Vec::new(),
        Ok(validator) => validator.iter_errors(view.into()).map(|error| sentence(&error)).collect(),
        Err(message) => vec![message.clone()],
    }
}

/// A validator from a schema's text. A schema that refers to anything outside of itself is an error.
pub fn compile(schema: &str) -> Result<Validator, String> {
    jsonschema::validator_for(&parse(schema)?).map_err(|error| invalid(&error))
}

/// What does not fit, in the order of the instance.
pub fn violations(validator: &Validator, json: &Json) -> Vec<String> {
    validator.iter_errors(json).map(|error| sentence(&error)).collect()
}

fn parse(schema: &str) -> Result<Json, String> {
    serde_json::from_str(schema).map_err(|error| format!("the schema is not JSON: {error}"))
}

fn invalid(error: &ValidationError<'_>) -> String {
    format!("the schema is not valid: {error}")
}

fn sentence(error: &ValidationError<'_>) -> String {
    let at = error.instance_path().to_string();
    let at = if at.is_empty() { "/" } else { &at };
    format!("{at}: {}", error.masked())
}
