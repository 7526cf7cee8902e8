//! Kubernetes: what images are by their names.

use std::sync::Arc;

use crate::graph::scene::Scene;
use crate::source::fits;

/// The parts of an image's name, without registry, tag and digest.
pub fn path(image: &str) -> Vec<&str> {
    let name = image.split('@').next().unwrap_or_default();
    let (name, last) = match name.rsplit_once('/') {
        Some((path, last)) => (Some(path), last),
        None => (None, name),
    };
    let mut parts: Vec<&str> = name.into_iter().flat_map(|path| path.split('/')).collect();
    // The first part is a registry where it looks like a host.
    if parts.first().is_some_and(|first| first.contains(['.', ':'])) {
        parts.remove(0);
    }
    parts.push(last.split(':').next().unwrap_or_default());
    parts
}

/// Whether some word of the name of an image (its path) says that it only speaks to a store, by the table `kubernetes_beside_stores`.
pub fn is_beside(scene: &Scene<'_>, path: &[&str]) -> bool {
    let mut words = path.last().into_iter().flat_map(|name| name.split(['-', '_']));
    let known = scene.vocabulary.table("kubernetes_beside_stores");
    words.any(|word| known.iter().flatten().any(|own| fits(own, word)))
}

/// Whether an image is one that a row of a table names: its own name, this with what stands before it, or a word of it that may have a
/// version (`postgresql-15`, `redis5`), beside none of what only speaks to a store.
pub fn is(scene: &Scene<'_>, image: &str, name: &str) -> bool {
    let path = path(image);
    let parts = name.split('/').count();
    let own = path[path.len().saturating_sub(parts)..].join("/");
    let is_word = || {
        let is_versioned = |word: &str| word.trim_end_matches(|c: char| c.is_ascii_digit()) == name;
        own.split(['-', '_']).any(is_versioned) && !is_beside(scene, &path)
    };
    fits(name, &own) || parts == 1 && is_word()
}

/// Whether some part of an image's name is one of these words, or begins with one.
pub fn speaks_of(image: &str, words: &[Vec<Arc<str>>]) -> bool {
    let path = path(image);
    let mut words = words.iter().flatten();
    words.any(|word| path.iter().any(|part| part.starts_with(&**word)))
}
