//! Whom policies mean by blocks of addresses.
//!
//! Source: kubernetes.io, "Network Policies" (`ipBlock`: "these should be cluster-external IPs"; `except`).

use ipnet::IpNet;

use crate::document::{Pointer, Value};
use crate::graph::look;
use crate::graph::network::filter::{Peer, is_any, range};
use crate::graph::network::gcp::services_of;
use crate::graph::scene::Scene;

/// How many ranges a block may come apart into; one with more exceptions is taken as a whole.
const MOST: usize = 256;

/// Whom a block means that a policy (a resource) holds at a place.
pub fn peers(scene: &Scene<'_>, (policy, at): (usize, &Pointer), block: &Value) -> Vec<Peer> {
    let Some(cidr) = block.get("cidr").and_then(Value::as_str).and_then(range) else {
        return referred(scene, policy, &at.key("cidr"));
    };
    let except = block.get("except").and_then(Value::as_array).unwrap_or_default();
    let except: Vec<IpNet> = except.iter().filter_map(|it| range(it.as_str()?)).collect();
    if is_any(&cidr) && except.is_empty() {
        return vec![Peer::Everyone];
    }
    let mut found: Vec<Peer> = without(cidr, &except).into_iter().map(Peer::Outside).collect();
    if is_any(&cidr) {
        // What is left out of everything is the inside, or a few; the rest is the internet.
        found.push(Peer::Internet);
    } else if !found.is_empty() && services_of(scene, Some("front")).any(|own| own.contains(&cidr))
    {
        // From there, nobody but the front ends of a cloud's balancers sends.
        found.push(Peer::Elsewhere(true.into()));
    }
    found
}

/// Whom a block that is not known means: whose address, or the range of which network, it is made of, and maybe others.
fn referred(scene: &Scene<'_>, policy: usize, at: &Pointer) -> Vec<Peer> {
    let mut found = vec![Peer::Unknown];
    for to in look::at(scene, policy, at) {
        found.push(Peer::Zone(to));
        found.extend(scene.node_of[to].map(|node| Peer::nodes([node])));
    }
    found
}

/// A range without others, as ranges.
fn without(range: IpNet, except: &[IpNet]) -> Vec<IpNet> {
    let mut kept = vec![range];
    for out in except {
        let mut left = Vec::new();
        while let Some(each) = kept.pop() {
            if out.contains(&each) {
                continue;
            }
            if each.contains(out)
                && let Ok(halves) = each.subnets(each.prefix_len() + 1)
            {
                kept.extend(halves);
            } else {
                left.push(each);
            }
            if kept.len() + left.len() > MOST {
                return vec![range];
            }
        }
        kept = left;
    }
    kept.sort_unstable();
    kept
}
