//! EDN as JSON: maps and lists as such, everything else as a text in the words of Go, because conftest prints it so: `nil` is
//! `"<nil>"`, a set `"map[a:true]"`, a character its number.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use chrono::{DateTime, FixedOffset};
use num_bigint::{BigInt, Sign};
use serde_json::{Map, Value as Json};

use super::cursor::Cursor;

enum Value {
    /// Constants, symbols and keywords, as they are printed.
    Word(String),
    List(Vec<Value>),
    Map(Vec<(Value, Value)>),
    Set(Vec<Value>),
}

/// A file: its first value.
pub(super) fn parse(text: &str) -> Result<Json, String> {
    let mut at = Cursor::new(text);
    match value(&mut at, 0)? {
        Some(value) => json(value),
        None => Err(at.wrong(format!("expected a value, found {}", at.here()))),
    }
}

fn json(value: Value) -> Result<Json, String> {
    Ok(match value {
        Value::List(items) => Json::Array(items.into_iter().map(json).collect::<Result<_, _>>()?),
        Value::Map(entries) => {
            let mut object = Map::new();
            for (key, value) in entries {
                if !matches!(key, Value::Word(_)) {
                    return Err("a key of a map is a list, a map or a set".to_owned());
                }
                object.insert(printed(&key)?, json(value)?);
            }
            Json::Object(object)
        }
        other => printed(&other)?.into(),
    })
}

/// As Go prints it.
fn printed(value: &Value) -> Result<String, String> {
    Ok(match value {
        Value::Word(word) => word.clone(),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(printed).collect::<Result<_, _>>()?;
            format!("[{}]", items.join(" "))
        }
        Value::Map(entries) => {
            let mut shown = BTreeSet::new();
            for (key, value) in entries {
                shown.insert(format!("{}:{}", printed(key)?, printed(value)?));
            }
            format!("map[{}]", shown.into_iter().collect::<Vec<_>>().join(" "))
        }
        Value::Set(items) => {
            if items.iter().any(|item| !matches!(item, Value::Word(_))) {
                // There, it is printed as an address in memory.
                return Err("a set holds a list, a map or a set".to_owned());
            }
            let mut shown: Vec<String> = items.iter().map(printed).collect::<Result<_, _>>()?;
            shown.sort_by(|a, b| match (a.parse::<f64>(), b.parse::<f64>()) {
                (Ok(x), Ok(y)) => x.total_cmp(&y),
                _ => a.cmp(b),
            });
            shown.dedup();
            let shown: Vec<String> = shown.iter().map(|item| format!("{item}:true")).collect();
            format!("map[{}]", shown.join(" "))
        }
    })
}

fn space(at: &mut Cursor<'_>, depth: usize) -> Result<(), String> {
    loop {
        at.take_while(|c| c.is_whitespace() || c == ',');
        if at.eat(";") {
            at.take_while(|c| c != '\n');
        } else if at.eat("#_") {
            if value(at, depth + 1)?.is_none() {
                return Err(at.wrong("`#_` stands before nothing"));
            }
        } else {
            return Ok(());
        }
    }
}

/// The next value; nothing where a bracket closes or the text ends.
fn value(at: &mut Cursor<'_>, depth: usize) -> Result<Option<Value>, String> {
    at.deep(depth)?;
    space(at, depth)?;
    let found = match at.peek() {
        None | Some(')' | ']' | '}') => return Ok(None),
        Some('(') => Value::List(items(at, ")", depth)?),
        Some('[') => Value::List(items(at, "]", depth)?),
        Some('{') => Value::Map(map(at, depth)?),
        Some('"') => Value::Word(string(at)?),
        Some('\\') => Value::Word(character(at)?),
        Some('#') => hash(at, depth)?,
        Some(_) => Value::Word(word(at)?),
    };
    Ok(Some(found))
}

fn items(at: &mut Cursor<'_>, end: &str, depth: usize) -> Result<Vec<Value>, String> {
    let begin = at.clone();
    at.bump();
    let mut items = Vec::new();
    while let Some(item) = value(at, depth + 1)? {
        items.push(item);
    }
    if at.eat(end) {
        return Ok(items);
    }
    Err(begin.wrong(format!("a value that opens here does not end with `{end}`")))
}

fn map(at: &mut Cursor<'_>, depth: usize) -> Result<Vec<(Value, Value)>, String> {
    let begin = at.clone();
    let mut items = items(at, "}", depth)?.into_iter();
    let mut entries = Vec::new();
    while let Some(key) = items.next() {
        let value = items.next().ok_or_else(|| begin.wrong("a key of a map has no value"))?;
        entries.push((key, value));
    }
    Ok(entries)
}

fn string(at: &mut Cursor<'_>) -> Result<String, String> {
    let begin = at.clone();
    at.bump();
    let mut made = String::new();
    while let Some(found) = at.bump() {
        match found {
            '"' => return Ok(made),
            '\\' => made.push(match at.bump() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some('u') => at.unicode()?,
                Some(c @ ('"' | '\\' | '\'' | '/')) => c,
                _ => return Err(at.wrong("a text has an escape that there is not")),
            }),
            other => made.push(other),
        }
    }
    Err(begin.wrong("a text does not end"))
}

/// A character is a number there.
fn character(at: &mut Cursor<'_>) -> Result<String, String> {
    at.bump();
    let name = at.take_while(char::is_alphanumeric);
    let mut letters = name.chars();
    let found = match (name, letters.next(), letters.next()) {
        ("newline", ..) => Some('\n'),
        ("return", ..) => Some('\r'),
        ("space", ..) => Some(' '),
        ("tab", ..) => Some('\t'),
        ("formfeed", ..) => Some('\u{c}'),
        ("backspace", ..) => Some('\u{8}'),
        (_, Some(only), None) => Some(only),
        ("", ..) => at.bump(),
        (code, ..) => code
            .strip_prefix('u')
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .and_then(char::from_u32),
    };
    let found = found.ok_or_else(|| at.wrong(format!("`\\{name}` is no character")))?;
    Ok(u32::from(found).to_string())
}

fn symbol_part(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, ',' | '(' | ')' | '[' | ']' | '{' | '}' | '"' | ';' | '\\')
}

/// `#{…}` and `#tag value`.
fn hash(at: &mut Cursor<'_>, depth: usize) -> Result<Value, String> {
    at.bump();
    if at.peek() == Some('{') {
        return Ok(Value::Set(items(at, "}", depth)?));
    }
    let tag = at.take_while(symbol_part);
    let inner =
        value(at, depth + 1)?.ok_or_else(|| at.wrong(format!("`#{tag}` stands before nothing")))?;
    let text = printed(&inner)?;
    Ok(Value::Word(match tag {
        "inst" => {
            let time = DateTime::parse_from_rfc3339(&text);
            instant(&time.map_err(|_| at.wrong(format!("{text} is no time")))?)
        }
        "base64" => {
            use base64::Engine as _;
            let bytes = base64::engine::general_purpose::STANDARD.decode(&text);
            let bytes = bytes.map_err(|_| at.wrong("what `#base64` stands before is none"))?;
            let bytes: Vec<String> = bytes.iter().map(u8::to_string).collect();
            format!("[{}]", bytes.join(" "))
        }
        _ => format!("#{tag} {text}"),
    }))
}

/// A time as Go prints it: fractions without zeros at their end, `UTC` as the name of the zone without offset.
fn instant(time: &DateTime<FixedOffset>) -> String {
    let mut shown = time.format("%Y-%m-%d %H:%M:%S").to_string();
    let nanos = time.timestamp_subsec_nanos();
    if nanos > 0 {
        let _ = write!(shown, ".{}", format!("{nanos:09}").trim_end_matches('0'));
    }
    let offset = time.format("%z").to_string();
    let name = if offset == "+0000" { "UTC" } else { &offset };
    format!("{shown} {offset} {name}")
}

fn word(at: &mut Cursor<'_>) -> Result<String, String> {
    let word = at.take_while(symbol_part);
    if word.is_empty() {
        return Err(at.wrong(format!("expected a value, found {}", at.here())));
    }
    if word == "nil" {
        return Ok("<nil>".to_owned());
    }
    let unsigned = word.trim_start_matches(['+', '-']);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit()) {
        let name = word.strip_prefix(':').unwrap_or(word);
        if name.is_empty()
            || word.contains(['^', '@', '`', '~'])
            || name.len() > 1 && name.ends_with('/')
        {
            return Err(at.wrong(format!("{word} is no name")));
        }
        return Ok(word.to_owned());
    }
    let digits = word.strip_prefix('+').unwrap_or(word);
    if unsigned.starts_with('0') && unsigned[1..].starts_with(|c: char| c.is_ascii_digit()) {
        return Err(at.wrong(format!("the number {word} begins with 0")));
    }
    if let Some(big) = digits.strip_suffix('N') {
        let number: BigInt = big.parse().map_err(|_| at.wrong(format!("{word} is no number")))?;
        // As its sign and its words of 64 bits.
        let words: Vec<String> =
            number.magnitude().iter_u64_digits().map(|it| it.to_string()).collect();
        return Ok(format!("{{{} [{}]}}", number.sign() == Sign::Minus, words.join(" ")));
    }
    if digits.parse::<i64>().is_ok() {
        return Ok(digits.to_owned());
    }
    let number = digits.strip_suffix('M').unwrap_or(digits).parse::<f64>();
    number.map(super::go_float).map_err(|_| at.wrong(format!("{word} is no number")))
}
