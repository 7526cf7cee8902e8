//! `yamlencode`: block style, texts in double quotes, texts of several lines as literal blocks; byte for byte as Terraform writes.

use std::fmt::Write as _;

use super::Host;
use super::argument::{Survey, check_text};
use super::json;
use crate::normalize::terraform::value::{Kind, Mapping, Value};

const WIDTH: usize = 80;
const LONGEST_SIMPLE_KEY: usize = 128;

pub(super) fn yamlencode(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let value = &arguments[0];
    let mut survey = Survey::default();
    survey.visit(value)?;
    let encoded = match json::in_part(value, "") {
        Some(known) => known,
        None => Value::string(encode(value)?),
    };
    Ok(encoded.with_marks(&survey.marks))
}

/// The text of a known value.
fn encode(value: &Value) -> Result<String, String> {
    let mut writer = Writer { out: String::new() };
    writer.node(value, 0, Place::Root)?;
    writer.out.push('\n');
    if matches!(value.kind, Kind::Null(_) | Kind::Bool(_) | Kind::Number(_)) {
        writer.out.push_str("...\n");
    }
    Ok(writer.out)
}

/// Where a node stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    /// After `- `.
    Item,
    /// After `key:`.
    Entry,
}

struct Writer {
    out: String,
}

impl Writer {
    /// Write a node whose surroundings are indented by so many spaces; no line break after it.
    fn node(&mut self, value: &Value, indent: usize, place: Place) -> Result<(), String> {
        check_text(self.out.len())?;
        match &value.kind {
            Kind::Sequence(_, items) if !items.is_empty() => self.sequence(items, indent, place),
            Kind::Mapping(map) if !map.entries.is_empty() => self.mapping(map, indent, place),
            _ => {
                if place == Place::Entry {
                    self.out.push(' ');
                }
                self.scalar(value, indent + 2)
            }
        }
    }

    fn scalar(&mut self, value: &Value, indent: usize) -> Result<(), String> {
        match &value.kind {
            Kind::Null(_) => self.out.push_str("null"),
            Kind::Bool(bool) => self.out.push_str(if *bool { "true" } else { "false" }),
            Kind::Number(number) => {
                let _ = write!(self.out, "{number}");
            }
            Kind::String(text) if text.contains('\n') && block_allowed(text) => {
                self.literal(text, indent);
            }
            Kind::String(text) => self.quoted(text, Some(indent)),
            Kind::Sequence(..) => self.out.push_str("[]"),
            Kind::Mapping(_) => self.out.push_str("{}"),
            Kind::Unknown(unknown) => return Err(format!("a part is unknown: {}", unknown.reason)),
        }
        Ok(())
    }

    fn new_line(&mut self, indent: usize) {
        self.out.push('\n');
        self.spaces(indent);
    }

    fn spaces(&mut self, count: usize) {
        self.out.extend(std::iter::repeat_n(' ', count));
    }

    fn sequence(&mut self, items: &[Value], indent: usize, place: Place) -> Result<(), String> {
        for (at, item) in items.iter().enumerate() {
            if at > 0 || place == Place::Entry {
                self.new_line(indent);
            }
            self.out.push_str("- ");
            let inner = if is_block(item) { indent + 2 } else { indent };
            self.node(item, inner, Place::Item)?;
        }
        Ok(())
    }

    fn mapping(&mut self, map: &Mapping, indent: usize, place: Place) -> Result<(), String> {
        let indent = if place == Place::Entry { indent + 2 } else { indent };
        for (at, (key, value)) in map.entries.iter().enumerate() {
            if at > 0 || place == Place::Entry {
                self.new_line(indent);
            }
            if key.contains('\n') || key.len() > LONGEST_SIMPLE_KEY {
                self.out.push_str("? ");
                self.scalar(&Value::string(std::sync::Arc::clone(key)), indent + 2)?;
                self.new_line(indent);
                self.out.push_str(": ");
                let inner = if is_block(value) { indent + 2 } else { indent };
                self.node(value, inner, Place::Item)?;
            } else {
                self.quoted(key, None);
                self.out.push(':');
                self.node(value, indent, Place::Entry)?;
            }
        }
        Ok(())
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.out.push('|');
        if text.starts_with([' ', '\n']) {
            self.out.push('2');
        }
        if !text.ends_with('\n') {
            self.out.push('-');
        } else if text == "\n" || text.ends_with("\n\n") {
            self.out.push('+');
        }
        let content = text.strip_suffix('\n').unwrap_or(text);
        for line in content.split('\n') {
            self.out.push('\n');
            if !line.is_empty() {
                self.spaces(indent);
                self.out.push_str(line);
            }
        }
    }

    /// Write a text in double quotes; a long one is folded where an indentation is given.
    fn quoted(&mut self, text: &str, fold: Option<usize>) {
        let line = self.out.rfind('\n').map_or(0, |at| at + 1);
        let mut column = self.out[line..].chars().count() + 1;
        self.out.push('"');
        let mut after_space = false;
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let before = self.out.len();
            if c != ' ' {
                push_escaped(c, &mut self.out);
                after_space = false;
                column += self.out[before..].chars().count();
                continue;
            }
            let inside = at > 0 && at + 1 < text.len();
            if let Some(indent) = fold.filter(|_| !after_space && column > WIDTH && inside) {
                self.new_line(indent);
                column = indent;
                if chars.peek().is_some_and(|(_, next)| *next == ' ') {
                    self.out.push('\\');
                    column += 1;
                }
            } else {
                self.out.push(' ');
                column += 1;
            }
            after_space = true;
        }
        self.out.push('"');
    }
}

/// Whether a node begins lines of its own.
fn is_block(value: &Value) -> bool {
    match &value.kind {
        Kind::Sequence(_, items) => !items.is_empty(),
        Kind::Mapping(map) => !map.entries.is_empty(),
        _ => false,
    }
}

/// Whether a literal block can hold the text: no space before a line's end, nothing that must be escaped.
fn block_allowed(text: &str) -> bool {
    !text.ends_with(' ')
        && !text.contains(" \n")
        && text.chars().all(|c| c == '\n' || is_printable(c))
}

fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

fn push_escaped(c: char, out: &mut String) {
    let short = match c {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ if is_printable(c) => {
            out.push(c);
            return;
        }
        _ => {
            let code = u32::from(c);
            let _ = match code {
                0..=0xff => write!(out, "\\x{code:02X}"),
                0x100..=0xffff => write!(out, "\\u{code:04X}"),
                _ => write!(out, "\\U{code:08X}"),
            };
            return;
        }
    };
    out.push('\\');
    out.push(short);
}
