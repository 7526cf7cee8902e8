//! HCL to the tree, read through hcl-rs's `hcl::edit`.

use crate::source::{FileId, Problem, Span};

use super::{Body, Node, TemplatePart};

/// Parse an HCL file. What does not parse is a problem; what could be read is returned beside it.
pub fn parse(file: FileId, text: &str) -> (Body, Vec<Problem>) {
    let _ = (file, text);
    (Body::default(), Vec::new())
}

/// Parse one expression that stands at `offset` in a file (JSON syntax, `--var` values).
pub fn parse_expression(file: FileId, text: &str, offset: usize) -> Result<Node, Problem> {
    let _ = (file, offset);
    Err(Problem::new(crate::source::ProblemKind::Syntax, text))
}

/// Parse a template (a string of JSON syntax, a `templatefile`), its literal parts and interpolations.
/// A text without interpolation or directive is one literal part.
pub fn parse_template(file: FileId, text: &str, span: Span) -> Result<Vec<TemplatePart>, Problem> {
    let _ = (file, span);
    Err(Problem::new(crate::source::ProblemKind::Syntax, text))
}
