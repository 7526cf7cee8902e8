//! YAML to trees, one a document, with aliases and merge keys resolved within a node budget.
//!
//! Takes a stream; gives a node for each document that reads, and a problem for each that does not.

mod merge;
mod plain;

pub use plain::{Plain, json, json_scalar, number, resolve, to_json};

use std::collections::BTreeMap;

use granit_parser::{
    ErrorKind, Event, Marker, Parser, ScalarStyle, ScanError, StrInput, StructureStyle, Tag,
};

use super::{Entry, Node, NodeKind, Scalar};
use crate::source::{FileId, MAX_NESTING, Place, Problem, ProblemKind, Span};

/// Most nodes that the aliases of one stream may stand for.
const MAX_ALIASED_NODES: usize = 200_000;
/// Tags that make something else than a text of a scalar, in quotes and in blocks, too.
const TAGS: [&str; 5] = [
    "tag:yaml.org,2002:binary",
    "tag:yaml.org,2002:bool",
    "tag:yaml.org,2002:float",
    "tag:yaml.org,2002:int",
    "tag:yaml.org,2002:null",
];
/// After so many documents that do not read, the rest of a stream is left.
const MAX_BROKEN_DOCUMENTS: usize = 100;

/// Parse a YAML stream. A document that does not parse is a problem; the others are returned.
///
/// A merge key gives way to keys that are written beside it; what it brings stands in its place.
pub fn parse(file: FileId, text: &str) -> (Vec<Node>, Vec<Problem>) {
    let options = granit_parser::options! {
        flow_nesting_limit: MAX_NESTING,
        block_nesting_limit: MAX_NESTING,
        block_scalar_eof_without_line_feed: true,
    };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut reader =
        Reader { file, text, expanded: 0, documents: Vec::new(), open: Document::default() };
    let mut problems = Vec::new();
    while let Err(problem) = reader.read(&mut parser) {
        problems.push(problem);
        reader.open = Document::default();
        let is_more = problems.len() < MAX_BROKEN_DOCUMENTS;
        if !is_more || !parser.proceed_next_document().unwrap_or(false) {
            break;
        }
    }
    (reader.documents, problems)
}

/// A finished node, with what it costs to repeat it.
#[derive(Clone, Debug)]
struct Built {
    node: Node,
    /// Levels of nodes in it, itself included.
    height: usize,
    /// Nodes in it, itself included.
    size: usize,
}

/// A collection that is not finished.
struct Collection {
    span: Span,
    /// Flow collections end with their bracket, block collections with their last child.
    is_flow: bool,
    anchor: usize,
    items: Items,
    height: usize,
    size: usize,
}

enum Items {
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>, Option<Node>),
}

/// What is known of the document that is being read.
#[derive(Default)]
struct Document {
    collections: Vec<Collection>,
    /// Anchored values; `None` where keeping it would cost more nodes than aliases may stand for.
    anchors: BTreeMap<usize, Option<Built>>,
    /// Nodes that are kept for anchors.
    kept: usize,
    root: Option<Node>,
}

struct Reader<'t> {
    file: FileId,
    text: &'t str,
    /// Nodes that aliases have stood for so far.
    expanded: usize,
    documents: Vec<Node>,
    open: Document,
}

impl Reader<'_> {
    /// Read to the end of the stream or the first problem.
    fn read<'s>(&mut self, parser: &mut Parser<'s, StrInput<'s>>) -> Result<(), Problem> {
        while let Some(next) = parser.next_event() {
            let (event, span) = next.map_err(|error| self.scan_problem(&error))?;
            let span = self.span(span.start, span.end);
            self.event(event, span)?;
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Problem> {
        match event {
            Event::DocumentStart(..) => self.open = Document::default(),
            Event::DocumentEnd => self.documents.extend(self.open.root.take()),
            Event::Alias(anchor) => return self.alias(anchor, span),
            Event::Scalar(text, style, anchor, tag) => {
                let kind = NodeKind::Scalar(self.scalar(&text, style, tag.as_deref(), span));
                let span = self.without_blank_end(span);
                let built = Built { node: Node { span, kind }, height: 1, size: 1 };
                return self.finish(built, anchor);
            }
            Event::SequenceStart(style, anchor, _) => {
                return self.start(Items::Sequence(Vec::new()), style, anchor, span);
            }
            Event::MappingStart(style, anchor, _) => {
                return self.start(Items::Mapping(Vec::new(), None), style, anchor, span);
            }
            Event::SequenceEnd | Event::MappingEnd => return self.end(span),
            _ => {}
        }
        Ok(())
    }

    fn scalar(&self, text: &str, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Scalar {
        let tag = tag.map(|tag| format!("{}{}", tag.handle(), tag.suffix()));
        if style != ScalarStyle::Plain || tag.as_deref() == Some("!") {
            let tag = tag.filter(|tag| TAGS.contains(&tag.as_str()));
            return match tag {
                None => Scalar::String(text.into()),
                Some(tag) => Scalar::Plain { text: text.into(), tag: Some(Box::new(tag.into())) },
            };
        }
        // The parser writes a tilde for a value that is not written.
        let text = if self.text.get(span.range()).is_none_or(str::is_empty) { "" } else { text };
        Scalar::Plain { text: text.into(), tag: tag.map(|tag| Box::new(tag.into())) }
    }

    /// A block scalar's token takes the blank lines and the indentation after it too.
    fn without_blank_end(&self, span: Span) -> Span {
        let text = self.text.get(span.range()).unwrap_or_default();
        Span::new(span.start as usize, span.start as usize + text.trim_end().len())
    }

    fn start(
        &mut self,
        items: Items,
        style: StructureStyle,
        anchor: usize,
        span: Span,
    ) -> Result<(), Problem> {
        if self.open.collections.len() >= MAX_NESTING {
            return Err(self.too_deep(span));
        }
        let is_flow = style == StructureStyle::Flow;
        // A block collection's own token has no width worth keeping.
        let span = if is_flow { span } else { Span { end: span.start, ..span } };
        self.open.collections.push(Collection { span, is_flow, anchor, items, height: 1, size: 1 });
        Ok(())
    }

    fn end(&mut self, span: Span) -> Result<(), Problem> {
        let Some(collection) = self.open.collections.pop() else { return Ok(()) };
        let Collection { span: mut whole, is_flow, anchor, items, height, size } = collection;
        if is_flow {
            whole = whole.to(span);
        }
        let kind = match items {
            Items::Sequence(items) => NodeKind::Sequence(items),
            Items::Mapping(entries, _) => {
                let merged = merge::resolve(entries);
                NodeKind::Mapping(merged.map_err(|span| self.bad_merge(span))?)
            }
        };
        self.finish(Built { node: Node { span: whole, kind }, height, size }, anchor)
    }

    /// Put a finished node where it belongs.
    fn finish(&mut self, built: Built, anchor: usize) -> Result<(), Problem> {
        if anchor > 0 {
            self.open.kept += built.size;
            let kept = (self.open.kept <= MAX_ALIASED_NODES).then(|| built.clone());
            self.open.anchors.insert(anchor, kept);
        }
        if self.open.collections.len() + built.height > MAX_NESTING + 1 {
            return Err(self.too_deep(built.node.span));
        }
        let Some(parent) = self.open.collections.last_mut() else {
            self.open.root = Some(built.node);
            return Ok(());
        };
        parent.height = parent.height.max(built.height + 1);
        parent.size += built.size;
        if !parent.is_flow {
            parent.span.end = parent.span.end.max(built.node.span.end);
        }
        match &mut parent.items {
            Items::Sequence(items) => items.push(built.node),
            Items::Mapping(entries, key) => match key.take() {
                None => *key = Some(built.node),
                Some(key) => entries.push(Entry { key, value: built.node }),
            },
        }
        Ok(())
    }

    /// What an alias stands for, in its place; its children keep the places where they are written.
    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Problem> {
        let Some(kept) = self.open.anchors.get(&anchor) else {
            let message = "an alias stands inside of the value that it refers to";
            return Err(self.problem(ProblemKind::Syntax, message, span));
        };
        self.expanded += kept.as_ref().map_or(MAX_ALIASED_NODES + 1, |built| built.size);
        let kept = kept.as_ref().filter(|_| self.expanded <= MAX_ALIASED_NODES);
        let Some(mut built) = kept.cloned() else {
            let message = format!("aliases stand for more than {MAX_ALIASED_NODES} values");
            return Err(self.problem(ProblemKind::Limit, message, span));
        };
        built.node.span = span;
        self.finish(built, 0)
    }

    fn span(&self, start: Marker, end: Marker) -> Span {
        let offset = |marker: Marker| {
            let mut offset = marker.byte_offset().unwrap_or_default().min(self.text.len());
            while !self.text.is_char_boundary(offset) {
                offset -= 1;
            }
            offset
        };
        let start = offset(start);
        Span::new(start, offset(end).max(start))
    }

    fn problem(&self, kind: ProblemKind, message: impl Into<String>, span: Span) -> Problem {
        Problem::new(kind, message).at(Place { file: self.file, span })
    }

    fn too_deep(&self, span: Span) -> Problem {
        let message = format!("nested more than {MAX_NESTING} levels deep");
        self.problem(ProblemKind::Limit, message, span)
    }

    fn bad_merge(&self, span: Span) -> Problem {
        let message = "a merge key (`<<`) takes a mapping or a list of mappings";
        self.problem(ProblemKind::Syntax, message, span).help("refer to a mapping with an alias")
    }

    fn scan_problem(&self, error: &ScanError) -> Problem {
        let at = *error.marker();
        let span = self.span(at, at);
        match error.kind() {
            ErrorKind::RecursionLimitExceeded => self.too_deep(span),
            ErrorKind::DirectiveByteLimitExceeded { .. }
            | ErrorKind::TooManyReservedDirectiveParams { .. } => {
                self.problem(ProblemKind::Limit, error.info(), span)
            }
            _ => {
                let problem = self.problem(ProblemKind::Syntax, error.info(), span);
                match &*error.info() {
                    // By far the commonest: text with `: ` in it that nobody quoted.
                    "mapping values are not allowed in this context" => problem.help(
                        "a plain text must not hold `: `: put it in quotes, or below `>-` on lines of its own",
                    ),
                    _ => problem,
                }
            }
        }
    }
}
