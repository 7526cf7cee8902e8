//! Unit tests of policies, as `conftest verify` runs them: each rule `test_…` is a result of the file where it stands.

use rayon::prelude::*;

use super::check::{self, Given};
use super::{CheckResult, Item, Options, Outcome, Trace, files};
use crate::engine::rego::{self, Suite, SuiteModule, UnitState, UnitTest};
use crate::source::{Problem, ProblemKind, Sources};

/// Run the tests of the policies. No policy is a problem; no test gives no result.
pub fn verify(given: &Given<'_>, options: &Options, sources: &mut Sources) -> Outcome {
    let mut outcome = Outcome { verified: true, ..Outcome::default() };
    if given.policies.is_empty() {
        outcome.problems.push(check::no_policies());
        return outcome;
    }
    let (data, problems) = check::merged(given.data);
    outcome.problems.extend(problems);
    let modules = check::modules(given.policies);
    let mut functions = check::functions();
    let mut renamed = Vec::new();
    if let Some(files) = given.files {
        let (made, by_folder) = files::prepare(&modules, files);
        functions.extend(made);
        renamed = by_folder;
    }
    let language = rego::Options {
        data: None,
        strict: options.builtin_errors,
        version_0: options.version_0,
        functions,
        allowed: options.capabilities.clone(),
        as_opa: true,
        metadata: rego::Metadata::Once,
        renamed,
    };
    let modules: Vec<SuiteModule> =
        modules.into_iter().map(|module| SuiteModule { module, is_test: true }).collect();
    let (suite, errors) = Suite::build_with(&modules, &data, options.trace, language);
    let located = |error| check::located(error, given.policies, sources);
    outcome.problems.extend(errors.iter().map(located));
    if options.strict {
        check::strict(given.policies, sources, &mut outcome.problems);
    }
    let asked = |test: &&UnitTest| {
        let namespaces = &options.namespaces;
        namespaces.is_empty() || namespaces.iter().any(|name| check::matches(name, &test.package))
    };
    let tests: Vec<&UnitTest> = suite.tests().iter().filter(asked).collect();
    let run = |test: &&UnitTest| result(&suite, test);
    let results: Vec<Result<CheckResult, Problem>> = tests.par_iter().map(run).collect();
    for result in results {
        match result {
            Ok(result) => outcome.results.push(result),
            Err(problem) => outcome.problems.push(problem),
        }
    }
    if tests.is_empty() && outcome.problems.is_empty() {
        let message = "no unit test was found";
        let help = "a test is a rule whose name begins with test_";
        outcome.problems.push(Problem::new(ProblemKind::Note, message).help(help));
    }
    outcome
}

fn result(suite: &Suite, test: &UnitTest) -> Result<CheckResult, Problem> {
    let path = suite.modules()[test.module].name.clone();
    let (ran, given) = rego::record(|| suite.run(test));
    let name = format!("data.{}.{}", test.package, test.name);
    let item = || Item {
        message: name.clone(),
        rule: format!("{}.{}", test.package, test.name),
        metadata: serde_json::Map::new(),
        place: Some((path.clone(), test.line)),
        score: None,
    };
    let mut all = CheckResult { path: path.clone(), prints: ran.printed, ..CheckResult::default() };
    if let Some(marks) = suite.marks() {
        let module = |at: usize| {
            let module = suite.modules().get(at)?;
            Some((&*module.name, &*module.text))
        };
        let lines = check::lines(given, marks, &module);
        all.traces = vec![Trace { query: name.clone(), lines }];
    }
    match ran.state {
        UnitState::Passed => all.successes = 1,
        UnitState::Failed(_) => all.failures.push(item()),
        UnitState::Skipped => all.skipped.push(item()),
        UnitState::Error(failure) => {
            let message = format!("{name}: {}", failure.message);
            return Err(Problem::new(ProblemKind::RuleError, message).path(path));
        }
    }
    Ok(all)
}
