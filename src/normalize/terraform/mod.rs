//! Terraform: root modules, evaluated.

pub mod functions;
pub mod number;
pub mod types;
pub mod value;
