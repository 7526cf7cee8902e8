//! How texts begin and end that providers compute, where their documentation says so.

use std::sync::Arc;

use super::value::Beyond;

const ACCOUNT: &str = "serviceAccount:";
const OF_GOOGLE: &str = ".gserviceaccount.com";
const OF_COMPUTE: &str = "-compute@developer.gserviceaccount.com";

/// Resource type, attribute, beginning and end; sorted.
const ENDS: &[(&str, &str, &str, &str)] = &[
    ("google_app_engine_default_service_account", "email", "", OF_GOOGLE),
    ("google_app_engine_default_service_account", "member", ACCOUNT, OF_GOOGLE),
    ("google_compute_default_service_account", "email", "", OF_COMPUTE),
    ("google_compute_default_service_account", "member", ACCOUNT, OF_COMPUTE),
    ("google_logging_billing_account_sink", "writer_identity", ACCOUNT, ""),
    ("google_logging_folder_sink", "writer_identity", ACCOUNT, ""),
    ("google_logging_organization_sink", "writer_identity", ACCOUNT, ""),
    ("google_logging_project_sink", "writer_identity", ACCOUNT, ""),
    ("google_project_service_identity", "email", "", OF_GOOGLE),
    ("google_project_service_identity", "member", ACCOUNT, OF_GOOGLE),
    ("google_service_account", "email", "", OF_GOOGLE),
    ("google_service_account", "member", ACCOUNT, OF_GOOGLE),
    ("google_storage_transfer_project_service_account", "email", "", OF_GOOGLE),
    ("google_storage_transfer_project_service_account", "member", ACCOUNT, OF_GOOGLE),
];

/// The ends of an attribute of the resource or data source at an address, if they are known.
pub fn of(address: &str, attribute: &str) -> Option<Arc<Beyond>> {
    let block = address.strip_suffix(']').and_then(|inner| inner.rfind('['));
    let block = block.map_or(address, |end| &address[..end]);
    let kind = block.rsplit('.').nth(1)?;
    let at = ENDS.binary_search_by(|(of, name, ..)| (*of, *name).cmp(&(kind, attribute))).ok()?;
    let (_, _, prefix, suffix) = ENDS[at];
    Beyond::ends(prefix, suffix)
}
