//! `dreadnought scan`: read, evaluate, report, gate.

use super::packs;
use crate::cli::args::{Color, Inconclusive, Output, Scan};
use crate::cli::exit::Exit;
use crate::cli::{location, output, terminal};
use crate::evaluate::{self, Outside, evaluate};
use crate::finding::Outcome;
use crate::pack::{Overrides, PackSet};
use crate::project::Project;
use crate::report::{Counts, OnInconclusive, Options, Report};
use crate::source::Problem;
use crate::threat;

/// Run the command.
pub fn run(arguments: &Scan) -> anyhow::Result<Exit> {
    let location = location::locate(&arguments.input)?;
    // Before anything is read: packs may need a process of their own.
    let opened = packs::open_for(&location, &arguments.packs.packs)?;
    let mut project = Project::load(&location.files, &location.options);
    // Without a document there is nothing to judge: an empty folder answers at once.
    let builtin = !arguments.packs.no_builtin && !project.documents.is_empty();
    let mut overrides = std::mem::take(&mut project.config.overrides);
    let bands = overrides.bands.unwrap_or_default();
    if project.documents.is_empty() {
        // Most rules are not there to be changed.
        overrides = Overrides::default();
    }
    let (set, pack_problems) = opened.load(&mut project.sources, builtin, &overrides);
    let (mut options, mut unknown_rules) = packs::options(&set, &arguments.packs);
    if project.documents.is_empty() {
        unknown_rules.clear();
    }
    options.bands = bands;
    options.outside = Outside::new(&project.documents, &set, &project.sources);
    let mut outcome = evaluate(&project.documents, &set, &options);
    let vocabulary_problems = in_context(&mut outcome, &project, &set, &options);
    let problems =
        [project.problems, location.problems, pack_problems, unknown_rules, vocabulary_problems];
    outcome.problems.extend(problems.into_iter().flatten());
    let pack_refs = packs::refs(&set);
    let report = Report {
        outcome: &outcome,
        documents: &project.documents,
        sources: &project.sources,
        packs: &pack_refs,
        counts: Counts { files: project.read, skipped: project.skipped },
        options: report_options(arguments),
        version: env!("CARGO_PKG_VERSION"),
    };
    write(&report, &arguments.report.outputs, arguments.report.color)?;
    let exit = report.gate().into();
    // The process ends: what is left goes with it.
    std::mem::forget((project.documents, project.sources, project.trees, outcome));
    Ok(exit)
}

/// Score the findings by where things sit. Without findings the vocabulary is not even read.
pub(super) fn in_context(
    outcome: &mut Outcome,
    project: &Project,
    set: &PackSet,
    options: &evaluate::Options,
) -> Vec<Problem> {
    if outcome.findings.is_empty() {
        return Vec::new();
    }
    let (vocabulary, mut problems) = set.meanings(&project.sources);
    let input = threat::Input {
        documents: &project.documents,
        findings: &outcome.findings,
        classes: &set.threats,
        vocabulary: &vocabulary,
        context: &project.config.context,
        sources: &project.sources,
    };
    let (assessments, more) = threat::in_context(&input, &threat::Options::default());
    problems.extend(more);
    for (finding, assessment) in outcome.findings.iter_mut().zip(assessments) {
        finding.severity = options.bands.severity(assessment.dread.score());
        finding.assessment = assessment;
    }
    problems
}

fn report_options(arguments: &Scan) -> Options {
    let inconclusive = match arguments.report.inconclusive {
        Inconclusive::Hide => OnInconclusive::Hide,
        Inconclusive::Show => OnInconclusive::Show,
        Inconclusive::Fail => OnInconclusive::Fail,
    };
    Options { fail_on: arguments.report.fail_on, inconclusive, ..Options::default() }
}

fn write(report: &Report<'_>, outputs: &[Output], color: Color) -> anyhow::Result<()> {
    let text = [Output { format: &crate::report::FORMATS[0], file: None }];
    let outputs = if outputs.is_empty() { &text[..] } else { outputs };
    for output in outputs {
        let color = output.file.is_none() && terminal::wants_color(color);
        let report = Report { options: Options { color, ..report.options }, ..*report };
        let mut bytes = Vec::new();
        (output.format.write)(&report, &mut bytes)?;
        output::put(output.file.as_deref(), &bytes)?;
    }
    let text_on_stdout =
        outputs.iter().any(|output| output.file.is_none() && output.format.id == "text");
    if !text_on_stdout {
        // Where no text report shows them, problems are named on stderr.
        terminal::complain(report.problems(), report.sources);
    }
    Ok(())
}
