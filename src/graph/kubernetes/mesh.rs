//! A mesh: whose pods are a part of it, and where it lets only mutual TLS in.
//!
//! Source: istio.io, "Installing the Sidecar" (controlling the injection policy), "`PeerAuthentication`" (`portLevelMtls`, modes), "Ambient
//! mode overview".

use std::collections::BTreeMap;

use crate::document::{Map, Pointer, Resource, Value};
use crate::graph::scene::{Fact, Scene};
use crate::source::Place;

use super::select::Namespaces;
use super::{Workload, text};

/// The namespace in which a mesh's policies hold for all.
pub const ROOT: &str = "istio-system";

/// The kind that says how pods are spoken to.
const POLICY: &str = "PeerAuthentication";

/// The label (formerly an annotation) of pods that asks for a proxy or wants none, and the label of namespaces that does.
const INJECT: &str = "sidecar.istio.io/inject";
const OF_NAMESPACE: &str = "istio-injection";

/// The label of namespaces and pods that are in a mesh without proxies of their own.
const MODE: &str = "istio.io/dataplane-mode";

/// The label of namespaces and pods that says which revision of the proxy they get.
const REVISION: &str = "istio.io/rev";

/// What the container of a proxy is called.
const PROXY: &str = "istio-proxy";

/// Whether only mutual TLS is let in, and what says so.
type Strict = (bool, Place);

/// Whether pods of a workload are no part of a mesh, whatever its policies say: they stand on the network of their machine, or they or
/// their namespace want no proxy.
pub fn leaves_out(namespaces: &Namespaces<'_>, workload: &Workload<'_>) -> bool {
    if workload.on_host_network() {
        return true;
    }
    let label = |key: &str| workload.labels.and_then(|labels| labels.get(key)?.as_str());
    let around = |key: &str| namespaces.label(workload.namespace, key);
    if let Some(mode) = label(MODE).or_else(|| around(MODE)) {
        return mode == "none";
    }
    let annotation = || text(workload.pod, &["metadata", "annotations", INJECT]);
    let said = label(INJECT).or_else(annotation).map(str::to_ascii_lowercase);
    let refuses = said.is_some_and(|said| !matches!(&*said, "" | "true" | "yes" | "y" | "on"));
    refuses || around(OF_NAMESPACE) == Some("disabled") || nobody_asks(namespaces, workload)
}

/// Whether nothing puts pods into a mesh whose namespaces are labelled for it: their own says nothing, they ask for nothing themselves, and they
/// run no proxy that somebody wrote.
fn nobody_asks(namespaces: &Namespaces<'_>, workload: &Workload<'_>) -> bool {
    let labels = [OF_NAMESPACE, REVISION, MODE];
    let asks = |labels: Option<&Map>, keys: &[&str]| {
        keys.iter().any(|key| labels.is_some_and(|labels| labels.contains_key(*key)))
    };
    let annotated = || text(workload.pod, &["metadata", "annotations", INJECT]).is_some();
    let runs_it = || workload.containers().iter().any(|it| text(it, &["name"]) == Some(PROXY));
    namespaces.any_labelled(&labels)
        && namespaces.labels(workload.namespace).is_some_and(|own| !asks(own, &labels))
        && !asks(workload.labels, &[INJECT, REVISION, MODE])
        && !annotated()
        && !runs_it()
}

/// Where a mesh lets only mutual TLS in: of the mesh, of the namespace, of the workload, the innermost that says something.
pub fn facts(scene: &mut Scene<'_>, all: &[Workload<'_>]) {
    let policies = scene.index.of_type(POLICY);
    if policies.is_empty() {
        return;
    }
    let namespaces = Namespaces::new(scene);
    let mut wide: BTreeMap<&str, Strict> = BTreeMap::new();
    let document = scene.index.document;
    for at in policies {
        let resource = &document.resources[*at];
        let selects = resource.attributes.at(&Pointer::root().key("spec").key("selector"));
        if let (None, Some(namespace), Some(mode)) =
            (selects, &resource.scope.namespace, of_all(resource))
        {
            wide.insert(&**namespace, mode);
        }
    }
    for workload in all.iter().filter(|workload| !leaves_out(&namespaces, workload)) {
        let found = own(scene, workload)
            .find_map(of_all)
            .or_else(|| wide.get(&**workload.namespace).copied())
            .or_else(|| wide.get(ROOT).copied());
        if let Some((strict, place)) = found {
            let fact = Fact { value: Some(Value::Bool(strict)), proof: vec![place] };
            scene.nodes[workload.node].facts.insert("encrypted_in_transit".into(), fact);
        }
    }
}

/// What is said of single ports of workloads, by node and port.
pub fn ports(scene: &Scene<'_>, all: &[Workload<'_>]) -> BTreeMap<(usize, u16), Strict> {
    let mut found = BTreeMap::new();
    if scene.index.of_type(POLICY).is_empty() {
        return found;
    }
    let namespaces = Namespaces::new(scene);
    for workload in all.iter().filter(|workload| !leaves_out(&namespaces, workload)) {
        for policy in own(scene, workload) {
            let list = Pointer::root().key("spec").key("portLevelMtls");
            let ports = policy.attributes.at(&list).and_then(Value::as_object);
            for (port, _) in ports.into_iter().flatten() {
                if let (Ok(port), Some(mode)) = (port.parse(), mode(policy, &list.key(port))) {
                    found.entry((workload.node, port)).or_insert(mode);
                }
            }
        }
    }
    found
}

/// The policies that select a workload.
fn own<'s>(
    scene: &'s Scene<'_>,
    workload: &Workload<'_>,
) -> impl Iterator<Item = &'s Resource> + use<'s> {
    let edges = scene.index.incoming(workload.at).iter();
    edges.map(|edge| scene.index.resource(edge.from)).filter(|it| &*it.kind == POLICY)
}

fn of_all(policy: &Resource) -> Option<Strict> {
    mode(policy, &Pointer::root().key("spec").key("mtls"))
}

/// What a policy says at a place; `UNSET` is as if nothing were said.
fn mode(policy: &Resource, at: &Pointer) -> Option<Strict> {
    let at = at.key("mode");
    let mode = policy.attributes.at(&at)?.as_str().filter(|mode| *mode != "UNSET")?;
    Some((mode == "STRICT", policy.place_of(&at)))
}
