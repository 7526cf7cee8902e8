//! What a rule sees as `input`: one document, built once, with variants that share all that they do not change.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use regorus::Value;

use crate::document::{self, Document, Edge, Existence, Index, Map, Mode, Pointer, Resource};

/// A document as Rego sees it.
#[derive(Debug)]
pub struct Input {
    whole: Value,
    records: Vec<Value>,
    edges: Edges,
    unknowns: OnceLock<Vec<Vec<Unknown>>>,
    no_types: OnceLock<Value>,
    /// How many records rules were given, each as often as it was.
    given: AtomicUsize,
    /// Whether nothing in the document is unknown: then every verdict holds as it is.
    pub(super) settled: bool,
}

/// The part of a record that an unknown value is missing from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Section {
    Attributes,
    Parsed,
    Tags,
}

impl Section {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Attributes => "attributes",
            Self::Parsed => "parsed",
            Self::Tags => "tags",
        }
    }
}

/// The edges of each resource as a rule sees them: lists in the order of the index, nothing where there are none.
#[derive(Debug)]
struct Edges {
    from: Vec<Option<Value>>,
    to: Vec<Option<Value>>,
}

/// One unknown value of a record.
#[derive(Clone, Debug)]
pub(super) struct Unknown {
    pub(super) section: Section,
    pub(super) parts: Vec<Arc<str>>,
    /// For each part, whether what it leads into is a list.
    pub(super) lists: Vec<bool>,
    /// Whether it stands in a list, where null holds its place.
    pub(super) element: bool,
    /// Where the report points, among the attributes.
    pub(super) at: Pointer,
    /// What is known of it all the same.
    pub(super) known: Arc<document::Unknown>,
}

/// What differs from the document in a variant of the input.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes {
    /// Records in place of others.
    pub(super) records: BTreeMap<usize, Value>,
    /// Resources that do not exist.
    pub(super) removed: BTreeSet<usize>,
    /// The only resource of its type in `by_type`.
    pub(super) only: Option<usize>,
    /// Whether records are left as they are in `by_address`, which no read reaches.
    pub(super) keep_addresses: bool,
    /// What the rest of the document is left out for.
    pub(super) near: Option<Near>,
}

/// The part of a document that a verdict can depend on.
#[derive(Clone, Debug)]
pub(super) struct Near {
    /// The resource that is judged.
    pub(super) subject: usize,
    /// What edges lead to, itself too.
    pub(super) records: Rc<BTreeSet<usize>>,
    /// Types of which `by_type` holds no others.
    pub(super) kinds: Rc<BTreeSet<Arc<str>>>,
}

impl Input {
    /// Build it from a document.
    pub fn new(index: &Index<'_>) -> Self {
        let document = index.document;
        let records: Vec<Value> = document.resources.iter().map(record).collect();
        let edges = Edges::new(index);
        let by_type = index.types().map(|(kind, at)| {
            let of_type: Vec<Value> = at.iter().map(|at| records[*at].clone()).collect();
            (text(kind), Value::from(of_type))
        });
        let whole = object([
            ("format", Value::from(document.format)),
            ("root", text(&document.root)),
            ("by_type", by_type.collect::<BTreeMap<_, _>>().into()),
            ("by_address", by_address(document, |at| Some(&records[at]))),
            ("edges", edges.without(index, &[])),
            ("joined", joined(index)),
            ("variables", variables(document)),
            ("modules", modules(document)),
        ]);
        let settled = document.is_settled();
        let (unknowns, no_types, given) = <(OnceLock<_>, OnceLock<_>, AtomicUsize)>::default();
        Self { whole, records, edges, unknowns, no_types, given, settled }
    }

    /// The whole, as a rule sees it.
    pub fn value(&self) -> &Value {
        &self.whole
    }

    /// How many records rules were given, each as often as it was: what judging cost, without a clock.
    pub fn given(&self) -> usize {
        self.given.load(Ordering::Relaxed)
    }

    pub(super) fn give(&self, records: usize) {
        self.given.fetch_add(records, Ordering::Relaxed);
    }

    pub(super) fn record(&self, at: usize) -> &Value {
        &self.records[at]
    }

    /// The unknown values of a resource.
    pub(super) fn unknowns(&self, document: &Document, at: usize) -> &[Unknown] {
        let all =
            self.unknowns.get_or_init(|| document.resources.iter().map(unknowns_of).collect());
        all.get(at).map_or(&[], Vec::as_slice)
    }

    /// The same with changes.
    pub(super) fn with(&self, index: &Index<'_>, changes: &Changes) -> Value {
        if let Some(near) = &changes.near {
            return self.around(index, near, changes);
        }
        let mut whole = self.whole.clone();
        let mut removed = Vec::new();
        if !changes.removed.is_empty() {
            removed.resize(self.records.len(), false);
            changes.removed.iter().for_each(|at| removed[*at] = true);
        }
        let mut kinds: BTreeSet<&Arc<str>> = BTreeSet::new();
        if changes.removed.len() > index.types().count() {
            kinds.extend(index.types().map(|(kind, _)| kind));
        }
        let touched = changes.records.keys().chain(&changes.removed).chain(&changes.only);
        kinds.extend(touched.map(|at| &index.resource(*at).kind));
        if let Some(by_type) = member(&mut whole, "by_type") {
            for kind in kinds {
                by_type.insert(text(kind), self.of_type(index, kind, changes, &removed));
            }
        }
        if !changes.keep_addresses
            && let Some(own) = member(&mut whole, "by_address")
        {
            for (at, record) in &changes.records {
                own.insert(text(&index.resource(*at).address), record.clone());
            }
        }
        if !removed.is_empty()
            && let Ok(whole) = whole.as_object_mut()
        {
            if !changes.keep_addresses {
                let record = |at| changes.records.get(&at).unwrap_or(&self.records[at]);
                let kept = |at: usize| (!removed[at]).then(|| record(at));
                whole.insert("by_address".into(), by_address(index.document, kept));
            }
            whole.insert("edges".into(), self.edges.without(index, &removed));
        }
        whole
    }

    /// A resource and what is near it, with changes.
    fn around(&self, index: &Index<'_>, near: &Near, changes: &Changes) -> Value {
        let mut whole = self.whole.clone();
        let is_removed = |at: &usize| changes.removed.contains(at);
        let kept = || near.records.iter().copied().filter(|at| !is_removed(at));
        let record = |at: usize| changes.records.get(&at).unwrap_or(&self.records[at]).clone();
        let subject = &index.resource(near.subject).kind;
        let mut kinds: BTreeSet<&Arc<str>> = near.kinds.iter().collect();
        let touched = changes.records.keys().chain(&changes.removed);
        kinds.extend(touched.map(|at| &index.resource(*at).kind));
        if let Some(by_type) = member(&mut whole, "by_type") {
            for kind in kinds {
                let own: Vec<Value> = if near.kinds.contains(kind) {
                    (kind == subject).then(|| record(near.subject)).into_iter().collect()
                } else {
                    let all = index.of_type(kind).iter().filter(|at| !is_removed(at));
                    all.map(|at| record(*at)).collect()
                };
                by_type.insert(text(kind), own.into());
            }
        }
        let by_address = kept().map(|at| (text(&index.resource(at).address), record(at)));
        let by_address: BTreeMap<Value, Value> = by_address.collect();
        let edges = self.edges.of(index, kept(), &changes.removed);
        if let Ok(whole) = whole.as_object_mut() {
            whole.insert("by_address".into(), by_address.into());
            whole.insert("edges".into(), edges);
        }
        whole
    }

    /// A resource in a document that holds nothing else.
    pub(super) fn alone(&self, index: &Index<'_>, at: usize) -> Value {
        let mut whole = self.whole.clone();
        let own = (text(&index.resource(at).address), self.records[at].clone());
        let by_type = self.no_types(index).clone();
        let others: Vec<usize> = index.outgoing(at).iter().map(|edge| edge.to).collect();
        let others = others.into_iter().chain(index.incoming(at).iter().map(|edge| edge.from));
        let edges =
            self.edges.of(index, std::iter::once(at), &others.filter(|to| *to != at).collect());
        if let Ok(whole) = whole.as_object_mut() {
            whole.insert("by_type".into(), by_type);
            whole.insert("by_address".into(), BTreeMap::from([own]).into());
            whole.insert("edges".into(), edges);
        }
        if let Some(by_type) = member(&mut whole, "by_type") {
            by_type.insert(text(&index.resource(at).kind), vec![self.records[at].clone()].into());
        }
        whole
    }

    /// All types without records.
    fn no_types(&self, index: &Index<'_>) -> &Value {
        let none =
            |(kind, _): (&Arc<str>, &[usize])| (text(kind), Value::from(Vec::<Value>::new()));
        self.no_types
            .get_or_init(|| index.types().map(none).collect::<BTreeMap<Value, Value>>().into())
    }

    fn of_type(&self, index: &Index<'_>, kind: &str, changes: &Changes, removed: &[bool]) -> Value {
        let of_kind = |only: &usize| &*index.resource(*only).kind == kind;
        let only = changes.only.filter(of_kind);
        let all: &[usize] = match &only {
            Some(only) => std::slice::from_ref(only),
            None => index.of_type(kind),
        };
        let record = |at| changes.records.get(at).unwrap_or(&self.records[*at]).clone();
        let kept = all.iter().filter(|at| !is_among(removed, **at));
        kept.map(record).collect::<Vec<_>>().into()
    }
}

impl Edges {
    fn new(index: &Index<'_>) -> Self {
        let [to, from, at, attribute] = ["to", "from", "at", "attribute"].map(Value::from);
        let edge = |edge: &Edge, key: &Value, other: usize| -> Value {
            let members = [
                (key.clone(), text(&index.resource(other).address)),
                (at.clone(), edge.at.as_str().into()),
                (attribute.clone(), edge.attribute.as_str().into()),
            ];
            BTreeMap::from(members).into()
        };
        let list = |edges: Vec<Value>| (!edges.is_empty()).then(|| edges.into());
        let resources = 0..index.document.resources.len();
        let leaving = |at| index.outgoing(at).iter().map(|out| edge(out, &to, out.to)).collect();
        let arriving = |at| index.incoming(at).iter().map(|it| edge(it, &from, it.from)).collect();
        Self {
            from: resources.clone().map(|at| list(leaving(at))).collect(),
            to: resources.map(|at| list(arriving(at))).collect(),
        }
    }

    /// The edges of some resources whose other ends are not removed.
    fn of(
        &self,
        index: &Index<'_>,
        some: impl Iterator<Item = usize>,
        removed: &BTreeSet<usize>,
    ) -> Value {
        let (mut from, mut to) = (BTreeMap::new(), BTreeMap::new());
        for at in some {
            let address = text(&index.resource(at).address);
            let is_gone = |end: usize| removed.contains(&end);
            let out = index.outgoing(at).iter().map(|edge| is_gone(edge.to));
            from.extend(left(self.from[at].as_ref(), out).map(|list| (address.clone(), list)));
            let into = index.incoming(at).iter().map(|edge| is_gone(edge.from));
            to.extend(left(self.to[at].as_ref(), into).map(|list| (address, list)));
        }
        object([("from", Value::from(from)), ("to", Value::from(to))])
    }

    /// The edges between resources that are not removed.
    fn without(&self, index: &Index<'_>, removed: &[bool]) -> Value {
        let from = side(index, &self.from, removed, |at| {
            index.outgoing(at).iter().map(|edge| is_among(removed, edge.to))
        });
        let to = side(index, &self.to, removed, |at| {
            index.incoming(at).iter().map(|edge| is_among(removed, edge.from))
        });
        object([("from", from), ("to", to)])
    }
}

/// Resources with more edges than this have them by type, too.
const MANY_EDGES: usize = 32;

/// By resource that many are joined to, and by type, their addresses: so that `related` does not look through all of them for each of
/// them. Those that a variant leaves out it does not find by address.
fn joined(index: &Index<'_>) -> Value {
    let mut all: BTreeMap<Value, Value> = BTreeMap::new();
    for (at, resource) in index.document.resources.iter().enumerate() {
        let (out, into) = (index.outgoing(at), index.incoming(at));
        if out.len() + into.len() <= MANY_EDGES {
            continue;
        }
        let mut by_type: BTreeMap<Value, BTreeSet<Value>> = BTreeMap::new();
        for other in out.iter().map(|edge| edge.to).chain(into.iter().map(|edge| edge.from)) {
            let other = index.resource(other);
            let same = by_type.entry(other.type_name().into()).or_default();
            same.insert(text(&other.address));
        }
        let lists = by_type.into_iter().map(|(kind, same)| (kind, Value::from(same)));
        all.insert(text(&resource.address), lists.collect::<BTreeMap<_, _>>().into());
    }
    all.into()
}

/// What is left of a list of edges of which some are gone; nothing where none is left.
fn left(edges: Option<&Value>, gone: impl Iterator<Item = bool> + Clone) -> Option<Value> {
    let edges = edges?;
    if !gone.clone().any(|gone| gone) {
        return Some(edges.clone());
    }
    let edges = edges.as_array().ok()?.iter().zip(gone);
    let left: Vec<Value> = edges.filter(|(_, gone)| !gone).map(|(edge, _)| edge.clone()).collect();
    (!left.is_empty()).then(|| left.into())
}

/// Edges by the address that they belong to, without those whose other end is removed.
fn side<I: Iterator<Item = bool> + Clone>(
    index: &Index<'_>,
    edges: &[Option<Value>],
    removed: &[bool],
    is_removed: impl Fn(usize) -> I,
) -> Value {
    let kept = |(at, edges): (usize, &Option<Value>)| {
        let edges = edges.as_ref().filter(|_| !is_among(removed, at))?;
        let address = text(&index.resource(at).address);
        if !removed.is_empty() {
            return Some((address, left(Some(edges), is_removed(at))?));
        }
        Some((address, edges.clone()))
    };
    edges.iter().enumerate().filter_map(kept).collect::<BTreeMap<_, _>>().into()
}

fn is_among(removed: &[bool], at: usize) -> bool {
    removed.get(at).copied().unwrap_or(false)
}

fn by_address<'v>(document: &Document, record: impl Fn(usize) -> Option<&'v Value>) -> Value {
    let resources = document.resources.iter().enumerate();
    resources
        .filter_map(|(at, resource)| Some((text(&resource.address), record(at)?.clone())))
        .collect::<BTreeMap<_, _>>()
        .into()
}

fn member<'a>(whole: &'a mut Value, key: &str) -> Option<&'a mut regorus::value::Object> {
    whole.as_object_mut().ok()?.get_mut(&key.into())?.as_object_mut().ok()
}

fn text(text: &Arc<str>) -> Value {
    Value::String(Arc::clone(text))
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    members.into_iter().map(|(key, value)| (key.into(), value)).collect::<BTreeMap<_, _>>().into()
}

fn record(resource: &Resource) -> Value {
    let scope = &resource.scope;
    let mut place = BTreeMap::from([(
        Value::from("module"),
        Value::from(scope.module.iter().map(text).collect::<Vec<_>>()),
    )]);
    let named = [
        ("region", &scope.region),
        ("environment", &scope.environment),
        ("namespace", &scope.namespace),
    ];
    for (key, value) in named {
        if let Some(value) = value {
            place.insert(key.into(), text(value));
        }
    }
    let mode = match resource.mode {
        Mode::Managed => "managed",
        Mode::Data => "data",
        Mode::Declaration => "declaration",
    };
    let existence = match resource.existence {
        Existence::Known => "known",
        Existence::Unknown => "unknown",
    };
    object([
        ("address", text(&resource.address)),
        ("type", Value::from(resource.type_name())),
        ("name", text(&resource.name)),
        ("mode", mode.into()),
        ("provider", text(&resource.provider)),
        ("attributes", over(&resource.attributes, &resource.defaults)),
        ("parsed", known(&resource.parsed).unwrap_or_else(Value::new_object)),
        ("tags", members(&resource.tags).into()),
        ("scope", place.into()),
        ("existence", existence.into()),
    ])
}

/// What is written, over what the provider fills in.
fn over(written: &document::Value, defaults: &document::Value) -> Value {
    let (Some(written), Some(defaults)) = (written.as_object(), defaults.as_object()) else {
        return known(written).or_else(|| known(defaults)).unwrap_or_else(Value::new_object);
    };
    let mut all = members(written);
    for (key, default) in defaults {
        let value = match written.get(key) {
            None | Some(document::Value::Null) => known(default),
            Some(document::Value::Unknown(_)) => None,
            Some(own @ document::Value::Object(_)) if default.as_object().is_some() => {
                Some(over(own, default))
            }
            Some(document::Value::Array(own)) if default.as_array().is_some() => {
                let defaults = default.as_array().unwrap_or_default();
                Some(each_over(own, defaults))
            }
            Some(_) => continue,
        };
        if let Some(value) = value {
            all.insert(text(key), value);
        }
    }
    all.into()
}

/// The items of a list, each over its own defaults.
fn each_over(written: &[document::Value], defaults: &[document::Value]) -> Value {
    let item = |(at, own): (usize, &document::Value)| match (own.as_object(), defaults.get(at)) {
        (Some(_), Some(defaults)) => over(own, defaults),
        _ => known(own).unwrap_or(Value::Null),
    };
    written.iter().enumerate().map(item).collect::<Vec<_>>().into()
}

fn members(map: &Map) -> BTreeMap<Value, Value> {
    map.iter().filter_map(|(key, item)| Some((text(key), known(item)?))).collect()
}

/// A value without what is unknown or null; null holds their place in lists.
fn known(value: &document::Value) -> Option<Value> {
    Some(match value {
        document::Value::Null | document::Value::Unknown(_) => return None,
        document::Value::Bool(bool) => Value::from(*bool),
        document::Value::Int(int) => Value::from(*int),
        document::Value::Float(float) => Value::from(*float),
        document::Value::Digits(digits) => Value::from(document::nearest(digits)),
        document::Value::String(own) => text(own),
        document::Value::Array(items) => {
            items.iter().map(|item| known(item).unwrap_or(Value::Null)).collect::<Vec<_>>().into()
        }
        document::Value::Object(map) => members(map).into(),
    })
}

fn variables(document: &Document) -> Value {
    let all = document.variables.iter().map(|variable| {
        let mut members =
            BTreeMap::from([(Value::from("sensitive"), Value::from(variable.sensitive))]);
        if let Some(value) = known(&variable.value) {
            members.insert("value".into(), value);
        }
        (text(&variable.name), Value::from(members))
    });
    all.collect::<BTreeMap<_, _>>().into()
}

fn modules(document: &Document) -> Value {
    let all = document.modules.iter().map(|call| {
        object([
            ("address", text(&call.address)),
            ("source", text(&call.source)),
            ("version", call.version.as_ref().map_or(Value::Null, text)),
            ("pinned", call.pinned.into()),
            ("resolved", call.resolved.into()),
        ])
    });
    all.collect::<Vec<_>>().into()
}

fn unknowns_of(resource: &Resource) -> Vec<Unknown> {
    let mut found = Vec::new();
    collect(Section::Attributes, &resource.attributes, &mut found);
    collect(Section::Parsed, &resource.parsed, &mut found);
    let mut of_defaults = Vec::new();
    collect(Section::Attributes, &resource.defaults, &mut of_defaults);
    found.extend(of_defaults.into_iter().filter(|it| resource.attributes.at(&it.at).is_none()));
    if let Some(unknown) = resource.unknown_tags() {
        let at = Pointer::root().key("tags");
        // With what else the tags are made of.
        let (section, known) = (Section::Tags, Arc::new(unknown.bare()));
        let (parts, lists) = (Vec::new(), Vec::new());
        found.push(Unknown { section, parts, lists, element: false, at, known });
    }
    for (key, value) in &resource.tags {
        for (pointer, known) in value.unknowns() {
            let mut parts = vec![Arc::clone(key)];
            parts.extend(pointer.parts().map(Arc::from));
            let at = Pointer::root().key("tags").key(key).join(&pointer);
            let lists = vec![false; parts.len()];
            found.push(Unknown { section: Section::Tags, parts, lists, element: false, at, known });
        }
    }
    found
}

fn collect(section: Section, value: &document::Value, found: &mut Vec<Unknown>) {
    for (pointer, known) in value.unknowns() {
        let parts: Vec<Arc<str>> = pointer.parts().map(Arc::from).collect();
        let mut holder = Some(value);
        let mut lists = Vec::with_capacity(parts.len());
        for part in &parts {
            lists.push(holder.is_some_and(|holder| holder.as_array().is_some()));
            holder = holder.and_then(|holder| holder.at(&Pointer::root().key(part)));
        }
        let element = lists.last().copied().unwrap_or(false);
        // The first part of a parsed text's pointer is itself a pointer among the attributes.
        let at = match (section, parts.split_first()) {
            (Section::Parsed, Some((attribute, rest))) => {
                let text = Pointer::parse(&format!("/{attribute}")).unwrap_or_default();
                rest.iter().fold(text, |pointer, part| pointer.key(part))
            }
            _ => pointer,
        };
        found.push(Unknown { section, parts, lists, element, at, known });
    }
}
