//! Operators: arithmetic, comparison, logic, equality.

use std::sync::Arc;

use super::bounds;
use super::computed_ends;
use super::number::Number;
use super::types::{self, Type};
use super::value::{Kind, Marks, Open, Unknown, Value};
use crate::syntax::{BinaryOperator, UnaryOperator};

/// Apply an operator with one side. The error is a sentence.
pub fn unary(operator: UnaryOperator, value: &Value) -> Result<Value, String> {
    let kind = match operator {
        UnaryOperator::Negate => Type::Number,
        UnaryOperator::Not => Type::Bool,
    };
    let operand = operand(value, &kind)?;
    let result = match &operand.kind {
        Kind::Number(number) => Value::number(number.negate()),
        Kind::Bool(bool) => Value::bool(!bool),
        _ => unknown_of(&operand, kind),
    };
    let marks = marks_of(&result, operand.marks);
    let result = result.with_marks(&marks);
    Ok(decide(result, &[value], |values| unary(operator, &values[0])))
}

/// Apply an operator with two sides. The error is a sentence.
pub fn binary(operator: BinaryOperator, left: &Value, right: &Value) -> Result<Value, String> {
    use BinaryOperator as Op;
    let marks = left.marks.union(&right.marks);
    let result = match operator {
        Op::Equal => equality(left, right, true),
        Op::NotEqual => equality(left, right, false),
        Op::And | Op::Or => {
            logic(operator, &operand(left, &Type::Bool)?, &operand(right, &Type::Bool)?)
        }
        _ => numeric(operator, &operand(left, &Type::Number)?, &operand(right, &Type::Number)?)?,
    };
    let marks = if matches!(operator, Op::And | Op::Or) { marks_of(&result, marks) } else { marks };
    let result = result.with_marks(&marks);
    Ok(decide(result, &[left, right], |values| binary(operator, &values[0], &values[1])))
}

/// Logic and negation forget that an operand is sensitive where the result is unknown, as Terraform does.
fn marks_of(result: &Value, marks: Marks) -> Marks {
    if result.unknown_reason().is_some() { marks.without_sensitive() } else { marks }
}

/// An unknown made of operands of which some are decided all the same: what is made of what they are.
pub fn decide(
    mut result: Value,
    operands: &[&Value],
    again: impl FnOnce(&[Value]) -> Result<Value, String>,
) -> Value {
    let Kind::Unknown(unknown) = &mut result.kind else { return result };
    if unknown.decided.is_some() || operands.iter().all(|value| value.decided().is_none()) {
        return result;
    }
    let settle = |value: &&Value| match value.decided() {
        Some(decided) => decided.clone().with_marks(&value.marks),
        None => Value::clone(value),
    };
    let operands: Vec<Value> = operands.iter().map(settle).collect();
    let decided = match again(&operands) {
        Ok(value) => match &value.kind {
            Kind::Unknown(unknown) => unknown.decided.clone(),
            _ => Some(value),
        },
        Err(_) => None,
    };
    if decided.is_some() {
        Arc::make_mut(unknown).decided = decided;
    }
    result
}

fn operand(value: &Value, kind: &Type) -> Result<Value, String> {
    if value.is_null() {
        return Err(format!("{} is required, this is null", article(kind)));
    }
    types::convert(value, kind)
}

/// An unknown of a type, for the reason of another.
pub fn unknown_of(cause: &Value, kind: Type) -> Value {
    Kind::Unknown(Arc::new(Unknown {
        reason: reason_of(cause),
        not_null: kind != Type::Any,
        kind: Some(kind).filter(|kind| *kind != Type::Any),
        ..Unknown::default()
    }))
    .into()
}

/// An unknown of a type that may also be null, for the reason of another.
pub fn nullable_of(cause: &Value, kind: Type) -> Value {
    Kind::Unknown(Arc::new(Unknown {
        reason: reason_of(cause),
        kind: Some(kind).filter(|kind| *kind != Type::Any),
        ..Unknown::default()
    }))
    .into()
}

fn reason_of(cause: &Value) -> Arc<str> {
    cause.first_unknown().unwrap_or_else(|| Arc::from("unknown"))
}

/// Terraform up to 1.11 does not short-circuit: an unknown side makes the result unknown whatever the other says. What it is
/// all the same is kept beside it.
fn logic(operator: BinaryOperator, left: &Value, right: &Value) -> Value {
    let is_and = operator == BinaryOperator::And;
    if let (Kind::Bool(a), Kind::Bool(b)) = (&left.kind, &right.kind) {
        return Value::bool(if is_and { *a && *b } else { *a || *b });
    }
    let cause = if left.unknown_reason().is_some() { left } else { right };
    let decided = match (decided(left), decided(right)) {
        (Some(a), _) | (_, Some(a)) if a != is_and => Some(a),
        (Some(_), Some(_)) => Some(is_and),
        _ => None,
    };
    let mut result = unknown_of(cause, Type::Bool);
    if let (Kind::Unknown(unknown), Some(decided)) = (&mut result.kind, decided) {
        Arc::make_mut(unknown).decided = Some(Value::bool(decided));
    }
    result
}

/// What a boolean is, also where Terraform calls it unknown.
pub fn decided(value: &Value) -> Option<bool> {
    match (&value.kind, value.decided().map(|value| &value.kind)) {
        (Kind::Bool(bool), _) | (_, Some(Kind::Bool(bool))) => Some(*bool),
        _ => None,
    }
}

fn numeric(operator: BinaryOperator, left: &Value, right: &Value) -> Result<Value, String> {
    use BinaryOperator as Op;
    let (Kind::Number(a), Kind::Number(b)) = (&left.kind, &right.kind) else {
        return Ok(bounds::numeric(operator, left, right));
    };
    let number = |number: Option<Number>| {
        number.map(Value::number).ok_or_else(|| "the result is not a number".to_owned())
    };
    match operator {
        Op::Add => number(a.add(b)),
        Op::Subtract => number(a.subtract(b)),
        Op::Multiply => number(a.multiply(b)),
        Op::Divide => number(a.divide(b)),
        Op::Modulo => number(a.remainder(b)),
        Op::Less => Ok(Value::bool(a < b)),
        Op::LessOrEqual => Ok(Value::bool(a <= b)),
        Op::Greater => Ok(Value::bool(a > b)),
        _ => Ok(Value::bool(a >= b)),
    }
}

fn equality(left: &Value, right: &Value, wanted: bool) -> Value {
    let value = if let Some(same) = types::equal(left, right) {
        Value::bool(same == wanted)
    } else {
        let unknown = |value: &&&Value| value.first_unknown().is_some();
        let cause = [left, right].iter().find(unknown).copied().unwrap_or(left);
        unknown_of(cause, Type::Bool)
    };
    value.with_marks(&inner_marks(left).union(&inner_marks(right)))
}

fn inner_marks(value: &Value) -> Marks {
    match value.kind {
        Kind::Sequence(..) | Kind::Mapping(_) => value.deep_marks(),
        _ => Marks::none(),
    }
}

/// An attribute that the provider computes. An id is never null and always a text; what names something is shown as its reference.
pub fn computed(open: &Open, name: &str) -> Value {
    let is_id = name == "id";
    let is_data = open.address.contains("data.");
    let shown = if !is_data || names_something(name) {
        ["${", &*open.address, ".", name, "}"].concat()
    } else {
        String::new()
    };
    let unknown = Unknown {
        reason: Arc::clone(&open.reason),
        kind: is_id.then_some(Type::String),
        not_null: is_id,
        shown: shown.into(),
        beyond: computed_ends::of(&open.address, name),
        ..Unknown::default()
    };
    Kind::Unknown(Arc::new(unknown)).into()
}

/// Whether an attribute of a data source is an identifier by its name: never a wildcard.
fn names_something(attribute: &str) -> bool {
    matches!(attribute, "id" | "arn" | "name" | "partition" | "region" | "dns_suffix")
        || attribute.ends_with("_id")
        || attribute.ends_with("_arn")
}

/// A type with its article: `a number`, `an object`.
pub fn article(kind: &Type) -> String {
    let words = kind.words();
    let article = if words.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {words}")
}
