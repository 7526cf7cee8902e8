//! What loads in a pack and is still not as it should be: each remark has a code, a place, and can be ignored where it stands.
//!
//! Takes a pack with its files, gives remarks. `# lint: ignore NAME` (or the code) on the line or above it leaves remarks out.

mod closed;
mod codes;
mod fix;
mod format;
mod parameters;
mod rego;
mod rules;

use std::sync::Arc;

use crate::pack::{Meanings, Pack, PackSet};
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
    /// The id of the rule that it is about, where a comment may ignore it as well.
    pub rule: Option<Place>,
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
    /// Meanings that every run has.
    pub meanings: &'a Meanings,
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
        rule: None,
    })
}

/// Whether a comment ignores a remark: on its line, at the id of its rule, or above one of them. What keeps a pack from loading
/// cannot be ignored.
fn is_ignored(remark: &Remark, sources: &Sources) -> bool {
    let ignored_at = |place: &Place| {
        let file = sources.get(place.file);
        let line = file.position(place.span.start).line as usize;
        let near = file.text.lines().take(line).skip(line.saturating_sub(2));
        near.into_iter().any(|line| ignores(line, remark.code))
    };
    remark.code != "L001" && (ignored_at(&remark.place) || remark.rule.iter().any(ignored_at))
}

fn ignores(line: &str, code: &str) -> bool {
    let Some((_, rest)) = line.split_once("# lint: ignore ") else { return false };
    let name = find(code).map_or("", |code| code.name);
    rest.split([',', ' ']).any(|word| word == code || word == name)
}

/// A remark of this code.
fn remark(file: FileId, span: crate::source::Span, code: &'static str, message: String) -> Remark {
    Remark { place: Place { file, span }, code, message, help: None, removable: None, rule: None }
}
