//! What operators and templates make of values, and whether a value is within its bounds.

use std::cmp::Ordering;
use std::rc::Rc;

use super::Fault;
use super::builtins::Result as R;
use super::eval::{Bound, Env, Evaluator, Found, Id, Value, kinds};
use super::insert::{bound_kinds, kind_of};
use super::number::Number;
use super::tree::{Expr, Kind, Operator, Part};

/// Longest expressions for texts.
const MAX_REGEX: usize = 10_000;

impl<'a> Evaluator<'a> {
    /// What an operator, a template or a call gives.
    pub fn computed(&mut self, expr: &'a Expr, env: &Env<'a>) -> Found<R> {
        match &expr.kind {
            Kind::Template { parts, bytes } => self.template(parts, *bytes, expr.at, env),
            Kind::Unary(operator, inner) => self.unary(*operator, inner, expr.at, env),
            Kind::Binary(operator, left, right) => {
                self.binary(*operator, left, right, expr.at, env).map(R::Value)
            }
            Kind::Slice(of, low, high) => {
                self.slice(of, low.as_deref(), high.as_deref(), expr.at, env)
            }
            Kind::Call(function, arguments) => self.called(function, arguments, expr.at, env),
            _ => self.value(expr, env).map(R::Value),
        }
    }

    fn template(&mut self, parts: &'a [Part], bytes: bool, at: usize, env: &Env<'a>) -> Found<R> {
        let mut made: Vec<u8> = Vec::new();
        for part in parts {
            match part {
                Part::Text(text) => made.extend(text),
                Part::Expr(expr) => match self.value(expr, env)? {
                    Value::Text(text) => made.extend(text.as_bytes()),
                    Value::Bytes(content) => made.extend(&*content),
                    Value::Number(number) => made.extend(number.to_string().bytes()),
                    Value::Bool(value) => made.extend(value.to_string().bytes()),
                    other => {
                        let what = format!("{} cannot stand in a text", self.shown(&other));
                        return Err(self.not_concrete(&other, expr.at, what));
                    }
                },
            }
        }
        self.made(at, made.len())?;
        if bytes {
            return Ok(R::Value(Value::Bytes(made.into())));
        }
        let text = String::from_utf8_lossy(&made).into_owned();
        Ok(R::Value(Value::Text(text.into())))
    }

    fn unary(&mut self, operator: Operator, inner: &'a Expr, at: usize, env: &Env<'a>) -> Found<R> {
        if operator == Operator::Multiply {
            return Err(Fault::fatal(at, "`*` marks a default, and stands in alternatives only"));
        }
        let value = self.value(inner, env)?;
        let shown = self.shown(&value);
        let wrong = format!("`{}` does not take {shown}", operator.sign());
        match (operator, value) {
            (Operator::Add, Value::Number(number)) => Ok(R::Value(Value::Number(number))),
            (Operator::Subtract, Value::Number(number)) => {
                Ok(R::Value(Value::Number(number.negated())))
            }
            (Operator::Not, Value::Bool(value)) => Ok(R::Value(Value::Bool(!value))),
            (Operator::Match | Operator::NoMatch, Value::Text(pattern)) => {
                let regex = self.regex(&pattern, at)?;
                Ok(R::Bound(Bound::Match(regex, operator == Operator::NoMatch, pattern)))
            }
            (
                Operator::Less | Operator::LessEqual | Operator::Greater | Operator::GreaterEqual,
                value @ (Value::Number(_) | Value::Text(_) | Value::Bytes(_)),
            )
            | (
                Operator::Unequal,
                value @ (Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::Text(_)
                | Value::Bytes(_)),
            ) => Ok(R::Bound(Bound::Compare(operator, value))),
            (Operator::Unequal, Value::Node(node)) => {
                let what = "`!=` of a struct or list as a bound";
                match self.nodes[node].content.kinds {
                    kinds::STRUCT | kinds::LIST => Err(Fault::unsupported(at, what)),
                    _ => Err(self.not_concrete(&Value::Node(node), at, wrong)),
                }
            }
            (_, other) => Err(self.not_concrete(&other, at, wrong)),
        }
    }

    /// An expression for texts, compiled once.
    pub fn regex(&mut self, pattern: &Rc<str>, at: usize) -> Found<Rc<regex::Regex>> {
        if let Some(known) = self.regexes.get(pattern) {
            return Ok(Rc::clone(known));
        }
        if pattern.len() > MAX_REGEX {
            return Err(Fault::stop(at, format!("an expression is longer than {MAX_REGEX} bytes")));
        }
        let built = regex::RegexBuilder::new(pattern).size_limit(4 << 20).build();
        let regex =
            built.map_err(|_| Fault::fatal(at, format!("`{pattern}` is no regular expression")))?;
        let regex = Rc::new(regex);
        self.regexes.insert(Rc::clone(pattern), Rc::clone(&regex));
        Ok(regex)
    }

    fn binary(
        &mut self,
        operator: Operator,
        left: &'a Expr,
        right: &'a Expr,
        at: usize,
        env: &Env<'a>,
    ) -> Found<Value> {
        let is_bottom = |expr: &Expr| matches!(expr.kind, Kind::Bottom);
        if matches!(operator, Operator::Equal | Operator::Unequal)
            && (is_bottom(left) || is_bottom(right))
        {
            let other = if is_bottom(left) { right } else { left };
            let fails = self.fails(other, env)?;
            return Ok(Value::Bool(fails == (operator == Operator::Equal)));
        }
        let first = self.value(left, env)?;
        if let (Operator::AndAlso | Operator::OrElse, Value::Bool(value)) = (operator, &first) {
            if *value == (operator == Operator::OrElse) {
                return Ok(Value::Bool(*value));
            }
            let second = self.value(right, env)?;
            return match second {
                Value::Bool(value) => Ok(Value::Bool(value)),
                other => Err(self.operands(operator, &first, &other, at)),
            };
        }
        let second = self.value(right, env)?;
        match operator {
            Operator::Equal | Operator::Unequal => {
                let equal = self.equal(&first, &second, at, 0)?;
                Ok(Value::Bool(equal == (operator == Operator::Equal)))
            }
            Operator::Match | Operator::NoMatch => match (&first, &second) {
                (Value::Text(text), Value::Text(pattern)) => {
                    let found = self.regex(pattern, at)?.is_match(text);
                    Ok(Value::Bool(found == (operator == Operator::Match)))
                }
                _ => Err(self.operands(operator, &first, &second, at)),
            },
            Operator::Less | Operator::LessEqual | Operator::Greater | Operator::GreaterEqual => {
                match ordered(&first, &second) {
                    Some(order) => Ok(Value::Bool(holds(operator, order))),
                    None => Err(self.operands(operator, &first, &second, at)),
                }
            }
            _ => self.arithmetic(operator, &first, &second, at),
        }
    }

    /// Whether an expression has no value, be it for now: `x == _|_`. Whoever adds one later is noticed.
    fn fails(&mut self, expr: &'a Expr, env: &Env<'a>) -> Found<bool> {
        let circles = self.circles;
        let found = self.value(expr, env);
        self.go_on()?;
        if found.is_ok() && self.circles != circles {
            return Err(Fault::unsupported(
                expr.at,
                "to ask whether a value that is worked on is `_|_`",
            ));
        }
        Ok(found.is_err())
    }

    fn arithmetic(
        &mut self,
        operator: Operator,
        first: &Value,
        second: &Value,
        at: usize,
    ) -> Found<Value> {
        let out_of_range = || Fault::stop(at, "a number is too large");
        match (operator, first, second) {
            (_, Value::Number(left), Value::Number(right)) => {
                let made = match operator {
                    Operator::Add => left.add(right),
                    Operator::Subtract => left.add(&right.negated()),
                    Operator::Multiply => left.multiply(right),
                    Operator::Divide if right.is_zero() => {
                        return Err(Fault::fatal(at, "division by zero"));
                    }
                    Operator::Divide => left.divide(right),
                    _ => return Err(self.operands(operator, first, second, at)),
                };
                made.map(Value::Number).ok_or_else(out_of_range)
            }
            (Operator::Add, Value::Text(left), Value::Text(right)) => {
                self.made(at, left.len() + right.len())?;
                Ok(Value::Text(format!("{left}{right}").into()))
            }
            (Operator::Add, Value::Bytes(left), Value::Bytes(right)) => {
                self.made(at, left.len() + right.len())?;
                Ok(Value::Bytes([&**left, &**right].concat().into()))
            }
            (
                Operator::Multiply,
                Value::Number(times),
                text @ (Value::Text(_) | Value::Bytes(_)),
            )
            | (
                Operator::Multiply,
                text @ (Value::Text(_) | Value::Bytes(_)),
                Value::Number(times),
            ) => self.repeated(text, times, at),
            _ => Err(self.operands(operator, first, second, at)),
        }
    }

    pub fn repeated(&mut self, text: &Value, times: &Number, at: usize) -> Found<Value> {
        if times.is_negative() || times.float {
            return Err(Fault::fatal(at, format!("a text cannot stand {times} times")));
        }
        let times = times.to_index().unwrap_or(usize::MAX);
        match text {
            Value::Text(text) => {
                self.made(at, text.len().saturating_mul(times))?;
                Ok(Value::Text(text.repeat(times).into()))
            }
            Value::Bytes(bytes) => {
                self.made(at, bytes.len().saturating_mul(times))?;
                Ok(Value::Bytes(bytes.repeat(times).into()))
            }
            other => Ok(other.clone()),
        }
    }

    fn operands(&self, operator: Operator, first: &Value, second: &Value, at: usize) -> Fault {
        let (left, right) = (self.shown(first), self.shown(second));
        let what = format!("`{}` does not take {left} and {right}", operator.sign());
        let (one, two) =
            (self.not_concrete(first, at, what.clone()), self.not_concrete(second, at, what));
        if one.kind == super::FaultKind::Incomplete { one } else { two }
    }

    fn slice(
        &mut self,
        of: &'a Expr,
        low: Option<&'a Expr>,
        high: Option<&'a Expr>,
        at: usize,
        env: &Env<'a>,
    ) -> Found<R> {
        let list = self.value(of, env)?;
        let items = self.items(&list, at)?;
        let mut end = |expr: Option<&'a Expr>, usual: usize| match expr {
            None => Ok(usual),
            Some(expr) => match self.value(expr, env)? {
                Value::Number(number) => {
                    number.to_index().filter(|index| *index <= items.len()).ok_or_else(|| {
                        Fault::fatal(expr.at, format!("the list has no place {number}"))
                    })
                }
                other => {
                    let what = format!("{} is no place in a list", self.shown(&other));
                    Err(self.not_concrete(&other, expr.at, what))
                }
            },
        };
        let (low, high) = (end(low, 0)?, end(high, items.len())?);
        if low > high {
            return Err(Fault::fatal(at, "the end of a part of a list lies before its start"));
        }
        Ok(R::List(items[low..high].to_vec()))
    }

    /// Whether two values are equal, with all in them.
    pub fn equal(&mut self, left: &Value, right: &Value, at: usize, depth: usize) -> Found<bool> {
        self.step(at)?;
        let (left, right) = (self.plain(left)?, self.plain(right)?);
        let (one, two) = match (&left, &right) {
            (Value::Node(one), Value::Node(two)) => (*one, *two),
            (Value::Node(node), other) | (other, Value::Node(node)) => {
                let content = &self.nodes[*node].content;
                if matches!(content.kinds, kinds::STRUCT | kinds::LIST) {
                    return Ok(false);
                }
                let _ = other;
                return Err(Fault::incomplete(at, "what is compared is not known"));
            }
            (Value::Number(left), Value::Number(right)) => return Ok(left.compare(right).is_eq()),
            _ => return Ok(super::insert::same(&left, &right)),
        };
        let (a, b) = (&self.nodes[one].content, &self.nodes[two].content);
        let known = |kinds: u8| matches!(kinds, kinds::STRUCT | kinds::LIST);
        if !known(a.kinds)
            || !known(b.kinds)
            || a.alternatives.is_some()
            || b.alternatives.is_some()
        {
            return Err(Fault::incomplete(at, "what is compared is not known"));
        }
        if a.kinds != b.kinds || depth > super::MAX_DEPTH {
            return Ok(false);
        }
        if a.kinds == kinds::LIST {
            let (left, right) = (self.items(&left, at)?, self.items(&right, at)?);
            if left.len() != right.len() {
                return Ok(false);
            }
            for (left, right) in left.iter().zip(&right) {
                if !self.equal(left, right, at, depth + 1)? {
                    return Ok(false);
                }
            }
            return Ok(true);
        }
        let (left, right) = (self.fields(one), self.fields(two));
        if left.len() != right.len() {
            return Ok(false);
        }
        for (name, node) in left {
            let Some((_, other)) = right.iter().find(|(own, _)| *own == name) else {
                return Ok(false);
            };
            if !self.equal(&Value::Node(node), &Value::Node(*other), at, depth + 1)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// That what is known of a node is within its bounds.
    pub fn check(&mut self, id: Id) -> Found<()> {
        for (bound, at) in self.nodes[id].content.bounds.clone() {
            self.restrict(id, bound_kinds(&bound), at)?;
            let value = match self.nodes[id].content.scalar.clone() {
                Some(scalar) => scalar,
                None => match (&bound, self.nodes[id].content.kinds) {
                    (Bound::Function(..), kinds::STRUCT | kinds::LIST) => Value::Node(id),
                    _ => continue,
                },
            };
            if !self.within(&bound, &value, at)? {
                let what = format!("{} is not {}", self.shown(&value), self.bound(&bound));
                return Err(Fault::fatal(at, what));
            }
        }
        self.ranges(id)
    }

    /// That bounds leave any value.
    fn ranges(&self, id: Id) -> Found<()> {
        let content = &self.nodes[id].content;
        if content.scalar.is_some() {
            return Ok(());
        }
        let compares = |bound: &'_ Bound| match bound {
            Bound::Compare(operator, value) => Some((*operator, value.clone())),
            _ => None,
        };
        for (low, _) in &content.bounds {
            let Some((lower @ (Operator::Greater | Operator::GreaterEqual), least)) = compares(low)
            else {
                continue;
            };
            for (high, at) in &content.bounds {
                let Some((upper @ (Operator::Less | Operator::LessEqual), most)) = compares(high)
                else {
                    continue;
                };
                let open = lower == Operator::Greater || upper == Operator::Less;
                let empty = match ordered(&least, &most) {
                    Some(Ordering::Greater) => true,
                    Some(Ordering::Equal) => open,
                    _ => false,
                };
                if empty {
                    let what = format!("nothing is {} and {}", self.bound(low), self.bound(high));
                    return Err(Fault::fatal(*at, what));
                }
            }
        }
        Ok(())
    }

    fn within(&mut self, bound: &Bound, value: &Value, at: usize) -> Found<bool> {
        match bound {
            Bound::Compare(Operator::Unequal, other) => Ok(!super::insert::same(value, other)
                && !matches!((value, other), (Value::Number(a), Value::Number(b)) if a.compare(b).is_eq())),
            Bound::Compare(operator, other) => {
                Ok(ordered(value, other).is_some_and(|order| holds(*operator, order)))
            }
            Bound::Match(regex, negated, _) => match value {
                Value::Text(text) => Ok(regex.is_match(text) != *negated),
                Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
                    Ok(text) => Ok(regex.is_match(text) != *negated),
                    Err(_) => {
                        Err(Fault::unsupported(at, "an expression over bytes that are not UTF-8"))
                    }
                },
                _ => Ok(false),
            },
            Bound::Function(name, arguments) => self.fits_function(name, value, arguments, at),
        }
    }

    pub fn bound(&self, bound: &Bound) -> String {
        match bound {
            Bound::Compare(operator, value) => format!("{}{}", operator.sign(), self.shown(value)),
            Bound::Match(_, negated, pattern) => {
                format!("{}{pattern:?}", if *negated { "!~" } else { "=~" })
            }
            Bound::Function(name, arguments) => {
                let arguments: Vec<String> =
                    arguments.iter().map(|argument| self.shown(argument)).collect();
                format!("{name}({})", arguments.join(", "))
            }
        }
    }
}

/// How two scalars of one kind are ordered.
pub(super) fn ordered(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => Some(left.compare(right)),
        (Value::Text(left), Value::Text(right)) => Some(left.as_bytes().cmp(right.as_bytes())),
        (Value::Bytes(left), Value::Bytes(right)) => Some(left.cmp(right)),
        (left, right) if kind_of(left) != kind_of(right) => None,
        _ => None,
    }
}

fn holds(operator: Operator, order: Ordering) -> bool {
    match operator {
        Operator::Less => order.is_lt(),
        Operator::LessEqual => order.is_le(),
        Operator::Greater => order.is_gt(),
        Operator::GreaterEqual => order.is_ge(),
        _ => false,
    }
}
