//! Functions of lists, tuples, maps and objects.

use std::collections::BTreeMap;
use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation;

use super::Host;
use super::argument::{
    Survey, check_items, items, mapping, number, sequence, text, top_unknown, whole, words,
};
use super::string::characters;
use super::table::Returns;
use crate::normalize::terraform::beyond::Beyond;
use crate::normalize::terraform::bounds::settled;
use crate::normalize::terraform::types::{self, Type};
use crate::normalize::terraform::value::{
    Bounds, Entries, Kind, Mapping, Marks, SequenceKind, Unknown, Value,
};

/// Most members of a map that are looked at where the key is unknown.
const MAX_FOUND: usize = 64;

fn of_kind(kind: SequenceKind, items: Vec<Value>) -> Value {
    Value::sequence(kind, items)
}

fn unknown_bool(reason: Arc<str>) -> Value {
    super::unknown(reason, Some(Type::Bool))
}

pub(super) fn alltrue(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    decide(&arguments[0], false)
}

pub(super) fn anytrue(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    decide(&arguments[0], true)
}

/// Whether an element decides: a true one for `anytrue`, a false or null one for `alltrue`. What comes after an unknown one does
/// not, but for `anytrue`, as for Terraform; it is kept beside the result.
fn decide(list: &Value, decisive: bool) -> Result<Value, String> {
    if let Some(reason) = top_unknown(list) {
        return Ok(unknown_bool(reason));
    }
    let mut undecided = None;
    for item in items(list)? {
        let decides = match &item.kind {
            Kind::Unknown(unknown) => {
                undecided = undecided.or(Some(&unknown.reason));
                false
            }
            Kind::Bool(bool) => *bool == decisive,
            _ => !decisive,
        };
        match undecided {
            _ if !decides => {}
            Some(reason) if !decisive => {
                let mut result = unknown_bool(Arc::clone(reason));
                if let Kind::Unknown(unknown) = &mut result.kind {
                    Arc::make_mut(unknown).decided = Some(Value::bool(false));
                }
                return Ok(result);
            }
            _ => return Ok(Value::bool(decisive)),
        }
    }
    Ok(match undecided {
        Some(reason) => unknown_bool(Arc::clone(reason)),
        None => Value::bool(!decisive),
    })
}

pub(super) fn chunklist(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let list = items(&arguments[0])?;
    let size = usize::try_from(whole(&arguments[1])?)
        .map_err(|_| "the size argument must be positive".to_owned())?;
    if list.is_empty() {
        return Ok(Value::empty_sequence(SequenceKind::List, Type::of(&arguments[0])));
    }
    let size = if size == 0 { list.len() } else { size };
    Ok(Value::list(list.chunks(size).map(|chunk| Value::list(chunk.to_vec())).collect()))
}

/// The type that all arguments share, to which the result is converted.
fn shared_type(arguments: &[Value]) -> Result<Type, String> {
    let kinds: Vec<Type> = arguments.iter().map(Type::of).collect();
    if arguments.is_empty() {
        return Err("at least one argument is required".to_owned());
    }
    types::unify(&kinds).ok_or_else(|| "all arguments must have the same type".to_owned())
}

/// The first that is there. Whichever it is, it is as sensitive as anything in all arguments.
pub(super) fn coalesce(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    first_there(arguments).map(|value| value.with_marks(&secrets_of(arguments)))
}

/// Whether anything in the arguments is sensitive or ephemeral, as marks.
fn secrets_of(arguments: &[Value]) -> Marks {
    let all = arguments.iter().map(Value::deep_marks);
    all.fold(Marks::none(), |all, marks| all.union(&marks.without_references()))
}

fn first_there(arguments: &[Value]) -> Result<Value, String> {
    let kind = shared_type(arguments)?;
    for argument in arguments {
        match &argument.kind {
            Kind::Null(_) => {}
            Kind::String(text) if text.is_empty() => {}
            Kind::Unknown(unknown) => {
                let reason = Arc::clone(&unknown.reason);
                return Ok(super::unknown(reason, Some(kind).filter(|kind| *kind != Type::Any)));
            }
            _ => return types::adapt(argument, &kind),
        }
    }
    Err("no non-null, non-empty-string arguments".to_owned())
}

pub(super) fn coalescelist(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    first_filled(arguments).map(|value| value.with_marks(&secrets_of(arguments)))
}

fn first_filled(arguments: &[Value]) -> Result<Value, String> {
    if arguments.is_empty() {
        return Err("at least one argument is required".to_owned());
    }
    // What comes after an unknown argument is not looked at.
    let known = arguments.iter().take_while(|argument| argument.unknown_reason().is_none());
    if known.map(Type::of).any(|kind| !matches!(kind, Type::List(_) | Type::Tuple(_))) {
        return Err("coalescelist arguments must be lists or tuples".to_owned());
    }
    for argument in arguments {
        match &argument.kind {
            Kind::Unknown(unknown) => return Ok(super::unknown(Arc::clone(&unknown.reason), None)),
            Kind::Sequence(_, items) if !items.is_empty() => return Ok(argument.clone()),
            // The null of an optional attribute is a list that is not there.
            _ => {}
        }
    }
    Err("no non-null arguments".to_owned())
}

/// Unknown where an element is. JSON texts that are partly known are not empty: what is left of the list is kept beside.
pub(super) fn compact(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    if let Some(reason) = arguments[0].first_unknown() {
        let kind = Some(Type::List(Arc::new(Type::String)));
        let Some((_, items)) = sequence(&arguments[0]) else {
            return Ok(super::unknown(reason, kind));
        };
        let settled = items.iter().all(|item| match &item.kind {
            Kind::Unknown(unknown) => unknown.partial.is_some(),
            _ => true,
        });
        let is_left = |item: &&Value| match &item.kind {
            Kind::String(text) => !text.is_empty(),
            kind => matches!(kind, Kind::Unknown(_)),
        };
        let left = || Value::list(items.iter().filter(is_left).cloned().collect());
        let partial = settled.then(left);
        let unknown = Unknown { reason, kind, not_null: true, partial, ..Unknown::default() };
        return Ok(Kind::Unknown(Arc::new(unknown)).into());
    }
    let kept = items(&arguments[0])?.iter().filter(|item| match &item.kind {
        Kind::String(text) => !text.is_empty(),
        _ => false,
    });
    Ok(list_like(&arguments[0], kept.cloned().collect()))
}

/// A list of the element type of another, also where it is empty.
fn list_like(list: &Value, items: Vec<Value>) -> Value {
    if !items.is_empty() {
        return Value::list(items);
    }
    let element = Type::of(list).element().cloned().unwrap_or(Type::Any);
    Value::empty_sequence(SequenceKind::List, element)
}

pub(super) fn concat(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    if arguments.is_empty() {
        return Err("must provide at least one list or tuple".to_owned());
    }
    let mut joined = Vec::new();
    let mut all_lists = true;
    for argument in arguments {
        let (kind, items) =
            sequence(argument).filter(|(kind, _)| *kind != SequenceKind::Set).ok_or_else(|| {
                format!("all arguments must be lists or tuples; got {}", words(argument))
            })?;
        all_lists &= kind == SequenceKind::List;
        check_items(joined.len() + items.len())?;
        joined.extend_from_slice(items);
    }
    if !all_lists {
        return Ok(Value::tuple(joined));
    }
    let kinds: Vec<Type> = arguments.iter().map(Type::of).collect();
    let Some(kind) = types::unify(&kinds) else { return Ok(Value::tuple(joined)) };
    let mut lists = Vec::with_capacity(joined.len());
    for argument in arguments {
        lists.extend_from_slice(items(&types::adapt(argument, &kind)?)?);
    }
    if lists.is_empty() {
        let element = kind.element().cloned().unwrap_or(Type::Any);
        return Ok(Value::empty_sequence(SequenceKind::List, element));
    }
    Ok(Value::list(lists))
}

/// Whether a function makes a list or set of which all elements of its arguments are elements.
pub(super) fn keeps_elements(name: &str) -> bool {
    matches!(
        name,
        "compact"
            | "concat"
            | "distinct"
            | "flatten"
            | "reverse"
            | "setunion"
            | "sort"
            | "tolist"
            | "toset"
    )
}

/// An unknown list or set with the elements that it has whatever is unknown in the arguments.
pub(super) fn with_elements_of(mut result: Value, name: &str, arguments: &[Value]) -> Value {
    let Kind::Unknown(unknown) = &mut result.kind else { return result };
    let depth = usize::from(name == "flatten");
    let mut elements = Vec::new();
    for argument in arguments {
        gather(argument, depth, &mut elements);
    }
    if name == "compact" {
        elements.retain(|it| !matches!(&it.kind, Kind::String(text) if text.is_empty()));
    }
    // An element of another type than that of the list is converted to it. What has no type yet may change that of all.
    let of = unknown.kind.as_ref().and_then(Type::element).cloned();
    let is_open = || arguments.iter().any(|argument| !Type::of(argument).is_whole());
    let is_text = of == Some(Type::String);
    let of = of.filter(|_| is_text || !is_open()).unwrap_or(Type::Any);
    // Those of a tuple stay what they are.
    let is_tuple = match name {
        "flatten" | "reverse" => true,
        "concat" => matches!(arguments.first().map(Type::of), Some(Type::Tuple(_))),
        _ => false,
    };
    let converted = elements.iter().filter_map(|it| match of {
        Type::Any if is_tuple => Some(it.clone()),
        _ => types::element(it, &of),
    });
    if let Some(beyond) = Beyond::holding(converted.collect::<Vec<_>>().iter()) {
        Arc::make_mut(unknown).beyond = Some(beyond);
    }
    result
}

/// The known elements of a list, and of lists within it down to a depth. Nothing of what must not be shown.
fn gather(list: &Value, depth: usize, elements: &mut Vec<Value>) {
    if list.marks.is_hidden() || list.marks.is_ephemeral() {
        return;
    }
    match &list.kind {
        Kind::Sequence(_, items) if depth > 0 => {
            for item in items.iter() {
                match &item.kind {
                    Kind::Sequence(..) | Kind::Unknown(_) => gather(item, depth, elements),
                    _ => elements.push(item.clone()),
                }
            }
        }
        Kind::Sequence(_, items) => {
            elements.extend(items.iter().filter(|item| item.unknown_reason().is_none()).cloned());
        }
        Kind::Unknown(unknown) => {
            let known = unknown.beyond.iter().flat_map(|beyond| &beyond.elements);
            elements.extend(known.cloned());
        }
        _ => {}
    }
}

pub(super) fn contains(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    if let Some(reason) = arguments.iter().find_map(top_unknown) {
        return Ok(unknown_bool(reason));
    }
    let (_, items) = sequence(&arguments[0]).ok_or("argument must be list, tuple, or set")?;
    let mut undecided = false;
    for item in items {
        match equal_element(item, &arguments[1]) {
            Some(true) => return Ok(Value::bool(true)),
            Some(false) => {}
            None => undecided = true,
        }
    }
    if undecided {
        let reason = arguments.iter().find_map(Value::first_unknown).unwrap_or_default();
        return Ok(unknown_bool(reason));
    }
    Ok(Value::bool(false))
}

/// Equality as `contains` and `index` ask: an element of another type is another one.
fn equal_element(item: &Value, wanted: &Value) -> Option<bool> {
    types::equal(item, wanted)
}

pub(super) fn distinct(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let all = items(&arguments[0])?;
    let order = types::set_positions(all);
    // Stable: of equal ones, the first in the list is first here too.
    let mut repeated = vec![false; all.len()];
    for pair in order.chunk_by(|a, b| types::equal(&all[*a], &all[*b]) == Some(true)) {
        for index in &pair[1..] {
            repeated[*index] = true;
        }
    }
    let kept = all.iter().zip(repeated).filter(|(_, repeated)| !repeated);
    Ok(list_like(&arguments[0], kept.map(|(item, _)| item.clone()).collect()))
}

pub(super) fn element(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let (_, items) = sequence(&arguments[0])
        .filter(|(kind, _)| *kind != SequenceKind::Set)
        .ok_or_else(|| format!("cannot read elements from {}", words(&arguments[0])))?;
    let index =
        number(&arguments[1])?.to_i64().ok_or("invalid index: value must be a whole number")?;
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let at = index.checked_rem_euclid(length);
    let at = at.ok_or("cannot use element function with an empty list")?;
    items.get(usize::try_from(at).unwrap_or(0)).cloned().ok_or_else(|| "invalid index".to_owned())
}

pub(super) fn flatten(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let (kind, items) = sequence(&arguments[0]).ok_or("can only flatten lists, sets and tuples")?;
    if let Some(reason) = uncounted(kind, items) {
        return Ok(super::unknown(reason, None));
    }
    let mut flat = Flat::default();
    flat.push(items, 0)?;
    Ok(match flat.unknown {
        Some(reason) => super::unknown(reason, None),
        None => Value::tuple(flat.items),
    }
    .with_marks(&flat.marks))
}

/// Why it is not known how many elements a set has: unknown ones may turn out to be one.
fn uncounted(kind: SequenceKind, items: &[Value]) -> Option<Arc<str>> {
    let several = kind == SequenceKind::Set && items.len() > 1;
    items.iter().filter(|_| several).find_map(Value::first_unknown)
}

/// What `flatten` has gathered.
#[derive(Default)]
struct Flat {
    items: Vec<Value>,
    unknown: Option<Arc<str>>,
    marks: Marks,
    visited: usize,
}

impl Flat {
    fn push(&mut self, items: &[Value], depth: usize) -> Result<(), String> {
        if depth > 256 {
            return Err("the list is nested too deeply".to_owned());
        }
        self.visited += items.len();
        check_items(self.visited)?;
        for item in items {
            match &item.kind {
                Kind::Sequence(kind, inner) => {
                    self.marks = self.marks.union(&item.marks);
                    if let Some(reason) = uncounted(*kind, inner) {
                        self.unknown.get_or_insert(reason);
                    } else {
                        self.push(inner, depth + 1)?;
                    }
                }
                Kind::Unknown(unknown) => self.push_unknown(item, unknown),
                _ => self.items.push(item.clone()),
            }
        }
        Ok(())
    }

    /// How many elements an unknown sequence stands for is not said, even where its type says so, as for Terraform.
    fn push_unknown(&mut self, item: &Value, unknown: &Unknown) {
        match &unknown.kind {
            None | Some(Type::Any | Type::List(_) | Type::Set(_) | Type::Tuple(_)) => {
                self.marks = self.marks.union(&item.marks);
                self.unknown.get_or_insert_with(|| Arc::clone(&unknown.reason));
            }
            Some(_) => self.items.push(item.clone()),
        }
    }
}

pub(super) fn index(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let unknown = |reason| super::unknown(reason, Some(Type::Number));
    if let Some(reason) = arguments.iter().find_map(top_unknown) {
        return Ok(unknown(reason));
    }
    let (_, items) = sequence(&arguments[0])
        .filter(|(kind, _)| *kind != SequenceKind::Set)
        .ok_or("argument must be a list or tuple")?;
    if items.is_empty() {
        return Err("cannot search an empty list".to_owned());
    }
    for (at, item) in items.iter().enumerate() {
        match equal_element(item, &arguments[1]) {
            Some(true) => return Ok(Value::number(at)),
            Some(false) => {}
            None => {
                let reason = item.first_unknown().or_else(|| arguments[1].first_unknown());
                return Ok(unknown(reason.unwrap_or_default()));
            }
        }
    }
    Err("item not found".to_owned())
}

/// The map or object, or why it is unknown: an open one has more attributes than are written.
fn closed(value: &Value) -> Result<Result<&Mapping, Arc<str>>, String> {
    let map = mapping(value).ok_or("must have map or object type")?;
    Ok(match &map.open {
        Some(open) => Err(Arc::clone(&open.reason)),
        None => Ok(map),
    })
}

pub(super) fn keys(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    if let Kind::Unknown(unknown) = &arguments[0].kind
        && let Some(Type::Object(attributes)) = &unknown.kind
    {
        let names = attributes.keys().map(|name| Value::string(Arc::clone(name)));
        return Ok(Value::tuple(names.collect()));
    }
    if let Some(reason) = top_unknown(&arguments[0]) {
        let kind = Returns::Keys.kind(arguments)?;
        return Ok(super::unknown(reason, Some(kind).filter(|kind| *kind != Type::Any)));
    }
    let map = match closed(&arguments[0])? {
        Ok(map) => map,
        Err(reason) => return Ok(super::unknown(reason, None)),
    };
    if map.is_map && map.entries.is_empty() {
        return Ok(Value::empty_sequence(SequenceKind::List, Type::String));
    }
    let kind = if map.is_map { SequenceKind::List } else { SequenceKind::Tuple };
    Ok(of_kind(kind, map.entries.keys().map(|key| Value::string(Arc::clone(key))).collect()))
}

pub(super) fn values(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let map = match closed(&arguments[0])? {
        Ok(map) => map,
        Err(reason) => return Ok(super::unknown(reason, None)),
    };
    if map.is_map && map.entries.is_empty() {
        let element = map.empty_of.clone().unwrap_or(Type::Any);
        return Ok(Value::empty_sequence(SequenceKind::List, element));
    }
    let kind = if map.is_map { SequenceKind::List } else { SequenceKind::Tuple };
    Ok(of_kind(kind, map.entries.values().cloned().collect()))
}

pub(super) fn length(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let unknown = |reason, bounds| {
        let mut length = super::unknown(reason, Some(Type::Number));
        if let Kind::Unknown(unknown) = &mut length.kind {
            Arc::make_mut(unknown).bounds = bounds;
        }
        Ok(length)
    };
    match &arguments[0].kind {
        Kind::String(text) => Ok(Value::number(characters(text))),
        Kind::Sequence(SequenceKind::Set, items) if items.len() > 1 => {
            match items.iter().find_map(Value::first_unknown) {
                Some(reason) => unknown(reason, Some(Bounds::lengths(1, Some(items.len())))),
                None => Ok(Value::number(items.len())),
            }
        }
        Kind::Sequence(_, items) => Ok(Value::number(items.len())),
        Kind::Mapping(map) => match &map.open {
            Some(open) => unknown(Arc::clone(&open.reason), None),
            None => Ok(Value::number(map.entries.len())),
        },
        Kind::Unknown(inner) => {
            Returns::Length.kind(arguments)?;
            let bounds = match &inner.kind {
                None | Some(Type::Any) => None,
                Some(Type::Tuple(kinds)) => return Ok(Value::number(kinds.len())),
                Some(Type::Object(attributes)) => return Ok(Value::number(attributes.len())),
                Some(Type::String) => {
                    let known = inner.prefix.graphemes(true).count();
                    Some(Bounds::lengths(known, None))
                }
                _ => {
                    let (least, most) = inner.length();
                    Some(Bounds::lengths(least, most))
                }
            };
            unknown(Arc::clone(&inner.reason), bounds).map(settled)
        }
        _ => Err("argument must be a string, a collection type, or a structural type".to_owned()),
    }
}

pub(super) fn lookup(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    if arguments.len() > 3 {
        return Err(format!("lookup() takes two or three arguments, got {}", arguments.len()));
    }
    if let Some(reason) = arguments[..2].iter().find_map(top_unknown) {
        let kind = Returns::Lookup.kind(arguments)?;
        let mut result = super::unknown(reason, Some(kind).filter(|kind| *kind != Type::Any));
        if let Kind::Unknown(unknown) = &mut result.kind {
            Arc::make_mut(unknown).beyond = found(&arguments[0], arguments.get(2));
        }
        return Ok(nullable(result));
    }
    let map = mapping(&arguments[0]).ok_or("lookup() requires a map as the first argument")?;
    let key = text(&arguments[1])?;
    let default = arguments.get(2);
    if map.is_map
        && let Some(default) = default
    {
        Survey::default().visit(default)?;
        Survey::default().visit(&arguments[0])?;
    }
    let element = Type::of_first(map).filter(|_| map.is_map && map.open.is_none());
    let default = match (default, &element) {
        (Some(default), Some(element)) => Some(types::convert(default, element).map_err(|_| {
            "the default value must have the same type as the map elements".to_owned()
        })?),
        (default, _) => default.cloned(),
    };
    if let Some(value) = map.entries.get(key) {
        return Ok(value.clone());
    }
    if let Some(open) = &map.open {
        return Ok(Value::unknown(Arc::clone(&open.reason)));
    }
    default.ok_or_else(|| {
        if map.is_map {
            format!("the given key {key:?} does not identify an element in this map")
        } else {
            format!("the given object has no attribute {key:?}")
        }
    })
}

/// What is known of a member that is found by an unknown key: it is one of all that there are, or the default.
fn found(map: &Value, default: Option<&Value>) -> Option<Arc<Beyond>> {
    let map = mapping(map).filter(|map| map.open.is_none() && map.entries.len() <= MAX_FOUND)?;
    let element = Type::of_first(map).filter(|_| map.is_map);
    if element.zip(default).is_some_and(|(element, default)| Type::of(default) != element) {
        return None;
    }
    Beyond::either(map.entries.values().chain(default))
}

/// The unknown, which may also be null.
fn nullable(mut value: Value) -> Value {
    if let Kind::Unknown(unknown) = &mut value.kind {
        Arc::make_mut(unknown).not_null = false;
    }
    value
}

pub(super) fn matchkeys(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    if let Some(reason) = arguments.iter().find_map(top_unknown) {
        return Ok(super::unknown(reason, Some(Returns::Matching.kind(arguments)?)));
    }
    let (values, keys) = (items(&arguments[0])?, items(&arguments[1])?);
    if values.len() != keys.len() {
        return Err("length of keys and values should be equal".to_owned());
    }
    let kinds: Vec<Type> = arguments[1..].iter().map(Type::of).collect();
    let kind = types::unify(&kinds).ok_or("keys and searchset must be of the same type")?;
    let keys = types::adapt(&arguments[1], &kind)?;
    let wanted = types::adapt(&arguments[2], &kind)?;
    let mut wanted = items(&wanted)?.to_vec();
    wanted.sort_by(types::set_order);
    if let Some(reason) = arguments.iter().find_map(Value::first_unknown)
        && !wanted.is_empty()
        && !values.is_empty()
    {
        return Ok(super::unknown(reason, Some(Type::of(&arguments[0]))));
    }
    let found = |key: &Value| wanted.binary_search_by(|it| types::set_order(it, key)).is_ok();
    let pairs = values.iter().zip(items(&keys)?).filter(|(_, key)| found(key));
    Ok(list_like(&arguments[0], pairs.map(|(value, _)| value.clone()).collect()))
}

pub(super) fn merge(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    // An object among them makes an object of all.
    let is_object = arguments
        .iter()
        .any(|it| matches!(&it.kind, Kind::Mapping(map) if !map.is_map))
        && arguments.iter().all(|it| matches!(&it.kind, Kind::Mapping(map) if map.open.is_none()));
    let kind = if is_object { Type::Any } else { Returns::Merge.kind(arguments)? };
    let mut merged = Entries::new();
    for argument in arguments.iter().filter(|argument| !argument.is_null()) {
        let map = mapping(argument).ok_or_else(|| {
            format!("arguments must be maps or objects, got {:?}", words(argument))
        })?;
        if let Some(open) = &map.open {
            return Ok(super::unknown(Arc::clone(&open.reason), None));
        }
        check_items(merged.len() + map.entries.len())?;
        merged.extend(map.entries.iter().map(|(key, value)| (Arc::clone(key), value.clone())));
    }
    Ok(match kind {
        Type::Map(element) if merged.is_empty() => Value::empty_map(Type::clone(&element)),
        Type::Map(_) => Value::map(merged),
        _ => Value::object(merged),
    })
}

pub(super) fn one(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    if let Some(reason) = top_unknown(&arguments[0]) {
        let kind = Returns::One.kind(arguments)?;
        return Ok(nullable(super::unknown(reason, Some(kind).filter(|kind| *kind != Type::Any))));
    }
    match sequence(&arguments[0]) {
        Some((_, [])) => Ok(Value::null_of(Returns::One.kind(arguments)?)),
        Some((_, [only])) => Ok(only.clone()),
        Some((SequenceKind::Set, items)) if items.iter().any(|it| !it.is_wholly_known()) => {
            let reason = items.iter().find_map(Value::first_unknown).unwrap_or_default();
            let kind = Returns::One.kind(arguments)?;
            Ok(nullable(super::unknown(reason, Some(kind).filter(|kind| *kind != Type::Any))))
        }
        _ => Err("must be a list, set, or tuple value with either zero or one elements".to_owned()),
    }
}

pub(super) fn reverse(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let (kind, items) = sequence(&arguments[0]).ok_or_else(|| {
        format!("can only reverse list or tuple values, not {}", words(&arguments[0]))
    })?;
    if kind == SequenceKind::Tuple {
        return Ok(Value::tuple(items.iter().rev().cloned().collect()));
    }
    Ok(list_like(&arguments[0], items.iter().rev().cloned().collect()))
}

pub(super) fn slice(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    if let Some(reason) = arguments.iter().find_map(top_unknown) {
        return unknown_slice(arguments, reason);
    }
    let (kind, items) = match sequence(&arguments[0]) {
        Some((SequenceKind::Set, _)) => {
            return Err("cannot slice a set, because its elements do not have indices; convert it to a list".to_owned());
        }
        Some(parts) => parts,
        None => return Err("must be a list or tuple value".to_owned()),
    };
    let start = usize::try_from(whole(&arguments[1])?)
        .map_err(|_| "start index must not be less than zero".to_owned())?;
    let end = usize::try_from(whole(&arguments[2])?)
        .map_err(|_| "end index must not be less than zero".to_owned())?;
    if end > items.len() {
        return Err("end index must not be greater than the length of the list".to_owned());
    }
    let part = items.get(start..end).ok_or("start index must not be greater than end index")?;
    Ok(match kind {
        SequenceKind::Tuple => Value::tuple(part.to_vec()),
        _ => list_like(&arguments[0], part.to_vec()),
    })
}

/// A slice of what a data source returns, between known positions, has a known length (of a shorter list there is none). Terraform
/// reads data sources before it plans, so that it knows such lists; of others it says nothing, and nothing is said here.
fn unknown_slice(arguments: &[Value], reason: Arc<str>) -> Result<Value, String> {
    let kind = Returns::Slice.kind(arguments)?;
    let position = |at: usize| whole(&arguments[at]).ok().and_then(|at| usize::try_from(at).ok());
    let known = reason.starts_with("read from ")
        && arguments[1..].iter().all(|argument| top_unknown(argument).is_none());
    let element = match &kind {
        Type::List(element) if known => Type::clone(element),
        _ => return Ok(super::unknown(reason, Some(kind).filter(|kind| *kind != Type::Any))),
    };
    let length = match (position(1), position(2)) {
        (Some(start), Some(end)) if start <= end && check_items(end - start).is_ok() => end - start,
        _ => return Ok(super::unknown(reason, Some(kind))),
    };
    let kind = Some(element).filter(|kind| *kind != Type::Any);
    let unknown = Unknown { reason, kind, ..Unknown::default() };
    Ok(list_like(&arguments[0], vec![Kind::Unknown(Arc::new(unknown)).into(); length]))
}

pub(super) fn sort(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    if let Some(reason) = top_unknown(&arguments[0]) {
        return Ok(super::unknown(reason, Some(Type::List(Arc::new(Type::String)))));
    }
    let mut all = items(&arguments[0])?.to_vec();
    if let Some(index) = all.iter().position(Value::is_null) {
        return Err(format!("given list element {index} is null; a null string cannot be sorted"));
    }
    if let Some(reason) = all.iter().find_map(top_unknown) {
        let element = super::unknown(reason, Some(Type::String));
        return Ok(Value::list(vec![element; all.len()]));
    }
    all.sort_by(types::set_order);
    Ok(Value::list(all))
}

pub(super) fn transpose(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let map = mapping(&arguments[0]).ok_or("map of list of string required")?;
    let mut transposed: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
    for (key, list) in &map.entries {
        for item in items(list)? {
            let Kind::String(text) = &item.kind else {
                return Err("the lists must not hold null".to_owned());
            };
            transposed.entry(Arc::clone(text)).or_default().push(Value::string(Arc::clone(key)));
        }
    }
    if transposed.is_empty() {
        return Ok(Value::empty_map(Type::List(Arc::new(Type::String))));
    }
    let lists = transposed.into_iter().map(|(key, list)| (key, Value::list(list)));
    Ok(Value::map(lists.collect()))
}

pub(super) fn zipmap(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let keys = items(&arguments[0])?;
    let (kind, values) = sequence(&arguments[1])
        .filter(|(kind, _)| *kind != SequenceKind::Set)
        .ok_or("values argument must be a list or tuple value")?;
    if let Some(reason) = keys.iter().find_map(top_unknown) {
        let kind = Returns::Zipmap.kind(arguments)?;
        return Ok(super::unknown(reason, Some(kind).filter(|kind| *kind != Type::Any)));
    }
    if keys.len() != values.len() {
        return Err(format!(
            "number of keys ({}) does not match number of values ({})",
            keys.len(),
            values.len()
        ));
    }
    let mut zipped = Vec::with_capacity(keys.len());
    let mut marks = Marks::none();
    for (at, (key, value)) in keys.iter().zip(values).enumerate() {
        let Kind::String(name) = &key.kind else {
            return Err(format!("keys list has null value at index {at}"));
        };
        marks = marks.union(&key.marks);
        zipped.push((Arc::clone(name), value.clone()));
    }
    let entries = Entries::from_iter(zipped);
    let zipped = match kind {
        SequenceKind::List if entries.is_empty() => {
            Value::empty_map(Type::of(&arguments[1]).element().cloned().unwrap_or(Type::Any))
        }
        SequenceKind::List => Value::map(entries),
        _ => Value::object(entries),
    };
    Ok(zipped.with_marks(&marks))
}
