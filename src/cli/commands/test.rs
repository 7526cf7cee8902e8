//! `dreadnought test`: the samples of packs.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;

use super::packs;
use crate::cli::args::Test;
use crate::cli::exit::Exit;
use crate::cli::{output, terminal};
use crate::pack_test;
use crate::source::Sources;

/// Run the command. Nothing run is a failure.
pub fn run(arguments: &Test) -> anyhow::Result<Exit> {
    let mut text = String::new();
    let (mut failed, mut passed, mut checked) = (0, 0, 0);
    let mut unable = false;
    for folder in &arguments.packs {
        let mut sources = Sources::default();
        let (set, problems) = packs::load(&mut sources, std::slice::from_ref(folder), false)?;
        terminal::complain(&problems, &sources);
        unable |= !problems.is_empty();
        if set.packs.len() < 2 && !folder.ends_with("core") {
            continue;
        }
        for result in results(folder, arguments, &set, &sources)? {
            checked += result.checked;
            if result.failures.is_empty() {
                passed += 1;
                continue;
            }
            failed += 1;
            writeln!(text, "FAIL {}", result.name)?;
            for failure in result.failures {
                writeln!(text, "  {failure}")?;
            }
        }
    }
    writeln!(text, "{passed} passed, {failed} failed; {checked} verdicts checked")?;
    output::to_stdout(text.as_bytes())?;
    anyhow::ensure!(unable || passed + failed > 0, "no sample was run");
    Ok(if unable {
        Exit::Unable
    } else if failed > 0 {
        Exit::Failed
    } else {
        Exit::Passed
    })
}

fn results(
    folder: &Path,
    arguments: &Test,
    set: &crate::pack::PackSet,
    sources: &Sources,
) -> anyhow::Result<Vec<pack_test::SampleResult>> {
    let context = || format!("cannot read the pack {}", folder.display());
    let files = packs::tree(folder)?;
    let wanted = |sample: &pack_test::Sample| {
        let name = format!("{}/{}", sample.service, sample.name);
        arguments.run.as_ref().is_none_or(|part| name.contains(part.as_str()))
    };
    let samples: Vec<_> =
        pack_test::samples(&*files, "").with_context(context)?.into_iter().filter(wanted).collect();
    let pack = set.packs.last().filter(|pack| &*pack.name != "core" || folder.ends_with("core"));
    let Some(pack) = pack else { return Ok(Vec::new()) };
    Ok(pack_test::run(&*files, &samples, pack, set, sources))
}
