//! Replicas: they stand where what they replicate stands, and have what it has, as far as they say nothing else.
//!
//! Rows of the table `replicas`: type, attribute that names what it replicates, attribute of the group of subnets. Rows of `replica_facts`:
//! type, fact, attribute by which a replica has its own (nothing where it cannot), how near the two have to be (`region`, `anywhere`).
//!
//! Source: Amazon RDS API Reference, `CreateDBInstanceReadReplica`.

use std::sync::Arc;

use crate::document::Pointer;
use crate::pack::Verb;

use super::look::{self, Named};
use super::relations::Relation;
use super::scene::Scene;

/// How many replicas of replicas are followed.
const MAX_CHAIN: usize = 8;

/// The attributes of a replica's type that name what it replicates, and the group of subnets.
fn row<'s>(scene: &'s Scene<'_>, at: usize) -> Option<(&'s str, &'s str)> {
    let kind = &scene.index.resource(at).kind;
    let mut rows = scene.vocabulary.table("replicas").iter();
    let row = rows.find(|row| row.len() == 3 && row[0] == *kind)?;
    Some((&row[1], &row[2]))
}

/// What a replica replicates, in its own region where asked for.
fn source(scene: &Scene<'_>, at: usize, near: bool) -> Option<usize> {
    let (path, _) = row(scene, at)?;
    let edges = scene.index.outgoing(at).iter();
    let named = Pointer::root().key(path);
    let edge = edges.filter(|edge| edge.at == named).min_by_key(|edge| edge.to)?;
    let region = |at: usize| scene.index.resource(at).scope.region.as_ref();
    let is_near = match (region(at), region(edge.to)) {
        (Some(own), Some(other)) => own == other,
        // By its name alone, one finds what is in the same region.
        _ => edge.attribute.as_str() != "/arn",
    };
    (is_near || !near).then_some(edge.to)
}

/// From what a replica has what it says nothing of itself: the first of those that it replicates, one by the other, that says it.
fn origin(scene: &Scene<'_>, at: usize, own: &str, near: bool) -> Option<usize> {
    let attributes = |at: usize| &scene.index.resource(at).attributes;
    let says = |at: usize| !own.is_empty() && look::leaf(attributes(at), own).is_some();
    let mut last = at;
    for _ in 0..MAX_CHAIN {
        let next = source(scene, last, near).filter(|_| !says(last));
        let Some(next) = next else { break };
        last = next;
    }
    (last != at).then_some(last)
}

/// The group of subnets that a resource names at a path, else that in which it stands beside what it replicates.
pub fn subnet_group(scene: &Scene<'_>, at: usize, path: &str) -> Named {
    let own = look::named(scene, at, path);
    let Some((source, _)) = row(scene, at).filter(|(_, group)| *group == path && own.is_empty())
    else {
        return own;
    };
    match origin(scene, at, path, true) {
        Some(origin) => look::named(scene, origin, path),
        // Where that stands is not known where the document does not hold it.
        None => Named { open: look::named(scene, at, source).open, ..own },
    }
}

/// Say in what replicas lie.
pub fn complete(scene: &mut Scene<'_>) {
    let mut found = Vec::new();
    for row in scene.vocabulary.table("replicas") {
        let [kind, path, group] = row.as_slice() else { continue };
        for at in scene.index.of_type(kind) {
            let Some(origin) = origin(scene, *at, group, true) else { continue };
            for relation in scene.relations.targets(origin, Verb::ContainedIn) {
                let named = Pointer::root().key(path);
                found.push(Relation { from: *at, at: named, ..relation.clone() });
            }
        }
    }
    scene.relations.extend(found);
}

/// Give replicas the facts of what they replicate.
pub fn facts(scene: &mut Scene<'_>) {
    let mut found = Vec::new();
    for row in scene.vocabulary.table("replica_facts") {
        let [kind, name, own, near] = row.as_slice() else { continue };
        for at in scene.index.of_type(kind) {
            let origin = origin(scene, *at, own, &**near == "region");
            let nodes = origin.and_then(|origin| scene.node_of[*at].zip(scene.node_of[origin]));
            let Some((node, origin)) = nodes.filter(|(node, origin)| node != origin) else {
                continue;
            };
            if let Some(fact) = scene.nodes[origin].facts.get(name) {
                found.push((node, Arc::clone(name), fact.clone()));
            }
        }
    }
    for (node, name, fact) in found {
        scene.nodes[node].facts.insert(name, fact);
    }
}
