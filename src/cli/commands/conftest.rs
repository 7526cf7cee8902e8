//! `dreadnought conftest`: policies that people already have, unchanged.
#![expect(
    clippy::disallowed_methods,
    reason = "files and folders that lie anywhere are named on the command line"
)]

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};

use crate::cli::args::{Color, Input};
use crate::cli::exit::Exit;
use crate::cli::{location, output, terminal};
use crate::conftest::{self, Configuration, Evaluated, Given, Mapping, Outcome, Text};
use crate::pack::PackSet;
use crate::project::Project;
use crate::report::FailOn;
use crate::source::{
    DiskFileSystem, EntryKind, FileSystem as _, MAX_FILE_BYTES, Problem, ProblemKind,
    ProblemSeverity, SourceFile, Sources,
};

/// Most files of one folder.
const MAX_FILES: usize = 100_000;
/// Folders within folders.
const MAX_DEPTH: usize = 64;

#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 nothing objects, 1 failures (with --fail-on-warn: 1 warnings, 2 failures), 2 the run could not do \
                  its job, 3 nothing to evaluate."
)]
#[expect(clippy::struct_excessive_bools, reason = "conftest has so many switches")]
pub struct Conftest {
    /// Files and folders to judge, `-` for the standard input
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// Folder or file of Rego policies; may be repeated
    #[arg(short, long, value_name = "PATH", default_value = "policy")]
    pub policy: Vec<PathBuf>,
    /// Package to ask, also with *, ? and [...]; may be repeated
    #[arg(short, long, value_name = "NAME", default_value = "main")]
    pub namespace: Vec<String>,
    /// Ask every package
    #[arg(long)]
    pub all_namespaces: bool,
    /// Folder or file of YAML and JSON data; may be repeated
    #[arg(short, long, value_name = "PATH")]
    pub data: Vec<PathBuf>,
    /// Judge all configurations as one input
    #[arg(long)]
    pub combine: bool,
    /// Read all files as this format
    #[arg(long, value_name = "FORMAT")]
    pub parser: Option<String>,
    /// Leave out files below folders whose path matches this expression
    #[arg(long, value_name = "REGEX", default_value = "")]
    pub ignore: String,
    /// Exit with 1 for warnings and 2 for failures
    #[arg(long)]
    pub fail_on_warn: bool,
    /// Exit with 0 whatever is found
    #[arg(long)]
    pub no_fail: bool,
    /// Print nothing where nothing objects
    #[arg(long)]
    pub quiet: bool,
    /// Leave exceptions out of the text
    #[arg(long)]
    pub suppress_exceptions: bool,
    /// Fail where a built-in function does not take its arguments
    #[arg(long)]
    pub show_builtin_errors: bool,
    /// Version of the policies: v1, or v0 for those from before OPA 1.0
    #[arg(long, value_name = "VERSION", default_value = "v1", ignore_case = true)]
    pub rego_version: RegoVersion,
    /// Format of the output
    #[arg(short, long, value_name = "FORMAT", default_value = "stdout")]
    pub output: Format,
    /// Judge Terraform as it is evaluated, unknown values included, not as it is written
    #[arg(long, conflicts_with_all = ["combine", "parser"])]
    pub evaluated: bool,
    /// With --evaluated: value of a Terraform variable
    #[arg(long = "var", value_name = "NAME=VALUE", requires = "evaluated", value_parser = crate::cli::args::assignment)]
    pub variables: Vec<(String, String)>,
    /// With --evaluated: Terraform variable file
    #[arg(long = "var-file", value_name = "FILE", requires = "evaluated")]
    pub variable_files: Vec<PathBuf>,
    /// With --evaluated: fail where an answer depends on what is unknown
    #[arg(long, requires = "evaluated")]
    pub fail_undecided: bool,
    /// File that says which threat class each rule opens
    #[arg(long, value_name = "FILE")]
    pub mapping: Option<PathBuf>,
    /// With a mapping: which scored failures fail the gate (low, medium, high, critical, none, or a score)
    #[arg(long, value_name = "LEVEL", value_parser = level, requires = "mapping")]
    pub fail_on: Option<FailOn>,
    /// What failures do that no mapping scores
    #[arg(long, value_name = "WHAT", default_value = "fail")]
    pub unscored: Unscored,
    /// Colors in text
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// No colors, as `--color never`
    #[arg(long)]
    pub no_color: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RegoVersion {
    /// From OPA 1.0 on
    V1,
    /// Before
    V0,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Unscored {
    /// They fail the gate, whatever its level
    Fail,
    /// They are listed only
    Pass,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Format {
    Stdout,
    Json,
    Tap,
    Junit,
    Github,
    Sarif,
}

impl From<Format> for conftest::output::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Stdout => Self::Stdout,
            Format::Json => Self::Json,
            Format::Tap => Self::Tap,
            Format::Junit => Self::Junit,
            Format::Github => Self::Github,
            Format::Sarif => Self::Sarif,
        }
    }
}

fn level(text: &str) -> Result<FailOn, String> {
    FailOn::parse(text).ok_or_else(|| {
        "write low, medium, high, critical, none, or a score from 0 to 10".to_owned()
    })
}

/// Run the command.
pub fn run(arguments: &Conftest) -> anyhow::Result<Exit> {
    let mut sources = Sources::default();
    let mut problems = Vec::new();
    let (mut configurations, mut documents) = (Vec::new(), Vec::new());
    if arguments.evaluated {
        documents = evaluated(arguments, &mut sources, &mut problems)?;
    } else {
        configurations = self::configurations(arguments, &mut problems)?;
    }
    let ends = |path: &str, words: &[&str]| {
        path.rsplit_once('.').is_some_and(|(_, ending)| words.contains(&ending))
    };
    // Unit tests are for `dreadnought test`.
    let is_policy = |path: &str| ends(path, &["rego"]) && !path.ends_with("_test.rego");
    let is_data = |path: &str| ends(path, &["yaml", "yml", "json"]);
    let policies = texts(&arguments.policy, is_policy, &mut problems);
    let data = texts(&arguments.data, is_data, &mut problems);
    let mapping = match &arguments.mapping {
        Some(file) => mapping(file, &mut sources, &mut problems)?,
        None => Mapping::default(),
    };
    let namespaces =
        if arguments.all_namespaces { Vec::new() } else { arguments.namespace.clone() };
    let options = conftest::Options {
        namespaces,
        combine: arguments.combine,
        version_0: arguments.rego_version == RegoVersion::V0,
        builtin_errors: arguments.show_builtin_errors,
    };
    let given = Given {
        policies: &policies,
        data: &data,
        configurations: &configurations,
        evaluated: &documents,
        mapping: &mapping,
    };
    let mut outcome = conftest::run(&given, &options, &mut sources);
    outcome.problems.splice(0..0, problems);
    let exit = exit(&outcome, arguments, configurations.is_empty() && documents.is_empty());
    write(&outcome, arguments, exit)?;
    terminal::complain(&outcome.problems, &sources);
    Ok(exit)
}

fn write(outcome: &Outcome, arguments: &Conftest, exit: Exit) -> anyhow::Result<()> {
    if arguments.quiet && exit == Exit::Passed {
        return Ok(());
    }
    let color = !arguments.no_color && terminal::wants_color(arguments.color);
    let style = conftest::output::Style {
        color,
        suppress_exceptions: arguments.suppress_exceptions,
        mapped: arguments.mapping.is_some(),
    };
    let text = conftest::output::write(outcome, arguments.output.into(), style);
    output::to_stdout(text.as_bytes())
}

/// An error beats what is found; nothing to judge is no success.
fn exit(outcome: &Outcome, arguments: &Conftest, empty: bool) -> Exit {
    if outcome.problems.iter().any(|problem| problem.severity() == ProblemSeverity::Error) {
        return Exit::Unable;
    }
    if empty || outcome.results.is_empty() {
        return Exit::Nothing;
    }
    let fails = |item: &conftest::Item| match (&item.score, arguments.fail_on) {
        (None, _) => arguments.unscored == Unscored::Fail,
        (Some(_), None) => true,
        (Some(scored), Some(level)) => level.fails_score(scored.dread.score(), scored.severity),
    };
    let failed = outcome.results.iter().any(|result| result.failures.iter().any(fails));
    let failed = failed || arguments.fail_undecided && outcome.undecided() > 0;
    let warned = outcome.results.iter().any(|result| !result.warnings.is_empty());
    match (arguments.no_fail, arguments.fail_on_warn) {
        (true, _) => Exit::Passed,
        (_, true) if failed => Exit::Unable,
        (_, true) if warned => Exit::Failed,
        _ if failed => Exit::Failed,
        _ => Exit::Passed,
    }
}

/// The Terraform of the named paths, evaluated.
fn evaluated(
    arguments: &Conftest,
    sources: &mut Sources,
    problems: &mut Vec<Problem>,
) -> anyhow::Result<Vec<Evaluated>> {
    let input = Input {
        paths: arguments.paths.clone(),
        files_before: vec![arguments.variable_files.len(); arguments.variables.len()],
        variables: arguments.variables.clone(),
        variable_files: arguments.variable_files.clone(),
        workspace: "default".to_owned(),
        schemas: Vec::new(),
        no_config: false,
        config_dir: None,
        threads: 0,
    };
    let located = location::locate(&input)?;
    let project = Project::load(&located.files, &located.options);
    problems.extend(located.problems.into_iter().chain(project.problems));
    *sources = project.sources;
    let terraform = project.documents.iter().filter(|document| document.format == "terraform");
    Ok(terraform.map(Evaluated::of).collect())
}

fn mapping(
    file: &Path,
    sources: &mut Sources,
    problems: &mut Vec<Problem>,
) -> anyhow::Result<Mapping> {
    let shown = file.display().to_string();
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {shown}"))?;
    let (set, mut found) = PackSet::load(sources, false, &[]);
    let id = sources.add(SourceFile::new(shown.as_str(), text.as_str()));
    let (mapping, wrong) = Mapping::parse(id, &text, &set.threats);
    found.extend(wrong);
    problems.append(&mut found);
    Ok(mapping)
}

fn unreadable(path: &str, why: impl std::fmt::Display) -> Problem {
    Problem::new(ProblemKind::Unreadable, format!("{path} cannot be read: {why}")).path(path)
}

/// The configurations of the named paths. A named file that cannot be read is an error; one that lies in a folder and has a format
/// without a parser here is told.
fn configurations(
    arguments: &Conftest,
    problems: &mut Vec<Problem>,
) -> anyhow::Result<Vec<Configuration>> {
    let ignore = regex::Regex::new(&arguments.ignore).context("bad expression in --ignore")?;
    let mut all = Vec::new();
    for path in &arguments.paths {
        let shown = path.display().to_string();
        if shown.is_empty() {
            continue;
        }
        if shown == "-" {
            let mut text = String::new();
            let limit = MAX_FILE_BYTES;
            std::io::stdin().take(limit).read_to_string(&mut text).context("cannot read stdin")?;
            let format = arguments.parser.as_deref().unwrap_or("yaml");
            read(&shown, format, &text, &mut all, problems);
            continue;
        }
        let wanted = |path: &str| {
            let skipped = !arguments.ignore.is_empty() && ignore.is_match(path);
            !skipped && conftest::format_of(path).is_some()
        };
        let files = texts(std::slice::from_ref(path), wanted, problems);
        for Text { path: file, text } in files {
            let own = conftest::format_of(&file);
            match arguments.parser.as_deref().or(own) {
                Some(format) => read(&file, format, &text, &mut all, problems),
                None => problems
                    .push(unreadable(&file, "no format has this name; say which with --parser")),
            }
        }
    }
    Ok(all)
}

fn read(
    path: &str,
    format: &str,
    text: &str,
    all: &mut Vec<Configuration>,
    problems: &mut Vec<Problem>,
) {
    match conftest::parse(format, text) {
        Ok(content) => all.push(Configuration { path: path.to_owned(), content }),
        Err(message) => {
            problems
                .push(Problem::new(ProblemKind::Syntax, format!("{path}: {message}")).path(path));
        }
    }
}

/// The texts of named files, and of those in named folders that are wanted.
fn texts(
    paths: &[PathBuf],
    wanted: impl Fn(&str) -> bool,
    problems: &mut Vec<Problem>,
) -> Vec<Text> {
    let mut found = Vec::new();
    for path in paths {
        let shown = path.display().to_string();
        let is_folder = path.is_dir();
        let folder = if is_folder { Some(path.as_path()) } else { path.parent() };
        let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
        let files = match DiskFileSystem::new(folder.unwrap_or(Path::new("."))) {
            Ok(files) if is_folder || path.is_file() => files,
            _ => {
                let problem =
                    Problem::new(ProblemKind::NotFound, format!("{shown} does not exist"));
                problems.push(problem.path(shown).help("check the path's spelling"));
                continue;
            }
        };
        let mut names = Vec::new();
        if is_folder {
            collect(&files, "", 0, &mut names);
            names.retain(|name| wanted(&format!("{shown}/{name}")));
        } else {
            names.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
        for name in names {
            let shown = if is_folder { joined(&shown, &name) } else { shown.clone() };
            match text(&files, &name) {
                Ok(text) => found.push(Text { path: shown, text: text.into() }),
                Err(why) => problems.push(unreadable(&shown, why)),
            }
        }
    }
    found
}

/// A path below a folder as it was typed.
fn joined(folder: &str, name: &str) -> String {
    match folder.trim_end_matches('/') {
        "." => name.to_owned(),
        folder => format!("{}/{name}", folder.trim_start_matches("./")),
    }
}

fn text(files: &DiskFileSystem, name: &str) -> Result<String, String> {
    let size = files.size(name).map_err(|error| error.to_string())?;
    if size > MAX_FILE_BYTES {
        return Err(format!("it is larger than {MAX_FILE_BYTES} bytes"));
    }
    let bytes = files.read(name).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}

/// Every file below a folder, sorted; no ignore rules.
fn collect(files: &DiskFileSystem, folder: &str, depth: usize, found: &mut Vec<String>) {
    let entries = files.list(folder).unwrap_or_default();
    for entry in entries {
        match entry.kind {
            _ if found.len() >= MAX_FILES || depth >= MAX_DEPTH => return,
            EntryKind::File => found.push(entry.path),
            EntryKind::Folder => collect(files, &entry.path, depth + 1, found),
        }
    }
}
