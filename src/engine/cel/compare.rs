//! Equality and order. Numbers of every type lie on one line; what is unknown leaves only what it can change open.

use std::cmp::Ordering;
use std::rc::Rc;
use std::sync::Arc;

use super::evaluate::Machine;
use super::refine;
use super::value::{List, Mapping, Open, Outcome, Reasons, Val, merge};
use crate::engine::Failure;

/// A truth value of Kleene logic.
pub(super) enum Truth {
    True,
    False,
    Unknown(Reasons),
}

impl From<bool> for Truth {
    fn from(bool: bool) -> Self {
        if bool { Self::True } else { Self::False }
    }
}

impl From<Truth> for Val<'_> {
    fn from(truth: Truth) -> Self {
        match truth {
            Truth::True => Val::Bool(true),
            Truth::False => Val::Bool(false),
            Truth::Unknown(reasons) => Val::unknown(reasons),
        }
    }
}

impl<'a> Machine<'a> {
    /// `left == right`.
    pub(super) fn equal(&mut self, left: &Val<'a>, right: &Val<'a>) -> Result<Truth, Failure> {
        self.charge(1)?;
        Ok(match (left, right) {
            (Val::Unknown(open), other) | (other, Val::Unknown(open)) => {
                match (refine::equal(open, other), other) {
                    (Some(equal), _) => equal.into(),
                    (None, Val::Unknown(other)) => {
                        Truth::Unknown(open.reasons.clone().and(&other.reasons))
                    }
                    (None, _) => Truth::Unknown(open.reasons.clone()),
                }
            }
            (Val::Null, Val::Null) => Truth::True,
            (Val::Bool(left), Val::Bool(right)) => (left == right).into(),
            (Val::Text(left), Val::Text(right)) => {
                self.charge_bytes(left.len().min(right.len()))?;
                (**left == **right).into()
            }
            (Val::Bytes(left), Val::Bytes(right)) => (left == right).into(),
            (Val::Type(left), Val::Type(right)) => (left == right).into(),
            (Val::Net(left), Val::Net(right)) => (left == right).into(),
            (Val::Ip(left), Val::Ip(right)) => (left == right).into(),
            (Val::Timestamp(left), Val::Timestamp(right))
            | (Val::Duration(left), Val::Duration(right)) => (left == right).into(),
            (Val::Version(left), Val::Version(right)) => left.cmp(right).is_eq().into(),
            (Val::Policy(left), Val::Policy(right)) => {
                let lists = (List::Shared(Arc::clone(left)), List::Shared(Arc::clone(right)));
                self.equal_lists(&lists.0, &lists.1)?
            }
            (Val::Optional(left), Val::Optional(right)) => match (left, right) {
                (Some(left), Some(right)) => self.equal(left, right)?,
                (left, right) => (left.is_none() == right.is_none()).into(),
            },
            (Val::List(left), Val::List(right)) => self.equal_lists(left, right)?,
            (Val::Map(left), Val::Map(right)) => self.equal_maps(left, right)?,
            _ => matches!(numbers(left, right), Ok(Some(Ordering::Equal))).into(),
        })
    }

    fn equal_lists(&mut self, left: &List<'a>, right: &List<'a>) -> Result<Truth, Failure> {
        if left.len() != right.len() {
            return Ok(Truth::False);
        }
        let mut open = None;
        for (left, right) in left.iter().zip(right.iter()) {
            match self.equal(&left, &right)? {
                Truth::True => {}
                Truth::False => return Ok(Truth::False),
                Truth::Unknown(reasons) => merge(&mut open, &reasons),
            }
        }
        Ok(open.map_or(Truth::True, Truth::Unknown))
    }

    fn equal_maps(&mut self, left: &Mapping<'a>, right: &Mapping<'a>) -> Result<Truth, Failure> {
        let (left, right) = (left.entries(), right.entries());
        self.charge(left.len() + right.len())?;
        if left.len() != right.len() {
            return Ok(Truth::False);
        }
        let mut open = None;
        for (index, (key, value)) in left.iter().enumerate() {
            match self.equal_entry(key, value, &right, index)? {
                Truth::True => {}
                Truth::False => return Ok(Truth::False),
                Truth::Unknown(reasons) => merge(&mut open, &reasons),
            }
        }
        Ok(open.map_or(Truth::True, Truth::Unknown))
    }

    /// Whether the other map has the key with an equal value; it is mostly at the same place.
    fn equal_entry(
        &mut self,
        key: &Val<'a>,
        value: &Val<'a>,
        other: &[(Val<'a>, Val<'a>)],
        place: usize,
    ) -> Result<Truth, Failure> {
        for (found, candidate) in other[place..].iter().chain(&other[..place]) {
            if matches!(self.equal(key, found)?, Truth::True) {
                return self.equal(value, candidate);
            }
        }
        Ok(Truth::False)
    }

    /// `element in container`.
    pub(super) fn contains(&mut self, element: &Val<'a>, container: &Val<'a>) -> Outcome<'a> {
        match container {
            Val::Null => Ok(Val::Bool(false)),
            Val::Unknown(open) => {
                let known = self.contains_item(element, &open.elements())?;
                Ok(match known {
                    Truth::True => Val::Bool(true),
                    _ => Val::unknown(open.reasons.clone()),
                })
            }
            Val::List(items) => self.contains_item(element, items).map(Val::from),
            Val::Map(map) if map.len() == 0 => Ok(Val::Bool(false)),
            Val::Map(map) => match element {
                Val::Unknown(_) => {
                    let keys = map.entries().into_iter().map(|(key, _)| key).collect();
                    self.contains_item(element, &List::Made(Rc::new(keys))).map(Val::from)
                }
                Val::Text(key) => Ok(Val::Bool(map.has(key))),
                key => {
                    let keys = map.entries().into_iter().map(|(key, _)| key).collect();
                    self.contains_item(key, &List::Made(Rc::new(keys))).map(Val::from)
                }
            },
            other => {
                Err(Failure::error(format!("`in` needs a list or map, not {}", other.described())))
            }
        }
    }

    pub(super) fn contains_item(
        &mut self,
        element: &Val<'a>,
        items: &List<'a>,
    ) -> Result<Truth, Failure> {
        let mut open = None;
        // Each of all values that it can be is in the list.
        if let Val::Unknown(Open { known: Some(known), net: false, .. }) = element
            && let Some(values) = known.one_of.as_ref().filter(|_| known.not_null)
        {
            let mut all = true;
            for value in values.iter() {
                let within = self.contains_item(&Val::owned(value.clone()), items)?;
                all &= matches!(within, Truth::True);
            }
            if all {
                return Ok(Truth::True);
            }
        }
        for item in items.iter() {
            match self.equal(element, &item)? {
                Truth::True => return Ok(Truth::True),
                Truth::False => {}
                Truth::Unknown(reasons) => merge(&mut open, &reasons),
            }
        }
        Ok(open.map_or(Truth::False, Truth::Unknown))
    }
}

/// That two values have no order: they are of different kinds, or of one that has none.
pub(super) struct NoOrder;

/// The order of two values of one kind; none beside NaN.
pub(super) fn order(left: &Val<'_>, right: &Val<'_>) -> Result<Option<Ordering>, NoOrder> {
    match (left, right) {
        (Val::Text(left), Val::Text(right)) => Ok(Some((**left).cmp(&**right))),
        (Val::Bool(left), Val::Bool(right)) => Ok(Some(left.cmp(right))),
        (Val::Bytes(left), Val::Bytes(right)) => Ok(Some(left.cmp(right))),
        (Val::Timestamp(left), Val::Timestamp(right))
        | (Val::Duration(left), Val::Duration(right)) => Ok(Some(left.cmp(right))),
        (Val::Version(left), Val::Version(right)) => Ok(Some(left.cmp(right))),
        _ => numbers(left, right),
    }
}

fn numbers(left: &Val<'_>, right: &Val<'_>) -> Result<Option<Ordering>, NoOrder> {
    match (whole(left), whole(right)) {
        (Some(left), Some(right)) => Ok(Some(left.cmp(&right))),
        (Some(left), None) => double(right).map(|right| whole_and_double(left, right)),
        (None, Some(right)) => {
            double(left).map(|left| whole_and_double(right, left).map(Ordering::reverse))
        }
        (None, None) => Ok(double(left)?.partial_cmp(&double(right)?)),
    }
}

fn whole(value: &Val<'_>) -> Option<i128> {
    match value {
        Val::Int(int) => Some(i128::from(*int)),
        Val::Uint(uint) => Some(i128::from(*uint)),
        _ => None,
    }
}

fn double(value: &Val<'_>) -> Result<f64, NoOrder> {
    if let Val::Double(double) = value { Ok(*double) } else { Err(NoOrder) }
}

/// Exact: a whole number is not rounded to compare it.
fn whole_and_double(whole: i128, double: f64) -> Option<Ordering> {
    if double.is_nan() {
        return None;
    }
    // Saturates far outside of what a whole number here can be.
    #[expect(clippy::cast_possible_truncation, reason = "the fraction is compared on its own")]
    let floor = double.floor() as i128;
    Some(whole.cmp(&floor).then(if double.fract() == 0.0 || double.is_infinite() {
        Ordering::Equal
    } else {
        Ordering::Less
    }))
}
