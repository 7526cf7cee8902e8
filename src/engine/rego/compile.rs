//! From modules to policies that can run: guards, parser, checks, and regorus's own analysis, each naming the module at fault.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::num::NonZeroU32;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use regorus::utils::limits::{ExecutionTimerConfig, LimitError};
use regorus::{Engine, Value};

use super::annotations::Declared;
use super::guard::Violation;
use super::metadata::Notes;
use super::reads::{self, Reads};
use super::rounds::{self, Put};
use super::suite::Marks;
use super::table::Table;
use super::{
    Metadata, Module, ModuleError, Options, annotations, builtins, calls, conflicts, forms, guard,
    safety, types,
};
use crate::engine::Failure;

/// How long one evaluation may take: a last resort, far above what any honest rule needs.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(10);
/// What each resource that a rule judges adds to that.
const TIME_EACH: Duration = Duration::from_millis(1);
/// A module of our own: evaluating its rule makes regorus analyse all modules.
const PROBE: &str = "package dreadnought.probe\n\nready := true\n";
const PROBE_RULE: &str = "data.dreadnought.probe.ready";

/// Compiled modules. Sharing it between threads is cheap; every evaluation works on a clone of the engine.
pub struct Policies {
    engine: Engine,
    pub(super) table: Arc<Table>,
    names: Arc<[String]>,
    modules: Arc<[Module]>,
    /// The way back to modules that were put in another form.
    changed: Arc<[Option<Put>]>,
    marks: Option<Arc<Marks>>,
    reads: BTreeMap<String, OnceLock<Reads>>,
    limit: Duration,
}

impl fmt::Debug for Policies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policies").field("modules", &self.names).finish_non_exhaustive()
    }
}

/// Compile modules. Those that are refused are named with the reason; the others work.
pub fn compile(modules: Vec<Module>) -> (Policies, Vec<ModuleError>) {
    compile_with(modules, &Options::default())
}

/// As [`compile`], with data, functions and other rules of the language.
pub fn compile_with(modules: Vec<Module>, options: &Options) -> (Policies, Vec<ModuleError>) {
    let own = modules;
    let mut modules = own.clone();
    let mut options = options.clone();
    let spelled = rounds::spelled(&mut modules, &options);
    prepare_metadata(&mut modules, &mut options);
    let (mut good, mut found) = guarded(&modules, &options);
    let (modules, negated, refused) = rounds::negations(&modules, &options);
    let changed = rounds::joined(spelled.clone(), negated);
    good.retain(|at| refused.iter().all(|error| error.module != *at));
    found.extend(refused);
    back(&mut found, &spelled);
    let mut errors = Vec::new();
    let (engine, table) = loop {
        match assemble(&modules, &good, &options, &|_| {}) {
            Ok(done) => break done,
            Err(found) => {
                let bad: BTreeSet<usize> = found.iter().map(|error| error.module).collect();
                errors.extend(found);
                good.retain(|at| !bad.contains(at));
            }
        }
    };
    back(&mut errors, &changed);
    errors.extend(found);
    errors.sort();
    errors.dedup();
    let reads = table.paths().filter_map(|(path, _)| path.strip_suffix(".deny"));
    let reads = reads.map(|package| (package.to_owned(), OnceLock::new())).collect();
    let names = modules.iter().map(|module| module.name.clone()).collect();
    let modules = own.into();
    let policies = Policies {
        engine,
        table: Arc::new(table),
        names,
        modules,
        changed: changed.into(),
        marks: None,
        reads,
        limit: TIME_LIMIT,
    };
    (policies, errors)
}

/// Puts calls of `rego.metadata.*` in a form that can be answered; no byte moves.
pub(super) fn prepare_metadata(modules: &mut [Module], options: &mut Options) {
    let Some(mut notes) = Notes::of(modules) else { return };
    for (at, module) in modules.iter_mut().enumerate() {
        if let Some(text) = forms::metadata(&module.text, at, &mut notes) {
            module.text = text.into();
        }
    }
    options.functions.extend(notes.functions());
}

/// Errors at their places in texts as they were.
pub(super) fn back(errors: &mut [ModuleError], changed: &[Option<Put>]) {
    for error in errors {
        if let Some(Some(changed)) = changed.get(error.module) {
            (error.line, error.column) = changed.before(error.line, error.column);
        }
    }
}

/// Adds to an engine before it sees a module.
pub(super) type Setup<'s> = &'s dyn Fn(&mut Engine);

/// One attempt; the errors name at least one of the modules.
pub(super) fn assemble(
    modules: &[Module],
    good: &[usize],
    options: &Options,
    setup: Setup<'_>,
) -> Result<(Engine, Table), Vec<ModuleError>> {
    let (mut engine, errors) = parse(modules, good, options, setup);
    if !errors.is_empty() {
        return Err(errors);
    }
    // The first module is the probe.
    let trees = engine.get_modules().get(1..).unwrap_or_default();
    let table = Table::new(trees);
    let mut faults = calls::check(&table, options);
    faults.extend(conflicts::check(&table, trees, options.version_0));
    if faults.is_empty() {
        faults = safety::check(&table, options);
    }
    if faults.is_empty() {
        faults = types::check(&table);
    }
    if !faults.is_empty() {
        return Err(faults
            .into_iter()
            .map(|fault| ModuleError {
                module: good[fault.module],
                line: fault.line,
                column: fault.column,
                message: fault.message,
            })
            .collect());
    }
    match prepare(&mut engine) {
        Ok(()) => Ok((engine, table)),
        Err(message) => Err(blame(modules, good, &message, (options, setup))),
    }
}

/// Whether the metadata of a module says nothing that was said of the same package or rule before.
fn once(
    modules: &[Module],
    at: usize,
    declared: &mut BTreeMap<Declared, (usize, u32)>,
) -> Result<(), Violation> {
    for (own, line) in annotations::declared(&modules[at].text) {
        let Declared { scope, path } = &own;
        if let Some((other, first)) = declared.get(&own) {
            let name = &modules[*other].name;
            let message =
                format!("metadata of scope `{scope}` of `{path}` stands in {name}:{first} already");
            return Err(Violation { line, column: 1, message });
        }
        declared.insert(own, (at, line));
    }
    Ok(())
}

/// Modules that the guards let through, by position, and why the others are refused. A rule of a pack has a package of its own, which
/// the pack itself asks for: what is said twice matters in other policies only.
pub(super) fn guarded(modules: &[Module], options: &Options) -> (Vec<usize>, Vec<ModuleError>) {
    let (mut good, mut errors) = (Vec::new(), Vec::new());
    let mut declared: BTreeMap<Declared, (usize, u32)> = BTreeMap::new();
    for (at, module) in modules.iter().enumerate() {
        let checked = guard::check(&module.text)
            .and_then(|()| annotations::check(&module.text, options))
            .and_then(|()| match options.metadata {
                Metadata::Once => once(modules, at, &mut declared),
                _ => Ok(()),
            });
        match checked {
            Ok(()) => good.push(at),
            Err(wrong) => errors.push(ModuleError {
                module: at,
                line: wrong.line,
                column: wrong.column,
                message: wrong.message,
            }),
        }
    }
    (good, errors)
}

/// The first module of the engine is the probe.
pub(super) fn parse(
    modules: &[Module],
    good: &[usize],
    options: &Options,
    setup: Setup<'_>,
) -> (Engine, Vec<ModuleError>) {
    let texts: Vec<&str> = good.iter().map(|at| &*modules[*at].text).collect();
    let mut engine = new_engine(options, &texts);
    setup(&mut engine);
    let mut errors = Vec::new();
    for at in good {
        let text = modules[*at].text.to_string();
        let added = catch_unwind(AssertUnwindSafe(|| engine.add_policy(source_name(*at), text)));
        let message = match added {
            Ok(Ok(_)) => continue,
            Ok(Err(error)) => error.to_string(),
            Err(_) => "the parser failed on this module".to_owned(),
        };
        let (_, line, column, message) = locate(&message);
        errors.push(ModuleError { module: *at, line, column, message });
    }
    (engine, errors)
}

fn new_engine(options: &Options, texts: &[&str]) -> Engine {
    let mut engine = Engine::new();
    engine.set_rego_v0(options.version_0);
    engine.set_strict_builtin_errors(options.strict);
    engine.set_policy_length_config(guard::lengths());
    engine.set_gather_prints(true);
    engine.set_execution_timer_config(timer(TIME_LIMIT));
    // Neither fails: every name is added once, and the probe is a constant.
    let _ = builtins::install(&mut engine, options.strict, texts);
    for function in &options.functions {
        let run = Arc::clone(&function.run);
        let host = move |values: Vec<Value>| {
            let values: Result<Vec<_>, _> = values.iter().map(serde_json::to_value).collect();
            run(&values?).map(Value::from).map_err(anyhow::Error::msg)
        };
        let _ = engine.add_extension(function.name.clone(), function.arity, Box::new(host));
    }
    if let Some(data) = &options.data {
        let _ = engine.add_data(Value::from(data.clone()));
    }
    let _ = engine.add_policy("probe".to_owned(), PROBE.to_owned());
    engine
}

pub(super) fn timer(limit: Duration) -> ExecutionTimerConfig {
    ExecutionTimerConfig { limit, check_interval: NonZeroU32::MIN.saturating_add(99) }
}

fn prepare(engine: &mut Engine) -> Result<(), String> {
    match catch_unwind(AssertUnwindSafe(|| engine.eval_rule(PROBE_RULE.to_owned()))) {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("the analysis failed on this module".to_owned()),
    }
}

/// Which module the analysis objects to: the one that the message names, else those that fail alone, else all.
fn blame(
    modules: &[Module],
    good: &[usize],
    message: &str,
    (options, setup): (&Options, Setup<'_>),
) -> Vec<ModuleError> {
    let (named, line, column, text) = locate(message);
    if let Some(module) = named.filter(|at| good.contains(at)) {
        return vec![ModuleError { module, line, column, message: text }];
    }
    let mut errors = Vec::new();
    for at in good {
        let (mut engine, _) = parse(modules, &[*at], options, setup);
        if let Err(message) = prepare(&mut engine) {
            let (_, line, column, message) = locate(&message);
            errors.push(ModuleError { module: *at, line, column, message });
        }
    }
    if errors.is_empty() {
        errors = good
            .iter()
            .map(|at| ModuleError { module: *at, line: 1, column: 1, message: text.clone() })
            .collect();
    }
    errors
}

fn source_name(at: usize) -> String {
    format!("module-{at}")
}

/// Module, line, column and text of a message of regorus.
fn locate(message: &str) -> (Option<usize>, u32, u32, String) {
    let place = message.split("--> module-").nth(1).and_then(|rest| rest.lines().next());
    let mut numbers = place.unwrap_or_default().split(':').map(|part| part.trim().parse::<u32>());
    let mut number = || numbers.next().and_then(Result::ok);
    let (module, line, column) = (number(), number(), number());
    let text = message.split("error: ").nth(1).unwrap_or(message);
    let text = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("refused");
    let text = text.trim_end_matches('.').to_owned();
    (module.map(|at| at as usize), line.unwrap_or(1), column.unwrap_or(1).max(1), text)
}

/// What went wrong in an evaluation.
pub(super) fn failure(names: &[String], changed: &[Option<Put>], error: &anyhow::Error) -> Failure {
    let message = error.to_string();
    let limit = error.chain().any(|cause| cause.downcast_ref::<LimitError>().is_some());
    if limit || message.contains("execution exceeded time limit") {
        return Failure {
            budget: true,
            message: "the rule ran longer than its time limit; on another machine it may end"
                .to_owned(),
        };
    }
    let (module, mut line, mut column, text) = locate(&message);
    if let Some(put) = module.and_then(|at| changed.get(at)?.as_ref()) {
        (line, column) = put.before(line, column);
    }
    let message = match module.and_then(|at| names.get(at)) {
        Some(name) => format!("{text} ({name}:{line}:{column})"),
        None => text,
    };
    Failure { budget: false, message }
}

impl Policies {
    /// With another time limit for one evaluation.
    #[must_use]
    pub fn with_time_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Whether a package (`dreadnought.aws.s3_public`) has a rule `deny`.
    pub fn has_rule(&self, package: &str) -> bool {
        self.reads.contains_key(&format!("data.{package}"))
    }

    /// Packages of all modules, each as often as a module names it: `dreadnought.aws.s3_public`.
    pub fn packages(&self) -> impl Iterator<Item = &str> {
        self.table.packages().filter_map(|package| package.strip_prefix("data."))
    }

    /// Full paths of all rules that take no arguments, with the number of their definitions.
    pub fn definitions(&self) -> impl Iterator<Item = (&str, usize)> {
        let rules = self.table.paths().filter(|(_, entry)| entry.arity.is_none());
        rules.map(|(path, entry)| (path, entry.definitions.len()))
    }

    /// Full paths of all rules that take no arguments: `data.dreadnought.aws.s3_public.deny`.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.table.paths().filter(|(_, entry)| entry.arity.is_none()).map(|(path, _)| path)
    }

    /// Evaluate the rule at a full path over any input; `None` if it is undefined.
    pub fn evaluate(
        &self,
        rule: &str,
        input: &serde_json::Value,
    ) -> Result<Option<serde_json::Value>, Failure> {
        self.ask(rule, input).value
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Run a rule. The time that it may take grows with the number of resources that it judges.
    pub(super) fn run(&self, rule: &str, input: Value, resources: usize) -> Result<Value, Failure> {
        self.run_on(&mut self.engine.clone(), rule, input, resources)
    }

    /// Its engine, to work on.
    pub(super) fn engine(&self) -> Engine {
        self.engine.clone()
    }

    /// As [`Self::run`], on an engine of one's own.
    pub(super) fn run_on(
        &self,
        engine: &mut Engine,
        rule: &str,
        input: Value,
        resources: usize,
    ) -> Result<Value, Failure> {
        let more = TIME_EACH.saturating_mul(u32::try_from(resources).unwrap_or(u32::MAX));
        engine.set_execution_timer_config(timer(self.limit.saturating_add(more)));
        let run = catch_unwind(AssertUnwindSafe(|| {
            engine.set_input(input);
            engine.eval_rule(rule.to_owned())
        }));
        match run {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(self.failure(&error)),
            Err(_) => Err(Failure {
                budget: false,
                message: "the evaluation of the rule panicked".to_owned(),
            }),
        }
    }

    fn failure(&self, error: &anyhow::Error) -> Failure {
        failure(&self.names, &self.changed, error)
    }

    /// All modules.
    pub(super) fn modules(&self) -> &[Module] {
        &self.modules
    }

    /// Name and text of a module.
    pub fn module(&self, at: usize) -> Option<(&str, &str)> {
        self.modules.get(at).map(|module| (module.name.as_str(), &*module.text))
    }

    /// The same once more. What it knows of what rules read is found anew.
    #[must_use]
    pub fn same(&self) -> Self {
        self.on(None, self.marks.clone())
    }

    /// The same on another engine: its own, or one whose modules are marked.
    pub(super) fn on(&self, engine: Option<Engine>, marks: Option<Arc<Marks>>) -> Self {
        Self {
            engine: engine.unwrap_or_else(|| self.engine.clone()),
            table: Arc::clone(&self.table),
            names: Arc::clone(&self.names),
            modules: Arc::clone(&self.modules),
            changed: Arc::clone(&self.changed),
            marks,
            reads: self.reads.keys().map(|key| (key.clone(), OnceLock::new())).collect(),
            limit: self.limit,
        }
    }

    /// Its marks, if its modules have some.
    pub fn marks(&self) -> Option<&Marks> {
        self.marks.as_deref()
    }

    /// What the rule of a package reads.
    pub(super) fn reads(&self, package: &str) -> Option<&Reads> {
        let path = format!("data.{package}");
        let cell = self.reads.get(&path)?;
        Some(cell.get_or_init(|| reads::of(&self.table, &format!("{path}.deny"))))
    }
}
