//! What was found, in the formats that conftest writes: text with its summary line, JSON, TAP, `JUnit`, annotations of GitHub, SARIF.
//! Where a mapping is used, each result also says what it means as a threat, or that it is unscored.

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
    /// The XML of `JUnit`.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
    /// SARIF 2.1.0.
    Sarif,
}

/// How to write it.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether colors are used.
    pub color: bool,
    /// Whether exceptions are left out of the text.
    pub suppress_exceptions: bool,
    /// Whether a mapping says what results mean.
    pub mapped: bool,
}

/// Write an outcome.
pub fn write(outcome: &Outcome, format: Format, style: Style) -> String {
    match format {
        Format::Stdout => text(outcome, style),
        Format::Json => json_text(outcome, style),
        Format::Tap => tap(outcome),
        Format::Junit => junit(outcome),
        Format::Github => github(outcome, style),
        Format::Sarif => sarif(outcome),
    }
}

fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// `5 tests, 1 passed, 0 warnings, 4 failures, 0 exceptions`
pub fn summary(outcome: &Outcome) -> String {
    let [all, passed, warnings, failures, exceptions] = outcome.counts();
    let undecided = outcome.undecided();
    let undecided = if undecided > 0 { format!(", {undecided} undecided") } else { String::new() };
    format!(
        "{}, {passed} passed, {}, {}, {}{undecided}",
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

fn text(outcome: &Outcome, style: Style) -> String {
    let mut made = String::new();
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
            + result.exceptions.len();
        if total == 0 {
            continue;
        }
        let _ = writeln!(made, "1..{total}");
        let mut number = 0;
        let groups = [
            ("", "not ok", &*result.failures),
            ("# warnings\n", "not ok", &*result.warnings),
            ("# exceptions\n", "ok", &*result.exceptions),
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

fn junit(outcome: &Outcome) -> String {
    let [all, _, warnings, failures, exceptions] = outcome.counts();
    let mut made = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    let failed = failures + warnings;
    let _ = writeln!(
        made,
        "  <testsuite name=\"conftest\" tests=\"{all}\" failures=\"{failed}\" skipped=\"{exceptions}\">"
    );
    for result in &outcome.results {
        let name = |end: &str| escaped(&format!("{} - {} - {end}", result.path, result.namespace));
        for (kind, item) in result
            .warnings
            .iter()
            .map(|item| ("warning", item))
            .chain(result.failures.iter().map(|item| ("failure", item)))
        {
            let _ = writeln!(
                made,
                "    <testcase classname=\"{}\" name=\"{}\">\n      <failure message=\"{}\" type=\"{kind}\"></failure>\n    </testcase>",
                escaped(&item.rule),
                name(&item.message),
                escaped(&item.message)
            );
        }
        for item in &result.exceptions {
            let _ = writeln!(
                made,
                "    <testcase classname=\"{}\" name=\"{}\">\n      <skipped message=\"exception\"></skipped>\n    </testcase>",
                escaped(&item.rule),
                name(&item.message)
            );
        }
        for number in 1..=result.successes {
            let _ = writeln!(
                made,
                "    <testcase classname=\"{}\" name=\"{}\"></testcase>",
                escaped(&result.namespace),
                name(&format!("success {number}"))
            );
        }
    }
    made.push_str("  </testsuite>\n</testsuites>\n");
    made
}

/// A text in a command of a workflow.
fn command(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn github(outcome: &Outcome, style: Style) -> String {
    let mut made = String::new();
    for result in &outcome.results {
        let groups = [
            ("error", &result.failures),
            ("warning", &result.warnings),
            ("notice", &result.exceptions),
        ];
        for (word, items) in groups {
            for item in items {
                let (file, line) =
                    item.place.as_ref().map_or((&*result.path, 1), |(file, line)| (file, *line));
                let file = command(file).replace(':', "%3A").replace(',', "%2C");
                let means = if word == "notice" { String::new() } else { meaning(item, style) };
                let message = command(&format!("{}{means}", item.message));
                let _ =
                    writeln!(made, "::{word} file={file},line={line}::({}) {message}", item.rule);
            }
        }
    }
    let _ = writeln!(made, "{}", summary(outcome));
    made
}

fn sarif(outcome: &Outcome) -> String {
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
