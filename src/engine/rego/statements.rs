//! Following rules: definitions, queries, statements, and what they bind.

use std::collections::BTreeSet;
use std::sync::Arc;

use regorus::Value;
use regorus::unstable::{Expr, Literal, LiteralStmt, Query, Rule, RuleAssign, RuleBody, RuleHead};

use super::reads::{Env, Frame, MAX_DEPTH, Purpose, Walk};
use super::shape::{Abs, Origin, Seg};
use super::table::{self, Access, Entry};

impl Walk<'_> {
    pub(super) fn denials(&mut self, denials: &Abs) {
        let mut resources = Vec::new();
        let all = std::iter::once(denials).chain(denials.items.as_deref());
        for denial in all {
            resources.extend(denial.fields.get("resource").cloned());
            self.loose |= denial.computed || !denial.paths.is_empty();
        }
        for resource in &resources {
            let plain = resource.scalars().is_some() || *resource == Abs::default();
            self.loose |= plain || resource.computed || resource.items.is_some();
            for path in &resource.paths {
                match path.address_of() {
                    Some((_, Origin::Scan(site))) if !path.derived => {
                        self.subjects.insert(site);
                    }
                    _ => self.loose = true,
                }
            }
        }
        self.loose |= resources.is_empty();
    }

    /// All definitions of a rule or function.
    pub(super) fn entry(
        &mut self,
        entry: &Entry,
        caller: &Frame,
        at: usize,
        arguments: Option<&[Abs]>,
    ) -> Abs {
        let mut result = Abs::default();
        let ordered = entry.definitions.iter().any(|(_, rule)| match &**rule {
            Rule::Default { .. } => true,
            Rule::Spec { bodies, .. } => bodies.iter().any(|body| body.is_else),
        });
        self.negative += u32::from(ordered);
        let outer = self.intern(caller.context, caller.module, at);
        for (number, (module, rule)) in entry.definitions.iter().enumerate() {
            let frame = Frame { module: *module, context: self.intern(outer, *module, number) };
            let mut env = Env::new();
            if let (Rule::Spec { head: RuleHead::Func { args, .. }, .. }, Some(given)) =
                (&**rule, arguments)
            {
                for (pattern, value) in args.iter().zip(given) {
                    self.bind(pattern, value.clone(), &mut env, &frame);
                }
            }
            result.join(self.definition(rule, &frame, &env));
        }
        self.negative -= u32::from(ordered);
        result
    }

    pub(super) fn definition(&mut self, rule: &Rule, frame: &Frame, env: &Env) -> Abs {
        match rule {
            Rule::Default { value, .. } => self.expr(value, &mut env.clone(), frame),
            Rule::Spec { head, bodies, .. } if bodies.is_empty() => {
                self.head(head, None, &mut env.clone(), frame)
            }
            Rule::Spec { head, bodies, .. } => {
                let mut result = Abs::default();
                for body in bodies {
                    let mut env = self.query(&body.query, env, frame);
                    result.join(self.head(head, Some(body), &mut env, frame));
                }
                result
            }
        }
    }

    pub(super) fn head(
        &mut self,
        head: &RuleHead,
        body: Option<&RuleBody>,
        env: &mut Env,
        frame: &Frame,
    ) -> Abs {
        let own = body.and_then(|body| body.assign.as_ref());
        match head {
            RuleHead::Set { key, refr, .. } => {
                let mut items = Abs::default();
                if let Some(key) = key {
                    items = self.expr(key, env, frame);
                    let mut identity = items.clone();
                    if refr.span().text() == "deny" {
                        // A verdict is a resource and a place; the words do not matter.
                        identity.fields.remove("message");
                    }
                    self.merged(&identity);
                }
                Abs::items(items)
            }
            RuleHead::Func { assign, .. } => self.value(own.or(assign.as_ref()), env, frame),
            RuleHead::Compr { refr, assign, .. } => {
                let value = self.value(own.or(assign.as_ref()), env, frame);
                let mut keyed = false;
                let mut items = Abs::default();
                for access in table::steps(refr).1 {
                    if let Access::Index(index) = access {
                        keyed = true;
                        let key = self.expr(index, env, frame);
                        self.consume(&key, Purpose::Whole, &BTreeSet::new());
                        items.join(key);
                    }
                }
                if !keyed {
                    return value;
                }
                items.join(value);
                Abs::items(items)
            }
        }
    }

    pub(super) fn value(
        &mut self,
        assign: Option<&RuleAssign>,
        env: &mut Env,
        frame: &Frame,
    ) -> Abs {
        match assign {
            Some(assign) => self.expr(&assign.value, env, frame),
            None => Abs::literal(Value::Bool(true)),
        }
    }

    /// Statements bind in any order: repeat until nothing changes.
    pub(super) fn query(&mut self, query: &Query, env: &Env, frame: &Frame) -> Env {
        let mut env = env.clone();
        for name in table::declared(query) {
            env.entry(name).or_default();
        }
        for _ in 0..6 {
            let before = env.clone();
            for statement in &query.stmts {
                self.statement(statement, &mut env, frame);
            }
            if env == before {
                return env;
            }
        }
        self.everything = true;
        env
    }

    pub(super) fn statement(&mut self, statement: &LiteralStmt, env: &mut Env, frame: &Frame) {
        if !statement.with_mods.is_empty() {
            self.everything = true;
        }
        match &statement.literal {
            Literal::SomeVars { .. } => {}
            Literal::SomeIn { key, value, collection, .. } => {
                let from = self.iterated(collection, env, frame);
                let name = format!("in {}", collection.eidx());
                let seg = if key.is_some() { Seg::At } else { Seg::Any };
                let (keys, members) = self.members(&from, &seg, &name, frame);
                if let Some(key) = key {
                    self.bind(key, keys, env, frame);
                }
                self.bind(value, members, env, frame);
            }
            Literal::Expr { expr, .. } => self.truth(expr, env, frame),
            Literal::NotExpr { expr, .. } => {
                self.negative += 1;
                self.pooling += 1;
                self.truth(expr, env, frame);
                self.pooling -= 1;
                self.negative -= 1;
            }
            Literal::Every { key, value, domain, query, .. } => {
                self.negative += 1;
                self.pooling += 1;
                let from = self.iterated(domain, env, frame);
                let (keys, members) =
                    self.members(&from, &Seg::At, &format!("every {}", domain.eidx()), frame);
                let mut inner = env.clone();
                if let Some(key) = key {
                    inner.insert(key.text().to_owned(), keys);
                }
                inner.insert(value.text().to_owned(), members);
                self.query(query, &inner, frame);
                self.pooling -= 1;
                self.negative -= 1;
            }
        }
    }

    pub(super) fn truth(&mut self, expr: &Expr, env: &mut Env, frame: &Frame) {
        let value = self.expr(expr, env, frame);
        for path in &value.paths {
            self.record(path, Purpose::Compare, &BTreeSet::new());
        }
    }

    pub(super) fn bind(&mut self, pattern: &Expr, value: Abs, env: &mut Env, frame: &Frame) {
        match pattern {
            Expr::Var { span, .. } if span.text() == "_" => {}
            Expr::Var { span, .. } => {
                let bound = env.entry(span.text().to_owned()).or_default();
                bound.join(value);
                if bound.depth() > MAX_DEPTH {
                    let flat = std::mem::replace(bound, Abs::computed());
                    self.consume(&flat, Purpose::Whole, &BTreeSet::new());
                }
            }
            Expr::Array { items, .. } => {
                let (_, members) = self.members(&value, &Seg::At, "pattern", frame);
                self.consume_shape(&value);
                for item in items {
                    self.bind(item, members.clone(), env, frame);
                }
            }
            Expr::Object { fields, .. } => {
                self.consume_shape(&value);
                for (_, key, item) in fields {
                    let member = match &**key {
                        Expr::String { value: key, .. } => {
                            let key = key.as_string().map_or_else(|_| "".into(), Arc::clone);
                            self.step(&value, &Seg::Key(key), "", frame)
                        }
                        _ => self.members(&value, &Seg::At, "pattern", frame).1,
                    };
                    self.bind(item, member, env, frame);
                }
            }
            other => {
                let own = self.expr(other, env, frame);
                self.compare(&own, &value, true);
            }
        }
    }

    /// `a = b`, either side of which may bind.
    pub(super) fn unify(&mut self, lhs: &Expr, rhs: &Expr, env: &mut Env, frame: &Frame) {
        for (pattern, other) in [(lhs, rhs), (rhs, lhs)] {
            let mut names = BTreeSet::new();
            table::pattern(pattern, &mut names);
            let binds = names.iter().any(|name| self.is_local(name, frame));
            if !binds {
                continue;
            }
            let value = self.expr(other, env, frame);
            // A name that is bound elsewhere is compared: its sources differ from what is assigned here.
            let bound = names.iter().filter_map(|name| env.get(name));
            let elsewhere = bound.into_iter().any(|own| {
                *own != Abs::default() && !own.paths.is_subset(&value.paths)
                    || *own != Abs::default() && own.paths.is_empty() && !value.paths.is_empty()
            });
            if elsewhere {
                self.consume(&value, Purpose::Whole, &BTreeSet::new());
                let own = self.expr(pattern, env, frame);
                self.consume(&own, Purpose::Whole, &BTreeSet::new());
            }
            self.bind_names(pattern, value, env, frame);
        }
        let (left, right) = (self.expr(lhs, env, frame), self.expr(rhs, env, frame));
        let fresh = |expr: &Expr| matches!(expr, Expr::Var { span, .. } if self.is_local(span.text(), frame));
        if !fresh(lhs) && !fresh(rhs) {
            self.compare(&left, &right, true);
        }
    }

    pub(super) fn bind_names(&mut self, pattern: &Expr, value: Abs, env: &mut Env, frame: &Frame) {
        if matches!(pattern, Expr::Var { .. } | Expr::Array { .. } | Expr::Object { .. }) {
            self.bind(pattern, value, env, frame);
        }
    }

    pub(super) fn is_local(&self, name: &str, frame: &Frame) -> bool {
        !matches!(name, "input" | "data") && self.table.resolve(frame.module, name, &[]).is_none()
    }
}
