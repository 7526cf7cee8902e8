//! Values that are not known before apply, and what is known of them all the same.

use std::sync::Arc;

use super::{Piece, Value};

/// Stands for an unknown part of a text. Configuration that uses this character itself loses only the look into such texts.
pub const HOLE: char = '\u{f8fe}';

/// An unknown value: why, and what holds for every value that it can turn out to be.
///
/// Each part says something of the value where it is not null; [`Unknown::not_null`] alone says whether it can be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unknown {
    /// Why it is unknown, in words. Which unknown of a document it is, the `Arc` itself tells, also of what was made of it.
    pub reason: Arc<str>,
    /// Its type, where known.
    pub kind: Option<ValueType>,
    /// Whether it cannot be null.
    pub not_null: bool,
    /// How its text begins. Only beside the type string; so is `suffix`.
    pub prefix: Piece,
    /// How its text ends. May share characters with the beginning.
    pub suffix: Piece,
    /// Whether no `/` comes after its beginning: an id of which the last part alone is not known.
    pub segment: bool,
    /// Between what its number lies, or the length of its array or object. Nothing where the type is another or unknown.
    pub bounds: Bounds,
    /// All texts or numbers that it can be, sorted by their JSON, where these are known.
    pub one_of: Option<Arc<[Value]>>,
    /// What is known of a text between its unknown parts, each of which stands there as a [`HOLE`]; of base 64, of
    /// the text that it stands for. For those who look for something in it: that it is there can decide a verdict, that it is not
    /// cannot. It is never shown.
    pub parts: Piece,
    /// Scalars that are among its elements, whatever else is; their order says nothing. Only beside the type array.
    pub elements: Arc<[Value]>,
}

/// The types of JSON but null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are JSON's own")]
pub enum ValueType {
    Array,
    Boolean,
    Number,
    Object,
    String,
}

/// Least and greatest value, both included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// The least.
    pub least: Option<i64>,
    /// The greatest.
    pub most: Option<i64>,
}

impl ValueType {
    /// The name in JSON schemas and in Rego.
    pub fn name(self) -> &'static str {
        match self {
            Self::Array => "array",
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::Object => "object",
            Self::String => "string",
        }
    }

    /// The type of a value; none of null and of what is unknown.
    pub fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Null | Value::Unknown(_) => None,
            Value::Bool(_) => Some(Self::Boolean),
            Value::Int(_) | Value::Float(_) | Value::Digits(_) => Some(Self::Number),
            Value::String(_) => Some(Self::String),
            Value::Array(_) => Some(Self::Array),
            Value::Object(_) => Some(Self::Object),
        }
    }
}

impl Unknown {
    /// For a reason; nothing else is known.
    pub fn because(reason: impl Into<Arc<str>>) -> Self {
        Self { reason: reason.into(), ..Self::default() }
    }

    /// Refined to some texts or numbers, one of which it is if it is not null. None says nothing.
    #[must_use]
    pub fn among(mut self, mut values: Vec<Value>) -> Self {
        values.sort_by_key(|value| value.to_json().to_string());
        values.dedup();
        let kind = values.first().and_then(ValueType::of);
        let is_scalar = matches!(kind, Some(ValueType::Number | ValueType::String));
        if !is_scalar || values.iter().any(|value| ValueType::of(value) != kind) {
            return self;
        }
        self.kind = kind;
        let texts: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
        if let Some((first, rest)) = texts.split_first() {
            let begin = common(first.chars(), rest.iter().map(|text| text.chars()));
            let end = common(first.chars().rev(), rest.iter().map(|text| text.chars().rev()));
            self.prefix = begin.into_iter().collect::<String>().into();
            self.suffix = end.into_iter().rev().collect::<String>().into();
        }
        self.one_of = Some(values.into());
        self
    }

    /// The same for the reason alone.
    #[must_use]
    pub fn bare(&self) -> Self {
        Self::because(Arc::clone(&self.reason))
    }

    /// The scalars that are among its elements; none where it can be null.
    pub fn elements(&self) -> &[Value] {
        if self.not_null { &self.elements } else { &[] }
    }

    /// Whether nothing is known of it.
    pub fn is_bare(&self) -> bool {
        self.kind.is_none() && !self.not_null && self.one_of.is_none()
    }

    /// Whether it is a text, or null.
    pub fn is_text(&self) -> bool {
        self.kind == Some(ValueType::String)
    }

    /// Whether it can turn out to be this value. Of what is unknown in the value itself, nothing is asked.
    pub fn admits(&self, value: &Value) -> bool {
        match value {
            Value::Null => !self.not_null,
            Value::Unknown(_) => true,
            value if self.kind.is_some_and(|kind| ValueType::of(value) != Some(kind)) => false,
            value if self.one_of.as_ref().is_some_and(|all| !all.contains(value)) => false,
            Value::Int(int) => self.bounds.holds(*int),
            #[expect(clippy::cast_precision_loss, reason = "as numbers of documents are rounded")]
            Value::Float(float) => {
                self.bounds.least.is_none_or(|least| *float >= least as f64)
                    && self.bounds.most.is_none_or(|most| *float <= most as f64)
            }
            // Beyond all bounds that there can be.
            Value::Digits(digits) if digits.starts_with('-') => self.bounds.least.is_none(),
            Value::Digits(_) => self.bounds.most.is_none(),
            Value::String(text) => self.admits_text(text),
            Value::Array(items) => {
                self.bounds.holds_length(items.len())
                    && self.elements.iter().all(|element| {
                        items
                            .iter()
                            .any(|item| item == element || matches!(item, Value::Unknown(_)))
                    })
            }
            Value::Object(map) => self.bounds.holds_length(map.len()),
            Value::Bool(_) => true,
        }
    }

    /// Whether its text can be this one.
    pub fn admits_text(&self, text: &str) -> bool {
        self.kind.is_none_or(|kind| kind == ValueType::String)
            && text.starts_with(&*self.prefix)
            && text.ends_with(&*self.suffix)
            && !(self.segment
                && text.get(self.prefix.len()..).is_some_and(|rest| rest.contains('/')))
            && self.one_of.as_ref().is_none_or(|all| {
                all.iter().any(|value| value.as_str().is_none_or(|value| value == text))
            })
    }

    /// Whether it can be a text that holds a JSON object or array.
    pub fn may_hold_json(&self) -> bool {
        let begins = self.prefix.trim_start();
        self.kind.is_none_or(|kind| kind == ValueType::String)
            && (begins.is_empty() || begins.starts_with(['{', '[']))
    }

    /// The least and the greatest length: elements, members, characters.
    pub fn length(&self) -> Bounds {
        match self.kind {
            Some(ValueType::Array | ValueType::Object) => self.bounds,
            Some(ValueType::String) => {
                let least = self.prefix.chars().count().max(self.suffix.chars().count());
                Bounds { least: i64::try_from(least).ok(), most: None }
            }
            _ => Bounds::default(),
        }
    }

    /// As JSON, only what is known; of one that must not be shown, nothing that its value goes into. `None` where that is nothing.
    pub(super) fn view(&self, hidden: bool) -> Option<Value> {
        let mut parts: Vec<(&str, Value)> = Vec::new();
        if let Some(kind) = self.kind {
            parts.push(("type", Value::string(kind.name())));
        }
        if self.not_null {
            parts.push(("not_null", Value::Bool(true)));
        }
        if !hidden {
            // The values say it all.
            let texts = [("prefix", &self.prefix), ("suffix", &self.suffix)];
            let known = texts.into_iter().filter(|(_, text)| !text.is_empty());
            let known = known.filter(|_| self.one_of.is_none());
            parts.extend(known.map(|(name, text)| (name, Value::String(text.shared()))));
            if self.segment && self.one_of.is_none() {
                parts.push(("segment", Value::Bool(true)));
            }
            if let Some(all) = &self.one_of {
                parts.push(("one_of", Value::array(all.to_vec())));
            }
            if !self.elements.is_empty() {
                parts.push(("elements", Value::array(self.elements.to_vec())));
            }
            let name = if self.kind == Some(ValueType::Number) { "value" } else { "length" };
            let ends = [("least", self.bounds.least), ("most", self.bounds.most)];
            let ends = ends.into_iter().filter_map(|(end, at)| Some((end.into(), Value::Int(at?))));
            let ends = Value::object(ends.collect());
            if ends.as_object().is_some_and(|ends| !ends.is_empty()) {
                parts.push((name, ends));
            }
        }
        let parts = parts.into_iter().map(|(name, value)| (name.into(), value));
        Some(Value::object(parts.collect())).filter(|_| !self.is_bare())
    }
}

/// What all begin with.
fn common<T: Iterator<Item = char>>(
    first: impl Iterator<Item = char>,
    rest: impl Iterator<Item = T>,
) -> Vec<char> {
    rest.fold(first.collect(), |mut kept: Vec<char>, other| {
        let same = kept.iter().zip(other).take_while(|(a, b)| **a == *b).count();
        kept.truncate(same);
        kept
    })
}

impl Bounds {
    /// Whether nothing is known.
    pub fn is_open(self) -> bool {
        self.least.is_none() && self.most.is_none()
    }

    /// Whether a number lies between them.
    pub fn holds(self, number: i64) -> bool {
        self.least.is_none_or(|least| least <= number)
            && self.most.is_none_or(|most| number <= most)
    }

    fn holds_length(self, length: usize) -> bool {
        self.holds(i64::try_from(length).unwrap_or(i64::MAX))
    }
}
