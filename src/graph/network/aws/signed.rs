//! Addresses of functions that ask who calls, and whose distribution signs what anybody asks of it: who gets to the distribution gets to
//! the function.
//!
//! Source: Amazon `CloudFront` Developer Guide, "Restrict access to an AWS Lambda function URL origin" (signing behaviors, permission to
//! invoke), "Serve private content with signed URLs and signed cookies".

use std::collections::{BTreeMap, BTreeSet};

use crate::document::{Pointer, Value};
use crate::graph::look;
use crate::graph::scene::{Fact, Scene};
use crate::source::Place;

const DISTRIBUTION: &str = "aws_cloudfront_distribution";
const URL: &str = "aws_lambda_function_url";
const SERVICE: &str = "cloudfront.amazonaws.com";
/// The word of addresses that ask who calls.
const ASKING: &str = "AWS_IAM";
/// What signs requests of those who bring no signature of their own.
const SIGNS: [&str; 2] = ["always", "no-override"];
/// What makes a behavior serve those only whom somebody gave a signed address.
const ASKS: [&str; 2] = ["trusted_key_groups", "trusted_signers"];

/// Nodes of such addresses, with what says so, and whether none but the distribution may call there.
pub fn urls(scene: &Scene<'_>) -> BTreeMap<usize, (Vec<Place>, bool)> {
    let mut found = BTreeMap::new();
    let mut let_in: BTreeMap<usize, LetIn> = BTreeMap::new();
    for distribution in scene.index.of_type(DISTRIBUTION) {
        let attributes = &scene.index.resource(*distribution).attributes;
        if attributes.get("enabled") == Some(&Value::Bool(false)) {
            continue;
        }
        for (position, origin) in look::blocks(attributes, "origin") {
            let pointer = Pointer::root().key("origin").index(position);
            let domain = pointer.key("domain_name");
            let is_url = |at: &usize| {
                let resource = scene.index.resource(*at);
                &*resource.kind == URL
                    && look::text(&resource.attributes, "authorization_type") == Some(ASKING)
            };
            let Some(url) = look::at(scene, *distribution, &domain).find(is_url) else { continue };
            let by = pointer.key("origin_access_control_id");
            let Some(control) = look::at(scene, *distribution, &by).find(|at| signs(scene, *at))
            else {
                continue;
            };
            let known = let_in.entry(url).or_insert_with(|| LetIn::new(scene, url));
            let node = scene.node_of[url];
            if let Some(node) = node.filter(|_| serves_anybody(attributes, origin))
                && known.takes(*distribution)
            {
                let proof = || vec![scene.index.resource(control).header];
                found.entry(node).or_insert_with(|| (proof(), !known.others));
            }
        }
    }
    found
}

/// Say that such an address turns nobody away who comes over the distribution.
pub fn facts(scene: &mut Scene<'_>) {
    for (node, (proof, _)) in urls(scene) {
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

/// Which distributions a function lets call it at its address.
#[derive(Default)]
struct LetIn {
    all: bool,
    named: BTreeSet<usize>,
    /// Whether somebody else may call it, too.
    others: bool,
}

impl LetIn {
    fn new(scene: &Scene<'_>, url: usize) -> Self {
        let mut found = Self::default();
        let Some(function) = look::first(scene, url, "function_name") else { return found };
        for at in look::users(scene, function, "aws_lambda_permission", "function_name") {
            let attributes = &scene.index.resource(at).attributes;
            let principal = look::text(attributes, "principal");
            if principal == Some(SERVICE) {
                let source = look::named(scene, at, "source_arn");
                found.all |= source.is_empty();
                found.named.extend(source.targets.iter().map(|(to, _)| *to));
            } else {
                // A service that calls the function does not come by its address.
                found.others |= principal.is_none_or(|it| !it.ends_with(".amazonaws.com"));
            }
        }
        found
    }

    fn takes(&self, distribution: usize) -> bool {
        self.all || self.named.contains(&distribution)
    }
}
