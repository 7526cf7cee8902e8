//! What a file of CUE says, as it is written.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::number::Number;

/// An expression and where it starts.
#[derive(Debug)]
pub(super) struct Expr {
    pub at: usize,
    pub kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// `_|_`
    Bottom,
    /// `_`
    Top,
    Null,
    Bool(bool),
    Number(Number),
    Text(Rc<str>),
    Bytes(Rc<[u8]>),
    /// A text (or bytes) with expressions in it.
    Template {
        parts: Vec<Part>,
        bytes: bool,
    },
    Name(Rc<str>),
    Struct(Struct),
    List(Vec<Element>),
    Select(Box<Expr>, Key),
    Index(Box<Expr>, Box<Expr>),
    Slice(Box<Expr>, Option<Box<Expr>>, Option<Box<Expr>>),
    Call(Box<Expr>, Vec<Expr>),
    Unary(Operator, Box<Expr>),
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// `X=value`
    Alias(Rc<str>, Box<Expr>),
}

#[derive(Debug)]
pub(super) enum Part {
    Text(Vec<u8>),
    Expr(Expr),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    OrElse,
    AndAlso,
    Equal,
    Unequal,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Match,
    NoMatch,
    Add,
    Subtract,
    Multiply,
    Divide,
    Not,
}

impl Operator {
    pub fn sign(self) -> &'static str {
        match self {
            Self::Or => "|",
            Self::And => "&",
            Self::OrElse => "||",
            Self::AndAlso => "&&",
            Self::Equal => "==",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Match => "=~",
            Self::NoMatch => "!~",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Not => "!",
        }
    }

    /// How tight it binds between two operands.
    pub fn strength(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::OrElse => 3,
            Self::AndAlso => 4,
            Self::Add | Self::Subtract => 6,
            Self::Multiply | Self::Divide => 7,
            Self::Not => 0,
            _ => 5,
        }
    }
}

/// The name of a field.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Key {
    /// An element of a list.
    Index(usize),
    /// A field that is part of the result.
    Text(Rc<str>),
    /// `#a`
    Definition(Rc<str>),
    /// `_a`, `_#a`
    Hidden(Rc<str>),
}

impl Key {
    /// Of a label that is written without quotes.
    pub fn of_name(name: &Rc<str>) -> Self {
        if name.starts_with('#') {
            Self::Definition(Rc::clone(name))
        } else if name.starts_with('_') {
            Self::Hidden(Rc::clone(name))
        } else {
            Self::Text(Rc::clone(name))
        }
    }

    /// Whether what it leads to takes no other fields.
    pub fn closes(&self) -> bool {
        match self {
            Self::Definition(_) => true,
            Self::Hidden(name) => name.starts_with("_#"),
            _ => false,
        }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Index(index) => write!(f, "{index}"),
            Self::Text(name) | Self::Definition(name) | Self::Hidden(name) => f.write_str(name),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Struct {
    pub declarations: Vec<Declaration>,
    /// What can be referred to from within.
    pub names: BTreeMap<Rc<str>, Declared>,
}

/// What a name in a struct is.
#[derive(Clone, Debug)]
pub(super) enum Declared {
    Field(Key),
    /// A `let`, by its index among the declarations.
    Let(usize),
    /// Another name of a field.
    Alias(Key),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    Optional,
    Required,
    Plain,
}

#[derive(Debug)]
pub(super) enum Declaration {
    Field {
        label: Label,
        mark: Mark,
        value: Expr,
    },
    Embed(Expr),
    /// `...`
    Open,
    Let {
        value: Expr,
        at: usize,
    },
    Comprehension(Comprehension),
}

#[derive(Debug)]
pub(super) enum Label {
    Key(Key),
    Dynamic(Expr),
    /// `[Name=pattern]`
    Pattern(Option<Rc<str>>, Expr),
}

#[derive(Debug)]
pub(super) struct Comprehension {
    pub clauses: Vec<Clause>,
    pub body: Expr,
}

#[derive(Debug)]
pub(super) enum Clause {
    For { key: Option<Rc<str>>, value: Rc<str>, source: Expr },
    If(Expr),
    Let(Rc<str>, Expr),
}

#[derive(Debug)]
pub(super) enum Element {
    Expr(Expr),
    Comprehension(Comprehension),
    /// `...` and what further elements have to be.
    More(Option<Expr>),
}

/// A file.
#[derive(Debug)]
pub(super) struct File {
    /// Names of packages and their paths.
    pub imports: BTreeMap<Rc<str>, (Rc<str>, usize)>,
    pub root: Expr,
}
