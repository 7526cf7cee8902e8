//! `.env` files as JSON: texts by name, with quotes, escapes, and variables that stand before. The environment is not read.

use serde_json::{Map, Value as Json};

/// Longest value: names in values may stand for long values.
const MAX_BYTES: usize = 1_000_000;

/// A file.
pub(super) fn parse(text: &str) -> Result<Json, String> {
    let mut found: Map<String, Json> = Map::new();
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |what: &str| format!("line {}: {what}", number + 1);
        let mut whole = line.to_owned();
        if let Some(quote) = open_quote(line) {
            let closes =
                |line: &str| line.rfind(quote).is_some_and(|end| !line[..end].ends_with('\\'));
            loop {
                let Some((_, next)) = lines.next() else {
                    return Err(wrong("a quote does not end"));
                };
                whole.push('\n');
                whole.push_str(next);
                if closes(next) {
                    break;
                }
            }
        }
        let (key, value) = parts(&whole).map_err(wrong)?;
        let value = settled(value, &found);
        if value.len() > MAX_BYTES {
            return Err(wrong("a value is longer than 1000000 bytes"));
        }
        found.insert(key.to_owned(), value.into());
    }
    Ok(Json::Object(found))
}

/// The quote of a value that goes on in the next line.
fn open_quote(line: &str) -> Option<char> {
    let at = line.find('=').or_else(|| line.find(':'))?;
    let value = line[at + 1..].trim();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let end = value[1..].trim().rfind(quote);
    let closed = end.is_some_and(|end| value.as_bytes().get(end) != Some(&b'\\'));
    (!closed).then_some(quote)
}

/// Name and value of a line, the value with its quotes and without what follows it.
fn parts(line: &str) -> Result<(&str, &str), &'static str> {
    let line = line.trim_start();
    let exported = line.strip_prefix("export").filter(|rest| rest.starts_with(char::is_whitespace));
    let line = exported.map_or(line, str::trim_start);
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let (key, rest) = line.split_at(line.find(|c| !word(c)).unwrap_or(line.len()));
    if key.is_empty() {
        return Err("a name has other characters than letters, digits, `_` and `.`");
    }
    let after = rest
        .trim_start()
        .strip_prefix('=')
        .or_else(|| rest.strip_prefix(':').filter(|rest| rest.starts_with(char::is_whitespace)));
    let value = after.ok_or("a name has no `=`")?.trim_start();
    if let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        // The last quote ends a value that only a comment follows.
        let quotes = value[1..].match_indices(quote).map(|(at, _)| at + 2);
        let end = quotes.rev().find(|end| is_tail(&value[*end..]));
        if let Some(end) = end {
            return Ok((key, &value[..end]));
        }
    }
    let (value, tail) = value.split_at(value.find(['#', '\n']).unwrap_or(value.len()));
    if !is_tail(tail) {
        return Err("a value goes on in the next line");
    }
    Ok((key, value.trim_end()))
}

/// Nothing, or a comment.
fn is_tail(text: &str) -> bool {
    let text = text.trim_start();
    text.is_empty() || text.starts_with('#') && !text.contains('\n')
}

fn settled(value: &str, known: &Map<String, Json>) -> String {
    let inner = |quote: char| {
        value
            .strip_prefix(quote)
            .filter(|_| value.len() > 1)
            .and_then(|rest| rest.strip_suffix(quote))
    };
    if let Some(plain) = inner('\'') {
        return plain.to_owned();
    }
    let Some(quoted) = inner('"') else { return expanded(value, known) };
    let quoted = quoted.replace("\\n", "\n").replace("\\r", "\r");
    let mut made = String::new();
    let mut rest = quoted.chars().peekable();
    while let Some(next) = rest.next() {
        match rest.peek() {
            // An escaped `$` is no variable.
            Some('$') | None => made.push(next),
            Some(_) if next == '\\' => made.extend(rest.next()),
            Some(_) => made.push(next),
        }
    }
    expanded(&made, known)
}

/// With `$NAME` and `${NAME}` in place, `\\$` as `$`.
fn expanded(value: &str, known: &Map<String, Json>) -> String {
    let mut made = String::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('$') {
        if let Some(before) = before.strip_suffix('\\') {
            made.push_str(before);
            made.push('$');
            rest = after;
            continue;
        }
        made.push_str(before);
        let inner = after.strip_prefix('{');
        let start = inner.unwrap_or(after);
        let word = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let (name, next) = start.split_at(start.find(|c| !word(c)).unwrap_or(start.len()));
        if name.is_empty() {
            made.push('$');
            rest = after;
            continue;
        }
        made.push_str(known.get(name).and_then(Json::as_str).unwrap_or_default());
        rest = next.strip_prefix('}').unwrap_or(next);
    }
    made + rest
}
