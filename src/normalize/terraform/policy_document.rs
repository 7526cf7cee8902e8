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

/// Members of a document in the provider's order.
const DOCUMENT_ORDER: &[&str] = &["Version", "Id", "Statement"];
/// Members of a statement in the provider's order.
const STATEMENT_ORDER: &[&str] = &[
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
];

/// Add what the data source computes to what is written: `json` and `minified_json`.
pub fn complete(entries: &mut Entries) {
    let document = render(entries);
    entries.insert("minified_json".into(), text_of(&document, false));
    entries.insert("json".into(), text_of(&document, true));
}

fn render(entries: &Entries) -> Value {
    let mut statements = Vec::new();
    let mut marks = Marks::none();
    let mut id = None;
    let mut version = None;
    for name in ["source_json", "source_policy_documents"] {
        let merged = merge_documents(entries.get(name), &mut statements, &mut marks);
        match merged {
            Ok(heads) => id = heads.id.or(id),
            Err(unknown) => return unknown,
        }
    }
    let written = |name: &str| entries.get(name).filter(|value| !is_blank(value)).cloned();
    id = written("policy_id").or(id);
    for statement in items(entries.get("statement")) {
        marks = marks.union(&statement.deep_marks());
        let made = match &statement.kind {
            Kind::Mapping(map) => render_statement(&map.entries),
            _ => statement.clone(),
        };
        replace_or_add(&mut statements, made);
    }
    for name in ["override_json", "override_policy_documents"] {
        match merge_documents(entries.get(name), &mut statements, &mut marks) {
            Ok(heads) => {
                id = heads.id.or(id);
                version = heads.version.or(version);
            }
            Err(unknown) => return unknown,
        }
    }
    let version = version.or_else(|| written("version"));
    let mut document = Entries::new();
    document.insert("Version".into(), version.unwrap_or_else(|| Value::string("2012-10-17")));
    document.extend(id.map(|id| (Arc::from("Id"), id)));
    if !statements.is_empty() {
        document.insert("Statement".into(), Value::tuple(statements));
    }
    Value::object(document).with_marks(&marks)
}

/// The text of a document, or an unknown that keeps its structure.
fn text_of(document: &Value, pretty: bool) -> Value {
    if matches!(document.kind, Kind::Unknown(_)) {
        return document.clone();
    }
    if let Some(reason) = document.first_unknown() {
        let partial = Some(Value::from(document.kind.clone()));
        let kind = Some(Type::String);
        let unknown = Unknown { reason, kind, not_null: true, partial, ..Unknown::default() };
        return Value::from(Kind::Unknown(Arc::new(unknown))).with_marks(&document.marks);
    }
    let lowered = Lowering::default().value(document, &Pointer::root());
    let mut json = in_order(lowered.to_json(), DOCUMENT_ORDER);
    if let Some(statements) = json.get_mut("Statement").and_then(serde_json::Value::as_array_mut) {
        for statement in statements {
            *statement = in_order(statement.take(), STATEMENT_ORDER);
        }
    }
    let text =
        if pretty { serde_json::to_string_pretty(&json) } else { serde_json::to_string(&json) };
    // The provider escapes what is special in HTML.
    let mut escaped = text.unwrap_or_default();
    for (character, code) in [('<', "\\u003c"), ('>', "\\u003e"), ('&', "\\u0026")] {
        escaped = escaped.replace(character, code);
    }
    Value::string(escaped).with_marks(&document.marks)
}

/// An object with its members in this order, others after them.
fn in_order(json: serde_json::Value, order: &[&str]) -> serde_json::Value {
    let serde_json::Value::Object(mut map) = json else { return json };
    let mut ordered = serde_json::Map::new();
    for name in order {
        if let Some(value) = map.shift_remove(*name) {
            ordered.insert((*name).to_owned(), value);
        }
    }
    ordered.extend(map);
    ordered.into()
}

/// Nothing, or an empty text.
fn is_blank(value: &Value) -> bool {
    value.is_null() || matches!(&value.kind, Kind::String(text) if text.is_empty())
}

/// What other documents say beside their statements; the last one holds.
#[derive(Default)]
struct Heads {
    id: Option<Value>,
    version: Option<Value>,
}

/// Add the statements of other documents; an unknown that cannot be looked into is the whole result.
fn merge_documents(
    texts: Option<&Value>,
    statements: &mut Vec<Value>,
    marks: &mut Marks,
) -> Result<Heads, Value> {
    let mut heads = Heads::default();
    for text in items(texts) {
        *marks = marks.union(&text.deep_marks());
        let document = match &text.kind {
            Kind::String(text) if text.is_empty() => continue,
            Kind::String(text) => match serde_json::from_str(text).map(from_json) {
                Ok(document) => document,
                Err(_) => return Err(Value::unknown("a policy document that is not JSON")),
            },
            Kind::Unknown(unknown) => {
                let Some(partial) = &unknown.partial else {
                    let unknown = super::operators::unknown_of(&text, Type::String);
                    return Err(unknown.with_marks(marks));
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
                replace_or_add(statements, as_the_provider_reads(statement));
            }
            let head = |name: &str| map.entries.get(name).filter(|value| !is_blank(value)).cloned();
            heads.id = head("Id").or(heads.id);
            heads.version = head("Version").or(heads.version);
        }
    }
    Ok(heads)
}

/// A statement of another document, as reading and writing it makes it: principals sorted, lone condition values without a list.
fn as_the_provider_reads(statement: Value) -> Value {
    let Kind::Mapping(map) = &statement.kind else { return statement };
    let each = |value: &Value, change: &dyn Fn(&Value) -> Value| match &value.kind {
        Kind::Mapping(map) => Value::object(
            map.entries.iter().map(|(name, value)| (Arc::clone(name), change(value))).collect(),
        ),
        _ => value.clone(),
    };
    let mut made = Entries::new();
    for (name, value) in &map.entries {
        let value = match &**name {
            "Sid" if is_blank(value) => continue,
            "Principal" | "NotPrincipal" => each(value, &sorted),
            "Condition" => each(value, &|tests| each(tests, &one_or_list)),
            _ => value.clone(),
        };
        made.insert(Arc::clone(name), value);
    }
    Value::object(made).with_marks(&statement.marks)
}

/// The provider writes lists from last to first.
fn sorted(list: &Value) -> Value {
    let Kind::Sequence(kind, items) = &list.kind else { return list.clone() };
    let text = |item: &Value| match &item.kind {
        Kind::String(text) => Some(Arc::clone(text)),
        _ => None,
    };
    let mut keyed = Vec::with_capacity(items.len());
    for item in items.iter() {
        match text(item) {
            Some(text) => keyed.push((text, item.clone())),
            None => return list.clone(),
        }
    }
    keyed.sort_by(|a, b| b.0.cmp(&a.0));
    let items = keyed.into_iter().map(|(_, item)| item).collect();
    Value { kind: Kind::Sequence(*kind, Arc::new(items)), marks: list.marks.clone() }
}

/// A set of texts as a statement holds it: each once, from last to first, a lone one without a list.
fn set(list: &Value) -> Value {
    let Kind::Sequence(kind, items) = &list.kind else { return list.clone() };
    let mut once: Vec<Value> = Vec::with_capacity(items.len());
    let mut seen = std::collections::BTreeSet::new();
    for item in items.iter() {
        let is_new = match &item.kind {
            Kind::String(text) => seen.insert(Arc::clone(text)),
            _ => true,
        };
        if is_new {
            once.push(item.clone());
        }
    }
    let list =
        Value { kind: Kind::Sequence(*kind, Arc::new(once.into())), marks: list.marks.clone() };
    one_or_list(&sorted(&list))
}

/// `&{aws:username}` stands for `${aws:username}`, which Terraform would take for a template.
fn with_policy_variables(list: &Value) -> Value {
    let replaced = |item: &Value| match &item.kind {
        Kind::String(text) if text.contains("&{") => {
            Value::string(text.replace("&{", "${")).with_marks(&item.marks)
        }
        _ => item.clone(),
    };
    match &list.kind {
        Kind::Sequence(kind, items) => Value {
            kind: Kind::Sequence(*kind, Arc::new(items.iter().map(replaced).collect())),
            marks: list.marks.clone(),
        },
        _ => replaced(list),
    }
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
        // A list that is unknown as a whole, of texts that are not.
        Some(Kind::Unknown(unknown)) if unknown.partial.is_some() => match &unknown.partial {
            Some(Value { kind: Kind::Sequence(_, items), .. }) => items.to_vec(),
            _ => value.into_iter().cloned().collect(),
        },
        Some(_) => value.into_iter().cloned().collect(),
    }
}

fn render_statement(written: &Entries) -> Value {
    let mut made = Entries::new();
    if let Some(sid) = written.get("sid").filter(|sid| !is_blank(sid)) {
        made.insert("Sid".into(), sid.clone());
    }
    made.insert(
        "Effect".into(),
        written
            .get("effect")
            .filter(|it| !is_blank(it))
            .cloned()
            .unwrap_or_else(|| Value::string("Allow")),
    );
    let lists = [
        ("actions", "Action"),
        ("not_actions", "NotAction"),
        ("resources", "Resource"),
        ("not_resources", "NotResource"),
    ];
    for (from, to) in lists {
        if let Some(list) = written.get(from).filter(|list| !is_empty(list)) {
            let list =
                if to.ends_with("Resource") { with_policy_variables(list) } else { list.clone() };
            made.insert(to.into(), set(&list));
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
        let identifiers = map.entries.get("identifiers").map(with_policy_variables);
        let identifiers = identifiers.map_or_else(Value::null, |list| set(&list));
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
        let values = map.entries.get("values").map_or_else(Value::null, with_policy_variables);
        let values_of = made.entry(test).or_default();
        let all = match values_of.get(&variable) {
            Some(before) => {
                Value::tuple(items(Some(before)).into_iter().chain(items(Some(&values))).collect())
            }
            None => values,
        };
        values_of.insert(variable, one_or_list(&all));
    }
    Value::object(made.into_iter().map(|(test, entries)| (test, Value::object(entries))).collect())
}
