//! AWS: networks, security groups and access lists, routes and addresses, balancers, what answers on the internet by itself.

mod balancers;
mod beanstalk;
mod endpoints;
mod filters;
mod guarded;
mod guards;
mod led;
mod named;
mod places;
mod routing;
mod screens;
mod services;
mod signed;
mod six;
mod started;
mod startup;
mod tasks;
mod told;
pub mod transit;
mod visitors;

use crate::graph::look;
use crate::graph::nodes;
use crate::graph::scene::Scene;

use super::Network;
use routing::Routing;

pub use told::special;
pub use transit::Transit;

/// Fill in what AWS's resources say.
pub fn read(scene: &Scene<'_>, network: &mut Network) {
    let is_aws = |at: &usize| &*scene.index.resource(*at).provider == "aws";
    if !(0..scene.index.document.resources.len()).any(|at| is_aws(&at)) {
        return;
    }
    let routing = Routing::new(scene);
    for node in 0..scene.nodes.len() {
        if scene.nodes[node].resource.as_ref().is_some_and(is_aws) {
            network.presences[node] = places::presence(scene, &routing, node);
        }
    }
    tasks::stand(scene, network);
    tasks::listen(scene, network);
    tasks::mounts(scene, network);
    routing.connect(scene, network);
    network.ways.extend(routing.ways());
    network.routed = routing.routed();
    balancers::read(scene, network);
    services::read(scene, &routing, network);
    network.screened.extend(screens::all(scene));
    network.guarded.extend(guarded::pairs(scene));
    network.guarded.extend(led::pairs(scene));
    beanstalk::read(scene, network);
    endpoints::read(scene, &routing, network);
    resolvers(scene, network);
    told::read(scene, network);
    visitors::read(scene, &routing, network);
}

/// Set the facts that several resources say together.
pub fn facts(scene: &mut Scene<'_>) {
    guards::facts(scene);
    signed::facts(scene);
}

/// Put hosts that do not say themselves in which subnet they stand into the one that others say, else into the network that their groups,
/// or nothing, say.
pub fn nest(scene: &mut Scene<'_>, network: &Network) {
    for node in 0..scene.nodes.len() {
        let presence = network.presences[node].as_ref();
        let subnets = presence.into_iter().flat_map(|presence| &presence.subnets);
        let subnets = subnets.filter_map(|at| scene.zone_of[*at]).collect();
        let around = || {
            let presence = presence.filter(|presence| !presence.sends_only);
            presence.and_then(|presence| scene.zone_of[presence.network?])
        };
        let zone = nodes::innermost(scene, &subnets).or_else(around);
        let is_aws = |at| &*scene.index.resource(at).provider == "aws";
        let is_own = scene.nodes[node].resource.is_some_and(is_aws);
        let stands = scene.zone_of_kind(node, &["vpc", "subnet", "cluster"]).is_some();
        if is_own && !stands && zone.is_some() {
            scene.nodes[node].zone = zone;
        }
    }
}

/// Private zones answer in the networks that they are joined to.
fn resolvers(scene: &Scene<'_>, network: &mut Network) {
    for at in scene.index.of_type("aws_route53_zone") {
        let Some(node) = scene.node_of[*at] else { continue };
        let resource = scene.index.resource(*at);
        for (to, pointer) in look::named(scene, *at, "vpc.vpc_id").targets {
            network.resolvers.push((node, to, resource.place_of(&pointer)));
        }
        for join in look::users(scene, *at, "aws_route53_zone_association", "zone_id") {
            for (to, _) in look::named(scene, join, "vpc_id").targets {
                network.resolvers.push((node, to, scene.index.resource(join).header));
            }
        }
    }
}
