//! Writes what tests gave: text, JSON, `JUnit`.

mod json;
mod junit;
mod text;

use std::io;

use super::{Coverage, PackRun, State};

/// A way to write results.
#[derive(Clone, Copy)]
pub struct Format {
    /// Its name on the command line.
    pub id: &'static str,
    /// Writes a summary.
    pub write: fn(&Summary<'_>, &mut dyn io::Write) -> io::Result<()>,
}

impl std::fmt::Debug for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

/// Every format; the first is what a terminal gets.
pub const FORMATS: &[Format] = &[
    Format { id: "text", write: text::write },
    Format { id: "json", write: json::write },
    Format { id: "junit", write: junit::write },
];

/// The format with a name.
pub fn format(id: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.id == id)
}

/// What all packs of a run gave.
#[derive(Debug)]
pub struct Summary<'a> {
    /// The packs.
    pub packs: &'a [PackRun],
    /// What keeps the run from being green beside tests that fail, in sentences.
    pub refusals: &'a [String],
    /// What was covered, where that was asked for.
    pub coverage: Option<&'a Coverage>,
    /// The least percentage of rules and libraries that has to be covered.
    pub threshold: Option<f64>,
    /// Whether tests that pass are listed.
    pub verbose: bool,
}

impl Summary<'_> {
    /// Tests that ended so.
    pub fn count(&self, state: State) -> usize {
        self.packs.iter().map(|pack| pack.count(state)).sum()
    }

    /// Verdicts that were compared.
    pub fn checked(&self) -> usize {
        self.packs.iter().flat_map(|pack| &pack.results).map(|result| result.checked).sum()
    }

    /// Whether coverage is below the threshold.
    pub fn is_below(&self) -> bool {
        match (self.coverage, self.threshold) {
            (Some(coverage), Some(threshold)) => !coverage.gated().reaches(threshold),
            _ => false,
        }
    }
}
