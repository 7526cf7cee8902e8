//! Connections to Services that workloads name: to the pods behind them, or to the name that they are another word for.
//!
//! Source: kubernetes.io, "Service" (type `ExternalName`).

use std::collections::{BTreeMap, BTreeSet};

use crate::document::Resource;
use crate::graph::addresses;
use crate::graph::kubernetes::hosts::{self, Mention, number, ports};
use crate::graph::kubernetes::{self, Workload, modes};
use crate::graph::network::filter::{Protocol, Traffic};
use crate::graph::network::reach::{self, Reach};
use crate::graph::network::{Link, Network};
use crate::graph::scene::Scene;
use crate::model::Encrypted;
use crate::source::Place;

use super::{Back, behind, operated};

/// Source, target and port of a connection, with what is spoken and where it is named.
type Links = BTreeMap<(usize, usize, Traffic), (Encrypted, BTreeSet<Place>)>;

/// Fill in the connections that workloads name.
pub fn read(scene: &Scene<'_>, all: &[Workload<'_>], network: &mut Network) {
    let (mut inside, mut outside) = (Links::new(), Links::new());
    let mut set: BTreeMap<(usize, u16), Option<(Encrypted, Place)>> = BTreeMap::new();
    for mention in hosts::mentions(scene, all) {
        let source = all[mention.workload].node;
        let service = kubernetes::alias_of(scene, mention.service).unwrap_or(mention.service);
        if let Some((target, traffic)) = elsewhere(scene, service, &mention) {
            note(&mut outside, (source, target, traffic), &mention);
        }
        for (target, backs) in behind(scene, all, service) {
            for back in backs {
                if mention.port.is_none_or(|port| port == back.front) && target.node != source {
                    let mut mention = Mention { spoken: spoken(&mention, &back), ..mention };
                    let mut by_variable = || {
                        let key = (mention.workload, back.front);
                        let workload = &all[mention.workload];
                        *set.entry(key).or_insert_with(|| modes::of(scene, workload, back.front))
                    };
                    if mention.spoken == Encrypted::Unknown
                        && let Some((spoken, place)) = by_variable()
                    {
                        mention.spoken = spoken;
                        note(
                            &mut inside,
                            (source, target.node, back.traffic),
                            &Mention { place, ..mention },
                        );
                    }
                    note(&mut inside, (source, target.node, back.traffic), &mention);
                }
            }
        }
    }
    network.links.extend(inside.into_iter().map(|(ends, said)| link(ends, said, Reach::Open)));
    network.links.sort();
    network.links.dedup();
    for (ends, said) in outside {
        let way = network.presences[ends.0].as_ref().map(|host| reach::to_internet(host, ends.2));
        let reach = match way.map_or(Reach::Open, |way| way.reach) {
            Reach::Closed => continue,
            Reach::Open => Reach::Open,
            // Whether its address is among those that the policies let out to is not known.
            Reach::Unknown | Reach::Restricted => Reach::Unknown,
        };
        network.doors.push(link(ends, said, reach));
    }
}

/// What is spoken to a port: what the port alone speaks, where that is known.
fn spoken(mention: &Mention, back: &Back) -> Encrypted {
    match back.app.as_deref() {
        Some(operated::TLS) => Encrypted::Yes,
        Some(operated::PLAIN) => Encrypted::No,
        _ => mention.spoken,
    }
}

fn note(links: &mut Links, ends: (usize, usize, Traffic), mention: &Mention) {
    let said = links.entry(ends).or_insert((mention.spoken, BTreeSet::new()));
    said.0 = addresses::worse(said.0, mention.spoken);
    said.1.insert(mention.place);
}

fn link(
    (source, target, traffic): (usize, usize, Traffic),
    (spoken, proof): (Encrypted, BTreeSet<Place>),
    reach: Reach,
) -> Link {
    Link { source, target, traffic, spoken, reach, proof: proof.into_iter().collect() }
}

/// Whom outside of the cluster a Service names, and the port there.
fn elsewhere(scene: &Scene<'_>, service: usize, mention: &Mention) -> Option<(usize, Traffic)> {
    let resource = scene.index.resource(service);
    kubernetes::special(resource).filter(|name| *name == "Service/ExternalName")?;
    let port = mention.port.or_else(|| only_port(resource));
    Some((scene.node_of[service]?, Traffic { protocol: Protocol::Tcp, port }))
}

/// The port of a Service that has one.
fn only_port(service: &Resource) -> Option<u16> {
    match ports(service) {
        [port] => number(port.get("port")),
        _ => None,
    }
}
