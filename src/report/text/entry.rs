//! One finding, or many of one rule at one place, as a diagnostic.

use annotate_snippets::{Element, Group, Level};

use super::{Page, clean, clean_lines, window};
use crate::finding::{Assessment, Factor, Finding, Severity};
use crate::report::order::Entry;

/// How many addresses one entry names.
const MOST_ADDRESSES: usize = 3;

impl Page<'_> {
    /// `high 9.2 [STIE]: title`, the line, and what there is to know about it.
    pub(super) fn entry(&self, entry: &Entry<'_>) -> String {
        let finding = entry.finding;
        let rule = &finding.rule;
        let score = finding.assessment.dread.score();
        let name = format!("{} {score} [{}]", finding.severity.name(), rule.stride);
        let level = match finding.severity {
            Severity::Critical | Severity::High => Level::ERROR,
            Severity::Medium => Level::WARNING,
            Severity::Low => Level::INFO,
        };
        let message = self.redactor.text(&finding.message);
        let shown = window::show(self.report.sources, &self.redactor, finding.place, &message);
        let title = level.with_name(name).primary_title(clean(&rule.title));
        let group = Group::with_title(title).elements(shown).elements(self.notes(entry));
        self.renderer.render(&[group])
    }

    fn notes(&self, entry: &Entry<'_>) -> Vec<Element<'static>> {
        let finding = entry.finding;
        let rule = &finding.rule;
        let mut notes = vec![note("rule", &rule.id), note("resource", &addresses(entry))];
        for call in finding.called_from.iter().rev() {
            let place = window::file_and_line(self.report.sources, call.place);
            notes.push(note("called from", &format!("{place} ({})", call.module)));
        }
        if finding.conditional {
            notes.push(note(
                "note",
                "exists only if its `count` or `for_each` says so, which is not known",
            ));
        }
        notes.push(note("threat", &format!("{} {}", rule.threat.id, rule.threat.name)));
        notes.push(note("dread", &dread(&finding.assessment)));
        notes.extend(self.evidence(finding));
        let help = Level::HELP.message(clean_lines(&rule.remediation));
        notes.push(help.into());
        notes
    }

    fn evidence(&self, finding: &Finding) -> Vec<Element<'static>> {
        let step = |step: &crate::finding::Evidence| {
            let reason = self.redactor.text(&step.reason);
            note("because", &format!("{} {:+}: {reason}", step.factor.name(), step.step))
        };
        finding.assessment.evidence.iter().map(step).collect()
    }
}

fn note(name: &'static str, text: &str) -> Element<'static> {
    Level::NOTE.with_name(name).message(clean(text)).into()
}

/// `D8 R10 E9 A10 Di9`, with the share of the context that is known where there is any.
fn dread(assessment: &Assessment) -> String {
    let letters = Factor::ALL.into_iter().zip(["D", "R", "E", "A", "Di"]);
    let factors: Vec<String> = letters
        .map(|(factor, letter)| format!("{letter}{}", assessment.dread.get(factor)))
        .collect();
    let line = factors.join(" ");
    match assessment.confidence.known {
        0 => line,
        known => {
            format!("{line}, {known} of {} facts about its context known", assessment.confidence.of)
        }
    }
}

/// `a`, or `12 findings: a, b, c and 9 more`.
fn addresses(entry: &Entry<'_>) -> String {
    let shown: Vec<&str> = entry.addresses.iter().take(MOST_ADDRESSES).copied().collect();
    let list = shown.join(", ");
    let more = entry.addresses.len() - shown.len();
    let list = if more > 0 { format!("{list} and {more} more") } else { list };
    if entry.count > 1 { format!("{list} ({} findings)", entry.count) } else { list }
}
