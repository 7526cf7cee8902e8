//! Whether a route of the Gateway API may lead to a Service of another namespace: one that grants it has to stand there.
//!
//! Source: gateway-api.sigs.k8s.io, "`ReferenceGrant`" ("a cross-namespace reference without a grant is invalid"), "Cross-Namespace routing".

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::document::{Resource, Value};
use crate::graph::kubernetes::text;
use crate::graph::scene::Scene;

/// The API group of routes.
const GROUP: &str = "gateway.networking.k8s.io";

/// All grants, by the namespace that they stand in.
#[derive(Debug)]
pub struct Grants<'d>(BTreeMap<Arc<str>, Vec<&'d Resource>>);

impl<'d> Grants<'d> {
    /// Of a document.
    pub fn new(scene: &Scene<'d>) -> Self {
        let mut by_namespace: BTreeMap<Arc<str>, Vec<&'d Resource>> = BTreeMap::new();
        for at in scene.index.of_type("ReferenceGrant") {
            let grant = scene.index.resource(*at);
            if let Some(namespace) = &grant.scope.namespace {
                by_namespace.entry(Arc::clone(namespace)).or_default().push(grant);
            }
        }
        Self(by_namespace)
    }

    /// Whether a reference of a route to a Service counts: within a namespace, or as somebody granted it. Grants that may be elsewhere are
    /// there.
    pub fn let_through(&self, scene: &Scene<'_>, route: &Resource, service: &Resource) -> bool {
        let (Some(from), Some(to)) = (&route.scope.namespace, &service.scope.namespace) else {
            return true;
        };
        if from == to || scene.index.document.is_cut {
            return true;
        }
        let own = |value: &Value, key: &str, wanted: &str| is(value, key, wanted) == Some(true);
        let of_route = |it: &Value| {
            own(it, "group", GROUP) && own(it, "kind", &route.kind) && own(it, "namespace", from)
        };
        let of_service = |it: &Value| {
            own(it, "group", "")
                && own(it, "kind", "Service")
                && is(it, "name", &service.name).unwrap_or(true)
        };
        let mut there = self.0.get(to).into_iter().flatten();
        there.any(|grant| any(grant, "from", of_route) && any(grant, "to", of_service))
    }
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
