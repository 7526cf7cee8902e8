//! Dreadnought: a policy engine for infrastructure as code.
//!
//! ```text
//! discover ▶ syntax ▶ normalize ▶ document ▶ evaluate ▶ finding ▶ report
//!      vocabulary ┘ policies/ ▶ pack ▶ engine (rego, cel) ┘
//! ```

pub mod calendar;
pub mod source;
pub mod discover;
pub mod syntax;
pub mod document;
pub mod vocabulary;
pub mod finding;
pub mod model;
pub mod export;
pub mod overlay;
pub mod normalize;
pub mod engine;
pub mod graph;
pub mod pack;
pub mod bundle;
pub mod config;
pub mod conftest;
pub mod project;
pub mod evaluate;
pub mod report;
pub mod compliance;
pub mod threat;
pub mod pack_test;
pub mod lint;
pub mod docs;
pub mod cli;
