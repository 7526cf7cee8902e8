//! Policies that people already have: packages with `deny`, `violation` and `warn`, as conftest runs them.
//!
//! Takes policies, data and configurations as texts; gives what each namespace says of each configuration. The input of a policy is
//! what conftest's parser of the format gives. A format without a parser here is an error that names it, never an empty input.
//!
//! A rule's result has no score of its own: a [`Mapping`] says which threat class it opens. What no mapping covers is *unscored*.

mod check;
mod evaluated;
mod files;
mod formats;
mod mapping;
pub mod output;
mod verify;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::finding::{Dread, Severity, ThreatClass};
use crate::source::Problem;

pub use check::{Given, functions, run};
pub use evaluated::Evaluated;
pub use files::{Files, prepare};
pub use formats::{FORMATS, Tree, format_of, help_for, parse, parse_in, parse_textproto};
pub use mapping::Mapping;
pub use verify::verify;

/// A file as a text, with the path that is shown.
#[derive(Clone, Debug, Default)]
pub struct Text {
    /// Its path.
    pub path: String,
    /// Its content.
    pub text: Arc<str>,
    /// Folders that it lies in, below the one that was named: what it says as data stands below their names.
    pub below: Vec<String>,
}

/// A configuration that was read.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// Its path.
    pub path: String,
    /// What it says; a list is several configurations.
    pub content: Json,
}

/// What to run.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "conftest has so many switches")]
pub struct Options {
    /// Packages to ask, with `*`, `?` and `[…]`; all of them where there is none.
    pub namespaces: Vec<String>,
    /// Whether all configurations are one input: `[{"path": …, "contents": …}]`.
    pub combine: bool,
    /// Whether policies are of the version before OPA 1.0.
    pub version_0: bool,
    /// Whether a built-in function that does not take its arguments is an error.
    pub builtin_errors: bool,
    /// Whether what nothing uses in a policy is an error.
    pub strict: bool,
    /// Whether each result tells what each part of each rule gave.
    pub trace: bool,
    /// The only built-in functions that policies may call, where they are told.
    pub capabilities: Option<Arc<BTreeSet<String>>>,
}

/// What all namespaces say.
#[derive(Debug, Default)]
pub struct Outcome {
    /// One a namespace and configuration.
    pub results: Vec<CheckResult>,
    /// What could not be done.
    pub problems: Vec<Problem>,
    /// Whether they are unit tests.
    pub verified: bool,
}

/// What one namespace says of one configuration.
#[derive(Clone, Debug, Default)]
pub struct CheckResult {
    /// The configuration's path, or `Combined`.
    pub path: String,
    /// The package.
    pub namespace: String,
    /// Rules that object to nothing.
    pub successes: usize,
    /// What `warn` says.
    pub warnings: Vec<Item>,
    /// What `deny` and `violation` say.
    pub failures: Vec<Item>,
    /// Rules that an `exception` lifts.
    pub exceptions: Vec<Item>,
    /// Unit tests that are still to be written.
    pub skipped: Vec<Item>,
    /// Rules that hold and say nothing: conftest counts them as passed.
    pub bare: BTreeSet<String>,
    /// Rules whose answer depends on unknown values, each with one of them. Only evaluated configurations have such.
    pub undecided: Vec<(String, String)>,
    /// What `print` said, each with its policy and line.
    pub prints: Vec<String>,
    /// How rules came to what they say, if that is asked for.
    pub traces: Vec<Trace>,
}

/// How one rule came to what it says of one input.
#[derive(Clone, Debug)]
pub struct Trace {
    /// `data.main.deny`
    pub query: String,
    /// `policy.rego:3 data.main.deny: input.x == 1 = true`
    pub lines: Vec<String>,
}

/// One thing that a rule says.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its words.
    pub message: String,
    /// `main.deny_public`
    pub rule: String,
    /// What else the rule gives, with its query.
    pub metadata: Map<String, Json>,
    /// Where the rule says that it is: file and line.
    pub place: Option<(String, u32)>,
    /// What it means as a threat, if a mapping says so.
    pub score: Option<Scored>,
}

/// What a result means as a threat.
#[derive(Clone, Debug)]
pub struct Scored {
    /// The threat class that it opens.
    pub threat: Arc<ThreatClass>,
    /// Its factors.
    pub dread: Dread,
    /// The band of their score.
    pub severity: Severity,
}

/// The built-in functions that a file of `opa capabilities` lists.
pub fn capabilities(text: &str) -> Result<Arc<BTreeSet<String>>, String> {
    let content = parse("json", text)?;
    let list = content.get("builtins").and_then(Json::as_array);
    let list = list.ok_or("it has no list `builtins`")?;
    let names =
        list.iter().map(|builtin| builtin.get("name").and_then(Json::as_str).map(str::to_owned));
    let names: Option<BTreeSet<String>> = names.collect();
    names.map(Arc::new).ok_or_else(|| "an entry of `builtins` has no name".to_owned())
}

/// What policies would see: of one configuration its content, of several all by path, combined a list.
pub fn shown(configurations: &[Configuration], combine: bool) -> String {
    let content = match configurations {
        all if combine => check::combine(all),
        [one] => one.content.clone(),
        all => all.iter().map(|one| (one.path.clone(), one.content.clone())).collect::<Json>(),
    };
    format!("{content:#}\n")
}

impl Outcome {
    /// How many tests, and how they went: all, passed, warnings, failures, exceptions.
    pub fn counts(&self) -> [usize; 5] {
        let sum = |of: fn(&CheckResult) -> usize| self.results.iter().map(of).sum::<usize>();
        let passed = sum(|result| result.successes);
        let warnings = sum(|result| result.warnings.len());
        let failures = sum(|result| result.failures.len());
        let exceptions = sum(|result| result.exceptions.len());
        let all = passed + warnings + failures + exceptions + self.undecided() + self.skipped();
        [all, passed, warnings, failures, exceptions]
    }

    /// How many unit tests are still to be written.
    pub fn skipped(&self) -> usize {
        self.results.iter().map(|result| result.skipped.len()).sum()
    }

    /// How many rules depend on what is unknown.
    pub fn undecided(&self) -> usize {
        self.results.iter().map(|result| result.undecided.len()).sum()
    }
}
