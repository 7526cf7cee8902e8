//! Reads trees of JSON and YAML by shape: what does not fit is a problem at its place.

use std::sync::Arc;

use super::Spot;
use crate::model::Location;
use crate::source::{FileId, Place, Problem, ProblemKind, SourceFile, Span};
use crate::syntax::{Entry, Node, NodeKind, Scalar};

/// After so many problems the rest of a file is not told.
const MOST: usize = 100;

pub(super) struct Reader<'a> {
    pub file: FileId,
    pub source: &'a SourceFile,
    pub problems: Vec<Problem>,
}

impl Reader<'_> {
    pub fn spot(&self, span: Span) -> Spot {
        let line = self.source.position(span.start).line;
        Spot {
            place: Place { file: self.file, span },
            location: Location { file: Arc::clone(&self.source.path), line },
        }
    }

    pub fn refuse(&mut self, span: Span, message: impl Into<String>, help: &str) {
        if self.problems.len() >= MOST {
            return;
        }
        let problem = Problem::new(ProblemKind::Configuration, message);
        let problem = problem.at(Place { file: self.file, span });
        self.problems.push(if help.is_empty() { problem } else { problem.help(help) });
    }

    /// The entries of a map; nothing where there is nothing.
    pub fn map<'n>(&mut self, node: &'n Node, what: &str) -> Map<'n> {
        let mut map = Map { entries: &[], span: node.span };
        if let NodeKind::Mapping(entries) = &node.kind {
            map.entries = entries;
        } else if !is_null(node) {
            self.refuse(node.span, format!("{what} must be a map"), "");
        }
        map
    }

    /// A map within a map; empty where it is missing.
    pub fn inner<'n>(&mut self, map: &Map<'n>, name: &str) -> Map<'n> {
        match map.get(name) {
            Some(node) => self.map(node, &format!("`{name}`")),
            None => Map { entries: &[], span: map.span },
        }
    }

    /// The items of a list; none where it is missing or null.
    pub fn list<'n>(&mut self, map: &Map<'n>, name: &str) -> &'n [Node] {
        match map.get(name) {
            Some(Node { kind: NodeKind::Sequence(items), .. }) => items,
            Some(node) if !is_null(node) => {
                self.refuse(node.span, format!("`{name}` must be a list"), "");
                &[]
            }
            _ => &[],
        }
    }

    /// A text that may be missing or null.
    pub fn text(&mut self, map: &Map<'_>, name: &str) -> Option<Arc<str>> {
        let node = map.get(name).filter(|node| !is_null(node))?;
        let text = text(node);
        if text.is_none() {
            self.refuse(node.span, format!("`{name}` must be a text"), "");
        }
        text
    }

    /// A text that must be there.
    pub fn required(&mut self, map: &Map<'_>, name: &str, of: &str) -> Option<Arc<str>> {
        match map.get(name) {
            None => {
                self.refuse(map.span, format!("{of} has no `{name}`"), "");
                None
            }
            Some(node) if is_null(node) => {
                self.refuse(node.span, format!("`{name}` of {of} must be a text"), "");
                None
            }
            Some(_) => self.text(map, name),
        }
    }

    /// A number that may be missing or null.
    pub fn number(&mut self, map: &Map<'_>, name: &str) -> Option<f64> {
        let node = map.get(name).filter(|node| !is_null(node))?;
        let number = match &node.kind {
            NodeKind::Scalar(Scalar::Number(text) | Scalar::Plain { text, tag: None }) => {
                text.parse::<f64>().ok()
            }
            _ => None,
        };
        if number.is_none() {
            self.refuse(node.span, format!("`{name}` must be a number"), "");
        }
        number
    }

    /// A truth value; the default where it is missing or null.
    pub fn flag(&mut self, map: &Map<'_>, name: &str, default: bool) -> bool {
        let Some(node) = map.get(name).filter(|node| !is_null(node)) else { return default };
        let flag = truth(node);
        if flag.is_none() {
            self.refuse(node.span, format!("`{name}` must be true or false"), "");
        }
        flag.unwrap_or(default)
    }

    /// One text or a list of them.
    pub fn texts(&mut self, node: &Node, what: &str) -> Vec<Arc<str>> {
        let items = match &node.kind {
            NodeKind::Sequence(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut texts = Vec::new();
        for item in items {
            match text(item) {
                Some(text) => texts.push(text),
                None => self.refuse(item.span, format!("{what} must be a text"), ""),
            }
        }
        texts
    }

    /// One word of a closed list.
    pub fn word<T: Copy>(&mut self, map: &Map<'_>, name: &str, words: &[(&str, T)]) -> Option<T> {
        let word = self.text(map, name)?;
        let known = words.iter().find(|(known, _)| **known == *word).map(|(_, value)| *value);
        if known.is_none() {
            let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let span = map.get(name).map_or(map.span, |node| node.span);
            self.refuse(
                span,
                format!("`{name}` cannot be `{word}`"),
                &format!("there are: {}", all.join(", ")),
            );
        }
        known
    }
}

/// The entries of a map.
#[derive(Clone, Copy)]
pub(super) struct Map<'n> {
    pub entries: &'n [Entry],
    pub span: Span,
}

impl<'n> Map<'n> {
    pub fn get(&self, name: &str) -> Option<&'n Node> {
        let has_name = |entry: &&Entry| text(&entry.key).as_deref() == Some(name);
        self.entries.iter().find(has_name).map(|entry| &entry.value)
    }
}

/// A scalar as a text.
pub(super) fn text(node: &Node) -> Option<Arc<str>> {
    match &node.kind {
        NodeKind::Scalar(Scalar::String(text)) => Some(Arc::clone(text)),
        NodeKind::Scalar(Scalar::Plain { text, .. }) if !is_null(node) => Some(Arc::clone(text)),
        _ => None,
    }
}

/// A scalar as a truth value.
pub(super) fn truth(node: &Node) -> Option<bool> {
    match &node.kind {
        NodeKind::Scalar(Scalar::Bool(truth)) => Some(*truth),
        NodeKind::Scalar(Scalar::Plain { text, tag: None }) => match &**text {
            "true" | "True" => Some(true),
            "false" | "False" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn is_null(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Scalar(Scalar::Null) => true,
        NodeKind::Scalar(Scalar::Plain { text, tag: None }) => {
            matches!(&**text, "" | "~" | "null" | "Null" | "NULL")
        }
        _ => false,
    }
}
