//! Templates: what stands between literal texts, strip markers, and the nesting of directives.

use std::borrow::Cow;
use std::sync::Arc;
use std::vec::Drain;

use super::fault::{Fault, Opened, Result};
use super::literal::Style;
use super::parser::Parser;
use crate::source::MAX_NESTING;
use crate::syntax::{Node, NodeKind, Scalar, TemplatePart, TemplatePartKind};

/// A piece of a template before its nesting is known.
#[derive(Debug)]
pub(super) struct Piece<'t> {
    pub(super) kind: PieceKind<'t>,
    start: usize,
    end: usize,
    /// How many levels the node in it has.
    height: usize,
    /// `${~`: white space before it goes.
    trims_before: bool,
    /// `~}`: white space after it goes.
    trims_after: bool,
}

#[derive(Debug)]
pub(super) enum PieceKind<'t> {
    Literal(Cow<'t, str>),
    Interpolation(Node),
    If(Node),
    Else,
    EndIf,
    For { key: Option<Arc<str>>, value: Arc<str>, collection: Node },
    EndFor,
}

impl<'t> Parser<'t> {
    /// A string in quotes.
    pub(super) fn quoted(&mut self) -> Result<Node> {
        let start = self.at;
        self.height = 1;
        if let Some(text) = self.plain_quoted() {
            return Ok(self.node(start, NodeKind::Scalar(Scalar::String(text))));
        }
        self.at = start + 1;
        let pieces = self.pieces(Style::Quoted)?;
        if self.peek() != b'"' {
            return self.broken_string(start);
        }
        self.take(1);
        let kind = self.template(pieces)?;
        Ok(self.node(start, kind))
    }

    /// A string without escapes and parts, which most are; `None` leaves the cursor anywhere.
    fn plain_quoted(&mut self) -> Option<Arc<str>> {
        let start = self.at + 1;
        self.at = start;
        loop {
            match self.plain() {
                b'"' => {
                    let text = self.names.share(&self.text[start..self.at]);
                    self.take(1);
                    return Some(text);
                }
                b'$' | b'%' if self.peek_at(1) != b'{' => self.at += 1,
                _ => return None,
            }
        }
    }

    /// The text of a quoted label, which has no parts.
    pub(super) fn label_text(&mut self) -> Result<Arc<str>> {
        let start = self.at;
        if let Some(text) = self.plain_quoted() {
            return Ok(text);
        }
        self.at = start + 1;
        let text = self.literal(Style::Quoted, false)?;
        match self.peek() {
            b'"' => {
                let text = self.names.share(&text);
                self.take(1);
                Ok(text)
            }
            b'$' | b'%' => {
                let help = "to write the characters themselves, double the first: `$${`";
                let end = self.at + 2;
                Err(Fault::new(self.at, end, "a label is a text without interpolation", help))
            }
            _ => self.broken_string(start),
        }
    }

    /// A string that does not end on its line. In an interpolation its quote was meant to close the string around it.
    fn broken_string<T>(&self, start: usize) -> Result<T> {
        Err(match self.opened.0 {
            Opened::Interpolation | Opened::Directive => self.left_open(),
            _ => self.open_string(start),
        })
    }

    /// The whole text as a template: at least one part.
    pub(super) fn whole_template(&mut self) -> Result<Vec<TemplatePart>> {
        self.byte_order_mark();
        let start = self.at;
        let mut pieces = self.pieces(Style::Bare)?;
        strip(&mut pieces, Style::Bare);
        let mut parts = self.parts(pieces)?;
        if parts.is_empty() {
            let span = self.span(start, self.at);
            parts.push(TemplatePart { span, kind: TemplatePartKind::Literal("".into()) });
        }
        Ok(parts)
    }

    /// Everything up to what closes a template, strip markers not applied yet.
    pub(super) fn pieces(&mut self, style: Style<'t>) -> Result<Vec<Piece<'t>>> {
        let mut pieces = std::mem::take(&mut self.room);
        let mut is_line = style != Style::Quoted;
        loop {
            let start = self.at;
            let text = self.literal(style, is_line)?;
            if self.at > start {
                let (kind, end) = (PieceKind::Literal(text), self.at);
                let (trims_before, trims_after) = (false, false);
                pieces.push(Piece { kind, start, end, height: 0, trims_before, trims_after });
            }
            is_line = false;
            match (self.peek(), self.peek_at(1)) {
                (b'$', b'{') => pieces.push(self.sequence(Opened::Interpolation)?),
                (b'%', b'{') => pieces.push(self.sequence(Opened::Directive)?),
                _ => return Ok(pieces),
            }
        }
    }

    /// `${…}` or `%{…}`.
    fn sequence(&mut self, what: Opened) -> Result<Piece<'t>> {
        let start = self.at;
        let (breaks, opened) = (self.breaks, self.open(what));
        self.breaks = false;
        let trims_before = self.peek_at(2) == b'~';
        self.height = 0;
        self.take(if trims_before { 3 } else { 2 });
        let kind = match what {
            Opened::Interpolation => PieceKind::Interpolation(self.expression()?),
            _ => self.directive()?,
        };
        let trims_after = self.peek() == b'~' && self.peek_at(1) == b'}';
        if !trims_after && self.peek() != b'}' {
            return self.open_sequence(what);
        }
        self.at += if trims_after { 2 } else { 1 };
        self.after = self.at;
        self.breaks = breaks;
        self.opened = opened;
        Ok(Piece { kind, start, end: self.at, height: self.height, trims_before, trims_after })
    }

    /// A sequence that does not end where it should: if nothing on the line closes it, that is what is wrong.
    fn open_sequence<T>(&self, what: Opened) -> Result<T> {
        let line =
            self.text.get(self.at..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        if !self.at_end() && !line.contains('}') {
            return Err(self.left_open());
        }
        let mut fault = self.unexpected("`}`");
        if what == Opened::Interpolation && fault.help.is_empty() {
            fault.help = "if `${` is meant as text, write `$${`";
        }
        Err(fault)
    }

    fn directive(&mut self) -> Result<PieceKind<'t>> {
        let length = self.identifier_length();
        let word = &self.text[self.at..self.at + length];
        let simple = match word {
            "if" | "for" => None,
            "else" => Some(PieceKind::Else),
            "endif" => Some(PieceKind::EndIf),
            "endfor" => Some(PieceKind::EndFor),
            _ => return Err(self.unexpected("`if`, `else`, `endif`, `for` or `endfor`")),
        };
        self.take(length);
        match simple {
            Some(kind) => Ok(kind),
            None if word == "if" => Ok(PieceKind::If(self.expression()?)),
            None => {
                let (key, value) = self.for_names()?;
                Ok(PieceKind::For { key, value, collection: self.expression()? })
            }
        }
    }

    /// A template in quotes: a text if it has no other parts.
    fn template(&mut self, pieces: Vec<Piece<'t>>) -> Result<NodeKind> {
        let mut pieces = pieces;
        strip(&mut pieces, Style::Quoted);
        self.template_kind(pieces)
    }

    /// The node for pieces that are ready to be nested.
    pub(super) fn template_kind(&mut self, pieces: Vec<Piece<'t>>) -> Result<NodeKind> {
        let is_text = pieces.len() > 1;
        let mut parts = self.parts(pieces)?;
        self.grow(self.height)?;
        match parts.as_mut_slice() {
            [] => Ok(NodeKind::Scalar(Scalar::String("".into()))),
            [TemplatePart { kind: TemplatePartKind::Literal(text), .. }] => {
                Ok(NodeKind::Scalar(Scalar::String(Arc::clone(text))))
            }
            // White space was stripped from beside it: it is a text all the same, not the value itself.
            [TemplatePart { kind: TemplatePartKind::Interpolation(_), span }] if is_text => {
                let span = *span;
                parts.push(TemplatePart { span, kind: TemplatePartKind::Literal("".into()) });
                Ok(NodeKind::Template(parts))
            }
            _ => Ok(NodeKind::Template(parts)),
        }
    }

    fn parts(&mut self, pieces: Vec<Piece<'t>>) -> Result<Vec<TemplatePart>> {
        let mut pieces = pieces;
        self.height = 0;
        let (parts, end) = self.nest(&mut pieces.drain(..), 0)?;
        self.room = pieces;
        match end {
            None => Ok(parts),
            Some(end) => Self::stray(&end),
        }
    }

    /// The parts up to a directive that ends them, and that directive.
    fn nest(
        &mut self,
        pieces: &mut Drain<'_, Piece<'t>>,
        level: usize,
    ) -> Result<(Vec<TemplatePart>, Option<Piece<'t>>)> {
        if self.depth + level > MAX_NESTING {
            return Err(self.too_deep());
        }
        // What directives hold is not known to be many.
        let mut parts = Vec::with_capacity(if level == 0 { pieces.len() } else { 0 });
        while let Some(piece) = pieces.next() {
            let (start, mut end) = (piece.start, piece.end);
            self.height = self.height.max(piece.height + level);
            let kind = match piece.kind {
                PieceKind::Literal(text) if text.is_empty() => continue,
                PieceKind::Literal(text) => TemplatePartKind::Literal(self.names.share(&text)),
                PieceKind::Interpolation(node) => TemplatePartKind::Interpolation(node),
                PieceKind::If(condition) => {
                    let (then, mut closer) = self.nest(pieces, level + 1)?;
                    let mut otherwise = Vec::new();
                    if closer.as_ref().is_some_and(|piece| matches!(piece.kind, PieceKind::Else)) {
                        (otherwise, closer) = self.nest(pieces, level + 1)?;
                    }
                    end = Self::closed(closer, "if", start, end)?;
                    TemplatePartKind::If { condition, then, otherwise }
                }
                PieceKind::For { key, value, collection } => {
                    let (body, closer) = self.nest(pieces, level + 1)?;
                    end = Self::closed(closer, "for", start, end)?;
                    TemplatePartKind::For { key, value, collection, body }
                }
                PieceKind::Else | PieceKind::EndIf | PieceKind::EndFor => {
                    return Ok((parts, Some(piece)));
                }
            };
            parts.push(TemplatePart { span: self.span(start, end), kind });
        }
        Ok((parts, None))
    }

    /// Where a directive ends, if what ended its parts is its own end.
    fn closed(closer: Option<Piece<'t>>, word: &str, start: usize, end: usize) -> Result<usize> {
        match closer {
            Some(Piece { kind: PieceKind::EndIf, end, .. }) if word == "if" => Ok(end),
            Some(Piece { kind: PieceKind::EndFor, end, .. }) if word == "for" => Ok(end),
            Some(other) => Self::stray(&other),
            None => {
                let message = format!("this `{word}` has no `end{word}`");
                Err(Fault::new(start, end, message, "end it before the template ends"))
            }
        }
    }

    fn stray<T>(piece: &Piece<'t>) -> Result<T> {
        let (word, belongs) = match piece.kind {
            PieceKind::Else => ("else", "if"),
            PieceKind::EndIf => ("endif", "if"),
            _ => ("endfor", "for"),
        };
        let message = format!("this `{word}` belongs to no `{belongs}`");
        Err(Fault::new(piece.start, piece.end, message, ""))
    }
}

/// Strip markers take white space off the literal piece beside them: in quotes all of it, elsewhere that of one line.
pub(super) fn strip(pieces: &mut [Piece<'_>], style: Style<'_>) {
    let is_quoted = style == Style::Quoted;
    for at in 0..pieces.len() {
        let (before, after) = (pieces[at].trims_before, pieces[at].trims_after);
        if before
            && let Some(PieceKind::Literal(text)) = at.checked_sub(1).map(|at| &mut pieces[at].kind)
        {
            let inner = text.strip_suffix('\n').unwrap_or(text);
            let line = inner.rfind('\n').filter(|_| !is_quoted).map_or(0, |at| at + 1);
            cut(text, 0, line + text[line..].trim_end().len());
        }
        if after && let Some(Piece { kind: PieceKind::Literal(text), .. }) = pieces.get_mut(at + 1)
        {
            let line = text.find('\n').filter(|_| !is_quoted).map_or(text.len(), |at| at + 1);
            let from = line - text[..line].trim_start().len();
            cut(text, from, text.len());
        }
    }
}

/// Keep a range of a text.
fn cut(text: &mut Cow<'_, str>, from: usize, to: usize) {
    match text {
        Cow::Borrowed(slice) => *slice = &slice[from..to],
        Cow::Owned(owned) => {
            owned.truncate(to);
            owned.drain(..from);
        }
    }
}
