//! Whether every variable of a body gets a value: the order of statements does not matter, but one that no statement can give a value
//! has none in any order. regorus evaluates such a body in some order all the same, and says so on the standard error.
//!
//! Errs on the side of letting a module through.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{Expr, Literal, LiteralStmt, Query, Rule, RuleHead, Span};

use super::calls::Fault;
use super::shadows::{self, children};
use super::table::{self, Access, Table};
use super::{Options, builtins};

type Names = BTreeSet<String>;
/// Names with a place where each stands.
type Needs<'a> = BTreeMap<&'a str, &'a Span>;

/// Check all modules of a table.
pub(super) fn check(table: &Table, options: &Options) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (_, entry) in table.paths() {
        for (module, rule) in &entry.definitions {
            let (own, declared, faults_of) = (Names::new(), BTreeMap::new(), Vec::new());
            let module = *module;
            let mut check = Check { table, options, module, own, declared, faults: faults_of };
            check.rule(rule);
            faults.append(&mut check.faults);
        }
    }
    faults
}

/// What an expression needs and gives.
#[derive(Default)]
struct Flow<'a> {
    needs: Needs<'a>,
    gives: Needs<'a>,
}

struct Check<'t> {
    table: &'t Table,
    options: &'t Options,
    module: usize,
    /// Variables of the body that is looked at, but those of bodies within it.
    own: Names,
    /// Where a statement of it declares them: a body within, before that, means others.
    declared: BTreeMap<String, u32>,
    faults: Vec<Fault>,
}

impl Check<'_> {
    fn rule(&mut self, rule: &Rule) {
        let Rule::Spec { head, bodies, .. } = rule else { return };
        let mut known = Names::new();
        let mut terms: Vec<&Expr> = Vec::new();
        let refr = match head {
            RuleHead::Func { refr, args, assign, .. } => {
                for argument in args {
                    table::pattern(argument, &mut known);
                }
                terms.extend(assign.iter().map(|assign| &*assign.value));
                refr
            }
            RuleHead::Set { refr, key, .. } => {
                terms.extend(key.iter().map(|key| &**key));
                refr
            }
            RuleHead::Compr { refr, assign, .. } => {
                terms.extend(assign.iter().map(|assign| &*assign.value));
                refr
            }
        };
        for access in table::steps(refr).1 {
            if let Access::Index(index) = access {
                terms.push(index);
            }
        }
        if bodies.is_empty() {
            for term in &terms {
                self.within(term, &known);
            }
        }
        for body in bodies {
            // An `else` has a value of its own, or none.
            let own: Vec<&Expr> = body.assign.iter().map(|assign| &*assign.value).collect();
            let given = if body.is_else { &own } else { &terms };
            self.query(&body.query, given, &known);
        }
    }

    fn query(&mut self, query: &Query, terms: &[&Expr], outer: &Names) {
        let declared = table::declared(query);
        let mut known: Names = outer.difference(&declared).cloned().collect();
        let before = std::mem::replace(&mut self.own, declared);
        let places = std::mem::take(&mut self.declared);
        for statement in &query.stmts {
            for name in shadows::fresh(statement) {
                if self.declared.contains_key(&name) {
                    let message = format!("{name} is declared above in the same body");
                    let fault = self.fault_at(&statement.span, message);
                    self.faults.push(fault);
                }
                self.declared.entry(name).or_insert(statement.span.start);
            }
            for expr in parts(statement) {
                self.collect(expr);
            }
        }
        for term in terms {
            self.collect(term);
        }
        self.unused(query, terms);
        let mut left: Vec<&LiteralStmt> = query.stmts.iter().collect();
        loop {
            let count = left.len();
            left.retain(|statement| match self.gives(statement, &known) {
                Ok(mut given) => {
                    known.append(&mut given);
                    false
                }
                Err(_) => true,
            });
            if left.len() == count {
                break;
            }
        }
        for statement in &left {
            if let Err(missing) = self.gives(statement, &known)
                && let Some((name, span)) = missing.into_iter().min_by_key(|(_, span)| span.start)
            {
                self.fault(name, span);
            }
        }
        if left.is_empty() {
            for term in terms {
                let mut flow = Flow::default();
                self.term(term, &known, &mut flow);
                if let Some((name, span)) = flow.missing(&known).into_iter().next() {
                    self.fault(name, span);
                }
            }
            for statement in &query.stmts {
                for expr in parts(statement) {
                    self.within(expr, &known);
                }
                if let Literal::Every { key, value, query, .. } = &statement.literal {
                    let mut inner = known.clone();
                    inner.extend(key.iter().chain([value]).map(|name| name.text().to_owned()));
                    let again = table::declared(query);
                    for name in key.iter().chain([value]).filter(|it| again.contains(it.text())) {
                        let message = format!("{} is declared in the body again", name.text());
                        let fault = self.fault_at(name, message);
                        self.faults.push(fault);
                    }
                    self.query(query, &[], &inner);
                }
            }
            for term in terms {
                self.within(term, &known);
            }
        }
        self.own = before;
        self.declared = places;
    }

    /// Names of `some x` and of `every` that nothing uses.
    fn unused(&mut self, query: &Query, terms: &[&Expr]) {
        let mut names: Vec<&Span> = Vec::new();
        for statement in &query.stmts {
            match &statement.literal {
                Literal::SomeVars { vars, .. } => {
                    names.extend(
                        vars.iter().filter(|name| !shadows::uses(query, terms, name.text())),
                    );
                }
                Literal::Every { key, value, query, .. } => {
                    let named = key.iter().chain([value]).filter(|name| name.text() != "_");
                    names.extend(named.filter(|name| !shadows::uses(query, &[], name.text())));
                }
                _ => {}
            }
        }
        for name in names {
            let message = format!("{} is declared and never used", shadows::written(name.text()));
            let fault = self.fault_at(name, message);
            self.faults.push(fault);
        }
    }

    fn fault(&mut self, name: &str, span: &Span) {
        let message =
            format!("{} is unsafe: no statement gives it a value", shadows::written(name));
        let fault = self.fault_at(span, message);
        self.faults.push(fault);
    }

    fn fault_at(&self, span: &Span, message: String) -> Fault {
        let (line, column) = table::position(span);
        Fault { module: self.module, line, column, message }
    }

    /// The bodies within an expression.
    fn within(&mut self, expr: &Expr, known: &Names) {
        match expr {
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.query(query, &[term], known);
            }
            Expr::ObjectCompr { key, value, query, .. } => self.query(query, &[key, value], known),
            _ => {
                let mut inner = Vec::new();
                children(expr, &mut |each| inner.push(each));
                for each in inner {
                    self.within(each, known);
                }
            }
        }
    }

    /// Whether a name is that of a variable.
    fn is_variable(&self, name: &str) -> bool {
        let is_global = || {
            matches!(name, "input" | "data") || self.table.resolve(self.module, name, &[]).is_some()
        };
        name != "_" && (self.own.contains(name) || !is_global())
    }

    /// The variables of an expression, but those of bodies within it.
    fn collect(&mut self, expr: &Expr) {
        match expr {
            Expr::Var { span, .. } if self.is_variable(span.text()) => {
                self.own.insert(span.text().to_owned());
            }
            Expr::ArrayCompr { .. } | Expr::SetCompr { .. } | Expr::ObjectCompr { .. } => {}
            _ => {
                let mut inner = Vec::new();
                children(expr, &mut |each| inner.push(each));
                for each in inner {
                    self.collect(each);
                }
            }
        }
    }

    /// What a statement gives where some names are known, or what it lacks.
    fn gives<'a>(&self, statement: &'a LiteralStmt, known: &Names) -> Result<Names, Needs<'a>> {
        let mut flow = Flow::default();
        match &statement.literal {
            Literal::SomeVars { .. } => {}
            Literal::SomeIn { key, value, collection, .. } => {
                self.term(collection, known, &mut flow);
                let is_settled = flow.missing(known).is_empty();
                for pattern in key.iter().chain([value]).filter(|_| is_settled) {
                    self.pattern(pattern, known, &mut flow);
                }
            }
            Literal::Expr { expr, .. } => self.statement(expr, known, &mut flow),
            Literal::NotExpr { expr, .. } => {
                let mut inner = Flow::default();
                self.term(expr, known, &mut inner);
                flow.needs.append(&mut inner.needs);
                flow.needs.append(&mut inner.gives);
            }
            Literal::Every { key, value, domain, query, .. } => {
                self.term(domain, known, &mut flow);
                let names = key.iter().chain([value]).map(|name| name.text().to_owned());
                self.free(query, &[], &names.collect(), &mut flow);
            }
        }
        for modifier in &statement.with_mods {
            if !self.is_function(&modifier.r#as) {
                self.term(&modifier.r#as, known, &mut flow);
            }
        }
        let missing = flow.missing(known);
        if missing.is_empty() {
            Ok(flow.gives.into_keys().map(str::to_owned).collect())
        } else {
            Err(missing)
        }
    }

    /// Whether an expression names a function, as `with f as g` does.
    fn is_function(&self, expr: &Expr) -> bool {
        table::chain(expr).is_some_and(|(root, _)| !self.own.contains(root))
            && self.arity(expr).is_some()
    }

    fn arity(&self, function: &Expr) -> Option<usize> {
        let path = self.table.function(self.module, function)?;
        if let Some(entry) = self.table.get(&path) {
            return entry.arity;
        }
        let host = self.options.functions.iter().find(|function| function.name == path);
        let arity = host.map(|function| function.arity).or_else(|| builtins::arity(&path));
        arity.map(usize::from)
    }

    fn statement<'a>(&self, expr: &'a Expr, known: &Names, flow: &mut Flow<'a>) {
        match expr {
            Expr::AssignExpr { lhs, rhs, .. } => self.unify(lhs, rhs, known, flow),
            Expr::Call { fcn, params, .. } => {
                let takes = self.arity(fcn).filter(|takes| *takes + 1 == params.len());
                let (given, output) = params.split_at(takes.unwrap_or(params.len()));
                let mut own = Flow::default();
                for each in given {
                    self.term(each, known, &mut own);
                }
                // What it gives is not there before.
                let is_settled = own.missing(known).is_empty();
                flow.add(own);
                for each in output.iter().filter(|_| is_settled) {
                    self.pattern(each, known, flow);
                }
            }
            _ => self.term(expr, known, flow),
        }
    }

    /// Either side gives the other one its variables.
    fn unify<'a>(&self, lhs: &'a Expr, rhs: &'a Expr, known: &Names, flow: &mut Flow<'a>) {
        if let (Expr::Array { items: left, .. }, Expr::Array { items: right, .. }) = (lhs, rhs)
            && left.len() == right.len()
        {
            let pairs = left.iter().zip(right).map(|(left, right)| (&**left, &**right));
            return self.unify_all(pairs.collect(), known, flow);
        }
        if let (Expr::Object { fields: left, .. }, Expr::Object { fields: right, .. }) = (lhs, rhs)
            && left.len() == right.len()
        {
            let mut pairs = Vec::new();
            for (_, key, value) in left {
                let text = key.span().text();
                match right.iter().find(|(_, other, _)| other.span().text() == text) {
                    Some((_, _, other)) => pairs.push((&**value, &**other)),
                    None => self.term(value, known, flow),
                }
                self.term(key, known, flow);
            }
            return self.unify_all(pairs, known, flow);
        }
        let mut sides = [Flow::default(), Flow::default()];
        self.term(lhs, known, &mut sides[0]);
        self.term(rhs, known, &mut sides[1]);
        let settled = sides.each_ref().map(|side| side.missing(known).is_empty());
        let [left, right] = sides;
        match settled {
            [_, true] => {
                flow.add(right);
                self.pattern(lhs, known, flow);
            }
            [true, _] => {
                flow.add(left);
                self.pattern(rhs, known, flow);
            }
            _ => {
                flow.add(left);
                flow.add(right);
            }
        }
    }

    /// Pairs that give one another their variables, in any order.
    fn unify_all<'a>(
        &self,
        mut pairs: Vec<(&'a Expr, &'a Expr)>,
        known: &Names,
        flow: &mut Flow<'a>,
    ) {
        let mut known = known.clone();
        loop {
            let count = pairs.len();
            pairs.retain(|(left, right)| {
                let mut own = Flow::default();
                self.unify(left, right, &known, &mut own);
                let settled = own.missing(&known).is_empty();
                if settled {
                    known.extend(own.gives.keys().map(|name| (*name).to_owned()));
                    flow.add(own);
                }
                !settled
            });
            if pairs.len() == count {
                break;
            }
        }
        for (left, right) in pairs {
            self.unify(left, right, &known, flow);
        }
    }

    /// Something that takes the form of a value: its variables get theirs.
    fn pattern<'a>(&self, expr: &'a Expr, known: &Names, flow: &mut Flow<'a>) {
        match expr {
            Expr::Var { span, .. } => {
                if self.is_variable(span.text()) {
                    flow.gives.insert(span.text(), span);
                }
            }
            Expr::Array { items, .. } => {
                for item in items {
                    self.pattern(item, known, flow);
                }
            }
            Expr::Object { fields, .. } => fields.iter().for_each(|(_, key, value)| {
                self.term(key, known, flow);
                self.pattern(value, known, flow);
            }),
            _ => self.term(expr, known, flow),
        }
    }

    fn term<'a>(&self, expr: &'a Expr, known: &Names, flow: &mut Flow<'a>) {
        match expr {
            Expr::Var { span, .. } => {
                if self.is_variable(span.text()) {
                    flow.needs.insert(span.text(), span);
                }
            }
            Expr::RefDot { .. } | Expr::RefBrack { .. } => {
                let (base, accesses) = table::steps(expr);
                self.term(base, known, flow);
                for access in accesses {
                    if let Access::Index(index) = access {
                        self.pattern(index, known, flow);
                    }
                }
            }
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.free(query, &[term], &Names::new(), flow);
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                self.free(query, &[key, value], &Names::new(), flow);
            }
            _ => children(expr, &mut |each| self.term(each, known, flow)),
        }
    }

    /// What a body within needs of this one.
    fn free<'a>(
        &self,
        query: &'a Query,
        terms: &[&'a Expr],
        declared: &Names,
        flow: &mut Flow<'a>,
    ) {
        let mut declared = declared.clone();
        declared.append(&mut table::declared(query));
        for statement in &query.stmts {
            for expr in parts(statement) {
                self.mentioned(expr, flow, &declared);
            }
            if let Literal::Every { query, key, value, .. } = &statement.literal {
                let names = key.iter().chain([value]).map(|name| name.text().to_owned());
                let inner = declared.iter().cloned().chain(names).collect();
                self.free(query, &[], &inner, flow);
            }
        }
        for term in terms {
            self.mentioned(term, flow, &declared);
        }
    }

    /// Variables of the body that is looked at, in what stands in a body within.
    fn mentioned<'a>(&self, expr: &'a Expr, flow: &mut Flow<'a>, declared: &Names) {
        match expr {
            Expr::Var { span, .. } => {
                let name = span.text();
                let is_later = self.declared.get(name).is_some_and(|at| *at > span.start);
                if self.own.contains(name) && !declared.contains(name) && !is_later {
                    flow.needs.insert(name, span);
                }
            }
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.free(query, &[term], declared, flow);
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                self.free(query, &[key, value], declared, flow);
            }
            _ => children(expr, &mut |each| self.mentioned(each, flow, declared)),
        }
    }
}

impl<'a> Flow<'a> {
    fn add(&mut self, mut other: Self) {
        self.needs.append(&mut other.needs);
        self.gives.append(&mut other.gives);
    }

    /// What is neither known nor given.
    fn missing(&self, known: &Names) -> Needs<'a> {
        let given = |name: &str| known.contains(name) || self.gives.contains_key(name);
        self.needs.iter().filter(|(name, _)| !given(name)).map(|(n, s)| (*n, *s)).collect()
    }
}

/// The expressions of a statement; not those of an `every`'s body.
fn parts(statement: &LiteralStmt) -> impl Iterator<Item = &Expr> {
    shadows::parts(statement).into_iter().map(|(expr, _)| expr)
}
