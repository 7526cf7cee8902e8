//! Endpoints over which people come into a network from where they are: what they reach is what the interfaces in the endpoint's subnets
//! reach, as far as rules authorize it.
//!
//! Source: AWS Client VPN Administrator Guide, "How AWS Client VPN works" (target networks, authorization rules, security groups).

use std::sync::Arc;

use crate::document::{Pointer, Value};
use crate::graph::look;
use crate::graph::network::filter::range;
use crate::graph::network::neighbors::Neighbor;
use crate::graph::network::{Direction, Layer, Network, Peer, Ports, Presence, Protocol, Rule};
use crate::graph::scene::Scene;

use super::places;
use super::routing::Routing;

const ENDPOINT: &str = "aws_ec2_client_vpn_endpoint";
const JOIN: &str = "aws_ec2_client_vpn_network_association";
const ALLOWANCE: &str = "aws_ec2_client_vpn_authorization_rule";
const OF: &str = "client_vpn_endpoint_id";

/// Let who comes over an endpoint stand where that has its interfaces.
pub fn read(scene: &Scene<'_>, routing: &Routing, network: &mut Network) {
    for at in scene.index.of_type(ENDPOINT) {
        let Some(node) = scene.node_of[*at] else { continue };
        let joins: Vec<usize> = look::users(scene, *at, JOIN, OF).collect();
        let Some(first) = joins.first().copied() else { continue };
        let all: Vec<usize> = std::iter::once(*at).chain(joins).collect();
        let Some(mut presence) = places::interfaces(scene, routing, &all) else { continue };
        presence.layers.push(Arc::new(allowed(scene, *at)));
        if let Some(own) = presence.network {
            network.neighbors.push(Neighbor { node, connection: first, own, is_site: true });
        }
        network.presences[node] = Some(Presence { sends_only: true, ..presence });
    }
}

/// Where rules let people go who come over an endpoint.
fn allowed(scene: &Scene<'_>, endpoint: usize) -> Layer {
    let rule = |at: usize| {
        let resource = scene.index.resource(at);
        let pointer = Pointer::root().key("target_network_cidr");
        let peer = match resource.attributes.at(&pointer) {
            Some(Value::String(text)) => Peer::Range(range(text)?),
            _ => Peer::Unknown,
        };
        Some(Rule {
            direction: Direction::Out,
            allow: true,
            order: 0,
            protocol: Protocol::Any,
            ports: Some(Ports::all()),
            peers: vec![peer],
            resource: Some(at),
            place: Some(resource.place_of(&pointer)),
            default: None,
        })
    };
    let rules = look::users(scene, endpoint, ALLOWANCE, OF).filter_map(rule).collect();
    Layer { rules, default_in: true, ..Layer::default() }
}
