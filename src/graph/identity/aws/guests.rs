//! Pools of identities: whoever a pool knows may take the roles that are attached to it, and guests those for guests.
//!
//! Source: Amazon Cognito Developer Guide, "Identity pools: authenticated and unauthenticated identities", "Role trust and permissions".

use std::collections::BTreeMap;

use crate::document::Value;
use crate::graph::identity::{Identity, Trust};
use crate::graph::look;
use crate::graph::scene::Scene;

/// Who vouches for identities of pools.
pub const ISSUER: &str = "cognito-identity.amazonaws.com";

/// The type that says which roles a pool gives.
const ATTACHMENT: &str = "aws_cognito_identity_pool_roles_attachment";

/// The pools that roles are attached to, by the nodes of both.
pub fn pools(scene: &Scene<'_>) -> BTreeMap<usize, usize> {
    let mut found = BTreeMap::new();
    for at in scene.index.of_type(ATTACHMENT) {
        let Some(pool) = pool_of(scene, *at) else { continue };
        for name in ["roles", "role_mapping"] {
            for (to, _) in look::named(scene, *at, name).targets {
                let role = scene.node_of[to].filter(|_| is_role(scene, to));
                found.extend(role.map(|role| (role, pool)));
            }
        }
    }
    found
}

/// The roles that everybody may take, since a pool gives them to guests.
pub fn add(scene: &mut Scene<'_>, identity: &mut Identity) {
    for at in scene.index.of_type(ATTACHMENT).to_vec() {
        let pool = pool_of(scene, at).and_then(|pool| scene.nodes[pool].resource);
        let takes_guests = pool.is_some_and(|pool| {
            let taken =
                scene.index.resource(pool).attributes.get("allow_unauthenticated_identities");
            taken == Some(&Value::Bool(true))
        });
        if !takes_guests {
            continue;
        }
        let named = look::named(scene, at, "roles").targets.into_iter();
        let guests = named
            .filter(|(_, pointer)| pointer.parts().last().as_deref() == Some("unauthenticated"));
        for (to, pointer) in guests.collect::<Vec<_>>() {
            let Some(role) = scene.node_of[to].filter(|_| is_role(scene, to)) else { continue };
            let internet = scene.internet();
            identity.trusts.push(Trust {
                source: internet,
                target: role,
                label: "assumes".into(),
                opened_by: Some("T012"),
                proof: vec![scene.index.resource(at).place_of(&pointer)],
            });
        }
    }
}

fn pool_of(scene: &Scene<'_>, attachment: usize) -> Option<usize> {
    let pools = look::named(scene, attachment, "identity_pool_id").targets;
    pools.first().and_then(|(to, _)| scene.node_of[*to])
}

fn is_role(scene: &Scene<'_>, at: usize) -> bool {
    &*scene.index.resource(at).kind == "aws_iam_role"
}
