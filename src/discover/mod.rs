//! Which files belong to a scan.
//!
//! Takes a file system and the paths that were named; gives candidates, chosen by name alone, and reads them. What a
//! candidate really is, its format finds out from the content.

use std::collections::BTreeMap;

use crate::source::{
    EntryKind, FileSystem, MAX_FILE_BYTES, Problem, ProblemKind, SourceFile, normalize,
};

/// A file that may belong to the scan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// Its path in the file system.
    pub path: String,
    /// What its name says.
    pub kind: CandidateKind,
}

/// What the name of a file says about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CandidateKind {
    /// `.tf`, `.tofu`
    TerraformHcl,
    /// `.tf.json`, `.tofu.json`
    TerraformJson,
    /// `.tfvars`, `.tfvars.json`
    TerraformVariables,
    /// `.yaml`, `.yml`
    Yaml,
    /// Any other `.json`, and `.tfstate`
    Json,
    /// `.tpl` below a folder `templates`: a part of a Helm chart
    Template,
}

/// Name endings, the longer before the shorter that they end in.
const ENDINGS: [(&str, CandidateKind); 10] = [
    (".tf.json", CandidateKind::TerraformJson),
    (".tofu.json", CandidateKind::TerraformJson),
    (".tfvars.json", CandidateKind::TerraformVariables),
    (".tf", CandidateKind::TerraformHcl),
    (".tofu", CandidateKind::TerraformHcl),
    (".tfvars", CandidateKind::TerraformVariables),
    (".yaml", CandidateKind::Yaml),
    (".yml", CandidateKind::Yaml),
    (".json", CandidateKind::Json),
    (".tfstate", CandidateKind::Json),
];

impl CandidateKind {
    /// What the name of a path says; `None` where it is of no interest.
    pub fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        if name.strip_suffix(".tpl").is_some() {
            return path
                .split('/')
                .rev()
                .skip(1)
                .any(|part| part == "templates")
                .then_some(Self::Template);
        }
        let (_, kind) = ENDINGS.into_iter().find(|(ending, _)| name.ends_with(ending))?;
        let is_terraform =
            matches!(kind, Self::TerraformHcl | Self::TerraformJson | Self::TerraformVariables);
        // Terraform reads no hidden files either.
        (!is_terraform || !name.starts_with('.')).then_some(kind)
    }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovery {
    /// Sorted by path, each path once.
    pub files: Vec<Candidate>,
    /// What was named and is not there, and what the walk left out.
    pub problems: Vec<Problem>,
}

/// Find the files below the named paths. Ignore rules hold for what a folder holds, not for a path that is named itself.
pub fn discover(fs: &dyn FileSystem, paths: &[String]) -> Discovery {
    let mut found = BTreeMap::new();
    let mut problems = Vec::new();
    for named in paths {
        let path = normalize(named);
        let kind = path.as_deref().and_then(|path| fs.kind(path));
        match (path, kind) {
            (Some(path), Some(EntryKind::File)) => match CandidateKind::of(&path) {
                Some(kind) => drop(found.insert(path, kind)),
                None => match by_content(fs, &path) {
                    Content::Json => drop(found.insert(path, CandidateKind::Json)),
                    Content::BinaryPlan => problems.push(binary_plan(named)),
                    Content::Other => problems.push(unknown_file(named)),
                },
            },
            (Some(path), Some(EntryKind::Folder)) => {
                let (files, skipped) = fs.walk(&path);
                let kinds = files
                    .into_iter()
                    .filter_map(|file| CandidateKind::of(&file).map(|kind| (file, kind)));
                found.extend(kinds);
                problems.extend(skipped);
            }
            _ => problems.push(absent(named)),
        }
    }
    problems.sort();
    problems.dedup();
    let files = found.into_iter().map(|(path, kind)| Candidate { path, kind }).collect();
    Discovery { files, problems }
}

/// What a file is whose name says nothing, when it is asked for by name.
enum Content {
    Json,
    BinaryPlan,
    Other,
}

fn by_content(fs: &dyn FileSystem, path: &str) -> Content {
    if fs.size(path).is_ok_and(|size| size > MAX_FILE_BYTES) {
        return Content::Other;
    }
    let bytes = fs.read(path).unwrap_or_default();
    // What `terraform plan -out` writes is a ZIP archive that begins with the file `tfplan`.
    if bytes.starts_with(b"PK\x03\x04")
        && bytes.get(30..).is_some_and(|at| at.starts_with(b"tfplan"))
    {
        return Content::BinaryPlan;
    }
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'{') { Content::Json } else { Content::Other }
}

fn binary_plan(named: &str) -> Problem {
    let message = format!("`{named}` is a plan in Terraform's own form");
    Problem::new(ProblemKind::Unreadable, message)
        .path(named)
        .help(format!("write it as JSON: terraform show -json {named} > plan.json"))
}

fn absent(named: &str) -> Problem {
    let message = format!("there is no `{named}` in the scanned tree");
    Problem::new(ProblemKind::NotFound, message).path(named)
}

fn unknown_file(named: &str) -> Problem {
    let message = format!("`{named}` is no kind of file that is scanned");
    Problem::new(ProblemKind::Note, message).path(named)
}

/// Read a file: at most [`MAX_FILE_BYTES`] of UTF-8.
pub fn read(fs: &dyn FileSystem, path: &str) -> Result<SourceFile, Problem> {
    let size = fs.size(path).map_err(|error| unreadable(path, &error))?;
    if size > MAX_FILE_BYTES {
        return Err(too_large(path, size));
    }
    let bytes = fs.read(path).map_err(|error| unreadable(path, &error))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(too_large(path, bytes.len() as u64));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let message = format!("`{path}` is not UTF-8: byte {at} belongs to no character");
        Problem::new(ProblemKind::NotUtf8, message).path(path).help("save it as UTF-8")
    })?;
    Ok(SourceFile::new(path, text))
}

fn unreadable(path: &str, error: &std::io::Error) -> Problem {
    let kind = match error.kind() {
        std::io::ErrorKind::NotFound => ProblemKind::NotFound,
        _ => ProblemKind::Unreadable,
    };
    Problem::new(kind, format!("`{path}` cannot be read: {}", error.kind())).path(path)
}

fn too_large(path: &str, size: u64) -> Problem {
    let message =
        format!("`{path}` has {size} bytes, more than the {MAX_FILE_BYTES} that are read");
    Problem::new(ProblemKind::Limit, message)
        .path(path)
        .help("split the file, or leave it out with an ignore file")
}
