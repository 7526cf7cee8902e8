//! What Terraform's built-in provider has: the resource `terraform_data` and the data source `terraform_remote_state`, whose
//! local backend is read where the state lies in the scanned tree.
//!
//! Source: documentation of both, and of the backend `local`, in Terraform 1.11.

use std::rc::Rc;
use std::sync::Arc;

use serde_json::Value as Json;

use super::body::Evaluated;
use super::instance::Instance;
use super::lower::from_json;
use super::module::ResourceDeclaration;
use super::types::{self, Type};
use super::value::{Entries, Kind, Marks, Unknown, Value};
use crate::document::Pointer;
use crate::source::{Problem, ProblemKind};

/// What a reference to a `terraform_data` gives: no attribute beside its own. `output` is what `input` was at the last apply.
pub fn terraform_data(address: &Arc<str>, body: &Evaluated) -> Value {
    let written = |name: &str| body.entries.get(name).cloned().unwrap_or_else(Value::null);
    let computed = |kind: Option<Type>| {
        let reason = format!("computed by {address}").into();
        let unknown = Unknown { reason, kind, not_null: true, ..Unknown::default() };
        Value::from(Kind::Unknown(Arc::new(unknown)))
    };
    let input = written("input");
    let kind = Type::of(&input);
    let output = if input.is_null() {
        Value::null()
    } else {
        computed(kind.is_whole().then_some(kind)).with_marks(&input.deep_marks())
    };
    let id = body.entries.get("id").cloned().unwrap_or_else(|| computed(Some(Type::String)));
    let own = [
        ("id", id),
        ("input", input),
        ("output", output),
        ("triggers_replace", written("triggers_replace")),
    ];
    closed(address, own.into_iter().map(|(name, value)| (Arc::from(name), value)))
}

/// What a reference to a `terraform_remote_state` gives.
pub fn remote_state_value(address: &Arc<str>, body: &Evaluated) -> Value {
    let names = ["backend", "config", "defaults", "outputs", "workspace"];
    let written = names.map(|name| {
        let value = body.entries.get(name).cloned().unwrap_or_else(Value::null);
        (Arc::from(name), value)
    });
    closed(address, written.into_iter())
}

/// An object of exactly these attributes, each marked with where it is from.
fn closed(address: &Arc<str>, entries: impl Iterator<Item = (Arc<str>, Value)>) -> Value {
    let mark = |(name, value): (Arc<str>, Value)| {
        let marks = Marks::reference(Arc::clone(address), Pointer::root().key(&name));
        (name, value.with_marks(&marks))
    };
    Value::object(entries.map(mark).collect())
}

/// Add what a remote state holds to what is written: `outputs`.
pub fn complete_remote_state(
    instance: &Rc<Instance<'_>>,
    resource: &ResourceDeclaration,
    address: &str,
    entries: &mut Entries,
) {
    let outputs = if instance.waits_for_resources(resource) {
        Err("it is read when what it depends on is there".to_owned())
    } else {
        local_outputs(instance, resource, entries)
    };
    let outputs =
        outputs.unwrap_or_else(|reason| Value::unknown(format!("read from {address}: {reason}")));
    entries.insert("outputs".into(), outputs);
}

/// The outputs in a state file, or why they are not at hand.
fn local_outputs(
    instance: &Rc<Instance<'_>>,
    resource: &ResourceDeclaration,
    entries: &Entries,
) -> Result<Value, String> {
    let text = |value: Option<&Value>| match value.map(|value| &value.kind) {
        Some(Kind::String(text)) => Ok(Some(Arc::clone(text))),
        Some(Kind::Unknown(unknown)) => Err(unknown.reason.to_string()),
        _ => Ok(None),
    };
    if text(entries.get("backend"))?.as_deref() != Some("local") {
        return Err("the backend is not at hand".to_owned());
    }
    let config = match entries.get("config").map(|config| &config.kind) {
        Some(Kind::Mapping(map)) => map.entries.clone(),
        Some(Kind::Unknown(unknown)) => return Err(unknown.reason.to_string()),
        _ => Entries::new(),
    };
    let path = match text(entries.get("workspace"))?.filter(|name| &**name != "default") {
        Some(workspace) => {
            let folder = text(config.get("workspace_dir"))?;
            let folder = folder.unwrap_or_else(|| Arc::from("terraform.tfstate.d"));
            format!("{folder}/{workspace}/terraform.tfstate")
        }
        None => text(config.get("path"))?
            .map_or_else(|| "terraform.tfstate".into(), |path| path.to_string()),
    };
    let Some(state) = read_state(instance, &path)? else {
        let declaration = &resource.declaration;
        let place = declaration.attribute("workspace").map_or_else(
            || declaration.header(),
            |workspace| crate::source::Place { file: declaration.file, span: workspace.span },
        );
        let problem =
            Problem::new(ProblemKind::FileMissing, format!("the state {path} is not there"))
                .at(place)
                .help("what it holds is unknown");
        instance.evaluator.problems.borrow_mut().push(problem);
        return Err(format!("the state {path} is not there"));
    };
    let mut outputs = match entries.get("defaults").map(|defaults| &defaults.kind) {
        Some(Kind::Mapping(map)) => map.entries.clone(),
        _ => Entries::new(),
    };
    let stored = state.get("outputs").and_then(Json::as_object).into_iter().flatten();
    outputs.extend(stored.map(|(name, output)| {
        let value = from_json(output.get("value").cloned().unwrap_or_default());
        let kind = output.get("type").and_then(type_from_json);
        let value = kind.and_then(|kind| types::convert(&value, &kind).ok()).unwrap_or(value);
        let is_sensitive = output.get("sensitive").and_then(Json::as_bool) == Some(true);
        let marks = if is_sensitive { Marks::guarded() } else { Marks::none() };
        (name.as_str().into(), value.with_marks(&marks))
    }));
    Ok(Value::object(outputs))
}

/// A state file of the tree; `None` where there is none.
fn read_state(instance: &Rc<Instance<'_>>, path: &str) -> Result<Option<Json>, String> {
    let evaluator = &instance.evaluator;
    let inside = crate::source::join(&evaluator.root.folder, path);
    let inside = inside.ok_or_else(|| format!("{path} lies outside of the scanned tree"))?;
    if evaluator.files.kind(&inside).is_none() {
        return Ok(None);
    }
    if evaluator.files.size(&inside).is_ok_and(|size| size > crate::source::MAX_FILE_BYTES) {
        return Err(format!("{path} is too large"));
    }
    let bytes = evaluator.files.read(&inside).map_err(|_| format!("{path} cannot be read"))?;
    let state: Json = serde_json::from_slice(&bytes).map_err(|_| format!("{path} is no state"))?;
    if state.get("version").and_then(Json::as_u64) == Some(4) {
        Ok(Some(state))
    } else {
        Err(format!("{path} is no state of version 4"))
    }
}

/// A type as states write it: `"string"`, `["list", "string"]`.
fn type_from_json(json: &Json) -> Option<Type> {
    if let Some(word) = json.as_str() {
        return Some(match word {
            "string" => Type::String,
            "number" => Type::Number,
            "bool" => Type::Bool,
            "dynamic" => Type::Any,
            _ => return None,
        });
    }
    let parts = json.as_array()?;
    let inner = parts.get(1)?;
    Some(match parts.first()?.as_str()? {
        "list" => Type::List(Arc::new(type_from_json(inner)?)),
        "set" => Type::Set(Arc::new(type_from_json(inner)?)),
        "map" => Type::Map(Arc::new(type_from_json(inner)?)),
        "tuple" => {
            Type::Tuple(inner.as_array()?.iter().map(type_from_json).collect::<Option<_>>()?)
        }
        "object" => {
            let attribute = |(name, kind): (&String, &Json)| {
                Some((Arc::from(name.as_str()), type_from_json(kind)?.into()))
            };
            let attributes = inner.as_object()?.iter().map(attribute);
            Type::object(attributes.collect::<Option<Vec<_>>>()?)
        }
        _ => return None,
    })
}
