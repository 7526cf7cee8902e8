//! From statements to grants: which stores, keys, secrets and queues of the document a principal may use, and how far its rights go.
//!
//! The table `aws_services` says what a type's ARN looks like: type, service, what stands before its name, the attribute of its name, and
//! the attribute by which alone there is such a thing.
//! `aws_read_actions` are actions that only look; `aws_plain_actions` are those that every workload of its kind has and that change
//! nothing of value.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::document::Value;
use crate::graph::accounts;
use crate::graph::identity::{
    Grant, Identity, Level, Scope, may_take_messages, note_erasing, takes_messages,
};
use crate::graph::look;
use crate::graph::scene::Scene;
use crate::source::fits;

use super::denials::Denials;
use super::policy::{Document, Statement, Target, last_part, like, service};
use super::rights::Rights;

/// The service whose names get six more characters.
const LENGTHENED: &str = "secretsmanager";

/// Services whose things have parts with ARNs of their own, with what stands before these: objects, indexes, streams.
const HOLDING: [(&str, char); 4] =
    [("s3", '/'), ("dynamodb", '/'), ("kinesis", '/'), ("logs", ':')];

/// Where the names of wholes may end in the last part of an ARN whose service has parts.
fn wholes<'r>(service: &str, rest: &'r str) -> impl Iterator<Item = &'r str> {
    let mark = HOLDING.iter().find(|(own, _)| *own == service).map(|(_, mark)| *mark);
    let ends = mark.into_iter().flat_map(move |mark| rest.match_indices(mark).map(|(at, _)| at));
    ends.take(4).map(|at| &rest[..at])
}

/// Nodes that policies speak of, with their service, type in the ARN and name.
pub struct Things<'s> {
    things: Vec<Thing<'s>>,
    /// Positions by node.
    by_node: BTreeMap<usize, Vec<usize>>,
    /// Positions by what stands in an ARN for them, where their name is known.
    by_name: BTreeMap<String, Vec<usize>>,
    /// Positions of those whose name is not known, by the pattern of all of their kind.
    unnamed: BTreeMap<String, Vec<usize>>,
    /// Positions of those whose name gets an ending.
    lengthened: Vec<usize>,
}

/// One of them.
struct Thing<'s> {
    node: usize,
    service: &'s str,
    before: &'s str,
    name: Option<&'s str>,
    /// One of them stands in an action that is about it; none where all of its service are.
    words: &'s [Arc<str>],
}

impl<'s> Things<'s> {
    /// All of a document.
    pub fn new(scene: &'s Scene<'_>) -> Self {
        let mut things = Vec::new();
        for row in scene.vocabulary.table("aws_services") {
            let [kind, service, before, attribute, only @ ..] = row.as_slice() else { continue };
            let mut rows = scene.vocabulary.table("aws_action_words").iter();
            let words = rows.find(|own| own.len() > 2 && own[0] == *service && own[1] == *before);
            let words = words.map_or(&[][..], |own| &own[2..]);
            for at in scene.index.of_type(kind) {
                let Some(node) = scene.node_of[*at] else { continue };
                let attributes = &scene.index.resource(*at).attributes;
                let has = |path: &Arc<str>| attributes.get(path) == Some(&Value::Bool(true));
                if !only.iter().all(has) {
                    continue;
                }
                let name = look::text(attributes, attribute);
                things.push(Thing { node, service, before, name, words });
            }
        }
        things.sort_by_key(|thing| (thing.node, thing.service));
        let mut all = Self {
            things,
            by_node: BTreeMap::new(),
            by_name: BTreeMap::new(),
            unnamed: BTreeMap::new(),
            lengthened: Vec::new(),
        };
        for (at, thing) in all.things.iter().enumerate() {
            all.by_node.entry(thing.node).or_default().push(at);
            let (known, text) = match thing.name {
                Some(name) => (&mut all.by_name, format!("{}{name}", thing.before)),
                None => (&mut all.unnamed, format!("{}*", thing.before)),
            };
            known.entry(text).or_default().push(at);
            if thing.service == LENGTHENED {
                all.lengthened.push(at);
            }
        }
        all
    }

    /// Those that a statement may be about, in order: few where it names each by itself.
    fn near(&self, scene: &Scene<'_>, statement: &Statement) -> Vec<usize> {
        let all = || (0..self.things.len()).collect();
        if statement.all_resources_but {
            return all();
        }
        let mut found: Vec<usize> = Vec::new();
        for target in statement.resources.iter() {
            match self.near_target(scene, target) {
                Some(near) => found.extend(near),
                None => return all(),
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Those that a target may mean; `None` for all there are.
    fn near_target(&self, scene: &Scene<'_>, target: &Target) -> Option<Vec<usize>> {
        let mut found: Vec<usize> = Vec::new();
        match target {
            Target::Resource(at) => {
                let node = scene.node_of[*at].and_then(|node| self.by_node.get(&node));
                found.extend(node.into_iter().flatten());
            }
            Target::Pattern { text, partly: false } => {
                let rest = last_part(text).unwrap_or_default();
                let whole = rest.strip_suffix("/*").or_else(|| rest.strip_suffix(":*"));
                let name = whole.unwrap_or(rest);
                if name.contains(['*', '?']) || rest.is_empty() {
                    return None;
                }
                // `name/*` also means whatever begins so.
                if let Some(start) = rest.strip_suffix('*') {
                    let longer = self.by_name.range(start.to_owned()..);
                    let longer = longer.take_while(|(own, _)| own.starts_with(start));
                    found.extend(longer.flat_map(|(_, at)| at));
                }
                found.extend(self.unnamed.get(rest).into_iter().flatten());
                let wholes = wholes(service(text).unwrap_or_default(), rest).chain([name]);
                found.extend(wholes.filter_map(|whole| self.by_name.get(whole)).flatten());
                found.extend(&self.lengthened);
            }
            Target::All | Target::Pattern { .. } => return None,
        }
        Some(found)
    }

    /// Nodes that a target means, in no order; `None` where that takes more comparisons than are left.
    pub fn of_target(
        &self,
        scene: &Scene<'_>,
        target: &Target,
        left: &mut usize,
    ) -> Option<Vec<usize>> {
        let near = self.near_target(scene, target);
        let all = 0..self.things.len();
        let near = near.unwrap_or_else(|| all.collect());
        *left = left.checked_sub(near.len())?;
        let meant = near.into_iter().map(|at| &self.things[at]);
        Some(meant.filter(|it| it.is_meant(scene, target)).map(|it| it.node).collect())
    }

    /// Those that a statement means, by kind; `None` where that takes more comparisons than are left.
    fn meant(
        &self,
        scene: &Scene<'_>,
        statement: &Statement,
        looks: &mut usize,
    ) -> Option<Meant<'s>> {
        let mut nodes: FxHashSet<usize> = FxHashSet::default();
        let mut others = Vec::new();
        for target in statement.resources.iter() {
            match target {
                Target::Resource(at) => nodes.extend(scene.node_of[*at]),
                other => others.push(other),
            }
        }
        let near = self.near(scene, statement);
        *looks = looks.checked_sub(near.len().saturating_mul(others.len().max(1)))?;
        let mut meant = Meant::new();
        for at in near {
            let thing = &self.things[at];
            let named = nodes.contains(&thing.node)
                || others.iter().any(|target| thing.is_meant(scene, target));
            if named != statement.all_resources_but {
                meant.entry((thing.service, thing.before)).or_default().push(at);
            }
        }
        Some(meant)
    }
}

/// Positions of things by service and what stands before their names: they are about the same actions.
type Meant<'s> = BTreeMap<(&'s str, &'s str), Vec<usize>>;

impl Thing<'_> {
    /// Whether a target of a statement means it, or a part of it.
    fn is_meant(&self, scene: &Scene<'_>, target: &Target) -> bool {
        self.is_meant_whole(scene, target) || self.is_meant_in_part(target)
    }

    /// Whether a pattern means a part of it: objects under a path, an index.
    fn is_meant_in_part(&self, target: &Target) -> bool {
        let Target::Pattern { text, partly: false } = target else { return false };
        let Some(name) = self.name else { return false };
        let own = || format!("{}{name}", self.before);
        let rest = last_part(text).unwrap_or_default();
        service(text).is_some_and(|service| like(service, self.service))
            && wholes(self.service, rest).any(|whole| like(whole, &own()))
    }

    /// Whether a target of a statement means all of it.
    fn is_meant_whole(&self, scene: &Scene<'_>, target: &Target) -> bool {
        match target {
            Target::All => true,
            Target::Resource(at) => scene.node_of[*at] == Some(self.node),
            Target::Pattern { text, partly } => {
                if *partly && &**text == "*" {
                    return false;
                }
                let fits_service = service(text).is_some_and(|service| like(service, self.service));
                let rest = last_part(text).unwrap_or_default();
                let Some(name) = self.name.filter(|_| fits_service && !partly) else {
                    // A name that is not known is one of all, and of no others.
                    return fits_service && !partly && rest == format!("{}*", self.before);
                };
                let own = format!("{}{name}", self.before);
                let whole = rest.strip_suffix("/*").or_else(|| rest.strip_suffix(":*"));
                // Secrets get six more characters.
                let longer = format!("{own}-abcdef");
                like(rest, &own)
                    || whole.is_some_and(|rest| like(rest, &own))
                    || self.service == LENGTHENED && like(rest, &longer)
            }
        }
    }

    /// Whether a statement names it by itself, as whoever means a thing of another account has to.
    fn is_named(&self, scene: &Scene<'_>, statement: &Statement) -> bool {
        statement.resources.iter().any(|target| match target {
            Target::All => false,
            Target::Resource(at) => scene.node_of[*at] == Some(self.node),
            Target::Pattern { text, .. } => {
                let rest = last_part(text).unwrap_or_default();
                let whole = rest.strip_suffix("/*").or_else(|| rest.strip_suffix(":*"));
                !whole.unwrap_or(rest).contains(['*', '?']) && self.is_meant(scene, target)
            }
        })
    }

    /// Whether statements deny an action on all of it, for certain.
    fn is_denied(&self, scene: &Scene<'_>, statements: &[Statement], action: &str) -> bool {
        let denying = |statement: &&Statement| {
            !statement.allow && statement.conditions.is_empty() && statement.covers(action)
        };
        statements.iter().filter(denying).any(|statement| {
            let mut targets = statement.resources.iter();
            if statement.all_resources_but {
                // What is not known may be what is left out.
                return targets.all(|target| match target {
                    Target::All => false,
                    Target::Resource(at) => scene.node_of[*at] != Some(self.node),
                    Target::Pattern { partly, .. } => {
                        !partly && self.name.is_some() && !self.is_meant(scene, target)
                    }
                });
            }
            targets.any(|target| match target {
                Target::Resource(_) if statement.partly => false,
                Target::Resource(_) if self.service == "s3" && !statement.of_parts => false,
                Target::Pattern { text, .. } if self.service == "s3" && !text.ends_with('*') => {
                    false
                }
                _ => self.is_meant_whole(scene, target),
            })
        })
    }

    /// Whether what limits a principal lets it do something with it, as far as that is known.
    fn is_within(&self, scene: &Scene<'_>, rights: &Rights, action: &str) -> bool {
        let denied = |limits: &Document| self.is_denied(scene, &limits.statements, action);
        if rights.boundary.as_ref().is_some_and(denied) {
            return false;
        }
        let Some(limits) = rights.boundary.as_ref().filter(|limits| !limits.open) else {
            return true;
        };
        let mut limits = limits.statements.iter().filter(|each| each.allow && each.covers(action));
        limits.any(|limit| {
            let named = limit.resources.iter().any(|target| {
                matches!(target, Target::Pattern { partly: true, .. })
                    || self.is_meant(scene, target)
            });
            named != limit.all_resources_but
        })
    }

    /// Actions of a statement that are about it.
    fn actions<'a>(&self, statement: &'a Statement) -> Vec<&'a str> {
        if statement.all_but {
            let all_of_it = format!("{}:", self.service);
            let left_out = statement
                .actions
                .iter()
                .any(|action| &**action == "*" || action.starts_with(&all_of_it));
            return if left_out { Vec::new() } else { vec!["*"] };
        }
        let actions = statement.actions.iter().map(|action| &**action);
        actions
            .filter(|action| {
                let service = action.split(':').next().unwrap_or_default();
                // Where things of several kinds share one service, they are told apart by the words for them.
                let mut words = self.words.iter();
                let meant = self.words.is_empty()
                    || action.ends_with(":*")
                    || words.any(|word| action.contains(&**word) || may_mean(action, word));
                *action == "*" || like(service, self.service) && meant
            })
            .collect()
    }
}

/// How the names of actions begin.
const VERBS: [&str; 9] =
    ["create", "delete", "describe", "get", "list", "modify", "put", "start", "update"];

/// Whether an action by wildcard is about a thing, whose word it does not hold: `ssm:Get*`.
fn may_mean(action: &str, word: &str) -> bool {
    let pattern = action.split_once(':').map_or(action, |(_, pattern)| pattern);
    pattern.contains('*') && VERBS.iter().any(|verb| like(pattern, &format!("{verb}{word}")))
}

/// What an action lets do.
pub fn level(scene: &Scene<'_>, action: &str) -> Level {
    let is = |table: &str| {
        let rows = scene.vocabulary.table(table).iter();
        rows.filter_map(|row| row.first()).any(|pattern| {
            fits(&pattern.to_ascii_lowercase(), action.trim_end_matches('*'))
                || fits(&pattern.to_ascii_lowercase(), action)
        })
    };
    if is("aws_read_actions") { Level::Read } else { Level::Write }
}

/// Whether an action changes nothing of value.
fn is_plain(scene: &Scene<'_>, action: &str) -> bool {
    let rows = scene.vocabulary.table("aws_plain_actions").iter();
    rows.filter_map(|row| row.first()).any(|pattern| fits(&pattern.to_ascii_lowercase(), action))
}

/// Whether an action of one service only says that a thing is there and how it is set up. Who may look at everything of every service
/// is shown all the same.
fn is_about(scene: &Scene<'_>, action: &str) -> bool {
    let rows = scene.vocabulary.table("aws_metadata_actions").iter();
    !action.starts_with('*')
        && rows
            .filter_map(|row| row.first())
            .any(|pattern| fits(&pattern.to_ascii_lowercase(), action))
}

/// What a statement is about: the list that it shares with others, and whether all but that are meant.
type About = (*const Target, usize, bool);

/// The grants of all principals on their way.
struct Granting<'g, 's, 'a> {
    scene: &'g Scene<'a>,
    things: Things<'s>,
    /// What policies of resources take away.
    denials: Denials,
    /// What statements mean, each list once; `None` where it was not sought.
    meant: FxHashMap<About, Option<Rc<Meant<'s>>>>,
    /// What those mean that are about everything.
    all: Option<Rc<Meant<'s>>>,
    /// How many comparisons, and how many grants, are left.
    looks: usize,
    left: usize,
}

/// Add the grants of all principals.
pub fn add(scene: &Scene<'_>, all: &BTreeMap<usize, Rights>, identity: &mut Identity) {
    let mut granting = Granting {
        scene,
        things: Things::new(scene),
        denials: Denials::new(scene),
        meant: FxHashMap::default(),
        all: None,
        looks: scene.bounds.looks,
        left: scene.bounds.named,
    };
    for (principal, rights) in all {
        if rights.open {
            identity.open_ended.insert(*principal);
        }
        for statement in rights.statements.iter().filter(|statement| statement.allow) {
            if !granting.of_statement((*principal, rights), statement, identity) {
                identity.left_out = true;
                identity.open_ended.insert(*principal);
            }
        }
    }
}

impl<'s> Granting<'_, 's, '_> {
    /// The things that a statement means, as long as there are looks left.
    fn meant(&mut self, statement: &Statement) -> Option<Rc<Meant<'s>>> {
        let list = &statement.resources;
        let everything = matches!(&**list, [Target::All]) && !statement.all_resources_but;
        if everything && let Some(known) = &self.all {
            return Some(Rc::clone(known));
        }
        let about = (list.as_ptr(), list.len(), statement.all_resources_but);
        if let Some(known) = self.meant.get(&about) {
            return known.clone();
        }
        let found = self.things.meant(self.scene, statement, &mut self.looks).map(Rc::new);
        if everything {
            self.all.clone_from(&found);
        }
        self.meant.insert(about, found.clone());
        found
    }

    /// Says whether nothing was left out.
    fn of_statement(
        &mut self,
        (principal, rights): (usize, &Rights),
        statement: &Statement,
        identity: &mut Identity,
    ) -> bool {
        let proof = vec![statement.place];
        let everything = statement.on_everything() && statement.conditions.is_empty();
        if everything && is_admin(rights, statement) {
            identity.grants.push(Grant {
                principal,
                scope: accounts::account_of_node(self.scene, principal)
                    .map_or(Scope::Account, Scope::Zone),
                level: Level::Admin,
                wildcard: true,
                label: "*".into(),
                proof,
            });
            return true;
        }
        // Limits on single things leave nothing that is over all.
        let limits = rights.boundary.as_ref().filter(|limits| !limits.open);
        let over_all = |limit: &Statement| limit.allow && limit.on_everything();
        let everything =
            everything && limits.is_none_or(|limits| limits.statements.iter().any(over_all));
        // What the limits take away is not there.
        let statement = &rights.within(statement);
        let (met, whole) = self.on_things((principal, rights), statement, everything, identity);
        let mut actions: Vec<&str> = if statement.all_but {
            vec!["*"]
        } else {
            statement.actions.iter().map(|action| &**action).collect()
        };
        actions.retain(|action| is_allowed(rights, action) && !is_plain(self.scene, action));
        let level = actions.iter().map(|action| level(self.scene, action)).max();
        // What is granted on nothing of the document still is a right.
        if let Some(level) = level.filter(|level| !met || everything && *level == Level::Write) {
            identity.grants.push(Grant {
                principal,
                scope: Scope::Unknown,
                level,
                wildcard: statement.everything && everything && level == Level::Write,
                label: shown(statement, &actions),
                proof,
            });
        }
        whole
    }

    /// Grants on things of the document: whether there are some, and whether none was left out.
    fn on_things(
        &mut self,
        (principal, rights): (usize, &Rights),
        statement: &Statement,
        everything: bool,
        identity: &mut Identity,
    ) -> (bool, bool) {
        let Some(meant) = self.meant(statement) else { return (false, false) };
        let denials = rights.statements.iter().filter(|statement| !statement.allow);
        let denials: usize = denials.map(|statement| statement.resources.len()).sum();
        let account = accounts::account_of_node(self.scene, principal);
        let mut met = false;
        for things in meant.values() {
            let Some(first) = things.first() else { continue };
            let mut actions = self.things.things[*first].actions(statement);
            actions.retain(|action| {
                is_allowed(rights, action)
                    && !is_plain(self.scene, action)
                    && !is_about(self.scene, action)
            });
            if actions.is_empty() {
                continue;
            }
            let mut said = Said::of(self.scene, statement, &actions);
            let mut left = actions.clone();
            for thing in things.iter().map(|at| &self.things.things[*at]) {
                let is_near = || accounts::account_of_node(self.scene, thing.node) == account;
                if thing.node == principal || !is_near() && !thing.is_named(self.scene, statement) {
                    continue;
                }
                let limits = limits(rights) + denials;
                if limits > 0 || self.denials.speaks_of(thing.node) {
                    let Some(looks) = self.looks.checked_sub(limits) else { return (met, false) };
                    self.looks = looks;
                    let free = |action: &&&str| {
                        let of = (thing.node, **action);
                        !thing.is_denied(self.scene, &rights.statements, action)
                            && thing.is_within(self.scene, rights, action)
                            && !self.denials.refuses(self.scene, principal, of)
                    };
                    left = actions.iter().filter(free).copied().collect();
                    if left.is_empty() {
                        continue;
                    }
                    said = Said::of(self.scene, statement, &left);
                }
                met = true;
                if self.left == 0 {
                    return (met, false);
                }
                self.left -= 1;
                if !everything {
                    let of = (principal, thing.node);
                    let words = (left.as_slice(), statement.place);
                    note_erasing(self.scene, identity, of, "aws_log_erasers", words);
                }
                let of = (principal, thing.node);
                // What is given to whatever does a job, on all there is, does not say what one of them takes.
                let names = !everything && !statement.is_for_a_service();
                if said.reads && names {
                    identity.readers.entry(of).or_default().push(statement.place);
                } else if said.reads || said.may_read {
                    let reading = identity.may_read.entry(of).or_default();
                    reading.names |= names;
                    reading.proof.push(statement.place);
                }
                identity.grants.push(Grant {
                    principal,
                    scope: Scope::Node(thing.node),
                    level: said.level,
                    wildcard: everything && said.level == Level::Write,
                    label: Arc::clone(&said.label),
                    proof: vec![statement.place],
                });
            }
        }
        (met, true)
    }
}

/// How much what limits a principal names.
fn limits(rights: &Rights) -> usize {
    let limits = rights.boundary.as_ref().map_or(&[][..], |limits| &limits.statements);
    limits.iter().map(|limit| limit.resources.len()).sum()
}

/// What actions let do, and how they are shown.
struct Said {
    level: Level,
    label: Arc<str>,
    /// Whether one takes messages out.
    reads: bool,
    /// Whether one takes messages out among other things.
    may_read: bool,
}

impl Said {
    fn of(scene: &Scene<'_>, statement: &Statement, actions: &[&str]) -> Self {
        let level = actions.iter().map(|action| level(scene, action)).max();
        let reads = actions.iter().any(|action| takes_messages(scene, action));
        let may_read = actions.iter().any(|action| may_take_messages(scene, action));
        let label = shown(statement, actions);
        Self { level: level.unwrap_or(Level::Read), label, reads, may_read }
    }
}

/// Whether an action is allowed by what a principal has as a whole.
fn is_allowed(rights: &Rights, action: &str) -> bool {
    action.contains('*') || rights.allowing(action).next().is_some()
}

/// Whether a statement lets everything: then who has it can give itself anything.
fn is_admin(rights: &Rights, statement: &Statement) -> bool {
    let on_all = statement.resources.contains(&Target::All) && !statement.all_resources_but;
    let free = |action: &str| rights.allowing(action).any(|each| std::ptr::eq(each, statement));
    on_all
        && !statement.all_but
        && statement.actions.iter().any(|action| matches!(&**action, "*" | "*:*" | "iam:*"))
        && free("iam:putrolepolicy")
        && free("iam:attachrolepolicy")
}

/// Actions as a label.
pub fn shown(statement: &Statement, actions: &[&str]) -> Arc<str> {
    let first = actions.iter().take(3).map(|action| statement.shown(action));
    let mut label = first.collect::<Vec<_>>().join(", ");
    if actions.len() > 3 {
        label.push_str(" …");
    }
    label.into()
}
