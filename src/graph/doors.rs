//! What doors ask for that another resource decides: the second factor of a federated login.
//!
//! Sources: Microsoft Learn, "Conditional Access: Require MFA for all users"; Amazon Cognito Developer Guide, "Adding MFA to a user
//! pool"; Google Cloud documentation, "Set up OS Login with two-step verification".

use crate::document::{Mode, Pointer, Resource, Value};
use crate::source::Place;

use super::look;
use super::scene::Scene;

/// What the vocabulary says of a door behind which the tenant or a pool of users asks.
const FEDERATED: &str = "federated";

/// Say of federated logins whether they ask for a second factor. Where nothing proves it, they ask for a password.
pub fn settle(scene: &mut Scene<'_>) {
    let tenant = tenant(scene);
    let pools = pools(scene);
    for node in 0..scene.nodes.len() {
        let Some(at) = scene.nodes[node].resource else { continue };
        let resource = scene.index.resource(at);
        let (provider, kind) = (&*resource.provider, &*resource.kind);
        let factor = match provider {
            "azurerm" => tenant,
            "aws" => pools,
            _ => None,
        };
        let by_login = (kind == "google_compute_instance" && has_login(resource))
            .then(|| resource.place_of(&Pointer::root().key("metadata").key("enable-oslogin-2fa")));
        let Some(fact) = scene.nodes[node].facts.get_mut("auth") else { continue };
        let word = fact.value.as_ref().and_then(Value::as_str).unwrap_or_default();
        let proven = match word {
            FEDERATED => factor,
            "key_or_cert" => by_login,
            _ => continue,
        };
        match proven {
            Some(place) => {
                fact.value = Some(Value::string("federated_mfa"));
                fact.proof.push(place);
            }
            None if word == FEDERATED => fact.value = Some(Value::string("password")),
            None => {}
        }
    }
}

/// A policy of the tenant that asks everybody for a second factor, whatever they sign in to.
fn tenant(scene: &Scene<'_>) -> Option<Place> {
    let holds = |resource: &Resource, path: &str, word: &str| {
        look::leaves(&resource.attributes, path)
            .iter()
            .any(|(_, value)| value.as_str().is_some_and(|it| it.eq_ignore_ascii_case(word)))
    };
    scene.index.of_type("azuread_conditional_access_policy").iter().find_map(|at| {
        let policy = scene.index.resource(*at);
        let controls = look::leaves(&policy.attributes, "grant_controls.built_in_controls");
        let asks = holds(policy, "grant_controls.built_in_controls", "mfa")
            && (controls.len() == 1 || holds(policy, "grant_controls.operator", "AND"));
        let everybody = holds(policy, "conditions.users.included_users", "All")
            && holds(policy, "conditions.applications.included_applications", "All")
            && holds(policy, "conditions.client_app_types", "all");
        (policy.mode == Mode::Managed && holds(policy, "state", "enabled") && asks && everybody)
            .then_some(policy.header)
    })
}

/// All pools of users of the document ask for a second factor, and there is one.
fn pools(scene: &Scene<'_>) -> Option<Place> {
    let pools = scene.index.of_type("aws_cognito_user_pool");
    let asks = |at: &usize| {
        look::text(&scene.index.resource(*at).attributes, "mfa_configuration") == Some("ON")
    };
    let first = pools.first().filter(|_| pools.iter().all(asks))?;
    Some(scene.index.resource(*first).place_of(&Pointer::root().key("mfa_configuration")))
}

/// Whether an instance has people log in by their accounts, with a second factor.
fn has_login(resource: &Resource) -> bool {
    let is_on = |name: &str| {
        let value = resource.attributes.get("metadata").and_then(|all| all.get(name));
        match value {
            Some(Value::String(word)) => word.eq_ignore_ascii_case("true"),
            Some(Value::Bool(on)) => *on,
            _ => false,
        }
    };
    is_on("enable-oslogin") && is_on("enable-oslogin-2fa")
}
