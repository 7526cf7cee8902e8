//! Gateways of the Gateway API and of meshes.
//!
//! Source: kubernetes.io, "Gateway API"; istio.io, "Gateway", "Virtual Service", "Kubernetes Gateway API" (automated deployment);
//! gateway-api.sigs.k8s.io, "Gateway infrastructure labels and annotations"; GKE, "`GatewayClass` capabilities".

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::document::{Pointer, Resource, Value};
use crate::graph::kubernetes::hosts::number;
use crate::graph::kubernetes::select::Namespaces;
use crate::graph::kubernetes::{Workload, text};
use crate::graph::network::filter::{Protocol, Traffic};
use crate::graph::network::{Network, Tri};
use crate::graph::scene::Scene;
use crate::source::Place;

use super::attaching::{joins, takes, takes_up};
use super::controllers::Controllers;
use super::granting::Grants;
use super::shields::Shields;
use super::{Backend, Entry, backends, lead, says_internal, through};

/// Protocols of listeners that take requests of the web.
const REQUESTS: [&str; 5] = ["HTTP", "HTTPS", "HTTP2", "GRPC", "GRPC-WEB"];

/// Namespaces in which gateways stand, sorted.
pub fn namespaces(scene: &Scene<'_>) -> Vec<Arc<str>> {
    let all = scene.index.of_type("Gateway").iter();
    let found: BTreeSet<Arc<str>> =
        all.filter_map(|at| scene.index.resource(*at).scope.namespace.clone()).collect();
    found.into_iter().collect()
}

/// Gateways of the Gateway API and of meshes, with the routes that join them.
pub fn read(
    scene: &Scene<'_>,
    all: &[Workload<'_>],
    (controllers, shields): (&Controllers<'_, '_>, &Shields<'_>),
    network: &mut Network,
) {
    let known = Namespaces::new(scene);
    let grants = Grants::new(scene);
    for at in scene.index.of_type("Gateway") {
        let Some(via) = scene.node_of[*at] else { continue };
        let resource = scene.index.resource(*at);
        let backends = gateway_backends(scene, (&known, &grants), *at);
        let entry = Entry { via, resource, fronts: fronts(scene, &known, *at) };
        let serving = controllers.serving(scene, resource);
        let limit = shields.limit(scene, *at, controllers.openness(&serving));
        network.requests.extend(requests(resource).map(|front| (via, front)));
        lead(scene, all, &entry, &backends, limit, network);
        through(via, &serving, network);
    }
}

/// The Services that the routes of a gateway name.
pub fn gateway_backends(
    scene: &Scene<'_>,
    (known, grants): (&Namespaces<'_>, &Grants<'_>),
    at: usize,
) -> Vec<Backend> {
    let resource = scene.index.resource(at);
    let mut backends = Vec::new();
    for edge in scene.index.incoming(at) {
        let route = scene.index.resource(edge.from);
        if &*route.kind == "VirtualService" && takes(resource, route) {
            backends.extend(route_backends(scene, edge.from));
        } else if is_route(&route.kind) && joins(known, resource, (route, edge)) {
            let mut named = route_backends(scene, edge.from);
            named.retain(|(service, ..)| {
                grants.let_through(scene, route, scene.index.resource(*service))
            });
            backends.extend(named);
        }
    }
    backends
}

/// Whether a gateway of the Gateway API stands inside: by its class, or by what its balancer is told.
pub fn is_inside(scene: &Scene<'_>, resource: &Resource) -> bool {
    if &*resource.kind != "Gateway" {
        return false;
    }
    let classes = scene.vocabulary.table("kubernetes_internal_classes");
    let class = text(&resource.attributes, &["spec", "gatewayClassName"]);
    let told =
        |name: &str| text(&resource.attributes, &["spec", "infrastructure", "annotations", name]);
    class.is_some_and(|class| classes.iter().flatten().any(|own| &**own == class))
        || says_internal(scene, told)
}

fn is_route(kind: &str) -> bool {
    matches!(kind, "HTTPRoute" | "GRPCRoute" | "TLSRoute" | "TCPRoute" | "UDPRoute")
}

fn route_backends(scene: &Scene<'_>, at: usize) -> Vec<Backend> {
    backends(scene, at, |backend| {
        let port = backend.get("port")?;
        Some(port.get("number").unwrap_or(port))
    })
}

/// What a gateway listens on. Where it only sends to the port of TLS, it serves nothing in clear text.
fn fronts(scene: &Scene<'_>, known: &Namespaces<'_>, at: usize) -> Vec<(Traffic, Tri, Place)> {
    let resource = scene.index.resource(at);
    let all = listeners(resource);
    let serves = |(item, (.., encrypted, _)): &(&Value, (Traffic, Tri, Place))| {
        *encrypted != Tri::No || !redirects(scene, known, at, item)
    };
    let serving: Vec<_> = all.iter().filter(|it| serves(it)).map(|(_, front)| *front).collect();
    // One that does nothing else is there, too.
    if serving.is_empty() { all.into_iter().map(|(_, front)| front).collect() } else { serving }
}

/// Whether all that a listener of clear text does is to send callers to that of TLS: a server of a mesh that says so, or one whose routes do
/// nothing else.
fn redirects(scene: &Scene<'_>, known: &Namespaces<'_>, at: usize, listener: &Value) -> bool {
    let told = listener.get("tls").and_then(|tls| tls.get("httpsRedirect"));
    if told == Some(&Value::Bool(true)) {
        return true;
    }
    // Routes may be elsewhere.
    if scene.index.document.is_cut || !matches!(listener, Value::Object(_)) {
        return false;
    }
    let gateway = scene.index.resource(at);
    let edges = scene.index.incoming(at).iter();
    let routes =
        edges.map(|edge| (scene.index.resource(edge.from), edge)).filter(|(route, edge)| {
            is_route(&route.kind) && takes_up(known, (gateway, listener), (route, edge))
        });
    let mut routes = routes.map(|(route, _)| route).peekable();
    routes.peek().is_some() && routes.all(only_redirects)
}

/// Whether each rule of a route sends callers to TLS, and none to a Service.
fn only_redirects(route: &Resource) -> bool {
    let rules = route.attributes.get("spec").and_then(|spec| spec.get("rules")?.as_array());
    let is_redirect = |filter: &Value| {
        text(filter, &["type"]) == Some("RequestRedirect")
            && text(filter, &["requestRedirect", "scheme"]) == Some("https")
    };
    rules.is_some_and(|rules| {
        !rules.is_empty()
            && rules.iter().all(|rule| {
                let filters = rule.get("filters").and_then(Value::as_array).unwrap_or_default();
                rule.get("backendRefs").is_none_or(|it| matches!(it, Value::Null))
                    && filters.iter().any(is_redirect)
            })
    })
}

/// Where a gateway listens for requests of the web.
fn requests(resource: &Resource) -> impl Iterator<Item = Traffic> {
    let is_web = |item: &Value| {
        let port = item.get("port").filter(|port| matches!(port, Value::Object(_)));
        let word = port.unwrap_or(item).get("protocol").and_then(Value::as_str);
        word.is_some_and(|word| REQUESTS.iter().any(|own| own.eq_ignore_ascii_case(word)))
    };
    let all = listeners(resource).into_iter().filter(move |(item, _)| is_web(item));
    all.map(|(_, (front, ..))| front)
}

/// What is written of each thing that a gateway listens on: `listeners` of the Gateway API, `servers` of a mesh.
fn listeners(resource: &Resource) -> Vec<(&Value, (Traffic, Tri, Place))> {
    let mut found = Vec::new();
    for list in ["listeners", "servers"] {
        let at = Pointer::root().key("spec").key(list);
        let items = resource.attributes.at(&at).and_then(Value::as_array).unwrap_or_default();
        for (position, item) in items.iter().enumerate() {
            let (port, word) = match item.get("port") {
                Some(Value::Object(port)) => {
                    (number(port.get("number")), port.get("protocol").and_then(Value::as_str))
                }
                port => (number(port), item.get("protocol").and_then(Value::as_str)),
            };
            let word = word.unwrap_or("TCP").to_ascii_uppercase();
            let encrypted = match word.as_str() {
                "HTTPS" | "TLS" => Tri::Yes,
                "HTTP" => Tri::No,
                _ => Tri::Unknown,
            };
            let protocol = if word == "UDP" { Protocol::Udp } else { Protocol::Tcp };
            let place = resource.place_of(&at.index(position));
            found.push((item, (Traffic { protocol, port }, encrypted, place)));
        }
    }
    found
}
