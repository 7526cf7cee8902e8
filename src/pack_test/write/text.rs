//! Results as text.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::Summary;
use crate::pack_test::{CoverageGroup, Failure, PackRun, State, TestResult};

/// Parts that were never evaluated, listed at most.
const MAX_MISSED: usize = 50;

/// Write it.
pub(super) fn write(summary: &Summary<'_>, out: &mut dyn Write) -> io::Result<()> {
    for pack in summary.packs {
        for result in &pack.results {
            if summary.verbose || result.state != State::Passed {
                one(pack, result, out)?;
            }
        }
    }
    coverage(summary, out)?;
    for refusal in summary.refusals {
        writeln!(out, "refused: {refusal}")?;
    }
    let mut counts = format!(
        "{} passed, {} failed",
        summary.count(State::Passed),
        summary.count(State::Failed) + summary.count(State::Error)
    );
    for (state, word) in [(State::Error, "of them errors"), (State::Skipped, "skipped")] {
        let count = summary.count(state);
        if count > 0 {
            let _ = write!(counts, ", {count} {word}");
        }
    }
    writeln!(out, "{counts}; {} verdicts checked", summary.checked())
}

fn one(pack: &PackRun, result: &TestResult, out: &mut dyn Write) -> io::Result<()> {
    let name = match result.kind {
        crate::pack_test::TestKind::Unit => result.full_name(),
        _ => format!("{}/{}", pack.name, result.full_name()),
    };
    writeln!(out, "{} {name}", result.state.word())?;
    for failure in &result.failures {
        self::failure(failure, out)?;
    }
    for line in &result.printed {
        writeln!(out, "  printed: {line}")?;
    }
    Ok(())
}

fn failure(failure: &Failure, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {failure}")?;
    for (line, text) in &failure.excerpt {
        let mark = if Some(*line) == failure.line { ">" } else { " " };
        writeln!(out, "  {mark} {line:4} | {text}")?;
    }
    if failure.diff.is_empty() {
        if let Some(expected) = &failure.expected {
            writeln!(out, "    expected: {expected}")?;
        }
        if let Some(got) = &failure.got {
            writeln!(out, "    got:      {got}")?;
        }
    } else {
        writeln!(out, "    - expected  + got")?;
        for line in &failure.diff {
            writeln!(out, "    {line}")?;
        }
    }
    let width = failure.values.iter().map(|(depth, text, _)| 2 * depth + text.chars().count());
    let width = width.filter(|width| *width <= 60).max().unwrap_or_default();
    for (depth, text, value) in &failure.values {
        let indent = 2 * depth;
        let rest = width.saturating_sub(indent);
        writeln!(out, "      {:indent$}{text:rest$}  {value}", "")?;
    }
    Ok(())
}

fn coverage(summary: &Summary<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Some(coverage) = summary.coverage else { return Ok(()) };
    for missed in coverage.missed.iter().take(MAX_MISSED) {
        writeln!(
            out,
            "not covered: {}:{}:{}: {} ({})",
            missed.path, missed.line, missed.column, missed.text, missed.reason
        )?;
    }
    if coverage.missed.len() > MAX_MISSED {
        writeln!(
            out,
            "not covered: {} more; -o json lists all",
            coverage.missed.len() - MAX_MISSED
        )?;
    }
    let groups: Vec<String> = CoverageGroup::ALL
        .iter()
        .map(|group| {
            let tally = coverage.of(*group);
            format!("{} {tally} ({} of {})", group.name(), tally.covered, tally.total)
        })
        .collect();
    writeln!(out, "coverage: {}", groups.join(", "))?;
    if let (true, Some(threshold)) = (summary.is_below(), summary.threshold) {
        writeln!(
            out,
            "coverage of rules and libraries is {}, below the threshold of {threshold} %",
            coverage.gated()
        )?;
    }
    Ok(())
}
