//! Data sources whose answer is all but certain, and those whose answer the project states in its configuration file, so that what
//! depends on them is not unknown. Each assumption that is used is listed in the document's `assumptions`.
//!
//! Source: documentation of the data sources in the AWS provider 5.100.

use std::sync::Arc;

use std::sync::atomic::{AtomicBool, Ordering};

use super::lower::from_json;
use super::value::{Entries, Value};

/// What the project says that a data source returns.
#[derive(Debug)]
pub struct Stated {
    /// `data.aws_caller_identity`, or the address of a data source.
    pub target: Arc<str>,
    /// Attributes and their values.
    pub values: serde_json::Map<String, serde_json::Value>,
    /// Whether some document uses it.
    pub used: AtomicBool,
}

/// Add what the project states of a data source, by its address or else by its type, and say so in words.
pub fn state(
    stated: &[Stated],
    kind: &str,
    address: &str,
    entries: &mut Entries,
) -> Option<String> {
    let whole = without_key(address);
    let by_address =
        |it: &&Stated| *it.target == *address || whole.is_some_and(|whole| *it.target == *whole);
    let by_type = |it: &&Stated| it.target.strip_prefix("data.") == Some(kind);
    let found = stated.iter().find(by_address).or_else(|| stated.iter().find(by_type))?;
    found.used.store(true, Ordering::Relaxed);
    let mut names = Vec::new();
    for (name, value) in &found.values {
        entries.insert(name.as_str().into(), from_json(value.clone()));
        names.push(name.as_str());
    }
    Some(format!("{} as the project's configuration states", names.join(", ")))
}

/// The address of all instances.
fn without_key(address: &str) -> Option<&str> {
    let inner = address.strip_suffix(']')?;
    let from = inner.rfind(".data.").map_or(0, |at| at + 1);
    inner[from..].find('[').map(|at| &inner[..from + at])
}

/// What a data source is taken to return: its type, its attributes, and the assumption in words.
struct Assumption {
    kind: &'static str,
    attributes: &'static [(&'static str, &'static str)],
    words: &'static str,
}

const ASSUMPTIONS: &[Assumption] = &[Assumption {
    kind: "aws_partition",
    attributes: &[
        ("id", "aws"),
        ("partition", "aws"),
        ("dns_suffix", "amazonaws.com"),
        ("reverse_dns_prefix", "com.amazonaws"),
    ],
    words: "the partition is aws, not that of China or the government",
}];

/// Add what a data source is taken to return, and say in words what was assumed.
pub fn complete(kind: &str, entries: &mut Entries) -> Option<&'static str> {
    let assumption = ASSUMPTIONS.iter().find(|assumption| assumption.kind == kind)?;
    if assumption.attributes.iter().all(|(name, _)| entries.contains_key(*name)) {
        return None;
    }
    for (name, value) in assumption.attributes {
        entries.entry((*name).into()).or_insert_with(|| Value::string(*value));
    }
    Some(assumption.words)
}
