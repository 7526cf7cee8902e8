//! From paths as typed to a file system and paths in it.
#![expect(
    clippy::disallowed_methods,
    reason = "this is where the working directory and named files are read"
)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;

use super::args::Input;
use crate::project;
use crate::source::{DiskFileSystem, MAX_FILE_BYTES, Problem, ProblemKind};
use crate::vocabulary::Vocabulary;

/// Largest provider schema; those of the large providers have some ten MiB.
const MAX_SCHEMA_BYTES: u64 = 256 * 1024 * 1024;

/// Where a scan reads, and what it was asked for.
pub struct Location {
    /// The project's tree.
    pub files: DiskFileSystem,
    /// What to load from it.
    pub options: project::Options,
    /// Paths that could not be used.
    pub problems: Vec<Problem>,
}

/// The project of the named paths: the nearest folder above all of them with `.git` or `dreadnought.yaml`, else the
/// folder that holds them. Where the configuration of plans is named, its project is meant, wherever the plans lie.
pub fn locate(input: &Input) -> anyhow::Result<Location> {
    let mut problems = Vec::new();
    let mut found = Vec::new();
    for path in &input.paths {
        match path.canonicalize() {
            Ok(absolute) => found.push(absolute),
            Err(error) => problems.push(unusable(path, &error)),
        }
    }
    let configuration = input.config_dir.as_ref().and_then(|path| match path.canonicalize() {
        Ok(absolute) if absolute.is_dir() => Some(absolute),
        Ok(_) => {
            problems.push(unusable(path, &std::io::ErrorKind::NotADirectory.into()));
            None
        }
        Err(error) => {
            problems.push(unusable(path, &error));
            None
        }
    });
    let folders = found.iter().filter(|path| configuration.is_none() || path.is_dir());
    let all: Vec<PathBuf> = folders.chain(&configuration).cloned().collect();
    let base = common_folder(&all)
        .map_or_else(|| std::env::current_dir().context("no working directory"), Ok)?;
    let root = project_root(&base);
    let mut files =
        DiskFileSystem::new(&root).with_context(|| format!("cannot read {}", root.display()))?;
    let place = |path: &PathBuf| inside(&root, path).or_else(|| files.add(path));
    let paths = found.iter().filter_map(place).collect();
    let variables = variables(input, &root)?;
    let options = project::Options {
        paths,
        variables,
        workspace: input.workspace.clone(),
        no_config: input.no_config,
        vocabulary: vocabulary(&input.schemas)?,
        configuration: configuration.and_then(|path| inside(&root, &path)),
    };
    Ok(Location { files, options, problems })
}

fn unusable(path: &Path, error: &std::io::Error) -> Problem {
    let shown = path.display();
    match error.kind() {
        std::io::ErrorKind::NotFound => {
            Problem::new(ProblemKind::NotFound, format!("{shown} does not exist"))
                .path(shown.to_string())
                .help("check the path's spelling")
        }
        _ => Problem::new(ProblemKind::Unreadable, format!("{shown} cannot be read: {error}"))
            .path(shown.to_string()),
    }
}

/// The deepest folder that holds all paths.
fn common_folder(paths: &[PathBuf]) -> Option<PathBuf> {
    let folder = |path: &PathBuf| {
        if path.is_dir() { Some(path.clone()) } else { path.parent().map(Path::to_owned) }
    };
    let mut folders = paths.iter().filter_map(folder);
    let mut common = folders.next()?;
    for folder in folders {
        while !folder.starts_with(&common) {
            common = common.parent()?.to_owned();
        }
    }
    Some(common)
}

/// The nearest folder above with `.git` or `dreadnought.yaml`, else the folder itself.
pub fn project_root(folder: &Path) -> PathBuf {
    let marked =
        |folder: &&Path| folder.join(".git").exists() || folder.join("dreadnought.yaml").exists();
    folder.ancestors().find(marked).unwrap_or(folder).to_owned()
}

/// A path as the file system has it: relative to the root, with `/`.
fn inside(root: &Path, path: &Path) -> Option<String> {
    let parts = path.strip_prefix(root).ok()?.components();
    Some(parts.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/"))
}

/// Files and single values in the order of the command line.
fn variables(input: &Input, root: &Path) -> anyhow::Result<Vec<project::Input>> {
    let mut files = input.variable_files.iter();
    let mut all = Vec::new();
    let mut taken = 0;
    for ((name, value), before) in input.variables.iter().zip(&input.files_before) {
        for path in files.by_ref().take(before - taken) {
            all.push(variable_file(path, root)?);
        }
        taken = *before;
        all.push(project::Input::Assignment(name.clone(), value.clone()));
    }
    for path in files {
        all.push(variable_file(path, root)?);
    }
    Ok(all)
}

/// The embedded provider facts, and those of the named files.
fn vocabulary(schemas: &[PathBuf]) -> anyhow::Result<Arc<Vocabulary>> {
    let mut texts = Vec::new();
    for path in schemas {
        let shown = path.display();
        let context = || format!("cannot read the provider schema {shown}");
        let size = std::fs::metadata(path).with_context(context)?.len();
        anyhow::ensure!(
            size <= MAX_SCHEMA_BYTES,
            "the provider schema {shown} is larger than {MAX_SCHEMA_BYTES} bytes"
        );
        texts.push(std::fs::read_to_string(path).with_context(context)?);
    }
    let vocabulary = Vocabulary::new(texts.iter().map(String::as_str));
    vocabulary.map(Arc::new).map_err(|error| anyhow::anyhow!("bad provider schema: {error}"))
}

fn variable_file(path: &Path, root: &Path) -> anyhow::Result<project::Input> {
    let shown = path.display();
    let context = || format!("cannot read the variable file {shown}");
    let size = std::fs::metadata(path).with_context(context)?.len();
    anyhow::ensure!(
        size <= MAX_FILE_BYTES,
        "the variable file {shown} is larger than {MAX_FILE_BYTES} bytes"
    );
    let text = std::fs::read_to_string(path).with_context(context)?;
    let known = path.canonicalize().ok().and_then(|absolute| inside(root, &absolute));
    Ok(project::Input::File(known.unwrap_or_else(|| shown.to_string()), text))
}
