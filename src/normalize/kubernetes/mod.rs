//! Kubernetes manifests: YAML and JSON trees to documents.
//!
//! Takes trees that [`detect`] calls manifests and gives documents; nothing in here fails, and nothing is unknown: a manifest
//! says what it says. Charts and kustomizations are recognised ([`Claims`]) and not rendered.

mod claims;
mod from_terraform;
mod group;
mod identity;
mod operated;
mod pod;
mod references;
mod resource;
mod scalar;

use std::sync::Arc;

pub use claims::{Claims, looks_like_template, may_matter};
pub use from_terraform::manifests;

use crate::document::Document;
use crate::source::FileId;
use crate::syntax::{Entry, Node, NodeKind, Scalar};

/// The id of the format.
pub const FORMAT: &str = "kubernetes";

/// Whether a tree is for this format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detection {
    /// An object of the Kubernetes API, or a list of them.
    Manifest,
    /// Something else.
    NotKubernetes,
}

/// One tree of one file: an object or a list of objects.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The file.
    pub file: FileId,
    /// Its path, relative to the project's root.
    pub path: Arc<str>,
    /// The tree.
    pub node: Node,
}

/// Recognise an object by its content: `apiVersion`, `kind`, and `metadata` (or the items of a list). The settings of kubelets are one
/// without a name.
pub fn detect(root: &Node) -> Detection {
    let (Some(version), Some(kind)) = (text_at(root, "apiVersion"), text_at(root, "kind")) else {
        return Detection::NotKubernetes;
    };
    let metadata = member(root, "metadata").map(|node| &node.kind);
    let object = matches!(metadata, Some(NodeKind::Mapping(_)))
        || items(root).is_some()
        || kind == "KubeletConfiguration" && version.starts_with("kubelet.config.k8s.io/");
    if is_api_version(version) && !kind.is_empty() && object {
        Detection::Manifest
    } else {
        Detection::NotKubernetes
    }
}

/// `v1`, `apps/v1`, `example.org/v1`: a foreign API group has a dot, which tells it from the settings of tools.
fn is_api_version(text: &str) -> bool {
    let (group, version) = text.split_once('/').unwrap_or(("", text));
    let known = identity::is_own_group(group) || group.contains('.');
    known && group != claims::KUSTOMIZE_GROUP && version.starts_with('v')
}

/// Documents from the manifests of a scan, in order of root. Order of the manifests does not matter.
pub fn normalize(manifests: &[Manifest]) -> Vec<Document> {
    let mut objects: Vec<resource::Object> = manifests.iter().flat_map(resource::objects).collect();
    identity::settle(&mut objects);
    group::split(objects).into_iter().map(document).collect()
}

fn document(unit: group::Unit) -> Document {
    let mut resources = resource::resources(unit.objects);
    let cut = references::add(&mut resources);
    let is_cut = cut.is_some();
    Document {
        resources,
        is_cut,
        problems: cut.into_iter().collect(),
        ..Document::new(FORMAT, unit.root)
    }
}

/// The items of a list kind (`List`, `PodList` …).
fn items(node: &Node) -> Option<&[Node]> {
    let kind = text_at(node, "kind")?;
    match &member(node, "items")?.kind {
        NodeKind::Sequence(items) if kind.ends_with("List") => Some(items),
        _ => None,
    }
}

fn entries(node: &Node) -> &[Entry] {
    if let NodeKind::Mapping(entries) = &node.kind { entries } else { &[] }
}

/// The text of a scalar as written, whatever it resolves to.
fn text(node: &Node) -> Option<&str> {
    match &node.kind {
        NodeKind::Scalar(
            Scalar::String(text) | Scalar::Number(text) | Scalar::Plain { text, .. },
        ) => Some(text),
        _ => None,
    }
}

/// The value of a key; of equal keys the last holds, as Kubernetes reads them.
fn member<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    entries(node).iter().rev().find(|entry| text(&entry.key) == Some(key)).map(|entry| &entry.value)
}

fn text_at<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    member(node, key).and_then(text)
}
