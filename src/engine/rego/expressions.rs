//! Following expressions: what each evaluates to, and what it reads on the way.

use std::collections::BTreeSet;
use std::sync::Arc;

use regorus::Value;
use regorus::unstable::{AssignOp, BoolOp, Expr, Query, Ref, Span};

use super::reads::{Env, Frame, Purpose, Walk};
use super::shape::{Abs, Seg};

impl Walk<'_> {
    pub(super) fn expr(&mut self, expr: &Expr, env: &mut Env, frame: &Frame) -> Abs {
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

    pub(super) fn minus(&mut self, expr: &Expr, env: &mut Env, frame: &Frame) -> Abs {
        if let Expr::Number { value, .. } = expr
            && let Ok(number) = value.as_i64()
        {
            return Abs::literal(Value::from(-number));
        }
        let value = self.expr(expr, env, frame);
        self.consume(&value, Purpose::Whole, &BTreeSet::new());
        Abs::computed()
    }

    pub(super) fn collection(
        &mut self,
        items: &[Ref<Expr>],
        set: bool,
        env: &mut Env,
        frame: &Frame,
    ) -> Abs {
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

    pub(super) fn object(
        &mut self,
        fields: &[(Span, Ref<Expr>, Ref<Expr>)],
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

    pub(super) fn comprehension(
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

    pub(super) fn membership(
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
            self.consume(&value, Purpose::Compare, &constants);
        } else {
            let name = format!("of {}", collection.eidx());
            let (_, members) = self.members(&from, &Seg::Any, &name, frame);
            self.consume_shape(&Abs { paths: BTreeSet::new(), ..from });
            self.compare(&value, &members, true);
        }
    }

    pub(super) fn compare(&mut self, left: &Abs, right: &Abs, equality: bool) {
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
}

/// Values that decide a comparison with these literals; `None` where no few values do.
pub(super) fn against(literals: &BTreeSet<Value>, equality: bool) -> Option<BTreeSet<Value>> {
    if equality {
        return Some(literals.clone());
    }
    let mut all = BTreeSet::new();
    for literal in literals {
        let number = literal.as_f64().ok()?;
        all.insert(literal.clone());
        for step in [-0.5, 0.5] {
            all.insert(Value::from(number + step));
        }
    }
    Some(all)
}
