//! What answers on the internet for apps of Azure: endpoints of Front Door, which ask origins, and API Management, which asks services. A
//! policy that blocks may stand before the first.
//!
//! Source: Microsoft Learn, "Azure Front Door: endpoints, routes, origins", "Web application firewall policy"; the provider's documentation.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::{Pointer, Value};
use crate::graph::addresses::{self, Schemes};
use crate::graph::look;
use crate::graph::network::filter::Traffic;
use crate::graph::network::reach::Reach;
use crate::graph::network::{Front, Network, Route, Tri};
use crate::graph::relations::leads;
use crate::graph::scene::{Fact, Scene};
use crate::model::Encrypted;
use crate::source::Place;

use super::apps;
use super::policies::{Does, does};
use super::routing::Joined;

/// The type of a profile, which stands for all of it.
pub const PROFILE: &str = "azurerm_cdn_frontdoor_profile";
const ROUTE: &str = "azurerm_cdn_frontdoor_route";

/// Add fronts of routes, and ways from them to origins.
pub fn read(scene: &Scene<'_>, network: &mut Network) {
    let guards = Guards::of(scene);
    for at in scene.index.of_type(ROUTE) {
        let first = network.routes.len();
        route(scene, network, *at);
        if let Some(guard) = guards.before(scene, *at) {
            let guard = (guard.0.blocks, guard.1);
            network.firewalled.extend((first..network.routes.len()).map(|route| (route, guard)));
        }
    }
    let joined = Joined::of(network);
    for at in scene.index.of_type("azurerm_api_management_api") {
        api(scene, network, &joined, *at);
    }
    backends(scene, network, &joined);
}

/// Whether what a reference leads to answers only in its network.
pub fn is_closed(scene: &Scene<'_>, to: usize) -> bool {
    let public = scene.index.resource(to).attributes.get("public_network_access_enabled");
    public == Some(&Value::Bool(false))
}

/// An API asks the service at its address.
fn api(scene: &Scene<'_>, network: &mut Network, joined: &Joined, at: usize) {
    asks(scene, (network, joined), at, "service_url");
}

/// Backends are asked for APIs where a policy sends requests to them. Source: Microsoft Learn, "Backends in API Management",
/// "set-backend-service".
fn backends(scene: &Scene<'_>, network: &mut Network, joined: &Joined) {
    let all = scene.index.of_type("azurerm_api_management_backend");
    if all.is_empty() {
        return;
    }
    let policies = POLICIES.iter().flat_map(|kind| scene.index.of_type(kind));
    let texts =
        policies.filter_map(|at| look::text(&scene.index.resource(*at).attributes, "xml_content"));
    let names = |text| str::split(text, "backend-id=\"").skip(1);
    let named: BTreeSet<&str> =
        texts.flat_map(names).filter_map(|it| it.split('"').next()).collect();
    for at in all {
        let name = look::text(&scene.index.resource(*at).attributes, "name");
        let refers = scene.index.incoming(*at).iter().any(|edge| {
            let kind = scene.index.resource(edge.from).type_name();
            POLICIES.contains(&kind) && leads("xml_content", &edge.at)
        });
        if refers || name.is_some_and(|name| named.contains(name)) {
            asks(scene, (network, joined), *at, "url");
        }
    }
}

/// Policies of API Management.
const POLICIES: [&str; 4] = [
    "azurerm_api_management_policy",
    "azurerm_api_management_api_policy",
    "azurerm_api_management_api_operation_policy",
    "azurerm_api_management_product_policy",
];

/// What API Management asks at the address that an attribute holds, where that lets it in.
fn asks(scene: &Scene<'_>, (network, joined): (&mut Network, &Joined), at: usize, attribute: &str) {
    let Some(via) = scene.node_of[at] else { return };
    let resource = scene.index.resource(at);
    let schemes = Schemes::new(scene.vocabulary);
    for edge in scene.index.outgoing(at).iter().filter(|edge| leads(attribute, &edge.at)) {
        let Some(target) = scene.node_of[edge.to].filter(|target| *target != via) else { continue };
        let inside = apps::inside(scene, network, joined, (via, target));
        if inside.is_none() && (is_closed(scene, edge.to) || scene.lacks(target, "public")) {
            continue;
        }
        let back = match addresses::of_edge(schemes, &scene.index, edge) {
            Encrypted::Yes => (443, Tri::Yes),
            Encrypted::No => (80, Tri::No),
            _ => (443, Tri::Unknown),
        };
        let place = resource.place_of(&edge.at);
        if inside == Some(Reach::Unknown) {
            network.heard.insert(network.routes.len(), (Reach::Unknown, place));
        }
        network.routes.push(Route::over_tls((via, target), back, resource.header, place));
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
            let is_closed = is_closed(scene, to) || scene.holds(target, "refuses_front_door");
            if is_closed && !over_link {
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

/// What the policies before the domains of profiles do: endpoints and domains of one's own, each by itself.
///
/// Source: Microsoft Learn, "Configure WAF policy for Azure Front Door" (a security policy names the domains that it is for).
struct Guards {
    /// By domain (resource): what its policies do, and what says so.
    domains: BTreeMap<usize, (Does, Place)>,
    /// Whether some policy does not say for which domains it is, with what says that.
    open: Option<Place>,
}

impl Guards {
    fn of(scene: &Scene<'_>) -> Self {
        let mut guards = Self { domains: BTreeMap::new(), open: None };
        for at in scene.index.of_type("azurerm_cdn_frontdoor_security_policy") {
            let place = scene.index.resource(*at).header;
            let path = "security_policies.firewall.cdn_frontdoor_firewall_policy_id";
            let policy = look::first(scene, *at, path);
            let own = policy.map_or(Does::UNKNOWN, |policy| does(scene, policy));
            let path = "security_policies.firewall.association.domain.cdn_frontdoor_domain_id";
            let domains = look::named(scene, *at, path);
            if domains.targets.is_empty() && domains.open {
                guards.open = guards.open.or(Some(place));
            }
            for (domain, _) in domains.targets {
                let known = guards.domains.entry(domain).or_insert((own, place));
                known.0 = known.0.or(own);
            }
        }
        guards
    }

    /// What policies do before all domains of a route; of the places, where the least is done.
    fn before(&self, scene: &Scene<'_>, route: usize) -> Option<(Does, Place)> {
        if self.domains.is_empty() && self.open.is_none() {
            return None;
        }
        let attributes = &scene.index.resource(route).attributes;
        let mut domains = look::named(scene, route, "cdn_frontdoor_custom_domain_ids").targets;
        if attributes.get("link_to_default_domain") != Some(&Value::Bool(false)) {
            domains.extend(look::named(scene, route, "cdn_frontdoor_endpoint_id").targets);
        }
        let without = match self.open {
            Some(place) => (Does::UNKNOWN, place),
            None => (Does::NOTHING, scene.index.resource(route).header),
        };
        let all = domains.iter().map(|(domain, _)| self.domains.get(domain).unwrap_or(&without));
        let least = all.clone().min_by_key(|(own, _)| own.blocks)?.1;
        Some((all.map(|(own, _)| *own).reduce(Does::and)?, least))
    }
}

/// Say of profiles what policies do before all that their routes answer for.
pub fn facts(scene: &mut Scene<'_>) {
    let guards = Guards::of(scene);
    let mut found: BTreeMap<usize, (Does, Vec<Place>)> = BTreeMap::new();
    let routes = scene.index.of_type(ROUTE).iter();
    let is_on = |at: &&usize| {
        scene.index.resource(**at).attributes.get("enabled") != Some(&Value::Bool(false))
    };
    for at in routes.filter(is_on) {
        if let Some((node, (own, place))) = scene.node_of[*at].zip(guards.before(scene, *at)) {
            let known = found.entry(node).or_insert((own, Vec::new()));
            known.0 = known.0.and(own);
            known.1.push(place);
        }
    }
    // Without routes, what stands before its domains stands before it.
    for (domain, (own, place)) in &guards.domains {
        if let Some(node) = scene.node_of[*domain] {
            found.entry(node).or_insert((*own, vec![*place]));
        }
    }
    for (node, (own, mut proof)) in found {
        proof.sort();
        proof.dedup();
        for (name, state) in [("waf", own.blocks), ("flood_protection", own.limits)] {
            let fact = Fact { value: state.known().map(Value::Bool), proof: proof.clone() };
            scene.nodes[node].facts.insert(name.into(), fact);
        }
    }
}
