//! `list.…`

use std::cmp::Ordering;
use std::rc::Rc;

use super::{Arguments, Result};
use crate::conftest::formats::cue::eval::{Env, Evaluator, Found, Value, What};
use crate::conftest::formats::cue::number::Number;
use crate::conftest::formats::cue::operators::ordered;
use crate::conftest::formats::cue::tree::{Expr, Key};
use crate::conftest::formats::cue::{Fault, FaultKind};

/// Longest list that a function makes.
const MAX_ITEMS: usize = 100_000;

impl<'a> Evaluator<'a> {
    pub(super) fn list_function(&mut self, given: &Arguments) -> Found<Result> {
        let at = given.at;
        let limited = |length: usize| {
            if length > MAX_ITEMS {
                return Err(Fault::stop(at, format!("a list has more than {MAX_ITEMS} elements")));
            }
            Ok(())
        };
        if given.name == "list.Range" {
            return self.range(given);
        }
        let items = self.items(&given.values[0], at)?;
        let made = match given.name {
            "list.Concat" => {
                let mut all = Vec::new();
                for list in items {
                    all.extend(self.items(&list, at)?);
                    limited(all.len())?;
                }
                all
            }
            "list.FlattenN" => {
                let depth = given.int(self, 1)?;
                let depth = i64::try_from(depth).unwrap_or(-1);
                let mut all = Vec::new();
                self.flatten(&items, depth, at, &mut all)?;
                all
            }
            "list.Repeat" => {
                let times = given.index(self, 1)?;
                limited(items.len().saturating_mul(times))?;
                std::iter::repeat_n(items, times).flatten().collect()
            }
            "list.Reverse" => items.into_iter().rev().collect(),
            "list.Slice" => {
                let (low, high) = (given.index(self, 1)?, given.index(self, 2)?);
                let part = items.get(low..high);
                part.ok_or_else(|| Fault::fatal(at, "the list has no such part"))?.to_vec()
            }
            "list.Take" => items.into_iter().take(given.index(self, 1)?).collect(),
            "list.Drop" => items.into_iter().skip(given.index(self, 1)?).collect(),
            "list.SortStrings" | "list.IsSortedStrings" => {
                let mut texts = Vec::new();
                for item in &items {
                    match self.plain(item)? {
                        Value::Text(text) => texts.push(text),
                        other => {
                            let what = format!("{} is no text", self.shown(&other));
                            return Err(self.not_concrete(&other, at, what));
                        }
                    }
                }
                if given.name == "list.IsSortedStrings" {
                    return Ok(Result::Value(Value::Bool(texts.is_sorted())));
                }
                texts.sort();
                texts.into_iter().map(Value::Text).collect()
            }
            _ => return self.summed(given, &items),
        };
        Ok(Result::List(made))
    }

    fn flatten(
        &mut self,
        items: &[Value],
        depth: i64,
        at: usize,
        all: &mut Vec<Value>,
    ) -> Found<()> {
        for item in items {
            self.step(at)?;
            if depth != 0 && self.is_list(item)? {
                let inner = self.items(item, at)?;
                self.flatten(&inner, depth - 1, at, all)?;
            } else {
                all.push(item.clone());
            }
        }
        Ok(())
    }

    fn is_list(&mut self, value: &Value) -> Found<bool> {
        let plain = self.plain(value)?;
        Ok(
            matches!(plain, Value::Node(node) if self.nodes[node].content.kinds == super::kinds::LIST),
        )
    }

    fn range(&mut self, given: &Arguments) -> Found<Result> {
        let (mut next, limit) = (given.number(self, 0)?, given.number(self, 1)?);
        let step = given.number(self, 2)?;
        if step.is_zero() {
            return Err(Fault::fatal(given.at, "the step of a range is zero"));
        }
        let mut made = Vec::new();
        loop {
            let order = next.compare(&limit);
            let ends = if step.is_negative() { order.is_le() } else { order.is_ge() };
            if ends {
                return Ok(Result::List(made));
            }
            if made.len() >= MAX_ITEMS {
                let what = format!("a list has more than {MAX_ITEMS} elements");
                return Err(Fault::stop(given.at, what));
            }
            made.push(Value::Number(next.clone()));
            let sum = next.add(&step);
            next = sum.ok_or_else(|| Fault::stop(given.at, "a number is too large"))?;
        }
    }

    /// Sums, averages, the least and greatest.
    fn summed(&mut self, given: &Arguments, items: &[Value]) -> Found<Result> {
        let at = given.at;
        let mut numbers = Vec::new();
        for item in items {
            match self.plain(item)? {
                Value::Number(number) => numbers.push(number),
                other => {
                    let what = format!("{} is no number", self.shown(&other));
                    return Err(self.not_concrete(&other, at, what));
                }
            }
        }
        let large = || Fault::stop(at, "a number is too large");
        let empty = || Fault::fatal(at, "the list is empty");
        let sum = || {
            numbers
                .iter()
                .try_fold(Number::from(0), |sum, number| sum.add(number))
                .ok_or_else(large)
        };
        let made = match given.name {
            "list.Sum" => sum()?,
            "list.Product" => numbers
                .iter()
                .try_fold(Number::from(1), |product, number| product.multiply(number))
                .ok_or_else(large)?,
            "list.Avg" => {
                let count = i64::try_from(numbers.len()).unwrap_or(i64::MAX);
                let mean = sum()?.divide(&Number::from(count)).ok_or_else(empty)?;
                match mean.to_int() {
                    Some(whole) => Number::int(whole),
                    None => mean,
                }
            }
            "list.Min" => numbers.into_iter().min_by(Number::compare).ok_or_else(empty)?,
            "list.Max" => numbers.into_iter().max_by(Number::compare).ok_or_else(empty)?,
            name => return Err(Fault::unsupported(at, name)),
        };
        Ok(Result::Value(Value::Number(made)))
    }

    pub(super) fn unique(&mut self, list: &Value, at: usize) -> Found<bool> {
        let items = self.items(list, at)?;
        for (index, item) in items.iter().enumerate() {
            for other in &items[..index] {
                if self.equal(item, other, at, 0)? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    pub(super) fn contains(&mut self, list: &Value, wanted: &Value, at: usize) -> Found<bool> {
        for item in self.items(list, at)? {
            if self.equal(&item, wanted, at, 0)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// `list.Sort` with a struct that compares `x` and `y`, or in one of the usual orders; or whether a list is sorted so.
    pub(super) fn sorted(
        &mut self,
        list: &'a Expr,
        order: &'a Expr,
        asks: bool,
        at: usize,
        env: &Env<'a>,
    ) -> Found<Result> {
        let list = self.value(list, env)?;
        let items = self.items(&list, at)?;
        let usual = match self.value(order, env)? {
            Value::Text(name) if &*name == "\u{0}list.Ascending" => Some(Ordering::Less),
            Value::Text(name) if &*name == "\u{0}list.Descending" => Some(Ordering::Greater),
            _ => None,
        };
        // By insertion: each comparison may fail, and ties keep their order.
        let mut made: Vec<Value> = Vec::new();
        for item in items {
            let mut place = made.len();
            while place > 0 {
                let before = made[place - 1].clone();
                let less = match usual {
                    Some(wanted) => self.before(&item, &before, at)? == wanted,
                    None => self.less(&item, &before, order, at, env)?,
                };
                if !less {
                    break;
                }
                if asks {
                    return Ok(Result::Value(Value::Bool(false)));
                }
                place -= 1;
            }
            made.insert(place, item);
        }
        if asks {
            return Ok(Result::Value(Value::Bool(true)));
        }
        Ok(Result::List(made))
    }

    fn before(&mut self, left: &Value, right: &Value, at: usize) -> Found<Ordering> {
        self.step(at)?;
        let (left, right) = (self.plain(left)?, self.plain(right)?);
        ordered(&left, &right).ok_or_else(|| {
            let what = format!("{} and {} have no order", self.shown(&left), self.shown(&right));
            Fault::fatal(at, what)
        })
    }

    fn less(
        &mut self,
        left: &Value,
        right: &Value,
        order: &'a Expr,
        at: usize,
        env: &Env<'a>,
    ) -> Found<bool> {
        let pair = vec![(Rc::from("x"), left.clone()), (Rc::from("y"), right.clone())];
        let compares = Self::conjunct(What::Expr(order), env.clone());
        let given = Self::conjunct(What::Map(pair.into()), None);
        let node = self.node(None, None, vec![compares, given]);
        self.settled(node)?;
        let chosen = self.chosen(node);
        let less =
            self.nodes[chosen].content.arcs.get(&Key::Text("less".into())).map(|arc| arc.node);
        match less.map(|less| self.settled(less)).transpose()? {
            Some(Value::Bool(less)) => Ok(less),
            _ => Err(Fault {
                kind: FaultKind::Incomplete,
                ..Fault::fatal(at, "`less` is no boolean")
            }),
        }
    }
}
