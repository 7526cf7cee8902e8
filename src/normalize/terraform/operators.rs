//! Operators: arithmetic, comparison, logic, equality.

use std::sync::Arc;

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
        _ => with_decision(unknown_of(&operand, kind), decided(&operand).map(|bool| !bool)),
    };
    Ok(result.with_marks(&operand.marks))
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
    Ok(result.with_marks(&marks))
}

fn operand(value: &Value, kind: &Type) -> Result<Value, String> {
    if value.is_null() {
        return Err(format!("{} is required, this is null", article(kind)));
    }
    types::convert(value, kind)
}

/// An unknown of a type, for the reason of another.
pub fn unknown_of(cause: &Value, kind: Type) -> Value {
    let reason = cause.unknown_reason().cloned().unwrap_or_else(|| Arc::from("unknown"));
    Kind::Unknown(Arc::new(Unknown {
        reason,
        kind: Some(kind),
        not_null: true,
        ..Unknown::default()
    }))
    .into()
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
    with_decision(unknown_of(cause, Type::Bool), decided)
}

/// What a boolean is, also where Terraform calls it unknown.
pub fn decided(value: &Value) -> Option<bool> {
    match &value.kind {
        Kind::Bool(bool) => Some(*bool),
        Kind::Unknown(unknown) => unknown.decided,
        _ => None,
    }
}

fn with_decision(mut value: Value, decided: Option<bool>) -> Value {
    if let (Kind::Unknown(unknown), Some(_)) = (&mut value.kind, decided) {
        Arc::make_mut(unknown).decided = decided;
    }
    value
}

fn numeric(operator: BinaryOperator, left: &Value, right: &Value) -> Result<Value, String> {
    use BinaryOperator as Op;
    let (Kind::Number(a), Kind::Number(b)) = (&left.kind, &right.kind) else {
        let cause = if left.unknown_reason().is_some() { left } else { right };
        let arithmetic =
            matches!(operator, Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Modulo);
        return Ok(unknown_of(cause, if arithmetic { Type::Number } else { Type::Bool }));
    };
    let number = |number: Number| Ok(Value::number(number));
    match operator {
        Op::Add => number(a.add(b)),
        Op::Subtract => number(a.subtract(b)),
        Op::Multiply => number(a.multiply(b)),
        Op::Divide => a.divide(b).map(Value::number).ok_or_else(|| "division by zero".to_owned()),
        Op::Modulo => {
            a.remainder(b).map(Value::number).ok_or_else(|| "division by zero".to_owned())
        }
        Op::Less => Ok(Value::bool(a < b)),
        Op::LessOrEqual => Ok(Value::bool(a <= b)),
        Op::Greater => Ok(Value::bool(a > b)),
        _ => Ok(Value::bool(a >= b)),
    }
}

fn equality(left: &Value, right: &Value, wanted: bool) -> Value {
    let decided = types::equal(left, right).map(|same| Value::bool(same == wanted));
    let undecided = || {
        let reason = left.first_unknown().or_else(|| right.first_unknown());
        let reason = reason.unwrap_or_else(|| Arc::from("unknown"));
        let kind = Some(Type::Bool);
        Kind::Unknown(Arc::new(Unknown { reason, kind, not_null: true, ..Unknown::default() }))
            .into()
    };
    let value: Value = decided.unwrap_or_else(undecided);
    value.with_marks(&inner_marks(left).union(&inner_marks(right)))
}

fn inner_marks(value: &Value) -> Marks {
    match value.kind {
        Kind::Sequence(..) | Kind::Mapping(_) => value.deep_marks(),
        _ => Marks::none(),
    }
}

/// An attribute of an unknown object: unknown for the same reason, its type where that is known.
pub fn unknown_of_member(object: &Value, name: &str) -> Value {
    let kind = match &object.kind {
        Kind::Unknown(unknown) => match &unknown.kind {
            Some(Type::Object(attributes)) => {
                attributes.get(name).map(|attribute| attribute.kind.clone())
            }
            Some(Type::Map(element)) => Some(Type::clone(element)),
            _ => None,
        },
        _ => None,
    };
    let reason = object.unknown_reason().cloned().unwrap_or_else(|| Arc::from("unknown"));
    let result: Value =
        Kind::Unknown(Arc::new(Unknown { reason, kind, ..Unknown::default() })).into();
    result.with_marks(&object.marks)
}

/// An attribute that the provider computes. An id is never null and always a text; what names something is shown as its reference.
pub fn computed(open: &Open, name: &str) -> Value {
    let is_id = name == "id";
    let is_data = open.address.contains("data.");
    let shown = if !is_data || names_something(name) {
        format!("${{{}.{name}}}", open.address)
    } else {
        String::new()
    };
    let unknown = Unknown {
        reason: Arc::clone(&open.reason),
        kind: is_id.then_some(Type::String),
        not_null: is_id,
        shown: shown.into(),
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
