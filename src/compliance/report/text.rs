//! For people: what is violated first, then what failed, what nothing decides, what is evidenced.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::{Report, evidence, summary_lines, why};
use crate::compliance::gate::Gate;
use crate::compliance::judge::{Judged, Open, State};
use crate::report::pack_line;

const BOLD: Style = Style::new().bold();
const GOOD: Style = AnsiColor::BrightGreen.on_default().bold();
const BAD: Style = AnsiColor::BrightRed.on_default().bold();

/// Resources that are named a rule.
const MOST: usize = 3;
/// Findings that are named a control.
const MOST_FINDINGS: usize = 20;

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let page = Page(report);
    let baseline = report.judgement.baseline;
    let profile = baseline.profile.as_ref().map(|it| format!(", profile {}", it.id));
    let title = format!("{} ({}{})", baseline.title, baseline.id, profile.unwrap_or_default());
    writeln!(out, "{}", page.paint(&title, BOLD))?;
    page.changes(out)?;
    let sections: [(&str, Belongs); 5] = [
        ("violated", |it| it.state == State::Violated),
        ("error", |it| it.state == State::Error),
        ("undecided: depends on values that are not known", |it| {
            it.state == State::Undecided(Open::UnknownValues)
        }),
        ("evidenced", |it| it.state == State::Evidenced),
        ("not applicable", |it| matches!(it.state, State::NotApplicable(_))),
    ];
    for (name, belongs) in sections {
        let section = |it: &&Judged<'_>| belongs(it) && it.waiver.is_none();
        page.section(name, report.judgement.controls.iter().filter(section), out)?;
    }
    let waived = report.judgement.controls.iter().filter(|it| it.waiver.is_some());
    page.section("waived", waived, out)?;
    page.open(out)?;
    for problem in report.problems {
        let place = problem.place.map(|place| {
            let file = report.sources.get(place.file);
            let position = file.position(place.span.start);
            format!("{}:{}:{}: ", file.path, position.line, position.column)
        });
        let severity = match problem.severity() {
            crate::source::ProblemSeverity::Error => "error",
            crate::source::ProblemSeverity::Warning => "warning",
        };
        let help = problem.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        let message = format!("{}{}{help}", place.unwrap_or_default(), problem.message);
        writeln!(out, "{severity}: {}", page.clean(&message))?;
    }
    writeln!(out)?;
    for line in summary_lines(report) {
        writeln!(out, "{line}")?;
    }
    if let Some(packs) = pack_line(report.packs) {
        writeln!(out, "{}", page.clean(&packs))?;
    }
    let style = if report.gate() == Gate::Passed { GOOD } else { BAD };
    writeln!(out, "{}", page.paint(&report.gate_line(), style))
}

/// Whether a control is of a section.
type Belongs = fn(&Judged<'_>) -> bool;

struct Page<'a>(&'a Report<'a>);

impl Page<'_> {
    fn paint(&self, text: &str, style: Style) -> String {
        if self.0.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// One line that moves no cursor and shows no secret.
    fn clean(&self, text: &str) -> String {
        let text = self.0.redactor.text(text);
        text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
    }

    fn changes(&self, out: &mut dyn Write) -> io::Result<()> {
        let baseline = self.0.judgement.baseline;
        if baseline.chain.len() > 1 {
            let names: Vec<&str> = baseline.chain.iter().map(|link| &*link.id).collect();
            let changes = &baseline.changes;
            writeln!(
                out,
                "  {}: {} added, {} dropped, {} overridden",
                names.join(" → "),
                changes.added.len(),
                changes.dropped.len(),
                changes.overridden.len()
            )?;
        }
        let Some(drift) = self.0.drift else { return Ok(()) };
        if drift.is_empty() {
            return writeln!(out, "  the baseline has not changed");
        }
        writeln!(out, "  {}", self.paint("the baseline has changed:", BOLD))?;
        for id in &drift.added {
            writeln!(out, "    + {}", self.clean(id))?;
        }
        for id in &drift.dropped {
            writeln!(out, "    - {}", self.clean(id))?;
        }
        for (id, fields) in &drift.changed {
            writeln!(out, "    ~ {}: {}", self.clean(id), self.clean(&fields.join(", ")))?;
        }
        Ok(())
    }

    fn section<'j>(
        &self,
        name: &str,
        controls: impl Iterator<Item = &'j Judged<'j>>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        for (at, judged) in controls.enumerate() {
            if at == 0 {
                writeln!(out, "\n{}", self.paint(name, BOLD))?;
            }
            let written = &judged.control.written;
            let title = written.title.as_deref().unwrap_or_default();
            let id = &written.id;
            let line = format!("  {id:<10} {title}: {}", why(judged));
            writeln!(out, "  {}", self.clean(&line))?;
            self.details(judged, out)?;
        }
        Ok(())
    }

    fn details(&self, judged: &Judged<'_>, out: &mut dyn Write) -> io::Result<()> {
        for finding in judged.findings.iter().take(MOST_FINDINGS) {
            let place = self.0.position(finding.place);
            let score = finding.assessment.dread.score();
            let line = format!("{place}: {score} {}: {}", finding.rule.id, finding.message);
            writeln!(out, "      {}", self.clean(&line))?;
        }
        if judged.findings.len() > MOST_FINDINGS {
            writeln!(out, "      and {} more", judged.findings.len() - MOST_FINDINGS)?;
        }
        for failed in &judged.failures {
            let line =
                format!("{} on {}: {}", failed.rule.id, failed.resource.address, failed.message);
            writeln!(out, "      {}", self.clean(&line))?;
        }
        for verdict in judged.undecided.iter().take(MOST) {
            let reason = verdict.unknown.first().map(|it| &*it.reason).unwrap_or_default();
            let line = format!("{} on {}: {reason}", verdict.rule.id, verdict.resource.address);
            writeln!(out, "      {}", self.clean(&line))?;
        }
        for (rule, resources) in evidence(judged) {
            let first = resources.iter().take(MOST).copied().collect::<Vec<_>>().join(", ");
            let more = match resources.len().saturating_sub(MOST) {
                0 => String::new(),
                n => format!(" and {n} more"),
            };
            writeln!(out, "      {}", self.clean(&format!("{rule} passes on {first}{more}")))?;
        }
        if let Some(it) = judged.attestation {
            let line = format!(
                "{} says {} until {}: {}",
                it.author,
                it.verdict.name(),
                it.about.expires,
                it.evidence
            );
            writeln!(out, "      {}", self.clean(&line))?;
        }
        Ok(())
    }

    /// What rules cannot decide: by group, ids only.
    fn open(&self, out: &mut dyn Write) -> io::Result<()> {
        let judgement = self.0.judgement;
        let kinds = [
            (Open::Expired, "attestations have expired"),
            (
                Open::NoResource,
                "not decidable from code: there is no resource that their rules judge",
            ),
            (Open::Disabled, "not decidable: the rules that speak of these are switched off"),
            (Open::Manual, "not decidable from code: people have to assess these, no attestation"),
            (Open::NoRule, "not decidable from code: no rule speaks of these"),
        ];
        for (open, name) in kinds {
            let belongs =
                |it: &&Judged<'_>| it.state == State::Undecided(open) && it.waiver.is_none();
            let ids: Vec<&str> =
                judgement.controls.iter().filter(belongs).map(|it| &**it.control.id()).collect();
            if ids.is_empty() {
                continue;
            }
            writeln!(out, "\n{} ({})", self.paint(name, BOLD), ids.len())?;
            for line in wrapped(&ids) {
                writeln!(out, "    {}", self.clean(&line))?;
            }
        }
        Ok(())
    }
}

/// Ids in lines of about a hundred columns.
fn wrapped(ids: &[&str]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for id in ids {
        match lines.last_mut() {
            Some(line) if line.len() + id.len() < 98 => {
                line.push_str(", ");
                line.push_str(id);
            }
            _ => lines.push((*id).to_owned()),
        }
    }
    lines
}
