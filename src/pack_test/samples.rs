//! The samples of a pack: what lies in `tests/<service>/`.

use std::io;
use std::sync::Arc;

use crate::pack::Pack;
use crate::source::{EntryKind, FileSystem, Sources};

/// The ending of a sidecar file: `main.tf.json.expect` holds the expectations for `main.tf.json`.
pub const SIDECAR: &str = ".expect";

/// The folder of the tests of compliance baselines, which are run apart.
pub const BASELINES: &str = "baselines";

/// A sample: one document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sample {
    /// The folder below `tests`: the rules under test are those of `rules/<service>.*`.
    pub service: String,
    /// The name of its file or folder.
    pub name: String,
    /// Its files as paths in the file system, sorted; sidecar files are among them.
    pub files: Vec<String>,
}

/// The samples of the pack in a folder, sorted. A file in `tests/<service>/` is a document of its own, a folder there is
/// one document.
pub fn samples(files: &dyn FileSystem, pack: &str) -> io::Result<Vec<Sample>> {
    let tests = if pack.is_empty() { "tests".to_owned() } else { format!("{pack}/tests") };
    let mut found = Vec::new();
    if files.kind(&tests) != Some(EntryKind::Folder) {
        return Ok(found);
    }
    for service in files.list(&tests)?.into_iter().filter(|e| e.kind == EntryKind::Folder) {
        let name = last(&service.path).to_owned();
        if name == BASELINES {
            continue;
        }
        for entry in files.list(&service.path)? {
            let path = entry.path;
            let is_test = path.ends_with(SIDECAR)
                || path.ends_with(super::unit::UNIT_TEST)
                || path.ends_with(super::table::TABLE);
            let inner = match entry.kind {
                _ if last(&path).starts_with('.') => continue,
                EntryKind::File if is_test => continue,
                EntryKind::File => {
                    let sidecar = format!("{path}{SIDECAR}");
                    let has_sidecar = files.kind(&sidecar) == Some(EntryKind::File);
                    let mut inner = vec![path.clone()];
                    inner.extend(has_sidecar.then_some(sidecar));
                    inner
                }
                EntryKind::Folder => {
                    let mut inner = Vec::new();
                    collect(files, &path, 0, &mut inner)?;
                    inner
                }
            };
            let sample = last(&path).to_owned();
            found.push(Sample { service: name.clone(), name: sample, files: inner });
        }
    }
    found.sort();
    Ok(found)
}

/// Whether the samples of a service test the rules of a file: `tests/s3/` tests `rules/s3.*`, `rules/s3_*` and `rules/s3-*`.
pub fn is_under_test(service: &str, rule_file: &str) -> bool {
    let name = last(rule_file);
    let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".rego"));
    stem.and_then(|stem| stem.strip_prefix(service))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['_', '-']))
}

/// Full ids of a pack's rules that the samples of a service test.
pub fn rules_under_test(pack: &Pack, service: &str, sources: &Sources) -> Vec<Arc<str>> {
    pack.rules
        .iter()
        .filter(|rule| is_under_test(service, &sources.get(rule.place.file).path))
        .map(|rule| Arc::clone(&rule.info.id))
        .collect()
}

/// Every file below a folder, to a depth that no sample needs to exceed.
fn collect(
    files: &dyn FileSystem,
    folder: &str,
    depth: usize,
    found: &mut Vec<String>,
) -> io::Result<()> {
    for entry in files.list(folder)? {
        match entry.kind {
            EntryKind::File => found.push(entry.path),
            EntryKind::Folder if depth < 16 => collect(files, &entry.path, depth + 1, found)?,
            EntryKind::Folder => {}
        }
    }
    found.sort();
    Ok(())
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}
