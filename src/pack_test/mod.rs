//! Runs the tests of packs: samples with expectations in comments, test tables, unit tests in Rego; and measures what they cover.
//!
//! Nothing is silently green: what is not found, not matched, not compiled or not compared is a result of its own that fails.

mod builtin;
mod compare;
mod coverage;
mod diff;
mod expectation;
mod result;
mod run;
mod samples;
mod select;
mod table;
mod unit;
mod update;
mod whole;
mod write;

pub use builtin::builtin_tests;
pub use compare::{Mismatch, MismatchKind, Observed, compare};
pub use coverage::{Coverage, CoverageGroup, Missed, Tally};
pub use diff::{diff, shortened};
pub use expectation::{Expectation, Mistake, Verdict, WantedDread, expectations, sidecar};
pub use result::{Failure, State, TestKind, TestResult};
pub use run::{SampleRun, Subject, run, run_samples};
pub use samples::{SIDECAR, Sample, is_under_test, rules_under_test, samples};
pub use select::Selector;
pub use table::{TABLE, TableRun, run_table};
pub use unit::{UNIT_TEST, UnitRun, all_modules, run_units, unit_modules};
pub use update::{Edit, Update, updates};
pub use whole::{Options, PackRun, Prepare, Survey, run_folder, run_pack, survey, tested_rules};
pub use write::{FORMATS, Format, Summary, format};
