//! `dreadnought pack fmt`: one layout for the YAML of packs.

use std::fmt::Write as _;

use anyhow::Context as _;

use crate::cli::args::PackFmt;
use crate::cli::exit::Exit;
use crate::cli::{output, terminal};
use crate::lint;
use crate::pack_test::{diff, shortened};
use crate::source::{DiskFileSystem, EntryKind, FileSystem as _};

/// Folders of a pack with YAML.
const FOLDERS: [&str; 4] = ["", "rules", "threats", "baselines"];

/// Run the command.
pub fn run(arguments: &PackFmt) -> anyhow::Result<Exit> {
    let mut text = String::new();
    let (mut all, mut changed, mut refused, mut rego) = (0, 0, 0, 0);
    for folder in &arguments.packs {
        let context = || format!("cannot read the pack {}", folder.display());
        anyhow::ensure!(folder.is_dir(), "the pack {} is not a folder", folder.display());
        let files = DiskFileSystem::new(folder).with_context(context)?;
        anyhow::ensure!(
            files.kind("pack.yaml") == Some(EntryKind::File),
            "there is no pack in {}",
            folder.display()
        );
        for inner in FOLDERS.iter().filter(|inner| files.kind(inner) == Some(EntryKind::Folder)) {
            for entry in
                files.list(inner)?.into_iter().filter(|entry| entry.kind == EntryKind::File)
            {
                let ending = entry.path.rsplit('.').next().unwrap_or_default();
                rego += usize::from(ending == "rego");
                if ending != "yaml" || entry.path.starts_with('.') {
                    continue;
                }
                all += 1;
                let path = folder.join(&entry.path);
                let before = String::from_utf8(files.read(&entry.path)?)
                    .with_context(|| format!("{} is not UTF-8", path.display()))?;
                match lint::format(&before) {
                    Ok(after) if after == before => {}
                    Ok(after) => {
                        changed += 1;
                        writeln!(text, "{}", path.display())?;
                        if arguments.check {
                            for line in shortened(&diff(&before, &after)) {
                                writeln!(text, "  {line}")?;
                            }
                        } else {
                            output::to_file(&path, after.as_bytes())?;
                        }
                    }
                    Err(why) => {
                        refused += 1;
                        terminal::error(&format!("{}: {why}", path.display()));
                    }
                }
            }
        }
    }
    let verb = if arguments.check { "to format" } else { "formatted" };
    writeln!(text, "{changed} of {all} files {verb}")?;
    if rego > 0 {
        writeln!(text, "{rego} files in Rego are left to `opa fmt`")?;
    }
    output::to_stdout(text.as_bytes())?;
    Ok(match (refused, arguments.check && changed > 0) {
        (0, false) => Exit::Passed,
        (0, true) => Exit::Failed,
        _ => Exit::Unable,
    })
}
