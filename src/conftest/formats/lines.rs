//! Formats of lines: properties, ignore files; and JSON with comments.

use serde_json::{Map, Value as Json, json};

use super::cursor::{Cursor, MAX_DEPTH};

/// Most references that are followed in one file.
const MAX_REFERENCES: usize = 100_000;

/// `key=value`, `key: value`, `key value`; `${…}` stays as it is.
pub(super) fn properties(text: &str) -> Result<Json, String> {
    let blank = |c: char| matches!(c, ' ' | '\t' | '\u{c}');
    let mut at = Cursor::new(text);
    let mut found = Map::new();
    loop {
        at.take_while(|c| blank(c) || matches!(c, '\n' | '\r'));
        match at.peek() {
            None => {
                references(&found)?;
                return Ok(Json::Object(found));
            }
            Some('#' | '!') => {
                at.take_while(|c| !matches!(c, '\n' | '\r'));
                continue;
            }
            Some(_) => {}
        }
        let ends = |c: char| blank(c) || matches!(c, '\n' | '\r' | ':' | '=');
        let key = written(&mut at, ends, false)?;
        if key.is_empty() {
            return Err(at.wrong("a key is empty"));
        }
        at.take_while(blank);
        if at.starts_with(":") || at.starts_with("=") {
            at.bump();
        }
        at.take_while(blank);
        let value = written(&mut at, |c| matches!(c, '\n' | '\r'), true)?;
        found.insert(key, value.into());
    }
}

/// `${…}` stays, but has to lead somewhere and must not lead to itself.
fn references(found: &Map<String, Json>) -> Result<(), String> {
    let mut steps = 0;
    for key in found.keys() {
        follow(found, &mut vec![key.clone()], &mut steps)?;
    }
    Ok(())
}

/// Follows the references of the last key.
fn follow(
    found: &Map<String, Json>,
    keys: &mut Vec<String>,
    steps: &mut usize,
) -> Result<(), String> {
    *steps += 1;
    if *steps > MAX_REFERENCES || keys.len() > MAX_DEPTH {
        return Err(format!("references lead to more than {MAX_REFERENCES} others"));
    }
    let key = keys.last().cloned().unwrap_or_default();
    let Some(mut rest) = found.get(&key).and_then(Json::as_str) else { return Ok(()) };
    while let Some((_, after)) = rest.split_once("${") {
        let Some((name, more)) = after.split_once('}') else {
            return Err(format!("a reference in the value of {key} does not end"));
        };
        if keys.iter().any(|key| key == name) {
            return Err(format!("the value of {name} refers to itself"));
        }
        keys.push(name.to_owned());
        follow(found, keys, steps)?;
        keys.pop();
        rest = more;
    }
    Ok(())
}

/// A text up to what ends it, with escapes in place; lines of a value that end with `\\` are joined.
fn written(
    at: &mut Cursor<'_>,
    ends: impl Fn(char) -> bool,
    joins: bool,
) -> Result<String, String> {
    let mut made = String::new();
    while let Some(next) = at.peek().filter(|c| !ends(*c)) {
        at.bump();
        if next != '\\' {
            made.push(next);
            continue;
        }
        match at.bump() {
            // Of a carriage return and a line feed, the second ends the value.
            Some('\n' | '\r') if joins => {
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
        // Blanks at the end do not count, unless an escape stands before them.
        let trimmed = line.trim_end_matches(' ');
        if trimmed.ends_with('\\') && trimmed.len() == line.len() {
            // conftest ends there without a word.
            return Err(format!("`{line}` ends with an escape of nothing"));
        }
        let trimmed = if trimmed.ends_with('\\') { &line[..=trimmed.len()] } else { trimmed };
        let (kind, value) = match trimmed.chars().next() {
            None => ("Empty", line.to_owned()),
            Some('#') => ("Comment", trimmed[1..].trim().to_owned()),
            Some('!') => ("NegatedPath", unescaped(&trimmed[1..])),
            Some(_) => ("Path", unescaped(trimmed)),
        };
        Ok(json!({"Kind": kind, "Value": value, "Original": line}))
    };
    let entries: Result<Vec<Json>, String> = text.split('\n').map(entry).collect();
    let entries = entries?;
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
