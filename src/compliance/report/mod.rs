//! Reports of a judged baseline: text, Markdown, JSON, OSCAL assessment results, SARIF, `JUnit`.

mod json;
mod junit;
mod markdown;
mod oscal;
mod sarif;
mod text;

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::drift::Drift;
use super::gate::{FailOn, Gate, failing};
use super::judge::{Judged, Judgement, Open, State, Summary};
use crate::report::{PackRef, Redactor};
use crate::source::{Place, Problem, ProblemSeverity, Sources};

pub use json::{baseline, control};

/// Everything that a report is made of.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The controls.
    pub judgement: &'a Judgement<'a>,
    /// What could not be done, errors first.
    pub problems: &'a [&'a Problem],
    /// The texts.
    pub sources: &'a Sources,
    /// The packs that took part.
    pub packs: &'a [PackRef],
    /// What changed in the baseline, where that was asked for.
    pub drift: Option<&'a Drift>,
    /// Keeps secrets out.
    pub redactor: &'a Redactor,
    /// Which controls fail the gate.
    pub fail_on: FailOn,
    /// Version of Dreadnought.
    pub version: &'a str,
    /// Whether text has colors.
    pub color: bool,
}

impl Report<'_> {
    /// The gate's decision.
    pub fn gate(&self) -> Gate {
        let is_error = |problem: &&&Problem| problem.severity() == ProblemSeverity::Error;
        Gate::decide(self.judgement, self.fail_on, self.problems.iter().any(|it| is_error(&it)))
    }

    /// The gate's decision in one line.
    fn gate_line(&self) -> String {
        let failing = failing(self.judgement, self.fail_on);
        match self.gate() {
            Gate::Passed => format!("gate passed (--fail-on {})", self.fail_on),
            Gate::Failed => {
                format!("gate failed: {} (--fail-on {})", count(failing, "control"), self.fail_on)
            }
            Gate::Incomplete => "gate not passed: errors left something unjudged".to_owned(),
            Gate::NoData if self.judgement.resources == 0 => {
                "no data: there are no resources, nothing was judged".to_owned()
            }
            Gate::NoData => {
                "no data: no rule of the baseline judges any of the resources".to_owned()
            }
        }
    }

    /// `path:line`.
    fn position(&self, place: Place) -> String {
        let file = self.sources.get(place.file);
        format!("{}:{}", file.path, file.position(place.span.start).line)
    }
}

/// A way to write a report.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// Its name on the command line.
    pub id: &'static str,
    /// Writes the report; the only errors are those of the writer.
    pub write: fn(&Report<'_>, &mut dyn Write) -> io::Result<()>,
}

/// Every way to write a report; the first is the default.
pub const FORMATS: &[Format] = &[
    Format { id: "text", write: text::write },
    Format { id: "json", write: json::write },
    Format { id: "markdown", write: markdown::write },
    Format { id: "oscal", write: oscal::write },
    Format { id: "sarif", write: sarif::write },
    Format { id: "junit", write: junit::write },
];

/// `1 finding`, `2 findings`.
fn count(n: usize, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{plural}")
}

/// `41 of 120 (34%)`; no share of nothing.
fn share(part: usize, whole: usize) -> String {
    if whole == 0 {
        return format!("{part} of 0");
    }
    // Rounded down: all is only what is all.
    format!("{part} of {whole} ({}%)", part * 100 / whole)
}

/// Why a control is what it is, in words.
fn why(judged: &Judged<'_>) -> String {
    let decided = match judged.state {
        State::Violated if judged.findings.is_empty() => "an attestation says not met".to_owned(),
        State::Violated => count(judged.findings.len(), "finding"),
        State::Error => format!("{} failed", count(judged.failures.len(), "rule")),
        State::Undecided(open) => match open {
            Open::UnknownValues => {
                format!("{} on unknown values", count(judged.undecided.len(), "verdict"))
            }
            Open::NoResource => "no resource that its rules judge".to_owned(),
            Open::Disabled => "the rules that speak of it are switched off".to_owned(),
            Open::Manual => "takes people to assess, no attestation".to_owned(),
            Open::Expired => "the attestation has expired".to_owned(),
            Open::NoRule => "no rule speaks of it".to_owned(),
        },
        State::Evidenced if judged.passes.is_empty() && judged.attestation.is_some() => {
            "by attestation".to_owned()
        }
        State::Evidenced if judged.passes.is_empty() => {
            let below = judged.below.len() + judged.findings.len() + judged.elsewhere.len();
            format!("{} that it tolerates or is not about", count(below, "finding"))
        }
        State::Evidenced => {
            let resources: std::collections::BTreeSet<_> = judged
                .passes
                .iter()
                .map(|it| (&it.resource.format, &it.resource.document, &it.resource.address))
                .collect();
            let part = if judged.control.is_partial() { "in part " } else { "" };
            format!("{part}by {}", count(resources.len(), "resource"))
        }
        State::NotApplicable(_) => {
            match (&judged.control.written.not_applicable, judged.attestation) {
                (Some(reason), _) => reason.to_string(),
                (None, Some(attestation)) => format!("says {}", attestation.author),
                (None, None) => "no resource that its rules judge".to_owned(),
            }
        }
    };
    match judged.waiver {
        Some(waiver) => format!(
            "{} ({decided}) until {} by {}: {}",
            judged.state.name(),
            waiver.about.expires,
            waiver.owner,
            waiver.reason
        ),
        None => decided,
    }
}

/// Passes by rule, each with how many and the first few resources.
fn evidence<'j>(judged: &'j Judged<'_>) -> BTreeMap<&'j str, Vec<&'j str>> {
    let mut by_rule: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for pass in &judged.passes {
        by_rule.entry(&pass.rule.id).or_default().push(&pass.resource.address);
    }
    by_rule
}

/// Both ratios and the counts, in lines.
fn summary_lines(report: &Report<'_>) -> Vec<String> {
    let sum: Summary = report.judgement.summary();
    let states = [
        (sum.violated, "violated"),
        (sum.errors, "error"),
        (sum.undecided, "not decidable from code"),
        (sum.evidenced, "evidenced"),
        (sum.waived, "waived"),
        (sum.not_applicable, "not applicable"),
    ];
    let states: Vec<String> =
        states.iter().filter(|(n, _)| *n > 0).map(|(n, name)| format!("{n} {name}")).collect();
    let attested = match sum.attested {
        0 => String::new(),
        n => format!(", {n} of the evidenced by attestation alone"),
    };
    vec![
        format!("{}: {}{attested}", count(sum.controls, "control"), states.join(", ")),
        format!("decided of applicable: {}", share(sum.decided, sum.applicable())),
        format!("evidenced of decided: {}", share(sum.evidenced_of_decided, sum.decided)),
        format!("rules speak of {} controls", share(sum.decidable, sum.controls)),
    ]
}
