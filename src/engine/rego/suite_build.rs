//! Builds a suite: modules are parsed, rewritten, checked as every module is, and compiled.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use regorus::unstable::{self as ast, Expr, Ref, Rule};
use regorus::{Engine, Value};

use super::compile::{Setup, assemble, back, guarded, parse, prepare_metadata};
use super::rewrite::{
    self, CASE, CaseRule, EFFECT, EFFECTS, Edits, Marker, Met, OUTSIDE, RegoPart, RegoPartKind,
    end, head_end, start,
};
use super::rounds::{self, Put};
use super::style::code;
use super::suite::{Marks, Suite, SuiteModule, UnitTest, install};
use super::table::{self, Access, Table, Target};
use super::{Module, ModuleError, Options, Policies, builtins};

impl Suite {
    /// Compile modules with their tests. Modules that are refused are named with the reason; the others work.
    ///
    /// Data is what rules find below `data` beside rules, an object. A marked suite knows what each part of its modules gave; its
    /// columns are others.
    pub fn build(
        modules: &[SuiteModule],
        data: &serde_json::Value,
        marked: bool,
    ) -> (Self, Vec<ModuleError>) {
        Self::build_with(modules, data, marked, Options::default())
    }

    /// As [`Self::build`], with functions and other rules of the language.
    pub fn build_with(
        modules: &[SuiteModule],
        data: &serde_json::Value,
        marked: bool,
        mut options: Options,
    ) -> (Self, Vec<ModuleError>) {
        let mut texts: Vec<Module> = modules.iter().map(|each| each.module.clone()).collect();
        let spelled = rounds::spelled(&mut texts, &options);
        prepare_metadata(&mut texts, &mut options);
        let (mut good, mut errors) = guarded(&texts, &options);
        let (mut engine, parsed) = parse(&texts, &good, &options, &|_| {});
        let bad: BTreeSet<usize> = parsed.iter().map(|error| error.module).collect();
        errors.extend(parsed);
        good.retain(|at| !bad.contains(at));
        let trees = engine.get_modules().get(1..).unwrap_or_default().to_vec();
        let is_test = |at: usize| modules[good[at]].is_test;
        let mut builder = Builder::new(&texts, &good, &trees, &is_test);
        builder.check_names(data, &mut errors);
        let rewritten = builder.rewrite(marked);
        let mut tests = std::mem::take(&mut builder.tests);
        let mut parts = std::mem::take(&mut builder.parts);
        as_written(&spelled, &mut tests, &mut parts);
        let marks = Arc::new(Marks::new(parts));
        let mut given = texts.clone();
        for (at, text) in good.iter().zip(rewritten) {
            given[*at].text = text.into();
        }
        given.push(Module { name: EFFECTS.to_owned(), text: effects().into() });
        good.push(texts.len());
        let setup = |engine: &mut Engine| {
            install(engine, &marks);
            // Not an object only where the caller says so.
            let _ =
                Value::from(data.clone()).as_object().map(|_| engine.add_data(data.clone().into()));
        };
        // After the marks: what they stand around is not moved by them.
        let (given, _, _) = rounds::negations(&given, &options);
        let (own, _, refused) = rounds::negations(&texts, &options);
        good.retain(|at| refused.iter().all(|error| error.module != *at));
        errors.extend(refused);
        let (engine, unmarked) = finish((&given, &own), good, &options, &setup, &mut errors);
        if !marked {
            // What cannot be rewritten as a test cannot be run as one.
            let refused = unmarked.iter().map(|(module, message)| ModuleError {
                module: *module,
                line: 1,
                column: 1,
                message: message.clone(),
            });
            errors.extend(refused);
        }
        // Set once: these marks are new.
        let _ = marks.unmarked.set(unmarked);
        errors.retain(|error| error.module < texts.len());
        back(&mut errors, &spelled);
        errors.sort();
        errors.dedup();
        let refused: BTreeSet<usize> = errors.iter().map(|error| error.module).collect();
        let mut suite = Self {
            engine,
            names: texts.iter().map(|module| module.name.clone()).collect(),
            modules: modules.iter().map(|each| each.module.clone()).collect(),
            tests,
            marks: marked.then_some(marks),
        };
        suite.tests.retain(|test| !refused.contains(&test.module));
        (suite, errors)
    }
}

/// Tests and parts at their places in texts as they were.
fn as_written(spelled: &[Option<Put>], tests: &mut [UnitTest], parts: &mut [RegoPart]) {
    for test in tests {
        if let Some(Some(put)) = spelled.get(test.module) {
            test.span = put.byte_before(test.span.start)..put.byte_before(test.span.end);
            (test.line, test.column) = put.before(test.line, test.column);
        }
    }
    for part in parts {
        if let Some(Some(put)) = spelled.get(part.module) {
            let own = put.byte_before(part.span.start);
            if let Some(span) = put.span_before(&part.span) {
                part.span = span;
            } else {
                (part.span, part.kind) = (own..own, RegoPartKind::Operand);
            }
        }
    }
}

/// Compile what was rewritten; where that fails for a marked text, its own text stands in.
fn finish(
    (rewritten, own): (&[Module], &[Module]),
    mut good: Vec<usize>,
    options: &Options,
    setup: Setup<'_>,
    errors: &mut Vec<ModuleError>,
) -> (Engine, BTreeMap<usize, String>) {
    let mut given = rewritten.to_vec();
    let mut restored = BTreeMap::new();
    loop {
        let found = match assemble(&given, &good, options, setup) {
            Ok((engine, _)) => return (engine, restored),
            Err(found) => found,
        };
        let before = good.len();
        for error in found {
            let at = error.module;
            if let Some(text) = own.get(at).map(|module| &module.text)
                && given[at].text != *text
            {
                given[at].text = Arc::clone(text);
                restored.insert(at, error.message);
            } else {
                good.retain(|other| *other != at);
                errors.push(error);
            }
        }
        if good.len() == before && restored.is_empty() {
            return (Engine::new(), restored);
        }
    }
}

impl Policies {
    /// The same with marks in all modules: slower, and each part of a rule knows whether it ever gave a value.
    #[must_use]
    pub fn marked(&self) -> Self {
        let modules = self
            .modules()
            .iter()
            .map(|module| SuiteModule { module: module.clone(), is_test: false });
        let modules: Vec<SuiteModule> = modules.collect();
        let none = serde_json::Value::Object(serde_json::Map::new());
        let (suite, _) = Suite::build(&modules, &none, true);
        self.on(Some(suite.engine), suite.marks)
    }

    /// A suite of these modules and some with tests.
    pub fn suite(
        &self,
        tests: Vec<Module>,
        data: &serde_json::Value,
        marked: bool,
    ) -> (Suite, Vec<ModuleError>) {
        let own = self.modules().iter().cloned();
        let own = own.map(|module| SuiteModule { module, is_test: false });
        let tests = tests.into_iter().map(|module| SuiteModule { module, is_test: true });
        Suite::build(&own.chain(tests).collect::<Vec<_>>(), data, marked)
    }
}

/// Functions and rules that stand for what reaches outside.
fn effects() -> String {
    let mut text = format!("package {EFFECTS}\n\n");
    for (name, arguments) in OUTSIDE {
        let flat = name.replace('.', "_");
        let parameters: Vec<String> = (0..*arguments).map(|at| format!("a{at}")).collect();
        let head = match arguments {
            0 => flat,
            _ => format!("{flat}({})", parameters.join(", ")),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{head} := {EFFECT}(\"{name}\", [{}])", parameters.join(", "));
    }
    text
}

struct Builder<'b> {
    texts: &'b [Module],
    good: &'b [usize],
    trees: &'b [Ref<ast::Module>],
    is_test: &'b dyn Fn(usize) -> bool,
    table: Table,
    /// Functions that some `with` replaces, by full path.
    mocked: BTreeSet<String>,
    tests: Vec<UnitTest>,
    parts: Vec<RegoPart>,
}

impl<'b> Builder<'b> {
    fn new(
        texts: &'b [Module],
        good: &'b [usize],
        trees: &'b [Ref<ast::Module>],
        is_test: &'b dyn Fn(usize) -> bool,
    ) -> Self {
        let table = Table::new(trees);
        let mut mocked = BTreeSet::new();
        for (at, tree) in trees.iter().enumerate() {
            for rule in &tree.policy {
                rewrite::walk(rule, &mut |met| {
                    if let Met::With(with) = met
                        && let Some(path) = table.function(at, &with.refr)
                        && table.get(&path).is_some_and(|entry| entry.arity.is_some())
                    {
                        mocked.insert(path);
                    }
                });
            }
        }
        let (tests, parts) = (Vec::new(), Vec::new());
        Self { texts, good, trees, is_test, table, mocked, tests, parts }
    }

    fn text(&self, at: usize) -> &'b str {
        &self.texts[self.good[at]].text
    }

    /// How many arguments a function takes: a rule's, a built-in's, or an effect's.
    fn arity(&self, at: usize, function: &Expr) -> Option<usize> {
        let path = self.table.function(at, function)?;
        if let Some(entry) = self.table.get(&path) {
            return entry.arity;
        }
        let outside = OUTSIDE.iter().find(|(name, _)| *name == path).map(|(_, count)| *count);
        outside.or_else(|| builtins::arity(&path).map(usize::from))
    }

    fn rewrite(&mut self, marked: bool) -> Vec<String> {
        let trees = self.trees;
        trees.iter().enumerate().map(|(at, tree)| self.module(at, tree, marked)).collect()
    }

    fn module(&mut self, at: usize, tree: &'b Ref<ast::Module>, marked: bool) -> String {
        let text = self.text(at);
        let mut edits = Edits::new(text);
        let mut more = String::new();
        let package = dotted(&tree.package.refr);
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        for (number, rule) in tree.policy.iter().enumerate() {
            self.effects(at, rule, &mut edits);
            if (self.is_test)(at) {
                self.aliases(at, rule, &mut edits);
            }
            let name = written_name(rule, text);
            let case = match self.test(at, rule, &package, &mut names) {
                Some(test) => self.case(rule, test, number, &mut edits, &mut more, marked),
                None => false,
            };
            if marked {
                let mut parts = std::mem::take(&mut self.parts);
                let arity = |function: &Expr| self.arity(at, function);
                let mut marker = Marker {
                    edits: &mut edits,
                    parts: &mut parts,
                    module: self.good[at],
                    arity: &arity,
                    rule: String::new(),
                    after: None,
                    nested: 0,
                    in_else: false,
                };
                marker.rule(rule, &name, case);
                self.parts = parts;
            }
        }
        edits.finish(&more)
    }

    /// The test that a rule is; not yet among the tests.
    fn test(
        &self,
        at: usize,
        rule: &Rule,
        package: &str,
        names: &mut BTreeMap<String, usize>,
    ) -> Option<UnitTest> {
        let Rule::Spec { span, .. } = rule else { return None };
        let (refr, arity) = table::head(rule);
        let (root, accesses) = table::chain(refr)?;
        let skipped = root.starts_with("todo_test_");
        if !(self.is_test)(at) || arity.is_some() || !(skipped || root.starts_with("test_")) {
            return None;
        }
        let fixed = accesses.iter().map_while(|access| match access {
            Access::Key(key) if matches!(&**refr, Expr::RefDot { .. }) => Some(key.to_string()),
            _ => None,
        });
        let name = std::iter::once(root.to_owned()).chain(fixed).collect::<Vec<_>>().join(".");
        let count = names.entry(name.clone()).or_default();
        let shown = if *count == 0 { name.clone() } else { format!("{name}#{count:02}") };
        *count += 1;
        let (line, column) = table::position(span);
        Some(UnitTest {
            package: package.to_owned(),
            path: format!("{}.{name}", spelled(&format!("data.{package}"))),
            name: shown,
            module: self.good[at],
            line,
            column,
            skipped,
            cases: None,
            span: span.start as usize..span.end as usize,
        })
    }

    /// Give a test a name of its own, and turn cases into a set. Whether its head was replaced.
    fn case(
        &mut self,
        rule: &'b Rule,
        mut test: UnitTest,
        number: usize,
        edits: &mut Edits<'_>,
        more: &mut String,
        marked: bool,
    ) -> bool {
        let text = &self.texts[test.module].text;
        let scope = spelled(&format!("data.{}", test.package));
        let case = rewrite::case_rule(rule, text);
        if let Some(CaseRule { head, keys, prefix, body, bound }) = &case {
            let keys = keys.join(", ");
            edits.replace(head.clone(), format!("__dreadnought_passed_{number} contains [{keys}]"));
            let _ = writeln!(
                more,
                "\n__dreadnought_cases_{number} contains [{keys}] if {{\n{prefix}\n}}"
            );
            let braced = text.get(head.end..*body).is_some_and(|between| between.contains('{'));
            if marked && braced {
                edits.insert(*bound, format!("; {CASE}([{keys}])"));
            }
            test.path = format!("{scope}.__dreadnought_passed_{number}");
            test.cases = Some(format!("{scope}.__dreadnought_cases_{number}"));
        } else if test.name.contains('#') {
            // Rules of one name would be one test that passes where any of them does.
            let (refr, _) = table::head(rule);
            let name = format!("__dreadnought_test_{number}");
            edits.replace(start(refr)..head_end(refr), name.clone());
            test.path = format!("{scope}.{name}");
        }
        self.tests.push(test);
        case.is_some()
    }

    /// Spell effects, and functions that a test replaces, by the full name of what stands for them.
    fn effects(&self, at: usize, rule: &Rule, edits: &mut Edits<'_>) {
        rewrite::walk(rule, &mut |met| match met {
            Met::Expr(call @ Expr::Call { fcn, .. }) => {
                let Some(path) = self.table.function(at, fcn) else { return };
                if let Some((name, arguments)) = self.outside(&path) {
                    let range =
                        if arguments == 0 { start(call)..end(call) } else { start(fcn)..end(fcn) };
                    edits.replace(range, name);
                } else if self.mocked.contains(&path) {
                    edits.replace(start(fcn)..end(fcn), spelled(&path));
                }
            }
            Met::With(with) => {
                for side in [&with.refr, &with.r#as] {
                    let Some(path) = self.table.function(at, side) else { continue };
                    if let Some((name, _)) = self.outside(&path) {
                        edits.replace(start(side)..end(side), name);
                    } else if self.mocked.contains(&path) && side == &with.refr {
                        edits.replace(start(side)..end(side), spelled(&path));
                    }
                }
            }
            Met::Expr(_) | Met::Statement(_) => {}
        });
    }

    /// Spell what is imported in full: through a name of its own the engine evaluates the whole package.
    fn aliases(&self, at: usize, rule: &Rule, edits: &mut Edits<'_>) {
        let text = self.text(at);
        let span = rule.span();
        let own = code(text.get(span.start as usize..span.end as usize).unwrap_or_default());
        rewrite::walk(rule, &mut |met| {
            let Met::Expr(expr @ (Expr::RefDot { .. } | Expr::RefBrack { .. })) = met else {
                return;
            };
            let (base, _) = table::steps(expr);
            let Expr::Var { span, .. } = base else { return };
            let name = span.text();
            // A variable of this name may be meant.
            if stands_alone(&own, name) {
                return;
            }
            if let Some(path) =
                self.table.imported(at, name).filter(|path| path.starts_with("data."))
            {
                edits.replace(span.start as usize..span.end as usize, spelled(&path));
            }
        });
    }

    fn outside(&self, path: &str) -> Option<(String, usize)> {
        if self.table.get(path).is_some() {
            return None;
        }
        let (name, arguments) = OUTSIDE.iter().find(|(name, _)| *name == path)?;
        Some((format!("data.{EFFECTS}.{}", name.replace('.', "_")), *arguments))
    }

    /// In tests: what is replaced has to be replaceable, and what is named below `data` has to be there.
    fn check_names(&self, data: &serde_json::Value, errors: &mut Vec<ModuleError>) {
        let tests =
            |(at, tree): &(usize, &Ref<ast::Module>)| (self.is_test)(*at) && has_tests(tree);
        for (at, tree) in self.trees.iter().enumerate().filter(tests) {
            let mut replaced = Vec::new();
            let mut named: Vec<(String, &ast::Span)> = Vec::new();
            for rule in &tree.policy {
                rewrite::walk(rule, &mut |met| match met {
                    Met::With(with) => {
                        replaced.extend(self.absolute(at, &with.refr));
                        if let Err(message) = self.check_mock(at, &with.refr, &with.r#as) {
                            errors.push(self.error(at, with.refr.span(), message));
                        }
                    }
                    Met::Expr(
                        expr @ (Expr::RefDot { .. } | Expr::RefBrack { .. } | Expr::Var { .. }),
                    ) => {
                        if let Some(path) = self.missing(at, expr) {
                            named.push((path, expr.span()));
                        }
                    }
                    Met::Expr(_) | Met::Statement(_) => {}
                });
            }
            for import in &tree.imports {
                let path = dotted(&import.refr);
                if path.starts_with("data.") && self.is_missing(&path) {
                    named.push((path, import.refr.span()));
                }
            }
            named.retain(|(path, _)| {
                !replaced.iter().any(|other| is_below(path, other) || is_below(other, path))
                    && !is_in(data, path)
            });
            for (path, span) in named {
                let mut message =
                    format!("{path} is nowhere: no rule, no package, no data is called so");
                if let Some(near) = self.nearest(&path) {
                    let _ = write!(message, "; did you mean {near}?");
                }
                errors.push(self.error(at, span, message));
            }
        }
    }

    fn error(&self, at: usize, span: &ast::Span, message: String) -> ModuleError {
        let (line, column) = table::position(span);
        ModuleError { module: self.good[at], line, column, message }
    }

    fn nearest(&self, path: &str) -> Option<String> {
        let mut known: BTreeSet<String> = BTreeSet::new();
        for (rule, _) in self.table.paths() {
            let mut prefix = rule;
            known.insert(prefix.to_owned());
            while let Some((shorter, _)) = prefix.rsplit_once('.') {
                known.insert(shorter.to_owned());
                prefix = shorter;
            }
        }
        crate::source::nearest(path, known.iter().map(String::as_str)).map(str::to_owned)
    }

    fn check_mock(&self, at: usize, target: &Expr, by: &Expr) -> Result<(), String> {
        let Some(path) = self.table.function(at, target) else { return Ok(()) };
        if path == "walk" || path.starts_with("internal.") || path == "print" {
            return Err(format!("{path} cannot be replaced"));
        }
        let Some(takes) = self.arity(at, target) else {
            let first = path.split('.').next().unwrap_or_default();
            return match first {
                "data" | "input" => Ok(()),
                _ => Err(format!("{path} is no function that could be replaced")),
            };
        };
        let names_function = table::chain(by).is_some();
        match self.arity(at, by).filter(|_| names_function) {
            Some(has) if has != takes => Err(format!(
                "{} takes {has} arguments, {path} takes {takes}: it cannot stand for it",
                by.span().text()
            )),
            _ => Ok(()),
        }
    }

    /// The full path of a reference below `data`.
    fn absolute(&self, at: usize, expr: &Expr) -> Option<String> {
        let (root, accesses) = table::chain(expr)?;
        let mut path = match root {
            "data" => "data".to_owned(),
            _ => self.table.imported(at, root)?,
        };
        for access in accesses {
            let Access::Key(key) = access else { break };
            path = format!("{path}.{key}");
        }
        path.starts_with("data").then_some(path)
    }

    fn missing(&self, at: usize, expr: &Expr) -> Option<String> {
        let path = self.absolute(at, expr).filter(|path| path != "data")?;
        let (root, accesses) = table::chain(expr)?;
        let target = self.table.resolve(at, root, &accesses);
        matches!(target, Some(Target::Nothing)).then_some(path)
    }

    /// Whether there is neither a rule at a path, nor one above or below.
    fn is_missing(&self, path: &str) -> bool {
        !self.table.paths().any(|(rule, _)| is_below(rule, path) || is_below(path, rule))
    }
}

fn has_tests(tree: &ast::Module) -> bool {
    tree.policy.iter().any(|rule| {
        let root = table::chain(table::head(rule).0).map_or("", |(root, _)| root);
        root.starts_with("test_") || root.starts_with("todo_test_")
    })
}

/// Whether a name stands somewhere without anything selected from it.
fn stands_alone(text: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        let whole = !before.is_some_and(|c| is_word(c) || c == '.') && !after.is_some_and(is_word);
        whole && !matches!(after, Some('.' | '['))
    })
}

fn written_name(rule: &Rule, text: &str) -> String {
    let (refr, _) = table::head(rule);
    text.get(start(refr)..head_end(refr)).unwrap_or_default().to_owned()
}

fn dotted(expr: &Expr) -> String {
    let Some((root, accesses)) = table::chain(expr) else { return String::new() };
    let keys = accesses.iter().map_while(|access| match access {
        Access::Key(key) => Some(key.to_string()),
        Access::Index(_) => None,
    });
    std::iter::once(root.to_owned()).chain(keys).collect::<Vec<_>>().join(".")
}

/// A path as it can stand in a text.
fn spelled(path: &str) -> String {
    let mut text = String::new();
    for (at, part) in path.split('.').enumerate() {
        let plain = part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !part.starts_with(|c: char| c.is_ascii_digit());
        match (at, plain) {
            (0, _) => text.push_str(part),
            (_, true) => {
                text.push('.');
                text.push_str(part);
            }
            (_, false) => {
                let _ = write!(text, "[{}]", serde_json::Value::from(part));
            }
        }
    }
    text
}

fn is_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Whether given data has something at a path below `data`.
fn is_in(data: &serde_json::Value, path: &str) -> bool {
    let mut at = data;
    for key in path.split('.').skip(1) {
        match at {
            serde_json::Value::Object(members) => match members.get(key) {
                Some(inner) => at = inner,
                None => return false,
            },
            // What stands below a list or a scalar is not looked at.
            _ => return true,
        }
    }
    true
}
