//! Resources become nodes and zones: what is a node of its own, what is a part of another, and what lies in what.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::document::{Edge, Existence, Mode, Pointer, Resource, Value, are_same};
use crate::model::Element;
use crate::pack::{Meaning, Role, Verb};

use super::accounts;
use super::relations::{ends, leads, says};
use super::scene::{Facts, Node, Scene, Zone};

/// How long a chain of parts may be.
const MAX_CHAIN: usize = 16;

/// Make zones and nodes of all resources that have a meaning.
pub fn build(scene: &mut Scene<'_>) {
    zones(scene);
    accounts::read(scene);
    let owners = owners(scene);
    make(scene, &owners);
    share(scene);
    place(scene);
}

/// Whether a resource can be a node: it is managed, or stands for something that is there anyway.
fn is_candidate(resource: &Resource, meaning: &Meaning) -> bool {
    (meaning.role.is_node() || is_control_plane(meaning))
        && match resource.mode {
            Mode::Managed => true,
            Mode::Data => matches!(meaning.role, Role::ExternalEntity),
            Mode::Declaration => false,
        }
}

/// Roles at an edge that are zones of their own, with their names.
const OUTSIDE: [(&str, &str); 2] =
    [("third_party", "Third parties"), ("on_premises", "On-premises networks")];

/// Clusters are zones, and their control planes are nodes in them.
fn is_control_plane(meaning: &Meaning) -> bool {
    meaning.role == Role::Boundary && &*meaning.kind == "compute_orchestrator"
}

/// With how many others a lookup is compared, at most.
const MAX_LOOKUPS: usize = 256;

fn zones(scene: &mut Scene<'_>) {
    let resources = &scene.index.document.resources;
    scene.zone_of = vec![None; resources.len()];
    let mut looked_up: Vec<usize> = Vec::new();
    for (at, resource) in resources.iter().enumerate() {
        let Some(meaning) = &scene.meanings[at] else { continue };
        let is_another = scene.index.found(at).is_some();
        if meaning.role != Role::Boundary || resource.mode == Mode::Declaration || is_another {
            continue;
        }
        if resource.mode == Mode::Data && &*meaning.kind == "account" {
            let mut alike = looked_up.iter().take(MAX_LOOKUPS);
            let known = alike.find(|other| is_same(resource, &resources[**other]));
            if let Some(known) = known {
                scene.zone_of[at] = scene.zone_of[*known];
                continue;
            }
            looked_up.push(at);
        }
        let zone = Zone {
            id: Arc::clone(&resource.address),
            name: name_of(resource),
            kind: meaning.boundary.clone().unwrap_or_else(|| Arc::clone(&meaning.kind)),
            parent: None,
            resource: Some(at),
            place: Some(resource.header),
            facts: Facts::new(),
        };
        scene.zone_of[at] = Some(scene.add_zone(zone));
    }
    for at in 0..resources.len() {
        if let Some(found) = scene.index.found(at) {
            scene.zone_of[at] = scene.zone_of[found];
        }
    }
    // Twice, because which of several zones holds the others is only known when these have their own parents.
    for _ in 0..2 {
        for zone in 0..scene.zones.len() {
            let Some(at) = scene.zones[zone].resource else { continue };
            let mut around = around(scene, at);
            around.remove(&zone);
            scene.zones[zone].parent = innermost(scene, &around);
        }
    }
    // A circle of zones has no outermost one: it is cut at the first.
    for zone in 0..scene.zones.len() {
        let chain = scene.ancestors(zone);
        if let Some(last) = chain.last()
            && let Some(parent) = scene.zones[*last].parent
            && chain.contains(&parent)
        {
            scene.zones[*last].parent = None;
        }
    }
}

/// Whether two lookups ask for one thing: by the same words, or by the same unknown values. Those that ask for nothing get what is their
/// provider's own, which may be another one.
fn is_same(a: &Resource, b: &Resource) -> bool {
    let asks =
        a.attributes.as_object().is_some_and(|asked| asked.values().any(|it| *it != Value::Null));
    asks && a.kind == b.kind && are_same(&a.attributes, &b.attributes, Arc::ptr_eq)
}

/// Zones that a resource says it is in, itself or through a group of them.
fn around(scene: &Scene<'_>, at: usize) -> BTreeSet<usize> {
    let is_node =
        |to: usize| scene.meanings[to].as_ref().is_some_and(|meaning| meaning.role.is_node());
    let mut zones = BTreeSet::new();
    let named = scene.relations.targets(at, Verb::ContainedIn).filter(|it| is_node(it.to));
    let named: BTreeSet<&Pointer> = named.map(|relation| &relation.at).collect();
    for relation in scene.relations.targets(at, Verb::ContainedIn) {
        if let Some(zone) = scene.zone_of[relation.to] {
            // Where an attribute names a thing, what that is called by says nothing.
            if !named.contains(&relation.at) {
                zones.insert(zone);
            }
        } else {
            let within = scene.relations.targets(relation.to, Verb::ContainedIn);
            zones.extend(within.filter_map(|inner| scene.zone_of[inner.to]));
        }
    }
    zones
}

/// The zone of what belongs to nobody's account: by the role that the vocabulary gives it at an edge.
fn outside(scene: &mut Scene<'_>, at: usize) -> Option<usize> {
    let role = scene.meanings[at].as_ref()?.boundary.clone()?;
    let (id, name) = OUTSIDE.into_iter().find(|(id, _)| **id == *role)?;
    Some(scene.plain_zone(id, name, id))
}

/// Of several zones, the one that lies inside the others; where some lie apart, the innermost that holds them all.
pub fn innermost(scene: &Scene<'_>, zones: &BTreeSet<usize>) -> Option<usize> {
    let inner: Vec<usize> = zones
        .iter()
        .copied()
        .filter(|zone| {
            let holds = |other: &usize| *other != *zone && scene.ancestors(*other).contains(zone);
            !zones.iter().any(holds)
        })
        .collect();
    match inner.as_slice() {
        [] => zones.iter().next().copied(),
        [one] => Some(*one),
        [first, rest @ ..] => {
            let common =
                |zone: &usize| rest.iter().all(|other| scene.ancestors(*other).contains(zone));
            scene.ancestors(*first).into_iter().find(common).or(Some(*first))
        }
    }
}

/// For every resource, the resource whose node it belongs to: itself where it is a node of its own.
fn owners(scene: &Scene<'_>) -> Vec<Option<usize>> {
    let count = scene.meanings.len();
    let holders: Vec<Option<usize>> = (0..count).map(|at| holder(scene, at)).collect();
    let candidate = |at: usize| {
        let resource = scene.index.resource(at);
        scene.meanings[at].as_ref().is_some_and(|meaning| is_candidate(resource, meaning))
    };
    (0..count)
        .map(|start| {
            let mut chain = vec![start];
            while let Some(next) = chain.last().and_then(|at| holders[*at]) {
                if chain.contains(&next) || chain.len() > MAX_CHAIN {
                    break;
                }
                chain.push(next);
            }
            // The last on the way that can be a node; of a circle, the one with the first address.
            chain.iter().rev().copied().find(|at| candidate(*at))
        })
        .collect()
}

/// What a resource is a part of, directly.
fn holder(scene: &Scene<'_>, at: usize) -> Option<usize> {
    if let Some(found) = scene.index.found(at) {
        return Some(found);
    }
    let meaning = scene.meanings[at].as_ref()?;
    let is_node =
        |other: usize| scene.meanings[other].as_ref().is_some_and(|meaning| meaning.role.is_node());
    let has_meaning = |other: usize| scene.meanings[other].is_some();
    for path in &meaning.part_of {
        let found = scene
            .index
            .outgoing(at)
            .iter()
            .filter(|edge| leads(path, &edge.at) && edge.to != at)
            .map(|edge| edge.to)
            .find(|to| has_meaning(*to));
        if found.is_some() {
            return found;
        }
    }
    if !meaning.part_of_users.are_none() {
        let users = scene.index.incoming(at).iter();
        let users = users.filter(|edge| edge.from != at && has_meaning(edge.from));
        let mut users: Vec<usize> =
            users.filter(|edge| takes(scene, edge)).map(|edge| edge.from).collect();
        // A node, or what is a part of a node, before what only joins.
        users.sort_by_key(|from| (!is_node(*from), *from));
        return users.into_iter().next();
    }
    if !meaning.role.is_node() {
        return None;
    }
    let of_instance = scene
        .relations
        .sources(at, Verb::InstanceOf)
        .map(|relation| relation.from)
        .find(|from| is_node(*from));
    let within = || {
        let verbs = [Verb::VersionOf, Verb::ContainedIn];
        verbs.into_iter().find_map(|verb| {
            scene
                .relations
                .targets(at, verb)
                .map(|relation| relation.to)
                .find(|to| *to != at && is_node(*to))
        })
    };
    of_instance.or_else(within)
}

/// Whether a reference makes what it leads to a part of who refers, by the meaning of what it leads to. Else it is only mentioned.
fn takes(scene: &Scene<'_>, edge: &Edge) -> bool {
    let Some(meaning) = &scene.meanings[edge.to] else { return false };
    let users = &meaning.part_of_users;
    let from = scene.index.resource(edge.from);
    let says = |path: &str| match path.strip_prefix("*.") {
        Some(name) => ends(name, &edge.at),
        None => says(path, &edge.at, from),
    };
    let mut by = scene.relations.outgoing(edge.from).iter();
    users.all
        || users.at.iter().any(|path| says(path))
        || !users.by.is_empty()
            && by.any(|it| it.to == edge.to && it.at == edge.at && users.by.contains(&it.verb))
}

/// Whether a reference only mentions what is a part of those who take it otherwise.
pub fn only_mentions(scene: &Scene<'_>, edge: &Edge) -> bool {
    let users = scene.meanings[edge.to].as_ref().map(|meaning| &meaning.part_of_users);
    users.is_some_and(|users| !users.are_none()) && !takes(scene, edge)
}

fn make(scene: &mut Scene<'_>, owners: &[Option<usize>]) {
    let resources = &scene.index.document.resources;
    scene.node_of = vec![None; resources.len()];
    for (at, owner) in owners.iter().enumerate() {
        if *owner != Some(at) {
            continue;
        }
        let resource = &resources[at];
        let Some(meaning) = &scene.meanings[at] else { continue };
        let node = Node {
            id: Arc::clone(&resource.address),
            name: name_of(resource),
            kind: Arc::clone(&meaning.kind),
            element: element(meaning.role),
            resource: Some(at),
            parts: vec![at],
            zone: None,
            place: Some(resource.header),
            sensitivity: Some(Arc::clone(&meaning.sensitivity)),
            facts: Facts::new(),
            conditional: resource.existence == Existence::Unknown,
        };
        scene.node_of[at] = Some(scene.add_node(node));
    }
    for (at, owner) in owners.iter().enumerate() {
        let Some(owner) = owner.filter(|owner| *owner != at) else { continue };
        let Some(node) = scene.node_of[owner] else { continue };
        scene.node_of[at] = Some(node);
        scene.nodes[node].parts.push(at);
    }
}

/// What several nodes are made from is a part of each: a template of machines, a definition of tasks.
fn share(scene: &mut Scene<'_>) {
    for at in 0..scene.meanings.len() {
        let Some(node) = scene.node_of[at].filter(|node| scene.nodes[*node].resource != Some(at))
        else {
            continue;
        };
        let sources = scene.relations.sources(at, Verb::InstanceOf);
        let others: BTreeSet<usize> = sources
            .filter_map(|relation| scene.node_of[relation.from])
            .filter(|other| *other != node)
            .collect();
        for other in &others {
            scene.nodes[*other].parts.push(at);
        }
        if !others.is_empty() {
            scene.shared.insert(at, others.into_iter().collect());
        }
    }
}

fn element(role: Role) -> Element {
    match role {
        Role::DataStore => Element::DataStore,
        Role::ExternalEntity => Element::ExternalEntity,
        Role::Identity => Element::Identity,
        _ => Element::Process,
    }
}

/// Regions in which the resources of a provider lie, where there are several: then each is a zone in the provider's own.
///
/// Where all lie in one region, that zone would say nothing.
struct Regions(BTreeMap<Arc<str>, BTreeSet<Arc<str>>>);

impl Regions {
    fn new(scene: &Scene<'_>) -> Self {
        let mut regions: BTreeMap<Arc<str>, BTreeSet<Arc<str>>> = BTreeMap::new();
        for (at, resource) in scene.index.document.resources.iter().enumerate() {
            if resource.mode == Mode::Managed
                && scene.meanings[at].is_some()
                && let Some(region) = region_of(scene, resource)
            {
                regions.entry(Arc::clone(&resource.provider)).or_default().insert(region);
            }
        }
        regions.retain(|_, names| names.len() > 1);
        Self(regions)
    }

    /// The zone around what lies in no other: its region, else the provider's own.
    fn zone(&self, scene: &mut Scene<'_>, at: usize) -> Option<usize> {
        let resource = scene.index.resource(at);
        let provider = Arc::clone(&resource.provider);
        let region = region_of(scene, resource).filter(|_| self.0.contains_key(&provider));
        let outer = accounts::zone_of(scene, resource);
        let Some(region) = region else { return outer };
        let several = accounts::account_of(scene, at).filter(|zone| Some(*zone) == outer);
        let id = match several.map(|zone| &scene.zones[zone].id) {
            Some(account) => format!("{account}.{region}"),
            None => format!("{provider}.{region}"),
        };
        let zone = scene.plain_zone(&id, &region, "region");
        scene.zones[zone].parent = outer;
        Some(zone)
    }
}

/// The region that a resource lies in: by its own words or its provider's, in one spelling. What the provider has once for all regions
/// lies in none.
fn region_of(scene: &Scene<'_>, resource: &Resource) -> Option<Arc<str>> {
    let kind = resource.type_name();
    let rows = scene.vocabulary.table("global_types").iter().flatten();
    if rows.into_iter().any(|pattern| crate::source::fits(pattern, kind)) {
        return None;
    }
    let region = resource.scope.region.as_ref()?.to_lowercase().replace(' ', "");
    (!matches!(&*region, "" | "global" | "us" | "eu" | "asia")).then(|| region.into())
}

/// Put every node into the innermost zone that one of its parts names, else into its provider's own.
fn place(scene: &mut Scene<'_>) {
    let regions = Regions::new(scene);
    for node in 0..scene.nodes.len() {
        let Some(at) = scene.nodes[node].resource else { continue };
        let parts = scene.nodes[node].parts.iter();
        let mut around: BTreeSet<usize> = parts.flat_map(|part| around(scene, *part)).collect();
        // Where it stands in a network says more than which group of machines runs it, or in which group it is managed.
        let kind = |zone: usize| {
            let meaning = scene.zones[zone].resource.and_then(|at| scene.meanings[at].as_ref());
            meaning.map(|meaning| &*meaning.kind)
        };
        let is_network = |zone: &usize| matches!(kind(*zone), Some("network" | "subnet"));
        if around.iter().any(is_network) {
            around.retain(is_network);
        }
        let is_group = |zone: &usize| kind(*zone) == Some("cluster");
        if !around.iter().all(is_group) {
            around.retain(|zone| !is_group(zone));
        }
        let provider = Arc::clone(&scene.index.resource(at).provider);
        let is_identity =
            matches!(scene.nodes[node].element, Element::Identity | Element::ExternalEntity);
        let own = if is_identity { accounts::zone_of_identities(scene, &provider) } else { None };
        let own = outside(scene, at).or(own).or(scene.zone_of[at]);
        let zone = own.or_else(|| innermost(scene, &around));
        scene.nodes[node].zone = zone.or_else(|| {
            if is_identity {
                accounts::zone_of(scene, scene.index.resource(at))
            } else {
                regions.zone(scene, at)
            }
        });
    }
    for zone in 0..scene.zones.len() {
        if let Some(at) = scene.zones[zone].resource
            && scene.zones[zone].parent.is_none()
        {
            let is_account =
                scene.meanings[at].as_ref().is_some_and(|meaning| &*meaning.kind == "account");
            if !is_account {
                let parent = regions.zone(scene, at);
                scene.zones[zone].parent = parent.filter(|parent| *parent != zone);
            }
        }
    }
}

/// Attributes that name a thing, the first that is written counts.
const NAMES: [&str; 8] = [
    "name",
    "identifier",
    "cluster_identifier",
    "bucket",
    "function_name",
    "cluster_name",
    "display_name",
    "domain_name",
];

/// What people call a resource: its tag `Name`, a name that it has, else its own in the source.
pub fn name_of(resource: &Resource) -> Arc<str> {
    let known = |value: Option<&Value>| match value {
        Some(Value::String(text)) if !text.trim().is_empty() => Some(Arc::clone(text)),
        _ => None,
    };
    let is_open = |name: &str| {
        let pointer = Pointer::root().key(name);
        !resource.sensitive.iter().any(|secret| secret.covers(&pointer) || pointer.covers(secret))
    };
    if !is_open("tags") {
        return Arc::clone(&resource.name);
    }
    known(resource.tags.get("Name"))
        .or_else(|| {
            let mut open = NAMES.iter().filter(|name| is_open(name));
            open.find_map(|name| known(resource.attributes.get(name)))
        })
        .unwrap_or_else(|| Arc::clone(&resource.name))
}
