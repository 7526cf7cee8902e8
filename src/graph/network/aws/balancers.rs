//! Load balancers of AWS: listeners, rules, target groups and what stands in them; balancers of the old kind; accelerators.
//!
//! Source: Elastic Load Balancing user guides, "Listeners", "Target groups", "Client IP preservation"; AWS provider documentation.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::{Pointer, Value};
use crate::graph::look;
use crate::graph::network::filter::{
    Peer, Protocol, Traffic, covers_all, is_public, number, range,
};
use crate::graph::network::reach::{self, Reach};
use crate::graph::network::{Front, Network, Route, Tri};
use crate::graph::relations::{leads, says};
use crate::graph::scene::Scene;
use crate::source::Place;

use super::tasks;

/// Something in a target group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Member {
    node: usize,
    port: Option<u16>,
    /// The port that a machine has for it, which the machine's filters see.
    mapped: Option<u16>,
    place: Place,
}

/// Add routes of all balancers.
pub fn read(scene: &Scene<'_>, network: &mut Network) {
    let groups = target_groups(scene);
    for kind in ["aws_lb_listener", "aws_alb_listener"] {
        for at in scene.index.of_type(kind) {
            listener(scene, network, &groups, *at);
        }
    }
    for at in scene.index.of_type("aws_elb") {
        classic(scene, network, *at);
    }
    accelerators(scene, network);
}

/// The port of an attribute.
pub fn port(object: &Value, name: &str) -> Option<u16> {
    u16::try_from(number(object.get(name))?).ok()
}

/// Whether a protocol of a listener or group is TLS.
fn tls(protocol: Option<&str>) -> Tri {
    match protocol {
        Some("HTTPS" | "TLS" | "SSL" | "https" | "ssl") => Tri::Yes,
        Some("HTTP" | "http") => Tri::No,
        _ => Tri::Unknown,
    }
}

/// Whether a listener of a protocol takes requests of the web.
fn takes_requests(protocol: Option<&str>) -> bool {
    protocol.is_some_and(|word| matches!(&*word.to_ascii_uppercase(), "HTTP" | "HTTPS"))
}

fn transport(protocol: Option<&str>) -> Protocol {
    match protocol {
        Some("UDP" | "QUIC") => Protocol::Udp,
        Some("TCP_UDP" | "TCP_QUIC") => Protocol::Any,
        _ => Protocol::Tcp,
    }
}

/// What stands in each target group.
fn target_groups(scene: &Scene<'_>) -> BTreeMap<usize, BTreeSet<Member>> {
    let mut groups: BTreeMap<usize, BTreeSet<Member>> = BTreeMap::new();
    for kind in ["aws_lb_target_group", "aws_alb_target_group"] {
        for group in scene.index.of_type(kind) {
            let own = port(&scene.index.resource(*group).attributes, "port");
            let members = groups.entry(*group).or_default();
            for edge in scene.index.incoming(*group) {
                joined(scene, edge.from, &edge.at, own, members);
            }
        }
    }
    groups
}

/// Nodes in each target group.
pub fn members(scene: &Scene<'_>) -> BTreeMap<usize, BTreeSet<usize>> {
    let all = target_groups(scene).into_iter();
    let nodes = |members: BTreeSet<Member>| members.into_iter().map(|member| member.node).collect();
    all.map(|(group, members)| (group, nodes(members))).collect()
}

/// Nodes that a reference to a target group puts into it.
fn joined(
    scene: &Scene<'_>,
    from: usize,
    pointer: &Pointer,
    own: Option<u16>,
    members: &mut BTreeSet<Member>,
) {
    let resource = scene.index.resource(from);
    let place = resource.place_of(pointer);
    match &*resource.kind {
        "aws_lb_target_group_attachment" | "aws_alb_target_group_attachment" => {
            let port = port(&resource.attributes, "port").or(own);
            for (to, _) in look::named(scene, from, "target_id").targets {
                if let Some(node) = scene.node_of[to] {
                    members.insert(Member { node, port, mapped: None, place: resource.header });
                }
            }
        }
        "aws_autoscaling_attachment" | "aws_autoscaling_traffic_source_attachment" => {
            for (to, _) in look::named(scene, from, "autoscaling_group_name").targets {
                if let Some(node) = scene.node_of[to] {
                    members.insert(Member {
                        node,
                        port: own,
                        mapped: None,
                        place: resource.header,
                    });
                }
            }
        }
        "aws_autoscaling_group" if leads("target_group_arns", pointer) => {
            if let Some(node) = scene.node_of[from] {
                members.insert(Member { node, port: own, mapped: None, place });
            }
        }
        "aws_ecs_service" if says("load_balancer.target_group_arn", pointer, resource) => {
            let block = pointer.parent().and_then(|block| resource.attributes.at(&block));
            let container = block.and_then(|block| port(block, "container_port"));
            // Tasks with addresses of their own are registered with the container's port.
            let own_addresses = look::leaf(&resource.attributes, "network_configuration").is_some()
                || look::blocks(&resource.attributes, "network_configuration").next().is_some();
            if let Some(node) = scene.node_of[from] {
                let mapped = if own_addresses {
                    None
                } else {
                    tasks::mapped(scene, from, container).or(own.filter(|port| *port != 0))
                };
                // Whatever port the group was made with, each task is registered with its own.
                let port = container.or(own).filter(|port| *port != 0);
                members.insert(Member { node, port, mapped, place });
            }
        }
        _ => {}
    }
}

/// How far a listener's rule hears the internet, by the addresses that it is for, and what says so; `None` where it is for all.
/// [`Reach::Closed`] is for addresses inside.
fn heard(scene: &Scene<'_>, rule: usize) -> Option<(Reach, Place)> {
    let resource = scene.index.resource(rule);
    let mut found: Option<(Reach, Place)> = None;
    // All conditions have to hold, of the values of one any.
    for (position, condition) in look::blocks(&resource.attributes, "condition") {
        let values = look::leaves(condition, "source_ip.values");
        let ranges: Option<Vec<_>> =
            values.iter().map(|(_, value)| value.as_str().and_then(range)).collect();
        let reach = match ranges {
            Some(ranges) if ranges.is_empty() || covers_all(&ranges) => continue,
            Some(ranges) if ranges.iter().any(is_public) => Reach::Restricted,
            Some(_) => Reach::Closed,
            None => Reach::Unknown,
        };
        let pointer = Pointer::root().key("condition").index(position);
        let own = (reach, resource.place_of(&pointer));
        found = Some(found.map_or(own, |known| if known.0 <= own.0 { known } else { own }));
    }
    found
}

/// The target groups that actions of a listener or rule forward to, with where; and whether the first action only sends elsewhere.
pub fn forwards(scene: &Scene<'_>, at: usize, block: &str) -> (Vec<(usize, Place)>, Option<Place>) {
    let resource = scene.index.resource(at);
    let mut found = Vec::new();
    for path in ["target_group_arn", "forward.target_group.arn"] {
        for (to, pointer) in look::named(scene, at, &format!("{block}.{path}")).targets {
            found.push((to, resource.place_of(&pointer)));
        }
    }
    let redirect = look::blocks(&resource.attributes, block).find_map(|(position, action)| {
        let kind = look::text(action, "type");
        let pointer = Pointer::root().key(block).index(position);
        (kind == Some("redirect")).then(|| resource.place_of(&pointer))
    });
    (found, redirect)
}

fn listener(
    scene: &Scene<'_>,
    network: &mut Network,
    groups: &BTreeMap<usize, BTreeSet<Member>>,
    at: usize,
) {
    let resource = scene.index.resource(at);
    let balancers = look::named(scene, at, "load_balancer_arn").targets;
    let Some((balancer, via)) =
        balancers.first().and_then(|(to, _)| Some((*to, scene.node_of[*to]?)))
    else {
        return;
    };
    let written = look::value(resource, "protocol");
    let kind = look::value(scene.index.resource(balancer), "load_balancer_type");
    let by_default = match (written, kind.and_then(Value::as_str)) {
        (None, None | Some("application")) => Some("HTTP"),
        _ => None,
    };
    let protocol = written.and_then(Value::as_str).or(by_default);
    let front = Traffic {
        protocol: transport(protocol),
        port: port(&resource.attributes, "port").or(match protocol {
            Some("HTTP") => Some(80),
            Some("HTTPS" | "TLS") => Some(443),
            _ => None,
        }),
    };
    if takes_requests(protocol) {
        network.requests.insert((via, front));
    }
    let mut front_proof = vec![resource.header];
    front_proof.extend(address_proof(network, via));
    let (by_default, redirect) = forwards(scene, at, "default_action");
    let mut targets: Vec<_> = by_default.into_iter().map(|(to, place)| (to, place, None)).collect();
    for kind in ["aws_lb_listener_rule", "aws_alb_listener_rule"] {
        for rule in look::users(scene, at, kind, "listener_arn") {
            let heard = heard(scene, rule);
            let forwards = forwards(scene, rule, "action").0.into_iter();
            targets.extend(forwards.map(|(to, place)| (to, place, heard)));
        }
    }
    if targets.is_empty() {
        let encrypted = if redirect.is_some() { Tri::Unknown } else { tls(protocol) };
        answers(network, via, front, encrypted, front_proof);
        return;
    }
    let mut any = false;
    for (group, place, heard) in targets {
        for member in groups.get(&group).into_iter().flatten() {
            if member.mapped.is_some_and(|port| !let_in(network, via, member.node, port)) {
                continue;
            }
            let route = network.routes.len();
            match heard {
                Some((Reach::Closed, _)) => {
                    network.inner.insert(route);
                }
                Some(heard) => {
                    any = true;
                    network.heard.insert(route, heard);
                }
                None => any = true,
            }
            let keeps_source = keeps_source(scene, network, balancer, group, (via, member.node));
            let group = scene.index.resource(group);
            let behind = look::text(&group.attributes, "protocol");
            network.routes.push(Route {
                via,
                front,
                target: member.node,
                back: Traffic {
                    protocol: transport(behind.or(protocol)),
                    port: member.port.or(front.port.filter(|_| behind.is_none())),
                },
                keeps_source,
                from: Vec::new(),
                front_encrypted: tls(protocol),
                back_encrypted: tls(behind),
                front_proof: front_proof.clone(),
                back_proof: vec![member.place, place],
            });
        }
    }
    if !any {
        answers(network, via, front, tls(protocol), front_proof);
    }
}

/// Whether the machine of a node lets a balancer's traffic in at the port that it has for the node.
fn let_in(network: &Network, via: usize, node: usize, port: u16) -> bool {
    let presence = |node: usize| network.presences.get(node).and_then(Option::as_ref);
    let Some(host) = presence(node).filter(|host| host.sends_only) else { return true };
    let via = presence(via).map(|presence| (via, presence));
    reach::behind(via, &[], false, (node, host), Traffic::tcp(port)).reach != Reach::Closed
}

/// Where a balancer has its address.
fn address_proof(network: &Network, via: usize) -> Vec<Place> {
    let presence = network.presences.get(via).and_then(Option::as_ref);
    presence.map(|presence| presence.public.proof.clone()).unwrap_or_default()
}

/// A port that answers by itself, with nothing known behind it.
fn answers(
    network: &mut Network,
    node: usize,
    traffic: Traffic,
    encrypted: Tri,
    mut proof: Vec<Place>,
) {
    let Some(presence) = network.presences.get(node).and_then(Option::as_ref) else { return };
    let way = reach::from_internet(presence, traffic);
    proof.extend(way.rules.iter().filter_map(|rule| rule.place));
    if way.reach != Reach::Closed {
        network.fronts.push(Front { node, traffic, encrypted, open: way.reach, proof });
    }
}

/// Whether targets see the sender's own address: network balancers keep it for instances, unless told otherwise. Where the balancer has
/// groups of its own and the target's filters name them, those decide.
fn keeps_source(
    scene: &Scene<'_>,
    network: &Network,
    balancer: usize,
    group: usize,
    (via, target): (usize, usize),
) -> bool {
    let kind = look::text(&scene.index.resource(balancer).attributes, "load_balancer_type");
    if kind != Some("network") {
        return false;
    }
    let attributes = &scene.index.resource(group).attributes;
    let told = match attributes.get("preserve_client_ip") {
        Some(Value::String(word)) => Some(&**word == "true"),
        Some(Value::Bool(told)) => Some(*told),
        _ => None,
    };
    let by_address = look::text(attributes, "target_type") == Some("ip");
    let is_udp = transport(look::text(attributes, "protocol")) != Protocol::Tcp;
    if !told.unwrap_or(!by_address || is_udp) {
        return false;
    }
    let presence = |node: usize| network.presences.get(node).and_then(Option::as_ref);
    let (Some(own), Some(behind)) = (presence(via), presence(target)) else { return true };
    let named = behind.layers.iter().flat_map(|layer| &layer.rules).any(|rule| {
        rule.allow
            && rule
                .peers
                .iter()
                .any(|peer| matches!(peer, Peer::Group(group) if own.groups.contains(group)))
    });
    !named
}

/// Balancers of the old kind: listeners inside, instances listed or joined.
fn classic(scene: &Scene<'_>, network: &mut Network, at: usize) {
    let Some(via) = scene.node_of[at] else { return };
    let resource = scene.index.resource(at);
    let mut members: BTreeSet<(usize, Place)> = BTreeSet::new();
    for (to, pointer) in look::named(scene, at, "instances").targets {
        members.extend(scene.node_of[to].map(|node| (node, resource.place_of(&pointer))));
    }
    for edge in scene.index.incoming(at) {
        let from = scene.index.resource(edge.from);
        let joined = match &*from.kind {
            "aws_elb_attachment" => look::named(scene, edge.from, "instance").targets,
            "aws_autoscaling_attachment" => {
                look::named(scene, edge.from, "autoscaling_group_name").targets
            }
            "aws_autoscaling_group" if leads("load_balancers", &edge.at) => {
                vec![(edge.from, edge.at.clone())]
            }
            "aws_ecs_service" if says("load_balancer.elb_name", &edge.at, from) => {
                vec![(edge.from, edge.at.clone())]
            }
            _ => continue,
        };
        let place = from.place_of(&edge.at);
        let nodes = joined.into_iter().filter_map(|(to, _)| scene.node_of[to]);
        members.extend(nodes.map(|node| (node, place)));
    }
    let address = address_proof(network, via);
    for (position, block) in look::blocks(&resource.attributes, "listener") {
        let pointer = Pointer::root().key("listener").index(position);
        let outer = look::text(block, "lb_protocol");
        let inner = look::text(block, "instance_protocol");
        let front = Traffic { protocol: Protocol::Tcp, port: port(block, "lb_port") };
        if takes_requests(outer) {
            network.requests.insert((via, front));
        }
        let mut front_proof = vec![resource.place_of(&pointer)];
        front_proof.extend(&address);
        if members.is_empty() {
            answers(network, via, front, tls(outer), front_proof.clone());
        }
        for (node, place) in &members {
            network.routes.push(Route {
                via,
                front,
                target: *node,
                back: Traffic { protocol: Protocol::Tcp, port: port(block, "instance_port") },
                keeps_source: false,
                from: Vec::new(),
                front_encrypted: tls(outer),
                back_encrypted: tls(inner),
                front_proof: front_proof.clone(),
                back_proof: vec![*place],
            });
        }
    }
}

/// Accelerators: listeners with ranges of ports, groups of endpoints.
fn accelerators(scene: &Scene<'_>, network: &mut Network) {
    for at in scene.index.of_type("aws_globalaccelerator_listener") {
        let resource = scene.index.resource(*at);
        let accelerators = look::named(scene, *at, "accelerator_arn").targets;
        let Some(via) = accelerators.first().and_then(|(to, _)| scene.node_of[*to]) else {
            continue;
        };
        let is_udp = look::text(&resource.attributes, "protocol") == Some("UDP");
        let protocol = if is_udp { Protocol::Udp } else { Protocol::Tcp };
        for (_, range) in look::blocks(&resource.attributes, "port_range") {
            let traffic = Traffic { protocol, port: port(range, "from_port") };
            network.fronts.push(Front {
                node: via,
                traffic,
                encrypted: if traffic.port == Some(80) { Tri::No } else { Tri::Unknown },
                open: Reach::Open,
                proof: vec![resource.header],
            });
            for group in
                look::users(scene, *at, "aws_globalaccelerator_endpoint_group", "listener_arn")
            {
                let named = look::named(scene, group, "endpoint_configuration.endpoint_id");
                for (to, pointer) in named.targets {
                    let Some(target) = scene.node_of[to] else { continue };
                    network.routes.push(Route {
                        via,
                        front: traffic,
                        target,
                        back: traffic,
                        // Balancers and hosts see the sender, and are reached inside their network.
                        keeps_source: true,
                        from: Vec::new(),
                        front_encrypted: Tri::Unknown,
                        back_encrypted: Tri::Unknown,
                        front_proof: vec![resource.header],
                        back_proof: vec![scene.index.resource(group).place_of(&pointer)],
                    });
                }
            }
        }
    }
}
