//! What is written, as far as the `configuration` part of a plan keeps it, as values: constants, and unknowns that carry references.

use std::sync::Arc;

use super::super::value::{Entries, Kind, Marks, SequenceKind, Value};
use super::configuration::{Expression, Expressions};
use super::references::Found;
use super::tree::KNOWN_AFTER_APPLY;

/// Entries of a block. `resolve` says what an expression refers to.
pub fn entries(expressions: &Expressions, resolve: &dyn Fn(&Expression) -> Found) -> Entries {
    let entry = |(name, expression): (&Arc<str>, &Expression)| {
        let value = value(expression, resolve);
        (!value.is_null()).then(|| (Arc::clone(name), value))
    };
    expressions.iter().filter_map(entry).collect()
}

/// The value of one expression.
pub fn value(expression: &Expression, resolve: &dyn Fn(&Expression) -> Found) -> Value {
    let blocks = |blocks: &[Expressions]| {
        let items = blocks.iter().map(|block| Value::object(entries(block, resolve))).collect();
        Value::from(Kind::Sequence(SequenceKind::List, Arc::new(items)))
    };
    match expression {
        Expression::Constant(value) => value.clone(),
        Expression::References(_) => {
            let found = resolve(expression);
            let mut value = Value::unknown(reason(&found));
            for (address, attribute) in &found.targets {
                value = value.with_marks(&Marks::reference(Arc::clone(address), attribute.clone()));
            }
            value
        }
        Expression::Blocks(items) => blocks(items),
        Expression::Block(item) => blocks(std::slice::from_ref(item)),
    }
}

/// Why the value of an expression is not known, where it is not.
fn reason(found: &Found) -> String {
    match (found.targets.first(), &found.local) {
        (Some((address, _)), _) if is_data(address) => format!("read from {address}"),
        (Some((address, _)), _) => format!("computed by {address}"),
        (None, Some(local)) => format!("local value '{local}' is known after apply"),
        (None, None) => KNOWN_AFTER_APPLY.to_owned(),
    }
}

/// Whether the address is that of a data source.
pub fn is_data(address: &str) -> bool {
    address.starts_with("data.") || address.contains(".data.")
}
