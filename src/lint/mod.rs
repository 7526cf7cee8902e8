//! What loads in a pack and is still not as it should be: each remark has a code, a place, and can be ignored where it stands.
//!
//! Takes a pack with its files, gives remarks. `# lint: ignore NAME` (or the code) on the line or above it leaves remarks out.

mod codes;
mod fix;
mod format;
mod rego;
mod rules;

use std::sync::Arc;

use crate::pack::{Pack, PackSet};
use crate::source::{FileId, FileSystem, Place, Problem, Sources};
use crate::vocabulary::Vocabulary;

pub use codes::{CODES, Code, find};
pub use fix::{Fix, fixes};
pub use format::{format, says_the_same};

/// One remark.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// Where.
    pub place: Place,
    /// Which.
    pub code: &'static str,
    /// In one sentence.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Bytes of the file that can be taken out to be done with it.
    pub removable: Option<(usize, usize)>,
}

/// What is looked over.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The pack.
    pub pack: &'a Pack,
    /// It and all that it needs, marked.
    pub set: &'a PackSet,
    /// Their files.
    pub sources: &'a Sources,
    /// What providers say.
    pub vocabulary: &'a Vocabulary,
    /// Rules that a test names.
    pub tested: &'a [Arc<str>],
}

/// Remarks on a pack, by place. `problems` are those of loading it.
pub fn lint(
    subject: &Subject<'_>,
    files: &dyn FileSystem,
    shown: &str,
    problems: &[Problem],
) -> Vec<Remark> {
    let mut found: Vec<Remark> = problems.iter().filter_map(of_problem).collect();
    rules::remarks(subject, found.is_empty(), &mut found);
    rego::remarks(subject, files, shown, &mut found);
    fix::white_space(subject.sources, shown, &mut found);
    found.retain(|remark| !is_ignored(remark, subject.sources));
    found.sort();
    found.dedup();
    found
}

fn of_problem(problem: &Problem) -> Option<Remark> {
    Some(Remark {
        place: problem.place?,
        code: "L001",
        message: problem.message.clone(),
        help: problem.help.clone(),
        removable: None,
    })
}

/// Whether a comment on the line of a remark, or above it, ignores it. What keeps a pack from loading cannot be ignored.
fn is_ignored(remark: &Remark, sources: &Sources) -> bool {
    let file = sources.get(remark.place.file);
    let line = file.position(remark.place.span.start).line as usize;
    let lines: Vec<&str> = file.text.lines().collect();
    let near = [line.checked_sub(1), line.checked_sub(2)].into_iter().flatten();
    remark.code != "L001"
        && near.filter_map(|at| lines.get(at)).any(|line| ignores(line, remark.code))
}

fn ignores(line: &str, code: &str) -> bool {
    let Some((_, rest)) = line.split_once("# lint: ignore ") else { return false };
    let name = find(code).map_or("", |code| code.name);
    rest.split([',', ' ']).any(|word| word == code || word == name)
}

/// A remark of this code.
fn remark(file: FileId, span: crate::source::Span, code: &'static str, message: String) -> Remark {
    Remark { place: Place { file, span }, code, message, help: None, removable: None }
}
