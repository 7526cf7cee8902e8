//! Tests of rego.
