//! What names mean where an expression stands.

use std::rc::Rc;
use std::sync::Arc;

use super::instance::Instance;
use super::value::Value;
use crate::source::{FileId, Place, Span};

/// An evaluation that failed, where, and why: Terraform would refuse it.
#[derive(Clone, Debug)]
pub struct Fault {
    /// One sentence, lower case, no full stop.
    pub message: String,
    /// Where.
    pub place: Place,
    /// Whether a limit of ours was reached, not Terraform's word.
    pub is_limit: bool,
}

/// `each` or `count` of the block that holds an expression.
#[derive(Clone, Debug, Default)]
pub enum Repetition {
    /// The block stands for one thing.
    #[default]
    Single,
    /// One of `count`: its index.
    Count(Value),
    /// One of `for_each`: its key and value.
    Each(Value, Value),
}

/// Names that an expression may use: those of its module, then those of for-expressions and dynamic blocks around it.
#[derive(Clone)]
pub struct Scope<'s, 'a> {
    /// The module instance; `None` where only literals make sense (variable files).
    pub instance: Option<&'s Rc<Instance<'a>>>,
    /// The file that holds the expression.
    pub file: FileId,
    /// `each` and `count`.
    pub repetition: &'s Repetition,
    /// Innermost name bound by a for-expression, a template loop or a dynamic block.
    pub names: Option<&'s Name<'s>>,
    /// The element of the innermost splat.
    pub splat: Option<&'s Value>,
    /// Whether names that are not bound are errors only (templates): no module behind them.
    pub closed: bool,
}

/// A bound name, and those around it.
pub struct Name<'s> {
    /// The name.
    pub name: &'s str,
    /// Its value.
    pub value: Value,
    /// The next one out.
    pub outer: Option<&'s Name<'s>>,
}

impl<'s, 'a> Scope<'s, 'a> {
    /// The scope of a module's own expressions.
    pub fn of(instance: &'s Rc<Instance<'a>>, file: FileId, repetition: &'s Repetition) -> Self {
        Self { instance: Some(instance), file, repetition, names: None, splat: None, closed: false }
    }

    /// A fault at a span of this scope's file.
    pub fn fault(&self, span: Span, message: impl Into<String>) -> Fault {
        Fault { message: message.into(), place: Place { file: self.file, span }, is_limit: false }
    }

    /// The value of a bound name.
    pub fn bound(&self, name: &str) -> Option<&Value> {
        let mut at = self.names;
        while let Some(bound) = at {
            if bound.name == name {
                return Some(&bound.value);
            }
            at = bound.outer;
        }
        None
    }
}

/// The instance key of one of several.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// There is one only.
    None,
    /// `[0]`
    Index(usize),
    /// `["a"]`
    Name(Arc<str>),
    /// `[*]`: a representative of an unknown number.
    Unknown,
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Index(index) => write!(f, "[{index}]"),
            Self::Name(name) => {
                let escaped = name
                    .replace('\\', "\\\\")
                    .replace('"', "\\\"")
                    .replace('\n', "\\n")
                    .replace('\r', "\\r")
                    .replace('\t', "\\t")
                    .replace("${", "$${")
                    .replace("%{", "%%{");
                write!(f, "[\"{escaped}\"]")
            }
            Self::Unknown => f.write_str("[*]"),
        }
    }
}
