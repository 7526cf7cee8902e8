//! What answers on the internet for apps of Azure: endpoints of Front Door, which ask origins, and API Management, which asks services. A
//! policy that blocks may stand before the first.
//!
//! Source: Microsoft Learn, "Azure Front Door: endpoints, routes, origins", "Web application firewall policy"; the provider's documentation.

use crate::document::{Pointer, Value};
use crate::graph::look;
use crate::graph::network::filter::Traffic;
use crate::graph::network::reach::Reach;
use crate::graph::network::{Front, Network, Route, Tri};
use crate::graph::scene::{Fact, Scene};

/// The type of a profile, which stands for all of it.
pub const PROFILE: &str = "azurerm_cdn_frontdoor_profile";

/// Add fronts of routes, and ways from them to origins.
pub fn read(scene: &Scene<'_>, network: &mut Network) {
    for at in scene.index.of_type("azurerm_cdn_frontdoor_route") {
        route(scene, network, *at);
    }
    for at in scene.index.of_type("azurerm_api_management_api") {
        api(scene, network, *at);
    }
}

/// Whether what a reference leads to answers only in its network.
pub fn is_closed(scene: &Scene<'_>, to: usize) -> bool {
    let public = scene.index.resource(to).attributes.get("public_network_access_enabled");
    public == Some(&Value::Bool(false))
}

/// An API asks the service at its address, where that lets it in.
fn api(scene: &Scene<'_>, network: &mut Network, at: usize) {
    let Some(via) = scene.node_of[at] else { return };
    let resource = scene.index.resource(at);
    for (to, pointer) in look::named(scene, at, "service_url").targets {
        let Some(target) = scene.node_of[to].filter(|target| *target != via) else { continue };
        if is_closed(scene, to) || scene.lacks(target, "public") {
            continue;
        }
        let back = (443, Tri::Unknown);
        network.routes.push(Route::over_tls(
            (via, target),
            back,
            resource.header,
            resource.place_of(&pointer),
        ));
    }
}

fn route(scene: &Scene<'_>, network: &mut Network, at: usize) {
    let resource = scene.index.resource(at);
    let attributes = &resource.attributes;
    let says = |name: &str, said: bool| attributes.get(name) == Some(&Value::Bool(said));
    let Some(via) = scene.node_of[at].filter(|_| !says("enabled", false)) else { return };
    let place = resource.header;
    let mut front = |port, encrypted, place| {
        let traffic = Traffic::tcp(port);
        network.fronts.push(Front {
            node: via,
            traffic,
            encrypted,
            open: Reach::Open,
            proof: vec![place],
        });
    };
    front(443, Tri::Yes, place);
    // What only sends to the encrypted door is not shown as a door.
    let spoken = look::listed(attributes, "supported_protocols").iter().filter_map(Value::as_str);
    let only_tls = spoken.clone().next().is_some() && !spoken.clone().any(|it| it == "Http");
    if says("https_redirect_enabled", false) && !only_tls {
        let at = Pointer::root().key("https_redirect_enabled");
        front(80, Tri::No, resource.place_of(&at));
    }
    let (back, encrypted) = match look::text(attributes, "forwarding_protocol") {
        Some("HttpOnly") => (80, Tri::No),
        Some("HttpsOnly") => (443, Tri::Yes),
        _ => (443, Tri::Unknown),
    };
    let groups = look::named(scene, at, "cdn_frontdoor_origin_group_id").targets;
    let kind = "azurerm_cdn_frontdoor_origin";
    let origins = groups
        .iter()
        .flat_map(|(group, _)| look::users(scene, *group, kind, "cdn_frontdoor_origin_group_id"));
    for origin in origins {
        let own = scene.index.resource(origin);
        for (to, pointer) in look::named(scene, origin, "host_name").targets {
            let Some(target) = scene.node_of[to].filter(|target| *target != via) else { continue };
            // What answers only in a network is asked over a private link.
            let over_link = !look::listed(&own.attributes, "private_link").is_empty();
            if is_closed(scene, to) && !over_link {
                continue;
            }
            let back = (back, encrypted);
            network.routes.push(Route::over_tls(
                (via, target),
                back,
                place,
                own.place_of(&pointer),
            ));
        }
    }
}

/// Say of profiles whether a policy that blocks stands before them.
pub fn facts(scene: &mut Scene<'_>) {
    for at in scene.index.of_type("azurerm_cdn_frontdoor_security_policy").to_vec() {
        let profiles = look::named(scene, at, "cdn_frontdoor_profile_id").targets;
        let path = "security_policies.firewall.cdn_frontdoor_firewall_policy_id";
        let policies = look::named(scene, at, path).targets;
        let place = scene.index.resource(at).header;
        let profile = profiles.first().and_then(|(to, _)| scene.node_of[*to]);
        let Some(node) = profile else { continue };
        let blocks = policies.first().map(|(policy, _)| {
            let attributes = &scene.index.resource(*policy).attributes;
            look::text(attributes, "mode") == Some("Prevention")
                && attributes.get("enabled") != Some(&Value::Bool(false))
        });
        let fact = Fact { value: blocks.map(Value::Bool), proof: vec![place] };
        let known = scene.nodes[node].facts.get("waf").and_then(|fact| fact.value.clone());
        if known != Some(Value::Bool(true)) {
            scene.nodes[node].facts.insert("waf".into(), fact);
        }
    }
}
