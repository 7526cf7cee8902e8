//! Bodies as OPA evaluates them, where regorus differs.
//!
//! - What `not` negates is called with arguments that are evaluated before, so that one that is not there ends the body:
//!   `not f(input.x)` becomes `__arg1 := input.x; not f(__arg1)`. regorus lets `not` cover all of its statement. Equality keeps
//!   references (not calls) where they are: `not input.x == 1` holds where there is no `x`.
//! - Going over what is no collection ends the body: `some x in input.x` asks for its type first. In regorus it is an error.
//! - A key that goes over something, as in `names[input.pods[_].name]`, is computed in the body, where what is not there is no error.

use std::fmt::Write as _;

use regorus::unstable::{BoolOp, Expr, Literal, LiteralStmt, Query, Ref, Rule, RuleHead};

use super::rewrite::{self, Edits, Met, end, start, statement_end, statement_start};
use super::table;

/// The text of a module in that form; nothing where it has nothing of the kind. Lines stay where they are.
pub(super) fn rewritten(text: &str, module: &regorus::unstable::Module) -> Option<String> {
    let mut edits = Edits::new(text);
    let mut count = 0;
    for rule in &module.policy {
        key(text, rule, &mut count, &mut edits);
        rewrite::walk(rule, &mut |met| {
            if let Met::Statement(statement) = met {
                let changed = Changed { text, statement };
                changed.negation(&mut count, &mut edits);
                changed.iteration(&mut count, &mut edits);
            }
        });
    }
    (count > 0).then(|| edits.finish(""))
}

/// A key of a set that goes over something, as the last statement of each body.
fn key(text: &str, rule: &Rule, count: &mut usize, edits: &mut Edits<'_>) {
    let Rule::Spec { head: RuleHead::Set { key: Some(key), .. }, bodies, .. } = rule else {
        return;
    };
    if !matches!(&**key, Expr::RefDot { .. } | Expr::RefBrack { .. }) {
        return;
    }
    let (first, last) = (start(key), end(key));
    let Some(own) = text.get(first..last).filter(|own| own.contains('[')) else { return };
    let queries: Vec<&Query> = bodies.iter().map(|body| &*body.query).collect();
    if queries.iter().any(|query| query.stmts.is_empty()) {
        return;
    }
    *count += 1;
    let name = format!("__arg{count}");
    edits.replace(first..last, name.clone());
    let statement = format!("{name} := {own}");
    if queries.is_empty() {
        let rest = text.get(last..).unwrap_or_default();
        let blank = rest.len() - rest.trim_start().len();
        if rest.trim_start().starts_with(']') {
            edits.insert(last + blank + 1, format!(" {{ {statement} }}"));
        } else {
            edits.insert(last, format!(" if {{ {statement} }}"));
        }
    }
    for query in queries {
        let (Some(begin), Some(close)) = (query.stmts.first(), query.stmts.last()) else {
            continue;
        };
        let to = statement_end(close, text);
        if is_alone(text, statement_start(begin)) {
            edits.insert(statement_start(begin), "{ ".to_owned());
            edits.insert(to, format!("; {statement} }}"));
        } else {
            edits.insert(to, format!("; {statement}"));
        }
    }
}

/// Whether the statement at a place is a body without braces.
fn is_alone(text: &str, from: usize) -> bool {
    let ahead = text.get(..from).unwrap_or_default().trim_end();
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    ahead.strip_suffix("if").is_some_and(|rest| !rest.ends_with(is_name))
}

/// A statement and the module's text.
struct Changed<'c> {
    text: &'c str,
    statement: &'c LiteralStmt,
}

impl Changed<'_> {
    fn negation(&self, count: &mut usize, edits: &mut Edits<'_>) {
        let Literal::NotExpr { expr, .. } = &self.statement.literal else { return };
        let to = statement_end(self.statement, self.text);
        let with = match self.statement.with_mods.first() {
            Some(first) => self.text.get(first.span.start as usize..to).unwrap_or_default(),
            None => "",
        };
        let mut before = String::new();
        for argument in arguments(expr) {
            if let Some((name, own)) = self.take(argument, count, edits) {
                let space = if with.is_empty() { "" } else { " " };
                // Writing to a String cannot fail.
                let _ = write!(before, "{name} := {own}{space}{with}; ");
            }
        }
        self.put(before, edits);
    }

    fn iteration(&self, count: &mut usize, edits: &mut Edits<'_>) {
        let Literal::SomeIn { collection, .. } = &self.statement.literal else { return };
        let is_plain =
            matches!(&**collection, Expr::Array { .. } | Expr::Set { .. } | Expr::Object { .. });
        if is_plain || !may_be_missing(collection) || !self.statement.with_mods.is_empty() {
            return;
        }
        let Some((name, own)) = self.take(collection, count, edits) else { return };
        let kinds = r#"{"array", "object", "set"}"#;
        self.put(format!("{name} := {own}; {kinds}[type_name({name})]; "), edits);
    }

    /// A name for an expression, which it stands for from now on, and the expression's text.
    fn take(
        &self,
        expr: &Expr,
        count: &mut usize,
        edits: &mut Edits<'_>,
    ) -> Option<(String, String)> {
        let (first, last) = (start(expr), end(expr));
        let own = self.text.get(first..last).filter(|own| !own.is_empty())?;
        // regorus takes a bracket on the next line for the arguments of a call: a name is no function.
        let is_bracket = |line: &str| line.trim_start().starts_with('(');
        if own.lines().skip(1).any(is_bracket) || self.text.get(last..).is_some_and(is_bracket) {
            return None;
        }
        *count += 1;
        let name = format!("__arg{count}");
        edits.replace(first..last, name.clone());
        Some((name, own.to_owned()))
    }

    /// Put statements before this one. A body of one statement needs no braces, one of several does.
    fn put(&self, before: String, edits: &mut Edits<'_>) {
        if before.is_empty() {
            return;
        }
        let from = statement_start(self.statement);
        if is_alone(self.text, from) {
            edits.insert(from, format!("{{ {before}"));
            edits.insert(statement_end(self.statement, self.text), " }".to_owned());
        } else {
            edits.insert(from, before);
        }
    }
}

/// What is evaluated before the negation.
fn arguments(expr: &Expr) -> Vec<&Expr> {
    let given: Vec<&Ref<Expr>> = match expr {
        Expr::Call { params, .. } => params.iter().collect(),
        Expr::BoolExpr { op: BoolOp::Eq, lhs, rhs, .. } => {
            [lhs, rhs].into_iter().filter(|side| is_computed(side)).collect()
        }
        Expr::BoolExpr { lhs, rhs, .. } => vec![lhs, rhs],
        Expr::Membership { key, value, collection, .. } => {
            key.iter().chain([value, collection]).collect()
        }
        Expr::RefDot { .. } | Expr::RefBrack { .. } => {
            let (_, accesses) = table::steps(expr);
            let index = |access| match access {
                table::Access::Index(index) if is_dynamic(index) => Some(index),
                _ => None,
            };
            return accesses.into_iter().filter_map(index).map(|index| &**index).collect();
        }
        _ => Vec::new(),
    };
    given
        .into_iter()
        .map(|argument| &**argument)
        .filter(|argument| may_be_missing(argument))
        .collect()
}

/// Whether a side of an equality is what a function gives: that is evaluated before, references are not.
fn is_computed(expr: &Expr) -> bool {
    matches!(expr, Expr::Call { .. } | Expr::ArithExpr { .. } | Expr::BinExpr { .. })
}

/// Whether an index is computed from something that may not be there.
fn is_dynamic(expr: &Expr) -> bool {
    matches!(expr, Expr::RefDot { .. } | Expr::RefBrack { .. } | Expr::Call { .. })
}

/// Scalars are there, and so is what a variable of the body has; a name may be that of a rule.
fn may_be_missing(expr: &Expr) -> bool {
    match expr {
        Expr::String { .. }
        | Expr::RawString { .. }
        | Expr::Number { .. }
        | Expr::Bool { .. }
        | Expr::Null { .. }
        | Expr::ArrayCompr { .. }
        | Expr::SetCompr { .. }
        | Expr::ObjectCompr { .. } => false,
        Expr::Var { span, .. } => span.text() != "_",
        Expr::Array { items, .. } | Expr::Set { items, .. } => {
            items.iter().any(|item| may_be_missing(item))
        }
        Expr::Object { fields, .. } => {
            fields.iter().any(|(_, key, value)| may_be_missing(key) || may_be_missing(value))
        }
        _ => true,
    }
}
