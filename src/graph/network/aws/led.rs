//! Which of what stands behind a balancer the routes of an API lead to, by the paths of both.
//!
//! Source: Amazon API Gateway Developer Guide, "Create routes for HTTP APIs", "Transform API requests and responses for HTTP APIs"; Elastic
//! Load Balancing, Application Load Balancers, "Condition types for listener rules" (path conditions).

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use crate::document::Value;
use crate::graph::look;
use crate::graph::scene::Scene;

use super::balancers;
use super::guarded::asks;

const ROUTE: &str = "aws_apigatewayv2_route";
const STAGE: &str = "aws_apigatewayv2_stage";
const PLAIN_STAGE: &str = "$default";
const LISTENERS: [&str; 2] = ["aws_lb_listener", "aws_alb_listener"];
/// Longest text that is compared as a path; services take no longer ones.
const LONGEST: usize = 256;
/// How often two paths are compared to their ends in a model; then a route leads everywhere.
const COMPARISONS: usize = 1 << 11;

/// What a listener leads to: the paths that a rule is for, `None` where it is for all or that is not known, and the nodes.
type Ends = Vec<(Option<Vec<String>>, BTreeSet<usize>)>;

/// Pairs of an API and a node behind a balancer to which no route leads that asks nobody.
pub fn pairs(scene: &Scene<'_>) -> BTreeSet<(usize, usize)> {
    let apis = scene.index.of_type("aws_apigatewayv2_api");
    let mut found = BTreeSet::new();
    if apis.is_empty() {
        return found;
    }
    let members = balancers::members(scene);
    let left = Cell::new(COMPARISONS);
    for api in apis {
        let is_http = look::text(&scene.index.resource(*api).attributes, "protocol_type");
        let Some(node) = scene.node_of[*api].filter(|_| is_http == Some("HTTP")) else { continue };
        let Some(kept) = kept(scene, *api, &members, &left) else { continue };
        found.extend(kept.into_iter().map(|behind| (node, behind)));
    }
    found
}

/// Nodes behind balancers to which an API leads for those only who say who they are; `None` where it is not known where it leads.
fn kept(
    scene: &Scene<'_>,
    api: usize,
    members: &BTreeMap<usize, BTreeSet<usize>>,
    left: &Cell<usize>,
) -> Option<BTreeSet<usize>> {
    let names = look::users(scene, api, STAGE, "api_id");
    let mut names = names.map(|at| look::text(&scene.index.resource(at).attributes, "name"));
    // The name of a stage stands before the path.
    let is_plain =
        names.next() == Some(Some(PLAIN_STAGE)) && names.all(|name| name == Some(PLAIN_STAGE));
    let (mut behind, mut open) = (BTreeSet::new(), BTreeSet::new());
    for at in look::users(scene, api, "aws_apigatewayv2_integration", "api_id") {
        let attributes = &scene.index.resource(at).attributes;
        let is_same =
            is_plain && look::value(scene.index.resource(at), "request_parameters").is_none();
        let mut ends = Ends::new();
        for (to, _) in look::named(scene, at, "integration_uri").targets {
            match &*scene.index.resource(to).kind {
                kind if LISTENERS.contains(&kind) => ends.extend(self::ends(scene, to, members)),
                kind if kind.starts_with("aws_lb") || kind.starts_with("aws_elb") => return None,
                _ => {}
            }
        }
        if ends.is_empty() && look::text(attributes, "connection_type") == Some("VPC_LINK") {
            return None;
        }
        behind.extend(ends.iter().flat_map(|(_, nodes)| nodes));
        for route in look::users(scene, at, ROUTE, "target") {
            if asks(scene, route, "authorization_type") {
                continue;
            }
            let key = look::text(&scene.index.resource(route).attributes, "route_key");
            let path = key.filter(|_| is_same).and_then(path);
            let leads = |patterns: &Option<Vec<String>>| match (&path, patterns) {
                (Some(path), Some(patterns)) => patterns.iter().any(|it| may_meet(it, path, left)),
                _ => true,
            };
            let led = ends.iter().filter(|(patterns, _)| leads(patterns));
            open.extend(led.flat_map(|(_, nodes)| nodes));
        }
    }
    Some(behind.difference(&open).copied().collect())
}

/// What a listener and its rules lead to.
fn ends(scene: &Scene<'_>, listener: usize, members: &BTreeMap<usize, BTreeSet<usize>>) -> Ends {
    let nodes = |at: usize, block: &str| -> BTreeSet<usize> {
        let groups = balancers::forwards(scene, at, block).0.into_iter();
        groups.filter_map(|(group, _)| members.get(&group)).flatten().copied().collect()
    };
    let mut found = vec![(None, nodes(listener, "default_action"))];
    for kind in ["aws_lb_listener_rule", "aws_alb_listener_rule"] {
        for rule in look::users(scene, listener, kind, "listener_arn") {
            found.push((patterns(scene, rule), nodes(rule, "action")));
        }
    }
    found.retain(|(_, nodes)| !nodes.is_empty());
    found
}

/// The paths that a rule is for; `None` where it is for all, or they are not known.
fn patterns(scene: &Scene<'_>, rule: usize) -> Option<Vec<String>> {
    let attributes = &scene.index.resource(rule).attributes;
    let blocks = look::listed(attributes, "condition");
    let values = blocks.iter().flat_map(|block| look::leaves(block, "path_pattern.values"));
    let texts: Option<Vec<String>> = values
        .map(|(_, value)| value.as_str().filter(|text| text.len() <= LONGEST).map(str::to_owned))
        .collect();
    let is_known = blocks.iter().all(|block| !matches!(block, Value::Unknown(_)));
    texts.filter(|texts| is_known && !texts.is_empty())
}

/// The paths of a route, with `*` for what callers choose.
fn path(key: &str) -> Option<String> {
    let (_, path) = key.split_once(' ').filter(|_| key.len() <= LONGEST)?;
    let mut found = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        found.push_str(before);
        found.push('*');
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    found.push_str(rest);
    Some(found)
}

/// Whether two patterns begin alike, and then meet, as far as there are comparisons left.
fn may_meet(a: &str, b: &str, left: &Cell<usize>) -> bool {
    for (x, y) in a.chars().zip(b.chars()) {
        if matches!(x, '*' | '?') || matches!(y, '*' | '?') {
            break;
        }
        if x != y {
            return false;
        }
    }
    let Some(rest) = left.get().checked_sub(1) else { return true };
    left.set(rest);
    meet(a, b)
}

/// Whether some text fits two patterns, in which `*` stands for any text and `?` for one character.
fn meet(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    // Whether what is left of both from two positions can meet, from the ends on.
    let mut after: Vec<bool> = Vec::new();
    for i in (0..=a.len()).rev() {
        let mut row = vec![false; b.len() + 1];
        for j in (0..=b.len()).rev() {
            let down = || after.get(j).copied().unwrap_or(false);
            row[j] = match (a.get(i), b.get(j)) {
                (None, None) => true,
                (Some('*'), None) => down(),
                (None, Some('*')) => row[j + 1],
                (Some('*'), Some(_)) | (Some(_), Some('*')) => down() || row[j + 1],
                (Some(x), Some(y)) => {
                    let same = x == y || *x == '?' || *y == '?';
                    same && after.get(j + 1).copied().unwrap_or(false)
                }
                _ => false,
            };
        }
        after = row;
    }
    after.first().copied().unwrap_or(false)
}
