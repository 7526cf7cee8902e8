//! Values during evaluation: borrowed from the document where they come from it, so that nothing is converted, and
//! with *unknown* as a value of its own.
#![expect(clippy::rc_buffer, reason = "the document's lists are shared as they are")]

use std::collections::BTreeMap;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

use super::network::{Address, Net};
use crate::document::{Map, Unknown, Value, ValueType, nearest};
use crate::engine::Failure;
use crate::engine::calendar::Span;
use crate::engine::semver::Version;

/// What an expression gives, or why it fails.
pub(super) type Outcome<'a> = Result<Val<'a>, Failure>;

/// More reasons than this tell a reader nothing.
const MAX_REASONS: usize = 16;

static EMPTY: Map = Map::new_vec();

/// A value during evaluation. A clone costs at most a reference count.
#[derive(Clone, Debug)]
pub(super) enum Val<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Text(Text<'a>),
    Bytes(Arc<[u8]>),
    List(List<'a>),
    Map(Mapping<'a>),
    /// What `cidr()` gives; `None` for a text that is no address range.
    Net(Option<Net>),
    /// What `ip()` gives.
    Ip(Address),
    /// Since 1970.
    Timestamp(Span),
    Duration(Span),
    /// What `semver()` gives.
    Version(Rc<Version>),
    /// What `policy()` gives: its statements.
    Policy(Arc<Vec<Value>>),
    /// A value or none.
    Optional(Option<Rc<Val<'a>>>),
    /// What `type()` gives.
    Type(&'static str),
    Unknown(Open),
}

/// A text.
#[derive(Clone, Debug)]
pub(super) enum Text<'a> {
    Borrowed(&'a Arc<str>),
    Shared(Arc<str>),
}

/// A list.
#[derive(Clone, Debug)]
pub(super) enum List<'a> {
    Borrowed(&'a Arc<Vec<Value>>),
    Shared(Arc<Vec<Value>>),
    /// Items, each over its own defaults.
    Layered(&'a [Value], &'a [Value]),
    /// Made by the expression.
    Made(Rc<Vec<Val<'a>>>),
}

/// A map.
#[derive(Clone, Debug)]
pub(super) enum Mapping<'a> {
    Borrowed(&'a Arc<Map>),
    Shared(Arc<Map>),
    /// What is written over what the defaults give.
    Layered(&'a Map, &'a Map),
    /// Made by the expression.
    Made(Rc<Vec<(Val<'a>, Val<'a>)>>),
}

/// Why a value is unknown: the reasons of the document's unknown values, each once.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Reasons(Rc<Vec<Arc<str>>>);

impl Reasons {
    pub(super) fn one(reason: &Arc<str>) -> Self {
        Self(Rc::new(vec![Arc::clone(reason)]))
    }

    pub(super) fn to_vec(&self) -> Vec<Arc<str>> {
        self.0.to_vec()
    }

    pub(super) fn first(&self) -> Arc<str> {
        self.0.first().map_or_else(|| "unknown".into(), Arc::clone)
    }

    pub(super) fn and(self, other: &Self) -> Self {
        let mut all = self.0;
        for reason in other.0.iter() {
            if all.len() < MAX_REASONS && !all.contains(reason) {
                Rc::make_mut(&mut all).push(Arc::clone(reason));
            }
        }
        Self(all)
    }
}

/// An unknown value: why it is so, and what is known of it all the same. What is made of it is another value: `Reasons` are passed
/// on, never this.
#[derive(Clone, Debug)]
pub(super) struct Open {
    pub(super) reasons: Reasons,
    /// `None` where nothing is known.
    pub(super) known: Option<Arc<Unknown>>,
    /// Whether it is the address range that such a text names.
    pub(super) net: bool,
}

impl Open {
    pub(super) fn of(unknown: &Arc<Unknown>) -> Self {
        let known = Some(unknown).filter(|unknown| !unknown.is_bare());
        Self { reasons: Reasons::one(&unknown.reason), known: known.map(Arc::clone), net: false }
    }

    /// Unknown for these reasons, with something known of it; the reason that it names says nothing.
    pub(super) fn refined(reasons: Reasons, known: Unknown) -> Self {
        Self {
            reasons,
            known: Some(known).filter(|known| !known.is_bare()).map(Arc::new),
            net: false,
        }
    }
}

impl From<Reasons> for Open {
    fn from(reasons: Reasons) -> Self {
        Self { reasons, known: None, net: false }
    }
}

/// Adds reasons to reasons that may be there.
pub(super) fn merge(into: &mut Option<Reasons>, more: &Reasons) {
    *into = Some(match into.take() {
        Some(reasons) => reasons.and(more),
        None => more.clone(),
    });
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Shared(text) => text,
        }
    }
}

impl<'a> Val<'a> {
    /// A value of the document, by reference.
    pub(super) fn of(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(bool) => Self::Bool(*bool),
            Value::Int(int) => Self::Int(*int),
            Value::Float(float) => Self::Double(*float),
            Value::Digits(digits) => Self::Double(nearest(digits)),
            Value::String(text) => Self::Text(Text::Borrowed(text)),
            Value::Array(items) => Self::List(List::Borrowed(items)),
            Value::Object(map) => Self::Map(Mapping::Borrowed(map)),
            Value::Unknown(unknown) => Self::Unknown(Open::of(unknown)),
        }
    }

    /// A value that the document does not hold.
    pub(super) fn owned(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(bool) => Self::Bool(bool),
            Value::Int(int) => Self::Int(int),
            Value::Float(float) => Self::Double(float),
            Value::Digits(digits) => Self::Double(nearest(&digits)),
            Value::String(text) => Self::Text(Text::Shared(text)),
            Value::Array(items) => Self::List(List::Shared(items)),
            Value::Object(map) => Self::Map(Mapping::Shared(map)),
            Value::Unknown(unknown) => Self::Unknown(Open::of(&unknown)),
        }
    }

    /// The attributes: written over defaults.
    pub(super) fn layered(written: &'a Value, defaults: &'a Value) -> Self {
        match (written, defaults) {
            (Value::Object(map), _) => {
                Self::Map(Mapping::Layered(map, defaults.as_object().unwrap_or(&EMPTY)))
            }
            (Value::Null, Value::Object(defaults)) => Self::Map(Mapping::Layered(&EMPTY, defaults)),
            (Value::Array(items), Value::Array(defaults)) => {
                Self::List(List::Layered(items, defaults))
            }
            _ => Self::of(written),
        }
    }

    /// Unknown for these reasons; nothing else is known.
    pub(super) fn unknown(reasons: Reasons) -> Self {
        Self::Unknown(reasons.into())
    }

    pub(super) fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(Text::Shared(text.into()))
    }

    /// An optional value that is there.
    pub(super) fn some(value: Self) -> Self {
        Self::Optional(Some(Rc::new(value)))
    }

    pub(super) fn list(items: Vec<Self>) -> Self {
        Self::List(List::Made(Rc::new(items)))
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The name of its type in CEL.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null_type",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Uint(_) => "uint",
            Self::Double(_) => "double",
            Self::Text(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Net(_) => "net.CIDR",
            Self::Ip(_) => "net.IP",
            Self::Timestamp(_) => "google.protobuf.Timestamp",
            Self::Duration(_) => "google.protobuf.Duration",
            Self::Version(_) => "semver",
            Self::Policy(_) => "policy",
            Self::Optional(_) => "optional_type",
            Self::Type(_) => "type",
            Self::Unknown(_) => "unknown",
        }
    }

    /// Its type as a message says it.
    pub(super) fn described(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a bool",
            Self::Int(_) => "an int",
            Self::Uint(_) => "a uint",
            Self::Double(_) => "a double",
            Self::Text(_) => "a string",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
            Self::Net(_) => "an address range",
            Self::Ip(_) => "an address",
            Self::Timestamp(_) => "a timestamp",
            Self::Duration(_) => "a duration",
            Self::Version(_) => "a version",
            Self::Policy(_) => "a policy",
            Self::Optional(_) => "an optional value",
            Self::Type(_) => "a type",
            Self::Unknown(_) => "an unknown value",
        }
    }

    /// Every reason for which something in it is unknown.
    pub(super) fn reasons(&self) -> Option<Reasons> {
        let mut found = None;
        self.collect_reasons(&mut found);
        found
    }

    fn collect_reasons(&self, found: &mut Option<Reasons>) {
        match self {
            Self::Unknown(open) => merge(found, &open.reasons),
            Self::List(List::Made(items)) => {
                items.iter().for_each(|item| item.collect_reasons(found));
            }
            Self::Map(Mapping::Made(entries)) => {
                entries.iter().for_each(|(_, item)| item.collect_reasons(found));
            }
            Self::Optional(Some(value)) => value.collect_reasons(found),
            Self::List(List::Borrowed(items)) => {
                items.iter().for_each(|item| document_reasons(item, found));
            }
            Self::List(List::Shared(items)) | Self::Policy(items) => {
                items.iter().for_each(|item| document_reasons(item, found));
            }
            Self::List(List::Layered(items, defaults)) => {
                items.iter().chain(*defaults).for_each(|item| document_reasons(item, found));
            }
            Self::Map(Mapping::Borrowed(map)) => {
                map.values().for_each(|item| document_reasons(item, found));
            }
            Self::Map(Mapping::Shared(map)) => {
                map.values().for_each(|item| document_reasons(item, found));
            }
            Self::Map(Mapping::Layered(written, defaults)) => {
                written.values().chain(defaults.values()).for_each(|item| {
                    document_reasons(item, found);
                });
            }
            _ => {}
        }
    }
}

fn document_reasons(value: &Value, found: &mut Option<Reasons>) {
    match value {
        Value::Unknown(unknown) => merge(found, &Reasons::one(&unknown.reason)),
        Value::Array(items) => items.iter().for_each(|item| document_reasons(item, found)),
        Value::Object(map) => map.values().for_each(|item| document_reasons(item, found)),
        _ => {}
    }
}

impl<'a> List<'a> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Borrowed(items) => items.len(),
            Self::Shared(items) => items.len(),
            Self::Layered(items, _) => items.len(),
            Self::Made(items) => items.len(),
        }
    }

    pub(super) fn get(&self, index: usize) -> Option<Val<'a>> {
        match self {
            Self::Borrowed(items) => items.get(index).map(Val::of),
            Self::Shared(items) => items.get(index).cloned().map(Val::owned),
            Self::Layered(items, defaults) => {
                items.get(index).map(|item| over(item, defaults.get(index)))
            }
            Self::Made(items) => items.get(index).cloned(),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Val<'a>> + '_ {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

/// What is written, over its own defaults if there are some.
fn over<'a>(written: &'a Value, defaults: Option<&'a Value>) -> Val<'a> {
    match (written, defaults) {
        (_, None | Some(Value::Null)) => Val::of(written),
        // Null would read as the default, and an object would be laid over it.
        (Value::Unknown(unknown), Some(default))
            if unknown.kind.is_none_or(|kind| kind == ValueType::Object)
                || !(unknown.not_null || unknown.admits(default)) =>
        {
            Val::unknown(Reasons::one(&unknown.reason))
        }
        (_, Some(defaults)) => Val::layered(written, defaults),
    }
}

impl<'a> Mapping<'a> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Borrowed(map) => map.len(),
            Self::Shared(map) => map.len(),
            Self::Layered(..) => self.entries().len(),
            Self::Made(entries) => entries.len(),
        }
    }

    /// Whether a missing key reads as null: it comes from the document, not from a literal.
    pub(super) fn is_of_document(&self) -> bool {
        !matches!(self, Self::Made(_))
    }

    pub(super) fn get(&self, key: &str) -> Option<Val<'a>> {
        match self {
            Self::Borrowed(map) => map.get(key).map(Val::of),
            Self::Shared(map) => map.get(key).cloned().map(Val::owned),
            Self::Layered(written, defaults) => {
                let written = written.get(key).filter(|value| !matches!(value, Value::Null));
                match written {
                    Some(written) => Some(over(written, defaults.get(key))),
                    None => defaults.get(key).map(Val::of),
                }
            }
            Self::Made(entries) => entries
                .iter()
                .find(|(found, _)| found.as_str() == Some(key))
                .map(|(_, value)| value.clone()),
        }
    }

    /// Whether `has()` sees the key: written, and in the document not as null.
    pub(super) fn has(&self, key: &str) -> bool {
        let written = |map: &Map| map.get(key).is_some_and(|value| !matches!(value, Value::Null));
        match self {
            Self::Borrowed(map) => written(map),
            Self::Shared(map) => written(map),
            Self::Layered(map, _) => written(map),
            Self::Made(entries) => entries.iter().any(|(found, _)| found.as_str() == Some(key)),
        }
    }

    /// As [`get`](Self::get), without what reads as null because it is not there.
    pub(super) fn find(&self, key: &str) -> Option<Val<'a>> {
        self.get(key).filter(|value| !(self.is_of_document() && value.is_null()))
    }

    /// Keys and values in order.
    pub(super) fn entries(&self) -> Vec<(Val<'a>, Val<'a>)> {
        let borrowed = |(key, value): (&'a Arc<str>, &'a Value)| {
            (Val::Text(Text::Borrowed(key)), Val::of(value))
        };
        match self {
            Self::Borrowed(map) => map.iter().map(borrowed).collect(),
            Self::Shared(map) => map
                .iter()
                .map(|(key, value)| (Val::text(Arc::clone(key)), Val::owned(value.clone())))
                .collect(),
            Self::Layered(written, defaults) => {
                let own = written.iter().filter(|(_, value)| !matches!(value, Value::Null));
                let own = own.map(|(key, value)| (key, over(value, defaults.get(key))));
                let mut all: BTreeMap<&'a Arc<str>, Val<'a>> =
                    defaults.iter().map(|(key, value)| (key, Val::of(value))).collect();
                all.extend(own);
                all.into_iter()
                    .map(|(key, value)| (Val::Text(Text::Borrowed(key)), value))
                    .collect()
            }
            Self::Made(entries) => entries.to_vec(),
        }
    }
}
