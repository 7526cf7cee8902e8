//! Interface endpoints: doors in a network to balancers of another one (`PrivateLink`), where no route leads.
//!
//! Source: AWS `PrivateLink` Guide, "Access services through interface endpoints", "Create a service powered by AWS `PrivateLink`".

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::graph::look;
use crate::graph::network::filter::{Direction, Party, Rule, Traffic};
use crate::graph::network::reach::{Reach, wide};
use crate::graph::network::{Link, Network, Presence, Tri};
use crate::graph::scene::Scene;
use crate::model::Encrypted;
use crate::source::Place;

use super::filters;
use super::routing::Routing;

/// A door.
struct Door {
    presence: Presence,
    /// Balancers behind it.
    balancers: BTreeSet<usize>,
    /// Nodes that speak of it.
    users: BTreeSet<usize>,
    place: Place,
}

/// Connections from hosts to what stands behind the doors of their network.
pub fn read(scene: &Scene<'_>, routing: &Routing, network: &mut Network) {
    let doors = scene.index.of_type("aws_vpc_endpoint").iter();
    let doors: Vec<Door> = doors.filter_map(|at| door(scene, routing, *at)).collect();
    let mut links = Vec::new();
    for door in &doors {
        for (node, host) in network.presences.iter().enumerate() {
            let own =
                |host: &&Presence| host.network.is_some() && host.network == door.presence.network;
            let Some(host) = host.as_ref().filter(own) else { continue };
            for balancer in door.balancers.iter().filter(|balancer| **balancer != node) {
                for (traffic, proof) in fronts(network, *balancer) {
                    let (passes, meant) = door.lets_in(node, host, traffic);
                    if passes == Tri::Yes && (meant || door.users.contains(&node)) {
                        let mut all = vec![door.place];
                        all.extend(proof);
                        let (source, target, spoken) = (node, *balancer, Encrypted::Unknown);
                        let reach = Reach::Open;
                        links.push(Link { source, target, traffic, spoken, reach, proof: all });
                    }
                }
            }
        }
    }
    links.sort();
    links.dedup();
    network.doors.extend(links);
}

impl Door {
    /// Whether a host gets through, and whether a rule means it in particular.
    fn lets_in(&self, node: usize, host: &Presence, traffic: Traffic) -> (Tri, bool) {
        let mut passes = Tri::Yes;
        let mut meant = false;
        let door = Party::Host(usize::MAX, &self.presence);
        for layer in &host.layers {
            passes = passes.and(layer.decide(Direction::Out, &door, traffic).passes);
        }
        for layer in &self.presence.layers {
            let party = Party::Host(node, host);
            let decision = layer.decide(Direction::In, &party, traffic);
            passes = passes.and(decision.passes);
            let named = decision.rule.filter(|rule| rule.default.is_none());
            let is_wide = |rule: &Rule| rule.peers.iter().any(wide);
            meant |= named.is_some_and(|rule| !is_wide(&rule) || layer.means(&party, traffic));
        }
        (passes, meant)
    }
}

/// The door that an endpoint is, where what stands behind it is in the document.
fn door(scene: &Scene<'_>, routing: &Routing, at: usize) -> Option<Door> {
    let resource = scene.index.resource(at);
    if look::text(&resource.attributes, "vpc_endpoint_type") != Some("Interface") {
        return None;
    }
    let mut balancers = BTreeSet::new();
    for (service, _) in look::named(scene, at, "service_name").targets {
        if scene.index.resource(service).type_name() == "aws_vpc_endpoint_service" {
            let named = look::named(scene, service, "network_load_balancer_arns").targets;
            balancers.extend(named.iter().filter_map(|(to, _)| scene.node_of[*to]));
        }
    }
    if balancers.is_empty() {
        return None;
    }
    let first = |path: &str| look::named(scene, at, path).targets;
    let subnets: Vec<usize> = first("subnet_ids").into_iter().map(|(to, _)| to).collect();
    let by_subnet = subnets.iter().find_map(|subnet| routing.subnet(*subnet)?.network);
    let network = first("vpc_id").first().map(|(to, _)| *to).or(by_subnet);
    let groups: BTreeSet<usize> =
        first("security_group_ids").into_iter().map(|(to, _)| to).collect();
    // Where none is named, the default group of the network holds.
    let groups = if groups.is_empty() { network.into_iter().collect() } else { groups };
    let open = look::named(scene, at, "security_group_ids").open;
    let ranges = subnets.iter().filter_map(|subnet| routing.subnet(*subnet));
    let presence = Presence {
        ranges: ranges.flat_map(|subnet| subnet.ranges.iter().copied()).collect(),
        layers: vec![Arc::new(filters::security_groups(scene, &groups, open))],
        groups: groups.into_iter().collect(),
        subnets,
        network,
        ..Presence::default()
    };
    let users = scene.index.incoming(at).iter().filter_map(|edge| scene.node_of[edge.from]);
    Some(Door { presence, balancers, users: users.collect(), place: resource.header })
}

/// Where a balancer listens.
fn fronts(network: &Network, balancer: usize) -> Vec<(Traffic, Vec<Place>)> {
    let routes = network.routes.iter().filter(|route| route.via == balancer);
    let mut found: Vec<(Traffic, Vec<Place>)> =
        routes.map(|route| (route.front, route.front_proof.clone())).collect();
    found.sort();
    found.dedup_by(|a, b| a.0 == b.0);
    found
}
