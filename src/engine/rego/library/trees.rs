//! Arrays and operators in the form of functions.

use regorus::Value;

use super::{Answer, Builtin, refuse};

pub(super) const TABLE: &[Builtin] = &[
    Builtin { name: "array.flatten", arity: 1, run: flatten },
    Builtin { name: "eq", arity: 2, run: |values| compare(values, std::cmp::Ordering::is_eq) },
    Builtin { name: "equal", arity: 2, run: |values| compare(values, std::cmp::Ordering::is_eq) },
    Builtin { name: "neq", arity: 2, run: |values| compare(values, std::cmp::Ordering::is_ne) },
    Builtin { name: "gt", arity: 2, run: |values| compare(values, std::cmp::Ordering::is_gt) },
    Builtin { name: "gte", arity: 2, run: |values| compare(values, std::cmp::Ordering::is_ge) },
    Builtin { name: "lt", arity: 2, run: |values| compare(values, std::cmp::Ordering::is_lt) },
    Builtin { name: "lte", arity: 2, run: |values| compare(values, std::cmp::Ordering::is_le) },
];

fn flatten(values: &[Value]) -> Answer {
    let Some(Value::Array(items)) = values.first() else {
        return refuse("operand 1 must be array");
    };
    let mut flat = Vec::new();
    for item in items.iter() {
        match item {
            Value::Array(inner) => flat.extend(inner.iter().cloned()),
            other => flat.push(other.clone()),
        }
    }
    Ok(Value::from(flat))
}

fn compare(values: &[Value], holds: fn(std::cmp::Ordering) -> bool) -> Answer {
    let [one, other] = values else { return refuse("two operands are needed") };
    Ok(Value::from(holds(one.cmp(other))))
}
