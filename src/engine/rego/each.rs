//! Names of an `every` that its body unifies: `every x in xs { x = 1 }`. regorus takes such a name for a new variable there, so that the
//! body holds for anything. The body gets it by a statement of its own: `every __each1 in xs { x := __each1; x = 1 }`.

use regorus::unstable::{AssignOp, Expr, Literal, Query, Span};

use super::rewrite::{self, Edits, Met, statement_start};
use super::shadows::{children, mentioned};

/// The first letters of the names that stand for those of an `every`.
const PREFIX: &str = "__each";

/// The changes to a module; nothing where there are none.
pub(super) fn changes<'t>(
    text: &'t str,
    module: &regorus::unstable::Module,
) -> Option<(Edits<'t>, String)> {
    let mut edits = Edits::new(text);
    let mut count = 0;
    for rule in &module.policy {
        rewrite::walk(rule, &mut |met| {
            let Met::Statement(statement) = met else { return };
            let Literal::Every { key, value, query, .. } = &statement.literal else { return };
            let Some(first) = query.stmts.first() else { return };
            for name in key.iter().chain([value]) {
                if unifies(query, name) {
                    count += 1;
                    let (from, to) = (name.start as usize, name.end as usize);
                    edits.replace(from..to, format!("{PREFIX}{count}"));
                    let own = format!("{} := {PREFIX}{count}; ", name.text());
                    edits.insert(statement_start(first), own);
                }
            }
        });
    }
    (count > 0).then(|| (edits, String::new()))
}

/// Whether a body, or one within it, unifies a name with something, or a function could give it.
fn unifies(query: &Query, name: &Span) -> bool {
    query.stmts.iter().any(|statement| match &statement.literal {
        Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => {
            let found = match &**expr {
                Expr::AssignExpr { op: AssignOp::Eq, lhs, rhs, .. } => {
                    names(lhs, name) || names(rhs, name)
                }
                Expr::Call { params, .. } => params.last().is_some_and(|last| names(last, name)),
                _ => false,
            };
            found || within(expr, name)
        }
        Literal::SomeVars { .. } => false,
        Literal::SomeIn { key, value, collection, .. } => {
            let patterns = key.iter().chain([value]);
            patterns.into_iter().any(|pattern| names(pattern, name)) || within(collection, name)
        }
        Literal::Every { domain, query, .. } => within(domain, name) || unifies(query, name),
    })
}

/// Whether a body within an expression unifies a name.
fn within(expr: &Expr, name: &Span) -> bool {
    match expr {
        Expr::ArrayCompr { query, .. }
        | Expr::SetCompr { query, .. }
        | Expr::ObjectCompr { query, .. } => unifies(query, name),
        _ => {
            let mut found = false;
            children(expr, &mut |inner| found |= within(inner, name));
            found
        }
    }
}

/// Whether a pattern names it.
fn names(pattern: &Expr, name: &Span) -> bool {
    if !matches!(pattern, Expr::Var { .. } | Expr::Array { .. } | Expr::Object { .. }) {
        return false;
    }
    let mut all = std::collections::BTreeSet::new();
    mentioned(pattern, &mut all);
    all.contains(name.text())
}
