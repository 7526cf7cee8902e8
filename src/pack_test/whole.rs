//! All tests of one pack, or of a folder of policies: samples, tables, unit tests; and what keeps them from being silently green.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use super::coverage::Coverage;
use super::result::{Failure, State, TestKind, TestResult};
use super::run::{SampleRun, Subject, run_samples};
use super::samples::BASELINES;
use super::table::{TABLE, run_table};
use super::unit::{UNIT_TEST, UnitRun, all_modules, collect, ends, run_units, unit_modules};
use super::update::{Edit, Update, table_update};
use super::{Selector, is_under_test, samples};
use crate::document::Value;
use crate::engine::rego::{self, HostFunction, Module, SuiteModule};
use crate::pack::{self, Logic, Pack, PackSet};
use crate::source::{EntryKind, FileId, FileSystem, Sources};
use crate::syntax::yaml;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only tests whose full name fits.
    pub run: Option<Selector>,
    /// Whether coverage is measured.
    pub coverage: bool,
    /// Whether every rule must have a test.
    pub require_tests: bool,
    /// Whether folders that are no packs hold Rego of the version before OPA 1.0.
    pub version_0: bool,
    /// Functions that modules of such folders may call, beside those of OPA.
    pub functions: Vec<HostFunction>,
    /// Gives the modules of such a folder functions of their own.
    pub prepare: Option<Prepare>,
}

type Functions = dyn Fn(&[Module]) -> (Vec<HostFunction>, Vec<rego::Renamed>) + Send + Sync;

/// Gives functions, and what modules call by their names.
#[derive(Clone)]
pub struct Prepare(pub Arc<Functions>);

impl std::fmt::Debug for Prepare {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prepare").finish_non_exhaustive()
    }
}

/// What the tests of one pack gave.
#[derive(Debug, Default)]
pub struct PackRun {
    /// Its name.
    pub name: String,
    /// Its digest; none of a folder that is no pack.
    pub digest: Option<String>,
    /// All tests: checks, samples, tables, unit tests; each by name.
    pub results: Vec<TestResult>,
    /// Tests that there are, also those that were not selected.
    pub found: usize,
    /// The pack's rules.
    pub rules: usize,
    /// Rules that no test names.
    pub untested: Vec<Arc<str>>,
    /// What was covered, where that was asked for.
    pub coverage: Option<Coverage>,
    /// The samples, for updates and examples.
    pub samples: Vec<SampleRun>,
    /// Test tables as they would have to be so that their cases hold.
    pub tables: Vec<Update>,
}

impl PackRun {
    /// Tests that ended so.
    pub fn count(&self, state: State) -> usize {
        self.results.iter().filter(|result| result.state == state).count()
    }

    /// Tests that ran: neither checks nor skipped.
    pub fn ran(&self) -> usize {
        let ran =
            |result: &&TestResult| result.kind != TestKind::Check && result.state != State::Skipped;
        self.results.iter().filter(ran).count()
    }
}

/// What lies in a folder that is no pack.
#[derive(Debug, Default)]
pub struct Survey {
    /// Modules of Rego.
    pub modules: usize,
    /// Those that hold tests by their names.
    pub tests: usize,
    /// Folders of packs, sorted.
    pub packs: Vec<String>,
}

/// Look at the names of files below a folder, without reading any.
pub fn survey(files: &dyn FileSystem) -> Survey {
    let mut found = Vec::new();
    let manifest = |path: &str| path.strip_suffix("/pack.yaml").map(str::to_owned);
    collect(files, "", 0, &|path| ends(path, "rego") || manifest(path).is_some(), &mut found);
    let mut packs: Vec<String> = found.iter().filter_map(|path| manifest(path)).collect();
    packs.sort();
    let modules = found.len() - packs.len();
    Survey { modules, tests: found.iter().filter(|path| path.ends_with(UNIT_TEST)).count(), packs }
}

/// Run the tests of a pack. `files` is its folder, `shown` what stands before its files' paths among the sources.
pub fn run_pack(
    files: &dyn FileSystem,
    shown: &str,
    pack: &Pack,
    set: &PackSet,
    sources: &Sources,
    options: &Options,
) -> io::Result<PackRun> {
    let marked = options.coverage.then(|| set.marked());
    let set = marked.as_ref().unwrap_or(set);
    let subject = Subject::new(pack, set, sources);
    let selector = options.run.as_ref();
    let all = samples(files, "")?;
    let tables = tables(files);
    let mut run = PackRun {
        name: pack.name.to_string(),
        digest: Some(pack.digest.clone()),
        rules: pack.rules.len(),
        found: all.len(),
        ..PackRun::default()
    };
    let wanted: Vec<_> = all
        .into_iter()
        .filter(|sample| {
            let name = format!("{}/{}", sample.service, sample.name);
            selector.is_none_or(|selector| selector.fits(&name))
        })
        .collect();
    let mut tested: BTreeSet<Arc<str>> = BTreeSet::new();
    let mut checks = Vec::new();
    let ran = run_samples(files, &wanted, &subject);
    let mut results: Vec<TestResult> = ran.iter().map(|sample| sample.result.clone()).collect();
    tested.extend(ran.iter().flat_map(|sample| sample.named.iter().cloned()));
    for (path, service, text) in &tables {
        let table = run_table(path, service, text, &subject);
        tested.extend(table.named);
        run.found += table.results.iter().filter(|result| result.kind == TestKind::Table).count();
        let fits = |result: &TestResult| {
            result.kind == TestKind::Check
                || selector.is_none_or(|selector| selector.fits(&result.full_name()))
        };
        let chosen: Vec<TestResult> = table.results.into_iter().filter(fits).collect();
        let is_chosen = |name: &str| chosen.iter().any(|result| result.full_name() == name);
        let edits = table.edits.into_iter().filter(|(name, _)| is_chosen(name));
        let edits: Vec<Edit> = edits.map(|(_, edit)| edit).collect();
        run.tables.extend(table_update(path, text, &edits));
        results.extend(chosen);
    }
    let modules = unit_modules(files, &mut checks);
    for rule in &pack.rules {
        if let Logic::Rego { package } = &rule.logic
            && modules.iter().any(|module| module.text.contains(package.as_str()))
        {
            tested.insert(Arc::clone(&rule.info.id));
        }
    }
    let units = units(files, set, modules, options, &mut checks);
    run.found += units.found;
    results.extend(units.results.iter().cloned());
    unmatched_folders(files, pack, sources, &mut checks);
    run.untested = pack.rules.iter().map(|rule| Arc::clone(&rule.info.id)).collect();
    run.untested.retain(|id| !tested.contains(id));
    if options.require_tests && selector.is_none() {
        for id in &run.untested {
            let failure = Failure::new(format!("no test names `{id}`, and --require-tests is set"));
            checks.push(TestResult::check(&pack.name, id, failure));
        }
    }
    run.coverage = options.coverage.then(|| Coverage::measure(pack, set, &units, shown, sources));
    checks.append(&mut results);
    checks.sort_by(|a, b| {
        (a.kind, &a.group, &a.name, a.line).cmp(&(b.kind, &b.group, &b.name, b.line))
    });
    run.results = checks;
    run.samples = ran;
    Ok(run)
}

fn units(
    files: &dyn FileSystem,
    set: &PackSet,
    modules: Vec<Module>,
    options: &Options,
    checks: &mut Vec<TestResult>,
) -> UnitRun {
    if modules.is_empty() {
        return UnitRun::default();
    }
    let own = (0..).map_while(|at| set.policies.module(at));
    let own = own.map(|(name, text)| SuiteModule {
        module: Module { name: name.to_owned(), text: text.into() },
        is_test: false,
    });
    let tests = modules.into_iter().map(|module| SuiteModule { module, is_test: true });
    let all: Vec<SuiteModule> = own.chain(tests).collect();
    let mut data = serde_json::Map::new();
    for name in ["tests/data.json", "tests/data.yaml"] {
        if files.kind(name) == Some(EntryKind::File) {
            mount(files, name, &[], &mut data, checks);
        }
    }
    run_units(&all, &data.into(), (options, rego::Options::default()), true)
}

/// Run the tests of a folder of Rego without a manifest, as `opa test` does: every rule `test_…` of every module is a test, and
/// JSON and YAML files are data below the path of their folder.
pub fn run_folder(files: &dyn FileSystem, name: &str, options: &Options) -> PackRun {
    let mut checks = Vec::new();
    let modules = all_modules(files, &mut checks);
    let mut functions = options.functions.clone();
    let mut renamed = Vec::new();
    if let Some(Prepare(prepare)) = &options.prepare {
        let (made, by_folder) = prepare(&modules);
        functions.extend(made);
        renamed = by_folder;
    }
    let modules = modules.into_iter().map(|module| SuiteModule { module, is_test: true });
    let modules: Vec<SuiteModule> = modules.collect();
    let mut data = serde_json::Map::new();
    let mut paths = Vec::new();
    let is_data = |path: &str| ["json", "yaml", "yml"].iter().any(|ending| ends(path, ending));
    collect(files, "", 0, &is_data, &mut paths);
    paths.sort();
    for path in &paths {
        let folders: Vec<&str> = path.split('/').collect();
        let folders = &folders[..folders.len() - 1];
        mount(files, path, folders, &mut data, &mut checks);
    }
    let mut run = PackRun { name: name.to_owned(), ..PackRun::default() };
    let language = rego::Options {
        version_0: options.version_0,
        functions,
        as_opa: true,
        metadata: rego::Metadata::Ignored,
        renamed,
        ..rego::Options::default()
    };
    let units = run_units(&modules, &data.into(), (options, language), false);
    run.found = units.found;
    checks.extend(units.results.iter().cloned());
    run.results = checks;
    run.results.sort_by(|a, b| {
        (a.kind, &a.group, &a.name, a.line).cmp(&(b.kind, &b.group, &b.name, b.line))
    });
    if options.coverage {
        run.coverage = Some(Coverage::of_units(&units));
    }
    run
}

/// Put what a file says below the names of its folders.
fn mount(
    files: &dyn FileSystem,
    path: &str,
    folders: &[&str],
    data: &mut serde_json::Map<String, serde_json::Value>,
    checks: &mut Vec<TestResult>,
) {
    let mut fail = |why: String| {
        let mut failure = Failure::new(why);
        failure.path = Some(path.to_owned());
        checks.push(TestResult::check("data", path, failure));
    };
    let text = match files.read(path).map(String::from_utf8) {
        Ok(Ok(text)) => text,
        Ok(Err(_)) => return fail("the file is not UTF-8".to_owned()),
        Err(error) => return fail(format!("the file cannot be read: {error}")),
    };
    let (documents, problems) = yaml::parse(FileId(0), &text);
    if let Some(problem) = problems.first() {
        return fail(format!("the data cannot be read: {}", problem.message));
    }
    let Some(value) = documents.first().map(pack::to_value) else { return };
    if !matches!(value, Value::Object(_)) {
        return fail("data has to be an object".to_owned());
    }
    let serde_json::Value::Object(mut members) = value.to_json() else { return };
    for folder in folders.iter().rev() {
        members = serde_json::Map::from_iter([((*folder).to_owned(), members.into())]);
    }
    if let Err(at) = merge(data, members, "data") {
        fail(format!("`{at}` is set by another file already"));
    }
}

/// Add members; the path of one that is there already is the error.
fn merge(
    into: &mut serde_json::Map<String, serde_json::Value>,
    from: serde_json::Map<String, serde_json::Value>,
    at: &str,
) -> Result<(), String> {
    for (key, value) in from {
        let path = format!("{at}.{key}");
        match (into.get_mut(&key), value) {
            (None, value) => {
                into.insert(key, value);
            }
            (Some(serde_json::Value::Object(own)), serde_json::Value::Object(more)) => {
                merge(own, more, &path)?;
            }
            (Some(_), _) => return Err(path),
        }
    }
    Ok(())
}

/// Test tables: path, service, text.
fn tables(files: &dyn FileSystem) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    if files.kind("tests") != Some(EntryKind::Folder) {
        return found;
    }
    for service in files.list("tests").unwrap_or_default() {
        if service.kind != EntryKind::Folder {
            continue;
        }
        for entry in files.list(&service.path).unwrap_or_default() {
            if entry.kind == EntryKind::File && entry.path.ends_with(TABLE) {
                let text = files
                    .read(&entry.path)
                    .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
                let service = service.path.rsplit('/').next().unwrap_or_default().to_owned();
                found.push((entry.path, service, text.unwrap_or_default()));
            }
        }
    }
    found.sort();
    found
}

/// The rules of a pack that a test names: a comment of a sample, a case of a table, a module of unit tests.
pub fn tested_rules(files: &dyn FileSystem, pack: &Pack) -> io::Result<Vec<Arc<str>>> {
    let mut texts: Vec<String> = Vec::new();
    for sample in samples(files, "")? {
        for path in &sample.files {
            texts.extend(files.read(path).ok().and_then(|bytes| String::from_utf8(bytes).ok()));
        }
    }
    let mut named: BTreeSet<Arc<str>> = BTreeSet::new();
    for text in &texts {
        let comments = super::expectations(text).0.into_iter().chain(super::sidecar(text).0);
        named.extend(comments.map(|expectation| expectation.rule));
    }
    let tables = tables(files);
    let modules = unit_modules(files, &mut Vec::new());
    let is_named = |rule: &&pack::Rule| {
        let id = &rule.info.id;
        let says = |text: &str| {
            let words = text.split([' ', '"', '\'', '\n', '\r', '\t', ',']);
            words.into_iter().any(|word| word == &**id)
        };
        named.contains(id)
            || tables.iter().any(|(.., text)| says(text))
            || matches!(&rule.logic, Logic::Rego { package } if modules.iter().any(|module| module.text.contains(package.as_str())))
    };
    Ok(pack.rules.iter().filter(is_named).map(|rule| Arc::clone(&rule.info.id)).collect())
}

/// Folders of tests that test no rules: misspelt, most of the time.
fn unmatched_folders(
    files: &dyn FileSystem,
    pack: &Pack,
    sources: &Sources,
    checks: &mut Vec<TestResult>,
) {
    for folder in files.list("tests").unwrap_or_default() {
        let service = folder.path.rsplit('/').next().unwrap_or_default();
        let is_apart = service.starts_with('.') || service == BASELINES;
        if folder.kind != EntryKind::Folder || is_apart {
            continue;
        }
        let entries = files.list(&folder.path).unwrap_or_default();
        let only_units = !entries.is_empty()
            && entries.iter().all(|entry| {
                entry.kind == EntryKind::File
                    && [UNIT_TEST, TABLE].iter().any(|ending| entry.path.ends_with(ending))
            });
        let tests_rules = pack
            .rules
            .iter()
            .any(|rule| is_under_test(service, &sources.get(rule.place.file).path));
        if entries.is_empty() {
            let failure = Failure::new("the folder of tests is empty");
            checks.push(TestResult::check(service, &folder.path, failure));
        } else if !only_units && !tests_rules {
            let message = format!(
                "the folder tests no rules: there are no rules/{service}.yaml, rules/{service}.rego, rules/{service}_*"
            );
            checks.push(TestResult::check(service, &folder.path, Failure::new(message)));
        }
    }
}
