//! Compiles and runs policy expressions; knows nothing of findings.

pub mod around;
mod calendar;
pub mod cel;
pub mod rego;
pub mod secrets;
mod semver;
mod texts;

use std::sync::Arc;

/// What an expression gave.
#[derive(Clone, Debug, PartialEq)]
pub enum Evaluated<T> {
    /// A value that holds whatever the unknown values turn out to be.
    Known(T),
    /// It depends on unknown values: their reasons, the very `Arc`s of the [`crate::document::Unknown`]s that were read.
    Unknown(Vec<Arc<str>>),
    /// The expression failed.
    Failed(Failure),
}

/// Why an expression failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Whether a budget was exceeded (else: an error in the expression).
    pub budget: bool,
    /// One sentence, lower case, no full stop.
    pub message: String,
}

/// Why a source does not compile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    /// One sentence, lower case, no full stop.
    pub message: String,
    /// Byte offset in the source, where known.
    pub offset: Option<usize>,
}
