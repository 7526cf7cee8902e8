//! Functions of sets.

use std::sync::Arc;

use super::Host;
use super::argument::{MAX_ITEMS, Survey, items, sequence, top_unknown};
use super::table::Returns;
use crate::normalize::terraform::types::{self, Type};
use crate::normalize::terraform::value::{SequenceKind, Value};

/// All sets with elements of one type, and that type.
fn of_one_type(arguments: &[Value]) -> Result<(Vec<Value>, Type), String> {
    let kind = Returns::Union.kind(arguments)?;
    let sets = arguments.iter().map(|argument| types::adapt(argument, &kind));
    let element = kind.element().cloned().unwrap_or(Type::Any);
    Ok((sets.collect::<Result<_, _>>()?, element))
}

fn set_of(items: Vec<Value>, element: Type) -> Value {
    if items.is_empty() {
        Value::empty_sequence(SequenceKind::Set, element)
    } else {
        types::set(items)
    }
}

fn holds(sorted: &[Value], wanted: &Value) -> bool {
    sorted.binary_search_by(|item| types::set_order(item, wanted)).is_ok()
}

pub(super) fn setunion(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    if let Some(reason) = arguments.iter().find_map(top_unknown) {
        return Ok(super::unknown(reason, Some(Returns::Union.kind(arguments)?)));
    }
    let (sets, element) = of_one_type(arguments)?;
    let mut all = Vec::new();
    for set in &sets {
        all.extend_from_slice(items(set)?);
    }
    Ok(set_of(all, element))
}

pub(super) fn setintersection(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let (sets, element) = of_one_type(arguments)?;
    let mut all = items(&sets[0])?.to_vec();
    for set in &sets[1..] {
        let other = items(set)?;
        all.retain(|item| holds(other, item));
    }
    Ok(set_of(all, element))
}

pub(super) fn setsubtract(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    let (sets, element) = of_one_type(arguments)?;
    let taken = items(&sets[1])?;
    let mut all = items(&sets[0])?.to_vec();
    all.retain(|item| !holds(taken, item));
    Ok(set_of(all, element))
}

pub(super) fn setproduct(arguments: &[Value], _: &dyn Host) -> Result<Value, String> {
    if arguments.len() < 2 {
        return Err("at least two arguments are required".to_owned());
    }
    if arguments.iter().any(|argument| argument.unknown_reason().is_some()) {
        arguments.iter().try_for_each(|it| Survey::default().visit(it))?;
        let kind = Returns::Product.kind(arguments)?;
        let reason = arguments.iter().find_map(top_unknown).unwrap_or_default();
        return Ok(super::unknown(reason, Some(kind)));
    }
    let mut lists = Vec::with_capacity(arguments.len());
    let mut any_set = false;
    let mut total: usize = 1;
    for argument in arguments {
        let (kind, elements) = sequence(argument).ok_or("a set or a list is required")?;
        any_set |= kind == SequenceKind::Set;
        let unknown_size = kind == SequenceKind::Set && elements.len() > 1;
        if let Some(reason) =
            elements.iter().find_map(Value::first_unknown).filter(|_| unknown_size)
        {
            return Ok(super::unknown(reason, Some(Returns::Product.kind(arguments)?)));
        }
        total = total.saturating_mul(elements.len());
        let list = types::convert(argument, &Type::List(Arc::new(Type::Any)))?;
        lists.push(items(&list)?.to_vec());
    }
    if total.saturating_mul(lists.len()) > MAX_ITEMS {
        return Err(format!("the product has more than {MAX_ITEMS} values"));
    }
    let product = (0..total).map(|number| combination(&lists, number, total));
    let product: Vec<Value> = product.collect();
    let kind = Returns::Product.kind(arguments)?;
    if product.is_empty() {
        let element = kind.element().cloned().unwrap_or(Type::Any);
        let kind = if any_set { SequenceKind::Set } else { SequenceKind::List };
        return Ok(Value::empty_sequence(kind, element));
    }
    Ok(if any_set { types::set(product) } else { Value::list(product) })
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
    Value::tuple(tuple)
}
