//! Options of a run, checked and complete.
