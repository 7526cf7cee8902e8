//! What the AWS provider's own code makes of values before it keeps them, beyond its schema: names for numbers of protocols, small
//! or capital letters.
//!
//! Which texts, `policies/*/vocabulary/*.forms` say: `TYPE<tab>PATH<tab>FORM`.

use std::sync::Arc;

use super::types::Type;
use super::value::{Entries, Kind, Mapping, Unknown, Value};
use crate::document::Piece;
use crate::vocabulary::{self, rows};

/// How a text is kept.
#[derive(Clone, Copy)]
enum Form {
    /// In small letters.
    Lower,
    /// In capital letters.
    Upper,
    /// In small letters, without a dot at the end.
    Domain,
    /// `tcp` for 6, `-1` for all.
    Protocol,
}

impl Form {
    /// By its name in the tables.
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "lower" => Self::Lower,
            "upper" => Self::Upper,
            "domain" => Self::Domain,
            "protocol" => Self::Protocol,
            _ => return None,
        })
    }
}

/// Protocols that the provider knows by name.
const PROTOCOLS: &[(&str, &str)] =
    &[("1", "icmp"), ("6", "tcp"), ("17", "udp"), ("58", "icmpv6"), ("all", "-1")];

/// Bring the values of a resource of this type into the form in which they are kept.
pub fn complete(kind: &str, entries: &mut Entries) {
    for row in rows(&vocabulary::FORMS, kind) {
        let Some((path, form)) = row.split_once('\t') else { continue };
        let path: Vec<&str> = path.split('.').collect();
        let (Some((first, rest)), Some(form)) = (path.split_first(), Form::named(form)) else {
            continue;
        };
        if let Some(value) = entries.get_mut(*first) {
            *value = kept(value, rest, form);
        }
    }
}

fn kept(value: &Value, path: &[&str], form: Form) -> Value {
    let kind = match (&value.kind, path) {
        (Kind::String(text), []) => Kind::String(spelled(text, form)),
        (Kind::Number(number), []) => Kind::String(spelled(&number.to_string(), form)),
        (Kind::Unknown(unknown), []) => Kind::Unknown(Arc::new(open(unknown, form))),
        (Kind::Sequence(kind, items), _) => {
            Kind::Sequence(*kind, Arc::new(items.iter().map(|it| kept(it, path, form)).collect()))
        }
        (Kind::Mapping(map), [first, rest @ ..]) => {
            let mut map: Mapping = (**map).clone();
            if let Some(item) = map.entries.get_mut(*first) {
                *item = kept(item, rest, form);
            }
            Kind::Mapping(Arc::new(map))
        }
        _ => return value.clone(),
    };
    Value { kind, marks: value.marks.clone() }
}

/// An unknown text, or list of texts: what is known of it holds for the form in which it is kept.
fn open(unknown: &Unknown, form: Form) -> Unknown {
    // The name of a protocol begins like none of its numbers.
    let ends = !matches!(form, Form::Protocol);
    let spelled = |text: &str| spelled(text, form);
    let end = |text: &Piece| if ends { spelled(text).into() } else { Piece::default() };
    let is_number = unknown.kind == Some(Type::Number);
    Unknown {
        kind: if is_number { Some(Type::String) } else { unknown.kind.clone() },
        bounds: unknown.bounds.clone().filter(|_| !is_number),
        prefix: end(&unknown.prefix),
        suffix: end(&unknown.suffix),
        beyond: unknown.beyond.as_deref().map(|beyond| Arc::new(beyond.kept_as(spelled, ends))),
        decided: unknown.decided.as_ref().map(|value| kept(value, &[], form)),
        ..unknown.clone()
    }
}

fn spelled(text: &str, form: Form) -> Arc<str> {
    let lower = text.to_ascii_lowercase();
    match form {
        Form::Lower => lower.as_str().into(),
        Form::Domain => lower.trim_end_matches('.').into(),
        Form::Upper => text.to_ascii_uppercase().into(),
        Form::Protocol => {
            let name = PROTOCOLS.iter().find(|(written, _)| *written == lower);
            name.map_or_else(|| lower.as_str().into(), |(_, name)| (*name).into())
        }
    }
}
