//! Who from outside may call the services of Google Cloud that answer only those who have been given the right.
//!
//! Packets of anybody arrive at Google's front, and requests without an identity that may call end there. Source: Google Cloud documentation,
//! "Authentication overview" of Cloud Run, "Authenticate for invocation" of Cloud Run functions.

use std::collections::BTreeMap;

use crate::document::Value;
use crate::model::Element;

use super::gcp::{self, Binding, Member, On};
use super::network::Tri;
use super::scene::Scene;

/// Fact of what turns strangers away, by the vocabulary, whatever rights are given.
const REFUSES: &str = "refuses_strangers";

/// Let in where somebody from outside has the right to call.
pub fn settle(scene: &mut Scene<'_>) {
    let asks = |node: &usize| {
        let own = scene.nodes[*node].resource.map(|at| scene.index.resource(at));
        own.is_some_and(gcp::is_own) && scene.state(*node, REFUSES) != Tri::No
    };
    let asking: Vec<usize> = (0..scene.nodes.len()).filter(asks).collect();
    if asking.is_empty() {
        return;
    }
    let (own, everywhere) = callers(scene);
    for node in asking {
        let value = match own.get(&node).copied().unwrap_or(Tri::No).max(everywhere) {
            Tri::Yes => Some(Value::Bool(false)),
            Tri::Unknown => None,
            Tri::No => continue,
        };
        if let Some(fact) = scene.nodes[node].facts.get_mut(REFUSES) {
            fact.value = value;
        }
    }
}

/// Whether somebody from outside may call each node, and any service at all.
fn callers(scene: &Scene<'_>) -> (BTreeMap<usize, Tri>, Tri) {
    let mut own: BTreeMap<usize, Tri> = BTreeMap::new();
    let mut everywhere = Tri::No;
    for binding in gcp::bindings(scene) {
        let lets = outsiders(scene, &binding);
        let calls = calls(scene, &binding);
        match binding.on {
            On::Node(node) => {
                let known = own.entry(node).or_insert(Tri::No);
                *known = (*known).max(lets);
            }
            // On which service a right holds is not known.
            On::Unknown if calls => everywhere = everywhere.max(lets.min(Tri::Unknown)),
            On::Zone(_) | On::Account if calls => everywhere = everywhere.max(lets),
            _ => {}
        }
    }
    (own, everywhere)
}

/// Whether a role is made for calling: whoever administers a project is no caller.
fn calls(scene: &Scene<'_>, binding: &Binding) -> bool {
    let roles = scene.vocabulary.table("gcp_calling_roles").iter().flatten();
    binding.role.as_ref().is_some_and(|role| roles.into_iter().any(|own| own == role))
}

/// Whether a binding names somebody who calls from outside: people, identities of others; not the accounts of the project.
fn outsiders(scene: &Scene<'_>, binding: &Binding) -> Tri {
    let is_outside = |member: &Member| match member {
        Member::Everybody | Member::Authenticated => true,
        Member::Node(node) => scene.nodes[*node].element == Element::ExternalEntity,
        Member::Named(text) => !is_agent(scene, text),
    };
    if binding.members.iter().any(is_outside) {
        Tri::Yes
    } else if binding.open_ended {
        Tri::Unknown
    } else {
        Tri::No
    }
}

/// Whether a member is an account by which Google's own services act inside of a project, and not for people who come to them.
fn is_agent(scene: &Scene<'_>, member: &str) -> bool {
    let is_of = |table: &str| {
        let patterns = scene.vocabulary.table(table).iter().flatten();
        patterns.into_iter().any(|pattern| crate::source::fits(pattern, member))
    };
    is_of("gcp_agents") && !is_of("gcp_proxies")
}
