//! Google Cloud: networks, firewall rules, addresses, address translation, serverless services and managed stores.
//!
//! Source: Google Cloud documentation, "VPC firewall rules", "Pre-populated rules in the default network", "Cloud NAT overview", "VPC
//! Network Peering", "Restrict network ingress for Cloud Run", "Cloud SQL: authorized networks".

mod apis;
pub mod armor;
mod balancers;
mod clients;
mod engine;
mod firewall;
mod outward;
mod policies;
mod reserved;
mod routes;
mod services;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::document::{Mode, Resource, Value};
use crate::graph::gcp::{self, blocks, targets, text};
use crate::graph::scene::Scene;
use crate::pack::Verb;
use crate::source::Place;

use super::filter::{Direction, Peer, range};
use super::{DEFAULT, Network, Presence, Public, Tri};

/// Facts that take more than one resource.
pub fn facts(scene: &mut Scene<'_>) {
    armor::facts(scene);
    apis::facts(scene);
}

/// Types that have machines in a network: type, path of what holds interfaces or networks, path of tags.
const MACHINES: [(&str, &str, &str); 7] = [
    ("google_compute_instance", "network_interface", "tags"),
    ("google_compute_instance_template", "network_interface", "tags"),
    ("google_compute_region_instance_template", "network_interface", "tags"),
    ("google_compute_instance_from_template", "network_interface", "tags"),
    ("google_container_node_pool", "", "node_config.tags"),
    ("google_container_cluster", "", "node_pool_auto_config.network_tags.tags"),
    (
        "google_dataproc_cluster",
        "cluster_config.gce_cluster_config",
        "cluster_config.gce_cluster_config.tags",
    ),
];

/// Fill in what Google Cloud's resources say.
pub fn read(scene: &Scene<'_>, network: &mut Network) {
    if !scene.index.document.resources.iter().any(gcp::is_own) {
        return;
    }
    let rules = firewall::Rules::new(scene);
    network.shadowed.extend(rules.shadowed(scene));
    let gateways = Gateways::new(scene);
    for node in 0..scene.nodes.len() {
        let Some(at) = scene.nodes[node].resource else { continue };
        if !gcp::is_own(scene.index.resource(at)) {
            continue;
        }
        let found = machine(scene, node, &rules, &gateways);
        network.presences[node] =
            found.or_else(|| services::presence(scene, node, (&rules, &gateways)));
    }
    services::fronts(scene, network);
    services::links(scene, network);
    balancers::read(scene, &gateways.routes, network);
    engine::read(scene, network);
    peerings(scene, network);
    for at in scene.index.of_type("google_dns_managed_zone") {
        let Some(node) = scene.node_of[*at] else { continue };
        for to in targets(scene, *at, "private_visibility_config.networks.network_url") {
            let place = gcp::place(scene.index.resource(*at), "private_visibility_config");
            network.resolvers.push((node, to, place));
        }
    }
}

/// What translates addresses, so that machines without one of their own reach the internet.
#[derive(Debug)]
struct Gateway {
    /// The subnets that it serves; none for all of its network.
    subnets: Option<BTreeSet<usize>>,
    /// The one region whose subnets it serves, where that is known.
    region: Option<Arc<str>>,
    /// What says so.
    place: Place,
}

/// Gateways by network, and the routes that lead to them.
#[derive(Debug, Default)]
struct Gateways {
    by_network: BTreeMap<usize, Vec<Gateway>>,
    routes: routes::Routes,
}

impl Gateways {
    fn new(scene: &Scene<'_>) -> Self {
        let mut found = Self { routes: routes::Routes::new(scene), ..Self::default() };
        for at in scene.index.of_type("google_compute_router_nat") {
            // A private gateway translates for other networks alone.
            let resource = scene.index.resource(*at);
            if text(resource, "type") == Some("PRIVATE") {
                continue;
            }
            for router in targets(scene, *at, "router") {
                if let Some(own) = network_of(scene, router, "network") {
                    let subnets = served(scene, *at);
                    let region = region(scene, router).or_else(|| region(scene, *at));
                    let gateway = Gateway { subnets, region, place: resource.header };
                    found.by_network.entry(own).or_default().push(gateway);
                }
            }
        }
        found
    }

    /// Whether a gateway lets a host out that stands in a network, and which; `None` where there is none. `at` is the host's resource.
    fn of(&self, scene: &Scene<'_>, at: Option<usize>, presence: &Presence) -> Option<Public> {
        let all = self.by_network.get(&presence.network?)?;
        let alone = at.filter(|_| presence.subnets.is_empty());
        let regions: Vec<Option<Arc<str>>> =
            presence.subnets.iter().copied().chain(alone).map(|at| region(scene, at)).collect();
        let serves = |gateway: &&Gateway| {
            let near = |own: &Option<Arc<str>>| own.is_none() || *own == gateway.region;
            if gateway.region.is_some() && !regions.is_empty() && !regions.iter().any(near) {
                return false;
            }
            let Some(subnets) = &gateway.subnets else { return true };
            presence.subnets.is_empty() || presence.subnets.iter().any(|own| subnets.contains(own))
        };
        let place = all.iter().find(serves)?.place;
        let way = self.routes.lead_out(presence);
        Some(Public { proof: std::iter::once(place).chain(way.proof).collect(), ..way })
    }
}

/// The region that a resource lies in: by its own words, by its zone, or its provider's.
fn region(scene: &Scene<'_>, at: usize) -> Option<Arc<str>> {
    let resource = scene.index.resource(at);
    let own = |path: &str| match gcp::value(resource, path)? {
        Value::String(text) => Some(Some(text.rsplit('/').next().unwrap_or_default())),
        _ => Some(None),
    };
    if let Some(region) = own("region") {
        return region.map(Arc::from);
    }
    if let Some(zone) = own("zone") {
        return zone?.rsplit_once('-').map(|(region, _)| region.into());
    }
    resource.scope.region.clone()
}

/// The subnets that a gateway lists; none where it serves all, or where not all of the list is known.
fn served(scene: &Scene<'_>, at: usize) -> Option<BTreeSet<usize>> {
    let resource = scene.index.resource(at);
    if text(resource, "source_subnetwork_ip_ranges_to_nat") != Some("LIST_OF_SUBNETWORKS") {
        return None;
    }
    let listed = resource.attributes.get("subnetwork");
    if listed.is_some_and(|listed| !matches!(listed, Value::Array(_))) {
        return None;
    }
    let found = targets(scene, at, "subnetwork.name")
        .filter(|to| is_subnet(scene.index.resource(*to)))
        .collect::<BTreeSet<_>>();
    (found.len() >= blocks(&resource.attributes, "subnetwork").len()).then_some(found)
}

/// The network that an attribute names: a resource, or the one that every project begins with.
fn network_of(scene: &Scene<'_>, at: usize, path: &str) -> Option<usize> {
    let named = targets(scene, at, path)
        .find(|to| scene.index.resource(*to).type_name() == "google_compute_network");
    named.or_else(|| {
        let text = text(scene.index.resource(at), path)?;
        (text.rsplit('/').next() == Some("default")).then_some(DEFAULT)
    })
}

/// The network of a subnet.
fn network_of_subnet(scene: &Scene<'_>, subnet: usize) -> Option<usize> {
    network_of(scene, subnet, "network")
}

fn is_subnet(resource: &Resource) -> bool {
    resource.type_name() == "google_compute_subnetwork"
}

/// Ranges from which services of Google send: all, or those for one use.
pub fn services_of<'s>(
    scene: &'s Scene<'_>,
    only: Option<&'s str>,
) -> impl Iterator<Item = ipnet::IpNet> + 's {
    let rows = scene.vocabulary.table("gcp_service_ranges").iter();
    let wanted = rows.filter(move |row| only.is_none() || row.get(1).map(|it| &**it) == only);
    wanted.filter_map(|row| range(row.first()?))
}

/// Whom a range of a rule means.
fn peer(scene: &Scene<'_>, text: &str, direction: Direction) -> Peer {
    let Some(range) = range(text) else { return Peer::Unknown };
    let holds = |own: ipnet::IpNet| own.contains(&range);
    if direction == Direction::In && services_of(scene, None).any(holds) {
        return Peer::Services(range);
    }
    let inner = scene.vocabulary.table("gcp_inner_ranges").iter().flatten();
    if direction == Direction::Out && inner.filter_map(|row| self::range(row)).any(holds) {
        return Peer::Services(range);
    }
    Peer::Range(range)
}

/// Where a node with machines stands.
fn machine(
    scene: &Scene<'_>,
    node: usize,
    rules: &firewall::Rules,
    gateways: &Gateways,
) -> Option<Presence> {
    let mut presence = Presence::default();
    let mut any = false;
    for part in &scene.nodes[node].parts {
        let resource = scene.index.resource(*part);
        let row = MACHINES.iter().find(|(kind, ..)| *resource.kind == **kind);
        let Some((kind, path, tags)) = row.filter(|_| resource.mode == Mode::Managed) else {
            continue;
        };
        // A cluster has machines of its own where Google makes them for it, or it keeps its first pool; its API answers elsewhere.
        if *kind == "google_container_cluster" {
            if !scene.holds(node, "own_machines") {
                continue;
            }
            presence.sends_only = true;
            read_tags(resource, "node_config.tags", &mut presence);
        }
        any = true;
        stands(scene, *part, path, &mut presence);
        read_tags(resource, tags, &mut presence);
        match *kind {
            "google_container_node_pool" => pool(scene, *part, &mut presence),
            "google_container_cluster" => of_cluster(scene, *part, None, &mut presence),
            "google_dataproc_cluster" => {
                let inside =
                    gcp::value(resource, "cluster_config.gce_cluster_config.internal_ip_only");
                let public = (inside != Some(&Value::Bool(true))).into();
                presence.public = Public { state: public, proof: vec![resource.header] };
            }
            _ => addresses(resource, &mut presence),
        }
    }
    if !any {
        return None;
    }
    accounts(scene, node, &mut presence);
    presence.subnets.sort_unstable();
    presence.subnets.dedup();
    presence.layers = vec![Arc::new(rules.layer(scene, &presence))];
    // Addresses of the other family have routes of their own.
    if presence.public.state != Tri::No && !has_six(scene, node) {
        let way = gateways.routes.lead_out(&presence);
        presence.public.state = presence.public.state.and(way.state);
        presence.public.proof.extend(way.proof);
    }
    let way = gateways.of(scene, scene.nodes[node].resource, &presence);
    presence.egress = egress(&presence, way);
    Some(presence)
}

/// Subnets and network of a part.
fn stands(scene: &Scene<'_>, part: usize, path: &str, presence: &mut Presence) {
    let below =
        |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let subnets = below("subnetwork");
    for subnet in targets(scene, part, &subnets) {
        let resource = scene.index.resource(subnet);
        if !is_subnet(resource) {
            continue;
        }
        presence.subnets.push(subnet);
        presence.ranges.extend(text(resource, "ip_cidr_range").and_then(range));
        presence.network = presence.network.or_else(|| network_of_subnet(scene, subnet));
    }
    presence.network = presence.network.or_else(|| network_of(scene, part, &below("network")));
    // A machine whose subnet is not of the configuration stands where its rules are not known.
    let named = text(scene.index.resource(part), &subnets)
        .is_some_and(|it| it.rsplit('/').next() == Some("default"));
    if named {
        presence.network = presence.network.or(Some(DEFAULT));
    }
}

fn read_tags(resource: &Resource, path: &str, presence: &mut Presence) {
    let list = match gcp::value(resource, path) {
        // The path goes into lists by their first item; tags are the list itself.
        Some(Value::Array(items)) => items.to_vec(),
        Some(Value::Unknown(_)) => {
            presence.open_ended = true;
            Vec::new()
        }
        _ => Vec::new(),
    };
    for item in list {
        match item {
            Value::String(tag) => presence.tags.push(tag),
            Value::Unknown(_) => presence.open_ended = true,
            _ => {}
        }
    }
}

/// Addresses of a machine's interfaces.
fn addresses(resource: &Resource, presence: &mut Presence) {
    for (position, interface) in
        blocks(&resource.attributes, "network_interface").iter().enumerate()
    {
        for name in ["access_config", "ipv6_access_config"] {
            let at =
                crate::document::Pointer::root().key("network_interface").index(position).key(name);
            match interface.get(name) {
                Some(Value::Array(items)) if !items.is_empty() => {
                    presence.public.state = Tri::Yes;
                    presence.public.proof.push(resource.place_of(&at));
                }
                Some(Value::Unknown(_)) => {
                    presence.public.state = presence.public.state.or(Tri::Unknown);
                }
                _ => {}
            }
        }
    }
}

/// Whether an interface of a node has an address of the newer family on the internet.
fn has_six(scene: &Scene<'_>, node: usize) -> bool {
    let parts = scene.nodes[node].parts.iter().map(|part| scene.index.resource(*part));
    let mut interfaces = parts.flat_map(|part| blocks(&part.attributes, "network_interface"));
    interfaces.any(|interface| !blocks(interface, "ipv6_access_config").is_empty())
}

/// The machines of a cluster's pool stand in the cluster's network, with addresses unless it keeps them private.
fn pool(scene: &Scene<'_>, part: usize, presence: &mut Presence) {
    let own = scene.index.resource(part);
    let cluster = targets(scene, part, "cluster")
        .find(|to| scene.index.resource(*to).type_name() == "google_container_cluster");
    let Some(cluster) = cluster else {
        presence.public.state = Tri::Unknown;
        presence.open_ended = true;
        return;
    };
    let private = gcp::value(own, "network_config.enable_private_nodes");
    of_cluster(scene, cluster, private, presence);
}

/// Where a cluster's machines stand; `private` is what a pool says of its own.
fn of_cluster(scene: &Scene<'_>, cluster: usize, private: Option<&Value>, presence: &mut Presence) {
    stands(scene, cluster, "", presence);
    let resource = scene.index.resource(cluster);
    let private =
        private.or_else(|| gcp::value(resource, "private_cluster_config.enable_private_nodes"));
    presence.public.state = match private {
        Some(Value::Bool(true)) => Tri::No,
        Some(Value::Unknown(_)) => Tri::Unknown,
        _ => Tri::Yes,
    };
    presence.public.proof = vec![resource.header];
    if presence.network.is_none() && gcp::value(resource, "network").is_none() {
        presence.network = Some(DEFAULT);
    }
}

/// The account that a machine runs as is a name that firewall rules may use.
fn accounts(scene: &Scene<'_>, node: usize, presence: &mut Presence) {
    for part in &scene.nodes[node].parts {
        for relation in scene.relations.targets(*part, Verb::RunsAs) {
            presence.groups.push(relation.to);
        }
    }
    presence.groups.sort_unstable();
    presence.groups.dedup();
}

fn egress(presence: &Presence, gateway: Option<Public>) -> Public {
    if presence.public.state == Tri::Yes {
        return presence.public.clone();
    }
    match gateway {
        Some(way) => way,
        // Whether a network that the configuration does not hold has a gateway is not known.
        None if presence.network.is_none_or(|network| network == DEFAULT) => {
            Public { state: Tri::Unknown, proof: Vec::new() }
        }
        None => Public { state: presence.public.state, proof: Vec::new() },
    }
}

/// Peerings hold where both sides have said so.
fn peerings(scene: &Scene<'_>, network: &mut Network) {
    let mut found: BTreeMap<(usize, usize), Place> = BTreeMap::new();
    for at in scene.index.of_type("google_compute_network_peering") {
        let own = network_of(scene, *at, "network");
        let other = network_of(scene, *at, "peer_network");
        if let (Some(own), Some(other)) = (own, other) {
            found.insert((own, other), scene.index.resource(*at).header);
        }
    }
    for ((own, other), place) in &found {
        if own < other && found.contains_key(&(*other, *own)) {
            network.peerings.push((*own, *other, *place));
            network.ending.insert((*own, *other));
        }
    }
}
