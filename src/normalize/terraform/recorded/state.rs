//! Edges in a state: it names what a resource was made after, and the values tell which attribute that went into.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::value::{Entries, Kind, Marks, Value};
use super::address;
use super::read::Instance;
use super::tree;
use crate::document::Pointer;

/// A shorter text may be anybody's.
const SHORTEST: usize = 3;
/// Most comparisons for one resource.
const MAX_TARGETS: usize = 1_000;

/// Texts by which the instances of a block are known, with the attribute that holds each.
type Identity = Vec<(Arc<str>, Pointer, Arc<str>)>;

/// Finds the edges of a state.
#[derive(Default)]
pub struct Edges {
    by_block: BTreeMap<String, Identity>,
}

impl Edges {
    /// For the instances of a state.
    pub fn new(instances: &[Instance<'_>]) -> Self {
        let mut edges = Self::default();
        for instance in instances {
            let block = address::without_keys(&instance.address);
            let identity = edges.by_block.entry(block).or_default();
            for name in ["id", "arn"] {
                let text = instance.values.and_then(|values| tree::member_text(values, name));
                if let Some(text) = text.filter(|text| text.len() >= SHORTEST) {
                    let at = Pointer::root().key(name);
                    identity.push((Arc::clone(&instance.address), at, text.into()));
                }
            }
        }
        edges
    }

    /// Mark the attributes that hold what identifies a dependency.
    pub fn mark(&self, instance: &Instance<'_>, entries: &mut Entries) {
        let mut left = MAX_TARGETS;
        for dependency in &instance.dependencies {
            let Some(identity) = self.by_block.get(&address::without_keys(dependency)) else {
                continue;
            };
            for (target, at, text) in identity.iter().take(left) {
                let mark = Marks::reference(Arc::clone(target), at.clone());
                let labels = ["tags", "tags_all"];
                for (_, value) in entries.iter_mut().filter(|(name, _)| !labels.contains(&&***name))
                {
                    *value = marked(value, text, &mark);
                }
            }
            left = left.saturating_sub(identity.len());
        }
    }
}

fn marked(value: &Value, text: &Arc<str>, mark: &Marks) -> Value {
    let kind = match &value.kind {
        Kind::String(own) => {
            // An address of the cloud is known again also inside of a text.
            let is_arn = text.starts_with("arn:");
            let found = **own == **text || (is_arn && own.contains(&**text));
            return if found { value.clone().with_marks(mark) } else { value.clone() };
        }
        Kind::Sequence(kind, items) => Kind::Sequence(
            *kind,
            Arc::new(items.iter().map(|item| marked(item, text, mark)).collect()),
        ),
        Kind::Mapping(map) => {
            let entries = map.entries.iter();
            let entries =
                entries.map(|(name, item)| (Arc::clone(name), marked(item, text, mark))).collect();
            Kind::Mapping(Arc::new(super::super::value::Mapping { entries, ..(**map).clone() }))
        }
        _ => return value.clone(),
    };
    Value { kind, marks: value.marks.clone() }
}
