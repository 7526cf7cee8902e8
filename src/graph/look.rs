//! Lookups over attributes: what a path leads to, as values and as resources.

use base64::Engine as _;

use crate::document::{Index, Pointer, Resource, Value};

use super::relations::{leads, says};
use super::scene::Scene;

/// How much of a text is looked at: no cluster takes a larger object.
pub const MAX_TEXT: usize = 1 << 20;

/// Longest address that is looked for in a text.
const MAX_ADDRESS: usize = 4096;

/// What an attribute says of other resources.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// Resources that it refers to, with where; in order, each once a place.
    pub targets: Vec<(usize, Pointer)>,
    /// Whether a part of it is written that leads to no resource of the document: an id as text, an unknown value.
    pub open: bool,
}

impl Named {
    /// Whether nothing is written.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty() && !self.open
    }
}

/// What an attribute holds: written, else filled in by the provider.
pub fn value<'r>(resource: &'r Resource, name: &str) -> Option<&'r Value> {
    let written = resource.attributes.get(name).filter(|value| !matches!(value, Value::Null));
    written.or_else(|| resource.defaults.get(name))
}

/// A text of an object.
pub fn text<'v>(object: &'v Value, name: &str) -> Option<&'v str> {
    object.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The beginning of a text, so many bytes at the most.
pub fn cut(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The end of a text, so many bytes at the most.
pub fn end(text: &str, most: usize) -> &str {
    let mut start = text.len().saturating_sub(most);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

/// The text that a text in base 64 stands for.
pub fn decoded(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > MAX_TEXT {
        return None;
    }
    String::from_utf8(base64::engine::general_purpose::STANDARD.decode(text).ok()?).ok()
}

/// The objects of a block, with their positions.
pub fn blocks<'v>(object: &'v Value, name: &str) -> impl Iterator<Item = (usize, &'v Value)> {
    listed(object, name).iter().enumerate()
}

/// The same as a list. Of how many there are is not known stand as one that is not known.
pub fn listed<'v>(object: &'v Value, name: &str) -> &'v [Value] {
    match object.get(name) {
        Some(Value::Array(items)) => items,
        Some(unknown @ Value::Unknown(_)) => std::slice::from_ref(unknown),
        _ => &[],
    }
}

/// All values that a path of names with dots leads to, through lists, with where; nulls and what is missing are left out.
pub fn leaves<'v>(object: &'v Value, path: &str) -> Vec<(Pointer, &'v Value)> {
    let mut found = Vec::new();
    let names: Vec<&str> = path.split('.').collect();
    descend(object, &names, Pointer::root(), &mut found);
    found
}

fn descend<'v>(
    value: &'v Value,
    names: &[&str],
    at: Pointer,
    found: &mut Vec<(Pointer, &'v Value)>,
) {
    match (value, names) {
        (Value::Null, _) => {}
        (Value::Array(items), _) => {
            for (index, item) in items.iter().enumerate() {
                descend(item, names, at.index(index), found);
            }
        }
        (Value::Object(map), [first, rest @ ..]) => {
            if let Some(item) = map.get(*first) {
                descend(item, rest, at.key(first), found);
            }
        }
        (Value::Unknown(_), _) | (_, []) => found.push((at, value)),
        _ => {}
    }
}

/// The first value that a path leads to.
pub fn leaf<'v>(object: &'v Value, path: &str) -> Option<&'v Value> {
    leaves(object, path).into_iter().next().map(|(_, value)| value)
}

/// What an attribute at a path names.
pub fn named(scene: &Scene<'_>, at: usize, path: &str) -> Named {
    let mut named = Named::default();
    if path.is_empty() {
        return named;
    }
    let resource = scene.index.resource(at);
    let edges = scene.index.outgoing(at).iter().filter(|edge| says(path, &edge.at, resource));
    for edge in edges {
        let target = (edge.to, edge.at.clone());
        if !named.targets.contains(&target) {
            named.targets.push(target);
        }
    }
    named.targets.sort();
    named.open = leaves(&resource.attributes, path)
        .iter()
        .any(|(pointer, _)| !named.targets.iter().any(|(_, edge)| meets(edge, pointer)));
    named
}

/// The first resource that an attribute refers to.
pub fn first(scene: &Scene<'_>, at: usize, path: &str) -> Option<usize> {
    named(scene, at, path).targets.first().map(|(to, _)| *to)
}

fn meets(edge: &Pointer, leaf: &Pointer) -> bool {
    edge.covers(leaf) || leaf.covers(edge)
}

/// Resources that the attribute at exactly this pointer, or below it, refers to.
pub fn at<'s>(
    scene: &'s Scene<'_>,
    resource: usize,
    pointer: &'s Pointer,
) -> impl Iterator<Item = usize> + 's {
    let edges = scene.index.outgoing(resource).iter();
    edges.filter(|edge| pointer.covers(&edge.at)).map(|edge| edge.to)
}

/// Resources of a type that refer to this one by an attribute.
pub fn users<'s>(
    scene: &'s Scene<'_>,
    target: usize,
    kind: &'s str,
    path: &'s str,
) -> impl Iterator<Item = usize> + 's {
    let edges = scene.index.incoming(target).iter();
    edges
        .filter(move |edge| &*scene.index.resource(edge.from).kind == kind && leads(path, &edge.at))
        .map(|edge| edge.from)
}

/// Whether a module whose code is not there is given a reference to a resource, and so may add to it.
pub fn may_be_extended(scene: &Scene<'_>, resource: usize) -> bool {
    let address = &*scene.index.resource(resource).address;
    scene.index.document.modules.iter().any(|module| {
        !module.resolved && module.references.iter().any(|reference| &*reference.to == address)
    })
}

/// The address that begins a reference's text (`aws_s3_bucket.data.arn`), as a position.
pub fn by_reference(index: &Index<'_>, text: &str) -> Option<usize> {
    let mut address = cut(text.trim(), MAX_ADDRESS);
    loop {
        if let Some(at) = index.by_address(address) {
            return Some(at);
        }
        address = &address[..address.rfind(['.', '['])?];
    }
}

/// A text with holes for what is not known: the resources that fill them, and the text with `*` in their place.
#[derive(Clone, Debug, Default)]
pub struct Holed {
    /// Resources in the holes, in order; `None` for what is no resource.
    pub fillers: Vec<Option<usize>>,
    /// The text with `*` for each hole.
    pub text: String,
}

/// Read a text with `${…}` in it.
pub fn holed(scene: &Scene<'_>, text: &str) -> Holed {
    let mut holed = Holed::default();
    let mut from = 0;
    for (start, inner) in holes(text) {
        holed.text.push_str(&text[from..start]);
        holed.text.push('*');
        holed.fillers.push(by_reference(&scene.index, inner));
        from = start + inner.len() + "${}".len();
    }
    let rest = &text[from..];
    match rest.split_once("${") {
        Some((rest, _)) => holed.text.extend([rest, "*"]),
        None => holed.text.push_str(rest),
    }
    holed
}

/// What stands in each `${…}` of a text, with where that begins.
pub fn holes(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + text[from..].find("${")?;
        let inner = &text[start + "${".len()..];
        let inner = &inner[..inner.find('}')?];
        from = start + inner.len() + "${}".len();
        Some((start, inner))
    })
}
