//! What principals of AWS may do: statements of all policies that are theirs.
//!
//! Source: AWS IAM User Guide, "Policy evaluation logic"; AWS Managed Policy Reference Guide for the table `aws_managed_policies`, whose
//! rows are a name with `*` and the actions on everything that it allows (`!` before those that it leaves out of all).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::document::{Pointer, Value};
use crate::graph::look;
use crate::graph::scene::Scene;
use crate::source::Place;
use crate::source::fits;

use rustc_hash::FxHashMap;

use super::policy::{self, Document, Statement, Target};

/// Types of principals with the attribute by which policies name them.
pub const PRINCIPALS: [(&str, &str); 3] =
    [("aws_iam_role", "role"), ("aws_iam_user", "user"), ("aws_iam_group", "group")];

/// What a principal may do.
#[derive(Clone, Debug, Default)]
pub struct Rights {
    /// Statements of all its policies.
    pub statements: Vec<Statement>,
    /// What limits them, where something does.
    pub boundary: Option<Document>,
    /// Policies (resources) that are attached to it.
    pub attached: BTreeSet<usize>,
    /// Groups (nodes) that it is in.
    pub groups: BTreeSet<usize>,
    /// Whether some of its policies are not known.
    pub open: bool,
}

impl Rights {
    /// Statements that allow an action without being denied everywhere, by a condition only where asked for.
    pub fn allowing<'r>(&'r self, action: &'r str) -> impl Iterator<Item = &'r Statement> + 'r {
        let denied = self.statements.iter().any(|statement| statement.denies_all(action));
        let limited = self.boundary.as_ref().is_some_and(|boundary| {
            let allowed = boundary
                .statements
                .iter()
                .any(|statement| statement.allow && statement.covers(action));
            let denied = boundary.statements.iter().any(|it| it.denies_all(action));
            !allowed || denied
        });
        self.statements.iter().filter(move |statement| {
            !denied && !limited && statement.allow && statement.covers(action)
        })
    }

    /// A statement within the limits: where it names actions by a pattern, those that the limits allow of them.
    pub fn within(&self, statement: &Statement) -> Statement {
        let mut within = statement.clone();
        let Some(boundary) = &self.boundary else { return within };
        let limits: Vec<&Statement> =
            boundary.statements.iter().filter(|each| each.allow).collect();
        let whole = |action: &str| limits.iter().any(|limit| limit.covers(action));
        let mut written: Vec<Arc<str>> = Vec::new();
        if !statement.all_but {
            let named = statement.actions.iter().zip(&statement.written);
            written.extend(
                named.filter(|(action, _)| whole(action)).map(|(_, shown)| Arc::clone(shown)),
            );
        }
        for limit in limits.iter().filter(|limit| !limit.all_but) {
            let named = limit.actions.iter().zip(&limit.written);
            let covered = named.filter(|(action, _)| statement.covers(action));
            written.extend(covered.map(|(_, shown)| Arc::clone(shown)));
        }
        written.sort();
        written.dedup();
        within.actions = written.iter().map(|action| action.to_ascii_lowercase().into()).collect();
        within.written = written;
        within.all_but = false;
        within
    }
}

/// The rights of all principals of a document, by node.
pub fn all(scene: &Scene<'_>) -> BTreeMap<usize, Rights> {
    let mut found = BTreeMap::new();
    let mut texts = Texts::default();
    for (kind, by) in PRINCIPALS {
        for at in scene.index.of_type(kind) {
            if let Some(node) = scene.node_of[*at] {
                found.insert(node, of(scene, *at, by, &mut texts));
            }
        }
    }
    members(scene, &mut found);
    found
}

/// Policies that principals share, each read once.
type Texts = FxHashMap<usize, Document>;

fn of(scene: &Scene<'_>, at: usize, by: &str, texts: &mut Texts) -> Rights {
    let mut rights = Rights::default();
    let resource = scene.index.resource(at);
    for (position, _) in look::blocks(&resource.attributes, "inline_policy") {
        take(&mut rights, policy::read(scene, at, &format!("inline_policy/{position}/policy")));
    }
    attached(scene, at, "managed_policy_arns", &mut rights, texts);
    let own = format!("aws_iam_{by}_policy");
    let attachment = format!("aws_iam_{by}_policy_attachment");
    let exclusive = format!("aws_iam_{by}_policy_attachments_exclusive");
    let mut seen = BTreeSet::new();
    for edge in scene.index.incoming(at) {
        let kind = &*scene.index.resource(edge.from).kind;
        if !seen.insert((edge.from, edge.at.clone())) {
            continue;
        }
        let names = |path: &str| crate::graph::relations::leads(path, &edge.at);
        if kind == own && names(by) {
            take(&mut rights, policy::read(scene, edge.from, "policy"));
        } else if kind == attachment && names(by)
            || kind == "aws_iam_policy_attachment" && names(&format!("{by}s"))
        {
            attached(scene, edge.from, "policy_arn", &mut rights, texts);
        } else if kind == exclusive && names(&format!("{by}_name")) {
            attached(scene, edge.from, "policy_arns", &mut rights, texts);
        }
    }
    rights.open |= look::may_be_extended(scene, at);
    if look::leaf(&resource.attributes, "permissions_boundary").is_some() {
        let mut boundary = Rights::default();
        attached(scene, at, "permissions_boundary", &mut boundary, texts);
        rights.boundary = Some(Document { statements: boundary.statements, open: boundary.open });
    }
    rights
}

fn take(rights: &mut Rights, document: Document) {
    rights.open |= document.open;
    rights.statements.extend(document.statements);
}

/// The policies that an attribute names.
fn attached(scene: &Scene<'_>, at: usize, path: &str, rights: &mut Rights, texts: &mut Texts) {
    let resource = scene.index.resource(at);
    let named = look::named(scene, at, path);
    for (to, pointer) in &named.targets {
        let other = scene.index.resource(*to);
        match &*other.kind {
            "aws_iam_policy" => {
                rights.attached.insert(*to);
                let read = || policy::read(scene, *to, "policy");
                take(rights, texts.entry(*to).or_insert_with(read).clone());
            }
            "data.aws_iam_policy" => {
                let name = look::text(&other.attributes, "name")
                    .or_else(|| look::text(&other.attributes, "arn").and_then(managed_name));
                managed(scene, name, resource.place_of(pointer), rights);
            }
            _ => {}
        }
    }
    let is_covered = |leaf: &Pointer| {
        named.targets.iter().any(|(_, edge)| edge.covers(leaf) || leaf.covers(edge))
    };
    for (pointer, value) in look::leaves(&resource.attributes, path) {
        let ours = named.targets.iter().any(|(to, _)| {
            matches!(&*scene.index.resource(*to).kind, "aws_iam_policy" | "data.aws_iam_policy")
        });
        if is_covered(&pointer) && ours {
            continue;
        }
        let place = resource.place_of(&pointer);
        match value {
            Value::String(arn) => managed(scene, managed_name(arn), place, rights),
            Value::Unknown(unknown) => {
                managed(scene, managed_name(&unknown.suffix), place, rights);
            }
            _ => rights.open = true,
        }
    }
}

/// The name of one of the provider's own policies, with its path.
fn managed_name(arn: &str) -> Option<&str> {
    let (start, name) = arn.split_once(":policy/")?;
    (start.ends_with(":aws") || start.ends_with("iam:")).then_some(name)
}

/// Statements of one of the provider's own policies, by the table.
fn managed(scene: &Scene<'_>, name: Option<&str>, place: Place, rights: &mut Rights) {
    let rows = scene.vocabulary.table("aws_managed_policies").iter();
    let row = name.and_then(|name| {
        let last = name.rsplit('/').next().unwrap_or(name);
        rows.clone().find(|row| row.first().is_some_and(|pattern| fits(pattern, last)))
    });
    let Some(row) = row else {
        rights.open = true;
        return;
    };
    let all_but = row.iter().skip(1).any(|action| action.starts_with('!'));
    let services = scene.vocabulary.table("aws_service_policies").iter().flatten();
    let is_service = services.into_iter().any(|name| Some(name) == row.first());
    let written: Vec<Arc<str>> =
        row.iter().skip(1).map(|action| action.trim_start_matches('!').into()).collect();
    rights.statements.push(Statement {
        allow: true,
        principals: Vec::new(),
        actions: written.iter().map(|action| action.to_ascii_lowercase().into()).collect(),
        written,
        all_but,
        resources: Arc::new([Target::All]),
        everything: !is_service,
        all_resources_but: false,
        partly: false,
        of_parts: true,
        conditions: Vec::new(),
        place,
    });
}

/// Users may what their groups may.
fn members(scene: &Scene<'_>, found: &mut BTreeMap<usize, Rights>) {
    for (user, group, _) in memberships(scene) {
        let Some(given) = found.get(&group).cloned() else { continue };
        if let Some(rights) = found.get_mut(&user) {
            rights.statements.extend(given.statements);
            rights.open |= given.open;
            rights.groups.insert(group);
        }
    }
}

/// Who is in which group: node of the user, node of the group, where that is written.
pub fn memberships(scene: &Scene<'_>) -> Vec<(usize, usize, Place)> {
    let mut found = Vec::new();
    for (kind, user, group) in [
        ("aws_iam_user_group_membership", "user", "groups"),
        ("aws_iam_group_membership", "users", "group"),
    ] {
        for at in scene.index.of_type(kind) {
            let nodes = |path: &str| -> Vec<usize> {
                let targets = look::named(scene, *at, path).targets;
                targets.into_iter().filter_map(|(to, _)| scene.node_of[to]).collect()
            };
            let groups = nodes(group);
            for user in nodes(user) {
                for group in &groups {
                    found.push((user, *group, scene.index.resource(*at).header));
                }
            }
        }
    }
    found.sort();
    found.dedup();
    found
}
