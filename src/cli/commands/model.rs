//! `dreadnought model`: the threat model of what is scanned, and what changed in it.
#![expect(
    clippy::disallowed_methods,
    reason = "a model to compare with and overlays are named files"
)]

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use serde_json::{Map, Value as Json, json};

use super::packs;
use crate::cli::exit::Exit;
use crate::cli::model_args::{Model, ModelBuild, ModelCommand, ModelDiff, ModelOutput};
use crate::cli::revision::Revision;
use crate::cli::{location, output, terminal};
use crate::config::{AssetContext, Context, Selector};
use crate::document::json as document_json;
use crate::evaluate::evaluate;
use crate::export::{Export, FORMATS};
use crate::finding::context::Dimension;
use crate::model::diff::Diff;
use crate::model::{self, ThreatModel};
use crate::overlay::{self, Overlay, Setting};
use crate::pack::PackSet;
use crate::project::Project;
use crate::source::{FileSystem, Problem, ProblemSeverity, Sources};
use crate::threat;

/// Largest model that is compared with.
const MAX_MODEL_BYTES: u64 = 256 * 1024 * 1024;

/// Run the command.
pub fn run(arguments: &Model) -> anyhow::Result<Exit> {
    let location = location::locate(&arguments.build().input)?;
    if let Some(ModelCommand::Diff(diff)) = &arguments.command {
        return compare(diff, &location);
    }
    let built = Built::new(&location.files, &location, &arguments.build)?;
    let outputs = if arguments.outputs.is_empty() {
        &[ModelOutput { format: &FORMATS[0], file: None }][..]
    } else {
        &arguments.outputs
    };
    for output in outputs {
        let export = Export {
            beside: built.beside(),
            color: output.file.is_none() && terminal::wants_color(arguments.color),
            closed: arguments.build.show_mitigated,
            ..Export::new(&built.model, env!("CARGO_PKG_VERSION"))
        };
        let mut bytes = Vec::new();
        (output.format.write)(&export, &mut bytes)?;
        match &output.file {
            Some(file) => output::to_file(file, &bytes)?,
            None => output::to_stdout(&bytes)?,
        }
    }
    terminal::complain(&built.problems, &built.project.sources);
    Ok(built.exit())
}

/// Compare with a file, else with a revision.
fn compare(arguments: &ModelDiff, location: &location::Location) -> anyhow::Result<Exit> {
    let after = Built::new(&location.files, location, &arguments.build)?;
    let path = Path::new(&arguments.against);
    let (before, exit) = if path.is_file() {
        (read(path)?, Exit::Passed)
    } else {
        let revision = Revision::read(&location.files, &arguments.against)?;
        let before = Built::new(&revision, location, &arguments.build)?;
        let said = |problem: &&Problem| problem.severity() == ProblemSeverity::Error;
        terminal::complain(before.problems.iter().filter(said), &before.project.sources);
        let exit = before.exit();
        (before.model, exit)
    };
    let diff = Diff::of(&before, &after.model);
    let text = if arguments.json {
        serde_json::to_string_pretty(&diff.to_json())? + "\n"
    } else {
        diff.to_text()
    };
    output::to_stdout(text.as_bytes())?;
    terminal::complain(&after.problems, &after.project.sources);
    Ok(match (exit, after.exit()) {
        (Exit::Unable, _) => Exit::Unable,
        (_, exit) => exit,
    })
}

/// A model that `-o json` wrote.
fn read(path: &Path) -> anyhow::Result<ThreatModel> {
    let context = || format!("cannot read {}", path.display());
    let size = path.metadata().with_context(context)?.len();
    anyhow::ensure!(
        size <= MAX_MODEL_BYTES,
        "{} is larger than {MAX_MODEL_BYTES} bytes",
        path.display()
    );
    let text = std::fs::read_to_string(path).with_context(context)?;
    let json =
        serde_json::from_str(&text).with_context(|| format!("{} is no JSON", path.display()))?;
    model::from_json(&json)
        .map_err(|error| anyhow::anyhow!("{} is no threat model: {error}", path.display()))
}

/// A model with what it was made of.
struct Built {
    model: ThreatModel,
    project: Project,
    packs: PackSet,
    problems: Vec<Problem>,
}

impl Built {
    fn new(
        files: &dyn FileSystem,
        location: &location::Location,
        arguments: &ModelBuild,
    ) -> anyhow::Result<Self> {
        let mut project = Project::load(files, &location.options);
        let builtin = !arguments.packs.no_builtin;
        let (packs, pack_problems) =
            packs::load(&mut project.sources, &arguments.packs.packs, builtin)?;
        let (options, unknown_rules) = packs::options(&packs, &arguments.packs);
        let (overlays, overlay_problems) = overlays(arguments, &mut project.sources)?;
        let (vocabulary, vocabulary_problems) = packs.meanings(&project.sources);
        let outcome = evaluate(&project.documents, &packs, &options);
        let options = threat::Options {
            profile: arguments.profile,
            bands: options.bands,
            show_mitigated: arguments.show_mitigated,
        };
        let make = |context: &Context| {
            let input = threat::Input {
                documents: &project.documents,
                findings: &outcome.findings,
                classes: &packs.threats,
                vocabulary: &vocabulary,
                context,
                sources: &project.sources,
            };
            threat::build(&input, &options)
        };
        let (mut model, mut model_problems) = make(&project.config.context);
        // What people say about where things sit moves scores: the model is made again with it.
        let settings = overlay::settings(&model, &overlays);
        if !settings.is_empty() {
            let mut context = project.config.context.clone();
            context.assets.extend(settings.iter().map(|setting| stated(setting, &project)));
            (model, model_problems) = make(&context);
        }
        model_problems.extend(overlay::join(&mut model, &overlays));
        model_problems.extend(overlay::judge(&mut model, &overlays));
        if model.title.is_empty() {
            model.title = title(&location.options.paths);
        }
        let mut problems = outcome.problems;
        problems.extend(
            project.documents.iter().flat_map(|document| document.problems.iter().cloned()),
        );
        problems.extend(location.problems.iter().cloned());
        problems.append(&mut project.problems);
        for more in
            [pack_problems, unknown_rules, overlay_problems, vocabulary_problems, model_problems]
        {
            problems.extend(more);
        }
        problems.sort();
        problems.dedup();
        Ok(Self { model, project, packs, problems })
    }

    /// Problems and packs, as they stand in JSON beside the model.
    fn beside(&self) -> Map<String, Json> {
        let problem =
            |problem: &Problem| document_json::problem(problem, &self.project.sources).to_json();
        let pack = |pack: &crate::pack::Pack| json!({"name": &*pack.name, "version": &*pack.version, "digest": pack.digest});
        let mut beside = Map::new();
        beside.insert("problems".to_owned(), self.problems.iter().map(problem).collect());
        beside.insert("packs".to_owned(), self.packs.packs.iter().map(pack).collect());
        beside
    }

    fn exit(&self) -> Exit {
        let is_error = |problem: &Problem| problem.severity() == ProblemSeverity::Error;
        if self.problems.iter().any(is_error) {
            Exit::Unable
        } else if self.project.documents.is_empty() {
            Exit::Nothing
        } else {
            Exit::Passed
        }
    }
}

fn overlays(
    arguments: &ModelBuild,
    sources: &mut Sources,
) -> anyhow::Result<(Vec<Overlay>, Vec<Problem>)> {
    let (mut overlays, mut problems) = (Vec::new(), Vec::new());
    for path in &arguments.overlays {
        let (folder, name) = (path.parent(), path.file_name().and_then(|name| name.to_str()));
        let name = name.with_context(|| format!("{} is no file", path.display()))?;
        let folder =
            folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let files = crate::source::DiskFileSystem::new(folder)
            .with_context(|| format!("cannot read {}", folder.display()))?;
        let (overlay, found) = overlay::read(&files, name, sources);
        overlays.push(overlay);
        problems.extend(found);
    }
    Ok((overlays, problems))
}

/// What an overlay says about an asset, as `dreadnought.yaml` would say it.
fn stated(setting: &Setting, project: &Project) -> AssetContext {
    // With several documents an id begins with the root of its own.
    let split = |root: &Arc<str>| {
        let address = setting.asset.strip_prefix(&**root)?.strip_prefix(':')?;
        Some((Arc::clone(root), Arc::<str>::from(address)))
    };
    let several = project.documents.len() > 1;
    let of_document =
        project.documents.iter().filter(|_| several).find_map(|document| split(&document.root));
    let (document, address) = match of_document {
        Some((root, address)) => (Some(root), address),
        None => (None, Arc::clone(&setting.asset)),
    };
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

/// What was scanned, in words.
fn title(paths: &[String]) -> Arc<str> {
    let shown: Vec<&str> =
        paths.iter().map(|path| if path.is_empty() { "." } else { path }).collect();
    format!("Threat model of {}", shown.join(", ")).into()
}
