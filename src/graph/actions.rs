//! What an API asks services of AWS to do: its address names the service and the action, the request that it makes names on what.
//!
//! Source: Amazon API Gateway REST API Reference, `Integration` (`uri`: `arn:aws:apigateway:{region}:{service}:action/{name}`).

use crate::document::{Pointer, Value};
use crate::pack::Verb;

use super::look;
use super::relations::Relation;
use super::scene::Scene;

/// What asks, its attribute of the address, and those of what it makes a request of.
const INTEGRATION: &str = "aws_api_gateway_integration";
const ADDRESS: &str = "uri";
const REQUEST: [&str; 2] = ["request_templates", "request_parameters"];

/// Say on what APIs act.
pub fn complete(scene: &mut Scene<'_>) {
    let integrations = scene.index.of_type(INTEGRATION).iter();
    let found: Vec<Relation> = integrations.flat_map(|at| acted_on(scene, *at)).collect();
    scene.relations.extend(found);
}

/// What a request names that is the service's that it goes to.
fn acted_on(scene: &Scene<'_>, from: usize) -> Vec<Relation> {
    let attributes = &scene.index.resource(from).attributes;
    let is_own = look::text(attributes, "type") == Some("AWS");
    let Some(service) = service(attributes.get(ADDRESS)).filter(|_| is_own) else {
        return Vec::new();
    };
    let made = REQUEST.map(|name| Pointer::root().key(name));
    let edges = scene.index.outgoing(from).iter();
    let edges = edges.filter(|edge| made.iter().any(|own| own.covers(&edge.at)));
    let meant = edges.filter(|edge| serves(scene, service, edge.to));
    meant
        .map(|edge| Relation { from, verb: Verb::Invokes, to: edge.to, at: edge.at.clone() })
        .collect()
}

/// The service of which an address asks for an action.
fn service(address: Option<&Value>) -> Option<&str> {
    let text = match address? {
        Value::String(text) => &**text,
        // The region may not be known, the end is.
        Value::Unknown(unknown) => &*unknown.suffix,
        _ => return None,
    };
    let mut parts = text.rsplit(':');
    parts.next().filter(|last| last.starts_with("action/"))?;
    parts.next().filter(|service| !service.is_empty())
}

/// Whether a resource is one of a service, by the table `aws_services`.
fn serves(scene: &Scene<'_>, service: &str, at: usize) -> bool {
    let kind = scene.index.resource(at).type_name();
    let mut rows = scene.vocabulary.table("aws_services").iter();
    rows.any(|row| matches!(row.as_slice(), [own, of, ..] if **own == *kind && **of == *service))
}
