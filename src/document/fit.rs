//! What the schema asks of a document beyond what its types and `json` give anyway, looked up in the document itself.

use super::{
    Backend, Document, Mode, ModuleCall, Pointer, Provider, Reference, Resource, Unknown, Value,
    Variable,
};
use crate::source::{Place, Problem, Sources};

/// Whether a document with these of its resources is known to fit the schema, without being made into JSON. The schema alone says of
/// one that is not whether it fits, and what does not. Which fields there are, and of which type, does not depend on the document:
/// tests ask the schema itself.
pub fn fits(document: &Document, resources: &[Resource], sources: &Sources) -> bool {
    let fit = Fit { sources };
    matches!(document.format, "terraform" | "kubernetes")
        && !document.root.is_empty()
        // Declarations are not shown.
        && resources.iter().filter(|it| it.mode != Mode::Declaration).all(|it| fit.resource(it))
        && document.variables.iter().chain(&document.outputs).all(|it| fit.variable(it))
        && document.providers.iter().all(|it| fit.provider(it))
        && document.modules.iter().all(|it| fit.module(it))
        && document.backend.as_ref().is_none_or(|it| fit.backend(it))
        && document.problems.iter().all(|it| fit.problem(it))
}

struct Fit<'a> {
    sources: &'a Sources,
}

impl Fit<'_> {
    fn place(&self, place: Place) -> bool {
        !self.sources.get(place.file).path.is_empty()
    }

    fn resource(&self, resource: &Resource) -> bool {
        !resource.address.is_empty()
            && !resource.type_name().is_empty()
            && resource.previous_address.as_ref().is_none_or(|address| !address.is_empty())
            && reasons(&resource.attributes)
            && parsed(&resource.parsed)
            && defaults(&resource.defaults)
            && increasing(&resource.sensitive)
            && resource.references.iter().all(reference)
            && self.place(resource.place)
    }

    fn variable(&self, variable: &Variable) -> bool {
        reasons(&variable.value) && self.place(variable.place)
    }

    fn provider(&self, provider: &Provider) -> bool {
        !provider.name.is_empty() && reasons(&provider.attributes) && self.place(provider.place)
    }

    fn module(&self, module: &ModuleCall) -> bool {
        !module.address.is_empty()
            && reasons(&module.inputs)
            && module.references.iter().all(reference)
            && self.place(module.place)
    }

    fn backend(&self, backend: &Backend) -> bool {
        !backend.kind.is_empty() && reasons(&backend.attributes) && self.place(backend.place)
    }

    fn problem(&self, problem: &Problem) -> bool {
        !problem.message.is_empty() && problem.place.is_none_or(|place| self.place(place))
    }
}

fn reference(reference: &Reference) -> bool {
    !reference.to.is_empty() && pointer(&reference.from) && pointer(&reference.attribute)
}

/// Whether it is a pointer by its text too: `~` only as `~0` and `~1`.
fn pointer(pointer: &Pointer) -> bool {
    is_pointer(pointer.as_str())
}

fn is_pointer(text: &str) -> bool {
    let mut bytes = text.bytes();
    (text.is_empty() || text.starts_with('/'))
        && (!text.contains('~')
            || bytes.all({
                let mut escapes = false;
                move |byte| {
                    let is_right = !escapes || matches!(byte, b'0' | b'1');
                    escapes = byte == b'~';
                    is_right
                }
            }) && !text.ends_with('~'))
}

/// Pointers that are sorted differ.
fn increasing(pointers: &[Pointer]) -> bool {
    pointers.iter().all(pointer) && pointers.windows(2).all(|pair| pair[0] < pair[1])
}

/// Keys are pointers without their first `/`, and what is unknown is named by them.
fn parsed(texts: &Value) -> bool {
    let Some(texts) = texts.as_object() else { return false };
    texts.iter().all(|(key, value)| (!key.contains('~') || is_escaped(key)) && reasons(value))
}

fn is_escaped(key: &str) -> bool {
    is_pointer(&format!("/{key}"))
}

/// Left out where there are none; where there are some, one of them is known.
fn defaults(defaults: &Value) -> bool {
    let Some(defaults) = defaults.as_object() else { return true };
    defaults.is_empty() || defaults.values().any(|value| !matches!(value, Value::Unknown(_)))
}

/// Whether everything unknown in a value says why, and what is known of it is something.
fn reasons(value: &Value) -> bool {
    match value {
        Value::Unknown(unknown) => reason(unknown),
        Value::Array(items) => items.iter().all(reasons),
        Value::Object(map) => map.values().all(reasons),
        _ => true,
    }
}

fn reason(unknown: &Unknown) -> bool {
    let is_scalar = |value: &Value| {
        matches!(value, Value::String(_) | Value::Int(_) | Value::Float(_) | Value::Digits(_))
    };
    let one_of = unknown.one_of.as_ref();
    !unknown.reason.is_empty()
        && one_of.is_none_or(|all| !all.is_empty() && all.iter().all(is_scalar))
        // Of a hidden one the values are not told; its type is.
        && (one_of.is_none() || unknown.kind.is_some())
        && unknown.elements.iter().all(|value| is_scalar(value) || matches!(value, Value::Bool(_)))
}
