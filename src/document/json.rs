//! The document model as JSON (`schemas/document.schema.json`): takes documents and their sources, gives values.
//!
//! Regular on purpose: a scalar that is not known is null and a list or map that is empty is written; only `existence`, `previous_address`,
//! `parsed`, `defaults` and `refinements` are left out where they say nothing. A sensitive value is never written.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{
    Backend, CallSite, Document, Existence, Map, Mode, ModuleCall, Pointer, Provider, Reference,
    Resource, Scope, Unknown, Value, Variable, View,
};
use crate::source::{Place, Position, Problem, ProblemSeverity, Sources};

/// The version of the document model.
pub const VERSION: u32 = 1;
/// What stands in place of a sensitive value.
pub const SENSITIVE: &str = "(sensitive)";

/// Documents, and the problems that belong to none of them.
pub fn documents<'a>(
    documents: &'a [Document],
    sources: &'a Sources,
    problems: &'a [Problem],
) -> View<'a> {
    View::fields([
        ("version", View::Number(VERSION.into())),
        ("documents", list(documents, |it| document(it, sources))),
        ("problems", list(problems, |it| problem(it, sources))),
    ])
}

/// One document.
pub fn document<'a>(document: &'a Document, sources: &'a Sources) -> View<'a> {
    part(document, &document.resources, sources)
}

/// One document with some of its resources.
pub fn part<'a>(
    document: &'a Document,
    resources: &'a [Resource],
    sources: &'a Sources,
) -> View<'a> {
    let resources = resources.iter().filter(|it| it.mode != Mode::Declaration);
    View::fields([
        ("version", View::Number(VERSION.into())),
        ("format", View::Text(document.format)),
        ("root", View::Text(&document.root)),
        ("resources", View::List(resources.map(|it| resource(it, sources)).collect())),
        ("variables", variables(&document.variables, sources)),
        ("outputs", variables(&document.outputs, sources)),
        ("providers", list(&document.providers, |it| provider(it, sources))),
        ("modules", list(&document.modules, |it| module(it, sources))),
        ("backend", document.backend.as_ref().map_or(View::Null, |it| backend(it, sources))),
        ("assumptions", View::texts(&document.assumptions)),
        ("problems", list(&document.problems, |it| problem(it, sources))),
    ])
}

fn list<'a, T>(items: &'a [T], view: impl Fn(&'a T) -> View<'a>) -> View<'a> {
    View::List(items.iter().map(view).collect())
}

/// A place: file, start and end.
pub(crate) fn range(place: Place, sources: &Sources) -> View<'_> {
    let file = sources.get(place.file);
    View::fields([
        ("file", View::Text(&file.path)),
        ("start", position(file.position(place.span.start))),
        ("end", position(file.position(place.span.end))),
    ])
}

/// A problem with its location.
pub(crate) fn problem<'a>(problem: &'a Problem, sources: &'a Sources) -> View<'a> {
    let severity = match problem.severity() {
        ProblemSeverity::Error => "error",
        ProblemSeverity::Warning => "warning",
    };
    let location = match (problem.place, &problem.path) {
        (Some(place), _) => range(place, sources),
        (None, Some(path)) => View::fields([("file", View::Text(path))]),
        (None, None) => View::Null,
    };
    View::fields([
        ("kind", View::Text(problem.kind.name())),
        ("severity", View::Text(severity)),
        ("message", View::Text(&problem.message)),
        ("location", location),
        ("help", View::optional(problem.help.as_ref())),
    ])
}

/// Module calls on the way to a resource, outermost first.
pub(crate) fn call_sites<'a>(calls: &'a [CallSite], sources: &'a Sources) -> View<'a> {
    list(calls, |call| {
        let file = sources.get(call.place.file);
        let line = file.lines().line(call.place.span.start);
        View::fields([
            ("module", View::Text(&call.module)),
            ("file", View::Text(&file.path)),
            ("line", View::Number(line.into())),
        ])
    })
}

fn position(position: Position) -> View<'static> {
    View::fields([
        ("line", View::Number(position.line.into())),
        ("column", View::Number(position.column.into())),
    ])
}

fn resource<'a>(resource: &'a Resource, sources: &'a Sources) -> View<'a> {
    let mode = if resource.mode == Mode::Data { "data" } else { "managed" };
    let hidden = &resource.sensitive;
    let mut fields = Vec::with_capacity(18);
    fields.extend([
        ("address", View::Text(&resource.address)),
        ("type", View::Text(resource.type_name())),
        ("name", View::Text(&resource.name)),
        ("mode", View::Text(mode)),
        ("provider", View::Text(&resource.provider)),
    ]);
    if let Some(address) = &resource.previous_address {
        fields.push(("previous_address", View::Text(address)));
    }
    if resource.existence == Existence::Unknown {
        fields.push(("existence", View::Text("unknown")));
    }
    fields.push(("attributes", object(&resource.attributes, hidden)));
    let parsed = parsed(resource);
    if !parsed.is_empty() {
        fields.push(("parsed", View::Object(parsed)));
    }
    if resource.defaults.as_object().is_some_and(|defaults| !defaults.is_empty()) {
        fields.push(("defaults", object(&resource.defaults, hidden)));
    }
    fields.extend(unknowns(unknown_of(resource), hidden));
    fields.extend([
        ("sensitive", list(hidden, |pointer| View::Text(pointer.as_str()))),
        ("references", references(&resource.references)),
        ("tags", tags(&resource.tags, hidden)),
        ("scope", scope(&resource.scope)),
        ("source", range(resource.place, sources)),
        ("called_from", call_sites(&resource.called_from, sources)),
    ]);
    View::Object(fields)
}

/// Where a parsed text hangs: its key is the attribute's pointer without the first `/`.
fn parsed_at(key: &str) -> Pointer {
    Pointer::parse(&format!("/{key}")).unwrap_or_default()
}

fn parsed(resource: &Resource) -> Vec<(&str, View<'_>)> {
    let Some(texts) = resource.parsed.as_object() else { return Vec::new() };
    let known = texts.iter().filter(|(_, value)| !matches!(value, Value::Unknown(_)));
    known
        .map(|(key, value)| (&**key, visible(value, &parsed_at(key), &resource.sensitive)))
        .collect()
}

/// Everything unknown in the attributes and in the texts parsed from them, by pointer.
fn unknown_of(resource: &Resource) -> Vec<(Pointer, Arc<Unknown>)> {
    let mut all: BTreeMap<Pointer, Arc<Unknown>> =
        resource.attributes.unknowns().into_iter().collect();
    for (key, value) in resource.parsed.as_object().into_iter().flatten() {
        for (inner, unknown) in value.unknowns() {
            all.entry(parsed_at(key).join(&inner)).or_insert(unknown);
        }
    }
    all.into_iter().collect()
}

/// `unknown`, why values are so, and, where there is any, `refinements`, what is known of them all the same.
fn unknowns<'a>(
    all: Vec<(Pointer, Arc<Unknown>)>,
    hidden: &[Pointer],
) -> impl Iterator<Item = (&'a str, View<'a>)> {
    let (mut reasons, mut refinements) = (Map::new(), Map::new());
    for (at, unknown) in all {
        let is_hidden = hidden.iter().any(|pointer| pointer.covers(&at));
        if let Some(known) = unknown.view(is_hidden) {
            refinements.insert(at.as_str().into(), known);
        }
        reasons.insert(at.as_str().into(), Value::String(Arc::clone(&unknown.reason)));
    }
    let refinements = Some(refinements).filter(|all| !all.is_empty());
    let fields = [("unknown", Some(reasons)), ("refinements", refinements)];
    fields.into_iter().filter_map(|(name, map)| Some((name, View::Made(Value::object(map?)))))
}

/// A value without what is unknown and with what is sensitive covered.
fn visible<'a>(value: &'a Value, at: &Pointer, hidden: &[Pointer]) -> View<'a> {
    if hidden.iter().any(|pointer| pointer.covers(at)) {
        return if matches!(value, Value::Unknown(_)) { View::Null } else { View::Text(SENSITIVE) };
    }
    if !hidden.iter().any(|pointer| at.covers(pointer)) {
        return View::Value(value);
    }
    match value {
        Value::Array(items) => {
            let item = |(index, item)| visible(item, &at.index(index), hidden);
            View::List(items.iter().enumerate().map(item).collect())
        }
        Value::Object(map) => View::Object(members(map, at, hidden)),
        _ => View::Value(value),
    }
}

fn members<'a>(map: &'a Map, at: &Pointer, hidden: &[Pointer]) -> Vec<(&'a str, View<'a>)> {
    map.iter()
        .filter(|(_, item)| !matches!(item, Value::Unknown(_)))
        .map(|(key, item)| (&**key, visible(item, &at.key(key), hidden)))
        .collect()
}

/// Attributes: an object also where the whole is sensitive, or unknown.
fn object<'a>(value: &'a Value, hidden: &[Pointer]) -> View<'a> {
    match value.as_object() {
        Some(map) if !hidden.is_empty() => View::Object(members(map, &Pointer::root(), hidden)),
        Some(_) => View::Value(value),
        None => View::Object(Vec::new()),
    }
}

/// Tags are read from `/tags` or `/labels`: what is sensitive there is sensitive here.
fn tags<'a>(tags: &'a Map, hidden: &[Pointer]) -> View<'a> {
    let covered = |key: &str| {
        ["tags", "labels"].iter().any(|from| {
            let at = Pointer::root().key(from).key(key);
            hidden.iter().any(|pointer| pointer.covers(&at))
        })
    };
    let known = tags.iter().filter(|(_, value)| !matches!(value, Value::Unknown(_)));
    let write = |(key, value): (&'a Arc<str>, &'a Value)| {
        let is_covered = !hidden.is_empty() && covered(key);
        (&**key, if is_covered { View::Text(SENSITIVE) } else { View::Value(value) })
    };
    View::Object(known.map(write).collect())
}

fn scope(scope: &Scope) -> View<'_> {
    View::fields([
        ("module", View::texts(&scope.module)),
        ("region", View::optional(scope.region.as_ref())),
        ("environment", View::optional(scope.environment.as_ref())),
        ("namespace", View::optional(scope.namespace.as_ref())),
    ])
}

fn references(references: &[Reference]) -> View<'_> {
    list(references, |it| {
        View::fields([
            ("from", View::Text(it.from.as_str())),
            ("to", View::Text(&it.to)),
            ("attribute", View::Text(it.attribute.as_str())),
        ])
    })
}

fn variables<'a>(variables: &'a [Variable], sources: &'a Sources) -> View<'a> {
    let variable = |it: &'a Variable| {
        let value = match it.value {
            Value::Unknown(_) | Value::Null => View::Null,
            _ if it.sensitive => View::Text(SENSITIVE),
            _ => View::Value(&it.value),
        };
        let whole = [Pointer::root()];
        let hidden = if it.sensitive { &whole[..] } else { &[] };
        let mut fields = vec![("value", value)];
        fields.extend(unknowns(it.value.unknowns(), hidden));
        fields.push(("sensitive", View::Bool(it.sensitive)));
        fields.push(("declared_at", range(it.place, sources)));
        (&*it.name, View::Object(fields))
    };
    View::Object(variables.iter().map(variable).collect())
}

fn provider<'a>(provider: &'a Provider, sources: &'a Sources) -> View<'a> {
    let mut fields = vec![
        ("name", View::Text(&provider.name)),
        ("alias", View::optional(provider.alias.as_ref())),
        ("attributes", object(&provider.attributes, &provider.sensitive)),
    ];
    fields.extend(unknowns(provider.attributes.unknowns(), &provider.sensitive));
    fields.push(("declared_at", range(provider.place, sources)));
    View::Object(fields)
}

fn module<'a>(module: &'a ModuleCall, sources: &'a Sources) -> View<'a> {
    let mut fields = vec![
        ("address", View::Text(&module.address)),
        ("source", View::Text(&module.source)),
        ("version", View::optional(module.version.as_ref())),
        ("revision", View::optional(module.revision.as_ref())),
        ("pinned", View::Bool(module.pinned)),
        ("resolved", View::Bool(module.resolved)),
        ("inputs", object(&module.inputs, &module.sensitive)),
    ];
    fields.extend(unknowns(module.inputs.unknowns(), &module.sensitive));
    fields.push(("references", references(&module.references)));
    fields.push(("declared_at", range(module.place, sources)));
    View::Object(fields)
}

fn backend<'a>(backend: &'a Backend, sources: &'a Sources) -> View<'a> {
    let mut fields = vec![
        ("type", View::Text(&backend.kind)),
        ("attributes", object(&backend.attributes, &backend.sensitive)),
    ];
    fields.extend(unknowns(backend.attributes.unknowns(), &backend.sensitive));
    fields.push(("declared_at", range(backend.place, sources)));
    View::Object(fields)
}
