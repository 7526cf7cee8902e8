//! From statements to grants: which stores, keys, secrets and queues of the document a principal may use, and how far its rights go.
//!
//! The table `aws_services` says what a type's ARN looks like: type, service, what stands before its name, the attribute of its name.
//! `aws_read_actions` are actions that only look; `aws_plain_actions` are those that every workload of its kind has and that change
//! nothing of value.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::graph::identity::{Grant, Identity, Level, Scope};
use crate::graph::look;
use crate::graph::scene::Scene;
use crate::source::fits;

use super::policy::{Statement, Target, is_everything, like, service};
use super::rights::Rights;

/// The service whose names get six more characters.
const LENGTHENED: &str = "secretsmanager";

/// Nodes that policies speak of, with their service, type in the ARN and name.
pub struct Things<'s> {
    things: Vec<Thing<'s>>,
    /// Positions by node.
    by_node: BTreeMap<usize, Vec<usize>>,
    /// Positions by what stands in an ARN for them, where their name is known.
    by_name: BTreeMap<String, Vec<usize>>,
    /// Positions of those whose name gets an ending.
    lengthened: Vec<usize>,
}

/// One of them.
struct Thing<'s> {
    node: usize,
    service: &'s str,
    before: &'s str,
    name: Option<&'s str>,
}

impl<'s> Things<'s> {
    /// All of a document.
    pub fn new(scene: &'s Scene<'_>) -> Self {
        let mut things = Vec::new();
        for row in scene.vocabulary.table("aws_services") {
            let [kind, service, before, attribute] = row.as_slice() else { continue };
            for at in scene.index.of_type(kind) {
                let Some(node) = scene.node_of[*at] else { continue };
                let name = look::text(&scene.index.resource(*at).attributes, attribute);
                things.push(Thing { node, service, before, name });
            }
        }
        things.sort_by_key(|thing| (thing.node, thing.service));
        let mut all = Self {
            things,
            by_node: BTreeMap::new(),
            by_name: BTreeMap::new(),
            lengthened: Vec::new(),
        };
        for (at, thing) in all.things.iter().enumerate() {
            all.by_node.entry(thing.node).or_default().push(at);
            if let Some(name) = thing.name {
                all.by_name.entry(format!("{}{name}", thing.before)).or_default().push(at);
            }
            if thing.service == LENGTHENED {
                all.lengthened.push(at);
            }
        }
        all
    }

    /// Those that a statement may be about, in order: few where it names each by itself.
    fn near(&self, scene: &Scene<'_>, statement: &Statement) -> Vec<&Thing<'s>> {
        let mut found: Vec<usize> = Vec::new();
        for target in &statement.resources {
            match target {
                _ if statement.all_resources_but => return self.things.iter().collect(),
                Target::Resource(at) => {
                    let node = scene.node_of[*at].and_then(|node| self.by_node.get(&node));
                    found.extend(node.into_iter().flatten());
                }
                Target::Pattern { text, partly: false } => {
                    let rest = text.splitn(6, ':').nth(5).unwrap_or_default();
                    let whole = rest.strip_suffix("/*").or_else(|| rest.strip_suffix(":*"));
                    let name = whole.unwrap_or(rest);
                    if name.contains(['*', '?']) || rest.is_empty() {
                        return self.things.iter().collect();
                    }
                    // `name/*` also means whatever begins so.
                    if let Some(start) = rest.strip_suffix('*') {
                        let longer = self.by_name.range(start.to_owned()..);
                        let longer = longer.take_while(|(own, _)| own.starts_with(start));
                        found.extend(longer.flat_map(|(_, at)| at));
                    }
                    found.extend(self.by_name.get(name).into_iter().flatten());
                    found.extend(&self.lengthened);
                }
                Target::All | Target::Pattern { .. } => return self.things.iter().collect(),
            }
        }
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|at| &self.things[at]).collect()
    }
}

impl Thing<'_> {
    /// Whether a target of a statement means it.
    fn is_meant(&self, scene: &Scene<'_>, target: &Target) -> bool {
        match target {
            Target::All => true,
            Target::Resource(at) => scene.node_of[*at] == Some(self.node),
            Target::Pattern { text, partly } => {
                if *partly && &**text == "*" {
                    return false;
                }
                let fits_service = service(text).is_some_and(|service| like(service, self.service));
                let rest = text.splitn(6, ':').nth(5).unwrap_or_default();
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
                // What hosts, disks and networks share one service for is told apart by the word for it.
                let word = self.before.trim_end_matches('/');
                let meant =
                    self.service != "ec2" || action.contains(word) || action.ends_with(":*");
                *action == "*" || like(service, self.service) && meant
            })
            .collect()
    }
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

/// Add the grants of all principals.
pub fn add(scene: &Scene<'_>, all: &BTreeMap<usize, Rights>, identity: &mut Identity) {
    let things = Things::new(scene);
    for (principal, rights) in all {
        if rights.open {
            identity.open_ended.insert(*principal);
        }
        for statement in rights.statements.iter().filter(|statement| statement.allow) {
            of_statement(scene, &things, (*principal, rights), statement, identity);
        }
    }
}

fn of_statement(
    scene: &Scene<'_>,
    things: &Things<'_>,
    (principal, rights): (usize, &Rights),
    statement: &Statement,
    identity: &mut Identity,
) {
    let proof = vec![statement.place];
    let everything = statement.on_everything() && statement.conditions.is_empty();
    if everything && is_admin(rights, statement) {
        identity.grants.push(Grant {
            principal,
            scope: Scope::Account,
            level: Level::Admin,
            wildcard: true,
            label: "*".into(),
            proof,
        });
        return;
    }
    // What the limits take away is not there.
    let statement = &rights.within(statement);
    let allowed = |action: &str| action.contains('*') || rights.allowing(action).next().is_some();
    let mut met = false;
    for thing in things.near(scene, statement) {
        let actions: Vec<&str> = thing
            .actions(statement)
            .into_iter()
            .filter(|action| allowed(action) && !is_plain(scene, action))
            .filter(|action| !is_about(scene, action))
            .filter(|action| !rights.denies(scene, action, thing.node))
            .collect();
        let meant = statement.resources.iter().any(|target| thing.is_meant(scene, target))
            != statement.all_resources_but;
        if actions.is_empty() || !meant || thing.node == principal {
            continue;
        }
        met = true;
        let level = actions.iter().map(|action| level(scene, action)).max();
        identity.grants.push(Grant {
            principal,
            scope: Scope::Node(thing.node),
            level: level.unwrap_or(Level::Read),
            wildcard: everything && level == Some(Level::Write),
            label: shown(statement, &actions),
            proof: proof.clone(),
        });
    }
    let mut actions: Vec<&str> = if statement.all_but {
        vec!["*"]
    } else {
        statement.actions.iter().map(|action| &**action).collect()
    };
    actions.retain(|action| allowed(action) && !is_plain(scene, action));
    let level = actions.iter().map(|action| level(scene, action)).max();
    // What is granted on nothing of the document still is a right.
    if let Some(level) = level.filter(|level| !met || everything && *level == Level::Write) {
        let on_group = statement.resources.iter().any(is_everything);
        identity.grants.push(Grant {
            principal,
            scope: Scope::Unknown,
            level,
            wildcard: on_group && everything && level == Level::Write,
            label: shown(statement, &actions),
            proof,
        });
    }
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
