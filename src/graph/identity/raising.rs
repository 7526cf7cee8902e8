//! Principals of Azure and Google Cloud that can raise their own rights, by a table: id, outcome, the actions that it takes with `+`
//! between them (the first decides on what), types.
//!
//! Outcomes: `admin` gives itself anything in the scope, or, of one node of the types, what that may where it may do anything; `runs` takes
//! over what runs as an identity; `acts` takes over identities; `reads` gives itself what stores keep.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::document::Value;
use crate::graph::scene::{Fact, Scene};
use crate::model::Element;
use crate::source::{Place, fits};

use super::azure::reach::{Asks, vault_asks};
use super::{Grant, Identity, Level, Scope, Trust};

/// How actions on the objects of a tenant begin.
const DIRECTORY: &str = "microsoft.directory/";

/// How far the rights of who may do anything go.
const ADMIN: u8 = 3;

/// How often what follows from one principal's rights is followed further.
const ROUNDS: usize = 4;

/// What a role gives a principal.
#[derive(Clone, Debug)]
pub struct Holding {
    /// Who has it.
    pub principal: usize,
    /// On what.
    pub scope: Scope,
    /// Actions with `*`, in small letters; those that are left out begin with `!`.
    pub actions: Vec<Arc<str>>,
    /// What says so.
    pub proof: Vec<Place>,
}

impl Holding {
    /// Actions as roles write them.
    pub fn new<'t>(
        principal: usize,
        scope: Scope,
        actions: impl Iterator<Item = &'t str>,
        proof: Vec<Place>,
    ) -> Self {
        let actions = actions.map(|action| action.to_lowercase().into()).collect();
        Self { principal, scope, actions, proof }
    }

    fn covers(&self, action: &str) -> bool {
        // Roles over resources say nothing of the directory.
        let in_directory = action.starts_with(DIRECTORY);
        if in_directory && !self.actions.iter().any(|pattern| pattern.starts_with(DIRECTORY)) {
            return false;
        }
        let named = |sign: bool| {
            self.actions.iter().any(|pattern| match pattern.strip_prefix('!') {
                Some(out) => !sign && fits(out, action),
                None => sign && fits(pattern, action),
            })
        };
        named(true) && !named(false)
    }

    fn is_everything(&self) -> bool {
        self.actions.iter().any(|action| &**action == "*")
            && !self.actions.iter().any(|action| action.starts_with('!'))
            && matches!(self.scope, Scope::Zone(_) | Scope::Account)
    }
}

/// Actions of a role of the provider's own: the first row of a table whose pattern fits its name.
pub fn actions_of<'s>(scene: &'s Scene<'_>, table: &str, role: &str) -> Vec<&'s str> {
    let mut rows = scene.vocabulary.table(table).iter();
    let row = rows.find(|row| row.first().is_some_and(|pattern| fits(pattern, role)));
    row.into_iter().flat_map(|row| row.iter().skip(1)).map(|action| &**action).collect()
}

/// A row of the table.
struct Way<'t> {
    id: &'t Arc<str>,
    outcome: &'t str,
    actions: Vec<String>,
    /// Nodes of its types.
    nodes: BTreeSet<usize>,
}

/// What a principal gains.
#[derive(Default)]
struct Raised {
    ids: BTreeSet<Arc<str>>,
    proof: Vec<Place>,
}

/// Add what principals can give themselves.
pub fn add(scene: &mut Scene<'_>, table: &str, holdings: &[Holding], identity: &mut Identity) {
    let mut raised: BTreeMap<usize, Raised> = BTreeMap::new();
    let mut by_principal: BTreeMap<usize, Vec<&Holding>> = BTreeMap::new();
    for holding in holdings {
        by_principal.entry(holding.principal).or_default().push(holding);
    }
    // Who has everything already raises nothing.
    by_principal.retain(|_, own| !own.iter().any(|holding| holding.is_everything()));
    let rows = scene.vocabulary.table(table).iter().filter(|row| row.len() > 2);
    let ways: Vec<Way<'_>> = rows
        .map(|row| Way {
            id: &row[0],
            outcome: &row[1],
            actions: row[2].split('+').map(str::to_lowercase).collect(),
            nodes: nodes_of(scene, &row[3..]),
        })
        .collect();
    let mut gains = Gains::new(scene, identity);
    for _ in 0..ROUNDS {
        let before = gains.count();
        for (principal, own) in &by_principal {
            for way in &ways {
                take(*principal, own, way, &mut gains, &mut raised);
            }
        }
        if before == gains.count() {
            break;
        }
    }
    let left_out = gains.left == 0;
    identity.left_out |= left_out;
    for (principal, gained) in raised {
        let ids: Vec<Arc<str>> = gained.ids.into_iter().collect();
        let fact = Fact { value: Some(Value::Bool(true)), proof: gained.proof };
        scene.nodes[principal].facts.insert("escalates".into(), fact);
        let by = Fact { value: Some(Value::string(ids.join(", "))), proof: Vec::new() };
        scene.nodes[principal].facts.insert("escalates_by".into(), by);
    }
}

/// Nodes of resources of some types.
fn nodes_of(scene: &Scene<'_>, types: &[Arc<str>]) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    for (node, given) in scene.nodes.iter().enumerate() {
        let kind = given.resource.map(|at| scene.index.resource(at).type_name());
        if kind.is_some_and(|kind| types.iter().any(|pattern| fits(pattern, kind))) {
            found.insert(node);
        }
    }
    found
}

/// Rights on their way, by what is asked about them.
struct Gains<'i, 'a> {
    scene: &'i Scene<'a>,
    identity: &'i mut Identity,
    /// How far the rights of each principal go.
    reaches: FxHashMap<usize, u8>,
    /// What each node runs as.
    running: FxHashMap<usize, Vec<usize>>,
    /// What was added.
    grants: BTreeSet<Grant>,
    trusts: BTreeSet<Trust>,
    /// By zone, the nodes over which what holds on it holds.
    held: Vec<Vec<usize>>,
    /// How many pairs may still be looked at.
    left: usize,
}

impl<'i, 'a> Gains<'i, 'a> {
    fn new(scene: &'i Scene<'a>, identity: &'i mut Identity) -> Self {
        let mut held = vec![Vec::new(); scene.zones.len()];
        for node in 0..scene.nodes.len() {
            for zone in zones_over(scene, node) {
                held[zone].push(node);
            }
        }
        Self {
            scene,
            reaches: identity.reaches(),
            running: identity.running(),
            identity,
            grants: BTreeSet::new(),
            trusts: BTreeSet::new(),
            held,
            left: scene.bounds.looks,
        }
    }

    fn count(&self) -> usize {
        self.identity.grants.len() + self.identity.trusts.len()
    }

    fn reach_of(&self, node: usize) -> u8 {
        self.reaches.get(&node).copied().unwrap_or(0)
    }

    fn grant(&mut self, grant: Grant) {
        if self.grants.insert(grant.clone()) {
            let reach = self.reaches.entry(grant.principal).or_default();
            *reach = (*reach).max(grant.state());
            self.identity.grants.push(grant);
        }
    }

    /// Whether some scope is one node of a way, and that may do anything.
    fn is_admin_among(&self, scopes: &[Scope], way: &Way<'_>, principal: usize) -> bool {
        scopes.iter().any(|scope| {
            let Scope::Node(node) = scope else { return false };
            *node != principal && way.nodes.contains(node) && self.reach_of(*node) == ADMIN
        })
    }

    fn trust(&mut self, trust: Trust) {
        if self.trusts.insert(trust.clone()) {
            self.identity.trusts.push(trust);
        }
    }

    /// Nodes of a way over which some scope holds, in order.
    fn meant(&mut self, scopes: &[Scope], way: &Way<'_>, principal: usize) -> Vec<usize> {
        let mut found = BTreeSet::new();
        for scope in scopes {
            let (own, all) = match scope {
                Scope::Account => (None, way.nodes.len()),
                Scope::Zone(zone) => (None, self.held[*zone].len()),
                Scope::Node(own) => (Some(*own), 1),
                Scope::Unknown => continue,
            };
            if self.left <= all {
                self.left = 0;
                continue;
            }
            self.left -= all;
            match scope {
                Scope::Account => found.extend(&way.nodes),
                Scope::Zone(zone) => {
                    found.extend(self.held[*zone].iter().filter(|node| way.nodes.contains(node)));
                }
                _ => found.extend(own.filter(|own| way.nodes.contains(own))),
            }
        }
        found.remove(&principal);
        found.into_iter().collect()
    }
}

fn take(
    principal: usize,
    own: &[&Holding],
    way: &Way<'_>,
    gains: &mut Gains<'_, '_>,
    raised: &mut BTreeMap<usize, Raised>,
) {
    let mut proof: Vec<Place> = Vec::new();
    for (position, action) in way.actions.iter().enumerate() {
        // What somebody may do with an account says only whom he may act as, not by what.
        let is_account = |scope: Scope| matches!(scope, Scope::Node(node) if gains.scene.nodes[node].element == Element::Identity);
        let counts = |holding: &&&Holding| {
            holding.covers(action) && (position == 0 || !is_account(holding.scope))
        };
        let Some(holding) = own.iter().find(counts) else { return };
        for place in &holding.proof {
            if !proof.contains(place) {
                proof.push(*place);
            }
        }
    }
    let Some(first) = way.actions.first() else { return };
    let mut scopes: Vec<Scope> =
        own.iter().filter(|holding| holding.covers(first)).map(|holding| holding.scope).collect();
    let mut note = |is_gain: bool| {
        if is_gain {
            let found = raised.entry(principal).or_default();
            found.ids.insert(Arc::clone(way.id));
            if found.proof.is_empty() {
                found.proof.clone_from(&proof);
            }
        }
    };
    let admin = |scope: Scope| Grant {
        principal,
        scope,
        level: Level::Admin,
        wildcard: true,
        label: format!("raises its rights: {}", way.id).into(),
        proof: proof.clone(),
    };
    if way.outcome == "admin" {
        for scope in &scopes {
            if matches!(scope, Scope::Zone(_) | Scope::Account) {
                gains.grant(admin(*scope));
                note(true);
            }
        }
        if gains.is_admin_among(&scopes, way, principal) && gains.reach_of(principal) < ADMIN {
            gains.grant(admin(Scope::Unknown));
            note(true);
        }
        return;
    }
    scopes.sort();
    scopes.dedup();
    let meant = gains.meant(&scopes, way, principal);
    if way.outcome == "reads" {
        let scene = gains.scene;
        for node in meant.into_iter().filter(|node| vault_asks(scene, *node) != Some(Asks::Roles)) {
            gains.grant(Grant {
                principal,
                scope: Scope::Node(node),
                level: Level::Write,
                wildcard: false,
                label: format!("gives itself access: {}", way.id).into(),
                proof: proof.clone(),
            });
            note(true);
        }
        return;
    }
    let mut targets: BTreeSet<usize> = BTreeSet::new();
    for node in meant {
        if way.outcome == "acts" {
            targets.insert(node);
            continue;
        }
        targets.extend(gains.running.get(&node).into_iter().flatten());
        let itself = gains.reaches.contains_key(&node);
        targets.extend(itself.then_some(node));
    }
    targets.remove(&principal);
    for target in targets {
        let reach = gains.reach_of(target);
        note(reach > 0 || way.outcome == "acts");
        if reach == ADMIN && gains.reach_of(principal) < ADMIN {
            gains.grant(admin(Scope::Unknown));
        }
        gains.trust(Trust {
            source: principal,
            target,
            label: format!("takes over: {}", way.id).into(),
            opened_by: Some("T011"),
            proof: proof.clone(),
        });
    }
}

/// Zones of which what holds on them holds over a node: those around it, and around what its parts name.
fn zones_over(scene: &Scene<'_>, node: usize) -> BTreeSet<usize> {
    let given = &scene.nodes[node];
    let named = given.parts.iter().flat_map(|part| scene.index.outgoing(*part));
    let named = named.filter_map(|edge| scene.zone_of[edge.to]);
    given.zone.into_iter().chain(named).flat_map(|zone| scene.ancestors(zone)).collect()
}
