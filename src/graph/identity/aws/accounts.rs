//! Roles that let in many accounts of a cluster at once: by a pattern over subjects, or as they ask for no subject.
//!
//! Source: Amazon EKS User Guide, "Assign IAM roles to Kubernetes service accounts"; AWS IAM User Guide, "String condition operators".

use std::sync::Arc;

use crate::document::Value;
use crate::graph::look;
use crate::graph::scene::Scene;
use crate::source::Place;

use super::policy::{self, Condition, Principal, Statement};
use super::trust::SUBJECT;

/// How the address of an issuer of EKS begins, after its scheme.
const ISSUERS: &str = "oidc.eks.";

/// What one statement asks of a subject: of each condition, one pattern has to fit.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The node of the role.
    pub role: usize,
    conditions: Vec<Vec<Arc<str>>>,
    /// What says so.
    pub place: Place,
}

impl Asked {
    /// Whether a subject is let in.
    pub fn fits(&self, subject: &str) -> bool {
        let fits = |patterns: &Vec<Arc<str>>| patterns.iter().any(|it| policy::like(it, subject));
        self.conditions.iter().all(fits)
    }

    /// Whether it names nobody in particular.
    fn is_wide(&self) -> bool {
        let is_pattern = |text: &Arc<str>| text.contains(['*', '?']);
        self.conditions.iter().all(|patterns| patterns.iter().any(is_pattern))
    }
}

/// What roles that let in many accounts of a cluster ask, in their order.
pub fn wide(scene: &Scene<'_>) -> Vec<Asked> {
    let mut found = Vec::new();
    for at in scene.index.of_type("aws_iam_role") {
        let Some(role) = scene.node_of[*at] else { continue };
        let document = policy::read(scene, *at, "assume_role_policy");
        let of_cluster = |it: &&Statement| {
            it.allow && it.principals.iter().any(|principal| is_cluster(scene, principal))
        };
        for statement in document.statements.iter().filter(of_cluster) {
            let asked = match asked(&statement.conditions) {
                Some(conditions) => vec![conditions],
                None => written(scene, *at),
            };
            let place = statement.place;
            found.extend(asked.into_iter().map(|conditions| Asked { role, conditions, place }));
        }
    }
    found.retain(Asked::is_wide);
    found
}

/// Whether a principal is whoever a cluster of EKS knows.
fn is_cluster(scene: &Scene<'_>, principal: &Principal) -> bool {
    match principal {
        Principal::Federated(host) => host.trim_start_matches("https://").starts_with(ISSUERS),
        Principal::Resource(at) => {
            let provider = scene.index.resource(*at);
            let mut made = look::named(scene, *at, "url").targets.into_iter();
            let url = look::text(&provider.attributes, "url").unwrap_or_default();
            provider.type_name() == "aws_iam_openid_connect_provider"
                && (url.trim_start_matches("https://").starts_with(ISSUERS)
                    || made
                        .any(|(to, _)| scene.index.resource(to).type_name() == "aws_eks_cluster"))
        }
        _ => false,
    }
}

/// What conditions ask of subjects; `None` where one is not known well enough.
fn asked(conditions: &[Condition]) -> Option<Vec<Vec<Arc<str>>>> {
    if conditions.iter().any(|condition| condition.key.is_empty()) {
        return None;
    }
    let subjects = conditions.iter().filter(|condition| condition.key.ends_with(SUBJECT));
    subjects.map(|it| patterns(&it.operator, it.values.iter().map(Option::as_deref))).collect()
}

/// The same by the data source that a trust policy is written in: there, a key of which only the end is known is seen.
fn written(scene: &Scene<'_>, role: usize) -> Vec<Vec<Vec<Arc<str>>>> {
    let sources = look::named(scene, role, "assume_role_policy").targets.into_iter();
    let sources = sources.map(|(to, _)| scene.index.resource(to));
    let sources = sources.filter(|source| source.type_name() == "aws_iam_policy_document");
    let statements = sources.flat_map(|source| look::listed(&source.attributes, "statement"));
    statements.filter_map(written_in).collect()
}

fn written_in(statement: &Value) -> Option<Vec<Vec<Arc<str>>>> {
    let mut found = Vec::new();
    for condition in look::listed(statement, "condition") {
        let is_subject = match condition.get("variable")? {
            Value::String(key) => key.to_ascii_lowercase().ends_with(SUBJECT),
            Value::Unknown(unknown) if !unknown.suffix.is_empty() => {
                unknown.suffix.ends_with(SUBJECT)
            }
            _ => return None,
        };
        if is_subject {
            let values = condition.get("values")?.as_array()?;
            found.push(patterns(look::text(condition, "test")?, values.iter().map(Value::as_str))?);
        }
    }
    Some(found)
}

/// The patterns of a condition on subjects; what `StringEquals` names has no signs that stand for others.
fn patterns<'v>(
    operator: &str,
    values: impl Iterator<Item = Option<&'v str>>,
) -> Option<Vec<Arc<str>>> {
    let is_plain = |text: &&str| !text.contains(['*', '?']);
    match operator.rsplit(':').next()?.trim_end_matches("IfExists") {
        "StringLike" => Some(values.flatten().map(Arc::from).collect()),
        "StringEquals" => Some(values.flatten().filter(is_plain).map(Arc::from).collect()),
        _ => None,
    }
}
