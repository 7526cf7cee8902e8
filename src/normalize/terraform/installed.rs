//! Modules that `terraform init` has installed: `.terraform/modules/modules.json`, and what the source of a module call means.
//!
//! Source: "Module Sources" in Terraform's documentation. An entry is used only where it is what the call asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value as Json;

use super::evaluator::MAX_MODULE_DEPTH;
use super::module::{is_local_source, literal_text};
use super::version::{Constraint, Version};
use crate::source::{FileSystem, MAX_FILE_BYTES, Problem, ProblemKind};
use crate::syntax::Body;

/// Where the manifest lies, from a root module's folder.
const PATH: &str = ".terraform/modules/modules.json";

/// Most calls that are followed from one root.
const MAX_CALLS: usize = 10_000;

/// What is installed for one root module, by the names of the calls that lead there, joined by dots.
#[derive(Clone, Debug, Default)]
pub struct Installation {
    entries: BTreeMap<String, Installed>,
}

#[derive(Clone, Debug)]
struct Installed {
    source: String,
    version: Option<String>,
    /// `None` where it lies outside of the project.
    folder: Option<String>,
}

/// What a manifest says of a module call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<'m> {
    /// The folder that holds it.
    Folder(&'m str),
    /// Something else is installed, in words.
    Stale(String),
    /// Nothing is.
    Nothing,
}

impl Installation {
    /// The manifest of a root module's folder; `None` where nothing is installed.
    pub fn read(files: &dyn FileSystem, root: &str) -> Option<Result<Self, Problem>> {
        let path = crate::source::join(root, PATH)?;
        files.kind(&path)?;
        let unusable = |why: &str| {
            let message = format!("the modules that are installed are not known: {path} {why}");
            let problem = Problem::new(ProblemKind::ModuleUnresolved, message);
            Err(problem.path(&path).help("run terraform init again"))
        };
        if files.size(&path).is_ok_and(|size| size > MAX_FILE_BYTES) {
            return Some(unusable("is too large"));
        }
        let Ok(bytes) = files.read(&path) else { return Some(unusable("cannot be read")) };
        let Ok(json) = serde_json::from_slice::<Json>(&bytes) else {
            return Some(unusable("is no JSON"));
        };
        let mut entries = BTreeMap::new();
        for entry in json.get("Modules").and_then(Json::as_array).into_iter().flatten() {
            let text = |name: &str| entry.get(name).and_then(Json::as_str).map(str::to_owned);
            if let (Some(key), Some(source), Some(folder)) =
                (text("Key"), text("Source"), text("Dir"))
            {
                let folder = crate::source::join(root, &folder);
                entries.insert(key, Installed { source, version: text("Version"), folder });
            }
        }
        Some(Ok(Self { entries }))
    }

    /// What is installed for a call that is not local.
    pub fn find(&self, key: &str, source: &str, version: Option<&str>) -> Found<'_> {
        let Some(installed) = self.entries.get(key) else { return Found::Nothing };
        if !same_source(source, &installed.source) {
            return Found::Stale(format!("{} is installed instead of {source}", installed.source));
        }
        if let Some(wanted) = version {
            let has = installed.version.as_deref().unwrap_or("no version");
            let is_met = Constraint::parse(wanted)
                .zip(Version::parse(has))
                .is_some_and(|(constraint, version)| constraint.allows(&version));
            if !is_met {
                return Found::Stale(format!("{has} is installed, not {wanted}"));
            }
        }
        match &installed.folder {
            Some(folder) => Found::Folder(folder),
            None => Found::Stale("it is installed outside of the scanned tree".to_owned()),
        }
    }
}

/// Folders that the calls of a root lead to where the manifest is needed, as far as the bodies are read, by folder.
pub fn folders_of_calls(
    root: &str,
    manifest: &Installation,
    bodies: &BTreeMap<&str, Vec<&Body>>,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![(String::new(), root.to_owned(), 0)];
    let mut steps = 0;
    while let Some((prefix, folder, depth)) = open.pop() {
        steps += 1;
        if depth >= MAX_MODULE_DEPTH || steps > MAX_CALLS {
            continue;
        }
        let calls = bodies.get(&*folder).into_iter().flatten();
        for call in calls.flat_map(|body| body.blocks_named("module")) {
            let literal = |name: &str| literal_text(&call.body.attribute(name)?.value);
            let (Some(label), Some(source)) = (call.labels.first(), literal("source")) else {
                continue;
            };
            let key = format!("{prefix}{}", label.text);
            let version = literal("version").map(|version| &**version);
            let next = if is_local_source(source) {
                crate::source::join(&folder, source)
            } else {
                match manifest.find(&key, source, version) {
                    Found::Folder(folder) => {
                        found.insert(folder.to_owned());
                        Some(folder.to_owned())
                    }
                    Found::Stale(_) | Found::Nothing => None,
                }
            };
            open.extend(next.map(|next| (format!("{key}."), next, depth + 1)));
        }
    }
    found
}

/// Whether a source as written is the one of a manifest, where shorthands are written out.
fn same_source(written: &str, installed: &str) -> bool {
    written == installed || written_out(written) == written_out(installed)
}

/// `terraform-aws-modules/vpc/aws` is of the public registry, `github.com/x/y` a repository.
fn written_out(source: &str) -> String {
    let (path, query) = source.split_once('?').map_or((source, ""), |(path, query)| (path, query));
    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
    let (base, inner) = split_inner(path);
    let parts: Vec<&str> = base.split('/').collect();
    let base = match parts.as_slice() {
        ["github.com" | "bitbucket.org", owner, name] => {
            let name = name.strip_suffix(".git").unwrap_or(name);
            format!("git::https://{}/{owner}/{name}.git", parts[0])
        }
        [namespace, _, _] if !namespace.contains([':', '.', '@']) => {
            format!("registry.terraform.io/{base}")
        }
        _ => match base.strip_prefix("git@").and_then(|rest| rest.split_once(':')) {
            Some((host, path)) => format!("git::ssh://git@{host}/{path}"),
            None => base.to_owned(),
        },
    };
    format!("{base}{inner}{query}")
}

/// A source and the folder in it: `…//modules/x`. The `//` of a scheme does not count.
fn split_inner(path: &str) -> (&str, &str) {
    let from = path.find("://").map_or(0, |at| at + 3);
    match path[from..].find("//") {
        Some(at) => path.split_at(from + at),
        None => (path, ""),
    }
}

/// The revision that a source names: `?ref=v1.2.0`.
pub fn revision(source: &str) -> Option<&str> {
    let (_, query) = source.split_once('?')?;
    query
        .split('&')
        .find_map(|part| part.strip_prefix("ref="))
        .filter(|revision| !revision.is_empty())
}

/// Whether a revision is a commit, which cannot move.
pub fn is_digest(revision: &str) -> bool {
    matches!(revision.len(), 40 | 64) && revision.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Whether a module's source cannot change under the configuration: a local folder, a git commit, one exact registry version.
pub fn is_pinned(source: &str, version: Option<&str>) -> bool {
    if is_local_source(source) {
        return true;
    }
    match version {
        Some(version) => {
            let version = version.trim().trim_start_matches('=').trim();
            let is_part = |c: char| c.is_ascii_alphanumeric() || ".-+".contains(c);
            !version.is_empty() && version.chars().all(is_part)
        }
        None => revision(source).is_some_and(is_digest),
    }
}

/// Installations by the folder of the root module.
pub type Installations = BTreeMap<Arc<str>, Installation>;
