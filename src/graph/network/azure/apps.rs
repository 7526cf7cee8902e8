//! Apps of Azure: where those of a Container Apps environment stand, and apps that call each other over their own endpoints.
//!
//! Source: Microsoft Learn, "Networking in Azure Container Apps environment", "Communicate between container apps".

use crate::document::Edge;
use crate::graph::look;
use crate::graph::network::filter::Traffic;
use crate::graph::network::flows::{port_of, runs_programs};
use crate::graph::network::reach::Reach;
use crate::graph::network::{Link, Network, Tri, naming};
use crate::graph::relations::leads;
use crate::graph::scene::Scene;

/// The attribute by which an app names its environment.
const ENVIRONMENT: &str = "container_app_environment_id";

/// What holds settings that name other apps.
const SETTINGS: [&str; 4] = ["app_settings", "connection_string", "site_config", "template"];

/// The subnet that an app of an environment sends from, and answers in.
pub fn subnets(scene: &Scene<'_>, part: usize) -> Vec<usize> {
    let environments = look::named(scene, part, ENVIRONMENT).targets.into_iter();
    let named = |(to, _): (usize, _)| look::named(scene, to, "infrastructure_subnet_id").targets;
    let subnets = environments.flat_map(named).map(|(to, _)| to);
    subnets.filter(|to| &*scene.index.resource(*to).kind == "azurerm_subnet").collect()
}

/// Connections from programs to apps that their settings name: over the internet, or inside of one environment.
pub fn calls(scene: &Scene<'_>, network: &mut Network) {
    let environment = |node: usize| {
        let parts = scene.nodes[node].parts.iter();
        parts.flat_map(|part| look::named(scene, *part, ENVIRONMENT).targets).map(|to| to.0).next()
    };
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
        let is_setting = |edge: &Edge| SETTINGS.iter().any(|name| leads(name, &edge.at));
        for (source, named) in naming::of(scene, target, is_setting) {
            if !runs_programs(scene, source) {
                continue;
            }
            let inside = environment(target).filter(|own| Some(*own) == environment(source));
            let Some(reach) = inside.map(|_| Reach::Open).or(answers) else { continue };
            let (spoken, proof) = (named.spoken(scene), named.places(scene));
            network.links.push(Link { source, target, traffic, spoken, reach, proof });
        }
    }
}
