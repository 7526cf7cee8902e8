//! What an object is called: kind, API group, namespace, name, and the address made of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::operated;
use super::resource::{Object, text_in};
use crate::document::Value;

/// Group, kind, namespace and name of an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity {
    /// The kind; with its group (`Service.serving.knative.dev`) where it shares the name of a kind of Kubernetes itself, or of one that is
    /// known from another group.
    pub(super) kind: Arc<str>,
    /// `None` where the kind is not namespaced.
    pub(super) namespace: Option<Arc<str>>,
    pub(super) name: Arc<str>,
    group: Arc<str>,
}

impl Identity {
    /// From an object's attributes. Foreign kinds are taken to be namespaced until [`settle`] knows better.
    pub(super) fn of(attributes: &Value) -> Self {
        let version = text_in(attributes, &["apiVersion"]).unwrap_or_default();
        let group = version.split_once('/').map_or("", |(group, _)| group);
        let kind = text_in(attributes, &["kind"]).unwrap_or_default();
        let own = is_own_group(group);
        let clashes = !own
            && (CLUSTER_KINDS.contains(&kind)
                || NAMESPACED_KINDS.contains(&kind)
                || groups_of(kind).is_some_and(|groups| !groups.contains(&group))
                || (kind, group) == operated::CLUSTER);
        let cluster = if own {
            CLUSTER_KINDS.contains(&kind)
        } else {
            kind.starts_with("Cluster") && (kind, group) != operated::CLUSTER
        };
        let namespace = metadata(attributes, "namespace");
        Self {
            kind: if clashes { format!("{kind}.{group}").into() } else { kind.into() },
            // A foreign kind called `Cluster…` may still be namespaced, and says so then.
            namespace: (!cluster || (!own && namespace.is_some()))
                .then(|| Arc::from(namespace.as_deref().unwrap_or("default"))),
            name: name(attributes),
            group: group.into(),
        }
    }

    /// `Kind/namespace/name`, or `Kind/name` where the kind is not namespaced.
    pub(super) fn address(&self) -> String {
        address(&self.kind, self.namespace.as_deref(), &self.name)
    }

    /// The same with the API group.
    pub(super) fn address_with_group(&self) -> String {
        if self.group.is_empty() || self.kind.ends_with(&*self.group) {
            return self.address();
        }
        let kind = format!("{}.{}", self.kind, self.group);
        address(&kind, self.namespace.as_deref(), &self.name)
    }
}

/// The address of a kind, namespace and name.
pub(super) fn address(kind: &str, namespace: Option<&str>, name: &str) -> String {
    match namespace {
        Some(namespace) => format!("{kind}/{namespace}/{name}"),
        None => format!("{kind}/{name}"),
    }
}

fn name(attributes: &Value) -> Arc<str> {
    let generated = || Some(format!("{}*", text_in(attributes, &["metadata", "generateName"])?));
    metadata(attributes, "name").or_else(generated).unwrap_or_else(|| "*".to_owned()).into()
}

/// A text of the metadata; also one that YAML reads as a number or boolean for want of quotes.
fn metadata(attributes: &Value, key: &str) -> Option<String> {
    match attributes.get("metadata")?.get(key)? {
        Value::String(text) => Some(text.to_string()).filter(|text| !text.is_empty()),
        value @ (Value::Int(_) | Value::Float(_) | Value::Bool(_)) => {
            Some(value.to_json().to_string())
        }
        _ => None,
    }
}

/// Foreign kinds that a `CustomResourceDefinition` among the objects declares as cluster-wide lose the namespace.
pub(super) fn settle(objects: &mut [Object]) {
    let declared: BTreeMap<(String, String), bool> =
        objects.iter().filter_map(|object| declaration(&object.attributes)).collect();
    if declared.is_empty() {
        return;
    }
    for object in objects {
        let identity = &mut object.identity;
        let kind = text_in(&object.attributes, &["kind"]).unwrap_or_default();
        match declared.get(&(identity.group.to_string(), kind.to_owned())) {
            Some(true) => identity.namespace = None,
            Some(false) if identity.namespace.is_none() => {
                identity.namespace = Some(Arc::from("default"));
            }
            _ => {}
        }
    }
}

/// Group and kind that a `CustomResourceDefinition` declares, and whether it is cluster-wide.
fn declaration(attributes: &Value) -> Option<((String, String), bool)> {
    if text_in(attributes, &["kind"])? != "CustomResourceDefinition" {
        return None;
    }
    let group = text_in(attributes, &["spec", "group"])?.to_owned();
    let kind = text_in(attributes, &["spec", "names", "kind"])?.to_owned();
    Some(((group, kind), text_in(attributes, &["spec", "scope"])? == "Cluster"))
}

/// Whether an API group belongs to Kubernetes itself.
pub(super) fn is_own_group(group: &str) -> bool {
    matches!(group, "" | "apps" | "batch" | "autoscaling" | "policy" | "extensions")
        || group.ends_with(".k8s.io")
}

/// Kinds of Kubernetes that are not namespaced.
const CLUSTER_KINDS: &[&str] = &[
    "APIService",
    "AdminNetworkPolicy",
    "BaselineAdminNetworkPolicy",
    "CSIDriver",
    "CSINode",
    "CertificateSigningRequest",
    "ClusterRole",
    "ClusterRoleBinding",
    "ClusterTrustBundle",
    "ComponentStatus",
    "CustomResourceDefinition",
    "DeviceClass",
    "FlowSchema",
    "GatewayClass",
    "IPAddress",
    "IngressClass",
    "KubeletConfiguration",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PodSecurityPolicy",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "ResourceSlice",
    "RuntimeClass",
    "SelfSubjectAccessReview",
    "SelfSubjectReview",
    "SelfSubjectRulesReview",
    "ServiceCIDR",
    "StorageClass",
    "StorageVersion",
    "StorageVersionMigration",
    "SubjectAccessReview",
    "TokenReview",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "VolumeAttachment",
    "VolumeAttributesClass",
];

/// Kinds of Kubernetes that are namespaced: a foreign kind of the same name carries its group.
const NAMESPACED_KINDS: &[&str] = &[
    "ConfigMap",
    "ControllerRevision",
    "CronJob",
    "DaemonSet",
    "Deployment",
    "EndpointSlice",
    "Endpoints",
    "Event",
    "HorizontalPodAutoscaler",
    "Ingress",
    "Job",
    "Lease",
    "LimitRange",
    "NetworkPolicy",
    "PersistentVolumeClaim",
    "Pod",
    "PodDisruptionBudget",
    "PodTemplate",
    "ReplicaSet",
    "ReplicationController",
    "ResourceQuota",
    "Role",
    "RoleBinding",
    "Secret",
    "Service",
    "ServiceAccount",
    "StatefulSet",
];

/// Kinds that have a meaning, of other groups than Kubernetes' own, with these: the same kind of any other group carries its group.
/// Sources: argo-rollouts.readthedocs.io, "Specification"; doc.traefik.io, "Traefik & Kubernetes" (CRD).
const FOREIGN_KINDS: &[(&str, &[&str])] = &[
    ("GlobalNetworkPolicy", &["projectcalico.org", "crd.projectcalico.org"]),
    ("IngressRoute", &["traefik.io", "traefik.containo.us"]),
    ("Rollout", &["argoproj.io"]),
];

/// The groups of a kind that has a meaning.
fn groups_of(kind: &str) -> Option<&'static [&'static str]> {
    let known = FOREIGN_KINDS.iter().find(|(known, _)| *known == kind);
    known.map(|(_, groups)| *groups).or_else(|| operated::groups(kind))
}
