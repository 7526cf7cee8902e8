//! Of what type the result is where an argument is unknown, and what Terraform refuses by types alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::argument::{number, text, words};
use super::table::Returns;
use crate::normalize::terraform::types::{self, Type};
use crate::normalize::terraform::value::{Kind, Value};

impl Returns {
    /// The type of the result; `Any` where it is not known. The error is a sentence.
    pub(super) fn kind(self, arguments: &[Value]) -> Result<Type, String> {
        let list = |element| Type::List(Arc::new(element));
        let set = |element| Type::Set(Arc::new(element));
        let first = || arguments.first().map_or(Type::Any, Type::of);
        Ok(match self {
            Self::Any => Type::Any,
            Self::Bool => Type::Bool,
            Self::Number => Type::Number,
            Self::String => Type::String,
            Self::ListOfNumber => list(Type::Number),
            Self::ListOfString => list(Type::String),
            Self::SetOfString => set(Type::String),
            Self::MapOfLists => Type::Map(Arc::new(list(Type::String))),
            Self::First => first(),
            Self::Length => return length(&arguments[0]),
            Self::Chunks => list(first()),
            Self::Element => return element(arguments),
            Self::Slice => return slice(arguments),
            Self::Keys => return keys(&arguments[0]),
            Self::Values => return values(&arguments[0]),
            Self::Reverse => return reverse(&arguments[0]),
            Self::One => return one(&arguments[0]),
            Self::Sum => return sum(&arguments[0]),
            Self::Lookup => return lookup(arguments),
            Self::Merge => return merge(arguments),
            Self::Concat => return concat(arguments),
            Self::Zipmap => return zipmap(arguments),
            Self::Product => return product(arguments),
            Self::Union => return union(arguments),
            Self::Matching => {
                let kinds: Vec<Type> = arguments[1..].iter().map(Type::of).collect();
                types::unify(&kinds).ok_or("keys and searchset must be of the same type")?;
                first()
            }
            Self::ParsedInt => match first() {
                Type::String | Type::Any => Type::Number,
                _ => {
                    let got = words(&arguments[0]);
                    return Err(format!("first argument must be a string, not {got}"));
                }
            },
        })
    }
}

fn is_open(argument: &Value) -> bool {
    Type::of_top(argument) == Type::Any
}

fn length(argument: &Value) -> Result<Type, String> {
    match Type::of(argument) {
        Type::Bool | Type::Number => {
            Err("argument must be a string, a collection type, or a structural type".to_owned())
        }
        _ => Ok(Type::Number),
    }
}

fn element(arguments: &[Value]) -> Result<Type, String> {
    match Type::of(&arguments[0]) {
        Type::Any => Ok(Type::Any),
        Type::List(element) => Ok(Type::clone(&element)),
        Type::Tuple(kinds) => {
            let Kind::Number(index) = &arguments[1].kind else { return Ok(Type::Any) };
            let index = index.to_i64().ok_or("invalid index: value must be a whole number")?;
            let length = i64::try_from(kinds.len()).unwrap_or(i64::MAX);
            let at = index.checked_rem_euclid(length);
            let at = at.ok_or("cannot use element function with an empty list")?;
            Ok(usize::try_from(at).ok().and_then(|at| kinds.get(at)).cloned().unwrap_or(Type::Any))
        }
        _ => Err(format!("cannot read elements from {}", words(&arguments[0]))),
    }
}

fn slice(arguments: &[Value]) -> Result<Type, String> {
    let kind = Type::of(&arguments[0]);
    let length = match (&kind, &arguments[0].kind) {
        (Type::Set(_), _) => {
            return Err("cannot slice a set, because its elements do not have indices; convert it to a list".to_owned());
        }
        (Type::Tuple(kinds), _) => Some(kinds.len()),
        (Type::List(_), Kind::Sequence(_, items)) => Some(items.len()),
        (Type::List(_), _) => None,
        (Type::Any, _) => return Ok(Type::Any),
        _ => return Err("must be a list or tuple value".to_owned()),
    };
    let index = |at: usize, what: &str| {
        if !matches!(arguments[at].kind, Kind::Number(_)) {
            return Ok(None);
        }
        let index = number(&arguments[at])?.to_i64().ok_or("value must be a whole number")?;
        let index = usize::try_from(index)
            .map_err(|_| format!("{what} index must not be less than zero"))?;
        if length.is_some_and(|length| index > length) {
            return Err(format!("{what} index must not be greater than the length of the list"));
        }
        Ok(Some(index))
    };
    match (index(1, "start")?, index(2, "end")?, kind) {
        (Some(start), Some(end), _) if start > end => {
            Err("start index must not be greater than end index".to_owned())
        }
        (Some(start), Some(end), Type::Tuple(kinds)) => {
            Ok(Type::Tuple(kinds.get(start..end).unwrap_or_default().to_vec()))
        }
        (_, _, Type::List(element)) => Ok(Type::List(element)),
        _ => Ok(Type::Any),
    }
}

fn keys(argument: &Value) -> Result<Type, String> {
    match Type::of(argument) {
        Type::Map(_) => Ok(Type::List(Arc::new(Type::String))),
        Type::Object(attributes) => Ok(Type::Tuple(vec![Type::String; attributes.len()])),
        Type::Any => Ok(Type::Any),
        _ => Err("must have map or object type".to_owned()),
    }
}

fn values(argument: &Value) -> Result<Type, String> {
    match Type::of(argument) {
        Type::Map(element) => Ok(Type::List(element)),
        Type::Object(attributes) => {
            Ok(Type::Tuple(attributes.values().map(|it| it.kind.clone()).collect()))
        }
        Type::Any => Ok(Type::Any),
        _ => Err("must have map or object type".to_owned()),
    }
}

fn reverse(argument: &Value) -> Result<Type, String> {
    match Type::of(argument) {
        Type::List(element) | Type::Set(element) => Ok(Type::List(element)),
        Type::Tuple(kinds) => Ok(Type::Tuple(kinds.into_iter().rev().collect())),
        Type::Any => Ok(Type::Any),
        _ => Err(format!("can only reverse list or tuple values, not {}", words(argument))),
    }
}

fn one(argument: &Value) -> Result<Type, String> {
    match Type::of(argument) {
        Type::List(element) | Type::Set(element) => Ok(Type::clone(&element)),
        Type::Tuple(kinds) if kinds.len() < 2 => Ok(kinds.into_iter().next().unwrap_or(Type::Any)),
        Type::Any => Ok(Type::Any),
        _ => Err("must be a list, set, or tuple value with either zero or one elements".to_owned()),
    }
}

/// Unlike others, `sum` looks at its argument only where it is known.
fn sum(argument: &Value) -> Result<Type, String> {
    match (&argument.kind, Type::of(argument)) {
        (Kind::Unknown(_), _) | (_, Type::List(_) | Type::Set(_) | Type::Tuple(_) | Type::Any) => {
            Ok(Type::Number)
        }
        _ => Err(format!("argument must be list, set, or tuple, not {}", words(argument))),
    }
}

fn lookup(arguments: &[Value]) -> Result<Type, String> {
    let default = arguments.get(2);
    match Type::of(&arguments[0]) {
        Type::Any => Ok(Type::Any),
        Type::Map(element) => {
            if let Some(default) = default {
                types::convert(default, &element).map_err(|_| {
                    "the default value must have the same type as the map elements".to_owned()
                })?;
            }
            Ok(Type::clone(&element))
        }
        Type::Object(attributes) => {
            let Kind::String(_) = &arguments[1].kind else { return Ok(Type::Any) };
            let key = text(&arguments[1])?;
            match (attributes.get(key), default) {
                (Some(attribute), _) => Ok(attribute.kind.clone()),
                (None, Some(default)) => Ok(Type::of(default)),
                (None, None) => Err(format!("the given object has no attribute {key:?}")),
            }
        }
        _ => Err("lookup() requires a map as the first argument".to_owned()),
    }
}

fn merge(arguments: &[Value]) -> Result<Type, String> {
    let mut attributes = BTreeMap::new();
    let mut kinds = Vec::with_capacity(arguments.len());
    let mut all_keys = true;
    for argument in arguments {
        if is_open(argument) {
            return Ok(Type::Any);
        }
        let kind = Type::of(argument);
        match (&kind, &argument.kind) {
            (Type::Object(_) | Type::Map(_), Kind::Null(_)) => {}
            (Type::Object(inner), _) => {
                attributes.extend(inner.iter().map(|(key, it)| (Arc::clone(key), it.clone())));
            }
            (Type::Map(element), Kind::Mapping(map)) => {
                let element = Type::clone(element);
                attributes.extend(
                    map.entries.keys().map(|key| (Arc::clone(key), element.clone().into())),
                );
            }
            (Type::Map(_), _) => all_keys = false,
            _ => {
                let got = words(argument);
                return Err(format!("arguments must be maps or objects, got {got:?}"));
            }
        }
        kinds.push(kind);
    }
    let Some(first) = kinds.first() else { return Ok(Type::object(attributes)) };
    Ok(match kinds.iter().all(|kind| kind == first) {
        true => first.clone(),
        false if all_keys => Type::object(attributes),
        false => Type::Any,
    })
}

fn concat(arguments: &[Value]) -> Result<Type, String> {
    let kinds: Vec<Type> = arguments.iter().map(Type::of).collect();
    if kinds.contains(&Type::Any) {
        return Ok(Type::Any);
    }
    if kinds.iter().all(|kind| matches!(kind, Type::List(_)))
        && let Some(kind) = types::unify(&kinds)
    {
        return Ok(kind);
    }
    let mut elements = Vec::new();
    for (kind, argument) in kinds.into_iter().zip(arguments) {
        match (kind, &argument.kind) {
            (Type::Tuple(kinds), _) => elements.extend(kinds),
            (Type::List(element), Kind::Sequence(_, items)) => {
                elements.extend(std::iter::repeat_n(Type::clone(&element), items.len()));
            }
            (Type::List(_), _) => return Ok(Type::Any),
            _ => {
                let got = words(argument);
                return Err(format!("all arguments must be lists or tuples; got {got}"));
            }
        }
    }
    Ok(Type::Tuple(elements))
}

fn zipmap(arguments: &[Value]) -> Result<Type, String> {
    match Type::of(&arguments[1]) {
        Type::List(element) => Ok(Type::Map(element)),
        Type::Tuple(_) | Type::Any => Ok(Type::Any),
        _ => Err("values argument must be a list or tuple value".to_owned()),
    }
}

fn product(arguments: &[Value]) -> Result<Type, String> {
    let mut kinds = Vec::with_capacity(arguments.len());
    let mut any_set = false;
    for argument in arguments {
        let kind = match Type::of(argument) {
            Type::Set(element) => {
                kinds.push(Type::clone(&element));
                any_set = true;
                continue;
            }
            Type::List(element) => Type::clone(&element),
            Type::Tuple(kinds) => {
                types::unify(&kinds).ok_or("all elements must be of the same type")?
            }
            Type::Any => Type::Any,
            _ => return Err("a set or a list is required".to_owned()),
        };
        kinds.push(kind);
    }
    let tuple = Arc::new(Type::Tuple(kinds));
    Ok(if any_set { Type::Set(tuple) } else { Type::List(tuple) })
}

/// The type of a set made of others: an empty one of no known type fits all.
fn union(arguments: &[Value]) -> Result<Type, String> {
    let fits_all = |argument: &&Value| match &argument.kind {
        Kind::Sequence(_, items) => items.is_empty() && items.empty_of.as_ref() == Some(&Type::Any),
        _ => false,
    };
    let kinds: Vec<Type> = arguments
        .iter()
        .filter(|argument| !fits_all(argument))
        .filter_map(|argument| Type::of(argument).element().cloned())
        .collect();
    let element =
        types::unify(&kinds).ok_or("given sets must all have compatible element types")?;
    Ok(Type::Set(Arc::new(element)))
}
