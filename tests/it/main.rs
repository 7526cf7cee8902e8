//! Integration tests: one binary, one module a subject.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests fail by panicking and read fixtures"
)]

mod architecture;
mod cel;
mod cli;
mod discover;
mod documents;
mod field;
mod findings;
mod functions;
mod hcl;
mod hcl_written;
mod kubernetes;
mod packs;
mod rego;
mod reports;
mod samples;
mod second_opinion;
mod syntax;
mod terraform;
