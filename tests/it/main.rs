//! Integration tests: one binary, one module a subject.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests fail by panicking and read fixtures"
)]

mod architecture;
mod authoring;
mod aws_shop;
mod bases;
mod cel;
mod cel_laws;
mod cel_library;
pub(crate) mod cli;
mod conftest;
mod conftest_command;
mod conftest_formats;
mod conftest_words;
mod compliance;
mod configuration;
mod data_texts;
mod diagrams;
mod discover;
mod dread_context;
mod documents;
mod environments;
mod escalations;
mod evaluation;
mod exports;
mod field;
mod findings;
mod functions;
mod graph_aws;
mod graph_gcp;
mod graph_kubernetes;
mod graph_ways;
mod graphs;
mod growth;
mod hcl;
mod hcl_written;
mod kubernetes;
mod kubernetes_in_terraform;
mod overrides;
mod pack_runs;
mod model;
mod model_command;
mod model_aws;
mod model_azure;
mod model_clusters;
mod model_diffs;
mod models;
mod organisation;
mod overlays;
mod packs;
mod providers;
mod publish;
mod plans;
mod positions;
mod recorded;
mod refinements;
mod rego;
mod rego_library;
mod rego_guards;
mod rego_language;
mod rego_laws;
mod rego_negation;
mod rego_suite;
mod rego_types;
mod reports;
mod samples;
mod second_opinion;
mod sharing;
mod spelling;
mod states;
mod syntax;
mod terraform;
mod vocabulary;
mod worked;
