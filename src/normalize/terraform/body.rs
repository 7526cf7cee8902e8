//! Evaluates the body of a block: attributes, nested blocks as lists of objects, dynamic blocks expanded, places kept.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::expression::{elements, evaluate};
use super::instance::Instance;
use super::mentions;
use super::operators::nullable_of;
use super::scope::{Name, Scope};
use super::types::Type;
use super::value::{Entries, Kind, Value};
use crate::document::{Mention, Pointer, SpanTable, Trail};
use crate::source::{FileId, Place};
use crate::syntax::{Attribute, Block, Body, Node, NodeKind, Scalar};

/// A body's values and the places of everything in it.
#[derive(Debug, Clone)]
pub struct Evaluated {
    /// Attributes and nested blocks by name; what is null is left out.
    pub entries: Entries,
    /// Places by pointer, shared by all instances of a block without dynamic parts.
    pub spans: Arc<SpanTable>,
}

/// Evaluate a body, leaving out the members named in `meta`. What Terraform would refuse is reported and unknown.
pub fn evaluate_body<'a>(
    body: &Body,
    meta: &[&str],
    instance: &Rc<Instance<'a>>,
    scope: &Scope<'_, 'a>,
) -> Evaluated {
    let memo = &instance.module.memo;
    let cached = memo.spans(body);
    let mut walk =
        Walk { instance, meta, places: cached.is_none().then(Vec::new), mentions: Vec::new() };
    let root = Pointer::root();
    let entries = walk.body(body, scope, Trail::from(&root));
    let spans = cached.unwrap_or_else(|| {
        let spans = SpanTable::new(walk.places.unwrap_or_default());
        let spans = Arc::new(spans.with_mentions(walk.mentions));
        if !has_dynamic(body) {
            memo.keep_spans(body, &spans);
        }
        spans
    });
    Evaluated { entries, spans }
}

/// The values of a body alone.
pub fn evaluate_entries<'a>(
    body: &Body,
    instance: &Rc<Instance<'a>>,
    scope: &Scope<'_, 'a>,
) -> Entries {
    let root = Pointer::root();
    let mut walk = Walk { instance, meta: &[], places: None, mentions: Vec::new() };
    walk.body(body, scope, Trail::from(&root))
}

fn has_dynamic(body: &Body) -> bool {
    body.blocks.iter().any(|block| &*block.name == "dynamic" || has_dynamic(&block.body))
}

struct Walk<'w, 'a> {
    instance: &'w Rc<Instance<'a>>,
    meta: &'w [&'w str],
    places: Option<Vec<(Pointer, Place)>>,
    mentions: Vec<Mention>,
}

impl<'a> Walk<'_, 'a> {
    fn body(&mut self, body: &Body, scope: &Scope<'_, 'a>, at: Trail<'_>) -> Entries {
        let mut written = Vec::with_capacity(body.attributes.len());
        for attribute in &body.attributes {
            if at.is_root() && self.meta.contains(&&*attribute.name) {
                continue;
            }
            let file = self.instance.module.file_of(attribute, scope.file);
            let value = if file == scope.file {
                self.attribute(attribute, scope, at)
            } else {
                self.attribute(attribute, &Scope { file, ..scope.clone() }, at)
            };
            if !value.is_null() {
                written.push((Arc::clone(&attribute.name), value));
            }
        }
        let mut entries = Entries::from_iter(written);
        let mut lists: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
        for block in &body.blocks {
            if at.is_root() && self.meta.contains(&&*block.name) {
                continue;
            }
            let file = self.instance.module.file_of_block(block, scope.file);
            if file == scope.file {
                self.block(block, scope, at, &mut lists);
            } else {
                self.block(block, &Scope { file, ..scope.clone() }, at, &mut lists);
            }
        }
        // A dynamic block that makes nothing is one that is not written.
        for (name, blocks) in lists.into_iter().filter(|(_, blocks)| !blocks.is_empty()) {
            let written = entries.remove(&name);
            let made = match (&written, uncounted(&blocks)) {
                (None, Some(unknown)) => unknown,
                _ => join(written, blocks),
            };
            entries.insert(name, made);
        }
        entries
    }

    fn attribute(&mut self, attribute: &Attribute, scope: &Scope<'_, 'a>, at: Trail<'_>) -> Value {
        if let Some(places) = &mut self.places {
            place_of(
                at.key(&attribute.name).pointer(),
                Place { file: scope.file, span: attribute.span },
                &attribute.value,
                places,
            );
            mentions::in_templates(&attribute.value, scope.file, &mut self.mentions);
        }
        let evaluated = evaluate(&attribute.value, scope).and_then(|value| {
            let checked = super::evaluator::Evaluator::check_size(&value);
            checked.map(|()| value).map_err(|message| {
                let is_limit = true;
                super::scope::Fault { is_limit, ..scope.fault(attribute.value.span, message) }
            })
        });
        evaluated.unwrap_or_else(|fault| {
            self.instance.evaluator.report(&fault);
            Value::unknown(format!("could not be evaluated: {}", fault.message))
        })
    }

    fn block(
        &mut self,
        block: &Block,
        scope: &Scope<'_, 'a>,
        at: Trail<'_>,
        lists: &mut BTreeMap<Arc<str>, Vec<Value>>,
    ) {
        if &*block.name == "dynamic"
            && let [label] = block.labels.as_slice()
        {
            let name = Arc::clone(&label.text);
            let list = lists.entry(Arc::clone(&name)).or_default();
            let items = self.dynamic(block, &name, scope, at, list.len());
            list.extend(items);
            return;
        }
        let list = lists.entry(Arc::clone(&block.name)).or_default();
        let all = at.key(&block.name);
        let own = all.index(list.len());
        self.place(all, own, block, scope.file);
        let mut entries = self.body(&block.body, scope, own);
        for (position, label) in block.labels.iter().enumerate() {
            entries
                .entry(label_key(position))
                .or_insert_with(|| Value::string(Arc::clone(&label.text)));
        }
        list.push(Value::object(entries));
    }

    /// A block's place, and that of all blocks of its name: the first of these holds.
    fn place(&mut self, all: Trail<'_>, own: Trail<'_>, block: &Block, file: FileId) {
        if let Some(places) = &mut self.places {
            let place = Place { file, span: block.header };
            places.push((all.pointer(), place));
            places.push((own.pointer(), place));
        }
    }

    /// The blocks that a dynamic block makes. An unknown `for_each` makes one unknown element.
    fn dynamic(
        &mut self,
        block: &Block,
        name: &Arc<str>,
        scope: &Scope<'_, 'a>,
        at: Trail<'_>,
        first: usize,
    ) -> Vec<Value> {
        let Some((collection, content)) = self.dynamic_parts(block, scope) else {
            return vec![Value::unknown("a dynamic block that could not be evaluated")];
        };
        let iterator = match block.body.attribute("iterator").map(|attribute| &attribute.value.kind)
        {
            Some(NodeKind::Name(iterator) | NodeKind::Scalar(Scalar::String(iterator))) => iterator,
            _ => name,
        };
        let all = at.key(name);
        let items = match elements(&collection) {
            Ok(items) => items,
            Err(unknown) => {
                let unknown = unknown
                    .unwrap_or_else(|| Value::unknown("`for_each` of a dynamic block is null"));
                self.place(all, all.index(first), block, scope.file);
                return vec![unknown];
            }
        };
        let mut made = Vec::with_capacity(items.len());
        for (key, value) in items {
            let element = Value::object(Entries::from_iter([
                (Arc::from("key"), key),
                (Arc::from("value"), value),
            ]));
            let names = Name { name: iterator, value: element, outer: scope.names };
            let own = all.index(first + made.len());
            self.place(all, own, content, scope.file);
            let inner = Scope { names: Some(&names), ..scope.clone() };
            let mut entries = self.body(&content.body, &inner, own);
            self.dynamic_labels(block, &inner, &mut entries);
            made.push(Value::object(entries).with_marks(&collection.marks));
        }
        made
    }

    /// Labels of the blocks that a dynamic block makes, as those of written blocks.
    fn dynamic_labels(&mut self, block: &Block, scope: &Scope<'_, 'a>, entries: &mut Entries) {
        let Some(labels) = block.body.attribute("labels") else { return };
        match evaluate(&labels.value, scope).map(|labels| labels.kind) {
            Ok(Kind::Sequence(_, labels)) => {
                for (position, label) in labels.iter().enumerate() {
                    entries.entry(label_key(position)).or_insert_with(|| label.clone());
                }
            }
            Ok(_) => {}
            Err(fault) => self.instance.evaluator.report(&fault),
        }
    }

    fn dynamic_parts<'b>(
        &mut self,
        block: &'b Block,
        scope: &Scope<'_, 'a>,
    ) -> Option<(Value, &'b Block)> {
        let for_each = block.body.attribute("for_each");
        let content = block.body.blocks_named("content").next();
        let (Some(for_each), Some(content)) = (for_each, content) else {
            let fault =
                scope.fault(block.header, "a dynamic block needs `for_each` and a `content` block");
            self.instance.evaluator.report(&fault);
            return None;
        };
        match evaluate(&for_each.value, scope) {
            Ok(collection) => Some((collection, content)),
            Err(fault) => {
                self.instance.evaluator.report(&fault);
                None
            }
        }
    }
}

/// Where a block's label stands among its attributes.
fn label_key(position: usize) -> Arc<str> {
    if position == 0 { Arc::from("name") } else { format!("name{}", position + 1).into() }
}

/// Where all blocks of a name are those of dynamic blocks over what is not known: nobody knows whether there is one.
fn uncounted(blocks: &[Value]) -> Option<Value> {
    let (first, rest) = blocks.split_first()?;
    let is_open = |value: &Value| matches!(value.kind, Kind::Unknown(_));
    if !is_open(first) || !rest.iter().all(is_open) {
        return None;
    }
    let mut made = nullable_of(first, Type::List(Arc::new(Type::Any))).with_marks(&first.marks);
    let bounds = |value: &Value| match &value.kind {
        Kind::Unknown(unknown) => unknown.bounds.clone(),
        _ => None,
    };
    if let Kind::Unknown(unknown) = &mut made.kind {
        let unknown = Arc::make_mut(unknown);
        unknown.bounds = bounds(first).filter(|_| rest.is_empty());
        // Without a block there is no list.
        unknown.not_null = unknown.length().0 > 0;
    }
    Some(rest.iter().fold(made, |made, value| made.with_marks(&value.marks)))
}

/// An attribute and blocks of one name: Terraform lets some be written either way, never both; keep whatever is there.
fn join(attribute: Option<Value>, blocks: Vec<Value>) -> Value {
    match attribute.map(|value| value.kind) {
        Some(Kind::Sequence(_, items)) => {
            Value::tuple(items.iter().cloned().chain(blocks).collect())
        }
        _ => Value::list(blocks),
    }
}

/// The place of a value and of what is in it.
fn place_of(pointer: Pointer, place: Place, node: &Node, places: &mut Vec<(Pointer, Place)>) {
    match &node.kind {
        NodeKind::Sequence(_)
        | NodeKind::Mapping(_)
        | NodeKind::Parenthesis(_)
        | NodeKind::Call { .. } => {
            places.push((pointer.clone(), place));
            literal_places(node, place.file, &pointer, places);
        }
        _ => places.push((pointer, place)),
    }
}

/// Places inside a literal value: object keys and list elements, also inside `jsonencode(…)` and `yamlencode(…)`.
pub fn literal_places(node: &Node, file: FileId, at: &Pointer, places: &mut Vec<(Pointer, Place)>) {
    match &node.kind {
        NodeKind::Sequence(items) => {
            for (position, item) in items.iter().enumerate() {
                place_of(at.index(position), Place { file, span: item.span }, item, places);
            }
        }
        NodeKind::Mapping(entries) => {
            for entry in entries {
                if let NodeKind::Scalar(Scalar::String(key)) = &entry.key.kind {
                    let span = entry.key.span.to(entry.value.span);
                    place_of(at.key(key), Place { file, span }, &entry.value, places);
                }
            }
        }
        NodeKind::Parenthesis(inner) => literal_places(inner, file, at, places),
        NodeKind::Call { name, arguments } if matches!(&**name, "jsonencode" | "yamlencode") => {
            if let [argument] = arguments.nodes.as_slice() {
                literal_places(argument, file, at, places);
            }
        }
        _ => {}
    }
}
