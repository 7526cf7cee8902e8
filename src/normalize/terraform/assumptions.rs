//! Data sources whose answer is all but certain, so that what depends on them is not unknown. Each one that is used is listed in
//! the document's `assumptions`.
//!
//! Source: documentation of the data sources in the AWS provider 5.100.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::value::Value;

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
pub fn complete(kind: &str, entries: &mut BTreeMap<Arc<str>, Value>) -> Option<&'static str> {
    let assumption = ASSUMPTIONS.iter().find(|assumption| assumption.kind == kind)?;
    for (name, value) in assumption.attributes {
        entries.entry((*name).into()).or_insert_with(|| Value::string(*value));
    }
    Some(assumption.words)
}
