//! Problems: what Dreadnought itself could not do. Never mixed with findings, never dropped.

use super::Place;

/// What could not be done. The severity follows from the kind, in one table: [`ProblemKind::severity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// A path that was named does not exist.
    NotFound,
    /// A file or folder could not be read.
    Unreadable,
    /// A file is not UTF-8.
    NotUtf8,
    /// A text does not parse.
    Syntax,
    /// A limit (size, nesting, aliases, expansion) was reached.
    Limit,
    /// The configuration is refused (cycle, undeclared variable, duplicate resource …).
    Configuration,
    /// An emitted document does not fit its schema: a fault of Dreadnought.
    Schema,
    /// A pack, or a rule in it, is not valid or does not compile.
    Pack,
    /// A rule failed on a resource.
    RuleError,
    /// A rule exceeded its budget on a resource.
    RuleBudget,
    /// A stage panicked on one file or rule: a fault of Dreadnought.
    Internal,
    /// A module's source is not at hand (remote and not installed).
    ModuleUnresolved,
    /// A variable of a root module has no value.
    VariableUnset,
    /// A `count` or `for_each` is unknown.
    InstancesUnknown,
    /// A file that a function reads is not there: a build may make it later.
    FileMissing,
    /// A template that needs rendering (Helm) was recognised and not evaluated.
    Unrendered,
    /// A symlink leads out of the scanned tree, or in a circle, and was not followed.
    SymlinkSkipped,
    /// Something that is only worth a remark (variable files that are not loaded by themselves).
    Note,
}

/// Whether a problem keeps the gate from passing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemSeverity {
    /// The run could not do its job: exit code 2.
    Error,
    /// Something was not at hand: never changes the exit code.
    Warning,
}

impl ProblemKind {
    /// The one table of severities.
    pub fn severity(self) -> ProblemSeverity {
        match self {
            Self::NotFound
            | Self::Unreadable
            | Self::NotUtf8
            | Self::Syntax
            | Self::Limit
            | Self::Configuration
            | Self::Schema
            | Self::Pack
            | Self::RuleError
            | Self::RuleBudget
            | Self::Internal => ProblemSeverity::Error,
            Self::ModuleUnresolved
            | Self::VariableUnset
            | Self::InstancesUnknown
            | Self::FileMissing
            | Self::Unrendered
            | Self::SymlinkSkipped
            | Self::Note => ProblemSeverity::Warning,
        }
    }

    /// The word for it in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Unreadable => "unreadable",
            Self::NotUtf8 => "not-utf8",
            Self::Syntax => "syntax",
            Self::Limit => "limit",
            Self::Configuration => "configuration",
            Self::Schema => "schema",
            Self::Pack => "pack",
            Self::RuleError => "rule-error",
            Self::RuleBudget => "rule-budget",
            Self::Internal => "internal",
            Self::ModuleUnresolved => "module-unresolved",
            Self::VariableUnset => "variable-unset",
            Self::InstancesUnknown => "instances-unknown",
            Self::FileMissing => "file-missing",
            Self::Unrendered => "unrendered",
            Self::SymlinkSkipped => "symlink-skipped",
            Self::Note => "note",
        }
    }
}

/// Something that could not be done, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// What kind of thing failed.
    pub kind: ProblemKind,
    /// One sentence, lower case, no full stop.
    pub message: String,
    /// Where, if it is in a file that was read.
    pub place: Option<Place>,
    /// The path, where there is no place in a text (unreadable, too large …).
    pub path: Option<String>,
    /// What to do.
    pub help: Option<String>,
}

impl Problem {
    /// A problem without a place.
    pub fn new(kind: ProblemKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), place: None, path: None, help: None }
    }

    /// At a place in a file.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// About a path that has no text.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// With advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The severity of its kind.
    pub fn severity(&self) -> ProblemSeverity {
        self.kind.severity()
    }
}
