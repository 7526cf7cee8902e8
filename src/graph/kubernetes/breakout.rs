//! Ways out of a container to the machine below it.

use std::collections::BTreeSet;

use crate::document::Value;
use crate::graph::scene::{Fact, Scene};
use crate::model::Element;
use crate::source::Place;
use crate::source::fits;

use super::{CLUSTER, MACHINES, Workload, text};

/// A way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way {
    /// The threat class that it opens.
    pub class: &'static str,
    /// Where it is written.
    pub place: Place,
}

/// By privilege, capability or a namespace of the host.
const CONTAINER: &str = "T016";
/// Over what it mounts of the host.
const MOUNT: &str = "T017";

/// The ways out of a workload's containers, sorted.
pub fn ways(scene: &Scene<'_>, workload: &Workload<'_>) -> Vec<Way> {
    let mut found = BTreeSet::new();
    let yes = |value: Option<&Value>| value == Some(&Value::Bool(true));
    let strong = scene.vocabulary.table("breakout_capabilities");
    for container in workload.containers() {
        let at = workload.pointer(container).key("securityContext");
        let context = container.get("context");
        if yes(context.and_then(|context| context.get("privileged"))) {
            let place = workload.resource.place_of(&at.key("privileged"));
            found.insert(Way { class: CONTAINER, place });
        }
        let added = context
            .and_then(|context| context.get("capabilities")?.get("add")?.as_array())
            .unwrap_or_default();
        for (position, capability) in added.iter().enumerate() {
            let Some(name) = capability.as_str() else { continue };
            let name = name.to_ascii_uppercase();
            let name = name.strip_prefix("CAP_").unwrap_or(&name);
            if strong.iter().flatten().any(|word| **word == *name) {
                let at = at.key("capabilities").key("add").index(position);
                found.insert(Way { class: CONTAINER, place: workload.resource.place_of(&at) });
            }
        }
    }
    if yes(workload.spec("hostPID")) {
        found.insert(Way { class: CONTAINER, place: workload.spec_place("hostPID") });
    }
    let volumes = workload.pod.get("volumes").and_then(Value::as_array).unwrap_or_default();
    for volume in volumes {
        let Some(path) = text(volume, &["hostPath", "path"]) else { continue };
        if hands_over(scene, workload, volume, path) {
            let at = workload.pointer(volume).key("hostPath").key("path");
            found.insert(Way { class: MOUNT, place: workload.resource.place_of(&at) });
        }
    }
    found.into_iter().collect()
}

/// Whether a path of the host hands the host over, as it is mounted.
fn hands_over(scene: &Scene<'_>, workload: &Workload<'_>, volume: &Value, path: &str) -> bool {
    let path = match path.trim_end_matches('/') {
        "" => "/",
        trimmed => trimmed,
    };
    let rows = scene.vocabulary.table("breakout_paths").iter();
    let mut rows = rows.filter_map(|row| Some((row.first()?, row.get(1)?)));
    let Some((_, how)) = rows.find(|(pattern, _)| fits(pattern, path)) else { return false };
    let name = volume.get("name").and_then(Value::as_str);
    let mounts = workload
        .containers()
        .iter()
        .flat_map(|it| it.get("volumeMounts").and_then(Value::as_array).unwrap_or_default())
        .filter(|mount| mount.get("name").and_then(Value::as_str) == name);
    let mut writes = mounts.map(|mount| mount.get("readOnly") != Some(&Value::Bool(true)));
    match &**how {
        "write" => writes.any(|writes| writes),
        _ => writes.next().is_some(),
    }
}

/// Say of each workload whether it has a way out, and make the node of the machines where one has.
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
        let node = scene.plain_node(MACHINES, "Cluster nodes", "compute_vm", Element::Process);
        let zone = scene.plain_zone(CLUSTER, "Kubernetes cluster", "cluster");
        scene.nodes[node].zone = Some(zone);
    }
}
