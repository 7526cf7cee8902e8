//! Which routes a gateway takes: by the names, ports, kinds, namespaces and hosts of its listeners.
//!
//! Source: gateway-api.sigs.k8s.io, "HTTP routing", "Cross-Namespace routing", API specification (`ParentReference`, `AllowedRoutes`).

use std::sync::Arc;

use crate::document::{Edge, Resource, Value};
use crate::graph::kubernetes::hosts::number;
use crate::graph::kubernetes::select::Namespaces;
use crate::graph::kubernetes::text;
use crate::graph::network::Tri;

/// Whether a route joins a gateway by one of its references, for all that is known.
pub fn joins(
    namespaces: &Namespaces<'_>,
    gateway: &Resource,
    (route, edge): (&Resource, &Edge),
) -> bool {
    let listeners =
        gateway.attributes.get("spec").and_then(|spec| spec.get("listeners")?.as_array());
    let Some(listeners) = listeners.filter(|it| !it.is_empty()) else { return true };
    let fits = |listener: &Value| takes_up(namespaces, (gateway, listener), (route, edge));
    // What is made as often as something says is not known one by one.
    listeners.iter().any(|it| !matches!(it, Value::Object(_)) || fits(it))
}

/// Whether a listener of a gateway takes a route by one of the route's references.
pub fn takes_up(
    namespaces: &Namespaces<'_>,
    (gateway, listener): (&Resource, &Value),
    (route, edge): (&Resource, &Edge),
) -> bool {
    let parent = edge.at.parent().and_then(|at| route.attributes.at(&at));
    parent.is_none_or(|parent| is_meant(parent, listener))
        && is_of_kind(listener, &route.kind)
        && lets_in(namespaces, listener, gateway, route)
        && share_host(listener, route)
}

/// Whether a reference means a listener: by its name, its port, or as it says neither.
fn is_meant(parent: &Value, listener: &Value) -> bool {
    let name = |value: &Value, key| text(value, &[key]).map(str::to_owned);
    let by_name = match (name(parent, "sectionName"), name(listener, "name")) {
        (Some(asked), Some(own)) => asked == own,
        _ => true,
    };
    let by_port = match (number(parent.get("port")), number(listener.get("port"))) {
        (Some(asked), Some(own)) => asked == own,
        _ => true,
    };
    by_name && by_port
}

/// Whether a listener takes routes of a kind: those that it names, else those of its protocol.
fn is_of_kind(listener: &Value, kind: &str) -> bool {
    let named = listener.get("allowedRoutes").and_then(|it| it.get("kinds")?.as_array());
    if let Some(kinds) = named.filter(|kinds| !kinds.is_empty()) {
        return kinds.iter().any(|it| text(it, &["kind"]).is_none_or(|own| own == kind));
    }
    match text(listener, &["protocol"]) {
        Some("HTTP" | "HTTPS") => matches!(kind, "HTTPRoute" | "GRPCRoute"),
        Some("TLS") => matches!(kind, "TLSRoute" | "TCPRoute"),
        Some("TCP") => kind == "TCPRoute",
        Some("UDP") => kind == "UDPRoute",
        _ => true,
    }
}

/// Whether a listener takes routes of a namespace; where it says nothing, those of its own.
fn lets_in(
    namespaces: &Namespaces<'_>,
    listener: &Value,
    gateway: &Resource,
    route: &Resource,
) -> bool {
    let (Some(own), Some(other)) = (&gateway.scope.namespace, &route.scope.namespace) else {
        return true;
    };
    let allowed = listener.get("allowedRoutes").and_then(|it| it.get("namespaces"));
    match allowed.and_then(|it| it.get("from")) {
        None | Some(Value::Null) => own == other,
        Some(Value::String(from)) => match &**from {
            "Same" => own == other,
            "None" => false,
            "Selector" => selects(namespaces, allowed, other),
            _ => true,
        },
        Some(_) => true,
    }
}

fn selects(namespaces: &Namespaces<'_>, allowed: Option<&Value>, other: &Arc<str>) -> bool {
    let selector = allowed.and_then(|it| it.get("selector"));
    selector.is_none_or(|selector| namespaces.fits(selector, other) != Tri::No)
}

/// Whether a listener and a route are about a host both; who names none is about all.
fn share_host(listener: &Value, route: &Resource) -> bool {
    let Some(own) = text(listener, &["hostname"]).filter(|own| !own.is_empty()) else {
        return true;
    };
    let asked = route.attributes.get("spec").and_then(|spec| spec.get("hostnames")?.as_array());
    let asked = asked.unwrap_or_default();
    asked.is_empty() || asked.iter().any(|it| it.as_str().is_none_or(|asked| meet(own, asked)))
}

/// Whether a route of a mesh is about a host that some server of its gateway takes, for all that is known. A server may say whose routes
/// it takes, before a `/`. Source: istio.io, "Gateway" (`Server.hosts`), "Virtual Service" (`hosts`).
pub fn takes(gateway: &Resource, route: &Resource) -> bool {
    let servers = list(gateway.attributes.get("spec"), "servers");
    let asked = list(route.attributes.get("spec"), "hosts");
    let (Some(servers), Some(asked)) = (servers, asked) else { return true };
    let fits = |host: &Value| {
        let Some(host) = host.as_str() else { return true };
        let (whose, host) = host.split_once('/').unwrap_or(("*", host));
        let own = match whose {
            "*" => true,
            "." => gateway.scope.namespace == route.scope.namespace,
            whose => route.scope.namespace.as_deref().is_none_or(|own| own == whose),
        };
        own && asked.iter().any(|it| it.as_str().is_none_or(|asked| meet(host, asked)))
    };
    servers.iter().any(|server| {
        let hosts = list(Some(server), "hosts");
        hosts.is_none_or(|hosts| hosts.iter().any(fits))
    })
}

/// The items of a list that says something.
fn list<'v>(value: Option<&'v Value>, key: &str) -> Option<&'v [Value]> {
    value?.get(key)?.as_array().filter(|items| !items.is_empty())
}

/// Whether two names of hosts, either of which may begin with `*.`, have one in common.
fn meet(a: &str, b: &str) -> bool {
    let within = |wild: &str, host: &str| {
        wild.strip_prefix('*').is_some_and(|rest| host.len() > rest.len() && host.ends_with(rest))
    };
    let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
    a == b || within(&a, &b) || within(&b, &a)
}
