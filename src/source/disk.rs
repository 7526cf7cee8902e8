//! The disk below one folder, never left whatever symlinks say.
//!
//! A walk honors `.gitignore` files and `.git/info/exclude` inside of the root, also where there is no repository, and
//! nothing outside of it: no global rules, no environment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::{DirEntry, Match, WalkBuilder};
use rustc_hash::{FxHashMap, FxHashSet};

use super::file_system::SKIPPED_FOLDERS;
use super::{Entry, EntryKind, FileSystem, MAX_FILE_BYTES, Problem, ProblemKind, normalize};

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
        let metadata = real.symlink_metadata()?;
        if !metadata.is_symlink() {
            return Ok((real, metadata));
        }
        let real = real.canonicalize()?;
        if !real.starts_with(&self.root) {
            return Err(absent());
        }
        let metadata = real.metadata()?;
        Ok((real, metadata))
    }

    /// Where a folder really is, if that is inside of the root.
    fn folder(&self, folder: &str) -> io::Result<PathBuf> {
        let known = |folders: &FxHashMap<String, PathBuf>| folders.get(folder).cloned();
        if let Some(real) = self.folders.read().ok().and_then(|folders| known(&folders)) {
            return Ok(real);
        }
        let real = self.root.join(folder).canonicalize()?;
        if !real.starts_with(&self.root) {
            return Err(io::ErrorKind::NotFound.into());
        }
        if let Ok(mut folders) = self.folders.write() {
            folders.insert(folder.to_owned(), real.clone());
        }
        Ok(real)
    }

    /// The path in the tree, `None` where it is not UTF-8.
    fn relative(&self, path: &Path) -> Option<String> {
        let path = path.strip_prefix(&self.root).ok()?;
        let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
        Some(parts?.join("/"))
    }
}

fn kind_of(metadata: &fs::Metadata) -> Option<EntryKind> {
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
        let mut walker = Walker {
            system: self,
            files: Vec::new(),
            problems: Vec::new(),
            links: Vec::new(),
            seen: FxHashSet::default(),
        };
        if let Some(path) = normalize(path) {
            match self.resolve(&path) {
                Ok((real, _)) => walker.run(self.root.join(path), real),
                Err(error) => walker.unreadable(&path, &error.to_string()),
            }
        }
        walker.files.sort();
        walker.problems.sort();
        (walker.files, walker.problems)
    }
}

/// A folder to walk: as it is named, as it really is, and the real folders that led to it over symlinks.
struct Start {
    named: PathBuf,
    real: PathBuf,
    above: Vec<PathBuf>,
}

struct Walker<'s> {
    system: &'s DiskFileSystem,
    files: Vec<String>,
    problems: Vec<Problem>,
    /// Symlinks that were met, with the real folders above them.
    links: Vec<(PathBuf, Vec<PathBuf>)>,
    /// Real paths of files that were taken and folders that were walked.
    seen: FxHashSet<OsString>,
}

impl Walker<'_> {
    /// Walk a folder, then what symlinks in it lead to: a file or folder that has a name of its own in the walk keeps it.
    fn run(&mut self, named: PathBuf, real: PathBuf) {
        self.folder(&Start { named, real, above: Vec::new() });
        while !self.links.is_empty() {
            let mut links = std::mem::take(&mut self.links);
            links.sort();
            for (link, above) in links {
                self.link(link, above);
            }
        }
    }

    fn folder(&mut self, start: &Start) {
        if !self.seen.insert(start.real.clone().into_os_string()) {
            return;
        }
        let ignored = ancestor_rules(&self.system.root, &start.named);
        let walk = WalkBuilder::new(&start.named)
            .follow_links(false)
            .hidden(false)
            .parents(false)
            .ignore(false)
            .git_global(false)
            .require_git(false)
            .filter_entry(move |entry| entry.depth() == 0 || is_kept(entry, &ignored))
            .build();
        for entry in walk {
            match entry {
                Ok(entry) => self.entry(&entry, start),
                Err(error) => self.walk_error(&error),
            }
        }
    }

    fn entry(&mut self, entry: &DirEntry, start: &Start) {
        let path = entry.path();
        let real = path.strip_prefix(&start.named).map_or_else(
            |_| start.real.clone(),
            |inside| {
                if inside.as_os_str().is_empty() {
                    start.real.clone()
                } else {
                    start.real.join(inside)
                }
            },
        );
        if entry.depth() > 0 && entry.path_is_symlink() {
            let above = real.ancestors().skip(1).map(Path::to_owned);
            let above = above.chain(start.above.iter().cloned()).collect();
            self.links.push((path.to_owned(), above));
        } else if entry.file_type().is_some_and(|kind| kind.is_file()) {
            self.file(path, real);
        } else if self.system.relative(path).is_none() {
            self.not_utf8(path);
        } else if entry.depth() > 0 && entry.file_type().is_some_and(|kind| kind.is_dir()) {
            self.seen.insert(real.into_os_string());
        }
    }

    fn file(&mut self, path: &Path, real: PathBuf) {
        match self.system.relative(path) {
            Some(relative) => {
                if self.seen.insert(real.into_os_string()) {
                    self.files.push(relative);
                }
            }
            // One problem names the folder already.
            None if path.parent().is_some_and(|above| above.to_str().is_none()) => {}
            None => self.not_utf8(path),
        }
    }

    fn link(&mut self, link: PathBuf, above: Vec<PathBuf>) {
        let name = self.system.relative(&link);
        let Some(name) = name else { return self.not_utf8(&link) };
        let Ok(target) = link.canonicalize() else {
            return self
                .skipped(name, "this symlink leads nowhere or in a circle, and was not followed");
        };
        if !target.starts_with(&self.system.root) {
            return self
                .skipped(name, "this symlink leads out of the scanned tree, and was not followed");
        }
        match target.metadata().ok().as_ref().and_then(kind_of) {
            Some(EntryKind::File) => self.file(&link, target),
            Some(EntryKind::Folder) if above.contains(&target) => {
                self.skipped(name, "this symlink leads in a circle, and was not followed");
            }
            Some(EntryKind::Folder) => self.folder(&Start { named: link, real: target, above }),
            None => {}
        }
    }

    fn skipped(&mut self, path: String, message: &str) {
        self.problems.push(Problem::new(ProblemKind::SymlinkSkipped, message).path(path));
    }

    fn unreadable(&mut self, path: &str, reason: &str) {
        let message = format!("`{path}` cannot be read: {reason}");
        self.problems.push(Problem::new(ProblemKind::Unreadable, message).path(path));
    }

    fn not_utf8(&mut self, path: &Path) {
        let path =
            path.strip_prefix(&self.system.root).unwrap_or(path).to_string_lossy().into_owned();
        let message = "this path is not UTF-8, and what is there was not read";
        let problem = Problem::new(ProblemKind::Unreadable, message).path(path);
        self.problems.push(problem.help("rename it"));
    }

    fn walk_error(&mut self, error: &ignore::Error) {
        let path = path_of(error).and_then(|path| self.system.relative(path)).unwrap_or_default();
        let reason =
            error.io_error().map_or_else(|| error.to_string(), |error| error.kind().to_string());
        self.unreadable(&path, &reason);
    }
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        _ => None,
    }
}

/// The ignore rules of the folders above the one that is walked, nearest first. The walk reads its own.
fn ancestor_rules(root: &Path, folder: &Path) -> Arc<[Gitignore]> {
    let above = folder.ancestors().skip(1).take_while(|above| above.starts_with(root));
    let rules = above.map(|above| {
        let mut builder = GitignoreBuilder::new(above);
        // What does not parse in an ignore file is left out of it; the rest holds.
        let _ = builder.add(above.join(".git/info/exclude"));
        let _ = builder.add(above.join(".gitignore"));
        builder.build().unwrap_or_else(|_| Gitignore::empty())
    });
    rules.filter(|rules| !rules.is_empty()).collect()
}

fn is_kept(entry: &DirEntry, above: &[Gitignore]) -> bool {
    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    let is_skipped = entry.file_name().to_str().is_some_and(|name| SKIPPED_FOLDERS.contains(&name));
    if is_skipped && (is_folder || entry.path_is_symlink()) {
        return false;
    }
    let decided = above.iter().map(|rules| rules.matched(entry.path(), is_folder));
    !decided
        .into_iter()
        .find(|decided| !decided.is_none())
        .is_some_and(|decided| matches!(decided, Match::Ignore(_)))
}
