//! Security policies of Google Cloud before Ingresses and gateways of GKE, which objects beside the Services behind these name.
//!
//! Source: Google Cloud documentation, "Ingress configuration on Google Cloud" (`BackendConfig`), "Configure Gateway resources using Policies"
//! (`GCPBackendPolicy`).

use std::collections::BTreeMap;

use crate::document::{Pointer, Resource, Value};
use crate::graph::gcp;
use crate::graph::kubernetes::select::Namespaces;
use crate::graph::kubernetes::{annotation, annotation_place, text};
use crate::graph::look::{self, MAX_TEXT};
use crate::graph::network::Tri;
use crate::graph::network::gcp::armor;
use crate::graph::network::reach::Reach;
use crate::graph::scene::{Fact, Scene};
use crate::source::Place;

use super::gateways::gateway_backends;
use super::granting::Grants;
use super::{Backend, ingress_backends};

/// Annotations of Services by which GKE's Ingresses find what they are told.
const CONFIGS: [&str; 2] =
    ["cloud.google.com/backend-config", "beta.cloud.google.com/backend-config"];

/// How far something is open, and what says so.
type Open = (Reach, Vec<Place>);

/// What stands before one Service.
#[derive(Clone, Debug)]
struct Shield {
    /// Whether it turns attacks away; whether it limits rates.
    does: (Tri, Tri),
    open: Open,
    place: Option<Place>,
}

/// Before what nothing stands.
const NONE: Shield =
    Shield { does: (Tri::No, Tri::No), open: (Reach::Open, Vec::new()), place: None };

/// By namespace and name.
type Named<'a> = BTreeMap<(Option<&'a str>, &'a str), usize>;

/// The objects that name security policies.
pub struct Shields<'a> {
    namespaces: Namespaces<'a>,
    grants: Grants<'a>,
    configs: Named<'a>,
    /// Policies of gateways by the Services that they are for.
    policies: Named<'a>,
}

impl<'a> Shields<'a> {
    /// Of a document.
    pub fn new(scene: &Scene<'a>) -> Self {
        let document = scene.index.document;
        let all = |kind: &str, path: &[&str]| -> Named<'a> {
            let all = scene.index.of_type(kind).iter();
            all.filter_map(|at| {
                let resource: &'a Resource = &document.resources[*at];
                let name = text(&resource.attributes, path)?;
                Some(((resource.scope.namespace.as_deref(), name), *at))
            })
            .collect()
        };
        Self {
            namespaces: Namespaces::new(scene),
            grants: Grants::new(scene),
            configs: all("BackendConfig", &["metadata", "name"]),
            policies: all("GCPBackendPolicy", &["spec", "targetRef", "name"]),
        }
    }

    /// How far an entry is open: no further than what its Services' policies let in, or than what serves it.
    pub fn limit(&self, scene: &Scene<'_>, at: usize, serving: Option<&Open>) -> Option<Open> {
        let shields = self.before(scene, at);
        let widest = shields.into_iter().map(|shield| shield.open).max_by_key(|open| open.0);
        let widest = widest.filter(|open| open.0 < Reach::Open);
        [widest, serving.cloned()].into_iter().flatten().min_by_key(|open| open.0)
    }

    /// What stands before each Service that an Ingress or gateway leads to; nothing where GKE does not serve it.
    fn before(&self, scene: &Scene<'_>, at: usize) -> Vec<Shield> {
        let resource = scene.index.resource(at);
        match &*resource.kind {
            "Ingress" if is_served(resource) => {
                let backends = ingress_backends(scene, at);
                backends.iter().map(|backend| self.by_config(scene, backend)).collect()
            }
            "Gateway" if class(resource).is_some_and(|it| it.starts_with("gke-l7-")) => {
                let backends = gateway_backends(scene, (&self.namespaces, &self.grants), at);
                backends.iter().map(|(service, ..)| self.by_policy(scene, *service)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// By the `BackendConfig` that a Service names for a port.
    fn by_config(&self, scene: &Scene<'_>, (service, port, _): &Backend) -> Shield {
        let resource = scene.index.resource(*service);
        let Some(name) = CONFIGS.into_iter().find(|name| written(resource, name).is_some()) else {
            return NONE;
        };
        let place = Some(annotation_place(resource, name));
        let unknown = Shield { does: (Tri::Unknown, Tri::Unknown), place, ..NONE };
        let Some(said) = annotation(resource, name).filter(|said| said.len() <= MAX_TEXT) else {
            return unknown;
        };
        let Ok(said) = serde_json::from_str::<serde_json::Value>(said) else { return NONE };
        let said = Value::from(said);
        let Some(config) = config_of(resource, &said, port.as_ref()) else { return NONE };
        let key = (resource.scope.namespace.as_deref(), config);
        match self.configs.get(&key) {
            Some(config) => shield(scene, *config, &["spec", "securityPolicy", "name"]),
            None => unknown,
        }
    }

    /// By the policy of gateways that is for a Service.
    fn by_policy(&self, scene: &Scene<'_>, service: usize) -> Shield {
        let resource = scene.index.resource(service);
        let name = text(&resource.attributes, &["metadata", "name"]).unwrap_or(&resource.name);
        let policy = self.policies.get(&(resource.scope.namespace.as_deref(), name));
        let is_its = |policy: &&usize| {
            let policy = scene.index.resource(**policy);
            text(&policy.attributes, &["spec", "targetRef", "kind"])
                .is_none_or(|it| it == "Service")
        };
        let path = ["spec", "default", "securityPolicy"];
        policy.filter(is_its).map_or(NONE, |policy| shield(scene, *policy, &path))
    }
}

/// What an annotation holds, known or not.
pub fn written<'r>(resource: &'r Resource, name: &str) -> Option<&'r Value> {
    let at = Pointer::root().key("metadata").key("annotations").key(name);
    resource.attributes.at(&at).filter(|value| !matches!(value, Value::Null))
}

fn class(resource: &Resource) -> Option<&str> {
    text(&resource.attributes, &["spec", "gatewayClassName"])
}

/// Whether GKE's own controller serves an Ingress: of its class, or of none.
pub fn is_served(ingress: &Resource) -> bool {
    let class = annotation(ingress, "kubernetes.io/ingress.class");
    let other = text(&ingress.attributes, &["spec", "ingressClassName"]);
    class.map_or(other.is_none(), |class| matches!(class, "gce" | "gce-internal" | ""))
}

/// The name of the `BackendConfig` for a port of a Service, by number or name, else for all.
fn config_of<'v>(service: &Resource, said: &'v Value, port: Option<&Value>) -> Option<&'v str> {
    let own = said.get("ports").and_then(|ports| {
        let port = port?;
        let spec = service.attributes.get("spec")?;
        let fits = |it: &&Value| it.get("port") == Some(port) || it.get("name") == Some(port);
        let own = spec.get("ports")?.as_array()?.iter().find(fits);
        let keys =
            [own.and_then(|it| it.get("port")), own.and_then(|it| it.get("name")), Some(port)];
        let mut keys = keys.into_iter().flatten().map(|key| match key {
            Value::String(name) => name.to_string(),
            key => key.to_json().to_string(),
        });
        keys.find_map(|key| ports.get(&key)?.as_str())
    });
    own.or_else(|| text(said, &["default"]))
}

/// What the security policy does that an object names: one of the document by its rules, one from elsewhere by being there.
fn shield(scene: &Scene<'_>, at: usize, path: &[&str]) -> Shield {
    let resource = scene.index.resource(at);
    let pointer = path.iter().fold(Pointer::root(), |at, key| at.key(key));
    let place = Some(resource.place_of(&pointer));
    let named = text(&resource.attributes, path);
    let is_policy = |to: &usize| armor::POLICIES.contains(&scene.index.resource(*to).type_name());
    let referred = look::at(scene, at, &pointer).find(is_policy);
    let policy = referred.or_else(|| {
        let all = armor::POLICIES.iter().flat_map(|kind| scene.index.of_type(kind));
        let is_it =
            |at: &&usize| named.is_some() && gcp::text(scene.index.resource(**at), "name") == named;
        all.copied().find(|at| is_it(&at))
    });
    if let Some(policy) = policy {
        return Shield {
            does: armor::does(scene, policy),
            open: armor::lets_in(scene, policy),
            place,
        };
    }
    match (named, resource.attributes.at(&pointer)) {
        (Some(name), _) if !name.is_empty() => Shield { does: (Tri::Yes, Tri::No), place, ..NONE },
        (None, Some(Value::Unknown(_))) => {
            Shield { does: (Tri::Unknown, Tri::Unknown), place, ..NONE }
        }
        _ => NONE,
    }
}

/// Set what security policies before the Services of an entry do, where all of them have one.
pub fn facts(scene: &mut Scene<'_>) {
    let shields = Shields::new(scene);
    if shields.configs.is_empty() && shields.policies.is_empty() {
        return;
    }
    let entries = ["Ingress", "Gateway"].into_iter().flat_map(|kind| scene.index.of_type(kind));
    let entries = entries.filter_map(|at| Some((scene.node_of[*at]?, shields.before(scene, *at))));
    for (node, before) in entries.collect::<Vec<_>>() {
        let Some(waf) = before.iter().map(|shield| shield.does.0).min() else { continue };
        let floods = before.iter().map(|shield| shield.does.1).min().unwrap_or(Tri::No);
        let proof: Vec<Place> = before.iter().filter_map(|shield| shield.place).collect();
        for (name, state) in [("waf", waf), ("flood_protection", floods)] {
            // What annotations already say stays.
            if state > scene.state(node, name) {
                let value = (state == Tri::Yes).then_some(Value::Bool(true));
                let fact = Fact { value, proof: proof.clone() };
                scene.nodes[node].facts.insert(name.into(), fact);
            }
        }
    }
}
