//! The outline of a condition that somebody else evaluates: what it asks of which texts, and how the questions are joined.

use cel::common::ast::{CallExpr, Expr, LiteralValue, operators};
use cel::parser::Expression;

use super::parse;

/// Levels of an outline; what is deeper is not looked at.
const MAX_DEPTH: usize = 32;

/// What a condition asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outline {
    /// All of these hold.
    All(Vec<Outline>),
    /// One of these holds.
    Any(Vec<Outline>),
    /// This does not hold.
    Not(Box<Outline>),
    /// A question about a text: names with dots between them, as `assertion.sub`.
    Asks(String, Question),
    /// It always holds, or never.
    Known(bool),
    /// Something that is not read here.
    Other,
}

/// What is asked of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Whether it is one of these.
    Is(Vec<String>),
    /// Whether it starts so.
    Starts(String),
    /// Whether it ends so.
    Ends(String),
    /// Whether it has this in it.
    Contains(String),
    /// Whether a regular expression matches some of it.
    Matches(String),
    /// Whether it is there.
    Exists,
}

impl Outline {
    /// Of the text of a condition; of one that cannot be read, nothing is known.
    pub fn of(source: &str) -> Self {
        let read = parse::guarded(source, |tree, _, _| Ok(read(tree, 0)));
        read.unwrap_or(Self::Other)
    }

    /// The paths of the texts that it asks about.
    pub fn paths(&self) -> Vec<&str> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::paths).collect(),
            Self::Not(part) => part.paths(),
            Self::Asks(path, _) => vec![path],
            Self::Known(_) | Self::Other => Vec::new(),
        }
    }
}

fn read(tree: &Expression, depth: usize) -> Outline {
    match &tree.expr {
        _ if depth >= MAX_DEPTH => Outline::Other,
        Expr::Literal(LiteralValue::Boolean(known)) => Outline::Known(*known.inner()),
        Expr::Call(call) => asked(call, depth).unwrap_or(Outline::Other),
        _ => Outline::Other,
    }
}

fn asked(call: &CallExpr, depth: usize) -> Option<Outline> {
    let name = call.func_name.as_str();
    if let Some(target) = &call.target {
        let [argument] = call.args.as_slice() else { return None };
        let text = text(argument)?;
        let question = match name {
            "startsWith" => Question::Starts(text),
            "endsWith" => Question::Ends(text),
            "contains" => Question::Contains(text),
            "matches" => Question::Matches(text),
            _ => return None,
        };
        return Some(Outline::Asks(path(target, 0)?, question));
    }
    let joined = || call.args.iter().map(|part| read(part, depth + 1)).collect();
    match (name, call.args.as_slice()) {
        (operators::LOGICAL_AND, _) => Some(Outline::All(joined())),
        (operators::LOGICAL_OR, _) => Some(Outline::Any(joined())),
        (operators::LOGICAL_NOT, [part]) => Some(Outline::Not(Box::new(read(part, depth + 1)))),
        (operators::HAS, [part]) => Some(Outline::Asks(path(part, 0)?, Question::Exists)),
        (operators::EQUALS, [a, b]) => equal(a, b),
        (operators::NOT_EQUALS, [a, b]) => Some(Outline::Not(Box::new(equal(a, b)?))),
        (operators::IN, [part, list]) => {
            let Expr::List(list) = &list.expr else { return None };
            let texts = list.elements.iter().map(text).collect::<Option<Vec<_>>>()?;
            Some(Outline::Asks(path(part, 0)?, Question::Is(texts)))
        }
        _ => None,
    }
}

/// A text beside a name, whichever comes first; or two texts.
fn equal(a: &Expression, b: &Expression) -> Option<Outline> {
    match (text(a), text(b)) {
        (Some(a), Some(b)) => Some(Outline::Known(a == b)),
        (Some(text), None) => Some(Outline::Asks(path(b, 0)?, Question::Is(vec![text]))),
        (None, Some(text)) => Some(Outline::Asks(path(a, 0)?, Question::Is(vec![text]))),
        (None, None) => None,
    }
}

fn text(tree: &Expression) -> Option<String> {
    match &tree.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner().to_owned()),
        _ => None,
    }
}

/// `a.b`, also where it is written as `a["b"]`.
fn path(tree: &Expression, depth: usize) -> Option<String> {
    match &tree.expr {
        _ if depth >= MAX_DEPTH => None,
        Expr::Ident(name) => Some(name.clone()),
        Expr::Select(select) => {
            Some(format!("{}.{}", path(&select.operand, depth + 1)?, select.field))
        }
        Expr::Call(call) if call.target.is_none() && call.func_name == operators::INDEX => {
            let [operand, index] = call.args.as_slice() else { return None };
            Some(format!("{}.{}", path(operand, depth + 1)?, text(index)?))
        }
        _ => None,
    }
}
