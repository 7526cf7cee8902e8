//! Reads the YAML tree of a pack's file into typed fields; every mistake becomes a problem that points into the file.

use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::scalar::{key_text, to_value};
use crate::document::Value;
use crate::source::nearest;
use crate::source::{FileId, Place, Problem, ProblemKind, SourceFile, Span};
use crate::syntax::{Entry, Node, NodeKind, yaml};

/// After so many problems the rest of a file's are left.
const MAX_PROBLEMS: usize = 100;
/// Longest message, in characters: names in a pack may be of any length.
const MAX_MESSAGE: usize = 300;

/// Which fields a mapping has.
pub(crate) struct Shape {
    /// `a rule`: for messages.
    pub what: &'static str,
    /// Fields that must be there.
    pub required: &'static [&'static str],
    /// Fields that may be there.
    pub optional: &'static [&'static str],
}

/// A text in the file.
#[derive(Clone, Debug)]
pub(crate) struct Text<'n> {
    pub text: Arc<str>,
    pub node: &'n Node,
}

/// The fields of a mapping, each once.
pub(crate) struct Fields<'n>(IndexMap<Arc<str>, &'n Entry, FxBuildHasher>);

impl<'n> Fields<'n> {
    pub fn get(&self, name: &str) -> Option<&'n Node> {
        self.0.get(name).map(|entry| &entry.value)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &'n Entry)> {
        self.0.iter().map(|(key, entry)| (key, *entry))
    }
}

/// One file that is being read, and what is wrong with it.
pub(crate) struct Reader<'a> {
    pub file: FileId,
    pub source: &'a SourceFile,
    kind: ProblemKind,
    problems: Vec<Problem>,
    mistakes: usize,
}

impl<'a> Reader<'a> {
    pub fn new(file: FileId, source: &'a SourceFile) -> Self {
        Self { file, source, kind: ProblemKind::Pack, problems: Vec::new(), mistakes: 0 }
    }

    /// Of a file that is no part of a pack: its mistakes are of another kind.
    pub fn of_kind(mut self, kind: ProblemKind) -> Self {
        self.kind = kind;
        self
    }

    /// How many mistakes were found so far, reported or not.
    pub fn mistakes(&self) -> usize {
        self.mistakes
    }

    /// What is wrong with the file.
    pub fn into_problems(mut self) -> Vec<Problem> {
        if self.mistakes > self.problems.len() {
            let message = format!("only the first {MAX_PROBLEMS} mistakes in this file are shown");
            let place = self.place(Span::default());
            self.problems.push(Problem::new(self.kind, message).at(place));
        }
        self.problems
    }

    /// The one YAML document of a text: the file's, or one of equal length made from it.
    pub fn document(&mut self, text: &str) -> Option<Node> {
        let (mut documents, problems) = yaml::parse(self.file, text);
        let broken = !problems.is_empty();
        self.mistakes += problems.len();
        let kind = self.kind;
        self.problems.extend(problems.into_iter().map(|mut problem| {
            if problem.kind == ProblemKind::Syntax {
                problem.kind = kind;
            }
            problem
        }));
        if let Some(second) = documents.get(1) {
            let span = Span::new(second.span.start as usize, second.span.start as usize);
            self.report(span, "a pack's file holds one YAML document, this is a second one");
        }
        if documents.is_empty() {
            if !broken {
                self.report(Span::default(), "the file says nothing");
            }
            return None;
        }
        Some(documents.swap_remove(0))
    }

    pub fn place(&self, span: Span) -> Place {
        Place { file: self.file, span }
    }

    /// Add a problem; the result takes a `help`.
    pub fn report(&mut self, span: Span, message: impl Into<String>) -> Help<'_> {
        self.mistakes += 1;
        if self.mistakes > MAX_PROBLEMS {
            return Help(None);
        }
        let message = clipped(&message.into());
        self.problems.push(Problem::new(self.kind, message).at(self.place(span)));
        Help(self.problems.last_mut())
    }

    /// `path:line:column` of a byte.
    pub fn position(&self, byte: u32) -> String {
        let position = self.source.position(byte);
        format!("{}:{}:{}", self.source.path, position.line, position.column)
    }

    /// The fields of a mapping whose names are known.
    pub fn mapping<'n>(&mut self, node: &'n Node, shape: &Shape) -> Option<Fields<'n>> {
        let fields = self.entries(node, shape.what)?;
        let known = || shape.required.iter().chain(shape.optional).copied();
        let is_unknown = |name: &str| known().all(|known| *known != *name);
        let mut misspelled = Vec::new();
        for (name, entry) in fields.iter().filter(|(name, _)| is_unknown(name)) {
            let message = format!("unknown field `{name}` in {}", shape.what);
            let help = self.report(entry.key.span, message);
            if let Some(meant) = help.0.as_ref().and_then(|_| nearest(name, known())) {
                help.help(format!("did you mean `{meant}`?"));
                misspelled.push(meant);
            } else {
                help.help(format!("its fields are {}", known().collect::<Vec<_>>().join(", ")));
            }
        }
        let is_missing = |name: &&&str| fields.get(name).is_none() && !misspelled.contains(*name);
        for name in shape.required.iter().filter(is_missing) {
            let first = fields.iter().next().map_or(node.span, |(_, entry)| entry.key.span);
            self.report(first, format!("{} needs `{name}`", shape.what));
        }
        Some(fields)
    }

    /// The entries of a mapping with any names.
    pub fn entries<'n>(&mut self, node: &'n Node, what: &str) -> Option<Fields<'n>> {
        let NodeKind::Mapping(entries) = &node.kind else {
            self.report(start_of(node), format!("{what} must be a map, not {}", describe(node)));
            return None;
        };
        let mut fields = Fields(IndexMap::default());
        for entry in entries {
            let Some(name) = key_text(&entry.key) else {
                self.report(entry.key.span, "the name of a field must be a text");
                continue;
            };
            if let Some(first) = fields.0.get(&name) {
                let first = self.position(first.key.span.start);
                self.report(entry.key.span, format!("`{name}` is set twice, first at {first}"));
                continue;
            }
            fields.0.insert(name, entry);
        }
        Some(fields)
    }

    /// A field that is a text.
    pub fn text<'n>(&mut self, fields: &Fields<'n>, name: &str) -> Option<Text<'n>> {
        self.as_text(fields.get(name)?, name)
    }

    /// A node that must be a text and not an empty one.
    pub fn as_text<'n>(&mut self, node: &'n Node, name: &str) -> Option<Text<'n>> {
        match to_value(node) {
            Value::String(text) if text.trim().is_empty() => {
                self.report(node.span, format!("`{name}` is empty"));
                None
            }
            Value::String(text) => Some(Text { text, node }),
            _ => {
                let message = format!("`{name}` must be a text, not {}", describe(node));
                let help = self.report(start_of(node), message);
                if matches!(node.kind, NodeKind::Scalar(_)) {
                    help.help("put it in quotes");
                }
                None
            }
        }
    }

    /// A field that is a list of texts, each once; empty where the field is missing or wrong.
    pub fn texts<'n>(&mut self, fields: &Fields<'n>, name: &str) -> Vec<Text<'n>> {
        let Some(items) = self.list(fields, name) else { return Vec::new() };
        let mut seen = BTreeSet::new();
        let mut texts: Vec<Text<'n>> = Vec::new();
        for item in items {
            let Some(text) = self.as_text(item, name) else { continue };
            if seen.insert(Arc::clone(&text.text)) {
                texts.push(text);
            } else {
                self.report(item.span, format!("`{}` is listed twice", text.text));
            }
        }
        texts
    }

    /// A field that is true or false; false where it is missing or wrong.
    pub fn flag(&mut self, fields: &Fields<'_>, name: &str) -> bool {
        let Some(node) = fields.get(name) else { return false };
        if let Value::Bool(flag) = to_value(node) {
            return flag;
        }
        let message = format!("`{name}` must be true or false, not {}", describe(node));
        self.report(start_of(node), message);
        false
    }

    /// A field that is a list.
    pub fn list<'n>(&mut self, fields: &Fields<'n>, name: &str) -> Option<&'n [Node]> {
        let node = fields.get(name)?;
        if let NodeKind::Sequence(items) = &node.kind {
            return Some(items);
        }
        let message = format!("`{name}` must be a list, not {}", describe(node));
        self.report(start_of(node), message).help("put it in brackets: [a, b]");
        None
    }

    /// A field that is a text or a list of texts; empty where the field is missing or wrong.
    pub fn one_or_more<'n>(&mut self, fields: &Fields<'n>, name: &str) -> Vec<Text<'n>> {
        match fields.get(name) {
            Some(node) if matches!(node.kind, NodeKind::Scalar(_)) => {
                self.as_text(node, name).into_iter().collect()
            }
            _ => self.texts(fields, name),
        }
    }

    /// A field that is one of some words; nothing where it is missing or wrong.
    pub fn word(
        &mut self,
        fields: &Fields<'_>,
        name: &str,
        words: &[&'static str],
    ) -> Option<&'static str> {
        let text = self.text(fields, name)?;
        let found = words.iter().copied().find(|word| *word == &*text.text);
        if found.is_none() {
            let message = format!("`{name}` is `{}`, which is none of its words", text.text);
            let help = match nearest(&text.text, words.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("write one of {}", words.join(", ")),
            };
            self.report(text.node.span, message).help(help);
        }
        found
    }

    /// Texts that must all pass a test; those that do not are reported with what they should be.
    pub fn checked<'n>(
        &mut self,
        texts: Vec<Text<'n>>,
        test: fn(&str) -> bool,
        expected: &str,
    ) -> Vec<Text<'n>> {
        texts.into_iter().filter(|text| self.check(text, test, expected)).collect()
    }

    /// Whether a text passes a test; reported if not.
    pub fn check(&mut self, text: &Text<'_>, test: fn(&str) -> bool, expected: &str) -> bool {
        let good = test(&text.text);
        if !good {
            self.report(text.node.span, format!("`{}` is not {expected}", text.text));
        }
        good
    }
}

/// Takes the advice for a problem that was just reported.
pub(crate) struct Help<'p>(Option<&'p mut Problem>);

impl Help<'_> {
    pub fn help(self, help: impl Into<String>) {
        if let Some(problem) = self.0 {
            problem.help = Some(help.into());
        }
    }
}

/// The texts alone.
pub(crate) fn plain(texts: Vec<Text<'_>>) -> Vec<Arc<str>> {
    texts.into_iter().map(|text| text.text).collect()
}

/// A node's kind in words.
pub(crate) fn describe(node: &Node) -> &'static str {
    match to_value(node) {
        Value::Bool(_) => "a boolean",
        Value::Int(_) | Value::Float(_) | Value::Digits(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
        Value::Null | Value::Unknown(_) => "null",
    }
}

/// Where to point for a node as a whole: scalars are shown whole, lists and maps by their first byte.
pub(crate) fn start_of(node: &Node) -> Span {
    match node.kind {
        NodeKind::Scalar(_) => node.span,
        _ => Span::new(node.span.start as usize, node.span.start as usize + 1),
    }
}

/// A message without control characters and not longer than anyone reads.
fn clipped(message: &str) -> String {
    let mut characters = message.chars();
    let mut clipped = String::with_capacity(message.len().min(MAX_MESSAGE));
    for character in characters.by_ref().take(MAX_MESSAGE) {
        if character.is_control() {
            clipped.extend(character.escape_default());
        } else {
            clipped.push(character);
        }
    }
    if characters.next().is_some() {
        clipped.push('…');
    }
    clipped
}
