//! A walk below a folder of the disk, by levels: all folders of one are listed at the same time.
//!
//! Source: git, "gitignore" (precedence: a rule nearer to a file wins; what lies in a folder that is left out is not looked at; ignore
//! files that are symlinks do not count).

use std::ffi::OsString;
use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::disk::kind_of;
use super::file_system::SKIPPED_FOLDERS;
use super::{EntryKind, MAX_FILE_BYTES, Problem, ProblemKind};

/// What a walk has found so far.
pub(super) struct Walker<'s> {
    /// The folder that is never left, canonical.
    root: &'s Path,
    files: Vec<String>,
    problems: Vec<Problem>,
    links: Vec<Link>,
    /// Real paths of files that were taken and folders that were walked.
    seen: FxHashSet<OsString>,
}

/// A folder to walk: as it is named, as it really is, and the real folders that the symlinks lie in that led to it.
struct Start {
    named: PathBuf,
    real: PathBuf,
    above: Arc<[PathBuf]>,
}

/// A symlink that was met, with the real folder that it lies in, and those of the symlinks that led there.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Link {
    path: PathBuf,
    folder: PathBuf,
    above: Arc<[PathBuf]>,
}

impl Link {
    /// Whether a real folder is above the symlink.
    fn is_below(&self, target: &Path) -> bool {
        self.folder.starts_with(target) || self.above.iter().any(|own| own.starts_with(target))
    }
}

impl Start {
    /// What something below the folder really is.
    fn real(&self, named: &Path) -> PathBuf {
        named.strip_prefix(&self.named).map_or_else(|_| named.to_owned(), |it| self.real.join(it))
    }
}

impl<'s> Walker<'s> {
    /// One that has found nothing yet.
    pub(super) fn new(root: &'s Path) -> Self {
        Self {
            root,
            files: Vec::new(),
            problems: Vec::new(),
            links: Vec::new(),
            seen: FxHashSet::default(),
        }
    }

    /// Walk a folder, then what symlinks in it lead to: a file or folder that has a name of its own in the walk keeps it.
    pub(super) fn run(&mut self, named: PathBuf, real: PathBuf) {
        self.folder(&Start { named, real, above: Arc::default() });
        while !self.links.is_empty() {
            let mut links = std::mem::take(&mut self.links);
            links.sort();
            for link in links {
                self.link(link);
            }
        }
    }

    /// Files and problems, sorted.
    pub(super) fn finish(mut self) -> (Vec<String>, Vec<Problem>) {
        self.files.sort();
        self.problems.sort();
        (self.files, self.problems)
    }

    /// A folder that is not there, or that nobody may list.
    pub(super) fn unreadable(&mut self, path: &str, error: &io::Error) {
        let message = format!("`{path}` cannot be read: {}", error.kind());
        self.problems.push(Problem::new(ProblemKind::Unreadable, message).path(path));
    }

    fn folder(&mut self, start: &Start) {
        if !self.seen.insert(start.real.clone().into_os_string()) {
            return;
        }
        let mut level = vec![(start.named.clone(), Rules::above(self.root, &start.named))];
        while !level.is_empty() {
            let listings: Vec<Listing> =
                level.into_par_iter().map(|(folder, rules)| list(folder, rules)).collect();
            level = listings.into_iter().flat_map(|it| self.take(it, start)).collect();
        }
    }

    /// Keep what one folder holds. Returns the folders in it.
    fn take(&mut self, listing: Listing, start: &Start) -> Vec<(PathBuf, Option<Arc<Rules>>)> {
        if let Some(error) = &listing.error {
            let path = self.relative(&listing.folder).unwrap_or_default();
            self.unreadable(&path, error);
        }
        for path in listing.links {
            let folder = start.real(&listing.folder);
            self.links.push(Link { path, folder, above: Arc::clone(&start.above) });
        }
        for file in listing.files {
            self.file(&file, start.real(&file));
        }
        let mut folders = Vec::new();
        for folder in listing.folders {
            if self.relative(&folder).is_none() {
                self.not_utf8(&folder);
            } else {
                self.seen.insert(start.real(&folder).into_os_string());
                folders.push((folder, listing.rules.clone()));
            }
        }
        folders
    }

    fn file(&mut self, path: &Path, real: PathBuf) {
        match self.relative(path) {
            Some(relative) => {
                if self.seen.insert(real.into_os_string()) {
                    self.files.push(relative);
                }
            }
            None => self.not_utf8(path),
        }
    }

    fn link(&mut self, link: Link) {
        let Some(name) = self.relative(&link.path) else { return self.not_utf8(&link.path) };
        let Ok(target) = link.path.canonicalize() else {
            return self
                .skipped(name, "this symlink leads nowhere or in a circle, and was not followed");
        };
        if !target.starts_with(self.root) {
            return self
                .skipped(name, "this symlink leads out of the scanned tree, and was not followed");
        }
        match target.metadata().ok().as_ref().and_then(kind_of) {
            Some(EntryKind::File) => self.file(&link.path, target),
            Some(EntryKind::Folder) if link.is_below(&target) => {
                self.skipped(name, "this symlink leads in a circle, and was not followed");
            }
            Some(EntryKind::Folder) => {
                let above = link.above.iter().cloned().chain([link.folder]).collect();
                self.folder(&Start { named: link.path, real: target, above });
            }
            None => {}
        }
    }

    fn skipped(&mut self, path: String, message: &str) {
        self.problems.push(Problem::new(ProblemKind::SymlinkSkipped, message).path(path));
    }

    fn not_utf8(&mut self, path: &Path) {
        let path = path.strip_prefix(self.root).unwrap_or(path).to_string_lossy().into_owned();
        let message = "this path is not UTF-8, and what is there was not read";
        let problem = Problem::new(ProblemKind::Unreadable, message).path(path);
        self.problems.push(problem.help("rename it"));
    }

    /// The path in the tree, `None` where it is not UTF-8.
    fn relative(&self, path: &Path) -> Option<String> {
        let path = path.strip_prefix(self.root).ok()?;
        let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
        Some(parts?.join("/"))
    }
}

/// What one folder holds and no rule leaves out, by full path.
struct Listing {
    folder: PathBuf,
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
    links: Vec<PathBuf>,
    /// What holds for what is in the folder.
    rules: Option<Arc<Rules>>,
    /// Why there may be more.
    error: Option<io::Error>,
}

#[expect(clippy::disallowed_methods, reason = "this is the file system")]
fn list(folder: PathBuf, above: Option<Arc<Rules>>) -> Listing {
    let mut entries: Vec<(OsString, FileType)> = Vec::new();
    let mut error = None;
    match fs::read_dir(&folder) {
        Ok(read) => {
            for entry in read {
                match entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?))) {
                    Ok(entry) => entries.push(entry),
                    Err(found) => error = Some(found),
                }
            }
        }
        Err(found) => error = Some(found),
    }
    let is_ruled = entries.iter().any(|(name, _)| name == IGNORE || name == GIT);
    let rules = if is_ruled { Rules::of(&folder, above) } else { above };
    let (mut files, mut folders, mut links) = (Vec::new(), Vec::new(), Vec::new());
    for (name, kind) in entries {
        let is_skipped = name.to_str().is_some_and(|name| SKIPPED_FOLDERS.contains(&name));
        if is_skipped && !kind.is_file() {
            continue;
        }
        let path = folder.join(name);
        if rules.as_ref().is_some_and(|rules| rules.leave_out(&path, kind.is_dir())) {
            continue;
        }
        if kind.is_symlink() {
            links.push(path);
        } else if kind.is_file() {
            files.push(path);
        } else if kind.is_dir() {
            folders.push(path);
        }
    }
    Listing { folder, files, folders, links, rules, error }
}

/// Where git keeps rules: beside what they are about, and in the repository.
const IGNORE: &str = ".gitignore";
const GIT: &str = ".git";
const EXCLUDE: &str = ".git/info/exclude";

/// Ignore rules of a folder and of those above it.
struct Rules {
    own: Gitignore,
    above: Option<Arc<Rules>>,
}

impl Rules {
    /// Those of the folders above one, up to the root.
    fn above(root: &Path, folder: &Path) -> Option<Arc<Self>> {
        let above: Vec<&Path> =
            folder.ancestors().skip(1).take_while(|above| above.starts_with(root)).collect();
        above.into_iter().rev().fold(None, |rules, folder| Self::of(folder, rules))
    }

    /// Those of a folder that may have some, over those above it.
    fn of(folder: &Path, above: Option<Arc<Self>>) -> Option<Arc<Self>> {
        let mut builder = GitignoreBuilder::new(folder);
        for file in [EXCLUDE, IGNORE].map(|name| folder.join(name)) {
            let known = file.symlink_metadata();
            if known.is_ok_and(|it| it.is_file() && it.len() <= MAX_FILE_BYTES) {
                // What does not parse in an ignore file is left out of it; the rest holds.
                let _ = builder.add(file);
            }
        }
        let own = builder.build().unwrap_or_else(|_| Gitignore::empty());
        if own.is_empty() { above } else { Some(Arc::new(Self { own, above })) }
    }

    /// Whether the nearest rule that speaks of something leaves it out.
    fn leave_out(&self, path: &Path, is_folder: bool) -> bool {
        let mut rules = Some(self);
        while let Some(here) = rules {
            match here.own.matched(path, is_folder) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => rules = here.above.as_deref(),
            }
        }
        false
    }
}
