//! Registries of the configuration whose addresses stand in names of images as plain text, by the table `registry_addresses`.

use std::collections::BTreeMap;

use crate::document::{Resource, Value};
use crate::pack::Verb;

use super::look::{self, MAX_TEXT};
use super::relations::Relation;
use super::scene::Scene;

/// What comes before an address: a scheme, what a setting says of the kind of image.
const BEFORE: [&str; 2] = ["://", "|"];
/// What may follow an address.
const AFTER: [char; 3] = ['/', ':', '@'];

/// Add what images name so.
pub fn complete(scene: &mut Scene<'_>) {
    let known = addresses(scene);
    if known.is_empty() {
        return;
    }
    let mut found = Vec::new();
    for (from, meaning) in scene.meanings.iter().enumerate() {
        let edges = meaning.iter().flat_map(|meaning| &meaning.edges);
        for (_, path) in edges.filter(|(verb, _)| *verb == Verb::Pulls) {
            for (at, image) in look::leaves(&scene.index.resource(from).attributes, path) {
                let to = image.as_str().and_then(|image| named(&known, image));
                found.extend(to.map(|to| Relation { from, verb: Verb::Pulls, to, at }));
            }
        }
    }
    scene.relations.extend(found);
}

/// Registries by their addresses; none where two have the same.
fn addresses(scene: &Scene<'_>) -> BTreeMap<String, Option<usize>> {
    let mut found: BTreeMap<String, Option<usize>> = BTreeMap::new();
    for row in scene.vocabulary.table("registry_addresses") {
        let [kind, form] = row.as_slice() else { continue };
        for at in scene.index.of_type(kind) {
            if let Some(address) =
                filled(scene.index.resource(*at), form).map(|it| it.to_lowercase())
            {
                found.entry(address).and_modify(|known| *known = None).or_insert(Some(*at));
            }
        }
    }
    found
}

/// A form with what a resource says in place of `{names}`, where all of that is known.
fn filled(resource: &Resource, form: &str) -> Option<String> {
    let mut pieces = form.split('{');
    let mut address = pieces.next()?.to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once('}')?;
        let said = match resource.attributes.get(name) {
            Some(Value::String(said)) => said,
            // What the provider is told counts where nothing is written.
            None | Some(Value::Null) => match name {
                "project" => resource.scope.account.as_ref()?,
                "location" => resource.scope.region.as_ref()?,
                _ => return None,
            },
            _ => return None,
        };
        address.extend([&**said, rest]);
    }
    Some(address)
}

/// The registry at whose address an image lies.
fn named(known: &BTreeMap<String, Option<usize>>, image: &str) -> Option<usize> {
    let image = look::cut(image.trim(), MAX_TEXT);
    let start = BEFORE.iter().filter_map(|mark| Some(image.find(mark)? + mark.len())).max();
    let image = image[start.unwrap_or(0)..].to_lowercase();
    let ends = image.match_indices(AFTER).map(|(at, _)| at).chain([image.len()]);
    // No address has more parts than these.
    ends.take(4).find_map(|end| known.get(&image[..end]).copied().flatten())
}
