//! Literal text of strings, heredocs and templates, with escapes resolved.

use std::borrow::Cow;

use super::fault::{Fault, Result};
use super::parser::{Parser, table};

/// How literal text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style<'t> {
    /// In quotes: with backslash escapes, on one line.
    Quoted,
    /// A heredoc, up to the line that holds this marker alone.
    Heredoc(&'t str),
    /// A template without quotes, to the end of the text.
    Bare,
}

/// A text that is a slice of the source for as long as it holds no escape.
struct Resolved<'t> {
    text: Cow<'t, str>,
    /// From here on nothing was added yet.
    from: usize,
}

impl<'t> Resolved<'t> {
    fn add(&mut self, source: &'t str, to: usize) {
        let slice = source.get(self.from..to).unwrap_or_default();
        if self.text.is_empty() {
            self.text = Cow::Borrowed(slice);
        } else if !slice.is_empty() {
            self.text.to_mut().push_str(slice);
        }
    }
}

impl<'t> Parser<'t> {
    /// The literal text up to the next `${` or `%{` or to what closes it. `is_line` says whether a line starts here.
    pub(super) fn literal(&mut self, style: Style<'t>, is_line: bool) -> Result<Cow<'t, str>> {
        let source = self.text;
        let mut text = Resolved { text: Cow::Borrowed(""), from: self.at };
        let mut is_line = is_line;
        loop {
            if is_line && self.at_marker(style) {
                break;
            }
            is_line = false;
            let byte = self.plain();
            match (byte, style) {
                (b'$' | b'%', _) => {
                    if self.peek_at(1) == b'{' {
                        break;
                    }
                    if self.peek_at(1) == byte && self.peek_at(2) == b'{' {
                        text.add(source, self.at + 1);
                        self.at += 2;
                        text.from = self.at;
                    }
                    self.at += 1;
                }
                (b'\\', Style::Quoted) => {
                    text.add(source, self.at);
                    let c = self.escape()?;
                    text.text.to_mut().push(c);
                    text.from = self.at;
                }
                (b'"' | b'\n' | b'\r', Style::Quoted) => break,
                (b'\n', _) => {
                    self.at += 1;
                    is_line = true;
                }
                (b'\r', Style::Heredoc(_)) if self.peek_at(1) != b'\n' => {
                    let help = "end lines with a line feed";
                    return Err(self.fault_at(self.at, "a carriage return inside a line", help));
                }
                (0, _) if self.at_end() => break,
                _ => self.at += 1,
            }
        }
        text.add(source, self.at);
        Ok(text.text)
    }

    /// Step over bytes that are themselves in every style; the byte after them, 0 at the end.
    pub(super) fn plain(&mut self) -> u8 {
        let rest = &self.bytes[self.at..];
        let is_special = |byte: &u8| SPECIAL[usize::from(*byte)];
        self.at += rest.iter().position(is_special).unwrap_or(rest.len());
        self.peek()
    }

    /// Whether this line holds nothing but the heredoc's marker; it has to end with a line break.
    fn at_marker(&self, style: Style<'t>) -> bool {
        let Style::Heredoc(marker) = style else { return false };
        let rest = &self.bytes[self.at..];
        let indent = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t'));
        let first = indent.and_then(|at| rest.get(at)).copied().unwrap_or(b'\n');
        let may_be = first == marker.as_bytes()[0] || !first.is_ascii_graphic();
        may_be
            && first != b'\n'
            && rest.iter().position(|byte| *byte == b'\n').is_some_and(|length| {
                self.text.get(self.at..self.at + length).is_some_and(|line| line.trim() == marker)
            })
    }

    /// The character that a backslash escape stands for.
    fn escape(&mut self) -> Result<char> {
        let start = self.at;
        let (length, c) = match self.peek_at(1) {
            b'n' => (2, Some('\n')),
            b'r' => (2, Some('\r')),
            b't' => (2, Some('\t')),
            b'"' => (2, Some('"')),
            b'\\' => (2, Some('\\')),
            b'u' => (6, self.code_point(4)),
            b'U' => (10, self.code_point(8)),
            _ => (1, None),
        };
        let Some(c) = c else {
            let help = "escapes are \\n, \\r, \\t, \\\", \\\\, \\uXXXX and \\UXXXXXXXX";
            let end = self.next_char(start + 1);
            let shown = self.text.get(start..end).unwrap_or_default().trim_end();
            return Err(Fault::new(start, end, format!("there is no escape `{shown}`"), help));
        };
        self.at += length;
        Ok(c)
    }

    fn code_point(&self, length: usize) -> Option<char> {
        let digits = self.text.get(self.at + 2..self.at + 2 + length)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)
    }
}

/// Bytes that may mean something in literal text.
const SPECIAL: [bool; 256] = table(b"$%\\\"\n\r");
