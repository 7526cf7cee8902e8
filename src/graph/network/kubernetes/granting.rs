//! Whether a route of the Gateway API may lead to a Service of another namespace: one that grants it has to stand there.
//!
//! Source: gateway-api.sigs.k8s.io, "`ReferenceGrant`" ("a cross-namespace reference without a grant is invalid"), "Cross-Namespace routing".

use crate::document::{Resource, Value};
use crate::graph::kubernetes::text;
use crate::graph::scene::Scene;

/// The API group of routes.
const GROUP: &str = "gateway.networking.k8s.io";

/// Whether a reference of a route to a Service counts: within a namespace, or as somebody granted it. Grants that may be elsewhere are
/// there.
pub fn lets(scene: &Scene<'_>, route: &Resource, service: &Resource) -> bool {
    let (Some(from), Some(to)) = (&route.scope.namespace, &service.scope.namespace) else {
        return true;
    };
    if from == to || scene.index.document.is_cut {
        return true;
    }
    let grants = scene.index.of_type("ReferenceGrant").iter().map(|at| scene.index.resource(*at));
    let mut there = grants.filter(|grant| grant.scope.namespace.as_ref() == Some(to));
    there.any(|grant| {
        let own = |value: &Value, key: &str, wanted: &str| is(value, key, wanted) == Some(true);
        let of_route = |it: &Value| {
            own(it, "group", GROUP) && own(it, "kind", &route.kind) && own(it, "namespace", from)
        };
        let of_service = |it: &Value| {
            own(it, "group", "")
                && own(it, "kind", "Service")
                && is(it, "name", &service.name).unwrap_or(true)
        };
        any(grant, "from", of_route) && any(grant, "to", of_service)
    })
}

/// Whether some item of a list of a grant fits; a list that is not known may hold one.
fn any(grant: &Resource, list: &str, fits: impl Fn(&Value) -> bool) -> bool {
    match grant.attributes.get("spec").and_then(|spec| spec.get(list)) {
        Some(Value::Array(items)) => {
            items.iter().any(|it| matches!(it, Value::Unknown(_)) || fits(it))
        }
        Some(Value::Unknown(_)) => true,
        _ => false,
    }
}

/// Whether a field is a word; what is not known may be any, and of what is not written nothing is said but that the group is the core's.
fn is(value: &Value, key: &str, wanted: &str) -> Option<bool> {
    match value.get(key) {
        Some(Value::Unknown(_)) => Some(true),
        None | Some(Value::Null) if key == "group" => Some(wanted.is_empty()),
        None | Some(Value::Null) => None,
        _ => Some(text(value, &[key]) == Some(wanted)),
    }
}
