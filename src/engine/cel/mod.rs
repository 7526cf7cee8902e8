//! CEL: expressions over one resource, with unknown values (Kleene logic) and bounds on everything.
//!
//! Takes the text of an expression and, for each evaluation, a [`Subject`]; gives [`Evaluated`] values and rendered
//! messages. The crate `cel` parses the text and runs its extension functions; the tree is checked, lowered into a
//! form of our own and evaluated here, because a value that may be unknown has to take part in equality, membership,
//! size and logic, which the crate's values cannot.
//!
//! # Missing values
//!
//! A missing attribute reads as null, and so does everything inside null: `attr.x` is what is written, else the
//! default, else null. Null is then tolerated where a rule meets it on a resource that says nothing:
//!
//! | expression | with null |
//! |---|---|
//! | `null.x`, `null["x"]`, `null[0]` | null |
//! | `has(null.x)`, and `has(attr.x)` where x is written as null or only a default | false |
//! | `null == x`, `null != x` | as CEL: only null equals null |
//! | `null < x`, `x >= null` | false |
//! | `x in null` | false |
//! | `null.all(…)`, `null.exists(…)`, `null.map(…)` … | as over an empty list |
//! | `size(null)` | 0 |
//! | `startsWith`, `endsWith`, `contains`, `matches`, `glob`, `port_in`, `cidr(null).is_any()` | false |
//! | every other function of texts, lists or numbers, conversions (`int(null)`) | null |
//! | `null && x`, `!null`, `null ? a : b`, `null + 1`, `-null` | an error, as every other type error |
//!
//! `!attr.name.startsWith("x")` therefore is true where no name is written: say `has(attr.name) && …` where that is
//! not meant.
//!
//! # Unknown values
//!
//! What an unknown value cannot change is known: `&&`, `||`, `all` and `exists` are decided by the other side,
//! whichever comes first; `"a" in [unknown, "a"]` is true; `[unknown, 1] == [5, 2]` is false; the size of a list
//! with unknown elements is known. Everything else that reads an unknown value is unknown. `has()` of an unknown
//! attribute is true, because it is written. An unknown value beside an error is unknown, not failed. An unknown value
//! is taken to be of a type that the expression accepts: what is known holds for every such value.
//!
//! What is known of an unknown value (`document::Unknown`) decides where every value that fits gives the same: `x == null`, `==`,
//! `!=` and `in` beside what cannot be equal, `<` and its kin by bounds, `size()` by bounds of the length, `startsWith`, `endsWith`,
//! `contains`, `matches` and `glob` by the known ends of a text, `cidr(x).is_any()` by the length of the prefix, `port_in`, `type()`.
//! A predicate is true only where the value cannot be null.

mod addresses;
mod arithmetic;
mod compare;
mod evaluate;
mod functions;
pub(in crate::engine) mod grants;
mod library;
mod loops;
mod lower;
pub(in crate::engine) mod network;
mod node;
mod optional;
mod outline;
mod parse;
mod patterns;
mod policy;
mod refine;
mod regexes;
mod sets;
mod settings;
mod template;
mod time;
mod trace;
mod value;
mod versions;

use std::sync::Arc;

use crate::document::{Pointer, Value};

use self::evaluate::Machine;
use self::node::Node;
use self::patterns::Patterns;
use self::trace::Marks;
use self::value::Val;
use super::{CompileError, Evaluated, Failure};

pub(in crate::engine) use library::fits;
pub use outline::{Outline, Question};
pub(in crate::engine) use policy::normalized as statements;
pub use template::Template;
pub use trace::{Branches, Event, Given, Part, Trace, record};

/// Which variables an expression may name beside `resource`, `attr`, `parsed`, `document` and `params`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Whether `item` exists: the rule has `each`.
    pub item: bool,
}

/// What lies around the resource that is judged. A record is an object with `address`, `type`, `name`, `mode`,
/// `provider`, `attributes`, `parsed`, `tags` and `scope`.
pub trait Surroundings {
    /// Records of the resources of a type that an edge joins to this one, in either direction.
    fn related(&self, kind: &str) -> Vec<Value>;
    /// Records of the resources that the attribute refers to. The pointer begins with `/`.
    fn references(&self, pointer: &str) -> Vec<Value>;
    /// Records of the resources that refer to this one from an attribute of theirs. The pointer begins with `/`.
    fn referrers(&self, pointer: &str) -> Vec<Value>;
    /// The whole document.
    fn document(&self) -> Value;
    /// Whether a text is the default of a variable.
    fn is_default(&self, text: &str) -> bool;
}

/// What an expression is evaluated over.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// `resource`: the record.
    pub resource: &'a Value,
    /// `attr`: what is written.
    pub attributes: &'a Value,
    /// `attr` where nothing is written.
    pub defaults: &'a Value,
    /// `parsed`: texts of attributes that hold JSON or YAML, read.
    pub parsed: &'a Value,
    /// `item`: the element of `each`.
    pub item: Option<&'a Value>,
    /// `params`: the pack's parameters.
    pub params: &'a Value,
    /// What lies around the resource.
    pub surroundings: &'a dyn Surroundings,
}

impl std::fmt::Debug for Subject<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subject").field("resource", self.resource).finish_non_exhaustive()
    }
}

/// A compiled expression.
#[derive(Debug)]
pub struct Program {
    root: Node,
    looks: lower::Looks,
    patterns: Patterns,
    source: Arc<str>,
    names: Names,
    marks: Option<Marks>,
}

/// Compiles an expression. Every variable, function and macro in it exists, with the right number of arguments;
/// every literal pattern is a valid regular expression.
pub fn compile(source: &str, names: &Names) -> Result<Program, CompileError> {
    build(source.into(), *names, false)
}

fn build(source: Arc<str>, names: Names, marked: bool) -> Result<Program, CompileError> {
    let lowered = parse::guarded(&source, |tree, info, quoted| {
        lower::lower(tree, info, quoted, names, marked)
    })?;
    Ok(Program {
        root: lowered.root,
        looks: lowered.looks,
        patterns: Patterns::default(),
        source,
        names,
        marks: lowered.marks,
    })
}

impl Program {
    /// The same with a mark around each part, for coverage and traces.
    pub fn marked(&self) -> Result<Self, CompileError> {
        build(Arc::clone(&self.source), self.names, true)
    }

    /// Tells marked programs apart in a trace.
    pub fn token(&self) -> Option<usize> {
        self.marks.as_ref().map(Marks::token)
    }

    /// Its text.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The parts of a marked program, each after the one that holds it.
    pub fn parts(&self) -> &[Part] {
        self.marks.as_ref().map_or(&[], |marks| &marks.parts)
    }

    /// Whether a part was ever evaluated.
    pub fn was_evaluated(&self, part: usize) -> bool {
        self.marks.as_ref().is_some_and(|marks| marks.was_evaluated(part))
    }

    /// The one truth that a part always had, where it had one.
    pub fn only_truth(&self, part: usize) -> Option<bool> {
        self.marks.as_ref()?.only_truth(part)
    }

    /// Whether it looks at other resources: `related()`, `references()`, `referrers()` or `document` stands somewhere.
    pub fn joins(&self) -> bool {
        self.looks.neighbors || self.looks.document
    }

    /// Whether it looks at the whole document.
    pub fn joins_document(&self) -> bool {
        self.looks.document
    }

    /// Whether it looks at those that an edge joins to the resource: `related()`, `references()` or `referrers()` is called somewhere.
    pub fn joins_neighbors(&self) -> bool {
        self.looks.neighbors
    }

    /// Where in the attributes the expression's value stands, where it only selects (`attr.ingress`).
    pub fn path(&self) -> Option<Pointer> {
        self.root.path()
    }

    /// Evaluates a condition. Anything but a boolean is a failure.
    pub fn test(&self, subject: &Subject<'_>) -> Evaluated<bool> {
        match self.run(subject).1 {
            Ok(Val::Bool(bool)) => Evaluated::Known(bool),
            Ok(Val::Unknown(open)) => Evaluated::Unknown(open.reasons.to_vec()),
            Ok(other) => Evaluated::Failed(Failure::error(format!(
                "the condition gives {}, not true or false",
                other.described()
            ))),
            Err(failure) => Evaluated::Failed(failure),
        }
    }

    /// Evaluates to a value. A list with unknown elements is known; an unknown list is not.
    pub fn value(&self, subject: &Subject<'_>) -> Evaluated<Value> {
        let (mut machine, outcome) = self.run(subject);
        match outcome.and_then(|value| match value {
            Val::Unknown(open) => Ok(Err(open.reasons)),
            known => machine.export(&known).map(Ok),
        }) {
            Ok(Ok(value)) => Evaluated::Known(value),
            Ok(Err(reasons)) => Evaluated::Unknown(reasons.to_vec()),
            Err(failure) => Evaluated::Failed(failure),
        }
    }

    fn run<'a>(&'a self, subject: &'a Subject<'a>) -> (Machine<'a>, value::Outcome<'a>) {
        let mut machine = Machine::new(subject, &self.patterns, self.marks.as_ref());
        let outcome = machine.evaluate(&self.root);
        (machine, outcome)
    }
}

impl Failure {
    /// An error in the expression.
    fn error(message: impl Into<String>) -> Self {
        Self { budget: false, message: message.into() }
    }

    /// A budget that was exceeded.
    fn exceeded(message: impl Into<String>) -> Self {
        Self { budget: true, message: message.into() }
    }
}
