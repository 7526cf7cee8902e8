//! Runs the samples of packs: what their comments expect, and how that differs from what the rules said.

mod compare;
mod expectation;
mod run;
mod samples;

pub use compare::{Mismatch, MismatchKind, Observed, compare};
pub use expectation::{Expectation, Mistake, Verdict, expectations, sidecar};
pub use run::{SampleResult, run};
pub use samples::{SIDECAR, Sample, is_under_test, rules_under_test, samples};
