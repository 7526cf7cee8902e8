//! Accounts, subscriptions and projects, where the configuration stands in several: each is a zone of its own, and rights over all of one
//! end there.
//!
//! Sources: documentation of the providers hashicorp/aws (`assume_role`, `profile`), hashicorp/azurerm
//! (`subscription_id`) and hashicorp/google (`project`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::document::{Mode, Resource, Value};
use crate::source::fits;

use super::look;
use super::scene::{Accounts, Scene};

/// How resources that are an account of their own say its id: type, attribute.
const DECLARED: [(&str, &str); 3] = [
    ("google_project", "project_id"),
    ("azurerm_subscription", "subscription_id"),
    ("aws_organizations_account", "id"),
];

/// Find the accounts of a document and make a zone of each, where there are several.
pub fn read(scene: &mut Scene<'_>) {
    let mut by_zone: BTreeMap<Arc<str>, BTreeMap<Option<Arc<str>>, usize>> = BTreeMap::new();
    for (at, resource) in scene.index.document.resources.iter().enumerate() {
        if resource.mode == Mode::Managed
            && scene.meanings[at].is_some()
            && let Some((id, _, _)) = row_of(scene, "zones", &resource.provider)
        {
            let key = key(resource).cloned();
            *by_zone.entry(id).or_default().entry(key).or_default() += 1;
        }
    }
    let mut accounts = Accounts::default();
    for (id, mut keys) in by_zone {
        // Who names no project of Google Cloud gets one that nothing here tells apart from the others.
        if &*id == "project" {
            keys.remove(&None);
        }
        let most = keys.iter().max_by_key(|(_, count)| **count).map(|(key, _)| key.clone());
        let own = if keys.contains_key(&None) { None } else { most.flatten() };
        let others: BTreeSet<Arc<str>> =
            keys.into_keys().flatten().filter(|key| Some(key) != own.as_ref()).collect();
        if others.is_empty() {
            continue;
        }
        let known = own.as_ref().and_then(|own| declared(scene, own));
        let default = known.unwrap_or_else(|| zone_named(scene, &id, None));
        if let Some(own) = own {
            accounts.keys.insert((Arc::clone(&id), own), default);
        }
        for (position, key) in others.into_iter().enumerate() {
            let zone = declared(scene, &key);
            let zone = zone.unwrap_or_else(|| zone_named(scene, &id, Some((position, &key))));
            accounts.keys.insert((Arc::clone(&id), key), zone);
        }
        accounts.defaults.insert(id, default);
    }
    scene.accounts = accounts;
}

/// What tells the account of a resource from others. Resources of Google Cloud may name their project themselves.
fn key(resource: &Resource) -> Option<&Arc<str>> {
    match resource.attributes.get("project") {
        Some(Value::String(project)) if resource.provider.starts_with("google") => Some(project),
        _ => resource.scope.account.as_ref(),
    }
}

/// The zone of a resource that is the account with this id.
fn declared(scene: &Scene<'_>, key: &str) -> Option<usize> {
    let all = DECLARED.iter().flat_map(|(kind, attribute)| {
        scene.index.of_type(kind).iter().map(move |at| (*at, attribute))
    });
    let mut own = all.filter(|(at, attribute)| {
        look::text(&scene.index.resource(*at).attributes, attribute) == Some(key)
    });
    own.find_map(|(at, _)| scene.zone_of[at])
}

/// The zone that a table of the vocabulary gives to a provider: id, kind, name.
fn row_of(
    scene: &Scene<'_>,
    table: &str,
    provider: &str,
) -> Option<(Arc<str>, Arc<str>, Arc<str>)> {
    let rows = scene.vocabulary.table(table).iter();
    let mut own = rows.filter(|row| row.first().is_some_and(|first| **first == *provider));
    let [_, id, kind, name] = own.next()?.as_slice() else { return None };
    Some((Arc::clone(id), Arc::clone(kind), Arc::clone(name)))
}

/// The zone of one of several accounts: its own, or that of what names none.
fn zone_named(scene: &mut Scene<'_>, id: &str, key: Option<(usize, &str)>) -> usize {
    let mut rows = scene.vocabulary.table("zones").iter();
    let row = rows.find(|row| row.get(1).is_some_and(|own| **own == *id));
    let (kind, name) = match row.map(Vec::as_slice) {
        Some([_, _, kind, name]) => (Arc::clone(kind), Arc::clone(name)),
        _ => (id.into(), id.into()),
    };
    let Some((position, key)) = key else { return scene.plain_zone(id, &name, &kind) };
    // What is not known yet is told by a reason in words.
    let is_id = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
    if is_id {
        scene.plain_zone(&format!("{id}.{key}"), &format!("{name} {key}"), &kind)
    } else {
        let another = format!("{id}.another-{}", position + 1);
        scene.plain_zone(&another, &format!("{name} ({key})"), &kind)
    }
}

/// The zone around what lies in no other: its account.
pub fn zone_of(scene: &mut Scene<'_>, resource: &Resource) -> Option<usize> {
    let (id, kind, name) = row_of(scene, "zones", &resource.provider)?;
    let several = scene.accounts.of(&id, key(resource));
    Some(several.unwrap_or_else(|| scene.plain_zone(&id, &name, &kind)))
}

/// The zone around the identities of a provider, where they have one of their own.
pub fn zone_of_identities(scene: &mut Scene<'_>, provider: &str) -> Option<usize> {
    let (id, kind, name) = row_of(scene, "identity_zones", provider)?;
    Some(scene.plain_zone(&id, &name, &kind))
}

/// The account that a resource lies in, where the document stands in several of its provider.
pub fn account_of(scene: &Scene<'_>, at: usize) -> Option<usize> {
    if scene.accounts.defaults.is_empty() {
        return None;
    }
    let resource = scene.index.resource(at);
    let (id, _, _) = row_of(scene, "zones", &resource.provider)?;
    scene.accounts.of(&id, key(resource))
}

/// The same for a node.
pub fn account_of_node(scene: &Scene<'_>, node: usize) -> Option<usize> {
    account_of(scene, scene.nodes[node].resource?)
}

/// Whether rights over all of a node's account are about another one: they do not lie in two accounts.
pub fn share(scene: &Scene<'_>, a: usize, b: usize) -> bool {
    account_of_node(scene, a) == account_of_node(scene, b)
}

/// The account of AWS with this number, where the document stands in it and others.
pub fn numbered(scene: &Scene<'_>, number: &str) -> Option<usize> {
    scene.accounts.keys.get(&("account".into(), number.into())).copied()
}

/// The zone of the project of Google Cloud with this id.
fn of_project(scene: &Scene<'_>, id: &str) -> Option<usize> {
    let several = scene.accounts.keys.get(&("project".into(), id.into())).copied();
    several.or_else(|| declared(scene, id))
}

/// Where an account of somebody who is named by an address is at home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// In a zone of the document.
    Zone(usize),
    /// In a project that the document does not stand in.
    Elsewhere,
    /// Not known, or in the one project that there is.
    Here,
}

/// The projects of Google Cloud that a document stands in.
#[derive(Debug)]
pub struct Projects {
    /// Their ids; none where one of them is not known.
    known: Option<BTreeSet<Arc<str>>>,
}

impl Projects {
    /// Of a document.
    pub fn new(scene: &Scene<'_>) -> Self {
        let own = scene.index.document.resources.iter();
        let own = own.filter(|it| it.mode == Mode::Managed && it.provider.starts_with("google"));
        let id = |resource: &Resource| {
            let written = resource.attributes.get("project");
            let is_open = matches!(written, Some(Value::Unknown(_)));
            let id = key(resource).filter(|_| !is_open)?;
            let is_id = id.bytes().all(|it| it.is_ascii_alphanumeric() || b"-:.".contains(&it));
            is_id.then(|| Arc::clone(id))
        };
        Self { known: own.map(id).collect() }
    }

    /// Where an account is at home, by its address of mail as a member of bindings.
    pub fn of(&self, scene: &Scene<'_>, member: &str) -> Home {
        let address = member.strip_prefix("serviceAccount:");
        let address = address.and_then(|it| it.strip_suffix(".iam.gserviceaccount.com"));
        let Some((name, project)) = address.and_then(|it| it.split_once('@')) else {
            return Home::Here;
        };
        // Google's own accounts for a project carry its number.
        let of_google = ["gcp_agents", "gcp_service_agents", "gcp_proxies"]
            .iter()
            .flat_map(|table| scene.vocabulary.table(table).iter().flatten())
            .any(|agent| fits(agent, member));
        let is_agent = name
            .strip_prefix("service-")
            .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
        if of_google || is_agent {
            return Home::Here;
        }
        match of_project(scene, project) {
            Some(zone) => Home::Zone(zone),
            None => match &self.known {
                // Of projects of a domain, the address says the id in another form.
                Some(known) if !known.is_empty() && !project.contains('.') => {
                    if known.contains(project) { Home::Here } else { Home::Elsewhere }
                }
                _ => Home::Here,
            },
        }
    }

    /// Where a project with an id is: a zone, or what names none, where there is only one.
    pub fn of_id(&self, scene: &Scene<'_>, id: &str) -> Home {
        if let Some(zone) = of_project(scene, id) {
            return Home::Zone(zone);
        }
        let is_only = !scene.accounts.defaults.contains_key("project")
            && scene.index.of_type("google_project").is_empty();
        let is_known = self.known.as_ref().is_some_and(|known| !known.contains(id));
        if is_only && (id.is_empty() || !is_known) { Home::Here } else { Home::Elsewhere }
    }
}
