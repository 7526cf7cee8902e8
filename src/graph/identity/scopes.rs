//! Access scopes of Google Cloud's machines: what the token of a machine may be used for, whatever its account may do.
//!
//! Source: Compute Engine, "Service accounts" (access scopes limit what the account's roles allow); "OAuth 2.0 Scopes for Google APIs".

use std::collections::BTreeSet;

use crate::document::Value;
use crate::graph::gcp;
use crate::graph::look;
use crate::graph::scene::Scene;

use super::{Grant, Identity, Level, Scope};

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
    for (machine, services) in machines.collect::<Vec<_>>() {
        let grants = &identity.grants;
        let open_ended = &identity.open_ended;
        // What every workload does with the project's logs and metrics is nothing to anybody else.
        let counts = |grant: &&Grant| {
            grant.scope != Scope::Unknown || grant.wildcard || grant.level > Level::Read
        };
        let is_taken =
            |grant: &Grant| about(&grant.label).is_some_and(|service| !services.contains(service));
        let is_limited = |account: usize| {
            let mut own = grants.iter().filter(|it| it.principal == account).filter(counts);
            services.is_empty() || !open_ended.contains(&account) && own.all(is_taken)
        };
        let cut: BTreeSet<usize> = identity
            .trusts
            .iter()
            .filter(|trust| trust.source == machine && &*trust.label == "runs as")
            .map(|trust| trust.target)
            .filter(|account| is_limited(*account))
            .collect();
        identity.trusts.retain(|trust| {
            trust.source != machine || &*trust.label != "runs as" || !cut.contains(&trust.target)
        });
    }
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
