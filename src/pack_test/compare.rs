//! Compares what the comments of a sample's file expect with what the rules under test said.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::{Expectation, Verdict};
use crate::finding::{Finding, Inconclusive};
use crate::source::{Place, Sources};

/// One verdict of a rule about something in a sample's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// What the rule said.
    pub verdict: Verdict,
    /// The rule's full id.
    pub rule: Arc<str>,
    /// The file.
    pub path: Arc<str>,
    /// The line it points to; of a pass, the line where the resource's block starts.
    pub line: u32,
    /// The lines of the resource's block, where a pass may be stated.
    pub block: RangeInclusive<u32>,
    /// What it is about, for messages.
    pub what: String,
}

impl Observed {
    /// A finding; `block` is the place of its resource.
    pub fn finding(finding: &Finding, block: Place, sources: &Sources) -> Self {
        let what = format!("{}: {}", finding.resource.address, finding.message);
        let rule = &finding.rule.id;
        Self::new(Verdict::Finding, rule, finding.place, block, what, sources)
    }

    /// An inconclusive verdict; `block` is the place of its resource.
    pub fn inconclusive(inconclusive: &Inconclusive, block: Place, sources: &Sources) -> Self {
        let reasons = inconclusive.unknown.iter().map(|unknown| &*unknown.reason);
        let reasons = reasons.collect::<Vec<_>>().join(", ");
        let what = format!("{}: {reasons}", inconclusive.resource.address);
        let rule = &inconclusive.rule.id;
        Self::new(Verdict::Inconclusive, rule, inconclusive.place, block, what, sources)
    }

    /// A pass of the resource whose block is at a place.
    pub fn pass(rule: &Arc<str>, address: &str, block: Place, sources: &Sources) -> Self {
        let header =
            Place { span: crate::source::Span { end: block.span.start, ..block.span }, ..block };
        Self::new(Verdict::Pass, rule, header, block, address.to_owned(), sources)
    }

    fn new(
        verdict: Verdict,
        rule: &Arc<str>,
        place: Place,
        block: Place,
        what: String,
        sources: &Sources,
    ) -> Self {
        let line = |byte| sources.get(place.file).position(byte).line;
        let own = line(place.span.start);
        let block = if block.file == place.file {
            line(block.span.start)..=line(block.span.end.max(block.span.start + 1) - 1)
        } else {
            own..=own
        };
        let path = Arc::clone(&sources.get(place.file).path);
        Self { verdict, rule: Arc::clone(rule), path, line: own, block, what }
    }
}

/// What kind of difference it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MismatchKind {
    /// A comment's verdict did not come, or not as often.
    Missing,
    /// A finding that no comment announces.
    UnannouncedFinding,
    /// An inconclusive verdict that no comment announces.
    UnannouncedInconclusive,
    /// A comment about a rule that is not under test.
    NotUnderTest,
}

/// One difference between expected and observed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mismatch {
    /// The line in the sample.
    pub line: u32,
    /// What kind of difference it is.
    pub kind: MismatchKind,
    /// In words.
    pub message: String,
}

/// Compare the expectations of one file with what was observed in its sample, for the rules under test (full ids).
/// `expect` means exactly that many findings on its line; `ok` a pass of a resource whose block holds its line;
/// `inconclusive` such a verdict that points to its line or is about a resource whose block holds it.
pub fn compare(
    path: &str,
    expected: &[Expectation],
    observed: &[Observed],
    under_test: &[Arc<str>],
) -> Vec<Mismatch> {
    let here: Vec<&Observed> = observed
        .iter()
        .filter(|observed| *observed.path == *path && under_test.contains(&observed.rule))
        .collect();
    let mut mismatches: Vec<Mismatch> = expected
        .iter()
        .filter(|expectation| !under_test.contains(&expectation.rule))
        .map(|expectation| Mismatch {
            line: expectation.line,
            kind: MismatchKind::NotUnderTest,
            message: format!("`{}` is not a rule of this service", expectation.rule),
        })
        .collect();
    findings(expected, &here, under_test, &mut mismatches);
    let others = expected.iter().filter(|expectation| {
        expectation.verdict != Verdict::Finding && under_test.contains(&expectation.rule)
    });
    for expectation in others.filter(|expectation| !here.iter().any(|o| fits(expectation, o))) {
        mismatches.push(Mismatch {
            line: expectation.line,
            kind: MismatchKind::Missing,
            message: missing(expectation, &here),
        });
    }
    for inconclusive in here.iter().filter(|o| o.verdict == Verdict::Inconclusive) {
        if !expected.iter().any(|expectation| fits(expectation, inconclusive)) {
            mismatches.push(Mismatch {
                line: inconclusive.line,
                kind: MismatchKind::UnannouncedInconclusive,
                message: format!(
                    "`{}` is inconclusive about {}, no comment says so",
                    inconclusive.rule, inconclusive.what
                ),
            });
        }
    }
    mismatches.sort();
    mismatches
}

/// Whether an observed verdict is what an expectation (not of findings) asks for.
fn fits(expectation: &Expectation, observed: &Observed) -> bool {
    expectation.verdict == observed.verdict
        && expectation.verdict != Verdict::Finding
        && expectation.rule == observed.rule
        && (observed.line == expectation.line || observed.block.contains(&expectation.line))
}

/// Counts of findings by line and rule, expected against observed.
fn findings(
    expected: &[Expectation],
    here: &[&Observed],
    under_test: &[Arc<str>],
    mismatches: &mut Vec<Mismatch>,
) {
    let mut counts: BTreeMap<(u32, &str), (usize, Vec<&str>)> = BTreeMap::new();
    let wanted = expected.iter().filter(|expectation| {
        expectation.verdict == Verdict::Finding && under_test.contains(&expectation.rule)
    });
    for expectation in wanted {
        counts.entry((expectation.line, &expectation.rule)).or_default().0 += expectation.count;
    }
    for finding in here.iter().filter(|observed| observed.verdict == Verdict::Finding) {
        counts.entry((finding.line, &finding.rule)).or_default().1.push(&finding.what);
    }
    for ((line, rule), (count, found)) in counts {
        let list = found.join("; ");
        let (kind, message) = match found.len() {
            same if same == count => continue,
            0 => {
                let elsewhere = elsewhere(rule, here);
                let message = format!("expected {} of `{rule}`{elsewhere}", findings_word(count));
                (MismatchKind::Missing, message)
            }
            _ if count == 0 => {
                let message = format!("`{rule}` finds {list}, no comment announces it");
                (MismatchKind::UnannouncedFinding, message)
            }
            other => {
                let word = findings_word(count);
                let message = format!("expected {word} of `{rule}`, found {other}: {list}");
                (MismatchKind::Missing, message)
            }
        };
        mismatches.push(Mismatch { line, kind, message });
    }
}

fn findings_word(count: usize) -> String {
    if count == 1 { "a finding".to_owned() } else { format!("{count} findings") }
}

fn missing(expectation: &Expectation, here: &[&Observed]) -> String {
    let word = match expectation.verdict {
        Verdict::Inconclusive => "to be inconclusive",
        _ => "to pass",
    };
    format!("expected `{}` {word} here{}", expectation.rule, elsewhere(&expectation.rule, here))
}

/// What the rule said in this file instead.
fn elsewhere(rule: &str, here: &[&Observed]) -> String {
    let mut said: Vec<String> = here
        .iter()
        .filter(|observed| &*observed.rule == rule)
        .map(|observed| {
            let verdict = match observed.verdict {
                Verdict::Finding => "finding",
                Verdict::Pass => "pass",
                Verdict::Inconclusive => "inconclusive",
            };
            format!("{verdict} on line {}", observed.line)
        })
        .collect();
    said.dedup();
    if said.is_empty() {
        return ", it judged nothing in this file".to_owned();
    }
    format!(", it said: {}", said.join(", "))
}
