//! The graph of one document: nodes, zones and flows, derived from resources through the vocabulary.
//!
//! Takes a document and the vocabulary of packs; knows nothing of findings. Nothing here fails: what the vocabulary cannot decide is
//! not known, and says so.

mod above;
mod accounts;
mod actions;
pub(crate) mod addresses;
mod bounds;
pub mod callers;
mod conditions;
pub mod containers;
mod datasets;
mod domains;
pub mod doors;
pub mod facts;
pub mod gcp;
pub mod identity;
mod inherited;
pub mod kubernetes;
mod logs;
pub mod look;
pub mod network;
pub mod nodes;
pub mod others;
mod patterns;
mod registries;
pub mod relations;
mod replicas;
pub mod scene;
mod texts;
mod trails;

pub use bounds::Bounds;

use ipnet::IpNet;

use crate::document::{Document, Index};
use crate::engine::around::Records;
use crate::pack::Meanings;
use crate::source::Problem;

use network::Network;
use relations::Relations;
use scene::Scene;

/// A document's graph, with what was found on the way.
#[derive(Debug)]
pub struct Graph<'a> {
    /// Nodes, zones, flows.
    pub scene: Scene<'a>,
    /// Who reaches whom.
    pub network: Network,
    /// Who may do what.
    pub identity: identity::Identity,
    /// What could not be done.
    pub problems: Vec<Problem>,
    /// Whether flows between hosts, or from principals to what they may use, were left out at a bound.
    pub left_out: bool,
    /// Pairs of hosts between which flows were sought.
    pub pairs: usize,
}

/// Build the graph of a document. Ranges that people trust count as inside.
pub fn build<'a>(document: &'a Document, vocabulary: &'a Meanings, trusted: &[IpNet]) -> Graph<'a> {
    build_within(document, vocabulary, trusted, Bounds::default())
}

/// Build the graph of a document within bounds.
pub fn build_within<'a>(
    document: &'a Document,
    vocabulary: &'a Meanings,
    trusted: &[IpNet],
    bounds: Bounds,
) -> Graph<'a> {
    let document = document.manifests.as_deref().unwrap_or(document);
    let index = Index::new(document);
    let names = std::cell::OnceCell::new();
    let meanings: Vec<_> = document
        .resources
        .iter()
        .enumerate()
        .map(|(at, resource)| {
            let special = kubernetes::special(resource)
                .or_else(|| network::aws::special(&index, at, vocabulary, &names))
                .or_else(|| gcp::special(resource));
            let special = special.and_then(|name| vocabulary.of(name));
            special.or_else(|| vocabulary.of(resource.type_name())).cloned()
        })
        .collect();
    let relations = Relations::new(&index, &meanings);
    let mut scene = Scene {
        records: Records::new(document),
        bounds,
        vocabulary,
        node_of: Vec::new(),
        shared: std::collections::BTreeMap::new(),
        zone_of: Vec::new(),
        nodes: Vec::new(),
        zones: Vec::new(),
        flows: Vec::new(),
        ids: scene::Ids::default(),
        accounts: scene::Accounts::default(),
        mentions: domains::Mentions::default(),
        index,
        meanings,
        relations,
    };
    texts::complete(&mut scene);
    registries::complete(&mut scene);
    replicas::complete(&mut scene);
    actions::complete(&mut scene);
    nodes::build(&mut scene);
    domains::read(&mut scene);
    logs::complete(&mut scene);
    kubernetes::complete(&mut scene);
    gcp::complete(&mut scene);
    let problems = facts::read(&mut scene);
    trails::complete(&mut scene);
    replicas::facts(&mut scene);
    kubernetes::facts(&mut scene);
    gcp::facts(&mut scene);
    above::audits(&mut scene);
    callers::settle(&mut scene);
    doors::settle(&mut scene);
    others::declarations(&mut scene);
    let mut network = Network { presences: vec![None; scene.nodes.len()], ..Network::default() };
    network::aws::read(&scene, &mut network);
    network::aws::nest(&mut scene, &network);
    network::azure::read(&scene, &mut network);
    network::aws::facts(&mut scene);
    network::azure::facts(&mut scene);
    network::gcp::facts(&mut scene);
    network::gcp::read(&scene, &mut network);
    network::kubernetes::facts(&mut scene);
    network::kubernetes::read(&scene, &mut network);
    network::machines::read(&scene, &mut network);
    network::neighbors::stand(&mut scene, &mut network);
    network.trust(trusted);
    network.join();
    network.presences.resize(scene.nodes.len() + 1, None);
    network::settings::read(&scene, &mut network);
    let (hosts_left_out, pairs) = network::flows::build(&mut scene, &network);
    network.presences.resize(scene.nodes.len(), None);
    let identity = identity::build(&mut scene, &network);
    others::flows(&mut scene);
    identity::aws::events(&mut scene);
    kubernetes::flows(&mut scene);
    identity::readers(&mut scene, &identity);
    kubernetes::nest(&mut scene);
    let left_out = network.left_out || hosts_left_out || identity.left_out;
    Graph { scene, network, identity, problems, left_out, pairs }
}
