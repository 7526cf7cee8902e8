//! `condition ? yes : no`: both results have one type, also where the condition is unknown.

use std::sync::Arc;

use super::beyond::Beyond;
use super::bounds;
use super::expression::evaluate as evaluate_expression;
use super::operators;
use super::scope::{Fault, Scope};
use super::types::{self, Type};
use super::value::{Kind, Marks, Value};
use crate::syntax::Node;

/// The value of a conditional.
pub fn evaluate(parts: &[Node; 3], scope: &Scope<'_, '_>) -> Result<Value, Fault> {
    let condition = evaluate_expression(&parts[0], scope)?;
    let known = matches!(condition.kind, Kind::Bool(_) | Kind::String(_));
    if condition.is_null() {
        return Err(scope.fault(parts[0].span, "the condition of a conditional cannot be null"));
    }
    let condition = match types::convert(&condition, &Type::Bool) {
        Ok(condition) => condition,
        // What is unknown is no error yet.
        Err(_) if !known && condition.unknown_reason().is_some() => {
            operators::unknown_of(&condition, Type::Bool).with_marks(&condition.marks)
        }
        Err(message) => return Err(scope.fault(parts[0].span, message)),
    };
    let (yes, no) = (evaluate_expression(&parts[1], scope), evaluate_expression(&parts[2], scope));
    // An error in the branch that is not taken does not matter, nor does what type it would have had.
    let (kind, same) = match (&yes, &no) {
        (Ok(yes), Ok(no)) => {
            common_type(yes, no).map_err(|message| scope.fault(parts[1].span, message))?
        }
        _ => (Type::Any, false),
    };
    let is_settled = same && kind.is_whole();
    // Whatever is taken is as secret and as fleeting as all three together.
    let all = [Some(&condition), yes.as_ref().ok(), no.as_ref().ok()].into_iter().flatten();
    let marks = all.fold(Marks::none(), |all, value| all.union(&value.marks.without_references()));
    let take = |branch: Result<Value, Fault>, at: usize| {
        let value = branch?;
        if is_settled && types::is_typed_throughout(&value) {
            return Ok(value.with_marks(&marks));
        }
        let value = adapted(value, &kind).map_err(|message| scope.fault(parts[at].span, message));
        value.map(|value| value.with_marks(&marks))
    };
    if let Kind::Bool(holds) = condition.kind {
        return if holds { take(yes, 1) } else { take(no, 2) };
    }
    let decided = match operators::decided(&condition) {
        Some(true) => take(yes.clone(), 1).ok(),
        Some(false) => take(no.clone(), 2).ok(),
        None => None,
    };
    let mut result = undecided(&condition, yes.as_ref().ok(), no.as_ref().ok(), &kind);
    if let Kind::Unknown(unknown) = &mut result.kind
        && decided.is_some()
    {
        Arc::make_mut(unknown).decided = decided;
    }
    for branch in [yes, no].into_iter().flatten() {
        result = result.with_marks(&branch.deep_marks().without_sensitive());
    }
    Ok(result.with_marks(&marks).with_marks(&condition.marks))
}

/// The type that both results have, `Any` where that is not known, and whether both have it already. The error is a sentence.
fn common_type(yes: &Value, no: &Value) -> Result<(Type, bool), String> {
    let (of_yes, of_no) = (Type::of(yes), Type::of(no));
    let is_bare_null = |value: &Value| matches!(value.kind, Kind::Null(None));
    if is_bare_null(yes) {
        return Ok((of_no, false));
    }
    if is_bare_null(no) {
        return Ok((of_yes, false));
    }
    if of_yes == of_no {
        return Ok((of_yes, true));
    }
    if of_yes == Type::Any || of_no == Type::Any {
        return Ok((Type::Any, false));
    }
    // What is written in a resource gets its type from the provider's schema.
    let written = |value: &Value| value.unknown_reason().is_none() && value.marks.has_references();
    let lenient = (written(yes) || written(no)) && structure(&of_yes) == structure(&of_no);
    let both = [of_yes, of_no];
    match types::unify(&both) {
        Some(kind) => Ok((kind, false)),
        None if lenient => Ok((Type::Any, false)),
        None => Err(format!(
            "both results of a conditional must have one type: {} and {} are given",
            operators::article(&both[0]),
            operators::article(&both[1])
        )),
    }
}

/// Whether it is one value, a sequence or a mapping.
fn structure(kind: &Type) -> u8 {
    match kind {
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => 1,
        Type::Map(_) | Type::Object(_) => 2,
        _ => 0,
    }
}

fn adapted(mut value: Value, kind: &Type) -> Result<Value, String> {
    if *kind != Type::Any {
        return types::adapt(&value, kind);
    }
    // The other result may yet give it another type.
    if let Kind::Unknown(unknown) = &mut value.kind
        && let Some(beyond) = &unknown.beyond
    {
        let beyond = beyond.of_texts();
        if beyond != unknown.beyond {
            Arc::make_mut(unknown).beyond = beyond;
        }
    }
    Ok(value)
}

/// What is known of one of two results.
fn undecided(condition: &Value, yes: Option<&Value>, no: Option<&Value>, kind: &Type) -> Value {
    let (Some(yes), Some(no)) = (yes, no) else {
        return operators::nullable_of(condition, Type::Any);
    };
    if yes.is_null() && no.is_null() {
        return Value::null_of(kind.clone());
    }
    let mut result = operators::nullable_of(condition, kind.clone());
    if let Kind::Unknown(unknown) = &mut result.kind {
        let unknown = Arc::make_mut(unknown);
        unknown.not_null = yes.is_not_null() && no.is_not_null();
        let (of_yes, of_no) = (Type::of(yes), Type::of(no));
        if of_yes == of_no && (of_yes == Type::Number || of_yes.element().is_some()) {
            unknown.bounds = bounds::either(yes, no);
        }
        if of_yes == of_no || yes.is_null() || no.is_null() {
            unknown.beyond = Beyond::either([yes, no]);
        }
        // Whichever it is, it is the same.
        let (yes, no) = (yes.decided().unwrap_or(yes), no.decided().unwrap_or(no));
        if of_yes == of_no && types::equal(yes, no) == Some(true) {
            unknown.decided = Some(yes.clone());
        }
    }
    bounds::settled(result)
}
