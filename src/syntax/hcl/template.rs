//! Templates: escapes, strip markers and heredoc indentation, then nested parts. Takes the reader's elements, whose
//! literals are read again from the original text; gives template parts, or a string where all of them are literal.

use std::sync::Arc;
use std::vec::IntoIter;

use hcl::edit::Span as _;
use hcl::edit::template::{Directive, Element, ForDirective, IfDirective, Strip, Template};

use super::convert::{Converter, Result, text};
use crate::syntax::{Node, NodeKind, Scalar, TemplatePart};

/// How literal text of a template is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// In quotes: with backslash escapes, on one line.
    Quoted,
    /// Heredoc or template file: as it stands, each line a piece of its own for strip markers.
    Lines,
    /// `<<-`: indentation common to all lines is taken off.
    Indented,
}

/// A template before its nesting is known.
struct Piece {
    kind: PieceKind,
    strip: Strip,
}

enum PieceKind {
    Literal(String),
    Interpolation(Node),
    If(Node),
    Else,
    EndIf,
    For { key: Option<Arc<str>>, value: Arc<str>, collection: Node },
    EndFor,
}

impl Converter<'_> {
    /// A quoted template or heredoc.
    pub(super) fn template(
        &self,
        template: &Template,
        style: Style,
        depth: usize,
    ) -> Result<NodeKind> {
        let mut parts = self.parts(template, style, depth)?;
        match parts.as_mut_slice() {
            [] => Ok(NodeKind::Scalar(Scalar::String("".into()))),
            [TemplatePart::Literal(text)] => Ok(NodeKind::Scalar(Scalar::String(Arc::clone(text)))),
            _ => Ok(NodeKind::Template(parts)),
        }
    }

    /// A template without quotes: at least one part.
    pub(super) fn bare_template(&self, template: &Template) -> Result<Vec<TemplatePart>> {
        let mut parts = self.parts(template, Style::Lines, 1)?;
        if parts.is_empty() {
            parts.push(TemplatePart::Literal("".into()));
        }
        Ok(parts)
    }

    fn parts(&self, template: &Template, style: Style, depth: usize) -> Result<Vec<TemplatePart>> {
        let mut pieces = Vec::new();
        self.flatten(template, style, depth, &mut pieces)?;
        strip(&mut pieces);
        if style == Style::Indented {
            unindent(&mut pieces);
        }
        Ok(nest(&mut pieces.into_iter()).0)
    }

    fn flatten(
        &self,
        template: &Template,
        style: Style,
        depth: usize,
        pieces: &mut Vec<Piece>,
    ) -> Result<()> {
        for element in template {
            match element {
                Element::Literal(literal) => self.literal(literal.span(), style, pieces),
                Element::Interpolation(interpolation) => pieces.push(Piece {
                    kind: PieceKind::Interpolation(self.node(&interpolation.expr, depth)?),
                    strip: interpolation.strip,
                }),
                Element::Directive(directive) => match &**directive {
                    Directive::If(directive) => {
                        self.if_directive(directive, style, depth, pieces)?;
                    }
                    Directive::For(directive) => {
                        self.for_directive(directive, style, depth, pieces)?;
                    }
                },
            }
        }
        Ok(())
    }

    fn literal(
        &self,
        range: Option<std::ops::Range<usize>>,
        style: Style,
        pieces: &mut Vec<Piece>,
    ) {
        let raw = self.slice(range);
        let mut push = |text| {
            pieces.push(Piece { kind: PieceKind::Literal(text), strip: Strip::None });
        };
        if style == Style::Quoted {
            push(unescape(raw));
        } else {
            raw.split_inclusive('\n').for_each(|line| push(unescape_markers(line)));
        }
    }

    fn if_directive(
        &self,
        directive: &IfDirective,
        style: Style,
        depth: usize,
        pieces: &mut Vec<Piece>,
    ) -> Result<()> {
        let IfDirective { if_expr, else_expr, endif_expr, .. } = directive;
        let condition = self.node(&if_expr.cond_expr, depth)?;
        pieces.push(Piece { kind: PieceKind::If(condition), strip: if_expr.strip });
        self.flatten(&if_expr.template, style, depth + 1, pieces)?;
        if let Some(otherwise) = else_expr {
            pieces.push(Piece { kind: PieceKind::Else, strip: otherwise.strip });
            self.flatten(&otherwise.template, style, depth + 1, pieces)?;
        }
        pieces.push(Piece { kind: PieceKind::EndIf, strip: endif_expr.strip });
        Ok(())
    }

    fn for_directive(
        &self,
        directive: &ForDirective,
        style: Style,
        depth: usize,
        pieces: &mut Vec<Piece>,
    ) -> Result<()> {
        let ForDirective { for_expr, endfor_expr, .. } = directive;
        let kind = PieceKind::For {
            key: for_expr.key_var.as_ref().map(text),
            value: text(&for_expr.value_var),
            collection: self.node(&for_expr.collection_expr, depth)?,
        };
        pieces.push(Piece { kind, strip: for_expr.strip });
        self.flatten(&for_expr.template, style, depth + 1, pieces)?;
        pieces.push(Piece { kind: PieceKind::EndFor, strip: endfor_expr.strip });
        Ok(())
    }
}

/// Strip markers take white space off the literal piece just before or after them.
fn strip(pieces: &mut [Piece]) {
    for at in 0..pieces.len() {
        let strip = pieces[at].strip;
        if strip.strip_start()
            && let Some(PieceKind::Literal(text)) = at.checked_sub(1).map(|at| &mut pieces[at].kind)
        {
            text.truncate(text.trim_end().len());
        }
        if strip.strip_end()
            && let Some(Piece { kind: PieceKind::Literal(text), .. }) = pieces.get_mut(at + 1)
        {
            *text = text.trim_start().to_owned();
        }
    }
}

/// Take off the indentation that all lines share. Blank lines do not count and stay as they are.
fn unindent(pieces: &mut [Piece]) {
    let mut is_line_start = true;
    let mut shared = usize::MAX;
    let mut starts = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let literal = match &piece.kind {
            PieceKind::Literal(text) => Some(text.as_str()),
            _ => None,
        };
        if is_line_start {
            let text = literal.unwrap_or_default();
            let rest = text.trim_start();
            if !(rest.is_empty() && text.ends_with('\n')) {
                shared = shared.min(text.len() - rest.len());
                starts.push(at);
            }
        }
        is_line_start = literal.is_some_and(|text| text.ends_with('\n'));
    }
    for at in starts {
        if let PieceKind::Literal(text) = &mut pieces[at].kind {
            let cut = text.char_indices().map(|(at, _)| at).find(|at| *at >= shared);
            text.drain(..cut.unwrap_or(text.len()));
        }
    }
}

/// What ended a run of parts.
enum End {
    Else,
    Other,
}

fn nest(pieces: &mut IntoIter<Piece>) -> (Vec<TemplatePart>, End) {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut end = End::Other;
    while let Some(piece) = pieces.next() {
        let part = match piece.kind {
            PieceKind::Literal(text) => {
                literal.push_str(&text);
                continue;
            }
            PieceKind::Interpolation(node) => TemplatePart::Interpolation(node),
            PieceKind::If(condition) => {
                let (then, end) = nest(pieces);
                let otherwise = match end {
                    End::Else => nest(pieces).0,
                    End::Other => Vec::new(),
                };
                TemplatePart::If { condition, then, otherwise }
            }
            PieceKind::For { key, value, collection } => {
                TemplatePart::For { key, value, collection, body: nest(pieces).0 }
            }
            PieceKind::Else => {
                end = End::Else;
                break;
            }
            PieceKind::EndIf | PieceKind::EndFor => break,
        };
        push_literal(&mut parts, &mut literal);
        parts.push(part);
    }
    push_literal(&mut parts, &mut literal);
    (parts, end)
}

fn push_literal(parts: &mut Vec<TemplatePart>, literal: &mut String) {
    if !literal.is_empty() {
        parts.push(TemplatePart::Literal(std::mem::take(literal).into()));
    }
}

/// Resolve `$${` and `%%{`.
fn unescape_markers(raw: &str) -> String {
    raw.replace("$${", "${").replace("%%{", "%{")
}

/// Resolve backslash escapes, `$${` and `%%{`. The reader has checked them.
pub(super) fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        let (taken, out) = match c {
            '\\' => escape(rest),
            '$' if rest.starts_with("$${") => (3, None),
            '%' if rest.starts_with("%%{") => (3, None),
            c => (c.len_utf8(), Some(c)),
        };
        match out {
            Some(out) => text.push(out),
            None => text.extend([c, '{']),
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    text
}

/// The length of the escape that starts here and what it stands for.
fn escape(rest: &str) -> (usize, Option<char>) {
    let hex = |length: usize| {
        let digits = rest.get(2..2 + length)?;
        u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)
    };
    match rest.chars().nth(1) {
        Some('n') => (2, Some('\n')),
        Some('r') => (2, Some('\r')),
        Some('t') => (2, Some('\t')),
        Some('u') => (6, Some(hex(4).unwrap_or('\u{fffd}'))),
        Some('U') => (10, Some(hex(8).unwrap_or('\u{fffd}'))),
        Some(c) => (1 + c.len_utf8(), Some(c)),
        None => (1, Some('\\')),
    }
}
