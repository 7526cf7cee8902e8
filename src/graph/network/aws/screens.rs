//! Web firewalls that let nobody pass but named addresses.
//!
//! Source: AWS WAF Developer Guide, "The protection pack (web ACL) default action", "IP set match rule statement", "Rule actions".

use std::collections::{BTreeMap, BTreeSet};

use crate::document::Value;
use crate::graph::look;
use crate::graph::network::filter::{covers_all, range};
use crate::graph::scene::Scene;
use crate::source::Place;

use super::guards::associations;

const STAGE: &str = "aws_api_gateway_stage";
const SET: &str = "ip_set_reference_statement";

/// Nodes before which such a firewall stands, with what says so.
pub fn all(scene: &Scene<'_>) -> BTreeMap<usize, Vec<Place>> {
    let mut lists: BTreeMap<usize, bool> = BTreeMap::new();
    let mut found: BTreeMap<usize, Vec<Place>> = BTreeMap::new();
    let mut stages: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (guarded, list) in associations(scene) {
        let (Some(node), Some(list)) = (guarded.node, list) else { continue };
        if *lists.entry(list).or_insert_with(|| is_narrow(scene, list)) {
            let places = [guarded.place, scene.index.resource(list).header];
            found.entry(node).or_default().extend(places);
            stages.entry(node).or_default().insert(guarded.resource);
        }
    }
    // Each stage of an API has a door of its own.
    found.retain(|node, _| {
        let guarded = stages.get(node);
        let mut all = scene.parts_of_type(*node, STAGE);
        all.all(|stage| guarded.is_some_and(|guarded| guarded.contains(&stage)))
    });
    found
}

/// Whether a list blocks whom no rule lets pass, and rules let named addresses pass only.
fn is_narrow(scene: &Scene<'_>, list: usize) -> bool {
    let resource = scene.index.resource(list);
    let attributes = &resource.attributes;
    let blocks = look::blocks(attributes, "default_action").any(|(_, action)| has(action, "block"));
    let is_whole = &*resource.kind == "aws_wafv2_web_acl"
        && !matches!(attributes.get("rule"), Some(Value::Unknown(_)))
        && look::leaf(attributes, "rule_json").is_none()
        && !look::may_be_extended(scene, list);
    let named: Vec<usize> =
        look::named(scene, list, "rule").targets.into_iter().map(|to| to.0).collect();
    let open = |set: &usize| {
        let values = look::leaves(&scene.index.resource(*set).attributes, "addresses");
        let ranges: Vec<_> =
            values.iter().filter_map(|(_, value)| range(value.as_str()?)).collect();
        &*scene.index.resource(*set).kind == "aws_wafv2_ip_set" && covers_all(&ranges)
    };
    let mut rules = look::blocks(attributes, "rule").map(|(_, rule)| rule);
    blocks && is_whole && !named.iter().any(open) && rules.all(is_limited)
}

fn has(object: &Value, name: &str) -> bool {
    look::blocks(object, name).next().is_some()
}

/// Whether a rule lets nobody pass, or named addresses only.
fn is_limited(rule: &Value) -> bool {
    let acts = |name: &str, what: &[&str]| {
        look::blocks(rule, name).any(|(_, action)| what.iter().any(|word| has(action, word)))
    };
    if acts("action", &["block", "count", "captcha", "challenge"]) {
        return true;
    }
    let is_managed = |statement: &Value| has(statement, "managed_rule_group_statement");
    let mut statements = look::blocks(rule, "statement").map(|(_, statement)| statement).peekable();
    statements.peek().is_some()
        && statements.all(|statement| {
            // Groups of AWS's own block and count.
            is_managed(statement) || acts("action", &["allow"]) && names(statement, 0)
        })
}

/// Whether a statement only fits named addresses.
fn names(statement: &Value, depth: usize) -> bool {
    let inner = |name: &str| {
        let outer = look::blocks(statement, name).map(|(_, it)| it);
        outer.flat_map(|it| look::blocks(it, "statement")).map(|(_, it)| it).collect::<Vec<_>>()
    };
    let (any, all) = (inner("and_statement"), inner("or_statement"));
    has(statement, SET)
        || depth < 4
            && (any.iter().any(|it| names(it, depth + 1))
                || !all.is_empty() && all.iter().all(|it| names(it, depth + 1)))
}
