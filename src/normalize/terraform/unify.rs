//! Unification: the one type that values of several types are converted to.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::types::{ObjectAttribute, ObjectType, Type, converts};

/// The one type that all of these convert to, if there is one; `Any` for none at all, and where a type that is not known stands
/// beside lists, maps and their like.
pub fn unify(types: &[Type]) -> Option<Type> {
    if types.is_empty() {
        return Some(Type::Any);
    }
    let mut different: Vec<&Type> = Vec::new();
    for kind in types {
        if !different.contains(&kind) {
            different.push(kind);
        }
    }
    unify_different(&different)
}

/// How many of the types are of each structure.
#[derive(Default)]
struct Census {
    lists: usize,
    sets: usize,
    maps: usize,
    tuples: usize,
    objects: usize,
    any: usize,
}

impl Census {
    fn of(types: &[&Type]) -> Self {
        let mut census = Self::default();
        for kind in types {
            match kind {
                Type::List(_) => census.lists += 1,
                Type::Set(_) => census.sets += 1,
                Type::Map(_) => census.maps += 1,
                Type::Tuple(_) => census.tuples += 1,
                Type::Object(_) => census.objects += 1,
                Type::Any => census.any += 1,
                _ => {}
            }
        }
        census
    }
}

fn unify_different(types: &[&Type]) -> Option<Type> {
    let [first, rest @ ..] = types else { return None };
    if rest.is_empty() {
        return Some(Type::clone(first));
    }
    let census = Census::of(types);
    let all = |count: usize| count > 0 && count + census.any == types.len();
    let only_one_structure =
        [census.lists, census.sets, census.maps, census.tuples, census.objects]
            .into_iter()
            .any(all);
    if only_one_structure && census.any > 0 {
        return Some(Type::Any);
    }
    if all(census.lists) || all(census.sets) || all(census.maps) {
        let elements: Vec<Type> = types.iter().filter_map(|kind| kind.element()).cloned().collect();
        let element = Arc::new(unify(&elements)?);
        return Some(match first {
            Type::List(_) => Type::List(element),
            Type::Set(_) => Type::Set(element),
            _ => Type::Map(element),
        });
    }
    if all(census.objects) {
        return unify_objects(types);
    }
    if all(census.tuples) {
        return unify_tuples(types);
    }
    let mixed = (census.maps > 0 && all(census.maps + census.objects))
        || (census.lists > 0 && all(census.lists + census.tuples));
    if mixed && let Some(kind) = as_collections(types) {
        return Some(kind);
    }
    if census.objects > 0 && census.tuples > 0 {
        return None;
    }
    by_preference(types)
        .into_iter()
        .find(|wanted| types.iter().all(|kind| kind == wanted || converts(kind, wanted)))
        .cloned()
}

/// Objects beside maps as maps, tuples beside lists as lists.
fn as_collections(types: &[&Type]) -> Option<Type> {
    let (structures, collections): (Vec<&Type>, Vec<&Type>) =
        types.iter().partition(|kind| matches!(kind, Type::Object(_) | Type::Tuple(_)));
    let shared = match structures.first()? {
        Type::Object(_) => objects_to_map(&structures)?,
        _ => tuples_to_list(&structures)?,
    };
    let mut all: Vec<Type> = collections.into_iter().cloned().collect();
    all.push(shared);
    unify(&all).filter(|kind| *kind != Type::Any)
}

fn unify_objects(types: &[&Type]) -> Option<Type> {
    let objects: Vec<&ObjectType> = types
        .iter()
        .filter_map(
            |kind| if let Type::Object(attributes) = kind { Some(&**attributes) } else { None },
        )
        .collect();
    let first = objects.first()?;
    if objects.iter().any(|object| object.keys().ne(first.keys())) {
        return objects_to_map(types);
    }
    let attribute = |name: &Arc<str>| {
        let kinds: Vec<Type> = objects.iter().map(|object| object[name].kind.clone()).collect();
        Some((Arc::clone(name), unify(&kinds)?.into()))
    };
    let attributes = first.keys().map(attribute).collect::<Option<BTreeMap<_, ObjectAttribute>>>();
    Some(Type::object(attributes?))
}

fn objects_to_map(types: &[&Type]) -> Option<Type> {
    let kinds: Vec<Type> = types
        .iter()
        .filter_map(
            |kind| if let Type::Object(attributes) = kind { Some(&**attributes) } else { None },
        )
        .flat_map(|attributes| attributes.values().map(|it| it.kind.clone()))
        .collect();
    if kinds.is_empty() {
        return None;
    }
    let map = Type::Map(Arc::new(unify(&kinds)?));
    types.iter().all(|kind| converts(kind, &map)).then_some(map)
}

fn unify_tuples(types: &[&Type]) -> Option<Type> {
    let tuples: Vec<&Vec<Type>> = types
        .iter()
        .filter_map(|kind| if let Type::Tuple(kinds) = kind { Some(kinds) } else { None })
        .collect();
    let first = tuples.first()?;
    if tuples.iter().any(|tuple| tuple.len() != first.len()) {
        return tuples_to_list(types);
    }
    let element = |at: usize| {
        let kinds: Vec<Type> = tuples.iter().map(|tuple| tuple[at].clone()).collect();
        unify(&kinds)
    };
    Some(Type::Tuple((0..first.len()).map(element).collect::<Option<_>>()?))
}

fn tuples_to_list(types: &[&Type]) -> Option<Type> {
    let kinds: Vec<Type> = types
        .iter()
        .filter_map(|kind| if let Type::Tuple(kinds) = kind { Some(kinds) } else { None })
        .flatten()
        .cloned()
        .collect();
    if kinds.is_empty() {
        return None;
    }
    let list = Type::List(Arc::new(unify(&kinds)?));
    types.iter().all(|kind| converts(kind, &list)).then_some(list)
}

/// The more general types first; in order of appearance where neither is.
fn by_preference<'a>(types: &[&'a Type]) -> Vec<&'a Type> {
    let mut waiting: Vec<usize> = types
        .iter()
        .map(|kind| types.iter().filter(|other| generality(other, kind) == Ordering::Less).count())
        .collect();
    let mut order: Vec<usize> = (0..types.len()).filter(|at| waiting[*at] == 0).collect();
    let mut next = 0;
    while let Some(at) = order.get(next).copied() {
        next += 1;
        for (other, kind) in types.iter().enumerate() {
            if generality(types[at], kind) == Ordering::Less {
                waiting[other] -= 1;
                if waiting[other] == 0 {
                    order.push(other);
                }
            }
        }
    }
    order.into_iter().map(|at| types[at]).collect()
}

/// `Less` where the first is the more general one.
fn generality(a: &Type, b: &Type) -> Ordering {
    use Ordering::{Equal, Greater, Less};
    match (a, b) {
        _ if a == b => Equal,
        (Type::String, _) if b.is_primitive() => Less,
        (_, Type::String) if a.is_primitive() => Greater,
        (Type::List(a), Type::List(b))
        | (Type::Set(a), Type::Set(b))
        | (Type::Map(a), Type::Map(b)) => generality(a, b),
        (_, Type::Any)
        | (Type::Tuple(_) | Type::List(_), Type::Set(_))
        | (Type::List(_), Type::Tuple(_))
        | (Type::Map(_), Type::Object(_)) => Less,
        (Type::Any, _)
        | (Type::Set(_), Type::Tuple(_) | Type::List(_))
        | (Type::Tuple(_), Type::List(_))
        | (Type::Object(_), Type::Map(_)) => Greater,
        (Type::Object(a), Type::Object(b)) if a.keys().eq(b.keys()) => {
            of_parts(a.values().zip(b.values()).map(|(a, b)| generality(&a.kind, &b.kind)))
        }
        (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => {
            of_parts(a.iter().zip(b).map(|(a, b)| generality(a, b)))
        }
        _ => Equal,
    }
}

/// One is more general where some part is and none is less so.
fn of_parts(parts: impl Iterator<Item = Ordering>) -> Ordering {
    let (mut less, mut greater) = (false, false);
    for part in parts {
        less |= part == Ordering::Less;
        greater |= part == Ordering::Greater;
    }
    match (less, greater) {
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        _ => Ordering::Equal,
    }
}
