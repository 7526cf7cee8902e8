//! Files that `dreadnought conftest` is given: configurations, policies, data.
use std::ffi::OsString;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use serde_json::Value as Json;

use super::packs;
use crate::conftest::{self, Configuration, Text, Tree};
use crate::source::{
    DiskFileSystem, EntryKind, FileSystem as _, MAX_FILE_BYTES, Problem, ProblemKind,
};

/// Most files of one folder.
const MAX_FILES: usize = 100_000;
/// Folders within folders.
const MAX_DEPTH: usize = 64;

/// Which configurations are asked for.
#[derive(Clone, Copy)]
pub struct Wanted<'w> {
    pub paths: &'w [OsString],
    /// An expression; empty for none.
    pub ignore: &'w str,
    pub parser: Option<&'w str>,
    pub stdin_filename: Option<&'w str>,
    pub proto_file_dirs: &'w [PathBuf],
}

fn unreadable(path: &str, why: impl std::fmt::Display) -> Problem {
    Problem::new(ProblemKind::Unreadable, format!("{path} cannot be read: {why}")).path(path)
}

/// The configurations of the named paths. A named file that cannot be read is an error; one that lies in a folder and has a format
/// without a parser here is told.
pub fn configurations(
    asked: &Wanted<'_>,
    problems: &mut Vec<Problem>,
) -> anyhow::Result<Vec<Configuration>> {
    let ignore = regex::Regex::new(asked.ignore).context("bad expression in --ignore")?;
    let is_proto = |path: &str| path.rsplit_once('.').is_some_and(|(_, ending)| ending == "proto");
    let protos = texts(asked.proto_file_dirs, is_proto, problems);
    let reader = Reader { asked, protos };
    let mut files = Vec::new();
    for path in asked.paths.iter().map(PathBuf::from) {
        let shown = path.display().to_string();
        if shown.is_empty() {
            continue;
        }
        if shown == "-" {
            let shown = asked.stdin_filename.unwrap_or("-").to_owned();
            let format = asked.parser.unwrap_or("yaml");
            files.push(Named { path: shown, format, text: None, around: Around::of(".".as_ref()) });
            continue;
        }
        let wanted = |path: &str| {
            let skipped = !asked.ignore.is_empty() && ignore.is_match(path);
            !skipped && conftest::format_of(path).is_some()
        };
        for Text { path, text, .. } in texts(std::slice::from_ref(&path), wanted, problems) {
            match asked.parser.or_else(|| conftest::format_of(&path)) {
                Some(format) => {
                    let around = Around::of(Path::new(&path));
                    files.push(Named { path, format, text: Some(text), around });
                }
                None => problems
                    .push(unreadable(&path, "no format has this name; say which with --parser")),
            }
        }
    }
    let evaluated = files.iter().filter(|file| file.format == "jsonnet");
    let evaluated: Vec<String> = evaluated.map(|file| file.path.clone()).collect();
    if !evaluated.is_empty() {
        packs::limited("the evaluation of Jsonnet", evaluated)?;
    }
    let mut all = Vec::new();
    for file in files {
        reader.read(file, &mut all, problems)?;
    }
    Ok(all)
}

/// A configuration with its format; without a text, it is the standard input.
struct Named<'n> {
    path: String,
    format: &'n str,
    text: Option<Arc<str>>,
    around: Option<Around>,
}

/// The tree that a file may bring others in from: the working directory where it lies in it, else its own folder.
struct Around {
    root: PathBuf,
    path: String,
}

impl Around {
    /// Of a file, or of a text that lies in a folder.
    fn of(file: &Path) -> Option<Self> {
        let file = file.canonicalize().ok()?;
        let here = Path::new(".").canonicalize().ok()?;
        let root = if file.starts_with(&here) { here } else { file.parent()?.to_owned() };
        let path = file.strip_prefix(&root).ok()?.to_str()?.to_owned();
        Some(Self { root, path })
    }
}

struct Reader<'r> {
    asked: &'r Wanted<'r>,
    protos: Vec<Text>,
}

impl Reader<'_> {
    fn read(
        &self,
        file: Named<'_>,
        all: &mut Vec<Configuration>,
        problems: &mut Vec<Problem>,
    ) -> anyhow::Result<()> {
        let Named { path, format, text, around } = file;
        let text = if let Some(text) = text {
            text
        } else {
            let mut text = String::new();
            let limit = MAX_FILE_BYTES;
            std::io::stdin().take(limit).read_to_string(&mut text).context("cannot read stdin")?;
            text.into()
        };
        match self.content(format, &text, around.as_ref()) {
            Ok(content) => all.push(Configuration { path, content }),
            Err(message) => {
                let problem = Problem::new(ProblemKind::Syntax, format!("{path}: {message}"));
                let problem = problem.path(path);
                let problem = match conftest::help_for(format) {
                    // What was forced on a file may be what is wrong.
                    None if self.asked.parser.is_some() => {
                        problem.help("is --parser the format of this file?")
                    }
                    None => problem,
                    Some(help) => problem.help(help),
                };
                problems.push(problem);
            }
        }
        Ok(())
    }

    fn content(&self, format: &str, text: &str, around: Option<&Around>) -> Result<Json, String> {
        if format == "textproto" && !self.protos.is_empty() {
            return conftest::parse_textproto(text, &self.protos);
        }
        match around.and_then(|around| Some((DiskFileSystem::new(&around.root).ok()?, around))) {
            Some((files, around)) => {
                conftest::parse_in(format, text, &Tree { files: &files, path: &around.path })
            }
            None => conftest::parse(format, text),
        }
    }
}

/// The texts of named files, and of those in named folders that are wanted.
pub fn texts(
    paths: &[PathBuf],
    wanted: impl Fn(&str) -> bool,
    problems: &mut Vec<Problem>,
) -> Vec<Text> {
    let mut found = Vec::new();
    for path in paths {
        let shown = path.display().to_string();
        let is_folder = path.is_dir();
        let folder = if is_folder { Some(path.as_path()) } else { path.parent() };
        let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
        let files = match DiskFileSystem::new(folder.unwrap_or(Path::new("."))) {
            Ok(files) if is_folder || path.is_file() => files,
            _ => {
                let problem =
                    Problem::new(ProblemKind::NotFound, format!("{shown} does not exist"));
                problems.push(problem.path(shown).help("check the path's spelling"));
                continue;
            }
        };
        let mut names = Vec::new();
        if is_folder {
            collect(&files, "", 0, &mut names);
            names.retain(|name| wanted(&format!("{shown}/{name}")));
        } else {
            names.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
        for name in names {
            let shown = if is_folder { joined(&shown, &name) } else { shown.clone() };
            match text(&files, &name) {
                Ok(text) => {
                    let folders = name.split('/').map(str::to_owned);
                    let mut below: Vec<String> = folders.collect();
                    below.pop();
                    found.push(Text { path: shown, text: text.into(), below });
                }
                Err(why) => problems.push(unreadable(&shown, why)),
            }
        }
    }
    found
}

/// A path below a folder as it was typed.
fn joined(folder: &str, name: &str) -> String {
    match folder.trim_end_matches('/') {
        "." => name.to_owned(),
        folder => format!("{}/{name}", folder.trim_start_matches("./")),
    }
}

fn text(files: &DiskFileSystem, name: &str) -> Result<String, String> {
    let size = files.size(name).map_err(|error| error.to_string())?;
    if size > MAX_FILE_BYTES {
        return Err(format!("it is larger than {MAX_FILE_BYTES} bytes"));
    }
    let bytes = files.read(name).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}

/// Every file below a folder, sorted; no ignore rules.
fn collect(files: &DiskFileSystem, folder: &str, depth: usize, found: &mut Vec<String>) {
    let entries = files.list(folder).unwrap_or_default();
    for entry in entries {
        match entry.kind {
            _ if found.len() >= MAX_FILES || depth >= MAX_DEPTH => return,
            EntryKind::File => found.push(entry.path),
            EntryKind::Folder => collect(files, &entry.path, depth + 1, found),
        }
    }
}
