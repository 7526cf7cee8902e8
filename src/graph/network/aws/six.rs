//! Addresses of IPv6: who has one, and whether packets from the internet arrive there.
//!
//! Source: Amazon VPC User Guide, "IP addressing" (IPv6 addresses are public; subnets assign them where told), "Egress-only internet
//! gateways"; Elastic Load Balancing user guides, "IP address type"; AWS provider documentation of the types named.

use crate::document::{Pointer, Value};
use crate::graph::look;
use crate::graph::network::filter::number;
use crate::graph::network::{Presence, Public, Tri};
use crate::graph::scene::Scene;

use super::places::routed;
use super::routing::Routing;

/// Attributes that give addresses of IPv6 where they hold some, or a number of them.
const GIVES: [&str; 9] = [
    "ipv6_address_count",
    "ipv6_addresses",
    "ipv6_address_list",
    "ipv6_prefixes",
    "ipv6_prefix_count",
    "vpc_config.ipv6_allowed_for_dual_stack",
    "network_interfaces.ipv6_address_count",
    "network_interfaces.ipv6_addresses",
    "network_interfaces.ipv6_prefix_count",
];

/// Types of balancers that say which families they answer.
const BALANCERS: [&str; 2] = ["aws_lb", "aws_alb"];

/// What a resource says of an address of IPv6.
pub fn wanted(scene: &Scene<'_>, member: usize) -> Option<Public> {
    let resource = scene.index.resource(member);
    if BALANCERS.contains(&&*resource.kind) {
        let state = match resource.attributes.get("ip_address_type") {
            Some(Value::String(word)) => word.starts_with("dualstack").into(),
            Some(Value::Unknown(_)) => Tri::Unknown,
            _ => Tri::No,
        };
        let proof = vec![resource.place_of(&Pointer::root().key("ip_address_type"))];
        return Some(Public { state, proof });
    }
    let said = GIVES.iter().flat_map(|path| look::leaves(&resource.attributes, path));
    let said = said.filter_map(|(pointer, value)| {
        let state = match value {
            Value::Unknown(_) => Tri::Unknown,
            Value::Bool(gives) => Tri::from(*gives),
            value if pointer.as_str().contains("count") => {
                number(Some(value)).is_some_and(|count| count > 0).into()
            }
            _ => Tri::Yes,
        };
        let proof = vec![resource.place_of(&pointer)];
        (state != Tri::No).then_some(Public { state, proof })
    });
    said.reduce(|a, b| if b.state > a.state { b } else { a })
}

/// Whether a resource answers at addresses of IPv6 only.
pub fn only(scene: &Scene<'_>, member: usize) -> bool {
    let resource = scene.index.resource(member);
    let said = look::text(&resource.attributes, "ip_address_type");
    BALANCERS.contains(&&*resource.kind) && said == Some("dualstack-without-public-ipv4")
}

/// The better of what two resources say.
pub fn better(known: Option<Public>, says: Option<Public>) -> Option<Public> {
    match (known, says) {
        (Some(a), Some(b)) => Some(if b.state > a.state { b } else { a }),
        (a, b) => a.or(b),
    }
}

/// Whether packets of IPv6 from the internet arrive at an address.
pub fn public(
    routing: &Routing,
    presence: &Presence,
    mut own: Public,
    otherwise: Option<&str>,
) -> Public {
    if own.state == Tri::No {
        return Public::default();
    }
    let faces = otherwise == Some("yes") && own.state == Tri::Yes;
    let routed = routed(routing, presence, false, |subnet| &subnet.six.gateway);
    let reached = if faces && routed.state == Tri::Unknown { Tri::Yes } else { routed.state };
    own.state = own.state.and(reached);
    if own.state == Tri::No {
        return Public::default();
    }
    own.proof.extend(routed.proof);
    own
}

/// Whether a host has an address: its own, or the one that its subnet gives. `otherwise` is what its type does where nothing is written,
/// and, of a balancer, whether it faces the internet.
pub fn address(
    routing: &Routing,
    presence: &Presence,
    (wanted, otherwise): (&Option<Public>, Option<(&str, Tri)>),
    four: &Public,
    in_default: bool,
) -> Public {
    let not_told = || Public { state: four.state.and(Tri::Unknown), proof: four.proof.clone() };
    match (wanted, otherwise) {
        // Balancers inside refuse what comes from the internet.
        (Some(wanted), Some(("yes", faces))) => {
            Public { state: wanted.state.and(faces), proof: wanted.proof.clone() }
        }
        (Some(wanted), _) => wanted.clone(),
        (None, Some(("subnet", _))) if !in_default => {
            let subnets = presence.subnets.iter().filter_map(|subnet| routing.subnet(*subnet));
            let given = subnets.map(|subnet| subnet.gives_six.clone().unwrap_or_else(not_told));
            let best = given.reduce(|a, b| if b.state > a.state { b } else { a });
            match best {
                Some(best) if best.state != Tri::No || !presence.open_ended => best,
                _ => not_told(),
            }
        }
        _ => Public::default(),
    }
}

/// Whether a host gets out by such an address, from where nothing comes in.
pub fn egress(routing: &Routing, presence: &Presence, own: &Public) -> Public {
    if own.state == Tri::No {
        return Public::default();
    }
    let mut routed = routed(routing, presence, false, |subnet| &subnet.six.translated);
    routed.state = routed.state.and(own.state);
    routed
}
