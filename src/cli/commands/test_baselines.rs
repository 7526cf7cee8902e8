//! The compliance baselines of a pack, as `dreadnought test` runs them: each resolves, and each sample gives what it expects.

use std::path::{Path, PathBuf};

use super::packs;
use crate::compliance::{self, Choice, Library};
use crate::pack_test::State;
use crate::pack_test::{Failure, Options, PackRun, TestKind, TestResult};
use crate::source::{FileSystem, Problem, Sources};

/// Add the results for the baselines of a pack to those of its other tests.
pub fn add(
    run: &mut PackRun,
    folder: &Path,
    files: &dyn FileSystem,
    options: &Options,
) -> anyhow::Result<()> {
    let samples = compliance::samples(files)?;
    let has_baselines = files.list("baselines").is_ok_and(|entries| !entries.is_empty());
    if samples.is_empty() && !has_baselines {
        return Ok(());
    }
    // Baselines speak of the rules of built-in packs; one of these is tested as it is in the binary.
    let mut sources = Sources::default();
    let (mut set, _) = packs::load(&mut sources, &[], true)?;
    if set.packs.iter().all(|pack| *pack.name != *run.name) {
        sources = Sources::default();
        (set, _) = packs::load(&mut sources, &[PathBuf::from(folder)], true)?;
    }
    let (library, problems) = Library::load(&set, &[], &sources);
    let mut wrong: Vec<Problem> = problems;
    let own = set.packs.iter().filter(|pack| *pack.name == *run.name);
    for file in own.flat_map(|pack| &pack.baselines) {
        let Some(baseline) = library.in_file(*file) else { continue };
        wrong.extend(compliance::resolve(&library, baseline, &Choice::default(), &set).1);
    }
    for problem in wrong {
        let mut failure = Failure::new(problem.message);
        if let Some(place) = problem.place {
            let file = sources.get(place.file);
            failure.path = Some(file.path.to_string());
            failure.line = Some(file.position(place.span.start).line);
        }
        run.results.push(TestResult::check(&run.name, "baselines", failure));
    }
    run.found += samples.len();
    for sample in samples {
        let name = sample.folder.trim_start_matches("tests/baselines/").to_owned();
        let mut result = TestResult::new(TestKind::Sample, "baselines", name);
        if options.run.as_ref().is_some_and(|selector| !selector.fits(&result.full_name())) {
            continue;
        }
        let ran = compliance::run_samples(files, &sample, &library, &set);
        result.path = format!("{}/expected.yaml", sample.folder);
        result.checked = ran.checked;
        if !ran.failures.is_empty() {
            result.state = State::Failed;
        }
        result.failures = ran.failures.into_iter().map(Failure::new).collect();
        run.results.push(result);
    }
    Ok(())
}
