//! The gate over a judged baseline.

use std::fmt;

use super::judge::{Judgement, State};

/// Which controls fail the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// None.
    Never,
    /// Those that are violated.
    Violated,
    /// Those that are violated and those that nothing decides.
    Undecided,
}

impl FailOn {
    /// All words, mildest first.
    pub const WORDS: [&'static str; 3] = ["none", "violated", "undecided"];

    /// From its word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Never, Self::Violated, Self::Undecided].into_iter().find(|it| it.name() == text)
    }

    /// The word for it.
    pub fn name(self) -> &'static str {
        Self::WORDS[self as usize]
    }
}

impl fmt::Display for FailOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The gate's decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// No control fails it.
    Passed,
    /// Controls fail it.
    Failed,
    /// Something could not be read or judged.
    Incomplete,
    /// There is no data: neither passed nor failed.
    NoData,
}

impl Gate {
    /// An error beats everything; no data is never a pass, whatever fails the gate.
    pub fn decide(judgement: &Judgement<'_>, fail_on: FailOn, has_errors: bool) -> Self {
        if has_errors {
            Self::Incomplete
        } else if judgement.has_no_data() {
            Self::NoData
        } else if failing(judgement, fail_on) > 0 {
            Self::Failed
        } else {
            Self::Passed
        }
    }

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Incomplete => "incomplete",
            Self::NoData => "no-data",
        }
    }
}

/// How many controls fail the gate.
pub(super) fn failing(judgement: &Judgement<'_>, fail_on: FailOn) -> usize {
    let failing = judgement.controls.iter().filter(|it| it.waiver.is_none());
    failing.filter(|it| fails(it.state, fail_on)).count()
}

/// Whether a control that is not waived fails the gate.
pub(super) fn fails(state: State, fail_on: FailOn) -> bool {
    match fail_on {
        FailOn::Never => false,
        FailOn::Violated => state == State::Violated,
        FailOn::Undecided => !matches!(state, State::Evidenced | State::NotApplicable(_)),
    }
}
