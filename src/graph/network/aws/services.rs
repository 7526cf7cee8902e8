//! What of AWS answers on the internet by itself: `CloudFront`, APIs, function addresses, services by the table `aws_fronts`, and stores
//! that anybody may use.
//!
//! Source: AWS provider documentation of the types; Amazon `CloudFront` Developer Guide, "Origin settings",
//! "Requiring HTTPS for communication between `CloudFront` and your Amazon S3 origin".

use std::collections::BTreeSet;

use crate::document::{Pointer, Value};
use crate::graph::identity::aws::{self, Remains, anyone, anyone_from_ranges};
use crate::graph::look;
use crate::graph::network::filter::{Traffic, number};
use crate::graph::network::reach::Reach;
use crate::graph::network::{Front, Network, Route, Tri};
use crate::graph::scene::Scene;
use crate::source::Place;

use super::routing::Routing;
use super::{named, places, signed};

/// Whether the groups of a network balancer are asked about what comes over a private link.
const ASKED: &str = "enforce_security_group_inbound_rules_on_private_link_traffic";

/// Types of APIs.
const API_TYPES: [&str; 2] = ["aws_api_gateway_rest_api", "aws_apigatewayv2_api"];

/// Add fronts and routes of services.
pub fn read(scene: &Scene<'_>, routing: &Routing, network: &mut Network) {
    for at in scene.index.of_type("aws_cloudfront_distribution") {
        distribution(scene, network, *at);
    }
    apis(scene, routing, network);
    nameless(scene, network);
    by_table(scene, network);
    // Who asks there without the signature of a distribution is turned away.
    let signed = signed::urls(scene);
    network.fronts.retain(|front| !matches!(signed.get(&front.node), Some((_, true))));
    let open = anyone(scene);
    let everywhere: BTreeSet<usize> = open.iter().map(|(node, _)| *node).collect();
    let mut restricted = anyone_from_ranges(scene);
    restricted.retain(|(node, _)| !everywhere.contains(node));
    let open = open.into_iter().map(|(node, proof)| (node, proof, Reach::Open));
    let restricted = restricted.into_iter().map(|(node, proof)| (node, proof, Reach::Restricted));
    for (node, proof, reach) in open.chain(restricted) {
        // What stands in a network has no door elsewhere, whoever may use it.
        if network.presences[node].is_none() {
            let only = scene.holds(node, "encrypted_in_transit");
            let encrypted = if only { Tri::Yes } else { Tri::Unknown };
            network.fronts.push(Front { open: reach, ..front(node, 443, encrypted, proof) });
        }
    }
}

fn front(node: usize, port: u16, encrypted: Tri, proof: Vec<Place>) -> Front {
    Front { node, traffic: Traffic::tcp(port), encrypted, open: Reach::Open, proof }
}

/// A distribution answers on the internet and asks its origins.
fn distribution(scene: &Scene<'_>, network: &mut Network, at: usize) {
    let Some(node) = scene.node_of[at] else { return };
    let resource = scene.index.resource(at);
    if resource.attributes.get("enabled") == Some(&Value::Bool(false)) {
        return;
    }
    let policies: Vec<(Pointer, &Value)> = ["default_cache_behavior", "ordered_cache_behavior"]
        .iter()
        .flat_map(|block| {
            look::leaves(&resource.attributes, &format!("{block}.viewer_protocol_policy"))
        })
        .collect();
    let place = resource.header;
    network.fronts.push(front(node, 443, Tri::Yes, vec![place]));
    for (pointer, policy) in &policies {
        // What only sends to the encrypted door is not shown as a door.
        if policy.as_str() == Some("allow-all") {
            let proof = vec![resource.place_of(pointer)];
            network.fronts.push(front(node, 80, Tri::No, proof));
        }
    }
    for (position, origin) in look::blocks(&resource.attributes, "origin") {
        let pointer = Pointer::root().key("origin").index(position);
        let custom = look::blocks(origin, "custom_origin_config").next().map(|(_, block)| block);
        for to in look::at(scene, at, &pointer.key("domain_name")) {
            let Some(target) = scene.node_of[to].filter(|target| *target != node) else {
                continue;
            };
            let inner = !look::listed(origin, "vpc_origin_config").is_empty();
            let named = look::at(scene, at, &pointer.key("vpc_origin_config")).next();
            let within = named.and_then(|to| {
                let all = &scene.index.resource(to).attributes;
                look::listed(all, "vpc_origin_endpoint_config").first()
            });
            let custom = within.or(custom);
            for (port, encrypted) in origin_ports(custom, asked(&resource.attributes, origin)) {
                let back = (port, encrypted);
                network.inside.extend(inner.then_some(network.routes.len()));
                network.routes.push(Route::over_tls(
                    (node, target),
                    back,
                    place,
                    resource.place_of(&pointer.key("domain_name")),
                ));
            }
        }
    }
}

/// How viewers ask for what an origin holds, which is how the distribution asks there for them: over TLS only, or also in clear text.
fn asked(distribution: &Value, origin: &Value) -> Tri {
    let name = look::text(origin, "origin_id");
    let behaviors = ["default_cache_behavior", "ordered_cache_behavior"]
        .into_iter()
        .flat_map(|block| look::blocks(distribution, block));
    let told = behaviors.filter_map(|(_, behavior)| {
        let target = look::text(behavior, "target_origin_id");
        if target.is_some() && name.is_some() && target != name {
            return None;
        }
        let own = target.is_some() && target == name;
        Some(match behavior.get("viewer_protocol_policy") {
            Some(Value::String(policy))
                if matches!(&**policy, "https-only" | "redirect-to-https") =>
            {
                Tri::Yes
            }
            Some(Value::String(policy)) if &**policy == "allow-all" && own => Tri::No,
            _ => Tri::Unknown,
        })
    });
    told.min().unwrap_or(Tri::Unknown)
}

/// How a distribution asks an origin: stores as it is asked itself, others as they are told.
fn origin_ports(custom: Option<&Value>, asked: Tri) -> Vec<(u16, Tri)> {
    let Some(custom) = custom else {
        return if asked == Tri::No {
            vec![(443, Tri::Yes), (80, Tri::No)]
        } else {
            vec![(443, asked)]
        };
    };
    let port = |name: &str, otherwise: u16| {
        number(custom.get(name)).and_then(|port| u16::try_from(port).ok()).unwrap_or(otherwise)
    };
    let plain = (port("http_port", 80), Tri::No);
    let encrypted = (port("https_port", 443), Tri::Yes);
    match look::text(custom, "origin_protocol_policy") {
        Some("http-only") => vec![plain],
        Some("match-viewer") if asked == Tri::No => vec![encrypted, plain],
        Some("https-only" | "match-viewer") => vec![encrypted],
        _ => vec![(443, Tri::Unknown)],
    }
}

/// APIs: their doors, and what they pass on to hosts. Functions behind them are invoked, which is a flow of its own.
fn apis(scene: &Scene<'_>, routing: &Routing, network: &mut Network) {
    let policies = aws::apis(scene);
    for at in scene.index.of_type("aws_api_gateway_rest_api") {
        let attributes = &scene.index.resource(*at).attributes;
        let kind = look::leaf(attributes, "endpoint_configuration.types");
        let open = match kind {
            Some(Value::String(kind)) if &**kind == "PRIVATE" => continue,
            Some(Value::Unknown(_)) => Reach::Unknown,
            _ => Reach::Open,
        };
        let by_policy = scene.node_of[*at].and_then(|node| policies.get(&node));
        let (by_policy, proof) = match by_policy {
            Some((Remains::Nobody, _)) => continue,
            Some((Remains::Ranges, proof)) => (Reach::Restricted, &proof[..]),
            _ => (Reach::Open, &[][..]),
        };
        let open = open.min(by_policy).min(named::reached(scene, *at));
        door(scene, network, *at, (open, proof));
    }
    for at in scene.index.of_type("aws_apigatewayv2_api") {
        door(scene, network, *at, (named::reached(scene, *at), &[]));
    }
    for (kind, owner) in
        [("aws_api_gateway_integration", "rest_api_id"), ("aws_apigatewayv2_integration", "api_id")]
    {
        for at in scene.index.of_type(kind) {
            let apis = look::named(scene, *at, owner).targets;
            let Some(via) = apis.first().and_then(|(to, _)| scene.node_of[*to]) else { continue };
            for (target, port, place) in integration(scene, *at) {
                if target == via {
                    continue;
                }
                let back = (port, if port == 443 { Tri::Yes } else { Tri::Unknown });
                let link = look::first(scene, *at, "connection_id");
                let own = link.and_then(|link| places::interfaces(scene, routing, &[link]));
                network.linked.extend(own.map(|own| (network.routes.len(), own)));
                if link.is_some_and(|link| is_unasked(scene, link, target)) {
                    network.unasked.insert(network.routes.len());
                }
                network.routes.push(Route::over_tls(
                    (via, target),
                    back,
                    scene.index.resource(*at).header,
                    place,
                ));
            }
        }
    }
}

/// Whether the groups of a balancer are not asked about what comes over a link of a REST API.
fn is_unasked(scene: &Scene<'_>, link: usize, balancer: usize) -> bool {
    let at = scene.nodes[balancer].resource.map(|at| &scene.index.resource(at).attributes);
    let asked = at.and_then(|attributes| look::text(attributes, ASKED));
    &*scene.index.resource(link).kind == "aws_api_gateway_vpc_link" && asked == Some("off")
}

/// Who asks for an API by the name that the provider gave it gets no answer where that is switched off.
fn nameless(scene: &Scene<'_>, network: &mut Network) {
    let all = API_TYPES.into_iter().flat_map(|kind| scene.index.of_type(kind));
    let closed = all.filter(|at| named::reached(scene, **at) == Reach::Closed);
    let closed: BTreeSet<usize> = closed.filter_map(|at| scene.node_of[*at]).collect();
    if !closed.is_empty() {
        network.keep_routes(|route| !closed.contains(&route.target));
    }
}

/// Balancers that an integration passes requests on to: by their name, their listener, or a link into the network.
fn integration(scene: &Scene<'_>, at: usize) -> Vec<(usize, u16, Place)> {
    let resource = scene.index.resource(at);
    let mut found = Vec::new();
    for path in ["uri", "integration_uri"] {
        for (to, pointer) in look::named(scene, at, path).targets {
            let other = scene.index.resource(to);
            let place = resource.place_of(&pointer);
            match &*other.kind {
                "aws_lb" | "aws_alb" | "aws_elb" => {
                    let text = match resource.attributes.get(path) {
                        Some(Value::Unknown(unknown)) => &*unknown.prefix,
                        written => written.and_then(Value::as_str).unwrap_or_default(),
                    };
                    let port = if text.starts_with("https") { 443 } else { 80 };
                    found.extend(scene.node_of[to].map(|node| (node, port, place)));
                }
                "aws_lb_listener" | "aws_alb_listener" => {
                    let port = super::balancers::port(&other.attributes, "port").unwrap_or(80);
                    found.extend(scene.node_of[to].map(|node| (node, port, place)));
                }
                _ => {}
            }
        }
    }
    if found.is_empty() {
        for (link, _) in look::named(scene, at, "connection_id").targets {
            for (to, _) in look::named(scene, link, "target_arns").targets {
                let place = scene.index.resource(link).header;
                found.extend(scene.node_of[to].map(|node| (node, 80, place)));
            }
        }
    }
    found
}

fn door(scene: &Scene<'_>, network: &mut Network, at: usize, (open, by): (Reach, &[Place])) {
    if let Some(node) = scene.node_of[at] {
        let mut proof = vec![scene.index.resource(at).header];
        proof.extend(by);
        network.fronts.push(Front { open, ..front(node, 443, Tri::Yes, proof) });
    }
}

fn open_if(open: bool) -> Reach {
    if open { Reach::Open } else { Reach::Closed }
}

/// Services with a door of their own: rows of type, port, whether it is encrypted (`yes`, `no`, `unknown`), the attribute that opens it,
/// the value that does, and what holds where it is not written (`open`, `closed`).
fn by_table(scene: &Scene<'_>, network: &mut Network) {
    for row in scene.vocabulary.table("aws_fronts") {
        let [kind, port, encrypted, path, value, otherwise] = row.as_slice() else { continue };
        let Ok(port) = port.parse::<u16>() else { continue };
        for at in scene.index.of_type(kind) {
            let Some(node) = scene.node_of[*at] else { continue };
            let resource = scene.index.resource(*at);
            let said = if path.is_empty() { None } else { look::leaf(&resource.attributes, path) };
            let open = match said {
                Some(Value::Unknown(_)) => Reach::Unknown,
                Some(Value::String(text)) => open_if(**text == **value),
                Some(Value::Bool(is)) => open_if(is.to_string() == **value),
                Some(_) => Reach::Closed,
                None => open_if(&**otherwise == "open"),
            };
            // What stands in a network is open there or not.
            let outbound = scene.vocabulary.table("aws_outbound").iter().flatten();
            let only_sends = outbound.into_iter().any(|outbound| *outbound == *kind);
            if network.presences[node].is_some() && !only_sends {
                continue;
            }
            let encrypted = match &**encrypted {
                "yes" => Tri::Yes,
                "no" => Tri::No,
                _ => Tri::Unknown,
            };
            let place = vec![resource.header];
            network.fronts.push(Front { open, ..front(node, port, encrypted, place) });
        }
    }
}
