//! `dreadnought pack docs`: the reference of a pack.

use std::io;
use std::path::Path;

use anyhow::Context as _;

use super::packs;
use crate::cli::args::PackDocs;
use crate::cli::exit::Exit;
use crate::cli::{output, terminal};
use crate::docs::{self, Material, PackDoc};
use crate::finding::Bands;
use crate::pack::{Pack, PackSet};
use crate::pack_test::{self, SampleRun, Subject};
use crate::source::{DiskFileSystem, FileSystem, Sources};

/// Run the command.
pub fn run(arguments: &PackDocs) -> anyhow::Result<Exit> {
    let folder = &arguments.pack;
    let mut sources = Sources::default();
    let (set, problems) = packs::load(&mut sources, std::slice::from_ref(folder), false)?;
    terminal::complain(&problems, &sources);
    let pack = set.packs.last().filter(|pack| &*pack.name != "core" || folder.ends_with("core"));
    let Some(pack) = pack else { anyhow::bail!("there is no pack in {}", folder.display()) };
    let context = || format!("cannot read the pack {}", folder.display());
    let files = DiskFileSystem::new(folder).with_context(context)?;
    let samples = samples(&files, &set, pack, &sources, |_| true).with_context(context)?;
    let bands = Bands::default();
    let doc = PackDoc::new(Material { pack, sources: &sources, samples: &samples, bands });
    match &arguments.output {
        None => output::to_stdout(docs::markdown(&doc).as_bytes())?,
        Some(target) => {
            make_folder(target)?;
            output::to_file(
                &target.join(format!("{}.md", pack.name)),
                docs::markdown(&doc).as_bytes(),
            )?;
            output::to_file(
                &target.join(format!("{}.html", pack.name)),
                docs::html(&doc).as_bytes(),
            )?;
        }
    }
    Ok(if problems.is_empty() { Exit::Passed } else { Exit::Unable })
}

fn make_folder(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))
}

/// What the samples of a pack gave, those of some services.
pub fn samples(
    files: &dyn FileSystem,
    set: &PackSet,
    pack: &Pack,
    sources: &Sources,
    wanted: impl Fn(&str) -> bool,
) -> io::Result<Vec<SampleRun>> {
    let mut samples = pack_test::samples(files, "")?;
    samples.retain(|sample| wanted(&sample.service));
    let subject = Subject { explain: false, ..Subject::new(pack, set, sources) };
    Ok(pack_test::run_samples(files, &samples, &subject))
}
