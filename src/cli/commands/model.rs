//! `dreadnought model`: the threat model of what is scanned.

use super::packs;
use crate::cli::args::Model;
use crate::cli::exit::Exit;
use crate::cli::{location, output, terminal};
use crate::evaluate::evaluate;
use crate::model;
use crate::project::Project;
use crate::source::{Problem, ProblemSeverity};
use crate::threat;

/// Run the command.
pub fn run(arguments: &Model) -> anyhow::Result<Exit> {
    let location = location::locate(&arguments.input)?;
    let mut project = Project::load(&location.files, &location.options);
    let builtin = !arguments.packs.no_builtin;
    let (set, pack_problems) = packs::load(&mut project.sources, &arguments.packs.packs, builtin)?;
    let (options, unknown_rules) = packs::options(&set, &arguments.packs);
    let (vocabulary, vocabulary_problems) = set.meanings(&project.sources);
    let outcome = evaluate(&project.documents, &set, &options);
    let input = threat::Input {
        documents: &project.documents,
        findings: &outcome.findings,
        classes: &set.threats,
        vocabulary: &vocabulary,
        context: &project.config.context,
        sources: &project.sources,
    };
    let options = threat::Options {
        profile: arguments.profile,
        bands: options.bands,
        show_mitigated: arguments.show_mitigated,
    };
    let (model, model_problems) = threat::build(&input, &options);
    let mut problems = outcome.problems;
    problems
        .extend(project.documents.iter().flat_map(|document| document.problems.iter().cloned()));
    for more in [
        project.problems,
        location.problems,
        pack_problems,
        unknown_rules,
        vocabulary_problems,
        model_problems,
    ] {
        problems.extend(more);
    }
    problems.sort();
    problems.dedup();
    let mut bytes = serde_json::to_vec_pretty(&model::to_json(&model))?;
    bytes.push(b'\n');
    output::to_stdout(&bytes)?;
    terminal::complain(&problems, &project.sources);
    let is_error = |problem: &Problem| problem.severity() == ProblemSeverity::Error;
    Ok(if problems.iter().any(is_error) {
        Exit::Unable
    } else if project.documents.is_empty() {
        Exit::Nothing
    } else {
        Exit::Passed
    })
}
