//! The files of a pack: from the binary, or from a folder.

use std::fmt::Write as _;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::Location;
use crate::source::{
    EntryKind, FileId, FileSystem, MAX_FILE_BYTES, Problem, ProblemKind, SourceFile, Sources,
};

/// The built-in packs: every path below `policies/` with its text, sorted.
const EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/policies.rs"));

/// Endings of the tables that are the binary's own.
const TABLE_ENDINGS: &[&str] = include!(concat!(env!("OUT_DIR"), "/table_endings.rs"));

/// The folders of a pack that are read; `tests` is left to the test runner.
const FOLDERS: [&str; 5] = ["rules", "lib", "threats", "vocabulary", "baselines"];

/// Names all files of a bundle.
const BUNDLE_MANIFEST: &str = ".manifest";

/// A file of a pack, not yet read.
#[derive(Debug)]
pub(super) struct PackFile {
    /// Relative to the pack's folder.
    pub path: String,
    /// Its number among all sources; `None` where it is no text.
    pub id: Option<FileId>,
}

/// A pack's folder.
#[derive(Debug)]
pub(super) struct Folder {
    /// As shown: `policies/aws`.
    pub shown: String,
    /// Its files, sorted by path.
    pub files: Vec<PackFile>,
    /// `sha256:…` over sorted paths and contents.
    pub digest: String,
}

impl Folder {
    /// The texts in one of the folders with an ending (`.yaml`, `.rego`).
    pub fn texts<'a>(&'a self, folder: &'a str, ending: &'a str) -> impl Iterator<Item = FileId> {
        let direct = move |file: &&PackFile| {
            file.path
                .strip_prefix(folder)
                .and_then(|rest| rest.strip_prefix('/'))
                .is_some_and(|name| name.ends_with(ending) && !name.ends_with("_test.rego"))
        };
        self.files.iter().filter(direct).filter_map(|file| file.id)
    }

    /// The manifest.
    pub fn manifest(&self) -> Option<FileId> {
        self.files.iter().find(|file| file.path == "pack.yaml")?.id
    }
}

/// The packs in the binary, `core` first.
pub(super) fn embedded(sources: &mut Sources, only_core: bool) -> Vec<Folder> {
    let parts = EMBEDDED.iter().filter_map(|(path, text)| {
        let (pack, file) = path.strip_prefix("policies/")?.split_once('/')?;
        Some((pack, file, *path, *text))
    });
    let mut folders: Vec<(&str, Builder)> = Vec::new();
    for (pack, file, path, text) in parts.filter(|(pack, ..)| !only_core || *pack == "core") {
        if folders.last().is_none_or(|(last, _)| *last != pack) {
            folders.push((pack, Builder::new(format!("policies/{pack}"))));
        }
        if let Some((_, builder)) = folders.last_mut() {
            let id = add(sources, path, text.into());
            builder.add(file.to_owned(), text.as_bytes(), Some(id));
        }
    }
    folders.sort_by_key(|(pack, _)| (*pack != "core", *pack));
    folders.into_iter().map(|(_, builder)| builder.finish()).collect()
}

/// Whether a pack is in the binary.
pub(super) fn is_built_in(pack: &str) -> bool {
    let folder = |path: &str| Some(path.strip_prefix("policies/")?.split_once('/')?.0.to_owned());
    EMBEDDED.iter().any(|(path, _)| folder(path).is_some_and(|name| name == pack))
}

/// The manifest of the pack in a tree, among the sources.
pub(super) fn manifest(
    files: &dyn FileSystem,
    shown: &str,
    sources: &mut Sources,
) -> Option<FileId> {
    let text = String::from_utf8(content(files, "pack.yaml").ok()?).ok()?;
    Some(add(sources, &join(shown, "pack.yaml"), text.into()))
}

/// Add a text that is made from a pack's.
pub(super) fn generated(sources: &mut Sources, shown: &str, text: String) -> FileId {
    add(sources, &join(shown, "<params>.rego"), text.into())
}

/// A pack in a folder. `None` where there is none.
pub(super) fn read(
    location: Location<'_>,
    sources: &mut Sources,
    problems: &mut Vec<Problem>,
) -> Option<Folder> {
    let Location { files, folder, shown } = location;
    if files.kind(folder) != Some(EntryKind::Folder) {
        let message = "there is no pack: the folder does not exist";
        problems.push(Problem::new(ProblemKind::NotFound, message).path(shown));
        return None;
    }
    let mut builder = Builder::new(shown.to_owned());
    for inner in paths(location, problems) {
        let shown = join(shown, &inner);
        match content(files, &join(folder, &inner)) {
            Ok(bytes) => {
                builder.hash(&inner, &bytes);
                let id = if let Ok(text) = String::from_utf8(bytes) {
                    Some(add(sources, &shown, text.into()))
                } else {
                    let message = "the file is not UTF-8";
                    problems.push(Problem::new(ProblemKind::Pack, message).path(shown));
                    None
                };
                builder.files.push(PackFile { path: inner, id });
            }
            Err(problem) => problems.push(problem.path(shown)),
        }
    }
    let mut folder = builder.finish();
    // A bundle's manifest names every file with its digest.
    if let Ok(manifest) = content(files, &join(location.folder, BUNDLE_MANIFEST)) {
        folder.digest = digest(Sha256::digest(manifest).as_slice());
    }
    if !folder.files.iter().any(|file| file.path == "pack.yaml") {
        let message = "there is no pack: the manifest is missing";
        let help = "name the folder that holds pack.yaml, rules/ and tests/";
        let path = join(shown, "pack.yaml");
        problems.push(Problem::new(ProblemKind::Pack, message).path(path).help(help));
        return None;
    }
    Some(folder)
}

fn join(folder: &str, inner: &str) -> String {
    match (folder, inner) {
        ("", path) | (path, "") => path.to_owned(),
        _ => format!("{folder}/{inner}"),
    }
}

/// The files to read relative to the pack, sorted: those beside the manifest and those in the known folders.
fn paths(location: Location<'_>, problems: &mut Vec<Problem>) -> Vec<String> {
    let mut found = Vec::new();
    let mut list = |inner: &str| match location.files.list(&join(location.folder, inner)) {
        Ok(entries) => entries,
        Err(error) => {
            let message = format!("the folder cannot be read: {error}");
            let path = join(location.shown, inner);
            problems.push(Problem::new(ProblemKind::Unreadable, message).path(path));
            Vec::new()
        }
    };
    for entry in list("") {
        let name = last(&entry.path);
        match entry.kind {
            _ if name.starts_with('.') => {}
            EntryKind::File => found.push(name.to_owned()),
            EntryKind::Folder if FOLDERS.contains(&name) => {
                let files = list(name).into_iter().filter(|inner| inner.kind == EntryKind::File);
                let names = files.map(|inner| last(&inner.path).to_owned());
                // Tables of provider facts are the binary's own, not the pack's.
                let read = |file: &String| {
                    let ending = file.rsplit('.').next().unwrap_or_default();
                    !file.starts_with('.') && !TABLE_ENDINGS.contains(&ending)
                };
                found.extend(names.filter(read).map(|file| join(name, &file)));
            }
            EntryKind::Folder => {}
        }
    }
    for path in found.extract_if(.., |path| misplaced(path)) {
        let message = "the file is not a part of a pack";
        let help = "beside pack.yaml a pack has rules/*.yaml, rules/*.rego, lib/*.rego, \
                    threats/*.yaml, vocabulary/, baselines/ and tests/";
        let path = join(location.shown, &path);
        problems.push(Problem::new(ProblemKind::Pack, message).path(path).help(help));
    }
    found.sort();
    found
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// Whether a file looks like a rule or threat class, and stands where none is read.
fn misplaced(inner: &str) -> bool {
    let ending = inner.rsplit_once('.').map_or("", |(_, ending)| ending);
    let read: &[&str] = match inner.split_once('/') {
        None if inner == "pack.yaml" => &["yaml"],
        None => &[],
        Some(("rules", _)) => &["yaml", "rego"],
        Some(("lib", _)) => &["rego"],
        Some(("threats", _)) => &["yaml"],
        Some(_) => return false,
    };
    !read.contains(&ending) && ["yaml", "yml", "rego"].contains(&&*ending.to_ascii_lowercase())
}

fn content(files: &dyn FileSystem, path: &str) -> Result<Vec<u8>, Problem> {
    let unreadable = |error: std::io::Error| {
        Problem::new(ProblemKind::Unreadable, format!("the file cannot be read: {error}"))
    };
    if files.size(path).map_err(unreadable)? > MAX_FILE_BYTES {
        let limit = MAX_FILE_BYTES / (1024 * 1024);
        let message = format!("the file is larger than {limit} MiB, which is the limit");
        return Err(Problem::new(ProblemKind::Limit, message));
    }
    files.read(path).map_err(unreadable)
}

/// Add a file; where another file with this path is there already, under a path that says what it is.
fn add(sources: &mut Sources, path: &str, text: Arc<str>) -> FileId {
    let mut path = path.to_owned();
    loop {
        match sources.find(&path) {
            Some(id) if sources.get(id).text == text => return id,
            Some(_) => path.insert_str(0, "pack:"),
            None => return sources.add(SourceFile::new(path, text)),
        }
    }
}

/// `sha256:…`.
fn digest(hash: &[u8]) -> String {
    let mut digest = "sha256:".to_owned();
    for byte in hash {
        // Writing to a String cannot fail.
        let _ = write!(digest, "{byte:02x}");
    }
    digest
}

struct Builder {
    shown: String,
    files: Vec<PackFile>,
    hash: Sha256,
}

impl Builder {
    fn new(shown: String) -> Self {
        Self { shown, files: Vec::new(), hash: Sha256::new() }
    }

    fn add(&mut self, path: String, bytes: &[u8], id: Option<FileId>) {
        self.hash(&path, bytes);
        self.files.push(PackFile { path, id });
    }

    /// Lengths stand before contents, so that no two packs read the same.
    fn hash(&mut self, path: &str, bytes: &[u8]) {
        for part in [path.as_bytes(), bytes] {
            self.hash.update((part.len() as u64).to_le_bytes());
            self.hash.update(part);
        }
    }

    fn finish(self) -> Folder {
        let digest = digest(self.hash.finalize().as_slice());
        Folder { shown: self.shown, files: self.files, digest }
    }
}
