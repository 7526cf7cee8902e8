//! Rights inside of managed clusters that a cloud gives: by entries of the cluster, or by roles over it.
//!
//! The table `cluster_roles` says which roles and policies those are, and what they let do there. Sources: Amazon EKS User Guide, "Grant IAM
//! users access to Kubernetes with EKS access entries", "Review access policy permissions"; Microsoft Learn, "Use Azure role-based access
//! control to define access to the Kubernetes configuration file", "Use Azure RBAC for Kubernetes authorization"; Google Cloud, "Create
//! IAM allow policies" of GKE.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::document::Value;
use crate::graph::gcp::{Member, On, bindings};
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

/// Entries of EKS clusters that put a principal into groups.
fn entries(scene: &Scene<'_>, identity: &mut Identity) {
    let mut of_groups: BTreeMap<usize, BTreeSet<Grant>> = BTreeMap::new();
    let mut left = scene.bounds.named;
    if !scene.index.of_type("aws_eks_access_entry").is_empty() {
        let is_group = |grant: &&Grant| scene.nodes[grant.principal].id.starts_with("Group/");
        for grant in identity.grants.iter().filter(is_group) {
            of_groups.entry(grant.principal).or_default().insert(grant.clone());
        }
    }
    for at in scene.index.of_type("aws_eks_access_entry") {
        let resource = scene.index.resource(*at);
        let principal = look::first(scene, *at, "principal_arn").and_then(|to| scene.node_of[to]);
        let Some((principal, cluster)) = principal.zip(look::first(scene, *at, "cluster_name"))
        else {
            continue;
        };
        for (pointer, group) in look::leaves(&resource.attributes, "kubernetes_groups") {
            let Value::String(group) = group else { continue };
            let proof = vec![resource.place_of(&pointer)];
            if &**group == MASTERS {
                give(scene, (principal, cluster), (Level::Admin, group), &proof, identity);
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
