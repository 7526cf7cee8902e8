//! `sets.*`: lists as sets, with unknown elements. Null is the empty list, as in every macro.

use super::compare::Truth;
use super::evaluate::Machine;
use super::functions::mismatch;
use super::value::{List, Outcome, Reasons, Val, merge};
use crate::engine::Failure;

fn lists<'a>(name: &str, arguments: &[Val<'a>]) -> Result<Result<[List<'a>; 2], Reasons>, Failure> {
    let mut open = None;
    let mut list = |value: &Val<'a>| match value {
        Val::Null => Some(List::Made(std::rc::Rc::default())),
        Val::List(items) => Some(items.clone()),
        Val::Unknown(unknown) => {
            merge(&mut open, &unknown.reasons);
            Some(List::Made(std::rc::Rc::default()))
        }
        _ => None,
    };
    let [left, right] = arguments else { return Err(mismatch(name, arguments)) };
    let (Some(left), Some(right)) = (list(left), list(right)) else {
        return Err(mismatch(name, arguments));
    };
    Ok(open.map_or(Ok([left, right]), Err))
}

impl<'a> Machine<'a> {
    /// Whether all elements of one list (else: any of them) are in another.
    fn within_list(
        &mut self,
        elements: &List<'a>,
        list: &List<'a>,
        all: bool,
    ) -> Result<Truth, Failure> {
        let mut open = None;
        for element in elements.iter() {
            match self.contains_item(&element, list)? {
                Truth::True if !all => return Ok(Truth::True),
                Truth::False if all => return Ok(Truth::False),
                Truth::Unknown(reasons) => merge(&mut open, &reasons),
                _ => {}
            }
        }
        Ok(open.map_or(all.into(), Truth::Unknown))
    }
}

/// `sets.contains(list, sublist)`
pub(super) fn contains<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    match lists("sets.contains", arguments)? {
        Ok([list, part]) => machine.within_list(&part, &list, true).map(Val::from),
        Err(reasons) => Ok(Val::unknown(reasons)),
    }
}

/// `sets.intersects(list, list)`
pub(super) fn intersects<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    match lists("sets.intersects", arguments)? {
        Ok([left, right]) => machine.within_list(&left, &right, false).map(Val::from),
        Err(reasons) => Ok(Val::unknown(reasons)),
    }
}

/// `sets.equivalent(list, list)`
pub(super) fn equivalent<'a>(machine: &mut Machine<'a>, arguments: &[Val<'a>]) -> Outcome<'a> {
    let [left, right] = match lists("sets.equivalent", arguments)? {
        Ok(lists) => lists,
        Err(reasons) => return Ok(Val::unknown(reasons)),
    };
    let one = machine.within_list(&left, &right, true)?;
    let other = machine.within_list(&right, &left, true)?;
    Ok(Val::from(match (one, other) {
        (Truth::False, _) | (_, Truth::False) => Truth::False,
        (Truth::Unknown(one), Truth::Unknown(other)) => Truth::Unknown(one.and(&other)),
        (Truth::Unknown(reasons), _) | (_, Truth::Unknown(reasons)) => Truth::Unknown(reasons),
        (Truth::True, Truth::True) => Truth::True,
    }))
}
