//! Conditions on tokens of pipelines: how far they confine whoever may log in, to repositories that are named and to a branch, tag or
//! environment of them.
//!
//! Source: Google Cloud documentation, "Workload Identity Federation with deployment pipelines"; GitHub and GitLab documentation, "`OpenID`
//! Connect" (what subjects are made of).

use std::sync::Arc;

use crate::document::{Resource, Value};
use crate::engine::cel::{Outline, Question};
use crate::graph::network::Tri;
use crate::graph::patterns::Pattern;
use crate::graph::scene::Scene;

/// To what tokens are confined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confined {
    /// To repositories that somebody named.
    pub repository: Tri,
    /// To a branch, tag or environment that somebody named.
    pub branch: Tri,
}

impl Confined {
    const fn both(state: Tri) -> Self {
        Self { repository: state, branch: state }
    }

    /// Where both hold.
    pub fn and(self, other: Self) -> Self {
        Self {
            repository: self.repository.or(other.repository),
            branch: self.branch.or(other.branch),
        }
    }

    /// Where one holds.
    fn or(self, other: Self) -> Self {
        Self {
            repository: self.repository.and(other.repository),
            branch: self.branch.and(other.branch),
        }
    }
}

/// What subjects start with where a repository comes next, and a colon after that.
const SUBJECTS: [&str; 2] = ["repo:", "project_path:"];

/// What comes after the repository in subjects, and in claims of the reference, where it is any branch or tag.
const REFERENCES: [&str; 6] = ["", "ref:", "ref:refs/", "ref:refs/heads/", "refs/", "refs/heads/"];

/// Claims that are a reference, and that are a repository's path.
const REFERENCE: &str = "ref";
const PATHS: [&str; 2] = ["repository", "project_path"];
const SUBJECT: &str = "sub";

/// The claims of a provider's tokens, and what its attributes are made of.
pub struct Claims<'s> {
    scene: &'s Scene<'s>,
    provider: &'s Resource,
}

impl<'s> Claims<'s> {
    /// Of a provider.
    pub fn new(scene: &'s Scene<'_>, provider: &'s Resource) -> Self {
        Self { scene, provider }
    }

    /// To what the provider's own condition confines tokens.
    pub fn by_condition(&self) -> Confined {
        match self.provider.attributes.get("attribute_condition") {
            None | Some(Value::Null) => Confined::both(Tri::No),
            Some(Value::String(text)) if text.trim().is_empty() => Confined::both(Tri::No),
            Some(Value::String(text)) => self.confined(&Outline::of(text), true),
            Some(_) => Confined::both(Tri::Unknown),
        }
    }

    /// To what it confines tokens that an attribute has one value.
    pub fn by_attribute(&self, name: &str) -> Confined {
        // The value itself does not matter: it is one.
        self.asked(&format!("attribute.{name}"), &Question::Is(vec![String::new()]))
    }

    /// To what a condition confines tokens that fulfil it, or those that do not.
    fn confined(&self, outline: &Outline, holds: bool) -> Confined {
        let joined = |parts: &[Outline], all: bool| {
            let each = parts.iter().map(|part| self.confined(part, holds));
            let found = if all { each.reduce(Confined::and) } else { each.reduce(Confined::or) };
            found.unwrap_or(Confined::both(Tri::Unknown))
        };
        match outline {
            Outline::All(parts) => joined(parts, holds),
            Outline::Any(parts) => joined(parts, !holds),
            Outline::Not(part) => self.confined(part, !holds),
            Outline::Known(known) => Confined::both((*known != holds).into()),
            Outline::Other => Confined::both(Tri::Unknown),
            // All but what is named is nearly all.
            Outline::Asks(_, _) if !holds => Confined::both(Tri::No),
            Outline::Asks(path, question) => self.asked(path, question),
        }
    }

    /// To what an answer confines them.
    fn asked(&self, path: &str, question: &Question) -> Confined {
        let claim = match path.split_once('.') {
            Some(("assertion", claim)) => claim.split('.').next().unwrap_or(claim).to_owned(),
            Some(("attribute" | "google", _)) => match self.made_of(path) {
                Made::Of(claim) => claim,
                Made::Other(confined) => return confined,
            },
            _ => return Confined::both(Tri::Unknown),
        };
        let Some(patterns) = Pattern::all(question) else {
            let is_unread = *question != Question::Exists;
            return Confined::both(if is_unread { Tri::Unknown } else { Tri::No });
        };
        let each = patterns.iter().map(|pattern| self.judge(&claim, pattern));
        each.reduce(Confined::or).unwrap_or(Confined::both(Tri::Yes))
    }

    /// What an attribute is made of, by the provider's mapping.
    fn made_of(&self, path: &str) -> Made {
        let mapping = self.provider.attributes.get("attribute_mapping");
        let own = path.split_once('.').map_or(path, |(_, name)| name);
        match mapping.and_then(|it| it.get(path)) {
            Some(Value::String(made)) => {
                let claims = claims(made);
                match claims.as_slice() {
                    [claim] if made.trim() == format!("assertion.{claim}") => {
                        Made::Of((*claim).to_owned())
                    }
                    // What is made of parts says no more than all of them do.
                    claims => {
                        let coarse =
                            |table: &str| claims.iter().all(|claim| self.is_in(table, claim));
                        let state = |table| if coarse(table) { Tri::No } else { Tri::Unknown };
                        Made::Other(Confined {
                            repository: state(BROAD),
                            branch: state(REPOSITORY),
                        })
                    }
                }
            }
            Some(_) => Made::Other(Confined::both(Tri::Unknown)),
            None if path == "google.subject" => Made::Of(SUBJECT.to_owned()),
            None => Made::Of(own.to_owned()),
        }
    }

    fn is_in(&self, table: &str, claim: &str) -> bool {
        self.scene.vocabulary.table(table).iter().flatten().any(|own: &Arc<str>| **own == *claim)
    }

    /// To what it confines tokens that a claim fits a pattern.
    fn judge(&self, claim: &str, pattern: &Pattern) -> Confined {
        if claim == SUBJECT {
            return subject(pattern);
        }
        let state = match pattern.exact() {
            Some(_) => Tri::Yes,
            None if pattern.is_anything() => Tri::No,
            None if claim == REFERENCE => reference(pattern),
            None if PATHS.contains(&claim) => repository(pattern),
            None => Tri::Unknown,
        };
        let unless = |table: &str| if self.is_in(table, claim) { Tri::No } else { state };
        Confined { repository: unless(BROAD), branch: unless(REPOSITORY) }
    }
}

/// The tables of claims that name no repository, and no branch.
const BROAD: &str = "gcp_broad_claims";
const REPOSITORY: &str = "gcp_repository_claims";

/// What an attribute is made of.
enum Made {
    /// One claim.
    Of(String),
    /// Others.
    Other(Confined),
}

/// The claims of a token that an expression speaks of.
fn claims(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.'));
    let claims = words.filter_map(|word| word.strip_prefix("assertion."));
    claims.map(|claim| claim.split('.').next().unwrap_or(claim)).collect()
}

/// To what a subject confines: `repo:ORGANIZATION/REPOSITORY:` and what comes after.
fn subject(pattern: &Pattern) -> Confined {
    if pattern.exact().is_some() {
        return Confined::both(Tri::Yes);
    }
    if pattern.is_anything() {
        return Confined::both(Tri::No);
    }
    if let Some(rest) = pattern.without_gap() {
        // What may come before is at least as much as if nothing did.
        let doubt = |state: Tri| if state == Tri::No { Tri::No } else { Tri::Unknown };
        if SUBJECTS.iter().any(|start| rest.start().starts_with(start)) {
            let inner = subject(&rest);
            return Confined { repository: doubt(inner.repository), branch: doubt(inner.branch) };
        }
        let Some(after) = rest.without(":") else { return Confined::both(Tri::Unknown) };
        return Confined { repository: Tri::No, branch: reference(&after) };
    }
    let Some(rest) = SUBJECTS.iter().find_map(|start| pattern.without(start)) else {
        let whole = |start: &str| start.starts_with(pattern.start());
        let is_any = pattern.is_start() && SUBJECTS.iter().any(|start| whole(start));
        return Confined::both(if is_any { Tri::No } else { Tri::Unknown });
    };
    match rest.split(':') {
        Some((path, after)) => {
            let exact = path.exact().is_some();
            let repository = if exact { Tri::Yes } else { repository(&path) };
            Confined { repository, branch: reference(&after) }
        }
        None => Confined { repository: repository(&rest), branch: Tri::No },
    }
}

/// Whether a path with gaps names repositories: those of whole organizations are not named.
fn repository(pattern: &Pattern) -> Tri {
    let start = pattern.start();
    let all = pattern.is_start() && (start.ends_with('/') || !start.contains('/'));
    if all { Tri::No } else { Tri::Unknown }
}

/// Whether a reference names a branch, tag or environment.
fn reference(pattern: &Pattern) -> Tri {
    if pattern.exact().is_some_and(|text| !text.is_empty()) {
        return Tri::Yes;
    }
    let any = pattern.is_start() && REFERENCES.contains(&pattern.start());
    if any { Tri::No } else { Tri::Unknown }
}
