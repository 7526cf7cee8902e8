//! Ways out of a container to the machine below it.

use std::collections::BTreeSet;

use crate::document::Value;
use crate::graph::containers::{self, Way};
use crate::graph::scene::{Fact, Scene};
use crate::source::Place;

use super::{Workload, pools, text};

/// The ways out of a workload's containers, sorted.
pub fn ways(scene: &Scene<'_>, workload: &Workload<'_>) -> Vec<Way> {
    let mut found = BTreeSet::new();
    let yes = |value: Option<&Value>| value == Some(&Value::Bool(true));
    for container in workload.containers() {
        let at = workload.pointer(container).key("securityContext");
        let context = container.get("context");
        if yes(context.and_then(|context| context.get("privileged"))) {
            let place = workload.resource.place_of(&at.key("privileged"));
            found.insert(Way::of_container(place));
        }
        let added = context
            .and_then(|context| context.get("capabilities")?.get("add")?.as_array())
            .unwrap_or_default();
        for (position, capability) in added.iter().enumerate() {
            if capability.as_str().is_some_and(|name| containers::is_strong(scene, name)) {
                let at = at.key("capabilities").key("add").index(position);
                found.insert(Way::of_container(workload.resource.place_of(&at)));
            }
        }
    }
    if yes(workload.spec("hostPID")) {
        found.insert(Way::of_container(workload.spec_place("hostPID")));
    }
    let volumes = workload.pod.get("volumes").and_then(Value::as_array).unwrap_or_default();
    for volume in volumes {
        let Some(path) = text(volume, &["hostPath", "path"]) else { continue };
        if containers::hands_over(scene, path, mounts(workload, volume)) {
            let at = workload.pointer(volume).key("hostPath").key("path");
            found.insert(Way::of_mount(workload.resource.place_of(&at)));
        }
    }
    found.into_iter().collect()
}

/// How a volume is mounted: whether each container that has it writes.
fn mounts<'v>(workload: &'v Workload<'_>, volume: &'v Value) -> impl Iterator<Item = bool> + 'v {
    let name = volume.get("name").and_then(Value::as_str);
    let containers = workload.containers().iter();
    containers
        .flat_map(|it| it.get("volumeMounts").and_then(Value::as_array).unwrap_or_default())
        .filter(move |mount| mount.get("name").and_then(Value::as_str) == name)
        .map(|mount| mount.get("readOnly") != Some(&Value::Bool(true)))
}

/// Say of each workload whether it has a way out, and see that machines are there where one has.
pub fn facts(scene: &mut Scene<'_>, all: &[Workload<'_>]) {
    let mut any = None;
    for workload in all {
        let proof: Vec<Place> = ways(scene, workload).iter().map(|way| way.place).collect();
        let holds = !proof.is_empty();
        any = any.or(proof.first().copied());
        let fact = Fact { value: Some(Value::Bool(holds)), proof };
        if holds {
            scene.nodes[workload.node].facts.insert("breakout".into(), fact);
        }
    }
    if any.is_some() {
        pools::make(scene);
    }
}
