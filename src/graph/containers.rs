//! Ways out of a container to the machine below it, whoever runs it: by the tables `breakout_capabilities` and `breakout_paths`.

use crate::source::{Place, fits};

use super::scene::Scene;

/// A way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way {
    /// The threat class that it opens.
    pub class: &'static str,
    /// Where it is written.
    pub place: Place,
}

impl Way {
    /// By privilege, capability or a namespace of the host.
    pub fn of_container(place: Place) -> Self {
        Self { class: "T016", place }
    }

    /// Over what it mounts of the host.
    pub fn of_mount(place: Place) -> Self {
        Self { class: "T017", place }
    }
}

/// Whether a capability leads out of a container.
pub fn is_strong(scene: &Scene<'_>, capability: &str) -> bool {
    let name = capability.to_ascii_uppercase();
    let name = name.strip_prefix("CAP_").unwrap_or(&name);
    scene.vocabulary.table("breakout_capabilities").iter().flatten().any(|word| **word == *name)
}

/// Whether a path of the host hands the host over, by the ways in which it is mounted: whether each writes.
pub fn hands_over(scene: &Scene<'_>, path: &str, mut mounts: impl Iterator<Item = bool>) -> bool {
    let path = match path.trim_end_matches('/') {
        "" => "/",
        trimmed => trimmed,
    };
    let rows = scene.vocabulary.table("breakout_paths").iter();
    let mut rows = rows.filter_map(|row| Some((row.first()?, row.get(1)?)));
    let Some((_, how)) = rows.find(|(pattern, _)| fits(pattern, path)) else { return false };
    match &**how {
        "write" => mounts.any(|writes| writes),
        _ => mounts.next().is_some(),
    }
}
