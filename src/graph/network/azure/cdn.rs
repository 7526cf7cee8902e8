//! Content networks of Azure before Front Door's profiles: endpoints of CDN, and Front Door as it was at first.
//!
//! Source: Microsoft Learn, "Azure CDN: HTTPS, custom origins", "Azure Front Door (classic): routing"; the provider's documentation.

use crate::document::{Pointer, Value};
use crate::graph::look;
use crate::graph::network::filter::Traffic;
use crate::graph::network::reach::Reach;
use crate::graph::network::{Front, Network, Route, Tri};
use crate::graph::scene::Scene;
use crate::source::Place;

use super::front_door::is_closed;

/// Add what they answer on, and ways to their origins.
pub fn read(scene: &Scene<'_>, network: &mut Network) {
    for at in scene.index.of_type("azurerm_cdn_endpoint") {
        endpoint(scene, network, *at);
    }
    for at in scene.index.of_type("azurerm_frontdoor") {
        classic(scene, network, *at);
    }
}

fn front(network: &mut Network, node: usize, port: u16, place: Place) {
    network.fronts.push(Front {
        node,
        traffic: Traffic::tcp(port),
        encrypted: (port == 443).into(),
        open: Reach::Open,
        proof: vec![place],
    });
}

fn endpoint(scene: &Scene<'_>, network: &mut Network, at: usize) {
    let Some(via) = scene.node_of[at] else { return };
    let resource = scene.index.resource(at);
    let allows = |name: &str| resource.attributes.get(name) != Some(&Value::Bool(false));
    let redirects =
        !look::leaves(&resource.attributes, "delivery_rule.url_redirect_action").is_empty();
    if allows("is_https_allowed") {
        front(network, via, 443, resource.header);
    }
    // What only sends to the encrypted door is not shown as a door.
    if allows("is_http_allowed") && !redirects {
        let place = resource.place_of(&Pointer::root().key("is_http_allowed"));
        front(network, via, 80, place);
    }
    for (to, pointer) in look::named(scene, at, "origin.host_name").targets {
        let place = resource.place_of(&pointer);
        origin(scene, network, (via, to), (443, Tri::Unknown), (resource.header, place));
    }
}

fn classic(scene: &Scene<'_>, network: &mut Network, at: usize) {
    let Some(via) = scene.node_of[at] else { return };
    let resource = scene.index.resource(at);
    let rules: Vec<&Value> =
        look::blocks(&resource.attributes, "routing_rule").map(|(_, rule)| rule).collect();
    let forwards = |rule: &&&Value| !look::listed(rule, "forwarding_configuration").is_empty();
    let accepts = |word: &str| {
        rules.iter().filter(forwards).any(|rule| {
            let list = look::listed(rule, "accepted_protocols");
            let named = |it: &Value| it.as_str() == Some(word);
            // Where nothing is written, plain requests alone are taken.
            if list.is_empty() { word == "Http" } else { list.iter().any(named) }
        })
    };
    for (word, port) in [("Https", 443), ("Http", 80)] {
        if accepts(word) {
            front(network, via, port, resource.header);
        }
    }
    let asks = |word: &str| {
        let all = rules.iter().flat_map(|rule| look::listed(rule, "forwarding_configuration"));
        let mut all = all.map(|it| look::text(it, "forwarding_protocol").unwrap_or("HttpsOnly"));
        all.any(|own| own == word)
    };
    let back = match (asks("HttpOnly"), asks("MatchRequest")) {
        (true, _) => (80, Tri::No),
        (_, true) => (443, Tri::Unknown),
        _ => (443, Tri::Yes),
    };
    for (to, pointer) in look::named(scene, at, "backend_pool.backend.address").targets {
        let place = resource.place_of(&pointer);
        origin(scene, network, (via, to), back, (resource.header, place));
    }
}

fn origin(
    scene: &Scene<'_>,
    network: &mut Network,
    (via, to): (usize, usize),
    back: (u16, Tri),
    (front, place): (Place, Place),
) {
    let target = scene.node_of[to].filter(|target| *target != via && !is_closed(scene, to));
    if let Some(target) = target {
        network.routes.push(Route::over_tls((via, target), back, front, place));
    }
}
