//! Services that Google runs: serverless ones, databases, caches; how they stand in a network, and what of them answers on the internet.

use std::sync::Arc;

use crate::document::{Mode, Pointer, Resource, Value};
use crate::graph::gcp::{self, blocks, targets, text};
use crate::graph::look;
use crate::graph::relations::leads;
use crate::graph::scene::Scene;
use crate::model::{Element, Encrypted};
use crate::source::Place;

use super::super::filter::{Direction, Layer, Peer, Rule, Traffic, is_any, is_public, range};
use super::super::flows::{port_of, runs_programs};
use super::super::reach::Reach;
use super::super::{Front, Link, Network, Presence, Tri, Within};
use super::firewall::Rules;
use super::{Gateways, clients, is_subnet, network_of, network_of_subnet, outward, reserved};

/// Where services name their network: the table of types with paths of networks or subnets.
const STANDS: &str = "gcp_hosts";
/// What names the clients that may mount it: the table of types, with the block of an export and its list of ranges.
const EXPORTS: &str = "gcp_exports";
/// What is joined to its network by a peering: the table of types, with what says how it is joined and the words for that.
const PEERED: &str = "gcp_peered_services";
/// What names the networks that may call a database's address on the internet, in the configuration of that.
struct Door {
    kind: &'static str,
    /// Whether it has such an address: where that is said, and what holds where nothing is.
    switch: &'static str,
    is_on: bool,
    /// The block that lists the networks, the list, and what in each says which.
    block: &'static str,
    list: &'static str,
    range: &'static str,
}

/// Source: provider, `google_sql_database_instance`, `google_alloydb_instance`.
const DOORS: [Door; 2] = [
    Door {
        kind: SQL,
        switch: "settings.ip_configuration.ipv4_enabled",
        is_on: true,
        block: "settings.ip_configuration",
        list: "authorized_networks",
        range: "value",
    },
    Door {
        kind: "google_alloydb_instance",
        switch: "network_config.enable_public_ip",
        is_on: false,
        block: "network_config",
        list: "authorized_external_networks",
        range: "cidr_range",
    },
];

/// Databases of Cloud SQL.
const SQL: &str = "google_sql_database_instance";

/// Where a service stands in a network, if it does.
pub fn presence(
    scene: &Scene<'_>,
    node: usize,
    (rules, gateways): (&Rules, &Gateways),
) -> Option<Presence> {
    let at = scene.nodes[node].resource?;
    let resource = scene.index.resource(at);
    let mut rows = scene.vocabulary.table(STANDS).iter();
    let row = rows.find(|row| row.first().is_some_and(|kind| *resource.kind == **kind))?;
    let mut presence = Presence::default();
    for path in &row[1..] {
        join(scene, at, path, &mut presence);
    }
    presence.by_peering = presence.network.is_some() && is_peered(scene, at);
    if presence.network.is_none() {
        attach(scene, node, &mut presence);
    }
    if presence.ranges.is_empty() {
        presence.ranges = reserved::ranges(scene, at, presence.network);
        presence.within = Within::Some;
    }
    let runs = scene.nodes[node].element == Element::Process;
    if !runs {
        presence.layers.extend(exports(scene, at).map(Arc::new));
        return presence.network.map(|_| presence);
    }
    outward::enter(scene, at, &mut presence);
    if is_serverless(resource) && presence.network.is_none() && !names_network(resource, row) {
        return None;
    }
    if !is_serverless(resource) {
        super::accounts(scene, node, &mut presence);
    }
    outward::leave(scene, at, (rules, gateways), &mut presence);
    Some(presence)
}

/// Whom a store's exports name, where it has some: nobody else mounts it.
fn exports(scene: &Scene<'_>, at: usize) -> Option<Layer> {
    let resource = scene.index.resource(at);
    let mut rows = scene.vocabulary.table(EXPORTS).iter();
    let row = rows.find(|row| row.first().is_some_and(|kind| *resource.kind == **kind))?;
    let (block, list) = (row.get(1)?, row.get(2)?);
    let rule = |(export, given): (Pointer, &Value)| {
        let peers = match given.get(list) {
            Some(Value::Array(items)) if !items.is_empty() => items.iter().map(named).collect(),
            Some(Value::Unknown(_)) => vec![Peer::Unknown],
            _ => vec![Peer::Everyone],
        };
        let place = Some(resource.place_of(&export.key(list)));
        let all = Rule::default_of("", Direction::In, Peer::Everyone, place);
        Rule { peers, resource: Some(at), default: None, ..all }
    };
    let rules: Vec<Rule> =
        look::leaves(&resource.attributes, block).into_iter().map(rule).collect();
    let layer = Layer { rules, default_out: true, resources: vec![at], ..Layer::default() };
    (!layer.rules.is_empty()).then_some(layer)
}

/// Whom a range of an export means.
fn named(item: &Value) -> Peer {
    item.as_str().and_then(range).map_or(Peer::Unknown, Peer::Range)
}

/// Whether a service stands in a network of Google's own that is peered with the one that it names.
fn is_peered(scene: &Scene<'_>, at: usize) -> bool {
    let resource = scene.index.resource(at);
    let mut rows = scene.vocabulary.table(PEERED).iter();
    let row = rows.find(|row| row.first().is_some_and(|kind| *resource.kind == **kind));
    row.is_some_and(|row| {
        let mode = row.get(1).and_then(|path| gcp::value(resource, path));
        mode.is_none_or(|mode| {
            mode.as_str().is_some_and(|mode| row[2..].iter().any(|own| **own == *mode))
        })
    })
}

/// Where rules that forward to a service's attachment stand: consumers there reach it by their addresses.
///
/// Source: Cloud SQL, "Connect to an instance using Private Service Connect"; `AlloyDB`, the same; provider, `google_compute_forwarding_rule`.
fn attach(scene: &Scene<'_>, node: usize, presence: &mut Presence) {
    let parts = scene.nodes[node].parts.iter().flat_map(|part| scene.index.incoming(*part));
    let rules = parts.filter(|edge| {
        let kind = scene.index.resource(edge.from).type_name();
        kind == "google_compute_forwarding_rule" && leads("target", &edge.at)
    });
    for edge in rules {
        join(scene, edge.from, "subnetwork", presence);
        join(scene, edge.from, "network", presence);
    }
}

/// Whether Google runs it outside of all networks, unless it is told to reach into one.
pub fn is_serverless(resource: &Resource) -> bool {
    ["google_cloud_run_", "google_cloudfunctions"].iter().any(|own| resource.kind.starts_with(own))
}

/// Whether anything is written about the network that a service reaches into, known or not.
fn names_network(resource: &Resource, row: &[Arc<str>]) -> bool {
    // Annotations hold more than networks.
    let connectors = outward::CONNECTORS.into_iter().filter(|path| !path.ends_with("metadata"));
    let mut paths = row[1..].iter().map(|path| &**path).chain(connectors);
    paths.any(|path| !look::leaves(&resource.attributes, path).is_empty())
}

/// Add the subnets and the network that an attribute names.
pub fn join(scene: &Scene<'_>, at: usize, path: &str, presence: &mut Presence) {
    for to in targets(scene, at, path) {
        let resource = scene.index.resource(to);
        if is_subnet(resource) {
            presence.subnets.push(to);
            presence.ranges.extend(text(resource, "ip_cidr_range").and_then(range));
            presence.network = presence.network.or_else(|| network_of_subnet(scene, to));
        }
    }
    presence.network = presence.network.or_else(|| network_of(scene, at, path));
}

/// What answers on the internet by itself, by the vocabulary's `public`; databases by the networks that they let in.
pub fn fronts(scene: &Scene<'_>, network: &mut Network) {
    for node in 0..scene.nodes.len() {
        let Some(at) = scene.nodes[node].resource else { continue };
        let resource = scene.index.resource(at);
        let kind = &*scene.nodes[node].kind;
        if !gcp::is_own(resource) || matches!(kind, "dns" | "load_balancer" | "compute_vm") {
            continue;
        }
        let encrypted = scene.state(node, "encrypted_in_transit");
        let encrypted = match scene.nodes[node].facts.get("encrypted_in_transit") {
            None => Tri::Unknown,
            Some(_) => encrypted,
        };
        let parts = || scene.nodes[node].parts.iter().copied();
        for (part, door) in parts().filter_map(|part| Some((part, door_of(scene, part)?))) {
            if let Some((open, proof)) = database(scene, part, door) {
                let traffic = Traffic::tcp(port_of(scene, node).unwrap_or(443));
                network.fronts.push(Front { node, traffic, encrypted, open, proof });
            }
        }
        if &*resource.kind == SQL {
            continue;
        }
        // What has no place in a network is exposed by the vocabulary alone.
        if network.presences[node].as_ref().is_none_or(|presence| presence.sends_only) {
            continue;
        }
        let public = scene.state(node, "public");
        if public != Tri::No {
            let fact = &scene.nodes[node].facts["public"];
            let open = if public == Tri::Yes { Reach::Open } else { Reach::Unknown };
            let traffic = Traffic::tcp(port_of(scene, node).unwrap_or(443));
            let proof = fact.proof.clone();
            network.fronts.push(Front { node, traffic, encrypted, open, proof });
        }
    }
}

/// How a resource lets networks in, where it is a database of its own.
fn door_of(scene: &Scene<'_>, at: usize) -> Option<&'static Door> {
    let resource = scene.index.resource(at);
    DOORS.iter().find(|door| *resource.kind == *door.kind && resource.mode == Mode::Managed)
}

/// Who gets to a database over its own address on the internet: the networks that it names.
fn database(scene: &Scene<'_>, at: usize, door: &Door) -> Option<(Reach, Vec<Place>)> {
    let resource = scene.index.resource(at);
    let first = match gcp::value(resource, door.block) {
        Some(Value::Array(items)) => items.first(),
        other => other,
    };
    match gcp::value(resource, door.switch) {
        Some(Value::Bool(false)) => return None,
        Some(Value::Unknown(_)) => return Some((Reach::Unknown, vec![resource.header])),
        Some(Value::Bool(true)) => {}
        _ if !door.is_on => return None,
        _ => {}
    }
    let mut open = Reach::Closed;
    let named = first.map(|it| blocks(it, door.list)).unwrap_or_default();
    for (position, allowed) in named.iter().enumerate() {
        let reach = match allowed.get(door.range) {
            Some(Value::String(text)) => match range(text) {
                Some(range) if is_any(&range) => Reach::Open,
                Some(range) if is_public(&range) => Reach::Restricted,
                Some(_) => Reach::Closed,
                None => Reach::Unknown,
            },
            // An address of one's own lets nobody else in.
            _ if own_callers(scene, at, door).any(|(_, index, _)| index == Some(position)) => {
                Reach::Closed
            }
            _ => Reach::Unknown,
        };
        open = open.max(reach);
    }
    let proof = vec![gcp::place(resource, &format!("{}.{}", door.block, door.list))];
    (open != Reach::Closed).then_some((open, proof))
}

/// Programs whose own address a database lets in, with which of the networks that it names this is, and where.
fn own_callers<'s>(
    scene: &'s Scene<'_>,
    at: usize,
    door: &'s Door,
) -> impl Iterator<Item = (usize, Option<usize>, Place)> + 's {
    let path = format!("{}.{}.{}", door.block, door.list, door.range);
    let named = scene.index.outgoing(at).iter().filter(move |edge| leads(&path, &edge.at));
    named.filter_map(move |edge| {
        let node = scene.node_of[edge.to].filter(|node| runs_programs(scene, *node))?;
        let mut parts = edge.at.parts().skip_while(|part| *part != door.list).skip(1);
        let position = parts.next().and_then(|part| part.parse().ok());
        Some((node, position, scene.index.place_of(at, &edge.at, edge.to)))
    })
}

/// Services that name a database by its connection, which Google's own proxy carries for accounts that may connect.
pub fn links(scene: &Scene<'_>, network: &mut Network) {
    let link = |source, target, place| Link {
        source,
        target,
        traffic: Traffic::tcp(port_of(scene, target).unwrap_or(443)),
        spoken: Encrypted::Unknown,
        reach: Reach::Open,
        proof: vec![place],
    };
    for door in &DOORS {
        for at in scene.index.of_type(door.kind) {
            let Some(target) = scene.node_of[*at] else { continue };
            let callers = own_callers(scene, *at, door);
            network.doors.extend(callers.map(|(source, _, place)| link(source, target, place)));
        }
    }
    let rights = clients::Rights::new(scene);
    for at in scene.index.of_type(SQL) {
        let Some(target) = scene.node_of[*at] else { continue };
        for edge in scene.index.incoming(*at) {
            let by_connection = edge.attribute.as_str().contains("connection_name");
            let Some(source) = scene.node_of[edge.from].filter(|source| *source != target) else {
                continue;
            };
            if by_connection
                && scene.nodes[source].element == Element::Process
                && !rights.lack(scene, source)
            {
                let place = scene.index.resource(edge.from).place_of(&edge.at);
                network.links.push(link(source, target, place));
            }
        }
    }
    network.links.sort();
    network.links.dedup();
}
