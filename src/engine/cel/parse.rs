//! Parses the text of an expression within bounds: its length, its nesting, and the stack that parsing takes.

use std::panic::{AssertUnwindSafe, catch_unwind};

use cel::common::ast::SourceInfo;
use cel::parser::{Expression, ParseErrors};

use crate::engine::CompileError;

/// Bytes of an expression.
const MAX_SOURCE: usize = 8 << 10;
/// Brackets within brackets.
const MAX_NESTING: u16 = 48;
/// Operators, selections and brackets together: the parser descends once for each in a chain.
const MAX_OPERATORS: usize = 1500;
/// What the stack of any caller takes; more is parsed on a thread with a stack of its own.
const SMALL_OPERATORS: usize = 120;
const SMALL_BRACKETS: usize = 12;
/// Takes `MAX_OPERATORS` in a build without optimization.
const STACK: usize = 128 << 20;

/// Parses the source and hands the tree to `then`, which checks and lowers it. The tree is dropped before this
/// returns, on the stack that holds it.
pub(super) fn guarded<T: Send>(
    source: &str,
    then: impl FnOnce(&Expression, &SourceInfo) -> Result<T, CompileError> + Send,
) -> Result<T, CompileError> {
    if source.len() > MAX_SOURCE {
        return Err(error(format!("the expression is longer than {MAX_SOURCE} bytes"), None));
    }
    let (operators, brackets) = count(source);
    if operators > MAX_OPERATORS {
        return Err(error("the expression has too many operators".into(), None));
    }
    if operators <= SMALL_OPERATORS && brackets <= SMALL_BRACKETS {
        return parse(source, then);
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        let parsed = thread.spawn_scoped(scope, || parse(source, then));
        let parsed = parsed.map_err(|_| error("no thread to parse the expression on".into(), None));
        parsed?.join().unwrap_or_else(|_| Err(unreadable()))
    })
}

/// How many operators and brackets there are at most, texts included.
fn count(source: &str) -> (usize, usize) {
    let is_operator = |byte: &u8| b".+-*/%<>=!?&|([{".contains(byte);
    let operators = source.bytes().filter(|byte| is_operator(byte)).count();
    let brackets = source.bytes().filter(|byte| b"([{".contains(byte)).count();
    (operators + source.matches("in").count(), brackets)
}

fn parse<T>(
    source: &str,
    then: impl FnOnce(&Expression, &SourceInfo) -> Result<T, CompileError>,
) -> Result<T, CompileError> {
    // No macros: they are lowered here, where their misuse can be explained.
    let parser =
        cel::Env::default().with_optional_support(false).parser().max_recursion_depth(MAX_NESTING);
    let parsed = catch_unwind(AssertUnwindSafe(|| parser.parse_with_source_info(source)));
    match parsed {
        Ok(Ok((tree, info))) => then(&tree, &info),
        Ok(Err(errors)) => Err(explain(source, &errors)),
        Err(_) => Err(unreadable()),
    }
}

fn unreadable() -> CompileError {
    error("the expression cannot be parsed".into(), None)
}

fn error(message: String, offset: Option<usize>) -> CompileError {
    CompileError { message, offset }
}

/// The first error, as one line.
fn explain(source: &str, errors: &ParseErrors) -> CompileError {
    let Some(first) = errors.errors.first() else { return unreadable() };
    let text = first.source.as_ref().map_or_else(|| first.msg.clone(), ToString::to_string);
    if text.contains("ecursion limit") {
        return error(format!("the expression is nested deeper than {MAX_NESTING} levels"), None);
    }
    let text = text.trim_start_matches("Syntax error: ");
    let text = text.split(" expecting ").next().unwrap_or(text).replace("<EOF>", "end of text");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    error(format!("syntax error: {text}"), offset(source, first.pos))
}

/// The byte offset of a line and a column in characters, both from 1.
fn offset(source: &str, (line, column): (isize, isize)) -> Option<usize> {
    let line = usize::try_from(line.checked_sub(1)?).ok()?;
    let column = usize::try_from(column.checked_sub(1)?).ok()?;
    let start: usize = source.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = source.get(start..)?;
    Some(start + rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at))
}
