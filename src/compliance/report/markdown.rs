//! For pages and pull requests: Markdown.

use std::io::{self, Write};

use super::{Report, evidence, summary_lines, why};
use crate::compliance::judge::{Judged, summary};

pub(super) fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let page = Page(report);
    let baseline = report.judgement.baseline;
    writeln!(out, "# {}\n", page.clean(&baseline.title))?;
    let digest = baseline.chain.last().map(|link| &*link.digest).unwrap_or_default();
    let profile = baseline.profile.as_ref().map(|it| format!(", profile {}", it.id));
    let id =
        format!("`{}`{}, version {}", baseline.id, profile.unwrap_or_default(), baseline.version);
    writeln!(out, "{id}, `{digest}`, judged at {}\n", report.judgement.now)?;
    for line in summary_lines(report) {
        writeln!(out, "- {line}")?;
    }
    for pack in report.packs {
        writeln!(out, "- pack {} {}, `{}`", page.clean(&pack.name), pack.version, pack.digest)?;
    }
    writeln!(out, "- **{}**\n", report.gate_line())?;
    page.groups(out)?;
    writeln!(out, "## Controls\n\n| control | what | state | why |\n|---|---|---|---|")?;
    for judged in &report.judgement.controls {
        let written = &judged.control.written;
        let title = written.title.as_deref().unwrap_or_default();
        let cells = [&*written.id, title, judged.name(), &why(judged)].map(|it| page.clean(it));
        writeln!(out, "| {} |", cells.join(" | "))?;
    }
    page.details(out)?;
    if !report.problems.is_empty() {
        writeln!(out, "\n## Problems\n")?;
        for problem in report.problems {
            let place = problem.place.map(|place| format!("`{}`: ", report.position(place)));
            writeln!(out, "- {}{}", place.unwrap_or_default(), page.clean(&problem.message))?;
        }
    }
    Ok(())
}

struct Page<'a>(&'a Report<'a>);

impl Page<'_> {
    /// Text that opens neither a cell nor a tag nor a link.
    fn clean(&self, text: &str) -> String {
        let mut clean = String::new();
        for character in self.0.redactor.text(text).trim().chars() {
            match character {
                '|' | '<' | '>' | '[' | ']' | '*' | '_' | '`' | '\\' | '#' => {
                    clean.push('\\');
                    clean.push(character);
                }
                c if c.is_control() => clean.push(' '),
                c => clean.push(c),
            }
        }
        clean
    }

    fn groups(&self, out: &mut dyn Write) -> io::Result<()> {
        let judgement = self.0.judgement;
        writeln!(
            out,
            "| group | controls | violated | not decidable | evidenced | waived | not applicable |"
        )?;
        writeln!(out, "|---|---|---|---|---|---|---|")?;
        for group in &judgement.baseline.groups {
            let own = |it: &&Judged<'_>| it.control.written.group.as_ref() == Some(&group.id);
            let sum = summary(judgement.controls.iter().filter(own));
            if sum.controls == 0 {
                continue;
            }
            let title = self.clean(&format!("{} {}", group.id, group.title));
            let numbers = [
                sum.controls,
                sum.violated,
                sum.undecided + sum.errors,
                sum.evidenced,
                sum.waived,
                sum.not_applicable,
            ];
            let numbers = numbers.map(|n| n.to_string()).join(" | ");
            writeln!(out, "| {title} | {numbers} |")?;
        }
        writeln!(out)
    }

    /// Findings, evidence and attestations of the controls that have any.
    fn details(&self, out: &mut dyn Write) -> io::Result<()> {
        let has_details = |it: &&Judged<'_>| it.verdicts() > 0 || it.attestation.is_some();
        for judged in self.0.judgement.controls.iter().filter(has_details) {
            let written = &judged.control.written;
            let title = written.title.as_deref().unwrap_or_default();
            let name = judged.name();
            writeln!(out, "\n### {}: {name}\n", self.clean(&format!("{} {title}", written.id)))?;
            for finding in &judged.findings {
                let place = self.0.position(finding.place);
                let score = finding.assessment.dread.score();
                let message = self.clean(&finding.message);
                writeln!(out, "- `{place}` {score} `{}`: {message}", finding.rule.id)?;
            }
            for verdict in &judged.undecided {
                let reason = verdict.unknown.first().map(|it| &*it.reason).unwrap_or_default();
                let line = format!("{} is undecided: {reason}", verdict.resource.address);
                writeln!(out, "- `{}`: {}", verdict.rule.id, self.clean(&line))?;
            }
            for failed in &judged.failures {
                let line = format!("failed on {}: {}", failed.resource.address, failed.message);
                writeln!(out, "- `{}` {}", failed.rule.id, self.clean(&line))?;
            }
            for (rule, resources) in evidence(judged) {
                writeln!(out, "- `{rule}` passes on {}", self.clean(&resources.join(", ")))?;
            }
            if let Some(it) = judged.attestation {
                let line =
                    format!("{} says {} until {}", it.author, it.verdict.name(), it.about.expires);
                writeln!(
                    out,
                    "- {}: <{}>",
                    self.clean(&line),
                    it.evidence.replace(['<', '>'], "")
                )?;
            }
        }
        Ok(())
    }
}
