//! Access scopes of Google Cloud's machines: what the token of a machine may be used for, whatever its account may do.
//!
//! Source: Compute Engine, "Service accounts" (access scopes limit what the account's roles allow); "OAuth 2.0 Scopes for Google APIs".

use std::collections::{BTreeMap, BTreeSet};

use crate::document::Value;
use crate::graph::gcp;
use crate::graph::look;
use crate::graph::scene::Scene;

use super::{Grant, Identity, Level, Scope, Trust};

/// Where machines name scopes: type, path.
const SCOPES: [(&str, &str); 5] = [
    ("google_compute_instance", "service_account.scopes"),
    ("google_compute_instance_template", "service_account.scopes"),
    ("google_compute_region_instance_template", "service_account.scopes"),
    ("google_container_node_pool", "node_config.oauth_scopes"),
    ("google_container_cluster", "node_config.oauth_scopes"),
];

/// What scopes are about: their short name, how their address ends, the first words of the roles that they leave their meaning.
const TABLE: &str = "gcp_scopes";

/// Take from machines the accounts whose rights none of their scopes leaves any meaning.
pub fn limit(scene: &Scene<'_>, identity: &mut Identity) {
    let machines = (0..scene.nodes.len()).filter_map(|node| Some((node, services(scene, node)?)));
    let machines: BTreeMap<usize, BTreeSet<&str>> = machines.collect();
    if machines.is_empty() {
        return;
    }
    // What every workload does with the project's logs and metrics is nothing to anybody else.
    let counts = |grant: &&Grant| {
        grant.scope != Scope::Unknown || grant.wildcard || grant.level > Level::Read
    };
    let mut rights: BTreeMap<usize, BTreeSet<Option<&str>>> = BTreeMap::new();
    for grant in identity.grants.iter().filter(counts) {
        rights.entry(grant.principal).or_default().insert(about(&grant.label));
    }
    let is_cut = |trust: &Trust| {
        let Some(services) = machines.get(&trust.source) else { return false };
        let is_taken = |own: Option<&str>| own.is_some_and(|own| !services.contains(own));
        // Of an account without any here, the rights are written elsewhere.
        let all_taken =
            || rights.get(&trust.target).is_some_and(|own| own.iter().copied().all(is_taken));
        &*trust.label == "runs as"
            && (services.is_empty() || !identity.open_ended.contains(&trust.target) && all_taken())
    };
    identity.trusts.retain(|trust| !is_cut(trust));
}

/// The service that a role is about.
fn about(role: &str) -> Option<&str> {
    Some(role.strip_prefix("roles/")?.split_once('.')?.0)
}

/// The services that a machine's scopes let it use; `None` where they do not limit it, or not all is known of them.
fn services<'s>(scene: &'s Scene<'_>, node: usize) -> Option<BTreeSet<&'s str>> {
    let mut found: Option<BTreeSet<&str>> = None;
    for part in &scene.nodes[node].parts {
        let resource = scene.index.resource(*part);
        let Some((_, path)) = SCOPES.iter().find(|(kind, _)| *resource.kind == **kind) else {
            continue;
        };
        let Some(listed) = gcp::value(resource, path) else { continue };
        for scope in listed.as_array()? {
            let own = row(scene, scope)?;
            found.get_or_insert_default().extend(own.iter().map(|word| &**word));
        }
        found.get_or_insert_default();
    }
    found
}

/// The words of the services that a scope is about; `None` for one of which nothing is known.
fn row<'s>(scene: &'s Scene<'_>, scope: &Value) -> Option<&'s [std::sync::Arc<str>]> {
    let text = look::end(scope.as_str()?, 256);
    let end = text.rsplit('/').next()?;
    let mut rows = scene.vocabulary.table(TABLE).iter();
    rows.find(|row| row.iter().take(2).any(|name| **name == *end)).and_then(|row| row.get(2..))
}
