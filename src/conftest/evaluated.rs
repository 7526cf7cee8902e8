//! Evaluated configurations as the input of foreign policies, in the shape that conftest gives HCL: `resource`, `data` and `variable`
//! by type and name, each a list, here with one element an instance.
//!
//! What is unknown is left out, and what it decides is told: a rule that may read an unknown value is *undecided* where it objects to
//! nothing, and so is each of its results that does not stand whatever is put in the place of the unknown values. What a rule may read
//! are the names and texts in its code and in that of the rules that it needs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::{CheckResult, Configuration, Item};
use crate::document::{Document, Mode, Pointer, Value};

/// Most values that are put in the place of unknown ones.
const MAX_SUBSTITUTES: usize = 64;

/// A document as an input, with what is unknown in it.
#[derive(Clone, Debug)]
pub struct Evaluated {
    /// The input.
    pub configuration: Configuration,
    gaps: Vec<Gap>,
}

/// One unknown value.
#[derive(Clone, Debug)]
struct Gap {
    address: Arc<str>,
    at: Pointer,
    reason: Arc<str>,
    /// Where it is missing from the input.
    path: Vec<Step>,
}

#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Index(usize),
}

impl Evaluated {
    /// From a document.
    pub fn of(document: &Document) -> Self {
        let mut content = Map::new();
        let mut gaps = Vec::new();
        for resource in &document.resources {
            let section = match resource.mode {
                Mode::Managed => "resource",
                Mode::Data => "data",
                Mode::Declaration => continue,
            };
            let names = [section, &*resource.kind, &*resource.name];
            let mut at = Reader {
                address: &resource.address,
                gaps: &mut gaps,
                pointer: Pointer::root(),
                path: Vec::new(),
            };
            place(&mut content, &names, |index, path| {
                at.path = path;
                at.path.push(Step::Index(index));
                at.value(&resource.attributes).unwrap_or_else(|| json!({}))
            });
        }
        for variable in &document.variables {
            let address: Arc<str> = format!("var.{}", variable.name).into();
            let mut at = Reader {
                address: &address,
                gaps: &mut gaps,
                pointer: Pointer::root(),
                path: Vec::new(),
            };
            place(&mut content, &["variable", &*variable.name], |index, path| {
                at.path = path;
                at.path.extend([Step::Index(index), Step::Key("default".to_owned())]);
                match at.value(&variable.value) {
                    Some(value) => json!({"default": value}),
                    None => json!({}),
                }
            });
        }
        let root = if document.root.is_empty() { "." } else { &document.root };
        let configuration = Configuration { path: root.to_owned(), content: Json::Object(content) };
        Self { configuration, gaps }
    }

    /// The input with something in the place of every unknown value.
    fn filled(&self, with: &Json) -> Json {
        let mut content = self.configuration.content.clone();
        for gap in &self.gaps {
            put(&mut content, &gap.path, with);
        }
        content
    }

    /// Whether nothing is unknown.
    pub(super) fn is_settled(&self) -> bool {
        self.gaps.is_empty()
    }

    /// The first unknown value that a rule may read, in words.
    fn read(&self, mentions: &BTreeSet<String>) -> Option<String> {
        let gap = self.gaps.iter().find(|gap| {
            // A value above it may be used as a whole.
            gap.at.parts().any(|part| mentions.contains(&*part)) || mentions.contains("walk")
        })?;
        Some(format!("{} {}: {}", gap.address, gap.at.as_str(), gap.reason))
    }

    /// Settles a result: `ask` gives what is said of another input, `mentions` what a rule may read.
    pub(super) fn settle(
        &self,
        result: &mut CheckResult,
        literals: &BTreeSet<String>,
        rules: &[String],
        mut ask: impl FnMut(&Json) -> Result<CheckResult, String>,
        mentions: impl Fn(&str) -> BTreeSet<String>,
    ) -> Result<(), String> {
        let variants = substitutes(literals).into_iter().map(|with| ask(&self.filled(&with)));
        let variants: Vec<CheckResult> = variants.collect::<Result<_, _>>()?;
        let says = |result: &CheckResult, item: &Item| {
            let mut items = result.failures.iter().chain(&result.warnings);
            items.any(|other| other.rule == item.rule && other.message == item.message)
        };
        let mut open: BTreeMap<String, String> = BTreeMap::new();
        let why = |rule: &str| {
            self.read(&mentions(rule)).unwrap_or_else(|| "what is unknown changes it".to_owned())
        };
        for items in [&mut result.failures, &mut result.warnings] {
            items.retain(|item| {
                let stands = variants.iter().all(|variant| says(variant, item));
                if !stands {
                    open.insert(item.rule.clone(), why(&item.rule));
                }
                stands
            });
        }
        for rule in rules {
            if open.contains_key(rule) {
                continue;
            }
            let of_rule = |result: &CheckResult| -> Vec<Item> {
                let items = result.failures.iter().chain(&result.warnings);
                items.filter(|item| item.rule == *rule).cloned().collect()
            };
            let objects = !of_rule(result).is_empty();
            let more = variants.iter().flat_map(of_rule).any(|item| !says(result, &item));
            if more || !objects && self.read(&mentions(rule)).is_some() {
                if !objects {
                    result.successes = result.successes.saturating_sub(1);
                }
                open.insert(rule.clone(), why(rule));
            }
        }
        result.undecided = open.into_iter().collect();
        Ok(())
    }
}

/// Adds an element to the list under some names.
fn place(
    content: &mut Map<String, Json>,
    names: &[&str],
    make: impl FnOnce(usize, Vec<Step>) -> Json,
) {
    let mut path: Vec<Step> = Vec::new();
    let mut holder = content;
    let Some((last, above)) = names.split_last() else { return };
    for name in above {
        path.push(Step::Key((*name).to_owned()));
        let inner = holder.entry(*name).or_insert_with(|| Json::Object(Map::new()));
        let Json::Object(inner) = inner else { return };
        holder = inner;
    }
    path.push(Step::Key((*last).to_owned()));
    if let Json::Array(list) = holder.entry(*last).or_insert_with(|| Json::Array(Vec::new())) {
        let made = make(list.len(), path);
        list.push(made);
    }
}

struct Reader<'a> {
    address: &'a Arc<str>,
    gaps: &'a mut Vec<Gap>,
    pointer: Pointer,
    path: Vec<Step>,
}

impl Reader<'_> {
    /// What is known of a value; nothing where it is unknown or null.
    fn value(&mut self, value: &Value) -> Option<Json> {
        match value {
            Value::Unknown(unknown) => {
                self.gaps.push(Gap {
                    address: Arc::clone(self.address),
                    at: self.pointer.clone(),
                    reason: Arc::clone(&unknown.reason),
                    path: self.path.clone(),
                });
                None
            }
            Value::Array(items) => {
                let items = items.iter().enumerate().map(|(at, item)| {
                    let inner = self.pointer.index(at);
                    self.within(inner, Step::Index(at), item).unwrap_or_default()
                });
                Some(items.collect())
            }
            Value::Object(map) => {
                let mut made = Map::new();
                for (key, item) in map.iter() {
                    let inner = self.pointer.key(key);
                    if let Some(item) = self.within(inner, Step::Key(key.to_string()), item) {
                        made.insert(key.to_string(), item);
                    }
                }
                Some(Json::Object(made))
            }
            Value::Null => None,
            other => Some(other.to_json()),
        }
    }

    fn within(&mut self, pointer: Pointer, step: Step, value: &Value) -> Option<Json> {
        let above = std::mem::replace(&mut self.pointer, pointer);
        self.path.push(step);
        let made = self.value(value);
        self.path.pop();
        self.pointer = above;
        made
    }
}

fn put(content: &mut Json, path: &[Step], value: &Json) {
    let Some((first, rest)) = path.split_first() else {
        *content = value.clone();
        return;
    };
    match (first, content) {
        (Step::Key(key), Json::Object(map)) => {
            put(map.entry(key.clone()).or_insert(Json::Null), rest, value);
        }
        (Step::Index(at), Json::Array(items)) => {
            if let Some(item) = items.get_mut(*at) {
                put(item, rest, value);
            }
        }
        _ => {}
    }
}

/// Values of every type, and those that the policies name.
fn substitutes(literals: &BTreeSet<String>) -> Vec<Json> {
    let mut all = vec![
        Json::Null,
        json!(true),
        json!(false),
        json!(0),
        json!(1_000_000),
        json!(""),
        json!("dreadnought"),
        json!([]),
        json!(["dreadnought"]),
        json!({}),
        json!([{}]),
    ];
    for literal in literals.iter().take(MAX_SUBSTITUTES) {
        all.push(literal.as_str().into());
        all.push(json!([literal]));
        if let Ok(number) = literal.parse::<i64>() {
            all.extend([json!(number - 1), json!(number), json!(number + 1)]);
        }
    }
    all.truncate(MAX_SUBSTITUTES * 2);
    all
}
