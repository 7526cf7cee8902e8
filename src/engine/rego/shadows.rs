//! Variables that a body within another one declares anew: `[x | f(x); x := g(x)]` where there is an `x` around it. In OPA the first is
//! the outer one; regorus refuses that, and `some x in` also where it is not used before. And the other way round: what the body around
//! it declares only afterwards, as in `n := count([x | s[x]]); x := n`, is not meant within. In each case the inner one gets a name of its
//! own. So does one that is declared amid a body (`y := xs[_]; some i; y[i]`), where its declaration goes.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{AssignOp, Expr, Literal, LiteralStmt, Query, Rule, RuleHead, Span};

use super::rewrite::{self, Edits, Met};
use super::table;

/// The first letters of names that stand for others.
const PREFIX: &str = "__own";

type Names = BTreeSet<String>;
type Renames = BTreeMap<String, String>;

/// The changes to a module; nothing where there are none.
pub(super) fn changes<'t>(
    text: &'t str,
    module: &regorus::unstable::Module,
) -> Option<(Edits<'t>, String)> {
    let heads = module.policy.iter().filter_map(|rule| table::chain(table::head(rule).0));
    let globals = heads.map(|(name, _)| name.to_owned()).collect();
    let mut scan = Scan { edits: Edits::new(text), count: 0, globals };
    for rule in &module.policy {
        scan.rule(rule);
    }
    (scan.count > 0).then(|| (scan.edits, String::new()))
}

struct Scan<'t> {
    edits: Edits<'t>,
    count: usize,
    /// Names of the module's rules.
    globals: Names,
}

/// What names mean where an expression stands.
#[derive(Clone, Copy)]
struct Scope<'s> {
    /// Variables that are declared around it.
    outer: &'s Names,
    /// Those that get another name.
    renames: &'s Renames,
    /// What its own body declares afterwards.
    later: &'s Names,
}

impl Scan<'_> {
    fn rule(&mut self, rule: &Rule) {
        let Rule::Spec { head, bodies, .. } = rule else { return };
        let mut arguments = self.globals.clone();
        let mut terms: Vec<&Expr> = Vec::new();
        match head {
            RuleHead::Func { args, assign, .. } => {
                for argument in args {
                    table::pattern(argument, &mut arguments);
                }
                terms.extend(assign.iter().map(|assign| &*assign.value));
            }
            RuleHead::Set { key, .. } => terms.extend(key.iter().map(|key| &**key)),
            RuleHead::Compr { assign, .. } => {
                terms.extend(assign.iter().map(|assign| &*assign.value));
            }
        }
        for (at, body) in bodies.iter().enumerate() {
            let own = body.assign.iter().map(|assign| &*assign.value);
            let terms: Vec<&Expr> = own.chain(terms.iter().copied().filter(|_| at == 0)).collect();
            self.query(&body.query, &terms, &arguments, &Renames::new());
        }
        if bodies.is_empty() {
            for term in terms {
                let (renames, later) = (Renames::new(), Names::new());
                self.expr(term, Scope { outer: &arguments, renames: &renames, later: &later });
            }
        }
    }

    fn query(&mut self, query: &Query, terms: &[&Expr], outer: &Names, renames: &Renames) {
        let mut inner = outer.clone();
        inner.append(&mut table::declared(query));
        let (mut renames, mut seen) = (renames.clone(), Names::new());
        for (at, statement) in query.stmts.iter().enumerate() {
            let new = fresh(statement);
            let mut later: Names = query.stmts[at..].iter().flat_map(fresh).collect();
            later.retain(|name| !outer.contains(name) && !seen.contains(name));
            let mut used = Names::new();
            for (expr, _) in parts(statement).into_iter().filter(|(_, is_new)| !is_new) {
                mentioned(expr, &mut used);
                self.expr(expr, Scope { outer: &inner, renames: &renames, later: &later });
            }
            if let Literal::Every { query, .. } = &statement.literal {
                mentioned_in(query, &mut used);
            }
            seen.append(&mut used);
            // regorus takes a declaration amid what goes over something for one that is made twice.
            let is_amid = |before: &[LiteralStmt]| {
                before.iter().any(|one| !matches!(one.literal, Literal::SomeVars { .. }))
            };
            let is_dropped = matches!(statement.literal, Literal::SomeVars { .. })
                && is_amid(&query.stmts[..at])
                && new.iter().all(|name| uses(query, terms, name));
            for name in &new {
                if outer.contains(name) || is_dropped {
                    let other = self.other(name);
                    renames.insert(name.clone(), other);
                }
            }
            if is_dropped {
                let (from, to) = (statement.span.start as usize, statement.span.end as usize);
                self.edits.replace(from..to, "true".to_owned());
            }
            seen.extend(new);
            let scope = Scope { outer: &inner, renames: &renames, later: &Names::new() };
            for (expr, _) in parts(statement).into_iter().filter(|(_, is_new)| *is_new) {
                self.expr(expr, scope);
            }
            match &statement.literal {
                Literal::SomeVars { vars, .. } if !is_dropped => {
                    for name in vars {
                        self.name(name, &renames);
                    }
                }
                Literal::Every { key, value, query, .. } => {
                    let names = key.iter().chain([value]);
                    for name in names.clone() {
                        self.name(name, &renames);
                    }
                    let mut within = inner.clone();
                    within.extend(names.map(|name| name.text().to_owned()));
                    self.query(query, &[], &within, &renames);
                }
                _ => {}
            }
        }
        let scope = Scope { outer: &inner, renames: &renames, later: &Names::new() };
        for term in terms {
            self.expr(term, scope);
        }
    }

    fn other(&mut self, name: &str) -> String {
        self.count += 1;
        format!("{PREFIX}{}_{name}", self.count)
    }

    /// A body within, whose variables are not those that are declared after it.
    fn within(&mut self, query: &Query, terms: &[&Expr], scope: Scope<'_>) {
        let mut names = Names::new();
        mentioned_in(query, &mut names);
        for term in terms {
            mentioned(term, &mut names);
        }
        let mut renames = scope.renames.clone();
        for name in scope.later.intersection(&names) {
            let other = self.other(name);
            renames.insert(name.clone(), other);
        }
        self.query(query, terms, scope.outer, &renames);
    }

    fn name(&mut self, span: &Span, renames: &Renames) {
        if let Some(name) = renames.get(span.text()) {
            self.edits.replace(span.start as usize..span.end as usize, name.clone());
        }
    }

    fn expr(&mut self, expr: &Expr, scope: Scope<'_>) {
        match expr {
            Expr::Var { span, .. } => self.name(span, scope.renames),
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.within(query, &[term], scope);
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                self.within(query, &[key, value], scope);
            }
            _ => children(expr, &mut |inner| self.expr(inner, scope)),
        }
    }
}

/// A name as its author wrote it.
pub(super) fn written(name: &str) -> &str {
    let rest = name.strip_prefix(PREFIX).and_then(|rest| rest.split_once('_'));
    rest.filter(|(count, _)| count.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(name, |(_, own)| own)
}

/// Whether a body or the terms that it serves name a variable, in bodies within them, too.
pub(super) fn uses(query: &Query, terms: &[&Expr], name: &str) -> bool {
    let mut found = false;
    let mut visit = |met: Met<'_>| match met {
        Met::Expr(expr) => {
            let (base, _) = table::steps(expr);
            found |= matches!(base, Expr::Var { span, .. } if span.text() == name);
        }
        Met::Statement(statement) => {
            let mut names = Names::new();
            if let Literal::SomeIn { key, value, .. } = &statement.literal {
                key.iter().chain([value]).for_each(|it| table::pattern(it, &mut names));
            }
            found |= names.contains(name);
        }
        Met::With(_) => {}
    };
    rewrite::walk_query(query, &mut visit);
    for term in terms {
        rewrite::walk_expr(term, &mut visit);
    }
    found
}

/// The variables that a statement declares.
pub(super) fn fresh(statement: &LiteralStmt) -> Names {
    let mut names = Names::new();
    for (expr, _) in parts(statement).into_iter().filter(|(_, is_new)| *is_new) {
        table::pattern(expr, &mut names);
    }
    if let Literal::SomeVars { vars, .. } = &statement.literal {
        names.extend(vars.iter().map(|name| name.text().to_owned()));
    }
    names
}

/// The expressions of a statement, and whether each is a pattern that declares its variables.
pub(super) fn parts(statement: &LiteralStmt) -> Vec<(&Expr, bool)> {
    let mut parts: Vec<(&Expr, bool)> = Vec::new();
    match &statement.literal {
        Literal::SomeVars { .. } => {}
        Literal::SomeIn { key, value, collection, .. } => {
            parts.push((collection, false));
            parts.extend(key.iter().chain([value]).map(|pattern| (&**pattern, true)));
        }
        Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => match &**expr {
            Expr::AssignExpr { op: AssignOp::ColEq, lhs, rhs, .. } => {
                parts.extend([(&**rhs, false), (&**lhs, true)]);
            }
            other => parts.push((other, false)),
        },
        Literal::Every { domain, .. } => parts.push((domain, false)),
    }
    parts.extend(statement.with_mods.iter().map(|modifier| (&*modifier.r#as, false)));
    parts
}

/// Every variable that an expression names, at any depth.
pub(super) fn mentioned(expr: &Expr, names: &mut Names) {
    match expr {
        Expr::Var { span, .. } => {
            names.insert(span.text().to_owned());
        }
        Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
            mentioned(term, names);
            mentioned_in(query, names);
        }
        Expr::ObjectCompr { key, value, query, .. } => {
            mentioned(key, names);
            mentioned(value, names);
            mentioned_in(query, names);
        }
        _ => children(expr, &mut |inner| mentioned(inner, names)),
    }
}

fn mentioned_in(query: &Query, names: &mut Names) {
    for statement in &query.stmts {
        for (expr, _) in parts(statement) {
            mentioned(expr, names);
        }
        if let Literal::Every { query, .. } = &statement.literal {
            mentioned_in(query, names);
        }
    }
}

/// The expressions right below one that is no comprehension; not the name of a called function.
pub(super) fn children<'e>(expr: &'e Expr, visit: &mut dyn FnMut(&'e Expr)) {
    match expr {
        Expr::Array { items, .. } | Expr::Set { items, .. } => {
            for item in items {
                visit(item);
            }
        }
        Expr::Object { fields, .. } => fields.iter().for_each(|(_, key, value)| {
            visit(key);
            visit(value);
        }),
        Expr::Call { params, .. } => params.iter().for_each(|item| visit(item)),
        Expr::UnaryExpr { expr, .. } => visit(expr),
        Expr::RefDot { refr, .. } => visit(refr),
        Expr::RefBrack { refr, index, .. } => {
            visit(refr);
            visit(index);
        }
        Expr::BinExpr { lhs, rhs, .. }
        | Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::AssignExpr { lhs, rhs, .. } => {
            visit(lhs);
            visit(rhs);
        }
        Expr::Membership { key, value, collection, .. } => {
            for each in key.iter().chain([value, collection]) {
                visit(each);
            }
        }
        _ => {}
    }
}
