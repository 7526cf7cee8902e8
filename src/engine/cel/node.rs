//! The checked form of an expression that is evaluated: variables are resolved, macros are loops, literal patterns
//! are compiled.

use std::sync::Arc;

use regex::Regex;

use super::functions::{Function, Nulls};
use super::trace::Mark;
use crate::document::Pointer;

/// A part of an expression.
#[derive(Debug)]
pub(super) enum Node {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Text(Arc<str>),
    Bytes(Arc<[u8]>),
    Type(&'static str),
    Root(Root),
    /// A loop's variable, by its place on the stack.
    Local(usize),
    Select(Box<Node>, Arc<str>),
    Has(Box<Node>, Arc<str>),
    Index(Box<[Node; 2]>),
    Not(Box<Node>),
    Negate(Box<Node>),
    /// `&&`: true if all are.
    And(Vec<Node>),
    /// `||`: true if one is.
    Or(Vec<Node>),
    Choose(Box<[Node; 3]>),
    Binary(Operator, Box<[Node; 2]>),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
    /// `[?a]`: `?` says which elements are there only if they hold a value.
    OptionalList(Vec<(Node, bool)>),
    /// `{?k: v}`
    OptionalMap(Vec<(Node, Node, bool)>),
    /// `a.?b`
    OptionalSelect(Box<Node>, Arc<str>),
    /// `a[?b]`
    OptionalIndex(Box<[Node; 2]>),
    /// `a.or(b)` and, where a value is wanted, `a.orValue(b)`.
    OrElse(Box<[Node; 2]>, bool),
    /// `a.optMap(x, b)` and, where `b` is itself optional, `a.optFlatMap(x, b)`.
    OptionalMapped(Box<[Node; 2]>, bool),
    /// `cel.bind(x, a, b)`
    Bind(Box<[Node; 2]>),
    Loop(Box<Loop>),
    /// `matches()` with a literal pattern.
    Matches(Box<(Node, Regex)>),
    /// A function of our own; the value that a member function is called on comes first.
    Call(&'static Function, Vec<Node>),
    /// A function of the crate `cel`, as a call over the variables `a0`, `a1`, ….
    Foreign(Box<Foreign>),
    /// A part that is watched; only in marked programs.
    Mark(Box<Mark>),
}

/// A call of a function of the crate `cel`.
#[derive(Debug)]
pub(super) struct Foreign {
    pub(super) name: &'static str,
    pub(super) nulls: Nulls,
    pub(super) call: cel::parser::Expression,
    pub(super) arguments: Vec<Node>,
}

impl Node {
    /// Where in the attributes this stands: `attr.a.b` and `parsed["a"].b` are pointers, all else is not.
    pub(super) fn path(&self) -> Option<Pointer> {
        match self {
            Self::Mark(mark) => mark.node.path(),
            Self::Root(Root::Attributes | Root::Parsed) => Some(Pointer::root()),
            Self::Select(base, name) => Some(base.path()?.key(name)),
            Self::Index(parts) => match &parts[1] {
                // A key of `parsed` is itself a path.
                Self::Text(key) => {
                    Some(key.split('/').fold(parts[0].path()?, |at, part| at.key(part)))
                }
                Self::Int(at) => Some(parts[0].path()?.index(usize::try_from(*at).ok()?)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The filter that this is.
    pub(super) fn filter(&self) -> Option<&Loop> {
        match self {
            Self::Mark(mark) => mark.node.filter(),
            Self::Loop(turns) => {
                Some(&**turns).filter(|it| it.kind == LoopKind::Filter && !it.pairs)
            }
            _ => None,
        }
    }

    /// Whether it only selects from a variable.
    pub(super) fn selects(&self) -> bool {
        match self {
            Self::Mark(mark) => mark.node.selects(),
            Self::Root(_) | Self::Local(_) => true,
            Self::Select(base, _) => base.selects(),
            Self::Index(parts) => parts[0].selects(),
            _ => false,
        }
    }
}

/// A variable of the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Root {
    Resource,
    Attributes,
    Parsed,
    Document,
    Params,
    Item,
}

/// An operator of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// A macro over a list or map.
#[derive(Debug)]
pub(super) struct Loop {
    pub(super) kind: LoopKind,
    pub(super) range: Node,
    /// Whether it binds two variables: index or key, and value.
    pub(super) pairs: bool,
    /// Of `map` and of the transformations, with a condition.
    pub(super) condition: Option<Node>,
    pub(super) body: Node,
}

/// Which macro it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LoopKind {
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
    SortBy,
    /// `transformMap`: the keys stay.
    TransformMap,
    /// `transformMapEntry`: each turn gives a map that is added.
    TransformEntries,
}
