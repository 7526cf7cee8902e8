//! What lies around a resource, as CEL rules see it.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use super::cel::Surroundings;
use super::secrets;
use crate::document::{Document, Edge, Existence, Index, Map, Mode, Resource, Value};

/// The document as one value, made on first use.
#[derive(Debug)]
pub struct Records {
    document: OnceLock<Value>,
    /// Of the resources that are known to exist, each with its position.
    certain: OnceLock<Vec<(usize, Value)>>,
    /// Whether any resource is only known to exist conditionally.
    pub any_conditional: bool,
}

impl Records {
    /// Nothing is made yet.
    pub fn new(document: &Document) -> Self {
        let any_conditional =
            document.resources.iter().any(|each| each.existence == Existence::Unknown);
        Self { document: OnceLock::new(), certain: OnceLock::new(), any_conditional }
    }
}

/// Which other resources are seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen<'s> {
    /// All.
    All,
    /// Those that are known to exist, and these.
    With(&'s [usize]),
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
    /// Which other resources are seen.
    pub seen: Seen<'s>,
}

impl Around<'_, '_> {
    fn visible(&self, at: usize) -> bool {
        match self.seen {
            Seen::All => true,
            Seen::With(others) => {
                self.index.resource(at).existence == Existence::Known || others.contains(&at)
            }
            Seen::Nothing => false,
        }
    }

    /// Of those that are known to exist, these others, and this one, which is judged as if it did.
    fn certain(&self, others: &[usize]) -> Vec<Value> {
        let document = self.index.document;
        let certain = self.records.certain.get_or_init(|| {
            let all = document.resources.iter().enumerate();
            let certain = all.filter(|(_, each)| {
                each.mode != Mode::Declaration && each.existence == Existence::Known
            });
            certain.map(|(at, each)| (at, record(each))).collect()
        });
        let is_new = |at: &usize| certain.binary_search_by_key(at, |(known, _)| *known).is_err();
        let mut more: Vec<usize> =
            others.iter().chain([&self.at]).copied().filter(is_new).collect();
        more.sort_unstable();
        more.dedup();
        let mut records = Vec::with_capacity(certain.len() + more.len());
        let mut more = more.into_iter().peekable();
        for (at, known) in certain {
            while let Some(before) = more.next_if(|other| other < at) {
                records.push(record(self.index.resource(before)));
            }
            records.push(known.clone());
        }
        records.extend(more.map(|at| record(self.index.resource(at))));
        records
    }

    fn records(&self, positions: impl IntoIterator<Item = usize>) -> Vec<Value> {
        let visible = positions.into_iter().filter(|at| self.visible(*at));
        visible.map(|at| record(self.index.resource(at))).collect()
    }
}

/// Whether a reference stands in an attribute, or somewhere in it.
fn is_from(edge: &Edge, pointer: &str) -> bool {
    let rest = edge.at.as_str().strip_prefix(pointer);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl Surroundings for Around<'_, '_> {
    fn related(&self, kind: &str) -> Vec<Value> {
        self.records(self.index.related(self.at, kind))
    }

    fn references(&self, pointer: &str) -> Vec<Value> {
        let edges = self.index.outgoing(self.at).iter().filter(|edge| is_from(edge, pointer));
        let found: BTreeSet<usize> = edges.map(|edge| edge.to).collect();
        self.records(found)
    }

    fn referrers(&self, pointer: &str) -> Vec<Value> {
        let edges = self.index.incoming(self.at).iter().filter(|edge| is_from(edge, pointer));
        let found: BTreeSet<usize> = edges.map(|edge| edge.from).collect();
        self.records(found)
    }

    fn is_default(&self, text: &str) -> bool {
        // A variable is where its default is judged.
        if self.index.resource(self.at).type_name() == "variable" {
            return false;
        }
        // It is judged there where the variable's name says that it is a secret.
        let is_judged = |name: &str| secrets::is_secret(name, text, &|_| false).unwrap_or_default();
        self.index.of_type("variable").iter().any(|at| {
            let own = &self.index.resource(*at).attributes;
            let of = |name: &str| own.get(name).and_then(Value::as_str);
            of("default") == Some(text) && of("name").is_some_and(is_judged)
        })
    }

    fn document(&self) -> Value {
        let document = self.index.document;
        let of = |records: Vec<Value>| {
            Value::object(Map::from_iter([
                (Arc::from("format"), Value::string(document.format)),
                (Arc::from("root"), Value::String(Arc::clone(&document.root))),
                (Arc::from("resources"), Value::array(records)),
            ]))
        };
        match self.seen {
            Seen::All => {
                let written = document.resources.iter();
                let written = written.filter(|each| each.mode != Mode::Declaration);
                self.records.document.get_or_init(|| of(written.map(record).collect())).clone()
            }
            Seen::With(others) => of(self.certain(others)),
            Seen::Nothing => of(vec![record(self.index.resource(self.at))]),
        }
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
