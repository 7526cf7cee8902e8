//! What the AWS provider's own code makes of a value before it keeps it, beyond its schema: names for numbers of protocols, small
//! letters.
//!
//! Source: plans of the AWS provider 5.100 (`fixtures/terraform/plans/stored-values`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::value::{Kind, Mapping, Value};

/// How a text is kept.
#[derive(Clone, Copy)]
enum Form {
    /// In small letters.
    Lower,
    /// `tcp` for 6, `-1` for all.
    Protocol,
}

/// Type, path to the attribute, form.
const TABLE: &[(&str, &[&str], Form)] = &[
    ("aws_db_instance", &["maintenance_window"], Form::Lower),
    ("aws_default_security_group", &["egress", "protocol"], Form::Protocol),
    ("aws_default_security_group", &["ingress", "protocol"], Form::Protocol),
    ("aws_docdb_cluster", &["preferred_maintenance_window"], Form::Lower),
    ("aws_elasticache_cluster", &["maintenance_window"], Form::Lower),
    ("aws_elasticache_replication_group", &["maintenance_window"], Form::Lower),
    ("aws_neptune_cluster", &["preferred_maintenance_window"], Form::Lower),
    ("aws_rds_cluster", &["preferred_maintenance_window"], Form::Lower),
    ("aws_rds_cluster_instance", &["preferred_maintenance_window"], Form::Lower),
    ("aws_redshift_cluster", &["preferred_maintenance_window"], Form::Lower),
    ("aws_security_group", &["egress", "protocol"], Form::Protocol),
    ("aws_security_group", &["ingress", "protocol"], Form::Protocol),
    ("aws_security_group_rule", &["protocol"], Form::Protocol),
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
    let name = match form {
        Form::Lower => None,
        Form::Protocol => PROTOCOLS.iter().find(|(written, _)| *written == lower),
    };
    name.map_or_else(|| lower.as_str().into(), |(_, name)| (*name).into())
}
