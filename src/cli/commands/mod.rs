//! One file a verb.

pub mod conftest;
pub mod eval;
pub mod model;
pub mod comply;
pub mod normalize;
pub mod packs;
pub mod rules;
pub mod scan;
pub mod schema;
pub mod test;
