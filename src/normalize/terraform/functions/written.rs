//! The functions of Terraform's built-in provider: values as HCL text, laid out as `terraform fmt` does, and back.
//!
//! Source: documentation of `encode_expr`, `encode_tfvars` and `decode_tfvars` in Terraform 1.11.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use regex::Regex;
use unicode_ident::{is_xid_continue, is_xid_start};

use super::Host;
use super::argument::{check_text, mapping, text};
use super::string::{begins_with, characters};
use crate::normalize::terraform::types::Type;
use crate::normalize::terraform::value::{Kind, Value};

const MAX_DEPTH: usize = 128;

pub(super) fn encode_expr(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let value = &arguments[0];
    if let Some(reason) = value.first_unknown() {
        return Ok(begins_with(opening(value), reason));
    }
    let mut writer = Writer::default();
    writer.value(value, 0)?;
    Ok(Value::string(writer.finish()))
}

pub(super) fn encode_tfvars(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let value = &arguments[0];
    if let Some(reason) = value.first_unknown() {
        return Ok(super::unknown(reason, Some(Type::String)));
    }
    let map = mapping(value).ok_or("the value must be an object or map")?;
    let mut writer = Writer::default();
    for (name, value) in &map.entries {
        if !is_identifier(name) {
            return Err(format!("{:?} is no name that a variable can have", &**name));
        }
        writer.assignment(name, value, 0)?;
        writer.new_line();
    }
    Ok(Value::string(writer.finish()))
}

pub(super) fn decode_tfvars(arguments: &[Value], host: &dyn Host) -> Result<Value, String> {
    host.read_variables(text(&arguments[0])?)
}

/// How the text of a value begins, whatever its unknown parts become.
fn opening(value: &Value) -> &'static str {
    if !value.is_not_null() {
        return "";
    }
    match Type::of(value) {
        Type::String => "\"",
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => "[",
        Type::Map(_) | Type::Object(_) => "{",
        Type::Any | Type::Bool | Type::Number => "",
    }
}

fn is_identifier(name: &str) -> bool {
    let begins = |c: char| is_xid_start(c) || c == '_';
    name.starts_with(begins) && name.chars().all(|c| is_xid_continue(c) || c == '-')
}

/// A line of text and what decides its place.
#[derive(Default)]
struct Line {
    text: String,
    /// Where ` = ` stands, if the line assigns.
    assigns: Option<usize>,
    /// How many brackets more it opens than it closes; those of the assigned value apart.
    before: i32,
    after: i32,
}

/// Text as it grows, line by line.
#[derive(Default)]
struct Writer {
    done: Vec<Line>,
    line: Line,
    bytes: usize,
}

impl Writer {
    fn push(&mut self, text: &str) {
        self.line.text.push_str(text);
        self.bytes += text.len();
    }

    fn bracket(&mut self, bracket: &str, change: i32) {
        self.push(bracket);
        if self.line.assigns.is_some() {
            self.line.after += change;
        } else {
            self.line.before += change;
        }
    }

    fn new_line(&mut self) {
        self.done.push(std::mem::take(&mut self.line));
    }

    fn assignment(&mut self, name: &str, value: &Value, depth: usize) -> Result<(), String> {
        if is_identifier(name) {
            self.push(name);
        } else {
            self.text(name);
        }
        self.line.assigns = Some(self.line.text.len());
        self.push(" = ");
        self.value(value, depth)
    }

    fn value(&mut self, value: &Value, depth: usize) -> Result<(), String> {
        if depth > MAX_DEPTH {
            return Err(format!("the value is nested more than {MAX_DEPTH} deep"));
        }
        check_text(self.bytes)?;
        match &value.kind {
            Kind::Null(_) | Kind::Unknown(_) => self.push("null"),
            Kind::Bool(bool) => self.push(if *bool { "true" } else { "false" }),
            Kind::Number(number) => self.push(&number.to_string()),
            Kind::String(text) => self.text(text),
            Kind::Sequence(_, items) => {
                self.bracket("[", 1);
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        self.push(", ");
                    }
                    self.value(item, depth + 1)?;
                }
                self.bracket("]", -1);
            }
            Kind::Mapping(map) => {
                self.bracket("{", 1);
                if !map.entries.is_empty() {
                    self.new_line();
                }
                for (name, item) in &map.entries {
                    self.assignment(name, item, depth + 1)?;
                    self.new_line();
                }
                self.bracket("}", -1);
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        let mut quoted = String::with_capacity(text.len() + 2);
        quoted.push('"');
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            match c {
                '\n' => quoted.push_str("\\n"),
                '\r' => quoted.push_str("\\r"),
                '\t' => quoted.push_str("\\t"),
                '"' => quoted.push_str("\\\""),
                '\\' => quoted.push_str("\\\\"),
                '$' | '%' if rest.peek() == Some(&'{') => quoted.extend([c, c]),
                _ if is_printable(c) => quoted.push(c),
                _ => {
                    let code = u32::from(c);
                    let _ = match code {
                        ..=0xffff => write!(quoted, "\\u{code:04x}"),
                        _ => write!(quoted, "\\U{code:08x}"),
                    };
                }
            }
        }
        quoted.push('"');
        self.push(&quoted);
    }

    /// All lines, indented by the brackets that are open, with the equals signs of neighbours in one column.
    fn finish(mut self) -> String {
        let ends_open = self.line.text.is_empty();
        if !ends_open {
            self.new_line();
        }
        let mut out = String::new();
        let mut open: Vec<i32> = Vec::new();
        let mut aligned_to = 0;
        for (at, line) in self.done.iter().enumerate() {
            let change = line.before + line.after;
            close(&mut open, -change);
            out.extend(std::iter::repeat_n("  ", open.len()));
            if change > 0 {
                open.push(change);
            }
            let Some(width) = line.width() else {
                out.push_str(&line.text);
                out.push('\n');
                continue;
            };
            if at == 0 || self.done[at - 1].width().is_none() {
                let chain = self.done[at..].iter().map_while(Line::width);
                aligned_to = chain.max().unwrap_or(width);
            }
            let (name, value) = line.text.split_at(line.assigns.unwrap_or_default());
            out.push_str(name);
            out.extend(std::iter::repeat_n(' ', aligned_to - width));
            out.push_str(value);
            out.push('\n');
        }
        if !ends_open {
            out.pop();
        }
        out
    }
}

impl Line {
    /// How wide the name is, of a line that assigns a value which ends on it.
    fn width(&self) -> Option<usize> {
        let end = self.assigns.filter(|_| self.after == 0)?;
        Some(characters(&self.text[..end]))
    }
}

/// A line that closes brackets ends as many indents as were opened by what it closes.
fn close(open: &mut Vec<i32>, mut closed: i32) {
    while closed > 0
        && let Some(last) = open.last_mut()
    {
        if closed < *last {
            *last -= closed;
            return;
        }
        closed -= *last;
        open.pop();
    }
}

/// Letters, marks, numbers, punctuation, symbols, and the space.
fn is_printable(c: char) -> bool {
    static PRINTABLE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^[\p{L}\p{M}\p{N}\p{P}\p{S}]$").ok());
    if c.is_ascii() {
        return (' '..='~').contains(&c);
    }
    PRINTABLE.as_ref().is_some_and(|printable| printable.is_match(c.encode_utf8(&mut [0; 4])))
}

/// The source of a provider in whose namespace these functions are.
pub(super) fn is_builtin(source: &Arc<str>) -> bool {
    matches!(&**source, "terraform.io/builtin/terraform")
}
