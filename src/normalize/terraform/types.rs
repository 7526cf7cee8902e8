//! Types of the Terraform language and conversion to them. `Any` stands for "not known".

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use super::beyond::Beyond;
use super::number::Number;
use super::value::{Bounds, Entries, Items, Kind, Mapping, Marks, SequenceKind, Unknown, Value};

pub use super::convertible::converts;
pub use super::equality::{equal, set_order, set_positions};
pub use super::object_type::{ObjectAttribute, ObjectType};
pub use super::unify::unify;

/// A type constraint. A clone costs reference counts.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names are the language's own")]
pub enum Type {
    Any,
    Bool,
    Number,
    String,
    List(Arc<Type>),
    Set(Arc<Type>),
    Map(Arc<Type>),
    Object(Arc<ObjectType>),
    Tuple(Vec<Type>),
}

static ANY: LazyLock<Arc<Type>> = LazyLock::new(|| Arc::new(Type::Any));

impl Type {
    /// The type of a value; `Any` for a bare null, for unknowns of unknown type and for resources.
    pub fn of(value: &Value) -> Self {
        match &value.kind {
            Kind::Null(kind) => kind.as_deref().cloned().unwrap_or(Self::Any),
            Kind::Bool(_) => Self::Bool,
            Kind::Number(_) => Self::Number,
            Kind::String(_) => Self::String,
            Kind::Sequence(SequenceKind::Tuple, items) => {
                Self::Tuple(items.iter().map(Self::of).collect())
            }
            Kind::Sequence(SequenceKind::List, items) => Self::List(Arc::new(element_of(items))),
            Kind::Sequence(SequenceKind::Set, items) => Self::Set(Arc::new(element_of(items))),
            // More attributes than are written: its type is not known.
            Kind::Mapping(map) if map.open.is_some() => Self::Any,
            Kind::Mapping(map) if map.is_map => {
                Self::Map(Arc::new(Self::of_first(map).unwrap_or(Self::Any)))
            }
            Kind::Mapping(map) => {
                let attribute =
                    |(name, value): (&Arc<str>, &Value)| (Arc::clone(name), Self::of(value).into());
                Self::object(map.entries.iter().map(attribute))
            }
            Kind::Unknown(unknown) => unknown.kind.clone().unwrap_or(Self::Any),
        }
    }

    /// The type of the elements of a map.
    pub fn of_first(map: &Mapping) -> Option<Self> {
        map.entries.values().next().map(Self::of).or_else(|| map.empty_of.clone())
    }

    /// The type of a value as far as its top says: `Any` where nothing is known of it.
    pub fn of_top(value: &Value) -> Self {
        match &value.kind {
            Kind::Null(_) | Kind::Unknown(_) => Self::of(value),
            Kind::Mapping(map) if map.open.is_some() => Self::Any,
            Kind::Mapping(_) => Self::Map(Arc::clone(&ANY)),
            Kind::Sequence(..) => Self::List(Arc::clone(&ANY)),
            Kind::Bool(_) => Self::Bool,
            Kind::Number(_) => Self::Number,
            Kind::String(_) => Self::String,
        }
    }

    /// An object type.
    pub fn object(attributes: impl IntoIterator<Item = (Arc<str>, ObjectAttribute)>) -> Self {
        Self::Object(Arc::new(BTreeMap::from_iter(attributes).into()))
    }

    /// Without `optional()`, as the type of a value is.
    #[must_use]
    pub fn of_values(&self) -> Self {
        match self {
            Self::Object(attributes) => attributes.of_values(),
            kind if kind.is_of_values() => kind.clone(),
            Self::List(element) => Self::List(Arc::new(element.of_values())),
            Self::Set(element) => Self::Set(Arc::new(element.of_values())),
            Self::Map(element) => Self::Map(Arc::new(element.of_values())),
            Self::Tuple(kinds) => Self::Tuple(kinds.iter().map(Self::of_values).collect()),
            kind => kind.clone(),
        }
    }

    /// Whether nothing in it is `optional()`.
    pub(super) fn is_of_values(&self) -> bool {
        match self {
            Self::Any | Self::Bool | Self::Number | Self::String => true,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.is_of_values(),
            Self::Tuple(kinds) => kinds.iter().all(Self::is_of_values),
            Self::Object(attributes) => attributes.is_of_values(),
        }
    }

    /// The type of the elements of a list, set or map.
    pub fn element(&self) -> Option<&Self> {
        match self {
            Self::List(element) | Self::Set(element) | Self::Map(element) => Some(element),
            _ => None,
        }
    }

    /// Whether it is a text, number or boolean.
    pub fn is_primitive(&self) -> bool {
        matches!(self, Self::Bool | Self::Number | Self::String)
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
            Self::Object(attributes) => attributes.is_whole(),
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

/// Whether every part of a value is of a type of its own, so that converting it to the type that it has, if that is whole, changes
/// nothing.
pub(super) fn is_typed_throughout(value: &Value) -> bool {
    match &value.kind {
        Kind::Null(None) | Kind::Unknown(_) => false,
        Kind::Sequence(_, items) => items.iter().all(is_typed_throughout),
        Kind::Mapping(map) => map.open.is_none() && map.entries.values().all(is_typed_throughout),
        _ => true,
    }
}

/// Where a type to convert to comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// A type constraint. A clone costs reference counts.
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
        (_, Type::Any)
        | (Kind::Bool(_), Type::Bool)
        | (Kind::Number(_), Type::Number)
        | (Kind::String(_), Type::String) => return Ok(value.clone()),
        (Kind::Null(kind), _) => {
            let kind = converted_type(kind.as_deref().unwrap_or(&Type::Any), wanted)?;
            Value::null_of(kind)
        }
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
        // Unknown elements may turn out to be one.
        (Kind::Sequence(SequenceKind::Set, items), Type::List(_))
            if items.len() > 1 && !items.iter().all(Value::is_wholly_known) =>
        {
            converted_type(&Type::of(value), wanted)?;
            let kind = Some(Type::List(Arc::new(element_of(items))));
            let reason = value.first_unknown().unwrap_or_default();
            unknown_value(Unknown { reason, kind, not_null: true, ..Unknown::default() })
        }
        (Kind::Sequence(kind, items), Type::List(element)) => {
            elements(*kind, items, element, SequenceKind::List, origin)?
        }
        (Kind::Sequence(kind, items), Type::Set(element)) => {
            elements(*kind, items, element, SequenceKind::Set, origin)?
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

/// The element type of a list or set.
fn element_of(items: &Items) -> Type {
    items.first().map(Type::of).or_else(|| items.empty_of.clone()).unwrap_or(Type::Any)
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

/// A list or set of elements of one type; of the type that all share where `Any` is wanted.
fn elements(
    from: SequenceKind,
    items: &Items,
    wanted: &Type,
    to: SequenceKind,
    origin: Origin,
) -> Result<Value, String> {
    let what = if to == SequenceKind::List { "list" } else { "set" };
    if items.is_empty() {
        let element = match &items.empty_of {
            Some(element) => converted_type(element, wanted)?,
            None => wanted.of_values(),
        };
        return Ok(Value::empty_sequence(to, element));
    }
    let kind = match wanted {
        Type::Any if from == SequenceKind::Tuple => shared_type(items.iter(), what)?,
        _ => wanted.clone(),
    };
    let origin = origin.of_elements(wanted);
    let convert = |(index, item): (usize, &Value)| {
        convert_as(item, &kind, origin).map_err(|error| nested(&format!("element {index}"), &error))
    };
    let mut converted: Vec<Value> =
        items.iter().enumerate().map(convert).collect::<Result<_, _>>()?;
    let is_open = !kind.is_whole() && (from == SequenceKind::Tuple || *wanted != Type::Any);
    if is_open && *wanted != Type::Any && from == SequenceKind::Tuple && to == SequenceKind::List {
        unify_all(converted.iter_mut(), what)?;
    }
    if is_open {
        check_alike(converted.iter(), what)?;
    }
    Ok(if to == SequenceKind::List { Value::list(converted) } else { set(converted) })
}

/// The type that all elements share.
fn shared_type<'a>(items: impl Iterator<Item = &'a Value>, what: &str) -> Result<Type, String> {
    let items: Vec<&Value> = items.collect();
    let kinds: Vec<Type> = items.iter().map(|item| Type::of(item)).collect();
    let shared = unify(&kinds);
    // A resource is of no known type, but it is of one.
    let undecided = shared == Some(Type::Any) && kinds.iter().any(|kind| *kind != Type::Any);
    shared
        .filter(|_| !undecided || what == "map" || items.iter().any(|item| item.is_open()))
        .ok_or_else(|| format!("all {what} elements must have the same type"))
}

/// Where a constraint leaves parts of the element type open, the elements decide them together.
fn unify_all<'a>(items: impl Iterator<Item = &'a mut Value>, what: &str) -> Result<(), String> {
    let items: Vec<&mut Value> = items.collect();
    let kind = shared_type(items.iter().map(|item| &**item), what)?;
    for item in items {
        *item = convert_as(item, &kind, Origin::Derived)?;
    }
    Ok(())
}

/// Elements that a constraint with `any` let have their own types, which still have to be one. What is unknown may turn out to fit.
fn check_alike<'a>(items: impl Iterator<Item = &'a Value>, what: &str) -> Result<(), String> {
    let items: Vec<&Value> = items.collect();
    if items.iter().any(|item| !item.is_wholly_known()) {
        return Ok(());
    }
    let kinds = items.iter().map(|item| Type::of(item)).filter(|kind| *kind != Type::Any);
    let kinds: Vec<Type> = kinds.collect();
    if kinds.windows(2).all(|pair| pair[0] == pair[1]) {
        Ok(())
    } else {
        Err(format!("all {what} elements must have the same type"))
    }
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
        let kind = Some(Type::Map(Arc::new(wanted.of_values())));
        let reason = Arc::clone(&open.reason);
        return Ok(unknown_value(Unknown { reason, kind, not_null: true, ..Unknown::default() }));
    }
    if map.entries.is_empty() {
        let element = match &map.empty_of {
            Some(element) => converted_type(element, wanted)?,
            None => wanted.of_values(),
        };
        return Ok(Value::empty_map(element));
    }
    let kind = match wanted {
        Type::Any if !map.is_map => shared_type(map.entries.values(), "map")?,
        _ => wanted.clone(),
    };
    let convert = |(key, value): (&Arc<str>, &Value)| {
        let value = convert_as(value, &kind, origin.of_elements(wanted))
            .map_err(|error| nested(&format!("element {:?}", &**key), &error))?;
        Ok((Arc::clone(key), value))
    };
    let mut entries: Entries = map.entries.iter().map(convert).collect::<Result<_, String>>()?;
    let is_open = !kind.is_whole() && (!map.is_map || *wanted != Type::Any);
    let of_structures = kind.element().is_some() || matches!(kind, Type::Object(_));
    if is_open && *wanted != Type::Any && of_structures {
        unify_all(entries.iter_mut().map(|(_, value)| value), "map")?;
    }
    if is_open {
        check_alike(entries.values(), "map")?;
    }
    Ok(Value::map(entries))
}

fn to_object(map: &Mapping, attributes: &ObjectType, origin: Origin) -> Result<Value, String> {
    let mut entries = Vec::with_capacity(attributes.len());
    let mut missing = Vec::new();
    // Both are sorted by name.
    let mut members = map.entries.iter().peekable();
    for (name, attribute) in attributes.iter() {
        while members.next_if(|(key, _)| *key < name).is_some() {}
        let written = members.next_if(|(key, _)| *key == name).map(|(_, value)| value);
        let converted = match (written, &attribute.default, &map.open) {
            (Some(value), None, _) => convert_as(value, &attribute.kind, origin),
            (Some(value), Some(_), _) if !value.is_null() => {
                convert_as(value, &attribute.kind, origin)
            }
            (None, _, Some(open)) => {
                convert_as(&Value::unknown(Arc::clone(&open.reason)), &attribute.kind, origin)
            }
            (_, Some(_), _) => filled(attribute, origin),
            (None, None, None) if attribute.optional => filled(attribute, origin),
            (None, None, None) => {
                missing.push(format!("{:?}", &**name));
                continue;
            }
        };
        let value =
            converted.map_err(|error| nested(&format!("attribute {:?}", &**name), &error))?;
        entries.push((Arc::clone(name), value));
    }
    match missing.split_last() {
        None => Ok(Value::object(Entries::from_iter(entries))),
        Some((only, [])) => Err(format!("attribute {only} is required")),
        Some((last, others)) => {
            Err(format!("attributes {} and {last} are required", others.join(", ")))
        }
    }
}

/// What an optional attribute is where it is not written: its default, or null.
fn filled(attribute: &ObjectAttribute, origin: Origin) -> Result<Value, String> {
    if let (Some(known), Origin::Written) = (attribute.filled.get(), origin) {
        return Ok(known.clone());
    }
    let value = match &attribute.default {
        Some(default) => default.clone(),
        None => Value::null_of(attribute.kind.of_values()),
    };
    let value = convert_as(&value, &attribute.kind, origin)?;
    if origin == Origin::Written {
        return Ok(attribute.filled.get_or_init(|| value).clone());
    }
    Ok(value)
}

/// An unknown of a type, if the type that it is known to have converts to that.
fn refine(unknown: &Unknown, wanted: &Type) -> Result<Value, String> {
    let from = unknown.kind.as_ref().unwrap_or(&Type::Any);
    let kind = converted_type(from, wanted)?;
    if *from == kind {
        return Ok(unknown_value(unknown.clone()));
    }
    let decided = unknown.decided.as_ref().and_then(|value| convert(value, wanted).ok());
    Ok(super::bounds::settled(unknown_value(Unknown {
        reason: Arc::clone(&unknown.reason),
        bounds: converted_bounds(unknown, from, &kind),
        not_null: unknown.not_null,
        shown: unknown.shown.clone(),
        partial: unknown.partial.clone(),
        beyond: converted_beyond(unknown, from, &kind),
        kind: Some(kind),
        decided,
        ..Unknown::default()
    })))
}

/// What is said of a text holds for what turns out to be one, and elements of a list are elements of what is made of it.
fn converted_beyond(unknown: &Unknown, from: &Type, to: &Type) -> Option<Arc<Beyond>> {
    let beyond = unknown.beyond.as_ref()?;
    match to {
        Type::String if *from == Type::Any => Some(Arc::clone(beyond)),
        Type::List(element) | Type::Set(element) => {
            let converted = beyond.elements.iter().filter_map(|it| self::element(it, element));
            Beyond::holding(converted.collect::<Vec<_>>().iter())
        }
        _ => None,
    }
}

/// An element of a list that has elements of a type. Where that is not known, only a text stays what it is beside others.
pub fn element(value: &Value, kind: &Type) -> Option<Value> {
    match (kind, &value.kind) {
        (Type::Any, Kind::String(_)) => Some(value.clone()),
        (Type::Any, _) => None,
        _ => convert(value, kind).ok(),
    }
}

/// What is known of the length of a list, set or map that an unknown is converted to.
fn converted_bounds(unknown: &Unknown, from: &Type, to: &Type) -> Option<Box<Bounds>> {
    let is_set = matches!(to, Type::Set(_));
    match (from, to) {
        (Type::Object(attributes), Type::Map(_)) => {
            Some(Bounds::lengths(attributes.len(), Some(attributes.len())))
        }
        (Type::Tuple(kinds), Type::List(_) | Type::Set(_)) => {
            let least = if is_set { kinds.len().min(1) } else { kinds.len() };
            Some(Bounds::lengths(least, Some(kinds.len())))
        }
        (
            Type::List(_) | Type::Set(_) | Type::Map(_),
            Type::List(_) | Type::Set(_) | Type::Map(_),
        ) => {
            let (least, most) = unknown.length();
            Some(Bounds::lengths(if is_set { least.min(1) } else { least }, most))
        }
        _ => None,
    }
}

fn unknown_value(unknown: Unknown) -> Value {
    Kind::Unknown(Arc::new(unknown)).into()
}

/// What a value of type `from` becomes as a `wanted`. The error is a sentence without subject.
pub fn converted_type(from: &Type, wanted: &Type) -> Result<Type, String> {
    let unsuitable = || format!("{} required", wanted.words());
    match (from, wanted) {
        (_, Type::Any) => Ok(from.clone()),
        (Type::Any, _)
        | (Type::Bool | Type::Number | Type::String, Type::String)
        | (Type::Number | Type::String, Type::Number)
        | (Type::Bool | Type::String, Type::Bool) => Ok(wanted.of_values()),
        (_, Type::List(element)) => {
            let element = converted_element(from, element).ok_or_else(unsuitable)?;
            Ok(Type::List(Arc::new(element)))
        }
        (_, Type::Set(element)) => {
            let element = converted_element(from, element).ok_or_else(unsuitable)?;
            Ok(Type::Set(Arc::new(element)))
        }
        (Type::Tuple(from), Type::Tuple(kinds)) if from.len() == kinds.len() => {
            let pairs = from.iter().zip(kinds);
            Ok(Type::Tuple(pairs.map(|(a, b)| converted_type(a, b)).collect::<Result<_, _>>()?))
        }
        (Type::Map(from), Type::Map(element)) => {
            Ok(Type::Map(Arc::new(converted_type(from, element)?)))
        }
        (Type::Object(attributes), Type::Map(element)) => {
            let kinds = attributes.values().map(|it| &it.kind);
            let element = converted_elements(kinds, element).ok_or_else(unsuitable)?;
            Ok(Type::Map(Arc::new(element)))
        }
        (Type::Object(from), Type::Object(attributes)) if attributes.is_type_of(from) => {
            Ok(Type::Object(Arc::clone(from)))
        }
        (Type::Object(from), Type::Object(attributes)) => {
            converted_object(attributes, |name| from.get(name).map(|it| &it.kind))
        }
        (Type::Map(from), Type::Object(attributes)) => {
            converted_object(attributes, |_| Some(&**from))
        }
        _ => Err(unsuitable()),
    }
}

fn converted_object<'a>(
    attributes: &ObjectType,
    from: impl Fn(&str) -> Option<&'a Type>,
) -> Result<Type, String> {
    let convert = |(name, it): (&Arc<str>, &ObjectAttribute)| {
        let kind = match from(name) {
            Some(from) => converted_type(from, &it.kind)
                .map_err(|error| nested(&format!("attribute {:?}", &**name), &error))?,
            None if it.optional => it.kind.of_values(),
            None => return Err(format!("attribute {:?} is required", &**name)),
        };
        Ok((Arc::clone(name), kind.into()))
    };
    let attributes = attributes.iter().map(convert);
    Ok(Type::object(attributes.collect::<Result<BTreeMap<_, ObjectAttribute>, String>>()?))
}

/// The element type of a list or set that a sequence becomes; `None` where `from` is no sequence or its elements do not fit.
fn converted_element(from: &Type, wanted: &Type) -> Option<Type> {
    match from {
        Type::List(element) | Type::Set(element) => converted_type(element, wanted).ok(),
        Type::Tuple(kinds) => converted_elements(kinds.iter(), wanted),
        _ => None,
    }
}

/// The one type that elements of these types become.
pub(super) fn converted_elements<'a>(
    kinds: impl Iterator<Item = &'a Type>,
    wanted: &Type,
) -> Option<Type> {
    let kinds: Vec<Type> = if *wanted == Type::Any {
        kinds.cloned().collect()
    } else if wanted.is_whole() {
        // All become one and the same.
        let mut kinds = kinds;
        return kinds.all(|kind| converts(kind, wanted)).then(|| wanted.of_values());
    } else {
        kinds.map(|kind| converted_type(kind, wanted)).collect::<Result<_, _>>().ok()?
    };
    if kinds.is_empty() { Some(wanted.of_values()) } else { unify(&kinds) }
}

/// A set of elements of one type: sorted as Terraform sorts, without duplicates. Marks of elements become marks of the set.
pub fn set(mut items: Vec<Value>) -> Value {
    let marks = items.iter().fold(Marks::none(), |all, item| all.union(&item.deep_marks()));
    if !marks.is_empty() {
        items = items.iter().map(without_marks).collect();
    }
    let order = set_positions(&items);
    let mut items: Vec<Value> = order.into_iter().map(|at| items[at].clone()).collect();
    items.dedup_by(|a, b| equal(a, b) == Some(true));
    Value::sequence(SequenceKind::Set, items).with_marks(&marks)
}

/// The value and everything in it without marks.
pub fn without_marks(value: &Value) -> Value {
    if !value.is_somewhere(|marks| !marks.is_empty()) {
        return value.clone();
    }
    match &value.kind {
        Kind::Sequence(kind, items) => {
            let inner: Vec<Value> = items.iter().map(without_marks).collect();
            if inner.is_empty() { value.kind.clone().into() } else { Value::sequence(*kind, inner) }
        }
        Kind::Mapping(map) => {
            let entries =
                map.entries.iter().map(|(key, value)| (Arc::clone(key), without_marks(value)));
            Kind::Mapping(Arc::new(Mapping { entries: entries.collect(), ..Mapping::clone(map) }))
                .into()
        }
        kind => kind.clone().into(),
    }
}
