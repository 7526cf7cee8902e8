//! Addresses of functions that ask who calls, and whose distribution signs what anybody asks of it: who gets to the distribution gets to
//! the function.
//!
//! Source: Amazon `CloudFront` Developer Guide, "Restrict access to an AWS Lambda function URL origin" (signing behaviors, permission to
//! invoke), "Serve private content with signed URLs and signed cookies".

use std::collections::BTreeMap;

use crate::document::{Pointer, Value};
use crate::graph::look;
use crate::graph::scene::{Fact, Scene};
use crate::source::Place;

const DISTRIBUTION: &str = "aws_cloudfront_distribution";
const URL: &str = "aws_lambda_function_url";
const SERVICE: &str = "cloudfront.amazonaws.com";
/// What signs requests of those who bring no signature of their own.
const SIGNS: [&str; 2] = ["always", "no-override"];
/// What makes a behavior serve those only whom somebody gave a signed address.
const ASKS: [&str; 2] = ["trusted_key_groups", "trusted_signers"];

/// Nodes of such addresses, with what says so.
pub fn urls(scene: &Scene<'_>) -> BTreeMap<usize, Vec<Place>> {
    let mut found = BTreeMap::new();
    for distribution in scene.index.of_type(DISTRIBUTION) {
        let attributes = &scene.index.resource(*distribution).attributes;
        if attributes.get("enabled") == Some(&Value::Bool(false)) {
            continue;
        }
        for (position, origin) in look::blocks(attributes, "origin") {
            let pointer = Pointer::root().key("origin").index(position);
            let domain = pointer.key("domain_name");
            let is_url = |at: &usize| &*scene.index.resource(*at).kind == URL;
            let Some(url) = look::at(scene, *distribution, &domain).find(is_url) else { continue };
            let by = pointer.key("origin_access_control_id");
            let Some(control) = look::at(scene, *distribution, &by).find(|at| signs(scene, *at))
            else {
                continue;
            };
            let node = scene.node_of[url];
            if let Some(node) = node.filter(|_| serves_anybody(attributes, origin))
                && is_let_in(scene, url, *distribution)
            {
                found.entry(node).or_insert_with(|| vec![scene.index.resource(control).header]);
            }
        }
    }
    found
}

/// Say that such an address turns nobody away who comes over the distribution.
pub fn facts(scene: &mut Scene<'_>) {
    for (node, proof) in urls(scene) {
        let facts = &mut scene.nodes[node].facts;
        for (name, value) in
            [("refuses_strangers", Value::Bool(false)), ("auth", Value::string("none"))]
        {
            facts.insert(name.into(), Fact { value: Some(value), proof: proof.clone() });
        }
    }
}

fn signs(scene: &Scene<'_>, control: usize) -> bool {
    let attributes = &scene.index.resource(control).attributes;
    look::text(attributes, "origin_access_control_origin_type") == Some("lambda")
        && look::text(attributes, "signing_behavior").is_some_and(|word| SIGNS.contains(&word))
}

/// Whether some behavior asks an origin for anybody.
fn serves_anybody(distribution: &Value, origin: &Value) -> bool {
    let name = look::text(origin, "origin_id");
    let blocks = ["default_cache_behavior", "ordered_cache_behavior"].into_iter();
    let mut behaviors = blocks.flat_map(|block| look::blocks(distribution, block));
    behaviors.any(|(_, behavior)| {
        let asks = ASKS.iter().any(|path| look::leaf(behavior, path).is_some());
        look::text(behavior, "target_origin_id") == name && !asks
    })
}

/// Whether a function lets a distribution call it at its address.
fn is_let_in(scene: &Scene<'_>, url: usize, distribution: usize) -> bool {
    let Some(function) = look::first(scene, url, "function_name") else { return false };
    look::users(scene, function, "aws_lambda_permission", "function_name").any(|at| {
        let attributes = &scene.index.resource(at).attributes;
        let source = look::named(scene, at, "source_arn");
        look::text(attributes, "principal") == Some(SERVICE)
            && (source.is_empty() || source.targets.iter().any(|(to, _)| *to == distribution))
    })
}
