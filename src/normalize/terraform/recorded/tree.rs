//! Reading JSON trees: members by name, values with what is unknown in them, places of everything.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::super::number::Number;
use super::super::value::{Entries, Marks, Value};
use crate::document::Pointer;
use crate::source::{FileId, Place};
use crate::syntax::{Entry, Node, NodeKind, Scalar};

/// The reason where a plan says no more.
pub const KNOWN_AFTER_APPLY: &str = "known after apply";

/// The member of an object.
pub fn member<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    entry(node, name).map(|entry| &entry.value)
}

/// The member of an object, with its key.
pub fn entry<'n>(node: &'n Node, name: &str) -> Option<&'n Entry> {
    entries(node).iter().find(|entry| key(entry) == Some(name))
}

/// The members of an object; none of anything else.
pub fn entries(node: &Node) -> &[Entry] {
    if let NodeKind::Mapping(entries) = &node.kind { entries } else { &[] }
}

/// The elements of a list; none of anything else.
pub fn items(node: &Node) -> &[Node] {
    if let NodeKind::Sequence(items) = &node.kind { items } else { &[] }
}

/// Members with their names.
pub fn named(node: &Node) -> impl Iterator<Item = (&str, &Node)> {
    entries(node).iter().filter_map(|entry| Some((key(entry)?, &entry.value)))
}

fn key(entry: &Entry) -> Option<&str> {
    text(&entry.key)
}

/// The text of a string.
pub fn text(node: &Node) -> Option<&str> {
    if let NodeKind::Scalar(Scalar::String(text)) = &node.kind { Some(text) } else { None }
}

/// The text of a member.
pub fn member_text<'n>(node: &'n Node, name: &str) -> Option<&'n str> {
    text(member(node, name)?)
}

/// Whether a member is `true`.
pub fn is_true(node: &Node, name: &str) -> bool {
    member(node, name).is_some_and(|value| value.kind == NodeKind::Scalar(Scalar::Bool(true)))
}

/// Whether a node is `true`, or holds one.
pub fn holds_true(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Scalar(Scalar::Bool(flag)) => *flag,
        NodeKind::Sequence(items) => items.iter().any(holds_true),
        NodeKind::Mapping(entries) => entries.iter().any(|entry| holds_true(&entry.value)),
        _ => false,
    }
}

/// A value of the language.
pub fn value(node: &Node) -> Value {
    recorded(Some(node), None, None)
}

/// A value with what trees of flags of the same shape say of it: `unknown` what is not known, `sensitive` what must not be shown.
/// Terraform leaves an unknown member out of an object and writes null for an unknown element.
pub fn recorded(node: Option<&Node>, unknown: Option<&Node>, sensitive: Option<&Node>) -> Value {
    let is_true = |flags: Option<&Node>| {
        flags.is_some_and(|flags| flags.kind == NodeKind::Scalar(Scalar::Bool(true)))
    };
    let value = if is_true(unknown) {
        Value::unknown(KNOWN_AFTER_APPLY)
    } else {
        structured(node, unknown, sensitive)
    };
    if is_true(sensitive) { value.with_marks(&Marks::sensitive()) } else { value }
}

fn structured(node: Option<&Node>, unknown: Option<&Node>, sensitive: Option<&Node>) -> Value {
    let unknown = unknown.filter(|flags| holds_true(flags));
    match (node.map(|node| &node.kind), unknown.map(|flags| &flags.kind)) {
        (Some(NodeKind::Sequence(_)), _) | (_, Some(NodeKind::Sequence(_))) => {
            let (values, flags) = (node.map_or(&[][..], items), unknown.map_or(&[][..], items));
            let hidden = sensitive.map_or(&[][..], items);
            let item = |at: usize| recorded(values.get(at), flags.get(at), hidden.get(at));
            Value::tuple((0..values.len().max(flags.len())).map(item).collect())
        }
        (Some(NodeKind::Mapping(_)), _) | (_, Some(NodeKind::Mapping(_))) => {
            let flags = unknown.map(by_name).unwrap_or_default();
            let hidden = sensitive.map(by_name).unwrap_or_default();
            let held = node.into_iter().flat_map(named).map(|(name, item)| {
                let (flag, hidden) = (flags.get(name).copied(), hidden.get(name).copied());
                (Arc::from(name), recorded(Some(item), flag, hidden))
            });
            let mut map: Entries = held.collect();
            let flagged =
                flags.iter().filter(|(name, flag)| holds_true(flag) && !map.contains_key(**name));
            let missing: Vec<(Arc<str>, Value)> = flagged
                .map(|(name, flag)| {
                    ((*name).into(), recorded(None, Some(flag), hidden.get(name).copied()))
                })
                .collect();
            map.extend(missing);
            Value::object(map)
        }
        (Some(NodeKind::Scalar(scalar)), _) => self::scalar(scalar),
        _ => Value::null(),
    }
}

fn by_name(node: &Node) -> FxHashMap<&str, &Node> {
    named(node).collect()
}

fn scalar(scalar: &Scalar) -> Value {
    match scalar {
        Scalar::Bool(flag) => Value::bool(*flag),
        Scalar::String(text) => Value::string(Arc::clone(text)),
        Scalar::Number(text) => match Number::parse(text) {
            Some(number) => Value::number(number),
            None => Value::string(Arc::clone(text)),
        },
        Scalar::Null | Scalar::Plain { .. } => Value::null(),
    }
}

/// Places of a value's members and elements, those of members with their keys.
pub fn places(node: &Node, file: FileId, at: &Pointer, found: &mut Vec<(Pointer, Place)>) {
    for (position, item) in items(node).iter().enumerate() {
        let pointer = at.index(position);
        found.push((pointer.clone(), Place { file, span: item.span }));
        places(item, file, &pointer, found);
    }
    for member in entries(node) {
        if let Some(name) = key(member) {
            let pointer = at.key(name);
            let span = member.key.span.to(member.value.span);
            found.push((pointer.clone(), Place { file, span }));
            places(&member.value, file, &pointer, found);
        }
    }
}
