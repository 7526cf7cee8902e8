//! Data sources that the configuration decides: what a provider's configuration says, and what is computed from the arguments alone.
//!
//! Source: documentation of the data sources in the providers aws 5.100, google 6, template 2 and null 3.

use std::rc::Rc;
use std::sync::Arc;

use super::instance::Instance;
use super::module::ResourceDeclaration;
use super::policy_document::text_of;
use super::providers;
use super::value::{Entries, Kind, Value};
use crate::vocabulary;

/// Add what a data source gives beside what is written, as far as the configuration decides it.
pub fn complete(
    instance: &Rc<Instance<'_>>,
    resource: &ResourceDeclaration,
    entries: &mut Entries,
) {
    match &*resource.kind {
        "aws_region" => region(instance, resource, entries),
        "aws_partition" => partition(instance, resource, entries),
        "aws_default_tags" => default_tags(instance, resource, entries),
        "aws_service_principal" => service_principal(instance, resource, entries),
        "aws_arn" => arn(entries),
        "google_iam_policy" => google_policy(entries),
        "null_data_source" => null_data_source(entries),
        _ => super::rendered::complete(instance, resource, entries),
    }
    answered(instance, resource, entries);
}

/// What the provider answers by the arguments alone.
fn answered(instance: &Rc<Instance<'_>>, resource: &ResourceDeclaration, entries: &mut Entries) {
    if !resource.kind.starts_with("aws_") {
        return;
    }
    let argument = |name: &str| match entries.get(name).map(|value| &value.kind) {
        Some(Kind::String(text)) => Some(text.to_string()),
        Some(Kind::Null(_)) | None if name == "region" => {
            region_of(instance, resource).map(|region| region.to_string())
        }
        Some(Kind::Null(_)) | None => None,
        // Unknown is no argument of any line.
        Some(_) => Some("?".to_owned()),
    };
    let Some(answer) = vocabulary::answer(&resource.kind, argument) else { return };
    // The tables have the names of one partition; an ARN is in that of the provider.
    let region = region_of(instance, resource).or_else(|| text(entries, "region"));
    for (name, value) in answer {
        match (value.strip_prefix("arn:aws:"), &region) {
            (None, _) => add(entries, &[(name, value)]),
            (Some(rest), Some(region)) => {
                add(entries, &[(name, &format!("arn:{}:{rest}", partition_of(region)))]);
            }
            (Some(_), None) => {}
        }
    }
}

fn text(entries: &Entries, name: &str) -> Option<Arc<str>> {
    match entries.get(name).map(|value| &value.kind) {
        Some(Kind::String(text)) => Some(Arc::clone(text)),
        _ => None,
    }
}

fn add(entries: &mut Entries, added: &[(&str, &str)]) {
    for (name, value) in added {
        entries.entry((*name).into()).or_insert_with(|| Value::string(*value));
    }
}

/// The region of the provider configuration that a data source has.
fn region_of(instance: &Rc<Instance<'_>>, resource: &ResourceDeclaration) -> Option<Arc<str>> {
    instance.provider(&providers::provider_of(resource))?.home.region.clone()
}

fn region(instance: &Rc<Instance<'_>>, resource: &ResourceDeclaration, entries: &mut Entries) {
    if entries.contains_key("name") || entries.contains_key("endpoint") {
        return;
    }
    if let Some(region) = region_of(instance, resource) {
        let endpoint = format!("ec2.{region}.{}", suffix_of(partition_of(&region)));
        add(entries, &[("id", &region), ("name", &region), ("endpoint", &endpoint)]);
    }
}

/// A region's partition, by how its name begins.
fn partition_of(region: &str) -> &'static str {
    let partitions = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-isof-", "aws-iso-f"),
        ("eusc-", "aws-eusc"),
    ];
    partitions.iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("aws", |found| found.1)
}

/// The end of a partition's host names.
fn suffix_of(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "amazonaws.com.cn",
        "aws-iso" => "c2s.ic.gov",
        "aws-iso-b" => "sc2s.sgov.gov",
        "aws-iso-e" => "cloud.adc-e.uk",
        "aws-iso-f" => "csp.hci.ic.gov",
        "aws-eusc" => "amazonaws.eu",
        _ => "amazonaws.com",
    }
}

fn reversed(name: &str) -> String {
    name.split('.').rev().collect::<Vec<_>>().join(".")
}

fn partition(instance: &Rc<Instance<'_>>, resource: &ResourceDeclaration, entries: &mut Entries) {
    if let Some(region) = region_of(instance, resource) {
        let partition = partition_of(&region);
        let suffix = suffix_of(partition);
        add(
            entries,
            &[
                ("id", partition),
                ("partition", partition),
                ("dns_suffix", suffix),
                ("reverse_dns_prefix", &reversed(suffix)),
            ],
        );
    }
}

fn default_tags(
    instance: &Rc<Instance<'_>>,
    resource: &ResourceDeclaration,
    entries: &mut Entries,
) {
    let Some(configuration) = instance.provider(&providers::provider_of(resource)) else { return };
    let tags = configuration.default_tags().cloned();
    entries.insert("tags".into(), tags.unwrap_or_else(|| Value::map(Entries::new())));
}

/// `ec2.amazonaws.com`: in the partition `aws`, and in the others for all services but a few, which are left unknown there.
fn service_principal(
    instance: &Rc<Instance<'_>>,
    resource: &ResourceDeclaration,
    entries: &mut Entries,
) {
    let Some(service) = text(entries, "service_name") else { return };
    let region = text(entries, "region").or_else(|| region_of(instance, resource));
    let Some(region) = region.filter(|region| partition_of(region) == "aws") else { return };
    let name = format!("{service}.amazonaws.com");
    let id = format!("{service}.{region}.amazonaws.com");
    add(entries, &[("name", &name), ("id", &id), ("suffix", "amazonaws.com"), ("region", &region)]);
}

/// `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`
fn arn(entries: &mut Entries) {
    let Some(arn) = text(entries, "arn") else { return };
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    if let ["arn", partition, service, region, account, resource] = parts.as_slice() {
        let added = [
            ("id", &*arn),
            ("partition", *partition),
            ("service", *service),
            ("region", *region),
            ("account", *account),
            ("resource", *resource),
        ];
        add(entries, &added);
    }
}

fn null_data_source(entries: &mut Entries) {
    if let Some(inputs) = entries.get("inputs").cloned() {
        entries.insert("outputs".into(), inputs);
    }
}

fn items(value: Option<&Value>) -> Vec<Value> {
    match value.map(|value| &value.kind) {
        Some(Kind::Sequence(_, items)) => items.to_vec(),
        Some(Kind::Null(_)) | None => Vec::new(),
        Some(_) => value.into_iter().cloned().collect(),
    }
}

/// `policy_data`: bindings and audit configurations, in order of role and service, members sorted.
fn google_policy(entries: &mut Entries) {
    let mut marks = super::value::Marks::none();
    let mut policy = Entries::new();
    let mut bindings = Vec::new();
    for binding in items(entries.get("binding")) {
        marks = marks.union(&binding.deep_marks());
        let Kind::Mapping(map) = &binding.kind else {
            bindings.push(binding);
            continue;
        };
        let mut made = Entries::new();
        if let Some(condition) = items(map.entries.get("condition")).into_iter().next() {
            made.insert("condition".into(), condition);
        }
        made.insert("members".into(), sorted(map.entries.get("members")));
        if let Some(role) = map.entries.get("role") {
            made.insert("role".into(), role.clone());
        }
        bindings.push(Value::object(made));
    }
    bindings.sort_by_key(|binding| member_text(binding, "role"));
    if !bindings.is_empty() {
        policy.insert("bindings".into(), Value::tuple(bindings));
    }
    let mut audits: Vec<Value> = items(entries.get("audit_config")).iter().map(audit).collect();
    for audit in &audits {
        marks = marks.union(&audit.deep_marks());
    }
    audits.sort_by_key(|audit| member_text(audit, "service"));
    if !audits.is_empty() {
        policy.insert("auditConfigs".into(), Value::tuple(audits));
    }
    entries.insert("policy_data".into(), text_of(&Value::object(policy)).with_marks(&marks));
}

fn audit(block: &Value) -> Value {
    let Kind::Mapping(map) = &block.kind else { return block.clone() };
    let log = |block: &Value| {
        let Kind::Mapping(map) = &block.kind else { return block.clone() };
        let mut made = Entries::new();
        let exempted = sorted(map.entries.get("exempted_members"));
        if !matches!(&exempted.kind, Kind::Sequence(_, items) if items.is_empty()) {
            made.insert("exemptedMembers".into(), exempted);
        }
        if let Some(kind) = map.entries.get("log_type") {
            made.insert("logType".into(), kind.clone());
        }
        Value::object(made)
    };
    let logs = items(map.entries.get("audit_log_configs")).iter().map(log).collect();
    let mut made = Entries::from_iter([(Arc::from("auditLogConfigs"), Value::tuple(logs))]);
    if let Some(service) = map.entries.get("service") {
        made.insert("service".into(), service.clone());
    }
    Value::object(made)
}

fn member_text(value: &Value, name: &str) -> Option<Arc<str>> {
    match &value.kind {
        Kind::Mapping(map) => text(&map.entries, name),
        _ => None,
    }
}

/// A set of texts in order; what is not known stays where it is.
fn sorted(value: Option<&Value>) -> Value {
    let mut texts = items(value);
    let key = |value: &Value| match &value.kind {
        Kind::String(text) => Some(Arc::clone(text)),
        _ => None,
    };
    if texts.iter().all(|text| key(text).is_some()) {
        texts.sort_by_key(key);
        texts.dedup_by_key(|text| key(text));
    }
    Value::tuple(texts)
}
