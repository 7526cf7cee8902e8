//! Principals that can raise their own rights: the table `aws_escalations`.
//!
//! Its rows: id, category, who it helps (`role`, `user`, `any`), the actions that it takes, the first of which decides on what.
//! `self`: it changes its own rights. `principal`: it takes over another principal. `new`: it passes a role to something new and acts
//! through it. `existing`: it takes over something that runs as a role. The table `aws_workloads` names the types by service.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::document::Value;
use crate::graph::accounts;
use crate::graph::identity::{Grant, Identity, Level, Scope, Trust};
use crate::graph::look;
use crate::graph::scene::{Fact, Scene};
use crate::source::Place;

use super::grants::Things;
use super::policy::{self, Condition, Principal, Statement, Target, is_everything, name_part};
use super::rights::Rights;

/// What takes a role that trusts who asks, in small letters.
const ASSUMES: &str = "sts:assumerole";

/// How the label of a trust begins that a primitive opens; its id follows.
const TAKES_OVER: &str = "takes over: ";

/// How often what follows from one principal's rights is followed further.
const ROUNDS: usize = 8;

/// A way to raise rights.
struct Primitive<'t> {
    id: &'t Arc<str>,
    category: &'t str,
    who: &'t str,
    actions: Vec<String>,
}

/// A principal that can raise its rights, and by what.
struct Found {
    /// What makes it an administrator; the first was found first.
    ids: Vec<Arc<str>>,
    proof: Vec<Place>,
}

/// Add what principals can give themselves: administration, or the rights of others.
pub fn add(scene: &mut Scene<'_>, all: &BTreeMap<usize, Rights>, identity: &mut Identity) {
    let mut raised: BTreeMap<usize, Found> = BTreeMap::new();
    let mut trusts = Vec::new();
    let left_out;
    {
        let primitives = primitives(scene);
        let mut admins: BTreeSet<usize> = identity
            .grants
            .iter()
            .filter(|grant| grant.level == Level::Admin)
            .map(|grant| grant.principal)
            .collect();
        let own = admins.clone();
        let known = Known::new(scene, all, identity);
        let mut taken: BTreeSet<(usize, usize)> = BTreeSet::new();
        for _ in 0..ROUNDS {
            let before = (admins.len(), taken.len());
            for (principal, rights) in all {
                // Who has everything already raises nothing.
                if own.contains(principal) {
                    continue;
                }
                for primitive in &primitives {
                    let way = Look { scene, all, known: &known, admins: &admins, taken: &taken };
                    match way.holds(*principal, rights, primitive) {
                        Some(Outcome::Admin(proof)) => {
                            admins.insert(*principal);
                            let found = raised
                                .entry(*principal)
                                .or_insert_with(|| Found { ids: Vec::new(), proof });
                            if !found.ids.contains(primitive.id) {
                                found.ids.push(Arc::clone(primitive.id));
                            }
                        }
                        Some(Outcome::Others(others)) => {
                            taken.extend(others.iter().map(|it| (it.source, it.target)));
                            trusts.extend(others);
                        }
                        None => {}
                    }
                }
            }
            if (admins.len(), taken.len()) == before {
                break;
            }
        }
        left_out = known.left.get() == 0;
    }
    identity.left_out |= left_out;
    trusts.sort();
    trusts.dedup();
    let raised = with_others(scene, identity, raised, &trusts);
    identity.trusts.extend(trusts);
    for (principal, (admin, found)) in raised {
        let ids = found.ids.join(", ");
        if admin {
            identity.grants.push(Grant {
                principal,
                scope: Scope::Unknown,
                level: Level::Admin,
                wildcard: true,
                label: format!("raises its rights: {ids}").into(),
                proof: found.proof.clone(),
            });
        }
        let fact = Fact { value: Some(Value::Bool(true)), proof: found.proof };
        scene.nodes[principal].facts.insert("escalates".into(), fact);
        let by = Fact { value: Some(Value::String(ids.into())), proof: Vec::new() };
        scene.nodes[principal].facts.insert("escalates_by".into(), by);
    }
}

/// Who takes over somebody with other rights than its own raises them, too. Says of each whether it becomes an administrator.
fn with_others(
    scene: &Scene<'_>,
    identity: &Identity,
    raised: BTreeMap<usize, Found>,
    trusts: &[Trust],
) -> BTreeMap<usize, (bool, Found)> {
    let mut all: BTreeMap<usize, (bool, Found)> =
        raised.into_iter().map(|(principal, found)| (principal, (true, found))).collect();
    let reaches = identity.reaches();
    let reach_of = |node: &usize| reaches.get(node).copied().unwrap_or(0);
    let mut grants: FxHashMap<usize, Vec<&Grant>> = FxHashMap::default();
    for grant in &identity.grants {
        grants.entry(grant.principal).or_default().push(grant);
    }
    let of = |node: &usize| grants.get(node).map_or(&[][..], Vec::as_slice);
    // As far, but elsewhere: over what its own rights are not. To write logs is nothing to gain.
    let counts = |grant: &Grant| match grant.scope {
        Scope::Node(node) => &*scene.nodes[node].kind != "log_store",
        Scope::Zone(_) | Scope::Account => grant.level > Level::Read,
        Scope::Unknown => false,
    };
    let mut held: FxHashMap<usize, Held> = FxHashMap::default();
    let mut gains = |trust: &Trust| {
        let own = held.entry(trust.source).or_insert_with(|| Held::new(of(&trust.source)));
        let mut gained = of(&trust.target).iter().filter(|gain| counts(gain));
        gained.any(|gain| !own.includes(gain))
    };
    for trust in trusts {
        if reach_of(&trust.target) <= reach_of(&trust.source) && !gains(trust) {
            continue;
        }
        let entry = all
            .entry(trust.source)
            .or_insert_with(|| (false, Found { ids: Vec::new(), proof: trust.proof.clone() }));
        let id: Option<Arc<str>> = trust.label.strip_prefix(TAKES_OVER).map(Arc::from);
        if let Some(id) = id.filter(|id| !entry.1.ids.contains(id)) {
            entry.1.ids.push(id);
        }
    }
    all
}

/// How far the rights of a principal go: over all there is (of each service; by the empty name, of all), and over single things.
struct Held {
    everywhere: BTreeMap<String, Level>,
    on: BTreeMap<Scope, Level>,
}

impl Held {
    fn new(grants: &[&Grant]) -> Self {
        let mut held = Self { everywhere: BTreeMap::new(), on: BTreeMap::new() };
        for grant in grants {
            // Of more actions than are shown, some may be of any service.
            let others = grant.label.ends_with('…').then(String::new);
            for service in services_of(grant).chain(others).filter(|_| grant.is_over_all()) {
                let level = held.everywhere.entry(service).or_insert(grant.level);
                *level = (*level).max(grant.level);
            }
            let level = held.on.entry(grant.scope).or_insert(grant.level);
            *level = (*level).max(grant.level);
        }
        held
    }

    fn includes(&self, grant: &Grant) -> bool {
        let is_enough = |own: Option<&Level>| own.is_some_and(|own| *own >= grant.level);
        is_enough(self.on.get(&grant.scope))
            || is_enough(self.everywhere.get(""))
            || services_of(grant).all(|service| is_enough(self.everywhere.get(&service)))
    }
}

/// Services that the actions of a grant are of; what names no service (`*`, a policy) is of all, by the empty name.
fn services_of(grant: &Grant) -> impl Iterator<Item = String> {
    let service = |action: &str| match action.split_once(':') {
        Some((service, _)) if !service.contains('*') => service.to_ascii_lowercase(),
        _ => String::new(),
    };
    grant.label.split(", ").map(service)
}

fn primitives<'t>(scene: &'t Scene<'_>) -> Vec<Primitive<'t>> {
    let rows = scene.vocabulary.table("aws_escalations").iter();
    rows.filter(|row| row.len() > 3)
        .map(|row| Primitive {
            id: &row[0],
            category: &row[1],
            who: &row[2],
            actions: row[3..].iter().map(|action| action.to_ascii_lowercase()).collect(),
        })
        .collect()
}

/// What a principal gains.
enum Outcome {
    /// Everything.
    Admin(Vec<Place>),
    /// The rights of others.
    Others(Vec<Trust>),
}

struct Look<'l, 's, 'a> {
    scene: &'s Scene<'a>,
    all: &'l BTreeMap<usize, Rights>,
    known: &'l Known<'s>,
    admins: &'l BTreeSet<usize>,
    /// Who takes over whom, as far as that is found.
    taken: &'l BTreeSet<(usize, usize)>,
}

/// What does not change while rights are raised, by what is asked.
struct Known<'k> {
    /// Whom each principal may act as.
    trusted: FxHashMap<usize, BTreeSet<usize>>,
    /// What runs as whom.
    running: FxHashMap<usize, Vec<usize>>,
    /// Principals by kind, in order.
    by_kind: BTreeMap<&'k str, Vec<usize>>,
    /// Principals by the policies that are attached to them.
    by_policy: FxHashMap<usize, Vec<usize>>,
    /// What trust policies of roles say, once somebody asks.
    documents: RefCell<FxHashMap<usize, Rc<policy::Document>>>,
    /// What all workloads of some types run as.
    of_all: RefCell<BTreeMap<Vec<&'k str>, Rc<BTreeSet<usize>>>>,
    /// What ARNs may name.
    things: Things<'k>,
    /// How many pairs may still be looked at.
    left: Cell<usize>,
}

impl<'k> Known<'k> {
    fn new(scene: &'k Scene<'_>, all: &BTreeMap<usize, Rights>, identity: &Identity) -> Self {
        let mut known = Self {
            trusted: FxHashMap::default(),
            running: identity.running(),
            by_kind: BTreeMap::new(),
            by_policy: FxHashMap::default(),
            documents: RefCell::default(),
            of_all: RefCell::default(),
            things: Things::new(scene),
            left: Cell::new(scene.bounds.raising),
        };
        for trust in &identity.trusts {
            known.trusted.entry(trust.source).or_default().insert(trust.target);
        }
        for (node, rights) in all {
            known.by_kind.entry(kind_of(scene, *node)).or_default().push(*node);
            for policy in &rights.attached {
                known.by_policy.entry(*policy).or_default().push(*node);
            }
        }
        known
    }

    /// Whether as many pairs may still be looked at, which they then are.
    fn spend(&self, pairs: usize) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(pairs));
        pairs < left
    }
}

/// `role`, `user`, `group`.
fn kind_of<'s>(scene: &'s Scene<'_>, node: usize) -> &'s str {
    let resource = scene.nodes[node].resource.map(|at| scene.index.resource(at));
    let kind = resource.map_or("", |resource| &*resource.kind);
    kind.strip_prefix("aws_iam_").unwrap_or(kind)
}

impl Look<'_, '_, '_> {
    fn holds(
        &self,
        principal: usize,
        rights: &Rights,
        primitive: &Primitive<'_>,
    ) -> Option<Outcome> {
        let kind = self.kind(principal);
        if primitive.who != "any" && primitive.who != kind {
            return None;
        }
        let mut proof = Vec::new();
        for action in &primitive.actions {
            let mut allowing = rights
                .allowing(action)
                .filter(|statement| is_free(statement, action, &primitive.actions));
            let Some(first) = allowing.next() else {
                // Nobody has to assume what it takes over.
                if primitive.category == "principal"
                    && action == ASSUMES
                    && self.takes_any(principal)
                {
                    continue;
                }
                return None;
            };
            if !proof.contains(&first.place) {
                proof.push(first.place);
            }
        }
        let first = primitive.actions.first()?;
        let statements: Vec<&Statement> = rights
            .allowing(first)
            .filter(|statement| is_free(statement, first, &primitive.actions))
            .collect();
        let everything = statements.iter().any(|statement| statement.on_everything());
        let count = statements.iter().map(|statement| statement.resources.len()).sum();
        let targets: Vec<&Target> = if everything || !self.known.spend(count) {
            Vec::new()
        } else {
            statements.iter().flat_map(|statement| statement.resources.iter()).collect()
        };
        match primitive.category {
            "self" if first == "iam:addusertogroup" => {
                self.joins(principal, primitive, everything, &targets, proof)
            }
            "self" => {
                let own = everything
                    || targets.iter().any(|target| self.is_own(principal, rights, target));
                own.then_some(Outcome::Admin(proof))
            }
            "principal" => self.over(principal, primitive, everything, &targets, proof),
            "new" => self.passes(principal, primitive, everything, &targets, proof),
            _ => self.takes(principal, primitive, everything, &targets, proof),
        }
    }

    /// Puts itself into groups: those with administrators' rights, or others.
    fn joins(
        &self,
        principal: usize,
        primitive: &Primitive<'_>,
        everything: bool,
        targets: &[&Target],
        proof: Vec<Place>,
    ) -> Option<Outcome> {
        let own = |node: &usize| {
            self.all.get(&principal).is_some_and(|rights| rights.groups.contains(node))
        };
        // Of all groups of the account, some has more rights.
        if everything {
            return Some(Outcome::Admin(proof));
        }
        let meant = self.meant("group", targets);
        let near = |group: &usize| !own(group) && accounts::share(self.scene, principal, *group);
        let groups: Vec<usize> = meant.into_iter().filter(near).collect();
        if groups.iter().any(|group| self.admins.contains(group)) {
            return Some(Outcome::Admin(proof));
        }
        Self::others(principal, primitive, groups, &proof)
    }

    fn kind(&self, node: usize) -> &str {
        kind_of(self.scene, node)
    }

    /// Whom a principal takes over, as far as that is found.
    fn taken_by(&self, principal: usize) -> impl Iterator<Item = usize> {
        self.taken.range((principal, 0)..=(principal, usize::MAX)).map(|pair| pair.1)
    }

    fn takes_any(&self, principal: usize) -> bool {
        self.taken_by(principal).next().is_some()
    }

    /// Whether a target is the principal itself, a policy of its own, or a group that it is in.
    fn is_own(&self, principal: usize, rights: &Rights, target: &Target) -> bool {
        match target {
            Target::All => true,
            Target::Resource(at) => {
                let node = self.scene.node_of[*at];
                node == Some(principal)
                    || rights.attached.contains(at)
                    || node.is_some_and(|node| rights.groups.contains(&node))
            }
            Target::Pattern { text, partly } => {
                !partly
                    && name_part(text).is_some_and(|(kind, name)| {
                        kind == self.kind(principal) && self.is_called(principal, name)
                    })
            }
        }
    }

    fn is_called(&self, node: usize, pattern: &str) -> bool {
        let at = self.scene.nodes[node].resource;
        let name = at.and_then(|at| look::text(&self.scene.index.resource(at).attributes, "name"));
        name.is_some_and(|name| policy::like(pattern, name))
    }

    /// Principals that targets mean, in order.
    fn meant(&self, kind: &str, targets: &[&Target]) -> Vec<usize> {
        let fits = |node: &usize| kind.is_empty() || self.kind(*node) == kind;
        let all = || {
            let own = self.known.by_kind.iter().filter(|(own, _)| kind.is_empty() || **own == kind);
            own.flat_map(|(_, nodes)| nodes).copied()
        };
        let mut found = BTreeSet::new();
        for target in targets {
            match target {
                Target::All => found.extend(all()),
                // A policy means those that have it.
                Target::Resource(at) => {
                    let own = self.scene.node_of[*at].filter(|node| self.all.contains_key(node));
                    let attached = self.known.by_policy.get(at).map_or(&[][..], Vec::as_slice);
                    if self.known.spend(attached.len()) {
                        found.extend(own.iter().chain(attached).copied().filter(fits));
                    }
                }
                Target::Pattern { partly: true, .. } => {}
                Target::Pattern { text, .. } => {
                    let Some((of, name)) = name_part(text) else { continue };
                    let named = |node: &usize| {
                        (of.is_empty() || of == self.kind(*node)) && self.is_called(*node, name)
                    };
                    if self.known.spend(self.all.len()) {
                        found.extend(all().filter(named));
                    }
                }
            }
        }
        found.into_iter().collect()
    }

    /// Takes over other principals: all there are, or those that are named.
    fn over(
        &self,
        principal: usize,
        primitive: &Primitive<'_>,
        everything: bool,
        targets: &[&Target],
        proof: Vec<Place>,
    ) -> Option<Outcome> {
        // Who may assume roles gets only where their trust lets it.
        let by_trust = primitive.actions.first().is_some_and(|action| action == ASSUMES);
        if by_trust {
            let mut trusted = self.known.trusted.get(&principal).into_iter().flatten();
            let admin = trusted.any(|target| self.admins.contains(target));
            return admin.then_some(Outcome::Admin(proof));
        }
        let needs_trust = primitive.actions.iter().any(|action| action == ASSUMES);
        if everything && !needs_trust {
            return Some(Outcome::Admin(proof));
        }
        let assumes =
            || self.all.get(&principal).is_some_and(|own| own.allowing(ASSUMES).next().is_some());
        let mut trusted: BTreeSet<usize> = self.taken_by(principal).collect();
        if needs_trust && assumes() {
            trusted.extend(self.known.trusted.get(&principal).into_iter().flatten());
        }
        let meant = if everything {
            trusted.iter().copied().filter(|node| self.all.contains_key(node)).collect()
        } else {
            self.meant("", targets)
        };
        let trusted = |node: &usize| trusted.contains(node);
        let reached: Vec<usize> = meant
            .into_iter()
            .filter(|node| {
                let is_near = || accounts::share(self.scene, principal, *node);
                *node != principal && if needs_trust { trusted(node) } else { is_near() }
            })
            .collect();
        // What it may change, it can give everything.
        let changes = primitive.actions.iter().any(|action| {
            action.starts_with("iam:attach")
                || action.starts_with("iam:put")
                || action.contains("policyversion")
        });
        if reached.iter().any(|node| changes || self.admins.contains(node)) {
            return Some(Outcome::Admin(proof));
        }
        Self::others(principal, primitive, reached, &proof)
    }

    fn others(
        principal: usize,
        primitive: &Primitive<'_>,
        nodes: Vec<usize>,
        proof: &[Place],
    ) -> Option<Outcome> {
        let trusts: Vec<Trust> = nodes
            .into_iter()
            .filter(|node| *node != principal)
            .map(|target| Trust {
                source: principal,
                target,
                label: format!("{TAKES_OVER}{}", primitive.id).into(),
                opened_by: Some("T011"),
                proof: proof.to_vec(),
            })
            .collect();
        (!trusts.is_empty()).then_some(Outcome::Others(trusts))
    }

    /// Passes a role to something new: any role, or those that are named and trust the service.
    fn passes(
        &self,
        principal: usize,
        primitive: &Primitive<'_>,
        everything: bool,
        targets: &[&Target],
        proof: Vec<Place>,
    ) -> Option<Outcome> {
        let passes = primitive.actions.first().is_some_and(|action| action == "iam:passrole");
        if everything && passes {
            return Some(Outcome::Admin(proof));
        }
        // Without passing a role, something that is there acts with its own.
        if !passes {
            return self.takes(principal, primitive, everything, targets, proof);
        }
        let services = services(&primitive.actions);
        let meant: Vec<usize> = self
            .roles_meant(everything, targets)
            .into_iter()
            .filter(|role| *role != principal && accounts::share(self.scene, principal, *role))
            .filter(|role| self.trusts_service(*role, &services))
            .collect();
        if meant.iter().any(|role| self.admins.contains(role)) {
            return Some(Outcome::Admin(proof));
        }
        Self::others(principal, primitive, meant, &proof)
    }

    /// Roles that targets mean, or all.
    fn roles_meant(&self, everything: bool, targets: &[&Target]) -> Vec<usize> {
        if everything { self.meant("role", &[&Target::All]) } else { self.meant("role", targets) }
    }

    fn trusts_service(&self, role: usize, services: &[&str]) -> bool {
        let Some(at) = self.scene.nodes[role].resource else { return false };
        let read = || Rc::new(policy::read(self.scene, at, "assume_role_policy"));
        let document = Rc::clone(self.known.documents.borrow_mut().entry(at).or_insert_with(read));
        document.open
            || document.statements.iter().filter(|statement| statement.allow).any(|statement| {
                statement.principals.iter().any(|principal| match principal {
                    Principal::Service(name) => services.iter().any(|each| is_of(name, each)),
                    Principal::Unknown | Principal::Anyone => true,
                    _ => false,
                })
            })
    }

    /// Takes over something that runs as a role.
    fn takes(
        &self,
        principal: usize,
        primitive: &Primitive<'_>,
        everything: bool,
        targets: &[&Target],
        proof: Vec<Place>,
    ) -> Option<Outcome> {
        let service = primitive.actions.first()?.split(':').next()?;
        let rows = self.scene.vocabulary.table("aws_workloads").iter();
        let kinds: Vec<&str> = rows
            .filter(|row| row.first().is_some_and(|first| **first == *service))
            .filter_map(|row| row.get(1))
            .map(|kind| &**kind)
            .collect();
        let roles = if everything {
            let known = self.known.of_all.borrow().get(&kinds).cloned();
            known.unwrap_or_else(|| {
                let found = Rc::new(self.running(kinds.iter().flat_map(|kind| self.of_type(kind))));
                self.known.of_all.borrow_mut().insert(kinds, Rc::clone(&found));
                found
            })
        } else {
            Rc::new(self.running(self.hosts_meant(&kinds, targets).into_iter()))
        };
        if !self.known.spend(roles.len()) {
            return None;
        }
        let near = |role: &usize| accounts::share(self.scene, principal, *role);
        let roles: Vec<usize> = roles.iter().copied().filter(near).collect();
        if roles.iter().any(|role| self.admins.contains(role) && *role != principal) {
            return Some(Outcome::Admin(proof));
        }
        Self::others(principal, primitive, roles, &proof)
    }

    /// Nodes of the resources of a type.
    fn of_type<'n>(&'n self, kind: &str) -> impl Iterator<Item = usize> + 'n {
        self.scene.index.of_type(kind).iter().filter_map(|at| self.scene.node_of[*at])
    }

    /// Nodes of some types that targets mean.
    fn hosts_meant(&self, kinds: &[&str], targets: &[&Target]) -> BTreeSet<usize> {
        if targets.iter().any(|target| is_everything(target)) {
            return kinds.iter().flat_map(|kind| self.of_type(kind)).collect();
        }
        let mut named = Vec::new();
        for target in targets {
            match target {
                Target::Resource(meant) => named.extend(self.scene.node_of[*meant]),
                Target::Pattern { partly: false, .. } => {
                    let mut left = self.known.left.get();
                    let meant = self.known.things.of_target(self.scene, target, &mut left);
                    self.known.left.set(if meant.is_some() { left } else { 0 });
                    named.extend(meant.into_iter().flatten());
                }
                Target::All | Target::Pattern { .. } => {}
            }
        }
        let is_of = |part: &usize| kinds.contains(&&*self.scene.index.resource(*part).kind);
        named.into_iter().filter(|node| self.scene.nodes[*node].parts.iter().any(is_of)).collect()
    }

    /// What nodes run as.
    fn running(&self, hosts: impl Iterator<Item = usize>) -> BTreeSet<usize> {
        hosts
            .flat_map(|host| self.known.running.get(&host).into_iter().flatten().copied())
            .collect()
    }
}

/// Whether the name of a service principal (`lambda.amazonaws.com`, `tasks.apprunner.amazonaws.com`) is of a service.
fn is_of(name: &str, service: &str) -> bool {
    name.split('.').any(|part| part == service)
}

/// Services that actions are of.
fn services(actions: &[String]) -> Vec<&str> {
    let named = actions.iter().filter_map(|action| action.split(':').next());
    named
        .filter(|service| !matches!(*service, "iam" | "sts"))
        .flat_map(|service| match service {
            "ecs" => vec!["ecs-tasks", "ecs"],
            other => vec![other],
        })
        .collect()
}

/// Whether a statement holds without conditions, or with one that only names the service that a role is passed to.
fn is_free(statement: &Statement, action: &str, actions: &[String]) -> bool {
    let passed = |condition: &Condition| {
        condition.key.as_ref() == "iam:passedtoservice"
            && condition.values.iter().flatten().any(|value| {
                value.starts_with('*')
                    || services(actions).iter().any(|service| is_of(value, service))
            })
    };
    statement.conditions.is_empty()
        || action == "iam:passrole" && statement.conditions.iter().all(passed)
}
