//! Kubernetes: what manifests say of nodes and zones beyond references: variants of Services, namespaces, accounts that nobody declares,
//! claims that stateful sets make, ways out of containers.

pub mod admission;
pub mod breakout;
pub mod clouds;
pub mod hosts;
pub mod images;
pub mod mesh;
pub mod modes;
pub mod pools;
pub mod select;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::document::{Map, Pointer, Resource, Value};
use crate::model::{Element, FlowKind};
use crate::source::Place;

use super::look;
use super::network::filter::{is_public, range};
use super::others;
use super::scene::{Fact, Scene};

/// The provider's name in documents.
pub const PROVIDER: &str = "kubernetes";

/// The id of the zone and the node that stand for the cluster and its API.
pub const CLUSTER: &str = "cluster";

/// The id of the node that stands for the machines that pods run on.
pub const MACHINES: &str = "node";

/// Where pod specs name their account.
const ACCOUNTS: [&str; 2] = ["serviceAccountName", "serviceAccount"];

/// The vocabulary's name for what a resource is by its attributes, where it has one of its own.
pub fn special(resource: &Resource) -> Option<&'static str> {
    if &*resource.provider != PROVIDER || &*resource.kind != "Service" {
        return None;
    }
    if public_addresses(resource).is_some() {
        return Some("Service/LoadBalancer");
    }
    match text(&resource.attributes, &["spec", "type"])? {
        "LoadBalancer" => Some("Service/LoadBalancer"),
        "NodePort" => Some("Service/NodePort"),
        // Another word for a Service of the cluster is nobody outside.
        "ExternalName" => inside(resource).is_none().then_some("Service/ExternalName"),
        _ => None,
    }
}

/// Addresses of the internet at which machines of the cluster take what is for a Service, whatever its type: where they are written.
/// Source: kubernetes.io, "Service" (external IPs).
pub fn public_addresses(service: &Resource) -> Option<Place> {
    let is_none = |key: &str, word: &str| text(&service.attributes, &["spec", key]) == Some(word);
    if is_none("clusterIP", "None") || is_none("type", "ExternalName") {
        return None;
    }
    let at = Pointer::root().key("spec").key("externalIPs");
    let mut written = service.attributes.at(&at)?.as_array()?.iter();
    let is_public = |it: &Value| it.as_str().and_then(range).is_some_and(|it| is_public(&it));
    written.any(is_public).then(|| service.place_of(&at))
}

/// The Service of the cluster that another is only another word for: its name and namespace.
fn inside(service: &Resource) -> Option<(&str, &str)> {
    text(&service.attributes, &["spec", "type"]).filter(|it| *it == "ExternalName")?;
    let mut parts = text(&service.attributes, &["spec", "externalName"])?.split('.');
    let (name, namespace) = (parts.next()?, parts.next()?);
    parts.next().filter(|it| *it == "svc").map(|_| (name, namespace))
}

/// The Service that another one is another word for.
pub fn alias_of(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let (name, namespace) = inside(scene.index.resource(at))?;
    scene.index.by_address(&format!("Service/{namespace}/{name}"))
}

/// The text at a path of keys.
pub fn text<'v>(value: &'v Value, path: &[&str]) -> Option<&'v str> {
    path.iter().try_fold(value, |value, key| value.get(key))?.as_str()
}

/// An annotation of an object.
pub fn annotation<'r>(resource: &'r Resource, name: &str) -> Option<&'r str> {
    text(&resource.attributes, &["metadata", "annotations", name])
}

/// The place of an annotation.
pub fn annotation_place(resource: &Resource, name: &str) -> Place {
    resource.place_of(&Pointer::root().key("metadata").key("annotations").key(name))
}

/// An object with an annotation, and what the annotation refers to.
#[derive(Clone, Debug)]
pub struct Naming<'n> {
    /// The object (a resource).
    pub at: usize,
    /// The annotation.
    pub annotation: &'n str,
    /// Resources that the annotation refers to.
    pub targets: Vec<usize>,
    /// Where it is written.
    pub place: Place,
}

/// Objects of a kind that have an annotation, known or not.
pub fn naming<'s>(
    scene: &'s Scene<'_>,
    kind: &str,
    name: &'s str,
) -> impl Iterator<Item = Naming<'s>> {
    let pointer = Pointer::root().key("metadata").key("annotations").key(name);
    scene.index.of_type(kind).iter().filter_map(move |at| {
        let resource = scene.index.resource(*at);
        resource.attributes.at(&pointer).filter(|it| !matches!(it, Value::Null))?;
        let targets = look::at(scene, *at, &pointer).collect();
        Some(Naming { at: *at, annotation: name, targets, place: resource.place_of(&pointer) })
    })
}

/// What runs pods, with what its pods carry.
#[derive(Clone, Copy, Debug)]
pub struct Workload<'a> {
    /// Its node.
    pub node: usize,
    /// Its position in the document.
    pub at: usize,
    /// The resource.
    pub resource: &'a Resource,
    /// Its namespace.
    pub namespace: &'a Arc<str>,
    /// Labels of its pods.
    pub labels: Option<&'a Map>,
    /// The pod view.
    pub pod: &'a Value,
}

impl<'a> Workload<'a> {
    /// All containers.
    pub fn containers(&self) -> &'a [Value] {
        self.pod.get("containers").and_then(Value::as_array).unwrap_or_default()
    }

    /// Where an item of the pod view is written.
    pub fn pointer(&self, item: &Value) -> Pointer {
        item.get("at").and_then(Value::as_str).and_then(Pointer::parse).unwrap_or_default()
    }

    /// A field of the pod's spec.
    pub fn spec(&self, name: &str) -> Option<&'a Value> {
        self.pod.get("spec")?.get(name)
    }

    /// The place of a field of the pod's spec.
    pub fn spec_place(&self, name: &str) -> Place {
        self.resource.place_of(&self.pointer(self.pod).key(name))
    }

    /// Whether its pods stand on the network of their node.
    pub fn on_host_network(&self) -> bool {
        self.spec("hostNetwork") == Some(&Value::Bool(true))
    }

    /// The name of the account that its pods run as, and where it is written.
    pub fn account(&self) -> (&'a str, Option<Place>) {
        for key in ACCOUNTS {
            if let Some(name) =
                self.spec(key).and_then(Value::as_str).filter(|name| !name.is_empty())
            {
                return (name, Some(self.spec_place(key)));
            }
        }
        ("default", None)
    }
}

/// All workloads of a document, in its order.
pub fn workloads<'a>(scene: &Scene<'a>) -> Vec<Workload<'a>> {
    let resources = scene.index.document.resources.iter().enumerate();
    resources
        .filter_map(|(at, resource)| {
            if &*resource.provider != PROVIDER {
                return None;
            }
            let pod = resource.parsed.get("pod")?;
            let labels = pod.get("metadata").and_then(|metadata| metadata.get("labels"));
            Some(Workload {
                node: scene.node_of[at]?,
                at,
                resource,
                namespace: resource.scope.namespace.as_ref()?,
                labels: labels.and_then(Value::as_object),
                pod,
            })
        })
        .collect()
}

/// Zones and nodes that no resource stands behind. Does nothing where nothing is Kubernetes.
pub fn complete(scene: &mut Scene<'_>) {
    let any = scene.index.document.resources.iter().any(|it| &*it.provider == PROVIDER);
    if !any {
        return;
    }
    namespaces(scene);
    accounts(scene);
    subjects(scene);
    bindings(scene);
    clouds::complete(scene);
    claims(scene);
    for node in 0..scene.nodes.len() {
        let outside = scene.nodes[node].element == Element::ExternalEntity
            && &*scene.nodes[node].kind == "external";
        if outside && scene.nodes[node].resource.is_some_and(|at| !is_private(scene, at)) {
            let zone = scene.plain_zone("internet", "Internet", "internet");
            scene.nodes[node].zone = Some(zone);
        }
    }
}

/// Whether a Service is another word for a name of some network inside.
fn is_private(scene: &Scene<'_>, service: usize) -> bool {
    let attributes = &scene.index.resource(service).attributes;
    let Some(name) = text(attributes, &["spec", "externalName"]) else { return false };
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let mut ends = scene.vocabulary.table("private_names").iter().flatten();
    let is_end = |end: &Arc<str>| name.strip_suffix(&**end).is_some_and(|it| it.ends_with('.'));
    !name.contains('.') || ends.any(is_end)
}

/// The zone of a namespace: the manifest's, else one without a resource.
pub fn namespace_zone(scene: &mut Scene<'_>, namespace: &str) -> usize {
    let address = format!("Namespace/{namespace}");
    let declared = scene.index.by_address(&address).and_then(|at| scene.zone_of[at]);
    declared.unwrap_or_else(|| {
        let cluster = scene.plain_zone(CLUSTER, "Kubernetes cluster", "cluster");
        let zone = scene.plain_zone(&address, namespace, "namespace");
        scene.zones[zone].parent = Some(cluster);
        zone
    })
}

fn namespaces(scene: &mut Scene<'_>) {
    let document = scene.index.document;
    for (at, resource) in document.resources.iter().enumerate() {
        if &*resource.provider != PROVIDER {
            continue;
        }
        if let Some(zone) = scene.zone_of[at]
            && scene.zones[zone].parent.is_none()
        {
            let cluster = scene.plain_zone(CLUSTER, "Kubernetes cluster", "cluster");
            scene.zones[zone].parent = (cluster != zone).then_some(cluster);
        }
        let (Some(namespace), Some(node)) = (&resource.scope.namespace, scene.node_of[at]) else {
            continue;
        };
        if scene.nodes[node].resource == Some(at) {
            let zone = namespace_zone(scene, namespace);
            scene.nodes[node].zone = Some(zone);
        }
    }
}

/// The node of a service account, also of one that no manifest declares.
pub fn account_node(scene: &Scene<'_>, namespace: &str, name: &str) -> Option<usize> {
    scene.node(&format!("ServiceAccount/{namespace}/{name}"))
}

fn plain_account(
    scene: &mut Scene<'_>,
    namespace: &str,
    name: &str,
    place: Option<Place>,
) -> usize {
    if let Some(node) = account_node(scene, namespace, name) {
        return node;
    }
    let id = format!("ServiceAccount/{namespace}/{name}");
    let node = scene.plain_node(&id, name, "identity_principal", Element::Identity);
    let zone = namespace_zone(scene, namespace);
    scene.nodes[node].zone = Some(zone);
    scene.nodes[node].place = place;
    node
}

/// Accounts that pods name and no manifest declares. The account `default` is only there where something is bound to it, or to a group that
/// it belongs to.
fn accounts(scene: &mut Scene<'_>) {
    let groups = Groups::new(scene);
    for workload in workloads(scene) {
        let (name, place) = workload.account();
        if name != "default" {
            plain_account(scene, workload.namespace, name, place);
        } else if let Some(bound) = groups.place_for(workload.namespace) {
            plain_account(scene, workload.namespace, name, Some(place.unwrap_or(bound)));
        }
    }
}

/// The group of all accounts of the cluster; those of one namespace's are called by it, a colon, and its name.
pub const ALL_ACCOUNTS: &str = "system:serviceaccounts";

/// The group of all who have shown who they are, accounts among them.
pub const AUTHENTICATED: &str = "system:authenticated";

/// Where bindings name groups that stand for all accounts of a place.
struct Groups<'a> {
    everywhere: Option<Place>,
    by_namespace: BTreeMap<&'a str, Place>,
}

impl<'a> Groups<'a> {
    fn new(scene: &Scene<'a>) -> Self {
        let mut groups = Self { everywhere: None, by_namespace: BTreeMap::new() };
        for binding in &scene.index.document.resources {
            // What every cluster gives everybody has such a name.
            let own = text(&binding.attributes, &["roleRef", "name"])
                .is_some_and(|role| role.starts_with("system:"));
            if own || !matches!(&*binding.kind, "RoleBinding" | "ClusterRoleBinding") {
                continue;
            }
            for subject in subjects_of(binding).into_iter().filter(|it| it.kind == "Group") {
                let of_one = subject.name.strip_prefix(ALL_ACCOUNTS);
                if matches!(subject.name, ALL_ACCOUNTS | AUTHENTICATED) {
                    groups.everywhere.get_or_insert(subject.place);
                } else if let Some(namespace) = of_one.and_then(|rest| rest.strip_prefix(':')) {
                    groups.by_namespace.entry(namespace).or_insert(subject.place);
                }
            }
        }
        groups
    }

    fn place_for(&self, namespace: &str) -> Option<Place> {
        self.by_namespace.get(namespace).copied().or(self.everywhere)
    }
}

/// A subject of a binding.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// `ServiceAccount`, `User`, `Group`.
    pub kind: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its namespace, of an account.
    pub namespace: &'a str,
    /// Where it is written.
    pub place: Place,
}

/// The subjects of a binding.
pub fn subjects_of(binding: &Resource) -> Vec<Subject<'_>> {
    let list = Pointer::root().key("subjects");
    let items = binding.attributes.get("subjects").and_then(Value::as_array).unwrap_or_default();
    let own = binding.scope.namespace.as_deref().unwrap_or("default");
    items
        .iter()
        .enumerate()
        .filter_map(|(position, item)| {
            Some(Subject {
                kind: text(item, &["kind"])?,
                name: text(item, &["name"])?,
                namespace: text(item, &["namespace"]).unwrap_or(own),
                place: binding.place_of(&list.index(position)),
            })
        })
        .collect()
}

/// Everybody who is not asked who they are, in the words of Kubernetes.
pub const ANONYMOUS: [&str; 2] = ["system:anonymous", "system:unauthenticated"];

/// The id of the node of a user or group.
pub fn principal_id(subject: &Subject<'_>) -> String {
    if ANONYMOUS.contains(&subject.name) {
        return "anonymous".to_owned();
    }
    format!("{}/{}", subject.kind, subject.name)
}

/// Nodes of those that bindings name: accounts, users, groups.
fn subjects(scene: &mut Scene<'_>) {
    let document = scene.index.document;
    for binding in &document.resources {
        if !matches!(&*binding.kind, "RoleBinding" | "ClusterRoleBinding") {
            continue;
        }
        for subject in subjects_of(binding) {
            if subject.kind == "ServiceAccount" {
                plain_account(scene, subject.namespace, subject.name, Some(subject.place));
                continue;
            }
            // All accounts of the cluster or a namespace, each of which has a node.
            if subject.name.starts_with(ALL_ACCOUNTS) {
                continue;
            }
            let anonymous = ANONYMOUS.contains(&subject.name);
            let kind = match subject.kind {
                _ if anonymous => "external",
                "Group" => "identity_group",
                _ => "identity_principal",
            };
            let name = if anonymous { "Anonymous callers" } else { subject.name };
            let id = principal_id(&subject);
            let node = scene.plain_node(&id, name, kind, Element::ExternalEntity);
            let zone = if anonymous {
                scene.plain_zone("internet", "Internet", "internet")
            } else {
                scene.plain_zone(CLUSTER, "Kubernetes cluster", "cluster")
            };
            let given = &mut scene.nodes[node];
            given.zone = given.zone.or(Some(zone));
            given.place = given.place.or(Some(subject.place));
        }
    }
}

/// The control plane of the one cluster that a configuration makes; `None` where it makes more, or none.
pub fn only_cluster(scene: &Scene<'_>) -> Option<usize> {
    let is_cluster = |node: &usize| {
        let given = &scene.nodes[*node];
        &*given.kind == "compute_orchestrator" && given.resource.is_some()
    };
    let mut all = (0..scene.nodes.len()).filter(is_cluster);
    all.next().filter(|_| all.next().is_none())
}

/// The node of the cluster's API, where something has rights over it: that of the one cluster that is made, else one of its own.
pub fn cluster_node(scene: &mut Scene<'_>) -> usize {
    if let (None, Some(made)) = (scene.node(CLUSTER), only_cluster(scene)) {
        scene.call_node(CLUSTER, made);
        return made;
    }
    let node =
        scene.plain_node(CLUSTER, "Kubernetes API", "compute_orchestrator", Element::Process);
    if scene.nodes[node].resource.is_none() {
        let zone = scene.plain_zone(CLUSTER, "Kubernetes cluster", "cluster");
        scene.nodes[node].zone = Some(zone);
    }
    node
}

/// Bindings that no account takes in belong to whom they name; those for everybody, and the roles that only they name, to the API.
fn bindings(scene: &mut Scene<'_>) {
    let document = scene.index.document;
    for (at, binding) in document.resources.iter().enumerate() {
        let is_binding = matches!(&*binding.kind, "RoleBinding" | "ClusterRoleBinding");
        if !is_binding || scene.node_of[at].is_some() {
            continue;
        }
        let subjects = subjects_of(binding);
        let Some(first) = subjects.first() else { continue };
        let node = match first.kind {
            "ServiceAccount" => account_node(scene, first.namespace, first.name),
            _ if ANONYMOUS.contains(&first.name) => Some(cluster_node(scene)),
            _ => scene.node(&principal_id(first)),
        };
        let Some(node) = node else { continue };
        let mut parts = vec![at];
        parts.extend(scene.index.outgoing(at).iter().map(|edge| edge.to));
        for part in parts {
            let joins = matches!(
                &*document.resources[part].kind,
                "RoleBinding" | "ClusterRoleBinding" | "Role" | "ClusterRole"
            );
            if joins && scene.node_of[part].is_none() {
                scene.node_of[part] = Some(node);
                scene.nodes[node].parts.push(part);
            }
        }
    }
}

/// The id of the claims that a stateful set makes of a template.
pub fn claim_id(workload: &Workload<'_>, template: &str) -> String {
    format!("PersistentVolumeClaim/{}/{template}-{}", workload.namespace, workload.resource.name)
}

/// The templates of claims of a workload: name and place.
pub fn templates<'a>(workload: &Workload<'a>) -> Vec<(&'a str, Place)> {
    let at = Pointer::root().key("spec").key("volumeClaimTemplates");
    let items = workload.resource.attributes.at(&at).and_then(Value::as_array).unwrap_or_default();
    let named = items.iter().enumerate().filter_map(|(position, item)| {
        let place = workload.resource.place_of(&at.index(position));
        Some((text(item, &["metadata", "name"])?, place))
    });
    named.collect()
}

/// What stateful sets keep in claims that they make themselves.
fn claims(scene: &mut Scene<'_>) {
    for workload in workloads(scene) {
        for (name, place) in templates(&workload) {
            let id = claim_id(&workload, name);
            let node = scene.plain_node(&id, name, "datastore_block", Element::DataStore);
            let zone = namespace_zone(scene, workload.namespace);
            scene.nodes[node].zone = Some(zone);
            scene.nodes[node].place = Some(place);
            let sensitivity = scene.nodes[workload.node].sensitivity.clone();
            scene.nodes[node].sensitivity = sensitivity;
        }
    }
}

/// What stateful sets keep in their own claims.
pub fn flows(scene: &mut Scene<'_>) {
    for workload in workloads(scene) {
        for (name, place) in templates(&workload) {
            let Some(target) = scene.node(&claim_id(&workload, name)) else { continue };
            scene.flows.push(others::plain(
                workload.node,
                target,
                FlowKind::Data,
                "mounts",
                vec![place],
            ));
        }
    }
}

/// Facts that no single expression says.
pub fn facts(scene: &mut Scene<'_>) {
    let all = workloads(scene);
    if all.is_empty() {
        return;
    }
    admission::facts(scene, &all);
    breakout::facts(scene, &all);
    pools::facts(scene, &all);
    stores(scene, &all);
    mesh::facts(scene, &all);
}

/// The fact that a workload is a store, whatever it keeps its data on.
pub const KEEPS_DATA: &str = "keeps_data";

/// What databases keep, in their claims or otherwise, is as sensitive as databases are.
fn stores(scene: &mut Scene<'_>, all: &[Workload<'_>]) {
    let rank = |word: Option<&str>| match word {
        Some("restricted") => 3,
        Some("confidential") => 2,
        Some("internal") => 1,
        _ => 0,
    };
    for workload in all {
        let images =
            workload.containers().iter().filter_map(|it| Some((it, text(it, &["image"])?)));
        let images = images.filter(|(container, _)| keeps(workload, container));
        let found = images.filter_map(|(container, image)| {
            let rows = scene.vocabulary.table("kubernetes_store_images").iter();
            let mut rows = rows.filter_map(|row| Some((row.first()?, row.get(1)?)));
            let (_, state) = rows.find(|(word, _)| images::is(scene, image, word))?;
            let place = workload.resource.place_of(&workload.pointer(container).key("image"));
            Some((Arc::clone(state), place))
        });
        let best = found.max_by_key(|(state, _)| rank(Some(state)));
        let Some((state, place)) = best.or_else(|| by_port(scene, workload)) else { continue };
        let fact = Fact { value: Some(Value::Bool(true)), proof: vec![place] };
        scene.nodes[workload.node].facts.insert(KEEPS_DATA.into(), fact);
        let mut kept = claims_of(scene, workload);
        kept.insert(workload.node);
        for claim in kept {
            let known = scene.nodes[claim].sensitivity.as_deref();
            if rank(known) < rank(Some(&state)) {
                scene.nodes[claim].sensitivity = Some(Arc::clone(&state));
            }
        }
    }
}

/// Whether a container may keep data: what runs to an end only works on that of others, as a dump does with the client of a store's image.
fn keeps(workload: &Workload<'_>, container: &Value) -> bool {
    let ends = matches!(&*workload.resource.kind, "Job" | "CronJob")
        || matches!(
            workload.spec("restartPolicy").and_then(Value::as_str),
            Some("Never" | "OnFailure")
        );
    !ends && stays(container)
}

/// Whether a container runs as long as its pod, as those that prepare it and those that look into it do not.
fn stays(container: &Value) -> bool {
    !matches!(text(container, &["kind"]), Some("init" | "ephemeral"))
}

/// What a set of pods with states keeps that listens where databases do, whatever its image is called; and where that is written.
fn by_port(scene: &Scene<'_>, workload: &Workload<'_>) -> Option<(Arc<str>, Place)> {
    if &*workload.resource.kind != "StatefulSet" {
        return None;
    }
    let table = scene.vocabulary.table("kubernetes_store_ports");
    let state = |port: u16| {
        let row =
            table.iter().find(|row| row.first().is_some_and(|own| own.parse() == Ok(port)))?;
        row.get(1).cloned()
    };
    let stores = workload.containers().iter().filter(|container| {
        let image = text(container, &["image"]).unwrap_or_default();
        !images::is_beside(scene, &images::path(image))
    });
    stores.into_iter().find_map(|container| {
        let ports = container.get("ports").and_then(Value::as_array).unwrap_or_default();
        ports.iter().enumerate().find_map(|(position, port)| {
            let state = state(hosts::number(port.get("containerPort"))?)?;
            let at = workload.pointer(container).key("ports").index(position);
            Some((state, workload.resource.place_of(&at)))
        })
    })
}

/// Nodes of the claims that a workload's pods mount.
pub fn claims_of(scene: &Scene<'_>, workload: &Workload<'_>) -> BTreeSet<usize> {
    let mut found: BTreeSet<usize> = templates(workload)
        .into_iter()
        .filter_map(|(name, _)| scene.node(&claim_id(workload, name)))
        .collect();
    for relation in scene.relations.targets(workload.at, crate::pack::Verb::Mounts) {
        found.extend(scene.node_of[relation.to]);
    }
    found
}

/// Objects of the one cluster that a configuration makes, or looks up, lie in it.
pub fn nest(scene: &mut Scene<'_>) {
    let plain = |zone: &usize| {
        let zone = &scene.zones[*zone];
        zone.resource.is_none() && &*zone.id == CLUSTER
    };
    let Some(plain) = (0..scene.zones.len()).find(plain) else { return };
    let is_cluster = |zone: &usize| {
        let own = scene.zones[*zone].resource.and_then(|at| scene.meanings[at].as_ref());
        own.is_some_and(|meaning| &*meaning.kind == "compute_orchestrator")
    };
    let mut made = (0..scene.zones.len()).filter(is_cluster);
    let (Some(cluster), None) = (made.next(), made.next()) else { return };
    for zone in &mut scene.zones {
        if zone.parent == Some(plain) {
            zone.parent = Some(cluster);
        }
    }
    for node in &mut scene.nodes {
        if node.zone == Some(plain) {
            node.zone = Some(cluster);
        }
    }
}
