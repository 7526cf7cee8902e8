//! Google Cloud: roles at projects, folders, organizations and resources, accounts of workloads, who acts as which account.
//!
//! Source: Google Cloud documentation, "IAM roles and permissions index", "Service account permissions", "Roles for service account
//! authentication", "Default service accounts".

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::document::{Pointer, Value};
use crate::graph::gcp::{
    self, Binding, DEFAULT_ACCOUNT, IDENTITIES, Member, On, account_by_email, bindings, place,
    targets, text,
};
use crate::graph::network::filter::{Direction, Party, Traffic};
use crate::graph::network::gcp::services_of;
use crate::graph::network::{Network, Tri};
use crate::graph::scene::Scene;
use crate::model::Element;
use crate::source::Place;
use crate::source::fits;

use super::claims::{Claims, Confined};
use super::raising::{self, Holding};
use super::scopes;
use super::{Grant, Identity, Level, Scope, Trust, note_erasing, note_reading, takes_messages};

/// What proves that the default account may do what it may.
const EDITOR: &str = "roles/editor";

/// What an account is to workloads and foreign identities that have none of their own here.
const STANDS_FOR: &str = "is federated to";

/// The service that lets people reach machines without an address.
const TUNNELS: &str = "iap";

/// Add what Google Cloud's resources say.
pub fn read(scene: &mut Scene<'_>, network: &Network, identity: &mut Identity) {
    if !scene.index.document.resources.iter().any(gcp::is_own) {
        return;
    }
    default_account(scene, identity);
    let mut holdings = Vec::new();
    for binding in bindings(scene) {
        let acts = on_account(scene, &binding);
        for member in &binding.members {
            let Some(principal) = principal(scene, member) else { continue };
            if !is_googles(scene, member) {
                holdings.extend(holding(scene, &binding, principal));
            }
            if let Some(account) = acts {
                act(scene, &binding, principal, account, identity);
            } else {
                vouch(scene, &binding, (member, principal), identity);
                grant(scene, network, &binding, principal, identity);
            }
        }
    }
    groups(scene, identity);
    keys(scene, identity);
    raising::add(scene, "gcp_escalations", &holdings, identity);
    scopes::limit(scene, identity);
}

/// Whether a member is an agent that Google alone acts as.
fn is_googles(scene: &Scene<'_>, member: &Member) -> bool {
    let agents = scene.vocabulary.table("gcp_service_agents").iter().flatten();
    matches!(member, Member::Named(text) if agents.into_iter().any(|agent| fits(agent, text)))
}

/// The permissions that a binding gives, where its role is known to have some that matter for raising rights.
fn holding(scene: &Scene<'_>, binding: &Binding, principal: usize) -> Option<Holding> {
    let scope = match binding.on {
        // What is limited to things that are named raises nothing over all.
        On::Zone(_) | On::Account if binding.limit.is_some() => return None,
        On::Zone(zone) => Scope::Zone(zone),
        On::Account => Scope::Account,
        On::Node(node)
            if binding.limit.as_ref().is_none_or(|it| it.holds(scene, node) == Tri::Yes) =>
        {
            Scope::Node(node)
        }
        On::Node(_) | On::Unknown => return None,
    };
    let permissions: Vec<&str> = match binding.custom {
        Some(custom) => permissions(scene, custom),
        None => raising::actions_of(scene, "gcp_role_permissions", binding.role.as_deref()?),
    };
    Some(Holding::new(principal, scope, permissions.into_iter(), vec![binding.place]))
}

/// The account that a binding is about, where it is about one.
fn on_account(scene: &Scene<'_>, binding: &Binding) -> Option<usize> {
    match binding.on {
        On::Node(node) if scene.nodes[node].element == Element::Identity => Some(node),
        _ => None,
    }
}

fn principal(scene: &Scene<'_>, member: &Member) -> Option<usize> {
    match member {
        Member::Node(node) => Some(*node),
        Member::Named(text) => scene.node(text),
        Member::Everybody | Member::Authenticated => None,
    }
}

/// Workloads that name no account run as the project's own, which may change everything in it.
fn default_account(scene: &Scene<'_>, identity: &mut Identity) {
    let Some(account) = scene.node(DEFAULT_ACCOUNT) else { return };
    let mut first: Option<Place> = None;
    for node in 0..scene.nodes.len() {
        let Some(place) = gcp::runs_as_default(scene, node) else { continue };
        first = first.or(Some(place));
        identity.trusts.push(Trust {
            source: node,
            target: account,
            label: "runs as".into(),
            opened_by: None,
            proof: vec![place],
        });
    }
    identity.grants.push(Grant {
        principal: account,
        scope: Scope::Account,
        level: Level::Write,
        wildcard: true,
        label: EDITOR.into(),
        proof: first.into_iter().collect(),
    });
}

/// Who may act as an account.
fn act(
    scene: &Scene<'_>,
    binding: &Binding,
    principal: usize,
    account: usize,
    identity: &mut Identity,
) {
    let own = binding.custom.map(|custom| permissions(scene, custom)).unwrap_or_default();
    let words: Vec<&str> = own.into_iter().chain(binding.role.as_deref()).collect();
    if words.is_empty() {
        identity.open_ended.insert(principal);
        return;
    }
    let mut rows = scene.vocabulary.table("gcp_act_as").iter();
    let found = rows.find_map(|row| {
        let (pattern, label) = (row.first()?, row.get(1)?);
        let word = words.iter().find(|word| fits(pattern, word))?;
        Some((*word, label))
    });
    let Some((right, label)) = found else { return };
    let source = provider_of(scene, binding).unwrap_or(principal);
    let wide = takes_strangers(scene, source, binding);
    // It is a right of who has it, but where the account is what stands for him in the cloud.
    if **label != *STANDS_FOR && principal != account {
        identity.grants.push(Grant {
            principal,
            scope: Scope::Unknown,
            level: Level::Write,
            wildcard: false,
            label: right.into(),
            proof: vec![binding.place],
        });
    }
    identity.trusts.push(Trust {
        source,
        target: account,
        label: Arc::clone(label),
        opened_by: wide.then_some("T013"),
        proof: vec![binding.place],
    });
}

/// Who logs in by a pool is those of its identities that have rights of their own.
fn vouch(
    scene: &Scene<'_>,
    binding: &Binding,
    (member, principal): (&Member, usize),
    identity: &mut Identity,
) {
    let is_of_pool = matches!(member, Member::Named(text) if text.starts_with(IDENTITIES));
    if let Some(source) = provider_of(scene, binding).filter(|_| is_of_pool) {
        let opened_by = takes_strangers(scene, source, binding).then_some("T013");
        let (label, proof) = (STANDS_FOR.into(), vec![binding.place]);
        identity.trusts.push(Trust { source, target: principal, label, opened_by, proof });
    }
}

/// The provider of the pool that a binding's members come from, where the configuration declares it.
fn provider_of(scene: &Scene<'_>, binding: &Binding) -> Option<usize> {
    let lists = ["member", "members"].map(|list| Pointer::root().key(list));
    lists.iter().find_map(|list| gcp::provider_of(scene, binding.at, list))
}

/// How GitHub calls itself in tokens of its pipelines.
const GITHUB: &str = "token.actions.githubusercontent.com";

/// Whether a binding lets in pipelines that nobody meant: a pool of foreign identities that no condition confines to repositories; or those
/// of whatever branch, tag or request to merge of a repository, where neither its members nor the provider's condition say more.
fn takes_strangers(scene: &Scene<'_>, provider: usize, binding: &Binding) -> bool {
    let Some(resource) = scene.nodes[provider].resource.map(|at| scene.index.resource(at)) else {
        return binding.whole_pool;
    };
    let claims = Claims::new(scene, resource);
    let asked = claims.by_condition();
    if binding.whole_pool && asked.repository == Tri::No {
        return true;
    }
    let issuer = text(resource, "oidc.issuer_uri");
    if !issuer.is_some_and(|issuer| issuer.contains(GITHUB)) {
        return false;
    }
    let named = binding.of_pool.iter().map(|name| claims.by_attribute(name));
    let everybody = Confined { repository: Tri::No, branch: Tri::No };
    let mut members = named.chain(binding.whole_pool.then_some(everybody));
    members.any(|member| {
        let confined = member.and(asked);
        confined.repository == Tri::No || confined.branch == Tri::No
    })
}

/// Whether a host takes connections from Google's proxy for identities.
fn takes_tunnels(scene: &Scene<'_>, network: &Network, node: usize) -> bool {
    let ranges: Vec<ipnet::IpNet> = services_of(scene, Some("proxy")).collect();
    let from = Party::Ranges(&ranges);
    let Some(host) = &network.presences[node] else { return false };
    let lets_in = |traffic: Traffic| {
        let mut layers = host.layers.iter();
        layers.all(|layer| layer.decide(Direction::In, &from, traffic).passes == Tri::Yes)
    };
    let rules = host.layers.iter().flat_map(|layer| &layer.rules);
    let ports = rules.filter_map(|rule| rule.ports.as_ref()).flat_map(|ports| &ports.0);
    let ports: BTreeSet<u16> = ports.map(|range| range.0).collect();
    let managing = [22, 3389].into_iter().chain(ports);
    managing.map(Traffic::tcp).any(lets_in)
}

fn grant(
    scene: &Scene<'_>,
    network: &Network,
    binding: &Binding,
    principal: usize,
    identity: &mut Identity,
) {
    let Some((level, label, service)) = level(scene, binding) else {
        identity.open_ended.insert(principal);
        return;
    };
    let limit = binding.limit.as_deref();
    if let On::Node(node) = binding.on {
        // A condition that names other things gives nothing here.
        if limit.is_some_and(|limit| limit.holds(scene, node) == Tri::No) {
            return;
        }
        if takes_messages(scene, &label) {
            identity.readers.entry((principal, node)).or_default().push(binding.place);
        }
    }
    let group = match binding.on {
        On::Zone(zone) => Some(Scope::Zone(zone)),
        On::Account => Some(Scope::Account),
        On::Node(_) | On::Unknown => None,
    };
    if let Some(scope) = group.filter(|_| limit.is_none()) {
        note_reading(scene, identity, principal, (&label, scope), binding.place);
    }
    let mut add = |scope, level, wildcard| {
        identity.grants.push(Grant {
            principal,
            scope,
            level,
            wildcard,
            label: Arc::clone(&label),
            proof: vec![binding.place],
        });
    };
    match (binding.on, group) {
        (On::Node(node), _) => {
            add(Scope::Node(node), level.min(Level::Write), false);
            let own = binding.custom.map(|at| permissions(scene, at)).unwrap_or_default();
            let words: Vec<&str> = own.into_iter().chain(binding.role.as_deref()).collect();
            let words = (words.as_slice(), binding.place);
            note_erasing(scene, identity, (principal, node), "gcp_log_erasers", words);
        }
        (_, None) => {
            identity.open_ended.insert(principal);
        }
        (_, Some(scope)) if limit.is_none() && (level == Level::Admin || service.is_none()) => {
            add(scope, level, true);
        }
        _ => over_group(scene, network, (binding, principal), (level, &label, service), identity),
    }
}

/// A right over a group of things that is about those of one service, or limited to those that a condition names.
fn over_group(
    scene: &Scene<'_>,
    network: &Network,
    (binding, principal): (&Binding, usize),
    (level, label, service): (Level, &Arc<str>, Option<Arc<str>>),
    identity: &mut Identity,
) {
    let limit = binding.limit.as_deref();
    let level = if limit.is_some() { level.min(Level::Write) } else { level };
    // Of some services, nothing narrower than the project can be meant; what is limited is narrower.
    let of_project = scene.vocabulary.table("gcp_project_roles").iter().flatten();
    let is_wide = limit.is_none() && !of_project.into_iter().any(|role| role == label);
    let mut add = |scope, wildcard| {
        let (label, proof) = (Arc::clone(label), vec![binding.place]);
        identity.grants.push(Grant { principal, scope, level, wildcard, label, proof });
    };
    let is_tunnel = service.as_deref() == Some(TUNNELS);
    let mut is_open_ended = false;
    for node in kept(scene, binding, service.as_deref()) {
        let state = limit.map_or(Tri::Yes, |limit| limit.holds(scene, node));
        is_open_ended |= state == Tri::Unknown;
        let opens = || label.contains(".tunnel") && takes_tunnels(scene, network, node);
        if state == Tri::Yes && (!is_tunnel || opens()) {
            add(Scope::Node(node), is_wide);
        }
    }
    add(Scope::Unknown, is_wide && level > Level::Read);
    if is_open_ended {
        identity.open_ended.insert(principal);
    }
}

/// What a service keeps, or all of them, where a binding over a group of things holds: a role of one service holds for that.
fn kept(scene: &Scene<'_>, binding: &Binding, service: Option<&str>) -> Vec<usize> {
    let rows = scene.vocabulary.table("gcp_services").iter();
    let own = |row: &&Vec<Arc<str>>| {
        service.is_none_or(|service| row.first().is_some_and(|first| **first == *service))
    };
    let types: Vec<&Arc<str>> = rows.filter(own).flat_map(|row| row.iter().skip(1)).collect();
    let is_kept = |node: &usize| {
        let Some(at) = scene.nodes[*node].resource else { return false };
        let kind = scene.index.resource(at).type_name();
        let is_inside = match binding.on {
            On::Zone(zone) => gcp::is_in(scene, *node, zone),
            _ => true,
        };
        is_inside && types.iter().any(|pattern| fits(pattern, kind))
    };
    (0..scene.nodes.len()).filter(is_kept).collect()
}

/// What a role lets do, its name, and the service that it is about, where it is about one.
fn level(scene: &Scene<'_>, binding: &Binding) -> Option<(Level, Arc<str>, Option<Arc<str>>)> {
    if let Some(custom) = binding.custom {
        return custom_level(scene, custom);
    }
    let role = binding.role.as_ref()?;
    let rows = scene.vocabulary.table("gcp_roles").iter();
    let (_, word) = rows
        .filter_map(|row| Some((row.first()?, row.get(1)?)))
        .find(|(pattern, _)| fits(pattern, role))?;
    let service = role.strip_prefix("roles/").and_then(|rest| Some(rest.split_once('.')?.0.into()));
    Some((Level::parse(word)?, Arc::clone(role), service))
}

/// The permissions that a role of the configuration's own names.
fn permissions<'s>(scene: &'s Scene<'_>, role: usize) -> Vec<&'s str> {
    let listed = scene.index.resource(role).attributes.get("permissions");
    listed.and_then(Value::as_array).unwrap_or_default().iter().filter_map(Value::as_str).collect()
}

/// A role of the configuration's own: its permissions by the table `gcp_permissions`.
fn custom_level(scene: &Scene<'_>, at: usize) -> Option<(Level, Arc<str>, Option<Arc<str>>)> {
    let role = scene.index.resource(at);
    if !role.type_name().ends_with("_iam_custom_role") {
        return None;
    }
    let Some(Value::Array(permissions)) = role.attributes.get("permissions") else { return None };
    let label: Arc<str> = text(role, "role_id").unwrap_or("custom role").into();
    let mut level = Level::Read;
    let mut services: Vec<&str> = Vec::new();
    for permission in permissions.iter() {
        let permission = permission.as_str()?;
        services.push(permission.split('.').next().unwrap_or_default());
        let rows = scene.vocabulary.table("gcp_permissions").iter();
        let word = rows
            .filter_map(|row| Some((row.first()?, row.get(1)?)))
            .find(|(pattern, _)| fits(pattern, permission))
            .map(|(_, word)| &**word);
        level = level.max(word.and_then(Level::parse).unwrap_or(Level::Write));
    }
    services.sort_unstable();
    services.dedup();
    let service = match services.as_slice() {
        [one] => Some(Arc::from(*one)),
        _ => None,
    };
    Some((level, label, service))
}

/// Whoever is in a group may what the group may.
fn groups(scene: &Scene<'_>, identity: &mut Identity) {
    for at in scene.index.of_type("google_cloud_identity_group_membership") {
        let resource = scene.index.resource(*at);
        let key = |at: usize| text(scene.index.resource(at), "group_key.id");
        let mut groups = targets(scene, *at, "group").filter_map(key);
        let Some(group) = groups.find_map(|key| scene.node(&format!("group:{key}"))) else {
            continue;
        };
        for path in ["preferred_member_key.id", "member_key.id"] {
            let named = targets(scene, *at, path).find_map(|to| scene.node_of[to]);
            let written = || account_by_email(scene, text(resource, path)?);
            let Some(source) = named.or_else(written) else { continue };
            identity.trusts.push(Trust {
                source,
                target: group,
                label: "member of".into(),
                opened_by: None,
                proof: vec![place(resource, path)],
            });
        }
    }
}

/// Types of keys, and where they say of which account.
const KEYS: [(&str, &str); 2] = [
    ("google_service_account_key", "service_account_id"),
    ("google_storage_hmac_key", "service_account_email"),
];

/// Keys of accounts: whoever has one is the account. Users of databases may change what is in them.
fn keys(scene: &Scene<'_>, identity: &mut Identity) {
    for at in scene.index.of_type("google_sql_user") {
        let instance = targets(scene, *at, "instance").find_map(|to| scene.node_of[to]);
        if let (Some(principal), Some(target)) = (scene.node_of[*at], instance) {
            let proof = vec![scene.index.resource(*at).header];
            let (scope, label) = (Scope::Node(target), "database user".into());
            let level = Level::Write;
            identity.grants.push(Grant { principal, scope, level, wildcard: false, label, proof });
        }
    }
    for (kind, path) in KEYS {
        for at in scene.index.of_type(kind) {
            let account = targets(scene, *at, path).find_map(|to| scene.node_of[to]);
            if let (Some(source), Some(target)) = (scene.node_of[*at], account) {
                identity.trusts.push(Trust {
                    source,
                    target,
                    label: "is a key of".into(),
                    opened_by: None,
                    proof: vec![place(scene.index.resource(*at), path)],
                });
            }
        }
    }
}
