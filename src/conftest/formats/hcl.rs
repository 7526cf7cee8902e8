//! HCL as JSON: blocks by type and labels as lists of objects, constants as values, everything else as `"${…}"` in its own words.

use serde_json::{Map, Value as Json};
use unicode_normalization::UnicodeNormalization as _;

use super::cursor::MAX_DEPTH;
use crate::source::FileId;
use crate::syntax::{
    Body, Node, NodeKind, Scalar, TemplatePart, TemplatePartKind, UnaryOperator, hcl,
};

/// A file.
pub(super) fn parse(text: &str) -> Result<Json, String> {
    let parsed = hcl::parse(FileId(0), text);
    if let Some(problem) = parsed.problems.into_iter().next() {
        return Err(problem.message);
    }
    body(text, &parsed.body).map(Json::Object)
}

fn body(source: &str, from: &Body) -> Result<Map<String, Json>, String> {
    let mut object = Map::new();
    for block in &from.blocks {
        let names: Vec<&str> = std::iter::once(&*block.name)
            .chain(block.labels.iter().map(|label| &*label.text))
            .collect();
        if names.len() > MAX_DEPTH {
            return Err(format!("block {} has more than {MAX_DEPTH} labels", block.name));
        }
        add(&mut object, &names, Json::Object(body(source, &block.body)?));
    }
    for attribute in &from.attributes {
        object.insert(attribute.name.to_string(), expression(source, &attribute.value));
    }
    Ok(object)
}

/// Adds a block to the list below its type and labels.
fn add(object: &mut Map<String, Json>, names: &[&str], block: Json) {
    let Some((name, labels)) = names.split_first() else { return };
    let inner = object.entry(*name).or_insert(Json::Null);
    match (labels, inner) {
        ([], Json::Array(list)) => list.push(block),
        ([], other) => *other = Json::Array(vec![block]),
        (labels, Json::Object(inner)) => add(inner, labels, block),
        (labels, other) => {
            let mut inner = Map::new();
            add(&mut inner, labels, block);
            *other = Json::Object(inner);
        }
    }
}

fn raw<'s>(source: &'s str, node: &Node) -> &'s str {
    source.get(node.span.range()).unwrap_or_default()
}

fn wrapped(source: &str, node: &Node) -> String {
    format!("${{{}}}", raw(source, node))
}

fn expression(source: &str, node: &Node) -> Json {
    match &node.kind {
        NodeKind::Scalar(scalar) => constant(scalar),
        NodeKind::Unary(UnaryOperator::Negate, operand) => match &operand.kind {
            NodeKind::Scalar(Scalar::Number(digits)) => {
                serde_json::from_str(&format!("-{digits}")).unwrap_or_default()
            }
            _ => wrapped(source, node).into(),
        },
        NodeKind::Unary(UnaryOperator::Not, operand) => match &operand.kind {
            NodeKind::Scalar(Scalar::Bool(bool)) => Json::Bool(!bool),
            _ => wrapped(source, node).into(),
        },
        NodeKind::Sequence(items) => items.iter().map(|item| expression(source, item)).collect(),
        NodeKind::Mapping(entries) => {
            let mut object = Map::new();
            for entry in entries {
                object.insert(key(source, &entry.key), expression(source, &entry.value));
            }
            Json::Object(object)
        }
        NodeKind::Template(parts) => match parts.as_slice() {
            // A text that is one interpolation is the value.
            [TemplatePart { kind: TemplatePartKind::Interpolation(inner), .. }]
                if raw(source, node).starts_with('"') =>
            {
                expression(source, inner)
            }
            parts => template(source, parts).into(),
        },
        _ => wrapped(source, node).into(),
    }
}

fn constant(scalar: &Scalar) -> Json {
    match scalar {
        Scalar::Null => Json::Null,
        Scalar::Bool(bool) => Json::Bool(*bool),
        Scalar::Number(text) => serde_json::from_str(text).unwrap_or_default(),
        Scalar::String(text) | Scalar::Plain { text, .. } => Json::String(literal(text)),
    }
}

/// A key of an object: in its own words, unless brackets make it an expression.
fn key(source: &str, node: &Node) -> String {
    if is_path(node) { raw(source, node).to_owned() } else { part(source, node) }
}

/// `a.b["c"][0]`
fn is_path(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Name(_) => true,
        NodeKind::Attribute(base, _) => is_path(base),
        NodeKind::Index(base, key) => {
            let constant =
                |scalar: &Scalar| matches!(scalar, Scalar::Number(_) | Scalar::String(_));
            is_path(base) && matches!(&key.kind, NodeKind::Scalar(scalar) if constant(scalar))
        }
        _ => false,
    }
}

/// A text that is no template stays none; letters are composed.
fn literal(text: &str) -> String {
    let text: String = text.nfc().collect();
    text.replace("${", "$${").replace("%{", "%%{")
}

/// A part of a text.
fn part(source: &str, node: &Node) -> String {
    match &node.kind {
        NodeKind::Scalar(scalar) => match constant(scalar) {
            Json::String(text) => text,
            other => other.to_string(),
        },
        NodeKind::Template(parts) => template(source, parts),
        NodeKind::Conditional(branches) => {
            let [condition, yes, no] = &**branches;
            let (yes, no) = (part(source, yes), part(source, no));
            let no = if no.is_empty() { no } else { format!("%{{else}}{no}") };
            format!("%{{if {}}}{yes}{no}%{{endif}}", raw(source, condition))
        }
        _ => wrapped(source, node),
    }
}

fn template(source: &str, parts: &[TemplatePart]) -> String {
    parts
        .iter()
        .map(|part| match &part.kind {
            TemplatePartKind::Literal(text) => literal(text),
            TemplatePartKind::Interpolation(node) => self::part(source, node),
            TemplatePartKind::If { condition, then, otherwise } => {
                let yes = template(source, then);
                let no = match otherwise.as_slice() {
                    [] => String::new(),
                    parts => format!("%{{else}}{}", template(source, parts)),
                };
                format!("%{{if {}}}{yes}{no}%{{endif}}", raw(source, condition))
            }
            TemplatePartKind::For { key, value, collection, body } => {
                let names = key.as_ref().map(|key| format!("{key}, ")).unwrap_or_default();
                let over = raw(source, collection);
                let body = template(source, body);
                format!("%{{for {names}{value} in {over}}}{body}%{{endfor}}")
            }
        })
        .collect()
}
