//! What the provider fills in where nothing is written, for the document.

use std::sync::Arc;

use crate::document::{Map, Value};
use crate::vocabulary::Block;

/// The defaults of attributes that are not written; those of nested blocks in lists that stand beside the lists of blocks, an object for
/// each block.
pub fn of(block: &Block, written: &Map) -> Map {
    let mut defaults = Map::new();
    for (name, attribute) in &block.attributes {
        if let Some(default) = &attribute.default
            && !default.fills_gap
            && matches!(written.get(name), None | Some(Value::Null))
        {
            defaults.insert(Arc::clone(name), default.value.clone().into());
        }
    }
    for (name, nested) in &block.blocks {
        let Some(Value::Array(items)) = written.get(name) else { continue };
        let inner: Vec<Map> = items
            .iter()
            .map(|item| item.as_object().map_or_else(Map::new, |item| of(&nested.block, item)))
            .collect();
        if inner.iter().any(|defaults| !defaults.is_empty()) {
            let inner = inner.into_iter().map(Value::object).collect();
            defaults.insert(Arc::clone(name), Value::array(inner));
        }
    }
    defaults
}
