//! HCL to the tree, read through hcl-rs's `hcl::edit`.
//!
//! `guard` looks over the text first (what is never closed, limits, line breaks that mean nothing), the reader reads it,
//! `convert` makes our tree with spans of the original text, and `template` applies strip markers and indentation.

mod convert;
mod guard;
mod template;

use hcl::edit::parser;

use self::convert::{Converter, Places};
use self::guard::{Guarded, Start};
use super::{Body, Node, TemplatePart};
use crate::source::{FileId, Place, Problem, ProblemKind, Span};

/// How often a repeated object key, which the reader refuses, is renamed before it is given up.
const MAX_REPEATED_KEYS: usize = 32;

/// Parse an HCL file. What does not parse is a problem; what could be read is returned beside it.
pub fn parse(file: FileId, text: &str) -> (Body, Vec<Problem>) {
    let places = Places::Offset(0);
    let read = read(file, text, Start::Body, &places, parser::parse_body)
        .and_then(|body| Converter { file, text, places }.body(&body, 1));
    match read {
        Ok(body) => (body, Vec::new()),
        Err(problem) => (Body::default(), vec![problem]),
    }
}

/// Parse one expression that stands at `offset` in a file (JSON syntax, `--var` values).
pub fn parse_expression(file: FileId, text: &str, offset: usize) -> Result<Node, Problem> {
    let before = text.len() - text.trim_start().len();
    let text = text.trim();
    let places = Places::Offset(offset + before);
    let expression = read(file, text, Start::Expression, &places, parser::parse_expr)?;
    Converter { file, text, places }.node(&expression, 1)
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
    let template = read(file, text, Start::Template, &places, parser::parse_template)?;
    Converter { file, text, places }.bare_template(&template)
}

/// Guard, then read. A repeated object key is legal (the last one holds) but refused by the reader: in its copy of the
/// text the key gets another name of the same length; the tree takes names from the original.
fn read<T>(
    file: FileId,
    text: &str,
    start: Start,
    places: &Places,
    parse: impl Fn(&str) -> Result<T, parser::Error>,
) -> Result<T, Problem> {
    let at = |from: usize, to: usize| Place { file, span: places.span(from..to) };
    let Guarded { mut text } =
        guard::check(text, start).map_err(|fault| fault.problem(at(fault.at, fault.end)))?;
    for _ in 0..MAX_REPEATED_KEYS {
        let error = match parse(&text) {
            Ok(read) => return Ok(read),
            Err(error) => error,
        };
        let renamed = error
            .message()
            .contains("redefined object key")
            .then(|| guard::rename_key(&text, error.location().offset()))
            .flatten();
        let Some(renamed) = renamed else {
            let from = error.location().offset();
            return Err(problem(error.message(), at(from, guard::next_char(&text, from))));
        };
        text = renamed;
    }
    let message = format!("more than {MAX_REPEATED_KEYS} object keys are repeated");
    Err(Problem::new(ProblemKind::Limit, message).at(at(0, 0)))
}

fn problem(message: &str, place: Place) -> Problem {
    let is_limit = message.contains("nested levels") || message.contains("chained binary");
    let kind = if is_limit { ProblemKind::Limit } else { ProblemKind::Syntax };
    Problem::new(kind, message).at(place)
}
