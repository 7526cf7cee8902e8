//! What the AWS provider's own code makes of values before it keeps them, beyond its schema: names for numbers of protocols, small
//! or capital letters.
//!
//! Source: plans of the AWS provider 5.100 (`fixtures/terraform/plans/stored-values`, `adjusted`); it was asked about every text of
//! every type.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::value::{Kind, Mapping, Value};

/// How a text is kept.
#[derive(Clone, Copy)]
enum Form {
    /// In small letters.
    Lower,
    /// In capital letters.
    Upper,
    /// In small letters, without a dot at the end.
    Domain,
    /// `tcp` for 6, `-1` for all.
    Protocol,
}

/// Type, path to the attribute, form.
const TABLE: &[(&str, &[&str], Form)] = &[
    ("aws_alb_listener", &["protocol"], Form::Upper),
    ("aws_appsync_datasource", &["type"], Form::Upper),
    ("aws_batch_compute_environment", &["compute_resources", "allocation_strategy"], Form::Upper),
    ("aws_batch_compute_environment", &["compute_resources", "type"], Form::Upper),
    ("aws_batch_compute_environment", &["state"], Form::Upper),
    ("aws_batch_compute_environment", &["type"], Form::Upper),
    ("aws_batch_job_definition", &["retry_strategy", "evaluate_on_exit", "action"], Form::Lower),
    ("aws_dax_cluster", &["cluster_name"], Form::Lower),
    ("aws_dax_cluster", &["maintenance_window"], Form::Lower),
    ("aws_db_instance", &["engine"], Form::Lower),
    ("aws_db_instance", &["maintenance_window"], Form::Lower),
    ("aws_default_security_group", &["egress", "protocol"], Form::Protocol),
    ("aws_default_security_group", &["ingress", "protocol"], Form::Protocol),
    ("aws_dms_endpoint", &["s3_settings", "canned_acl_for_objects"], Form::Lower),
    ("aws_dms_endpoint", &["s3_settings", "date_partition_delimiter"], Form::Lower),
    ("aws_dms_endpoint", &["s3_settings", "date_partition_sequence"], Form::Lower),
    ("aws_dms_s3_endpoint", &["canned_acl_for_objects"], Form::Lower),
    ("aws_dms_s3_endpoint", &["compression_type"], Form::Upper),
    ("aws_dms_s3_endpoint", &["date_partition_delimiter"], Form::Upper),
    ("aws_dms_s3_endpoint", &["date_partition_sequence"], Form::Lower),
    ("aws_docdb_cluster", &["preferred_maintenance_window"], Form::Lower),
    ("aws_docdb_cluster_instance", &["preferred_maintenance_window"], Form::Lower),
    ("aws_elasticache_cluster", &["cluster_id"], Form::Lower),
    ("aws_elasticache_cluster", &["maintenance_window"], Form::Lower),
    ("aws_elasticache_parameter_group", &["name"], Form::Lower),
    ("aws_elasticache_replication_group", &["maintenance_window"], Form::Lower),
    ("aws_elasticache_replication_group", &["replication_group_id"], Form::Lower),
    ("aws_elasticache_subnet_group", &["name"], Form::Lower),
    ("aws_emrserverless_application", &["type"], Form::Lower),
    ("aws_lb_listener", &["protocol"], Form::Upper),
    ("aws_neptune_cluster", &["preferred_maintenance_window"], Form::Lower),
    ("aws_neptune_cluster_instance", &["preferred_maintenance_window"], Form::Lower),
    ("aws_rds_cluster", &["preferred_maintenance_window"], Form::Lower),
    ("aws_rds_cluster_instance", &["preferred_maintenance_window"], Form::Lower),
    ("aws_redshift_cluster", &["preferred_maintenance_window"], Form::Lower),
    ("aws_route53_health_check", &["type"], Form::Upper),
    ("aws_route53_record", &["alias", "name"], Form::Domain),
    ("aws_route53_record", &["name"], Form::Domain),
    ("aws_route53_traffic_policy_instance", &["name"], Form::Lower),
    ("aws_route53_zone", &["name"], Form::Domain),
    ("aws_security_group", &["egress", "protocol"], Form::Protocol),
    ("aws_security_group", &["ingress", "protocol"], Form::Protocol),
    ("aws_security_group_rule", &["protocol"], Form::Protocol),
    ("aws_vpclattice_target_group", &["config", "health_check", "protocol_version"], Form::Upper),
    ("aws_vpclattice_target_group", &["config", "protocol_version"], Form::Upper),
    ("aws_waf_regex_match_set", &["regex_match_tuple", "field_to_match", "data"], Form::Lower),
    (
        "aws_wafregional_regex_match_set",
        &["regex_match_tuple", "field_to_match", "data"],
        Form::Lower,
    ),
    (
        "aws_wafregional_sql_injection_match_set",
        &["sql_injection_match_tuple", "field_to_match", "data"],
        Form::Lower,
    ),
];

/// Protocols that the provider knows by name.
const PROTOCOLS: &[(&str, &str)] =
    &[("1", "icmp"), ("6", "tcp"), ("17", "udp"), ("58", "icmpv6"), ("all", "-1")];

/// Bring the values of a resource of this type into the form in which they are kept.
pub fn complete(kind: &str, entries: &mut BTreeMap<Arc<str>, Value>) {
    for (_, path, form) in TABLE.iter().filter(|(of, ..)| *of == kind) {
        let Some((first, rest)) = path.split_first() else { continue };
        if let Some(value) = entries.get_mut(*first) {
            *value = kept(value, rest, *form);
        }
    }
}

fn kept(value: &Value, path: &[&str], form: Form) -> Value {
    let kind = match (&value.kind, path) {
        (Kind::String(text), []) => Kind::String(spelled(text, form)),
        (Kind::Number(number), []) => Kind::String(spelled(&number.to_string(), form)),
        (Kind::Sequence(kind, items), _) => {
            Kind::Sequence(*kind, Arc::new(items.iter().map(|it| kept(it, path, form)).collect()))
        }
        (Kind::Mapping(map), [first, rest @ ..]) => {
            let mut map: Mapping = (**map).clone();
            if let Some(item) = map.entries.get_mut(*first) {
                *item = kept(item, rest, form);
            }
            Kind::Mapping(Arc::new(map))
        }
        _ => return value.clone(),
    };
    Value { kind, marks: value.marks.clone() }
}

fn spelled(text: &str, form: Form) -> Arc<str> {
    let lower = text.to_ascii_lowercase();
    match form {
        Form::Lower => lower.as_str().into(),
        Form::Domain => lower.trim_end_matches('.').into(),
        Form::Upper => text.to_ascii_uppercase().into(),
        Form::Protocol => {
            let name = PROTOCOLS.iter().find(|(written, _)| *written == lower);
            name.map_or_else(|| lower.as_str().into(), |(_, name)| (*name).into())
        }
    }
}
