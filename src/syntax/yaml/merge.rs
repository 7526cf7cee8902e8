//! Merge keys. Takes the entries of a mapping; gives them with every `<<` replaced by what it brings.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::source::Span;
use crate::syntax::{Entry, Node, NodeKind, Scalar};

const MERGE_TAG: &str = "tag:yaml.org,2002:merge";

/// Keys that are written win wherever they stand, earlier merges over later ones. The error is the span of a value that
/// cannot be merged.
pub(super) fn resolve(entries: Vec<Entry>) -> Result<Vec<Entry>, Span> {
    if !entries.iter().any(|entry| is_merge(&entry.key)) {
        return Ok(entries);
    }
    let mut taken: BTreeSet<Arc<str>> = entries
        .iter()
        .filter(|entry| !is_merge(&entry.key))
        .filter_map(|entry| name(&entry.key))
        .collect();
    let mut resolved = Vec::with_capacity(entries.len());
    for entry in entries {
        if !is_merge(&entry.key) {
            resolved.push(entry);
            continue;
        }
        for entry in merged(entry.value)? {
            if name(&entry.key).is_none_or(|name| taken.insert(name)) {
                resolved.push(entry);
            }
        }
    }
    Ok(resolved)
}

/// The entries that one merge key brings, in order of precedence; of a key that one mapping repeats the last holds.
fn merged(value: Node) -> Result<Vec<Entry>, Span> {
    let mappings = match value.kind {
        NodeKind::Mapping(entries) => vec![entries],
        NodeKind::Sequence(items) => {
            let entries = items.into_iter().map(|item| match item.kind {
                NodeKind::Mapping(entries) => Ok(entries),
                _ => Err(item.span),
            });
            entries.collect::<Result<_, _>>()?
        }
        _ => return Err(value.span),
    };
    Ok(mappings.into_iter().flat_map(last_of_each).collect())
}

fn last_of_each(mut entries: Vec<Entry>) -> Vec<Entry> {
    let mut seen = BTreeSet::new();
    entries.reverse();
    entries.retain(|entry| name(&entry.key).is_none_or(|name| seen.insert(name)));
    entries.reverse();
    entries
}

fn is_merge(key: &Node) -> bool {
    let NodeKind::Scalar(Scalar::Plain { text, tag }) = &key.kind else { return false };
    &**text == "<<" && tag.as_deref().is_none_or(|tag| **tag == *MERGE_TAG)
}

fn name(key: &Node) -> Option<Arc<str>> {
    match &key.kind {
        NodeKind::Scalar(Scalar::Plain { text, .. } | Scalar::String(text)) => {
            Some(Arc::clone(text))
        }
        _ => None,
    }
}
