//! Security policies of Cloud Armor: whom they let in, whether they look for attacks and limit rates.
//!
//! A policy's rules stand in it (`rule`, in a region `rules`) and in resources of their own. Source: Google Cloud documentation, "Security
//! policy overview", "Rate limiting overview"; provider documentation of `google_compute_security_policy_rule` and its regional form.

use std::collections::BTreeSet;

use crate::document::{Pointer, Resource, Value};
use crate::graph::gcp::{self, blocks, targets};
use crate::graph::relations::leads;
use crate::graph::scene::{Fact, Scene};
use crate::source::Place;

use super::super::Tri;
use super::super::filter::{is_any, is_public, number, range};
use super::super::reach::Reach;

const BACKENDS: [&str; 2] =
    ["google_compute_backend_service", "google_compute_region_backend_service"];
/// Types of security policies.
pub const POLICIES: [&str; 2] =
    ["google_compute_security_policy", "google_compute_region_security_policy"];
const RULES: [&str; 2] =
    ["google_compute_security_policy_rule", "google_compute_region_security_policy_rule"];

/// A rule, where it is written.
struct Rule<'a> {
    priority: i64,
    block: &'a Value,
    resource: &'a Resource,
    at: Pointer,
}

impl Rule<'_> {
    fn action(&self) -> Option<&str> {
        self.block.get("action").and_then(Value::as_str)
    }

    /// Whether it does something, and does not only watch.
    fn acts(&self) -> Tri {
        match self.block.get("preview") {
            Some(Value::Bool(true)) => Tri::No,
            Some(Value::Unknown(_)) => Tri::Unknown,
            _ => Tri::Yes,
        }
    }

    fn matches(&self) -> impl Iterator<Item = &Value> {
        blocks(self.block, "match").iter()
    }

    /// Whether it turns away what looks like an attack.
    fn blocks_attacks(&self) -> Tri {
        let denies = match self.block.get("action") {
            Some(Value::Unknown(_)) => Tri::Unknown,
            _ => self.action().is_some_and(|action| action.starts_with("deny")).into(),
        };
        let looks =
            self.matches().flat_map(|it| blocks(it, "expr")).map(|it| match it.get("expression") {
                Some(Value::Unknown(_)) => Tri::Unknown,
                text => text
                    .and_then(Value::as_str)
                    .is_some_and(|text| text.contains("evaluatePreconfigured"))
                    .into(),
            });
        self.acts().and(denies).and(looks.fold(Tri::No, Tri::or))
    }

    fn limits_rates(&self) -> Tri {
        let limits = match self.block.get("action") {
            Some(Value::Unknown(_)) => Tri::Unknown,
            _ => matches!(self.action(), Some("throttle" | "rate_based_ban")).into(),
        };
        self.acts().and(limits)
    }

    fn ranges(&self) -> Vec<&str> {
        let configs = self.matches().flat_map(|it| blocks(it, "config"));
        configs.flat_map(|it| blocks(it, "src_ip_ranges")).filter_map(Value::as_str).collect()
    }
}

/// The policy that stands before a backend service.
fn policy(scene: &Scene<'_>, end: usize) -> Option<usize> {
    targets(scene, end, "security_policy")
        .find(|to| POLICIES.contains(&scene.index.resource(*to).type_name()))
}

/// A policy's rules, the first that holds first.
fn rules<'a>(scene: &Scene<'a>, policy: usize) -> Vec<Rule<'a>> {
    let priority = |block: &Value| number(block.get("priority")).unwrap_or(i64::MAX);
    let document = scene.index.document;
    let own = &document.resources[policy];
    let mut found = Vec::new();
    for name in ["rule", "rules"] {
        for (position, block) in blocks(&own.attributes, name).iter().enumerate() {
            let at = Pointer::root().key(name).index(position);
            found.push(Rule { priority: priority(block), block, resource: own, at });
        }
    }
    let apart = scene.index.incoming(policy).iter().filter(|edge| {
        let kind = document.resources[edge.from].type_name();
        RULES.contains(&kind) && leads("security_policy", &edge.at)
    });
    let apart: BTreeSet<usize> = apart.map(|edge| edge.from).collect();
    for at in apart {
        let resource = &document.resources[at];
        let block = &resource.attributes;
        found.push(Rule { priority: priority(block), block, resource, at: Pointer::root() });
    }
    found.sort_by_key(|rule| rule.priority);
    found
}

/// How far a backend service is open: the ranges that its security policy lets in.
pub fn openness(scene: &Scene<'_>, end: usize) -> (Reach, Vec<Place>) {
    policy(scene, end).map_or_else(|| (Reach::Open, Vec::new()), |policy| lets_in(scene, policy))
}

/// The ranges that a security policy lets in.
pub fn lets_in(scene: &Scene<'_>, policy: usize) -> (Reach, Vec<Place>) {
    let mut open = Reach::Closed;
    let mut proof = Vec::new();
    for rule in rules(scene, policy).into_iter().filter(|rule| rule.acts() != Tri::No) {
        let ranges = rule.ranges();
        let all = ranges.iter().any(|it| *it == "*" || range(it).is_some_and(|it| is_any(&it)));
        let allows = matches!(rule.action(), Some("allow" | "throttle" | "rate_based_ban"));
        if all {
            open = if allows { Reach::Open } else { open };
            return (open, proof);
        }
        if allows && ranges.iter().any(|it| range(it).is_some_and(|it| is_public(&it))) {
            open = Reach::Restricted;
            proof.push(rule.resource.place_of(&rule.at.key("match").index(0)));
        }
    }
    // Without a rule for all of them, requests are allowed.
    (Reach::Open, Vec::new())
}

/// Whether a security policy turns attacks away, and whether it limits rates.
pub fn does(scene: &Scene<'_>, policy: usize) -> (Tri, Tri) {
    let rules = rules(scene, policy);
    let own = scene.index.resource(policy);
    let blocks = rules.iter().map(Rule::blocks_attacks).fold(Tri::No, Tri::or);
    let limits = rules.iter().map(Rule::limits_rates).fold(Tri::No, Tri::or);
    let adapts = "adaptive_protection_config.layer_7_ddos_defense_config.enable";
    let adapts = match gcp::value(own, adapts) {
        Some(Value::Bool(state)) => Tri::from(*state),
        Some(_) => Tri::Unknown,
        None => Tri::No,
    };
    (blocks, limits.or(adapts))
}

/// Set what the policies before backend services do.
pub fn facts(scene: &mut Scene<'_>) {
    for at in BACKENDS.iter().flat_map(|kind| scene.index.of_type(kind).to_vec()) {
        let Some(node) = scene.node_of[at] else { continue };
        let place = gcp::place(scene.index.resource(at), "security_policy");
        let (waf, floods) =
            policy(scene, at).map_or((Tri::No, Tri::No), |policy| does(scene, policy));
        for (name, state) in [("waf", waf), ("flood_protection", floods)] {
            let value = state.known().map(Value::Bool);
            let fact = Fact { value, proof: vec![place] };
            scene.nodes[node].facts.insert(name.into(), fact);
        }
    }
}
