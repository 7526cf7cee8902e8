//! Functions of sets.

use std::sync::Arc;

use super::Host;
use super::argument::{MAX_ITEMS, items, sequence};
use crate::normalize::terraform::types::{self, Type};
use crate::normalize::terraform::value::{SequenceKind, Value};

/// All sets with elements of one type.
fn of_one_type(arguments: &[Value]) -> Result<Vec<Value>, String> {
    let kinds: Vec<Type> = arguments.iter().map(Type::of).collect();
    let kind = types::unify(&kinds).ok_or("all sets must have elements of the same type")?;
    arguments.iter().map(|argument| types::adapt(argument, &kind)).collect()
}

fn holds(sorted: &[Value], wanted: &Value) -> bool {
    sorted.binary_search_by(|item| types::set_order(item, wanted)).is_ok()
}

pub(super) fn setunion(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let sets = of_one_type(arguments)?;
    let mut all = Vec::new();
    for set in &sets {
        all.extend_from_slice(items(set)?);
    }
    Ok(types::set(all))
}

pub(super) fn setintersection(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let sets = of_one_type(arguments)?;
    let mut all = items(&sets[0])?.to_vec();
    for set in &sets[1..] {
        let other = items(set)?;
        all.retain(|item| holds(other, item));
    }
    Ok(types::set(all))
}

pub(super) fn setsubtract(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let sets = of_one_type(arguments)?;
    let taken = items(&sets[1])?;
    let mut all = items(&sets[0])?.to_vec();
    all.retain(|item| !holds(taken, item));
    Ok(types::set(all))
}

pub(super) fn setproduct(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    if arguments.len() < 2 {
        return Err("at least two arguments are required".to_owned());
    }
    let mut lists = Vec::with_capacity(arguments.len());
    let mut all_sets = true;
    let mut total: usize = 1;
    for argument in arguments {
        let (kind, elements) = sequence(argument).ok_or("a set or a list is required")?;
        all_sets &= kind == SequenceKind::Set;
        let unknown_size = kind == SequenceKind::Set && elements.len() > 1;
        if let Some(reason) =
            elements.iter().find_map(Value::first_unknown).filter(|_| unknown_size)
        {
            return Ok(super::unknown(reason, None));
        }
        total = total.saturating_mul(elements.len());
        let list = types::convert(argument, &Type::List(Box::new(Type::Any)))?;
        lists.push(items(&list)?.to_vec());
    }
    if total.saturating_mul(lists.len()) > MAX_ITEMS {
        return Err(format!("the product has more than {MAX_ITEMS} values"));
    }
    let product = (0..total).map(|number| combination(&lists, number, total));
    let product = product.collect();
    Ok(if all_sets { types::set(product) } else { Value::list(product) })
}

/// The combination of this number: the last list varies fastest.
fn combination(lists: &[Vec<Value>], number: usize, total: usize) -> Value {
    let mut block = total;
    let mut rest = number;
    let mut tuple = Vec::with_capacity(lists.len());
    for list in lists {
        block /= list.len().max(1);
        tuple.extend(list.get(rest / block.max(1)).cloned());
        rest %= block.max(1);
    }
    Value::from(crate::normalize::terraform::value::Kind::Sequence(
        SequenceKind::Tuple,
        Arc::new(tuple),
    ))
}
