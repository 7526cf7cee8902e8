//! YAML scalars as packs read them: what a plain scalar means (YAML 1.2 core schema), and where in the file a byte of its
//! text stands.

use std::sync::Arc;

use crate::document::{Map, Value};
use crate::source::Span;
use crate::syntax::{Node, NodeKind, Scalar};

/// A node of a pack's YAML as a value. Keys that are not scalars are left out, of equal keys the last holds.
pub fn to_value(node: &Node) -> Value {
    match &node.kind {
        NodeKind::Scalar(scalar) => scalar_value(scalar),
        NodeKind::Sequence(items) => Value::array(items.iter().map(to_value).collect()),
        NodeKind::Mapping(entries) => Value::object(
            entries
                .iter()
                .filter_map(|entry| Some((key_text(&entry.key)?, to_value(&entry.value))))
                .collect::<Map>(),
        ),
        _ => Value::Null,
    }
}

/// The text of a key.
pub(super) fn key_text(node: &Node) -> Option<Arc<str>> {
    match &node.kind {
        NodeKind::Scalar(Scalar::String(text) | Scalar::Plain { text, .. }) => {
            Some(Arc::clone(text))
        }
        _ => None,
    }
}

fn scalar_value(scalar: &Scalar) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Bool(bool) => Value::Bool(*bool),
        Scalar::Number(text) => number(text).unwrap_or(Value::Null),
        Scalar::String(text) => Value::String(Arc::clone(text)),
        Scalar::Plain { text, tag: Some(tag) } if &***tag == "tag:yaml.org,2002:str" => {
            Value::String(Arc::clone(text))
        }
        Scalar::Plain { text, .. } => plain(text),
    }
}

fn plain(text: &Arc<str>) -> Value {
    match &**text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).unwrap_or_else(|| Value::String(Arc::clone(text))),
    }
}

fn number(text: &str) -> Option<Value> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    if let Ok(int) = text.parse::<i64>() {
        return Some(Value::Int(int));
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            return i64::from_str_radix(digits, radix).ok().map(Value::Int);
        }
    }
    text.parse::<f64>().ok().filter(|float| float.is_finite()).map(Value::Float)
}

/// Where a byte of a scalar's text stands in the file; the scalar's start where that cannot be told.
///
/// Folding, indentation and line breaks only ever change white space, so the n-th other character of the text is the n-th
/// other character of the source; quotes add escapes, which are read here.
pub fn locate(file: &str, scalar: Span, text: &str, offset: usize) -> Span {
    let start = Span::new(scalar.start as usize, scalar.start as usize);
    let Some(raw) = file.get(scalar.range()) else { return start };
    let Some(before) = text.get(..offset.min(text.len())) else { return start };
    let skip = before.chars().filter(|c| !c.is_whitespace()).count();
    let wanted = text[before.len()..].chars().find(|c| !c.is_whitespace());
    let mut characters = characters(raw).filter(|found| !found.character.is_whitespace());
    let place = |from: usize, to: usize| {
        Span::new(scalar.start as usize + from, scalar.start as usize + to)
    };
    match (wanted, characters.nth(skip)) {
        (Some(wanted), Some(found)) if found.character == wanted => place(found.from, found.to),
        (None, None) => self::characters(raw)
            .filter(|found| !found.character.is_whitespace())
            .last()
            .map_or(start, |last| place(last.to, last.to)),
        _ => start,
    }
}

/// A character of a scalar's text and the bytes of the scalar that it comes from.
struct Found {
    character: char,
    from: usize,
    to: usize,
}

fn characters(raw: &str) -> Box<dyn Iterator<Item = Found> + '_> {
    let (style, skip) = match raw.as_bytes().first() {
        Some(b'"') => (Style::Double, 1),
        Some(b'\'') => (Style::Single, 1),
        Some(b'|' | b'>') => (Style::Bare, raw.find('\n').unwrap_or(raw.len())),
        _ => (Style::Bare, 0),
    };
    let mut at = skip;
    Box::new(std::iter::from_fn(move || {
        let from = at;
        let (character, length) = style.next(&raw[from..])?;
        at += length;
        Some(Found { character, from, to: at })
    }))
}

#[derive(Clone, Copy)]
enum Style {
    Bare,
    Single,
    Double,
}

impl Style {
    /// The next character of the text and how many bytes it takes; `None` at the end.
    fn next(self, rest: &str) -> Option<(char, usize)> {
        let first = rest.chars().next()?;
        match (self, first) {
            (Self::Single, '\'') => rest[1..].starts_with('\'').then_some(('\'', 2)),
            (Self::Double, '"') => None,
            (Self::Double, '\\') => Self::escape(&rest[1..]).map(|(c, length)| (c, length + 1)),
            _ => Some((first, first.len_utf8())),
        }
    }

    fn escape(rest: &str) -> Option<(char, usize)> {
        let letter = rest.chars().next()?;
        let digits = match letter {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            'n' | 't' | 'r' | '0' | 'a' | 'b' | 'v' | 'f' | 'e' | 'N' | '_' | 'L' | 'P' => {
                return Some((' ', 1));
            }
            _ => return Some((letter, letter.len_utf8())),
        };
        let code = u32::from_str_radix(rest.get(1..=digits)?, 16).ok()?;
        Some((char::from_u32(code)?, digits + 1))
    }
}
