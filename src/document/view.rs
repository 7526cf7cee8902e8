//! A document seen as JSON: texts and attribute values are borrowed from it, so that making, checking and writing the JSON
//! copies nothing. What is unknown is left out (null inside a list), as the document model says.

use std::borrow::Cow;
use std::sync::Arc;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, JsonNumber, Node, NodeIdentity, Object};
use serde::ser::{Error as _, Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::value::RawValue;

use super::{Map, Value, nearest};

/// A JSON value.
#[derive(Clone, Debug)]
pub enum View<'a> {
    /// Null.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Number(i64),
    /// A number with a fraction.
    Float(f64),
    /// A text.
    Text(&'a str),
    /// A list.
    List(Vec<Self>),
    /// An object, in order of insertion; whoever makes it gives each key once.
    Object(Vec<(&'a str, Self)>),
    /// An attribute's value.
    Value(&'a Value),
    /// A value that is made only to be seen.
    Made(Value),
}

impl<'a> View<'a> {
    /// An object.
    pub fn fields<const N: usize>(fields: [(&'a str, Self); N]) -> Self {
        Self::Object(fields.into())
    }

    /// A list of texts.
    pub fn texts<T: AsRef<str> + 'a>(texts: &'a [T]) -> Self {
        Self::List(texts.iter().map(|text| Self::Text(text.as_ref())).collect())
    }

    /// A text, or null.
    pub fn optional(text: Option<&'a (impl AsRef<str> + ?Sized)>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(text.as_ref()))
    }

    /// As a JSON value of its own.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(bool) => (*bool).into(),
            Self::Number(number) => (*number).into(),
            Self::Float(number) => (*number).into(),
            Self::Text(text) => (*text).into(),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Object(entries) => {
                let entry = |(key, value): &(&str, Self)| ((*key).to_owned(), value.to_json());
                serde_json::Value::Object(entries.iter().map(entry).collect())
            }
            Self::Value(value) => value.to_json(),
            Self::Made(value) => value.to_json(),
        }
    }
}

impl<'a> From<&'a serde_json::Value> for View<'a> {
    fn from(json: &'a serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(bool) => Self::Bool(*bool),
            serde_json::Value::Number(number) => match number.as_i64() {
                Some(number) => Self::Number(number),
                None => Self::Float(number.as_f64().unwrap_or_default()),
            },
            serde_json::Value::String(text) => Self::Text(text),
            serde_json::Value::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            serde_json::Value::Object(map) => {
                Self::Object(map.iter().map(|(key, value)| (key.as_str(), value.into())).collect())
            }
        }
    }
}

impl std::fmt::Display for View<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.to_json().fmt(f)
    }
}

impl Serialize for View<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(bool) => serializer.serialize_bool(*bool),
            Self::Number(number) => serializer.serialize_i64(*number),
            Self::Float(number) => serializer.serialize_f64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => items.serialize(serializer),
            Self::Object(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
            Self::Value(value) => Known(value).serialize(serializer),
            Self::Made(value) => Known(value).serialize(serializer),
        }
    }
}

/// An attribute's value as it is written: without what is unknown.
struct Known<'a>(&'a Value);

impl Serialize for Known<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null | Value::Unknown(_) => serializer.serialize_unit(),
            Value::Bool(bool) => serializer.serialize_bool(*bool),
            Value::Int(int) => serializer.serialize_i64(*int),
            Value::Float(float) => serializer.serialize_f64(*float),
            Value::Digits(digits) => match RawValue::from_string(digits.to_string()) {
                Ok(digits) => digits.serialize(serializer),
                Err(error) => Err(S::Error::custom(error)),
            },
            Value::String(text) => serializer.serialize_str(text),
            Value::Array(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items.iter() {
                    list.serialize_element(&Known(item))?;
                }
                list.end()
            }
            Value::Object(map) => {
                let mut object = serializer.serialize_map(None)?;
                for (key, item) in known(map) {
                    object.serialize_entry(key, &Known(item))?;
                }
                object.end()
            }
        }
    }
}

/// Entries that have a value.
fn known(map: &Map) -> impl Iterator<Item = (&str, &Value)> {
    let known = map.iter().filter(|(_, item)| !matches!(item, Value::Unknown(_)));
    known.map(|(key, item)| (&**key, item))
}

/// The representation that the schema's validator reads.
#[derive(Clone, Copy, Debug)]
pub struct Representation;

/// A node of it.
#[derive(Clone, Copy, Debug)]
pub enum ViewNode<'a> {
    /// Of what a document is made into.
    View(&'a View<'a>),
    /// Inside an attribute's value.
    Value(&'a Value),
    /// A key of an object.
    Key(&'a str),
}

impl<'a> From<&'a View<'a>> for ViewNode<'a> {
    fn from(view: &'a View<'a>) -> Self {
        match view {
            View::Value(value) => Self::Value(value),
            View::Made(value) => Self::Value(value),
            view => Self::View(view),
        }
    }
}

impl Json for Representation {
    type Node<'a> = ViewNode<'a>;
    type PreparedKey = String;
    type StringBuffer = ();

    // Fields are looked up by going through them.
    const KEYS_PER_LOOKUP: usize = 8;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>((): &mut (), string: &str, f: impl FnOnce(ViewNode<'_>) -> T) -> T {
        f(ViewNode::Key(string))
    }
}

impl<'a> Node<'a, Representation> for ViewNode<'a> {
    type Object = ViewObject<'a>;
    type Array = ViewList<'a>;
    type Number = ViewNumber;

    fn as_object(&self) -> Option<ViewObject<'a>> {
        match self {
            Self::View(View::Object(entries)) => Some(ViewObject::Fields(entries)),
            Self::Value(Value::Object(map)) => Some(ViewObject::Map(map)),
            _ => None,
        }
    }

    fn as_array(&self) -> Option<ViewList<'a>> {
        match self {
            Self::View(View::List(items)) => Some(ViewList::Views(items)),
            Self::Value(Value::Array(items)) => Some(ViewList::Values(items)),
            _ => None,
        }
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match self {
            Self::View(View::Text(text)) | Self::Key(text) => Some(Cow::Borrowed(text)),
            Self::Value(Value::String(text)) => Some(Cow::Borrowed(text)),
            _ => None,
        }
    }

    fn as_number(&self) -> Option<ViewNumber> {
        match self {
            Self::View(View::Number(int)) | Self::Value(Value::Int(int)) => {
                Some(ViewNumber::Int(*int))
            }
            Self::View(View::Float(float)) | Self::Value(Value::Float(float)) => {
                Some(ViewNumber::Float(*float))
            }
            Self::Value(Value::Digits(digits)) => Some(ViewNumber::Float(nearest(digits))),
            _ => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        match self {
            Self::View(View::Bool(bool)) | Self::Value(Value::Bool(bool)) => Some(*bool),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        self.json_type() == JsonType::Null
    }

    fn json_type(&self) -> JsonType {
        match self {
            Self::Key(_) => JsonType::String,
            Self::View(view) => match view {
                View::Null => JsonType::Null,
                View::Bool(_) => JsonType::Boolean,
                View::Number(_) | View::Float(_) => JsonType::Number,
                View::Text(_) => JsonType::String,
                View::List(_) => JsonType::Array,
                View::Object(_) => JsonType::Object,
                View::Value(value) => type_of(value),
                View::Made(value) => type_of(value),
            },
            Self::Value(value) => type_of(value),
        }
    }

    fn to_value(&self) -> Cow<'a, serde_json::Value> {
        Cow::Owned(match self {
            Self::Key(text) => (*text).into(),
            Self::View(view) => view.to_json(),
            Self::Value(value) => value.to_json(),
        })
    }

    fn identity(&self) -> Option<NodeIdentity> {
        match self {
            Self::Key(_) => None,
            Self::View(view) => Some(NodeIdentity::new(std::ptr::from_ref(*view).addr())),
            Self::Value(value) => Some(NodeIdentity::new(std::ptr::from_ref(*value).addr())),
        }
    }
}

fn type_of(value: &Value) -> JsonType {
    match value {
        Value::Null | Value::Unknown(_) => JsonType::Null,
        Value::Bool(_) => JsonType::Boolean,
        Value::Int(_) | Value::Float(_) | Value::Digits(_) => JsonType::Number,
        Value::String(_) => JsonType::String,
        Value::Array(_) => JsonType::Array,
        Value::Object(_) => JsonType::Object,
    }
}

/// An object of the representation.
#[derive(Clone, Copy, Debug)]
pub enum ViewObject<'a> {
    /// Fields in order.
    Fields(&'a [(&'a str, View<'a>)]),
    /// Entries of an attribute's value.
    Map(&'a Map),
}

impl<'a> Object<'a, Representation> for ViewObject<'a> {
    type Node = ViewNode<'a>;
    type MemberName = &'a str;
    type MembersIter = Members<'a>;

    fn len(&self) -> usize {
        match self {
            Self::Fields(fields) => fields.len(),
            Self::Map(map) => known(map).count(),
        }
    }

    fn get(&self, key: &String) -> Option<ViewNode<'a>> {
        match self {
            Self::Fields(fields) => {
                fields.iter().find(|(name, _)| name == key).map(|(_, value)| value.into())
            }
            Self::Map(map) => {
                let value = map.get(key.as_str())?;
                (!matches!(value, Value::Unknown(_))).then_some(ViewNode::Value(value))
            }
        }
    }

    fn members(&self) -> Members<'a> {
        match *self {
            Self::Fields(fields) => Members::Fields(fields.iter()),
            Self::Map(map) => Members::Map(map.as_slice().iter()),
        }
    }
}

/// The entries of an object.
#[derive(Clone, Debug)]
pub enum Members<'a> {
    /// Fields in order.
    Fields(std::slice::Iter<'a, (&'a str, View<'a>)>),
    /// Entries of an attribute's value; those that are unknown are not seen.
    Map(std::slice::Iter<'a, (Arc<str>, Value)>),
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, ViewNode<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Fields(fields) => fields.next().map(|(name, value)| (*name, value.into())),
            Self::Map(entries) => {
                let (key, value) =
                    entries.find(|(_, value)| !matches!(value, Value::Unknown(_)))?;
                Some((key, ViewNode::Value(value)))
            }
        }
    }
}

/// A list of the representation.
#[derive(Clone, Copy, Debug)]
pub enum ViewList<'a> {
    /// Items of a document.
    Views(&'a [View<'a>]),
    /// Items of an attribute's value.
    Values(&'a [Value]),
}

impl<'a> Array<'a, Representation> for ViewList<'a> {
    type Node = ViewNode<'a>;
    type ElementsIter = Elements<'a>;

    fn len(&self) -> usize {
        match self {
            Self::Views(items) => items.len(),
            Self::Values(items) => items.len(),
        }
    }

    fn elements(&self) -> Elements<'a> {
        match *self {
            Self::Views(items) => Elements::Views(items.iter()),
            Self::Values(items) => Elements::Values(items.iter()),
        }
    }
}

/// The items of a list.
#[derive(Clone, Debug)]
pub enum Elements<'a> {
    /// Items of a document.
    Views(std::slice::Iter<'a, View<'a>>),
    /// Items of an attribute's value.
    Values(std::slice::Iter<'a, Value>),
}

impl<'a> Iterator for Elements<'a> {
    type Item = ViewNode<'a>;

    fn next(&mut self) -> Option<ViewNode<'a>> {
        match self {
            Self::Views(items) => items.next().map(ViewNode::from),
            Self::Values(items) => items.next().map(ViewNode::Value),
        }
    }
}

/// A number of the representation.
#[derive(Clone, Copy, Debug)]
pub enum ViewNumber {
    /// Whole.
    Int(i64),
    /// Any other; neither NaN nor infinite.
    Float(f64),
}

impl ViewNumber {
    fn number(self) -> serde_json::Number {
        match self {
            Self::Int(int) => int.into(),
            Self::Float(float) => serde_json::Number::from_f64(float).unwrap_or_else(|| 0.into()),
        }
    }
}

impl JsonNumber for ViewNumber {
    fn as_u64(&self) -> Option<u64> {
        if let Self::Int(int) = self { u64::try_from(*int).ok() } else { None }
    }

    fn as_i64(&self) -> Option<i64> {
        if let Self::Int(int) = self { Some(*int) } else { None }
    }

    fn as_f64(&self) -> Option<f64> {
        self.number().as_f64()
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Owned(self.number().to_string())
    }

    fn to_number(&self) -> Cow<'_, serde_json::Number> {
        Cow::Owned(self.number())
    }
}
