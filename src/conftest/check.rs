//! Compiles policies, asks each namespace about each configuration, and counts as conftest counts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::files::{self, Files};
use super::{
    CheckResult, Configuration, Evaluated, Item, Mapping, Options, Outcome, Text, Trace, formats,
};
use crate::engine::rego::{self, HostFunction, Module, Policies, Renamed};
use crate::source::{Place, Problem, ProblemKind, SourceFile, Sources, Span};
use crate::syntax::yaml;

/// What there is to run.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    /// Rego.
    pub policies: &'a [Text],
    /// YAML and JSON that stands under `data`.
    pub data: &'a [Text],
    /// Configurations as they are written.
    pub configurations: &'a [Configuration],
    /// Evaluated ones.
    pub evaluated: &'a [Evaluated],
    /// What results mean as threats.
    pub mapping: &'a Mapping,
    /// What policies may read of; names of policies are paths in it.
    pub files: Option<&'a Files>,
}

impl std::fmt::Debug for Given<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Given").field("policies", &self.policies).finish_non_exhaustive()
    }
}

/// Compile the policies and ask them.
///
/// A policy that is refused, a namespace that does not exist, no policy and no configuration at all are problems.
pub fn run(given: &Given<'_>, options: &Options, sources: &mut Sources) -> Outcome {
    let Given { policies, data, configurations, evaluated, mapping, files } = *given;
    let mut outcome = Outcome::default();
    if policies.is_empty() {
        outcome.problems.push(no_policies());
        return outcome;
    }
    let (data, problems) = merged(data);
    outcome.problems.extend(problems);
    let own = modules(policies);
    let mut functions = functions();
    let mut renamed = Vec::new();
    if let Some(files) = files {
        let (made, by_folder) = files::prepare(&own, files);
        functions.extend(made);
        renamed = by_folder;
    }
    let compiler = Compiler { modules: own, data, functions, renamed, options };
    // Where a policy asks for the file's name, every configuration has its own data.
    let by_file = policies.iter().any(|policy| policy.text.contains("conftest"));
    let first = configurations.first().map_or("", |first| &*first.path);
    let (compiled, errors) = compiler.compile(by_file.then_some(first));
    outcome.problems.extend(errors.iter().map(|error| located(error, policies, sources)));
    if options.strict {
        strict(policies, sources, &mut outcome.problems);
    }
    let marked =
        options.trace.then(|| compiled.marked_with(&compiler.options(by_file.then_some(first))));
    let namespaces = namespaces(&compiled, &options.namespaces, &mut outcome.problems);
    let combined = options
        .combine
        .then(|| Configuration { path: "Combined".to_owned(), content: combine(configurations) });
    let configurations = combined.as_ref().map_or(configurations, std::slice::from_ref);
    for namespace in &namespaces {
        for configuration in configurations {
            let own = by_file.then(|| compiler.compile(Some(&configuration.path)).0);
            let policies = own.as_ref().unwrap_or(&compiled);
            let asked = Asked { policies, namespace, marked: marked.as_ref() };
            // What is combined is one input.
            match asked.configuration(configuration, !options.combine) {
                Ok(mut result) => {
                    mapping.apply(&mut result);
                    outcome.results.push(result);
                }
                Err(message) => outcome.problems.push(
                    Problem::new(ProblemKind::RuleError, format!("{namespace}: {message}"))
                        .path(configuration.path.as_str()),
                ),
            }
        }
        for document in evaluated {
            let asked = Asked { policies: &compiled, namespace, marked: None };
            match asked.evaluated(document) {
                Ok(mut result) => {
                    mapping.apply(&mut result);
                    outcome.results.push(result);
                }
                Err(message) => outcome.problems.push(
                    Problem::new(ProblemKind::RuleError, format!("{namespace}: {message}"))
                        .path(document.configuration.path.as_str()),
                ),
            }
        }
    }
    let bare: BTreeSet<&String> = outcome.results.iter().flat_map(|result| &result.bare).collect();
    let notes = bare.into_iter().map(|rule| {
        let message = format!("{rule} holds, and counts as passed because it gives no message");
        Problem::new(ProblemKind::Note, message).help("write `contains message if …`")
    });
    let notes: Vec<Problem> = notes.collect();
    outcome.problems.extend(notes);
    outcome
}

/// That there is nothing to ask.
pub(super) fn no_policies() -> Problem {
    Problem::new(ProblemKind::Pack, "no policies were found")
        .help("name the folder of your policies with --policy")
}

struct Compiler<'a> {
    modules: Vec<Module>,
    data: Json,
    functions: Vec<HostFunction>,
    renamed: Vec<Renamed>,
    options: &'a Options,
}

impl Compiler<'_> {
    fn compile(&self, file: Option<&str>) -> (Policies, Vec<rego::ModuleError>) {
        rego::compile_with(self.modules.clone(), &self.options(file))
    }

    fn options(&self, file: Option<&str>) -> rego::Options {
        let mut data = self.data.clone();
        if let (Some(path), Json::Object(map)) = (file, &mut data) {
            let (folder, name) = path.rsplit_once('/').unwrap_or((".", path));
            map.insert("conftest".to_owned(), json!({"file": {"name": name, "dir": folder}}));
        }
        rego::Options {
            data: Some(data),
            strict: self.options.builtin_errors,
            version_0: self.options.version_0,
            functions: self.functions.clone(),
            allowed: self.options.capabilities.clone(),
            as_opa: true,
            metadata: rego::Metadata::Once,
            renamed: self.renamed.clone(),
        }
    }
}

pub(super) fn modules(policies: &[Text]) -> Vec<Module> {
    let module =
        |policy: &Text| Module { name: policy.path.clone(), text: Arc::clone(&policy.text) };
    policies.iter().map(module).collect()
}

/// What nothing uses, as errors.
pub(super) fn strict(policies: &[Text], sources: &mut Sources, problems: &mut Vec<Problem>) {
    for remark in rego::style_remarks(&modules(policies)) {
        use rego::RegoRemarkKind as Kind;
        let refused = match remark.kind {
            Kind::UnusedImport
            | Kind::UnusedVariable
            | Kind::UnusedArgument
            | Kind::DoubleImport
            | Kind::Deprecated => true,
            Kind::Shadowing => {
                ["`input`", "`data`"].iter().any(|name| remark.message.contains(name))
            }
            Kind::Print | Kind::Name => false,
        };
        let Some(policy) = policies.get(remark.module).filter(|_| refused) else {
            continue;
        };
        let file = file_of(policy, sources);
        let span = Span::new(remark.span.0, remark.span.1);
        let problem = Problem::new(ProblemKind::Pack, remark.message);
        problems
            .push(problem.at(Place { file, span }).help("take it out, or run without --strict"));
    }
}

fn file_of(policy: &Text, sources: &mut Sources) -> crate::source::FileId {
    let found = sources.find(&policy.path);
    found.unwrap_or_else(|| {
        sources.add(SourceFile::new(policy.path.as_str(), Arc::clone(&policy.text)))
    })
}

/// The functions that conftest adds. Those that read files are refused where no tree is given (see [`files::prepare`]).
pub fn functions() -> Vec<HostFunction> {
    let parse = |values: &[Json]| match values {
        [Json::String(format), Json::String(text)] => formats::parse(format, text),
        _ => Err("parse_config takes a format and a text".to_owned()),
    };
    let no_files = |_: &[Json]| Err("a policy must not read files here".to_owned());
    let function = |name: &str, arity: u8, run: Arc<rego::Host>| HostFunction {
        name: name.to_owned(),
        arity,
        run,
    };
    vec![
        function("parse_config", 2, Arc::new(parse)),
        function("parse_config_file", 1, Arc::new(no_files)),
        function("parse_combined_config_files", 1, Arc::new(no_files)),
    ]
}

pub(super) fn located(
    error: &rego::ModuleError,
    policies: &[Text],
    sources: &mut Sources,
) -> Problem {
    let problem = Problem::new(ProblemKind::Pack, error.message.clone());
    let Some(policy) = policies.get(error.module) else { return problem };
    let source = SourceFile::new(policy.path.as_str(), Arc::clone(&policy.text));
    let start = source.lines().start_of(error.line) as usize;
    let column = error.column.saturating_sub(1) as usize;
    let line = policy.text.get(start..).unwrap_or_default();
    let at = start + line.char_indices().nth(column).map_or(0, |(at, _)| at);
    let file = file_of(policy, sources);
    problem.at(Place { file, span: Span::new(at, at) })
}

/// Documents of data as one, each below the names of its folders: objects are merged, what stands twice is a problem.
pub(super) fn merged(data: &[Text]) -> (Json, Vec<Problem>) {
    let mut all = Map::new();
    let mut problems = Vec::new();
    for text in data {
        let trouble = |message: String| {
            let message = format!("{}: {message}", text.path);
            Problem::new(ProblemKind::Syntax, message).path(text.path.as_str())
        };
        let (mut documents, mut found) = yaml::to_json(&text.text);
        if let Some(problem) = found.pop() {
            problems.push(trouble(problem.message));
            continue;
        }
        match documents.pop() {
            Some(Json::Object(map)) => {
                let below = text.below.iter().rev();
                let map = below
                    .fold(map, |map, folder| Map::from_iter([(folder.clone(), Json::Object(map))]));
                if let Err(key) = merge(&mut all, map) {
                    problems.push(trouble(format!(
                        "`{key}` of this data is already said by another file"
                    )));
                }
            }
            None | Some(Json::Null) => {}
            Some(_) => problems.push(trouble("data has to be an object".to_owned())),
        }
    }
    (Json::Object(all), problems)
}

fn merge(into: &mut Map<String, Json>, from: Map<String, Json>) -> Result<(), String> {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (None, value) => drop(into.insert(key, value)),
            (Some(Json::Object(old)), Json::Object(new)) => merge(old, new)?,
            (Some(old), new) if *old == new => {}
            _ => return Err(key),
        }
    }
    Ok(())
}

/// `[{"path", "contents"}]`, sorted by path.
pub(super) fn combine(configurations: &[Configuration]) -> Json {
    let mut all = Vec::new();
    for configuration in configurations {
        let mut add = |content: &Json| all.push((configuration.path.clone(), content.clone()));
        match &configuration.content {
            Json::Array(parts) => parts.iter().for_each(add),
            content => add(content),
        }
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all.into_iter().map(|(path, contents)| json!({"path": path, "contents": contents})).collect()
}

/// The packages to ask. A name that is no package is a problem: what it was meant to judge would go unjudged.
fn namespaces(policies: &Policies, wanted: &[String], problems: &mut Vec<Problem>) -> Vec<String> {
    let mut known: Vec<String> = policies.packages().map(str::to_owned).collect();
    known.sort();
    known.dedup();
    if wanted.is_empty() {
        return known;
    }
    let mut chosen = Vec::new();
    for pattern in wanted {
        let found: Vec<&String> = known.iter().filter(|name| matches(pattern, name)).collect();
        // Where no policy compiles, that is told.
        if found.is_empty() && !known.is_empty() {
            let near = crate::source::nearest(pattern, known.iter().map(String::as_str));
            let help = near.map_or_else(
                || format!("there are: {}", known.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            let message = format!("no policy has the namespace `{pattern}`");
            problems.push(Problem::new(ProblemKind::Pack, message).help(help));
        }
        chosen.extend(found.into_iter().cloned());
    }
    let mut seen = BTreeSet::new();
    chosen.retain(|name| seen.insert(name.clone()));
    chosen
}

/// Whether a name fits a pattern with `*`, `?` and `[…]`.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    fn fit(pattern: &[char], name: &[char]) -> bool {
        match pattern.first() {
            None => name.is_empty(),
            Some('*') => (0..=name.len()).any(|at| fit(&pattern[1..], &name[at..])),
            Some('?') => !name.is_empty() && fit(&pattern[1..], &name[1..]),
            Some('[') => {
                let (Some(end), Some(first)) =
                    (pattern.iter().position(|c| *c == ']'), name.first())
                else {
                    return false;
                };
                let set = &pattern[1..end];
                let ranges = set.windows(3).any(|w| w[1] == '-' && (w[0]..=w[2]).contains(first));
                (ranges || set.contains(first)) && fit(&pattern[end + 1..], &name[1..])
            }
            Some(c) => name.first() == Some(c) && fit(&pattern[1..], &name[1..]),
        }
    }
    let stars = pattern.matches('*').count();
    if stars > 8 || pattern.len() > 200 {
        return pattern == name;
    }
    fit(&pattern.chars().collect::<Vec<_>>(), &name.chars().collect::<Vec<_>>())
}

/// What a rule's name makes of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Failure,
    Warning,
}

impl Kind {
    /// `deny`, `violation` and `warn`, with suffixes of letters and digits.
    fn of(name: &str) -> Option<(Self, &str)> {
        let kinds =
            [("deny", Self::Failure), ("violation", Self::Failure), ("warn", Self::Warning)];
        kinds.into_iter().find_map(|(word, kind)| {
            let rest = name.strip_prefix(word)?;
            let suffix = if rest.is_empty() { rest } else { rest.strip_prefix('_')? };
            let part = |part: &str| {
                !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
            };
            (rest.is_empty() || suffix.split('_').all(part)).then_some((kind, suffix))
        })
    }
}

struct Asked<'a> {
    policies: &'a Policies,
    namespace: &'a str,
    /// The same with marks, to tell what parts of rules give.
    marked: Option<&'a Policies>,
}

impl Asked<'_> {
    fn configuration(
        &self,
        configuration: &Configuration,
        parts: bool,
    ) -> Result<CheckResult, String> {
        let mut all = CheckResult {
            path: configuration.path.clone(),
            namespace: self.namespace.to_owned(),
            ..CheckResult::default()
        };
        let one = std::slice::from_ref(&configuration.content);
        let inputs = match &configuration.content {
            Json::Array(several) if parts => several.as_slice(),
            _ => one,
        };
        for input in inputs {
            self.input(input, &mut all)?;
        }
        Ok(all)
    }

    /// An evaluated configuration: what is unknown in it leaves rules undecided.
    fn evaluated(&self, document: &Evaluated) -> Result<CheckResult, String> {
        let ask = |content: &Json| {
            let path = document.configuration.path.clone();
            self.configuration(&Configuration { path, content: content.clone() }, false)
        };
        let mut result = ask(&document.configuration.content)?;
        if document.is_settled() {
            return Ok(result);
        }
        let prefix = format!("data.{}.", self.namespace);
        let names = self.policies.rules().filter_map(|path| path.strip_prefix(&prefix));
        let rules: Vec<String> = names
            .filter(|name| Kind::of(name).is_some())
            .map(|name| format!("{}.{name}", self.namespace))
            .collect();
        let mentions = |rule: &str| self.policies.mentions(&format!("data.{rule}"));
        let literals = rules.iter().flat_map(|rule| mentions(rule).literals).collect();
        document.settle(&mut result, &literals, &rules, ask, |rule| mentions(rule).words)?;
        Ok(result)
    }

    fn input(&self, input: &Json, all: &mut CheckResult) -> Result<(), String> {
        let prefix = format!("data.{}.", self.namespace);
        let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
        for (path, count) in self.policies.definitions() {
            if let Some(name) = path.strip_prefix(&prefix).filter(|name| Kind::of(name).is_some()) {
                rules.insert(name, count);
            }
        }
        let exceptions = self.ask("exception", input, all)?;
        let (mut found, mut passed) = (0, 0);
        let count: usize = rules.values().sum();
        for name in rules.into_keys() {
            let Some((kind, suffix)) = Kind::of(name) else { continue };
            let lifted = lifted(exceptions.as_ref(), suffix);
            let query = format!("data.{}.exception[_][_] == {suffix:?}", self.namespace);
            found += lifted;
            all.exceptions.extend((0..lifted).map(|_| Item {
                message: query.clone(),
                rule: format!("{}.{name}", self.namespace),
                metadata: Map::new(),
                place: None,
                score: None,
            }));
            let items = self.items(name, input, all)?;
            if lifted > 0 {
                continue;
            }
            for item in items {
                if item.message.is_empty() {
                    passed += 1;
                    continue;
                }
                found += 1;
                match kind {
                    Kind::Failure => all.failures.push(item),
                    Kind::Warning => all.warnings.push(item),
                }
            }
        }
        // A rule that objects to nothing is one success, however many definitions it has.
        passed += count.saturating_sub(found + passed);
        all.successes += passed;
        Ok(())
    }

    fn ask(&self, name: &str, input: &Json, all: &mut CheckResult) -> Result<Option<Json>, String> {
        let rule = format!("data.{}.{name}", self.namespace);
        if !self.policies.rules().any(|known| known == rule) {
            return Ok(None);
        }
        if let Some(marked) = self.marked {
            let lines = traced(marked, &rule, input);
            all.traces.push(Trace { query: rule.clone(), lines });
        }
        let asked = self.policies.ask(&rule, input);
        all.prints.extend(asked.printed);
        asked.value.map_err(|failure| failure.message)
    }

    /// What a rule says; an empty message is a success.
    fn items(&self, name: &str, input: &Json, all: &mut CheckResult) -> Result<Vec<Item>, String> {
        let rule = format!("{}.{name}", self.namespace);
        let query = format!("data.{rule}");
        let item = |message: String, mut metadata: Map<String, Json>, place| {
            metadata.insert("query".to_owned(), query.clone().into());
            Item { message, rule: rule.clone(), metadata, place, score: None }
        };
        let success = || item(String::new(), Map::new(), None);
        let values = match self.ask(name, input, all)? {
            None => return Ok(Vec::new()),
            Some(Json::Array(values)) if !values.is_empty() => values,
            // `deny[msg] if …` of version 1 is a map.
            Some(Json::Object(_)) => {
                return Err(format!("{rule} is no set: write `{name} contains message if …`"));
            }
            Some(Json::Bool(true)) => {
                all.bare.insert(rule.clone());
                return Ok(vec![success()]);
            }
            Some(_) => return Ok(vec![success()]),
        };
        let mut items = Vec::new();
        for value in values {
            match value {
                Json::String(message) => items.push(item(message, Map::new(), None)),
                Json::Object(mut map) => {
                    let Some(Json::String(message)) = map.remove("msg") else {
                        return Err(format!("{rule}: \"msg\" field must be present and a string"));
                    };
                    let place = map.remove("_loc").and_then(|place| place_of(&place));
                    items.push(item(message, map, place));
                }
                _ => {}
            }
        }
        Ok(items)
    }
}

/// What each part of each rule gave on the way to a rule's value, in the order of the modules.
fn traced(marked: &Policies, rule: &str, input: &Json) -> Vec<String> {
    let given = marked.watch(rule, input);
    let Some(marks) = marked.marks() else { return Vec::new() };
    lines(given, marks, &|at| marked.module(at))
}

/// Finds the name and text of a module by its position.
type Modules<'m> = &'m dyn Fn(usize) -> Option<(&'m str, &'m str)>;

/// What parts gave, a line each.
pub(super) fn lines(
    given: Vec<(usize, Vec<String>)>,
    marks: &rego::Marks,
    module: Modules<'_>,
) -> Vec<String> {
    let line = |(at, values): (usize, Vec<String>)| {
        let part = marks.parts().get(at).filter(|part| part.is_written())?;
        let (name, text) = module(part.module)?;
        let before = text.get(..part.span.start)?;
        let number = before.matches('\n').count() + 1;
        let code = text.get(part.span.clone())?.split_whitespace().collect::<Vec<_>>().join(" ");
        let package = text.lines().find_map(|line| line.trim().strip_prefix("package "));
        let package = package.and_then(|rest| rest.split_whitespace().next()).unwrap_or_default();
        let values = values.join(" | ");
        Some(format!("{name}:{number} data.{package}.{}: {code} = {values}", part.rule))
    };
    given.into_iter().filter_map(line).collect()
}

fn place_of(place: &Json) -> Option<(String, u32)> {
    let file = place.get("file")?.as_str()?.to_owned();
    let line = place.get("line").and_then(Json::as_u64).and_then(|line| u32::try_from(line).ok());
    Some((file, line.unwrap_or_default()))
}

/// How often exceptions name a suffix.
fn lifted(exceptions: Option<&Json>, suffix: &str) -> usize {
    let lists = exceptions.and_then(Json::as_array).into_iter().flatten();
    let names = lists.filter_map(Json::as_array).flatten();
    names.filter(|name| name.as_str() == Some(suffix)).count()
}
