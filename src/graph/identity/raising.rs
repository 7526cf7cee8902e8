//! Principals of Azure and Google Cloud that can raise their own rights, by a table: id, outcome, the actions that it takes with `+`
//! between them (the first decides on what), types.
//!
//! Outcomes: `admin` gives itself anything in the scope; `runs` takes over what runs as an identity; `acts` takes over identities; `reads`
//! gives itself what stores keep.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::document::Value;
use crate::graph::scene::{Fact, Scene};
use crate::source::{Place, fits};

use super::{Grant, Identity, Level, Scope, Trust};

/// How actions on the objects of a tenant begin.
const DIRECTORY: &str = "microsoft.directory/";

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
    types: &'t [Arc<str>],
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
            types: &row[3..],
        })
        .collect();
    for _ in 0..ROUNDS {
        let before = identity.grants.len() + identity.trusts.len();
        for (principal, own) in &by_principal {
            for way in &ways {
                take(scene, *principal, own, way, identity, &mut raised);
            }
        }
        if before == identity.grants.len() + identity.trusts.len() {
            break;
        }
    }
    for (principal, gained) in raised {
        let ids: Vec<Arc<str>> = gained.ids.into_iter().collect();
        let fact = Fact { value: Some(Value::Bool(true)), proof: gained.proof };
        scene.nodes[principal].facts.insert("escalates".into(), fact);
        let by = Fact { value: Some(Value::string(ids.join(", "))), proof: Vec::new() };
        scene.nodes[principal].facts.insert("escalates_by".into(), by);
    }
}

fn take(
    scene: &Scene<'_>,
    principal: usize,
    own: &[&Holding],
    way: &Way<'_>,
    identity: &mut Identity,
    raised: &mut BTreeMap<usize, Raised>,
) {
    let mut proof: Vec<Place> = Vec::new();
    for action in &way.actions {
        let Some(holding) = own.iter().find(|holding| holding.covers(action)) else { return };
        for place in &holding.proof {
            if !proof.contains(place) {
                proof.push(*place);
            }
        }
    }
    let Some(first) = way.actions.first() else { return };
    let scopes: Vec<Scope> =
        own.iter().filter(|holding| holding.covers(first)).map(|holding| holding.scope).collect();
    let mut note = |gains: bool| {
        if gains {
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
    let mut add = |grant: Grant| {
        if !identity.grants.contains(&grant) {
            identity.grants.push(grant);
        }
    };
    if way.outcome == "admin" {
        for scope in &scopes {
            if matches!(scope, Scope::Zone(_) | Scope::Account) {
                add(admin(*scope));
                note(true);
            }
        }
        return;
    }
    let nodes = (0..scene.nodes.len()).filter(|node| *node != principal);
    let meant: Vec<usize> = nodes
        .filter(|node| {
            let kind = scene.nodes[*node].resource.map(|at| scene.index.resource(at).type_name());
            kind.is_some_and(|kind| way.types.iter().any(|pattern| fits(pattern, kind)))
                && scopes.iter().any(|scope| holds_over(scene, *scope, *node))
        })
        .collect();
    if way.outcome == "reads" {
        for node in meant.into_iter().filter(|node| !asks_roles(scene, *node)) {
            add(Grant {
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
        let runs: Vec<usize> = identity
            .trusts
            .iter()
            .filter(|trust| trust.source == node && &*trust.label == "runs as")
            .map(|trust| trust.target)
            .collect();
        let itself = identity.grants.iter().any(|grant| grant.principal == node);
        targets.extend(runs);
        targets.extend(itself.then_some(node));
    }
    targets.remove(&principal);
    for target in targets {
        let reach = identity.reach_of(target);
        note(reach > 0 || way.outcome == "acts");
        if reach == 3 && identity.reach_of(principal) < 3 {
            identity.grants.push(admin(Scope::Unknown));
        }
        let trust = Trust {
            source: principal,
            target,
            label: format!("takes over: {}", way.id).into(),
            opened_by: Some("T011"),
            proof: proof.clone(),
        };
        if !identity.trusts.contains(&trust) {
            identity.trusts.push(trust);
        }
    }
}

/// Whether a vault lets in by roles, so that its policies give nothing.
fn asks_roles(scene: &Scene<'_>, node: usize) -> bool {
    let at = scene.nodes[node].resource;
    at.is_some_and(|at| {
        ["rbac_authorization_enabled", "enable_rbac_authorization"]
            .iter()
            .any(|name| scene.index.resource(at).attributes.get(name) == Some(&Value::Bool(true)))
    })
}

/// Whether what holds on a scope holds over a node.
fn holds_over(scene: &Scene<'_>, scope: Scope, node: usize) -> bool {
    match scope {
        Scope::Node(own) => own == node,
        Scope::Zone(zone) => {
            scene.nodes[node].zone.is_some_and(|own| scene.ancestors(own).contains(&zone))
                || scene.nodes[node].parts.iter().any(|part| {
                    scene.index.outgoing(*part).iter().any(|edge| {
                        scene.zone_of[edge.to]
                            .is_some_and(|own| scene.ancestors(own).contains(&zone))
                    })
                })
        }
        Scope::Account => true,
        Scope::Unknown => false,
    }
}
