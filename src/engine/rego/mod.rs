//! Rego: compile with guards, judge a document with unknowns.
//!
//! [`compile()`] takes modules as text and gives [`Policies`]; a module that is refused costs itself only.
//! [`Policies::judge`] runs one rule over one [`Input`] and gives a [`Judgement`] for every resource of the rule's types.
//! A verdict holds whatever the unknown values turn out to be, or it is [`Judgement::Unknown`].
//!
//! Parsing and evaluation recurse: callers provide a stack of [`crate::source::STACK_BYTES`].

mod annotations;
mod asked;
mod builtins;
mod calls;
mod compile;
mod conflicts;
mod each;
mod eager;
mod expressions;
mod forms;
mod functions;
mod guard;
mod input;
mod judge;
mod library;
mod mentions;
mod metadata;
mod overlap;
mod pairs;
mod proof;
mod reads;
mod references;
mod rewrite;
mod rounds;
mod run;
mod safety;
mod shadows;
mod shape;
mod spelling;
mod stand_ins;
mod statements;
mod style;
mod substitutes;
mod suite;
mod suite_build;
mod suite_run;
mod table;
mod types;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use asked::Asked;
pub use compile::{Policies, compile, compile_with};
pub use input::Input;
pub use judge::RegoTrace;
pub use mentions::Mentions;
pub use rewrite::{RegoPart, RegoPartKind};
pub use style::{RegoRemark, RegoRemarkKind, remarks as style_remarks};
pub use suite::{Marks, Suite, SuiteModule, UnitTest};
pub use suite_run::{CaseOutcome, Explanation, PartGiven, UnitOutcome, UnitState, record};

use super::Failure;
use crate::document::Pointer;

/// A Rego module as it stands in a pack.
#[derive(Clone, Debug)]
pub struct Module {
    /// The path shown in messages.
    pub name: String,
    /// Its text.
    pub text: Arc<str>,
}

/// What a function of the caller does: it gives a value, or a sentence that says why not.
pub type Host = dyn Fn(&[serde_json::Value]) -> Result<serde_json::Value, String> + Send + Sync;

/// A function that the caller adds, of JSON values.
#[derive(Clone)]
pub struct HostFunction {
    /// How modules call it.
    pub name: String,
    /// How many arguments it takes.
    pub arity: u8,
    /// What it does.
    pub run: Arc<Host>,
}

impl std::fmt::Debug for HostFunction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HostFunction").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What modules are compiled for, beside what rules of packs need.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `data`: an object that stands beside the modules.
    pub data: Option<serde_json::Value>,
    /// Whether a built-in function that does not take its arguments ends the rule; else it is undefined.
    pub strict: bool,
    /// Whether modules are of the version before OPA 1.0.
    pub version_0: bool,
    /// Functions that the caller adds.
    pub functions: Vec<HostFunction>,
    /// The only built-in functions that modules may call, where they are told.
    pub allowed: Option<Arc<BTreeSet<String>>>,
    /// Whether modules were written for OPA, where going over what is no collection ends a body, and so does a key that is not there.
    /// In rules of packs both are errors: they would pass in silence.
    pub as_opa: bool,
    /// What is asked of metadata.
    pub metadata: Metadata,
    /// Functions that a module calls by another name.
    pub renamed: Vec<Renamed>,
}

/// What is asked of comments `# METADATA`, beside that they are about something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Metadata {
    /// That they begin in the first column.
    #[default]
    Placed,
    /// That, too, and that nothing is said twice, as `opa check` and conftest do.
    Once,
    /// Nothing more, as in `opa test`, which does not read them.
    Ignored,
}

/// A function that a module calls by another name, of the same length: no byte moves.
#[derive(Clone, Debug)]
pub struct Renamed {
    /// The path of the module.
    pub module: String,
    /// What stands there: `parse_config_file`.
    pub from: &'static str,
    /// What is called.
    pub to: String,
}

/// Why a module is refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ModuleError {
    /// Which module, as a position in what was given to [`compile()`].
    pub module: usize,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// One sentence, lower case, no full stop.
    pub message: String,
}

/// Which rule runs, and on what.
#[derive(Clone, Debug)]
pub struct RuleRef {
    /// Its package: `dreadnought.aws.s3_public`.
    pub package: String,
    /// The resource types that it judges.
    pub applies_to: Vec<Arc<str>>,
}

/// One entry of `deny`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Denial {
    /// The attribute that the rule points to.
    pub at: Pointer,
    /// The rule's words.
    pub message: String,
}

/// What a rule says of one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It objects.
    Finding(Vec<Denial>),
    /// It does not.
    Pass,
    /// It depends on these unknown values: the resource that holds one, where, and why it is unknown.
    Unknown(Vec<(usize, Pointer, Arc<str>)>),
    /// The rule failed.
    Failed(Failure),
}
