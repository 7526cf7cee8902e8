//! Rights inside of managed clusters that a cloud gives: by entries of the cluster, its `aws-auth`, or roles over it.
//!
//! The table `cluster_roles` says which roles and policies those are, and what they let do there. Sources: Amazon EKS User Guide, "Grant IAM
//! users access to Kubernetes with EKS access entries", "Grant IAM users access to Kubernetes with a `ConfigMap`", "Review access policy
//! permissions"; Microsoft Learn, "Use Azure role-based access
//! control to define access to the Kubernetes configuration file", "Use Azure RBAC for Kubernetes authorization"; Google Cloud, "Create
//! IAM allow policies" of GKE.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::document::{Pointer, Value};
use crate::graph::accounts;
use crate::graph::gcp::{Member, On, bindings};
use crate::graph::kubernetes::only_cluster;
use crate::graph::look;
use crate::graph::scene::Scene;
use crate::source::{Place, fits};

use super::{Grant, Identity, Level, Scope, Trust};

/// The group that may do everything in every cluster.
const MASTERS: &str = "system:masters";

/// Add what entries and roles let do in clusters.
pub fn add(scene: &Scene<'_>, identity: &mut Identity) {
    roles(scene, identity);
    entries(scene, identity);
    policies(scene, identity);
}

/// What a role or policy lets do in clusters of a provider (`aws`, `azurerm`, `google`).
fn level_of(scene: &Scene<'_>, provider: &str, role: &str) -> Option<Level> {
    let mut rows = scene.vocabulary.table("cluster_roles").iter();
    let own = |row: &&Vec<Arc<str>>| *row[0] == *provider && fits(&row[1], role);
    let row = rows.find(|row| row.len() == 3 && own(row))?;
    Level::parse(&row[2])
}

/// A right in a cluster (a resource): over all that is in it where that is everything.
fn give(
    scene: &Scene<'_>,
    (principal, cluster): (usize, usize),
    (level, label): (Level, &Arc<str>),
    proof: &[Place],
    identity: &mut Identity,
) {
    let zone = scene.zone_of[cluster].filter(|_| level == Level::Admin).map(Scope::Zone);
    let node = scene.node_of[cluster].map(Scope::Node);
    identity.grants.extend([node, zone].into_iter().flatten().map(|scope| Grant {
        principal,
        scope,
        level,
        wildcard: level == Level::Admin,
        label: Arc::clone(label),
        proof: proof.to_vec(),
    }));
}

/// A principal that is put into a group of a cluster, and what says so.
struct Entry {
    principal: usize,
    cluster: usize,
    group: Arc<str>,
    proof: Place,
}

/// Whom entries and maps of EKS clusters put into groups.
fn entries(scene: &Scene<'_>, identity: &mut Identity) {
    let mut all = of_entries(scene);
    all.extend(of_maps(scene));
    if all.is_empty() {
        return;
    }
    let mut of_groups: BTreeMap<usize, BTreeSet<Grant>> = BTreeMap::new();
    let is_group = |grant: &&Grant| scene.nodes[grant.principal].id.starts_with("Group/");
    for grant in identity.grants.iter().filter(is_group) {
        of_groups.entry(grant.principal).or_default().insert(grant.clone());
    }
    let mut left = scene.bounds.named;
    for Entry { principal, cluster, group, proof } in all {
        let proof = vec![proof];
        if &*group == MASTERS {
            give(scene, (principal, cluster), (Level::Admin, &group), &proof, identity);
        } else if let Some(target) = scene.node(&format!("Group/{group}")) {
            // What members of a group may is theirs.
            let own = of_groups.get(&target).into_iter().flatten();
            let own: Vec<Grant> = own.take(left).cloned().collect();
            left -= own.len();
            identity.left_out |= left == 0;
            identity.grants.extend(own.into_iter().map(|grant| Grant { principal, ..grant }));
            let (source, label) = (principal, "member of".into());
            identity.trusts.push(Trust { source, target, label, opened_by: None, proof });
        }
    }
}

/// Entries that are resources of their own.
fn of_entries(scene: &Scene<'_>) -> Vec<Entry> {
    let mut all = Vec::new();
    for at in scene.index.of_type("aws_eks_access_entry") {
        let resource = scene.index.resource(*at);
        let principal = look::first(scene, *at, "principal_arn").and_then(|to| scene.node_of[to]);
        let Some((principal, cluster)) = principal.zip(look::first(scene, *at, "cluster_name"))
        else {
            continue;
        };
        let groups = look::leaves(&resource.attributes, "kubernetes_groups").into_iter();
        all.extend(groups.filter_map(|(pointer, group)| {
            let group = group.as_str()?.into();
            Some(Entry { principal, cluster, group, proof: resource.place_of(&pointer) })
        }));
    }
    all
}

/// Entries of the one cluster's `aws-auth`.
fn of_maps(scene: &Scene<'_>) -> Vec<Entry> {
    let cluster = only_cluster(scene).and_then(|node| scene.nodes[node].resource);
    let Some((map, cluster)) = auth_map(scene).zip(cluster) else { return Vec::new() };
    // A cluster that only takes entries does not look at it.
    let mode =
        look::leaf(&scene.index.resource(cluster).attributes, "access_config.authentication_mode");
    if mode.and_then(Value::as_str) == Some("API") {
        return Vec::new();
    }
    let resource = scene.index.resource(map);
    let mut all = Vec::new();
    for (text, arn) in [("data/mapRoles", "rolearn"), ("data/mapUsers", "userarn")] {
        let items = resource.parsed.get(text).and_then(Value::as_array).unwrap_or_default();
        let at = Pointer::parse(&format!("/{text}")).unwrap_or_default();
        for (position, item) in items.iter().enumerate() {
            let named = item.get(arn).and_then(Value::as_str);
            let Some(principal) = named.and_then(|arn| identity_of(scene, arn)) else { continue };
            let proof = resource.place_of(&at.index(position));
            let groups = item.get("groups").and_then(Value::as_array).unwrap_or_default();
            all.extend(groups.iter().filter_map(|group| {
                Some(Entry { principal, cluster, group: group.as_str()?.into(), proof })
            }));
        }
    }
    all
}

/// The object that says which roles and users of AWS are in which groups of a cluster.
fn auth_map(scene: &Scene<'_>) -> Option<usize> {
    let is_auth = |at: &&usize| {
        let resource = scene.index.resource(**at);
        &*resource.name == "aws-auth" && resource.scope.namespace.as_deref() == Some("kube-system")
    };
    scene.index.of_type("ConfigMap").iter().find(is_auth).copied()
}

/// The role or user of an ARN: by reference, else by its name.
fn identity_of(scene: &Scene<'_>, arn: &str) -> Option<usize> {
    let is_identity =
        |at: &usize| matches!(&*scene.index.resource(*at).kind, "aws_iam_role" | "aws_iam_user");
    let by_reference = look::holed(scene, arn).fillers.into_iter().flatten().find(is_identity);
    let by_name = || {
        let (kind, name) = arn.rsplit_once(':')?.1.split_once('/')?;
        let of_type = scene.index.of_type(&format!("aws_iam_{kind}"));
        let is_named = |at: &&usize| {
            look::text(&scene.index.resource(**at).attributes, "name") == name.rsplit('/').next()
        };
        let number = arn.split(':').nth(4).and_then(|number| accounts::numbered(scene, number));
        let is_near = |at: &&usize| number.is_none() || accounts::account_of(scene, **at) == number;
        of_type.iter().filter(is_named).find(is_near).copied()
    };
    by_reference.or_else(by_name).and_then(|at| scene.node_of[at])
}

/// Policies that entries of EKS clusters have.
fn policies(scene: &Scene<'_>, identity: &mut Identity) {
    for at in scene.index.of_type("aws_eks_access_policy_association") {
        let resource = scene.index.resource(*at);
        let principal = look::first(scene, *at, "principal_arn").and_then(|to| scene.node_of[to]);
        let Some((principal, cluster)) = principal.zip(look::first(scene, *at, "cluster_name"))
        else {
            continue;
        };
        let Some(policy) = look::text(&resource.attributes, "policy_arn") else {
            identity.open_ended.insert(principal);
            continue;
        };
        let name: Arc<str> = policy.rsplit('/').next().unwrap_or(policy).into();
        let Some(level) = level_of(scene, "aws", &name) else { continue };
        let whole = look::leaf(&resource.attributes, "access_scope.type");
        let whole = whole.and_then(Value::as_str) == Some("cluster");
        let level = if whole { level } else { level.min(Level::Write) };
        give(scene, (principal, cluster), (level, &name), &[resource.header], identity);
    }
}

/// Roles over clusters, or over what they lie in.
fn roles(scene: &Scene<'_>, identity: &mut Identity) {
    let is_cluster = |at: &usize| {
        let meaning = scene.meanings[*at].as_ref();
        meaning.is_some_and(|meaning| &*meaning.kind == "compute_orchestrator")
    };
    let clusters: Vec<usize> = (0..scene.meanings.len())
        .filter(is_cluster)
        .filter(|at| scene.zone_of[*at].is_some() && scene.node_of[*at].is_some())
        .take(scene.bounds.named)
        .collect();
    if clusters.is_empty() {
        return;
    }
    let mut left = scene.bounds.named;
    let mut found: BTreeSet<Right> = BTreeSet::new();
    let of_azure = |at: &&usize| &*scene.index.resource(**at).provider == "azurerm";
    for grant in &identity.grants {
        let Some(level) = level_of(scene, "azurerm", &grant.label) else { continue };
        for cluster in clusters.iter().filter(of_azure) {
            left = left.saturating_sub(1);
            if left == 0 {
                break;
            }
            if holds_on(scene, grant.scope, *cluster) {
                let label = Arc::clone(&grant.label);
                found.insert((grant.principal, *cluster, level, label, grant.proof.clone()));
            }
        }
    }
    found.extend(of_google(scene, &clusters, &mut left));
    identity.left_out |= left == 0;
    for (principal, cluster, level, label, proof) in found {
        give(scene, (principal, cluster), (level, &label), &proof, identity);
    }
}

/// Roles over projects of Google Cloud, which are no grants on single clusters yet.
fn of_google(scene: &Scene<'_>, clusters: &[usize], left: &mut usize) -> Vec<Right> {
    let mut found = Vec::new();
    for binding in bindings(scene) {
        let scope = match binding.on {
            On::Zone(zone) => Scope::Zone(zone),
            On::Account => Scope::Account,
            On::Node(_) | On::Unknown => continue,
        };
        let Some(role) = &binding.role else { continue };
        let Some(level) = level_of(scene, "google", role) else { continue };
        let of_google = |at: &&usize| scene.index.resource(**at).provider.starts_with("google");
        for cluster in clusters.iter().filter(of_google) {
            for member in &binding.members {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    return found;
                }
                let principal = match member {
                    Member::Node(node) => Some(*node),
                    Member::Named(text) => scene.node(text),
                    Member::Everybody | Member::Authenticated => None,
                };
                if let Some(principal) = principal
                    && holds_on(scene, scope, *cluster)
                {
                    let proof = vec![binding.place];
                    found.push((principal, *cluster, level, Arc::clone(role), proof));
                }
            }
        }
    }
    found
}

/// Principal, cluster, what it may do there, by which role, what says so.
type Right = (usize, usize, Level, Arc<str>, Vec<Place>);

/// Whether what holds on a scope holds on a cluster.
fn holds_on(scene: &Scene<'_>, scope: Scope, cluster: usize) -> bool {
    match scope {
        Scope::Account => true,
        Scope::Node(node) => scene.node_of[cluster] == Some(node),
        Scope::Zone(zone) => {
            scene.zone_of[cluster].is_some_and(|own| scene.ancestors(own).contains(&zone))
        }
        Scope::Unknown => false,
    }
}
