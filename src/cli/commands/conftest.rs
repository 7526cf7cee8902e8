//! `dreadnought conftest`: policies that people already have, unchanged.
#![expect(clippy::disallowed_methods, reason = "files are named on the command line")]

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use clap::builder::PossibleValue;
use clap::{ArgAction, Args, ValueEnum};

use super::conftest_read::{self, Wanted};
use super::conftest_settings::Settings;
use super::conftest_words::{self, Word};
use super::packs;
use crate::cli::args::{Color, Input};
use crate::cli::exit::Exit;
use crate::cli::{location, output, terminal};
use crate::conftest::output::{Format, Report};
use crate::conftest::{self, Configuration, Evaluated, Files, Given, Mapping, Outcome};
use crate::pack::PackSet;
use crate::project::Project;
use crate::report::FailOn;
use crate::source::{DiskFileSystem, Problem, ProblemKind, ProblemSeverity, SourceFile, Sources};

#[derive(Clone, Debug, Args)]
#[command(
    after_help = "The words of conftest may stand before the paths: `test`, `parse` (as --parse), and `verify`, which runs the unit \
                  tests of the policies. A path with such a name is ./test.\n\
                  Settings may also stand in conftest.toml (or .yaml, .json) of the working directory and in CONFTEST_… variables.\n\
                  Exit codes: 0 nothing objects, 1 failures (with --fail-on-warn: 1 warnings, 2 failures), 2 the run could not do its \
                  job, 3 nothing to evaluate."
)]
#[expect(clippy::struct_excessive_bools, reason = "conftest has so many switches")]
pub struct Conftest {
    /// Files and folders to judge, `-` for the standard input
    pub paths: Vec<OsString>,
    /// Folder or file of Rego policies; may be repeated [default: policy]
    #[arg(short, long, value_name = "PATH", value_delimiter = ',')]
    pub policy: Vec<PathBuf>,
    /// Package to ask, also with *, ? and [...]; may be repeated [default: main]
    #[arg(short, long, value_name = "NAME", value_delimiter = ',')]
    pub namespace: Vec<String>,
    /// Ask every package
    #[arg(long)]
    pub all_namespaces: bool,
    /// Folder or file of YAML and JSON data; may be repeated
    #[arg(short, long, value_name = "PATH", value_delimiter = ',')]
    pub data: Vec<PathBuf>,
    /// Judge all configurations as one input
    #[arg(long)]
    pub combine: bool,
    /// Read all files as this format (see README.md for the list)
    #[arg(long, value_name = "FORMAT")]
    pub parser: Option<String>,
    /// Print what policies see of the files as JSON, and judge nothing
    #[arg(long, conflicts_with_all = ["evaluated", "mapping"])]
    pub parse: bool,
    /// Leave out files below folders whose path matches this expression
    #[arg(long, value_name = "REGEX")]
    pub ignore: Option<String>,
    /// Name of the standard input in the output
    #[arg(long, value_name = "NAME")]
    pub stdin_filename: Option<String>,
    /// Folder of Protocol Buffer definitions for files of the format textproto; may be repeated
    #[arg(long, value_name = "PATH", value_delimiter = ',')]
    pub proto_file_dirs: Vec<PathBuf>,
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
    /// Leave messages out of the names of tests in the XML of `JUnit`
    #[arg(long)]
    pub junit_hide_message: bool,
    /// Leave files that pass out of the annotations of GitHub
    #[arg(long)]
    pub github_hide_passed: bool,
    /// Tell on stderr what each part of each rule gave
    #[arg(long)]
    pub trace: bool,
    /// Refuse policies with variables, arguments and imports that nothing uses
    #[arg(long)]
    pub strict: bool,
    /// Fail where a built-in function does not take its arguments
    #[arg(long)]
    pub show_builtin_errors: bool,
    /// File with the built-in functions that policies may call, as `opa capabilities` writes it
    #[arg(long, value_name = "FILE")]
    pub capabilities: Option<PathBuf>,
    /// Version of the policies: v1, or v0 for those from before OPA 1.0 [default: v1]
    #[arg(long, value_name = "VERSION", ignore_case = true)]
    pub rego_version: Option<RegoVersion>,
    /// Format of the output [default: stdout]
    #[arg(short, long, value_name = "FORMAT")]
    pub output: Option<Format>,
    /// File with settings [default: conftest.toml, if it is there]
    #[arg(short, long, value_name = "FILE")]
    pub config_file: Option<PathBuf>,
    /// Refused: nothing is downloaded
    #[arg(short, long, value_name = "URL", value_delimiter = ',', hide = true)]
    pub update: Vec<String>,
    /// Tell of each unit test what its parts gave: full of all, fails of those that fail, notes what was printed
    #[arg(long, value_name = "WHAT")]
    pub report: Option<String>,
    /// Of no use without downloads
    #[arg(long, hide = true)]
    pub tls: bool,
    /// Switches that settings do not turn on
    #[arg(long, hide = true)]
    pub off: Vec<String>,
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

/// Whether a name is that of a switch, which takes no value.
pub fn is_switch(name: &str) -> bool {
    let command = Conftest::augment_args(clap::Command::new("conftest"));
    let mut switches =
        command.get_arguments().filter(|it| matches!(it.get_action(), ArgAction::SetTrue));
    switches.any(|it| it.get_long() == Some(name))
}

fn level(text: &str) -> Result<FailOn, String> {
    FailOn::parse(text).ok_or_else(|| {
        "write low, medium, high, critical, none, or a score from 0 to 10".to_owned()
    })
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

impl Conftest {
    /// With what the environment and the configuration file say, and the word before the paths.
    fn settled(&self, problems: &mut Vec<Problem>) -> anyhow::Result<(Self, Word)> {
        let mut all = self.clone();
        let word = conftest_words::taken(&mut all.paths, problems)?;
        all.parse |= word == Word::Parse;
        let verifies = word == Word::Verify;
        anyhow::ensure!(verifies || !all.paths.is_empty(), "name the files and folders to judge");
        if let Some(report) = &all.report {
            anyhow::ensure!(verifies, "--report is for `verify`");
            anyhow::ensure!(
                report_of(report).is_some(),
                "there is no report {report}: reports are full, notes and fails"
            );
        }
        let settings = Settings::load(self.config_file.as_deref(), problems)?;
        settings.list("policy", &mut all.policy)?;
        settings.list("namespace", &mut all.namespace)?;
        settings.list("data", &mut all.data)?;
        settings.list("update", &mut all.update)?;
        settings.list("proto-file-dirs", &mut all.proto_file_dirs)?;
        settings.text("parser", &mut all.parser)?;
        settings.text("ignore", &mut all.ignore)?;
        settings.text("stdin-filename", &mut all.stdin_filename)?;
        settings.text("capabilities", &mut all.capabilities)?;
        settings.word("output", &mut all.output)?;
        settings.word("rego-version", &mut all.rego_version)?;
        let switches = [
            ("all-namespaces", &mut all.all_namespaces),
            ("combine", &mut all.combine),
            ("fail-on-warn", &mut all.fail_on_warn),
            ("no-fail", &mut all.no_fail),
            ("quiet", &mut all.quiet),
            ("suppress-exceptions", &mut all.suppress_exceptions),
            ("junit-hide-message", &mut all.junit_hide_message),
            ("github-hide-passed", &mut all.github_hide_passed),
            ("trace", &mut all.trace),
            ("strict", &mut all.strict),
            ("show-builtin-errors", &mut all.show_builtin_errors),
            ("no-color", &mut all.no_color),
        ];
        for (name, switch) in switches {
            if self.off.iter().any(|off| off == name) {
                continue;
            }
            settings.switch(name, switch)?;
        }
        if all.policy.is_empty() {
            all.policy.push("policy".into());
        }
        if all.namespace.is_empty() && !verifies {
            all.namespace.push("main".to_owned());
        }
        anyhow::ensure!(
            all.update.is_empty(),
            "policies are not downloaded: fetch {} yourself (git, curl, oras) and name the folder with --policy",
            all.update.join(", ")
        );
        Ok((all, word))
    }

    fn options(&self) -> anyhow::Result<conftest::Options> {
        let namespaces = if self.all_namespaces { Vec::new() } else { self.namespace.clone() };
        let capabilities = match &self.capabilities {
            None => None,
            Some(file) => {
                let shown = file.display();
                let text = std::fs::read_to_string(file);
                let text = text.with_context(|| format!("cannot read {shown}"))?;
                let found = conftest::capabilities(&text);
                Some(found.map_err(|why| anyhow::anyhow!("{shown} cannot be read: {why}"))?)
            }
        };
        Ok(conftest::Options {
            namespaces,
            combine: self.combine,
            version_0: self.rego_version == Some(RegoVersion::V0),
            builtin_errors: self.show_builtin_errors,
            strict: self.strict,
            trace: self.trace || self.report.is_some(),
            capabilities,
        })
    }
}

/// Run the command.
pub fn run(arguments: &Conftest) -> anyhow::Result<Exit> {
    let mut sources = Sources::default();
    let mut problems = Vec::new();
    let (arguments, word) = &arguments.settled(&mut problems)?;
    let options = arguments.options()?;
    let ends = |path: &str, words: &[&str]| {
        path.rsplit_once('.').is_some_and(|(_, ending)| words.contains(&ending))
    };
    let verifies = *word == Word::Verify;
    let is_policy =
        |path: &str| ends(path, &["rego"]) && (verifies || !path.ends_with("_test.rego"));
    let mut unread = Vec::new();
    let wanted = if arguments.parse { &[][..] } else { &arguments.policy };
    let policies = conftest_read::texts(wanted, is_policy, &mut unread);
    let reading = policies.iter().filter(|policy| policy.text.contains("parse_config"));
    let reading: Vec<String> = reading.map(|policy| policy.path.clone()).collect();
    if !reading.is_empty() {
        packs::limited("the evaluation of policies that read configurations", reading)?;
    }
    let (mut configurations, mut documents) = (Vec::new(), Vec::new());
    if verifies {
        anyhow::ensure!(!arguments.evaluated, "--evaluated is for configurations");
    } else if arguments.evaluated {
        documents = evaluated(arguments, &mut sources, &mut problems)?;
    } else {
        let wanted = Wanted {
            paths: &arguments.paths,
            ignore: arguments.ignore.as_deref().unwrap_or_default(),
            parser: arguments.parser.as_deref(),
            stdin_filename: arguments.stdin_filename.as_deref(),
            proto_file_dirs: &arguments.proto_file_dirs,
        };
        configurations = conftest_read::configurations(&wanted, &mut problems)?;
    }
    if arguments.parse {
        return parsed(&configurations, arguments.combine, &problems, &sources);
    }
    problems.append(&mut unread);
    let is_data = |path: &str| ends(path, &["yaml", "yml", "json"]);
    let (named, others): (Vec<PathBuf>, Vec<PathBuf>) = arguments
        .data
        .iter()
        .cloned()
        .partition(|path| !path.is_file() || is_data(&path.to_string_lossy()));
    // conftest passes over them without a word.
    problems.extend(others.iter().map(|path| {
        let message = format!("{} is not read as data", path.display());
        let help = "data has the ending yaml, yml or json; policies are named with --policy";
        Problem::new(ProblemKind::Note, message).help(help)
    }));
    let data = conftest_read::texts(&named, is_data, &mut problems);
    let mapping = match &arguments.mapping {
        Some(file) => mapping(file, &mut sources, &mut problems)?,
        None => Mapping::default(),
    };
    let files: Files =
        Arc::new(DiskFileSystem::new(".").context("cannot read the working directory")?);
    let given = Given {
        policies: &policies,
        data: &data,
        configurations: &configurations,
        evaluated: &documents,
        mapping: &mapping,
        files: Some(&files),
    };
    let mut outcome = if verifies {
        conftest::verify(&given, &options, &mut sources)
    } else {
        conftest::run(&given, &options, &mut sources)
    };
    outcome.problems.splice(0..0, problems);
    let empty = !verifies && configurations.is_empty() && documents.is_empty();
    let exit = exit(&outcome, arguments, empty);
    write(&outcome, arguments, exit)?;
    terminal::complain(&outcome.problems, &sources);
    Ok(exit)
}

/// Prints what policies would see.
fn parsed(
    configurations: &[Configuration],
    combine: bool,
    problems: &[Problem],
    sources: &Sources,
) -> anyhow::Result<Exit> {
    if !configurations.is_empty() {
        let text = conftest::shown(configurations, combine);
        output::to_stdout(text.as_bytes())?;
    }
    terminal::complain(problems, sources);
    let failed = problems.iter().any(|problem| problem.severity() == ProblemSeverity::Error);
    Ok(match (failed, configurations.is_empty()) {
        (true, _) => Exit::Unable,
        (_, true) => Exit::Nothing,
        _ => Exit::Passed,
    })
}

fn write(outcome: &Outcome, arguments: &Conftest, exit: Exit) -> anyhow::Result<()> {
    let color = !arguments.no_color && terminal::wants_color(arguments.color);
    let style = conftest::output::Style {
        color,
        suppress_exceptions: arguments.suppress_exceptions,
        mapped: arguments.mapping.is_some(),
        hide_message: arguments.junit_hide_message,
        hide_passed: arguments.github_hide_passed,
    };
    if arguments.trace {
        output::to_stderr(conftest::output::trace(outcome).as_bytes())?;
    }
    if arguments.quiet && exit == Exit::Passed {
        return Ok(());
    }
    if let Some(report) = arguments.report.as_deref().and_then(report_of) {
        anyhow::ensure!(
            arguments.output.is_none_or(|format| format == Format::Stdout),
            "a report is written with --output stdout only"
        );
        return output::to_stdout(conftest::output::report(outcome, report).as_bytes());
    }
    let format = arguments.output.unwrap_or(Format::Stdout);
    output::to_stdout(conftest::output::write(outcome, format, style).as_bytes())
}

fn report_of(word: &str) -> Option<Report> {
    match word {
        "full" => Some(Report::Full),
        "notes" => Some(Report::Notes),
        "fails" => Some(Report::Fails),
        _ => None,
    }
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
        paths: arguments.paths.iter().map(PathBuf::from).collect(),
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
