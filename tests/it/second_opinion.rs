//! HCL as hcl-rs reads it, in the form of our tree: the second opinion. Spans are hcl-rs's own.

use std::ops::Range;
use std::sync::Arc;

use dreadnought::source::Span;
use dreadnought::syntax::{
    Arguments, Attribute, BinaryOperator, Block, Body, Entry, ForNode, Label, Node, NodeKind,
    Scalar, TemplatePart, TemplatePartKind, UnaryOperator,
};
use hcl::edit::Span as _;
use hcl::edit::expr::{self, Expression, ObjectKey, TraversalOperator};
use hcl::edit::structure::{self, BlockLabel, Structure};
use hcl::edit::template::{Directive, Element, Template};
use hcl::edit::{Decorated, Ident};

/// A file's body, or what hcl-rs says about it.
pub fn body(text: &str) -> Result<Body, String> {
    let read = hcl::edit::parser::parse_body(text).map_err(|error| error.to_string())?;
    Ok(Reader { text }.body(&read))
}

/// The body that a written one should be read as. It has no spans.
pub fn of_value(body: hcl::Body) -> Body {
    Reader { text: "" }.body(&body.into())
}

struct Reader<'t> {
    /// The original text.
    text: &'t str,
}

/// The span of a range; hcl-rs gives one for everything that it has read.
fn span_of(range: Option<Range<usize>>) -> Span {
    let range = range.unwrap_or_default();
    Span::new(range.start, range.end)
}

impl Reader<'_> {
    /// The original text of a range.
    fn slice(&self, range: Option<Range<usize>>) -> &str {
        range.and_then(|range| self.text.get(range)).unwrap_or_default()
    }

    fn body(&self, body: &structure::Body) -> Body {
        let mut converted = Body::default();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    converted.attributes.push(self.attribute(attribute));
                }
                Structure::Block(block) => converted.blocks.push(Arc::new(self.block(block))),
            }
        }
        converted
    }

    fn attribute(&self, attribute: &structure::Attribute) -> Attribute {
        let name_span = span_of(attribute.key.span());
        let value = self.node(&attribute.value);
        let span = name_span.to(value.span);
        Attribute { name: attribute.key.as_str().into(), name_span, span, value }
    }

    fn block(&self, block: &structure::Block) -> Block {
        let name = span_of(block.ident.span());
        let labels: Vec<Label> = block.labels.iter().map(Self::label).collect();
        let header = labels.last().map_or(name, |last| name.to(last.span));
        Block {
            name: block.ident.as_str().into(),
            labels,
            header,
            span: span_of(block.span()),
            body: self.body(&block.body),
        }
    }

    fn label(label: &BlockLabel) -> Label {
        let range = match label {
            BlockLabel::Ident(ident) => ident.span(),
            BlockLabel::String(string) => string.span(),
        };
        Label { text: label.as_str().into(), span: span_of(range) }
    }

    fn node(&self, expression: &Expression) -> Node {
        let span = span_of(expression.span());
        let kind = match expression {
            Expression::Null(_) => NodeKind::Scalar(Scalar::Null),
            Expression::Bool(bool) => NodeKind::Scalar(Scalar::Bool(*bool.value())),
            Expression::Number(_) => self.number(expression),
            Expression::String(text) => NodeKind::Scalar(Scalar::String(text.as_str().into())),
            Expression::Array(array) => NodeKind::Sequence(self.nodes(array.iter())),
            Expression::Object(object) => self.object(object),
            Expression::StringTemplate(template) => self.template(template),
            Expression::HeredocTemplate(heredoc) => self.template(&heredoc.template),
            Expression::Parenthesis(inner) => {
                NodeKind::Parenthesis(Box::new(self.node(inner.inner())))
            }
            Expression::Variable(name) => NodeKind::Name(name.as_str().into()),
            Expression::Conditional(conditional) => self.conditional(conditional),
            Expression::FuncCall(call) => self.call(call),
            Expression::Traversal(traversal) => return self.traversal(traversal),
            Expression::UnaryOp(unary) => self.unary(unary),
            Expression::BinaryOp(binary) => self.binary(binary),
            Expression::ForExpr(for_expression) => self.for_node(for_expression),
        };
        Node { span, kind }
    }

    fn nodes<'e>(&self, expressions: impl Iterator<Item = &'e Expression>) -> Vec<Node> {
        expressions.map(|expression| self.node(expression)).collect()
    }

    /// A template. White space of literals is not compared (see [`plain`]): hcl-rs applies strip markers and indentation
    /// only when it evaluates.
    fn template(&self, template: &Template) -> NodeKind {
        match self.parts(template).as_slice() {
            [] => NodeKind::Scalar(Scalar::String("".into())),
            [TemplatePart { kind: TemplatePartKind::Literal(text), .. }] => {
                NodeKind::Scalar(Scalar::String(Arc::clone(text)))
            }
            parts => NodeKind::Template(parts.to_vec()),
        }
    }

    fn parts(&self, template: &Template) -> Vec<TemplatePart> {
        let kinds = template.iter().map(|element| match element {
            Element::Literal(text) => TemplatePartKind::Literal(text.as_str().into()),
            Element::Interpolation(interpolation) => {
                TemplatePartKind::Interpolation(self.node(&interpolation.expr))
            }
            Element::Directive(directive) => match &**directive {
                Directive::If(directive) => TemplatePartKind::If {
                    condition: self.node(&directive.if_expr.cond_expr),
                    then: self.parts(&directive.if_expr.template),
                    otherwise: directive
                        .else_expr
                        .as_ref()
                        .map_or_else(Vec::new, |other| self.parts(&other.template)),
                },
                Directive::For(directive) => TemplatePartKind::For {
                    key: directive.for_expr.key_var.as_ref().map(text),
                    value: text(&directive.for_expr.value_var),
                    collection: self.node(&directive.for_expr.collection_expr),
                    body: self.parts(&directive.for_expr.template),
                },
            },
        });
        kinds.map(|kind| TemplatePart { span: Span::default(), kind }).collect()
    }

    /// A number as written; the reader takes a minus sign into it, we do not.
    fn number(&self, expression: &Expression) -> NodeKind {
        let value = expression.to_string();
        let range = expression.span().unwrap_or_default();
        let written = expression.span().map_or(&*value, |range| self.slice(Some(range)));
        let digits = written.trim_start_matches(|c: char| !c.is_ascii_digit());
        let number = NodeKind::Scalar(Scalar::Number(digits.into()));
        if !written.starts_with('-') {
            return number;
        }
        let span = span_of(Some(range.end.saturating_sub(digits.len())..range.end));
        NodeKind::Unary(UnaryOperator::Negate, Box::new(Node { span, kind: number }))
    }

    fn object(&self, object: &expr::Object) -> NodeKind {
        let entries = object
            .iter()
            .map(|(key, value)| Entry { key: self.key(key), value: self.node(value.expr()) });
        NodeKind::Mapping(entries.collect())
    }

    /// A bare word is a text, also where it is `true`, `false` or `null`.
    fn key(&self, key: &ObjectKey) -> Node {
        let range = match key {
            ObjectKey::Ident(ident) => ident.span(),
            ObjectKey::Expression(word @ (Expression::Null(_) | Expression::Bool(_))) => {
                word.span()
            }
            ObjectKey::Expression(expression) => return self.node(expression),
        };
        let text = match (&range, key) {
            (Some(range), _) => self.slice(Some(range.clone())).to_owned(),
            (None, ObjectKey::Ident(ident)) => ident.as_str().to_owned(),
            (None, ObjectKey::Expression(word)) => word.to_string(),
        };
        Node { span: span_of(range), kind: NodeKind::Scalar(Scalar::String(text.into())) }
    }

    fn conditional(&self, conditional: &expr::Conditional) -> NodeKind {
        NodeKind::Conditional(Box::new([
            self.node(&conditional.cond_expr),
            self.node(&conditional.true_expr),
            self.node(&conditional.false_expr),
        ]))
    }

    fn call(&self, call: &expr::FuncCall) -> NodeKind {
        let parts = call.name.namespace.iter().chain([&call.name.name]);
        let name = parts.map(|part| part.as_str()).collect::<Vec<_>>().join("::").into();
        let nodes = self.nodes(call.args.iter());
        let arguments = Box::new(Arguments { nodes, expand: call.args.expand_final() });
        NodeKind::Call { name, arguments }
    }

    fn unary(&self, unary: &expr::UnaryOp) -> NodeKind {
        let operator = match unary.operator.value() {
            expr::UnaryOperator::Neg => UnaryOperator::Negate,
            expr::UnaryOperator::Not => UnaryOperator::Not,
        };
        NodeKind::Unary(operator, Box::new(self.node(&unary.expr)))
    }

    fn binary(&self, binary: &expr::BinaryOp) -> NodeKind {
        let sides = [self.node(&binary.lhs_expr), self.node(&binary.rhs_expr)];
        NodeKind::Binary(binary_operator(*binary.operator.value()), Box::new(sides))
    }

    fn for_node(&self, node: &expr::ForExpr) -> NodeKind {
        let optional =
            |expression: Option<&Expression>| expression.map(|expression| self.node(expression));
        NodeKind::For(Box::new(ForNode {
            key_name: node.intro.key_var.as_ref().map(text),
            value_name: text(&node.intro.value_var),
            collection: self.node(&node.intro.collection_expr),
            key: optional(node.key_expr.as_ref()),
            value: self.node(&node.value_expr),
            group: node.grouping,
            condition: optional(node.cond.as_ref().map(|condition| &condition.expr)),
        }))
    }

    fn traversal(&self, traversal: &expr::Traversal) -> Node {
        let base = self.node(&traversal.expr);
        match base.kind {
            // What follows a number is said of it before its sign is.
            NodeKind::Unary(operator, number)
                if matches!(traversal.expr, Expression::Number(_)) =>
            {
                let whole = self.operators(*number, &traversal.operators);
                let span = base.span.to(whole.span);
                Node { span, kind: NodeKind::Unary(operator, Box::new(whole)) }
            }
            kind => self.operators(Node { span: base.span, kind }, &traversal.operators),
        }
    }

    fn operators(&self, base: Node, operators: &[Decorated<TraversalOperator>]) -> Node {
        let mut base = base;
        for (at, operator) in operators.iter().enumerate() {
            let span = base.span.to(span_of(operator.span()));
            let kind = match operator.value() {
                TraversalOperator::GetAttr(name) => NodeKind::Attribute(Box::new(base), text(name)),
                TraversalOperator::Index(key) => {
                    NodeKind::Index(Box::new(base), Box::new(self.node(key)))
                }
                TraversalOperator::LegacyIndex(index) => {
                    NodeKind::Index(Box::new(base), Box::new(Self::legacy_index(index)))
                }
                TraversalOperator::FullSplat(_) => {
                    return self.splat(base, operator, &operators[at + 1..]);
                }
                TraversalOperator::AttrSplat(_) => {
                    let rest = &operators[at + 1..];
                    let taken = rest.iter().take_while(|next| is_attribute(next.value())).count();
                    let splat = self.splat(base, operator, &rest[..taken]);
                    return self.operators(splat, &rest[taken..]);
                }
            };
            base = Node { span, kind };
        }
        base
    }

    fn splat(
        &self,
        base: Node,
        splat: &Decorated<TraversalOperator>,
        rest: &[Decorated<TraversalOperator>],
    ) -> Node {
        let element = Node { span: span_of(splat.span()), kind: NodeKind::SplatElement };
        let each = self.operators(element, rest);
        let span = base.span.to(each.span);
        Node { span, kind: NodeKind::Splat { base: Box::new(base), each: Box::new(each) } }
    }

    fn legacy_index(index: &Decorated<u64>) -> Node {
        let number = Scalar::Number(index.value().to_string().into());
        Node { span: span_of(index.span()), kind: NodeKind::Scalar(number) }
    }
}

/// Whether an attribute-only splat takes this operator into each element.
fn is_attribute(operator: &TraversalOperator) -> bool {
    matches!(operator, TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_))
}

fn text(name: &Decorated<Ident>) -> Arc<str> {
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

/// A tree without what the two readers may see differently: spans where `spans` is false, white space in texts.
pub fn plain(body: &Body, spans: bool) -> Body {
    with(&Plain { spans, white_space: false }, body)
}

/// A tree without spans, texts as they are.
pub fn without_spans(body: &Body) -> Body {
    with(&Plain { spans: false, white_space: true }, body)
}

fn with(plain: &Plain, body: &Body) -> Body {
    let mut body = body.clone();
    plain.body(&mut body);
    body
}

struct Plain {
    spans: bool,
    white_space: bool,
}

impl Plain {
    fn span(&self, span: &mut Span) {
        if !self.spans {
            *span = Span::default();
        }
    }

    /// White space goes, and escapes of template markers are resolved.
    fn text(&self, text: &mut Arc<str>) {
        if !self.white_space {
            let resolved = text.replace("$${", "${").replace("%%{", "%{");
            *text = resolved.split_whitespace().collect::<String>().into();
        }
    }

    fn body(&self, body: &mut Body) {
        for attribute in &mut body.attributes {
            self.span(&mut attribute.span);
            self.span(&mut attribute.name_span);
            self.node(&mut attribute.value);
        }
        for block in &mut body.blocks {
            let block = Arc::make_mut(block);
            self.span(&mut block.span);
            self.span(&mut block.header);
            block.labels.iter_mut().for_each(|label| self.span(&mut label.span));
            self.body(&mut block.body);
        }
    }

    fn node(&self, node: &mut Node) {
        self.span(&mut node.span);
        match &mut node.kind {
            NodeKind::Scalar(Scalar::String(text)) => self.text(text),
            NodeKind::Scalar(_) | NodeKind::Name(_) | NodeKind::SplatElement | NodeKind::Broken => {
            }
            NodeKind::Sequence(items) => {
                for item in items {
                    self.node(item);
                }
            }
            NodeKind::Call { arguments, .. } => {
                arguments.nodes.iter_mut().for_each(|node| self.node(node));
            }
            NodeKind::Mapping(entries) => entries.iter_mut().for_each(|entry| {
                self.node(&mut entry.key);
                self.node(&mut entry.value);
            }),
            NodeKind::Template(parts) => self.parts(parts),
            NodeKind::Attribute(base, _)
            | NodeKind::Unary(_, base)
            | NodeKind::Parenthesis(base) => {
                self.node(base);
            }
            NodeKind::Index(base, other) | NodeKind::Splat { base, each: other } => {
                self.node(base);
                self.node(other);
            }
            NodeKind::Conditional(nodes) => nodes.iter_mut().for_each(|node| self.node(node)),
            NodeKind::Binary(_, nodes) => nodes.iter_mut().for_each(|node| self.node(node)),
            NodeKind::For(node) => {
                let optional = node.key.iter_mut().chain(&mut node.condition);
                [&mut node.collection, &mut node.value]
                    .into_iter()
                    .chain(optional)
                    .for_each(|node| self.node(node));
            }
        }
    }

    fn parts(&self, parts: &mut Vec<TemplatePart>) {
        for part in &mut *parts {
            part.span = Span::default();
            match &mut part.kind {
                TemplatePartKind::Literal(text) => self.text(text),
                TemplatePartKind::Interpolation(node) => self.node(node),
                TemplatePartKind::If { condition, then, otherwise } => {
                    self.node(condition);
                    self.parts(then);
                    self.parts(otherwise);
                }
                TemplatePartKind::For { collection, body, .. } => {
                    self.node(collection);
                    self.parts(body);
                }
            }
        }
        let is_empty = |part: &TemplatePart| matches!(&part.kind, TemplatePartKind::Literal(text) if text.is_empty());
        parts.retain(|part| !is_empty(part));
    }
}
