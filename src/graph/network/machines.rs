//! Pods of a cluster that the configuration makes itself: what leaves the cluster leaves by its machines, past the filters of both.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::graph::kubernetes::hosts::sources;
use crate::graph::kubernetes::{Workload, modes, only_cluster, pools, workloads};
use crate::graph::scene::Scene;
use crate::model::Encrypted;
use crate::source::Place;

use super::filter::{Direction, Party, Traffic};
use super::flows::port_of;
use super::reach::Reach;
use super::{Link, Network, PODS, Presence, Tri, reach};

/// Add the connections of pods to what stands in the network of their machines, where settings name it.
pub fn read(scene: &Scene<'_>, network: &mut Network) {
    let all = workloads(scene);
    let machines = if all.is_empty() { Vec::new() } else { machines(scene, network) };
    shut_in(scene, network, &all, &machines);
    let mut found = Vec::new();
    for workload in &all {
        for (target, places) in named(scene, workload) {
            let Some(at) = outside(network, target) else { continue };
            let Some(port) = port_of(scene, target) else { continue };
            let traffic = Traffic::tcp(port);
            let own = network.presences[workload.node].as_ref();
            let lets = |layer: &Arc<super::Layer>| {
                layer.decide(Direction::Out, &Party::Host(target, at), traffic).passes
            };
            let layers = own.iter().flat_map(|own| &own.layers);
            let reach = match layers.map(lets).fold(Tri::Yes, Tri::and) {
                Tri::No => continue,
                Tri::Unknown => Reach::Unknown,
                Tri::Yes => Reach::Open,
            };
            let ways = machines.iter().filter_map(|machine| {
                let host = network.presences[*machine].as_ref()?;
                let passage = reach::between(network, (*machine, host), (target, at), traffic);
                (passage.passes == Tri::Yes).then_some(passage.proof)
            });
            if let Some(proof) = ways.into_iter().next() {
                let set = modes::of(scene, workload, port);
                let set_at = set.map(|(_, place)| place);
                let proof = places.into_iter().chain(set_at).chain(proof).collect();
                let spoken = set.map_or(Encrypted::Unknown, |(spoken, _)| spoken);
                let source = workload.node;
                found.push(Link { source, target, traffic, spoken, reach, proof });
            }
        }
    }
    network.doors.extend(found);
    network.doors.sort();
    network.doors.dedup();
}

/// Pods get to the internet no further than the machines of their cluster do: by their routes and addresses, past their filters.
fn shut_in(scene: &Scene<'_>, network: &mut Network, all: &[Workload<'_>], machines: &[usize]) {
    let carries = |node: &&usize| {
        &*scene.nodes[**node].kind == "compute_vm" || scene.holds(**node, "own_machines")
    };
    let hosts = machines.iter().filter(carries).map(|node| network.presences[*node].as_ref());
    // Beside the machines that stand there, a cloud may make some for the pods.
    let made = !scene.index.of_type("aws_eks_fargate_profile").is_empty();
    let Some(hosts) =
        hosts.collect::<Option<Vec<&Presence>>>().filter(|hosts| !hosts.is_empty() && !made)
    else {
        return;
    };
    let ways = hosts.into_iter().filter(|host| host.egress.state != Tri::No);
    let mut ways: Vec<Vec<Arc<super::Layer>>> = ways.map(|host| host.layers.clone()).collect();
    ways.dedup_by(|a, b| a.len() == b.len() && a.iter().zip(&*b).all(|(a, b)| Arc::ptr_eq(a, b)));
    for workload in all {
        if let Some(own) = &mut network.presences[workload.node] {
            if ways.is_empty() {
                own.egress.state = Tri::No;
            }
            own.leaves_by.clone_from(&ways);
        }
    }
}

/// The machines of the only cluster of a document: where there are more, which pods run on which is not written.
fn machines(scene: &Scene<'_>, network: &Network) -> Vec<usize> {
    let Some(cluster) = only_cluster(scene) else { return Vec::new() };
    let mut found = pools::pools(scene);
    found.push(cluster);
    found.retain(|node| *node < network.presences.len());
    found.sort_unstable();
    found
}

/// Where a node stands, if not among pods.
fn outside(network: &Network, node: usize) -> Option<&Presence> {
    network.presences.get(node)?.as_ref().filter(|presence| presence.network != Some(PODS))
}

/// Nodes that a workload's settings refer to, with where: its own, and those of config maps and secrets that its pods read.
fn named(scene: &Scene<'_>, workload: &Workload<'_>) -> Vec<(usize, BTreeSet<Place>)> {
    let mut found: BTreeMap<usize, BTreeSet<Place>> = BTreeMap::new();
    for at in sources(scene, workload).into_iter().chain([workload.at]) {
        for edge in scene.index.outgoing(at) {
            if let Some(node) = scene.node_of[edge.to].filter(|node| *node != workload.node) {
                let place = scene.index.place_of(at, &edge.at, edge.to);
                found.entry(node).or_default().insert(place);
            }
        }
    }
    found.into_iter().collect()
}
