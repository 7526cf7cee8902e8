//! `jsonencode` and `jsondecode`.

use std::fmt::Write as _;
use std::sync::Arc;

use super::Host;
use super::argument::{Survey, check_items, check_text, text};
use crate::normalize::terraform::number::Number;
use crate::normalize::terraform::types::Type;
use crate::normalize::terraform::value::{Entries, Kind, Unknown, Value, composed};

const MAX_DEPTH: usize = 128;

pub(super) fn jsonencode(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let value = &arguments[0];
    let mut survey = Survey::default();
    survey.visit(value)?;
    let encoded = encode_parts(value)?;
    Ok(encoded.with_marks(&survey.marks))
}

/// The text, or what is known of it.
fn encode_parts(value: &Value) -> Result<Value, String> {
    if let Some(known) = in_part(value, first_character(value)) {
        return Ok(known);
    }
    let mut json = String::new();
    encode(value, &mut json)?;
    Ok(Value::string(json))
}

/// The text of a value that is unknown in part, with how it begins: the partly unknown value keeps its own marks.
pub(super) fn in_part(value: &Value, prefix: &str) -> Option<Value> {
    let reason = value.first_unknown()?;
    let unknown = Unknown {
        reason,
        kind: Some(Type::String),
        prefix: prefix.into(),
        not_null: true,
        partial: Some(value.clone()),
        ..Unknown::default()
    };
    Some(Kind::Unknown(Arc::new(unknown)).into())
}

/// How the text of a value begins, whatever its unknown parts become.
fn first_character(value: &Value) -> &'static str {
    let kind = match &value.kind {
        Kind::Unknown(unknown) if !unknown.not_null => return "",
        Kind::Unknown(unknown) => unknown.kind.clone().unwrap_or(Type::Any),
        Kind::Mapping(_) => return "{",
        _ => Type::of(value),
    };
    match kind {
        Type::String => "\"",
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => "[",
        Type::Map(_) | Type::Object(_) => "{",
        Type::Any | Type::Bool | Type::Number => "",
    }
}

/// Write a known value as JSON.
pub(super) fn encode(value: &Value, json: &mut String) -> Result<(), String> {
    check_text(json.len())?;
    match &value.kind {
        Kind::Null(_) => json.push_str("null"),
        Kind::Bool(bool) => json.push_str(if *bool { "true" } else { "false" }),
        Kind::Number(number) if number.is_infinite() => {
            return Err("cannot serialize infinity as JSON".to_owned());
        }
        Kind::Number(number) => {
            let _ = write!(json, "{number}");
        }
        Kind::String(text) => encode_text(text, json),
        Kind::Sequence(_, items) => {
            json.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    json.push(',');
                }
                encode(item, json)?;
            }
            json.push(']');
        }
        Kind::Mapping(map) => {
            json.push('{');
            for (at, (key, item)) in map.entries.iter().enumerate() {
                if at > 0 {
                    json.push(',');
                }
                encode_text(key, json);
                json.push(':');
                encode(item, json)?;
            }
            json.push('}');
        }
        Kind::Unknown(unknown) => return Err(format!("a part is unknown: {}", unknown.reason)),
    }
    Ok(())
}

/// Write a text as JSON, with the characters escaped that are special in HTML.
pub(super) fn encode_text(text: &str, json: &mut String) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                let _ = write!(json, "\\u{:04x}", u32::from(c));
            }
            _ => json.push(c),
        }
    }
    json.push('"');
}

pub(super) fn jsondecode(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    if let Kind::Unknown(unknown) = &arguments[0].kind {
        return unknown_document(unknown);
    }
    let text = text(&arguments[0])?;
    let mut reader = Reader { text, at: 0, values: 0 };
    let value = reader.value(0)?;
    reader.skip_space();
    if reader.at < text.len() {
        return Err("extraneous data after JSON object".to_owned());
    }
    Ok(value)
}

/// How a document begins says what it can be.
fn unknown_document(text: &Unknown) -> Result<Value, String> {
    let kind = match text.prefix.trim_start().chars().next() {
        None | Some('{' | '[' | 'n') => None,
        Some('"') => Some(Type::String),
        Some('t' | 'f') => Some(Type::Bool),
        Some('-' | '0'..='9') => Some(Type::Number),
        Some(other) => return Err(format!("a JSON document cannot begin with {other:?}")),
    };
    let reason = Arc::clone(&text.reason);
    Ok(Kind::Unknown(Arc::new(Unknown { reason, kind, ..Unknown::default() })).into())
}

/// A JSON text being read.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    values: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn unexpected(&self) -> String {
        match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(c) => format!("invalid JSON: unexpected {c:?} at byte {}", self.at),
            None => "invalid JSON: it ends too early".to_owned(),
        }
    }

    fn eat(&mut self, byte: u8) -> Result<(), String> {
        self.skip_space();
        if self.peek() != Some(byte) {
            return Err(self.unexpected());
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<Value, String> {
        if depth > MAX_DEPTH {
            return Err(format!("invalid JSON: it is nested more than {MAX_DEPTH} deep"));
        }
        self.values += 1;
        check_items(self.values)?;
        self.skip_space();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => Ok(Value::string(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Value, String> {
        let words =
            [("null", Value::null()), ("true", Value::bool(true)), ("false", Value::bool(false))];
        for (word, value) in words {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.unexpected())
    }

    fn object(&mut self, depth: usize) -> Result<Value, String> {
        let mut entries = Vec::new();
        self.eat(b'{')?;
        self.skip_space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::object(Entries::new()));
        }
        loop {
            self.skip_space();
            let key = self.string()?;
            self.eat(b':')?;
            let value = self.value(depth + 1)?;
            entries.push((composed(key.into()), value));
            self.skip_space();
            if self.peek() != Some(b',') {
                self.eat(b'}')?;
                return Ok(Value::object(entries.into_iter().collect()));
            }
            self.at += 1;
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, String> {
        let mut items = Vec::new();
        self.eat(b'[')?;
        self.skip_space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::tuple(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.skip_space();
            if self.peek() != Some(b',') {
                self.eat(b']')?;
                return Ok(Value::tuple(items));
            }
            self.at += 1;
        }
    }

    fn number(&mut self) -> Result<Value, String> {
        let start = self.at;
        while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.at += 1;
        }
        let number = &self.text[start..self.at];
        let digits = number.trim_start_matches('-');
        let leading_zero =
            digits.len() > 1 && digits.starts_with('0') && digits.as_bytes()[1].is_ascii_digit();
        let point = digits.split_once('.');
        let bare_point = point.is_some_and(|(whole, rest)| {
            whole.is_empty() || !rest.starts_with(|c: char| c.is_ascii_digit())
        });
        let parsed = Number::parse(number).filter(|_| !leading_zero && !bare_point);
        parsed.map(Value::number).ok_or_else(|| format!("invalid JSON: {number:?} is no number"))
    }

    fn string(&mut self) -> Result<String, String> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected());
        }
        self.at += 1;
        let mut string = String::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(c) = rest.chars().next() else { return Err(self.unexpected()) };
            match c {
                '"' => {
                    self.at += 1;
                    return Ok(string);
                }
                '\\' => {
                    self.at += 1;
                    let escaped = self.escape()?;
                    string.push(escaped);
                }
                '\0'..='\u{1f}' => return Err(self.unexpected()),
                _ => {
                    string.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
    }

    /// The character of an escape after its backslash; half a surrogate pair is the replacement character.
    fn escape(&mut self) -> Result<char, String> {
        let Some(selector) = self.peek() else { return Err(self.unexpected()) };
        let plain = match selector {
            b'"' | b'\\' | b'/' => char::from(selector),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.at += 1;
                return self.code_point();
            }
            _ => return Err(self.unexpected()),
        };
        self.at += 1;
        Ok(plain)
    }

    fn code_point(&mut self) -> Result<char, String> {
        let first = self.hex()?;
        if (0xd800..0xdc00).contains(&first) && self.text[self.at..].starts_with("\\u") {
            let before = self.at;
            self.at += 2;
            let second = self.hex()?;
            if (0xdc00..0xe000).contains(&second) {
                let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = before;
        }
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex(&mut self) -> Result<u32, String> {
        let digits = self.text.get(self.at..self.at + 4).filter(|it| !it.starts_with('+'));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let code = code.ok_or_else(|| self.unexpected())?;
        self.at += 4;
        Ok(code)
    }
}
