//! Tokens of pipelines that a trust policy accepts though nobody meant them: of other repositories, projects or workspaces, of any branch,
//! of requests that nobody has looked at.
//!
//! The table `shared_issuers` says who issues tokens for all its customers, and which words of a subject have to be followed by what is
//! meant; `open_subjects` says how subjects end that anybody with access there gets. Sources: AWS IAM User Guide, "Create a role for `OpenID`
//! Connect federation"; documentation of `GitHub`, "`OpenID` Connect reference"; of `GitLab`, "Configure `OpenID` Connect in AWS to retrieve
//! temporary credentials"; of HCP Terraform, "Use dynamic credentials with the AWS provider"; of Buildkite, "OIDC with AWS".

use std::sync::Arc;

use crate::graph::scene::Scene;

use super::policy::Condition;

/// The class that opens a federated trust.
const CLASS: &str = "T013";

/// The class that opens the trust of what an issuer signs, under conditions.
pub fn opened_by(
    scene: &Scene<'_>,
    issuer: &str,
    conditions: &[Condition],
) -> Option<&'static str> {
    let host = issuer.trim_start_matches("https://").trim_end_matches('/');
    let mut rows = scene.vocabulary.table("shared_issuers").iter();
    let row = rows.find(|row| row.first().is_some_and(|own| **own == *host))?;
    let words = &row[1..];
    let claim = |condition: &&Condition| condition.key.rsplit(':').next() != Some("aud");
    let mut others = conditions.iter().filter(claim).filter(|it| it.key.contains(host));
    let subjects: Vec<&Condition> =
        conditions.iter().filter(|condition| condition.key.ends_with(":sub")).collect();
    let wide = if subjects.is_empty() {
        others.next().is_none()
    } else {
        let mut values = subjects.iter().flat_map(|subject| {
            let is_like = subject.operator.contains("Like");
            subject.values.iter().flatten().map(move |value| (is_like, value))
        });
        values.any(|(is_like, value)| is_wide(scene, words, value, is_like))
    };
    wide.then_some(CLASS)
}

/// Whether a subject leaves open whose token it is, or for what.
fn is_wide(scene: &Scene<'_>, words: &[Arc<str>], subject: &str, is_like: bool) -> bool {
    let mut ends = scene.vocabulary.table("open_subjects").iter().flatten();
    let Some(context) = words.last().and_then(|word| behind(subject, word)).map(|it| it.1) else {
        // Subjects of a form of their own, which name something before anything is open.
        let named = subject.split('*').next().unwrap_or_default().split_once(':');
        return is_like && named.is_none_or(|(_, named)| named.is_empty());
    };
    let is_open = |value: &str| {
        let mut parts = value.split('/');
        parts.next().is_none_or(|owner| owner.contains('*')) || parts.any(|it| it.starts_with('*'))
    };
    let named = words.iter().all(|word| behind(subject, word).is_some_and(|it| !is_open(it.0)));
    let ends = ends.any(|end| **end == *context && (is_like || !end.contains('*')));
    ends || is_like && (!named || context.starts_with('*'))
}

/// What stands behind a word of a subject, and what comes after that.
fn behind<'s>(subject: &'s str, word: &str) -> Option<(&'s str, &'s str)> {
    let whole = format!("{word}:");
    let rest = match subject.strip_prefix(&*whole) {
        Some(rest) => rest,
        None => subject.split_once(&format!(":{whole}"))?.1,
    };
    Some(rest.split_once(':').unwrap_or((rest, "")))
}
