//! Who refers to a node, where, and what the addresses there say of the connection.

use std::collections::BTreeMap;

use crate::document::Edge;
use crate::graph::addresses::{self, Call, Schemes};
use crate::graph::domains::Mention;
use crate::graph::scene::Scene;
use crate::model::Encrypted;
use crate::source::Place;

/// How many references from one node to another are looked at for what they say.
const MOST: usize = 64;

/// All by which one node refers to another one, with what is said where it does so by a host's name.
#[derive(Debug, Default)]
pub struct Naming<'s>(Vec<(&'s Edge, Option<&'s Mention>)>);

impl Naming<'_> {
    /// Where, each place once.
    pub fn places(&self, scene: &Scene<'_>) -> Vec<Place> {
        let mut places = Vec::new();
        for (edge, _) in &self.0 {
            let place = scene.index.place_of(edge.from, &edge.at, edge.to);
            if !places.contains(&place) {
                places.push(place);
            }
        }
        places
    }

    /// Whether what is spoken is encrypted: the worst that the addresses say.
    pub fn spoken(&self, scene: &Scene<'_>) -> Encrypted {
        let schemes = Schemes::new(scene.vocabulary);
        let said = self.0.iter().map(|(edge, mention)| match mention {
            Some(mention) => Some(mention.spoken),
            None => Some(addresses::of_edge(schemes, &scene.index, edge)),
        });
        addresses::worst(said).unwrap_or(Encrypted::Unknown)
    }

    /// Whether a host's name is said, which is there to be called, or an address is made of one; with the port, where only one is said.
    pub fn called(&self, scene: &Scene<'_>) -> Option<Call> {
        let said = self.0.iter().take(MOST).filter_map(|(edge, mention)| match mention {
            Some(mention) => Some(Call { port: mention.port }),
            None => addresses::called(&scene.index, edge),
        });
        let mut said: Vec<Call> = said.collect();
        // Who says a port says more than who says none.
        if said.iter().any(|call| call.port.is_some()) {
            said.retain(|call| call.port.is_some());
        }
        addresses::agreed(&said)
    }
}

/// Nodes that refer to a node in ways that count.
pub fn of<'s>(
    scene: &'s Scene<'_>,
    target: usize,
    counts: impl Fn(&Edge) -> bool,
) -> BTreeMap<usize, Naming<'s>> {
    let mut found: BTreeMap<usize, Naming<'s>> = BTreeMap::new();
    // What several are made from names none of them.
    let parts = scene.nodes[target].parts.iter().filter(|part| !scene.shared.contains_key(*part));
    let parts: Vec<usize> = parts.copied().collect();
    let edges = parts.iter().flat_map(|part| scene.index.incoming(*part)).map(|edge| (edge, None));
    let mentions = parts.iter().filter_map(|part| scene.mentions.get(part)).flatten();
    let mentions = mentions.map(|mention| (&mention.edge, Some(mention)));
    for (edge, mention) in edges.chain(mentions).filter(|(edge, _)| counts(edge)) {
        for source in scene.nodes_of(edge.from).filter(|source| *source != target) {
            found.entry(source).or_default().0.push((edge, mention));
        }
    }
    found
}
