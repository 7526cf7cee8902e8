//! Where bytes come from: the disk (`disk`), or a map in memory for tests. Nothing else in the library reads files.

use std::collections::BTreeMap;
use std::io;

use super::{Problem, normalize};

/// What a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file (or a symlink to one inside the tree).
    File,
    /// A folder (or a symlink to one inside the tree).
    Folder,
}

/// One entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Path with `/`, relative to the file system's root.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
}

/// A tree of files. Paths are relative to its root, with `/`, normalised (no `.` or `..`); the root itself is `""`.
/// An implementation never leaves its root, whatever symlinks say.
pub trait FileSystem: Sync {
    /// What a path is, `None` where nothing is or where it leads out of the tree.
    fn kind(&self, path: &str) -> Option<EntryKind>;
    /// Size in bytes of a file.
    fn size(&self, path: &str) -> io::Result<u64>;
    /// Content of a file.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;
    /// The entries of a folder (no ignore rules), sorted by path.
    fn list(&self, folder: &str) -> io::Result<Vec<Entry>>;
    /// Every file below a path that ignore rules leave, sorted, and what was skipped (symlinks out of the tree, circles, unreadable folders).
    fn walk(&self, path: &str) -> (Vec<String>, Vec<Problem>);
}

/// Folders that hold what tools have made or fetched; a walk leaves them out. They can be named all the same.
pub(super) const SKIPPED_FOLDERS: [&str; 3] = [".git", ".terraform", "node_modules"];

/// A tree in memory, for tests. It knows no ignore rules.
#[derive(Clone, Debug, Default)]
pub struct MemoryFileSystem {
    /// Content by path.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl From<&[(&str, &str)]> for MemoryFileSystem {
    fn from(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
        Self { files: files.collect() }
    }
}

impl<'t> FromIterator<(&'t str, &'t str)> for MemoryFileSystem {
    fn from_iter<I: IntoIterator<Item = (&'t str, &'t str)>>(files: I) -> Self {
        let files =
            files.into_iter().map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
        Self { files: files.collect() }
    }
}

impl<const N: usize> From<&[(&str, &str); N]> for MemoryFileSystem {
    fn from(files: &[(&str, &str); N]) -> Self {
        files.as_slice().into()
    }
}

impl MemoryFileSystem {
    fn get(&self, path: &str) -> io::Result<&Vec<u8>> {
        let path = normalize(path).unwrap_or_default();
        self.files.get(&path).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }

    /// The files below a folder, each with its path relative to it.
    fn below(&self, folder: &str) -> impl Iterator<Item = (&String, &str)> {
        let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let from = self.files.range(start.clone()..);
        from.map_while(move |(path, _)| Some((path, path.strip_prefix(&start)?)))
    }
}

impl FileSystem for MemoryFileSystem {
    fn kind(&self, path: &str) -> Option<EntryKind> {
        let path = normalize(path)?;
        if self.files.contains_key(&path) {
            return Some(EntryKind::File);
        }
        let is_folder = path.is_empty() || self.below(&path).next().is_some();
        is_folder.then_some(EntryKind::Folder)
    }

    fn size(&self, path: &str) -> io::Result<u64> {
        self.get(path).map(|bytes| bytes.len() as u64)
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.get(path).cloned()
    }

    fn list(&self, folder: &str) -> io::Result<Vec<Entry>> {
        let folder =
            normalize(folder).filter(|folder| self.kind(folder) == Some(EntryKind::Folder));
        let folder = folder.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        let mut entries = BTreeMap::new();
        for (path, rest) in self.below(&folder) {
            match rest.split_once('/') {
                Some((_, inside)) => {
                    let path = &path[..path.len() - inside.len() - 1];
                    entries.insert(path.to_owned(), EntryKind::Folder);
                }
                None => drop(entries.insert(path.clone(), EntryKind::File)),
            }
        }
        Ok(entries.into_iter().map(|(path, kind)| Entry { path, kind }).collect())
    }

    fn walk(&self, path: &str) -> (Vec<String>, Vec<Problem>) {
        let Some(path) = normalize(path) else { return (Vec::new(), Vec::new()) };
        let is_kept = |rest: &str| !rest.split('/').any(|part| SKIPPED_FOLDERS.contains(&part));
        let files = self.below(&path).filter(|(_, rest)| is_kept(rest));
        (files.map(|(path, _)| path.clone()).collect(), Vec::new())
    }
}
