//! Stores that operators make: their Services lead to them, and are in no manifest. Strimzi makes policies, too.
//!
//! Source: strimzi.io, "Configuring Strimzi" (`networkPolicyPeers`: who may come to a listener, everyone where nobody is named).

use crate::document::{Pointer, Value};
use crate::graph::kubernetes::Workload;
use crate::graph::kubernetes::hosts::{made_services, number};
use crate::graph::network::filter::{Direction, Layer, Peer, Ports, Protocol, Rule, Traffic};
use crate::graph::scene::Scene;

use super::{Back, Pods, peers};

/// Whether a port of such a Service speaks TLS alone.
pub const TLS: &str = "tls";

/// Whether it never does.
pub const PLAIN: &str = "plain";

/// The store itself, behind each of its Services; nothing where a resource is none.
pub fn behind<'w, 'a>(
    scene: &Scene<'a>,
    all: &'w [Workload<'a>],
    at: usize,
) -> Option<(&'w Workload<'a>, Vec<Back>)> {
    let resource = scene.index.resource(at);
    // Each has the same ports.
    let (_, ports) = made_services(resource).next()?;
    let workload = &all[all.binary_search_by_key(&at, |it| it.at).ok()?];
    let place = workload
        .containers()
        .first()
        .map_or(resource.header, |container| resource.place_of(&workload.pointer(container)));
    let backs = ports.iter().filter_map(|port| {
        let front = number(port.get("port"))?;
        let app = match port.get("tls") {
            Some(Value::Bool(true)) => Some(TLS.into()),
            Some(Value::Bool(false)) => Some(PLAIN.into()),
            _ => None,
        };
        let traffic = Traffic::tcp(front);
        Some(Back { front, traffic, name: None, node_port: None, place, app })
    });
    Some((workload, backs.collect()))
}

/// The listeners for each of which an operator makes a policy.
pub fn listeners<'a>(workload: &Workload<'a>) -> Option<&'a [Value]> {
    if &*workload.resource.kind != "Kafka" {
        return None;
    }
    workload.resource.attributes.at(&list())?.as_array()
}

fn list() -> Pointer {
    Pointer::root().key("spec").key("kafka").key("listeners")
}

/// What the policies let in that an operator makes for these listeners.
pub fn rules(pods: &Pods<'_, '_>, workload: &Workload<'_>, listeners: &[Value], into: &mut Layer) {
    into.default_in = false;
    for (position, listener) in listeners.iter().enumerate() {
        let Some(port) = number(listener.get("port")) else { continue };
        let named = listener.get("networkPolicyPeers").and_then(Value::as_array);
        let peers = match named {
            Some(named) if !named.is_empty() => {
                let side = list().index(position).key("networkPolicyPeers");
                let each = named.iter().enumerate();
                each.flat_map(|(at, peer)| peers(pods, (workload.at, &side.index(at)), peer))
                    .collect()
            }
            _ => vec![Peer::Everyone],
        };
        into.rules.push(Rule {
            direction: Direction::In,
            allow: true,
            order: 0,
            protocol: Protocol::Tcp,
            ports: Some(Ports(vec![(port, port)])),
            peers,
            resource: Some(workload.at),
            place: Some(workload.resource.place_of(&list().index(position))),
            default: None,
        });
    }
}
