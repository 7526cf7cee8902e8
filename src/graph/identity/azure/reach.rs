//! Azure: what a role is about where it holds over a group or a subscription, and by what vaults let in.
//!
//! Source: Microsoft Learn, "Azure built-in roles", "Azure custom roles", "Azure role-based access control vs. access policies".

use std::sync::Arc;

use crate::document::Value;
use crate::graph::identity::{About, Level};
use crate::graph::look;
use crate::graph::scene::Scene;
use crate::source::fits;

/// The namespace of the actions of vaults, in small letters.
const VAULTS: &str = "microsoft.keyvault";

/// The type of vaults.
const VAULT: &str = "azurerm_key_vault";

/// What a role of Azure's own is about: the first row of the table `azure_role_stores` that fits its name; nothing where none does.
pub fn built_in(scene: &Scene<'_>, role: &str) -> About {
    let rows = scene.vocabulary.table("azure_role_stores").iter();
    let mut rows = rows.filter_map(|row| row.split_first());
    let row = rows.find(|(pattern, _)| fits(pattern, role));
    let types = row.map(|(_, types)| types.to_vec()).unwrap_or_default();
    let mut openers = scene.vocabulary.table("azure_vault_roles").iter().flatten();
    let opens_vaults = openers.any(|pattern| fits(pattern, role));
    About { types, opens_vaults, only_opens: opens_vaults }
}

/// What a role of the configuration's own is about, by its permissions: what it may do in the plane of data, or beyond looking.
pub fn of_actions<'v>(scene: &Scene<'_>, permissions: impl Iterator<Item = &'v Value>) -> About {
    let mut about = About { types: Vec::new(), opens_vaults: false, only_opens: true };
    for permission in permissions {
        for (list, is_data) in [("actions", false), ("data_actions", true)] {
            let written = permission.get(list).and_then(Value::as_array).unwrap_or_default();
            for action in written {
                let Some(action) = action.as_str() else {
                    return About {
                        types: vec!["*".into()],
                        opens_vaults: true,
                        only_opens: false,
                    };
                };
                if !is_data && action.ends_with("/read") {
                    continue;
                }
                let namespace = action.split('/').next().unwrap_or_default().to_ascii_lowercase();
                about.types.extend(types_of(scene, &namespace));
                about.opens_vaults |= is_data && fits(&namespace, VAULTS);
                about.only_opens &= is_data;
            }
        }
    }
    about.types.sort();
    about.types.dedup();
    about
}

/// Types of what resource providers of a namespace hold: by the table `azure_provider_stores`.
fn types_of<'s>(scene: &'s Scene<'_>, namespace: &str) -> impl Iterator<Item = Arc<str>> + use<'s> {
    let all = namespace.contains('*');
    let pattern = namespace.to_owned();
    let rows = scene.vocabulary.table("azure_provider_stores").iter();
    let rows = rows.filter_map(|row| row.split_first());
    let meant = rows.filter(move |(own, _)| fits(&pattern, &own.to_ascii_lowercase()));
    let types = meant.flat_map(|(_, types)| types.iter().cloned());
    all.then(|| Arc::from("*")).into_iter().chain(types)
}

/// What a vault asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// Roles; its access policies give nothing.
    Roles,
    /// Access policies; roles over its data give nothing.
    Policies,
    /// One of them.
    Unknown,
}

/// What a vault asks for, or the vault that something lies in; `None` of anything else.
pub fn vault_asks(scene: &Scene<'_>, node: usize) -> Option<Asks> {
    // What lies in a vault is of a type that is called by it.
    let of_vaults = |at: &usize| scene.index.resource(*at).type_name().starts_with(VAULT);
    let at = scene.nodes[node].resource.filter(of_vaults)?;
    let is_vault = |at: &usize| scene.index.resource(*at).type_name() == VAULT;
    let named = || look::named(scene, at, "key_vault_id").targets;
    let vault = Some(at)
        .filter(is_vault)
        .or_else(|| named().into_iter().map(|(to, _)| to).find(is_vault))?;
    let attributes = &scene.index.resource(vault).attributes;
    let names = ["rbac_authorization_enabled", "enable_rbac_authorization"];
    let mut said = names.iter().filter_map(|name| attributes.get(name));
    Some(match said.find(|value| !matches!(value, Value::Null)) {
        Some(Value::Bool(true)) => Asks::Roles,
        Some(Value::Bool(false)) => Asks::Policies,
        // Which one is the default differs from version to version.
        _ => Asks::Unknown,
    })
}

/// Whether a role over the data of vaults means nothing to one, as that asks for access policies.
pub fn is_unheeded(scene: &Scene<'_>, about: &About, node: usize) -> bool {
    let opens = about.opens_vaults && about.only_opens;
    opens && vault_asks(scene, node) == Some(Asks::Policies)
}

/// Whether a role is one over a vault that asks for roles, and none over what it holds. Who may give roles gives itself that.
pub fn only_manages(scene: &Scene<'_>, (about, level): (&About, Level), node: usize) -> bool {
    let manages = level < Level::Admin && !about.opens_vaults;
    manages && vault_asks(scene, node) == Some(Asks::Roles)
}

/// What a right is called that is none over what a vault holds: by its end, one of those that only look (`looking_rights`).
pub fn without_data(label: &str) -> Arc<str> {
    format!("{label} without access to data").into()
}
