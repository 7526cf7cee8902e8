//! Findings: what a rule says about a resource, with STRIDE, DREAD, place and fingerprint.

pub mod context;
mod dread;
pub mod fingerprint;
mod model;
mod stride;

pub use dread::{Assessment, Bands, Confidence, Dread, Evidence, Factor, Score, Severity};
pub use model::{
    Failed, Finding, Inconclusive, Outcome, Passed, ResourceRef, RuleCounts, RuleInfo, ThreatClass,
    UnknownRead,
};
pub use stride::{Stride, StrideSet};
