//! What texts of JSON refer to (`container_properties.jobRoleArn`): the vocabulary's paths go on into them.

use crate::document::{Pointer, Value};

use super::look;
use super::relations::Relation;
use super::scene::Scene;

/// Add the relations that lead through texts.
pub fn complete(scene: &mut Scene<'_>) {
    let mut found = Vec::new();
    for (from, meaning) in scene.meanings.iter().enumerate() {
        let Some(meaning) = meaning else { continue };
        let texts = &scene.index.resource(from).parsed;
        for (verb, path) in &meaning.edges {
            let Some((name, rest)) = path.split_once('.') else { continue };
            let Some(text) = texts.get(name) else { continue };
            let at = Pointer::root().key(name);
            for to in referred(scene, text, rest) {
                found.push(Relation { from, verb: *verb, to, at: at.clone() });
            }
        }
    }
    scene.relations.extend(found);
}

/// Resources that a text refers to at a path.
fn referred(scene: &Scene<'_>, text: &Value, path: &str) -> Vec<usize> {
    let leaves = look::leaves(text, path).into_iter().filter_map(|(_, value)| value.as_str());
    leaves.flat_map(|leaf| look::holed(scene, leaf).fillers).flatten().collect()
}
