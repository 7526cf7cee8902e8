//! Terraform's JSON syntax (`.tf.json`): JSON trees become the bodies that the native syntax gives.

use std::sync::Arc;

use super::module::labels_of;
use crate::source::{FileId, Place, Problem, ProblemKind};
use crate::syntax::{
    Attribute, Block, Body, Entry, Label, Node, NodeKind, Scalar, TemplatePart, TemplatePartKind,
    hcl,
};
use crate::vocabulary::{self, Nesting, Vocabulary};

/// The body of a `.tf.json` file. Texts become templates; what does not parse as one is a problem. Which members of a resource are
/// blocks is known by its facts.
pub fn body(file: FileId, root: Node, vocabulary: &Vocabulary) -> (Body, Vec<Problem>) {
    let mut reader = Reader { file, vocabulary, problems: Vec::new() };
    let mut body = Body::default();
    for entry in objects(root) {
        let Some((name, span)) = key(&entry) else { continue };
        match labels_of(&name) {
            _ if &*name == "//" => {}
            Some(depth) => {
                let header = Header { name, span: entry.key.span, depth, facts: None };
                reader.blocks(&mut body.blocks, &header, &[], entry.value);
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

/// What blocks to be read have in common.
struct Header {
    name: Arc<str>,
    span: crate::source::Span,
    /// How many labels are still to come.
    depth: usize,
    facts: Option<Arc<vocabulary::Block>>,
}

struct Reader<'v> {
    file: FileId,
    vocabulary: &'v Vocabulary,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn blocks(
        &mut self,
        blocks: &mut Vec<Arc<Block>>,
        header: &Header,
        labels: &[Label],
        value: Node,
    ) {
        if header.depth > 0 {
            for entry in objects(value) {
                let Some((text, span)) = key(&entry) else { continue };
                let mut labels = labels.to_vec();
                labels.push(Label { text, span });
                let name = Arc::clone(&header.name);
                let facts = self.facts_below(header, &labels);
                let header = Header { name, span, depth: header.depth - 1, facts };
                self.blocks(blocks, &header, &labels, entry.value);
            }
            return;
        }
        let bodies = match value.kind {
            NodeKind::Scalar(Scalar::Null) => return,
            NodeKind::Sequence(items) => items,
            _ => vec![value],
        };
        for node in bodies {
            let span = header.span.to(node.span);
            let body = self.block_body(&header.name, node, header.facts.as_deref());
            blocks.push(Arc::new(Block {
                name: Arc::clone(&header.name),
                labels: labels.to_vec(),
                header: header.span,
                span,
                body,
            }));
        }
    }

    /// The facts of a block with one more label: that of a resource or provider names its type, that of a dynamic block its blocks.
    fn facts_below(&self, header: &Header, labels: &[Label]) -> Option<Arc<vocabulary::Block>> {
        let find = |prefix: &str, label: &Label| {
            let facts = self.vocabulary.find(&format!("{prefix}{}", label.text))?;
            Some(Arc::clone(&facts.block))
        };
        match (&*header.name, labels) {
            ("resource", [kind]) => find("", kind),
            ("data", [kind]) => find(vocabulary::DATA, kind),
            ("provider", [name]) => find(vocabulary::PROVIDER, name),
            _ => header.facts.clone(),
        }
    }

    /// Which members are blocks is known for Terraform's own block types and by facts; elsewhere all are attributes, as a list of
    /// objects serves both.
    fn block_body(&mut self, parent: &str, node: Node, facts: Option<&vocabulary::Block>) -> Body {
        let mut body = Body::default();
        for entry in objects(node) {
            let Some((name, name_span)) = key(&entry) else { continue };
            if &*name == "//" {
                continue;
            }
            let header = |depth: usize, facts: Option<Arc<vocabulary::Block>>| Header {
                name: Arc::clone(&name),
                span: name_span,
                depth,
                facts,
            };
            let own = facts.and_then(|facts| facts.blocks.get(&name));
            match (parent, &*name) {
                ("dynamic", "content") => {
                    let facts = facts.map(|facts| Arc::new(facts.clone()));
                    self.blocks(&mut body.blocks, &header(0, facts), &[], entry.value);
                    continue;
                }
                (_, "dynamic")
                    if parent != "dynamic" && (is_resource(parent) || facts.is_some()) =>
                {
                    self.dynamic(&mut body.blocks, name_span, facts, entry.value);
                    continue;
                }
                _ => {}
            }
            if let Some(own) = own.filter(|_| parent != "dynamic") {
                let labels = usize::from(own.nesting == Nesting::Map);
                let header = header(labels, Some(Arc::clone(&own.block)));
                self.blocks(&mut body.blocks, &header, &[], entry.value);
                continue;
            }
            if let Some(labels) = nested(parent, &name) {
                self.blocks(&mut body.blocks, &header(labels, None), &[], entry.value);
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

    /// Dynamic blocks by the name of what they make.
    fn dynamic(
        &mut self,
        blocks: &mut Vec<Arc<Block>>,
        span: crate::source::Span,
        facts: Option<&vocabulary::Block>,
        value: Node,
    ) {
        for entry in objects(value) {
            let Some((text, label)) = key(&entry) else { continue };
            let made = facts.and_then(|facts| facts.blocks.get(&text));
            let facts = made.map(|nested| Arc::clone(&nested.block));
            let header = Header { name: Arc::from("dynamic"), span, depth: 0, facts };
            self.blocks(blocks, &header, &[Label { text, span: label }], entry.value);
        }
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

fn is_resource(parent: &str) -> bool {
    matches!(parent, "resource" | "data" | "ephemeral")
}

/// How many labels a block inside of another block takes; `None` for what is an attribute.
fn nested(parent: &str, name: &str) -> Option<usize> {
    match (parent, name) {
        ("check", "data") => Some(2),
        ("terraform", "backend" | "provider_meta") | ("resource" | "removed", "provisioner") => {
            Some(1)
        }
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
        [TemplatePart { kind: TemplatePartKind::Literal(text), .. }] => {
            NodeKind::Scalar(Scalar::String(Arc::clone(text)))
        }
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
