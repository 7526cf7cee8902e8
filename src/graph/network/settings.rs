//! Stores that answer on the internet and that settings name: whoever gets out, and is let in there, speaks to them.
//!
//! Only stores with a protocol of their own: who calls the interface of a provider's service is said by rights, unless settings hold a key of
//! it, by the table `access_keys`.

use crate::document::Edge;
use crate::graph::others;
use crate::graph::scene::Scene;
use crate::model::Element;

use super::flows::{on_internet, port_of, runs_programs};
use super::reach::{self, Reach};
use super::{INTERFACE, Link, Network, Traffic, naming};

/// Connections over the internet from programs to stores that their settings name, or have a key of.
pub fn read(scene: &Scene<'_>, network: &mut Network) {
    let mut links = Vec::new();
    for (target, node) in scene.nodes.iter().enumerate() {
        let is_store = node.element == Element::DataStore && node.kind.starts_with("datastore_");
        let Some(port) = port_of(scene, target) else { continue };
        if !is_store && !others::holds_messages(scene, target) {
            continue;
        }
        let by_address = is_store && port != INTERFACE;
        let callers = naming::of(scene, target, |edge| by_address || is_key(scene, edge));
        if callers.is_empty() {
            continue;
        }
        let traffic = Traffic::tcp(port);
        let open = answers(scene, network, target, traffic);
        if open == Reach::Closed {
            continue;
        }
        for (source, named) in callers {
            if !runs_programs(scene, source)
                || share_network(network, source, target)
                || !by_address && others::carry(scene, source, target)
            {
                continue;
            }
            let all_there =
                scene.holds(target, "to_tenants") && share_provider(scene, source, target);
            let open = if all_there { Reach::Open } else { open };
            let way = open.min(leaves(network, source, traffic));
            if way != Reach::Closed {
                // Whether the source's address is among those that get in is not known.
                let reach = if way == Reach::Open { way } else { Reach::Unknown };
                let (spoken, proof) = (named.spoken(scene), named.places(scene));
                links.push(Link { source, target, traffic, spoken, reach, proof });
            }
        }
    }
    network.doors.extend(links);
}

/// Whether a reference takes a key, or a connection with one in it.
fn is_key(scene: &Scene<'_>, edge: &Edge) -> bool {
    let name = edge.attribute.parts().last().unwrap_or_default();
    let mut endings = scene.vocabulary.table("access_keys").iter().flatten();
    endings.any(|ending| name.ends_with(&**ending))
}

/// How far a store is open to the internet on its port.
fn answers(scene: &Scene<'_>, network: &Network, node: usize, traffic: Traffic) -> Reach {
    let fronts = network.fronts.iter().filter(|front| front.node == node);
    let by_front = fronts.map(|front| front.open).max().unwrap_or(Reach::Closed);
    let presence = network.presences[node].as_ref().filter(|presence| !presence.sends_only);
    let own = match presence {
        Some(presence) => reach::from_internet(presence, traffic).reach,
        None => on_internet(scene, node).map_or(Reach::Closed, |(reach, _)| reach),
    };
    by_front.max(own)
}

/// Whether a program gets to the internet; one that stands in no network does.
fn leaves(network: &Network, node: usize, traffic: Traffic) -> Reach {
    match &network.presences[node] {
        Some(presence) => reach::to_internet(presence, traffic).reach,
        None => Reach::Open,
    }
}

/// Whether two run at one provider.
fn share_provider(scene: &Scene<'_>, a: usize, b: usize) -> bool {
    let own = |node: usize| Some(&scene.index.resource(scene.nodes[node].resource?).provider);
    own(a).is_some() && own(a) == own(b)
}

/// Whether two stand in one network, which decides what passes between them.
fn share_network(network: &Network, a: usize, b: usize) -> bool {
    let own = |node: usize| network.presences[node].as_ref()?.network;
    own(a).is_some() && own(a) == own(b)
}
