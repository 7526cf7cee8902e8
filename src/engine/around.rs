//! What lies around a resource, as CEL rules see it.

use std::sync::{Arc, OnceLock};

use super::cel::Surroundings;
use crate::document::{Document, Existence, Index, Map, Mode, Resource, Value};

/// The document as one value, made on first use.
#[derive(Debug)]
pub struct Records {
    document: OnceLock<Value>,
    /// Whether any resource is only known to exist conditionally.
    pub any_conditional: bool,
}

impl Records {
    /// Nothing is made yet.
    pub fn new(document: &Document) -> Self {
        let any_conditional =
            document.resources.iter().any(|each| each.existence == Existence::Unknown);
        Self { document: OnceLock::new(), any_conditional }
    }
}

/// Which neighbors are seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// All.
    All,
    /// Those that are known to exist.
    Certain,
    /// None: the resource alone.
    Nothing,
}

/// The surroundings of one resource.
#[derive(Debug)]
pub struct Around<'s, 'a> {
    /// The document's lookups.
    pub index: &'s Index<'a>,
    /// The document as one value.
    pub records: &'s Records,
    /// The resource, by its position.
    pub at: usize,
    /// Which neighbors are seen.
    pub seen: Seen,
}

impl Around<'_, '_> {
    fn visible(&self, at: usize) -> bool {
        match self.seen {
            Seen::All => true,
            Seen::Certain => self.index.resource(at).existence == Existence::Known,
            Seen::Nothing => false,
        }
    }

    fn records(&self, positions: impl IntoIterator<Item = usize>) -> Vec<Value> {
        let visible = positions.into_iter().filter(|at| self.visible(*at));
        visible.map(|at| record(self.index.resource(at))).collect()
    }
}

impl Surroundings for Around<'_, '_> {
    fn related(&self, kind: &str) -> Vec<Value> {
        self.records(self.index.related(self.at, kind))
    }

    fn references(&self, pointer: &str) -> Vec<Value> {
        let outgoing = self.index.outgoing(self.at);
        let from_there = |at: &str| {
            at == pointer || at.strip_prefix(pointer).is_some_and(|rest| rest.starts_with('/'))
        };
        let mut found: Vec<usize> = outgoing
            .iter()
            .filter(|edge| from_there(edge.at.as_str()))
            .map(|edge| edge.to)
            .collect();
        found.sort_unstable();
        found.dedup();
        self.records(found)
    }

    fn is_default(&self, text: &str) -> bool {
        // A variable is where its default is judged.
        if self.index.resource(self.at).type_name() == "variable" {
            return false;
        }
        self.index.of_type("variable").iter().any(|at| {
            let default = self.index.resource(*at).attributes.get("default");
            default.and_then(Value::as_str) == Some(text)
        })
    }

    fn document(&self) -> Value {
        let document = self.index.document;
        let make = || {
            let records =
                document.resources.iter().filter(|each| each.mode != Mode::Declaration).map(record);
            Value::object(Map::from_iter([
                (Arc::from("format"), Value::string(document.format)),
                (Arc::from("root"), Value::String(Arc::clone(&document.root))),
                (Arc::from("resources"), Value::array(records.collect())),
            ]))
        };
        self.records.document.get_or_init(make).clone()
    }
}

/// A resource as a value. Costs a dozen reference counts; attributes are shared.
pub fn record(resource: &Resource) -> Value {
    let mode = match resource.mode {
        Mode::Managed => "managed",
        Mode::Data => "data",
        Mode::Declaration => "declaration",
    };
    let scope = &resource.scope;
    let optional = |text: &Option<Arc<str>>| text.clone().map_or(Value::Null, Value::String);
    let scope = Value::object(Map::from_iter([
        (
            Arc::from("module"),
            Value::array(scope.module.iter().cloned().map(Value::String).collect()),
        ),
        (Arc::from("region"), optional(&scope.region)),
        (Arc::from("environment"), optional(&scope.environment)),
        (Arc::from("namespace"), optional(&scope.namespace)),
    ]));
    let tags = resource.unknown_tags().map_or_else(
        || Value::object(resource.tags.clone()),
        // With what else they are made of.
        |unknown| Value::Unknown(Arc::new(unknown.bare())),
    );
    Value::object(Map::from_iter([
        (Arc::from("address"), Value::String(Arc::clone(&resource.address))),
        (Arc::from("type"), Value::string(resource.type_name())),
        (Arc::from("name"), Value::String(Arc::clone(&resource.name))),
        (Arc::from("mode"), Value::string(mode)),
        (Arc::from("provider"), Value::String(Arc::clone(&resource.provider))),
        (Arc::from("attributes"), resource.attributes.clone()),
        (Arc::from("parsed"), resource.parsed.clone()),
        (Arc::from("tags"), tags),
        (Arc::from("scope"), scope),
    ]))
}
