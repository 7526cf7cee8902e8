//! Keeps secrets out of reports: takes what documents mark as sensitive and what findings say is a secret, covers it in
//! messages and in the source lines that are shown.
//!
//! A secret is a value at a sensitive pointer, the value of a sensitive variable or output, or what a finding of
//! [`SECRET_IN_CODE`] points to. Source lines keep their length in bytes, so that columns and spans still hold.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};

use super::Report;
use crate::document::{Document, Pointer, Resource, SpanTable, Value};
use crate::source::{FileId, Place, SourceFile, Sources};

/// The threat class of findings about secrets in code: what they point to is a secret, marked or not.
const SECRET_IN_CODE: &str = "T008";
/// What stands for a secret in a message.
const COVER: &str = "***";
/// A shorter secret is not looked for in messages: it would match everywhere.
const SHORTEST: usize = 4;
/// Words that a sensitive setting may well hold and that no one keeps secret: covering them would make messages unreadable.
const COMMON_WORDS: [&str; 10] = [
    "default", "enabled", "disabled", "true", "false", "null", "none", "managed", "standard",
    "public",
];
/// A shorter part of something that may hold a secret is not taken for one.
const SHORTEST_PART: usize = 8;

/// Knows all secrets of a report.
#[derive(Debug)]
pub struct Redactor {
    /// `None` where there are more secrets than an automaton can hold: then everything is covered.
    secrets: Option<AhoCorasick>,
    lines: BTreeMap<(FileId, u32), Line>,
}

/// What a line holds of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Line {
    /// Its beginning: what comes after `key =` is covered.
    First,
    /// More of it: everything is covered.
    More,
}

impl Redactor {
    /// Collects the secrets of a report.
    pub fn new(report: &Report<'_>) -> Self {
        let mut all =
            Collector { sources: report.sources, texts: BTreeSet::new(), lines: BTreeMap::new() };
        report.documents.iter().for_each(|document| all.document(document));
        all.findings(report);
        let secrets = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(
            all.texts
                .iter()
                .filter(|text| text.len() >= SHORTEST && !COMMON_WORDS.contains(&text.as_ref())),
        );
        Self { secrets: secrets.ok(), lines: all.lines }
    }

    /// A message without secrets.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match &self.secrets {
            Some(secrets) if !secrets.is_match(text) => Cow::Borrowed(text),
            Some(secrets) => {
                let mut covered = String::new();
                secrets.replace_all_with(text, &mut covered, |_, _, covered| {
                    covered.push_str(COVER);
                    true
                });
                Cow::Owned(covered)
            }
            None => Cow::Borrowed(COVER),
        }
    }

    /// A line of a file (numbered from 1, without its break) as it may be shown, of the same length in bytes.
    pub(super) fn line<'t>(
        &self,
        file: FileId,
        path: &str,
        line: u32,
        text: &'t str,
    ) -> Cow<'t, str> {
        let text = match self.lines.get(&(file, line)) {
            Some(Line::First) => Cow::Owned(cover(text, value_in(text, is_hcl(path)))),
            Some(Line::More) => Cow::Owned(cover(text, 0..text.len())),
            None => Cow::Borrowed(text),
        };
        let Some(secrets) = &self.secrets else { return Cow::Owned(cover(&text, 0..text.len())) };
        let ranges: Vec<_> = secrets.find_iter(&*text).map(|found| found.range()).collect();
        if ranges.is_empty() {
            return text;
        }
        Cow::Owned(ranges.into_iter().fold(text.into_owned(), |text, range| cover(&text, range)))
    }
}

/// Covers a range with stars, one a byte; spaces stay.
fn cover(text: &str, range: std::ops::Range<usize>) -> String {
    let mut covered = text[..range.start].to_owned();
    for c in text[range.clone()].chars() {
        match c {
            ' ' | '\t' => covered.push(c),
            _ => covered.extend(std::iter::repeat_n('*', c.len_utf8())),
        }
    }
    covered.push_str(&text[range.end..]);
    covered
}

/// The part of a line that is a value: what comes after `key =`, `key:` or `-`, from the first quote to the last if there are any.
fn value_in(line: &str, hcl: bool) -> std::ops::Range<usize> {
    let trimmed = line.trim_start();
    let indent = line.len() - trimmed.len();
    let start = match separator(trimmed) {
        Some(at) => indent + at + 1,
        // A block's header names things, it holds no value.
        None if hcl && line.trim_end().ends_with('{') => return line.len()..line.len(),
        None if trimmed.starts_with("- ") => indent + 2,
        None => indent,
    };
    let value = &line[start..];
    if let Some(first) = value.find(['"', '\'']) {
        let last = value.rfind(['"', '\'']).filter(|last| *last > first).unwrap_or(value.len());
        return start + first + 1..start + last;
    }
    let bare = value.trim_start();
    let reference = hcl && bare.starts_with(|c: char| c.is_alphabetic() || "_<([{".contains(c));
    let block = !hcl && matches!(bare.trim_end(), "|" | ">" | "|-" | ">-" | "{" | "[");
    if reference || block { line.len()..line.len() } else { start..line.len() }
}

/// Where a line's key ends: the first `=` or `:` outside of a quoted key.
fn separator(trimmed: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in trimmed.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '=' || c == ':' => return Some(at),
            Some(_) | None => {}
        }
    }
    None
}

fn is_hcl(path: &str) -> bool {
    [".tf", ".tofu", ".tfvars", ".hcl"].iter().any(|end| path.ends_with(end))
}

struct Collector<'a> {
    sources: &'a Sources,
    texts: BTreeSet<String>,
    lines: BTreeMap<(FileId, u32), Line>,
}

impl Collector<'_> {
    fn document(&mut self, document: &Document) {
        for resource in &document.resources {
            for pointer in &resource.sensitive {
                self.leaves(resource.attributes.at(pointer), SHORTEST);
                self.parsed(resource, pointer);
                if let Some(place) = below_root(&resource.spans, pointer) {
                    self.place(place);
                }
            }
        }
        for variable in document.variables.iter().chain(&document.outputs) {
            if variable.sensitive {
                self.leaves(Some(&variable.value), SHORTEST);
                variable.spans.iter().for_each(|(_, place)| self.place(place));
            }
        }
    }

    /// What a finding about a secret in code points to.
    fn findings(&mut self, report: &Report<'_>) {
        let secret =
            |finding: &&crate::finding::Finding| &*finding.rule.threat.id == SECRET_IN_CODE;
        let secrets: Vec<_> = report.outcome.findings.iter().filter(secret).collect();
        if secrets.is_empty() {
            return;
        }
        let mut by_address: BTreeMap<(&str, &str), &Resource> = BTreeMap::new();
        for document in report.documents {
            for resource in &document.resources {
                by_address.insert((&document.root, &resource.address), resource);
            }
        }
        for finding in secrets {
            self.place(finding.place);
            let at = &finding.attribute;
            let key = (&*finding.resource.document, &*finding.resource.address);
            let Some(resource) = by_address.get(&key).filter(|_| !at.is_root()) else { continue };
            match resource.attributes.at(at) {
                value @ Some(Value::Array(_) | Value::Object(_)) => {
                    self.leaves(value, SHORTEST_PART);
                }
                value => self.leaves(value, SHORTEST),
            }
            self.parsed(resource, at);
        }
    }

    /// Leaves of texts that were parsed from what a pointer addresses, or of the part of one that it addresses.
    fn parsed(&mut self, resource: &Resource, at: &Pointer) {
        for (key, tree) in resource.parsed.as_object().into_iter().flatten() {
            let Some(text) = Pointer::parse(&format!("/{key}")) else { continue };
            if at.covers(&text) {
                self.leaves(Some(tree), SHORTEST_PART);
            } else if text.covers(at) {
                let inner = Pointer::parse(&at.as_str()[text.as_str().len()..]).unwrap_or_default();
                self.leaves(tree.at(&inner), SHORTEST_PART);
            }
        }
    }

    /// All scalars in a value whose text has at least this many bytes.
    fn leaves(&mut self, value: Option<&Value>, shortest: usize) {
        match value {
            Some(Value::String(text)) if text.len() >= shortest => self.secret(text),
            Some(Value::Int(int)) if int.to_string().len() >= shortest => {
                self.texts.insert(int.to_string());
            }
            Some(Value::Digits(digits)) if digits.len() >= shortest => {
                self.texts.insert(digits.to_string());
            }
            Some(Value::Array(items)) => {
                items.iter().for_each(|item| self.leaves(Some(item), shortest));
            }
            Some(Value::Object(map)) => {
                map.values().for_each(|item| self.leaves(Some(item), shortest));
            }
            // What it can be, or holds: rules that are decided by that may say it.
            Some(Value::Unknown(unknown)) => {
                let can_be = unknown.one_of.as_deref().unwrap_or_default();
                let known = can_be.iter().chain(unknown.elements.iter());
                known.for_each(|item| self.leaves(Some(item), shortest));
            }
            _ => {}
        }
    }

    /// A text as it is, as it stands inside quotes, and line by line.
    fn secret(&mut self, text: &Arc<str>) {
        if matches!(&**text, "true" | "false" | "null") {
            return;
        }
        self.texts.insert(text.trim().to_owned());
        let quoted = serde_json::Value::from(&**text).to_string();
        self.texts.insert(quoted[1..quoted.len() - 1].to_owned());
        let lines = text.lines().map(str::trim).filter(|line| line.len() >= SHORTEST_PART);
        self.texts.extend(lines.map(str::to_owned));
    }

    fn place(&mut self, place: Place) {
        let file: &SourceFile = self.sources.get(place.file);
        let first = file.lines().line(place.span.start);
        let last = file.lines().line(place.span.end.saturating_sub(1).max(place.span.start));
        self.lines.entry((place.file, first)).or_insert(Line::First);
        for line in first + 1..=last {
            self.lines.insert((place.file, line), Line::More);
        }
    }
}

/// The place of an attribute or of the nearest thing below the whole that holds it.
fn below_root(spans: &SpanTable, pointer: &Pointer) -> Option<Place> {
    let mut pointer = pointer.clone();
    while !pointer.is_root() {
        if let Some(place) = spans.get(&pointer) {
            return Some(place);
        }
        pointer = pointer.parent()?;
    }
    None
}
