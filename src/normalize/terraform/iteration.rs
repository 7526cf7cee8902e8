//! For-expressions and splats.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::bounds;
use super::expression::{elements, evaluate};
use super::operators;
use super::scope::{Fault, Name, Scope};
use super::types::{self, Type};
use super::value::{Kind, Marks, SequenceKind, Unknown, Value};
use crate::source::Span;
use crate::syntax::{ForNode, Node};

/// The value of a for-expression.
pub fn for_expression(node: &ForNode, scope: &Scope<'_, '_>) -> Result<Value, Fault> {
    let collection = evaluate(&node.collection, scope)?;
    let result = over(node, &collection, scope)?;
    let again = |values: &[Value]| over(node, &values[0], scope).map_err(|fault| fault.message);
    Ok(operators::decide(result, &[&collection], again))
}

fn over(node: &ForNode, collection: &Value, scope: &Scope<'_, '_>) -> Result<Value, Fault> {
    let items = match elements(collection) {
        Ok(items) => items,
        Err(Some(unknown)) => {
            let condition = check_condition(node, scope)?;
            return Ok(unknown.with_marks(&condition));
        }
        Err(None) => {
            let what =
                if collection.is_null() { "null".to_owned() } else { Type::of(collection).words() };
            return Err(scope.fault(
                node.collection.span,
                format!("a for-expression cannot iterate over {what}"),
            ));
        }
    };
    if items.is_empty() {
        check_condition(node, scope)?;
    }
    let mut builder = ForResult::default();
    for (key, value) in items {
        let outer =
            node.key_name.as_deref().map(|name| Name { name, value: key, outer: scope.names });
        let names = Name { name: &node.value_name, value, outer: outer.as_ref().or(scope.names) };
        let inner = Scope { names: Some(&names), ..scope.clone() };
        builder.add(node, &inner)?;
    }
    Ok(builder.finish(node).with_marks(&collection.marks))
}

/// Where no element says what the condition is: that it could be one at all, and its marks.
fn check_condition(node: &ForNode, scope: &Scope<'_, '_>) -> Result<Marks, Fault> {
    let Some(condition) = &node.condition else { return Ok(Marks::none()) };
    let any = || Value::unknown("an element of a for-expression");
    let outer =
        node.key_name.as_deref().map(|name| Name { name, value: any(), outer: scope.names });
    let outer = outer.as_ref().or(scope.names);
    let names = Name { name: &node.value_name, value: any(), outer };
    let holds = evaluate(condition, &Scope { names: Some(&names), ..scope.clone() })?;
    truth(&holds, condition, scope)?;
    Ok(holds.marks)
}

fn truth(holds: &Value, condition: &Node, scope: &Scope<'_, '_>) -> Result<Value, Fault> {
    if holds.is_null() {
        let message = "the condition of a for-expression cannot be null";
        return Err(scope.fault(condition.span, message));
    }
    types::convert(holds, &Type::Bool).map_err(|error| scope.fault(condition.span, error))
}

/// What a for-expression has gathered.
#[derive(Default)]
struct ForResult {
    items: Vec<Value>,
    entries: BTreeMap<Arc<str>, Value>,
    groups: BTreeMap<Arc<str>, Vec<Value>>,
    unknown: Option<Value>,
    marks: Marks,
}

impl ForResult {
    fn add(&mut self, node: &ForNode, scope: &Scope<'_, '_>) -> Result<(), Fault> {
        // What says that an element is there, and its key, is what that element was made from, and not the others.
        let mut made_from = Marks::none();
        if let Some(condition) = &node.condition {
            let holds = evaluate(condition, scope)?;
            self.marks = self.marks.union(&holds.marks.without_references());
            match truth(&holds, condition, scope)?.kind {
                Kind::Bool(true) => made_from = holds.marks.references_only(),
                Kind::Bool(false) => return Ok(()),
                // Whether this element is there is unknown, and so is the result as a whole. What it would be is no error yet.
                _ => {
                    self.marks = self.marks.union(&holds.marks);
                    self.unknown = Some(holds);
                    if node.key.is_none() {
                        self.items.extend(evaluate(&node.value, scope));
                    }
                    return Ok(());
                }
            }
        }
        let Some(key_node) = &node.key else {
            self.items.push(evaluate(&node.value, scope)?.with_marks(&made_from));
            return Ok(());
        };
        let key = evaluate(key_node, scope)?;
        self.marks = self.marks.union(&key.marks.without_references());
        if key.unknown_reason().is_some() {
            self.marks = self.marks.union(&key.marks).union(&made_from);
            if let Ok(value) = evaluate(&node.value, scope) {
                self.marks = self.marks.union(&value.deep_marks().without_sensitive());
            }
            self.unknown = Some(key);
            return Ok(());
        }
        made_from = made_from.union(&key.marks.references_only());
        let key = types::convert(&key, &Type::String)
            .map_err(|error| scope.fault(key_node.span, error))?;
        let Kind::String(text) = &key.kind else {
            return Err(scope.fault(key_node.span, "a key of an object cannot be null"));
        };
        let value = evaluate(&node.value, scope)?.with_marks(&made_from);
        if node.group {
            self.groups.entry(Arc::clone(text)).or_default().push(value);
        } else if self.entries.insert(Arc::clone(text), value).is_some() {
            let message = if self.marks.is_sensitive() {
                "two elements produce the same key; group them with `...`".to_owned()
            } else {
                format!("two elements produce the key \"{text}\"; group them with `...`")
            };
            return Err(scope.fault(key_node.span, message));
        }
        Ok(())
    }

    fn finish(self, node: &ForNode) -> Value {
        if let Some(unknown) = self.unknown {
            let parts = self
                .items
                .iter()
                .chain(self.entries.values())
                .chain(self.groups.values().flatten());
            let inner = parts.fold(Marks::none(), |all, value| all.union(&value.deep_marks()));
            return operators::unknown_of(&unknown, Type::Any)
                .with_marks(&self.marks)
                .with_marks(&inner.without_sensitive());
        }
        let value = if node.key.is_none() {
            Value::tuple(self.items)
        } else if node.group {
            Value::object(
                self.groups.into_iter().map(|(key, items)| (key, Value::tuple(items))).collect(),
            )
        } else {
            Value::object(self.entries.into_iter().collect())
        };
        value.with_marks(&self.marks)
    }
}

/// `base[*].each`: over the elements, or over the one thing that is no list.
pub fn splat(base: &Value, span: Span, each: &Node, scope: &Scope<'_, '_>) -> Result<Value, Fault> {
    let element = |item: &Value| evaluate(each, &Scope { splat: Some(item), ..scope.clone() });
    let kind = Type::of(base);
    let is_list = matches!(kind, Type::List(_) | Type::Set(_) | Type::Tuple(_));
    let result = match &base.kind {
        Kind::Null(_) if is_list => {
            return Err(scope.fault(span, "a splat cannot be applied to a null list"));
        }
        Kind::Null(_) => Value::tuple(Vec::new()),
        Kind::Unknown(unknown) => of_unknown(base, unknown, &kind, &element)?,
        Kind::Sequence(SequenceKind::Tuple, items) => {
            Value::tuple(items.iter().map(element).collect::<Result<_, _>>()?)
        }
        Kind::Sequence(_, items) if items.is_empty() => {
            let item = Value::unknown("an element of an empty list");
            let item = types::convert(&item, kind.element().unwrap_or(&Type::Any)).unwrap_or(item);
            Value::empty_sequence(SequenceKind::List, Type::of(&element(&item)?))
        }
        Kind::Sequence(_, items) => {
            let made: Vec<Value> = items.iter().map(element).collect::<Result<_, _>>()?;
            let first = made.first().map(Type::of);
            // Blocks of a resource have one type for Terraform, but not here.
            let same = made.iter().all(|item| Some(Type::of(item)) == first);
            if same { Value::list(made) } else { Value::tuple(made) }
        }
        _ => Value::tuple(vec![element(base)?]),
    };
    let result = result.with_marks(&base.marks);
    let again =
        |values: &[Value]| splat(&values[0], span, each, scope).map_err(|fault| fault.message);
    Ok(operators::decide(result, &[base], again))
}

/// Of an unknown, the type may be known, and how many there are.
fn of_unknown(
    base: &Value,
    unknown: &Unknown,
    kind: &Type,
    element: &impl Fn(&Value) -> Result<Value, Fault>,
) -> Result<Value, Fault> {
    let made = |kind: &Type| {
        let item = operators::nullable_of(base, kind.clone());
        element(&item).map(|value| Type::of(&value))
    };
    let (kind, bounds) = match kind {
        Type::Any => return Ok(operators::unknown_of(base, Type::Any)),
        Type::List(item) | Type::Set(item) => {
            (Type::List(Arc::new(made(item)?)), unknown.bounds.clone())
        }
        Type::Tuple(kinds) => {
            (Type::Tuple(kinds.iter().map(made).collect::<Result<_, _>>()?), None)
        }
        _ if unknown.not_null => return Ok(Value::tuple(vec![element(base)?])),
        _ => {
            element(base)?;
            return Ok(operators::unknown_of(base, Type::Any));
        }
    };
    let mut result = operators::unknown_of(base, kind);
    if let Kind::Unknown(unknown) = &mut result.kind {
        Arc::make_mut(unknown).bounds = bounds;
    }
    Ok(bounds::settled(result))
}
