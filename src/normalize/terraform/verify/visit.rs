//! Finds what an expression refers to, without evaluating it.

use std::sync::Arc;

use crate::source::Span;
use crate::syntax::{Node, NodeKind, Scalar, TemplatePart, TemplatePartKind};

/// A name that is not bound where it stands, and the attributes and constant keys that follow it.
pub struct Reference<'n> {
    /// `var`, `aws_vpc` …
    pub root: &'n Arc<str>,
    /// The place of the root.
    pub span: Span,
    /// Attributes and indices, innermost first; ends before the first key that is not constant.
    pub steps: Vec<&'n Node>,
}

impl<'n> Reference<'n> {
    /// The attribute name at a step.
    pub fn member(&self, at: usize) -> Option<&'n Arc<str>> {
        match self.steps.get(at).map(|step| &step.kind) {
            Some(NodeKind::Attribute(_, name)) => Some(name),
            _ => None,
        }
    }

    /// Whether a step is a constant key.
    pub fn is_key(&self, at: usize) -> bool {
        matches!(self.steps.get(at).map(|step| &step.kind), Some(NodeKind::Index(..)))
    }

    /// From the root to a step.
    pub fn span_to(&self, at: usize) -> Span {
        self.steps.get(at).map_or(self.span, |step| self.span.to(step.span))
    }
}

/// Everything that an expression refers to, in order.
pub fn references(node: &Node) -> Vec<Reference<'_>> {
    references_in(node, &[])
}

/// The same where some names are bound.
pub fn references_in<'n>(node: &'n Node, bound: &[&'n str]) -> Vec<Reference<'n>> {
    let mut visitor = Visitor { bound: bound.to_vec(), found: Vec::new(), call: None };
    visitor.node(node);
    visitor.found
}

/// The first part of an expression that is not constant: a reference or a function call. Says whether it is a call.
pub fn not_constant(node: &Node) -> Option<(Span, bool)> {
    let mut visitor = Visitor { bound: Vec::new(), found: Vec::new(), call: None };
    visitor.node(node);
    let reference = visitor.found.first().map(|found| (found.span, false));
    reference.or_else(|| visitor.call.map(|span| (span, true)))
}

/// Whether a node is a constant key.
pub fn is_constant_key(node: &Node) -> bool {
    matches!(&node.kind, NodeKind::Scalar(Scalar::String(_) | Scalar::Number(_)))
}

/// The key of an index.
fn key_of(step: &Node) -> Option<&Node> {
    match &step.kind {
        NodeKind::Index(_, key) => Some(key),
        _ => None,
    }
}

struct Visitor<'n> {
    bound: Vec<&'n str>,
    found: Vec<Reference<'n>>,
    /// The first call of a function.
    call: Option<Span>,
}

impl<'n> Visitor<'n> {
    fn node(&mut self, node: &'n Node) {
        match &node.kind {
            NodeKind::Scalar(_) | NodeKind::SplatElement | NodeKind::Broken => {}
            NodeKind::Name(_) | NodeKind::Attribute(..) | NodeKind::Index(..) => {
                self.traversal(node);
            }
            NodeKind::Sequence(items) => self.nodes(items),
            NodeKind::Mapping(entries) => {
                for entry in entries {
                    self.node(&entry.key);
                    self.node(&entry.value);
                }
            }
            NodeKind::Template(parts) => self.template(parts),
            NodeKind::Splat { base, each } => {
                self.node(base);
                self.node(each);
            }
            NodeKind::Call { arguments, .. } => {
                self.call.get_or_insert(node.span);
                self.nodes(&arguments.nodes);
            }
            NodeKind::Conditional(parts) => self.nodes(&parts[..]),
            NodeKind::Unary(_, inner) | NodeKind::Parenthesis(inner) => self.node(inner),
            NodeKind::Binary(_, sides) => self.nodes(&sides[..]),
            NodeKind::For(node) => {
                self.node(&node.collection);
                let names = [node.key_name.as_deref(), Some(&*node.value_name)];
                let parts = [node.key.as_ref(), Some(&node.value), node.condition.as_ref()];
                self.within(names, |visitor| {
                    visitor.nodes(parts.into_iter().flatten());
                });
            }
        }
    }

    fn nodes(&mut self, nodes: impl IntoIterator<Item = &'n Node>) {
        for node in nodes {
            self.node(node);
        }
    }

    fn within(&mut self, names: [Option<&'n str>; 2], visit: impl FnOnce(&mut Self)) {
        let before = self.bound.len();
        self.bound.extend(names.into_iter().flatten());
        visit(self);
        self.bound.truncate(before);
    }

    fn template(&mut self, parts: &'n [TemplatePart]) {
        for part in parts {
            match &part.kind {
                TemplatePartKind::Literal(_) => {}
                TemplatePartKind::Interpolation(node) => self.node(node),
                TemplatePartKind::If { condition, then, otherwise } => {
                    self.node(condition);
                    self.template(then);
                    self.template(otherwise);
                }
                TemplatePartKind::For { key, value, collection, body } => {
                    self.node(collection);
                    let names = [key.as_deref(), Some(&**value)];
                    self.within(names, |visitor| visitor.template(body));
                }
            }
        }
    }

    fn traversal(&mut self, node: &'n Node) {
        let (mut base, mut depth, mut keys) = (node, 0, 0);
        while let NodeKind::Attribute(inner, _) | NodeKind::Index(inner, _) = &base.kind {
            depth += 1;
            keys += usize::from(key_of(base).is_some());
            base = inner;
        }
        match &base.kind {
            NodeKind::Name(root) => {
                if !self.bound.contains(&&**root) {
                    let steps = constant_steps(node, depth);
                    self.found.push(Reference { root, span: base.span, steps });
                }
            }
            _ => self.node(base),
        }
        if keys > 0 {
            let keys: Vec<&Node> = steps(node, depth).into_iter().filter_map(key_of).collect();
            self.nodes(keys);
        }
    }
}

/// The steps of a traversal of this depth, innermost first.
fn steps(node: &Node, depth: usize) -> Vec<&Node> {
    let mut steps = Vec::with_capacity(depth);
    let mut base = node;
    while let NodeKind::Attribute(inner, _) | NodeKind::Index(inner, _) = &base.kind {
        steps.push(base);
        base = inner;
    }
    steps.reverse();
    steps
}

/// The same up to the first key that is not constant.
fn constant_steps(node: &Node, depth: usize) -> Vec<&Node> {
    let mut steps = steps(node, depth);
    let varies = |step: &&Node| key_of(step).is_some_and(|key| !is_constant_key(key));
    steps.truncate(steps.iter().position(varies).unwrap_or(steps.len()));
    steps
}
