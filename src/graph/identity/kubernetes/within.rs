//! What rights in one namespace give beside what their words say: who runs pods acts as its accounts and reads what pods there may mount,
//! who runs commands in pods has what these hold, who gives roles gives itself all there is.
//!
//! Source: kubernetes.io, "Role Based Access Control Good Practices" ("Workload creation", "Escalate verb", "Bind verb").

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::graph::kubernetes::hosts::sources;
use crate::graph::kubernetes::{Workload, claims_of};
use crate::graph::scene::Scene;
use crate::model::Element;
use crate::source::Place;

use super::super::{Grant, Identity, Level, Scope, Trust};
use super::escalation::Way;
use super::{Bound, Residents, Right};

/// How who may run pods, or commands in them, acts as an account.
pub(super) const AS_ACCOUNTS: [&str; 2] = ["runs pods as", "runs commands as"];

/// What is taken by a right: nodes, as whom one acts, how one gets to the rest.
struct Taken<'n> {
    nodes: &'n mut dyn Iterator<Item = usize>,
    acts: &'static str,
    gets: Arc<str>,
}

/// Add what rights in a namespace give. What pods run as has to be known.
pub(super) fn add(
    scene: &Scene<'_>,
    (all, ways): (&[Workload<'_>], &[Way<'_>]),
    (bound, residents): (&[Bound], &Residents),
    identity: &mut Identity,
) {
    let held = held(scene, all, identity);
    let [by_pods, by_commands] = AS_ACCOUNTS;
    for bound in bound {
        let (Some(namespace), Some(rights)) = (&bound.namespace, &bound.rights) else { continue };
        let by = |fits: &dyn Fn(&Way<'_>, &Right) -> bool| {
            let way = |right: &Right| ways.iter().find(|way| fits(way, right));
            let found = rights.iter().find_map(|right| Some((right, way(right)?)));
            found.map(|(right, way)| (proof(bound, right), Arc::clone(way.words)))
        };
        let there = || residents.get(namespace).into_iter().flatten().copied();
        if let Some((proof, _)) = by(&|way, right| way.runs_pods(right)) {
            let nodes = &mut there();
            let taken = Taken { nodes, acts: by_pods, gets: "mounts in pods".into() };
            take(scene, (bound, &proof), taken, identity);
        }
        if let Some((proof, gets)) = by(&|way, right| way.runs_commands(right)) {
            let nodes = &mut held.get(namespace).into_iter().flatten().copied();
            take(scene, (bound, &proof), Taken { nodes, acts: by_commands, gets }, identity);
        }
        if let Some((proof, words)) = by(&|way, right| way.gives_roles(right)) {
            let is_thing = |node: &usize| scene.nodes[*node].element != Element::Identity;
            let nodes = &mut there().filter(is_thing);
            let gets = format!("gives itself access: {words}").into();
            take(scene, (bound, &proof), Taken { nodes, acts: by_pods, gets }, identity);
        }
    }
}

fn proof(bound: &Bound, right: &Right) -> Vec<Place> {
    let mut proof = bound.proof.clone();
    proof.extend(right.place.filter(|place| !bound.proof.contains(place)));
    proof
}

/// At how many trusts, and so many more for each node, no more are made of what is held in namespaces.
const TRUSTS: usize = 20_000;

fn take(
    scene: &Scene<'_>,
    (bound, proof): (&Bound, &[Place]),
    taken: Taken<'_>,
    identity: &mut Identity,
) {
    for node in taken.nodes {
        if node == bound.principal {
            continue;
        }
        let trusts = TRUSTS + scene.nodes.len() * scene.bounds.of_a_node;
        if identity.grants.len() >= scene.bounds.grants || identity.trusts.len() >= trusts {
            identity.left_out = true;
            return;
        }
        if scene.nodes[node].element == Element::Identity {
            identity.trusts.push(Trust {
                source: bound.principal,
                target: node,
                label: taken.acts.into(),
                opened_by: None,
                proof: proof.to_vec(),
            });
        } else {
            identity.grants.push(Grant {
                principal: bound.principal,
                scope: Scope::Node(node),
                level: Level::Read,
                wildcard: false,
                label: Arc::clone(&taken.gets),
                proof: proof.to_vec(),
            });
        }
    }
}

/// By namespace, what its pods hold: secrets and config maps that they are given, claims, accounts whose tokens they have.
fn held(
    scene: &Scene<'_>,
    all: &[Workload<'_>],
    identity: &Identity,
) -> BTreeMap<Arc<str>, BTreeSet<usize>> {
    let runs = identity.running();
    let mut found: BTreeMap<Arc<str>, BTreeSet<usize>> = BTreeMap::new();
    for workload in all {
        let accounts = runs.get(&workload.node).into_iter().flatten().copied();
        let accounts = accounts.filter(|node| scene.nodes[*node].kind.starts_with("identity"));
        let given = sources(scene, workload).into_iter().filter_map(|at| scene.node_of[at]);
        let own = found.entry(Arc::clone(workload.namespace)).or_default();
        own.extend(accounts.chain(given).chain(claims_of(scene, workload)));
    }
    found
}
