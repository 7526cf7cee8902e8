//! What the bodies of functions share: reading arguments, and the bounds of what they accept and give.

use std::sync::Arc;

use crate::normalize::terraform::number::Number;
use crate::normalize::terraform::types::Type;
use crate::normalize::terraform::value::{Kind, Mapping, Marks, SequenceKind, Value};

/// Longest text that a function gives, in bytes.
pub(super) const MAX_TEXT: usize = 16 * 1024 * 1024;
/// Most elements of a collection that a function gives.
pub(super) const MAX_ITEMS: usize = 262_144;
/// Most values inside all arguments of a call together.
const MAX_VALUES: usize = 1 << 20;
/// Deepest nesting of an argument.
const MAX_DEPTH: usize = 256;

/// What the arguments of a call hold, found in one pass.
#[derive(Default)]
pub(super) struct Survey {
    values: usize,
    /// The reason of the first unknown.
    pub(super) unknown: Option<Arc<str>>,
    /// All marks.
    pub(super) marks: Marks,
}

impl Survey {
    /// Look at an argument and everything in it.
    pub(super) fn visit(&mut self, value: &Value) -> Result<(), String> {
        self.visit_at(value, 0)
    }

    fn visit_at(&mut self, value: &Value, depth: usize) -> Result<(), String> {
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(format!("the arguments hold more than {MAX_VALUES} values"));
        }
        if depth > MAX_DEPTH {
            return Err(format!("an argument is nested more than {MAX_DEPTH} deep"));
        }
        if !value.marks.is_empty() {
            self.marks = self.marks.union(&value.marks);
        }
        match &value.kind {
            Kind::Sequence(_, items) => {
                items.iter().try_for_each(|item| self.visit_at(item, depth + 1))?;
            }
            Kind::Mapping(map) => {
                map.entries.values().try_for_each(|item| self.visit_at(item, depth + 1))?;
                if let Some(open) = &map.open {
                    self.unknown.get_or_insert_with(|| Arc::clone(&open.reason));
                }
            }
            Kind::Unknown(unknown) => {
                self.unknown.get_or_insert_with(|| Arc::clone(&unknown.reason));
            }
            _ => {}
        }
        Ok(())
    }
}

/// Whether it, or anything in it, must not be shown. A value that is too large to look at counts as such.
pub(super) fn is_deeply_sensitive(value: &Value) -> bool {
    let mut survey = Survey::default();
    survey.visit(value).is_err() || survey.marks.is_sensitive()
}

/// Why the argument as a whole is unknown.
pub(super) fn top_unknown(value: &Value) -> Option<Arc<str>> {
    value.unknown_reason().map(Arc::clone)
}

/// The text of an argument that was converted to one.
pub(super) fn text(value: &Value) -> Result<&str, String> {
    if let Kind::String(text) = &value.kind { Ok(text) } else { Err("string required".to_owned()) }
}

/// The number of an argument that was converted to one.
pub(super) fn number(value: &Value) -> Result<&Number, String> {
    if let Kind::Number(number) = &value.kind {
        Ok(number)
    } else {
        Err("number required".to_owned())
    }
}

/// The 64-bit whole number of an argument.
pub(super) fn whole(value: &Value) -> Result<i64, String> {
    number(value)?.to_i64().ok_or_else(|| {
        format!("value must be a whole number, between {} and {}", i64::MIN, i64::MAX)
    })
}

/// The elements of a tuple, list or set.
pub(super) fn sequence(value: &Value) -> Option<(SequenceKind, &[Value])> {
    if let Kind::Sequence(kind, items) = &value.kind { Some((*kind, items)) } else { None }
}

/// The elements of an argument that was converted to a list or set.
pub(super) fn items(value: &Value) -> Result<&[Value], String> {
    sequence(value).map(|(_, items)| items).ok_or_else(|| "list required".to_owned())
}

/// The entries of an object or map.
pub(super) fn mapping(value: &Value) -> Option<&Mapping> {
    if let Kind::Mapping(map) = &value.kind { Some(map) } else { None }
}

/// The type of a value in the words of a message.
pub(super) fn words(value: &Value) -> String {
    match Survey::default().visit(value) {
        Ok(()) => Type::of(value).words(),
        Err(_) => "a very large value".to_owned(),
    }
}

/// A text, if it is not too long.
pub(super) fn bounded(text: String) -> Result<Value, String> {
    check_text(text.len())?;
    Ok(Value::string(text))
}

/// Whether a text of this length may be made.
pub(super) fn check_text(bytes: usize) -> Result<(), String> {
    if bytes > MAX_TEXT {
        return Err(format!("the result is longer than {MAX_TEXT} bytes"));
    }
    Ok(())
}

/// Whether a collection of this size may be made.
pub(super) fn check_items(count: usize) -> Result<(), String> {
    if count > MAX_ITEMS {
        return Err(format!("the result has more than {MAX_ITEMS} elements"));
    }
    Ok(())
}

/// An unknown text of a function whose result is another in every run.
pub(super) fn differs(name: &str) -> Value {
    unknown_text(&format!("{name}() differs from run to run"))
}

/// An unknown text of a function that is not computed here.
pub(super) fn not_computed(name: &str) -> Value {
    unknown_text(&format!("{name}() is not computed"))
}

/// An unknown text.
pub(super) fn unknown_text(reason: &str) -> Value {
    super::unknown(Arc::from(reason), Some(Type::String))
}
