//! What documents say of an unknown value beside what Terraform knows: nothing is computed from that.

use std::sync::Arc;

use super::types;
use super::value::{Kind, Value};
use crate::document::{HOLE, Piece};

/// Most values of which one is known to come.
const MAX_ALTERNATIVES: usize = 8;
/// Longest text of which all is kept, in bytes.
const MAX_BYTES: usize = 128;
/// Most elements that are kept of a list or set of which others are unknown.
const MAX_ELEMENTS: usize = 64;
/// Longest text of which the known parts are kept, in bytes.
pub const MAX_PARTS: usize = 1 << 16;

/// What rules may know and Terraform does not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Beyond {
    /// How its text begins.
    pub prefix: Piece,
    /// How its text ends.
    pub suffix: Piece,
    /// Whether no `/` comes after its beginning.
    pub segment: bool,
    /// The texts or numbers that it can be, if it is not null; empty where others are possible.
    pub one_of: Vec<Value>,
    /// What is known of a text between its unknown parts; of base 64, of the text that it stands for.
    pub parts: Piece,
    /// Scalars that are among its elements, each once, whatever else is; their order says nothing. Where there are any it is a list or
    /// set, and not null.
    pub elements: Vec<Value>,
    /// An object of which some keys are known in part only: its entries, by what is known of their keys.
    pub entries: Option<Value>,
}

impl Beyond {
    /// Of an object with keys of which only parts are known.
    pub fn keyed(entries: Value) -> Arc<Self> {
        Arc::new(Self { entries: Some(entries), ..Self::default() })
    }

    /// Of a list or set that holds these elements and others. Those that must not be shown, and what is no scalar, are left out.
    pub fn holding<'v>(elements: impl Iterator<Item = &'v Value>) -> Option<Arc<Self>> {
        let mut kept: Vec<Value> = Vec::new();
        for value in elements.take(MAX_ELEMENTS) {
            let is_plain = match &value.kind {
                Kind::String(text) => text.len() <= MAX_BYTES,
                kind => matches!(kind, Kind::Bool(_) | Kind::Number(_)),
            };
            let is_shown = !value.marks.is_hidden() && !value.marks.is_ephemeral();
            let plain = types::without_marks(value);
            if is_plain && is_shown && !kept.contains(&plain) {
                kept.push(plain);
            }
        }
        (!kept.is_empty()).then(|| Arc::new(Self { elements: kept, ..Self::default() }))
    }

    /// What is known where every text is kept in another form. `ends`: also of a part of it at its beginning or end.
    pub fn kept_as(&self, form: impl Fn(&str) -> Arc<str>, ends: bool) -> Self {
        let end = |text: &Piece| if ends { form(text).into() } else { Piece::default() };
        let all = |values: &[Value]| {
            let mut kept: Vec<Value> = Vec::new();
            for value in values {
                let value = match &value.kind {
                    Kind::String(text) => Value::from(Kind::String(form(text))),
                    Kind::Number(number) => Value::from(Kind::String(form(&number.to_string()))),
                    _ => value.clone(),
                };
                if !kept.contains(&value) {
                    kept.push(value);
                }
            }
            kept
        };
        Self {
            prefix: end(&self.prefix),
            suffix: end(&self.suffix),
            segment: self.segment && ends,
            one_of: all(&self.one_of),
            parts: self.parts.clone(),
            elements: all(&self.elements),
            entries: None,
        }
    }

    /// What is known whatever type the value gets: other scalars than texts may become texts.
    pub fn of_texts(&self) -> Option<Arc<Self>> {
        let is_text = |value: &Value| matches!(value.kind, Kind::String(_));
        let mut kept = self.clone();
        kept.elements.retain(is_text);
        if !kept.one_of.iter().all(is_text) {
            kept.one_of.clear();
        }
        (kept != Self::default()).then(|| Arc::new(kept))
    }

    /// The ends of a text, if anything is known of them.
    pub fn ends(prefix: &str, suffix: &str) -> Option<Arc<Self>> {
        let ends = || Self { prefix: prefix.into(), suffix: suffix.into(), ..Self::default() };
        (!prefix.is_empty() || !suffix.is_empty()).then(|| Arc::new(ends()))
    }

    /// An id that begins so, after which no `/` comes.
    pub fn segment(prefix: &str) -> Arc<Self> {
        Arc::new(Self { prefix: prefix.into(), segment: true, ..Self::default() })
    }

    /// The same, with what is known of a text between its unknown parts, up to a limit.
    pub fn with_parts(known: Option<Arc<Self>>, parts: &str) -> Option<Arc<Self>> {
        if parts.is_empty() || parts.len() > MAX_PARTS {
            return known;
        }
        let mut known = known.as_deref().cloned().unwrap_or_default();
        known.parts = parts.into();
        Some(Arc::new(known))
    }

    /// What is known of a text between its unknown parts; of other values that are not known, that they are one such part.
    pub fn text_of(value: &Value) -> Option<Arc<str>> {
        match &value.kind {
            Kind::String(text) => Some(Arc::clone(text)),
            Kind::Unknown(unknown) => match &unknown.beyond {
                Some(own) if !own.parts.is_empty() => Some(own.parts.shared()),
                _ => Some(HOLE.to_string().into()),
            },
            _ => None,
        }
    }

    /// Of what is one of these values.
    pub fn either<'v>(values: impl IntoIterator<Item = &'v Value>) -> Option<Arc<Self>> {
        let mut all: Option<Self> = None;
        let mut perhaps_null = false;
        for value in values {
            if value.is_null() {
                perhaps_null = true;
                continue;
            }
            let own = Self::of(value)?;
            let joined = match all {
                Some(all) => all.or(own),
                None => own,
            };
            if joined == Self::default() {
                return None;
            }
            all = Some(joined);
        }
        if perhaps_null && let Some(all) = &mut all {
            all.elements.clear();
        }
        all.filter(|all| *all != Self::default()).map(Arc::new)
    }

    /// Of one value. What must not be shown says nothing.
    fn of(value: &Value) -> Option<Self> {
        if value.marks.is_hidden() || value.marks.is_ephemeral() {
            return None;
        }
        Some(match &value.kind {
            Kind::String(text) if text.len() <= MAX_BYTES => Self {
                prefix: Arc::clone(text).into(),
                suffix: Arc::clone(text).into(),
                one_of: vec![types::without_marks(value)],
                ..Self::default()
            },
            Kind::Number(_) => {
                Self { one_of: vec![types::without_marks(value)], ..Self::default() }
            }
            Kind::Unknown(unknown) => {
                let mut known = unknown.beyond.as_deref().cloned().unwrap_or_default();
                if known.prefix.is_empty() {
                    known.prefix = unknown.prefix.clone();
                    known.segment &= known.prefix.is_empty();
                }
                if known.suffix.is_empty() {
                    known.suffix = unknown.suffix.clone();
                }
                known
            }
            _ => return None,
        })
    }

    fn or(mut self, other: Self) -> Self {
        self.segment &= other.segment && self.prefix == other.prefix;
        let same = |(a, b): &((usize, char), char)| a.1 == *b;
        let begin = self.prefix.char_indices().zip(other.prefix.chars()).take_while(same);
        let begin = begin.last().map_or(0, |((at, last), _)| at + last.len_utf8());
        let ending = self.suffix.char_indices().rev().zip(other.suffix.chars().rev());
        let end = ending.take_while(same).last().map_or(self.suffix.len(), |((at, _), _)| at);
        self.prefix = self.prefix[..begin].into();
        self.suffix = self.suffix[end..].into();
        self.parts = Piece::default();
        self.entries = None;
        // Two tuples become one type, as in `of_texts`.
        let is_text = |element: &Value| matches!(element.kind, Kind::String(_));
        self.elements.retain(|element| is_text(element) && other.elements.contains(element));
        let few = self.one_of.len() + other.one_of.len() <= MAX_ALTERNATIVES;
        if few && !self.one_of.is_empty() && !other.one_of.is_empty() {
            self.one_of.extend(other.one_of);
        } else {
            self.one_of.clear();
        }
        self
    }
}
