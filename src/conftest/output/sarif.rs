//! SARIF 2.1.0, one rule an entry of a policy.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::{Outcome, threat};
use crate::conftest::Scored;

pub(super) fn write(outcome: &Outcome) -> String {
    let mut rules: Vec<(String, Option<Scored>)> = Vec::new();
    let mut results = Vec::new();
    for result in &outcome.results {
        let groups = [
            ("error", &result.failures),
            ("warning", &result.warnings),
            ("note", &result.exceptions),
        ];
        for (level, items) in groups {
            for item in items {
                let index = rules.iter().position(|(rule, _)| *rule == item.rule);
                let index = index.unwrap_or_else(|| {
                    rules.push((item.rule.clone(), item.score.clone()));
                    rules.len() - 1
                });
                let (file, line) =
                    item.place.as_ref().map_or((&*result.path, 0), |(file, line)| (file, *line));
                let mut location = json!({"artifactLocation": {"uri": uri(file)}});
                if line > 0 {
                    location["region"] = json!({"startLine": line, "endLine": line});
                }
                let mut entry = json!({
                    "ruleId": item.rule, "ruleIndex": index, "level": level,
                    "message": {"text": item.message},
                    "locations": [{"physicalLocation": location}],
                });
                if item.score.is_some() {
                    entry["properties"] = json!({"threat": threat(item.score.as_ref())});
                }
                if level == "note" {
                    entry["suppressions"] =
                        json!([{"kind": "external", "justification": item.message}]);
                }
                results.push(entry);
            }
        }
    }
    let rules: Vec<Json> = rules
        .into_iter()
        .map(|(rule, score)| match score {
            None => json!({"id": rule}),
            Some(score) => json!({
                "id": rule,
                "shortDescription": {"text": score.threat.name},
                "properties": {
                    "security-severity": score.dread.score().to_string(),
                    "stride": score.threat.stride.to_string(),
                },
            }),
        })
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "dreadnought", "version": env!("CARGO_PKG_VERSION"), "rules": rules,
            }},
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

/// A path in an address.
fn uri(path: &str) -> String {
    let mut made = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                made.push(byte.into());
            }
            other => drop(write!(made, "%{other:02X}")),
        }
    }
    made
}
