//! Trails that record what is done to the data of other resources: who reads it leaves a trace there.
//!
//! The table `data_events` says of what a trail does so: type of the resource, the trail's word for it, what stands for all of them.
//! Source: AWS `CloudTrail` User Guide, "Logging data events".

use std::collections::{BTreeMap, BTreeSet};

use crate::document::{Existence, Pointer, Value};
use crate::source::Place;

use super::accounts;
use super::look;
use super::scene::{Fact, Scene};

const TRAIL: &str = "aws_cloudtrail";

/// How a field is told but by what it is, or begins with.
const OTHERS: [&str; 4] = ["ends_with", "not_ends_with", "not_equals", "not_starts_with"];

/// What a selector of a trail records.
struct Recorded<'s> {
    /// The trail's word for the type.
    kind: &'s str,
    /// Where resources are named, and what is written there; nothing where all are meant.
    named: Option<(Pointer, Vec<&'s str>)>,
    place: Place,
}

/// Say of what trails record that it is logged.
pub fn complete(scene: &mut Scene<'_>) {
    let mut logged: BTreeMap<usize, Place> = BTreeMap::new();
    let mut whole: BTreeSet<(Option<usize>, Option<&str>, &str)> = BTreeSet::new();
    for trail in scene.index.of_type(TRAIL).iter().filter(|trail| is_on(scene, **trail)) {
        let resource = scene.index.resource(*trail);
        let account = accounts::account_of(scene, *trail);
        let wide = resource.attributes.get("is_multi_region_trail") == Some(&Value::Bool(true));
        let region = resource.scope.region.as_deref().filter(|_| !wide);
        for recorded in plain(scene, *trail).into_iter().chain(advanced(scene, *trail)) {
            for row in scene.vocabulary.table("data_events") {
                let [kind, word, all] = row.as_slice() else { continue };
                let is_all = recorded.is_all(all);
                // All of a type are logged by the first that says so.
                if **word != *recorded.kind || is_all && !whole.insert((account, region, kind)) {
                    continue;
                }
                let meant = match &recorded.named {
                    Some((pointer, _)) if !is_all => named(scene, *trail, pointer, kind),
                    _ => scene.index.of_type(kind).to_vec(),
                };
                let is_own = |at: &usize| {
                    let own = scene.index.resource(*at).scope.region.as_deref();
                    accounts::account_of(scene, *at) == account
                        && (wide || own == resource.scope.region.as_deref())
                };
                for node in meant.into_iter().filter(is_own).filter_map(|at| scene.node_of[at]) {
                    logged.entry(node).or_insert(recorded.place);
                }
            }
        }
    }
    for (node, proof) in logged {
        let fact = Fact { value: Some(Value::Bool(true)), proof: vec![proof] };
        scene.nodes[node].facts.insert("logged".into(), fact);
    }
}

/// Whether a trail is known to be there, and to record.
fn is_on(scene: &Scene<'_>, trail: usize) -> bool {
    let resource = scene.index.resource(trail);
    let said = resource.attributes.get("enable_logging");
    resource.existence == Existence::Known
        && !matches!(said, Some(Value::Bool(false) | Value::Unknown(_)))
}

impl Recorded<'_> {
    /// Whether all of a type are meant, by what names all of them.
    fn is_all(&self, all: &str) -> bool {
        let names_all =
            |text: &&str| !text.is_empty() && all.starts_with(text.trim_end_matches(':'));
        self.named.as_ref().is_none_or(|(_, texts)| texts.iter().any(names_all))
    }
}

/// Resources of a type that an attribute of a trail refers to.
fn named(scene: &Scene<'_>, trail: usize, pointer: &Pointer, kind: &str) -> Vec<usize> {
    let found = look::at(scene, trail, pointer);
    found.filter(|to| &*scene.index.resource(*to).kind == kind).collect()
}

/// Selectors of events: what is read and what is written.
fn plain<'s>(scene: &'s Scene<'_>, trail: usize) -> Vec<Recorded<'s>> {
    let resource = scene.index.resource(trail);
    let mut found = Vec::new();
    for (position, selector) in look::blocks(&resource.attributes, "event_selector") {
        let reads = match selector.get("read_write_type") {
            Some(Value::String(word)) => &**word == "All",
            Some(Value::Unknown(_)) => false,
            _ => true,
        };
        let blocks = look::blocks(selector, "data_resource").filter(|_| reads);
        for (inner, block) in blocks {
            let Some(kind) = look::text(block, "type") else { continue };
            let pointer = Pointer::root().key("event_selector").index(position);
            let pointer = pointer.key("data_resource").index(inner).key("values");
            let place = resource.place_of(&pointer);
            found.push(Recorded { kind, named: Some((pointer, texts(block, "values"))), place });
        }
    }
    found
}

/// Selectors by fields: those that leave nothing out but by type and resource.
fn advanced<'s>(scene: &'s Scene<'_>, trail: usize) -> Vec<Recorded<'s>> {
    let resource = scene.index.resource(trail);
    let mut found = Vec::new();
    for (position, selector) in look::blocks(&resource.attributes, "advanced_event_selector") {
        let pointer = Pointer::root().key("advanced_event_selector").index(position);
        let place = resource.place_of(&pointer);
        let (mut kinds, mut named, mut is_whole) = (Vec::new(), None, true);
        for (inner, field) in look::blocks(selector, "field_selector") {
            match look::text(field, "field") {
                Some("eventCategory") => {}
                Some("resources.type") => kinds = texts(field, "equals"),
                // What is left out, or told by its end, is not all that is named.
                Some("resources.ARN") => {
                    let mut others = OTHERS.iter().flat_map(|name| look::leaves(field, name));
                    is_whole &= others.next().is_none();
                    let pointer = pointer.key("field_selector").index(inner);
                    named = Some((pointer, texts(field, "starts_with")));
                }
                _ => is_whole = false,
            }
        }
        let kinds = kinds.into_iter().filter(|_| is_whole);
        found.extend(kinds.map(|kind| Recorded { kind, named: named.clone(), place }));
    }
    found
}

fn texts<'v>(object: &'v Value, name: &str) -> Vec<&'v str> {
    let values = look::leaves(object, name).into_iter();
    values.filter_map(|(_, value)| value.as_str()).filter(|text| !text.is_empty()).collect()
}
