//! From values of the language to values of the document model, with what their marks say.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::number::Number;
use super::types::Type;
use super::value::{Kind, Unknown, Value, composed};
use crate::document::{self, Pointer, Reference};

/// Longest JSON text among attributes that is looked into, in bytes.
const MAX_PARSED_BYTES: usize = 1024 * 1024;

/// What lowering a value finds beside the value itself.
#[derive(Debug, Default)]
pub struct Lowering {
    /// Pointers of sensitive parts.
    pub sensitive: Vec<Pointer>,
    /// References that the parts carry.
    references: Vec<Reference>,
    /// JSON texts, parsed, by pointer without its leading `/`.
    pub parsed: document::Map,
    /// Whether the value is what a text holds.
    inside_text: bool,
    /// Whether a boolean that its known operand decides is known.
    decides: bool,
}

impl Lowering {
    /// For resources: a boolean that its known operand decides is known.
    pub fn deciding() -> Self {
        Self { decides: true, ..Self::default() }
    }

    /// The references found, sorted, each once, without those to the resource itself.
    pub fn references_but(&mut self, own: &str) -> Vec<Reference> {
        let mut references = std::mem::take(&mut self.references);
        references.retain(|reference| *reference.to != *own);
        references.sort();
        references.dedup();
        references
    }

    /// Lower an object's entries.
    pub fn entries(&mut self, entries: &BTreeMap<Arc<str>, Value>) -> document::Value {
        let root = Pointer::root();
        document::Value::object(
            entries
                .iter()
                .map(|(key, value)| (Arc::clone(key), self.value(value, &root.key(key))))
                .collect(),
        )
    }

    /// Lower one value that stands at a pointer. Every unknown gets a reason of its own, by which readers tell them apart.
    pub fn value(&mut self, value: &Value, at: &Pointer) -> document::Value {
        self.marks(value, at);
        match &value.kind {
            Kind::Null(_) => document::Value::Null,
            Kind::Bool(bool) => document::Value::Bool(*bool),
            Kind::Number(number) => lower_number(number),
            Kind::String(text) => {
                self.parse(text, at);
                document::Value::String(Arc::clone(text))
            }
            Kind::Sequence(_, items) => document::Value::array(
                items
                    .iter()
                    .enumerate()
                    .map(|(position, item)| self.value(item, &at.index(position)))
                    .collect(),
            ),
            Kind::Mapping(map) => document::Value::object(
                map.entries
                    .iter()
                    .map(|(key, item)| (Arc::clone(key), self.value(item, &at.key(key))))
                    .collect(),
            ),
            Kind::Unknown(unknown) => self.unknown(unknown, at),
        }
    }

    /// A text that is JSON but for unknown parts is looked into; of any other text, nothing is known about what it holds either.
    fn unknown(&mut self, unknown: &Unknown, at: &Pointer) -> document::Value {
        if self.inside_text && !unknown.shown.is_empty() {
            return document::Value::String(Arc::clone(&unknown.shown));
        }
        if let (Some(decided), true) = (&unknown.decided, self.decides) {
            return self.value(decided, at);
        }
        let value = document::Value::Unknown(Arc::from(&*unknown.reason));
        match &unknown.partial {
            Some(partial) if matches!(unknown.kind, None | Some(Type::String | Type::Any)) => {
                let mut inner = Self { inside_text: true, ..Self::default() };
                let structure = inner.value(partial, &Pointer::root());
                self.parsed.insert(parsed_key(at), structure);
            }
            None if matches!(unknown.kind, None | Some(Type::String | Type::Any)) => {
                self.parsed.insert(parsed_key(at), value.clone());
            }
            _ => {}
        }
        value
    }

    fn marks(&mut self, value: &Value, at: &Pointer) {
        if value.marks.is_hidden() {
            self.sensitive.push(at.clone());
        }
        for (address, attribute) in value.marks.references() {
            let reference = Reference {
                from: at.clone(),
                to: Arc::clone(address),
                attribute: attribute.clone(),
            };
            self.references.push(reference);
        }
    }

    fn parse(&mut self, text: &str, at: &Pointer) {
        let looks_like_json = text.trim_start().starts_with(['{', '[']);
        if looks_like_json
            && text.len() <= MAX_PARSED_BYTES
            && let Ok(json) = serde_json::from_str::<serde_json::Value>(text)
        {
            self.parsed.insert(parsed_key(at), json.into());
        }
    }
}

fn parsed_key(at: &Pointer) -> Arc<str> {
    at.as_str().trim_start_matches('/').into()
}

fn lower_number(number: &Number) -> document::Value {
    match number.to_i64() {
        Some(int) => document::Value::Int(int),
        None if !number.to_f64().is_finite() => {
            document::Value::Unknown("the number is too large".into())
        }
        None => {
            let (digits, nearest) = (number.to_string(), number.to_f64());
            let is_whole = digits.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit());
            if is_whole && format!("{nearest:.0}") != digits {
                return document::Value::Digits(digits.into());
            }
            document::Value::Float(nearest)
        }
    }
}

/// A value of the language from JSON.
pub fn from_json(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::null(),
        serde_json::Value::Bool(bool) => Value::bool(bool),
        serde_json::Value::Number(number) => match Number::parse(&number.to_string()) {
            Some(number) => Value::number(number),
            None => Value::unknown(format!("the number {number} is too large")),
        },
        serde_json::Value::String(text) => Value::string(text),
        serde_json::Value::Array(items) => Value::tuple(items.into_iter().map(from_json).collect()),
        serde_json::Value::Object(map) => Value::object(
            map.into_iter().map(|(key, item)| (composed(key.into()), from_json(item))).collect(),
        ),
    }
}
