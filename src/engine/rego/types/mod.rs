//! Types of Rego, as OPA has them when it loads a module: what can be told without running it. A comparison or call that can never hold
//! is a mistake that would be silent.

mod check;
mod signatures;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) use check::check;

/// Most alternatives of a type; beyond that it is any.
const MAX_ALTERNATIVES: usize = 16;
/// Most members of an object, elements of an array, that are told apart.
const MAX_MEMBERS: usize = 256;

/// What a value can be. Cloning is cheap.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    Any,
    Null,
    Boolean,
    Number,
    String,
    /// Its first elements, and the type of further ones, where there may be some.
    Array(Arc<[Type]>, Option<Arc<Type>>),
    /// Its members, and the types of further keys and values, where there may be some.
    Object(Arc<BTreeMap<Arc<str>, Type>>, Option<Arc<(Type, Type)>>),
    Set(Arc<Type>),
    Union(Arc<[Type]>),
}

use Type::{Any, Array, Boolean, Null, Number, Object, Set, Union};

impl Type {
    fn array_of(each: Self) -> Self {
        Array(Arc::new([]), Some(Arc::new(each)))
    }

    fn tuple(items: Vec<Self>) -> Self {
        if items.len() > MAX_MEMBERS {
            return Self::array_of(items.into_iter().reduce(Self::or).unwrap_or(Any));
        }
        Array(items.into(), None)
    }

    fn object_of(key: Self, value: Self) -> Self {
        Object(Arc::default(), Some(Arc::new((key, value))))
    }

    /// Either of two.
    fn or(self, other: Self) -> Self {
        if self == other {
            return self;
        }
        let mut all: Vec<Self> = Vec::new();
        for each in [self, other] {
            match each {
                Any => return Any,
                Union(list) => all.extend(list.iter().cloned()),
                one => all.push(one),
            }
        }
        let mut kept: Vec<Self> = Vec::new();
        for each in all {
            if !kept.contains(&each) {
                kept.push(each);
            }
        }
        if kept.len() > MAX_ALTERNATIVES { Any } else { Union(kept.into()) }
    }

    /// All that it can be, but for unions in one another.
    fn alternatives(&self) -> &[Self] {
        match self {
            Union(list) => list,
            one => std::slice::from_ref(one),
        }
    }

    /// Either of what a question gives for each alternative; nothing where it gives nothing for all.
    fn each(&self, ask: impl Fn(&Self) -> Option<Self>) -> Option<Self> {
        self.alternatives().iter().filter_map(ask).reduce(Self::or)
    }

    /// What names its elements; nothing where it has none.
    fn keys(&self) -> Option<Self> {
        self.each(|one| match one {
            Any => Some(Any),
            Array(..) => Some(Number),
            Object(members, more) => {
                let named = (!members.is_empty()).then_some(Self::String);
                let more = more.as_ref().map(|more| more.0.clone());
                Some(named.into_iter().chain(more).reduce(Self::or).unwrap_or(Any))
            }
            Set(of) => Some((**of).clone()),
            _ => None,
        })
    }

    /// Its elements; nothing where it can have none.
    fn values(&self) -> Option<Self> {
        self.each(|one| match one {
            Any => Some(Any),
            Array(items, more) => {
                let more = more.as_deref().cloned();
                Some(items.iter().cloned().chain(more).reduce(Self::or).unwrap_or(Any))
            }
            Object(members, more) => {
                let more = more.as_ref().map(|more| more.1.clone());
                Some(members.values().cloned().chain(more).reduce(Self::or).unwrap_or(Any))
            }
            Set(of) => Some((**of).clone()),
            _ => None,
        })
    }

    /// The member of a name.
    fn member(&self, name: &str) -> Option<Self> {
        self.each(|one| match one {
            Any => Some(Any),
            Object(members, more) => members.get(name).cloned().or_else(|| {
                more.as_ref().filter(|more| more.0.meets(&Self::String)).map(|more| more.1.clone())
            }),
            Set(of) => of.meets(&Self::String).then(|| (**of).clone()),
            _ => None,
        })
    }

    /// The element at a position, or the member with a number as key.
    fn element(&self, at: Option<usize>) -> Option<Self> {
        self.each(|one| match one {
            Any => Some(Any),
            Array(items, more) => {
                at.and_then(|at| items.get(at)).cloned().or_else(|| more.as_deref().cloned())
            }
            Object(_, more) => {
                more.as_ref().filter(|more| more.0.meets(&Number)).map(|more| more.1.clone())
            }
            Set(of) => of.meets(&Number).then(|| (**of).clone()),
            _ => None,
        })
    }

    /// Whether there may be a value of both types.
    fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Any, _)
            | (_, Any)
            | (Null, Null)
            | (Boolean, Boolean)
            | (Number, Number)
            | (Self::String, Self::String) => true,
            (Union(list), other) | (other, Union(list)) => list.iter().any(|one| one.meets(other)),
            (Array(items, more), Array(others, further)) => {
                let at = |list: &[Self], more: &Option<Arc<Self>>, at: usize| {
                    list.get(at).cloned().or_else(|| more.as_deref().cloned())
                };
                (0..items.len().max(others.len())).all(|index| {
                    let pair = at(items, more, index).zip(at(others, further, index));
                    pair.is_some_and(|(one, other)| one.meets(&other))
                }) && more
                    .as_ref()
                    .zip(further.as_ref())
                    .is_none_or(|(one, other)| one.meets(other))
            }
            (Object(..), Object(..)) => {
                self.has_members_of(other)
                    && other.has_members_of(self)
                    && match (self, other) {
                        (Object(_, Some(one)), Object(_, Some(other))) => one.1.meets(&other.1),
                        _ => true,
                    }
            }
            (Set(one), Set(other)) => one.meets(other),
            _ => false,
        }
    }

    fn has_members_of(&self, other: &Self) -> bool {
        let Object(members, _) = other else { return false };
        members.iter().all(|(name, value)| self.member(name).is_some_and(|own| own.meets(value)))
    }

    /// In words: `a string or a number`.
    fn described(&self) -> String {
        let mut words: Vec<&str> = Vec::new();
        for one in self.alternatives() {
            let word = match one {
                Any => "anything",
                Null => "null",
                Boolean => "a boolean",
                Number => "a number",
                Self::String => "a string",
                Array(..) => "an array",
                Object(..) => "an object",
                Set(_) => "a set",
                Union(_) => "one of several",
            };
            if !words.contains(&word) {
                words.push(word);
            }
        }
        match words.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
            _ => words.concat(),
        }
    }
}
