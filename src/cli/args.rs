//! Arguments, as typed.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};

use crate::report::{FORMATS, FailOn};

/// Judge infrastructure as code: findings with STRIDE and DREAD, a gate for pipelines.
#[derive(Debug, Parser)]
#[command(name = "dreadnought", version, after_help = EXIT_CODES)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 gate passed, 1 findings failed the gate, 2 the run could not do its job, \
                          3 nothing to evaluate. 2 beats 1.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Evaluate packs over Terraform and Kubernetes files, Terraform plans and states, report, gate
    Scan(Scan),
    /// Print the document model as JSON
    Normalize(Normalize),
    /// Run the samples of packs
    Test(Test),
    /// Run policies written for conftest, unchanged
    Conftest(super::commands::conftest::Conftest),
    /// List the rules
    Rules(Rules),
    /// Explain one rule
    Explain(Explain),
    /// Print a JSON schema
    Schema(Schema),
}

impl Arguments {
    /// Parse the command line.
    pub fn read() -> Result<Self, clap::Error> {
        let matches = Self::command().try_get_matches()?;
        let mut arguments = Self::from_arg_matches(&matches)?;
        if let (Some((_, matches)), Some(input)) =
            (matches.subcommand(), arguments.command.input_mut())
        {
            let positions = |name: &str| matches.indices_of(name).map(Iterator::collect::<Vec<_>>);
            let files = positions("variable_files").unwrap_or_default();
            let before = |at: usize| files.iter().filter(|file| **file < at).count();
            input.files_before =
                positions("variables").unwrap_or_default().into_iter().map(before).collect();
        }
        Ok(arguments)
    }
}

impl Command {
    fn input_mut(&mut self) -> Option<&mut Input> {
        match self {
            Self::Scan(scan) => Some(&mut scan.input),
            Self::Normalize(normalize) => Some(&mut normalize.input),
            _ => None,
        }
    }

    /// Threads to use; 0 for one a core.
    pub fn threads(&self) -> usize {
        match self {
            Self::Scan(scan) => scan.input.threads,
            Self::Normalize(normalize) => normalize.input.threads,
            _ => 0,
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct Scan {
    #[command(flatten)]
    pub input: Input,
    #[command(flatten)]
    pub packs: Packs,
    #[command(flatten)]
    pub report: Report,
}

#[derive(Debug, Args)]
pub struct Normalize {
    #[command(flatten)]
    pub input: Input,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub struct Input {
    /// Files and folders to read
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Value of a Terraform variable, for every root module that declares it
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = assignment)]
    pub variables: Vec<(String, String)>,
    /// Terraform variable file
    #[arg(long = "var-file", value_name = "FILE")]
    pub variable_files: Vec<PathBuf>,
    /// How often `--var-file` stands before each `--var`: the later one on the line holds.
    #[arg(skip)]
    pub files_before: Vec<usize>,
    /// Terraform workspace
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub workspace: String,
    /// Provider schemas to judge by, as `terraform providers schema -json` prints them
    #[arg(long = "provider-schema", value_name = "FILE")]
    pub schemas: Vec<PathBuf>,
    /// Leave `dreadnought.yaml` alone
    #[arg(long)]
    pub no_config: bool,
    /// Folder of the configuration that a plan or state was made of
    #[arg(long, value_name = "DIR")]
    pub config_dir: Option<PathBuf>,
    /// Threads to use, 0 for one a core
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub threads: usize,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Packs")]
pub struct Packs {
    /// Add the pack in a folder
    #[arg(long = "pack", value_name = "DIR")]
    pub packs: Vec<PathBuf>,
    /// Leave the built-in packs out (threat classes stay)
    #[arg(long)]
    pub no_builtin: bool,
    /// Only this rule
    #[arg(long = "rule", value_name = "ID")]
    pub only: Vec<String>,
    /// Not this rule
    #[arg(long = "skip-rule", value_name = "ID")]
    pub skip: Vec<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Report")]
pub struct Report {
    /// Report format, to stdout or a file; may be repeated
    #[arg(short, long = "output", value_name = "FORMAT[=FILE]", value_parser = output)]
    pub outputs: Vec<Output>,
    /// Fail from this band or score on: low, medium, high, critical, none, or 0 to 10
    #[arg(long, value_name = "LEVEL", default_value = "high", value_parser = fail_on)]
    pub fail_on: FailOn,
    /// What undecided verdicts do
    #[arg(long, value_name = "WHAT", default_value = "show")]
    pub inconclusive: Inconclusive,
    /// Colors in text
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Inconclusive {
    /// Only count them
    Hide,
    /// List them
    Show,
    /// List them and fail the gate
    Fail,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// A report to write.
#[derive(Clone, Debug)]
pub struct Output {
    /// Its format.
    pub format: &'static crate::report::Format,
    /// Where; stdout where there is none.
    pub file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Test {
    /// Folders of packs
    #[arg(required = true)]
    pub packs: Vec<PathBuf>,
    /// Only samples whose `service/name` contains this
    #[arg(long, value_name = "TEXT")]
    pub run: Option<String>,
}

#[derive(Debug, Args)]
pub struct Rules {
    #[command(flatten)]
    pub packs: Packs,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// Id of the rule
    pub id: String,
    /// Add the pack in a folder
    #[arg(long = "pack", value_name = "DIR")]
    pub packs: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Schema {
    /// Which schema
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(super::commands::schema::names()))]
    pub name: String,
}

pub fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.to_owned()))
        }
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

fn output(text: &str) -> Result<Output, String> {
    let (id, file) = match text.split_once('=') {
        Some((_, "")) => return Err("the file's name is empty".to_owned()),
        Some((id, file)) => (id, Some(PathBuf::from(file))),
        None => (text, None),
    };
    let known = || FORMATS.iter().map(|format| format.id).collect::<Vec<_>>().join(", ");
    let format = crate::report::format(id)
        .ok_or_else(|| format!("no such format; there are {}", known()))?;
    Ok(Output { format, file })
}

fn fail_on(text: &str) -> Result<FailOn, String> {
    FailOn::parse(text).ok_or_else(|| {
        "write low, medium, high, critical, none, or a score from 0 to 10".to_owned()
    })
}
