//! The document model as JSON (`schemas/document.schema.json`): takes documents and their sources, gives values.
//!
//! Regular on purpose: a scalar that is not known is null and a list or map that is empty is written; only `existence`, `previous_address`,
//! `parsed` and `defaults` are left out where they say nothing. A sensitive value is never written.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map as JsonMap, Value as Json, json};

use super::{
    Backend, CallSite, Document, Existence, Map, Mode, ModuleCall, Pointer, Provider, Reference,
    Resource, Scope, Value, Variable,
};
use crate::source::{Place, Position, Problem, ProblemSeverity, Sources};

/// The version of the document model.
pub const VERSION: u32 = 1;
/// What stands in place of a sensitive value.
pub const SENSITIVE: &str = "(sensitive)";

/// Documents, and the problems that belong to none of them.
pub fn documents(documents: &[Document], sources: &Sources, problems: &[Problem]) -> Json {
    json!({
        "version": VERSION,
        "documents": documents.iter().map(|it| document(it, sources)).collect::<Vec<_>>(),
        "problems": problems.iter().map(|it| problem(it, sources)).collect::<Vec<_>>(),
    })
}

/// One document.
pub fn document(document: &Document, sources: &Sources) -> Json {
    let resources = document.resources.iter().filter(|it| it.mode != Mode::Declaration);
    json!({
        "version": VERSION,
        "format": document.format,
        "root": &*document.root,
        "resources": resources.map(|it| resource(it, sources)).collect::<Vec<_>>(),
        "variables": variables(&document.variables, sources),
        "outputs": variables(&document.outputs, sources),
        "providers": document.providers.iter().map(|it| provider(it, sources)).collect::<Vec<_>>(),
        "modules": document.modules.iter().map(|it| module(it, sources)).collect::<Vec<_>>(),
        "backend": document.backend.as_ref().map(|it| backend(it, sources)),
        "assumptions": document.assumptions,
        "problems": document.problems.iter().map(|it| problem(it, sources)).collect::<Vec<_>>(),
    })
}

/// A place: file, start and end.
pub(crate) fn range(place: Place, sources: &Sources) -> Json {
    let file = sources.get(place.file);
    json!({
        "file": &*file.path,
        "start": position(file.position(place.span.start)),
        "end": position(file.position(place.span.end)),
    })
}

/// A problem with its location.
pub(crate) fn problem(problem: &Problem, sources: &Sources) -> Json {
    let severity = match problem.severity() {
        ProblemSeverity::Error => "error",
        ProblemSeverity::Warning => "warning",
    };
    let location = match (problem.place, &problem.path) {
        (Some(place), _) => range(place, sources),
        (None, Some(path)) => json!({"file": path}),
        (None, None) => Json::Null,
    };
    json!({
        "kind": problem.kind.name(),
        "severity": severity,
        "message": problem.message,
        "location": location,
        "help": problem.help,
    })
}

/// Module calls on the way to a resource, outermost first.
pub(crate) fn call_sites(calls: &[CallSite], sources: &Sources) -> Json {
    let site = |call: &CallSite| {
        let file = sources.get(call.place.file);
        let line = file.lines().line(call.place.span.start);
        json!({"module": &*call.module, "file": &*file.path, "line": line})
    };
    calls.iter().map(site).collect()
}

fn position(position: Position) -> Json {
    json!({"line": position.line, "column": position.column})
}

fn resource(resource: &Resource, sources: &Sources) -> Json {
    let mode = if resource.mode == Mode::Data { "data" } else { "managed" };
    let hidden = &resource.sensitive;
    let mut json = JsonMap::new();
    json.insert("address".into(), resource.address.as_ref().into());
    json.insert("type".into(), resource.type_name().into());
    json.insert("name".into(), resource.name.as_ref().into());
    json.insert("mode".into(), mode.into());
    json.insert("provider".into(), resource.provider.as_ref().into());
    if let Some(address) = &resource.previous_address {
        json.insert("previous_address".into(), (**address).into());
    }
    if resource.existence == Existence::Unknown {
        json.insert("existence".into(), "unknown".into());
    }
    json.insert("attributes".into(), object(&resource.attributes, hidden));
    let parsed = parsed(resource);
    if !parsed.is_empty() {
        json.insert("parsed".into(), parsed.into());
    }
    if resource.defaults.as_object().is_some_and(|defaults| !defaults.is_empty()) {
        json.insert("defaults".into(), resource.defaults.to_json());
    }
    json.insert("unknown".into(), unknown_of(resource));
    json.insert("sensitive".into(), hidden.iter().map(Pointer::as_str).collect());
    json.insert("references".into(), references(&resource.references));
    json.insert("tags".into(), tags(&resource.tags, hidden));
    json.insert("scope".into(), scope(&resource.scope));
    json.insert("source".into(), range(resource.place, sources));
    json.insert("called_from".into(), call_sites(&resource.called_from, sources));
    json.into()
}

/// Where a parsed text hangs: its key is the attribute's pointer without the first `/`.
fn parsed_at(key: &str) -> Pointer {
    Pointer::parse(&format!("/{key}")).unwrap_or_default()
}

fn parsed(resource: &Resource) -> JsonMap<String, Json> {
    let Some(texts) = resource.parsed.as_object() else { return JsonMap::new() };
    let known = texts.iter().filter(|(_, value)| !matches!(value, Value::Unknown(_)));
    known
        .map(|(key, value)| (key.to_string(), visible(value, &parsed_at(key), &resource.sensitive)))
        .collect()
}

/// Everything unknown in the attributes and in the texts parsed from them, by pointer.
fn unknown_of(resource: &Resource) -> Json {
    let mut all: BTreeMap<Pointer, Arc<str>> = resource.attributes.unknowns().into_iter().collect();
    for (key, value) in resource.parsed.as_object().into_iter().flatten() {
        for (inner, reason) in value.unknowns() {
            all.entry(parsed_at(key).join(&inner)).or_insert(reason);
        }
    }
    reasons(all)
}

fn unknown(value: &Value) -> Json {
    reasons(value.unknowns())
}

fn reasons(unknowns: impl IntoIterator<Item = (Pointer, Arc<str>)>) -> Json {
    let entries = unknowns.into_iter().map(|(at, reason)| (at.to_string(), reason.as_ref().into()));
    Json::Object(entries.collect())
}

/// A value without what is unknown and with what is sensitive covered.
fn visible(value: &Value, at: &Pointer, hidden: &[Pointer]) -> Json {
    if hidden.iter().any(|pointer| pointer.covers(at)) {
        return if matches!(value, Value::Unknown(_)) { Json::Null } else { SENSITIVE.into() };
    }
    if !hidden.iter().any(|pointer| at.covers(pointer)) {
        return value.to_json();
    }
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| visible(item, &at.index(index), hidden))
            .collect(),
        Value::Object(map) => Json::Object(members(map, at, hidden)),
        _ => value.to_json(),
    }
}

fn members(map: &Map, at: &Pointer, hidden: &[Pointer]) -> JsonMap<String, Json> {
    map.iter()
        .filter(|(_, item)| !matches!(item, Value::Unknown(_)))
        .map(|(key, item)| (key.to_string(), visible(item, &at.key(key), hidden)))
        .collect()
}

/// Attributes: an object also where the whole is sensitive, or unknown.
fn object(value: &Value, hidden: &[Pointer]) -> Json {
    match value.as_object() {
        Some(map) if !hidden.is_empty() => Json::Object(members(map, &Pointer::root(), hidden)),
        Some(_) => value.to_json(),
        None => json!({}),
    }
}

/// Tags are read from `/tags` or `/labels`: what is sensitive there is sensitive here.
fn tags(tags: &Map, hidden: &[Pointer]) -> Json {
    let covered = |key: &str| {
        ["tags", "labels"].iter().any(|from| {
            let at = Pointer::root().key(from).key(key);
            hidden.iter().any(|pointer| pointer.covers(&at))
        })
    };
    let known = tags.iter().filter(|(_, value)| !matches!(value, Value::Unknown(_)));
    let write = |(key, value): (&Arc<str>, &Value)| {
        let json = if covered(key) { SENSITIVE.into() } else { value.to_json() };
        (key.to_string(), json)
    };
    Json::Object(known.map(write).collect())
}

fn scope(scope: &Scope) -> Json {
    json!({
        "module": scope.module.iter().map(|it| &**it).collect::<Vec<_>>(),
        "region": scope.region.as_deref(),
        "environment": scope.environment.as_deref(),
        "namespace": scope.namespace.as_deref(),
    })
}

fn references(references: &[Reference]) -> Json {
    let reference = |it: &Reference| json!({"from": it.from.as_str(), "to": &*it.to, "attribute": it.attribute.as_str()});
    references.iter().map(reference).collect()
}

fn variables(variables: &[Variable], sources: &Sources) -> Json {
    let variable = |it: &Variable| {
        let value = match it.value {
            Value::Unknown(_) | Value::Null => Json::Null,
            _ if it.sensitive => SENSITIVE.into(),
            _ => it.value.to_json(),
        };
        let json = json!({
            "value": value,
            "unknown": unknown(&it.value),
            "sensitive": it.sensitive,
            "declared_at": range(it.place, sources),
        });
        (it.name.to_string(), json)
    };
    Json::Object(variables.iter().map(variable).collect())
}

fn provider(provider: &Provider, sources: &Sources) -> Json {
    json!({
        "name": &*provider.name,
        "alias": provider.alias.as_deref(),
        "attributes": object(&provider.attributes, &[]),
        "unknown": unknown(&provider.attributes),
        "declared_at": range(provider.place, sources),
    })
}

fn module(module: &ModuleCall, sources: &Sources) -> Json {
    json!({
        "address": &*module.address,
        "source": &*module.source,
        "version": module.version.as_deref(),
        "revision": module.revision.as_deref(),
        "pinned": module.pinned,
        "resolved": module.resolved,
        "inputs": object(&module.inputs, &[]),
        "unknown": unknown(&module.inputs),
        "references": references(&module.references),
        "declared_at": range(module.place, sources),
    })
}

fn backend(backend: &Backend, sources: &Sources) -> Json {
    json!({
        "type": &*backend.kind,
        "attributes": object(&backend.attributes, &[]),
        "unknown": unknown(&backend.attributes),
        "declared_at": range(backend.place, sources),
    })
}
