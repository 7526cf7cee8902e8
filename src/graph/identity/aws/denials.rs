//! What policies of resources take from principals whose own policies allow it: denials, and keys whose policy does not hand over to the
//! account.
//!
//! Sources: AWS IAM User Guide, "Policy evaluation logic" (an explicit denial wins), "AWS global condition context keys"
//! (`aws:PrincipalArn`); AWS KMS Developer Guide, "Default key policy" (without it, policies of IAM that allow have no effect).

use std::collections::BTreeMap;

use crate::graph::look;
use crate::graph::scene::Scene;

use super::policy::{
    Condition, Document, PRINCIPAL, Principal, Statement, Target, like, name_part, with_path,
};
use super::resources;

/// How many statements of one resource count.
const MOST: usize = 64;

/// Denials, and whom keys are handed to, by node.
#[derive(Debug)]
pub struct Denials {
    denied: BTreeMap<usize, Vec<Statement>>,
    /// Statements of keys whose policies are known.
    keys: BTreeMap<usize, Vec<Statement>>,
}

impl Denials {
    /// All of a document.
    pub fn new(scene: &Scene<'_>) -> Self {
        let mut found = Self { denied: BTreeMap::new(), keys: BTreeMap::new() };
        let mut open = Vec::new();
        for (node, kind, document) in resources::documents(scene) {
            let Document { statements, open: is_open } = document;
            if kind.starts_with("aws_kms_") {
                if is_open {
                    open.push(node);
                } else if !statements.is_empty() {
                    found.keys.entry(node).or_default().extend(statements.iter().cloned());
                }
            }
            let denials = statements.into_iter().filter(|it| !it.allow).take(MOST);
            found.denied.entry(node).or_default().extend(denials);
        }
        found.keys.retain(|node, _| !open.contains(node));
        found.denied.retain(|_, denials| !denials.is_empty());
        found
    }

    /// Whether a node's policies say something of who else may.
    pub fn speaks_of(&self, node: usize) -> bool {
        self.denied.contains_key(&node) || self.keys.contains_key(&node)
    }

    /// Whether a principal may not, for certain, whatever its own policies allow.
    pub fn refuses(
        &self,
        scene: &Scene<'_>,
        principal: usize,
        (node, action): (usize, &str),
    ) -> bool {
        let denied = self.denied.get(&node).into_iter().flatten().take(MOST);
        let objects = &*scene.nodes[node].kind == "datastore_object";
        let is_all = |it: &&Statement| is_whole(it) && (!objects || it.of_parts);
        let mut denied = denied.filter(|it| it.covers(action)).filter(is_all);
        denied.any(|it| is_meant(scene, it, principal))
            || self.keys.get(&node).is_some_and(|all| !is_handed(scene, all, (principal, action)))
    }
}

fn is_whole(statement: &Statement) -> bool {
    !statement.all_resources_but && (!statement.partly || statement.on_everything())
}

/// Whether a denial is about a principal, for certain.
fn is_meant(scene: &Scene<'_>, denial: &Statement, principal: usize) -> bool {
    denial.principals.iter().any(|named| match named {
        Principal::Anyone => true,
        Principal::Resource(at) => scene.node_of[*at] == Some(principal),
        _ => false,
    }) && denial.conditions.iter().all(|condition| is_without(scene, condition, principal))
}

/// Whether a condition excepts others, and not this principal, for certain.
fn is_without(scene: &Scene<'_>, condition: &Condition, principal: usize) -> bool {
    let excepts = condition.operator.contains("Not") && !condition.operator.starts_with("ForA");
    excepts
        && &*condition.key == PRINCIPAL
        && condition.named.iter().all(|named| match named {
            Target::All => false,
            Target::Resource(at) => scene.node_of[*at].is_some_and(|node| node != principal),
            Target::Pattern { text, partly } => !partly && is_another(scene, text, principal),
        })
}

/// Whether an ARN is that of another principal, for certain.
fn is_another(scene: &Scene<'_>, arn: &str, principal: usize) -> bool {
    let Some((kind, name)) = name_part(arn) else { return false };
    let Some(at) = scene.nodes[principal].resource else { return false };
    let resource = scene.index.resource(at);
    let own_kind = resource.kind.strip_prefix("aws_iam_").unwrap_or_default();
    let own = look::text(&resource.attributes, "name");
    if arn.ends_with(":root") {
        return true;
    }
    let Some(own) = own.filter(|_| matches!(kind, "role" | "user")) else { return false };
    let whole = with_path(&resource.attributes).unwrap_or_default();
    kind != own_kind || !like(name, &whole) && !like(name, own)
}

/// Whether a key's policy lets a principal's own policies decide about an action, or names it.
fn is_handed(
    scene: &Scene<'_>,
    statements: &[Statement],
    (principal, action): (usize, &str),
) -> bool {
    let about = |statement: &&Statement| {
        statement.allow
            && (statement.covers(action)
                || statement.actions.iter().any(|own| like(action, own)) != statement.all_but)
    };
    // Of more than are looked at, one may be about anybody.
    let mut allowing = statements.iter().take(MOST).filter(about);
    statements.len() > MOST
        || allowing.any(|statement| {
            statement.principals.iter().any(|named| match named {
                Principal::Own(rest) | Principal::Account(_, rest) => {
                    &**rest == "root"
                        || !is_another(scene, &format!("arn:aws:iam::0:{rest}"), principal)
                }
                Principal::Resource(at) => scene.node_of[*at] == Some(principal),
                Principal::Anyone | Principal::Unknown => true,
                Principal::Service(_) | Principal::Federated(_) => false,
            })
        })
}
