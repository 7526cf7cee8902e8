//! The manifest of a pack, `pack.yaml`: who it is and which parameters it takes.

use std::sync::Arc;

use super::read::{Fields, Reader, Shape, describe, start_of};
use super::scalar::to_value;
use super::words::{is_digest, is_kebab_case, is_snake_case, is_version, least_version};
use crate::document::Value;
use crate::source::Place;
use crate::syntax::{Node, NodeKind};

/// What a manifest says.
#[derive(Debug)]
pub(super) struct Manifest {
    pub name: Arc<str>,
    pub version: Arc<str>,
    pub description: Arc<str>,
    /// Its parameters.
    pub params: Vec<Param>,
    /// Packs that it needs.
    pub needs: Vec<Need>,
}

/// A parameter with its default.
#[derive(Clone, Debug)]
pub struct Param {
    /// What it is called.
    pub name: Arc<str>,
    /// The type of its values.
    pub kind: &'static str,
    /// Its value where nothing sets it.
    pub default: Value,
    /// What it changes.
    pub description: Option<Arc<str>>,
    /// Where its name stands.
    pub place: Place,
}

/// A pack that another needs.
#[derive(Clone, Debug)]
pub struct Need {
    /// Its folder or bundle, seen from the folder or file that names it.
    pub path: Arc<str>,
    /// What its digest has to be.
    pub digest: Option<Arc<str>>,
    /// Where it is named.
    pub place: Place,
}

const MANIFEST: Shape = Shape {
    what: "a pack's manifest",
    required: &["name", "version", "description"],
    optional: &["licence", "requires", "params"],
};
const REQUIRES: Shape =
    Shape { what: "`requires`", required: &[], optional: &["dreadnought", "packs"] };
const NEED: Shape =
    Shape { what: "a pack", required: &[], optional: &["path", "bundle", "digest"] };
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
    let needs = needs(reader, &fields);
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
        needs,
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

fn needs(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Vec<Need> {
    let Some(node) = fields.get("requires") else { return Vec::new() };
    // What is wrong with the whole is reported where its version is read.
    if !matches!(node.kind, NodeKind::Mapping(_)) {
        return Vec::new();
    }
    let Some(entries) = reader.entries(node, "`requires`") else { return Vec::new() };
    entries.get("packs").map(|node| read_needs(reader, node)).unwrap_or_default()
}

/// Read a list of packs: `{path: ../base}`, `{bundle: base.tar.gz, digest: sha256:…}`.
pub(crate) fn read_needs(reader: &mut Reader<'_>, node: &Node) -> Vec<Need> {
    let NodeKind::Sequence(items) = &node.kind else {
        let message = format!("`packs` must be a list, not {}", describe(node));
        reader.report(start_of(node), message).help("put it in brackets: [a, b]");
        return Vec::new();
    };
    items.iter().filter_map(|item| need(reader, item)).collect()
}

fn need(reader: &mut Reader<'_>, node: &Node) -> Option<Need> {
    let fields = reader.mapping(node, &NEED)?;
    let digest = reader.text(&fields, "digest");
    if let Some(digest) = &digest {
        reader.check(digest, is_digest, "a digest: sha256: and 64 hexadecimal digits");
    }
    let named = (reader.text(&fields, "path"), reader.text(&fields, "bundle"));
    let ((Some(path), None) | (None, Some(path))) = named else {
        let message = "a pack is named by `path` (a folder) or by `bundle` (a file)";
        reader.report(start_of(node), message);
        return None;
    };
    let place = reader.place(path.node.span);
    Some(Need { path: path.text, digest: digest.map(|digest| digest.text), place })
}

fn params(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Vec<Param> {
    let Some(node) = fields.get("params") else { return Vec::new() };
    let Some(fields) = reader.entries(node, "`params`") else { return Vec::new() };
    let mut params = Vec::new();
    for (name, entry) in fields.iter() {
        if !is_snake_case(name) {
            let message = format!("parameter `{name}` is not in snake_case");
            reader.report(entry.key.span, message);
            continue;
        }
        let place = reader.place(entry.key.span);
        params.extend(param(reader, name, place, &entry.value));
    }
    params
}

/// One parameter, if its default is of its type.
fn param(reader: &mut Reader<'_>, name: &Arc<str>, place: Place, node: &Node) -> Option<Param> {
    let fields = reader.mapping(node, &PARAM)?;
    let description = reader.text(&fields, "description").map(|text| text.text);
    let kind = reader.text(&fields, "type")?;
    let Some(known) = TYPES.into_iter().find(|known| **known == *kind.text) else {
        let message = format!("unknown parameter type `{}`", kind.text);
        reader.report(kind.node.span, message).help(format!("use one of {}", TYPES.join(", ")));
        return None;
    };
    let node = fields.get("default")?;
    let default = to_value(node);
    let fits = fits_type(known, &default);
    if !fits {
        let message = format!("the default is {}, the type is {}", describe(node), kind.text);
        reader.report(start_of(node), message);
    }
    fits.then(|| Param { name: Arc::clone(name), kind: known, default, description, place })
}

/// Whether a value is of a parameter's type.
pub(super) fn fits_type(kind: &str, value: &Value) -> bool {
    matches!(
        (kind, value),
        ("string", Value::String(_))
            | ("integer" | "number", Value::Int(_))
            | ("number", Value::Float(_))
            | ("boolean", Value::Bool(_))
            | ("list", Value::Array(_))
            | ("map", Value::Object(_))
    )
}
