//! Typed edges between resources: what a reference means, by the vocabulary.

use std::sync::Arc;

use crate::document::{Index, Pointer, Resource, Value, ValueType};
use crate::pack::{Meaning, Verb};

/// A connection between two resources of one document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Relation {
    /// The resource that says so.
    pub from: usize,
    /// What it says.
    pub verb: Verb,
    /// The other resource.
    pub to: usize,
    /// The attribute that says so.
    pub at: Pointer,
}

/// All relations of a document, by both ends.
#[derive(Debug, Default)]
pub struct Relations {
    outgoing: Vec<Vec<Relation>>,
    incoming: Vec<Vec<Relation>>,
}

impl Relations {
    /// Relations that references make.
    pub fn new(index: &Index<'_>, meanings: &[Option<Arc<Meaning>>]) -> Self {
        let count = meanings.len();
        let mut relations =
            Self { outgoing: vec![Vec::new(); count], incoming: vec![Vec::new(); count] };
        for (from, meaning) in meanings.iter().enumerate() {
            let Some(meaning) = meaning else { continue };
            for edge in index.outgoing(from) {
                for (verb, path) in &meaning.edges {
                    if says(path, &edge.at, index.resource(from)) {
                        relations.add(Relation {
                            from,
                            verb: *verb,
                            to: edge.to,
                            at: edge.at.clone(),
                        });
                    }
                }
            }
        }
        relations.sort();
        relations
    }

    /// Add one; [`Self::sort`] has to follow.
    fn add(&mut self, relation: Relation) {
        self.incoming[relation.to].push(relation.clone());
        self.outgoing[relation.from].push(relation);
    }

    /// Add some more.
    pub fn extend(&mut self, found: Vec<Relation>) {
        if found.is_empty() {
            return;
        }
        for relation in found {
            self.add(relation);
        }
        self.sort();
    }

    /// Put them in order, each once.
    fn sort(&mut self) {
        for relations in self.outgoing.iter_mut().chain(&mut self.incoming) {
            relations.sort();
            relations.dedup();
        }
    }

    /// What a resource says of others.
    pub fn outgoing(&self, at: usize) -> &[Relation] {
        &self.outgoing[at]
    }

    /// What others say of a resource.
    pub fn incoming(&self, at: usize) -> &[Relation] {
        &self.incoming[at]
    }

    /// Targets of a verb.
    pub fn targets(&self, at: usize, verb: Verb) -> impl Iterator<Item = &Relation> {
        self.outgoing[at].iter().filter(move |relation| relation.verb == verb)
    }

    /// Who says a verb of it.
    pub fn sources(&self, at: usize, verb: Verb) -> impl Iterator<Item = &Relation> {
        self.incoming[at].iter().filter(move |relation| relation.verb == verb)
    }
}

/// Whether a pointer stands at a path of names with dots, whatever list positions are on the way, or below it.
pub fn leads(path: &str, at: &Pointer) -> bool {
    follow(path, at) == Some(true)
}

/// Whether a pointer of a resource leads to what an attribute at a path says: by itself, or as that of blocks of which it is not known how many there
/// are, which stands for all that they say.
pub fn says(path: &str, at: &Pointer, resource: &Resource) -> bool {
    let is_list = |value: &Value| matches!(value, Value::Unknown(unknown) if unknown.kind == Some(ValueType::Array));
    match follow(path, at) {
        Some(whole) => whole || resource.attributes.at(at).is_some_and(is_list),
        None => false,
    }
}

/// Whether a pointer ends at attributes of these names with dots between them, whatever blocks they stand in.
pub fn ends(path: &str, at: &Pointer) -> bool {
    let is_position = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = at.as_str().rsplit('/').filter(|part| !is_position(part));
    path.rsplit('.').all(|name| parts.next() == Some(name))
}

/// Follow a path along a pointer: whether it is at its end; `None` where they part, or the pointer is that of the whole.
fn follow(path: &str, at: &Pointer) -> Option<bool> {
    let mut wanted = path.split('.');
    let mut next = wanted.next();
    let mut any = false;
    for part in at.as_str().split('/').skip(1) {
        if part.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        match next {
            None => return Some(true),
            Some(name) if name == part => {
                any = true;
                next = wanted.next();
            }
            Some(_) => return None,
        }
    }
    any.then_some(next.is_none())
}
