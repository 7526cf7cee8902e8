//! Unit tests in Rego: `*_test.rego` of a pack, or every module of a folder of policies.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::diff::{diff, shortened};
use super::result::{Failure, State, TestKind, TestResult};
use super::{Options, Selector};
use crate::engine::rego::{
    self, CaseOutcome, Explanation, Marks, Module, ModuleError, RegoPart, Suite, SuiteModule,
    UnitOutcome, UnitState, UnitTest,
};
use crate::source::{EntryKind, FileSystem};

/// The ending of a module of tests.
pub const UNIT_TEST: &str = "_test.rego";
/// Deepest folder that is looked into.
const MAX_DEPTH: usize = 16;

/// What the unit tests of a pack or folder gave.
#[derive(Debug, Default)]
pub struct UnitRun {
    /// One a test, one a case where a test has cases.
    pub results: Vec<TestResult>,
    /// Before any was left out by `--run`.
    pub found: usize,
    /// The marked suite, where coverage was asked for.
    pub suite: Option<Suite>,
    /// Texts of modules with tests.
    pub texts: Vec<Arc<str>>,
}

/// Modules of tests in the folders of a pack, and what stands in `tests/data.json` or `tests/data.yaml`.
pub fn unit_modules(files: &dyn FileSystem, failures: &mut Vec<TestResult>) -> Vec<Module> {
    let mut found = Vec::new();
    for folder in ["rules", "lib", "tests"] {
        if files.kind(folder) == Some(EntryKind::Folder) {
            collect(files, folder, 0, &|path| path.ends_with(UNIT_TEST), &mut found);
        }
    }
    found.sort();
    modules(files, &found, failures)
}

/// Every module below a folder.
pub fn all_modules(files: &dyn FileSystem, failures: &mut Vec<TestResult>) -> Vec<Module> {
    let mut found = Vec::new();
    collect(files, "", 0, &|path| ends(path, "rego"), &mut found);
    found.sort();
    modules(files, &found, failures)
}

fn modules(
    files: &dyn FileSystem,
    paths: &[String],
    failures: &mut Vec<TestResult>,
) -> Vec<Module> {
    let mut modules = Vec::new();
    for path in paths {
        match files.read(path).map(String::from_utf8) {
            Ok(Ok(text)) => modules.push(Module { name: path.clone(), text: text.into() }),
            Ok(Err(_)) => failures.push(unreadable(path, "is not UTF-8")),
            Err(error) => failures.push(unreadable(path, &format!("cannot be read: {error}"))),
        }
    }
    modules
}

fn unreadable(path: &str, why: &str) -> TestResult {
    let mut failure = Failure::new(format!("the file {why}"));
    failure.path = Some(path.to_owned());
    TestResult::check("tests", path, failure)
}

/// Whether a file's name has an ending.
pub(super) fn ends(path: &str, ending: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, own)| own == ending)
}

pub(super) fn collect(
    files: &dyn FileSystem,
    folder: &str,
    depth: usize,
    wanted: &dyn Fn(&str) -> bool,
    found: &mut Vec<String>,
) {
    for entry in files.list(folder).unwrap_or_default() {
        let name = entry.path.rsplit('/').next().unwrap_or_default();
        match entry.kind {
            _ if name.starts_with('.') => {}
            EntryKind::File if wanted(&entry.path) => found.push(entry.path),
            EntryKind::Folder if depth < MAX_DEPTH => {
                collect(files, &entry.path, depth + 1, wanted, found);
            }
            _ => {}
        }
    }
}

/// Run the tests of modules. A module of tests that does not compile, or that holds no test, fails.
pub fn run_units(
    modules: &[SuiteModule],
    data: &serde_json::Value,
    (options, language): (&Options, rego::Options),
    each_has_tests: bool,
) -> UnitRun {
    let (selector, coverage) = (options.run.as_ref(), options.coverage);
    let build = |marked| Suite::build_with(modules, data, marked, language.clone());
    let (suite, errors) = build(false);
    let is_marked = std::sync::OnceLock::new();
    let marked = || is_marked.get_or_init(|| build(true).0);
    let wanted: Vec<&UnitTest> = suite
        .tests()
        .iter()
        .filter(|test| selector.is_none_or(|selector| may_select(selector, &suite, test)))
        .collect();
    let run = |test: &&UnitTest| {
        let outcome = suite.run(test);
        if coverage && !test.skipped {
            // The same once more, with marks: what it gives is the same.
            if let Some(twin) = twin(marked(), test) {
                let _ = marked().run(twin);
            }
        }
        results(&suite, test, &outcome, &marked)
    };
    let mut results: Vec<TestResult> = wanted.par_iter().flat_map_iter(run).collect();
    if let Some(selector) = selector {
        results.retain(|result| selector.fits_unit(result));
    }
    let mut checks: Vec<TestResult> = errors.iter().map(|error| refused(modules, error)).collect();
    let refused: BTreeSet<usize> = errors.iter().map(|error| error.module).collect();
    let testing: BTreeSet<usize> = suite.tests().iter().map(|test| test.module).collect();
    for (at, module) in modules.iter().enumerate().filter(|(_, module)| module.is_test) {
        if each_has_tests && !testing.contains(&at) && !refused.contains(&at) {
            let failure = Failure::new("the module holds no test: no rule begins with test_");
            let failure = failure.at(&module.module.name, 1);
            checks.push(TestResult::check("tests", &module.module.name, failure));
        }
    }
    checks.append(&mut results);
    let found = suite.tests().len();
    let texts = modules.iter().filter(|module| module.is_test);
    let texts = texts.map(|module| Arc::clone(&module.module.text)).collect();
    if coverage {
        marked();
    }
    UnitRun { results: checks, found, suite: is_marked.into_inner(), texts }
}

fn refused(modules: &[SuiteModule], error: &ModuleError) -> TestResult {
    let module = &modules[error.module].module;
    let failure = Failure::new(format!("the module does not compile: {}", error.message));
    let failure = failure.at(&module.name, error.line).in_text(&module.text);
    let mut result = TestResult::check("tests", &module.name, failure);
    result.column = Some(error.column);
    result
}

/// The same test in the marked suite.
fn twin<'s>(marked: &'s Suite, test: &UnitTest) -> Option<&'s UnitTest> {
    let same = |other: &&UnitTest| {
        other.module == test.module && other.name == test.name && other.line == test.line
    };
    marked.tests().iter().find(same)
}

/// Whether a test or one of its cases can fit: cases are known only after it ran.
fn may_select(selector: &Selector, _: &Suite, test: &UnitTest) -> bool {
    let name = format!("data.{}.{}", test.package, test.name);
    selector.fits(&name) || test.has_cases()
}

fn results<'s>(
    suite: &Suite,
    test: &UnitTest,
    outcome: &UnitOutcome,
    marked: &dyn Fn() -> &'s Suite,
) -> Vec<TestResult> {
    let new = |name: String| TestResult {
        path: suite.modules()[test.module].name.clone(),
        line: Some(test.line),
        column: Some(test.column),
        checked: 1,
        printed: outcome.printed.clone(),
        ..TestResult::new(TestKind::Unit, &*test.package, name)
    };
    if outcome.cases.is_empty() || matches!(outcome.state, UnitState::Error(_)) {
        let mut result = new(test.name.clone());
        let (state, message) = match &outcome.state {
            UnitState::Passed => (State::Passed, None),
            UnitState::Skipped => (State::Skipped, None),
            UnitState::Failed(message) => (State::Failed, Some(message.clone())),
            UnitState::Error(failure) => (State::Error, Some(failure.message.clone())),
        };
        result.state = state;
        result.checked = usize::from(state != State::Skipped);
        if let Some(message) = message {
            result.failures.push(explained(suite, test, None, message, marked()));
        }
        return vec![result];
    }
    let case = |case: &CaseOutcome| {
        let mut result = new(format!("{}[{}]", test.name, case.keys.join("][")));
        if !case.passed {
            result.state = State::Failed;
            let message = "the case does not hold".to_owned();
            result.failures.push(explained(suite, test, Some(case), message, marked()));
        }
        result
    };
    outcome.cases.iter().map(case).collect()
}

/// With the statement that does not hold, what its parts gave, and what differs.
fn explained(
    suite: &Suite,
    test: &UnitTest,
    case: Option<&CaseOutcome>,
    message: String,
    marked: &Suite,
) -> Failure {
    let module = &suite.modules()[test.module];
    let failure = Failure::new(message);
    let Some(twin) = twin(marked, test) else {
        return failure.at(&module.name, test.line).in_text(&module.text);
    };
    let why: Explanation = marked.explain(twin, case);
    let text = |part: &RegoPart| written(suite, part);
    let Some(statement) = &why.statement else {
        return failure.at(&module.name, test.line).in_text(&module.text);
    };
    let line = line_of(&module.text, &statement.span);
    let mut failure = failure.at(&module.name, line).in_text(&module.text);
    let gave = |values: &[String]| match values {
        [] => "undefined".to_owned(),
        values => crate::evaluate::shortened(&values.join(", ")),
    };
    failure.values.push((0, text(statement), gave(&why.gave)));
    for given in &why.values {
        failure.values.push((1, text(&given.part), gave(&given.values)));
    }
    for given in &why.deeper {
        let name = &suite.modules()[given.part.module];
        let line = line_of(&name.text, &given.part.span);
        let place = format!("{}:{line}: {}", name.name, text(&given.part));
        failure.values.push((1, place, gave(&given.values)));
    }
    if let Some((left, right)) = &why.sides {
        let pretty = |json| serde_json::to_string_pretty(json).unwrap_or_default();
        failure.got = Some(left.to_string());
        failure.expected = Some(right.to_string());
        failure.diff = shortened(&diff(&pretty(right), &pretty(left)));
    }
    failure
}

fn written(suite: &Suite, part: &RegoPart) -> String {
    let text = suite.modules()[part.module].text.get(part.span.clone()).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) fn line_of(text: &str, span: &Range<usize>) -> u32 {
    let before = text.get(..span.start).unwrap_or_default();
    u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX)
}

/// Keeps the marks of a suite alive for coverage.
pub(super) fn marks(run: &UnitRun) -> Option<(&Suite, &Marks)> {
    let suite = run.suite.as_ref()?;
    Some((suite, suite.marks()?))
}
