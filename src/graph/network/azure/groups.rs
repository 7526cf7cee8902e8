//! Azure: application security groups that hosts belong to, and which rules of a network security group are for a host.
//!
//! Source: Microsoft Learn, "Network security groups", "Application security groups".

use std::net::IpAddr;

use ipnet::IpNet;

use crate::document::{Pointer, Value};
use crate::graph::look;
use crate::graph::network::Presence;
use crate::graph::network::filter::{Direction, range};
use crate::graph::scene::Scene;

/// What joins an interface to a group.
const JOIN: &str = "azurerm_network_interface_application_security_group_association";

/// Where scale sets name the groups of their interfaces.
const OF_SCALE_SETS: [&str; 2] = [
    "network_interface.ip_configuration.application_security_group_ids",
    "network_profile.ip_configuration.application_security_group_ids",
];

/// The application security groups that a node's interfaces are in, sorted.
pub fn of(scene: &Scene<'_>, node: usize) -> Vec<usize> {
    let mut found = Vec::new();
    for part in &scene.nodes[node].parts {
        for join in look::users(scene, *part, JOIN, "network_interface_id") {
            let named = look::named(scene, join, "application_security_group_id").targets;
            found.extend(named.into_iter().map(|(to, _)| to));
        }
        for path in OF_SCALE_SETS {
            let named = look::named(scene, *part, path).targets;
            found.extend(named.into_iter().map(|(to, _)| to));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Addresses of a node's interfaces that are written.
pub fn addresses(scene: &Scene<'_>, node: usize) -> Vec<IpAddr> {
    let parts = scene.nodes[node].parts.iter();
    let written = parts.flat_map(|part| {
        look::leaves(&scene.index.resource(*part).attributes, "ip_configuration.private_ip_address")
    });
    written.filter_map(|(_, value)| value.as_str()?.parse().ok()).collect()
}

/// A host that rules are asked for.
pub struct Host<'p> {
    /// Where it stands.
    pub presence: &'p Presence,
    /// Its own addresses, where they are written.
    pub addresses: Vec<IpAddr>,
}

/// Whether a rule is for a host: its destination on the way in, its source on the way out. What is not known may be.
pub fn is_for(
    scene: &Scene<'_>,
    (at, item, pointer): (usize, &Value, &Pointer),
    direction: Direction,
    host: &Host<'_>,
) -> bool {
    let side = if direction == Direction::In { "destination" } else { "source" };
    let groups_at = pointer.key(&format!("{side}_application_security_group_ids"));
    let edges = scene.index.outgoing(at).iter().filter(|edge| groups_at.covers(&edge.at));
    let groups: Vec<usize> = edges.map(|edge| edge.to).collect();
    let prefixes = [format!("{side}_address_prefix"), format!("{side}_address_prefixes")];
    let written: Vec<&Value> = prefixes
        .iter()
        .filter_map(|name| item.get(name))
        .flat_map(|value| value.as_array().unwrap_or(std::slice::from_ref(value)))
        .filter(|value| !matches!(value, Value::Null))
        .collect();
    if groups.is_empty() && written.is_empty() {
        return true;
    }
    groups.iter().any(|group| host.presence.groups.contains(group))
        || written.into_iter().any(|prefix| match prefix.as_str().and_then(range) {
            Some(prefix) => is_at(&prefix, host),
            // A tag, any address, or one that is not known.
            None => true,
        })
}

/// Whether a host has, or may have, an address of a range.
fn is_at(prefix: &IpNet, host: &Host<'_>) -> bool {
    let ranges = &host.presence.ranges;
    let within = ranges.iter().any(|own| prefix.contains(own));
    let may = ranges.is_empty() || ranges.iter().any(|own| own.contains(prefix));
    let is_own = host.addresses.iter().any(|address| prefix.contains(address));
    within || is_own || may && host.addresses.is_empty()
}
