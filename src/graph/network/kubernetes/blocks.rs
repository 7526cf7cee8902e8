//! Whom policies mean by blocks of addresses.
//!
//! Source: kubernetes.io, "Network Policies" (`ipBlock`: "these should be cluster-external IPs"; `except`).

use ipnet::IpNet;

use crate::document::{Pointer, Value};
use crate::graph::look;
use crate::graph::network::filter::{Peer, is_any, range};
use crate::graph::network::gcp::services_of;
use crate::graph::scene::Scene;

/// How many ranges a block may come apart into; exceptions that would make more of it are left in.
const MOST: usize = 256;

/// Whom a block means that a policy (a resource) holds at a place.
pub fn peers(scene: &Scene<'_>, (policy, at): (usize, &Pointer), block: &Value) -> Vec<Peer> {
    let Some(cidr) = block.get("cidr").and_then(Value::as_str).and_then(range) else {
        return referred(scene, policy, &at.key("cidr"));
    };
    let except: Option<Vec<IpNet>> = match block.get("except") {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::Array(all)) => all.iter().map(|it| range(it.as_str()?)).collect(),
        Some(_) => None,
    };
    let Some(except) = except else {
        // Whom it leaves out is not known.
        let internet = is_any(&cidr).then_some(Peer::Internet);
        return internet.into_iter().chain([Peer::Unknown]).collect();
    };
    if is_any(&cidr) && except.is_empty() {
        return vec![Peer::Everyone];
    }
    let mut found: Vec<Peer> = without(cidr, except).into_iter().map(Peer::Outside).collect();
    if is_any(&cidr) && !found.is_empty() {
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

/// A range without others, as ranges. The widest go first: what does not fit any more is the least.
fn without(range: IpNet, mut except: Vec<IpNet>) -> Vec<IpNet> {
    except.sort_by_key(|out| (out.prefix_len(), *out));
    let mut kept = vec![range];
    for out in &except {
        let mut left = Vec::new();
        let mut open = kept.clone();
        while let Some(each) = open.pop() {
            if out.contains(&each) {
                continue;
            }
            if each.contains(out)
                && let Ok(halves) = each.subnets(each.prefix_len() + 1)
            {
                open.extend(halves);
            } else {
                left.push(each);
            }
        }
        if left.len() <= MOST {
            kept = left;
        }
    }
    kept.sort_unstable();
    kept
}
