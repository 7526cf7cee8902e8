//! Two objects of the same keys that are unified, `{"a": x, "b": 1} = {"a": 2, "b": y}`, as two arrays: of objects, regorus finds no order
//! in which each side gives the other one its variables. And two arrays that share a variable, `[x, y] = [y, 1]`, as one equation each.

use std::collections::BTreeSet;

use regorus::unstable::{AssignOp, Expr, Literal, LiteralStmt, Ref, Rule};

use super::rewrite::{self, Edits, Met, end, start};
use super::{eager, table};

/// The changes to a module; nothing where there are none.
pub(super) fn changes<'t>(
    text: &'t str,
    module: &regorus::unstable::Module,
) -> Option<(Edits<'t>, String)> {
    let mut edits = Edits::new(text);
    let mut count = 0;
    let mut visit = |rule: &Rule| {
        rewrite::walk(rule, &mut |met| {
            let Met::Statement(statement) = met else { return };
            let Literal::Expr { expr, .. } = &statement.literal else { return };
            let Expr::AssignExpr { op: AssignOp::Eq, lhs, rhs, .. } = &**expr else { return };
            let (first, last) = (start(lhs), end(rhs));
            let mut made = match (paired(text, lhs, rhs), apart(text, statement, lhs, rhs)) {
                (Some((left, right)), _) => format!("{left} = {right}"),
                (_, Some(apart)) => apart,
                _ => return,
            };
            let lines = |text: &str| text.matches('\n').count();
            let own = text.get(first..last).unwrap_or_default();
            // Lines stay where they are.
            made.push_str(&"\n".repeat(lines(own).saturating_sub(lines(&made))));
            edits.replace(first..last, made);
            count += 1;
        });
    };
    for rule in &module.policy {
        visit(rule);
    }
    (count > 0).then(|| (edits, String::new()))
}

/// Two arrays that share a variable as equations of their elements.
fn apart(text: &str, statement: &LiteralStmt, left: &Expr, right: &Expr) -> Option<String> {
    let (Expr::Array { items: left, .. }, Expr::Array { items: right, .. }) = (left, right) else {
        return None;
    };
    let names = |items: &[Ref<Expr>]| {
        let mut names = BTreeSet::new();
        for item in items {
            table::pattern(item, &mut names);
        }
        names
    };
    if left.len() != right.len()
        || !statement.with_mods.is_empty()
        || names(left).is_disjoint(&names(right))
    {
        return None;
    }
    let own = |expr: &Expr| text.get(start(expr)..end(expr)).map(str::to_owned);
    let each = left
        .iter()
        .zip(right)
        .map(|(left, right)| Some(format!("{} = {}", own(left)?, own(right)?)));
    let each: Option<Vec<String>> = each.collect();
    let each = each?.join("; ");
    let is_alone = eager::is_alone(text, rewrite::statement_start(statement));
    Some(if is_alone { format!("{{ {each} }}") } else { each })
}

/// Two objects of the same keys as arrays; nothing where one of them is none.
fn paired(text: &str, left: &Expr, right: &Expr) -> Option<(String, String)> {
    let (Expr::Object { fields: left, .. }, Expr::Object { fields: right, .. }) = (left, right)
    else {
        return None;
    };
    if left.len() != right.len() || left.is_empty() {
        return None;
    }
    let mut sides = (Vec::new(), Vec::new());
    for (_, key, value) in left {
        let Expr::String { value: key, .. } = &**key else { return None };
        let same = |other: &Expr| matches!(other, Expr::String { value, .. } if value == key);
        let (_, _, other) = right.iter().find(|(_, other, _)| same(other))?;
        let own = |expr: &Expr| text.get(start(expr)..end(expr)).map(str::to_owned);
        let pair = match paired(text, value, other) {
            Some(pair) => pair,
            None => (own(value)?, own(other)?),
        };
        sides.0.push(pair.0);
        sides.1.push(pair.1);
    }
    let array = |items: &[String]| format!("[{}]", items.join(", "));
    Some((array(&sides.0), array(&sides.1)))
}
