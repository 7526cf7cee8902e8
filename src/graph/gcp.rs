//! Google Cloud: bindings of IAM, who they name and on what they hold; what everybody may use; accounts that are there anyway.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::document::{Mode, Pointer, Reference, Resource, Unknown, Value};
use crate::model::Element;
use crate::source::Place;

use super::above::{self, Policies};
use super::accounts::{self, Home};
use super::conditions::Limit;
use super::datasets;
use super::inherited;
use super::kubernetes::clouds;
use super::look;
use super::network::Tri;
use super::relations::leads;
use super::scene::{Fact, Scene};

/// The id of the node of the account that workloads run as where nothing is written.
pub const DEFAULT_ACCOUNT: &str = "default_service_account";

/// The id of the zone of what names no project.
const PROJECT: &str = "project";

/// Whether a resource belongs to Google Cloud.
pub fn is_own(resource: &Resource) -> bool {
    resource.kind.starts_with("google_") || resource.kind.starts_with("data.google_")
}

/// The meaning of what is something else than its type says: a user of a database who is an account.
pub fn special(resource: &Resource) -> Option<&'static str> {
    const ACCOUNT: &str = "CLOUD_IAM_SERVICE_ACCOUNT";
    let of_account = |reference: &Reference| {
        leads("name", &reference.from) && reference.to.contains("google_service_account.")
    };
    let is_account = &*resource.kind == "google_sql_user"
        && text(resource, "type") == Some(ACCOUNT)
        && resource.references.iter().any(of_account);
    is_account.then_some("google_sql_user/CLOUD_IAM_SERVICE_ACCOUNT")
}

/// The text of an attribute at a path with dots, first items of lists on the way.
pub fn text<'r>(resource: &'r Resource, path: &str) -> Option<&'r str> {
    value(resource, path)?.as_str()
}

/// The value of an attribute at a path with dots, first items of lists on the way: what is written, else the provider's default.
pub fn value<'r>(resource: &'r Resource, path: &str) -> Option<&'r Value> {
    let find = |from: &'r Value| {
        path.split('.').try_fold(from, |value, name| {
            let value = match value {
                Value::Array(items) => items.first()?,
                value => value,
            };
            value.get(name).filter(|value| !matches!(value, Value::Null))
        })
    };
    find(&resource.attributes).or_else(|| find(&resource.defaults))
}

/// The place of an attribute at a path with dots.
pub fn place(resource: &Resource, path: &str) -> Place {
    let mut at = Pointer::root();
    for name in path.split('.') {
        at = at.key(name);
        if matches!(resource.attributes.at(&at), Some(Value::Array(_))) {
            at = at.index(0);
        }
    }
    resource.place_of(&at)
}

/// The blocks of a name.
pub fn blocks<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    look::listed(value, name)
}

/// Resources that an attribute refers to.
pub fn targets<'s>(
    scene: &'s Scene<'_>,
    at: usize,
    path: &'s str,
) -> impl Iterator<Item = usize> + 's {
    scene.index.outgoing(at).iter().filter(move |edge| leads(path, &edge.at)).map(|edge| edge.to)
}

/// Whom a binding names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Member {
    /// A node.
    Node(usize),
    /// `allUsers`.
    Everybody,
    /// `allAuthenticatedUsers`: whoever has a Google account.
    Authenticated,
    /// Somebody by name, as it is written: `user:…`, `group:…`, `principalSet://…`.
    Named(Arc<str>),
}

/// On what a binding holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum On {
    /// A project that the configuration declares.
    Zone(usize),
    /// A project, folder or organization.
    Account,
    /// A resource with a node.
    Node(usize),
    /// Something that is not known.
    Unknown,
}

/// A role for members on something.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The resource that says so.
    pub at: usize,
    /// On what.
    pub on: On,
    /// The role, where it is known.
    pub role: Option<Arc<str>>,
    /// The resource that is a role of the configuration's own.
    pub custom: Option<usize>,
    /// For whom.
    pub members: Vec<Member>,
    /// Whether some members are not known.
    pub open_ended: bool,
    /// Whether it names all identities of a pool.
    pub whole_pool: bool,
    /// Attributes by which it names identities of a pool.
    pub of_pool: Vec<Arc<str>>,
    /// To what it is limited by a condition.
    pub limit: Option<Arc<Limit>>,
    /// Where it is written.
    pub place: Place,
}

/// What follows `google_` and stands before `_iam_…` in the types of bindings; and their last word.
fn iam_type(kind: &str) -> Option<(&str, &str)> {
    let rest = kind.strip_prefix("google_")?;
    let (on, form) = rest.rsplit_once("_iam_")?;
    matches!(form, "member" | "binding" | "policy").then_some((on, form))
}

/// How many bindings are made of those that hold for what is in something; then it is not known on what the others hold.
const SPREAD: usize = 20_000;

/// All bindings of a document.
pub fn bindings(scene: &Scene<'_>) -> Vec<Binding> {
    let mut found = Vec::new();
    let mut left = SPREAD;
    for (at, resource) in scene.index.document.resources.iter().enumerate() {
        let Some((on, form)) = iam_type(&resource.kind).filter(|_| resource.mode == Mode::Managed)
        else {
            continue;
        };
        let on = scope(scene, at, on);
        let first = found.len();
        match form {
            "policy" => {
                for data in targets(scene, at, "policy_data") {
                    let policy = scene.index.resource(data);
                    for position in 0..blocks(&policy.attributes, "binding").len() {
                        let pointer = Pointer::root().key("binding").index(position);
                        found.push(binding(scene, (at, data), on, &pointer, "members"));
                    }
                }
            }
            "member" => found.push(binding(scene, (at, at), on, &Pointer::root(), "member")),
            _ => found.push(binding(scene, (at, at), on, &Pointer::root(), "members")),
        }
        if on == On::Unknown {
            let own = found.split_off(first);
            found.extend(inherited::spread(scene, at, own, &mut left));
        }
    }
    found.extend(datasets::bindings(scene));
    found
}

/// One role with its members; `written` is the resource that holds them.
fn binding(
    scene: &Scene<'_>,
    (at, written): (usize, usize),
    on: On,
    pointer: &Pointer,
    list: &str,
) -> Binding {
    let resource = scene.index.resource(written);
    let members_at = pointer.key(list);
    let edges = || scene.index.outgoing(written).iter();
    let mut members: Vec<Member> = edges()
        .filter(|edge| members_at.covers(&edge.at))
        .filter_map(|edge| scene.node_of[edge.to])
        .filter(|node| scene.nodes[*node].element == Element::Identity)
        .map(Member::Node)
        .collect();
    let (mut open_ended, mut whole_pool) = (false, false);
    let mut of_pool = Vec::new();
    let mut add = |item: &Value, position: usize| match item {
        Value::String(text) => {
            whole_pool |= is_whole_pool(text, text);
            of_pool.extend(attribute_of(text, text));
            members.extend(named(scene, text));
        }
        Value::Unknown(unknown) if let Some(account) = of_cluster(scene, unknown) => {
            members.push(Member::Node(account));
        }
        Value::Unknown(unknown) => {
            // Of a pool of the configuration, its provider stands for who is let in.
            if is_pool(&unknown.prefix) {
                whole_pool |= is_whole_pool(&unknown.prefix, &unknown.suffix);
                of_pool.extend(attribute_of(&unknown.prefix, &unknown.suffix));
                let provider = provider_of(scene, written, &members_at);
                members.extend(provider.map(|provider| match on {
                    On::Node(node) if scene.nodes[node].element == Element::Identity => {
                        Member::Node(provider)
                    }
                    _ => Member::Named(identities(scene, provider, &unknown.suffix)),
                }));
            }
            // An edge says who it is, where it leads to an identity.
            let own = members_at.index(position);
            let mut leads = edges().filter(|edge| members_at.covers(&edge.at));
            let known = leads.any(|edge| {
                let near = list == "member" || own.covers(&edge.at) || edge.at == members_at;
                near && scene.node_of[edge.to].is_some()
            });
            open_ended |= !known;
        }
        _ => {}
    };
    match resource.attributes.at(&members_at) {
        Some(Value::Array(items)) => {
            items.iter().enumerate().for_each(|(position, item)| add(item, position));
        }
        Some(item) => add(item, 0),
        None => {}
    }
    members.sort();
    members.dedup();
    let role_at = pointer.key("role");
    let role = resource.attributes.at(&role_at).and_then(Value::as_str).map(Arc::from);
    let custom = edges().find(|edge| role_at.covers(&edge.at)).map(|edge| edge.to);
    let place = resource.place_of(&role_at);
    let limit = Limit::of(scene, written, &pointer.key("condition")).map(Arc::new);
    Binding { at, on, role, custom, members, open_ended, whole_pool, of_pool, limit, place }
}

/// The account of a cluster that a member names whose project is not known: how it ends says which.
fn of_cluster(scene: &Scene<'_>, member: &Unknown) -> Option<usize> {
    let is_one =
        member.prefix.starts_with("principal://") || member.prefix.starts_with("serviceAccount:");
    clouds::by_member(scene, &member.suffix).filter(|_| is_one)
}

/// Whether a member that begins so is one or more identities of a pool.
fn is_pool(prefix: &str) -> bool {
    prefix.starts_with("principalSet://") || prefix.starts_with("principal://")
}

fn is_whole_pool(prefix: &str, suffix: &str) -> bool {
    prefix.starts_with("principalSet://") && suffix.ends_with("/*")
}

/// How nodes are called that stand for identities of a pool with rights of their own.
pub const IDENTITIES: &str = "identities.";

/// The id of the node of those identities that a provider vouches for and a member names.
fn identities(scene: &Scene<'_>, provider: usize, suffix: &str) -> Arc<str> {
    format!("{IDENTITIES}{}{suffix}", scene.nodes[provider].id).into()
}

/// The attribute by whose value a member names identities of a pool.
fn attribute_of(prefix: &str, suffix: &str) -> Option<Arc<str>> {
    let (_, rest) = suffix.rsplit_once("/attribute.")?;
    let (name, value) = rest.split_once('/')?;
    (prefix.starts_with("principalSet://") && !value.is_empty()).then(|| name.into())
}

/// The provider of the pool that members come from, where the configuration declares it.
pub fn provider_of(scene: &Scene<'_>, written: usize, members_at: &Pointer) -> Option<usize> {
    let provider = "google_iam_workload_identity_pool_provider";
    let edges = scene.index.outgoing(written).iter();
    edges
        .filter(|edge| members_at.covers(&edge.at))
        .filter(|edge| {
            scene.index.resource(edge.to).type_name() == "google_iam_workload_identity_pool"
        })
        .flat_map(|edge| scene.index.incoming(edge.to).iter())
        .filter(|edge| scene.index.resource(edge.from).type_name() == provider)
        .find_map(|edge| scene.node_of[edge.from])
}

/// Whom a member of a binding names.
pub(super) fn named(scene: &Scene<'_>, text: &Arc<str>) -> Option<Member> {
    Some(match &**text {
        "" => return None,
        "allUsers" => Member::Everybody,
        "allAuthenticatedUsers" => Member::Authenticated,
        other => {
            let email = other.strip_prefix("serviceAccount:");
            let of_cluster = || clouds::by_member(scene, other);
            let own = of_cluster().or_else(|| email.and_then(|it| account_by_email(scene, it)));
            own.map_or_else(|| Member::Named(Arc::clone(text)), Member::Node)
        }
    })
}

/// The node of an account of the configuration, by its address of mail.
pub fn account_by_email(scene: &Scene<'_>, email: &str) -> Option<usize> {
    if email.ends_with("-compute@developer.gserviceaccount.com") {
        return scene.node(DEFAULT_ACCOUNT);
    }
    let id = email.split('@').next()?;
    let mut accounts = scene.index.of_type("google_service_account").iter();
    let at = accounts.find(|at| text(scene.index.resource(**at), "account_id") == Some(id))?;
    scene.node_of[*at]
}

/// Attributes of bindings that do not say on what they hold.
pub const BESIDES: [&str; 7] =
    ["member", "members", "role", "condition", "policy_data", "project", "region"];

/// Whether a project that is looked up is the one that the configuration stands in: it names none, or is the only one.
pub fn is_own_project(scene: &Scene<'_>, at: usize) -> bool {
    const LOOKED_UP: &str = "data.google_project";
    let resource = scene.index.resource(at);
    &*resource.kind == LOOKED_UP
        && (matches!(resource.attributes.get("project_id"), None | Some(Value::Null))
            || scene.index.of_type(LOOKED_UP).len() == 1
                && scene.index.of_type("google_project").is_empty())
}

fn scope(scene: &Scene<'_>, at: usize, on: &str) -> On {
    let account =
        matches!(on, "project" | "folder" | "organization" | "billing_account" | "iap_tunnel");
    if account {
        let mut projects = targets(scene, at, "project").filter(|to| !is_own_project(scene, *to));
        let zone = projects.find_map(|to| scene.zone_of[to]);
        let zone = zone.or_else(|| accounts::account_of(scene, at));
        return zone
            .filter(|_| matches!(on, "project" | "iap_tunnel"))
            .map_or(On::Account, On::Zone);
    }
    let edges = scene.index.outgoing(at).iter();
    let mut nodes = edges
        .filter(|edge| !BESIDES.iter().any(|name| leads(name, &edge.at)))
        .filter_map(|edge| scene.node_of[edge.to]);
    nodes.next().map_or(On::Unknown, On::Node)
}

/// Nodes that no resource stands behind: the account that workloads run as where nothing is written, members by name.
pub fn complete(scene: &mut Scene<'_>) {
    if !scene.index.document.resources.iter().any(is_own) {
        return;
    }
    let project =
        |scene: &mut Scene<'_>| scene.plain_zone(PROJECT, "Google Cloud project", "project");
    let users: Vec<usize> =
        (0..scene.nodes.len()).filter(|node| runs_as_default(scene, *node).is_some()).collect();
    if !users.is_empty() {
        let name = "Default compute service account";
        let node = scene.plain_node(DEFAULT_ACCOUNT, name, "identity_principal", Element::Identity);
        let zone = project(scene);
        scene.nodes[node].zone = Some(zone);
        scene.nodes[node].place = runs_as_default(scene, users[0]);
    }
    let bindings = bindings(scene);
    let homes = accounts::Projects::new(scene);
    for binding in &bindings {
        for member in &binding.members {
            let Member::Named(text) = member else { continue };
            let home = homes.of(scene, text);
            let (kind, element) = match text.split(':').next().unwrap_or_default() {
                "serviceAccount" if home == Home::Elsewhere => {
                    ("external_account", Element::ExternalEntity)
                }
                _ if text.starts_with(IDENTITIES) => ("identity_principal", Element::Identity),
                "group" | "domain" => ("identity_group", Element::ExternalEntity),
                "serviceAccount" => ("identity_principal", Element::Identity),
                "principal" | "principalSet" => ("identity_provider", Element::ExternalEntity),
                _ => ("identity_principal", Element::ExternalEntity),
            };
            let name =
                text.split_once(':').map_or(&**text, |(_, name)| name.trim_start_matches('/'));
            let node = scene.plain_node(text, name, kind, element);
            if scene.nodes[node].zone.is_none() {
                let zone = match (element, home) {
                    (_, Home::Elsewhere) => {
                        scene.plain_zone("third_party", "Third parties", "third_party")
                    }
                    (Element::Identity, Home::Zone(zone)) => zone,
                    (Element::Identity, _) => project(scene),
                    _ => scene.plain_zone("tenant", "Google identities", "tenant"),
                };
                scene.nodes[node].zone = Some(zone);
                scene.nodes[node].place = Some(binding.place);
            }
        }
    }
    settle(scene, &bindings);
    in_projects(scene);
}

/// The project that something is of which stands in the network of another one, where the configuration knows both.
pub fn project_of(scene: &Scene<'_>, node: usize) -> Option<usize> {
    scene.zone_of_kind(node, &["vpc", "subnet"])?;
    let at = scene.nodes[node].resource.filter(|at| is_own(scene.index.resource(*at)))?;
    let mut named = targets(scene, at, "project").filter(|to| !is_own_project(scene, *to));
    named.find_map(|to| scene.zone_of[to]).or_else(|| accounts::account_of(scene, at))
}

/// Whether something is in a project, or in what that lies in, whoever has the network that it stands in.
pub fn is_in(scene: &Scene<'_>, node: usize, zone: usize) -> bool {
    let own = project_of(scene, node).or(scene.nodes[node].zone);
    own.is_some_and(|own| scene.ancestors(own).contains(&zone))
}

/// Take what stands in the network of another project from there to its own, in lists of nodes by zones.
pub fn sort_by_project(scene: &Scene<'_>, inside: &mut [Vec<usize>]) {
    let mut left: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for node in 0..scene.nodes.len() {
        let Some(own) = project_of(scene, node) else { continue };
        let there = scene.nodes[node].zone.map(|zone| scene.ancestors(zone)).unwrap_or_default();
        if there.contains(&own) {
            continue;
        }
        let here = scene.ancestors(own);
        for zone in there.iter().filter(|zone| &*scene.zones[**zone].kind == "project") {
            left.entry(*zone).or_default().insert(node);
        }
        for zone in here.iter().filter(|zone| !there.contains(zone)) {
            inside[*zone].push(node);
        }
    }
    for (zone, nodes) in left {
        inside[zone].retain(|node| !nodes.contains(node));
    }
}

/// What names a project of the configuration, and nothing nearer, lies in it.
fn in_projects(scene: &mut Scene<'_>) {
    let plain = scene.zones.iter().position(|zone| zone.resource.is_none() && &*zone.id == PROJECT);
    for node in 0..scene.nodes.len() {
        let given = &scene.nodes[node];
        let own = given.resource.filter(|at| is_own(scene.index.resource(*at)));
        let Some(at) = own.filter(|_| given.zone.is_none() || given.zone == plain) else {
            continue;
        };
        let zone = targets(scene, at, "project")
            .filter(|to| !is_own_project(scene, *to))
            .find_map(|to| scene.zone_of[to]);
        scene.nodes[node].zone = zone.or(scene.nodes[node].zone);
    }
}

/// Bindings that open a thing to everybody, and those of whom no resource stands for, are a part of what they open, else of the member
/// that they name. Gateways stand where their routers stand.
fn settle(scene: &mut Scene<'_>, bindings: &[Binding]) {
    let policies = Policies::new(scene, above::PUBLIC_ACCESS);
    let mut opened: BTreeSet<usize> = BTreeSet::new();
    for binding in bindings {
        if let Some(now) = scene.node_of[binding.at] {
            // It is a part of a member already, or of another thing that it opens.
            let to = match binding.on {
                On::Node(node) if node != now && opens(scene, &policies, binding) => node,
                _ => continue,
            };
            if opened.contains(&binding.at) {
                scene.nodes[to].parts.push(binding.at);
                scene.shared.entry(binding.at).or_default().push(to);
                continue;
            }
            opened.insert(binding.at);
            scene.nodes[now].parts.retain(|part| *part != binding.at);
            scene.nodes[to].parts.push(binding.at);
            scene.node_of[binding.at] = Some(to);
            continue;
        }
        let named = binding.members.iter().find_map(|member| match member {
            Member::Named(text) => scene.node(text),
            Member::Node(node) => Some(*node),
            _ => None,
        });
        let node = match (binding.on, named) {
            (On::Node(node), None) => Some(node),
            (On::Node(node), _) if opens(scene, &policies, binding) => Some(node),
            (_, named) => named,
        };
        if let Some(node) = node
            && !scene.nodes[node].parts.contains(&binding.at)
        {
            scene.node_of[binding.at] = Some(node);
            scene.nodes[node].parts.push(binding.at);
            if opens(scene, &policies, binding) {
                opened.insert(binding.at);
            }
        }
    }
    for at in scene.index.of_type("google_compute_router_nat").to_vec() {
        let routers: Vec<usize> = targets(scene, at, "router").collect();
        let zone = routers
            .iter()
            .flat_map(|router| targets(scene, *router, "network"))
            .find_map(|network| scene.zone_of[network]);
        if let (Some(node), Some(zone)) = (scene.node_of[at], zone) {
            scene.nodes[node].zone = Some(zone);
        }
    }
}

/// Where a workload is written that runs as the default account of its project; `None` where it does not.
pub fn runs_as_default(scene: &Scene<'_>, node: usize) -> Option<Place> {
    for part in &scene.nodes[node].parts {
        let resource = scene.index.resource(*part);
        if resource.mode != Mode::Managed {
            continue;
        }
        // The path of the account, and whether none means the default one.
        let (path, always) = match &*resource.kind {
            "google_compute_instance"
            | "google_compute_instance_template"
            | "google_compute_region_instance_template" => ("service_account.email", false),
            "google_container_node_pool" => ("node_config.service_account", true),
            "google_cloud_run_service" => ("template.spec.service_account_name", true),
            "google_cloud_run_v2_service" => ("template.service_account", true),
            "google_cloud_run_v2_job" => ("template.template.service_account", true),
            "google_cloudfunctions2_function" => ("service_config.service_account_email", true),
            "google_dataproc_cluster" => {
                ("cluster_config.gce_cluster_config.service_account", true)
            }
            "google_workbench_instance" => ("gce_setup.service_accounts.email", true),
            "google_notebooks_instance" => ("service_account", true),
            "google_dataflow_job" => ("service_account_email", true),
            // Of the first generation, which runs as another account where none is written.
            "google_cloudfunctions_function" => ("service_account_email", false),
            _ => continue,
        };
        let block = path.split('.').next().unwrap_or_default();
        let written =
            value(resource, path).is_some() || targets(scene, *part, path).next().is_some();
        let has_block = !blocks(&resource.attributes, block).is_empty();
        let end = match look::leaf(&resource.attributes, path) {
            Some(Value::String(text)) => &**text,
            Some(Value::Unknown(unknown)) => &*unknown.suffix,
            _ => "",
        };
        let by_text = end.ends_with("-compute@developer.gserviceaccount.com");
        let autopilot = &*resource.kind == "google_container_node_pool" && written;
        if by_text || !written && !autopilot && (always || has_block) {
            return Some(if has_block { place(resource, block) } else { resource.header });
        }
    }
    None
}

/// Whether a binding lets everybody in to a thing that does not prevent it.
fn opens(scene: &Scene<'_>, policies: &Policies, binding: &Binding) -> bool {
    let mut members = binding.members.iter();
    let names = members.any(|it| matches!(it, Member::Everybody | Member::Authenticated));
    let is_closed = |node: usize| {
        let limit = binding.limit.as_ref();
        prevents(scene, policies, node) || limit.is_some_and(|it| it.holds(scene, node) == Tri::No)
    };
    names && !matches!(binding.on, On::Node(node) if is_closed(node))
}

/// Whether a thing keeps everybody out, whatever bindings and lists say: by itself, or by a policy of its organization.
fn prevents(scene: &Scene<'_>, policies: &Policies, node: usize) -> bool {
    let own = scene.nodes[node].resource.map(|at| scene.index.resource(at));
    own.is_some_and(|own| {
        text(own, "public_access_prevention") == Some("enforced")
            || own.type_name() == "google_storage_bucket" && policies.enforce(scene, node)
    })
}

/// What everybody may use: facts of the nodes that bindings open.
pub fn facts(scene: &mut Scene<'_>) {
    let policies = Policies::new(scene, above::PUBLIC_ACCESS);
    let mut open: Vec<(usize, Place)> = Vec::new();
    for binding in bindings(scene) {
        if let (true, On::Node(node)) = (opens(scene, &policies, &binding), binding.on) {
            open.push((node, binding.place));
        }
    }
    for kind in
        ["google_storage_bucket_access_control", "google_storage_default_object_access_control"]
    {
        for at in scene.index.of_type(kind) {
            let resource = scene.index.resource(*at);
            let all = text(resource, "entity")
                .is_some_and(|it| matches!(it, "allUsers" | "allAuthenticatedUsers"));
            if let (true, Some(node)) =
                (all, targets(scene, *at, "bucket").find_map(|to| scene.node_of[to]))
            {
                open.push((node, resource.place_of(&Pointer::root().key("entity"))));
            }
        }
    }
    for kind in ["google_storage_bucket_acl", "google_storage_default_object_acl"] {
        for at in scene.index.of_type(kind) {
            let resource = scene.index.resource(*at);
            let entities = blocks(&resource.attributes, "role_entity");
            let listed = entities
                .iter()
                .filter_map(Value::as_str)
                .any(|it| it.ends_with(":allUsers") || it.ends_with(":allAuthenticatedUsers"));
            let ready = text(resource, "predefined_acl")
                .is_some_and(|it| it.starts_with("public") || it == "authenticatedRead");
            if let (true, Some(node)) =
                (listed || ready, targets(scene, *at, "bucket").find_map(|to| scene.node_of[to]))
            {
                open.push((node, resource.header));
            }
        }
    }
    let mut by_node: BTreeMap<usize, Vec<Place>> = BTreeMap::new();
    for (node, place) in open {
        by_node.entry(node).or_default().push(place);
    }
    by_node.retain(|node, _| !prevents(scene, &policies, *node));
    for (node, proof) in by_node {
        let fact = |value: Value| Fact { value: Some(value), proof: proof.clone() };
        let is_store = scene.nodes[node].element == Element::DataStore;
        let facts = &mut scene.nodes[node].facts;
        facts.insert("anonymous".into(), fact(Value::Bool(true)));
        facts.insert("auth".into(), fact(Value::string("none")));
        if is_store {
            facts.insert("public".into(), fact(Value::Bool(true)));
        }
    }
}
