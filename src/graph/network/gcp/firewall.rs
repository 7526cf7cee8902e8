//! Firewall rules of networks: priorities, targets, sources, what holds where nothing is written.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::document::{Mode, Pointer, Value};
use crate::graph::gcp::{blocks, targets};
use crate::graph::scene::Scene;
use crate::source::Place;

use super::super::filter::{Direction, Layer, Peer, Ports, Protocol, Rule, number, range};
use super::super::{DEFAULT, Presence};
use super::network_of;
use super::policies::Policies;

/// The priority of a rule that states none.
const PRIORITY: i64 = 1000;

/// Rules that the network `default` begins with: name, protocol, first and last port, source. Their priority is 65534.
const PREPOPULATED: [(&str, Protocol, (u16, u16), &str); 4] = [
    ("default-allow-internal", Protocol::Any, (0, u16::MAX), "10.128.0.0/9"),
    ("default-allow-ssh", Protocol::Tcp, (22, 22), "0.0.0.0/0"),
    ("default-allow-rdp", Protocol::Tcp, (3389, 3389), "0.0.0.0/0"),
    ("default-allow-icmp", Protocol::Icmp, (0, u16::MAX), "0.0.0.0/0"),
];

/// A rule, and to which machines it applies.
struct Targeted {
    rule: Rule,
    tags: Option<Vec<Value>>,
    accounts: Option<Vec<usize>>,
}

/// All rules by network.
pub struct Rules {
    by_network: BTreeMap<usize, Vec<Targeted>>,
    policies: Policies,
}

impl Rules {
    /// Of a document.
    pub fn new(scene: &Scene<'_>) -> Self {
        let mut by_network: BTreeMap<usize, Vec<Targeted>> = BTreeMap::new();
        for at in scene.index.of_type("google_compute_firewall") {
            let Some(network) = network_of(scene, *at, "network") else { continue };
            by_network.entry(network).or_default().extend(rules(scene, *at));
        }
        Self { policies: Policies::new(scene), by_network }
    }

    /// Resources all of whose allowances are hidden by denials that apply to the same machines. Not all are found where there are very many.
    pub fn shadowed(&self, scene: &Scene<'_>) -> BTreeSet<usize> {
        let mut left = scene.bounds.pairs;
        let (mut hidden, mut open) = (BTreeSet::new(), BTreeSet::new());
        for all in self.by_network.values() {
            let denials: Vec<&Targeted> = all.iter().filter(|it| !it.rule.allow).collect();
            for allowance in all.iter().filter(|it| it.rule.allow) {
                let Some(at) = allowance.rule.resource else { continue };
                let looks = denials.len();
                let is_hidden = looks <= left && denials.iter().any(|it| it.hides(allowance));
                left = left.saturating_sub(looks);
                if is_hidden {
                    hidden.insert(at)
                } else {
                    open.insert(at)
                };
            }
        }
        hidden.difference(&open).copied().collect()
    }

    /// The rules that apply to a machine, as one filter.
    pub fn layer(&self, scene: &Scene<'_>, presence: &Presence) -> Layer {
        let mut layer = Layer { default_in: false, default_out: true, ..Layer::default() };
        let Some(network) = presence.network else {
            layer.open_ended = true;
            return layer;
        };
        // A network that is only read has rules that the configuration does not show.
        let resource = scene.index.document.resources.get(network);
        let read_only = resource.is_some_and(|network| network.mode == Mode::Data);
        let is_default = network == DEFAULT
            || resource.is_some_and(|it| {
                read_only && it.attributes.get("name").and_then(Value::as_str) == Some("default")
            });
        layer.open_ended = read_only || network == DEFAULT || self.policies.is_doubtful(network);
        if is_default {
            layer.rules.extend(PREPOPULATED.iter().map(|row| prepopulated(row, presence)));
        }
        for targeted in self.by_network.get(&network).into_iter().flatten() {
            if targeted.applies(presence) {
                layer.rules.push(targeted.rule.clone());
            }
        }
        for of in self.policies.of(network) {
            let is_for = |accounts: &Vec<usize>| {
                accounts.iter().any(|account| presence.groups.contains(account))
            };
            if of.accounts.as_ref().is_none_or(is_for) {
                layer.rules.push(of.rule.clone());
            }
        }
        layer.sort();
        layer
    }
}

fn prepopulated(
    (name, protocol, ports, source): &(&'static str, Protocol, (u16, u16), &str),
    presence: &Presence,
) -> Rule {
    let peer = range(source).map_or(Peer::Unknown, Peer::Range);
    // Where a machine's range is not written, it is one of those that the network begins with.
    let peer =
        if name.ends_with("internal") && presence.ranges.is_empty() { Peer::Network } else { peer };
    Rule {
        direction: Direction::In,
        allow: true,
        order: 65534,
        protocol: *protocol,
        ports: Some(Ports(vec![*ports])),
        peers: vec![peer],
        resource: None,
        place: None,
        default: Some(name),
    }
}

impl Targeted {
    fn hides(&self, other: &Self) -> bool {
        let everybody = self.tags.is_none() && self.accounts.is_none();
        let same = !self.tags.iter().flatten().any(|tag| matches!(tag, Value::Unknown(_)))
            && self.tags == other.tags
            && self.accounts.as_ref().is_none_or(|accounts| !accounts.is_empty())
            && self.accounts == other.accounts;
        (everybody || same) && self.rule.hides(&other.rule)
    }

    fn applies(&self, presence: &Presence) -> bool {
        let by_tag = |tags: &Vec<Value>| {
            tags.iter().any(|tag| {
                tag.as_str().is_some_and(|tag| presence.tags.iter().any(|own| **own == *tag))
            })
        };
        let by_account =
            |accounts: &Vec<usize>| accounts.iter().any(|it| presence.groups.contains(it));
        match (&self.tags, &self.accounts) {
            (None, None) => true,
            (Some(tags), _) => by_tag(tags),
            (None, Some(accounts)) => by_account(accounts),
        }
    }
}

/// The rules of one resource: one for each protocol that it allows or denies.
fn rules(scene: &Scene<'_>, at: usize) -> Vec<Targeted> {
    let resource = scene.index.resource(at);
    let attributes = &resource.attributes;
    let word = |name: &str| attributes.get(name).and_then(Value::as_str);
    if attributes.get("disabled") == Some(&Value::Bool(true)) {
        return Vec::new();
    }
    let (direction, side) = match word("direction") {
        Some("EGRESS") => (Direction::Out, "destination_ranges"),
        _ => (Direction::In, "source_ranges"),
    };
    let list = |name: &str| match attributes.get(name) {
        Some(Value::Array(items)) if !items.is_empty() => Some(items.to_vec()),
        Some(value @ Value::Unknown(_)) => Some(vec![value.clone()]),
        _ => None,
    };
    let mut peers = Vec::new();
    let ranges = list(side);
    for item in ranges.iter().flatten() {
        peers.push(item.as_str().map_or(Peer::Unknown, |text| super::peer(scene, text, direction)));
    }
    if direction == Direction::In {
        for item in list("source_tags").iter().flatten() {
            peers.push(match item {
                Value::String(tag) => Peer::Tag(Arc::clone(tag)),
                _ => Peer::Unknown,
            });
        }
        peers.extend(targets(scene, at, "source_service_accounts").map(Peer::Group));
    }
    let names_nobody = list("source_tags").is_none() && list("source_service_accounts").is_none();
    if peers.is_empty() && (direction == Direction::Out || names_nobody) {
        peers.push(Peer::Everyone);
    }
    let tags = list("target_tags");
    let accounts = list("target_service_accounts")
        .map(|_| targets(scene, at, "target_service_accounts").collect::<Vec<usize>>());
    let mut found = Vec::new();
    for (name, allow) in [("allow", true), ("deny", false)] {
        for (position, block) in blocks(attributes, name).iter().enumerate() {
            let pointer = Pointer::root().key(name).index(position);
            let place: Place = place_of_rule(resource, side, &pointer);
            let ports = match block.get("ports") {
                None | Some(Value::Null) => Some(Ports::all()),
                Some(Value::Array(items)) if items.is_empty() => Some(Ports::all()),
                Some(ports) => Ports::parse(ports),
            };
            let protocol = block.get("protocol").and_then(Value::as_str);
            found.push(Targeted {
                rule: Rule {
                    direction,
                    allow,
                    order: number(attributes.get("priority")).unwrap_or(PRIORITY),
                    protocol: protocol.map_or(Protocol::Any, Protocol::parse),
                    ports,
                    peers: peers.clone(),
                    resource: Some(at),
                    place: Some(place),
                    default: None,
                },
                tags: tags.clone(),
                accounts: accounts.clone(),
            });
        }
    }
    found
}

/// A rule is where its sources are, else where it says what it allows.
fn place_of_rule(resource: &crate::document::Resource, side: &str, block: &Pointer) -> Place {
    let sources = Pointer::root().key(side);
    resource.spans.get(&sources).unwrap_or_else(|| resource.place_of(block))
}
