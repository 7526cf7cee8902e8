//! Unit tests in Rego: what a suite of modules holds, and the marks of its parts.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

use anyhow::bail;
use regorus::{Engine, Value};

use super::Module;
use super::rewrite::{CASE, EFFECT, MARK, RegoPart, RegoPartKind};

/// Values that one part keeps while it is watched.
const MAX_VALUES: usize = 8;

const EVALUATED: u8 = 1;
const TRUTHY: u8 = 2;
const FALSY: u8 = 4;

/// A module of a suite.
#[derive(Clone, Debug)]
pub struct SuiteModule {
    /// Its name and text.
    pub module: Module,
    /// Whether its rules `test_…` are tests.
    pub is_test: bool,
}

/// Compiled modules with their tests.
pub struct Suite {
    pub(super) engine: Engine,
    pub(super) modules: Vec<Module>,
    pub(super) names: Vec<String>,
    pub(super) tests: Vec<UnitTest>,
    pub(super) marks: Option<Arc<Marks>>,
}

impl std::fmt::Debug for Suite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Suite").field("tests", &self.tests).finish_non_exhaustive()
    }
}

impl Suite {
    /// Its tests by module and place.
    pub fn tests(&self) -> &[UnitTest] {
        &self.tests
    }

    /// Its modules, as they were given.
    pub fn modules(&self) -> &[Module] {
        &self.modules
    }

    /// Its marks, if it was built with some.
    pub fn marks(&self) -> Option<&Marks> {
        self.marks.as_deref()
    }
}

/// A rule `test_…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitTest {
    /// Its package: `acme.s3_test`.
    pub package: String,
    /// Its name; with `#01` where another test of the package has the name already.
    pub name: String,
    /// Its module, as a position among those of the suite.
    pub module: usize,
    /// Line and column from 1.
    pub line: u32,
    /// Column in characters.
    pub column: u32,
    /// Whether it is a `todo_test_…`.
    pub skipped: bool,
    /// What is evaluated.
    pub(super) path: String,
    /// What gives all cases, where its head tells cases apart.
    pub(super) cases: Option<String>,
    /// Where it stands in the module.
    pub(super) span: Range<usize>,
}

impl UnitTest {
    /// Whether its head tells cases apart.
    pub fn has_cases(&self) -> bool {
        self.cases.is_some()
    }
}

/// The marked parts of modules, and whether they were ever evaluated.
#[derive(Debug)]
pub struct Marks {
    parts: Vec<RegoPart>,
    seen: Vec<AtomicU8>,
    /// Modules that do not compile with marks, with the reason.
    pub(super) unmarked: OnceLock<BTreeMap<usize, String>>,
}

impl Marks {
    pub(super) fn new(parts: Vec<RegoPart>) -> Self {
        let seen = parts.iter().map(|_| AtomicU8::new(0)).collect();
        Self { parts, seen, unmarked: OnceLock::new() }
    }

    /// Modules whose parts are not watched, because they do not compile with marks; with the reason.
    pub fn unmarked(&self) -> impl Iterator<Item = (usize, &str)> {
        let all = self.unmarked.get().into_iter().flatten();
        all.map(|(module, reason)| (*module, reason.as_str()))
    }

    /// The parts; each after the statement that has to hold first.
    pub fn parts(&self) -> &[RegoPart] {
        &self.parts
    }

    /// Whether a part gave a value at least once. What is negated holds where it gives none: that shows in what comes after.
    pub fn was_evaluated(&self, at: usize) -> bool {
        if self.bits(at) & EVALUATED != 0 {
            return true;
        }
        let negated = self.parts.get(at).is_some_and(|part| part.kind == RegoPartKind::Negated);
        negated
            && (at + 1..self.parts.len())
                .take_while(|next| self.parts[*next].module == self.parts[at].module)
                .any(|next| self.parts[next].after == Some(at) && self.was_evaluated(next))
    }

    /// Whether a part was ever true, or anything else that holds.
    pub fn held(&self, at: usize) -> bool {
        self.bits(at) & TRUTHY != 0
    }

    fn bits(&self, at: usize) -> u8 {
        self.seen.get(at).map_or(0, |seen| seen.load(Ordering::Relaxed))
    }
}

/// What is kept while a test is watched.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// Values by part, the first few.
    pub(super) given: BTreeMap<usize, Vec<Value>>,
    /// The case that is looked at; all where there is none.
    pub(super) wanted: Option<Value>,
}

thread_local! {
    static RECORD: RefCell<Option<Record>> = const { RefCell::new(None) };
}

/// Watch an evaluation on this thread.
pub(super) fn watch<T>(wanted: Option<Value>, run: impl FnOnce() -> T) -> (T, Record) {
    RECORD.with(|record| record.replace(Some(Record { wanted, ..Record::default() })));
    let result = run();
    (result, RECORD.with(RefCell::take).unwrap_or_default())
}

/// Put the extensions that rewritten texts call in place.
pub(super) fn install(engine: &mut Engine, marks: &Arc<Marks>) {
    let marks = Arc::clone(marks);
    let mark = move |values: Vec<Value>| {
        let [number, value] = values.as_slice() else { bail!("a mark takes two arguments") };
        let at = number.as_i64().ok().and_then(|number| usize::try_from(number).ok());
        let at = at.unwrap_or(usize::MAX);
        let bits = if matches!(value, Value::Bool(false)) { FALSY } else { TRUTHY };
        if let Some(seen) = marks.seen.get(at) {
            seen.fetch_or(EVALUATED | bits, Ordering::Relaxed);
        }
        RECORD.with_borrow_mut(|record| {
            if let Some(record) = record {
                let given = record.given.entry(at).or_default();
                if given.len() < MAX_VALUES && given.last() != Some(value) {
                    given.push(value.clone());
                }
            }
        });
        Ok(value.clone())
    };
    let effect = |values: Vec<Value>| {
        let name = values.first().and_then(|name| name.as_string().ok()).map(ToString::to_string);
        let name = name.unwrap_or_default();
        bail!("{name} reaches outside; replace it in the test: `with {name} as …`")
    };
    let case = |values: Vec<Value>| {
        let wanted =
            RECORD.with_borrow(|record| record.as_ref().and_then(|record| record.wanted.clone()));
        Ok(Value::from(wanted.is_none_or(|wanted| values.first() == Some(&wanted))))
    };
    // Every name is added once.
    let _ = engine.add_extension(MARK.to_owned(), 2, Box::new(mark));
    let _ = engine.add_extension(EFFECT.to_owned(), 2, Box::new(effect));
    let _ = engine.add_extension(CASE.to_owned(), 1, Box::new(case));
}
