//! Trees to documents, one folder a format.

pub mod kubernetes;
pub mod terraform;
