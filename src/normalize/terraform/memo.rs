//! What follows from a module's declarations alone, kept for all roots that reach the module and all of its instances.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::types::Type;
use super::value::Value;
use crate::document::{self, Pointer, SpanTable};
use crate::syntax::{Attribute, Body, Node, NodeKind};

/// What is known of a module's declarations, each by its address in memory, where the module keeps it.
#[derive(Debug, Default)]
pub struct Memo {
    spans: Kept<Arc<SpanTable>>,
    call_spans: Kept<Arc<SpanTable>>,
    constants: Kept<Constant>,
    defaults: Kept<Value>,
    mentions: Kept<Mentions>,
    constraints: Kept<Arc<Type>>,
}

/// What a body names, with the attributes that do so.
type Mentions = Arc<[(Pointer, Arc<str>)]>;

type Kept<T> = Mutex<FxHashMap<usize, T>>;

/// A declaration in which everything is written out, as documents hold it: nothing in it is sensitive or refers to anything.
#[derive(Clone, Debug)]
pub struct Constant {
    /// Its attributes, an object.
    pub attributes: document::Value,
    /// JSON texts among them, parsed.
    pub parsed: document::Value,
    /// Places of its attributes.
    pub spans: Arc<SpanTable>,
}

impl Memo {
    /// The span table of a body without dynamic parts.
    pub fn spans(&self, body: &Body) -> Option<Arc<SpanTable>> {
        get(&self.spans, body)
    }

    /// Keep the span table of a body without dynamic parts.
    pub fn keep_spans(&self, body: &Body, spans: &Arc<SpanTable>) {
        keep(&self.spans, body, Arc::clone(spans));
    }

    /// The span table of a call with this body, as `make` makes it of the body's own, which is known if it has no dynamic parts.
    pub fn call_spans(
        &self,
        body: &Body,
        own: &Arc<SpanTable>,
        make: impl FnOnce() -> Arc<SpanTable>,
    ) -> Arc<SpanTable> {
        if !get(&self.spans, body).is_some_and(|kept| Arc::ptr_eq(&kept, own)) {
            return make();
        }
        get(&self.call_spans, body).unwrap_or_else(|| {
            let made = make();
            keep(&self.call_spans, body, Arc::clone(&made));
            made
        })
    }

    /// What a constant body is.
    pub fn constant(&self, body: &Body) -> Option<Constant> {
        get(&self.constants, body)
    }

    /// Keep what a constant body is.
    pub fn keep_constant(&self, body: &Body, constant: Constant) {
        keep(&self.constants, body, constant);
    }

    /// What a variable with this body is where it is not given.
    pub fn default(&self, body: &Body) -> Option<Value> {
        get(&self.defaults, body)
    }

    /// The type constraint that an attribute writes out.
    pub fn constraint(&self, attribute: &Attribute) -> Option<Arc<Type>> {
        get(&self.constraints, attribute)
    }

    /// Keep a type constraint if the attribute alone decides it; whether it does.
    pub fn keep_constraint(&self, attribute: &Attribute, kind: &Arc<Type>) -> bool {
        let is_plain = is_constraint(&attribute.value);
        if is_plain {
            keep(&self.constraints, attribute, Arc::clone(kind));
        }
        is_plain
    }

    /// What a body names, as `find` finds it.
    pub fn mentions(&self, body: &Body, find: impl FnOnce(&Body) -> Mentions) -> Mentions {
        get(&self.mentions, body).unwrap_or_else(|| {
            let found = find(body);
            keep(&self.mentions, body, Arc::clone(&found));
            found
        })
    }

    /// Keep what a variable is where it is not given, if its declaration alone decides that.
    pub fn keep_default(&self, body: &Body, value: &Value) {
        let is_plain = body.attribute("type").is_none_or(|kind| is_constraint(&kind.value));
        if is_plain && value.is_wholly_known() && is_constant(body, VARIABLE_META) {
            keep(&self.defaults, body, value.clone());
        }
    }
}

fn get<T: Clone, D>(kept: &Kept<T>, declared: &D) -> Option<T> {
    let key = std::ptr::from_ref(declared).addr();
    kept.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned()
}

fn keep<T, D>(kept: &Kept<T>, declared: &D, value: T) {
    let key = std::ptr::from_ref(declared).addr();
    kept.lock().unwrap_or_else(PoisonError::into_inner).insert(key, value);
}

/// Members of a variable block that do not say what the variable is.
pub const VARIABLE_META: &[&str] = &["type", "validation", "description"];

/// Whether a type constraint names types only: its defaults are written out.
fn is_constraint(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Name(_) | NodeKind::Scalar(_) => true,
        NodeKind::Sequence(items) => items.iter().all(is_constraint),
        NodeKind::Mapping(entries) => entries.iter().all(|entry| is_constraint(&entry.value)),
        NodeKind::Call { name, arguments } => match arguments.nodes.split_first() {
            Some((kind, defaults)) if &**name == "optional" => {
                is_constraint(kind) && defaults.iter().all(is_written_out)
            }
            _ => arguments.nodes.iter().all(is_constraint),
        },
        _ => false,
    }
}

/// Whether every attribute of a body is written out, and it holds no blocks; but for the members named in `meta`.
pub fn is_constant(body: &Body, meta: &[&str]) -> bool {
    body.blocks.iter().all(|block| meta.contains(&&*block.name))
        && body
            .attributes
            .iter()
            .filter(|attribute| !meta.contains(&&*attribute.name))
            .all(|attribute| is_written_out(&attribute.value))
}

fn is_written_out(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Scalar(_) => true,
        NodeKind::Sequence(items) => items.iter().all(is_written_out),
        NodeKind::Mapping(entries) => {
            entries.iter().all(|entry| is_written_out(&entry.key) && is_written_out(&entry.value))
        }
        NodeKind::Parenthesis(inner) | NodeKind::Unary(_, inner) => is_written_out(inner),
        _ => false,
    }
}
