//! What is written, and what a plan or state says of it: the shape of the one with the values of the other.
//!
//! A plan holds every attribute that the provider knows, in the provider's order. What is written decides which of them count as
//! attributes, in which order blocks stand, and what references they carry.

use std::sync::Arc;

use super::super::functions::is_kept_for;
use super::super::value::{Entries, Kind, Mapping, Marks, SequenceKind, Unknown, Value};
use super::tree::KNOWN_AFTER_APPLY;

/// Longest list of blocks whose elements are told apart by their values; longer ones are taken in order.
const MAX_ALIGNED: usize = 2_000;

/// How far what is written is to be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// The configuration, evaluated: all that is written, and what it knows holds.
    Evaluated,
    /// The configuration, evaluated for another instance of the same block: all that is written, but not its values.
    OfSibling,
    /// What the plan keeps of it: dynamic blocks are missing.
    Kept,
    /// Nothing: all that is recorded counts as written.
    Nowhere,
}

/// Attributes, and what the provider filled in.
#[derive(Debug, Default)]
pub struct Merged {
    /// What is written.
    pub attributes: Entries,
    /// The rest that is known and not empty.
    pub defaults: Entries,
}

/// Merge a resource's attributes. `results`: whether what is not written is the point of it (data sources).
pub fn resource(written: &Entries, recorded: &Value, trust: Written, results: bool) -> Merged {
    let empty = Entries::new();
    let recorded = match &recorded.kind {
        Kind::Mapping(map) => &map.entries,
        _ => &empty,
    };
    let mut merged = Merged::default();
    for (name, value) in written {
        let value = match recorded.get(name) {
            Some(recorded) => self::value(value, recorded, trust),
            None => value.clone(),
        };
        if !value.is_null() {
            merged.attributes.insert(Arc::clone(name), value);
        }
    }
    for (name, value) in recorded.iter().filter(|(name, _)| !written.contains_key(*name)) {
        let blocks = trust == Written::Kept && is_blocks(value);
        let Some(value) = without_empty(value) else { continue };
        if results || blocks || trust == Written::Nowhere {
            if !matches!(value.kind, Kind::Unknown(_)) {
                merged.attributes.insert(Arc::clone(name), as_blocks(value));
            }
        } else if value.is_wholly_known() && !value.deep_marks().is_sensitive() {
            merged.defaults.insert(Arc::clone(name), value);
        }
    }
    merged
}

/// Merge one value.
pub fn value(written: &Value, recorded: &Value, trust: Written) -> Value {
    if let Kind::Unknown(_) = recorded.kind {
        let known = !matches!(written.kind, Kind::Unknown(_));
        let value = if known && trust == Written::OfSibling {
            Value::unknown(KNOWN_AFTER_APPLY).with_marks(&written.deep_marks())
        } else {
            written.clone()
        };
        return value.with_marks(&recorded.marks);
    }
    let marks = written.marks.union(&recorded.marks);
    let kind = match (&written.kind, &recorded.kind) {
        (Kind::Sequence(_, blocks), Kind::Mapping(map))
            if let [block] = blocks.as_slice()
                && matches!(block.kind, Kind::Mapping(_)) =>
        {
            let object = Value::from(Kind::Mapping(Arc::clone(map)));
            Kind::Sequence(
                SequenceKind::List,
                Arc::new(vec![element(block, &object, trust)].into()),
            )
        }
        (Kind::Sequence(_, ours), Kind::Sequence(kind, theirs)) => {
            Kind::Sequence(*kind, Arc::new(sequence(ours, theirs, trust).into()))
        }
        (Kind::Mapping(ours), Kind::Mapping(theirs)) => {
            Kind::Mapping(Arc::new(map(ours, theirs, trust)))
        }
        (Kind::Unknown(why), _) => return fill(recorded, why, &written.marks),
        // Of start scripts, the plan shows a digest only.
        (Kind::String(text), Kind::String(digest)) if is_kept_for(digest, text) => {
            Kind::String(Arc::clone(text))
        }
        _ => return recorded.clone().with_marks(&written.deep_marks()),
    };
    Value { kind, marks }
}

/// What an expression refers to belongs to the unknown parts of its value, where there are any.
fn fill(recorded: &Value, why: &Arc<Unknown>, marks: &Marks) -> Value {
    let value = prune(recorded);
    if value.is_wholly_known() {
        return value.with_marks(marks);
    }
    filled(&value, why, marks)
}

fn filled(value: &Value, why: &Arc<Unknown>, marks: &Marks) -> Value {
    let kind = match &value.kind {
        Kind::Unknown(_) => {
            let unknown = Unknown { reason: Arc::clone(&why.reason), ..Unknown::default() };
            let value =
                Value { kind: Kind::Unknown(Arc::new(unknown)), marks: value.marks.clone() };
            return value.with_marks(marks);
        }
        Kind::Sequence(kind, items) => {
            let items = items.iter().map(|item| filled(item, why, marks)).collect();
            Kind::Sequence(*kind, Arc::new(items))
        }
        Kind::Mapping(map) => {
            let entries =
                map.entries.iter().map(|(name, item)| (Arc::clone(name), filled(item, why, marks)));
            Kind::Mapping(Arc::new(Mapping { entries: entries.collect(), ..Mapping::clone(map) }))
        }
        _ => return value.clone(),
    };
    Value { kind, marks: value.marks.clone() }
}

/// Elements in the order in which they are written, where there are as many; else in the recorded order.
fn sequence(ours: &[Value], theirs: &[Value], trust: Written) -> Vec<Value> {
    if ours.len() == theirs.len() {
        let pairs = ours.iter().zip(aligned(ours, theirs));
        return pairs.map(|(ours, at)| element(ours, &theirs[at], trust)).collect();
    }
    let few = ours.len().max(theirs.len()) <= MAX_ALIGNED;
    let each = |theirs: &Value| match ours.iter().find(|ours| few && fits(ours, theirs)) {
        Some(ours) => element(ours, theirs, trust),
        None => prune(theirs),
    };
    theirs.iter().map(each).collect()
}

/// For each of ours the position of the one of theirs that it became. Those that are found nowhere take what is left, in order.
fn aligned(ours: &[Value], theirs: &[Value]) -> Vec<usize> {
    let all_fit = ours.iter().zip(theirs).all(|(ours, theirs)| fits(ours, theirs));
    if all_fit || ours.len() > MAX_ALIGNED {
        return (0..ours.len()).collect();
    }
    let mut free: Vec<bool> = vec![true; theirs.len()];
    let mut order: Vec<Option<usize>> = vec![None; ours.len()];
    // Those of which most is known choose first.
    let mut turns: Vec<usize> = (0..ours.len()).collect();
    turns.sort_by_key(|at| (!ours[*at].is_wholly_known(), *at));
    for at in turns {
        let mut others = (0..theirs.len()).filter(|other| free[*other]);
        order[at] = others.find(|other| fits(&ours[at], &theirs[*other]));
        if let Some(found) = order[at] {
            free[found] = false;
        }
    }
    let mut left = (0..theirs.len()).filter(|other| free[*other]);
    order.into_iter().map(|at| at.or_else(|| left.next()).unwrap_or_default()).collect()
}

/// Whether what is written can have become what is recorded: known parts are equal, however they are spelled.
fn fits(written: &Value, recorded: &Value) -> bool {
    if written.is_null() {
        return true;
    }
    match (&written.kind, &recorded.kind) {
        (Kind::Unknown(_), _) | (_, Kind::Unknown(_)) => true,
        (Kind::Mapping(ours), Kind::Mapping(theirs)) => {
            let same = |(name, ours): (&Arc<str>, &Value)| {
                theirs.entries.get(name).is_none_or(|theirs| fits(ours, theirs))
            };
            ours.entries.iter().all(same)
        }
        (Kind::Sequence(_, ours), Kind::Sequence(_, theirs)) => {
            let known = ours.iter().all(Value::is_wholly_known);
            !known || (ours.len() >= theirs.len() && aligned_or_contained(ours, theirs))
        }
        (Kind::Sequence(_, ours), Kind::Mapping(_)) => {
            matches!(ours.as_slice(), [block] if fits(block, recorded))
        }
        _ => match (spelled(written), spelled(recorded)) {
            (Some(ours), Some(theirs)) => ours == theirs || same_json(&ours, &theirs),
            (None, None) => true,
            _ => false,
        },
    }
}

fn aligned_or_contained(ours: &[Value], theirs: &[Value]) -> bool {
    ours.len().max(theirs.len()) > MAX_ALIGNED
        || theirs.iter().all(|theirs| ours.iter().any(|ours| fits(ours, theirs)))
}

fn spelled(value: &Value) -> Option<String> {
    match &value.kind {
        Kind::Bool(flag) => Some(flag.to_string()),
        Kind::Number(number) => Some(number.to_string()),
        Kind::String(text) => Some(text.to_string()),
        _ => None,
    }
}

/// Providers write JSON their own way.
fn same_json(ours: &str, theirs: &str) -> bool {
    let parse = |text: &str| {
        text.trim_start()
            .starts_with(['{', '['])
            .then(|| serde_json::from_str::<serde_json::Value>(text).ok())
            .flatten()
    };
    matches!((parse(ours), parse(theirs)), (Some(ours), Some(theirs)) if ours == theirs)
}

/// An element of a list; of a nested block, what the provider's schema adds to it is left out.
fn element(written: &Value, recorded: &Value, trust: Written) -> Value {
    let (Kind::Mapping(ours), Kind::Mapping(theirs)) = (&written.kind, &recorded.kind) else {
        return value(written, recorded, trust);
    };
    let marks = written.marks.union(&recorded.marks);
    Value { kind: Kind::Mapping(Arc::new(block(ours, theirs, trust))), marks }
}

fn block(ours: &Mapping, theirs: &Mapping, trust: Written) -> Mapping {
    let mut entries = Entries::new();
    for (name, written) in &ours.entries {
        let merged = match theirs.entries.get(name) {
            // What is written as null is not written, whatever the provider makes of it.
            Some(recorded) if !written.is_null() => value(written, recorded, trust),
            _ => written.clone(),
        };
        if !merged.is_null() || (written.is_null() && trust != Written::Kept) {
            entries.insert(Arc::clone(name), merged);
        }
    }
    Mapping { entries, is_map: theirs.is_map, ..Mapping::default() }
}

/// A map or object: all that is recorded.
fn map(ours: &Mapping, theirs: &Mapping, trust: Written) -> Mapping {
    let mut entries = Entries::new();
    for (name, recorded) in &theirs.entries {
        let merged = match ours.entries.get(name) {
            Some(written) => Some(value(written, recorded, trust)),
            None => without_empty(recorded),
        };
        entries.extend(merged.map(|merged| (Arc::clone(name), merged)));
    }
    Mapping { entries, is_map: theirs.is_map, ..Mapping::default() }
}

fn is_blocks(value: &Value) -> bool {
    match &value.kind {
        Kind::Sequence(_, items) => {
            !items.is_empty() && items.iter().all(|item| matches!(item.kind, Kind::Mapping(_)))
        }
        _ => false,
    }
}

/// Lists of blocks are lists.
fn as_blocks(value: Value) -> Value {
    match &value.kind {
        Kind::Sequence(_, items) if is_blocks(&value) => Value {
            kind: Kind::Sequence(SequenceKind::List, Arc::clone(items)),
            marks: value.marks.clone(),
        },
        _ => value,
    }
}

/// Blocks without the members that are null or empty, which is how a provider writes what is not given.
fn prune(value: &Value) -> Value {
    if matches!(value.kind, Kind::Mapping(_)) || is_blocks(value) {
        return without_empty(value).unwrap_or_else(|| value.clone());
    }
    value.clone()
}

/// A value without null and empty members; nothing where nothing is left. Elements of lists keep their places.
fn without_empty(value: &Value) -> Option<Value> {
    if value.is_null() {
        return None;
    }
    let kind = match &value.kind {
        Kind::String(text) if text.is_empty() => return None,
        Kind::Sequence(_, items) if items.is_empty() => return None,
        Kind::Sequence(kind, items) => {
            let item = |item: &Value| match &item.kind {
                Kind::Mapping(_) => without_empty(item)
                    .unwrap_or_else(|| Value::object(Entries::new()).with_marks(&item.marks)),
                _ => item.clone(),
            };
            Kind::Sequence(*kind, Arc::new(items.iter().map(item).collect()))
        }
        Kind::Mapping(map) => {
            let kept =
                |(name, item): (&Arc<str>, &Value)| Some((Arc::clone(name), without_empty(item)?));
            let entries: Entries = map.entries.iter().filter_map(kept).collect();
            if entries.is_empty() {
                return None;
            }
            Kind::Mapping(Arc::new(Mapping { entries, ..Mapping::clone(map) }))
        }
        kind => kind.clone(),
    };
    Some(Value { kind, marks: value.marks.clone() })
}
