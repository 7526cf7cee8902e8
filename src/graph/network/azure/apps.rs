//! Apps of Azure: where those of a Container Apps environment stand, and apps that call each other over their own endpoints.
//!
//! Source: Microsoft Learn, "Networking in Azure Container Apps environment", "Communicate between container apps".

use crate::document::Edge;
use crate::graph::look;
use crate::graph::network::filter::{Direction, Party, Traffic};
use crate::graph::network::flows::{port_of, runs_programs};
use crate::graph::network::reach::Reach;
use crate::graph::network::{Link, Network, Tri, naming};
use crate::graph::relations::leads;
use crate::graph::scene::Scene;

use super::routing::Joined;

/// The fact of an app that answers in the network of its environment.
const ANSWERS: &str = "answers_network";

/// The attribute by which an app names its environment.
const ENVIRONMENT: &str = "container_app_environment_id";

/// What holds settings that name other apps.
const SETTINGS: [&str; 4] = ["app_settings", "connection_string", "site_config", "template"];
/// What holds such settings of machines, which reach others through their network.
const STARTING: [&str; 2] = ["custom_data", "user_data"];

/// The subnet that an app of an environment sends from, and answers in.
pub fn subnets(scene: &Scene<'_>, part: usize) -> Vec<usize> {
    let environments = look::named(scene, part, ENVIRONMENT).targets.into_iter();
    let named = |(to, _): (usize, _)| look::named(scene, to, "infrastructure_subnet_id").targets;
    let subnets = environments.flat_map(named).map(|(to, _)| to);
    subnets.filter(|to| &*scene.index.resource(*to).kind == "azurerm_subnet").collect()
}

/// How far an app that answers in its network only is open to somebody who stands in that, or in one that is joined to it; `None` where it is
/// not.
pub fn inside(
    scene: &Scene<'_>,
    network: &Network,
    joined: &Joined,
    (source, target): (usize, usize),
) -> Option<Reach> {
    let presence = |node: usize| network.presences.get(node)?.as_ref();
    let (host, at) = (presence(source)?, presence(target)?);
    let near = joined.are(host.network?, at.network?);
    if !near || !scene.holds(target, ANSWERS) {
        return None;
    }
    let traffic = Traffic::tcp(port_of(scene, target).unwrap_or(443));
    let to = Party::Host(target, at);
    let out = host.layers.iter().map(|layer| layer.decide(Direction::Out, &to, traffic));
    let from = Party::Host(source, host);
    let into = at.layers.iter().map(|layer| layer.decide(Direction::In, &from, traffic));
    // Whom the app's own list of addresses lets in is not known.
    let listed = if scene.lacks(target, "restricted") { Tri::Yes } else { Tri::Unknown };
    match out.chain(into).map(|decision| decision.passes).fold(listed, Tri::and) {
        Tri::No => None,
        Tri::Unknown => Some(Reach::Unknown),
        Tri::Yes => Some(Reach::Open),
    }
}

/// Connections from programs to apps that their settings name: over the internet, or inside of one environment.
pub fn calls(scene: &Scene<'_>, network: &mut Network) {
    let environment = |node: usize| {
        let parts = scene.nodes[node].parts.iter();
        parts.flat_map(|part| look::named(scene, *part, ENVIRONMENT).targets).map(|to| to.0).next()
    };
    let joined = Joined::of(network);
    for (target, node) in scene.nodes.iter().enumerate() {
        let Some(own) = node.resource.map(|at| scene.index.resource(at)) else { continue };
        if &*own.provider != "azurerm"
            || !runs_programs(scene, target)
            || !scene.holds(target, "web")
        {
            continue;
        }
        let answers = match scene.state(target, "public") {
            Tri::Yes => Some(Reach::Open),
            Tri::Unknown => Some(Reach::Unknown),
            Tri::No => None,
        };
        let traffic = Traffic::tcp(port_of(scene, target).unwrap_or(443));
        let is_starting = |edge: &Edge| STARTING.iter().any(|name| leads(name, &edge.at));
        let is_setting = |edge: &Edge| {
            let own = SETTINGS.iter().any(|name| leads(name, &edge.at));
            own || scene.holds(target, ANSWERS) && is_starting(edge)
        };
        for (source, named) in naming::of(scene, target, is_setting) {
            if !runs_programs(scene, source) {
                continue;
            }
            let own = environment(target).filter(|own| Some(*own) == environment(source));
            let own = own.map(|_| Reach::Open);
            let inside = || inside(scene, network, &joined, (source, target));
            let Some(reach) = own.or(answers).or_else(inside) else { continue };
            let (spoken, proof) = (named.spoken(scene), named.places(scene));
            network.links.push(Link { source, target, traffic, spoken, reach, proof });
        }
    }
}
