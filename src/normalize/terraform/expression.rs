//! Evaluates expressions.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::facts;
use super::functions;
use super::instance::Instance;
use super::operators;
use super::scope::{Fault, Name, Repetition, Scope};
use super::template;
use super::types::{self, Type};
use super::value::{Kind, Mapping, Marks, SequenceKind, Value};
use crate::source::Span;
use crate::syntax::{BinaryOperator, ForNode, Node, NodeKind, Scalar};

/// The value of an expression, or why Terraform would refuse it.
pub fn evaluate(node: &Node, scope: &Scope<'_, '_>) -> Result<Value, Fault> {
    if let Some(instance) = scope.instance {
        instance.evaluator.spend(1).map_err(|message| limit(scope, node.span, message))?;
    }
    match &node.kind {
        NodeKind::Scalar(scalar) => Ok(scalar_value(scalar)),
        NodeKind::Sequence(items) => Ok(Value::tuple(
            items.iter().map(|item| evaluate(item, scope)).collect::<Result<_, _>>()?,
        )),
        NodeKind::Mapping(entries) => object(entries, scope),
        NodeKind::Template(parts) => template::evaluate(parts, scope, node.span),
        NodeKind::Parenthesis(inner) => evaluate(inner, scope),
        NodeKind::Unary(operator, operand) => {
            operators::unary(*operator, &evaluate(operand, scope)?)
                .map_err(|message| scope.fault(node.span, message))
        }
        NodeKind::Binary(operator, sides) => binary(*operator, sides, node.span, scope),
        NodeKind::Conditional(parts) => conditional(parts, scope),
        NodeKind::For(node) => for_expression(node, scope),
        NodeKind::Splat { base, each } => splat(&evaluate(base, scope)?, each, scope),
        NodeKind::SplatElement => scope
            .splat
            .cloned()
            .ok_or_else(|| scope.fault(node.span, "a splat element outside of a splat")),
        NodeKind::Call { name, arguments, expand } => {
            call(name, arguments, *expand, node.span, scope)
        }
        NodeKind::Name(_) | NodeKind::Attribute(..) | NodeKind::Index(..) => traversal(node, scope),
        NodeKind::Broken => Ok(Value::unknown("its value does not parse")),
    }
}

/// `x != null && x.y`: where the left side decides, what the right side refuses does not matter (Terraform since 1.12).
fn binary(
    operator: BinaryOperator,
    sides: &[Node; 2],
    span: Span,
    scope: &Scope<'_, '_>,
) -> Result<Value, Fault> {
    let left = evaluate(&sides[0], scope)?;
    let right = evaluate(&sides[1], scope);
    let deciding = match operator {
        BinaryOperator::And => Some(false),
        BinaryOperator::Or => Some(true),
        _ => None,
    };
    match right {
        Err(fault)
            if !fault.is_limit && deciding.is_some() && operators::decided(&left) == deciding =>
        {
            Ok(left)
        }
        right => operators::binary(operator, &left, &right?)
            .map_err(|message| scope.fault(span, message)),
    }
}

fn limit(scope: &Scope<'_, '_>, span: Span, message: String) -> Fault {
    Fault { is_limit: true, ..scope.fault(span, message) }
}

fn scalar_value(scalar: &Scalar) -> Value {
    match scalar {
        Scalar::Null => Value::null(),
        Scalar::Bool(bool) => Value::bool(*bool),
        Scalar::Number(text) => match super::number::Number::parse(text) {
            Some(number) => Value::number(number),
            None => Value::unknown(format!("the number {text} is too large")),
        },
        Scalar::String(text) | Scalar::Plain { text, .. } => Value::string(Arc::clone(text)),
    }
}

fn object(entries: &[crate::syntax::Entry], scope: &Scope<'_, '_>) -> Result<Value, Fault> {
    let mut map = BTreeMap::new();
    let mut marks = Marks::none();
    for entry in entries {
        let key = evaluate(&entry.key, scope)?;
        let value = evaluate(&entry.value, scope)?;
        marks = marks.union(&key.marks);
        let key = types::convert(&key, &Type::String)
            .map_err(|error| scope.fault(entry.key.span, error))?;
        match &key.kind {
            Kind::String(text) => {
                map.insert(Arc::clone(text), value);
            }
            Kind::Unknown(unknown) => {
                let reason = Arc::clone(&unknown.reason);
                return Ok(Value::unknown(reason)
                    .with_marks(&marks)
                    .with_marks(&value.deep_marks()));
            }
            _ => return Err(scope.fault(entry.key.span, "a key of an object cannot be null")),
        }
    }
    Ok(Value::object(map).with_marks(&marks))
}

fn conditional(parts: &[Node; 3], scope: &Scope<'_, '_>) -> Result<Value, Fault> {
    let condition = evaluate(&parts[0], scope)?;
    let converted = match condition.kind {
        Kind::Null => Err("the condition of a conditional cannot be null".to_owned()),
        _ => types::convert(&condition, &Type::Bool),
    };
    let condition = converted.map_err(|message| scope.fault(parts[0].span, message))?;
    let Some(holds) = operators::decided(&condition) else {
        return Ok(undecided(&condition, parts, scope));
    };
    let (taken, other) = if holds { (&parts[1], &parts[2]) } else { (&parts[2], &parts[1]) };
    let value = evaluate(taken, scope)?;
    // Both results have one type; what the other one refuses does not matter.
    let value = match evaluate(other, scope) {
        Ok(other) => to_common_type(value, &other),
        Err(_) => value,
    };
    Ok(if condition.marks.is_sensitive() { value.with_marks(&Marks::sensitive()) } else { value })
}

/// The condition is unknown: the result is, whatever the branches are, but it refers to what they refer to.
fn undecided(condition: &Value, parts: &[Node; 3], scope: &Scope<'_, '_>) -> Value {
    let (yes, no) = (evaluate(&parts[1], scope), evaluate(&parts[2], scope));
    let mut result = operators::unknown_of(condition, Type::Any);
    if let Kind::Unknown(unknown) = &mut result.kind {
        let unknown = Arc::make_mut(unknown);
        let known = [yes.as_ref().ok(), no.as_ref().ok()];
        let types: Vec<Type> = known.iter().flatten().map(|value| Type::of(value)).collect();
        unknown.kind = if types.len() == 2 { types::unify(&types) } else { None };
        unknown.not_null = known.iter().flatten().filter(|value| is_not_null(value)).count() == 2;
    }
    for branch in [yes, no].into_iter().flatten() {
        result = result.with_marks(&branch.deep_marks());
    }
    result.with_marks(&condition.marks)
}

fn is_not_null(value: &Value) -> bool {
    match &value.kind {
        Kind::Null => false,
        Kind::Unknown(unknown) => unknown.not_null,
        _ => true,
    }
}

fn to_common_type(value: Value, other: &Value) -> Value {
    let (mine, theirs) = (Type::of(&value), Type::of(other));
    if mine == theirs || mine == Type::Any || theirs == Type::Any {
        return value;
    }
    match types::unify(&[mine, theirs]) {
        Some(common) => types::adapt(&value, &common).unwrap_or(value),
        None => value,
    }
}

/// Elements of a collection as key and value; `Err` holds an unknown that stands for the whole result.
pub fn elements(collection: &Value) -> Result<Vec<(Value, Value)>, Option<Value>> {
    match &collection.kind {
        Kind::Sequence(SequenceKind::Set, items) => {
            Ok(items.iter().map(|item| (item.clone(), item.clone())).collect())
        }
        Kind::Sequence(_, items) => Ok(items
            .iter()
            .enumerate()
            .map(|(at, item)| (Value::number(i64::try_from(at).unwrap_or(i64::MAX)), item.clone()))
            .collect()),
        Kind::Mapping(map) => match &map.open {
            Some(open) => match facts::close(map) {
                Some(closed) => elements(&closed.with_marks(&collection.marks)),
                None => Err(Some(
                    Value::unknown(Arc::clone(&open.reason)).with_marks(&collection.deep_marks()),
                )),
            },
            None => Ok(map
                .entries
                .iter()
                .map(|(key, item)| (Value::string(Arc::clone(key)), item.clone()))
                .collect()),
        },
        Kind::Unknown(_) => {
            Err(Some(operators::unknown_of(collection, Type::Any).with_marks(&collection.marks)))
        }
        _ => Err(None),
    }
}

fn for_expression(node: &ForNode, scope: &Scope<'_, '_>) -> Result<Value, Fault> {
    let collection = evaluate(&node.collection, scope)?;
    let items = match elements(&collection) {
        Ok(items) => items,
        Err(Some(unknown)) => return Ok(unknown),
        Err(None) => {
            let what = if collection.is_null() {
                "null".to_owned()
            } else {
                Type::of(&collection).words()
            };
            return Err(scope.fault(
                node.collection.span,
                format!("a for-expression cannot iterate over {what}"),
            ));
        }
    };
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
        if let Some(condition) = &node.condition {
            let holds = evaluate(condition, scope)?;
            self.marks = self.marks.union(&holds.marks);
            if holds.is_null() {
                return Err(
                    scope.fault(condition.span, "the condition of a for-expression cannot be null")
                );
            }
            let holds = types::convert(&holds, &Type::Bool)
                .map_err(|error| scope.fault(condition.span, error))?;
            match holds.kind {
                Kind::Bool(true) => {}
                Kind::Bool(false) => return Ok(()),
                // Whether this element is there is unknown, and so is the result as a whole.
                _ => self.unknown = Some(holds),
            }
        }
        let value = evaluate(&node.value, scope)?;
        let Some(key_node) = &node.key else {
            self.items.push(value);
            return Ok(());
        };
        let key = evaluate(key_node, scope)?;
        self.marks = self.marks.union(&key.marks);
        let key = types::convert(&key, &Type::String)
            .map_err(|error| scope.fault(key_node.span, error))?;
        match &key.kind {
            Kind::String(text) if node.group => {
                self.groups.entry(Arc::clone(text)).or_default().push(value);
            }
            Kind::String(text) => {
                if self.entries.insert(Arc::clone(text), value).is_some() {
                    let message =
                        format!("two elements produce the key \"{text}\"; group them with `...`");
                    return Err(scope.fault(key_node.span, message));
                }
            }
            Kind::Unknown(_) => {
                self.marks = self.marks.union(&value.deep_marks());
                self.unknown = Some(key);
            }
            _ => return Err(scope.fault(key_node.span, "a key of an object cannot be null")),
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
            let marks = parts.fold(self.marks, |marks, value| marks.union(&value.deep_marks()));
            return operators::unknown_of(&unknown, Type::Any).with_marks(&marks);
        }
        let value = if node.key.is_none() {
            Value::tuple(self.items)
        } else if node.group {
            Value::object(
                self.groups.into_iter().map(|(key, items)| (key, Value::tuple(items))).collect(),
            )
        } else {
            Value::object(self.entries)
        };
        value.with_marks(&self.marks)
    }
}

fn splat(base: &Value, each: &Node, scope: &Scope<'_, '_>) -> Result<Value, Fault> {
    let element = |item: &Value| {
        let inner = Scope { splat: Some(item), ..scope.clone() };
        evaluate(each, &inner)
    };
    let result = match &base.kind {
        Kind::Null => Value::tuple(Vec::new()),
        Kind::Unknown(_) => operators::unknown_of(base, Type::Any),
        Kind::Sequence(_, items) => {
            Value::tuple(items.iter().map(element).collect::<Result<_, _>>()?)
        }
        _ => Value::tuple(vec![element(base)?]),
    };
    Ok(result.with_marks(&base.marks))
}

fn call(
    name: &Arc<str>,
    arguments: &[Node],
    expand: bool,
    span: Span,
    scope: &Scope<'_, '_>,
) -> Result<Value, Fault> {
    match &**name {
        "try" => return try_each(arguments, span, scope),
        "can" if arguments.len() == 1 => return can(&arguments[0], scope),
        _ => {}
    }
    let argument = |node| evaluate(node, scope).map(facts::closed);
    let mut values = arguments.iter().map(argument).collect::<Result<Vec<_>, _>>()?;
    if expand && let Some(last) = values.pop() {
        match elements(&last) {
            Ok(items) => {
                values.extend(items.into_iter().map(|(_, item)| item.with_marks(&last.marks)));
            }
            Err(Some(unknown)) => return Ok(unknown),
            Err(None) => {
                return Err(scope.fault(span, "only a list or tuple can be expanded with `...`"));
            }
        }
    }
    let host = scope.instance.map(|instance| super::host::ModuleHost { instance, scope, span });
    let result = match &host {
        Some(host) => functions::call(name, &values, host),
        None => functions::call(name, &values, &super::host::NoHost),
    };
    result.map_err(|message| scope.fault(span, message))
}

/// The first argument that evaluates; an unknown that might fail later makes the result unknown.
fn try_each(arguments: &[Node], span: Span, scope: &Scope<'_, '_>) -> Result<Value, Fault> {
    let mut last = scope.fault(span, "try needs at least one argument");
    for argument in arguments {
        match evaluate(argument, scope) {
            Ok(value) => return Ok(value),
            Err(fault) if fault.is_limit => return Err(fault),
            Err(fault) => last = fault,
        }
    }
    Err(Fault {
        message: format!("no argument of try could be evaluated: {}", last.message),
        ..last
    })
}

fn can(argument: &Node, scope: &Scope<'_, '_>) -> Result<Value, Fault> {
    match evaluate(argument, scope) {
        Ok(value) if value.unknown_reason().is_some() => {
            Ok(operators::unknown_of(&value, Type::Bool))
        }
        Ok(_) => Ok(Value::bool(true)),
        Err(fault) if fault.is_limit => Err(fault),
        Err(_) => Ok(Value::bool(false)),
    }
}

/// Names, attributes and indices, read from the root on: `var.x`, `module.a["k"].out`, `aws_vpc.main.id` …
fn traversal(node: &Node, scope: &Scope<'_, '_>) -> Result<Value, Fault> {
    let mut steps = Vec::new();
    let mut base = node;
    while let NodeKind::Attribute(inner, _) | NodeKind::Index(inner, _) = &base.kind {
        steps.push(base);
        base = inner;
    }
    steps.reverse();
    let (mut value, used) = match &base.kind {
        NodeKind::Name(name) => root(name, base.span, &steps, scope)?,
        _ => (evaluate(base, scope)?, 0),
    };
    for step in &steps[used..] {
        value = match &step.kind {
            NodeKind::Attribute(_, name) => attribute(&value, name),
            NodeKind::Index(_, key) => {
                let key = evaluate(key, scope)?;
                index(&value, &key)
            }
            _ => Ok(value),
        }
        .map_err(|message| scope.fault(step.span, message))?;
    }
    Ok(value)
}

/// The value of the root of a traversal and how many of its steps that took.
fn root(
    name: &Arc<str>,
    span: Span,
    steps: &[&Node],
    scope: &Scope<'_, '_>,
) -> Result<(Value, usize), Fault> {
    if let Some(value) = scope.bound(name) {
        return Ok((value.clone(), 0));
    }
    let Some(instance) = scope.instance.filter(|_| !scope.closed) else {
        return Err(scope.fault(span, format!("there is no variable named \"{name}\" here")));
    };
    let member = |at: usize| match steps.get(at).map(|step| &step.kind) {
        Some(NodeKind::Attribute(_, name)) => Some(name),
        _ => None,
    };
    let missing = |what: &str| scope.fault(span, format!("`{name}` must be followed by {what}"));
    match &**name {
        "var" => {
            let variable = member(0).ok_or_else(|| missing("the name of a variable"))?;
            Ok((instance.variable(variable, scope, steps[0].span)?, 1))
        }
        "local" => {
            let local = member(0).ok_or_else(|| missing("the name of a local value"))?;
            Ok((instance.local(local, scope, steps[0].span)?, 1))
        }
        "each" | "count" => repetition(name, member(0), span, scope).map(|value| (value, 1)),
        "path" | "terraform" => {
            let attribute = member(0).ok_or_else(|| missing("an attribute"))?;
            Ok((instance.surrounding(name, attribute, scope, span)?, 1))
        }
        "self" => Ok((Value::unknown("`self` is known at apply time only"), 0)),
        "module" => module_output(instance, steps, scope, span),
        "ephemeral" => Ok((Value::unknown("ephemeral values exist at run time only"), steps.len())),
        "data" => {
            let (kind, name) =
                member(0).zip(member(1)).ok_or_else(|| missing("a type and a name"))?;
            resource(instance, &format!("data.{kind}.{name}"), 2, steps, scope, span)
        }
        "resource" => {
            let (kind, name) =
                member(0).zip(member(1)).ok_or_else(|| missing("a type and a name"))?;
            resource(instance, &format!("{kind}.{name}"), 2, steps, scope, span)
        }
        kind => {
            let name = member(0).ok_or_else(|| missing("the name of a resource"))?;
            resource(instance, &format!("{kind}.{name}"), 1, steps, scope, span)
        }
    }
}

fn repetition(
    root: &str,
    member: Option<&Arc<str>>,
    span: Span,
    scope: &Scope<'_, '_>,
) -> Result<Value, Fault> {
    match (root, member.map(|name| &**name), scope.repetition) {
        ("count", Some("index"), Repetition::Count(index)) => Ok(index.clone()),
        ("each", Some("key"), Repetition::Each(key, _)) => Ok(key.clone()),
        ("each", Some("value"), Repetition::Each(_, value)) => Ok(value.clone()),
        ("count", _, _) => {
            Err(scope.fault(span, "`count.index` can be used only where `count` is set"))
        }
        _ => Err(scope
            .fault(span, "`each.key` and `each.value` can be used only where `for_each` is set")),
    }
}

/// `module.name`, `module.name[key]`, and lazily the one output that is asked for.
fn module_output<'a>(
    instance: &Rc<Instance<'a>>,
    steps: &[&Node],
    scope: &Scope<'_, 'a>,
    span: Span,
) -> Result<(Value, usize), Fault> {
    let Some(NodeKind::Attribute(_, name)) = steps.first().map(|step| &step.kind) else {
        return Err(scope.fault(span, "`module` must be followed by the name of a module call"));
    };
    let mut used = 1;
    let key = match steps.get(1).map(|step| &step.kind) {
        Some(NodeKind::Index(_, key)) => {
            used = 2;
            Some(evaluate(key, scope)?)
        }
        _ => None,
    };
    let output = match steps.get(used).map(|step| &step.kind) {
        Some(NodeKind::Attribute(_, output)) => Some(output),
        _ => None,
    };
    let (value, took_output) =
        instance.call_value(name, key.as_ref(), output, scope, steps[0].span)?;
    Ok((value, if took_output { used + 1 } else { used }))
}

/// A resource, or the instance and attribute of it that is asked for.
fn resource<'a>(
    instance: &Rc<Instance<'a>>,
    address: &str,
    used: usize,
    steps: &[&Node],
    scope: &Scope<'_, 'a>,
    span: Span,
) -> Result<(Value, usize), Fault> {
    let span = steps.get(used.saturating_sub(1)).map_or(span, |step| span.to(step.span));
    Ok((instance.resource_value(address, scope, span)?, used))
}

/// `value.name`. The error is a sentence.
pub fn attribute(value: &Value, name: &Arc<str>) -> Result<Value, String> {
    match &value.kind {
        Kind::Mapping(map) => member(map, name, &value.marks),
        Kind::Unknown(_) => Ok(operators::unknown_of_member(value, name)),
        Kind::Null => Err(format!("null has no attribute \"{name}\"")),
        _ => Err(format!("{} has no attribute \"{name}\"", operators::article(&Type::of(value)))),
    }
}

fn member(map: &Arc<Mapping>, name: &Arc<str>, marks: &Marks) -> Result<Value, String> {
    match (map.entries.get(name), &map.open) {
        (Some(value), _) => Ok(value.clone().with_marks(marks)),
        (None, Some(open)) => Ok(facts::missing(open, name)?.with_marks(marks)),
        (None, None) if map.is_map => {
            Err(format!("the map has no element with the key \"{name}\""))
        }
        (None, None) => Err(format!("the object has no attribute \"{name}\"")),
    }
}

/// `value[key]`. The error is a sentence.
pub fn index(value: &Value, key: &Value) -> Result<Value, String> {
    let marks = value.marks.union(&key.marks);
    match (&value.kind, &key.kind) {
        (Kind::Unknown(_), _) => Ok(operators::unknown_of(value, Type::Any).with_marks(&marks)),
        (Kind::Null, _) => Err("null has no elements".to_owned()),
        (_, Kind::Null) => Err("an index cannot be null".to_owned()),
        (_, Kind::Unknown(_)) => {
            let inner = value.deep_marks();
            Ok(operators::unknown_of(key, Type::Any).with_marks(&marks).with_marks(&inner))
        }
        (Kind::Sequence(SequenceKind::Set, _), _) => {
            Err("a set has no indices; convert it to a list".to_owned())
        }
        (Kind::Sequence(_, items), _) => {
            let number = types::convert(key, &Type::Number)?;
            let position = match &number.kind {
                Kind::Number(number) => number.to_i64().and_then(|at| usize::try_from(at).ok()),
                _ => None,
            };
            let item = position.and_then(|at| items.get(at));
            let item = item.ok_or_else(|| {
                format!("there is no element {}: the list has {}", shown(key), items.len())
            })?;
            Ok(item.clone().with_marks(&marks))
        }
        (Kind::Mapping(map), _) => {
            let text = types::convert(key, &Type::String)?;
            match &text.kind {
                Kind::String(name) => member(map, name, &marks),
                _ => Err("an index cannot be null".to_owned()),
            }
        }
        _ => Err(format!("{} has no elements", operators::article(&Type::of(value)))),
    }
}

fn shown(key: &Value) -> String {
    match types::convert(key, &Type::String).map(|value| value.kind) {
        Ok(Kind::String(text)) => text.to_string(),
        _ => "?".to_owned(),
    }
}
