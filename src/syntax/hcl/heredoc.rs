//! Heredocs: `<<X` as they stand, `<<-X` without the indentation that all lines share.

use std::borrow::Cow;

use super::fault::{Fault, Opened, Result};
use super::layout::Layout;
use super::literal::Style;
use super::parser::Parser;
use super::template::{Piece, PieceKind, strip};
use crate::syntax::Node;

/// How a heredoc begins.
pub(super) struct Introducer<'t> {
    pub(super) marker: &'t str,
    is_indented: bool,
    /// Where the marker ends.
    end: usize,
    /// Where the text starts.
    pub(super) text: usize,
}

impl<'t> Parser<'t> {
    /// `<<X`, text, and a line that holds `X` alone.
    pub(super) fn heredoc(&mut self) -> Result<Node> {
        let start = self.at;
        let Some(introducer) = self.introducer() else { return Err(self.unexpected("a value")) };
        let Introducer { marker, is_indented, end, text } = introducer;
        if !matches!(&self.bytes[end..text], b"\n" | b"\r\n") {
            let message = "a heredoc's line ends right after its marker";
            return Err(Fault::new(end, text, message, "take out the white space"));
        }
        let opened = self.open(Opened::Heredoc);
        self.at = text;
        if self.is_never_closed(marker) {
            return Err(self.unclosed());
        }
        let style = Style::Heredoc(marker);
        let mut pieces = self.pieces(style)?;
        if self.at_end() {
            self.remember_lines();
            return Err(self.unclosed());
        }
        let line = self.text[self.at..].lines().next().unwrap_or_default();
        self.opened = opened;
        self.take(line.trim_end().len());
        strip(&mut pieces, style);
        if is_indented {
            unindent(&mut pieces);
        }
        let kind = self.template_kind(pieces)?;
        Ok(self.node(start, kind))
    }

    /// The introducer of the heredoc that begins here; white space after it is taken for a mistake.
    pub(super) fn introducer(&self) -> Option<Introducer<'t>> {
        let is_indented = self.peek_at(2) == b'-';
        let from = self.at + if is_indented { 3 } else { 2 };
        let end = from + self.identifier_length_at(from);
        let rest = self.bytes.get(end..)?;
        let blank = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r'))?;
        let marker = &self.text[from..end];
        let is_whole = !marker.is_empty() && rest[blank] == b'\n';
        is_whole.then(|| Introducer { marker, is_indented, end, text: end + blank + 1 })
    }

    /// Whether it is known that no line after this place holds the marker.
    pub(super) fn is_never_closed(&self, marker: &str) -> bool {
        let lines = self.last_lines.as_ref();
        lines.is_some_and(|lines| lines.get(marker).is_none_or(|last| *last < self.at))
    }

    /// Look once where every line stands last, so that many heredocs that are never closed cost no more than one.
    pub(super) fn remember_lines(&mut self) {
        if self.layout == Layout::Free || self.last_lines.is_some() {
            return;
        }
        let mut at = 0;
        let mut lines = rustc_hash::FxHashMap::default();
        for line in self.text.split_inclusive('\n') {
            lines.insert(line.trim(), at);
            at += line.len();
        }
        self.last_lines = Some(lines);
    }
}

/// Take off the indentation that all lines share. Blank lines do not count and stay as they are.
fn unindent(pieces: &mut [Piece<'_>]) {
    let mut shared = usize::MAX;
    let mut is_line = true;
    for piece in &*pieces {
        let PieceKind::Literal(text) = &piece.kind else {
            if is_line {
                return;
            }
            is_line = false;
            continue;
        };
        // An empty literal had its white space stripped.
        if text.is_empty() && is_line {
            return;
        }
        for line in text.split_inclusive('\n') {
            if is_line && !is_blank(line) {
                let rest = line.trim_start();
                shared = shared.min(line[..line.len() - rest.len()].chars().count());
            }
            is_line = line.ends_with('\n');
        }
        is_line &= text.ends_with('\n');
    }
    if shared > 0 && shared < usize::MAX {
        take_off(pieces, shared);
    }
}

fn take_off(pieces: &mut [Piece<'_>], count: usize) {
    let mut is_line = true;
    for piece in pieces {
        let PieceKind::Literal(text) = &mut piece.kind else {
            is_line = false;
            continue;
        };
        let mut kept = String::with_capacity(text.len());
        for line in text.split_inclusive('\n') {
            let cut = if is_line && !is_blank(line) { count } else { 0 };
            let from = line.char_indices().nth(cut).map_or(line.len(), |(at, _)| at);
            kept.push_str(&line[from..]);
            is_line = line.ends_with('\n');
        }
        *text = Cow::Owned(kept);
    }
}

fn is_blank(line: &str) -> bool {
    line.ends_with('\n') && line.trim_start().is_empty()
}
