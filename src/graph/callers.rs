//! Who from outside may call the services of Google Cloud that answer only those who have been given the right.
//!
//! Packets of anybody arrive at Google's front, and requests without an identity that may call end there. Source: Google Cloud documentation,
//! "Authentication overview" of Cloud Run, "Authenticate for invocation" of Cloud Run functions.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::Value;
use crate::model::Element;
use crate::pack::Verb;

use super::gcp::{self, Binding, Member, On};
use super::look;
use super::network::Tri;
use super::scene::Scene;

/// Fact of what turns strangers away, by the vocabulary, whatever rights are given.
const REFUSES: &str = "refuses_strangers";

/// How many accounts one that acts as another may be away from it.
const MAX_CHAIN: usize = 4;

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

/// Accounts that may call the services that ask who calls and that nobody from outside may call, as far as the document says so.
#[derive(Debug, Default)]
pub struct Callers {
    /// By service, where its own bindings name who calls it.
    named: BTreeMap<usize, BTreeSet<usize>>,
    /// Who may call any of them.
    everywhere: BTreeSet<usize>,
    /// Services whose callers are not all known, or everybody.
    open: BTreeSet<usize>,
    /// Whether that goes for all.
    all_open: bool,
    /// As which accounts others may act.
    acting: BTreeMap<usize, BTreeSet<usize>>,
}

impl Callers {
    /// Of a document.
    pub fn new(scene: &Scene<'_>) -> Self {
        let mut callers = Self::default();
        if !(0..scene.nodes.len()).any(|node| scene.holds(node, REFUSES)) {
            return callers;
        }
        for binding in gcp::bindings(scene) {
            callers.add(scene, &binding);
        }
        callers
    }

    fn add(&mut self, scene: &Scene<'_>, binding: &Binding) {
        let accounts = binding.members.iter().filter_map(|member| match member {
            Member::Node(node) => Some(*node),
            _ => None,
        });
        if let On::Node(account) = binding.on
            && scene.nodes[account].element == Element::Identity
        {
            accounts.for_each(|own| {
                self.acting.entry(own).or_default().insert(account);
            });
            return;
        }
        if !may_call(scene, binding) {
            return;
        }
        // Who is in a group is not known.
        let is_open = |member: &Member| match member {
            Member::Everybody | Member::Authenticated => true,
            Member::Node(_) => false,
            Member::Named(text) => {
                !text.starts_with("serviceAccount:") && !text.starts_with("user:")
            }
        };
        let open = binding.open_ended || binding.members.iter().any(is_open);
        if let On::Node(node) = binding.on {
            self.named.entry(node).or_default().extend(accounts);
            if open {
                self.open.insert(node);
            }
        } else {
            self.everywhere.extend(accounts);
            self.all_open |= open;
        }
    }

    /// Whether a service turns a program away: bindings name who calls it, and no account as which the program runs or acts is among
    /// them.
    pub fn turn_away(&self, scene: &Scene<'_>, program: usize, service: usize) -> bool {
        let Some(named) = self.named.get(&service).filter(|_| scene.holds(service, REFUSES)) else {
            return false;
        };
        let parts = scene.nodes[program].parts.iter();
        let runs = parts.flat_map(|part| scene.relations.targets(*part, Verb::RunsAs));
        let mut own: BTreeSet<usize> = runs
            .filter_map(|relation| scene.node_of[relation.to])
            .filter(|node| scene.nodes[*node].element == Element::Identity)
            .collect();
        if own.is_empty() || self.all_open || self.open.contains(&service) {
            return false;
        }
        for _ in 0..MAX_CHAIN {
            let more = own.iter().filter_map(|account| self.acting.get(account)).flatten();
            let more: BTreeSet<usize> = more.copied().filter(|to| !own.contains(to)).collect();
            if more.is_empty() {
                break;
            }
            own.extend(more);
        }
        let extended =
            scene.nodes[service].parts.iter().any(|it| look::may_be_extended(scene, *it));
        !extended && own.is_disjoint(named) && own.is_disjoint(&self.everywhere)
    }
}

/// Whether a binding may let its members call: one for calling, one that holds all there is of the service, one that is not known.
///
/// Source: Google Cloud documentation, "Access control with IAM" of Cloud Run (`run.routes.invoke`).
fn may_call(scene: &Scene<'_>, binding: &Binding) -> bool {
    let Some(role) = binding.role.as_deref().filter(|_| binding.custom.is_none()) else {
        return true;
    };
    let wide =
        |rest: &str| ["admin", "developer", "Developer"].iter().any(|end| rest.ends_with(end));
    let of_service = ["roles/run.", "roles/cloudfunctions."];
    matches!(role, "roles/owner" | "roles/editor")
        || of_service.iter().any(|own| role.strip_prefix(own).is_some_and(wide))
        || calls(scene, binding)
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

/// Whether a binding names somebody who calls from outside: people, identities of others. Where accounts of programs alone are named, of
/// whatever project, nobody else gets in.
fn outsiders(scene: &Scene<'_>, binding: &Binding) -> Tri {
    let is_outside = |member: &Member| match member {
        Member::Everybody | Member::Authenticated => true,
        Member::Node(node) => scene.nodes[*node].element == Element::ExternalEntity,
        Member::Named(text) => !is_program(scene, text),
    };
    if binding.members.iter().any(is_outside) {
        Tri::Yes
    } else if binding.open_ended {
        Tri::Unknown
    } else {
        Tri::No
    }
}

/// Whether a member is an account by which a program acts, and not for people who come to it.
fn is_program(scene: &Scene<'_>, member: &str) -> bool {
    let mut proxies = scene.vocabulary.table("gcp_proxies").iter().flatten();
    member.starts_with("serviceAccount:")
        && !proxies.any(|pattern| crate::source::fits(pattern, member))
}
