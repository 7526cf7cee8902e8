//! `count` and `for_each`: how many instances a block stands for, and with which keys.

use std::rc::Rc;
use std::sync::Arc;

use super::evaluator::MAX_INSTANCES;
use super::expression::evaluate;
use super::instance::Instance;
use super::module::Declaration;
use super::operators;
use super::scope::{Fault, Key, Repetition, Scope};
use super::types::{self, Type};
use super::value::{Kind, SequenceKind, Value};
use crate::source::{Place, ProblemKind};
use crate::syntax::{Attribute, NodeKind};

/// Whether a block stands for one thing, several, or an unknown number.
#[derive(Clone, Debug)]
pub enum Shape {
    /// One, without a key.
    Single,
    /// `count`, with its number.
    Count(usize),
    /// `for_each`, with its keys in order.
    Each(Vec<Arc<str>>),
    /// Unknown, for a reason: one representative stands for all.
    Unknown(Arc<str>),
}

/// The instances of a block.
pub struct Expansion {
    /// Their shape.
    pub shape: Shape,
    /// Key and repetition of each.
    pub members: Vec<(Key, Repetition)>,
}

/// Expand a block. What Terraform would refuse is reported, and the number is unknown then.
pub fn expand(declaration: &Declaration, instance: &Rc<Instance<'_>>) -> Expansion {
    let scope = Scope::of(instance, declaration.file, &Repetition::Single);
    let scope_of = |attribute: &Attribute| {
        let file = instance.module.file_of(attribute, declaration.file);
        Scope { file, ..scope.clone() }
    };
    let result = match (declaration.attribute("count"), declaration.attribute("for_each")) {
        (None, None) => {
            return Expansion {
                shape: Shape::Single,
                members: vec![(Key::None, Repetition::Single)],
            };
        }
        (Some(_), Some(for_each)) => {
            Err(scope.fault(for_each.span, "a block cannot have both `count` and `for_each`"))
        }
        (Some(count), None) => by_count(count, &scope_of(count)),
        (None, Some(for_each)) => by_keys(for_each, &scope_of(for_each)),
    };
    result.unwrap_or_else(|fault| {
        let unknown = format!("could not be evaluated: {}", fault.message);
        instance.evaluator.report(&fault);
        representative(declaration.attribute("count").is_some(), &Value::unknown(unknown))
    })
}

/// An unknown number is a warning for us, though Terraform refuses it.
fn warn_unknown(attribute: &Attribute, scope: &Scope<'_, '_>) {
    if let Some(instance) = scope.instance {
        let message = "it is unknown how many instances there are: one stands for all";
        let place = Place { file: scope.file, span: attribute.value.span };
        instance.evaluator.warn(ProblemKind::InstancesUnknown, message, place);
    }
}

fn by_count(count: &Attribute, scope: &Scope<'_, '_>) -> Result<Expansion, Fault> {
    let fault = |message: String| scope.fault(count.value.span, message);
    let value = settled(evaluate(&count.value, scope)?);
    if value.marks.is_ephemeral() {
        return Err(fault("`count` cannot be ephemeral".to_owned()));
    }
    if value.is_null() {
        return Err(fault("`count` cannot be null".to_owned()));
    }
    let value = types::convert(&value, &Type::Number).map_err(fault)?;
    let Kind::Number(number) = &value.kind else {
        warn_unknown(count, scope);
        return Ok(representative(true, &value));
    };
    let number = number.to_i64().and_then(|number| usize::try_from(number).ok());
    let number =
        number.ok_or_else(|| fault("`count` must be a whole number of at least 0".to_owned()))?;
    within_limit(number, count, scope)?;
    let index =
        |at: usize| Value::number(i64::try_from(at).unwrap_or(i64::MAX)).with_marks(&value.marks);
    let members = (0..number).map(|at| (Key::Index(at), Repetition::Count(index(at)))).collect();
    Ok(Expansion { shape: Shape::Count(number), members })
}

fn within_limit(number: usize, attribute: &Attribute, scope: &Scope<'_, '_>) -> Result<(), Fault> {
    if number <= MAX_INSTANCES {
        return Ok(());
    }
    let message =
        format!("`{}` makes {number} instances, the limit is {MAX_INSTANCES}", attribute.name);
    Err(Fault { is_limit: true, ..scope.fault(attribute.value.span, message) })
}

/// What a value is all the same where Terraform calls it unknown.
fn settled(value: Value) -> Value {
    match value.decided() {
        Some(decided) => decided.clone().with_marks(&value.marks),
        None => value,
    }
}

fn by_keys(for_each: &Attribute, scope: &Scope<'_, '_>) -> Result<Expansion, Fault> {
    let fault = |message: &str| scope.fault(for_each.value.span, message);
    let collection = settled(evaluate(&for_each.value, scope)?);
    let is_set = matches!(collection.kind, Kind::Sequence(SequenceKind::Set, _));
    let marks = if is_set { collection.deep_marks() } else { collection.marks.clone() };
    if marks.is_sensitive() || marks.is_ephemeral() {
        let message = "`for_each` cannot be sensitive or ephemeral: its keys are part of addresses";
        return Err(fault(message));
    }
    let entries: Vec<(Arc<str>, Value)> = match &collection.kind {
        Kind::Unknown(_) => {
            warn_unknown(for_each, scope);
            return Ok(representative(false, &collection));
        }
        Kind::Mapping(map) => match &map.open {
            Some(open) => {
                warn_unknown(for_each, scope);
                return Ok(representative(false, &Value::unknown(Arc::clone(&open.reason))));
            }
            None => {
                map.entries.iter().map(|(key, value)| (Arc::clone(key), value.clone())).collect()
            }
        },
        Kind::Sequence(SequenceKind::Set, items) => {
            let mut entries = Vec::with_capacity(items.len());
            for item in items.iter() {
                match &item.kind {
                    Kind::String(key) => entries.push((Arc::clone(key), item.clone())),
                    Kind::Unknown(_) => {
                        warn_unknown(for_each, scope);
                        return Ok(representative(false, item));
                    }
                    Kind::Null(_) => return Err(fault("a set for `for_each` cannot hold null")),
                    _ => return Err(fault("a set for `for_each` can hold texts only")),
                }
            }
            entries
        }
        Kind::Null(_) => return Err(fault("`for_each` cannot be null")),
        // `condition ? toset(x) : []`: whatever type the empty one has, it makes nothing.
        Kind::Sequence(_, items)
            if items.is_empty() && !matches!(for_each.value.kind, NodeKind::Sequence(_)) =>
        {
            Vec::new()
        }
        _ => {
            return Err(fault(
                "`for_each` needs a map or a set of texts; use toset() to convert a list",
            ));
        }
    };
    within_limit(entries.len(), for_each, scope)?;
    let shape = Shape::Each(entries.iter().map(|(key, _)| Arc::clone(key)).collect());
    let member = |(key, value): (Arc<str>, Value)| {
        let each =
            Repetition::Each(Value::string(Arc::clone(&key)), value.with_marks(&collection.marks));
        (Key::Name(key), each)
    };
    Ok(Expansion { shape, members: entries.into_iter().map(member).collect() })
}

/// One that stands for an unknown number.
fn representative(is_count: bool, cause: &Value) -> Expansion {
    let reason = cause.unknown_reason().cloned().unwrap_or_else(|| Arc::from("unknown"));
    let repetition = if is_count {
        Repetition::Count(operators::unknown_of(cause, Type::Number))
    } else {
        let value = Value::unknown(Arc::clone(&reason)).with_marks(&cause.marks);
        Repetition::Each(operators::unknown_of(cause, Type::String), value)
    };
    Expansion { shape: Shape::Unknown(reason), members: vec![(Key::Unknown, repetition)] }
}

/// The repetition of a block that has no instance.
pub fn nothing() -> Repetition {
    let unknown = || Value::unknown("the block has no instance");
    Repetition::Each(unknown(), unknown())
}

/// Position of the instance with this key; `None` for an unknown key. The error is a sentence.
pub fn select(shape: &Shape, key: &Value) -> Result<Option<usize>, String> {
    let position = match (shape, &key.kind) {
        (_, Kind::Unknown(_)) => return Ok(None),
        (Shape::Each(keys), Kind::String(name)) => keys.iter().position(|key| key == name),
        (Shape::Count(count), Kind::Number(number)) => {
            number.to_i64().and_then(|at| usize::try_from(at).ok()).filter(|at| at < count)
        }
        _ => None,
    };
    position.map(Some).ok_or_else(|| "the module has no instance with this key".to_owned())
}
