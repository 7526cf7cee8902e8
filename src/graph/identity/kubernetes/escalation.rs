//! Principals of a cluster that can raise their own rights, by the table `kubernetes_escalations`.
//!
//! In the whole cluster each row does so by itself; in one namespace only where somebody's rights are there to be taken over that the
//! principal does not have, or where its pods may mount a secret that it may not read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::document::Value;
use crate::graph::kubernetes::Workload;
use crate::graph::scene::{Fact, Scene};
use crate::model::Element;
use crate::source::Place;

use super::super::{Grant, Identity, Level, Scope, Trust};
use super::within::AS_ACCOUNTS;
use super::{Bound, Residents, Right, SYSTEM};

/// How often what follows from one principal's rights is followed further.
const ROUNDS: usize = 4;

/// Groups of which members may do everything already.
const MASTERS: &str = "system:masters";

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Way<'t> {
    verb: &'t str,
    group: &'t str,
    resource: &'t str,
    /// Whether it gives anything in the cluster, or reads and changes what belongs to others.
    pub is_admin: bool,
    /// For people: `runs pods`.
    pub words: &'t Arc<str>,
    within: &'t str,
    also: &'t [Arc<str>],
}

impl<'t> Way<'t> {
    fn parse(row: &'t [Arc<str>]) -> Option<Self> {
        let [verb, group, resource, power, words, within, also @ ..] = row else {
            return None;
        };
        let is_admin = **power == *"admin";
        Some(Self { verb, group, resource, is_admin, words, within, also })
    }

    /// All rows.
    pub fn all(scene: &Scene<'t>) -> Vec<Self> {
        let vocabulary = scene.vocabulary;
        vocabulary
            .table("kubernetes_escalations")
            .iter()
            .filter_map(|row| Self::parse(row))
            .collect()
    }

    /// Whether it is about something that lies in no namespace.
    pub fn is_of_the_cluster(&self) -> bool {
        self.within == "cluster"
    }

    /// Whether a rule of a role has the right that it takes, on all there is or on what stands for it.
    pub fn is_held(&self, right: &Right) -> bool {
        self.is_asked(right) && (right.names.is_empty() || self.names_all(right))
    }

    /// Whether a rule of a role has the right that it takes, on something.
    fn is_asked(&self, right: &Right) -> bool {
        Right::has(&right.verbs, self.verb) && right.about(self.group, self.resource)
    }

    /// Whether what a rule names is as much as all: the group that may do everything, the role that lets do everything.
    fn names_all(&self, right: &Right) -> bool {
        let all = match (self.verb, self.resource) {
            ("impersonate", "groups") => MASTERS,
            ("bind", "clusterroles") => "cluster-admin",
            _ => return false,
        };
        right.names.iter().any(|name| **name == *all)
    }

    /// Whether a rule lets who has it in a namespace run pods there as any account. A name says which object is changed, not to what.
    pub fn runs_pods(&self, right: &Right) -> bool {
        let changes = self.verb != "create";
        self.within == "pods" && self.is_asked(right) && (changes || right.names.is_empty())
    }

    /// Whether a rule lets who has it in a namespace run commands in all pods there.
    pub fn runs_commands(&self, right: &Right) -> bool {
        self.within == "running" && self.is_held(right)
    }

    /// Whether a rule lets who has it in a namespace give itself any role there.
    pub fn gives_roles(&self, right: &Right) -> bool {
        self.within == "roles" && self.is_held(right)
    }

    fn id(&self) -> Arc<str> {
        format!("{} {}", self.verb, self.resource).into()
    }
}

/// What one principal holds.
struct Holder<'b> {
    bounds: Vec<&'b Bound>,
    /// Whether a role of it is not known.
    is_open: bool,
}

impl<'b> Holder<'b> {
    fn rights(&self) -> impl Iterator<Item = (&'b Bound, &'b Right)> {
        let bounds = self.bounds.iter().copied();
        bounds.flat_map(|bound| {
            bound.rights.iter().flat_map(move |it| it.iter().map(move |right| (bound, right)))
        })
    }

    fn has_everything(&self) -> bool {
        let everything =
            |(bound, right): (&Bound, &Right)| bound.namespace.is_none() && right.is_everything();
        self.rights().any(everything)
    }

    /// Whether it may do in a namespace (or the cluster) what a rule says. Looks are counted.
    fn covers(&self, namespace: Option<&str>, wanted: &Right, left: &mut usize) -> bool {
        let own: Vec<&Right> = self
            .rights()
            .filter(|(bound, _)| {
                bound.namespace.is_none() || bound.namespace.as_deref() == namespace
            })
            .map(|(_, right)| right)
            .collect();
        let looks =
            wanted.verbs.len() * wanted.groups.len() * wanted.resources.len() * own.len().max(1);
        if *left < looks {
            *left = 0;
            return true;
        }
        *left -= looks;
        wanted.verbs.iter().all(|verb| {
            wanted.groups.iter().all(|group| {
                wanted.resources.iter().all(|resource| {
                    own.iter().any(|right| {
                        let named = right.names.is_empty()
                            || !wanted.names.is_empty()
                                && wanted.names.iter().all(|name| right.names.contains(name));
                        named && Right::has(&right.verbs, verb) && right.about(group, resource)
                    })
                })
            })
        })
    }
}

/// What a principal gains.
#[derive(Default)]
struct Raised {
    ids: BTreeSet<Arc<str>>,
    proof: Vec<Place>,
}

impl Raised {
    fn note(&mut self, way: &Way<'_>, proof: &[Place]) {
        self.ids.insert(way.id());
        if self.proof.is_empty() {
            self.proof = proof.to_vec();
        }
    }
}

/// What there is to take over.
struct Spoils<'s, 'a> {
    scene: &'s Scene<'a>,
    holders: BTreeMap<usize, Holder<'s>>,
    residents: &'s Residents,
    /// By namespace, accounts that pods run as with their token.
    running: BTreeMap<Arc<str>, BTreeSet<usize>>,
    /// By namespace, the names of secrets with tokens, and the accounts.
    tokens: BTreeMap<Arc<str>, Vec<(Arc<str>, usize)>>,
    /// Who acts for whom outside of the cluster.
    outside: BTreeMap<usize, BTreeSet<usize>>,
    left: usize,
}

impl Spoils<'_, '_> {
    /// Whether somebody may do something that another may not. Not where that is not known.
    fn is_gain(&mut self, principal: usize, target: usize) -> bool {
        let theirs = self.outside.get(&target);
        let own = self.outside.get(&principal);
        if theirs.is_some_and(|theirs| own.is_none_or(|own| !theirs.is_subset(own))) {
            return true;
        }
        let Some(held) = self.holders.get(&principal).filter(|holder| !holder.is_open) else {
            return false;
        };
        let Some(wanted) = self.holders.get(&target) else { return false };
        let mut left = self.left;
        let gains = wanted
            .rights()
            .any(|(bound, right)| !held.covers(bound.namespace.as_deref(), right, &mut left));
        self.left = left;
        gains
    }

    /// Whether pods of a namespace may mount a secret that a principal may not read.
    fn mounts_more(&mut self, principal: usize, namespace: &str) -> bool {
        let Some(held) = self.holders.get(&principal).filter(|holder| !holder.is_open) else {
            return false;
        };
        let scene = self.scene;
        let nodes = self.residents.get(namespace).into_iter().flatten();
        let secrets = nodes.filter(|node| &*scene.nodes[**node].kind == "secret_store");
        let mut left = self.left;
        let is_kept = |node: &usize| {
            let mut parts =
                scene.nodes[*node].parts.iter().map(|at| &scene.index.resource(*at).name);
            !parts.any(|name| held.covers(Some(namespace), &Right::read(name), &mut left))
        };
        let found = secrets.into_iter().any(is_kept);
        self.left = left;
        found
    }

    /// Accounts that a way takes over in a namespace, with what is done.
    fn taken(&self, way: &Way<'_>, namespace: &str, right: &Right) -> Vec<(usize, &'static str)> {
        let identities = |nodes: &[usize]| -> Vec<usize> {
            let is_one = |node: &&usize| self.scene.nodes[**node].element == Element::Identity;
            nodes.iter().filter(is_one).copied().collect()
        };
        let all = || identities(self.residents.get(namespace).map_or(&[][..], Vec::as_slice));
        let named = |node: &usize| {
            let id = &self.scene.nodes[*node].id;
            let name = id.rsplit(['/', '.']).next().unwrap_or_default();
            right.names.is_empty() || right.names.iter().any(|it| **it == *name)
        };
        let with = |nodes: Vec<usize>, words| nodes.into_iter().map(|node| (node, words)).collect();
        match way.within {
            "pods" if way.runs_pods(right) => with(all(), "runs pods as"),
            "accounts" => with(all().into_iter().filter(named).collect(), "acts as"),
            "roles" if way.gives_roles(right) => with(all(), "gives itself the rights of"),
            "running" if way.runs_commands(right) => {
                let nodes = self.running.get(namespace).into_iter().flatten().copied().collect();
                with(nodes, "runs commands as")
            }
            "secrets" => {
                let tokens = self.tokens.get(namespace).map_or(&[][..], Vec::as_slice);
                let read = tokens
                    .iter()
                    .filter(|(name, _)| right.names.is_empty() || right.names.contains(name));
                with(read.map(|(_, node)| *node).collect(), "reads the token of")
            }
            _ => Vec::new(),
        }
    }
}

/// Add what principals can give themselves.
pub(super) fn add(
    scene: &mut Scene<'_>,
    (all, ways): (&[Workload<'_>], &[Way<'_>]),
    (bound, residents): (&[Bound], &Residents),
    identity: &mut Identity,
) {
    let mut spoils = spoils(scene, all, (bound, residents), identity);
    let principals: Vec<usize> = spoils.holders.keys().copied().collect();
    let mut raised: BTreeMap<usize, Raised> = BTreeMap::new();
    let mut opened: BTreeMap<(usize, usize), (&'static str, Vec<Place>)> = BTreeMap::new();
    for principal in principals {
        if knows_everything(scene, principal, &spoils.holders[&principal]) {
            continue;
        }
        let mut gains: BTreeMap<usize, bool> = BTreeMap::new();
        let mut mounts: BTreeMap<&str, bool> = BTreeMap::new();
        let held: Vec<(&Bound, &Right)> = spoils.holders[&principal].rights().collect();
        for (bound, right) in &held {
            let mut proof = bound.proof.clone();
            proof.extend(right.place.filter(|place| !proof.contains(place)));
            let fitting: Vec<&Way<'_>> = ways.iter().filter(|way| way.is_asked(right)).collect();
            for way in fitting {
                let also = way.also.iter().all(|also| holds_also(also, &held));
                if !also {
                    continue;
                }
                let far = bound
                    .namespace
                    .as_deref()
                    .is_none_or(|it| it == SYSTEM && !way.is_of_the_cluster());
                if far && way.is_held(right) {
                    raised.entry(principal).or_default().note(way, &proof);
                }
                let Some(namespace) = bound.namespace.as_deref() else { continue };
                let is_more = if way.gives_roles(right) {
                    !held.iter().any(|(other, right)| {
                        other.namespace.as_deref() == Some(namespace) && right.is_everything()
                    })
                } else {
                    way.runs_pods(right)
                        && *mounts
                            .entry(namespace)
                            .or_insert_with(|| spoils.mounts_more(principal, namespace))
                };
                if is_more {
                    raised.entry(principal).or_default().note(way, &proof);
                }
                for (target, words) in spoils.taken(way, namespace, right) {
                    let is_gain = target != principal
                        && *gains
                            .entry(target)
                            .or_insert_with(|| spoils.is_gain(principal, target));
                    if is_gain {
                        raised.entry(principal).or_default().note(way, &proof);
                        opened.entry((principal, target)).or_insert_with(|| (words, proof.clone()));
                    }
                }
            }
        }
    }
    identity.left_out |= spoils.left == 0;
    let ends: BTreeSet<(usize, usize)> = opened.keys().copied().collect();
    open(identity, opened);
    follow(identity, &ends);
    for (principal, gained) in raised {
        let ids: Vec<Arc<str>> = gained.ids.into_iter().collect();
        let fact = Fact { value: Some(Value::Bool(true)), proof: gained.proof };
        scene.nodes[principal].facts.insert("escalates".into(), fact);
        let by = Fact { value: Some(Value::string(ids.join(", "))), proof: Vec::new() };
        scene.nodes[principal].facts.insert("escalates_by".into(), by);
    }
}

/// Whether nothing is left that a principal could give itself: it may do everything, or is nobody in particular.
fn knows_everything(scene: &Scene<'_>, principal: usize, holder: &Holder<'_>) -> bool {
    let given = &scene.nodes[principal];
    holder.has_everything() || &*given.kind == "external" || *given.name == *MASTERS
}

/// Whether some rule has another right that a way takes: `verb group resource`, with a name at the end where it is about one.
fn holds_also(also: &str, held: &[(&Bound, &Right)]) -> bool {
    let words: Vec<&str> = also.split(' ').collect();
    let [verb, group, resource, name @ ..] = words.as_slice() else { return false };
    held.iter().any(|(bound, right)| {
        let named = |name: &&str| {
            let fits = |it: &Arc<str>| crate::source::fits(it, name);
            right.names.is_empty() || right.names.iter().any(fits)
        };
        let named = name.first().map_or(right.names.is_empty(), named);
        bound.namespace.is_none()
            && named
            && Right::has(&right.verbs, verb)
            && right.about(group, resource)
    })
}

fn spoils<'s, 'a>(
    scene: &'s Scene<'a>,
    all: &[Workload<'_>],
    (bound, residents): (&'s [Bound], &'s Residents),
    identity: &Identity,
) -> Spoils<'s, 'a> {
    let mut holders: BTreeMap<usize, Holder<'s>> = BTreeMap::new();
    for bound in bound {
        let holder = holders
            .entry(bound.principal)
            .or_insert_with(|| Holder { bounds: Vec::new(), is_open: false });
        holder.is_open |= bound.rights.is_none();
        holder.bounds.push(bound);
    }
    let mut running: BTreeMap<Arc<str>, BTreeSet<usize>> = BTreeMap::new();
    let runs = identity.running();
    for workload in all {
        let accounts = runs.get(&workload.node).into_iter().flatten();
        let inside = accounts.filter(|node| scene.nodes[**node].kind.starts_with("identity"));
        running.entry(Arc::clone(workload.namespace)).or_default().extend(inside);
    }
    let mut tokens: BTreeMap<Arc<str>, Vec<(Arc<str>, usize)>> = BTreeMap::new();
    for (at, account) in super::tokens(scene) {
        let secret = scene.index.resource(at);
        if let Some(namespace) = &secret.scope.namespace {
            let token = (Arc::clone(&secret.name), account);
            tokens.entry(Arc::clone(namespace)).or_default().push(token);
        }
    }
    let mut outside: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for trust in identity.trusts.iter().filter(|trust| &*trust.label == "assumes") {
        outside.entry(trust.source).or_default().insert(trust.target);
    }
    Spoils { scene, holders, residents, running, tokens, outside, left: scene.bounds.looks }
}

/// Ways to act as somebody with other rights: those that are there already are opened by raising one's rights.
fn open(identity: &mut Identity, mut opened: BTreeMap<(usize, usize), (&'static str, Vec<Place>)>) {
    let mut there = BTreeSet::new();
    for trust in &mut identity.trusts {
        let ends = (trust.source, trust.target);
        if AS_ACCOUNTS.contains(&&*trust.label) && opened.contains_key(&ends) {
            trust.opened_by = Some("T011");
            there.insert(ends);
        }
    }
    opened.retain(|ends, _| !there.contains(ends));
    for ((source, target), (words, proof)) in opened {
        identity.trusts.push(Trust {
            source,
            target,
            label: words.into(),
            opened_by: Some("T011"),
            proof,
        });
    }
}

/// Who takes over an administrator is one.
fn follow(identity: &mut Identity, ends: &BTreeSet<(usize, usize)>) {
    let is_taken = |trust: &&Trust| {
        trust.opened_by == Some("T011") && ends.contains(&(trust.source, trust.target))
    };
    let taken: Vec<Trust> = identity.trusts.iter().filter(is_taken).cloned().collect();
    for _ in 0..ROUNDS {
        let reaches = identity.reaches();
        let reach = |node: usize| reaches.get(&node).copied().unwrap_or(0);
        let mut risen = BTreeSet::new();
        for trust in &taken {
            if reach(trust.target) == 3 && reach(trust.source) < 3 && risen.insert(trust.source) {
                identity.grants.push(Grant {
                    principal: trust.source,
                    scope: Scope::Unknown,
                    level: Level::Admin,
                    wildcard: true,
                    label: format!("raises its rights: {}", trust.label).into(),
                    proof: trust.proof.clone(),
                });
            }
        }
        if risen.is_empty() {
            break;
        }
    }
}
