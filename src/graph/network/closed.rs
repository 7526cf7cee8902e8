//! Services of Azure that their own firewall closes to the internet: rights to what they hold are worth something only where it lets in.
//!
//! Source: Microsoft Learn, "Azure Storage firewall rules", "Configure network security for Azure Key Vault", "What is a private endpoint?".

use std::collections::{BTreeMap, BTreeSet};

use crate::document::Mode;
use crate::graph::look;
use crate::graph::scene::Scene;
use crate::model::Element;
use crate::pack::Verb;
use crate::source::Place;

use super::filter::{Protocol, Traffic};
use super::{Network, Presence, Tri, flows, reach};

/// Services that nobody gets to from the internet, and who gets in.
#[derive(Debug, Default)]
pub struct Closed(BTreeMap<usize, Door>);

#[derive(Debug, Default)]
struct Door {
    /// Subnets and networks that its rules name.
    networks: BTreeSet<usize>,
    /// Whether it has endpoints in networks.
    has_endpoints: bool,
    /// Whether it is not known whom rules name, or where an endpoint stands.
    open: bool,
}

impl Closed {
    /// All such services of a document.
    pub fn new(scene: &Scene<'_>, network: &Network) -> Self {
        let is_closed = |node: &usize| {
            let given = &scene.nodes[*node];
            let of_azure = |at| &*scene.index.resource(at).provider == "azurerm";
            given.element == Element::DataStore
                && given.resource.is_some_and(of_azure)
                && network.presences.get(*node).is_none_or(Option::is_none)
                && scene.lacks(*node, "public")
        };
        let nodes = (0..scene.nodes.len()).filter(is_closed);
        Self(nodes.map(|node| (node, door(scene, network, node))).collect())
    }

    /// Whether a service is closed to a program, wherever that stands.
    pub fn keeps_out(
        &self,
        scene: &Scene<'_>,
        network: &Network,
        (program, service): (usize, usize),
    ) -> bool {
        // Where nothing lets anybody in, what does is made elsewhere.
        let is_known = |door: &&Door| !door.networks.is_empty() || door.has_endpoints;
        let own = self.0.get(&service).filter(|door| !door.open).filter(is_known);
        let Some(door) = own else { return false };
        if names(scene, service, program) {
            return false;
        }
        let own = network.presences.get(program).and_then(Option::as_ref);
        let Some(own) = own.filter(|own| own.network.is_some() && !own.open_ended) else {
            // Apps that stand in no network come from the internet; other services may be trusted ones.
            return own.is_none() && is_app(scene, program);
        };
        let mut here = own.subnets.iter().chain(&own.network);
        let is_let_in = |end: &usize| {
            let mut networks = door.networks.iter();
            networks.any(|other| end == other || network.joining(*end, *other).is_some())
        };
        let traffic = Traffic { protocol: Protocol::Tcp, port: flows::port_of(scene, service) };
        let mut endpoints = endpoints(network, service).iter();
        let gets_to = |(endpoint, _): &(Presence, Place)| {
            let ends = ((program, own), (service, endpoint));
            reach::between(network, ends.0, ends.1, traffic).passes != Tri::No
        };
        !here.any(is_let_in) && !endpoints.any(gets_to)
    }
}

/// Who gets into a service.
fn door(scene: &Scene<'_>, network: &Network, service: usize) -> Door {
    let mut door = Door::default();
    for part in &scene.nodes[service].parts {
        let edges = scene.meanings[*part].iter().flat_map(|meaning| &meaning.edges);
        for (_, path) in edges.filter(|(verb, _)| *verb == Verb::NetAllowIn) {
            let named = look::named(scene, *part, path);
            door.open |= named.open;
            door.networks.extend(named.targets.into_iter().map(|(to, _)| to));
        }
    }
    let endpoints = endpoints(network, service);
    door.has_endpoints = !endpoints.is_empty();
    let parts = scene.nodes[service].parts.iter();
    let fronts = parts.flat_map(|part| scene.relations.sources(*part, Verb::Fronts));
    // Of an endpoint whose subnet is not known, it is not known whom it lets in.
    door.open |= fronts.count() > endpoints.len();
    door.open |= endpoints.iter().any(|(endpoint, _)| endpoint.network.is_none());
    // Endpoints and rules may be made where the code is not at hand.
    let parts = scene.nodes[service].parts.iter();
    door.open |= parts.copied().any(|part| {
        scene.index.resource(part).mode != Mode::Managed || look::may_be_extended(scene, part)
    });
    door
}

/// Where a service has doors in networks.
fn endpoints(network: &Network, service: usize) -> &[(Presence, Place)] {
    network.endpoints.get(&service).map_or(&[], Vec::as_slice)
}

/// Whether the rules of a service name a program itself.
fn names(scene: &Scene<'_>, service: usize, program: usize) -> bool {
    let parts = scene.nodes[service].parts.iter();
    let mut edges = parts.flat_map(|part| scene.index.outgoing(*part));
    edges.any(|edge| scene.node_of[edge.to] == Some(program))
}

/// Whether a program is an app of Azure, which comes from the internet where it stands in no network.
pub fn is_app(scene: &Scene<'_>, program: usize) -> bool {
    let given = &scene.nodes[program];
    matches!(&*given.kind, "compute_serverless" | "compute_container")
        && given.resource.is_some_and(|at| &*scene.index.resource(at).provider == "azurerm")
}
