//! Bodies as OPA evaluates them, where regorus differs.
//!
//! For all policies ([`Form::Negation`]):
//!
//! - What `not` negates is called with arguments that are evaluated before, so that one that is not there ends the body:
//!   `not f(input.x)` becomes `__not1 := input.x; not f(__not1)`. regorus lets `not` cover all of its statement. Equality keeps
//!   references (not calls) where they are: `not input.x == 1` holds where there is no `x`.
//!
//! For policies that were written for OPA ([`Form::Iteration`]); in others both are errors, which is louder:
//!
//! - Going over what is no collection ends the body: `some x in input.x` asks for its type first. In regorus it is an error.
//! - A key that goes over something, as in `names[input.pods[_].name]`, is computed in the body, where what is not there is no error.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use regorus::unstable::{BoolOp, Expr, Literal, LiteralStmt, Query, Rule, RuleHead};

use super::rewrite::{self, Edits, Met, end, start, statement_end, statement_start};
use super::table;

/// What is put in another form.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Arguments of what is negated.
    Negation,
    /// Going over what may be no collection.
    Iteration,
}

/// The first letters of the names that stand for expressions.
const NEGATED: &str = "__not";
const ITERATED: &str = "__arg";

/// One round over a module: the changes, of the outermost expressions only, since those inside of them move with them; nothing where
/// there are none. Lines stay where they are. `count` numbers the names.
pub(super) fn round<'t>(
    text: &'t str,
    module: &regorus::unstable::Module,
    form: Form,
    count: &mut usize,
) -> Option<Edits<'t>> {
    let mut edits = Edits::new(text);
    let before = *count;
    let names = module.policy.iter().filter_map(|rule| table::chain(table::head(rule).0));
    let rules: BTreeSet<String> = names.map(|(name, _)| name.to_owned()).collect();
    // Where the last expression that was moved ends.
    let mut moved = 0;
    for rule in &module.policy {
        if form == Form::Iteration && before == 0 {
            key(text, rule, count, &mut edits);
        }
        rewrite::walk(rule, &mut |met| {
            let Met::Statement(statement) = met else { return };
            if statement_start(statement) < moved {
                return;
            }
            let mut changed = Changed { text, statement, moved: &mut moved, rules: &rules };
            match form {
                Form::Negation => changed.negation(count, &mut edits),
                Form::Iteration => changed.iteration(count, &mut edits),
            }
        });
        moved = 0;
    }
    (*count > before).then_some(edits)
}

/// A key of a set that goes over something, as the last statement of each body.
fn key(text: &str, rule: &Rule, count: &mut usize, edits: &mut Edits<'_>) {
    let Rule::Spec { head: RuleHead::Set { key: Some(key), .. }, bodies, .. } = rule else {
        return;
    };
    if !matches!(unmarked(key), Expr::RefDot { .. } | Expr::RefBrack { .. }) {
        return;
    }
    let (first, last) = (start(key), end(key));
    let plain = unmarked(key);
    if !text.get(start(plain)..end(plain)).is_some_and(|own| own.contains('[')) {
        return;
    }
    let Some(own) = text.get(first..last) else { return };
    let queries: Vec<&Query> = bodies.iter().map(|body| &*body.query).collect();
    if queries.iter().any(|query| query.stmts.is_empty()) {
        return;
    }
    *count += 1;
    let name = format!("{ITERATED}{count}");
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
pub(super) fn is_alone(text: &str, from: usize) -> bool {
    let ahead = text.get(..from).unwrap_or_default().trim_end();
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    ahead.strip_suffix("if").is_some_and(|rest| !rest.ends_with(is_name))
}

/// A statement, the module's text, and where what was moved in it ends.
struct Changed<'c> {
    text: &'c str,
    statement: &'c LiteralStmt,
    moved: &'c mut usize,
    /// Names of the module's rules.
    rules: &'c BTreeSet<String>,
}

impl Changed<'_> {
    fn negation(&mut self, count: &mut usize, edits: &mut Edits<'_>) {
        let Literal::NotExpr { expr, .. } = &self.statement.literal else { return };
        let to = statement_end(self.statement, self.text);
        let with = match self.statement.with_mods.first() {
            Some(first) => self.text.get(first.span.start as usize..to).unwrap_or_default(),
            None => "",
        };
        let mut before = String::new();
        for argument in arguments(unmarked(expr), self.rules) {
            if let Some((name, own)) = self.take(argument, NEGATED, count, edits) {
                let space = if with.is_empty() { "" } else { " " };
                // Writing to a String cannot fail.
                let _ = write!(before, "{name} := {own}{space}{with}; ");
            }
        }
        self.put(before, edits);
    }

    fn iteration(&mut self, count: &mut usize, edits: &mut Edits<'_>) {
        let Literal::SomeIn { collection, .. } = &self.statement.literal else { return };
        let own = unmarked(collection);
        let is_plain = matches!(own, Expr::Array { .. } | Expr::Set { .. } | Expr::Object { .. });
        if is_plain || !may_be_missing(own) || !self.statement.with_mods.is_empty() {
            return;
        }
        let Some((name, own)) = self.take(collection, ITERATED, count, edits) else { return };
        let kinds = r#"{"array", "object", "set"}"#;
        self.put(format!("{name} := {own}; {kinds}[type_name({name})]; "), edits);
    }

    /// A name for an expression, which it stands for from now on, and the expression's text.
    fn take(
        &mut self,
        expr: &Expr,
        prefix: &str,
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
        let name = format!("{prefix}{count}");
        edits.replace(first..last, name.clone());
        *self.moved = (*self.moved).max(last);
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

/// What a mark is around.
fn unmarked(expr: &Expr) -> &Expr {
    match expr {
        Expr::Call { fcn, params, .. } if fcn.span().text() == rewrite::MARK => {
            params.get(1).map_or(expr, |inner| unmarked(inner))
        }
        _ => expr,
    }
}

/// What is evaluated before the negation.
fn arguments<'e>(expr: &'e Expr, rules: &BTreeSet<String>) -> Vec<&'e Expr> {
    let given: Vec<&Expr> = match expr {
        Expr::Call { params, .. } => params.iter().map(|each| &**each).collect(),
        Expr::BoolExpr { op: BoolOp::Eq, lhs, rhs, .. } | Expr::AssignExpr { lhs, rhs, .. } => {
            [lhs, rhs].into_iter().flat_map(|side| compared(side, rules)).collect()
        }
        Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::BinExpr { lhs, rhs, .. } => vec![lhs, rhs],
        Expr::UnaryExpr { expr, .. } => vec![expr],
        Expr::Membership { key, value, collection, .. } => {
            key.iter().chain([value, collection]).map(|each| &**each).collect()
        }
        Expr::RefDot { .. } | Expr::RefBrack { .. } => computed_in(expr, rules),
        Expr::Array { .. } | Expr::Set { .. } | Expr::Object { .. } => vec![expr],
        _ => Vec::new(),
    };
    given.into_iter().filter(|argument| may_be_missing(argument)).collect()
}

/// What is evaluated before an equality: what functions give and what is written out, and of references what is computed in them.
fn compared<'e>(side: &'e Expr, rules: &BTreeSet<String>) -> Vec<&'e Expr> {
    match unmarked(side) {
        Expr::Call { .. }
        | Expr::ArithExpr { .. }
        | Expr::BinExpr { .. }
        | Expr::Array { .. }
        | Expr::Set { .. }
        | Expr::Object { .. } => vec![side],
        reference @ (Expr::RefDot { .. } | Expr::RefBrack { .. }) => computed_in(reference, rules),
        _ => Vec::new(),
    }
}

/// Of a reference, the call that it begins with, and the indices that may not be there.
fn computed_in<'e>(expr: &'e Expr, rules: &BTreeSet<String>) -> Vec<&'e Expr> {
    let (base, accesses) = table::steps(expr);
    let index = |access| match access {
        table::Access::Index(index) if is_dynamic(unmarked(index), rules) => Some(index),
        _ => None,
    };
    let base = Some(base).filter(|base| matches!(base, Expr::Call { .. }));
    let indices = accesses.into_iter().filter_map(index).map(|index| &**index);
    base.into_iter().chain(indices).collect()
}

/// Whether an index is computed from something that may not be there.
fn is_dynamic(expr: &Expr, rules: &BTreeSet<String>) -> bool {
    match expr {
        Expr::RefDot { .. } | Expr::RefBrack { .. } | Expr::Call { .. } => true,
        Expr::Var { span, .. } => rules.contains(span.text()),
        _ => false,
    }
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
        Expr::Var { span, .. } => {
            let name = span.text();
            name != "_" && !name.starts_with(NEGATED) && !name.starts_with(ITERATED)
        }
        Expr::Array { items, .. } | Expr::Set { items, .. } => {
            items.iter().any(|item| may_be_missing(item))
        }
        Expr::Object { fields, .. } => {
            fields.iter().any(|(_, key, value)| may_be_missing(key) || may_be_missing(value))
        }
        _ => true,
    }
}
