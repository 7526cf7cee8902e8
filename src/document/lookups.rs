//! Lookups of things that the document holds itself: `data "aws_vpc"` by a name that one of its networks has is that network, and two
//! lookups of one thing by the same words are one.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{DATA_PREFIX, Mode, Resource, Unknown, Value};

/// Attributes of which one has to say what is looked up, beside names in tags.
const IDENTIFYING: [&str; 17] = [
    "name",
    "filter.group-name",
    "tags.Name",
    "bucket",
    "cidr_block",
    "function_name",
    "cluster_name",
    "cluster_identifier",
    "db_cluster_identifier",
    "db_instance_identifier",
    "identifier",
    "table_name",
    "account_id",
    "secret_id",
    "repository_name",
    "topic",
    "domain",
];

/// What lookups call otherwise than what they look up: the type, the lookup's attribute, the other one.
const RENAMED: [(&str, &str, &str); 3] = [
    ("aws_security_group", "filter.group-name", "name"),
    ("aws_db_instance", "db_instance_identifier", "identifier"),
    ("aws_ecs_cluster", "cluster_name", "name"),
];

/// What lookups ask that says nothing of which thing is meant, where the rest does.
const BESIDES: [&str; 6] =
    ["most_recent", "with_decryption", "state", "filter.state", "filter.vpc-id", "timeouts"];

/// With how many of one name a lookup is compared; more say nothing.
const MOST: usize = 256;

/// By lookup, what it finds: a resource of the document, or the first lookup that asks for the same. A lookup that may mean several finds none.
pub(super) fn found(
    resources: &[Resource],
    by_type: &BTreeMap<Arc<str>, Vec<usize>>,
    by_address: &FxHashMap<&str, usize>,
) -> FxHashMap<usize, usize> {
    let mut found = FxHashMap::default();
    let lookups = by_type.iter().filter(|(kind, _)| kind.starts_with(DATA_PREFIX));
    for (kind, lookups) in lookups {
        let twin = &kind[DATA_PREFIX.len()..];
        let managed = by_type.get(twin).map_or(&[][..], Vec::as_slice);
        let managed = ByName::new(twin, resources, managed);
        let mut first: BTreeMap<(String, &str), Vec<usize>> = BTreeMap::new();
        for at in lookups {
            if let Some(to) = referred(&resources[*at], twin, resources, by_address) {
                found.insert(*at, to);
                continue;
            }
            let asked = asked(&resources[*at]);
            let Some((name, text)) = identity(&asked) else { continue };
            if let Some(to) = managed.only(name, text, &asked) {
                found.insert(*at, to);
                continue;
            }
            let known = first.entry((name.to_owned(), text)).or_default();
            let same = |other: &&usize| asks_same(&resources[**other], &resources[*at]);
            match known.iter().take(MOST).find(same) {
                Some(other) => {
                    found.insert(*at, *other);
                }
                None => known.push(*at),
            }
        }
    }
    found
}

/// What a lookup asks for by a reference: the only resource of its type that one of its own attributes takes its name from.
fn referred(
    lookup: &Resource,
    twin: &str,
    resources: &[Resource],
    by_address: &FxHashMap<&str, usize>,
) -> Option<usize> {
    let own = lookup.references.iter().filter(|reference| reference.from.parts().count() == 1);
    let targets = own.filter_map(|reference| by_address.get(&*reference.to).copied());
    let is_twin =
        |at: &usize| resources[*at].mode == Mode::Managed && &*resources[*at].kind == twin;
    let mut targets: Vec<usize> = targets.filter(is_twin).collect();
    targets.dedup();
    match targets.as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}

/// Managed resources of a type by what may identify them.
struct ByName<'r> {
    kind: &'r str,
    resources: &'r [Resource],
    names: FxHashMap<(&'static str, &'r str), Vec<usize>>,
}

impl<'r> ByName<'r> {
    fn new(kind: &'r str, resources: &'r [Resource], managed: &[usize]) -> Self {
        let mut names: FxHashMap<(&'static str, &str), Vec<usize>> = FxHashMap::default();
        for at in managed.iter().filter(|at| resources[**at].mode == Mode::Managed) {
            for name in IDENTIFYING {
                if let Some(Value::String(text)) = own(&resources[*at], renamed(kind, name)) {
                    names.entry((name, text)).or_default().push(*at);
                }
            }
        }
        Self { kind, resources, names }
    }

    /// The only one that has all that is asked for.
    fn only(&self, name: &str, text: &str, asked: &[Asked<'_>]) -> Option<usize> {
        let name = IDENTIFYING.into_iter().find(|own| *own == name)?;
        let named = self.names.get(&(name, text)).filter(|named| named.len() <= MOST)?;
        let mut fitting = named.iter().filter(|at| {
            asked.iter().all(|(name, value)| {
                matches!(value, Value::Unknown(_))
                    || BESIDES.contains(&&**name)
                    || own(&self.resources[**at], renamed(self.kind, name)) == Some(value)
            })
        });
        let first = fitting.next()?;
        fitting.next().is_none().then_some(*first)
    }
}

fn renamed<'n>(kind: &str, name: &'n str) -> &'n str {
    let row = RENAMED.iter().find(|(of, lookup, _)| *of == kind && *lookup == name);
    row.map_or(name, |(_, _, other)| other)
}

/// The value of an attribute or tag.
fn own<'r>(resource: &'r Resource, name: &str) -> Option<&'r Value> {
    match name.strip_prefix("tags.") {
        Some(tag) => resource.attributes.get("tags")?.get(tag),
        None => resource.attributes.get(name),
    }
}

/// What a lookup asks for: a name (`tags.…`, `filter.…`) and its value.
type Asked<'r> = (String, &'r Value);

fn asked(lookup: &Resource) -> Vec<Asked<'_>> {
    let mut found = Vec::new();
    let attributes = lookup.attributes.as_object().into_iter().flat_map(|all| all.iter());
    for (name, value) in attributes.filter(|(_, value)| !matches!(value, Value::Null)) {
        match value {
            Value::Object(tags) if &**name == "tags" => {
                found.extend(tags.iter().map(|(tag, value)| (format!("tags.{tag}"), value)));
            }
            Value::Array(filters) if &**name == "filter" => {
                found.extend(filters.iter().map(filter));
            }
            Value::Array(items) if items.is_empty() => {}
            _ => found.push((name.to_string(), value)),
        }
    }
    found
}

/// A filter by one value: of a tag, or by a word of the provider's.
fn filter(filter: &Value) -> Asked<'_> {
    let name = filter.get("name").and_then(Value::as_str).unwrap_or_default();
    let name = match name.strip_prefix("tag:") {
        Some(tag) => format!("tags.{tag}"),
        None => format!("filter.{name}"),
    };
    match filter.get("values").and_then(Value::as_array) {
        Some([one]) => (name, one),
        _ => (name, filter),
    }
}

/// What says which thing is meant: a name without wildcards.
fn identity<'n, 'r>(asked: &'n [Asked<'r>]) -> Option<(&'n str, &'r str)> {
    let names = asked.iter().filter_map(|(name, value)| match *value {
        Value::String(text) if !text.is_empty() && !text.contains(['*', '?']) => {
            Some((name.as_str(), &**text))
        }
        _ => None,
    });
    let mut names = names.filter(|(name, _)| IDENTIFYING.contains(name));
    names.next()
}

/// Whether two lookups ask for one thing, with nothing unknown about it.
fn asks_same(a: &Resource, b: &Resource) -> bool {
    a.scope.region == b.scope.region && are_same(&a.attributes, &b.attributes, |_, _| false)
}

/// Whether two values are one, where `is_one` says whether two unknown ones are.
pub fn are_same(a: &Value, b: &Value, is_one: fn(&Arc<Unknown>, &Arc<Unknown>) -> bool) -> bool {
    match (a, b) {
        (Value::Unknown(a), Value::Unknown(b)) => is_one(a, b),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, value)| b.get(key).is_some_and(|own| are_same(value, own, is_one)))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| are_same(a, b, is_one))
        }
        _ => a == b,
    }
}
