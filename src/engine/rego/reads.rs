//! What a rule reads: its syntax tree is run over abstract values, with helpers inlined.
//!
//! The result names more than is read at run time, never less; what cannot be followed is [`Reads::everything`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use regorus::Value;
use regorus::unstable::{
    AssignOp, BoolOp, Expr, Literal, LiteralStmt, Query, Ref, Rule, RuleBody, RuleHead,
};

use super::shape::{Abs, Origin, Path, Root, Seg};
use super::table::{self, Access, Entry, Table, Target};

/// Most expressions that are followed for one rule.
const FUEL: u32 = 200_000;
/// Deepest nesting of collections and longest path that is followed.
const MAX_DEPTH: usize = 8;
const MAX_PATH: usize = 32;
const LIBRARY: &str = "data.dreadnought.lib.";

/// What a rule reads.
#[derive(Clone, Debug, Default)]
pub(super) struct Reads {
    /// It could not be followed: it may read anything.
    pub(super) everything: bool,
    /// What it reads.
    pub(super) reads: Vec<Read>,
    /// Scans that yield the resource which is judged, and nothing else.
    pub(super) subjects: BTreeSet<u32>,
    /// Whether records are reached by their address.
    pub(super) addresses: bool,
}

/// One thing that a rule reads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Read {
    pub(super) root: Root,
    pub(super) segs: Vec<Seg>,
    pub(super) purpose: Purpose,
    /// Less there can mean more denials: under `not`, `every`, in a collection, beside a fallback.
    pub(super) negative: bool,
    /// Literals that it is compared with.
    pub(super) against: BTreeSet<Value>,
}

/// What for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Purpose {
    /// Whether it is there.
    Defined,
    /// Its type.
    Type,
    /// How many members it has, and their keys.
    Members,
    /// Whether it is one of a few literals, or true.
    Compare,
    /// Anything.
    Whole,
}

/// Follow one rule.
pub(super) fn of(table: &Table, deny: &str) -> Reads {
    let mut walk = Walk::new(table);
    if let Some(entry) = table.get(deny) {
        for (at, (module, rule)) in entry.definitions.iter().enumerate() {
            let frame = Frame { module: *module, context: walk.intern(0, *module, at) };
            walk.definition(rule, &frame, &Env::new());
        }
        for (at, (module, rule)) in entry.definitions.iter().enumerate() {
            let frame = Frame { module: *module, context: walk.intern(0, *module, at) };
            let denials = walk.definition(rule, &frame, &Env::new());
            walk.denials(&denials);
        }
    }
    walk.finish()
}

type Env = BTreeMap<String, Abs>;
type Key = (Root, Vec<Seg>, Purpose, bool);

/// Where in the inlined rule an expression stands.
#[derive(Clone, Copy)]
struct Frame {
    module: usize,
    context: u32,
}

struct Walk<'a> {
    table: &'a Table,
    fuel: u32,
    everything: bool,
    reads: BTreeMap<Key, BTreeSet<Value>>,
    contexts: BTreeMap<(u32, usize, usize), u32>,
    sites: BTreeMap<(u32, String), u32>,
    /// Scans inside a collection or a helper: their records influence one another.
    pooled: BTreeSet<u32>,
    pooling: u32,
    negative: u32,
    subjects: BTreeSet<u32>,
    /// Denials name resources that come from no scan.
    loose: bool,
    addresses: bool,
}

impl<'a> Walk<'a> {
    fn new(table: &'a Table) -> Self {
        Self {
            table,
            fuel: FUEL,
            everything: false,
            reads: BTreeMap::new(),
            contexts: BTreeMap::new(),
            sites: BTreeMap::new(),
            pooled: BTreeSet::new(),
            pooling: 0,
            negative: 0,
            subjects: BTreeSet::new(),
            loose: false,
            addresses: false,
        }
    }

    fn finish(mut self) -> Reads {
        if self.loose {
            self.subjects.clear();
        }
        let pooled = self.pooled;
        self.subjects.retain(|site| !pooled.contains(site));
        let reads = self.reads.into_iter().map(|((root, segs, purpose, negative), against)| Read {
            root,
            segs,
            purpose,
            negative,
            against,
        });
        Reads {
            everything: self.everything,
            reads: reads.collect(),
            subjects: self.subjects,
            addresses: self.addresses,
        }
    }

    fn intern(&mut self, context: u32, module: usize, at: usize) -> u32 {
        let next = number(self.contexts.len());
        *self.contexts.entry((context, module, at)).or_insert(next)
    }

    fn site(&mut self, frame: &Frame, name: String) -> u32 {
        let next = number(self.sites.len());
        let site = *self.sites.entry((frame.context, name)).or_insert(next);
        if self.pooling > 0 {
            self.pooled.insert(site);
        }
        site
    }

    // Rules and queries.

    fn denials(&mut self, denials: &Abs) {
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
    fn entry(&mut self, entry: &Entry, caller: &Frame, at: u32, arguments: Option<&[Abs]>) -> Abs {
        let mut result = Abs::default();
        let ordered = entry.definitions.iter().any(|(_, rule)| match &**rule {
            Rule::Default { .. } => true,
            Rule::Spec { bodies, .. } => bodies.iter().any(|body| body.is_else),
        });
        self.negative += u32::from(ordered);
        let outer = self.intern(caller.context, caller.module, at as usize);
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

    fn definition(&mut self, rule: &Rule, frame: &Frame, env: &Env) -> Abs {
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

    fn head(
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

    fn value(
        &mut self,
        assign: Option<&regorus::unstable::RuleAssign>,
        env: &mut Env,
        frame: &Frame,
    ) -> Abs {
        match assign {
            Some(assign) => self.expr(&assign.value, env, frame),
            None => Abs::literal(Value::Bool(true)),
        }
    }

    /// Statements bind in any order: repeat until nothing changes.
    fn query(&mut self, query: &Query, env: &Env, frame: &Frame) -> Env {
        let mut env = env.clone();
        for name in table::declared(query) {
            env.entry(name).or_default();
        }
        for _ in 0..6 {
            let before = env.clone();
            query.stmts.iter().for_each(|statement| self.statement(statement, &mut env, frame));
            if env == before {
                return env;
            }
        }
        self.everything = true;
        env
    }

    fn statement(&mut self, statement: &LiteralStmt, env: &mut Env, frame: &Frame) {
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

    fn truth(&mut self, expr: &Expr, env: &mut Env, frame: &Frame) {
        let value = self.expr(expr, env, frame);
        for path in &value.paths {
            self.record(path, Purpose::Compare, &BTreeSet::new());
        }
    }

    // Binding.

    fn bind(&mut self, pattern: &Expr, value: Abs, env: &mut Env, frame: &Frame) {
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
                items.iter().for_each(|item| self.bind(item, members.clone(), env, frame));
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
    fn unify(&mut self, lhs: &Expr, rhs: &Expr, env: &mut Env, frame: &Frame) {
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

    fn bind_names(&mut self, pattern: &Expr, value: Abs, env: &mut Env, frame: &Frame) {
        if matches!(pattern, Expr::Var { .. } | Expr::Array { .. } | Expr::Object { .. }) {
            self.bind(pattern, value, env, frame);
        }
    }

    fn is_local(&self, name: &str, frame: &Frame) -> bool {
        !matches!(name, "input" | "data") && self.table.resolve(frame.module, name, &[]).is_none()
    }

    // Expressions.

    fn expr(&mut self, expr: &Expr, env: &mut Env, frame: &Frame) -> Abs {
        if self.fuel == 0 {
            self.everything = true;
            return Abs::computed();
        }
        self.fuel -= 1;
        match expr {
            Expr::String { value, .. }
            | Expr::RawString { value, .. }
            | Expr::Number { value, .. }
            | Expr::Bool { value, .. }
            | Expr::Null { value, .. } => Abs::literal(value.clone()),
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => {
                self.reference(expr, env, frame, false)
            }
            Expr::Array { items, .. } => self.collection(items, false, env, frame),
            Expr::Set { items, .. } => self.collection(items, true, env, frame),
            Expr::Object { fields, .. } => self.object(fields, env, frame),
            Expr::ArrayCompr { term, query, .. } => {
                Abs::items(self.comprehension(&[term], query, false, env, frame))
            }
            Expr::SetCompr { term, query, .. } => {
                Abs::items(self.comprehension(&[term], query, true, env, frame))
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                Abs::items(self.comprehension(&[key, value], query, true, env, frame))
            }
            Expr::Call { fcn, params, eidx, .. } => self.call(fcn, params, *eidx, env, frame),
            Expr::UnaryExpr { expr, .. } => self.minus(expr, env, frame),
            Expr::BinExpr { lhs, rhs, .. } | Expr::ArithExpr { lhs, rhs, .. } => {
                let mut both = self.expr(lhs, env, frame);
                both.join(self.expr(rhs, env, frame));
                self.negative += 1;
                self.merged(&both);
                self.negative -= 1;
                Abs { items: both.items, computed: true, ..Abs::default() }
            }
            Expr::BoolExpr { op, lhs, rhs, .. } => {
                let (left, right) = (self.expr(lhs, env, frame), self.expr(rhs, env, frame));
                self.compare(&left, &right, matches!(op, BoolOp::Eq | BoolOp::Ne));
                Abs::computed()
            }
            Expr::AssignExpr { op: AssignOp::ColEq, lhs, rhs, .. } => {
                let value = self.expr(rhs, env, frame);
                self.bind(lhs, value, env, frame);
                Abs::computed()
            }
            Expr::AssignExpr { lhs, rhs, .. } => {
                self.unify(lhs, rhs, env, frame);
                Abs::computed()
            }
            Expr::Membership { key, value, collection, .. } => {
                self.membership(key.as_ref(), value, collection, env, frame);
                Abs::computed()
            }
        }
    }

    fn minus(&mut self, expr: &Expr, env: &mut Env, frame: &Frame) -> Abs {
        if let Expr::Number { value, .. } = expr
            && let Ok(number) = value.as_i64()
        {
            return Abs::literal(Value::from(-number));
        }
        let value = self.expr(expr, env, frame);
        self.consume(&value, Purpose::Whole, &BTreeSet::new());
        Abs::computed()
    }

    fn collection(&mut self, items: &[Ref<Expr>], set: bool, env: &mut Env, frame: &Frame) -> Abs {
        if items.is_empty() {
            let empty = if set { Value::new_set() } else { Value::new_array() };
            return Abs::literal(empty);
        }
        let mut all = Abs::default();
        for item in items {
            all.join(self.expr(item, env, frame));
        }
        if set {
            self.merged(&all);
        }
        Abs::items(all)
    }

    fn object(
        &mut self,
        fields: &[(regorus::unstable::Span, Ref<Expr>, Ref<Expr>)],
        env: &mut Env,
        frame: &Frame,
    ) -> Abs {
        if fields.is_empty() {
            return Abs::literal(Value::new_object());
        }
        let mut object = Abs::default();
        for (_, key, value) in fields {
            let value = self.expr(value, env, frame);
            match &**key {
                Expr::String { value: key, .. } | Expr::RawString { value: key, .. } => {
                    let key = key.as_string().map_or_else(|_| "".into(), Arc::clone);
                    object.fields.entry(key).or_default().join(value);
                }
                other => {
                    let key = self.expr(other, env, frame);
                    self.consume(&key, Purpose::Whole, &BTreeSet::new());
                    let items = object.items.get_or_insert_default();
                    items.join(key);
                    items.join(value);
                }
            }
        }
        object
    }

    fn comprehension(
        &mut self,
        terms: &[&Ref<Expr>],
        query: &Query,
        merges: bool,
        env: &Env,
        frame: &Frame,
    ) -> Abs {
        self.negative += 1;
        self.pooling += 1;
        let mut inner = self.query(query, env, frame);
        let mut items = Abs::default();
        for term in terms {
            items.join(self.expr(term, &mut inner, frame));
        }
        if merges {
            self.merged(&items);
        }
        self.pooling -= 1;
        self.negative -= 1;
        items
    }

    fn membership(
        &mut self,
        key: Option<&Ref<Expr>>,
        value: &Expr,
        collection: &Expr,
        env: &mut Env,
        frame: &Frame,
    ) {
        let from = self.expr(collection, env, frame);
        let value = self.expr(value, env, frame);
        if let Some(key) = key {
            let key = self.expr(key, env, frame);
            self.consume(&key, Purpose::Whole, &BTreeSet::new());
            self.consume(&from, Purpose::Whole, &BTreeSet::new());
        }
        if let Some(constants) = from.constants() {
            self.consume(&value, Purpose::Compare, &constants)
        } else {
            let name = format!("of {}", collection.eidx());
            let (_, members) = self.members(&from, &Seg::Any, &name, frame);
            self.consume_shape(&Abs { paths: BTreeSet::new(), ..from });
            self.compare(&value, &members, true);
        }
    }

    fn compare(&mut self, left: &Abs, right: &Abs, equality: bool) {
        for (one, other) in [(left, right), (right, left)] {
            if let Some(literals) = other.scalars() {
                match against(literals, equality) {
                    Some(against) => self.consume(one, Purpose::Compare, &against),
                    None => self.consume(one, Purpose::Whole, &BTreeSet::new()),
                }
                return;
            }
        }
        self.consume(left, Purpose::Whole, &BTreeSet::new());
        self.consume(right, Purpose::Whole, &BTreeSet::new());
    }

    // References.

    /// The collection that is run through: a set of records is not pooled by that.
    fn iterated(&mut self, expr: &Expr, env: &mut Env, frame: &Frame) -> Abs {
        match expr {
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => {
                self.reference(expr, env, frame, true)
            }
            other => self.expr(other, env, frame),
        }
    }

    fn reference(&mut self, expr: &Expr, env: &mut Env, frame: &Frame, iterated: bool) -> Abs {
        let (base, accesses) = table::steps(expr);
        let (mut value, used) = self.base(base, &accesses, env, frame, iterated);
        let rest = &accesses[used..];
        let plain = rest.is_empty();
        for access in rest {
            value = match access {
                Access::Key(key) => self.step(&value, &Seg::Key(Arc::clone(key)), "", frame),
                Access::Index(index) => self.index(&value, index, env, frame),
            };
        }
        if !plain {
            // Running through the records of a type reads the records, not the list.
            let list = |path: &&Path| iterated && path.root == Root::Input;
            for path in value.paths.iter().filter(|path| !list(path)) {
                self.record(path, Purpose::Defined, &BTreeSet::new());
            }
        }
        value
    }

    fn base(
        &mut self,
        base: &Expr,
        accesses: &[Access<'_>],
        env: &mut Env,
        frame: &Frame,
        iterated: bool,
    ) -> (Abs, usize) {
        let Expr::Var { span, eidx, .. } = base else { return (self.expr(base, env, frame), 0) };
        let name = span.text();
        let local = env.get(name).cloned();
        let Some(target) = self.table.resolve(frame.module, name, accesses) else {
            return (local.unwrap_or_default(), 0);
        };
        let (mut value, used) = match target {
            Target::Input(keys) => {
                let mut value = Abs::path(Path::new(Root::Input));
                for key in keys {
                    value = self.step(&value, &Seg::Key(key), "", frame);
                }
                (value, 0)
            }
            Target::Nothing => (Abs::computed(), accesses.len()),
            Target::Rules(paths, used) => {
                let opened = iterated && used == accesses.len()
                    || matches!(accesses.get(used), Some(Access::Index(_)));
                (self.rules(&paths, opened, *eidx, frame), used)
            }
        };
        if let Some(local) = local {
            // A local name hides the rule here, or the rule is meant elsewhere in the body: both.
            for access in &accesses[..used] {
                let Access::Key(key) = access else { continue };
                let step = self.step(&local, &Seg::Key(Arc::clone(key)), "", frame);
                value.join(step);
            }
            if used == 0 {
                value.join(local);
            }
        }
        (value, used)
    }

    fn rules(&mut self, paths: &[String], opened: bool, at: u32, frame: &Frame) -> Abs {
        let mut value = Abs::default();
        for (number, path) in paths.iter().enumerate() {
            let Some(entry) = self.table.get(path) else { continue };
            let collects = entry.definitions.iter().all(|(_, rule)| match &**rule {
                Rule::Spec { head: RuleHead::Set { .. }, .. } => true,
                Rule::Spec { head: RuleHead::Compr { refr, .. }, .. } => {
                    table::steps(refr).1.iter().any(|step| matches!(step, Access::Index(_)))
                }
                _ => false,
            });
            let pool = u32::from(!(collects && opened));
            self.pooling += pool;
            self.negative += if collects { pool } else { 0 };
            value.join(self.entry(
                entry,
                frame,
                at.wrapping_add(self::number(number)) ^ 0x8000_0000,
                None,
            ));
            self.negative -= if collects { pool } else { 0 };
            self.pooling -= pool;
        }
        value
    }

    fn index(&mut self, value: &Abs, index: &Ref<Expr>, env: &mut Env, frame: &Frame) -> Abs {
        if let Expr::Var { span, .. } = &**index {
            let name = span.text();
            let free = name == "_"
                || env.get(name).is_none_or(|bound| *bound == Abs::default())
                    && self.is_local(name, frame);
            let site =
                if name == "_" { format!("_ {}", index.eidx()) } else { format!("[{name}]") };
            if free || name == "_" {
                let seg = if name == "_" { Seg::Any } else { Seg::At };
                let (keys, members) = self.members(value, &seg, &site, frame);
                if name != "_" && keys != Abs::default() {
                    self.bind(index, keys, env, frame);
                }
                return members;
            }
            let key = self.expr(index, env, frame);
            return self.keyed(value, &key, &site, frame);
        }
        let key = self.expr(index, env, frame);
        if let Expr::Number { span, .. } = &**index {
            return self.step(
                value,
                &Seg::Key(span.text().into()),
                &format!("#{}", span.text()),
                frame,
            );
        }
        let site = format!("[] {}", index.eidx());
        let mut names = BTreeSet::new();
        table::pattern(index, &mut names);
        if !names.is_empty() && !matches!(&**index, Expr::Var { .. }) {
            let (keys, members) = self.members(value, &Seg::At, &site, frame);
            self.consume(&keys, Purpose::Whole, &BTreeSet::new());
            self.bind(index, keys, env, frame);
            return members;
        }
        self.keyed(value, &key, &site, frame)
    }

    /// A member under a key that is itself a value.
    fn keyed(&mut self, value: &Abs, key: &Abs, site: &str, frame: &Frame) -> Abs {
        let mut result = Abs::default();
        let mut addresses = false;
        for path in &key.paths {
            if let Some(found) = self.by_address(value, path) {
                result.join(found);
                addresses = true;
            }
        }
        if addresses && !key.computed {
            return result;
        }
        if let Some(literals) = key.scalars() {
            let texts: Vec<_> = literals.iter().filter_map(|key| key.as_string().ok()).collect();
            if texts.len() == literals.len() {
                for text in texts {
                    result.join(self.step(value, &Seg::Key(Arc::clone(text)), site, frame));
                }
                return result;
            }
        }
        match value.constants() {
            Some(constants) => {
                let mut against = constants;
                let keys = value.fields.keys();
                against.extend(keys.map(|key| Value::String(Arc::clone(key))));
                self.consume(key, Purpose::Compare, &against);
            }
            None => self.consume(key, Purpose::Whole, &BTreeSet::new()),
        }
        result.join(self.members(value, &Seg::At, site, frame).1);
        result
    }

    /// `input.by_address[x]` and `input.edges.from[x]` where x leads back to a record.
    fn by_address(&self, value: &Abs, key: &Path) -> Option<Abs> {
        let [Seg::Key(first), rest @ ..] = value.paths.first()?.segs.as_slice() else {
            return None;
        };
        if value.paths.len() != 1 || value.paths.first()?.root != Root::Input || key.derived {
            return None;
        }
        match (&**first, rest) {
            ("by_address", []) => {
                if let Some((kind, origin)) = key.address_of() {
                    return Some(Abs::path(Path::new(Root::Record(kind.clone(), origin))));
                }
                let Root::Edges(Some(origin)) = key.root else { return None };
                Some(Abs::path(Path::new(Root::Record(None, origin.hop()))))
            }
            ("edges", [Seg::Key(_)]) => {
                let origin = key.address_of().map(|(_, origin)| origin);
                Some(Abs::path(Path::new(Root::Edges(Some(origin?)))))
            }
            _ => None,
        }
    }

    fn step(&mut self, value: &Abs, seg: &Seg, site: &str, frame: &Frame) -> Abs {
        let mut result = Abs::default();
        for path in &value.paths {
            result.join(Abs::path(self.extend(path, seg, site, frame)));
        }
        match seg {
            Seg::Key(key) => {
                if let Some(field) = value.fields.get(key) {
                    result.join(field.clone());
                }
            }
            Seg::Any | Seg::At => {
                value.fields.values().for_each(|field| result.join(field.clone()));
            }
        }
        if let Some(items) = &value.items {
            let mut items = (**items).clone();
            if *seg != Seg::Any {
                // Which member that is depends on how many there are.
                items.paths =
                    items.paths.into_iter().map(|path| Path { fallback: true, ..path }).collect();
            }
            result.join(items);
        }
        result.computed |= value.computed;
        result
    }

    fn extend(&mut self, path: &Path, seg: &Seg, site: &str, frame: &Frame) -> Path {
        let mut path = path.clone();
        if path.segs.len() >= MAX_PATH {
            self.everything = true;
            return path;
        }
        path.segs.push(seg.clone());
        if path.root != Root::Input {
            return path;
        }
        self.addresses |= match path.segs.first() {
            Some(Seg::Key(first)) => &**first == "by_address",
            _ => true,
        };
        let root = match path.segs.as_slice() {
            [Seg::Key(first), kind, _] if &**first == "by_type" => {
                let (kind, name) = match kind {
                    Seg::Key(kind) => (Some(Arc::clone(kind)), format!("{kind} {site}")),
                    Seg::Any | Seg::At => (None, format!("* {site}")),
                };
                Root::Record(kind, Origin::Scan(self.site(frame, name)))
            }
            [Seg::Key(first), _] if &**first == "by_address" => {
                Root::Record(None, Origin::Scan(self.site(frame, format!("@ {site}"))))
            }
            [Seg::Key(first), _, _] if &**first == "edges" => Root::Edges(None),
            _ => return path,
        };
        Path::new(root)
    }

    /// Keys and members of a collection.
    fn members(&mut self, value: &Abs, seg: &Seg, site: &str, frame: &Frame) -> (Abs, Abs) {
        let members = self.step(value, seg, site, frame);
        let mut keys = Abs::default();
        for path in &members.paths {
            self.record(path, Purpose::Defined, &BTreeSet::new());
        }
        let addresses = |path: &Path| matches!(path.segs.as_slice(), [Seg::Key(first)] if path.root == Root::Input && &**first == "by_address");
        if value.paths.iter().any(addresses) {
            for path in members.paths.iter().filter(|path| path.is_record()) {
                let mut path = path.clone();
                path.segs.push(Seg::Key("address".into()));
                keys.join(Abs::path(path));
            }
        }
        let literals = value.fields.keys().map(|key| Value::String(Arc::clone(key)));
        keys.literals.extend(literals);
        if let Some(items) = &value.items {
            keys.join((**items).clone());
        }
        keys.computed |= !value.paths.is_empty() && keys.paths.is_empty() || value.computed;
        (keys, members)
    }

    // Calls.

    fn call(
        &mut self,
        function: &Expr,
        parameters: &[Ref<Expr>],
        at: u32,
        env: &mut Env,
        frame: &Frame,
    ) -> Abs {
        let given: Vec<Abs> = parameters.iter().map(|it| self.expr(it, env, frame)).collect();
        let Some(path) = self.table.function(frame.module, function) else {
            self.everything = true;
            return Abs::computed();
        };
        if let Some(name) = path.strip_prefix(LIBRARY)
            && let Some(value) = self.library(name, &given, at, frame)
        {
            return value;
        }
        if let Some(entry) = self.table.get(&path) {
            self.pooling += 1;
            let value = self.entry(entry, frame, at, Some(&given));
            self.pooling -= 1;
            return value;
        }
        self.builtin(&path, &given, frame)
    }

    /// Helpers of the library whose effect is known better than their text tells.
    fn library(&mut self, name: &str, given: &[Abs], at: u32, frame: &Frame) -> Option<Abs> {
        match (name, given) {
            ("related", [resource, kind]) => Some(self.joined(resource, Some(kind), at, frame)),
            ("references", [resource, pointer]) => {
                self.consume(pointer, Purpose::Whole, &BTreeSet::new());
                Some(self.joined(resource, None, at, frame))
            }
            ("as_list", [value]) => {
                let (_, mut items) = self.quiet_members(value, frame);
                items.join(value.clone());
                Some(Abs::items(items))
            }
            ("statements", [policy]) => Some(self.statements(policy, frame)),
            _ => None,
        }
    }

    fn joined(&mut self, resource: &Abs, kind: Option<&Abs>, at: u32, frame: &Frame) -> Abs {
        self.addresses = true;
        let mut kinds: Vec<Option<Arc<str>>> = vec![None];
        if let Some(literals) = kind.and_then(|kind| kind.scalars()) {
            let names = literals.iter().filter_map(|kind| kind.as_string().ok().cloned());
            kinds = names.map(Some).collect();
        }
        let mut origins: BTreeSet<Origin> = BTreeSet::new();
        for path in &resource.paths {
            match &path.root {
                Root::Record(_, origin) if path.is_record() => {
                    origins.insert(origin.hop());
                }
                _ => {}
            }
        }
        if origins.len() != resource.paths.len() || resource.computed || origins.is_empty() {
            origins.insert(Origin::Scan(self.site(frame, format!("related {at}"))));
        }
        let mut items = Abs::default();
        for kind in &kinds {
            for origin in &origins {
                items.join(Abs::path(Path::new(Root::Record(kind.clone(), *origin))));
            }
        }
        // Even an empty set of joined records is read.
        for path in &items.paths {
            self.record(path, Purpose::Defined, &BTreeSet::new());
        }
        Abs::items(items)
    }

    fn quiet_members(&mut self, value: &Abs, frame: &Frame) -> (Abs, Abs) {
        (Abs::default(), self.step(value, &Seg::Any, "", frame))
    }

    /// The normal form of a policy's statements: each member is read when it is used.
    fn statements(&mut self, policy: &Abs, frame: &Frame) -> Abs {
        let list = self.step(policy, &Seg::Key("Statement".into()), "", frame);
        for path in &list.paths {
            self.record(path, Purpose::Type, &BTreeSet::new());
        }
        let mut each = self.step(&list, &Seg::Any, "", frame);
        for path in &each.paths {
            self.record(path, Purpose::Type, &BTreeSet::new());
        }
        each.join(list);
        let mut statement = Abs::default();
        for (field, key) in STATEMENT {
            let mut member = self.step(&each, &Seg::Key((*key).into()), "", frame);
            member.paths = member
                .paths
                .into_iter()
                .map(|path| Path { derived: *field != "effect", fallback: true, ..path })
                .collect();
            statement.fields.insert((*field).into(), member);
        }
        Abs::items(statement)
    }

    fn builtin(&mut self, name: &str, given: &[Abs], frame: &Frame) -> Abs {
        match (name, given) {
            ("count", [value]) => {
                self.consume_shape(value);
                Abs::computed()
            }
            ("object.keys", [value]) => {
                self.consume_shape(value);
                Abs::computed()
            }
            ("sprintf", [format, values]) => {
                // Text is read when it is used; until then it matters only that its parts are there.
                let mut paths = BTreeSet::new();
                sources(format, &mut paths);
                sources(values, &mut paths);
                for path in &paths {
                    self.record(path, Purpose::Defined, &BTreeSet::new());
                }
                let paths = paths.into_iter().map(|path| Path { derived: true, ..path }).collect();
                Abs { paths, computed: true, ..Abs::default() }
            }
            ("object.get", [value, key, default]) => self.get(value, key, default, frame),
            ("type_name", [value]) => self.typed(value),
            (name, [value]) if name.starts_with("is_") => self.typed(value),
            ("array.concat", [one, other]) => {
                let mut items = self.members(one, &Seg::Any, "", frame).1;
                items.join(self.members(other, &Seg::Any, "", frame).1);
                Abs::items(items)
            }
            _ => {
                given.iter().for_each(|value| {
                    self.consume(value, Purpose::Whole, &BTreeSet::new());
                });
                Abs::computed()
            }
        }
    }

    fn typed(&mut self, value: &Abs) -> Abs {
        for path in &value.paths {
            self.record(path, Purpose::Type, &BTreeSet::new());
        }
        Abs::computed()
    }

    fn get(&mut self, value: &Abs, key: &Abs, default: &Abs, frame: &Frame) -> Abs {
        let mut result = value.clone();
        if let Some(keys) = key.scalars() {
            let texts: Vec<_> =
                keys.iter().filter_map(|key| key.as_string().ok().cloned()).collect();
            result = match texts.as_slice() {
                [text] if keys.len() == 1 => {
                    self.step(value, &Seg::Key(Arc::clone(text)), "", frame)
                }
                _ => self.members(value, &Seg::At, "get", frame).1,
            };
        } else {
            // A path of keys, or a key that is itself a value: anything below.
            self.consume(key, Purpose::Whole, &BTreeSet::new());
            let mut below = value.clone();
            below.paths =
                below.paths.into_iter().map(|path| Path { derived: true, ..path }).collect();
            result.join(below);
            result.join(self.keyed(value, &Abs::computed(), "get", frame));
            self.negative += 1;
            self.consume(&result, Purpose::Whole, &BTreeSet::new());
            self.negative -= 1;
        }
        result.paths =
            result.paths.into_iter().map(|path| Path { fallback: true, ..path }).collect();
        result.join(default.clone());
        result
    }

    // Reading.

    /// Members of a set or of keys: equal ones become one, unless they are records, which differ.
    fn merged(&mut self, items: &Abs) {
        for path in items.paths.iter().filter(|path| !path.is_record()) {
            if path.address_of().is_none() {
                self.record(path, Purpose::Whole, &BTreeSet::new());
            }
        }
        for field in items.fields.values() {
            self.merged(field);
        }
        if let Some(inner) = &items.items {
            self.merged(inner);
        }
    }

    fn consume_shape(&mut self, value: &Abs) {
        for path in &value.paths {
            self.record(path, Purpose::Members, &BTreeSet::new());
        }
    }

    fn consume(&mut self, value: &Abs, purpose: Purpose, against: &BTreeSet<Value>) {
        for path in &value.paths {
            self.record(path, purpose, against);
        }
        for member in value.fields.values().chain(value.items.as_deref()) {
            self.consume(member, Purpose::Whole, &BTreeSet::new());
        }
    }

    fn record(&mut self, path: &Path, purpose: Purpose, against: &BTreeSet<Value>) {
        if path.root == Root::Input && purpose == Purpose::Whole {
            let first = path.segs.first();
            let harmless = matches!(first, Some(Seg::Key(key)) if matches!(&**key, "format" | "root" | "modules" | "edges"));
            self.everything |=
                !harmless && !matches!(first, Some(Seg::Key(key)) if &**key == "variables");
        }
        if matches!(path.root, Root::Edges(_)) {
            return;
        }
        let purpose = match purpose {
            Purpose::Compare if path.derived => Purpose::Whole,
            other => other,
        };
        let key =
            (path.root.clone(), path.segs.clone(), purpose, self.negative > 0 || path.fallback);
        self.reads.entry(key).or_default().extend(against.iter().cloned());
    }
}

/// The next of so many; the fuel keeps them few.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1)
}

/// Everything that a value is made of.
fn sources(value: &Abs, paths: &mut BTreeSet<Path>) {
    paths.extend(value.paths.iter().cloned());
    for member in value.fields.values().chain(value.items.as_deref()) {
        sources(member, paths);
    }
}

const STATEMENT: &[(&str, &str)] = &[
    ("effect", "Effect"),
    ("actions", "Action"),
    ("not_actions", "NotAction"),
    ("resources", "Resource"),
    ("not_resources", "NotResource"),
    ("principals", "Principal"),
    ("not_principals", "NotPrincipal"),
    ("has_condition", "Condition"),
    ("conditions", "Condition"),
];

/// Values that decide a comparison with these literals; `None` where no few values do.
fn against(literals: &BTreeSet<Value>, equality: bool) -> Option<BTreeSet<Value>> {
    if equality {
        return Some(literals.clone());
    }
    let mut all = BTreeSet::new();
    for literal in literals {
        let number = literal.as_f64().ok()?;
        all.insert(literal.clone());
        for step in [-1.0, -0.5, 0.5, 1.0] {
            all.insert(Value::from(number + step));
        }
    }
    Some(all)
}
