//! The cursor over a text: bytes, white space, comments, identifiers, spans, depth.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::fault::{Opened, Result};
use super::layout::Layout;
use super::names::Names;
use super::template::Piece;
use crate::source::{FileId, MAX_NESTING, Problem, Span};
use crate::syntax::{Node, NodeKind};

/// Where in a file the bytes of a text stand.
#[derive(Clone, Copy, Debug)]
pub(super) enum Places {
    /// At this offset.
    Offset(usize),
    /// Somewhere in this span.
    Whole(Span),
}

/// A text that is being read. After every step `at` is the first byte of the next token.
#[derive(Debug)]
pub(super) struct Parser<'t> {
    pub(super) file: FileId,
    pub(super) text: &'t str,
    /// The bytes of the text up to where the parser may look: its end, or where the layout says that something ends.
    pub(super) bytes: &'t [u8],
    places: Places,
    /// The next byte.
    pub(super) at: usize,
    /// One past the last token that was taken.
    pub(super) after: usize,
    /// Whether a line break is a token; else it is white space.
    pub(super) breaks: bool,
    /// How many levels of the tree are around the next node.
    pub(super) depth: usize,
    /// How many levels the node has that was made last.
    pub(super) height: usize,
    /// What was opened last, and where.
    pub(super) opened: (Opened, usize),
    pub(super) layout: Layout,
    /// How far the statement is indented that is being read.
    pub(super) floor: usize,
    /// Where each line's text, trimmed, stands last; made once a heredoc is not closed.
    pub(super) last_lines: Option<FxHashMap<&'t str, usize>>,
    /// From here on nothing closes a block comment.
    no_comment_end: usize,
    pub(super) names: Names,
    /// Room for the pieces of a template.
    pub(super) room: Vec<Piece<'t>>,
    pub(super) comments: Vec<Span>,
    pub(super) problems: Vec<Problem>,
}

impl<'t> Parser<'t> {
    pub(super) fn new(file: FileId, text: &'t str, places: Places) -> Self {
        Self {
            file,
            text,
            bytes: text.as_bytes(),
            places,
            at: 0,
            after: 0,
            breaks: true,
            depth: 0,
            height: 0,
            opened: (Opened::Nothing, 0),
            layout: Layout::Free,
            floor: 0,
            last_lines: None,
            no_comment_end: usize::MAX,
            names: Names::new(),
            room: Vec::new(),
            comments: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// The next byte; 0 at the end.
    #[inline]
    pub(super) fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    /// The byte `ahead` of the next one; 0 at the end.
    #[inline]
    pub(super) fn peek_at(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    pub(super) fn at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    pub(super) fn starts_with(&self, text: &str) -> bool {
        self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(text.as_bytes()))
    }

    /// Whether a line ends here.
    pub(super) fn at_break(&self) -> bool {
        match self.peek() {
            b'\n' => true,
            b'\r' => self.peek_at(1) == b'\n',
            _ => false,
        }
    }

    /// The offset after the character at `at`.
    pub(super) fn next_char(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        rest.chars().next().map_or(at, |c| at + c.len_utf8())
    }

    #[inline]
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        match self.places {
            Places::Offset(offset) => Span::new(start + offset, end + offset),
            Places::Whole(span) => span,
        }
    }

    /// A node from `start` to the last token.
    #[inline]
    pub(super) fn node(&self, start: usize, kind: NodeKind) -> Node {
        Node { span: self.span(start, self.after), kind }
    }

    /// Take a token of this length and the white space after it.
    #[inline]
    pub(super) fn take(&mut self, length: usize) {
        self.at += length;
        self.after = self.at;
        self.space();
    }

    /// Step over white space and comments, over line breaks only where they mean nothing.
    /// A block comment that is never closed stays, and is met as a token that nothing expects.
    #[inline]
    pub(super) fn space(&mut self) {
        let mut next = self.peek();
        if next == b' ' {
            self.at += 1;
            next = self.peek();
        }
        if SPACE[usize::from(next)] {
            self.all_space();
        }
    }

    fn all_space(&mut self) {
        loop {
            match self.peek() {
                b' ' | b'\t' => {
                    // What is aligned has many.
                    while self.bytes[self.at..].starts_with(b"        ") {
                        self.at += 8;
                    }
                    let rest = &self.bytes[self.at..];
                    let length = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t'));
                    self.at += length.unwrap_or(rest.len());
                }
                b'\n' | b'\r' if !self.breaks && self.at_break() => self.line_break(),
                b'#' => self.line_comment(),
                b'/' if self.peek_at(1) == b'/' => self.line_comment(),
                b'/' if self.peek_at(1) == b'*' => {
                    if !self.block_comment() {
                        return;
                    }
                }
                _ => return,
            }
        }
    }

    /// Step over a line break.
    pub(super) fn line_break(&mut self) {
        self.at += if self.peek() == b'\r' { 2 } else { 1 };
        if self.layout != Layout::Free {
            self.look_at_line();
        }
    }

    /// Step over a comment, to before the line break.
    pub(super) fn line_comment(&mut self) {
        let rest = &self.bytes[self.at..];
        let mut end = self.at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        if end < self.bytes.len() && self.bytes[end - 1] == b'\r' {
            end -= 1;
        }
        self.comment(end);
    }

    /// Step over a block comment, if it is one.
    pub(super) fn block_comment(&mut self) -> bool {
        if self.at >= self.no_comment_end {
            return false;
        }
        let inner = self.bytes.get(self.at + 2..).unwrap_or_default();
        let Some(length) = inner.windows(2).position(|pair| pair == b"*/") else {
            self.no_comment_end = self.at;
            return false;
        };
        self.comment(self.at + 2 + length + 2);
        true
    }

    /// Keep a comment; what was read before and is read again is kept once.
    fn comment(&mut self, end: usize) {
        let span = self.span(self.at, end);
        if self.comments.last().is_none_or(|last| last.end <= span.start) {
            self.comments.push(span);
        }
        self.at = end;
    }

    /// One level deeper.
    pub(super) fn enter(&mut self) -> Result<()> {
        if self.depth >= MAX_NESTING {
            return Err(self.too_deep());
        }
        self.depth += 1;
        Ok(())
    }

    /// The node that was made last has one level more than this.
    pub(super) fn grow(&mut self, height: usize) -> Result<()> {
        self.height = height + 1;
        if self.depth + height > MAX_NESTING { Err(self.too_deep()) } else { Ok(()) }
    }

    /// Open something of one character: what was open before, to be put back when it is closed.
    pub(super) fn open(&mut self, what: Opened) -> (Opened, usize) {
        std::mem::replace(&mut self.opened, (what, self.at))
    }

    /// Take the closing character of what was opened last; `breaks` and `opened` are what held outside.
    pub(super) fn close(
        &mut self,
        closer: u8,
        wanted: &str,
        breaks: bool,
        opened: (Opened, usize),
    ) -> Result<()> {
        if self.peek() != closer {
            return Err(self.unexpected(wanted));
        }
        self.breaks = breaks;
        self.opened = opened;
        self.take(1);
        Ok(())
    }

    /// The length of the identifier that starts here; 0 where none does.
    #[inline]
    pub(super) fn identifier_length(&self) -> usize {
        self.identifier_length_at(self.at)
    }

    /// The length of the identifier that starts at an offset; 0 where none does.
    #[inline]
    pub(super) fn identifier_length_at(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        match rest.first() {
            Some(b'a'..=b'z' | b'A'..=b'Z' | b'_') => {}
            Some(0x80..) if self.text[at..].starts_with(unicode_ident::is_xid_start) => {}
            _ => return 0,
        }
        let goes_on = |byte: &u8| IDENTIFIER[usize::from(*byte)];
        let ascii = rest.iter().position(|byte| !goes_on(byte)).unwrap_or(rest.len());
        if rest.get(ascii).is_none_or(u8::is_ascii) {
            return ascii;
        }
        let rest = &self.text[at..self.bytes.len()];
        let goes_on = |c: char| c == '-' || unicode_ident::is_xid_continue(c);
        rest.find(|c| !goes_on(c)).unwrap_or(rest.len())
    }

    /// Whether this word, and not a longer one, starts here.
    pub(super) fn at_word(&self, word: &str) -> bool {
        self.starts_with(word) && self.identifier_length() == word.len()
    }

    /// The identifier that starts here and where that is; `wanted` says what it is for.
    pub(super) fn identifier(&mut self, wanted: &str) -> Result<(Arc<str>, usize)> {
        let (start, length) = (self.at, self.identifier_length());
        if length == 0 {
            return Err(self.unexpected(wanted));
        }
        let name = self.names.share(&self.text[start..start + length]);
        self.take(length);
        Ok((name, start))
    }

    /// Step over the byte order mark that a file may begin with.
    pub(super) fn byte_order_mark(&mut self) {
        if self.text.starts_with('\u{feff}') {
            self.at = '\u{feff}'.len_utf8();
        }
    }

    /// The whole text as one expression.
    pub(super) fn whole_expression(&mut self) -> Result<Node> {
        self.breaks = false;
        self.space();
        let node = self.expression()?;
        if self.at_end() { Ok(node) } else { Err(self.unexpected("the end of the expression")) }
    }
}

/// Bytes with which white space may begin.
const SPACE: [bool; 256] = table(b" \t\r\n#/");

/// ASCII bytes that may stand in an identifier after its start.
const IDENTIFIER: [bool; 256] =
    table(b"-_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

/// Which bytes are among these.
pub(super) const fn table(bytes: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
}
