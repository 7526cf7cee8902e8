//! One file a verb.

pub mod conftest;
pub mod normalize;
pub mod packs;
pub mod rules;
pub mod scan;
pub mod schema;
pub mod test;
