//! Whether values of a type convert to another: what [`super::types::converted_type`] says, without making the type.

use super::types::{Type, converted_elements};

/// Whether values of type `from` become a `wanted`.
pub fn converts(from: &Type, wanted: &Type) -> bool {
    match (from, wanted) {
        (_, Type::Any)
        | (Type::Any, _)
        | (Type::Bool | Type::Number | Type::String, Type::String)
        | (Type::Number | Type::String, Type::Number)
        | (Type::Bool | Type::String, Type::Bool) => true,
        (Type::List(element) | Type::Set(element), Type::List(wanted) | Type::Set(wanted))
        | (Type::Map(element), Type::Map(wanted)) => converts(element, wanted),
        (Type::Tuple(kinds), Type::List(wanted) | Type::Set(wanted)) => {
            elements_convert(kinds.iter(), wanted)
        }
        (Type::Object(attributes), Type::Map(wanted)) => {
            elements_convert(attributes.values().map(|it| &it.kind), wanted)
        }
        (Type::Tuple(from), Type::Tuple(kinds)) if from.len() == kinds.len() => {
            from.iter().zip(kinds).all(|(from, wanted)| converts(from, wanted))
        }
        (Type::Object(from), Type::Object(attributes)) => {
            attributes.iter().all(|(name, it)| match from.get(name) {
                Some(from) => converts(&from.kind, &it.kind),
                None => it.optional,
            })
        }
        (Type::Map(from), Type::Object(attributes)) => {
            attributes.values().all(|it| converts(from, &it.kind))
        }
        _ => false,
    }
}

/// Whether elements of these types become elements of one.
fn elements_convert<'a>(mut kinds: impl Iterator<Item = &'a Type>, wanted: &Type) -> bool {
    if wanted.is_whole() {
        return kinds.all(|kind| converts(kind, wanted));
    }
    converted_elements(kinds, wanted).is_some()
}
