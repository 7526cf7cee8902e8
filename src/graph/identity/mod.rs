//! Who may do what: identities of workloads, grants, trust; in the same words for every provider.
//!
//! A provider's file adds grants and trusts; this makes flows of them and says how far each identity's rights go.

pub mod aws;
pub mod azure;
mod claims;
mod clusters;
pub mod gcp;
pub mod kubernetes;
mod raising;
mod scopes;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::document::Value;
use crate::finding::context::{Dimension, State};
use crate::graph::network::Network;
use crate::graph::others::{READ_BY, plain};
use crate::graph::scene::{Fact, Flow, Node, Scene};
use crate::model::{Element, FlowKind};
use crate::pack::Verb;
use crate::source::{Place, fits};

/// What a grant lets do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Look.
    Read,
    /// Change, or use as it is meant to be used.
    Write,
    /// Give rights, to itself too.
    Admin,
}

impl Level {
    /// By the word in tables.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "read" => Some(Self::Read),
            "write" => Some(Self::Write),
            "admin" => Some(Self::Admin),
            _ => None,
        }
    }
}

/// On what a grant holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// One node.
    Node(usize),
    /// All in a zone.
    Zone(usize),
    /// All that the provider's account holds.
    Account,
    /// Something that is not known.
    Unknown,
}

/// A principal may do something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// The node that may.
    pub principal: usize,
    /// On what.
    pub scope: Scope,
    /// What.
    pub level: Level,
    /// Whether it names a group of things by a wildcard, where the scope is one node or unknown.
    pub wildcard: bool,
    /// For people: `Reader`, `s3:GetObject`.
    pub label: Arc<str>,
    /// What says so.
    pub proof: Vec<Place>,
}

/// Who may act as whom.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trust {
    /// Who acts.
    pub source: usize,
    /// As whom.
    pub target: usize,
    /// For people: `runs as`, `assumes`, `issues tokens`.
    pub label: Arc<str>,
    /// Whether it takes another weakness to do so: the class that opens it.
    pub opened_by: Option<&'static str>,
    /// What says so.
    pub proof: Vec<Place>,
}

/// All that is known of identities.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// Sorted.
    pub grants: Vec<Grant>,
    /// Sorted.
    pub trusts: Vec<Trust>,
    /// How far the rights of a principal go, and what proves it; for those of which all grants are known.
    pub privilege: BTreeMap<usize, (State, Vec<Place>)>,
    /// Who may take messages out of what holds them for readers: principal and node, with what says so.
    pub readers: BTreeMap<(usize, usize), Vec<Place>>,
    /// Who may do so among other things: by a right over many that hold messages, or one that says more than that.
    pub may_read: BTreeMap<(usize, usize), Reading>,
    /// Roles that let in all of another account of the configuration: its zone, and what says so.
    pub letting_in: BTreeMap<usize, Vec<(usize, Place)>>,
    /// Principals of which some grants are not known.
    pub open_ended: BTreeSet<usize>,
    /// Who may change or delete what a log holds, by a grant on this log: the log, the principal, what says so.
    pub erasing: BTreeMap<(usize, usize), Vec<Place>>,
    /// Roles of a cluster, and who holds what is written in them, also through another role that gathers it.
    pub holders: BTreeMap<usize, BTreeSet<usize>>,
    /// Whether flows were left out at a bound.
    pub left_out: bool,
    /// Pairs of a principal and what it may use.
    pub pairs: usize,
    /// By the name of a role, what it is about; a role that is not named is about all that it holds over.
    pub about: BTreeMap<Arc<str>, About>,
}

/// What a role is about where it holds over a group of things.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// Patterns of types.
    pub types: Vec<Arc<str>>,
    /// Whether it gives what vaults keep where these ask for roles.
    pub opens_vaults: bool,
    /// Whether it gives nothing else.
    pub only_opens: bool,
}

/// A right that takes messages out among other things.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Whether it names the one thing that it holds on.
    pub names: bool,
    /// What says so.
    pub proof: Vec<Place>,
}

impl Identity {
    /// How far the grants of each principal go that are known so far: a state of the dimension privilege.
    fn reaches(&self) -> FxHashMap<usize, u8> {
        let mut found = FxHashMap::default();
        for grant in &self.grants {
            let reach: &mut u8 = found.entry(grant.principal).or_default();
            *reach = (*reach).max(grant.state());
        }
        found
    }

    /// The grants of a principal, once they are in order.
    pub fn grants_of(&self, principal: usize) -> &[Grant] {
        let own = |grant: &Grant| grant.principal <= principal;
        let start = self.grants.partition_point(|grant| grant.principal < principal);
        &self.grants[start..self.grants.partition_point(own)]
    }

    /// What each node runs as.
    fn running(&self) -> FxHashMap<usize, Vec<usize>> {
        let mut found: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
        for trust in self.trusts.iter().filter(|trust| &*trust.label == "runs as") {
            found.entry(trust.source).or_default().push(trust.target);
        }
        found
    }
}

impl Grant {
    /// How far it goes: a state of the dimension privilege.
    fn state(&self) -> u8 {
        let group = matches!(self.scope, Scope::Zone(_) | Scope::Account) || self.wildcard;
        match self.level {
            Level::Admin if group => 3,
            Level::Admin | Level::Write if group => 2,
            _ => 1,
        }
    }

    /// Whether it holds over all that there is.
    fn is_over_all(&self) -> bool {
        matches!(self.scope, Scope::Zone(_) | Scope::Account)
            || self.wildcard && self.scope == Scope::Unknown
    }
}

/// Read all providers, then make flows.
pub fn build(scene: &mut Scene<'_>, network: &Network) -> Identity {
    let mut identity = Identity::default();
    runs_as(scene, &mut identity);
    aws::read(scene, network, &mut identity);
    azure::read(scene, &mut identity);
    gcp::read(scene, network, &mut identity);
    kubernetes::read(scene, &mut identity);
    clusters::add(scene, &mut identity);
    outsiders(scene, &identity);
    identity.grants.sort();
    identity.grants.dedup();
    identity.trusts.sort();
    identity.trusts.dedup();
    privileges(scene, &mut identity);
    let (left_out, pairs) = flows(scene, &identity);
    identity.left_out |= left_out;
    identity.pairs = pairs;
    identity
}

/// Note that a principal may change or delete what is in a log, where one of the words (actions, permissions, a role) of a grant on it lets
/// it: those of a table, which the words may name by `*`.
fn note_erasing(
    scene: &Scene<'_>,
    identity: &mut Identity,
    (principal, node): (usize, usize),
    table: &str,
    (words, place): (&[&str], Place),
) {
    if !keeps_logs(scene, node) {
        return;
    }
    let rows = scene.vocabulary.table(table).iter().filter_map(|row| row.first());
    let mut rows = rows.map(|word| word.to_ascii_lowercase());
    let erases = |row: String| words.iter().any(|word| fits(&word.to_ascii_lowercase(), &row));
    if rows.any(erases) {
        identity.erasing.entry((node, principal)).or_default().push(place);
    }
}

/// Whether something writes its log there.
fn keeps_logs(scene: &Scene<'_>, node: usize) -> bool {
    let mut parts = scene.nodes[node].parts.iter();
    parts.any(|part| scene.relations.sources(*part, Verb::LogsTo).next().is_some())
}

/// Whether a right, an action or a role by its name, is that of who reads a queue: by the table `receiving_rights`.
fn takes_messages(scene: &Scene<'_>, right: &str) -> bool {
    let patterns = scene.vocabulary.table("receiving_rights").iter().flatten();
    patterns.into_iter().any(|pattern| fits(pattern, right))
}

/// Whether an action by wildcard, of a service that it names, holds that of who reads a queue.
fn may_take_messages(scene: &Scene<'_>, right: &str) -> bool {
    let of_service = right.split_once(':').is_some_and(|(service, _)| !service.contains('*'));
    let mut patterns = scene.vocabulary.table("receiving_rights").iter().flatten();
    of_service && right.contains('*') && patterns.any(|pattern| fits(right, pattern))
}

/// Note who may take messages out of all that a role over a group of things is about, by the table `receiving_roles`.
fn note_reading(
    scene: &Scene<'_>,
    identity: &mut Identity,
    principal: usize,
    (role, scope): (&str, Scope),
    place: Place,
) {
    let rows = scene.vocabulary.table("receiving_roles").iter();
    let rows = rows.filter(|row| row.first().is_some_and(|own| **own == *role));
    let types: Vec<&Arc<str>> = rows.flat_map(|row| &row[1..]).collect();
    if types.is_empty() {
        return;
    }
    for node in 0..scene.nodes.len() {
        let is_of = |part: &usize| {
            let kind = &scene.index.resource(*part).kind;
            types.iter().any(|own| fits(own, kind))
        };
        let inside = match scope {
            Scope::Account => true,
            Scope::Zone(zone) => {
                scene.nodes[node].zone.is_some_and(|own| scene.ancestors(own).contains(&zone))
            }
            Scope::Node(_) | Scope::Unknown => false,
        };
        if inside && scene.nodes[node].parts.iter().any(is_of) {
            identity.may_read.entry((principal, node)).or_default().proof.push(place);
        }
    }
}

/// Of rights that take messages out among other things, those that are used so: on the one thing that a right names, that settings of a
/// program name, or that alone the right holds on; where nobody else is known to read it.
fn used(
    scene: &Scene<'_>,
    identity: &Identity,
    taken: &BTreeSet<usize>,
    program: usize,
    principal: usize,
) -> Vec<(usize, Vec<Place>)> {
    let all = identity.may_read.range((principal, 0)..=(principal, usize::MAX));
    let all: Vec<(usize, &Reading)> = all.map(|((_, node), reading)| (*node, reading)).collect();
    let parts = scene.nodes[program].parts.iter();
    let named: BTreeSet<usize> = parts
        .flat_map(|part| scene.index.outgoing(*part))
        .filter_map(|edge| scene.node_of[edge.to])
        .collect();
    let wide = |reading: &Reading| !reading.names;
    let alone = all.iter().filter(|(_, reading)| wide(reading)).count() == 1;
    let any_named = all.iter().any(|(node, _)| named.contains(node));
    let is_used = |(node, reading): &&(usize, &Reading)| {
        let fits = reading.names || named.contains(node) || alone && !any_named;
        fits && !taken.contains(node)
    };
    all.iter().filter(is_used).map(|(node, reading)| (*node, reading.proof.clone())).collect()
}

/// Flows from what holds messages to the programs that take them out: those that run as who may.
pub fn readers(scene: &mut Scene<'_>, identity: &Identity) {
    let known: BTreeSet<(usize, usize)> = scene
        .flows
        .iter()
        .filter(|flow| flow.kind == FlowKind::Data)
        .map(|flow| (flow.source, flow.target))
        .collect();
    let is_program = |node: usize| scene.nodes[node].element == Element::Process;
    let mut running: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
    for (program, roles) in identity.running().into_iter().filter(|(node, _)| is_program(*node)) {
        for role in roles {
            running.entry(role).or_default().push(program);
        }
    }
    let mut acting: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
    for trust in identity.trusts.iter().filter(|trust| trust.opened_by.is_none()) {
        if scene.nodes[trust.source].element == Element::Identity {
            acting.entry(trust.target).or_default().push(trust.source);
        }
    }
    let programs = |principal: usize| -> Vec<usize> {
        let others = acting.get(&principal).into_iter().flatten().copied();
        let runs = others.chain([principal]).filter_map(|own| running.get(&own)).flatten();
        runs.copied().chain(Some(principal).filter(|own| is_program(*own))).collect()
    };
    let mut found: BTreeMap<(usize, usize), Vec<Place>> = BTreeMap::new();
    for ((principal, node), proof) in &identity.readers {
        for program in programs(*principal) {
            let flow = (*node, program);
            if program != *node && !known.contains(&flow) {
                found.entry(flow).or_default().extend(proof);
            }
        }
    }
    let taken: BTreeSet<usize> = found.keys().chain(&known).map(|(node, _)| *node).collect();
    let principals: BTreeSet<usize> = identity.may_read.keys().map(|(own, _)| *own).collect();
    for principal in principals {
        for program in programs(principal) {
            for (node, proof) in used(scene, identity, &taken, program, principal) {
                if program != node {
                    found.entry((node, program)).or_default().extend(proof);
                }
            }
        }
    }
    for ((source, target), mut proof) in found {
        proof.sort();
        proof.dedup();
        scene.flows.push(plain(source, target, FlowKind::Data, READ_BY, proof));
    }
}

/// Facts of identities that those may take whom nobody meant.
fn outsiders(scene: &mut Scene<'_>, identity: &Identity) {
    for trust in &identity.trusts {
        let name = match trust.opened_by {
            Some("T012") => "assumed_by_outsiders",
            Some("T013") => "federation_open",
            _ => continue,
        };
        let fact = Fact { value: Some(Value::Bool(true)), proof: trust.proof.clone() };
        scene.nodes[trust.target].facts.insert(name.into(), fact);
    }
}

/// Workloads that run as an identity.
fn runs_as(scene: &Scene<'_>, identity: &mut Identity) {
    for node in 0..scene.nodes.len() {
        if scene.nodes[node].element == Element::Identity {
            continue;
        }
        for part in &scene.nodes[node].parts {
            for relation in scene.relations.targets(*part, Verb::RunsAs) {
                let Some(target) = scene.node_of[relation.to] else { continue };
                // Of roles that settings name, machines have the one of the profile; the others are the service's own.
                let by_setting = relation.at.as_str().starts_with("/setting/");
                let is_profile =
                    &*scene.index.resource(relation.to).kind == "aws_iam_instance_profile";
                if by_setting && !is_profile {
                    continue;
                }
                if scene.nodes[target].element == Element::Identity {
                    let place = scene.index.place_of(*part, &relation.at, relation.to);
                    identity.trusts.push(Trust {
                        source: node,
                        target,
                        label: "runs as".into(),
                        opened_by: None,
                        proof: vec![place],
                    });
                }
            }
        }
    }
}

/// How far each principal's rights go.
fn privileges(scene: &Scene<'_>, identity: &mut Identity) {
    let mut found: BTreeMap<usize, (u8, Vec<Place>)> = BTreeMap::new();
    for grant in &identity.grants {
        let state = grant.state();
        let entry = found.entry(grant.principal).or_default();
        if state > entry.0 {
            *entry = (state, grant.proof.clone());
        } else if state == entry.0 {
            entry.1.extend(&grant.proof);
        }
    }
    for node in 0..scene.nodes.len() {
        if scene.nodes[node].element == Element::Identity && !identity.open_ended.contains(&node) {
            let place: Vec<Place> = scene.nodes[node].place.into_iter().collect();
            let (state, mut proof) = found.remove(&node).unwrap_or((0, place));
            proof.sort();
            proof.dedup();
            identity.privilege.insert(node, (State(state), proof));
        }
    }
    // Of others, what is known already is at least true where it is the most there is; workloads have rights of their own.
    for (node, (state, proof)) in found {
        let own =
            scene.nodes[node].element == Element::Process && !identity.open_ended.contains(&node);
        if own || usize::from(state) + 1 == Dimension::Privilege.states().len() {
            identity.privilege.insert(node, (State(state), proof));
        }
    }
}

/// Kinds of nodes that a grant over a zone is about: what holds something of value.
fn of_value(scene: &Scene<'_>, node: usize) -> bool {
    let kind = &*scene.nodes[node].kind;
    scene.nodes[node].element == Element::DataStore && !matches!(kind, "log_store" | "registry")
}

/// Whether a role over a group of things keeps one of them from whoever has it: by the table `kept_from_roles`, because it is about
/// others, or because a vault asks for something else.
fn keeps_from(scene: &Scene<'_>, identity: &Identity, grant: &Grant, target: usize) -> bool {
    let kind = &scene.nodes[target].kind;
    let rows = scene.vocabulary.table("kept_from_roles").iter();
    let by_kind =
        rows.filter(|row| row.first() == Some(&grant.label)).any(|row| row.get(1) == Some(kind));
    let Some(about) = identity.about.get(&grant.label).filter(|_| !by_kind) else { return by_kind };
    let parts = &scene.nodes[target].parts;
    let is_meant = |part: &usize| {
        let own = scene.index.resource(*part).type_name();
        about.types.iter().any(|pattern| fits(pattern, own))
    };
    !parts.iter().any(is_meant) || azure::reach::is_unheeded(scene, about, target)
}

/// What a right over one of a group of things is called: of a vault that asks for roles, whether it is none over what that holds.
fn label_for(scene: &Scene<'_>, identity: &Identity, grant: &Grant, target: usize) -> Arc<str> {
    match identity.about.get(&grant.label) {
        Some(about) if azure::reach::only_manages(scene, (about, grant.level), target) => {
            azure::reach::without_data(&grant.label)
        }
        _ => Arc::clone(&grant.label),
    }
}

/// What is in a cluster is of this provider.
const CLUSTER: &str = "kubernetes";

/// Providers that stand for others: of one cloud, or of its directory.
const CLOUDS: [(&str, &str); 4] =
    [("awscc", "aws"), ("azapi", "azurerm"), ("azuread", "azurerm"), ("google-beta", "google")];

/// Whether a node is a claim that a set of pods makes itself.
fn is_made_claim(given: &Node) -> bool {
    given.resource.is_none() && given.id.starts_with("PersistentVolumeClaim/")
}

/// The cloud, or the cluster, whose account holds a node, where that is known.
fn cloud_of<'s>(scene: &'s Scene<'_>, node: usize) -> Option<&'s str> {
    let given = &scene.nodes[node];
    let Some(at) = given.resource else {
        // Subjects of bindings that nobody declares.
        let is_subject =
            ["Group/", "User/", "ServiceAccount/"].iter().any(|it| given.id.starts_with(it));
        return (is_subject || is_made_claim(given)).then_some(CLUSTER);
    };
    let provider = &*scene.index.resource(at).provider;
    let mut known = CLOUDS.iter().filter(|(name, _)| *name == provider);
    Some(known.next().map_or(provider, |(_, cloud)| cloud))
}

/// Flows of trusts and grants. Says whether some were left out at the bound, and how many pairs it looked at.
fn flows(scene: &mut Scene<'_>, identity: &Identity) -> (bool, usize) {
    let mut inside = scene.inside();
    crate::graph::gcp::sort_by_project(scene, &mut inside);
    for nodes in &mut inside {
        nodes.retain(|node| of_value(scene, *node));
    }
    let clusters =
        (0..scene.nodes.len()).filter(|node| &*scene.nodes[*node].kind == "compute_orchestrator");
    let running: BTreeSet<String> =
        clusters.filter_map(|it| cloud_of(scene, it).map(str::to_owned)).collect();
    let is_made =
        |node: &usize| scene.nodes[*node].resource.is_some() || is_made_claim(&scene.nodes[*node]);
    let own = |node: &usize| of_value(scene, *node) && is_made(node);
    let all: Vec<usize> = (0..scene.nodes.len()).filter(own).collect();
    let mut flows: BTreeMap<(usize, usize, FlowKind), Flow> = BTreeMap::new();
    let mut add =
        |source: usize, target: usize, kind: FlowKind, label: &Arc<str>, proof: &[Place]| {
            if source == target {
                return;
            }
            let flow = flows
                .entry((source, target, kind))
                .or_insert_with(|| plain(source, target, kind, label, Vec::new()));
            let said = |part: &str| flow.label.split(", ").any(|known| known == part);
            if !label.split(", ").all(said) && flow.label.len() < 80 {
                flow.label = format!("{}, {label}", flow.label).into();
            }
            for place in proof {
                if !flow.evidence.contains(place) {
                    flow.evidence.push(*place);
                }
            }
        };
    for trust in &identity.trusts {
        add(trust.source, trust.target, FlowKind::Identity, &trust.label, &trust.proof);
    }
    let most = scene.bounds.rights + scene.bounds.of_a_node * scene.nodes.len();
    let mut left = most;
    let mut left_out = false;
    for grant in &identity.grants {
        let held: &[usize] = match grant.scope {
            Scope::Zone(zone) => &inside[zone],
            Scope::Account => &all,
            Scope::Node(_) | Scope::Unknown => &[],
        };
        left_out |= held.len() > left;
        let held = &held[..held.len().min(left)];
        left -= held.len();
        let node = matches!(grant.scope, Scope::Node(_));
        if node && left == 0 {
            left_out = true;
            continue;
        }
        left -= usize::from(node);
        let account =
            (grant.scope == Scope::Account).then(|| cloud_of(scene, grant.principal)).flatten();
        let is_there = |account: &str, target: usize| {
            let own = cloud_of(scene, target);
            // Who may do everything in a cloud may do so in the clusters that it runs.
            own == Some(account) || own == Some(CLUSTER) && running.contains(account)
        };
        let is_held = |target: &&usize| {
            account.is_none_or(|account| is_there(account, **target))
                && !keeps_from(scene, identity, grant, **target)
        };
        for target in held.iter().filter(is_held) {
            let label = label_for(scene, identity, grant, *target);
            add(grant.principal, *target, FlowKind::Permission, &label, &grant.proof);
        }
        if let Scope::Node(target) = grant.scope {
            add(grant.principal, target, FlowKind::Permission, &grant.label, &grant.proof);
        }
    }
    scene.flows.extend(flows.into_values());
    (left_out, most - left)
}
