//! Accounts that stand for an identity of a cloud: by an annotation, or because the identity names them.
//!
//! Source: Amazon EKS User Guide, "IAM roles for service accounts", "EKS Pod Identity"; Google Cloud, "Workload Identity Federation for
//! GKE"; Microsoft Learn, "Workload identity on AKS".

use crate::document::{Pointer, Resource, Value};
use crate::graph::look;
use crate::graph::scene::Scene;
use crate::model::Element;
use crate::source::Place;

use super::{Workload, account_node, annotation, annotation_place};

/// Annotations of accounts that name an identity of a cloud: annotation, zone's id, name and kind.
const CLOUDS: [(&str, &str, &str, &str); 3] = [
    ("eks.amazonaws.com/role-arn", "account", "AWS account", "account"),
    ("iam.gke.io/gcp-service-account", "project", "Google Cloud project", "project"),
    ("azure.workload.identity/client-id", "tenant", "Identity tenant", "tenant"),
];

/// The label by which pods ask for the identity of Azure that their account stands for, and the audience of tokens that do so without it.
const ASKS: &str = "azure.workload.identity/use";
const AUDIENCE: &str = "AzureADTokenExchange";

/// How a token of a cluster names an account.
const SUBJECT: &str = "system:serviceaccount:";

/// The identity of a cloud that an account stands for by its annotations: its node, and where it is written.
pub fn identity_of(scene: &Scene<'_>, at: usize) -> Option<(usize, Place)> {
    let account = scene.index.resource(at);
    CLOUDS.iter().find_map(|(name, ..)| {
        let node = declared(scene, at, name)
            .or_else(|| scene.node(annotation(account, name).filter(|it| !it.is_empty())?))?;
        Some((node, annotation_place(account, name)))
    })
}

/// Whether pods get tokens for the identity of Azure that their account stands for: by their label, or by a token that they mount themselves.
/// Source: Microsoft Learn, "Workload identity on AKS", "Pod labels" (required).
pub fn asks_azure(workload: &Workload<'_>) -> bool {
    let by_label = match workload.labels {
        Some(labels) => match labels.get(ASKS) {
            Some(Value::String(said)) => &**said == "true",
            Some(said) => matches!(said, Value::Unknown(_)),
            None => false,
        },
        // Labels that are not known as a whole may hold it.
        None => matches!(
            workload.pod.get("metadata").and_then(|it| it.get("labels")),
            Some(Value::Unknown(_))
        ),
    };
    let tokens =
        look::leaves(workload.pod, "volumes.projected.sources.serviceAccountToken.audience");
    by_label
        || tokens.iter().any(|(_, audience)| match audience {
            Value::String(audience) => audience.ends_with(AUDIENCE),
            audience => matches!(audience, Value::Unknown(_)),
        })
}

/// Whether a node is an identity of Azure.
pub fn is_azures(scene: &Scene<'_>, node: usize) -> bool {
    let given = &scene.nodes[node];
    if let Some(at) = given.resource {
        return scene.index.resource(at).type_name() == "azurerm_user_assigned_identity";
    }
    let zone = given.zone.map(|zone| &*scene.zones[zone].id);
    &*given.kind == "identity_principal" && zone == Some("tenant")
}

/// The identity that the configuration declares and an annotation means, by reference or by name.
fn declared(scene: &Scene<'_>, at: usize, name: &str) -> Option<usize> {
    let account = scene.index.resource(at);
    let pointer = Pointer::root().key("metadata").key("annotations").key(name);
    account.attributes.at(&pointer).filter(|value| !matches!(value, Value::Null))?;
    let mut referred = look::at(scene, at, &pointer).filter_map(|to| scene.node_of[to]);
    referred
        .find(|node| scene.nodes[*node].element == Element::Identity)
        .or_else(|| by_name(scene, annotation(account, name)?))
}

/// A role by its ARN, an account of Google's by its address.
fn by_name(scene: &Scene<'_>, written: &str) -> Option<usize> {
    let (kind, attribute, name) = if let Some((_, role)) = written.split_once(":role/") {
        ("aws_iam_role", "name", role.rsplit('/').next()?)
    } else {
        ("google_service_account", "account_id", written.split_once('@')?.0)
    };
    let is_it = |resource: &Resource| look::text(&resource.attributes, attribute) == Some(name);
    let mut all = scene.index.of_type(kind).iter().filter(|at| is_it(scene.index.resource(**at)));
    let first = all.next()?;
    if all.next().is_some() { None } else { scene.node_of[*first] }
}

/// Make nodes of the identities that annotations name and nothing declares.
pub fn complete(scene: &mut Scene<'_>) {
    let document = scene.index.document;
    for at in scene.index.of_type("ServiceAccount").to_vec() {
        let account = &document.resources[at];
        for (name, zone, shown, kind) in CLOUDS {
            let Some(written) = annotation(account, name).filter(|it| !it.is_empty()) else {
                continue;
            };
            if declared(scene, at, name).is_some() {
                continue;
            }
            let last = written.rsplit('/').next().unwrap_or(written);
            let node = scene.plain_node(written, last, "identity_principal", Element::Identity);
            let zone = scene.plain_zone(zone, shown, kind);
            scene.nodes[node].zone = Some(zone);
            scene.nodes[node].place = Some(annotation_place(account, name));
        }
    }
}

/// The account that the subject of a cluster's token names.
pub fn by_subject(scene: &Scene<'_>, subject: &str) -> Option<usize> {
    let (namespace, name) = subject.strip_prefix(SUBJECT)?.split_once(':')?;
    account_node(scene, namespace, name)
}

/// The account that a member of a binding of Google Cloud names.
pub fn by_member(scene: &Scene<'_>, member: &str) -> Option<usize> {
    let (namespace, name) = match member.split_once(".svc.id.goog[") {
        Some((_, rest)) => rest.strip_suffix(']')?.split_once('/')?,
        None => member.split_once(".svc.id.goog/subject/ns/")?.1.split_once("/sa/")?,
    };
    account_node(scene, namespace, name)
}

/// The subject of the tokens of an account.
pub fn subject_of(namespace: &str, name: &str) -> String {
    format!("{SUBJECT}{namespace}:{name}")
}
