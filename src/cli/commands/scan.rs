//! `dreadnought scan`: read, evaluate, report, gate.

use super::packs;
use crate::cli::args::{Color, Inconclusive, Output, Scan};
use crate::cli::exit::Exit;
use crate::cli::{location, output, terminal};
use crate::evaluate::evaluate;
use crate::project::Project;
use crate::report::{Counts, OnInconclusive, Options, Report};

/// Run the command.
pub fn run(arguments: &Scan) -> anyhow::Result<Exit> {
    let location = location::locate(&arguments.input)?;
    let mut project = Project::load(&location.files, &location.options);
    // Without a document there is nothing to judge: an empty folder answers at once.
    let builtin = !arguments.packs.no_builtin && !project.documents.is_empty();
    let (set, pack_problems) = packs::load(&mut project.sources, &arguments.packs.packs, builtin)?;
    let (options, mut unknown_rules) = packs::options(&set, &arguments.packs);
    if project.documents.is_empty() {
        unknown_rules.clear();
    }
    let mut outcome = evaluate(&project.documents, &set, &options);
    let problems = [project.problems, location.problems, pack_problems, unknown_rules];
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
    Ok(report.gate().into())
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
        match &output.file {
            Some(file) => output::to_file(file, &bytes)?,
            None => output::to_stdout(&bytes)?,
        }
    }
    let text_on_stdout =
        outputs.iter().any(|output| output.file.is_none() && output.format.id == "text");
    if !text_on_stdout {
        // Where no text report shows them, problems are named on stderr.
        terminal::complain(report.problems(), report.sources);
    }
    Ok(())
}
