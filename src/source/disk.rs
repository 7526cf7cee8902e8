//! The disk below one folder, never left whatever symlinks say.
//!
//! A walk honors `.gitignore` files and `.git/info/exclude` inside of the root, also where there is no repository, and
//! nothing outside of it: no global rules, no environment.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::RwLock;

use rustc_hash::FxHashMap;

use super::walk::Walker;
use super::{Entry, EntryKind, FileSystem, MAX_FILE_BYTES, Problem, normalize};

/// The disk below one folder.
#[derive(Debug)]
pub struct DiskFileSystem {
    /// Canonical.
    root: PathBuf,
    /// Where folders really are, by their paths: most files of a scan share a folder with others.
    folders: RwLock<FxHashMap<String, PathBuf>>,
    /// Files that lie elsewhere and were named, canonical, by their paths here.
    elsewhere: BTreeMap<String, PathBuf>,
}

impl DiskFileSystem {
    /// The tree below a folder. Fails where there is no such folder.
    pub fn new(root: impl AsRef<Path>) -> io::Result<Self> {
        let root = root.as_ref().canonicalize()?;
        if root.is_dir() {
            Ok(Self { root, folders: RwLock::default(), elsewhere: BTreeMap::new() })
        } else {
            Err(io::ErrorKind::NotADirectory.into())
        }
    }

    /// Let one file from elsewhere be read, and say under which path: the end of its own that nothing else has. `None` where its name
    /// is not UTF-8. No walk finds it.
    pub fn add(&mut self, file: &Path) -> Option<String> {
        let mut name = file.file_name()?.to_str()?.to_owned();
        let mut above = file.ancestors().skip(1);
        while self.kind(&name).is_some() {
            let folder = above.next().and_then(Path::file_name).map_or(Some("_"), |it| it.to_str());
            name = format!("{}/{name}", folder?);
        }
        self.elsewhere.insert(name.clone(), file.to_owned());
        Some(name)
    }

    /// The canonical root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where a path really leads, if that is inside of the root, and what is there.
    fn resolve(&self, path: &str) -> io::Result<(PathBuf, fs::Metadata)> {
        let absent = || io::Error::from(io::ErrorKind::NotFound);
        let path = normalize(path).ok_or_else(absent)?;
        if let Some(file) = self.elsewhere.get(&path) {
            return Ok((file.clone(), file.metadata()?));
        }
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let mut real = self.folder(folder)?;
        if !name.is_empty() {
            real.push(name);
        }
        self.inside(real)
    }

    /// Where a path in a real folder leads, if that is inside of the root, and what is there.
    fn inside(&self, path: PathBuf) -> io::Result<(PathBuf, fs::Metadata)> {
        let metadata = path.symlink_metadata()?;
        if !metadata.is_symlink() {
            return Ok((path, metadata));
        }
        let real = path.canonicalize()?;
        if !real.starts_with(&self.root) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let metadata = real.metadata()?;
        Ok((real, metadata))
    }

    /// Where a folder really is, if that is inside of the root. Of each folder on the way that is asked once.
    fn folder(&self, folder: &str) -> io::Result<PathBuf> {
        let known = |path: &str| self.folders.read().ok()?.get(path).cloned();
        if let Some(real) = known(folder) {
            return Ok(real);
        }
        let mut real = self.root.clone();
        let ends = folder.match_indices('/').map(|(at, _)| at).chain([folder.len()]);
        for path in ends.map(|end| &folder[..end]).filter(|path| !path.is_empty()) {
            let name = path.rsplit('/').next().unwrap_or(path);
            real = match known(path) {
                Some(known) => known,
                None => self.inside(real.join(name))?.0,
            };
            if let Ok(mut folders) = self.folders.write() {
                folders.insert(path.to_owned(), real.clone());
            }
        }
        Ok(real)
    }
}

/// What is there, where a scan reads such.
pub(super) fn kind_of(metadata: &fs::Metadata) -> Option<EntryKind> {
    match metadata {
        metadata if metadata.is_file() => Some(EntryKind::File),
        metadata if metadata.is_dir() => Some(EntryKind::Folder),
        _ => None,
    }
}

impl FileSystem for DiskFileSystem {
    fn kind(&self, path: &str) -> Option<EntryKind> {
        kind_of(&self.resolve(path).ok()?.1)
    }

    fn size(&self, path: &str) -> io::Result<u64> {
        Ok(self.resolve(path)?.1.len())
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let (path, metadata) = self.resolve(path)?;
        if kind_of(&metadata) != Some(EntryKind::File) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        let size = usize::try_from(metadata.len().min(MAX_FILE_BYTES)).unwrap_or_default();
        let mut bytes = Vec::with_capacity(size + 1);
        // One more than any caller accepts: a file that grows meanwhile is still noticed.
        fs::File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the file system")]
    fn list(&self, folder: &str) -> io::Result<Vec<Entry>> {
        let logical = normalize(folder).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        let mut entries = Vec::new();
        for entry in fs::read_dir(self.resolve(&logical)?.0)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let path =
                if logical.is_empty() { name.to_owned() } else { format!("{logical}/{name}") };
            let kind = match entry.file_type() {
                Ok(kind) if kind.is_file() => Some(EntryKind::File),
                Ok(kind) if kind.is_dir() => Some(EntryKind::Folder),
                _ => self.kind(&path),
            };
            if let Some(kind) = kind {
                entries.push(Entry { path, kind });
            }
        }
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(entries)
    }

    fn walk(&self, path: &str) -> (Vec<String>, Vec<Problem>) {
        let mut walker = Walker::new(&self.root);
        if let Some(path) = normalize(path) {
            match self.resolve(&path) {
                Ok((real, _)) => walker.run(self.root.join(path), real),
                Err(error) => walker.unreadable(&path, &error),
            }
        }
        walker.finish()
    }
}
