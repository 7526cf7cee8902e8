//! Azure: role assignments with scopes, administrators of databases, access policies of vaults, tokens of the tenant.
//!
//! Source: Microsoft Learn, "Azure built-in roles", "Understand scope for Azure RBAC".

mod limits;
pub mod reach;

use std::sync::Arc;

use crate::document::{Edge, HOLE, Mode, Resource, Value};
use crate::graph::accounts;
use crate::graph::kubernetes::{clouds, only_cluster, pools};
use crate::graph::look;
use crate::graph::relations::leads;
use crate::graph::scene::Scene;
use crate::source::{Place, fits};

use super::raising::{self, Holding};
use super::{
    About, Grant, Identity, Level, Scope, Trust, note_erasing, note_reading, takes_messages,
};
use reach::{Asks, vault_asks};

/// Add what Azure's resources say.
pub fn read(scene: &mut Scene<'_>, identity: &mut Identity) {
    let mut holdings = Vec::new();
    for at in scene.index.of_type("azurerm_role_assignment") {
        for principal in principals(scene, *at, "principal_id") {
            assignment(scene, (*at, principal), identity, &mut holdings);
        }
    }
    directory_roles(scene, &mut holdings);
    data_roles(scene, identity);
    vaults(scene, identity);
    groups(scene, identity);
    tenants(scene, identity);
    federated(scene, identity);
    raising::add(scene, "azure_escalations", &holdings, identity);
}

/// Whether a node is somebody who acts: who runs Terraform is known by the tenant alone, which does not.
fn acts(scene: &Scene<'_>, node: usize) -> bool {
    &*scene.nodes[node].kind != "identity_provider"
}

/// Policies of vaults: of their own, and those that vaults hold themselves. A vault that asks for roles heeds none.
fn vaults(scene: &Scene<'_>, identity: &mut Identity) {
    let mut grant = |principal: usize, vault: usize, place: Place| {
        let heeded = vault_asks(scene, vault) != Some(Asks::Roles);
        if heeded && principal != vault && acts(scene, principal) {
            identity.grants.push(Grant {
                principal,
                scope: Scope::Node(vault),
                level: Level::Write,
                wildcard: false,
                label: "access policy".into(),
                proof: vec![place],
            });
        }
    };
    for at in scene.index.of_type("azurerm_key_vault_access_policy") {
        let Some(vault) = target(scene, *at, "key_vault_id") else { continue };
        for principal in principals(scene, *at, "object_id") {
            grant(principal, vault, scene.index.resource(*at).header);
        }
    }
    for at in scene.index.of_type("azurerm_key_vault") {
        let Some(vault) = scene.node_of[*at] else { continue };
        let edges = scene.index.outgoing(*at).iter();
        for edge in edges.filter(|edge| leads("access_policy.object_id", &edge.at)) {
            if let Some(principal) = scene.node_of[edge.to] {
                grant(principal, vault, scene.index.resource(*at).place_of(&edge.at));
            }
        }
    }
}

/// Rights that a store gives by resources of its own kind: the table `azure_data_roles`.
fn data_roles(scene: &Scene<'_>, identity: &mut Identity) {
    for row in scene.vocabulary.table("azure_data_roles") {
        let [kind, principal, store, role, reading @ ..] = row.as_slice() else { continue };
        for at in scene.index.of_type(kind) {
            let store =
                if store.is_empty() { scene.node_of[*at] } else { target(scene, *at, store) };
            let Some((principal, store)) = target(scene, *at, principal).zip(store) else {
                continue;
            };
            let resource = scene.index.resource(*at);
            let written = match look::leaf(&resource.attributes, role) {
                Some(Value::String(text)) => Some(&**text),
                Some(Value::Unknown(unknown)) => Some(&*unknown.suffix),
                _ => None,
            };
            let reads = written.is_some_and(|role| reading.iter().any(|word| fits(word, role)));
            identity.grants.push(Grant {
                principal,
                scope: Scope::Node(store),
                level: if reads { Level::Read } else { Level::Write },
                wildcard: false,
                label: if role.is_empty() { "data-plane administrator" } else { "data role" }
                    .into(),
                proof: vec![resource.header],
            });
        }
    }
}

/// Roles of the tenant: who has one may do what it lets do to applications and directory objects.
fn directory_roles(scene: &Scene<'_>, holdings: &mut Vec<Holding>) {
    for at in scene.index.of_type("azuread_directory_role_assignment") {
        let resource = scene.index.resource(*at);
        let Some(principal) = target(scene, *at, "principal_object_id") else { continue };
        let edges = scene.index.outgoing(*at).iter().filter(|edge| leads("role_id", &edge.at));
        let role = edges
            .map(|edge| scene.index.resource(edge.to))
            .find_map(|role| role.attributes.get("display_name").and_then(Value::as_str));
        if let Some(role) = role {
            let actions = raising::actions_of(scene, "entra_role_actions", role).into_iter();
            let proof = vec![resource.header];
            holdings.push(Holding::new(principal, Scope::Account, actions, proof));
        }
    }
}

/// Those that an attribute names as who may: for the account that the machines of a cluster pull images as, these machines too.
fn principals(scene: &Scene<'_>, at: usize, attribute: &str) -> Vec<usize> {
    let edges = scene.index.outgoing(at).iter();
    let mut edges = edges.filter(|edge| leads(attribute, &edge.at));
    let found = edges.find_map(|edge| Some((scene.node_of[edge.to]?, edge)));
    let Some((principal, edge)) = found else { return Vec::new() };
    let mut found = vec![principal];
    if edge.attribute.as_str().starts_with("/kubelet_identity")
        && only_cluster(scene) == Some(principal)
    {
        found.extend(pools::machines(scene));
    }
    found
}

/// The node that an attribute refers to.
fn target(scene: &Scene<'_>, at: usize, attribute: &str) -> Option<usize> {
    let edges = scene.index.outgoing(at).iter();
    edges.filter(|edge| leads(attribute, &edge.at)).find_map(|edge| scene.node_of[edge.to])
}

fn assignment(
    scene: &Scene<'_>,
    (at, principal): (usize, usize),
    identity: &mut Identity,
    holdings: &mut Vec<Holding>,
) {
    let resource = scene.index.resource(at);
    let role = resource.attributes.get("role_definition_name").and_then(Value::as_str);
    let (level, label): (Option<Level>, Arc<str>) = match role {
        Some(role) => (level_of(scene, role), role.into()),
        None => custom(scene, at),
    };
    let Some(level) = level else {
        identity.open_ended.insert(principal);
        return;
    };
    let mut actions = match role {
        Some(role) => raising::actions_of(scene, "azure_role_actions", role),
        None => own_actions(scene, at),
    };
    let level = limits::apply(scene, at, level, &mut actions);
    let edges = || scene.index.outgoing(at).iter().filter(|edge| leads("scope", &edge.at));
    let mut scopes: Vec<Scope> = edges()
        .filter(|edge| !is_own_subscription(scene, edge))
        .filter_map(|edge| match (scene.zone_of[edge.to], scene.node_of[edge.to]) {
            // A network holds no more than its subnets: what stands there is not below it. Source: Microsoft Learn, "Understand scope
            // for Azure RBAC".
            (Some(_), None) if is_network(scene, edge.to) => Some(Scope::Unknown),
            (Some(zone), _) => Some(Scope::Zone(zone)),
            (None, Some(node)) => Some(Scope::Node(node)),
            _ => None,
        })
        .collect();
    scopes.sort_unstable();
    scopes.dedup();
    // What lies in a subscription is no more of it than its id says; of a text of which nothing is known it may be all.
    let is_whole = |text: &str| text.trim_matches('/').split('/').count() <= 2;
    let own = edges().find(|edge| is_own_subscription(scene, edge));
    let whole = match resource.attributes.get("scope") {
        Some(Value::String(text)) => is_whole(text),
        Some(Value::Unknown(unknown)) if unknown.parts.chars().any(|c| c != HOLE) => {
            own.is_some() && is_whole(&unknown.parts)
        }
        Some(Value::Unknown(_)) => own.is_some_and(|edge| edge.attribute.as_str() == "/id"),
        _ => false,
    };
    if whole && (own.is_some() || scopes.is_empty()) {
        let account = own.and_then(|edge| accounts::account_of(scene, edge.to));
        scopes.push(account.map_or(Scope::Account, Scope::Zone));
    }
    if scopes.is_empty() {
        scopes.push(Scope::Unknown);
        identity.open_ended.insert(principal);
    }
    let proof = vec![resource.header];
    // A role by its name, one of the configuration's own by its actions.
    let words = role.map_or_else(|| actions.clone(), |role| vec![role]);
    let about = about(scene, at, role);
    for scope in scopes {
        let mut label = Arc::clone(&label);
        if let Scope::Node(node) = scope {
            if reach::is_unheeded(scene, &about, node) {
                continue;
            }
            if reach::only_manages(scene, (&about, level), node) {
                label = reach::without_data(&label);
            }
            let words = (words.as_slice(), resource.header);
            note_erasing(scene, identity, (principal, node), "azure_log_erasers", words);
            if takes_messages(scene, &label) {
                identity.readers.entry((principal, node)).or_default().extend(&proof);
            }
        }
        note_reading(scene, identity, principal, (&label, scope), resource.header);
        let own = actions.iter().copied();
        holdings.push(Holding::new(principal, scope, own, proof.clone()));
        let proof = proof.clone();
        identity.grants.push(Grant { principal, scope, level, wildcard: false, label, proof });
    }
    identity.about.insert(label, about);
}

/// What the role of an assignment is about; all where that is not known.
fn about(scene: &Scene<'_>, at: usize, role: Option<&str>) -> About {
    if let Some(role) = role {
        return reach::built_in(scene, role);
    }
    let Some(definition) = definition(scene, at) else {
        return About { types: vec!["*".into()], opens_vaults: true, only_opens: false };
    };
    match definition.attributes.get("name").and_then(Value::as_str) {
        Some(name) if definition.mode == Mode::Data => reach::built_in(scene, name),
        _ => {
            let permissions = definition.attributes.get("permissions").and_then(Value::as_array);
            reach::of_actions(scene, permissions.into_iter().flatten())
        }
    }
}

/// The definition of a role that an assignment refers to.
fn definition<'s>(scene: &'s Scene<'_>, at: usize) -> Option<&'s Resource> {
    let edges = scene.index.outgoing(at).iter();
    edges
        .filter(|edge| leads("role_definition_id", &edge.at))
        .map(|edge| scene.index.resource(edge.to))
        .find(|role| role.type_name() == "azurerm_role_definition")
}

/// Whether a resource is a network or a part of one.
fn is_network(scene: &Scene<'_>, at: usize) -> bool {
    let kind = scene.meanings[at].as_ref().map(|meaning| &*meaning.kind);
    matches!(kind, Some("network" | "subnet"))
}

/// Whether a reference leads to the subscription that the configuration itself makes things in.
fn is_own_subscription(scene: &Scene<'_>, edge: &Edge) -> bool {
    let resource = scene.index.resource(edge.to);
    let named = resource.attributes.get("subscription_id");
    match &*resource.kind {
        "data.azurerm_subscription" => {
            matches!(named, None | Some(Value::Null | Value::Unknown(_)))
        }
        "data.azurerm_client_config" => edge.attribute.as_str() == "/subscription_id",
        _ => false,
    }
}

/// What a role lets do: the first row of the table `azure_roles` that fits its name.
fn level_of(scene: &Scene<'_>, role: &str) -> Option<Level> {
    let rows = scene.vocabulary.table("azure_roles").iter();
    rows.filter_map(|row| Some((row.first()?, row.get(1)?)))
        .find(|(pattern, _)| fits(pattern, role))
        .and_then(|(_, level)| Level::parse(level))
}

/// A role of the configuration's own.
fn custom(scene: &Scene<'_>, at: usize) -> (Option<Level>, Arc<str>) {
    let Some(role) = definition(scene, at) else { return (None, "role".into()) };
    let name: Arc<str> =
        role.attributes.get("name").and_then(Value::as_str).unwrap_or("role").into();
    if let (Some(name), true) =
        (role.attributes.get("name").and_then(Value::as_str), role.kind.starts_with("data."))
    {
        return (level_of(scene, name), name.into());
    }
    let permissions =
        role.attributes.get("permissions").and_then(Value::as_array).unwrap_or_default();
    let mut level = None;
    for permission in permissions {
        for (list, least) in [("actions", Level::Read), ("data_actions", Level::Read)] {
            for action in permission.get(list).and_then(Value::as_array).unwrap_or_default() {
                let Some(action) = action.as_str() else { return (None, name) };
                let may = if fits(action, "Microsoft.Authorization/roleAssignments/write") {
                    Level::Admin
                } else if action.ends_with("/read") {
                    least
                } else {
                    Level::Write
                };
                level = level.max(Some(may));
            }
        }
    }
    (level, name)
}

/// The actions that a list of a permission names.
fn listed<'v>(permission: &'v Value, list: &str) -> Vec<&'v str> {
    let items = permission.get(list).and_then(Value::as_array).unwrap_or_default();
    items.iter().filter_map(Value::as_str).collect()
}

/// Actions of the configuration's own role that an assignment names.
fn own_actions<'s>(scene: &'s Scene<'_>, at: usize) -> Vec<&'s str> {
    let Some(role) = definition(scene, at) else { return Vec::new() };
    if let (Some(name), true) =
        (role.attributes.get("name").and_then(Value::as_str), role.kind.starts_with("data."))
    {
        return raising::actions_of(scene, "azure_role_actions", name);
    }
    let permissions =
        role.attributes.get("permissions").and_then(Value::as_array).unwrap_or_default();
    // What one permission leaves out may be given by another: only what is given by none that leaves anything out is certain.
    let whole = |permission: &&Value| listed(permission, "not_actions").is_empty();
    permissions.iter().filter(whole).flat_map(|permission| listed(permission, "actions")).collect()
}

/// Whoever is in a group may what the group may.
fn groups(scene: &Scene<'_>, identity: &mut Identity) {
    for (kind, group, members) in [
        ("azuread_group", "", "members"),
        ("azuread_group_member", "group_object_id", "member_object_id"),
    ] {
        for at in scene.index.of_type(kind) {
            let group =
                if group.is_empty() { scene.node_of[*at] } else { target(scene, *at, group) };
            let Some(group) = group else { continue };
            let resource = scene.index.resource(*at);
            for (member, pointer) in look::named(scene, *at, members).targets {
                let Some(source) = scene.node_of[member].filter(|node| acts(scene, *node)) else {
                    continue;
                };
                identity.trusts.push(Trust {
                    source,
                    target: group,
                    label: "member of".into(),
                    opened_by: None,
                    proof: vec![resource.place_of(&pointer)],
                });
            }
        }
    }
}

/// The tenant issues the tokens of managed identities.
fn tenants(scene: &Scene<'_>, identity: &mut Identity) {
    let is_tenant = |at: usize| scene.index.resource(at).type_name() == "azurerm_client_config";
    let tenant = scene.nodes.iter().position(|node| node.resource.is_some_and(is_tenant));
    let Some(source) = tenant else { return };
    for at in scene.index.of_type("azurerm_user_assigned_identity") {
        if let Some(target) = scene.node_of[*at] {
            identity.trusts.push(Trust {
                source,
                target,
                label: "issues tokens".into(),
                opened_by: None,
                proof: vec![scene.index.resource(*at).header],
            });
        }
    }
}

/// Accounts of a cluster whose tokens an identity accepts.
fn federated(scene: &Scene<'_>, identity: &mut Identity) {
    for at in scene.index.of_type("azurerm_federated_identity_credential") {
        let resource = scene.index.resource(*at);
        let subject = look::text(&resource.attributes, "subject").unwrap_or_default();
        let account = clouds::by_subject(scene, subject);
        let source = account.or(scene.node_of[*at]);
        if let Some((source, target)) = source.zip(target(scene, *at, "parent_id")) {
            identity.trusts.push(Trust {
                source,
                target,
                label: "assumes".into(),
                // Nobody has looked at what a request wants to change.
                opened_by: subject.ends_with(":pull_request").then_some("T013"),
                proof: vec![resource.header],
            });
        }
    }
}
