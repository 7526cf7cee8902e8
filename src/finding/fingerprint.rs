//! Fingerprints that survive moved lines, reordered blocks and unrelated edits.
//!
//! A fingerprint is a hash of the rule, the document's root, the resource's address (the one before all `moved` blocks, so that
//! a rename that says so changes nothing) and the path to the attribute. In that
//! path a list position gives way to what identifies the element there: its name, its range of ports and addresses, what
//! its statement allows; an ordinal tells only equals apart.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::{Finding, ResourceRef};
use crate::document::{Map, Pointer, Resource, Value};

/// Keys whose value names the element of a list that holds it; the first present one holds. Compared without case.
const NAMES: [&str; 7] = ["name", "sid", "key", "id", "rule_no", "rule_number", "priority"];

/// Keys that together say which traffic an element is about.
const TRAFFIC: &[&str] = &[
    "from_port",
    "to_port",
    "port",
    "ports",
    "port_range",
    "containerport",
    "hostport",
    "targetport",
    "nodeport",
    "protocol",
    "ip_protocol",
    "icmp_type",
    "icmp_code",
    "direction",
    "cidr_block",
    "cidr_blocks",
    "ipv6_cidr_block",
    "ipv6_cidr_blocks",
    "cidr_ipv4",
    "cidr_ipv6",
    "cidr",
    "ip_range",
    "prefix_list_ids",
    "security_groups",
    "self",
    "source_ranges",
    "destination_ranges",
    "from",
    "to",
    "source_port_range",
    "source_port_ranges",
    "destination_port_range",
    "destination_port_ranges",
    "source_address_prefix",
    "source_address_prefixes",
    "destination_address_prefix",
    "destination_address_prefixes",
];

/// Keys that together say what a statement grants to whom.
const GRANT: &[&str] = &[
    "effect",
    "action",
    "actions",
    "not_action",
    "not_actions",
    "notaction",
    "resource",
    "resources",
    "not_resource",
    "not_resources",
    "notresource",
    "principal",
    "principals",
    "not_principals",
    "notprincipal",
    "role",
    "member",
    "members",
    "verbs",
    "apigroups",
    "resourcenames",
    "nonresourceurls",
];

/// Gives every finding its fingerprints. `lookup` finds the resource of a finding, in the form that its attribute speaks of; where it
/// finds none, list positions stay.
pub fn assign<'a>(findings: &mut [Finding], lookup: impl Fn(&Finding) -> Option<&'a Resource>) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings {
        let resource = lookup(finding);
        let path = match resource {
            Some(resource) => {
                stable_path(&resource.attributes, &resource.parsed, &finding.attribute)
            }
            None => finding.attribute.parts().collect(),
        };
        let ResourceRef { address, document, .. } = &finding.resource;
        let before = resource.and_then(|resource| resource.previous_address.as_ref());
        let address = before.unwrap_or(address);
        let first = fingerprint(&finding.rule.id, Some(document), address, &path, 0);
        let count = seen.entry(first).or_default();
        let ordinal = *count;
        *count += 1;
        finding.fingerprint =
            fingerprint(&finding.rule.id, Some(document), address, &path, ordinal);
        finding.fingerprint_without_root =
            fingerprint(&finding.rule.id, None, address, &path, ordinal);
    }
}

/// `dn1:` and 32 hexadecimal digits. `path` comes from [`stable_path`]; without `root`, the hash recognises a renamed folder.
pub fn fingerprint(
    rule: &str,
    root: Option<&str>,
    address: &str,
    path: &[String],
    ordinal: usize,
) -> String {
    let identity = json!(["dn1", rule, root, address, path, ordinal]).to_string();
    let mut text = "dn1:".to_owned();
    for byte in &Sha256::digest(identity)[..16] {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The parts of a pointer into attributes (or on into a text parsed from them), each list position replaced by what
/// identifies the element there.
pub fn stable_path(attributes: &Value, parsed: &Value, at: &Pointer) -> Vec<String> {
    let mut here = Some(attributes);
    let mut walked = Pointer::root();
    let mut path = Vec::new();
    for part in at.parts() {
        walked = walked.key(&part);
        let items = here.and_then(Value::as_array);
        let item = items.zip(part.parse::<usize>().ok()).and_then(|(items, at)| items.get(at));
        path.push(match (items, item) {
            (Some(items), Some(item)) => element(item, items.len() == 1),
            _ => part.clone(),
        });
        here = item.or_else(|| here.and_then(|value| value.get(&part)));
        let text = here.is_none_or(|value| matches!(value, Value::String(_) | Value::Unknown(_)));
        if let Some(tree) = parsed.get(&walked.as_str()[1..]).filter(|_| text) {
            here = Some(tree);
        }
    }
    path
}

/// What identifies an element of a list.
fn element(item: &Value, alone: bool) -> String {
    let Some(map) = item.as_object() else { return format!("={}", canonical(item)) };
    if let Some((key, value)) = NAMES.iter().find_map(|key| named(map, key)) {
        return format!("{key}={}", canonical(value));
    }
    for keys in [TRAFFIC, GRANT] {
        let picked: serde_json::Map<_, _> = map
            .iter()
            .filter(|(key, _)| keys.contains(&&*key.to_ascii_lowercase()))
            .map(|(key, value)| (key.to_string(), canonical(value)))
            .collect();
        if !picked.is_empty() {
            return Json::from(picked).to_string();
        }
    }
    // A lone block (`versioning { … }`) is itself whatever it holds.
    if alone { "only".to_owned() } else { format!("={}", canonical(item)) }
}

fn named<'a>(map: &'a Map, name: &'static str) -> Option<(&'static str, &'a Value)> {
    let value = map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?.1;
    match value {
        Value::String(text) if !text.is_empty() => Some((name, value)),
        Value::Int(_) => Some((name, value)),
        _ => None,
    }
}

/// JSON in which the order of lists does not count: they are what sets are written as.
fn canonical(value: &Value) -> Json {
    match value {
        Value::Array(items) => {
            let mut items: Vec<(String, Json)> =
                items.iter().map(canonical).map(|json| (json.to_string(), json)).collect();
            items.sort_by(|a, b| a.0.cmp(&b.0));
            items.into_iter().map(|(_, json)| json).collect()
        }
        Value::Object(map) => {
            let members = map.iter().map(|(key, value)| (key.to_string(), canonical(value)));
            Json::Object(members.collect())
        }
        _ => value.to_json(),
    }
}
