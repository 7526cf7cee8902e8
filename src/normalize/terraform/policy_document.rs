//! `aws_iam_policy_document`: a data source that the configuration decides, computed here because policies depend on it.
//!
//! Source: what the data source of the AWS provider 5.100 gives, text for text. Lists of a statement that are sets come in
//! descending order, values of conditions as written; what source and override documents say is written anew the same way. What is
//! unknown inside leaves the text unknown and its structure known ([`super::value::Unknown`]'s `partial`).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::Value as Json;

use super::lower::{Lowering, from_json};
use super::types::Type;
use super::value::{Entries, Kind, Marks, Unknown, Value};
use crate::document::Pointer;

/// Members of a document and of a statement, in the order in which they are written. A statement has no others.
const DOCUMENT: [&str; 3] = ["Version", "Id", "Statement"];
const STATEMENT: [&str; 9] = [
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
    let (document, marks) = match document(entries) {
        Ok(found) => found,
        Err(unknown) => {
            entries.insert("minified_json".into(), unknown.clone());
            entries.insert("json".into(), unknown);
            return;
        }
    };
    for (name, indent) in [("json", true), ("minified_json", false)] {
        let text = text(&document, &marks, |json| ordered(json, indent));
        entries.insert(name.into(), text);
    }
}

/// The document as a value; an unknown that cannot be looked into is the whole result.
fn document(entries: &Entries) -> Result<(Value, Marks), Value> {
    let mut merged = Merged::default();
    for name in ["source_json", "source_policy_documents"] {
        merged.add_documents(entries.get(name))?;
    }
    let version = match entries.get("version") {
        Some(version) if !version.is_null() => version.clone(),
        _ => Value::string("2012-10-17"),
    };
    let is_old = matches!(&version.kind, Kind::String(text) if &**text == "2008-10-17");
    let own = items(entries.get("statement"));
    for statement in &own {
        merged.marks = merged.marks.union(&statement.deep_marks());
        merged.add(match &statement.kind {
            Kind::Mapping(map) => statement_of(&map.entries, is_old),
            _ => statement.clone(),
        });
    }
    merged.take_head(entries.get("policy_id"), Some(&version));
    for name in ["override_json", "override_policy_documents"] {
        merged.add_documents(entries.get(name))?;
    }
    Ok(merged.finish())
}

/// Documents merged so far.
#[derive(Default)]
struct Merged {
    version: Option<Value>,
    id: Option<Value>,
    statements: Vec<Value>,
    marks: Marks,
}

impl Merged {
    /// A later id holds; so does a later version that is higher.
    fn take_head(&mut self, id: Option<&Value>, version: Option<&Value>) {
        let is_empty =
            |value: &Value| matches!(&value.kind, Kind::Null(_)) || *value == Value::string("");
        if let Some(id) = id.filter(|id| !is_empty(id)) {
            self.id = Some(id.clone());
        }
        let text = |value: Option<&Value>| match value.map(|value| &value.kind) {
            Some(Kind::String(text)) => Some(Arc::clone(text)),
            _ => None,
        };
        let is_unknown = version.is_some_and(|version| version.unknown_reason().is_some());
        if is_unknown || text(version) > text(self.version.as_ref()) {
            self.version = version.cloned();
        }
    }

    fn add_documents(&mut self, texts: Option<&Value>) -> Result<(), Value> {
        for text in items(texts) {
            self.marks = self.marks.union(&text.deep_marks());
            let document = match &text.kind {
                Kind::String(text) if text.trim().is_empty() => continue,
                Kind::String(text) => match serde_json::from_str(text) {
                    Ok(json) => from_json(json),
                    Err(_) => return Err(Value::unknown("a document that is merged is no JSON")),
                },
                Kind::Unknown(unknown) => {
                    let Some(partial) = &unknown.partial else {
                        let unknown = super::operators::unknown_of(&text, Type::String);
                        return Err(unknown.with_marks(&self.marks));
                    };
                    partial.clone()
                }
                _ => continue,
            };
            if let Kind::Mapping(map) = &document.kind {
                self.take_head(map.entries.get("Id"), map.entries.get("Version"));
                let statements = map.entries.get("Statement");
                for statement in items(statements) {
                    self.add(rewritten(statement));
                }
            }
        }
        Ok(())
    }

    /// A statement replaces the one before it that has the same `Sid`.
    fn add(&mut self, statement: Value) {
        let sid = |value: &Value| match &value.kind {
            Kind::Mapping(map) => match map.entries.get("Sid").map(|sid| &sid.kind) {
                Some(Kind::String(sid)) if !sid.is_empty() => Some(Arc::clone(sid)),
                _ => None,
            },
            _ => None,
        };
        let same = sid(&statement).and_then(|wanted| {
            self.statements.iter().position(|old| sid(old).as_ref() == Some(&wanted))
        });
        match same {
            Some(at) => self.statements[at] = statement,
            None => self.statements.push(statement),
        }
    }

    fn finish(self) -> (Value, Marks) {
        let mut document = Entries::new();
        document
            .insert("Version".into(), self.version.unwrap_or_else(|| Value::string("2012-10-17")));
        if let Some(id) = self.id {
            document.insert("Id".into(), id);
        }
        if !self.statements.is_empty() {
            document.insert("Statement".into(), Value::tuple(self.statements));
        }
        (Value::object(document), self.marks)
    }
}

/// The text of a document, or an unknown that keeps its structure.
pub(super) fn text_of(document: &Value) -> Value {
    text(document, &Marks::none(), Json::to_string)
}

fn text(document: &Value, marks: &Marks, write: impl FnOnce(&Json) -> String) -> Value {
    if let Some(reason) = document.first_unknown() {
        let partial = Some(document.clone());
        let kind = Some(Type::String);
        let unknown = Unknown { reason, kind, not_null: true, partial, ..Unknown::default() };
        return Value::from(Kind::Unknown(Arc::new(unknown))).with_marks(marks);
    }
    let lowered = Lowering::default().value(document, &Pointer::root());
    Value::string(write(&lowered.to_json())).with_marks(marks)
}

/// A document with its members in their order.
fn ordered(document: &Json, indent: bool) -> String {
    let mut writer = Writer { text: String::new(), indent };
    let members = DOCUMENT.iter().filter_map(|name| Some((*name, document.get(name)?)));
    writer.object(members.collect(), 0, &mut |writer, name, value, depth| match value {
        Json::Array(statements) if name == "Statement" => {
            writer.list(statements, depth, &mut |writer, statement, depth| {
                let members =
                    STATEMENT.iter().filter_map(|name| Some((*name, statement.get(name)?)));
                writer.object(members.collect(), depth, &mut |writer, _, value, depth| {
                    writer.value(value, depth);
                });
            });
        }
        _ => writer.value(value, depth),
    });
    writer.text
}

struct Writer {
    text: String,
    indent: bool,
}

impl Writer {
    fn line(&mut self, depth: usize) {
        if self.indent {
            self.text.push('\n');
            self.text.push_str(&"  ".repeat(depth));
        }
    }

    fn object(
        &mut self,
        members: Vec<(&str, &Json)>,
        depth: usize,
        write: &mut dyn FnMut(&mut Self, &str, &Json, usize),
    ) {
        self.text.push('{');
        let is_empty = members.is_empty();
        for (at, (name, value)) in members.into_iter().enumerate() {
            if at > 0 {
                self.text.push(',');
            }
            self.line(depth + 1);
            self.scalar(&Json::from(name));
            self.text.push_str(if self.indent { ": " } else { ":" });
            write(self, name, value, depth + 1);
        }
        if !is_empty {
            self.line(depth);
        }
        self.text.push('}');
    }

    fn list(
        &mut self,
        items: &[Json],
        depth: usize,
        write: &mut dyn FnMut(&mut Self, &Json, usize),
    ) {
        self.text.push('[');
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.text.push(',');
            }
            self.line(depth + 1);
            write(self, item, depth + 1);
        }
        if !items.is_empty() {
            self.line(depth);
        }
        self.text.push(']');
    }

    fn value(&mut self, value: &Json, depth: usize) {
        match value {
            Json::Array(items) => {
                self.list(items, depth, &mut |writer, item, depth| writer.value(item, depth));
            }
            Json::Object(map) => {
                let mut members: Vec<(&str, &Json)> =
                    map.iter().map(|(name, value)| (name.as_str(), value)).collect();
                members.sort_by_key(|member| member.0);
                self.object(members, depth, &mut |writer, _, value, depth| {
                    writer.value(value, depth);
                });
            }
            scalar => self.scalar(scalar),
        }
    }

    /// As the provider's library writes texts: what HTML could take for markup is escaped.
    fn scalar(&mut self, value: &Json) {
        for character in value.to_string().chars() {
            match character {
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                    let _ = write!(self.text, "\\u{:04x}", u32::from(character));
                }
                _ => self.text.push(character),
            }
        }
    }
}

/// A statement of a document that is merged, as it is written anew.
fn rewritten(statement: Value) -> Value {
    let Kind::Mapping(map) = &statement.kind else { return statement };
    let mut made = map.entries.clone();
    made.retain(|name, value| STATEMENT.contains(&&**name) && !value.is_null());
    for name in ["Principal", "NotPrincipal"] {
        if let Some(principals) = made.get_mut(name) {
            *principals = rewritten_principals(principals);
        }
    }
    if let Some(condition) = made.get_mut("Condition") {
        *condition = rewritten_condition(condition);
    }
    Value::object(made).with_marks(&statement.marks)
}

/// Lists come in descending order; everybody alone is `"*"`.
fn rewritten_principals(principals: &Value) -> Value {
    let Kind::Mapping(map) = &principals.kind else { return principals.clone() };
    if map.entries.len() == 1 && map.entries.get("*") == Some(&Value::string("*")) {
        return Value::string("*");
    }
    let entry = |(kind, identifiers): (&Arc<str>, &Value)| {
        let identifiers = match &identifiers.kind {
            Kind::Sequence(..) => descending(identifiers, &|text| text),
            _ => identifiers.clone(),
        };
        (Arc::clone(kind), identifiers)
    };
    Value::object(map.entries.iter().map(entry).collect())
}

/// Values are texts, one alone without its list.
fn rewritten_condition(condition: &Value) -> Value {
    let Kind::Mapping(tests) = &condition.kind else { return condition.clone() };
    let value = |value: &Value| match &value.kind {
        Kind::Bool(_) => {
            super::types::convert(value, &Type::String).unwrap_or_else(|_| value.clone())
        }
        _ => value.clone(),
    };
    let variable = |(name, values): (&Arc<str>, &Value)| {
        let values = match &values.kind {
            Kind::Sequence(_, items) => {
                one_or_list(&Value::tuple(items.iter().map(value).collect()))
            }
            _ => value(values),
        };
        (Arc::clone(name), values)
    };
    let test = |(name, variables): (&Arc<str>, &Value)| {
        let variables = match &variables.kind {
            Kind::Mapping(map) => Value::object(map.entries.iter().map(variable).collect()),
            _ => variables.clone(),
        };
        (Arc::clone(name), variables)
    };
    Value::object(tests.entries.iter().map(test).collect())
}

/// A set of texts as a list in descending order, each text once and changed; what is not known stays at the end.
fn descending(list: &Value, change: &dyn Fn(Arc<str>) -> Arc<str>) -> Value {
    let mut texts = Vec::new();
    let mut others = Vec::new();
    for item in items(Some(list)) {
        match &item.kind {
            Kind::String(text) => {
                texts.push(Value { kind: Kind::String(Arc::clone(text)), marks: item.marks });
            }
            _ => others.push(item),
        }
    }
    let key = |value: &Value| match &value.kind {
        Kind::String(text) => Some(Arc::clone(text)),
        _ => None,
    };
    texts.sort_by_key(|text| std::cmp::Reverse(key(text)));
    texts.dedup_by_key(|text| key(text));
    for text in &mut texts {
        if let Kind::String(inner) = &text.kind {
            text.kind = Kind::String(change(Arc::clone(inner)));
        }
    }
    texts.extend(others);
    Value::tuple(texts)
}

/// `&{aws:username}` stands for `${aws:username}`, which Terraform would take for its own.
fn variables(text: &Arc<str>) -> Arc<str> {
    if text.contains("&{") { text.replace("&{", "${").into() } else { Arc::clone(text) }
}

fn items(value: Option<&Value>) -> Vec<Value> {
    match value.map(|value| &value.kind) {
        Some(Kind::Sequence(_, items)) => items.to_vec(),
        Some(Kind::Null(_)) | None => Vec::new(),
        // A list that is unknown as a whole, of texts that are not.
        Some(Kind::Unknown(unknown)) => match &unknown.partial {
            Some(Value { kind: Kind::Sequence(_, items), .. }) => items.to_vec(),
            _ => value.into_iter().cloned().collect(),
        },
        Some(_) => value.into_iter().cloned().collect(),
    }
}

fn statement_of(written: &Entries, is_old: bool) -> Value {
    let mut made = Entries::new();
    let change = |text: Arc<str>| if is_old { text } else { variables(&text) };
    if let Some(sid) = written.get("sid").filter(|sid| **sid != Value::string("")) {
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
            let is_action = from.ends_with("actions");
            let same = |text: Arc<str>| text;
            let change: &dyn Fn(Arc<str>) -> Arc<str> = if is_action { &same } else { &change };
            made.insert(to.into(), one_or_list(&set(list, change)));
        }
    }
    for (from, to) in [("principals", "Principal"), ("not_principals", "NotPrincipal")] {
        let blocks = items(written.get(from));
        if !blocks.is_empty() {
            made.insert(to.into(), principals(&blocks, &change));
        }
    }
    let conditions = items(written.get("condition"));
    if !conditions.is_empty() {
        made.insert("Condition".into(), condition(&conditions, &change));
    }
    Value::object(made)
}

/// A set that is written; one that is not known as a whole stays so.
fn set(list: &Value, change: &dyn Fn(Arc<str>) -> Arc<str>) -> Value {
    match &list.kind {
        Kind::Sequence(..) => descending(list, change).with_marks(&list.marks),
        _ => list.clone(),
    }
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

fn principals(blocks: &[Value], change: &dyn Fn(Arc<str>) -> Arc<str>) -> Value {
    let mut made = Entries::new();
    for block in blocks {
        let Kind::Mapping(map) = &block.kind else { return block.clone() };
        let identifiers = map.entries.get("identifiers").cloned().unwrap_or_else(Value::null);
        let Some(Kind::String(kind)) = map.entries.get("type").map(|kind| &kind.kind) else {
            return Value::unknown("the type of a principal is unknown");
        };
        let identifiers = set(&identifiers, change);
        let joined = match made.remove(kind) {
            None => one_or_list(&identifiers),
            Some(before) => {
                let mut all = items(Some(&before));
                all.extend(items(Some(&identifiers)));
                Value::tuple(all)
            }
        };
        made.insert(Arc::clone(kind), joined);
    }
    if made.len() == 1 && made.get("*") == Some(&Value::string("*")) {
        return Value::string("*");
    }
    Value::object(made)
}

fn condition(blocks: &[Value], change: &dyn Fn(Arc<str>) -> Arc<str>) -> Value {
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
        let changed = |value: &Value| match &value.kind {
            Kind::String(text) => Value::string(change(Arc::clone(text))).with_marks(&value.marks),
            _ => value.clone(),
        };
        let values = map.entries.get("values").cloned().unwrap_or_else(Value::null);
        let values = match &values.kind {
            Kind::Sequence(_, items) => Value::tuple(items.iter().map(changed).collect()),
            _ => values,
        };
        let variables = made.entry(test).or_default();
        let joined = match variables.remove(&variable) {
            None => one_or_list(&values),
            Some(before) => {
                let mut all = items(Some(&before));
                all.extend(items(Some(&values)));
                Value::tuple(all)
            }
        };
        variables.insert(variable, joined);
    }
    Value::object(made.into_iter().map(|(test, entries)| (test, Value::object(entries))).collect())
}
