//! Firewall policies: of organizations and folders, of networks, of networks in a region; before or after the rules of the network.
//!
//! Source: Google Cloud documentation, "Hierarchical firewall policies", "Network firewall policies", "Policy and rule evaluation order":
//! a rule allows, denies, or goes on to the next policy; what no rule of a policy fits goes on, too.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::{Pointer, Value};
use crate::graph::gcp::{blocks, targets, text};
use crate::graph::scene::Scene;

use super::super::filter::{Direction, Peer, Ports, Protocol, Rule, number};
use super::network_of;

/// Orders of rules of a policy lie this far from those of another.
const APART: i64 = 1 << 32;

/// Where a policy's rules lie beside those of the network, whose orders begin at 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// Of the organization or a folder: first.
    Above,
    /// Of the network, where it says that these come first.
    Before,
    /// Of the network: after its own rules.
    After,
    /// Of the network in a region.
    Region,
}

/// Types of associations, of rules, and of policies with rules of their own.
const KINDS: [(&str, &str, &str); 3] = [
    (
        "google_compute_firewall_policy_association",
        "google_compute_firewall_policy_rule",
        "google_compute_firewall_policy_with_rules",
    ),
    (
        "google_compute_network_firewall_policy_association",
        "google_compute_network_firewall_policy_rule",
        "google_compute_network_firewall_policy_with_rules",
    ),
    (
        "google_compute_region_network_firewall_policy_association",
        "google_compute_region_network_firewall_policy_rule",
        "google_compute_region_network_firewall_policy_with_rules",
    ),
];

/// A rule of a policy, with the accounts that it is for, where it is not for all.
pub struct Of {
    /// The rule.
    pub rule: Rule,
    /// Resources that are accounts.
    pub accounts: Option<Vec<usize>>,
}

/// How many rules of a policy that send traffic on are compared with those that come later.
const MAX_SKIPS: usize = 64;

/// What policies say of each network.
#[derive(Default)]
pub struct Policies {
    by_network: BTreeMap<usize, Vec<Of>>,
    /// Networks of which some rule is not understood, or may not hold.
    doubtful: BTreeSet<usize>,
}

impl Policies {
    /// Of a document.
    pub fn new(scene: &Scene<'_>) -> Self {
        let mut all = Self::default();
        let networks = scene.index.of_type("google_compute_network");
        for (kind, (association, rule, whole)) in KINDS.iter().enumerate() {
            let rules = rules_by_policy(scene, rule);
            for at in scene.index.of_type(association) {
                let policies = targets(scene, *at, "firewall_policy");
                let policy = policies.into_iter().next();
                let (sure, doubtful) = if kind == 0 {
                    below(scene, *at, networks)
                } else {
                    (network_of(scene, *at, "attachment_target").into_iter().collect(), Vec::new())
                };
                all.doubtful.extend(doubtful);
                for network in sure {
                    let stage = stage(scene, network, kind);
                    let Some(policy) = policy else {
                        all.doubtful.insert(network);
                        continue;
                    };
                    let own = scene.index.resource(policy).type_name() == *whole;
                    let written: Vec<usize> = rules.get(&policy).cloned().unwrap_or_default();
                    all.add(scene, network, stage, policy, &written, own);
                }
            }
        }
        all
    }

    /// Rules for a network.
    pub fn of(&self, network: usize) -> &[Of] {
        self.by_network.get(&network).map_or(&[], Vec::as_slice)
    }

    /// Whether what holds for a network is only partly known.
    pub fn is_doubtful(&self, network: usize) -> bool {
        self.doubtful.contains(&network)
    }

    fn add(
        &mut self,
        scene: &Scene<'_>,
        network: usize,
        stage: Stage,
        policy: usize,
        written: &[usize],
        own: bool,
    ) {
        let mut read: Vec<Read> = Vec::new();
        for at in written {
            let attributes = &scene.index.resource(*at).attributes;
            read.extend(one(scene, *at, attributes, &Pointer::root(), network));
        }
        if own {
            let attributes = &scene.index.resource(policy).attributes;
            for (position, block) in blocks(attributes, "rule").iter().enumerate() {
                let at = Pointer::root().key("rule").index(position);
                read.extend(one(scene, policy, block, &at, network));
            }
        }
        read.sort_by_key(|read| read.priority);
        let base = match stage {
            Stage::Above => -2 * APART,
            Stage::Before => -APART,
            Stage::After => APART,
            Stage::Region => 2 * APART,
        };
        // What goes on to the next policy passes by all rules of this one that come later.
        let mut passed = [false, false];
        let mut skipping: [Vec<Rule>; 2] = [Vec::new(), Vec::new()];
        for read in read {
            let side = usize::from(read.direction == Direction::Out);
            if passed[side] || read.disabled {
                continue;
            }
            match read.action {
                Action::Next if read.all => passed[side] = true,
                Action::Next if skipping[side].len() < MAX_SKIPS => {
                    skipping[side].extend(read.rules);
                }
                Action::Next | Action::Unknown => {
                    self.doubtful.insert(network);
                }
                Action::Rules(allow) => {
                    // What some traffic passes by changes nothing for other traffic.
                    let is_passed =
                        |rule: &Rule| skipping[side].iter().any(|other| overlap(rule, other));
                    if read.rules.iter().any(is_passed) {
                        self.doubtful.insert(network);
                    }
                    let list = self.by_network.entry(network).or_default();
                    let accounts = read.accounts;
                    list.extend(read.rules.into_iter().map(|mut rule| {
                        rule.order = base + read.priority;
                        rule.allow = allow;
                        Of { rule, accounts: accounts.clone() }
                    }));
                }
            }
        }
    }
}

/// Whether two rules may be about the same traffic, by protocol and ports.
fn overlap(a: &Rule, b: &Rule) -> bool {
    let protocol = a.protocol.covers(b.protocol);
    let (Some(ours), Some(theirs)) = (&a.ports, &b.ports) else { return protocol };
    let meets = |(first, last): &(u16, u16)| {
        theirs.0.iter().any(|(other, end)| first <= end && other <= last)
    };
    protocol && ours.0.iter().any(meets)
}

fn rules_by_policy(scene: &Scene<'_>, kind: &str) -> BTreeMap<usize, Vec<usize>> {
    let mut found: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in scene.index.of_type(kind) {
        for policy in targets(scene, *at, "firewall_policy") {
            found.entry(policy).or_default().push(*at);
        }
    }
    found
}

fn stage(scene: &Scene<'_>, network: usize, kind: usize) -> Stage {
    let resource = scene.index.document.resources.get(network);
    let order = resource.and_then(|it| text(it, "network_firewall_policy_enforcement_order"));
    match (kind, order) {
        (0, _) => Stage::Above,
        (_, Some("BEFORE_CLASSIC_FIREWALL")) => Stage::Before,
        (1, _) => Stage::After,
        _ => Stage::Region,
    }
}

/// Networks for which a policy of an organization or folder holds: for sure, and perhaps.
fn below(scene: &Scene<'_>, association: usize, networks: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let own: BTreeSet<usize> = targets(scene, association, "attachment_target").collect();
    let written = text(scene.index.resource(association), "attachment_target");
    let (mut sure, mut perhaps) = (Vec::new(), Vec::new());
    for network in networks {
        match is_below(scene, *network, &own, written) {
            Some(true) => sure.push(*network),
            Some(false) => {}
            None => perhaps.push(*network),
        }
    }
    (sure, perhaps)
}

/// Whether a network's project lies in a folder or organization.
fn is_below(
    scene: &Scene<'_>,
    network: usize,
    own: &BTreeSet<usize>,
    written: Option<&str>,
) -> Option<bool> {
    let mut at = targets(scene, network, "project").next()?;
    for _ in 0..16 {
        let resource = scene.index.resource(at);
        let paths = ["folder_id", "parent", "org_id"];
        let parents: Vec<usize> = paths.iter().flat_map(|path| targets(scene, at, path)).collect();
        if parents.iter().any(|parent| own.contains(parent)) {
            return Some(true);
        }
        let texts = paths.iter().filter_map(|path| Some((*path, text(resource, path)?)));
        for (path, id) in texts {
            let full = match path {
                "folder_id" if !id.contains('/') => format!("folders/{id}"),
                "org_id" if !id.contains('/') => format!("organizations/{id}"),
                _ => id.to_owned(),
            };
            if written == Some(full.as_str()) {
                return Some(true);
            }
        }
        at = *parents.first()?;
    }
    None
}

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Rules(bool),
    Next,
    Unknown,
}

/// A rule as it is read.
struct Read {
    priority: i64,
    direction: Direction,
    action: Action,
    /// Whether it fits everything.
    all: bool,
    disabled: bool,
    accounts: Option<Vec<usize>>,
    rules: Vec<Rule>,
}

/// What a rule says for a network; `None` where it is for others.
fn one(
    scene: &Scene<'_>,
    at: usize,
    attributes: &Value,
    pointer: &Pointer,
    network: usize,
) -> Option<Read> {
    let resource = scene.index.resource(at);
    let word = |name: &str| attributes.get(name).and_then(Value::as_str);
    let written = |name: &str| match attributes.get(name) {
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Null) | None => false,
        Some(_) => true,
    };
    let below = |path: &str| {
        let at = path.split('.').fold(pointer.clone(), |at, name| at.key(name));
        move |edge: &&crate::document::Edge| at.covers(&edge.at)
    };
    if written("target_resources") {
        let named = scene.index.outgoing(at).iter().filter(below("target_resources"));
        if !named.map(|edge| edge.to).any(|to| to == network) {
            return None;
        }
    }
    let (direction, side) = match word("direction") {
        Some("EGRESS") => (Direction::Out, "dest"),
        _ => (Direction::In, "src"),
    };
    let only = value_in(attributes, "match");
    let mut known = !written("target_secure_tags") && !written("target_secure_tag");
    let ranges = only.and_then(|it| it.get(&format!("{side}_ip_ranges")));
    let mut peers: Vec<Peer> = match ranges {
        Some(Value::Array(items)) => {
            let peer = |it: &Value| {
                it.as_str().map_or(Peer::Unknown, |text| super::peer(scene, text, direction))
            };
            items.iter().map(peer).collect()
        }
        Some(Value::Unknown(_)) => vec![Peer::Unknown],
        _ => Vec::new(),
    };
    // Whom other words mean (places, names, lists of threats, tags) is not read.
    for others in ["region_codes", "fqdns", "threat_intelligences", "address_groups", "secure_tags"]
    {
        if only.and_then(|it| it.get(&format!("{side}_{others}"))).is_some_and(is_written) {
            peers.push(Peer::Unknown);
        }
    }
    if peers.is_empty() {
        peers.push(Peer::Everyone);
    }
    let everyone = peers.iter().all(|peer| match peer {
        Peer::Everyone => true,
        Peer::Range(range) => super::super::filter::is_any(range),
        _ => false,
    });
    let mut layers: Vec<(Protocol, Option<Ports>)> = Vec::new();
    let configs = only.and_then(|it| it.get("layer4_configs").or_else(|| it.get("layer4_config")));
    for config in configs.and_then(Value::as_array).unwrap_or_default() {
        let protocol = config.get("ip_protocol").and_then(Value::as_str);
        let ports = match config.get("ports") {
            None | Some(Value::Null) => Some(Ports::all()),
            Some(Value::Array(items)) if items.is_empty() => Some(Ports::all()),
            Some(ports) => Ports::parse(ports),
        };
        known &= protocol.is_some();
        layers.push((protocol.map_or(Protocol::Any, Protocol::parse), ports));
    }
    let any = |(protocol, ports): &(Protocol, Option<Ports>)| {
        *protocol == Protocol::Any && ports.as_ref().is_some_and(Ports::is_all)
    };
    let all = everyone && layers.iter().any(any) && !written("target_service_accounts");
    let accounts = written("target_service_accounts").then(|| {
        let edges = scene.index.outgoing(at).iter().filter(below("target_service_accounts"));
        edges.map(|edge| edge.to).collect()
    });
    let action = match word("action") {
        _ if !known => Action::Unknown,
        Some("allow") => Action::Rules(true),
        Some("deny") => Action::Rules(false),
        Some("goto_next") => Action::Next,
        _ => Action::Unknown,
    };
    let place = resource.place_of(&pointer.key("match"));
    let rules = layers.into_iter().map(|(protocol, ports)| Rule {
        direction,
        allow: true,
        order: 0,
        protocol,
        ports,
        peers: peers.clone(),
        resource: Some(at),
        place: Some(place),
        default: None,
    });
    Some(Read {
        priority: number(attributes.get("priority")).unwrap_or(i64::from(i32::MAX)),
        direction,
        action,
        all,
        disabled: attributes.get("disabled") == Some(&Value::Bool(true)),
        accounts,
        rules: rules.collect(),
    })
}

fn is_written(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        _ => true,
    }
}

fn value_in<'v>(attributes: &'v Value, name: &str) -> Option<&'v Value> {
    match attributes.get(name)? {
        Value::Array(items) => items.first(),
        value => Some(value),
    }
}
