//! From the reader's tree to ours. Takes `hcl::edit` nodes and the original text; gives nodes with spans in it.
//!
//! The tree is never deeper than [`MAX_NESTING`], so everything later may walk it recursively.

use std::ops::Range;
use std::sync::Arc;

use hcl::edit::Span as _;
use hcl::edit::expr::{self, Expression, ObjectKey, TraversalOperator};
use hcl::edit::structure::{self, BlockLabel, Structure};
use hcl::edit::{Decorated, Ident};

use super::template::Style;
use crate::source::{FileId, MAX_NESTING, Place, Problem, ProblemKind, Span};
use crate::syntax::{
    Attribute, BinaryOperator, Block, Body, Entry, ForNode, Label, Node, NodeKind, Scalar,
    UnaryOperator,
};

/// Where in a file the bytes of a text stand.
#[derive(Clone, Copy, Debug)]
pub(super) enum Places {
    /// At this offset.
    Offset(usize),
    /// Somewhere in this span.
    Whole(Span),
}

impl Places {
    /// The span of a range of the text.
    pub(super) fn span(self, range: Range<usize>) -> Span {
        match self {
            Self::Offset(offset) => Span::new(range.start + offset, range.end + offset),
            Self::Whole(span) => span,
        }
    }
}

pub(super) struct Converter<'t> {
    pub(super) file: FileId,
    /// The original text.
    pub(super) text: &'t str,
    pub(super) places: Places,
}

pub(super) type Result<T> = std::result::Result<T, Problem>;

impl Converter<'_> {
    /// The span of a range; the reader gives one for everything that it has read.
    pub(super) fn span(&self, range: Option<Range<usize>>) -> Span {
        self.places.span(range.unwrap_or_default())
    }

    /// The original text of a range.
    pub(super) fn slice(&self, range: Option<Range<usize>>) -> &str {
        range.and_then(|range| self.text.get(range)).unwrap_or_default()
    }

    fn check(&self, depth: usize, range: Option<Range<usize>>) -> Result<()> {
        if depth <= MAX_NESTING {
            return Ok(());
        }
        let message = format!("nested or chained more than {MAX_NESTING} levels deep");
        let place = Place { file: self.file, span: self.span(range) };
        Err(Problem::new(ProblemKind::Limit, message).at(place).help("flatten the expression"))
    }

    pub(super) fn body(&self, body: &structure::Body, depth: usize) -> Result<Body> {
        self.check(depth, body.span())?;
        let mut converted = Body::default();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    converted.attributes.push(self.attribute(attribute, depth)?);
                }
                Structure::Block(block) => converted.blocks.push(self.block(block, depth)?),
            }
        }
        Ok(converted)
    }

    fn attribute(&self, attribute: &structure::Attribute, depth: usize) -> Result<Attribute> {
        let name_span = self.span(attribute.key.span());
        let value = self.node(&attribute.value, depth + 1)?;
        let span = name_span.to(value.span);
        Ok(Attribute { name: attribute.key.as_str().into(), name_span, span, value })
    }

    fn block(&self, block: &structure::Block, depth: usize) -> Result<Block> {
        let name = self.span(block.ident.span());
        let labels: Vec<Label> = block.labels.iter().map(|label| self.label(label)).collect();
        let header = labels.last().map_or(name, |last| name.to(last.span));
        Ok(Block {
            name: block.ident.as_str().into(),
            labels,
            header,
            span: self.span(block.span()),
            body: self.body(&block.body, depth + 1)?,
        })
    }

    fn label(&self, label: &BlockLabel) -> Label {
        let range = match label {
            BlockLabel::Ident(ident) => ident.span(),
            BlockLabel::String(string) => string.span(),
        };
        Label { text: label.as_str().into(), span: self.span(range) }
    }

    pub(super) fn node(&self, expression: &Expression, depth: usize) -> Result<Node> {
        self.check(depth, expression.span())?;
        let span = self.span(expression.span());
        let kind = match expression {
            Expression::Null(_) => NodeKind::Scalar(Scalar::Null),
            Expression::Bool(bool) => NodeKind::Scalar(Scalar::Bool(*bool.value())),
            Expression::Number(_) => self.number(expression),
            Expression::String(text) => NodeKind::Scalar(Scalar::String(text.as_str().into())),
            Expression::Array(array) => NodeKind::Sequence(self.nodes(array.iter(), depth + 1)?),
            Expression::Object(object) => self.object(object, depth + 1)?,
            Expression::StringTemplate(template) => {
                self.template(template, Style::Quoted, depth + 1)?
            }
            Expression::HeredocTemplate(heredoc) => {
                let is_indented = self.slice(expression.span()).starts_with("<<-");
                let style = if is_indented { Style::Indented } else { Style::Lines };
                self.template(&heredoc.template, style, depth + 1)?
            }
            Expression::Parenthesis(inner) => {
                NodeKind::Parenthesis(Box::new(self.node(inner.inner(), depth + 1)?))
            }
            Expression::Variable(name) => NodeKind::Name(name.as_str().into()),
            Expression::Conditional(conditional) => self.conditional(conditional, depth + 1)?,
            Expression::FuncCall(call) => self.call(call, depth + 1)?,
            Expression::Traversal(traversal) => return self.traversal(traversal, depth),
            Expression::UnaryOp(unary) => self.unary(unary, depth + 1)?,
            Expression::BinaryOp(binary) => self.binary(binary, depth + 1)?,
            Expression::ForExpr(for_expression) => self.for_node(for_expression, depth + 1)?,
        };
        Ok(Node { span, kind })
    }

    fn nodes<'e>(
        &self,
        expressions: impl Iterator<Item = &'e Expression>,
        depth: usize,
    ) -> Result<Vec<Node>> {
        expressions.map(|expression| self.node(expression, depth)).collect()
    }

    /// A number as written; the reader takes a minus sign into it, we do not.
    fn number(&self, expression: &Expression) -> NodeKind {
        let range = expression.span().unwrap_or_default();
        let written = self.slice(Some(range.clone()));
        let digits = written.trim_start_matches(|c: char| !c.is_ascii_digit());
        let number = NodeKind::Scalar(Scalar::Number(digits.into()));
        if !written.starts_with('-') {
            return number;
        }
        let span = self.places.span(range.end - digits.len()..range.end);
        NodeKind::Unary(UnaryOperator::Negate, Box::new(Node { span, kind: number }))
    }

    fn object(&self, object: &expr::Object, depth: usize) -> Result<NodeKind> {
        let entries = object.iter().map(|(key, value)| {
            Ok(Entry { key: self.key(key, depth)?, value: self.node(value.expr(), depth)? })
        });
        Ok(NodeKind::Mapping(entries.collect::<Result<_>>()?))
    }

    /// A bare word is a text, also where it is `true`, `false` or `null`.
    fn key(&self, key: &ObjectKey, depth: usize) -> Result<Node> {
        let range = match key {
            ObjectKey::Ident(ident) => ident.span(),
            ObjectKey::Expression(word @ (Expression::Null(_) | Expression::Bool(_))) => {
                word.span()
            }
            // From the original text: a repeated key was renamed for the reader.
            ObjectKey::Expression(Expression::String(text)) => {
                let range = text.span().unwrap_or_default();
                let inner = range.start + 1..range.end.saturating_sub(1).max(range.start + 1);
                let text = super::template::unescape(self.slice(Some(inner)));
                let kind = NodeKind::Scalar(Scalar::String(text.into()));
                return Ok(Node { span: self.places.span(range), kind });
            }
            ObjectKey::Expression(expression) => return self.node(expression, depth),
        };
        let kind = NodeKind::Scalar(Scalar::String(self.slice(range.clone()).into()));
        Ok(Node { span: self.span(range), kind })
    }

    fn conditional(&self, conditional: &expr::Conditional, depth: usize) -> Result<NodeKind> {
        Ok(NodeKind::Conditional(Box::new([
            self.node(&conditional.cond_expr, depth)?,
            self.node(&conditional.true_expr, depth)?,
            self.node(&conditional.false_expr, depth)?,
        ])))
    }

    fn call(&self, call: &expr::FuncCall, depth: usize) -> Result<NodeKind> {
        let parts = call.name.namespace.iter().chain([&call.name.name]);
        let name = parts.map(|part| part.as_str()).collect::<Vec<_>>().join("::").into();
        let arguments = self.nodes(call.args.iter(), depth)?;
        Ok(NodeKind::Call { name, arguments, expand: call.args.expand_final() })
    }

    fn unary(&self, unary: &expr::UnaryOp, depth: usize) -> Result<NodeKind> {
        let operator = match unary.operator.value() {
            expr::UnaryOperator::Neg => UnaryOperator::Negate,
            expr::UnaryOperator::Not => UnaryOperator::Not,
        };
        Ok(NodeKind::Unary(operator, Box::new(self.node(&unary.expr, depth)?)))
    }

    fn binary(&self, binary: &expr::BinaryOp, depth: usize) -> Result<NodeKind> {
        let sides = [self.node(&binary.lhs_expr, depth)?, self.node(&binary.rhs_expr, depth)?];
        Ok(NodeKind::Binary(binary_operator(*binary.operator.value()), Box::new(sides)))
    }

    fn for_node(&self, node: &expr::ForExpr, depth: usize) -> Result<NodeKind> {
        let optional = |expression: Option<&Expression>| {
            expression.map(|expression| self.node(expression, depth)).transpose()
        };
        Ok(NodeKind::For(Box::new(ForNode {
            key_name: node.intro.key_var.as_ref().map(text),
            value_name: text(&node.intro.value_var),
            collection: self.node(&node.intro.collection_expr, depth)?,
            key: optional(node.key_expr.as_ref())?,
            value: self.node(&node.value_expr, depth)?,
            group: node.grouping,
            condition: optional(node.cond.as_ref().map(|condition| &condition.expr))?,
        })))
    }

    /// Every operator makes the tree one level deeper, so what is traversed starts that much deeper.
    fn traversal(&self, traversal: &expr::Traversal, depth: usize) -> Result<Node> {
        let depth = depth + traversal.operators.len();
        self.check(depth, traversal.span())?;
        let base = self.node(&traversal.expr, depth)?;
        self.operators(base, &traversal.operators, depth)
    }

    fn operators(
        &self,
        base: Node,
        operators: &[Decorated<TraversalOperator>],
        depth: usize,
    ) -> Result<Node> {
        let mut base = base;
        for (at, operator) in operators.iter().enumerate() {
            let span = base.span.to(self.span(operator.span()));
            let kind = match operator.value() {
                TraversalOperator::GetAttr(name) => NodeKind::Attribute(Box::new(base), text(name)),
                TraversalOperator::Index(key) => {
                    NodeKind::Index(Box::new(base), Box::new(self.node(key, depth)?))
                }
                TraversalOperator::LegacyIndex(index) => {
                    NodeKind::Index(Box::new(base), Box::new(self.legacy_index(index)))
                }
                TraversalOperator::FullSplat(_) => {
                    return self.splat(base, operator, &operators[at + 1..], depth);
                }
                TraversalOperator::AttrSplat(_) => {
                    let rest = &operators[at + 1..];
                    let taken = rest.iter().take_while(|next| is_attribute(next.value())).count();
                    let splat = self.splat(base, operator, &rest[..taken], depth)?;
                    return self.operators(splat, &rest[taken..], depth);
                }
            };
            base = Node { span, kind };
        }
        Ok(base)
    }

    fn splat(
        &self,
        base: Node,
        splat: &Decorated<TraversalOperator>,
        rest: &[Decorated<TraversalOperator>],
        depth: usize,
    ) -> Result<Node> {
        let element = Node { span: self.span(splat.span()), kind: NodeKind::SplatElement };
        let each = self.operators(element, rest, depth)?;
        let span = base.span.to(each.span);
        Ok(Node { span, kind: NodeKind::Splat { base: Box::new(base), each: Box::new(each) } })
    }

    fn legacy_index(&self, index: &Decorated<u64>) -> Node {
        let number = Scalar::Number(index.value().to_string().into());
        Node { span: self.span(index.span()), kind: NodeKind::Scalar(number) }
    }
}

/// Whether an attribute-only splat takes this operator into each element.
fn is_attribute(operator: &TraversalOperator) -> bool {
    matches!(operator, TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_))
}

pub(super) fn text(name: &Decorated<Ident>) -> Arc<str> {
    name.as_str().into()
}

fn binary_operator(operator: expr::BinaryOperator) -> BinaryOperator {
    match operator {
        expr::BinaryOperator::Eq => BinaryOperator::Equal,
        expr::BinaryOperator::NotEq => BinaryOperator::NotEqual,
        expr::BinaryOperator::LessEq => BinaryOperator::LessOrEqual,
        expr::BinaryOperator::GreaterEq => BinaryOperator::GreaterOrEqual,
        expr::BinaryOperator::Less => BinaryOperator::Less,
        expr::BinaryOperator::Greater => BinaryOperator::Greater,
        expr::BinaryOperator::Plus => BinaryOperator::Add,
        expr::BinaryOperator::Minus => BinaryOperator::Subtract,
        expr::BinaryOperator::Mul => BinaryOperator::Multiply,
        expr::BinaryOperator::Div => BinaryOperator::Divide,
        expr::BinaryOperator::Mod => BinaryOperator::Modulo,
        expr::BinaryOperator::And => BinaryOperator::And,
        expr::BinaryOperator::Or => BinaryOperator::Or,
    }
}
