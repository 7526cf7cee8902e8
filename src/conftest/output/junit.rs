//! The XML of `JUnit`: a suite a namespace, a test a result.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{CheckResult, Item, Outcome, Style};

/// Write it.
pub(super) fn write(outcome: &Outcome, style: Style) -> String {
    let mut made = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    let mut namespaces: BTreeMap<&str, Vec<&CheckResult>> = BTreeMap::new();
    for result in &outcome.results {
        namespaces.entry(&result.namespace).or_default().push(result);
    }
    for (namespace, results) in namespaces {
        suite(&mut made, namespace, &results, style);
    }
    made.push_str("</testsuites>\n");
    made
}

fn suite(made: &mut String, namespace: &str, results: &[&CheckResult], style: Style) {
    let sum = |of: fn(&CheckResult) -> usize| results.iter().map(|one| of(one)).sum::<usize>();
    let failures = sum(|result| result.warnings.len() + result.failures.len());
    let skipped = sum(|result| result.exceptions.len() + result.skipped.len());
    let tests = failures + skipped + sum(|result| result.successes);
    let suite = escaped(&format!("conftest.{namespace}"));
    let _ = writeln!(
        made,
        "  <testsuite name=\"{suite}\" tests=\"{tests}\" failures=\"{failures}\" skipped=\"{skipped}\" time=\"0.000\">"
    );
    for result in results {
        let mut case = |item: Option<&Item>, inner: &str| {
            let name = match item {
                Some(item) if !style.hide_message => {
                    let first = item.message.lines().next().unwrap_or_default();
                    format!("{} - {first}", result.path)
                }
                _ => result.path.clone(),
            };
            let name = escaped(&name);
            let _ = writeln!(
                made,
                "    <testcase classname=\"{suite}\" name=\"{name}\" time=\"0.000\">{inner}</testcase>"
            );
        };
        let objections = [("warning", &result.warnings), ("failure", &result.failures)];
        for (kind, items) in objections {
            for item in items {
                let message = escaped(&item.message);
                case(
                    Some(item),
                    &format!("<failure message=\"Failed\" type=\"{kind}\">{message}</failure>"),
                );
            }
        }
        for item in &result.exceptions {
            case(Some(item), "<skipped message=\"exception\"></skipped>");
        }
        for item in &result.skipped {
            case(Some(item), "<skipped message=\"still to be written\"></skipped>");
        }
        for _ in 0..result.successes {
            case(None, "");
        }
    }
    made.push_str("  </testsuite>\n");
}

fn escaped(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => made.push_str("&amp;"),
            '<' => made.push_str("&lt;"),
            '>' => made.push_str("&gt;"),
            '"' => made.push_str("&quot;"),
            '\n' | '\t' => made.push(character),
            // XML has no way to write them.
            c if c.is_control() => made.push('\u{fffd}'),
            c => made.push(c),
        }
    }
    made
}
