//! Conditions that a configuration states itself: `validation`, `precondition`, `postcondition` and `check`.
//!
//! One that is known to fail is a problem with its own message; what cannot be known before apply is none. A message that holds
//! something sensitive is not shown.

use std::rc::Rc;
use std::sync::Arc;

use super::expression::evaluate;
use super::instance::{Instance, ResourceInstance};
use super::module::Declaration;
use super::operators;
use super::scope::{Fault, Key, Name, Repetition, Scope};
use super::types::{self, Type};
use super::value::{Kind, Value};
use crate::document::Existence;
use crate::source::{Place, Problem, ProblemKind};
use crate::syntax::Block;

/// A condition of some kind, where it stands.
struct Rule<'b> {
    /// What failed, in words.
    what: String,
    block: &'b Block,
    /// Where a failure is reported; at the condition where there is none.
    place: Option<Place>,
    kind: ProblemKind,
}

/// A root whose variables have no values is nobody's configuration yet, and neither is a module that is judged by itself: that its
/// defaults do not fit together is only worth a remark.
fn kind_of(instance: &Rc<Instance<'_>>) -> ProblemKind {
    let evaluator = &instance.evaluator;
    let unset = |(name, variable): (&Arc<str>, &Declaration)| {
        variable.attribute("default").is_none() && !evaluator.inputs.contains_key(name)
    };
    let is_settled = || !evaluator.is_by_itself && !evaluator.root.variables.iter().any(unset);
    if *evaluator.is_settled.get_or_init(is_settled) {
        ProblemKind::Configuration
    } else {
        ProblemKind::Note
    }
}

/// All conditions of a module instance but those of its resources.
pub fn of_instance(instance: &Rc<Instance<'_>>) {
    let quiet = instance.existence == Existence::Unknown;
    let kind = kind_of(instance);
    instance.evaluator.quietly_if(quiet, || {
        instance.evaluate_all();
        for (at, (name, variable)) in instance.module.variables.iter().enumerate() {
            validations(instance, at, (name, variable), kind);
        }
        for (name, output) in &instance.module.outputs {
            let scope = Scope::of(instance, output.file, &Repetition::Single);
            for block in output.block.body.blocks_named("precondition") {
                let what = format!("a precondition of output \"{name}\" fails");
                check(instance, &scope, &Rule { what, block, place: None, kind });
            }
        }
        for (name, declaration) in &instance.module.checks {
            let scope = Scope::of(instance, declaration.file, &Repetition::Single);
            for block in declaration.block.body.blocks_named("assert") {
                let what = format!("check \"{name}\" fails");
                check(
                    instance,
                    &scope,
                    &Rule { what, block, place: None, kind: ProblemKind::Note },
                );
            }
        }
    });
}

/// The rules of one variable, about the value that it has.
fn validations(
    instance: &Rc<Instance<'_>>,
    at: usize,
    (name, variable): (&Arc<str>, &Declaration),
    kind: ProblemKind,
) {
    let scope = Scope::of(instance, variable.file, &Repetition::Single);
    let mut blocks = variable.block.body.blocks_named("validation").peekable();
    if blocks.peek().is_none() {
        return;
    }
    let place = instance.argument_place(at, name).unwrap_or_else(|| variable.header());
    for block in blocks {
        let what = format!("the value of variable \"{name}\" is refused");
        check(instance, &scope, &Rule { what, block, place: Some(place), kind });
    }
}

/// The conditions of one instance of a resource or data source. `myself` is what `self` stands for.
pub fn of_resource(
    instance: &Rc<Instance<'_>>,
    declaration: &Declaration,
    (key, repetition): (&Key, &Repetition),
    made: &ResourceInstance,
) {
    let mut lifecycles = declaration.block.body.blocks_named("lifecycle").peekable();
    if lifecycles.peek().is_none() {
        return;
    }
    let kind = kind_of(instance);
    let quiet = *key == Key::Unknown || instance.existence == Existence::Unknown;
    instance.evaluator.quietly_if(quiet, || {
        for lifecycle in lifecycles {
            let file = instance.module.file_of_block(lifecycle, declaration.file);
            let scope = Scope::of(instance, file, repetition);
            for block in &lifecycle.body.blocks {
                let what = match &*block.name {
                    "precondition" | "postcondition" => &*block.name,
                    _ => continue,
                };
                let is_after = what == "postcondition";
                let what = format!("a {what} of {} fails", made.address);
                let rule = Rule { what, block, place: None, kind };
                let name = is_after.then(|| Name {
                    name: "self",
                    value: made.value().clone(),
                    outer: None,
                });
                let names = name.as_ref();
                check(instance, &Scope { names, ..scope.clone() }, &rule);
            }
        }
    });
}

fn check(instance: &Rc<Instance<'_>>, scope: &Scope<'_, '_>, rule: &Rule<'_>) {
    let Some(condition) = rule.block.body.attribute("condition") else { return };
    let holds = evaluate(&condition.value, scope).and_then(|value| {
        if value.is_null() {
            let message = "a condition is true or false, not null";
            return Err(scope.fault(condition.value.span, message));
        }
        types::convert(&value, &Type::Bool).map_err(|message| {
            scope.fault(condition.value.span, format!("the condition is unsuitable: {message}"))
        })
    });
    let report = |kind: ProblemKind, place: Place, message: String| {
        if !instance.evaluator.is_quiet() {
            instance.evaluator.problems.borrow_mut().push(Problem::new(kind, message).at(place));
        }
    };
    match holds {
        Ok(Value { kind: Kind::Bool(false), .. }) => {}
        Ok(value)
            if operators::decided(&value) == Some(false) && value.unknown_reason().is_none() => {}
        Ok(_) => return,
        Err(fault) if rule.kind == ProblemKind::Note && !fault.is_limit => {
            return report(rule.kind, fault.place, fault.message);
        }
        Err(fault) => return instance.evaluator.report(&fault),
    }
    let place = rule.place.unwrap_or(Place { file: scope.file, span: condition.value.span });
    let words = match words(scope, rule.block) {
        Ok(words) => words,
        Err(fault) => {
            instance.evaluator.report(&fault);
            return report(rule.kind, place, rule.what.clone());
        }
    };
    report(rule.kind, place, format!("{}: {words}", rule.what));
}

/// The message of a condition that failed.
fn words(scope: &Scope<'_, '_>, block: &Block) -> Result<String, Fault> {
    let Some(message) = block.body.attribute("error_message") else {
        return Ok("it states no message".to_owned());
    };
    let value = evaluate(&message.value, scope)?;
    let marks = value.deep_marks();
    if marks.is_hidden() || marks.is_ephemeral() {
        let words = "the message refers to sensitive values, so it is not shown";
        return Err(scope.fault(message.value.span, words));
    }
    let text = types::convert(&value, &Type::String).map_err(|error| {
        scope.fault(message.value.span, format!("the message is unsuitable: {error}"))
    })?;
    Ok(match &text.kind {
        Kind::String(text) => text.trim().to_owned(),
        Kind::Null(_) => return Err(scope.fault(message.value.span, "the message cannot be null")),
        _ => "its message is not known yet".to_owned(),
    })
}
