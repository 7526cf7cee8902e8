//! What a bundle holds for OPA alone: `dreadnought.*`, built into Dreadnought, as functions of Rego.
//!
//! A call `dreadnought.glob(…)` in a package `p` is, for OPA, a call of `data.p.dreadnought.glob`: so each package that calls one of these
//! functions gets a module that defines it there. The pack's own modules are not changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use crate::engine::secrets;

/// The functions, in Rego.
const BUILTINS: &str = include_str!("../templates/opa/builtins.rego");
/// Those that it has, with their parameters.
const KNOWN: &[(&str, &str)] = &[
    ("cidr_contains", "outer, inner"),
    ("cidr_is_any", "range"),
    ("cidr_is_public", "range"),
    ("glob", "pattern, text"),
    ("holds_secret", "text"),
    ("is_secret", "name, value"),
    ("policy_allows", "policy, action, resource"),
    ("policy_allows_always", "policy, action, resource"),
    ("policy_allows_always_to", "policy, action, resource, principal"),
    ("policy_allows_to", "policy, action, resource, principal"),
    ("script_holds_secret", "text"),
    ("semver", "text"),
    ("semver_satisfies", "version, constraint"),
    ("statements", "policy"),
];
const FOLDER: &str = "vendor/builtins";

/// A call that OPA cannot make.
#[derive(Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The module.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// The function: `dreadnought.semver`.
    pub name: String,
}

/// Add to the files of a bundle what OPA needs; what it lacks all the same.
pub fn add(files: &mut BTreeMap<String, Vec<u8>>) -> Vec<Unknown> {
    let mut calls: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let mut unknown = Vec::new();
    for (path, content) in &*files {
        if Path::new(path).extension().is_none_or(|ending| ending != "rego") {
            continue;
        }
        let text = String::from_utf8_lossy(content);
        let package = super::publish::package(&text).to_owned();
        for (line, name) in called(&text) {
            match KNOWN.iter().find(|(known, _)| *known == name) {
                Some((known, _)) => {
                    calls.entry(package.clone()).or_default().insert(known);
                }
                None => unknown.push(Unknown {
                    path: path.clone(),
                    line,
                    name: format!("dreadnought.{name}"),
                }),
            }
        }
    }
    if !calls.is_empty() {
        files.insert(format!("{FOLDER}/builtins.rego"), BUILTINS.as_bytes().to_vec());
        files.insert(format!("{FOLDER}/secrets.rego"), secrets::in_rego().into_bytes());
    }
    for (package, names) in calls {
        let mut text = format!("package {package}\n");
        for (name, parameters) in KNOWN.iter().filter(|(name, _)| names.contains(name)) {
            // Writing to a String cannot fail.
            let _ = write!(
                text,
                "\ndreadnought.{name}({parameters}) := data.dreadnought.lib.builtins.{name}({parameters})\n"
            );
        }
        files.insert(format!("{FOLDER}/{package}.rego"), text.into_bytes());
    }
    unknown
}

/// Functions `dreadnought.*` that a module calls, each with its line. What stands in a comment is none.
fn called(text: &str) -> impl Iterator<Item = (usize, &str)> {
    const PREFIX: &str = "dreadnought.";
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#')).flat_map(
        move |(at, line)| {
            line.match_indices(PREFIX).filter_map(move |(from, _)| {
                let rest = &line[from + PREFIX.len()..];
                let name = &rest[..rest.find('(')?];
                let is_call = name.chars().all(|c| c.is_alphanumeric() || c == '_');
                let alone = !line[..from].ends_with(is_name);
                (is_call && alone && !name.is_empty()).then_some((at + 1, name))
            })
        },
    )
}
