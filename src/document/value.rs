//! Attribute values: JSON plus *unknown*, cheap to clone.

use std::sync::Arc;

use litemap::LiteMap;

use super::{Pointer, Unknown};

/// Keys in order, so that output never depends on the order of insertion. Flat: most hold a handful. What holds many is collected, never
/// inserted one by one out of order.
pub type SortedMap<T> = LiteMap<Arc<str>, T>;

/// Members of an object.
pub type Map = SortedMap<Value>;

thread_local! {
    static EMPTY: Arc<Map> = Arc::new(Map::new());
}

/// An attribute's value. Lists and maps are shared, so a clone costs a reference count.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Written as null.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number that fits 64 bits.
    Int(i64),
    /// Any other number, rounded to 64 bits; never NaN or infinite.
    Float(f64),
    /// A whole number that neither holds exactly, as its digits.
    Digits(Arc<str>),
    /// A text.
    String(Arc<str>),
    /// A list.
    Array(Arc<Vec<Value>>),
    /// A map or object.
    Object(Arc<Map>),
    /// Not known before apply. Left out of `attributes` in JSON (null inside a list) and named in `unknown`, with the reason in words.
    Unknown(Arc<Unknown>),
}

impl Value {
    /// A text.
    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Self::String(text.into())
    }

    /// A list.
    pub fn array(items: Vec<Self>) -> Self {
        Self::Array(Arc::new(items))
    }

    /// A map. Most resources have several that are empty: those of a thread are one.
    pub fn object(map: Map) -> Self {
        if map.is_empty()
            && let Ok(empty) = EMPTY.try_with(Arc::clone)
        {
            return Self::Object(empty);
        }
        Self::Object(Arc::new(map))
    }

    /// An unknown of which nothing is known but the reason, in words.
    pub fn unknown(reason: impl Into<Arc<str>>) -> Self {
        Self::Unknown(Arc::new(Unknown::because(reason)))
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The items, if it is a list.
    pub fn as_array(&self) -> Option<&[Self]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    /// The entries, if it is a map.
    pub fn as_object(&self) -> Option<&Map> {
        if let Self::Object(map) = self { Some(map) } else { None }
    }

    /// A member of a map.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_object()?.get(key)
    }

    /// What a pointer addresses.
    pub fn at(&self, pointer: &Pointer) -> Option<&Self> {
        let mut value = self;
        for part in pointer.parts() {
            value = match value {
                Self::Object(map) => map.get(part.as_str())?,
                Self::Array(items) => items.get(part.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(value)
    }

    /// Whether nothing in it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown(_) => false,
            Self::Array(items) => items.iter().all(Self::is_wholly_known),
            Self::Object(map) => map.values().all(Self::is_wholly_known),
            _ => true,
        }
    }

    /// Every unknown in it, with its pointer, in order.
    pub fn unknowns(&self) -> Vec<(Pointer, Arc<Unknown>)> {
        let mut found = Vec::new();
        self.collect_unknowns(&Pointer::root(), &mut found);
        found
    }

    fn collect_unknowns(&self, at: &Pointer, found: &mut Vec<(Pointer, Arc<Unknown>)>) {
        match self {
            Self::Unknown(unknown) => found.push((at.clone(), Arc::clone(unknown))),
            Self::Array(items) => {
                for (index, item) in
                    items.iter().enumerate().filter(|(_, item)| !item.is_wholly_known())
                {
                    item.collect_unknowns(&at.index(index), found);
                }
            }
            Self::Object(map) => {
                for (key, item) in map.iter().filter(|(_, item)| !item.is_wholly_known()) {
                    item.collect_unknowns(&at.key(key), found);
                }
            }
            _ => {}
        }
    }

    /// As JSON, without what is unknown (null inside lists). A number that JSON's own type does not hold is rounded.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null | Self::Unknown(_) => serde_json::Value::Null,
            Self::Bool(bool) => (*bool).into(),
            Self::Int(int) => (*int).into(),
            Self::Float(float) => (*float).into(),
            Self::Digits(digits) => nearest(digits).into(),
            Self::String(text) => text.as_ref().into(),
            Self::Array(items) => items.iter().map(Self::to_json).collect(),
            Self::Object(map) => map
                .iter()
                .filter(|(_, item)| !matches!(item, Self::Unknown(_)))
                .map(|(key, item)| (key.to_string(), item.to_json()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }
}

/// The 64-bit number nearest to digits.
pub fn nearest(digits: &str) -> f64 {
    digits.parse().unwrap_or_default()
}

impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(bool) => Self::Bool(bool),
            serde_json::Value::Number(number) => match number.as_i64() {
                Some(int) => Self::Int(int),
                None => Self::Float(number.as_f64().unwrap_or_default()),
            },
            serde_json::Value::String(text) => Self::string(text),
            serde_json::Value::Array(items) => {
                Self::array(items.into_iter().map(Self::from).collect())
            }
            serde_json::Value::Object(map) => Self::object(
                map.into_iter().map(|(key, item)| (key.into(), Self::from(item))).collect(),
            ),
        }
    }
}
