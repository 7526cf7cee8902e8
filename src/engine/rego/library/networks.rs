//! Address ranges: `net.cidr_*` beyond what regorus has.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;
use regorus::Value;

use super::{Answer, Builtin, Refusal, elements, owned, refuse, text};

pub(super) const TABLE: &[Builtin] = &[
    Builtin { name: "net.cidr_contains", arity: 2, run: contains },
    Builtin { name: "net.cidr_contains_matches", arity: 2, run: contains_matches },
    Builtin { name: "net.cidr_intersects", arity: 2, run: intersects },
    Builtin { name: "net.cidr_merge", arity: 1, run: merge },
    Builtin { name: "net.cidr_overlap", arity: 2, run: contains },
];

fn range(text: &str) -> Result<IpNet, Refusal> {
    text.parse().or_else(|_| refuse(format!("invalid CIDR address: {text}")))
}

/// A range, or one address as a range.
fn range_or_address(text: &str) -> Result<IpNet, Refusal> {
    if text.contains('/') {
        return range(text);
    }
    match text.parse::<IpAddr>() {
        Ok(address) => Ok(address.into()),
        Err(_) => {
            refuse(format!("not a valid textual representation of an IP address or CIDR: {text}"))
        }
    }
}

fn contains(values: &[Value]) -> Answer {
    let outer = range(text(values, 0)?)?;
    Ok(Value::from(outer.contains(&range_or_address(text(values, 1)?)?)))
}

fn intersects(values: &[Value]) -> Answer {
    let (one, other) = (range(text(values, 0)?)?, range(text(values, 1)?)?);
    Ok(Value::from(one.contains(&other.network()) || other.contains(&one.network())))
}

/// Keys and ranges of one operand.
fn keyed(value: &Value, at: usize) -> Result<Vec<(Value, IpNet)>, Refusal> {
    let one = |key: Value, item: &Value| {
        let text = match item {
            Value::String(text) => text,
            Value::Array(parts) => match parts.iter().next() {
                Some(Value::String(text)) => text,
                _ => {
                    return refuse(format!(
                        "operand {}: element must be string or non-empty array",
                        at + 1
                    ));
                }
            },
            _ => {
                return refuse(format!(
                    "operand {}: element must be string or non-empty array",
                    at + 1
                ));
            }
        };
        Ok((key, range_or_address(text)?))
    };
    match value {
        Value::String(_) => Ok(vec![one(value.clone(), value)?]),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| one(Value::from(index as u64), item))
            .collect(),
        Value::Set(items) => items.iter().map(|item| one(item.clone(), item)).collect(),
        Value::Object(map) => map.iter().map(|(key, item)| one(key.clone(), item)).collect(),
        _ => refuse(format!("operand {} must be one of {{string, array, object, set}}", at + 1)),
    }
}

/// Pairs of keys whose ranges contain one another; at most a million are compared.
fn contains_matches(values: &[Value]) -> Answer {
    let [outer, inner] = values else { return refuse("two operands are needed") };
    let (outer, inner) = (keyed(outer, 0)?, keyed(inner, 1)?);
    if outer.len().saturating_mul(inner.len()) > 1_000_000 {
        return Err(Refusal::Bound(
            "net.cidr_contains_matches: more than 1000000 pairs".to_owned(),
        ));
    }
    let mut found = BTreeSet::new();
    for (key, range) in &outer {
        let within = inner.iter().filter(|(_, other)| range.contains(other));
        found.extend(within.map(|(other, _)| Value::from(vec![key.clone(), other.clone()])));
    }
    Ok(Value::from(found))
}

/// The smallest set of ranges that covers the same addresses.
fn merge(values: &[Value]) -> Answer {
    let Some(first) = values.first() else { return refuse("an operand is needed") };
    let mut ranges = Vec::new();
    for item in elements(first, 0)? {
        let Value::String(text) = item else {
            return refuse("operand 1: elements must be strings");
        };
        if !text.contains('/') && text.parse::<IpAddr>().is_ok_and(|address| address.is_ipv6()) {
            return refuse(format!("IPv6 invalid: needs prefix length: {text}"));
        }
        // An address without a length has that of its class.
        let range = match text.parse::<IpAddr>() {
            Ok(IpAddr::V4(v4)) => {
                let length = match v4.octets()[0] {
                    0..128 => 8,
                    128..192 => 16,
                    _ => 24,
                };
                IpNet::new(v4.into(), length).or_else(|_| refuse("invalid CIDR address"))?
            }
            _ => range(text)?,
        };
        ranges.push(range.trunc());
    }
    let merged = IpNet::aggregate(&ranges);
    Ok(Value::from(merged.iter().map(|range| owned(range.to_string())).collect::<BTreeSet<_>>()))
}
