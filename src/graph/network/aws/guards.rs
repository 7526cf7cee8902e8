//! What guards nodes and zones of AWS: web firewalls that block, limits of rates, detection; and stores that anybody may use.
//!
//! Source: AWS WAF Developer Guide, "Rule actions", "Rate-based rules"; AWS provider documentation of the types; documentation of the AWS load
//! balancer controller, "Ingress annotations" (WAF).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::document::Value;
use crate::graph::identity::aws::anyone;
use crate::graph::scene::{Fact, Scene};
use crate::graph::{kubernetes, look};
use crate::source::Place;

use super::startup::{self, MACHINES};

/// Statements of rules that look for attacks.
const ATTACKS: [&str; 5] = [
    "managed_rule_group_statement",
    "rule_group_reference_statement",
    "sqli_match_statement",
    "xss_match_statement",
    "regex_pattern_set_reference_statement",
];

/// Types of web access lists.
const LISTS: [&str; 3] = ["aws_wafv2_web_acl", "aws_wafregional_web_acl", "aws_waf_web_acl"];

/// Set the facts.
pub fn facts(scene: &mut Scene<'_>) {
    // That an Ingress names a list says no more where the list does.
    for (at, _) in by_annotations(scene) {
        if let Some(node) = at.node {
            let fact = Fact { value: Some(Value::Bool(false)), proof: vec![at.place] };
            scene.nodes[node].facts.insert("waf".into(), fact);
        }
    }
    let mut found: Vec<(usize, &'static str, Option<bool>, Vec<Place>)> = Vec::new();
    for (at, list) in associations(scene) {
        let Some(node) = at.node else { continue };
        let (blocks, limits) = match list {
            Some(list) => judged(scene, list),
            None => (None, None),
        };
        let mut proof = vec![at.place];
        proof.extend(list.map(|list| scene.index.resource(list).header));
        found.push((node, "waf", blocks, proof.clone()));
        if limits != Some(false) {
            found.push((node, "flood_protection", limits, proof));
        }
    }
    for at in scene.index.of_type("aws_shield_protection") {
        let place = scene.index.resource(*at).header;
        for (to, _) in look::named(scene, *at, "resource_arn").targets {
            if let Some(node) = scene.node_of[to] {
                found.push((node, "flood_protection", Some(true), vec![place]));
            }
        }
    }
    found.extend(
        anyone(scene).into_iter().map(|(node, proof)| (node, "anonymous", Some(true), proof)),
    );
    for (node, name, value, proof) in found {
        let fact = Fact { value: value.map(Value::Bool), proof };
        let facts = &mut scene.nodes[node].facts;
        // The best of what is known holds.
        let better = facts.get(name).is_none_or(|known| {
            known.value != Some(Value::Bool(true)) && fact.value != Some(Value::Bool(false))
        });
        if better {
            facts.insert(name.into(), fact);
        }
    }
    detection(scene);
    passwords(scene);
    second_factors(scene);
}

/// APIs whose users come from pools that always ask for a second factor.
fn second_factors(scene: &mut Scene<'_>) {
    for (kind, api, pools) in [
        ("aws_api_gateway_authorizer", "rest_api_id", "provider_arns"),
        ("aws_apigatewayv2_authorizer", "api_id", "jwt_configuration.issuer"),
    ] {
        for at in scene.index.of_type(kind).to_vec() {
            let apis = look::named(scene, at, api).targets;
            let Some(node) = apis.first().and_then(|(to, _)| scene.node_of[*to]) else { continue };
            let pools = look::named(scene, at, pools);
            let asks = |pool: usize| {
                let attributes = &scene.index.resource(pool).attributes;
                look::text(attributes, "mfa_configuration") == Some("ON")
            };
            let all = !pools.open
                && !pools.targets.is_empty()
                && pools.targets.iter().all(|(pool, _)| asks(*pool));
            let by_password = scene.nodes[node].facts.get("auth").is_some_and(|auth| {
                auth.value.as_ref().and_then(Value::as_str) == Some("password")
            });
            if all && by_password {
                let place = |pool: &usize| {
                    let pointer = crate::document::Pointer::root().key("mfa_configuration");
                    scene.index.resource(*pool).place_of(&pointer)
                };
                let proof = pools.targets.iter().map(|(pool, _)| place(pool)).collect();
                let value = Some(Value::string("federated_mfa"));
                scene.nodes[node].facts.insert("auth".into(), Fact { value, proof });
            }
        }
    }
}

/// Hosts whose start-up data lets people log in with passwords, whatever key they are given.
fn passwords(scene: &mut Scene<'_>) {
    for kind in MACHINES {
        for at in scene.index.of_type(kind).to_vec() {
            let resource = scene.index.resource(at);
            let Some((name, text)) = startup::text(resource) else { continue };
            let asks = text.lines().any(|line| {
                let line = line.trim().to_ascii_lowercase();
                line.starts_with("passwordauthentication yes")
                    || line.starts_with("ssh_pwauth: true")
                    || line.starts_with("ssh_pwauth: yes")
                    || line.contains("/passwordauthentication yes/")
            });
            if let Some(node) = scene.node_of[at].filter(|_| asks) {
                let place = resource.place_of(&crate::document::Pointer::root().key(name));
                let value = Some(Value::string("password"));
                scene.nodes[node].facts.insert("auth".into(), Fact { value, proof: vec![place] });
            }
        }
    }
}

/// A guarded thing and where that is written.
pub(super) struct Guarded {
    /// The node.
    pub(super) node: Option<usize>,
    /// The resource that the list stands before.
    pub(super) resource: usize,
    /// Where that is written.
    pub(super) place: Place,
}

/// Web access lists with what they stand before; without a list where it is not of the document.
pub(super) fn associations(scene: &Scene<'_>) -> Vec<(Guarded, Option<usize>)> {
    let mut found = Vec::new();
    for (kind, list) in [
        ("aws_wafv2_web_acl_association", "web_acl_arn"),
        ("aws_wafregional_web_acl_association", "web_acl_id"),
    ] {
        for at in scene.index.of_type(kind) {
            let place = scene.index.resource(*at).header;
            let list = look::first(scene, *at, list);
            for (to, _) in look::named(scene, *at, "resource_arn").targets {
                found.push((Guarded { node: scene.node_of[to], resource: to, place }, list));
            }
        }
    }
    for at in scene.index.of_type("aws_cloudfront_distribution") {
        let named = look::named(scene, *at, "web_acl_id");
        let resource = scene.index.resource(*at);
        let empty = look::leaf(&resource.attributes, "web_acl_id")
            .is_none_or(|value| value.as_str() == Some(""));
        if named.is_empty() || empty && named.targets.is_empty() {
            continue;
        }
        let list = named.targets.first().map(|to| to.0);
        let pointer = crate::document::Pointer::root().key("web_acl_id");
        let place = resource.place_of(&pointer);
        found.push((Guarded { node: scene.node_of[*at], resource: *at, place }, list));
    }
    found.extend(by_annotations(scene).into_iter().filter(|(_, list)| list.is_some()));
    found
}

/// What Ingresses say by annotations of the balancer that a controller makes of them: with a list of the document, or without where all say
/// that there is none. Of lists that are elsewhere nothing is said.
fn by_annotations(scene: &Scene<'_>) -> Vec<(Guarded, Option<usize>)> {
    let names = scene.vocabulary.table("kubernetes_web_acls").iter().flatten();
    let all = names.flat_map(|name| kubernetes::naming(scene, "Ingress", name));
    let mut found: BTreeMap<usize, (Guarded, Option<usize>)> = BTreeMap::new();
    let mut elsewhere = BTreeSet::new();
    for named in all {
        let resource = scene.index.resource(named.at);
        let said = kubernetes::annotation(resource, named.annotation).map(str::trim);
        let is_none = matches!(said, Some("" | "none"));
        let is_list = |to: &usize| LISTS.contains(&&*scene.index.resource(*to).kind);
        let list = named.targets.into_iter().find(is_list).or_else(|| by_name(scene, said));
        let list = list.filter(|_| !is_none);
        if list.is_none() && !is_none {
            elsewhere.insert(named.at);
        }
        let guarded =
            Guarded { node: scene.node_of[named.at], resource: named.at, place: named.place };
        let known = found.get(&named.at).is_some_and(|(_, known)| known.is_some());
        if !known || list.is_some() {
            found.insert(named.at, (guarded, list));
        }
    }
    found.retain(|at, (_, list)| list.is_some() || !elsewhere.contains(at));
    found.into_values().collect()
}

/// The list of the document that has a name.
fn by_name(scene: &Scene<'_>, said: Option<&str>) -> Option<usize> {
    let said = said?;
    let mut all = LISTS.iter().flat_map(|kind| scene.index.of_type(kind)).copied();
    all.find(|at| look::text(&scene.index.resource(*at).attributes, "name") == Some(said))
}

/// Whether a web access list blocks attacks, and whether it limits rates; `None` where that is not known.
fn judged(scene: &Scene<'_>, list: usize) -> (Option<bool>, Option<bool>) {
    let resource = scene.index.resource(list);
    if &*resource.kind != "aws_wafv2_web_acl" {
        return (None, None);
    }
    let attributes = &resource.attributes;
    let unknown = matches!(attributes.get("rule"), Some(Value::Unknown(_)))
        || look::leaf(attributes, "rule_json").is_some()
        || look::may_be_extended(scene, list);
    let (mut blocks, mut limits) = (false, false);
    let has = |object: &Value, name: &str| look::blocks(object, name).next().is_some();
    for (_, rule) in look::blocks(attributes, "rule") {
        let acts = look::blocks(rule, "action").any(|(_, action)| has(action, "block"))
            || look::blocks(rule, "override_action").any(|(_, action)| has(action, "none"));
        if !acts {
            continue;
        }
        for (_, statement) in look::blocks(rule, "statement") {
            limits |= holds(statement, &["rate_based_statement"]);
            blocks |= holds(statement, &ATTACKS);
        }
    }
    let settled = |found: bool| if found || !unknown { Some(found) } else { None };
    (settled(blocks), settled(limits))
}

/// Whether a statement is, or holds, one of some kinds.
fn holds(statement: &Value, kinds: &[&str]) -> bool {
    match statement {
        Value::Object(map) => map.iter().any(|(name, value)| {
            kinds.contains(&&**name)
                && !matches!(value, Value::Null)
                && value.as_array() != Some(&[])
                || holds(value, kinds)
        }),
        Value::Array(items) => items.iter().any(|item| holds(item, kinds)),
        _ => false,
    }
}

/// Detection that watches every network of the account.
fn detection(scene: &mut Scene<'_>) {
    let on = scene.index.of_type("aws_guardduty_detector").iter().find(|at| {
        scene.index.resource(**at).attributes.get("enable") != Some(&Value::Bool(false))
    });
    let Some(place) = on.map(|at| scene.index.resource(*at).header) else { return };
    for zone in 0..scene.zones.len() {
        let is_network = scene.zones[zone].resource.is_some_and(|at| {
            matches!(&*scene.index.resource(at).kind, "aws_vpc" | "aws_default_vpc")
        });
        if is_network {
            let fact = Fact { value: Some(Value::Bool(true)), proof: vec![place] };
            let watched: Arc<str> = "watched".into();
            let known = scene.zones[zone].facts.get(&watched);
            if known.is_none_or(|known| known.value != Some(Value::Bool(true))) {
                scene.zones[zone].facts.insert(watched, fact);
            }
        }
    }
}
