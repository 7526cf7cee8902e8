//! Parses the text of an expression within bounds: its length, its nesting, and the stack that parsing takes.

use std::borrow::Cow;
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
const SMALL_OPERATORS: usize = 250;
const SMALL_BRACKETS: usize = 32;
/// Takes `MAX_OPERATORS` in a build without optimization.
const STACK: usize = 128 << 20;

/// Parses the source and hands the tree to `then`, which checks and lowers it. The tree is dropped before this
/// returns, on the stack that holds it.
pub(super) fn guarded<T: Send>(
    source: &str,
    then: impl FnOnce(&Expression, &SourceInfo, &Quoted) -> Result<T, CompileError> + Send,
) -> Result<T, CompileError> {
    let (source, quoted) = unquoted(source);
    let source = &*source;
    let then = |tree: &Expression, info: &SourceInfo| then(tree, info, &quoted);
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

/// Fields in backquotes, which the crate `cel` does not read: the name that stands in their place, and the field.
pub(super) type Quoted = Vec<(String, String)>;

/// The source with each `` `a-b` `` replaced by a name of the same length, so that no place moves.
fn unquoted(source: &str) -> (Cow<'_, str>, Quoted) {
    let mut quoted = Quoted::new();
    if !source.contains('`') {
        return (Cow::Borrowed(source), quoted);
    }
    let mut made = String::with_capacity(source.len());
    let (mut rest, mut quote) = (source, None);
    while let Some(character) = rest.chars().next() {
        let after = &rest[character.len_utf8()..];
        let end = after.find('`').filter(|_| character == '`' && quote.is_none());
        let name =
            end.and_then(|end| Some((end, placeholder(source, &after[..end], quoted.len())?)));
        if let Some((end, name)) = name {
            made.push_str(&name);
            quoted.push((name, after[..end].to_owned()));
            rest = &after[end + 1..];
            continue;
        }
        quote = match quote {
            None if matches!(character, '"' | '\'') => Some(character),
            Some(open) if open == character => None,
            other => other,
        };
        made.push(character);
        rest = after;
        if character == '\\' && quote.is_some() {
            let next = rest.chars().next().map_or(0, char::len_utf8);
            made.push_str(&rest[..next]);
            rest = &rest[next..];
        }
    }
    (Cow::Owned(made), quoted)
}

/// A name as long as a quoted field with its quotes, that the source does not use.
fn placeholder(source: &str, field: &str, number: usize) -> Option<String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_./- ".contains(&byte);
    if field.is_empty() || !field.bytes().all(allowed) {
        return None;
    }
    let length = field.len() + 2;
    let candidates =
        (0..1000).map(|more| format!("q{:_>width$}", number + more, width = length - 1));
    candidates.into_iter().find(|name| name.len() == length && !source.contains(name.as_str()))
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
    let parser = cel::Env::default().parser().max_recursion_depth(MAX_NESTING);
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
