//! Reports for people: findings on the lines they are about, the worst first; then what is undecided, what went wrong, and
//! the gate's decision in the last line.

use std::io::{self, Write};

use annotate_snippets::Renderer;
use anstyle::{AnsiColor, Style};

use super::redact::Redactor;
use super::{Gate, OnInconclusive, Report, gate, order};
use crate::finding::Severity;
use crate::source::ProblemSeverity;

mod entry;
mod problem;
mod window;

/// For people.
pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let renderer = if report.options.color { Renderer::styled() } else { Renderer::plain() };
    let page = Page {
        report,
        redactor: Redactor::new(report),
        renderer: renderer.term_width(report.options.width.max(40)),
    };
    for entry in order::entries(report) {
        writeln!(out, "{}\n", page.entry(&entry))?;
    }
    if report.options.inconclusive != OnInconclusive::Hide {
        page.undecided(out)?;
    }
    for problem in page.problems() {
        writeln!(out, "{problem}\n")?;
    }
    page.summary(out)
}

/// What every part of the text needs.
struct Page<'a> {
    report: &'a Report<'a>,
    redactor: Redactor,
    renderer: Renderer,
}

impl Page<'_> {
    fn undecided(&self, out: &mut dyn Write) -> io::Result<()> {
        let entries = order::undecided(self.report);
        if entries.is_empty() {
            return Ok(());
        }
        let total = gate::count(self.report.outcome.inconclusive.len(), "verdict");
        let verb = if self.report.outcome.inconclusive.len() == 1 { "depends" } else { "depend" };
        let title = format!("undecided: {total} {verb} on values that are not known");
        writeln!(out, "{}", self.paint(&title, BOLD))?;
        let mut rule = "";
        for entry in entries {
            if entry.rule != rule {
                rule = entry.rule;
                writeln!(out, "  {}", clean(rule))?;
            }
            let place = window::file_and_line(self.report.sources, entry.first.place);
            let first = if entry.count > 1 { "first at" } else { "at" };
            let reason = self.redactor.text(&entry.reason);
            writeln!(out, "    {} × {}, {first} {place}", entry.count, clean(&reason))?;
        }
        writeln!(out)
    }

    fn summary(&self, out: &mut dyn Write) -> io::Result<()> {
        let report = self.report;
        let read = [
            gate::count(report.counts.files, "file") + " read",
            format!("{} skipped", report.counts.skipped),
            gate::count(report.documents.len(), "document"),
            gate::count(report.resource_count(), "resource"),
            gate::count(report.outcome.rules.len(), "rule"),
        ];
        writeln!(out, "{}", read.join(", "))?;
        writeln!(out, "{}", self.found())?;
        if let Some(packs) = super::pack_line(report.packs) {
            writeln!(out, "{}", clean(&packs))?;
        }
        let style = match report.gate() {
            Gate::Passed => GOOD,
            Gate::Failed | Gate::Incomplete => BAD,
            Gate::Empty => BOLD,
        };
        writeln!(out, "{}", self.paint(&gate::line(report), style))
    }

    /// `3 findings (1 critical, 2 high), 1 error, 2 warnings`.
    fn found(&self) -> String {
        let report = self.report;
        let bands = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low];
        let of_band = |band: Severity| (report.finding_count(band), band.name());
        let bands = bands.map(of_band).into_iter().filter(|(n, _)| *n > 0);
        let bands: Vec<String> = bands.map(|(n, name)| format!("{n} {name}")).collect();
        let mut line = gate::count(report.outcome.findings.len(), "finding");
        if !bands.is_empty() {
            line = format!("{line} ({})", bands.join(", "));
        }
        let kinds = [(ProblemSeverity::Error, "error"), (ProblemSeverity::Warning, "warning")];
        for (severity, noun) in kinds {
            let n = report.problem_count(severity);
            if n > 0 {
                line = format!("{line}, {}", gate::count(n, noun));
            }
        }
        let disabled = report.outcome.disabled.len();
        if disabled > 0 {
            line = format!("{line}, {} switched off", gate::count(disabled, "rule"));
        }
        line
    }

    fn paint(&self, text: &str, style: Style) -> String {
        if self.report.options.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

const BOLD: Style = Style::new().bold();
const GOOD: Style = AnsiColor::BrightGreen.on_default().bold();
const BAD: Style = AnsiColor::BrightRed.on_default().bold();

/// One line that cannot move the cursor or turn the reading direction: names and messages come from hostile input.
fn clean(text: &str) -> String {
    let harmless = |c: char| match c {
        '\n' | '\r' | '\t' => ' ',
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.trim().chars().map(harmless).collect()
}

/// The same for a text of several lines.
fn clean_lines(text: &str) -> String {
    text.trim().lines().map(clean).collect::<Vec<_>>().join("\n")
}
