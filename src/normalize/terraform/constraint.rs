//! Type constraints as variables write them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::expression::evaluate;
use super::instance::Instance;
use super::module::Declaration;
use super::scope::{Fault, Scope};
use super::types::{self, ObjectAttribute, Type};
use crate::syntax::{Node, NodeKind, Scalar, hcl};

/// The type constraint of a variable; `any` where none is written. It is the same for all instances of the module.
pub fn of(
    declaration: &Declaration,
    instance: &Instance<'_>,
    scope: &Scope<'_, '_>,
) -> Result<Arc<Type>, Fault> {
    let Some(attribute) = declaration.attribute("type") else { return Ok(Arc::new(Type::Any)) };
    let memo = &instance.module.memo;
    if let Some(kind) = memo.constraint(attribute) {
        return Ok(kind);
    }
    // Modules may share what is written, not what it comes to.
    let key = (std::ptr::from_ref(instance.module).addr(), std::ptr::from_ref(attribute).addr());
    let known = instance.evaluator.constraints.borrow().get(&key).cloned();
    if let Some(kind) = known {
        return Ok(kind);
    }
    let kind = Arc::new(parse(&attribute.value, scope)?);
    if !memo.keep_constraint(attribute, &kind) {
        instance.evaluator.constraints.borrow_mut().insert(key, Arc::clone(&kind));
    }
    Ok(kind)
}

fn parse(node: &Node, scope: &Scope<'_, '_>) -> Result<Type, Fault> {
    let refused = || {
        scope.fault(node.span, "this is not a type: write string, number, bool, any, list(…), set(…), map(…), object({…}) or tuple([…])")
    };
    match &node.kind {
        NodeKind::Name(name) => simple(name).ok_or_else(refused),
        // The JSON syntax and Terraform before 0.12 write types as texts.
        NodeKind::Scalar(Scalar::String(text)) => match simple(text) {
            Some(kind) => Ok(kind),
            None => match hcl::parse_expression(scope.file, text, node.span.start as usize) {
                Ok(inner) if !matches!(inner.kind, NodeKind::Scalar(_)) => parse(&inner, scope),
                _ => Err(refused()),
            },
        },
        NodeKind::Call { name, arguments } => {
            let [argument] = arguments.nodes.as_slice() else { return Err(refused()) };
            match &**name {
                "list" => Ok(Type::List(Arc::new(parse(argument, scope)?))),
                "set" => Ok(Type::Set(Arc::new(parse(argument, scope)?))),
                "map" => Ok(Type::Map(Arc::new(parse(argument, scope)?))),
                "object" => object(argument, scope),
                "tuple" => match &argument.kind {
                    NodeKind::Sequence(items) => Ok(Type::Tuple(
                        items.iter().map(|item| parse(item, scope)).collect::<Result<_, _>>()?,
                    )),
                    _ => Err(refused()),
                },
                _ => Err(refused()),
            }
        }
        _ => Err(refused()),
    }
}

fn simple(name: &str) -> Option<Type> {
    Some(match name {
        "string" => Type::String,
        "number" => Type::Number,
        "bool" => Type::Bool,
        "any" => Type::Any,
        "list" => Type::List(Arc::new(Type::Any)),
        "map" => Type::Map(Arc::new(Type::Any)),
        "set" => Type::Set(Arc::new(Type::Any)),
        _ => return None,
    })
}

fn object(node: &Node, scope: &Scope<'_, '_>) -> Result<Type, Fault> {
    let NodeKind::Mapping(entries) = &node.kind else {
        return Err(scope.fault(node.span, "object(…) needs an object of attribute types"));
    };
    let mut attributes = BTreeMap::new();
    for entry in entries {
        let NodeKind::Scalar(Scalar::String(name)) = &entry.key.kind else {
            return Err(
                scope.fault(entry.key.span, "an attribute of an object type needs a plain name")
            );
        };
        attributes.insert(Arc::clone(name), object_attribute(&entry.value, scope)?);
    }
    Ok(Type::object(attributes))
}

fn object_attribute(node: &Node, scope: &Scope<'_, '_>) -> Result<ObjectAttribute, Fault> {
    if let NodeKind::Call { name, arguments } = &node.kind
        && &**name == "optional"
        && let [kind, rest @ ..] = arguments.nodes.as_slice()
    {
        if let [_, surplus, ..] = rest {
            let message = "optional(…) takes a type and a default";
            return Err(scope.fault(surplus.span, message));
        }
        let kind = parse(kind, scope)?;
        let default = |node: &Node| {
            let value = evaluate(node, scope)?;
            types::convert(&value, &kind).map_err(|message| {
                scope.fault(
                    node.span,
                    format!("the default of an optional attribute does not fit: {message}"),
                )
            })
        };
        let default = rest.first().map(default).transpose()?;
        return Ok(ObjectAttribute::optional(kind, default));
    }
    Ok(parse(node, scope)?.into())
}
