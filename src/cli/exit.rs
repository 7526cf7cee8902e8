//! Exit codes, in one table.

use std::process::ExitCode;

use crate::report::Gate;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: the gate passed.
    Passed,
    /// 1: findings failed the gate.
    Failed,
    /// 2: the run could not do its job: bad usage, pack, unreadable or unparsable input, rule error.
    Unable,
    /// 3: there was nothing to evaluate.
    Nothing,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Passed => 0,
            Exit::Failed => 1,
            Exit::Unable => 2,
            Exit::Nothing => 3,
        })
    }
}

impl From<Gate> for Exit {
    fn from(gate: Gate) -> Self {
        match gate {
            Gate::Passed => Self::Passed,
            Gate::Failed => Self::Failed,
            Gate::Incomplete => Self::Unable,
            Gate::Empty => Self::Nothing,
        }
    }
}
