//! HCL to the tree in one pass: a recursive descent over bytes, without tokens in between.
//!
//! `parser` has the cursor, `body` the statements, `expression` and `collection` the expressions, `template` and
//! `heredoc` the texts; `recovery` decides how much a fault costs, `layout` where indentation says that something ends.
//! The tree is never deeper than [`crate::source::MAX_NESTING`], so everything later may walk it recursively.

mod body;
mod collection;
mod expression;
mod fault;
mod heredoc;
mod layout;
mod literal;
mod names;
mod parser;
mod recovery;
mod template;

use self::parser::{Parser, Places};
use super::{Body, Node, TemplatePart};
use crate::source::{FileId, Problem, Span};

/// What an HCL file holds.
#[derive(Debug, Default)]
pub struct Parsed {
    /// All that could be read.
    pub body: Body,
    /// Comments in source order, with their `#`, `//` or `/*`, without the line break.
    pub comments: Vec<Span>,
    /// What does not parse, in source order: one problem for each broken statement.
    pub problems: Vec<Problem>,
}

/// Parse an HCL file. A broken attribute or block costs that statement only: of an attribute the name stays, with a
/// [`NodeKind::Broken`](super::NodeKind::Broken) value.
pub fn parse(file: FileId, text: &str) -> Parsed {
    Parser::new(file, text, Places::Offset(0)).file()
}

/// Parse one expression that stands at `offset` in a file (JSON syntax, `--var` values). Line breaks mean nothing.
pub fn parse_expression(file: FileId, text: &str, offset: usize) -> Result<Node, Problem> {
    let before = text.len() - text.trim_start().len();
    let mut parser = Parser::new(file, text.trim(), Places::Offset(offset + before));
    parser.whole_expression().map_err(|fault| parser.problem(*fault))
}

/// Parse a template (a string of JSON syntax, a `templatefile`), its literal parts and interpolations.
/// A text without interpolation or directive is one literal part. Spans are exact where `span` is as long as the text;
/// otherwise (a string with escapes) every node has `span` itself.
pub fn parse_template(file: FileId, text: &str, span: Span) -> Result<Vec<TemplatePart>, Problem> {
    let places = if span.range().len() == text.len() {
        Places::Offset(span.start as usize)
    } else {
        Places::Whole(span)
    };
    let mut parser = Parser::new(file, text, places);
    parser.whole_template().map_err(|fault| parser.problem(*fault))
}
