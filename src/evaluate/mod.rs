//! Rules over documents, in parallel.
