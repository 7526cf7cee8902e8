//! HOCON as JSON: objects as such, numbers and booleans as such, every other value as a text that conftest's parser prints: in quotes
//! where it has blanks, a list as `[1,2]`, what is unresolved as `<<unknown value>>`.
//!
//! The environment is not read: what only it could give is unresolved.

use std::cell::Cell;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::cursor::{Cursor, MAX_DEPTH};

/// Most that all values are together, references in place.
const MAX_BYTES: usize = 10_000_000;
const UNKNOWN: &str = "<<unknown value>>";

/// What stands under a key: pieces that are joined, and what stood there before.
#[derive(Clone, Default)]
struct Slot {
    pieces: Vec<Piece>,
    before: Option<Box<Slot>>,
    /// How many stood there before.
    age: usize,
}

#[derive(Clone)]
enum Piece {
    Text(String),
    Object(IndexMap<String, Slot>),
    List(Vec<Slot>),
    /// `${path}`; whether it may be nowhere.
    Reference {
        path: Vec<String>,
        optional: bool,
    },
}

/// A slot with its references in place.
#[derive(Clone)]
enum Value {
    Text(String),
    Object(IndexMap<String, Value>),
    List(Vec<Value>),
    Unknown,
}

/// A file.
pub(super) fn parse(text: &str) -> Result<Json, String> {
    let mut at = Cursor::new(text);
    let mut root = IndexMap::new();
    space(&mut at);
    if at.eat("[") {
        return Err("a list at the top is not read".to_owned());
    }
    let braces = at.eat("{");
    object(&mut at, &mut root, &[], usize::from(braces))?;
    space(&mut at);
    if !at.is_at_end() {
        return Err(at.wrong(format!("expected the end, found {}", at.here())));
    }
    let resolver = Resolver { root: &root, left: Cell::new(MAX_BYTES) };
    let mut made = Map::new();
    for (key, slot) in &root {
        made.insert(key.clone(), json(&resolver.value(slot, 0)?));
    }
    Ok(Json::Object(made))
}

fn json(value: &Value) -> Json {
    match value {
        Value::Object(entries) => {
            Json::Object(entries.iter().map(|(key, value)| (key.clone(), json(value))).collect())
        }
        other => super::ini::typed(&printed(other, 0)),
    }
}

fn quoted(text: &str) -> String {
    if text.is_empty() || text.contains([' ', '\t']) {
        return format!("\"{text}\"");
    }
    text.to_owned()
}

fn printed(value: &Value, depth: usize) -> String {
    match value {
        Value::Text(text) => quoted(text),
        Value::Unknown => UNKNOWN.to_owned(),
        // There, a list without values is none.
        Value::List(items) if items.is_empty() => UNKNOWN.to_owned(),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|item| printed(item, depth + 1)).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(entries) => {
            let lines = entries.iter().map(|(key, value)| {
                let key = if key.contains([' ', '\t']) { quoted(key) } else { key.clone() };
                let value = printed(value, depth + 1);
                format!("{}{key} : {value}\r\n", "  ".repeat(depth + 1))
            });
            format!("{{\r\n{}{}}}", lines.collect::<String>(), "  ".repeat(depth))
        }
    }
}

struct Resolver<'r> {
    root: &'r IndexMap<String, Slot>,
    /// How much references may still give.
    left: Cell<usize>,
}

impl Resolver<'_> {
    fn value(&self, slot: &Slot, depth: usize) -> Result<Value, String> {
        if depth > MAX_DEPTH {
            return Err(format!("references lie more than {MAX_DEPTH} deep, or in a circle"));
        }
        let texts = slot.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.len(),
            _ => 1,
        });
        let left = self.left.get().checked_sub(1 + texts.sum::<usize>());
        self.left.set(left.ok_or("references give more than 10000000 bytes")?);
        let mut found: Option<Value> = None;
        for piece in &slot.pieces {
            let value = match piece {
                Piece::Text(text) => Value::Text(text.clone()),
                Piece::List(items) => Value::List(
                    items
                        .iter()
                        .map(|item| self.value(item, depth + 1))
                        .collect::<Result<_, _>>()?,
                ),
                Piece::Object(entries) => Value::Object(
                    entries
                        .iter()
                        .map(|(key, slot)| Ok((key.clone(), self.value(slot, depth + 1)?)))
                        .collect::<Result<_, String>>()?,
                ),
                Piece::Reference { path, optional } => {
                    self.reference(slot, path, *optional, depth)?
                }
            };
            found = Some(match found {
                Some(before) => joined(before, value),
                None => value,
            });
        }
        Ok(match found {
            Some(Value::Text(text)) => {
                let text = text.trim();
                Value::Text(if text == "null" { String::new() } else { text.to_owned() })
            }
            Some(value) => value,
            None => Value::Unknown,
        })
    }

    /// A path that leads to where it is asked from means what stood there before.
    fn reference(
        &self,
        from: &Slot,
        path: &[String],
        optional: bool,
        depth: usize,
    ) -> Result<Value, String> {
        let mut slot = path.first().and_then(|first| self.root.get(first));
        for key in path.iter().skip(1) {
            slot = slot.and_then(|slot| match slot.pieces.first() {
                Some(Piece::Object(entries)) => entries.get(key),
                _ => None,
            });
        }
        match slot {
            Some(slot) if !std::ptr::eq(slot, from) && !is_before(slot, from) => {
                self.value(slot, depth + 1)
            }
            _ => match &from.before {
                Some(before) => self.value(before, depth + 1),
                None if optional => Ok(Value::Unknown),
                None => Err(format!("nothing is at ${{{}}}", path.join("."))),
            },
        }
    }
}

/// Whether a slot is one of those that another one replaced.
fn is_before(later: &Slot, slot: &Slot) -> bool {
    let mut next = later.before.as_deref();
    while let Some(before) = next {
        if std::ptr::eq(before, slot) {
            return true;
        }
        next = before.before.as_deref();
    }
    false
}

fn joined(before: Value, value: Value) -> Value {
    match (before, value) {
        (Value::Text(a), Value::Text(b)) => Value::Text(a + &b),
        (Value::List(mut a), Value::List(b)) => {
            a.extend(b);
            Value::List(a)
        }
        (Value::Object(mut a), Value::Object(b)) => {
            for (key, value) in b {
                let old = a.shift_remove(&key);
                let both = matches!((&old, &value), (Some(Value::Object(_)), Value::Object(_)));
                let made = match old {
                    Some(old) if both => joined(old, value),
                    _ => value,
                };
                a.insert(key, made);
            }
            Value::Object(a)
        }
        // Blanks between values that are no texts.
        (kept @ (Value::List(_) | Value::Object(_)), Value::Text(text))
            if text.trim().is_empty() =>
        {
            kept
        }
        (Value::Text(text), kept @ (Value::List(_) | Value::Object(_)))
            if text.trim().is_empty() =>
        {
            kept
        }
        _ => Value::Unknown,
    }
}

fn space(at: &mut Cursor<'_>) {
    loop {
        at.take_while(|c| c.is_whitespace() || c == ',');
        if !at.starts_with("#") && !at.starts_with("//") {
            return;
        }
        at.take_while(|c| c != '\n');
    }
}

/// Entries up to the end of the object, or of the text.
fn object(
    at: &mut Cursor<'_>,
    entries: &mut IndexMap<String, Slot>,
    path: &[String],
    depth: usize,
) -> Result<(), String> {
    at.deep(depth)?;
    loop {
        space(at);
        if at.is_at_end() {
            return if depth == 0 { Ok(()) } else { Err(at.wrong("an object does not end")) };
        }
        if at.starts_with("}") {
            if depth == 0 {
                return Err(at.wrong("`}` closes nothing"));
            }
            at.bump();
            return Ok(());
        }
        let keys = key(at)?;
        if keys.len() == 1 && keys[0].starts_with("include ") || keys[0] == "include" {
            return Err(at.wrong("`include` is not followed: give one file"));
        }
        let path: Vec<String> = path.iter().chain(&keys).cloned().collect();
        at.take_while(char::is_whitespace);
        let adds = at.eat("+=");
        let assigns = adds || at.eat("=") || at.eat(":");
        if !assigns && at.peek() != Some('{') {
            return Err(at.wrong(format!("expected `=`, `:` or `{{`, found {}", at.here())));
        }
        at.deep(path.len())?;
        let mut before = take(entries, &keys);
        let mut slot = value(at, before.as_mut(), &path, depth)?;
        if adds {
            let list = Piece::List(vec![Slot { pieces: slot.pieces, ..Slot::default() }]);
            slot.pieces = vec![Piece::Reference { path, optional: true }, list];
        }
        let refers = slot.pieces.iter().any(|piece| matches!(piece, Piece::Reference { .. }));
        if let Some(before) = before.filter(|_| refers) {
            slot.age = before.age + 1;
            at.deep(slot.age)?;
            slot.before = Some(Box::new(before));
        }
        put(entries, &keys, slot);
    }
}

/// What stands at a path so far; it is replaced.
fn take(entries: &mut IndexMap<String, Slot>, keys: &[String]) -> Option<Slot> {
    let (first, rest) = keys.split_first()?;
    let slot = entries.get_mut(first)?;
    match (rest, slot.pieces.first_mut()) {
        ([], _) => Some(std::mem::take(slot)),
        (rest, Some(Piece::Object(entries))) => take(entries, rest),
        _ => None,
    }
}

fn put(entries: &mut IndexMap<String, Slot>, keys: &[String], slot: Slot) {
    let Some((first, rest)) = keys.split_first() else { return };
    if rest.is_empty() {
        entries.insert(first.clone(), slot);
        return;
    }
    let holder = entries.entry(first.clone()).or_default();
    if !matches!(holder.pieces.as_slice(), [Piece::Object(_)]) {
        holder.pieces = vec![Piece::Object(IndexMap::new())];
    }
    if let Some(Piece::Object(inner)) = holder.pieces.first_mut() {
        put(inner, rest, slot);
    }
}

fn unquoted(c: char) -> bool {
    !matches!(
        c,
        '$' | '"'
            | '{'
            | '}'
            | '['
            | ']'
            | ':'
            | '='
            | '+'
            | ','
            | '#'
            | '`'
            | '^'
            | '?'
            | '!'
            | '@'
            | '*'
            | '&'
            | '\\'
            | '\n'
            | '\r'
    )
}

/// `a.b."c.d"`
fn key(at: &mut Cursor<'_>) -> Result<Vec<String>, String> {
    let mut keys = Vec::new();
    loop {
        if at.starts_with("\"") {
            keys.push(string(at)?);
        } else {
            let word = at.take_while(|c| unquoted(c) && c != '.').trim();
            if word.is_empty() {
                return Err(at.wrong(format!("expected a key, found {}", at.here())));
            }
            keys.push(word.to_owned());
        }
        at.take_while(|c| c == ' ' || c == '\t');
        if !at.eat(".") {
            return Ok(keys);
        }
    }
}

/// Pieces up to the end of the line, a comma or a bracket.
fn value(
    at: &mut Cursor<'_>,
    before: Option<&mut Slot>,
    path: &[String],
    depth: usize,
) -> Result<Slot, String> {
    let mut before = before;
    at.deep(depth)?;
    at.take_while(char::is_whitespace);
    let mut pieces: Vec<Piece> = Vec::new();
    loop {
        let blank = at.take_while(|c| c == ' ' || c == '\t');
        if !blank.is_empty() && !pieces.is_empty() {
            pieces.push(Piece::Text(blank.to_owned()));
        }
        match at.peek() {
            None | Some('\n' | '\r' | ',' | '}' | ']' | '#') => break,
            Some(_) if at.starts_with("//") => break,
            Some('{') => {
                at.bump();
                // An object adds to the one that stands there.
                let mut entries = match before.as_mut().map(|before| &mut before.pieces[..]) {
                    Some([Piece::Object(entries)]) if pieces.is_empty() => std::mem::take(entries),
                    _ => IndexMap::new(),
                };
                object(at, &mut entries, path, depth + 1)?;
                pieces.push(Piece::Object(entries));
            }
            Some('[') => {
                at.bump();
                pieces.push(list(at, path, depth)?);
            }
            Some('"') => pieces.push(Piece::Text(string(at)?)),
            Some('$') => pieces.push(reference(at)?),
            Some(c) if unquoted(c) => pieces.push(Piece::Text(word(at))),
            Some(c) => return Err(at.wrong(format!("`{c}` has to stand in quotes"))),
        }
    }
    while matches!(pieces.last(), Some(Piece::Text(text)) if text.trim().is_empty() && pieces.len() > 1)
    {
        pieces.pop();
    }
    if pieces.is_empty() {
        return Err(at.wrong("a value is missing"));
    }
    Ok(Slot { pieces, ..Slot::default() })
}

/// Unquoted text; `//` begins a comment.
fn word(at: &mut Cursor<'_>) -> String {
    let mut made = String::new();
    while let Some(next) = at.peek() {
        if !unquoted(next) || at.starts_with("//") {
            break;
        }
        made.extend(at.bump());
    }
    made
}

fn list(at: &mut Cursor<'_>, path: &[String], depth: usize) -> Result<Piece, String> {
    let mut items = Vec::new();
    loop {
        space(at);
        if at.eat("]") {
            return Ok(Piece::List(items));
        }
        if at.is_at_end() {
            return Err(at.wrong("a list does not end"));
        }
        items.push(value(at, None, path, depth + 1)?);
    }
}

fn reference(at: &mut Cursor<'_>) -> Result<Piece, String> {
    at.bump();
    if !at.eat("{") {
        return Err(at.wrong("`$` has to stand in quotes"));
    }
    let optional = at.eat("?");
    at.take_while(|c| c == ' ');
    let path = key(at)?;
    if !at.eat("}") {
        return Err(at.wrong(format!("expected `}}`, found {}", at.here())));
    }
    Ok(Piece::Reference { path, optional })
}

fn string(at: &mut Cursor<'_>) -> Result<String, String> {
    let begin = at.clone();
    if at.eat("\"\"\"") {
        let text = at.take_until("\"\"\"");
        return text.map(str::to_owned).ok_or_else(|| begin.wrong("a text does not end"));
    }
    at.bump();
    let mut made = String::new();
    while let Some(found) = at.bump() {
        match found {
            '"' => return Ok(made),
            '\n' => break,
            '\\' => made.push(match at.bump() {
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some(c @ ('"' | '\\' | '/')) => c,
                Some('u') => at.unicode()?,
                _ => return Err(at.wrong("a text has an escape that there is not")),
            }),
            other => made.push(other),
        }
    }
    Err(begin.wrong("a text does not end"))
}
