//! Kubernetes: roles and bindings, accounts of pods, identities of clouds that accounts stand for, ways out of containers.
//!
//! Source: kubernetes.io, "Using RBAC Authorization", "Role Based Access Control Good Practices", "Configure Service Accounts for Pods".

mod escalation;
mod within;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::document::{Map, Pointer, Resource, Value};
use crate::graph::gcp;
use crate::graph::kubernetes::{
    self, CLUSTER, Subject, Workload, breakout, clouds, pools, subjects_of, workloads,
};
use crate::graph::look;
use crate::graph::scene::Scene;
use crate::source::Place;

use super::aws::{admits, wide};
use super::{Grant, Identity, Level, Scope, Trust};
use escalation::Way;

/// The namespace whose accounts the cluster itself runs as.
const SYSTEM: &str = "kube-system";

/// The type of secrets that hold the token of an account.
const TOKEN: &str = "kubernetes.io/service-account-token";

/// How they name the account.
const TOKEN_OF: &str = "kubernetes.io/service-account.name";

/// Add what the objects of a cluster say.
pub fn read(scene: &mut Scene<'_>, identity: &mut Identity) {
    let all = workloads(scene);
    let ways = Way::all(scene);
    let bound = bound(scene, &ways, identity);
    if bound.iter().any(|bound| bound.power.is_strong()) {
        kubernetes::cluster_node(scene);
    }
    let residents = residents(scene);
    let objects = objects(scene);
    for bound in &bound {
        grant(scene, bound, &objects, identity);
    }
    identity.left_out |= identity.grants.len() >= scene.bounds.grants;
    accounts(scene, &all, identity);
    within::add(scene, (&all, &ways), (&bound, &residents), identity);
    breakouts(scene, &all, identity);
    escalation::add(scene, (&all, &ways), (&bound, &residents), identity);
}

/// What a rule of a role lets do, worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Power {
    Read,
    Write,
    /// Reads or changes what belongs to others.
    Broad,
    /// Gives itself anything.
    Admin,
}

impl Power {
    fn is_strong(self) -> bool {
        self >= Self::Broad
    }

    /// In one namespace, what it is elsewhere less one step.
    fn within(self) -> Self {
        match self {
            Self::Admin => Self::Broad,
            Self::Broad => Self::Write,
            other => other,
        }
    }
}

/// A rule of a role.
#[derive(Clone, Debug)]
struct Right {
    verbs: Vec<Arc<str>>,
    groups: Vec<Arc<str>>,
    resources: Vec<Arc<str>>,
    names: Vec<Arc<str>>,
    place: Option<Place>,
    /// The role that it is written in; `None` for those of every cluster.
    of: Option<usize>,
}

impl Right {
    fn has(list: &[Arc<str>], word: &str) -> bool {
        list.iter().any(|it| **it == *word || &**it == "*")
    }

    /// Whether it is about a resource; `pods/exec` also by `*/exec`.
    fn about(&self, group: &str, resource: &str) -> bool {
        let sub = resource.split_once('/').map(|(_, sub)| format!("*/{sub}"));
        Self::has(&self.groups, group)
            && (Self::has(&self.resources, resource)
                || sub.is_some_and(|sub| self.resources.iter().any(|it| **it == *sub)))
    }

    /// The right to read one secret.
    fn read(secret: &Arc<str>) -> Self {
        Self {
            verbs: vec!["get".into()],
            groups: vec!["".into()],
            resources: vec!["secrets".into()],
            names: vec![Arc::clone(secret)],
            place: None,
            of: None,
        }
    }

    fn writes(&self) -> bool {
        const WRITES: [&str; 6] = ["create", "update", "patch", "delete", "deletecollection", "*"];
        self.verbs.iter().any(|verb| WRITES.contains(&&**verb))
    }

    fn reads(&self) -> bool {
        ["get", "list", "watch"].iter().any(|verb| Self::has(&self.verbs, verb))
    }

    fn is_wild(&self) -> bool {
        [&self.verbs, &self.resources].iter().any(|list| list.iter().any(|it| &**it == "*"))
    }

    fn is_everything(&self) -> bool {
        let all = |list: &[Arc<str>]| list.iter().any(|it| &**it == "*");
        self.names.is_empty() && all(&self.verbs) && all(&self.groups) && all(&self.resources)
    }

    /// What it lets do, in the whole cluster or in one namespace, and in words.
    fn power(&self, ways: &[Way<'_>], namespace: Option<&str>) -> (Power, Option<Arc<str>>) {
        let whole = namespace.is_none_or(|it| it == SYSTEM);
        let mut best = if !self.writes() {
            Power::Read
        } else if self.names.is_empty() && (whole || self.is_wild()) {
            Power::Broad
        } else {
            Power::Write
        };
        let mut words = None;
        for way in ways {
            if !way.is_held(self) || namespace.is_some() && way.is_of_the_cluster() {
                continue;
            }
            let power = if way.is_admin { Power::Admin } else { Power::Broad };
            let power = if whole { power } else { power.within() };
            if power > best || (power == best && words.is_none()) {
                (best, words) = (power, Some(Arc::clone(way.words)));
            }
        }
        (best, words)
    }
}

fn texts(value: Option<&Value>) -> Vec<Arc<str>> {
    let items = value.and_then(Value::as_array).unwrap_or_default();
    items
        .iter()
        .filter_map(|item| match item {
            Value::String(text) => Some(Arc::clone(text)),
            _ => None,
        })
        .collect()
}

/// The rules that are written in a role.
fn written(scene: &Scene<'_>, of: usize) -> Vec<Right> {
    let role = scene.index.resource(of);
    let at = Pointer::root().key("rules");
    let items = role.attributes.get("rules").and_then(Value::as_array).unwrap_or_default();
    let right = |(position, item): (usize, &Value)| Right {
        verbs: texts(item.get("verbs")),
        groups: texts(item.get("apiGroups")),
        resources: texts(item.get("resources")),
        names: texts(item.get("resourceNames")),
        place: Some(role.place_of(&at.index(position))),
        of: Some(of),
    };
    items.iter().enumerate().map(right).collect()
}

/// All rules of a role: its own, those of roles that it gathers, those that every cluster gives it. `None` where it is not known.
fn rights(
    scene: &Scene<'_>,
    kind: &str,
    namespace: Option<&str>,
    name: &str,
) -> Option<Vec<Right>> {
    let address = match namespace.filter(|_| kind == "Role") {
        Some(namespace) => format!("Role/{namespace}/{name}"),
        None => format!("ClusterRole/{name}"),
    };
    let declared = scene.index.by_address(&address);
    let mut found = built_in(scene, kind, name);
    if let Some(role) = declared {
        found.get_or_insert_default().extend(written(scene, role));
    }
    let selectors = declared.and_then(|role| {
        let role = scene.index.resource(role);
        role.attributes.get("aggregationRule")?.get("clusterRoleSelectors")?.as_array()
    });
    let label = format!("rbac.authorization.k8s.io/aggregate-to-{name}");
    let gathers = |labels: Option<&Map>| {
        let by_label = labels.and_then(|it| it.get(&*label)?.as_str()) == Some("true");
        let mut selectors = selectors.unwrap_or_default().iter();
        by_label || selectors.any(|it| kubernetes::select::selects(it, labels))
    };
    if kind == "ClusterRole" && (selectors.is_some() || matches!(name, "admin" | "edit" | "view")) {
        for at in scene.index.of_type("ClusterRole") {
            let other = scene.index.resource(*at);
            if *other.address != *address && gathers(Some(&other.tags)) {
                found.get_or_insert_default().extend(written(scene, *at));
            }
        }
    }
    found
}

fn built_in(scene: &Scene<'_>, kind: &str, name: &str) -> Option<Vec<Right>> {
    if kind != "ClusterRole" {
        return None;
    }
    let words = |text: &str| text.split_whitespace().map(Arc::from).collect::<Vec<Arc<str>>>();
    let rows = scene.vocabulary.table("kubernetes_roles").iter();
    let found: Vec<Right> = rows
        .filter(|row| row.first().is_some_and(|first| **first == *name))
        .filter_map(|row| {
            Some(Right {
                verbs: words(row.get(1)?),
                groups: vec!["*".into()],
                resources: words(row.get(2)?),
                names: Vec::new(),
                place: None,
                of: None,
            })
        })
        .collect();
    (!found.is_empty()).then_some(found)
}

/// A principal with a role in a place.
struct Bound {
    principal: usize,
    /// `None` for the whole cluster.
    namespace: Option<Arc<str>>,
    role: Arc<str>,
    /// `None` where the role is not known.
    rights: Option<Arc<[Right]>>,
    power: Power,
    words: Option<Arc<str>>,
    proof: Vec<Place>,
}

fn bound(scene: &Scene<'_>, ways: &[Way<'_>], identity: &mut Identity) -> Vec<Bound> {
    let document = scene.index.document;
    let mut found = Vec::new();
    let mut left = scene.bounds.grants;
    let bindings = document.resources.iter();
    for binding in bindings.filter(|it| matches!(&*it.kind, "RoleBinding" | "ClusterRoleBinding")) {
        let word = |key: &str| kubernetes::text(&binding.attributes, &["roleRef", key]);
        let (Some(kind), Some(name)) = (word("kind"), word("name")) else { continue };
        let whole = &*binding.kind == "ClusterRoleBinding";
        let namespace = binding.scope.namespace.clone().filter(|_| !whole);
        let rights: Option<Arc<[Right]>> =
            rights(scene, kind, binding.scope.namespace.as_deref(), name).map(Into::into);
        let mut best = (Power::Read, None, None);
        for right in rights.iter().flat_map(|it| it.iter()) {
            let (power, words) = right.power(ways, namespace.as_deref());
            if power > best.0 || best.1.is_none() && power == best.0 {
                best = (power, words, right.place);
            }
        }
        let role_at = binding.place_of(&Pointer::root().key("roleRef").key("name"));
        let parts: BTreeSet<usize> =
            rights.iter().flat_map(|it| it.iter()).filter_map(|it| it.of).collect();
        for subject in subjects_of(binding) {
            let mut proof = vec![subject.place, role_at];
            proof.extend(best.2);
            for holder in holders(scene, &subject) {
                for part in parts.iter().take(left) {
                    identity.holders.entry(*part).or_default().insert(holder);
                }
                left = left.saturating_sub(parts.len());
            }
            for principal in principals(scene, &subject) {
                found.push(Bound {
                    principal,
                    namespace: namespace.clone(),
                    role: name.into(),
                    rights: rights.clone(),
                    power: best.0,
                    words: best.1.clone(),
                    proof: proof.clone(),
                });
            }
        }
    }
    found
}

/// The accounts that a binding gives rights by a group that stands for all accounts of a place.
pub fn by_group(scene: &Scene<'_>, at: usize) -> Vec<usize> {
    let binding = scene.index.resource(at);
    if !matches!(&*binding.kind, "RoleBinding" | "ClusterRoleBinding") {
        return Vec::new();
    }
    let mut found: Vec<usize> = subjects_of(binding)
        .into_iter()
        .filter(|subject| subject.name.starts_with(kubernetes::ALL_ACCOUNTS))
        .flat_map(|subject| principals(scene, &subject))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The nodes that what is found of a role is about: who stands for a subject, a group where it has a node. What everybody may do is a
/// matter of the API.
fn holders(scene: &Scene<'_>, subject: &Subject<'_>) -> Vec<usize> {
    if kubernetes::ANONYMOUS.contains(&subject.name) {
        return Vec::new();
    }
    let own = scene.node(&kubernetes::principal_id(subject));
    own.map_or_else(|| principals(scene, subject), |node| vec![node])
}

/// The nodes that a subject stands for.
fn principals(scene: &Scene<'_>, subject: &Subject<'_>) -> Vec<usize> {
    if subject.kind == "ServiceAccount" {
        return kubernetes::account_node(scene, subject.namespace, subject.name)
            .into_iter()
            .collect();
    }
    let own = scene.node(&kubernetes::principal_id(subject));
    let prefix = match subject.name {
        kubernetes::ALL_ACCOUNTS | kubernetes::AUTHENTICATED => Some("ServiceAccount/".to_owned()),
        name => name
            .strip_prefix("system:serviceaccounts:")
            .map(|namespace| format!("ServiceAccount/{namespace}/")),
    };
    // One that a manifest of another format declares has an address of that one.
    let declared = |at: usize| {
        let resource = scene.index.resource(at);
        let namespace = resource.scope.namespace.as_deref().unwrap_or_default();
        (&*resource.kind == "ServiceAccount").then(|| format!("ServiceAccount/{namespace}/"))
    };
    let accounts = prefix.iter().flat_map(|prefix| {
        let nodes = scene.nodes.iter().enumerate();
        let is_it = |given: &crate::graph::scene::Node| {
            let own = given.resource.and_then(declared);
            given.id.starts_with(&**prefix) || own.is_some_and(|own| own.starts_with(&**prefix))
        };
        nodes.filter(move |(_, node)| is_it(node)).map(|(node, _)| node)
    });
    own.into_iter().chain(accounts).collect()
}

/// Nodes by namespace: accounts, and what pods may mount.
type Residents = BTreeMap<Arc<str>, Vec<usize>>;

fn residents(scene: &Scene<'_>) -> Residents {
    let mut found = Residents::new();
    for (node, given) in scene.nodes.iter().enumerate() {
        let own = given.resource.map(|at| scene.index.resource(at));
        let own = own.filter(|it| &*it.provider == kubernetes::PROVIDER);
        let of_account = own.is_some_and(|it| &*it.kind == "ServiceAccount")
            || given.id.starts_with("ServiceAccount/");
        let mountable = matches!(&*given.kind, "secret_store" | "config" | "datastore_block");
        let mut parts = given.id.split('/').skip(1);
        let by_id = parts.next().filter(|_| parts.next().is_some());
        // What another format declares has an address of that one.
        let namespace = own.and_then(|it| it.scope.namespace.as_deref()).or(by_id);
        if let Some(namespace) = namespace.filter(|_| of_account || mountable) {
            found.entry(namespace.into()).or_default().push(node);
        }
    }
    found
}

/// Objects that keep data, by kind and namespace, in order of address.
type Objects = BTreeMap<(Arc<str>, Option<Arc<str>>), Vec<usize>>;

fn objects(scene: &Scene<'_>) -> Objects {
    let mut found = Objects::new();
    for kind in OBJECTS.iter().flat_map(|(_, kinds, _)| *kinds) {
        for at in scene.index.of_type(kind) {
            let object = scene.index.resource(*at);
            let key = (Arc::clone(&object.kind), object.scope.namespace.clone());
            found.entry(key).or_default().push(*at);
        }
    }
    found
}

fn grant(scene: &Scene<'_>, bound: &Bound, objects: &Objects, identity: &mut Identity) {
    let Some(rights) = &bound.rights else {
        identity.open_ended.insert(bound.principal);
        return;
    };
    let (level, wildcard) = match bound.power {
        Power::Read => (Level::Read, false),
        Power::Write => (Level::Write, false),
        Power::Broad => (Level::Write, true),
        Power::Admin => (Level::Admin, true),
    };
    let label = bound.words.clone().unwrap_or_else(|| Arc::clone(&bound.role));
    let grant = |scope, level, wildcard, label: &Arc<str>, proof: &[Place]| Grant {
        principal: bound.principal,
        scope,
        level,
        wildcard,
        label: Arc::clone(label),
        proof: proof.to_vec(),
    };
    let scope = if bound.power == Power::Admin { Scope::Account } else { Scope::Unknown };
    identity.grants.push(grant(scope, level, wildcard, &label, &bound.proof));
    if bound.power.is_strong()
        && let Some(cluster) = scene.node(CLUSTER)
    {
        identity.grants.push(grant(Scope::Node(cluster), level, wildcard, &label, &bound.proof));
    }
    for (resource, kinds, said) in OBJECTS {
        let fitting = rights.iter().filter(|right| right.about("", resource));
        for right in fitting {
            let level = if right.writes() {
                Level::Write
            } else if right.reads() {
                Level::Read
            } else {
                continue;
            };
            let mut proof = bound.proof.clone();
            proof.extend(right.place.filter(|place| !bound.proof.contains(place)));
            for kind in kinds {
                let all = match &bound.namespace {
                    None => scene.index.of_type(kind),
                    Some(own) => {
                        let key = (Arc::from(*kind), Some(Arc::clone(own)));
                        objects.get(&key).map_or(&[][..], Vec::as_slice)
                    }
                };
                for at in all {
                    if identity.grants.len() >= scene.bounds.grants {
                        break;
                    }
                    let object = scene.index.resource(*at);
                    let named = right.names.is_empty() || right.names.contains(&object.name);
                    if let Some(node) = scene.node_of[*at].filter(|_| named) {
                        let said: Arc<str> = said.into();
                        identity.grants.push(grant(Scope::Node(node), level, false, &said, &proof));
                    }
                }
            }
        }
    }
}

/// Objects that keep data: resource, kinds, what a role lets do with them.
const OBJECTS: [(&str, &[&str], &str); 2] = [
    ("secrets", &["Secret", "ExternalSecret", "SealedSecret"], "secrets"),
    ("configmaps", &["ConfigMap"], "config maps"),
];

/// Whether pods of a workload get the token of their account.
fn has_token(workload: &Workload<'_>, account: Option<&Resource>) -> bool {
    let said = |value: Option<&Value>| match value {
        Some(Value::Bool(said)) => Some(*said),
        _ => None,
    };
    let volumes = workload.pod.get("volumes").and_then(Value::as_array).unwrap_or_default();
    let projected = volumes.iter().any(|volume| {
        let sources = volume.get("projected").and_then(|it| it.get("sources")?.as_array());
        sources.unwrap_or_default().iter().any(|it| it.get("serviceAccountToken").is_some())
    });
    let own = said(workload.spec("automountServiceAccountToken"));
    let of_account = said(account.and_then(|it| it.attributes.get("automountServiceAccountToken")));
    projected || own.or(of_account).unwrap_or(true)
}

/// What pods run as, and what accounts stand for in a cloud.
fn accounts(scene: &Scene<'_>, all: &[Workload<'_>], identity: &mut Identity) {
    let acts = |source, target, label: &str, proof| Trust {
        source,
        target,
        label: label.into(),
        opened_by: None,
        proof,
    };
    let mut declared = BTreeMap::new();
    let bindings = gcp::bindings(scene);
    // What accounts stand for in a cloud, by their nodes.
    let mut elsewhere: BTreeMap<usize, Vec<(usize, Place)>> = BTreeMap::new();
    for at in scene.index.of_type("ServiceAccount") {
        let account = scene.index.resource(*at);
        let Some(node) = scene.node_of[*at] else { continue };
        declared.insert(node, account);
        let Some((cloud, place)) = clouds::identity_of(scene, *at) else { continue };
        if lets_in(scene, &bindings, cloud, account) {
            elsewhere.entry(node).or_default().push((cloud, place));
        }
        if scene.nodes[cloud].resource.is_none() {
            identity.open_ended.insert(cloud);
        }
    }
    read_tokens(scene, identity);
    for (node, cloud, place) in associations(scene) {
        elsewhere.entry(node).or_default().push((cloud, place));
    }
    let silent = silent(scene, all);
    for node in &silent {
        elsewhere.entry(*node).or_default().retain(|(cloud, _)| !clouds::is_azures(scene, *cloud));
    }
    identity
        .trusts
        .retain(|it| !(silent.contains(&it.source) && clouds::is_azures(scene, it.target)));
    for (node, clouds) in &elsewhere {
        for (cloud, place) in clouds {
            identity.trusts.push(acts(*node, *cloud, "assumes", vec![*place]));
        }
    }
    let_in_at_once(scene, &elsewhere, identity);
    for (node, given) in scene.nodes.iter().enumerate() {
        let undeclared = given.resource.is_none() && given.id.starts_with("ServiceAccount/");
        if undeclared && !given.id.ends_with("/default") {
            identity.open_ended.insert(node);
        }
    }
    for workload in all {
        let (name, place) = workload.account();
        let Some(node) = kubernetes::account_node(scene, workload.namespace, name) else {
            continue;
        };
        let proof = vec![place.unwrap_or(workload.resource.header)];
        let account = declared.get(&node).copied();
        if has_token(workload, account) {
            identity.trusts.push(acts(workload.node, node, "runs as", proof));
        } else {
            for (cloud, place) in elsewhere.get(&node).into_iter().flatten() {
                identity.trusts.push(acts(workload.node, *cloud, "runs as", vec![*place]));
            }
        }
    }
}

/// Accounts of pods none of which asks for the identity of Azure that the account stands for.
fn silent(scene: &Scene<'_>, all: &[Workload<'_>]) -> BTreeSet<usize> {
    let mut asked: BTreeMap<usize, bool> = BTreeMap::new();
    for workload in all {
        let (name, _) = workload.account();
        if let Some(node) = kubernetes::account_node(scene, workload.namespace, name) {
            *asked.entry(node).or_default() |= clouds::asks_azure(workload);
        }
    }
    asked.into_iter().filter(|(_, asks)| !asks).map(|(node, _)| node).collect()
}

/// Accounts that roles let in without naming them, apart from those that say that they stand for the role.
fn let_in_at_once(
    scene: &Scene<'_>,
    elsewhere: &BTreeMap<usize, Vec<(usize, Place)>>,
    identity: &mut Identity,
) {
    // Of two clusters it is not known whose accounts these are.
    if scene.index.of_type("aws_eks_cluster").len() > 1 {
        return;
    }
    let accounts: Vec<(usize, String)> = (0..scene.nodes.len())
        .filter_map(|node| Some((node, subject_of_node(scene, node)?)))
        .collect();
    let mut left = scene.bounds.named;
    for asked in wide(scene) {
        for (node, subject) in &accounts {
            if left == 0 {
                identity.left_out = true;
                return;
            }
            left -= 1;
            let says = elsewhere.get(node).is_some_and(|it| it.iter().any(|it| it.0 == asked.role));
            if !says && asked.fits(subject) {
                identity.trusts.push(Trust {
                    source: *node,
                    target: asked.role,
                    label: "assumes".into(),
                    opened_by: None,
                    proof: vec![asked.place],
                });
            }
        }
    }
}

/// The subject of the tokens of an account, declared or not.
fn subject_of_node(scene: &Scene<'_>, node: usize) -> Option<String> {
    let given = &scene.nodes[node];
    let declared = given.resource.map(|at| scene.index.resource(at));
    let declared = declared.filter(|it| &*it.kind == "ServiceAccount");
    let (namespace, name) = if let Some(account) = declared {
        (account.scope.namespace.as_deref()?, &*account.name)
    } else {
        given.id.strip_prefix("ServiceAccount/")?.split_once('/')?
    };
    Some(clouds::subject_of(namespace, name))
}

/// Whether what an account says that it stands for lets it in.
fn lets_in(scene: &Scene<'_>, bindings: &[gcp::Binding], cloud: usize, account: &Resource) -> bool {
    let (Some(at), Some(namespace)) = (scene.nodes[cloud].resource, &account.scope.namespace)
    else {
        return true;
    };
    let subject = clouds::subject_of(namespace, &account.name);
    match scene.index.resource(at).type_name() {
        "aws_iam_role" => admits(scene, at, &subject),
        "google_service_account" => {
            let own = kubernetes::account_node(scene, namespace, &account.name);
            stands_for(scene, bindings, cloud, own)
        }
        "azurerm_user_assigned_identity" => federates(scene, at, &subject),
        _ => true,
    }
}

/// Whether an account of Google's is bound to one of the cluster, where the configuration says to which it is.
fn stands_for(
    scene: &Scene<'_>,
    bindings: &[gcp::Binding],
    cloud: usize,
    own: Option<usize>,
) -> bool {
    let in_cluster = |member: &gcp::Member| match member {
        gcp::Member::Node(node) => {
            let at = scene.nodes[*node].resource.map(|at| scene.index.resource(at));
            at.is_none_or(|at| &*at.provider == "kubernetes")
        }
        gcp::Member::Named(text) => text.contains(".svc.id.goog"),
        gcp::Member::Everybody | gcp::Member::Authenticated => false,
    };
    let is_it = |binding: &&gcp::Binding| {
        binding.on == gcp::On::Node(cloud)
            && binding.role.as_deref() == Some("roles/iam.workloadIdentityUser")
            && binding.members.iter().any(in_cluster)
    };
    let mut all = bindings.iter().filter(is_it).peekable();
    let named = |binding: &gcp::Binding| {
        let mut members = binding.members.iter();
        let is_own =
            |member: &gcp::Member| matches!(member, gcp::Member::Node(node) if Some(*node) == own);
        binding.open_ended || binding.whole_pool || members.any(is_own)
    };
    all.peek().is_none() || all.any(named)
}

/// Whether an identity of Azure trusts a subject, where the configuration says whom it does.
fn federates(scene: &Scene<'_>, cloud: usize, subject: &str) -> bool {
    let kind = "azurerm_federated_identity_credential";
    let own = |name| look::users(scene, cloud, kind, name);
    let credentials: Vec<usize> =
        own("parent_id").chain(own("user_assigned_identity_id")).collect();
    let fits = |at: &usize| match scene.index.resource(*at).attributes.get("subject") {
        Some(Value::String(written)) => **written == *subject,
        _ => true,
    };
    credentials.is_empty() || credentials.iter().any(fits)
}

/// Secrets that hold the token of an account (resources), and the nodes of these.
fn tokens(scene: &Scene<'_>) -> Vec<(usize, usize)> {
    let account = |at: &usize| {
        let secret = scene.index.resource(*at);
        look::text(&secret.attributes, "type").filter(|kind| *kind == TOKEN)?;
        let name = kubernetes::annotation(secret, TOKEN_OF)?;
        let account = kubernetes::account_node(scene, secret.scope.namespace.as_ref()?, name)?;
        Some((*at, account))
    };
    scene.index.of_type("Secret").iter().filter_map(account).collect()
}

/// Whoever reads the token of an account is it.
fn read_tokens(scene: &Scene<'_>, identity: &mut Identity) {
    for (at, account) in tokens(scene) {
        let place = kubernetes::annotation_place(scene.index.resource(at), TOKEN_OF);
        identity.trusts.extend(scene.node_of[at].map(|source| Trust {
            source,
            target: account,
            label: "holds the token of".into(),
            opened_by: None,
            proof: vec![place],
        }));
    }
}

/// Roles that a cluster's agent gives to accounts ("EKS Pod Identity"): account, role, place.
fn associations(scene: &Scene<'_>) -> Vec<(usize, usize, Place)> {
    let all = scene.index.of_type("aws_eks_pod_identity_association").iter();
    let found = all.filter_map(|at| {
        let resource = scene.index.resource(*at);
        let word = |name: &str| look::text(&resource.attributes, name);
        let account = kubernetes::account_node(scene, word("namespace")?, word("service_account")?);
        let roles = look::named(scene, *at, "role_arn").targets;
        let role = roles.into_iter().find_map(|(to, _)| scene.node_of[to]);
        Some((account?, role?, resource.header))
    });
    found.collect()
}

/// Out of containers to the machines, and from there to the accounts of all that runs on them.
fn breakouts(scene: &Scene<'_>, all: &[Workload<'_>], identity: &mut Identity) {
    let trust = |source, target, label: &str, opened_by, place| Trust {
        source,
        target,
        label: label.into(),
        opened_by,
        proof: vec![place],
    };
    let ways: Vec<_> = all.iter().map(|workload| breakout::ways(scene, workload)).collect();
    if ways.iter().all(Vec::is_empty) {
        return;
    }
    for machine in pools::machines(scene) {
        for (workload, ways) in all.iter().zip(&ways) {
            let (name, _) = workload.account();
            let account = kubernetes::account_node(scene, workload.namespace, name);
            let header = workload.resource.header;
            identity
                .trusts
                .extend(account.map(|node| trust(machine, node, "holds tokens", None, header)));
            identity.trusts.extend(ways.iter().map(|way| {
                trust(workload.node, machine, "breaks out", Some(way.class), way.place)
            }));
        }
        let own = pools::accounts(scene, machine).into_iter();
        let runs = own.map(|(node, place)| trust(machine, node, "runs as", None, place));
        identity.trusts.extend(runs);
    }
}
