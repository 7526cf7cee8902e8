//! Compares what the comments of a sample's file expect with what the rules under test said.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::{Expectation, Verdict};
use crate::finding::{Dread, Finding, Inconclusive, RuleInfo};
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
    /// The address of the resource.
    pub address: Arc<str>,
    /// The finding's message; why a value is unknown.
    pub message: String,
    /// How it is scored; of another verdict, how the rule scores.
    pub dread: Option<Dread>,
    /// The blocks in the same file that references join to the resource's.
    pub joined: Vec<RangeInclusive<u32>>,
}

impl Observed {
    /// A finding; `block` is the place of its resource.
    pub fn finding(finding: &Finding, block: Place, sources: &Sources) -> Self {
        let about = About {
            what: format!("{}: {}", finding.resource.address, finding.message),
            address: Arc::clone(&finding.resource.address),
            message: finding.message.clone(),
            dread: Some(finding.assessment.dread),
        };
        let rule = &finding.rule.id;
        Self::new(Verdict::Finding, rule, finding.place, block, about, sources)
    }

    /// An inconclusive verdict; `block` is the place of its resource.
    pub fn inconclusive(inconclusive: &Inconclusive, block: Place, sources: &Sources) -> Self {
        let reasons = inconclusive.unknown.iter().map(|unknown| &*unknown.reason);
        let reasons = reasons.collect::<Vec<_>>().join(", ");
        let about = About {
            what: format!("{}: {reasons}", inconclusive.resource.address),
            address: Arc::clone(&inconclusive.resource.address),
            message: reasons,
            dread: Some(inconclusive.rule.dread),
        };
        let rule = &inconclusive.rule.id;
        Self::new(Verdict::Inconclusive, rule, inconclusive.place, block, about, sources)
    }

    /// A pass of the resource whose block is at a place.
    pub fn pass(rule: &RuleInfo, address: &Arc<str>, block: Place, sources: &Sources) -> Self {
        let header =
            Place { span: crate::source::Span { end: block.span.start, ..block.span }, ..block };
        let about = About {
            what: address.to_string(),
            address: Arc::clone(address),
            message: String::new(),
            dread: Some(rule.dread),
        };
        Self::new(Verdict::Pass, &rule.id, header, block, about, sources)
    }

    fn new(
        verdict: Verdict,
        rule: &Arc<str>,
        place: Place,
        block: Place,
        about: About,
        sources: &Sources,
    ) -> Self {
        let own = sources.get(place.file).position(place.span.start).line;
        let block = if block.file == place.file { lines(block, sources) } else { own..=own };
        let path = Arc::clone(&sources.get(place.file).path);
        let About { what, address, message, dread } = about;
        let rule = Arc::clone(rule);
        Self {
            verdict,
            rule,
            path,
            line: own,
            block,
            what,
            address,
            message,
            dread,
            joined: Vec::new(),
        }
    }
}

/// The lines of a place.
pub(super) fn lines(place: Place, sources: &Sources) -> RangeInclusive<u32> {
    let line = |byte| sources.get(place.file).position(byte).line;
    line(place.span.start)..=line(place.span.end.max(place.span.start + 1) - 1)
}

/// What a verdict is about.
struct About {
    what: String,
    address: Arc<str>,
    message: String,
    dread: Option<Dread>,
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
    /// The verdict came, with another message or score.
    Otherwise,
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
    /// The rule.
    pub rule: Arc<str>,
    /// What was expected, where it is a text or score.
    pub expected: Option<String>,
    /// What came instead.
    pub got: Option<String>,
}

impl Mismatch {
    fn new(line: u32, kind: MismatchKind, rule: &str, message: String) -> Self {
        Self { line, kind, message, rule: rule.into(), expected: None, got: None }
    }
}

/// Compare the expectations of one file with what was observed in its sample, for the rules under test (full ids).
/// `expect` means exactly that many findings on its line; `ok` a pass of a resource whose block holds its line, or that the
/// rule finds something on other lines of that block and nothing on this one (never on its first line); `inconclusive` such a verdict that points to its line or is about a resource whose block holds it.
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
        .map(|expectation| {
            let message = format!("`{}` is not a rule of this service", expectation.rule);
            let kind = MismatchKind::NotUnderTest;
            Mismatch::new(expectation.line, kind, &expectation.rule, message)
        })
        .collect();
    findings(expected, &here, under_test, &mut mismatches);
    let others = expected.iter().filter(|expectation| {
        expectation.verdict != Verdict::Finding && under_test.contains(&expectation.rule)
    });
    let holds = |expectation: &&Expectation| {
        here.iter().any(|o| fits(expectation, o)) || is_spared(expectation, &here)
    };
    for expectation in others.filter(|expectation| !holds(expectation)) {
        let message = missing(expectation, &here);
        let kind = MismatchKind::Missing;
        mismatches.push(Mismatch::new(expectation.line, kind, &expectation.rule, message));
    }
    details(expected, &here, under_test, &mut mismatches);
    for inconclusive in here.iter().filter(|o| o.verdict == Verdict::Inconclusive) {
        if !expected.iter().any(|expectation| fits(expectation, inconclusive)) {
            let message = format!(
                "`{}` is inconclusive about {}, no comment says so",
                inconclusive.rule, inconclusive.what
            );
            let kind = MismatchKind::UnannouncedInconclusive;
            mismatches.push(Mismatch::new(inconclusive.line, kind, &inconclusive.rule, message));
        }
    }
    mismatches.sort();
    mismatches
}

/// Messages and scores of verdicts that came where they were expected.
fn details(
    expected: &[Expectation],
    here: &[&Observed],
    under_test: &[Arc<str>],
    mismatches: &mut Vec<Mismatch>,
) {
    let asking = expected.iter().filter(|expectation| {
        under_test.contains(&expectation.rule)
            && (expectation.message.is_some() || expectation.dread.is_some())
    });
    for expectation in asking {
        let came: Vec<&&Observed> = here
            .iter()
            .filter(|observed| match expectation.verdict {
                Verdict::Finding => {
                    observed.verdict == Verdict::Finding
                        && observed.rule == expectation.rule
                        && observed.line == expectation.line
                }
                _ => fits(expectation, observed),
            })
            .collect();
        let rule = &expectation.rule;
        let mut add = |what: &str, wanted: String, got: Vec<String>| {
            let got = got.join("; ");
            let message =
                format!("`{rule}` came with another {what}: expected {wanted}, got {got}");
            let mut mismatch =
                Mismatch::new(expectation.line, MismatchKind::Otherwise, rule, message);
            mismatch.expected = Some(wanted);
            mismatch.got = Some(got);
            mismatches.push(mismatch);
        };
        // Findings on one line are told apart by their messages: as many as expected have to fit.
        if let Some(text) = &expectation.message {
            let fitting = came.iter().filter(|observed| observed.message.contains(text.as_str()));
            if !came.is_empty() && fitting.count() < expectation.count {
                let got = came.iter().map(|observed| format!("{:?}", observed.message)).collect();
                add("message", format!("{text:?} in it"), got);
            }
        }
        if let Some(wanted) = expectation.dread {
            let text = expectation.message.as_deref().unwrap_or_default();
            let others: Vec<String> = came
                .iter()
                .filter(|observed| observed.message.contains(text))
                .filter_map(|observed| observed.dread)
                .filter(|dread| !wanted.fits(*dread))
                .map(|dread| wanted.like(dread).to_string())
                .collect();
            if !others.is_empty() {
                add("DREAD score", wanted.to_string(), others);
            }
        }
    }
}

/// Whether an observed verdict is what an expectation (not of findings) asks for.
fn fits(expectation: &Expectation, observed: &Observed) -> bool {
    expectation.verdict == observed.verdict
        && expectation.verdict != Verdict::Finding
        && expectation.rule == observed.rule
        && (observed.line == expectation.line || observed.block.contains(&expectation.line))
}

/// Whether an `ok` inside of a block is right though the rule finds something there: it points to other lines only. What it
/// points to has to be announced as everywhere, so that nothing passes by this that was not looked at.
fn is_spared(expectation: &Expectation, here: &[&Observed]) -> bool {
    let line = expectation.line;
    let said = || here.iter().filter(|o| o.rule == expectation.rule && o.block.contains(&line));
    expectation.verdict == Verdict::Pass
        && said().next().is_some()
        && said().all(|o| {
            o.verdict == Verdict::Finding
                && o.line != line
                && ![line, o.line].contains(o.block.start())
        })
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
    let misplaced = misplaced(&counts, here);
    for ((line, rule), (count, found)) in counts {
        if misplaced.iter().any(|(_, other, of)| *other == line && *of == rule) {
            continue;
        }
        if let Some((_, other, _)) = misplaced.iter().find(|(at, _, of)| *at == line && *of == rule)
        {
            let message = format!(
                "`{rule}` finds something in this block, on line {other}: the comment belongs there"
            );
            mismatches.push(Mismatch::new(line, MismatchKind::Missing, rule, message));
            continue;
        }
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
        mismatches.push(Mismatch::new(line, kind, rule, message));
    }
}

/// Comments without a finding on their line, each with the line of a finding in the same block that no comment announces.
fn misplaced<'r>(
    counts: &BTreeMap<(u32, &'r str), (usize, Vec<&str>)>,
    here: &[&Observed],
) -> Vec<(u32, u32, &'r str)> {
    let mut found: Vec<(u32, u32, &str)> = Vec::new();
    for ((line, rule), (count, on_line)) in counts {
        if *count == 0 || !on_line.is_empty() {
            continue;
        }
        let other = here.iter().find(|o| {
            let unannounced = counts
                .get(&(o.line, *rule))
                .is_some_and(|(wanted, found)| *wanted == 0 && found.len() == *count);
            o.verdict == Verdict::Finding
                && *o.rule == **rule
                && o.block.contains(line)
                && unannounced
                && !found.iter().any(|(_, taken, of)| *taken == o.line && of == rule)
        });
        found.extend(other.map(|o| (*line, o.line, *rule)));
    }
    found
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
