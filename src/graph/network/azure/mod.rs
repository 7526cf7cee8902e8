//! Azure: network security groups with priorities and default rules, public addresses, load balancers.
//!
//! Source: Microsoft Learn, "Network security groups", "Default outbound access", "Azure Load Balancer components".

mod apps;
mod cdn;
mod firewall;
mod front_door;
mod gateways;
mod groups;
mod inline;
mod outbound;
mod policies;
mod routing;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::document::{Pointer, Resource, Value};
use crate::graph::look;
use crate::graph::relations::leads;
use crate::graph::scene::Scene;
use crate::model::Encrypted;
use crate::pack::Verb;
use crate::source::Place;

use super::filter::{Direction, Layer, Party, Peer, Ports, Protocol, Rule, Traffic, number, range};
use super::reach::{self, Reach};
use super::{Front, Link, Network, Presence, Public, Route, Tri};
use groups::Host;

/// Default rules: order, direction, allow, peer, name.
const DEFAULTS: [(i64, Direction, bool, Peer, &str); 6] = [
    (65000, Direction::In, true, Peer::Network, "AllowVnetInBound"),
    (65001, Direction::In, true, Peer::Balancer, "AllowAzureLoadBalancerInBound"),
    (65500, Direction::In, false, Peer::Everyone, "DenyAllInBound"),
    (65000, Direction::Out, true, Peer::Network, "AllowVnetOutBound"),
    (65001, Direction::Out, true, Peer::Internet, "AllowInternetOutBound"),
    (65500, Direction::Out, false, Peer::Everyone, "DenyAllOutBound"),
];

/// The subnet that an app sends from ("virtual network integration"); requests come to it over its own endpoint. The setting of an app,
/// and resources of their own that say it.
const INTEGRATION: &str = "virtual_network_subnet_id";
const INTEGRATIONS: [&str; 2] = [
    "azurerm_app_service_virtual_network_swift_connection",
    "azurerm_app_service_slot_virtual_network_swift_connection",
];

/// Fill in what Azure's resources say.
pub fn read(scene: &Scene<'_>, network: &mut Network) {
    let pooled = outbound::by_pools(scene);
    for node in 0..scene.nodes.len() {
        let Some(at) = scene.nodes[node].resource else { continue };
        if &*scene.index.resource(at).provider == "azurerm" {
            network.presences[node] = presence(scene, node, pooled.get(&node).copied());
        }
    }
    routing::peerings(scene, network);
    routing::hubs(scene, network);
    firewall::read(scene, network);
    private_endpoints(scene, network);
    balancers(scene, network);
    gateways::read(scene, network);
    front_door::read(scene, network);
    cdn::read(scene, network);
    bastions(scene, network);
    apps::calls(scene, network);
    routing::drops(scene, network);
    for at in scene.index.of_type("azurerm_private_dns_zone_virtual_network_link") {
        let resource = scene.index.resource(*at);
        let zone = scene.node_of[*at];
        let linked = network_of(scene, *at);
        if let (Some(node), Some(linked)) = (zone, linked) {
            network.resolvers.push((node, linked, resource.header));
        }
    }
}

/// Facts that take more than one resource.
pub fn facts(scene: &mut Scene<'_>) {
    front_door::facts(scene);
    gateways::facts(scene);
    gateways::ingresses(scene);
}

/// Pairs of networks, both ways, of which bastions of the one get to machines of the other: peered ones. Source: Microsoft Learn,
/// "Virtual network peering and Azure Bastion".
pub fn bastion_ways(scene: &Scene<'_>) -> BTreeSet<(usize, usize)> {
    routing::peered(scene).into_iter().flat_map(|(a, b, _)| [(a, b), (b, a)]).collect()
}

/// Whether a bastion gets to networks that are peered with its own: not one of the kind for developers.
pub fn leaves_network(scene: &Scene<'_>, bastion: usize) -> bool {
    let at = scene.nodes[bastion].resource.map(|at| scene.index.resource(at));
    at.is_some_and(|it| {
        it.type_name() == "azurerm_bastion_host"
            && look::text(&it.attributes, "sku") != Some("Developer")
    })
}

/// Bastions answer administrators on the internet, where they have an address there and the group of their subnet lets them in.
fn bastions(scene: &Scene<'_>, network: &mut Network) {
    for at in scene.index.of_type("azurerm_bastion_host") {
        let Some(node) = scene.node_of[*at] else { continue };
        let resource = scene.index.resource(*at);
        for (pointer, address) in
            look::leaves(&resource.attributes, "ip_configuration.public_ip_address_id")
        {
            if !matches!(address, Value::Null) {
                let traffic = Traffic::tcp(443);
                let host = network.presences[node].as_ref();
                let way = host.map(|host| reach::past_filters(host, traffic));
                let open = way.as_ref().map_or(Reach::Open, |way| way.reach);
                let mut proof = vec![resource.place_of(&pointer)];
                proof.extend(way.into_iter().flat_map(|way| way.proof));
                network.fronts.push(Front { node, traffic, encrypted: Tri::Yes, open, proof });
            }
        }
    }
}

/// Private endpoints: doors in a network to services that hosts there speak of. Groups of rules before them count where the subnet says so.
fn private_endpoints(scene: &Scene<'_>, network: &mut Network) {
    let joined = routing::Joined::of(network);
    for at in scene.index.of_type("azurerm_private_endpoint") {
        let place = scene.index.resource(*at).header;
        let within = scene.relations.targets(*at, Verb::ContainedIn).map(|relation| relation.to);
        let subnet =
            within.into_iter().find(|to| &*scene.index.resource(*to).kind == "azurerm_subnet");
        let Some(subnet) = subnet else { continue };
        let zone = scene.zone_of[subnet].and_then(|zone| scene.zones[zone].parent);
        let own = zone.and_then(|zone| scene.zones[zone].resource);
        let groups = minds_groups(scene, subnet).then(|| layers_of_subnet(scene, subnet));
        let door = Presence {
            subnets: vec![subnet],
            network: own,
            ranges: ranges(scene.index.resource(subnet).attributes.get("address_prefixes")),
            layers: groups.unwrap_or_default(),
            ..Presence::default()
        };
        let services = scene.relations.targets(*at, Verb::Fronts);
        let services: Vec<usize> = services.filter_map(|to| scene.node_of[to.to]).collect();
        for service in services {
            network.endpoints.entry(service).or_default().push((door.clone(), place));
            let port = super::flows::port_of(scene, service).unwrap_or(443);
            let traffic = Traffic::tcp(port);
            let parts = scene.nodes[service].parts.iter();
            let users = parts.flat_map(|part| scene.index.incoming(*part));
            let users: BTreeSet<usize> = users
                .filter_map(|edge| scene.node_of[edge.from])
                .filter(|user| *user != service)
                .collect();
            for user in users {
                let Some(host) = network.presences[user].as_ref() else { continue };
                let party = Party::Host(usize::MAX, &door);
                let out =
                    host.layers.iter().map(|layer| layer.decide(Direction::Out, &party, traffic));
                let party = Party::Host(user, host);
                let into =
                    door.layers.iter().map(|layer| layer.decide(Direction::In, &party, traffic));
                let open = out.chain(into).all(|decision| decision.passes == Tri::Yes);
                let near = own.zip(host.network).is_some_and(|(own, of)| joined.are(own, of));
                if near && open {
                    network.doors.push(Link {
                        source: user,
                        target: service,
                        traffic,
                        spoken: Encrypted::Unknown,
                        reach: Reach::Open,
                        proof: vec![place],
                    });
                }
            }
        }
    }
    network.doors.sort();
    network.doors.dedup();
}

/// Whether a subnet's group of rules stands before private endpoints in it, too.
fn minds_groups(scene: &Scene<'_>, subnet: usize) -> bool {
    let policies = &scene.index.resource(subnet).attributes;
    let policies = policies.get("private_endpoint_network_policies").and_then(Value::as_str);
    policies.is_some_and(|policies| matches!(policies, "Enabled" | "NetworkSecurityGroupEnabled"))
}

/// The security groups that are joined to a subnet.
fn layers_of_subnet(scene: &Scene<'_>, subnet: usize) -> Vec<Arc<Layer>> {
    let joins = scene.relations.sources(subnet, Verb::Binds);
    let groups = joins.flat_map(|join| scene.relations.targets(join.from, Verb::FilteredBy));
    let door = Presence {
        ranges: ranges(scene.index.resource(subnet).attributes.get("address_prefixes")),
        ..Presence::default()
    };
    let host = Host { presence: &door, addresses: Vec::new() };
    groups.map(|group| Arc::new(layer(scene, group.to, &host))).collect()
}

/// The network that a resource names as what it lies in.
fn network_of(scene: &Scene<'_>, at: usize) -> Option<usize> {
    let around = scene.relations.targets(at, Verb::ContainedIn).map(|relation| relation.to);
    around.into_iter().find(|to| scene.index.resource(*to).type_name() == "azurerm_virtual_network")
}

/// Where a node stands; `translated` is whether balancers whose pools it is in let it out.
fn presence(scene: &Scene<'_>, node: usize, translated: Option<Tri>) -> Option<Presence> {
    let mut presence = Presence::default();
    let mut names = Vec::new();
    for part in &scene.nodes[node].parts {
        for relation in scene.relations.targets(*part, Verb::ContainedIn) {
            if &*scene.index.resource(relation.to).kind == "azurerm_subnet" {
                presence.subnets.push(relation.to);
                let kind = &*scene.index.resource(*part).kind;
                presence.sends_only |=
                    leads(INTEGRATION, &relation.at) || INTEGRATIONS.contains(&kind);
            }
        }
        let around = apps::subnets(scene, *part);
        presence.sends_only |= !around.is_empty();
        presence.subnets.extend(around);
        if &*scene.index.resource(*part).kind == "azurerm_public_ip" {
            names.push(*part);
        }
    }
    presence.subnets.sort_unstable();
    presence.subnets.dedup();
    inline::join(scene, node, &mut presence);
    let is_inline = presence.network.is_some();
    if presence.subnets.is_empty() && names.is_empty() && !is_inline {
        return None;
    }
    for subnet in &presence.subnets {
        let resource = scene.index.resource(*subnet);
        presence.ranges.extend(ranges(resource.attributes.get("address_prefixes")));
        let zone = scene.zone_of[*subnet].and_then(|zone| scene.zones[zone].parent);
        presence.network = presence.network.or(zone.and_then(|zone| scene.zones[zone].resource));
    }
    presence.groups = groups::of(scene, node);
    presence.public = public(scene, node, &names);
    let is_balancer = &*scene.nodes[node].kind == "load_balancer";
    // A balancer leaves who gets in to what stands behind it; an application gateway's machines stand in its subnet.
    if !is_balancer || gateways::is_one(scene, node) {
        presence.layers = layers(scene, node, &presence, &names);
    }
    // A cluster makes a balancer or gateway for its machines to leave by, unless it is told not to.
    let own = presence.public.state == Tri::Yes
        || scene.holds(node, "own_exit")
        || translated == Some(Tri::Yes);
    let exits = routing::Exits { own, default: translated != Some(Tri::No) };
    let leads_out = |subnet: &usize| routing::leads_out(scene, *subnet, exits);
    let egress = !is_balancer
        && (is_inline && (exits.own || exits.default) || presence.subnets.iter().any(leads_out));
    presence.egress = Public { state: egress.into(), proof: Vec::new() };
    // The API of a cluster answers on its own endpoint; what stands in the subnet are its machines.
    presence.sends_only |= &*scene.nodes[node].kind == "compute_orchestrator";
    Some(presence)
}

/// The public addresses among a node's parts, with where they are joined to it.
fn public(scene: &Scene<'_>, node: usize, addresses: &[usize]) -> Public {
    let mut proof = Vec::new();
    for address in addresses {
        for relation in scene.relations.sources(*address, Verb::Exposes) {
            if scene.node_of[relation.from] == Some(node) {
                proof.push(scene.index.place_of(relation.from, &relation.at, relation.to));
            }
        }
    }
    // Instances of scale sets have addresses of their own where their interfaces say so.
    for part in &scene.nodes[node].parts {
        let resource = scene.index.resource(*part);
        let own = OF_INSTANCES.iter().flat_map(|path| look::leaves(&resource.attributes, path));
        proof.extend(own.map(|(pointer, _)| resource.place_of(&pointer)));
    }
    proof.sort();
    match own_front(scene, node) {
        Some((true, place)) => {
            proof.push(place);
            Public { state: Tri::Yes, proof }
        }
        Some((false, _)) => Public::default(),
        None => Public { state: (!addresses.is_empty() || !proof.is_empty()).into(), proof },
    }
}

/// Whether a service in a network has a front on the internet by what it says of itself, and where: by the table `azure_own_fronts`.
fn own_front(scene: &Scene<'_>, node: usize) -> Option<(bool, Place)> {
    let resource = scene.index.resource(scene.nodes[node].resource?);
    scene.vocabulary.table("azure_own_fronts").iter().find_map(|row| {
        let [kind, attribute, value, has] = row.as_slice() else { return None };
        let says = **kind == *resource.kind
            && look::text(&resource.attributes, attribute) == Some(&**value);
        let place = || resource.place_of(&Pointer::root().key(attribute));
        says.then(|| (&**has == "yes" && !scene.lacks(node, "public"), place()))
    })
}

/// Where interfaces of scale sets ask for an address of each instance.
const OF_INSTANCES: [&str; 2] = [
    "network_interface.ip_configuration.public_ip_address",
    "network_profile.ip_configuration.public_ip_address_configuration",
];

/// The security groups of subnets and interfaces, one layer each.
fn layers(
    scene: &Scene<'_>,
    node: usize,
    presence: &Presence,
    addresses: &[usize],
) -> Vec<Arc<Layer>> {
    let mut layers = Vec::new();
    let host = Host { presence, addresses: groups::addresses(scene, node) };
    let mut groups_of = |at: usize| {
        let joined = scene
            .relations
            .sources(at, Verb::Binds)
            .chain(scene.relations.sources(at, Verb::AttachedTo));
        for join in joined {
            for group in scene.relations.targets(join.from, Verb::FilteredBy) {
                layers.push(Arc::new(layer(scene, group.to, &host)));
            }
        }
    };
    for subnet in &presence.subnets {
        groups_of(*subnet);
    }
    let inline = inline::layers(scene, node, &host);
    for part in &scene.nodes[node].parts {
        if &*scene.index.resource(*part).kind == "azurerm_network_interface" {
            groups_of(*part);
        }
    }
    for part in &scene.nodes[node].parts {
        for edge in scene.index.outgoing(*part) {
            if &*scene.index.resource(edge.to).kind == "azurerm_network_security_group"
                && NICS.iter().any(|nic| leads(nic, &edge.at))
            {
                layers.push(Arc::new(layer(scene, edge.to, &host)));
            }
        }
    }
    layers.extend(inline);
    // Where no group is written, what Azure itself runs in a subnet answers whoever asks it.
    if layers.is_empty() && !super::flows::PASSING.contains(&&*scene.nodes[node].kind) {
        layers.push(Arc::new(without_group(scene, addresses)));
    }
    layers
}

/// Where interfaces of scale sets name their security group.
const NICS: [&str; 2] =
    ["network_interface.network_security_group_id", "network_profile.network_security_group_id"];

/// Without a security group, the network gets in; the internet only through an address of the old kind.
fn without_group(scene: &Scene<'_>, addresses: &[usize]) -> Layer {
    // Where no kind is written, it is the newer one (since version 4 of the provider), unless only the old one may be changed at will.
    let basic = addresses.iter().any(|address| {
        let word = |name| scene.index.resource(*address).attributes.get(name)?.as_str();
        let is = |name, value: &str| word(name).map(|it| it.eq_ignore_ascii_case(value));
        is("sku", "basic").or_else(|| is("allocation_method", "dynamic")).unwrap_or(false)
    });
    let name = "no network security group";
    let rule = |direction, peer| Rule::default_of(name, direction, peer, None);
    let inbound = if basic { Peer::Everyone } else { Peer::Network };
    let rules = vec![rule(Direction::In, inbound), rule(Direction::Out, Peer::Everyone)];
    Layer { rules, default_in: false, default_out: true, ..Layer::default() }
}

/// A network security group with its rules that are for a host, its own and those of their own resources.
fn layer(scene: &Scene<'_>, group: usize, host: &Host<'_>) -> Layer {
    let resource = scene.index.resource(group);
    let mut layer = Layer { resources: vec![group], ..Layer::default() };
    match resource.attributes.get("security_rule") {
        Some(Value::Array(items)) => {
            for (at, item) in items.iter().enumerate() {
                let pointer = Pointer::root().key("security_rule").index(at);
                // A rule is where its name is.
                let place = resource.place_of(&pointer.key("name"));
                layer.rules.extend(rule(scene, (group, item, &pointer), host, place));
            }
        }
        Some(Value::Unknown(_)) => layer.open_ended = true,
        _ => {}
    }
    for edge in scene.index.incoming(group) {
        let other = scene.index.resource(edge.from);
        if &*other.kind == "azurerm_network_security_rule" {
            let item = (edge.from, &other.attributes, &Pointer::root());
            layer.rules.extend(rule(scene, item, host, other.header));
        }
    }
    for (order, direction, allow, peer, name) in DEFAULTS {
        let rule = Rule::default_of(name, direction, peer, Some(resource.header));
        layer.rules.push(Rule { allow, order, ..rule });
    }
    layer.sort();
    layer
}

/// A rule, where it is for a host.
fn rule(
    scene: &Scene<'_>,
    (at, item, pointer): (usize, &Value, &Pointer),
    host: &Host<'_>,
    place: Place,
) -> Option<Rule> {
    let word = |name: &str| item.get(name).and_then(Value::as_str);
    let direction = match word("direction") {
        Some(word) if word.eq_ignore_ascii_case("inbound") => Direction::In,
        Some(word) if word.eq_ignore_ascii_case("outbound") => Direction::Out,
        _ => return None,
    };
    if !groups::is_for(scene, (at, item, pointer), direction, host) {
        return None;
    }
    let allow = word("access").is_some_and(|access| access.eq_ignore_ascii_case("allow"));
    let named = |one: &'static str, many: &'static str| {
        let single = item.get(one).filter(|value| !matches!(value, Value::Null));
        (if single.is_some() { one } else { many }, single.or_else(|| item.get(many)))
    };
    let side = if direction == Direction::In { "source" } else { "destination" };
    let (singular, plural) = if side == "source" {
        ("source_address_prefix", "source_address_prefixes")
    } else {
        ("destination_address_prefix", "destination_address_prefixes")
    };
    let (_, prefixes) = named(singular, plural);
    let mut peers = peers(prefixes);
    let says = |word: &str| word.eq_ignore_ascii_case(FRONT_DOORS);
    if prefixes.is_some_and(|all| listed(all).any(says)) {
        let profiles = scene.index.of_type(front_door::PROFILE).iter();
        peers.push(Peer::nodes(profiles.filter_map(|at| scene.node_of[*at])));
    }
    let groups = format!("{side}_application_security_group_ids");
    let groups_at = pointer.key(&groups);
    for edge in scene.index.outgoing(at).iter().filter(|edge| groups_at.covers(&edge.at)) {
        peers.push(Peer::Group(edge.to));
    }
    let (_, ports) = named("destination_port_range", "destination_port_ranges");
    Some(Rule {
        direction,
        allow,
        order: number(item.get("priority")).unwrap_or(0),
        protocol: word("protocol").map_or(Protocol::Any, Protocol::parse),
        ports: ports.and_then(Ports::parse),
        peers,
        resource: Some(at),
        place: Some(place),
        default: None,
    })
}

/// The tag of the addresses from which Front Door asks origins.
const FRONT_DOORS: &str = "AzureFrontDoor.Backend";

/// The texts of a value that is one or a list of them.
fn listed(value: &Value) -> impl Iterator<Item = &str> {
    let items = value.as_array().unwrap_or(std::slice::from_ref(value));
    items.iter().filter_map(Value::as_str)
}

fn peers(value: Option<&Value>) -> Vec<Peer> {
    match value {
        Some(Value::String(text)) => vec![peer(text)],
        Some(Value::Array(items)) => {
            items.iter().map(|item| item.as_str().map_or(Peer::Unknown, peer)).collect()
        }
        Some(Value::Unknown(_)) => vec![Peer::Unknown],
        _ => Vec::new(),
    }
}

fn peer(text: &str) -> Peer {
    match text.to_ascii_lowercase().as_str() {
        "*" | "any" | "0.0.0.0/0" | "::/0" | "0.0.0.0" => Peer::Everyone,
        "internet" => Peer::Internet,
        "virtualnetwork" => Peer::Network,
        "azureloadbalancer" => Peer::Balancer,
        // Other service tags are the provider's own services.
        _ => range(text).map_or_else(|| Peer::nodes([]), Peer::Range),
    }
}

fn ranges(value: Option<&Value>) -> Vec<ipnet::IpNet> {
    let items = value.and_then(Value::as_array).unwrap_or_default();
    items.iter().filter_map(Value::as_str).filter_map(range).collect()
}

/// Rules and address translations of load balancers.
fn balancers(scene: &Scene<'_>, network: &mut Network) {
    for (kind, is_nat) in
        [("azurerm_lb_rule", false), ("azurerm_lb_nat_rule", true), ("azurerm_lb_nat_pool", true)]
    {
        for at in scene.index.of_type(kind) {
            let Some(via) = scene.node_of[*at] else { continue };
            let resource = scene.index.resource(*at);
            let protocol = resource
                .attributes
                .get("protocol")
                .and_then(Value::as_str)
                .map_or(Protocol::Tcp, Protocol::parse);
            let traffic = |name: &str| {
                let port =
                    number(resource.attributes.get(name)).and_then(|port| u16::try_from(port).ok());
                // Port 0 is every port ("HA ports").
                Traffic { protocol, port: port.filter(|port| *port != 0) }
            };
            let mut front_proof = vec![resource.header];
            front_proof.extend(frontends(scene, via, resource));
            let joins = if is_nat { translated(scene, *at) } else { pool_members(scene, *at) };
            // Each instance has a port of its own; the first stands for them.
            let single = traffic("frontend_port");
            let front = if is_nat && single.port.is_none() {
                traffic("frontend_port_start")
            } else {
                single
            };
            if joins.is_empty() {
                alone(network, via, front, Tri::Unknown, front_proof.clone());
            }
            for (target, place) in joins {
                network.routes.push(Route {
                    via,
                    front,
                    target,
                    back: traffic("backend_port"),
                    keeps_source: true,
                    from: Vec::new(),
                    front_encrypted: Tri::Unknown,
                    back_encrypted: Tri::Unknown,
                    front_proof: front_proof.clone(),
                    back_proof: vec![place],
                });
            }
        }
    }
}

/// A front behind which nothing of the document stands.
fn alone(network: &mut Network, node: usize, traffic: Traffic, encrypted: Tri, proof: Vec<Place>) {
    let Some(host) = &network.presences[node] else { return };
    let way = reach::from_internet(host, traffic);
    if way.reach != Reach::Closed {
        let rules = way.rules.iter().filter_map(|rule| rule.place);
        let proof = proof.into_iter().chain(rules).collect();
        network.fronts.push(Front { node, traffic, encrypted, open: way.reach, proof });
    }
}

/// Where the front that a rule names has its address.
fn frontends(scene: &Scene<'_>, via: usize, rule: &Resource) -> Vec<Place> {
    let wanted = rule.attributes.get("frontend_ip_configuration_name").and_then(Value::as_str);
    let Some(at) = scene.nodes[via].resource else { return Vec::new() };
    let balancer = scene.index.resource(at);
    let fronts = balancer
        .attributes
        .get("frontend_ip_configuration")
        .and_then(Value::as_array)
        .unwrap_or_default();
    let mut places = Vec::new();
    for (position, front) in fronts.iter().enumerate() {
        if wanted.is_none() || front.get("name").and_then(Value::as_str) == wanted {
            let pointer = Pointer::root()
                .key("frontend_ip_configuration")
                .index(position)
                .key("public_ip_address_id");
            places.extend(balancer.spans.get(&pointer));
        }
    }
    places
}

/// Nodes that a resource's associations join to it.
fn joins(scene: &Scene<'_>, at: usize) -> Vec<(usize, Place)> {
    let mut found: Vec<(usize, Place)> = scene
        .index
        .incoming(at)
        .iter()
        .filter_map(|edge| {
            let node = scene.node_of[edge.from]?;
            (Some(node) != scene.node_of[at])
                .then(|| (node, scene.index.resource(edge.from).header))
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Nodes that a translation leads to: interfaces and scale sets that name it, and those of the pool that it names.
fn translated(scene: &Scene<'_>, at: usize) -> Vec<(usize, Place)> {
    let mut found = joins(scene, at);
    let pools = look::named(scene, at, "backend_address_pool_id").targets;
    found.extend(pools.into_iter().flat_map(|(pool, _)| joins(scene, pool)));
    found.sort();
    found.dedup();
    found
}

/// Nodes in the pools that a rule sends to.
fn pool_members(scene: &Scene<'_>, rule: usize) -> Vec<(usize, Place)> {
    let pools = scene.relations.targets(rule, Verb::RoutesTo).map(|relation| relation.to);
    let mut found: Vec<(usize, Place)> = pools.flat_map(|pool| joins(scene, pool)).collect();
    found.sort();
    found.dedup();
    found
}
