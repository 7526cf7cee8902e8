//! The rules of all modules by their full path, and what a reference in a module means.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use regorus::unstable::{
    self as ast, AssignOp, Expr, Literal, LiteralStmt, Query, Ref, Rule, RuleHead, Span,
};

/// All rules of some modules.
#[derive(Debug, Default)]
pub(super) struct Table {
    modules: Vec<Scope>,
    rules: BTreeMap<String, Entry>,
}

/// What names mean in one module.
#[derive(Debug)]
struct Scope {
    package: String,
    imports: BTreeMap<String, Vec<String>>,
}

/// The definitions under one path.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// Definitions with the module that each stands in.
    pub(super) definitions: Vec<(usize, Ref<Rule>)>,
    /// How many arguments it takes, for a function.
    pub(super) arity: Option<usize>,
}

/// One step of a reference.
#[derive(Clone, Debug)]
pub(super) enum Access<'a> {
    Key(Arc<str>),
    Index(&'a Ref<Expr>),
}

/// What a reference begins with.
#[derive(Debug)]
pub(super) enum Target {
    /// `input`, with the keys of an imported path.
    Input(Vec<Arc<str>>),
    /// Rules (several where a package is meant) and how many steps name them.
    Rules(Vec<String>, usize),
    /// `data` without a rule there.
    Nothing,
}

impl Table {
    /// From syntax trees; a module's position here is its position in the table.
    pub(super) fn new(modules: &[Ref<ast::Module>]) -> Self {
        let mut table = Self::default();
        for (at, module) in modules.iter().enumerate() {
            let package = format!("data.{}", dotted(&module.package.refr));
            for rule in &module.policy {
                let (refr, arity) = head(rule);
                let entry = table.rules.entry(format!("{package}.{}", dotted(refr))).or_default();
                entry.definitions.push((at, rule.clone()));
                entry.arity = entry.arity.or(arity);
            }
            let imports = module.imports.iter().filter_map(import).collect();
            table.modules.push(Scope { package, imports });
        }
        table
    }

    /// Paths of all rules.
    pub(super) fn paths(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.rules.iter().map(|(path, entry)| (path.as_str(), entry))
    }

    /// Packages of all modules (`data.…`), in their order.
    pub(super) fn packages(&self) -> impl Iterator<Item = &str> {
        self.modules.iter().map(|module| module.package.as_str())
    }

    /// The rule at a full path (`data.…`).
    pub(super) fn get(&self, path: &str) -> Option<&Entry> {
        self.rules.get(path)
    }

    /// The path of a rule as the table has it.
    pub(super) fn key(&self, path: &str) -> Option<&str> {
        self.rules.get_key_value(path).map(|(path, _)| path.as_str())
    }

    /// Whether rules stand below a path.
    pub(super) fn has_below(&self, path: &str) -> bool {
        let prefix = format!("{path}.");
        self.rules.range(prefix.clone()..).next().is_some_and(|(path, _)| path.starts_with(&prefix))
    }

    /// The one rule that a reference names, and how many steps do so.
    pub(super) fn exact(
        &self,
        module: usize,
        root: &str,
        accesses: &[Access<'_>],
    ) -> Option<(&str, usize)> {
        let scope = self.modules.get(module)?;
        let mut path = match scope.imports.get(root) {
            Some(imported) => imported.join("."),
            None if root == "data" => root.to_owned(),
            None => format!("{}.{root}", scope.package),
        };
        let mut steps = 0;
        loop {
            if let Some(key) = self.key(&path) {
                return Some((key, steps));
            }
            let Some(Access::Key(key)) = accesses.get(steps) else { return None };
            path = format!("{path}.{key}");
            steps += 1;
        }
    }

    /// What a reference means in a module; `None` for a local variable.
    pub(super) fn resolve(
        &self,
        module: usize,
        root: &str,
        accesses: &[Access<'_>],
    ) -> Option<Target> {
        if root == "input" {
            return Some(Target::Input(Vec::new()));
        }
        let scope = self.modules.get(module)?;
        if let Some(imported) = scope.imports.get(root) {
            if imported.first().is_some_and(|first| first == "input") {
                return Some(Target::Input(
                    imported[1..].iter().map(|key| key.as_str().into()).collect(),
                ));
            }
            return Some(self.rules_under(&imported.join("."), accesses));
        }
        if root == "data" {
            return Some(self.rules_under("data", accesses));
        }
        let own = format!("{}.{root}", scope.package);
        match self.rules_under(&own, accesses) {
            Target::Nothing => None,
            found => Some(found),
        }
    }

    /// The longest path that is a rule, else all rules below the path.
    fn rules_under(&self, start: &str, accesses: &[Access<'_>]) -> Target {
        let mut path = start.to_owned();
        let mut steps = 0;
        loop {
            if self.rules.contains_key(&path) {
                return Target::Rules(vec![path], steps);
            }
            match accesses.get(steps) {
                Some(Access::Key(key)) => {
                    path = format!("{path}.{key}");
                    steps += 1;
                }
                _ => break,
            }
        }
        let prefix = format!("{path}.");
        let below = self.rules.range(prefix.clone()..).map(|(path, _)| path.clone());
        let below: Vec<String> = below.take_while(|path| path.starts_with(&prefix)).collect();
        if below.is_empty() { Target::Nothing } else { Target::Rules(below, steps) }
    }

    /// The full path of a called function: a rule's, else the name itself.
    pub(super) fn function(&self, module: usize, name: &Expr) -> Option<String> {
        let (root, accesses) = chain(name)?;
        match self.resolve(module, root, &accesses) {
            Some(Target::Rules(paths, steps)) if paths.len() == 1 && steps == accesses.len() => {
                paths.into_iter().next()
            }
            Some(Target::Nothing) => Some(self.expand(module, name)),
            _ => Some(dotted(name)),
        }
    }

    /// What an imported name stands for: `data.acme.s3`.
    pub(super) fn imported(&self, module: usize, name: &str) -> Option<String> {
        self.modules.get(module)?.imports.get(name).map(|path| path.join("."))
    }

    fn expand(&self, module: usize, name: &Expr) -> String {
        let name = dotted(name);
        let (root, rest) = name.split_once('.').unwrap_or((&name, ""));
        let imported = self.modules.get(module).and_then(|scope| scope.imports.get(root));
        imported.map_or(name.clone(), |path| format!("{}.{rest}", path.join(".")))
    }
}

fn import(import: &ast::Import) -> Option<(String, Vec<String>)> {
    let path: Vec<String> = dotted(&import.refr).split('.').map(str::to_owned).collect();
    if matches!(path.first().map(String::as_str), Some("rego" | "future")) {
        return None;
    }
    let name = match &import.r#as {
        Some(alias) => alias.text().to_owned(),
        None => path.last()?.clone(),
    };
    Some((name, path))
}

/// What a rule's head names, and its number of arguments if it is a function.
pub(super) fn head(rule: &Rule) -> (&Ref<Expr>, Option<usize>) {
    match rule {
        Rule::Spec { head: RuleHead::Func { refr, args, .. }, .. } => (refr, Some(args.len())),
        Rule::Spec { head: RuleHead::Compr { refr, .. } | RuleHead::Set { refr, .. }, .. } => {
            (refr, None)
        }
        Rule::Default { refr, args, .. } => (refr, (!args.is_empty()).then_some(args.len())),
    }
}

/// The steps of a reference after its first name; `None` if it does not begin with one.
pub(super) fn chain(expr: &Expr) -> Option<(&str, Vec<Access<'_>>)> {
    let (base, accesses) = steps(expr);
    match base {
        Expr::Var { span, .. } => Some((span.text(), accesses)),
        _ => None,
    }
}

/// The innermost expression of a reference, and the steps from there.
pub(super) fn steps(expr: &Expr) -> (&Expr, Vec<Access<'_>>) {
    let mut accesses = Vec::new();
    let mut expr = expr;
    loop {
        match expr {
            Expr::RefDot { refr, field, .. } => {
                accesses.push(Access::Key(field.0.text().into()));
                expr = refr;
            }
            Expr::RefBrack { refr, index, .. } => {
                accesses.push(match &**index {
                    Expr::String { value, .. } | Expr::RawString { value, .. } => {
                        Access::Key(value.as_string().map_or_else(|_| "".into(), Arc::clone))
                    }
                    _ => Access::Index(index),
                });
                expr = refr;
            }
            _ => break,
        }
    }
    accesses.reverse();
    (expr, accesses)
}

/// The fixed beginning of a reference, joined by dots.
fn dotted(expr: &Expr) -> String {
    let Some((root, accesses)) = chain(expr) else { return String::new() };
    let mut path = root.to_owned();
    for access in accesses {
        let Access::Key(key) = access else { break };
        path.push('.');
        path.push_str(&key);
    }
    path
}

/// The names that a query declares itself.
pub(super) fn declared(query: &Query) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for statement in &query.stmts {
        declared_by(statement, &mut names);
    }
    names
}

/// The variables that one statement declares.
pub(super) fn declared_by(statement: &LiteralStmt, names: &mut BTreeSet<String>) {
    match &statement.literal {
        Literal::SomeVars { vars, .. } => {
            names.extend(vars.iter().map(|name| name.text().to_owned()));
        }
        Literal::SomeIn { key, value, .. } => {
            if let Some(key) = key {
                pattern(key, names);
            }
            pattern(value, names);
        }
        Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => {
            if let Expr::AssignExpr { op: AssignOp::ColEq, lhs, .. } = &**expr {
                pattern(lhs, names);
            }
        }
        Literal::Every { .. } => {}
    }
}

/// The variables of a pattern; `_` is none.
pub(super) fn pattern(expr: &Expr, names: &mut BTreeSet<String>) {
    match expr {
        Expr::Var { span, .. } if span.text() != "_" => {
            names.insert(span.text().to_owned());
        }
        Expr::Array { items, .. } | Expr::Set { items, .. } => {
            for item in items {
                pattern(item, names);
            }
        }
        Expr::Object { fields, .. } => {
            for (_, _, value) in fields {
                pattern(value, names);
            }
        }
        _ => {}
    }
}

/// Line and column from 1 of where an expression begins; the span itself names its last accessor.
pub(super) fn position(span: &Span) -> (u32, u32) {
    let before = span.source.get_contents().get(..span.start as usize).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    (count(before.matches('\n').count() + 1), count(line.chars().count() + 1))
}
