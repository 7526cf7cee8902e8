//! Goes over the rules of all modules, works out what each part can be, and names what can never hold.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{
    ArithOp, AssignOp, BoolOp, Expr, Literal, LiteralStmt, Query, Ref, Rule, RuleHead, Span,
};

use super::signatures::{self, Signature};
use super::{Any, Array, Boolean, Null, Number, Object, Set, Type};
use crate::engine::rego::calls::Fault;
use crate::engine::rego::rewrite;
use crate::engine::rego::table::{self, Access, Entry, Table};

/// Variables of a body and of those around it; nothing is known of one that has no value yet.
type Names = Vec<BTreeMap<String, Option<Type>>>;

/// Check all modules of a table.
pub(in crate::engine::rego) fn check(table: &Table) -> Vec<Fault> {
    let mut check = Check {
        table,
        module: 0,
        names: Vec::new(),
        rules: BTreeMap::new(),
        open: BTreeSet::new(),
        met: BTreeMap::new(),
        faults: Vec::new(),
        quiet: 0,
    };
    for (path, _) in table.paths() {
        check.rule(path);
    }
    check.faults
}

/// What a rule is.
#[derive(Clone)]
enum Kind {
    Value(Type),
    Function(Signature),
}

struct Check<'t> {
    table: &'t Table,
    module: usize,
    names: Names,
    rules: BTreeMap<&'t str, Kind>,
    /// Rules that are looked at: one that needs itself can be anything.
    open: BTreeSet<&'t str>,
    /// What was worked out of calls and references, by where they are in memory: each is looked at once.
    met: BTreeMap<*const Expr, Type>,
    faults: Vec<Fault>,
    /// In how many statements that other values are given for.
    quiet: usize,
}

impl<'t> Check<'t> {
    fn rule(&mut self, path: &'t str) -> Kind {
        if let Some(kind) = self.rules.get(path) {
            return kind.clone();
        }
        let Some(entry) = self.table.get(path).filter(|_| self.open.insert(path)) else {
            return Kind::Value(Any);
        };
        let before =
            (self.module, std::mem::take(&mut self.names), std::mem::take(&mut self.quiet));
        let kind = match entry.arity {
            // `f() := …` is a rule that may be called.
            Some(0) => Kind::Value(Any),
            Some(arity) => Kind::Function(self.function(entry, arity)),
            None => Kind::Value(self.value(path, entry)),
        };
        (self.module, self.names, self.quiet) = before;
        self.open.remove(path);
        self.rules.insert(path, kind.clone());
        kind
    }

    /// The type of a rule that is no function: any where some of it is wrong or stands elsewhere.
    fn value(&mut self, path: &str, entry: &'t Entry) -> Type {
        let faults = self.faults.len();
        let mut all: Option<Type> = None;
        for (module, rule) in &entry.definitions {
            self.module = *module;
            let one = self.definition(rule, &mut Vec::new());
            all = Some(all.map_or(one.clone(), |all| all.or(one)));
        }
        if self.faults.len() > faults || self.table.has_below(path) {
            Any
        } else {
            all.unwrap_or(Any)
        }
    }

    fn function(&mut self, entry: &'t Entry, arity: usize) -> Signature {
        let faults = self.faults.len();
        let mut all: Option<Signature> = None;
        for (module, rule) in &entry.definitions {
            self.module = *module;
            let mut takes = Vec::new();
            let gives = self.definition(rule, &mut takes);
            takes.resize(arity, Any);
            all = Some(match all {
                None => Signature { takes, gives },
                Some(all) => Signature {
                    takes: all.takes.into_iter().zip(takes).map(|(a, b)| a.or(b)).collect(),
                    gives: all.gives.or(gives),
                },
            });
        }
        let any = Signature { takes: vec![Any; arity], gives: Any };
        all.filter(|_| self.faults.len() == faults).unwrap_or(any)
    }

    /// What a definition gives; what its arguments are is added to `takes`.
    fn definition(&mut self, rule: &'t Rule, takes: &mut Vec<Type>) -> Type {
        let Rule::Spec { head, bodies, .. } = rule else {
            let Rule::Default { value, args, .. } = rule else { return Any };
            takes.resize(args.len(), Any);
            self.names = vec![BTreeMap::new()];
            return self.of(value);
        };
        let mut gives: Option<Type> = None;
        let mut add = |one: Type| gives = Some(gives.take().map_or(one.clone(), |all| all.or(one)));
        let mut given: Vec<Type> = Vec::new();
        let count = bodies.len().max(1);
        for at in 0..count {
            let body = bodies.get(at);
            self.names = vec![BTreeMap::new()];
            if let RuleHead::Func { args, .. } = head {
                let mut names = BTreeSet::new();
                for arg in args {
                    table::pattern(arg, &mut names);
                }
                self.names = vec![names.into_iter().map(|name| (name, None)).collect()];
            }
            if let Some(body) = body {
                self.names.push(BTreeMap::new());
                self.query(&body.query);
            }
            let own = body.and_then(|body| body.assign.as_ref());
            let is_else = body.is_some_and(|body| body.is_else);
            add(match head {
                RuleHead::Set { key: Some(key), .. } => Set(self.of(key).into()),
                RuleHead::Set { .. } => Any,
                RuleHead::Compr { refr, assign, .. } => {
                    let value = own.or(assign.as_ref().filter(|_| !is_else));
                    let value = value.map(|value| self.of(&value.value));
                    self.below(refr, value)
                }
                RuleHead::Func { assign, .. } => {
                    let value = own.or(assign.as_ref().filter(|_| !is_else));
                    value.map_or(Boolean, |value| self.of(&value.value))
                }
            });
            if let RuleHead::Func { args, .. } = head {
                let own: Vec<Type> = args.iter().map(|arg| self.of(arg)).collect();
                given = if at == 0 {
                    own
                } else {
                    given.into_iter().zip(own).map(|(a, b)| a.or(b)).collect()
                };
            }
        }
        takes.append(&mut given);
        gives.unwrap_or(Any)
    }

    /// What stands below a head: `p[x] := …` is an object.
    fn below(&mut self, refr: &'t Expr, value: Option<Type>) -> Type {
        let (_, accesses) = table::steps(refr);
        let first = accesses.iter().position(|access| matches!(access, Access::Index(_)));
        match (first, value) {
            (None, value) => value.unwrap_or(Boolean),
            (Some(at), Some(value)) if at + 1 == accesses.len() => match &accesses[at] {
                Access::Index(key) => Type::object_of(self.of(key), value),
                Access::Key(_) => Any,
            },
            _ => Any,
        }
    }

    fn query(&mut self, query: &'t Query) {
        for statement in &query.stmts {
            // What a statement declares is another variable to those before it.
            let mut declared = BTreeSet::new();
            table::declared_by(statement, &mut declared);
            if let Some(names) = self.names.last_mut() {
                names.extend(declared.into_iter().map(|name| (name, None)));
            }
            self.statement(statement);
        }
    }

    /// A body within another one.
    fn within<T>(&mut self, names: &[(&str, Type)], run: impl FnOnce(&mut Self) -> T) -> T {
        let own = names.iter().map(|(name, of)| ((*name).to_owned(), Some(of.clone())));
        self.names.push(own.collect());
        self.names.push(BTreeMap::new());
        let result = run(self);
        self.names.truncate(self.names.len() - 2);
        result
    }

    fn statement(&mut self, statement: &'t LiteralStmt) {
        // Of what is given another value nothing is known; `input` can be anything as it is.
        let replaced = statement
            .with_mods
            .iter()
            .any(|with| table::chain(&with.refr).is_none_or(|(root, _)| root != "input"));
        for with in &statement.with_mods {
            self.quiet += 1;
            self.of(&with.r#as);
            self.quiet -= 1;
        }
        self.quiet += usize::from(replaced);
        match &statement.literal {
            Literal::SomeVars { .. } => {}
            Literal::SomeIn { key, value, collection, .. } => {
                let over = self.of(collection);
                let Some((keys, values)) = self.gone_over(collection, &over) else {
                    self.quiet -= usize::from(replaced);
                    return;
                };
                if let Some(key) = key {
                    self.bind(key, &keys);
                }
                self.bind(value, &values);
            }
            Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => {
                self.of(expr);
            }
            Literal::Every { key, value, domain, query, .. } => {
                let over = self.of(domain);
                let (keys, values) = over.keys().zip(over.values()).unwrap_or((Any, Any));
                let mut names = vec![(value.text(), values)];
                names.extend(key.as_ref().map(|key| (key.text(), keys)));
                self.within(&names, |check| check.query(query));
            }
        }
        self.quiet -= usize::from(replaced);
    }

    fn gone_over(&mut self, expr: &Expr, over: &Type) -> Option<(Type, Type)> {
        let found = over.keys().zip(over.values());
        if found.is_none() {
            self.fault(expr, &format!("{} has no elements", over.described()));
        }
        found
    }

    /// What an expression can be.
    fn of(&mut self, expr: &'t Expr) -> Type {
        match expr {
            Expr::String { .. } | Expr::RawString { .. } => Type::String,
            Expr::Number { .. } | Expr::UnaryExpr { .. } => {
                if let Expr::UnaryExpr { expr, .. } = expr {
                    self.of(expr);
                }
                Number
            }
            Expr::Bool { .. } => Boolean,
            Expr::Null { .. } => Null,
            Expr::Var { span, .. } => self.variable(span.text(), expr),
            Expr::Array { items, .. } => {
                Type::tuple(items.iter().map(|item| self.of(item)).collect())
            }
            Expr::Set { items, .. } => {
                let all: Vec<Type> = items.iter().map(|item| self.of(item)).collect();
                Set(all.into_iter().reduce(Type::or).unwrap_or(Any).into())
            }
            Expr::Object { fields, .. } => self.object(fields),
            Expr::ArrayCompr { term, query, .. } => {
                Type::array_of(self.comprehension(query, &[term]).remove(0))
            }
            Expr::SetCompr { term, query, .. } => {
                Set(self.comprehension(query, &[term]).remove(0).into())
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                let mut both = self.comprehension(query, &[key, value]);
                Type::object_of(both.remove(0), both.remove(0))
            }
            Expr::BoolExpr { op, lhs, rhs, .. } => {
                if *op == BoolOp::Eq {
                    self.unify(expr, lhs, rhs);
                } else {
                    self.of(lhs);
                    self.of(rhs);
                }
                Boolean
            }
            Expr::AssignExpr { op, lhs, rhs, .. } => {
                if *op == AssignOp::ColEq {
                    let given = self.of(rhs);
                    if !self.bind(lhs, &given) {
                        self.never(expr, lhs, &given);
                    }
                } else {
                    self.unify(expr, lhs, rhs);
                }
                Boolean
            }
            Expr::Membership { key, value, collection, .. } => {
                for part in key.iter().chain([value, collection]) {
                    self.of(part);
                }
                Boolean
            }
            Expr::Call { .. }
            | Expr::BinExpr { .. }
            | Expr::ArithExpr { .. }
            | Expr::RefDot { .. }
            | Expr::RefBrack { .. } => {
                if let Some(known) = self.met.get(&std::ptr::from_ref(expr)) {
                    return known.clone();
                }
                let found = self.computed(expr);
                self.met.insert(std::ptr::from_ref(expr), found.clone());
                found
            }
        }
    }

    fn object(&mut self, fields: &'t [(Span, Ref<Expr>, Ref<Expr>)]) -> Type {
        let mut members = BTreeMap::new();
        let mut more: Option<(Type, Type)> = None;
        for (_, key, value) in fields {
            let of = self.of(value);
            match &**key {
                Expr::String { value: name, .. } | Expr::RawString { value: name, .. }
                    if members.len() < super::MAX_MEMBERS =>
                {
                    if let Ok(name) = name.as_string() {
                        members.insert(std::sync::Arc::clone(name), of);
                    }
                }
                _ => {
                    let key = self.of(key);
                    more =
                        Some(more.map_or((key.clone(), of.clone()), |more| {
                            (more.0.or(key), more.1.or(of))
                        }));
                }
            }
        }
        Object(members.into(), more.map(Into::into))
    }

    fn comprehension(&mut self, query: &'t Query, terms: &[&'t Ref<Expr>]) -> Vec<Type> {
        self.within(&[], |check| {
            check.query(query);
            terms.iter().map(|term| check.of(term)).collect()
        })
    }

    /// Of calls, operators and references.
    fn computed(&mut self, expr: &'t Expr) -> Type {
        match expr {
            Expr::Call { fcn, params, .. } => self.call(fcn, params),
            Expr::BinExpr { lhs, rhs, .. } => {
                for side in [lhs, rhs] {
                    self.operand(side, &Set(Any.into()), "an operator of sets");
                }
                Set(Any.into())
            }
            Expr::ArithExpr { op, lhs, rhs, .. } => {
                let takes = match op {
                    ArithOp::Sub => Number.or(Set(Any.into())),
                    _ => Number,
                };
                for side in [lhs, rhs] {
                    self.operand(side, &takes, "arithmetic");
                }
                takes
            }
            _ => self.reference(expr),
        }
    }

    fn operand(&mut self, side: &'t Expr, takes: &Type, what: &str) {
        let given = self.of(side);
        if !self.bind(side, takes) {
            let message = format!("{what} takes {}, not {}", takes.described(), given.described());
            self.fault(side, &message);
        }
    }

    fn call(&mut self, function: &'t Expr, arguments: &'t [Ref<Expr>]) -> Type {
        if function.span().text() == rewrite::MARK {
            return arguments.get(1).map_or(Any, |inner| self.of(inner));
        }
        let given: Vec<Type> = arguments.iter().map(|argument| self.of(argument)).collect();
        let Some(path) = self.table.function(self.module, function) else { return Any };
        let signature = match self.table.key(&path).map(|path| self.rule(path)) {
            Some(Kind::Function(signature)) => signature,
            Some(Kind::Value(_)) => return Any,
            None => match signatures::of(&path) {
                Some(signature) => signature.clone(),
                None => return Any,
            },
        };
        let name = path.rsplit("data.").next().unwrap_or(&path);
        for (at, argument) in arguments.iter().enumerate() {
            let takes = signature.takes.get(at).unwrap_or(&signature.gives);
            if !self.bind(argument, takes) {
                let what = if at < signature.takes.len() { "takes" } else { "gives" };
                let (takes, given) = (takes.described(), given[at].described());
                let message = if takes == given {
                    format!("{name} {what} {takes} of other elements")
                } else {
                    format!("{name} {what} {takes}, not {given}")
                };
                self.fault(argument, &message);
                return Any;
            }
        }
        if arguments.len() > signature.takes.len() { Boolean } else { signature.gives }
    }

    fn variable(&mut self, name: &str, expr: &'t Expr) -> Type {
        match self.known(name) {
            Some(known) => known.clone().unwrap_or(Any),
            None => self.reference(expr),
        }
    }

    /// What is known of a variable: nothing where the name is none, or has not been met.
    fn known(&self, name: &str) -> Option<&Option<Type>> {
        self.names.iter().rev().find_map(|names| names.get(name))
    }

    fn reference(&mut self, expr: &'t Expr) -> Type {
        let (base, accesses) = table::steps(expr);
        let (mut own, mut steps) = (Any, 0);
        match base {
            Expr::Var { span, .. } if self.known(span.text()).is_some() => {
                own = self.variable(span.text(), base);
            }
            Expr::Var { span, .. } => {
                if let Some((path, taken)) = self.table.exact(self.module, span.text(), &accesses) {
                    steps = taken;
                    own = match self.rule(path) {
                        Kind::Value(of) => of,
                        Kind::Function(_) => {
                            let name = path.rsplit('.').next().unwrap_or(path);
                            self.fault(expr, &format!("{name} is a function: call it"));
                            Any
                        }
                    };
                }
            }
            other => own = self.of(other),
        }
        for access in &accesses[steps..] {
            let below = match access {
                Access::Key(name) => own.member(name),
                Access::Index(index) => self.indexed(&own, index),
            };
            let Some(below) = below else {
                let what = match access {
                    Access::Key(name) => format!("`{name}`"),
                    Access::Index(_) => "such element".to_owned(),
                };
                self.fault(expr, &format!("{} has no {what} here", own.described()));
                return Any;
            };
            own = below;
        }
        own
    }

    fn indexed(&mut self, own: &Type, index: &'t Expr) -> Option<Type> {
        if let Expr::Number { value, .. } = index {
            return own.element(value.as_u64().ok().and_then(|at| usize::try_from(at).ok()));
        }
        let keys = own.keys()?;
        self.of(index);
        if !self.bind(index, &keys) {
            return None;
        }
        own.values()
    }

    /// Two sides that have to be the same.
    fn unify(&mut self, whole: &'t Expr, left: &'t Expr, right: &'t Expr) {
        let (one, other) = (self.of(left), self.of(right));
        let holds = match (self.is_open(left), self.is_open(right)) {
            (false, false) => one.meets(&other),
            (true, false) => self.bind(left, &other),
            (false, true) => self.bind(right, &one),
            (true, true) => true,
        };
        if !holds {
            self.never(whole, left, &other);
        }
    }

    fn never(&mut self, whole: &'t Expr, left: &'t Expr, given: &Type) {
        let (one, other) = (self.of(left).described(), given.described());
        let message = if one == other {
            format!("the two sides never have the same elements: each is {one}")
        } else {
            format!("{one} is never {other}")
        };
        self.fault(whole, &message);
    }

    /// Whether something has a variable that has no value yet where it stands.
    fn is_open(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Var { span, .. } => self.is_new(span.text()),
            Expr::Array { items, .. } | Expr::Set { items, .. } => {
                items.iter().any(|item| self.is_open(item))
            }
            Expr::Object { fields, .. } => fields.iter().any(|(_, _, value)| self.is_open(value)),
            Expr::Call { fcn, params, .. } if fcn.span().text() == rewrite::MARK => {
                params.get(1).is_some_and(|inner| self.is_open(inner))
            }
            _ => false,
        }
    }

    fn is_new(&self, name: &str) -> bool {
        match self.known(name) {
            Some(known) => known.is_none(),
            None => {
                name == "_"
                    || (name != "input"
                        && name != "data"
                        && self.table.resolve(self.module, name, &[]).is_none())
            }
        }
    }

    /// Whether something can have a type; variables without a value get it.
    fn bind(&mut self, expr: &'t Expr, of: &Type) -> bool {
        match expr {
            Expr::Var { span, .. } if self.is_new(span.text()) => {
                self.give(span.text(), of);
                true
            }
            Expr::Array { items, .. } => {
                of.alternatives().iter().fold(false, |any, one| {
                    let fits = match one {
                        Any => {
                            for item in items {
                                self.bind(item, &Any);
                            }
                            true
                        }
                        Array(known, more) => {
                            (items.len() == known.len() || more.is_some())
                                && items.iter().enumerate().fold(true, |all, (at, item)| match one
                                    .element(Some(at))
                                {
                                    Some(each) => self.bind(item, &each) && all,
                                    None => false,
                                })
                        }
                        _ => false,
                    };
                    any || fits
                }) || is_doubtful(expr, of)
            }
            Expr::Object { .. } | Expr::Set { .. } if self.is_open(expr) => {
                let own = self.of(expr);
                let fits = own.meets(of);
                let mut names = BTreeSet::new();
                table::pattern(expr, &mut names);
                for name in
                    names.iter().filter(|name| self.is_new(name)).cloned().collect::<Vec<_>>()
                {
                    self.give(&name, &Any);
                }
                fits
            }
            Expr::Call { fcn, params, .. } if fcn.span().text() == rewrite::MARK => {
                params.get(1).is_none_or(|inner| self.bind(inner, of))
            }
            _ => self.of(expr).meets(of),
        }
    }

    fn give(&mut self, name: &str, of: &Type) {
        if name == "_" {
            return;
        }
        for names in self.names.iter_mut().rev() {
            if let Some(known) = names.get_mut(name) {
                *known = Some(of.clone());
                return;
            }
        }
        if let Some(names) = self.names.last_mut() {
            names.insert(name.to_owned(), Some(of.clone()));
        }
    }

    fn fault(&mut self, expr: &Expr, message: &str) {
        if self.quiet > 0 {
            return;
        }
        let span = expr.span();
        let start = rewrite::start(expr);
        let before = span.source.get_contents().get(..start).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        self.faults.push(Fault {
            module: self.module,
            line: count(before.matches('\n').count() + 1),
            column: count(line.chars().count() + 1),
            message: format!("{message}: this never holds"),
        });
    }
}

/// Of several types that an array can have, each gives its elements others: what the first gave a name may not be what a later one does.
fn is_doubtful(expr: &Expr, of: &Type) -> bool {
    matches!(expr, Expr::Array { items, .. } if !items.is_empty())
        && of.alternatives().iter().filter(|one| matches!(one, Any | Array(..))).count() > 1
}
