//! `aws_iam_policy_document`: a data source that the configuration decides, computed here because policies depend on it.
//!
//! Source: documentation of the data source in the AWS provider 5.100. What is unknown inside leaves the text unknown
//! and its structure known ([`super::value::Unknown`]'s `partial`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::lower::{Lowering, from_json};
use super::types::Type;
use super::value::{Kind, Marks, Unknown, Value};
use crate::document::Pointer;

type Entries = BTreeMap<Arc<str>, Value>;

/// Add what the data source computes to what is written: `json` and `minified_json`.
pub fn complete(entries: &mut Entries) {
    let text = render(entries);
    entries.insert("minified_json".into(), text.clone());
    entries.insert("json".into(), text);
}

fn render(entries: &Entries) -> Value {
    let mut statements = Vec::new();
    let mut marks = Marks::none();
    for name in ["source_json", "source_policy_documents"] {
        if let Some(unknown) = merge_documents(entries.get(name), &mut statements, &mut marks) {
            return unknown;
        }
    }
    for statement in items(entries.get("statement")) {
        marks = marks.union(&statement.deep_marks());
        let made = match &statement.kind {
            Kind::Mapping(map) => render_statement(&map.entries),
            _ => statement.clone(),
        };
        replace_or_add(&mut statements, made);
    }
    for name in ["override_json", "override_policy_documents"] {
        if let Some(unknown) = merge_documents(entries.get(name), &mut statements, &mut marks) {
            return unknown;
        }
    }
    let mut document = Entries::new();
    let version = entries.get("version").cloned().unwrap_or_else(|| Value::string("2012-10-17"));
    document.insert("Version".into(), version);
    if let Some(id) = entries.get("policy_id") {
        document.insert("Id".into(), id.clone());
    }
    document.insert("Statement".into(), Value::tuple(statements));
    text_of(Value::object(document)).with_marks(&marks)
}

/// The text of a document, or an unknown that keeps its structure.
fn text_of(document: Value) -> Value {
    if let Some(reason) = document.first_unknown() {
        let partial = Some(document);
        let kind = Some(Type::String);
        let unknown = Unknown { reason, kind, not_null: true, partial, ..Unknown::default() };
        return Kind::Unknown(Arc::new(unknown)).into();
    }
    let lowered = Lowering::default().value(&document, &Pointer::root());
    Value::string(lowered.to_json().to_string())
}

/// Add the statements of other documents; an unknown that cannot be looked into is the whole result.
fn merge_documents(
    texts: Option<&Value>,
    statements: &mut Vec<Value>,
    marks: &mut Marks,
) -> Option<Value> {
    for text in items(texts) {
        *marks = marks.union(&text.deep_marks());
        let document = match &text.kind {
            Kind::String(text) => serde_json::from_str(text).map(from_json).ok()?,
            Kind::Unknown(unknown) => {
                let Some(partial) = &unknown.partial else {
                    let unknown = super::operators::unknown_of(&text, Type::String);
                    return Some(unknown.with_marks(marks));
                };
                partial.clone()
            }
            _ => continue,
        };
        if let Kind::Mapping(map) = &document.kind {
            let merged = map.entries.get("Statement");
            let merged = match merged.map(|value| &value.kind) {
                Some(Kind::Mapping(_)) => merged.into_iter().cloned().collect(),
                _ => items(merged),
            };
            for statement in merged {
                replace_or_add(statements, statement);
            }
        }
    }
    None
}

/// A statement replaces the one before it that has the same `Sid`.
fn replace_or_add(statements: &mut Vec<Value>, statement: Value) {
    let sid = |value: &Value| match &value.kind {
        Kind::Mapping(map) => match map.entries.get("Sid").map(|sid| &sid.kind) {
            Some(Kind::String(sid)) if !sid.is_empty() => Some(Arc::clone(sid)),
            _ => None,
        },
        _ => None,
    };
    let same = sid(&statement)
        .and_then(|wanted| statements.iter().position(|old| sid(old).as_ref() == Some(&wanted)));
    match same {
        Some(at) => statements[at] = statement,
        None => statements.push(statement),
    }
}

fn items(value: Option<&Value>) -> Vec<Value> {
    match value.map(|value| &value.kind) {
        Some(Kind::Sequence(_, items)) => items.to_vec(),
        Some(Kind::Null(_)) | None => Vec::new(),
        Some(_) => value.into_iter().cloned().collect(),
    }
}

fn render_statement(written: &Entries) -> Value {
    let mut made = Entries::new();
    if let Some(sid) = written.get("sid") {
        made.insert("Sid".into(), sid.clone());
    }
    made.insert(
        "Effect".into(),
        written.get("effect").cloned().unwrap_or_else(|| Value::string("Allow")),
    );
    let lists = [
        ("actions", "Action"),
        ("not_actions", "NotAction"),
        ("resources", "Resource"),
        ("not_resources", "NotResource"),
    ];
    for (from, to) in lists {
        if let Some(list) = written.get(from).filter(|list| !is_empty(list)) {
            made.insert(to.into(), one_or_list(list));
        }
    }
    for (from, to) in [("principals", "Principal"), ("not_principals", "NotPrincipal")] {
        let blocks = items(written.get(from));
        if !blocks.is_empty() {
            made.insert(to.into(), principals(&blocks));
        }
    }
    let conditions = items(written.get("condition"));
    if !conditions.is_empty() {
        made.insert("Condition".into(), condition(&conditions));
    }
    Value::object(made)
}

fn is_empty(list: &Value) -> bool {
    matches!(&list.kind, Kind::Sequence(_, items) if items.is_empty())
}

fn one_or_list(list: &Value) -> Value {
    match &list.kind {
        Kind::Sequence(_, items) if items.len() == 1 => items[0].clone(),
        _ => list.clone(),
    }
}

fn principals(blocks: &[Value]) -> Value {
    let mut made: Entries = BTreeMap::new();
    for block in blocks {
        let Kind::Mapping(map) = &block.kind else { return block.clone() };
        let identifiers = map.entries.get("identifiers").cloned().unwrap_or_else(Value::null);
        match map.entries.get("type").map(|kind| &kind.kind) {
            Some(Kind::String(kind)) if &**kind == "*" => return Value::string("*"),
            Some(Kind::String(kind)) => {
                let mut all = items(made.get(kind));
                all.extend(items(Some(&identifiers)));
                made.insert(Arc::clone(kind), one_or_list(&Value::tuple(all)));
            }
            _ => return Value::unknown("the type of a principal is unknown"),
        }
    }
    Value::object(made)
}

fn condition(blocks: &[Value]) -> Value {
    let mut made: BTreeMap<Arc<str>, Entries> = BTreeMap::new();
    for block in blocks {
        let Kind::Mapping(map) = &block.kind else { return block.clone() };
        let text = |name: &str| match map.entries.get(name).map(|value| &value.kind) {
            Some(Kind::String(text)) => Some(Arc::clone(text)),
            _ => None,
        };
        let (Some(test), Some(variable)) = (text("test"), text("variable")) else {
            return Value::unknown("the test or variable of a condition is unknown");
        };
        let values = map.entries.get("values").map_or_else(Value::null, one_or_list);
        made.entry(test).or_default().insert(variable, values);
    }
    Value::object(made.into_iter().map(|(test, entries)| (test, Value::object(entries))).collect())
}
