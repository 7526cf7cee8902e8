//! Edges: how one object names or selects another.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::identity::address;
use super::pod;
use super::resource::text_in;
use crate::document::{Map, Pointer, Reference, Resource, Value};
use crate::source::{Place, Problem, ProblemKind};

/// Pods that selectors of one document may select, all together, beside [`SELECTED_OF_EACH`] for each of its objects: each costs about
/// a tenth of a kilobyte wherever a document is looked at.
const SELECTED: usize = 500_000;
const SELECTED_OF_EACH: usize = 8;

/// Add the references of every resource of a document. Gives what to say where selectors select more than is kept.
pub(super) fn add(resources: &mut [Resource]) -> Option<Problem> {
    let index = Index::new(resources);
    let mut selected = Selected {
        left: SELECTED + SELECTED_OF_EACH * resources.len(),
        reached: FxHashSet::default(),
        first_cut: None,
    };
    let all: Vec<Vec<Reference>> = resources
        .iter()
        .map(|it| {
            let mut references = of(it, &index, &mut selected);
            let made = references.iter().filter_map(|reference| {
                let to = index.made.get(&reference.to).filter(|to| **to != it.address)?;
                Some(Reference { to: Arc::clone(to), ..reference.clone() })
            });
            let made: Vec<Reference> = made.collect();
            references.extend(made);
            references
        })
        .collect();
    for (resource, mut references) in resources.iter_mut().zip(all) {
        references.sort();
        references.dedup();
        resource.references = references;
    }
    selected.first_cut.map(|(address, place)| too_many(&address, place))
}

fn too_many(address: &str, place: Place) -> Problem {
    let message = format!(
        "selectors of policies and services select more pods than are looked at together ({SELECTED} and {SELECTED_OF_EACH} for each \
         object): from {address} on only pods that nothing selected before count as selected, and who reaches whom is not decided"
    );
    Problem::new(ProblemKind::Limit, message).at(place).help(
        "give one policy to all pods of a namespace in place of many, or scan namespaces apart",
    )
}

/// What selectors have selected so far.
struct Selected {
    left: usize,
    /// Workloads that something selected, by the kind of what selects.
    reached: FxHashSet<(Arc<str>, Arc<str>)>,
    /// Who selected more than is kept.
    first_cut: Option<(Arc<str>, Place)>,
}

impl Selected {
    /// Whether it is kept that a workload is selected.
    fn keeps(&mut self, by: &Resource, workload: &Arc<str>) -> bool {
        // Whether anything of a kind selects it, is known of every workload.
        let is_first = self.reached.insert((Arc::clone(&by.kind), Arc::clone(workload)));
        if self.left == 0 && !is_first {
            self.first_cut.get_or_insert_with(|| (Arc::clone(&by.address), by.place));
            return false;
        }
        self.left = self.left.saturating_sub(1);
        true
    }
}

/// Workloads with the labels of their pods by namespace, the namespaces that are declared, and what secrets are made of.
struct Index {
    /// Addresses of secrets, with what they are made of in the cluster.
    made: BTreeMap<Arc<str>, Arc<str>>,
    workloads: BTreeMap<Arc<str>, Vec<(Arc<str>, Value)>>,
    namespaces: BTreeSet<Arc<str>>,
}

impl Index {
    fn new(resources: &[Resource]) -> Self {
        let mut workloads: BTreeMap<Arc<str>, Vec<_>> = BTreeMap::new();
        let mut namespaces = BTreeSet::new();
        let mut made = BTreeMap::new();
        for resource in resources {
            if matches!(&*resource.kind, "ExternalSecret" | "SealedSecret") {
                let target = text_in(&resource.attributes, &["spec", "target", "name"]);
                let name = target.unwrap_or(&resource.name);
                let secret = address("Secret", resource.scope.namespace.as_deref(), name);
                made.insert(secret.into(), Arc::clone(&resource.address));
            }
            if &*resource.kind == "Namespace" {
                namespaces.insert(Arc::clone(&resource.name));
            }
            let Some(namespace) = &resource.scope.namespace else { continue };
            let Some(labels) = labels(resource) else { continue };
            let entry = (Arc::clone(&resource.address), labels);
            workloads.entry(Arc::clone(namespace)).or_default().push(entry);
        }
        Self { made, workloads, namespaces }
    }
}

/// The labels of a workload's pods, none where it has none; `None` of what runs no pods.
fn labels(resource: &Resource) -> Option<Value> {
    let labels = match pod::template(&resource.kind) {
        Some(template) => resource.attributes.at(&template.key("metadata").key("labels")),
        // What an operator gives them.
        None => Some(resource.parsed.get("pod")?.get("metadata")?.get("labels")?),
    };
    Some(labels.cloned().unwrap_or(Value::Null))
}

/// The references of one resource as they are found.
struct Collector<'a> {
    resource: &'a Resource,
    index: &'a Index,
    selected: &'a mut Selected,
    found: Vec<Reference>,
}

fn of(resource: &Resource, index: &Index, selected: &mut Selected) -> Vec<Reference> {
    let mut collector = Collector { resource, index, selected, found: Vec::new() };
    collector.namespace();
    match &*resource.kind {
        "Service" => collector.service(),
        "Ingress" => collector.ingress(),
        "IngressRoute" => collector.ingress_route(),
        "HorizontalPodAutoscaler" => collector.autoscaler(),
        "RoleBinding" | "ClusterRoleBinding" => collector.binding(),
        "NetworkPolicy" => collector.selects("podSelector"),
        "CiliumNetworkPolicy" => collector.selects("endpointSelector"),
        "PodDisruptionBudget" | "AuthorizationPolicy" | "PeerAuthentication" => {
            collector.selects("selector");
        }
        "HTTPRoute" | "GRPCRoute" | "TLSRoute" | "TCPRoute" | "UDPRoute" => collector.route(),
        "VirtualService" => collector.virtual_service(),
        "Gateway" => collector.gateway(),
        "ServiceAccount" => collector.tokens(),
        "Secret" => collector.owner_of_token(),
        "ExternalSecret" | "SealedSecret" => collector.external_secret(),
        "PersistentVolumeClaim" => collector.bound_volume(),
        "PersistentVolume" => collector.bound_claim(),
        kind => {
            if let Some(template) = pod::template(kind) {
                collector.pod(&template.key("spec"));
            }
            if kind == "Rollout" {
                collector.workload_of_rollout();
            }
        }
    }
    collector.found
}

impl Collector<'_> {
    fn namespace(&mut self) {
        let declared = |namespace: &&Arc<str>| self.index.namespaces.contains(*namespace);
        if let Some(namespace) = self.resource.scope.namespace.as_ref().filter(declared) {
            let at = Pointer::root().key("metadata").key("namespace");
            self.push(at, address("Namespace", None, namespace));
        }
    }

    fn push(&mut self, from: Pointer, to: String) {
        self.found.push(Reference { from, to: to.into(), attribute: Pointer::root() });
    }

    /// A name in this resource's own namespace.
    fn named(&mut self, from: Pointer, kind: &str) {
        if let Some(name) = self.resource.attributes.at(&from).and_then(Value::as_str) {
            let to = address(kind, self.resource.scope.namespace.as_deref(), name);
            self.push(from, to);
        }
    }

    /// `at/index/tail` for every element of the list at `at`.
    fn each(&self, at: &Pointer) -> Vec<Pointer> {
        let items = self.resource.attributes.at(at).and_then(Value::as_array).unwrap_or_default();
        (0..items.len()).map(|index| at.index(index)).collect()
    }

    fn pod(&mut self, spec: &Pointer) {
        if self.resource.attributes.at(spec).is_none() {
            return;
        }
        self.service_account(spec);
        for pull in self.each(&spec.key("imagePullSecrets")) {
            self.named(pull.key("name"), "Secret");
        }
        for volume in self.each(&spec.key("volumes")) {
            self.volume(&volume);
        }
        for list in ["initContainers", "containers", "ephemeralContainers"] {
            for container in self.each(&spec.key(list)) {
                self.environment(&container);
            }
        }
    }

    /// The account that is written, under its name of today or of old, else `default`.
    fn service_account(&mut self, spec: &Pointer) {
        let attributes = &self.resource.attributes;
        let keys = ["serviceAccountName", "serviceAccount"].map(|key| spec.key(key));
        let written = keys.iter().find(|at| {
            attributes.at(at).and_then(Value::as_str).is_some_and(|name| !name.is_empty())
        });
        if let Some(at) = written {
            return self.named(at.clone(), "ServiceAccount");
        }
        let namespace = self.resource.scope.namespace.as_deref();
        self.push(keys[0].clone(), address("ServiceAccount", namespace, "default"));
    }

    fn volume(&mut self, volume: &Pointer) {
        self.named(volume.key("configMap").key("name"), "ConfigMap");
        self.named(volume.key("secret").key("secretName"), "Secret");
        self.named(volume.key("persistentVolumeClaim").key("claimName"), "PersistentVolumeClaim");
        for source in self.each(&volume.key("projected").key("sources")) {
            self.named(source.key("configMap").key("name"), "ConfigMap");
            self.named(source.key("secret").key("name"), "Secret");
        }
    }

    fn environment(&mut self, container: &Pointer) {
        for variable in self.each(&container.key("env")) {
            let from = variable.key("valueFrom");
            self.named(from.key("configMapKeyRef").key("name"), "ConfigMap");
            self.named(from.key("secretKeyRef").key("name"), "Secret");
        }
        for source in self.each(&container.key("envFrom")) {
            self.named(source.key("configMapRef").key("name"), "ConfigMap");
            self.named(source.key("secretRef").key("name"), "Secret");
        }
    }

    fn service(&mut self) {
        let at = Pointer::root().key("spec").key("selector");
        let Some(selector) = self.resource.attributes.at(&at).and_then(Value::as_object) else {
            return;
        };
        // Without a selector somebody else says where a service leads.
        if selector.is_empty() {
            return;
        }
        let matches =
            |labels: &Value| selector.iter().all(|(key, value)| labels.get(key) == Some(value));
        self.workloads(&at, matches);
    }

    /// Whom a label selector selects; an empty one selects all.
    fn selects(&mut self, key: &str) {
        let at = Pointer::root().key("spec").key(key);
        let empty = Value::object(Map::new());
        let selector = match self.resource.attributes.at(&at) {
            Some(selector @ Value::Object(_)) => selector.clone(),
            // Left out or null is the empty selector in a network policy, and nothing elsewhere.
            _ if key == "podSelector" => empty,
            _ => return,
        };
        self.workloads(&at, |labels| selected(&selector, labels));
    }

    fn workloads(&mut self, at: &Pointer, matches: impl Fn(&Value) -> bool) {
        let Some(namespace) = &self.resource.scope.namespace else { return };
        let workloads = self.index.workloads.get(namespace).map(Vec::as_slice).unwrap_or_default();
        for (to, _) in workloads.iter().filter(|(_, labels)| matches(labels)) {
            if self.selected.keeps(self.resource, to) {
                let (from, to) = (at.clone(), Arc::clone(to));
                self.found.push(Reference { from, to, attribute: Pointer::root() });
            }
        }
    }

    fn ingress(&mut self) {
        let spec = Pointer::root().key("spec");
        self.backend(&spec.key("defaultBackend"));
        self.backend(&spec.key("backend"));
        for rule in self.each(&spec.key("rules")) {
            for path in self.each(&rule.key("http").key("paths")) {
                self.backend(&path.key("backend"));
            }
        }
        for tls in self.each(&spec.key("tls")) {
            self.named(tls.key("secretName"), "Secret");
        }
    }

    fn backend(&mut self, backend: &Pointer) {
        self.named(backend.key("service").key("name"), "Service");
        self.named(backend.key("serviceName"), "Service");
    }

    fn autoscaler(&mut self) {
        let at = Pointer::root().key("spec").key("scaleTargetRef");
        let kind = text_in(&self.resource.attributes, &["spec", "scaleTargetRef", "kind"]);
        if let Some(kind) = kind.map(str::to_owned) {
            self.named(at.key("name"), &kind);
        }
    }

    /// The workload whose template a rollout takes.
    fn workload_of_rollout(&mut self) {
        let at = Pointer::root().key("spec").key("workloadRef");
        self.reference(&at, "Deployment");
    }

    /// Traefik's own way to lead hosts and paths to Services; one may lie in another namespace.
    fn ingress_route(&mut self) {
        let spec = Pointer::root().key("spec");
        for route in self.each(&spec.key("routes")) {
            for service in self.each(&route.key("services")) {
                self.reference(&service, "Service");
            }
        }
        self.named(spec.key("tls").key("secretName"), "Secret");
    }

    /// A route of the Gateway API: the gateways that it joins, the services that it leads to.
    fn route(&mut self) {
        let spec = Pointer::root().key("spec");
        for parent in self.each(&spec.key("parentRefs")) {
            self.reference(&parent, "Gateway");
        }
        for rule in self.each(&spec.key("rules")) {
            for backend in self.each(&rule.key("backendRefs")) {
                self.reference(&backend, "Service");
            }
        }
    }

    /// An object reference `{kind, namespace, name}`, whose kind and namespace may be left out.
    fn reference(&mut self, at: &Pointer, kind: &str) {
        let Some(reference) = self.resource.attributes.at(at) else { return };
        let kind = text_in(reference, &["kind"]).unwrap_or(kind);
        let own = self.resource.scope.namespace.as_deref();
        let namespace = text_in(reference, &["namespace"]).or(own);
        if let Some(name) = text_in(reference, &["name"]) {
            let to = address(kind, namespace, name);
            self.push(at.key("name"), to);
        }
    }

    /// The certificates of a gateway's listeners.
    fn gateway(&mut self) {
        let spec = Pointer::root().key("spec");
        for listener in self.each(&spec.key("listeners")) {
            for certificate in self.each(&listener.key("tls").key("certificateRefs")) {
                self.reference(&certificate, "Secret");
            }
        }
        for server in self.each(&spec.key("servers")) {
            self.named(server.key("tls").key("credentialName"), "Secret");
        }
    }

    /// Gateways (`name` or `namespace/name`) and hosts (`name`, `name.namespace`, `name.namespace.svc…`) of a mesh's route.
    fn virtual_service(&mut self) {
        let spec = Pointer::root().key("spec");
        let own = self.resource.scope.namespace.clone();
        let own = own.as_deref();
        for at in self.each(&spec.key("gateways")) {
            let Some(text) = self.resource.attributes.at(&at).and_then(Value::as_str) else {
                continue;
            };
            let (namespace, name) = text
                .split_once('/')
                .map_or((own, text), |(namespace, name)| (Some(namespace), name));
            if name != "mesh" {
                let to = address("Gateway", namespace, name);
                self.push(at, to);
            }
        }
        for protocol in ["http", "tcp", "tls"] {
            for rule in self.each(&spec.key(protocol)) {
                for route in self.each(&rule.key("route")) {
                    let at = route.key("destination").key("host");
                    let Some(host) = self.resource.attributes.at(&at).and_then(Value::as_str)
                    else {
                        continue;
                    };
                    let mut parts = host.split('.');
                    let name = parts.next().unwrap_or_default();
                    let namespace = parts.next().or(own);
                    let to = address("Service", namespace, name);
                    self.push(at, to);
                }
            }
        }
    }

    fn tokens(&mut self) {
        for secret in self.each(&Pointer::root().key("secrets")) {
            self.named(secret.key("name"), "Secret");
        }
    }

    /// The account whose token a secret holds.
    fn owner_of_token(&mut self) {
        let annotations = Pointer::root().key("metadata").key("annotations");
        self.named(annotations.key("kubernetes.io/service-account.name"), "ServiceAccount");
    }

    /// The secret that is made of an external one: of the same name where none is written.
    fn external_secret(&mut self) {
        let target = Pointer::root().key("spec").key("target").key("name");
        let metadata = Pointer::root().key("metadata").key("name");
        let is_written = self.resource.attributes.at(&target).is_some();
        self.named(if is_written { target } else { metadata }, "Secret");
    }

    fn bound_volume(&mut self) {
        let at = Pointer::root().key("spec").key("volumeName");
        if let Some(name) = text_in(&self.resource.attributes, &["spec", "volumeName"]) {
            let to = address("PersistentVolume", None, name);
            self.push(at, to);
        }
    }

    fn bound_claim(&mut self) {
        let at = Pointer::root().key("spec").key("claimRef");
        self.reference(&at, "PersistentVolumeClaim");
    }

    fn binding(&mut self) {
        let role = Pointer::root().key("roleRef").key("name");
        match text_in(&self.resource.attributes, &["roleRef", "kind"]) {
            Some("Role") => self.named(role, "Role"),
            Some("ClusterRole") => {
                if let Some(name) = text_in(&self.resource.attributes, &["roleRef", "name"]) {
                    let to = address("ClusterRole", None, name);
                    self.push(role, to);
                }
            }
            _ => {}
        }
        for subject in self.each(&Pointer::root().key("subjects")) {
            self.subject(&subject);
        }
    }

    fn subject(&mut self, at: &Pointer) {
        let Some(subject) = self.resource.attributes.at(at) else { return };
        if text_in(subject, &["kind"]) != Some("ServiceAccount") {
            return;
        }
        let own = self.resource.scope.namespace.as_deref();
        let namespace = text_in(subject, &["namespace"]).or(own);
        if let (Some(name), Some(namespace)) = (text_in(subject, &["name"]), namespace) {
            let to = address("ServiceAccount", Some(namespace), name);
            self.push(at.key("name"), to);
        }
    }
}

/// Whether a label selector (`matchLabels`, `matchExpressions`) selects these labels.
fn selected(selector: &Value, labels: &Value) -> bool {
    let pairs = selector.get("matchLabels").and_then(Value::as_object);
    let expressions = selector.get("matchExpressions").and_then(Value::as_array);
    pairs.is_none_or(|pairs| pairs.iter().all(|(key, value)| labels.get(key) == Some(value)))
        && expressions.unwrap_or_default().iter().all(|expression| holds(expression, labels))
}

fn holds(expression: &Value, labels: &Value) -> bool {
    let label = text_in(expression, &["key"]).and_then(|key| labels.get(key));
    let values = expression.get("values").and_then(Value::as_array).unwrap_or_default();
    match text_in(expression, &["operator"]) {
        Some("In") => label.is_some_and(|label| values.contains(label)),
        Some("NotIn") => label.is_none_or(|label| !values.contains(label)),
        Some("Exists") => label.is_some(),
        Some("DoesNotExist") => label.is_none(),
        _ => false,
    }
}
