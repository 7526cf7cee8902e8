//! Compliance baselines: which controls findings violate, which ones passes are evidence for, and which nobody can tell from code.
//!
//! Takes baselines (data of packs, or files), what an evaluation gave and what people state; gives a judgement of every control and
//! reports of it. It never says "compliant": evidence from code is one part of an assessment.

mod drift;
mod gate;
mod judge;
mod model;
mod read;
pub mod report;
mod resolve;
mod samples;

pub use drift::{Drift, drift};
pub use gate::{FailOn, Gate};
pub use judge::{Absent, Judged, Judgement, Open, Stale, State, Summary, judge, rules, summary};
pub use model::{Baseline, Group, Named, Patch, Profile};
pub use resolve::{Changes, Choice, Control, Library, Link, Resolved, Speaks, resolve};
pub use samples::{SampleResult, run as run_samples, samples};
