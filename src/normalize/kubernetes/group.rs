//! Which documents there are: all manifests of a scan make one, until one object is written in two places.
//!
//! Then the folders and files that contradict another become documents of their own, together with the files beside them and above
//! them that contradict nobody. Files that are alternatives of each other (two ways to install one thing) are told apart by this too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::identity::Identity;
use super::resource::Object;

/// The objects of one document.
#[derive(Debug)]
pub(super) struct Unit {
    /// The folder or file, `.` for the scan's root.
    pub(super) root: Arc<str>,
    pub(super) objects: Vec<Object>,
}

/// A folder, or a file, which has objects and no branches.
#[derive(Debug, Default)]
struct Branch {
    objects: Vec<Object>,
    branches: BTreeMap<String, Branch>,
}

impl Branch {
    fn is_file(&self) -> bool {
        self.branches.is_empty()
    }

    /// All objects in it.
    fn flatten(self, into: &mut Vec<Object>) {
        into.extend(self.objects);
        for branch in self.branches.into_values() {
            branch.flatten(into);
        }
    }
}

/// Objects to documents, in order of root.
pub(super) fn split(objects: Vec<Object>) -> Vec<Unit> {
    let mut root = Branch::default();
    for object in objects {
        let path = Arc::clone(&object.path);
        let parts = path.split('/');
        let file = parts
            .fold(&mut root, |branch, part| branch.branches.entry(part.to_owned()).or_default());
        file.objects.push(object);
    }
    let mut units = Vec::new();
    if !root.is_file() {
        divide(root, "", &[], &mut units);
    }
    units.sort_by(|a, b| a.root.cmp(&b.root));
    units
}

fn divide(branch: Branch, path: &str, above: &[Object], units: &mut Vec<Unit>) {
    let apart = contradicting(&branch);
    let mut shared = above.to_vec();
    shared.extend(branch.objects);
    let mut folders = Vec::new();
    let mut divided = Vec::new();
    for (name, inner) in branch.branches {
        if apart.contains(&name) {
            divided.push((name, inner));
        } else if inner.is_file() {
            inner.flatten(&mut shared);
        } else {
            inner.flatten(&mut folders);
        }
    }
    for (name, inner) in &mut divided {
        let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
        divide(std::mem::take(inner), &path, &shared, units);
    }
    if divided.is_empty() || !folders.is_empty() {
        shared.append(&mut folders);
        units.push(Unit { root: if path.is_empty() { "." } else { path }.into(), objects: shared });
    }
}

/// The branches that write an object which another of them writes too, or which two branches inside them write.
fn contradicting(branch: &Branch) -> BTreeSet<String> {
    let surveys: Vec<_> =
        branch.branches.iter().map(|(name, inner)| (name, survey(inner))).collect();
    let mut writers: BTreeMap<&Identity, usize> = BTreeMap::new();
    for (_, (identities, _)) in &surveys {
        for identity in identities {
            *writers.entry(identity).or_default() += 1;
        }
    }
    let clashes = |identities: &BTreeSet<&Identity>| identities.iter().any(|it| writers[*it] > 1);
    let apart = surveys.iter().filter(|(_, (identities, inner))| *inner || clashes(identities));
    apart.map(|(name, _)| (*name).clone()).collect()
}

/// The identities in a branch, and whether two branches somewhere in it write the same.
fn survey(branch: &Branch) -> (BTreeSet<&Identity>, bool) {
    // A namespace is written wherever it is used, and nobody means two by it.
    let own = branch.objects.iter().map(|object| &object.identity);
    let mut all: BTreeSet<&Identity> =
        own.filter(|identity| &*identity.kind != "Namespace").collect();
    let mut clash = false;
    for inner in branch.branches.values() {
        let (identities, inside) = survey(inner);
        clash |= inside || identities.iter().any(|identity| all.contains(identity));
        all.extend(identities);
    }
    (all, clash)
}
