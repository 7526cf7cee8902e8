//! Formats the YAML of a pack: fields of rules in one order, one blank line between rules, no white space at ends of lines.
//! Comments stay with what they stand above.

use crate::document::Value;
use crate::pack::to_value;
use crate::source::FileId;
use crate::syntax::{Entry, Node, NodeKind, Scalar, yaml};

/// The order of a rule's fields; others come after, as they are written.
const ORDER: [&str; 19] = [
    "id",
    "title",
    "description",
    "applies_to",
    "kind",
    "only_if",
    "each",
    "when",
    "at",
    "message",
    "threat",
    "stride",
    "dread",
    "supports",
    "remediation",
    "concept",
    "controls",
    "aliases",
    "references",
];

/// The text as it should be; the error says why it cannot be formatted.
pub fn format(text: &str) -> Result<String, String> {
    let (documents, problems) = yaml::parse(FileId(0), text);
    if let Some(problem) = problems.first() {
        return Err(format!("it does not parse: {}", problem.message));
    }
    let [document] = documents.as_slice() else {
        return Err("it is not one YAML document".to_owned());
    };
    let formatted = match rules_of(document) {
        Some((key, rules)) => Layout::new(text).rules(key, rules)?,
        None => tidy(text),
    };
    // What is formatted says the same, comments included.
    let (after, _) = yaml::parse(FileId(0), &formatted);
    let same = after.first().map(to_value) == Some(to_value(document)) && after.len() == 1;
    if !same || comments(&formatted) != comments(text) {
        return Err("its layout is not understood; nothing was changed".to_owned());
    }
    Ok(formatted)
}

fn rules_of(document: &Node) -> Option<(&Entry, &[Node])> {
    let NodeKind::Mapping(entries) = &document.kind else { return None };
    let [entry] = entries.as_slice() else { return None };
    let is_rules = name(&entry.key) == Some("rules");
    match &entry.value.kind {
        NodeKind::Sequence(items) if is_rules && !items.is_empty() => Some((entry, items)),
        _ => None,
    }
}

fn name(node: &Node) -> Option<&str> {
    match &node.kind {
        NodeKind::Scalar(Scalar::String(text) | Scalar::Plain { text, .. }) => Some(text),
        _ => None,
    }
}

/// All comments that stand on lines of their own, sorted.
fn comments(text: &str) -> Vec<&str> {
    let mut all: Vec<&str> =
        text.lines().map(str::trim).filter(|line| line.starts_with('#')).collect();
    all.sort_unstable();
    all
}

fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    let mut blank = 0;
    for line in text.lines().map(str::trim_end) {
        blank = if line.is_empty() { blank + 1 } else { 0 };
        if blank < 2 {
            tidied.push_str(line);
            tidied.push('\n');
        }
    }
    format!("{}\n", tidied.trim_end())
}

struct Layout<'t> {
    lines: Vec<&'t str>,
    starts: Vec<usize>,
}

impl<'t> Layout<'t> {
    fn new(text: &'t str) -> Self {
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        Self { lines, starts }
    }

    fn line_of(&self, byte: u32) -> usize {
        self.starts.partition_point(|start| *start <= byte as usize) - 1
    }

    fn column_of(&self, byte: u32) -> usize {
        byte as usize - self.starts[self.line_of(byte)]
    }

    /// The first line of what belongs to a line: comments right above it.
    fn with_comments(&self, line: usize, least: usize) -> usize {
        let mut first = line;
        while first > least && self.lines[first - 1].trim_start().starts_with('#') {
            first -= 1;
        }
        first
    }

    fn rules(&self, key: &Entry, rules: &[Node]) -> Result<String, String> {
        let key_line = self.line_of(key.key.span.start);
        let mut heads = Vec::new();
        for rule in rules {
            let NodeKind::Mapping(entries) = &rule.kind else {
                return Err("a rule is no map".to_owned());
            };
            let Some(first) = entries.first() else { return Err("a rule is empty".to_owned()) };
            let line = self.line_of(first.key.span.start);
            let dash = self.lines[line].trim_start().starts_with("- ");
            if !dash || line <= key_line {
                return Err("a rule does not begin as `- id: …` on a line of its own".to_owned());
            }
            heads.push((self.with_comments(line, key_line + 1), line, entries));
        }
        let mut text = String::new();
        for line in &self.lines[..key_line] {
            text.push_str(line);
            text.push('\n');
        }
        let mut text =
            if text.trim().is_empty() { String::new() } else { format!("{}\n", text.trim_end()) };
        text.push_str("rules:\n");
        for (number, (first, line, entries)) in heads.iter().enumerate() {
            let end = heads.get(number + 1).map_or(self.lines.len(), |(next, ..)| *next);
            if number > 0 {
                text.push('\n');
            }
            for comment in &self.lines[*first..*line] {
                text.push_str("  ");
                text.push_str(comment.trim_start());
                text.push('\n');
            }
            self.rule(entries, *line, end, &mut text);
        }
        Ok(text)
    }

    fn rule(&self, entries: &[Entry], start: usize, end: usize, text: &mut String) {
        let column = entries.first().map_or(0, |entry| self.column_of(entry.key.span.start));
        let lines: Vec<usize> =
            entries.iter().map(|entry| self.line_of(entry.key.span.start)).collect();
        let mut fields: Vec<(usize, Vec<String>)> = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            let first =
                if at == 0 { start } else { self.with_comments(lines[at], lines[at - 1] + 1) };
            let last =
                lines.get(at + 1).map_or(end, |next| self.with_comments(*next, lines[at] + 1));
            let mut own: Vec<String> = Vec::new();
            for line in first..last {
                let content = self.lines[line];
                let inner = if line == lines[0] && at == 0 {
                    content.get(column..).unwrap_or_default().to_owned()
                } else {
                    dedented(content, column)
                };
                own.push(inner);
            }
            while own.last().is_some_and(String::is_empty) {
                own.pop();
            }
            let name = name(&entry.key).unwrap_or_default();
            let rank = ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len());
            fields.push((rank, own));
        }
        fields.sort_by_key(|(rank, _)| *rank);
        let mut first = true;
        for (_, lines) in fields {
            for line in lines {
                let is_comment = line.starts_with('#');
                let prefix = match (first && !is_comment, line.is_empty()) {
                    (_, true) => "",
                    (true, false) => "  - ",
                    (false, false) => "    ",
                };
                first &= is_comment || line.is_empty();
                text.push_str(prefix);
                text.push_str(&line);
                text.push('\n');
            }
        }
    }
}

/// A line without so many spaces at its start, or without all that it has.
fn dedented(line: &str, column: usize) -> String {
    let spaces = line.len() - line.trim_start_matches(' ').len();
    line[spaces.min(column)..].to_owned()
}

/// Whether a value is what it was; for tests.
pub fn says_the_same(before: &str, after: &str) -> bool {
    let value = |text: &str| -> Vec<Value> {
        yaml::parse(FileId(0), text).0.iter().map(to_value).collect()
    };
    value(before) == value(after)
}
