//! From values of the language to values of the document model, with what their marks say.

use std::sync::Arc;

use super::beyond::Beyond;
use super::number::Number;
use super::types::Type;
use super::value::{Bounds, Entries, Kind, Unknown, Value, composed};
use crate::document::{self, Piece, Pointer, Reference, Trail, ValueType};

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
    parsed: Vec<(Arc<str>, document::Value)>,
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

    /// The JSON texts found, parsed: an object by pointer without its leading `/`.
    pub fn parsed(&mut self) -> document::Value {
        document::Value::object(std::mem::take(&mut self.parsed).into_iter().collect())
    }

    /// Lower an object's entries.
    pub fn entries(&mut self, entries: &Entries) -> document::Value {
        let root = Pointer::root();
        let root = Trail::from(&root);
        document::Value::object(
            entries
                .iter()
                .map(|(key, value)| (Arc::clone(key), self.lower(value, root.key(key))))
                .collect(),
        )
    }

    /// Lower one value that stands at a pointer. Every unknown gets a reason of its own, by which readers tell them apart.
    pub fn value(&mut self, value: &Value, at: &Pointer) -> document::Value {
        self.lower(value, Trail::from(at))
    }

    fn lower(&mut self, value: &Value, at: Trail<'_>) -> document::Value {
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
                    .map(|(position, item)| self.lower(item, at.index(position)))
                    .collect(),
            ),
            Kind::Mapping(map) => document::Value::object(
                map.entries
                    .iter()
                    .map(|(key, item)| (Arc::clone(key), self.lower(item, at.key(key))))
                    .collect(),
            ),
            Kind::Unknown(unknown) => self.unknown(unknown, at),
        }
    }

    /// A text that is JSON but for unknown parts is looked into; of any other text, nothing is known about what it holds either.
    fn unknown(&mut self, unknown: &Unknown, at: Trail<'_>) -> document::Value {
        if self.inside_text && !unknown.shown.is_empty() {
            return document::Value::String(unknown.shown.shared());
        }
        let entries = unknown.beyond.as_ref().and_then(|beyond| beyond.entries.as_ref());
        if let Some(entries) = entries.filter(|_| self.inside_text) {
            return self.lower(entries, at);
        }
        if let (Some(decided), true) = (&unknown.decided, self.decides) {
            return self.lower(decided, at);
        }
        let refined = refined(unknown);
        match &unknown.partial {
            Some(partial) if matches!(unknown.kind, None | Some(Type::String | Type::Any)) => {
                let mut inner = Self { inside_text: true, ..Self::default() };
                let structure = inner.value(partial, &Pointer::root());
                self.parsed.push((parsed_key(at), structure));
            }
            None if refined.may_hold_json() => {
                // Of what the text holds, nothing is known.
                let inner = document::Value::Unknown(Arc::new(refined.bare()));
                self.parsed.push((parsed_key(at), inner));
            }
            _ => {}
        }
        document::Value::Unknown(Arc::new(refined))
    }

    fn marks(&mut self, value: &Value, at: Trail<'_>) {
        if value.marks.is_hidden() {
            self.sensitive.push(at.pointer());
        }
        for (address, attribute) in value.marks.references() {
            let reference = Reference {
                from: at.pointer(),
                to: Arc::clone(address),
                attribute: attribute.clone(),
            };
            self.references.push(reference);
        }
    }

    fn parse(&mut self, text: &str, at: Trail<'_>) {
        let looks_like_json = text.trim_start().starts_with(['{', '[']);
        if looks_like_json
            && text.len() <= MAX_PARSED_BYTES
            && let Ok(json) = serde_json::from_str::<serde_json::Value>(text)
        {
            self.parsed.push((parsed_key(at), json.into()));
        }
    }
}

/// What a document says of an unknown value.
fn refined(unknown: &Unknown) -> document::Unknown {
    let kind = unknown.kind.as_ref().and_then(value_type);
    let has_elements = unknown.beyond.as_ref().is_some_and(|it| !it.elements.is_empty());
    let kind = kind.or(has_elements.then_some(ValueType::Array));
    let is_text = kind.is_none_or(|kind| kind == ValueType::String);
    let beyond = unknown.beyond.as_deref();
    let ends = |own: &Piece, of: fn(&Beyond) -> &Piece| match beyond {
        Some(beyond) if own.is_empty() => of(beyond).clone(),
        _ => own.clone(),
    };
    let prefix = ends(&unknown.prefix, |beyond| &beyond.prefix);
    let suffix = ends(&unknown.suffix, |beyond| &beyond.suffix);
    let segment = is_text && beyond.is_some_and(|beyond| beyond.segment);
    let known_text = is_text && !(prefix.is_empty() && suffix.is_empty()) || segment;
    let text = |known: Piece| if known_text { known } else { Piece::default() };
    let bounded = matches!(kind, Some(ValueType::Array | ValueType::Number | ValueType::Object));
    let mut lowering = Lowering { inside_text: true, ..Lowering::default() };
    let mut scalar = |value: &Value| lowering.value(value, &Pointer::root());
    let is_list = kind == Some(ValueType::Array);
    let elements = beyond.filter(|_| is_list).map(|beyond| &beyond.elements);
    let elements: Vec<_> = elements.into_iter().flatten().map(&mut scalar).collect();
    let mut bounds = unknown.bounds.as_deref().filter(|_| bounded).map(bounds).unwrap_or_default();
    if let Ok(count @ 1..) = i64::try_from(elements.len()) {
        bounds.least = bounds.least.max(Some(count));
    }
    let refined = document::Unknown {
        reason: Arc::from(&*unknown.reason),
        kind: kind.or(known_text.then_some(ValueType::String)),
        not_null: unknown.not_null || !elements.is_empty(),
        prefix: text(prefix),
        suffix: text(suffix),
        segment,
        bounds,
        one_of: None,
        parts: beyond.map(|beyond| beyond.parts.clone()).unwrap_or_default(),
        elements: elements.into(),
    };
    let Some(beyond) = beyond.filter(|beyond| !beyond.one_of.is_empty()) else { return refined };
    let one_of = beyond.one_of.iter().map(scalar);
    refined.among(one_of.collect())
}

fn value_type(kind: &Type) -> Option<ValueType> {
    Some(match kind {
        Type::Any => return None,
        Type::Bool => ValueType::Boolean,
        Type::Number => ValueType::Number,
        Type::String => ValueType::String,
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => ValueType::Array,
        Type::Map(_) | Type::Object(_) => ValueType::Object,
    })
}

/// In whole numbers, rounded outwards.
fn bounds(bounds: &Bounds) -> document::Bounds {
    let end = |bound: &Option<(Number, bool)>, whole: fn(&Number) -> Number| {
        bound.as_ref().and_then(|(number, _)| whole(number).to_i64())
    };
    document::Bounds {
        least: end(&bounds.lower, Number::floor),
        most: end(&bounds.upper, Number::ceil),
    }
}

fn parsed_key(at: Trail<'_>) -> Arc<str> {
    at.pointer().as_str().trim_start_matches('/').into()
}

fn lower_number(number: &Number) -> document::Value {
    // What a function over floats gives is shown rounded, also where it is a whole number.
    let int = match number {
        Number::Int(int) => Some(*int),
        _ => number.to_string().parse().ok(),
    };
    match int {
        Some(int) => document::Value::Int(int),
        None if !number.to_f64().is_finite() => document::Value::unknown("the number is too large"),
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
