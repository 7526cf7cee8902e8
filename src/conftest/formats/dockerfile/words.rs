//! The words of an instruction.

use crate::source::FileId;
use crate::syntax::{NodeKind, Scalar, json};

/// An instruction, cut into words.
#[derive(Debug, Default)]
pub(super) struct Instruction {
    /// As it is written.
    pub(super) command: String,
    /// `--name=value` before everything else; none where nothing follows the command.
    pub(super) flags: Option<Vec<String>>,
    pub(super) outer: Arguments,
    /// What `ONBUILD` holds.
    pub(super) inner: Option<Box<Self>>,
}

/// What follows a command.
#[derive(Debug, Default)]
pub(super) struct Arguments {
    /// Whether they are written as JSON.
    pub(super) json: bool,
    pub(super) values: Vec<String>,
}

impl From<Vec<String>> for Arguments {
    fn from(values: Vec<String>) -> Self {
        Self { json: false, values }
    }
}

/// Blanks between words; a line feed is none of them.
fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ')
}

/// The same of a byte, as one of Latin-1.
fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ' | 0x85 | 0xa0)
}

/// Cut a line.
pub(super) fn instruction(line: &str, escape: char) -> Result<Instruction, String> {
    nested(line, escape, 0)
}

fn nested(line: &str, escape: char, depth: usize) -> Result<Instruction, String> {
    let line = line.trim();
    let (command, rest) = match line.split_once(is_blank) {
        Some((command, rest)) => (command, Some(rest.trim_start_matches(is_blank))),
        None => (line, None),
    };
    let (flags, rest) = match rest.map(|rest| flags(rest, escape)) {
        Some((flags, rest)) => (Some(flags), rest),
        None => (None, String::new()),
    };
    let rest = rest.trim();
    let mut made = Instruction { command: command.to_owned(), flags, ..Instruction::default() };
    let name = command.to_lowercase();
    made.outer = match name.as_str() {
        "add" | "copy" | "volume" => json_or(rest, spaced)?,
        "cmd" | "entrypoint" | "run" | "shell" => json_or(rest, one)?,
        "env" | "label" => pairs(rest, &name, escape)?.into(),
        "arg" => words(rest, escape).into(),
        "expose" | "from" => spaced(rest).into(),
        "healthcheck" => health(rest)?,
        "maintainer" | "stopsignal" | "user" | "workdir" => one(rest).into(),
        "onbuild" if rest.is_empty() => Arguments::default(),
        // The second of two is refused anyway.
        "onbuild" if depth > 1 => vec![rest.to_owned()].into(),
        "onbuild" => {
            made.inner = Some(Box::new(nested(rest, escape, depth + 1)?));
            Arguments::default()
        }
        _ => vec![String::new()].into(),
    };
    Ok(made)
}

/// Flags, and what follows them. A byte beyond ASCII in a flag is a letter of its own.
fn flags(line: &str, escape: char) -> (Vec<String>, String) {
    let bytes = line.as_bytes();
    let rest = |at: usize| String::from_utf8_lossy(&bytes[at..]).into_owned();
    let (mut found, mut word, mut quoted, mut quote) = (Vec::new(), String::new(), false, None);
    let mut inside = false;
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if !inside {
            if is_space(byte) {
                at += 1;
                continue;
            }
            if byte != b'-' || bytes.get(at + 1) != Some(&b'-') {
                return (found, rest(at));
            }
            inside = true;
        }
        let escaped = char::from(byte) == escape;
        match quote {
            Some(open) if open == byte => quote = None,
            None if is_space(byte) => {
                if word == "--" {
                    return (found, rest(at));
                }
                if quoted || !word.is_empty() {
                    found.push(std::mem::take(&mut word));
                }
                (inside, quoted) = (false, false);
            }
            None if matches!(byte, b'\'' | b'"') => (quote, quoted) = (Some(byte), true),
            _ if escaped => {
                // An escape at the end is left out.
                at += 1;
                word.extend(bytes.get(at).copied().map(char::from));
            }
            _ => word.push(byte.into()),
        }
        at += 1;
    }
    if inside && word != "--" && (quoted || !word.is_empty()) {
        found.push(word);
    }
    (found, String::new())
}

fn one(rest: &str) -> Vec<String> {
    if rest.is_empty() { Vec::new() } else { vec![rest.to_owned()] }
}

fn spaced(rest: &str) -> Vec<String> {
    rest.split(is_blank).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// A list of texts in JSON, or else what it is otherwise.
fn json_or(rest: &str, plain: impl Fn(&str) -> Vec<String>) -> Result<Arguments, String> {
    let list = rest.starts_with('[').then(|| json::parse(FileId(0), rest).ok()).flatten();
    let Some(NodeKind::Sequence(items)) = list.map(|node| node.kind) else {
        return Ok(plain(rest).into());
    };
    let text = |kind: NodeKind| match kind {
        NodeKind::Scalar(Scalar::String(text)) => Some(text.to_string()),
        _ => None,
    };
    let values: Option<Vec<String>> = items.into_iter().map(|item| text(item.kind)).collect();
    let values = values.ok_or("a list in JSON holds texts only")?;
    Ok(Arguments { json: true, values })
}

/// Words; quotes stay, and what they hold is kept together.
fn words(rest: &str, escape: char) -> Vec<String> {
    let (mut found, mut word, mut quoted, mut quote) = (Vec::new(), String::new(), false, None);
    let mut letters = rest.chars().peekable();
    while let Some(letter) = letters.next() {
        match quote {
            None if letter.is_whitespace() => {
                if quoted || !word.is_empty() {
                    found.push(std::mem::take(&mut word));
                }
                quoted = false;
                continue;
            }
            None if matches!(letter, '\'' | '"') => (quote, quoted) = (Some(letter), true),
            Some(open) if open == letter => quote = None,
            _ => {}
        }
        if letter == escape && quote != Some('\'') {
            // An escape at the end is left out.
            if let Some(next) = letters.next() {
                word.push(letter);
                word.push(next);
            }
            continue;
        }
        word.push(letter);
    }
    if quoted || !word.is_empty() {
        found.push(word);
    }
    found
}

/// `a=b c=d` as name, value and `=`; `a b c` as name, the rest and nothing.
fn pairs(rest: &str, command: &str, escape: char) -> Result<Vec<String>, String> {
    let words = words(rest, escape);
    let Some(first) = words.first() else { return Ok(Vec::new()) };
    if !first.contains('=') {
        let Some((name, value)) = rest.split_once(is_blank) else {
            return Err(format!("{} takes a name and a value", command.to_uppercase()));
        };
        let value = value.trim_start_matches(is_blank);
        return Ok(vec![name.to_owned(), value.to_owned(), String::new()]);
    }
    let mut made = Vec::new();
    for word in words {
        let Some((name, value)) = word.split_once('=') else {
            return Err(format!("{word} has no ="));
        };
        made.extend([name.to_owned(), value.to_owned(), "=".to_owned()]);
    }
    Ok(made)
}

/// The kind of a check, and its command.
fn health(rest: &str) -> Result<Arguments, String> {
    let bytes = rest.as_bytes();
    let end = bytes.iter().position(|byte| is_space(*byte)).unwrap_or(bytes.len());
    if end == 0 {
        return Ok(Arguments::default());
    }
    let next = bytes[end..].iter().position(|byte| !is_space(*byte));
    let next = next.map_or(bytes.len(), |next| end + next);
    let kind = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut made = json_or(&String::from_utf8_lossy(&bytes[next..]), one)?;
    made.values.insert(0, kind);
    Ok(made)
}
