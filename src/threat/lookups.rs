//! Parts of a graph by what is asked about them: each made in one pass, so that no question looks through all of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::Graph;
use crate::graph::network::Presence;
use crate::source::Place;

/// By filter or rule of one, the nodes that it stands before.
pub fn behind(graph: &Graph<'_>) -> BTreeMap<usize, Vec<usize>> {
    let mut behind: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (node, presence) in graph.network.presences.iter().enumerate() {
        for filter in presence.iter().flat_map(filters) {
            let nodes = behind.entry(filter).or_default();
            if nodes.last() != Some(&node) {
                nodes.push(node);
            }
        }
    }
    behind
}

/// Filters and rules of some that stand before doors of services in networks.
pub fn before_endpoints(graph: &Graph<'_>) -> BTreeSet<usize> {
    let doors = graph.network.endpoints.values().flatten();
    doors.flat_map(|(presence, _)| filters(presence)).collect()
}

/// Filters before a host, and their rules.
fn filters(presence: &Presence) -> impl Iterator<Item = usize> {
    presence.layers.iter().flat_map(|layer| {
        let rules = layer.rules.iter().filter_map(|rule| rule.resource);
        layer.resources.iter().copied().chain(rules)
    })
}

/// By node, whom it may act as: positions in the list of trusts.
pub fn acts_as(graph: &Graph<'_>) -> BTreeMap<usize, Vec<usize>> {
    let mut found: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, trust) in graph.identity.trusts.iter().enumerate() {
        found.entry(trust.source).or_default().push(at);
    }
    found
}

/// Nodes of a kind that pass on what comes to them.
pub fn passing_on(graph: &Graph<'_>, kind: &str) -> BTreeSet<usize> {
    let nodes = graph.network.routes.iter().map(|route| route.via);
    nodes.filter(|via| &*graph.scene.nodes[*via].kind == kind).collect()
}

/// By end of a join of networks (a resource), the others, with what says so.
pub fn joins(graph: &Graph<'_>) -> BTreeMap<usize, Vec<(usize, Place)>> {
    let mut found: BTreeMap<usize, Vec<(usize, Place)>> = BTreeMap::new();
    for (a, b, place) in &graph.network.peerings {
        found.entry(*a).or_default().push((*b, *place));
        found.entry(*b).or_default().push((*a, *place));
    }
    found
}

/// By zone around an end of a join, the zones of the others, with what says so.
pub fn zone_joins(graph: &Graph<'_>) -> BTreeMap<usize, Vec<(usize, Place)>> {
    let scene = &graph.scene;
    let at = |end: usize| scene.zone_of.get(end).copied().flatten();
    let mut found: BTreeMap<usize, Vec<(usize, Place)>> = BTreeMap::new();
    for (a, b, place) in &graph.network.peerings {
        for (end, other) in [(*a, *b), (*b, *a)] {
            if let (Some(end), Some(other)) = (at(end), at(other)) {
                for zone in scene.ancestors(end) {
                    found.entry(zone).or_default().push((other, *place));
                }
            }
        }
    }
    found
}

/// By the node that passes on and the node behind it, positions of routes.
pub fn routes(graph: &Graph<'_>) -> BTreeMap<(usize, usize), Vec<usize>> {
    let mut routes: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for (at, route) in graph.network.routes.iter().enumerate() {
        routes.entry((route.via, route.target)).or_default().push(at);
    }
    routes
}
