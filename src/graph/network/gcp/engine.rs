//! App Engine: versions of services answer at the address of the application, also where that is written elsewhere.
//!
//! Source: Google Cloud documentation, "How requests are routed", "Ingress settings".

use crate::graph::gcp::text;
use crate::graph::network::reach::Reach;
use crate::graph::network::{Front, Network, Route, Traffic, Tri};
use crate::graph::scene::Scene;

const VERSIONS: [&str; 2] =
    ["google_app_engine_standard_app_version", "google_app_engine_flexible_app_version"];

/// What answers for versions, and how requests get to them.
pub fn read(scene: &Scene<'_>, network: &mut Network) {
    for at in VERSIONS.iter().flat_map(|kind| scene.index.of_type(kind)) {
        let Some(node) = scene.node_of[*at].filter(|_| !is_internal(scene, *at)) else { continue };
        let place = scene.index.resource(*at).header;
        if let Some((application, via)) = application_of(scene, *at) {
            let front = scene.index.resource(application).header;
            let route = Route::over_tls((via, node), (443, Tri::Yes), front, place);
            network.routes.push(Route { front_encrypted: Tri::Unknown, ..route });
        } else {
            let traffic = Traffic::tcp(443);
            let (encrypted, open, proof) = (Tri::Unknown, Reach::Open, vec![place]);
            network.fronts.push(Front { node, traffic, encrypted, open, proof });
        }
    }
}

/// The application that a version is part of, and its node: a project has one.
fn application_of(scene: &Scene<'_>, version: usize) -> Option<(usize, usize)> {
    let project = |at: usize| text(scene.index.resource(at), "project");
    let all = scene.index.of_type("google_app_engine_application");
    let at = match all {
        [only] if project(*only).is_none() || project(version).is_none() => *only,
        all => *all.iter().find(|at| project(**at) == project(version))?,
    };
    Some((at, scene.node_of[at]?))
}

/// Whether settings of its service keep requests from outside away.
fn is_internal(scene: &Scene<'_>, version: usize) -> bool {
    scene.index.incoming(version).iter().any(|edge| {
        let settings = scene.index.resource(edge.from);
        let ingress = text(settings, "network_settings.ingress_traffic_allowed");
        settings.type_name() == "google_app_engine_service_network_settings"
            && matches!(
                ingress,
                Some(
                    "INGRESS_TRAFFIC_ALLOWED_INTERNAL_ONLY"
                        | "INGRESS_TRAFFIC_ALLOWED_INTERNAL_AND_LB"
                )
            )
    })
}
