//! Checks on the syntax trees of modules that parse: no recursion, no endless chains, no unknown or refused function.
//!
//! regorus finds an unknown function only when it is called, and recursion through functions overflows its stack.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{Expr, Literal, LiteralStmt, Query, Ref, Rule, RuleAssign, RuleHead, Span};

use super::table::{self, Table, Target};
use super::{Options, builtins};

/// Longest chain of rules that need each other.
const MAX_CHAIN: usize = 200;

/// What is wrong, and in which module of the table.
pub(super) struct Fault {
    pub(super) module: usize,
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) message: String,
}

/// Check all modules of a table.
pub(super) fn check(table: &Table, options: &Options) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut needs: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (path, entry) in table.paths() {
        let mut needed = BTreeSet::new();
        for (module, rule) in &entry.definitions {
            let mut visitor = Visitor::new(table, options, *module);
            visitor.rule(rule);
            needed.append(&mut visitor.needs);
            faults.append(&mut visitor.faults);
        }
        needs.insert(path, needed);
    }
    chains(table, &needs, &mut faults);
    faults
}

/// Full paths of the rules that a rule needs.
pub(super) fn needs(table: &Table, entry: &table::Entry) -> BTreeSet<String> {
    let options = Options::default();
    let mut needed = BTreeSet::new();
    for (module, rule) in &entry.definitions {
        let mut visitor = Visitor::new(table, &options, *module);
        visitor.rule(rule);
        needed.append(&mut visitor.needs);
    }
    needed
}

/// Peel off rules whose needs are all met, layer by layer; what remains needs itself.
fn chains(table: &Table, needs: &BTreeMap<&str, BTreeSet<String>>, faults: &mut Vec<Fault>) {
    let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut open: BTreeMap<&str, usize> = BTreeMap::new();
    for (path, needed) in needs {
        open.insert(path, needed.len());
        for other in needed {
            users.entry(other).or_default().push(path);
        }
    }
    let mut depth: BTreeMap<&str, usize> = BTreeMap::new();
    let mut ready: Vec<&str> = needs.keys().copied().filter(|path| open[path] == 0).collect();
    while let Some(path) = ready.pop() {
        let own = depth.get(path).copied().unwrap_or(0) + 1;
        if own == MAX_CHAIN + 1 {
            report(
                table,
                path,
                &format!("more than {MAX_CHAIN} rules need one another in a row"),
                faults,
            );
        }
        for user in users.get(path).into_iter().flatten() {
            let deepest = depth.entry(user).or_default();
            *deepest = own.max(*deepest);
            if let Some(left) = open.get_mut(user) {
                *left -= 1;
                if *left == 0 {
                    ready.push(user);
                }
            }
        }
    }
    for path in cyclic(needs, &open) {
        report(
            table,
            path,
            &format!("{} needs itself: recursion is not allowed", name(path)),
            faults,
        );
    }
}

/// Of the rules that are left over, those that others left over need: they lie on a cycle or between two.
fn cyclic<'a>(
    needs: &BTreeMap<&'a str, BTreeSet<String>>,
    open: &BTreeMap<&'a str, usize>,
) -> BTreeSet<&'a str> {
    let mut left: BTreeSet<&str> =
        open.iter().filter(|(_, count)| **count > 0).map(|(path, _)| *path).collect();
    loop {
        let needed: BTreeSet<&str> =
            left.iter().flat_map(|path| needs[path].iter().map(String::as_str)).collect();
        let before = left.len();
        left.retain(|path| needed.contains(path));
        if left.len() == before {
            return left;
        }
    }
}

fn report(table: &Table, path: &str, message: &str, faults: &mut Vec<Fault>) {
    for (module, rule) in table.get(path).into_iter().flat_map(|entry| &entry.definitions) {
        let (line, column) = table::position(rule.span());
        faults.push(Fault { module: *module, line, column, message: message.to_owned() });
    }
}

/// Whether a call prints.
fn is_print(expr: &Expr) -> bool {
    matches!(expr, Expr::Call { fcn, .. } if matches!(&**fcn, Expr::Var { span, .. } if span.text() == "print"))
}

fn name(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

struct Visitor<'a> {
    table: &'a Table,
    options: &'a Options,
    module: usize,
    scopes: Vec<BTreeSet<String>>,
    needs: BTreeSet<String>,
    faults: Vec<Fault>,
}

impl<'a> Visitor<'a> {
    fn new(table: &'a Table, options: &'a Options, module: usize) -> Self {
        Self {
            table,
            options,
            module,
            scopes: Vec::new(),
            needs: BTreeSet::new(),
            faults: Vec::new(),
        }
    }

    fn rule(&mut self, rule: &Rule) {
        match rule {
            Rule::Default { value, .. } => self.expr(value),
            Rule::Spec { head, bodies, .. } => {
                if bodies.is_empty() {
                    self.head(head, true);
                }
                for body in bodies {
                    self.scopes.push(table::declared(&body.query));
                    // An `else` with a value of its own does not give that of the head.
                    self.head(head, body.assign.is_none());
                    self.assign(body.assign.as_ref());
                    self.query(&body.query);
                    self.scopes.pop();
                }
            }
        }
    }

    fn head(&mut self, head: &RuleHead, valued: bool) {
        match head {
            RuleHead::Set { key, .. } => key.iter().for_each(|key| self.expr(key)),
            RuleHead::Compr { refr, assign, .. } => {
                for access in table::steps(refr).1 {
                    if let table::Access::Index(index) = access {
                        self.expr(index);
                    }
                }
                self.assign(assign.as_ref().filter(|_| valued));
            }
            RuleHead::Func { args, assign, .. } => {
                let assign = assign.as_ref().filter(|_| valued);
                if let Some(scope) = self.scopes.last_mut() {
                    for argument in args {
                        table::pattern(argument, scope);
                    }
                    self.assign(assign);
                } else {
                    let mut names = BTreeSet::new();
                    for argument in args {
                        table::pattern(argument, &mut names);
                    }
                    self.scopes.push(names);
                    self.assign(assign);
                    self.scopes.pop();
                }
            }
        }
    }

    fn assign(&mut self, assign: Option<&RuleAssign>) {
        if let Some(assign) = assign {
            self.expr(&assign.value);
        }
    }

    fn query(&mut self, query: &Query) {
        self.scopes.push(table::declared(query));
        for statement in &query.stmts {
            self.statement(statement);
        }
        self.scopes.pop();
    }

    fn statement(&mut self, statement: &LiteralStmt) {
        match &statement.literal {
            Literal::SomeVars { .. } => {}
            Literal::SomeIn { key, value, collection, .. } => {
                if let Some(key) = key {
                    self.expr(key);
                }
                self.expr(value);
                self.expr(collection);
            }
            Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => self.expr(expr),
            Literal::Every { key, value, domain, query, .. } => {
                self.expr(domain);
                let names = key.iter().chain([value]).map(|name| name.text().to_owned()).collect();
                self.scopes.push(names);
                self.query(query);
                self.scopes.pop();
            }
        }
        for modifier in &statement.with_mods {
            self.replacement(&modifier.r#as);
        }
    }

    /// `with f as g` names functions without calling them.
    fn replacement(&mut self, expr: &Expr) {
        if let Some((root, _)) = table::chain(expr)
            && self.arity(root).is_some()
        {
            return;
        }
        self.expr(expr);
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. } => {}
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => self.reference(expr),
            Expr::Array { items, .. } | Expr::Set { items, .. } => {
                for item in items {
                    self.expr(item);
                }
            }
            Expr::Object { fields, .. } => {
                for (_, key, value) in fields {
                    self.expr(key);
                    self.expr(value);
                }
            }
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.comprehension(&[term], query);
            }
            Expr::ObjectCompr { key, value, query, .. } => self.comprehension(&[key, value], query),
            Expr::Call { span, fcn, params, .. } => self.call(span, fcn, params),
            Expr::UnaryExpr { expr, .. } => self.expr(expr),
            Expr::BinExpr { lhs, rhs, .. }
            | Expr::BoolExpr { lhs, rhs, .. }
            | Expr::ArithExpr { lhs, rhs, .. }
            | Expr::AssignExpr { lhs, rhs, .. } => {
                for side in [lhs, rhs] {
                    if is_print(side) {
                        self.fault(side.span(), "print gives no value".to_owned());
                    }
                    self.expr(side);
                }
            }
            Expr::Membership { key, value, collection, .. } => {
                if let Some(key) = key {
                    self.expr(key);
                }
                self.expr(value);
                self.expr(collection);
            }
        }
    }

    fn comprehension(&mut self, terms: &[&Ref<Expr>], query: &Query) {
        self.scopes.push(table::declared(query));
        for term in terms {
            self.expr(term);
        }
        self.query(query);
        self.scopes.pop();
    }

    fn reference(&mut self, expr: &Expr) {
        let (base, accesses) = table::steps(expr);
        for access in &accesses {
            if let table::Access::Index(index) = access {
                self.expr(index);
            }
        }
        let Expr::Var { span, .. } = base else { return self.expr(base) };
        let root = span.text();
        if self.scopes.iter().any(|scope| scope.contains(root)) {
            return;
        }
        if let Some(Target::Rules(paths, _)) = self.table.resolve(self.module, root, &accesses) {
            self.needs.extend(paths);
        }
    }

    fn call(&mut self, span: &Span, function: &Expr, arguments: &[Ref<Expr>]) {
        for argument in arguments {
            self.expr(argument);
        }
        let is_marked = function.span().text() == super::rewrite::MARK;
        if let Some(inner) = arguments.iter().find(|argument| !is_marked && is_print(argument)) {
            self.fault(inner.span(), "print gives no value".to_owned());
        }
        let Some(path) = self.table.function(self.module, function) else {
            return self.fault(span, "this is not the name of a function".to_owned());
        };
        let given = arguments.len();
        if let Some(arity) = self.table.get(&path).and_then(|entry| entry.arity) {
            if given != arity && given != arity + 1 {
                self.fault(span, format!("{} takes {arity} arguments, not {given}", name(&path)));
            }
            self.needs.insert(path);
        } else if !self.is_allowed(&path) {
            self.fault(span, format!("undefined function {path}: the capabilities leave it out"));
        } else if let Some(reason) = builtins::refusal(&path) {
            self.fault(span, format!("{path} is refused: {reason}"));
        } else if let Some(arity) = self.arity(&path) {
            let arity = usize::from(arity);
            if arity > 0 && given != arity && given != arity + 1 {
                self.fault(span, format!("{path} takes {arity} arguments, not {given}"));
            }
        } else if path != "print" {
            self.fault(span, format!("unknown function {path}"));
        }
    }

    /// Whether the caller lets modules call a built-in function.
    fn is_allowed(&self, path: &str) -> bool {
        let added = || self.options.functions.iter().any(|function| function.name == path);
        self.options.allowed.as_ref().is_none_or(|allowed| allowed.contains(path) || added())
    }

    /// How many arguments a function takes that no module defines.
    fn arity(&self, path: &str) -> Option<u8> {
        let host = self.options.functions.iter().find(|function| function.name == path);
        host.map(|function| function.arity).or_else(|| builtins::arity(path))
    }

    fn fault(&mut self, span: &Span, message: String) {
        let (line, column) = table::position(span);
        self.faults.push(Fault { module: self.module, line, column, message });
    }
}
