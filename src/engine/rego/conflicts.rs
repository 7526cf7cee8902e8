//! What modules say twice, or in a name that means something else: OPA refuses it, and here one of both would count in silence.

use std::collections::BTreeSet;

use regorus::unstable::{Expr, Import, Literal, Module, Ref, Rule, RuleHead, Span};

use super::calls::Fault;
use super::rewrite::{self, Met};
use super::table::{self, Table};

/// Words of the language, which `future.keywords` names.
const KEYWORDS: [&str; 5] = ["contains", "every", "if", "in", "not"];

/// Check all modules of a table, given as trees.
pub(super) fn check(table: &Table, modules: &[Ref<Module>], version_0: bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (at, module) in modules.iter().enumerate() {
        imports(at, &module.imports, version_0, &mut faults);
        for rule in &module.policy {
            roots_declared(at, rule, &mut faults);
            let Rule::Spec { head: RuleHead::Func { args, .. }, .. } = &**rule else { continue };
            for argument in args {
                if let Expr::Var { span, .. } = &**argument
                    && is_root(span.text())
                {
                    let message = format!("an argument must not be called {}", span.text());
                    faults.push(fault(at, span, message));
                }
            }
        }
    }
    for (path, entry) in table.paths() {
        let defaults =
            entry.definitions.iter().filter(|(_, rule)| matches!(&**rule, Rule::Default { .. }));
        for (module, rule) in defaults.skip(1) {
            let name = path.rsplit('.').next().unwrap_or(path);
            let message = format!("{name} has more than one default");
            faults.push(fault(*module, rule.span(), message));
        }
    }
    for (at, package) in table.packages().enumerate() {
        if let (Some(module), Some(entry)) = (modules.get(at), table.get(package))
            && let Some((_, rule)) = entry.definitions.first()
        {
            let (line, _) = table::position(rule.span());
            let own = package.strip_prefix("data.").unwrap_or(package);
            let message = format!("the package {own} is also a rule, in line {line} of its module");
            faults.push(fault(at, module.package.refr.span(), message));
        }
    }
    faults
}

/// `some data in …`, `some input`, `every input in …`: OPA means the documents, which are given a value nowhere.
fn roots_declared(module: usize, rule: &Rule, faults: &mut Vec<Fault>) {
    rewrite::walk(rule, &mut |met| {
        let Met::Statement(statement) = met else { return };
        let mut names = BTreeSet::new();
        match &statement.literal {
            Literal::SomeVars { vars, .. } => {
                names.extend(vars.iter().map(|name| name.text().to_owned()));
            }
            Literal::SomeIn { key, value, .. } => {
                key.iter().chain([value]).for_each(|pattern| table::pattern(pattern, &mut names));
            }
            Literal::Every { key, value, .. } => {
                names.extend(key.iter().chain([value]).map(|name| name.text().to_owned()));
            }
            _ => {}
        }
        if let Some(name) = names.into_iter().find(|name| is_root(name)) {
            let message = format!("`{name}` is a document, no variable that could be declared");
            faults.push(fault(module, &statement.span, message));
        }
    });
}

/// Before OPA 1.0 a name could be imported twice.
fn imports(module: usize, imports: &[Import], version_0: bool, faults: &mut Vec<Fault>) {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for import in imports {
        let Some((root, accesses)) = table::chain(&import.refr) else { continue };
        let key = |at: usize| match accesses.get(at) {
            Some(table::Access::Key(key)) => Some(&**key),
            _ => None,
        };
        let whole = import.refr.span();
        match root {
            "rego" if key(0) != Some("v1") => {
                faults.push(fault(
                    module,
                    whole,
                    "of `rego`, only `rego.v1` is imported".to_owned(),
                ));
            }
            "future" if key(1).is_some_and(|word| !KEYWORDS.contains(&word)) => {
                let word = key(1).unwrap_or_default();
                let message = format!("{word} is no keyword of the future");
                faults.push(fault(module, whole, message));
            }
            "rego" | "future" => continue,
            _ => {}
        }
        let alias = import.r#as.as_ref();
        if let Some(alias) = alias.filter(|alias| is_root(alias.text()) && alias.text() != root) {
            let message = format!("an import must not be called {}", alias.text());
            faults.push(fault(module, alias, message));
        }
        let last = key(accesses.len().saturating_sub(1)).unwrap_or(root);
        let name = alias.map_or(last, Span::text);
        if !names.insert(name.to_owned()) && !version_0 {
            faults.push(fault(module, whole, format!("{name} is imported twice")));
        }
    }
}

fn is_root(name: &str) -> bool {
    matches!(name, "input" | "data")
}

fn fault(module: usize, span: &Span, message: String) -> Fault {
    let (line, column) = table::position(span);
    Fault { module, line, column, message }
}
