//! Formats of lines: properties, ignore files; and JSON with comments.

use serde_json::{Map, Value as Json, json};

use super::cursor::Cursor;

/// `key=value`, `key: value`, `key value`; `${…}` stays as it is.
pub(super) fn properties(text: &str) -> Result<Json, String> {
    let blank = |c: char| matches!(c, ' ' | '\t' | '\u{c}');
    let mut at = Cursor::new(text);
    let mut found = Map::new();
    loop {
        at.take_while(|c| blank(c) || matches!(c, '\n' | '\r'));
        match at.peek() {
            None => return Ok(Json::Object(found)),
            Some('#' | '!') => {
                at.take_while(|c| !matches!(c, '\n' | '\r'));
                continue;
            }
            Some(_) => {}
        }
        let ends = |c: char| blank(c) || matches!(c, '\n' | '\r' | ':' | '=');
        let key = written(&mut at, ends)?;
        if key.is_empty() {
            return Err(at.wrong("a key is empty"));
        }
        at.take_while(blank);
        if at.starts_with(":") || at.starts_with("=") {
            at.bump();
        }
        at.take_while(blank);
        let value = written(&mut at, |c| matches!(c, '\n' | '\r'))?;
        found.insert(key, value.into());
    }
}

/// A text up to what ends it, with escapes in place and lines that end with `\\` joined.
fn written(at: &mut Cursor<'_>, ends: impl Fn(char) -> bool) -> Result<String, String> {
    let mut made = String::new();
    while let Some(next) = at.peek().filter(|c| !ends(*c)) {
        at.bump();
        if next != '\\' {
            made.push(next);
            continue;
        }
        match at.bump() {
            Some('\n') => drop(at.take_while(|c| matches!(c, ' ' | '\t' | '\u{c}'))),
            Some('\r') => {
                at.eat("\n");
                at.take_while(|c| matches!(c, ' ' | '\t' | '\u{c}'));
            }
            Some('f') => made.push('\u{c}'),
            Some('n') => made.push('\n'),
            Some('r') => made.push('\r'),
            Some('t') => made.push('\t'),
            Some('u') => made.push(at.unicode()?),
            Some(other) => made.push(other),
            None => return Err(at.wrong("`\\` stands before nothing")),
        }
    }
    Ok(made)
}

/// Entries of `.gitignore` and `.dockerignore`: `{"Kind", "Value", "Original"}`, in one more list.
pub(super) fn ignore(text: &str) -> Result<Json, String> {
    let entry = |line: &str| {
        let trimmed = line.trim_end();
        let (kind, value) = match trimmed.chars().next() {
            None => ("Empty", line.to_owned()),
            Some('#') => ("Comment", trimmed[1..].trim().to_owned()),
            Some('!') => ("NegatedPath", unescaped(&trimmed[1..])),
            Some(_) => ("Path", unescaped(trimmed)),
        };
        json!({"Kind": kind, "Value": value, "Original": line})
    };
    let entries: Vec<Json> = text.split('\n').map(entry).collect();
    if entries.len() > 1_000_000 {
        return Err("the file has more than 1000000 lines".to_owned());
    }
    Ok(json!([entries]))
}

/// Without backslashes, but for those that another one escapes.
fn unescaped(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(next) = rest.next() {
        if next != '\\' {
            made.push(next);
        } else if rest.next_if_eq(&'\\').is_some() {
            made.push('\\');
        }
    }
    made
}

/// JSON with comments and commas before closing brackets.
pub(super) fn jsonc(text: &str) -> Result<Json, String> {
    let bytes = text.as_bytes();
    let mut made: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'"', _) => {
                let start = at;
                at += 1;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at = (at + 1).min(bytes.len());
                made.extend(&bytes[start..at]);
            }
            (b'/', Some(b'/')) => {
                at +=
                    bytes[at..].iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len() - at);
            }
            (b'/', Some(b'*')) => {
                at += 2 + text
                    .get(at + 2..)
                    .and_then(|rest| rest.find("*/"))
                    .map_or(bytes.len(), |end| end + 2);
            }
            (close @ (b']' | b'}'), _) => {
                let last = made.iter().rposition(|byte| !byte.is_ascii_whitespace());
                if let Some(last) = last.filter(|last| made[*last] == b',') {
                    made.remove(last);
                }
                made.push(close);
                at += 1;
            }
            (byte, _) => {
                made.push(byte);
                at += 1;
            }
        }
    }
    super::json_text(&String::from_utf8_lossy(&made))
}
