//! Results as JSON. A unit test has the fields of `opa test --format json`, but no duration: the same run gives the same bytes.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::Summary;
use crate::pack_test::{Coverage, CoverageGroup, Failure, PackRun, State, Tally, TestResult};

/// Write it.
pub(super) fn write(summary: &Summary<'_>, out: &mut dyn Write) -> io::Result<()> {
    let tests: Vec<Value> = summary
        .packs
        .iter()
        .flat_map(|pack| pack.results.iter().map(move |result| test(pack, result)))
        .collect();
    let mut report = json!({
        "version": 1,
        "summary": {
            "passed": summary.count(State::Passed),
            "failed": summary.count(State::Failed),
            "errors": summary.count(State::Error),
            "skipped": summary.count(State::Skipped),
            "verdicts": summary.checked(),
        },
        "packs": summary.packs.iter().map(|pack| json!({"name": pack.name, "digest": pack.digest})).collect::<Vec<_>>(),
        "refusals": summary.refusals,
        "tests": tests,
    });
    if let (Some(coverage), Some(report)) = (summary.coverage, report.as_object_mut()) {
        report.insert("coverage".to_owned(), self::coverage(coverage, summary.threshold));
    }
    serde_json::to_writer_pretty(&mut *out, &report)?;
    out.write_all(b"\n")
}

fn test(pack: &PackRun, result: &TestResult) -> Value {
    let mut fields = Map::new();
    let mut set = |name: &str, value: Value| {
        fields.insert(name.to_owned(), value);
    };
    set("pack", pack.name.as_str().into());
    set("kind", result.kind.name().into());
    set(
        "location",
        json!({"file": result.path, "row": result.line.unwrap_or(1), "col": result.column.unwrap_or(1)}),
    );
    let package = match result.kind {
        crate::pack_test::TestKind::Unit => format!("data.{}", result.group),
        _ => result.group.clone(),
    };
    set("package", package.into());
    set("name", result.name.as_str().into());
    set("state", result.state.word().to_lowercase().into());
    if result.state == State::Failed {
        set("fail", true.into());
    }
    if result.state == State::Error {
        let message = result.failures.first().map(ToString::to_string).unwrap_or_default();
        set("error", json!({"message": message}));
    }
    if result.state == State::Skipped {
        set("skip", true.into());
    }
    if !result.failures.is_empty() {
        set("failures", result.failures.iter().map(failure).collect());
    }
    if !result.printed.is_empty() {
        set("output", result.printed.join("\n").into());
    }
    fields.into()
}

fn failure(failure: &Failure) -> Value {
    let mut fields = Map::new();
    fields.insert("message".to_owned(), failure.message.as_str().into());
    let optional = [
        ("file", failure.path.clone().map(Value::from)),
        ("line", failure.line.map(Value::from)),
        ("expected", failure.expected.clone().map(Value::from)),
        ("got", failure.got.clone().map(Value::from)),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    }
    if !failure.values.is_empty() {
        let value = |(depth, text, value): &(usize, String, String)| json!({"depth": depth, "expression": text, "value": value});
        fields.insert("values".to_owned(), failure.values.iter().map(value).collect());
    }
    if !failure.diff.is_empty() {
        fields.insert("diff".to_owned(), failure.diff.clone().into());
    }
    fields.into()
}

fn coverage(coverage: &Coverage, threshold: Option<f64>) -> Value {
    let tally = |tally: Tally| json!({"covered": tally.covered, "total": tally.total});
    let groups: Map<String, Value> = CoverageGroup::ALL
        .iter()
        .map(|group| (group.name().to_owned(), tally(coverage.of(*group))))
        .collect();
    let files: Vec<Value> = coverage
        .files
        .iter()
        .map(|(group, path, own)| {
            json!({"file": path, "group": group.name(), "covered": own.covered, "total": own.total})
        })
        .collect();
    let missed: Vec<Value> = coverage
        .missed
        .iter()
        .map(|missed| {
            json!({
                "file": missed.path, "line": missed.line, "column": missed.column,
                "expression": missed.text, "reason": missed.reason, "group": missed.group.name(),
            })
        })
        .collect();
    json!({"groups": groups, "threshold": threshold, "files": files, "not_covered": missed})
}
