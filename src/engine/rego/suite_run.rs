//! Runs the tests of a suite, and explains those that fail.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use regorus::{Engine, Value};

use super::compile::{TIME_LIMIT, failure, timer};
use super::rewrite::{RegoPart, RegoPartKind};
use super::suite::{Record, Suite, UnitTest, watch};
use crate::engine::Failure;

/// How a test ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnitState {
    /// It held.
    Passed,
    /// It did not, in words.
    Failed(String),
    /// It could not be evaluated.
    Error(Failure),
    /// It is still to be written.
    Skipped,
}

/// One case of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseOutcome {
    /// Its keys, as they are shown.
    pub keys: Vec<String>,
    /// Whether the body held for it.
    pub passed: bool,
    pub(super) key: Value,
}

/// What running a test gave.
#[derive(Clone, Debug)]
pub struct UnitOutcome {
    /// How it ended.
    pub state: UnitState,
    /// Its cases, where it has some, in order of their keys.
    pub cases: Vec<CaseOutcome>,
    /// What it printed.
    pub printed: Vec<String>,
}

/// What a part gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartGiven {
    /// The part.
    pub part: RegoPart,
    /// Its values as JSON, the first few.
    pub values: Vec<String>,
}

/// Why a test does not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// The statement that does not hold.
    pub statement: Option<RegoPart>,
    /// What that statement gave, if anything.
    pub gave: Vec<String>,
    /// What its parts gave.
    pub values: Vec<PartGiven>,
    /// Statements of other modules that did not hold on the way.
    pub deeper: Vec<PartGiven>,
    /// Both sides of an equation that does not hold.
    pub sides: Option<(serde_json::Value, serde_json::Value)>,
}

impl Suite {
    /// Run one test.
    pub fn run(&self, test: &UnitTest) -> UnitOutcome {
        if test.skipped {
            return UnitOutcome {
                state: UnitState::Skipped,
                cases: Vec::new(),
                printed: Vec::new(),
            };
        }
        let (value, printed) = self.evaluate(&test.path, false);
        let (state, cases) = match (value, &test.cases) {
            (Ok(value), Some(cases)) => self.cases(test, cases, &value),
            (Ok(Value::Bool(true)), None) => (UnitState::Passed, Vec::new()),
            (Ok(value), None) => (self.failed(test, &value), Vec::new()),
            (Err(failure), _) => (UnitState::Error(failure), Vec::new()),
        };
        UnitOutcome { state, cases, printed }
    }

    fn failed(&self, test: &UnitTest, value: &Value) -> UnitState {
        // What a built-in refuses is undefined; a test says so.
        if *value == Value::Undefined
            && let (Err(failure), _) = self.evaluate(&test.path, true)
        {
            return UnitState::Error(failure);
        }
        UnitState::Failed(match value {
            Value::Undefined => "it is undefined: a condition does not hold".to_owned(),
            Value::Bool(false) => "it is false".to_owned(),
            other => format!("it gives {}, not true", shown(other)),
        })
    }

    fn cases(&self, test: &UnitTest, path: &str, value: &Value) -> (UnitState, Vec<CaseOutcome>) {
        let all = match self.evaluate(path, false).0 {
            Ok(all) => all,
            Err(failure) => return (UnitState::Error(failure), Vec::new()),
        };
        let keys = |value: &Value| -> BTreeSet<Value> {
            value.as_set().map(|set| set.iter().cloned().collect()).unwrap_or_default()
        };
        let (passed, all) = (keys(value), keys(&all));
        let cases: Vec<CaseOutcome> = all
            .union(&passed)
            .map(|key| CaseOutcome {
                keys: key
                    .as_array()
                    .map(|keys| keys.iter().map(name).collect())
                    .unwrap_or_default(),
                passed: passed.contains(key),
                key: key.clone(),
            })
            .collect();
        let failed = cases.iter().filter(|case| !case.passed).count();
        let state = match (cases.len(), failed) {
            (0, _) => match self.failed(test, &Value::Undefined) {
                UnitState::Failed(_) => {
                    UnitState::Failed("it has no case: nothing is enumerated".to_owned())
                }
                error => error,
            },
            (_, 0) => UnitState::Passed,
            (all, failed) => match self.evaluate(&test.path, true) {
                (Err(failure), _) => UnitState::Error(failure),
                _ => UnitState::Failed(format!("{failed} of {all} cases do not hold")),
            },
        };
        (state, cases)
    }

    fn evaluate(&self, path: &str, strict: bool) -> (Result<Value, Failure>, Vec<String>) {
        let mut engine = self.engine.clone();
        engine.set_strict_builtin_errors(strict);
        engine.set_execution_timer_config(timer(TIME_LIMIT));
        let run = catch_unwind(AssertUnwindSafe(|| engine.eval_rule(path.to_owned())));
        let value = match run {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(failure(&self.names, &[], &error)),
            Err(_) => Err(Failure { budget: false, message: "the evaluation panicked".to_owned() }),
        };
        (value, printed(&self.names, &mut engine))
    }

    /// Why a test (or one of its cases) does not hold. Only a marked suite knows.
    pub fn explain(&self, test: &UnitTest, case: Option<&CaseOutcome>) -> Explanation {
        let Some(marks) = self.marks() else { return Explanation::default() };
        let wanted = case.map(|case| case.key.clone());
        let (_, record) = watch(wanted, || self.evaluate(&test.path, false));
        let own =
            |part: &RegoPart| part.module == test.module && test.span.contains(&part.span.start);
        let statements: Vec<usize> = (0..marks.parts().len())
            .filter(|at| {
                let part = &marks.parts()[*at];
                own(part) && !part.nested && is_statement(part)
            })
            .collect();
        let Some(at) = stuck(&statements, marks.parts(), &record) else {
            return Explanation::default();
        };
        let part = marks.parts()[at].clone();
        let inside = |other: &RegoPart| {
            other.module == part.module
                && other.is_written()
                && part.span.start <= other.span.start
                && other.span.end <= part.span.end
        };
        let mut values = Vec::new();
        for (number, other) in marks.parts().iter().enumerate() {
            if number != at && inside(other) && !other.nested {
                let given = record.given.get(&number).map(|all| all.iter().map(shown).collect());
                values.push(PartGiven { part: other.clone(), values: given.unwrap_or_default() });
            }
        }
        Explanation {
            gave: record
                .given
                .get(&at)
                .map(|all| all.iter().map(shown).collect())
                .unwrap_or_default(),
            sides: sides(marks.parts(), &record, at),
            deeper: self.deeper(test, &record),
            statement: Some(part),
            values,
        }
    }

    /// Where bodies of other modules stopped.
    fn deeper(&self, test: &UnitTest, record: &Record) -> Vec<PartGiven> {
        let Some(marks) = self.marks() else { return Vec::new() };
        let mut rules: Vec<(usize, &str, Vec<usize>)> = Vec::new();
        for (at, part) in marks.parts().iter().enumerate() {
            if part.module == test.module || part.nested || !is_statement(part) {
                continue;
            }
            match rules.last_mut() {
                Some((module, rule, parts))
                    if *module == part.module && *rule == part.rule && part.after.is_some() =>
                {
                    parts.push(at);
                }
                _ => rules.push((part.module, &part.rule, vec![at])),
            }
        }
        let was_met = |parts: &[usize]| parts.iter().any(|at| record.given.contains_key(at));
        rules
            .iter()
            .filter(|(_, _, parts)| was_met(parts))
            .filter_map(|(_, _, parts)| stuck(parts, marks.parts(), record))
            .map(|at| PartGiven {
                part: marks.parts()[at].clone(),
                values: record
                    .given
                    .get(&at)
                    .map(|all| all.iter().map(shown).collect())
                    .unwrap_or_default(),
            })
            .take(4)
            .collect()
    }
}

/// Watch an evaluation of marked policies on this thread; what each part gave, by position among the marks.
pub fn record<T>(run: impl FnOnce() -> T) -> (T, Vec<(usize, Vec<String>)>) {
    let (result, record) = watch(None, run);
    let given = record.given.into_iter();
    (result, given.map(|(at, values)| (at, values.iter().map(shown).collect())).collect())
}

fn is_statement(part: &RegoPart) -> bool {
    matches!(part.kind, RegoPartKind::Statement | RegoPartKind::Negated)
}

/// The statement at which a body stopped: one that gave only what does not hold, else the first that gave nothing.
fn stuck(statements: &[usize], parts: &[RegoPart], record: &Record) -> Option<usize> {
    let given = |at: &usize| record.given.get(at);
    let holds = |at: &usize| {
        let truthy = given(at).is_some_and(|all| all.iter().any(|it| *it != Value::Bool(false)));
        match parts[*at].kind {
            RegoPartKind::Negated => !truthy,
            _ => truthy,
        }
    };
    let falsy = |at: &&usize| given(at).is_some() && !holds(at);
    statements.iter().find(falsy).or_else(|| statements.iter().find(|at| !holds(at))).copied()
}

/// What both sides of an equation gave.
fn sides(
    parts: &[RegoPart],
    record: &Record,
    at: usize,
) -> Option<(serde_json::Value, serde_json::Value)> {
    let whole = &parts[at].span;
    let inside = |part: &RegoPart| {
        part.module == parts[at].module
            && part.is_written()
            && whole.start <= part.span.start
            && part.span.end <= whole.end
    };
    let direct: Vec<usize> = (at + 1..parts.len())
        .take_while(|next| inside(&parts[*next]))
        .fold((Vec::new(), 0), |(mut found, end), next| {
            if parts[next].span.start >= end {
                found.push(next);
                return (found, parts[next].span.end);
            }
            (found, end)
        })
        .0;
    let [left, right] = direct.as_slice() else { return None };
    let json = |at: &usize| {
        let value = record.given.get(at)?.first()?;
        let json = serde_json::to_value(value).ok()?;
        (json.is_object() || json.is_array()).then_some(json)
    };
    Some((json(left)?, json(right)?))
}

/// Most characters of a value that are kept.
const MAX_SHOWN: usize = 4096;

/// A value as JSON on one line, shortened.
fn shown(value: &Value) -> String {
    let Ok(mut text) = serde_json::to_string(value) else {
        return "a value that is no JSON".to_owned();
    };
    if let Some((end, _)) = text.char_indices().nth(MAX_SHOWN) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// A key as the name of a case shows it: texts without quotes.
fn name(value: &Value) -> String {
    value.as_string().map_or_else(|_| shown(value), ToString::to_string)
}

/// What was printed, with the module's name in place of the engine's.
pub(super) fn printed(names: &[String], engine: &mut Engine) -> Vec<String> {
    let lines = engine.take_prints().unwrap_or_default();
    let line = |line: String| {
        let rest = line.strip_prefix("module-")?;
        let (number, rest) = rest.split_once(':')?;
        let name = names.get(number.parse::<usize>().ok()?)?;
        Some(format!("{name}:{rest}"))
    };
    lines.into_iter().map(|text| line(text.clone()).unwrap_or(text)).collect()
}
