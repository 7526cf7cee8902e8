//! CUE: one file is evaluated, and has to be concrete, as when it is exported.
//!
//! `lexer` and `parser` make a tree, `names` looks its names up, `eval` unifies, `output` writes. A value is a node: a list of
//! conjuncts, each an expression with the scope that it is read in. A reference adds the conjuncts of what it refers to, so that what is
//! inside refers to the new place. What has alternatives is evaluated once for each. Steps, nodes, depth and the size of texts are bounded.
//! What is not supported stops the evaluation with a message that says so.

mod builtins;
mod close;
mod encode;
mod eval;
mod insert;
mod later;
mod lexer;
mod names;
mod number;
mod operators;
mod output;
mod parser;
mod reference;
mod tree;

use serde_json::Value as Json;

/// Values within values, as they are written.
const MAX_DEPTH: usize = 100;

/// What is wrong.
#[derive(Clone, Debug, PartialEq)]
struct Fault {
    kind: FaultKind,
    at: usize,
    message: String,
    /// Where the value is that is wrong: `a.b`.
    path: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FaultKind {
    /// Nothing that is added makes it right.
    Fatal,
    /// More might make it right.
    Incomplete,
    /// Evaluation ends: a limit, or what is not supported.
    Stop,
}

impl Fault {
    fn fatal(at: usize, message: impl Into<String>) -> Self {
        Self { kind: FaultKind::Fatal, at, message: message.into(), path: None }
    }

    fn incomplete(at: usize, message: impl Into<String>) -> Self {
        Self { kind: FaultKind::Incomplete, ..Self::fatal(at, message) }
    }

    fn stop(at: usize, message: impl Into<String>) -> Self {
        Self { kind: FaultKind::Stop, ..Self::fatal(at, message) }
    }

    fn unsupported(at: usize, what: &str) -> Self {
        Self::stop(at, format!("{what} is not supported here"))
    }
}

/// A file.
pub(super) fn parse(text: &str) -> Result<Json, String> {
    let evaluated = parser::parse(text).and_then(|file| {
        names::check(&file)?;
        eval::Evaluator::new(&file).export()
    });
    evaluated.map_err(|fault| {
        let line = text.get(..fault.at).unwrap_or_default().matches('\n').count() + 1;
        let path = fault.path.map(|path| format!("{path}: ")).unwrap_or_default();
        format!("line {line}: {path}{}", fault.message)
    })
}
