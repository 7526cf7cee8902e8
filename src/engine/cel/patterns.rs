//! Regular expressions: literal ones are compiled once, others are kept by the program, within bounds.

use std::sync::{Mutex, PoisonError};

use regex::{Regex, RegexBuilder};
use rustc_hash::FxHashMap;

use crate::engine::Failure;

/// Bytes of a compiled pattern, and of the tables that matching fills.
const SIZE_LIMIT: usize = 1 << 20;
/// Bytes of a pattern's text.
const MAX_PATTERN: usize = 1 << 10;
/// Patterns that a program keeps.
const MAX_KEPT: usize = 64;

/// Patterns that are not literal in the expression and were met while it ran.
#[derive(Debug, Default)]
pub(super) struct Patterns(Mutex<FxHashMap<String, Regex>>);

impl Patterns {
    /// The compiled pattern.
    pub(super) fn get(&self, pattern: &str) -> Result<Regex, Failure> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(regex) = kept.get(pattern) {
            return Ok(regex.clone());
        }
        let regex = compile(pattern).map_err(Failure::error)?;
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.insert(pattern.to_owned(), regex.clone());
        Ok(regex)
    }
}

/// Compiles a pattern, or says in one line why not.
pub(super) fn compile(pattern: &str) -> Result<Regex, String> {
    if pattern.len() > MAX_PATTERN {
        return Err(format!("the pattern is longer than {MAX_PATTERN} bytes"));
    }
    let built =
        RegexBuilder::new(pattern).size_limit(SIZE_LIMIT).dfa_size_limit(SIZE_LIMIT).build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "the pattern is too large when compiled".to_owned(),
        other => {
            let text = other.to_string();
            let last = text.lines().last().unwrap_or_default();
            format!("bad pattern: {}", last.trim_start_matches("error: "))
        }
    })
}
