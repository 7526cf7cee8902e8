//! Tests of cel.
