//! The tree that every syntax becomes.

use std::sync::Arc;

use crate::source::Span;

/// Any node. `kind` says what it is; data languages use the first three kinds only.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its bytes in the file.
    pub span: Span,
    /// What it is.
    pub kind: NodeKind,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// A scalar.
    Scalar(Scalar),
    /// A list: JSON array, YAML sequence, HCL tuple.
    Sequence(Vec<Node>),
    /// A map: JSON object, YAML mapping, HCL object. Keys in source order, duplicates kept.
    Mapping(Vec<Entry>),
    /// A quoted template or heredoc with at least one part that is not literal; strip markers and indentation are applied.
    Template(Vec<TemplatePart>),
    /// The root of a traversal: `var`, `aws_vpc`, an iterator.
    Name(Arc<str>),
    /// `base.name`. Legacy `base.0` is an [`NodeKind::Index`] with a number.
    Attribute(Box<Node>, Arc<str>),
    /// `base[key]`.
    Index(Box<Node>, Box<Node>),
    /// `base[*]` (full) or `base.*`: `each` is applied to every element, in which [`NodeKind::SplatElement`] stands for it.
    Splat {
        /// What is iterated.
        base: Box<Node>,
        /// What is taken of each element; it starts at a `SplatElement`.
        each: Box<Node>,
    },
    /// The element of the innermost splat.
    SplatElement,
    /// `name(arguments)`; `provider::aws::f` keeps its full name.
    Call {
        /// The function.
        name: Arc<str>,
        /// What it is given.
        arguments: Box<Arguments>,
    },
    /// `condition ? yes : no`, in this order.
    Conditional(Box<[Node; 3]>),
    /// `-x`, `!x`.
    Unary(UnaryOperator, Box<Node>),
    /// `a + b` and so on.
    Binary(BinaryOperator, Box<[Node; 2]>),
    /// `[for …]`, `{for …}`.
    For(Box<ForNode>),
    /// `(x)`.
    Parenthesis(Box<Node>),
    /// A value that does not parse; a problem says why. What it would be is unknown.
    Broken,
}

/// The arguments of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Arguments {
    /// Each of them.
    pub nodes: Vec<Node>,
    /// Whether the last one is expanded (`...`).
    pub expand: bool,
}

/// A scalar as written.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// `null` in HCL and JSON.
    Null,
    /// `true` or `false` in HCL and JSON.
    Bool(bool),
    /// A number in HCL and JSON, as written.
    Number(Arc<str>),
    /// A text: quoted, block scalar or heredoc, with escapes resolved.
    String(Arc<str>),
    /// A YAML plain scalar, as written, with its tag if it has one: what it means is up to the format (YAML 1.1 or 1.2).
    Plain {
        /// The text.
        text: Arc<str>,
        /// An explicit tag, resolved (`tag:yaml.org,2002:str`) or local (`!Ref`).
        tag: Option<Box<Arc<str>>>,
    },
}

/// One entry of a mapping.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key. In HCL an expression: a bare word is a [`Scalar::String`], `(x)` a parenthesis, `"${x}"` a template.
    pub key: Node,
    /// The value.
    pub value: Node,
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq)]
pub struct TemplatePart {
    /// Its bytes in the file: of a literal as written, of `${x}` the whole, of a directive all to its end.
    pub span: Span,
    /// What it is.
    pub kind: TemplatePartKind,
}

/// What a part of a template is.
#[derive(Clone, Debug, PartialEq)]
pub enum TemplatePartKind {
    /// Literal text, escapes resolved, strip markers and indentation applied.
    Literal(Arc<str>),
    /// `${x}`.
    Interpolation(Node),
    /// `%{if c}…%{else}…%{endif}`.
    If {
        /// The condition.
        condition: Node,
        /// Parts where it holds.
        then: Vec<TemplatePart>,
        /// Parts where it does not.
        otherwise: Vec<TemplatePart>,
    },
    /// `%{for k, v in x}…%{endfor}`.
    For {
        /// Key name, if there are two.
        key: Option<Arc<str>>,
        /// Value name.
        value: Arc<str>,
        /// What is iterated.
        collection: Node,
        /// Parts for each element.
        body: Vec<TemplatePart>,
    },
}

/// A for-expression.
#[derive(Clone, Debug, PartialEq)]
pub struct ForNode {
    /// Key name, if there are two.
    pub key_name: Option<Arc<str>>,
    /// Value name.
    pub value_name: Arc<str>,
    /// What is iterated.
    pub collection: Node,
    /// The key of each entry: an object results. `None`: a tuple.
    pub key: Option<Node>,
    /// The value of each element.
    pub value: Node,
    /// `...` after the value: values with equal keys are grouped.
    pub group: bool,
    /// `if …`.
    pub condition: Option<Node>,
}

/// `-x` and `!x`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `-x`
    Negate,
    /// `!x`
    Not,
}

/// Operators with two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum BinaryOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    And,
    Or,
}

/// The content of an HCL file or block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    /// Attributes in source order, duplicates kept.
    pub attributes: Vec<Attribute>,
    /// Blocks in source order. Files with the same text share them.
    pub blocks: Vec<Arc<Block>>,
}

impl Body {
    /// The first attribute with this name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| &*attribute.name == name)
    }

    /// The blocks with this name.
    pub fn blocks_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().map(|block| &**block).filter(move |block| &*block.name == name)
    }
}

/// `name = value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// The name.
    pub name: Arc<str>,
    /// The name's bytes.
    pub name_span: Span,
    /// The whole, from name to the end of the value.
    pub span: Span,
    /// The value.
    pub value: Node,
}

/// `name "label" { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The block's type: `resource`, `ingress` …
    pub name: Arc<str>,
    /// Labels in order.
    pub labels: Vec<Label>,
    /// From the name to the end of the last label: where findings about the whole point.
    pub header: Span,
    /// The whole block, to its closing brace.
    pub span: Span,
    /// What is in it.
    pub body: Body,
}

/// A block label.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// The text.
    pub text: Arc<str>,
    /// Its bytes, quotes included.
    pub span: Span,
}
