//! Azure Firewall: what it passes on from the internet, what it lets out, and what it lets through between networks.
//!
//! Sources: Microsoft Learn, "Azure Firewall rule processing logic", "Azure Firewall DNAT", "Hub-spoke network topology in Azure",
//! "Integrate Azure Firewall with Azure Standard Load Balancer" (answers that do not go back the way they came are lost).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ipnet::IpNet;

use crate::document::{Pointer, Value};
use crate::graph::look;
use crate::graph::scene::Scene;
use crate::source::Place;

use super::super::filter::{Direction, Layer, Peer, Ports, Protocol, Rule, Traffic, number};
use super::super::{Network, Presence, Public, Route, Tri};
use super::routing::{self, Hop, Joined};
use super::{peers, range, ranges};

/// Collections of rules that are resources of their own: type, what its rules are.
const COLLECTIONS: [(&str, Kind); 3] = [
    ("azurerm_firewall_nat_rule_collection", Kind::Nat),
    ("azurerm_firewall_network_rule_collection", Kind::Network),
    ("azurerm_firewall_application_rule_collection", Kind::Application),
];

/// Collections inside of a group of a policy: attribute, what its rules are.
const BLOCKS: [(&str, Kind); 3] = [
    ("nat_rule_collection", Kind::Nat),
    ("network_rule_collection", Kind::Network),
    ("application_rule_collection", Kind::Application),
];

/// At how many policies that inherit from one another no more are followed.
const INHERITED: i64 = 8;

/// What rules are about; those of networks come before those of applications, whatever their priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Nat,
    Network,
    Application,
}

/// Rules with one priority.
struct Collection<'s> {
    kind: Kind,
    /// Depth of the policy, its group's priority, its own.
    order: (i64, i64, i64),
    value: &'s Value,
    pointer: Pointer,
    resource: usize,
}

/// One rule of a collection.
struct Written<'s, 'c> {
    value: &'s Value,
    pointer: Pointer,
    of: &'c Collection<'s>,
}

/// A firewall that stands in a network.
struct Firewall<'s> {
    node: usize,
    subnet: usize,
    collections: Vec<Collection<'s>>,
    /// Whether it has rules that the document does not hold.
    open_ended: bool,
}

/// Give firewalls, and the hosts whose routes lead to them, what their rules say.
pub fn read(scene: &Scene<'_>, network: &mut Network) {
    let firewalls: Vec<Firewall<'_>> =
        scene.index.of_type("azurerm_firewall").iter().filter_map(|at| of(scene, *at)).collect();
    for firewall in &firewalls {
        let layer = firewall.translated(scene);
        if let Some(own) = network.presences[firewall.node].as_mut() {
            own.layers = vec![Arc::new(layer)];
        }
    }
    let joined = Joined::of(network);
    for firewall in &firewalls {
        translations(scene, network, firewall, &joined);
    }
    behind(scene, network, &firewalls, &joined);
}

fn of<'s>(scene: &'s Scene<'_>, at: usize) -> Option<Firewall<'s>> {
    let node = scene.node_of[at]?;
    let subnet = look::named(scene, at, "ip_configuration.subnet_id").targets.first()?.0;
    let mut firewall = Firewall { node, subnet, collections: Vec::new(), open_ended: false };
    for (kind, rules) in COLLECTIONS {
        for user in look::users(scene, at, kind, "azure_firewall_name") {
            let value = &scene.index.resource(user).attributes;
            let order = (0, 0, number(value.get("priority")).unwrap_or(i64::from(u16::MAX)));
            let pointer = Pointer::root();
            let resource = user;
            firewall.collections.push(Collection { kind: rules, order, value, pointer, resource });
        }
    }
    let policy = look::named(scene, at, "firewall_policy_id");
    firewall.open_ended = policy.open || look::may_be_extended(scene, at);
    if let Some((policy, _)) = policy.targets.first() {
        firewall.inherit(scene, *policy, INHERITED);
    }
    firewall.collections.sort_by_key(|collection| (collection.kind, collection.order));
    Some(firewall)
}

impl<'s> Firewall<'s> {
    /// Take the rules of a policy, and before them those of the policy that it is based on.
    fn inherit(&mut self, scene: &'s Scene<'_>, policy: usize, depth: i64) {
        let base = look::named(scene, policy, "base_policy_id");
        self.open_ended |= base.open || look::may_be_extended(scene, policy);
        match base.targets.first() {
            Some(_) if depth == 0 => self.open_ended = true,
            Some((base, _)) => self.inherit(scene, *base, depth - 1),
            None => {}
        }
        let kind = "azurerm_firewall_policy_rule_collection_group";
        for group in look::users(scene, policy, kind, "firewall_policy_id") {
            let attributes = &scene.index.resource(group).attributes;
            let priority = |value: &Value| number(value.get("priority"));
            let first = priority(attributes).unwrap_or(i64::from(u16::MAX));
            for (name, rules) in BLOCKS {
                for (position, value) in look::blocks(attributes, name) {
                    self.open_ended |= matches!(value, Value::Unknown(_));
                    let order = (depth, first, priority(value).unwrap_or(i64::from(u16::MAX)));
                    let pointer = Pointer::root().key(name).index(position);
                    let resource = group;
                    self.collections.push(Collection {
                        kind: rules,
                        order,
                        value,
                        pointer,
                        resource,
                    });
                }
            }
        }
    }

    fn rules(&self, kinds: &'static [Kind]) -> impl Iterator<Item = Written<'s, '_>> {
        let collections = self.collections.iter().filter(|all| kinds.contains(&all.kind));
        collections.flat_map(|of| {
            look::blocks(of.value, "rule").map(move |(position, value)| {
                let pointer = of.pointer.key("rule").index(position);
                Written { value, pointer, of }
            })
        })
    }

    /// What it takes from the internet: traffic that some rule translates.
    fn translated(&self, scene: &Scene<'_>) -> Layer {
        let mut layer =
            Layer { default_out: true, open_ended: self.open_ended, ..Layer::default() };
        for (order, written) in (0..).zip(self.rules(&[Kind::Nat])) {
            let peers = written.peers(scene, "source_addresses", "source_ip_groups");
            layer.rules.extend(written.rules(scene, Direction::In, &peers, order));
        }
        layer
    }
}

impl Written<'_, '_> {
    fn place(&self, scene: &Scene<'_>) -> Place {
        scene.index.resource(self.of.resource).place_of(&self.pointer.key("name"))
    }

    /// Resources that one of its attributes names.
    fn named<'r>(&self, scene: &'r Scene<'_>, name: &str) -> impl Iterator<Item = usize> + use<'r> {
        let at = self.pointer.key(name);
        let edges = scene.index.outgoing(self.of.resource).iter();
        edges.filter(move |edge| at.covers(&edge.at)).map(|edge| edge.to)
    }

    /// Whom a list of addresses and one of groups of addresses name.
    fn peers(&self, scene: &Scene<'_>, addresses: &str, groups: &str) -> Vec<Peer> {
        let mut found = peers(self.value.get(addresses));
        let mut known = 0;
        for group in self.named(scene, groups) {
            known += 1;
            let attributes = &scene.index.resource(group).attributes;
            found.extend(peers(attributes.get("cidrs")));
            for one in look::users(scene, group, "azurerm_ip_group_cidr", "ip_group_id") {
                found.extend(peers(scene.index.resource(one).attributes.get("cidr")));
            }
        }
        if look::listed(self.value, groups).len() > known {
            found.push(Peer::Unknown);
        }
        found
    }

    /// Its rules for given peers: one for each protocol.
    fn rules(
        &self,
        scene: &Scene<'_>,
        direction: Direction,
        peers: &[Peer],
        order: i64,
    ) -> Vec<Rule> {
        let action = look::text(self.of.value, "action").unwrap_or_default();
        let place = self.place(scene);
        let one = |protocol, ports| Rule {
            direction,
            allow: !action.eq_ignore_ascii_case("deny"),
            order,
            protocol,
            ports,
            peers: peers.to_vec(),
            resource: Some(self.of.resource),
            place: Some(place),
            default: None,
        };
        if self.of.kind == Kind::Application {
            // Single ones in rules of the older kind, a list in those of policies.
            let blocks = ["protocols", "protocol"].into_iter();
            let blocks = blocks.flat_map(|name| look::listed(self.value, name));
            let ports = blocks.map(|block| block.get("port").and_then(Ports::parse));
            return ports.map(|ports| one(Protocol::Tcp, ports)).collect();
        }
        let protocols = look::listed(self.value, "protocols").iter();
        let protocols = protocols.filter_map(Value::as_str).map(Protocol::parse);
        let ports = self.value.get("destination_ports").and_then(Ports::parse);
        protocols.map(|protocol| one(protocol, ports.clone())).collect()
    }

    /// Whether it speaks of all hosts in some ranges.
    fn is_from(&self, scene: &Scene<'_>, ranges: &[IpNet]) -> Tri {
        let mut best = Tri::No;
        for peer in self.peers(scene, "source_addresses", "source_ip_groups") {
            let fits = match peer {
                Peer::Everyone => Tri::Yes,
                Peer::Range(_) if ranges.is_empty() => Tri::Unknown,
                Peer::Range(range) if ranges.iter().all(|own| range.contains(own)) => Tri::Yes,
                Peer::Range(range) if ranges.iter().any(|own| own.contains(&range)) => Tri::Unknown,
                Peer::Unknown => Tri::Unknown,
                _ => Tri::No,
            };
            best = best.or(fits);
        }
        best
    }

    /// Where it lets go: addresses, or with rules of applications everyone on the internet where it names no host in particular.
    fn destinations(&self, scene: &Scene<'_>) -> Vec<Peer> {
        if self.of.kind == Kind::Network {
            return self.peers(scene, "destination_addresses", "destination_ip_groups");
        }
        let names = ["destination_fqdns", "target_fqdns"].into_iter();
        let mut names = names.flat_map(|name| look::listed(self.value, name));
        let is_any = |name: &Value| name.as_str() == Some("*");
        if names.any(is_any) { vec![Peer::Internet] } else { Vec::new() }
    }
}

/// What translations lead to, where the firewall's network leads there.
fn translations(
    scene: &Scene<'_>,
    network: &mut Network,
    firewall: &Firewall<'_>,
    joined: &Joined,
) {
    let own = network.presences[firewall.node].as_ref().and_then(|own| own.network);
    let Some(own) = own else { return };
    for written in firewall.rules(&[Kind::Nat]) {
        let place = written.place(scene);
        let word = |name: &str| look::text(written.value, name);
        let port = |name: &str| {
            let port = number(written.value.get(name)).and_then(|port| u16::try_from(port).ok());
            port.filter(|port| *port != 0)
        };
        let fronts = written.value.get("destination_ports").and_then(Ports::parse);
        let fronts = fronts.map(|ports| ports.0).unwrap_or_default();
        let protocols = look::listed(written.value, "protocols").iter();
        let protocols: Vec<Protocol> =
            protocols.filter_map(Value::as_str).map(Protocol::parse).collect();
        let mut targets: BTreeSet<usize> =
            written.named(scene, "translated_address").filter_map(|to| scene.node_of[to]).collect();
        if targets.is_empty() {
            let address = word("translated_address").and_then(range);
            targets.extend(address.and_then(|address| host_at(scene, network, address)));
        }
        for target in targets {
            let at = network.presences[target].as_ref().and_then(|at| at.network);
            if !at.is_some_and(|at| joined.are(own, at)) {
                continue;
            }
            for (protocol, (first, last)) in
                protocols.iter().flat_map(|each| fronts.iter().map(move |front| (*each, *front)))
            {
                let front = Traffic { protocol, port: (first == last).then_some(first) };
                let back = Traffic { protocol, port: port("translated_port").or(front.port) };
                network.routes.push(Route {
                    via: firewall.node,
                    front,
                    target,
                    back,
                    keeps_source: false,
                    from: Vec::new(),
                    front_encrypted: Tri::Unknown,
                    back_encrypted: Tri::Unknown,
                    front_proof: vec![place],
                    back_proof: vec![place],
                });
            }
        }
    }
}

/// The host with an address: the one that says so, else the only one that stands around it.
fn host_at(scene: &Scene<'_>, network: &Network, address: IpNet) -> Option<usize> {
    let written = [
        ("azurerm_network_interface", "ip_configuration.private_ip_address"),
        ("azurerm_lb", "frontend_ip_configuration.private_ip_address"),
        ("azurerm_application_gateway", "frontend_ip_configuration.private_ip_address"),
    ];
    let mut said = BTreeSet::new();
    for (kind, path) in written {
        for at in scene.index.of_type(kind) {
            let leaves = look::leaves(&scene.index.resource(*at).attributes, path);
            let mut texts = leaves.iter().filter_map(|(_, value)| value.as_str()).peekable();
            let Some(node) = scene.node_of[*at].filter(|_| texts.peek().is_some()) else {
                continue;
            };
            if texts.any(|text| range(text) == Some(address)) {
                return Some(node);
            }
            said.insert(node);
        }
    }
    // Others are given from the fifth of a subnet on, in order (Microsoft Learn, "Private IP addresses").
    let around =
        |presence: &Presence| presence.ranges.iter().find(|own| own.contains(&address)).copied();
    let hosts: Vec<(usize, IpNet)> = super::super::flows::hosts(network)
        .filter(|(node, _)| scene.nodes[*node].kind.starts_with("compute_") && !said.contains(node))
        .filter_map(|(node, presence)| Some((node, around(presence)?)))
        .collect();
    if let [(only, _)] = hosts.as_slice() {
        return Some(*only);
    }
    let range = hosts.first()?.1;
    let (std::net::IpAddr::V4(address), std::net::IpAddr::V4(first)) =
        (address.addr(), range.network())
    else {
        return None;
    };
    let place = u32::from(address).checked_sub(u32::from(first).checked_add(4)?)?;
    let mut hosts = hosts.into_iter().filter(|(_, own)| *own == range);
    hosts.nth(usize::try_from(place).ok()?).map(|(node, _)| node)
}

/// Where the routes of a subnet lead to a firewall: which, for which addresses.
struct Behind {
    firewall: usize,
    hops: Vec<(IpNet, Place)>,
    ranges: Vec<IpNet>,
    network: usize,
}

/// What stands in subnets whose routes lead to firewalls.
fn behind(scene: &Scene<'_>, network: &mut Network, firewalls: &[Firewall<'_>], joined: &Joined) {
    let mut subnets: BTreeMap<usize, Vec<Behind>> = BTreeMap::new();
    let mut without_way: BTreeMap<usize, Place> = BTreeMap::new();
    for at in scene.index.of_type("azurerm_subnet") {
        let zone = scene.zone_of[*at].and_then(|zone| scene.zones[zone].parent);
        let Some(own) = zone.and_then(|zone| scene.zones[zone].resource) else { continue };
        let own_ranges = ranges(scene.index.resource(*at).attributes.get("address_prefixes"));
        for hop in routing::of_subnet(scene, *at) {
            if hop.is_default() && hop.kind == "none" {
                without_way.insert(*at, hop.place);
            }
            let Some(firewall) = next(scene, firewalls, &hop) else { continue };
            let Some(destination) = hop.destination else { continue };
            let all = subnets.entry(*at).or_default();
            let known = all.iter().position(|behind| behind.firewall == firewall);
            let known = known.unwrap_or_else(|| {
                let (hops, ranges) = (Vec::new(), own_ranges.clone());
                all.push(Behind { firewall, hops, ranges, network: own });
                all.len() - 1
            });
            all[known].hops.push((destination, hop.place));
        }
    }
    // Each subnet has rules of its own: those that speak of it.
    let mut budget = scene.bounds.joins;
    let mut layers: BTreeMap<usize, Vec<Arc<Layer>>> = BTreeMap::new();
    for (at, place) in without_way {
        layers.entry(at).or_default().push(Arc::new(unanswered(place)));
    }
    for (at, all) in &subnets {
        for behind in all {
            let firewall = &firewalls[behind.firewall];
            let rules = firewall.rules(&[Kind::Network, Kind::Application]).count();
            let layer = if rules <= budget {
                budget -= rules;
                way_out(scene, joined, firewall, behind)
            } else {
                network.left_out = true;
                Layer { open_ended: true, default_in: true, ..Layer::default() }
            };
            layers.entry(*at).or_default().push(Arc::new(layer));
        }
    }
    stand(network, firewalls, &subnets, &layers);
    connect(scene, network, (firewalls, joined), &subnets);
}

/// The firewall that a route leads to.
fn next(scene: &Scene<'_>, firewalls: &[Firewall<'_>], hop: &Hop) -> Option<usize> {
    if hop.kind != "virtualappliance" {
        return None;
    }
    let named = |firewall: &Firewall<'_>| {
        hop.named.iter().any(|to| scene.node_of[*to] == Some(firewall.node))
    };
    let address = hop.address.as_deref().and_then(range);
    let stands = |firewall: &Firewall<'_>| {
        let subnet = &scene.index.resource(firewall.subnet).attributes;
        let own = ranges(subnet.get("address_prefixes"));
        address.is_some_and(|address| own.iter().any(|own| own.contains(&address)))
    };
    firewalls.iter().position(|firewall| named(firewall) || stands(firewall))
}

/// Who asks from the internet gets no answer: it is dropped, or leaves by another way than the question came.
fn unanswered(place: Place) -> Layer {
    let rule = Rule::default_of("routes", Direction::In, Peer::Internet, Some(place));
    Layer {
        rules: vec![Rule { allow: false, ..rule }],
        default_in: true,
        default_out: true,
        ..Layer::default()
    }
}

/// What a firewall lets the hosts of a subnet do; where the default route leads elsewhere, all but what the firewall is asked for.
fn way_out(scene: &Scene<'_>, joined: &Joined, firewall: &Firewall<'_>, behind: &Behind) -> Layer {
    let default = behind.hops.iter().find(|(destination, _)| destination.prefix_len() == 0);
    let mut layer = match default {
        Some((_, place)) => unanswered(*place),
        None => Layer { default_in: true, ..Layer::default() },
    };
    layer.default_out = false;
    layer.open_ended = firewall.open_ended;
    let near = std::iter::once(behind.network).chain(joined.around(behind.network));
    let direct = near.map(Peer::Zone).collect();
    let rule = Rule::default_of("networks that are joined", Direction::Out, Peer::Network, None);
    layer.rules.push(Rule { peers: direct, ..rule });
    if default.is_none() {
        let rule = Rule::default_of("routes", Direction::Out, Peer::Internet, None);
        layer.rules.push(rule);
    }
    for (order, written) in (1..).zip(firewall.rules(&[Kind::Network, Kind::Application])) {
        match written.is_from(scene, &behind.ranges) {
            Tri::No => {}
            Tri::Unknown => layer.open_ended = true,
            Tri::Yes => {
                let peers = written.destinations(scene);
                layer.rules.extend(written.rules(scene, Direction::Out, &peers, order));
            }
        }
    }
    layer.sort();
    layer
}

/// Put what holds for subnets before their hosts.
fn stand(
    network: &mut Network,
    firewalls: &[Firewall<'_>],
    subnets: &BTreeMap<usize, Vec<Behind>>,
    layers: &BTreeMap<usize, Vec<Arc<Layer>>>,
) {
    let out: Vec<Tri> = firewalls
        .iter()
        .map(|firewall| {
            let own = network.presences[firewall.node].as_ref();
            own.map_or(Tri::Unknown, |own| own.public.state)
        })
        .collect();
    let own: BTreeSet<usize> = firewalls.iter().map(|firewall| firewall.node).collect();
    for (node, presence) in network.presences.iter_mut().enumerate() {
        let Some(presence) = presence.as_mut().filter(|_| !own.contains(&node)) else { continue };
        for subnet in presence.subnets.clone() {
            presence.layers.extend(layers.get(&subnet).into_iter().flatten().cloned());
            for behind in subnets.get(&subnet).into_iter().flatten() {
                let default = behind.hops.iter().find(|(to, _)| to.prefix_len() == 0);
                if let Some((_, place)) = default {
                    presence.egress = Public { state: out[behind.firewall], proof: vec![*place] };
                }
            }
        }
    }
}

/// Join subnets of different networks whose routes lead to one firewall for each other's addresses.
fn connect(
    scene: &Scene<'_>,
    network: &mut Network,
    (firewalls, joined): (&[Firewall<'_>], &Joined),
    subnets: &BTreeMap<usize, Vec<Behind>>,
) {
    let mut budget = scene.bounds.joins;
    let all: Vec<(usize, &Behind)> =
        subnets.iter().flat_map(|(at, all)| all.iter().map(|behind| (*at, behind))).collect();
    for (position, (a, from)) in all.iter().enumerate() {
        let hub = network.presences[firewalls[from.firewall].node].as_ref();
        let Some(hub) = hub.and_then(|hub| hub.network) else { continue };
        for (b, to) in &all[position + 1..] {
            if budget == 0 {
                network.left_out = true;
                return;
            }
            budget -= 1;
            let over = |hops: &[(IpNet, Place)], ranges: &[IpNet]| {
                let mut hops = hops.iter();
                let hop = hops.find(|(to, _)| ranges.iter().any(|range| to.contains(range)));
                hop.map(|(_, place)| *place)
            };
            let there = over(&from.hops, &to.ranges);
            let back = over(&to.hops, &from.ranges);
            let meet = |end: &Behind| joined.are(hub, end.network);
            let apart = !joined.are(from.network, to.network);
            if from.firewall == to.firewall
                && apart
                && meet(from)
                && meet(to)
                && let (Some(there), Some(_)) = (there, back)
            {
                network.peerings.push((*a, *b, there));
            }
        }
    }
}
