//! Messages with expressions in braces: `port {item.from_port} is open`. `{{` and `}}` are literal braces.

use std::fmt::Write as _;
use std::sync::Arc;

use super::evaluate::Machine;
use super::value::Val;
use super::{Names, Program, Subject, compile};
use crate::engine::CompileError;

/// Characters that one value may add to a message.
const MAX_VALUE: usize = 300;
/// Elements of a list that a message shows.
const MAX_ITEMS: usize = 20;

/// A compiled message.
#[derive(Debug)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Text(String),
    Value(Program),
}

impl Template {
    /// Compiles a message. Offsets in errors are those of the whole text.
    pub fn compile(text: &str, names: &Names) -> Result<Self, CompileError> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let offset = text.len() - rest.len() + at;
            literal.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            let after = &rest[at + 1..];
            if let Some(doubled) = after.strip_prefix(brace) {
                literal.push_str(brace);
                rest = doubled;
            } else if brace == "{" {
                let Some(end) = expression_end(after) else {
                    return Err(error("a `{` is never closed, write `{{` for a brace", offset));
                };
                parts.push(Part::Text(std::mem::take(&mut literal)));
                parts.push(Part::Value(part(&after[..end], offset + 1, *names)?));
                rest = &after[end + 1..];
            } else {
                return Err(error("a `}` closes nothing, write `}}` for a brace", offset));
            }
        }
        literal.push_str(rest);
        parts.push(Part::Text(literal));
        Ok(Self { parts })
    }

    /// Whether an expression in it looks at other resources.
    pub fn joins(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Value(program) if program.joins()))
    }

    /// Fills in the values. What is unknown is `(unknown)`, what fails is `(?)`.
    pub fn render(&self, subject: &Subject<'_>) -> String {
        let mut message = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => message.push_str(text),
                Part::Value(program) => message.push_str(&rendered(program, subject)),
            }
        }
        message
    }
}

fn part(source: &str, offset: usize, names: Names) -> Result<Program, CompileError> {
    if source.trim().is_empty() {
        return Err(error("there is no expression between the braces", offset));
    }
    compile(source, &names).map_err(|error| CompileError {
        offset: Some(offset + error.offset.unwrap_or_default()),
        ..error
    })
}

fn error(message: &str, offset: usize) -> CompileError {
    CompileError { message: message.to_owned(), offset: Some(offset) }
}

/// Where the brace is that closes the expression: outside of texts and of braces within.
fn expression_end(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0_usize, None);
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match (quote, byte) {
            (Some(_), b'\\') => drop(bytes.next()),
            (Some(open), byte) if open == byte => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'{') => depth += 1,
            (None, b'}') if depth == 0 => return Some(at),
            (None, b'}') => depth -= 1,
            _ => {}
        }
    }
    None
}

fn rendered(program: &Program, subject: &Subject<'_>) -> String {
    let (mut machine, outcome) = program.run(subject);
    let text = outcome.and_then(|value| {
        let mut text = String::new();
        show(&mut machine, &value, &mut text)?;
        Ok(text)
    });
    match text {
        Ok(text) => shortened(text),
        Err(_) => "(?)".to_owned(),
    }
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Writes a value: texts as they are, elements of lists with commas between, maps as JSON.
fn show<'a>(
    machine: &mut Machine<'a>,
    value: &Val<'a>,
    into: &mut String,
) -> Result<(), crate::engine::Failure> {
    match value {
        Val::Unknown(_) => into.push_str("(unknown)"),
        Val::Text(text) => into.push_str(text),
        Val::Type(name) => into.push_str(name),
        Val::Double(double) => drop(write!(into, "{double}")),
        Val::List(items) => {
            for (index, item) in items.iter().take(MAX_ITEMS).enumerate() {
                if index > 0 {
                    into.push_str(", ");
                }
                show(machine, &item, into)?;
            }
            if items.len() > MAX_ITEMS {
                into.push_str(", …");
            }
        }
        other => drop(write!(into, "{}", machine.export(other)?.to_json())),
    }
    Ok(())
}

/// Programs and templates are shared between threads.
const fn shared<T: Send + Sync>() {}
const _: () = {
    shared::<Program>();
    shared::<Template>();
    shared::<Arc<Program>>();
};
