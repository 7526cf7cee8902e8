//! Provider facts in evaluation: what is written becomes what the provider's schema makes of it, and what reading an attribute that
//! is not written gives.
//!
//! Exact facts decide: what does not fit is a fault. Embedded facts may be of another version than the one in use: what does not fit
//! them stays as it is written.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::operators;
use super::schema_check;
use super::types::{self, ObjectAttribute, Type};
use super::value::{Entries, Items, Kind, Mapping, Marks, Open, SequenceKind, Unknown, Value};
use crate::document::{Pointer, SpanTable};
use crate::source::Place;
use crate::vocabulary::{self, Attribute, Block, Facts, Nested, Nesting, Shape};

/// What happened to a resource's values beside the values themselves.
#[derive(Debug, Default)]
pub struct Conformed {
    /// Values that do not fit, and where: sentences without subject.
    pub faults: Vec<(Pointer, String)>,
    /// What else Terraform would refuse, and where: whole sentences.
    pub refused: Vec<(Pointer, String)>,
    /// For sequences whose elements moved, by their pointer before: where each element stands now; those that are missing are gone.
    moves: BTreeMap<Pointer, BTreeMap<usize, Arc<str>>>,
}

impl Conformed {
    /// Places by the pointers that hold now; `None` where nothing moved.
    pub fn places(&self, spans: &SpanTable) -> Option<SpanTable> {
        if self.moves.is_empty() {
            return None;
        }
        let moved = spans.iter().filter_map(|(pointer, place)| Some((self.moved(pointer)?, place)));
        let moved = SpanTable::new(moved.collect::<Vec<(Pointer, Place)>>());
        Some(moved.with_mentions(spans.mentions().to_vec()))
    }

    fn moved(&self, pointer: &Pointer) -> Option<Pointer> {
        if !self.moves.keys().any(|sequence| sequence.covers(pointer)) {
            return Some(pointer.clone());
        }
        let (mut before, mut now) = (Pointer::root(), Pointer::root());
        for part in pointer.parts() {
            now = match self.moves.get(&before) {
                Some(positions) => now.key(positions.get(&part.parse().ok()?)?),
                None => now.key(&part),
            };
            before = before.key(&part);
        }
        Some(now)
    }
}

/// Make of a resource's values what its schema makes of them.
pub fn conform(facts: &Facts, entries: &mut Entries) -> Conformed {
    let mut conform = Conform { exact: facts.exact, path: Vec::new(), done: Conformed::default() };
    conform.block(&facts.block, entries);
    conform.done
}

struct Conform {
    exact: bool,
    path: Vec<Arc<str>>,
    done: Conformed,
}

impl Conform {
    fn pointer(&self) -> Pointer {
        self.path.iter().fold(Pointer::root(), |pointer, part| pointer.key(part))
    }

    fn block(&mut self, block: &Block, entries: &mut Entries) {
        for (name, value) in entries.iter_mut() {
            self.path.push(Arc::clone(name));
            if let Some(attribute) = block.attributes.get(name) {
                self.attribute(attribute, value);
            } else if let Some(nested) = block.blocks.get(name) {
                self.blocks(name, nested, value);
            }
            self.path.pop();
        }
    }

    fn attribute(&mut self, attribute: &Attribute, value: &mut Value) {
        match &attribute.shape {
            Shape::Typed(kind) => match self.typed(kind, value) {
                Ok(Some(converted)) => *value = converted,
                Err(message) if self.exact => {
                    self.done.faults.push((self.pointer(), message.clone()));
                    let reason = format!("could not be evaluated: {message}");
                    *value = Value::unknown(reason).with_marks(&value.deep_marks());
                }
                Ok(None) | Err(_) => {}
            },
            Shape::Nested(nesting, inner) => self.objects(*nesting, inner, value),
        }
        if attribute.sensitive && !value.marks.is_sensitive() {
            value.marks = value.marks.union(&Marks::sensitive());
        }
    }

    /// A value as a type, with what is not written still left out of objects; `None` where it is that already.
    fn typed(&mut self, kind: &vocabulary::Type, value: &Value) -> Result<Option<Value>, String> {
        use vocabulary::Type as Wanted;
        let unfit = || Err(format!("{} required", language_type(kind).words()));
        let made = match (kind, &value.kind) {
            (Wanted::Any, _)
            | (_, Kind::Null(_))
            | (Wanted::String, Kind::String(_))
            | (Wanted::Number, Kind::Number(_))
            | (Wanted::Bool, Kind::Bool(_)) => return Ok(None),
            (Wanted::List(element), Kind::Sequence(sequence, items)) => {
                match self.elements(element, items)? {
                    None if *sequence == SequenceKind::List => return Ok(None),
                    made => {
                        let items =
                            made.map_or_else(|| Arc::clone(items), |made| Arc::new(made.into()));
                        Kind::Sequence(SequenceKind::List, items).into()
                    }
                }
            }
            (Wanted::Set(element), Kind::Sequence(_, items)) => {
                let made = self.elements(element, items)?;
                self.set(made.as_deref().unwrap_or(items), |item| whole_typed(item, element))
            }
            (Wanted::Map(element), Kind::Mapping(map)) if map.open.is_none() => {
                let entries = self.members(map, |_| Some(&**element))?;
                Value::map(entries)
            }
            (Wanted::Object(members), Kind::Mapping(map)) if map.open.is_none() => {
                let mut entries =
                    self.members(map, |name| members.get(name).map(|member| &member.kind))?;
                if self.exact {
                    entries.retain(|name, _| members.contains_key(name));
                }
                Value::object(entries)
            }
            (_, Kind::Mapping(map)) if map.open.is_some() => return Ok(None),
            (Wanted::Tuple(_) | Wanted::String | Wanted::Number | Wanted::Bool, _)
            | (_, Kind::Unknown(_)) => {
                return types::convert(value, &language_type(kind)).map(Some);
            }
            _ => return unfit(),
        };
        Ok(Some(made.with_marks(&value.marks)))
    }

    fn elements(
        &mut self,
        kind: &vocabulary::Type,
        items: &[Value],
    ) -> Result<Option<Vec<Value>>, String> {
        let mut made: Option<Vec<Value>> = None;
        for (position, item) in items.iter().enumerate() {
            self.path.push(position.to_string().into());
            let converted = self.typed(kind, item);
            self.path.pop();
            let converted = converted.map_err(|error| format!("element {position}: {error}"))?;
            if let Some(converted) = converted {
                made.get_or_insert_with(|| items.to_vec())[position] = converted;
            }
        }
        Ok(made)
    }

    fn members<'k>(
        &mut self,
        map: &Mapping,
        kind: impl Fn(&str) -> Option<&'k vocabulary::Type>,
    ) -> Result<Entries, String> {
        let mut entries = map.entries.clone();
        for (name, item) in &mut entries {
            let Some(kind) = kind(name) else { continue };
            self.path.push(Arc::clone(name));
            let converted = self.typed(kind, item);
            self.path.pop();
            let converted = converted.map_err(|error| format!("element {name:?}: {error}"))?;
            if let Some(converted) = converted {
                *item = converted;
            }
        }
        Ok(entries)
    }

    /// Sorted and without duplicates. Elements keep what they refer to; whether they are sensitive becomes the set's.
    fn set(&mut self, items: &[Value], whole: impl Fn(&Value) -> Value) -> Value {
        // One element is in order as it is.
        let keyed = if items.len() > 1 { items } else { &[] };
        let keys: Vec<Value> =
            keyed.iter().map(|item| types::without_marks(&whole(item))).collect();
        let order =
            if keys.is_empty() { vec![0; items.len()] } else { types::set_positions(&keys) };
        // What a duplicate refers to is referred to all the same.
        let mut kept: Vec<(usize, Value)> = Vec::with_capacity(items.len());
        for at in order {
            match kept.last_mut() {
                Some((first, value)) if types::equal(&keys[at], &keys[*first]) == Some(true) => {
                    let marks = items[at].deep_marks().without_sensitive();
                    value.marks = value.marks.union(&marks);
                }
                _ => kept.push((at, items[at].clone())),
            }
        }
        if kept.len() != items.len() || kept.iter().enumerate().any(|(now, (was, _))| now != *was) {
            let position =
                |(now, (was, _)): (usize, &(usize, Value))| (*was, now.to_string().into());
            let positions = kept.iter().enumerate().map(position).collect();
            self.done.moves.insert(self.pointer(), positions);
        }
        let sensitive = items.iter().any(|item| item.is_somewhere(Marks::is_sensitive));
        let items = kept.into_iter().map(|(_, value)| value).collect::<Items>();
        let set: Value = Kind::Sequence(SequenceKind::Set, Arc::new(items)).into();
        if sensitive { set.with_marks(&Marks::sensitive()) } else { set }
    }

    /// Nested blocks, in the document always a list of objects; by label where they have one.
    fn blocks(&mut self, name: &str, nested: &Nested, value: &mut Value) {
        let Kind::Sequence(_, items) = &mut value.kind else { return };
        let items = Arc::make_mut(items);
        let limit = usize::try_from(nested.max).unwrap_or(usize::MAX);
        if self.exact && limit > 0 && items.len() > limit {
            let message = schema_check::too_many(name, nested.max);
            self.done.refused.push((self.pointer().index(limit), message));
        }
        for (position, item) in items.iter_mut().enumerate() {
            if let Kind::Mapping(map) = &mut item.kind
                && map.open.is_none()
            {
                self.path.push(position.to_string().into());
                self.block(&nested.block, &mut Arc::make_mut(map).entries);
                self.path.pop();
            }
        }
        match nested.nesting {
            Nesting::Set => {
                let set = self.set(items, |item| whole_block(item, &nested.block, None));
                *value = set.with_marks(&value.marks);
            }
            Nesting::Map => self.by_label(&nested.block, value),
            Nesting::Single | Nesting::Group | Nesting::List => {}
        }
    }

    fn by_label(&mut self, block: &Block, value: &mut Value) {
        let Kind::Sequence(_, items) = &value.kind else { return };
        let mut entries = Vec::with_capacity(items.len());
        let mut positions = BTreeMap::new();
        for (position, item) in items.iter().enumerate() {
            let Kind::Mapping(map) = &item.kind else { return };
            let mut inner = map.entries.clone();
            let label = if block.attributes.contains_key("name") {
                inner.get("name").cloned()
            } else {
                inner.remove("name")
            };
            let Some(Value { kind: Kind::String(label), .. }) = label else { return };
            positions.insert(position, Arc::clone(&label));
            entries.push((label, Value::object(inner).with_marks(&item.marks)));
        }
        self.done.moves.insert(self.pointer(), positions);
        *value = Value::map(entries.into_iter().collect()).with_marks(&value.marks);
    }

    /// Objects of an attribute whose members have facts.
    fn objects(&mut self, nesting: Nesting, block: &Arc<Block>, value: &mut Value) {
        match (nesting, &mut value.kind) {
            (Nesting::Single | Nesting::Group, Kind::Mapping(map)) if map.open.is_none() => {
                self.block(block, &mut Arc::make_mut(map).entries);
            }
            (Nesting::Map, Kind::Mapping(map)) if map.open.is_none() => {
                let map = Arc::make_mut(map);
                map.is_map = true;
                for (name, item) in &mut map.entries {
                    self.path.push(Arc::clone(name));
                    self.objects(Nesting::Single, block, item);
                    self.path.pop();
                }
            }
            (Nesting::List | Nesting::Set, Kind::Sequence(kind, items)) => {
                *kind = SequenceKind::List;
                let items = Arc::make_mut(items);
                for (position, item) in items.iter_mut().enumerate() {
                    self.path.push(position.to_string().into());
                    self.objects(Nesting::Single, block, item);
                    self.path.pop();
                }
                if nesting == Nesting::Set {
                    let set = self.set(items, |item| whole_block(item, block, None));
                    *value = set.with_marks(&value.marks);
                }
            }
            (_, Kind::Null(_) | Kind::Unknown(_)) => {}
            (_, Kind::Mapping(map)) if map.open.is_some() => {}
            _ if self.exact => {
                let wanted = match nesting {
                    Nesting::List => "list of object",
                    Nesting::Set => "set of object",
                    Nesting::Map => "map of object",
                    Nesting::Single | Nesting::Group => "object",
                };
                self.done.faults.push((self.pointer(), format!("{wanted} required")));
            }
            _ => {}
        }
    }
}

/// What a reference to a resource gives: its attributes, each marked with where it is from; the others by its facts.
pub fn reference_value(
    address: &Arc<str>,
    entries: &Entries,
    is_data: bool,
    facts: Option<&Facts>,
) -> Value {
    let reason =
        if is_data { format!("read from {address}") } else { format!("computed by {address}") };
    let open = Open {
        address: Arc::clone(address),
        reason: reason.into(),
        block: facts.map(|facts| Arc::clone(&facts.block)),
        exact: facts.is_some_and(|facts| facts.exact),
    };
    let entries = entries.iter().map(|(name, value)| {
        let reference = Marks::reference(Arc::clone(address), Pointer::root().key(name));
        (Arc::clone(name), seen(name, value, &open).with_marks(&reference))
    });
    let entries = entries.collect();
    Kind::Mapping(Arc::new(Mapping { entries, open: Some(Arc::new(open)), ..Mapping::default() }))
        .into()
}

/// What a reference sees of a member that is written.
fn seen(name: &str, value: &Value, around: &Open) -> Value {
    let Some(block) = &around.block else { return open_blocks(value, around) };
    if let Some(attribute) = block.attributes.get(name) {
        return match &attribute.shape {
            // The provider may fill in members that are not written.
            Shape::Typed(kind) if attribute.computed && holds_objects(kind) => {
                open_blocks(value, around)
            }
            Shape::Typed(kind) => whole_typed(value, kind),
            Shape::Nested(_, inner) => seen_objects(value, inner, around),
        };
    }
    let Some(nested) = block.blocks.get(name) else { return open_blocks(value, around) };
    let value = seen_objects(value, &nested.block, around);
    match (nested.nesting, &value.kind) {
        (Nesting::Single | Nesting::Group, Kind::Sequence(_, items)) if items.len() == 1 => {
            items[0].clone().with_marks(&value.marks)
        }
        _ => value,
    }
}

/// Objects of a block, alone or in a sequence or map: whole where facts are exact, else open.
fn seen_objects(value: &Value, block: &Arc<Block>, around: &Open) -> Value {
    let kind = match &value.kind {
        Kind::Sequence(kind, items) => {
            let items = items.iter().map(|item| seen_objects(item, block, around)).collect();
            Kind::Sequence(*kind, Arc::new(items))
        }
        Kind::Mapping(map) if map.is_map => {
            let entries = map
                .entries
                .iter()
                .map(|(name, item)| (Arc::clone(name), seen_objects(item, block, around)));
            let entries = entries.collect();
            Kind::Mapping(Arc::new(Mapping { entries, is_map: true, ..Mapping::default() }))
        }
        Kind::Mapping(map) if map.open.is_none() && around.exact && !block.partial => {
            return whole_block(value, block, Some(around));
        }
        Kind::Mapping(map) if map.open.is_none() => {
            let open = Open { block: Some(Arc::clone(block)), ..around.clone() };
            let inner = map.entries.iter();
            let inner = inner.map(|(name, item)| (Arc::clone(name), seen(name, item, &open)));
            let entries = inner.collect();
            Kind::Mapping(Arc::new(Mapping {
                entries,
                open: Some(Arc::new(open)),
                ..Mapping::default()
            }))
        }
        _ => return value.clone(),
    };
    Value { kind, marks: value.marks.clone() }
}

/// Without facts: nested blocks have attributes that the provider computes, too.
fn open_blocks(value: &Value, around: &Open) -> Value {
    let Kind::Sequence(kind @ (SequenceKind::List | SequenceKind::Set), items) = &value.kind else {
        return value.clone();
    };
    let open = Open { block: None, ..around.clone() };
    let block = |item: &Value| match &item.kind {
        Kind::Mapping(map) if !map.is_map && map.open.is_none() => {
            let inner = map.entries.iter();
            let entries = inner.map(|(name, value)| (Arc::clone(name), open_blocks(value, &open)));
            let entries = entries.collect();
            let open = Some(Arc::new(open.clone()));
            let map = Mapping { entries, open, ..Mapping::default() };
            Value { kind: Kind::Mapping(Arc::new(map)), marks: item.marks.clone() }
        }
        _ => item.clone(),
    };
    let items = items.iter().map(block).collect();
    Value { kind: Kind::Sequence(*kind, Arc::new(items)), marks: value.marks.clone() }
}

/// What reading a member that is not written gives. The error is a sentence.
pub fn missing(open: &Open, name: &str) -> Result<Value, String> {
    let reference = || Marks::reference(Arc::clone(&open.address), Pointer::root().key(name));
    let computed = || operators::computed(open, name).with_marks(&reference());
    let Some(block) = &open.block else { return Ok(computed()) };
    if let Some(attribute) = block.attributes.get(name) {
        let value = match unwritten(attribute) {
            Some(value) => value,
            None => typed_unknown(operators::computed(open, name), name, attribute),
        };
        let sensitive = if attribute.sensitive { Marks::sensitive() } else { Marks::none() };
        return Ok(value.with_marks(&sensitive).with_marks(&reference()));
    }
    match block.blocks.get(name) {
        Some(nested) if nested.computed => Ok(computed()),
        Some(nested) => Ok(no_blocks(nested)),
        None if open.exact && !block.partial => Err(format!(
            "{} has no argument, nested block, or exported attribute named \"{name}\"",
            open.address
        )),
        None => Ok(computed()),
    }
}

/// What an attribute is where nothing is written; `None` where the provider decides.
fn unwritten(attribute: &Attribute) -> Option<Value> {
    if let Some(default) = &attribute.default {
        let value = super::lower::from_json(default.value.clone());
        return Some(match &attribute.shape {
            Shape::Typed(kind) => types::convert(&value, &language_type(kind)).unwrap_or(value),
            Shape::Nested(..) => value,
        });
    }
    (!attribute.computed).then(Value::null)
}

/// An unknown of the attribute's type; an id or ARN is never null.
fn typed_unknown(mut value: Value, name: &str, attribute: &Attribute) -> Value {
    let Kind::Unknown(unknown) = &mut value.kind else { return value };
    let Shape::Typed(kind) = &attribute.shape else { return value };
    let unknown = Arc::make_mut(unknown);
    unknown.kind = match language_type(kind) {
        Type::Any => None,
        kind => Some(kind),
    };
    unknown.not_null |= matches!(name, "id" | "arn");
    value
}

/// What a nested block is of which there is none.
fn no_blocks(nested: &Nested) -> Value {
    match nested.nesting {
        Nesting::Single => Value::null(),
        Nesting::Group => whole_block(&Value::object(Entries::new()), &nested.block, None),
        Nesting::List => Value::list(Vec::new()),
        Nesting::Set => Kind::Sequence(SequenceKind::Set, Arc::default()).into(),
        Nesting::Map => Value::map(Entries::new()),
    }
}

/// An object with everything that its block has: what is written, else null, the default, or unknown.
fn whole_block(value: &Value, block: &Arc<Block>, around: Option<&Open>) -> Value {
    let Kind::Mapping(map) = &value.kind else { return value.clone() };
    let nowhere = Open { reason: Arc::from("computed by the provider"), ..Open::default() };
    let open =
        Open { block: Some(Arc::clone(block)), exact: true, ..around.cloned().unwrap_or(nowhere) };
    let mut entries = Entries::new();
    for name in block.attributes.keys().chain(block.blocks.keys()) {
        let member = match map.entries.get(name) {
            Some(written) => seen(name, written, &open),
            None => missing(&open, name).unwrap_or_else(Value::unknown),
        };
        entries.insert(Arc::clone(name), member);
    }
    // Facts may not list all there is: what is written tells items apart all the same.
    for (name, written) in &map.entries {
        if !entries.contains_key(name) {
            entries.insert(Arc::clone(name), written.clone());
        }
    }
    Value::object(entries).with_marks(&value.marks)
}

/// The same mapping with everything that there is, if facts are exact.
pub fn close(map: &Mapping) -> Option<Value> {
    map.open.as_ref().filter(|open| open.exact).and_then(|_| whole(map))
}

/// The same mapping with everything that its facts name; `None` where these are not all there is.
fn whole(map: &Mapping) -> Option<Value> {
    let open = map.open.as_ref()?;
    let block = open.block.as_ref().filter(|block| !block.partial)?;
    let mut entries = map.entries.clone();
    for name in block.attributes.keys().chain(block.blocks.keys()) {
        if !entries.contains_key(name) {
            entries.insert(Arc::clone(name), missing(open, name).ok()?);
        }
    }
    Some(Value::object(entries))
}

/// The value, or the same with everything that its facts name.
pub fn closed(value: Value) -> Value {
    match &value.kind {
        Kind::Mapping(map) if map.open.is_some() => match close(map) {
            Some(closed) => closed.with_marks(&value.marks),
            None => value,
        },
        _ => value,
    }
}

/// A value as it is shown: everything in it with all that its facts name.
pub fn closed_throughout(value: &Value) -> Value {
    let whole = match &value.kind {
        Kind::Mapping(map) => whole(map),
        _ => None,
    };
    let value = whole.map_or_else(|| value.clone(), |whole| whole.with_marks(&value.marks));
    let kind = match &value.kind {
        Kind::Sequence(kind, items) => {
            let items = items.iter().map(closed_throughout).collect();
            Kind::Sequence(*kind, Arc::new(items))
        }
        Kind::Mapping(map) => {
            let inner = map.entries.iter();
            let entries = inner.map(|(name, item)| (Arc::clone(name), closed_throughout(item)));
            let entries = entries.collect();
            Kind::Mapping(Arc::new(Mapping { entries, ..Mapping::clone(map) }))
        }
        _ => return value,
    };
    Value { kind, marks: value.marks }
}

/// What a resource of Terraform itself makes of its input: the output has its type, and is null where it is.
pub fn complete_builtin(address: &Arc<str>, entries: &mut Entries) {
    let output = match entries.get("input") {
        None => Value::null(),
        Some(input) => {
            let reason = format!("computed by {address}").into();
            let kind = Some(Type::of(input)).filter(|kind| *kind != Type::Any);
            Kind::Unknown(Arc::new(Unknown { reason, kind, ..Unknown::default() })).into()
        }
    };
    entries.insert("output".into(), output);
}

/// A value with null for the members of objects that are not written.
fn whole_typed(value: &Value, kind: &vocabulary::Type) -> Value {
    use vocabulary::Type as Wanted;
    let made = match (kind, &value.kind) {
        (Wanted::List(element) | Wanted::Set(element), Kind::Sequence(sequence, items))
            if holds_objects(element) =>
        {
            let items = items.iter().map(|item| whole_typed(item, element)).collect();
            Kind::Sequence(*sequence, Arc::new(items))
        }
        (Wanted::Map(element), Kind::Mapping(map))
            if map.open.is_none() && holds_objects(element) =>
        {
            let whole =
                |(name, item): (&Arc<str>, &Value)| (Arc::clone(name), whole_typed(item, element));
            let entries = map.entries.iter().map(whole).collect();
            Kind::Mapping(Arc::new(Mapping { entries, ..Mapping::clone(map) }))
        }
        (Wanted::Object(members), Kind::Mapping(map)) if map.open.is_none() => {
            let mut entries = map.entries.clone();
            for (name, member) in members {
                let item = entries.entry(Arc::clone(name)).or_insert_with(Value::null);
                *item = whole_typed(item, &member.kind);
            }
            Kind::Mapping(Arc::new(Mapping { entries, ..Mapping::clone(map) }))
        }
        _ => return value.clone(),
    };
    Value { kind: made, marks: value.marks.clone() }
}

fn holds_objects(kind: &vocabulary::Type) -> bool {
    use vocabulary::Type as Wanted;
    match kind {
        Wanted::Object(_) => true,
        Wanted::List(inner) | Wanted::Set(inner) | Wanted::Map(inner) => holds_objects(inner),
        _ => false,
    }
}

/// The language's own form of a type.
fn language_type(kind: &vocabulary::Type) -> Type {
    use vocabulary::Type as From;
    let boxed = |inner: &From| Arc::new(language_type(inner));
    match kind {
        From::Any => Type::Any,
        From::Bool => Type::Bool,
        From::Number => Type::Number,
        From::String => Type::String,
        From::List(inner) => Type::List(boxed(inner)),
        From::Set(inner) => Type::Set(boxed(inner)),
        From::Map(inner) => Type::Map(boxed(inner)),
        From::Tuple(all) => Type::Tuple(all.iter().map(language_type).collect()),
        From::Object(members) => {
            let member = |(name, member): (&Arc<str>, &vocabulary::Member)| {
                let kind = language_type(&member.kind);
                let attribute = if member.optional {
                    ObjectAttribute::optional(kind, None)
                } else {
                    kind.into()
                };
                (Arc::clone(name), attribute)
            };
            Type::object(members.iter().map(member))
        }
    }
}
