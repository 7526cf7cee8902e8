//! Who refers to a node, where, and what the addresses there say of the connection.

use std::collections::BTreeMap;

use crate::document::Edge;
use crate::graph::addresses::{self, Schemes};
use crate::graph::scene::Scene;
use crate::model::Encrypted;
use crate::source::Place;

/// All by which one node refers to another one.
#[derive(Debug, Default)]
pub struct Naming<'s>(Vec<&'s Edge>);

impl Naming<'_> {
    /// Where, each place once.
    pub fn places(&self, scene: &Scene<'_>) -> Vec<Place> {
        let mut places = Vec::new();
        for edge in &self.0 {
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
        let said = self.0.iter().map(|edge| Some(addresses::of_edge(schemes, &scene.index, edge)));
        addresses::worst(said).unwrap_or(Encrypted::Unknown)
    }
}

/// Nodes that refer to a node in ways that count.
pub fn of<'s>(
    scene: &'s Scene<'_>,
    target: usize,
    counts: impl Fn(&Edge) -> bool,
) -> BTreeMap<usize, Naming<'s>> {
    let mut found: BTreeMap<usize, Naming<'s>> = BTreeMap::new();
    let parts = scene.nodes[target].parts.iter();
    let edges = parts.flat_map(|part| scene.index.incoming(*part));
    for edge in edges.filter(|edge| counts(edge)) {
        if let Some(source) = scene.node_of[edge.from].filter(|source| *source != target) {
            found.entry(source).or_default().0.push(edge);
        }
    }
    found
}
