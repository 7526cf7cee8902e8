//! Which accounts are known to have no right to connect to databases by Google's own proxy.
//!
//! Source: Cloud SQL, "Connect from Cloud Run" (the account needs `cloudsql.instances.connect`); the index of roles and permissions of IAM.

use std::collections::BTreeSet;

use crate::document::{Mode, Value};
use crate::graph::gcp::{self, Binding, Member, On};
use crate::graph::look;
use crate::graph::scene::Scene;
use crate::pack::Verb;
use crate::source::fits;

/// Roles that let connect, and the permission that does.
const ROLES: &str = "gcp_database_roles";
const PERMISSION: &str = "cloudsql.instances.connect";

/// Who may connect, as far as it is written.
#[derive(Debug, Default)]
pub struct Rights {
    /// Nodes that may, or of which it is not known.
    able: BTreeSet<usize>,
    /// Whether others may be, whom bindings do not name one by one.
    anybody: bool,
    /// Whether rights over projects are written here at all.
    written: bool,
}

impl Rights {
    /// Of a document.
    pub fn new(scene: &Scene<'_>) -> Self {
        let mut rights = Self::default();
        if scene.index.of_type("google_sql_database_instance").is_empty() {
            return rights;
        }
        for binding in gcp::bindings(scene) {
            let wide = matches!(binding.on, On::Zone(_) | On::Account | On::Unknown);
            rights.written |= matches!(binding.on, On::Zone(_) | On::Account);
            if !wide || !may_connect(scene, &binding) {
                continue;
            }
            rights.anybody |= binding.open_ended;
            for member in &binding.members {
                match member {
                    Member::Node(node) => _ = rights.able.insert(*node),
                    // An account of another project is none of ours; who is in a group is not said here.
                    Member::Named(text) => rights.anybody |= !text.starts_with("serviceAccount:"),
                    Member::Everybody | Member::Authenticated => rights.anybody = true,
                }
            }
        }
        rights
    }

    /// Whether a program is known to run as accounts of the configuration that have no right to connect.
    pub fn lack(&self, scene: &Scene<'_>, program: usize) -> bool {
        let accounts = scene.nodes[program].parts.iter();
        let accounts = accounts.flat_map(|part| scene.relations.targets(*part, Verb::RunsAs));
        let accounts: Vec<usize> = accounts.map(|relation| relation.to).collect();
        let lacks = |at: &usize| {
            let resource = scene.index.resource(*at);
            resource.type_name() == "google_service_account"
                && resource.mode == Mode::Managed
                && scene.node_of[*at].is_some_and(|node| !self.able.contains(&node))
                && !look::may_be_extended(scene, *at)
        };
        self.written && !self.anybody && !accounts.is_empty() && accounts.iter().all(lacks)
    }
}

/// Whether a binding's role lets connect, or may.
fn may_connect(scene: &Scene<'_>, binding: &Binding) -> bool {
    if let Some(custom) = binding.custom {
        let listed = scene.index.resource(custom).attributes.get("permissions");
        let items = listed.and_then(Value::as_array);
        return items.is_none_or(|items| {
            items.iter().any(|it| it.as_str().is_none_or(|it| it == PERMISSION))
        });
    }
    let Some(role) = &binding.role else { return true };
    let roles = scene.vocabulary.table(ROLES).iter().flatten();
    // What is in a role that somebody made elsewhere is not known.
    !role.starts_with("roles/") || roles.into_iter().any(|own| fits(own, role))
}
