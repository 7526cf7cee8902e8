//! Google Cloud: bindings of what is no node hold for what is in it, as those of a ring for its keys.
//!
//! Source: Google Cloud documentation, "Resource hierarchy" of IAM, "Permissions and roles" of Cloud Key Management Service.

use super::gcp::{BESIDES, Binding, On};
use super::look;
use super::relations::leads;
use super::scene::Scene;

/// The bindings of a resource that names something without a node, one for each thing in it, as long as some are left: by the table
/// `gcp_inherited`.
pub fn spread(
    scene: &Scene<'_>,
    at: usize,
    bindings: Vec<Binding>,
    left: &mut usize,
) -> Vec<Binding> {
    let inside = inside(scene, at);
    let Some(rest) = left.checked_sub(inside.len() * bindings.len()) else { return bindings };
    if inside.is_empty() {
        return bindings;
    }
    *left = rest;
    let on = |binding: Binding| {
        inside.iter().map(move |node| Binding { on: On::Node(*node), ..binding.clone() })
    };
    bindings.into_iter().flat_map(on).collect()
}

/// The nodes in what a binding names.
fn inside(scene: &Scene<'_>, at: usize) -> Vec<usize> {
    let edges = scene.index.outgoing(at).iter();
    let named = edges.filter(|edge| !BESIDES.iter().any(|name| leads(name, &edge.at)));
    let mut found = Vec::new();
    for edge in named {
        let kind = scene.index.resource(edge.to).type_name();
        for row in scene.vocabulary.table("gcp_inherited") {
            let [parent, child, path] = row.as_slice() else { continue };
            if **parent == *kind {
                let children = look::users(scene, edge.to, child, path);
                found.extend(children.filter_map(|child| scene.node_of[child]));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}
