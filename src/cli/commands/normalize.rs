//! `dreadnought normalize`: the document model as JSON.

use crate::cli::args::Normalize;
use crate::cli::exit::Exit;
use crate::cli::{location, output};
use crate::document::{Index, json};
use crate::engine::rego::Input;
use crate::project::Project;
use crate::source::{Problem, ProblemSeverity};

/// Run the command.
pub fn run(arguments: &Normalize) -> anyhow::Result<Exit> {
    let location = location::locate(&arguments.input)?;
    let mut project = Project::load(&location.files, &location.options);
    project.problems.extend(location.problems);
    let mut bytes = if arguments.rego {
        let inputs = project.documents.iter().map(|document| Input::new(&Index::new(document)));
        let inputs: Vec<Input> = inputs.collect();
        serde_json::to_vec_pretty(&inputs.iter().map(Input::value).collect::<Vec<_>>())?
    } else {
        let value = json::documents(&project.documents, &project.sources, &project.problems);
        serde_json::to_vec_pretty(&value)?
    };
    bytes.push(b'\n');
    output::to_stdout(&bytes)?;
    let of_documents = project.documents.iter().flat_map(|document| &document.problems);
    let is_error = |problem: &Problem| problem.severity() == ProblemSeverity::Error;
    let exit = if project.problems.iter().chain(of_documents).any(is_error) {
        Exit::Unable
    } else if project.documents.is_empty() {
        Exit::Nothing
    } else {
        Exit::Passed
    };
    // The process ends: what is left goes with it.
    std::mem::forget(project);
    Ok(exit)
}
