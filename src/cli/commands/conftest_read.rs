//! Files that `dreadnought conftest` is given: configurations, policies, data.
use std::ffi::OsString;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::conftest::{self, Configuration, Text};
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
    let mut all = Vec::new();
    for path in asked.paths.iter().map(PathBuf::from) {
        let shown = path.display().to_string();
        if shown.is_empty() {
            continue;
        }
        if shown == "-" {
            let mut text = String::new();
            let limit = MAX_FILE_BYTES;
            std::io::stdin().take(limit).read_to_string(&mut text).context("cannot read stdin")?;
            let shown = asked.stdin_filename.unwrap_or("-");
            let format = asked.parser.unwrap_or("yaml");
            reader.read(shown, format, &text, &mut all, problems);
            continue;
        }
        let wanted = |path: &str| {
            let skipped = !asked.ignore.is_empty() && ignore.is_match(path);
            !skipped && conftest::format_of(path).is_some()
        };
        let files = texts(std::slice::from_ref(&path), wanted, problems);
        for Text { path: file, text } in files {
            let own = conftest::format_of(&file);
            match asked.parser.or(own) {
                Some(format) => reader.read(&file, format, &text, &mut all, problems),
                None => problems
                    .push(unreadable(&file, "no format has this name; say which with --parser")),
            }
        }
    }
    Ok(all)
}

struct Reader<'r> {
    asked: &'r Wanted<'r>,
    protos: Vec<Text>,
}

impl Reader<'_> {
    fn read(
        &self,
        path: &str,
        format: &str,
        text: &str,
        all: &mut Vec<Configuration>,
        problems: &mut Vec<Problem>,
    ) {
        let content = match format {
            "textproto" if !self.protos.is_empty() => conftest::parse_textproto(text, &self.protos),
            _ => conftest::parse(format, text),
        };
        match content {
            Ok(content) => all.push(Configuration { path: path.to_owned(), content }),
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
                Ok(text) => found.push(Text { path: shown, text: text.into() }),
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
