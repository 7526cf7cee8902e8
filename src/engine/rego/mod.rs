//! Rego: compile with guards, judge a document with unknowns.
