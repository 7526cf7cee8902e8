//! What a graph is made of: nodes, zones, facts, flows of one document, by position.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::document::{Index, Value};
use crate::engine::around::Records;
use crate::model::{Element, Encrypted, FlowKind};
use crate::pack::{Meaning, Meanings};
use crate::source::Place;

use super::bounds::Bounds;
use super::domains::Mentions;
use super::network::Tri;
use super::relations::Relations;

/// Something that is true of a node, flow or zone, and what proves it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fact {
    /// What is true; an unknown value where it is not known.
    pub value: Option<Value>,
    /// What proves it.
    pub proof: Vec<Place>,
}

/// Facts by name.
pub type Facts = BTreeMap<Arc<str>, Fact>;

/// A node of the graph: an asset.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its id.
    pub id: Arc<str>,
    /// For people.
    pub name: Arc<str>,
    /// The vocabulary's kind.
    pub kind: Arc<str>,
    /// What it is in a diagram.
    pub element: Element,
    /// The resource that it stands for.
    pub resource: Option<usize>,
    /// All resources that it is made of, that one first, then sorted.
    pub parts: Vec<usize>,
    /// The innermost zone around it.
    pub zone: Option<usize>,
    /// Where it is written.
    pub place: Option<Place>,
    /// The vocabulary's sensitivity.
    pub sensitivity: Option<Arc<str>>,
    /// What is true of it.
    pub facts: Facts,
    /// Whether it is only known to exist conditionally.
    pub conditional: bool,
}

impl Node {
    /// Whether it is a program through which a store is asked, as a proxy before a database is.
    pub fn stands_for_store(&self) -> bool {
        self.element == Element::Process && self.kind.starts_with("datastore_")
    }
}

/// A zone of trust.
#[derive(Clone, Debug)]
pub struct Zone {
    /// Its id.
    pub id: Arc<str>,
    /// For people.
    pub name: Arc<str>,
    /// The vocabulary's word.
    pub kind: Arc<str>,
    /// The zone around it.
    pub parent: Option<usize>,
    /// The resource that it stands for.
    pub resource: Option<usize>,
    /// Where it is written.
    pub place: Option<Place>,
    /// What is true of it.
    pub facts: Facts,
}

/// An edge of the graph.
#[derive(Clone, Debug)]
pub struct Flow {
    /// The node that it leaves.
    pub source: usize,
    /// The node that it arrives at.
    pub target: usize,
    /// What travels.
    pub kind: FlowKind,
    /// `tcp`, `udp`, `any`.
    pub protocol: Option<Arc<str>>,
    /// `443`, `8000-8080`, `any`.
    pub port: Option<Arc<str>>,
    /// Whether it is encrypted.
    pub encrypted: Encrypted,
    /// For people.
    pub label: Arc<str>,
    /// What proves it.
    pub evidence: Vec<Place>,
    /// Whether a part of the proof is not known.
    pub assumed: bool,
    /// Whether the source is a named outside range, not everybody.
    pub restricted: bool,
}

/// One document on its way to a model.
#[derive(Debug)]
pub struct Scene<'a> {
    /// The document's lookups.
    pub index: Index<'a>,
    /// The document as one value, for expressions.
    pub records: Records,
    /// How far to go.
    pub bounds: Bounds,
    /// The vocabulary.
    pub vocabulary: &'a Meanings,
    /// What each resource means.
    pub meanings: Vec<Option<Arc<Meaning>>>,
    /// Typed edges.
    pub relations: Relations,
    /// Nodes.
    pub nodes: Vec<Node>,
    /// The node that each resource is, or is a part of.
    pub node_of: Vec<Option<usize>>,
    /// Further nodes that a resource is a part of: what several are made from.
    pub shared: BTreeMap<usize, Vec<usize>>,
    /// Zones; a parent may stand behind its children.
    pub zones: Vec<Zone>,
    /// The zone that each resource is.
    pub zone_of: Vec<Option<usize>>,
    /// Flows, in no order.
    pub flows: Vec<Flow>,
    /// Nodes and zones by id.
    pub ids: Ids,
    /// Accounts, subscriptions and projects.
    pub accounts: Accounts,
    /// Settings that name resources by a host's name.
    pub mentions: Mentions,
}

/// The zones of accounts, subscriptions and projects, where a document stands in several of a provider's; empty where not.
#[derive(Debug, Default)]
pub struct Accounts {
    /// By the id of the zone that the vocabulary gives them, that of what names none.
    pub defaults: BTreeMap<Arc<str>, usize>,
    /// By that id and what names them.
    pub keys: BTreeMap<(Arc<str>, Arc<str>), usize>,
}

impl Accounts {
    /// The zone of what says so of its account; `None` where there is only one.
    pub fn of(&self, id: &Arc<str>, key: Option<&Arc<str>>) -> Option<usize> {
        let default = self.defaults.get(id)?;
        let own = key.and_then(|key| self.keys.get(&(Arc::clone(id), Arc::clone(key))));
        Some(*own.unwrap_or(default))
    }
}

/// Positions of nodes and zones by their ids.
#[derive(Debug, Default)]
pub struct Ids {
    nodes: FxHashMap<Arc<str>, usize>,
    zones: FxHashMap<Arc<str>, usize>,
}

impl Scene<'_> {
    /// All nodes that a resource is a part of.
    pub fn nodes_of(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        let further = self.shared.get(&at).into_iter().flatten();
        self.node_of[at].into_iter().chain(further.copied())
    }

    /// The zones around a zone, itself first. Circles end.
    pub fn ancestors(&self, zone: usize) -> Vec<usize> {
        let mut found = vec![zone];
        let mut at = zone;
        while let Some(parent) = self.zones[at].parent {
            if found.contains(&parent) {
                break;
            }
            found.push(parent);
            at = parent;
        }
        found
    }

    /// By zone, the nodes in it and in the zones in it.
    pub fn inside(&self) -> Vec<Vec<usize>> {
        let mut inside = vec![Vec::new(); self.zones.len()];
        for (node, given) in self.nodes.iter().enumerate() {
            for zone in given.zone.map(|zone| self.ancestors(zone)).unwrap_or_default() {
                inside[zone].push(node);
            }
        }
        inside
    }

    /// The innermost zone of a kind around a node.
    pub fn zone_of_kind(&self, node: usize, kinds: &[&str]) -> Option<usize> {
        let zone = self.nodes[node].zone?;
        self.ancestors(zone).into_iter().find(|zone| kinds.contains(&&*self.zones[*zone].kind))
    }

    /// The node with an id, or whose resource has this as another address.
    pub fn node(&self, id: &str) -> Option<usize> {
        self.ids.nodes.get(id).copied().or_else(|| {
            let at = self.index.by_address(id)?;
            self.node_of[at].filter(|node| self.nodes[*node].resource == Some(at))
        })
    }

    /// Add a node. Of equal ids the first holds.
    pub fn add_node(&mut self, node: Node) -> usize {
        let at = self.nodes.len();
        self.ids.nodes.entry(Arc::clone(&node.id)).or_insert(at);
        self.nodes.push(node);
        at
    }

    /// Give a node a further id.
    pub fn call_node(&mut self, id: &str, node: usize) {
        self.ids.nodes.insert(id.into(), node);
    }

    /// Add a zone. Of equal ids the first holds.
    pub fn add_zone(&mut self, zone: Zone) -> usize {
        let at = self.zones.len();
        self.ids.zones.entry(Arc::clone(&zone.id)).or_insert(at);
        self.zones.push(zone);
        at
    }

    /// A node without a resource, made where there is none yet.
    pub fn plain_node(&mut self, id: &str, name: &str, kind: &str, element: Element) -> usize {
        if let Some(at) = self.node(id) {
            return at;
        }
        self.add_node(Node {
            id: id.into(),
            name: name.into(),
            kind: kind.into(),
            element,
            resource: None,
            parts: Vec::new(),
            zone: None,
            place: None,
            sensitivity: None,
            facts: Facts::new(),
            conditional: false,
        })
    }

    /// A zone without a resource, made where there is none yet.
    pub fn plain_zone(&mut self, id: &str, name: &str, kind: &str) -> usize {
        if let Some(at) = self.ids.zones.get(id) {
            return *at;
        }
        self.add_zone(Zone {
            id: id.into(),
            name: name.into(),
            kind: kind.into(),
            parent: None,
            resource: None,
            place: None,
            facts: Facts::new(),
        })
    }

    /// The node `internet`, in its zone.
    pub fn internet(&mut self) -> usize {
        let node = self.plain_node("internet", "Internet", "external", Element::ExternalEntity);
        if self.nodes[node].zone.is_none() {
            let zone = self.plain_zone("internet", "Internet", "internet");
            self.nodes[node].zone = Some(zone);
        }
        node
    }

    /// A fact of a node, where it is known to be true.
    pub fn holds(&self, node: usize, fact: &str) -> bool {
        self.nodes[node].facts.get(fact).is_some_and(|fact| fact.value == Some(Value::Bool(true)))
    }

    /// A fact of a node, where it is known to be false.
    pub fn lacks(&self, node: usize, fact: &str) -> bool {
        self.nodes[node].facts.get(fact).is_some_and(|fact| fact.value == Some(Value::Bool(false)))
    }

    /// Whether a fact of a node holds; what nothing is said of does not.
    pub fn state(&self, node: usize, fact: &str) -> Tri {
        match self.nodes[node].facts.get(fact) {
            Some(Fact { value: Some(Value::Bool(holds)), .. }) => (*holds).into(),
            Some(Fact { value: None, .. }) => Tri::Unknown,
            _ => Tri::No,
        }
    }

    /// The resources of a type that belong to a node.
    pub fn parts_of_type(&self, node: usize, kind: &str) -> impl Iterator<Item = usize> {
        let parts = self.nodes[node].parts.iter().copied();
        parts.filter(move |part| &*self.index.resource(*part).kind == kind)
    }
}
