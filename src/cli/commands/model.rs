//! `dreadnought model`: the threat model of what is scanned.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde_json::{Map, Value as Json, json};

use super::packs;
use crate::cli::args::{Color, Input, Model, ModelOutput};
use crate::cli::exit::Exit;
use crate::cli::{location, output, terminal};
use crate::evaluate::evaluate;
use crate::export::{self, Export};
use crate::model::diff::Diff;
use crate::model::{ThreatModel, from_json};
use crate::overlay;
use crate::pack::PackSet;
use crate::project::Project;
use crate::source::{DiskFileSystem, Problem, ProblemSeverity, folder_of};
use crate::threat;

/// A model with all that belongs to it.
struct Made {
    model: ThreatModel,
    project: Project,
    packs: PackSet,
    problems: Vec<Problem>,
}

/// Run the command.
pub fn run(arguments: &Model) -> anyhow::Result<Exit> {
    let made = make(&arguments.input, arguments)?;
    match &arguments.against {
        Some(other) => compare(&made, &before(other, arguments)?, arguments)?,
        None => write(&made, arguments)?,
    }
    let is_error = |problem: &Problem| problem.severity() == ProblemSeverity::Error;
    Ok(if made.problems.iter().any(is_error) {
        Exit::Unable
    } else if made.project.documents.is_empty() {
        Exit::Nothing
    } else {
        Exit::Passed
    })
}

fn make(input: &Input, arguments: &Model) -> anyhow::Result<Made> {
    let location = location::locate(input)?;
    let mut project = Project::load(&location.files, &location.options);
    let builtin = !arguments.packs.no_builtin;
    let (set, pack_problems) = packs::load(&mut project.sources, &arguments.packs.packs, builtin)?;
    let (options, unknown_rules) = packs::options(&set, &arguments.packs);
    let (vocabulary, vocabulary_problems) = set.meanings(&project.sources);
    let outcome = evaluate(&project.documents, &set, &options);
    let threats = threat::Input {
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
    let (mut model, model_problems) = threat::build(&threats, &options);
    model.title = title(input).into();
    let mut problems = outcome.problems;
    problems
        .extend(project.documents.iter().flat_map(|document| document.problems.iter().cloned()));
    problems.extend(lay_over(&mut model, &mut project, arguments)?);
    let others =
        [location.problems, pack_problems, unknown_rules, vocabulary_problems, model_problems];
    problems.extend(std::mem::take(&mut project.problems));
    problems.extend(others.into_iter().flatten());
    problems.sort();
    problems.dedup();
    Ok(Made { model, project, packs: set, problems })
}

/// What the model is of: the last parts of the paths.
fn title(input: &Input) -> String {
    let name = |path: &Path| {
        let absolute = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        absolute
            .file_name()
            .map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
    };
    input.paths.iter().map(|path| name(path)).collect::<Vec<_>>().join(", ")
}

/// Bring in what people keep.
fn lay_over(
    model: &mut ThreatModel,
    project: &mut Project,
    arguments: &Model,
) -> anyhow::Result<Vec<Problem>> {
    let mut overlays = Vec::new();
    let mut problems = Vec::new();
    for path in &arguments.overlays {
        let shown = path.display().to_string();
        let absolute = path.canonicalize().with_context(|| format!("cannot read {shown}"))?;
        let folder = absolute.parent().unwrap_or(Path::new("/"));
        let files = DiskFileSystem::new(folder).with_context(|| format!("cannot read {shown}"))?;
        let name = absolute
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        debug_assert_eq!(folder_of(&name), "");
        let (overlay, found) = overlay::read(&files, &name, &mut project.sources);
        overlays.push(overlay);
        problems.extend(found);
    }
    if !overlays.is_empty() {
        problems.extend(overlay::join(model, &overlays));
        problems.extend(overlay::judge(model, &overlays));
    }
    Ok(problems)
}

/// The model of before: from a file that a run has written, or made of a folder.
fn before(path: &Path, arguments: &Model) -> anyhow::Result<ThreatModel> {
    let shown = path.display().to_string();
    if path.is_dir() {
        let input = Input { paths: vec![path.to_owned()], ..arguments.input.clone() };
        return Ok(make(&input, arguments)?.model);
    }
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
    let json: Json = serde_json::from_str(&text).with_context(|| format!("{shown} is not JSON"))?;
    from_json(&json).map_err(|error| anyhow::anyhow!("{shown} is no threat model: {error}"))
}

fn compare(made: &Made, before: &ThreatModel, arguments: &Model) -> anyhow::Result<()> {
    let diff = Diff::of(before, &made.model);
    let text = [ModelOutput { format: &export::FORMATS[0], file: None }];
    let outputs = if arguments.outputs.is_empty() { &text[..] } else { &arguments.outputs };
    for output in outputs {
        let bytes = match output.format.id {
            "text" => diff.to_text().into_bytes(),
            "json" => format!("{}\n", serde_json::to_string_pretty(&diff.to_json())?).into_bytes(),
            other => anyhow::bail!("differences are written as text or json, not as {other}"),
        };
        put(output, &bytes)?;
    }
    terminal::complain(&made.problems, &made.project.sources);
    Ok(())
}

fn write(made: &Made, arguments: &Model) -> anyhow::Result<()> {
    let text = [ModelOutput { format: &export::FORMATS[0], file: None }];
    let outputs = if arguments.outputs.is_empty() { &text[..] } else { &arguments.outputs };
    for output in outputs {
        let export = Export {
            beside: beside(made),
            color: output.file.is_none() && wants_color(arguments.color),
            closed: arguments.show_mitigated,
            ..Export::new(&made.model, env!("CARGO_PKG_VERSION"))
        };
        let mut bytes = Vec::new();
        (output.format.write)(&export, &mut bytes)?;
        put(output, &bytes)?;
    }
    terminal::complain(&made.problems, &made.project.sources);
    Ok(())
}

fn wants_color(color: Color) -> bool {
    terminal::wants_color(color)
}

fn put(output: &ModelOutput, bytes: &[u8]) -> anyhow::Result<()> {
    match &output.file {
        Some(file) => output::to_file(file, bytes),
        None => output::to_stdout(bytes),
    }
}

/// What stands beside the model in JSON: problems, and the packs that made it.
fn beside(made: &Made) -> Map<String, Json> {
    let sources = &made.project.sources;
    let problem = |problem: &Problem| {
        let location = problem.place.map(|place| {
            let file = sources.get(place.file);
            json!({"file": &*file.path, "line": file.position(place.span.start).line})
        });
        json!({
            "kind": problem.kind.name(),
            "severity": if problem.severity() == ProblemSeverity::Error { "error" } else { "warning" },
            "message": problem.message,
            "location": location,
            "help": problem.help,
        })
    };
    let pack = |pack: &crate::pack::Pack| json!({"name": &*pack.name, "version": &*pack.version, "digest": pack.digest});
    Map::from_iter([
        ("packs".to_owned(), made.packs.packs.iter().map(pack).collect()),
        ("problems".to_owned(), made.problems.iter().map(problem).collect()),
    ])
}
