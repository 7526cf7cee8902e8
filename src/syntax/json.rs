//! JSON to the tree, with the span of every key and element.
//!
//! Takes a text of RFC 8259, with or without a byte order mark; gives its one value. Numbers are kept as they are written
//! and repeated keys are kept in order; what they mean is up to the format.

use super::{Entry, Node, NodeKind, Scalar};
use crate::source::{FileId, MAX_NESTING, Place, Problem, ProblemKind, Span};

/// Parse one JSON text.
pub fn parse(file: FileId, text: &str) -> Result<Node, Problem> {
    let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut parser = Parser { file, text, at };
    let node = parser.value(1)?;
    parser.space();
    if parser.at < text.len() {
        return Err(parser.expected("the end of the file after the value"));
    }
    Ok(node)
}

struct Parser<'t> {
    file: FileId,
    text: &'t str,
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// Step over this byte, if it is next.
    fn eat(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn problem(&self, kind: ProblemKind, message: String) -> Problem {
        let next = self.text.get(self.at..).and_then(|rest| rest.chars().next());
        let span = Span::new(self.at, self.at + next.map_or(0, char::len_utf8));
        Problem::new(kind, message).at(Place { file: self.file, span })
    }

    fn expected(&self, what: &str) -> Problem {
        let found = self.text.get(self.at..).and_then(|rest| rest.chars().next());
        let found = found.map_or_else(
            || "the end of the file".to_owned(),
            |c| format!("`{}`", c.escape_debug()),
        );
        self.problem(ProblemKind::Syntax, format!("expected {what}, found {found}"))
    }

    fn value(&mut self, depth: usize) -> Result<Node, Problem> {
        if depth > MAX_NESTING {
            let message = format!("nested more than {MAX_NESTING} levels deep");
            return Err(self.problem(ProblemKind::Limit, message));
        }
        self.space();
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => NodeKind::Scalar(self.string()?),
            Some(b'-' | b'0'..=b'9') => NodeKind::Scalar(self.number()?),
            _ => NodeKind::Scalar(self.word()?),
        };
        Ok(Node { span: Span::new(start, self.at), kind })
    }

    fn object(&mut self, depth: usize) -> Result<NodeKind, Problem> {
        let mut entries = Vec::new();
        self.at += 1;
        self.space();
        if self.eat(b'}') {
            return Ok(NodeKind::Mapping(entries));
        }
        loop {
            entries.push(self.entry(depth)?);
            self.space();
            if self.eat(b'}') {
                return Ok(NodeKind::Mapping(entries));
            }
            if !self.eat(b',') {
                return Err(self.expected("`,` or `}`"));
            }
        }
    }

    fn entry(&mut self, depth: usize) -> Result<Entry, Problem> {
        self.space();
        let start = self.at;
        if self.peek() != Some(b'"') {
            return Err(self.expected("a key in double quotes"));
        }
        let kind = NodeKind::Scalar(self.string()?);
        let key = Node { span: Span::new(start, self.at), kind };
        self.space();
        if !self.eat(b':') {
            return Err(self.expected("`:`"));
        }
        Ok(Entry { key, value: self.value(depth + 1)? })
    }

    fn array(&mut self, depth: usize) -> Result<NodeKind, Problem> {
        let mut items = Vec::new();
        self.at += 1;
        self.space();
        if self.eat(b']') {
            return Ok(NodeKind::Sequence(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.space();
            if self.eat(b']') {
                return Ok(NodeKind::Sequence(items));
            }
            if !self.eat(b',') {
                return Err(self.expected("`,` or `]`"));
            }
        }
    }

    fn string(&mut self) -> Result<Scalar, Problem> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let plain = rest
                .bytes()
                .position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))
                .unwrap_or(rest.len());
            let slice = rest.get(..plain).unwrap_or_default();
            self.at += plain;
            if text.is_empty() && self.eat(b'"') {
                return Ok(Scalar::String(slice.into()));
            }
            text.push_str(slice);
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => text.push(self.escape()?),
                Some(_) => {
                    return Err(self.expected(
                        "`\"` (a string stands on one line, without control characters)",
                    ));
                }
                None => {
                    self.at = start;
                    return Err(
                        self.problem(ProblemKind::Syntax, "this string is never closed".into())
                    );
                }
            }
        }
        self.at += 1;
        Ok(Scalar::String(text.into()))
    }

    /// An escape; a surrogate without its other half becomes U+FFFD.
    fn escape(&mut self) -> Result<char, Problem> {
        self.at += 1;
        let escaped = match self.peek() {
            Some(quoted @ (b'"' | b'\\' | b'/')) => char::from(quoted),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.expected("an escape (`\\n`, `\\\"`, `\\u0041` …)")),
        };
        self.at += 1;
        Ok(escaped)
    }

    fn unicode(&mut self) -> Result<char, Problem> {
        self.at += 1;
        let high = self.hex()?;
        let is_pair = (0xd800..0xdc00).contains(&high)
            && self.text.get(self.at..).is_some_and(|rest| rest.starts_with("\\u"));
        if !is_pair {
            return Ok(char::from_u32(high).unwrap_or('\u{fffd}'));
        }
        let before = self.at;
        self.at += 2;
        let low = self.hex()?;
        if !(0xdc00..0xe000).contains(&low) {
            self.at = before;
            return Ok('\u{fffd}');
        }
        let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        Ok(char::from_u32(code).unwrap_or('\u{fffd}'))
    }

    fn hex(&mut self) -> Result<u32, Problem> {
        let digits = self.text.get(self.at..self.at + 4);
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let code = code.ok_or_else(|| self.expected("four hexadecimal digits"))?;
        self.at += 4;
        Ok(code)
    }

    fn digits(&mut self) -> Result<(), Problem> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.expected("a digit"));
        }
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Scalar, Problem> {
        let start = self.at;
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _sign = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        Ok(Scalar::Number(self.text.get(start..self.at).unwrap_or_default().into()))
    }

    fn word(&mut self) -> Result<Scalar, Problem> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let words =
            [("null", Scalar::Null), ("true", Scalar::Bool(true)), ("false", Scalar::Bool(false))];
        for (word, scalar) in words {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(scalar);
            }
        }
        Err(self.expected("a value"))
    }
}
