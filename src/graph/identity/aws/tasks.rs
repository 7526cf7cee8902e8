//! Tasks of ECS that get out of their containers, to the machines that they run on: who has one has the roles of all tasks there.
//!
//! Source: Amazon ECS Developer Guide, "Task IAM role" ("recommendations"), "Amazon ECS security best practices".

use std::collections::{BTreeMap, BTreeSet};

use crate::document::{Pointer, Value};
use crate::graph::containers::{self, Way};
use crate::graph::identity::{Identity, Trust};
use crate::graph::look;
use crate::graph::network::Network;
use crate::graph::scene::Scene;

/// Add the ways out, and what waits there.
pub fn add(scene: &Scene<'_>, network: &Network, identity: &mut Identity) {
    let mut found = Vec::new();
    let running = identity.running();
    let all: BTreeSet<usize> = network.hosted.values().flatten().copied().collect();
    let ways: BTreeMap<usize, BTreeSet<Way>> =
        all.into_iter().map(|service| (service, of_service(scene, service))).collect();
    for (machine, services) in &network.hosted {
        if services.iter().all(|service| ways[service].is_empty()) {
            continue;
        }
        for service in services {
            found.extend(ways[service].iter().map(|way| Trust {
                source: *service,
                target: *machine,
                label: "breaks out".into(),
                opened_by: Some(way.class),
                proof: vec![way.place],
            }));
            found.extend(running.get(service).into_iter().flatten().map(|role| Trust {
                source: *machine,
                target: *role,
                label: "holds credentials".into(),
                opened_by: None,
                proof: scene.nodes[*service].place.into_iter().collect(),
            }));
        }
    }
    identity.trusts.extend(found);
}

/// The ways out of the containers of a service's tasks.
fn of_service(scene: &Scene<'_>, service: usize) -> BTreeSet<Way> {
    let parts = scene.nodes[service].parts.iter().copied();
    let is_task = |at: &usize| &*scene.index.resource(*at).kind == "aws_ecs_task_definition";
    let tasks: BTreeSet<usize> = parts
        .flat_map(|at| look::named(scene, at, "task_definition").targets)
        .map(|(task, _)| task)
        .filter(is_task)
        .collect();
    tasks.into_iter().flat_map(|task| of_task(scene, task)).collect()
}

fn of_task(scene: &Scene<'_>, task: usize) -> Vec<Way> {
    let resource = scene.index.resource(task);
    let place = |name: &str| resource.place_of(&Pointer::root().key(name));
    let mut found = Vec::new();
    let definitions = resource.parsed.get("container_definitions");
    let all = definitions.and_then(Value::as_array).unwrap_or_default();
    for container in all {
        let added = look::leaves(container, "linuxParameters.capabilities.add").into_iter();
        let mut added = added.filter_map(|(_, name)| name.as_str());
        if container.get("privileged") == Some(&Value::Bool(true))
            || added.any(|name| containers::is_strong(scene, name))
        {
            found.push(Way::of_container(place("container_definitions")));
        }
    }
    if look::text(&resource.attributes, "pid_mode") == Some("host") {
        found.push(Way::of_container(place("pid_mode")));
    }
    for (position, volume) in look::blocks(&resource.attributes, "volume") {
        let Some(path) = look::text(volume, "host_path") else { continue };
        let name = look::text(volume, "name");
        let mounts = all.iter().flat_map(|container| look::listed(container, "mountPoints"));
        let own = mounts.filter(|mount| look::text(mount, "sourceVolume") == name);
        let writes = own.map(|mount| mount.get("readOnly") != Some(&Value::Bool(true)));
        if containers::hands_over(scene, path, writes) {
            let at = Pointer::root().key("volume").index(position).key("host_path");
            found.push(Way::of_mount(resource.place_of(&at)));
        }
    }
    found
}
