//! Stores and services of the web that answer on the internet and that settings name: whoever gets out, and is let in there, speaks to them.
//!
//! Only stores with a protocol of their own: who calls the interface of a provider's service is said by rights, unless settings hold a key of
//! it, by the table `access_keys`. Services are named by an address, by the table `web_addresses`.

use std::collections::BTreeMap;

use crate::document::Edge;
use crate::graph::callers::Callers;
use crate::graph::others;
use crate::graph::scene::Scene;
use crate::model::{Element, Encrypted};

use super::flows::{on_internet, port_of, runs_programs};
use super::reach::{self, Reach};
use super::{Front, INTERFACE, Link, Network, Traffic, Tri, naming};

/// Connections over the internet from programs to what their settings name, or have a key of.
pub fn read(scene: &Scene<'_>, network: &mut Network) {
    let mut links = Vec::new();
    let known = Callers::new(scene);
    let mut fronts: BTreeMap<usize, Vec<&Front>> = BTreeMap::new();
    for front in &network.fronts {
        fronts.entry(front.node).or_default().push(front);
    }
    for target in 0..scene.nodes.len() {
        let Some((named, port)) = named_by(scene, target) else { continue };
        let callers = naming::of(scene, target, |edge| match named {
            Named::Whatever => true,
            Named::Key => ends(scene, "access_keys", edge),
            Named::Address => ends(scene, "web_addresses", edge),
        });
        if callers.is_empty() {
            continue;
        }
        let traffic = Traffic::tcp(port);
        let fronts = fronts.get(&target).map_or(&[][..], Vec::as_slice);
        let open = answers(scene, network, (target, fronts), traffic);
        let only_tls = fronts.iter().any(|front| front.encrypted == Tri::Yes);
        if open == Reach::Closed {
            continue;
        }
        for (source, naming) in callers {
            if !runs_programs(scene, source)
                || known.turn_away(scene, source, target)
                || share_network(network, source, target)
                || named != Named::Whatever && others::carry(scene, source, target)
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
                let spoken = if only_tls { Encrypted::Yes } else { naming.spoken(scene) };
                let proof = naming.places(scene);
                links.push(Link { source, target, traffic, spoken, reach, proof });
            }
        }
    }
    network.doors.extend(links);
}

/// By what settings name something that programs connect to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    /// Any reference.
    Whatever,
    /// A key, or a connection with one in it.
    Key,
    /// An address.
    Address,
}

/// How settings name a node, and at which port it is spoken to then.
fn named_by(scene: &Scene<'_>, node: usize) -> Option<(Named, u16)> {
    let given = &scene.nodes[node];
    let is_store = given.element == Element::DataStore && given.kind.starts_with("datastore_");
    if is_store || others::holds_messages(scene, node) {
        let port = port_of(scene, node)?;
        let by_key = !is_store || port == INTERFACE;
        return Some((if by_key { Named::Key } else { Named::Whatever }, port));
    }
    // Which settings of Azure's apps name others is read with them.
    let own = scene.index.resource(given.resource?);
    let answers = runs_programs(scene, node) || &*given.kind == "api";
    let is_web = answers && &*own.provider != "azurerm" && scene.state(node, "web") != Tri::No;
    is_web.then(|| (Named::Address, port_of(scene, node).unwrap_or(INTERFACE)))
}

/// Whether the attribute that a reference takes ends as a table says.
fn ends(scene: &Scene<'_>, table: &str, edge: &Edge) -> bool {
    let name = edge.attribute.parts().last().unwrap_or_default();
    let mut endings = scene.vocabulary.table(table).iter().flatten();
    endings.any(|ending| name.ends_with(&**ending))
}

/// How far something is open to the internet on its port.
fn answers(
    scene: &Scene<'_>,
    network: &Network,
    (node, fronts): (usize, &[&Front]),
    traffic: Traffic,
) -> Reach {
    let by_front = fronts.iter().map(|front| front.open).max().unwrap_or(Reach::Closed);
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
