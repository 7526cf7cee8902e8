//! `dreadnought model`: the threat model of what is scanned, and what changed in it.
#![expect(clippy::disallowed_methods, reason = "a model to compare with is a named file")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use serde_json::{Map, Value as Json, json};

use super::packs;
use crate::cli::args::Input;
use crate::cli::exit::Exit;
use crate::cli::location::{self, Location};
use crate::cli::model_args::{Model, ModelOutput, ModelView};
use crate::cli::revision::Revision;
use crate::cli::{output, terminal};
use crate::config::{AssetContext, Context, Selector};
use crate::document::json as document_json;
use crate::evaluate::{Outside, evaluate};
use crate::export::{self, Export};
use crate::finding::context::Dimension;
use crate::model::diff::Diff;
use crate::model::{ThreatModel, from_json};
use crate::overlay::{self, Overlay, Setting};
use crate::pack::PackSet;
use crate::project::Project;
use crate::source::{DiskFileSystem, FileSystem, Problem, ProblemSeverity};
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
    let (view, against) = arguments.view();
    let location = location::locate(&view.input)?;
    let made = make(&location.files, &location, view)?;
    match against {
        Some(other) => compare(&made, &before(other, &location, view)?, view)?,
        None => write(&made, view)?,
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

fn make(files: &dyn FileSystem, location: &Location, view: &ModelView) -> anyhow::Result<Made> {
    let opened = packs::open_for(location, &view.packs.packs)?;
    let mut project = Project::load(files, &location.options);
    let builtin = !view.packs.no_builtin;
    let overrides = std::mem::take(&mut project.config.overrides);
    let (set, pack_problems) = opened.load(&mut project.sources, builtin, &overrides);
    let (mut options, unknown_rules) = packs::options(&set, &view.packs);
    options.bands = overrides.bands.unwrap_or_default();
    options.outside = Outside::new(&project.documents, &set, &project.sources);
    let (overlays, overlay_problems) = overlays(&mut project, view)?;
    let (vocabulary, vocabulary_problems) = set.meanings(&project.sources);
    let outcome = evaluate(&project.documents, &set, &options);
    let options = threat::Options {
        profile: view.profile,
        bands: options.bands,
        show_mitigated: view.show_mitigated,
        ..threat::Options::default()
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
    model.title = title(&view.input).into();
    model_problems.extend(overlay::join(&mut model, &overlays));
    model_problems.extend(overlay::judge(&mut model, &overlays));
    let mut problems = outcome.problems;
    problems
        .extend(project.documents.iter().flat_map(|document| document.problems.iter().cloned()));
    problems.extend(location.problems.iter().cloned());
    let others = [
        std::mem::take(&mut project.problems),
        pack_problems,
        unknown_rules,
        overlay_problems,
        vocabulary_problems,
        model_problems,
    ];
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
    view: &ModelView,
) -> anyhow::Result<(Vec<Overlay>, Vec<Problem>)> {
    let (mut overlays, mut problems) = (Vec::new(), Vec::new());
    for path in &view.overlays {
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
    let roots = project.documents.iter().filter(|_| several).map(|document| &document.root);
    let found = roots.into_iter().find_map(split);
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

/// The model of before: from a file that a run has written, made of a folder, else of a revision of git.
fn before(other: &str, location: &Location, view: &ModelView) -> anyhow::Result<ThreatModel> {
    let path = Path::new(other);
    let made = if path.is_file() {
        return read(path);
    } else if path.is_dir() {
        let input = Input { paths: vec![path.to_owned()], ..view.input.clone() };
        let location = location::locate(&input)?;
        make(&location.files, &location, view)?
    } else {
        make(&Revision::read(&location.files, other)?, location, view)?
    };
    // Of two states that cannot be read, one message is enough: what is wrong with this one is told by its own run.
    let is_error = |problem: &&Problem| problem.severity() == ProblemSeverity::Error;
    terminal::complain(made.problems.iter().filter(is_error), &made.project.sources);
    Ok(made.model)
}

/// A model as JSON.
fn read(path: &Path) -> anyhow::Result<ThreatModel> {
    let shown = path.display();
    let context = || format!("cannot read {shown}");
    let size = path.metadata().with_context(context)?.len();
    anyhow::ensure!(size <= MAX_MODEL_BYTES, "{shown} is larger than {MAX_MODEL_BYTES} bytes");
    let text = fs::read_to_string(path).with_context(context)?;
    let json: Json = serde_json::from_str(&text).with_context(|| format!("{shown} is not JSON"))?;
    from_json(&json).map_err(|error| anyhow::anyhow!("{shown} is no threat model: {error}"))
}

fn compare(made: &Made, before: &ThreatModel, view: &ModelView) -> anyhow::Result<()> {
    let diff = Diff::of(before, &made.model);
    let text = [ModelOutput { format: &export::FORMATS[0], file: None }];
    let outputs = if view.outputs.is_empty() { &text[..] } else { &view.outputs };
    for output in outputs {
        let bytes = match output.format.id {
            "text" => diff.to_text().into_bytes(),
            "json" => format!("{}\n", serde_json::to_string_pretty(&diff.to_json())?).into_bytes(),
            other => anyhow::bail!("differences are written as text or json, not as {other}"),
        };
        output::put(output.file.as_deref(), &bytes)?;
    }
    terminal::complain(&made.problems, &made.project.sources);
    Ok(())
}

fn write(made: &Made, view: &ModelView) -> anyhow::Result<()> {
    let text = [ModelOutput { format: &export::FORMATS[0], file: None }];
    let outputs = if view.outputs.is_empty() { &text[..] } else { &view.outputs };
    for output in outputs {
        let export = Export {
            beside: beside(made),
            color: output.file.is_none() && terminal::wants_color(view.color),
            closed: view.show_mitigated,
            ..Export::new(&made.model, env!("CARGO_PKG_VERSION"))
        };
        output::stream(output.file.as_deref(), |out| (output.format.write)(&export, out))?;
    }
    terminal::complain(&made.problems, &made.project.sources);
    Ok(())
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
