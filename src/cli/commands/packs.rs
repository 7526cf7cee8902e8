//! Loads the packs that the command line names.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cli::args::Packs;
use crate::evaluate;
use crate::pack::{Location, PackSet};
use crate::report::PackRef;
use crate::source::nearest;
use crate::source::{DiskFileSystem, Problem, ProblemKind, Sources};

/// Load packs; problems of theirs are returned.
pub fn load(
    sources: &mut Sources,
    folders: &[PathBuf],
    builtin: bool,
) -> anyhow::Result<(PackSet, Vec<Problem>)> {
    let opened = folders.iter().map(|folder| open(folder)).collect::<anyhow::Result<Vec<_>>>()?;
    let extra: Vec<Location<'_>> =
        opened.iter().map(|(files, shown)| Location { files, folder: "", shown }).collect();
    Ok(PackSet::load(sources, builtin, &extra))
}

fn open(folder: &Path) -> anyhow::Result<(DiskFileSystem, String)> {
    let shown = folder.display().to_string();
    anyhow::ensure!(folder.is_dir(), "the pack {shown} is not a folder");
    let files =
        DiskFileSystem::new(folder).with_context(|| format!("cannot read the pack {shown}"))?;
    Ok((files, shown))
}

/// What to evaluate; a rule that is named and does not exist is a problem.
pub fn options(packs: &PackSet, arguments: &Packs) -> (evaluate::Options, Vec<Problem>) {
    let exists = |id: &str| packs.rules().any(|(_, rule)| &*rule.info.id == id);
    let unknown = arguments.only.iter().chain(&arguments.skip).filter(|id| !exists(id));
    let problem = |id: &String| {
        Problem::new(ProblemKind::Pack, format!("there is no rule {id}"))
            .help(other_rule(packs, id))
    };
    let problems = unknown.map(problem).collect();
    let options = evaluate::Options {
        only: arguments.only.clone(),
        skip: arguments.skip.clone(),
        ..evaluate::Options::default()
    };
    (options, problems)
}

/// What to do about a rule that does not exist: the one that was meant, or the list.
pub fn other_rule(packs: &PackSet, id: &str) -> String {
    match nearest(id, packs.rules().map(|(_, rule)| &*rule.info.id)) {
        Some(near) => format!("did you mean {near}?"),
        None => "list the rules with `dreadnought rules`".to_owned(),
    }
}

/// The packs as reports name them.
pub fn refs(packs: &PackSet) -> Vec<PackRef> {
    let pack_ref = |pack: &crate::pack::Pack| PackRef {
        name: pack.name.to_string(),
        version: pack.version.to_string(),
        digest: pack.digest.clone(),
    };
    packs.packs.iter().map(pack_ref).collect()
}
