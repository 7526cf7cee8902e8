//! Objects that Terraform's providers for Kubernetes make, in the form of manifests.
//!
//! Source: the documentation of hashicorp/kubernetes: attributes are the API's in small letters with `_`, objects are blocks that occur
//! once, lists are blocks in the singular. Places, references and unknown values come along. `kubernetes_manifest` holds the object itself,
//! `kubectl_manifest` of other providers (gavinbunney/kubectl, alekc/kubectl) its text.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::identity::Identity;
use super::references;
use crate::document::{
    Document, Map, Mode, Pointer, Reference, Resource, Scope, SpanTable, Unknown, Value,
};
use crate::source::Problem;

/// How the provider's types begin.
const PREFIX: &str = "kubernetes_";

/// The type of other providers, and the attribute that holds the object as a text of YAML.
const TEXT: (&str, &str) = ("kubectl_manifest", "yaml_body");

/// Types without their version (`_v1`), with the kind and the API's version that they stand for.
const KINDS: [(&str, &str, &str); 36] = [
    ("cluster_role", "ClusterRole", "rbac.authorization.k8s.io/v1"),
    ("cluster_role_binding", "ClusterRoleBinding", "rbac.authorization.k8s.io/v1"),
    ("config_map", "ConfigMap", "v1"),
    ("cron_job", "CronJob", "batch/v1"),
    ("csi_driver", "CSIDriver", "storage.k8s.io/v1"),
    ("daemon_set", "DaemonSet", "apps/v1"),
    ("daemonset", "DaemonSet", "apps/v1"),
    ("default_service_account", "ServiceAccount", "v1"),
    ("deployment", "Deployment", "apps/v1"),
    ("endpoints", "Endpoints", "v1"),
    ("horizontal_pod_autoscaler", "HorizontalPodAutoscaler", "autoscaling/v2"),
    ("ingress", "Ingress", "networking.k8s.io/v1"),
    ("ingress_class", "IngressClass", "networking.k8s.io/v1"),
    ("job", "Job", "batch/v1"),
    ("limit_range", "LimitRange", "v1"),
    ("manifest", "", ""),
    (
        "mutating_webhook_configuration",
        "MutatingWebhookConfiguration",
        "admissionregistration.k8s.io/v1",
    ),
    ("namespace", "Namespace", "v1"),
    ("network_policy", "NetworkPolicy", "networking.k8s.io/v1"),
    ("persistent_volume", "PersistentVolume", "v1"),
    ("persistent_volume_claim", "PersistentVolumeClaim", "v1"),
    ("pod", "Pod", "v1"),
    ("pod_disruption_budget", "PodDisruptionBudget", "policy/v1"),
    ("pod_security_policy", "PodSecurityPolicy", "policy/v1beta1"),
    ("priority_class", "PriorityClass", "scheduling.k8s.io/v1"),
    ("replication_controller", "ReplicationController", "v1"),
    ("resource_quota", "ResourceQuota", "v1"),
    ("role", "Role", "rbac.authorization.k8s.io/v1"),
    ("role_binding", "RoleBinding", "rbac.authorization.k8s.io/v1"),
    ("runtime_class", "RuntimeClass", "node.k8s.io/v1"),
    ("secret", "Secret", "v1"),
    ("service", "Service", "v1"),
    ("service_account", "ServiceAccount", "v1"),
    ("stateful_set", "StatefulSet", "apps/v1"),
    ("storage_class", "StorageClass", "storage.k8s.io/v1"),
    (
        "validating_webhook_configuration",
        "ValidatingWebhookConfiguration",
        "admissionregistration.k8s.io/v1",
    ),
];

/// Blocks whose list is called otherwise: the block, the list.
const LISTS: [(&str, &str); 17] = [
    ("container", "containers"),
    ("egress", "egress"),
    ("env", "env"),
    ("ephemeral_container", "ephemeralContainers"),
    ("image_pull_secret", "imagePullSecrets"),
    ("init_container", "initContainers"),
    ("path", "paths"),
    ("port", "ports"),
    ("rule", "rules"),
    ("secret", "secrets"),
    ("subject", "subjects"),
    ("toleration", "tolerations"),
    ("volume", "volumes"),
    ("volume_claim_template", "volumeClaimTemplates"),
    ("volume_device", "volumeDevices"),
    ("volume_mount", "volumeMounts"),
    ("webhook", "webhooks"),
];

/// Blocks that are lists under their own name.
const PLAIN_LISTS: [&str; 16] = [
    "egress",
    "env",
    "env_from",
    "from",
    "host_aliases",
    "http_header",
    "image_pull_secrets",
    "ingress",
    "items",
    "limit",
    "match_expressions",
    "metric",
    "ports",
    "sources",
    "tls",
    "to",
];

/// Maps whose keys are people's own.
const FREE: [&str; 11] = [
    "annotations",
    "binary_data",
    "data",
    "labels",
    "limits",
    "match_labels",
    "node_selector",
    "parameters",
    "requests",
    "string_data",
    "volume_attributes",
];

/// Parts of names that are written in capitals.
const CAPITALS: [(&str, &str); 9] = [
    ("Api", "API"),
    ("Fc", "FC"),
    ("Id", "ID"),
    ("Ip", "IP"),
    ("Ipc", "IPC"),
    ("Ips", "IPs"),
    ("Pid", "PID"),
    ("Ttl", "TTL"),
    ("Urls", "URLs"),
];

/// What a document of Terraform is with its Kubernetes objects as manifests; `None` where it has none.
pub fn manifests(document: &Document) -> Option<Document> {
    let is_own = |kind: &str| kind.starts_with(PREFIX) || kind == TEXT.0;
    if !document.resources.iter().any(|resource| is_own(&resource.kind)) {
        return None;
    }
    let mut taken: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    let mut objects: Vec<Resource> = Vec::new();
    let mut own: Vec<Resource> = Vec::new();
    let mut called: Vec<(Arc<str>, Arc<str>)> = Vec::new();
    for resource in &document.resources {
        let Some((object, address)) = object(resource) else {
            own.push(resource.clone());
            continue;
        };
        let count = taken.entry(address.into()).or_default();
        *count += 1;
        let (plain, count) = (address_of(&object), *count);
        let unique = if count > 1 { format!("{plain}#{count}") } else { plain };
        called.push((unique.into(), Arc::clone(&resource.address)));
        objects.push(object);
    }
    if objects.is_empty() {
        return None;
    }
    let cut = join(&mut objects, &called);
    own.extend(objects);
    own.sort_by(|a, b| a.address.cmp(&b.address));
    called.sort();
    let is_cut = cut.is_some();
    let problems = cut.into_iter().collect();
    Some(Document { resources: own, called, manifests: None, is_cut, problems, ..document.clone() })
}

/// The address that a manifest of it would have.
fn address_of(object: &Resource) -> String {
    super::identity::address(&object.kind, object.scope.namespace.as_deref(), &object.name)
}

/// References by name and selector, as manifests have them, beside those that are written.
fn join(objects: &mut [Resource], called: &[(Arc<str>, Arc<str>)]) -> Option<Problem> {
    let written: Vec<Vec<Reference>> =
        objects.iter_mut().map(|object| std::mem::take(&mut object.references)).collect();
    for (object, (address, _)) in objects.iter_mut().zip(called) {
        object.address = Arc::clone(address);
    }
    let cut = references::add(objects);
    let names: FxHashMap<&str, &Arc<str>> = called.iter().map(|(to, own)| (&**to, own)).collect();
    for ((object, (_, own)), written) in objects.iter_mut().zip(called).zip(written) {
        object.address = Arc::clone(own);
        for reference in &mut object.references {
            if let Some(own) = names.get(&*reference.to) {
                reference.to = Arc::clone(own);
            }
        }
        object.references.extend(written);
        object.references.sort();
        object.references.dedup();
    }
    cut
}

/// A resource as an object, with the address that a manifest of it would have.
fn object(resource: &Resource) -> Option<(Resource, String)> {
    if resource.mode != Mode::Managed {
        return None;
    }
    let mut names = Names::default();
    let attributes = attributes(resource, &mut names)?;
    let identity = Identity::of(&attributes);
    let namespace = identity.namespace.as_ref().map(|namespace| {
        let written = attributes.get("metadata").and_then(|it| it.get("namespace"));
        // Which one it is only apply knows: not the default one.
        if matches!(written, Some(Value::Unknown(_))) { "*".into() } else { Arc::clone(namespace) }
    });
    let name = match &*identity.name {
        "*" => Arc::clone(&resource.name),
        _ => Arc::clone(&identity.name),
    };
    let labels = attributes.get("metadata").and_then(|it| it.get("labels"));
    let mut sensitive = super::resource::sensitive(&attributes);
    sensitive.extend(resource.sensitive.iter().filter_map(|at| names.exactly(at)));
    sensitive.sort();
    sensitive.dedup();
    let object = Resource {
        kind: Arc::clone(&identity.kind),
        name,
        provider: super::FORMAT.into(),
        parsed: parsed(resource, &super::resource::parsed(&identity, &attributes), &names),
        defaults: Value::object(Map::new()),
        sensitive,
        references: resource.references.iter().map(|it| names.reference(it)).collect(),
        tags: labels.and_then(Value::as_object).cloned().unwrap_or_default(),
        scope: Scope { namespace, region: None, ..resource.scope.clone() },
        spans: Arc::new(names.spans(&resource.spans)),
        attributes,
        ..resource.clone()
    };
    let address = address_of(&object);
    Some((object, address))
}

/// What manifests have under `parsed`, and what is known of the resource's own texts, by where they stand in the manifest.
fn parsed(resource: &Resource, of_manifest: &Value, names: &Names) -> Value {
    let mut all = of_manifest.as_object().cloned().unwrap_or_default();
    for (path, held) in resource.parsed.as_object().into_iter().flatten() {
        let at = Pointer::parse(&format!("/{path}")).and_then(|at| names.exactly(&at));
        all.extend(at.map(|at| (at.as_str().trim_start_matches('/').into(), held.clone())));
    }
    Value::object(all)
}

/// What the manifest of a resource holds.
fn attributes(resource: &Resource, names: &mut Names) -> Option<Value> {
    if &*resource.kind == TEXT.0 {
        return of_text(resource, names);
    }
    let kind = resource.kind.strip_prefix(PREFIX)?;
    let plain = kind
        .rsplit_once("_v")
        .filter(|(_, version)| version.starts_with(|c: char| c.is_ascii_digit()));
    let plain = plain.map_or(kind, |(plain, _)| plain);
    let at = KINDS.binary_search_by(|(name, ..)| (*name).cmp(plain)).ok()?;
    let (_, kind, version) = KINDS[at];
    if kind.is_empty() {
        whole(resource.attributes.get("manifest")?, names)
    } else {
        Some(converted(&resource.attributes, kind, version, names))
    }
}

/// `kubectl_manifest`: one object as a text; where that is not wholly known, neither is the object.
fn of_text(resource: &Resource, names: &mut Names) -> Option<Value> {
    let text = resource.attributes.get(TEXT.1)?.as_str()?;
    let mut object = super::resource::of_text(resource.place.file, text)?;
    names.0.insert(Pointer::root().key(TEXT.1), Pointer::root());
    let namespace = resource.attributes.get("override_namespace");
    if let Some(namespace) = namespace.filter(|namespace| **namespace != Value::Null) {
        let mut map = object.as_object()?.clone();
        let mut metadata = map.get("metadata")?.as_object()?.clone();
        metadata.insert("namespace".into(), namespace.clone());
        map.insert("metadata".into(), Value::object(metadata));
        object = Value::object(map);
    }
    Some(object)
}

/// Where each attribute stands in the manifest, by where it stands in Terraform.
#[derive(Default)]
struct Names(FxHashMap<Pointer, Pointer>);

impl Names {
    fn exactly(&self, at: &Pointer) -> Option<Pointer> {
        self.0.get(at).cloned()
    }

    fn reference(&self, reference: &Reference) -> Reference {
        let mut at = reference.from.clone();
        loop {
            if let Some(to) = self.0.get(&at) {
                return Reference { from: to.clone(), ..reference.clone() };
            }
            match at.parent() {
                Some(parent) => at = parent,
                None => return reference.clone(),
            }
        }
    }

    fn spans(&self, spans: &SpanTable) -> SpanTable {
        let places = spans.iter().filter_map(|(at, place)| Some((self.exactly(at)?, place)));
        SpanTable::new(places.collect()).with_mentions(spans.mentions().to_vec())
    }
}

/// `kubernetes_manifest`: the object as it stands.
fn whole(manifest: &Value, names: &mut Names) -> Option<Value> {
    manifest.get("kind")?.as_str()?;
    same(manifest, &Pointer::root().key("manifest"), &Pointer::root(), names);
    Some(manifest.clone())
}

fn same(value: &Value, from: &Pointer, to: &Pointer, names: &mut Names) {
    names.0.insert(from.clone(), to.clone());
    match value {
        Value::Object(map) => {
            for (key, item) in map.iter() {
                same(item, &from.key(key), &to.key(key), names);
            }
        }
        Value::Array(items) => {
            for (position, item) in items.iter().enumerate() {
                same(item, &from.index(position), &to.index(position), names);
            }
        }
        _ => {}
    }
}

fn converted(attributes: &Value, kind: &str, version: &str, names: &mut Names) -> Value {
    let mut map = Map::new();
    map.insert("apiVersion".into(), Value::string(version));
    map.insert("kind".into(), Value::string(kind));
    let written = attributes.as_object();
    for (name, value) in written.into_iter().flatten() {
        // What the provider encodes itself is written as it is.
        let name = match (kind, &**name) {
            ("Secret", "data") => "string_data",
            ("Secret", "binary_data") => "data",
            (_, name) => name,
        };
        if matches!(name, "id" | "timeouts") || name.starts_with("wait_for") {
            continue;
        }
        let from = Pointer::root().key(match (kind, name) {
            ("Secret", "string_data") => "data",
            ("Secret", "data") => "binary_data",
            (_, name) => name,
        });
        member(name, value, "", (&from, &Pointer::root()), &mut map, names);
    }
    Value::object(map)
}

/// One attribute or block of an object.
fn member(
    name: &str,
    value: &Value,
    within: &str,
    (from, at): (&Pointer, &Pointer),
    into: &mut Map,
    names: &mut Names,
) {
    let is_blocks = matches!(value, Value::Array(items) if items.iter().any(is_block));
    // The port of an Ingress's backend is one object.
    let one_port = name == "port" && matches!(within, "service" | "backend");
    let list = LISTS.iter().find(|(block, _)| *block == name && !one_port);
    match value {
        Value::Array(items) if is_blocks => {
            let listed = list.map(|(_, list)| (*list).to_owned());
            // A volume's `secret` is one object; an account has several.
            let listed = listed.filter(|_| name != "secret" || within.is_empty());
            let listed = listed.or_else(|| PLAIN_LISTS.contains(&name).then(|| camel(name)));
            if let Some(listed) = listed {
                let to = at.key(&listed);
                names.0.insert(from.clone(), to.clone());
                let items = items.iter().enumerate().map(|(position, item)| {
                    object_of(item, name, &from.index(position), &to.index(position), names)
                });
                let items = Value::array(items.collect());
                into.insert(listed.into(), items);
                return;
            }
            let Some(first) = items.first() else { return };
            let key = camel(name);
            let to = at.key(&key);
            names.0.insert(from.clone(), to.clone());
            let only = object_of(first, name, &from.index(0), &to, names);
            into.insert(key.into(), only);
        }
        _ => {
            let key = camel(name);
            let to = at.key(&key);
            let value = match value {
                Value::Object(_) if !FREE.contains(&name) && name != "selector" => {
                    object_of(value, name, from, &to, names)
                }
                _ => {
                    same(value, from, &to, names);
                    value.clone()
                }
            };
            into.insert(key.into(), value);
        }
    }
}

fn is_block(value: &Value) -> bool {
    match value {
        Value::Object(_) | Value::Null => true,
        Value::Unknown(unknown) => !Unknown::is_text(unknown),
        _ => false,
    }
}

fn object_of(value: &Value, name: &str, from: &Pointer, to: &Pointer, names: &mut Names) -> Value {
    names.0.insert(from.clone(), to.clone());
    let Some(map) = value.as_object() else {
        // An empty block is there all the same.
        return if matches!(value, Value::Null) {
            Value::object(Map::new())
        } else {
            value.clone()
        };
    };
    let mut made = Map::new();
    for (key, item) in map {
        member(key, item, name, (&from.key(key), to), &mut made, names);
    }
    Value::object(made)
}

/// `host_ip` → `hostIP`, `run_as_user` → `runAsUser`.
fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let mut made = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut letters = part.chars();
        let Some(first) = letters.next() else { continue };
        let capital = format!("{}{}", first.to_ascii_uppercase(), letters.as_str());
        let known = CAPITALS.iter().find(|(plain, _)| *plain == capital);
        made.push_str(known.map_or(&capital, |(_, written)| written));
    }
    made
}
