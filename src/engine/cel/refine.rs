//! What holds for every value that an unknown one can turn out to be, decides.
//!
//! Null counts wherever it is not excluded: a predicate of null is false, its size 0. As everywhere, an unknown value is taken to
//! be of a type that the expression accepts.

use std::sync::Arc;

use super::compare::order;
use super::network::Net;
use super::node::Operator;
use super::value::{List, Open, Reasons, Val};
use crate::document::{Bounds, Unknown, Value, ValueType};
use crate::engine::texts::Question;

/// Whether an unknown value equals another one.
pub(super) fn equal(open: &Open, other: &Val<'_>) -> Option<bool> {
    let known = open.value()?;
    let admitted = match other {
        Val::Unknown(other) => may_be_equal(known, other.value()?),
        Val::Null => !known.not_null,
        Val::Bool(_) => is_of(known, ValueType::Boolean),
        Val::Text(text) => known.admits_text(text),
        Val::List(items) => is_of(known, ValueType::Array) && has_length(known, items.len()),
        Val::Map(map) => is_of(known, ValueType::Object) && has_length(known, map.len()),
        Val::Int(_) | Val::Uint(_) | Val::Double(_) => {
            is_of(known, ValueType::Number) && within(known.bounds, other)
        }
        Val::Bytes(_)
        | Val::Net(_)
        | Val::Ip(_)
        | Val::Timestamp(_)
        | Val::Duration(_)
        | Val::Version(_)
        | Val::Policy(_)
        | Val::Optional(_)
        | Val::Type(_) => true,
    };
    (!admitted).then_some(false)
}

/// Whether two unknown values have one in common.
fn may_be_equal(one: &Unknown, other: &Unknown) -> bool {
    let begins = |a: &str, b: &str| a.starts_with(b) || b.starts_with(a);
    let ends = |a: &str, b: &str| a.ends_with(b) || b.ends_with(a);
    let of_one_type = match (one.kind, other.kind) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    let apart = |below: Bounds, above: Bounds| {
        below.most.zip(above.least).is_some_and(|(most, least)| most < least)
    };
    let alike = of_one_type
        && begins(&one.prefix, &other.prefix)
        && !(one.segment && goes_on(&other.prefix, &one.prefix))
        && !(other.segment && goes_on(&one.prefix, &other.prefix))
        && ends(&one.suffix, &other.suffix)
        && !apart(one.bounds, other.bounds)
        && !apart(other.bounds, one.bounds);
    alike || !one.not_null && !other.not_null
}

/// Whether a text has a `/` after what another one has.
fn goes_on(text: &str, beginning: &str) -> bool {
    text.strip_prefix(beginning).is_some_and(|rest| rest.contains('/'))
}

fn is_of(known: &Unknown, kind: ValueType) -> bool {
    known.kind.is_none_or(|own| own == kind)
}

fn has_length(known: &Unknown, length: usize) -> bool {
    known.bounds.holds(i64::try_from(length).unwrap_or(i64::MAX))
}

fn within(bounds: Bounds, number: &Val<'_>) -> bool {
    let below = bounds.least.is_some_and(|least| is_less(number, &Val::Int(least)));
    let above = bounds.most.is_some_and(|most| is_less(&Val::Int(most), number));
    !below && !above
}

fn is_less(left: &Val<'_>, right: &Val<'_>) -> bool {
    order(left, right).ok().flatten().is_some_and(std::cmp::Ordering::is_lt)
}

fn is_greater(left: &Val<'_>, right: &Val<'_>) -> bool {
    is_less(right, left)
}

/// An ordering comparison of an unknown number with a known one; beside null, it is false.
pub(super) fn ordered(operator: Operator, left: &Val<'_>, right: &Val<'_>) -> Option<bool> {
    let (open, number, operator) = match (left, right) {
        (Val::Unknown(open), number) => (open, number, operator),
        (number, Val::Unknown(open)) => (open, number, mirrored(operator)),
        _ => return None,
    };
    let known = open.value().filter(|known| known.kind == Some(ValueType::Number))?;
    let least = known.bounds.least.map(Val::Int);
    let most = known.bounds.most.map(Val::Int);
    let is = |end: &Option<Val<'_>>, compare: fn(&Val<'_>, &Val<'_>) -> bool| {
        end.as_ref().is_some_and(|end| compare(end, number))
    };
    let not_less = |end: &Val<'_>, number: &Val<'_>| !is_less(end, number) && is_number(number);
    let not_greater =
        |end: &Val<'_>, number: &Val<'_>| !is_greater(end, number) && is_number(number);
    let (always, never) = match operator {
        Operator::Less => (is(&most, is_less), is(&least, not_less)),
        Operator::LessOrEqual => (is(&most, not_greater), is(&least, is_greater)),
        Operator::Greater => (is(&least, is_greater), is(&most, not_greater)),
        Operator::GreaterOrEqual => (is(&least, not_less), is(&most, is_less)),
        _ => return None,
    };
    match (always && known.not_null, never) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

fn is_number(value: &Val<'_>) -> bool {
    match value {
        Val::Int(_) | Val::Uint(_) => true,
        Val::Double(double) => !double.is_nan(),
        _ => false,
    }
}

fn mirrored(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::Greater,
        Operator::LessOrEqual => Operator::GreaterOrEqual,
        Operator::Greater => Operator::Less,
        Operator::GreaterOrEqual => Operator::LessOrEqual,
        other => other,
    }
}

/// A list of which it is unknown whether it holds some of its elements.
pub(super) fn between<'a>(open: Open, least: usize, most: usize) -> Val<'a> {
    let number = |count: usize| i64::try_from(count).ok();
    let known = Unknown {
        kind: Some(ValueType::Array),
        not_null: true,
        bounds: Bounds { least: number(least), most: number(most) },
        ..open.because()
    };
    Val::Unknown(Open::refined(open.reasons, known))
}

/// A list of so many elements or more, these scalars among them.
pub(super) fn at_least<'a>(open: Open, least: usize, scalars: Vec<Value>) -> Val<'a> {
    let known = Unknown {
        kind: Some(ValueType::Array),
        not_null: true,
        bounds: Bounds { least: i64::try_from(least).ok(), most: None },
        elements: scalars.into(),
        ..open.because()
    };
    Val::Unknown(Open::refined(open.reasons, known))
}

/// `size()`: a number that is never null.
pub(super) fn size<'a>(open: &Open) -> Val<'a> {
    let mut bounds = open.value().map(Unknown::length).unwrap_or_default();
    if open.value().is_none_or(|known| !known.not_null) {
        bounds.least = None;
    }
    let least = bounds.least.unwrap_or(0).max(0);
    if bounds.most == Some(least) {
        return Val::Int(least);
    }
    let known = Unknown {
        kind: Some(ValueType::Number),
        not_null: true,
        bounds: Bounds { least: Some(least), ..bounds },
        ..open.because()
    };
    Val::Unknown(Open::refined(open.reasons.clone(), known))
}

/// `type()`, where there is one type in CEL for the one that is known.
pub(super) fn type_of<'a>(open: &Open) -> Val<'a> {
    let kind = open.value().filter(|known| known.not_null).and_then(|known| known.kind);
    match kind {
        Some(ValueType::Array) => Val::Type("list"),
        Some(ValueType::Boolean) => Val::Type("bool"),
        Some(ValueType::Object) => Val::Type("map"),
        Some(ValueType::String) => Val::Type("string"),
        Some(ValueType::Number) | None => Val::unknown(open.reasons.clone()),
    }
}

/// `list_of()`: what is neither null nor a list is the one element.
pub(super) fn list_of<'a>(open: &Open) -> Val<'a> {
    match open.value().filter(|known| known.not_null).and_then(|known| known.kind) {
        Some(ValueType::Array) => Val::Unknown(open.clone()),
        Some(_) => Val::list(vec![Val::Unknown(open.clone())]),
        None => Val::unknown(open.reasons.clone()),
    }
}

/// `json()`: a list or object is itself.
pub(super) fn json<'a>(open: &Open) -> Val<'a> {
    match open.value().and_then(|known| known.kind) {
        Some(ValueType::Array | ValueType::Object) => Val::Unknown(open.clone()),
        _ => Val::unknown(open.reasons.clone()),
    }
}

/// `lower()`.
pub(super) fn lower<'a>(open: &Open) -> Val<'a> {
    mapped(open, lowered)
}

/// An unknown text, or list of texts, in lower case.
pub(super) fn lowered(known: &Unknown) -> Unknown {
    each_character(known, str::to_lowercase)
}

fn each_character(known: &Unknown, map: impl Fn(&str) -> String) -> Unknown {
    let value =
        |value: &Value| value.as_str().map_or_else(|| value.clone(), |it| Value::string(map(it)));
    // A letter that looks at its neighbors.
    let end = |text: &str| if text.contains('Σ') { String::new() } else { map(text) };
    let one_of = known.one_of.as_deref().unwrap_or_default();
    let mapped = Unknown {
        prefix: end(&known.prefix).into(),
        suffix: end(&known.suffix).into(),
        segment: known.segment && !known.prefix.contains('Σ'),
        one_of: None,
        elements: known.elements.iter().map(value).collect(),
        ..known.clone()
    };
    mapped.among(one_of.iter().map(value).collect())
}

fn mapped<'a>(open: &Open, map: impl Fn(&Unknown) -> Unknown) -> Val<'a> {
    let Some(known) = open.value() else { return Val::unknown(open.reasons.clone()) };
    Val::Unknown(Open::refined(open.reasons.clone(), map(known)))
}

/// What a function gives whose unknown arguments leave it open: `reasons`, unless what is known of them says more.
pub(super) fn call<'a>(name: &str, arguments: &[Val<'a>], reasons: Reasons) -> Val<'a> {
    let decided = match (name, arguments) {
        ("startsWith", [Val::Unknown(open), Val::Text(part)]) => ask(Question::Begins, open, part),
        ("endsWith", [Val::Unknown(open), Val::Text(part)]) => ask(Question::Ends, open, part),
        ("contains", [Val::Unknown(open), Val::Text(part)]) => ask(Question::Holds, open, part),
        ("matches", [Val::Unknown(open), Val::Text(part)]) => ask(Question::Matches, open, part),
        ("glob", [Val::Text(pattern), Val::Unknown(open)]) => glob(pattern, open),
        ("glob", [Val::Unknown(open), Val::Text(text)]) => open_glob(open, text),
        ("is_any", [Val::Unknown(open)]) => is_any(open),
        ("is_public", [Val::Unknown(open)]) => is_public(open),
        ("lowerAscii", [Val::Unknown(open)]) => {
            return mapped(open, |known| each_character(known, str::to_ascii_lowercase));
        }
        ("upperAscii", [Val::Unknown(open)]) => {
            return mapped(open, |known| each_character(known, str::to_ascii_uppercase));
        }
        _ => None,
    };
    decided.map_or_else(|| Val::unknown(reasons), Val::Bool)
}

/// A question about a text; of null, it is false.
pub(super) fn ask(question: Question, open: &Open, part: &str) -> Option<bool> {
    let text = open.text()?;
    question.ask(text, part).filter(|yes| !yes || text.not_null)
}

/// A known pattern over an unknown text.
pub(super) fn glob(pattern: &str, open: &Open) -> Option<bool> {
    let text = open.text()?;
    let is_wild = |char: char| matches!(char, '*' | '?');
    let head = pattern.split(is_wild).next().unwrap_or_default();
    let tail = pattern.rsplit(is_wild).next().unwrap_or_default();
    let begins = head.starts_with(&*text.prefix) || text.prefix.starts_with(head);
    let ends = tail.ends_with(&*text.suffix) || text.suffix.ends_with(tail);
    let alone = !pattern.contains(is_wild) && !text.admits_text(pattern);
    if !begins || !ends || alone {
        return Some(false);
    }
    let open_end = pattern.strip_suffix('*').is_some_and(|rest| rest == head);
    (open_end && text.not_null && text.prefix.starts_with(head)).then_some(true)
}

/// An unknown pattern over a known text.
pub(super) fn open_glob(open: &Open, text: &str) -> Option<bool> {
    let pattern = open.text()?;
    let is_wild = |char: char| matches!(char, '*' | '?');
    let head = pattern.prefix.split(is_wild).next().unwrap_or_default();
    let tail = pattern.suffix.rsplit(is_wild).next().unwrap_or_default();
    (!text.starts_with(head) || !text.ends_with(tail)).then_some(false)
}

/// Of the range that a text names: its end may name the length of the prefix.
fn prefix_length(range: &Unknown) -> Option<u8> {
    let (_, length) = range.suffix.rsplit_once('/')?;
    let length = length.trim_end();
    let digits = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
    length.parse().ok().filter(|_| digits)
}

fn is_any(open: &Open) -> Option<bool> {
    (prefix_length(open.range()?)? != 0).then_some(false)
}

/// Of the range that a text names: not routed, if the range around it that is known is not.
fn is_public(open: &Open) -> Option<bool> {
    let range = open.range()?;
    let length = prefix_length(range)?;
    let octets: Vec<&str> = range.prefix.trim_start().rsplit_once('.')?.0.split('.').collect();
    let known = u8::try_from(octets.len()).ok().filter(|count| (1..=3).contains(count))?;
    let rest = vec!["0"; 4 - usize::from(known)];
    let address = octets.into_iter().chain(rest).collect::<Vec<_>>().join(".");
    let around = Net::parse(&format!("{address}/{}", (known * 8).min(length)))?;
    around.is_special().then_some(false)
}

impl Open {
    /// Unknown for the same reason.
    fn because(&self) -> Unknown {
        Unknown::because(self.reasons.first())
    }

    /// What is known of the value.
    pub(super) fn value(&self) -> Option<&Unknown> {
        self.known.as_deref().filter(|_| !self.net)
    }

    /// The elements that it has as a list, whatever else it has.
    pub(super) fn elements<'a>(&self) -> List<'a> {
        let known = self.value().map_or(&[][..], Unknown::elements);
        List::Shared(Arc::new(known.to_vec()))
    }

    /// What is known of the value, if it is a text.
    fn text(&self) -> Option<&Unknown> {
        self.value().filter(|known| known.is_text())
    }

    /// What is known of the text that names the address range which this is.
    fn range(&self) -> Option<&Unknown> {
        self.known.as_deref().filter(|known| self.net && known.is_text())
    }

    /// As a value of a document.
    pub(super) fn export(&self) -> Value {
        let unknown = self.value().cloned();
        Value::Unknown(Arc::new(Unknown {
            reason: self.reasons.first(),
            ..unknown.unwrap_or_default()
        }))
    }
}
