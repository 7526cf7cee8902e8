//! Azure: where the routes of a subnet lead, and what hubs join.
//!
//! Source: Microsoft Learn, "Virtual network traffic routing", "Default outbound access in Azure", "About virtual hub routing",
//! "Virtual network peering" (traffic passes once both peerings are connected).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ipnet::IpNet;

use crate::document::{Mode, Pointer, Value};
use crate::graph::look;
use crate::graph::scene::Scene;
use crate::source::Place;

use super::super::Network;
use super::super::filter::{Direction, Layer, Peer, Rule, is_any, range};

/// One route that somebody wrote for a subnet.
pub struct Hop {
    /// For which addresses; none where it is not known.
    pub destination: Option<IpNet>,
    /// The word for where it leads, in lower case.
    pub kind: String,
    /// The address there, as it is written.
    pub address: Option<String>,
    /// Resources that the address is of.
    pub named: Vec<usize>,
    /// Where it is written.
    pub place: Place,
}

impl Hop {
    /// Whether it is meant for all that no other route is for.
    pub fn is_default(&self) -> bool {
        self.destination.as_ref().is_some_and(is_any)
    }
}

/// The routes of the tables that are joined to a subnet.
pub fn of_subnet(scene: &Scene<'_>, subnet: usize) -> Vec<Hop> {
    let mut found = Vec::new();
    for table in joined(scene, subnet, "azurerm_subnet_route_table_association", "route_table_id") {
        let routes = look::listed(&scene.index.resource(table).attributes, "route");
        let at = |position: usize| Pointer::root().key("route").index(position);
        found.extend(
            routes
                .iter()
                .enumerate()
                .map(|(position, route)| hop(scene, table, route, &at(position))),
        );
        let others = look::users(scene, table, "azurerm_route", "route_table_name");
        found.extend(others.map(|other| {
            hop(scene, other, &scene.index.resource(other).attributes, &Pointer::root())
        }));
    }
    found
}

fn hop(scene: &Scene<'_>, at: usize, route: &Value, pointer: &Pointer) -> Hop {
    let word = |name: &str| look::text(route, name);
    let address = pointer.key("next_hop_in_ip_address");
    let edges = scene.index.outgoing(at).iter().filter(|edge| address.covers(&edge.at));
    let resource = scene.index.resource(at);
    Hop {
        destination: word("address_prefix").and_then(range),
        kind: word("next_hop_type").unwrap_or_default().to_ascii_lowercase(),
        address: word("next_hop_in_ip_address").map(str::to_owned),
        named: edges.map(|edge| edge.to).collect(),
        place: if pointer.parts().next().is_none() {
            resource.header
        } else {
            resource.place_of(&pointer.key("name"))
        },
    }
}

/// Put before hosts of subnets what their routes drop on the way to others: those of which the most exact route for their addresses leads
/// nowhere. A network's own route is as exact as the range that it lists.
pub fn drops(scene: &Scene<'_>, network: &mut Network) {
    let mut layers: BTreeMap<usize, Arc<Layer>> = BTreeMap::new();
    let mut budget = scene.bounds.joins;
    for subnet in scene.index.of_type("azurerm_subnet") {
        let hops = of_subnet(scene, *subnet);
        if hops.iter().all(|hop| hop.kind != "none") {
            continue;
        }
        let others = scene.index.of_type("azurerm_subnet").iter().filter(|other| *other != subnet);
        let others: Vec<usize> = others.copied().take(budget / hops.len()).collect();
        budget = budget.saturating_sub(others.len() * hops.len());
        let dropped =
            others.iter().filter_map(|other| Some((*other, dropping(scene, &hops, *other)?)));
        let dropped: Vec<(usize, Place)> = dropped.collect();
        let rules = dropped.iter().flat_map(|(other, place)| {
            [Direction::In, Direction::Out].map(|direction| {
                let peer = Peer::Zone(*other);
                let rule = Rule::default_of("routes", direction, peer, Some(*place));
                Rule { allow: false, ..rule }
            })
        });
        let layer = Layer {
            rules: rules.collect(),
            default_in: true,
            default_out: true,
            ..Layer::default()
        };
        if !layer.rules.is_empty() {
            layers.insert(*subnet, Arc::new(layer));
        }
    }
    for presence in network.presences.iter_mut().flatten() {
        let own = presence.subnets.iter().filter_map(|subnet| layers.get(subnet).cloned());
        let own: Vec<Arc<Layer>> = own.collect();
        presence.layers.extend(own);
    }
}

/// The route that drops what is for all addresses of a subnet, if that is the most exact one.
fn dropping(scene: &Scene<'_>, hops: &[Hop], subnet: usize) -> Option<Place> {
    let own = super::ranges(scene.index.resource(subnet).attributes.get("address_prefixes"));
    let network = super::network_of(scene, subnet);
    let space =
        network.map(|at| super::ranges(scene.index.resource(at).attributes.get("address_space")));
    let mut found = None;
    for range in own {
        let holding = hops.iter().filter_map(|hop| {
            let destination = hop.destination.filter(|to| to.contains(&range))?;
            Some((destination.prefix_len(), hop))
        });
        let (length, hop) = holding.max_by_key(|(length, _)| *length)?;
        // Of a network whose ranges are not known, its route may be as exact as the subnet.
        let spaces = space.iter().flatten().filter(|all| all.contains(&range));
        let system = spaces.map(IpNet::prefix_len).max().unwrap_or_else(|| range.prefix_len());
        if hop.kind != "none" || length < system {
            return None;
        }
        found = found.or(Some(hop.place));
    }
    found
}

/// What a subnet's associations of one type join to it.
fn joined(scene: &Scene<'_>, subnet: usize, kind: &'static str, path: &'static str) -> Vec<usize> {
    let joins = look::users(scene, subnet, kind, "subnet_id");
    joins.flat_map(|join| look::named(scene, join, path).targets).map(|(to, _)| to).collect()
}

/// By what a host may get to the internet, whatever its subnet has.
#[derive(Clone, Copy, Debug)]
pub struct Exits {
    /// Whether it has an address, or something that translates, of its own.
    pub own: bool,
    /// Whether the way that Azure gives by default is there for it.
    pub default: bool,
}

/// Whether hosts of a subnet get to the internet by themselves: the way is there, and no route sends what goes out elsewhere.
pub fn leads_out(scene: &Scene<'_>, subnet: usize, exits: Exits) -> bool {
    let is_out = |hop: &Hop| matches!(hop.kind.as_str(), "internet" | "");
    let hops = of_subnet(scene, subnet);
    let is_sent_elsewhere = hops.iter().any(|hop| hop.is_default() && !is_out(hop));
    let attributes = &scene.index.resource(subnet).attributes;
    let default = exits.default
        && attributes.get("default_outbound_access_enabled") != Some(&Value::Bool(false));
    let gateways = || {
        joined(scene, subnet, "azurerm_subnet_nat_gateway_association", "nat_gateway_id")
            .into_iter()
    };
    !is_sent_elsewhere && (default || exits.own || gateways().next().is_some())
}

/// Networks with a peering each to the other. Of a network that is looked up, the other half is somebody else's to write.
pub fn peerings(scene: &Scene<'_>, network: &mut Network) {
    network.peerings.extend(peered(scene));
}

/// Pairs of networks that are peered by themselves, with what says so.
pub fn peered(scene: &Scene<'_>) -> Vec<(usize, usize, Place)> {
    let mut halves = BTreeMap::new();
    for at in scene.index.of_type("azurerm_virtual_network_peering") {
        let ends = |path: &str| look::named(scene, *at, path).targets;
        let (own, other) = (ends("virtual_network_name"), ends("remote_virtual_network_id"));
        if let (Some((a, _)), Some((b, _))) = (own.first(), other.first()) {
            halves.entry((*a, *b)).or_insert(scene.index.resource(*at).header);
        }
    }
    let is_written = |network: &usize| scene.index.resource(*network).mode == Mode::Managed;
    let is_whole = |(a, b): &(usize, usize)| {
        !(is_written(a) && is_written(b)) || halves.contains_key(&(*b, *a))
    };
    halves.iter().filter(|(ends, _)| is_whole(ends)).map(|((a, b), at)| (*a, *b, *at)).collect()
}

/// Networks that are connected to one hub of a virtual WAN reach each other over it.
pub fn hubs(scene: &Scene<'_>, network: &mut Network) {
    let mut budget = scene.bounds.joins;
    for hub in scene.index.of_type("azurerm_virtual_hub") {
        let connections =
            look::users(scene, *hub, "azurerm_virtual_hub_connection", "virtual_hub_id");
        let ends = connections.flat_map(|at| {
            let place = scene.index.resource(at).header;
            let networks = look::named(scene, at, "remote_virtual_network_id").targets;
            networks.into_iter().map(move |(to, _)| (to, place))
        });
        let ends: Vec<(usize, Place)> = ends.collect();
        for (position, (a, place)) in ends.iter().enumerate() {
            for (b, _) in &ends[position + 1..] {
                if budget == 0 {
                    network.left_out = true;
                    return;
                }
                budget -= 1;
                network.peerings.push((*a, *b, *place));
            }
        }
    }
}

/// Networks that are joined by themselves, by network.
pub struct Joined(BTreeMap<usize, BTreeSet<usize>>);

impl Joined {
    /// By the joins that are known so far.
    pub fn of(network: &Network) -> Self {
        let mut all: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (a, b, _) in &network.peerings {
            all.entry(*a).or_default().insert(*b);
            all.entry(*b).or_default().insert(*a);
        }
        Self(all)
    }

    /// The networks that one is joined to.
    pub fn around(&self, own: usize) -> impl Iterator<Item = usize> + '_ {
        self.0.get(&own).into_iter().flatten().copied()
    }

    /// Whether two networks are one, or joined.
    pub fn are(&self, a: usize, b: usize) -> bool {
        a == b || self.0.get(&a).is_some_and(|all| all.contains(&b))
    }
}
