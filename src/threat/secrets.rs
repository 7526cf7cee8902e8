//! Secrets in code: where they are used, and what they open.

use std::collections::BTreeMap;

use base64::Engine as _;

use crate::document::{Pointer, Value};
use crate::finding::context::{Dimension, Known, Situation, State};
use crate::graph::scene::Scene;
use crate::pack::Verb;
use crate::source::Place;

use super::situation::Target;
use super::surroundings::{Ports, Surroundings};

/// Shorter texts are no secrets that could be told from other values.
const LEAST: usize = 6;

/// Where a secret is used.
#[derive(Clone, Debug, Default)]
pub struct Uses {
    /// Nodes that accept it.
    pub accepted_by: Vec<usize>,
    /// Places that hold it.
    pub places: Vec<Place>,
    /// Whether it opens the state.
    pub state: bool,
}

/// Uses of every secret in code, by node.
pub fn find(around: &Surroundings<'_, '_>) -> BTreeMap<usize, Uses> {
    let scene = around.scene();
    let mut all = BTreeMap::new();
    for (node, given) in scene.nodes.iter().enumerate() {
        if given.resource.is_some() || &*given.kind != "secret_store" {
            continue;
        }
        let mut uses = Uses::default();
        if let Some((module, name)) = variable(&given.id) {
            let text = value(scene, &given.id, name).filter(|text| text.len() >= LEAST);
            if let Some(text) = text {
                search(around, text, (module, &format!("var.{name}")), &mut uses);
            }
        } else {
            uses.state = given.id.starts_with("backend.");
        }
        uses.places.sort();
        uses.places.dedup();
        all.insert(node, uses);
    }
    all
}

/// The module and the name of a variable, by its address.
fn variable(id: &str) -> Option<(&str, &str)> {
    let name = id.rsplit('.').next()?;
    let module = id.strip_suffix(name)?.strip_suffix("var.")?;
    (module.is_empty() || module.starts_with("module."))
        .then(|| (module.trim_end_matches('.'), name))
}

/// The text that a variable holds: at the root what it is given, in a module what it is where nobody gives it.
fn value<'s>(scene: &'s Scene<'_>, id: &str, name: &str) -> Option<&'s str> {
    if *id == format!("var.{name}") {
        let mut variables = scene.index.document.variables.iter();
        return variables.find(|variable| *variable.name == *name)?.value.as_str();
    }
    let declaration = scene.index.resource(scene.index.by_address(id)?);
    declaration.attributes.get("default")?.as_str()
}

fn search(
    around: &Surroundings<'_, '_>,
    secret: &str,
    (module, variable): (&str, &str),
    uses: &mut Uses,
) {
    let scene = around.scene();
    for (at, resource) in scene.index.document.resources.iter().enumerate() {
        let Some(attributes) =
            resource.attributes.as_object().filter(|_| scene.node_of[at].is_some())
        else {
            continue;
        };
        let credential = |name: &str| {
            scene.meanings[at].as_ref().is_some_and(|meaning| {
                meaning.edges.iter().any(|(verb, path)| {
                    *verb == Verb::ReferencesSecret && path.split('.').next() == Some(name)
                })
            }) && around.words.is_credential(name)
        };
        for (name, value) in attributes {
            if !mentions(value, secret, 0) {
                continue;
            }
            // Inside a long text, where that names the variable; the variables of other modules are others.
            let pointer = Pointer::root().key(name);
            let calls = resource.scope.module.iter().map(|call| format!("module.{call}"));
            let own = calls.collect::<Vec<_>>().join(".") == module;
            let place = resource.place_of_name(&pointer, variable);
            uses.places.push(if own { place } else { resource.place_of(&pointer) });
            if credential(name) {
                uses.accepted_by.extend(scene.nodes_of(at));
            }
        }
    }
    uses.accepted_by.sort_unstable();
    uses.accepted_by.dedup();
}

/// Whether a value holds a text, as it is or in base64.
fn mentions(value: &Value, secret: &str, depth: usize) -> bool {
    match value {
        Value::String(text) => {
            text.contains(secret) || decoded(text).is_some_and(|text| text.contains(secret))
        }
        Value::Array(items) if depth < 16 => {
            items.iter().any(|item| mentions(item, secret, depth + 1))
        }
        Value::Object(map) if depth < 16 => {
            map.values().any(|item| mentions(item, secret, depth + 1))
        }
        // Of a text that is known in part, what is known.
        Value::Unknown(unknown) => unknown.parts.contains(secret),
        _ => false,
    }
}

fn decoded(text: &str) -> Option<String> {
    if text.len() < 16
        || !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
    {
        return None;
    }
    String::from_utf8(base64::engine::general_purpose::STANDARD.decode(text).ok()?).ok()
}

/// A secret in code is as exposed as the service that accepts it, and as sensitive as what it opens.
pub fn apply(
    around: &Surroundings<'_, '_>,
    secrets: &BTreeMap<usize, Uses>,
    target: Target,
    situation: &mut Situation,
    evidence: &mut Vec<Place>,
) {
    let Target::Node(node) = target else { return };
    let Some(uses) = secrets.get(&node) else { return };
    for place in &uses.places {
        if !evidence.contains(place) {
            evidence.push(*place);
        }
    }
    if uses.state {
        let place = around.scene().nodes[node].place.into_iter().collect();
        situation.set(Dimension::Data, Known::State(State(3), place));
        situation.set(Dimension::Exposure, Known::Unknown);
        return;
    }
    let mut exposure: Option<(State, Vec<Place>)> = None;
    let mut data: Option<(State, Vec<Place>)> = None;
    for acceptor in &uses.accepted_by {
        if let Known::State(state, proof) = around.exposure(*acceptor, Ports::Any)
            && exposure.as_ref().is_none_or(|(known, _)| state < *known)
        {
            exposure = Some((state, proof));
        }
        if let Known::State(state, proof) = around.data(*acceptor)
            && data.as_ref().is_none_or(|(known, _)| state > *known)
        {
            data = Some((state, proof));
        }
    }
    let known = |found: Option<(State, Vec<Place>)>| {
        found.map_or(Known::Unknown, |(state, proof)| Known::State(state, proof))
    };
    situation.set(Dimension::Exposure, known(exposure));
    situation.set(Dimension::Data, known(data));
}
