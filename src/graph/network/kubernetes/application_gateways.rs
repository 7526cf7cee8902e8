//! Ingresses that an application gateway of Azure serves: they are what the gateway listens on, in place of what it was made with.
//!
//! Source: Microsoft Learn, "Application Gateway Ingress Controller overview", "Enable the ingress controller add-on for an existing AKS
//! cluster" (the add-on owns the gateway that it is given); azurerm provider, `azurerm_kubernetes_cluster`, `ingress_application_gateway`.

use std::collections::BTreeSet;

use crate::document::Resource;
use crate::graph::kubernetes::{annotation, text};
use crate::graph::look;
use crate::graph::network::reach::Reach;
use crate::graph::network::{Front, Network, Route, Tri};
use crate::graph::scene::Scene;
use crate::source::Place;

/// Where a cluster names the gateway that it is given.
const NAMED: &str = "ingress_application_gateway.gateway_id";

/// Stand Ingresses behind the gateway of the one cluster that is given one.
pub fn place(scene: &Scene<'_>, network: &mut Network) {
    let Some((gateway, place)) = gateway(scene) else { return };
    let all = scene.index.of_type("Ingress").iter();
    let served = all.filter(|at| is_served(scene.index.resource(**at)));
    let served: BTreeSet<usize> = served.filter_map(|at| scene.node_of[*at]).collect();
    let is_open = |front: &Front| served.contains(&front.node) && front.open == Reach::Open;
    let (fronts, others) = std::mem::take(&mut network.fronts).into_iter().partition(is_open);
    let fronts: Vec<Front> = fronts;
    network.fronts = others;
    if fronts.is_empty() {
        return;
    }
    network.keep_routes(|route| route.via != gateway);
    network.fronts.retain(|front| front.node != gateway);
    // From one to the other nothing travels: both stand for what the gateway listens on.
    network.routes.extend(fronts.into_iter().map(|front| Route {
        via: gateway,
        front: front.traffic,
        target: front.node,
        back: front.traffic,
        keeps_source: false,
        from: Vec::new(),
        front_encrypted: front.encrypted,
        back_encrypted: Tri::Yes,
        front_proof: front.proof,
        back_proof: vec![place],
    }));
}

/// The gateway that a cluster is given, where there is one such cluster: its node, where it is named.
fn gateway(scene: &Scene<'_>) -> Option<(usize, Place)> {
    let mut all = scene.index.of_type("azurerm_kubernetes_cluster").iter().filter_map(|at| {
        let named = look::named(scene, *at, NAMED).targets.into_iter();
        let is_gateway =
            |to: usize| &*scene.index.resource(to).kind == "azurerm_application_gateway";
        let (to, pointer) = named.into_iter().find(|(to, _)| is_gateway(*to))?;
        Some((scene.node_of[to]?, scene.index.resource(*at).place_of(&pointer)))
    });
    all.next().filter(|_| all.next().is_none())
}

/// Whether an Ingress is of the class of application gateways.
fn is_served(ingress: &Resource) -> bool {
    text(&ingress.attributes, &["spec", "ingressClassName"]) == Some("azure-application-gateway")
        || annotation(ingress, "kubernetes.io/ingress.class") == Some("azure/application-gateway")
}
