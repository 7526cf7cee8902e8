//! Where blocks speak of others by name: inside long texts, and in blocks that have no instance.

use std::sync::Arc;

use super::verify::visit::{self, Reference};
use crate::document::{Mention, Pointer};
use crate::source::{FileId, Place};
use crate::syntax::{Body, Node, NodeKind, TemplatePart, TemplatePartKind};

/// What the templates in an expression name, each with its own place.
pub fn in_templates(node: &Node, file: FileId, found: &mut Vec<Mention>) {
    match &node.kind {
        NodeKind::Template(parts) => {
            let references = parts.iter().flat_map(of_part);
            found.extend(references.filter_map(|it| mention(&it, file)));
        }
        NodeKind::Call { arguments, .. } => {
            for each in &arguments.nodes {
                in_templates(each, file, found);
            }
        }
        NodeKind::Sequence(items) => {
            for each in items {
                in_templates(each, file, found);
            }
        }
        NodeKind::Mapping(entries) => {
            for each in entries {
                in_templates(&each.value, file, found);
            }
        }
        NodeKind::Conditional(parts) => {
            for each in &parts[1..] {
                in_templates(each, file, found);
            }
        }
        NodeKind::Parenthesis(inner) => in_templates(inner, file, found),
        _ => {}
    }
}

fn of_part(part: &TemplatePart) -> Vec<Reference<'_>> {
    match &part.kind {
        TemplatePartKind::Literal(_) => Vec::new(),
        TemplatePartKind::Interpolation(node) => visit::references(node),
        TemplatePartKind::If { condition, then, otherwise } => {
            let inner = then.iter().chain(otherwise).flat_map(of_part);
            visit::references(condition).into_iter().chain(inner).collect()
        }
        TemplatePartKind::For { collection, body, .. } => {
            let inner = body.iter().flat_map(of_part);
            visit::references(collection).into_iter().chain(inner).collect()
        }
    }
}

fn mention(reference: &Reference<'_>, file: FileId) -> Option<Mention> {
    let (name, last) = named(reference)?;
    Some(Mention { place: Place { file, span: reference.span_to(last) }, name })
}

/// `var.x`, `aws_vpc.main`, `data.aws_vpc.main`, and the step that ends it.
fn named(reference: &Reference<'_>) -> Option<(Arc<str>, usize)> {
    let first = reference.member(0)?;
    if &**reference.root == "data" {
        let second = reference.member(1)?;
        return Some((["data.", &**first, ".", &**second].concat().into(), 1));
    }
    Some(([&**reference.root, ".", &**first].concat().into(), 0))
}

/// Everything that a body names, with the attributes that do so; blocks have no positions there.
pub fn of_body(body: &Body) -> Arc<[(Pointer, Arc<str>)]> {
    let mut found = Vec::new();
    in_body(body, &Pointer::root(), &mut found);
    found.into()
}

fn in_body(body: &Body, at: &Pointer, found: &mut Vec<(Pointer, Arc<str>)>) {
    for attribute in &body.attributes {
        let at = at.key(&attribute.name);
        let references = visit::references(&attribute.value);
        found.extend(references.iter().filter_map(|it| Some((at.clone(), named(it)?.0))));
    }
    for block in &body.blocks {
        in_body(&block.body, &at.key(&block.name), found);
    }
}
