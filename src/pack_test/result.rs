//! What running a test gave, whatever kind of test it was.

use std::fmt;

/// What kind of test it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TestKind {
    /// Something that has to hold before a test can say anything: that there are tests, that they can be read.
    Check,
    /// A sample configuration with expectations.
    Sample,
    /// A case of a test table.
    Table,
    /// A Rego rule `test_…`.
    Unit,
}

impl TestKind {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Sample => "sample",
            Self::Table => "table",
            Self::Unit => "unit",
        }
    }
}

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// As expected.
    Passed,
    /// Otherwise than expected.
    Failed,
    /// It could not be evaluated.
    Error,
    /// It is marked as still to be written.
    Skipped,
}

impl State {
    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "PASS",
            Self::Failed => "FAIL",
            Self::Error => "ERROR",
            Self::Skipped => "SKIPPED",
        }
    }
}

/// One test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestResult {
    /// What kind of test it is.
    pub kind: TestKind,
    /// What it belongs to: a pack's service, a Rego package.
    pub group: String,
    /// Its name in there, with the case in brackets.
    pub name: String,
    /// Its file.
    pub path: String,
    /// Line from 1, where it has one.
    pub line: Option<u32>,
    /// Column from 1.
    pub column: Option<u32>,
    /// How it ended.
    pub state: State,
    /// Verdicts that were compared.
    pub checked: usize,
    /// What is not as expected.
    pub failures: Vec<Failure>,
    /// What it printed.
    pub printed: Vec<String>,
}

impl TestResult {
    /// A test that found nothing to object to, so far.
    pub fn new(kind: TestKind, group: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            kind,
            group: group.into(),
            name: name.into(),
            path: String::new(),
            line: None,
            column: None,
            state: State::Passed,
            checked: 0,
            failures: Vec::new(),
            printed: Vec::new(),
        }
    }

    /// A check that does not hold.
    pub fn check(group: &str, name: &str, failure: Failure) -> Self {
        let path = failure.path.clone().unwrap_or_default();
        let line = failure.line;
        let mut result = Self { path, line, ..Self::new(TestKind::Check, group, name) };
        result.state = State::Error;
        result.failures.push(failure);
        result
    }

    /// `group/name`, `data.package.name`: what `--run` is matched with.
    pub fn full_name(&self) -> String {
        match self.kind {
            TestKind::Unit => format!("data.{}.{}", self.group, self.name),
            _ => format!("{}/{}", self.group, self.name),
        }
    }
}

/// One thing that is not as expected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// In one sentence.
    pub message: String,
    /// The file.
    pub path: Option<String>,
    /// The line.
    pub line: Option<u32>,
    /// Lines of that file around it, with their numbers.
    pub excerpt: Vec<(u32, String)>,
    /// What was expected, where it can be put beside what came.
    pub expected: Option<String>,
    /// What came.
    pub got: Option<String>,
    /// What the parts of the expression gave that decided: depth, text, value.
    pub values: Vec<(usize, String, String)>,
    /// Lines of a comparison, each with `-`, `+` or a space before it.
    pub diff: Vec<String>,
}

impl Failure {
    /// With nothing but a sentence.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// At a line of a file.
    #[must_use]
    pub fn at(mut self, path: &str, line: u32) -> Self {
        self.path = Some(path.to_owned());
        self.line = Some(line);
        self
    }

    /// With the line of a text that it is about, and the one before it.
    #[must_use]
    pub fn in_text(mut self, text: &str) -> Self {
        if let Some(line) = self.line {
            let first = line.saturating_sub(1).max(1);
            let lines = (1..).zip(text.lines()).skip(first as usize - 1);
            let lines = lines.take_while(|(number, _)| *number <= line);
            self.excerpt = lines.map(|(number, text)| (number, text.to_owned())).collect();
        }
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.path, self.line) {
            (Some(path), Some(line)) => write!(f, "{path}:{line}: {}", self.message),
            (Some(path), None) => write!(f, "{path}: {}", self.message),
            _ => f.write_str(&self.message),
        }
    }
}
