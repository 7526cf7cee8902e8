//! Tasks of ECS: the machines that they run on where they have no address of their own, and the file systems that they mount.
//!
//! Source: Amazon ECS Developer Guide, "Task networking for EC2 instances", "Capacity providers"; `EFSVolumeConfiguration` of its API.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::{Pointer, Value};
use crate::graph::look;
use crate::graph::network::filter::{Traffic, number};
use crate::graph::network::reach::Reach;
use crate::graph::network::{Link, Network, Presence, Public};
use crate::graph::scene::Scene;
use crate::model::Encrypted;

use super::started::TASK;
use super::startup;

/// The port at which a range begins that machines give to containers that ask for none.
const GIVEN: u16 = 32768;

/// Let tasks without addresses stand where their machines do.
pub fn stand(scene: &Scene<'_>, network: &mut Network) {
    let services = scene.index.of_type("aws_ecs_service");
    let starting = if services.is_empty() { BTreeMap::new() } else { starting(scene) };
    for at in services {
        let Some(node) = scene.node_of[*at].filter(|node| network.presences[*node].is_none())
        else {
            continue;
        };
        for machine in machines(scene, *at, &starting) {
            let Some(host) = network.presences[machine].clone() else { continue };
            network.hosted.entry(machine).or_default().push(node);
            if network.presences[node].is_none() {
                // Who calls them calls the machine, at a port that it has for them.
                let (public, by_family, sends_only) = (Public::default(), None, true);
                let own = Presence { public, by_family, sends_only, ..host };
                network.presences[node] = Some(own);
            }
        }
    }
}

/// The machines that tasks of a service are placed on, where that is written.
fn machines(
    scene: &Scene<'_>,
    at: usize,
    starting: &BTreeMap<String, BTreeSet<usize>>,
) -> BTreeSet<usize> {
    let resource = scene.index.resource(at);
    if look::text(&resource.attributes, "launch_type").is_some_and(|kind| kind != "EC2")
        || look::leaf(&resource.attributes, "network_configuration").is_some()
    {
        return BTreeSet::new();
    }
    let is_machine = |node: &usize| is_machine(scene, *node);
    let nodes = |targets: Vec<(usize, Pointer)>| {
        targets.into_iter().filter_map(|(to, _)| scene.node_of[to]).filter(is_machine).collect()
    };
    let strategy = "capacity_provider_strategy.capacity_provider";
    let own = look::named(scene, at, strategy);
    if !own.is_empty() {
        return nodes(own.targets);
    }
    let mut found = BTreeSet::new();
    for (cluster, _) in look::named(scene, at, "cluster").targets {
        let joins = "aws_ecs_cluster_capacity_providers";
        for join in look::users(scene, cluster, joins, "cluster_name") {
            found.extend(nodes(look::named(scene, join, "capacity_providers").targets));
        }
        // Machines say at their start which cluster they belong to.
        for edge in scene.index.incoming(cluster) {
            if startup::ATTRIBUTES.contains(&edge.at.as_str().trim_start_matches('/')) {
                found.extend(scene.node_of[edge.from].filter(is_machine));
            }
        }
        if found.is_empty()
            && let Some(name) = look::text(&scene.index.resource(cluster).attributes, "name")
        {
            found.extend(starting.get(name).into_iter().flatten());
        }
    }
    found
}

/// Machines by the names of the clusters that they say at their start they belong to.
fn starting(scene: &Scene<'_>) -> BTreeMap<String, BTreeSet<usize>> {
    let mut found: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for at in startup::MACHINES.into_iter().flat_map(|kind| scene.index.of_type(kind)) {
        let text = startup::text(scene.index.resource(*at));
        let Some(node) = scene.node_of[*at].filter(|node| is_machine(scene, *node)) else {
            continue;
        };
        if let Some((_, text)) = text {
            for cluster in startup::values(&text, "ECS_CLUSTER") {
                found.entry(cluster.to_owned()).or_default().insert(node);
            }
        }
    }
    found
}

fn is_machine(scene: &Scene<'_>, node: usize) -> bool {
    &*scene.nodes[node].kind == "compute_vm"
}

/// The port at which a service's machine has a container that listens on `port`, where the task has no address of its own: the one that is
/// written, else one of those that the machine gives.
pub fn mapped(scene: &Scene<'_>, service: usize, port: Option<u16>) -> Option<u16> {
    for (task, _) in look::named(scene, service, "task_definition").targets {
        let Some(Value::Array(containers)) =
            scene.index.resource(task).parsed.get("container_definitions")
        else {
            continue;
        };
        for (_, mapping) in containers.iter().flat_map(|it| look::blocks(it, "portMappings")) {
            let number =
                |name: &str| number(mapping.get(name)).and_then(|it| u16::try_from(it).ok());
            if port.is_some() && number("containerPort") != port {
                continue;
            }
            return match mapping.get("hostPort") {
                None | Some(Value::Null) => Some(GIVEN),
                Some(Value::Unknown(_)) => None,
                Some(_) => Some(number("hostPort").filter(|port| *port != 0).unwrap_or(GIVEN)),
            };
        }
    }
    None
}

/// Let tasks with an address of their own say where their containers listen. Those that belong to no service are called where they say so.
pub fn listen(scene: &Scene<'_>, network: &mut Network) {
    for at in scene.index.of_type(TASK) {
        let own = scene.node_of[*at].filter(|node| scene.nodes[*node].resource == Some(*at));
        let Some(presence) = own.and_then(|node| network.presences[node].as_mut()) else {
            continue;
        };
        presence.listens.extend(ports(scene, *at).map(Traffic::tcp));
        presence.sends_only &= presence.listens.is_empty();
    }
    for at in scene.index.of_type("aws_ecs_service") {
        let own = look::leaf(&scene.index.resource(*at).attributes, "network_configuration");
        let Some(node) = scene.node_of[*at].filter(|_| own.is_some()) else { continue };
        let Some(presence) = &mut network.presences[node] else { continue };
        for (task, _) in look::named(scene, *at, "task_definition").targets {
            presence.listens.extend(ports(scene, task).map(Traffic::tcp));
        }
        presence.listens.sort();
        presence.listens.dedup();
    }
}

/// Ports at which the containers of a task listen.
fn ports<'s>(scene: &'s Scene<'_>, task: usize) -> impl Iterator<Item = u16> + 's {
    let text = scene.index.resource(task).parsed.get("container_definitions");
    let containers = text.and_then(Value::as_array).unwrap_or_default();
    let mappings = containers.iter().flat_map(|it| look::listed(it, "portMappings"));
    let ports = mappings.filter_map(|it| number(it.get("containerPort")));
    ports.filter_map(|port| u16::try_from(port).ok())
}

/// Connections to file systems that tasks mount: encrypted where the volume says so.
pub fn mounts(scene: &Scene<'_>, network: &mut Network) {
    for at in scene.index.of_type(TASK) {
        let resource = scene.index.resource(*at);
        for (position, volume) in look::blocks(&resource.attributes, "volume") {
            for (inner, block) in look::blocks(volume, "efs_volume_configuration") {
                let pointer = Pointer::root().key("volume").index(position);
                let pointer = pointer.key("efs_volume_configuration").index(inner);
                let named = pointer.key("file_system_id");
                let spoken = match block.get("transit_encryption") {
                    Some(Value::String(word)) if &**word == "ENABLED" => Encrypted::Yes,
                    Some(Value::Unknown(_)) => Encrypted::Unknown,
                    _ => Encrypted::No,
                };
                let said = pointer.key("transit_encryption");
                let proof = vec![resource.place_of(&named), resource.place_of(&said)];
                for to in look::at(scene, *at, &named) {
                    let Some(target) = scene.node_of[to] else { continue };
                    let (traffic, reach) = (Traffic::tcp(2049), Reach::Open);
                    for source in scene.nodes_of(*at) {
                        let proof = proof.clone();
                        network.links.push(Link { source, target, traffic, spoken, reach, proof });
                    }
                }
            }
        }
    }
}
