//! `dreadnought model`: the threat model of what is scanned.
#![expect(clippy::disallowed_methods, reason = "a model that a run has written is read here")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use serde_json::{Map, Value as Json, json};

use super::packs;
use crate::cli::args::{Color, Input, Model, ModelCommand, ModelOptions, ModelOutput};
use crate::cli::exit::Exit;
use crate::cli::revision::Revision;
use crate::cli::{location, output, terminal};
use crate::config::{AssetContext, Context, Selector};
use crate::document::json as document_json;
use crate::evaluate::evaluate;
use crate::export::{self, Export};
use crate::finding::context::Dimension;
use crate::model::diff::Diff;
use crate::model::{ThreatModel, from_json};
use crate::overlay::{self, Overlay, Setting};
use crate::pack::PackSet;
use crate::project::Project;
use crate::source::{DiskFileSystem, Problem, ProblemSeverity};
use crate::threat;

/// Largest model that is compared with.
const MAX_MODEL_BYTES: u64 = 256 * 1024 * 1024;

/// A model with all that belongs to it.
struct Made {
    model: ThreatModel,
    project: Project,
    packs: PackSet,
    problems: Vec<Problem>,
}

/// Run the command.
pub fn run(arguments: &Model) -> anyhow::Result<Exit> {
    let options = arguments.options();
    let made = make(&options.input, options)?;
    match &arguments.command {
        Some(ModelCommand::Diff(diff)) => compare(&made, &before(&diff.before, options)?, options)?,
        None => write(&made, options)?,
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

fn make(input: &Input, arguments: &ModelOptions) -> anyhow::Result<Made> {
    let location = location::locate(input)?;
    let project = Project::load(&location.files, &location.options);
    of_project(project, location.problems, title(input), arguments)
}

fn of_project(
    mut project: Project,
    mut problems: Vec<Problem>,
    title: String,
    arguments: &ModelOptions,
) -> anyhow::Result<Made> {
    let builtin = !arguments.packs.no_builtin;
    let (set, pack_problems) = packs::load(&mut project.sources, &arguments.packs.packs, builtin)?;
    let (options, unknown_rules) = packs::options(&set, &arguments.packs);
    let (overlays, overlay_problems) = overlays(&mut project, arguments)?;
    let (vocabulary, vocabulary_problems) = set.meanings(&project.sources);
    let outcome = evaluate(&project.documents, &set, &options);
    let options = threat::Options {
        profile: arguments.profile,
        bands: options.bands,
        show_mitigated: arguments.show_mitigated,
    };
    let build = |context: &Context| {
        let input = threat::Input {
            documents: &project.documents,
            findings: &outcome.findings,
            classes: &set.threats,
            vocabulary: &vocabulary,
            context,
            sources: &project.sources,
        };
        threat::build(&input, &options)
    };
    let (mut model, mut model_problems) = build(&project.config.context);
    // What people say about where things sit moves scores: the model is made again with it.
    let settings = overlay::settings(&model, &overlays);
    if !settings.is_empty() {
        let mut context = project.config.context.clone();
        context.assets.extend(settings.iter().map(|setting| stated(setting, &project)));
        (model, model_problems) = build(&context);
    }
    model.title = title.into();
    model_problems.extend(overlay::join(&mut model, &overlays));
    model_problems.extend(overlay::judge(&mut model, &overlays));
    problems.extend(outcome.problems);
    problems
        .extend(project.documents.iter().flat_map(|document| document.problems.iter().cloned()));
    problems.extend(std::mem::take(&mut project.problems));
    let others =
        [pack_problems, unknown_rules, overlay_problems, vocabulary_problems, model_problems];
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

/// What people keep.
fn overlays(
    project: &mut Project,
    arguments: &ModelOptions,
) -> anyhow::Result<(Vec<Overlay>, Vec<Problem>)> {
    let (mut overlays, mut problems) = (Vec::new(), Vec::new());
    for path in &arguments.overlays {
        let shown = path.display();
        let absolute = path.canonicalize().with_context(|| format!("cannot read {shown}"))?;
        let folder = absolute.parent().unwrap_or(Path::new("/"));
        let files = DiskFileSystem::new(folder).with_context(|| format!("cannot read {shown}"))?;
        let name = absolute.file_name().and_then(|name| name.to_str());
        let name = name.with_context(|| format!("{shown} has no name that can be read"))?;
        let (overlay, found) = overlay::read(&files, name, &mut project.sources);
        overlays.push(overlay);
        problems.extend(found);
    }
    Ok((overlays, problems))
}

/// What an overlay says about an asset, as `dreadnought.yaml` would say it.
fn stated(setting: &Setting, project: &Project) -> AssetContext {
    // With several documents an id begins with the root of its own.
    let several = project.documents.len() > 1;
    let split = |root: &Arc<str>| {
        let address = setting.asset.strip_prefix(&**root)?.strip_prefix(':')?;
        Some((Some(Arc::clone(root)), Arc::from(address)))
    };
    let mut roots = project.documents.iter().filter(|_| several).map(|document| &document.root);
    let found = roots.find_map(split);
    let (document, address) = found.unwrap_or_else(|| (None, Arc::clone(&setting.asset)));
    let state = |dimension: Dimension, word: &Option<Arc<str>>| {
        word.as_deref().and_then(|word| dimension.state(word))
    };
    AssetContext {
        select: Selector { address: Some(address), document, ..Selector::default() },
        sensitivity: state(Dimension::Data, &setting.sensitivity),
        environment: state(Dimension::Environment, &setting.environment),
        owner: setting.owner.clone(),
        place: Some(setting.place),
    }
}

/// The model of before: from a file that a run has written, or made of a folder or of a revision.
fn before(named: &str, arguments: &ModelOptions) -> anyhow::Result<ThreatModel> {
    let path = Path::new(named);
    if path.is_dir() {
        let input = Input { paths: vec![path.to_owned()], ..arguments.input.clone() };
        return Ok(make(&input, arguments)?.model);
    }
    if path.is_file() {
        let context = || format!("cannot read {named}");
        let size = path.metadata().with_context(context)?.len();
        anyhow::ensure!(size <= MAX_MODEL_BYTES, "{named} is larger than {MAX_MODEL_BYTES} bytes");
        let text = fs::read_to_string(path).with_context(context)?;
        let json: Json =
            serde_json::from_str(&text).with_context(|| format!("{named} is not JSON"))?;
        return from_json(&json)
            .map_err(|error| anyhow::anyhow!("{named} is no threat model: {error}"));
    }
    let location = location::locate(&arguments.input)?;
    let files = Revision::read(&location.files, named)?;
    let project = Project::load(&files, &location.options);
    Ok(of_project(project, location.problems, named.to_owned(), arguments)?.model)
}

fn compare(made: &Made, before: &ThreatModel, arguments: &ModelOptions) -> anyhow::Result<()> {
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

fn write(made: &Made, arguments: &ModelOptions) -> anyhow::Result<()> {
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
    let problem = |problem: &Problem| document_json::problem(problem, sources).to_json();
    let pack = |pack: &crate::pack::Pack| json!({"name": &*pack.name, "version": &*pack.version, "digest": pack.digest});
    Map::from_iter([
        ("packs".to_owned(), made.packs.packs.iter().map(pack).collect()),
        ("problems".to_owned(), made.problems.iter().map(problem).collect()),
    ])
}
