//! Properties of nodes and zones: the vocabulary's expressions over the resources behind them.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::document::{Absent, Document, Pointer, Resource, Value};
use crate::engine::Evaluated;
use crate::engine::around::{Around, Seen, record};
use crate::engine::cel::Subject;
use crate::pack::{Expression, Verb};
use crate::source::{Place, Problem, ProblemKind};

use super::relations::leads;
use super::scene::{Fact, Scene};

/// What is declared and switched off, by its address and by what it names.
struct SwitchedOff<'a> {
    by_address: FxHashMap<&'a str, &'a Absent>,
    naming: FxHashMap<String, Vec<&'a Absent>>,
}

impl<'a> SwitchedOff<'a> {
    fn new(document: &'a Document) -> Self {
        let mut naming: FxHashMap<String, Vec<&Absent>> = FxHashMap::default();
        for absent in &document.absent {
            for (_, name) in absent.references() {
                naming.entry(name).or_default().push(absent);
            }
        }
        let by_address = document.absent.iter().map(|absent| (&*absent.address, absent)).collect();
        Self { by_address, naming }
    }

    /// Switches of what would have been of a type and named a resource, and of the log stores that it would have written to.
    fn places(&self, scene: &Scene<'_>, address: &str, kind: &str) -> Vec<Place> {
        let block = address.strip_suffix(']').and_then(|it| it.rfind('[').map(|at| &it[..at]));
        let naming = self.naming.get(block.unwrap_or(address)).into_iter().flatten();
        let mut places = Vec::new();
        for absent in naming.filter(|absent| &*absent.kind == kind) {
            places.push(absent.switch);
            let Some(meaning) = scene.vocabulary.of(kind) else { continue };
            let logs = meaning.edges.iter().filter(|(verb, _)| *verb == Verb::LogsTo);
            for (_, path) in logs {
                let targets = absent.references().filter(|(at, _)| leads(path, at));
                let targets = targets.filter_map(|(_, to)| self.by_address.get(&*to));
                places.extend(targets.map(|target| target.switch));
            }
        }
        places
    }
}

/// Evaluate all properties. An expression that does not compile or fails is a problem, and the property is not known.
pub fn read(scene: &mut Scene<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let off = SwitchedOff::new(scene.index.document);
    for node in 0..scene.nodes.len() {
        if let Some(at) = scene.nodes[node].resource {
            let facts = of_resource(scene, at, &off, &mut problems);
            scene.nodes[node].facts.extend(facts);
        }
    }
    for zone in 0..scene.zones.len() {
        if let Some(at) = scene.zones[zone].resource {
            let facts = of_resource(scene, at, &off, &mut problems);
            scene.zones[zone].facts.extend(facts);
        }
    }
    problems
}

fn of_resource(
    scene: &Scene<'_>,
    at: usize,
    off: &SwitchedOff<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<(Arc<str>, Fact)> {
    let Some(meaning) = &scene.meanings[at] else { return Vec::new() };
    let named = meaning.properties.iter().map(|(name, expression)| (Arc::clone(name), expression));
    let doors = [("port", &meaning.port), ("auth", &meaning.auth)];
    let doors = doors
        .into_iter()
        .filter_map(|(name, expression)| Some((Arc::from(name), expression.as_ref()?)));
    named
        .chain(doors)
        .filter_map(|(name, expression)| {
            let mut fact = evaluate(scene, at, expression, problems)?;
            if fact.value != Some(Value::Bool(true)) {
                fact.proof = with_switches(scene, at, expression, off, fact.proof);
            }
            Some((name, fact))
        })
        .collect()
}

/// One expression over a resource; `None` where it cannot be evaluated at all.
fn evaluate(
    scene: &Scene<'_>,
    at: usize,
    expression: &Expression,
    problems: &mut Vec<Problem>,
) -> Option<Fact> {
    let mut fail = |message: String| {
        let message = format!("the property `{}` of the vocabulary {message}", expression.text);
        problems.push(Problem::new(ProblemKind::Pack, message).at(expression.place));
    };
    let program = match expression.program() {
        Ok(program) => program,
        Err(error) => {
            fail(format!("does not compile: {error}"));
            return None;
        }
    };
    let resource = scene.index.resource(at);
    let around = Around { index: &scene.index, records: &scene.records, at, seen: Seen::All };
    let record = record(resource);
    let params = Value::Null;
    let subject = Subject {
        resource: &record,
        attributes: &resource.attributes,
        defaults: &resource.defaults,
        parsed: &resource.parsed,
        item: None,
        params: &params,
        surroundings: &around,
    };
    let proof = proof(scene, at, resource, &expression.text);
    match program.value(&subject) {
        Evaluated::Known(Value::Null) => None,
        Evaluated::Known(value) => Some(Fact { value: Some(value), proof }),
        Evaluated::Unknown(_) => Some(Fact { value: None, proof }),
        Evaluated::Failed(failure) => {
            fail(format!("fails on {}: {}", resource.address, failure.message));
            None
        }
    }
}

/// What an expression looks for may be there and switched off: that is where it is missing.
fn with_switches(
    scene: &Scene<'_>,
    at: usize,
    expression: &Expression,
    off: &SwitchedOff<'_>,
    proof: Vec<Place>,
) -> Vec<Place> {
    let address = &scene.index.resource(at).address;
    let kinds = words_after(&expression.text, "related(\"");
    let mut switches: Vec<Place> =
        kinds.flat_map(|kind| off.places(scene, address, kind)).collect();
    if switches.is_empty() {
        return proof;
    }
    switches.sort();
    switches.dedup();
    switches
}

/// Places of what an expression reads: attributes that it names, and resources that it joins.
fn proof(scene: &Scene<'_>, at: usize, resource: &Resource, text: &str) -> Vec<Place> {
    let mut places = Vec::new();
    for name in words_after(text, "attr.") {
        let pointer = Pointer::root().key(name);
        places
            .extend(resource.spans.get(&pointer).or_else(|| resource.spans.get(&pointer.index(0))));
    }
    for kind in words_after(text, "related(\"") {
        for other in scene.index.related(at, kind) {
            let other = scene.index.resource(other);
            let named = words_after(text, ".attributes.")
                .filter_map(|name| other.spans.get(&Pointer::root().key(name)));
            let named: Vec<Place> = named.collect();
            if named.is_empty() { places.push(other.header) } else { places.extend(named) }
        }
    }
    if places.is_empty() {
        places.push(resource.header);
    }
    places.sort();
    places.dedup();
    places
}

fn words_after<'t>(text: &'t str, start: &'t str) -> impl Iterator<Item = &'t str> {
    text.match_indices(start).map(move |(at, _)| {
        let rest = &text[at + start.len()..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        &rest[..end]
    })
}
