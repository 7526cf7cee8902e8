//! Resources that name another in plain text: `bucket = "logs-example"` belongs to the bucket of that name as much as a reference does.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Pointer, Resource, Value};

/// Types (a last `*` stands for any ending), the attribute that names, the type that is named, and the attribute of its name.
/// Names that are unique only within something else (a network's subnets) are not here.
const NAMES: &[(&str, &str, &str, &str)] = &[
    ("aws_s3_bucket_*", "bucket", "aws_s3_bucket", "bucket"),
    ("aws_iam_role_polic*", "role", "aws_iam_role", "name"),
    ("aws_iam_user_polic*", "user", "aws_iam_user", "name"),
    ("aws_iam_group_polic*", "group", "aws_iam_group", "name"),
    ("aws_ecr_repository_policy", "repository", "aws_ecr_repository", "name"),
    (
        "azurerm_network_security_rule",
        "network_security_group_name",
        "azurerm_network_security_group",
        "name",
    ),
    ("azurerm_storage_container", "storage_account_name", "azurerm_storage_account", "name"),
    (
        "azurerm_storage_account_network_rules",
        "storage_account_name",
        "azurerm_storage_account",
        "name",
    ),
    ("azurerm_postgresql_*", "server_name", "azurerm_postgresql_server", "name"),
    ("azurerm_mysql_*", "server_name", "azurerm_mysql_server", "name"),
    ("azurerm_sql_firewall_rule", "server_name", "azurerm_sql_server", "name"),
    ("google_storage_bucket_*", "bucket", "google_storage_bucket", "name"),
    ("google_storage_default_object_*", "bucket", "google_storage_bucket", "name"),
    ("google_container_node_pool", "cluster", "google_container_cluster", "name"),
    ("google_compute_firewall", "network", "google_compute_network", "name"),
    ("google_compute_subnetwork", "network", "google_compute_network", "name"),
    ("google_bigquery_dataset_*", "dataset_id", "google_bigquery_dataset", "dataset_id"),
];

/// What a type names: the attribute, the named type, the attribute of its name.
fn names(
    kind: &str,
) -> impl Iterator<Item = &'static (&'static str, &'static str, &'static str, &'static str)> {
    NAMES.iter().filter(move |(types, _, named, _)| {
        *named != kind
            && match types.strip_suffix('*') {
                Some(start) => kind.starts_with(start),
                None => *types == kind,
            }
    })
}

/// A join by name: who names, in which attribute, what is named, and its attribute.
pub(super) struct Join {
    pub from: usize,
    pub at: Pointer,
    pub to: usize,
    pub attribute: Pointer,
}

/// All joins by name of a document. An attribute that refers to something is no plain name.
pub(super) fn joins(resources: &[Resource], by_type: &BTreeMap<Arc<str>, Vec<usize>>) -> Vec<Join> {
    let mut found = Vec::new();
    for (kind, positions) in by_type {
        for (_, attribute, named, name) in names(kind) {
            let Some(targets) = by_type.get(*named) else { continue };
            let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
            for to in targets {
                if let Some(text) = text(&resources[*to], name) {
                    by_name.entry(text).or_default().push(*to);
                }
            }
            let (at, attribute_of) = (Pointer::root().key(attribute), Pointer::root().key(name));
            for from in positions {
                if refers(&resources[*from], &at) {
                    continue;
                }
                let same = text(&resources[*from], attribute).and_then(|text| by_name.get(text));
                // A name that several have says nothing.
                if let Some([to]) = same.map(Vec::as_slice) {
                    let (at, attribute) = (at.clone(), attribute_of.clone());
                    found.push(Join { from: *from, at, to: *to, attribute });
                }
            }
        }
    }
    found
}

/// Where a resource names one of a type by a value that is not known and refers to nothing: it may be any of that type.
pub(super) fn open<'r>(resource: &'r Resource, named: &str) -> Option<(Pointer, &'r Arc<str>)> {
    names(&resource.kind).filter(|(_, _, target, _)| *target == named).find_map(
        |(_, attribute, ..)| {
            let at = Pointer::root().key(attribute);
            match resource.attributes.get(attribute) {
                Some(Value::Unknown(unknown)) if !refers(resource, &at) => {
                    Some((at, &unknown.reason))
                }
                _ => None,
            }
        },
    )
}

fn text<'r>(resource: &'r Resource, attribute: &str) -> Option<&'r str> {
    resource.attributes.get(attribute)?.as_str()
}

fn refers(resource: &Resource, at: &Pointer) -> bool {
    resource.references.iter().any(|reference| reference.from == *at)
}
