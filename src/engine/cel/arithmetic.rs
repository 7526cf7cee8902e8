//! Operators that compute: sums, products, joined texts and lists. Overflow and mixed types are errors, as in CEL.

use std::sync::Arc;

use super::evaluate::Machine;
use super::node::Operator;
use super::time;
use super::value::{List, Outcome, Val};
use crate::engine::Failure;

/// Bytes of a text, and elements of a list, that an expression may build.
pub(super) const MAX_TEXT: usize = 1 << 20;
pub(super) const MAX_LIST: usize = 200_000;

impl<'a> Machine<'a> {
    /// `left operator right` for two known values.
    pub(super) fn compute(
        &mut self,
        operator: Operator,
        left: &Val<'a>,
        right: &Val<'a>,
    ) -> Outcome<'a> {
        match (left, right) {
            (Val::Int(left), Val::Int(right)) => ints(operator, *left, *right).map(Val::Int),
            (Val::Uint(left), Val::Uint(right)) => uints(operator, *left, *right).map(Val::Uint),
            (Val::Double(left), Val::Double(right)) => doubles(operator, *left, *right),
            (Val::Text(left), Val::Text(right)) if operator == Operator::Add => {
                self.charge_text(left.len() + right.len())?;
                Ok(Val::text([&**left, &**right].concat()))
            }
            (Val::List(left), Val::List(right)) if operator == Operator::Add => {
                self.join_lists(left, right)
            }
            (Val::Bytes(left), Val::Bytes(right)) if operator == Operator::Add => {
                self.charge_text(left.len() + right.len())?;
                Ok(Val::Bytes(Arc::from([&**left, &**right].concat())))
            }
            (Val::Timestamp(_) | Val::Duration(_), _)
            | (_, Val::Timestamp(_) | Val::Duration(_)) => time::compute(operator, left, right),
            _ => Err(Failure::error(format!(
                "`{}` does not take {} and {}",
                symbol(operator),
                left.described(),
                right.described()
            ))),
        }
    }

    fn join_lists(&mut self, left: &List<'a>, right: &List<'a>) -> Outcome<'a> {
        self.charge_list(left.len() + right.len())?;
        Ok(Val::list(left.iter().chain(right.iter()).collect()))
    }

    /// Pays for a text that is about to be built.
    pub(super) fn charge_text(&mut self, bytes: usize) -> Result<(), Failure> {
        if bytes > MAX_TEXT {
            return Err(Failure::exceeded(format!("a text grows beyond {MAX_TEXT} bytes")));
        }
        self.charge_bytes(bytes)
    }

    /// Pays for a list that is about to be built.
    pub(super) fn charge_list(&mut self, items: usize) -> Result<(), Failure> {
        within(items)?;
        self.charge(items)
    }
}

/// Whether a list may be that long.
pub(super) fn within(items: usize) -> Result<(), Failure> {
    if items > MAX_LIST {
        return Err(Failure::exceeded(format!("a list grows beyond {MAX_LIST} elements")));
    }
    Ok(())
}

pub(super) fn symbol(operator: Operator) -> &'static str {
    match operator {
        Operator::Equal => "==",
        Operator::NotEqual => "!=",
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterOrEqual => ">=",
        Operator::In => "in",
        Operator::Add => "+",
        Operator::Subtract => "-",
        Operator::Multiply => "*",
        Operator::Divide => "/",
        Operator::Remainder => "%",
    }
}

fn ints(operator: Operator, left: i64, right: i64) -> Result<i64, Failure> {
    let result = match operator {
        Operator::Add => left.checked_add(right),
        Operator::Subtract => left.checked_sub(right),
        Operator::Multiply => left.checked_mul(right),
        Operator::Divide if right != 0 => left.checked_div(right),
        Operator::Remainder if right != 0 => left.checked_rem(right),
        _ => return Err(Failure::error("division by zero")),
    };
    result.ok_or_else(|| overflow(operator))
}

fn uints(operator: Operator, left: u64, right: u64) -> Result<u64, Failure> {
    let result = match operator {
        Operator::Add => left.checked_add(right),
        Operator::Subtract => left.checked_sub(right),
        Operator::Multiply => left.checked_mul(right),
        Operator::Divide if right != 0 => left.checked_div(right),
        Operator::Remainder if right != 0 => left.checked_rem(right),
        _ => return Err(Failure::error("division by zero")),
    };
    result.ok_or_else(|| overflow(operator))
}

fn overflow(operator: Operator) -> Failure {
    Failure::error(format!("the result of `{}` does not fit 64 bits", symbol(operator)))
}

fn doubles<'a>(operator: Operator, left: f64, right: f64) -> Outcome<'a> {
    Ok(Val::Double(match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide => left / right,
        _ => return Err(Failure::error("`%` does not take doubles")),
    }))
}
