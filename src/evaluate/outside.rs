//! Rules that an organisation narrows: which resources each does not judge.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::made_objects;
use crate::document::{Document, Map, Resource};
use crate::finding::ResourceRef;
use crate::pack::{PackSet, Rule};
use crate::source::Sources;

/// A resource by its document's format and root, and its address.
type Key = (&'static str, Arc<str>, Arc<str>);

/// Pairs of rule and resource that are not judged.
#[derive(Clone, Debug, Default)]
pub struct Outside(BTreeMap<Arc<str>, FxHashSet<Key>>);

impl Outside {
    /// Find them for the rules that are narrowed; costs nothing where none is.
    pub fn new(documents: &[Document], packs: &PackSet, sources: &Sources) -> Self {
        let narrowed: Vec<&Rule> = packs
            .rules()
            .map(|(_, rule)| rule)
            .filter(|rule| !rule.scope.is_everything())
            .collect();
        if narrowed.is_empty() {
            return Self::default();
        }
        let labels: Vec<FxHashMap<&str, &Map>> = documents.iter().map(labels).collect();
        let of_rule = |rule: &&Rule| {
            let is_out = |document: &Document, resource: &Resource| {
                !rule.scope.holds(document, resource, sources)
            };
            let mut keys = FxHashSet::default();
            for (document, labels) in documents.iter().zip(&labels) {
                let out = document.resources.iter().filter(|own| match labels.get(&*own.address) {
                    // What Terraform makes in a cluster has its labels for tags.
                    Some(labels) => {
                        let tags = Map::clone(labels);
                        is_out(document, &Resource { tags, ..Resource::clone(own) })
                    }
                    None => is_out(document, own),
                });
                keys.extend(out.map(|resource| {
                    (document.format, Arc::clone(&document.root), Arc::clone(&resource.address))
                }));
            }
            (Arc::clone(&rule.info.id), keys)
        };
        Self(narrowed.par_iter().map(of_rule).collect())
    }

    /// Whether a rule does not judge a resource.
    pub(super) fn holds(&self, rule: &Arc<str>, resource: &ResourceRef) -> bool {
        let key =
            || (resource.format, Arc::clone(&resource.document), Arc::clone(&resource.address));
        self.0.get(rule).is_some_and(|keys| keys.contains(&key()))
    }
}

/// The labels of objects that a document makes in a cluster, by address.
fn labels(document: &Document) -> FxHashMap<&str, &Map> {
    made_objects(document).map(|(_, object)| (&*object.address, &object.tags)).collect()
}
