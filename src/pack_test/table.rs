//! Test tables: `tests/<service>/*_test.yaml` of a pack, one case a verdict of a rule about given attributes.
//!
//! What a case gives is all there is: no provider defaults, no other resources than those it names.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::expectation::WantedDread;
use super::result::{Failure, State, TestKind, TestResult};
use super::run::{Subject, decisive};
use super::update::Edit;
use crate::document::{Document, Map, Pointer, Reference, Resource, Unknown, Value};
use crate::evaluate::{self, evaluate};
use crate::finding::Outcome;
use crate::pack::{self, PackSet};
use crate::source::{FileId, Place, Span, nearest};
use crate::syntax::{Node, NodeKind, yaml};

/// The ending of a test table.
pub const TABLE: &str = "_test.yaml";

const FILE: [&str; 3] = ["rule", "type", "cases"];
const CASE: [&str; 15] = [
    "name",
    "rule",
    "type",
    "attributes",
    "defaults",
    "parsed",
    "unknown",
    "tags",
    "params",
    "related",
    "expect",
    "message",
    "at",
    "count",
    "dread",
];
const RELATED: [&str; 4] = ["type", "attributes", "refers_by", "referred_by"];
/// `nothing`: `only_if` leaves the resource out, or may do so.
const VERDICTS: [&str; 5] = ["finding", "pass", "inconclusive", "error", "nothing"];

/// What running a table gave.
#[derive(Debug, Default)]
pub struct TableRun {
    /// One a case, and one for each mistake in the table.
    pub results: Vec<TestResult>,
    /// Rules that its cases name.
    pub named: Vec<Arc<str>>,
    /// What would have to change so that its cases hold: the case's full name, and the change.
    pub edits: Vec<(String, Edit)>,
}

/// A case as it is written.
struct Row<'n> {
    name: String,
    line: u32,
    rule: String,
    kind: Option<String>,
    fields: BTreeMap<Arc<str>, &'n Node>,
}

/// Run a table. `service` is the folder that it lies in.
pub fn run_table(path: &str, service: &str, text: &str, subject: &Subject<'_>) -> TableRun {
    let mut mistakes = Vec::new();
    let (documents, problems) = yaml::parse(FileId(0), text);
    for problem in &problems {
        let start = problem.place.map_or(0, |place| place.span.start as usize);
        mistakes.push(mistake(path, service, text, start, &problem.message));
    }
    let rows = match documents.as_slice() {
        [document] if problems.is_empty() => rows(path, service, text, document, &mut mistakes),
        [] if problems.is_empty() => {
            mistakes.push(mistake(path, service, text, 0, "the file says nothing"));
            Vec::new()
        }
        [_, second, ..] => {
            let start = second.span.start as usize;
            mistakes.push(mistake(path, service, text, start, "a table is one YAML document"));
            Vec::new()
        }
        _ => Vec::new(),
    };
    if rows.is_empty() && mistakes.is_empty() {
        mistakes.push(mistake(path, service, text, 0, "the table has no case"));
    }
    let named = rows.iter().map(|row| Arc::from(row.rule.as_str())).collect();
    let file = path.rsplit('/').next().unwrap_or(path);
    let run = |row: &Row<'_>| {
        let mut result = TestResult::new(TestKind::Table, service, format!("{file}[{}]", row.name));
        path.clone_into(&mut result.path);
        result.line = Some(row.line);
        let mut edits = Vec::new();
        match judge(row, subject) {
            Ok(differences) => {
                result.checked = 1;
                edits = row.edits(&differences);
                result.failures = differences
                    .into_iter()
                    .map(|difference| difference.failure.at(path, row.line).in_text(text))
                    .collect();
                if !result.failures.is_empty() {
                    result.state = State::Failed;
                }
            }
            Err(message) => {
                result.state = State::Error;
                result.failures.push(Failure::new(message).at(path, row.line).in_text(text));
            }
        }
        let edits = edits.into_iter().map(|edit| (result.full_name(), edit)).collect::<Vec<_>>();
        (result, edits)
    };
    let (results, edits): (Vec<_>, Vec<_>) = rows.par_iter().map(run).unzip();
    mistakes.extend(results);
    TableRun { results: mistakes, named, edits: edits.concat() }
}

fn mistake(path: &str, service: &str, text: &str, at: usize, message: &str) -> TestResult {
    let failure = Failure::new(message).at(path, line(text, at)).in_text(text);
    TestResult::check(service, path.rsplit('/').next().unwrap_or(path), failure)
}

fn line(text: &str, at: usize) -> u32 {
    super::unit::line_of(text, &(at..at))
}

fn rows<'n>(
    path: &str,
    service: &str,
    text: &str,
    document: &'n Node,
    mistakes: &mut Vec<TestResult>,
) -> Vec<Row<'n>> {
    let mut complain = |at: u32, message: &str| {
        mistakes.push(mistake(path, service, text, at as usize, message));
    };
    let Some(file) = fields(document, &FILE, "a test table", &mut complain) else {
        return Vec::new();
    };
    let Some(cases) = file.get("cases") else {
        complain(document.span.start, "a test table needs `cases`");
        return Vec::new();
    };
    let NodeKind::Sequence(items) = &cases.kind else {
        complain(cases.span.start, "`cases` must be a list");
        return Vec::new();
    };
    let of_file = |name: &str| file.get(name).and_then(|node| scalar(node));
    let mut rows: Vec<Row<'n>> = Vec::new();
    for item in items {
        let Some(fields) = fields(item, &CASE, "a case", &mut complain) else { continue };
        let text_of = |name: &str| fields.get(name).and_then(|node| scalar(node));
        let Some(name) = text_of("name") else {
            complain(item.span.start, "a case needs a `name`");
            continue;
        };
        let Some(rule) = text_of("rule").or_else(|| of_file("rule")) else {
            complain(item.span.start, "the case says no `rule`, and neither does the table");
            continue;
        };
        if rows.iter().any(|row| row.name == name) {
            complain(item.span.start, &format!("two cases are called `{name}`"));
            continue;
        }
        if !fields.contains_key("expect") {
            complain(
                item.span.start,
                &format!("the case `{name}` needs `expect`: {}", VERDICTS.join(", ")),
            );
            continue;
        }
        let kind = text_of("type").or_else(|| of_file("type"));
        let line = line(text, item.span.start as usize);
        rows.push(Row { name, line, rule, kind, fields });
    }
    rows
}

fn fields<'n>(
    node: &'n Node,
    known: &[&str],
    what: &str,
    complain: &mut dyn FnMut(u32, &str),
) -> Option<BTreeMap<Arc<str>, &'n Node>> {
    let NodeKind::Mapping(entries) = &node.kind else {
        complain(node.span.start, &format!("{what} must be a map"));
        return None;
    };
    let mut fields = BTreeMap::new();
    for entry in entries {
        let Some(name) = scalar(&entry.key) else { continue };
        if !known.contains(&name.as_str()) {
            let hint = match nearest(&name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("its fields are {}", known.join(", ")),
            };
            complain(entry.key.span.start, &format!("unknown field `{name}` in {what}: {hint}"));
            continue;
        }
        fields.insert(name.into(), &entry.value);
    }
    Some(fields)
}

fn scalar(node: &Node) -> Option<String> {
    match pack::to_value(node) {
        Value::String(text) => Some(text.to_string()),
        Value::Int(int) => Some(int.to_string()),
        Value::Float(float) => Some(float.to_string()),
        _ => None,
    }
}

/// One thing that is not as a case expects.
struct Difference {
    failure: Failure,
    /// The field of the case that expects it.
    field: &'static str,
    /// What the field would have to say; nothing where it would have to go.
    becomes: Option<String>,
}

impl Row<'_> {
    /// What would have to change in the table.
    fn edits(&self, differences: &[Difference]) -> Vec<Edit> {
        let mut edits = Vec::new();
        for Difference { field, becomes, .. } in differences {
            let Some(node) = self.fields.get(*field) else { continue };
            edits.push(Edit { field, at: node.span, becomes: becomes.clone() });
            // What was said of another verdict says nothing of this one.
            if *field == "expect" {
                let of_verdict = ["message", "at", "count", "dread"].into_iter();
                edits.extend(of_verdict.filter_map(|field| {
                    let node = self.fields.get(field)?;
                    Some(Edit { field, at: node.span, becomes: None })
                }));
            }
        }
        edits
    }

    fn value(&self, name: &str) -> Option<Value> {
        self.fields.get(name).map(|node| pack::to_value(node))
    }

    fn object(&self, name: &str) -> Result<Value, String> {
        match self.value(name) {
            None => Ok(Value::object(Map::new())),
            Some(value @ Value::Object(_)) => Ok(value),
            Some(_) => Err(format!("`{name}` must be a map")),
        }
    }

    fn text(&self, name: &str) -> Option<String> {
        self.fields.get(name).and_then(|node| scalar(node))
    }
}

/// What is not as the case expects; an error where the case itself is wrong.
fn judge(row: &Row<'_>, subject: &Subject<'_>) -> Result<Vec<Difference>, String> {
    let rule = subject.set.rules().find(|(_, rule)| *rule.info.id == *row.rule);
    let Some((own, rule)) = rule else {
        let ids = subject.set.rules().map(|(_, rule)| &*rule.info.id);
        return Err(match nearest(&row.rule, ids) {
            Some(near) => format!("there is no rule `{}`; did you mean `{near}`?", row.rule),
            None => format!("there is no rule `{}`", row.rule),
        });
    };
    let kind: Arc<str> = match (&row.kind, rule.applies_to.as_slice()) {
        (Some(kind), all) if all.iter().any(|each| **each == **kind) => kind.as_str().into(),
        (Some(kind), _) => return Err(format!("`{}` does not judge `{kind}`", row.rule)),
        (None, [only]) => Arc::clone(only),
        (None, _) => return Err(format!("`{}` judges several types: say which `type`", row.rule)),
    };
    let expect = row.text("expect").unwrap_or_default();
    if !VERDICTS.contains(&expect.as_str()) {
        return Err(format!("`expect` is one of {}, not `{expect}`", VERDICTS.join(", ")));
    }
    let document = document(row, &kind)?;
    let params = row.object("params")?;
    let changed: PackSet;
    let set = match params.as_object().filter(|params| !params.is_empty()) {
        Some(params) => {
            if let Some(name) = params.keys().find(|name| own.params.get(name).is_none()) {
                return Err(format!("the pack has no parameter `{name}`"));
            }
            changed = subject.set.with_params(&own.name, params);
            &changed
        }
        None => subject.set,
    };
    let only = vec![row.rule.clone()];
    let options = evaluate::Options { only, list_passes: true, ..evaluate::Options::default() };
    let documents = [document];
    let outcome = evaluate(&documents, set, &options);
    let mut failures = compare(row, &expect, &outcome)?;
    if !failures.is_empty()
        && let Some(trace) = subject.trace(&documents[0], SUBJECT, &row.rule)
    {
        let values = decisive(&trace);
        for difference in &mut failures {
            difference.failure.values.clone_from(&values);
        }
    }
    Ok(failures)
}

/// The address of what is judged.
const SUBJECT: &str = "subject";

fn document(row: &Row<'_>, kind: &Arc<str>) -> Result<Document, String> {
    let mut subject = resource(SUBJECT, kind);
    subject.attributes = with_unknown(row.object("attributes")?, row.value("unknown"))?;
    subject.defaults = row.object("defaults")?;
    subject.parsed = row.object("parsed")?;
    let tags = row.object("tags")?;
    subject.tags = tags.as_object().cloned().unwrap_or_default();
    let mut resources = Vec::new();
    let related = match row.value("related") {
        None => Vec::new(),
        Some(Value::Array(items)) => items.to_vec(),
        Some(_) => return Err("`related` must be a list".to_owned()),
    };
    for (number, item) in related.iter().enumerate() {
        let Some(fields) = item.as_object() else {
            return Err("an entry of `related` must be a map".to_owned());
        };
        if let Some(name) = fields.keys().find(|name| !RELATED.contains(&&***name)) {
            return Err(format!(
                "unknown field `{name}` in `related`: its fields are {}",
                RELATED.join(", ")
            ));
        }
        let Some(of) = fields.get("type").and_then(Value::as_str) else {
            return Err("an entry of `related` needs a `type`".to_owned());
        };
        let address: Arc<str> = format!("related[{number}]").into();
        let mut other = resource(&address, &of.into());
        other.attributes =
            fields.get("attributes").cloned().unwrap_or_else(|| Value::object(Map::new()));
        let pointer = |name: &str| -> Result<Option<Pointer>, String> {
            let Some(value) = fields.get(name) else { return Ok(None) };
            let pointer = value.as_str().and_then(Pointer::parse);
            pointer.map(Some).ok_or_else(|| format!("`{name}` is a JSON pointer, like /bucket"))
        };
        let (refers, referred) = (pointer("refers_by")?, pointer("referred_by")?);
        if refers.is_none() && referred.is_none() {
            return Err("an entry of `related` needs `refers_by` (its attribute) or `referred_by` (the subject's)".to_owned());
        }
        other.references.extend(refers.map(|from| reference(from, SUBJECT)));
        subject.references.extend(referred.map(|from| reference(from, &address)));
        resources.push(other);
    }
    resources.push(subject);
    resources.sort_by(|a, b| a.address.cmp(&b.address));
    let format =
        if kind.starts_with(|c: char| c.is_ascii_uppercase()) { "kubernetes" } else { "terraform" };
    Ok(Document { resources, ..Document::new(format, ".") })
}

fn reference(from: Pointer, to: &str) -> Reference {
    Reference { from, to: to.into(), attribute: Pointer::root() }
}

fn resource(address: &str, kind: &Arc<str>) -> Resource {
    Resource::new(address, kind, Place { file: FileId(0), span: Span::default() })
}

/// Attributes with unknown values where pointers say so.
fn with_unknown(mut attributes: Value, unknown: Option<Value>) -> Result<Value, String> {
    let Some(unknown) = unknown else { return Ok(attributes) };
    let Some(all) = unknown.as_object() else {
        return Err("`unknown` is a map from JSON pointers to reasons".to_owned());
    };
    for (at, reason) in all {
        let parsed = Pointer::parse(at).filter(|_| at.starts_with('/'));
        let (Some(pointer), Some(reason)) = (parsed, reason.as_str()) else {
            return Err(format!(
                "`{at}` under `unknown`: write a JSON pointer and a reason, like `/acl: computed`"
            ));
        };
        let parts: Vec<String> = pointer.parts().collect();
        attributes = put(attributes, &parts, Value::Unknown(Arc::new(Unknown::because(reason))))
            .ok_or_else(|| format!("`{at}` under `unknown` leads nowhere in the attributes"))?;
    }
    Ok(attributes)
}

fn put(value: Value, parts: &[String], new: Value) -> Option<Value> {
    let Some((first, rest)) = parts.split_first() else { return Some(new) };
    match value {
        Value::Object(map) => {
            let mut map = Arc::unwrap_or_clone(map);
            let inner = map.remove(first.as_str()).unwrap_or_else(|| Value::object(Map::new()));
            map.insert(first.as_str().into(), put(inner, rest, new)?);
            Some(Value::object(map))
        }
        Value::Array(items) => {
            let mut items = Arc::unwrap_or_clone(items);
            let at: usize = first.parse().ok()?;
            let inner = items.get(at)?.clone();
            *items.get_mut(at)? = put(inner, rest, new)?;
            Some(Value::array(items))
        }
        _ => None,
    }
}

fn compare(row: &Row<'_>, expect: &str, outcome: &Outcome) -> Result<Vec<Difference>, String> {
    let own = |address: &str| address == SUBJECT;
    let findings: Vec<_> =
        outcome.findings.iter().filter(|each| own(&each.resource.address)).collect();
    let open = outcome.inconclusive.iter().find(|each| own(&each.resource.address));
    let failed = outcome.problems.first();
    let (got, texts): (&str, Vec<String>) = if !findings.is_empty() {
        ("finding", findings.iter().map(|finding| finding.message.clone()).collect())
    } else if let Some(open) = open {
        let reason =
            |read: &crate::finding::UnknownRead| format!("{}: {}", read.at.as_str(), read.reason);
        ("inconclusive", open.unknown.iter().map(reason).collect())
    } else if outcome.passes.iter().any(|pass| own(&pass.resource.address)) {
        ("pass", Vec::new())
    } else if let Some(problem) = failed {
        ("error", vec![problem.message.clone()])
    } else {
        ("nothing", Vec::new())
    };
    let mut differences = Vec::new();
    let mut differ = |field, what: &str, wanted: String, came: String, becomes: Option<String>| {
        let message = format!("expected {what} {wanted}, got {came}");
        let failure = Failure { expected: Some(wanted), got: Some(came), ..Failure::new(message) };
        differences.push(Difference { failure, field, becomes });
    };
    if got != expect {
        let came =
            if texts.is_empty() { got.to_owned() } else { format!("{got} ({})", texts.join("; ")) };
        let becomes = VERDICTS.contains(&got).then(|| got.to_owned());
        differ("expect", "the verdict", expect.to_owned(), came, becomes);
        return Ok(differences);
    }
    if let Some(message) = row.text("message")
        && !texts.iter().any(|text| text.contains(&message))
    {
        let becomes = texts.first().map(|text| serde_json::Value::from(&**text).to_string());
        differ("message", "a message with", format!("{message:?}"), texts.join("; "), becomes);
    }
    if let Some(at) = row.text("at") {
        let places: Vec<&str> = findings.iter().map(|finding| finding.attribute.as_str()).collect();
        if !places.contains(&at.as_str()) {
            let becomes = places.first().map(|place| serde_json::Value::from(*place).to_string());
            differ("at", "it at", at, places.join(", "), becomes);
        }
    }
    if let Some(count) = row.text("count") {
        let wanted: usize = count.parse().map_err(|_| "`count` must be a number".to_owned())?;
        if findings.len() != wanted {
            let came = findings.len().to_string();
            differ("count", "as many findings as", count, came.clone(), Some(came));
        }
    }
    if let Some(text) = row.text("dread") {
        let wanted = WantedDread::parse(&text)
            .ok_or_else(|| format!("`{text}` is no DREAD score: write 9.2, or 8/10/10/9/9"))?;
        let others = findings.iter().map(|finding| finding.assessment.dread);
        if let Some(other) = others.clone().find(|dread| !wanted.fits(*dread)) {
            let came = wanted.like(other).to_string();
            differ("dread", "the DREAD score", wanted.to_string(), came.clone(), Some(came));
        }
    }
    Ok(differences)
}
