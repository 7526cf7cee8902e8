//! Which documents there are: all manifests of a scan make one, until one object is written in two folders.
//!
//! Then the folders that contradict another (or themselves) become documents of their own, together with what lies in the folders
//! above them; where a folder writes an object of a folder above it anew, its own holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::identity::Identity;
use super::resource::Object;

/// The objects of one document.
#[derive(Debug)]
pub(super) struct Unit {
    /// The folder, `.` for the scan's root.
    pub(super) root: Arc<str>,
    pub(super) objects: Vec<Object>,
}

#[derive(Debug, Default)]
struct Folder {
    objects: Vec<Object>,
    folders: BTreeMap<String, Folder>,
}

/// Objects to documents, in order of root.
pub(super) fn split(objects: Vec<Object>) -> Vec<Unit> {
    let mut root = Folder::default();
    for object in objects {
        let path = Arc::clone(&object.path);
        let folders = path.split('/').collect::<Vec<_>>();
        let parents = &folders[..folders.len().saturating_sub(1)];
        let folder = parents
            .iter()
            .fold(&mut root, |folder, part| folder.folders.entry((*part).to_owned()).or_default());
        folder.objects.push(object);
    }
    let mut units = Vec::new();
    divide(root, "", &[], &mut units);
    units.sort_by(|a, b| a.root.cmp(&b.root));
    units
}

/// Identities of a folder and everything below it, and whether one of them is in two folders there.
fn survey(folder: &Folder) -> (BTreeSet<&Identity>, bool) {
    let mut all: BTreeSet<&Identity> = folder.objects.iter().map(|it| &it.identity).collect();
    let mut clash = false;
    for below in folder.folders.values() {
        let (identities, inner) = survey(below);
        clash |= inner || identities.iter().any(|identity| all.contains(identity));
        all.extend(identities);
    }
    (all, clash)
}

fn divide(folder: Folder, path: &str, above: &[Object], units: &mut Vec<Unit>) {
    let apart = contradicting(&folder);
    let Folder { objects: own, folders } = folder;
    let mut shared: Vec<Object> = overridden(above, &own);
    shared.extend(own.iter().cloned());
    let (apart, along): (Vec<_>, Vec<_>) =
        folders.into_iter().partition(|(name, _)| apart.contains(name));
    let mut together: Vec<Object> = Vec::new();
    for (_, below) in along {
        flatten(below, &mut together);
    }
    let rewritten = apart.iter().any(|(_, below)| {
        let (identities, _) = survey(below);
        own.iter().any(|object| identities.contains(&object.identity))
    });
    if apart.is_empty() || !together.is_empty() || rewritten {
        let mut objects = overridden(&shared, &together);
        objects.append(&mut together);
        if !objects.is_empty() {
            units.push(Unit { root: if path.is_empty() { "." } else { path }.into(), objects });
        }
    }
    for (name, below) in apart {
        let path = if path.is_empty() { name } else { format!("{path}/{name}") };
        divide(below, &path, &shared, units);
    }
}

/// Folders directly below that write an object which another of them, the folder itself or a folder inside them writes too.
fn contradicting(folder: &Folder) -> BTreeSet<String> {
    let mut owners: BTreeMap<&Identity, usize> = BTreeMap::new();
    for object in &folder.objects {
        owners.insert(&object.identity, 1);
    }
    let surveys: Vec<_> =
        folder.folders.iter().map(|(name, below)| (name, survey(below))).collect();
    for (_, (identities, _)) in &surveys {
        for identity in identities {
            *owners.entry(identity).or_default() += 1;
        }
    }
    let clashes = |identities: &BTreeSet<&Identity>| identities.iter().any(|it| owners[*it] > 1);
    let apart = surveys.iter().filter(|(_, (identities, inner))| *inner || clashes(identities));
    apart.map(|(name, _)| (*name).clone()).collect()
}

/// What of `above` is not written anew in `own`.
fn overridden(above: &[Object], own: &[Object]) -> Vec<Object> {
    let mine: BTreeSet<&Identity> = own.iter().map(|object| &object.identity).collect();
    above.iter().filter(|object| !mine.contains(&object.identity)).cloned().collect()
}

fn flatten(folder: Folder, into: &mut Vec<Object>) {
    into.extend(folder.objects);
    folder.folders.into_values().for_each(|below| flatten(below, into));
}
