//! Order and grouping for people: takes an outcome, gives entries with the worst first.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::Report;
use crate::finding::{Finding, Inconclusive};
use crate::source::{Place, Sources};

/// Findings of one rule at one place: instances of one block, callers of one module.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    /// The finding that speaks for all: the one with the highest score, then the first.
    pub(super) finding: &'a Finding,
    /// How many there are.
    pub(super) count: usize,
    /// Their addresses, each once.
    pub(super) addresses: Vec<&'a str>,
}

/// One entry a rule and place; by score from the highest, then path, place, rule, address.
pub(super) fn entries<'a>(report: &Report<'a>) -> Vec<Entry<'a>> {
    let mut groups: BTreeMap<(&str, Place), Vec<&Finding>> = BTreeMap::new();
    for finding in &report.outcome.findings {
        groups.entry((&finding.rule.id, finding.place)).or_default().push(finding);
    }
    let mut entries: Vec<Entry<'_>> = groups.into_values().filter_map(entry).collect();
    entries.sort_by(|a, b| {
        let key = |entry: &Entry<'a>| {
            let place = entry.finding.place;
            let path = &*report.sources.get(place.file).path;
            (path, place.span, &entry.finding.rule.id, &entry.finding.resource.address)
        };
        score(b.finding).cmp(&score(a.finding)).then_with(|| key(a).cmp(&key(b)))
    });
    entries
}

fn score(finding: &Finding) -> crate::finding::Score {
    finding.assessment.dread.score()
}

fn entry(mut findings: Vec<&Finding>) -> Option<Entry<'_>> {
    findings.sort_by(|a, b| {
        score(b).cmp(&score(a)).then_with(|| a.resource.address.cmp(&b.resource.address))
    });
    let mut addresses: Vec<&str> = findings.iter().map(|it| &*it.resource.address).collect();
    addresses.sort_by_cached_key(|address| natural(address));
    addresses.dedup();
    Some(Entry { finding: *findings.first()?, count: findings.len(), addresses })
}

/// A key by which `a[2]` comes before `a[10]`: numbers are filled up to one width.
fn natural(address: &str) -> String {
    let is_digit = |c: char| c.is_ascii_digit();
    let mut key = String::new();
    let mut rest = address;
    while let Some(at) = rest.find(is_digit) {
        let end = rest[at..].find(|c| !is_digit(c)).map_or(rest.len(), |length| at + length);
        key.push_str(&rest[..at]);
        let _ = write!(key, "{:0>20}", &rest[at..end]);
        rest = &rest[end..];
    }
    key + rest
}

/// Undecided verdicts of one rule for one reason.
#[derive(Debug)]
pub(super) struct Undecided<'a> {
    /// The rule.
    pub(super) rule: &'a str,
    /// Why.
    pub(super) reason: String,
    /// How many there are.
    pub(super) count: usize,
    /// The first by path and place.
    pub(super) first: &'a Inconclusive,
}

/// One entry a rule and reason; by rule, then by count from the highest.
pub(super) fn undecided<'a>(report: &Report<'a>) -> Vec<Undecided<'a>> {
    let mut groups: BTreeMap<(&str, String), (usize, &Inconclusive)> = BTreeMap::new();
    for verdict in &report.outcome.inconclusive {
        let key = (&*verdict.rule.id, reason(verdict));
        let (count, first) = groups.entry(key).or_insert((0, verdict));
        *count += 1;
        if place_key(report.sources, verdict.place) < place_key(report.sources, first.place) {
            *first = verdict;
        }
    }
    let entry = |((rule, reason), (count, first))| Undecided { rule, reason, count, first };
    let mut all: Vec<Undecided<'_>> = groups.into_iter().map(entry).collect();
    all.sort_by(|a, b| a.rule.cmp(b.rule).then_with(|| b.count.cmp(&a.count)));
    all
}

fn place_key(sources: &Sources, place: Place) -> (&str, crate::source::Span) {
    (&sources.get(place.file).path, place.span)
}

/// The reasons of a verdict in one line, each once.
fn reason(verdict: &Inconclusive) -> String {
    let mut reasons: Vec<&Arc<str>> = verdict.unknown.iter().map(|read| &read.reason).collect();
    reasons.sort();
    reasons.dedup();
    let shown: Vec<&str> = reasons.iter().take(2).map(|reason| &***reason).collect();
    let more = reasons.len().saturating_sub(shown.len());
    match (shown.is_empty(), more) {
        (true, _) => "a value is not known".to_owned(),
        (_, 0) => shown.join("; "),
        (_, more) => format!("{}; {more} more", shown.join("; ")),
    }
}
