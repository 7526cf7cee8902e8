//! The machines of the one cluster that a configuration makes: its pools, and those that it makes itself.
//!
//! Source: Google Cloud, "About node pools"; Amazon EKS User Guide, "Manage compute resources by using nodes"; Microsoft Learn, "Create
//! node pools in AKS".

use std::collections::BTreeSet;

use crate::document::Value;
use crate::graph::look;
use crate::graph::network::Tri;
use crate::graph::scene::{Fact, Scene};
use crate::model::Element;
use crate::source::Place;

use super::{CLUSTER, MACHINES, Workload, only_cluster};

/// How many pools each stand for themselves; more are one machine together.
const MAX_POOLS: usize = 32;

/// The facts of machines that pods get no credentials from, and of such pods.
const WITHHOLDS: &str = "withholds_credentials";
const KEPT: &str = "kept_from_machine";

/// Nodes that are pools of machines of the only cluster: where there are more clusters, which pods run on which is not written.
pub fn pools(scene: &Scene<'_>) -> Vec<usize> {
    let cluster = only_cluster(scene).and_then(|cluster| scene.nodes[cluster].resource);
    let Some(zone) = cluster.and_then(|at| scene.zone_of[at]) else { return Vec::new() };
    let is_pool = |node: &usize| {
        let given = &scene.nodes[*node];
        &*given.kind == "compute_vm" && given.resource.is_some() && given.zone == Some(zone)
    };
    (0..scene.nodes.len()).filter(is_pool).collect()
}

/// Machines that pods of the cluster run on, once somebody has asked for them by [`make`].
pub fn machines(scene: &Scene<'_>) -> Vec<usize> {
    let mut found = pools(scene);
    if found.len() > MAX_POOLS {
        found.clear();
    }
    found.extend(scene.node(MACHINES));
    found
}

/// Make the node of machines that no pool stands for: the cluster's own, or all where no pool is known.
pub fn make(scene: &mut Scene<'_>) {
    let pools = pools(scene).len();
    let own = only_cluster(scene).is_some_and(|cluster| scene.holds(cluster, "own_machines"));
    if own || pools == 0 || pools > MAX_POOLS {
        let node = scene.plain_node(MACHINES, "Cluster nodes", "compute_vm", Element::Process);
        let zone = scene.plain_zone(CLUSTER, "Kubernetes cluster", "cluster");
        scene.nodes[node].zone = Some(zone);
    }
}

/// Say of pods that they get no credentials of their machines, where none of these gives any. Those on a machine's own network are no
/// further away than what runs on it.
pub fn facts(scene: &mut Scene<'_>, all: &[Workload<'_>]) {
    let Some(proof) = withheld(scene) else { return };
    for workload in all.iter().filter(|workload| !workload.on_host_network()) {
        let fact = Fact { value: Some(Value::Bool(true)), proof: proof.clone() };
        scene.nodes[workload.node].facts.insert(KEPT.into(), fact);
    }
}

/// What says that all machines of the only cluster keep their credentials from pods.
fn withheld(scene: &Scene<'_>) -> Option<Vec<Place>> {
    let cluster = only_cluster(scene)?;
    let is_own = scene.state(cluster, "own_machines") != Tri::No;
    let own = is_own.then_some(cluster).into_iter();
    let machines: BTreeSet<usize> = pools(scene).into_iter().chain(own).collect();
    // Machines that may be of the cluster beside these: pools of which that is not known, groups that join it, what modules make.
    let is_beside = |node: &usize| {
        *node != cluster
            && !machines.contains(node)
            && (scene.nodes[*node].facts.contains_key(WITHHOLDS)
                || scene.nodes[*node].resource.is_some_and(|at| {
                    scene.index.resource(at).type_name() == "aws_autoscaling_group"
                }))
    };
    let is_extended = scene.nodes[cluster].parts.iter().any(|at| look::may_be_extended(scene, *at));
    if machines.is_empty() || is_extended || (0..scene.nodes.len()).any(|node| is_beside(&node)) {
        return None;
    }
    let machines = machines.into_iter();
    let proof = |machine: usize| {
        scene.holds(machine, WITHHOLDS).then(|| &scene.nodes[machine].facts[WITHHOLDS].proof)
    };
    let proof: Vec<&Vec<Place>> = machines.map(proof).collect::<Option<_>>()?;
    let mut proof: Vec<Place> = proof.into_iter().flatten().copied().collect();
    proof.sort();
    proof.dedup();
    Some(proof)
}

/// Identities that a machine runs as because its cluster says so, by the table `machine_accounts`, and where that is written.
pub fn accounts(scene: &Scene<'_>, machine: usize) -> Vec<(usize, Place)> {
    let Some(cluster) = only_cluster(scene) else { return Vec::new() };
    let pool = scene.nodes[machine].resource.map(|at| &*scene.index.resource(at).kind);
    let mut found = Vec::new();
    for part in &scene.nodes[cluster].parts {
        let resource = scene.index.resource(*part);
        for row in scene.vocabulary.table("machine_accounts") {
            let [kind, path, pools @ ..] = row.as_slice() else { continue };
            let is_meant = pool.is_none_or(|pool| pools.iter().any(|own| **own == *pool));
            if *resource.kind != **kind || !is_meant {
                continue;
            }
            let named = look::named(scene, *part, path).targets.into_iter();
            found.extend(named.filter_map(|(to, at)| {
                let node = scene.node_of[to]?;
                let acts = scene.nodes[node].element == Element::Identity;
                acts.then(|| (node, resource.place_of(&at)))
            }));
        }
    }
    found
}
