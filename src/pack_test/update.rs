//! Rewrites the expectations of samples to what the rules said, for `--update`: the changes are shown before they are written.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::expectation::{comment, entries, is_blank};
use super::run::{SampleRun, expected_in};
use super::{Observed, SIDECAR, Verdict, compare};
use crate::source::Span;

/// A file with other expectations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// Its path in the pack's tree.
    pub path: String,
    /// What it says now; empty where it is not there yet.
    pub before: String,
    /// What it will say.
    pub after: String,
}

/// A change of one field of a case in a test table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The field.
    pub field: &'static str,
    /// Where its value stands.
    pub at: Span,
    /// The value as it has to be written; without one the field has to go.
    pub becomes: Option<String>,
}

/// A test table with some of its cases changed. A field that has to go and shares its line with others stays, and still fails.
pub fn table_update(path: &str, text: &str, edits: &[Edit]) -> Option<Update> {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.at.start));
    let mut after = text.to_owned();
    for edit in edits {
        let (start, end) = (edit.at.start as usize, edit.at.end as usize);
        if let Some(value) = &edit.becomes {
            after.replace_range(start..end, value);
            continue;
        }
        let line = after[..start].rfind('\n').map_or(0, |at| at + 1);
        let whole = after[end..].find('\n').map_or(after.len(), |at| end + at + 1);
        let alone = after[line..start].trim() == format!("{}:", edit.field)
            && after[end..whole].trim().is_empty();
        if alone {
            after.replace_range(line..whole, "");
        }
    }
    (after != text).then(|| Update { path: path.to_owned(), before: text.to_owned(), after })
}

/// What would have to change so that a sample holds; nothing where it holds.
pub fn updates(run: &SampleRun) -> Vec<Update> {
    let mut found = Vec::new();
    for (path, text) in run.texts.iter().filter(|(path, _)| !path.ends_with(SIDECAR)) {
        let (expected, _) = expected_in(&run.texts, path, text);
        if compare(path, &expected, &run.observed, &run.under_test).is_empty() {
            continue;
        }
        let here: Vec<&Observed> = run
            .observed
            .iter()
            .filter(|each| *each.path == **path && run.under_test.contains(&each.rule))
            .collect();
        let Some(full) = run.files.iter().find(|file| file.ends_with(path.as_str())) else {
            continue;
        };
        let sidecar = format!("{path}{SIDECAR}");
        let beside = super::unit::ends(path, "json") || run.texts.contains_key(&sidecar);
        let update = if beside {
            let before = run.texts.get(&sidecar).cloned().unwrap_or_default();
            Update { path: format!("{full}{SIDECAR}"), after: sidecar_text(&here), before }
        } else {
            Update { path: full.clone(), before: text.clone(), after: rewritten(text, &here) }
        };
        if update.before != update.after {
            found.push(update);
        }
    }
    found
}

/// `LINE expect: rule count`, one a verdict.
fn sidecar_text(here: &[&Observed]) -> String {
    let mut lines: BTreeMap<(u32, Verdict, &str), usize> = BTreeMap::new();
    for observed in here {
        *lines.entry((observed.line, observed.verdict, &observed.rule)).or_default() += 1;
    }
    let show = |((line, verdict, rule), count): ((u32, Verdict, &str), usize)| {
        let count = counted(verdict, count);
        format!("{line} {}: {rule}{count}\n", verdict.word())
    };
    lines.into_iter().map(show).collect()
}

fn counted(verdict: Verdict, count: usize) -> String {
    match (verdict, count) {
        (Verdict::Finding, 2..) => format!(" {count}"),
        _ => String::new(),
    }
}

/// The text with comments that hold: entries that do not are taken out or corrected, those that are missing stand above their lines.
fn rewritten(text: &str, here: &[&Observed]) -> String {
    let mut wanted: BTreeMap<(u32, &str), usize> = BTreeMap::new();
    for finding in here.iter().filter(|each| each.verdict == Verdict::Finding) {
        *wanted.entry((finding.line, &finding.rule)).or_default() += 1;
    }
    let lines: Vec<&str> = text.lines().collect();
    let mut announced: Vec<(u32, &Observed)> = Vec::new();
    let mut made: Vec<Option<String>> = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter().enumerate() {
        let Some(found) = comment(line) else {
            made.push(Some((*line).to_owned()));
            continue;
        };
        let target = target(&lines, at, found.alone);
        let mut kept: Vec<String> = Vec::new();
        for entry in entries(found.list) {
            let entry = entry.trim();
            let rule = entry.split_whitespace().next().unwrap_or_default();
            if found.verdict == Verdict::Finding {
                if let Some(count) = wanted.remove(&(target, rule)) {
                    kept.push(corrected(entry, rule, count, here, target));
                }
                continue;
            }
            let fitting = here.iter().find(|each| {
                each.verdict == found.verdict
                    && *each.rule == *rule
                    && (each.line == target || each.block.contains(&target))
            });
            if let Some(observed) = fitting {
                announced.push((target, observed));
                kept.push(entry.to_owned());
            }
        }
        let head = line[..found.start].to_owned();
        let mark = if line[found.start..].starts_with('#') { "#" } else { "//" };
        made.push(match (kept.is_empty(), found.alone) {
            (true, true) => None,
            (true, false) => Some(head.trim_end().to_owned()),
            (false, _) => {
                Some(format!("{head}{mark} {}: {}", found.verdict.word(), kept.join(", ")))
            }
        });
    }
    let mut added: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for ((line, rule), count) in wanted {
        let entry = format!("expect: {rule}{}", counted(Verdict::Finding, count));
        added.entry(line).or_default().push(entry);
    }
    let open = here.iter().filter(|each| each.verdict == Verdict::Inconclusive);
    for observed in open.filter(|each| !announced.iter().any(|(_, known)| known == *each)) {
        let entry = format!("inconclusive: {}", observed.rule);
        added.entry(observed.line).or_default().push(entry);
    }
    let mark =
        if text.lines().any(|line| line.trim_start().starts_with("//")) { "//" } else { "#" };
    let mut after = String::new();
    for (number, (line, made)) in (1..).zip(lines.iter().zip(made)) {
        for entry in added.remove(&number).into_iter().flatten() {
            let indent = &line[..line.len() - line.trim_start().len()];
            let _ = writeln!(after, "{indent}{mark} {entry}");
        }
        if let Some(made) = made {
            after.push_str(&made);
            after.push('\n');
        }
    }
    after
}

/// The line that a comment is for.
fn target(lines: &[&str], at: usize, alone: bool) -> u32 {
    let number = |at: usize| u32::try_from(at + 1).unwrap_or(u32::MAX);
    if !alone {
        return number(at);
    }
    let next = lines
        .iter()
        .enumerate()
        .skip(at + 1)
        .find(|(_, line)| comment(line).map_or(!is_blank(line), |comment| !comment.alone));
    number(next.map_or(at, |(next, _)| next))
}

/// An entry with the count that came; what it says of message and score stays only where it holds.
fn corrected(entry: &str, rule: &str, count: usize, here: &[&Observed], line: u32) -> String {
    let single = format!("# expect: {entry}");
    let (parsed, _) = super::expectations(&format!("x {single}"));
    let mut made = format!("{rule}{}", counted(Verdict::Finding, count));
    let Some(expectation) = parsed.first() else { return made };
    let own: Vec<&&Observed> = here
        .iter()
        .filter(|each| each.line == line && *each.rule == *rule && each.verdict == Verdict::Finding)
        .collect();
    if let Some(text) = &expectation.message {
        let holds = own.iter().any(|each| each.message.contains(text.as_str()));
        let text =
            if holds { Some(text.clone()) } else { own.first().map(|each| each.message.clone()) };
        if let Some(text) = text {
            let text = text.replace('\\', "\\\\").replace('"', "\\\"");
            let _ = write!(made, " message=\"{text}\"");
        }
    }
    if let Some(wanted) = expectation.dread
        && let Some(dread) = own.first().and_then(|each| each.dread)
    {
        let _ = write!(made, " dread={}", wanted.like(dread));
    }
    made
}
