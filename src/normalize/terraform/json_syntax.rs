//! Terraform's JSON syntax (`.tf.json`): JSON trees become the bodies that the native syntax gives.

use std::sync::Arc;

use super::module::labels_of;
use crate::source::{FileId, Place, Problem, ProblemKind};
use crate::syntax::{
    Attribute, Block, Body, Entry, Label, Node, NodeKind, Scalar, TemplatePart, hcl,
};

/// The body of a `.tf.json` file. Texts become templates; what does not parse as one is a problem.
pub fn body(file: FileId, root: Node) -> (Body, Vec<Problem>) {
    let mut reader = Reader { file, problems: Vec::new() };
    let mut body = Body::default();
    for entry in objects(root) {
        let Some((name, span)) = key(&entry) else { continue };
        match labels_of(&name) {
            _ if &*name == "//" => {}
            Some(depth) => {
                reader.blocks(&mut body.blocks, &name, entry.key.span, &[], depth, entry.value);
            }
            None => {
                let message = format!("no block type is named \"{name}\"");
                let problem = Problem::new(ProblemKind::Configuration, message);
                reader.problems.push(problem.at(Place { file, span }));
            }
        }
    }
    (body, reader.problems)
}

/// The body of a `.tfvars.json` file: attributes without templates.
pub fn variables(root: Node) -> Body {
    let attribute = |entry: Entry| {
        let (name, name_span) = key(&entry)?;
        let span = entry.key.span.to(entry.value.span);
        Some(Attribute { name, name_span, span, value: entry.value })
    };
    Body {
        attributes: objects(root).into_iter().filter_map(attribute).collect(),
        blocks: Vec::new(),
    }
}

struct Reader {
    file: FileId,
    problems: Vec<Problem>,
}

impl Reader {
    fn blocks(
        &mut self,
        blocks: &mut Vec<Block>,
        name: &Arc<str>,
        header: crate::source::Span,
        labels: &[Label],
        depth: usize,
        value: Node,
    ) {
        if depth > 0 {
            for entry in objects(value) {
                let Some((text, span)) = key(&entry) else { continue };
                let mut labels = labels.to_vec();
                labels.push(Label { text, span });
                self.blocks(blocks, name, span, &labels, depth - 1, entry.value);
            }
            return;
        }
        let bodies = match value.kind {
            NodeKind::Sequence(items) => items,
            _ => vec![value],
        };
        for node in bodies {
            let span = header.to(node.span);
            let body = self.block_body(name, node);
            blocks.push(Block {
                name: Arc::clone(name),
                labels: labels.to_vec(),
                header,
                span,
                body,
            });
        }
    }

    /// Which members are blocks is known only for Terraform's own block types; elsewhere all are attributes, as a list of objects serves both.
    fn block_body(&mut self, parent: &str, node: Node) -> Body {
        let mut body = Body::default();
        for entry in objects(node) {
            let Some((name, name_span)) = key(&entry) else { continue };
            if &*name == "//" {
                continue;
            }
            if let Some(depth) = nested(parent, &name) {
                self.blocks(&mut body.blocks, &name, name_span, &[], depth, entry.value);
                continue;
            }
            let span = entry.key.span.to(entry.value.span);
            let value = match (parent, &*name) {
                ("module", "source" | "version") | ("variable", "default") => entry.value,
                (_, "depends_on")
                | ("lifecycle", "ignore_changes" | "replace_triggered_by")
                | ("moved" | "removed", "from")
                | ("moved" | "import", "to")
                | ("resource" | "data" | "ephemeral" | "import", "provider")
                | ("variable", "type")
                | ("provisioner", "when" | "on_failure")
                | ("module", "providers") => self.address(entry.value),
                _ => self.expression(entry.value),
            };
            body.attributes.push(Attribute { name, name_span, span, value });
        }
        body
    }

    /// What the native syntax writes without quotes.
    fn address(&mut self, node: Node) -> Node {
        let kind = match node.kind {
            NodeKind::Scalar(Scalar::String(text)) => {
                match hcl::parse_expression(self.file, &text, node.span.start as usize + 1) {
                    Ok(node) => return node,
                    Err(_) => NodeKind::Scalar(Scalar::String(text)),
                }
            }
            NodeKind::Sequence(items) => {
                NodeKind::Sequence(items.into_iter().map(|item| self.address(item)).collect())
            }
            NodeKind::Mapping(entries) => {
                let entry = |entry: Entry| Entry {
                    key: self.address(entry.key),
                    value: self.address(entry.value),
                };
                NodeKind::Mapping(entries.into_iter().map(entry).collect())
            }
            kind => kind,
        };
        Node { span: node.span, kind }
    }

    fn expression(&mut self, node: Node) -> Node {
        let kind = match node.kind {
            NodeKind::Scalar(Scalar::String(text))
                if text.contains("${") || text.contains("%{") =>
            {
                match hcl::parse_template(self.file, &text, node.span) {
                    Ok(parts) => template(parts),
                    Err(problem) => {
                        self.problems.push(problem);
                        NodeKind::Scalar(Scalar::String(text))
                    }
                }
            }
            NodeKind::Sequence(items) => {
                NodeKind::Sequence(items.into_iter().map(|item| self.expression(item)).collect())
            }
            NodeKind::Mapping(entries) => NodeKind::Mapping(
                entries
                    .into_iter()
                    .map(|entry| Entry {
                        key: self.expression(entry.key),
                        value: self.expression(entry.value),
                    })
                    .collect(),
            ),
            kind => kind,
        };
        Node { span: node.span, kind }
    }
}

/// How many labels a block inside of another block takes; `None` for what is an attribute.
fn nested(parent: &str, name: &str) -> Option<usize> {
    match (parent, name) {
        ("check", "data") => Some(2),
        ("terraform", "backend" | "provider_meta")
        | ("resource" | "data" | "ephemeral", "dynamic")
        | ("resource" | "removed", "provisioner") => Some(1),
        ("terraform", "cloud" | "required_providers")
        | ("variable", "validation")
        | ("output", "precondition")
        | ("resource" | "data" | "ephemeral" | "removed", "lifecycle")
        | ("resource" | "provisioner" | "removed", "connection")
        | ("lifecycle", "precondition" | "postcondition")
        | ("check", "assert")
        | ("cloud", "workspaces")
        | ("dynamic", "content") => Some(0),
        _ => None,
    }
}

fn template(mut parts: Vec<TemplatePart>) -> NodeKind {
    match parts.as_mut_slice() {
        [TemplatePart::Literal(text)] => NodeKind::Scalar(Scalar::String(Arc::clone(text))),
        _ => NodeKind::Template(parts),
    }
}

/// The members of an object, or of each object of a list.
fn objects(node: Node) -> Vec<Entry> {
    match node.kind {
        NodeKind::Mapping(entries) => entries,
        NodeKind::Sequence(items) => items.into_iter().flat_map(objects).collect(),
        _ => Vec::new(),
    }
}

fn key(entry: &Entry) -> Option<(Arc<str>, crate::source::Span)> {
    match &entry.key.kind {
        NodeKind::Scalar(Scalar::String(text)) => Some((Arc::clone(text), entry.key.span)),
        _ => None,
    }
}
