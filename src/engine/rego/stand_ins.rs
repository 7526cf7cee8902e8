//! Built-in functions that stand in for others: `with f as count`. regorus takes only functions of modules; one of these calls the other.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::builtins;
use super::rewrite::{self, Edits, Met, end, start};
use super::table;

/// The first letters of the names of functions that call a built-in one.
const PREFIX: &str = "__builtin_";

/// The changes to a module, and the functions that it gets; nothing where there are none.
pub(super) fn changes<'t>(
    text: &'t str,
    module: &regorus::unstable::Module,
) -> Option<(Edits<'t>, String)> {
    let heads = module.policy.iter().filter_map(|rule| table::chain(table::head(rule).0));
    let rules: BTreeSet<&str> = heads.map(|(name, _)| name).collect();
    let mut edits = Edits::new(text);
    let mut functions = BTreeSet::new();
    for rule in &module.policy {
        rewrite::walk(rule, &mut |met| {
            let Met::With(with) = met else { return };
            let by = &with.r#as;
            let (first, last) = (start(by), end(by));
            let Some(name) = text.get(first..last) else { return };
            let root = name.split('.').next().unwrap_or_default();
            if table::chain(by).is_none() || rules.contains(root) {
                return;
            }
            if let Some(arity) = builtins::arity(name).filter(|arity| *arity > 0) {
                edits.replace(first..last, made(name));
                functions.insert((name.to_owned(), arity));
            }
        });
    }
    let mut more = String::new();
    for (name, arity) in &functions {
        let given: Vec<String> = (0..*arity).map(|at| format!("a{at}")).collect();
        let given = given.join(", ");
        // Writing to a String cannot fail.
        let _ = write!(more, "\n{}({given}) := {name}({given})\n", made(name));
    }
    (!functions.is_empty()).then_some((edits, more))
}

fn made(name: &str) -> String {
    format!("{PREFIX}{}", name.replace('.', "_"))
}
