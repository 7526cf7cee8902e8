//! Who may act as a role: trust policies, members of groups, keys of users, roles that start tasks.
//!
//! Source: AWS IAM User Guide, "How to use trust policies", "OIDC federation".

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::document::Value;
use crate::graph::accounts;
use crate::graph::identity::{Identity, Trust};
use crate::graph::look;
use crate::graph::scene::{Fact, Scene};
use crate::model::Element;
use crate::source::Place;

use super::federated;
use super::guests;
use super::policy::{self, Condition, Principal, Statement, is_everything};
use super::rights::{self, Rights};

/// Add all trust.
pub fn add(scene: &mut Scene<'_>, all: &BTreeMap<usize, Rights>, identity: &mut Identity) {
    let roles: Vec<usize> = scene.index.of_type("aws_iam_role").to_vec();
    let mut own = Vec::new();
    let pools = guests::pools(scene);
    for at in roles {
        let Some(role) = scene.node_of[at] else { continue };
        let document = policy::read(scene, at, "assume_role_policy");
        for statement in document.statements.iter().filter(|statement| statement.allow) {
            for principal in &statement.principals {
                match principal {
                    Principal::Own(rest) => {
                        let zone = accounts::account_of(scene, at);
                        own.push((role, Let { zone, rest: Arc::clone(rest) }, statement.place));
                    }
                    Principal::Account(number, rest)
                        if let Some(zone) = accounts::numbered(scene, number) =>
                    {
                        let whole = &**rest == "root" && !limits(&statement.conditions);
                        if whole && accounts::account_of(scene, at) != Some(zone) {
                            let known = identity.letting_in.entry(role).or_default();
                            known.push((zone, statement.place));
                        }
                        let zone = Some(zone);
                        own.push((role, Let { zone, rest: Arc::clone(rest) }, statement.place));
                    }
                    _ => identity.trusts.extend(trusts(scene, role, statement, principal, &pools)),
                }
            }
        }
    }
    within_account(scene, all, &own, identity);
    for (user, group, place) in rights::memberships(scene) {
        identity.trusts.push(trust(user, group, "member of", None, place));
    }
    for kind in ["aws_iam_access_key", "aws_iam_user_login_profile"] {
        for at in scene.index.of_type(kind) {
            let users = look::named(scene, *at, "user").targets;
            let user = users.first().and_then(|(to, _)| scene.node_of[*to]);
            if let (Some(key), Some(user)) = (scene.node_of[*at], user) {
                let place = scene.index.resource(*at).header;
                identity.trusts.push(trust(key, user, "credential of", None, place));
            }
        }
    }
    starters(scene, identity);
    providers(scene);
    second_factors(scene);
}

/// Roles that let nobody in who has not shown a second factor.
fn second_factors(scene: &mut Scene<'_>) {
    for at in scene.index.of_type("aws_iam_role").to_vec() {
        let Some(role) = scene.node_of[at] else { continue };
        let document = policy::read(scene, at, "assume_role_policy");
        let asks = |statement: &&Statement| {
            statement.conditions.iter().any(|condition| {
                &*condition.key == "aws:multifactorauthpresent"
                    && &*condition.operator == "Bool"
                    && condition.values.iter().all(|value| value.as_deref() == Some("true"))
            })
        };
        let allowing: Vec<&Statement> =
            document.statements.iter().filter(|statement| statement.allow).collect();
        if document.open || allowing.is_empty() || !allowing.iter().all(asks) {
            continue;
        }
        let proof: Vec<Place> = allowing.iter().map(|statement| statement.place).take(1).collect();
        let fact = |value| Fact { value: Some(value), proof: proof.clone() };
        let facts = &mut scene.nodes[role].facts;
        facts.insert("second_factor".into(), fact(Value::Bool(true)));
        facts.insert("auth".into(), fact(Value::string("federated_mfa")));
    }
}

/// Whether a role lets in who shows a token with a subject; also where it is not known whom it lets in.
pub fn admits(scene: &Scene<'_>, role: usize, subject: &str) -> bool {
    let document = policy::read(scene, role, "assume_role_policy");
    let fits = |condition: &Condition| {
        let mut values = condition.values.iter();
        values.any(|value| value.as_deref().is_none_or(|text| policy::like(text, subject)))
    };
    let federated = |principal: &Principal| match principal {
        Principal::Federated(_) | Principal::Unknown => true,
        Principal::Resource(at) => {
            scene.index.resource(*at).type_name() == "aws_iam_openid_connect_provider"
        }
        _ => false,
    };
    let allowing = document.statements.iter().filter(|statement| statement.allow);
    let mut meant = allowing.filter(|statement| statement.principals.iter().any(federated));
    let known = document.open
        || meant.any(|statement| {
            let subjects = statement.conditions.iter().filter(|it| it.key.ends_with(SUBJECT));
            subjects.into_iter().all(fits)
        });
    known && written_admits(scene, role, subject)
}

/// How the key of a condition on the subject of a token ends.
pub const SUBJECT: &str = ":sub";

/// The same by the data source that a trust policy is written in: there, the key that begins with an issuer not known yet is seen.
fn written_admits(scene: &Scene<'_>, role: usize, subject: &str) -> bool {
    let sources = look::named(scene, role, "assume_role_policy").targets.into_iter();
    let mut sources = sources
        .map(|(to, _)| scene.index.resource(to))
        .filter(|source| source.type_name() == "aws_iam_policy_document");
    let is_subject = |condition: &&Value| match condition.get("variable") {
        Some(Value::String(key)) => key.to_ascii_lowercase().ends_with(SUBJECT),
        Some(Value::Unknown(unknown)) => unknown.suffix.ends_with(SUBJECT),
        _ => false,
    };
    let fits = |condition: &Value| match condition.get("values").and_then(Value::as_array) {
        Some(values) => {
            values.iter().any(|it| it.as_str().is_none_or(|text| policy::like(text, subject)))
        }
        None => true,
    };
    sources.all(|source| {
        let mut statements = look::listed(&source.attributes, "statement").iter();
        statements.any(|statement| {
            look::listed(statement, "condition").iter().filter(is_subject).all(fits)
        })
    })
}

fn trust(
    source: usize,
    target: usize,
    label: &str,
    opened_by: Option<&'static str>,
    place: Place,
) -> Trust {
    Trust { source, target, label: label.into(), opened_by, proof: vec![place] }
}

fn trusts(
    scene: &mut Scene<'_>,
    role: usize,
    statement: &Statement,
    principal: &Principal,
    pools: &BTreeMap<usize, usize>,
) -> Option<Trust> {
    let place = statement.place;
    match principal {
        Principal::Anyone => {
            if limits(&statement.conditions) {
                return None;
            }
            let internet = scene.internet();
            Some(trust(internet, role, "assumes", Some("T012"), place))
        }
        Principal::Resource(at) => {
            let source = scene.node_of[*at].filter(|source| *source != role)?;
            let is_provider = scene.nodes[source].element == Element::ExternalEntity;
            let opened_by = if is_provider {
                let url =
                    look::text(&scene.index.resource(*at).attributes, "url").unwrap_or_default();
                federated::opened_by(scene, url, &statement.conditions)
            } else {
                None
            };
            Some(trust(source, role, "assumes", opened_by, place))
        }
        Principal::Account(number, _) => {
            let source = account(scene, number);
            let opened_by = (!limits(&statement.conditions)).then_some("T012");
            Some(trust(source, role, "assumes", opened_by, place))
        }
        Principal::Federated(host) if &**host == guests::ISSUER && pools.contains_key(&role) => {
            Some(trust(pools[&role], role, "assumes", None, place))
        }
        Principal::Federated(host) => {
            let id = format!("oidc:{host}");
            let source = scene.plain_node(&id, host, "identity_provider", Element::ExternalEntity);
            scene.nodes[source].zone = Some(outside(scene));
            let opened_by = federated::opened_by(scene, host, &statement.conditions);
            Some(trust(source, role, "assumes", opened_by, place))
        }
        Principal::Own(_) | Principal::Service(_) | Principal::Unknown => None,
    }
}

/// The node of another account.
pub fn account(scene: &mut Scene<'_>, number: &str) -> usize {
    let id = format!("account:{number}");
    let name = format!("AWS account {number}");
    let node = scene.plain_node(&id, &name, "external_account", Element::ExternalEntity);
    scene.nodes[node].zone = Some(outside(scene));
    node
}

fn outside(scene: &mut Scene<'_>) -> usize {
    scene.plain_zone("third_party", "Third parties", "third_party")
}

/// Identity providers stand outside of the account.
fn providers(scene: &mut Scene<'_>) {
    for kind in ["aws_iam_openid_connect_provider", "aws_iam_saml_provider"] {
        for at in scene.index.of_type(kind).to_vec() {
            let Some(node) = scene.node_of[at] else { continue };
            let resource = scene.index.resource(at);
            if let Some(url) = look::text(&resource.attributes, "url") {
                scene.nodes[node].name = url.trim_start_matches("https://").into();
            }
            scene.nodes[node].zone = Some(outside(scene));
        }
    }
}

/// Whom a trust policy lets in of an account of the configuration.
struct Let {
    /// The account's zone, where there are several.
    zone: Option<usize>,
    /// `root`, `role/deploy`.
    rest: Arc<str>,
}

/// Principals of the same account, by what trust policies ask about.
#[derive(Default)]
struct Account<'s> {
    by_name: FxHashMap<&'s str, Vec<usize>>,
    /// Those that may take every role.
    of_all: Vec<usize>,
    /// Those that may take roles whose name, behind its path, fits.
    by_pattern: Vec<(Arc<str>, usize)>,
    /// By role, those that may take it.
    of_role: FxHashMap<usize, Vec<usize>>,
}

impl<'s> Account<'s> {
    fn new(scene: &'s Scene<'_>, all: &BTreeMap<usize, Rights>) -> Self {
        let mut found = Self::default();
        for (source, rights) in all {
            let at = scene.nodes[*source].resource;
            let name = at.and_then(|at| look::text(&scene.index.resource(at).attributes, "name"));
            if let Some(name) = name {
                found.by_name.entry(name).or_default().push(*source);
            }
            let free = rights.allowing("sts:assumerole").filter(|it| it.conditions.is_empty());
            for target in free.flat_map(|allowed| allowed.resources.iter()) {
                match target {
                    policy::Target::Resource(at) => {
                        if let Some(role) = scene.node_of[*at] {
                            found.of_role.entry(role).or_default().push(*source);
                        }
                    }
                    other if is_everything(other) => found.of_all.push(*source),
                    policy::Target::Pattern { text, partly: false } => {
                        if let Some(("role", name)) = policy::name_part(text) {
                            found.by_pattern.push((name.into(), *source));
                        }
                    }
                    _ => {}
                }
            }
        }
        found.of_all.dedup();
        found
    }

    /// Those whom a trust policy lets in through the account itself, or by name.
    fn let_in(&self, scene: &Scene<'_>, role: usize, whom: &Let) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let rest = &*whom.rest;
        if let Some((_, name)) = rest.split_once('/') {
            let named = self.by_name.get(name.rsplit('/').next().unwrap_or_default());
            found.extend(named.into_iter().flatten());
        }
        if rest == "root" {
            found.extend(&self.of_all);
            found.extend(self.of_role.get(&role).into_iter().flatten());
            let own = scene.nodes[role].resource.map(|at| &scene.index.resource(at).attributes);
            if let Some(whole) = own.and_then(policy::with_path) {
                let fitting = self.by_pattern.iter().filter(|it| policy::like(&it.0, &whole));
                found.extend(fitting.map(|(_, source)| source));
            }
        }
        found.remove(&role);
        found.retain(|source| accounts::account_of_node(scene, *source) == whom.zone);
        found
    }
}

fn within_account(
    scene: &Scene<'_>,
    all: &BTreeMap<usize, Rights>,
    roles: &[(usize, Let, Place)],
    identity: &mut Identity,
) {
    if roles.is_empty() {
        return;
    }
    let account = Account::new(scene, all);
    let mut left = scene.bounds.named;
    for (role, whom, place) in roles {
        if &*whom.rest == "root" {
            let looks = account.of_all.len() + account.by_pattern.len();
            if looks > left {
                identity.left_out = true;
                continue;
            }
            left -= account.by_pattern.len();
        }
        for source in account.let_in(scene, *role, whom) {
            left = left.saturating_sub(1);
            identity.trusts.push(trust(source, *role, "assumes", None, *place));
        }
    }
}

/// Roles with which the provider starts tasks; what runs in them does not have their rights.
fn starters(scene: &Scene<'_>, identity: &mut Identity) {
    for at in scene.index.of_type("aws_ecs_task_definition") {
        let resource = scene.index.resource(*at);
        for (to, pointer) in look::named(scene, *at, "execution_role_arn").targets {
            if let (Some(role), Some(service)) = (scene.node_of[to], scene.node_of[*at]) {
                let place = resource.place_of(&pointer);
                identity.trusts.push(trust(role, service, "starts", None, place));
            }
        }
    }
}

/// Conditions under which nothing changes about who may.
const OPEN_CONDITIONS: [&str; 15] = [
    "aws:securetransport",
    // Whoever asks says so.
    "aws:referer",
    "aws:useragent",
    "aws:requestedregion",
    "s3:prefix",
    "s3:delimiter",
    "s3:max-keys",
    "s3:x-amz-acl",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "s3:locationconstraint",
    "s3:signatureversion",
    "s3:tlsversion",
    "aws:multifactorauthpresent",
    "aws:multifactorauthage",
];

/// Whether conditions limit who may.
pub fn limits(conditions: &[Condition]) -> bool {
    conditions.iter().any(|condition| {
        let open = OPEN_CONDITIONS.contains(&&*condition.key)
            || condition.operator.starts_with("Null")
            || condition.operator.contains("Not");
        let everything = condition.values.iter().any(|value| {
            value.as_deref().is_some_and(|text| matches!(text, "*" | "0.0.0.0/0" | "::/0"))
        });
        !open && !everything
    })
}
