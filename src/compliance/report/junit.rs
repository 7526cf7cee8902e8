//! A judged baseline as `JUnit` XML: a suite a group, a case a control, and a case for the gate.
//!
//! A case fails where its control fails the gate. What is not decided, waived or not applicable is skipped, with the reason: a control that
//! nobody looked at is no passed test.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Report, why};
use crate::compliance::gate::{Gate, fails};
use crate::compliance::judge::{Judged, State};
use crate::report::PackRef;
use crate::source::{ProblemSeverity, xml_escaped as escaped};

/// What a case is.
enum Case {
    Passed,
    Skipped(String),
    Failure(String, Vec<String>),
    Error(String, Vec<String>),
}

/// A suite's name, and its cases by their names.
type Suite<'a> = (String, Vec<(&'a str, Case)>);

impl Case {
    fn count(cases: &[(&str, Self)], wanted: fn(&Self) -> bool) -> usize {
        cases.iter().filter(|(_, case)| wanted(case)).count()
    }
}

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let baseline = report.judgement.baseline;
    // In the order of the baseline's groups; controls without one come first.
    let place = |group: Option<&str>| {
        baseline.groups.iter().position(|it| Some(&*it.id) == group).map_or(0, |at| at + 1)
    };
    let mut suites: BTreeMap<usize, Suite<'_>> = BTreeMap::new();
    for judged in &report.judgement.controls {
        let group = judged.control.written.group.as_deref();
        let name = group.map_or(baseline.id.to_string(), |it| format!("{}.{it}", baseline.id));
        let (_, cases) = suites.entry(place(group)).or_insert_with(|| (name, Vec::new()));
        cases.push((&*judged.control.written.id, case(report, judged)));
    }
    suites.insert(usize::MAX, ("gate".to_owned(), vec![("gate", gate(report))]));
    let all = || suites.values().map(|(_, cases)| cases);
    let total = |wanted: fn(&Case) -> bool| all().map(|it| Case::count(it, wanted)).sum::<usize>();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">",
        all().map(Vec::len).sum::<usize>(),
        total(|it| matches!(it, Case::Failure(..))),
        total(|it| matches!(it, Case::Error(..))),
        total(|it| matches!(it, Case::Skipped(_)))
    )?;
    for (at, (name, cases)) in &suites {
        let packs = if *at == usize::MAX { report.packs } else { &[] };
        suite(name, cases, packs, out)?;
    }
    writeln!(out, "</testsuites>")
}

fn suite(
    name: &str,
    cases: &[(&str, Case)],
    packs: &[PackRef],
    out: &mut dyn Write,
) -> io::Result<()> {
    let class = escaped(name);
    writeln!(
        out,
        "  <testsuite name=\"{class}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">",
        cases.len(),
        Case::count(cases, |it| matches!(it, Case::Failure(..))),
        Case::count(cases, |it| matches!(it, Case::Error(..))),
        Case::count(cases, |it| matches!(it, Case::Skipped(_)))
    )?;
    if !packs.is_empty() {
        writeln!(out, "    <properties>")?;
        for pack in packs {
            let value = format!("{} {}", pack.version, pack.digest);
            let (name, value) = (escaped(&pack.name), escaped(&value));
            writeln!(out, "      <property name=\"pack {name}\" value=\"{value}\"/>")?;
        }
        writeln!(out, "    </properties>")?;
    }
    for (id, case) in cases {
        let attributes = format!("classname=\"{class}\" name=\"{}\"", escaped(id));
        let (tag, message, lines) = match case {
            Case::Passed => {
                writeln!(out, "    <testcase {attributes}/>")?;
                continue;
            }
            Case::Skipped(why) => {
                writeln!(
                    out,
                    "    <testcase {attributes}><skipped message=\"{}\"/></testcase>",
                    escaped(why)
                )?;
                continue;
            }
            Case::Failure(message, lines) => ("failure", message, lines),
            Case::Error(message, lines) => ("error", message, lines),
        };
        let body = escaped(&lines.join("\n"));
        writeln!(out, "    <testcase {attributes}>")?;
        writeln!(out, "      <{tag} message=\"{}\">{body}</{tag}>", escaped(message))?;
        writeln!(out, "    </testcase>")?;
    }
    writeln!(out, "  </testsuite>")
}

fn case(report: &Report<'_>, judged: &Judged<'_>) -> Case {
    let text = |text: &str| report.redactor.text(text).into_owned();
    let message = text(&format!("{}: {}", judged.name(), why(judged)));
    if judged.waiver.is_some() {
        return Case::Skipped(message);
    }
    if judged.state == State::Error {
        let line = |it: &&crate::finding::Failed| {
            text(&format!("{} on {}: {}", it.rule.id, it.resource.address, it.message))
        };
        return Case::Error(message, judged.failures.iter().map(line).collect());
    }
    if fails(judged.state, report.fail_on) {
        let findings = judged.findings.iter().map(|it| {
            let place = report.position(it.place);
            text(&format!("{place}: {}: {} ({})", it.rule.id, it.message, it.resource.address))
        });
        return Case::Failure(message, findings.collect());
    }
    match judged.state {
        State::Evidenced => Case::Passed,
        // A violation that is let through is not shown as passed.
        _ => Case::Skipped(message),
    }
}

/// The gate: passed, failed by controls, or nothing to go by.
fn gate(report: &Report<'_>) -> Case {
    let message = report.gate_line();
    let errors = report.problems.iter().filter(|it| it.severity() == ProblemSeverity::Error);
    let errors = errors.map(|it| report.redactor.text(&it.message).into_owned()).collect();
    match report.gate() {
        Gate::Passed => Case::Passed,
        Gate::Failed => Case::Failure(message, Vec::new()),
        Gate::Incomplete | Gate::NoData => Case::Error(message, errors),
    }
}
