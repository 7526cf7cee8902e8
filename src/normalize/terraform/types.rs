//! Types of the Terraform language, conversion and unification.
//!
//! Null has no type of its own here (a null converts to null of any type), so `Any` stands for "not known" in [`Type::of`]
//! and gives way to any other type in [`unify`].

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::number::Number;
use super::value::{Kind, Mapping, Marks, SequenceKind, Unknown, Value};

/// A type constraint.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names are the language's own")]
pub enum Type {
    Any,
    Bool,
    Number,
    String,
    List(Box<Type>),
    Set(Box<Type>),
    Map(Box<Type>),
    Object(BTreeMap<Arc<str>, ObjectAttribute>),
    Tuple(Vec<Type>),
}

/// An attribute of an object type.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectAttribute {
    /// Its type.
    pub kind: Type,
    /// `optional(…)`.
    pub optional: bool,
    /// `optional(…, default)`.
    pub default: Option<Value>,
}

impl From<Type> for ObjectAttribute {
    fn from(kind: Type) -> Self {
        Self { kind, optional: false, default: None }
    }
}

impl Type {
    /// The type of a value; `Any` for null, for unknowns of unknown type and for resources.
    pub fn of(value: &Value) -> Self {
        match &value.kind {
            Kind::Null => Self::Any,
            Kind::Bool(_) => Self::Bool,
            Kind::Number(_) => Self::Number,
            Kind::String(_) => Self::String,
            Kind::Sequence(SequenceKind::Tuple, items) => {
                Self::Tuple(items.iter().map(Self::of).collect())
            }
            Kind::Sequence(SequenceKind::List, items) => {
                Self::List(Box::new(Self::of_elements(items.iter())))
            }
            Kind::Sequence(SequenceKind::Set, items) => {
                Self::Set(Box::new(Self::of_elements(items.iter())))
            }
            // More attributes than are written: its type is not known.
            Kind::Mapping(map) if map.open.is_some() => Self::Any,
            Kind::Mapping(map) if map.is_map => {
                Self::Map(Box::new(Self::of_elements(map.entries.values())))
            }
            Kind::Mapping(map) => Self::Object(
                map.entries
                    .iter()
                    .map(|(name, value)| (Arc::clone(name), Self::of(value).into()))
                    .collect(),
            ),
            Kind::Unknown(unknown) => unknown.kind.clone().unwrap_or(Self::Any),
        }
    }

    /// The type of the elements of a list, set or map, which all have the same but for nulls and unknowns in them.
    fn of_elements<'a>(elements: impl Iterator<Item = &'a Value>) -> Self {
        elements.map(Self::of).fold(Self::Any, Self::overlay)
    }

    /// Two views of the same type, each with gaps.
    fn overlay(self, other: Self) -> Self {
        match (self, other) {
            (Self::List(a), Self::List(b)) => Self::List(Box::new(a.overlay(*b))),
            (Self::Set(a), Self::Set(b)) => Self::Set(Box::new(a.overlay(*b))),
            (Self::Map(a), Self::Map(b)) => Self::Map(Box::new(a.overlay(*b))),
            (Self::Tuple(a), Self::Tuple(b)) if a.len() == b.len() => {
                Self::Tuple(a.into_iter().zip(b).map(|(a, b)| a.overlay(b)).collect())
            }
            (Self::Object(mut a), Self::Object(b)) => {
                for (name, attribute) in b {
                    let kind = match a.remove(&name) {
                        Some(known) => known.kind.overlay(attribute.kind),
                        None => attribute.kind,
                    };
                    a.insert(name, kind.into());
                }
                Self::Object(a)
            }
            (Self::Any, kind) | (kind, _) => kind,
        }
    }

    /// The type in the words of Terraform's messages (`list of string`).
    pub fn words(&self) -> String {
        match self {
            Self::Any => "dynamic".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::Number => "number".to_owned(),
            Self::String => "string".to_owned(),
            Self::List(element) => format!("list of {}", element.element_words()),
            Self::Set(element) => format!("set of {}", element.element_words()),
            Self::Map(element) => format!("map of {}", element.element_words()),
            Self::Object(_) => "object".to_owned(),
            Self::Tuple(_) => "tuple".to_owned(),
        }
    }

    fn element_words(&self) -> String {
        if *self == Self::Any { "any single type".to_owned() } else { self.words() }
    }

    /// The type as a type constraint is written (`list(string)`).
    pub fn constraint(&self) -> String {
        match self {
            Self::Any => "any".to_owned(),
            Self::Bool | Self::Number | Self::String => self.words(),
            Self::List(element) => format!("list({})", element.constraint()),
            Self::Set(element) => format!("set({})", element.constraint()),
            Self::Map(element) => format!("map({})", element.constraint()),
            Self::Tuple(elements) => {
                let all: Vec<_> = elements.iter().map(Self::constraint).collect();
                format!("tuple([{}])", all.join(", "))
            }
            Self::Object(attributes) => {
                let mut text = "object({".to_owned();
                for (at, (name, attribute)) in attributes.iter().enumerate() {
                    let comma = if at > 0 { ", " } else { "" };
                    let _ = write!(text, "{comma}{name}={}", attribute.kind.constraint());
                }
                text + "})"
            }
        }
    }

    /// Whether nothing in it is `Any`.
    pub fn is_whole(&self) -> bool {
        match self {
            Self::Any => false,
            Self::Bool | Self::Number | Self::String => true,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.is_whole(),
            Self::Tuple(elements) => elements.iter().all(Self::is_whole),
            Self::Object(attributes) => attributes.values().all(|it| it.kind.is_whole()),
        }
    }
}

/// Convert a value to a type constraint, filling in defaults of optional attributes. The error is a sentence without subject:
/// `a number is required`. Marks are kept.
pub fn convert(value: &Value, wanted: &Type) -> Result<Value, String> {
    convert_as(value, wanted, Origin::Written)
}

/// Convert a value to a type that [`unify`] gave for it and others. A resource stays as it is: its attributes beyond those written
/// would be lost.
pub fn adapt(value: &Value, shared: &Type) -> Result<Value, String> {
    convert_as(value, shared, Origin::Derived)
}

/// Where a type to convert to comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// A type constraint.
    Written,
    /// The values themselves.
    Derived,
}

impl Origin {
    /// That of the element type, where this is the element type wanted.
    fn of_elements(self, wanted: &Type) -> Self {
        if *wanted == Type::Any { Self::Derived } else { self }
    }
}

fn convert_as(value: &Value, wanted: &Type, origin: Origin) -> Result<Value, String> {
    let converted = match (&value.kind, wanted) {
        (Kind::Null, _)
        | (_, Type::Any)
        | (Kind::Bool(_), Type::Bool)
        | (Kind::Number(_), Type::Number)
        | (Kind::String(_), Type::String) => return Ok(value.clone()),
        (Kind::Mapping(map), _) if map.open.is_some() && origin == Origin::Derived => {
            return Ok(value.clone());
        }
        (Kind::Unknown(unknown), _) => refine(unknown, wanted)?,
        (Kind::Number(number), Type::String) => Value::string(number.to_string()),
        (Kind::Bool(bool), Type::String) => Value::string(bool.to_string()),
        (Kind::String(text), Type::Number) => match Number::parse(text) {
            Some(number) => Value::number(number),
            None => return Err("a number is required".to_owned()),
        },
        (Kind::String(text), Type::Bool) => Value::bool(parse_bool(text)?),
        (Kind::Sequence(_, items), Type::List(element)) => {
            Value::list(elements(items, element, "list", origin)?)
        }
        (Kind::Sequence(_, items), Type::Set(element)) => {
            set(elements(items, element, "set", origin)?)
        }
        (Kind::Sequence(SequenceKind::Tuple, items), Type::Tuple(kinds)) => {
            tuple(items, kinds, origin)?
        }
        (Kind::Mapping(map), Type::Map(element)) => to_map(map, element, origin)?,
        (Kind::Mapping(map), Type::Object(attributes)) => to_object(map, attributes, origin)?,
        _ => return Err(format!("{} required", wanted.words())),
    };
    Ok(converted.with_marks(&value.marks))
}

fn parse_bool(text: &str) -> Result<bool, String> {
    match text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => match text.to_ascii_lowercase().as_str() {
            word @ ("true" | "false") => {
                Err(format!("a bool is required; to convert from string, use lowercase \"{word}\""))
            }
            _ => Err("a bool is required".to_owned()),
        },
    }
}

/// Elements of one type; of the type that all share where `Any` is wanted.
fn elements(
    items: &[Value],
    wanted: &Type,
    what: &str,
    origin: Origin,
) -> Result<Vec<Value>, String> {
    let kind = element_type(items.iter(), wanted, what)?;
    let origin = origin.of_elements(wanted);
    let converted = items.iter().enumerate().map(|(index, item)| {
        convert_as(item, &kind, origin).map_err(|error| nested(&format!("element {index}"), &error))
    });
    converted.collect()
}

fn element_type<'a>(
    items: impl Iterator<Item = &'a Value>,
    wanted: &Type,
    what: &str,
) -> Result<Type, String> {
    if *wanted != Type::Any {
        return Ok(wanted.clone());
    }
    let kinds: Vec<Type> = items.map(Type::of).collect();
    unify(&kinds).ok_or_else(|| format!("all {what} elements must have the same type"))
}

/// An error of a part, with where it is.
fn nested(place: &str, error: &str) -> String {
    format!("{place}: {error}")
}

fn tuple(items: &[Value], kinds: &[Type], origin: Origin) -> Result<Value, String> {
    if items.len() != kinds.len() {
        return Err(format!("a tuple of {} elements is required", kinds.len()));
    }
    let converted = items.iter().zip(kinds).enumerate().map(|(index, (item, kind))| {
        convert_as(item, kind, origin).map_err(|error| nested(&format!("element {index}"), &error))
    });
    Ok(Value::tuple(converted.collect::<Result<_, _>>()?))
}

fn to_map(map: &Mapping, wanted: &Type, origin: Origin) -> Result<Value, String> {
    if let Some(open) = &map.open {
        let kind = Some(Type::Map(Box::new(wanted.clone())));
        let reason = Arc::clone(&open.reason);
        return Ok(unknown_value(Unknown { reason, kind, not_null: true, ..Unknown::default() }));
    }
    let kind = element_type(map.entries.values(), wanted, "map")?;
    let converted = map.entries.iter().map(|(key, value)| {
        let value = convert_as(value, &kind, origin.of_elements(wanted))
            .map_err(|error| nested(&format!("element {:?}", &**key), &error))?;
        Ok((Arc::clone(key), value))
    });
    Ok(Value::map(converted.collect::<Result<_, String>>()?))
}

fn to_object(
    map: &Mapping,
    attributes: &BTreeMap<Arc<str>, ObjectAttribute>,
    origin: Origin,
) -> Result<Value, String> {
    let mut entries = BTreeMap::new();
    let mut missing = Vec::new();
    for (name, attribute) in attributes {
        let written = map.entries.get(name);
        let value = match (written, &attribute.default, &map.open) {
            (Some(value), None, _) => value.clone(),
            (Some(value), Some(_), _) if !value.is_null() => value.clone(),
            (None, _, Some(open)) => Value::unknown(Arc::clone(&open.reason)),
            (_, Some(default), _) => default.clone(),
            (None, None, None) if attribute.optional => Value::null(),
            (None, None, None) => {
                missing.push(format!("{:?}", &**name));
                continue;
            }
        };
        let value = convert_as(&value, &attribute.kind, origin)
            .map_err(|error| nested(&format!("attribute {:?}", &**name), &error))?;
        entries.insert(Arc::clone(name), value);
    }
    match missing.split_last() {
        None => Ok(Value::object(entries)),
        Some((only, [])) => Err(format!("attribute {only} is required")),
        Some((last, others)) => {
            Err(format!("attributes {} and {last} are required", others.join(", ")))
        }
    }
}

/// An unknown of a type, if the type that it is known to have converts to that.
fn refine(unknown: &Unknown, wanted: &Type) -> Result<Value, String> {
    let kind = match &unknown.kind {
        Some(kind) => converted_type(kind, wanted)?,
        None => wanted.clone(),
    };
    let mut refined = unknown.clone();
    if unknown.kind.as_ref() != Some(&kind) && kind != Type::String {
        refined.prefix = Arc::from("");
    }
    refined.kind = Some(kind);
    Ok(unknown_value(refined))
}

fn unknown_value(unknown: Unknown) -> Value {
    Kind::Unknown(Arc::new(unknown)).into()
}

/// What a value of type `from` becomes as a `wanted`.
fn converted_type(from: &Type, wanted: &Type) -> Result<Type, String> {
    let unsuitable = || format!("{} required", wanted.words());
    match (from, wanted) {
        (_, Type::Any) => Ok(from.clone()),
        (Type::Any, _)
        | (Type::Bool | Type::Number | Type::String, Type::String)
        | (Type::Number | Type::String, Type::Number)
        | (Type::Bool | Type::String, Type::Bool)
        | (Type::Object(_) | Type::Map(_), Type::Object(_)) => Ok(wanted.clone()),
        (_, Type::List(element)) => {
            let element = converted_element(from, element).ok_or_else(unsuitable)?;
            Ok(Type::List(Box::new(element)))
        }
        (_, Type::Set(element)) => {
            let element = converted_element(from, element).ok_or_else(unsuitable)?;
            Ok(Type::Set(Box::new(element)))
        }
        (Type::Tuple(from), Type::Tuple(kinds)) if from.len() == kinds.len() => {
            let pairs = from.iter().zip(kinds);
            Ok(Type::Tuple(pairs.map(|(a, b)| converted_type(a, b)).collect::<Result<_, _>>()?))
        }
        (Type::Map(from), Type::Map(element)) => {
            Ok(Type::Map(Box::new(converted_type(from, element)?)))
        }
        (Type::Object(attributes), Type::Map(element)) => {
            let kinds: Vec<_> = attributes.values().map(|it| it.kind.clone()).collect();
            let element = if **element == Type::Any {
                unify(&kinds).ok_or_else(unsuitable)?
            } else {
                Type::clone(element)
            };
            Ok(Type::Map(Box::new(element)))
        }
        _ => Err(unsuitable()),
    }
}

/// The element type of a list or set that a sequence becomes; `None` where `from` is no sequence or its elements do not fit.
fn converted_element(from: &Type, wanted: &Type) -> Option<Type> {
    match from {
        Type::List(element) | Type::Set(element) => converted_type(element, wanted).ok(),
        Type::Tuple(kinds) if *wanted == Type::Any => unify(kinds),
        Type::Tuple(kinds) => {
            kinds.iter().all(|kind| converted_type(kind, wanted).is_ok()).then(|| wanted.clone())
        }
        _ => None,
    }
}

/// The one type that all of these convert to, if there is one.
pub fn unify(types: &[Type]) -> Option<Type> {
    let mut known = types.iter().filter(|kind| **kind != Type::Any);
    let Some(first) = known.next() else { return Some(Type::Any) };
    known.try_fold(first.clone(), |all, kind| unify_two(&all, kind))
}

fn unify_two(a: &Type, b: &Type) -> Option<Type> {
    if a == b {
        return Some(a.clone());
    }
    match (a, b) {
        (Type::Any, kind) | (kind, Type::Any) => Some(kind.clone()),
        (Type::String, Type::Bool | Type::Number) | (Type::Bool | Type::Number, Type::String) => {
            Some(Type::String)
        }
        (Type::List(a), Type::List(b)) => Some(Type::List(Box::new(unify_two(a, b)?))),
        (Type::Set(a), Type::Set(b)) => Some(Type::Set(Box::new(unify_two(a, b)?))),
        (Type::Map(a), Type::Map(b)) => Some(Type::Map(Box::new(unify_two(a, b)?))),
        (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => {
            let pairs = a.iter().zip(b);
            Some(Type::Tuple(pairs.map(|(a, b)| unify_two(a, b)).collect::<Option<_>>()?))
        }
        (Type::Tuple(a), Type::Tuple(b)) => {
            let all: Vec<_> = a.iter().chain(b).cloned().collect();
            Some(Type::List(Box::new(unify(&all)?)))
        }
        (Type::List(element), Type::Tuple(kinds)) | (Type::Tuple(kinds), Type::List(element)) => {
            Some(Type::List(Box::new(unify_with(element, kinds.iter())?)))
        }
        (Type::Set(element), Type::Tuple(kinds)) | (Type::Tuple(kinds), Type::Set(element)) => {
            Some(Type::Set(Box::new(unify_with(element, kinds.iter())?)))
        }
        (Type::Map(element), Type::Object(attributes))
        | (Type::Object(attributes), Type::Map(element)) => {
            let kinds = attributes.values().map(|it| &it.kind);
            Some(Type::Map(Box::new(unify_with(element, kinds)?)))
        }
        (Type::Object(a), Type::Object(b)) => unify_objects(a, b),
        _ => None,
    }
}

fn unify_with<'a>(element: &'a Type, kinds: impl Iterator<Item = &'a Type>) -> Option<Type> {
    let all: Vec<_> = std::iter::once(element).chain(kinds).cloned().collect();
    unify(&all)
}

fn unify_objects(
    a: &BTreeMap<Arc<str>, ObjectAttribute>,
    b: &BTreeMap<Arc<str>, ObjectAttribute>,
) -> Option<Type> {
    if a.keys().ne(b.keys()) {
        let kinds: Vec<_> = a.values().chain(b.values()).map(|it| it.kind.clone()).collect();
        return Some(Type::Map(Box::new(unify(&kinds)?)));
    }
    let pairs = a.iter().zip(b.values());
    let unified =
        pairs.map(|((name, a), b)| Some((Arc::clone(name), unify_two(&a.kind, &b.kind)?.into())));
    Some(Type::Object(unified.collect::<Option<_>>()?))
}

/// A set of elements of one type: sorted as Terraform sorts, without duplicates. Marks of elements become marks of the set.
pub fn set(mut items: Vec<Value>) -> Value {
    let marks = items.iter().fold(Marks::none(), |all, item| all.union(&item.deep_marks()));
    if !marks.is_empty() {
        items = items.iter().map(without_marks).collect();
    }
    items.sort_by(set_order);
    items.dedup_by(|a, b| equal(a, b) == Some(true));
    Value::from(Kind::Sequence(SequenceKind::Set, Arc::new(items))).with_marks(&marks)
}

/// The value and everything in it without marks.
pub fn without_marks(value: &Value) -> Value {
    if value.deep_marks().is_empty() {
        return value.clone();
    }
    match &value.kind {
        Kind::Sequence(kind, items) => {
            Kind::Sequence(*kind, Arc::new(items.iter().map(without_marks).collect())).into()
        }
        Kind::Mapping(map) => {
            let entries =
                map.entries.iter().map(|(key, value)| (Arc::clone(key), without_marks(value)));
            let open = map.open.clone();
            Kind::Mapping(Arc::new(Mapping {
                entries: entries.collect(),
                is_map: map.is_map,
                open,
            }))
            .into()
        }
        kind => kind.clone().into(),
    }
}

/// Whether two values are equal, marks apart; `None` where something unknown decides. A list is never equal to a tuple, nor a map
/// to an object.
pub fn equal(a: &Value, b: &Value) -> Option<bool> {
    match (&a.kind, &b.kind) {
        (Kind::Null, Kind::Null) => Some(true),
        (Kind::Unknown(unknown), Kind::Null) | (Kind::Null, Kind::Unknown(unknown))
            if unknown.not_null =>
        {
            Some(false)
        }
        (Kind::Unknown(unknown), Kind::String(text))
        | (Kind::String(text), Kind::Unknown(unknown))
            if unknown.kind == Some(Type::String) && !text.starts_with(&*unknown.prefix) =>
        {
            Some(false)
        }
        (Kind::Unknown(_), _) | (_, Kind::Unknown(_)) => None,
        (Kind::Bool(a), Kind::Bool(b)) => Some(a == b),
        (Kind::Number(a), Kind::Number(b)) => Some(a == b),
        (Kind::String(a), Kind::String(b)) => Some(a == b),
        (Kind::Sequence(a, _), Kind::Sequence(b, _)) if a != b => Some(false),
        (Kind::Sequence(_, a), Kind::Sequence(_, b)) if a.len() == b.len() => {
            all_equal(a.iter().zip(b.iter()))
        }
        (Kind::Sequence(SequenceKind::Set, a), Kind::Sequence(SequenceKind::Set, b)) => {
            let known = a.iter().chain(b.iter()).all(Value::is_wholly_known);
            known.then_some(false)
        }
        (Kind::Mapping(a), Kind::Mapping(b)) => equal_mappings(a, b),
        _ => Some(false),
    }
}

fn equal_mappings(a: &Mapping, b: &Mapping) -> Option<bool> {
    if a.open.is_some() || b.open.is_some() {
        let both = a.entries.iter().filter_map(|(key, a)| Some((a, b.entries.get(key)?)));
        return all_equal(both).filter(|equal| !equal);
    }
    if a.is_map != b.is_map || a.entries.keys().ne(b.entries.keys()) {
        return Some(false);
    }
    all_equal(a.entries.values().zip(b.entries.values()))
}

fn all_equal<'a>(pairs: impl Iterator<Item = (&'a Value, &'a Value)>) -> Option<bool> {
    let mut all = Some(true);
    for (a, b) in pairs {
        match equal(a, b) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => all = None,
        }
    }
    all
}

/// The order of the elements of a set: null after all values, and unknowns last.
pub fn set_order(a: &Value, b: &Value) -> Ordering {
    let rank = |value: &Value| match value.kind {
        Kind::Unknown(_) => 2,
        Kind::Null => 1,
        _ => 0,
    };
    let (rank_a, rank_b) = (rank(a), rank(b));
    if rank_a + rank_b > 0 {
        return rank_a.cmp(&rank_b);
    }
    match (&a.kind, &b.kind) {
        (Kind::Bool(a), Kind::Bool(b)) => a.cmp(b),
        (Kind::Number(a), Kind::Number(b)) => a.cmp(b),
        (Kind::String(a), Kind::String(b)) => a.cmp(b),
        _ => sort_key(a).cmp(&sort_key(b)),
    }
}

/// The text by which elements that have no order of their own are sorted.
fn sort_key(value: &Value) -> String {
    let mut key = String::new();
    write_sort_key(value, &mut key);
    key
}

fn write_sort_key(value: &Value, key: &mut String) {
    match &value.kind {
        Kind::Unknown(_) => key.push('?'),
        Kind::Null => key.push('~'),
        Kind::Bool(bool) => key.push(if *bool { 'T' } else { 'F' }),
        Kind::Number(number) => key.push_str(&number.to_string()),
        Kind::String(text) => {
            let _ = write!(key, "{:?}", &**text);
        }
        Kind::Sequence(kind, items) => {
            let [open, close] = if *kind == SequenceKind::Tuple { ['<', '>'] } else { ['[', ']'] };
            key.push(open);
            for item in items.iter() {
                write_sort_key(item, key);
                key.push(';');
            }
            key.push(close);
        }
        Kind::Mapping(map) => {
            let [open, close] = if map.is_map { ['{', '}'] } else { ['<', '>'] };
            key.push(open);
            for (name, value) in &map.entries {
                if map.is_map {
                    let _ = write!(key, "{:?}:", &**name);
                }
                write_sort_key(value, key);
                key.push(';');
            }
            key.push(close);
        }
    }
}
