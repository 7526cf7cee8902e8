//! Load balancers: forwarding rules, proxies, maps of addresses, backend services, groups of machines.
//!
//! Source: Google Cloud documentation, "Cloud Load Balancing overview", "Firewall rules for load balancers".

use std::collections::BTreeSet;

use crate::document::{Mode, Resource, Value};
use crate::graph::gcp::{self, blocks, targets, text};
use crate::graph::look;
use crate::graph::network::kubernetes::groups::{self, Groups};
use crate::graph::scene::Scene;
use crate::source::Place;

use super::super::filter::{Ports, Protocol, Traffic, number, range};
use super::super::{Front, Network, PLACES, Presence, Route, Tri, reach};
use super::armor;
use super::routes::Routes;
use super::services::join;

/// How many references there may be between a rule and what stands behind it.
const MAX_DEPTH: usize = 5;

/// Add fronts and routes of all forwarding rules.
pub fn read(scene: &Scene<'_>, routes: &Routes, network: &mut Network) {
    let groups = groups::named(scene);
    for kind in ["google_compute_global_forwarding_rule", "google_compute_forwarding_rule"] {
        for at in scene.index.of_type(kind) {
            forwarding(scene, *at, (&groups, routes), network);
        }
    }
}

/// What a forwarding rule leads to.
#[derive(Debug, Default)]
struct Chain {
    /// Backend services, buckets, pools and machines at its end.
    ends: BTreeSet<usize>,
    /// Whether a proxy on the way speaks TLS only.
    encrypted: Option<bool>,
    /// Whether a proxy is on the way: then the sender's address does not arrive.
    proxied: bool,
    /// Whether that takes requests of the web.
    requests: bool,
    /// Whether a map on the way sends callers elsewhere.
    redirects: bool,
}

fn follow(scene: &Scene<'_>, at: usize, depth: usize, chain: &mut Chain) {
    let kind = scene.index.resource(at).type_name();
    if kind.contains("target_") && kind.ends_with("_proxy") {
        chain.proxied = true;
        chain.requests |= kind.contains("_http");
        chain.encrypted = Some(kind.contains("https") || kind.contains("ssl"));
        if kind.contains("tcp") {
            chain.encrypted = None;
        }
    } else if !kind.ends_with("url_map") && !kind.ends_with("forwarding_rule") {
        chain.ends.insert(at);
        return;
    } else if kind.ends_with("url_map") {
        let attributes = &scene.index.resource(at).attributes;
        chain.redirects |= !blocks(attributes, "default_url_redirect").is_empty();
    }
    if depth == 0 {
        return;
    }
    for edge in scene.index.outgoing(at) {
        let next = scene.index.resource(edge.to).type_name();
        let leads = [
            "_proxy",
            "url_map",
            "backend_service",
            "backend_bucket",
            "target_pool",
            "target_instance",
        ];
        if leads.iter().any(|ending| next.ends_with(ending)) {
            follow(scene, edge.to, depth - 1, chain);
        }
    }
}

fn forwarding(
    scene: &Scene<'_>,
    at: usize,
    (groups, ways): (&Groups, &Routes),
    network: &mut Network,
) {
    let resource = scene.index.resource(at);
    let scheme = text(resource, "load_balancing_scheme").unwrap_or("EXTERNAL");
    let external = scheme.starts_with("EXTERNAL");
    let mut chain = Chain::default();
    follow(scene, at, MAX_DEPTH, &mut chain);
    let protocol = text(resource, "ip_protocol").map_or(Protocol::Tcp, Protocol::parse);
    if external && chain.ends.is_empty() && chain.redirects {
        redirect(scene, at, protocol, network);
    }
    for end in &chain.ends {
        let Some(via) = scene.node_of[*end] else { continue };
        if let Some(place) = stands(scene, at, scheme) {
            let places = network.standing.entry(via).or_default();
            let is_known = |own: &Presence| {
                (own.network, &own.subnets, &own.ranges)
                    == (place.network, &place.subnets, &place.ranges)
            };
            if places.len() <= PLACES && !places.iter().any(is_known) {
                places.push(place);
            }
        }
        for port in front_ports(resource) {
            let front = Traffic { protocol, port };
            if chain.requests {
                network.requests.insert((via, front));
            }
            let encrypted = match (chain.encrypted, port) {
                (Some(encrypted), _) => encrypted.into(),
                (None, Some(80)) => Tri::No,
                _ => Tri::Unknown,
            };
            let (open, proof) = armor::openness(scene, *end);
            if external {
                let mut front_proof = vec![resource.header];
                front_proof.extend(proof);
                let proof = front_proof;
                network.fronts.push(Front { node: via, traffic: front, encrypted, open, proof });
            }
            for (target, place, back) in members(scene, *end, groups) {
                let from = if chain.proxied {
                    front_ranges(scene, *end, external)
                } else {
                    inside(scene, at, external)
                };
                let back_port = if chain.proxied { back.port } else { port };
                let answers = if external && !chain.proxied {
                    answers(network.presences[target].as_ref(), resource, ways)
                } else {
                    Tri::Yes
                };
                match answers {
                    Tri::No => continue,
                    Tri::Unknown => {
                        let doubt = (reach::Reach::Unknown, resource.header);
                        network.heard.insert(network.routes.len(), doubt);
                    }
                    Tri::Yes => {}
                }
                network.routes.push(Route {
                    via,
                    front,
                    target,
                    back: Traffic { protocol, port: back_port },
                    keeps_source: !chain.proxied,
                    from,
                    front_encrypted: encrypted,
                    back_encrypted: if chain.proxied { back.encrypted } else { encrypted },
                    front_proof: vec![resource.header],
                    back_proof: vec![place],
                });
            }
        }
    }
}

/// Whether what a machine answers finds its way to the internet: behind what only passes packets on, it sends that itself. Addresses of the
/// other family have routes of their own.
///
/// Source: Google Cloud documentation, "External passthrough Network Load Balancer overview" (direct server return).
fn answers(host: Option<&Presence>, rule: &Resource, routes: &Routes) -> Tri {
    let is_six = text(rule, "ip_version") == Some("IPV6");
    host.filter(|_| !is_six).map_or(Tri::Yes, |host| routes.lead_out(host).state)
}

/// A rule whose map only sends callers elsewhere is one more port of what answers at its address.
fn redirect(scene: &Scene<'_>, at: usize, protocol: Protocol, network: &mut Network) {
    let resource = scene.index.resource(at);
    let addresses = targets(scene, at, "ip_address");
    let beside = addresses.flat_map(|address| scene.index.incoming(address));
    let beside = beside
        .filter(|edge| edge.from != at && edge.at.parts().next().as_deref() == Some("ip_address"));
    let mut chain = Chain::default();
    for edge in beside {
        if scene.index.resource(edge.from).type_name().ends_with("forwarding_rule") {
            follow(scene, edge.from, MAX_DEPTH, &mut chain);
        }
    }
    let nodes: BTreeSet<usize> = chain.ends.iter().filter_map(|end| scene.node_of[*end]).collect();
    for (node, port) in nodes
        .into_iter()
        .flat_map(|node| front_ports(resource).into_iter().map(move |port| (node, port)))
    {
        network.fronts.push(Front {
            node,
            traffic: Traffic { protocol, port },
            encrypted: Tri::Unknown,
            open: reach::Reach::Open,
            proof: vec![resource.header],
        });
    }
}

/// The ports of a forwarding rule; none for all.
fn front_ports(resource: &Resource) -> Vec<Option<u16>> {
    if gcp::value(resource, "all_ports") == Some(&Value::Bool(true)) {
        return vec![None];
    }
    let written =
        resource.attributes.get("port_range").or_else(|| resource.attributes.get("ports"));
    let found = written.and_then(Ports::parse).map(|ports| {
        ports.0.iter().map(|(first, last)| (first == last).then_some(*first)).collect::<Vec<_>>()
    });
    found.filter(|ports| !ports.is_empty()).unwrap_or_else(|| vec![None])
}

/// Ranges from which Google's front ends send.
fn front_ranges(scene: &Scene<'_>, end: usize, external: bool) -> Vec<ipnet::IpNet> {
    let regional = scene.index.resource(end).type_name().contains("_region_");
    let managed = text(scene.index.resource(end), "load_balancing_scheme")
        .is_some_and(|scheme| scheme.ends_with("_MANAGED"));
    // Regional proxies send from the subnet that is set aside for them.
    if regional && managed || !external {
        let own = proxy_subnets(scene);
        if !own.is_empty() {
            return own;
        }
    }
    super::services_of(scene, Some("front")).collect()
}

fn proxy_subnets(scene: &Scene<'_>) -> Vec<ipnet::IpNet> {
    let subnets = scene.index.of_type("google_compute_subnetwork").iter();
    let proxies = subnets
        .map(|at| scene.index.resource(*at))
        .filter(|it| text(it, "purpose").is_some_and(|purpose| purpose.ends_with("MANAGED_PROXY")));
    proxies.filter_map(|it| range(text(it, "ip_cidr_range")?)).collect()
}

/// Where a rule inside of a network answers: at its address, or anywhere in its subnet.
fn stands(scene: &Scene<'_>, rule: usize, scheme: &str) -> Option<Presence> {
    // What answers nowhere in particular is for proxies beside the callers.
    if !matches!(scheme, "INTERNAL" | "INTERNAL_MANAGED") {
        return None;
    }
    let mut presence = Presence::default();
    join(scene, rule, "subnetwork", &mut presence);
    join(scene, rule, "network", &mut presence);
    let resource = scene.index.resource(rule);
    let reserved =
        targets(scene, rule, "ip_address").map(|to| text(scene.index.resource(to), "address"));
    let mut written = reserved.chain([text(resource, "ip_address")]).flatten();
    if let Some(own) = written.find_map(range) {
        presence.ranges = vec![own];
    }
    // Of a network that is only looked up, it is not known which of the others it is.
    let own = presence.network.map(|at| scene.index.resource(at));
    own.is_some_and(|own| own.mode == Mode::Managed).then_some(presence)
}

/// Who uses a balancer inside: the subnets of its network.
fn inside(scene: &Scene<'_>, rule: usize, external: bool) -> Vec<ipnet::IpNet> {
    if external {
        return Vec::new();
    }
    let subnets = targets(scene, rule, "subnetwork").map(|at| scene.index.resource(at));
    subnets.filter_map(|it| range(text(it, "ip_cidr_range")?)).collect()
}

/// What a backend speaks.
#[derive(Clone, Copy, Debug)]
struct Back {
    port: Option<u16>,
    encrypted: Tri,
}

/// Nodes behind the end of a chain.
fn members(scene: &Scene<'_>, end: usize, groups: &Groups) -> Vec<(usize, Place, Back)> {
    let resource = scene.index.resource(end);
    let kind = resource.type_name();
    let paths: &[&str] = match kind {
        "google_compute_target_pool" => &["instances"],
        "google_compute_target_instance" => &["instance"],
        "google_compute_backend_bucket" => &["bucket_name"],
        _ => &["backend.group"],
    };
    let protocol = text(resource, "protocol").unwrap_or("HTTP");
    let encrypted = match protocol {
        "HTTPS" | "HTTP2" | "SSL" => Tri::Yes,
        "HTTP" => Tri::No,
        _ => Tri::Unknown,
    };
    let mut found = Vec::new();
    for path in paths {
        for edge in scene.index.outgoing(end) {
            if !crate::graph::relations::leads(path, &edge.at) {
                continue;
            }
            let place = resource.place_of(&edge.at);
            // To what Google itself serves, its front ends speak in their own network, whatever protocol is written.
            if kind == "google_compute_backend_bucket"
                || is_serverless(scene.index.resource(edge.to))
            {
                let back = Back { port: Some(443), encrypted: Tri::Yes };
                found
                    .extend(group(scene, end, edge.to).into_iter().map(|node| (node, place, back)));
                continue;
            }
            let port = named_port(scene, edge.to, text(resource, "port_name"), protocol);
            for node in group(scene, end, edge.to) {
                found.push((node, place, Back { port, encrypted }));
            }
        }
    }
    // Groups of machines that name the pool themselves.
    if kind == "google_compute_target_pool" {
        for edge in scene.index.incoming(end) {
            let node = scene.node_of[edge.from].filter(|node| Some(*node) != scene.node_of[end]);
            if let Some(node) =
                node.filter(|_| crate::graph::relations::leads("target_pools", &edge.at))
            {
                let place = scene.index.resource(edge.from).place_of(&edge.at);
                found.push((node, place, Back { port: None, encrypted }));
            }
        }
    }
    for (place, port, node) in pods(scene, end, groups) {
        found.push((node, place, Back { port, encrypted }));
    }
    found.sort_by_key(|(node, place, _)| (*node, *place));
    found.dedup_by_key(|(node, ..)| *node);
    found
}

/// Pods in groups that Services make and a backend service names, by a resource or as text.
fn pods(scene: &Scene<'_>, end: usize, groups: &Groups) -> Vec<(Place, Option<u16>, usize)> {
    let resource = scene.index.resource(end);
    if groups.is_empty() {
        return Vec::new();
    }
    let named = look::named(scene, end, "backend.group").targets.into_iter();
    let by_resource = named.filter_map(|(to, at)| {
        let group = scene.index.resource(to);
        let is_group = group.type_name() == "google_compute_network_endpoint_group";
        Some((text(group, "name").filter(|_| is_group)?, at))
    });
    let written = look::leaves(&resource.attributes, "backend.group").into_iter();
    let by_text = written.filter_map(|(at, value)| {
        let (_, name) = value.as_str()?.rsplit_once("/networkEndpointGroups/")?;
        Some((name, at))
    });
    by_resource
        .chain(by_text)
        .filter_map(|(name, at)| Some((groups.get(name)?, resource.place_of(&at))))
        .flat_map(|(members, place)| members.iter().map(move |(node, port)| (place, *port, *node)))
        .collect()
}

/// Whether a group of endpoints stands for a service that Google runs.
fn is_serverless(group: &Resource) -> bool {
    group.type_name() == "google_compute_region_network_endpoint_group"
        && text(group, "network_endpoint_type").unwrap_or("SERVERLESS") == "SERVERLESS"
}

/// The nodes of a group: machines of a manager or a list, a service behind an endpoint group.
fn group(scene: &Scene<'_>, end: usize, at: usize) -> Vec<usize> {
    let resource = scene.index.resource(at);
    let paths: &[&str] = match resource.type_name() {
        "google_compute_instance_group" => &["instances"],
        "google_compute_region_network_endpoint_group" => {
            &["cloud_run.service", "cloud_function.function", "app_engine.service"]
        }
        "google_compute_network_endpoint_group" => {
            let endpoints = scene.index.incoming(at).iter().filter(|edge| {
                scene
                    .index
                    .resource(edge.from)
                    .type_name()
                    .starts_with("google_compute_network_endpoint")
            });
            let nodes = endpoints
                .flat_map(|edge| targets(scene, edge.from, "instance").collect::<Vec<_>>());
            return nodes.filter_map(|to| scene.node_of[to]).collect();
        }
        _ => return scene.node_of[at].into_iter().collect(),
    };
    let found = paths.iter().flat_map(|path| targets(scene, at, path).collect::<Vec<_>>());
    let closed = |node: &usize| {
        let own = scene.nodes[*node].resource.map(|at| scene.index.resource(at));
        own.is_none_or(|own| {
            let setting = text(own, "ingress")
                .or_else(|| text(own, "ingress_settings"))
                .or_else(|| text(own, "service_config.ingress_settings"));
            !matches!(setting, Some("INGRESS_TRAFFIC_INTERNAL_ONLY" | "ALLOW_INTERNAL_ONLY"))
        })
    };
    let nodes = found.filter_map(|to| scene.node_of[to]);
    nodes.filter(|node| Some(*node) != scene.node_of[end]).filter(closed).collect()
}

/// The port that a group gives a name.
fn named_port(scene: &Scene<'_>, group: usize, name: Option<&str>, protocol: &str) -> Option<u16> {
    let resource = scene.index.resource(group);
    let wanted = name.unwrap_or("http");
    let named = blocks(&resource.attributes, "named_port").iter();
    let port = named
        .filter(|port| port.get("name").and_then(Value::as_str) == Some(wanted))
        .find_map(|port| u16::try_from(number(port.get("port"))?).ok());
    port.or(match protocol {
        "HTTPS" | "HTTP2" => Some(443),
        "HTTP" => Some(80),
        _ => None,
    })
}
