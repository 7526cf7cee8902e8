//! Networks of others: what a connection joins to a network of the configuration, and the configuration does not hold.
//!
//! Sources: Amazon VPC Peering Guide, "How VPC peering connections work"; Microsoft Learn, "Virtual network peering"; Google Cloud
//! documentation, "VPC Network Peering".

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ipnet::IpNet;

use crate::document::Value;
use crate::graph::look;
use crate::graph::scene::Scene;
use crate::model::Element;

use super::{Network, Presence, sites};

/// Types of connections: type, the attributes that name its own network and the other one, and whether the configuration's routes have to
/// lead over it.
const CONNECTIONS: [(&str, &str, &str, bool); 3] = [
    ("aws_vpc_peering_connection", "vpc_id", "peer_vpc_id", true),
    ("azurerm_virtual_network_peering", "virtual_network_name", "remote_virtual_network_id", false),
    (PEERING, "network", "peer_network", false),
];

/// The connection that carries nothing on to services which are peered with the configuration's network themselves.
const PEERING: &str = "google_compute_network_peering";

/// The network of somebody else.
#[derive(Clone, Debug)]
pub struct Neighbor {
    /// The node that stands for whoever is in it.
    pub node: usize,
    /// The connection, which stands for the network.
    pub connection: usize,
    /// The network of the configuration that it is joined to.
    pub own: usize,
    /// Whether it is a site of the same owner, joined by a tunnel or a line.
    pub is_site: bool,
}

/// A route over a connection: the connection, the subnet that it leads from, where it leads.
pub type Way = (usize, usize, Option<IpNet>);

/// Give each network of others a node and a place in the network. `ways` are the routes that lead to them.
pub fn stand(scene: &mut Scene<'_>, network: &mut Network) {
    let ways = std::mem::take(&mut network.ways);
    for (kind, own, other, routed) in CONNECTIONS {
        for at in scene.index.of_type(kind).to_vec() {
            let joined = look::first(scene, at, own);
            let named = look::named(scene, at, other);
            let Some(own) = joined.filter(|_| named.targets.is_empty() && named.open) else {
                continue;
            };
            if scene.index.resource(at).attributes.get("allow_virtual_network_access")
                == Some(&Value::Bool(false))
            {
                continue;
            }
            let over: Vec<&Way> = ways.iter().filter(|way| way.0 == at).collect();
            let place = scene.index.resource(at).header;
            if routed {
                network.peerings.extend(over.iter().map(|way| (way.1, at, place)));
            } else {
                network.peerings.push((own, at, place));
            }
            if kind == PEERING {
                network.ending.insert((own, at));
            }
            let node = node(scene, at, other);
            let ranges = over.iter().filter_map(|way| way.2).collect();
            network.presences.resize(scene.nodes.len(), None);
            // One owner may have several networks; what they reach is what the owner reaches.
            let known = network.presences[node].take();
            network.presences[node] = Some(presence(at, ranges, known));
            network.neighbors.push(Neighbor { node, connection: at, own, is_site: false });
        }
    }
    let mut over: BTreeMap<usize, Vec<Way>> = BTreeMap::new();
    for way in ways {
        over.entry(way.0).or_default().push(way);
    }
    for site in sites::all(scene) {
        network.presences.resize(scene.nodes.len(), None);
        let known = network.presences[site.node].take();
        let place = scene.index.resource(site.connection).header;
        let back = back(&over, &site);
        let presence = presence(site.connection, site.ranges, known);
        for own in site.joined {
            let ends = leading(network, &back, own);
            if ends.is_empty() {
                continue;
            }
            // What is known already stands in the network of another connection.
            let other = presence.network.unwrap_or(site.connection);
            network.peerings.extend(ends.into_iter().map(|end| (end, other, place)));
            let (node, connection) = (site.node, site.connection);
            network.neighbors.push(Neighbor { node, connection, own, is_site: true });
        }
        network.presences[site.node] = Some(presence);
    }
}

/// Subnets whose routes lead to a site.
fn back(ways: &BTreeMap<usize, Vec<Way>>, site: &sites::Site) -> BTreeSet<usize> {
    // In order, and none in another.
    let there = IpNet::aggregate(&site.ranges);
    let meets = |to: &IpNet| {
        let before = there.partition_point(|range| range.network() <= to.broadcast());
        let last = before.checked_sub(1).map(|at| &there[at]);
        there.is_empty() || last.is_some_and(|range| range.broadcast() >= to.network())
    };
    let over = site.gateways.iter().filter_map(|gateway| ways.get(gateway)).flatten();
    over.filter(|way| way.2.as_ref().is_none_or(meets)).map(|way| way.1).collect()
}

/// What of a network has a way back to a site: the network, or the subnets whose routes lead there or are not known.
fn leading(network: &Network, back: &BTreeSet<usize>, own: usize) -> Vec<usize> {
    let subnets = network.routed.get(&own).map(Vec::as_slice).unwrap_or_default();
    let leads = |(subnet, is_routed): &&(usize, bool)| !is_routed || back.contains(subnet);
    if subnets.iter().all(|subnet| leads(&subnet)) {
        return vec![own];
    }
    subnets.iter().filter(leads).map(|(subnet, _)| *subnet).collect()
}

fn presence(connection: usize, ranges: Vec<IpNet>, known: Option<Presence>) -> Presence {
    let mut presence =
        known.unwrap_or_else(|| Presence { network: Some(connection), ..Presence::default() });
    presence.subnets.push(connection);
    presence.ranges.extend(ranges);
    presence
}

/// Whoever is in the other network: its account, where the connection names that.
fn node(scene: &mut Scene<'_>, at: usize, other: &str) -> usize {
    let resource = scene.index.resource(at);
    let account = look::text(&resource.attributes, "peer_owner_id");
    let text = look::text(&resource.attributes, other);
    let last = text.map(|text| text.rsplit('/').next().unwrap_or(text));
    let (id, name): (Arc<str>, String) = match (account, last) {
        (Some(account), _) => {
            (format!("account:{account}").into(), format!("AWS account {account}"))
        }
        (None, Some(last)) => (format!("network:{last}").into(), format!("Network {last}")),
        (None, None) => (
            format!("network:{}", resource.address).into(),
            format!("Network behind {}", resource.name),
        ),
    };
    let node = scene.plain_node(&id, &name, "external_account", Element::ExternalEntity);
    let zone = scene.plain_zone("third_party", "Third parties", "third_party");
    scene.nodes[node].zone = Some(zone);
    node
}
