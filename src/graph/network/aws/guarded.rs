//! What APIs pass on only for callers who have said who they are: by route and method.
//!
//! Source: Amazon API Gateway Developer Guide, "Controlling and managing access to HTTP APIs", "Controlling and managing access to REST
//! APIs"; AWS provider documentation of the types named.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::Value;
use crate::graph::look;
use crate::graph::scene::Scene;

/// How many methods of one resource are compared with an integration.
const MOST: usize = 64;

/// Attributes of integrations that say what they pass on to, and as whom.
const V2: [&str; 3] = ["integration_uri", "request_parameters", "credentials_arn"];
const V1: [&str; 3] = ["uri", "request_templates", "credentials"];

/// Pairs of an API and what stands behind it that no route leads to which asks nobody.
pub fn pairs(scene: &Scene<'_>) -> BTreeSet<(usize, usize)> {
    // Whether some way to it asks nobody, or is not known.
    let mut open: BTreeMap<(usize, usize), bool> = BTreeMap::new();
    let routes = by_integration(scene);
    for at in scene.index.of_type("aws_apigatewayv2_integration") {
        let asked = routes.get(at).is_some_and(|asked| *asked);
        add(scene, *at, ("api_id", &V2), asked, &mut open);
    }
    let methods = by_resource(scene);
    for at in scene.index.of_type("aws_api_gateway_integration") {
        let asked =
            method(scene, *at, &methods).is_some_and(|method| asks(scene, method, "authorization"));
        add(scene, *at, ("rest_api_id", &V1), asked, &mut open);
    }
    open.into_iter().filter(|(_, open)| !open).map(|(pair, _)| pair).collect()
}

/// Note what an integration passes on to.
fn add(
    scene: &Scene<'_>,
    at: usize,
    (owner, paths): (&str, &[&str]),
    asked: bool,
    open: &mut BTreeMap<(usize, usize), bool>,
) {
    let Some(api) = look::first(scene, at, owner).and_then(|to| scene.node_of[to]) else { return };
    for (to, _) in paths.iter().flat_map(|path| look::named(scene, at, path).targets) {
        if let Some(target) = scene.node_of[to] {
            *open.entry((api, target)).or_default() |= !asked;
        }
    }
}

/// Whether a route or method asks who calls.
pub fn asks(scene: &Scene<'_>, at: usize, attribute: &str) -> bool {
    let said = look::text(&scene.index.resource(at).attributes, attribute);
    said.is_some_and(|word| word != "NONE")
}

/// Whether all routes to an integration ask who calls. Of connections that stay open, only the first message is asked.
fn by_integration(scene: &Scene<'_>) -> BTreeMap<usize, bool> {
    let mut found: BTreeMap<usize, bool> = BTreeMap::new();
    for at in scene.index.of_type("aws_apigatewayv2_route") {
        let api = look::first(scene, *at, "api_id");
        let stays = api.is_none_or(|api| {
            let kind = scene.index.resource(api).attributes.get("protocol_type");
            kind.and_then(Value::as_str) != Some("HTTP")
        });
        let asked = !stays && asks(scene, *at, "authorization_type");
        for (integration, _) in look::named(scene, *at, "target").targets {
            *found.entry(integration).or_insert(true) &= asked;
        }
    }
    found
}

/// Methods by the resource that they are of; those of the root stand under the API.
fn by_resource(scene: &Scene<'_>) -> BTreeMap<usize, Vec<usize>> {
    let mut found: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in scene.index.of_type("aws_api_gateway_method") {
        if let Some(resource) = look::first(scene, *at, "resource_id") {
            found.entry(resource).or_default().push(*at);
        }
    }
    found
}

/// The method of an integration: the one that it names, else the one of the same resource by the same word.
fn method(scene: &Scene<'_>, at: usize, methods: &BTreeMap<usize, Vec<usize>>) -> Option<usize> {
    let is_method = |to: &usize| &*scene.index.resource(*to).kind == "aws_api_gateway_method";
    if let Some(named) = look::first(scene, at, "http_method").filter(is_method) {
        return Some(named);
    }
    let word = |at: usize| look::text(&scene.index.resource(at).attributes, "http_method");
    let own = word(at)?;
    let resource = look::first(scene, at, "resource_id")?;
    // One that takes its resource from its method is of that method.
    if is_method(&resource) {
        return Some(resource);
    }
    let all = methods.get(&resource)?.iter().take(MOST).copied();
    let mut fitting = all.filter(|method| word(*method) == Some(own));
    let only = fitting.next()?;
    fitting.next().is_none().then_some(only)
}
