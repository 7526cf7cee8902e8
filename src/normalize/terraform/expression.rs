//! Evaluates expressions.

use std::rc::Rc;
use std::sync::Arc;

use super::beyond::Beyond;
use super::conditional;
use super::facts;
use super::functions;
use super::instance::Instance;
use super::iteration;
use super::operators;
use super::scope::{Fault, Repetition, Scope};
use super::template;
use super::types::{self, Type};
use super::value::{Entries, Kind, Mapping, Marks, SequenceKind, Value};
use crate::document::HOLE;
use crate::source::Span;
use crate::syntax::{BinaryOperator, Node, NodeKind, Scalar};

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
        NodeKind::Conditional(parts) => conditional::evaluate(parts, scope),
        NodeKind::For(node) => iteration::for_expression(node, scope),
        NodeKind::Splat { base, each } => {
            iteration::splat(&evaluate(base, scope)?, base.span, each, scope)
        }
        NodeKind::SplatElement => scope
            .splat
            .cloned()
            .ok_or_else(|| scope.fault(node.span, "a splat element outside of a splat")),
        NodeKind::Call { name, arguments } => {
            call(name, &arguments.nodes, arguments.expand, node.span, scope)
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
    let mut written = Vec::with_capacity(entries.len());
    let mut marks = Marks::none();
    let mut unknown = None;
    let mut in_part = Vec::new();
    let mut hidden = false;
    for entry in entries {
        let key = evaluate(&entry.key, scope)?;
        let value = evaluate(&entry.value, scope)?;
        marks = marks.union(&key.marks.without_references());
        hidden |= key.marks.is_hidden() || key.marks.is_ephemeral();
        // What a key was made from is what its own entry was made from, and not the others.
        let made_from = key.marks.references_only();
        let key = types::convert(&key, &Type::String)
            .map_err(|error| scope.fault(entry.key.span, error))?;
        match &key.kind {
            Kind::String(text) => {
                written.push((Arc::clone(text), value.with_marks(&made_from)));
            }
            Kind::Unknown(_) => {
                marks = marks.union(&made_from).union(&value.deep_marks());
                let known = Beyond::text_of(&key).filter(|text| text.len() > HOLE.len_utf8());
                in_part.push(known.map(|text| (text, value.with_marks(&made_from))));
                unknown.get_or_insert(key);
            }
            _ => return Err(scope.fault(entry.key.span, "a key of an object cannot be null")),
        }
    }
    // The last of equal keys holds.
    let map = Entries::from_iter(written);
    // Of an object without its keys nothing is known, not even that it is sensitive.
    Ok(match unknown {
        Some(key) => {
            let marks = map.values().fold(marks, |all, value| all.union(&value.deep_marks()));
            let mut result = operators::unknown_of(&key, Type::Any);
            if let Kind::Unknown(unknown) = &mut result.kind {
                let known = (!hidden).then(|| keyed_in_part(&map, in_part)).flatten();
                Arc::make_mut(unknown).beyond = known;
            }
            result.with_marks(&marks.without_sensitive())
        }
        None => Value::object(map).with_marks(&marks),
    })
}

/// What is known of an object with keys of which only parts are known: nothing where something must not be shown, or two keys look alike.
fn keyed_in_part(known: &Entries, in_part: Vec<Option<(Arc<str>, Value)>>) -> Option<Arc<Beyond>> {
    let in_part: Vec<(Arc<str>, Value)> = in_part.into_iter().collect::<Option<_>>()?;
    let known = known.iter().map(|(key, value)| (Arc::clone(key), value.clone()));
    let all: Vec<(Arc<str>, Value)> = known.chain(in_part).collect();
    let is_open = |value: &Value| {
        let marks = value.deep_marks();
        !marks.is_hidden() && !marks.is_ephemeral()
    };
    let count = all.len();
    let all = all.into_iter().filter(|(_, value)| is_open(value));
    let entries = Entries::from_iter(all.collect::<Vec<_>>());
    (entries.len() == count).then(|| Beyond::keyed(Value::object(entries)))
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

fn call(
    name: &Arc<str>,
    arguments: &[Node],
    expand: bool,
    span: Span,
    scope: &Scope<'_, '_>,
) -> Result<Value, Fault> {
    let Some(instance) = scope.instance else {
        return Err(scope.fault(span, "functions cannot be called here"));
    };
    match &**name {
        "try" => return try_each(arguments, span, scope),
        "can" if arguments.len() == 1 => return can(&arguments[0], scope),
        _ => {}
    }
    let argument = |node| evaluate(node, scope).map(facts::closed);
    let mut values = arguments.iter().map(argument).collect::<Result<Vec<_>, _>>()?;
    if expand && let Some(last) = values.pop() {
        match (&last.kind, Type::of(&last)) {
            (Kind::Sequence(_, items), _) => {
                values.extend(items.iter().map(|item| item.clone().with_marks(&last.marks)));
            }
            (Kind::Unknown(_), Type::Any | Type::List(_) | Type::Set(_) | Type::Tuple(_)) => {
                let marks = last.marks.without_sensitive();
                return Ok(operators::unknown_of(&last, Type::Any).with_marks(&marks));
            }
            (Kind::Null(_), _) => {
                return Err(scope.fault(span, "null cannot be expanded with `...`"));
            }
            _ => {
                return Err(scope.fault(span, "only a list or tuple can be expanded with `...`"));
            }
        }
    }
    if let "templatestring" | "core::templatestring" = &**name {
        template::check_reference(arguments.first().zip(values.first()))
            .map_err(|message| scope.fault(span, message))?;
    }
    let host = super::host::ModuleHost { instance, scope, span };
    let call = |values: &[Value]| functions::call(name, values, &host);
    let result = call(&values).map_err(|message| scope.fault(span, message))?;
    Ok(operators::decide(result, &values.iter().collect::<Vec<_>>(), call))
}

/// The first argument that evaluates. What it comes to is not known while a part of it is unknown: it might fail later.
fn try_each(arguments: &[Node], span: Span, scope: &Scope<'_, '_>) -> Result<Value, Fault> {
    let mut last = scope.fault(span, "try needs at least one argument");
    for (position, argument) in arguments.iter().enumerate() {
        match evaluate_tried(argument, scope) {
            Ok(value) if value.is_wholly_known() => return Ok(value),
            Ok(value) => {
                let is_certain =
                    position + 1 == arguments.len() || is_certain(argument, &value, scope);
                return Ok(may_fail_later(&value, is_certain));
            }
            Err(fault) if fault.is_limit => return Err(fault),
            Err(fault) => last = fault,
        }
    }
    let message = format!("no argument of try could be evaluated: {}", last.message);
    Err(scope.fault(span, message))
}

/// The value of an expression whose failure is provided for.
fn evaluate_tried(argument: &Node, scope: &Scope<'_, '_>) -> Result<Value, Fault> {
    let Some(instance) = scope.instance else { return evaluate(argument, scope) };
    let tried = &instance.evaluator.tried;
    tried.set(tried.get() + 1);
    let result = evaluate(argument, scope);
    tried.set(tried.get() - 1);
    result
}

/// Whether an expression with a partly unknown value cannot fail when the rest is known: it names something that is there.
fn is_certain(argument: &Node, value: &Value, scope: &Scope<'_, '_>) -> bool {
    let mut base = argument;
    while let NodeKind::Attribute(inner, _) = &base.kind {
        base = inner;
    }
    if value.unknown_reason().is_none() {
        return matches!(base.kind, NodeKind::Name(_));
    }
    let (inner, key) = match &argument.kind {
        NodeKind::Attribute(inner, name) => (inner, Arc::clone(name)),
        NodeKind::Index(inner, key) => match &key.kind {
            NodeKind::Scalar(Scalar::String(name)) => (inner, Arc::clone(name)),
            _ => return false,
        },
        _ => return false,
    };
    match evaluate_tried(inner, scope).map(|value| value.kind) {
        Ok(Kind::Mapping(map)) => map.entries.contains_key(&key),
        _ => false,
    }
}

/// Terraform calls a partly unknown value unknown as a whole; what is certain is decided all the same.
fn may_fail_later(value: &Value, is_certain: bool) -> Value {
    let mut result = operators::unknown_of(value, Type::Any);
    if let Kind::Unknown(unknown) = &mut result.kind {
        let unknown = Arc::make_mut(unknown);
        if let Kind::Unknown(of) = &value.kind {
            unknown.decided.clone_from(&of.decided);
            unknown.shown = of.shown.clone();
            unknown.partial.clone_from(&of.partial);
        }
        if is_certain && unknown.decided.is_none() {
            unknown.decided = Some(value.clone());
        }
    }
    result.with_marks(&value.deep_marks().without_sensitive())
}

fn can(argument: &Node, scope: &Scope<'_, '_>) -> Result<Value, Fault> {
    match evaluate_tried(argument, scope) {
        Ok(value) if value.is_wholly_known() => Ok(Value::bool(true)),
        Ok(value) => {
            let mut result = operators::nullable_of(&value, Type::Bool);
            if let Kind::Unknown(unknown) = &mut result.kind
                && is_certain(argument, &value, scope)
            {
                Arc::make_mut(unknown).decided = Some(Value::bool(true));
            }
            Ok(result)
        }
        Err(fault) if fault.is_limit => Err(fault),
        Err(_) => Ok(Value::bool(false)),
    }
}

/// How many steps most traversals have at most.
const USUAL_STEPS: usize = 8;

/// The root of a traversal and its steps, from the root on: in `room` if there is enough, else in `more`.
fn steps_of<'r, 'n>(
    node: &'n Node,
    room: &'r mut [&'n Node; USUAL_STEPS],
    more: &'r mut Vec<&'n Node>,
) -> (&'n Node, &'r [&'n Node]) {
    let mut base = node;
    let mut at = room.len();
    while let NodeKind::Attribute(inner, _) | NodeKind::Index(inner, _) = &base.kind {
        if let Some(next) = at.checked_sub(1).filter(|_| more.is_empty()) {
            at = next;
            room[at] = base;
        } else {
            if more.is_empty() {
                more.extend(room.iter().rev());
            }
            more.push(base);
        }
        base = inner;
    }
    if more.is_empty() {
        return (base, &room[at..]);
    }
    more.reverse();
    (base, more)
}

/// Names, attributes and indices, read from the root on: `var.x`, `module.a["k"].out`, `aws_vpc.main.id` …
fn traversal(node: &Node, scope: &Scope<'_, '_>) -> Result<Value, Fault> {
    let (mut room, mut more) = ([node; USUAL_STEPS], Vec::new());
    let (base, steps) = steps_of(node, &mut room, &mut more);
    let (mut value, used) = match &base.kind {
        NodeKind::Name(name) => root(name, base.span, steps, scope)?,
        _ => (evaluate(base, scope)?, 0),
    };
    for step in &steps[used..] {
        value = match &step.kind {
            NodeKind::Attribute(_, name) => attribute(&value, name),
            NodeKind::Index(_, key) => {
                let key = evaluate(key, scope)?;
                let is_hidden = key.marks.is_hidden();
                index(&value, &key).map_err(|message| {
                    if is_hidden {
                        "the index, which is sensitive, does not fit".to_owned()
                    } else {
                        message
                    }
                })
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
            resource(instance, &["data.", &**kind, ".", &**name].concat(), 2, steps, scope, span)
        }
        "resource" => {
            let (kind, name) =
                member(0).zip(member(1)).ok_or_else(|| missing("a type and a name"))?;
            resource(instance, &[&**kind, ".", &**name].concat(), 2, steps, scope, span)
        }
        kind => {
            let name = member(0).ok_or_else(|| missing("the name of a resource"))?;
            resource(instance, &[kind, ".", &**name].concat(), 1, steps, scope, span)
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
        Kind::Unknown(unknown) => {
            let kind = match &unknown.kind {
                None | Some(Type::Any) => Type::Any,
                Some(Type::Map(element)) => Type::clone(element),
                Some(Type::Object(attributes)) => match attributes.get(name) {
                    Some(attribute) => attribute.kind.clone(),
                    None => return Err(format!("the object has no attribute \"{name}\"")),
                },
                Some(kind) => {
                    return Err(format!(
                        "{} has no attribute \"{name}\"",
                        operators::article(kind)
                    ));
                }
            };
            let result = operators::nullable_of(value, kind).with_marks(&value.marks);
            Ok(operators::decide(result, &[value], |values| attribute(&values[0], name)))
        }
        Kind::Null(_) => Err(format!("null has no attribute \"{name}\"")),
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
    match (&value.kind, &key.kind) {
        (Kind::Null(_), _) => return Err("null has no elements".to_owned()),
        (_, Kind::Null(_)) => return Err("an index cannot be null".to_owned()),
        _ => {}
    }
    // Only of an unknown the type says more than the value.
    let kind = match (&value.kind, Type::of_top(key)) {
        (Kind::Unknown(_), Type::Any) => Type::Any,
        _ => Type::of_top(value),
    };
    let wanted = match (&value.kind, &kind) {
        (Kind::Sequence(SequenceKind::Set, _), _) | (_, Type::Set(_)) => {
            return Err("a set has no indices; convert it to a list".to_owned());
        }
        (Kind::Sequence(..), _) | (_, Type::List(_) | Type::Tuple(_)) => Type::Number,
        (Kind::Mapping(_), _) | (_, Type::Map(_) | Type::Object(_) | Type::Any) => Type::String,
        (_, kind) => return Err(format!("{} has no elements", operators::article(kind))),
    };
    let converted = if wanted == Type::String && matches!(value.kind, Kind::Unknown(_)) {
        key.clone()
    } else {
        types::convert(key, &wanted)?
    };
    match (&value.kind, &converted.kind) {
        (Kind::Unknown(_), _) => undecided_index(value, &kind, &converted),
        (_, Kind::Unknown(_)) => undecided_index(value, &Type::of(value), &converted),
        (Kind::Sequence(_, items), Kind::Number(number)) => {
            let position = number.to_i64().and_then(|at| usize::try_from(at).ok());
            let item = position.and_then(|at| items.get(at)).ok_or_else(|| {
                let key =
                    if key.marks.is_sensitive() { "with this key".to_owned() } else { shown(key) };
                format!("there is no element {key}: the list has {}", items.len())
            })?;
            Ok(item.clone().with_marks(&value.marks).with_marks(&key.marks))
        }
        (Kind::Mapping(map), Kind::String(name)) if !key.marks.is_sensitive() => {
            member(map, name, &value.marks.union(&key.marks))
        }
        (Kind::Mapping(map), Kind::String(name)) => {
            // An attribute of an object is as sensitive as the object, whatever names it.
            let of_key = if map.is_map { key.marks.clone() } else { key.marks.without_sensitive() };
            member(map, name, &value.marks.union(&of_key))
                .map_err(|_| "there is no element with this key".to_owned())
        }
        _ => Err(format!("{} has no elements", operators::article(&Type::of(value)))),
    }
}

/// Collection or key are unknown: an element of what is known of both.
fn undecided_index(value: &Value, kind: &Type, key: &Value) -> Result<Value, String> {
    let at = match &key.kind {
        Kind::Number(number) => Some(number.to_i64().and_then(|at| usize::try_from(at).ok())),
        _ => None,
    };
    let element = match (kind, at) {
        (Type::List(element) | Type::Map(element), at) => {
            if at == Some(None) {
                return Err("an index is a whole number of at least 0".to_owned());
            }
            Type::clone(element)
        }
        (Type::Tuple(kinds), Some(at)) => {
            let kind = at.and_then(|at| kinds.get(at));
            let missing =
                || format!("there is no element {}: the tuple has {}", shown(key), kinds.len());
            kind.cloned().ok_or_else(missing)?
        }
        _ => Type::Any,
    };
    let cause = if value.unknown_reason().is_some() { value } else { key };
    let inner = value.deep_marks().union(&key.marks).without_sensitive();
    let result = operators::nullable_of(cause, element).with_marks(&value.marks).with_marks(&inner);
    Ok(operators::decide(result, &[value, key], |values| index(&values[0], &values[1])))
}

fn shown(key: &Value) -> String {
    match types::convert(key, &Type::String).map(|value| value.kind) {
        Ok(Kind::String(text)) => text.to_string(),
        _ => "?".to_owned(),
    }
}
