//! The gate: takes a report's findings, verdicts and problems, says whether a pipeline may go on, and in which words.

use std::fmt;

use super::Report;
use crate::finding::{Finding, Score, Severity};
use crate::source::ProblemSeverity;

/// From where on a finding fails the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// No finding does.
    Never,
    /// Findings of this band or a higher one.
    Severity(Severity),
    /// Findings with this score or a higher one.
    Score(Score),
}

impl FailOn {
    /// From `low`, `medium`, `high`, `critical`, `none`, or a score from 0 to 10 with at most one decimal.
    pub fn parse(text: &str) -> Option<Self> {
        let bands = [Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
        if text == "none" {
            return Some(Self::Never);
        }
        if let Some(band) = bands.into_iter().find(|band| band.name() == text) {
            return Some(Self::Severity(band));
        }
        let (whole, tenths) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(tenths) || tenths.len() != 1 || whole.len() > 2 {
            return None;
        }
        let score = whole.parse::<u16>().ok()? * 10 + tenths.parse::<u16>().ok()?;
        (score <= 100).then_some(Self::Score(Score(score)))
    }

    /// Whether a finding fails the gate.
    pub fn fails(self, finding: &Finding) -> bool {
        self.fails_score(finding.assessment.dread.score(), finding.severity)
    }

    /// Whether a score and its band fail the gate.
    pub fn fails_score(self, own: Score, band: Severity) -> bool {
        match self {
            Self::Never => false,
            Self::Severity(severity) => band >= severity,
            Self::Score(score) => own >= score,
        }
    }
}

impl fmt::Display for FailOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => f.write_str("none"),
            Self::Severity(severity) => f.write_str(severity.name()),
            Self::Score(score) => write!(f, "{score}"),
        }
    }
}

/// What undecided verdicts do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnInconclusive {
    /// They are counted, not listed.
    Hide,
    /// They are listed.
    Show,
    /// They are listed and fail the gate.
    Fail,
}

/// The gate's decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Nothing fails it.
    Passed,
    /// Findings (or undecided verdicts, if asked) fail it.
    Failed,
    /// Something could not be read or judged: neither passed nor failed.
    Incomplete,
    /// There was nothing to judge.
    Empty,
}

impl Gate {
    /// An error beats everything else; findings beat what is undecided.
    pub(super) fn decide(report: &Report<'_>) -> Self {
        if report.problem_count(ProblemSeverity::Error) > 0 {
            Self::Incomplete
        } else if failing(report) > 0 || fails_undecided(report) {
            Self::Failed
        } else if report.documents.is_empty() {
            Self::Empty
        } else {
            Self::Passed
        }
    }

    /// The word for it in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Incomplete => "incomplete",
            Self::Empty => "empty",
        }
    }
}

/// How many findings fail the gate.
pub(super) fn failing(report: &Report<'_>) -> usize {
    let fail_on = report.options.fail_on;
    report.outcome.findings.iter().filter(|finding| fail_on.fails(finding)).count()
}

fn fails_undecided(report: &Report<'_>) -> bool {
    report.options.inconclusive == OnInconclusive::Fail && !report.outcome.inconclusive.is_empty()
}

/// The gate's decision in one line.
pub(super) fn line(report: &Report<'_>) -> String {
    let undecided = report.outcome.inconclusive.len();
    let and_undecided =
        if undecided > 0 { format!(", {undecided} undecided") } else { String::new() };
    let failing = failing(report);
    let found = format!("{} at or above {}", count(failing, "finding"), report.options.fail_on);
    match report.gate() {
        Gate::Passed => format!("gate passed{and_undecided}"),
        Gate::Failed if failing == 0 => {
            format!("gate failed: {} undecided", count(undecided, "verdict"))
        }
        Gate::Failed => format!("gate failed: {found}{and_undecided}"),
        Gate::Incomplete => {
            let errors = count(report.problem_count(ProblemSeverity::Error), "error");
            let found = if failing > 0 { format!("; {found}") } else { String::new() };
            format!("gate not passed: {errors} left something unjudged{found}{and_undecided}")
        }
        Gate::Empty => {
            "nothing to evaluate: no configuration of a known format was found".to_owned()
        }
    }
}

/// `1 finding`, `2 findings`.
pub(super) fn count(n: usize, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{plural}")
}
