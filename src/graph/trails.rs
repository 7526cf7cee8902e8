//! Trails that record what is done to the data of other resources: who reads it leaves a trace there.
//!
//! The table `data_events` says of what a trail does so: type of the resource, the trail's word for it, what stands for all of them.
//! Source: AWS `CloudTrail` User Guide, "Logging data events".

use std::collections::BTreeMap;

use crate::document::{Pointer, Value};
use crate::source::Place;

use super::look;
use super::scene::{Fact, Scene};

const TRAIL: &str = "aws_cloudtrail";

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
    let mut logged: BTreeMap<usize, Vec<Place>> = BTreeMap::new();
    for trail in scene.index.of_type(TRAIL) {
        let resource = scene.index.resource(*trail);
        if resource.attributes.get("enable_logging") == Some(&Value::Bool(false)) {
            continue;
        }
        for recorded in plain(scene, *trail).into_iter().chain(advanced(scene, *trail)) {
            for row in scene.vocabulary.table("data_events") {
                let [kind, word, all] = row.as_slice() else { continue };
                if **word != *recorded.kind {
                    continue;
                }
                let meant = match &recorded.named {
                    Some((_, texts))
                        if !texts
                            .iter()
                            .any(|text| all.starts_with(text.trim_end_matches(':'))) =>
                    {
                        named(scene, *trail, recorded.named.as_ref(), kind)
                    }
                    _ => scene.index.of_type(kind).to_vec(),
                };
                for node in meant.into_iter().filter_map(|at| scene.node_of[at]) {
                    logged.entry(node).or_default().push(recorded.place);
                }
            }
        }
    }
    for (node, proof) in logged {
        let fact = Fact { value: Some(Value::Bool(true)), proof };
        scene.nodes[node].facts.insert("logged".into(), fact);
    }
}

/// Resources of a type that an attribute of a trail refers to.
fn named(
    scene: &Scene<'_>,
    trail: usize,
    at: Option<&(Pointer, Vec<&str>)>,
    kind: &str,
) -> Vec<usize> {
    let Some((pointer, _)) = at else { return Vec::new() };
    let found = look::at(scene, trail, pointer);
    found.filter(|to| &*scene.index.resource(*to).kind == kind).collect()
}

/// Selectors of events: what is read and what is written.
fn plain<'s>(scene: &'s Scene<'_>, trail: usize) -> Vec<Recorded<'s>> {
    let resource = scene.index.resource(trail);
    let mut found = Vec::new();
    for (position, selector) in look::blocks(&resource.attributes, "event_selector") {
        let reads = look::text(selector, "read_write_type").is_none_or(|word| word == "All");
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
                Some("resources.ARN") => {
                    is_whole &= texts(field, "not_equals").is_empty()
                        && texts(field, "not_starts_with").is_empty();
                    named = Some((pointer.key("field_selector").index(inner), Vec::new()));
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
