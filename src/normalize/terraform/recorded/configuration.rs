//! The `configuration` part of a plan: what is written, as far as Terraform keeps it. It holds constants and the names that an
//! expression refers to, but neither local values nor dynamic blocks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::value::Value;
use super::tree;
use crate::source::Span;
use crate::syntax::{Node, NodeKind};

/// Expressions of a block by attribute.
pub type Expressions = BTreeMap<Arc<str>, Expression>;

/// What is kept of an expression or of nested blocks.
#[derive(Clone, Debug)]
pub enum Expression {
    /// A constant.
    Constant(Value),
    /// Names that it refers to, the most specific of each only; none for what calls functions of constants.
    References(Vec<Arc<str>>),
    /// Nested blocks.
    Blocks(Vec<Expressions>),
    /// A nested block of which there can be one only.
    Block(Expressions),
}

/// A module.
#[derive(Debug, Default)]
pub struct Module {
    /// Resource blocks by address inside the module.
    pub resources: BTreeMap<Arc<str>, Block>,
    /// Module calls by name.
    pub calls: BTreeMap<Arc<str>, Call>,
    /// Outputs by name.
    pub outputs: BTreeMap<Arc<str>, Output>,
    /// Variables by name.
    pub variables: BTreeMap<Arc<str>, Variable>,
}

/// A resource block.
#[derive(Debug)]
pub struct Block {
    /// The provider's local name.
    pub provider: Option<Arc<str>>,
    /// What is written.
    pub expressions: Expressions,
    /// `for_each`.
    pub for_each: Option<Expression>,
}

/// A module call.
#[derive(Debug)]
pub struct Call {
    /// The source as written.
    pub source: Arc<str>,
    /// The version constraint.
    pub version: Option<Arc<str>>,
    /// The arguments.
    pub arguments: Expressions,
    /// `for_each`.
    pub for_each: Option<Expression>,
    /// What it calls.
    pub module: Module,
    /// Where it stands.
    pub span: Span,
}

/// An output.
#[derive(Debug)]
pub struct Output {
    /// Its value.
    pub value: Expression,
}

/// A variable.
#[derive(Debug)]
pub struct Variable {
    /// Its default.
    pub default: Option<Value>,
    /// Whether it is marked sensitive.
    pub sensitive: bool,
    /// Where it stands.
    pub span: Span,
}

/// A provider configuration.
#[derive(Debug)]
pub struct Provider {
    /// Local name.
    pub name: Arc<str>,
    /// Alias.
    pub alias: Option<Arc<str>>,
    /// The module that it stands in, `""` for the root.
    pub module: Arc<str>,
    /// What is written.
    pub expressions: Expressions,
    /// Where it stands.
    pub span: Span,
}

/// A module from its tree.
pub fn module(node: &Node) -> Module {
    let members = |name: &str| tree::member(node, name);
    Module {
        resources: members("resources")
            .map_or(&[][..], tree::items)
            .iter()
            .filter_map(|block| {
                Some((tree::member_text(block, "address")?.into(), resource(block)))
            })
            .collect(),
        calls: each(members("module_calls"), call),
        outputs: each(members("outputs"), |_, node| Output {
            value: tree::member(node, "expression")
                .map_or(Expression::References(Vec::new()), expression),
        }),
        variables: each(members("variables"), |_, node| Variable {
            default: tree::member(node, "default").map(tree::value),
            sensitive: tree::is_true(node, "sensitive"),
            span: node.span,
        }),
    }
}

/// Provider configurations, in order of their keys.
pub fn providers(node: &Node) -> Vec<Provider> {
    let provider = |(key, node): (&str, &Node)| {
        let name = tree::member_text(node, "name").unwrap_or(key);
        Provider {
            name: name.into(),
            alias: tree::member_text(node, "alias").map(Arc::from),
            module: tree::member_text(node, "module_address").unwrap_or_default().into(),
            expressions: tree::member(node, "expressions").map(expressions).unwrap_or_default(),
            span: node.span,
        }
    };
    // An entry without an expression only says that the provider is used.
    let written = |provider: &Provider| !provider.expressions.is_empty();
    tree::named(node).map(provider).filter(written).collect()
}

fn each<T>(node: Option<&Node>, read: impl Fn(&str, &Node) -> T) -> BTreeMap<Arc<str>, T> {
    let members = node.into_iter().flat_map(tree::named);
    members.map(|(name, node)| (Arc::from(name), read(name, node))).collect()
}

fn resource(node: &Node) -> Block {
    // `module.net:aws.west`: the provider `aws`.
    let provider = tree::member_text(node, "provider_config_key").and_then(|key| {
        let own = key.rsplit(':').next()?;
        own.split('.').next().map(Arc::from)
    });
    Block {
        provider,
        expressions: tree::member(node, "expressions").map(expressions).unwrap_or_default(),
        for_each: tree::member(node, "for_each_expression").map(expression),
    }
}

fn call(_name: &str, node: &Node) -> Call {
    Call {
        source: tree::member_text(node, "source").unwrap_or_default().into(),
        version: tree::member_text(node, "version_constraint").map(Arc::from),
        arguments: tree::member(node, "expressions").map(expressions).unwrap_or_default(),
        for_each: tree::member(node, "for_each_expression").map(expression),
        module: tree::member(node, "module").map(module).unwrap_or_default(),
        span: node.span,
    }
}

fn expressions(node: &Node) -> Expressions {
    each(Some(node), |_, node| expression(node))
}

fn expression(node: &Node) -> Expression {
    if let NodeKind::Sequence(blocks) = &node.kind {
        return Expression::Blocks(blocks.iter().map(expressions).collect());
    }
    if let Some(constant) = tree::member(node, "constant_value")
        && tree::entries(node).len() == 1
    {
        return Expression::Constant(tree::value(constant));
    }
    if let Some(names) = tree::member(node, "references")
        && matches!(&names.kind, NodeKind::Sequence(items) if items.iter().all(|item| tree::text(item).is_some()))
    {
        let names = tree::items(names).iter().filter_map(tree::text);
        return Expression::References(most_specific(&names.collect::<Vec<_>>()));
    }
    if tree::entries(node).is_empty() {
        return Expression::References(Vec::new());
    }
    Expression::Block(expressions(node))
}

/// Terraform follows each name by those of what holds it.
fn most_specific(names: &[&str]) -> Vec<Arc<str>> {
    let outer = |name: &'_ str| -> Vec<usize> {
        name.char_indices().filter(|(_, c)| matches!(c, '.' | '[')).map(|(at, _)| at).collect()
    };
    let holders: BTreeSet<&str> =
        names.iter().flat_map(|name| outer(name).into_iter().map(|at| &name[..at])).collect();
    let specific: BTreeSet<&str> =
        names.iter().copied().filter(|name| !holders.contains(name)).collect();
    specific.into_iter().map(Arc::from).collect()
}

impl Expression {
    /// All names in it.
    pub fn names(&self) -> Vec<&Arc<str>> {
        match self {
            Self::Constant(_) => Vec::new(),
            Self::References(names) => names.iter().collect(),
            Self::Blocks(blocks) => {
                blocks.iter().flat_map(BTreeMap::values).flat_map(Self::names).collect()
            }
            Self::Block(block) => block.values().flat_map(Self::names).collect(),
        }
    }
}
