//! What the AWS provider's own code plans beyond its schema where one setting depends on another: settings that mean nothing are left
//! out, and what a certificate is for follows from its names.
//!
//! Source: plans of the AWS provider 5.100 (`fixtures/terraform/plans/adjusted`).

use std::sync::Arc;

use super::types::{self, Type};
use super::value::{Entries, Kind, Mapping, SequenceKind, Unknown, Value};

/// What only an application load balancer has.
const OF_APPLICATION: &[&str] = &[
    "client_keep_alive",
    "desync_mitigation_mode",
    "drop_invalid_header_fields",
    "enable_http2",
    "enable_tls_version_and_cipher_suite_headers",
    "enable_waf_fail_open",
    "enable_xff_client_port",
    "idle_timeout",
    "preserve_host_header",
    "xff_header_processing_mode",
];

/// What proves that a name is its owner's, which only apply knows.
const PROOFS: [&str; 3] = ["resource_record_name", "resource_record_type", "resource_record_value"];

/// Make of a resource's values what the provider plans.
pub fn complete(kind: &str, address: &Arc<str>, entries: &mut Entries) {
    match kind {
        "aws_lb" | "aws_alb" => load_balancer(entries),
        "aws_acm_certificate" => certificate(address, entries),
        // The class that a table has anyway.
        "aws_dynamodb_table" if text(entries, "table_class") == Some("STANDARD") => {
            entries.remove("table_class");
        }
        _ => {}
    }
}

/// Whether the provider's default tags reach a resource: an object may keep them off.
pub fn takes_default_tags(entries: &Entries) -> bool {
    let blocks = |value: &Value| match &value.kind {
        Kind::Sequence(_, items) => items.as_slice().to_vec(),
        _ => Vec::new(),
    };
    let overrides = entries.get("override_provider").map(blocks).unwrap_or_default();
    !overrides.iter().any(|block| match &block.kind {
        Kind::Mapping(map) => {
            map.entries.get("default_tags").is_some_and(|it| !blocks(it).is_empty())
        }
        _ => false,
    })
}

fn text<'e>(entries: &'e Entries, name: &str) -> Option<&'e str> {
    match &entries.get(name)?.kind {
        Kind::String(text) => Some(text),
        _ => None,
    }
}

/// Settings of other types of load balancers, and where logs go that are not kept.
fn load_balancer(entries: &mut Entries) {
    for name in ["access_logs", "connection_logs"] {
        if let Some(Value { kind: Kind::Sequence(_, items), .. }) = entries.get_mut(name) {
            Arc::make_mut(items).iter_mut().for_each(logs);
        }
    }
    let kind = match entries.get("load_balancer_type").map(|value| &value.kind) {
        None | Some(Kind::Null(_)) => "application",
        Some(Kind::String(kind)) => kind,
        Some(_) => return,
    };
    let dropped: &[&str] = match kind {
        "application" => &["dns_record_client_routing_policy", "enable_cross_zone_load_balancing"],
        "network" => OF_APPLICATION,
        "gateway" => {
            &[OF_APPLICATION, &["dns_record_client_routing_policy", "enable_zonal_shift"]].concat()
        }
        _ => return,
    };
    entries.retain(|name, _| !dropped.contains(&&**name));
}

fn logs(block: &mut Value) {
    let Kind::Mapping(map) = &mut block.kind else { return };
    let is_off = match map.entries.get("enabled").map(|value| &value.kind) {
        None | Some(Kind::Null(_) | Kind::Bool(false)) => true,
        Some(_) => false,
    };
    if is_off {
        Arc::make_mut(map).entries.retain(|name, _| !matches!(&**name, "bucket" | "prefix"));
    }
}

/// The domain itself is one of a certificate's names, and each of them is proved by a record of the DNS.
fn certificate(address: &Arc<str>, entries: &mut Entries) {
    let Some(domain) = entries.get("domain_name").filter(|it| matches!(it.kind, Kind::String(_)))
    else {
        return;
    };
    let mut names = match entries.get("subject_alternative_names").map(|value| &value.kind) {
        None | Some(Kind::Null(_)) => Vec::new(),
        Some(Kind::Sequence(_, items)) => items.to_vec(),
        Some(_) => return,
    };
    if !names.iter().all(|name| matches!(name.kind, Kind::String(_))) {
        return;
    }
    let marks = entries.get("subject_alternative_names").map(|it| it.marks.clone());
    if !names.iter().any(|name| types::equal(name, domain) == Some(true)) {
        names.push(domain.clone());
    }
    names.sort_by(types::set_order);
    if text(entries, "validation_method") == Some("DNS") {
        let proofs = names.iter().map(|name| proof(address, name)).collect();
        let proofs = Kind::Sequence(SequenceKind::Set, Arc::new(proofs));
        entries.insert("domain_validation_options".into(), proofs.into());
    }
    let names = Value::from(Kind::Sequence(SequenceKind::Set, Arc::new(names.into())));
    entries
        .insert("subject_alternative_names".into(), names.with_marks(&marks.unwrap_or_default()));
}

fn proof(address: &Arc<str>, name: &Value) -> Value {
    let unknown = || -> Value {
        let reason = format!("computed by {address}").into();
        Kind::Unknown(Arc::new(Unknown { reason, kind: Some(Type::String), ..Unknown::default() }))
            .into()
    };
    let mut entries: Entries = PROOFS.iter().map(|proof| (Arc::from(*proof), unknown())).collect();
    let domain = match &name.kind {
        Kind::String(text) => Value::string(text.trim_end_matches('.')).with_marks(&name.marks),
        _ => name.clone(),
    };
    entries.insert("domain_name".into(), domain);
    Kind::Mapping(Arc::new(Mapping { entries, ..Mapping::default() })).into()
}
