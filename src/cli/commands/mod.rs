//! One file a verb.

pub mod conftest;
mod conftest_read;
mod conftest_settings;
pub mod conftest_words;
pub mod eval;
pub mod model;
pub mod comply;
pub mod normalize;
pub mod pack_docs;
pub mod pack_fmt;
pub mod pack_lint;
pub mod pack_new;
pub mod packs;
pub mod publish;
mod publish_opa;
pub mod rules;
pub mod scan;
pub mod schema;
pub mod test;
mod test_baselines;
