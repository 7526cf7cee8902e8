//! Evaluates templates, also partly: a text that is JSON but for unknown parts keeps its structure.

use std::sync::Arc;

use super::beyond::{Beyond, MAX_PARTS};
use super::expression::{elements, evaluate as evaluate_expression};
use super::operators::unknown_of;
use super::prefix;
use super::scope::{Fault, Name, Scope};
use super::types::{self, Type};
use super::value::{Kind, Marks, Unknown, Value};
use crate::document::HOLE;
use crate::source::Span;
use crate::syntax::{Node, NodeKind, TemplatePart, TemplatePartKind};

/// Longest text that a template may make, in bytes.
const MAX_TEXT_BYTES: usize = 16 * 1024 * 1024;

/// The value of a template. A single interpolation passes its value through unchanged.
pub fn evaluate(parts: &[TemplatePart], scope: &Scope<'_, '_>, span: Span) -> Result<Value, Fault> {
    if let [TemplatePart { kind: TemplatePartKind::Interpolation(node), .. }] = parts {
        return evaluate_expression(node, scope);
    }
    let mut text = Text::default();
    for part in parts {
        text.part_start = text.text.len();
        text.parts(std::slice::from_ref(part), scope, span)?;
    }
    Ok(text.finish())
}

/// Whether `templatestring` takes this template: only a text that something else holds, named directly. The error is a sentence.
pub fn check_reference(template: Option<(&Node, &Value)>) -> Result<(), String> {
    let Some((node, value)) = template else { return Ok(()) };
    let mut base = node;
    while let NodeKind::Attribute(inner, _) | NodeKind::Index(inner, _) = &base.kind {
        base = inner;
    }
    if !matches!(base.kind, NodeKind::Name(_) | NodeKind::Splat { .. }) {
        return Err("the template must be named directly: a reference to a text".to_owned());
    }
    match value.kind {
        Kind::String(_) | Kind::Null(_) | Kind::Unknown(_) => Ok(()),
        _ => Err("the template must be a string".to_owned()),
    }
}

/// Text so far; unknown parts stand in it as one [`HOLE`] each.
#[derive(Default)]
struct Text {
    text: String,
    unknowns: Vec<Value>,
    marks: Marks,
    /// Where the text of the part begins that is being evaluated: a loop or condition with unknown parts is unknown as a whole.
    part_start: usize,
    /// How much of the text comes before all unknown parts.
    known: Option<usize>,
}

impl Text {
    fn parts(
        &mut self,
        parts: &[TemplatePart],
        scope: &Scope<'_, '_>,
        span: Span,
    ) -> Result<(), Fault> {
        for part in parts {
            if self.text.len() > MAX_TEXT_BYTES {
                let message =
                    format!("the template makes a text of more than {MAX_TEXT_BYTES} bytes");
                return Err(Fault { is_limit: true, ..scope.fault(span, message) });
            }
            match &part.kind {
                TemplatePartKind::Literal(text) => self.text.push_str(text),
                TemplatePartKind::Interpolation(node) => {
                    let value = evaluate_expression(node, scope)?;
                    self.value(&value).map_err(|message| scope.fault(node.span, message))?;
                }
                TemplatePartKind::If { condition, then, otherwise } => {
                    let value = evaluate_expression(condition, scope)?;
                    self.marks = self.marks.union(&value.marks);
                    let holds = types::convert(&value, &Type::Bool)
                        .map_err(|message| scope.fault(condition.span, message))?;
                    match holds.kind {
                        Kind::Bool(true) => self.parts(then, scope, span)?,
                        Kind::Bool(false) => self.parts(otherwise, scope, span)?,
                        Kind::Null(_) => {
                            return Err(scope.fault(condition.span, "the condition cannot be null"));
                        }
                        _ => self.unknown(holds),
                    }
                }
                TemplatePartKind::For { key, value, collection, body } => {
                    let items = evaluate_expression(collection, scope)?;
                    self.repeat(key.as_deref(), value, &items, body, scope, collection.span)?;
                }
            }
        }
        Ok(())
    }

    fn repeat(
        &mut self,
        key_name: Option<&str>,
        value_name: &str,
        collection: &Value,
        body: &[TemplatePart],
        scope: &Scope<'_, '_>,
        span: Span,
    ) -> Result<(), Fault> {
        self.marks = self.marks.union(&collection.marks);
        let items = match elements(collection) {
            Ok(items) => items,
            Err(Some(unknown)) => {
                self.unknown(unknown);
                return Ok(());
            }
            Err(None) => {
                return Err(scope.fault(span, "a template loop needs a list, set, map or object"));
            }
        };
        for (key, value) in items {
            let outer = key_name.map(|name| Name { name, value: key, outer: scope.names });
            let names = Name { name: value_name, value, outer: outer.as_ref().or(scope.names) };
            self.parts(body, &Scope { names: Some(&names), ..scope.clone() }, span)?;
        }
        Ok(())
    }

    fn value(&mut self, value: &Value) -> Result<(), String> {
        if value.is_null() {
            return Err("null cannot be written into a text".to_owned());
        }
        if value.unknown_reason().is_some() {
            self.unknown(value.clone());
            return Ok(());
        }
        let text = types::convert(value, &Type::String)?;
        self.marks = self.marks.union(&text.marks);
        match &text.kind {
            Kind::String(text) => self.text.push_str(text),
            _ => self.unknown(text),
        }
        Ok(())
    }

    fn unknown(&mut self, value: Value) {
        self.known.get_or_insert(self.part_start);
        self.marks = self.marks.union(&value.marks);
        self.unknowns.push(value);
        self.text.push(HOLE);
    }

    fn finish(self) -> Value {
        let Some(first) = self.unknowns.first() else {
            return Value::string(self.text).with_marks(&self.marks);
        };
        let mut result = unknown_of(first, Type::String);
        if let Kind::Unknown(unknown) = &mut result.kind {
            let unknown: &mut Unknown = Arc::make_mut(unknown);
            let known = self.known.and_then(|end| self.text.get(..end)).unwrap_or_default();
            unknown.prefix = prefix::of(known).into();
            unknown.decided = self.decided().map(Value::string);
            unknown.shown = shown(&self.text, &self.unknowns).unwrap_or_default().into();
            unknown.partial = self.partial_json();
            let ends = if self.is_segment() {
                Some(Beyond::segment(&unknown.prefix))
            } else {
                Beyond::ends("", prefix::end_of(known_end(&self.text)))
            };
            unknown.beyond = Beyond::with_parts(ends, &self.inner());
        }
        result.with_marks(&self.marks)
    }

    /// The text with what is known of its unknown parts in their places.
    fn inner(&self) -> String {
        if self.text.len() > MAX_PARTS {
            return String::new();
        }
        let mut unknowns = self.unknowns.iter();
        let mut all = String::new();
        for character in self.text.chars() {
            let part = if character == HOLE { unknowns.next() } else { None };
            match part.and_then(Beyond::text_of) {
                // What doubles ends at a bound.
                Some(part) if all.len() + part.len() <= MAX_PARTS => all.push_str(&part),
                _ => all.push(character),
            }
        }
        all
    }

    /// Whether all but its last part is known, and that has no `/` in it.
    fn is_segment(&self) -> bool {
        let [Value { kind: Kind::Unknown(last), .. }] = self.unknowns.as_slice() else {
            return false;
        };
        let Some(known) = self.text.strip_suffix(HOLE) else { return false };
        let own = last.beyond.as_ref().is_some_and(|own| own.segment && !own.prefix.contains('/'));
        own && !last.prefix.contains('/') && prefix::of(known) == known
    }

    /// The text where all unknown parts are decided all the same.
    fn decided(&self) -> Option<String> {
        let mut texts = self.unknowns.iter().map(|value| {
            match types::convert(value.decided()?, &Type::String).ok()?.kind {
                Kind::String(text) => Some(text),
                _ => None,
            }
        });
        let mut all = String::new();
        for character in self.text.chars() {
            if character == HOLE {
                all.push_str(&texts.next()??);
            } else {
                all.push(character);
            }
        }
        Some(all)
    }

    /// The text as JSON with unknown leaves, if that is what it is.
    fn partial_json(&self) -> Option<Value> {
        if !self.text.trim_start().starts_with(['{', '[']) {
            return None;
        }
        let json: serde_json::Value = serde_json::from_str(&self.text).ok()?;
        let mut next = 0;
        Some(self.with_unknowns(json, &mut next))
    }

    /// `serde_json` keeps the order of the text, so that placeholders are met in the order in which they were written.
    fn with_unknowns(&self, json: serde_json::Value, next: &mut usize) -> Value {
        match json {
            serde_json::Value::String(text) => {
                let count = text.matches(HOLE).count();
                let unknowns = self.unknowns.get(*next..*next + count).unwrap_or_default();
                *next += count;
                let Some(first) = unknowns.first() else { return Value::string(text) };
                let mut leaf = unknown_of(first, Type::String);
                if let Kind::Unknown(unknown) = &mut leaf.kind {
                    let unknown = Arc::make_mut(unknown);
                    unknown.shown = shown(&text, unknowns).unwrap_or_default().into();
                    let start = text.split(HOLE).next().unwrap_or_default();
                    let end = prefix::end_of(known_end(&text));
                    unknown.beyond = Beyond::ends(prefix::of(start), end);
                }
                unknowns.iter().fold(leaf, |leaf, cause| leaf.with_marks(&cause.marks))
            }
            serde_json::Value::Array(items) => {
                Value::tuple(items.into_iter().map(|item| self.with_unknowns(item, next)).collect())
            }
            serde_json::Value::Object(map) => {
                let mut entries = Vec::with_capacity(map.len());
                for (key, item) in map {
                    *next += key.matches(HOLE).count();
                    entries.push((key.into(), self.with_unknowns(item, next)));
                }
                Value::object(entries.into_iter().collect())
            }
            other => super::lower::from_json(other),
        }
    }
}

/// What stands after the last unknown part.
fn known_end(text: &str) -> &str {
    text.rsplit(HOLE).next().unwrap_or_default()
}

/// The text with its unknown parts written as references; `None` where it could be a bare wildcard for all that is known.
fn shown(text: &str, unknowns: &[Value]) -> Option<String> {
    let part = |value: &Value| match &value.kind {
        Kind::Unknown(unknown) if !unknown.shown.is_empty() => Some(unknown.shown.shared()),
        _ => None,
    };
    let says_something = |text: &str| text.chars().any(|c| !matches!(c, '*' | '?'));
    let start = text.split(HOLE).next().unwrap_or_default();
    if !says_something(start) && unknowns.first().and_then(part).is_none() {
        return None;
    }
    let mut all = String::new();
    let mut parts = unknowns.iter();
    for character in text.chars() {
        if character == HOLE {
            let reference = parts.next().and_then(part);
            all.push_str(reference.as_deref().unwrap_or("${…}"));
        } else {
            all.push(character);
        }
    }
    Some(all)
}
