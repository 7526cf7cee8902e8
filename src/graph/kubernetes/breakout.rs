//! Ways out of a container to the machine below it.

use std::collections::BTreeSet;

use crate::document::{Pointer, Resource, Value};
use crate::graph::containers::{self, Way};
use crate::graph::scene::{Fact, Scene};
use crate::source::Place;

use super::{Workload, admission, pools, text};

/// The ways out of a workload's containers, sorted: none where its pods are not let in.
pub fn ways(scene: &Scene<'_>, workload: &Workload<'_>) -> Vec<Way> {
    if scene.holds(workload.node, admission::REFUSED) {
        return Vec::new();
    }
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
    found.extend(by_claims(scene, workload).map(Way::of_mount));
    found.into_iter().collect()
}

/// Fields of a volume of the cluster that is a path of a machine.
const PATHS: [&str; 2] = ["hostPath", "local"];

/// Claims by which a workload mounts a path that hands its machine over: where that is written, of the volume that each is bound to.
fn by_claims(scene: &Scene<'_>, workload: &Workload<'_>) -> impl Iterator<Item = Place> {
    let volumes = workload.pod.get("volumes").and_then(Value::as_array).unwrap_or_default();
    let found = volumes.iter().flat_map(|volume| {
        let claim = claim(scene, workload, volume);
        let only_reads = volume.get("persistentVolumeClaim").and_then(|it| it.get("readOnly"))
            == Some(&Value::Bool(true));
        let bound = claim.into_iter().flat_map(|claim| bound(scene, claim));
        let paths = bound.filter_map(|at| {
            let resource = scene.index.resource(at);
            let path = |field: &&str| {
                let path = text(&resource.attributes, &["spec", field, "path"])?;
                let at = Pointer::root().key("spec").key(field).key("path");
                Some((path, resource.place_of(&at)))
            };
            PATHS.iter().find_map(path)
        });
        paths.filter(move |(path, _)| {
            let writes = mounts(workload, volume).map(|writes| writes && !only_reads);
            containers::hands_over(scene, path, writes)
        })
    });
    found.map(|(_, place)| place).collect::<Vec<_>>().into_iter()
}

/// The claim that a volume of a pod names.
fn claim(scene: &Scene<'_>, workload: &Workload<'_>, volume: &Value) -> Option<usize> {
    let name = text(volume, &["persistentVolumeClaim", "claimName"])?;
    let edges = scene.index.outgoing(workload.at).iter().map(|edge| edge.to);
    edges.into_iter().find(|at| {
        let to = scene.index.resource(*at);
        &*to.kind == "PersistentVolumeClaim" && &*to.name == name
    })
}

/// The volumes of the cluster that a claim is bound to: it names one, or one names it, and none that is kept for another.
fn bound(scene: &Scene<'_>, claim: usize) -> Vec<usize> {
    let own = scene.index.resource(claim);
    let named = scene.index.outgoing(claim).iter().map(|edge| edge.to);
    let naming = scene.index.incoming(claim).iter().map(|edge| edge.from);
    let is_kept = |volume: &Resource, key, wanted: Option<&str>| {
        let kept = text(&volume.attributes, &["spec", "claimRef", key]);
        kept.is_some() && wanted.is_some() && kept != wanted
    };
    let fits = |at: &usize| {
        let volume = scene.index.resource(*at);
        &*volume.kind == "PersistentVolume"
            && !is_kept(volume, "name", Some(&*own.name))
            && !is_kept(volume, "namespace", own.scope.namespace.as_deref())
    };
    let mut found: Vec<usize> = named.chain(naming).filter(fits).collect();
    found.sort_unstable();
    found.dedup();
    found
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
        // What a claim stands for no rule over pods sees.
        let proof: Vec<Place> = by_claims(scene, workload).collect();
        if !proof.is_empty() {
            let fact = Fact { value: Some(Value::Bool(true)), proof };
            scene.nodes[workload.node].facts.insert("claims_node".into(), fact);
        }
    }
    if any.is_some() {
        pools::make(scene);
    }
}
