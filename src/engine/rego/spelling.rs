//! What OPA reads and regorus does not, spelled so that both read it. No line moves.
//!
//! - A bracket at the beginning of a line begins a statement: regorus takes it for the arguments of what stands before. The statement
//!   before gets its `;`.
//! - `$"… {x} …"` calls a function of ours with the texts and, for each hole, a list of what stands in it, which is empty where that is
//!   undefined.
//!
//! One pass over the text, before anything else reads it.

use std::fmt::Write as _;

use super::rewrite::Edits;

/// The function of texts with holes.
pub(super) const TEMPLATE: &str = "__dreadnought_template";
/// The first letters of the names that stand for what is in a hole.
const HOLE: &str = "__hole";

/// Words after which a bracket belongs to what they begin.
const OPENING: &[&str] = &[
    "as", "contains", "default", "else", "every", "if", "import", "in", "not", "package", "some",
    "with",
];

/// The changes to a module; nothing where there are none.
pub(super) fn changes(text: &str) -> Option<Edits<'_>> {
    let may_change = text.contains("$\"") || text.contains("$`") || begins_with_bracket(text);
    may_change.then(|| Scan::new(text).run()).flatten()
}

fn begins_with_bracket(text: &str) -> bool {
    text.lines().skip(1).any(|line| line.trim_start().starts_with('('))
}

enum Open {
    Bracket(u8),
    /// A hole of a template: of one in backticks, or one in quotes.
    Hole {
        raw: bool,
    },
}

struct Scan<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    open: Vec<Open>,
    /// Where the last expression ends, if one does before this place.
    operand: Option<usize>,
    /// Whether a line ended since.
    is_new_line: bool,
    holes: usize,
    edits: Edits<'t>,
    count: usize,
}

impl<'t> Scan<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            open: Vec::new(),
            operand: None,
            is_new_line: false,
            holes: 0,
            edits: Edits::new(text),
            count: 0,
        }
    }

    fn run(mut self) -> Option<Edits<'t>> {
        while let Some(byte) = self.bytes.get(self.at).copied() {
            match byte {
                b'#' => self.at = self.find(self.at, b'\n'),
                b'\n' => {
                    self.is_new_line = true;
                    self.at += 1;
                }
                _ if byte.is_ascii_whitespace() => self.at += 1,
                b'"' => self.quoted(),
                b'`' => {
                    let end = self.find(self.at + 1, b'`') + 1;
                    self.ends_operand(end);
                }
                b'$' if matches!(self.bytes.get(self.at + 1), Some(b'"' | b'`')) => {
                    let raw = self.bytes[self.at + 1] == b'`';
                    self.replace(self.at, 1, format!("{TEMPLATE}(["));
                    self.at += 2;
                    self.template(raw);
                }
                b'{' | b'[' | b'(' => self.opens(byte),
                b'}' | b']' | b')' => match self.open.pop() {
                    Some(Open::Hole { raw }) if byte == b'}' => {
                        self.replace(self.at, 1, format!("], {}", quote(raw)));
                        self.at += 1;
                        self.template(raw);
                    }
                    _ => self.ends_operand(self.at + 1),
                },
                _ if byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii() => {
                    self.word();
                }
                _ => {
                    self.operand = None;
                    self.at += 1;
                }
            }
        }
        (self.count > 0).then_some(self.edits)
    }

    fn find(&self, from: usize, byte: u8) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        rest.iter().position(|each| *each == byte).map_or(self.bytes.len(), |at| from + at)
    }

    fn replace(&mut self, at: usize, length: usize, by: String) {
        self.edits.replace(at..at + length, by);
        self.count += 1;
    }

    fn ends_operand(&mut self, at: usize) {
        self.at = at;
        self.operand = Some(at);
        self.is_new_line = false;
    }

    fn quoted(&mut self) {
        let mut at = self.at + 1;
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'\\' => at += 2,
                b'"' | b'\n' => break,
                _ => at += 1,
            }
        }
        self.ends_operand(at + 1);
    }

    fn word(&mut self) {
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || !byte.is_ascii();
        let rest = &self.bytes[self.at..];
        let end = rest.iter().position(|byte| !is_part(byte)).map_or(rest.len(), |length| length);
        let word = self.text.get(self.at..self.at + end).unwrap_or_default();
        // After a dot it is a key.
        let is_key = self.at > 0 && self.bytes[self.at - 1] == b'.';
        self.ends_operand(self.at + end);
        if !is_key && OPENING.contains(&word) {
            self.operand = None;
        }
    }

    fn opens(&mut self, byte: u8) {
        let in_body = matches!(self.open.last(), Some(Open::Bracket(b'{')));
        if let Some(end) = self.operand.filter(|_| byte == b'(' && self.is_new_line && in_body) {
            self.edits.insert(end, ";".to_owned());
            self.count += 1;
        }
        self.open.push(Open::Bracket(byte));
        self.operand = None;
        self.at += 1;
    }

    /// The text of a template up to its end or its next hole.
    fn template(&mut self, raw: bool) {
        while let Some(byte) = self.bytes.get(self.at).copied() {
            match byte {
                b'\\' if matches!(self.bytes.get(self.at + 1), Some(b'{' | b'}')) => {
                    self.replace(self.at, 1, String::new());
                    self.at += 2;
                }
                b'\\' if !raw => self.at += 2,
                b'{' => {
                    self.holes += 1;
                    let mut by = quote(raw).to_string();
                    // Writing to a String cannot fail.
                    let _ = write!(by, ", [{HOLE}{0} | {HOLE}{0} := ", self.holes);
                    self.replace(self.at, 1, by);
                    self.open.push(Open::Hole { raw });
                    self.operand = None;
                    self.at += 1;
                    return;
                }
                b'"' if !raw => return self.ends_template(),
                b'`' if raw => return self.ends_template(),
                // It is not closed: the parser says so.
                b'\n' if !raw => return,
                _ => self.at += 1,
            }
        }
    }

    fn ends_template(&mut self) {
        self.edits.insert(self.at + 1, "])".to_owned());
        self.ends_operand(self.at + 1);
    }
}

fn quote(raw: bool) -> char {
    if raw { '`' } else { '"' }
}
