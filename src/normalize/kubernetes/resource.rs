//! One object of the API to one resource: values, places, labels, the pod view.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::identity::Identity;
use super::{Manifest, entries, items, operated, pod, scalar};
use crate::document::{Existence, Map, Mode, Pointer, Resource, Scope, SpanTable, Value};
use crate::source::{FileId, Place, Span};
use crate::syntax::{Entry, Node, NodeKind, yaml};

/// An object with its values and places, not yet in a document.
#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) path: Arc<str>,
    pub(super) identity: Identity,
    pub(super) attributes: Value,
    place: Place,
    header: Place,
    spans: Arc<SpanTable>,
}

/// The objects of a manifest; lists are flattened.
pub(super) fn objects(manifest: &Manifest) -> Vec<Object> {
    let mut found = Vec::new();
    collect(manifest, &manifest.node, &mut found);
    found
}

fn collect(manifest: &Manifest, node: &Node, found: &mut Vec<Object>) {
    match items(node) {
        Some(items) => items.iter().for_each(|item| collect(manifest, item, found)),
        None if super::detect(node) == super::Detection::Manifest => {
            found.push(object(manifest, node));
        }
        None => {}
    }
}

fn object(manifest: &Manifest, node: &Node) -> Object {
    let mut reader = Reader { file: manifest.file, places: Vec::new() };
    let attributes = reader.value(node, &Pointer::root());
    let place = Place { file: manifest.file, span: node.span };
    let spans = SpanTable::new(reader.places);
    let header = spans.get(&Pointer::root().key("kind")).unwrap_or(place);
    Object {
        path: Arc::clone(&manifest.path),
        identity: Identity::of(&attributes),
        attributes,
        place,
        header,
        spans: Arc::new(spans),
    }
}

/// The object that a text of YAML holds, without places; `None` where it does not hold one and nothing else.
pub(super) fn of_text(file: FileId, text: &str) -> Option<Value> {
    let is_one =
        |node: &Node| items(node).is_none() && super::detect(node) == super::Detection::Manifest;
    only_of(file, text, is_one)
}

/// The value that a text of YAML holds, without places, where it is of a kind; `None` where there is none, or more than one.
fn only_of(file: FileId, text: &str, fits: impl Fn(&Node) -> bool) -> Option<Value> {
    let (nodes, problems) = yaml::parse(file, text);
    let [node] = nodes.as_slice() else { return None };
    let mut reader = Reader { file, places: Vec::new() };
    (problems.is_empty() && fits(node)).then(|| reader.value(node, &Pointer::root()))
}

/// Resources of a document, sorted by address.
pub(super) fn resources(objects: Vec<Object>) -> Vec<Resource> {
    let mut objects = objects;
    objects.sort_by(|a, b| order(a).cmp(&order(b)));
    let mut resources: Vec<Resource> = Vec::with_capacity(objects.len());
    let mut taken = std::collections::BTreeSet::new();
    for object in objects {
        let address = free_address(&object.identity, &taken);
        taken.insert(Arc::clone(&address));
        resources.push(resource(object, address));
    }
    resources.sort_by(|a, b| a.address.cmp(&b.address));
    resources
}

type Order<'a> = (&'a Identity, &'a str, Place);

fn order(object: &Object) -> Order<'_> {
    (&object.identity, &object.path, object.place)
}

/// The plain address; with the API group where two groups share a kind; with a number where one object is written twice.
fn free_address(identity: &Identity, taken: &std::collections::BTreeSet<Arc<str>>) -> Arc<str> {
    let plain = identity.address();
    if !taken.contains(&*plain) {
        return plain.into();
    }
    let grouped = identity.address_with_group();
    let numbered = (2..).map(|n| format!("{grouped}#{n}"));
    let candidates = std::iter::once(grouped.clone()).chain(numbered);
    candidates.map(Arc::from).find(|address| !taken.contains(address)).unwrap_or(plain.into())
}

fn resource(object: Object, address: Arc<str>) -> Resource {
    let Object { identity, attributes, place, header, spans, .. } = object;
    let tags = labels(&attributes);
    let environment = ["environment", "env"].iter().find_map(|key| tags.get(*key)?.as_str());
    let scope = Scope {
        environment: environment.map(Arc::from),
        namespace: identity.namespace.clone(),
        ..Scope::default()
    };
    let parsed = parsed(&identity, &attributes);
    Resource {
        address,
        kind: identity.kind,
        name: identity.name,
        mode: Mode::Managed,
        provider: Arc::from(super::FORMAT),
        parsed,
        defaults: Value::object(Map::new()),
        sensitive: sensitive(&attributes),
        references: Vec::new(),
        tags,
        scope,
        existence: Existence::Known,
        previous_address: None,
        place,
        header,
        spans,
        called_from: Arc::from([]),
        attributes,
    }
}

/// The object that says whose roles and users of AWS are who in a cluster, and its texts. Source: Amazon EKS User Guide, "Grant IAM users
/// access to Kubernetes with a `ConfigMap`".
const AWS_AUTH: ([&str; 3], [&str; 2]) =
    (["ConfigMap", "kube-system", "aws-auth"], ["mapRoles", "mapUsers"]);

/// What stands under `parsed`: the view of what runs pods, by itself or by an operator; what the texts of `aws-auth` hold, by their paths.
pub(super) fn parsed(identity: &Identity, attributes: &Value) -> Value {
    let operated = operated::parsed(&identity.kind, &identity.name, attributes);
    let mut parsed = operated.unwrap_or_else(|| pod::parsed(&identity.kind, attributes));
    let own = [&*identity.kind, identity.namespace.as_deref().unwrap_or_default(), &identity.name];
    if own == AWS_AUTH.0 {
        for name in AWS_AUTH.1 {
            let text = text_in(attributes, &["data", name]);
            let held = text.and_then(|text| only_of(FileId(0), text, |_| true));
            parsed.extend(held.map(|held| (format!("data/{name}").into(), held)));
        }
    }
    Value::object(parsed)
}

fn labels(attributes: &Value) -> Map {
    let labels = attributes.get("metadata").and_then(|metadata| metadata.get("labels"));
    labels.and_then(Value::as_object).cloned().unwrap_or_default()
}

/// What a `Secret` holds is not shown.
pub(super) fn sensitive(attributes: &Value) -> Vec<Pointer> {
    if attributes.get("kind").and_then(Value::as_str) != Some("Secret") {
        return Vec::new();
    }
    let written = ["data", "stringData"].into_iter().filter(|key| attributes.get(key).is_some());
    written.map(|key| Pointer::root().key(key)).collect()
}

struct Reader {
    file: FileId,
    places: Vec<(Pointer, Place)>,
}

impl Reader {
    fn value(&mut self, node: &Node, at: &Pointer) -> Value {
        match &node.kind {
            NodeKind::Scalar(scalar) => scalar::resolve(scalar),
            NodeKind::Sequence(items) => {
                let element = |(index, item): (usize, &Node)| {
                    let at = at.index(index);
                    self.note(&at, headline(item));
                    self.value(item, &at)
                };
                Value::array(items.iter().enumerate().map(element).collect())
            }
            NodeKind::Mapping(entries) => self.mapping(entries, at),
            // Data languages have no other nodes.
            _ => Value::Null,
        }
    }

    fn mapping(&mut self, entries: &[Entry], at: &Pointer) -> Value {
        let mut map = BTreeMap::new();
        // From the end: of equal keys the last one holds.
        for entry in entries.iter().rev() {
            let NodeKind::Scalar(scalar) = &entry.key.kind else { continue };
            let key = scalar::key(scalar);
            if map.contains_key(&key) {
                continue;
            }
            let at = at.key(&key);
            self.note(&at, entry_headline(entry));
            let value = self.value(&entry.value, &at);
            map.insert(key, value);
        }
        Value::object(map.into_iter().collect())
    }

    fn note(&mut self, at: &Pointer, span: Span) {
        self.places.push((at.clone(), Place { file: self.file, span }));
    }
}

/// Where a finding about a node points: what holds more than a line is shown by its first entry.
fn headline(node: &Node) -> Span {
    let first = match &node.kind {
        NodeKind::Mapping(_) => entries(node).first().map(entry_headline),
        NodeKind::Sequence(items) => items.first().map(headline),
        _ => None,
    };
    // What is merged or aliased in lies elsewhere; then the node's own span holds.
    first
        .filter(|span| node.span.start <= span.start && span.end <= node.span.end)
        .unwrap_or(node.span)
}

fn entry_headline(entry: &Entry) -> Span {
    let scalar = matches!(entry.value.kind, NodeKind::Scalar(_));
    // An aliased value lies before its key.
    if scalar && entry.value.span.start >= entry.key.span.end {
        entry.key.span.to(entry.value.span)
    } else {
        entry.key.span
    }
}

/// The text at a path of keys, for what names an object.
pub(super) fn text_in<'a>(value: &'a Value, path: &[&str]) -> Option<&'a str> {
    path.iter()
        .try_fold(value, |value, key| value.get(key))?
        .as_str()
        .filter(|text| !text.is_empty())
}
