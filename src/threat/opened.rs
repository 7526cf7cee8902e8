//! What stores and states hold, and what keys and secrets protect or open.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::document::{Mode, Pointer, Resource, Value};
use crate::finding::context::{Known, State};
use crate::graph::identity::{Grant, Level, Scope};
use crate::graph::kubernetes::only_cluster;
use crate::graph::look;
use crate::model::{Element, FlowKind};
use crate::pack::Verb;
use crate::source::Place;

use super::surroundings::{Surroundings, max};

/// A state with what proves it.
type Proven = Option<(State, Vec<Place>)>;

/// Providers whose resources only make values: passwords, keys.
const MAKERS: [&str; 2] = ["random", "tls"];

impl Surroundings<'_, '_> {
    /// How sensitive what a store gives is: of keys and secrets, what they protect or open, where that is known.
    pub(super) fn held(&self, node: usize) -> Proven {
        let own = self.sensitivity(node);
        if !self.is_opener(node) {
            return own;
        }
        self.asked.held.of(node, || {
            let opened = self.opened(node).into_iter().fold(None, |best, store| {
                let is_store = self.scene().nodes[store].element == Element::DataStore;
                let held = if is_store { self.held(store) } else { None };
                max(best, max(held, self.kept(store)))
            });
            if opened.is_some() && !self.is_tagged(node) { opened } else { max(own, opened) }
        })
    }

    /// What somebody has who can give itself everything in an account of AWS: the most sensitive store there.
    pub(super) fn of_account(&self, identity: usize) -> Proven {
        let scene = self.scene();
        let of_aws = |node: usize| {
            let own = scene.nodes[node].resource.map(|at| scene.index.resource(at));
            own.is_some_and(|own| &*own.provider == "aws")
        };
        let mut own = self.graph.identity.grants_of(identity).iter();
        let is_everything = |grant: &Grant| {
            grant.level == Level::Admin && grant.wildcard && grant.scope == Scope::Unknown
        };
        if !own.any(is_everything) || !of_aws(identity) {
            return None;
        }
        let all = || {
            let stores = 0..scene.nodes.len();
            let stores = stores.filter(|at| scene.nodes[*at].element == Element::DataStore);
            stores.filter(|at| of_aws(*at)).fold(None, |best, store| max(best, self.held(store)))
        };
        self.of_aws.get_or_init(all).clone()
    }

    /// The most sensitive of what objects of a cluster hold and what its pods reach, for the one cluster that the configuration makes for
    /// them: whoever controls it has that.
    pub(super) fn of_objects(&self, node: usize) -> Option<(State, Vec<Place>)> {
        let scene = self.scene();
        let is_cluster = &*scene.nodes[node].kind == "compute_orchestrator";
        if !is_cluster || only_cluster(scene) != Some(node) {
            return None;
        }
        let is_object = |other: &usize| {
            let given = &scene.nodes[*other];
            let at = given.resource.map(|at| scene.index.resource(at));
            given.element == Element::DataStore
                && at.is_some_and(|it| &*it.provider == "kubernetes")
        };
        let objects = (0..scene.nodes.len()).filter(is_object);
        let pods = match &self.machine().pods {
            Known::State(state, proof) => Some((*state, proof.clone())),
            _ => None,
        };
        objects.fold(pods, |best, object| max(best, self.held(object)))
    }

    /// Attributes that put secrets into the state: credentials that are written, by the vocabulary.
    pub fn secrets_in_state(&self) -> Vec<Place> {
        let scene = self.scene();
        let mut places = Vec::new();
        for (at, resource) in scene.index.document.resources.iter().enumerate() {
            if resource.mode != Mode::Managed {
                continue;
            }
            // What makes a secret, or is one, leaves it there.
            let mut made = scene.vocabulary.table("secrets_of_state").iter().flatten();
            if made.any(|kind| *resource.kind == **kind) {
                places.push(resource.header);
            }
            let rows = scene.vocabulary.table("kept_in_state").iter();
            let kept = rows.filter_map(|row| kept_as(resource, row));
            places.extend(kept.map(|name| resource.place_of(&Pointer::root().key(name))));
            let Some(meaning) = &scene.meanings[at] else { continue };
            for (verb, path) in &meaning.edges {
                let last = path.rsplit('.').next().unwrap_or_default();
                let is_credential =
                    *verb == Verb::ReferencesSecret && self.words.is_credential(last);
                let name = path.split('.').next().unwrap_or_default();
                if is_credential && holds(resource, name, path) {
                    places.push(resource.place_of(&Pointer::root().key(name)));
                }
            }
        }
        places.sort();
        places.dedup();
        places
    }

    /// Whether a node is a key or a secret.
    fn is_opener(&self, node: usize) -> bool {
        matches!(&*self.scene().nodes[node].kind, "secret_store" | "kms_key")
    }

    /// What a key or secret protects or opens: what names it, what it names, what takes the same password, the hosts that it speaks of, the store in
    /// a cluster that takes it as its callers do.
    fn opened(&self, node: usize) -> BTreeSet<usize> {
        let scene = self.scene();
        let mut found = BTreeSet::new();
        for part in &scene.nodes[node].parts {
            found.extend(
                scene.index.incoming(*part).iter().flat_map(|edge| self.stores_of(edge.from)),
            );
            for edge in scene.index.outgoing(*part) {
                let other = scene.index.resource(edge.to);
                if MAKERS.contains(&&*other.provider) {
                    let takers = scene.index.incoming(edge.to).iter();
                    found.extend(takers.flat_map(|edge| self.stores_of(edge.from)));
                } else if let Some(store) = scene.node_of[edge.to] {
                    let is_store = scene.nodes[store].element == Element::DataStore;
                    found.extend(Some(store).filter(|_| is_store));
                }
            }
        }
        found.extend(self.spoken_of(node));
        found.extend(self.shared_with(node));
        // What its log goes to is nothing that it opens.
        let logs = self.out[node].iter().map(|at| self.flow(*at));
        for flow in logs.filter(|flow| flow.kind == FlowKind::Log) {
            found.remove(&flow.target);
        }
        // A key protects secrets; it is nothing that a secret opens.
        found.retain(|store| !self.is_opener(*store) || self.protects(node, *store));
        found
    }

    /// Whether a key protects a secret.
    fn protects(&self, key: usize, secret: usize) -> bool {
        let kind = |node: usize| &*self.scene().nodes[node].kind;
        kind(key) == "kms_key" && kind(secret) == "secret_store"
    }

    /// The stores that a resource belongs to: its node, else those that it lets somebody in, as the user of a database does.
    pub(super) fn stores_of(&self, at: usize) -> Vec<usize> {
        let scene = self.scene();
        let is_store = |node: &usize| scene.nodes[*node].element == Element::DataStore;
        if let Some(store) = scene.node_of[at].filter(is_store) {
            return vec![store];
        }
        let is_account =
            scene.node_of[at].is_some_and(|node| scene.nodes[node].element == Element::Identity);
        if !is_account {
            return Vec::new();
        }
        // Whatever else the same policy speaks of is nothing that a key or a secret opens.
        let granted = scene.relations.targets(at, Verb::Grants);
        granted.filter_map(|relation| scene.node_of[relation.to]).filter(is_store).collect()
    }

    /// What keeps data and takes the same secret as a program that calls it: both sides know the password.
    fn shared_with(&self, node: usize) -> Vec<usize> {
        let takers: BTreeSet<usize> = self.into[node]
            .iter()
            .map(|at| self.flow(*at))
            .filter(|flow| flow.kind == FlowKind::Secret)
            .map(|flow| flow.source)
            .collect();
        if takers.len() < 2 {
            return Vec::new();
        }
        let is_called = |taker: &usize| {
            let mut calls = self.walk(&self.into[*taker]).iter().map(|at| self.flow(*at));
            calls.any(|flow| {
                let by_other = flow.source != *taker && takers.contains(&flow.source);
                flow.kind == FlowKind::Network && !flow.assumed && by_other
            })
        };
        let keepers = takers.iter().copied().filter(|taker| self.kept(*taker).is_some());
        keepers.filter(is_called).collect()
    }

    /// Hosts whose names stand in the texts of a secret of a cluster: the connections that these texts prove.
    fn spoken_of(&self, node: usize) -> Vec<usize> {
        let scene = self.scene();
        let Some(resource) = scene.nodes[node].resource.map(|at| scene.index.resource(at)) else {
            return Vec::new();
        };
        let mut places = BTreeSet::new();
        for field in ["data", "stringData"] {
            let entries = resource.attributes.get(field).and_then(Value::as_object);
            for (key, _) in entries.into_iter().flatten().filter(|_| &*resource.kind == "Secret") {
                places.insert(resource.place_of(&Pointer::root().key(field).key(key)));
            }
        }
        if places.is_empty() {
            return Vec::new();
        }
        // Whom it names it opens, whether or not filters let its users get there.
        let named = self.named.get_or_init(|| {
            let mut named: BTreeMap<Place, Vec<usize>> = BTreeMap::new();
            for link in &self.graph.network.links {
                for place in &link.proof {
                    named.entry(*place).or_default().push(link.target);
                }
            }
            named
        });
        let users = self.into[node].iter().map(|at| self.flow(*at));
        let users = users.filter(|flow| flow.kind == FlowKind::Secret).map(|flow| flow.source);
        let flows = users.flat_map(|user| &self.out[user]).map(|at| self.flow(*at));
        let called = flows
            .filter(|flow| flow.kind == FlowKind::Network)
            .filter(|flow| flow.evidence.iter().any(|place| places.contains(place)))
            .map(|flow| flow.target);
        called
            .chain(places.iter().filter_map(|place| named.get(place)).flatten().copied())
            .collect()
    }
}

/// The attribute in which a resource keeps a secret that is written, if it is what a row of the table `kept_in_state` says.
fn kept_as<'r>(resource: &Resource, row: &'r [Arc<str>]) -> Option<&'r str> {
    let (kind, name) = (row.first()?, row.get(1)?);
    let is_so = match row.get(2).zip(row.get(3)) {
        None => true,
        Some((other, wanted)) => match resource.attributes.get(other) {
            Some(Value::String(text)) => text == wanted,
            Some(Value::Bool(on)) => on.to_string() == **wanted,
            _ => false,
        },
    };
    let written = !matches!(resource.attributes.get(name), None | Some(Value::Null));
    (**kind == *resource.kind && is_so && written).then_some(&**name)
}

/// Whether a path leads to what is a value itself, and no name of one that is kept elsewhere.
fn holds(resource: &Resource, name: &str, path: &str) -> bool {
    let is_value = |value: &Value| match value {
        Value::Array(_) => false,
        Value::Object(entries) => entries.get("value").is_some_and(|it| *it != Value::Null),
        _ => true,
    };
    match resource.attributes.get(name) {
        None | Some(Value::Null) => false,
        Some(Value::Object(_) | Value::Array(_)) => {
            look::leaves(&resource.attributes, path).iter().any(|(_, value)| is_value(value))
        }
        // A text may hold what a path leads to.
        Some(_) => true,
    }
}
