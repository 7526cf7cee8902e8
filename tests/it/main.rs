//! Integration tests: one binary, one module a subject.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests fail by panicking and read fixtures"
)]

mod architecture;
mod cel;
mod cel_laws;
mod cel_library;
mod cli;
mod conftest;
mod configuration;
mod data_texts;
mod discover;
mod documents;
mod evaluation;
mod field;
mod findings;
mod functions;
mod hcl;
mod hcl_written;
mod kubernetes;
mod packs;
mod providers;
mod plans;
mod positions;
mod recorded;
mod refinements;
mod rego;
mod rego_library;
mod rego_guards;
mod rego_laws;
mod reports;
mod samples;
mod second_opinion;
mod spelling;
mod syntax;
mod terraform;
mod vocabulary;
