//! The functions of the Terraform language.

use super::value::Value;

/// What a function may ask of its surroundings.
pub trait Host {
    /// The text of a file in the scanned tree, by a path as the configuration gives it.
    fn read_file(&self, path: &str) -> Result<Vec<u8>, FileError>;
    /// Files below a folder, relative to it, sorted (`fileset`).
    fn list_files(&self, folder: &str) -> Result<Vec<String>, FileError>;
    /// A template's text rendered with variables (`templatefile`, `templatestring`).
    fn render(&self, name: &str, text: &str, variables: &Value) -> Result<Value, String>;
}

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileError {
    /// There is none in the scanned tree (Terraform refuses: an error).
    Missing,
    /// It lies outside of the scanned tree, or is too large: what it holds is unknown, with this reason.
    OutOfReach(String),
}

/// Whether there is a function of this name.
pub fn exists(name: &str) -> bool {
    let _ = name;
    false
}

/// Call a function. Arguments carry their marks; the result has the union of them where the function does not say otherwise.
/// Unknown arguments give an unknown result of the same reason where they decide it. The error is a sentence.
pub fn call(name: &str, arguments: &[Value], host: &dyn Host) -> Result<Value, String> {
    let _ = (arguments, host);
    Err(format!("there is no function named {name}"))
}
