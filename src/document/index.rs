//! Lookups over one document: by type, by address, and the edges that references and names make between resources.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Document, Pointer, Resource, lookups, names};
use crate::source::{Place, Problem, ProblemKind};

/// A reference, or a name in plain text, resolved to two resources of one document (positions in [`Document::resources`]).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The resource that refers.
    pub from: usize,
    /// The attribute that refers.
    pub at: Pointer,
    /// The resource referred to.
    pub to: usize,
    /// The attribute of the target.
    pub attribute: Pointer,
}

/// Edges that are kept of one document, beside [`EDGES_OF_EACH`] for each of its resources: an edge costs about a fifth of a kilobyte.
const EDGES: usize = 1_000_000;
const EDGES_OF_EACH: usize = 16;

/// What to say where the references of a document mean more edges than are kept: each of many instances that names all of many others.
pub fn too_many_edges(document: &Document) -> Option<Problem> {
    let resources = &document.resources;
    let most = EDGES + EDGES_OF_EACH * resources.len();
    let references: usize = resources.iter().map(|resource| resource.references.len()).sum();
    // No block has more instances than there are resources.
    if references.saturating_mul(resources.len()) <= most {
        return None;
    }
    let mut sizes: FxHashMap<&str, usize> = FxHashMap::default();
    for block in resources.iter().filter_map(|resource| without_instance(&resource.address)) {
        *sizes.entry(block).or_default() += 1;
    }
    let mut edges = 0usize;
    let beyond = resources.iter().find(|resource| {
        let each = resource.references.iter().map(|it| sizes.get(&*it.to).copied().unwrap_or(1));
        edges = edges.saturating_add(each.sum());
        edges > most
    })?;
    let message = format!(
        "references between resources mean more edges than are looked at together ({EDGES} and {EDGES_OF_EACH} for each resource): from {} \
         on a resource leads to the first that it names alone",
        beyond.address
    );
    let help = "name the instance that is meant, or scan the parts of the configuration apart";
    Some(Problem::new(ProblemKind::Limit, message).at(beyond.place).help(help))
}

/// Lookups over one document. Cheap to make: one pass over resources and references.
#[derive(Debug)]
pub struct Index<'a> {
    /// The document.
    pub document: &'a Document,
    by_type: BTreeMap<Arc<str>, Vec<usize>>,
    by_address: FxHashMap<&'a str, usize>,
    outgoing: Vec<Vec<Edge>>,
    incoming: Vec<Vec<Edge>>,
    found: FxHashMap<usize, usize>,
}

impl<'a> Index<'a> {
    /// Index a document.
    pub fn new(document: &'a Document) -> Self {
        let resources = &document.resources;
        let mut by_type: BTreeMap<Arc<str>, Vec<usize>> = BTreeMap::new();
        let mut by_address = FxHashMap::default();
        let mut by_block: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        for (at, resource) in resources.iter().enumerate() {
            by_type.entry(Arc::clone(&resource.kind)).or_default().push(at);
            by_address.insert(&*resource.address, at);
            if let Some(block) = without_instance(&resource.address) {
                by_block.entry(block).or_default().push(at);
            }
        }
        for (alias, address) in &document.called {
            if let Some(at) = by_address.get(&**address).copied() {
                by_address.entry(&**alias).or_insert(at);
            }
        }
        let mut index = Self {
            document,
            by_type,
            by_address,
            outgoing: vec![Vec::new(); resources.len()],
            incoming: vec![Vec::new(); resources.len()],
            found: FxHashMap::default(),
        };
        // What refers to a lookup refers to what that finds.
        let found = lookups::found(resources, &index.by_type, &index.by_address);
        let meant = |at: usize| found.get(&at).copied().unwrap_or(at);
        let mut left = EDGES + EDGES_OF_EACH * resources.len();
        for (from, resource) in resources.iter().enumerate() {
            for reference in &resource.references {
                let exact = index.by_address.get(&*reference.to).copied();
                let targets = match &exact {
                    Some(at) => std::slice::from_ref(at),
                    None => by_block.get(&*reference.to).map_or(&[][..], Vec::as_slice),
                };
                // One edge of each resource is always kept.
                let is_first = index.outgoing[from].is_empty();
                let kept = targets.len().min(left.max(usize::from(is_first)));
                left = left.saturating_sub(kept);
                for to in targets[..kept].iter().copied().map(meant).filter(|to| *to != from) {
                    let edge = Edge {
                        from,
                        at: reference.from.clone(),
                        to,
                        attribute: reference.attribute.clone(),
                    };
                    index.incoming[to].push(edge.clone());
                    index.outgoing[from].push(edge);
                }
            }
        }
        for names::Join { from, at, to, attribute } in names::joins(resources, &index.by_type) {
            let edge = Edge { from, at, to, attribute };
            index.incoming[to].push(edge.clone());
            index.outgoing[from].push(edge);
        }
        index.found = found;
        index
    }

    /// What a lookup finds in the document: a resource that is managed, or another lookup of the same.
    pub fn found(&self, lookup: usize) -> Option<usize> {
        self.found.get(&lookup).copied()
    }

    /// Resources that name one of this type by an unknown value, and so may belong to any of them: where, and why it is unknown.
    pub fn open_names(&self, named: &str) -> Vec<(usize, Pointer, Arc<str>)> {
        let resources = self.document.resources.iter().enumerate();
        let open = |(at, resource)| {
            let (pointer, reason) = names::open(resource, named)?;
            Some((at, pointer, Arc::clone(reason)))
        };
        resources.filter_map(open).collect()
    }

    /// The resource at a position.
    pub fn resource(&self, at: usize) -> &'a Resource {
        &self.document.resources[at]
    }

    /// Positions of the resources of a type, in order of address.
    pub fn of_type(&self, kind: &str) -> &[usize] {
        self.by_type.get(kind).map_or(&[], Vec::as_slice)
    }

    /// All types with the positions of their resources.
    pub fn types(&self) -> impl Iterator<Item = (&Arc<str>, &[usize])> {
        self.by_type.iter().map(|(kind, positions)| (kind, positions.as_slice()))
    }

    /// Position of the resource with this address.
    pub fn by_address(&self, address: &str) -> Option<usize> {
        self.by_address.get(address).copied()
    }

    /// Edges that leave a resource.
    pub fn outgoing(&self, at: usize) -> &[Edge] {
        &self.outgoing[at]
    }

    /// Edges that arrive at a resource.
    pub fn incoming(&self, at: usize) -> &[Edge] {
        &self.incoming[at]
    }

    /// Where a resource names another one, in the attribute that an edge gives: inside a long text, where that names it.
    pub fn place_of(&self, from: usize, at: &Pointer, to: usize) -> Place {
        let (from, to) = (self.resource(from), self.resource(to));
        if from.spans.mentions().is_empty() {
            return from.place_of(at);
        }
        let (own, other) = (&from.scope.module, &to.scope.module);
        let name = match other.get(own.len()) {
            Some(call) if other.starts_with(own) => {
                format!("module.{}", call.split('[').next().unwrap_or_default())
            }
            _ => format!("{}.{}", to.kind, to.name),
        };
        from.place_of_name(at, &name)
    }

    /// Resources of a type that an edge joins to this one, in either direction; sorted, each once.
    pub fn related(&self, at: usize, kind: &str) -> Vec<usize> {
        let out = self.outgoing[at].iter().map(|edge| edge.to);
        let mut found: Vec<usize> = out
            .chain(self.incoming[at].iter().map(|edge| edge.from))
            .filter(|other| &*self.resource(*other).kind == kind)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// `aws_vpc.main[0]` → `aws_vpc.main`; `None` where the address has no instance key of its own.
fn without_instance(address: &str) -> Option<&str> {
    let inner = address.strip_suffix(']')?;
    let bytes = inner.as_bytes();
    if bytes.last() != Some(&b'"') {
        return inner.rfind('[').map(|at| &address[..at]);
    }
    // A string key: walk back to its opening quote, past escaped ones.
    let mut at = inner.len() - 1;
    while at > 0 {
        at -= 1;
        let escapes = bytes[..at].iter().rev().take_while(|byte| **byte == b'\\').count();
        if bytes[at] == b'"' && escapes % 2 == 0 {
            return (at > 0 && bytes[at - 1] == b'[').then(|| &address[..at - 1]);
        }
    }
    None
}
