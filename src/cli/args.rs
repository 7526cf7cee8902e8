//! Arguments, as typed.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};

use crate::config::Instant;
use crate::finding::context::Profile;
use crate::report::{FORMATS, FailOn};

/// Judge infrastructure as code: findings with STRIDE and DREAD, a gate for pipelines.
#[derive(Debug, Parser)]
#[command(name = "dreadnought", version, after_help = EXIT_CODES)]
pub struct Arguments {
    /// Limits of a process that runs unsigned packs, MIB,SECONDS: named by the program itself
    #[arg(long, hide = true, value_parser = super::sandbox::parse)]
    pub inside: Option<(u64, u64)>,
    /// Whose bundles are used, in place of what the project says: a YAML file with `trust`, as in `dreadnought.yaml`
    #[arg(long, global = true, value_name = "FILE", help_heading = "Packs")]
    pub trust: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 gate passed, 1 findings failed the gate, 2 the run could not do its job, \
                          3 nothing to evaluate. 2 beats 1.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Evaluate packs over Terraform and Kubernetes files, Terraform plans and states, report, gate
    Scan(Scan),
    /// Threat model: assets, boundaries, flows, threats in context, attack paths
    Model(Box<super::model_args::Model>),
    /// Show what the configuration proves of each control of a compliance baseline
    Comply(Comply),
    /// Print the document model as JSON
    Normalize(Normalize),
    /// Run the tests of packs: samples, test tables, unit tests in Rego
    Test(Test),
    /// Run policies written for conftest, unchanged
    Conftest(super::commands::conftest::Conftest),
    /// Evaluate one rule and show how it comes to its verdicts
    Eval(Eval),
    /// Make, check, format, document, publish packs
    #[command(subcommand)]
    Pack(Pack),
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
        let given = super::commands::conftest_words::plain_switches(std::env::args_os());
        let matches = Self::command().try_get_matches_from(given)?;
        let mut arguments = Self::from_arg_matches(&matches)?;
        if let (Some((_, matches)), Some(input)) =
            (matches.subcommand(), arguments.command.input_mut())
        {
            // `model diff` has its own.
            let matches = matches.subcommand().map_or(matches, |(_, inner)| inner);
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
            Self::Model(model) => Some(model.input_mut()),
            Self::Comply(comply) => Some(&mut comply.input),
            Self::Normalize(normalize) => Some(&mut normalize.input),
            Self::Eval(eval) => Some(&mut eval.input),
            _ => None,
        }
    }

    /// Threads to use; 0 for one a core.
    pub fn threads(&self) -> usize {
        match self {
            Self::Scan(scan) => scan.input.threads,
            Self::Model(model) => model.view().0.input.threads,
            Self::Comply(comply) => comply.input.threads,
            Self::Normalize(normalize) => normalize.input.threads,
            Self::Eval(eval) => eval.input.threads,
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
#[command(after_help = COMPLY_EXIT_CODES)]
pub struct Comply {
    #[command(flatten)]
    pub input: Input,
    /// Baseline to judge, by its id or file
    #[arg(long, value_name = "NAME|FILE")]
    pub baseline: Option<String>,
    /// List the baselines, each with how many of its controls rules speak of
    #[arg(long)]
    pub list: bool,
    /// Only the controls of a profile
    #[arg(long, value_name = "ID")]
    pub profile: Option<String>,
    /// Value of a parameter of the baseline
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = assignment)]
    pub params: Vec<(String, String)>,
    /// File with attestations and waivers, beside those of `dreadnought.yaml`
    #[arg(long, value_name = "FILE")]
    pub records: Vec<PathBuf>,
    /// Judge attestations and waivers as at this moment: 2027-03-01, or with a time and zone
    #[arg(long, value_name = "MOMENT", value_parser = instant)]
    pub now: Option<Instant>,
    /// List what changed in the baseline since this JSON report or resolved baseline
    #[arg(long, value_name = "FILE")]
    pub compare: Option<PathBuf>,
    /// Print the baseline with everything that it extends, as JSON, and judge nothing
    #[arg(long)]
    pub resolve: bool,
    /// Which controls fail the gate: none, violated, or undecided (these and all that nothing decides)
    #[arg(long, value_name = "WHICH", default_value = "violated", value_parser = comply_fail_on)]
    pub fail_on: crate::compliance::FailOn,
    /// Report format (text, json, markdown, oscal, sarif, junit), to stdout or a file; may be repeated
    #[arg(short, long = "output", value_name = "FORMAT[=FILE]", value_parser = comply_output)]
    pub outputs: Vec<ComplyOutput>,
    /// Colors in text
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    #[command(flatten)]
    pub packs: ComplyPacks,
}

const COMPLY_EXIT_CODES: &str = "Exit codes: 0 gate passed, 1 controls failed the gate, 2 the run could not do its job, \
                                 3 no data. 2 beats 1.";

#[derive(Debug, Args)]
#[command(next_help_heading = "Packs")]
pub struct ComplyPacks {
    /// Add the pack in a folder or bundle; a bundle may be pinned: FILE@sha256:…
    #[arg(long = "pack", value_name = "DIR|BUNDLE")]
    pub packs: Vec<PathBuf>,
    /// Leave the built-in packs out (threat classes stay)
    #[arg(long)]
    pub no_builtin: bool,
}

/// A report of a baseline to write.
#[derive(Clone, Debug)]
pub struct ComplyOutput {
    /// Its format.
    pub format: &'static crate::compliance::report::Format,
    /// Where; stdout where there is none.
    pub file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Normalize {
    #[command(flatten)]
    pub input: Input,
    /// Print what rules in Rego see as `input` instead: a list, one a document, without what is unknown
    #[arg(long)]
    pub rego: bool,
}

#[derive(Clone, Debug, Args)]
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
    /// Add the pack in a folder or bundle; a bundle may be pinned: FILE@sha256:…
    #[arg(long = "pack", value_name = "DIR|BUNDLE")]
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
#[command(after_help = TEST_EXIT_CODES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Test {
    /// Folders of packs, or of Rego policies with tests
    #[arg(default_value = ".")]
    pub packs: Vec<PathBuf>,
    /// Only tests whose full name matches: `service/sample`, `service/table[case]`, `data.package.test_name[case]`
    #[arg(short, long, value_name = "REGEX", value_parser = selector)]
    pub run: Option<crate::pack_test::Selector>,
    /// List tests that pass, too
    #[arg(short, long)]
    pub verbose: bool,
    /// Measure which sub-expressions of rules, libraries and tests were evaluated
    #[arg(short, long)]
    pub coverage: bool,
    /// Fail where less of rules and libraries is covered; implies --coverage
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub threshold: Option<f64>,
    /// Fail where a rule has no test
    #[arg(long)]
    pub require_tests: bool,
    /// Tests that are skipped (`todo_test_…`) do not fail the run
    #[arg(short = 'z', long)]
    pub exit_zero_on_skipped: bool,
    /// Folders that are no packs hold Rego from before OPA 1.0
    #[arg(long)]
    pub v0_compatible: bool,
    /// Show how expectations of samples would have to change, and change them
    #[arg(long)]
    pub update: bool,
    /// Format of the results: text, json or junit; to stdout or a file; may be repeated
    #[arg(short, long = "output", value_name = "FORMAT[=FILE]", value_parser = test_output)]
    pub outputs: Vec<TestOutput>,
}

const TEST_EXIT_CODES: &str = "Exit codes: 0 all tests passed; 2 a test failed, could not be evaluated or was skipped, coverage is below \
                               the threshold, a pack does not load, or nothing was run.";

/// Results to write.
#[derive(Clone, Debug)]
pub struct TestOutput {
    /// Their format.
    pub format: &'static crate::pack_test::Format,
    /// Where; stdout where there is none.
    pub file: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum Pack {
    #[command(flatten)]
    Publish(PackCommand),
    /// Make a pack that passes its own tests: a rule in CEL, one in Rego, samples, editor settings
    New(PackNew),
    /// Say what loads in packs and is still not as it should be
    Lint(PackLint),
    /// Format the YAML of packs; Rego is left to `opa fmt`
    Fmt(PackFmt),
    /// Write the reference of a pack, as Markdown and as one HTML file
    Docs(PackDocs),
}

#[derive(Debug, Args)]
pub struct PackNew {
    /// Name of the pack: small letters and digits, joined by `-`
    pub name: String,
    /// Folder to make; the name where there is none
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 nothing to remark, 1 remarks, 2 a pack does not load.")]
pub struct PackLint {
    /// Folders of packs
    #[arg(default_value = ".")]
    pub packs: Vec<PathBuf>,
    /// Take away what can be taken away without thinking
    #[arg(long)]
    pub fix: bool,
    /// Explain a code, or list all of them
    #[arg(long, value_name = "CODE", num_args = 0..=1, default_missing_value = "all")]
    pub explain: Option<String>,
    /// Write JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 all is formatted, 1 --check found files to format, 2 a file cannot be formatted."
)]
pub struct PackFmt {
    /// Folders of packs
    #[arg(default_value = ".")]
    pub packs: Vec<PathBuf>,
    /// Change nothing, show what would change
    #[arg(long)]
    pub check: bool,
}

#[derive(Debug, Args)]
pub struct PackDocs {
    /// Folder of the pack
    #[arg(default_value = ".")]
    pub pack: PathBuf,
    /// Folder for NAME.md and NAME.html; Markdown goes to stdout where there is none
    #[arg(short, long = "output", value_name = "DIR")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Eval {
    /// Full id of the rule, or an alias
    pub rule: String,
    #[command(flatten)]
    pub input: Input,
    /// Show what each sub-expression gave, which attributes were read, which were unknown and why
    #[arg(long)]
    pub trace: bool,
    /// Only the resource with this address
    #[arg(long, value_name = "ADDRESS")]
    pub resource: Option<String>,
    /// Add the pack in a folder
    #[arg(long = "pack", value_name = "DIR")]
    pub packs: Vec<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum PackCommand {
    /// Make a bundle of a pack: one file, the same bytes for the same pack
    Build(PackBuild),
    /// Make a pair of keys to sign with
    Keygen(PackKeygen),
    /// Sign a bundle
    Sign(PackSign),
    /// Say who vouches for a bundle
    Verify(PackVerify),
}

#[derive(Debug, Args)]
pub struct PackBuild {
    /// Folder of the pack
    pub pack: PathBuf,
    /// Where the bundle goes; NAME-VERSION.tar.gz where nothing is said
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct PackKeygen {
    /// Name of the pair: NAME.key.pem and NAME.pub.pem
    pub name: PathBuf,
}

#[derive(Debug, Args)]
pub struct PackSign {
    /// Bundle to sign
    pub bundle: PathBuf,
    /// Private key of Ed25519 in PEM
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// Where the signed bundle goes; in place where nothing is said
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct PackVerify {
    /// Bundle to verify
    pub bundle: PathBuf,
    /// Public key in PEM, instead of the trust list in `dreadnought.yaml`; may be repeated
    #[arg(long = "key", value_name = "FILE")]
    pub keys: Vec<PathBuf>,
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
    /// Add the pack in a folder or bundle; a bundle may be pinned: FILE@sha256:…
    #[arg(long = "pack", value_name = "DIR|BUNDLE")]
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

/// `FORMAT[=FILE]`.
pub(super) fn format_and_file(text: &str) -> Result<(&str, Option<PathBuf>), String> {
    match text.split_once('=') {
        Some((_, "")) => Err("the file's name is empty".to_owned()),
        Some((id, file)) => Ok((id, Some(PathBuf::from(file)))),
        None => Ok((text, None)),
    }
}

fn comply_output(text: &str) -> Result<ComplyOutput, String> {
    let formats = crate::compliance::report::FORMATS;
    let (id, file) = format_and_file(text)?;
    let known = || formats.iter().map(|format| format.id).collect::<Vec<_>>().join(", ");
    let format = formats.iter().find(|format| format.id == id);
    let format = format.ok_or_else(|| format!("no such format; there are {}", known()))?;
    Ok(ComplyOutput { format, file })
}

fn comply_fail_on(text: &str) -> Result<crate::compliance::FailOn, String> {
    let words = crate::compliance::FailOn::WORDS;
    crate::compliance::FailOn::parse(text).ok_or_else(|| format!("write {}", words.join(", ")))
}

fn instant(text: &str) -> Result<Instant, String> {
    Instant::parse(text).ok_or_else(|| "write 2027-03-01 or 2027-03-01T12:00:00Z".to_owned())
}

fn output(text: &str) -> Result<Output, String> {
    let (id, file) = format_and_file(text)?;
    let known = || FORMATS.iter().map(|format| format.id).collect::<Vec<_>>().join(", ");
    let format = crate::report::format(id)
        .ok_or_else(|| format!("no such format; there are {}", known()))?;
    Ok(Output { format, file })
}

fn test_output(text: &str) -> Result<TestOutput, String> {
    let (id, file) = match text.split_once('=') {
        Some((_, "")) => return Err("the file's name is empty".to_owned()),
        Some((id, file)) => (id, Some(PathBuf::from(file))),
        None => (text, None),
    };
    let known = || crate::pack_test::FORMATS.iter().map(|format| format.id).collect::<Vec<_>>();
    let format = crate::pack_test::format(id)
        .ok_or_else(|| format!("no such format; there are {}", known().join(", ")))?;
    Ok(TestOutput { format, file })
}

fn selector(text: &str) -> Result<crate::pack_test::Selector, String> {
    crate::pack_test::Selector::parse(text)
}

fn percent(text: &str) -> Result<f64, String> {
    let percent = text.trim_end_matches('%').parse::<f64>().ok();
    percent
        .filter(|percent| (0.0..=100.0).contains(percent))
        .ok_or_else(|| "write 0 to 100".to_owned())
}

pub(super) fn profile(text: &str) -> Result<Profile, String> {
    Profile::parse(text).ok_or_else(|| format!("write {}", Profile::NAMES.join(", ")))
}

fn fail_on(text: &str) -> Result<FailOn, String> {
    FailOn::parse(text).ok_or_else(|| {
        "write low, medium, high, critical, none, or a score from 0 to 10".to_owned()
    })
}
