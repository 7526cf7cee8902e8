//! Runs the samples of packs.
