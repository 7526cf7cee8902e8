//! Google Cloud: access that datasets of `BigQuery` give beside IAM, by lists of their own. Policies over the rows of a table give none: who they
//! name needs a right to read it, too.
//!
//! Source: Google Cloud, `BigQuery`, "Basic roles and permissions", "Control access to resources with IAM", "Introduction to row-level security".

use std::sync::Arc;

use crate::document::{Pointer, Value};

use super::gcp::{self, Binding, Member, On};
use super::scene::Scene;

/// Roles of a dataset's own list, and those of IAM that they are.
const ROLES: [(&str, &str); 3] = [
    ("READER", "roles/bigquery.dataViewer"),
    ("WRITER", "roles/bigquery.dataEditor"),
    ("OWNER", "roles/bigquery.dataOwner"),
];

/// How entries of a list name somebody, and how IAM does.
const ENTRIES: [(&str, &str); 4] = [
    ("user_by_email", "user:"),
    ("group_by_email", "group:"),
    ("domain", "domain:"),
    ("iam_member", ""),
];

/// All of a document, as bindings.
pub fn bindings(scene: &Scene<'_>) -> Vec<Binding> {
    let mut found = Vec::new();
    for at in scene.index.of_type("google_bigquery_dataset") {
        let Some(node) = scene.node_of[*at] else { continue };
        let entries = gcp::blocks(&scene.index.resource(*at).attributes, "access");
        for position in 0..entries.len() {
            let pointer = Pointer::root().key("access").index(position);
            found.extend(entry(scene, *at, node, &pointer));
        }
    }
    for at in scene.index.of_type("google_bigquery_dataset_access") {
        let dataset = gcp::targets(scene, *at, "dataset_id").find_map(|to| scene.node_of[to]);
        found.extend(dataset.and_then(|node| entry(scene, *at, node, &Pointer::root())));
    }
    found
}

/// One entry of a list.
fn entry(scene: &Scene<'_>, at: usize, dataset: usize, pointer: &Pointer) -> Option<Binding> {
    let resource = scene.index.resource(at);
    let written = resource.attributes.at(pointer)?;
    let given = written.get("role").and_then(Value::as_str)?;
    let role = ROLES.iter().find(|(word, _)| *word == given).map_or(given, |(_, role)| role);
    let mut members: Vec<Member> = Vec::new();
    let mut open_ended = false;
    for (name, kind) in ENTRIES {
        let member_at = pointer.key(name);
        let edges = scene.index.outgoing(at).iter().filter(|edge| member_at.covers(&edge.at));
        let nodes: Vec<usize> = edges.filter_map(|edge| scene.node_of[edge.to]).collect();
        match written.get(name) {
            _ if !nodes.is_empty() => members.extend(nodes.into_iter().map(Member::Node)),
            Some(Value::String(text)) if !text.is_empty() => {
                let is_account = kind == "user:" && text.ends_with(".gserviceaccount.com");
                let kind = if is_account { "serviceAccount:" } else { kind };
                members.extend(gcp::named(scene, &Arc::from(format!("{kind}{text}"))));
            }
            Some(Value::Unknown(_)) => open_ended = true,
            _ => {}
        }
    }
    if written.get("special_group").and_then(Value::as_str) == Some("allAuthenticatedUsers") {
        members.push(Member::Authenticated);
    }
    Some(Binding {
        at,
        on: On::Node(dataset),
        role: Some(role.into()),
        custom: None,
        members,
        open_ended,
        whole_pool: false,
        of_pool: Vec::new(),
        limit: None,
        place: resource.place_of(&pointer.key("role")),
    })
}
