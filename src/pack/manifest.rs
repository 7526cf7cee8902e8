//! The manifest of a pack, `pack.yaml`: who it is and which parameters it takes.

use std::sync::Arc;

use super::read::{Fields, Reader, Shape, describe, start_of};
use super::scalar::to_value;
use super::words::{is_kebab_case, is_snake_case, is_version, least_version};
use crate::document::{Map, Value};
use crate::syntax::Node;

/// What a manifest says.
#[derive(Debug)]
pub(super) struct Manifest {
    pub name: Arc<str>,
    pub version: Arc<str>,
    pub description: Arc<str>,
    /// Defaults by parameter.
    pub params: Map,
}

const MANIFEST: Shape = Shape {
    what: "a pack's manifest",
    required: &["name", "version", "description"],
    optional: &["licence", "requires", "params"],
};
const REQUIRES: Shape = Shape { what: "`requires`", required: &[], optional: &["dreadnought"] };
const PARAM: Shape =
    Shape { what: "a parameter", required: &["type", "default"], optional: &["description"] };

/// The types of parameters.
const TYPES: [&str; 6] = ["string", "integer", "number", "boolean", "list", "map"];

/// Read a manifest. `None` where it does not even say what the pack is called, or asks for another Dreadnought.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<Manifest> {
    let node = reader.document(&Arc::clone(&reader.source.text))?;
    let fields = reader.mapping(&node, &MANIFEST)?;
    let name = reader.text(&fields, "name");
    let version = reader.text(&fields, "version");
    let description = reader.text(&fields, "description");
    reader.text(&fields, "licence");
    let fits = requires(reader, &fields);
    let params = params(reader, &fields);
    if let Some(version) = &version {
        reader.check(version, is_version, "a version like 1.2.3");
    }
    let name = name.filter(|name| {
        reader.check(name, is_kebab_case, "a pack's name: small letters and digits, joined by `-`")
    })?;
    if &*name.text == "lib" {
        let message =
            "a pack cannot be called `lib`: Rego packages below it are the shared library";
        reader.report(name.node.span, message);
        return None;
    }
    fits.then(|| Manifest {
        name: name.text,
        version: version.map_or_else(|| "0.0.0".into(), |version| version.text),
        description: description.map_or_else(|| "".into(), |description| description.text),
        params,
    })
}

/// Whether this Dreadnought is new enough.
fn requires(reader: &mut Reader<'_>, fields: &Fields<'_>) -> bool {
    let Some(node) = fields.get("requires") else { return true };
    let Some(fields) = reader.mapping(node, &REQUIRES) else { return true };
    let Some(wanted) = reader.text(&fields, "dreadnought") else { return true };
    let is_requirement = |text: &str| least_version(text).is_some();
    if !reader.check(&wanted, is_requirement, "a requirement like >=0.1") {
        return true;
    }
    let own = env!("CARGO_PKG_VERSION").split('-').next().unwrap_or_default();
    let fits = least_version(&wanted.text) <= least_version(&format!(">={own}"));
    if !fits {
        let message = format!("the pack needs Dreadnought {}, this is {own}", wanted.text);
        reader.report(wanted.node.span, message).help("use a newer Dreadnought");
    }
    fits
}

fn params(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Map {
    let Some(node) = fields.get("params") else { return Map::new() };
    let Some(fields) = reader.entries(node, "`params`") else { return Map::new() };
    let mut params = Map::new();
    for (name, entry) in fields.iter() {
        if !is_snake_case(name) {
            let message = format!("parameter `{name}` is not in snake_case");
            reader.report(entry.key.span, message);
        }
        if let Some(default) = param(reader, &entry.value) {
            params.insert(Arc::clone(name), default);
        }
    }
    params
}

/// The default of one parameter, if it is of its type.
fn param(reader: &mut Reader<'_>, node: &Node) -> Option<Value> {
    let fields = reader.mapping(node, &PARAM)?;
    reader.text(&fields, "description");
    let kind = reader.text(&fields, "type")?;
    if !TYPES.contains(&&*kind.text) {
        let message = format!("unknown parameter type `{}`", kind.text);
        reader.report(kind.node.span, message).help(format!("use one of {}", TYPES.join(", ")));
        return None;
    }
    let node = fields.get("default")?;
    let default = to_value(node);
    let fits = matches!(
        (&*kind.text, &default),
        ("string", Value::String(_))
            | ("integer" | "number", Value::Int(_))
            | ("number", Value::Float(_))
            | ("boolean", Value::Bool(_))
            | ("list", Value::Array(_))
            | ("map", Value::Object(_))
    );
    if !fits {
        let message = format!("the default is {}, the type is {}", describe(node), kind.text);
        reader.report(start_of(node), message);
    }
    fits.then_some(default)
}
