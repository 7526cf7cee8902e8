//! What was found, in the formats that conftest writes: text with its summary line, JSON, TAP, a table, `JUnit`, annotations of GitHub
//! and Azure DevOps, SARIF.
//! Where a mapping is used, each result also says what it means as a threat, or that it is unscored.

mod junit;
mod sarif;
mod table;
mod workflow;

use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

use super::{CheckResult, Item, Outcome, Scored};

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Lines and a summary.
    Stdout,
    /// One object a configuration and namespace.
    Json,
    /// Test Anything Protocol.
    Tap,
    /// A table, one line a result.
    Table,
    /// The XML of `JUnit`.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
    /// Logging commands of Azure DevOps.
    AzureDevOps,
    /// SARIF 2.1.0.
    Sarif,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Stdout,
        Self::Json,
        Self::Tap,
        Self::Table,
        Self::Junit,
        Self::Github,
        Self::AzureDevOps,
        Self::Sarif,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Json => "json",
            Self::Tap => "tap",
            Self::Table => "table",
            Self::Junit => "junit",
            Self::Github => "github",
            Self::AzureDevOps => "azuredevops",
            Self::Sarif => "sarif",
        }
    }
}

/// How to write it.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "conftest has so many switches")]
pub struct Style {
    /// Whether colors are used.
    pub color: bool,
    /// Whether exceptions are left out of the text.
    pub suppress_exceptions: bool,
    /// Whether a mapping says what results mean.
    pub mapped: bool,
    /// Whether names of `JUnit`'s tests leave out messages.
    pub hide_message: bool,
    /// Whether GitHub's annotations leave out files that pass.
    pub hide_passed: bool,
}

/// Write an outcome.
pub fn write(outcome: &Outcome, format: Format, style: Style) -> String {
    match format {
        Format::Stdout => text(outcome, style),
        Format::Json => json_text(outcome, style),
        Format::Tap => tap(outcome),
        Format::Table => table::write(outcome),
        Format::Junit => junit::write(outcome, style),
        Format::Github => workflow::github(outcome, style),
        Format::AzureDevOps => workflow::azure_devops(outcome),
        Format::Sarif => sarif::write(outcome),
    }
}

fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// `5 tests, 1 passed, 0 warnings, 4 failures, 0 exceptions`
pub fn summary(outcome: &Outcome) -> String {
    let [all, passed, warnings, failures, exceptions] = outcome.counts();
    let undecided = outcome.undecided();
    let skipped = outcome.verified.then(|| format!(", {} skipped", outcome.skipped()));
    let skipped = skipped.unwrap_or_default();
    let undecided = if undecided > 0 { format!(", {undecided} undecided") } else { String::new() };
    format!(
        "{}, {passed} passed, {}, {}, {}{undecided}{skipped}",
        plural(all, "test"),
        plural(warnings, "warning"),
        plural(failures, "failure"),
        plural(exceptions, "exception")
    )
}

fn painted(text: &str, code: u8, style: Style) -> String {
    if style.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

fn indicator(result: &CheckResult) -> String {
    if result.path == "-" { "-".to_owned() } else { format!("- {}", result.path) }
}

/// What it means, after the message.
fn meaning(item: &Item, style: Style) -> String {
    match &item.score {
        _ if !style.mapped => String::new(),
        None => " (unscored)".to_owned(),
        Some(Scored { threat, dread, severity }) => {
            let stride = &threat.stride;
            let score = dread.score();
            format!(
                " ({} {score}, STRIDE {stride}, {} {})",
                severity.name(),
                threat.id,
                threat.name
            )
        }
    }
}

/// How rules came to what they say.
pub fn trace(outcome: &Outcome) -> String {
    let mut made = String::new();
    for result in &outcome.results {
        for trace in &result.traces {
            let _ = writeln!(made, "file: {} | query: {}", result.path, trace.query);
            for line in &trace.lines {
                let _ = writeln!(made, "TRAC   {line}");
            }
        }
    }
    made
}

/// What of unit tests a report shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// What all parts gave.
    Full,
    /// What was printed.
    Notes,
    /// What the parts of tests that fail gave.
    Fails,
}

/// Unit tests one by one, each with what its parts gave, and how many passed.
pub fn report(outcome: &Outcome, report: Report) -> String {
    const RULE: &str =
        "--------------------------------------------------------------------------------";
    let state = |result: &CheckResult| match (result.failures.is_empty(), result.skipped.is_empty())
    {
        (false, _) => "FAIL",
        (_, false) => "SKIPPED",
        _ => "PASS",
    };
    let mut made = String::new();
    let title = if report == Report::Fails { "FAILURES" } else { "TESTS" };
    let wanted = |result: &&CheckResult| report != Report::Fails || !result.failures.is_empty();
    let shown: Vec<&CheckResult> = outcome.results.iter().filter(wanted).collect();
    if !shown.is_empty() {
        let _ = writeln!(made, "{title}\n{RULE}");
    }
    for result in shown {
        for trace in &result.traces {
            let _ = writeln!(made, "{}: {}\n", trace.query, state(result));
            let lines = if report == Report::Notes { &result.prints } else { &trace.lines };
            for line in lines {
                let _ = writeln!(made, "  {line}");
            }
            made.push_str(if lines.is_empty() { "" } else { "\n" });
        }
    }
    let _ = writeln!(made, "SUMMARY\n{RULE}");
    let mut path = "";
    for result in &outcome.results {
        if result.path != path {
            path = &result.path;
            let _ = writeln!(made, "{path}:");
        }
        for trace in &result.traces {
            let _ = writeln!(made, "{}: {}", trace.query, state(result));
        }
    }
    let _ = writeln!(made, "{RULE}");
    let all = outcome.results.len();
    for word in ["PASS", "FAIL", "SKIPPED"] {
        let count = outcome.results.iter().filter(|result| state(result) == word).count();
        if count > 0 {
            let _ = writeln!(made, "{word}: {count}/{all}");
        }
    }
    made
}

fn text(outcome: &Outcome, style: Style) -> String {
    let mut made = String::new();
    for line in outcome.results.iter().flat_map(|result| &result.prints) {
        let _ = writeln!(made, "{}  {line}", painted("PRNT ", 34, style));
    }
    for result in &outcome.results {
        let start = format!("{} - {} -", indicator(result), result.namespace);
        let exceptions = if style.suppress_exceptions { &[] } else { result.exceptions.as_slice() };
        let groups = [
            ("WARN", 33, &*result.warnings),
            ("FAIL", 31, &*result.failures),
            ("EXCP", 36, exceptions),
        ];
        for (word, color, items) in groups {
            for item in items {
                let means = if word == "EXCP" { String::new() } else { meaning(item, style) };
                let word = painted(word, color, style);
                let _ = writeln!(made, "{word} {start} {}{means}", item.message);
            }
        }
    }
    for result in &outcome.results {
        for (rule, why) in &result.undecided {
            let word = painted("UNKN", 35, style);
            let _ = writeln!(made, "{word} {} - {rule} - depends on {why}", indicator(result));
        }
    }
    let [_, _, warnings, failures, exceptions] = outcome.counts();
    let color = match (failures, warnings, exceptions) {
        (0, 0, 0) => 32,
        (0, 0, _) => 36,
        (0, _, _) => 33,
        _ => 31,
    };
    let _ = writeln!(made, "\n{}", painted(&summary(outcome), color, style));
    made
}

fn json_item(item: &Item, style: Style) -> Json {
    let mut object = Map::new();
    object.insert("msg".to_owned(), item.message.as_str().into());
    if let Some((file, line)) = &item.place {
        object.insert("loc".to_owned(), json!({"file": file, "line": line}));
    }
    if !item.metadata.is_empty() {
        object.insert("metadata".to_owned(), Json::Object(item.metadata.clone()));
    }
    if style.mapped {
        object.insert("threat".to_owned(), threat(item.score.as_ref()));
    }
    Json::Object(object)
}

fn threat(score: Option<&Scored>) -> Json {
    let Some(Scored { threat, dread, severity }) = score else { return Json::Null };
    let letters: Vec<String> = threat.stride.to_string().chars().map(String::from).collect();
    let factors = crate::finding::Factor::ALL.map(|factor| (factor.name(), dread.get(factor)));
    let mut dread_json: Map<String, Json> =
        factors.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    dread_json.insert("score".to_owned(), (f64::from(dread.score().0) / 10.0).into());
    json!({
        "id": threat.id, "name": threat.name, "stride": letters, "dread": dread_json,
        "severity": severity.name(),
    })
}

fn json_text(outcome: &Outcome, style: Style) -> String {
    let results = outcome.results.iter().map(|result| {
        let path = if result.path == "-" { "" } else { &result.path };
        let mut object = Map::new();
        object.insert("filename".to_owned(), path.into());
        object.insert("namespace".to_owned(), result.namespace.as_str().into());
        object.insert("successes".to_owned(), result.successes.into());
        let groups = [
            ("warnings", &result.warnings),
            ("failures", &result.failures),
            ("exceptions", &result.exceptions),
        ];
        for (name, items) in groups {
            if !items.is_empty() {
                let items = items.iter().map(|item| json_item(item, style)).collect();
                object.insert(name.to_owned(), items);
            }
        }
        if !result.skipped.is_empty() {
            let items = result.skipped.iter().map(|item| json_item(item, style)).collect();
            object.insert("skipped".to_owned(), items);
        }
        if !result.undecided.is_empty() {
            let undecided = result.undecided.iter();
            let undecided = undecided.map(|(rule, why)| json!({"rule": rule, "reason": why}));
            object.insert("undecided".to_owned(), undecided.collect());
        }
        Json::Object(object)
    });
    let all: Vec<Json> = results.collect();
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b"\t");
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    // Writing to memory does not fail.
    let _ = serde::Serialize::serialize(&all, &mut serializer);
    String::from_utf8_lossy(&bytes).into_owned() + "\n"
}

fn tap(outcome: &Outcome) -> String {
    let mut made = String::new();
    for result in &outcome.results {
        let start = format!("{} - {} -", indicator(result), result.namespace);
        let total = result.successes
            + result.failures.len()
            + result.warnings.len()
            + result.exceptions.len()
            + result.skipped.len();
        if total == 0 {
            continue;
        }
        let _ = writeln!(made, "1..{total}");
        let mut number = 0;
        let groups = [
            ("", "not ok", &*result.failures),
            ("# warnings\n", "not ok", &*result.warnings),
            ("# exceptions\n", "ok", &*result.exceptions),
            ("# skip\n", "ok", &*result.skipped),
        ];
        for (heading, word, items) in groups {
            if !items.is_empty() {
                made.push_str(heading);
            }
            for item in items {
                number += 1;
                let _ = writeln!(made, "{word} {number} {start} {}", item.message);
            }
        }
        if result.successes > 0 {
            made.push_str("# successes\n");
        }
        for _ in 0..result.successes {
            number += 1;
            let _ = writeln!(made, "ok {number} {start} SUCCESS");
        }
    }
    made
}
