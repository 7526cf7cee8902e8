//! Where bytes come from: the disk, or a map in memory for tests. Nothing else in the library reads files.

use std::collections::BTreeMap;
use std::io;

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
    fn walk(&self, path: &str) -> (Vec<String>, Vec<super::Problem>);
}

/// The disk below one folder.
#[derive(Debug)]
pub struct DiskFileSystem {
    #[expect(dead_code, reason = "stub")]
    root: std::path::PathBuf,
}

/// A tree in memory, for tests.
#[derive(Debug, Default)]
pub struct MemoryFileSystem {
    /// Content by path.
    pub files: BTreeMap<String, Vec<u8>>,
}
