//! How much of the rules, libraries and tests of a pack was evaluated: by sub-expression, whatever the line breaks.

use std::collections::BTreeSet;
use std::fmt;

use super::unit::{UnitRun, line_of, marks};
use crate::engine::rego::{Marks, RegoPart, RegoPartKind};
use crate::evaluate::why_not_evaluated;
use crate::pack::{self, Pack, PackSet, WrittenProgram};
use crate::source::Sources;

/// What a part belongs to. Tests and libraries are counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CoverageGroup {
    /// `rules/`.
    Rules,
    /// `lib/`.
    Libraries,
    /// Modules of tests.
    Tests,
}

impl CoverageGroup {
    /// All, in order.
    pub const ALL: [Self; 3] = [Self::Rules, Self::Libraries, Self::Tests];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Libraries => "libraries",
            Self::Tests => "tests",
        }
    }
}

/// Parts that were evaluated, of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Evaluated.
    pub covered: usize,
    /// All.
    pub total: usize,
}

impl Tally {
    /// Whether at least so many percent are covered. One part of 12,000 is enough to miss 100.
    #[expect(clippy::cast_precision_loss, reason = "counts of parts are far below 2^52")]
    pub fn reaches(self, percent: f64) -> bool {
        self.covered as f64 * 100.0 >= percent * self.total as f64
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { covered: self.covered + other.covered, total: self.total + other.total }
    }
}

/// In percent, cut to two decimals: 100.00 is said of nothing that misses a part.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.total == 0 {
            return f.write_str("-");
        }
        let hundredths = self.covered as u128 * 10_000 / self.total as u128;
        write!(f, "{}.{:02} %", hundredths / 100, hundredths % 100)
    }
}

/// A part that was never evaluated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missed {
    /// Its file.
    pub path: String,
    /// Line from 1.
    pub line: u32,
    /// Column from 1.
    pub column: u32,
    /// As it is written, on one line.
    pub text: String,
    /// Why, as far as that can be told.
    pub reason: String,
    /// What it belongs to.
    pub group: CoverageGroup,
}

/// What the tests of a pack covered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// By group and file: how much.
    pub files: Vec<(CoverageGroup, String, Tally)>,
    /// What was never evaluated, by place.
    pub missed: Vec<Missed>,
}

impl Coverage {
    /// All of a group.
    pub fn of(&self, group: CoverageGroup) -> Tally {
        let own = self.files.iter().filter(|(other, ..)| *other == group);
        own.fold(Tally::default(), |all, (.., tally)| all.and(*tally))
    }

    /// Rules and libraries: what a threshold is held against.
    pub fn gated(&self) -> Tally {
        self.of(CoverageGroup::Rules).and(self.of(CoverageGroup::Libraries))
    }

    /// Add that of another pack.
    pub fn extend(&mut self, other: Self) {
        self.files.extend(other.files);
        self.missed.extend(other.missed);
    }

    fn add(&mut self, group: CoverageGroup, path: &str, covered: bool) {
        let known = self.files.iter_mut().find(|(own, file, _)| *own == group && file == path);
        if let Some((.., tally)) = known {
            tally.covered += usize::from(covered);
            tally.total += 1;
        } else {
            let tally = Tally { covered: usize::from(covered), total: 1 };
            self.files.push((group, path.to_owned(), tally));
        }
    }

    /// Of a pack whose rules are marked, and of the marked suite of its unit tests.
    pub(super) fn measure(
        pack: &Pack,
        marked: &PackSet,
        units: &UnitRun,
        shown: &str,
        sources: &Sources,
    ) -> Self {
        let mut coverage = Self::default();
        coverage.cel(pack, marked, sources);
        coverage.modules(Some(marked), units, shown);
        coverage.files.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        coverage.missed.sort();
        coverage
    }

    /// Of a folder of policies.
    pub(super) fn of_units(units: &UnitRun) -> Self {
        let mut coverage = Self::default();
        coverage.modules(None, units, "");
        coverage.files.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        coverage.missed.sort();
        coverage
    }

    fn cel(&mut self, pack: &Pack, marked: &PackSet, sources: &Sources) {
        let own = marked.packs.iter().filter(|other| other.name == pack.name);
        for rule in own.flat_map(|pack| &pack.rules) {
            let file = sources.get(rule.place.file);
            for WrittenProgram { span, program, .. } in rule.programs() {
                let parts = program.parts();
                // A selection is a part of its own only where it is the whole expression.
                let counts = |at: usize| parts[at].parent.is_none() || !parts[at].reads;
                for at in (0..parts.len()).filter(|at| counts(*at)) {
                    let covered = program.was_evaluated(at);
                    self.add(CoverageGroup::Rules, &file.path, covered);
                    if !covered {
                        let part = &parts[at];
                        let place = pack::locate(&file.text, span, program.source(), part.start);
                        let position = file.position(place.start);
                        let text = program.source().get(part.start..part.end).unwrap_or_default();
                        let evaluated = |part: usize| program.was_evaluated(part);
                        self.missed.push(Missed {
                            path: file.path.to_string(),
                            line: position.line,
                            column: position.column,
                            text: one_line(text),
                            reason: why_not_evaluated(parts, at, &evaluated).to_owned(),
                            group: CoverageGroup::Rules,
                        });
                    }
                }
            }
        }
    }

    /// Parts of modules are the same in the policies and in the suite; either may have evaluated them.
    fn modules(&mut self, marked: Option<&PackSet>, units: &UnitRun, shown: &str) {
        let mut covered: BTreeSet<(String, usize, usize)> = BTreeSet::new();
        let mut all: Vec<(String, String, RegoPart, String)> = Vec::new();
        let mut seen: BTreeSet<(String, usize, usize)> = BTreeSet::new();
        let mut take = |marks: &Marks, module: &dyn Fn(usize) -> Option<(String, String)>| {
            for (at, part) in marks.parts().iter().enumerate() {
                if part.kind == RegoPartKind::Operand {
                    continue;
                }
                let Some((name, text)) = module(part.module) else { continue };
                let key = (name.clone(), part.span.start, part.span.end);
                if marks.was_evaluated(at) {
                    covered.insert(key.clone());
                }
                if seen.insert(key) {
                    let reason = reason(marks, at);
                    all.push((name, text, part.clone(), reason));
                }
            }
        };
        if let Some(marked) = marked
            && let Some(marks) = marked.policies.marks()
        {
            take(marks, &|at| {
                let (name, text) = marked.policies.module(at)?;
                Some((name.to_owned(), text.to_owned()))
            });
        }
        if let Some((suite, marks)) = marks(units) {
            take(marks, &|at| {
                let module = suite.modules().get(at)?;
                Some((module.name.clone(), module.text.to_string()))
            });
        }
        for (name, text, part, reason) in all {
            let Some(group) = group_of(&name, shown) else { continue };
            let is_covered = covered.contains(&(name.clone(), part.span.start, part.span.end));
            self.add(group, &name, is_covered);
            if !is_covered {
                let line = line_of(&text, &part.span);
                let before = text.get(..part.span.start).unwrap_or_default();
                let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
                self.missed.push(Missed {
                    path: name,
                    line,
                    column: u32::try_from(column).unwrap_or(u32::MAX),
                    text: one_line(text.get(part.span.clone()).unwrap_or_default()),
                    reason,
                    group,
                });
            }
        }
    }
}

/// What a module belongs to; none where it is not the pack's. `shown` stands before paths of the pack's own files; modules of tests
/// have none.
fn group_of(name: &str, shown: &str) -> Option<CoverageGroup> {
    if name.ends_with("_test.rego") {
        return Some(CoverageGroup::Tests);
    }
    let inner = if shown.is_empty() {
        name
    } else {
        name.trim_start_matches("pack:").strip_prefix(shown)?.trim_start_matches('/')
    };
    match inner.split('/').next() {
        Some("rules") => Some(CoverageGroup::Rules),
        Some("lib") => Some(CoverageGroup::Libraries),
        _ if shown.is_empty() => Some(CoverageGroup::Rules),
        _ => None,
    }
}

fn reason(marks: &Marks, at: usize) -> String {
    let part = &marks.parts()[at];
    if let Some((_, why)) = marks.unmarked().find(|(module, _)| *module == part.module) {
        return format!("its module cannot be watched: {why}");
    }
    let reason = match part.after {
        Some(before) if !marks.was_evaluated(before) => "the statement before it was not reached",
        Some(before)
            if !marks.held(before) && marks.parts()[before].kind != RegoPartKind::Negated =>
        {
            "the statement before it never held"
        }
        Some(before)
            if marks.held(before) && marks.parts()[before].kind == RegoPartKind::Negated =>
        {
            "what the statement before it denies always held"
        }
        _ if part.in_else => "an earlier branch always decided, or it gave no value",
        Some(_) => "it never gave a value",
        None => "its rule was never asked, or it never gave a value",
    };
    reason.to_owned()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
