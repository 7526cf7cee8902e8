//! Formats of lines: INI, `.env`, properties, ignore files, and JSON with comments.

use serde_json::{Map, Value as Json, json};

/// Sections of keys; numbers and booleans are read as such.
pub(super) fn ini(text: &str) -> Result<Json, String> {
    let mut sections: Map<String, Json> = Map::new();
    let mut section = "DEFAULT".to_owned();
    for (number, line) in joined(text, &['#', ';']) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            name.0.trim().clone_into(&mut section);
            sections.entry(section.clone()).or_insert_with(|| json!({}));
            continue;
        }
        let Some((key, value)) = line.split_once(['=', ':']) else {
            return Err(format!("line {number} has no `=`"));
        };
        let value = value.trim();
        let value = unquoted(value).unwrap_or_else(|| without_comment(value));
        if let Json::Object(keys) = sections.entry(section.clone()).or_insert_with(|| json!({})) {
            keys.insert(key.trim().trim_matches(['"', '`']).to_owned(), typed(&value));
        }
    }
    // Keys that stand before every section.
    sections.remove("DEFAULT");
    Ok(Json::Object(sections))
}

fn typed(value: &str) -> Json {
    if let Ok(number) = value.parse::<f64>() {
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
        return if number.fract() == 0.0 && number.abs() < 9.0e15 {
            Json::from(number as i64)
        } else {
            Json::from(number)
        };
    }
    match value {
        "t" | "T" | "true" | "True" | "TRUE" => Json::Bool(true),
        "f" | "F" | "false" | "False" | "FALSE" => Json::Bool(false),
        text => text.into(),
    }
}

fn without_comment(value: &str) -> String {
    let end = [" #", " ;", "\t#", "\t;"].iter().filter_map(|mark| value.find(mark)).min();
    value[..end.unwrap_or(value.len())].trim_end().to_owned()
}

/// What stands in quotes.
fn unquoted(value: &str) -> Option<String> {
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let rest = &value[1..];
    let end = rest.find(quote)?;
    Some(rest[..end].to_owned())
}

/// Lines without blank ones and comments, with continued ones joined, and their numbers.
fn joined(text: &str, comments: &[char]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(comments) {
            continue;
        }
        let mut whole = trimmed.to_owned();
        while whole.ends_with('\\') && !whole.ends_with("\\\\") {
            whole.pop();
            let Some((_, next)) = lines.next() else { break };
            whole.push_str(next.trim());
        }
        found.push((number + 1, whole));
    }
    found
}

/// `KEY=value`, with `export`, quotes, comments, and variables that stand before.
pub(super) fn dotenv(text: &str) -> Result<Json, String> {
    let mut found: Map<String, Json> = Map::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
        let split = line.split_once('=').or_else(|| line.split_once(':'));
        let Some((key, value)) = split else {
            return Err(format!("line {} has no `=`", number + 1));
        };
        let value = value.trim();
        let plain = value.starts_with('\'');
        let value = unquoted(value).unwrap_or_else(|| without_comment(value));
        let value = if plain { value } else { expanded(&value, &found) };
        found.insert(key.trim().to_owned(), value.into());
    }
    Ok(Json::Object(found))
}

/// With `$NAME` and `${NAME}` in place.
fn expanded(value: &str, known: &Map<String, Json>) -> String {
    let mut made = String::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('$') {
        made.push_str(before);
        let braced = after.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        let (name, next) = braced.unwrap_or_else(|| {
            let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let end = after.find(|c| !word(c)).unwrap_or(after.len());
            after.split_at(end)
        });
        if name.is_empty() {
            made.push('$');
        } else {
            made.push_str(known.get(name).and_then(Json::as_str).unwrap_or_default());
        }
        rest = next;
    }
    made + rest
}

/// `key=value`, `key: value`, `key value`.
pub(super) fn properties(text: &str) -> Result<Json, String> {
    let mut found = Map::new();
    for (_, line) in joined(text, &['#', '!']) {
        let end = line.find(['=', ':', ' ', '\t']).unwrap_or(line.len());
        let (key, rest) = line.split_at(end);
        let rest = rest.trim_start();
        let value = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start();
        if key.is_empty() {
            return Err("a key is empty".to_owned());
        }
        let value = expanded(value, &found);
        found.insert(key.to_owned(), value.into());
    }
    Ok(Json::Object(found))
}

/// Entries of `.gitignore` and `.dockerignore`: `{"Kind", "Value", "Original"}`, in one more list.
pub(super) fn ignore(text: &str) -> Result<Json, String> {
    let entry = |line: &str| {
        let trimmed = line.trim();
        let (kind, value) = match trimmed.chars().next() {
            None => ("Empty", ""),
            Some('#') => ("Comment", trimmed[1..].trim()),
            Some('!') => ("NegatedPath", trimmed[1..].trim()),
            Some(_) => ("Path", trimmed),
        };
        json!({"Kind": kind, "Value": value, "Original": line})
    };
    let entries: Vec<Json> = text.lines().map(entry).collect();
    if entries.len() > 1_000_000 {
        return Err("the file has more than 1000000 lines".to_owned());
    }
    Ok(json!([entries]))
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
