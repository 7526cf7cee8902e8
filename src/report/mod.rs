//! Reports: pure functions from what a run gave to bytes, one file a format.
//!
//! Takes a [`Report`] (borrowed results and options), writes to any [`Write`]. The same input gives the same bytes, and no
//! secret that the input marks or a finding reveals is among them (`redact`).

use std::io::{self, Write};

use crate::document::{Document, Mode};
use crate::finding::{Outcome, Severity};
use crate::source::{Problem, ProblemSeverity, Sources};

mod gate;
mod order;
mod redact;
pub mod json;
pub(crate) mod sarif;
mod text;

pub use gate::{FailOn, Gate, OnInconclusive};
pub use redact::Redactor;

/// A pack that took part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackRef {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Digest of its content.
    pub digest: String,
}

impl PackRef {
    /// Its name, version, and enough of its digest to tell it apart: for people.
    pub fn short(&self) -> String {
        let digest: String = self.digest.chars().take("sha256:".len() + SHORT).collect();
        format!("{} {} {digest}", self.name, self.version)
    }

    /// As an extension of the tool in SARIF.
    pub(crate) fn extension(&self) -> serde_json::Value {
        serde_json::json!({
            "name": self.name, "version": self.version, "properties": {"digest": self.digest},
        })
    }
}

/// Digits of a digest that people are shown.
const SHORT: usize = 12;

/// The packs that took part, on one line; nothing where there were none.
pub fn pack_line(packs: &[PackRef]) -> Option<String> {
    let all: Vec<String> = packs.iter().map(PackRef::short).collect();
    (!all.is_empty()).then(|| format!("packs: {}", all.join(", ")))
}

/// What only the run knows: how much was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Files that were read and understood.
    pub files: usize,
    /// Files that are no known format.
    pub skipped: usize,
}

/// What a reader of the report chose.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// From where on a finding fails the gate.
    pub fail_on: FailOn,
    /// What undecided verdicts do.
    pub inconclusive: OnInconclusive,
    /// Whether text has colours.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            fail_on: FailOn::Severity(Severity::High),
            inconclusive: OnInconclusive::Show,
            color: false,
            width: 120,
        }
    }
}

/// Everything a report is made of.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// What the evaluation gave.
    pub outcome: &'a Outcome,
    /// What was judged.
    pub documents: &'a [Document],
    /// The texts.
    pub sources: &'a Sources,
    /// The packs.
    pub packs: &'a [PackRef],
    /// How much was read.
    pub counts: Counts,
    /// The reader's choices.
    pub options: Options,
    /// Version of Dreadnought.
    pub version: &'a str,
}

impl<'a> Report<'a> {
    /// The gate's decision.
    pub fn gate(&self) -> Gate {
        Gate::decide(self)
    }

    /// Every problem once, errors first, then by place.
    pub fn problems(&self) -> Vec<&'a Problem> {
        let of_documents = self.documents.iter().flat_map(|document| &document.problems);
        let mut all: Vec<&Problem> = self.outcome.problems.iter().chain(of_documents).collect();
        let path = |problem: &'a Problem| {
            let file = problem.place.map(|place| &*self.sources.get(place.file).path);
            file.or(problem.path.as_deref())
        };
        all.sort_by(|a, b| {
            let key = |it: &'a Problem| (it.severity(), path(it), it.place.map(|at| at.span));
            key(a).cmp(&key(b)).then_with(|| a.cmp(b))
        });
        all.dedup();
        all
    }

    /// How many problems are of a severity.
    fn problem_count(&self, severity: ProblemSeverity) -> usize {
        self.problems().iter().filter(|problem| problem.severity() == severity).count()
    }

    /// How many findings are of a band.
    fn finding_count(&self, severity: Severity) -> usize {
        self.outcome.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// How many resources were judged.
    fn resource_count(&self) -> usize {
        self.documents.iter().map(resources_of).sum()
    }
}

/// How many resources a document has; declarations are none.
fn resources_of(document: &Document) -> usize {
    document.resources.iter().filter(|resource| resource.mode != Mode::Declaration).count()
}

/// A way to write a report.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// Its name on the command line.
    pub id: &'static str,
    /// One sentence on what it is.
    pub about: &'static str,
    /// Writes the report; the only errors are those of the writer.
    pub write: fn(&Report<'_>, &mut dyn Write) -> io::Result<()>,
}

/// A text without what the documents of a report keep secret.
pub fn redacted(report: &Report<'_>, text: &str) -> String {
    Redactor::new(report).text(text).into_owned()
}

/// Every way to write a report; the first is the default.
pub const FORMATS: &[Format] = &[
    Format {
        id: "text",
        about: "for people: findings on the lines they are about",
        write: text::write,
    },
    Format { id: "json", about: "one object, see `dreadnought schema report`", write: json::write },
    Format { id: "ndjson", about: "the same, one object a line", write: json::write_lines },
    Format { id: "sarif", about: "SARIF 2.1.0 for code scanning", write: sarif::write },
];

/// The format with this id.
pub fn format(id: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.id == id)
}
